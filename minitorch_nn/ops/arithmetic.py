"""Arithmetic: + - * / // % and unary minus.

Two operands broadcast and promote (dtypes.py). Each gradient returns to its operand's shape through
`sum_to` and, in the engine, to its dtype.

PyTorch: aten/src/ATen/native/BinaryOps.cpp; tools/autograd/derivatives.yaml.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import Value
from ..dtypes import promote, promote_float, result_numpy
from .broadcasting import sum_to
from .operands import binary, constant, is_boolean, is_number, shape_of
from .pointwise import floor
from .shape import zeros_for


class AddBackward0(Node):
    """y = a + α·b;  dL/da = dL/dy,  dL/db = α·dL/dy. PyTorch: derivatives.yaml, add.Tensor."""

    __slots__ = ("alpha", "shapes")

    def forward(self, a: Any, b: Any, *, alpha: float = 1) -> Any:
        self.alpha, self.shapes = alpha, (shape_of(a), shape_of(b))
        return binary(np.add, a, b if alpha == 1 else b * alpha)

    def backward(self, grad: Value) -> tuple[Value | None, Value | None]:
        need_a, need_b = self.needs_input_grad
        scaled = grad if self.alpha == 1 else grad * self.alpha
        return (
            sum_to(grad, self.shapes[0]) if need_a else None,
            sum_to(scaled, self.shapes[1]) if need_b else None,
        )


class SubBackward0(Node):
    """y = a - α·b;  dL/da = dL/dy,  dL/db = -α·dL/dy. PyTorch: derivatives.yaml, sub.Tensor."""

    __slots__ = ("alpha", "shapes")

    def forward(self, a: Any, b: Any, *, alpha: float = 1) -> Any:
        self.alpha, self.shapes = alpha, (shape_of(a), shape_of(b))
        return binary(np.subtract, a, b if alpha == 1 else b * alpha)

    def backward(self, grad: Value) -> tuple[Value | None, Value | None]:
        need_a, need_b = self.needs_input_grad
        return (
            sum_to(grad, self.shapes[0]) if need_a else None,
            sum_to(grad * -self.alpha, self.shapes[1]) if need_b else None,
        )


class RsubBackward1(Node):
    """y = number - x;  dL/dx = -dL/dy. PyTorch: derivatives.yaml, rsub.Scalar."""

    __slots__ = ()

    def forward(self, x: Any, *, number: float) -> Any:
        return binary(np.subtract, number, x)

    def backward(self, grad: Value) -> Value:
        return -grad


class RsubBackward0(SubBackward0):
    """y = b - α·a, from torch.rsub(a, b);  the gradients of `sub`, exchanged.

    PyTorch: derivatives.yaml, rsub.Tensor.
    """

    __slots__ = ()

    def forward(self, a: Any, b: Any, *, alpha: float = 1) -> Any:
        self.alpha, self.shapes = alpha, (shape_of(a), shape_of(b))
        return binary(np.subtract, b, a if alpha == 1 else a * alpha)

    def backward(self, grad: Value) -> tuple[Value | None, Value | None]:
        need_a, need_b = self.needs_input_grad
        return (
            sum_to(grad * -self.alpha, self.shapes[0]) if need_a else None,
            sum_to(grad, self.shapes[1]) if need_b else None,
        )


class MulBackward0(Node):
    """y = a·b;  dL/da = dL/dy·b,  dL/db = dL/dy·a. PyTorch: derivatives.yaml, mul.Tensor."""

    __slots__ = ("shapes",)
    saves = ("self", "other")

    def forward(self, a: Any, b: Any) -> Any:
        need_a, need_b = self.needs_input_grad
        self.save_for_backward(a if need_b else None, b if need_a else None)
        self.shapes = shape_of(a), shape_of(b)
        return binary(np.multiply, a, b)

    def backward(self, grad: Value) -> tuple[Value | None, Value | None]:
        a, b = self.saved_tensors
        need_a, need_b = self.needs_input_grad
        return (
            sum_to(grad * b, self.shapes[0]) if need_a else None,
            sum_to(grad * a, self.shapes[1]) if need_b else None,
        )


class DivBackward0(Node):
    """y = a / b;  dL/da = dL/dy / b,  dL/db = -dL/dy·a / b². PyTorch: derivatives.yaml, div."""

    __slots__ = ("shapes",)
    saves = ("self", "other")

    def forward(self, a: Any, b: Any) -> Any:
        self.save_for_backward(a if self.needs_input_grad[1] else None, b)
        self.shapes = shape_of(a), shape_of(b)
        return binary(np.true_divide, *promote_float(a, b))

    def backward(self, grad: Value) -> tuple[Value | None, Value | None]:
        a, b = self.saved_tensors
        need_a, need_b = self.needs_input_grad
        return (
            sum_to(grad / b, self.shapes[0]) if need_a else None,
            sum_to(-grad * ((a / b) / b), self.shapes[1]) if need_b else None,
        )


class DivBackward2(Node):
    """y = a / b rounded to an integer (floor or trunc); both gradients are 0.

    PyTorch: derivatives.yaml, div.Tensor_mode.
    """

    __slots__ = ("rounding_mode", "shapes")

    def forward(self, a: Any, b: Any, *, rounding_mode: str) -> Any:
        self.shapes = shape_of(a), shape_of(b)
        a, b = promote(a, b)
        _check_divisor(a, b, f"div_{rounding_mode}_cpu")
        if rounding_mode == "floor":
            return binary(np.floor_divide, a, b)
        quotient = np.trunc(binary(np.true_divide, a, b))
        return quotient.astype(result_numpy(a, b), copy=False)

    def backward(self, grad: Value) -> tuple[Value | None, Value | None]:
        need_a, need_b = self.needs_input_grad
        return (
            sum_to(zeros_for(grad, tuple(grad.shape)), self.shapes[0]) if need_a else None,
            sum_to(zeros_for(grad, tuple(grad.shape)), self.shapes[1]) if need_b else None,
        )


class AddBackward1(Node):
    """y = x + number. PyTorch: derivatives.yaml, add.Scalar."""

    __slots__ = ()

    def forward(self, x: Any, *, number: float) -> Any:
        return x + number

    def backward(self, grad: Value) -> Value:
        return grad


class MulBackward1(Node):
    """y = x·number;  dL/dx = dL/dy·number. PyTorch: derivatives.yaml, mul.Scalar."""

    __slots__ = ("number",)

    def forward(self, x: Any, *, number: float) -> Any:
        self.number = number
        return x * number

    def backward(self, grad: Value) -> Value:
        return grad * self.number


class DivBackward1(Node):
    """y = x / number;  dL/dx = dL/dy / number. PyTorch: derivatives.yaml, div.Scalar."""

    __slots__ = ("number",)

    def forward(self, x: Any, *, number: float) -> Any:
        self.number = number
        return np.true_divide(x, number)

    def backward(self, grad: Value) -> Value:
        return grad / self.number


def plus_number(x: Value, number: float) -> Value:
    return AddBackward1.apply(x, number=number)


def times_number(x: Value, number: float) -> Value:
    return MulBackward1.apply(x, number=number)


def over_number(x: Value, number: float) -> Value:
    return DivBackward1.apply(x, number=number)


class RemainderBackward0(Node):
    """y = x mod a number, with the number's sign;  dL/dx = dL/dy.

    PyTorch: derivatives.yaml, remainder.Scalar.
    """

    __slots__ = ()

    def forward(self, x: Any, *, number: float) -> Any:
        x, number = promote(x, number)
        _check_divisor(x, number, "remainder_cpu")
        return np.remainder(x, number)

    def backward(self, grad: Value) -> Value:
        return grad


class RemainderBackward1(Node):
    """y = a mod b, with b's sign;  dL/da = dL/dy,  dL/db = -dL/dy·⌊a / b⌋.

    PyTorch: derivatives.yaml, remainder.Tensor.
    """

    __slots__ = ("shapes",)
    saves = ("self", "other")

    def forward(self, a: Any, b: Any) -> Any:
        self.save_for_backward(a, b)
        self.shapes = shape_of(a), shape_of(b)
        a, b = promote(a, b)
        _check_divisor(a, b, "remainder_cpu")
        return binary(np.remainder, a, b)

    def backward(self, grad: Value) -> tuple[Value | None, Value | None]:
        need_a, need_b = self.needs_input_grad
        a, b = self.saved_tensors
        return (
            sum_to(grad, self.shapes[0]) if need_a else None,
            sum_to(-grad * floor(a / b), self.shapes[1]) if need_b else None,
        )


class NegBackward0(Node):
    """y = -x;  dL/dx = -dL/dy. PyTorch: derivatives.yaml, neg."""

    __slots__ = ()

    def forward(self, x: Any) -> Any:
        return np.negative(x)

    def backward(self, grad: Value) -> Value:
        return -grad


def _refuse_bool_minus(a: Any, b: Any) -> None:
    first, second = is_boolean(a), is_boolean(b)
    if first and second:
        raise NotImplementedError(
            "Subtraction, the `-` operator, with two bool tensors is not supported. "
            "Use the `^` or `logical_xor()` operator instead."
        )
    if first or second:
        raise NotImplementedError(
            "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying "
            "to invert a mask, use the `~` or `logical_not()` operator instead."
        )


def add(input: Value, other: Value, *, alpha: float = 1) -> Value:
    """input + alpha·other, broadcast and promoted."""
    if alpha == 1:
        return AddBackward0.apply(input, other)
    return AddBackward0.apply(input, other, alpha=alpha)


def sub(input: Value, other: Value, *, alpha: float = 1) -> Value:
    """input - alpha·other, broadcast and promoted. RuntimeError for booleans."""
    _refuse_bool_minus(input, other)
    return SubBackward0.apply(input, other, alpha=alpha)


def rsub(input: Value, other: Value, *, alpha: float = 1) -> Value:
    """other - alpha·input."""
    if is_number(other) and alpha == 1:
        _refuse_bool_minus(other, input)
        return RsubBackward1.apply(input, number=other)
    _refuse_bool_minus(other, input)
    return RsubBackward0.apply(input, other, alpha=alpha)


def mul(input: Value, other: Value) -> Value:
    """input·other, broadcast and promoted."""
    return MulBackward0.apply(input, other)


def div(input: Value, other: Value, *, rounding_mode: str | None = None) -> Value:
    """input / other; integers give floats. rounding_mode 'floor' or 'trunc' keeps integers.

    RuntimeError for another rounding_mode, or an integer division by zero.
    """
    if rounding_mode is None:
        return DivBackward0.apply(input, other)
    if rounding_mode not in ("floor", "trunc"):
        raise RuntimeError(
            "div expected rounding_mode to be one of None, 'trunc', or 'floor' but found "
            f"'{rounding_mode}'"
        )
    return DivBackward2.apply(input, other, rounding_mode=rounding_mode)


def floor_divide(input: Value, other: Value) -> Value:
    """⌊input / other⌋, in the operands' common type. Has no gradient."""
    return constant(_floor_divide, input, other)


def _floor_divide(a: Any, b: Any) -> Any:
    a, b = promote(a, b)
    _check_divisor(a, b, "div_floor_cpu")
    return binary(np.floor_divide, a, b)


def _check_divisor(a: Any, b: Any, name: str) -> None:
    kind = np.asarray(a).dtype
    if kind.kind == "b":
        raise NotImplementedError(f"\"{name}\" not implemented for 'Bool'")
    if kind.kind in "iu" and not np.all(b):
        raise RuntimeError("ZeroDivisionError")


def remainder(input: Value, other: Value) -> Value:
    """The rest of input / other, with the sign of `other`, as Python's %."""
    if is_number(other):
        return RemainderBackward0.apply(input, number=other)
    return RemainderBackward1.apply(input, other)


def neg(input: Value) -> Value:
    """-input. NotImplementedError for booleans."""
    if is_boolean(input):
        raise NotImplementedError(
            "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to "
            "invert a mask, use the `~` or `logical_not()` operator instead."
        )
    return NegBackward0.apply(input)


def positive(input: Value) -> Value:
    """`input` itself. RuntimeError for booleans."""
    if is_boolean(input):
        raise NotImplementedError("The `+` operator, on a bool tensor is not supported.")
    return input
