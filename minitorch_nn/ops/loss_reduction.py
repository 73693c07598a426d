"""What every loss does in the end: the mean of its elements, their sum, or nothing.

`size_average` and `reduce` are PyTorch's older way to say which; they come with a warning.

PyTorch: torch/nn/_reduction.py; aten/src/ATen/native/Loss.cpp (apply_loss_reduction).
"""

from __future__ import annotations

import warnings
from typing import Any

from ..autograd.grad_mode import mode
from ..base import TensorBase, Value
from .broadcasting import add_up, broadcast_tensors
from .reduction import mean, sum

REDUCTIONS = ("none", "mean", "sum")


def reduction_of(size_average: bool | None, reduce: bool | None, reduction: str) -> str:
    """The reduction that a loss function was asked for. ValueError for an unknown one."""
    if size_average is not None or reduce is not None:
        return legacy_reduction(size_average, reduce)
    if reduction not in REDUCTIONS:
        raise ValueError(f"{reduction} is not a valid value for reduction")
    return reduction


def legacy_reduction(size_average: bool | None, reduce: bool | None) -> str:
    """What the older arguments mean, with the warning that they deserve.

    Their truth is asked for, so that `MSELoss(output, target)`, where `MSELoss()(output, target)`
    was meant, raises RuntimeError: the tensors are neither true nor false.
    """
    averages = True if size_average is None else size_average
    reduces = True if reduce is None else reduce
    reduction = "mean" if averages and reduces else "sum" if reduces else "none"
    warnings.warn(
        "size_average and reduce args will be deprecated, "
        f"please use reduction='{reduction}' instead.",
        stacklevel=4,
    )
    return reduction


def reduced(values: Any, reduction: str) -> Any:
    """Arrays: as they are, their mean, or their sum."""
    if reduction == "none":
        return values
    total = add_up(values, axis=None)
    return total / values.dtype.type(values.size) if reduction == "mean" else total


def share(grad: Value, reduction: str, count: int) -> Value:
    """What each of `count` elements gets of a reduced loss's gradient."""
    return grad / max(count, 1) if reduction == "mean" else grad


def reduce_loss(losses: Value, reduction: str) -> Value:
    """The mean or sum of the elements as an operation of its own, which the graph shows."""
    if reduction == "none":
        return losses
    return mean(losses) if reduction == "mean" else sum(losses)


def same_shape(input: Any, target: Any) -> tuple[Value, Value]:
    """Both in the shape that they broadcast to, with a warning if that is not their own."""
    if target.size() == input.size():
        return input, target
    warnings.warn(
        f"Using a target size ({target.shape}) that is different to the input size "
        f"({input.shape}). This will likely lead to incorrect results due to broadcasting. "
        "Please ensure they have the same size.",
        stacklevel=3,
    )
    a, b = broadcast_tensors(input, target)
    return a, b


def refuse_gradient(function: str, **arguments: Any) -> None:
    """RuntimeError if an argument that the loss has no derivative for requires one."""
    for name, x in arguments.items():
        if mode.grad and isinstance(x, TensorBase) and x.requires_grad:
            raise RuntimeError(
                f"The function '{function}' is not differentiable with respect to argument "
                f"'{name}'. This input cannot have requires_grad True."
            )
