"""What operations of one or two operands share: arrays out of tensors, promotion, plain results.

PyTorch: aten/src/ATen/native/BinaryOps.cpp; TensorIterator.cpp.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..base import TensorBase, Value
from ..dtypes import promote
from .broadcasting import explain_broadcast


def array_of(x: Any) -> Any:
    """The array inside a tensor; arrays and numbers as they are."""
    return x.array if isinstance(x, TensorBase) else x


def is_number(x: Any) -> bool:
    return isinstance(x, (int, float))  # a bool is an int


def binary(ufunc: Callable[..., Any], a: Any, b: Any) -> Any:
    """`ufunc` on operands brought to one type; a clash of shapes said as PyTorch says it."""
    try:
        return ufunc(*promote(a, b))
    except ValueError as error:
        raise explain_broadcast(error, a, b) from None


def shape_of(x: Any) -> tuple[int, ...]:
    return getattr(x, "shape", ())


def keep_where(x: Any, keep: Any) -> Any:
    """x where the mask holds, else 0, for floats.

    x·keep would make nan of an infinity that is not kept, and np.where takes ten times as long
    where the mask is irregular. So: keep all the bits of a number, or none.
    """
    integer = f"i{x.dtype.itemsize}"
    bits = np.multiply(keep, -1, dtype=integer)  # -1 is all ones
    return (bits & x.view(integer)).view(x.dtype)


def constant(compute: Callable[..., Any], *operands: Any) -> Value:
    """Runs on the arrays and leaves no node; a tensor if any operand is one."""
    first = next((x for x in operands if isinstance(x, TensorBase)), None)
    result = compute(*[array_of(x) for x in operands])
    return result if first is None else first.new(result)


def is_boolean(x: Any) -> bool:
    """Whether a tensor, an array or a number is of booleans. Cheap: subtraction asks it, too."""
    dtype = getattr(array_of(x), "dtype", None)
    return isinstance(x, bool) if dtype is None else dtype.kind == "b"


def refuse_bool(x: Value, name: str) -> None:
    if is_boolean(x):
        raise NotImplementedError(f"\"{name}\" not implemented for 'Bool'")
