"""Comparing and testing: ==, <, isnan, signbit, isclose, equal.

The results are booleans: they have no gradient and leave no node.

PyTorch: aten/src/ATen/native/BinaryOps.cpp, TensorCompare.cpp.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..base import Value
from ..dtypes import floating, title
from .operands import (
    array_of,
    binary,
    constant,
    constant_of_two,
    invalid_combination,
    is_boolean,
    is_number,
    need_a_tensor,
    need_tensors,
)


def _compare(name: str, ufunc: Callable[..., Any], input: Value, other: Value) -> Value:
    if is_number(input):
        raise invalid_combination(name, input, other)
    return constant_of_two(ufunc, input, other)


def eq(input: Value, other: Value) -> Value:
    """input = other, bool."""
    return _compare("eq", np.equal, input, other)


def ne(input: Value, other: Value) -> Value:
    """input ≠ other, bool."""
    return _compare("ne", np.not_equal, input, other)


def lt(input: Value, other: Value) -> Value:
    """input < other, bool."""
    return _compare("lt", np.less, input, other)


def le(input: Value, other: Value) -> Value:
    """input ≤ other, bool."""
    return _compare("le", np.less_equal, input, other)


def gt(input: Value, other: Value) -> Value:
    """input > other, bool."""
    return _compare("gt", np.greater, input, other)


def ge(input: Value, other: Value) -> Value:
    """input ≥ other, bool."""
    return _compare("ge", np.greater_equal, input, other)


def _test(name: str, compute: Callable[..., Any], input: Value) -> Value:
    need_tensors(name, input=input)
    return constant(compute, input)


def isnan(input: Value) -> Value:
    """Where the elements are nan, bool."""
    return _test("isnan", np.isnan, input)


def isinf(input: Value) -> Value:
    """Where the elements are infinite, bool."""
    return _test("isinf", np.isinf, input)


def isfinite(input: Value) -> Value:
    """Where the elements are neither infinite nor nan, bool."""
    return _test("isfinite", np.isfinite, input)


def isposinf(input: Value) -> Value:
    """Where the elements are inf, bool."""
    return _test("isposinf", lambda x: x == np.inf, input)


def isneginf(input: Value) -> Value:
    """Where the elements are -inf, bool."""
    return _test("isneginf", lambda x: x == -np.inf, input)


def isreal(input: Value) -> Value:
    """True everywhere: there are no complex numbers here."""
    return _test("isreal", lambda x: np.ones(x.shape, bool), input)


def signbit(input: Value) -> Value:
    """Where the elements are negative, or -0.0, bool."""
    return _test("signbit", lambda x: np.signbit(x) if x.dtype.kind == "f" else x < 0, input)


def isin(
    elements: Value, test_elements: Value, *, assume_unique: bool = False, invert: bool = False
) -> Value:
    """Where the elements are among `test_elements` (with `invert`, are not), bool."""
    need_a_tensor("isin", elements, test_elements)
    if is_boolean(elements) or is_boolean(test_elements):
        raise NotImplementedError("Unsupported input type encountered for isin(): Bool")
    return constant(
        lambda x, y: np.isin(x, y, assume_unique=assume_unique, invert=invert),
        elements,
        test_elements,
    )


def isclose(
    input: Value, other: Value, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> Value:
    """|input - other| ≤ atol + rtol·|other|, bool; infinities are close to themselves only.

    RuntimeError for two dtypes, or a negative tolerance.
    """
    need_tensors("isclose", input=input, other=other)
    a, b = array_of(input), array_of(other)
    if a.dtype != b.dtype:
        raise RuntimeError(f"{title(a.dtype)} did not match {title(b.dtype)}")
    for name, tolerance in (("rtol", rtol), ("atol", atol)):
        if tolerance < 0:
            raise RuntimeError(
                f"{name} must be greater than or equal to zero, but got {tolerance:g}"
            )
    return constant(
        lambda a, b: binary(lambda a, b: _is_close(a, b, rtol, atol, equal_nan), a, b), input, other
    )


def _is_close(a: Any, b: Any, rtol: float, atol: float, equal_nan: bool) -> Any:
    close = a == b
    if equal_nan:
        close = close | (np.isnan(a) & np.isnan(b))
    a, b = floating(a), floating(b)
    distance = np.abs(a - b)
    return close | (np.isfinite(distance) & (distance <= atol + np.abs(rtol * b)))


def allclose(
    input: Value, other: Value, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> bool:
    """Whether `isclose` holds everywhere."""
    return bool(array_of(isclose(input, other, rtol, atol, equal_nan)).all())


def equal(input: Value, other: Value) -> bool:
    """Whether shapes and all elements are the same."""
    need_tensors("equal", input=input, other=other)
    a, b = array_of(input), array_of(other)
    return a.shape == b.shape and bool((a == b).all())


greater, greater_equal, less, less_equal, not_equal = gt, ge, lt, le, ne
