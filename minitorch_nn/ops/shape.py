"""The same elements in another shape or another dtype: view, reshape, transpose, squeeze.

A reshape is a view where strides allow it and a copy where they do not; `view` insists on the
first. The names in the graph tell which it was: ViewBackward0, or UnsafeViewBackward0 over
CloneBackward0.

PyTorch: aten/src/ATen/native/TensorShape.cpp; tools/autograd/derivatives.yaml.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import TensorBase, Value
from ..dtypes import title
from ..layout import arranged, contiguous_format, lies_in, memory_format, preserve_format
from .broadcasting import View, expand
from .dims import as_tuple, infer_size, ints, is_one, wrap_dim, wrap_dims

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

    def forward(self, x: Any, *, order: memory_format) -> Any:
        return arranged(x, order)

    def backward(self, grad: Value) -> Value:
        return grad


class AliasBackward0(View):
    """y = x, as another tensor on the same memory. PyTorch: derivatives.yaml, alias."""

    __slots__ = ()

    def forward(self, x: Any) -> Any:
        return x.view()

    def backward(self, grad: Value) -> Value:
        return grad


def clone(input: Value, *, memory_format: memory_format = preserve_format) -> Value:
    """A copy that gradients flow through. Dense strides are kept, others become contiguous, unless
    another memory_format is asked for."""
    return CloneBackward0.apply(input, order=memory_format)


def contiguous(input: Value, memory_format: memory_format = contiguous_format) -> Value:
    """`input` itself if its elements lie in row-major order (or in another memory_format), else a
    copy in which they do."""
    array = input.array if isinstance(input, TensorBase) else input
    if lies_in(array, memory_format):
        return input
    return CloneBackward0.apply(input, order=memory_format)


def view(input: Value, size: Sequence[int]) -> Value:
    """`input` in another shape, sharing memory; -1 is inferred.

    RuntimeError if the count of elements differs or the strides do not allow a view.
    """
    count = input.size if isinstance(input, np.ndarray) else input.array.size
    return ViewBackward0.apply(input, shape=infer_size(ints(size, "view", "size"), count))


def reshape(input: Value, shape: Sequence[int]) -> Value:
    """As `view` where that is possible, else a copy."""
    if not isinstance(input, TensorBase):
        return np.reshape(input, shape)
    full = infer_size(ints(shape, "reshape", "shape"), input.array.size)
    if input.array.flags.c_contiguous:
        return ViewBackward0.apply(input, shape=full)
    if as_view(input.array, full) is not None:
        return ReshapeAliasBackward0.apply(input, shape=full)
    return UnsafeViewBackward0.apply(
        CloneBackward0.apply(input, order=contiguous_format), shape=full
    )


def flatten(input: Value, start_dim: int = 0, end_dim: int = -1) -> Value:
    """Joins the dimensions from start_dim to end_dim into one. A 0-d tensor gets one dimension."""
    start, end = wrap_dim(start_dim, input.ndim), wrap_dim(end_dim, input.ndim)
    if start > end:
        raise RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")
    if input.ndim == 0:
        return reshape(input, (1,))
    if start == end:
        return input
    joined = prod(input.shape[start : end + 1])
    return reshape(input, (*input.shape[:start], joined, *input.shape[end + 1 :]))


def ravel(input: Value) -> Value:
    """All elements in one dimension: a view of a contiguous tensor, else of a copy."""
    return view(contiguous(input), (-1,))


def unflatten(input: Value, dim: int, sizes: Sequence[int]) -> Value:
    """Splits one dimension into several; one of them may be -1."""
    d = wrap_dim(dim, input.ndim)
    parts = ints(sizes, "unflatten", "sizes")
    if not parts:
        raise RuntimeError("unflatten: sizes must be non-empty")
    size, known = input.shape[d], prod(s for s in parts if s != -1)
    if (size % known if known else -1) if -1 in parts else known != size:
        raise RuntimeError(
            f"unflatten: Provided sizes {list(parts)} don't multiply up to the size of dim {d} "
            f"({size}) in the input tensor"
        )
    full = [size // known if s == -1 else s for s in parts]
    return view(input, (*input.shape[:d], *full, *input.shape[d + 1 :]))


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


class TransposeBackward1(TransposeBackward0):
    """In place: what quantile does to its own result. PyTorch: derivatives.yaml, transpose_."""

    __slots__ = ()


class TBackward0(View):
    """y = xᵀ for a matrix, x for less. PyTorch: derivatives.yaml, t."""

    __slots__ = ()

    def forward(self, x: Any) -> Any:
        return x.T

    def backward(self, grad: Value) -> Value:
        return t(grad)


class TBackward1(TBackward0):
    """In place. PyTorch: derivatives.yaml, t_."""

    __slots__ = ()


class PermuteBackward0(View):
    """y = x with its dimensions in another order. PyTorch: derivatives.yaml, permute."""

    __slots__ = ("dims",)

    def forward(self, x: Any, *, dims: tuple[int, ...]) -> Any:
        self.dims = dims
        return x.transpose(dims)

    def backward(self, grad: Value) -> Value:
        back = sorted(range(len(self.dims)), key=self.dims.__getitem__)
        return PermuteBackward0.apply(grad, dims=tuple(back))


def transpose(input: Value, dim0: int, dim1: int) -> Value:
    """`input` with two dimensions exchanged; a view."""
    dims = wrap_dim(dim0, input.ndim), wrap_dim(dim1, input.ndim)
    return TransposeBackward0.apply(input, dims=dims)


swapdims = transpose


def swapaxes(input: Value, axis0: int, axis1: int) -> Value:
    """As `transpose`, NumPy's name for it."""
    return transpose(input, axis0, axis1)


def t(input: Value) -> Value:
    """The transpose of a matrix; a view. RuntimeError for more than two dimensions."""
    if input.ndim > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {input.ndim}D")
    return TBackward0.apply(input) if isinstance(input, TensorBase) else input.T


def numpy_T(input: Value) -> Value:
    """x.T: the dimensions in reverse order, as NumPy has it; a view."""
    if input.ndim == 0:
        _warn_of_0d("T")
    elif input.ndim != 2:
        warnings.warn(
            "The use of `x.T` on tensors of dimension other than 2 to reverse their shape is "
            "deprecated and it will throw an error in a future release. Consider `x.mT` to "
            "transpose batches of matrices or `x.permute(*torch.arange(x.ndim - 1, -1, -1))` to "
            "reverse the dimensions of a tensor.",
            UserWarning,
            stacklevel=3,
        )
    return permute(input, tuple(reversed(range(input.ndim))))


def matrix_H(input: Value) -> Value:
    """x.H: the transpose of a matrix (conjugated, were there complex numbers); a view."""
    if input.ndim not in (0, 2):
        advice = " For batches of matrices, consider using tensor.mH" if input.ndim > 2 else ""
        raise RuntimeError(
            "tensor.H is only supported on matrices (2-D tensors). Got "
            f"{input.ndim}-D tensor.{advice}"
        )
    return _matrix_transpose(input, "H")


def mT(input: Value) -> Value:
    """x.mT: every matrix of a batch transposed; a view."""
    return _matrix_transpose(input, "mT")


def mH(input: Value) -> Value:
    """x.mH: every matrix of a batch transposed (conjugated, were there complex numbers); a view."""
    return _matrix_transpose(input, "mH")


def adjoint(input: Value) -> Value:
    """As x.mH; a view."""
    return _matrix_transpose(input, "adjoint()")


def _matrix_transpose(x: Value, name: str) -> Value:
    if x.ndim == 0:
        _warn_of_0d(name)
        return x
    if x.ndim == 1:
        raise RuntimeError(
            f"tensor.{name} is only supported on matrices or batches of matrices. Got 1-D tensor."
        )
    return transpose(x, -2, -1)


def _warn_of_0d(name: str) -> None:
    warnings.warn(
        f"Tensor.{name} is deprecated on 0-D tensors. This function is the identity in these "
        "cases.",
        UserWarning,
        stacklevel=4,
    )


def permute(input: Value, dims: Sequence[int]) -> Value:
    """`input` with its dimensions in the order `dims`; a view."""
    order = ints(dims, "permute", "dims")
    if len(order) != input.ndim:
        raise RuntimeError(
            "permute(sparse_coo): number of dimensions in the tensor input does not match the "
            f"length of the desired ordering of dimensions i.e. input.dim() = {input.ndim} is not "
            f"equal to len(dims) = {len(order)}"
        )
    wrapped = tuple(wrap_dim(d, input.ndim) for d in order)
    if len(set(wrapped)) != len(wrapped):
        raise RuntimeError("permute(): duplicate dims are not allowed.")
    return PermuteBackward0.apply(input, dims=wrapped)


def movedim(input: Value, source: int | Sequence[int], destination: int | Sequence[int]) -> Value:
    """`input` with some dimensions moved to other places, the rest keeping their order; a view."""
    sources, destinations = list(as_tuple(source)), list(as_tuple(destination))
    if len(sources) != len(destinations):
        raise RuntimeError(
            f"movedim: Invalid source or destination dims: source ({sources} dims) should contain "
            f"the same number of dims as destination ({destinations} dims)"
        )
    taken = _distinct(sources, "source", input)
    places = _distinct(destinations, "destination", input)
    to = dict(zip(places, taken, strict=True))
    rest = iter([d for d in range(input.ndim) if d not in taken])
    return permute(input, [to[d] if d in to else next(rest) for d in range(input.ndim)])


def _distinct(dims: list[int], name: str, x: Value) -> list[int]:
    wrapped = [wrap_dim(d, x.ndim) for d in dims]
    if len(set(wrapped)) != len(wrapped):
        raise RuntimeError(f"movedim: repeated dim in `{name}` ({dims})")
    return wrapped


moveaxis = movedim


class UnsqueezeBackward0(View):
    """y = x with a dimension of size 1 put in. PyTorch: derivatives.yaml, unsqueeze."""

    __slots__ = ("dim",)

    def forward(self, x: Any, *, dim: int) -> Any:
        self.dim = dim
        return np.expand_dims(x, dim)

    def backward(self, grad: Value) -> Value:
        return squeeze(grad, self.dim)


class UnsqueezeBackward1(UnsqueezeBackward0):
    """In place: what quantile does to its own result. PyTorch: derivatives.yaml, unsqueeze_."""

    __slots__ = ()


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


class SqueezeBackward2(SqueezeBackward0):
    """Several dimensions. PyTorch: derivatives.yaml, squeeze.dims."""

    __slots__ = ()


class SqueezeBackward3(SqueezeBackward0):
    """All, in place. PyTorch: derivatives.yaml, squeeze_."""

    __slots__ = ()


class SqueezeBackward4(SqueezeBackward0):
    """One dimension, in place: what matmul does to its own result.

    PyTorch: derivatives.yaml, squeeze_.dim.
    """

    __slots__ = ()


class SqueezeBackward5(SqueezeBackward0):
    """Several dimensions, in place. PyTorch: derivatives.yaml, squeeze_.dims."""

    __slots__ = ()


# PyTorch counts x.t() and x.t_() as two nodes with one derivative.
IN_PLACE: dict[type[Node], type[Node]] = {
    TransposeBackward0: TransposeBackward1,
    TBackward0: TBackward1,
    UnsqueezeBackward0: UnsqueezeBackward1,
    SqueezeBackward0: SqueezeBackward3,
    SqueezeBackward1: SqueezeBackward4,
    SqueezeBackward2: SqueezeBackward5,
}


def unsqueeze(input: Value, dim: int) -> Value:
    """`input` with a dimension of size 1 at `dim`; a view."""
    return UnsqueezeBackward0.apply(input, dim=wrap_dim(dim, input.ndim + 1))


def squeeze(input: Value, dim: int | Sequence[int] | None = None) -> Value:
    """`input` without its dimensions of size 1, or without those in `dim` if they are; a view."""
    node: type[SqueezeBackward0] = SqueezeBackward0
    if dim is None:
        dims: tuple[int, ...] = tuple(range(input.ndim))
    else:
        node = SqueezeBackward1 if is_one(dim) else SqueezeBackward2
        dims = wrap_dims(dim, input.ndim)
    return node.apply(input, dims=tuple(d for d in dims if input.shape[d : d + 1] == (1,)))


def zeros_for(like: Value, shape: tuple[int, ...]) -> Value:
    """Zeros of `like`'s kind (tensor or array) and dtype."""
    if isinstance(like, TensorBase):
        return like.new(np.zeros(shape, like.array.dtype))
    return np.zeros(shape, like.dtype)


class ToCopyBackward0(Node):
    """y = x in another dtype;  dL/dx = dL/dy in x's. PyTorch: derivatives.yaml, _to_copy."""

    __slots__ = ("own",)

    def forward(self, x: Any, *, to: Any, order: memory_format = preserve_format) -> Any:
        self.own = x.dtype
        y = x.astype(to)
        return y if lies_in(y, order) else arranged(y, order)

    def backward(self, grad: Value) -> Value:
        return to_dtype(grad, self.own)


def to_dtype(x: Value, to: Any) -> Value:
    """`x` in the NumPy dtype `to`, a copy; `x` itself if it has it already."""
    own = x.array.dtype if isinstance(x, TensorBase) else x.dtype
    return x if own == to else ToCopyBackward0.apply(x, to=to)


def broadcast_to(input: Value, size: Sequence[int]) -> Value:
    """As `expand`, PyTorch's second name for it."""
    return expand(input, ints(size, "broadcast_to", "size"))


def explain_cast(own: Any, to: Any) -> RuntimeError | None:
    """Why an in-place operation cannot store `own` in a tensor of `to`, or None if it can."""
    order = {"b": 0, "u": 1, "i": 1, "f": 2}
    if order[own.kind] <= order[to.kind]:
        return None
    return RuntimeError(
        f"result type {title(own)} can't be cast to the desired output type {title(to)}"
    )
