"""How a tensor lies in memory, as PyTorch names it: torch.strided, torch.contiguous_format.

Every tensor here is strided. Its elements follow one another in the order of its dimensions, the
last one fastest (contiguous_format), or for images with the channels fastest (channels_last).

PyTorch: c10/core/Layout.h, MemoryFormat.h.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .dtypes import Array


class layout:
    """`torch.strided`, the only one here; sparse tensors are not part of the package."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"torch.{self.name}"


class memory_format:
    """An order of the elements in memory: `torch.contiguous_format`, `torch.channels_last`."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"torch.{self.name}"


strided = layout("strided")
contiguous_format = memory_format("contiguous_format")
preserve_format = memory_format("preserve_format")
channels_last = memory_format("channels_last")
channels_last_3d = memory_format("channels_last_3d")

_RANK = {channels_last: 4, channels_last_3d: 5}


def is_dense(array: Any) -> bool:
    """Whether the elements fill their memory without gap or overlap, in any order."""
    expected = array.itemsize
    for stride, size in sorted(zip(array.strides, array.shape, strict=True)):
        if size == 1:
            continue
        if stride != expected:
            return False
        expected *= size
    return True


def lies_in(array: Array, order: memory_format) -> bool:
    """Whether the elements already stand in this order."""
    if order in _RANK:
        return array.ndim == _RANK[order] and np.moveaxis(array, 1, -1).flags.c_contiguous
    return order is preserve_format or array.flags.c_contiguous


def usual_order(array: Array) -> memory_format:
    """What a tensor like this counts as: channels_last where its elements stand so, and only so."""
    if array.flags.c_contiguous:
        return contiguous_format
    orders = (order for order in _RANK if lies_in(array, order))
    return next(orders, contiguous_format)


def arranged(array: Array, order: memory_format) -> Array:
    """A copy whose elements stand in this order. RuntimeError if it is for tensors of another rank.

    preserve_format keeps the order of an array without gaps; another becomes contiguous.
    """
    if order in _RANK:
        if array.ndim != _RANK[order]:
            raise RuntimeError(f"required rank {_RANK[order]} tensor to use {order.name} format")
        return np.moveaxis(np.array(np.moveaxis(array, 1, -1), order="C"), -1, 1)
    keep = order is preserve_format and is_dense(array)
    return np.array(array, order="K" if keep else "C")
