"""Which values there are, how often, and between which bounds: unique, bincount, histc, bucketize.

None of these has a gradient: where one is asked for, they say so.

PyTorch: aten/src/ATen/native/Unique.cpp, SummaryOps.cpp (bincount), Histogram.cpp,
Bucketization.cpp.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import TensorBase, Value
from ..dtypes import cast, result_numpy, title
from .dims import wrap_dim
from .operands import array_of, is_number, refuse
from .signatures import numpy_names

# --- which values there are ------------------------------------------------------------------


class Unique2Backward0(Node):
    """y, inverse, counts = the distinct elements in ascending order, where each element of x went,
    and how often each is there. There is no derivative, in PyTorch neither.

    With `dim`, slices along it take the place of elements.
    PyTorch: derivatives.yaml, _unique2.
    """

    __slots__ = ()
    operation = "_unique2"

    def forward(self, x: Any, *, dim: int | None) -> tuple[Any, Any, Any]:
        slices = x.reshape(-1) if dim is None else np.moveaxis(x, dim, 0)
        order = self.order(slices)
        distinct, runs, counts = _runs(slices[order])
        inverse = np.empty(len(order), np.int64)
        inverse[order] = runs
        if dim is None:
            return distinct, inverse.reshape(x.shape), counts
        return np.moveaxis(distinct, 0, dim).copy(), inverse, counts

    def order(self, slices: Any) -> Any:
        if slices.ndim == 1:
            return np.argsort(slices, kind="stable")
        # lexsort's last key counts most: the columns of the flattened slices, backwards.
        columns = slices.reshape(len(slices), slices[:1].size).T
        return np.lexsort(columns[::-1]) if len(columns) else np.arange(len(slices))

    def backward(self, *grads: Value | None) -> Value:
        raise NotImplementedError(f"the derivative for '{self.operation}' is not implemented.")


class UniqueDimBackward0(Unique2Backward0):
    """Of slices. PyTorch: derivatives.yaml, unique_dim."""

    __slots__ = ()
    operation = "unique_dim"


class UniqueConsecutiveBackward0(Unique2Backward0):
    """Of equal neighbours the first, in x's order. PyTorch: unique_consecutive."""

    __slots__ = ()
    operation = "unique_consecutive"

    def order(self, slices: Any) -> Any:
        return np.arange(len(slices))


def _runs(x: Any) -> tuple[Any, Any, Any]:
    """Of equal neighbours one; for each slice the number of its run; how long each run is."""
    starts = np.ones(len(x), bool)
    if len(x) > 1:
        starts[1:] = (x[1:] != x[:-1]).reshape(len(x) - 1, -1).any(1)
    first = np.flatnonzero(starts)
    return x[starts], np.cumsum(starts) - 1, np.diff(first, append=len(x))


@numpy_names
def unique(
    input: Value,
    sorted: bool = True,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: int | None = None,
) -> Any:
    """The distinct elements in ascending order, or the distinct slices along `dim`.

    return_inverse: also where each element of the input went. return_counts: how often each is
    there. (`sorted` changes nothing: they are, in PyTorch too.)
    """
    node = Unique2Backward0 if dim is None else UniqueDimBackward0
    return _unique(node, input, return_inverse, return_counts, dim)


@numpy_names
def unique_consecutive(
    input: Value,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: int | None = None,
) -> Any:
    """Of equal neighbours (elements, or slices along `dim`) only the first."""
    return _unique(UniqueConsecutiveBackward0, input, return_inverse, return_counts, dim)


def _unique(
    node: type[Node], x: Value, return_inverse: bool, return_counts: bool, dim: int | None
) -> Any:
    d = None if dim is None else wrap_dim(dim, x.ndim)
    if d is not None and x.ndim == 0:
        raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    if d is not None and 0 in x.shape and x.shape[d]:
        raise RuntimeError(
            "There are 0 sized dimensions, and they aren't selected, so unique cannot be applied"
        )
    distinct, inverse, counts = node.apply(x, dim=d)
    wanted = (distinct, *[inverse] * return_inverse, *[counts] * return_counts)
    return wanted if len(wanted) > 1 else distinct


# --- how often -------------------------------------------------------------------------------


class NotImplemented(Node):
    """y = how often each number is in x, or the sum of its weights; no derivative by the weights,
    in PyTorch neither, whose name for such a node this is.

    PyTorch: torch/csrc/autograd/functions/basic_ops.h (NotImplemented).
    """

    __slots__ = ()

    def forward(self, weights: Any, *, numbers: Any, minlength: int) -> Any:
        kind = weights.dtype if weights.dtype == np.float32 else np.float64
        return np.bincount(numbers, weights, minlength).astype(kind)

    def backward(self, grad: Value) -> Value:
        raise RuntimeError("derivative for aten::bincount is not implemented")


def bincount(input: Value, weights: Value | None = None, minlength: int = 0) -> Value:
    """How often each number from 0 up is in a vector of integers, or the sum of its weights.

    minlength: at least so many numbers are counted. The result is int64, or float with weights.
    """
    x = array_of(input)
    if minlength < 0:
        raise RuntimeError("minlength should be >= 0")
    refuse("bf", "bincount_cpu", x)
    if x.ndim != 1 or (x < 0).any():
        raise RuntimeError("bincount only supports 1-d non-negative integral inputs.")
    if weights is None:
        return input.new(np.bincount(x, minlength=minlength).astype(np.int64))
    if array_of(weights).shape != x.shape:
        raise RuntimeError("weights should be 1-d and have the same length as input")
    return NotImplemented.apply(weights, numbers=x, minlength=minlength)


def histc(input: Value, bins: int = 100, min: float = 0, max: float = 0) -> Value:
    """How many elements fall in each of `bins` equal bins between `min` and `max`.

    Others, nan among them, are not counted; what equals `max` is in the last bin. min = max means
    the smallest and the largest element. NotImplementedError for integers.
    """
    x = array_of(input).reshape(-1)
    refuse("biu", "histogram_cpu", x)
    if bins <= 0:
        raise RuntimeError(f"torch.histogram(): bins must be > 0, but got {bins} for dimension 0")
    low, high = min, max
    if low == high and x.size:
        low, high = x.min(), x.max()
    if low == high:
        low, high = low - 1, high + 1
    if not (np.isfinite(low) and np.isfinite(high)):
        raise RuntimeError(f"torch.histc: range of [{low:g}, {high:g}] is not finite")
    if low > high:
        raise RuntimeError("torch.histc: max must be larger than min")
    inside = x[(x >= low) & (x <= high)]
    position = ((inside - low) * (bins / (high - low))).astype(np.int64)
    counts = np.bincount(np.minimum(position, bins - 1), minlength=bins)
    return input.new(counts.astype(x.dtype))


# --- between which bounds --------------------------------------------------------------------


def searchsorted(
    sorted_sequence: Value,
    input: Any,
    *,
    out_int32: bool = False,
    right: bool = False,
    side: str | None = None,
    sorter: Value | None = None,
) -> Value:
    """Where in the sorted last dimension each value would have to be put in to keep the order.

    Before equal elements, or behind them for right=True or side='right'. The sequences are one for
    all values, or one for each row of values. sorter: the indices that sort the sequences.
    """
    bounds = array_of(sorted_sequence)
    refuse("b", "searchsorted_out_cpu", bounds, array_of(input))
    values = cast(input, result_numpy(bounds, input)) if is_number(input) else array_of(input)
    _check_sides(right, side)
    _check_shapes(bounds, values, isinstance(input, TensorBase))
    if sorter is not None:
        bounds = np.take_along_axis(bounds, _checked_sorter(array_of(sorter), bounds), -1)
    side = "right" if right or side == "right" else "left"
    found = _search(bounds, np.asarray(values), side)
    return sorted_sequence.new(np.asarray(found, np.int32 if out_int32 else np.int64))


def _search(bounds: Any, values: Any, side: Any) -> Any:
    if bounds.ndim == 1:
        return np.searchsorted(bounds, values, side)
    # Many rows at once: replace the numbers by their ranks among all, and shift each row's ranks
    # beyond those of the row before. Then all rows together are one sorted sequence.
    pool = np.concatenate([bounds.reshape(-1), values.reshape(-1)])
    ranks = np.unique(pool, return_inverse=True)[1]
    width = bounds.shape[-1]
    rows = np.arange(prod(bounds.shape[:-1]))[:, None]
    shift = rows * (len(pool) + 1)
    keys = ranks[: bounds.size].reshape(len(rows), width) + shift
    wanted = ranks[bounds.size :].reshape(len(rows), values.shape[-1]) + shift
    found = np.searchsorted(keys.reshape(-1), wanted.reshape(-1), side)
    return (found.reshape(wanted.shape) - rows * width).reshape(values.shape)


def _check_sides(right: bool, side: str | None) -> None:
    if side not in (None, "left", "right"):
        raise RuntimeError(
            f"torch.searchsorted(): side can only be 'left' or 'right' but got {side}"
        )
    if right and side == "left":
        raise RuntimeError(
            "torch.searchsorted(): side and right can't be set to opposites, got side of left "
            "while right was True"
        )


def _check_shapes(bounds: Any, values: Any, is_tensor: bool) -> None:
    if bounds.ndim == 0:
        raise RuntimeError(
            "torch.searchsorted(): boundaries tensor should have positive dimension, but got 0 "
            "dimension"
        )
    if bounds.ndim == 1:
        return
    if not is_tensor or values.ndim == 0:
        raise RuntimeError(
            "torch.searchsorted(): input value can be a scalar only when boundaries tensor "
            f"dimension is 1, but we got boundaries tensor dim({bounds.ndim}) and input value's "
            "dim(0) numel(1)"
        )
    if bounds.shape[:-1] != values.shape[:-1]:
        raise RuntimeError(
            "torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 "
            "dimensions of boundaries tensor and input value tensor must match, but we got "
            f"boundaries tensor {list(bounds.shape)} and input value tensor {list(values.shape)}"
        )


def _checked_sorter(sorter: Any, bounds: Any) -> Any:
    if sorter.shape != bounds.shape:
        raise RuntimeError(
            "torch.searchsorted(): boundary and sorter must have the same size, but got boundary "
            f"tensor {list(bounds.shape)}and got sorter tensor {list(sorter.shape)}"
        )
    if sorter.dtype != np.int64:
        raise RuntimeError(
            "torch.searchsorted(): sorter must be a tensor of long dtype but got dtype "
            f"{title(sorter.dtype)}"
        )
    if ((sorter < 0) | (sorter >= bounds.shape[-1])).any():
        raise RuntimeError("torch.searchsorted(): sorter index out of range")
    return sorter


def bucketize(
    input: Any, boundaries: Value, *, out_int32: bool = False, right: bool = False
) -> Value:
    """For each value the number of the bucket between the sorted `boundaries` it falls in.

    A value that equals a boundary is below it, or above it for right=True.
    """
    bounds = array_of(boundaries)
    if bounds.ndim != 1:
        raise RuntimeError(f"boundaries tensor must be 1 dimension, but got dim({bounds.ndim})")
    return searchsorted(boundaries, input, out_int32=out_int32, right=right)
