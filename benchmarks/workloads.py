"""What is timed: each workload written once, as a program that takes the library it runs in.

`mlp_step(torch, "cpu")` is PyTorch's training step when `torch` is PyTorch and NumPy's when it is
minitorch_nn, so the two sides cannot drift apart. Everything random is drawn on the CPU from
seed 0, which gives both libraries the same numbers, and only then moved to the device.

A workload returns its `Step`: a function that does the work once and returns the tensors that
prove what was done. They are compared between the libraries before anything is timed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["LIBRARIES", "WORKLOADS", "Library", "Step", "Workload"]

BATCH = 64

Step = Callable[[], list[Any]]


@dataclass(frozen=True)
class Library:
    """One side of the comparison: a module with PyTorch's interface and the device it runs on."""

    title: str
    module: str
    device: str


LIBRARIES = {
    "numpy": Library("NumPy", "minitorch_nn", "cpu"),
    "torch": Library("PyTorch CPU", "torch", "cpu"),
    "cuda": Library("PyTorch CUDA", "torch", "cuda"),
}


@dataclass(frozen=True)
class Workload:
    """A row of the table.

    `build(torch, device)` returns the step. Where the step is a whole `epoch`, it is
    `build(torch, device, digits)` with a Dataset of (image, label) pairs, and a call is so long
    that one is a block, and that it needs no warming up.
    """

    title: str
    build: Callable[..., Step]
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


def training_step(torch: Any, model: Any, device: str) -> Step:
    """Return a step on one batch: zero_grad, forward, loss, backward, SGD with momentum."""
    model = model.to(device)
    images = torch.rand(BATCH, 1, 28, 28).to(device)
    labels = torch.randint(0, 10, (BATCH,)).to(device)
    criterion = torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)

    def step() -> list[Any]:
        optimizer.zero_grad()
        loss = criterion(model(images), labels)
        loss.backward()
        optimizer.step()
        return [loss]

    return step


def mlp_step(torch: Any, device: str) -> Step:
    """Return a training step of the chapter's network."""
    return training_step(torch, mlp(torch), device)


def cnn_step(torch: Any, device: str) -> Step:
    """Return a training step of the convolutional network."""
    return training_step(torch, cnn(torch), device)


# Single layers, forward and backward, at the place they have in those networks


def layer_pass(torch: Any, device: str, layer: Any, x: Any, *, first: bool = False) -> Step:
    """Return a forward and backward pass of `layer`.

    The first layer of a network sees images, which need no gradient: with `first` none is asked
    for, and neither library computes it.
    """
    layer = layer.to(device)
    x = x.to(device).requires_grad_(not first)
    upstream = (torch.rand(layer(x).shape) - 0.5).to(device)
    inputs = [*layer.parameters()] if first else [x, *layer.parameters()]

    def step() -> list[Any]:
        for tensor in inputs:
            tensor.grad = None
        y = layer(x)
        y.backward(upstream)
        return [y, *(tensor.grad for tensor in inputs)]

    return step


def linear_784_128(torch: Any, device: str) -> Step:
    """Return the pass of the hidden layer: Linear(784, 128) on a batch of images."""
    torch.manual_seed(0)
    layer = torch.nn.Linear(784, 128)
    return layer_pass(torch, device, layer, torch.rand(BATCH, 784), first=True)


def linear_128_10(torch: Any, device: str) -> Step:
    """Return the pass of the output layer: Linear(128, 10)."""
    torch.manual_seed(0)
    return layer_pass(torch, device, torch.nn.Linear(128, 10), torch.rand(BATCH, 128))


def conv_1_32(torch: Any, device: str) -> Step:
    """Return the pass of the first convolution: 28x28 images to 32 maps of 26x26."""
    torch.manual_seed(0)
    layer = torch.nn.Conv2d(1, 32, 3)
    return layer_pass(torch, device, layer, torch.rand(BATCH, 1, 28, 28), first=True)


def conv_32_64(torch: Any, device: str) -> Step:
    """Return the pass of the second convolution: 32 maps of 26x26 to 64 of 24x24."""
    torch.manual_seed(0)
    layer = torch.nn.Conv2d(32, 64, 3)
    return layer_pass(torch, device, layer, torch.rand(BATCH, 32, 26, 26))


def relu_hidden(torch: Any, device: str) -> Step:
    """Return the pass of ReLU on the 128 hidden units: small, so it shows the cost of a call."""
    torch.manual_seed(0)
    return layer_pass(torch, device, torch.nn.ReLU(), torch.rand(BATCH, 128) - 0.5)


def relu_maps(torch: Any, device: str) -> Step:
    """Return the pass of ReLU on 64 maps of 24x24: large, so it shows the speed of memory."""
    torch.manual_seed(0)
    return layer_pass(torch, device, torch.nn.ReLU(), torch.rand(BATCH, 64, 24, 24) - 0.5)


def max_pool(torch: Any, device: str) -> Step:
    """Return the pass of max_pool2d with a window of 2 on 64 maps of 24x24."""
    torch.manual_seed(0)
    return layer_pass(torch, device, torch.nn.MaxPool2d(2), torch.rand(BATCH, 64, 24, 24))


def cross_entropy(torch: Any, device: str) -> Step:
    """Return the pass of the loss: logits [64, 10] against class indices."""
    torch.manual_seed(0)
    logits = torch.rand(BATCH, 10).to(device).requires_grad_(True)
    labels = torch.randint(0, 10, (BATCH,)).to(device)

    def step() -> list[Any]:
        logits.grad = None
        loss = torch.nn.functional.cross_entropy(logits, labels)
        loss.backward()
        return [loss, logits.grad]

    return step


def chain_1000(torch: Any, device: str) -> Step:
    """Return the pass of 1,000 operations on 16 numbers: what the graph itself costs.

    The factors stay below 1 and the terms small, so the values neither grow nor vanish.
    """
    torch.manual_seed(0)
    x = torch.rand(16).to(device).requires_grad_(True)
    factor = (1 - torch.rand(16) / 1000).to(device)
    term = (torch.rand(16) / 1000).to(device)
    upstream = torch.rand(16).to(device)

    def step() -> list[Any]:
        x.grad = None
        y = x
        for _ in range(500):
            y = y * factor
            y = y + term
        y.backward(upstream)
        return [y, x.grad]

    return step


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

    return step


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

    return epoch


WORKLOADS = {
    "mlp_step": Workload("MLP training step", mlp_step),
    "cnn_step": Workload("CNN training step", cnn_step),
    "linear_784_128": Workload("Linear 784-128", linear_784_128),
    "linear_128_10": Workload("Linear 128-10", linear_128_10),
    "conv_1_32": Workload("Conv2d 1-32, 3x3", conv_1_32),
    "conv_32_64": Workload("Conv2d 32-64, 3x3", conv_32_64),
    "relu_hidden": Workload("ReLU, 64x128", relu_hidden),
    "relu_maps": Workload("ReLU, 64x64x24x24", relu_maps),
    "max_pool": Workload("max_pool2d 2", max_pool),
    "cross_entropy": Workload("cross_entropy", cross_entropy),
    "chain_1000": Workload("chain of 1,000 operations", chain_1000),
    "sgd_step": Workload("SGD step", sgd_step),
    "mlp_epoch": Workload("MLP epoch", mlp_epoch, epoch=True),
}
