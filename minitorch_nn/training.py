"""The chapter's script: two networks for MNIST, and the functions that train and score them.

It is written as it would be for PyTorch; only the name after `import` differs.

    train_loader = DataLoader(find_mnist(transform=chapter_transform()).train, 64, shuffle=True)
    model = SimpleNN()
    optimizer = optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    train(model, train_loader, nn.CrossEntropyLoss(), optimizer)
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from tqdm import tqdm

import minitorch_nn as torch
from minitorch_nn import nn, optim
from minitorch_nn.nn import functional as F
from minitorch_nn.vision import transforms

__all__ = ["MODELS", "ConvNet", "Epoch", "SimpleNN", "chapter_transform", "evaluate", "train"]


class SimpleNN(nn.Module):
    """The chapter's network: 784 pixels, 128 hidden units, 10 classes."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1 = nn.Linear(28 * 28, 128)
        self.relu = nn.ReLU()
        self.fc2 = nn.Linear(128, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map images [N, 1, 28, 28] to logits [N, 10]."""
        x = x.view(-1, 28 * 28)
        x = self.fc1(x)
        x = self.relu(x)
        x = self.fc2(x)
        return x


class ConvNet(nn.Module):
    """Two convolutions, a max pooling and two linear layers."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3)
        self.conv2 = nn.Conv2d(32, 64, 3)
        self.fc1 = nn.Linear(9216, 128)
        self.fc2 = nn.Linear(128, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map images [N, 1, 28, 28] to logits [N, 10]."""
        x = F.relu(self.conv1(x))  # [N, 32, 26, 26]
        x = F.relu(self.conv2(x))  # [N, 64, 24, 24]
        x = F.max_pool2d(x, 2)  # [N, 64, 12, 12]
        x = torch.flatten(x, 1)  # [N, 9216]
        x = F.relu(self.fc1(x))
        return self.fc2(x)


MODELS: dict[str, type[nn.Module]] = {"mlp": SimpleNN, "cnn": ConvNet}


def chapter_transform() -> transforms.Compose:
    """Return the chapter's transform: a grey image to float32 [1, 28, 28] between -1 and 1."""
    return transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5,), (0.5,))])


class Epoch(NamedTuple):
    """What one pass over the training images gave."""

    loss: float  # the mean of the batches' losses
    accuracy: float  # in percent, each image judged just before its batch was learned from
    seconds: float


def train(
    model: nn.Module,
    train_loader: Any,
    criterion: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    optimizer: optim.Optimizer,
    num_epochs: int = 5,
    after_epoch: Callable[[], bool] = lambda: False,
) -> list[Epoch]:
    """Train for `num_epochs` passes over the loader, and print and return each one's figures.

    `train_loader` gives pairs of images and labels (int64 [N]) each time it is iterated, and has a
    length: a DataLoader, or a list of batches. `after_epoch` is called after each epoch; where it
    returns True the training ends.

    Raises:
        FloatingPointError: a batch's loss is nan or infinite. Nothing is learned from that batch.
    """
    model.train()
    history = []
    for epoch in range(1, num_epochs + 1):
        began = time.perf_counter()
        running_loss = 0.0
        correct = 0
        total = 0
        # disable=None shows the bar on a terminal only.
        batches = tqdm(train_loader, f"Epoch {epoch}/{num_epochs}", leave=False, disable=None)
        for step, (inputs, labels) in enumerate(batches, start=1):
            optimizer.zero_grad()
            outputs = model(inputs)
            loss = criterion(outputs, labels)
            if not math.isfinite(loss.item()):
                raise FloatingPointError(
                    f"the loss is {loss.item()} at epoch {epoch}, batch {step}; "
                    "a smaller learning rate may help"
                )
            loss.backward()
            optimizer.step()

            running_loss += loss.item()
            _, predicted = torch.max(outputs, 1)
            total += labels.size(0)
            correct += (predicted == labels).sum().item()

        figures = Epoch(
            loss=running_loss / len(train_loader),
            accuracy=100 * correct / total,
            seconds=time.perf_counter() - began,
        )
        history.append(figures)
        print(
            f"Epoch [{epoch}/{num_epochs}], "
            f"Loss: {figures.loss:.4f}, Accuracy: {figures.accuracy:.2f}%",
            flush=True,
        )
        if after_epoch():
            break
        model.train()  # it may have been scored
    return history


def evaluate(model: nn.Module, test_loader: Any) -> float:
    """Print and return the percentage of the loader's images that the model names rightly."""
    model.eval()
    correct = 0
    total = 0
    with torch.no_grad():
        for inputs, labels in tqdm(test_loader, "Test", leave=False, disable=None):
            outputs = model(inputs)
            _, predicted = torch.max(outputs, 1)
            total += labels.size(0)
            correct += (predicted == labels).sum().item()

    accuracy = 100 * correct / total
    print(f"Test Accuracy: {accuracy:.2f}%", flush=True)
    return accuracy
