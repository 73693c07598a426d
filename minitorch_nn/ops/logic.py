"""Logic: and, or, not, exclusive or, of truth values and of bits; shifts.

The results are booleans or integers: they have no gradient and leave no node.

PyTorch: aten/src/ATen/native/BinaryOps.cpp, UnaryOps.cpp.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..base import Value
from .operands import (
    constant,
    constant_of_two,
    invalid_combination,
    is_number,
    need_tensors,
    refuse,
)


def logical_not(input: Value) -> Value:
    """Whether the elements are 0, bool."""
    return constant(np.logical_not, input)


def logical_and(input: Value, other: Value) -> Value:
    """Both non-zero, bool."""
    need_tensors("logical_and", input=input, other=other)
    return constant_of_two(np.logical_and, input, other)


def logical_or(input: Value, other: Value) -> Value:
    """Either non-zero, bool."""
    need_tensors("logical_or", input=input, other=other)
    return constant_of_two(np.logical_or, input, other)


def logical_xor(input: Value, other: Value) -> Value:
    """Exactly one non-zero, bool."""
    need_tensors("logical_xor", input=input, other=other)
    return constant_of_two(np.logical_xor, input, other)


def bitwise_not(input: Value) -> Value:
    """Every bit inverted; a boolean negated."""
    refuse("f", "bitwise_not_cpu", input)
    return constant(np.invert, input)


_KERNELS = {"bitwise_left_shift": "lshift", "bitwise_right_shift": "rshift"}


def _of_bits(name: str, ufunc: Callable[..., Any], input: Value, other: Value) -> Value:
    if is_number(input) and is_number(other):
        raise invalid_combination(name, input, other)
    refuse("fb" if name in _KERNELS else "f", f"{_KERNELS.get(name, name)}_cpu", input, other)
    return constant_of_two(ufunc, input, other)


def bitwise_and(input: Value, other: Value) -> Value:
    """Bits set in both; for booleans, and."""
    return _of_bits("bitwise_and", np.bitwise_and, input, other)


def bitwise_or(input: Value, other: Value) -> Value:
    """Bits set in either; for booleans, or."""
    return _of_bits("bitwise_or", np.bitwise_or, input, other)


def bitwise_xor(input: Value, other: Value) -> Value:
    """Bits set in exactly one; for booleans, exclusive or."""
    return _of_bits("bitwise_xor", np.bitwise_xor, input, other)


def bitwise_left_shift(input: Value, other: Value) -> Value:
    """The bits of `input` moved `other` places up: input·2ᵒᵗʰᵉʳ. Integers only."""
    return _of_bits("bitwise_left_shift", np.left_shift, input, other)


def bitwise_right_shift(input: Value, other: Value) -> Value:
    """The bits of `input` moved `other` places down: ⌊input / 2ᵒᵗʰᵉʳ⌋. Integers only."""
    return _of_bits("bitwise_right_shift", np.right_shift, input, other)
