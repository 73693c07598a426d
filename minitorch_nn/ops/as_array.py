"""Python's numbers, nested lists and NumPy's arrays as the array of a new tensor.

Python floats become the default dtype and ints int64; NumPy's numbers and arrays keep their type,
and so do tensors of one element among the numbers of a list.

PyTorch: torch/csrc/utils/tensor_new.cpp (infer_scalar_type, recursive_store), tensor_numpy.cpp.
"""

from __future__ import annotations

import builtins
from operator import index
from typing import Any

import numpy as np

from .. import dtypes
from ..base import TensorBase
from ..dtypes import Array
from ..dtypes import dtype as DType
from ..size import Size

_NUMBERS = {builtins.float, builtins.int, builtins.bool}


def to_array(data: Any, dtype: DType | None = None) -> Array:
    """A new array of the data. Raises, in PyTorch's words, for what are no numbers, for lists of
    uneven length, and for numbers that the dtype cannot hold."""
    if isinstance(data, TensorBase):
        data = data.array
    elif isinstance(data, np.ndarray):
        check_numpy(data)
    if isinstance(data, (np.ndarray, np.generic)):
        dtypes.of(data)
        return np.array(data, None if dtype is None else dtype.numpy)
    if isinstance(data, (str, bytes)):
        raise TypeError(f"new(): invalid data type '{type(data).__name__}'")
    if isinstance(_first(data), (str, bytes)):
        raise ValueError(f"too many dimensions '{type(_first(data)).__name__}'")
    plain, inferred = _read(data)
    kind = inferred if dtype is None else dtype.numpy
    sizes = _sizes(plain)
    if 0 in sizes:
        return np.empty(sizes, kind)
    if kind.kind in "iu" and kind.itemsize < 8:
        return _narrowed(_converted(plain, np.dtype(np.int64), sizes), kind)
    return _converted(plain, kind, sizes)


def _first(data: Any) -> Any:
    while isinstance(data, (list, tuple)) and data:
        data = data[0]
    return data


def check_numpy(array: Array) -> None:
    """ValueError for an array that lies in memory as no tensor does."""
    if not array.dtype.isnative:
        raise ValueError(
            "given numpy array has byte order different from the native byte order. Conversion "
            "between byte orders is currently not supported."
        )
    if any(s < 0 for s in array.strides):
        raise ValueError(
            "At least one stride in the given numpy array is negative, and tensors with negative "
            "strides are not currently supported. (You can probably work around this by making a "
            "copy of your array  with array.copy().) "
        )


def _read(data: Any) -> tuple[Any, np.dtype[Any]]:
    """The data as nested lists of numbers and arrays, and the type that all of it promotes to."""
    if _is_sequence(data):
        data = list(data)
        types = set(map(type, data))
        if types <= _NUMBERS:  # the usual case, a row of plain numbers, needs no look at each
            numbers = [kind() for kind in types]
            return data, dtypes.result_numpy(*numbers) if numbers else _default()
        items = [_read(item) for item in data]
        kind = items[0][1]
        for _, other in items[1:]:
            kind = dtypes.promote_numpy(kind, other)
        return [item for item, _ in items], kind
    if isinstance(data, TensorBase):
        if data.array.size != 1:
            raise ValueError("only one element tensors can be converted to Python scalars")
        return data.array.item(), data.array.dtype
    if isinstance(data, (np.ndarray, np.generic)):
        return data, dtypes.of(data).numpy
    if isinstance(data, (str, bytes)):
        raise TypeError(f"new(): invalid data type '{type(data).__name__}'")
    if type(data) not in _NUMBERS:
        raise RuntimeError(f"Could not infer dtype of {type(data).__name__}")
    return data, dtypes.result_numpy(data)


def _is_sequence(data: Any) -> bool:
    if isinstance(data, (list, tuple)):
        return True
    others = (str, bytes, dict, np.ndarray, np.generic, TensorBase)
    return (
        hasattr(data, "__getitem__") and hasattr(data, "__len__") and not isinstance(data, others)
    )


def _default() -> np.dtype[Any]:
    return dtypes.get_default_dtype().numpy


def _sizes(data: Any) -> tuple[int, ...]:
    """The shape, as the first of each list tells it."""
    sizes: list[int] = []
    while isinstance(data, list):
        sizes.append(len(data))
        if not data:
            break
        data = data[0]
    return (*sizes, *np.shape(data)) if not isinstance(data, list) else tuple(sizes)


def _converted(data: Any, kind: np.dtype[Any], sizes: tuple[int, ...]) -> Array:
    try:
        return np.array(data, kind)
    except (TypeError, ValueError, OverflowError) as error:
        raise _explain(data, kind, sizes) or error from None


def _narrowed(wide: Array, kind: np.dtype[Any]) -> Array:
    """int64 in a smaller type. Negative numbers wrap round in an unsigned one, as PyTorch's do."""
    most = np.iinfo(kind).max
    least = -most if kind.kind == "u" else np.iinfo(kind).min
    if np.any((wide < least) | (wide > most)):
        raise _overflow(kind)
    return wide.astype(kind)


def _overflow(kind: np.dtype[Any]) -> RuntimeError:
    return RuntimeError(f"value cannot be converted to type {kind.name} without overflow")


def _explain(
    data: Any, kind: np.dtype[Any], sizes: tuple[int, ...], dim: int = 0
) -> Exception | None:
    """What PyTorch would say of the first item that does not fit; None if all do."""
    if not sizes:
        return _explain_number(data, kind)
    if not isinstance(data, list):
        return TypeError("not a sequence")
    if len(data) != sizes[0]:
        return ValueError(f"expected sequence of length {sizes[0]} at dim {dim} (got {len(data)})")
    found = (_explain(item, kind, sizes[1:], dim + 1) for item in data)
    return next((error for error in found if error is not None), None)


def _explain_number(data: Any, kind: np.dtype[Any]) -> Exception | None:
    if isinstance(data, list):
        if kind.kind == "f":
            return TypeError("must be real number, not list")
        return TypeError("'list' object cannot be interpreted as an integer")
    if isinstance(data, int) and kind.kind == "i" and not -(2**63) <= data < 2**63:
        return ValueError("Overflow when unpacking long long")
    try:
        np.array(data, kind)
    except (ValueError, OverflowError):
        return _overflow(kind)
    return None


# --- one number everywhere -------------------------------------------------------------------


def number(value: Any, kind: np.dtype[Any]) -> Any:
    """A Python number, or a tensor of one element, as one of this type, to fill a tensor with.

    RuntimeError if it is out of the type's range. Integers are cut, inf and nan stay in floats.
    """
    if isinstance(value, TensorBase):
        value = value.array.item()
    if kind.kind != "b" and isinstance(value, int) and not -(2**63) <= value < 2**64:
        raise OverflowError("int too big to convert")
    return dtypes.number(value, kind)


# --- as PyTorch's old constructors have it ---------------------------------------------------


def old_style(data: tuple[Any, ...], kind: np.dtype[Any] | None) -> Array:
    """FloatTensor(2, 3) is memory of that shape, FloatTensor([2, 3]) holds two numbers.

    A tensor of this dtype (of any, if `kind` is None) is shown again. TypeError for a single float,
    and for a tensor of another dtype.
    """
    own = _default() if kind is None else kind
    if len(data) != 1:
        return np.empty(tuple(map(index, data)) or (0,), own)
    (given,) = data
    if isinstance(given, TensorBase):
        if kind not in (None, given.array.dtype):
            wanted, got = dtypes.cpp_name(own), dtypes.cpp_name(given.array.dtype)
            raise TypeError(f"expected {_OPTIONS.format(wanted)} (got {_OPTIONS.format(got)})")
        return given.array.view()
    if isinstance(given, Size):
        return np.empty(given, own)
    if isinstance(given, np.ndarray) or _is_sequence(given):
        return to_array(given, dtypes.from_numpy(own))
    if isinstance(given, (str, bytes)):
        raise TypeError(f"new(): invalid data type '{type(given).__name__}'")
    if not hasattr(given, "__index__"):
        raise TypeError(f"new(): data must be a sequence (got {type(given).__name__})")
    return np.empty(index(given), own)


_OPTIONS = (
    "TensorOptions(dtype={}, device=cpu, layout=Strided, requires_grad=false (default), "
    "pinned_memory=false (default), memory_format=(nullopt))"
)
