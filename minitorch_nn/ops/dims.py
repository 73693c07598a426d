"""Dimensions and sizes as users give them: counted from the end, as a list or one by one, -1.

PyTorch: c10/core/WrapDimMinimal.h; aten/src/ATen/InferSize.h;
torch/csrc/utils/python_arg_parser.cpp.
"""

from __future__ import annotations

from operator import index
from typing import Any


def wrap_dim(dim: int, ndim: int) -> int:
    """A dimension counted from the end made positive. IndexError outside the range."""
    dim = index(dim)  # of NumPy's, and of a tensor's one integer, an int
    bound = max(ndim, 1)  # a 0-d tensor accepts 0 and -1
    if not -bound <= dim < bound:
        raise IndexError(
            f"Dimension out of range (expected to be in range of [{-bound}, {bound - 1}], "
            f"but got {dim})"
        )
    return dim % bound


def wrap_dims(dims: Any, ndim: int) -> tuple[int, ...]:
    """One dimension or several made positive. RuntimeError if one appears twice."""
    wrapped = tuple([wrap_dim(d, ndim) for d in as_tuple(dims)])
    for d in wrapped:
        if wrapped.count(d) > 1:
            raise RuntimeError(f"dim {d} appears multiple times in the list of dims")
    return wrapped


def is_one(dims: Any) -> bool:
    """Whether it is a single dimension: an int, or what counts as one, such as NumPy's integers."""
    return hasattr(dims, "__index__")


def as_tuple(dims: Any) -> tuple[Any, ...]:
    """One dimension, or several, as a tuple."""
    return (index(dims),) if is_one(dims) else tuple(dims)


def sizes_of(sizes: tuple[Any, ...]) -> tuple[int, ...]:
    """`f(2, 3)` and `f((2, 3))` mean the same."""
    if len(sizes) == 1 and isinstance(sizes[0], (list, tuple)):
        return tuple(int(s) for s in sizes[0])
    return tuple(int(s) for s in sizes)


def ints(given: Any, function: str, argument: str) -> tuple[int, ...]:
    """A tuple or list of integers as a tuple; with tensors among them, too. TypeError for others,
    and, as PyTorch's parser of arguments says it, if nothing was given."""
    if given is None:
        raise TypeError(f'{function}() missing 1 required positional arguments: "{argument}"')
    if not isinstance(given, (list, tuple)):
        raise TypeError(
            f"{function}(): argument '{argument}' must be tuple of ints, not {type(given).__name__}"
        )
    return tuple([index(n) for n in given])


def listed(given: tuple[Any, ...], named: Any = None) -> Any:
    """What a method was given as f(2, 3), f((2, 3)) or f(dims=(2, 3)); None if nothing."""
    if not given:
        return named
    return given[0] if len(given) == 1 and not is_one(given[0]) else given


def infer_size(sizes: tuple[int, ...], count: int) -> tuple[int, ...]:
    """Fills in a -1. RuntimeError, as PyTorch's, where `count` elements cannot have this shape."""
    known, left_open = 1, None
    for d, size in enumerate(sizes):
        if size >= 0:
            known *= size
        elif size < -1:
            raise RuntimeError(
                f"invalid shape dimension {size} at index {d} of shape {list(sizes)}"
            )
        elif left_open is None:
            left_open = d
        else:
            raise RuntimeError("only one dimension can be inferred")
    if left_open is None and known == count:
        return sizes
    if left_open is not None and known and not count % known:
        return (*sizes[:left_open], count // known, *sizes[left_open + 1 :])
    if left_open is not None and known == count == 0:
        raise RuntimeError(
            f"cannot reshape tensor of 0 elements into shape {list(sizes)} because the unspecified "
            "dimension size -1 can be any value and is ambiguous"
        )
    raise RuntimeError(f"shape '{list(sizes)}' is invalid for input of size {count}")
