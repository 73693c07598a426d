"""Adaptive pooling, where the size of the result is given and the windows follow from it; and max
unpooling, which puts the largest back where they stood.

Window i of m over n elements reaches from ⌊i·n/m⌋ to ⌈(i + 1)·n/m⌉: windows differ in size by one,
and may share elements.

PyTorch: aten/src/ATen/native/AdaptiveAveragePooling.cpp, AdaptiveMaxPooling2d.cpp,
MaxUnpooling.cpp; torch/nn/functional.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import prod
from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import Value
from ..dtypes import title
from .gathering import GatherBackward0, ScatterAddBackward0
from .operands import array_of
from .pool import check_1d, check_not_empty, one_int, per_axis
from .reduction import mean
from .shape import reshape, squeeze, unsqueeze, zeros_for

Sizes = tuple[int, ...]


def windows(n: int, m: int) -> tuple[Any, Any]:
    """Where the m windows over n elements start and stop."""
    i = np.arange(m)
    return i * n // max(m, 1), -(-(i + 1) * n // max(m, 1))


def sum_ranges(x: Any, axis: int, starts: Any, stops: Any) -> Any:
    """The sums of x[start:stop] along an axis, one for each range."""
    # reduceat takes starts and stops in turn and gives the sums between, every second is wanted; a
    # zero more at the end, because no stop may lie beyond the array.
    one_more = [(0, int(d == axis % x.ndim)) for d in range(x.ndim)]
    turns = np.stack([starts, stops], 1).reshape(-1)
    sums = np.add.reduceat(np.pad(x, one_more), turns, axis)
    return sums.take(range(0, len(turns), 2), axis)


def _along(counts: Any, axis: int, like: Any) -> Any:
    """One number for each place of an axis, to broadcast with the whole."""
    return counts.reshape(-1, *(1,) * (-axis - 1)).astype(like.dtype)


class AdaptiveAvgPool2DBackward0(Node):
    """y = the mean of each window, taken along one dimension after the other;
    dL/dx: each element gets its share of the windows that hold it.

    PyTorch: derivatives.yaml, _adaptive_avg_pool2d.
    """

    __slots__ = ("own",)

    def forward(self, x: Any, *, size: Sizes) -> Any:
        self.save_for_backward(x)
        self.own = x.shape[-len(size) :]
        for axis in range(-len(size), 0):
            starts, stops = windows(x.shape[axis], size[axis])
            x = sum_ranges(x, axis, starts, stops) / _along(stops - starts, axis, x)
        return x

    def backward(self, grad: Value) -> Value:
        self.check_saved()
        return AdaptiveAvgUnpool.apply(grad, size=self.own)


class AdaptiveAvgPool3DBackward0(AdaptiveAvgPool2DBackward0):
    """Over volumes. PyTorch: derivatives.yaml, _adaptive_avg_pool3d."""

    __slots__ = ()


class AdaptiveAvgUnpool(Node):
    """The adjoint of the mean of windows. The windows that hold an element are themselves a range.

    PyTorch: derivatives.yaml, _adaptive_avg_pool2d_backward.
    """

    __slots__ = ("own",)

    def forward(self, y: Any, *, size: Sizes) -> Any:
        self.own = y.shape[-len(size) :]
        for axis in range(-len(size), 0):
            starts, stops = windows(size[axis], y.shape[axis])
            elements = np.arange(size[axis])
            first = np.searchsorted(stops, elements, "right")
            beyond = np.searchsorted(starts, elements, "right")
            y = sum_ranges(y / _along(stops - starts, axis, y), axis, first, beyond)
        return y

    def backward(self, grad: Value) -> Value:
        return AdaptiveAvgPool2DBackward0.apply(grad, size=self.own)


class AdaptiveMaxPool2DBackward0(Node):
    """y = the largest of each window, and its place in the plane;  dL/dy goes there.

    PyTorch: derivatives.yaml, adaptive_max_pool2d.
    """

    __slots__ = ("places", "shape")
    saves = ("self",)
    spatial = 2

    def forward(self, x: Any, *, size: Sizes) -> Any:
        self.save_for_backward(x)
        self.shape = x.shape
        own = x.shape[-len(size) :]
        ranges = [windows(n, m) for n, m in zip(own, size, strict=True)]
        lead = x.shape[: -len(size)]
        best = np.full((*lead, *size), -np.inf, x.dtype)
        self.places = np.empty(best.shape, np.int64)
        self.places[...] = np.ravel_multi_index(np.ix_(*[starts for starts, _ in ranges]), own)
        widths = [np.max(stops - starts, initial=0) for starts, stops in ranges]
        for offset in product(*map(range, widths)):
            # A narrower window sees its last element once more, which changes nothing.
            steps = zip(ranges, offset, strict=True)
            where = np.ix_(*[np.minimum(starts + o, stops - 1) for (starts, stops), o in steps])
            seen = (..., *where)
            candidate = x[seen]
            better = (candidate > best) | np.isnan(candidate)
            np.copyto(best, candidate, where=better)
            np.copyto(self.places, np.ravel_multi_index(where, own), where=better)
        return best, self.places

    def backward(self, grad: Value, _: None = None) -> Value:
        self.check_saved()
        lead = len(self.shape) - self.spatial
        blank = zeros_for(grad, (*self.shape[:lead], prod(self.shape[lead:])))
        shares, places = _planes(grad, lead), _planes(self.places, lead)
        return reshape(ScatterAddBackward0.apply(blank, shares, dim=lead, index=places), self.shape)


class AdaptiveMaxPool3DBackward0(AdaptiveMaxPool2DBackward0):
    """Over volumes. PyTorch: derivatives.yaml, adaptive_max_pool3d."""

    __slots__ = ()
    spatial = 3


class MaxUnpool2DBackward0(Node):
    """y = zeros with each x at its place in the plane;  dL/dx = dL/dy picked from there.

    PyTorch: derivatives.yaml, max_unpool2d.
    """

    __slots__ = ("lead", "places", "shape")

    def forward(self, x: Any, *, places: Any, size: Sizes) -> Any:
        self.shape, self.lead, self.places = x.shape, x.ndim - len(size), places
        self.save_for_backward(x, places)
        out = np.zeros((*x.shape[: self.lead], prod(size)), x.dtype)
        np.put_along_axis(out, _planes(places, self.lead), _planes(x, self.lead), -1)
        return out.reshape(*x.shape[: self.lead], *size)

    def backward(self, grad: Value) -> Value:
        self.check_saved()
        places = _planes(self.places, self.lead)
        picked = GatherBackward0.apply(_planes(grad, self.lead), dim=self.lead, index=places)
        return reshape(picked, self.shape)


class MaxUnpool3DBackward0(MaxUnpool2DBackward0):
    """Over volumes. PyTorch: derivatives.yaml, max_unpool3d."""

    __slots__ = ()


def _planes(x: Value, lead: int) -> Value:
    """`x` with its spatial dimensions, those behind the first `lead`, joined into one."""
    return reshape(x, (*x.shape[:lead], prod(x.shape[lead:])))


# --- the checked functions -------------------------------------------------------------------


def _sizes(output_size: Any, x: Value, d: int) -> Sizes:
    """The size asked for; None in it, and only there, means the input's own."""
    if isinstance(output_size, int):
        return (output_size,) * d
    if x.ndim <= len(output_size):
        raise ValueError(f"Input dimension should be at least {len(output_size) + 1}")
    own = x.shape[x.ndim - len(output_size) :]
    return tuple(n if given is None else given for given, n in zip(output_size, own, strict=True))


def _check(x: Value, d: int, where: str, colon: str) -> None:
    if x.ndim not in (d + 1, d + 2):
        raise RuntimeError(
            f"{where}(): Expected {d + 1}D or {d + 2}D tensor, but got{colon} {list(x.shape)}"
        )


def _need_floats(x: Value, name: str) -> None:
    dtype = array_of(x).dtype
    if dtype.kind != "f":
        raise NotImplementedError(f"\"{name}\" not implemented for '{title(dtype)}'")


def adaptive_avg_pool1d(input: Value, output_size: Any) -> Value:
    """The mean of each of `output_size` windows over (N, C, L) or (C, L)."""
    check_1d(input, "adaptive_avg_pool1d")
    size = one_int(output_size, "output_size", "adaptive_avg_pool1d")
    return squeeze(adaptive_avg_pool2d(unsqueeze(input, -2), (1, size)), -2)


def adaptive_avg_pool2d(input: Value, output_size: Any) -> Value:
    """The mean of each window, of which there are `output_size` = (OH, OW) or one number for both.

    Input (N, C, H, W) or (C, H, W); None in the size is the input's own. One window is `mean`.
    """
    return _adaptive_avg_pool(input, output_size, 2, AdaptiveAvgPool2DBackward0)


def adaptive_avg_pool3d(input: Value, output_size: Any) -> Value:
    """The mean of each window over (N, C, D, H, W) or (C, D, H, W)."""
    return _adaptive_avg_pool(input, output_size, 3, AdaptiveAvgPool3DBackward0)


def _adaptive_avg_pool(x: Value, output_size: Any, d: int, node: type[Node]) -> Value:
    where = f"adaptive_avg_pool{d}d"
    size = _sizes(output_size, x, d)
    if len(size) != d:
        raise RuntimeError(f"{where}: output_size must be {d}")
    if min(size) < 0:
        raise RuntimeError(
            f"{where}: elements of output_size must be greater than or equal to 0 but received "
            f"{{{size[0]}, {','.join(map(str, size[1:]))}}}"
        )
    if all(n == 1 for n in size):
        return mean(x, tuple(range(-d, 0)), keepdim=True)
    check_not_empty(x, d, where, channels=False)
    _check(x, d, where, "")
    _need_floats(x, where if d == 2 else f"{where}_cpu")
    return node.apply(x, size=size)


def adaptive_max_pool1d(input: Value, output_size: Any, return_indices: bool = False) -> Any:
    """The largest of each of `output_size` windows over (N, C, L) or (C, L), and where it is."""
    check_1d(input, "adaptive_max_pool1d")
    size = one_int(output_size, "output_size", "adaptive_max_pool1d")
    check_not_empty(input, 1, "adaptive_max_pool1d")
    y, places = adaptive_max_pool2d(unsqueeze(input, -2), (1, size), return_indices=True)
    y, places = squeeze(y, -2), squeeze(places, -2)
    return (y, places) if return_indices else y


def adaptive_max_pool2d(input: Value, output_size: Any, return_indices: bool = False) -> Any:
    """The largest of each window, of which there are `output_size` = (OH, OW), or one for both.

    With return_indices also where each stands in its plane, h·W + w, int64.
    """
    return _adaptive_max_pool(input, output_size, return_indices, 2, AdaptiveMaxPool2DBackward0)


def adaptive_max_pool3d(input: Value, output_size: Any, return_indices: bool = False) -> Any:
    """The largest of each window over (N, C, D, H, W) or (C, D, H, W)."""
    return _adaptive_max_pool(input, output_size, return_indices, 3, AdaptiveMaxPool3DBackward0)


def _adaptive_max_pool(
    x: Value, output_size: Any, return_indices: bool, d: int, node: type[Node]
) -> Any:
    where = f"adaptive_max_pool{d}d"
    size = _sizes(output_size, x, d)
    _check(x, d, where, ":")
    check_not_empty(x, d, where)
    if len(size) != d:
        raise RuntimeError(f"{where}(): internal error: output_size.size() must be {d}")
    if min(size) < 0:
        shape = [*x.shape[:-d], *size]
        raise RuntimeError(f"Trying to create tensor with negative dimension {min(size)}: {shape}")
    _need_floats(x, where if d == 2 else f"{where}_cpu")
    y, places = node.apply(x, size=size)
    return (y, places) if return_indices else y


# --- max unpooling ---------------------------------------------------------------------------


def max_unpool1d(
    input: Value,
    indices: Value,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Sequence[int] | None = None,
) -> Value:
    """As `max_unpool2d`, for the results of `max_pool1d`."""
    size = _unpooled_size(input, 1, kernel_size, stride, padding, output_size)
    y = _max_unpool(unsqueeze(input, -1), unsqueeze(indices, -1), (*size, 1), MaxUnpool2DBackward0)
    return squeeze(y, -1)


def max_unpool2d(
    input: Value,
    indices: Value,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Sequence[int] | None = None,
) -> Value:
    """Zeros with the elements of `input` at their `indices`, which `max_pool2d` gave with them.

    Several sizes are pooled to the same one: `output_size` tells which of them is wanted.
    """
    size = _unpooled_size(input, 2, kernel_size, stride, padding, output_size)
    return _max_unpool(input, indices, size, MaxUnpool2DBackward0)


def max_unpool3d(
    input: Value,
    indices: Value,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Sequence[int] | None = None,
) -> Value:
    """As `max_unpool2d`, for the results of `max_pool3d`."""
    size = _unpooled_size(input, 3, kernel_size, stride, padding, output_size)
    steps = per_axis(kernel_size if stride is None else stride, 3, "stride", "max_unpool3d")
    if min(steps) <= 0:
        raise RuntimeError(f"strides should be greater than zero, but got stride: {list(steps)}")
    return _max_unpool(input, indices, size, MaxUnpool3DBackward0)


def _unpooled_size(
    x: Value, d: int, kernel: Any, stride: Any, padding: Any, wanted: Sequence[int] | None
) -> Sizes:
    where = f"max_unpool{d}d"
    k = per_axis(kernel, d, "kernel_size", where)
    s = k if stride is None else per_axis(stride, d, "stride", where)
    p = per_axis(padding, d, "padding", where)
    own = x.shape[-d:]
    plain = tuple((own[i] - 1) * s[i] + k[i] - 2 * p[i] for i in range(d))
    size = plain
    if wanted is not None:
        size = tuple(wanted[2:] if len(wanted) == d + 2 else wanted)
        if len(size) != d:
            raise ValueError(
                f"output_size should be a sequence containing {d} or {d + 2} elements, but it has "
                f"a length of '{len(size)}'"
            )
        for i in range(d):
            least, most = plain[i] - s[i], plain[i] + s[i]
            if not least < size[i] < most:
                raise ValueError(
                    f'invalid output_size "{size}" (dim {i} must be between {least} and {most})'
                )
    for i in range(d):
        if size[i] < 0:
            raise ValueError(
                "max_unpooling: output_size must contain non-negative spatial dimensions, but got "
                f"output_size[{i}]={size[i]}"
            )
    return size


def _max_unpool(x: Value, indices: Value, size: Sizes, node: type[Node]) -> Value:
    d, places = len(size), array_of(indices)
    if places.dtype != np.int64:
        kind = title(places.dtype)
        raise RuntimeError(f"elements in indices should be type int64 but got: {kind}")
    if x.ndim not in (d + 1, d + 2):
        raise RuntimeError(
            f"Input to max_unpooling{d}d should be a {d + 1}d or {d + 2}d Tensor, but got a tensor "
            f"with {x.ndim} dimensions."
        )
    if x.shape != indices.shape:
        raise RuntimeError(
            "Expected shape of indices to be same as that of the input tensor "
            f"({list(x.shape)}) but got indices tensor with shape: {list(indices.shape)}"
        )
    check_not_empty(x, d, f"max_unpooling{d}d_forward_out_cpu")
    _need_floats(x, f"max_unpool{d}d")
    wrong = places[(places < 0) | (places >= prod(size))]
    if wrong.size:
        volume = "x".join(map(str, size))
        raise RuntimeError(
            f"Found an invalid max index: {wrong.flat[-1]} (output volumes are of size {volume})"
        )
    return node.apply(x, places=places, size=size)
