"""RAdam: Adam whose first steps do without the average square, until it can be relied on.

PyTorch: torch/optim/radam.py (RAdam, _single_tensor_radam).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..creation import zeros_like
from ..tensor import Tensor
from . import rule
from .optimizer import Group
from .rule import RuleOptimizer, State
from .settings import check_adam, check_implementation


class RAdam(RuleOptimizer):
    """For every parameter p with gradient g, at its t-th step:

        g ← -g                       with maximize
        g ← g + weight_decay·p       or p ← p - lr·weight_decay·p with decoupled_weight_decay
        m ← β1·m + (1 - β1)·g        "exp_avg"
        v ← β2·v + (1 - β2)·g²       "exp_avg_sq"
        ρ∞ = 2/(1 - β2) - 1,   ρ = ρ∞ - 2t·β2ᵗ/(1 - β2ᵗ)
        p ← p - lr · m/(1 - β1ᵗ)                              while ρ ≤ 5, then
        p ← p - lr · m/(1 - β1ᵗ) · √(1 - β2ᵗ)/(√v + eps) · r
        r = √((ρ - 4)(ρ - 2)ρ∞ / ((ρ∞ - 4)(ρ∞ - 2)ρ))

    ρ tells how many gradients v is an average of. Liu et al., "On the Variance of the Adaptive
    Learning Rate and Beyond", 2020.

    `foreach` chooses between PyTorch's implementations, and chooses nothing here.

    ValueError for a negative lr, eps or weight_decay, and for betas outside [0, 1).
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_adam(lr, betas, eps, weight_decay)
        check_implementation(differentiable)
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": betas,
                "eps": eps,
                "weight_decay": weight_decay,
                "maximize": maximize,
                "foreach": foreach,
                "capturable": capturable,
                "decoupled_weight_decay": decoupled_weight_decay,
                "differentiable": differentiable,
            },
        )

    def _initial_state(self, param: Tensor, group: Group) -> State:
        return {
            "step": rule.scalar(0.0),
            "exp_avg": zeros_like(param),
            "exp_avg_sq": zeros_like(param),
        }

    def _update(self, param: Tensor, group: Group) -> None:
        beta1, beta2 = group["betas"]
        grad, state = rule.decayed_gradient(param, group), self._state_of(param, group)
        step = rule.count_step(state)
        mean = rule.average(state["exp_avg"], grad, 1 - beta1)
        square = rule.average_square(state["exp_avg_sq"], grad, beta2)

        change = mean / float(1 - beta1**step)
        change *= float(group["lr"])
        unseen = beta2**step
        longest = 2 / (1 - beta2) - 1
        length = longest - 2 * step * unseen / (1 - unseen)
        if length > 5:
            change /= rule.root(square, group["eps"])
            change *= float((1 - unseen) ** 0.5 * _rectification(length, longest))
        values = param.array
        values -= change


def _rectification(length: float, longest: float) -> float:
    """How far the average square of `length` gradients is to be trusted; 1 in the long run."""
    ratio = (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)
    return ratio**0.5
