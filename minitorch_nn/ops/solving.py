"""Equations in matrices: solve, det, Cholesky; and the pseudoinverse, where there is no solution.

All take one matrix (n, n) or a batch (*, n, n); pinv takes (*, m, n).

PyTorch: aten/src/ATen/native/BatchLinearAlgebra.cpp; tools/autograd/derivatives.yaml and
torch/csrc/autograd/FunctionsManual.cpp.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import return_types
from ..autograd.node import Node
from ..base import Value
from ..dtypes import title
from .choice import where
from .diagonals import tril
from .inverse import _LinAlgError as LinAlgError
from .inverse import check_square, first_failure, inv, need_floats, zero_pivot
from .matmul import matmul
from .operands import array_of
from .shape import squeeze, transpose, unsqueeze


class LinalgSolveExBackward0(Node):
    """A @ x = b, or x @ A = b with left=False;  dL/db solves the same with Aᵀ, dL/dA = -dL/db @ xᵀ.

    PyTorch: derivatives.yaml, _linalg_solve_ex; FunctionsManual.cpp (linalg_solve_backward).
    """

    __slots__ = ("left", "vector")
    saves = ("A", "result")

    def forward(self, a: Any, b: Any, *, left: bool, vector: bool) -> Any:
        self.left, self.vector = left, vector
        rhs = b[..., None] if vector else b
        try:
            if left:
                x = np.linalg.solve(a, rhs)
            else:
                x = np.linalg.solve(a.swapaxes(-1, -2), rhs.swapaxes(-1, -2)).swapaxes(-1, -2)
        except np.linalg.LinAlgError:
            raise LinAlgError(_explain_unsolvable(a)) from None
        x = x[..., 0] if vector else x
        self.save_for_backward(a, x)
        return x

    def backward(self, grad: Value) -> tuple[Value | None, Value | None]:
        a, x = self.saved_tensors
        need_a, need_b = self.needs_input_grad
        if self.vector:
            grad, x = unsqueeze(grad, -1), unsqueeze(x, -1)
        to_b = LinalgSolveExBackward0.apply(
            transpose(a, -2, -1), grad, left=self.left, vector=False
        )
        to_a = None
        if need_a:
            back = transpose(x, -2, -1)
            product = matmul(to_b, back) if self.left else matmul(back, to_b)
            to_a = -product
        if self.vector:
            to_b = squeeze(to_b, -1)
        return to_a, to_b if need_b else None


def _explain_unsolvable(a: Any) -> str:
    batch, _ = first_failure(a, zero_pivot)
    return f"torch.linalg.solve: {batch}The solver failed because the input matrix is singular."


def solve(A: Value, B: Value, *, left: bool = True) -> Value:
    """x with A @ x = B (x @ A = B with left=False), B being a vector (n,) or a matrix (n, k).

    LinAlgError where A is singular.
    """
    check_square(A, "linalg.solve")
    need_floats(A, "linalg.solve")
    if array_of(A).dtype != array_of(B).dtype:
        raise RuntimeError(
            "linalg.solve: Expected A and B to have the same dtype, but found A of type "
            f"{title(array_of(A).dtype)} and B of type {title(array_of(B).dtype)} instead"
        )
    vector = left and _is_vector(tuple(A.shape), tuple(B.shape))
    return LinalgSolveExBackward0.apply(A, B, left=left, vector=vector)


def _is_vector(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
    return len(b) == 1 or (len(a) - 1 == len(b) and b == a[:-1])


class LinalgDetBackward0(Node):
    """y = det A;  dL/dA = dL/dy·y·A⁻ᵀ, 0 where y is 0 (the derivative would be the cofactors).

    PyTorch: derivatives.yaml, _linalg_det; FunctionsManual.cpp (linalg_det_backward).
    """

    __slots__ = ()
    saves = ("A", "result")

    def forward(self, a: Any) -> Any:
        y = np.asarray(np.linalg.det(a))
        self.save_for_backward(a, y)
        return y

    def backward(self, grad: Value) -> Value:
        a, y = self.saved_tensors
        singular = array_of(y)[..., None, None] == 0
        outer = unsqueeze(unsqueeze(grad * y, -1), -1)
        return outer * transpose(inv(where(singular, np.eye(a.shape[-1]), a)), -2, -1)


def det(A: Value) -> Value:
    """The determinant, by elimination: the product of the pivots. Shape (*)."""
    check_square(A, "linalg.det")
    need_floats(A, "linalg.det")
    return LinalgDetBackward0.apply(A)


class LinalgSlogdetBackward0(Node):
    """(s, y) = sign and logarithm of |det A|;  dL/dA = dL/dy·A⁻ᵀ; the sign is level.

    PyTorch: derivatives.yaml, _linalg_slogdet; FunctionsManual.cpp (slogdet_backward).
    """

    __slots__ = ()
    saves = ("A",)

    def forward(self, a: Any) -> tuple[Any, Any]:
        sign, logarithm = np.linalg.slogdet(a)
        self.save_for_backward(a)
        return np.asarray(sign, a.dtype), np.asarray(logarithm, a.dtype)

    def backward(self, of_sign: Value | None, of_logarithm: Value | None) -> Value | None:
        (a,) = self.saved_tensors
        if of_logarithm is None:
            return None
        return unsqueeze(unsqueeze(of_logarithm, -1), -1) * transpose(inv(a), -2, -1)


def linalg_slogdet(A: Value) -> Any:
    """(sign, logabsdet): a determinant too large or too small for a number, by its logarithm."""
    check_square(A, "linalg.slogdet")
    need_floats(A, "linalg.slogdet")
    return return_types.linalg_slogdet(LinalgSlogdetBackward0.apply(A))


def slogdet(input: Value) -> Any:
    """`torch.linalg.slogdet` by its older name."""
    return return_types.slogdet(linalg_slogdet(input))


def logdet(input: Value) -> Value:
    """ln det A; nan where the determinant is negative."""
    check_square(input, "logdet")
    sign, logarithm = slogdet(input)
    return where(sign == -1, float("nan"), logarithm)


class LinalgCholeskyExBackward0(Node):
    """A = L Lᵀ;  dL/dA = sym(L⁻ᵀ Φ(Lᵀ dL/dL) L⁻¹), Φ the lower triangle with half its diagonal.

    PyTorch: derivatives.yaml, linalg_cholesky_ex; FunctionsManual.cpp (cholesky_backward); Murray,
    "Differentiation of the Cholesky decomposition", 2016.
    """

    __slots__ = ("upper",)
    saves = ("L",)

    def forward(self, a: Any, *, upper: bool) -> Any:
        self.upper = upper
        try:
            factor = np.linalg.cholesky(a.swapaxes(-1, -2) if upper else a)
        except np.linalg.LinAlgError:
            raise LinAlgError(_explain_not_positive(a)) from None
        factor = factor.swapaxes(-1, -2) if upper else factor
        self.save_for_backward(factor)
        return factor

    def backward(self, grad: Value) -> Value:
        (lower,) = self.saved_tensors
        if self.upper:
            lower, grad = transpose(lower, -2, -1), transpose(grad, -2, -1)
        whole = matmul(transpose(lower, -2, -1), grad)
        inner = (tril(whole) + transpose(tril(whole, -1), -2, -1)) * 0.5
        back = solve(transpose(lower, -2, -1), inner)
        return solve(lower, back, left=False)


def cholesky(input: Value, *, upper: bool = False) -> Value:
    """The lower triangle L with A = L Lᵀ (upper: the upper one, A = Uᵀ U) of a symmetric A.

    LinAlgError where A is not positive definite. Only the triangle that is asked for is read.
    """
    check_square(input, "linalg.cholesky")
    need_floats(input, "linalg.cholesky")
    return LinalgCholeskyExBackward0.apply(input, upper=upper)


def _explain_not_positive(a: Any) -> str:
    batch, order = first_failure(a, _not_positive)
    return (
        f"linalg.cholesky: {batch}The factorization could not be completed because the input is "
        f"not positive-definite (the leading minor of order {order} is not positive-definite)."
    )


def _not_positive(matrix: Any) -> int:
    """The order of the first leading minor that is not positive; 0 if all are."""
    for order in range(1, len(matrix) + 1):
        try:
            np.linalg.cholesky(matrix[:order, :order])
        except np.linalg.LinAlgError:
            return order
    return 0


class LinalgPinvBackward0(Node):
    """y = A⁺, by the SVD, singular values below the tolerance left out; for (*, m, n).

    dL/dA is written with A, A⁺ and G = dL/dyᵀ alone, for a rank that does not change. PyTorch:
    derivatives.yaml, linalg_pinv.atol_rtol_tensor; FunctionsManual.cpp (pinv_backward); Golub and
    Pereyra, "The differentiation of pseudo-inverses and nonlinear least squares problems", 1973.
    """

    __slots__ = ()
    saves = ("self", "result")

    def forward(self, a: Any, *, atol: Any, rtol: Any, hermitian: bool) -> Any:
        if hermitian:
            values, vectors = np.linalg.eigh(a)
            left, right = vectors, vectors.swapaxes(-1, -2)
        else:
            left, values, right = np.linalg.svd(a, full_matrices=False)
        size = np.abs(values)
        largest = size.max(-1, keepdims=True, initial=0.0)
        limit = np.maximum(np.expand_dims(atol, -1), np.expand_dims(rtol, -1) * largest)
        kept = np.divide(1.0, values, out=np.zeros_like(values), where=size > limit)
        y = (right.swapaxes(-1, -2) * kept[..., None, :]) @ left.swapaxes(-1, -2)
        self.save_for_backward(a, y)
        return y

    def backward(self, grad: Value) -> Value:
        a, y = self.saved_tensors
        g, back = transpose(grad, -2, -1), transpose(y, -2, -1)
        if a.shape[-2] <= a.shape[-1]:
            k = matmul(g, y)
            kb = matmul(k, back)
            outside = matmul(matmul(back, y), g - matmul(k, a))
            return kb - transpose(matmul(y, k), -2, -1) - matmul(matmul(a, y), kb) + outside
        k = matmul(y, g)
        bk = matmul(back, k)
        outside = matmul(matmul(g - matmul(a, k), y), back)
        return bk - transpose(matmul(k, y), -2, -1) - matmul(matmul(bk, y), a) + outside


def pinv(A: Value, *, atol: Any = None, rtol: Any = None, hermitian: bool = False) -> Value:
    """The pseudoinverse (*, n, m) of (*, m, n): A⁺ b is the least-squares solution of A x = b.

    Singular values up to max(atol, rtol·the largest) count as 0; rtol is ε·max(m, n) unless either
    is given.
    """
    if array_of(A).dtype.kind != "f" or A.ndim < 2:
        shown = f"{title(array_of(A).dtype)}{{{list(A.shape)}}}"
        raise RuntimeError(
            f"linalg.pinv({shown}): expected a tensor with 2 or more dimensions of float, double, "
            "cfloat or cdouble types"
        )
    if rtol is None:
        rtol = np.finfo(array_of(A).dtype).eps * max(A.shape[-2:]) if atol is None else 0.0
    return LinalgPinvBackward0.apply(
        A, atol=array_of(0.0 if atol is None else atol), rtol=array_of(rtol), hermitian=hermitian
    )


def pinverse(input: Value, rcond: float = 1e-15) -> Value:
    """`torch.linalg.pinv` by its older name."""
    return pinv(input, rtol=rcond)
