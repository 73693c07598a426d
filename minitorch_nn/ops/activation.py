"""What stands between the layers: relu, sigmoid, tanh, softmax.

PyTorch: aten/src/ATen/native/Activation.cpp, SoftMax.cpp; tools/autograd/derivatives.yaml.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import Value
from ..dtypes import dtype as DType
from ..dtypes import floating, title
from .operands import array_of, is_boolean, keep_where
from .powers import exp
from .reduction import sum
from .shape import to_dtype, wrap_dim


class ReluBackward0(Node):
    """y = max(x, 0);  dL/dx = dL/dy where y > 0, else 0 (and where y is nan, dL/dy).

    PyTorch: derivatives.yaml, relu (threshold_backward).
    """

    __slots__ = ()
    saves = ("result",)

    def forward(self, x: Any) -> Any:
        result = np.maximum(x, 0)
        self.save_for_backward(result)
        return result

    def backward(self, grad: Value) -> Value:
        (y,) = self.saved_tensors
        return ThresholdBackwardBackward0.apply(grad, result=y)


class ThresholdBackwardBackward0(Node):
    """The gradient of relu: g where y > 0 or y is nan, else 0; as a function of g its own adjoint.

    PyTorch: derivatives.yaml, threshold_backward.
    """

    __slots__ = ()

    def forward(self, grad: Any, *, result: Any) -> Any:
        self.save_for_backward(result)
        return keep_where(grad, ~(result <= 0))  # not y > 0: a nan passes

    def backward(self, grad: Value) -> Value:
        (y,) = self.saved_tensors
        return ThresholdBackwardBackward0.apply(grad, result=y)


class SigmoidBackward0(Node):
    """y = 1 / (1 + e⁻ˣ);  dL/dx = dL/dy·y(1 - y). PyTorch: derivatives.yaml, sigmoid."""

    __slots__ = ()
    saves = ("result",)

    def forward(self, x: Any) -> Any:
        result = 1 / (1 + np.exp(-floating(x)))
        self.save_for_backward(result)
        return result

    def backward(self, grad: Value) -> Value:
        (y,) = self.saved_tensors
        return grad * (y * (1 - y))


class TanhBackward0(Node):
    """y = tanh x;  dL/dx = dL/dy·(1 - y²). PyTorch: derivatives.yaml, tanh."""

    __slots__ = ()
    saves = ("result",)

    def forward(self, x: Any) -> Any:
        result = np.tanh(floating(x))
        self.save_for_backward(result)
        return result

    def backward(self, grad: Value) -> Value:
        (y,) = self.saved_tensors
        return grad * (1 - y * y)


class SoftmaxBackward0(Node):
    """yᵢ = eˣⁱ / Σⱼ eˣʲ along dim;  dL/dx = y·(dL/dy - Σ dL/dy·y).

    PyTorch: derivatives.yaml, _softmax (_softmax_backward_data).
    """

    __slots__ = ("dim",)
    saves = ("result",)

    def forward(self, x: Any, *, dim: int) -> Any:
        self.dim = dim
        # eˣ of the largest is 1: nothing overflows, and the quotient stays the same.
        x = np.ascontiguousarray(x).reshape(x.shape)
        result = np.exp(x - _largest(x, dim))
        result /= result.sum(_axis(x, dim), keepdims=True)
        self.save_for_backward(result)
        return result

    def backward(self, grad: Value) -> Value:
        (y,) = self.saved_tensors
        weighted = grad * y
        return weighted - y * sum(weighted, self.dim, keepdim=True)


class LogSoftmaxBackward0(Node):
    """yᵢ = xᵢ - ln Σⱼ eˣʲ along dim;  dL/dx = dL/dy - eʸ·Σ dL/dy.

    PyTorch: derivatives.yaml, _log_softmax (_log_softmax_backward_data).
    """

    __slots__ = ("dim",)
    saves = ("result",)

    def forward(self, x: Any, *, dim: int) -> Any:
        self.dim = dim
        x = np.ascontiguousarray(x).reshape(x.shape)
        result = x - _largest(x, dim)
        result -= np.log(np.exp(result).sum(_axis(x, dim), keepdims=True))
        self.save_for_backward(result)
        return result

    def backward(self, grad: Value) -> Value:
        (y,) = self.saved_tensors
        return grad - exp(y) * sum(grad, self.dim, keepdim=True)


def _axis(x: Any, dim: int) -> int | None:
    return dim if x.ndim else None


def _largest(x: Any, dim: int) -> Any:
    return np.max(x, axis=_axis(x, dim), keepdims=True, initial=-np.inf)


def relu(input: Value) -> Value:
    """max(x, 0). RuntimeError for booleans."""
    if is_boolean(input):
        raise NotImplementedError("Boolean inputs not supported for relu")
    return ReluBackward0.apply(input)


def sigmoid(input: Value) -> Value:
    """1 / (1 + e⁻ˣ)."""
    return SigmoidBackward0.apply(input)


def tanh(input: Value) -> Value:
    """The hyperbolic tangent."""
    return TanhBackward0.apply(input)


def _prepared(input: Value, dim: int, dtype: DType | None, name: str) -> Value:
    if dtype is not None:
        input = to_dtype(input, dtype.numpy)
    kind = array_of(input).dtype
    if kind.kind != "f":
        raise NotImplementedError(f"\"{name}\" not implemented for '{title(kind)}'")
    return input


def softmax(input: Value, dim: int, dtype: DType | None = None) -> Value:
    """Positive numbers that sum to 1 along `dim`, in proportion eˣ."""
    input = _prepared(input, dim, dtype, "softmax_lastdim_kernel_impl")
    return SoftmaxBackward0.apply(input, dim=wrap_dim(dim, input.ndim))


def log_softmax(input: Value, dim: int, dtype: DType | None = None) -> Value:
    """The logarithm of softmax, computed without overflow: logits of ±1000 stay finite."""
    input = _prepared(input, dim, dtype, "log_softmax_lastdim_kernel_impl")
    return LogSoftmaxBackward0.apply(input, dim=wrap_dim(dim, input.ndim))
