"""Bernoulli: 1 with probability p, else 0.

PyTorch: torch/distributions/bernoulli.py.
"""

from __future__ import annotations

import math
from typing import ClassVar

from ..creation import arange
from ..ops.activation import sigmoid
from ..ops.choice import where
from ..ops.draws import bernoulli
from ..ops.exponentials import log, log1p
from ..ops.loss import binary_cross_entropy_with_logits
from ..tensor import Tensor
from .constraints import Constraint, boolean, real, unit_interval
from .distribution import Distribution, Shape, broadcast_all, clamp_probs, lazily


class Bernoulli(Distribution):
    """By the probability of a 1, or by its logit, ln(p / (1 - p)): numbers or tensors.

    ValueError unless exactly one of the two is given.
    """

    arg_constraints: ClassVar[dict[str, Constraint]] = {"probs": unit_interval, "logits": real}
    has_enumerate_support = True

    def __init__(
        self,
        probs: Tensor | float | None = None,
        logits: Tensor | float | None = None,
        validate_args: bool | None = None,
    ) -> None:
        if (probs is None) == (logits is None):
            raise ValueError("Either `probs` or `logits` must be specified, but not both.")
        if probs is not None:
            (self.probs,) = (given,) = broadcast_all(probs)
        elif logits is not None:
            (self.logits,) = (given,) = broadcast_all(logits)
        super().__init__(given.shape, validate_args=validate_args)

    @lazily
    def logits(self) -> Tensor:
        probs = clamp_probs(self.probs)
        return log(probs) - log1p(-probs)

    @lazily
    def probs(self) -> Tensor:
        return sigmoid(self.logits)

    @property
    def support(self) -> Constraint:
        return boolean

    @property
    def mean(self) -> Tensor:
        return self.probs

    @property
    def mode(self) -> Tensor:
        likelier = (self.probs >= 0.5).to(self.probs.dtype)
        return where(self.probs == 0.5, math.nan, likelier)

    @property
    def variance(self) -> Tensor:
        return self.probs * (1 - self.probs)

    def sample(self, sample_shape: Shape = ()) -> Tensor:
        return bernoulli(self.probs.detach().expand(self._extended_shape(sample_shape)))

    def log_prob(self, value: Tensor) -> Tensor:
        self._validate_sample(value)
        logits, value = broadcast_all(self.logits, value)
        return -binary_cross_entropy_with_logits(logits, value, reduction="none")

    def entropy(self) -> Tensor:
        return binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none")

    def enumerate_support(self, expand: bool = True) -> Tensor:
        """0 and 1, along a first dimension."""
        values = arange(2, dtype=self.probs.dtype).view(-1, *(1 for _ in self.batch_shape))
        return values.expand(-1, *self.batch_shape) if expand else values
