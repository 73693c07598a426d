"""Padding: zeros, or the input's own elements, around its last dimensions.

PyTorch: aten/src/ATen/native/PadNd.cpp; ReflectionPad.cpp; ReplicationPadding.cpp.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import Value
from .indexing import IndexPutAccumulate, SliceBackward0
from .inplace import copy_
from .operands import array_of


class ConstantPadNdBackward0(Node):
    """y = x with a number around it (a negative pad cuts off);  dL/dx = the middle of dL/dy.

    PyTorch: derivatives.yaml, constant_pad_nd.
    """

    __slots__ = ("pads",)

    def forward(self, x: Any, *, pads: tuple[tuple[int, int], ...], value: float) -> Any:
        self.pads = pads
        size = [n + before + after for n, (before, after) in zip(x.shape, pads, strict=True)]
        out = np.full(size, value, x.dtype)
        inside = tuple(
            slice(max(b, 0), n - max(a, 0)) for n, (b, a) in zip(size, pads, strict=True)
        )
        kept = tuple(
            slice(max(-b, 0), n - max(-a, 0)) for n, (b, a) in zip(x.shape, pads, strict=True)
        )
        out[inside] = x[kept]
        return out

    def backward(self, grad: Value) -> Value:
        opposite = tuple((-before, -after) for before, after in self.pads)
        return ConstantPadNdBackward0.apply(grad, pads=opposite, value=0.0)


class _IndexPadBackward(Node):
    """y = x read at an index per place;  dL/dx adds dL/dy up where it was read."""

    __slots__ = ("key", "shape")

    def forward(self, x: Any, *, key: tuple[Any, ...]) -> Any:
        self.key, self.shape = key, x.shape
        return x[key]

    def backward(self, grad: Value) -> Value:
        return IndexPutAccumulate.apply(grad, shape=self.shape, key=self.key)


class ReflectionPad1DBackward0(_IndexPadBackward):
    """Mirrored at the edge, which is not repeated. PyTorch: reflection_pad1d."""

    __slots__ = ()


class ReflectionPad2DBackward0(_IndexPadBackward):
    """Mirrored at the edges, which are not repeated. PyTorch: reflection_pad2d."""

    __slots__ = ()


class ReplicationPad1DBackward0(_IndexPadBackward):
    """The edge repeated. PyTorch: replication_pad1d."""

    __slots__ = ()


class ReplicationPad2DBackward0(_IndexPadBackward):
    """The edges repeated. PyTorch: replication_pad2d."""

    __slots__ = ()


_NODES: dict[tuple[str, int], type[_IndexPadBackward]] = {
    ("reflect", 1): ReflectionPad1DBackward0,
    ("reflect", 2): ReflectionPad2DBackward0,
    ("replicate", 1): ReplicationPad1DBackward0,
    ("replicate", 2): ReplicationPad2DBackward0,
}


def pad(
    input: Value, pad: Sequence[int], mode: str = "constant", value: float | None = None
) -> Value:
    """`input` with (left, right, top, bottom, …) more elements, from the last dimension on.

    mode: 'constant' (`value`, by default 0), 'reflect', 'replicate' or 'circular'; the last three
    pad one or two dimensions of a (C, *) or (N, C, *) tensor. A reflection must be narrower than
    the input, a circular pad at most as wide.
    """
    if len(pad) % 2:
        raise RuntimeError("Padding length must be divisible by 2")
    if len(pad) > 2 * input.ndim:
        raise RuntimeError(
            f"Padding length should be less than or equal to two times the input dimension but got "
            f"padding length {len(pad)} and input of dimension {input.ndim}"
        )
    ends = list(zip(pad[::2], pad[1::2], strict=True))
    if mode == "constant":
        pads = ((0, 0),) * (input.ndim - len(ends)) + tuple(reversed(ends))
        if any(
            n + before + after < 0 for n, (before, after) in zip(input.shape, pads, strict=True)
        ):
            raise RuntimeError("narrow(): length must be non-negative.")
        return ConstantPadNdBackward0.apply(input, pads=pads, value=value or 0.0)
    if mode not in ("reflect", "replicate", "circular"):
        raise NotImplementedError(f"Unrecognised padding mode {mode}")
    if value:
        raise ValueError(f'Padding mode "{mode}" doesn\'t take in value argument')
    if len(ends) not in (1, 2) or input.ndim not in (len(ends) + 1, len(ends) + 2):
        raise NotImplementedError(
            "Only 2D, 3D, 4D, 5D padding with non-constant padding are supported for now"
        )
    if mode == "circular":
        return _circular(input, ends)
    return _by_index(input, ends, mode)


def _by_index(x: Value, ends: list[tuple[int, int]], mode: str) -> Value:
    key: list[Any] = []
    for i, (before, after) in enumerate(ends):
        dim = x.ndim - 1 - i
        size = x.shape[dim]
        if mode == "reflect" and max(before, after) >= size:
            raise RuntimeError(
                f"Argument #{4 + 2 * i}: Padding size should be less than the corresponding input "
                f"dimension, but got: padding ({before}, {after}) at dimension {dim} of input "
                f"{list(x.shape)}"
            )
        places = np.arange(-before, size + after)
        if mode == "reflect":
            places = (size - 1) - np.abs((size - 1) - np.abs(places))
        key.insert(0, np.clip(places, 0, size - 1))
    grid = np.ix_(*[np.arange(n) for n in x.shape[: x.ndim - len(ends)]], *key)
    return _NODES[mode, len(ends)].apply(x, key=grid)


def _circular(x: Value, ends: list[tuple[int, int]]) -> Value:
    """The other end of the input before and after it: copied, then its borders copied across.

    The steps are PyTorch's (PadNd.cpp, _pad_circular), and so is the graph of CopySlices.
    """
    lead = x.ndim - len(ends)
    widths = [(0, 0)] * lead + list(reversed(ends))
    for n, (before, after) in zip(x.shape, widths, strict=True):
        if max(before, after) > n:
            raise RuntimeError("Padding value causes wrapping around more than once.")
        if n + before + after < 0:
            raise RuntimeError("Negative padding value is resulting in an empty dimension")
    size = [n + before + after for n, (before, after) in zip(x.shape, widths, strict=True)]
    out = x.new(np.empty(size, array_of(x).dtype))

    def part(tensor: Value, dim: int, start: int, stop: int) -> Value:
        return SliceBackward0.apply(tensor, dim=dim, part=slice(start, stop))

    middle, kept = out, x
    for dim in reversed(range(lead, x.ndim)):
        before, after = widths[dim]
        middle = part(middle, dim, max(before, 0), size[dim] - max(after, 0))
        kept = part(kept, dim, max(-before, 0), x.shape[dim] - max(-after, 0))
    copy_(middle, kept)
    for dim in reversed(range(lead, x.ndim)):
        (before, after), n = widths[dim], size[dim]
        first, last = max(before, 0), n - max(after, 0)
        if before > 0:
            copy_(part(out, dim, 0, before), part(out, dim, last - before, last))
        if after > 0:
            copy_(part(out, dim, n - after, n), part(out, dim, first, first + after))
    return out
