"""What is timed: each workload written once, as a program that takes the library it runs in.

`mlp_step(torch, "cpu")` is PyTorch's training step when `torch` is PyTorch and NumPy's when it is
minitorch_nn, so the two sides cannot drift apart. Everything random is drawn on the CPU from
seed 0, which gives both libraries the same numbers, and only then moved to the device.

A workload returns its `Step`: called, it does the work once and returns the tensors that prove
what was done. They are compared between the libraries before anything is timed. Where forward and
backward are timed apart, it returns `Passes`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks.kernels import AVX2, AVX512

__all__ = [
    "COMMANDS",
    "LIBRARIES",
    "WORKLOADS",
    "Library",
    "Passes",
    "Step",
    "Workload",
    "is_epoch",
]

BATCH = 64


@dataclass(frozen=True)
class Library:
    """One contender: a module with PyTorch's interface and the device it runs on.

    `variables` are what its process finds set beside those of the user.
    """

    title: str
    module: str
    device: str
    variables: Mapping[str, str] = field(default_factory=dict)


LIBRARIES = {
    "numpy": Library("NumPy", "minitorch_nn", "cpu"),
    "numpy_avx2": Library("NumPy AVX2", "minitorch_nn", "cpu", AVX2),
    "numpy_avx512": Library("NumPy AVX-512", "minitorch_nn", "cpu", AVX512),
    "torch": Library("PyTorch CPU", "torch", "cpu"),
    "cuda": Library("PyTorch CUDA", "torch", "cuda"),
}


@dataclass(frozen=True)
class Step:
    """Work that a call does once; `leaves` are the tensors it may take gradients of, by name."""

    work: Callable[[], list[Any]]
    leaves: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self) -> list[Any]:
        """Do the work and return the tensors that prove it."""
        return self.work()


@dataclass(frozen=True)
class Passes:
    """A step in two halves: `forward()` gives what `backward` is given."""

    forward: Callable[[], Any]
    backward: Callable[[Any], None]
    leaves: Mapping[str, Any]

    def clear(self) -> None:
        """Drop the gradients of the last call, so that the next ones are not added to them."""
        for leaf in self.leaves.values():
            leaf.grad = None

    def __call__(self) -> list[Any]:
        """Do both halves and return the result and every gradient that was taken."""
        self.clear()
        result = self.forward()
        self.backward(result)
        return [result, *(x.grad for x in self.leaves.values() if x.grad is not None)]


@dataclass(frozen=True)
class Workload:
    """A row of the table, measured by the `command` of that name.

    `build(torch, device)` returns the step. Where the step is a whole `epoch`, it is
    `build(torch, device, digits)` with a Dataset of (image, label) pairs, and a call may be so
    long that one is a block, and that it needs no warming up.
    """

    title: str
    command: str
    build: Callable[..., Step | Passes]
    epoch: bool = False


# The chapter's networks and the steps that train them


def mlp(torch: Any) -> Any:
    """Return the chapter's SimpleNN, [N, 1, 28, 28] to [N, 10], from seed 0."""

    class SimpleNN(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc1 = torch.nn.Linear(28 * 28, 128)
            self.relu = torch.nn.ReLU()
            self.fc2 = torch.nn.Linear(128, 10)

        def forward(self, x: Any) -> Any:
            x = x.view(-1, 28 * 28)
            return self.fc2(self.relu(self.fc1(x)))

    torch.manual_seed(0)
    return SimpleNN()


def cnn(torch: Any) -> Any:
    """Return two convolutions, a max pooling and two linear layers, from seed 0."""
    functional = torch.nn.functional

    class ConvNet(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv1 = torch.nn.Conv2d(1, 32, 3)
            self.conv2 = torch.nn.Conv2d(32, 64, 3)
            self.fc1 = torch.nn.Linear(9216, 128)
            self.fc2 = torch.nn.Linear(128, 10)

        def forward(self, x: Any) -> Any:
            x = functional.relu(self.conv1(x))
            x = functional.relu(self.conv2(x))
            x = functional.max_pool2d(x, 2)
            x = torch.flatten(x, 1)
            x = functional.relu(self.fc1(x))
            return self.fc2(x)

    torch.manual_seed(0)
    return ConvNet()


def training_step(
    torch: Any, model: Any, device: str, images: Any = None, lr: float = 0.01
) -> Step:
    """Return a step on one batch: zero_grad, forward, loss, backward, SGD with momentum.

    Without `images` it is a batch of random ones in MNIST's size.
    """
    model = model.to(device)
    images = (torch.rand(BATCH, 1, 28, 28) if images is None else images).to(device)
    labels = torch.randint(0, 10, (len(images),)).to(device)
    criterion = torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)

    def step() -> list[Any]:
        optimizer.zero_grad()
        loss = criterion(model(images), labels)
        loss.backward()
        optimizer.step()
        return [loss]

    return Step(step, {"input": images, **dict(model.named_parameters())})


def mlp_step(torch: Any, device: str) -> Step:
    """Return a training step of the chapter's network."""
    return training_step(torch, mlp(torch), device)


def cnn_step(torch: Any, device: str) -> Step:
    """Return a training step of the convolutional network."""
    return training_step(torch, cnn(torch), device)


# Single layers, forward and backward, at the place they have in such networks


def layer_pass(torch: Any, device: str, layer: Any, x: Any, *, first: bool = False) -> Passes:
    """Return the forward and backward pass of `layer` on `x`.

    The first layer of a network sees images, which need no gradient: with `first` none is asked
    for, and neither library computes it.
    """
    layer = layer.to(device)
    x = x.to(device).requires_grad_(not first)
    upstream = (torch.rand(layer(x).shape) - 0.5).to(device)
    return Passes(
        forward=lambda: layer(x),
        backward=lambda y: y.backward(upstream),
        leaves={"input": x, **dict(layer.named_parameters())},
    )


def linear(inputs: int, outputs: int, *, first: bool = False) -> Callable[[Any, str], Passes]:
    """Return the workload Linear(inputs, outputs) on a batch."""

    def build(torch: Any, device: str) -> Passes:
        torch.manual_seed(0)
        layer = torch.nn.Linear(inputs, outputs)
        return layer_pass(torch, device, layer, torch.rand(BATCH, inputs), first=first)

    return build


def conv(
    channels: int, maps: int, side: int, *, first: bool = False
) -> Callable[[Any, str], Passes]:
    """Return the workload Conv2d(channels, maps, 3) on a batch of squares with this side."""

    def build(torch: Any, device: str) -> Passes:
        torch.manual_seed(0)
        layer = torch.nn.Conv2d(channels, maps, 3)
        x = torch.rand(BATCH, channels, side, side)
        return layer_pass(torch, device, layer, x, first=first)

    return build


def relu_hidden(torch: Any, device: str) -> Passes:
    """Return the pass of ReLU on the 128 hidden units: small, so it shows the cost of a call."""
    torch.manual_seed(0)
    return layer_pass(torch, device, torch.nn.ReLU(), torch.rand(BATCH, 128) - 0.5)


def relu_maps(torch: Any, device: str) -> Passes:
    """Return the pass of ReLU on 64 maps of 24x24: large, so it shows the speed of memory."""
    torch.manual_seed(0)
    return layer_pass(torch, device, torch.nn.ReLU(), torch.rand(BATCH, 64, 24, 24) - 0.5)


def max_pool(torch: Any, device: str) -> Passes:
    """Return the pass of max_pool2d with a window of 2 on 64 maps of 24x24."""
    torch.manual_seed(0)
    return layer_pass(torch, device, torch.nn.MaxPool2d(2), torch.rand(BATCH, 64, 24, 24))


def cross_entropy(torch: Any, device: str) -> Passes:
    """Return the pass of the loss: logits [64, 10] against class indices."""
    torch.manual_seed(0)
    logits = torch.rand(BATCH, 10).to(device).requires_grad_(True)
    labels = torch.randint(0, 10, (BATCH,)).to(device)
    return Passes(
        forward=lambda: torch.nn.functional.cross_entropy(logits, labels),
        backward=lambda loss: loss.backward(),
        leaves={"input": logits},
    )


def chain_1000(torch: Any, device: str) -> Passes:
    """Return the pass of 1,000 operations on 16 numbers: what the graph itself costs.

    The factors stay below 1 and the terms small, so the values neither grow nor vanish.
    """
    torch.manual_seed(0)
    x = torch.rand(16).to(device).requires_grad_(True)
    factor = (1 - torch.rand(16) / 1000).to(device)
    term = (torch.rand(16) / 1000).to(device)
    upstream = torch.rand(16).to(device)

    def forward() -> Any:
        y = x
        for _ in range(500):
            y = y * factor
            y = y + term
        return y

    return Passes(forward, backward=lambda y: y.backward(upstream), leaves={"input": x})


def sgd_step(torch: Any, device: str) -> Step:
    """Return the update of the chapter's network by SGD with momentum, its gradients given."""
    model = mlp(torch).to(device)
    logits = model(torch.rand(BATCH, 1, 28, 28).to(device))
    torch.nn.functional.cross_entropy(
        logits, torch.zeros(BATCH, dtype=torch.int64).to(device)
    ).backward()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)

    def step() -> list[Any]:
        optimizer.step()
        return [*model.parameters()]

    return Step(step)


# The chapter as its readers run it


def mlp_epoch(torch: Any, device: str, digits: Any) -> Step:
    """Return the chapter's training over all `digits` once: loader, transforms and figures too.

    Only the first three batches' losses are compared: after hundreds of steps the libraries'
    roundings, which differ in the last bit, have grown to more than five digits show.
    """
    model = mlp(torch).to(device)
    loader = torch.utils.data.DataLoader(digits, batch_size=BATCH, shuffle=True)
    criterion = torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)

    def epoch() -> list[Any]:
        losses = []
        correct = 0
        for images, labels in loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
            _, predicted = torch.max(outputs, 1)
            correct += (predicted == labels).sum().item()
        return [torch.tensor(losses[:3])]

    return Step(epoch, dict(model.named_parameters()))


WORKLOADS = {
    "mlp_step": Workload("MLP training step", "train", mlp_step),
    "cnn_step": Workload("CNN training step", "train", cnn_step),
    "linear_784_128": Workload("Linear 784-128, first layer", "ops", linear(784, 128, first=True)),
    "linear_128_10": Workload("Linear 128-10", "ops", linear(128, 10)),
    "conv_1_32": Workload("Conv2d 3x3 1-32, first layer", "ops", conv(1, 32, 28, first=True)),
    "conv_3_16": Workload("Conv2d 3x3 3-16, first layer", "ops", conv(3, 16, 32, first=True)),
    "conv_16_32": Workload("Conv2d 3x3 16-32", "ops", conv(16, 32, 26)),
    "conv_32_64": Workload("Conv2d 3x3 32-64", "ops", conv(32, 64, 26)),
    "relu_hidden": Workload("ReLU, 64x128", "ops", relu_hidden),
    "relu_maps": Workload("ReLU, 64x64x24x24", "ops", relu_maps),
    "max_pool": Workload("max_pool2d 2, 64x64x24x24", "ops", max_pool),
    "cross_entropy": Workload("cross_entropy, 64x10", "ops", cross_entropy),
    "chain_1000": Workload("chain of 1,000 operations", "ops", chain_1000),
    "sgd_step": Workload("SGD step of the MLP", "ops", sgd_step),
    "mlp_epoch": Workload("MLP epoch", "pipeline", mlp_epoch, epoch=True),
}


def is_epoch(name: str) -> bool:
    """Return whether a call of a workload is a whole epoch; those not in the table never are."""
    return name in WORKLOADS and WORKLOADS[name].epoch


# The commands that measure workloads, each with its own.
COMMANDS = {
    command: [name for name, workload in WORKLOADS.items() if workload.command == command]
    for command in ("ops", "train", "pipeline")
}
