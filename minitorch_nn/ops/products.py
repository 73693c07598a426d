"""Products in one step with a sum (addmv, addr, baddbmm, addbmm), and products beyond matmul's.

`baddbmm(c, a, b, beta=β, alpha=α)` is β·c + α·(a @ b): they all are AddmmBackward0's formula with
another product in it. Most of the rest are made of operations that were there before: a Kronecker
product is one multiplication, a power of a matrix a few.

PyTorch: aten/src/ATen/native/LinearAlgebra.cpp; Blas.cpp (addmv, vdot); Cross.cpp.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import Value
from ..dtypes import cpp_name, result_numpy, title
from .arithmetic import mul
from .broadcasting import expand, joint_shape
from .matmul import (
    AddmmBackward0,
    DotBackward0,
    Pair,
    add_to_product,
    bmm_grads,
    check_addmm_types,
    check_batches,
    check_dot,
    check_mv,
    mm,
    mv,
    mv_grads,
    outer,
)
from .operands import array_of, refuse_bool
from .reduction import sum
from .shape import UnsafeViewBackward0, clone, t, unsqueeze, view, wrap_dim

# --- a sum and a product in one step ---------------------------------------------------------


class AddmvBackward0(AddmmBackward0):
    """y = β·c + α·(a @ v) for a (n, k), v (k,), c (n,). PyTorch: derivatives.yaml, addmv."""

    __slots__ = ()
    saves = ("mat", "vec")

    def product_grads(self, grad: Value, a: Value, v: Value, need_a: bool, need_v: bool) -> Pair:
        return mv_grads(grad, a, v, need_a, need_v)


class AddrBackward0(AddmmBackward0):
    """y = β·c + α·(a ⊗ b) for a (n,), b (m,);  dL/da = α·dL/dy @ b,  dL/db = α·dL/dyᵀ @ a.

    Promotes, as arithmetic does and other products do not. PyTorch: derivatives.yaml, addr.
    """

    __slots__ = ()
    saves = ("vec1", "vec2")

    def forward(self, c: Any, a: Any, b: Any, *, beta: float = 1, alpha: float = 1) -> Any:
        _, need_a, need_b = self.needs_input_grad
        self.save_for_backward(a if need_b else None, b if need_a else None)
        self.alpha, self.beta = alpha, beta
        y = np.multiply.outer(a, b).astype(result_numpy(c, a, b), copy=False)
        return add_to_product(y, c, beta, alpha)

    def product_grads(self, grad: Value, a: Value, b: Value, need_a: bool, need_b: bool) -> Pair:
        return mv(grad, b) if need_a else None, mv(t(grad), a) if need_b else None


class BaddbmmBackward0(AddmmBackward0):
    """y[i] = β·c[i] + α·(a[i] @ b[i]). PyTorch: derivatives.yaml, baddbmm."""

    __slots__ = ()
    saves = ("batch1", "batch2")

    def product(self, a: Any, b: Any) -> Any:
        return np.matmul(a, b)

    def product_grads(self, grad: Value, a: Value, b: Value, need_a: bool, need_b: bool) -> Pair:
        return bmm_grads(grad, a, b, need_a, need_b)


class AddbmmBackward0(AddmmBackward0):
    """y = β·c + α·Σᵢ a[i] @ b[i]: every product of the batch has the gradient of the sum.

    PyTorch: derivatives.yaml, addbmm.
    """

    __slots__ = ("batch",)
    saves = ("batch1", "batch2")

    def product(self, a: Any, b: Any) -> Any:
        self.batch = len(a)
        return np.tensordot(a, b, axes=((0, 2), (0, 1)))

    def product_grads(self, grad: Value, a: Value, b: Value, need_a: bool, need_b: bool) -> Pair:
        return bmm_grads(expand(grad, (self.batch, *grad.shape)), a, b, need_a, need_b)


def _check_expands(x: Value, shape: tuple[int, ...]) -> None:
    """RuntimeError, in PyTorch's words, unless `x` broadcasts to the shape."""
    if tuple(x.shape) != shape:
        expand(x, shape)


def addmv(input: Value, mat: Value, vec: Value, *, beta: float = 1, alpha: float = 1) -> Value:
    """beta·input + alpha·(mat @ vec); `input` broadcasts to (n,)."""
    check_mv(input, mat, vec)
    return AddmvBackward0.apply(input, mat, vec, beta=beta, alpha=alpha)


def addr(input: Value, vec1: Value, vec2: Value, *, beta: float = 1, alpha: float = 1) -> Value:
    """beta·input + alpha·(vec1 ⊗ vec2); `input` broadcasts to (n, m), the types promote."""
    for name, x in (("vec1", vec1), ("vec2", vec2)):
        if x.ndim != 1:
            raise RuntimeError(f"addr: Expected 1-D argument {name}, but got {x.ndim}-D")
    _check_expands(input, (vec1.shape[0], vec2.shape[0]))
    kind = result_numpy(array_of(input), array_of(vec1), array_of(vec2)).kind
    for name, factor in (("beta", beta), ("alpha", alpha)):
        if isinstance(factor, bool) and kind != "b":
            raise RuntimeError(f"Boolean {name} only supported for Boolean results.")
        if kind != "f" and isinstance(factor, float):
            raise RuntimeError(
                f"For integral input tensors, argument {name} must not be a floating point number."
            )
    return AddrBackward0.apply(input, vec1, vec2, beta=beta, alpha=alpha)


def baddbmm(
    input: Value, batch1: Value, batch2: Value, *, beta: float = 1, alpha: float = 1
) -> Value:
    """beta·input + alpha·bmm(batch1, batch2); `input` broadcasts to (b, n, m)."""
    _check_expands(input, (batch1.shape[0], batch1.shape[1], _columns(batch2)))
    if batch1.ndim != 3:
        raise RuntimeError("batch1 must be a 3D tensor")
    own, first, second = (cpp_name(array_of(x).dtype) for x in (input, batch1, batch2))
    if own != first:
        raise RuntimeError(
            f"Input dtypes must be the same, got: input {own}, batch1: {first}, batch2: {second}"
        )
    check_batches(batch1, batch2)
    refuse_bool(batch1, "baddbmm")
    return BaddbmmBackward0.apply(input, batch1, batch2, beta=beta, alpha=alpha)


def addbmm(
    input: Value, batch1: Value, batch2: Value, *, beta: float = 1, alpha: float = 1
) -> Value:
    """beta·input + alpha·Σᵢ batch1[i] @ batch2[i]; `input` broadcasts to (n, m)."""
    _check_expands(input, (batch1.shape[1], _columns(batch2)))
    if batch1.ndim != 3:
        raise RuntimeError("batch1 must be a 3D tensor")
    (b, n, k), (other, rows, m) = batch1.shape, batch2.shape
    if b != other:
        raise RuntimeError(
            f"batch1 and batch2 must have same number of batches, got {b} and {other}"
        )
    if k != rows:
        raise RuntimeError(f"Incompatible matrix sizes for bmm ({n}x{k} and {rows}x{m})")
    check_addmm_types(input, batch1, batch2)
    return AddbmmBackward0.apply(input, batch1, batch2, beta=beta, alpha=alpha)


def _columns(batch: Value) -> int:
    return batch.shape[wrap_dim(2, batch.ndim)]


# --- products of vectors ---------------------------------------------------------------------


class VdotBackward0(DotBackward0):
    """As dot; PyTorch's twin for complex vectors. PyTorch: derivatives.yaml, vdot."""

    __slots__ = ()
    saves = ("self", "other")


class LinalgCrossBackward0(Node):
    """y = a × b along one dimension of size 3;  dL/da = b × dL/dy,  dL/db = dL/dy × a.

    PyTorch: derivatives.yaml, linalg_cross.
    """

    __slots__ = ("dim",)
    saves = ("self", "other")

    def forward(self, a: Any, b: Any, *, dim: int) -> Any:
        need_a, need_b = self.needs_input_grad
        self.save_for_backward(a if need_b else None, b if need_a else None)
        self.dim = dim
        a1, a2, b1, b2 = (np.roll(x, -by, dim) for x in (a, b) for by in (1, 2))
        return a1 * b2 - a2 * b1  # yᵢ = aᵢ₊₁·bᵢ₊₂ - aᵢ₊₂·bᵢ₊₁, counted round

    def backward(self, grad: Value) -> Pair:
        a, b = self.saved_tensors
        need_a, need_b = self.needs_input_grad
        cross = LinalgCrossBackward0.apply
        return (
            cross(b, grad, dim=self.dim) if need_a else None,
            cross(grad, a, dim=self.dim) if need_b else None,
        )


def vdot(input: Value, other: Value) -> Value:
    """The inner product of two vectors: `dot`, as long as they are real."""
    check_dot(input, other)
    return VdotBackward0.apply(input, other)


ger = outer


def vecdot(x: Value, y: Value, *, dim: int = -1) -> Value:
    """`torch.linalg.vecdot`: the inner products of the vectors along `dim`. Floats only."""
    own, other = array_of(x).dtype, array_of(y).dtype
    if own.kind != "f":
        raise NotImplementedError(
            f"linalg.vecdot: Expected a floating point or complex tensor as input. Got {title(own)}"
        )
    if own != other:
        raise RuntimeError(
            "linalg.vecdot: Expected x and y to have the same dtype, but found x of type "
            f"{title(own)} and y of type {title(other)} instead"
        )
    return vdot(x, y) if x.ndim == y.ndim == 1 else sum(mul(x, y), dim)


def linalg_cross(input: Value, other: Value, *, dim: int = -1) -> Value:
    """`torch.linalg.cross`: a × b along a dimension of size 3; the others broadcast."""
    if input.ndim != other.ndim:
        raise RuntimeError("linalg.cross: inputs must have the same number of dimensions.")
    d = wrap_dim(dim, input.ndim)
    if input.shape[d] != 3 or other.shape[d] != 3:
        raise RuntimeError(
            f"linalg.cross: inputs dimension {dim} must have length 3. Got {input.shape[d]} and "
            f"{other.shape[d]}"
        )
    joint_shape(tuple(input.shape), tuple(other.shape))
    own, second = title(array_of(input).dtype), title(array_of(other).dtype)
    if own != second:
        raise RuntimeError(f"expected scalar type {own} but found {second}")
    refuse_bool(input, "cross")
    return LinalgCrossBackward0.apply(input, other, dim=d)


def cross(input: Value, other: Value, dim: int | None = None) -> Value:
    """As `linalg.cross`, but along the first dimension of size 3 if none is named (deprecated)."""
    if dim is None:
        warnings.warn(
            "Using torch.cross without specifying the dim arg is deprecated.\nPlease either pass "
            "the dim explicitly or simply use torch.linalg.cross.\nThe default value of dim will "
            "change to agree with that of linalg.cross in a future release.",
            UserWarning,
            stacklevel=2,
        )
        if 3 not in input.shape:
            raise RuntimeError("no dimension of size 3 in input")
        dim = tuple(input.shape).index(3)
    return linalg_cross(input, other, dim=dim)


# --- products of several, or of larger, matrices ---------------------------------------------


def kron(input: Value, other: Value) -> Value:
    """The Kronecker product: each element of `input` times the whole of `other`, as one block."""
    rank = max(input.ndim, other.ndim)
    a = (1,) * (rank - input.ndim) + tuple(input.shape)
    b = (1,) * (rank - other.ndim) + tuple(other.shape)
    left = UnsafeViewBackward0.apply(input, shape=tuple(n for size in a for n in (size, 1)))
    right = UnsafeViewBackward0.apply(other, shape=tuple(n for size in b for n in (1, size)))
    shape = tuple(m * n for m, n in zip(a, b, strict=True))
    return UnsafeViewBackward0.apply(mul(left, right), shape=shape)


def multi_dot(tensors: Sequence[Value]) -> Value:
    """`torch.linalg.multi_dot`: the product of several matrices, in the order that costs least.

    The first and the last may be vectors. RuntimeError for other ranks, shapes or mixed types.
    """
    _check_chain(tensors)
    first, last = tensors[0], tensors[-1]
    shape = (*first.shape[:-1], *last.shape[1:])
    chain = [
        unsqueeze(first, 0) if first.ndim == 1 else first,
        *tensors[1:-1],
        unsqueeze(last, -1) if last.ndim == 1 else last,
    ]
    return view(_product_of_chain(chain), shape)


def _product_of_chain(chain: list[Value]) -> Value:
    """Matrices in any number; where the brackets go is found for ever longer pieces of the chain.

    Of equal costs PyTorch takes the split furthest right in a chain of three, else furthest left.
    """
    sizes = [*(x.shape[0] for x in chain), chain[-1].shape[1]]
    n = len(chain)
    cost = {(i, i): 0 for i in range(n)}
    split = {}
    for length in range(1, n):
        for i in range(n - length):
            j = i + length
            costs = [
                cost[i, k] + cost[k + 1, j] + sizes[i] * sizes[k + 1] * sizes[j + 1]
                for k in range(i, j)
            ]
            cost[i, j] = min(costs)
            ties = [k for k, spent in enumerate(costs, i) if spent == cost[i, j]]
            split[i, j] = ties[-1 if n == 3 else 0]

    def product(i: int, j: int) -> Value:
        if i == j:
            return chain[i]
        k = split[i, j]
        return mm(product(i, k), product(k + 1, j))

    return product(0, n - 1)


def _check_chain(tensors: Sequence[Value]) -> None:
    count = len(tensors)
    if count < 2:
        raise RuntimeError(f"multi_dot(): expected at least 2 tensors but got {count}")
    for name, x in (("first", tensors[0]), ("last", tensors[-1])):
        if x.ndim not in (1, 2):
            raise RuntimeError(f"multi_dot(): the {name} tensor must be 1D or 2D but got {x.ndim}D")
    for i, x in enumerate(tensors[1:-1], 1):
        if x.ndim != 2:
            raise RuntimeError(f"multi_dot(): tensor {i} must be 2D but got {x.ndim}D")
    own = cpp_name(array_of(tensors[0]).dtype)
    for i, (a, b) in enumerate(pairwise(tensors)):
        other = cpp_name(array_of(b).dtype)
        if own != other:
            raise RuntimeError(
                f"multi_dot(): all tensors must have be the same dtype but tensor 0 is {own} and "
                f"tensor {i + 1} {other}"
            )
        if a.shape[-1] != b.shape[0]:
            raise RuntimeError(
                f"multi_dot(): tensors {i} and {i + 1} with shapes {list(a.shape)} and "
                f"{list(b.shape)} cannot be multiplied"
            )


def chain_matmul(*matrices: Value) -> Value:
    """`multi_dot` by its older name, of matrices given one by one; of a single one, a copy."""
    if not matrices:
        raise RuntimeError("chain_matmul(): Expected one or more matrices")
    for x in matrices:
        if x.ndim != 2:
            raise RuntimeError(f"Tensor dimension is {x.ndim}, expected 2 instead.")
    return clone(matrices[0]) if len(matrices) == 1 else multi_dot(matrices)
