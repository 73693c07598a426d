"""Operations that take many elements to few: sums, means, logsumexp, any, all, counts.

A reduction over everything and one over chosen dimensions are two nodes in PyTorch's graph
(SumBackward0, SumBackward1). A gradient comes back in the reduced shape: `spread` puts the lost
dimensions back, so that it broadcasts over what was reduced.

Products are in factors.py, running sums in scans.py, the largest and smallest in extremes.py,
variances in moments.py, norms in norms.py.

PyTorch: aten/src/ATen/native/ReduceOps.cpp; tools/autograd/derivatives.yaml.
"""

from __future__ import annotations

import builtins
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import Value
from ..dtypes import dtype as DType
from ..dtypes import title
from .arithmetic import div
from .broadcasting import ExpandBackward0, add_up
from .comparison import isnan
from .dims import sizes_of, wrap_dims
from .exponentials import exp
from .logic import logical_not
from .operands import array_of, constant
from .shape import reshape, to_dtype, view
from .signatures import numpy_names

Dims = int | Sequence[int] | None


def to_axes(dim: Dims, ndim: int) -> tuple[int, ...]:
    """The dimensions to reduce: all for None and (), as PyTorch counts."""
    wrapped = () if dim is None else wrap_dims(dim, ndim)
    return wrapped if wrapped and ndim else tuple(range(ndim))


def spread(y: Value, axes: tuple[int, ...], keepdim: bool) -> Value:
    """A reduced result with its lost dimensions back, as size 1."""
    if keepdim or not axes:
        return y
    sizes = list(y.shape)
    for axis in sorted(axes):
        sizes.insert(axis, 1)
    return reshape(y, sizes)


def count(shape: tuple[int, ...], axes: tuple[int, ...]) -> int:
    """How many elements are reduced to one."""
    return math.prod(shape[a] for a in axes)


def in_dtype(x: Any, to: DType | None) -> Any:
    """The array in the dtype that was asked for; sums of integers and booleans are int64."""
    if to is not None:
        return x.astype(to.numpy, copy=False)
    return x.astype(np.int64, copy=False) if x.dtype.kind in "biu" else x


# --- sums and means --------------------------------------------------------------------------


class SumBackward1(Node):
    """y = Σ x over some dimensions;  dL/dx = dL/dy everywhere along them.

    PyTorch: derivatives.yaml, sum.dim_IntList.
    """

    __slots__ = ("axes", "keepdim", "shape")

    def forward(
        self, x: Any, *, axes: tuple[int, ...], keepdim: bool, to: DType | None = None
    ) -> Any:
        self.axes, self.keepdim, self.shape = axes, keepdim, x.shape
        x = in_dtype(x, to)
        return add_up(x, axis=axes, dtype=x.dtype, keepdims=keepdim)

    def backward(self, grad: Value) -> Value:
        return ExpandBackward0.apply(spread(grad, self.axes, self.keepdim), shape=self.shape)


class SumBackward0(SumBackward1):
    """Over everything. PyTorch: derivatives.yaml, sum."""

    __slots__ = ()


class NansumBackward0(SumBackward1):
    """y = Σ x over what is not nan;  dL/dx = dL/dy there, 0 where x is nan.

    PyTorch: derivatives.yaml, nansum.
    """

    __slots__ = ()
    saves = ("self",)

    def forward(self, x: Any, **options: Any) -> Any:
        self.save_for_backward(x)
        return super().forward(np.where(np.isnan(x), x.dtype.type(0), x), **options)

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        return super().backward(grad) * logical_not(isnan(x))


class MeanBackward1(SumBackward1):
    """y = Σ x / n over some dimensions;  dL/dx = dL/dy / n. PyTorch: derivatives.yaml, mean.dim."""

    __slots__ = ()

    def forward(self, x: Any, **options: Any) -> Any:
        total = super().forward(x, **options)
        return total / total.dtype.type(count(x.shape, self.axes))

    def backward(self, grad: Value) -> Value:
        return super().backward(grad / builtins.max(count(self.shape, self.axes), 1))


class MeanBackward0(MeanBackward1):
    """Over everything. PyTorch: derivatives.yaml, mean."""

    __slots__ = ()


@numpy_names
def sum(
    input: Value, dim: Dims = None, keepdim: bool = False, *, dtype: DType | None = None
) -> Value:
    """The sum over `dim` (an int, several, or None for all). Integers and booleans give int64."""
    if not isinstance(keepdim, bool):
        raise TypeError(
            f"sum(): argument 'keepdim' (position 2) must be bool, not {type(keepdim).__name__}"
        )
    node = SumBackward0 if dim is None else SumBackward1
    return node.apply(input, axes=to_axes(dim, input.ndim), keepdim=keepdim, to=dtype)


def sum_to_size(input: Value, *sizes: Any) -> Value:
    """The sum over whatever would broadcast a tensor of this size to the input's.

    RuntimeError if it could not be broadcast so. PyTorch: TensorShape.cpp (sum_to_size).
    """
    size = sizes_of(sizes)
    shape = tuple(input.shape)
    lead = len(shape) - len(size)
    if lead < 0 or not builtins.all(
        want in (1, own) for want, own in zip(size, shape[lead:], strict=True)
    ):
        raise RuntimeError(f"size {{{list(size)}}} is not expandable to size {{{list(shape)}}}.")
    if not size:
        return sum(input)
    repeated = [lead + d for d, n in enumerate(size) if n == 1 and shape[lead + d] != 1]
    dims = (*range(lead), *repeated)
    total = sum(input, dims, keepdim=True) if dims else input
    return view(total, size) if lead else total


@numpy_names
def nansum(
    input: Value, dim: Dims = None, keepdim: bool = False, *, dtype: DType | None = None
) -> Value:
    """The sum over `dim` of what is not nan. Integers and booleans give int64."""
    if array_of(input).dtype.kind != "f":
        return sum(input, to_axes(dim, input.ndim), keepdim, dtype=dtype)
    axes = to_axes(dim, input.ndim)
    return NansumBackward0.apply(input, axes=axes, keepdim=keepdim, to=dtype)


@numpy_names
def mean(
    input: Value, dim: Dims = None, keepdim: bool = False, *, dtype: DType | None = None
) -> Value:
    """The mean over `dim`. NotImplementedError for integers."""
    kind = array_of(input).dtype if dtype is None else dtype.numpy
    if kind.kind != "f":
        raise NotImplementedError(
            f"mean(): could not infer output dtype. {'Optional' if dtype else 'Input'} dtype must "
            f"be either a floating point or complex dtype. Got: {title(kind)}"
        )
    node = MeanBackward0 if dim is None else MeanBackward1
    return node.apply(input, axes=to_axes(dim, input.ndim), keepdim=keepdim, to=dtype)


@numpy_names
def nanmean(
    input: Value, dim: Dims = None, keepdim: bool = False, *, dtype: DType | None = None
) -> Value:
    """The mean over `dim` of what is not nan. NotImplementedError for integers."""
    kind = array_of(input).dtype
    if kind.kind != "f":
        raise NotImplementedError(
            "nanmean(): expected input to have floating point or complex dtype but got "
            f"{title(kind)}"
        )
    found = sum(logical_not(isnan(input)), dim, keepdim)
    return div(nansum(input, dim, keepdim, dtype=dtype), found)


class LogsumexpBackward0(Node):
    """y = ln Σ eˣ, computed from the largest;  dL/dx = dL/dy·eˣ⁻ʸ.

    PyTorch: derivatives.yaml, logsumexp.
    """

    __slots__ = ("axes", "keepdim")
    saves = ("self", "result")

    def forward(self, x: Any, *, axes: tuple[int, ...], keepdim: bool) -> Any:
        self.axes, self.keepdim = axes, keepdim
        top = np.max(x, axis=axes, keepdims=True, initial=-np.inf)
        top = np.where(np.isinf(top), 0, top).astype(x.dtype)
        total = add_up(np.exp(x - top), axis=axes, keepdims=True)
        result = np.log(total) + top
        result = result if keepdim else np.asarray(result.squeeze(axes))
        self.save_for_backward(x, result)
        return result

    def backward(self, grad: Value) -> Value:
        x, y = self.saved_tensors
        y = spread(y, self.axes, self.keepdim)
        return spread(grad, self.axes, self.keepdim) * exp(x - y)


@numpy_names
def logsumexp(input: Value, dim: int | Sequence[int], keepdim: bool = False) -> Value:
    """ln Σ eˣ over `dim`, without overflow."""
    if array_of(input).dtype.kind != "f":
        input = to_dtype(input, np.dtype(np.float32))
    return LogsumexpBackward0.apply(input, axes=to_axes(dim, input.ndim), keepdim=keepdim)


# --- counts ----------------------------------------------------------------------------------


@numpy_names
def any(input: Value, dim: Dims = None, keepdim: bool = False) -> Value:
    """Whether any element is non-zero, over `dim`; bool."""
    axes = _truth_axes(dim, input.ndim)
    return constant(lambda a: _truth(np.any(a, axis=axes, keepdims=keepdim), a), input)


@numpy_names
def all(input: Value, dim: Dims = None, keepdim: bool = False) -> Value:
    """Whether all elements are non-zero, over `dim`; bool."""
    axes = _truth_axes(dim, input.ndim)
    return constant(lambda a: _truth(np.all(a, axis=axes, keepdims=keepdim), a), input)


def _truth_axes(dim: Dims, ndim: int) -> tuple[int, ...]:
    """To `any` and `all` alone, no dimensions mean none, not all."""
    return to_axes(dim, ndim) if dim is None or wrap_dims(dim, ndim) else ()


def _truth(result: Any, x: Any) -> Any:
    """bool, but uint8 of uint8: from before PyTorch had a bool type."""
    return np.asarray(result, np.uint8 if x.dtype == np.uint8 else bool)


@numpy_names
def count_nonzero(input: Value, dim: Dims = None) -> Value:
    """How many elements over `dim` are not 0; int64."""
    axes = to_axes(dim, input.ndim)
    return constant(lambda a: add_up(a != 0, axis=axes, dtype=np.int64), input)
