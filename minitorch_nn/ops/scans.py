"""Running results along a dimension: cumsum, cummax, cummin, logcumsumexp. Same shape in and out.

(cumprod is in factors.py, diff and the running integral in calculus.py.)

PyTorch: aten/src/ATen/native/ReduceOps.cpp; tools/autograd/derivatives.yaml.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import Value
from ..dtypes import dtype as DType
from ..return_types import cummax as cummax_result
from ..return_types import cummin as cummin_result
from .choice import where
from .dims import wrap_dim
from .exponentials import exp, log
from .gathering import scatter_add
from .operands import array_of, refuse
from .pointwise import abs
from .rearranging import flip
from .reduction import in_dtype
from .shape import zeros_for
from .signatures import numpy_names


def run_up(ufunc: np.ufunc, x: Any, dim: int) -> Any:
    """The ufunc's running result along dim, in x's own dtype."""
    return ufunc.accumulate(x, dim, x.dtype) if x.ndim else x.copy()


class CumsumBackward0(Node):
    """yᵢ = x₀ + … + xᵢ along dim;  dL/dxᵢ = dL/dyᵢ + … + dL/dyₙ: a running sum from the end.

    PyTorch: derivatives.yaml, cumsum; FunctionsManual.cpp (cumsum_backward).
    """

    __slots__ = ("dim",)

    def forward(self, x: Any, *, dim: int, to: DType | None = None) -> Any:
        self.dim = dim
        return run_up(np.add, in_dtype(x, to), dim)

    def backward(self, grad: Value) -> Value:
        return sum_from_end(grad, self.dim)


def sum_from_end(x: Value, dim: int) -> Value:
    """yᵢ = xᵢ + … + xₙ along dim."""
    return flip(CumsumBackward0.apply(flip(x, (dim,)), dim=dim), (dim,))


class LogcumsumexpBackward0(Node):
    """yᵢ = ln(eˣ⁰ + … + eˣⁱ) along dim;  dL/dxⱼ = Σ dL/dyᵢ·eˣʲ⁻ʸⁱ over i ≥ j.

    That sum is taken in logarithms too, so that nothing overflows: once over the positive
    gradients, once over the negative ones.
    PyTorch: derivatives.yaml, logcumsumexp; FunctionsManual.cpp (logcumsumexp_backward).
    """

    __slots__ = ("dim",)
    saves = ("self", "result")

    def forward(self, x: Any, *, dim: int) -> Any:
        self.dim = dim
        result = run_up(np.logaddexp, x, dim)
        self.save_for_backward(x, result)
        return result

    def backward(self, grad: Value) -> Value:
        x, y = self.saved_tensors
        if not x.ndim or 0 in x.shape:
            return grad
        size = log(abs(grad))
        # As good as -inf, but finite: -inf - y would be nan where y is -inf, too.
        none = float(np.finfo(array_of(x).dtype).min)

        def share(chosen: Value) -> Value:
            chosen = flip(where(chosen, size, none) - y, (self.dim,))
            return exp(flip(LogcumsumexpBackward0.apply(chosen, dim=self.dim), (self.dim,)) + x)

        return share(grad > 0) - share(grad < 0)


class CummaxBackward0(Node):
    """yᵢ = the largest of x₀ … xᵢ along dim, and where it stood last;  dL/dyᵢ goes there.

    A nan is the largest from there on. PyTorch: derivatives.yaml, cummax; FunctionsManual.cpp
    (cummaxmin_backward).
    """

    __slots__ = ("dim", "shape")
    saves = ("indices",)
    choose: np.ufunc = np.maximum

    def forward(self, x: Any, *, dim: int) -> Any:
        self.dim, self.shape = dim, x.shape
        if not x.ndim:
            indices = np.zeros((), np.int64)
            self.save_for_backward(indices)
            return x.copy(), indices
        values = run_up(self.choose, x, dim)
        places = np.arange(x.shape[dim]).reshape([-1 if d == dim else 1 for d in range(x.ndim)])
        reached = np.where((x == values) | (x != x), places, 0)
        indices = np.maximum.accumulate(reached, dim)
        self.save_for_backward(indices)
        return values, indices

    def backward(self, grad: Value, _: None) -> Value:
        (indices,) = self.saved_tensors
        if not self.shape or 0 in self.shape:
            return grad
        return scatter_add(zeros_for(grad, self.shape), self.dim, indices, grad)


class CumminBackward0(CummaxBackward0):
    """yᵢ = the smallest of x₀ … xᵢ along dim, and where. PyTorch: derivatives.yaml, cummin."""

    __slots__ = ()
    choose = np.minimum


@numpy_names
def cumsum(input: Value, dim: int, *, dtype: DType | None = None) -> Value:
    """The running sum along `dim`. Integers give int64."""
    return CumsumBackward0.apply(input, dim=wrap_dim(dim, input.ndim), to=dtype)


@numpy_names
def logcumsumexp(input: Value, dim: int) -> Value:
    """The running logsumexp along `dim`, without overflow. NotImplementedError for integers."""
    d = wrap_dim(dim, input.ndim)
    refuse("biu", "logcumsumexp_out_cpu", input)
    return LogcumsumexpBackward0.apply(input, dim=d)


@numpy_names
def cummax(input: Value, dim: int) -> Any:
    """(values, indices): the largest so far along `dim`, and where (the last of equals)."""
    return cummax_result(CummaxBackward0.apply(input, dim=wrap_dim(dim, input.ndim)))


@numpy_names
def cummin(input: Value, dim: int) -> Any:
    """(values, indices): the smallest so far along `dim`, and where (the last of equals)."""
    return cummin_result(CumminBackward0.apply(input, dim=wrap_dim(dim, input.ndim)))
