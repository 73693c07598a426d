"""Operations that take many elements to few: sums, means, variances, products, running sums.

A reduction over everything and one over chosen dimensions are two nodes in PyTorch's graph
(SumBackward0, SumBackward1). A gradient comes back in the reduced shape: `spread` puts the lost
dimensions back, so that it broadcasts over what was reduced.

PyTorch: aten/src/ATen/native/ReduceOps.cpp; tools/autograd/derivatives.yaml.
"""

from __future__ import annotations

import builtins
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import Value
from ..dtypes import dtype as DType
from ..dtypes import title
from .broadcasting import add_up, expand, multiply_up
from .comparison import where
from .joining import flip
from .operands import array_of, constant
from .powers import exp
from .shape import reshape, sizes_of, to_dtype, unsqueeze, view, wrap_dim, wrap_dims, zeros_for

Dims = int | Sequence[int] | None


def to_axes(dim: Dims, ndim: int) -> tuple[int, ...]:
    """The dimensions to reduce: all for None and (), as PyTorch counts."""
    if dim is None or (not isinstance(dim, int) and len(dim) == 0):
        return tuple(range(ndim))
    wrapped = wrap_dims(dim, ndim)
    return wrapped if ndim else ()


def spread(y: Value, axes: tuple[int, ...], keepdim: bool) -> Value:
    """A reduced result with its lost dimensions back, as size 1."""
    if keepdim:
        return y
    for axis in sorted(axes):
        y = unsqueeze(y, axis)
    return y


def _count(shape: tuple[int, ...], axes: tuple[int, ...]) -> int:
    return math.prod(shape[a] for a in axes)


def _in_dtype(x: Any, to: DType | None) -> Any:
    """The array in the dtype that was asked for; sums of integers and booleans are int64."""
    if to is not None:
        return x.astype(to.numpy, copy=False)
    return x.astype(np.int64, copy=False) if x.dtype.kind in "biu" else x


def _need_floating(x: Any, name: str) -> None:
    kind = array_of(x).dtype
    if kind.kind != "f":
        raise NotImplementedError(
            f"{name}(): could not infer output dtype. Input dtype must be either a floating point "
            f"or complex dtype. Got: {title(kind)}"
        )


# --- sums and means --------------------------------------------------------------------------


class SumBackward1(Node):
    """y = Σ x over some dimensions;  dL/dx = dL/dy everywhere along them.

    PyTorch: derivatives.yaml, sum.dim_IntList.
    """

    __slots__ = ("axes", "keepdim", "shape")

    def forward(
        self, x: Any, *, axes: tuple[int, ...], keepdim: bool, to: DType | None = None
    ) -> Any:
        self.axes, self.keepdim, self.shape = axes, keepdim, x.shape
        x = _in_dtype(x, to)
        return add_up(x, axis=axes, keepdims=keepdim)

    def backward(self, grad: Value) -> Value:
        return expand(spread(grad, self.axes, self.keepdim), self.shape)


class SumBackward0(SumBackward1):
    """Over everything. PyTorch: derivatives.yaml, sum."""

    __slots__ = ()


class MeanBackward1(Node):
    """y = Σ x / n over some dimensions;  dL/dx = dL/dy / n. PyTorch: derivatives.yaml, mean.dim."""

    __slots__ = ("axes", "keepdim", "shape")

    def forward(
        self, x: Any, *, axes: tuple[int, ...], keepdim: bool, to: DType | None = None
    ) -> Any:
        self.axes, self.keepdim, self.shape = axes, keepdim, x.shape
        x = _in_dtype(x, to)
        count = _count(x.shape, axes)
        total = add_up(x, axis=axes, keepdims=keepdim)
        return total / x.dtype.type(count)

    def backward(self, grad: Value) -> Value:
        count = _count(self.shape, self.axes)
        return expand(spread(grad, self.axes, self.keepdim) / builtins.max(count, 1), self.shape)


class MeanBackward0(MeanBackward1):
    """Over everything. PyTorch: derivatives.yaml, mean."""

    __slots__ = ()


def sum(
    input: Value, dim: Dims = None, keepdim: bool = False, *, dtype: DType | None = None
) -> Value:
    """The sum over `dim` (an int, several, or None for all). Integers and booleans give int64."""
    if not isinstance(keepdim, bool):
        raise TypeError(
            f"sum(): argument 'keepdim' (position 2) must be bool, not {type(keepdim).__name__}"
        )
    node = SumBackward0 if dim is None else SumBackward1
    return node.apply(input, axes=to_axes(dim, input.ndim), keepdim=keepdim, to=dtype)


def sum_to_size(input: Value, *sizes: Any) -> Value:
    """The sum over whatever would broadcast a tensor of this size to the input's.

    RuntimeError if it could not be broadcast so. PyTorch: TensorShape.cpp (sum_to_size).
    """
    size = sizes_of(sizes)
    shape = tuple(input.shape)
    lead = len(shape) - len(size)
    if lead < 0 or not builtins.all(
        want in (1, own) for want, own in zip(size, shape[lead:], strict=True)
    ):
        raise RuntimeError(f"size {{{list(size)}}} is not expandable to size {{{list(shape)}}}.")
    repeated = [lead + d for d, n in enumerate(size) if n == 1 and shape[lead + d] != 1]
    dims = (*range(lead), *repeated)
    total = sum(input, dims, keepdim=True) if dims else input
    return view(total, size) if lead else total


def mean(
    input: Value, dim: Dims = None, keepdim: bool = False, *, dtype: DType | None = None
) -> Value:
    """The mean over `dim`. NotImplementedError for integers."""
    if dtype is None:
        _need_floating(input, "mean")
    node = MeanBackward0 if dim is None else MeanBackward1
    return node.apply(input, axes=to_axes(dim, input.ndim), keepdim=keepdim, to=dtype)


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
    freedom = builtins.max(_count(x.shape, axes) - correction, 0)
    count = x.dtype.type(_count(x.shape, axes))
    centre = x - add_up(x, axis=axes, keepdims=True) / count
    total = np.asarray(add_up(centre * centre, axis=axes, keepdims=keepdim))
    return (total / np.asarray(freedom, x.dtype)).astype(x.dtype, copy=False)


def _var_backward(grad: Value, x: Value, axes: tuple[int, ...], correction: float) -> Value:
    freedom = _count(tuple(x.shape), axes) - correction
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
        halved = where(y == 0, 0.0, grad / (y * 2))
        return _var_backward(spread(halved, self.axes, self.keepdim), x, self.axes, self.correction)


def _moment_options(dim: Any, unbiased: bool | None, correction: float | None) -> tuple[Any, float]:
    if isinstance(dim, bool):  # var(x, False): PyTorch's older signature
        dim, unbiased = None, dim
    if unbiased is not None:
        correction = 1 if unbiased else 0
    return dim, 1 if correction is None else correction


def var(
    input: Value,
    dim: Any = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    *,
    correction: float | None = None,
) -> Value:
    """The variance over `dim`, divided by n - correction (by default n - 1)."""
    dim, freedom = _moment_options(dim, unbiased, correction)
    _need_floating_only(input, "std and var")
    axes = to_axes(dim, input.ndim)
    return VarBackward0.apply(input, axes=axes, correction=freedom, keepdim=keepdim)


def std(
    input: Value,
    dim: Any = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    *,
    correction: float | None = None,
) -> Value:
    """The standard deviation over `dim`: the square root of `var`."""
    dim, freedom = _moment_options(dim, unbiased, correction)
    _need_floating_only(input, "std and var")
    axes = to_axes(dim, input.ndim)
    return StdBackward0.apply(input, axes=axes, correction=freedom, keepdim=keepdim)


def _need_floating_only(x: Any, name: str) -> None:
    if array_of(x).dtype.kind != "f":
        raise NotImplementedError(f"{name} only support floating point and complex dtypes")


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
        result = np.asarray(multiply_up(_in_dtype(x, to), axis=axes, keepdims=keepdim))
        self.save_for_backward(x, result)
        return result

    def backward(self, grad: Value) -> Value:
        x, y = self.saved_tensors
        grad = spread(grad, self.axes, self.keepdim)
        zeros = np.count_nonzero(array_of(x) == 0)
        if not zeros:
            return grad * (spread(y, self.axes, self.keepdim) / x)
        if zeros > 1 and type(self) is ProdBackward0:
            return zeros_for(grad, tuple(x.shape))
        return grad * _products_of_others(x, self.axes)


class ProdBackward1(ProdBackward0):
    """Along one dimension. PyTorch: derivatives.yaml, prod.dim_int."""

    __slots__ = ()


def _products_of_others(x: Value, axes: tuple[int, ...]) -> Value:
    """For every element the product of the rest, without dividing by a zero: each element's row is
    a copy of all of them in which its own place holds 1."""
    shape = tuple(x.shape)
    if len(axes) == len(shape):
        flat, dim = reshape(x, (-1,)), 0
    else:
        flat, (dim,) = x, axes
    n = flat.shape[dim]
    rows = expand(unsqueeze(flat, dim), (*flat.shape[:dim], n, *flat.shape[dim:]))
    own = np.eye(n, dtype=bool).reshape((n, n) + (1,) * (flat.ndim - dim - 1))
    others = where(own, 1.0, rows)
    return reshape(ProdBackward1.apply(others, axes=(dim + 1,), keepdim=False), shape)


def prod(
    input: Value, dim: int | None = None, keepdim: bool = False, *, dtype: DType | None = None
) -> Value:
    """The product over everything or along one dimension. Integers give int64."""
    node = ProdBackward0 if dim is None else ProdBackward1
    return node.apply(input, axes=to_axes(dim, input.ndim), keepdim=keepdim, to=dtype)


class CumsumBackward0(Node):
    """yᵢ = x₀ + … + xᵢ along dim;  dL/dxᵢ = dL/dyᵢ + … + dL/dyₙ: a running sum from the end.

    PyTorch: derivatives.yaml, cumsum; FunctionsManual.cpp (cumsum_backward).
    """

    __slots__ = ("dim",)

    def forward(self, x: Any, *, dim: int, to: DType | None = None) -> Any:
        self.dim = dim
        x = _in_dtype(x, to)
        return np.cumsum(x, dim) if x.ndim else x.copy()

    def backward(self, grad: Value) -> Value:
        back = flip(grad, (self.dim,))
        return flip(CumsumBackward0.apply(back, dim=self.dim), (self.dim,))


def cumsum(input: Value, dim: int, *, dtype: DType | None = None) -> Value:
    """The running sum along `dim`. Integers give int64."""
    return CumsumBackward0.apply(input, dim=wrap_dim(dim, input.ndim), to=dtype)


class LogsumexpBackward0(Node):
    """y = ln Σ eˣ, computed from the largest;  dL/dx = dL/dy·eˣ⁻ʸ.

    PyTorch: derivatives.yaml, logsumexp.
    """

    __slots__ = ("axes", "keepdim")
    saves = ("self", "result")

    def forward(self, x: Any, *, axes: tuple[int, ...], keepdim: bool) -> Any:
        self.axes, self.keepdim = axes, keepdim
        top = np.max(x, axis=axes, keepdims=True, initial=-np.inf)
        top = np.where(np.isinf(top), 0, top).astype(x.dtype)
        total = add_up(np.exp(x - top), axis=axes, keepdims=True)
        result = np.log(total) + top
        result = result if keepdim else np.asarray(result.squeeze(axes))
        self.save_for_backward(x, result)
        return result

    def backward(self, grad: Value) -> Value:
        x, y = self.saved_tensors
        y = spread(y, self.axes, self.keepdim)
        return spread(grad, self.axes, self.keepdim) * exp(x - y)


def logsumexp(input: Value, dim: int | Sequence[int], keepdim: bool = False) -> Value:
    """ln Σ eˣ over `dim`, without overflow."""
    if array_of(input).dtype.kind != "f":
        input = to_dtype(input, np.dtype(np.float32))
    return LogsumexpBackward0.apply(input, axes=to_axes(dim, input.ndim), keepdim=keepdim)


def any(input: Value, dim: Dims = None, keepdim: bool = False) -> Value:
    """Whether any element is non-zero, over `dim`; bool."""
    axes = to_axes(dim, input.ndim)
    return constant(lambda a: _truth(np.any(a, axis=axes, keepdims=keepdim), a), input)


def all(input: Value, dim: Dims = None, keepdim: bool = False) -> Value:
    """Whether all elements are non-zero, over `dim`; bool."""
    axes = to_axes(dim, input.ndim)
    return constant(lambda a: _truth(np.all(a, axis=axes, keepdims=keepdim), a), input)


def _truth(result: Any, x: Any) -> Any:
    """bool, but uint8 of uint8: from before PyTorch had a bool type."""
    return np.asarray(result, np.uint8 if x.dtype == np.uint8 else bool)
