"""Which settings make sense: the checks that optimizers share, with PyTorch's messages."""

from __future__ import annotations

from ..tensor import Tensor


def check_lr(lr: float | Tensor) -> None:
    """ValueError if the learning rate is negative, or a tensor of several numbers."""
    if isinstance(lr, Tensor) and lr.numel() != 1:
        raise ValueError("Tensor lr must be 1-element")
    if not lr >= 0.0:
        raise ValueError(f"Invalid learning rate: {lr}")


def check_not_negative(**settings: float | Tensor) -> None:
    """ValueError if one of the settings, which the messages call by their keywords, is negative."""
    for name, value in settings.items():
        if not value >= 0.0:
            raise ValueError(f"Invalid {name} value: {value}")


def check_adam(
    lr: float | Tensor,
    betas: tuple[float | Tensor, float | Tensor],
    eps: float,
    weight_decay: float,
) -> None:
    """ValueError for settings that Adam and its kin cannot take: betas are in [0, 1)."""
    check_lr(lr)
    check_not_negative(epsilon=eps)
    for i, beta in enumerate(betas[:2]):
        if not 0.0 <= beta < 1.0:
            raise ValueError(f"Invalid beta parameter at index {i}: {beta}")
    check_not_negative(weight_decay=weight_decay)


def check_implementation(
    differentiable: bool, foreach: bool | None = None, fused: bool | None = None
) -> None:
    """Refuse what cannot be had together, and a step that autograd would follow.

    `foreach` and `fused` choose between PyTorch's implementations, and choose nothing here.
    """
    if fused and differentiable:
        raise RuntimeError("`fused` does not support `differentiable`")
    if fused and foreach:
        raise RuntimeError("`fused` and `foreach` cannot be `True` together.")
    if differentiable:
        raise NotImplementedError(
            "differentiable=True is not part of minitorch_nn: to differentiate through an "
            "update, write it out, as in `w = w - lr * grad`."
        )
