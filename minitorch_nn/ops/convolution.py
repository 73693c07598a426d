"""Convolution: a matrix product over patches.

Every output place sees a patch of the input, C·KH·KW numbers. Laid side by side the patches are a
matrix, and the convolution is the weight matrix times it (im2col and one GEMM), a few images at a
time.

A convolution is linear in its input and in its weight, so there are three operations, and the
derivatives of each are the other two:

    y  = convolve(x, w)            dL/dx = spread_back(dL/dy, w)     dL/dw = correlate(x, dL/dy)
    gx = spread_back(g, w)         dL/dg = convolve(u, w)            dL/dw = correlate(u, g)
    gw = correlate(x, g)           dL/dx = spread_back(g, v)         dL/dg = convolve(x, v)

(u and v: the gradients of gx and gw.) That closes the circle: second derivatives need nothing more.
The second of the three, used by itself, is the transposed convolution.

Shapes: x (N, C, *S), w (O, C/groups, *K), y (N, O, *P) for any number of spatial dimensions. The
functions that users call, and what these refuse, are in conv.py.

PyTorch: aten/src/ATen/native/Convolution.cpp; FunctionsManual.cpp (convolution_double_backward).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

from ..autograd.node import Node
from ..base import Value
from .broadcasting import add_up
from .reduction import sum

CACHE = 2**21  # bytes that a core keeps near
EVERYTHING = (slice(None), slice(None))  # all images and channels


class Geometry(NamedTuple):
    """How the kernel walks: one number per spatial dimension each, and the groups of channels."""

    stride: tuple[int, ...]
    padding: tuple[int, ...]
    dilation: tuple[int, ...]
    groups: int


def output_size(size: tuple[int, ...], kernel: tuple[int, ...], g: Geometry) -> tuple[int, ...]:
    """⌊(S + 2·padding - dilation·(K - 1) - 1) / stride⌋ + 1 for every spatial dimension."""
    return tuple(
        (s + 2 * p - d * (k - 1) - 1) // step + 1
        for s, k, step, p, d in zip(size, kernel, g.stride, g.padding, g.dilation, strict=True)
    )


def transposed_size(
    size: tuple[int, ...], kernel: tuple[int, ...], g: Geometry, extra: tuple[int, ...]
) -> tuple[int, ...]:
    """The size that `output_size` makes this one of: (S - 1)·stride - 2·padding + dilation·(K - 1)
    + 1, and as much more as `extra` says, for with a stride several sizes give the same."""
    steps = zip(size, kernel, *g[:3], extra, strict=True)
    return tuple((s - 1) * step - 2 * p + d * (k - 1) + 1 + e for s, k, step, p, d, e in steps)


def pad_zeros(x: Any, padding: tuple[int, ...]) -> Any:
    """Zeros around the spatial dimensions of x (N, C, *S)."""
    if not any(padding):
        return x
    wide = tuple(s + 2 * p for s, p in zip(x.shape[2:], padding, strict=True))
    out = np.zeros((*x.shape[:2], *wide), x.dtype)
    out[inner(padding)] = x
    return out


def inner(padding: tuple[int, ...]) -> tuple[Any, ...]:
    """The index of what is not padding."""
    return EVERYTHING + tuple(slice(p, -p or None) for p in padding)


def patches(x: Any, kernel: tuple[int, ...], places: tuple[int, ...], g: Geometry) -> Any:
    """The input of every output place: (N, groups, C/groups·ΠK, ΠP), copied from x (N, C, *S)."""
    x = pad_zeros(x, g.padding)
    n, c = x.shape[:2]
    steps = x.strides[2:]
    windows = as_strided(
        x,
        (n, c, *kernel, *places),
        (
            *x.strides[:2],
            *[s * k for s, k in zip(steps, g.dilation, strict=True)],
            *[s * k for s, k in zip(steps, g.stride, strict=True)],
        ),
        writeable=False,
    )
    return windows.reshape(n, g.groups, c // g.groups * prod(kernel), prod(places))


def add_patches(wide: Any, shares: Any, g: Geometry) -> None:
    """Adds to every patch of `wide` (N, C, *S), padding included, its share (N, C, *K, *P)."""
    d = wide.ndim - 2
    kernel, places = shares.shape[2 : 2 + d], shares.shape[2 + d :]
    for offset in product(*map(range, kernel)):
        wide[_seen(offset, places, g)] += shares[EVERYTHING + offset]


def _seen(offset: tuple[int, ...], places: tuple[int, ...], g: Geometry) -> tuple[slice, ...]:
    """The index of what stands at one offset of the kernel, for all places at once."""
    steps = zip(offset, g.dilation, g.stride, places, strict=True)
    spatial = [slice(k * d, k * d + step * (p - 1) + 1, step) for k, d, step, p in steps]
    return EVERYTHING + tuple(spatial)


def _rows(x: Any, groups: int) -> Any:
    """(N, O, *P) as one matrix per image and group: (N, groups, O/groups, ΠP)."""
    n, o, *places = x.shape
    return x.reshape(n, groups, o // groups, prod(places))


def bunches(x: Any, kernel: tuple[int, ...], places: tuple[int, ...]) -> Iterator[slice]:
    """The images a few at a time, as many as have their patches in the processor's cache at once.

    The patches are ΠK times as large as the input. Made for a whole batch they would go out to
    memory and come back; made for a bunch, the product that follows still finds them near.
    """
    image = x.itemsize * x.shape[1] * prod(kernel) * prod(places)
    few = max(CACHE // max(image, 1), 1)
    for start in range(0, x.shape[0], few):
        yield slice(start, start + few)


def convolve(x: Any, w: Any, g: Geometry, places: tuple[int, ...]) -> Any:
    """y[n, o, p] = Σ x[n, c, p·stride + k·dilation - padding]·w[o, c, k], over c and k."""
    kernel = w.shape[2:]
    matrix = w.reshape(g.groups, w.shape[0] // g.groups, -1)
    y = np.empty((x.shape[0], *matrix.shape[:2], prod(places)), x.dtype)
    for part in bunches(x, kernel, places):
        np.matmul(matrix, patches(x[part], kernel, places, g), out=y[part])
    return y.reshape(x.shape[0], w.shape[0], *places)


def correlate(x: Any, grad: Any, g: Geometry, shape: tuple[int, ...]) -> Any:
    """The weight's gradient: every output gradient times the patch that its place saw."""
    rows = _rows(grad, g.groups)
    kernel, places = shape[2:], grad.shape[2:]
    total = np.zeros((g.groups, shape[0] // g.groups, prod(shape[1:])), x.dtype)
    for part in bunches(x, kernel, places):
        columns = patches(x[part], kernel, places, g)
        total += add_up(np.matmul(rows[part], columns.swapaxes(-1, -2)), axis=0)
    return total.reshape(shape)


def spread_back(grad: Any, w: Any, g: Geometry, size: tuple[int, ...]) -> Any:
    """The input's gradient: every place adds its share, wᵀ @ grad, back onto the patch it saw."""
    c, kernel, places = w.shape[1] * g.groups, w.shape[2:], grad.shape[2:]
    matrix = w.reshape(g.groups, w.shape[0] // g.groups, -1).swapaxes(-1, -2)
    rows = _rows(grad, g.groups)
    padded = [s + 2 * p for s, p in zip(size, g.padding, strict=True)]
    wide = np.zeros((grad.shape[0], c, *padded), grad.dtype)
    for part in bunches(wide, kernel, places):
        shares = np.matmul(matrix, rows[part]).reshape(-1, c, *kernel, *places)
        add_patches(wide[part], shares, g)
    return np.ascontiguousarray(wide[inner(g.padding)])


class ConvolutionBackward0(Node):
    """y = convolve(x, w) + b, or, transposed, y = spread_back(x, w) + b, of the given `size`.

    PyTorch: derivatives.yaml, convolution (convolution_backward, convolution_double_backward).
    """

    __slots__ = ("geometry", "transposed")
    saves = ("input", "weight")

    def forward(
        self,
        x: Any,
        w: Any,
        b: Any,
        *,
        geometry: Geometry,
        size: tuple[int, ...],
        transposed: bool = False,
    ) -> Any:
        self.save_for_backward(x, w)
        self.geometry, self.transposed = geometry, transposed
        y = (spread_back if transposed else convolve)(x, w, geometry, size)
        if b is not None:
            y += b.reshape(-1, *(1,) * (y.ndim - 2))
        return y

    def backward(self, grad: Value) -> tuple[Value | None, ...]:
        x, w = self.saved_tensors
        need_x, need_w, need_b = self.needs_input_grad
        g, opposite, size = self.geometry, not self.transposed, tuple(x.shape[2:])
        pair = (grad, x) if self.transposed else (x, grad)
        return (
            ConvolutionBackward0.apply(grad, w, None, geometry=g, size=size, transposed=opposite)
            if need_x
            else None,
            Correlate.apply(*pair, geometry=g, shape=tuple(w.shape)) if need_w else None,
            sum(grad, (0, *range(2, grad.ndim))) if need_b else None,
        )


class Correlate(Node):
    """gw = correlate(x, g): the weight's gradient.

    PyTorch: aten/src/ATen/native/Convolution.cpp (convolution_backward, output_mask[1]).
    """

    __slots__ = ("geometry",)
    saves = ("self", "grad")

    def forward(self, x: Any, grad: Any, *, geometry: Geometry, shape: tuple[int, ...]) -> Any:
        self.save_for_backward(x, grad)
        self.geometry = geometry
        return correlate(x, grad, geometry, shape)

    def backward(self, v: Value) -> tuple[Value | None, Value | None]:
        x, grad = self.saved_tensors
        need_x, need_grad = self.needs_input_grad
        g, wide, narrow = self.geometry, tuple(x.shape[2:]), tuple(grad.shape[2:])
        return (
            ConvolutionBackward0.apply(grad, v, None, geometry=g, size=wide, transposed=True)
            if need_x
            else None,
            ConvolutionBackward0.apply(x, v, None, geometry=g, size=narrow) if need_grad else None,
        )
