"""`torch.backends.mps`, computing on Apple's GPUs.

PyTorch: torch/backends/mps/__init__.py.
"""

from __future__ import annotations


def is_built() -> bool:
    return False


def is_available() -> bool:
    return False
