"""Embeddings: rows of a table picked by number, one by one or in bags.

Forward is a look-up; backward adds each row's gradients up. So the derivative of the one is the
other.

PyTorch: aten/src/ATen/native/Embedding.cpp, EmbeddingBag.cpp.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import Value
from ..dtypes import title
from .choice import where
from .gathering import ScatterAddBackward0
from .operands import array_of
from .reduction import sum
from .shape import reshape, unsqueeze, zeros_for
from .taking import add_along


class EmbeddingBackward0(Node):
    """y = the rows of the weight that the indices name;  dL/dw = dL/dy added up, row by row.

    PyTorch: derivatives.yaml, embedding (embedding_backward).
    """

    __slots__ = ("by_frequency", "padding_idx", "rows")
    saves = ("indices",)

    def forward(
        self, weight: Any, *, indices: Any, padding_idx: int = -1, by_frequency: bool = False
    ) -> Any:
        self.save_for_backward(indices)
        self.rows, self.padding_idx, self.by_frequency = len(weight), padding_idx, by_frequency
        return np.take(weight, indices, axis=0)

    def backward(self, grad: Value) -> Value:
        (indices,) = self.saved_tensors
        return EmbeddingDenseBackward.apply(
            grad,
            indices=indices,
            rows=self.rows,
            padding_idx=self.padding_idx,
            by_frequency=self.by_frequency,
        )


class EmbeddingDenseBackward(Node):
    """The weight's gradient: that of every row picked, added up; none for the row of padding_idx.

    by_frequency: divided by how often the row was picked, which PyTorch's derivative of this
    leaves out, and so does this one.
    PyTorch: derivatives.yaml, embedding_dense_backward (embedding_dense_double_backward).
    """

    __slots__ = ("padding_idx",)
    saves = ("indices",)

    def forward(
        self, grad: Any, *, indices: Any, rows: int, padding_idx: int, by_frequency: bool
    ) -> Any:
        self.save_for_backward(indices)
        self.padding_idx = padding_idx
        flat, shares = indices.reshape(-1), grad.reshape(indices.size, grad.shape[-1])
        if by_frequency:
            often = np.bincount(flat, minlength=rows)[flat]
            shares = shares / often[:, None].astype(grad.dtype)
        out = add_along(shares, 0, flat, rows)
        if padding_idx >= 0:
            out[padding_idx] = 0
        return out

    def backward(self, grad: Value) -> Value:
        (indices,) = self.saved_tensors
        picked = EmbeddingBackward0.apply(grad, indices=indices)
        if self.padding_idx < 0:
            return picked
        return where((array_of(indices) == self.padding_idx)[..., None], 0.0, picked)


class EmbeddingBagBackward0(Node):
    """y[b] = Σ cₖ·w[iₖ] over the k of bag b, cₖ being 1 or a given weight, or 1/n for a mean; or
    the largest w[iₖ] of the bag in each column.

    PyTorch: derivatives.yaml, _embedding_bag.
    """

    __slots__ = ("bags", "by_frequency", "chosen", "factors", "padding_idx", "rows")
    saves = ("weight", "per_sample_weights", "indices")

    def forward(
        self,
        w: Any,
        c: Any,
        *,
        indices: Any,
        bags: Any,
        count: int,
        mode: str,
        padding_idx: int,
        by_frequency: bool,
    ) -> Any:
        self.save_for_backward(w, c, indices)
        self.rows, self.bags, self.padding_idx, self.by_frequency = (
            len(w),
            bags,
            padding_idx,
            by_frequency,
        )
        kept = indices != padding_idx
        self.chosen: Any = None
        if mode == "max":
            return self._largest(w, indices[kept], bags[kept], count)
        shares = w[indices] if c is None else w[indices] * c[:, None]
        y = add_along(np.where(kept[:, None], shares, 0), 0, bags, count)
        self.factors = kept[:, None].astype(w.dtype)
        if mode == "mean":
            sizes = np.maximum(np.bincount(bags[kept], minlength=count), 1).astype(w.dtype)
            self.factors /= sizes[bags, None]
            y /= sizes[:, None]
        return y

    def _largest(self, w: Any, indices: Any, bags: Any, count: int) -> Any:
        """The largest of each bag, the first where several are; 0 for an empty bag."""
        out = np.zeros((count, w.shape[1]), w.dtype)
        self.chosen = np.full(out.shape, -1, np.int64)  # the row of the weight, -1 for none
        if indices.size:
            firsts = np.flatnonzero(np.diff(bags, prepend=-1))
            rows, full = w[indices], bags[firsts]
            out[full] = np.maximum.reduceat(rows, firsts, axis=0)
            places = np.where(rows == out[bags], np.arange(len(rows))[:, None], len(rows))
            self.chosen[full] = indices[np.minimum.reduceat(places, firsts, axis=0)]
        return out

    def backward(self, grad: Value) -> tuple[Value | None, Value | None]:
        w, c, indices = self.saved_tensors
        need_w, need_c = self.needs_input_grad
        if self.chosen is not None:
            blank = zeros_for(grad, tuple(w.shape))
            wanted, index = where(self.chosen < 0, 0.0, grad), np.maximum(self.chosen, 0)
            return ScatterAddBackward0.apply(blank, wanted, dim=0, index=index), None
        shares = EmbeddingBackward0.apply(grad, indices=self.bags) * self.factors
        grad_w = grad_c = None
        if need_c:
            grad_c = sum(shares * EmbeddingBackward0.apply(w, indices=indices), 1)
        if need_w:
            grad_w = EmbeddingDenseBackward.apply(
                shares if c is None else shares * unsqueeze(c, 1),
                indices=indices,
                rows=self.rows,
                padding_idx=self.padding_idx,
                by_frequency=self.by_frequency,
            )
        return grad_w, grad_c


# --- the checked functions -------------------------------------------------------------------


def _check_indices(indices: Value, where: str) -> None:
    kind = array_of(indices).dtype
    if kind not in (np.int64, np.int32):
        name = "CPUBoolType" if kind.kind == "b" else f"torch.{title(kind)}Tensor"
        raise RuntimeError(
            "Expected tensor for argument #1 'indices' to have one of the following scalar types: "
            f"Long, Int; but got {name} instead (while checking arguments for {where})"
        )


def _first_outside(indices: Any, rows: int) -> int | None:
    outside = indices[(indices < 0) | (indices >= rows)]
    return int(outside.flat[0]) if outside.size else None


def embedding(
    weight: Value,
    indices: Value,
    padding_idx: int = -1,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Value:
    """weight[indices]: rows of (V, D) picked by integers (*), as (*, D).

    The row `padding_idx` gets no gradient; `sparse` is not part of this package, gradients are
    dense. RuntimeError for other types and shapes, IndexError out of range.
    """
    _check_indices(indices, "embedding")
    if weight.ndim != 2:
        raise RuntimeError("'weight' must be 2-D")
    if _first_outside(array_of(indices), weight.shape[0]) is not None:
        raise IndexError("index out of range in self")
    return EmbeddingBackward0.apply(
        weight, indices=indices, padding_idx=padding_idx, by_frequency=scale_grad_by_freq
    )


def embedding_renorm_(weight: Any, indices: Value, max_norm: float, norm_type: float) -> Any:
    """Shrinks the rows that the indices name to `max_norm`, in place, where they are longer.

    PyTorch: aten/src/ATen/native/Embedding.cpp (embedding_renorm_).
    """
    picked = np.unique(array_of(indices))
    rows = weight.array[picked]
    norms = np.linalg.norm(rows, norm_type, axis=1, keepdims=True)
    shrunk = rows * (max_norm / (norms + 1e-7))
    weight.array[picked] = np.where(norms > max_norm, shrunk, rows)
    weight.storage.version += 1
    return weight


def embedding_bag(
    input: Any,
    weight: Any,
    offsets: Any = None,
    max_norm: float | None = None,
    norm_type: float = 2,
    scale_grad_by_freq: bool = False,
    mode: str = "mean",
    sparse: bool = False,
    per_sample_weights: Any = None,
    include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> Value:
    """The 'sum', 'mean' or 'max' of rows of `weight` (V, D), bag by bag, as (bags, D).

    A bag is a row of a 2-D `input`, or, of a 1-D one, what stands from one of `offsets` to the
    next; with include_last_offset the last offset is the end, not a bag. per_sample_weights, with
    'sum' only, multiply the rows. Rows of padding_idx do not count.
    ValueError for other shapes and modes, RuntimeError for indices or offsets out of range.
    PyTorch: torch/nn/functional.py (embedding_bag).
    """
    if per_sample_weights is not None and input.shape != per_sample_weights.shape:
        raise ValueError(
            f"embedding_bag: If per_sample_weights ({per_sample_weights.shape}) is not None, then "
            f"it must have the same shape as the input ({input.shape})"
        )
    if weight.ndim != 2:
        raise ValueError(f"weight has to be a 2D Tensor, but got Tensor of dimension {weight.ndim}")
    starts = _starts(input, offsets)
    if input.ndim == 2:
        include_last_offset = False
        if per_sample_weights is not None:
            per_sample_weights = reshape(per_sample_weights, (-1,))
    _check_mode(mode, scale_grad_by_freq, sparse)
    if max_norm is not None:
        embedding_renorm_(weight, input, max_norm, norm_type)
    if per_sample_weights is not None and mode != "sum":
        raise NotImplementedError(
            "embedding_bag: per_sample_weights was not None. per_sample_weights is only supported "
            f"for mode='sum' (got mode='{mode}'). Please open a feature request on GitHub."
        )
    numbers = array_of(input).reshape(-1)
    _check_bags(numbers, starts, weight, per_sample_weights)
    count = starts.size - include_last_offset
    bags = np.searchsorted(starts, np.arange(numbers.size), "right") - 1
    return EmbeddingBagBackward0.apply(
        weight,
        per_sample_weights,
        indices=numbers,
        bags=np.minimum(bags, count - 1),
        count=count,
        mode=mode,
        padding_idx=_padding_row(padding_idx, weight.shape[0]),
        by_frequency=scale_grad_by_freq,
    )


def _starts(input: Any, offsets: Any) -> Any:
    """Where the bags begin in the flattened input."""
    if input.ndim == 2:
        if offsets is not None:
            raise ValueError(
                "if input is 2D, then offsets has to be None, as input is treated is a mini-batch "
                f"of fixed length sequences. However, found offsets of type {type(offsets)}"
            )
        _check_indices(input, "embedding_bag")
        return np.arange(input.shape[0]) * input.shape[1]
    if input.ndim != 1:
        raise ValueError(
            f"input has to be 1D or 2D Tensor, but got Tensor of dimension {input.ndim}"
        )
    if offsets is None:
        raise ValueError("offsets has to be a 1D Tensor but got None")
    if offsets.ndim != 1:
        raise ValueError("offsets has to be a 1D Tensor")
    _check_indices(input, "embedding_bag")
    _check_indices(offsets, "embedding_bag")
    return array_of(offsets)


def _check_mode(mode: str, scale_grad_by_freq: bool, sparse: bool) -> None:
    if mode not in ("sum", "mean", "max"):
        raise ValueError("mode has to be one of sum, mean or max")
    if mode == "max" and scale_grad_by_freq:
        raise ValueError("max mode does not support scaling the gradient by the frequency")
    if mode == "max" and sparse:
        raise ValueError("max mode does not support sparse weights")


def _check_bags(numbers: Any, starts: Any, weight: Any, per_sample_weights: Any) -> None:
    if per_sample_weights is not None and per_sample_weights.dtype != weight.dtype:
        raise RuntimeError(
            "Expected tensor for argument #1 'weight' to have the same type as tensor for argument "
            f"#1 'per_sample_weights'; but type {weight.type()} does not equal "
            f"{per_sample_weights.type()} (while checking arguments for embedding_bag)"
        )
    if starts.size and starts[0] != 0:
        raise RuntimeError(
            "offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start from "
            f"position 0. However, got {starts[0]}"
        )
    if starts.size and starts[-1] > numbers.size:
        raise RuntimeError(
            f"offsets[-1] can not be greater than input's length {numbers.size} but got offsets[-1]"
            f" of {starts[-1]}"
        )
    wrong = _first_outside(numbers, weight.shape[0])
    if wrong is not None:
        raise RuntimeError(
            f"embedding_bag: Expected idx >= 0 && idx < num_embeddings but found idx to be {wrong}"
        )


def _padding_row(padding_idx: int | None, rows: int) -> int:
    if padding_idx is None:
        return -1
    if not -rows <= padding_idx < rows:
        raise RuntimeError(
            f"padding_idx must be within the number of embeddings, -{rows} through {rows - 1}, "
            f"but got {padding_idx}"
        )
    return padding_idx % rows
