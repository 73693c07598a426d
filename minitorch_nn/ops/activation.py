"""Smooth activations: sigmoid, tanh, softmax, and what is made of them: silu, gelu, softplus, glu.

PyTorch: aten/src/ATen/native/Activation.cpp, SoftMax.cpp; tools/autograd/derivatives.yaml.
"""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import Value
from ..dtypes import dtype as DType
from ..dtypes import floating, title
from ..stream import default_stream
from .arithmetic import sub
from .broadcasting import add_up
from .choice import where
from .dims import wrap_dim
from .exponentials import exp
from .inplace import in_place_if
from .joining import cat, chunk
from .operands import OfInput, array_of, refuse, select
from .pointwise import abs
from .reduction import sum
from .shape import to_dtype
from .special import erf

_SQRT_HALF = math.sqrt(0.5)
_TANH_SLOPE, _TANH_CUBE = math.sqrt(2 / math.pi), 0.044715  # gelu's approximation


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


class SiluBackward0(OfInput):
    """y = x·σ(x);  dL/dx = dL/dy·σ(x)·(1 + x(1 - σ(x))). PyTorch: derivatives.yaml, silu."""

    __slots__ = ()

    @staticmethod
    def function(x: Any) -> Any:
        return x / (1 + np.exp(-x))

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        s = sigmoid(x)
        return grad * (s * (1 + x * (1 - s)))


class MishBackward0(OfInput):
    """y = x·t with t = tanh(ln(1 + eˣ));  dL/dx = dL/dy·(t + x·σ(x)·(1 - t²)).

    PyTorch: derivatives.yaml, mish; cpu/Activation.cpp (mish_backward_kernel).
    """

    __slots__ = ()

    @staticmethod
    def function(x: Any) -> Any:
        return x * np.tanh(np.log1p(np.exp(x)))

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        t = tanh(softplus(x))
        return grad * (t + x * sigmoid(x) * (1 - t * t))


class GeluBackward0(Node):
    """y = x·Φ(x), Φ(x) being the share of normal numbers below x;  dL/dx = dL/dy·(Φ + x·Φ′).

    'tanh' approximates Φ by (1 + tanh(√(2/π)·(x + 0.044715x³))) / 2.
    PyTorch: derivatives.yaml, gelu; cpu/Activation.cpp (GeluBackwardKernelImpl).
    """

    __slots__ = ("approximate",)
    saves = ("self",)

    def forward(self, x: Any, *, approximate: str) -> Any:
        self.save_for_backward(x)
        self.approximate = approximate
        return x * self.share(x)

    def share(self, x: Value) -> Value:
        if self.approximate == "tanh":
            return 0.5 * (1 + tanh(_TANH_SLOPE * (x + _TANH_CUBE * x**3)))
        return 0.5 * (1 + erf(x * _SQRT_HALF))

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        share = self.share(x)
        if self.approximate == "tanh":
            steep = 2 * share * (1 - share) * _TANH_SLOPE * (1 + 3 * _TANH_CUBE * x * x)
        else:
            steep = exp(-0.5 * x * x) * (_SQRT_HALF / math.sqrt(math.pi))
        return grad * (share + x * steep)


class SoftplusBackward0(Node):
    """y = ln(1 + eᵝˣ) / β, and x itself where βx > threshold;  dL/dx = dL/dy·σ(βx), there dL/dy.

    PyTorch: derivatives.yaml, softplus.
    """

    __slots__ = ("beta", "threshold")
    saves = ("self",)

    def forward(self, x: Any, *, beta: float, threshold: float) -> Any:
        self.save_for_backward(x)
        self.beta, self.threshold = beta, threshold
        return select(x * beta > threshold, x, np.log1p(np.exp(x * beta)) / beta)

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        return where(x * self.beta > self.threshold, grad, grad * sigmoid(x * self.beta))


class LogSigmoidBackward0(OfInput):
    """y = ln σ(x), without overflow;  dL/dx = dL/dy·σ(-x).

    PyTorch: derivatives.yaml, log_sigmoid_forward.
    """

    __slots__ = ()

    @staticmethod
    def function(x: Any) -> Any:
        return np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x)))

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        return grad * sigmoid(-x)


class GluBackward0(Node):
    """y = a·σ(b), a and b the halves of x along dim;  dL/da = dL/dy·σ(b),  dL/db = dL/dy·a·σ′(b).

    PyTorch: derivatives.yaml, glu; GatedLinearUnit.cpp.
    """

    __slots__ = ("dim",)
    saves = ("self",)

    def forward(self, x: Any, *, dim: int) -> Any:
        self.save_for_backward(x)
        self.dim = dim
        a, b = np.split(x, 2, dim)
        return a / (1 + np.exp(-b))

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        a, b = chunk(x, 2, self.dim)
        s = sigmoid(b)
        return cat([grad * s, grad * (a * (s * (1 - s)))], self.dim)


class SoftmaxBackward0(Node):
    """yᵢ = eˣⁱ / Σⱼ eˣʲ along dim;  dL/dx = y·(dL/dy - Σ dL/dy·y).

    PyTorch: derivatives.yaml, _softmax (_softmax_backward_data).
    """

    __slots__ = ("dim",)
    saves = ("result",)

    def forward(self, x: Any, *, dim: int) -> Any:
        self.dim = dim
        result = _below_zero(x, dim)
        np.exp(result, out=result)
        result /= add_up(result, axis=_axis(x, dim), keepdims=True)
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
        result = _below_zero(x, dim)
        result -= np.log(add_up(np.exp(result), axis=_axis(x, dim), keepdims=True))
        self.save_for_backward(result)
        return result

    def backward(self, grad: Value) -> Value:
        (y,) = self.saved_tensors
        if isinstance(y, np.ndarray):  # the same on bare arrays, in the memory of one
            result = np.exp(y, out=np.empty_like(y))
            result *= add_up(grad, axis=_axis(y, self.dim), keepdims=True)
            return np.subtract(grad, result, out=result)
        return grad - exp(y) * sum(grad, self.dim, keepdim=True)


def _axis(x: Any, dim: int) -> int | None:
    return dim if x.ndim else None


def _below_zero(x: Any, dim: int) -> Any:
    """x less its largest along `dim`, as a new contiguous array.

    Neither softmax nor its logarithm changes by that, and nothing overflows: e⁰ is the largest.
    """
    largest = np.maximum.reduce(x, axis=_axis(x, dim), keepdims=True, initial=-np.inf)
    return np.asarray(np.subtract(x, largest, order="C"))


def sigmoid(input: Value) -> Value:
    """1 / (1 + e⁻ˣ)."""
    return SigmoidBackward0.apply(input)


def tanh(input: Value) -> Value:
    """The hyperbolic tangent."""
    return TanhBackward0.apply(input)


def silu(input: Value, inplace: bool = False) -> Value:
    """x·sigmoid(x). NotImplementedError for integers, as in the following."""
    refuse("biu", "silu_cpu", input)
    return in_place_if(inplace, SiluBackward0.apply, input)


def mish(input: Value, inplace: bool = False) -> Value:
    """x·tanh(softplus(x))."""
    refuse("biu", "mish_cpu", input)
    return in_place_if(inplace, MishBackward0.apply, input)


def gelu(input: Value, approximate: str = "none") -> Value:
    """x times the share of normal numbers that are below x; 'tanh' approximates that share."""
    if approximate not in ("none", "tanh"):
        raise RuntimeError("approximate argument must be either none or tanh.")
    refuse("biu", "GeluKernelImpl", input)
    return GeluBackward0.apply(input, approximate=approximate)


def softplus(input: Value, beta: float = 1.0, threshold: float = 20.0) -> Value:
    """ln(1 + eᵝˣ) / beta: relu with a round corner. Where beta·x > threshold it is x."""
    refuse("biu", "softplus_cpu", input)
    return SoftplusBackward0.apply(input, beta=beta, threshold=threshold)


def logsigmoid(input: Value) -> Value:
    """The logarithm of sigmoid, finite where that is 0."""
    refuse("biu", "log_sigmoid_cpu", input)
    return LogSigmoidBackward0.apply(input)


def softsign(input: Value) -> Value:
    """x / (1 + |x|)."""
    return input / (abs(input) + 1)


def tanhshrink(input: Value) -> Value:
    """x - tanh(x)."""
    return sub(input, tanh(input))


def glu(input: Value, dim: int = -1) -> Value:
    """The gated linear unit: the first half along `dim`, times sigmoid of the second.

    RuntimeError for a size that is odd.
    """
    if input.ndim == 0:
        raise RuntimeError("glu does not support scalars because halving size must be even")
    dim = wrap_dim(dim, input.ndim)
    if input.shape[dim] % 2:
        raise RuntimeError(
            f"Halving dimension must be even, but dimension {dim} is size {input.shape[dim]}"
        )
    refuse("biu", "glu_cpu", input)
    return GluBackward0.apply(input, dim=dim)


def _prepared(input: Value, dim: int, dtype: DType | None, name: str) -> Value:
    if dtype is not None:
        input = to_dtype(input, dtype.numpy)
    if array_of(input).dtype.kind != "f":
        last = "_lastdim" if dim in (-1, input.ndim - 1) else ""
        refuse("biu", f"{name}{last}_kernel_impl", input)
    return input


def softmax(input: Value, dim: int, dtype: DType | None = None) -> Value:
    """Positive numbers that sum to 1 along `dim`, in proportion eˣ."""
    input = _prepared(input, dim, dtype, "softmax")
    return SoftmaxBackward0.apply(input, dim=wrap_dim(dim, input.ndim))


def log_softmax(input: Value, dim: int, dtype: DType | None = None) -> Value:
    """The logarithm of softmax, computed without overflow: logits of ±1000 stay finite."""
    input = _prepared(input, dim, dtype, "log_softmax")
    return LogSoftmaxBackward0.apply(input, dim=wrap_dim(dim, input.ndim))


def gumbel_softmax(
    logits: Value, tau: float = 1, hard: bool = False, eps: float = 1e-10, dim: int = -1
) -> Value:
    """A random choice along `dim` by its log-probabilities, blurred so that it has a gradient.

    softmax((logits + Gumbel noise) / tau); `hard` gives a 1 at the choice, with that gradient.
    RuntimeError for integers; a warning for eps, which is without effect.
    PyTorch: torch/nn/functional.py (gumbel_softmax).
    """
    if eps != 1e-10:
        warnings.warn("`eps` parameter is deprecated and has no effect.", stacklevel=2)
    kind = array_of(logits).dtype
    if kind.kind != "f":
        raise RuntimeError(
            "Exponential distribution is a continuous probability distribution. dtype must be a "
            f"floating point but you specified {title(kind)}"
        )
    noise = -np.log(default_stream.exponential(tuple(logits.shape), kind))
    soft = softmax((logits + noise) / tau, dim)
    if not hard:
        return soft
    y = array_of(soft)
    chosen = np.expand_dims(np.argmax(y, dim), dim)
    one = np.zeros_like(y)
    np.put_along_axis(one, chosen, 1, dim)
    return logits.new(one - y) + soft
