"""`torch.distributed`, training by several processes. Programs ask whether they are one of several.

PyTorch: torch/distributed/__init__.py, distributed_c10d.py.
"""

from __future__ import annotations

__all__ = ["is_available", "is_initialized"]


def is_available() -> bool:
    return False


def is_initialized() -> bool:
    return False
