"""Adam: steps in the direction of the average gradient, each number at a rate of its own.

PyTorch: torch/optim/adam.py (Adam, _single_tensor_adam).
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


class Adam(RuleOptimizer):
    """Adaptive moments. For every parameter p with gradient g, at its t-th step:

        g ← -g                       with maximize
        g ← g + weight_decay·p       or p ← p - lr·weight_decay·p with decoupled_weight_decay
        m ← β1·m + (1 - β1)·g        the average gradient, "exp_avg"
        v ← β2·v + (1 - β2)·g²       the average square, "exp_avg_sq"
        v̂ ← max(v̂, v)                with amsgrad, "max_exp_avg_sq"; else v
        p ← p - lr · m/(1 - β1ᵗ) / (√(v̂/(1 - β2ᵗ)) + eps)

    Both averages begin at zero; the divisions by 1 - βᵗ make up for it. Where gradients agree in
    sign the step is about lr, however small they are. Kingma and Ba, "Adam: A Method for Stochastic
    Optimization", 2015; amsgrad: Reddi et al., "On the Convergence of Adam and Beyond", 2018.

    `foreach` and `fused` choose between PyTorch's implementations, and choose nothing here.

    ValueError for a negative lr, eps or weight_decay, and for betas outside [0, 1).
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 1e-3,
        betas: tuple[float | Tensor, float | Tensor] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:
        if isinstance(lr, Tensor) and foreach and not capturable:
            raise ValueError(
                "lr as a Tensor is not supported for capturable=False and foreach=True"
            )
        check_adam(lr, betas, eps, weight_decay)
        check_implementation(differentiable, foreach, fused)
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": _same_kind(betas, foreach=bool(foreach and not capturable)),
                "eps": eps,
                "weight_decay": weight_decay,
                "amsgrad": amsgrad,
                "maximize": maximize,
                "foreach": foreach,
                "capturable": capturable,
                "differentiable": differentiable,
                "fused": fused,
                "decoupled_weight_decay": decoupled_weight_decay,
            },
        )

    def _initial_state(self, param: Tensor, group: Group) -> State:
        state = {
            "step": rule.scalar(0.0),
            "exp_avg": zeros_like(param),
            "exp_avg_sq": zeros_like(param),
        }
        if group["amsgrad"]:
            state["max_exp_avg_sq"] = zeros_like(param)
        return state

    def _update(self, param: Tensor, group: Group) -> None:
        beta1, beta2 = group["betas"]
        grad, state = rule.decayed_gradient(param, group), self._state_of(param, group)
        step = rule.count_step(state)
        mean = rule.average(state["exp_avg"], grad, 1 - beta1)
        square = rule.average_square(state["exp_avg_sq"], grad, beta2)
        if group["amsgrad"]:
            largest = state["max_exp_avg_sq"].array
            square = np.maximum(largest, square, out=largest)
        size = rule.root(square, group["eps"], 1 - beta2**step)
        rule.subtract_ratio(param, group["lr"] / (1 - beta1**step), mean, size)


def _same_kind(betas: tuple[Any, Any], foreach: bool) -> tuple[Any, Any]:
    """The betas, both floats or both tensors of one number, which become 0-d."""
    tensors = [isinstance(beta, Tensor) for beta in betas]
    if not (all(tensors) or all(isinstance(beta, float) for beta in betas)):
        raise ValueError("betas must be either both floats or both Tensors")
    if not all(tensors):
        return betas
    for i, beta in enumerate(betas):
        if foreach:
            raise ValueError(
                f"betas[{i}] as a Tensor is not supported for capturable=False and foreach=True"
            )
        if beta.numel() != 1:
            raise ValueError(f"Tensor betas[{i}] must be 1-element")
    return betas[0].squeeze(), betas[1].squeeze()
