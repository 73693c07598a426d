"""Pooling: the largest or the mean of every window.

Both walk over the K·K offsets of the window, never over images or places: one strided slice holds
the elements that stand at one offset of all windows at once.

PyTorch: aten/src/ATen/native/DilatedMaxPool2d.cpp, AveragePool2d.cpp, Pool.h.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import prod
from typing import Any, NamedTuple

import numpy as np

from ..autograd.node import Node
from ..base import Value
from ..dtypes import title
from .operands import array_of, keep_where
from .shape import wrap_dim


class Window(NamedTuple):
    """How the window walks over height and width, and how many places it takes."""

    kernel: tuple[int, int]
    stride: tuple[int, int]
    padding: tuple[int, int]
    dilation: tuple[int, int]
    places: tuple[int, int]

    def offsets(self) -> Iterator[tuple[int, int, tuple[Any, ...]]]:
        """Every offset in the window, and the index of the elements that stand there."""
        for i, j in product(*map(range, self.kernel)):
            seen = [
                slice(k * d, k * d + s * (p - 1) + 1, s)
                for k, d, s, p in zip((i, j), self.dilation, self.stride, self.places, strict=True)
            ]
            yield i, j, (..., *seen)

    def first_inside(self) -> Any:
        """For every place the number of the first offset that is not in the left or top padding."""
        firsts = [
            np.maximum(-((np.arange(n) * s - p) // d), 0)
            for n, s, p, d in zip(
                self.places, self.stride, self.padding, self.dilation, strict=True
            )
        ]
        return np.add.outer(firsts[0] * self.kernel[1], firsts[1])

    def room(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """The padded shape; ceil_mode's last window may reach beyond the padding."""
        reach = [
            max(size + 2 * p, d * (k - 1) + 1 + s * (n - 1))
            for size, k, s, p, d, n in zip(shape[-2:], *self, strict=True)
        ]
        return (*shape[:-2], *reach)

    def inner(self, shape: tuple[int, ...]) -> tuple[Any, ...]:
        """The index of the input in the padded array."""
        starts = zip(self.padding, shape[-2:], strict=True)
        return (..., *[slice(p, p + size) for p, size in starts])


def _padded(x: Any, w: Window, fill: float) -> Any:
    room = w.room(x.shape)
    if room == x.shape:
        return x
    out = np.full(room, fill, x.dtype)
    out[w.inner(x.shape)] = x
    return out


class MaxPool2DWithIndicesBackward0(Node):
    """y = the largest of each window, padding counted as -∞, and its place h·W + w in the plane;
    dL/dy goes to the first of the largest (and a nan wins).

    PyTorch: derivatives.yaml, max_pool2d_with_indices.
    """

    __slots__ = ("choice", "shape", "window")
    saves = ("self",)

    def forward(self, x: Any, *, window: Window, with_places: bool) -> Any:
        self.save_for_backward(x)
        self.shape, self.window = x.shape, window
        lowest = -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min
        padded = _padded(x, window, lowest)
        best = np.full((*x.shape[:-2], *window.places), lowest, x.dtype)
        choice = np.empty(best.shape, np.uint8 if prod(window.kernel) < 256 else np.int64)
        choice[...] = window.first_inside()  # where all are -∞ padding must not be chosen
        has_nan = x.dtype.kind == "f" and np.isnan(np.min(x, initial=0))
        for number, (_, _, seen) in enumerate(window.offsets()):
            candidate = padded[seen]
            better = candidate > best
            if has_nan:
                better |= np.isnan(candidate)
                np.copyto(best, candidate, where=better)
            else:
                np.maximum(best, candidate, out=best)
            # A later offset has a larger number, so the largest that was better is the last.
            np.maximum(choice, better * choice.dtype.type(number), out=choice)
        self.choice = choice
        return (best, self._places(choice)) if with_places else best

    def _places(self, choice: Any) -> Any:
        """The chosen offsets as indices into a plane of the input, int64."""
        w = self.window
        row, column = np.divmod(choice.astype(np.int64), w.kernel[1])
        oh, ow = np.ogrid[: w.places[0], : w.places[1]]
        h = oh * w.stride[0] - w.padding[0] + row * w.dilation[0]
        return h * self.shape[-1] + ow * w.stride[1] - w.padding[1] + column * w.dilation[1]

    def backward(self, grad: Value, _: None = None) -> Value:
        self.check_saved()
        return Unpool.apply(grad, choice=self.choice, window=self.window, shape=self.shape)


class Unpool(Node):
    """y = zeros with each x added at the place its window chose;  dL/dx = dL/dy picked from there.

    PyTorch: aten/src/ATen/native/DilatedMaxPool2d.cpp (max_pool2d_with_indices_backward).
    """

    __slots__ = ("choice", "shape", "window")

    def forward(self, x: Any, *, choice: Any, window: Window, shape: tuple[int, ...]) -> Any:
        self.choice, self.window, self.shape = choice, window, shape
        out = np.zeros(window.room(shape), x.dtype)
        for number, (_, _, seen) in enumerate(window.offsets()):
            out[seen] += keep_where(x, choice == number)
        return out[window.inner(shape)]

    def backward(self, grad: Value) -> Value:
        return PickPooled.apply(grad, choice=self.choice, window=self.window)


class PickPooled(Node):
    """y = the element of x that each window chose;  dL/dx = dL/dy unpooled.

    PyTorch: derivatives.yaml, max_pool2d_with_indices_backward (max_pool_double_backward).
    """

    __slots__ = ("choice", "shape", "window")

    def forward(self, x: Any, *, choice: Any, window: Window) -> Any:
        self.choice, self.window, self.shape = choice, window, x.shape
        padded = _padded(x, window, 0)
        out = np.zeros(choice.shape, x.dtype)
        for number, (_, _, seen) in enumerate(window.offsets()):
            np.copyto(out, padded[seen], where=choice == number)
        return out

    def backward(self, grad: Value) -> Value:
        return Unpool.apply(grad, choice=self.choice, window=self.window, shape=self.shape)


class AvgPool2DBackward0(Node):
    """y = the sum of each window / a divisor;  dL/dx = dL/dy / divisor, added over the windows.

    PyTorch: derivatives.yaml, avg_pool2d.
    """

    __slots__ = ("divisor", "shape", "window")

    def forward(self, x: Any, *, window: Window, divisor: Any) -> Any:
        self.window, self.divisor, self.shape = window, divisor, x.shape
        self.save_for_backward(x)
        padded = _padded(x, window, 0)
        out = np.zeros((*x.shape[:-2], *window.places), x.dtype)
        for _, _, seen in window.offsets():
            out += padded[seen]
        return out / divisor.astype(x.dtype)

    def backward(self, grad: Value) -> Value:
        self.check_saved()
        return AvgUnpool.apply(grad, window=self.window, divisor=self.divisor, shape=self.shape)


class AvgUnpool(Node):
    """The adjoint of the mean pool. PyTorch: avg_pool2d_backward."""

    __slots__ = ("divisor", "window")

    def forward(self, x: Any, *, window: Window, divisor: Any, shape: tuple[int, ...]) -> Any:
        self.window, self.divisor = window, divisor
        share = x / divisor.astype(x.dtype)
        out = np.zeros(window.room(shape), x.dtype)
        for _, _, seen in window.offsets():
            out[seen] += share
        return out[window.inner(shape)]

    def backward(self, grad: Value) -> Value:
        return AvgPool2DBackward0.apply(grad, window=self.window, divisor=self.divisor)


# --- the checked functions -------------------------------------------------------------------


def pair(value: Any, name: str, where: str) -> tuple[int, int]:
    """One int for height and width, or one each."""
    if isinstance(value, int):
        return value, value
    values = tuple(int(v) for v in value)
    if len(values) not in (1, 2):
        raise RuntimeError(f"{where}: {name} must either be a single int, or a tuple of two ints")
    return values[0], values[-1]


def _places(
    size: int, kernel: int, stride: int, padding: int, dilation: int, ceil_mode: bool
) -> int:
    room = size + 2 * padding - dilation * (kernel - 1) - 1
    count = (-(-room // stride) if ceil_mode else room // stride) + 1
    # With ceil_mode a window must still start inside the input or the left padding.
    if ceil_mode and (count - 1) * stride >= size + padding:
        count -= 1
    return count


def _window(
    x: Value, name: str, kernel: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool
) -> Window:
    k = pair(kernel, "kernel_size", name)
    s = (
        k
        if stride is None or (not isinstance(stride, int) and not len(stride))
        else pair(stride, "stride", name)
    )
    p, d = pair(padding, "padding", name), pair(dilation, "dilation", name)
    if x.ndim < 3 and name == "avg_pool2d":
        wrap_dim(-3, x.ndim)  # raises
    if x.ndim < 3 or (x.ndim > 4 and name == "max_pool2d"):
        raise RuntimeError("non-empty 3D or 4D (batch mode) tensor expected for input")
    if 0 in s:
        raise RuntimeError("stride should not be zero")
    if min(k) <= 0:
        raise RuntimeError(
            f"kernel size should be greater than zero, but got kH: {k[0]} kW: {k[1]}"
        )
    if min(s) <= 0:
        raise RuntimeError(f"stride should be greater than zero, but got dH: {s[0]} dW: {s[1]}")
    if x.ndim > 4 or 0 in x.shape[-3:]:
        raise RuntimeError(
            "Expected 3D or 4D (batch mode) tensor with optional 0 dim batch size for input, but "
            f"got:{list(x.shape)}"
        )
    if min(p) < 0:
        raise RuntimeError(f"pad must be non-negative, but got pad: {min(p)}")
    for pad, size, step in zip(p, k, d, strict=True):
        if pad > ((size - 1) * step + 1) // 2:
            raise RuntimeError(
                "pad should be at most half of effective kernel size, but got "
                f"pad={pad}, kernel_size={size} and dilation={step}"
            )
    if min(d) <= 0:
        raise RuntimeError(
            f"dilation should be greater than zero, but got dilationH: {d[0]} dilationW: {d[1]}"
        )
    plane = tuple(x.shape[-2:])
    places = tuple(_places(*one, ceil_mode) for one in zip(plane, k, s, p, d, strict=True))
    if min(places) < 1:
        c = x.shape[-3]
        raise RuntimeError(
            f"Given input size: ({c}x{plane[0]}x{plane[1]}). Calculated output size: "
            f"({c}x{places[0]}x{places[1]}). Output size is too small"
        )
    return Window(k, s, p, d, places)  # type: ignore[arg-type]


def max_pool2d(
    input: Value,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The largest of each window of (N, C, H, W) or (C, H, W); stride is kernel_size by default.

    With return_indices also where each stands in its plane, h·W + w, int64.
    """
    window = _window(input, "max_pool2d", kernel_size, stride, padding, dilation, ceil_mode)
    return MaxPool2DWithIndicesBackward0.apply(input, window=window, with_places=return_indices)


def avg_pool2d(
    input: Value,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Value:
    """The mean of each window of (N, C, H, W) or (C, H, W).

    The divisor is the window's size within the padded input, or without the padding if not
    count_include_pad, or divisor_override.
    """
    if array_of(input).dtype.kind != "f":
        raise NotImplementedError(
            f"\"avg_pool2d_out_frame\" not implemented for '{title(array_of(input).dtype)}'"
        )
    if divisor_override == 0:
        raise RuntimeError("divisor must be not zero")
    window = _window(input, "avg_pool2d", kernel_size, stride, padding, 1, ceil_mode)
    divisor = _divisors(tuple(input.shape[-2:]), window, count_include_pad, divisor_override)
    return AvgPool2DBackward0.apply(input, window=window, divisor=divisor)


def _divisors(
    size: tuple[int, ...], w: Window, count_include_pad: bool, override: int | None
) -> Any:
    """What each window's sum is divided by: (OH, OW), or one number."""
    if override is not None:
        return np.asarray(override)
    counts = []
    for n, k, s, p, places in zip(size, w.kernel, w.stride, w.padding, w.places, strict=True):
        start = np.arange(places) * s - p
        end = np.minimum(start + k, n + p)
        if not count_include_pad:
            start, end = np.maximum(start, 0), np.minimum(end, n)
        counts.append(end - start)
    return np.multiply.outer(*counts)
