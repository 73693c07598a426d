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

Shapes: x (N, C, *S), w (O, C/groups, *K), y (N, O, *P) for any number of spatial dimensions.

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
from ..dtypes import title
from .broadcasting import add_up
from .operands import array_of
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


def patches(x: Any, kernel: tuple[int, ...], g: Geometry) -> Any:
    """The input of every output place: (N, groups, C/groups·ΠK, ΠP), copied from x (N, C, *S)."""
    x = pad_zeros(x, g.padding)
    n, c, *size = x.shape
    d = len(size)
    places = output_size(tuple(size), kernel, g._replace(padding=(0,) * d))
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


def convolve(x: Any, w: Any, g: Geometry) -> Any:
    """y[n, o, p] = Σ x[n, c, p·stride + k·dilation - padding]·w[o, c, k], over c and k."""
    kernel = w.shape[2:]
    places = output_size(x.shape[2:], kernel, g)
    matrix = w.reshape(g.groups, w.shape[0] // g.groups, -1)
    y = np.empty((x.shape[0], *matrix.shape[:2], prod(places)), x.dtype)
    for part in bunches(x, kernel, places):
        np.matmul(matrix, patches(x[part], kernel, g), out=y[part])
    return y.reshape(x.shape[0], w.shape[0], *places)


def correlate(x: Any, grad: Any, g: Geometry, shape: tuple[int, ...]) -> Any:
    """The weight's gradient: every output gradient times the patch that its place saw."""
    rows = _rows(grad, g.groups)
    total = np.zeros((g.groups, shape[0] // g.groups, prod(shape[1:])), x.dtype)
    for part in bunches(x, shape[2:], grad.shape[2:]):
        columns = patches(x[part], shape[2:], g)
        total += add_up(np.matmul(rows[part], columns.swapaxes(-1, -2)), axis=0)
    return total.reshape(shape)


def spread_back(grad: Any, w: Any, g: Geometry, shape: tuple[int, ...]) -> Any:
    """The input's gradient: every place adds its share, wᵀ @ grad, back onto the patch it saw."""
    n, c, *size = shape
    kernel, places = w.shape[2:], grad.shape[2:]
    matrix = w.reshape(g.groups, w.shape[0] // g.groups, -1).swapaxes(-1, -2)
    rows = _rows(grad, g.groups)
    wide = np.zeros((n, c, *[s + 2 * p for s, p in zip(size, g.padding, strict=True)]), grad.dtype)
    for part in bunches(wide, kernel, places):
        shares = np.matmul(matrix, rows[part]).reshape(-1, c, *kernel, *places)
        bunch = wide[part]
        for offset in product(*map(range, kernel)):
            bunch[_seen(offset, places, g)] += shares[EVERYTHING + offset]
    return wide[inner(g.padding)]


def _seen(offset: tuple[int, ...], places: tuple[int, ...], g: Geometry) -> tuple[slice, ...]:
    """The index of what stands at one offset of the kernel, for all places at once."""
    steps = zip(offset, g.dilation, g.stride, places, strict=True)
    spatial = [slice(k * d, k * d + step * (p - 1) + 1, step) for k, d, step, p in steps]
    return EVERYTHING + tuple(spatial)


class ConvolutionBackward0(Node):
    """y = convolve(x, w) + b. PyTorch: derivatives.yaml, convolution (convolution_backward)."""

    __slots__ = ("geometry",)
    saves = ("input", "weight")

    def forward(self, x: Any, w: Any, b: Any, *, geometry: Geometry) -> Any:
        self.save_for_backward(x, w)
        self.geometry = geometry
        y = convolve(x, w, geometry)
        if b is not None:
            y += b.reshape(-1, *(1,) * (y.ndim - 2))
        return y

    def backward(self, grad: Value) -> tuple[Value | None, ...]:
        x, w = self.saved_tensors
        need_x, need_w, need_b = self.needs_input_grad
        g = self.geometry
        return (
            SpreadBack.apply(grad, w, geometry=g, shape=tuple(x.shape)) if need_x else None,
            Correlate.apply(x, grad, geometry=g, shape=tuple(w.shape)) if need_w else None,
            sum(grad, (0, *range(2, grad.ndim))) if need_b else None,
        )


class SpreadBack(Node):
    """gx = spread_back(g, w): the input's gradient, and a transposed convolution.

    PyTorch: aten/src/ATen/native/Convolution.cpp (convolution_backward, output_mask[0]).
    """

    __slots__ = ("geometry",)
    saves = ("grad", "weight")

    def forward(self, grad: Any, w: Any, *, geometry: Geometry, shape: tuple[int, ...]) -> Any:
        self.save_for_backward(grad, w)
        self.geometry = geometry
        return spread_back(grad, w, geometry, shape)

    def backward(self, u: Value) -> tuple[Value | None, Value | None]:
        grad, w = self.saved_tensors
        need_grad, need_w = self.needs_input_grad
        g = self.geometry
        return (
            ConvolutionBackward0.apply(u, w, None, geometry=g) if need_grad else None,
            Correlate.apply(u, grad, geometry=g, shape=tuple(w.shape)) if need_w else None,
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
        g = self.geometry
        return (
            SpreadBack.apply(grad, v, geometry=g, shape=tuple(x.shape)) if need_x else None,
            ConvolutionBackward0.apply(x, v, None, geometry=g) if need_grad else None,
        )


# --- the checked function --------------------------------------------------------------------


def per_dimension(value: Any, d: int, name: str) -> tuple[int, ...]:
    """An int for all spatial dimensions, or one each."""
    if isinstance(value, int):
        return (value,) * d
    values = tuple(int(v) for v in value)
    if len(values) == 1:
        return values * d
    if len(values) != d:
        raise RuntimeError(
            f"expected {name} to be a single integer value or a list of {d} values to match the "
            f"convolution dimensions, but got {name}={list(values)}"
        )
    return values


def convolution(input: Value, weight: Value, bias: Value | None, geometry: Geometry) -> Value:
    """The convolution of a batch (N, C, *S), checked. RuntimeError in PyTorch's words."""
    _check(input, weight, bias, geometry, weight.ndim - 2)
    return ConvolutionBackward0.apply(input, weight, bias, geometry=geometry)


def _check(x: Value, w: Value, bias: Value | None, g: Geometry, d: int) -> None:
    name = f"conv{d}d"
    if x.ndim != d + 2:
        raise RuntimeError(
            f"Expected {d + 1}D (unbatched) or {d + 2}D (batched) input to {name}, but got input "
            f"of size: {list(x.shape)}"
        )
    a, b = array_of(x), array_of(w)
    if any(p < 0 for p in g.padding):
        raise RuntimeError("negative padding is not supported")
    if any(s <= 0 for s in g.stride):
        raise RuntimeError("non-positive stride is not supported")
    if any(s <= 0 for s in g.dilation):
        raise RuntimeError(f"dilation should be greater than zero, but got {list(g.dilation)}")
    if g.groups <= 0:
        raise RuntimeError("non-positive groups is not supported")
    o, c = w.shape[:2]
    if o < g.groups:
        raise RuntimeError(
            f"Given groups={g.groups}, expected weight to be at least {g.groups} at dimension 0, "
            f"but got weight of size {list(w.shape)} instead"
        )
    if o % g.groups:
        raise RuntimeError(
            f"Given groups={g.groups}, expected weight to be divisible by {g.groups} at dimension "
            f"0, but got weight of size {[list(w.shape)]} instead"
        )
    if x.shape[1] != c * g.groups:
        raise RuntimeError(
            f"Given groups={g.groups}, weight of size {list(w.shape)}, expected input"
            f"{list(x.shape)} to have {c * g.groups} channels, but got {x.shape[1]} channels "
            "instead"
        )
    if bias is not None and tuple(bias.shape) != (o,):
        raise RuntimeError(
            f"Given weight of size {list(w.shape)}, expected bias to be 1-dimensional with {o} "
            f"elements, but got bias of size {list(bias.shape)} instead"
        )
    if a.dtype != b.dtype:
        raise RuntimeError(f"expected scalar type {title(a.dtype)} but found {title(b.dtype)}")
    if bias is not None and array_of(bias).dtype != a.dtype:
        raise RuntimeError(
            f"Input type ({x.type()}) and bias type ({bias.type()}) should be the same"
        )
    padded = [s + 2 * p for s, p in zip(x.shape[2:], g.padding, strict=True)]
    reach = [dil * (k - 1) + 1 for dil, k in zip(g.dilation, w.shape[2:], strict=True)]
    if any(p < r for p, r in zip(padded, reach, strict=True)):
        sizes = " x ".join(map(str, padded))
        kernels = " x ".join(map(str, reach))
        raise RuntimeError(
            f"Calculated padded input size per channel: ({sizes}). Kernel size: ({kernels}). "
            "Kernel size can't be greater than actual input size"
        )
