"""The training step in JAX on the CPU: a pure function of weights, compiled as a whole by `jit`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from benchmarks.peers.given import LEARNING_RATE, MOMENTUM, Given, Leaf, named
from benchmarks.workloads import Step

__all__ = ["STEPS", "cnn_step", "mlp_step"]

jax.config.update("jax_platforms", "cpu")


def mlp_step(given: Given) -> Step:
    """Return a training step of the chapter's network."""

    def logits(weights: Any, images: Any) -> Any:
        w1, b1, w2, b2 = weights
        hidden = jax.nn.relu(images.reshape(-1, 784) @ w1.T + b1)
        return hidden @ w2.T + b2

    return training_step(given, logits)


def cnn_step(given: Given) -> Step:
    """Return a training step of the convolutional network."""

    def logits(weights: Any, images: Any) -> Any:
        k1, c1, k2, c2, w1, b1, w2, b2 = weights
        x = jax.nn.relu(convolution(images, k1, c1))
        x = jax.nn.relu(convolution(x, k2, c2))
        x = lax.reduce_window(x, -jnp.inf, lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")
        x = jax.nn.relu(x.reshape(len(images), -1) @ w1.T + b1)
        return x @ w2.T + b2

    return training_step(given, logits)


def convolution(x: Any, kernels: Any, bias: Any) -> Any:
    """Return conv2d of [N, C, H, W]; trials with [N, H, W, C] took half as long again."""
    layout = ("NCHW", "OIHW", "NCHW")
    y = lax.conv_general_dilated(x, kernels, (1, 1), "VALID", dimension_numbers=layout)
    return y + bias[:, None, None]


def training_step(given: Given, logits: Callable[..., Any]) -> Step:
    """Return the step that trains `logits`, a function of the weights and the images."""
    images, labels = jnp.asarray(given.images), jnp.asarray(given.labels.astype(np.int32))
    weights = [jnp.array(weight) for weight in given.weights]
    velocities = [jnp.zeros_like(weight) for weight in weights]

    def loss_of(weights: Any, images: Any, labels: Any) -> Any:
        log_likelihood = jax.nn.log_softmax(logits(weights, images))
        return -jnp.take_along_axis(log_likelihood, labels[:, None], axis=1).mean()

    # Given away, the old weights' memory can hold the new ones.
    @partial(jax.jit, donate_argnums=(0, 1))
    def compiled(weights: Any, velocities: Any, images: Any, labels: Any) -> Any:
        loss, gradients = jax.value_and_grad(loss_of)(weights, images, labels)
        velocities = jax.tree.map(lambda v, g: MOMENTUM * v + g, velocities, gradients)
        weights = jax.tree.map(lambda w, v: w - LEARNING_RATE * v, weights, velocities)
        return weights, velocities, loss

    def step() -> list[np.ndarray]:
        nonlocal weights, velocities
        weights, velocities, loss = compiled(weights, velocities, images, labels)
        # JAX goes on while Python has returned; to look at the loss is to wait for it.
        return [np.asarray(loss)]

    # The compiled step keeps its gradients to itself; of what type they are can still be asked.
    gradients = jax.eval_shape(jax.grad(loss_of), weights, images, labels)
    return Step(step, named([Leaf(gradient) for gradient in gradients]))


STEPS = {"mlp_step": mlp_step, "cnn_step": cnn_step}
