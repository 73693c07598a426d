"""Many elements brought together where an index says: scatter_reduce and index_reduce.

Groups of src of any size, each at its place in x, become one number each: a sum, a product, a mean,
the largest or the smallest.

PyTorch: aten/src/ATen/native/TensorAdvancedIndexing.cpp; FunctionsManual.cpp
(scatter_reduce_backward, index_reduce_backward).
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import Value
from .choice import where
from .gathering import gather, scatter_add, scatter_dim, slices_dim, where_and_what
from .operands import array_of
from .scattering import scatter
from .shape import zeros_for

_COMBINE: dict[str, Any] = {
    "sum": np.add,
    "prod": np.multiply,
    "mean": np.add,
    "amax": np.maximum,
    "amin": np.minimum,
}


def _start(reduce: str, dtype: Any) -> Any:
    """What changes nothing when it is combined with another number."""
    if reduce == "prod":
        return 1
    if reduce in ("sum", "mean"):
        return 0
    if dtype.kind == "f":
        return -np.inf if reduce == "amax" else np.inf
    if dtype.kind == "b":
        return reduce == "amin"
    limits = np.iinfo(dtype)
    return limits.min if reduce == "amax" else limits.max


class ScatterReduceBackward0(Node):
    """y = x with the group of src at each place that index names combined with (or, without
    include_self, put for) what is there.

    sum: dL/dsrc = dL/dy there; mean: that, divided by the group's size; prod: dL/dy·y / src;
    amax, amin: dL/dy shared evenly by all that are the largest, smallest. dL/dx likewise, where x
    counts as one more of the group; where it does not, 0.

    PyTorch: derivatives.yaml, scatter_reduce.two.
    """

    __slots__ = ("dim", "include_self", "reduce")
    saves = ("self", "src", "index", "result")

    def forward(
        self, x: Any, src: Any, *, dim: int, index: Any, reduce: str, include_self: bool
    ) -> Any:
        self.dim, self.reduce, self.include_self = dim, reduce, include_self
        out = np.array(x, order="C")
        places = self.index_of_elements(index, src.shape)
        if places.size:
            self.combine(out, src, places)
        self.save_for_backward(x, src, index, out)
        return out

    def index_of_elements(self, index: Any, shape: tuple[int, ...]) -> Any:
        return index

    def combine(self, out: Any, src: Any, index: Any) -> None:
        key, values = where_and_what(self.dim, index, src)
        flat = np.atleast_1d(out)
        if not self.include_self:
            flat[key] = _start(self.reduce, out.dtype)
        _COMBINE[self.reduce].at(flat, key, values)
        if self.reduce == "mean":
            sizes = np.full(flat.shape, int(self.include_self), out.dtype)
            np.add.at(sizes, key, out.dtype.type(1))
            sizes[sizes == 0] = 1
            divide = np.divide if out.dtype.kind == "f" else np.floor_divide
            flat[...] = divide(flat, sizes)

    def backward(self, grad: Value) -> tuple[Value | None, Value | None]:
        x, src, index, y = self.saved_tensors
        places = self.index_of_elements(array_of(index), tuple(src.shape))
        to_x, to_src = self.gradients(grad, x, src, places, y)
        if not self.include_self:
            to_x = scatter(to_x, self.dim, places, 0.0)
        need_x, need_src = self.needs_input_grad
        return to_x if need_x else None, to_src if need_src else None

    def gradients(
        self, grad: Value, x: Value, src: Value, index: Any, y: Value
    ) -> tuple[Value, Value]:
        if self.reduce == "sum":
            return grad, gather(grad, self.dim, index)
        if self.reduce == "mean":
            sizes = self.group_sizes(x, index)
            return grad / sizes, gather(grad / sizes, self.dim, index)
        if self.reduce == "prod":
            return self.of_product(grad, x, src, index, y)
        ours = (array_of(x) == array_of(y)).astype(array_of(grad).dtype)
        theirs = (array_of(src) == gather(array_of(y), self.dim, index)).astype(ours.dtype)
        share = grad / scatter_add(ours, self.dim, index, theirs)
        return share * ours, gather(share, self.dim, index) * theirs

    def group_sizes(self, x: Value, index: Any) -> Any:
        sizes = np.full(tuple(x.shape), int(self.include_self), array_of(x).dtype)
        sizes = scatter_add(sizes, self.dim, index, np.ones(index.shape, sizes.dtype))
        return np.maximum(sizes, 1)

    def of_product(
        self, grad: Value, x: Value, src: Value, index: Any, y: Value
    ) -> tuple[Value, Value]:
        """y / src would be 0/0 where src is 0: there the product of the others takes its place."""
        x_or_one = where(array_of(x) == 0, 1.0, x)
        to_x = grad * self.product(x_or_one, src, index) / x_or_one

        zero = array_of(src) == 0
        blank = zeros_for(array_of(x), tuple(x.shape))
        counted = scatter_add(blank, self.dim, index, zero.astype(blank.dtype))
        alone = zero & (gather(counted, self.dim, index) == 1)
        others = self.product(x, where(alone, 1.0, src), index)
        divided = gather(grad * y, self.dim, index) / where(zero, 1.0, src)
        return to_x, where(alone, gather(grad * others, self.dim, index), divided)

    def product(self, x: Value, src: Value, index: Any) -> Value:
        return ScatterReduceBackward0.apply(
            x, src, dim=self.dim, index=index, reduce="prod", include_self=self.include_self
        )


class IndexReduceBackward0(ScatterReduceBackward0):
    """An index for every slice, where scatter_reduce takes one for every element.

    PyTorch: derivatives.yaml, index_reduce.
    """

    __slots__ = ()

    def index_of_elements(self, index: Any, shape: tuple[int, ...]) -> Any:
        own = [1] * len(shape)
        if shape:
            own[self.dim] = index.size
        return np.broadcast_to(index.reshape(own), shape)


def scatter_reduce(
    input: Value, dim: int, index: Value, src: Value, reduce: str, *, include_self: bool = True
) -> Value:
    """A copy of `input` in which the elements of `src` that `index` sends to one place become one.

    reduce: "sum", "prod", "mean", "amax" or "amin"; include_self: whether what is there counts.
    """
    if reduce not in _COMBINE:
        raise RuntimeError(
            f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}"
        )
    d = scatter_dim(input, dim, index, src)
    return ScatterReduceBackward0.apply(
        input, src, dim=d, index=index, reduce=reduce, include_self=include_self
    )


def index_reduce(
    input: Value,
    dim: int,
    index: Value,
    source: Value,
    reduce: str,
    *,
    include_self: bool = True,
) -> Value:
    """A copy of `input` in which the slices of `source` that `index` sends to one place become one.

    reduce: "prod", "mean", "amax" or "amin"; include_self: whether what is there counts.
    """
    warnings.warn(
        "index_reduce() is in beta and the API may change at any time.", UserWarning, stacklevel=2
    )
    if reduce not in _COMBINE or reduce == "sum":
        raise RuntimeError(
            "index_reduce(): Expected reduce to be one of prod, mean, amax or amin but got "
            f"{reduce}."
        )
    d = slices_dim("index_reduce_", input, dim, index, source)
    places = array_of(index)
    if ((places < 0) | (places >= (input.shape[d] if input.ndim else 1))).any():
        raise IndexError("index out of range in self")
    return IndexReduceBackward0.apply(
        input, source, dim=d, index=index, reduce=reduce, include_self=include_self
    )
