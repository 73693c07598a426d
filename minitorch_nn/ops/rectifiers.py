"""Activations that pass what is positive: relu, its kin with a slope on the left, elu.

Left of 0 one formula, right of it another: each says which side 0 itself belongs to, where the
derivative jumps. Those that PyTorch can write over their input take `inplace`; most then have a
node of their own, which works from the result alone.

PyTorch: aten/src/ATen/native/Activation.cpp, cpu/Activation.cpp; tools/autograd/derivatives.yaml.
"""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import Value
from ..dtypes import number, title
from ..stream import default_stream
from .any_order import AnyOrder
from .broadcasting import sum_to
from .choice import where
from .exponentials import exp
from .inplace import in_place, in_place_if
from .operands import array_of, is_boolean, refuse, select, zero_where
from .shape import reshape

# Selu's scale and alpha: with these two, mean 0 and variance 1 of the input are kept.
_SELU_ALPHA = 1.6732632423543772848170429916717
_SELU_SCALE = 1.0507009873554804934193349852946


# --- relu and threshold ----------------------------------------------------------------------


class ReluBackward0(AnyOrder):
    """y = max(x, 0);  dL/dx = dL/dy where y > 0, else 0 (and where y is nan, dL/dy).

    PyTorch: derivatives.yaml, relu (threshold_backward).
    """

    __slots__ = ()
    saves = ("result",)

    def forward(self, x: Any) -> Any:
        # To clip is faster than np.maximum(x, 0), which takes the 0 for a second array.
        result = x.clip(0, inf) if x.dtype.kind == "f" else np.maximum(x, 0)
        self.save_for_backward(result)
        return result

    def backward(self, grad: Value) -> Value:
        y = self.saved(0)
        if isinstance(grad, np.ndarray):
            return zero_where(grad, y <= 0)
        return ThresholdBackwardBackward0.apply(grad, result=y)


class ThresholdBackwardBackward0(AnyOrder):
    """The gradient of relu: g where y > 0 or y is nan, else 0; as a function of g its own adjoint.

    PyTorch: derivatives.yaml, threshold_backward.
    """

    __slots__ = ()

    def forward(self, grad: Any, *, result: Any) -> Any:
        self.save_for_backward(result)
        return zero_where(grad, result <= 0)  # a nan passes

    def backward(self, grad: Value) -> Value:
        (y,) = self.saved_tensors
        return ThresholdBackwardBackward0.apply(grad, result=y)


class ThresholdBackward0(Node):
    """y = x where x > threshold, else value;  dL/dx = dL/dy where x > threshold, else 0.

    PyTorch: derivatives.yaml, threshold.
    """

    __slots__ = ("threshold",)
    saves = ("self",)

    def forward(self, x: Any, *, threshold: float, value: float) -> Any:
        self.save_for_backward(x)
        self.threshold = number(threshold, x.dtype)
        return select(x <= self.threshold, number(value, x.dtype), x)

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        return where(x <= self.threshold, 0.0, grad)


class ThresholdBackward1(ThresholdBackward0):
    """Written over x. PyTorch: derivatives.yaml, threshold_."""

    __slots__ = ()


def relu(input: Value) -> Value:
    """max(x, 0). NotImplementedError for booleans."""
    if is_boolean(input):
        raise NotImplementedError("Boolean inputs not supported for relu")
    return ReluBackward0.apply(input)


def relu_(input: Value) -> Value:
    """max(x, 0), written into `input`."""
    return in_place(input, relu)


def threshold(input: Value, threshold: float, value: float, inplace: bool = False) -> Value:
    """x where x > threshold, else `value`. NotImplementedError for booleans."""
    if is_boolean(input):
        raise NotImplementedError("\"threshold_cpu\" not implemented for 'Bool'")
    node = ThresholdBackward1 if inplace else ThresholdBackward0
    return in_place_if(inplace, node.apply, input, threshold=threshold, value=value)


def threshold_(input: Value, threshold: float, value: float) -> Value:
    """`threshold`, written into `input`."""
    return in_place(input, ThresholdBackward1.apply, threshold=threshold, value=value)


# --- leaky: a slope on the left --------------------------------------------------------------


class LeakyReluBackward0(Node):
    """y = max(x, 0) + slope·min(x, 0);  dL/dx = dL/dy where x > 0, else slope·dL/dy.

    PyTorch: derivatives.yaml, leaky_relu.
    """

    __slots__ = ("slope",)
    saves = ("self",)

    def forward(self, x: Any, *, slope: float) -> Any:
        self.save_for_backward(x)
        self.slope = slope
        return np.maximum(x, 0) + np.minimum(x, 0) * slope

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        return where(x > 0, grad, grad * self.slope)


class LeakyReluBackward1(LeakyReluBackward0):
    """Written over x: the result has x's sign, unless the slope is negative.

    PyTorch: derivatives.yaml, leaky_relu_.
    """

    __slots__ = ()
    saves = ("result",)

    def forward(self, x: Any, *, slope: float) -> Any:
        result = np.maximum(x, 0) + np.minimum(x, 0) * slope
        self.save_for_backward(result)
        self.slope = slope
        return result

    def backward(self, grad: Value) -> Value:
        if self.slope < 0:
            raise RuntimeError(
                "In-place leakyReLu backward calculation is triggered with a negative slope which "
                "is not supported. This is caused by calling in-place forward function with a "
                "negative slope, please call out-of-place version instead. File an issue at "
                "https://github.com/pytorch/pytorch if you do require supporting in-place "
                "leakRelu backward calculation with negative slope"
            )
        return super().backward(grad)


class PreluKernelBackward0(Node):
    """y = max(x, 0) + w·min(x, 0);  dL/dx as for leaky_relu,  dL/dw = Σ dL/dy·x where x ≤ 0.

    PyTorch: derivatives.yaml, _prelu_kernel.
    """

    __slots__ = ()
    saves = ("self", "weight")

    def forward(self, x: Any, weight: Any) -> Any:
        self.save_for_backward(x, weight)
        return np.maximum(x, 0) + np.minimum(x, 0) * weight

    def backward(self, grad: Value) -> tuple[Value | None, Value | None]:
        x, weight = self.saved_tensors
        need_x, need_weight = self.needs_input_grad
        grad_weight = None
        if need_weight:
            grad_weight = sum_to(where(x > 0, 0.0, grad * x), tuple(weight.shape))
        return where(x > 0, grad, grad * weight) if need_x else None, grad_weight


class RreluWithNoiseBackward0(Node):
    """y = x where x > 0, else r·x with a slope r drawn for each element;  dL/dx likewise.

    Slopes are uniform in [lower, upper]. PyTorch: derivatives.yaml, rrelu_with_noise.
    """

    __slots__ = ("slopes",)

    def forward(self, x: Any, *, slopes: Any) -> Any:
        self.slopes = np.where(x <= 0, slopes, 1).astype(x.dtype)
        return x * self.slopes

    def backward(self, grad: Value) -> Value:
        return grad * self.slopes


class RreluWithNoiseBackward1(RreluWithNoiseBackward0):
    """Written over x. PyTorch: derivatives.yaml, rrelu_with_noise_."""

    __slots__ = ()


def leaky_relu(input: Value, negative_slope: float = 0.01, inplace: bool = False) -> Value:
    """x where x > 0, else negative_slope·x. NotImplementedError unless the input is of floats."""
    refuse("biu", "leaky_relu_cpu", input)
    node = LeakyReluBackward1 if inplace else LeakyReluBackward0
    return in_place_if(inplace, node.apply, input, slope=negative_slope)


def leaky_relu_(input: Value, negative_slope: float = 0.01) -> Value:
    """`leaky_relu`, written into `input`."""
    return leaky_relu(input, negative_slope, inplace=True)


def prelu(input: Value, weight: Value) -> Value:
    """leaky_relu with learnt slopes: weight of one element, or one for each channel (dimension 1).

    RuntimeError for another number of slopes or another dtype.
    """
    x, w = array_of(input), array_of(weight)
    _check_slopes(x, w)
    refuse("biu", "prelu_cpu", input)
    if w.ndim != x.ndim:
        along = [1] * x.ndim
        if x.ndim > 1:
            along[1] = w.size
        weight = reshape(weight, along)
    return PreluKernelBackward0.apply(input, weight)


def _check_slopes(x: Any, w: Any) -> None:
    if x.dtype != w.dtype:
        raise RuntimeError(
            f"prelu: Type promoting not supported. Got {title(x.dtype)} and {title(w.dtype)}"
        )
    if w.size != 1:
        if x.ndim == 0:
            raise RuntimeError("Not allow zero-dim input tensor.")
        channels = x.shape[1] if x.ndim > 1 else 1
        if w.size != channels:
            raise RuntimeError(
                "Mismatch of parameter numbers and input channel size. Found parameter numbers = "
                f"{w.size} and channel size = {channels}."
            )
    if w.ndim > 1:
        raise RuntimeError(
            f"prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = {w.ndim}"
        )


def rrelu(
    input: Value,
    lower: float = 1.0 / 8,
    upper: float = 1.0 / 3,
    training: bool = False,
    inplace: bool = False,
) -> Value:
    """leaky_relu with random slopes of [lower, upper] in training, else with their mean.

    One number is drawn for each element that is not positive. RuntimeError for lower > upper.
    """
    if lower > upper:
        raise RuntimeError("Lower bound should be less than or equal to the upper bound")
    x = array_of(input)
    slopes = np.full(x.shape, (lower + upper) / 2)
    if training:
        refuse("biu", "rrelu_with_noise_out_cpu", input)
        negative = x <= 0
        count = int(np.count_nonzero(negative))
        slopes[negative] = default_stream.uniform((count,), slopes.dtype, lower, upper)
    refuse("biu", "leaky_relu_cpu", input)
    node = RreluWithNoiseBackward1 if inplace else RreluWithNoiseBackward0
    return in_place_if(inplace, node.apply, input, slopes=slopes)


def rrelu_(
    input: Value, lower: float = 1.0 / 8, upper: float = 1.0 / 3, training: bool = False
) -> Value:
    """`rrelu`, written into `input`."""
    return rrelu(input, lower, upper, training, inplace=True)


# --- elu: an exponential on the left ---------------------------------------------------------


class EluBackward0(Node):
    """y = s·x where x > 0, else s·α(eᵏˣ - 1);  dL/dx = dL/dy·s, left of 0 dL/dy·s·α·k·eᵏˣ.

    s is the scale, k the input's scale. PyTorch: derivatives.yaml, elu (elu_backward).
    """

    __slots__ = ("alpha", "input_scale", "scale")
    saves = ("self",)

    def forward(self, x: Any, *, alpha: float, scale: float = 1.0, input_scale: float = 1.0) -> Any:
        self.save_for_backward(x)
        return self.bent(x, alpha, scale, input_scale)

    def bent(self, x: Any, alpha: float, scale: float, input_scale: float) -> Any:
        self.alpha, self.scale, self.input_scale = alpha, scale, input_scale
        left = np.expm1(np.minimum(x, 0) * input_scale) * (alpha * scale)
        return left + np.maximum(x, 0) * scale

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        k = self.input_scale
        # x < 0 here and x <= 0 below: the second derivative is 0 at 0, the first is the left one.
        steep = exp(where(x < 0, x, 0.0) * k) * (k * self.alpha * self.scale)
        return where(x <= 0, grad * steep, grad * self.scale)


class EluBackward1(EluBackward0):
    """Written over x: left of 0, s·α·k·eᵏˣ is k(y + s·α). PyTorch: derivatives.yaml, elu_."""

    __slots__ = ()
    saves = ("result",)

    def forward(self, x: Any, *, alpha: float, scale: float = 1.0, input_scale: float = 1.0) -> Any:
        result = self.bent(x, alpha, scale, input_scale)
        self.save_for_backward(result)
        return result

    def backward(self, grad: Value) -> Value:
        if self.alpha < 0:
            raise RuntimeError(
                "In-place elu backward calculation is triggered with a negative slope which is not "
                "supported. This is caused by calling in-place forward function with a negative "
                "slope, please call out-of-place version instead."
            )
        (y,) = self.saved_tensors
        steep = (where(y < 0, y, 0.0) + self.alpha * self.scale) * self.input_scale
        return where(y <= 0, grad * steep, grad * self.scale)


class CeluBackward0(EluBackward0):
    """elu with k = 1/α, so that the slope at 0 is 1. PyTorch: derivatives.yaml, celu."""

    __slots__ = ()


class CeluBackward1(EluBackward1):
    """Written over x. PyTorch: derivatives.yaml, celu_."""

    __slots__ = ()


def elu(input: Value, alpha: float = 1.0, inplace: bool = False) -> Value:
    """x where x > 0, else alpha·(eˣ - 1). NotImplementedError unless the input is of floats."""
    refuse("biu", "elu_cpu", input)
    return in_place_if(
        inplace, (EluBackward1 if inplace else EluBackward0).apply, input, alpha=alpha
    )


def elu_(input: Value, alpha: float = 1.0) -> Value:
    """`elu`, written into `input`."""
    return elu(input, alpha, inplace=True)


def selu(input: Value, inplace: bool = False) -> Value:
    """elu with the one alpha, times the one scale, that keep mean 0 and variance 1."""
    refuse("biu", "elu_cpu", input)
    node = EluBackward1 if inplace else EluBackward0
    return in_place_if(inplace, node.apply, input, alpha=_SELU_ALPHA, scale=_SELU_SCALE)


def selu_(input: Value) -> Value:
    """`selu`, written into `input`."""
    return selu(input, inplace=True)


def celu(input: Value, alpha: float = 1.0, inplace: bool = False) -> Value:
    """x where x > 0, else alpha·(e^(x/alpha) - 1): smooth for every alpha but 0, a RuntimeError."""
    if alpha == 0:
        raise RuntimeError("ZeroDivisionError: alpha cannot be 0 for CELU")
    refuse("biu", "elu_cpu", input)
    node = CeluBackward1 if inplace else CeluBackward0
    return in_place_if(inplace, node.apply, input, alpha=alpha, input_scale=1.0 / alpha)


def celu_(input: Value, alpha: float = 1.0) -> Value:
    """`celu`, written into `input`."""
    return celu(input, alpha, inplace=True)
