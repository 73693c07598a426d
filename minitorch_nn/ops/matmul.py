"""Products of matrices and vectors, and `linear`, which is made of them.

Four operations call BLAS: dot, mv, mm and bmm (addmm is mm with a sum). `matmul` and `linear` are
functions that choose among them by rank, in PyTorch's order, so the graph shows what really ran.

PyTorch: aten/src/ATen/native/LinearAlgebra.cpp (matmul, should_fold), Linear.cpp (linear).
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import TensorBase, Value
from ..dtypes import cpp_name, title
from .arithmetic import add, mul
from .broadcasting import expand, joint_shape, sum_to
from .operands import array_of
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


def _is_column_major(x: Any) -> bool:
    return x.flags.f_contiguous and not x.flags.c_contiguous


def _product_grads(
    node: Node, grad: Value, a: Value, b: Value, need_a: bool, need_b: bool
) -> tuple[Value | None, Value | None]:
    """For y = a @ b:  dL/da = dL/dy @ bᵀ,  dL/db = aᵀ @ dL/dy.

    Where b is itself a transposed view, as Linear's weight is, its gradient is computed transposed:
    then the transpose of the result lies in memory as the weight does, and is taken over uncopied.
    """
    grad_a = mm(grad, t(b)) if need_a else None
    if not need_b:
        return grad_a, None
    return grad_a, t(mm(t(grad), a)) if node.transposed else mm(t(a), grad)


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
        return np.matmul(a, b)

    def backward(self, grad: Value) -> tuple[Value | None, Value | None]:
        a, b = self.saved_tensors
        return _product_grads(self, grad, a, b, *self.needs_input_grad)


class AddmmBackward0(Node):
    """y = β·c + α·(a @ b), c broadcast to (n, m);  the gradients of the product times α,
    dL/dc = β·dL/dy summed to c's shape.

    PyTorch: derivatives.yaml, addmm.
    """

    __slots__ = ("alpha", "beta", "shape", "transposed")
    saves = ("mat1", "mat2")

    def forward(self, c: Any, a: Any, b: Any, *, beta: float = 1, alpha: float = 1) -> Any:
        _, need_a, need_b = self.needs_input_grad
        self.save_for_backward(a if need_b else None, b if need_a else None)
        self.transposed = _is_column_major(b)
        self.alpha, self.beta, self.shape = alpha, beta, c.shape
        y = np.matmul(a, b)
        if alpha != 1:
            y *= alpha
        if beta == 1:
            y += c
        elif beta != 0:  # PyTorch does not even read c for β = 0: it may hold nan
            y += c * beta
        return y

    def backward(self, grad: Value) -> tuple[Value | None, ...]:
        a, b = self.saved_tensors
        need_c, need_a, need_b = self.needs_input_grad
        grad_c = None
        if need_c:
            grad_c = sum_to(grad if self.beta == 1 else grad * self.beta, self.shape)
        scaled = grad if self.alpha == 1 else grad * self.alpha
        return grad_c, *_product_grads(self, scaled, a, b, need_a, need_b)


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

    def backward(self, grad: Value) -> tuple[Value | None, Value | None]:
        a, b = self.saved_tensors
        need_a, need_b = self.needs_input_grad
        return (
            bmm(grad, transpose(b, 1, 2)) if need_a else None,
            bmm(transpose(a, 1, 2), grad) if need_b else None,
        )


class MvBackward0(Node):
    """y = a @ v for (n, k) and (k,);  dL/da = dL/dy ⊗ v,  dL/dv = aᵀ @ dL/dy. PyTorch: mv."""

    __slots__ = ()
    saves = ("self", "vec")

    def forward(self, a: Any, v: Any) -> Any:
        need_a, need_v = self.needs_input_grad
        self.save_for_backward(a if need_v else None, v if need_a else None)
        return np.matmul(a, v)

    def backward(self, grad: Value) -> tuple[Value | None, Value | None]:
        a, v = self.saved_tensors
        need_a, need_v = self.needs_input_grad
        return (
            outer(grad, v) if need_a else None,
            mv(t(a), grad) if need_v else None,
        )


class DotBackward0(Node):
    """y = Σ aᵢ·bᵢ;  dL/da = dL/dy·b,  dL/db = dL/dy·a. PyTorch: derivatives.yaml, dot."""

    __slots__ = ()
    saves = ("self", "tensor")

    def forward(self, a: Any, b: Any) -> Any:
        need_a, need_b = self.needs_input_grad
        self.save_for_backward(a if need_b else None, b if need_a else None)
        return np.dot(a, b)

    def backward(self, grad: Value) -> tuple[Value | None, Value | None]:
        a, b = self.saved_tensors
        need_a, need_b = self.needs_input_grad
        return grad * b if need_a else None, grad * a if need_b else None


# --- the checked functions -------------------------------------------------------------------


def _check_mm(a: Value, b: Value, name: str) -> None:
    first = "self" if name == "mm" else "mat1"
    for operand, x in ((first, a), ("mat2", b)):
        if x.ndim != 2:
            raise RuntimeError(f"{name}: {operand} must be a matrix, got {x.ndim}-D tensor")
    if a.shape[1] != b.shape[0]:
        raise RuntimeError(
            f"{name}: mat1 and mat2 shapes cannot be multiplied "
            f"({a.shape[0]}x{a.shape[1]} and {b.shape[0]}x{b.shape[1]})"
        )


def mm(input: Value, mat2: Value) -> Value:
    """The product of matrices (n, k) and (k, m). RuntimeError for other shapes or mixed dtypes."""
    if not isinstance(input, TensorBase) and not isinstance(mat2, TensorBase):
        return np.matmul(input, mat2)
    _check_mm(input, mat2, "mm")
    a, b = array_of(input), array_of(mat2)
    if a.dtype != b.dtype:
        names = f"{cpp_name(a.dtype)} != {cpp_name(b.dtype)}"
        raise RuntimeError(f"expected m1 and m2 to have the same dtype, but got: {names}")
    return MmBackward0.apply(input, mat2)


def addmm(input: Value, mat1: Value, mat2: Value, *, beta: float = 1, alpha: float = 1) -> Value:
    """beta·input + alpha·(mat1 @ mat2); `input` broadcasts to (n, m)."""
    _check_mm(mat1, mat2, "addmm")
    for name, x in (("self", input), ("mat1", mat1)):
        own, other = array_of(x).dtype, array_of(mat2).dtype
        if own != other:
            raise RuntimeError(
                f"{name} and mat2 must have the same dtype, but got {title(own)} and {title(other)}"
            )
    shape = (mat1.shape[0], mat2.shape[1])
    if tuple(input.shape) != shape[1:]:
        expand(input, shape)  # raises, in PyTorch's words, if it cannot be done
    return AddmmBackward0.apply(input, mat1, mat2, beta=beta, alpha=alpha)


def bmm(input: Value, mat2: Value) -> Value:
    """The products of two batches of matrices, (b, n, k) and (b, k, m)."""
    if not isinstance(input, TensorBase) and not isinstance(mat2, TensorBase):
        return np.matmul(input, mat2)
    for x, name in ((input, "batch1"), (mat2, "batch2")):
        if x.ndim != 3:
            raise RuntimeError(f"{name} must be a 3D tensor")
    b, _, k = input.shape
    if mat2.shape[:2] != (b, k):
        raise RuntimeError(
            "Expected size for first two dimensions of batch2 tensor to be: "
            f"[{b}, {k}] but got: [{mat2.shape[0]}, {mat2.shape[1]}]."
        )
    own, other = array_of(input).dtype, array_of(mat2).dtype
    if own != other:
        raise RuntimeError(f"expected scalar type {title(own)} but found {title(other)}")
    return BmmBackward0.apply(input, mat2)


def mv(input: Value, vec: Value) -> Value:
    """The product of a matrix (n, k) and a vector (k,)."""
    if not isinstance(input, TensorBase) and not isinstance(vec, TensorBase):
        return np.matmul(input, vec)
    if input.ndim != 2 or vec.ndim != 1:
        raise RuntimeError(f"vector + matrix @ vector expected, got 1, {input.ndim}, {vec.ndim}")
    if input.shape[1] != vec.shape[0]:
        raise RuntimeError(
            f"size mismatch, got input ({input.shape[0]}), mat "
            f"({input.shape[0]}x{input.shape[1]}), vec ({vec.shape[0]})"
        )
    own, other = title(array_of(input).dtype), title(array_of(vec).dtype)
    if own != other:
        raise RuntimeError(
            f"addmv input tensors must have the same dtype, but got {other}, {own}, and {other}"
        )
    return MvBackward0.apply(input, vec)


def dot(input: Value, tensor: Value) -> Value:
    """The inner product of two vectors of one length and dtype."""
    if input.ndim != 1 or tensor.ndim != 1:
        raise RuntimeError(f"1D tensors expected, but got {input.ndim}D and {tensor.ndim}D tensors")
    a, b = array_of(input), array_of(tensor)
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
    return DotBackward0.apply(input, tensor)


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
    da, db = input.ndim, other.ndim
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
    try:
        batch = joint_shape(tuple(a.shape[:-2]), tuple(b.shape[:-2]))
    except RuntimeError as error:
        raise RuntimeError(str(error)) from None
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
    transposed = t(weight)
    if bias is not None and weight.ndim == 2 and input.ndim > 0:
        if input.ndim == 2:
            return addmm(bias, input, transposed)
        if array_of(input).flags.c_contiguous:
            lead = tuple(input.shape[:-1])
            y = addmm(bias, view(input, (prod(lead), input.shape[-1])), transposed)
            return UnsafeViewBackward0.apply(y, shape=(*lead, y.shape[1]))
    y = matmul(input, transposed)
    return y if bias is None else add(y, bias)
