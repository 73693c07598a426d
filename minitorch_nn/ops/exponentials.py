"""Exponentials and logarithms. Integers become floats first.

PyTorch: aten/src/ATen/native/UnaryOps.cpp, BinaryOps.cpp; tools/autograd/derivatives.yaml.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import Value
from ..dtypes import promote_float
from .choice import masked_fill
from .operands import (
    OfInput,
    OfResult,
    OfTwo,
    OfTwoFloats,
    is_number,
    need_a_tensor,
    need_tensors,
    refuse,
)


class ExpBackward0(OfResult):
    """y = eˣ;  dL/dx = dL/dy·y. PyTorch: derivatives.yaml, exp."""

    __slots__ = ()
    function = np.exp

    def backward(self, grad: Value) -> Value:
        (y,) = self.saved_tensors
        return grad * y


class Exp2Backward0(OfResult):
    """y = 2ˣ;  dL/dx = dL/dy·y·ln 2. PyTorch: derivatives.yaml, exp2."""

    __slots__ = ()
    function = np.exp2

    def backward(self, grad: Value) -> Value:
        (y,) = self.saved_tensors
        return grad * y * math.log(2)


class Expm1Backward0(OfResult):
    """y = eˣ - 1;  dL/dx = dL/dy·(y + 1). PyTorch: derivatives.yaml, expm1."""

    __slots__ = ()
    function = np.expm1

    def backward(self, grad: Value) -> Value:
        (y,) = self.saved_tensors
        return grad * (y + 1)


class LogBackward0(OfInput):
    """y = ln x;  dL/dx = dL/dy / x. PyTorch: derivatives.yaml, log."""

    __slots__ = ()
    function = np.log

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        return grad / x


class Log2Backward0(OfInput):
    """y = log₂ x;  dL/dx = dL/dy / (x·ln 2). PyTorch: derivatives.yaml, log2."""

    __slots__ = ()
    function = np.log2

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        return grad / (x * math.log(2))


class Log10Backward0(OfInput):
    """y = log₁₀ x;  dL/dx = dL/dy / (x·ln 10). PyTorch: derivatives.yaml, log10."""

    __slots__ = ()
    function = np.log10

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        return grad / (x * math.log(10))


class Log1PBackward0(OfInput):
    """y = ln(1 + x);  dL/dx = dL/dy / (x + 1). PyTorch: derivatives.yaml, log1p."""

    __slots__ = ()
    function = np.log1p

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        return grad / (x + 1)


class LogaddexpBackward0(OfTwo):
    """y = ln(eᵃ + eᵇ);  dL/da = dL/dy / (1 + eᵇ⁻ᵃ), and b's likewise. PyTorch: logaddexp."""

    __slots__ = ()
    function = np.logaddexp

    def to_a(self, grad: Value, a: Value, b: Value) -> Value:
        return grad / (1 + exp(b - a))

    def to_b(self, grad: Value, a: Value, b: Value) -> Value:
        return self.to_a(grad, b, a)


class Logaddexp2Backward0(OfTwo):
    """y = log₂(2ᵃ + 2ᵇ);  dL/da = dL/dy / (1 + 2ᵇ⁻ᵃ), and b's likewise. PyTorch: logaddexp2."""

    __slots__ = ()
    function = np.logaddexp2

    def to_a(self, grad: Value, a: Value, b: Value) -> Value:
        return grad / (1 + exp2(b - a))

    def to_b(self, grad: Value, a: Value, b: Value) -> Value:
        return self.to_a(grad, b, a)


def _x_log_y(x: Any, y: Any) -> Any:
    product = np.asarray(x * np.log(y))
    np.copyto(product, 0, where=(x == 0) & ~np.isnan(y))
    return product


class XlogyBackward0(OfTwoFloats):
    """y = a·ln b, 0 where a is;  dL/da = dL/dy·ln b, 0 where a = 0 ≥ b,  dL/db = dL/dy·a / b.

    PyTorch: derivatives.yaml, xlogy.Tensor.
    """

    __slots__ = ()
    function = staticmethod(_x_log_y)

    def to_a(self, grad: Value, a: Value, b: Value) -> Value:
        return masked_fill(xlogy(grad, b), (a == 0) & (b <= 0), 0)

    def to_b(self, grad: Value, a: Value, b: Value) -> Value:
        return grad * a / b


class XlogyBackward1(Node):
    """y = number·ln x;  dL/dx = dL/dy·number / x. PyTorch: derivatives.yaml, xlogy.Scalar_Self."""

    __slots__ = ("number",)
    saves = ("other",)

    def forward(self, x: Any, *, number: float) -> Any:
        self.save_for_backward(x)
        self.number = number
        return _x_log_y(*promote_float(number, x))

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        return grad * self.number / x


class XlogyBackward2(Node):
    """y = x·ln number;  dL/dx = dL/dy·ln number, 0 where x = 0 ≥ number.

    PyTorch: derivatives.yaml, xlogy.Scalar_Other.
    """

    __slots__ = ("number",)
    saves = ("self",)

    def forward(self, x: Any, *, number: float) -> Any:
        self.save_for_backward(x)
        self.number = number
        return _x_log_y(*promote_float(x, number))

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        grad_x = xlogy(grad, self.number)
        return grad_x if self.number > 0 else masked_fill(grad_x, x == 0, 0)


def exp(input: Value) -> Value:
    """eˣ of every element."""
    return ExpBackward0.apply(input)


def exp2(input: Value) -> Value:
    """2ˣ of every element."""
    return Exp2Backward0.apply(input)


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


def logaddexp(input: Value, other: Value) -> Value:
    """ln(eᵃ + eᵇ), without overflow. Floats only."""
    need_tensors("logaddexp", input=input, other=other)
    refuse("biu", "logaddexp_cpu", input, other)
    return LogaddexpBackward0.apply(input, other)


def logaddexp2(input: Value, other: Value) -> Value:
    """log₂(2ᵃ + 2ᵇ), without overflow. Floats only."""
    need_tensors("logaddexp2", input=input, other=other)
    refuse("biu", "logaddexp2_cpu", input, other)
    return Logaddexp2Backward0.apply(input, other)


def xlogy(input: Value, other: Value) -> Value:
    """input·ln(other), 0 where `input` is 0; either may be a number."""
    need_a_tensor("xlogy", input, other)
    if is_number(input):
        return XlogyBackward1.apply(other, number=input)
    if is_number(other):
        return XlogyBackward2.apply(input, number=other)
    return XlogyBackward0.apply(input, other)
