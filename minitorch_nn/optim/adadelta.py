"""Adadelta: steps as large as the average step so far, over the gradient's average size.

PyTorch: torch/optim/adadelta.py (Adadelta, _single_tensor_adadelta).
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
from .settings import check_implementation, check_lr, check_not_negative


class Adadelta(RuleOptimizer):
    """For every parameter p with gradient g:

        g ← -g                       with maximize
        g ← g + weight_decay·p
        v ← rho·v + (1 - rho)·g²     "square_avg"
        d ← √(u + eps)/√(v + eps)·g
        u ← rho·u + (1 - rho)·d²     "acc_delta"
        p ← p - lr·d

    The units of d are those of p, whatever those of g: so lr may stay 1. Zeiler, "ADADELTA: An
    Adaptive Learning Rate Method", 2012.

    `foreach` chooses between PyTorch's implementations, and chooses nothing here.

    ValueError for a negative lr, eps or weight_decay, and for a rho outside [0, 1].
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        capturable: bool = False,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_lr(lr)
        if not 0.0 <= rho <= 1.0:
            raise ValueError(f"Invalid rho value: {rho}")
        check_not_negative(epsilon=eps, weight_decay=weight_decay)
        check_implementation(differentiable)
        super().__init__(
            params,
            {
                "lr": lr,
                "rho": rho,
                "eps": eps,
                "weight_decay": weight_decay,
                "maximize": maximize,
                "capturable": capturable,
                "foreach": foreach,
                "differentiable": differentiable,
            },
        )

    def _initial_state(self, param: Tensor, group: Group) -> State:
        return {
            "step": rule.scalar(0.0),
            "square_avg": zeros_like(param),
            "acc_delta": zeros_like(param),
        }

    def _update(self, param: Tensor, group: Group) -> None:
        rho, eps = group["rho"], float(group["eps"])
        grad, state = rule.decayed_gradient(param, group), self._state_of(param, group)
        rule.count_step(state)
        square = rule.average_square(state["square_avg"], grad, rho)
        change = np.sqrt(state["acc_delta"].array + eps)
        change /= np.sqrt(square + eps)
        change *= grad
        rule.average_square(state["acc_delta"], change, rho)
        values = param.array
        values -= float(group["lr"]) * change
