"""The element types, and how two of them become one.

`minitorch_nn.float32` is an object of this file's `dtype`; the NumPy type it stands for is
`float32.numpy`. Promotion follows PyTorch, not NumPy: a tensor with dimensions decides the type,
a 0-d tensor or a Python number only raises it to a higher *category* (bool < integer < float).
So float32[n] * float64[] stays float32, int64[n] * 2.0 becomes float32, where NumPy would answer
float64 to both.

PyTorch: c10/core/ScalarType.cpp (promoteTypes), aten/src/ATen/native/TypeProperties.cpp
(result_type).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


class dtype:
    """An element type. Compared by identity; prints as PyTorch's: `torch.float32`."""

    __slots__ = ("is_floating_point", "itemsize", "name", "numpy")

    def __init__(self, name: str) -> None:
        self.name = name
        self.numpy = np.dtype(name)
        self.itemsize = self.numpy.itemsize
        self.is_floating_point = self.numpy.kind == "f"

    @property
    def is_signed(self) -> bool:
        return self.numpy.kind in "if"

    @property
    def is_complex(self) -> bool:
        return False

    def __repr__(self) -> str:
        return f"torch.{self.name}"

    def __reduce__(self) -> str:
        # Pickled as a reference to the module's one object, so that `is` still holds.
        return "bool_" if self.name == "bool" else self.name


class NamedOnly(dtype):
    """A type of PyTorch's that no tensor here can have. Programs name such types, in a table of all
    types for instance, and compare with them; TypeError where they would be used."""

    __slots__ = ()

    def __init__(self, name: str, itemsize: int) -> None:
        self.name = name
        self.itemsize = itemsize
        self.is_floating_point = name == "bfloat16"

    @property
    def numpy(self) -> np.dtype[Any]:  # type: ignore[override]
        raise TypeError(f"torch.{self.name} is not part of minitorch_nn")

    @property
    def is_signed(self) -> bool:
        return not self.name.startswith("uint")

    @property
    def is_complex(self) -> bool:
        return self.name.startswith("complex")


float16 = dtype("float16")
float32 = dtype("float32")
float64 = dtype("float64")
uint8 = dtype("uint8")
int8 = dtype("int8")
int16 = dtype("int16")
int32 = dtype("int32")
int64 = dtype("int64")
bool_ = dtype("bool")  # exported as `minitorch_nn.bool`; the name would hide the builtin here
half, float_, double, short, int_, long = float16, float32, float64, int16, int32, int64

bfloat16 = NamedOnly("bfloat16", 2)
complex64, complex128 = NamedOnly("complex64", 8), NamedOnly("complex128", 16)
uint16, uint32, uint64 = NamedOnly("uint16", 2), NamedOnly("uint32", 4), NamedOnly("uint64", 8)

ALL = (float16, float32, float64, uint8, int8, int16, int32, int64, bool_)
_OF_NUMPY = {d.numpy: d for d in ALL}
_TITLES = {
    float16: "Half",
    float32: "Float",
    float64: "Double",
    uint8: "Byte",
    int8: "Char",
    int16: "Short",
    int32: "Int",
    int64: "Long",
    bool_: "Bool",
}
_CPP_NAMES = {
    float16: "c10::Half",
    float32: "float",
    float64: "double",
    uint8: "unsigned char",
    int8: "signed char",
    int16: "short int",
    int32: "int",
    int64: "long int",
    bool_: "bool",
}
_default = float32


def of(array: Any) -> dtype:
    """The dtype of a NumPy array or scalar. TypeError for types that PyTorch does not have."""
    try:
        return _OF_NUMPY[array.dtype]
    except KeyError:
        name = array.dtype.type.__name__
        raise TypeError(
            f"can't convert np.ndarray of type numpy.{name}. The only supported types are: "
            "float64, float32, float16, int64, int32, int16, int8, uint8, and bool."
        ) from None


_OF_PYTHON = {float: float64, int: int64, bool: bool_}


def wanted(given: Any, function: str, argument: str = "'dtype'") -> dtype | None:
    """The dtype that a user asked for, in PyTorch's words or as Python's float, int or bool.

    None if nothing was asked for. TypeError, naming the function, for what is no dtype.
    """
    if given is None or isinstance(given, dtype):
        return given
    if isinstance(given, type) and given in _OF_PYTHON:
        return _OF_PYTHON[given]
    raise TypeError(
        f"{function}(): argument {argument} must be torch.dtype, not {type(given).__name__}"
    )


def title(numpy_dtype: np.dtype[Any]) -> str:
    """The name that PyTorch's error messages give a type: `Float`, `Double`, `Long`."""
    return _TITLES[_OF_NUMPY[numpy_dtype]]


def cpp_name(numpy_dtype: np.dtype[Any]) -> str:
    """The name of the C++ type, which some messages give: `float`, `double`, `long int`."""
    return _CPP_NAMES[_OF_NUMPY[numpy_dtype]]


def get_default_dtype() -> dtype:
    return _default


def set_default_dtype(d: dtype) -> None:
    """The type of Python floats from here on. TypeError unless `d` is a floating-point dtype."""
    global _default
    if not isinstance(d, dtype):
        raise TypeError(
            "invalid dtype object: only floating-point types are supported as the default type"
        )
    if d.numpy.kind != "f":
        raise TypeError("only floating-point types are supported as the default type")
    _default = d


_CATEGORY = {"b": 0, "u": 1, "i": 1, "f": 2}


def _of_number(x: bool | int | float) -> np.dtype[Any]:
    if isinstance(x, bool):
        return bool_.numpy
    if isinstance(x, int):
        return int64.numpy
    if isinstance(x, float):
        return _default.numpy
    raise TypeError(f"an operand must be a Tensor or a number, not {type(x).__name__}")


def promote_numpy(a: np.dtype[Any], b: np.dtype[Any]) -> np.dtype[Any]:
    if a == b:
        return a
    if (a.kind == "f") != (b.kind == "f"):
        return a if a.kind == "f" else b  # NumPy would widen: int32 with float32 gives float64
    return np.promote_types(a, b)


def promote_types(type1: dtype, type2: dtype) -> dtype:
    """The smallest type that holds both, as PyTorch counts: any float beats any integer."""
    a, b = _two(type1, type2, "promote_types", "type1", "type2")
    return _OF_NUMPY[promote_numpy(a.numpy, b.numpy)]


def _two(a: Any, b: Any, function: str, first: str, second: str) -> tuple[dtype, dtype]:
    """Two arguments that must be dtypes."""
    for position, (name, given) in enumerate(((first, a), (second, b)), 1):
        if not isinstance(given, dtype):
            raise TypeError(
                f"{function}(): argument '{name}' (position {position}) must be torch.dtype, not "
                f"{type(given).__name__}"
            )
    return a, b


def can_cast(from_: dtype, to: dtype) -> bool:
    """Whether an in-place operation may store one type in the other: not floats in integers, nor
    numbers in booleans."""
    a, b = _two(from_, to, "can_cast", "from_", "to")
    return _CATEGORY[a.numpy.kind] <= _CATEGORY[b.numpy.kind]


def result_numpy(*operands: Any) -> np.dtype[Any]:
    """The NumPy type of an operation on arrays, 0-d arrays and Python numbers."""
    result: np.dtype[Any] | None = None
    # From the strongest voice to the weakest: arrays with dimensions, 0-d arrays, Python numbers.
    # A weaker voice is heard only when its category is higher than what was settled before it.
    for rank in (2, 1, 0):
        group: np.dtype[Any] | None = None
        for x in operands:
            own = getattr(x, "dtype", None)
            if (0 if own is None else 1 + (x.ndim > 0)) == rank:
                kind = _of_number(x) if own is None else own
                group = kind if group is None else promote_numpy(group, kind)
        if group is not None and (result is None or _CATEGORY[group.kind] > _CATEGORY[result.kind]):
            result = group
    assert result is not None
    return result


def promote(a: Any, b: Any) -> tuple[Any, Any]:
    """Two operands (arrays, or one of them a Python number) brought to their common type.

    Equal types, and a float array with a Python number, pass through: NumPy 2 already treats
    Python numbers as weak there.
    """
    if type(b) is float or type(b) is int:
        if a.dtype.kind == "f":
            return a, b
    elif type(a) is np.ndarray and type(b) is np.ndarray and a.dtype is b.dtype:
        return a, b
    common = result_numpy(a, b)
    return cast(a, common), cast(b, common)


def cast(x: Any, kind: np.dtype[Any]) -> Any:
    """An array or a number as an array of this type; what it cannot hold wraps, as -1 to 255."""
    return np.asarray(x).astype(kind, copy=False)


def number(value: float, kind: np.dtype[Any]) -> Any:
    """A Python number in this type. RuntimeError if it is too large (-1 may become 255)."""
    fits = True
    if kind.kind in "iu":
        limits = np.iinfo(kind)
        wraps = kind.kind == "u" and isinstance(value, int)
        fits = (-limits.max if wraps else limits.min) <= value < limits.max + 1
    elif kind.kind == "f":
        fits = not abs(value) > np.finfo(kind).max or math.isinf(value)
    if not fits:
        name = f"{kind.name}_t" if kind.kind in "iu" and kind != np.int32 else cpp_name(kind)
        raise RuntimeError(f"value cannot be converted to type {name} without overflow")
    return cast(value, kind)


def promote_float(a: Any, b: Any) -> tuple[Any, Any]:
    """As `promote`, but integers become the default float: the rule of division and its kin."""
    common = result_numpy(a, b)
    if common.kind != "f":
        common = _default.numpy
    return np.asarray(a, common), np.asarray(b, common)


def floating(x: Any) -> Any:
    """`x` itself if it holds floats, else a copy in the default float: sqrt(4) is 2."""
    return x if x.dtype.kind == "f" else np.asarray(x, _default.numpy)


def from_numpy(kind: Any) -> dtype:
    """The dtype that stands for a NumPy type."""
    return _OF_NUMPY[np.dtype(kind)]
