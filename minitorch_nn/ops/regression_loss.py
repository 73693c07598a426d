"""Losses between numbers: how far a prediction is from a measured value, or from a distribution.

mse_loss, smooth_l1_loss and huber_loss are functions of the difference alone, one node each; the
rest are made of other operations, in PyTorch's order.

PyTorch: aten/src/ATen/native/Loss.cpp, cpu/PointwiseOpsKernel.cpp; torch/nn/functional.py.
"""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from ..autograd.grad_mode import no_grad
from ..autograd.node import Node
from ..base import Value
from ..dtypes import promote
from .arithmetic import plus_number, sub, times_number
from .choice import clamp, masked_fill, where
from .exponentials import exp, log, xlogy
from .inplace import in_place
from .loss_reduction import REDUCTIONS, reduce_loss, reduced, reduction_of, same_shape, share
from .operands import array_of, refuse, select
from .pointwise import abs
from .powers import pow
from .reduction import sum
from .shape import clone, unsqueeze


class _OfDifference(Node):
    """y = f(x - t), reduced;  dL/dx = dL/dy·f′(x - t),  dL/dt = -dL/dx.

    `bend` is where smooth_l1 and huber go from a parabola to a straight line.
    """

    __slots__ = ("bend", "reduction")
    saves = ("self", "target")

    def forward(self, x: Any, target: Any, *, reduction: str, bend: float = 1.0) -> Any:
        self.save_for_backward(x, target)
        self.reduction, self.bend = reduction, bend
        return np.asarray(reduced(self.loss(np.subtract(*promote(x, target))), reduction))

    def loss(self, apart: Any) -> Any:
        raise NotImplementedError

    def slope(self, apart: Value) -> Value:
        raise NotImplementedError

    def backward(self, grad: Value) -> tuple[Value | None, Value | None]:
        x, target = self.saved_tensors
        need_x, need_target = self.needs_input_grad
        grad_x = share(grad, self.reduction, array_of(x).size) * self.slope(x - target)
        return grad_x if need_x else None, -grad_x if need_target else None


class MseLossBackward0(_OfDifference):
    """f(d) = d²,  f′(d) = 2d. PyTorch: derivatives.yaml, mse_loss."""

    __slots__ = ()

    def loss(self, apart: Any) -> Any:
        return apart * apart

    def slope(self, apart: Value) -> Value:
        return 2 * apart


class SmoothL1LossBackward0(_OfDifference):
    """f(d) = d² / 2β where |d| < β, else |d| - β / 2;  f′(d) = d / β limited to [-1, 1].

    PyTorch: derivatives.yaml, smooth_l1_loss.
    """

    __slots__ = ()

    def loss(self, apart: Any) -> Any:
        far = np.abs(apart)
        return select(far < self.bend, 0.5 * far * far / self.bend, far - 0.5 * self.bend)

    def slope(self, apart: Value) -> Value:
        right = where(apart >= self.bend, 1.0, apart / self.bend)
        return where(apart <= -self.bend, -1.0, right)


class HuberLossBackward0(_OfDifference):
    """f(d) = d² / 2 where |d| ≤ δ, else δ(|d| - δ / 2);  f′(d) = d limited to [-δ, δ].

    PyTorch: derivatives.yaml, huber_loss.
    """

    __slots__ = ()

    def loss(self, apart: Any) -> Any:
        far = np.abs(apart)
        line = self.bend * (far - 0.5 * self.bend)
        return select(far <= self.bend, 0.5 * far * far, line)

    def slope(self, apart: Value) -> Value:
        right = where(apart >= self.bend, self.bend, apart)
        return where(apart <= -self.bend, -self.bend, right)


def mse_loss(
    input: Value,
    target: Value,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Value | None = None,
) -> Value:
    """(input - target)². Warns where the shapes differ; the weighted mean divides by Σ weight."""
    reduction = reduction_of(size_average, reduce, reduction)
    a, b = same_shape(input, target)
    if weight is not None:
        return _weighted(pow(sub(a, b), 2), weight, input, reduction)
    refuse("biu", "mse_cpu", a, b)
    return MseLossBackward0.apply(a, b, reduction=reduction)


def l1_loss(
    input: Value,
    target: Value,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Value | None = None,
) -> Value:
    """|input - target|. Warns where the shapes differ; the weighted mean divides by Σ weight."""
    reduction = reduction_of(size_average, reduce, reduction)
    a, b = same_shape(input, target)
    apart = abs(sub(a, b))
    if weight is not None:
        return _weighted(apart, weight, input, reduction)
    return reduce_loss(apart, reduction)


def _weighted(losses: Value, weight: Value, input: Value, reduction: str) -> Value:
    _check_weight(weight, input)
    weighted = losses * weight
    if reduction == "mean":
        return sum(weighted) / sum(weight)
    return reduce_loss(weighted, reduction)


def _check_weight(weight: Value, input: Value) -> None:
    if weight.shape != input.shape:
        raise ValueError("Weights and input must have the same size.")


def smooth_l1_loss(
    input: Value,
    target: Value,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    beta: float = 1.0,
) -> Value:
    """A parabola up to a difference of `beta`, a line of slope 1 from there. RuntimeError below 0.

    Warns where the shapes differ.
    """
    reduction = reduction_of(size_average, reduce, reduction)
    a, b = same_shape(input, target)
    if beta == 0.0:
        return l1_loss(a, b, reduction=reduction)
    if beta < 0:
        raise RuntimeError("smooth_l1_loss does not support negative values for beta.")
    refuse("biu", "smooth_l1_cpu", a, b)
    return SmoothL1LossBackward0.apply(a, b, reduction=reduction, bend=beta)


def huber_loss(
    input: Value,
    target: Value,
    reduction: str = "mean",
    delta: float = 1.0,
    weight: Value | None = None,
) -> Value:
    """A parabola up to a difference of `delta`, a line of slope `delta` from there.

    Warns where the shapes differ. RuntimeError for a delta that is not positive.
    """
    reduction = reduction_of(None, None, reduction)
    a, b = same_shape(input, target)
    if delta <= 0:
        raise RuntimeError("huber_loss does not support non-positive values for delta.")
    refuse("biu", "huber_cpu", a, b)
    if weight is None:
        return HuberLossBackward0.apply(a, b, reduction=reduction, bend=delta)
    _check_weight(weight, input)
    losses = HuberLossBackward0.apply(a, b, reduction="none", bend=delta)
    return reduce_loss(losses * weight, reduction)


# --- between distributions -------------------------------------------------------------------


def kl_div(
    input: Value,
    target: Value,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    log_target: bool = False,
) -> Value:
    """target·(ln target - input), the input being log-probabilities; with `log_target` both are.

    'batchmean' divides the sum by the number of rows, which is the divergence proper; 'mean', with
    a warning, by that of elements. RuntimeError for integers.
    """
    if reduction == "mean" and size_average is None and reduce is None:
        warnings.warn(
            "reduction: 'mean' divides the total loss by both the batch size and the support size."
            "'batchmean' divides only by the batch size, and aligns with the KL div math "
            "definition.'mean' will be changed to behave the same as 'batchmean' in the next major "
            "release.",
            stacklevel=2,
        )
    by_rows = reduction == "batchmean"
    reduction = reduction_of(size_average, reduce, "sum" if by_rows else reduction)
    if array_of(input).dtype.kind != "f" or array_of(target).dtype.kind != "f":
        raise RuntimeError("kl_div: Integral inputs not supported.")
    if log_target:
        losses = exp(target) * (target - input)
    else:
        losses = xlogy(target, target) - target * input
    loss = reduce_loss(losses, reduction)
    return loss / input.shape[0] if by_rows and input.ndim else loss


def poisson_nll_loss(
    input: Value,
    target: Value,
    log_input: bool = True,
    full: bool = False,
    size_average: bool | None = None,
    eps: float = 1e-8,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Value:
    """-ln of the Poisson probability of counts, by their expected number, or its logarithm.

    `full` adds Stirling's approximation of ln(target!) for counts above 1.
    """
    reduction = reduction_of(size_average, reduce, reduction)
    if log_input:
        losses = exp(input) - target * input
    else:
        losses = input - target * log(plus_number(input, float(eps)))
    if full:
        rest = times_number(log(times_number(target, 2 * math.pi)), 0.5)
        losses = losses + masked_fill(target * log(target) - target + rest, target <= 1, 0)
    return reduce_loss(losses, reduction)


def gaussian_nll_loss(
    input: Value,
    target: Value,
    var: Value | float,
    full: bool = False,
    eps: float = 1e-6,
    reduction: str = "mean",
) -> Value:
    """-ln of the normal density at the target, by its mean (input) and variance.

    var: of the input's shape, or with one number where the input has its last dimension, or a
    float. It counts as eps where it is smaller. `full` adds ln(2π) / 2. ValueError for a negative
    variance or one of another shape.
    """
    var = clone(_variances(var, input))
    if reduction not in REDUCTIONS:
        raise ValueError(f"{reduction} is not valid")
    with no_grad():
        in_place(var, clamp, min=eps)
    losses = 0.5 * (log(var) + pow(input - target, 2) / var)
    if full:
        losses = losses + 0.5 * math.log(2 * math.pi)
    return reduce_loss(losses, reduction)


def _variances(var: Value | float, input: Value) -> Value:
    """`var` in a shape that broadcasts over the input's."""
    if isinstance(var, float):
        var = input.new(np.full(tuple(input.shape), var, array_of(input).dtype))
    if (array_of(var) < 0).any():
        raise ValueError("var has negative entry/entries")
    if var.shape == input.shape:
        return var
    if var.shape == input.shape[:-1]:
        return unsqueeze(var, -1)
    others = [own for own, n in zip(var.shape, input.shape, strict=False) if own != n]
    if var.ndim != input.ndim or others != [1]:
        raise ValueError("var is of incorrect size")
    return var
