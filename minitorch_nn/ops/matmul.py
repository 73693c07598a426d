"""Products of matrices and vectors, and `linear`, which is made of them.

Four operations call BLAS: dot, mv, mm and bmm (addmm is mm with a sum). `matmul` and `linear` are
functions that choose among them by rank, in PyTorch's order, so the graph shows what really ran.

PyTorch: aten/src/ATen/native/LinearAlgebra.cpp (matmul, should_fold), Linear.cpp (linear).
"""

from __future__ import annotations

from math import prod
from typing import Any, ClassVar

import numpy as np

from ..autograd.node import Node
from ..base import TensorBase, Value
from ..dtypes import cpp_name, number, title
from .arithmetic import add, mul
from .broadcasting import expand, joint_shape
from .operands import array_of, need_input, need_tensors, refuse_bool
from .shape import (
    SqueezeBackward4,
    UnsafeViewBackward0,
    contiguous,
    reshape,
    squeeze,
    t,
    transpose,
    unsqueeze,
    view,
)

Pair = tuple[Value | None, Value | None]


def _is_column_major(x: Any) -> bool:
    return x.flags.f_contiguous and not x.flags.c_contiguous


def mm_grads(node: Any, grad: Value, a: Value, b: Value, need_a: bool, need_b: bool) -> Pair:
    """For y = a @ b:  dL/da = dL/dy @ bᵀ,  dL/db = aᵀ @ dL/dy.

    Where b is itself a transposed view, as Linear's weight is, its gradient is computed transposed:
    then the transpose of the result lies in memory as the weight does, and is taken over uncopied.
    BLAS reads a transposed view as it lies: nothing is copied here.
    """
    grad_a = mm(grad, t(b)) if need_a else None
    if not need_b:
        return grad_a, None
    return grad_a, t(mm(t(grad), a)) if node.transposed else mm(t(a), grad)


def bmm_grads(grad: Value, a: Value, b: Value, need_a: bool, need_b: bool) -> Pair:
    """The same for each matrix of a batch."""
    return (
        bmm(grad, transpose(b, 1, 2)) if need_a else None,
        bmm(transpose(a, 1, 2), grad) if need_b else None,
    )


def mv_grads(grad: Value, a: Value, v: Value, need_a: bool, need_v: bool) -> Pair:
    """For y = a @ v:  dL/da = dL/dy ⊗ v,  dL/dv = aᵀ @ dL/dy."""
    return outer(grad, v) if need_a else None, mv(t(a), grad) if need_v else None


class MmBackward0(Node):
    """y = a @ b for (n, k) and (k, m);  dL/da = dL/dy @ bᵀ,  dL/db = aᵀ @ dL/dy.

    PyTorch: derivatives.yaml, mm; FunctionsManual.cpp (mm_mat1_backward, mm_mat2_backward).
    """

    __slots__ = ("transposed",)
    saves = ("self", "mat2")

    def forward(self, a: Any, b: Any) -> Any:
        need_a, need_b = self.needs_input_grad
        self.save_for_backward(a if need_b else None, b if need_a else None)
        self.transposed = _is_column_major(b)
        return np.dot(a, b)

    def backward(self, grad: Value) -> Pair:
        a, b = self.saved_tensors
        return mm_grads(self, grad, a, b, *self.needs_input_grad)


def add_to_product(y: Any, c: Any, beta: float, alpha: float) -> Any:
    """β·c + α·y, written into y."""
    if alpha != 1:
        y *= number(alpha, y.dtype)  # an integer type cuts the factor to an integer
    if beta == 1:
        y += c
    elif beta != 0:  # PyTorch does not even read c for β = 0: it may hold nan
        y += c * number(beta, y.dtype)
    return y


class AddmmBackward0(Node):
    """y = β·c + α·(a @ b), c broadcast to (n, m);  the gradients of the product times α,
    dL/dc = β·dL/dy, which the engine sums to c's shape.

    The other sums with a product (products.py) differ only in `product` and `product_grads`.
    PyTorch: derivatives.yaml, addmm.
    """

    __slots__ = ("alpha", "beta", "transposed")
    saves: ClassVar[tuple[str, ...]] = ("mat1", "mat2")

    def forward(self, c: Any, a: Any, b: Any, *, beta: float = 1, alpha: float = 1) -> Any:
        _, need_a, need_b = self.needs_input_grad
        self.save_for_backward(a if need_b else None, b if need_a else None)
        self.transposed = _is_column_major(b)
        self.alpha, self.beta = alpha, beta
        return add_to_product(self.product(a, b), c, beta, alpha)

    def backward(self, grad: Value) -> tuple[Value | None, ...]:
        a, b = self.saved_tensors
        need_c, need_a, need_b = self.needs_input_grad
        grad_c = None
        if need_c:
            grad_c = grad if self.beta == 1 else grad * self.beta
        scaled = grad if self.alpha == 1 else grad * self.alpha
        return grad_c, *self.product_grads(scaled, a, b, need_a, need_b)

    def product(self, a: Any, b: Any) -> Any:
        return np.dot(a, b)

    def product_grads(self, grad: Value, a: Value, b: Value, need_a: bool, need_b: bool) -> Pair:
        return mm_grads(self, grad, a, b, need_a, need_b)


class BmmBackward0(Node):
    """y[i] = a[i] @ b[i];  dL/da[i] = dL/dy[i] @ b[i]ᵀ,  dL/db[i] = a[i]ᵀ @ dL/dy[i].

    PyTorch: derivatives.yaml, bmm.
    """

    __slots__ = ()
    saves = ("self", "mat2")

    def forward(self, a: Any, b: Any) -> Any:
        need_a, need_b = self.needs_input_grad
        self.save_for_backward(a if need_b else None, b if need_a else None)
        return np.matmul(a, b)

    def backward(self, grad: Value) -> Pair:
        return bmm_grads(grad, *self.saved_tensors, *self.needs_input_grad)


class MvBackward0(Node):
    """y = a @ v for (n, k) and (k,);  dL/da = dL/dy ⊗ v,  dL/dv = aᵀ @ dL/dy. PyTorch: mv."""

    __slots__ = ()
    saves = ("self", "vec")

    def forward(self, a: Any, v: Any) -> Any:
        need_a, need_v = self.needs_input_grad
        self.save_for_backward(a if need_v else None, v if need_a else None)
        return np.matmul(a, v)

    def backward(self, grad: Value) -> Pair:
        return mv_grads(grad, *self.saved_tensors, *self.needs_input_grad)


class DotBackward0(Node):
    """y = Σ aᵢ·bᵢ;  dL/da = dL/dy·b,  dL/db = dL/dy·a. PyTorch: derivatives.yaml, dot."""

    __slots__ = ()
    saves = ("self", "tensor")

    def forward(self, a: Any, b: Any) -> Any:
        need_a, need_b = self.needs_input_grad
        self.save_for_backward(a if need_b else None, b if need_a else None)
        return np.dot(a, b)

    def backward(self, grad: Value) -> Pair:
        a, b = self.saved_tensors
        need_a, need_b = self.needs_input_grad
        return grad * b if need_a else None, grad * a if need_b else None


# --- the checked functions -------------------------------------------------------------------


def _check_mm(a: Any, b: Any, name: str) -> None:
    if a.ndim == b.ndim == 2 and a.shape[1] == b.shape[0]:
        return
    for operand, x in (("self", a), ("mat2", b)):
        if x.ndim != 2:
            raise RuntimeError(f"{name}: {operand} must be a matrix, got {x.ndim}-D tensor")
    raise RuntimeError(
        f"{name}: mat1 and mat2 shapes cannot be multiplied "
        f"({a.shape[0]}x{a.shape[1]} and {b.shape[0]}x{b.shape[1]})"
    )


def mm(input: Value, mat2: Value) -> Value:
    """The product of matrices (n, k) and (k, m). RuntimeError for other shapes or mixed dtypes.

    It is np.dot that computes it: np.matmul calls BLAS for all but k = 1, the weight's gradient of
    a batch of one, for which its own loop takes eleven times as long.
    """
    if not isinstance(input, TensorBase) and not isinstance(mat2, TensorBase):
        return np.dot(input, mat2)
    a, b = array_of(input), array_of(mat2)
    _check_mm(a, b, "mm")
    if a.dtype != b.dtype:
        names = f"{cpp_name(a.dtype)} != {cpp_name(b.dtype)}"
        raise RuntimeError(f"expected m1 and m2 to have the same dtype, but got: {names}")
    if a.dtype.kind == "b":
        refuse_bool(a, "addmm_impl_cpu_")
    return MmBackward0.apply(input, mat2)


def addmm(input: Value, mat1: Value, mat2: Value, *, beta: float = 1, alpha: float = 1) -> Value:
    """beta·input + alpha·(mat1 @ mat2); `input` broadcasts to (n, m)."""
    c, a, b = array_of(input), array_of(mat1), array_of(mat2)
    check_addmm_types(c, a, b)
    _check_mm(a, b, "addmm")
    if c.shape != b.shape[1:]:
        expand(input, (a.shape[0], b.shape[1]))  # raises, in PyTorch's words, if it cannot be done
    return AddmmBackward0.apply(input, mat1, mat2, beta=beta, alpha=alpha)


def check_addmm_types(input: Value, mat1: Value, mat2: Value) -> None:
    """RuntimeError for mixed types; NotImplementedError for booleans."""
    c, a, b = array_of(input).dtype, array_of(mat1).dtype, array_of(mat2).dtype
    if c == a == b and b.kind != "b":
        return
    for name, own in (("self", c), ("mat1", a)):
        if own != b:
            raise RuntimeError(
                f"{name} and mat2 must have the same dtype, but got {title(own)} and {title(b)}"
            )
    refuse_bool(mat2, "addmm_impl_cpu_")


def bmm(input: Value, mat2: Value) -> Value:
    """The products of two batches of matrices, (b, n, k) and (b, k, m)."""
    if not isinstance(input, TensorBase) and not isinstance(mat2, TensorBase):
        return np.matmul(input, mat2)
    for x, name in ((input, "batch1"), (mat2, "batch2")):
        if x.ndim != 3:
            raise RuntimeError(f"{name} must be a 3D tensor")
    check_batches(input, mat2)
    refuse_bool(input, "bmm")
    return BmmBackward0.apply(input, mat2)


def check_batches(batch1: Value, batch2: Value) -> None:
    """RuntimeError unless matrices of two batches can be multiplied, one by one."""
    b, _, k = batch1.shape
    if batch2.shape[:2] != (b, k):
        raise RuntimeError(
            "Expected size for first two dimensions of batch2 tensor to be: "
            f"[{b}, {k}] but got: [{batch2.shape[0]}, {batch2.shape[1]}]."
        )
    own, other = array_of(batch1).dtype, array_of(batch2).dtype
    if own != other:
        raise RuntimeError(f"expected scalar type {title(own)} but found {title(other)}")


def mv(input: Value, vec: Value) -> Value:
    """The product of a matrix (n, k) and a vector (k,)."""
    if not isinstance(input, TensorBase) and not isinstance(vec, TensorBase):
        return np.matmul(input, vec)
    check_mv(None, input, vec)
    return MvBackward0.apply(input, vec)


def check_mv(addend: Value | None, mat: Value, vec: Value) -> None:
    """RuntimeError unless addend (n,) or (1,) or (), mat (n, k) and vec (k,) have one dtype."""
    c, a, v = array_of(addend), array_of(mat), array_of(vec)
    ndim = 1 if c is None else c.ndim
    if ndim > 1 or a.ndim != 2 or v.ndim != 1:
        raise RuntimeError(f"vector + matrix @ vector expected, got {ndim}, {a.ndim}, {v.ndim}")
    rows, columns = a.shape
    size = rows if c is None else c.size
    if columns != v.size or size not in (1, rows):
        raise RuntimeError(
            f"size mismatch, got input ({size}), mat ({rows}x{columns}), vec ({v.size})"
        )
    kinds = [title(x.dtype) for x in (v if c is None else c, a, v)]
    if len(set(kinds)) > 1:
        names = f"{kinds[0]}, {kinds[1]}, and {kinds[2]}"
        raise RuntimeError(f"addmv input tensors must have the same dtype, but got {names}")
    refuse_bool(a, "addmv_impl_cpu")


def dot(input: Value, tensor: Value) -> Value:
    """The inner product of two vectors of one length and dtype."""
    check_dot(input, tensor)
    return DotBackward0.apply(input, tensor)


def check_dot(input: Value, other: Value) -> None:
    """RuntimeError unless both are vectors of one length and dtype."""
    a, b = array_of(input), array_of(other)
    if a.ndim != 1 or b.ndim != 1:
        raise RuntimeError(f"1D tensors expected, but got {a.ndim}D and {b.ndim}D tensors")
    if a.dtype != b.dtype:
        raise RuntimeError(
            "dot : expected both vectors to have same dtype, but found "
            f"{title(a.dtype)} and {title(b.dtype)}"
        )
    if a.size != b.size:
        raise RuntimeError(
            "inconsistent tensor size, expected tensor "
            f"[{a.size}] and src [{b.size}] to have the same number of elements, but got "
            f"{a.size} and {b.size} elements respectively"
        )
    refuse_bool(a, "dot")


def outer(input: Value, vec2: Value) -> Value:
    """The matrix of all products of two vectors, (n,) and (m,)."""
    for name, x in (("self", input), ("vec2", vec2)):
        if x.ndim != 1:
            raise RuntimeError(f"outer: Expected 1-D argument {name}, but got {x.ndim}-D")
    return (
        mul(reshape(input, (-1, 1)), vec2)
        if isinstance(input, TensorBase) or isinstance(vec2, TensorBase)
        else np.outer(input, vec2)
    )


def matmul(input: Value, other: Value) -> Value:
    """The product of two tensors of any rank: dot, mv, mm, or batches of mm that broadcast."""
    try:
        da, db = input.ndim, other.ndim
    except AttributeError:
        need_tensors("matmul", input=input, other=other)
        raise
    if da == 0 or db == 0:
        raise RuntimeError(
            f"both arguments to matmul need to be at least 1D, but they are {da}D and {db}D"
        )
    if (da, db) == (1, 1):
        return dot(input, other)
    if (da, db) == (2, 1):
        return mv(input, other)
    if (da, db) == (1, 2):
        return SqueezeBackward4.apply(mm(unsqueeze(input, 0), other), dims=(0,))
    if (da, db) == (2, 2):
        return mm(input, other)
    if _should_fold(input, other):
        return _folded(input, other)
    return _batched(input, other)


def _should_fold(a: Value, b: Value) -> bool:
    """Whether a batch times one matrix becomes one tall matrix product.

    Not for a matrix times a batch, nor for strides that a view cannot fold, unless the smaller
    operand wants a gradient: then folding saves expanding it to the whole batch.
    """
    if min(a.ndim, b.ndim) > 2:
        return False
    if (b if a.ndim >= b.ndim else a).requires_grad:
        return True
    if a.ndim == 2:
        return False
    array = array_of(a) if a.ndim >= b.ndim else array_of(b).swapaxes(-1, -2)
    if array.size == 0:
        return True
    return all(
        array.strides[d] == array.strides[d + 1] * array.shape[d + 1] for d in range(array.ndim - 2)
    )


def _folded(a: Value, b: Value) -> Value:
    swapped = a.ndim < b.ndim
    large, small = (transpose(b, -1, -2), t(a)) if swapped else (a, b)
    if swapped and a.ndim == 1:
        small = a
    lead = tuple(large.shape[:-1])
    tall = reshape(large, (prod(lead), large.shape[-1]))
    if small.ndim == 1:
        return UnsafeViewBackward0.apply(mv(tall, small), shape=lead)
    y = UnsafeViewBackward0.apply(mm(tall, small), shape=(*lead, small.shape[1]))
    return contiguous(transpose(y, -1, -2)) if swapped else y


def _batched(a: Value, b: Value) -> Value:
    if a.ndim == b.ndim == 3 and a.shape[0] != b.shape[0]:
        # One matrix repeated over the other's batch: folding keeps its gradient small.
        if a.shape[0] == 1 and a.requires_grad:
            return matmul(squeeze(a, 0), b)
        if b.shape[0] == 1 and b.requires_grad:
            return matmul(a, squeeze(b, 0))
    rows = (a.shape[-2],) if a.ndim > 1 else ()
    columns = (b.shape[-1],) if b.ndim > 1 else ()
    n, k = a.shape[-2] if a.ndim > 1 else 1, a.shape[-1]
    inner = b.shape[-2] if b.ndim > 1 else b.shape[-1]
    batch = joint_shape(tuple(a.shape[:-2]), tuple(b.shape[:-2]))
    count = prod(batch)
    left = reshape(expand(a, (*batch, n, k)), (count, n, k))
    if b.ndim == 1:
        right = unsqueeze(reshape(expand(b, (*batch, inner)), (count, inner)), 2)
        y = squeeze(bmm(left, right), -1)
    else:
        wide = expand(b, (*batch, inner, *columns))
        y = bmm(left, reshape(wide, (count, inner, *columns)))
    return UnsafeViewBackward0.apply(y, shape=(*batch, *rows, *columns))


def linear(input: Value, weight: Value, bias: Value | None = None) -> Value:
    """y = x @ Wᵀ + b for x (*, in), W (out, in) or (in,), b (out,);  y is (*, out).

    A matrix is one addmm; a contiguous tensor of another rank is seen as one first; all else is
    matmul and add. PyTorch: aten/src/ATen/native/Linear.cpp (linear).
    """
    need_input("linear", input)
    x, w = array_of(input), array_of(weight)
    if x.ndim == 0:
        raise RuntimeError(
            f"both arguments to linear need to be at least 1D, but they are {x.ndim}D and {w.ndim}D"
        )
    transposed = t(weight)
    if bias is not None and w.ndim == 2:
        if x.ndim == 2:
            return addmm(bias, input, transposed)
        if x.flags.c_contiguous:
            lead = x.shape[:-1]
            y = addmm(bias, view(input, (prod(lead), x.shape[-1])), transposed)
            return UnsafeViewBackward0.apply(y, shape=(*lead, y.shape[1]))
    y = matmul(input, transposed)
    return y if bias is None else add(y, bias)
