"""Arithmetic: + - * / and unary minus, and steps that are made of them: addcmul, addcdiv, lerp.

Two operands broadcast and promote (dtypes.py). Each gradient returns to its operand's shape and
dtype in the engine.

PyTorch: aten/src/ATen/native/BinaryOps.cpp; tools/autograd/derivatives.yaml.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import Value
from ..dtypes import cast, cpp_name, promote_float, result_numpy
from ..dtypes import number as to_number
from .division import DivBackward2
from .operands import (
    Broadcast,
    array_of,
    binary,
    checked,
    invalid_combination,
    is_boolean,
    is_number,
    need_tensors,
    refuse,
    shape_of,
)


def _scaled(alpha: float, x: Any, other: Any) -> Any:
    """α·x in the type that x and `other` are about to take."""
    common = result_numpy(x, other)
    return cast(x, common) * to_number(alpha, common)


class AddBackward0(Node):
    """y = a + α·b;  dL/da = dL/dy,  dL/db = α·dL/dy. PyTorch: derivatives.yaml, add.Tensor."""

    __slots__ = ("alpha",)

    def forward(self, a: Any, b: Any, *, alpha: float = 1) -> Any:
        self.alpha = alpha
        return binary(np.add, a, b) if alpha == 1 else binary(np.add, a, _scaled(alpha, b, a))

    def backward(self, grad: Value) -> tuple[Value | None, Value | None]:
        need_a, need_b = self.needs_input_grad
        scaled = grad if self.alpha == 1 or not need_b else grad * self.alpha
        return grad if need_a else None, scaled if need_b else None


class SubBackward0(Node):
    """y = a - α·b;  dL/da = dL/dy,  dL/db = -α·dL/dy. PyTorch: derivatives.yaml, sub.Tensor."""

    __slots__ = ("alpha",)

    def forward(self, a: Any, b: Any, *, alpha: float = 1) -> Any:
        self.alpha = alpha
        return binary(np.subtract, a, b if alpha == 1 else _scaled(alpha, b, a))

    def backward(self, grad: Value) -> tuple[Value | None, Value | None]:
        need_a, need_b = self.needs_input_grad
        return grad if need_a else None, grad * -self.alpha if need_b else None


class RsubBackward1(Node):
    """y = number - α·x;  dL/dx = -α·dL/dy. PyTorch: derivatives.yaml, rsub.Scalar."""

    __slots__ = ("alpha",)

    def forward(self, x: Any, *, number: float, alpha: float = 1) -> Any:
        self.alpha = alpha
        return binary(np.subtract, number, x if alpha == 1 else _scaled(alpha, x, number))

    def backward(self, grad: Value) -> Value:
        return -grad if self.alpha == 1 else grad * -self.alpha


class RsubBackward0(Node):
    """y = b - α·a, from torch.rsub(a, b);  the gradients of `sub`, exchanged.

    PyTorch: derivatives.yaml, rsub.Tensor.
    """

    __slots__ = ("alpha",)

    def forward(self, a: Any, b: Any, *, alpha: float = 1) -> Any:
        self.alpha = alpha
        return binary(np.subtract, b, a if alpha == 1 else _scaled(alpha, a, b))

    def backward(self, grad: Value) -> tuple[Value | None, Value | None]:
        need_a, need_b = self.needs_input_grad
        return grad * -self.alpha if need_a else None, grad if need_b else None


class MulBackward0(Node):
    """y = a·b;  dL/da = dL/dy·b,  dL/db = dL/dy·a. PyTorch: derivatives.yaml, mul.Tensor."""

    __slots__ = ()
    saves = ("self", "other")

    def forward(self, a: Any, b: Any) -> Any:
        need_a, need_b = self.needs_input_grad
        self.save_for_backward(a if need_b else None, b if need_a else None)
        return binary(np.multiply, a, b)

    def backward(self, grad: Value) -> tuple[Value | None, Value | None]:
        need_a, need_b = self.needs_input_grad
        return grad * self.saved(1) if need_a else None, grad * self.saved(0) if need_b else None


class DivBackward0(Node):
    """y = a / b;  dL/da = dL/dy / b,  dL/db = -dL/dy·a / b². PyTorch: derivatives.yaml, div."""

    __slots__ = ()
    saves = ("self", "other")

    def forward(self, a: Any, b: Any) -> Any:
        self.save_for_backward(a if self.needs_input_grad[1] else None, b)
        return binary(np.true_divide, *promote_float(a, b))

    def backward(self, grad: Value) -> tuple[Value | None, Value | None]:
        a, b = self.saved_tensors
        need_a, need_b = self.needs_input_grad
        return grad / b if need_a else None, -grad * ((a / b) / b) if need_b else None


class AddBackward1(Node):
    """y = x + number. PyTorch: derivatives.yaml, add.Scalar."""

    __slots__ = ()

    def forward(self, x: Any, *, number: float) -> Any:
        return binary(np.add, x, number)

    def backward(self, grad: Value) -> Value:
        return grad


class SubBackward1(AddBackward1):
    """y = x - number. PyTorch: derivatives.yaml, sub.Scalar."""

    __slots__ = ()

    def forward(self, x: Any, *, number: float) -> Any:
        return binary(np.subtract, x, number)


class MulBackward1(Node):
    """y = x·number;  dL/dx = dL/dy·number. PyTorch: derivatives.yaml, mul.Scalar."""

    __slots__ = ("number",)

    def forward(self, x: Any, *, number: float) -> Any:
        self.number = number
        return binary(np.multiply, x, number)

    def backward(self, grad: Value) -> Value:
        return grad * self.number


class DivBackward1(Node):
    """y = x / number;  dL/dx = dL/dy / number. PyTorch: derivatives.yaml, div.Scalar."""

    __slots__ = ("number",)

    def forward(self, x: Any, *, number: float) -> Any:
        self.number = number
        return np.true_divide(*promote_float(x, number))

    def backward(self, grad: Value) -> Value:
        return grad / self.number


def plus_number(x: Value, number: float) -> Value:
    return AddBackward1.apply(x, number=number)


def minus_number(x: Value, number: float) -> Value:
    return SubBackward1.apply(x, number=number)


def times_number(x: Value, number: float) -> Value:
    return MulBackward1.apply(x, number=number)


def over_number(x: Value, number: float) -> Value:
    return DivBackward1.apply(x, number=number)


class NegBackward0(Node):
    """y = -x;  dL/dx = -dL/dy. PyTorch: derivatives.yaml, neg."""

    __slots__ = ()

    def forward(self, x: Any) -> Any:
        return np.negative(checked(self, x))

    def backward(self, grad: Value) -> Value:
        return -grad


class AddcmulBackward0(Broadcast):
    """y = x + v·a·b for a number v;  dL/da = dL/dy·v·b,  dL/db = dL/dy·v·a.

    PyTorch: derivatives.yaml, addcmul.
    """

    __slots__ = ()
    saves = ("tensor1", "tensor2", "value")

    def forward(self, x: Any, a: Any, b: Any, *, value: float) -> Any:
        self.save_for_backward(a, b, value)
        return self.compute(lambda x, a, b: x + to_number(value, a.dtype) * a * b, x, a, b)

    def to_a(self, grad: Value, a: Value, b: Value, value: float) -> Value:
        return grad

    def to_b(self, grad: Value, a: Value, b: Value, value: float) -> Value:
        return grad * (b * value)

    def to_c(self, grad: Value, a: Value, b: Value, value: float) -> Value:
        return grad * (a * value)


class AddcdivBackward0(Broadcast):
    """y = x + v·a / b for a number v;  dL/da = dL/dy·v / b,  dL/db = -dL/dy·v·a / b².

    PyTorch: derivatives.yaml, addcdiv.
    """

    __slots__ = ()
    saves = ("tensor1", "tensor2", "value")

    def forward(self, x: Any, a: Any, b: Any, *, value: float) -> Any:
        self.save_for_backward(a, b, value)
        return self.compute(lambda x, a, b: x + to_number(value, a.dtype) * a / b, x, a, b)

    def to_a(self, grad: Value, a: Value, b: Value, value: float) -> Value:
        return grad

    def to_b(self, grad: Value, a: Value, b: Value, value: float) -> Value:
        return grad * (value / b)

    def to_c(self, grad: Value, a: Value, b: Value, value: float) -> Value:
        return -grad * (value * a / (b * b))


def _between(a: Any, b: Any, w: Any) -> Any:
    """a + w·(b - a), reckoned from the nearer end."""
    return np.where(np.abs(w) < 0.5, a + w * (b - a), b - (b - a) * (1 - w))


class LerpBackward0(Node):
    """y = a + w·(b - a) for a number w;  dL/da = dL/dy·(1 - w),  dL/db = dL/dy·w.

    PyTorch: derivatives.yaml, lerp.Scalar.
    """

    __slots__ = ("weight",)

    def forward(self, a: Any, b: Any, *, weight: float) -> Any:
        self.weight = weight
        return binary(lambda a, b: _between(a, b, a.dtype.type(weight)), a, b)

    def backward(self, grad: Value) -> tuple[Value | None, Value | None]:
        need_a, need_b = self.needs_input_grad
        return (
            grad * (1 - self.weight) if need_a else None,
            grad * self.weight if need_b else None,
        )


class LerpBackward1(Broadcast):
    """y = a + w·(b - a);  dL/da = dL/dy·(1 - w),  dL/db = dL/dy·w,  dL/dw = dL/dy·(b - a).

    PyTorch: derivatives.yaml, lerp.Tensor.
    """

    __slots__ = ()
    saves = ("self", "end", "weight")

    def forward(self, a: Any, b: Any, w: Any) -> Any:
        self.save_for_backward(a, b, w)
        return self.compute(_between, a, b, w)

    def to_a(self, grad: Value, a: Value, b: Value, w: Value) -> Value:
        return grad * (1 - w)

    def to_b(self, grad: Value, a: Value, b: Value, w: Value) -> Value:
        return grad * w

    def to_c(self, grad: Value, a: Value, b: Value, w: Value) -> Value:
        return grad * (b - a)


def _check_alpha(alpha: float, a: Any, b: Any) -> None:
    if type(alpha) is int:
        return
    kind = result_numpy(array_of(a), array_of(b)).kind
    if isinstance(alpha, bool) and kind != "b":
        raise RuntimeError("Boolean alpha only supported for Boolean results.")
    if isinstance(alpha, float) and kind != "f":
        raise RuntimeError(
            "For integral input tensors, argument alpha must not be a floating point number."
        )


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
    if type(alpha) is int and alpha == 1:
        return AddBackward0.apply(input, other)
    _check_alpha(alpha, input, other)
    return AddBackward0.apply(input, other, alpha=alpha)


def sub(input: Value, other: Value, *, alpha: float = 1) -> Value:
    """input - alpha·other, broadcast and promoted. NotImplementedError for booleans."""
    _refuse_bool_minus(input, other)
    if type(alpha) is int and alpha == 1:
        return SubBackward0.apply(input, other)
    _check_alpha(alpha, input, other)
    return SubBackward0.apply(input, other, alpha=alpha)


def rsub(input: Value, other: Value, *, alpha: float = 1) -> Value:
    """other - alpha·input."""
    if is_number(input):
        raise invalid_combination("rsub", input, other)
    _refuse_bool_minus(other, input)
    _check_alpha(alpha, input, other)
    if is_number(other):
        return RsubBackward1.apply(input, number=other, alpha=alpha)
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
    need_tensors("positive", input=input)
    if is_boolean(input):
        raise NotImplementedError("The `+` operator, on a bool tensor is not supported.")
    return input


def addcmul(input: Value, tensor1: Value, tensor2: Value, *, value: float = 1) -> Value:
    """input + value·tensor1·tensor2, broadcast and promoted."""
    refuse("b", "addcmul_cpu_out", input, tensor1, tensor2)
    return AddcmulBackward0.apply(input, tensor1, tensor2, value=value)


def addcdiv(input: Value, tensor1: Value, tensor2: Value, *, value: float = 1) -> Value:
    """input + value·tensor1 / tensor2, broadcast and promoted. RuntimeError for integers."""
    if result_numpy(array_of(tensor1), array_of(tensor2)).kind != "f":
        raise RuntimeError(
            "Integer division with addcdiv is no longer supported, and in a future  release "
            "addcdiv will perform a true division of tensor1 and tensor2. The historic addcdiv "
            "behavior can be implemented as (input + value * torch.trunc(tensor1 / tensor2))"
            ".to(input.dtype) for integer inputs and as (input + value * tensor1 / tensor2) for "
            "float inputs. The future addcdiv behavior is just the latter implementation: (input + "
            "value * tensor1 / tensor2), for all dtypes."
        )
    return AddcdivBackward0.apply(input, tensor1, tensor2, value=value)


def lerp(input: Value, end: Value, weight: Value) -> Value:
    """input + weight·(end - input): `input` at weight 0, `end` at 1.

    RuntimeError for different dtypes, NotImplementedError for integers.
    """
    own = array_of(input).dtype
    for name, x in (("end", end), ("weight", weight)):
        free = name == "weight" and not shape_of(array_of(x))  # a number, or a 0-d tensor
        if not free and array_of(x).dtype != own:
            raise RuntimeError(
                f"expected dtype {cpp_name(own)} for `{name}` but got dtype "
                f"{cpp_name(array_of(x).dtype)}"
            )
    if is_number(weight):
        refuse("biu", "lerp_kernel_scalar", input)
        return LerpBackward0.apply(input, end, weight=weight)
    refuse("biu", "lerp_kernel_tensor", input, end, weight)
    return LerpBackward1.apply(input, end, weight)


subtract, multiply, divide, true_divide, negative = sub, mul, div, div, neg
