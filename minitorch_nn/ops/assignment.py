"""x[index] = value, and index_put, its function without slices.

A basic index names a view, and the value is copied into it. Index arrays and masks are written to
directly. Where the value is a number, PyTorch takes a shorter way: index_fill or masked_fill.

PyTorch: torch/csrc/autograd/python_variable_indexing.cpp (THPVariable_setitem);
aten/src/ATen/TensorIndexing.h; TensorAdvancedIndexing.cpp (index_put).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..base import TensorBase, Value
from ..dtypes import title
from .broadcasting import expand, sum_to
from .choice import MaskedFillBackward0
from .indexing import as_index, explain_index, tensors_of, type_name, view_and_key
from .inplace import copy_, fill_, in_place
from .operands import array_of, is_number
from .scattering import Overwrite, index_fill
from .shape import unsqueeze, view
from .strided import as_strided

Key = tuple[Any, ...]  # slices and index arrays, as NumPy takes them


class IndexPutBackward0(Overwrite):
    """A key of index arrays, as x[key] takes them. PyTorch: derivatives.yaml, index_put."""

    __slots__ = ()

    def forward(
        self, x: Any, src: Any, *, index: Key, accumulate: bool = False, **tensors: Any
    ) -> Any:
        """tensors: those of the index, so that the backward pass notices a write to them."""
        return super().forward(x, src, index=index, accumulate=accumulate)

    def write(self, out: Any, src: Any, index: Key, *, accumulate: bool) -> None:
        try:
            if accumulate:
                np.add.at(out, index, src)
            else:
                out[index] = src
        except (IndexError, TypeError, ValueError):
            raise _explain_put(out, src, index) from None

    def read(self, grad: Value, index: Key, *, accumulate: bool) -> Value:
        return sum_to(grad[index], self.shape)


def _explain_put(out: Any, src: Any, key: Key) -> Exception:
    """Why src cannot be written, in PyTorch's order: the index's shape, src's shape, the range."""
    shape = _shape_of_part(out, key)
    try:
        np.broadcast_to(np.empty(np.shape(src)), shape)
    except ValueError:
        return RuntimeError(
            f"shape mismatch: value tensor of shape {list(np.shape(src))} cannot be broadcast to "
            f"indexing result of shape {list(shape)}"
        )
    return explain_index(IndexError("index out of range"), out, key)


def _shape_of_part(x: Any, key: Key) -> tuple[int, ...]:
    """The shape of x[key], were all indices in range. IndexError if key's own shapes do not fit."""
    in_range = [np.zeros_like(k) if _is_array(k) and k.dtype != bool else k for k in key]
    try:
        return x[tuple(in_range)].shape
    except IndexError as error:
        raise explain_index(error, x, key) from None


def _is_array(part: Any) -> bool:
    return isinstance(part, np.ndarray)


def _check_types(x: Value, values: Value, key: Key) -> None:
    """RuntimeError for two dtypes, unless one number is written where a mask holds."""
    own, given = array_of(x).dtype, array_of(values).dtype
    arrays = [k for k in key if _is_array(k)]
    fills_mask = array_of(values).size == 1 and len(arrays) == 1 and arrays[0].dtype == bool
    if own != given and not fills_mask:
        _shape_of_part(array_of(x), key)  # a wrong index is the first thing that PyTorch says
        raise RuntimeError(
            "Index put requires the source and destination dtypes match, got "
            f"{title(own)} for the destination and {title(given)} for the source."
        )


def index_put(
    input: Value, indices: Sequence[Value], values: Value, accumulate: bool = False
) -> Value:
    """A copy of `input` with `values` (broadcast) at input[indices], or added there.

    IndexError for indices that do not fit, RuntimeError for values that do not.
    """
    if not isinstance(indices, (list, tuple)):
        raise TypeError(
            "index_put(): argument 'indices' (position 1) must be tuple of Tensors, not "
            f"{type(indices).__name__}"
        )
    if not isinstance(values, (TensorBase, np.ndarray)):
        raise TypeError(
            "index_put(): argument 'values' (position 2) must be Tensor, not "
            f"{type(values).__name__}"
        )
    key = tuple([as_index(array_of(i)) for i in indices])
    used = sum(k.ndim if k.dtype == bool else 1 for k in key)
    if used > input.ndim:
        raise IndexError(f"too many indices for tensor of dimension {input.ndim} (got {used})")
    _check_types(input, values, key)
    tensors = tensors_of(indices)
    return IndexPutBackward0.apply(input, values, index=key, accumulate=accumulate, **tensors)


def setitem(x: Any, index: Any, value: Any) -> None:
    """x[index] = value: a write to the view that a basic index gives, else to the index arrays."""
    if index is False:  # an index that selects nothing
        return
    if isinstance(value, np.integer):
        value = int(value)
    elif not is_number(value) and not isinstance(value, TensorBase):
        raise TypeError(f"can't assign a {type_name(value)} to a {x.type()}")
    target, key = (unsqueeze(x, 0), None) if index is True else view_and_key(x, index)
    if key is None:
        _copy_to(target, value)
    elif is_number(value):
        _write_number(target, key, value, index)
    else:
        _check_types(target, value, key)
        shape = _without_leading_ones(value.array.shape)
        value = value if value.array.shape == shape else view(value, shape)
        tensors = tensors_of(index)
        in_place(target, IndexPutBackward0.apply, value, index=key, **tensors)


def fill_diagonal_(input: Any, fill_value: Any, wrap: bool = False) -> Any:
    """The main diagonal of a tensor becomes one number; of a tall matrix, with wrap, all those that
    follow it, too.

    RuntimeError for less than two dimensions, or more of different sizes. PyTorch: Fill.cpp
    (fill_diagonal_).
    """
    shape = input.array.shape
    if len(shape) < 2:
        raise RuntimeError("dimensions must larger than 1")
    if len(shape) > 2 and len(set(shape)) > 1:
        raise RuntimeError("all dimensions of input must be of equal length")
    strides = [s // input.array.itemsize for s in input.array.strides]
    step, size = sum(strides), min(shape)
    fill_(as_strided(input, (size,), (step,)), fill_value)
    if wrap and len(shape) == 2 and shape[0] > shape[1] + 1:
        below = input[shape[1] + 1 :]
        rest = -(-math.prod(shape) // (shape[1] + 1)) - size
        fill_(as_strided(below, (rest,), (step,)), fill_value)
    return input


def _copy_to(target: Any, value: Any) -> None:
    """Numbers fill; tensors are expanded first. PyTorch: TensorIndexing.h (copy_to)."""
    if is_number(value) or (value.array.ndim == 0 and target.array.ndim):
        fill_(target, value)
        return
    if value.array.shape != target.array.shape:
        value = view(value, _without_leading_ones(value.array.shape))
        if value.array.shape != target.array.shape:
            value = expand(value, target.array.shape)
    copy_(target, value)


def _without_leading_ones(shape: tuple[int, ...]) -> tuple[int, ...]:
    """PyTorch: TensorIndexing.h (slicePrefix1sSize)."""
    lead = 0
    while lead < len(shape) and shape[lead] == 1:
        lead += 1
    return shape[lead:]


def _write_number(target: Any, key: Key, value: Any, index: Any) -> None:
    (dim, array), *others = [(d, k) for d, k in enumerate(key) if _is_array(k)]
    if not others and array.dtype == bool:
        mask = _as_mask(array, key, target.array.shape)
        in_place(target, MaskedFillBackward0.apply, mask=mask, value=value)
    elif not others and array.dtype == np.int64:
        in_place(target, index_fill, dim, array.reshape(-1), value)
    else:
        tensors = tensors_of(index)
        in_place(target, IndexPutBackward0.apply, value, index=key, **tensors)


def _as_mask(mask: Any, key: Key, shape: tuple[int, ...]) -> Any:
    """A mask that stands among full slices, in a shape that broadcasts over the whole tensor."""
    before = next(i for i, k in enumerate(key) if _is_array(k))
    covered = shape[before : before + mask.ndim]
    if mask.shape != covered:
        raise explain_index(IndexError("mask"), np.broadcast_to(0, shape), key)
    return mask.reshape(mask.shape + (1,) * (len(shape) - before - mask.ndim))
