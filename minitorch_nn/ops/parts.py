"""One part of a tensor, as a view of it: select, slice, narrow, and overlapping windows by unfold.

The derivative of taking a part is to put the part's gradient among zeros.

PyTorch: aten/src/ATen/native/TensorShape.cpp; tools/autograd/derivatives.yaml.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from ..autograd.node import Node
from ..base import Value
from .broadcasting import View
from .operands import array_of
from .shape import wrap_dim


class SelectBackward0(View):
    """y = slice number `index` of x along dim, which it loses;  dL/dx = dL/dy there, 0 elsewhere.

    PyTorch: derivatives.yaml, select.int.
    """

    __slots__ = ("key", "shape")

    def forward(self, x: Any, *, dim: int, index: int) -> Any:
        self.shape = x.shape
        self.key = (*(slice(None),) * dim, index, ...)
        return x[self.key]

    def backward(self, grad: Value) -> Value:
        return EmbedBackward0.apply(grad, shape=self.shape, key=self.key)


class SliceBackward0(View):
    """y = x[start:stop:step] along dim;  dL/dx = dL/dy there, 0 elsewhere.

    PyTorch: derivatives.yaml, slice.Tensor.
    """

    __slots__ = ("key", "shape")

    def forward(self, x: Any, *, dim: int, part: slice) -> Any:
        self.shape = x.shape
        lead = (slice(None),) * dim
        self.key = (*lead, part)
        start, stop, _ = part.indices(x.shape[dim])
        if stop <= start:  # NumPy forgets where an empty slice began; storage_offset() is to know
            return x[lead + (slice(start, None),)][lead + (slice(0, 0),)]
        return x[self.key]

    def backward(self, grad: Value) -> Value:
        return EmbedBackward0.apply(grad, shape=self.shape, key=self.key)


class EmbedBackward0(Node):
    """y = zeros with x in one part;  dL/dx = that part of dL/dy. The adjoint of a basic index.

    PyTorch: aten/src/ATen/native/TensorShape.cpp (select_backward, slice_backward).
    """

    __slots__ = ("key",)

    def forward(self, x: Any, *, shape: tuple[int, ...], key: tuple[Any, ...]) -> Any:
        self.key = key
        out = np.zeros(shape, x.dtype)
        out[key] = x
        return out

    def backward(self, grad: Value) -> Value:
        return grad[self.key]


class NarrowCopyBackward0(SliceBackward0):
    """As a slice, but a copy. PyTorch: derivatives.yaml, narrow_copy."""

    __slots__ = ()
    wrap = Node.wrap

    def forward(self, x: Any, *, dim: int, part: slice) -> Any:
        return np.array(super().forward(x, dim=dim, part=part), order="C")


def select(input: Value, dim: int, index: int) -> Value:
    """Slice number `index` along `dim`, which the result loses; a view. IndexError out of range."""
    if input.ndim == 0:
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    d = wrap_dim(dim, input.ndim)
    size = input.shape[d]
    if not -size <= index < size:
        raise IndexError(
            f"select(): index {index} out of range for tensor of size {list(input.shape)} at "
            f"dimension {d}"
        )
    return SelectBackward0.apply(input, dim=d, index=int(index) % size)


def slice_dim(x: Value, dim: int, part: slice) -> Value:
    """x[start:stop:step] along `dim`; `x` itself for a full slice."""
    check_step(part)
    if (
        part.step in (None, 1)
        and part.start in (None, 0)
        and (part.stop is None or part.stop >= x.shape[dim])
    ):
        return x
    return SliceBackward0.apply(x, dim=dim, part=part)


def check_step(part: slice) -> None:
    if part.step == 0:
        raise ValueError("slice step cannot be zero")
    if part.step is not None and part.step < 0:
        raise ValueError("step must be greater than zero")


def narrow(input: Value, dim: int, start: int | Value, length: int) -> Value:
    """input[start : start + length] along `dim`; a view. `start` may be a 0-d integer tensor."""
    if input.ndim == 0:
        raise RuntimeError("narrow() cannot be applied to a 0-dim tensor.")
    if length < 0:
        raise RuntimeError("narrow(): length must be non-negative.")
    d, part = _stretch(input, dim, start, length)
    return SliceBackward0.apply(input, dim=d, part=part)


def narrow_copy(input: Value, dim: int, start: int, length: int) -> Value:
    """As `narrow`, but a copy."""
    if input.ndim == 0:
        raise RuntimeError("narrow() cannot be applied to a 0-dim tensor.")
    d, part = _stretch(input, dim, start, length)
    return NarrowCopyBackward0.apply(input, dim=d, part=part)


def _stretch(x: Value, dim: int, start: int | Value, length: int) -> tuple[int, slice]:
    d = wrap_dim(dim, x.ndim)
    size = x.shape[d]
    if not isinstance(start, int):
        place = array_of(start)
        if place.ndim or place.dtype.kind not in "iu":
            raise RuntimeError("start must be an 0-dim integral Tensor.")
        start = int(place)
    if not -size <= start <= size:
        raise IndexError(
            f"start out of range (expected to be in range of [{-size}, {size}], but got {start})"
        )
    start = start + size if start < 0 else start
    if length < 0 or start + length > size:
        raise RuntimeError(f"start ({start}) + length ({length}) exceeds dimension size ({size}).")
    return d, slice(start, start + length)


# --- windows ---------------------------------------------------------------------------------


class UnfoldBackward0(View):
    """y[i][k] = x[i·step + k] along dim, k in a new last dimension;  dL/dx adds dL/dy up where
    windows overlap.

    PyTorch: derivatives.yaml, unfold.
    """

    __slots__ = ("dim", "shape", "step")

    def forward(self, x: Any, *, dim: int, size: int, step: int) -> Any:
        self.dim, self.shape, self.step = dim, x.shape, step
        if x.ndim == 0:
            return as_strided(x, (size,), (x.itemsize,))
        windows = (x.shape[dim] - size) // step + 1
        shape = (*x.shape[:dim], windows, *x.shape[dim + 1 :], size)
        strides = (*x.strides[:dim], x.strides[dim] * step, *x.strides[dim + 1 :], x.strides[dim])
        return as_strided(x, shape, strides)

    def backward(self, grad: Value) -> Value:
        return FoldBackward0.apply(grad, shape=self.shape, dim=self.dim, step=self.step)


class FoldBackward0(Node):
    """y = zeros to which the windows of x are added;  dL/dx = the windows of dL/dy. The adjoint
    of unfold.

    PyTorch: aten/src/ATen/native/cpu/UnfoldBackwardKernel.cpp.
    """

    __slots__ = ("dim", "size", "step")

    def forward(self, x: Any, *, shape: tuple[int, ...], dim: int, step: int) -> Any:
        self.dim, self.size, self.step = dim, x.shape[-1], step
        out = np.zeros(shape, x.dtype)
        windows = UnfoldBackward0().forward(out, dim=dim, size=self.size, step=step)
        for k in range(self.size):  # the k-th places of all windows never overlap
            windows[..., k] += x[..., k]
        return out

    def backward(self, grad: Value) -> Value:
        return UnfoldBackward0.apply(grad, dim=self.dim, size=self.size, step=self.step)


def unfold(input: Value, dimension: int, size: int, step: int) -> Value:
    """All windows of `size` elements along `dimension`, one every `step`; a view.

    The windows' own elements come in a new last dimension. RuntimeError for a size larger than
    the dimension or negative, and for a step that is not positive.
    """
    d = wrap_dim(dimension, input.ndim)
    largest = input.shape[d] if input.ndim else 1
    if size < 0:
        raise RuntimeError(f"size is {size} but must be >= 0")
    if size > largest:
        raise RuntimeError(
            f"maximum size for tensor at dimension {d} is {largest} but size is {size}"
        )
    if step <= 0:
        raise RuntimeError(f"step is {step} but must be > 0")
    return UnfoldBackward0.apply(input, dim=d, size=size, step=step)
