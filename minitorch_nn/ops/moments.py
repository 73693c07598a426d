"""Spread around the mean: var, std, and both together with the mean.

PyTorch: aten/src/ATen/native/ReduceOps.cpp (var, std, var_mean); tools/autograd/derivatives.yaml.
"""

from __future__ import annotations

import builtins
import math
from typing import Any, ClassVar

import numpy as np

from ..autograd.node import Node
from ..base import Value
from .broadcasting import add_up, expand
from .choice import where
from .operands import array_of
from .reduction import MeanBackward1, count, spread, to_axes
from .signatures import numpy_names


class VarBackward0(Node):
    """y = Σ (x - x̄)² / (n - correction);  dL/dx = dL/dy·2(x - x̄) / (n - correction).

    PyTorch: derivatives.yaml, var.correction; FunctionsManual.cpp (var_backward).
    """

    __slots__ = ("axes", "correction", "keepdim")
    saves = ("self",)

    def forward(self, x: Any, *, axes: tuple[int, ...], correction: float, keepdim: bool) -> Any:
        self.save_for_backward(x)
        self.axes, self.correction, self.keepdim = axes, correction, keepdim
        return _variance(x, axes, correction, keepdim)

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        return _var_backward(spread(grad, self.axes, self.keepdim), x, self.axes, self.correction)


def _variance(x: Any, axes: tuple[int, ...], correction: float, keepdim: bool) -> Any:
    freedom = builtins.max(count(x.shape, axes) - correction, 0)
    centre = x - _mean(x, axes, True)
    total = np.asarray(add_up(centre * centre, axis=axes, keepdims=keepdim))
    return (total / np.asarray(freedom, x.dtype)).astype(x.dtype, copy=False)


def _mean(x: Any, axes: tuple[int, ...], keepdim: bool) -> Any:
    return add_up(x, axis=axes, keepdims=keepdim) / x.dtype.type(count(x.shape, axes))


def _var_backward(grad: Value, x: Value, axes: tuple[int, ...], correction: float) -> Value:
    freedom = count(tuple(x.shape), axes) - correction
    factor = 2.0 / freedom if freedom > 0 else math.inf
    return factor * grad * (x - MeanBackward1.apply(x, axes=axes, keepdim=True))


class StdBackward0(Node):
    """y = √var;  dL/dx = dL/dy / (2y) through var, 0 where y = 0.

    PyTorch: derivatives.yaml, std.correction; FunctionsManual.cpp (std_backward).
    """

    __slots__ = ("axes", "correction", "keepdim")
    saves = ("self", "result")

    def forward(self, x: Any, *, axes: tuple[int, ...], correction: float, keepdim: bool) -> Any:
        self.axes, self.correction, self.keepdim = axes, correction, keepdim
        result = np.asarray(np.sqrt(_variance(x, axes, correction, keepdim)))
        self.save_for_backward(x, result)
        return result

    def backward(self, grad: Value) -> Value:
        x, y = self.saved_tensors
        halved = spread(_halved(grad, y), self.axes, self.keepdim)
        return _var_backward(halved, x, self.axes, self.correction)


def _halved(grad: Value, y: Value) -> Value:
    """The gradient of y², which is the variance, where that of y is `grad`."""
    return where(y == 0, 0.0, grad / (y * 2))


class VarMeanBackward0(Node):
    """v, m = the variance and the mean;  dL/dx = that of both.

    PyTorch: derivatives.yaml, var_mean.correction; FunctionsManual.cpp (var_mean_backward).
    """

    __slots__ = ("axes", "correction", "keepdim")
    saves: ClassVar[tuple[str, ...]] = ("self",)

    def forward(self, x: Any, *, axes: tuple[int, ...], correction: float, keepdim: bool) -> Any:
        self.save_for_backward(x)
        self.axes, self.correction, self.keepdim = axes, correction, keepdim
        return _variance(x, axes, correction, keepdim), np.asarray(_mean(x, axes, keepdim))

    def backward(self, grad_var: Value | None, grad_mean: Value | None) -> Value:
        x, *_ = self.saved_tensors
        through_mean = through_var = None
        if grad_mean is not None:
            share = grad_mean / builtins.max(count(tuple(x.shape), self.axes), 1)
            through_mean = expand(spread(share, self.axes, self.keepdim), tuple(x.shape))
        if grad_var is not None:
            spread_out = spread(grad_var, self.axes, self.keepdim)
            through_var = _var_backward(spread_out, x, self.axes, self.correction)
        if through_mean is None or through_var is None:
            return through_var if through_mean is None else through_mean
        return through_var + through_mean


class StdMeanBackward0(VarMeanBackward0):
    """s, m = the standard deviation and the mean. PyTorch: derivatives.yaml, std_mean.correction;
    FunctionsManual.cpp (std_mean_backward)."""

    __slots__ = ()
    saves = ("self", "result0")

    def forward(self, x: Any, *, axes: tuple[int, ...], correction: float, keepdim: bool) -> Any:
        variance, mean = super().forward(x, axes=axes, correction=correction, keepdim=keepdim)
        result = np.asarray(np.sqrt(variance))
        self.save_for_backward(x, result)
        return result, mean

    def backward(self, grad_std: Value | None, grad_mean: Value | None) -> Value:
        _, y = self.saved_tensors
        grad_var = None if grad_std is None else _halved(grad_std, y)
        return super().backward(grad_var, grad_mean)


def _options(
    name: str,
    input: Value,
    dim: Any = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    *,
    correction: float | None = None,
) -> dict[str, Any]:
    """The arguments that all four functions take after `input`, as their nodes want them.

    NotImplementedError, under this name, for integers.
    """
    if array_of(input).dtype.kind != "f":
        raise NotImplementedError(f"{name} only support floating point and complex dtypes")
    if isinstance(dim, bool):  # var(x, False): PyTorch's older signature
        dim, unbiased = None, dim
    if unbiased is not None:
        correction = 1 if unbiased else 0
    elif correction is None:
        correction = 1
    return {"axes": to_axes(dim, input.ndim), "correction": correction, "keepdim": keepdim}


@numpy_names
def var(input: Value, *args: Any, **kwargs: Any) -> Value:
    """var(input, dim=None, unbiased=None, keepdim=False, *, correction=1): the variance over
    `dim`, the sum of squares divided by n - correction. The others take the same arguments."""
    return VarBackward0.apply(input, **_options("std and var", input, *args, **kwargs))


@numpy_names
def std(input: Value, *args: Any, **kwargs: Any) -> Value:
    """The standard deviation over `dim`: the square root of `var`."""
    return StdBackward0.apply(input, **_options("std and var", input, *args, **kwargs))


@numpy_names
def var_mean(input: Value, *args: Any, **kwargs: Any) -> tuple[Value, Value]:
    """(variance, mean) over `dim`."""
    return VarMeanBackward0.apply(input, **_options("var_mean", input, *args, **kwargs))


@numpy_names
def std_mean(input: Value, *args: Any, **kwargs: Any) -> tuple[Value, Value]:
    """(standard deviation, mean) over `dim`."""
    return StdMeanBackward0.apply(input, **_options("std_mean", input, *args, **kwargs))
