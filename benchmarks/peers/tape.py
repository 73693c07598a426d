"""The shortest tape that trains these networks: ours, in the manner of DeZero, not DeZero itself.

As in DeZero (Deep Learning from Scratch 3), a Variable holds an array and the Function that made
it, a Function is a class with `forward` and `backward`, and the backward pass takes Functions from
the highest generation down. Its convolution is im2col and one `tensordot`. It is lighter than
DeZero in that gradients are bare arrays, which cannot be differentiated again.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count

import numpy as np

__all__ = ["Variable", "conv2d", "linear", "max_pool", "relu", "reshape", "softmax_cross_entropy"]

Array = np.ndarray


class Variable:
    """An array with its gradient and the Function that made it; None for what the user made."""

    def __init__(self, data: Array, creator: Function | None = None) -> None:
        self.data = data
        self.grad: Array | None = None
        self.creator = creator
        self.generation = 0 if creator is None else creator.generation + 1

    def backward(self) -> None:
        """Add the derivative of this variable to the gradient of all that it was made from."""
        self.grad = np.ones_like(self.data)
        order = count()
        waiting: list[tuple[int, int, Function]] = []
        seen: set[Function] = set()

        def wait_for(creator: Function | None) -> None:
            if creator is not None and creator not in seen:
                seen.add(creator)
                heapq.heappush(waiting, (-creator.generation, next(order), creator))

        wait_for(self.creator)
        while waiting:
            _, _, function = heapq.heappop(waiting)
            gradients = function.backward(function.output.grad)
            function.output.grad = None
            for variable, gradient in zip(function.inputs, gradients, strict=True):
                if gradient is not None:
                    held = variable.grad
                    variable.grad = gradient if held is None else held + gradient
                    wait_for(variable.creator)


class Function:
    """What was computed from which inputs; a subclass adds the two halves.

    `forward` takes the inputs' arrays and gives the output's; `backward` takes the output's
    gradient and gives one for each input, None for one that needs none.
    """

    forward: Callable[..., Array]
    backward: Callable[..., tuple[Array | None, ...]]
    generation: int

    def __call__(self, *inputs: Variable) -> Variable:
        self.inputs = inputs
        self.generation = max(variable.generation for variable in inputs)
        self.output = Variable(self.forward(*(variable.data for variable in inputs)), self)
        return self.output


class Linear(Function):
    """y = x W^T + b."""

    def forward(self, x: Array, weight: Array, bias: Array) -> Array:
        return x @ weight.T + bias

    def backward(self, gradient: Array) -> tuple[Array | None, ...]:
        x, weight, _ = self.inputs
        # The images, which no Function made, need no gradient.
        to_x = None if x.creator is None else gradient @ weight.data
        return to_x, gradient.T @ x.data, gradient.sum(0)


class ReLU(Function):
    """y = max(x, 0)."""

    def forward(self, x: Array) -> Array:
        return np.maximum(x, 0)

    def backward(self, gradient: Array) -> tuple[Array, ...]:
        return (gradient * (self.inputs[0].data > 0),)


class Reshape(Function):
    """The same numbers in another shape."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.shape = shape

    def forward(self, x: Array) -> Array:
        return x.reshape(self.shape)

    def backward(self, gradient: Array) -> tuple[Array, ...]:
        return (gradient.reshape(self.inputs[0].data.shape),)


class SoftmaxCrossEntropy(Function):
    """The mean of -log softmax(x)[label]."""

    def __init__(self, labels: Array) -> None:
        self.labels = labels

    def forward(self, x: Array) -> Array:
        shifted = x - x.max(1, keepdims=True)
        log_sums = np.log(np.exp(shifted).sum(1, keepdims=True))
        self.log_likelihood = shifted - log_sums
        return -self.log_likelihood[np.arange(len(x)), self.labels].mean(keepdims=True)

    def backward(self, gradient: Array) -> tuple[Array, ...]:
        likelihood = np.exp(self.log_likelihood)
        likelihood[np.arange(len(likelihood)), self.labels] -= 1
        return (likelihood * (gradient / len(likelihood)),)


class Conv2d(Function):
    """y[n, o] = sum over c and the kernel's places of x's window times W[o, c], plus b[o]."""

    def forward(self, x: Array, kernels: Array, bias: Array) -> Array:
        self.columns = im2col(x, kernels.shape[2], stride=1)
        y = np.tensordot(self.columns, kernels, ((1, 2, 3), (1, 2, 3)))  # [N, OH, OW, O]
        y += bias
        return np.rollaxis(y, 3, 1)

    def backward(self, gradient: Array) -> tuple[Array | None, ...]:
        x, kernels, _ = self.inputs
        to_x = None
        if x.creator is not None:
            columns = np.tensordot(kernels.data, gradient, ((0,), (1,)))  # [C, K, K, N, OH, OW]
            to_x = col2im(np.rollaxis(columns, 3), x.data.shape, stride=1)
        to_kernels = np.tensordot(gradient, self.columns, ((0, 2, 3), (0, 4, 5)))
        return to_x, to_kernels, gradient.sum((0, 2, 3))


class MaxPool(Function):
    """The largest of every square window of `size`, side by side."""

    def __init__(self, size: int) -> None:
        self.size = size

    def forward(self, x: Array) -> Array:
        columns = im2col(x, self.size, stride=self.size)
        self.shape = columns.shape
        n, c, _, _, oh, ow = self.shape
        columns = columns.reshape(n, c, -1, oh, ow)
        self.places = columns.argmax(2, keepdims=True)
        return columns.max(2)

    def backward(self, gradient: Array) -> tuple[Array, ...]:
        n, c, _, _, oh, ow = self.shape
        columns = np.zeros((n, c, self.size**2, oh, ow), gradient.dtype)
        np.put_along_axis(columns, self.places, gradient[:, :, None], 2)
        shape = self.inputs[0].data.shape
        return (col2im(columns.reshape(self.shape), shape, stride=self.size),)


def im2col(x: Array, size: int, stride: int) -> Array:
    """Return every window of `size` as [N, C, size, size, OH, OW], a copy for each place in it."""
    n, c, h, w = x.shape
    oh, ow = (h - size) // stride + 1, (w - size) // stride + 1
    columns = np.empty((n, c, size, size, oh, ow), x.dtype)
    for i in range(size):
        for j in range(size):
            columns[:, :, i, j] = x[
                :, :, i : i + stride * oh : stride, j : j + stride * ow : stride
            ]
    return columns


def col2im(columns: Array, shape: tuple[int, ...], stride: int) -> Array:
    """Add every window's numbers to images [N, C, H, W], the adjoint of im2col."""
    _, _, size, _, oh, ow = columns.shape
    x = np.zeros(shape, columns.dtype)
    for i in range(size):
        for j in range(size):
            x[:, :, i : i + stride * oh : stride, j : j + stride * ow : stride] += columns[
                :, :, i, j
            ]
    return x


def linear(x: Variable, weight: Variable, bias: Variable) -> Variable:
    return Linear()(x, weight, bias)


def relu(x: Variable) -> Variable:
    return ReLU()(x)


def reshape(x: Variable, shape: tuple[int, ...]) -> Variable:
    return Reshape(shape)(x)


def softmax_cross_entropy(x: Variable, labels: Array) -> Variable:
    return SoftmaxCrossEntropy(labels)(x)


def conv2d(x: Variable, kernels: Variable, bias: Variable) -> Variable:
    return Conv2d()(x, kernels, bias)


def max_pool(x: Variable, size: int) -> Variable:
    return MaxPool(size)(x)
