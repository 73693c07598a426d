"""Which dtype is meant: by `torch.FloatTensor`, by its name, or by what `to` was given.

PyTorch: torch/csrc/tensor/python_tensor.cpp; torch/csrc/autograd/utils/python_arg_parsing.h.
"""

from __future__ import annotations

from typing import Any

from . import dtypes
from .base import TensorBase
from .device import check_device
from .dtypes import dtype as DType
from .layout import preserve_format

TYPE_NAMES = {
    dtypes.float16: "HalfTensor",
    dtypes.float32: "FloatTensor",
    dtypes.float64: "DoubleTensor",
    dtypes.uint8: "ByteTensor",
    dtypes.int8: "CharTensor",
    dtypes.int16: "ShortTensor",
    dtypes.int32: "IntTensor",
    dtypes.int64: "LongTensor",
    dtypes.bool_: "BoolTensor",
}

_PYTHON_TYPES: dict[Any, DType] = {
    float: dtypes.float64,
    int: dtypes.int64,
    bool: dtypes.bool_,
}


def of_type(given: Any) -> DType:
    """The dtype of `torch.FloatTensor`, of its name, or `given` itself.

    ValueError or TypeError for other types and values.
    """
    if isinstance(given, DType):
        return given
    if isinstance(given, type) and isinstance(getattr(given, "dtype", None), DType):
        return given.dtype  # type: ignore[attr-defined]
    if not isinstance(given, (str, type)):
        raise TypeError("dtype must be a type, str, or dtype object")
    name = given if isinstance(given, str) else given.__name__
    for own, spoken in TYPE_NAMES.items():
        if name == f"torch.{spoken}":
            return own
    raise ValueError(f"invalid type: '{name}'")


def read_to(
    first: Any = None,
    *rest: Any,
    dtype: Any = None,
    device: Any = None,
    non_blocking: bool = False,
    copy: bool = False,
    memory_format: Any = None,
) -> tuple[DType | None, bool, Any]:
    """The dtype that the arguments of `to` name, whether they ask for a copy, and its order."""
    flags = list(rest)
    if isinstance(first, TensorBase):
        dtype = dtypes.of(first.array)
    elif isinstance(first, (DType, type)):
        dtype = first
    else:
        device = first if device is None else device
        if flags and not isinstance(flags[0], bool):
            dtype = flags.pop(0)
    if device is not None:
        check_device(device)
    dtype = _PYTHON_TYPES.get(dtype, dtype)
    if not (dtype is None or isinstance(dtype, DType)):
        raise TypeError(
            "to() received an invalid combination of arguments - got "
            f"({type(dtype).__name__}), but expected a dtype, a device or a tensor"
        )
    return dtype, copy or (len(flags) > 1 and flags[1]), memory_format or preserve_format
