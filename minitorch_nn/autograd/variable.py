"""`Variable`, which programs from before PyTorch 0.4 wrap around every tensor.

PyTorch: torch/autograd/variable.py; torch/csrc/autograd/python_variable.cpp.
"""

from __future__ import annotations

from typing import Any

from ..base import TensorBase

__all__ = ["Variable"]


class _TensorsAreVariables(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, TensorBase)


class Variable(metaclass=_TensorsAreVariables):
    """`Variable(tensor)` is a tensor on the same memory, a leaf, which may require a gradient.

    Every tensor is an instance of it. TypeError for what is no tensor.
    """

    def __new__(cls, data: Any, requires_grad: bool = False, volatile: bool = False) -> Any:
        if not isinstance(data, TensorBase):
            raise TypeError(f"Variable data has to be a tensor, but got {type(data).__name__}")
        leaf: Any = data
        return leaf.detach().requires_grad_(requires_grad)
