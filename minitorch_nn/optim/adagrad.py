"""Adagrad: the more a number has been pushed so far, the smaller its steps become.

PyTorch: torch/optim/adagrad.py (Adagrad, _single_tensor_adagrad).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..creation import full_like
from ..tensor import Tensor
from . import rule
from .optimizer import Group
from .rule import RuleOptimizer, State
from .settings import check_implementation, check_lr, check_not_negative


class Adagrad(RuleOptimizer):
    """Adaptive gradients. For every parameter p with gradient g, at its t-th step:

        g ← -g                       with maximize
        g ← g + weight_decay·p
        s ← s + g²                   begun at initial_accumulator_value
        p ← p - lr/(1 + (t - 1)·lr_decay) · g/(√s + eps)

    Duchi et al., "Adaptive Subgradient Methods for Online Learning and Stochastic Optimization",
    2011. The state is there from the start, not only after the first step.

    `foreach` and `fused` choose between PyTorch's implementations, and choose nothing here.

    ValueError for a negative setting.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        check_lr(lr)
        check_not_negative(
            lr_decay=lr_decay,
            weight_decay=weight_decay,
            initial_accumulator_value=initial_accumulator_value,
            epsilon=eps,
        )
        check_implementation(differentiable, foreach, fused)
        super().__init__(
            params,
            {
                "lr": lr,
                "lr_decay": lr_decay,
                "eps": eps,
                "weight_decay": weight_decay,
                "initial_accumulator_value": initial_accumulator_value,
                "foreach": foreach,
                "maximize": maximize,
                "differentiable": differentiable,
                "fused": fused,
            },
        )
        for group in self.param_groups:
            for param in group["params"]:
                self._state_of(param, group)

    def _initial_state(self, param: Tensor, group: Group) -> State:
        start = self.defaults["initial_accumulator_value"]
        return {"step": rule.scalar(0.0), "sum": full_like(param, start)}

    def _update(self, param: Tensor, group: Group) -> None:
        grad, state = rule.decayed_gradient(param, group), self._state_of(param, group)
        step = rule.count_step(state)
        total = state["sum"].array
        total += grad * grad
        lr = group["lr"] / (1 + (step - 1) * group["lr_decay"])
        rule.subtract_ratio(param, lr, grad, rule.root(total, group["eps"]))
