"""Activation functions as layers, for Sequential and for printing.

PyTorch: torch/nn/modules/activation.py.
"""

from __future__ import annotations

from ..tensor import Tensor
from . import functional as F
from .module import Module


class ReLU(Module):
    """max(x, 0), element by element; `inplace=True` writes it over the input."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.relu(input, inplace=self.inplace)

    def extra_repr(self) -> str:
        return "inplace=True" if self.inplace else ""


class Sigmoid(Module):
    """1 / (1 + e⁻ˣ), element by element: any number to (0, 1)."""

    def forward(self, input: Tensor) -> Tensor:
        return input.sigmoid()


class Tanh(Module):
    """tanh x, element by element: any number to (-1, 1)."""

    def forward(self, input: Tensor) -> Tensor:
        return input.tanh()


class _AlongDim(Module):
    """What Softmax and LogSoftmax share: the dimension whose entries sum to 1."""

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        if dim is not None and (not isinstance(dim, int) or isinstance(dim, bool)):
            raise TypeError(f"dim must be an int or None, got {type(dim)}")
        self.dim = dim

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


class Softmax(_AlongDim):
    """eˣ / Σ eˣ along `dim`: positive numbers that sum to 1."""

    def forward(self, input: Tensor) -> Tensor:
        return F.softmax(input, self.dim)


class LogSoftmax(_AlongDim):
    """x - log Σ eˣ along `dim`: the logarithm of Softmax, and finite where that is 0."""

    def forward(self, input: Tensor) -> Tensor:
        return F.log_softmax(input, self.dim)
