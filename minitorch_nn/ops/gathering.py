"""By an index along one dimension: gather and scatter_add, index_select and index_add.

In each pair one reads where the index points and the other adds there: each is the derivative of
the other. `gather` takes an index for every element, `index_select` one for every slice.

PyTorch: aten/src/ATen/native/TensorAdvancedIndexing.cpp; tools/autograd/derivatives.yaml.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import Value
from ..dtypes import number, title
from .broadcasting import expand, joint_shape
from .operands import array_of
from .shape import view, wrap_dim, zeros_for


def along(index: Any, dim: int) -> tuple[Any, ...]:
    """The key that NumPy's take_along_axis would use, for an index smaller than the array, too."""
    key = list(np.ogrid[tuple(slice(n) for n in index.shape)])
    key[dim] = index
    return tuple(key)


# --- an index for every element --------------------------------------------------------------


class GatherBackward0(Node):
    """y[i][j] = x[index[i][j]][j] for dim 0;  dL/dx collects dL/dy where it came from.

    PyTorch: derivatives.yaml, gather.
    """

    __slots__ = ("dim", "shape")
    saves = ("index",)

    def forward(self, x: Any, *, dim: int, index: Any) -> Any:
        self.dim, self.shape = dim, x.shape
        self.save_for_backward(index)
        if not index.size:
            return np.empty(index.shape, x.dtype)
        return np.atleast_1d(x)[along(np.atleast_1d(index), dim)].reshape(index.shape)

    def backward(self, grad: Value) -> Value:
        (index,) = self.saved_tensors
        blank = zeros_for(grad, self.shape)
        return ScatterAddBackward0.apply(blank, grad, dim=self.dim, index=index)


class ScatterAddBackward0(Node):
    """y = x with src added at index;  dL/dx = dL/dy,  dL/dsrc = dL/dy gathered.

    PyTorch: derivatives.yaml, scatter_add.
    """

    __slots__ = ("dim",)
    saves = ("index",)

    def forward(self, x: Any, src: Any, *, dim: int, index: Any) -> Any:
        self.dim = dim
        self.save_for_backward(index)
        out = np.array(x, order="C")
        if index.size:
            np.add.at(np.atleast_1d(out), *where_and_what(dim, index, src))
        return out

    def backward(self, grad: Value) -> tuple[Value | None, Value | None]:
        need_x, need_src = self.needs_input_grad
        (index,) = self.saved_tensors
        return grad if need_x else None, gather(grad, self.dim, index) if need_src else None


def where_and_what(dim: int, index: Any, src: Any) -> tuple[Any, Any]:
    """The key of the places that scatter writes to, and the part of src that goes there."""
    index = np.atleast_1d(index)
    if np.ndim(src):
        src = src[tuple(slice(n) for n in index.shape)]
    return along(index, dim), src


def _size(x: Any, dim: int) -> int:
    """x.shape[dim], where a 0-d tensor counts as one of one dimension."""
    return x.shape[wrap_dim(dim, x.ndim)] if x.ndim else 1


def without_dim(shape: tuple[int, ...], dim: int) -> tuple[int, ...]:
    return shape[:dim] + shape[dim + 1 :]


def _check_index(x: Any, dim: int, index: Any) -> None:
    wrong = index[(index < 0) | (index >= _size(x, dim))]
    if wrong.size:
        raise RuntimeError(
            f"index {wrong.flat[0]} is out of bounds for dimension {dim} with size {_size(x, dim)}"
        )


def gather(input: Value, dim: int, index: Value, *, sparse_grad: bool = False) -> Value:
    """Elements picked along `dim`: for each place of `index` (int64), the one it names there.

    The gradient is never sparse here, whatever `sparse_grad` says. RuntimeError for a wrong dtype,
    number of dimensions, size or an index out of range.
    """
    d = wrap_dim(dim, input.ndim)
    x, places = array_of(input), array_of(index)
    if places.size:
        if places.dtype not in (np.int64, np.int32):
            raise RuntimeError("gather(): Expected dtype int32/int64 for index")
        if max(x.ndim, 1) != max(places.ndim, 1):
            raise RuntimeError(
                "Index tensor must have the same number of dimensions as input tensor"
            )
        for k in range(x.ndim):
            if k != d and _size(places, k) > x.shape[k]:
                raise RuntimeError(
                    f"Size does not match at dimension {k} expected index {list(places.shape)} to "
                    f"be no larger than self {list(x.shape)} apart from dimension {d}"
                )
        _check_index(x, d, places)
    return GatherBackward0.apply(input, dim=d, index=index)


def scatter_dim(input: Value, dim: int, index: Value, src: Value = None) -> int:
    """`dim` made positive, once all is well with what a scatter is given. RuntimeError if not."""
    d = wrap_dim(dim, input.ndim)
    x, places = array_of(input), array_of(index)
    if not places.size:
        return d
    if places.dtype not in (np.int64, np.int32):
        raise RuntimeError("scatter(): Expected dtype int32/int64 for index")
    if src is not None and array_of(src).dtype != x.dtype:
        raise RuntimeError("scatter(): Expected self.dtype to be equal to src.dtype")
    if max(x.ndim, 1) != max(places.ndim, 1):
        raise RuntimeError("Index tensor must have the same number of dimensions as self tensor")
    dims = range(max(x.ndim, 1))
    fits = all(k == d or _size(places, k) <= _size(x, k) for k in dims)
    limits = f"Expected index {list(places.shape)} to be no larger than self {list(x.shape)} apart "
    limits += f"from dimension {d}"
    if src is not None:
        fits = fits and all(_size(places, k) <= _size(src, k) for k in dims)
        limits += f" and to be no larger size than src {list(src.shape)}"
        if max(src.ndim, 1) != max(places.ndim, 1):
            raise RuntimeError("Index tensor must have the same number of dimensions as src tensor")
    if not fits:
        raise RuntimeError(limits)
    _check_index(x, d, places)
    return d


def scatter_add(input: Value, dim: int, index: Value, src: Value) -> Value:
    """A copy of `input` with the elements of `src` added at the places that `index` names.

    RuntimeError for a wrong dtype, number of dimensions, size or an index out of range.
    """
    d = scatter_dim(input, dim, index, src)
    return ScatterAddBackward0.apply(input, src, dim=d, index=index)


def take_along_dim(input: Value, indices: Value, dim: int | None = None) -> Value:
    """As gather, with both broadcast first, and indices counted from the end too; of the flattened
    tensor if dim is None.

    PyTorch: TensorAdvancedIndexing.cpp (take_along_dim).
    """
    if dim is None:
        return gather(view(input, (-1,)), 0, view(indices, (-1,)))
    if input.ndim != indices.ndim:
        raise RuntimeError(
            "torch.take_along_dim(): input and indices should have the same number of dimensions, "
            f"but got {input.ndim} dimensions for input, and {indices.ndim} dimensions for indices"
        )
    if array_of(indices).dtype != np.int64:
        raise RuntimeError(
            "torch.take_along_dim(): dtype of indices should be Long but got "
            f"{title(array_of(indices).dtype)}"
        )
    d = wrap_dim(dim, input.ndim)
    picked, size = indices.shape[d], input.shape[d]
    own, wanted = list(input.shape), list(indices.shape)
    own[d] = picked
    full = list(joint_shape(tuple(own), tuple(wanted)))
    places = np.broadcast_to(array_of(indices) % size, full)
    full[d] = size
    return gather(expand(input, full), d, places)


# --- an index for every slice ----------------------------------------------------------------


class IndexSelectBackward0(Node):
    """y = the slices of x along dim that index names;  dL/dx adds dL/dy up in the slices named.

    PyTorch: derivatives.yaml, index_select.
    """

    __slots__ = ("dim", "shape")
    saves = ("index",)

    def forward(self, x: Any, *, dim: int, index: Any) -> Any:
        self.dim, self.shape = dim, x.shape
        self.save_for_backward(index)
        return np.take(x, np.atleast_1d(index), axis=dim) if x.ndim else x.copy()

    def backward(self, grad: Value) -> Value:
        (index,) = self.saved_tensors
        blank = zeros_for(grad, self.shape)
        return IndexAddBackward0.apply(blank, grad, dim=self.dim, index=index, alpha=1)


def slices(dim: int, index: Any) -> Any:
    """The key of the slices along dim that index names."""
    return (*(slice(None),) * dim, np.atleast_1d(index))


class IndexAddBackward0(Node):
    """y = x with alpha·source added to the slices that index names;  dL/dx = dL/dy,
    dL/dsource = alpha·(the same slices of dL/dy).

    PyTorch: derivatives.yaml, index_add.
    """

    __slots__ = ("alpha", "dim")
    saves = ("index",)

    def forward(self, x: Any, source: Any, *, dim: int, index: Any, alpha: float) -> Any:
        self.dim, self.alpha = dim, alpha
        self.save_for_backward(index)
        out = np.array(x, order="C")
        added = np.atleast_1d(source)
        if alpha != 1:
            added = added * number(alpha, x.dtype)
        np.add.at(np.atleast_1d(out), slices(dim, index), added)
        return out

    def backward(self, grad: Value) -> tuple[Value | None, Value | None]:
        need_x, need_source = self.needs_input_grad
        (index,) = self.saved_tensors
        if not need_source:
            return grad, None
        picked = IndexSelectBackward0.apply(grad, dim=self.dim, index=index)
        if self.alpha != 1:
            picked = picked * self.alpha
        return grad if need_x else None, picked


def index_select(input: Value, dim: int, index: Value) -> Value:
    """The slices along `dim` that the 1-D int64 `index` names, in that order; a copy.

    IndexError for an index out of range or of two dimensions, RuntimeError for a wrong dtype.
    """
    picks = array_of(index)
    d = wrap_dim(dim, input.ndim)
    if picks.dtype not in (np.int64, np.int32):
        raise RuntimeError("index_select(): Expected dtype int32 or int64 for index")
    if picks.ndim > 1:
        raise IndexError("index_select(): Index is supposed to be a vector")
    if input.ndim == 0 and picks.size != 1:
        raise RuntimeError(
            f"index_select(): Index to scalar can have only 1 value, got {picks.size} value(s)"
        )
    if ((picks < 0) | (picks >= _size(input, d))).any():
        raise IndexError("index out of range in self")
    return IndexSelectBackward0.apply(input, dim=d, index=index)


def index_add(input: Value, dim: int, index: Value, source: Value, *, alpha: float = 1) -> Value:
    """A copy of `input` with alpha·source added to the slices along `dim` that `index` names.

    RuntimeError for types or shapes that do not fit, and for an index out of range.
    """
    d = slices_dim("index_add_", input, dim, index, source)
    if input.ndim:
        _check_index(array_of(input), d, array_of(index))
    elif array_of(index).any():
        raise IndexError("index out of range in self")
    return IndexAddBackward0.apply(input, source, dim=d, index=index, alpha=alpha)


def slices_dim(name: str, input: Value, dim: int, index: Value, source: Value) -> int:
    """`dim` made positive, once types and shapes of index_add's or index_reduce's inputs fit."""
    x, places, new = array_of(input), array_of(index), array_of(source)
    d = wrap_dim(dim, x.ndim)
    if places.dtype not in (np.int64, np.int32):
        raise RuntimeError(
            f"{name}(): Expected dtype int32/int64 for index but got: {title(places.dtype)}"
        )
    if x.dtype != new.dtype:
        raise RuntimeError(
            f"{name}(): self ({title(x.dtype)}) and source ({title(new.dtype)}) must have the same "
            "scalar type"
        )
    if places.ndim > 1:
        raise IndexError(
            f"{name}(): Index is supposed to be a vector, but got dim: {places.ndim} with type: "
            f"{title(places.dtype)} and size: {list(places.shape)}"
        )
    if x.ndim != new.ndim or without_dim(x.shape, d) != without_dim(new.shape, d):
        raise RuntimeError(
            "source tensor shape must match self tensor shape, excluding the specified dimension. "
            f"Got self.shape = {list(x.shape)} source.shape = {list(new.shape)}"
        )
    if x.ndim == 0 and places.size > 1:
        raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    if places.size != _size(new, d):
        raise RuntimeError(
            f"{name}(): Number of indices ({places.size}) should be equal to source.size(dim): "
            f"({_size(new, d)}), for dim: {d}"
        )
    return d
