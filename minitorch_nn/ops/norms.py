"""How large a vector or a matrix is, and how far apart two tensors are: norm, dist, renorm.

A p-norm of a vector is (Σ |x|ᵖ)^(1/p). The norms of a matrix that are more than the norm of its
elements come from its singular values (nuc, 2, -2) or from sums of rows or columns (1, inf).

PyTorch: aten/src/ATen/native/LinearAlgebra.cpp (linalg_norm); FunctionsManual.cpp (norm_backward,
svd_backward).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import Value
from ..dtypes import dtype as DType
from ..dtypes import title
from .arithmetic import sub
from .broadcasting import add_up
from .choice import where
from .comparison import isnan
from .dims import as_tuple, wrap_dim
from .extremes import amax, amin
from .inverse import _LinAlgError as LinAlgError
from .matmul import matmul
from .operands import array_of, binary, constant
from .pointwise import abs, sign
from .reduction import Dims, SumBackward1, spread, sum, to_axes
from .shape import permute, to_dtype, transpose, unsqueeze
from .signatures import numpy_names

# --- of vectors ------------------------------------------------------------------------------


def _size(x: Any, p: float, axes: tuple[int, ...], keepdim: bool) -> Any:
    size = np.abs(x)
    if p == 0:
        result = add_up(size != 0, axis=axes, keepdims=keepdim, dtype=x.dtype)
    elif math.isinf(p):
        extreme = np.max if p > 0 else np.min
        result = extreme(size, axis=axes, keepdims=keepdim)
    elif p == 1:
        result = add_up(size, axis=axes, keepdims=keepdim)
    elif p == 2:
        result = np.sqrt(add_up(x * x, axis=axes, keepdims=keepdim))
    else:
        result = add_up(size**p, axis=axes, keepdims=keepdim) ** (1 / p)
    return np.asarray(result, x.dtype)


def _norm_backward(
    grad: Value, x: Value, p: float, y: Value, axes: tuple[int, ...]
) -> Value | None:
    """The gradient of x where that of its p-norm y is `grad`, both with x's dimensions kept.

    grad·x·|x|ᵖ⁻² / yᵖ⁻¹, and 0 where y = 0. Of p = 0, which counts, there is none.
    """
    if p == 0:
        return None
    if math.isinf(p):
        found = (abs(x) == y) | (isnan(x) & isnan(y))
        share = SumBackward1.apply(found, axes=axes, keepdim=True)
        return sign(x) * found * (grad / share)
    if p == 1:
        return sign(x) * grad
    if p == 2:
        return grad * where(y == 0, 0.0, x / y)
    if p < 1:
        return where(x == 0, 0.0, sign(x) * abs(x) ** (p - 1)) * grad * y ** (1 - p)
    steep = sign(x) * abs(x) ** (p - 1) if p < 2 else x * abs(x) ** (p - 2)
    return steep * where(y == 0, 0.0, grad / y ** (p - 1))


class LinalgVectorNormBackward0(Node):
    """y = (Σ |x|ᵖ)^(1/p);  dL/dx = dL/dy·x·|x|ᵖ⁻² / yᵖ⁻¹, 0 where y = 0.

    p = ∞ and -∞ are the largest and smallest |x|, whose ties share; p = 0 counts non-zeros.
    PyTorch: derivatives.yaml, linalg_vector_norm; FunctionsManual.cpp (norm_backward).
    """

    __slots__ = ("axes", "keepdim", "p")
    saves = ("self", "result")

    def forward(
        self,
        x: Any,
        *,
        p: float,
        axes: tuple[int, ...],
        keepdim: bool,
        to: DType | None = None,
    ) -> Any:
        self.p, self.axes, self.keepdim = p, axes, keepdim
        result = _size(x if to is None else x.astype(to.numpy), p, axes, keepdim)
        self.save_for_backward(x, result)
        return result

    def backward(self, grad: Value) -> Value | None:
        x, y = self.saved_tensors
        grad, y = spread(grad, self.axes, self.keepdim), spread(y, self.axes, self.keepdim)
        return _norm_backward(grad, x, self.p, y, self.axes)


def _expect_floating(x: Any, name: str, dtype: DType | None) -> None:
    own = array_of(x).dtype
    if own.kind != "f":
        raise NotImplementedError(
            f"{name}: Expected a floating point or complex tensor as input. Got {title(own)}"
        )
    if dtype is None:
        return
    if not dtype.is_floating_point:
        raise RuntimeError(
            f"{name}: dtype should be floating point or complex, but got {title(dtype.numpy)}"
        )
    if dtype.itemsize < own.itemsize:
        raise RuntimeError(
            f"{name}: the dtype of the input ({title(own)}) should be convertible without "
            f"narrowing to the specified dtype ({title(dtype.numpy)})"
        )


@numpy_names
def vector_norm(
    x: Value,
    ord: float = 2,
    dim: Dims = None,
    keepdim: bool = False,
    *,
    dtype: DType | None = None,
) -> Value:
    """The norm of order `ord` of the elements over `dim`, computed in `dtype`.

    NotImplementedError for integers, RuntimeError for a norm of nothing that has no value.
    """
    name = "linalg.vector_norm"
    if isinstance(ord, str):
        raise TypeError("linalg_vector_norm(): argument 'ord' (position 2) must be Number, not str")
    _expect_floating(x, name, dtype)
    axes = to_axes(dim, x.ndim)
    if (ord < 0 or math.isinf(ord)) and 0 in x.shape:
        if len(axes) == x.ndim:
            raise RuntimeError(
                f"{name} cannot compute the {ord:g} norm on an empty tensor because the operation "
                "does not have an identity"
            )
        for axis in axes:
            if x.shape[axis] == 0:  # the missing space is PyTorch's
                raise RuntimeError(
                    f"{name} cannot compute the {ord:g} norm on the dimension {axis}because this "
                    "dimension is empty and the operation does not have an identity"
                )
    return LinalgVectorNormBackward0.apply(x, p=ord, axes=axes, keepdim=keepdim, to=dtype)


# --- of matrices -----------------------------------------------------------------------------


class LinalgSvdBackward0(Node):
    """u, s, vᵀ: x = u·diag(s)·vᵀ for (…, m, n) with k = min(m, n) singular values, largest first.

    With E[i, j] = s[j]² - s[i]² off the diagonal and skew(a) = a - aᵀ:
    dL/dx = u·(diag(dL/ds) + skew(uᵀ·dL/du) / E·s + s·skew(vᵀ·dL/dv) / E)·vᵀ, and what of dL/du and
    dL/dv stands at right angles to u and v. Needed for second derivatives: s alone wants the first
    term only.
    PyTorch: derivatives.yaml, _linalg_svd; FunctionsManual.cpp (svd_backward).
    """

    __slots__ = ()
    saves = ("U", "S", "Vh")

    def forward(self, x: Any) -> tuple[Any, Any, Any]:
        if not np.isfinite(x).all():
            bad = [not np.isfinite(matrix).all() for matrix in x.reshape(-1, *x.shape[-2:])]
            place = "" if x.ndim == 2 else f"(Batch element {bad.index(True)}): "
            raise LinAlgError(
                f"linalg.svd: {place}The algorithm failed to converge because the input matrix "
                "contained non-finite values."
            )
        results = np.linalg.svd(x, full_matrices=False)
        self.save_for_backward(*results)
        return results.U, results.S, results.Vh

    def backward(self, grad_u: Value | None, grad_s: Value | None, grad_vh: Value | None) -> Value:
        u, s, vh = self.saved_tensors
        columns, rows = unsqueeze(s, -2), unsqueeze(s, -1)
        diagonal = np.eye(s.shape[-1], dtype=bool)
        gaps = where(diagonal, 1.0, (columns - rows) * (columns + rows))
        core = 0.0 if grad_s is None else where(diagonal, unsqueeze(grad_s, -2), 0.0)
        beside = 0.0
        if grad_u is not None:
            turned = matmul(_mT(u), grad_u)
            core = core + _skew(turned) / gaps * columns
            beside = beside + matmul((grad_u - matmul(u, turned)) / columns, vh)
        if grad_vh is not None:
            turned = matmul(grad_vh, _mT(vh))
            core = core + rows * _skew(_mT(turned)) / gaps
            beside = beside + matmul(u, (grad_vh - matmul(turned, vh)) / rows)
        inside = matmul(matmul(u, core), vh)
        return inside if grad_u is None and grad_vh is None else inside + beside


def _mT(x: Value) -> Value:
    return transpose(x, -2, -1)


def _skew(x: Value) -> Value:
    return x - _mT(x)


def svdvals(A: Value) -> Value:
    """The singular values of a matrix, or of each in a batch, largest first."""
    _expect_matrix(A, "linalg.svd")
    return LinalgSvdBackward0.apply(A)[1]


def _expect_matrix(x: Any, name: str, dtype: DType | None = None) -> None:
    if x.ndim < 2:
        raise RuntimeError(f"{name}: The input tensor A must have at least 2 dimensions.")
    _expect_floating(x, name, dtype)


@numpy_names
def matrix_norm(
    A: Value,
    ord: float | str = "fro",
    dim: Sequence[int] = (-2, -1),
    keepdim: bool = False,
    *,
    dtype: DType | None = None,
) -> Value:
    """The norm of matrices that lie along the two dimensions `dim`.

    ord: 'fro' (of all elements), 'nuc' (sum of the singular values), 2 and -2 (largest, smallest
    singular value), 1 and -1 (largest, smallest sum of a column), inf and -inf (of a row).
    """
    name = "linalg.matrix_norm"
    _expect_matrix(A, name, dtype)
    if isinstance(dim, int) or len(dim) != 2:
        raise RuntimeError(f"{name}: dim must be a 2-tuple. Got {_listed(dim)}")
    if ord not in ("fro", "nuc", 1, -1, 2, -2, math.inf, -math.inf):
        order = ord if isinstance(ord, str) else f"{ord:g}"
        raise RuntimeError(f"{name}: Order {order} not supported.")
    row, column = (wrap_dim(d, A.ndim) for d in dim)
    if row == column:
        raise RuntimeError(f"{name}: dims must be different. Got ({row}, {column})")
    if ord == "fro":
        return vector_norm(A, 2, (row, column), keepdim, dtype=dtype)
    if ord in ("nuc", 2, -2):
        return _singular_norm(A, ord, (row, column), keepdim, dtype)
    assert not isinstance(ord, str)
    if math.isinf(ord):
        row, column = column, row
    sums = vector_norm(A, 1, row, keepdim, dtype=dtype)
    if not keepdim and row < column:
        column -= 1
    return _extreme(sums, ord, column, keepdim)


def _singular_norm(
    x: Value, ord: float | str, dims: tuple[int, int], keepdim: bool, dtype: DType | None
) -> Value:
    order = [*[d for d in range(x.ndim) if d not in dims], *dims]
    x = permute(x if dtype is None else to_dtype(x, dtype.numpy), order)
    values = svdvals(x)
    if isinstance(ord, str):
        result = sum(values, -1, keepdim)
    else:
        result = _extreme(values, ord, -1, keepdim)
    if not keepdim:
        return result
    return permute(unsqueeze(result, -1), sorted(range(x.ndim), key=order.__getitem__))


def _extreme(x: Value, ord: float, dim: int, keepdim: bool) -> Value:
    """The largest along dim for a positive order, the smallest for a negative one; 0 of nothing."""
    if x.shape[dim] == 0:
        return constant(lambda a: add_up(a, axis=dim, keepdims=keepdim), x)
    return (amax if ord > 0 else amin)(x, dim, keepdim)


def _listed(dim: Any) -> str:
    return str(dim) if isinstance(dim, int) else ", ".join(map(str, dim))


@numpy_names
def linalg_norm(
    A: Value,
    ord: float | str | None = None,
    dim: Dims = None,
    keepdim: bool = False,
    *,
    dtype: DType | None = None,
) -> Value:
    """torch.linalg.norm: a matrix norm if there is an order and two dimensions, else that of a
    vector; without order and `dim`, the 2-norm of all elements."""
    dims = None if dim is None else as_tuple(dim)
    if dims is not None and len(dims) not in (1, 2):
        raise RuntimeError(
            f"linalg.norm: If dim is specified, it must be of length 1 or 2. Got {list(dims)}"
        )
    if ord is None:
        return vector_norm(A, 2, dims, keepdim, dtype=dtype)
    if dims is None and A.ndim not in (1, 2) and not isinstance(ord, str):
        raise RuntimeError(
            "linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got "
            f"{A.ndim}D."
        )
    if isinstance(ord, str) or len(dims or A.shape) == 2:
        return matrix_norm(A, ord, dims or (0, 1), keepdim, dtype=dtype)
    return vector_norm(A, ord, dims, keepdim, dtype=dtype)


def norm(
    input: Value,
    p: float | str | None = "fro",
    dim: Dims = None,
    keepdim: bool = False,
    dtype: DType | None = None,
) -> Value:
    """The p-norm of the elements over `dim`; 'fro' and None mean p = 2. 'nuc' is a matrix norm.

    NotImplementedError for integers. PyTorch: torch/functional.py (norm).
    """
    if isinstance(p, str) and p != "fro":
        dims: Any = tuple(range(input.ndim)) if dim is None else dim
        return matrix_norm(input, p, dims, keepdim, dtype=dtype)
    return vector_norm(
        input, 2 if isinstance(p, str) or p is None else p, dim, keepdim, dtype=dtype
    )


# --- distances -------------------------------------------------------------------------------


class DistBackward0(Node):
    """y = the p-norm of a - b;  dL/da = the gradient of that norm,  dL/db = the same, negated.

    PyTorch: derivatives.yaml, dist.
    """

    __slots__ = ("p",)
    saves = ("self", "other", "result")

    def forward(self, a: Any, b: Any, *, p: float) -> Any:
        self.p = p
        apart = binary(np.subtract, a, b)
        result = _size(apart, p, tuple(range(apart.ndim)), False)
        self.save_for_backward(a, b, result)
        return result

    def backward(self, grad: Value) -> tuple[Value | None, Value | None]:
        a, b, y = self.saved_tensors
        apart = sub(a, b)
        grad = _norm_backward(grad, apart, self.p, y, tuple(range(apart.ndim)))
        if grad is None:
            return None, None
        return grad, -grad


def dist(input: Value, other: Value, p: float = 2) -> Value:
    """The p-norm of input - other (broadcast), a number. NotImplementedError for integers."""
    kinds = array_of(input).dtype, array_of(other).dtype
    if all(kind.kind != "f" for kind in kinds):
        raise NotImplementedError(
            "norm(): input dtype should be either floating point or complex. Got "
            f"{title(kinds[0])} instead."
        )
    return DistBackward0.apply(input, other, p=p)


class RenormBackward0(Node):
    """y = x, each slice along dim with a p-norm n above `maxnorm` scaled by maxnorm / n.

    dL/dx = (maxnorm / n)·(dL/dy - the part of it that would only change the norm) in those.
    PyTorch: derivatives.yaml, renorm; FunctionsManual.cpp (renorm_backward).
    """

    __slots__ = ("axes", "maxnorm", "p")
    saves = ("self",)

    def forward(self, x: Any, *, p: float, dim: int, maxnorm: float) -> Any:
        self.p, self.maxnorm = p, maxnorm
        self.axes = tuple(d for d in range(x.ndim) if d != dim)
        self.save_for_backward(x)
        size = _size(x, p, self.axes, True)
        return np.where(size > maxnorm, x * (maxnorm / (size + 1e-7)), x).astype(x.dtype)

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        size = vector_norm(x, self.p, self.axes, True)
        inverse = 1 / (size + 1e-7)
        along = _norm_backward(sum(x * grad, self.axes, True), x, self.p, size, self.axes)
        scaled = self.maxnorm * inverse * (grad - inverse * along)
        return where(size > self.maxnorm, scaled, grad)


def renorm(input: Value, p: float, dim: int, maxnorm: float) -> Value:
    """`input` with every slice along `dim` scaled down to a p-norm of at most `maxnorm`."""
    if p <= 0:
        raise RuntimeError("renorm: non-positive-norm not supported")
    if maxnorm < 0:
        raise RuntimeError(f"renorm: expected maxnorm to be >= 0 but got {maxnorm:g}")
    if input.ndim < 2:
        raise RuntimeError(
            f"renorm: input needs at least 2 dimensions, got {input.ndim} dimensions"
        )
    d = wrap_dim(dim, input.ndim)
    _expect_floating(input, "linalg.vector_norm", None)
    return RenormBackward0.apply(input, p=p, dim=d, maxnorm=maxnorm)
