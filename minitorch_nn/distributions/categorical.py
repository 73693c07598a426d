"""Categorical: one of n classes.

PyTorch: torch/distributions/categorical.py.
"""

from __future__ import annotations

import math
from typing import ClassVar

from ..creation import arange, full
from ..limits import finfo
from ..ops.activation import softmax
from ..ops.broadcasting import broadcast_tensors
from ..ops.draws import multinomial
from ..tensor import Tensor
from .constraints import Constraint, IntegerInterval, real_vector, simplex
from .distribution import Distribution, Shape, clamp_probs, lazily


class Categorical(Distribution):
    """The classes 0 to n - 1, by their probabilities or by logits: [..., n], normalised here.

    ValueError unless exactly one of the two is given, with at least one dimension.
    """

    arg_constraints: ClassVar[dict[str, Constraint]] = {"probs": simplex, "logits": real_vector}
    has_enumerate_support = True

    def __init__(
        self,
        probs: Tensor | None = None,
        logits: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        if (probs is None) == (logits is None):
            raise ValueError("Either `probs` or `logits` must be specified, but not both.")
        given, name = (logits, "logits") if probs is None else (probs, "probs")
        assert given is not None
        if given.dim() < 1:
            raise ValueError(f"`{name}` parameter must be at least one-dimensional.")
        if probs is not None:
            self.probs = probs / probs.sum(-1, keepdim=True)
        else:
            self.logits = given - given.logsumexp(dim=-1, keepdim=True)
        self._num_events = given.shape[-1]
        super().__init__(given.shape[:-1], validate_args=validate_args)

    @lazily
    def logits(self) -> Tensor:
        return clamp_probs(self.probs).log()

    @lazily
    def probs(self) -> Tensor:
        return softmax(self.logits, -1)

    @property
    def support(self) -> Constraint:
        return IntegerInterval(0, self._num_events - 1)

    @property
    def mean(self) -> Tensor:
        return full(self._extended_shape(), math.nan, dtype=self.probs.dtype)

    variance = mean

    @property
    def mode(self) -> Tensor:
        return self.probs.argmax(dim=-1)

    def sample(self, sample_shape: Shape = ()) -> Tensor:
        rows = self.probs.reshape(-1, self._num_events)
        drawn = multinomial(rows, math.prod(sample_shape), True)
        return drawn.T.reshape(self._extended_shape(sample_shape))

    def log_prob(self, value: Tensor) -> Tensor:
        self._validate_sample(value)
        index, logs = broadcast_tensors(value.long().unsqueeze(-1), self.logits)
        return logs.gather(-1, index[..., :1]).squeeze(-1)

    def entropy(self) -> Tensor:
        logits = self.logits.clamp(min=finfo(self.logits.dtype).min)  # 0·-inf would be nan
        return -(logits * self.probs).sum(-1)

    def enumerate_support(self, expand: bool = True) -> Tensor:
        """All classes, along a first dimension."""
        values = arange(self._num_events).view(-1, *(1 for _ in self.batch_shape))
        return values.expand(-1, *self.batch_shape) if expand else values
