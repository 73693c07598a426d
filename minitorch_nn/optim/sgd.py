"""SGD: step against the gradient, with momentum if wanted.

PyTorch: torch/optim/sgd.py (SGD, _single_tensor_sgd).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from ..autograd.grad_mode import enable_grad
from ..dtypes import Array
from ..tensor import Tensor
from .optimizer import Group, Optimizer


class SGD(Optimizer):
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
        if isinstance(lr, Tensor) and lr.numel() != 1:
            raise ValueError("Tensor lr must be 1-element")
        if lr < 0.0:
            raise ValueError(f"Invalid learning rate: {lr}")
        if momentum < 0.0:
            raise ValueError(f"Invalid momentum value: {momentum}")
        if weight_decay < 0.0:
            raise ValueError(f"Invalid weight_decay value: {weight_decay}")
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        if fused and differentiable:
            raise RuntimeError("`fused` does not support `differentiable`")
        if fused and foreach:
            raise RuntimeError("`fused` and `foreach` cannot be `True` together.")
        if differentiable:
            raise NotImplementedError(
                "differentiable=True is not part of minitorch_nn: to differentiate through an "
                "update, write it out, as in `w = w - lr * grad`."
            )
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

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Change every parameter whose grad is not None, in place; the gradients stay as they are.

        `closure`, if given, computes the loss and its gradients first; step returns its result.
        """
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        for group in self.param_groups:
            for param in group["params"]:
                if param.grad is not None:
                    self._update(param, group)
        return loss

    def _update(self, param: Tensor, group: Group) -> None:
        """One parameter's step, on bare arrays.

        PyTorch's add_(x, alpha=a) rounds p + a·x once where the processor can (a fused multiply
        and add); NumPy rounds twice, as PyTorch itself does on older processors.
        """
        # float(): a NumPy float64 or a tensor among the settings would make float32 arrays float64.
        lr, weight_decay = float(group["lr"]), float(group["weight_decay"])
        grad = param.grad.array
        if group["maximize"]:
            grad = -grad
        if weight_decay != 0:
            grad = grad + weight_decay * param.array
        if group["momentum"] != 0:
            grad = self._with_momentum(param, grad, group)
        values = param.array
        values -= lr * grad
        param.storage.version += 1

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
