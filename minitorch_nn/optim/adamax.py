"""Adamax: Adam with the largest gradient, slowly forgotten, in place of the average square.

PyTorch: torch/optim/adamax.py (Adamax, _single_tensor_adamax).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ..creation import zeros_like
from ..tensor import Tensor
from . import rule
from .optimizer import Group
from .rule import RuleOptimizer, State
from .settings import check_adam, check_implementation


class Adamax(RuleOptimizer):
    """For every parameter p with gradient g, at its t-th step:

        g ← -g                       with maximize
        g ← g + weight_decay·p
        m ← β1·m + (1 - β1)·g        "exp_avg"
        u ← max(β2·u, |g| + eps)     "exp_inf"
        p ← p - lr/(1 - β1ᵗ) · m/u

    Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015, section 7.

    `foreach` chooses between PyTorch's implementations, and chooses nothing here.

    ValueError for a negative lr, eps or weight_decay, and for betas outside [0, 1).
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
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
                "foreach": foreach,
                "maximize": maximize,
                "differentiable": differentiable,
                "capturable": capturable,
            },
        )

    def _initial_state(self, param: Tensor, group: Group) -> State:
        return {
            "step": rule.scalar(0.0),
            "exp_avg": zeros_like(param),
            "exp_inf": zeros_like(param),
        }

    def _update(self, param: Tensor, group: Group) -> None:
        beta1, beta2 = group["betas"]
        grad, state = rule.decayed_gradient(param, group), self._state_of(param, group)
        step = rule.count_step(state)
        mean = rule.average(state["exp_avg"], grad, 1 - beta1)
        size = np.abs(grad)
        size += float(group["eps"])
        largest = state["exp_inf"].array
        largest *= float(beta2)
        np.maximum(largest, size, out=largest)
        change = mean / largest
        change *= float(group["lr"] / (1 - beta1**step))
        values = param.array
        values -= change
