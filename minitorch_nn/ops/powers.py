"""Powers, roots, exponentials and logarithms.

Integers become floats first, where the result is no integer: sqrt of int64 is float32.

PyTorch: aten/src/ATen/native/Pow.cpp, UnaryOps.cpp; FunctionsManual.cpp (pow_backward).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import Value
from ..dtypes import floating, result_numpy
from .broadcasting import sum_to
from .comparison import where
from .operands import array_of, binary, is_boolean, is_number, shape_of
from .shape import zeros_for


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
            return zeros_for(grad, tuple(grad.shape))
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
    if is_boolean(input) and is_boolean(exponent):
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
