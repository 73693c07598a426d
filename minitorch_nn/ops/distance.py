"""How far apart, or how much alike, vectors are: pairwise_distance, cosine_similarity, normalize.

PyTorch: aten/src/ATen/native/Distance.cpp; torch/nn/functional.py (normalize).
"""

from __future__ import annotations

from ..autograd.grad_mode import no_grad
from ..base import Value
from ..dtypes import result_numpy, title
from .arithmetic import plus_number, sub
from .broadcasting import broadcast_tensors, expand
from .choice import clamp_min
from .inplace import in_place
from .norms import LinalgVectorNormBackward0, norm
from .operands import array_of
from .reduction import sum, to_axes
from .shape import clone, to_dtype


class NormBackward1(LinalgVectorNormBackward0):
    """The p-norm over some dimensions, by its older name. PyTorch: norm.ScalarOpt_dim."""

    __slots__ = ()


def pairwise_distance(
    x1: Value, x2: Value, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False
) -> Value:
    """The p-norm of x1 - x2 + eps over the last dimension; x1 and x2 broadcast."""
    apart = plus_number(sub(x1, x2), float(eps))
    return NormBackward1.apply(apart, p=p, axes=to_axes(-1, apart.ndim), keepdim=keepdim)


def cosine_similarity(x1: Value, x2: Value, dim: int = 1, eps: float = 1e-8) -> Value:
    """The cosine of the angle between vectors along `dim`; a shorter norm than eps counts as eps.

    x1 and x2 broadcast and promote. RuntimeError where both are of integers.
    """
    kind = result_numpy(array_of(x1), array_of(x2))
    if kind.kind != "f":
        raise RuntimeError(
            "expected common dtype to be floating point, yet common dtype is " + title(kind)
        )
    x1, x2 = broadcast_tensors(
        *[to_dtype(x, kind) if array_of(x).dtype.kind != "f" else x for x in (x1, x2)]
    )
    return sum(_of_length_one(x1, dim, eps) * _of_length_one(x2, dim, eps), dim)


def _of_length_one(x: Value, dim: int, eps: float) -> Value:
    length = clone(norm(x, 2, dim, keepdim=True))
    with no_grad():  # raised to eps without a kink in the gradient
        in_place(length, clamp_min, min=eps)
    return x / length


def normalize(input: Value, p: float = 2.0, dim: int = 1, eps: float = 1e-12) -> Value:
    """input over its p-norm along `dim` (an int or several), which counts as eps if smaller."""
    length = clamp_min(norm(input, p, dim, keepdim=True), eps)
    return input / expand(length, tuple(input.shape))
