"""`torch.backends.cudnn`, the switches of a library for GPUs.

PyTorch: torch/backends/cudnn/__init__.py.
"""

from __future__ import annotations

enabled = True
benchmark = False
deterministic = False
allow_tf32 = True


def is_available() -> bool:
    return False


def version() -> None:
    """None: it is not there."""
