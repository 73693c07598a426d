"""The training step on our own plain tape, which is written in DeZero's manner."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.peers import tape
from benchmarks.peers.given import Given, named, update
from benchmarks.peers.tape import Variable
from benchmarks.workloads import Step

__all__ = ["STEPS", "cnn_step", "mlp_step"]


def mlp_step(given: Given) -> Step:
    """Return a training step of the chapter's network."""
    images = given.images.reshape(-1, 784)

    def logits(w1: Variable, b1: Variable, w2: Variable, b2: Variable) -> Variable:
        hidden = tape.relu(tape.linear(Variable(images), w1, b1))
        return tape.linear(hidden, w2, b2)

    return training_step(given, logits)


def cnn_step(given: Given) -> Step:
    """Return a training step of the convolutional network."""

    def logits(*weights: Variable) -> Variable:
        k1, c1, k2, c2, w1, b1, w2, b2 = weights
        x = tape.relu(tape.conv2d(Variable(given.images), k1, c1))
        x = tape.relu(tape.conv2d(x, k2, c2))
        x = tape.max_pool(x, 2)
        x = tape.relu(tape.linear(tape.reshape(x, (len(given.images), -1)), w1, b1))
        return tape.linear(x, w2, b2)

    return training_step(given, logits)


def training_step(given: Given, logits: Callable[..., Variable]) -> Step:
    """Return the step that trains `logits`, a function of the weights."""
    weights = [Variable(weight) for weight in given.weights]
    velocities = [np.zeros_like(weight) for weight in given.weights]

    def step() -> list[np.ndarray]:
        for weight in weights:
            weight.grad = None
        loss = tape.softmax_cross_entropy(logits(*weights), given.labels)
        loss.backward()
        for weight, velocity in zip(weights, velocities, strict=True):
            assert weight.grad is not None
            update(weight.data, velocity, weight.grad)
        return [loss.data]

    return Step(step, named(weights))


STEPS = {"mlp_step": mlp_step, "cnn_step": cnn_step}
