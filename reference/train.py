"""The chapter's training loop, on whichever device there is."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import nn
from torch.utils.data import DataLoader
from tqdm import tqdm

__all__ = ["Epoch", "evaluate", "pick_device", "train"]


class Epoch(NamedTuple):
    """What one pass over the training images gave."""

    loss: float  # the mean of the batches' losses
    accuracy: float  # in percent, each image judged just before its batch was learned from


def pick_device(name: str) -> torch.device:
    """Return the device called "cpu", "cuda" or "mps", or for "auto" the fastest one there is.

    Raises:
        ValueError: PyTorch cannot use that device here.
    """
    there = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if name == "auto":
        name = next(device for device, usable in there.items() if usable)
    if not there[name]:
        raise ValueError(f"this PyTorch ({torch.__version__}) finds no {name} device")
    return torch.device(name)


def train(
    model: nn.Module,
    train_loader: DataLoader,
    criterion: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    optimizer: torch.optim.Optimizer,
    num_epochs: int = 5,
    device: torch.device | str = "cpu",
) -> list[Epoch]:
    """Train for `num_epochs` passes over the loader, and print and return each one's figures.

    Raises:
        FloatingPointError: a batch's loss is nan or infinite. Nothing is learned from that batch.
    """
    model.train()
    history = []
    for epoch in range(1, num_epochs + 1):
        running_loss = 0.0
        correct = 0
        total = 0
        # disable=None shows the bar on a terminal only.
        batches = tqdm(train_loader, f"Epoch {epoch}/{num_epochs}", leave=False, disable=None)
        for step, (inputs, labels) in enumerate(batches, start=1):
            inputs, labels = inputs.to(device), labels.to(device)
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

        history.append(Epoch(running_loss / len(train_loader), 100 * correct / total))
        print(
            f"Epoch [{epoch}/{num_epochs}], "
            f"Loss: {history[-1].loss:.4f}, Accuracy: {history[-1].accuracy:.2f}%",
            flush=True,
        )
    return history


def evaluate(
    model: nn.Module, test_loader: DataLoader, device: torch.device | str = "cpu"
) -> float:
    """Print and return the percentage of the loader's images that the model names rightly."""
    model.eval()
    correct = 0
    total = 0
    with torch.no_grad():
        for inputs, labels in tqdm(test_loader, "Test", leave=False, disable=None):
            inputs, labels = inputs.to(device), labels.to(device)
            outputs = model(inputs)
            _, predicted = torch.max(outputs, 1)
            total += labels.size(0)
            correct += (predicted == labels).sum().item()

    accuracy = 100 * correct / total
    print(f"Test Accuracy: {accuracy:.2f}%", flush=True)
    return accuracy
