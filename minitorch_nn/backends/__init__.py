"""`torch.backends`: the libraries that PyTorch computes with. Here it is NumPy alone.

Programs set their switches (`torch.backends.cudnn.benchmark = True`); they can be set and read
back, and change nothing.

PyTorch: torch/backends/__init__.py.
"""

from __future__ import annotations

from . import cuda, cudnn, mps

__all__ = ["cuda", "cudnn", "mps"]
