"""The same elements in another shape or another dtype: view, reshape, transpose, squeeze.

A reshape is a view where strides allow it and a copy where they do not; `view` insists on the
first. The names in the graph tell which it was: ViewBackward0, or UnsafeViewBackward0 over
CloneBackward0.

PyTorch: aten/src/ATen/native/TensorShape.cpp; tools/autograd/derivatives.yaml.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import TensorBase, Value
from ..dtypes import title
from .broadcasting import View, expand


def wrap_dim(dim: int, ndim: int) -> int:
    """A dimension counted from the end made positive. IndexError outside the range."""
    bound = max(ndim, 1)  # a 0-d tensor accepts 0 and -1
    if not -bound <= dim < bound:
        raise IndexError(
            f"Dimension out of range (expected to be in range of [{-bound}, {bound - 1}], "
            f"but got {dim})"
        )
    return dim % bound


def wrap_dims(dims: int | Sequence[int], ndim: int) -> tuple[int, ...]:
    """Several dimensions made positive. RuntimeError if one appears twice."""
    wrapped = tuple(wrap_dim(d, ndim) for d in ([dims] if isinstance(dims, int) else dims))
    for d in wrapped:
        if wrapped.count(d) > 1:
            raise RuntimeError(f"dim {d} appears multiple times in the list of dims")
    return wrapped


def sizes_of(sizes: tuple[Any, ...]) -> tuple[int, ...]:
    """`f(2, 3)` and `f((2, 3))` mean the same."""
    if len(sizes) == 1 and isinstance(sizes[0], (list, tuple)):
        return tuple(int(s) for s in sizes[0])
    return tuple(int(s) for s in sizes)


def infer_size(sizes: tuple[int, ...], count: int) -> tuple[int, ...]:
    """Fills in a -1. RuntimeError, as PyTorch's, where `count` elements cannot have this shape."""
    if sizes.count(-1) > 1:
        raise RuntimeError("only one dimension can be inferred")
    for d, size in enumerate(sizes):
        if size < -1:
            raise RuntimeError(
                f"invalid shape dimension {size} at index {d} of shape {list(sizes)}"
            )
    known = prod(s for s in sizes if s != -1)
    if -1 in sizes and known == 0 and count == 0:
        raise RuntimeError(
            f"cannot reshape tensor of 0 elements into shape {list(sizes)} because the unspecified "
            "dimension size -1 can be any value and is ambiguous"
        )
    if (count % known if known else count) if -1 in sizes else known != count:
        raise RuntimeError(f"shape '{list(sizes)}' is invalid for input of size {count}")
    return tuple(count // known if s == -1 else s for s in sizes)


# --- views -----------------------------------------------------------------------------------


def as_view(array: Any, shape: tuple[int, ...]) -> Any:
    """The array in another shape without a copy, or None where its strides do not allow that."""
    out = array.reshape(shape)
    if array.flags.c_contiguous or not array.size or np.may_share_memory(out, array):
        return out
    return None


class ViewBackward0(View):
    """y = x in another shape of as many elements;  dL/dx = reshape(dL/dy, x.shape).

    PyTorch: derivatives.yaml, view.
    """

    __slots__ = ("shape",)

    def forward(self, x: Any, *, shape: tuple[int, ...]) -> Any:
        self.shape = x.shape
        out = as_view(x, shape)
        if out is None:
            raise RuntimeError(
                "view size is not compatible with input tensor's size and stride (at least one "
                "dimension spans across two contiguous subspaces). Use .reshape(...) instead."
            )
        return out

    def backward(self, grad: Value) -> Value:
        return reshape(grad, self.shape)


class ReshapeAliasBackward0(ViewBackward0):
    """A view of a tensor that is not contiguous, made by reshape. PyTorch: _reshape_alias."""

    __slots__ = ()


class UnsafeViewBackward0(Node):
    """As view, of memory that no one else holds: the result counts as a tensor of its own.

    PyTorch: derivatives.yaml, _unsafe_view.
    """

    __slots__ = ("shape",)

    def forward(self, x: Any, *, shape: tuple[int, ...]) -> Any:
        self.shape = x.shape
        return x.reshape(shape)

    def backward(self, grad: Value) -> Value:
        return reshape(grad, self.shape)


class CloneBackward0(Node):
    """y = a copy of x;  dL/dx = dL/dy. PyTorch: derivatives.yaml, clone."""

    __slots__ = ()

    def forward(self, x: Any, *, order: str) -> Any:
        return np.array(x, order=order)  # type: ignore[call-overload]

    def backward(self, grad: Value) -> Value:
        return grad


class AliasBackward0(View):
    """y = x, as another tensor on the same memory. PyTorch: derivatives.yaml, alias."""

    __slots__ = ()

    def forward(self, x: Any) -> Any:
        return x.view()

    def backward(self, grad: Value) -> Value:
        return grad


def clone(x: Value) -> Value:
    """A copy that gradients flow through. Dense strides are kept, others become contiguous."""
    array = x.array if isinstance(x, TensorBase) else x
    return CloneBackward0.apply(x, order="K" if is_dense(array) else "C")


def is_dense(array: Any) -> bool:
    """Whether the elements fill their memory without gap or overlap, in any order."""
    expected = array.itemsize
    for stride, size in sorted(zip(array.strides, array.shape, strict=True)):
        if size == 1:
            continue
        if stride != expected:
            return False
        expected *= size
    return True


def contiguous(x: Value) -> Value:
    """`x` itself if its elements lie in row-major order, else a copy in which they do."""
    array = x.array if isinstance(x, TensorBase) else x
    return x if array.flags.c_contiguous else CloneBackward0.apply(x, order="C")


def view(x: Value, *sizes: Any) -> Value:
    """`x` in another shape, sharing memory; -1 is inferred.

    RuntimeError if the count of elements differs or the strides do not allow a view.
    """
    shape = infer_size(sizes_of(sizes), x.size if isinstance(x, np.ndarray) else x.array.size)
    return ViewBackward0.apply(x, shape=shape)


def reshape(x: Value, *sizes: Any) -> Value:
    """As `view` where that is possible, else a copy."""
    if not isinstance(x, TensorBase):
        return np.reshape(x, sizes_of(sizes))
    shape = infer_size(sizes_of(sizes), x.array.size)
    if x.array.flags.c_contiguous:
        return ViewBackward0.apply(x, shape=shape)
    if as_view(x.array, shape) is not None:
        return ReshapeAliasBackward0.apply(x, shape=shape)
    return UnsafeViewBackward0.apply(CloneBackward0.apply(x, order="C"), shape=shape)


def flatten(x: Value, start_dim: int = 0, end_dim: int = -1) -> Value:
    """Joins the dimensions from start_dim to end_dim into one. A 0-d tensor gets one dimension."""
    start, end = wrap_dim(start_dim, x.ndim), wrap_dim(end_dim, x.ndim)
    if start > end:
        raise RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")
    if x.ndim == 0:
        return reshape(x, (1,))
    if start == end:
        return x
    joined = prod(x.shape[start : end + 1])
    return reshape(x, (*x.shape[:start], joined, *x.shape[end + 1 :]))


def ravel(x: Value) -> Value:
    """All elements in one dimension: a view of a contiguous tensor, else of a copy."""
    return view(contiguous(x), (-1,))


def unflatten(x: Value, dim: int, sizes: Sequence[int]) -> Value:
    """Splits one dimension into several; one of them may be -1."""
    d = wrap_dim(dim, x.ndim)
    if not sizes:
        raise RuntimeError("unflatten: sizes must be non-empty")
    known = prod(s for s in sizes if s != -1)
    if (-1 in sizes and (not known or x.shape[d] % known)) or (
        -1 not in sizes and known != x.shape[d]
    ):
        raise RuntimeError(
            f"unflatten: Provided sizes {list(sizes)} don't multiply up to the size of dim {d} "
            f"({x.shape[d]}) in the input tensor"
        )
    full = tuple(x.shape[d] // known if s == -1 else s for s in sizes)
    return view(x, (*x.shape[:d], *full, *x.shape[d + 1 :]))


class TransposeBackward0(View):
    """y = x with two dimensions exchanged;  dL/dx = dL/dy exchanged back.

    PyTorch: derivatives.yaml, transpose.int.
    """

    __slots__ = ("dims",)

    def forward(self, x: Any, *, dims: tuple[int, int]) -> Any:
        self.dims = dims
        return x.swapaxes(*dims) if x.ndim else x.view()

    def backward(self, grad: Value) -> Value:
        return transpose(grad, *self.dims)


class TBackward0(View):
    """y = xᵀ for a matrix, x for less. PyTorch: derivatives.yaml, t."""

    __slots__ = ()

    def forward(self, x: Any) -> Any:
        return x.T

    def backward(self, grad: Value) -> Value:
        return t(grad)


class PermuteBackward0(View):
    """y = x with its dimensions in another order. PyTorch: derivatives.yaml, permute."""

    __slots__ = ("dims",)

    def forward(self, x: Any, *, dims: tuple[int, ...]) -> Any:
        self.dims = dims
        return x.transpose(dims)

    def backward(self, grad: Value) -> Value:
        back = sorted(range(len(self.dims)), key=self.dims.__getitem__)
        return PermuteBackward0.apply(grad, dims=tuple(back))


def transpose(x: Value, dim0: int, dim1: int) -> Value:
    """`x` with two dimensions exchanged; a view."""
    return TransposeBackward0.apply(x, dims=(wrap_dim(dim0, x.ndim), wrap_dim(dim1, x.ndim)))


swapaxes = transpose


def t(x: Value) -> Value:
    """The transpose of a matrix; a view. RuntimeError for more than two dimensions."""
    if x.ndim > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {x.ndim}D")
    return TBackward0.apply(x)


def permute(x: Value, *dims: Any) -> Value:
    """`x` with its dimensions in the order `dims`; a view."""
    order = sizes_of(dims)
    if len(order) != x.ndim:
        raise RuntimeError(
            "permute(sparse_coo): number of dimensions in the tensor input does not match the "
            f"length of the desired ordering of dimensions i.e. input.dim() = {x.ndim} is not "
            f"equal to len(dims) = {len(order)}"
        )
    wrapped = tuple(wrap_dim(d, x.ndim) for d in order)
    if len(set(wrapped)) != len(wrapped):
        raise RuntimeError("permute(): duplicate dims are not allowed.")
    return PermuteBackward0.apply(x, dims=wrapped)


def movedim(x: Value, source: int | Sequence[int], destination: int | Sequence[int]) -> Value:
    """`x` with some dimensions moved to other places, the rest keeping their order; a view."""
    sources = wrap_dims(source, x.ndim)
    destinations = wrap_dims(destination, x.ndim)
    if len(sources) != len(destinations):
        raise RuntimeError(
            "movedim: Invalid source or destination dims: source "
            f"({list(sources)} dims) should contain the same number of dims as destination "
            f"({list(destinations)} dims)"
        )
    rest = iter([d for d in range(x.ndim) if d not in sources])
    to = dict(zip(destinations, sources, strict=True))
    return permute(x, [to[d] if d in to else next(rest) for d in range(x.ndim)])


class UnsqueezeBackward0(View):
    """y = x with a dimension of size 1 put in. PyTorch: derivatives.yaml, unsqueeze."""

    __slots__ = ("dim",)

    def forward(self, x: Any, *, dim: int) -> Any:
        self.dim = dim
        return np.expand_dims(x, dim)

    def backward(self, grad: Value) -> Value:
        return squeeze(grad, self.dim)


class SqueezeBackward0(View):
    """y = x without dimensions of size 1: all, one (Squeeze1) or some (Squeeze2) of them.

    PyTorch: derivatives.yaml, squeeze, squeeze.dim, squeeze.dims.
    """

    __slots__ = ("shape",)

    def forward(self, x: Any, *, dims: tuple[int, ...]) -> Any:
        self.shape = x.shape
        return x.squeeze(dims)

    def backward(self, grad: Value) -> Value:
        return reshape(grad, self.shape)


class SqueezeBackward1(SqueezeBackward0):
    """One dimension. PyTorch: derivatives.yaml, squeeze.dim."""

    __slots__ = ()


class SqueezeBackward4(SqueezeBackward0):
    """One dimension, in place: what matmul does to its own result.

    PyTorch: derivatives.yaml, squeeze_.dim.
    """

    __slots__ = ()


class SqueezeBackward2(SqueezeBackward0):
    """Several dimensions. PyTorch: derivatives.yaml, squeeze.dims."""

    __slots__ = ()


def unsqueeze(x: Value, dim: int) -> Value:
    """`x` with a dimension of size 1 at `dim`; a view."""
    return UnsqueezeBackward0.apply(x, dim=wrap_dim(dim, x.ndim + 1))


def squeeze(x: Value, dim: int | Sequence[int] | None = None) -> Value:
    """`x` without its dimensions of size 1, or without those in `dim` if they are; a view."""
    node: type[SqueezeBackward0] = SqueezeBackward0
    if dim is None:
        dims: tuple[int, ...] = tuple(range(x.ndim))
    else:
        node = SqueezeBackward1 if isinstance(dim, int) else SqueezeBackward2
        dims = wrap_dims(dim, x.ndim) if x.ndim else ()
    return node.apply(x, dims=tuple(d for d in dims if x.shape[d] == 1))


def zeros_for(like: Value, shape: tuple[int, ...]) -> Value:
    """Zeros of `like`'s kind (tensor or array) and dtype."""
    if isinstance(like, TensorBase):
        return like.new(np.zeros(shape, like.array.dtype))
    return np.zeros(shape, like.dtype)


class ToCopyBackward0(Node):
    """y = x in another dtype;  dL/dx = dL/dy in x's. PyTorch: derivatives.yaml, _to_copy."""

    __slots__ = ("own",)

    def forward(self, x: Any, *, to: Any) -> Any:
        self.own = x.dtype
        return x.astype(to)

    def backward(self, grad: Value) -> Value:
        return to_dtype(grad, self.own)


def to_dtype(x: Value, to: Any) -> Value:
    """`x` in the NumPy dtype `to`, a copy; `x` itself if it has it already."""
    own = x.array.dtype if isinstance(x, TensorBase) else x.dtype
    return x if own == to else ToCopyBackward0.apply(x, to=to)


def broadcast_to(x: Value, shape: Sequence[int]) -> Value:
    """As `expand`, PyTorch's second name for it."""
    return expand(x, tuple(shape))


def explain_cast(own: Any, to: Any) -> RuntimeError | None:
    """Why an in-place operation cannot store `own` in a tensor of `to`, or None if it can."""
    order = {"b": 0, "u": 1, "i": 1, "f": 2}
    if order[own.kind] <= order[to.kind]:
        return None
    return RuntimeError(
        f"result type {title(own)} can't be cast to the desired output type {title(to)}"
    )
