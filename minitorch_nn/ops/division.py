"""Division that stays whole, and what it leaves: //, %, fmod, gcd, lcm.

Python's % takes the sign of the divisor, C's fmod that of the dividend: the quotient was rounded
down in the one, towards 0 in the other.

PyTorch: aten/src/ATen/native/BinaryOps.cpp; tools/autograd/derivatives.yaml.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import Value
from ..dtypes import promote
from .operands import (
    Broadcast,
    OfTwo,
    constant_of_two,
    invalid_combination,
    is_number,
    need_a_tensor,
    need_tensors,
    refuse,
    without_derivative,
)
from .shape import zeros_for


class DivBackward2(Broadcast):
    """y = a / b rounded to an integer (floor or trunc); both gradients are 0.

    PyTorch: derivatives.yaml, div.Tensor_mode.
    """

    __slots__ = ()
    saves = ("self", "other", "rounding_mode")

    def forward(self, a: Any, b: Any, *, rounding_mode: str) -> Any:
        self.save_for_backward(a, b, rounding_mode)
        rounded = _floor_quotient if rounding_mode == "floor" else _trunc_quotient
        return self.compute(rounded, a, b)

    def to_a(self, grad: Value, *saved: Any) -> Value:
        return zeros_for(grad, tuple(grad.shape))

    to_b = to_a


def _floor_quotient(a: Any, b: Any) -> Any:
    _check_divisor(a, b, "div_floor_cpu")
    return np.floor_divide(a, b)


def _trunc_quotient(a: Any, b: Any) -> Any:
    _check_divisor(a, b, "div_trunc_cpu")
    if a.dtype.kind == "f":
        return np.trunc(np.true_divide(a, b))
    return (a - np.fmod(a, b)) // b  # through floats, large integers would lose their last digits


def _remainder(a: Any, b: Any) -> Any:
    _check_divisor(a, b, "remainder_cpu")
    rest = np.asarray(np.remainder(a, b))
    if rest.dtype.kind == "f":
        np.copysign(rest, a, out=rest, where=rest == 0)  # NumPy gives a rest of 0 the sign of b
    return rest


def _fmod(a: Any, b: Any) -> Any:
    _check_divisor(a, b, "fmod_cpu")
    return np.fmod(a, b)


def _check_divisor(a: Any, b: Any, kernel: str) -> None:
    """Of two operands in their common type: no booleans, and no integer division by zero."""
    refuse("b", kernel, a)
    if a.dtype.kind in "iu" and not np.all(b):
        raise RuntimeError("ZeroDivisionError")


class RemainderBackward0(Node):
    """y = x mod a number, with the number's sign;  dL/dx = dL/dy.

    PyTorch: derivatives.yaml, remainder.Scalar.
    """

    __slots__ = ()

    def forward(self, x: Any, *, number: float) -> Any:
        return _remainder(*promote(x, number))

    def backward(self, grad: Value) -> Value:
        return grad


class RemainderBackward1(OfTwo):
    """y = a mod b, with b's sign;  dL/da = dL/dy,  dL/db = -dL/dy·⌊a / b⌋.

    PyTorch: derivatives.yaml, remainder.Tensor.
    """

    __slots__ = ()
    function = staticmethod(_remainder)

    def to_a(self, grad: Value, a: Value, b: Value) -> Value:
        return grad

    def to_b(self, grad: Value, a: Value, b: Value) -> Value:
        return -grad * DivBackward2.apply(a, b, rounding_mode="floor")


class FmodBackward0(Node):
    """y = x mod a number, with x's sign;  dL/dx = dL/dy. PyTorch: derivatives.yaml, fmod.Scalar."""

    __slots__ = ()

    def forward(self, x: Any, *, number: float) -> Any:
        return _fmod(*promote(x, number))

    def backward(self, grad: Value) -> Value:
        return grad


class FmodBackward1(OfTwo):
    """y = a mod b, with a's sign;  dL/da = dL/dy,  dL/db = -dL/dy·trunc(a / b).

    PyTorch: derivatives.yaml, fmod.Tensor.
    """

    __slots__ = ()
    function = staticmethod(_fmod)

    def to_a(self, grad: Value, a: Value, b: Value) -> Value:
        return grad

    def to_b(self, grad: Value, a: Value, b: Value) -> Value:
        return -grad * DivBackward2.apply(a, b, rounding_mode="trunc")


def floor_divide(input: Value, other: Value) -> Value:
    """⌊input / other⌋, in the operands' common type. PyTorch has no derivative of it.

    NotImplementedError for booleans; RuntimeError for an integer division by zero, also below.
    """
    return without_derivative("floor_divide", _floor_quotient, input, other)


def remainder(input: Value, other: Value) -> Value:
    """The rest of input / other, with the sign of `other`, as Python's %."""
    need_a_tensor("remainder", input, other)
    if is_number(other):
        return RemainderBackward0.apply(input, number=other)
    if is_number(input):
        return without_derivative("remainder", _remainder, input, other)
    return RemainderBackward1.apply(input, other)


def fmod(input: Value, other: Value) -> Value:
    """The rest of input / other, with the sign of `input`, as C's fmod."""
    if is_number(input):
        raise invalid_combination("fmod", input, other)
    if is_number(other):
        return FmodBackward0.apply(input, number=other)
    return FmodBackward1.apply(input, other)


def gcd(input: Value, other: Value) -> Value:
    """The greatest common divisor; gcd(0, 0) is 0. Integers only."""
    need_tensors("gcd", input=input, other=other)
    refuse("fb", "gcd_cpu", input, other)
    return constant_of_two(np.gcd, input, other)


def lcm(input: Value, other: Value) -> Value:
    """The least common multiple, 0 if either is 0. Integers only."""
    need_tensors("lcm", input=input, other=other)
    refuse("fb", "lcm_cpu", input, other)
    return constant_of_two(np.lcm, input, other)
