"""The same elements at other places: patches laid side by side, channels traded for pixels.

`unfold` copies every patch of an image into a column, `fold` adds columns back up to an image: each
is the other's adjoint. Pixel shuffling and channel shuffling only move elements.

PyTorch: aten/src/ATen/native/Im2Col.cpp, Col2Im.cpp, PixelShuffle.cpp, ChanelShuffle.cpp.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import Value
from ..dtypes import title
from .dims import wrap_dim
from .operands import array_of
from .patches import Geometry, add_patches, inner, output_size, patches

Pair = tuple[int, int]


class Im2ColBackward0(Node):
    """y = the patches of x as columns, (N, C·KH·KW, places);  dL/dx = dL/dy folded.

    PyTorch: derivatives.yaml, im2col.
    """

    __slots__ = ("geometry", "kernel", "size")

    def forward(self, x: Any, *, kernel: Pair, geometry: Geometry) -> Any:
        self.kernel, self.geometry, self.size = kernel, geometry, x.shape[-2:]
        batch = x.reshape(-1, *x.shape[-3:])
        places = output_size(self.size, kernel, geometry)
        columns = patches(batch, kernel, places, geometry)
        if not columns.flags.writeable:  # a 1x1 kernel's patches are the image's own memory
            columns = columns.copy()
        return columns.reshape(*x.shape[:-3], x.shape[-3] * prod(kernel), prod(places))

    def backward(self, grad: Value) -> Value:
        return Col2ImBackward0.apply(
            grad, kernel=self.kernel, geometry=self.geometry, size=self.size
        )


class Col2ImBackward0(Node):
    """y = the image that columns, each added to its patch, sum up to;  dL/dx = dL/dy unfolded.

    PyTorch: derivatives.yaml, col2im.
    """

    __slots__ = ("geometry", "kernel")

    def forward(self, x: Any, *, kernel: Pair, geometry: Geometry, size: Pair) -> Any:
        self.kernel, self.geometry = kernel, geometry
        n, channels = prod(x.shape[:-2]), x.shape[-2] // prod(kernel)
        padded = [s + 2 * p for s, p in zip(size, geometry.padding, strict=True)]
        wide = np.zeros((n, channels, *padded), x.dtype)
        shares = x.reshape(n, channels, *kernel, *output_size(size, kernel, geometry))
        add_patches(wide, shares, geometry)
        return wide[inner(geometry.padding)].reshape(*x.shape[:-2], channels, *size)

    def backward(self, grad: Value) -> Value:
        return Im2ColBackward0.apply(grad, kernel=self.kernel, geometry=self.geometry)


def _pair(value: Any, name: str) -> Pair:
    values = (value, value) if isinstance(value, int) else tuple(value)
    if len(values) != 2:
        raise RuntimeError(f"It is expected {name} equals to 2, but got size {len(values)}")
    return values


def _geometry(kernel_size: Any, dilation: Any, padding: Any, stride: Any) -> tuple[Pair, Geometry]:
    kernel, spread = _pair(kernel_size, "kernel_size"), _pair(dilation, "dilation")
    margin, steps = _pair(padding, "padding"), _pair(stride, "stride")
    for name, values, least, short in (
        ("kernel size should be greater than zero", kernel, 1, "kernel"),
        ("dilation should be greater than zero", spread, 1, "dilation"),
        ("padding should be non-negative", margin, 0, "pad"),
        ("stride should be greater than zero", steps, 1, "stride"),
    ):
        if min(values) < least:
            raise RuntimeError(
                f"{name}, but got {short}_height: {values[0]} {short}_width: {values[1]}"
            )
    return kernel, Geometry(steps, margin, spread, groups=1)


def _need_floats_or_bools(x: Value, name: str) -> None:
    kind = array_of(x).dtype
    if kind.kind not in "fb":
        raise NotImplementedError(f"\"{name}\" not implemented for '{title(kind)}'")


def unfold(
    input: Value, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1
) -> Value:
    """The patches of (N, C, H, W) as columns: (N, C·KH·KW, places). The N may be left out.

    RuntimeError as PyTorch's for windows that do not fit.
    """
    kernel, geometry = _geometry(kernel_size, dilation, padding, stride)
    wrap_dim(2, input.ndim)  # raises for less
    if input.ndim not in (3, 4) or 0 in input.shape[-3:]:
        raise RuntimeError(
            "Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero "
            f"dimensions for input, but got: {list(input.shape)}"
        )
    size = tuple(input.shape[-2:])
    places = output_size(size, kernel, geometry)
    if min(places) < 1:
        raise RuntimeError(
            f"Given input with spatial size {size}, kernel_size={kernel}, "
            f"dilation={geometry.dilation}, padding={geometry.padding}, calculated shape of the "
            f"array of sliding blocks as {places}, but its components must be at least one."
        )
    _need_floats_or_bools(input, "im2col_out_cpu")
    return Im2ColBackward0.apply(input, kernel=kernel, geometry=geometry)


def fold(
    input: Value,
    output_size: Any,
    kernel_size: Any,
    dilation: Any = 1,
    padding: Any = 0,
    stride: Any = 1,
) -> Value:
    """Columns (N, C·KH·KW, places) added up to an image (N, C, *output_size): unfold's adjoint.

    RuntimeError if the columns do not make up such an image.
    """
    size = _pair(output_size, "output_size")
    kernel, geometry = _geometry(kernel_size, dilation, padding, stride)
    if input.ndim not in (2, 3) or 0 in input.shape[-2:]:
        raise RuntimeError(
            "Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and "
            f"non-zero dimensions for input, but got: {list(input.shape)}"
        )
    _check_columns(tuple(input.shape[-2:]), size, kernel, geometry)
    _need_floats_or_bools(input, "col2im_out_cpu")
    return Col2ImBackward0.apply(input, kernel=kernel, geometry=geometry, size=size)


def _check_columns(columns: Pair, size: Pair, kernel: Pair, g: Geometry) -> None:
    if columns[0] % prod(kernel):
        raise RuntimeError(
            "Expected size of input's dimension 1 to be divisible by the product of kernel_size, "
            f"but got input.size(1)={columns[0]} and kernel_size={kernel}."
        )
    given = (
        f"Given output_size={size}, kernel_size={kernel}, dilation={g.dilation}, "
        f"padding={g.padding}, stride={g.stride}, "
    )
    h, w = output_size(size, kernel, g)
    if h * w != columns[1]:
        raise RuntimeError(
            f"{given}expected size of input's dimension 2 to match the calculated number of "
            f"sliding blocks {h} * {w} = {h * w}, but got input.size(2)={columns[1]}."
        )
    if min(h, w) < 1:
        raise RuntimeError(
            f"{given}calculated shape of the array of sliding blocks as ({h}, {w}), which is too "
            "small (non-positive)"
        )


# --- shuffling -------------------------------------------------------------------------------


class PixelShuffleBackward0(Node):
    """y[c, h·r + i, w·r + j] = x[(c·r + i)·r + j, h, w];  dL/dx = dL/dy unshuffled.

    PyTorch: derivatives.yaml, pixel_shuffle.
    """

    __slots__ = ("factor",)

    def forward(self, x: Any, *, factor: int) -> Any:
        self.factor = r = factor
        *lead, c, h, w = x.shape
        parts = x.reshape(prod(lead), c // r**2, r, r, h, w)
        return parts.transpose(0, 1, 4, 2, 5, 3).copy().reshape(*lead, c // r**2, h * r, w * r)

    def backward(self, grad: Value) -> Value:
        return PixelUnshuffleBackward0.apply(grad, factor=self.factor)


class PixelUnshuffleBackward0(Node):
    """y[(c·r + i)·r + j, h, w] = x[c, h·r + i, w·r + j];  dL/dx = dL/dy shuffled.

    PyTorch: derivatives.yaml, pixel_unshuffle.
    """

    __slots__ = ("factor",)

    def forward(self, x: Any, *, factor: int) -> Any:
        self.factor = r = factor
        *lead, c, h, w = x.shape
        parts = x.reshape(prod(lead), c, h // r, r, w // r, r)
        return parts.transpose(0, 1, 3, 5, 2, 4).copy().reshape(*lead, c * r**2, h // r, w // r)

    def backward(self, grad: Value) -> Value:
        return PixelShuffleBackward0.apply(grad, factor=self.factor)


class ChannelShuffleBackward0(Node):
    """y = x with its channels, seen as a table of `groups` rows, read column by column.

    dL/dx reads them as C / groups rows, which puts them back.
    PyTorch: derivatives.yaml, channel_shuffle.
    """

    __slots__ = ("columns",)

    def forward(self, x: Any, *, groups: int) -> Any:
        n, c, *rest = x.shape
        self.columns = c // groups
        table = x.reshape(n, groups, self.columns, prod(rest))
        return table.swapaxes(1, 2).copy().reshape(x.shape)

    def backward(self, grad: Value) -> Value:
        return ChannelShuffleBackward0.apply(grad, groups=self.columns)


def _check_factor(x: Value, name: str, argument: str, factor: Any) -> None:
    if not isinstance(factor, int):
        raise TypeError(
            f"{name}(): argument '{argument}' (position 2) must be int, not {type(factor).__name__}"
        )
    if x.ndim < 3:
        raise RuntimeError(
            f"{name} expects input to have at least 3 dimensions, but got input with {x.ndim} "
            "dimension(s)"
        )
    if factor <= 0:
        raise RuntimeError(f"{name} expects a positive {argument}, but got {factor}")


def pixel_shuffle(input: Value, upscale_factor: int) -> Value:
    """(*, C·r², H, W) to (*, C, H·r, W·r): r² channels become the r × r pixels of one."""
    _check_factor(input, "pixel_shuffle", "upscale_factor", upscale_factor)
    square = upscale_factor**2
    if input.shape[-3] % square:
        raise RuntimeError(
            "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square "
            f"of upscale_factor, but input.size(-3)={input.shape[-3]} is not divisible by {square}"
        )
    return PixelShuffleBackward0.apply(input, factor=upscale_factor)


def pixel_unshuffle(input: Value, downscale_factor: int) -> Value:
    """(*, C, H·r, W·r) to (*, C·r², H, W): the reverse of pixel_shuffle."""
    _check_factor(input, "pixel_unshuffle", "downscale_factor", downscale_factor)
    for name, dim in (("height", -2), ("width", -1)):
        if input.shape[dim] % downscale_factor:
            raise RuntimeError(
                f"pixel_unshuffle expects {name} to be divisible by downscale_factor, but "
                f"input.size({dim})={input.shape[dim]} is not divisible by {downscale_factor}"
            )
    return PixelUnshuffleBackward0.apply(input, factor=downscale_factor)


def channel_shuffle(input: Value, groups: int) -> Value:
    """(N, C, *) with the channels of `groups` groups taken in turn: one of each, then the next."""
    if input.ndim < 3:
        raise RuntimeError(
            "channel_shuffle expects input with > 2 dims, but got input with sizes "
            f"{list(input.shape)}"
        )
    channels = input.shape[1]
    if groups <= 0:
        raise RuntimeError(
            f"Number of groups to divide channels in must be positive. Value of groups:{groups}"
        )
    if channels % groups:
        raise RuntimeError(
            f"Number of channels must be divisible by groups. Got {channels} channels and "
            f"{groups} groups."
        )
    return ChannelShuffleBackward0.apply(input, groups=groups)
