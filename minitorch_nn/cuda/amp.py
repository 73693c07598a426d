"""`torch.cuda.amp`, the older names of what is in amp.py.

PyTorch: torch/cuda/amp/autocast_mode.py, grad_scaler.py.
"""

from __future__ import annotations

import warnings
from typing import Any

from .. import amp

__all__ = ["GradScaler", "autocast"]


class autocast(amp.autocast):
    """`torch.autocast("cuda")`."""

    def __init__(self, enabled: bool = True, dtype: Any = None, cache_enabled: bool = True) -> None:
        _deprecated("autocast", "amp.autocast")
        super().__init__("cuda", dtype, enabled, cache_enabled)


class GradScaler(amp.GradScaler):
    """`torch.amp.GradScaler("cuda")`, with the arguments that follow the device."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        _deprecated("GradScaler", "amp.GradScaler")
        super().__init__("cuda", *args, **kwargs)


def _deprecated(name: str, newer: str) -> None:
    warnings.warn(
        f"`torch.cuda.amp.{name}(args...)` is deprecated. "
        f"Please use `torch.{newer}('cuda', args...)` instead.",
        FutureWarning,
        stacklevel=3,
    )
