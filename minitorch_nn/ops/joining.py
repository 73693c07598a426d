"""Tensors joined and taken apart: cat, stack, hstack, block_diag, split, unbind, tensor_split.

Joining copies; taking apart gives views. Each is the other's derivative.

PyTorch: aten/src/ATen/native/TensorShape.cpp; tools/autograd/derivatives.yaml.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import TensorBase, Value
from ..dtypes import promote_numpy, title
from .broadcasting import View
from .dims import ints, wrap_dim
from .operands import array_of
from .parts import SliceBackward0
from .shape import reshape, unsqueeze, view, zeros_for
from .signatures import numpy_names


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


class BlockDiagBackward0(Node):
    """y = the matrices along the diagonal of a larger one, zeros around them;  each gets its block
    of dL/dy. PyTorch: derivatives.yaml, block_diag.
    """

    __slots__ = ("blocks",)

    def forward(self, *xs: Any) -> Any:
        matrices = [np.atleast_2d(x) for x in xs]
        heights, widths = zip(*[m.shape for m in matrices], strict=True)
        out = np.zeros((sum(heights), sum(widths)), _common_dtype(xs))
        self.blocks = []
        top = left = 0
        for x, m in zip(xs, matrices, strict=True):
            below, right = top + m.shape[0], left + m.shape[1]
            self.blocks.append((x.shape, slice(top, below), slice(left, right)))
            out[top:below, left:right] = m
            top, left = below, right
        return out

    def backward(self, grad: Value) -> tuple[Value, ...]:
        return tuple([reshape(grad[rows, columns], shape) for shape, rows, columns in self.blocks])


def expect_tensors(tensors: Any, name: str) -> list[Any]:
    """The tensors of a list. TypeError for what is no list, RuntimeError for an empty one."""
    if not isinstance(tensors, (list, tuple)):
        raise TypeError(
            f"{name}(): argument 'tensors' (position 1) must be tuple of Tensors, not "
            f"{type(tensors).__name__}"
        )
    if not tensors:
        raise RuntimeError(f"{name} expects a non-empty TensorList")
    for i, x in enumerate(tensors):
        if not isinstance(x, (TensorBase, np.ndarray, np.generic)):
            raise TypeError(
                f"expected Tensor as element {i} in argument 0, but got {type(x).__name__}"
            )
    return list(tensors)


@numpy_names
def cat(tensors: Sequence[Value], dim: int = 0) -> Value:
    """The tensors one after another along an existing dimension.

    RuntimeError if their other dimensions differ. Empty 1-D tensors are skipped, as in PyTorch.
    """
    if isinstance(tensors, (list, tuple)) and not tensors:
        raise ValueError("torch.cat(): expected a non-empty list of Tensors")
    xs = expect_tensors(tensors, "cat")
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


concat = concatenate = cat


def stack(tensors: Sequence[Value], dim: int = 0) -> Value:
    """The tensors as slices of a new dimension. RuntimeError if their shapes differ."""
    xs = expect_tensors(tensors, "stack")
    for i, x in enumerate(xs):
        if tuple(x.shape) != tuple(xs[0].shape):
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {list(xs[0].shape)} at entry "
                f"0 and {list(x.shape)} at entry {i}"
            )
    return StackBackward0.apply(*xs, dim=wrap_dim(dim, xs[0].ndim + 1))


def atleast_1d(*tensors: Any) -> Any:
    """Numbers become vectors of one element; all others pass. One tensor, or a tuple of them."""
    return _each(lambda x: x if x.ndim else view(x, (1,)), tensors)


def atleast_2d(*tensors: Any) -> Any:
    """Numbers and vectors become matrices of one row. One tensor, or a tuple of them."""
    return _each(_as_2d, tensors)


def atleast_3d(*tensors: Any) -> Any:
    """Numbers, vectors and matrices become three-dimensional: a vector (1, n, 1), a matrix
    (n, m, 1). One tensor, or a tuple of them."""
    return _each(_as_3d, tensors)


def _as_2d(x: Value) -> Value:
    return x if x.ndim > 1 else unsqueeze(x, 0) if x.ndim else view(x, (1, 1))


def _as_3d(x: Value) -> Value:
    if x.ndim == 0:
        return view(x, (1, 1, 1))
    return x if x.ndim > 2 else unsqueeze(_as_2d(x), -1)


def _each(function: Callable[[Value], Value], tensors: tuple[Any, ...]) -> Any:
    """The function of the one tensor; else a tuple of its results for several, or for a list."""
    if len(tensors) != 1:
        return tuple([function(x) for x in tensors])
    (only,) = tensors
    return tuple([function(x) for x in only]) if isinstance(only, (list, tuple)) else function(only)


def hstack(tensors: Sequence[Value]) -> Value:
    """Side by side: joined along dimension 1, vectors along their only one."""
    xs = list(atleast_1d(expect_tensors(tensors, "hstack")))
    return cat(xs, 0 if xs[0].ndim == 1 else 1)


def vstack(tensors: Sequence[Value]) -> Value:
    """One below the other: joined along dimension 0, each vector a row."""
    return cat(atleast_2d(expect_tensors(tensors, "vstack")), 0)


row_stack = vstack


def dstack(tensors: Sequence[Value]) -> Value:
    """One behind the other: joined along dimension 2."""
    return cat(atleast_3d(expect_tensors(tensors, "dstack")), 2)


def column_stack(tensors: Sequence[Value]) -> Value:
    """Side by side, each vector a column."""
    xs = expect_tensors(tensors, "column_stack")
    columns = [view(x, (array_of(x).size, 1)) if x.ndim < 2 else x for x in xs]
    return cat(columns, 1)


def block_diag(*tensors: Value) -> Value:
    """Matrices (or vectors, as rows) along the diagonal of a larger one, zeros around them."""
    xs = expect_tensors(tensors, "block_diag")
    for i, x in enumerate(xs):
        if x.ndim > 2:
            raise RuntimeError(
                "torch.block_diag: Input tensors must have 2 or fewer dimensions. Input "
                f"{i} has {x.ndim} dimensions"
            )
    return BlockDiagBackward0.apply(*xs)


# --- taking apart ----------------------------------------------------------------------------


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
        shape = self.result_shape
        return stack([zeros_for(known, shape) if g is None else g for g in grads], self.dim)


class UnsafeSplitBackward0(SplitBackward0):
    """As split, where each part counts as a tensor of its own. PyTorch: unsafe_split.Tensor."""

    __slots__ = ()
    wrap = Node.wrap


class UnsafeSplitWithSizesBackward0(UnsafeSplitBackward0):
    """Stretches of given sizes. PyTorch: derivatives.yaml, unsafe_split_with_sizes."""

    __slots__ = ()


def split(tensor: Value, split_size_or_sections: int | Sequence[int], dim: int = 0) -> Any:
    """Stretches of one size (the last may be shorter), or of the given sizes; views."""
    if not isinstance(split_size_or_sections, int):
        return split_with_sizes(tensor, split_size_or_sections, dim)
    d, sizes = _even_sizes(tensor, split_size_or_sections, dim)
    return SplitBackward0.apply(tensor, sizes=sizes, dim=d)


def split_with_sizes(input: Value, split_sizes: Sequence[int], dim: int = 0) -> Any:
    """Stretches of the given sizes; views. RuntimeError unless they sum up to the dimension's."""
    d, sizes = _given_sizes(input, split_sizes, dim)
    return SplitWithSizesBackward0.apply(input, sizes=sizes, dim=d)


def unsafe_split(input: Value, split_size: int, dim: int = 0) -> Any:
    """As `split`, but in-place operations on the parts are not refused; do none."""
    d, sizes = _even_sizes(input, split_size, dim)
    return UnsafeSplitBackward0.apply(input, sizes=sizes, dim=d)


def unsafe_split_with_sizes(input: Value, split_sizes: Sequence[int], dim: int = 0) -> Any:
    """As `split_with_sizes`, but in-place operations on the parts are not refused; do none."""
    d, sizes = _given_sizes(input, split_sizes, dim)
    return UnsafeSplitWithSizesBackward0.apply(input, sizes=sizes, dim=d)


def _even_sizes(x: Value, size: int, dim: int) -> tuple[int, list[int]]:
    d = wrap_dim(dim, x.ndim)
    if x.ndim == 0:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    total = x.shape[d]
    if size < 0:
        raise RuntimeError(f"split expects split_size be non-negative, but got split_size={size}")
    if size == 0 and total:
        raise RuntimeError(
            f"split_size can only be 0 if dimension size is 0, but got dimension size of {total}"
        )
    return d, [min(size, total - i) for i in range(0, total, size)] if total else [0]


def _given_sizes(x: Value, split_sizes: Sequence[int], dim: int) -> tuple[int, list[int]]:
    sizes = list(ints(split_sizes, "split_with_sizes", "split_sizes"))
    d = wrap_dim(dim, x.ndim)
    if x.ndim == 0:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    if sum(sizes) != x.shape[d] or min(sizes, default=0) < 0:
        raise RuntimeError(
            "split_with_sizes expects split_sizes to sum exactly to "
            f"{x.shape[d]} (input tensor's size at dimension {d}), but got split_sizes={sizes}"
        )
    return d, sizes


def chunk(input: Value, chunks: int, dim: int = 0) -> Any:
    """At most `chunks` stretches of equal size, the last perhaps shorter; views."""
    size = _chunk_size(input, chunks, dim)
    return split(input, size, dim) if size else split_with_sizes(input, [0] * chunks, dim)


def unsafe_chunk(input: Value, chunks: int, dim: int = 0) -> Any:
    """As `chunk`, but in-place operations on the parts are not refused; do none."""
    size = _chunk_size(input, chunks, dim)
    if size:
        return unsafe_split(input, size, dim)
    return unsafe_split_with_sizes(input, [0] * chunks, dim)


def _chunk_size(x: Value, chunks: int, dim: int) -> int:
    if x.ndim == 0:
        raise RuntimeError("chunk expects at least a 1-dimensional tensor")
    if chunks <= 0:
        raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    return -(-x.shape[wrap_dim(dim, x.ndim)] // chunks)


def unbind(input: Value, dim: int = 0) -> Any:
    """The slices along `dim`, which they lose; views."""
    d = wrap_dim(dim, input.ndim)
    if input.ndim == 0:
        raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    return UnbindBackward0.apply(input, dim=d)


def tensor_split(input: Value, indices_or_sections: Any, dim: int = 0) -> tuple[Value, ...]:
    """Stretches of almost equal sizes, or cut before the given indices; views.

    PyTorch: TensorShape.cpp (tensor_split).
    """
    if input.ndim == 0:
        raise RuntimeError(
            "tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims"
        )
    d = wrap_dim(dim, input.ndim)
    cuts = indices_or_sections
    if isinstance(cuts, TensorBase):
        cuts = _numbers_of(cuts)
    size = input.shape[d]
    if isinstance(cuts, int):
        if cuts <= 0:
            raise RuntimeError(f"number of sections must be larger than 0, got {cuts}")
        small, larger = divmod(size, cuts)  # the first `larger` parts have one element more
        cuts = [i * small + min(i, larger) for i in range(1, cuts)]
    bounds = [0, *cuts, size]
    return tuple(
        [
            SliceBackward0.apply(input, dim=d, part=slice(start, stop))
            for start, stop in pairwise(bounds)
        ]
    )


def _numbers_of(cuts: Any) -> Any:
    array = cuts.array
    if array.ndim > 1:
        raise RuntimeError(
            "tensor_split expected tensor_indices_or_sections to be a zero-dimensional or "
            f"one-dimensional tensor, but got a tensor with {array.ndim} dims"
        )
    if array.dtype != np.int64:
        raise RuntimeError(
            "tensor_split expected tensor_indices_or_sections to have dtype of long, but got "
            f"{title(array.dtype)}"
        )
    return array.tolist()


def hsplit(input: Value, indices_or_sections: Any) -> tuple[Value, ...]:
    """Cut into equal parts, or before the given indices, along dimension 1; a vector along its
    only one; views."""
    return _split_along("hsplit", input, indices_or_sections, 0 if input.ndim == 1 else 1, 1)


def vsplit(input: Value, indices_or_sections: Any) -> tuple[Value, ...]:
    """Cut into equal parts, or before the given indices, along dimension 0; views."""
    return _split_along("vsplit", input, indices_or_sections, 0, 2)


def dsplit(input: Value, indices_or_sections: Any) -> tuple[Value, ...]:
    """Cut into equal parts, or before the given indices, along dimension 2; views."""
    return _split_along("dsplit", input, indices_or_sections, 2, 3)


def _split_along(name: str, x: Value, cuts: Any, dim: int, least: int) -> tuple[Value, ...]:
    if x.ndim < least:
        raise RuntimeError(
            f"torch.{name} requires a tensor with at least {least} dimension, but got a tensor "
            f"with {x.ndim} dimensions!"
        )
    if isinstance(cuts, int) and (not cuts or x.shape[dim] % cuts):
        raise RuntimeError(
            f"torch.{name} attempted to split along dimension {dim}, but the size of the dimension "
            f"{x.shape[dim]} is not divisible by the split_size {cuts}!"
        )
    if not isinstance(cuts, int):
        cuts = ints(cuts, name, "indices")
    return tensor_split(x, cuts, dim)
