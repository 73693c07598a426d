"""RuleOptimizer: a step that changes one parameter after another by a rule; what rules share.

The rules work on bare arrays and in place, for no step is ever differentiated. Settings pass
through float() before they meet an array: a NumPy float64 or a tensor among them would make
float32 arrays float64.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..autograd.grad_mode import enable_grad
from ..creation import tensor
from ..dtypes import Array, float32, float64, get_default_dtype
from ..tensor import Tensor
from .optimizer import Group, Optimizer

State = dict[str, Any]

_CAPTURABLE = (
    "If capturable=True, params and state_steps must be on supported devices: "
    "['cuda', 'xpu', 'hpu', 'privateuseone', 'xla']."
)


class RuleOptimizer(Optimizer):
    """Base class of this package's optimizers: a subclass defines `_update`, and what it remembers.

    AssertionError, when it steps, for a group that is to be `capturable`: only GPUs can do that.
    """

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Change every parameter whose grad is not None, in place; the gradients stay as they are.

        `closure`, if given, computes the loss and its gradients first; step returns its result.
        """
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        for group in self.param_groups:
            if group.get("capturable"):
                raise AssertionError(_CAPTURABLE)
            for param in group["params"]:
                if param._grad is not None:  # `grad`, without asking whether to warn of a non-leaf
                    self._update(param, group)
                    param.storage.version += 1
        return loss

    def _update(self, param: Tensor, group: Group) -> None:
        """The rule: one parameter's step, under the group's settings."""
        raise NotImplementedError

    def _state_of(self, param: Tensor, group: Group) -> State:
        """What is remembered about `param`; at its first step, what `_initial_state` says."""
        state = self.state[param]
        if not state:
            state.update(self._initial_state(param, group))
        return state

    def _initial_state(self, param: Tensor, group: Group) -> State:
        return {}


def scalar(value: float | Tensor) -> Tensor:
    """A count or a factor among the state: a 0-d float32, float64 only where that is the default.

    Its type does not follow the parameter's: float16 could not count beyond 2048.
    """
    kind = float64 if get_default_dtype() is float64 else float32
    return tensor(float(value), dtype=kind)


def count_step(state: State) -> float:
    """One more in `state["step"]`; returns the step's number, 1 for the first."""
    if not isinstance(state["step"], Tensor):  # files of before PyTorch 1.12 have a Python number
        state["step"] = scalar(state["step"])
    count = state["step"].array
    count += 1
    return count.item()


def decayed_gradient(param: Tensor, group: Group) -> Array:
    """The g that a rule starts from. Not to be written to: it may be the gradient itself.

    g ← -g                        with maximize
    g ← g + weight_decay·p        or, with decoupled_weight_decay, instead
    p ← p - lr·weight_decay·p
    """
    grad: Array = param._grad.array
    if group["maximize"]:
        grad = -grad
    weight_decay = group["weight_decay"]
    if weight_decay == 0:
        return grad
    values = param.array
    if group.get("decoupled_weight_decay"):
        values *= float(1 - group["lr"] * weight_decay)
        param.storage.version += 1
        return grad
    return grad + float(weight_decay) * values


def average(mean: Tensor, value: Array, weight: float | Tensor) -> Array:
    """mean ← mean + weight·(value - mean), an exponential moving average; returns its array.

    PyTorch: Tensor.lerp_.
    """
    change = value - mean.array
    change *= float(weight)
    array = mean.array
    array += change
    mean.storage.version += 1
    return array


def average_square(mean: Tensor, value: Array, decay: float | Tensor) -> Array:
    """mean ← decay·mean + (1 - decay)·value²; returns its array.

    PyTorch: mul_(decay).addcmul_(value, value, value=1 - decay).
    """
    square = float(1 - decay) * value
    square *= value
    array = mean.array
    array *= float(decay)
    array += square
    mean.storage.version += 2
    return array


def root(square: Array, eps: float, share: float | Tensor = 1.0) -> Array:
    """√(square/share) + eps, in an array of its own."""
    result = np.sqrt(square, out=np.empty_like(square))
    result /= float(share**0.5)
    result += float(eps)
    return result


LARGE = 2**20  # elements; from here on a temporary of the parameter's size is worth avoiding
SLICE = 2**15  # elements that the cache of a core holds


def subtract_scaled(values: Array, factor: float, change: Array) -> None:
    """values ← values - factor·change. Of a large array a slice after the other: the product would
    be as large as the array itself, and would go out to memory and come back."""
    in_order = values.flags.c_contiguous and change.flags.c_contiguous
    if values.size < LARGE or not in_order or values.dtype != change.dtype:
        values -= factor * change
        return
    values, change = values.reshape(-1), change.reshape(-1)
    scratch = np.empty(SLICE, values.dtype)
    for start in range(0, values.size, SLICE):
        part = slice(start, start + SLICE)
        product = scratch[: change[part].size]
        np.multiply(change[part], factor, out=product)
        values[part] -= product


def subtract_ratio(param: Tensor, size: float | Tensor, top: Array, bottom: Array) -> None:
    """p ← p - size·top/bottom. `bottom` is used up: one array less to find memory for.

    PyTorch: param.addcdiv_(top, bottom, value=-size).
    """
    bottom = np.divide(top, bottom, out=bottom)
    bottom *= float(size)
    values = param.array
    values -= bottom
