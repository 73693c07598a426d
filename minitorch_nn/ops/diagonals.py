"""Diagonals and triangles of matrices: diag, diagonal, diag_embed, trace, tril, triu.

A diagonal is a view; to put one into zeros is its derivative, and the other way round.

PyTorch: aten/src/ATen/native/TensorShape.cpp, TriangularOps.cpp; tools/autograd/derivatives.yaml.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import Value
from .broadcasting import View, add_up, expand
from .dims import wrap_dim
from .operands import array_of, refuse_bool
from .scattering import ViewScatter, check_fills
from .shape import view


class DiagonalBackward0(View):
    """y = the diagonal of two dimensions, as the last one;  dL/dx = dL/dy there, 0 elsewhere.

    PyTorch: derivatives.yaml, diagonal.
    """

    __slots__ = ("place", "shape")

    def forward(self, x: Any, *, offset: int, dim1: int, dim2: int) -> Any:
        self.shape, self.place = x.shape, {"offset": offset, "dim1": dim1, "dim2": dim2}
        shown = x.diagonal(offset, dim1, dim2)
        shown.flags.writeable = x.flags.writeable  # NumPy has it read-only
        return shown

    def backward(self, grad: Value) -> Value:
        return DiagEmbedBackward0.apply(grad, shape=self.shape, **self.place)


class DiagonalBackward0_copy(DiagonalBackward0):
    """As diagonal, but a copy: what diag gives. PyTorch: derivatives.yaml, diagonal_copy."""

    __slots__ = ()
    wrap = Node.wrap

    def forward(self, x: Any, **place: int) -> Any:
        return super().forward(x, **place).copy()


class DiagEmbedBackward0(Node):
    """y = zeros with x as the diagonal of two dimensions;  dL/dx = that diagonal of dL/dy.

    PyTorch: derivatives.yaml, diag_embed; TensorShape.cpp (diagonal_backward).
    """

    __slots__ = ("place",)

    def forward(self, x: Any, *, shape: tuple[int, ...], **place: int) -> Any:
        self.place = place
        out = np.zeros(shape, x.dtype)
        DiagonalBackward0().forward(out, **place)[...] = x
        return out

    def backward(self, grad: Value) -> Value:
        return DiagonalBackward0.apply(grad, **self.place)


class DiagonalScatterBackward0(ViewScatter):
    """y = x with src as a diagonal. PyTorch: derivatives.yaml, diagonal_scatter."""

    __slots__ = ()
    view = DiagonalBackward0


class TraceBackward0(Node):
    """y = Σ of the main diagonal;  dL/dx = dL/dy there, 0 elsewhere.

    PyTorch: derivatives.yaml, trace.
    """

    __slots__ = ("shape",)

    def forward(self, x: Any) -> Any:
        self.shape = x.shape
        return add_up(x.diagonal(), dtype=np.int64 if x.dtype.kind in "iu" else x.dtype)

    def backward(self, grad: Value) -> Value:
        along = expand(grad, (min(self.shape),))
        return DiagEmbedBackward0.apply(along, shape=self.shape, offset=0, dim1=0, dim2=1)


class TrilBackward0(Node):
    """y = x on and below a diagonal, 0 above it;  dL/dx = the same of dL/dy. PyTorch: tril."""

    __slots__ = ("diagonal",)
    keep = staticmethod(np.tril)

    def forward(self, x: Any, *, diagonal: int) -> Any:
        self.diagonal = diagonal
        return self.keep(x, diagonal)

    def backward(self, grad: Value) -> Value:
        return type(self).apply(grad, diagonal=self.diagonal)


class TriuBackward0(TrilBackward0):
    """y = x on and above a diagonal, 0 below it;  dL/dx = the same of dL/dy. PyTorch: triu."""

    __slots__ = ()
    keep = staticmethod(np.triu)


def diagonal(input: Value, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Value:
    """The diagonal of two dimensions, as the last one of the result; a view.

    offset: how far above the main diagonal, below it if negative. RuntimeError if dim1 is dim2.
    """
    return DiagonalBackward0.apply(input, **_place(offset, dim1, dim2, input.ndim))


def diagonal_copy(input: Value, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Value:
    """As `diagonal`, but a copy."""
    return DiagonalBackward0_copy.apply(input, **_place(offset, dim1, dim2, input.ndim))


def _place(offset: int, dim1: int, dim2: int, ndim: int) -> dict[str, int]:
    first, second = wrap_dim(dim1, ndim), wrap_dim(dim2, ndim)
    if first == second:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    return {"offset": offset, "dim1": first, "dim2": second}


def diag_embed(input: Value, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Value:
    """Zeros whose diagonal over dim1 and dim2 is the last dimension of `input`."""
    place = _place(offset, dim1, dim2, input.ndim + 1)
    size = input.shape[-1] + abs(offset)
    shape = list(input.shape[:-1])
    for d in sorted((place["dim1"], place["dim2"])):
        shape.insert(d, size)
    return DiagEmbedBackward0.apply(input, shape=tuple(shape), **place)


def diag(input: Value, diagonal: int = 0) -> Value:
    """A vector as the diagonal of a matrix, or a matrix's diagonal as a vector; a copy."""
    if input.ndim not in (1, 2):
        raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {input.ndim}D")
    if input.ndim == 1:
        return diag_embed(input, diagonal)
    return diagonal_copy(input, diagonal)


def diagflat(input: Value, offset: int = 0) -> Value:
    """All elements, in order, as the diagonal of a matrix."""
    return diag_embed(view(input, (-1,)), offset)


def diagonal_scatter(
    input: Value, src: Value, offset: int = 0, dim1: int = 0, dim2: int = 1
) -> Value:
    """A copy of `input` with `src` as a diagonal. RuntimeError unless src is of its size."""
    place = _place(offset, dim1, dim2, input.ndim)
    check_fills(src, DiagonalBackward0().forward(array_of(input), **place).shape)
    return DiagonalScatterBackward0.apply(input, src, **place)


def trace(input: Value) -> Value:
    """The sum of a matrix's main diagonal. Integers give int64."""
    if input.ndim != 2:
        raise RuntimeError(f"trace: expected a matrix, but got tensor with dim {input.ndim}")
    refuse_bool(input, "trace")
    return TraceBackward0.apply(input)


def tril(input: Value, diagonal: int = 0) -> Value:
    """Every matrix of a batch on and below a diagonal, 0 above it."""
    _need_matrices(input, "tril")
    return TrilBackward0.apply(input, diagonal=diagonal)


def triu(input: Value, diagonal: int = 0) -> Value:
    """Every matrix of a batch on and above a diagonal, 0 below it."""
    _need_matrices(input, "triu")
    return TriuBackward0.apply(input, diagonal=diagonal)


def _need_matrices(x: Value, name: str) -> None:
    if x.ndim < 2:
        raise RuntimeError(f"{name}: input tensor must have at least 2 dimensions")
