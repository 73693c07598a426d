"""Dropout: switch random units off while training, so that none is relied on alone.

PyTorch: torch/nn/modules/dropout.py. Hinton et al., "Improving neural networks by preventing
co-adaptation of feature detectors", 2012.
"""

from __future__ import annotations

from ..tensor import Tensor
from . import functional as F
from .module import Module


class Dropout(Module):
    """In training each element is 0 with probability `p`, else multiplied by 1/(1-p).

    In evaluation (`eval()`) it does nothing. ValueError unless 0 ≤ p ≤ 1.
    """

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
        self.p = p
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout(input, self.p, self.training, self.inplace)

    def extra_repr(self) -> str:
        return f"p={self.p}, inplace={self.inplace}"
