"""DataParallel, which spreads a batch over GPUs, on a machine that has none: the module itself.

PyTorch: torch/nn/parallel/data_parallel.py.
"""

from __future__ import annotations

from typing import Any

from .module import Module


class DataParallel(Module):
    """Calls `module`. Its name in a state_dict begins with `module.`, as in PyTorch."""

    def __init__(
        self, module: Module, device_ids: Any = None, output_device: Any = None, dim: int = 0
    ) -> None:
        super().__init__()
        self.module = module
        self.device_ids: list[int] = []

    def forward(self, *inputs: Any, **kwargs: Any) -> Any:
        return self.module(*inputs, **kwargs)
