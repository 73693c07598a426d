"""Anomaly detection: the backward pass stops at the first derivative that gives a nan.

    with torch.autograd.detect_anomaly():
        loss.backward()  # Function 'SqrtBackward0' returned nan values in its 0th output.

PyTorch also shows the line of the forward pass that the function comes from.

PyTorch: torch/autograd/anomaly_mode.py; torch/csrc/autograd/engine.cpp (evaluate_function).
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from ..base import TensorBase
from .node import Node

__all__ = ["anomaly", "detect_anomaly", "refuse_nan", "set_detect_anomaly"]


class _Anomaly:
    """What is asked for: nothing, or to look for nans in every gradient."""

    enabled = False
    check_nan = True


anomaly = _Anomaly()


class set_detect_anomaly:
    """Sets the mode at once, by a bool; as a context manager it puts the old one back."""

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        self._previous = anomaly.enabled, anomaly.check_nan
        anomaly.enabled, anomaly.check_nan = mode, check_nan

    def __enter__(self) -> None:
        pass

    def __exit__(self, *error: object) -> None:
        anomaly.enabled, anomaly.check_nan = self._previous


class detect_anomaly:
    """A context manager inside which a nan in a backward pass is an error."""

    def __init__(self, check_nan: bool = True) -> None:
        self._check_nan = check_nan
        warnings.warn(
            "Anomaly Detection has been enabled. This mode will increase the runtime and should "
            "only be enabled for debugging.",
            stacklevel=2,
        )

    def __enter__(self) -> None:
        self._mode = set_detect_anomaly(True, self._check_nan)

    def __exit__(self, *error: object) -> None:
        self._mode.__exit__()


def refuse_nan(node: Node, gradients: tuple[Any, ...]) -> None:
    """RuntimeError where one of the gradients that a node gave holds a nan."""
    for i, gradient in enumerate(gradients):
        array = gradient.array if isinstance(gradient, TensorBase) else gradient
        if array is not None and np.isnan(array).any():
            raise RuntimeError(f"Function '{node.name()}' returned nan values in its {i}th output.")
