"""Copies with something written into them: scatter, index_copy, index_fill, put, masked_scatter,
select_scatter, slice_scatter.

The derivative is the same throughout: what was overwritten gets none, and what was written gets
the gradient of the places where it stands. Their in-place forms are the same nodes.

PyTorch: aten/src/ATen/native/TensorAdvancedIndexing.cpp; tools/autograd/derivatives.yaml.
"""

from __future__ import annotations

import warnings
from typing import Any, ClassVar

import numpy as np

from ..autograd.node import Node
from ..base import TensorBase, Value
from ..dtypes import number, title
from .broadcasting import View, joint_shape, sum_to
from .dims import wrap_dim
from .gathering import (
    gather,
    index_select,
    scatter_dim,
    slices,
    where_and_what,
    without_dim,
)
from .indexing import check_flat_index, masked_select, take
from .operands import array_of, is_number, shape_of
from .parts import EmbedBackward0, SelectBackward0, SliceBackward0, select
from .shape import reshape


class Overwrite(Node):
    """y = x with src written at index;  dL/dx = dL/dy but 0 there,  dL/dsrc = dL/dy there.

    With accumulate=True src is added instead, and dL/dx = dL/dy. What an index is, the kinds of
    Overwrite say: `write` to it, and `read` from it. A number for src has no gradient.
    """

    __slots__ = ("options", "shape")
    saves = ("index",)

    def forward(self, x: Any, src: Any, *, index: Any, **options: Any) -> Any:
        self.options, self.shape = options, shape_of(src)
        self.save_for_backward(index, *(index if isinstance(index, tuple) else ()))
        out = np.array(x, order="C")
        self.write(out, src, index, **options)
        return out

    def backward(self, grad: Value) -> tuple[Value | None, Value | None]:
        need_x, need_src = self.needs_input_grad
        index, *_ = self.saved_tensors
        rest = grad if need_x else None
        if need_x and not self.options.get("accumulate"):
            rest = type(self).apply(grad, 0.0, index=index, **self.options)
        return rest, self.read(grad, index, **self.options) if need_src else None

    def write(self, out: Any, src: Any, *index: Any, **options: Any) -> None:
        raise NotImplementedError

    def read(self, grad: Value, *index: Any, **options: Any) -> Value:
        raise NotImplementedError


class OverwriteByNumber(Node):
    """y = x with a number written at index along dim;  dL/dx = dL/dy but 0 there.

    `with_tensor` is the Overwrite that writes to the same places.
    """

    __slots__ = ("dim",)
    saves = ("index",)
    with_tensor: ClassVar[type[Overwrite]]

    def forward(self, x: Any, *, dim: int, index: Any, value: float) -> Any:
        self.dim = dim
        self.save_for_backward(index)
        return self.with_tensor.apply(x, number(value, x.dtype), dim=dim, index=index)

    def backward(self, grad: Value) -> Value:
        (index,) = self.saved_tensors
        return type(self).apply(grad, dim=self.dim, index=index, value=0.0)


# --- along one dimension ---------------------------------------------------------------------


class ScatterBackward0(Overwrite):
    """An index for every element. PyTorch: derivatives.yaml, scatter.src."""

    __slots__ = ()

    def write(self, out: Any, src: Any, index: Any, *, dim: int) -> None:
        if index.size:
            places, values = where_and_what(dim, index, src)
            np.atleast_1d(out)[places] = values

    def read(self, grad: Value, index: Any, *, dim: int) -> Value:
        return gather(grad, dim, index)


class ScatterBackward1(OverwriteByNumber):
    """An index for every element. PyTorch: derivatives.yaml, scatter.value."""

    __slots__ = ()
    with_tensor = ScatterBackward0


class NotImplementedBackward0(Node):
    """y = x with src added to it, or multiplied with it, at index; PyTorch has no derivative.

    PyTorch: torch/csrc/autograd/functions/basic_ops.h (NotImplemented).
    """

    __slots__ = ()

    def name(self) -> str:
        return "torch::autograd::NotImplemented"

    def forward(self, x: Any, src: Any, *, dim: int, index: Any, reduce: str) -> Any:
        out = np.array(x, order="C")
        if is_number(src):
            src = number(src, x.dtype)
        if index.size:
            combine = np.add if reduce == "add" else np.multiply
            combine.at(np.atleast_1d(out), *where_and_what(dim, index, src))
        return out

    def backward(self, grad: Value) -> Value:
        raise RuntimeError("derivative for aten::scatter is not implemented")


def scatter(
    input: Value,
    dim: int,
    index: Value,
    src: Value | float | None = None,
    *,
    value: float | None = None,
    reduce: str | None = None,
) -> Value:
    """A copy of `input` with elements of `src`, or one number, at the places that `index` names.

    reduce: "add" or "multiply" with what is there; that has no derivative (see scatter_reduce).
    RuntimeError for a wrong dtype, number of dimensions, size or an index out of range.
    """
    given = value if src is None else src
    if not isinstance(given, (int, float, TensorBase, np.ndarray)):
        raise TypeError(
            "scatter() received an invalid combination of arguments: it takes (dim, index, src) "
            f"with a tensor or a number, not {type(given).__name__}"
        )
    by_number = is_number(given)
    d = scatter_dim(input, dim, index, None if by_number else given)
    if reduce is not None:
        if reduce not in ("add", "multiply"):
            raise RuntimeError("reduce argument must be either add or multiply.")
        if not by_number:
            warnings.warn(
                "The reduce argument of torch.scatter with Tensor src is deprecated and will be "
                "removed in a future PyTorch release. Use torch.scatter_reduce instead for more "
                "reduction options.",
                UserWarning,
                stacklevel=3,
            )
        return NotImplementedBackward0.apply(input, given, dim=d, index=index, reduce=reduce)
    if by_number:
        return ScatterBackward1.apply(input, dim=d, index=index, value=given)
    return ScatterBackward0.apply(input, given, dim=d, index=index)


class IndexCopyBackward0(Overwrite):
    """An index for every slice. PyTorch: derivatives.yaml, index_copy."""

    __slots__ = ()

    def write(self, out: Any, src: Any, index: Any, *, dim: int) -> None:
        np.atleast_1d(out)[slices(dim, index)] = src

    def read(self, grad: Value, index: Any, *, dim: int) -> Value:
        return reshape(index_select(grad, dim, index), self.shape)


class IndexFillBackward0(OverwriteByNumber):
    """An index for every slice. PyTorch: derivatives.yaml, index_fill.int_Scalar."""

    __slots__ = ()
    with_tensor = IndexCopyBackward0


class IndexFillBackward1(Overwrite):
    """As IndexFillBackward0, with a 0-d tensor's number: it gets the sum of dL/dy there.

    PyTorch: derivatives.yaml, index_fill.int_Tensor.
    """

    __slots__ = ()
    write = IndexCopyBackward0.write

    def read(self, grad: Value, index: Any, *, dim: int) -> Value:
        once = np.unique(array_of(index) % (grad.shape[dim] if grad.ndim else 1))
        return sum_to(index_select(grad, dim, once), ())


def index_copy(input: Value, dim: int, index: Value, source: Value) -> Value:
    """A copy of `input` with the slices of `source` at the places along `dim` that `index` names.

    RuntimeError or IndexError for types or shapes that do not fit, and for an index out of range.
    """
    x, places, new = array_of(input), array_of(index), array_of(source)
    d = wrap_dim(dim, x.ndim)
    if places.ndim > 1:
        raise IndexError(f"index_copy_(): Index should have dimension 1 or 0 (got {places.ndim})")
    if new.ndim == 0 and places.size != 1:
        raise IndexError(
            "index_copy_(): When source is scalar, index should have one element (got "
            f"{places.size})"
        )
    if x.ndim and new.ndim and x.ndim != new.ndim:
        raise IndexError(
            "index_copy_(): When source and destination are not scalars, their dimensionality must "
            f"match. Source dimensionality ({new.ndim}), destination dimensionality ({x.ndim})"
        )
    if places.dtype != np.int64:
        raise RuntimeError(
            f"index_copy_(): Expected a long tensor for index, but got {title(places.dtype)}"
        )
    if x.dtype != new.dtype:
        raise RuntimeError(
            "index_copy_(): self and source expected to have the same dtype, but got (self) "
            f"{title(x.dtype)} and (source) {title(new.dtype)}"
        )
    own, given = without_dim(x.shape, d), without_dim(new.shape, d)
    if own != given:
        raise RuntimeError(
            "index_copy_(): Source/destination tensor must have same slice shapes. Destination "
            f"slice shape: {_spaced(own)} at dimension {d} and source slice shape: "
            f"{_spaced(given)} at dimension 0."
        )
    if new.ndim and places.size != new.shape[d]:
        raise IndexError(
            f"index_copy_(): Number of indices ({places.size}) should be equal to source.size(dim) "
            f"({new.shape[d]})"
        )
    _check_range("index_copy_(): ", places, 0, x, d)
    return IndexCopyBackward0.apply(input, source, dim=d, index=index)


def _spaced(shape: tuple[int, ...]) -> str:
    return " ".join(map(str, shape))


def _check_range(before: str, places: Any, low: int, x: Any, dim: int) -> None:
    size = x.shape[dim] if x.ndim else 1
    wrong = places[(places < low) | (places >= size)]
    if wrong.size:
        raise IndexError(
            f"{before}index {wrong.flat[0]} is out of bounds for dimension {dim} with size {size}"
        )


def index_fill(input: Value, dim: int, index: Value, value: Any) -> Value:
    """A copy of `input` with one number (or 0-d tensor) in the slices along `dim` that the int64
    `index` names; they may be counted from the end.

    IndexError for an index of another type or out of range.
    """
    x, places = array_of(input), array_of(index)
    d = wrap_dim(dim, x.ndim)
    if np.ndim(array_of(value)):
        raise RuntimeError(
            "index_fill_ only supports a 0-dimensional value tensor, but got tensor with "
            f"{value.ndim} dimension(s)."
        )
    if places.dtype != np.int64:
        raise IndexError("index_fill_(): Expected dtype int64 for index.")
    if places.ndim > 1:
        raise RuntimeError("Index has to be a vector/scalar")
    _check_range("", places, -(x.shape[d] if x.ndim else 1), x, d)
    if isinstance(value, TensorBase):
        return IndexFillBackward1.apply(input, value, dim=d, index=index)
    return IndexFillBackward0.apply(input, dim=d, index=index, value=value)


# --- in the flattened tensor, by a mask ------------------------------------------------------


class PutBackward0(Overwrite):
    """Positions in the flattened tensor. PyTorch: derivatives.yaml, put."""

    __slots__ = ()

    def write(self, out: Any, src: Any, index: Any, *, accumulate: bool) -> None:
        flat, values = out.reshape(-1), np.reshape(src, -1)
        if accumulate:
            np.add.at(flat, index.reshape(-1), values)
        else:
            flat[index.reshape(-1)] = values

    def read(self, grad: Value, index: Any, *, accumulate: bool) -> Value:
        return reshape(take(grad, index), self.shape)


def put(input: Value, index: Value, source: Value, accumulate: bool = False) -> Value:
    """A copy of `input` with the elements of `source` where the int64 `index` points to in the
    flattened tensor, or added there. IndexError for an index out of range."""
    check_flat_index("put_", input, index)
    own, given = array_of(input).dtype, array_of(source).dtype
    if own != given:
        raise RuntimeError(
            "put_(): self and source expected to have the same dtype, but got self.dtype = "
            f"{title(own)} and source.dtype = {title(given)}"
        )
    if array_of(source).size != array_of(index).size:
        raise IndexError(
            "put_(): Expected source and index to have the same number of elements, but got "
            f"source.numel() = {array_of(source).size}, index.numel() = {array_of(index).size}"
        )
    return PutBackward0.apply(input, source, index=index, accumulate=accumulate)


class MaskedScatterBackward0(Overwrite):
    """Where a mask holds, from the first elements of src. PyTorch: masked_scatter."""

    __slots__ = ("own",)
    saves = ("mask",)

    def forward(self, x: Any, src: Any, *, index: Any, **options: Any) -> Any:
        self.own = x.shape
        full = joint_shape(x.shape, index.shape)
        return super().forward(np.broadcast_to(x, full), src, index=index)

    def write(self, out: Any, src: Any, index: Any) -> None:
        mask = np.broadcast_to(index, out.shape)
        out[mask] = np.reshape(src, -1)[: np.count_nonzero(mask)]

    def read(self, grad: Value, index: Any) -> Value:
        picked = masked_select(grad, index)
        size = int(np.prod(self.shape))
        key = (slice(0, picked.shape[0]),)
        return reshape(EmbedBackward0.apply(picked, shape=(size,), key=key), self.shape)

    def backward(self, grad: Value) -> tuple[Value | None, Value | None]:
        rest, to_source = super().backward(grad)
        return None if rest is None else sum_to(rest, self.own), to_source


def masked_scatter(input: Value, mask: Value, source: Value) -> Value:
    """A copy of `input` with elements of `source`, in their order, where the bool mask (broadcast
    with input) holds. RuntimeError if source has too few."""
    x, where, new = array_of(input), array_of(mask), array_of(source)
    if x.dtype != new.dtype:
        raise RuntimeError(
            "masked_scatter: expected self and source to have same dtypes but got"
            f"{title(x.dtype)} and {title(new.dtype)}"
        )
    full = joint_shape(where.shape, x.shape)
    if where.dtype != bool:
        raise RuntimeError(
            "masked_scatter_ only supports boolean masks, but got mask with dtype "
            f"{title(where.dtype)}"
        )
    if np.count_nonzero(np.broadcast_to(where, full)) > new.size:
        raise RuntimeError("Number of elements of source < number of ones in mask")
    return MaskedScatterBackward0.apply(input, source, index=mask)


# --- in the place of a view ------------------------------------------------------------------


class ViewScatter(Node):
    """y = x with src where a view of it would be;  dL/dx = dL/dy but 0 there,
    dL/dsrc = the same view of dL/dy.

    `view` is the node of that view.
    """

    __slots__ = ("options",)
    view: ClassVar[type[View]]

    def forward(self, x: Any, src: Any, **options: Any) -> Any:
        self.options = options
        out = np.array(x, order="C")
        self.view().forward(out, **options)[...] = src
        return out

    def backward(self, grad: Value) -> tuple[Value | None, Value | None]:
        need_x, need_src = self.needs_input_grad
        return (
            type(self).apply(grad, 0.0, **self.options) if need_x else None,
            self.view.apply(grad, **self.options) if need_src else None,
        )


class SelectScatterBackward0(ViewScatter):
    """Where select shows. PyTorch: derivatives.yaml, select_scatter."""

    __slots__ = ()
    view = SelectBackward0


class SliceScatterBackward0(ViewScatter):
    """Where a slice shows. PyTorch: derivatives.yaml, slice_scatter."""

    __slots__ = ()
    view = SliceBackward0


def check_fills(src: Value, shape: tuple[int, ...]) -> None:
    """RuntimeError unless src is of the size of the part that it is to fill."""
    if tuple(src.shape) != shape:
        raise RuntimeError(
            "expected src to have a size equal to the slice of self. src size = "
            f"{list(src.shape)}, slice size = {list(shape)}"
        )


def select_scatter(input: Value, src: Value, dim: int, index: int) -> Value:
    """A copy of `input` with `src` as slice number `index` along `dim`.

    RuntimeError unless src is of that slice's size.
    """
    check_fills(src, tuple(select(input, dim, index).shape))
    d = wrap_dim(dim, input.ndim)
    return SelectScatterBackward0.apply(input, src, dim=d, index=index % input.shape[d])


def slice_scatter(
    input: Value,
    src: Value,
    dim: int = 0,
    start: int | None = None,
    end: int | None = None,
    step: int = 1,
) -> Value:
    """A copy of `input` with `src` in input[start:end:step] along `dim`.

    RuntimeError unless src is of that slice's size.
    """
    d = wrap_dim(dim, input.ndim)
    if step <= 0:
        raise RuntimeError("slice step must be positive")
    part = slice(start, end, step)
    check_fills(src, tuple(SliceBackward0().forward(array_of(input), dim=d, part=part).shape))
    return SliceScatterBackward0.apply(input, src, dim=d, part=part)
