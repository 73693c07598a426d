"""The form in which a gradient arrives: the shape and the dtype of what it is the gradient of.

Formulas of operations that broadcast or promote need not see to it: the engine has every gradient
pass through here on its way down.

PyTorch: torch/csrc/autograd/input_metadata.cpp; engine.cpp (validate_outputs).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..base import TensorBase, Value
from ..dtypes import from_numpy
from .node import Node


def _numpy_dtype(grad: Value) -> Any:
    return grad.array.dtype if isinstance(grad, TensorBase) else grad.dtype


def _came_of(wide: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    """Whether broadcasting can have made the one shape of the other."""
    end = wide[len(wide) - len(shape) :]
    return end == shape or (
        len(end) == len(shape) and all(n in (1, m) for m, n in zip(end, shape, strict=True))
    )


def fit(grad: Value, shape: tuple[int, ...], kind: Any, node: Node, index: int) -> Value:
    """A gradient takes the shape and dtype of the tensor it belongs to: what broadcasting repeated
    is added up again, so that formulas of operations that broadcast need not say so.

    PyTorch: engine.cpp (validate_outputs), input_metadata.cpp (reduce_grad).
    """
    if grad.shape != shape:
        if not _came_of(grad.shape, shape):
            raise RuntimeError(
                f"Function {node.name()} returned an invalid gradient at index {index} - got "
                f"{list(grad.shape)} but expected shape compatible with {list(shape)}"
            )
        is_tensor = isinstance(grad, TensorBase)
        grad = grad.sum_to_size(shape) if is_tensor else summed(grad, shape)
    if _numpy_dtype(grad) is not kind:
        is_tensor = isinstance(grad, TensorBase)
        grad = grad.to(from_numpy(kind)) if is_tensor else grad.astype(kind)
    return grad


def fit_all(grads: tuple[Value, ...], node: Node) -> tuple[Value, ...]:
    """All that a node gives, as those it goes to will get it: so hooks are shown it."""
    fitted = []
    for i, ((below, nr), grad) in enumerate(zip(node.next_functions, grads, strict=True)):
        if below is not None and grad is not None:
            shape, kind = below.metadata[nr]
            grad = fit(grad, shape, kind, node, i)
        fitted.append(grad)
    return tuple(fitted)


def summed(array: Any, shape: tuple[int, ...]) -> Any:
    """An array added up over the dimensions that broadcasting from `shape` added or repeated.

    PyTorch: aten/src/ATen/ExpandUtils.h (sum_to).
    """
    lead = array.ndim - len(shape)
    if lead == 1 and array.shape[1:] == shape:  # as a bias's: the rows, added up
        return np.asarray(np.add.reduce(array, axis=0))
    repeated = [lead + d for d, n in enumerate(shape) if n == 1 and array.shape[lead + d] != 1]
    axes = (*range(lead), *repeated)
    return np.asarray(np.add.reduce(array, axis=axes)).reshape(shape)
