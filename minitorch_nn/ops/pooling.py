"""Pooling: the largest or the mean of every window, in one, two or three dimensions.

Both walk over the ΠK offsets of the window, never over images or places: one strided slice holds
the elements that stand at one offset of all windows at once. To write one order of memory from
another is slow, so results lie as the input does: `np.zeros_like` and its kin see to it. The
functions that users call, and what these refuse, are in pool.py.

PyTorch: aten/src/ATen/native/DilatedMaxPool2d.cpp, AveragePool2d.cpp, Pool.h.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import prod
from typing import Any, NamedTuple

import numpy as np

from ..base import Value
from .any_order import AnyOrder, in_order_of
from .operands import zero_where


class Window(NamedTuple):
    """How the window walks over each spatial dimension, and how many places it takes there."""

    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[int, ...]
    dilation: tuple[int, ...]
    places: tuple[int, ...]

    def offsets(self) -> Iterator[tuple[int, tuple[Any, ...]]]:
        """Every offset in the window, numbered, and the index of the elements that stand there."""
        for number, offset in enumerate(product(*map(range, self.kernel))):
            steps = zip(offset, self.dilation, self.stride, self.places, strict=True)
            seen = [slice(k * d, k * d + s * (p - 1) + 1, s) for k, d, s, p in steps]
            yield number, (..., *seen)

    def first_inside(self) -> Any:
        """For every place the number of the first offset that is not in the padding before it."""
        steps = zip(self.places, self.stride, self.padding, self.dilation, strict=True)
        firsts = [np.maximum(-((np.arange(n) * s - p) // d), 0) for n, s, p, d in steps]
        return np.ravel_multi_index(np.ix_(*firsts), self.kernel)

    def room(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """The padded shape; ceil_mode's last window may reach beyond the padding."""
        d = len(self.kernel)
        reach = [
            max(size + 2 * p, dil * (k - 1) + 1 + s * (n - 1))
            for size, k, s, p, dil, n in zip(shape[-d:], *self, strict=True)
        ]
        return (*shape[:-d], *reach)

    def tiles(self, room: tuple[int, ...]) -> bool:
        """Whether every element of the padded array is in one window, and no more."""
        sizes = room[-len(self.kernel) :]
        return all(
            s == k and n * s == size and (d == 1 or k == 1)
            for k, s, _, d, n, size in zip(*self, sizes, strict=True)
        )

    def inner(self, shape: tuple[int, ...]) -> tuple[Any, ...]:
        """The index of the input in the padded array."""
        starts = zip(self.padding, shape[-len(self.kernel) :], strict=True)
        return (..., *[slice(p, p + size) for p, size in starts])


def _padded(x: Any, w: Window, fill: float) -> Any:
    room = w.room(x.shape)
    if room == x.shape:
        return x
    out = np.full_like(x, fill, shape=room)
    out[w.inner(x.shape)] = x
    return out


def _results(x: Any, w: Window) -> tuple[int, ...]:
    return (*x.shape[: -len(w.kernel)], *w.places)


class MaxPool2DWithIndicesBackward0(AnyOrder):
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
        numbers: Any = np.uint8 if prod(window.kernel) < 256 else np.int64
        offsets = window.offsets()
        if padded is x:
            best = x[next(offsets)[1]].copy(order="K")
            choice = np.zeros_like(best, numbers)
        else:
            best = np.full_like(x, lowest, shape=_results(x, window))
            choice = np.empty_like(best, numbers)
            choice[...] = window.first_inside()  # where all are -∞ padding must not be chosen
        has_nan = x.dtype.kind == "f" and np.isnan(np.min(x, initial=0))
        for number, seen in offsets:
            candidate = padded[seen]
            better = candidate > best
            if has_nan:
                better |= np.isnan(candidate)
                np.copyto(best, candidate, where=better)
            else:
                np.maximum(best, candidate, out=best)
            # A later offset has a larger number, so the largest that was better is the last.
            np.maximum(choice, better.view(np.uint8) * numbers(number), out=choice)
        self.choice = choice
        return (best, self._places(choice)) if with_places else best

    def _places(self, choice: Any) -> Any:
        """The chosen offsets as indices into a plane (or volume) of the input, int64."""
        w = self.window
        starts = np.ogrid[tuple(slice(n) for n in w.places)]
        steps = zip(starts, np.unravel_index(choice, w.kernel), *w[1:4], strict=True)
        where = [start * s - p + offset * d for start, offset, s, p, d in steps]
        return np.ravel_multi_index(where, self.shape[-len(where) :])

    def backward(self, grad: Value, _: None = None) -> Value:
        self.check_saved()
        return Unpool.apply(grad, choice=self.choice, window=self.window, shape=self.shape)


class MaxPool3DWithIndicesBackward0(MaxPool2DWithIndicesBackward0):
    """Over volumes. PyTorch: derivatives.yaml, max_pool3d_with_indices."""

    __slots__ = ()


class Unpool(AnyOrder):
    """y = zeros with each x added at the place its window chose;  dL/dx = dL/dy picked from there.

    PyTorch: aten/src/ATen/native/DilatedMaxPool2d.cpp (max_pool2d_with_indices_backward).
    """

    __slots__ = ("choice", "shape", "window")

    def forward(self, x: Any, *, choice: Any, window: Window, shape: tuple[int, ...]) -> Any:
        self.choice, self.window, self.shape = choice, window, shape
        room = window.room(shape)
        tiled = window.tiles(room)
        out = (np.empty_like if tiled else np.zeros_like)(choice, x.dtype, shape=room)
        x = in_order_of(choice, x)
        for number, seen in window.offsets():
            share = zero_where(x, choice != number)
            if tiled:
                out[seen] = share
            else:
                out[seen] += share
        return out[window.inner(shape)]

    def backward(self, grad: Value) -> Value:
        return PickPooled.apply(grad, choice=self.choice, window=self.window)


class PickPooled(AnyOrder):
    """y = the element of x that each window chose;  dL/dx = dL/dy unpooled.

    PyTorch: derivatives.yaml, max_pool2d_with_indices_backward (max_pool_double_backward).
    """

    __slots__ = ("choice", "shape", "window")

    def forward(self, x: Any, *, choice: Any, window: Window) -> Any:
        self.choice, self.window, self.shape = choice, window, x.shape
        padded = _padded(x, window, 0)
        out = np.zeros_like(x, shape=choice.shape)
        for number, seen in window.offsets():
            np.copyto(out, padded[seen], where=choice == number)
        return out

    def backward(self, grad: Value) -> Value:
        return Unpool.apply(grad, choice=self.choice, window=self.window, shape=self.shape)


class AvgPool2DBackward0(AnyOrder):
    """y = the sum of each window / a divisor;  dL/dx = dL/dy / divisor, added over the windows.

    PyTorch: derivatives.yaml, avg_pool2d.
    """

    __slots__ = ("divisor", "shape", "window")

    def forward(self, x: Any, *, window: Window, divisor: Any) -> Any:
        self.window, self.divisor, self.shape = window, divisor, x.shape
        self.save_for_backward(x)
        padded = _padded(x, window, 0)
        out = np.zeros_like(x, shape=_results(x, window))
        for _, seen in window.offsets():
            out += padded[seen]
        if x.dtype.kind == "i":
            return np.trunc(out / divisor).astype(x.dtype)
        return out / divisor.astype(x.dtype)

    def backward(self, grad: Value) -> Value:
        self.check_saved()
        return AvgUnpool.apply(grad, window=self.window, divisor=self.divisor, shape=self.shape)


class AvgPool3DBackward0(AvgPool2DBackward0):
    """Over volumes. PyTorch: derivatives.yaml, avg_pool3d."""

    __slots__ = ()


class AvgUnpool(AnyOrder):
    """The adjoint of the mean pool. PyTorch: avg_pool2d_backward."""

    __slots__ = ("divisor", "window")

    def forward(self, x: Any, *, window: Window, divisor: Any, shape: tuple[int, ...]) -> Any:
        self.window, self.divisor = window, divisor
        share = x / divisor.astype(x.dtype)
        out = np.zeros_like(x, shape=window.room(shape))
        for _, seen in window.offsets():
            out[seen] += share
        return out[window.inner(shape)]

    def backward(self, grad: Value) -> Value:
        return AvgPool2DBackward0.apply(grad, window=self.window, divisor=self.divisor)
