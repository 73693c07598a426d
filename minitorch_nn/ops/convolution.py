"""Convolution: a matrix product over patches, its derivatives, and theirs.

A convolution is linear in its input and in its weight, so there are three operations, and the
derivatives of each are the other two:

    y  = convolve(x, w)            dL/dx = spread_back(dL/dy, w)     dL/dw = correlate(x, dL/dy)
    gx = spread_back(g, w)         dL/dg = convolve(u, w)            dL/dw = correlate(u, g)
    gw = correlate(x, g)           dL/dx = spread_back(g, v)         dL/dg = convolve(x, v)

(u and v: the gradients of gx and gw.) That closes the circle: second derivatives need nothing more.
The second of the three, used by itself, is the transposed convolution.

Each is written twice: patches.py says what it is, channels_last.py does it fast. The functions that
users call, and what these refuse, are in conv.py.

PyTorch: aten/src/ATen/native/Convolution.cpp; FunctionsManual.cpp (convolution_double_backward).
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from ..base import TensorBase, Value
from ..layout import contiguous_format, usual_order
from . import channels_last, patches
from .any_order import AnyOrder, Hidden, hide
from .broadcasting import add_up
from .patches import Geometry
from .reduction import sum


def convolve(x: Any, w: Any, b: Any, g: Geometry, places: tuple[int, ...]) -> Any:
    """y[n, o, p] = Σ x[n, c, p·stride + k·dilation - padding]·w[o, c, k] + b[o], over c and k."""
    way = patches if g.groups > 1 else channels_last
    return way.convolve(x, w, b, g, places)


def correlate(x: Any, grad: Any, g: Geometry, shape: tuple[int, ...]) -> Any:
    """The weight's gradient: every output gradient times the patch that its place saw."""
    way = patches if g.groups > 1 else channels_last
    return way.correlate(x, grad, g, shape)


def spread_back(grad: Any, w: Any, b: Any, g: Geometry, size: tuple[int, ...]) -> Any:
    """The input's gradient: every place adds its share, wᵀ @ grad, back onto the patch it saw."""
    way = channels_last if channels_last.spreads(grad, w, g, size) else patches
    return way.spread_back(grad, w, b, g, size)


def _sum_of_places(grad: Value) -> Value:
    """The bias's gradient: (N, O, *P) summed over all but the channels."""
    if not isinstance(grad, np.ndarray):
        return sum(grad, (0, *range(2, grad.ndim)))
    # As a product with ones, which is fast in either order of memory, and needs no copy.
    rows = grad.reshape(*grad.shape[:2], prod(grad.shape[2:]))
    return add_up(np.matmul(rows, np.ones(rows.shape[-1], grad.dtype)), axis=0)


def _is_channels_last(x: Any) -> bool:
    """Whether a user sees that x has its channels last: then PyTorch's result has, too."""
    if not isinstance(x, TensorBase) or isinstance(x, Hidden):
        return False
    return usual_order(x.array) is not contiguous_format


class ConvolutionBackward0(AnyOrder):
    """y = convolve(x, w) + b, or, transposed, y = spread_back(x, w) + b, of the given `size`.

    PyTorch: derivatives.yaml, convolution (convolution_backward, convolution_double_backward).
    """

    __slots__ = ("geometry", "transposed")
    saves = ("input", "weight")

    @classmethod
    def apply(cls, x: Any, w: Any, b: Any, **options: Any) -> Any:
        shown = _is_channels_last(x) or _is_channels_last(w)
        y = super().apply(x, w, b, **options)
        if isinstance(y, TensorBase) and not shown and not isinstance(y, Hidden):
            hide(y)
        return y

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
        return (spread_back if transposed else convolve)(x, w, b, geometry, size)

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
            _sum_of_places(grad) if need_b else None,
        )


class Correlate(AnyOrder):
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
