"""The distance of every vector of one set from every vector of another.

Two ways to the same numbers. The plain one subtracts each pair, and takes any p-norm. For p = 2 and
more than 25 vectors ‖a - b‖² = ‖a‖² - 2a·b + ‖b‖² is computed as one product of matrices: faster,
and rougher where vectors are close.

PyTorch: aten/src/ATen/native/Distance.cpp (cdist, _euclidean_dist); cpu/DistanceOpsKernel.cpp.
"""

from __future__ import annotations

from math import inf, prod
from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import Value
from ..dtypes import title
from .broadcasting import expand, joint_shape
from .choice import masked_fill
from .matmul import matmul
from .operands import array_of
from .pointwise import abs, sign
from .powers import pow
from .reduction import sum
from .shape import contiguous, transpose, unsqueeze, view, zeros_for

_MODES = (
    "use_mm_for_euclid_dist_if_necessary",
    "use_mm_for_euclid_dist",
    "donot_use_mm_for_euclid_dist",
)
_ENOUGH = 25  # vectors, from where on a product of matrices is worth it


class CdistBackward0(Node):
    """y[i, j] = ‖aᵢ - bⱼ‖ₚ for a (*, n, k), b (*, m, k);  with d = aᵢ - bⱼ,
    dL/da = Σⱼ dL/dy·sign d·(|d| / y)ᵖ⁻¹, dL/db the same with the sign turned, summed over i.

    PyTorch: derivatives.yaml, _cdist_forward.
    """

    __slots__ = ("p",)
    saves = ("x1", "x2", "result")

    def forward(self, a: Any, b: Any, *, p: float) -> Any:
        self.p = p
        apart = np.abs(a[..., :, None, :] - b[..., None, :, :])
        if p in (0, inf):
            result = np.count_nonzero(apart, -1) if p == 0 else apart.max(-1, initial=0)
        else:
            result = np.sum(apart**p, -1) ** (1 / p)
        result = np.asarray(result, a.dtype)
        self.save_for_backward(a, b, result)
        return result

    def backward(self, grad: Value) -> tuple[Value | None, Value | None]:
        a, b, y = self.saved_tensors
        need_a, need_b = self.needs_input_grad
        apart = unsqueeze(a, -2) - unsqueeze(b, -3)
        each = unsqueeze(grad, -1) * self._slope(apart, unsqueeze(y, -1))
        return (
            sum(each, -2) if need_a else None,
            -sum(each, -3) if need_b else None,
        )

    def _slope(self, apart: Value, size: Value) -> Value:
        """The derivative of the norm; 0 at its kinks."""
        if self.p == 0:
            return zeros_for(apart, tuple(apart.shape))
        if self.p == 1:
            return sign(apart)
        if self.p == inf:
            return sign(apart) * (abs(apart) == size)
        ratio = abs(apart) / size
        flat = (size == 0) | (apart == 0)
        return masked_fill(sign(apart) * pow(ratio, self.p - 1), flat, 0)


class EuclideanDistBackward0(Node):
    """y[i, j] = ‖aᵢ - bⱼ‖ by one product of matrices;  with r = dL/dy / y, 0 where y = 0,
    dL/daᵢ = Σⱼ rᵢⱼ·(aᵢ - bⱼ),  dL/dbⱼ = Σᵢ rᵢⱼ·(bⱼ - aᵢ).

    PyTorch: derivatives.yaml, _euclidean_dist; FunctionsManual.cpp (_euclidean_dist_backward).
    """

    __slots__ = ()
    saves = ("x1", "x2", "result")

    def forward(self, a: Any, b: Any) -> Any:
        squares = [np.sum(x * x, -1, keepdims=True) for x in (a, b)]
        ones = [np.ones_like(s) for s in squares]
        left = np.concatenate([a * -2, squares[0], ones[0]], -1)
        right = np.concatenate([b, ones[1], squares[1]], -1)
        result = np.sqrt(np.maximum(left @ right.swapaxes(-1, -2), 0))
        self.save_for_backward(a, b, result)
        return result

    def backward(self, grad: Value) -> tuple[Value | None, Value | None]:
        a, b, y = self.saved_tensors
        need_a, need_b = self.needs_input_grad
        ratio = masked_fill(grad / y, y == 0, 0)
        turned = transpose(ratio, -1, -2)
        return (
            a * sum(ratio, -1, keepdim=True) - matmul(ratio, b) if need_a else None,
            b * sum(turned, -1, keepdim=True) - matmul(turned, a) if need_b else None,
        )


def cdist(x1: Value, x2: Value, p: float = 2.0, compute_mode: str = _MODES[0]) -> Value:
    """(*, n, m) distances in the p-norm of the rows of x1 (*, n, k) from those of x2 (*, m, k).

    RuntimeError for other shapes, integers or a negative p; ValueError for another compute_mode,
    which says when p = 2 is to be computed by a product of matrices.
    """
    if compute_mode not in _MODES:
        raise ValueError(f"{compute_mode} is not a valid value for compute_mode")
    _check(x1, x2, p)
    n, m = x1.shape[-2], x2.shape[-2]
    batch = joint_shape(tuple(x1.shape[:-2]), tuple(x2.shape[:-2]))
    if compute_mode == _MODES[0]:
        by_product = max(n, m) > _ENOUGH
    else:
        by_product = compute_mode == _MODES[1]
    if p != 2 or not by_product or 0 in (*x1.shape, *x2.shape):
        return CdistBackward0.apply(x1, x2, p=float(p))
    if prod(batch) != 1:
        x1, x2 = (_one_batch(x, batch) for x in (x1, x2))
    return view(EuclideanDistBackward0.apply(x1, x2), (*batch, n, m))


def _one_batch(x: Value, batch: tuple[int, ...]) -> Value:
    matrix = tuple(x.shape[-2:])
    return view(contiguous(expand(x, (*batch, *matrix))), (prod(batch), *matrix))


def _check(x1: Value, x2: Value, p: float) -> None:
    for name, x in (("X1", x1), ("X2", x2)):
        if x.ndim < 2:
            raise RuntimeError(f"cdist only supports at least 2D tensors, {name} got: {x.ndim}D")
    if x1.shape[-1] != x2.shape[-1]:
        raise RuntimeError(
            f"X1 and X2 must have the same number of columns. X1: {x1.shape[-1]} X2: {x2.shape[-1]}"
        )
    own, other = array_of(x1).dtype, array_of(x2).dtype
    for name, kind in (("X1", own), ("X2", other)):
        if kind.kind != "f":
            raise RuntimeError(
                f"cdist only supports floating-point dtypes, {name} got: {title(kind)}"
            )
    if not p >= 0:
        raise RuntimeError("cdist only supports non-negative p values")
    if own != other:
        raise RuntimeError(f"expected scalar type {title(own)} but found {title(other)}")
    if own == np.float16:
        raise NotImplementedError("\"cdist\" not implemented for 'Half'")
