"""Reading parts of a tensor: x[...] in all of NumPy's forms, masked_select, take, nonzero.

An index made of integers, slices, None and Ellipsis gives a view: in the graph one SelectBackward0,
SliceBackward0 or UnsqueezeBackward0 per step that changes something. Tensors, lists and masks give
a copy, IndexBackward0. Assignment is in inplace.py.

PyTorch: torch/csrc/autograd/python_variable_indexing.cpp; aten/src/ATen/TensorIndexing.h.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from operator import index as index_of
from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import TensorBase, Value
from ..dtypes import title
from .broadcasting import joint_shape, sum_to
from .operands import array_of
from .parts import SliceBackward0, check_step, select, slice_dim
from .shape import AliasBackward0, reshape, unsqueeze


class IndexBackward0(Node):
    """y = x[index arrays];  dL/dx collects dL/dy where it came from, repeated places add up.

    PyTorch: derivatives.yaml, index.Tensor.
    """

    __slots__ = ("key", "shape")

    def forward(self, x: Any, *, key: tuple[Any, ...], **tensors: Any) -> Any:
        """tensors: those of the index, so that the backward pass notices a write to them."""
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


def explain_index(error: IndexError, x: Any, key: tuple[Any, ...]) -> IndexError:
    """NumPy's complaint about index arrays in PyTorch's words, the first that PyTorch would find:
    a mask's shape, shapes that do not broadcast, an index out of range."""
    arrays: list[
        tuple[int, Any]
    ] = []  # (x's dimension, the indices into it); a mask as its indices
    dim = 0
    for part in key:
        if not isinstance(part, np.ndarray) or part.dtype != bool:
            if isinstance(part, np.ndarray):
                arrays.append((dim, part))
            dim += 1
            continue
        for k, size in enumerate(part.shape):
            if dim + k >= x.ndim or x.shape[dim + k] != size:
                return IndexError(
                    f"The shape of the mask {list(part.shape)} at index {k} does not match the "
                    f"shape of the indexed tensor {list(x.shape)} at index {dim + k}"
                )
        arrays += [(dim + k, found) for k, found in enumerate(np.nonzero(part))]
        dim += part.ndim
    try:
        np.broadcast_shapes(*[i.shape for _, i in arrays])
    except ValueError:
        shapes = ", ".join(str(list(i.shape)) for _, i in arrays)
        return IndexError(
            f"shape mismatch: indexing tensors could not be broadcast together with shapes {shapes}"
        )
    for number, (dim, i) in enumerate(arrays):  # PyTorch counts only dimensions that are indexed so
        size = x.shape[dim]
        wrong = i[(i < -size) | (i >= size)]
        if wrong.size:
            return IndexError(
                f"index {wrong.flat[0]} is out of bounds for dimension {number} with size {size}"
            )
    return error


# --- x[...] ----------------------------------------------------------------------------------


_NO_NUMBERS = (TensorBase, slice, list, tuple, range, str, np.ndarray)
_LIST_AS_TUPLE = (
    "Using a non-tuple sequence for multidimensional indexing is deprecated and will be changed in "
    "pytorch 2.9; use x[tuple(seq)] instead of x[seq]. In pytorch 2.9 this will be interpreted as "
    "tensor index, x[torch.tensor(seq)], which will result either in an error or a different "
    "result"
)


def parse_index(x: Value, index: Any) -> tuple[list[Any], int]:
    """An index as a list with one entry per step: ints, bools, slices, None, Ellipsis, arrays; and
    how many dimensions it does not mention.

    IndexError for too many indices or for something that is none.
    """
    parts = [_as_part(p) for p in _as_tuple(index)]
    used = sum(map(_dims_used, parts))
    if used <= x.ndim:
        return parts, x.ndim - used
    if x.ndim == 0 and isinstance(index, slice):
        raise IndexError("slice() cannot be applied to a 0-dim tensor.")
    if x.ndim == 0 and type(index) is int:
        if index:
            raise IndexError(f"index {index} is out of bounds for dimension 0 with size 0")
        raise IndexError(
            "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or "
            "`tensor.item<T>()` in C++ to convert a 0-dim tensor to a number"
        )
    raise IndexError(f"too many indices for tensor of dimension {x.ndim}")


def _dims_used(part: Any) -> int:
    """How many of the tensor's dimensions a part of an index speaks of; a mask, of all its own."""
    if part is None or part is Ellipsis or isinstance(part, bool):
        return 0
    return part.ndim if isinstance(part, np.ndarray) and part.dtype == bool else 1


def _as_tuple(index: Any) -> tuple[Any, ...]:
    """A list that holds lists, slices and the like means a tuple of them: NumPy's old rule."""
    if isinstance(index, tuple):
        return index
    if isinstance(index, list) and len(index) < 32:
        for part in index:
            if part is None or part is Ellipsis or isinstance(part, _NO_NUMBERS):
                warnings.warn(_LIST_AS_TUPLE, UserWarning, stacklevel=4)
                return tuple(index)
    return (index,)


def _as_part(part: Any) -> Any:
    if part is None or part is Ellipsis or isinstance(part, bool):
        return part
    if isinstance(part, slice):
        return slice(_as_bound(part.start), _as_bound(part.stop), _as_bound(part.step))
    if isinstance(part, (int, np.integer)):
        return int(part)
    if isinstance(part, TensorBase):
        part = part.array
        if part.ndim == 0 and part.dtype in (np.int64, np.int32):
            return int(part)
        if part.ndim == 0 and part.dtype in (np.bool_, np.uint8):
            return bool(part)
        return as_index(part)
    if isinstance(part, (str, bytes)):
        raise TypeError(f"new(): invalid data type '{type(part).__name__}'")
    if isinstance(part, (list, tuple, range, np.ndarray)):
        return _as_array(part)
    raise IndexError(
        "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid "
        f"indices (got {type_name(part)})"
    )


def _as_array(part: Any) -> Any:
    """A list or a NumPy array as an index: masks as they are, all other numbers cut to int64."""
    array = part if isinstance(part, np.ndarray) else np.asarray([array_of(p) for p in part])
    if array.dtype.kind in "US":
        raise TypeError("new(): invalid data type 'str'")
    if array.size and array.dtype in (np.bool_, np.uint8):
        return as_index(array)
    return array.astype(np.int64) if array.ndim else int(array)


def type_name(x: Any) -> str:
    """The type as PyTorch's messages call it: `list`, `numpy.float32`."""
    kind = type(x)
    return f"numpy.{kind.__name__}" if kind.__module__ == "numpy" else kind.__name__


def as_index(array: Any) -> Any:
    """An index array: integers as they are, uint8 as a mask. IndexError for other types."""
    if array.dtype == np.uint8:
        warnings.warn(
            "indexing with dtype torch.uint8 is now deprecated, please use a dtype torch.bool "
            "instead.",
            UserWarning,
            stacklevel=2,
        )
        return array.astype(bool)
    if array.dtype in (np.int64, np.int32, np.bool_):
        return array
    raise IndexError("tensors used as indices must be long, int, byte or bool tensors")


def _as_bound(x: Any) -> int | None:
    try:
        return None if x is None else index_of(x)
    except TypeError:
        raise TypeError(
            "slice indices must be integers or None or have an __index__ method"
        ) from None


def view_and_key(x: Value, index: Any) -> tuple[Value, tuple[Any, ...] | None]:
    """The view that the basic parts of an index give, and the key of index arrays to apply to it.

    The key is None for an index without arrays; the view is `x` itself if nothing changes.
    """
    out, dim, own = x, 0, 0  # `own` counts x's dimensions, `dim` those of the view so far
    key: list[Any] = []
    parts, rest = parse_index(x, index)
    for position, part in enumerate(parts):
        if part is Ellipsis:
            key += [slice(None)] * rest
            dim, own, rest = dim + rest, own + rest, 0
        elif part is None:
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
                    f"index {part} is out of bounds for dimension {position} with size {size}"
                )
            out, own = select(out, dim, part), own + 1
        else:
            used = _dims_used(part)
            dim, own = dim + used, own + used
            key.append(part)
    return out, tuple(key) if any(isinstance(k, np.ndarray) for k in key) else None


def tensors_of(index: Any) -> dict[str, Any]:
    """The tensors of an index, named by their places."""
    parts = index if isinstance(index, (tuple, list)) else (index,)
    return {f"index_{i}": p for i, p in enumerate(parts) if isinstance(p, TensorBase)}


def getitem(x: Value, index: Any) -> Value:
    """x[index] as PyTorch reads it."""
    if isinstance(index, slice) and x.ndim:  # x[:] is a slice in the graph, though x[:, :] is not
        (part,), _ = parse_index(x, index)
        check_step(part)
        return SliceBackward0.apply(x, dim=0, part=part)
    out, key = view_and_key(x, index)
    if key is not None:
        return IndexBackward0.apply(out, key=key, **tensors_of(index))
    return AliasBackward0.apply(out) if out is x else out


# --- by a mask, or in the flattened tensor ----------------------------------------------------


class MaskedSelectBackward0(Node):
    """y = the elements of x where the mask holds, in one dimension;  dL/dx = dL/dy there, 0
    elsewhere.

    PyTorch: derivatives.yaml, masked_select; FunctionsManual.cpp (masked_select_backward).
    """

    __slots__ = ("shape",)
    saves = ("self", "mask")

    def forward(self, x: Any, *, mask: Any) -> Any:
        self.shape = x.shape
        self.save_for_backward(x, mask)
        full = joint_shape(mask.shape, x.shape)
        return np.broadcast_to(x, full)[np.broadcast_to(mask, full)]

    def backward(self, grad: Value) -> Value:
        _, mask = self.saved_tensors
        full = joint_shape(tuple(mask.shape), self.shape)
        key = (np.broadcast_to(array_of(mask), full),)
        return sum_to(IndexPutAccumulate.apply(grad, shape=full, key=key), self.shape)


def masked_select(input: Value, mask: Value) -> Value:
    """The elements where the bool mask (broadcast with input) holds, as one dimension; a copy."""
    if array_of(mask).dtype != bool:
        raise RuntimeError("masked_select: expected BoolTensor for mask")
    return MaskedSelectBackward0.apply(input, mask=mask)


class TakeBackward0(Node):
    """y = the elements of x, seen as flat, that index names. PyTorch: derivatives.yaml, take."""

    __slots__ = ("shape",)
    saves = ("index",)

    def forward(self, x: Any, *, index: Any) -> Any:
        self.shape = x.shape
        self.save_for_backward(index)
        return x.reshape(-1)[index]

    def backward(self, grad: Value) -> Value:
        (index,) = self.saved_tensors
        size = int(np.prod(self.shape))
        added = IndexPutAccumulate.apply(grad, shape=(size,), key=(array_of(index),))
        return reshape(added, self.shape)


def take(input: Value, index: Value) -> Value:
    """The elements of `input`, as if it were flat, that the int64 `index` names, in its shape.

    IndexError for an index out of range.
    """
    check_flat_index("take", input, index)
    if array_of(index).size and not array_of(input).size:
        raise IndexError("take(): tried to take from an empty tensor")
    return TakeBackward0.apply(input, index=index)


def check_flat_index(name: str, x: Value, index: Value) -> None:
    """RuntimeError or IndexError if the index is not of int64 from -n to n-1, for n elements."""
    places, n = array_of(index), array_of(x).size
    if places.dtype != np.int64:
        raise RuntimeError(
            f"{name}(): Expected a long tensor for index, but got {title(places.dtype)}"
        )
    wrong = places[(places < -n) | (places >= n)] if n else places[:0]
    if wrong.size:
        raise IndexError(
            f"out of range: tried to access index {wrong.flat[0]} on a tensor of {n} elements."
        )


# --- where something is ----------------------------------------------------------------------


def nonzero(input: Value, *, as_tuple: bool = False) -> Any:
    """The indices of the non-zero elements: int64, one row each, or one tensor per dimension."""
    found = np.nonzero(np.atleast_1d(array_of(input)))
    if as_tuple:
        return tuple([input.new(i) for i in found])
    # Column after column in memory, as PyTorch has them.
    rows = np.array(found, np.int64) if input.ndim else np.zeros((0, len(found[0])), np.int64)
    return input.new(rows.T)


def argwhere(input: Value) -> Value:
    """The indices of the non-zero elements, one row each."""
    return nonzero(input)


def unravel_index(indices: Value, shape: int | Sequence[int]) -> tuple[Value, ...]:
    """Where elements of a flattened tensor of this shape stand in it: one tensor per dimension.

    PyTorch: torch/functional.py (unravel_index).
    """
    places = array_of(indices)
    if places.dtype.kind not in "iu":
        raise TypeError(f"expected 'indices' to be integer dtype, but got {indices.dtype}")
    if not isinstance(shape, (int, tuple, list)):
        raise TypeError(f"expected 'shape' to be int or sequence of ints, but got {type(shape)}")
    sizes = (shape,) if isinstance(shape, int) else tuple(shape)
    for size in sizes:
        if not isinstance(size, int):
            raise TypeError(f"expected 'shape' sequence to only contain ints, but got {type(size)}")
    if any(size < 0 for size in sizes):
        raise ValueError(f"'shape' cannot have negative values, but got {tuple(sizes)}")
    coordinates = []
    places = places.astype(np.int64)
    for size in reversed(sizes):
        coordinates.append(indices.new(places % size))
        places = places // size
    return tuple(reversed(coordinates))
