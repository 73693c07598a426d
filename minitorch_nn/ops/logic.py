"""Logic: and, or, not, exclusive or, of truth values and of bits; shifts.

The results are booleans or integers: they have no gradient and leave no node.

PyTorch: aten/src/ATen/native/BinaryOps.cpp, UnaryOps.cpp.
"""

from __future__ import annotations

import numpy as np

from ..base import Value
from .operands import constant, constant_of_two, need_a_tensor, need_tensors, refuse


def logical_not(input: Value) -> Value:
    """Whether the elements are 0, bool."""
    need_tensors("logical_not", input=input)
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
    need_tensors("bitwise_not", input=input)
    refuse("f", "bitwise_not_cpu", input)
    return constant(np.invert, input)


def bitwise_and(input: Value, other: Value) -> Value:
    """Bits set in both; for booleans, and."""
    need_a_tensor("bitwise_and", input, other)
    refuse("f", "bitwise_and_cpu", input, other)
    return constant_of_two(np.bitwise_and, input, other)


def bitwise_or(input: Value, other: Value) -> Value:
    """Bits set in either; for booleans, or."""
    need_a_tensor("bitwise_or", input, other)
    refuse("f", "bitwise_or_cpu", input, other)
    return constant_of_two(np.bitwise_or, input, other)


def bitwise_xor(input: Value, other: Value) -> Value:
    """Bits set in exactly one; for booleans, exclusive or."""
    need_a_tensor("bitwise_xor", input, other)
    refuse("f", "bitwise_xor_cpu", input, other)
    return constant_of_two(np.bitwise_xor, input, other)


def bitwise_left_shift(input: Value, other: Value) -> Value:
    """The bits of `input` moved `other` places up: input·2ᵒᵗʰᵉʳ. Integers only."""
    need_a_tensor("bitwise_left_shift", input, other)
    refuse("bf", "lshift_cpu", input, other)
    return constant_of_two(np.left_shift, input, other)


def bitwise_right_shift(input: Value, other: Value) -> Value:
    """The bits of `input` moved `other` places down: ⌊input / 2ᵒᵗʰᵉʳ⌋. Integers only."""
    need_a_tensor("bitwise_right_shift", input, other)
    refuse("bf", "rshift_cpu", input, other)
    return constant_of_two(np.right_shift, input, other)
