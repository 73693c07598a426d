"""Rprop: steps by the gradient's sign alone, of sizes that grow until it changes.

PyTorch: torch/optim/rprop.py (Rprop, _single_tensor_rprop).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ..creation import full_like, zeros_like
from ..ops.pointwise import sign
from ..tensor import Tensor
from . import rule
from .optimizer import Group
from .rule import RuleOptimizer, State
from .settings import check_implementation, check_lr


class Rprop(RuleOptimizer):
    """Resilient backpropagation. Every number has a step size s, begun at lr:

        g ← -g                                    with maximize
        s ← η⁺·s                                  where g has the sign of the step before,
        s ← η⁻·s and g ← 0                        where it has the other sign
        s is kept between the two step_sizes
        p ← p - s·sign(g)

    For whole batches only: signs of small samples' gradients change by chance. Riedmiller and
    Braun, "A Direct Adaptive Method for Faster Backpropagation Learning", 1993.

    `etas` are (η⁻, η⁺). `foreach` chooses between PyTorch's implementations, and chooses nothing
    here.

    ValueError for a negative lr, and unless 0 < η⁻ < 1 < η⁺.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 1e-2,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50),
        *,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_lr(lr)
        if not 0.0 < etas[0] < 1.0 < etas[1]:
            raise ValueError(f"Invalid eta values: {etas[0]}, {etas[1]}")
        check_implementation(differentiable)
        super().__init__(
            params,
            {
                "lr": lr,
                "etas": etas,
                "step_sizes": step_sizes,
                "foreach": foreach,
                "maximize": maximize,
                "differentiable": differentiable,
                "capturable": capturable,
            },
        )

    def _initial_state(self, param: Tensor, group: Group) -> State:
        return {
            "step": rule.scalar(0.0),
            "prev": zeros_like(param),
            "step_size": full_like(param, float(group["lr"])),
        }

    def _update(self, param: Tensor, group: Group) -> None:
        shrink, grow = group["etas"]
        state = self._state_of(param, group)
        rule.count_step(state)
        previous, size, values = state["prev"].array, state["step_size"].array, param.array
        grad = -param.grad.array if group["maximize"] else param.grad.array
        same = sign(grad * previous)
        size *= np.where(same > 0, grow, np.where(same < 0, shrink, 1.0))
        np.clip(size, *group["step_sizes"], out=size)
        np.copyto(previous, np.where(same < 0, 0.0, grad))
        values -= sign(previous) * size
