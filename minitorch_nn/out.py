"""`torch.add(a, b, out=c)`: the result written into a tensor that is there already.

PyTorch has a kernel of its own for it. Here the operation runs as ever, and its result is copied:
`out=` saves no memory, but a program that uses it runs. Only functions of `torch` take it, methods
do not, and not all: those that `__init__` names.

PyTorch: aten/src/ATen/native/Resize.cpp (resize_output); tools/autograd/gen_variable_type.py.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from .autograd.grad_mode import is_grad_enabled
from .dtypes import can_cast, title
from .tensor import Tensor

__all__ = ["takes_out"]


def takes_out(function: Any) -> Callable[..., Tensor]:
    """`function` with the keyword `out`, a tensor that takes the result's values and shape.

    RuntimeError if a gradient would have to pass, or if `out` cannot hold the result's type.
    """

    @wraps(function)
    def call(*args: Any, out: Tensor | None = None, **kwargs: Any) -> Tensor:
        result = function(*args, **kwargs)
        if out is None:
            return result
        if is_grad_enabled() and (result.requires_grad or out.requires_grad):
            raise RuntimeError(
                f"{function.__name__}(): functions with out=... arguments don't support automatic "
                "differentiation, but one of the arguments requires grad."
            )
        if not can_cast(result.dtype, out.dtype):
            have, wanted = title(result.dtype.numpy), title(out.dtype.numpy)
            raise RuntimeError(
                f"result type {have} can't be cast to the desired output type {wanted}"
            )
        if out.shape != result.shape:
            _resize(out, result)
        return out.copy_(result)

    return call


def _resize(out: Tensor, result: Tensor) -> None:
    if out.numel():
        warnings.warn(
            "An output with one or more elements was resized since it had shape "
            f"{list(out.shape)}, which does not match the required output shape "
            f"{list(result.shape)}. This behavior is deprecated, and in a future PyTorch release "
            "outputs will not be resized unless they have zero elements. You can explicitly reuse "
            "an out tensor t by resizing it, inplace, to zero elements with t.resize_(0).",
            stacklevel=3,
        )
    out.array = np.empty(result.shape, out.dtype.numpy)
