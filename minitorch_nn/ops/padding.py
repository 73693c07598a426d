"""Padding: zeros, or the input's own elements, around its last dimensions.

PyTorch: aten/src/ATen/native/PadNd.cpp; ReflectionPad.cpp; ReplicationPadding.cpp.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import Value
from ..dtypes import number
from .dims import ints
from .inplace import copy_
from .operands import array_of, refuse_bool
from .parts import SliceBackward0
from .taking import add_along


class ConstantPadNdBackward0(Node):
    """y = x with a number around it (a negative pad cuts off);  dL/dx = the middle of dL/dy.

    PyTorch: derivatives.yaml, constant_pad_nd.
    """

    __slots__ = ("pads",)

    def forward(self, x: Any, *, pads: tuple[tuple[int, int], ...], value: float) -> Any:
        self.pads = pads
        size = [n + before + after for n, (before, after) in zip(x.shape, pads, strict=True)]
        out = np.full(size, number(value, x.dtype))
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
    """y = x read at an index along each of its last dimensions;  dL/dx adds dL/dy up where it was
    read."""

    __slots__ = ("indices", "size")
    kind = ""

    def forward(self, x: Any, *, indices: tuple[Any, ...]) -> Any:
        self.indices, self.size = indices, x.shape[-len(indices) :]
        for axis, index in enumerate(indices, x.ndim - len(indices)):
            x = x.take(index, axis)
        return x

    def backward(self, grad: Value) -> Value:
        return IndexPadAdjoint.apply(grad, indices=self.indices, size=self.size)


class IndexPadAdjoint(Node):
    """y = what was read at an index, added up there;  dL/dx = dL/dy read there.

    PyTorch: derivatives.yaml, reflection_pad1d_backward.
    """

    __slots__ = ("indices",)

    def forward(self, x: Any, *, indices: tuple[Any, ...], size: tuple[int, ...]) -> Any:
        self.indices = indices
        steps = zip(indices, size, strict=True)
        for axis, (index, n) in enumerate(steps, x.ndim - len(indices)):
            x = add_along(x, axis, index, n)
        return x

    def backward(self, grad: Value) -> Value:
        return _IndexPadBackward.apply(grad, indices=self.indices)


class ReflectionPad1DBackward0(_IndexPadBackward):
    """Mirrored at the edge, which is not repeated. PyTorch: reflection_pad1d."""

    __slots__ = ()
    kind = "reflection"


class ReflectionPad2DBackward0(_IndexPadBackward):
    """Mirrored at the edges, which are not repeated. PyTorch: reflection_pad2d."""

    __slots__ = ()
    kind = "reflection"


class ReflectionPad3DBackward0(_IndexPadBackward):
    """Mirrored at the faces, which are not repeated. PyTorch: reflection_pad3d."""

    __slots__ = ()
    kind = "reflection"


class ReplicationPad1DBackward0(_IndexPadBackward):
    """The edge repeated. PyTorch: replication_pad1d."""

    __slots__ = ()
    kind = "replication"


class ReplicationPad2DBackward0(_IndexPadBackward):
    """The edges repeated. PyTorch: replication_pad2d."""

    __slots__ = ()
    kind = "replication"


class ReplicationPad3DBackward0(_IndexPadBackward):
    """The faces repeated. PyTorch: replication_pad3d."""

    __slots__ = ()
    kind = "replication"


_NODES: dict[tuple[str, int], type[_IndexPadBackward]] = {
    ("reflect", 1): ReflectionPad1DBackward0,
    ("reflect", 2): ReflectionPad2DBackward0,
    ("reflect", 3): ReflectionPad3DBackward0,
    ("replicate", 1): ReplicationPad1DBackward0,
    ("replicate", 2): ReplicationPad2DBackward0,
    ("replicate", 3): ReplicationPad3DBackward0,
}


def constant_pad_nd(input: Value, pad: Sequence[int], value: float = 0) -> Value:
    """`input` with (left, right, top, bottom, …) elements of `value` more; a negative pad crops."""
    ends = _ends(input, pad)
    pads = ((0, 0),) * (input.ndim - len(ends)) + tuple(reversed(ends))
    if any(n + min(b, 0) + min(a, 0) < 0 for n, (b, a) in zip(input.shape, pads, strict=True)):
        raise RuntimeError("narrow(): length must be non-negative.")
    return ConstantPadNdBackward0.apply(input, pads=pads, value=value)


def pad(
    input: Value, pad: Sequence[int], mode: str = "constant", value: float | None = None
) -> Value:
    """`input` with (left, right, top, bottom, …) more elements, from the last dimension on.

    mode: 'constant' (`value`, by default 0), 'reflect', 'replicate' or 'circular'; the last three
    pad one to three dimensions of a (C, *) or (N, C, *) tensor. A reflection must be narrower than
    the input, a circular pad at most as wide.
    """
    if mode == "constant":
        return constant_pad_nd(input, pad, 0.0 if value is None else float(value))
    ends = _ends(input, pad)
    if mode not in ("reflect", "replicate", "circular"):
        raise NotImplementedError(f"Unrecognised padding mode {mode}")
    if value:
        raise RuntimeError(f'Padding mode "{mode}" doesn\'t take in value argument')
    if len(ends) not in (1, 2, 3) or input.ndim not in (len(ends) + 1, len(ends) + 2):
        raise NotImplementedError(
            f"Padding size {len(pad)} is not supported for {input.ndim}D input tensor."
        )
    if mode == "circular":
        return _circular(input, ends)
    return _by_index(input, ends, mode)


def _ends(x: Value, pad: Sequence[int]) -> list[tuple[int, int]]:
    """(before, after) for each padded dimension, the last dimension first."""
    numbers = ints(pad, "pad", "pad")
    if len(numbers) % 2:
        raise RuntimeError("Padding length must be divisible by 2")
    if len(numbers) > 2 * x.ndim:
        raise RuntimeError(
            f"Padding length should be less than or equal to two times the input dimension but got "
            f"padding length {len(numbers)} and input of dimension {x.ndim}"
        )
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def _by_index(x: Value, ends: list[tuple[int, int]], mode: str) -> Value:
    node = _NODES[mode, len(ends)]
    refuse_bool(x, f"{node.kind}_pad{len(ends)}d")
    _check_room(x, ends, mode)
    indices: list[Any] = []
    for (before, after), size in zip(ends, reversed(x.shape), strict=False):
        places = np.arange(-before, size + after)
        if mode == "reflect":
            places = (size - 1) - np.abs((size - 1) - np.abs(places))
        indices.insert(0, np.clip(places, 0, size - 1))
    return node.apply(x, indices=tuple(indices))


def _check_room(x: Value, ends: list[tuple[int, int]], mode: str) -> None:
    d, lead = len(ends), x.ndim - len(ends)
    if 0 in x.shape[lead - 1 :]:
        raise RuntimeError(
            f"Expected {d + 1}D or {d + 2}D (batch mode) tensor with possibly 0 batch size and "
            f"other non-zero dimensions for input, but got: {list(x.shape)}"
        )
    for i, (before, after) in enumerate(ends):
        dim = x.ndim - 1 - i
        if mode == "reflect" and max(before, after) >= x.shape[dim]:
            raise RuntimeError(
                f"Argument #{4 + 2 * i}: Padding size should be less than the corresponding input "
                f"dimension, but got: padding ({before}, {after}) at dimension {dim} of input "
                f"{list(x.shape)}"
            )
    size = x.shape[lead:]
    wide = [n + sum(pads) for n, pads in zip(size, reversed(ends), strict=True)]
    if min(wide) >= 1:
        return
    if d == 1:
        raise RuntimeError(f"input (W: {size[0]}) is too small. Calculated output W: {wide[0]}")
    raise RuntimeError(
        f"Calculated output {_named(wide, ' ')} must be >= 1 in every dimension (input "
        f"{_named(size, ', ')})"
    )


def _named(sizes: Sequence[int], between: str) -> str:
    axes = "DHW"[-len(sizes) :]
    return between.join(f"{axis}: {n}" for axis, n in zip(axes, sizes, strict=True))


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
