"""The training steps in NumPy with the derivatives worked out on paper: no graph, no classes.

What a library with a graph costs is what it takes beyond this. Images are kept as [N, H, W, C]:
then a window's row of pixels is one run of memory, and a convolution is one matrix product.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from benchmarks.peers.given import Given, Leaf, named, one_hot, update
from benchmarks.workloads import Step

__all__ = ["STEPS", "cnn_step", "mlp_step"]

Array = np.ndarray

# So many images' windows are copied and multiplied at a time: they stay in the cache.
IMAGES = 4


def mlp_step(given: Given) -> Step:
    """Return a training step of the chapter's network."""
    w1, b1, w2, b2 = given.weights
    x, targets = given.images.reshape(-1, 784), one_hot(given.labels)

    def gradients() -> tuple[Array, list[Array]]:
        hidden = linear_relu(x, w1, b1)
        loss, d_logits = cross_entropy(hidden @ w2.T + b2, targets)
        d_hidden = d_logits @ w2
        d_hidden *= hidden > 0
        return loss, [
            *(d_hidden.T @ x, d_hidden.sum(0)),
            *(d_logits.T @ hidden, d_logits.sum(0)),
        ]

    return training_step(given, gradients)


def cnn_step(given: Given) -> Step:
    """Return a training step of the convolutional network."""
    k1, c1, k2, c2, w1, b1, w2, b2 = given.weights
    images = np.ascontiguousarray(given.images.transpose(0, 2, 3, 1))
    targets = one_hot(given.labels)

    def gradients() -> tuple[Array, list[Array]]:
        x1 = convolution(images, k1)
        x1 += c1
        np.maximum(x1, 0, out=x1)
        x2 = convolution(x1, k2)
        x2 += c2
        np.maximum(x2, 0, out=x2)
        pooled = quarters(x2).max((2, 4))
        flat = pooled.transpose(0, 3, 1, 2).reshape(len(images), -1)
        hidden = linear_relu(flat, w1, b1)
        loss, d_logits = cross_entropy(hidden @ w2.T + b2, targets)

        d_hidden = d_logits @ w2
        d_hidden *= hidden > 0
        n, h, w, c = pooled.shape
        d_pooled = (d_hidden @ w1).reshape(n, c, h, w).transpose(0, 2, 3, 1)
        d_x2 = np.empty_like(x2)
        # Equal pixels of a window are zeros, which pass nothing back through the ReLU.
        winners = quarters(x2) == pooled[:, :, None, :, None]
        np.multiply(winners, d_pooled[:, :, None, :, None], out=quarters(d_x2))
        d_x2 *= x2 > 0
        # Every pixel's gradient: the kernel the other way round, over a border of zeros.
        border = np.pad(d_x2, ((0, 0), (2, 2), (2, 2), (0, 0)))
        d_x1 = convolution(border, k2[:, :, ::-1, ::-1].transpose(1, 0, 2, 3))
        d_x1 *= x1 > 0
        return loss, [
            *(kernel_gradient(images, d_x1), d_x1.sum((0, 1, 2))),
            *(kernel_gradient(x1, d_x2), d_x2.sum((0, 1, 2))),
            *(d_hidden.T @ flat, d_hidden.sum(0)),
            *(d_logits.T @ hidden, d_logits.sum(0)),
        ]

    return training_step(given, gradients)


def linear_relu(x: Array, weight: Array, bias: Array) -> Array:
    """Return max(x W^T + b, 0)."""
    y = x @ weight.T
    y += bias
    return np.maximum(y, 0, out=y)


def cross_entropy(logits: Array, targets: Array) -> tuple[Array, Array]:
    """Return the mean cross entropy of the softmax, and its gradient."""
    logits -= logits.max(1, keepdims=True)
    exponentials = np.exp(logits)
    sums = exponentials.sum(1, keepdims=True)
    loss = (np.log(sums).sum() - (logits * targets).sum()) / len(logits)
    return np.asarray(loss), (exponentials / sums - targets) / len(logits)


def convolution(x: Array, kernels: Array) -> Array:
    """Return conv2d of [N, H, W, C] with kernels [O, C, 3, 3]: a product for a few images."""
    matrix = kernels.transpose(2, 3, 1, 0).reshape(-1, len(kernels))
    n, h, w, _ = x.shape
    y = np.empty((n, h - 2, w - 2, len(kernels)), x.dtype)
    for few, columns in windows(x):
        np.matmul(columns, matrix, out=y[few].reshape(len(columns), -1))
    return y


def kernel_gradient(x: Array, d_y: Array) -> Array:
    """Return the gradient [O, C, 3, 3] of a convolution's kernels."""
    channels = d_y.shape[3]
    matrix = sum(columns.T @ d_y[few].reshape(-1, channels) for few, columns in windows(x))
    return np.asarray(matrix).reshape(3, 3, x.shape[3], channels).transpose(3, 2, 0, 1)


def windows(x: Array) -> Iterator[tuple[slice, Array]]:
    """Give a few images at a time, and each 3x3 window of theirs as a row."""
    views = sliding_window_view(x, (3, 3), axis=(1, 2)).transpose(0, 1, 2, 4, 5, 3)
    columns = np.empty((IMAGES, *views.shape[1:]), x.dtype)
    for first in range(0, len(x), IMAGES):
        few = slice(first, min(first + IMAGES, len(x)))
        chosen = columns[: few.stop - first]
        chosen[:] = views[few]
        yield few, chosen.reshape(chosen.shape[0] * chosen.shape[1] * chosen.shape[2], -1)


def quarters(x: Array) -> Array:
    """Return a view of [N, H, W, C] as windows of 2x2: [N, H/2, 2, W/2, 2, C]."""
    n, h, w, c = x.shape
    return x.reshape(n, h // 2, 2, w // 2, 2, c)


def training_step(given: Given, gradients: Callable[[], tuple[Array, list[Array]]]) -> Step:
    """Return the step that takes a loss and its `gradients`, and updates the weights."""
    velocities = [np.zeros_like(weight) for weight in given.weights]
    leaves = [Leaf() for _ in given.weights]

    def step() -> list[Array]:
        loss, found = gradients()
        for i, gradient in enumerate(found):
            update(given.weights[i], velocities[i], gradient)
            leaves[i].grad = gradient
        return [loss]

    return Step(step, named(leaves))


STEPS = {"mlp_step": mlp_step, "cnn_step": cnn_step}
