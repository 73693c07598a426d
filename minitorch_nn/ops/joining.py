"""Tensors joined, taken apart, repeated and reversed: cat, stack, split, unbind, repeat, flip.

Joining copies; taking apart gives views. Each is the other's derivative.

PyTorch: aten/src/ATen/native/TensorShape.cpp; tools/autograd/derivatives.yaml.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import TensorBase, Value
from ..dtypes import promote_numpy
from .broadcasting import View, sum_to
from .shape import reshape, sizes_of, wrap_dim, wrap_dims, zeros_for


class CatBackward0(Node):
    """y = the inputs one after another along dim;  each gets its stretch of dL/dy.

    PyTorch: derivatives.yaml, cat; FunctionsManual.cpp (cat_tensors_backward).
    """

    __slots__ = ("dim", "sizes")

    def forward(self, *xs: Any, dim: int) -> Any:
        self.dim = dim
        # An empty 1-D tensor joins anything; it takes no room in the result.
        ndim = max(x.ndim for x in xs)
        self.sizes = [x.shape[dim] if x.ndim == ndim else None for x in xs]
        joined = np.concatenate([x for x in xs if x.ndim == ndim], dim, dtype=_common_dtype(xs))
        return np.ascontiguousarray(joined)

    def backward(self, grad: Value) -> tuple[Value, ...]:
        parts = iter(split(grad, [n for n in self.sizes if n is not None], self.dim))
        return tuple([zeros_for(grad, (0,)) if n is None else next(parts) for n in self.sizes])


def _common_dtype(xs: Sequence[Any]) -> Any:
    common = xs[0].dtype
    for x in xs:
        common = promote_numpy(common, x.dtype)
    return common


class StackBackward0(Node):
    """y = the inputs as slices of a new dimension;  dL/dxᵢ = slice i. PyTorch: stack."""

    __slots__ = ("dim",)

    def forward(self, *xs: Any, dim: int) -> Any:
        self.dim = dim
        return np.ascontiguousarray(np.stack(xs, dim, dtype=_common_dtype(xs)))

    def backward(self, grad: Value) -> tuple[Value, ...]:
        return unbind(grad, self.dim)


def _expect_tensors(tensors: Any, name: str) -> list[Any]:
    xs = list(tensors)
    if not xs:
        raise RuntimeError(f"{name} expects a non-empty TensorList")
    for i, x in enumerate(xs):
        if not isinstance(x, (TensorBase, np.ndarray, np.generic)):
            raise TypeError(
                f"expected Tensor as element {i} in argument 0, but got {type(x).__name__}"
            )
    return xs


def cat(tensors: Sequence[Value], dim: int = 0) -> Value:
    """The tensors one after another along an existing dimension.

    RuntimeError if their other dimensions differ. Empty 1-D tensors are skipped, as in PyTorch.
    """
    xs = list(tensors)
    if not xs:
        raise ValueError("torch.cat(): expected a non-empty list of Tensors")
    xs = _expect_tensors(xs, "cat")
    first = next((x for x in xs if tuple(x.shape) != (0,)), xs[0])
    for i, x in enumerate(xs):
        if x.ndim == 0:
            raise RuntimeError(f"zero-dimensional tensor (at position {i}) cannot be concatenated")
    d = wrap_dim(dim, first.ndim)
    for i, x in enumerate(xs):
        if tuple(x.shape) == (0,) and first.ndim != 1:
            continue
        if x.ndim != first.ndim:
            raise RuntimeError(
                f"Tensors must have same number of dimensions: got {first.ndim} and {x.ndim}"
            )
        for k in range(first.ndim):
            if k != d and x.shape[k] != first.shape[k]:
                raise RuntimeError(
                    f"Sizes of tensors must match except in dimension {d}. Expected size "
                    f"{first.shape[k]} but got size {x.shape[k]} for tensor number {i} in the list."
                )
    return CatBackward0.apply(*xs, dim=d)


def stack(tensors: Sequence[Value], dim: int = 0) -> Value:
    """The tensors as slices of a new dimension. RuntimeError if their shapes differ."""
    xs = _expect_tensors(tensors, "stack")
    for i, x in enumerate(xs):
        if tuple(x.shape) != tuple(xs[0].shape):
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {list(xs[0].shape)} at entry "
                f"0 and {list(x.shape)} at entry {i}"
            )
    return StackBackward0.apply(*xs, dim=wrap_dim(dim, xs[0].ndim + 1))


class SplitBackward0(View):
    """yᵢ = stretch i of x along dim;  dL/dx = the gradients one after another.

    PyTorch: derivatives.yaml, split.Tensor; FunctionsManual.cpp (split_backward).
    """

    __slots__ = ("dim", "sizes")
    kind = "multiple"

    def forward(self, x: Any, *, sizes: Sequence[int], dim: int) -> Any:
        self.dim, self.sizes = dim, sizes
        out, start = [], 0
        for size in sizes:
            out.append(x[(slice(None),) * dim + (slice(start, start + size),)])
            start += size
        return tuple(out)

    def backward(self, *grads: Value) -> Value:
        known = next(g for g in grads if g is not None)
        blank = (
            zeros_for(known, tuple(shape)) if g is None else g
            for g, (shape, _) in zip(grads, self.metadata, strict=True)
        )
        return cat(list(blank), self.dim)


class SplitWithSizesBackward0(SplitBackward0):
    """Stretches of given sizes. PyTorch: derivatives.yaml, split_with_sizes."""

    __slots__ = ()


class UnbindBackward0(View):
    """yᵢ = slice i of x along dim;  dL/dx = the gradients stacked. PyTorch: unbind.int."""

    __slots__ = ("dim",)
    kind = "multiple"

    def forward(self, x: Any, *, dim: int) -> Any:
        self.dim = dim
        lead = (slice(None),) * dim
        return tuple([x[lead + (i, ...)] for i in range(x.shape[dim])])

    def backward(self, *grads: Value) -> Value:
        known = next(g for g in grads if g is not None)
        shape = self.metadata[0][0]
        return stack([zeros_for(known, shape) if g is None else g for g in grads], self.dim)


def split(x: Value, split_size_or_sections: int | Sequence[int], dim: int = 0) -> Any:
    """Stretches of one size (the last may be shorter), or of the given sizes; views."""
    d = wrap_dim(dim, x.ndim)
    if x.ndim == 0:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    total = x.shape[d]
    if isinstance(split_size_or_sections, int):
        size = split_size_or_sections
        if size < 0 or (size == 0 and total):
            raise RuntimeError(
                f"split expects split_size be non-negative, but got split_size={size}"
                if size < 0
                else f"split_size can only be 0 if dimension size is 0, but got dimension size of "
                f"{total}"
            )
        sizes = [min(size, total - i) for i in range(0, total, size)] if total else [0]
        return SplitBackward0.apply(x, sizes=sizes, dim=d)
    sizes = list(split_size_or_sections)
    if sum(sizes) != total or min(sizes, default=0) < 0:
        raise RuntimeError(
            "split_with_sizes expects split_sizes to sum exactly to "
            f"{total} (input tensor's size at dimension {d}), but got split_sizes={sizes}"
        )
    return SplitWithSizesBackward0.apply(x, sizes=sizes, dim=d)


def chunk(x: Value, chunks: int, dim: int = 0) -> Any:
    """At most `chunks` stretches of equal size, the last perhaps shorter; views."""
    if x.ndim == 0:
        raise RuntimeError("chunk expects at least a 1-dimensional tensor")
    if chunks <= 0:
        raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    d = wrap_dim(dim, x.ndim)
    size = -(-x.shape[d] // chunks)
    return split(x, size, d) if size else split(x, [0] * chunks, d)


def unbind(x: Value, dim: int = 0) -> Any:
    """The slices along `dim`, which they lose; views."""
    d = wrap_dim(dim, x.ndim)
    if x.ndim == 0:
        raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    return UnbindBackward0.apply(x, dim=d)


class FlipBackward0(Node):
    """y = x with some dimensions reversed (a copy);  dL/dx = dL/dy reversed. PyTorch: flip."""

    __slots__ = ("dims",)

    def forward(self, x: Any, *, dims: tuple[int, ...]) -> Any:
        self.dims = dims
        return np.array(np.flip(x, dims), order="C")

    def backward(self, grad: Value) -> Value:
        return FlipBackward0.apply(grad, dims=self.dims)


def flip(x: Value, *dims: Any) -> Value:
    """A copy with the order along `dims` reversed."""
    return FlipBackward0.apply(x, dims=wrap_dims(sizes_of(dims), x.ndim) if x.ndim else ())


class RepeatBackward0(Node):
    """y = x tiled;  dL/dx = the sum over all tiles. PyTorch: derivatives.yaml, repeat."""

    __slots__ = ("repeats", "shape")

    def forward(self, x: Any, *, repeats: tuple[int, ...]) -> Any:
        self.repeats, self.shape = repeats, x.shape
        return np.tile(x, repeats)

    def backward(self, grad: Value) -> Value:
        padded = (1,) * (len(self.repeats) - len(self.shape)) + self.shape
        if 0 in self.repeats:
            return zeros_for(grad, self.shape)
        tiles = [n for pair in zip(self.repeats, padded, strict=True) for n in pair]
        kept = [n for size in padded for n in (1, size)]
        return reshape(sum_to(reshape(grad, tiles), tuple(kept)), self.shape)


def repeat(x: Value, *sizes: Any) -> Value:
    """A copy tiled `sizes` times along each dimension; there may be new leading ones."""
    repeats = sizes_of(sizes)
    if len(repeats) < x.ndim:
        raise RuntimeError(
            "Number of dimensions of repeat dims can not be smaller than number of dimensions of "
            "tensor"
        )
    for d, n in enumerate(repeats):
        if n < 0:
            raise RuntimeError(
                f"Repeats cannot be negative, found {n} at index {d} of {list(repeats)}"
            )
    return RepeatBackward0.apply(x, repeats=repeats)
