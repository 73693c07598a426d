"""Order: sort, argsort, topk, and the elements that order finds: kthvalue, median, mode.

All sort stably: equal elements keep their order, and nan is the largest number. PyTorch promises
that only for stable=True. Otherwise the order of *equal* elements is whatever its algorithm left:
the stable one up to 16 elements in `sort`, any order beyond and in `topk`, `kthvalue` and `median`.
Values never depend on it.

PyTorch: aten/src/ATen/native/Sorting.cpp, cpu/SortingKernel.cpp, TensorCompare.cpp (mode).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..base import Value
from ..return_types import kthvalue as kthvalue_result
from ..return_types import median as median_result
from ..return_types import mode as mode_result
from ..return_types import nanmedian as nanmedian_result
from ..return_types import sort as sort_result
from ..return_types import topk as topk_result
from .dims import wrap_dim
from .extremes import EvenlyShared, Selecting, need_elements
from .operands import array_of, constant, refuse
from .signatures import numpy_names


def order_of(x: Any, dim: int, descending: bool = False) -> Any:
    """The indices that sort the array along dim."""
    if not descending:
        return np.argsort(x, dim, kind="stable")
    # Backwards the last of equals comes first: sort the reversed array, and reverse the result.
    backwards = np.argsort(np.flip(x, dim), dim, kind="stable")
    return x.shape[dim] - 1 - np.flip(backwards, dim)


# --- sorting ---------------------------------------------------------------------------------


class SortBackward0(Selecting):
    """y, i = x in order along dim, and where each element stood. PyTorch: sort."""

    __slots__ = ()
    places = staticmethod(order_of)


class SortBackward1(SortBackward0):
    """With the keyword `stable`. PyTorch: derivatives.yaml, sort.stable."""

    __slots__ = ()


class TopkBackward0(Selecting):
    """y, i = the k largest or smallest along dim, in order, and where. PyTorch: topk."""

    __slots__ = ()

    @staticmethod
    def places(x: Any, dim: int, *, k: int, largest: bool) -> Any:
        return np.take(order_of(x, dim, largest), range(k), dim)


@numpy_names
def sort(
    input: Value, dim: int = -1, descending: bool = False, *, stable: bool | None = None
) -> Any:
    """(values, indices): `input` in ascending or descending order along `dim`."""
    d = wrap_dim(dim, input.ndim)
    if isinstance(dim, bool):
        raise TypeError("sort(): argument 'dim' (position 2) must be int, not bool")
    node = SortBackward0 if stable is None else SortBackward1
    return sort_result(node.apply(input, dim=d, keepdim=True, descending=descending))


@numpy_names
def argsort(input: Value, dim: int = -1, descending: bool = False, stable: bool = False) -> Value:
    """The indices that would sort `input` along `dim`; int64. (`stable` changes nothing here.)"""
    d = wrap_dim(dim, input.ndim)
    return constant(lambda x: order_of(np.atleast_1d(x), d, descending).reshape(x.shape), input)


def msort(input: Value) -> Value:
    """`input` in ascending order along its first dimension."""
    return sort(input, 0)[0]


@numpy_names
def topk(input: Value, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> Any:
    """(values, indices): the k largest (or smallest) along `dim`, in order, whatever `sorted` says.

    RuntimeError if there are fewer than k.
    """
    d = wrap_dim(dim, input.ndim)
    if not 0 <= k <= (input.shape[d] if input.ndim else 1):
        raise RuntimeError("selected index k out of range")
    if array_of(input).dtype == bool:
        raise NotImplementedError("topk does not support bool dtypes on CPU")
    k = k if input.ndim else 1  # of a number, PyTorch gives it back whatever k
    return topk_result(TopkBackward0.apply(input, dim=d, keepdim=True, k=k, largest=largest))


# --- one of them -----------------------------------------------------------------------------


class KthvalueBackward0(Selecting):
    """y, i = the k-th smallest along dim, and where. PyTorch: derivatives.yaml, kthvalue."""

    __slots__ = ()

    @staticmethod
    def places(x: Any, dim: int, *, k: int) -> Any:
        return np.take(order_of(x, dim), [k - 1], dim)


class MedianBackward1(Selecting):
    """y, i = the middle one along dim (the lower of two), the first nan if there is one.

    PyTorch: derivatives.yaml, median.dim.
    """

    __slots__ = ()

    @staticmethod
    def places(x: Any, dim: int) -> Any:
        middle = np.take(order_of(x, dim), [(x.shape[dim] - 1) // 2], dim)
        isnan = x != x
        return np.where(isnan.any(dim, keepdims=True), isnan.argmax(dim, keepdims=True), middle)


class NanmedianBackward1(Selecting):
    """y, i = the middle one along dim of those that are not nan. PyTorch: nanmedian.dim."""

    __slots__ = ()

    @staticmethod
    def places(x: Any, dim: int) -> Any:
        count = (x == x).sum(dim, keepdims=True)
        return np.take_along_axis(order_of(x, dim), np.maximum(count - 1, 0) // 2, dim)


class MedianBackward0(EvenlyShared):
    """The middle one of all (the lower of two); nan if any is. PyTorch: median."""

    __slots__ = ()

    @staticmethod
    def choose(x: Any) -> Any:
        return _middle(MedianBackward1, x)


class NanmedianBackward0(EvenlyShared):
    """The middle one of all that are not nan. PyTorch: derivatives.yaml, nanmedian."""

    __slots__ = ()

    @staticmethod
    def choose(x: Any) -> Any:
        return _middle(NanmedianBackward1, x)


def _middle(along: type[Selecting], x: Any) -> Any:
    if not x.size:
        return x.dtype.type(np.nan if x.dtype.kind == "f" else np.iinfo(x.dtype).min)
    flat = x.reshape(-1)
    return flat[along.places(flat, 0)[0]]


class ModeBackward0(Selecting):
    """y, i = the most frequent along dim (the smallest of several), and where it stands last.

    PyTorch: derivatives.yaml, mode.
    """

    __slots__ = ()

    @staticmethod
    def places(x: Any, dim: int) -> Any:
        order = np.moveaxis(order_of(x, dim), dim, -1)
        row = np.take_along_axis(np.moveaxis(x, dim, -1), order, -1)
        # In the sorted row: how far into its run of equals each element is. The longest run is that
        # which gets farthest, first.
        places = np.arange(row.shape[-1])
        starts = np.ones(row.shape, bool)
        starts[..., 1:] = row[..., 1:] != row[..., :-1]
        into_run = places - np.maximum.accumulate(np.where(starts, places, 0), -1)
        last = into_run.argmax(-1, keepdims=True)
        return np.moveaxis(np.take_along_axis(order, last, -1), -1, dim)


@numpy_names
def kthvalue(input: Value, k: int, dim: int = -1, keepdim: bool = False) -> Any:
    """(values, indices): the k-th smallest along `dim`, k counting from 1."""
    d = wrap_dim(dim, input.ndim)
    need_elements(input, "kthvalue", d)
    if not 1 <= k <= (input.shape[d] if input.ndim else 1):
        raise RuntimeError(f"kthvalue(): selected number k out of range for dimension {d}")
    refuse("b", "kthvalue_cpu", input)
    return kthvalue_result(KthvalueBackward0.apply(input, dim=d, keepdim=keepdim, k=k))


@numpy_names
def median(input: Value, dim: int | None = None, keepdim: bool = False) -> Any:
    """median(x): the middle element, the lower of two. median(x, dim): (values, indices).

    A nan makes it nan.
    """
    return _median(input, dim, keepdim, MedianBackward0, MedianBackward1, median_result)


@numpy_names
def nanmedian(input: Value, dim: int | None = None, keepdim: bool = False) -> Any:
    """As `median`, of the elements that are not nan."""
    return _median(input, dim, keepdim, NanmedianBackward0, NanmedianBackward1, nanmedian_result)


def _median(x: Value, dim: int | None, keepdim: bool, whole: Any, along: Any, result: Any) -> Any:
    refuse("b", "median_cpu", x)
    if dim is None:
        return whole.apply(x)
    d = wrap_dim(dim, x.ndim)
    need_elements(x, "median", d)
    return result(along.apply(x, dim=d, keepdim=keepdim))


@numpy_names
def mode(input: Value, dim: int = -1, keepdim: bool = False) -> Any:
    """(values, indices): the most frequent along `dim`, the smallest of several."""
    d = wrap_dim(dim, input.ndim)
    need_elements(input, "mode", d)
    return mode_result(ModeBackward0.apply(input, dim=d, keepdim=keepdim))
