"""What grows: for every axis a network at one size, trained as the other workloads are.

As in `workloads`, a network is written once and takes the library it runs in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.workloads import Step, cnn, mlp, training_step

__all__ = ["AXES", "Axis", "point_name", "split_name"]


@dataclass(frozen=True)
class Axis:
    """A size that grows.

    `step(torch, size)` builds the training step. Its time and memory grow no faster than the size
    to the `power`, which tells before a size is tried whether it would take too long.
    """

    title: str
    step: Callable[[Any, int], Step]
    sizes: tuple[int, ...]
    quick: tuple[int, ...]
    power: int


def batch_step(torch: Any, size: int) -> Step:
    """Return the step of the chapter's network, 784-128-10, on `size` images."""
    return training_step(torch, mlp(torch), "cpu", torch.rand(size, 1, 28, 28))


def cnn_batch_step(torch: Any, size: int) -> Step:
    """Return the step of the convolutional network on `size` images."""
    return training_step(torch, cnn(torch), "cpu", torch.rand(size, 1, 28, 28))


def width_step(torch: Any, size: int) -> Step:
    """Return the step of a network 784-size-size-10 on 64 images."""
    nn = torch.nn
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Flatten(),
        *(nn.Linear(784, size), nn.ReLU()),
        *(nn.Linear(size, size), nn.ReLU()),
        nn.Linear(size, 10),
    )
    return training_step(torch, model, "cpu")


def depth_step(torch: Any, size: int) -> Step:
    """Return the step of `size` layers of 32 units, each a Linear and a ReLU, on 64 inputs.

    The layers begin as the identity and learn the more slowly the more they are: otherwise
    numbers would vanish or explode on their way through a thousand of them, and arithmetic on
    zeros, denormal numbers or infinities takes another time.
    """
    nn = torch.nn
    torch.manual_seed(0)
    layers = []
    for _ in range(size):
        linear = nn.Linear(32, 32)
        nn.init.eye_(linear.weight)
        nn.init.zeros_(linear.bias)
        layers += [linear, nn.ReLU()]
    model = nn.Sequential(*layers, nn.Linear(32, 10))
    return training_step(torch, model, "cpu", torch.rand(64, 32), lr=0.01 / size)


def image_step(torch: Any, size: int) -> Step:
    """Return the step of the convolutions and the pooling on 4 images of `size` x `size`."""
    nn = torch.nn
    torch.manual_seed(0)
    model = nn.Sequential(
        *(nn.Conv2d(1, 32, 3), nn.ReLU()),
        *(nn.Conv2d(32, 64, 3), nn.ReLU()),
        nn.MaxPool2d(2),
        # The mean of every map, so that the layers after them do not grow.
        *(nn.AdaptiveAvgPool2d(1), nn.Flatten()),
        nn.Linear(64, 10),
    )
    return training_step(torch, model, "cpu", torch.rand(4, 1, size, size))


BATCHES = (1, 4, 16, 64, 256, 1024, 4096)

AXES = {
    "batch": Axis("batch of the MLP", batch_step, BATCHES, (1, 1024), 1),
    "cnn_batch": Axis("batch of the CNN", cnn_batch_step, BATCHES, (1, 64), 1),
    "width": Axis(
        "width of an MLP", width_step, (32, 64, 128, 256, 512, 1024, 2048, 4096), (32, 512), 2
    ),
    "depth": Axis("depth of an MLP", depth_step, (1, 3, 10, 30, 100, 300, 1000), (1, 100), 1),
    "image": Axis("side of an image", image_step, (8, 14, 28, 56, 112, 224), (8, 56), 2),
}


def point_name(axis: str, size: int) -> str:
    """Return what a size on an axis is called as a workload: "batch 64"."""
    return f"{axis} {size}"


def split_name(name: str) -> tuple[str, int]:
    """Return the axis and the size of a point's name."""
    axis, size = name.split()
    return axis, int(size)
