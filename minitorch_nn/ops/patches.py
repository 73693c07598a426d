"""Convolution as it is defined: patches laid side by side, and one matrix product.

Every output place sees a patch of the input, C·ΠK numbers. Laid side by side the patches are a
matrix, and the convolution is the weight matrix times it (im2col and one GEMM), a few images at a
time. Shapes: x (N, C, *S), w (O, C/groups, *K), y (N, O, *P) for any number of spatial dimensions.

These few lines say what a convolution is, and do the work where there are groups of channels. The
others go the faster way of channels_last.py; a test holds both equal.

PyTorch: aten/src/ATen/native/im2col.h, ConvolutionMM2d.cpp.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

from .broadcasting import add_up

CACHE = 3 * 2**20  # bytes of patches made at once: what the caches between core and memory hold
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


def windows(x: Any, kernel: tuple[int, ...], places: tuple[int, ...], g: Geometry) -> Any:
    """The input of every output place, (N, C, *K, *P): a view of x (N, C, *S), padding included."""
    steps = x.strides[2:]
    strides = (
        *x.strides[:2],
        *[s * k for s, k in zip(steps, g.dilation, strict=True)],
        *[s * k for s, k in zip(steps, g.stride, strict=True)],
    )
    return as_strided(x, (*x.shape[:2], *kernel, *places), strides, writeable=False)


def patches(x: Any, kernel: tuple[int, ...], places: tuple[int, ...], g: Geometry) -> Any:
    """The input of every output place: (N, groups, C/groups·ΠK, ΠP), copied from x (N, C, *S)."""
    n, c = x.shape[:2]
    seen = windows(pad_zeros(x, g.padding), kernel, places, g)
    return seen.reshape(n, g.groups, c // g.groups * prod(kernel), prod(places))


def add_patches(wide: Any, shares: Any, g: Geometry) -> None:
    """Adds to every patch of `wide` (N, C, *S), padding included, its share (N, C, *K, *P)."""
    d = wide.ndim - 2
    kernel, places = shares.shape[2 : 2 + d], shares.shape[2 + d :]
    for offset in product(*map(range, kernel)):
        wide[seen_at(offset, places, g)] += shares[EVERYTHING + offset]


def seen_at(offset: tuple[int, ...], places: tuple[int, ...], g: Geometry) -> tuple[slice, ...]:
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


# --- the three products ----------------------------------------------------------------------


def convolve(x: Any, w: Any, b: Any, g: Geometry, places: tuple[int, ...]) -> Any:
    """y[n, o, p] = Σ x[n, c, p·stride + k·dilation - padding]·w[o, c, k] + b[o], over c and k."""
    kernel = w.shape[2:]
    matrix = w.reshape(g.groups, w.shape[0] // g.groups, -1)
    y = np.empty((x.shape[0], *matrix.shape[:2], prod(places)), x.dtype)
    for part in bunches(x, kernel, places):
        np.matmul(matrix, patches(x[part], kernel, places, g), out=y[part])
    return with_bias(y.reshape(x.shape[0], w.shape[0], *places), b)


def with_bias(y: Any, b: Any) -> Any:
    """y (N, O, *P) + b (O), written over y; y itself where there is no bias."""
    if b is not None:
        y += b.reshape(-1, *(1,) * (y.ndim - 2))
    return y


def correlate(x: Any, grad: Any, g: Geometry, shape: tuple[int, ...]) -> Any:
    """The weight's gradient: every output gradient times the patch that its place saw."""
    rows = _rows(grad, g.groups)
    kernel, places = shape[2:], grad.shape[2:]
    total = np.zeros((g.groups, shape[0] // g.groups, prod(shape[1:])), x.dtype)
    for part in bunches(x, kernel, places):
        columns = patches(x[part], kernel, places, g)
        total += add_up(np.matmul(rows[part], columns.swapaxes(-1, -2)), axis=0)
    return total.reshape(shape)


def spread_back(grad: Any, w: Any, b: Any, g: Geometry, size: tuple[int, ...]) -> Any:
    """The input's gradient: every place adds its share, wᵀ @ grad, back onto the patch it saw."""
    c, kernel, places = w.shape[1] * g.groups, w.shape[2:], grad.shape[2:]
    matrix = w.reshape(g.groups, w.shape[0] // g.groups, -1).swapaxes(-1, -2)
    rows = _rows(grad, g.groups)
    padded = [s + 2 * p for s, p in zip(size, g.padding, strict=True)]
    wide = np.zeros((grad.shape[0], c, *padded), grad.dtype)
    for part in bunches(wide, kernel, places):
        shares = np.matmul(matrix, rows[part]).reshape(-1, c, *kernel, *places)
        add_patches(wide[part], shares, g)
    return with_bias(np.ascontiguousarray(wide[inner(g.padding)]), b)
