"""`torch.cuda`, of a PyTorch without CUDA: this package computes on the CPU. Programs ask anyway.

Questions are answered: there is no device. Housekeeping, such as seeding all devices or emptying
their caches, has nothing to do. What cannot be done without a device is refused in PyTorch's words.

PyTorch: torch/cuda/__init__.py, random.py, memory.py.
"""

from __future__ import annotations

from typing import Any, NoReturn

from . import amp

__all__ = [
    "amp",
    "current_device",
    "current_stream",
    "device_count",
    "empty_cache",
    "get_arch_list",
    "get_device_capability",
    "get_device_name",
    "get_device_properties",
    "init",
    "ipc_collect",
    "is_available",
    "is_bf16_supported",
    "is_initialized",
    "manual_seed",
    "manual_seed_all",
    "max_memory_allocated",
    "max_memory_reserved",
    "mem_get_info",
    "memory_allocated",
    "memory_reserved",
    "reset_peak_memory_stats",
    "seed",
    "seed_all",
    "set_device",
    "synchronize",
]


def is_available() -> bool:
    return False


def is_initialized() -> bool:
    return False


def is_bf16_supported(including_emulation: bool = True) -> bool:
    return False


def device_count() -> int:
    return 0


def get_arch_list() -> list[str]:
    return []


def memory_allocated(device: Any = None) -> int:
    return 0


max_memory_allocated = memory_reserved = max_memory_reserved = memory_allocated


def manual_seed(seed: int) -> None:
    """Nothing: no device has a generator. `torch.manual_seed` seeds the CPU's."""


manual_seed_all = manual_seed


def seed() -> None:
    """Nothing, as manual_seed."""


seed_all = empty_cache = seed


def synchronize(*arguments: Any, **options: Any) -> NoReturn:
    """AssertionError: there is no device."""
    raise AssertionError("Torch not compiled with CUDA enabled")


init = set_device = current_device = current_stream = ipc_collect = synchronize
get_device_name = get_device_properties = get_device_capability = synchronize
mem_get_info = reset_peak_memory_stats = synchronize
