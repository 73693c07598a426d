"""What every library starts from: the same weights, images and labels, as NumPy's arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import minitorch_nn
from benchmarks import workloads

__all__ = ["LEARNING_RATE", "MOMENTUM", "Given", "Leaf", "give", "named", "one_hot", "update"]

LEARNING_RATE = 0.01
MOMENTUM = 0.9


@dataclass(frozen=True)
class Given:
    """Where training starts: `weights` in the order of the model's parameters()."""

    weights: list[np.ndarray]
    images: np.ndarray  # float32 [N, 1, 28, 28]
    labels: np.ndarray  # int64 [N]


@dataclass
class Leaf:
    """Where a step that computes bare gradients leaves one, for its dtype to be seen."""

    grad: Any = None


def give(network: Callable[[Any], Any]) -> Given:
    """Return the start of `workloads.training_step` for a network, in arrays of its own.

    minitorch_nn draws it, in that function's order: model, images, labels. From the same seed it
    draws PyTorch's numbers.
    """
    model = network(minitorch_nn)
    images = minitorch_nn.rand(workloads.BATCH, 1, 28, 28)
    labels = minitorch_nn.randint(0, 10, (workloads.BATCH,))
    weights = [parameter.detach().numpy().copy() for parameter in model.parameters()]
    return Given(weights, images.numpy(), labels.numpy())


def named(leaves: Sequence[Any]) -> dict[str, Any]:
    """Return the leaves of a step by name, in the order of the weights."""
    return {f"weight {place}": leaf for place, leaf in enumerate(leaves, start=1)}


def one_hot(labels: np.ndarray) -> np.ndarray:
    """Return float32 [N, 10] with a 1 at every label."""
    return np.eye(10, dtype=np.float32)[labels]


def update(weight: np.ndarray, velocity: np.ndarray, gradient: np.ndarray) -> None:
    """Write one weight's step of SGD with momentum in place, as NumPy's users do."""
    velocity *= MOMENTUM
    velocity += gradient
    weight -= LEARNING_RATE * velocity
