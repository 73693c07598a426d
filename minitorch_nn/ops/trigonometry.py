"""Circular and hyperbolic functions and their inverses, of radians.

PyTorch: aten/src/ATen/native/UnaryOps.cpp; tools/autograd/derivatives.yaml.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import Value
from ..dtypes import floating
from .choice import masked_fill
from .operands import OfInput, OfResult, OfTwo, OfTwoFloats, checked, need_tensors, refuse
from .powers import reciprocal, rsqrt


class SinBackward0(OfInput):
    """y = sin x;  dL/dx = dL/dy·cos x. PyTorch: derivatives.yaml, sin."""

    __slots__ = ()
    function = np.sin

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        return grad * cos(x)


class CosBackward0(OfInput):
    """y = cos x;  dL/dx = -dL/dy·sin x. PyTorch: derivatives.yaml, cos."""

    __slots__ = ()
    function = np.cos

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        return -grad * sin(x)


class TanBackward0(OfResult):
    """y = tan x;  dL/dx = dL/dy·(1 + y²). PyTorch: derivatives.yaml, tan."""

    __slots__ = ()
    function = np.tan

    def backward(self, grad: Value) -> Value:
        (y,) = self.saved_tensors
        return grad * (1 + y * y)


class AsinBackward0(OfInput):
    """y = arcsin x;  dL/dx = dL/dy / √(1 - x²). PyTorch: derivatives.yaml, asin."""

    __slots__ = ()
    function = np.arcsin

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        return grad * rsqrt(1 - x * x)


class AcosBackward0(OfInput):
    """y = arccos x;  dL/dx = -dL/dy / √(1 - x²). PyTorch: derivatives.yaml, acos."""

    __slots__ = ()
    function = np.arccos

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        return grad * -rsqrt(1 - x * x)


class AtanBackward0(OfInput):
    """y = arctan x;  dL/dx = dL/dy / (1 + x²). PyTorch: derivatives.yaml, atan."""

    __slots__ = ()
    function = np.arctan

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        return grad / (x * x + 1)


class Atan2Backward0(OfTwoFloats):
    """y = the angle of the point (b, a).

    dL/da = dL/dy·b / (a² + b²),  dL/db = -dL/dy·a / (a² + b²), both 0 at the origin.
    PyTorch: derivatives.yaml, atan2; FunctionsManual.cpp (atan2_backward).
    """

    __slots__ = ()
    function = np.arctan2

    def to_a(self, grad: Value, a: Value, b: Value) -> Value:
        return grad * b * self.closeness(a, b)

    def to_b(self, grad: Value, a: Value, b: Value) -> Value:
        return grad * -a * self.closeness(a, b)

    def closeness(self, a: Value, b: Value) -> Value:
        square = a * a + b * b
        return masked_fill(reciprocal(square), square == 0, 0)


class HypotBackward0(OfTwo):
    """y = √(a² + b²);  dL/da = dL/dy·a / y,  dL/db = dL/dy·b / y. PyTorch: hypot."""

    __slots__ = ()
    saves = ("self", "other", "result")
    function = np.hypot

    def forward(self, a: Any, b: Any) -> Any:
        result = self.compute(self.function, a, b)
        self.save_for_backward(a, b, result)
        return result

    def to_a(self, grad: Value, a: Value, b: Value, y: Value) -> Value:
        return grad * a / y

    def to_b(self, grad: Value, a: Value, b: Value, y: Value) -> Value:
        return grad * b / y


class SinhBackward0(OfInput):
    """y = sinh x;  dL/dx = dL/dy·cosh x. PyTorch: derivatives.yaml, sinh."""

    __slots__ = ()
    function = np.sinh

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        return grad * cosh(x)


class CoshBackward0(OfInput):
    """y = cosh x;  dL/dx = dL/dy·sinh x. PyTorch: derivatives.yaml, cosh."""

    __slots__ = ()
    function = np.cosh

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        return grad * sinh(x)


class AsinhBackward0(OfInput):
    """y = arsinh x;  dL/dx = dL/dy / √(x² + 1). PyTorch: derivatives.yaml, asinh."""

    __slots__ = ()
    function = np.arcsinh

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        return grad * rsqrt(x * x + 1)


class AcoshBackward0(OfInput):
    """y = arcosh x;  dL/dx = dL/dy / √(x² - 1). PyTorch: derivatives.yaml, acosh."""

    __slots__ = ()
    function = np.arccosh

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        return grad * rsqrt(x * x - 1)


class AtanhBackward0(OfInput):
    """y = artanh x;  dL/dx = dL/dy / (1 - x²). PyTorch: derivatives.yaml, atanh."""

    __slots__ = ()
    function = np.arctanh

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        return grad / (1 - x * x)


def _sinc(x: Any) -> Any:
    angle = math.pi * np.where(x == 0, 1, x)
    return np.where(x == 0, 1, np.sin(angle) / angle)


class SincBackward0(OfInput):
    """y = sin πx / πx, 1 at 0;  dL/dx = dL/dy·(πx·cos πx - sin πx) / πx², 0 at 0.

    PyTorch: derivatives.yaml, sinc; FunctionsManual.cpp (sinc_backward).
    """

    __slots__ = ()
    function = staticmethod(_sinc)

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        angle, square = x * math.pi, x * x * math.pi
        slope = (angle * cos(angle) - sin(angle)) / square
        return masked_fill(grad * slope, square == 0, 0)


class Deg2RadBackward0(Node):
    """y = x·π / 180;  dL/dx = dL/dy·π / 180. PyTorch: derivatives.yaml, deg2rad."""

    __slots__ = ()
    factor = math.pi / 180

    def forward(self, x: Any) -> Any:
        return floating(checked(self, x)) * self.factor

    def backward(self, grad: Value) -> Value:
        return grad * self.factor


class Rad2DegBackward0(Deg2RadBackward0):
    """y = x·180 / π;  dL/dx = dL/dy·180 / π. PyTorch: derivatives.yaml, rad2deg."""

    __slots__ = ()
    factor = 180 / math.pi


def sin(input: Value) -> Value:
    """The sine of radians."""
    return SinBackward0.apply(input)


def cos(input: Value) -> Value:
    """The cosine of radians."""
    return CosBackward0.apply(input)


def tan(input: Value) -> Value:
    """The tangent of radians."""
    return TanBackward0.apply(input)


def asin(input: Value) -> Value:
    """The angle in [-π/2, π/2] with this sine; nan outside [-1, 1]."""
    return AsinBackward0.apply(input)


def acos(input: Value) -> Value:
    """The angle in [0, π] with this cosine; nan outside [-1, 1]."""
    return AcosBackward0.apply(input)


def atan(input: Value) -> Value:
    """The angle in [-π/2, π/2] with this tangent."""
    return AtanBackward0.apply(input)


def atan2(input: Value, other: Value) -> Value:
    """The angle in [-π, π] of the point with x = `other` and y = `input`."""
    need_tensors("atan2", input=input, other=other)
    return Atan2Backward0.apply(input, other)


def hypot(input: Value, other: Value) -> Value:
    """The length of the hypotenuse, √(input² + other²), without overflow. Floats only."""
    need_tensors("hypot", input=input, other=other)
    refuse("biu", "hypot_cpu", input, other)
    return HypotBackward0.apply(input, other)


def sinh(input: Value) -> Value:
    """The hyperbolic sine."""
    return SinhBackward0.apply(input)


def cosh(input: Value) -> Value:
    """The hyperbolic cosine."""
    return CoshBackward0.apply(input)


def asinh(input: Value) -> Value:
    """The number with this hyperbolic sine."""
    return AsinhBackward0.apply(input)


def acosh(input: Value) -> Value:
    """The positive number with this hyperbolic cosine; nan below 1."""
    return AcoshBackward0.apply(input)


def atanh(input: Value) -> Value:
    """The number with this hyperbolic tangent; nan outside [-1, 1]."""
    return AtanhBackward0.apply(input)


def sinc(input: Value) -> Value:
    """sin πx / πx, and 1 at 0."""
    return SincBackward0.apply(input)


def deg2rad(input: Value) -> Value:
    """Degrees in radians."""
    return Deg2RadBackward0.apply(input)


def rad2deg(input: Value) -> Value:
    """Radians in degrees."""
    return Rad2DegBackward0.apply(input)


arcsin, arccos, arctan, arctan2 = asin, acos, atan, atan2
arcsinh, arccosh, arctanh = asinh, acosh, atanh
