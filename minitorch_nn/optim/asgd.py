"""ASGD: gradient descent that also keeps the average of where it has been.

PyTorch: torch/optim/asgd.py (ASGD, _single_tensor_asgd).
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


class ASGD(RuleOptimizer):
    """Averaged stochastic gradient descent. For every parameter p with gradient g, at step t:

        g ← -g                       with maximize
        g ← g + weight_decay·p
        p ← p - η·(lambd·p + g)
        a ← a + μ·(p - a)            the average, "ax"; p itself until step t0
        η ← lr/(1 + lambd·lr·t)^alpha,   μ ← 1/max(1, t - t0)      for the next step

    The average is in `state[p]["ax"]`: it is for the user to copy into the parameter in the end.
    Polyak and Juditsky, "Acceleration of stochastic approximation by averaging", 1992.

    `foreach` chooses between PyTorch's implementations, and chooses nothing here.

    ValueError for a negative lr, lambd, alpha or weight_decay.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 1e-2,
        lambd: float = 1e-4,
        alpha: float = 0.75,
        t0: float = 1e6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        check_lr(lr)
        check_not_negative(lambd=lambd, alpha=alpha, weight_decay=weight_decay)
        check_implementation(differentiable)
        super().__init__(
            params,
            {
                "lr": lr,
                "lambd": lambd,
                "alpha": alpha,
                "t0": t0,
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
            "eta": rule.scalar(group["lr"]),
            "mu": rule.scalar(1.0),
            "ax": zeros_like(param),
        }

    def _update(self, param: Tensor, group: Group) -> None:
        lr, lambd = group["lr"], float(group["lambd"])
        grad, state = rule.decayed_gradient(param, group), self._state_of(param, group)
        step = rule.count_step(state)
        eta, mu = state["eta"].item(), state["mu"].item()
        mean, values = state["ax"].array, param.array
        values *= 1 - lambd * eta
        values -= eta * grad
        if mu == 1:
            np.copyto(mean, values)
        else:
            mean += (values - mean) * mu
        state["eta"].copy_(rule.scalar(lr / (1 + lambd * lr * step) ** group["alpha"]))
        state["mu"].copy_(rule.scalar(1 / max(1, step - group["t0"])))
