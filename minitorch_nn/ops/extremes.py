"""The largest and the smallest, and norms: max, amax, argmax, norm.

Where several are largest, `max()` and `amax` share the gradient among them; `max(dim)`, which also
says where, gives it to the first.

PyTorch: aten/src/ATen/native/ReduceOps.cpp, TensorCompare.cpp; tools/autograd/derivatives.yaml.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import TensorBase, Value
from ..dtypes import dtype as DType
from ..dtypes import int64, title
from ..return_types import max as max_result
from ..return_types import min as min_result
from .broadcasting import add_up
from .comparison import isnan, maximum, minimum, where
from .indexing import scatter_add
from .operands import array_of, constant
from .pointwise import abs, sign
from .powers import pow
from .reduction import Dims, SumBackward0, SumBackward1, spread, to_axes
from .shape import to_dtype, wrap_dim, zeros_for


class AmaxBackward0(Node):
    """y = the largest over some dimensions;  dL/dy is shared evenly by all that equal it.

    PyTorch: derivatives.yaml, amax; FunctionsManual.cpp (scale_grad_by_count).
    """

    __slots__ = ("axes", "keepdim")
    saves = ("self", "result")
    extreme: Any = staticmethod(np.max)

    def forward(self, x: Any, *, axes: tuple[int, ...], keepdim: bool) -> Any:
        self.axes, self.keepdim = axes, keepdim
        result = np.asarray(self.extreme(x, axis=axes, keepdims=keepdim))
        self.save_for_backward(x, result)
        return result

    def backward(self, grad: Value) -> Value:
        x, y = self.saved_tensors
        found = x == spread(y, self.axes, self.keepdim)
        share = SumBackward1.apply(found, axes=self.axes, keepdim=True)
        return spread(grad, self.axes, self.keepdim) * found / share


class AminBackward0(AmaxBackward0):
    """y = the smallest;  dL/dy is shared evenly. PyTorch: derivatives.yaml, amin."""

    __slots__ = ()
    extreme = staticmethod(np.min)


class MaxBackward1(AmaxBackward0):
    """The largest of all; nan if any is. PyTorch: derivatives.yaml, max
    (evenly_distribute_backward)."""

    __slots__ = ()

    def backward(self, grad: Value) -> Value:
        x, y = self.saved_tensors
        found = (x == y) | (isnan(x) & isnan(y))
        return grad * found / SumBackward0.apply(found, axes=tuple(range(x.ndim)), keepdim=False)


class MinBackward1(MaxBackward1):
    """The smallest of all; nan if any is. PyTorch: derivatives.yaml, min."""

    __slots__ = ()
    extreme = staticmethod(np.min)


class MaxBackward0(Node):
    """y, i = the largest along one dimension and where it stood first;  dL/dy goes there.

    PyTorch: derivatives.yaml, max.dim; FunctionsManual.cpp (value_selecting_reduction_backward).
    """

    __slots__ = ("dim", "keepdim", "shape")
    saves = ("indices",)
    where_extreme: Any = staticmethod(np.argmax)

    def forward(self, x: Any, *, dim: int, keepdim: bool) -> Any:
        self.dim, self.keepdim, self.shape = dim, keepdim, x.shape
        if not x.ndim:
            indices = np.zeros((), np.int64)
            self.save_for_backward(indices)
            return x.copy(), indices
        indices = np.expand_dims(self.where_extreme(x, axis=dim), dim)
        values = np.take_along_axis(x, indices, dim)
        if not keepdim:
            indices, values = indices.squeeze(dim), values.squeeze(dim)
        self.save_for_backward(indices)
        return values, indices

    def backward(self, grad: Value, _: None) -> Value:
        (indices,) = self.saved_tensors
        if not self.shape:
            return grad
        axes = (self.dim,)
        places = spread(indices, axes, self.keepdim)
        return scatter_add(
            zeros_for(grad, self.shape), self.dim, places, spread(grad, axes, self.keepdim)
        )


class MinBackward0(MaxBackward0):
    """y, i = the smallest along one dimension and where. PyTorch: derivatives.yaml, min.dim."""

    __slots__ = ()
    where_extreme = staticmethod(np.argmin)


def _need_elements(x: Any, name: str, dim: int | None = None) -> None:
    shape = array_of(x).shape
    if dim is None and 0 in shape:
        raise RuntimeError(
            f"{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the "
            "reduction dim with the 'dim' argument."
        )
    if dim is not None and shape and shape[dim] == 0:
        raise IndexError(f"{name}(): Expected reduction dim {dim} to have non-zero size.")


def max(input: Value, dim: Any = None, keepdim: bool = False) -> Any:
    """max(x): the largest element. max(x, dim): (values, indices) along one dimension.
    max(x, other): as `maximum`."""
    return _extreme(input, dim, keepdim, "max", MaxBackward1, MaxBackward0, max_result)


def min(input: Value, dim: Any = None, keepdim: bool = False) -> Any:
    """min(x): the smallest element. min(x, dim): (values, indices) along one dimension.
    min(x, other): as `minimum`."""
    return _extreme(input, dim, keepdim, "min", MinBackward1, MinBackward0, min_result)


def _extreme(
    x: Value, dim: Any, keepdim: bool, name: str, whole: Any, along: Any, result: Any
) -> Any:
    if isinstance(dim, TensorBase):
        return (maximum if name == "max" else minimum)(x, dim)
    if dim is None:
        _need_elements(x, name)
        return whole.apply(x, axes=tuple(range(x.ndim)), keepdim=False)
    d = wrap_dim(dim, x.ndim)
    _need_elements(x, name, d)
    return result(along.apply(x, dim=d, keepdim=keepdim))


def amax(input: Value, dim: int | Sequence[int] = (), keepdim: bool = False) -> Value:
    """The largest over `dim`; ties share the gradient."""
    axes = to_axes(dim, input.ndim)
    _need_nonzero(input, "amax", axes, dim)
    return AmaxBackward0.apply(input, axes=axes, keepdim=keepdim)


def amin(input: Value, dim: int | Sequence[int] = (), keepdim: bool = False) -> Value:
    """The smallest over `dim`; ties share the gradient."""
    axes = to_axes(dim, input.ndim)
    _need_nonzero(input, "amin", axes, dim)
    return AminBackward0.apply(input, axes=axes, keepdim=keepdim)


def _need_nonzero(x: Any, name: str, axes: tuple[int, ...], dim: Dims) -> None:
    if dim == () and 0 in array_of(x).shape:
        _need_elements(x, name)
    for a in axes:
        _need_elements(x, name, a)


def argmax(input: Value, dim: int | None = None, keepdim: bool = False) -> Value:
    """Where the largest stands (the first of equals), int64; in the flattened tensor for None."""
    return _arg_extreme(np.argmax, "argmax", input, dim, keepdim)


def argmin(input: Value, dim: int | None = None, keepdim: bool = False) -> Value:
    """Where the smallest stands (the first of equals), int64; in the flattened tensor for None."""
    return _arg_extreme(np.argmin, "argmin", input, dim, keepdim)


def _arg_extreme(find: Any, name: str, x: Value, dim: int | None, keepdim: bool) -> Value:
    d = None if dim is None else wrap_dim(dim, x.ndim)
    if d is None and 0 in array_of(x).shape:
        raise IndexError(
            f"{name}(): Expected reduction dim to be specified for input.numel() == 0."
        )
    if d is not None:
        _need_elements(x, name, d)
    axis = d if x.ndim else None
    return constant(lambda a: np.asarray(find(a, axis=axis, keepdims=keepdim), int64.numpy), x)


class LinalgVectorNormBackward0(Node):
    """y = (Σ |x|ᵖ)^(1/p);  dL/dx = dL/dy·x·|x|ᵖ⁻² / yᵖ⁻¹, 0 where y = 0.

    p = ∞ and -∞ are the largest and smallest |x|, whose ties share; p = 0 counts non-zeros.
    PyTorch: derivatives.yaml, linalg_vector_norm; FunctionsManual.cpp (norm_backward).
    """

    __slots__ = ("axes", "keepdim", "p")
    saves = ("self", "result")

    def forward(self, x: Any, *, p: float, axes: tuple[int, ...], keepdim: bool) -> Any:
        self.p, self.axes, self.keepdim = p, axes, keepdim
        size = np.abs(x)
        if p == 0:
            result = add_up(size != 0, axis=axes, keepdims=keepdim, dtype=x.dtype)
        elif math.isinf(p):
            extreme = np.max if p > 0 else np.min
            result = extreme(size, axis=axes, keepdims=keepdim)
        elif p == 1:
            result = add_up(size, axis=axes, keepdims=keepdim)
        elif p == 2:
            result = np.sqrt(add_up(x * x, axis=axes, keepdims=keepdim))
        else:
            result = add_up(size**p, axis=axes, keepdims=keepdim) ** (1 / p)
        result = np.asarray(result, x.dtype)
        self.save_for_backward(x, result)
        return result

    def backward(self, grad: Value) -> Value | None:
        x, y = self.saved_tensors
        p = self.p
        if p == 0:
            return None
        grad, y = spread(grad, self.axes, self.keepdim), spread(y, self.axes, self.keepdim)
        if math.isinf(p):
            found = abs(x) == y
            share = SumBackward1.apply(found, axes=self.axes, keepdim=True)
            return sign(x) * (grad / share) * found
        if p == 1:
            return sign(x) * grad
        if p == 2:
            return x * where(y == 0, 0.0, grad / y)
        steep = sign(x) * pow(abs(x), p - 1)
        steep = where(x == 0, 0.0, steep) if p < 1 else steep
        return steep * where(y == 0, 0.0, grad / pow(y, p - 1))


def norm(
    input: Value,
    p: float | str | None = "fro",
    dim: Dims = None,
    keepdim: bool = False,
    dtype: DType | None = None,
) -> Value:
    """The p-norm of the elements over `dim`; 'fro' and None mean p = 2.

    RuntimeError for integers. ('nuc' is not part of minitorch_nn.)
    """
    if dtype is not None:
        input = to_dtype(input, dtype.numpy)
    if array_of(input).dtype.kind != "f":
        raise NotImplementedError(
            "linalg.vector_norm: Expected a floating point or complex tensor as input. Got "
            f"{title(array_of(input).dtype)}"
        )
    if p == "nuc":
        raise NotImplementedError("norm with p='nuc' is not part of minitorch_nn")
    order = 2.0 if p in (None, "fro") else float(p)
    return LinalgVectorNormBackward0.apply(
        input, p=order, axes=to_axes(dim, input.ndim), keepdim=keepdim
    )
