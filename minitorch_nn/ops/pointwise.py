"""Functions of one number, applied to every element: trigonometry, rounding, signs.

PyTorch: aten/src/ATen/native/UnaryOps.cpp; tools/autograd/derivatives.yaml.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import Value
from ..dtypes import floating
from .operands import refuse_bool
from .shape import zeros_for


class SinBackward0(Node):
    """y = sin x;  dL/dx = dL/dy·cos x. PyTorch: derivatives.yaml, sin."""

    __slots__ = ()
    saves = ("self",)

    def forward(self, x: Any) -> Any:
        self.save_for_backward(x)
        return np.sin(floating(x))

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        return grad * cos(x)


class CosBackward0(Node):
    """y = cos x;  dL/dx = -dL/dy·sin x. PyTorch: derivatives.yaml, cos."""

    __slots__ = ()
    saves = ("self",)

    def forward(self, x: Any) -> Any:
        self.save_for_backward(x)
        return np.cos(floating(x))

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        return -grad * sin(x)


class TanBackward0(Node):
    """y = tan x;  dL/dx = dL/dy·(1 + y²). PyTorch: derivatives.yaml, tan."""

    __slots__ = ()
    saves = ("result",)

    def forward(self, x: Any) -> Any:
        result = np.tan(floating(x))
        self.save_for_backward(result)
        return result

    def backward(self, grad: Value) -> Value:
        (y,) = self.saved_tensors
        return grad * (1 + y * y)


class AbsBackward0(Node):
    """y = |x|;  dL/dx = dL/dy·sign x, 0 at 0. PyTorch: derivatives.yaml, abs."""

    __slots__ = ()
    saves = ("self",)

    def forward(self, x: Any) -> Any:
        self.save_for_backward(x)
        return np.abs(x)

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        return grad * sign(x)


class SignBackward0(Node):
    """y = -1, 0 or 1 by the sign of x; flat, so the gradient is 0. PyTorch: sign."""

    __slots__ = ()

    def forward(self, x: Any) -> Any:
        if x.dtype == bool:
            return x.copy()
        result = np.asarray(np.sign(x))
        result[np.isnan(result)] = 0  # where NumPy says nan
        return result

    def backward(self, grad: Value) -> Value:
        return zeros_for(grad, tuple(grad.shape))


class FloorBackward0(Node):
    """y = ⌊x⌋; flat, so the gradient is 0. PyTorch: derivatives.yaml, floor."""

    __slots__ = ()

    def forward(self, x: Any) -> Any:
        return np.floor(x)

    def backward(self, grad: Value) -> Value:
        return zeros_for(grad, tuple(grad.shape))


class CeilBackward0(Node):
    """y = ⌈x⌉; flat, so the gradient is 0. PyTorch: derivatives.yaml, ceil."""

    __slots__ = ()

    def forward(self, x: Any) -> Any:
        return np.ceil(x)

    def backward(self, grad: Value) -> Value:
        return zeros_for(grad, tuple(grad.shape))


class RoundBackward0(Node):
    """y = x rounded, halves to even; flat, so the gradient is 0. PyTorch: round."""

    __slots__ = ()

    def forward(self, x: Any, *, decimals: int = 0) -> Any:
        return np.round(x, decimals)

    def backward(self, grad: Value) -> Value:
        return zeros_for(grad, tuple(grad.shape))


class TruncBackward0(Node):
    """y = x rounded towards 0; flat, so the gradient is 0. PyTorch: trunc."""

    __slots__ = ()

    def forward(self, x: Any) -> Any:
        return np.trunc(x)

    def backward(self, grad: Value) -> Value:
        return zeros_for(grad, tuple(grad.shape))


def sin(input: Value) -> Value:
    """The sine of radians."""
    return SinBackward0.apply(input)


def cos(input: Value) -> Value:
    """The cosine of radians."""
    return CosBackward0.apply(input)


def tan(input: Value) -> Value:
    """The tangent of radians."""
    return TanBackward0.apply(input)


def abs(input: Value) -> Value:
    """|x|."""
    refuse_bool(input, "abs_cpu")
    return AbsBackward0.apply(input)


def sign(input: Value) -> Value:
    """-1, 0 or 1."""
    return SignBackward0.apply(input)


def floor(input: Value) -> Value:
    """⌊x⌋; integers as they are."""
    refuse_bool(input, "floor_vml_cpu")
    return FloorBackward0.apply(input)


def ceil(input: Value) -> Value:
    """⌈x⌉; integers as they are."""
    refuse_bool(input, "ceil_vml_cpu")
    return CeilBackward0.apply(input)


def round(input: Value, *, decimals: int = 0) -> Value:
    """The nearest integer, halves to even, or the nearest multiple of 10⁻ᵈᵉᶜⁱᵐᵃˡˢ."""
    refuse_bool(input, "round_vml_cpu")
    return RoundBackward0.apply(input, decimals=decimals)


def trunc(input: Value) -> Value:
    """Rounded towards 0."""
    refuse_bool(input, "trunc_vml_cpu")
    return TruncBackward0.apply(input)
