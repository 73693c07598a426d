"""NAdam: Adam that looks ahead, as Nesterov's momentum does.

PyTorch: torch/optim/nadam.py (NAdam, _single_tensor_nadam).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..creation import zeros_like
from ..tensor import Tensor
from . import rule
from .optimizer import Group
from .rule import RuleOptimizer, State
from .settings import check_adam, check_implementation, check_not_negative


class NAdam(RuleOptimizer):
    """For every parameter p with gradient g, at its t-th step:

        g ← -g                       with maximize
        g ← g + weight_decay·p       or p ← p - lr·weight_decay·p with decoupled_weight_decay
        m ← β1·m + (1 - β1)·g        "exp_avg"
        v ← β2·v + (1 - β2)·g²       "exp_avg_sq"
        μₜ = β1·(1 - 0.96^(t·momentum_decay)/2),   Π = μ₁·…·μₜ, "mu_product"
        r = √(v/(1 - β2ᵗ)) + eps
        p ← p - lr·((1 - μₜ)/(1 - Π)·g + μₜ₊₁/(1 - Π·μₜ₊₁)·m)/r

    Dozat, "Incorporating Nesterov Momentum into Adam", 2016.

    `foreach` chooses between PyTorch's implementations, and chooses nothing here.

    ValueError for a negative lr, eps, weight_decay or momentum_decay, and for betas outside [0, 1).
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum_decay: float = 4e-3,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_adam(lr, betas, eps, weight_decay)
        check_not_negative(momentum_decay=momentum_decay)
        check_implementation(differentiable)
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": betas,
                "eps": eps,
                "weight_decay": weight_decay,
                "momentum_decay": momentum_decay,
                "decoupled_weight_decay": decoupled_weight_decay,
                "maximize": maximize,
                "foreach": foreach,
                "capturable": capturable,
                "differentiable": differentiable,
            },
        )

    def _initial_state(self, param: Tensor, group: Group) -> State:
        return {
            "step": rule.scalar(0.0),
            "mu_product": rule.scalar(1.0),
            "exp_avg": zeros_like(param),
            "exp_avg_sq": zeros_like(param),
        }

    def _update(self, param: Tensor, group: Group) -> None:
        (beta1, beta2), lr = group["betas"], group["lr"]
        grad, state = rule.decayed_gradient(param, group), self._state_of(param, group)
        step = rule.count_step(state)
        mean = rule.average(state["exp_avg"], grad, 1 - beta1)
        square = rule.average_square(state["exp_avg_sq"], grad, beta2)
        mu, mu_next = (
            beta1 * (1.0 - 0.5 * 0.96 ** (t * group["momentum_decay"])) for t in (step, step + 1)
        )
        state["mu_product"].array *= mu
        product = state["mu_product"].item()
        ahead = float(lr * (1.0 - mu) / (1.0 - product)) * grad
        ahead += float(lr * mu_next / (1.0 - product * mu_next)) * mean
        rule.subtract_ratio(param, 1.0, ahead, rule.root(square, group["eps"], 1 - beta2**step))
