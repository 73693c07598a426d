"""Schedules: learning rates that change as training goes on. As `torch.optim.lr_scheduler`.

- scheduler.py: LRScheduler, what all of them do
- decay.py: from the first rate down, by steps, a power, a line or a cosine
- cycles.py: up and down again, the momentum going the other way
- plateau.py: down when a measured value no longer improves
- combined.py: several of them, one after another or all at once

PyTorch: torch/optim/lr_scheduler.py.
"""

from __future__ import annotations

from .combined import ChainedScheduler, SequentialLR
from .cycles import CosineAnnealingWarmRestarts, CyclicLR, OneCycleLR
from .decay import (
    ConstantLR,
    CosineAnnealingLR,
    ExponentialLR,
    LambdaLR,
    LinearLR,
    MultiplicativeLR,
    MultiStepLR,
    PolynomialLR,
    StepLR,
)
from .plateau import ReduceLROnPlateau
from .scheduler import LRScheduler, _LRScheduler

__all__ = [
    "ChainedScheduler",
    "ConstantLR",
    "CosineAnnealingLR",
    "CosineAnnealingWarmRestarts",
    "CyclicLR",
    "ExponentialLR",
    "LRScheduler",
    "LambdaLR",
    "LinearLR",
    "MultiStepLR",
    "MultiplicativeLR",
    "OneCycleLR",
    "PolynomialLR",
    "ReduceLROnPlateau",
    "SequentialLR",
    "StepLR",
    "_LRScheduler",
]
