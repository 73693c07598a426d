"""What a sample tells: quantile, nanquantile, cov, corrcoef.

All are made of other operations. (The mean is in reduction.py, the variance in moments.py, the
median in sorting.py.)

PyTorch: aten/src/ATen/native/Sorting.cpp (quantile_compute), Correlation.cpp.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from ..base import TensorBase, Value
from ..dtypes import title
from .arithmetic import div, lerp, mul, sub, times_number
from .broadcasting import broadcast_tensors
from .choice import clamp, masked_fill
from .diagonals import diagonal
from .dims import wrap_dim
from .gathering import gather
from .inplace import zero_
from .matmul import mm
from .operands import array_of
from .powers import sqrt
from .reduction import sum
from .shape import (
    SqueezeBackward4,
    TransposeBackward1,
    UnsqueezeBackward1,
    flatten,
    reshape,
    squeeze,
    t,
    to_dtype,
    transpose,
    unsqueeze,
    view,
)
from .signatures import numpy_names
from .sorting import order_of, sort

# --- quantiles -------------------------------------------------------------------------------

_INTERPOLATIONS = ("linear", "lower", "higher", "midpoint", "nearest")


@numpy_names
def quantile(
    input: Value,
    q: float | Value,
    dim: int | None = None,
    keepdim: bool = False,
    *,
    interpolation: str = "linear",
) -> Value:
    """The value that a fraction q of all, or of those along `dim`, do not exceed; nan if any is.

    q: a number in [0, 1] or a vector of them, which adds a first dimension. Between two elements
    `interpolation` decides: linear, lower, higher, midpoint or nearest.
    """
    return _quantile(_ranks, input, q, dim, keepdim, interpolation=interpolation)


@numpy_names
def nanquantile(input: Value, q: float | Value, *args: Any, **options: Any) -> Value:
    """As `quantile`, of the elements that are not nan."""
    return _quantile(_ranks_without_nan, input, q, *args, **options)


def _quantile(
    ranks_of: Callable[[Value, Any], Value],
    x: Value,
    q: Any,
    dim: int | None = None,
    keepdim: bool = False,
    *,
    interpolation: str = "linear",
) -> Value:
    q = _check_quantile(x, q, interpolation)
    rows = _rows(x, dim, keepdim)
    between = interpolation in ("linear", "midpoint")
    at = _elements_of(rows, array_of(q).size * (2 if between else 1))
    # Ranks are reckoned in float64: float32 holds whole numbers only up to 2**24.
    ranks = ranks_of(to_dtype(q, np.dtype(np.float64)), np.isnan(array_of(rows)))
    if between:
        result = _interpolate(at, ranks, interpolation == "linear", array_of(x).dtype)
    else:
        result = at(_ROUNDING[interpolation](array_of(ranks)))
    if q.ndim:
        result = UnsqueezeBackward1.apply(result, dim=0)
        result = TransposeBackward1.apply(result, dims=(0, result.ndim - 1))
    return SqueezeBackward4.apply(result, dims=(result.ndim - 1,))


_ROUNDING: dict[str, Callable[[Any], Any]] = {
    "lower": np.floor,
    "higher": np.ceil,
    "nearest": np.round,
}


def _elements_of(rows: Value, count: int) -> Callable[[Any], Value]:
    """A function that gives the elements at given ranks, were the rows in order.

    PyTorch sorts them, but selects where the `count` of ranks is small; the graph shows it.
    """
    selects = count**2 <= rows.shape[-1]
    order = order_of(array_of(rows), -1)
    source = rows if selects else sort(rows)[0]

    def at(ranks: Any) -> Value:
        places = ranks.astype(np.int64)
        places = np.take_along_axis(order, places, -1) if selects else places
        return gather(source, -1, rows.new(places))

    return at


def _interpolate(at: Callable[[Any], Value], ranks: Value, linear: bool, kind: Any) -> Value:
    """Between the elements below and above each rank: in the middle, or as far as the rank is."""
    low, high = np.floor(array_of(ranks)), np.ceil(array_of(ranks))
    weight = sub(ranks, ranks.new(low)) if linear else ranks.new(np.full(low.shape, 0.5))
    return lerp(at(low), at(high), to_dtype(weight, kind))


def _ranks(q: Value, isnan: Any) -> Value:
    """Where in the sorted rows the quantiles stand; at the end, where nan is, if there is one."""
    last = isnan.shape[-1] - 1
    ranks, has_nan = broadcast_tensors(times_number(q, last), q.new(isnan.any(-1, keepdims=True)))
    return masked_fill(ranks, has_nan, last)


def _ranks_without_nan(q: Value, isnan: Any) -> Value:
    last = (~isnan).sum(-1, keepdims=True) - 1
    ranks = mul(q, q.new(last))
    return masked_fill(ranks, ranks < 0, 0)


def _check_quantile(x: Value, q: Any, interpolation: str) -> Value:
    """q as a tensor."""
    if interpolation not in _INTERPOLATIONS:
        raise RuntimeError(
            "quantile() interpolation must be one of linear, lower, higher, midpoint or nearest, "
            f"but got {interpolation}"
        )
    own = array_of(x).dtype
    if not isinstance(q, TensorBase):
        if not 0 <= q <= 1:
            raise RuntimeError(f"quantile() q must be in the range [0, 1] but got {q:g}")
        q = x.new(np.asarray(q, own))
    if not array_of(x).size:
        raise RuntimeError("quantile() input tensor must be non-empty")
    if q.ndim > 1:
        raise RuntimeError("quantile() q must be a scalar or 1D tensor")
    if own not in (np.float32, np.float64):
        raise RuntimeError("quantile() input tensor must be either float or double dtype")
    if array_of(q).dtype != own:
        raise RuntimeError("quantile() q tensor must be same dtype as the input tensor")
    if not ((array_of(q) >= 0) & (array_of(q) <= 1)).all():
        raise RuntimeError("quantile() q values must be in the range [0, 1]")
    return q


def _rows(x: Value, dim: int | None, keepdim: bool) -> Value:
    """x with what is to be reduced as its last dimension, in the shape that will remain."""
    d = wrap_dim(dim or 0, x.ndim)
    if dim is None:
        rest: tuple[int, ...] = (1,) * x.ndim if keepdim else ()
        x = flatten(x)
    else:
        shape = tuple(x.shape)
        rest = (*shape[:d], *((1,) if keepdim and shape else ()), *shape[d + 1 :])
        if d != x.ndim - 1:
            x = transpose(unsqueeze(x, -1), d, -1)
    return reshape(x, (*rest, x.shape[-1]))


# --- covariance ------------------------------------------------------------------------------


def cov(
    input: Value,
    *,
    correction: int = 1,
    fweights: Value | None = None,
    aweights: Value | None = None,
) -> Value:
    """The covariances of the variables in the rows of `input`, whose columns are observations.

    fweights: how often each observation occurred (integers). aweights: how much it counts (floats).
    The sums are divided by their number less `correction`.
    """
    _check_sample(input, "cov")
    if array_of(input).dtype == bool:
        raise NotImplementedError("cov(): bool dtype is not supported for input")
    x = view(input, (1, -1)) if input.ndim < 2 else input
    weights = None
    for name, given, kinds in (("fweights", fweights, "iu"), ("aweights", aweights, "f")):
        if given is not None:
            _check_weights(name, given, kinds, x.shape[1])
            weights = given if weights is None else mul(weights, given)
    total = input.new(np.asarray(x.shape[1])) if weights is None else sum(weights)
    if weights is not None and array_of(total) == 0:
        raise RuntimeError("cov(): weights sum to zero, can't be normalized")
    freedom = total
    if correction and aweights is not None:
        lost = times_number(sum(mul(weights, aweights)), correction)
        freedom = sub(total, div(lost, total))
    elif correction:
        freedom = sub(total, correction)
    if array_of(freedom) <= 0:
        warnings.warn(
            "cov(): degrees of freedom is <= 0. Correction should be strictly less than the number "
            "of observations.",
            stacklevel=2,
        )
        freedom = zero_(freedom)
    centre = div(sum(_weighted(x, weights), 1), total)
    x = sub(x, unsqueeze(centre, 1))
    return squeeze(div(mm(x, t(_weighted(x, weights))), freedom))


def corrcoef(input: Value) -> Value:
    """The correlations of the variables in the rows of `input`: `cov` scaled to a diagonal of 1."""
    _check_sample(input, "corrcoef")
    c = cov(input)
    if c.ndim == 0:
        return div(c, c)
    deviations = sqrt(diagonal(c))
    c = div(div(c, view(deviations, (-1, 1))), view(deviations, (1, -1)))
    return clamp(c, -1, 1)


def _weighted(x: Value, weights: Value | None) -> Value:
    return x if weights is None else mul(x, weights)


def _check_sample(x: Value, name: str) -> None:
    if x.ndim > 2:
        raise RuntimeError(
            f"{name}(): expected input to have two or fewer dimensions but got an input with "
            f"{x.ndim} dimensions"
        )


def _check_weights(name: str, weights: Value, kinds: str, observations: int) -> None:
    w = array_of(weights)
    if w.ndim > 1:
        raise RuntimeError(
            f"cov(): expected {name} to have one or fewer dimensions but got {name} with {w.ndim} "
            "dimensions"
        )
    if w.dtype.kind not in kinds:
        wanted = "integral" if name == "fweights" else "floating point"
        raise RuntimeError(
            f"cov(): expected {name} to have {wanted} dtype but got {name} with "
            f"{title(w.dtype)} dtype"
        )
    if w.size != observations:
        raise RuntimeError(
            f"cov(): expected {name} to have the same numel as there are observations in the input "
            f"but got {w.size} != {observations}"
        )
    if (w < 0).any():
        raise RuntimeError(f"cov(): {name} cannot be negative")
