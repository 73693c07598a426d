"""What values a parameter, or an outcome, may have: `check` says it for each.

PyTorch: torch/distributions/constraints.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from ..ops.comparison import isfinite, isnan
from ..tensor import Tensor


class Constraint:
    """Prints as its class and its bounds. `event_dim`: how many dimensions one value has."""

    event_dim: ClassVar[int] = 0

    def check(self, value: Tensor) -> Tensor:
        """True where `value` is allowed."""
        raise NotImplementedError

    def __repr__(self) -> str:
        # A bound of one number is formatted as that number, not as the tensor that may hold it.
        bounds = ", ".join(f"{name}={bound}" for name, bound in vars(self).items())
        return f"{type(self).__name__}({bounds})"


class Boolean(Constraint):
    def check(self, value: Tensor) -> Tensor:
        return (value == 0) | (value == 1)


class Real(Constraint):
    def check(self, value: Tensor) -> Tensor:
        return ~isnan(value)


class RealVector(Constraint):
    event_dim = 1

    def check(self, value: Tensor) -> Tensor:
        return (~isnan(value)).all(-1)

    def __repr__(self) -> str:
        return "IndependentConstraint(Real(), 1)"


class Simplex(Constraint):
    """Numbers from 0 on that add up to 1."""

    event_dim = 1

    def check(self, value: Tensor) -> Tensor:
        return (value >= 0).all(-1) & ((value.sum(-1) - 1).abs() < 1e-6)


@dataclass(repr=False)
class GreaterThan(Constraint):
    lower_bound: Any

    def check(self, value: Tensor) -> Tensor:
        return self.lower_bound < value


@dataclass(repr=False)
class LessThan(Constraint):
    upper_bound: Any

    def check(self, value: Tensor) -> Tensor:
        return value < self.upper_bound


@dataclass(repr=False)
class Interval(Constraint):
    """Between two bounds, which count."""

    lower_bound: Any
    upper_bound: Any

    def check(self, value: Tensor) -> Tensor:
        return (self.lower_bound <= value) & (value <= self.upper_bound)


@dataclass(repr=False)
class IntegerInterval(Interval):
    def check(self, value: Tensor) -> Tensor:
        return isfinite(value) & (value % 1 == 0) & super().check(value)


boolean, real, real_vector, simplex = Boolean(), Real(), RealVector(), Simplex()
positive, unit_interval = GreaterThan(0.0), Interval(0.0, 1.0)
