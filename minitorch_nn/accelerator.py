"""`torch.accelerator`: whether there is another device than the CPU. Here there is none.

PyTorch: torch/accelerator/__init__.py.
"""

from __future__ import annotations

from typing import Any, NoReturn

__all__ = [
    "current_accelerator",
    "current_device_index",
    "current_stream",
    "device_count",
    "empty_cache",
    "is_available",
    "memory_allocated",
    "set_device_index",
    "synchronize",
]


def is_available() -> bool:
    return False


def device_count() -> int:
    return 0


def current_accelerator(check_available: bool = False) -> None:
    """None, where PyTorch has `device(type='cuda')` and the like."""


def synchronize(*arguments: Any, **options: Any) -> NoReturn:
    """RuntimeError: there is no accelerator."""
    raise RuntimeError("Cannot access accelerator device when none is available.")


set_device_index = current_device_index = current_stream = synchronize
empty_cache = memory_allocated = synchronize
