"""Operations that treat every element alike: arithmetic, powers, comparisons, choices.

Two operands broadcast and promote (dtypes.py); each gradient returns to its operand's shape through
`sum_to` and, in the engine, to its dtype. Functions whose result has no gradient (comparisons,
tests, logic) are at the end: they leave no node.

PyTorch: aten/src/ATen/native/BinaryOps.cpp, UnaryOps.cpp; tools/autograd/derivatives.yaml.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..autograd.function import Node
from ..base import TensorBase, Value
from ..dtypes import cpp_name, floating, promote, promote_float, result_numpy, title
from .broadcasting import explain_broadcast, sum_to


def array_of(x: Any) -> Any:
    """The array inside a tensor; arrays and numbers as they are."""
    return x.array if isinstance(x, TensorBase) else x


def is_number(x: Any) -> bool:
    return isinstance(x, bool | int | float)


def binary(ufunc: Callable[..., Any], a: Any, b: Any) -> Any:
    """`ufunc` on operands brought to one type; a clash of shapes said as PyTorch says it."""
    try:
        return ufunc(*promote(a, b))
    except ValueError as error:
        raise explain_broadcast(error, a, b) from None


def shape_of(x: Any) -> tuple[int, ...]:
    return getattr(x, "shape", ())


# --- arithmetic ------------------------------------------------------------------------------


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
    """y = b - α·a, from torch.rsub(a, b);  the gradients of `sub`, exchanged. PyTorch: rsub.Tensor."""

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


def divide(a: Any, b: Any) -> Any:
    """True division of arrays or numbers: integers give the default float."""
    return np.true_divide(*promote_float(a, b))


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
            sum_to(grad * 0.0, self.shapes[0]) if need_a else None,
            sum_to(grad * 0.0, self.shapes[1]) if need_b else None,
        )


# PyTorch's C++ code, unlike a user's Python, can combine a tensor with a bare number: such a node has
# one edge. The losses that PyTorch writes in C++ are written here with these three.


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
    first, second = (getattr(array_of(x), "dtype", np.dtype(type(x))) for x in (a, b))
    if first == bool and second == bool:
        raise NotImplementedError(
            "Subtraction, the `-` operator, with two bool tensors is not supported. "
            "Use the `^` or `logical_xor()` operator instead."
        )
    if first == bool or second == bool:
        raise NotImplementedError(
            "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying "
            "to invert a mask, use the `~` or `logical_not()` operator instead."
        )


def add(input: Value, other: Value, *, alpha: float = 1) -> Value:
    """input + alpha·other, broadcast and promoted."""
    return (
        AddBackward0.apply(input, other, alpha=alpha)
        if alpha != 1
        else AddBackward0.apply(input, other)
    )


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
    return _constant(_floor_divide, input, other)


def _floor_divide(a: Any, b: Any) -> Any:
    a, b = promote(a, b)
    _check_divisor(a, b, "div_floor_cpu")
    return binary(np.floor_divide, a, b)


def _check_divisor(a: Any, b: Any, name: str) -> None:
    kind = np.asarray(a).dtype
    if kind == bool:
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
    if array_of(input).dtype == bool:
        raise NotImplementedError(
            "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to "
            "invert a mask, use the `~` or `logical_not()` operator instead."
        )
    return NegBackward0.apply(input)


def positive(input: Value) -> Value:
    """`input` itself. RuntimeError for booleans."""
    if array_of(input).dtype == bool:
        raise NotImplementedError("The `+` operator, on a bool tensor is not supported.")
    return input


# --- powers, exponentials, logarithms --------------------------------------------------------


class PowBackward0(Node):
    """y = xⁿ for a number n;  dL/dx = dL/dy·n·xⁿ⁻¹, and 0 for n = 0.

    PyTorch: derivatives.yaml, pow.Tensor_Scalar; FunctionsManual.cpp (pow_backward).
    """

    __slots__ = ("exponent",)
    saves = ("self",)

    def forward(self, x: Any, *, exponent: float) -> Any:
        self.save_for_backward(x)
        self.exponent = exponent
        kind = result_numpy(x, exponent)
        if kind.kind in "biu" and exponent < 0:
            raise RuntimeError("Integers to negative integer powers are not allowed.")
        x = x.astype(kind, copy=False)
        # PyTorch's kernel takes these two roots, which differ from C's pow at -0.
        if exponent == 0.5:
            return np.sqrt(x)
        return 1 / np.sqrt(x) if exponent == -0.5 else x**exponent

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        n = self.exponent
        if n == 0:
            return grad * 0.0
        return grad * (n * pow(x, n - 1))


class PowBackward1(Node):
    """y = aᵇ;  dL/da = dL/dy·b·aᵇ⁻¹ (0 where b = 0),  dL/db = dL/dy·y·ln a (0 where a = 0 ≤ b).

    PyTorch: derivatives.yaml, pow.Tensor_Tensor; FunctionsManual.cpp (pow_backward_exponent).
    """

    __slots__ = ("shapes",)
    saves = ("self", "exponent", "result")

    def forward(self, a: Any, b: Any) -> Any:
        result = binary(np.power, a, b)
        self.save_for_backward(a, b, result)
        self.shapes = shape_of(a), shape_of(b)
        return result

    def backward(self, grad: Value) -> tuple[Value | None, Value | None]:
        need_a, need_b = self.needs_input_grad
        a, b, y = self.saved_tensors
        grad_a = grad_b = None
        if need_a:
            # Where b is 0 the factor b is 0, but 0·0⁻¹ would be nan.
            grad_a = sum_to(where(b == 0, 0.0, grad * (b * a ** (b - 1))), self.shapes[0])
        if need_b:
            flat = (a == 0) & (b >= 0)
            grad_b = sum_to(where(flat, 0.0, grad * (y * log(a))), self.shapes[1])
        return grad_a, grad_b


class PowBackward2(Node):
    """y = nˣ for a number n;  dL/dx = dL/dy·y·ln n. PyTorch: derivatives.yaml, pow.Scalar."""

    __slots__ = ("base",)
    saves = ("self", "result")

    def forward(self, x: Any, *, base: float) -> Any:
        result = binary(np.power, base, x)
        self.base = base
        self.save_for_backward(x, result)
        return result

    def backward(self, grad: Value) -> Value:
        x, y = self.saved_tensors
        if self.base == 0:
            return where(x >= 0, 0.0, grad * (y * -math.inf))
        return grad * (y * (math.log(self.base) if self.base > 0 else math.nan))


class ExpBackward0(Node):
    """y = eˣ;  dL/dx = dL/dy·y. PyTorch: derivatives.yaml, exp."""

    __slots__ = ()
    saves = ("result",)

    def forward(self, x: Any) -> Any:
        result = np.exp(floating(x))
        self.save_for_backward(result)
        return result

    def backward(self, grad: Value) -> Value:
        (y,) = self.saved_tensors
        return grad * y


class Expm1Backward0(Node):
    """y = eˣ - 1;  dL/dx = dL/dy·(y + 1). PyTorch: derivatives.yaml, expm1."""

    __slots__ = ()
    saves = ("result",)

    def forward(self, x: Any) -> Any:
        result = np.expm1(floating(x))
        self.save_for_backward(result)
        return result

    def backward(self, grad: Value) -> Value:
        (y,) = self.saved_tensors
        return grad * (y + 1)


class LogBackward0(Node):
    """y = ln x;  dL/dx = dL/dy / x. PyTorch: derivatives.yaml, log."""

    __slots__ = ()
    saves = ("self",)

    def forward(self, x: Any) -> Any:
        self.save_for_backward(x)
        return np.log(floating(x))

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        return grad / x


class Log2Backward0(Node):
    """y = log₂ x;  dL/dx = dL/dy / (x·ln 2). PyTorch: derivatives.yaml, log2."""

    __slots__ = ()
    saves = ("self",)

    def forward(self, x: Any) -> Any:
        self.save_for_backward(x)
        return np.log2(floating(x))

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        return grad / (x * math.log(2))


class Log10Backward0(Node):
    """y = log₁₀ x;  dL/dx = dL/dy / (x·ln 10). PyTorch: derivatives.yaml, log10."""

    __slots__ = ()
    saves = ("self",)

    def forward(self, x: Any) -> Any:
        self.save_for_backward(x)
        return np.log10(floating(x))

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        return grad / (x * math.log(10))


class Log1PBackward0(Node):
    """y = ln(1 + x);  dL/dx = dL/dy / (x + 1). PyTorch: derivatives.yaml, log1p."""

    __slots__ = ()
    saves = ("self",)

    def forward(self, x: Any) -> Any:
        self.save_for_backward(x)
        return np.log1p(floating(x))

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        return grad / (x + 1)


class SqrtBackward0(Node):
    """y = √x;  dL/dx = dL/dy / (2y), infinite at 0. PyTorch: derivatives.yaml, sqrt."""

    __slots__ = ()
    saves = ("result",)

    def forward(self, x: Any) -> Any:
        result = np.sqrt(floating(x))
        self.save_for_backward(result)
        return result

    def backward(self, grad: Value) -> Value:
        (y,) = self.saved_tensors
        return grad / (2 * y)


class RsqrtBackward0(Node):
    """y = 1 / √x;  dL/dx = -dL/dy·y³ / 2. PyTorch: derivatives.yaml, rsqrt."""

    __slots__ = ()
    saves = ("result",)

    def forward(self, x: Any) -> Any:
        result = 1 / np.sqrt(floating(x))
        self.save_for_backward(result)
        return result

    def backward(self, grad: Value) -> Value:
        (y,) = self.saved_tensors
        return -0.5 * grad * y**3


class ReciprocalBackward0(Node):
    """y = 1 / x;  dL/dx = -dL/dy·y². PyTorch: derivatives.yaml, reciprocal."""

    __slots__ = ()
    saves = ("result",)

    def forward(self, x: Any) -> Any:
        result = 1 / floating(x)
        self.save_for_backward(result)
        return result

    def backward(self, grad: Value) -> Value:
        (y,) = self.saved_tensors
        return -grad * (y * y)


def pow(input: Value, exponent: Value) -> Value:
    """inputᵉˣᵖᵒⁿᵉⁿᵗ, broadcast and promoted; either may be a number.

    RuntimeError for an integer to a negative integer power.
    """
    if result_numpy(array_of(input), array_of(exponent)) == bool:
        raise NotImplementedError("\"pow\" not implemented for 'Bool'")
    if is_number(exponent):
        return PowBackward0.apply(input, exponent=exponent)
    if is_number(input):
        return PowBackward2.apply(exponent, base=input)
    a, b = array_of(input), array_of(exponent)
    if result_numpy(a, b).kind in "iu" and np.any(b < 0):
        raise RuntimeError("Integers to negative integer powers are not allowed.")
    return PowBackward1.apply(input, exponent)


def exp(input: Value) -> Value:
    """eˣ of every element."""
    return ExpBackward0.apply(input)


def expm1(input: Value) -> Value:
    """eˣ - 1, exact for small x."""
    return Expm1Backward0.apply(input)


def log(input: Value) -> Value:
    """The natural logarithm; -inf at 0, nan below."""
    return LogBackward0.apply(input)


def log2(input: Value) -> Value:
    """The logarithm to base 2."""
    return Log2Backward0.apply(input)


def log10(input: Value) -> Value:
    """The logarithm to base 10."""
    return Log10Backward0.apply(input)


def log1p(input: Value) -> Value:
    """ln(1 + x), exact for small x."""
    return Log1PBackward0.apply(input)


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
    return pow(input, 2)


# --- trigonometry, rounding, signs -----------------------------------------------------------


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
        return grad * 0.0


class FloorBackward0(Node):
    """y = ⌊x⌋; flat, so the gradient is 0. PyTorch: derivatives.yaml, floor."""

    __slots__ = ()

    def forward(self, x: Any) -> Any:
        return np.floor(x)

    def backward(self, grad: Value) -> Value:
        return grad * 0.0


class CeilBackward0(Node):
    """y = ⌈x⌉; flat, so the gradient is 0. PyTorch: derivatives.yaml, ceil."""

    __slots__ = ()

    def forward(self, x: Any) -> Any:
        return np.ceil(x)

    def backward(self, grad: Value) -> Value:
        return grad * 0.0


class RoundBackward0(Node):
    """y = x rounded, halves to even; flat, so the gradient is 0. PyTorch: round."""

    __slots__ = ()

    def forward(self, x: Any, *, decimals: int = 0) -> Any:
        return np.round(x, decimals)

    def backward(self, grad: Value) -> Value:
        return grad * 0.0


class TruncBackward0(Node):
    """y = x rounded towards 0; flat, so the gradient is 0. PyTorch: trunc."""

    __slots__ = ()

    def forward(self, x: Any) -> Any:
        return np.trunc(x)

    def backward(self, grad: Value) -> Value:
        return grad * 0.0


def sin(input: Value) -> Value:
    """The sine of radians."""
    return SinBackward0.apply(input)


def cos(input: Value) -> Value:
    """The cosine of radians."""
    return CosBackward0.apply(input)


def tan(input: Value) -> Value:
    """The tangent of radians."""
    return TanBackward0.apply(input)


def _refuse_bool(x: Value, name: str) -> None:
    if array_of(x).dtype == bool:
        raise NotImplementedError(f"\"{name}\" not implemented for 'Bool'")


def abs(input: Value) -> Value:
    """|x|."""
    _refuse_bool(input, "abs_cpu")
    return AbsBackward0.apply(input)


def sign(input: Value) -> Value:
    """-1, 0 or 1."""
    return SignBackward0.apply(input)


def floor(input: Value) -> Value:
    """⌊x⌋; integers as they are."""
    _refuse_bool(input, "floor_vml_cpu")
    return FloorBackward0.apply(input)


def ceil(input: Value) -> Value:
    """⌈x⌉; integers as they are."""
    _refuse_bool(input, "ceil_vml_cpu")
    return CeilBackward0.apply(input)


def round(input: Value, *, decimals: int = 0) -> Value:
    """The nearest integer, halves to even, or the nearest multiple of 10⁻ᵈᵉᶜⁱᵐᵃˡˢ."""
    _refuse_bool(input, "round_vml_cpu")
    return RoundBackward0.apply(input, decimals=decimals)


def trunc(input: Value) -> Value:
    """Rounded towards 0."""
    _refuse_bool(input, "trunc_vml_cpu")
    return TruncBackward0.apply(input)


# --- choices ---------------------------------------------------------------------------------


class WhereBackward0(Node):
    """y = a where the condition holds, else b; each gets dL/dy in its own places, 0 elsewhere.

    PyTorch: derivatives.yaml, where.self.
    """

    __slots__ = ("condition", "shapes")

    def forward(self, a: Any, b: Any, *, condition: Any) -> Any:
        self.condition, self.shapes = condition, (shape_of(a), shape_of(b))
        a, b = promote(a, b) if not (is_number(a) and is_number(b)) else (a, b)
        try:
            result = np.where(condition, a, b)
        except ValueError as error:
            raise explain_broadcast(error, condition, a, b) from None
        return result.astype(result_numpy(a, b), copy=False)

    def backward(self, grad: Value) -> tuple[Value | None, Value | None]:
        need_a, need_b = self.needs_input_grad
        return (
            sum_to(where(self.condition, grad, 0.0), self.shapes[0]) if need_a else None,
            sum_to(where(self.condition, 0.0, grad), self.shapes[1]) if need_b else None,
        )


class ClampBackward1(Node):
    """y = x limited to [low, high];  dL/dx = dL/dy strictly between the limits, else 0.

    PyTorch: derivatives.yaml, clamp; FunctionsManual.cpp (clamp_backward). At the limits
    themselves versions differ: the newest gives 0.
    """

    __slots__ = ("high", "low")
    saves = ("self",)

    def forward(self, x: Any, *, low: float | None, high: float | None) -> Any:
        self.save_for_backward(x)
        self.low, self.high = low, high
        kind = result_numpy(x, *[bound for bound in (low, high) if bound is not None])
        return np.clip(x.astype(kind, copy=False), low, high)

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        inside = ~isnan(x)
        if self.low is not None:
            inside = inside & (x > self.low)
        if self.high is not None:
            inside = inside & (x < self.high)
        return where(inside, grad, 0.0)


class ClampBackward0(Node):
    """y = x limited to [low, high], which are tensors: min(max(x, low), high), and so its gradients.

    PyTorch: derivatives.yaml, clamp.Tensor.
    """

    __slots__ = ("shapes",)
    saves = ("self", "low", "high")

    def forward(self, x: Any, low: Any, high: Any) -> Any:
        self.save_for_backward(x, low, high)
        self.shapes = shape_of(x), shape_of(low), shape_of(high)
        raised = x if low is None else binary(np.maximum, x, low)
        return raised if high is None else binary(np.minimum, raised, high)

    def backward(self, grad: Value) -> tuple[Value | None, ...]:
        x, low, high = self.saved_tensors
        need_x, need_low, need_high = self.needs_input_grad
        grad_raised, grad_x, grad_low, grad_high = grad, grad, None, None
        if high is not None:
            raised = x if low is None else where(x < low, low, x)
            shared = where(raised == high, grad / 2, grad)
            grad_raised = where(raised > high, 0.0, shared)
            grad_high = sum_to(where(raised < high, 0.0, shared), self.shapes[2])
        grad_x = grad_raised
        if low is not None:
            shared = where(x == low, grad_raised / 2, grad_raised)
            grad_x = where(x < low, 0.0, shared)
            grad_low = sum_to(where(x > low, 0.0, shared), self.shapes[1])
        return (
            sum_to(grad_x, self.shapes[0]) if need_x else None,
            grad_low if need_low else None,
            grad_high if need_high else None,
        )


class MaximumBackward0(Node):
    """y = the larger of a and b, nan if either is;  dL/dy goes to the larger, half to each in a tie.

    PyTorch: derivatives.yaml, maximum.
    """

    __slots__ = ("shapes",)
    saves = ("self", "other")

    def forward(self, a: Any, b: Any) -> Any:
        self.save_for_backward(a, b)
        self.shapes = shape_of(a), shape_of(b)
        return binary(np.maximum, a, b)

    def backward(self, grad: Value) -> tuple[Value | None, Value | None]:
        need_a, need_b = self.needs_input_grad
        a, b = self.saved_tensors
        shared = where(a == b, grad / 2, grad)
        return (
            sum_to(where(a < b, 0.0, shared), self.shapes[0]) if need_a else None,
            sum_to(where(a > b, 0.0, shared), self.shapes[1]) if need_b else None,
        )


class MinimumBackward0(Node):
    """y = the smaller of a and b, nan if either is;  dL/dy as for maximum. PyTorch: minimum."""

    __slots__ = ("shapes",)
    saves = ("self", "other")

    def forward(self, a: Any, b: Any) -> Any:
        self.save_for_backward(a, b)
        self.shapes = shape_of(a), shape_of(b)
        return binary(np.minimum, a, b)

    def backward(self, grad: Value) -> tuple[Value | None, Value | None]:
        need_a, need_b = self.needs_input_grad
        a, b = self.saved_tensors
        shared = where(a == b, grad / 2, grad)
        return (
            sum_to(where(a > b, 0.0, shared), self.shapes[0]) if need_a else None,
            sum_to(where(a < b, 0.0, shared), self.shapes[1]) if need_b else None,
        )


class FmaxBackward0(Node):
    """y = the larger of a and b, the other one where one is nan;  ties share. PyTorch: fmax."""

    __slots__ = ("shapes",)
    saves = ("self", "other")
    choose = staticmethod(np.fmax)

    def forward(self, a: Any, b: Any) -> Any:
        self.save_for_backward(a, b)
        self.shapes = shape_of(a), shape_of(b)
        return binary(self.choose, a, b)

    def first_wins(self, a: Value, b: Value) -> Value:
        return (a > b) | isnan(b)

    def backward(self, grad: Value) -> tuple[Value | None, Value | None]:
        need_a, need_b = self.needs_input_grad
        a, b = self.saved_tensors
        shared = where(a == b, grad / 2, grad)
        to_a = where(self.first_wins(a, b) | (a == b), shared, 0.0)
        to_b = where(self.first_wins(a, b), 0.0, shared)
        return (
            sum_to(to_a, self.shapes[0]) if need_a else None,
            sum_to(to_b, self.shapes[1]) if need_b else None,
        )


class FminBackward0(FmaxBackward0):
    """y = the smaller of a and b, the other one where one is nan;  ties share. PyTorch: fmin."""

    __slots__ = ()
    choose = staticmethod(np.fmin)

    def first_wins(self, a: Value, b: Value) -> Value:
        return (a < b) | isnan(b)


class MaskedFillBackward0(Node):
    """y = x with a number where the mask holds;  dL/dx = dL/dy elsewhere.

    PyTorch: derivatives.yaml, masked_fill.Scalar.
    """

    __slots__ = ("mask", "shape")

    def forward(self, x: Any, *, mask: Any, value: Any) -> Any:
        self.mask, self.shape = mask, x.shape
        if mask.dtype != bool:
            raise RuntimeError(
                "masked_fill_ only supports boolean masks, but got mask with dtype "
                f"{cpp_name(mask.dtype)}"
            )
        try:
            shape = np.broadcast_shapes(x.shape, mask.shape)
        except ValueError as error:
            raise explain_broadcast(error, x, mask) from None
        result = np.array(np.broadcast_to(x, shape))
        np.copyto(result, np.asarray(value, x.dtype), where=mask)
        return result

    def backward(self, grad: Value) -> Value:
        return sum_to(where(self.mask, 0.0, grad), self.shape)


class MaskedFillBackward1(Node):
    """y = x with a 0-d tensor's number where the mask holds;  dL/dvalue = Σ dL/dy there.

    PyTorch: derivatives.yaml, masked_fill.Tensor.
    """

    __slots__ = ("mask", "shape")

    def forward(self, x: Any, value: Any, *, mask: Any) -> Any:
        self.mask, self.shape = mask, x.shape
        if value.ndim:
            raise RuntimeError(
                "masked_fill_ only supports a 0-dimensional value tensor, but got tensor with "
                f"{value.ndim} dimension(s)."
            )
        return MaskedFillBackward0.apply(x, mask=mask, value=value)

    def backward(self, grad: Value) -> tuple[Value | None, Value | None]:
        need_x, need_value = self.needs_input_grad
        return (
            sum_to(where(self.mask, 0.0, grad), self.shape) if need_x else None,
            sum_to(where(self.mask, grad, 0.0), ()) if need_value else None,
        )


def where(condition: Value, input: Value = None, other: Value = None) -> Value:
    """`input` where the condition (bool) holds, else `other`; all three broadcast.

    With the condition alone: the indices where it holds, one int64 tensor per dimension.
    """
    if input is None and other is None:
        return tuple([condition.new(i) for i in np.nonzero(condition.array)])
    if not isinstance(input, TensorBase) and not isinstance(other, TensorBase):
        chosen = WhereBackward0.apply(input, other, condition=array_of(condition))
        return condition.new(chosen) if isinstance(condition, TensorBase) else chosen
    kind = array_of(condition).dtype
    if kind not in (np.bool_, np.uint8):
        raise RuntimeError(
            f"where expected condition to be a boolean tensor, but got a tensor with dtype "
            f"{title(kind)}"
        )
    return WhereBackward0.apply(input, other, condition=condition)


def clamp(input: Value, min: Any = None, max: Any = None) -> Value:
    """Every element limited to [min, max]; either may be None, a number or a tensor."""
    if min is None and max is None:
        raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
    if isinstance(min, TensorBase) or isinstance(max, TensorBase):
        return ClampBackward0.apply(input, min, max)
    return ClampBackward1.apply(input, low=min, high=max)


clip = clamp


def maximum(input: Value, other: Value) -> Value:
    """The larger of two, element by element; nan if either is nan."""
    return MaximumBackward0.apply(input, other)


def minimum(input: Value, other: Value) -> Value:
    """The smaller of two, element by element; nan if either is nan."""
    return MinimumBackward0.apply(input, other)


def fmax(input: Value, other: Value) -> Value:
    """As `maximum`, but a nan loses to a number."""
    return FmaxBackward0.apply(input, other)


def fmin(input: Value, other: Value) -> Value:
    """As `minimum`, but a nan loses to a number."""
    return FminBackward0.apply(input, other)


def masked_fill(input: Value, mask: Value, value: Any) -> Value:
    """A copy of `input` with `value` (a number or 0-d tensor) where the bool mask holds."""
    if isinstance(value, TensorBase):
        return MaskedFillBackward1.apply(input, value, mask=mask)
    return MaskedFillBackward0.apply(input, mask=mask, value=value)


# --- comparisons, tests and logic: no gradient -----------------------------------------------


def _constant(compute: Callable[..., Any], *operands: Any) -> Value:
    """Runs on the arrays and leaves no node; a tensor if any operand is one."""
    first = next((x for x in operands if isinstance(x, TensorBase)), None)
    result = compute(*[array_of(x) for x in operands])
    return result if first is None else first.new(result)


def eq(input: Value, other: Value) -> Value:
    """input = other, bool."""
    return _constant(lambda a, b: binary(np.equal, a, b), input, other)


def ne(input: Value, other: Value) -> Value:
    """input ≠ other, bool."""
    return _constant(lambda a, b: binary(np.not_equal, a, b), input, other)


def lt(input: Value, other: Value) -> Value:
    """input < other, bool."""
    return _constant(lambda a, b: binary(np.less, a, b), input, other)


def le(input: Value, other: Value) -> Value:
    """input ≤ other, bool."""
    return _constant(lambda a, b: binary(np.less_equal, a, b), input, other)


def gt(input: Value, other: Value) -> Value:
    """input > other, bool."""
    return _constant(lambda a, b: binary(np.greater, a, b), input, other)


def ge(input: Value, other: Value) -> Value:
    """input ≥ other, bool."""
    return _constant(lambda a, b: binary(np.greater_equal, a, b), input, other)


def isnan(input: Value) -> Value:
    """Where the elements are nan, bool."""
    return _constant(np.isnan, input)


def isinf(input: Value) -> Value:
    """Where the elements are infinite, bool."""
    return _constant(np.isinf, input)


def isfinite(input: Value) -> Value:
    """Where the elements are neither infinite nor nan, bool."""
    return _constant(np.isfinite, input)


def logical_not(input: Value) -> Value:
    """Whether the elements are 0, bool."""
    return _constant(np.logical_not, input)


def logical_and(input: Value, other: Value) -> Value:
    """Both non-zero, bool."""
    return _constant(np.logical_and, input, other)


def logical_or(input: Value, other: Value) -> Value:
    """Either non-zero, bool."""
    return _constant(np.logical_or, input, other)


def logical_xor(input: Value, other: Value) -> Value:
    """Exactly one non-zero, bool."""
    return _constant(np.logical_xor, input, other)


def _bitwise(name: str, ufunc: Callable[..., Any], *operands: Value) -> Value:
    for x in operands:
        if getattr(array_of(x), "dtype", np.dtype(type(x))).kind == "f":
            kind = (
                "Half"
                if array_of(x).dtype.itemsize == 2
                else ("Float" if array_of(x).dtype.itemsize == 4 else "Double")
            )
            raise NotImplementedError(f"\"{name}\" not implemented for '{kind}'")
    if len(operands) == 1:
        return _constant(ufunc, *operands)
    return _constant(lambda a, b: binary(ufunc, a, b), *operands)


def bitwise_not(input: Value) -> Value:
    """Every bit inverted; a boolean negated."""
    return _bitwise("bitwise_not_cpu", np.invert, input)


def bitwise_and(input: Value, other: Value) -> Value:
    """Bits set in both; for booleans, and."""
    return _bitwise("bitwise_and_cpu", np.bitwise_and, input, other)


def bitwise_or(input: Value, other: Value) -> Value:
    """Bits set in either; for booleans, or."""
    return _bitwise("bitwise_or_cpu", np.bitwise_or, input, other)


def bitwise_xor(input: Value, other: Value) -> Value:
    """Bits set in exactly one; for booleans, exclusive or."""
    return _bitwise("bitwise_xor_cpu", np.bitwise_xor, input, other)


def isclose(
    input: Value, other: Value, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> Value:
    """|input - other| ≤ atol + rtol·|other|, bool. RuntimeError for different dtypes."""
    if input.dtype != other.dtype:
        raise RuntimeError(
            f"{str(input.array.dtype).capitalize()} did not match {other.array.dtype}"
        )
    return _constant(
        lambda a, b: np.isclose(a, b, rtol=rtol, atol=atol, equal_nan=equal_nan), input, other
    )


def allclose(
    input: Value, other: Value, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> bool:
    """Whether `isclose` holds everywhere."""
    return bool(isclose(input, other, rtol, atol, equal_nan).array.all())


def equal(input: Value, other: Value) -> bool:
    """Whether shapes and all elements are the same."""
    a, b = array_of(input), array_of(other)
    return a.shape == b.shape and bool((a == b).all())
