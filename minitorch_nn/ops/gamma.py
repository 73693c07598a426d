"""The logarithm of the gamma function, and its derivatives.

All are known to high precision for large numbers, by Stirling's series and its derivatives, and
reach the small ones by Γ(x + 1) = x·Γ(x). Computed in float64.

PyTorch: aten/src/ATen/native/Math.h; tools/autograd/derivatives.yaml.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import Value
from ..dtypes import floating
from .operands import OfInput, checked

_LARGE = 10  # from here on the series below are exact to float64's last digits

# The Bernoulli numbers B₂, B₄, ... B₂₀.
_BERNOULLI = (
    1 / 6,
    -1 / 30,
    1 / 42,
    -1 / 30,
    5 / 66,
    -691 / 2730,
    7 / 6,
    -3617 / 510,
    43867 / 798,
    -174611 / 330,
)


def _fraction(x: Any) -> Any:
    """x less the nearest integer: sin πx and tan πx are exact with it."""
    return x - np.round(x)


def _lgamma(x: Any) -> Any:
    """For x < 1/2 by Γ(x)·Γ(1 - x) = π / sin πx."""
    given = x.astype(np.float64)
    x = np.where(given < 0.5, 1 - given, given)
    small = x < _LARGE
    z = np.where(small, x + _LARGE, x)
    result = (z - 0.5) * (np.log(z) - 1) + 0.5 * (math.log(2 * math.pi) - 1)
    for k, b in enumerate(_BERNOULLI, 1):
        result += b / (2 * k * (2 * k - 1) * z ** (2 * k - 1))
    product = np.ones_like(x)
    for k in range(_LARGE):
        product *= np.where(small, x + k, 1)
    result -= np.log(product)
    mirrored = np.log(math.pi / np.abs(np.sin(math.pi * _fraction(given)))) - result
    result = np.where(given < 0.5, mirrored, result)
    result[(given == 1) | (given == 2)] = 0.0  # where the series leave 1e-15
    result[np.isinf(given)] = np.inf
    return result


def _digamma(x: Any) -> Any:
    """For x < 1/2 by ψ(x) = ψ(1 - x) - π / tan πx."""
    given = x.astype(np.float64)
    x = np.where(given < 0.5, 1 - given, given)
    small = x < _LARGE
    z = np.where(small, x + _LARGE, x)
    result = np.log(z) - 0.5 / z
    for k, b in enumerate(_BERNOULLI, 1):
        result -= b / (2 * k * z ** (2 * k))
    for k in range(_LARGE):
        result -= np.where(small, 1 / (x + k), 0)
    mirrored = result - math.pi / np.tan(math.pi * _fraction(given))
    pole = np.where(given == 0, np.copysign(np.inf, -given), np.nan)
    mirrored = np.where(given == np.floor(given), pole, mirrored)
    return np.where(given < 0.5, mirrored, result)


def _trigamma(x: Any) -> Any:
    """ψ'. PyTorch's series has three terms, rounded to float32: off by 1e-9, as is this one."""
    given = x.astype(np.float64)
    z = np.where(given < 0.5, 1 - given, given)
    result = np.zeros_like(z)
    for _ in range(6):
        result += 1 / (z * z)
        z = z + 1
    square = 1 / (z * z)
    sixth, thirtieth, last = np.array([1 / 6, 1 / 30, 1 / 42], np.float32).astype(np.float64)
    result += (1 + 0.5 / z + square * (sixth - square * (thirtieth - square * last))) / z
    mirrored = (math.pi / np.sin(math.pi * given)) ** 2 - result
    return np.where(given < 0.5, mirrored, result)


def _zeta(s: int, x: Any) -> Any:
    """Σ (x + k)⁻ˢ over k = 0, 1, ..., nan at ∞, as PyTorch has it.

    Where x < 0 the terms below 0 are the difference of two such sums, read backwards.
    """
    fraction = x - np.floor(x)
    below = _zeta_above_0(s, 1 - fraction) - _zeta_above_0(s, 1 + np.abs(x))
    result = np.where(x < 0, (-1) ** s * below, 0) + _zeta_above_0(s, np.where(x < 0, fraction, x))
    pole = (x <= 0) & (x == np.floor(x))
    return np.where(pole, np.inf, np.where(x == np.inf, np.nan, result))


def _zeta_above_0(s: int, x: Any) -> Any:
    """The first terms one by one, the rest by Euler-Maclaurin."""
    result = np.zeros_like(x)
    for k in range(_LARGE):
        result += (x + k) ** -s
    z = x + _LARGE
    result += z ** (1 - s) / (s - 1) + z**-s / 2
    factor = s / 2 * z ** (-s - 1)
    for k, b in enumerate(_BERNOULLI, 1):
        result += b * factor
        factor *= (s + 2 * k - 1) * (s + 2 * k) / ((2 * k + 1) * (2 * k + 2)) / (z * z)
    return result


class LgammaBackward0(OfInput):
    """y = ln |Γ(x)|;  dL/dx = dL/dy·ψ(x). PyTorch: derivatives.yaml, lgamma."""

    __slots__ = ()
    function = staticmethod(lambda x: _lgamma(x).astype(x.dtype))

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        return grad * digamma(x)


class DigammaBackward0(OfInput):
    """y = ψ(x), the derivative of ln Γ;  dL/dx = dL/dy·ψ'(x). PyTorch: digamma."""

    __slots__ = ()
    function = staticmethod(lambda x: _digamma(x).astype(x.dtype))

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        return grad * polygamma(1, x)


class PolygammaBackward0(Node):
    """y = ψ⁽ⁿ⁾(x), the n-th derivative of ψ: (-1)ⁿ⁺¹ n! Σ (x + k)⁻ⁿ⁻¹;  dL/dx = dL/dy·ψ⁽ⁿ⁺¹⁾(x).

    PyTorch: derivatives.yaml, polygamma.
    """

    __slots__ = ("n",)
    saves = ("self",)

    def forward(self, x: Any, *, n: int) -> Any:
        if n < 0:
            raise RuntimeError("polygamma(n, x) does not support negative n.")
        self.save_for_backward(x)
        self.n = n
        x = floating(checked(self, x))
        if n == 0:
            return _digamma(x).astype(x.dtype)
        if n == 1:
            return _trigamma(x).astype(x.dtype)
        sign = 1 if n % 2 else -1
        return (sign * math.factorial(n) * _zeta(n + 1, x.astype(np.float64))).astype(x.dtype)

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        return grad * polygamma(self.n + 1, x)


class PolygammaBackward1(PolygammaBackward0):
    """The same, written in place. PyTorch: derivatives.yaml, polygamma_."""

    __slots__ = ()


def lgamma(input: Value) -> Value:
    """ln |Γ(x)|; of integers, ln (x - 1)!."""
    return LgammaBackward0.apply(input)


def digamma(input: Value) -> Value:
    """ψ(x), the derivative of lgamma."""
    return DigammaBackward0.apply(input)


def polygamma(n: int, input: Value) -> Value:
    """The n-th derivative of digamma. RuntimeError for a negative n."""
    return PolygammaBackward0.apply(input, n=n)
