"""Convolution as it is fast: the same matrix product, on patches that lie well in memory.

Where time goes in a convolution of NumPy's is not the product but what is done around it: copying
the patches, adding the bias, writing arrays that are read once. So, next to patches.py:

- Channels last. Where the C channels of a place stand next to each other, a row of the patch is one
  run of KW·C numbers, which are copied together. (Of one to three channels the runs would be short.
  There a row of the matrix is one channel at one offset of the kernel for all places: runs of OW.)
- A few images at a time. Their patches fill a scratch array of a size that the processor's cache
  holds, and the product finds them there. The scratch is written again for the next few.
- The bias is the weight of an input that is always 1. The scratch has a column of ones, and the
  product adds the bias, too, without another pass over the result.
- The product writes its rows, the O channels of one place, straight into the result (N, *P, O),
  which is shown as (N, O, *P).
- Nothing is kept for the way back: to copy the patches again is cheaper than to store them, ΠK
  times as large as the input, and to fetch them from memory.

The shapes are those of patches.py. There are no groups here.

PyTorch: aten/src/ATen/native/mkldnn/Conv.cpp (where another library has such ways).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import prod
from typing import Any

import numpy as np

from .broadcasting import add_up
from .patches import CACHE, Geometry, inner, seen_at, windows

FEW = 8  # so many channels are too few for runs over channels


def convolve(x: Any, w: Any, b: Any, g: Geometry, places: tuple[int, ...]) -> Any:
    """y[n, o, p] = Σ x[n, c, p·stride + k·dilation - padding]·w[o, c, k] + b[o], over c and k."""
    o = w.shape[0]
    matrix = _rows_of(w)
    if b is not None:
        matrix = np.concatenate([matrix, b[:, None]], axis=1)
    y = np.empty((x.shape[0], *places, o), x.dtype)
    for part, patches in _patches(x, w.shape[2:], places, g, ones=b is not None):
        np.matmul(_one_matrix(patches), matrix.T, out=y[part].reshape(-1, o))
    return np.moveaxis(y, -1, 1)


def correlate(x: Any, grad: Any, g: Geometry, shape: tuple[int, ...]) -> Any:
    """The weight's gradient: every output gradient times the patch that its place saw."""
    o, c, *kernel = shape
    total = np.zeros((prod(shape[1:]), o), x.dtype)
    for part, patches in _patches(x, shape[2:], grad.shape[2:], g, ones=False):
        rows = np.moveaxis(grad[part], 1, -1).reshape(*patches.shape[:-1], o)
        if c < FEW:  # as small products, one for each image, that fit into a core's own cache
            total += add_up(np.matmul(patches.swapaxes(1, 2), rows), axis=0)
        else:
            total += np.matmul(_one_matrix(patches).T, _one_matrix(rows))
    if c < FEW:
        return total.T.reshape(shape)
    return np.ascontiguousarray(np.moveaxis(total.T.reshape(o, *kernel, c), -1, 1))


def _rows_of(w: Any) -> Any:
    """w (O, C, *K) as one row for each output channel, in the order of the patches."""
    return (w if w.shape[1] < FEW else np.moveaxis(w, 1, -1)).reshape(w.shape[0], -1)


def _patches(
    x: Any, kernel: tuple[int, ...], places: tuple[int, ...], g: Geometry, *, ones: bool
) -> Iterator[tuple[slice, Any]]:
    """A few images at a time: which, and their patches (n, ΠP, C·ΠK), one each row (and a 1, if
    `ones`). Few channels stand before the kernel's offsets there, more of them after."""
    n, c = x.shape[:2]
    length, count = c * prod(kernel), prod(places)
    few = _few(n, length * count * x.itemsize)
    if c < FEW:
        patches = np.ones((length + ones, few, count), x.dtype)
        scratch = patches[:length].reshape(c, *kernel, few, *places)
        scratch = np.moveaxis(scratch, 1 + len(kernel), 0)
        patches = patches.transpose(1, 2, 0)
    else:
        patches = np.ones((few, count, length + ones), x.dtype)
        scratch = patches[..., :length].reshape(few, *places, *kernel, c)
        scratch = scratch.transpose(0, -1, *_dims(1 + len(places), kernel), *_dims(1, places))
    for part, images in _near(x, few, g.padding):
        now = len(images)
        scratch[:now] = windows(images, kernel, places, g)
        yield part, patches[:now]


def _one_matrix(patches: Any) -> Any:
    """The patches of several images below one another; a view."""
    return patches.reshape(-1, patches.shape[-1])


def _few(n: int, size: int) -> int:
    """How many of n images, of so many bytes each, the cache holds; at least one."""
    return max(min(n, CACHE // max(size, 1)), 1)


def _dims(start: int, sizes: tuple[int, ...]) -> range:
    return range(start, start + len(sizes))


def _near(x: Any, few: int, padding: tuple[int, ...]) -> Iterator[tuple[slice, Any]]:
    """A few images at a time, in the order of the patches and with zeros around, from `x` itself
    if it is so, else from a scratch array. The zeros are written once: only the inside changes."""
    n, c = x.shape[:2]
    parts = [slice(start, start + few) for start in range(0, n, few)]
    last = 1 if c >= FEW else -1
    if not any(padding) and x.strides[last] == x.itemsize:
        for part in parts:
            yield part, x[part]
        return
    wide = [s + 2 * p for s, p in zip(x.shape[2:], padding, strict=True)]
    if c < FEW:
        scratch = np.zeros((few, c, *wide), x.dtype)
    else:
        scratch = np.moveaxis(np.zeros((few, *wide, c), x.dtype), -1, 1)
    inside = scratch[inner(padding)]
    for part in parts:
        images = x[part]
        inside[: len(images)] = images
        yield part, scratch[: len(images)]


def spread_back(grad: Any, w: Any, b: Any, g: Geometry, size: tuple[int, ...]) -> Any:
    """The input's gradient: every place adds its share, wᵀ @ grad, back onto the patch it saw.

    To write the shares of all ΠK offsets and add them up, ΠK passes, takes longer than the product.
    So the product itself adds what it can: along a row, what reaches a place of the input is a
    convolution of the gradient with the reversed kernel. That leaves one share for each row of the
    kernel, and these are added to the rows of the input that they belong to, ΠKH passes.
    """
    o, c, *above, k = w.shape
    *rows, _ = grad.shape[2:]
    wide = [s + 2 * p for s, p in zip(size, g.padding, strict=True)]
    places = (*rows, wide[-1])
    still, ones = (0,) * len(above), (1,) * len(above)
    along = Geometry((*ones, 1), (*still, g.dilation[-1] * (k - 1)), g.dilation, 1)
    upward = Geometry(g.stride[:-1], still, g.dilation[:-1], 1)
    # The kernel of that convolution: (C·ΠKH, O, KW), reversed.
    matrix = _rows_of(np.moveaxis(w[..., ::-1], (0, 1), (-2, -3)).reshape(-1, o, k))

    result = np.empty((grad.shape[0], *size, c), grad.dtype)
    for part, patches in _patches(grad, (*ones, k), places, along, ones=False):
        shares = np.matmul(_one_matrix(patches), matrix.T).reshape(-1, *places, *above, c)
        total = np.zeros((len(shares), *wide, c), grad.dtype)
        for offset in product(*map(range, above)):
            share = (..., *offset, slice(None))
            total[_moved(seen_at(offset, rows, upward))] += shares[share]
        inside = _moved(inner(g.padding))
        result[part] = total[inside] if b is None else total[inside] + b
    return np.moveaxis(result, -1, 1)


def _moved(index: tuple[Any, ...]) -> tuple[Any, ...]:
    """An index into (N, C, *S) as one into (N, *S, C), of all images and channels."""
    return (slice(None), *index[2:])


def spreads(grad: Any, w: Any, g: Geometry, size: tuple[int, ...]) -> bool:
    """Whether `spread_back` can do this, and does it faster than the sum over all offsets."""
    fits = grad.shape[-1] + g.dilation[-1] * (w.shape[-1] - 1) == size[-1] + 2 * g.padding[-1]
    return g.groups == 1 and g.stride[-1] == 1 and fits and w.shape[1] >= FEW
