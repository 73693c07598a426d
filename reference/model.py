"""The two networks: the chapter's SimpleNN, and a small convolutional one."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F

__all__ = ["MODELS", "ConvNet", "SimpleNN"]


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
