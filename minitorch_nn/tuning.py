"""What programs say to make PyTorch faster, or repeatable: threads, precision, `compile`.

It is taken note of and given back, and changes nothing here: the numbers are the same at every run
anyway, matrix products are exact to the type, and how many threads NumPy multiplies with is decided
before Python starts (OMP_NUM_THREADS, OPENBLAS_NUM_THREADS).

PyTorch: torch/__init__.py; aten/src/ATen/Context.cpp, Parallel.h.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from typing import Any

__all__ = [
    "are_deterministic_algorithms_enabled",
    "compile",
    "get_float32_matmul_precision",
    "get_num_interop_threads",
    "get_num_threads",
    "is_deterministic_algorithms_warn_only_enabled",
    "set_float32_matmul_precision",
    "set_flush_denormal",
    "set_num_interop_threads",
    "set_num_threads",
    "use_deterministic_algorithms",
]

_noted: dict[str, Any] = {
    "threads": os.cpu_count() or 1,
    "interop threads": os.cpu_count() or 1,
    "deterministic": False,
    "warn only": False,
    "precision": "highest",
}


def compile(model: Callable[..., Any] | None = None, **options: Any) -> Any:
    """The model or function itself: there is no compiler. Also as a decorator, `@compile(...)`."""
    return (lambda function: function) if model is None else model


def set_num_threads(count: int) -> None:
    """RuntimeError unless it is positive."""
    _note_threads("threads", "set_num_threads", count)


def get_num_threads() -> int:
    return _noted["threads"]


def set_num_interop_threads(count: int) -> None:
    """RuntimeError unless it is positive."""
    _note_threads("interop threads", "set_num_interop_threads", count)


def get_num_interop_threads() -> int:
    return _noted["interop threads"]


def _note_threads(kind: str, function: str, count: int) -> None:
    if count <= 0:
        raise RuntimeError(f"{function} expects a positive integer")
    _noted[kind] = count


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Every operation here gives the same bits at every run, with this and without."""
    _noted["deterministic"], _noted["warn only"] = bool(mode), bool(warn_only)


def are_deterministic_algorithms_enabled() -> bool:
    return _noted["deterministic"]


def is_deterministic_algorithms_warn_only_enabled() -> bool:
    return _noted["warn only"]


def set_float32_matmul_precision(precision: str) -> None:
    """'highest', 'high' or 'medium'; float32 is multiplied in float32 in any case."""
    if precision not in ("highest", "high", "medium"):
        warnings.warn(
            f"{precision} is not one of 'highest', 'high', or 'medium'; the current"
            "setFloat32MatmulPrecision call has no effect.",
            stacklevel=2,
        )
        return
    _noted["precision"] = precision


def get_float32_matmul_precision() -> str:
    return _noted["precision"]


def set_flush_denormal(mode: bool) -> bool:
    """False: denormal numbers are kept."""
    return False
