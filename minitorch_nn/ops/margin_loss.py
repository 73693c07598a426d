"""Losses with a margin: what is right must be ahead of what is wrong by so much, then it costs
nothing.

Most are composites in PyTorch's order; multi_margin_loss, multilabel_margin_loss and
soft_margin_loss are nodes of their own.

PyTorch: aten/src/ATen/native/Loss.cpp, LossMultiMargin.cpp, LossMultiLabelMargin.cpp.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import Value
from ..dtypes import title
from .activation import logsigmoid
from .arithmetic import minus_number, plus_number, sub
from .broadcasting import add_up
from .choice import clamp_min, minimum, where
from .distance import pairwise_distance
from .exponentials import exp
from .loss_reduction import (
    REDUCTIONS,
    reduce_loss,
    reduced,
    reduction_of,
    refuse_gradient,
    share,
)
from .operands import array_of, binary, refuse
from .powers import sqrt
from .reduction import sum
from .shape import reshape, unsqueeze

# --- two or three vectors --------------------------------------------------------------------


def margin_ranking_loss(
    input1: Value,
    input2: Value,
    target: Value,
    margin: float = 0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Value:
    """max(0, -target·(input1 - input2) + margin): target 1 wants input1 larger, -1 input2.

    RuntimeError for different numbers of dimensions.
    """
    reduction = reduction_of(size_average, reduce, reduction)
    if not input1.ndim == input2.ndim == target.ndim:
        raise RuntimeError(
            "margin_ranking_loss : All input tensors should have same dimension but got sizes: "
            f"input1: {input1.shape}, input2: {input2.shape}, target: {target.shape} "
        )
    losses = clamp_min(plus_number(-target * sub(input1, input2), float(margin)), 0)
    return reduce_loss(losses, reduction)


def hinge_embedding_loss(
    input: Value,
    target: Value,
    margin: float = 1.0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Value:
    """A distance itself where the target is 1, max(0, margin - distance) where it is -1."""
    reduction = reduction_of(size_average, reduce, reduction)
    nothing = input.new(np.zeros(tuple(input.shape), array_of(input).dtype))
    apart = where(target != 1, clamp_min(sub(margin, input), 0), nothing)
    losses = apart + where(target != -1, input, nothing)
    return reduce_loss(losses, reduction)


def cosine_embedding_loss(
    input1: Value,
    input2: Value,
    target: Value,
    margin: float = 0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Value:
    """1 - cos where the target is 1, max(0, cos - margin) where it is -1.

    Inputs (N, D) with a target (N,), or (D,) with (). RuntimeError otherwise.
    """
    reduction = reduction_of(size_average, reduce, reduction)
    _check_pairs(input1, input2, target)
    dim = target.ndim
    squares = [plus_number(sum(x * x, dim), 1e-12) for x in (input1, input2)]
    cos = sum(input1 * input2, dim) / sqrt(squares[0] * squares[1])
    nothing = cos.new(np.zeros(tuple(cos.shape), array_of(cos).dtype))
    alike = where(target == 1, sub(1, cos), nothing)
    unlike = where(target == -1, clamp_min(minus_number(cos, margin), 0), nothing)
    return reduce_loss(alike + unlike, reduction)


def _check_pairs(input1: Value, input2: Value, target: Value) -> None:
    if target.ndim > 1:
        raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
    wanted = target.ndim + 1
    if input1.ndim != wanted or input2.ndim != wanted:
        raise RuntimeError(
            f"{target.ndim}D target tensor expects {wanted}D input tensors, but found inputs with "
            f"sizes {list(input1.shape)} and {list(input2.shape)}."
        )


def triplet_margin_loss(
    anchor: Value,
    positive: Value,
    negative: Value,
    margin: float = 1.0,
    p: float = 2,
    eps: float = 1e-6,
    swap: bool = False,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Value:
    """max(0, margin + d(anchor, positive) - d(anchor, negative)), d being the p-norm's distance.

    swap: where the negative is closer to the positive than to the anchor, that distance counts.
    """
    reduction = reduction_of(size_average, reduce, reduction)
    _check_triplet(anchor, positive, negative, margin)
    near, far = _distances(
        lambda a, b: pairwise_distance(a, b, p, eps), anchor, positive, negative, swap
    )
    return reduce_loss(clamp_min(plus_number(near, margin) - far, 0), reduction)


def triplet_margin_with_distance_loss(
    anchor: Value,
    positive: Value,
    negative: Value,
    *,
    distance_function: Callable[[Value, Value], Value] | None = None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Value:
    """triplet_margin_loss with any distance; by default `pairwise_distance`."""
    reduction = reduction_of(None, None, reduction)
    _check_triplet(anchor, positive, negative, margin)
    distance = distance_function or pairwise_distance
    near, far = _distances(distance, anchor, positive, negative, swap)
    return reduce_loss(clamp_min(near + margin - far, 0), reduction)


def _check_triplet(anchor: Value, positive: Value, negative: Value, margin: float) -> None:
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")
    if not anchor.ndim == positive.ndim == negative.ndim:
        raise RuntimeError(
            "The anchor, positive, and negative tensors are expected to have the same number of "
            f"dimensions, but got: anchor {anchor.ndim}D, positive {positive.ndim}D, and negative "
            f"{negative.ndim}D inputs"
        )


def _distances(
    distance: Callable[[Value, Value], Value],
    anchor: Value,
    positive: Value,
    negative: Value,
    swap: bool,
) -> tuple[Value, Value]:
    near, far = distance(anchor, positive), distance(anchor, negative)
    return near, minimum(far, distance(positive, negative)) if swap else far


# --- classes ---------------------------------------------------------------------------------


class SoftMarginLossBackward0(Node):
    """y = ln(1 + e⁻ᵗˣ), reduced;  dL/dx = -dL/dy·t·σ(-tx).

    PyTorch: derivatives.yaml, soft_margin_loss.
    """

    __slots__ = ("reduction",)
    saves = ("self", "target")

    def forward(self, x: Any, *, target: Any, reduction: str) -> Any:
        self.save_for_backward(x, target)
        self.reduction = reduction
        losses = np.log1p(np.exp(binary(np.multiply, x, -target)))
        return np.asarray(reduced(losses, reduction), x.dtype)

    def backward(self, grad: Value) -> Value:
        x, target = self.saved_tensors
        odds = exp(-target * x)
        return share(grad, self.reduction, array_of(x).size) * (-target * odds / (1 + odds))


def soft_margin_loss(
    input: Value,
    target: Value,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Value:
    """ln(1 + e^(-target·input)) for targets of 1 and -1, which have no gradient."""
    reduction = reduction_of(size_average, reduce, reduction)
    refuse_gradient("soft_margin_loss", target=target)
    return SoftMarginLossBackward0.apply(input, target=target, reduction=reduction)


class MultiMarginLossBackward0(Node):
    """y = Σᵢ w·max(0, margin - x[t] + x[i])ᵖ / C over the classes i ≠ t, w the weight of t;
    dL/dx[i] = dL/dy·w·p·(…)ᵖ⁻¹ / C where (…) > 0,  dL/dx[t] = minus the sum of these.

    x (N, C), t (N,), p 1 or 2. PyTorch: derivatives.yaml, multi_margin_loss.
    """

    __slots__ = ("is_target", "margin", "p", "reduction", "scale", "shape")
    saves = ("self", "target")

    def forward(
        self, x: Any, *, target: Any, p: int, margin: float, weight: Any, reduction: str
    ) -> Any:
        self.save_for_backward(x, target)
        self.p, self.margin, self.reduction, self.shape = p, margin, reduction, x.shape
        classes = x.shape[-1] if x.ndim else 1
        rows, t = x.reshape(target.size, classes), target.reshape(-1, 1)
        self.is_target = np.arange(classes) == t
        self.scale = np.full(t.shape, 1 / classes, x.dtype) * (1 if weight is None else weight[t])
        losses = add_up(self.scale * self.short(rows) ** p, axis=1)
        return np.asarray(reduced(losses.reshape(target.shape), reduction))

    def short(self, rows: Value) -> Value:
        """What each class lacks to the margin, 0 for none; for the target itself 0."""
        own = sum(where(self.is_target, rows, 0.0), 1, keepdim=True)
        return where(self.is_target, 0.0, clamp_min(rows - own + self.margin, 0))

    def backward(self, grad: Value) -> Value:
        x, _ = self.saved_tensors
        short = self.short(reshape(x, self.is_target.shape))
        steep = short > 0 if self.p == 1 else 2 * short
        per_row = reshape(grad, (-1, 1)) if self.reduction == "none" else grad
        others = share(per_row, self.reduction, len(self.scale)) * (self.scale * steep)
        own = -sum(others, 1, keepdim=True)
        return reshape(where(self.is_target, own, others), self.shape)


class MultilabelMarginLossBackward0(Node):
    """y = Σ max(0, 1 - x[c] + x[i]) / C over the listed classes c and all others i; of straight
    pieces, so that dL/dx is dL/dy times whole numbers over C.

    x (N, C); t (N, C) lists classes up to the first -1. PyTorch: multilabel_margin_loss_forward.
    """

    __slots__ = ("reduction", "slope")
    saves = ("self", "target")

    def forward(self, x: Any, *, target: Any, reduction: str) -> Any:
        self.save_for_backward(x, target)
        self.reduction = reduction
        classes = target.shape[-1] if target.ndim else 1
        rows, t = x.reshape(-1, classes), target.reshape(-1, classes)
        listed = np.logical_and.accumulate(t >= 0, axis=1)
        # [N, place in the list, C] -> how often each class is listed, [N, C].
        times = add_up((t[:, :, None] == np.arange(classes)) & listed[:, :, None], axis=1)
        # [N, c, i]: every class against every other.
        short = np.maximum(1 - rows[:, :, None] + rows[:, None, :], 0)
        counted = times[:, :, None] * (times == 0)[:, None, :]
        active = counted * (short > 0)
        slope = add_up(active, axis=1) - add_up(active, axis=2)
        self.slope = (slope / classes).astype(x.dtype).reshape(x.shape)
        losses = add_up(short * counted, axis=(1, 2)) / classes
        losses = losses.astype(x.dtype).reshape(x.shape[:-1])
        return np.asarray(reduced(losses, reduction))

    def backward(self, grad: Value) -> Value:
        self.check_saved()
        if self.reduction == "none" and self.slope.ndim:
            grad = unsqueeze(grad, -1)
        rows = self.slope.size // max(self.slope.shape[-1:], default=1)
        return share(grad, self.reduction, rows) * self.slope


def _check_rows(x: Any) -> None:
    if x.ndim > 2 or 0 in x.shape[-1:]:
        raise RuntimeError(
            "Expected non-empty vector or matrix with optional 0-dim batch size, but got: "
            f"{list(x.shape)}"
        )


def _check_long(t: Any) -> None:
    if t.dtype != np.int64:
        raise RuntimeError(f"expected scalar type Long but found {title(t.dtype)}")


def multi_margin_loss(
    input: Value,
    target: Value,
    p: int = 1,
    margin: float = 1.0,
    weight: Value | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Value:
    """How far each class comes within `margin` of the target's score, to the power p (1 or 2).

    input (N, C) or (C,); target int64 (N,) or (); weight (C,). ValueError for another p.
    """
    reduction = reduction_of(size_average, reduce, reduction)
    if p not in (1, 2):
        raise ValueError("only p == 1 and p == 2 supported")
    if weight is not None and weight.ndim != 1:
        raise ValueError("weight must be one-dimensional")
    refuse_gradient("multi_margin_loss", weight=weight)
    x, t = array_of(input), array_of(target)
    _check_rows(x)
    rows = len(x) if x.ndim == 2 else 1
    if t.ndim > 1 or t.size != rows:
        raise RuntimeError(
            "multi_margin_loss: target tensor should be 1-D with size equal to the number of input "
            f"samples (batch size). Expected target size [{rows}], but got {list(t.shape)}. Input "
            f"has shape {list(x.shape)}."
        )
    classes = x.shape[-1] if x.ndim else 1
    if weight is not None and weight.shape[0] != classes:
        raise RuntimeError(
            f"inconsistent weight size, expected {classes} but got {list(weight.shape)}"
        )
    refuse("biu", "multi_margin_loss_cpu_kernel", input)
    _check_long(t)
    if ((t < 0) | (t >= classes)).any():
        raise RuntimeError("target out of range")
    return MultiMarginLossBackward0.apply(
        input, target=target, p=p, margin=margin, weight=weight, reduction=reduction
    )


def multilabel_margin_loss(
    input: Value,
    target: Value,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Value:
    """How far the classes that are not listed come within 1 of those that are.

    input (N, C) or (C,); target int64 of the same shape, a list of classes that ends at -1.
    """
    reduction = reduction_of(size_average, reduce, reduction)
    x, t = array_of(input), array_of(target)
    _check_rows(x)
    if t.shape != x.shape:
        raise RuntimeError(
            f"inconsistent target size: {list(t.shape)} for input of size: {list(x.shape)}"
        )
    refuse("biu", "multilabel_margin_loss_forward_out_frame", input)
    if ((t < -1) | (t >= (x.shape[-1] if x.ndim else 1))).any():
        raise RuntimeError("argument #2 'target' is out of range")
    _check_long(t)
    return MultilabelMarginLossBackward0.apply(input, target=target, reduction=reduction)


def multilabel_soft_margin_loss(
    input: Value,
    target: Value,
    weight: Value | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Value:
    """-(target·ln σ(input) + (1 - target)·ln σ(-input)), averaged over the last dimension."""
    if size_average is not None or reduce is not None:
        reduction = reduction_of(size_average, reduce, reduction)
    losses = -(target * logsigmoid(input) + (1 - target) * logsigmoid(-input))
    if weight is not None:
        losses = losses * weight
    losses = sum(losses, -1) / input.shape[-1]
    if reduction not in REDUCTIONS:
        raise ValueError(f"{reduction} is not valid")
    return reduce_loss(losses, reduction)
