"""The training step in autograd (HIPS): a loss written in its NumPy, and `value_and_grad` of it.

As in its own example of a network, labels are one-hot and the softmax is a `logsumexp`. It has no
convolution that its users would train with.
"""

from __future__ import annotations

from typing import Any

import autograd.numpy as np
from autograd import value_and_grad
from autograd.scipy.special import logsumexp

from benchmarks.peers.given import Given, Leaf, named, one_hot, update
from benchmarks.workloads import Step

__all__ = ["STEPS", "mlp_step"]


def mlp_step(given: Given) -> Step:
    """Return a training step of the chapter's network."""
    images, targets = given.images.reshape(-1, 784), one_hot(given.labels)
    weights = given.weights
    velocities = [np.zeros_like(weight) for weight in weights]
    leaves = [Leaf() for _ in weights]

    def loss_of(weights: list[Any]) -> Any:
        w1, b1, w2, b2 = weights
        hidden = np.maximum(np.dot(images, w1.T) + b1, 0)
        logits = np.dot(hidden, w2.T) + b2
        log_likelihood = logits - logsumexp(logits, axis=1, keepdims=True)
        return -np.sum(log_likelihood * targets) / len(images)

    with_gradients = value_and_grad(loss_of)

    def step() -> list[Any]:
        loss, gradients = with_gradients(weights)
        for i, gradient in enumerate(gradients):
            update(weights[i], velocities[i], gradient)
            leaves[i].grad = gradient
        return [np.asarray(loss)]

    return Step(step, named(leaves))


STEPS = {"mlp_step": mlp_step}
