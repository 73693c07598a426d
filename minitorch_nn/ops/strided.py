"""Which places of memory a tensor shows: as_strided, and the positions that a view's elements have
in the tensor it was taken from.

Every view is a window on its base's memory, given by a size, a stride and an offset. Writing
through a view (ops/inplace.py) asks the question the other way round: which elements of the base
are these?

PyTorch: aten/src/ATen/native/TensorShape.cpp (as_strided); FunctionsManual.cpp
(as_strided_backward).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.lib import stride_tricks

from ..autograd.node import Node
from ..base import Value
from .broadcasting import View
from .dims import ints
from .indexing import IndexPutAccumulate
from .operands import array_of
from .shape import reshape, zeros_for


def address(array: Any) -> int:
    """Where the array's first element lies."""
    return array.__array_interface__["data"][0]


def span(array: Any) -> int:
    """From the array's first element to its last, both counted, in elements of memory."""
    item = array.itemsize
    return sum((n - 1) * s for n, s in zip(array.shape, array.strides, strict=True)) // item + 1


def shown_elements(view: Any, of: Any) -> Any:
    """For each element of the array `view`, which element of `of` (seen as flat) it is.

    -1 for memory that `of` does not show.
    """
    item = of.itemsize
    first = min(address(view), address(of))
    ends = [(address(a) - first) // item + span(a) for a in (view, of) if a.size]
    positions = np.full(max(ends, default=0), -1, np.intp)

    def laid_out_as(array: Any) -> Any:
        start = (address(array) - first) // item if array.size else 0
        strides = [s // item * positions.itemsize for s in array.strides]
        return stride_tricks.as_strided(positions[start:], array.shape, strides)

    # Lay positions out in memory as `of` itself lies, then look as the view does.
    laid_out_as(of)[...] = np.arange(of.size).reshape(of.shape)
    return laid_out_as(view)


class AsStridedBackward0(View):
    """y = the memory of x through another window;  dL/dx adds dL/dy up where the window shows x.

    PyTorch: derivatives.yaml, as_strided.
    """

    __slots__ = ("positions", "shape")

    def forward(
        self, x: Any, *, memory: Any, size: tuple[int, ...], stride: tuple[int, ...], offset: int
    ) -> Any:
        flat = stride_tricks.as_strided(memory, (span(memory),), (memory.itemsize,))
        strides = [s * memory.itemsize for s in stride]
        window = stride_tricks.as_strided(flat[offset:], size, strides)
        self.positions, self.shape = shown_elements(window, x), x.shape
        return window

    def backward(self, grad: Value) -> Value:
        size = int(np.prod(self.shape))
        # One place more than there are elements: -1 adds there what x does not show.
        added = IndexPutAccumulate.apply(grad, shape=(size + 1,), key=(self.positions,))
        return reshape(added[:size], self.shape)


class AsStridedBackward1(AsStridedBackward0):
    """In place. PyTorch: derivatives.yaml, as_strided_."""

    __slots__ = ()


class AsStridedScatterBackward0(Node):
    """y = x with src at the given positions;  dL/dx = dL/dy but 0 there, dL/dsrc = dL/dy there.

    PyTorch: derivatives.yaml, as_strided_scatter.
    """

    __slots__ = ("positions",)

    def forward(self, x: Any, src: Any, *, positions: Any) -> Any:
        self.positions = positions
        flat = np.append(x.reshape(-1), x.dtype.type(0))
        flat[positions] = src
        return flat[:-1].reshape(x.shape)

    def backward(self, grad: Value) -> tuple[Value, Value]:
        blank = zeros_for(grad, self.positions.shape)
        rest = AsStridedScatterBackward0.apply(grad, blank, positions=self.positions)
        return rest, PickBackward0.apply(grad, positions=self.positions)


class PickBackward0(Node):
    """y = the elements of x at the given positions, 0 for -1;  dL/dx adds dL/dy up there.

    PyTorch: FunctionsManual.cpp (as_strided_scatter_backward).
    """

    __slots__ = ("positions", "shape")

    def forward(self, x: Any, *, positions: Any) -> Any:
        self.positions, self.shape = positions, x.shape
        return np.append(x.reshape(-1), x.dtype.type(0))[positions]

    backward = AsStridedBackward0.backward


def as_strided(
    input: Value, size: Sequence[int], stride: Sequence[int], storage_offset: int | None = None
) -> Value:
    """The memory of `input` as a tensor of this size and stride (in elements); a view.

    storage_offset counts from where the memory begins, which for a view is its base's beginning;
    by default it is the input's own. RuntimeError for a window that leaves the memory.
    """
    memory = array_of(input if getattr(input, "_base", None) is None else input._base)
    sizes, strides = ints(size, "as_strided", "size"), ints(stride, "as_strided", "stride")
    offset = storage_offset
    if offset is None:
        offset = (address(array_of(input)) - address(memory)) // memory.itemsize
    _check_window(memory, sizes, strides, offset)
    return AsStridedBackward0.apply(input, memory=memory, size=sizes, stride=strides, offset=offset)


def _check_window(
    memory: Any, sizes: tuple[int, ...], strides: tuple[int, ...], offset: int
) -> None:
    if len(sizes) != len(strides):
        raise RuntimeError("mismatch in length of strides and shape")
    if any(s < 0 for s in strides):
        raise RuntimeError(
            "as_strided: Negative strides are not supported at the moment, got strides: "
            f"{list(strides)}"
        )
    if offset < 0:
        raise RuntimeError(f"Tensor: invalid storage offset {offset}")
    item = memory.itemsize
    end = offset + sum((n - 1) * s for n, s in zip(sizes, strides, strict=True)) + 1
    if 0 not in sizes and end > span(memory):
        raise RuntimeError(
            f"setStorage: sizes {list(sizes)}, strides {list(strides)}, storage offset {offset}, "
            f"and itemsize {item} requiring a storage size of {end * item} are out of bounds for "
            f"storage of size {span(memory) * item}"
        )
