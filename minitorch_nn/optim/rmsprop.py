"""RMSprop: the gradient divided by the root of its average square.

PyTorch: torch/optim/rmsprop.py (RMSprop, _single_tensor_rmsprop).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..creation import zeros_like
from ..tensor import Tensor
from . import rule
from .optimizer import Group
from .rule import RuleOptimizer, State
from .settings import check_implementation, check_lr, check_not_negative


class RMSprop(RuleOptimizer):
    """Root mean square propagation. For every parameter p with gradient g:

        g ← -g                       with maximize
        g ← g + weight_decay·p
        v ← alpha·v + (1 - alpha)·g²
        m ← alpha·m + (1 - alpha)·g  with centered; v - m² then stands for v, a variance
        b ← momentum·b + g/(√v + eps)
        p ← p - lr·b

    G. Hinton's lectures, 2012; centered: Graves, "Generating Sequences With Recurrent Neural
    Networks", 2013. eps joins after the root; TensorFlow adds it before.

    `foreach` chooses between PyTorch's implementations, and chooses nothing here.

    ValueError for a negative lr, alpha, eps, weight_decay or momentum.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_lr(lr)
        check_not_negative(epsilon=eps, momentum=momentum, weight_decay=weight_decay, alpha=alpha)
        check_implementation(differentiable)
        super().__init__(
            params,
            {
                "lr": lr,
                "momentum": momentum,
                "alpha": alpha,
                "eps": eps,
                "centered": centered,
                "weight_decay": weight_decay,
                "capturable": capturable,
                "foreach": foreach,
                "maximize": maximize,
                "differentiable": differentiable,
            },
        )

    def _initial_state(self, param: Tensor, group: Group) -> State:
        state = {"step": rule.scalar(0.0), "square_avg": zeros_like(param)}
        if group["momentum"] > 0:
            state["momentum_buffer"] = zeros_like(param)
        if group["centered"]:
            state["grad_avg"] = zeros_like(param)
        return state

    def _update(self, param: Tensor, group: Group) -> None:
        alpha, momentum = group["alpha"], float(group["momentum"])
        grad, state = rule.decayed_gradient(param, group), self._state_of(param, group)
        rule.count_step(state)
        square = rule.average_square(state["square_avg"], grad, alpha)
        if group["centered"]:
            mean = rule.average(state["grad_avg"], grad, 1 - alpha)
            square = square - mean * mean
        size = rule.root(square, group["eps"])
        if momentum == 0:
            rule.subtract_ratio(param, group["lr"], grad, size)
            return
        buffer, values = state["momentum_buffer"].array, param.array
        buffer *= momentum
        buffer += grad / size
        values -= float(group["lr"]) * buffer
