"""Parameter: a tensor that a module owns and an optimizer trains.

PyTorch: torch/nn/parameter.py; torch/csrc/autograd/python_variable.cpp (_make_subclass).
"""

from __future__ import annotations

from typing import Any

from ..creation import empty
from ..missing import pytorchs_home
from ..tensor import Tensor


class Parameter(Tensor):
    """A leaf tensor that assigning to a module's attribute registers.

    It shares memory with `data`, and requires a gradient even when it is made under no_grad.
    What is computed from it is a plain Tensor.

    AttributeError if `data` is no tensor; RuntimeError if it holds integers and
    `requires_grad` is True.
    """

    def __new__(cls, data: Tensor | None = None, requires_grad: bool = True) -> Any:
        source = empty(0) if data is None else data.detach()
        if requires_grad and not source.is_floating_point():
            raise RuntimeError(
                "Only Tensors of floating point and complex dtype can require gradients"
            )
        parameter = object.__new__(cls)
        parameter.array = source.array
        parameter.storage = source.storage
        parameter._requires_grad = requires_grad
        return parameter

    def __init__(self, data: Tensor | None = None, requires_grad: bool = True) -> None:
        pass  # all is done in __new__

    def __repr__(self, **kwargs: Any) -> str:
        return "Parameter containing:\n" + super().__repr__(**kwargs)

    def __deepcopy__(self, memo: dict[int, Any]) -> Parameter:
        return type(self)(self.detach().clone(), self.requires_grad)  # without its gradient

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return type(self), (self.detach(), self.requires_grad)


def clear_grad(tensor: Tensor, set_to_none: bool) -> None:
    """Forget a tensor's gradient, or fill it with zeros in place."""
    if tensor.grad is None:
        return
    if set_to_none:
        tensor.grad = None
        return
    if tensor.grad.grad_fn is not None:
        tensor.grad.detach_()
    else:
        tensor.grad.requires_grad_(False)
    tensor.grad.zero_()


def typename(value: Any) -> str:
    """What PyTorch's messages call a value: `torch.FloatTensor`, `int`, `collections.deque`,
    `torch.nn.modules.linear.Linear`."""
    if isinstance(value, Tensor):
        return value.type()
    named = value if hasattr(value, "__qualname__") else type(value)
    if named.__module__ == "builtins":
        return named.__qualname__
    return f"{pytorchs_home(named.__module__)}.{named.__qualname__}"
