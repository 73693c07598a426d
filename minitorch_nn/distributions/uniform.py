"""Uniform: every number between two as likely as any other.

PyTorch: torch/distributions/uniform.py.
"""

from __future__ import annotations

from ..creation import rand
from ..ops.exponentials import log
from ..tensor import Tensor
from .constraints import Constraint, GreaterThan, Interval, LessThan
from .distribution import Distribution, Shape, broadcast_all


class Uniform(Distribution):
    """From `low` up to `high`, which does not occur. ValueError unless low is less than high."""

    has_rsample = True

    def __init__(
        self, low: Tensor | float, high: Tensor | float, validate_args: bool | None = None
    ) -> None:
        self.low, self.high = broadcast_all(low, high)
        super().__init__(self.low.shape, validate_args=validate_args)

    @property
    def arg_constraints(self) -> dict[str, Constraint]:  # type: ignore[override]
        return {"low": LessThan(self.high), "high": GreaterThan(self.low)}

    @property
    def support(self) -> Constraint:
        return Interval(self.low, self.high)

    @property
    def mean(self) -> Tensor:
        return (self.high + self.low) / 2

    @property
    def stddev(self) -> Tensor:
        return (self.high - self.low) / 12**0.5

    @property
    def variance(self) -> Tensor:
        return (self.high - self.low).pow(2) / 12

    def rsample(self, sample_shape: Shape = ()) -> Tensor:
        share = rand(self._extended_shape(sample_shape), dtype=self.low.dtype)
        return self.low + share * (self.high - self.low)

    def log_prob(self, value: Tensor) -> Tensor:
        self._validate_sample(value)
        within = self.low.le(value).type_as(self.low) * self.high.gt(value).type_as(self.low)
        return log(within) - log(self.high - self.low)

    def cdf(self, value: Tensor) -> Tensor:
        """The probability of an outcome up to `value`."""
        self._validate_sample(value)
        return ((value - self.low) / (self.high - self.low)).clamp(min=0, max=1)

    def icdf(self, value: Tensor) -> Tensor:
        """Up to where outcomes have the probability `value`."""
        return value * (self.high - self.low) + self.low

    def entropy(self) -> Tensor:
        return log(self.high - self.low)
