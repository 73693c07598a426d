"""Powers, roots and 1 / x.

Integers become floats first, where the result is no integer: sqrt of int64 is float32.

PyTorch: aten/src/ATen/native/Pow.cpp, UnaryOps.cpp; FunctionsManual.cpp (pow_backward).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import Value
from ..dtypes import floating, result_numpy, title
from .choice import where
from .exponentials import log
from .operands import (
    Broadcast,
    OfResult,
    OfTwo,
    array_of,
    binary,
    invalid_combination,
    is_boolean,
    is_number,
    need_a_tensor,
    need_tensors,
    refuse,
)
from .shape import to_dtype, zeros_for


class PowBackward0(Node):
    """y = xⁿ for a number n;  dL/dx = dL/dy·n·xⁿ⁻¹, and 0 for n = 0.

    PyTorch: derivatives.yaml, pow.Tensor_Scalar; FunctionsManual.cpp (pow_backward).
    """

    __slots__ = ("exponent",)
    saves = ("self",)

    def forward(self, x: Any, *, exponent: float) -> Any:
        self.save_for_backward(x)
        if isinstance(exponent, np.generic):
            exponent = exponent.item()  # a np.float64 would make float64 of the result
        self.exponent = exponent
        kind = result_numpy(x, exponent)
        if kind.kind in "biu" and exponent < 0:
            raise RuntimeError("Integers to negative integer powers are not allowed.")
        if kind.kind == "b":
            return np.logical_or(x, not exponent)  # x to the power True, or False
        x = x.astype(kind, copy=False)
        # PyTorch's kernel takes these two roots, which differ from C's pow at -0, and multiplies
        # for the cube, which is many times as fast.
        if exponent == 0.5:
            return np.sqrt(x)
        if exponent == 3:
            return x * x * x
        return 1 / np.sqrt(x) if exponent == -0.5 else x**exponent

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        n = self.exponent
        if n == 0:
            return zeros_for(grad, tuple(grad.shape))
        return grad * (n * pow(x, n - 1))


def _power(a: Any, b: Any) -> Any:
    if a.dtype.kind not in "iu" or not np.any(b < 0):
        return np.power(a, b)
    # NumPy refuses a negative power of an integer. It is ±1 for ±1, and less than 1 for others.
    unit = np.abs(a) == 1
    return np.where((b < 0) & ~unit, 0, np.power(a, np.where(b < 0, b % 2, b))).astype(a.dtype)


class PowBackward1(OfTwo):
    """y = aᵇ;  dL/da = dL/dy·b·aᵇ⁻¹ (0 where b = 0),  dL/db = dL/dy·y·ln a (0 where a = 0 ≤ b).

    PyTorch: derivatives.yaml, pow.Tensor_Tensor; FunctionsManual.cpp (pow_backward_exponent).
    """

    __slots__ = ()
    saves = ("self", "exponent", "result")

    def forward(self, a: Any, b: Any) -> Any:
        result = self.compute(_power, a, b)
        self.save_for_backward(a, b, result)
        return result

    def to_a(self, grad: Value, a: Value, b: Value, y: Value) -> Value:
        # Where b is 0 the factor b is 0, but 0·0⁻¹ would be nan.
        return where(b == 0, 0.0, grad * (b * a ** (b - 1)))

    def to_b(self, grad: Value, a: Value, b: Value, y: Value) -> Value:
        return where((a == 0) & (b >= 0), 0.0, grad * (y * log(a)))


class PowBackward2(Node):
    """y = nˣ for a number n;  dL/dx = dL/dy·y·ln n. PyTorch: derivatives.yaml, pow.Scalar."""

    __slots__ = ("base",)
    saves = ("self", "result")

    def forward(self, x: Any, *, base: float) -> Any:
        result = binary(_power, base, x)
        self.base = base
        self.save_for_backward(x, result)
        return result

    def backward(self, grad: Value) -> Value:
        x, y = self.saved_tensors
        if self.base == 0:
            return where(x >= 0, 0.0, grad * (y * -math.inf))
        return grad * (y * (math.log(self.base) if self.base > 0 else math.nan))


class SqrtBackward0(OfResult):
    """y = √x;  dL/dx = dL/dy / (2y), infinite at 0. PyTorch: derivatives.yaml, sqrt."""

    __slots__ = ()
    function = np.sqrt

    def backward(self, grad: Value) -> Value:
        (y,) = self.saved_tensors
        return grad / (2 * y)


class RsqrtBackward0(OfResult):
    """y = 1 / √x;  dL/dx = -dL/dy·y³ / 2. PyTorch: derivatives.yaml, rsqrt."""

    __slots__ = ()
    function = staticmethod(lambda x: 1 / np.sqrt(x))

    def backward(self, grad: Value) -> Value:
        (y,) = self.saved_tensors
        return -0.5 * grad * y**3


class ReciprocalBackward0(OfResult):
    """y = 1 / x;  dL/dx = -dL/dy·y². PyTorch: derivatives.yaml, reciprocal."""

    __slots__ = ()
    function = staticmethod(lambda x: 1 / x)

    def backward(self, grad: Value) -> Value:
        (y,) = self.saved_tensors
        return -grad * (y * y)


def _power_of_two(b: Any, kind: Any) -> Any:
    """2ᵇ, in b's own type if it holds floats."""
    if b.dtype.kind == "f":
        return 2.0**b
    if kind.kind == "f":
        refuse("b", "ldexp_cpu_exp", b)
    return np.ldexp(np.ones((), floating(np.empty(0, kind)).dtype), b)


class LdexpBackward0(Broadcast):
    """y = a·2ᵇ;  dL/da = dL/dy·2ᵇ,  dL/db = dL/dy·y·ln 2. PyTorch: derivatives.yaml, ldexp."""

    __slots__ = ()
    saves = ("other", "result")

    def forward(self, a: Any, b: Any) -> Any:
        result = self.compute(np.multiply, a, _power_of_two(b, a.dtype))
        self.save_for_backward(b, result)
        return result

    def to_a(self, grad: Value, b: Value, y: Value) -> Value:
        return grad * pow(2.0, b)

    def to_b(self, grad: Value, b: Value, y: Value) -> Value:
        return grad * y * math.log(2)


def pow(input: Value, exponent: Value) -> Value:
    """inputᵉˣᵖᵒⁿᵉⁿᵗ, broadcast and promoted; either may be a number.

    RuntimeError for an integer to a negative integer power that is a number.
    """
    if is_number(exponent):
        if is_number(input):
            raise invalid_combination("pow", input, exponent)
        return PowBackward0.apply(input, exponent=exponent)
    if is_boolean(input) and is_boolean(exponent):
        raise NotImplementedError("\"pow\" not implemented for 'Bool'")
    if is_number(input):
        return PowBackward2.apply(exponent, base=input)
    return PowBackward1.apply(input, exponent)


def sqrt(input: Value) -> Value:
    """The square root; nan below 0."""
    return SqrtBackward0.apply(input)


def rsqrt(input: Value) -> Value:
    """1 / √x."""
    return RsqrtBackward0.apply(input)


def reciprocal(input: Value) -> Value:
    """1 / x."""
    return ReciprocalBackward0.apply(input)


def square(input: Value) -> Value:
    """x², as PyTorch's: a power in the graph."""
    need_tensors("square", input=input)
    return pow(input, 2)


def float_power(input: Value, exponent: Value) -> Value:
    """inputᵉˣᵖᵒⁿᵉⁿᵗ in float64; either may be a number."""
    need_a_tensor("float_power", input, exponent)
    return pow(_double(input), _double(exponent))


def refuse_float_power_in_place(x: Value) -> None:
    """RuntimeError unless `x` can hold the result, which is float64."""
    kind = array_of(x).dtype
    if kind != np.float64:
        raise RuntimeError(
            f"the base given to float_power_ has dtype {title(kind)} but the operation's result "
            "requires dtype Double"
        )


def _double(x: Value) -> Value:
    return x if is_number(x) else to_dtype(x, np.dtype(np.float64))


def ldexp(input: Value, other: Value) -> Value:
    """input·2ᵒᵗʰᵉʳ."""
    need_tensors("ldexp", input=input, other=other)
    return LdexpBackward0.apply(input, other)
