"""AdamW: Adam with weight decay beside the gradient, not in it.

PyTorch: torch/optim/adamw.py (AdamW).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..tensor import Tensor
from .adam import Adam


class AdamW(Adam):
    """Adam whose weight decay shrinks the weights themselves instead of joining the gradient:

        p ← p - lr·weight_decay·p

    so that it is not divided by the gradient's average size. Loshchilov and Hutter, "Decoupled
    Weight Decay Regularization", 2019. The same as Adam with decoupled_weight_decay, and a
    weight_decay of 0.01 to begin with.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 1e-3,
        betas: tuple[float | Tensor, float | Tensor] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        super().__init__(
            params,
            lr,
            betas,
            eps,
            weight_decay,
            amsgrad,
            foreach=foreach,
            maximize=maximize,
            capturable=capturable,
            differentiable=differentiable,
            fused=fused,
            decoupled_weight_decay=True,
        )

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        for group in self.param_groups:  # Adam's state, loaded into AdamW, goes on as AdamW
            group["decoupled_weight_decay"] = True
