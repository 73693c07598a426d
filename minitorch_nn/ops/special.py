"""The error function with its kin, and logit.

NumPy has no erf. Here it is one quotient of polynomials in each of three intervals, exact to the
last digits of float64: W. J. Cody, Rational Chebyshev approximations for the error function,
Mathematics of Computation 23 (1969).

PyTorch: aten/src/ATen/native/UnaryOps.cpp; tools/autograd/derivatives.yaml.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import Value
from ..dtypes import floating
from .choice import where
from .exponentials import exp
from .operands import OfInput, checked

_TWO_OVER_ROOT_PI = 2 / math.sqrt(math.pi)

# Each pair: the coefficients above and below the line, from the highest power to the constant.
_TO_HALF = (  # erf(x) / x in x², for |x| ≤ 0.46875
    (
        1.85777706184603153e-1,
        3.16112374387056560e0,
        1.13864154151050156e2,
        3.77485237685302021e2,
        3.20937758913846947e3,
    ),
    (
        1.0,
        2.36012909523441209e1,
        2.44024637934444173e2,
        1.28261652607737228e3,
        2.84423683343917062e3,
    ),
)
_TO_FOUR = (  # erfc(x)·exp(x²) in x, up to 4
    (
        2.15311535474403846e-8,
        5.64188496988670089e-1,
        8.88314979438837594e0,
        6.61191906371416295e1,
        2.98635138197400131e2,
        8.81952221241769090e2,
        1.71204761263407058e3,
        2.05107837782607147e3,
        1.23033935479799725e3,
    ),
    (
        1.0,
        1.57449261107098347e1,
        1.17693950891312499e2,
        5.37181101862009858e2,
        1.62138957456669019e3,
        3.29079923573345963e3,
        4.36261909014324716e3,
        3.43936767414372164e3,
        1.23033935480374942e3,
    ),
)
_TO_INFINITY = (  # (1 / √π - erfc(x)·exp(x²)·x)·x² in 1 / x², from 4 on
    (
        1.63153871373020978e-2,
        3.05326634961232344e-1,
        3.60344899949804439e-1,
        1.25781726111229246e-1,
        1.60837851487422766e-2,
        6.58749161529837803e-4,
    ),
    (
        1.0,
        2.56852019228982242e0,
        1.87295284992346725e0,
        5.27905102951428412e-1,
        6.05183413124413191e-2,
        2.33520497626869185e-3,
    ),
)


_BLOCK = 8192


def _polynomial(coefficients: Sequence[float], x: Any) -> Any:
    value = coefficients[0] * x + coefficients[1]
    for c in coefficients[2:]:
        value *= x
        value += c
    return value


def _quotient(pair: tuple[Sequence[float], Sequence[float]], x: Any) -> Any:
    return _polynomial(pair[0], x) / _polynomial(pair[1], x)


def _erf_near(x: Any) -> Any:
    """erf(x) for |x| ≤ 0.46875."""
    return x * _quotient(_TO_HALF, x * x)


def _erfc_far(x: Any) -> Any:
    """erfc(x) for x > 0.46875, with all its digits, however small it is."""
    x = np.minimum(x, 30.0)  # beyond, it is 0 in float64
    scaled = _quotient(_TO_FOUR, np.minimum(x, 4))
    far = x > 4
    y = x[far]
    square = 1 / (y * y)
    scaled[far] = (1 / math.sqrt(math.pi) - square * _quotient(_TO_INFINITY, square)) / y
    # exp(-x²) would lose digits to the rounding of x²: x is a multiple of 1/16, squared exactly,
    # and a rest.
    coarse = np.trunc(x * 16) / 16
    return np.exp(-coarse * coarse) * np.exp(-(x - coarse) * (x + coarse)) * scaled


def _erf(x: Any) -> Any:
    """In float64, rounded to x's type at the end; by blocks, which stay in the cache."""
    flat = x.reshape(-1)
    result = np.empty_like(flat)
    for i in range(0, flat.size, _BLOCK):
        z = flat[i : i + _BLOCK].astype(np.float64)
        # Both formulas for all: picking elements out would take longer than computing them.
        size = np.abs(z)
        near, tail = _erf_near(np.minimum(size, 0.46875)), _erfc_far(np.maximum(size, 0.46875))
        result[i : i + _BLOCK] = np.copysign(np.where(size <= 0.46875, near, 1 - tail), z)
    return result.reshape(x.shape)


def _erfc(x: Any) -> Any:
    z = np.atleast_1d(x.astype(np.float64))
    size = np.abs(z)
    near = size <= 0.46875
    result = np.empty_like(z)
    result[near] = 1 - _erf_near(z[near])
    tail = _erfc_far(size[~near])
    result[~near] = np.where(z[~near] < 0, 2 - tail, tail)
    return result.reshape(x.shape).astype(x.dtype)


def _erfinv(x: Any) -> Any:
    """A first guess, by S. Winitzki's closed form, and three steps of Halley's method."""
    size = np.abs(x.astype(np.float64))
    log = np.log1p(-size * size)
    half = 2 / (math.pi * 0.147) + log / 2
    y = np.asarray(np.sqrt(np.sqrt(half * half - log / 0.147) - half))
    for _ in range(3):
        # Near 1, erf(y) - x loses its digits; 1 - x and erfc(y) have them.
        error = np.where(size < 0.5, _erf(y) - size, (1 - size) - _erfc(y))
        step = error / (_TWO_OVER_ROOT_PI * np.exp(-y * y))
        y = y - step / (1 + y * step)
    y = np.where(size == 1, np.inf, y)
    return np.copysign(y, x).astype(x.dtype)


class ErfBackward0(OfInput):
    """y = 2/√π ∫₀ˣ exp(-t²) dt;  dL/dx = dL/dy·2/√π·exp(-x²). PyTorch: derivatives.yaml, erf."""

    __slots__ = ()
    function = staticmethod(_erf)

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        return _TWO_OVER_ROOT_PI * exp(-(x * x)) * grad


class ErfcBackward0(OfInput):
    """y = 1 - erf x;  dL/dx = -dL/dy·2/√π·exp(-x²). PyTorch: derivatives.yaml, erfc."""

    __slots__ = ()
    function = staticmethod(_erfc)

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        return -_TWO_OVER_ROOT_PI * exp(-(x * x)) * grad


class ErfinvBackward0(OfInput):
    """y where erf y = x;  dL/dx = dL/dy·√π/2·exp(y²). PyTorch: derivatives.yaml, erfinv."""

    __slots__ = ()
    function = staticmethod(_erfinv)

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        y = erfinv(x)
        return exp(y * y) / _TWO_OVER_ROOT_PI * grad


class LogitBackward0(Node):
    """y = ln(x / (1 - x)), x limited to [ε, 1 - ε];  dL/dx = dL/dy / (x(1 - x)), outside 0.

    Without ε nothing is limited, and the gradient outside [0, 1] is nan.
    PyTorch: derivatives.yaml, logit; FunctionsManual.cpp (logit_backward).
    """

    __slots__ = ()
    saves = ("self", "eps")

    def forward(self, x: Any, *, eps: float | None) -> Any:
        self.save_for_backward(x, eps)
        x = floating(checked(self, x))
        if eps is not None:
            x = np.where(x < eps, eps, np.minimum(x, 1 - eps))  # eps, too, where eps > 1 - eps
        return np.log(x / (1 - x))

    def backward(self, grad: Value) -> Value:
        x, eps = self.saved_tensors
        low, outside = (0.0, math.nan) if eps is None else (eps, 0.0)
        slope = grad / ((x + 0.0) * (1 - x))  # -0.0 + 0.0 is 0.0: the slope there is +inf
        return where((x >= low) & (x <= 1 - low), slope, outside)


def erf(input: Value) -> Value:
    """The error function: the chance that a normal number with variance 1/2 lies within ±x."""
    return ErfBackward0.apply(input)


def erfc(input: Value) -> Value:
    """1 - erf(x), with all its digits where erf is nearly 1."""
    return ErfcBackward0.apply(input)


def erfinv(input: Value) -> Value:
    """The number whose erf is x: ±inf at ±1, nan beyond."""
    return ErfinvBackward0.apply(input)


def logit(input: Value, eps: float | None = None) -> Value:
    """ln(x / (1 - x)), the inverse of sigmoid; with `eps`, x is first limited to [eps, 1 - eps]."""
    return LogitBackward0.apply(input, eps=eps)
