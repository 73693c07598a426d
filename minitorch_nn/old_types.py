"""torch.FloatTensor, torch.LongTensor and their kin: tensor types by their names of old.

    torch.LongTensor([1, 2])                 tensor([1, 2])
    isinstance(x, torch.FloatTensor)         whether x holds float32
    x.type("torch.DoubleTensor")             x in float64

New programs say `tensor(..., dtype=...)`; many old ones are still around.

PyTorch: torch/csrc/tensor/python_tensor.cpp.
"""

from __future__ import annotations

from typing import Any

from . import dtypes
from .device import check_device
from .ops.as_array import old_style
from .tensor import Tensor
from .type_names import TYPE_NAMES


class tensortype(type):
    """The type of these types: calling one makes a Tensor, isinstance asks for its dtype."""

    dtype: dtypes.dtype

    def __call__(cls, *data: Any, device: Any = None) -> Tensor:
        check_device(device)
        return Tensor.new(old_style(data, cls.dtype.numpy))

    def __instancecheck__(cls, x: object) -> bool:
        return isinstance(x, Tensor) and x.dtype is cls.dtype


def _named(dtype: dtypes.dtype) -> tensortype:
    return tensortype(TYPE_NAMES[dtype], (), {"dtype": dtype, "__module__": "torch"})


HalfTensor = _named(dtypes.float16)
FloatTensor = _named(dtypes.float32)
DoubleTensor = _named(dtypes.float64)
ByteTensor = _named(dtypes.uint8)
CharTensor = _named(dtypes.int8)
ShortTensor = _named(dtypes.int16)
IntTensor = _named(dtypes.int32)
LongTensor = _named(dtypes.int64)
BoolTensor = _named(dtypes.bool_)


def set_default_tensor_type(t: Any) -> None:
    """As set_default_dtype, with one of these types or its name: torch.DoubleTensor."""
    dtypes.set_default_dtype(Tensor.new(0.0).type(t).dtype)
