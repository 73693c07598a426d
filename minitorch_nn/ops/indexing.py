"""Reading parts of a tensor: x[...] in all of NumPy's forms, gather, index_select, masked_select.

An index made of integers, slices, None and Ellipsis gives a view: in the graph one SelectBackward0,
SliceBackward0 or UnsqueezeBackward0 per step that changes something. Tensors, lists and masks give
a copy, IndexBackward0. Assignment is in inplace.py.

PyTorch: torch/csrc/autograd/python_variable_indexing.cpp; aten/src/ATen/TensorIndexing.h.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import TensorBase, Value
from .broadcasting import View, joint_shape
from .operands import array_of
from .shape import AliasBackward0, expand, unsqueeze, wrap_dim, zeros_for


class SelectBackward0(View):
    """y = slice number `index` of x along dim, which it loses;  dL/dx = dL/dy there, 0 elsewhere.

    PyTorch: derivatives.yaml, select.int.
    """

    __slots__ = ("key", "shape")

    def forward(self, x: Any, *, dim: int, index: int) -> Any:
        self.shape = x.shape
        self.key = (*(slice(None),) * dim, index, ...)
        return x[self.key]

    def backward(self, grad: Value) -> Value:
        return EmbedBackward0.apply(grad, shape=self.shape, key=self.key)


class SliceBackward0(View):
    """y = x[start:stop:step] along dim;  dL/dx = dL/dy there, 0 elsewhere.

    PyTorch: derivatives.yaml, slice.Tensor.
    """

    __slots__ = ("key", "shape")

    def forward(self, x: Any, *, dim: int, part: slice) -> Any:
        self.shape = x.shape
        lead = (slice(None),) * dim
        self.key = (*lead, part)
        start, stop, _ = part.indices(x.shape[dim])
        if stop <= start:  # NumPy forgets where an empty slice began; storage_offset() is to know
            return x[lead + (slice(start, None),)][lead + (slice(0, 0),)]
        return x[self.key]

    def backward(self, grad: Value) -> Value:
        return EmbedBackward0.apply(grad, shape=self.shape, key=self.key)


class EmbedBackward0(Node):
    """y = zeros with x in one part;  dL/dx = that part of dL/dy. The adjoint of a basic index.

    PyTorch: aten/src/ATen/native/TensorShape.cpp (select_backward, slice_backward).
    """

    __slots__ = ("key",)

    def forward(self, x: Any, *, shape: tuple[int, ...], key: tuple[Any, ...]) -> Any:
        self.key = key
        out = np.zeros(shape, x.dtype)
        out[key] = x
        return out

    def backward(self, grad: Value) -> Value:
        return grad[self.key]


class IndexBackward0(Node):
    """y = x[index arrays];  dL/dx collects dL/dy where it came from, repeated places add up.

    PyTorch: derivatives.yaml, index.Tensor.
    """

    __slots__ = ("key", "shape")

    def forward(self, x: Any, *, key: tuple[Any, ...]) -> Any:
        self.key, self.shape = key, x.shape
        self.save_for_backward(*[k for k in key if isinstance(k, np.ndarray)])
        try:
            picked = x[key]
            return np.ascontiguousarray(picked).reshape(picked.shape)
        except IndexError as error:
            raise explain_index(error, x, key) from None

    def backward(self, grad: Value) -> Value:
        self.check_saved()
        return IndexPutAccumulate.apply(grad, shape=self.shape, key=self.key)


class IndexPutAccumulate(Node):
    """y = zeros to which x is added at the index arrays. The adjoint of x[index arrays].

    PyTorch: aten/src/ATen/native/TensorAdvancedIndexing.cpp (index_put with accumulate).
    """

    __slots__ = ("key",)

    def forward(self, x: Any, *, shape: tuple[int, ...], key: tuple[Any, ...]) -> Any:
        self.key = key
        out = np.zeros(shape, x.dtype)
        np.add.at(out, key, x)
        return out

    def backward(self, grad: Value) -> Value:
        return IndexBackward0.apply(grad, key=self.key)


def explain_index(error: IndexError, x: Any, key: tuple[Any, ...]) -> Exception:
    """NumPy's complaint about index arrays in PyTorch's words."""
    dim = 0
    for position, part in enumerate(key):
        if isinstance(part, np.ndarray) and part.dtype == bool:
            for k, size in enumerate(part.shape):
                if dim + k >= x.ndim or x.shape[dim + k] != size:
                    return IndexError(
                        f"The shape of the mask {list(part.shape)} at index {k} does not match the "
                        f"shape of the indexed tensor {list(x.shape)} at index {dim + k}"
                    )
            dim += part.ndim
        elif isinstance(part, np.ndarray):
            size = x.shape[dim]
            wrong = part[(part < -size) | (part >= size)]
            if wrong.size:
                # PyTorch counts only the dimensions that have an index array.
                before = sum(isinstance(p, np.ndarray) for p in key[:position])
                return IndexError(
                    f"index {wrong.flat[0]} is out of bounds for dimension {before} with size "
                    f"{size}"
                )
            dim += 1
        elif part is not None:
            dim += 1
    shapes = ", ".join(str(list(p.shape)) for p in key if isinstance(p, np.ndarray))
    if "broadcast" in str(error):
        return IndexError(
            f"shape mismatch: indexing tensors could not be broadcast together with shapes {shapes}"
        )
    return error


# --- x[...] ----------------------------------------------------------------------------------


def parse_index(x: Value, index: Any) -> tuple[Any, ...]:
    """An index as a tuple with one entry per step: ints, slices, None, arrays; no Ellipsis.

    IndexError for too many indices or for something that is none; ValueError for a negative step.
    """
    parts = index if isinstance(index, tuple) else (index,)
    parts = tuple(_as_part(p) for p in parts)
    # A 0-d boolean takes no dimension, an n-d mask takes n.
    used = sum(
        0
        if p is None or p is Ellipsis or isinstance(p, bool)
        else p.ndim
        if isinstance(p, np.ndarray) and p.dtype == bool
        else 1
        for p in parts
    )
    if used > x.ndim:
        if x.ndim == 0 and len(parts) == 1 and isinstance(parts[0], slice):
            raise IndexError("slice() cannot be applied to a 0-dim tensor.")
        if x.ndim == 0 and len(parts) == 1 and isinstance(parts[0], int):
            raise IndexError(
                "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or "
                "`tensor.item<T>()` in C++ to convert a 0-dim tensor to a number"
            )
        raise IndexError(f"too many indices for tensor of dimension {x.ndim}")
    dots = [i for i, p in enumerate(parts) if p is Ellipsis]
    if len(dots) > 1:
        raise IndexError("an index can only have a single ellipsis ('...')")
    fill = (slice(None),) * (x.ndim - used)
    if dots:
        return parts[: dots[0]] + fill + parts[dots[0] + 1 :]
    return parts + fill


def _as_part(part: Any) -> Any:
    if part is None or part is Ellipsis or isinstance(part, bool):
        return part
    if isinstance(part, slice):
        return slice(
            *[None if s is None else _as_int(s) for s in (part.start, part.stop, part.step)]
        )
    if isinstance(part, (int, np.integer)):
        return int(part)
    if isinstance(part, TensorBase):
        part = part.array
        if part.ndim == 0 and part.dtype.kind in "iu":
            return int(part)
    elif isinstance(part, (list, tuple, range)):
        part = np.asarray([array_of(p) for p in part])
        part = part.astype(np.int64) if part.size == 0 else part
    if isinstance(part, np.ndarray) and part.dtype.kind in "iub":
        return part
    if isinstance(part, np.ndarray):
        if part.dtype.kind in "US":
            raise TypeError("new(): invalid data type 'str'")
        raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
    if isinstance(part, str):
        raise TypeError("new(): invalid data type 'str'")
    raise IndexError(
        "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid "
        f"indices (got {type(part).__name__})"
    )


def _as_int(x: Any) -> int:
    return int(x.array if isinstance(x, TensorBase) else x)


def view_and_key(x: Value, index: Any) -> tuple[Value, tuple[Any, ...] | None]:
    """The view that the basic parts of an index give, and the key of index arrays to apply to it.

    The key is None for an index without arrays; the view is `x` itself if nothing changes.
    """
    out, dim, own = x, 0, 0  # `own` counts x's dimensions, `dim` those of the view so far
    key: list[Any] = []
    for part in parse_index(x, index):
        if part is None:
            out, dim = unsqueeze(out, dim), dim + 1
            key.append(slice(None))
        elif isinstance(part, bool):
            # x[True] adds a dimension of size 1, x[False] one of size 0: an index on a new one.
            out, dim = unsqueeze(out, dim), dim + 1
            key.append(np.asarray([0] if part else [], np.int64))
        elif isinstance(part, slice):
            out, dim, own = slice_dim(out, dim, part), dim + 1, own + 1
            key.append(slice(None))
        elif isinstance(part, int):
            size = x.shape[own]
            if not -size <= part < size:
                raise IndexError(
                    f"index {part} is out of bounds for dimension {own} with size {size}"
                )
            out, own = select(out, dim, part), own + 1
        else:
            used = part.ndim if part.dtype == bool else 1
            dim, own = dim + used, own + used
            key.append(part)
    return out, tuple(key) if any(isinstance(k, np.ndarray) for k in key) else None


def getitem(x: Value, index: Any) -> Value:
    """x[index] as PyTorch reads it."""
    if isinstance(index, slice) and x.ndim:  # x[:] is a slice in the graph, though x[:, :] is not
        (part,) = parse_index(x, index)[:1]
        _check_step(part)
        return SliceBackward0.apply(x, dim=0, part=part)
    out, key = view_and_key(x, index)
    if key is not None:
        return IndexBackward0.apply(out, key=key)
    return AliasBackward0.apply(out) if out is x else out


def slice_dim(x: Value, dim: int, part: slice) -> Value:
    """x[start:stop:step] along `dim`; `x` itself for a full slice."""
    _check_step(part)
    if (
        part.step in (None, 1)
        and part.start in (None, 0)
        and (part.stop is None or part.stop >= x.shape[dim])
    ):
        return x
    return SliceBackward0.apply(x, dim=dim, part=part)


def _check_step(part: slice) -> None:
    if part.step == 0:
        raise ValueError("slice step cannot be zero")
    if part.step is not None and part.step < 0:
        raise ValueError("step must be greater than zero")


def select(x: Value, dim: int, index: int) -> Value:
    """Slice number `index` along `dim`, which the result loses; a view. IndexError out of range."""
    if x.ndim == 0:
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    d = wrap_dim(dim, x.ndim)
    size = x.shape[d]
    if not -size <= index < size:
        raise IndexError(
            f"select(): index {index} out of range for tensor of size {list(x.shape)} at dimension "
            f"{d}"
        )
    return SelectBackward0.apply(x, dim=d, index=index % size)


def narrow(x: Value, dim: int, start: int, length: int) -> Value:
    """x[start : start + length] along `dim`; a view."""
    d = wrap_dim(dim, x.ndim)
    size = x.shape[d]
    if not -size <= start <= size:
        raise IndexError(
            f"Dimension out of range (expected to be in range of [{-size}, {size}], but got "
            f"{start})"
        )
    start = start + size if start < 0 else start
    if length < 0 or start + length > size:
        raise RuntimeError(f"start ({start}) + length ({length}) exceeds dimension size ({size}).")
    return SliceBackward0.apply(x, dim=d, part=slice(start, start + length))


# --- by an index along one dimension ---------------------------------------------------------


def _along(index: Any, dim: int) -> tuple[Any, ...]:
    """The key that NumPy's take_along_axis would use, for an index smaller than the array, too."""
    key = list(np.ogrid[tuple(slice(n) for n in index.shape)])
    key[dim] = index
    return tuple(key)


class GatherBackward0(Node):
    """y[i][j] = x[index[i][j]][j] for dim 0;  dL/dx collects dL/dy where it came from.

    PyTorch: derivatives.yaml, gather.
    """

    __slots__ = ("dim", "shape")
    saves = ("index",)

    def forward(self, x: Any, *, dim: int, index: Any) -> Any:
        self.dim, self.shape = dim, x.shape
        self.save_for_backward(index)
        return x[_along(index, dim)] if x.ndim else x.reshape(1)[index]

    def backward(self, grad: Value) -> Value:
        (index,) = self.saved_tensors
        blank = zeros_for(grad, self.shape)
        return ScatterAddBackward0.apply(blank, grad, dim=self.dim, index=index)


class ScatterAddBackward0(Node):
    """y = x with src added at index;  dL/dx = dL/dy,  dL/dsrc = dL/dy gathered.

    PyTorch: derivatives.yaml, scatter_add.
    """

    __slots__ = ("dim", "shape")
    saves = ("index",)

    def forward(self, x: Any, src: Any, *, dim: int, index: Any) -> Any:
        self.dim = dim
        self.save_for_backward(index)
        out = np.array(x)
        if x.ndim == 0:
            np.add.at(out.reshape(1), index, src)
        else:
            part = tuple(slice(n) for n in index.shape)
            np.add.at(out, _along(index, dim), src[part])
        return out

    def backward(self, grad: Value) -> tuple[Value, Value]:
        (index,) = self.saved_tensors
        return grad, gather(grad, self.dim, index)


def _check_index(x: Any, dim: int, index: Any, name: str) -> None:
    if index.dtype != np.int64 and index.dtype != np.int32:
        raise RuntimeError(f"{name}(): Expected dtype int32/int64 for index")
    if x.ndim != index.ndim and not (x.ndim == 0 or index.ndim == 0):
        raise RuntimeError("Index tensor must have the same number of dimensions as input tensor")
    if x.ndim and index.ndim:
        for d in range(x.ndim):
            if d != dim and index.shape[d] > x.shape[d]:
                raise RuntimeError(
                    f"Size does not match at dimension {d} expected index {list(index.shape)} to "
                    f"be no larger than self {list(x.shape)} apart from dimension {dim}"
                )
    size = x.shape[dim] if x.ndim else 1
    wrong = index[(index < 0) | (index >= size)]
    if wrong.size:
        raise RuntimeError(
            f"index {wrong.flat[0]} is out of bounds for dimension {dim} with size {size}"
        )


def gather(x: Value, dim: int, index: Value) -> Value:
    """Elements picked along `dim`: for each place of `index` (int64), the one it names there.

    RuntimeError for a wrong dtype, number of dimensions, size or an index out of range.
    """
    d = wrap_dim(dim, x.ndim)
    _check_index(array_of(x), d, array_of(index), "gather")
    return GatherBackward0.apply(x, dim=d, index=index)


def scatter_add(x: Value, dim: int, index: Value, src: Value) -> Value:
    """A copy of `x` with the elements of `src` added at the places that `index` names."""
    d = wrap_dim(dim, x.ndim)
    _check_index(array_of(x), d, array_of(index), "scatter")
    return ScatterAddBackward0.apply(x, src, dim=d, index=index)


class IndexSelectBackward0(Node):
    """y = the slices of x along dim that index names. PyTorch: derivatives.yaml, index_select."""

    __slots__ = ("key", "shape")

    def forward(self, x: Any, *, dim: int, index: Any) -> Any:
        self.shape = x.shape
        self.save_for_backward(index)
        self.key = (*(slice(None),) * dim, index)
        return np.take(x, index, axis=dim) if x.ndim else x.copy()

    def backward(self, grad: Value) -> Value:
        self.check_saved()
        if not self.shape:
            return grad
        return IndexPutAccumulate.apply(grad, shape=self.shape, key=self.key)


def index_select(x: Value, dim: int, index: Value) -> Value:
    """The slices along `dim` that the 1-D int64 `index` names, in that order; a copy."""
    picks = array_of(index)
    d = wrap_dim(dim, x.ndim)
    if picks.dtype not in (np.int64, np.int32):
        raise RuntimeError("index_select(): Expected dtype int32 or int64 for index")
    if picks.ndim > 1:
        raise IndexError("index_select(): Index is supposed to be a vector")
    size = x.shape[d] if x.ndim else 1
    if ((picks < 0) | (picks >= size)).any():
        raise IndexError("index out of range in self")
    return IndexSelectBackward0.apply(x, dim=d, index=picks.reshape(-1))


class MaskedSelectBackward0(Node):
    """y = the elements of x where the mask holds, in one dimension. PyTorch: masked_select."""

    __slots__ = ("mask", "shape")

    def forward(self, x: Any, *, mask: Any) -> Any:
        self.mask, self.shape = mask, x.shape
        self.save_for_backward(x, mask)
        return x[mask]

    def backward(self, grad: Value) -> Value:
        self.check_saved()
        return IndexPutAccumulate.apply(grad, shape=self.shape, key=(self.mask,))


def masked_select(x: Value, mask: Value) -> Value:
    """The elements where the bool mask (broadcast with x) holds, as one dimension; a copy."""
    if array_of(mask).dtype != bool:
        raise RuntimeError("masked_select: expected BoolTensor for mask")
    shape = joint_shape(tuple(mask.shape), tuple(x.shape))
    if tuple(x.shape) != shape:
        x = expand(x, shape)
    return MaskedSelectBackward0.apply(x, mask=np.broadcast_to(array_of(mask), shape))


def nonzero(x: Value, *, as_tuple: bool = False) -> Any:
    """The indices of the non-zero elements: int64, one row each, or one tensor per dimension."""
    found = np.nonzero(np.atleast_1d(array_of(x)))
    if as_tuple:
        return tuple([x.new(i) for i in found])
    rows = np.stack(found, 1) if x.ndim else np.zeros((len(found[0]), 0), np.int64)
    return x.new(rows)
