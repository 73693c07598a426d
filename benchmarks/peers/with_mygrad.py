"""The training step in MyGrad: NumPy's functions on its tensors, and `backward()`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mygrad
import numpy as np
from mygrad.nnet.activations import relu
from mygrad.nnet.layers import conv_nd, max_pool
from mygrad.nnet.losses import softmax_crossentropy

from benchmarks.peers.given import Given, named, update
from benchmarks.workloads import Step

__all__ = ["STEPS", "cnn_step", "mlp_step"]

# Its documentation's own advice for speed: do not lock every array that a graph needs.
mygrad.turn_memory_guarding_off()


def mlp_step(given: Given) -> Step:
    """Return a training step of the chapter's network."""
    images = given.images.reshape(-1, 784)

    def logits(w1: Any, b1: Any, w2: Any, b2: Any) -> Any:
        hidden = relu(images @ w1.T + b1)
        return hidden @ w2.T + b2

    return training_step(given, logits)


def cnn_step(given: Given) -> Step:
    """Return a training step of the convolutional network."""

    def logits(k1: Any, c1: Any, k2: Any, c2: Any, w1: Any, b1: Any, w2: Any, b2: Any) -> Any:
        x = relu(conv_nd(given.images, k1, stride=1) + c1.reshape(1, -1, 1, 1))
        x = relu(conv_nd(x, k2, stride=1) + c2.reshape(1, -1, 1, 1))
        x = max_pool(x, (2, 2), 2)
        x = relu(x.reshape(len(given.images), -1) @ w1.T + b1)
        return x @ w2.T + b2

    return training_step(given, logits)


def training_step(given: Given, logits: Callable[..., Any]) -> Step:
    """Return the step that trains `logits`, a function of the weights."""
    weights = [mygrad.tensor(weight) for weight in given.weights]
    velocities = [np.zeros_like(weight) for weight in given.weights]

    def step() -> list[np.ndarray]:
        loss = softmax_crossentropy(logits(*weights), given.labels)
        loss.backward()
        for weight, velocity in zip(weights, velocities, strict=True):
            update(weight.data, velocity, weight.grad)
        return [loss.data]

    return Step(step, named(weights))


STEPS = {"mlp_step": mlp_step, "cnn_step": cnn_step}
