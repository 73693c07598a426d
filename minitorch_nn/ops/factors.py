"""Products of many factors: prod, and the running product cumprod.

Their derivatives divide the product by each factor, which fails where a factor is 0: there the
other factors are multiplied anew.

PyTorch: aten/src/ATen/native/ReduceOps.cpp; FunctionsManual.cpp (prod_backward, cumprod_backward).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import TensorBase, Value
from ..dtypes import dtype as DType
from .broadcasting import expand, multiply_up
from .choice import where
from .dims import is_one, wrap_dim
from .joining import cat
from .operands import array_of
from .parts import narrow
from .rearranging import flip
from .reduction import in_dtype, spread, sum, to_axes
from .scans import run_up, sum_from_end
from .shape import reshape, unsqueeze, zeros_for
from .signatures import numpy_names


class ProdBackward0(Node):
    """y = Π x over everything;  dL/dxᵢ = dL/dy·(the product of all others).

    PyTorch: derivatives.yaml, prod; FunctionsManual.cpp (prod_backward).
    """

    __slots__ = ("axes", "keepdim")
    saves = ("self", "result")

    def forward(
        self, x: Any, *, axes: tuple[int, ...], keepdim: bool, to: DType | None = None
    ) -> Any:
        self.axes, self.keepdim = axes, keepdim
        kept = in_dtype(x, to)
        result = np.asarray(multiply_up(kept, axis=axes, dtype=kept.dtype, keepdims=keepdim))
        self.save_for_backward(x, result)
        return result

    def backward(self, grad: Value) -> Value:
        x, y = self.saved_tensors
        grad = spread(grad, self.axes, self.keepdim)
        zeros = np.count_nonzero(array_of(x) == 0)
        if not zeros:
            return grad * (spread(y, self.axes, self.keepdim) / x)
        if zeros > 1 and type(self) is ProdBackward0 and not isinstance(x, TensorBase):
            return zeros_for(grad, tuple(x.shape))  # but not so under create_graph
        if len(self.axes) == 1:
            return grad * _products_of_others(x, self.axes[0])
        return grad * reshape(_products_of_others(reshape(x, (-1,)), 0), tuple(x.shape))


class ProdBackward1(ProdBackward0):
    """Along one dimension. PyTorch: derivatives.yaml, prod.dim_int."""

    __slots__ = ()


def _products_of_others(x: Value, dim: int) -> Value:
    """For every element the product of those before it times the product of those after it.

    PyTorch: FunctionsManual.cpp (prod_safe_zeros_backward).
    """
    n = x.shape[dim]
    one = zeros_for(x, (*x.shape[:dim], 1, *x.shape[dim + 1 :])) + 1

    def before(x: Value) -> Value:
        return cumprod(cat([one, narrow(x, dim, 0, n - 1)], dim), dim)

    return before(x) * flip(before(flip(x, (dim,))), (dim,))


class CumprodBackward0(Node):
    """yᵢ = x₀·…·xᵢ along dim;  dL/dxⱼ = Σ dL/dyᵢ·yᵢ / xⱼ over i ≥ j.

    PyTorch: derivatives.yaml, cumprod; FunctionsManual.cpp (cumprod_backward).
    """

    __slots__ = ("dim",)
    saves = ("self", "result")

    def forward(self, x: Any, *, dim: int, to: DType | None = None) -> Any:
        self.dim = dim
        kept = in_dtype(x, to)
        result = run_up(np.multiply, kept, dim)
        self.save_for_backward(x, result)
        return result

    def backward(self, grad: Value) -> Value:
        x, y = self.saved_tensors
        if not x.ndim or x.shape[self.dim] == 1:
            return grad
        if np.all(array_of(x)):
            return sum_from_end(grad * y, self.dim) / x
        return self._without_division(grad, x)

    def _without_division(self, grad: Value, x: Value) -> Value:
        """For each j a row of its own, in which xⱼ is 1: n times the work and memory."""
        j, i = self.dim, self.dim + 1
        n = x.shape[j]
        rows = expand(unsqueeze(x, j), (*x.shape[:j], n, *x.shape[j:]))
        trailing = (1,) * (x.ndim - j - 1)
        own = np.eye(n, dtype=bool).reshape(n, n, *trailing)
        later = np.triu(np.ones((n, n), bool)).reshape(n, n, *trailing)
        others = where(later, cumprod(where(own, 1.0, rows), i), 0.0)
        return sum(unsqueeze(grad, j) * others, i)


@numpy_names
def prod(
    input: Value, dim: int | None = None, keepdim: bool = False, *, dtype: DType | None = None
) -> Value:
    """The product over everything or along one dimension. Integers give int64."""
    if dim is not None and not is_one(dim):
        kind = type(dim).__name__
        raise TypeError(f"prod(): argument 'dim' (position 2) must be int, not {kind}")
    node = ProdBackward0 if dim is None else ProdBackward1
    return node.apply(input, axes=to_axes(dim, input.ndim), keepdim=keepdim, to=dtype)


@numpy_names
def cumprod(input: Value, dim: int, *, dtype: DType | None = None) -> Value:
    """The running product along `dim`. Integers give int64."""
    return CumprodBackward0.apply(input, dim=wrap_dim(dim, input.ndim), to=dtype)
