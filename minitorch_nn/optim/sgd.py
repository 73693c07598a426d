"""SGD: step against the gradient, with momentum if wanted.

PyTorch: torch/optim/sgd.py (SGD, _single_tensor_sgd).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ..dtypes import Array
from ..tensor import Tensor
from .optimizer import Group
from .rule import RuleOptimizer, decayed_gradient, subtract_scaled
from .settings import check_implementation, check_lr, check_not_negative


class SGD(RuleOptimizer):
    """Stochastic gradient descent. For every parameter p with gradient g:

        g ← -g                               with maximize
        g ← g + weight_decay·p
        v ← momentum·v + (1 - dampening)·g   (the first v is g itself, undampened)
        g ← g + momentum·v with nesterov, else v
        p ← p - lr·g

    lr multiplies the velocity v as it is used, not as it is stored: a change of lr acts at once,
    unlike in Sutskever et al., "On the importance of initialization and momentum in deep learning",
    2013, where Nesterov's form is from.

    `foreach` and `fused` choose between PyTorch's implementations, and choose nothing here.

    ValueError for a negative lr, momentum or weight_decay, and for nesterov without momentum or
    with dampening.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float | Tensor = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        check_lr(lr)
        check_not_negative(momentum=momentum, weight_decay=weight_decay)
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        check_implementation(differentiable, foreach, fused)
        super().__init__(
            params,
            {
                "lr": lr,
                "momentum": momentum,
                "dampening": dampening,
                "weight_decay": weight_decay,
                "nesterov": nesterov,
                "maximize": maximize,
                "foreach": foreach,
                "differentiable": differentiable,
                "fused": fused,
            },
        )

    def _update(self, param: Tensor, group: Group) -> None:
        """One parameter's step, on bare arrays.

        PyTorch's add_(x, alpha=a) rounds p + a·x once where the processor can (a fused multiply
        and add); NumPy rounds twice, as PyTorch itself does on older processors.
        """
        grad = decayed_gradient(param, group)
        if group["momentum"] != 0:
            grad = self._with_momentum(param, grad, group)
        subtract_scaled(param.array, float(group["lr"]), grad)

    def _with_momentum(self, param: Tensor, grad: Array, group: Group) -> Array:
        momentum, dampening = float(group["momentum"]), float(group["dampening"])
        state = self.state[param]
        buffer = state.get("momentum_buffer")
        if buffer is None:
            buffer = state["momentum_buffer"] = param.new(np.array(grad))
            velocity = buffer.array
        else:
            velocity = buffer.array
            velocity *= momentum
            velocity += grad if dampening == 0 else (1 - dampening) * grad
            buffer.storage.version += 2
        return grad + momentum * velocity if group["nesterov"] else velocity
