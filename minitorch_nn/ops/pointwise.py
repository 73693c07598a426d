"""Signs and steps: abs, sign, copysign, heaviside; floor, ceil, round, trunc, frac; nan_to_num.

PyTorch: aten/src/ATen/native/UnaryOps.cpp; tools/autograd/derivatives.yaml.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import Value
from ..dtypes import promote_float
from .comparison import isfinite
from .operands import (
    Flat,
    OfTwoFloats,
    checked,
    constant,
    invalid_combination,
    is_number,
    need_tensors,
    refuse,
    without_derivative,
)
from .shape import zeros_for


class AbsBackward0(Node):
    """y = |x|;  dL/dx = dL/dy·sign x, 0 at 0. PyTorch: derivatives.yaml, abs."""

    __slots__ = ()
    saves = ("self",)

    def forward(self, x: Any) -> Any:
        self.save_for_backward(x)
        return np.abs(checked(self, x))

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        return grad * sgn(x)


def _sign(x: Any) -> Any:
    if x.dtype == bool:
        return x.copy()
    result = np.asarray(np.sign(x))
    result[np.isnan(result)] = 0  # where NumPy says nan
    return result


class SignBackward0(Flat):
    """y = -1, 0 or 1 by the sign of x. PyTorch: derivatives.yaml, sign."""

    __slots__ = ()
    function = staticmethod(_sign)


class SgnBackward0(SignBackward0):
    """y = sign x, for real numbers. PyTorch: derivatives.yaml, sgn."""

    __slots__ = ()


class FloorBackward0(Flat):
    """y = ⌊x⌋. PyTorch: derivatives.yaml, floor."""

    __slots__ = ()
    function = np.floor


class CeilBackward0(Flat):
    """y = ⌈x⌉. PyTorch: derivatives.yaml, ceil."""

    __slots__ = ()
    function = np.ceil


class RoundBackward0(Flat):
    """y = x rounded, halves to even. PyTorch: derivatives.yaml, round."""

    __slots__ = ()
    function = staticmethod(np.round)


class RoundBackward1(Node):
    """y = x rounded to so many decimals;  dL/dx = 0. PyTorch: derivatives.yaml, round.decimals."""

    __slots__ = ()

    def forward(self, x: Any, *, decimals: int) -> Any:
        return np.round(x, decimals)

    def backward(self, grad: Value) -> Value:
        return zeros_for(grad, tuple(grad.shape))


class TruncBackward0(Flat):
    """y = x rounded towards 0. PyTorch: derivatives.yaml, trunc."""

    __slots__ = ()
    function = np.trunc


class FracBackward0(Node):
    """y = x - trunc x;  dL/dx = dL/dy. PyTorch: derivatives.yaml, frac."""

    __slots__ = ()

    def forward(self, x: Any) -> Any:
        return checked(self, x) - np.trunc(x)

    def backward(self, grad: Value) -> Value:
        return grad


class NanToNumBackward0(Node):
    """y = x with numbers in place of nan and ±inf;  dL/dx = dL/dy where x is finite, else 0.

    PyTorch: derivatives.yaml, nan_to_num.
    """

    __slots__ = ()
    saves = ("self",)

    def forward(self, x: Any, *, nan: float, posinf: float | None, neginf: float | None) -> Any:
        self.save_for_backward(x)
        return np.asarray(np.nan_to_num(checked(self, x), nan=nan, posinf=posinf, neginf=neginf))

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        return grad * isfinite(x)


def _flipped(a: Value, y: Value) -> Value:
    """±1: whether the sign of a was changed to make y; 0 at 0. Level, so without a graph."""
    return constant(lambda a, y: np.where(a == 0, 0, y / a), a, y)


class CopysignBackward0(OfTwoFloats):
    """y = |a| with the sign of b;  dL/da = dL/dy·y / a, 0 at 0,  dL/db = 0.

    PyTorch: derivatives.yaml, copysign.Tensor; FunctionsManual.cpp (copysign_tensor_self_backward).
    """

    __slots__ = ()
    saves = ("self", "result")
    function = np.copysign

    def forward(self, a: Any, b: Any) -> Any:
        result = self.compute(self.function, a, b)
        self.save_for_backward(a, result)
        return result

    def to_a(self, grad: Value, a: Value, y: Value) -> Value:
        return grad * _flipped(a, y)

    def to_b(self, grad: Value, a: Value, y: Value) -> Value:
        return zeros_for(grad, tuple(grad.shape))


class CopysignBackward1(Node):
    """y = |x| with the sign of a number;  dL/dx = dL/dy·y / x, 0 at 0.

    PyTorch: derivatives.yaml, copysign.Scalar.
    """

    __slots__ = ()
    saves = ("self", "result")

    def forward(self, x: Any, *, number: float) -> Any:
        result = np.copysign(*promote_float(x, number))
        self.save_for_backward(x, result)
        return result

    def backward(self, grad: Value) -> Value:
        x, y = self.saved_tensors
        return grad * _flipped(x, y)


def abs(input: Value) -> Value:
    """|x|."""
    refuse("b", "abs_cpu", input)
    return AbsBackward0.apply(input)


def sign(input: Value) -> Value:
    """-1, 0 or 1."""
    return SignBackward0.apply(input)


def sgn(input: Value) -> Value:
    """The sign: x / |x|, 0 at 0."""
    return SgnBackward0.apply(input)


def floor(input: Value) -> Value:
    """⌊x⌋; integers as they are."""
    refuse("b", "floor_vml_cpu", input)
    return FloorBackward0.apply(input)


def ceil(input: Value) -> Value:
    """⌈x⌉; integers as they are."""
    refuse("b", "ceil_vml_cpu", input)
    return CeilBackward0.apply(input)


def round(input: Value, *, decimals: int | None = None) -> Value:
    """The nearest integer, halves to even, or the nearest multiple of 10⁻ᵈᵉᶜⁱᵐᵃˡˢ (of floats)."""
    if decimals is None:
        refuse("b", "round_vml_cpu", input)
        return RoundBackward0.apply(input)
    refuse("biu", "round_cpu" if decimals else "round_vml_cpu", input)
    return RoundBackward1.apply(input, decimals=decimals)


def trunc(input: Value) -> Value:
    """Rounded towards 0; integers as they are."""
    refuse("b", "trunc_vml_cpu", input)
    return TruncBackward0.apply(input)


def frac(input: Value) -> Value:
    """What trunc cuts off, with the sign of x. Floats only."""
    refuse("biu", "frac_cpu", input)
    return FracBackward0.apply(input)


def nan_to_num(
    input: Value,
    nan: float | None = None,
    posinf: float | None = None,
    neginf: float | None = None,
) -> Value:
    """Numbers in place of nan (0) and of ±inf (the largest and smallest that the dtype holds)."""
    return NanToNumBackward0.apply(input, nan=nan or 0.0, posinf=posinf, neginf=neginf)


def copysign(input: Value, other: Value) -> Value:
    """|input| with the sign of `other`, also of its ±0."""
    if is_number(input):
        raise invalid_combination("copysign", input, other)
    if is_number(other):
        return CopysignBackward1.apply(input, number=other)
    return CopysignBackward0.apply(input, other)


def heaviside(input: Value, values: Value) -> Value:
    """0 below zero, 1 above, `values` at zero. RuntimeError for two dtypes."""
    need_tensors("heaviside", input=input, values=values)
    if input.dtype != values.dtype:
        raise RuntimeError("heaviside is not yet implemented for tensors with different dtypes.")
    return without_derivative("heaviside", _heaviside, input, values)


def _heaviside(x: Any, values: Any) -> Any:
    return np.where(x == 0, values, (x > 0).astype(x.dtype))


absolute, fix = abs, trunc
