"""Gradients kept within bounds, between `backward()` and `step()`: as a whole, or each number.

PyTorch: torch/nn/utils/clip_grad.py.
"""

from __future__ import annotations

import warnings
from collections.abc import Generator, Iterable
from typing import Any

from ...autograd.grad_mode import no_grad
from ...creation import tensor
from ...ops.choice import clamp
from ...ops.joining import stack
from ...ops.norms import vector_norm
from ...tensor import Tensor

Tensors = Tensor | Iterable[Tensor]


def _as_list(tensors: Tensors) -> list[Tensor]:
    return [tensors] if isinstance(tensors, Tensor) else list(tensors)


def _grads(parameters: Tensors) -> list[Any]:
    return [p.grad for p in _as_list(parameters) if p.grad is not None]


@no_grad()
def clip_grad_norm_(
    parameters: Tensors,
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """Shorten the gradients, seen as one long vector, to `max_norm` if they are longer; in place.

    Returns the norm that they had. RuntimeError with `error_if_nonfinite` if it is inf or nan.
    `foreach` chooses between PyTorch's implementations, and chooses nothing here.
    """
    if isinstance(parameters, Generator):
        parameters = list(parameters)
        if not parameters:
            warnings.warn(
                "`parameters` is an empty generator, no gradient clipping will occur.",
                stacklevel=3,
            )
    parameters = _as_list(parameters)
    total_norm = get_total_norm(_grads(parameters), norm_type, error_if_nonfinite)
    clip_grads_with_norm_(parameters, max_norm, total_norm)
    return total_norm


@no_grad()
def get_total_norm(
    tensors: Tensors,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """The norm of all tensors as one long vector: the norm of their norms.

    `norm_type` is p, or "inf". RuntimeError with `error_if_nonfinite` if the norm is inf or nan.
    """
    norm_type = float(norm_type)
    norms = [vector_norm(t, norm_type) for t in _as_list(tensors)]
    if not norms:
        return tensor(0.0)
    total_norm = vector_norm(stack(norms), norm_type)
    if error_if_nonfinite and not total_norm.isfinite():
        raise RuntimeError(
            f"The total norm of order {norm_type} for gradients from `parameters` is non-finite, "
            "so it cannot be clipped. To disable this error and scale the gradients by the "
            "non-finite norm anyway, set `error_if_nonfinite=False`"
        )
    return total_norm


@no_grad()
def clip_grads_with_norm_(
    parameters: Tensors, max_norm: float, total_norm: Tensor, foreach: bool | None = None
) -> None:
    """Multiply the gradients by max_norm/total_norm, in place, if that is less than 1."""
    grads = _grads(parameters)
    factor = clamp(float(max_norm) / (total_norm + 1e-6), max=1.0)
    for grad in grads:
        grad.mul_(factor)


@no_grad()
def clip_grad_value_(parameters: Tensors, clip_value: float, foreach: bool | None = None) -> None:
    """Bring every number in the gradients between -clip_value and clip_value, in place."""
    clip_value = float(clip_value)
    for grad in _grads(parameters):
        grad.clamp_(-clip_value, clip_value)


def clip_grad_norm(*args: Any, **kwargs: Any) -> Tensor:
    """The old name of `clip_grad_norm_`."""
    warnings.warn(
        "`torch.nn.utils.clip_grad_norm` is now deprecated "
        "in favor of `torch.nn.utils.clip_grad_norm_`.",
        FutureWarning,
        stacklevel=2,
    )
    return clip_grad_norm_(*args, **kwargs)
