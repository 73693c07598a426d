"""What PyTorch's parser of arguments does beyond Python's own."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])


def numpy_names(function: F) -> F:
    """Takes NumPy's keywords too: f(x, axis=0, keepdims=True) is f(x, dim=0, keepdim=True).

    PyTorch: torch/csrc/utils/python_arg_parser.cpp (numpy_compatibility_arg_names).
    """

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if "axis" in kwargs:
            kwargs["dim"] = kwargs.pop("axis")
        if "keepdims" in kwargs:
            kwargs["keepdim"] = kwargs.pop("keepdims")
        return function(*args, **kwargs)

    return cast(F, call)
