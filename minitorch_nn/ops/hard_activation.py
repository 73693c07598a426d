"""Activations of straight pieces only: hardtanh, relu6, hardsigmoid, hardswish, the two shrinks.

Cheap stand-ins for smooth functions. Where two pieces meet the derivative jumps: each says which
piece the place itself belongs to.

PyTorch: aten/src/ATen/native/Activation.cpp, cpu/Activation.cpp; tools/autograd/derivatives.yaml.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import Value
from ..dtypes import title
from .choice import where
from .inplace import in_place_if
from .operands import OfInput, array_of, is_boolean, refuse, select

# PyTorch holds hardsigmoid's slope as a float32, whatever the type of the gradient.
_SIXTH = float(np.float32(1 / 6))


class HardtanhBackward0(Node):
    """y = x limited to [low, high];  dL/dx = dL/dy strictly between them, else 0.

    PyTorch: derivatives.yaml, hardtanh.
    """

    __slots__ = ("high", "low")
    saves = ("self",)

    def forward(self, x: Any, *, low: float, high: float) -> Any:
        self.save_for_backward(x)
        self.low, self.high = low, high
        return np.clip(x, low, high).astype(x.dtype, copy=False)

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        return where((x > self.low) & (x < self.high), grad, 0.0)


class HardsigmoidBackward0(OfInput):
    """y = (x + 3) / 6 limited to [0, 1];  dL/dx = dL/dy / 6 strictly between -3 and 3, else 0.

    PyTorch: derivatives.yaml, hardsigmoid.
    """

    __slots__ = ()

    @staticmethod
    def function(x: Any) -> Any:
        return np.clip(x + 3, 0, 6) / 6

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        return where((x > -3) & (x < 3), grad * _SIXTH, 0.0)


class HardswishBackward0(OfInput):
    """y = x·hardsigmoid(x);  dL/dx = 0 up to -3, dL/dy·(x / 3 + 1 / 2) up to 3, then dL/dy.

    PyTorch: derivatives.yaml, hardswish.
    """

    __slots__ = ()

    @staticmethod
    def function(x: Any) -> Any:
        return x * np.clip(x + 3, 0, 6) / 6

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        return where(x <= -3, 0.0, where(x < 3, grad * (x / 3 + 0.5), grad))


class HardshrinkBackward0(Node):
    """y = x where |x| > λ, else 0;  dL/dx = dL/dy there, else 0.

    PyTorch: derivatives.yaml, hardshrink.
    """

    __slots__ = ("lambd",)
    saves = ("self",)

    def forward(self, x: Any, *, lambd: float) -> Any:
        self.save_for_backward(x)
        self.lambd = lambd
        return select((x >= -lambd) & (x <= lambd), 0.0, x)

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        return where((x < -self.lambd) | (x > self.lambd), grad, 0.0)


class SoftshrinkBackward0(HardshrinkBackward0):
    """y = x moved towards 0 by λ, and 0 between -λ and λ;  dL/dx as for hardshrink.

    PyTorch: derivatives.yaml, softshrink.
    """

    __slots__ = ()

    def forward(self, x: Any, *, lambd: float) -> Any:
        self.save_for_backward(x)
        self.lambd = lambd
        return x - np.clip(x, -lambd, lambd)


def hardtanh(
    input: Value, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False
) -> Value:
    """x limited to [min_val, max_val]. ValueError if min_val is the larger."""
    if min_val > max_val:
        raise ValueError("min_val cannot be greater than max_val")
    if is_boolean(input):
        raise NotImplementedError("Bool inputs not supported for hardtanh")
    return in_place_if(inplace, HardtanhBackward0.apply, input, low=min_val, high=max_val)


def hardtanh_(input: Value, min_val: float = -1.0, max_val: float = 1.0) -> Value:
    """`hardtanh`, written into `input`."""
    return hardtanh(input, min_val, max_val, inplace=True)


def relu6(input: Value, inplace: bool = False) -> Value:
    """x limited to [0, 6]."""
    return hardtanh(input, 0.0, 6.0, inplace)


def hardsigmoid(input: Value, inplace: bool = False) -> Value:
    """A straight line through (0, 1/2) with slope 1/6, limited to [0, 1]."""
    refuse("biu", "hardsigmoid_cpu", input)
    return in_place_if(inplace, HardsigmoidBackward0.apply, input)


def hardswish(input: Value, inplace: bool = False) -> Value:
    """x·hardsigmoid(x)."""
    refuse("biu", "hardswish_cpu", input)
    return in_place_if(inplace, HardswishBackward0.apply, input)


def hardshrink(input: Value, lambd: float = 0.5) -> Value:
    """x, but 0 from -lambd to lambd."""
    refuse("biu", "hardshrink_cpu", input)
    return HardshrinkBackward0.apply(input, lambd=lambd)


def softshrink(input: Value, lambd: float = 0.5) -> Value:
    """x moved towards 0 by lambd, and no further than 0. RuntimeError for a negative lambd."""
    refuse("biu", "softshrink_check", input)
    kind = array_of(input).dtype
    limit = float(np.finfo(kind).max)
    if not 0 <= lambd <= limit:
        raise RuntimeError(
            f"lambda must be in range [0, {limit:g}] for input dtype {title(kind)}, but found "
            f"{lambd:g}"
        )
    return SoftshrinkBackward0.apply(input, lambd=lambd)
