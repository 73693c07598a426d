"""Differences and integrals along a dimension: diff, trapezoid, cumulative_trapezoid.

PyTorch: aten/src/ATen/native/ReduceOps.cpp (diff), Integration.cpp (trapezoid).
"""

from __future__ import annotations

from ..base import Value
from .arithmetic import add, mul, over_number, sub, times_number
from .dims import wrap_dim
from .inplace import CopyBackwards
from .joining import cat
from .logic import logical_xor
from .operands import is_boolean
from .parts import narrow, select, slice_dim
from .reduction import sum
from .scans import cumsum
from .shape import view, zeros_for
from .signatures import numpy_names


@numpy_names
def diff(
    input: Value,
    n: int = 1,
    dim: int = -1,
    prepend: Value | None = None,
    append: Value | None = None,
) -> Value:
    """Each element minus the one before it along `dim`, `n` times over; of booleans, whether they
    differ. `prepend` and `append` are joined on first.

    RuntimeError for a 0-d tensor, a negative n, or parts that cannot be joined.
    """
    if input.ndim == 0:
        raise RuntimeError("diff expects input to be at least one-dimensional")
    if n < 0:
        raise RuntimeError(f"order must be non-negative but got {n}")
    d = wrap_dim(dim, input.ndim)
    for part in (prepend, append):
        if part is not None:
            _check_joins(input, part, d)
    if n == 0:
        return CopyBackwards.apply(zeros_for(input, tuple(input.shape)), input)
    parts = [part for part in (prepend, input, append) if part is not None]
    x = cat(parts, d) if len(parts) > 1 else input
    minus = logical_xor if is_boolean(x) else sub
    for _ in range(min(n, x.shape[d])):
        size = x.shape[d] - 1
        x = minus(narrow(x, d, 1, size), narrow(x, d, 0, size))
    return x


def _check_joins(x: Value, part: Value, dim: int) -> None:
    if part.ndim != x.ndim:
        raise RuntimeError("diff expects prepend or append to be the same dimension as input")
    for d, (own, other) in enumerate(zip(x.shape, part.shape, strict=True)):
        if d != dim and own != other:
            raise RuntimeError(
                "diff expects the shape of tensor to prepend or append to match that of input "
                f"except along the differencing dimension; input.size({d}) = {own}, but got "
                f"tensor.size({d}) = {other}"
            )


# --- integrals -------------------------------------------------------------------------------


def _but_last(x: Value, dim: int) -> Value:
    return slice_dim(x, dim, slice(0, -1))


def _but_first(x: Value, dim: int) -> Value:
    return slice_dim(x, dim, slice(1, None))


def _pairs(y: Value, dim: int) -> Value:
    """The sum of each two neighbours: twice the mean height of a strip."""
    return add(_but_last(y, dim), _but_first(y, dim))


def _widths(x: Value, y: Value, dim: int, name: str) -> Value:
    """The distances between the points x, in a shape that broadcasts to y's strips."""
    if x.ndim == 1:
        if x.shape[0] != y.shape[dim]:
            raise RuntimeError(f"{name}: There must be one `x` value for each sample point")
        x = view(x, [-1 if d == dim else 1 for d in range(y.ndim)])
    elif x.ndim < y.ndim:
        x = view(x, (*(1,) * (y.ndim - x.ndim), *x.shape))
    return sub(_but_first(x, dim), _but_last(x, dim))


def _refuse_booleans(y: Value, x: Value | None, name: str) -> None:
    if is_boolean(y) or (x is not None and is_boolean(x)):
        which = "`y`" if x is None else "`x` or `y`"
        raise NotImplementedError(
            f"{name}: received a bool input for {which}, but bool is not supported"
        )


@numpy_names
def trapezoid(y: Value, x: Value | None = None, *, dx: float | None = None, dim: int = -1) -> Value:
    """∫ y along `dim`, from strips between neighbouring points: x, or `dx` apart (by default 1)."""
    if x is not None and dx is not None:
        raise TypeError("trapezoid() takes the points `x` or their distance `dx`, not both")
    d = wrap_dim(dim, y.ndim)
    if y.ndim == 0:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    _refuse_booleans(y, x, "trapezoid")
    if y.shape[d] == 0:
        return zeros_for(y, (*y.shape[:d], *y.shape[d + 1 :]))
    if x is not None:
        widths = _widths(x, y, d, "trapezoid")
        return over_number(sum(mul(_pairs(y, d), widths), d), 2.0)
    ends = add(select(y, d, 0), select(y, d, -1))
    strips = sub(sum(y, d), times_number(ends, 0.5))
    return times_number(strips, 1.0 if dx is None else float(dx))


trapz = trapezoid


@numpy_names
def cumulative_trapezoid(
    y: Value, x: Value | None = None, *, dx: float | None = None, dim: int = -1
) -> Value:
    """The running ∫ y along `dim`: one value less than y has."""
    name = "cumulative_trapezoid"
    if x is not None and dx is not None:
        raise TypeError(f"{name}() takes the points `x` or their distance `dx`, not both")
    d = wrap_dim(dim, y.ndim)
    if y.ndim == 0:
        raise IndexError("slice() cannot be applied to a 0-dim tensor.")
    _refuse_booleans(y, x, name)
    if x is not None:
        widths = _widths(x, y, d, name)
        return over_number(cumsum(mul(_pairs(y, d), widths), d), 2.0)
    return cumsum(times_number(_pairs(y, d), (1.0 if dx is None else float(dx)) / 2), d)
