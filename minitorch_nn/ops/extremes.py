"""The largest and the smallest: max, min, amax, amin, aminmax, argmax, argmin.

Where several are largest, `max()` and `amax` share the gradient among them; `max(dim)`, which also
says where, gives it to the first.

PyTorch: aten/src/ATen/native/ReduceOps.cpp, TensorCompare.cpp; tools/autograd/derivatives.yaml.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..autograd.node import Node
from ..base import TensorBase, Value
from ..dtypes import int64
from ..return_types import aminmax as aminmax_result
from ..return_types import max as max_result
from ..return_types import min as min_result
from .choice import maximum, minimum
from .comparison import isnan
from .dims import is_one, wrap_dim
from .gathering import scatter_add
from .operands import array_of, constant
from .reduction import Dims, SumBackward0, SumBackward1, spread, to_axes
from .shape import zeros_for
from .signatures import numpy_names


def shared_by(found: Value, grad: Value, axes: tuple[int, ...]) -> Value:
    """The gradient of a reduction over axes, shared evenly by the elements that were `found`."""
    return grad * found / SumBackward1.apply(found, axes=axes, keepdim=True)


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
        grad, y = spread(grad, self.axes, self.keepdim), spread(y, self.axes, self.keepdim)
        return shared_by(x == y, grad, self.axes)


class AminBackward0(AmaxBackward0):
    """y = the smallest;  dL/dy is shared evenly. PyTorch: derivatives.yaml, amin."""

    __slots__ = ()
    extreme = staticmethod(np.min)


class AminmaxBackward0(Node):
    """y, z = the smallest and the largest; the gradient of each is shared evenly.

    PyTorch: derivatives.yaml, aminmax; FunctionsManual.cpp (aminmax_backward).
    """

    __slots__ = ("axes", "keepdim")
    saves = ("self", "min", "max")

    def forward(self, x: Any, *, axes: tuple[int, ...], keepdim: bool) -> Any:
        self.axes, self.keepdim = axes, keepdim
        low = np.asarray(np.min(x, axis=axes, keepdims=keepdim))
        high = np.asarray(np.max(x, axis=axes, keepdims=keepdim))
        self.save_for_backward(x, low, high)
        return low, high

    def backward(self, *grads: Value | None) -> Value:
        x, *results = self.saved_tensors
        total = None
        for grad, y in zip(grads, results, strict=True):
            if grad is not None:
                grad, y = spread(grad, self.axes, self.keepdim), spread(y, self.axes, self.keepdim)
                part = shared_by(x == y, grad, self.axes)
                total = part if total is None else total + part
        return total


class EvenlyShared(Node):
    """y = one element of all;  dL/dy is shared evenly by all that equal it (nan equals nan).

    PyTorch: FunctionsManual.cpp (evenly_distribute_backward).
    """

    __slots__ = ()
    saves = ("self", "result")
    choose: Callable[[Any], Any]

    def forward(self, x: Any) -> Any:
        result = np.asarray(self.choose(x))
        self.save_for_backward(x, result)
        return result

    def backward(self, grad: Value) -> Value:
        x, y = self.saved_tensors
        found = (x == y) | (isnan(x) & isnan(y))
        return grad * found / SumBackward0.apply(found, axes=tuple(range(x.ndim)), keepdim=False)


class MaxBackward1(EvenlyShared):
    """The largest of all; nan if any is. PyTorch: derivatives.yaml, max."""

    __slots__ = ()
    choose = staticmethod(np.max)


class MinBackward1(EvenlyShared):
    """The smallest of all; nan if any is. PyTorch: derivatives.yaml, min."""

    __slots__ = ()
    choose = staticmethod(np.min)


class Selecting(Node):
    """y, i = one or more elements of x along a dimension, and where they stood;  dL/dy goes there.

    `places(x, dim, ...)` gives the indices, with the dimension kept.
    PyTorch: FunctionsManual.cpp (value_selecting_reduction_backward).
    """

    __slots__ = ("dim", "keepdim", "shape")
    saves = ("indices",)
    places: Callable[..., Any]

    def forward(self, x: Any, *, dim: int, keepdim: bool, **options: Any) -> Any:
        self.dim, self.keepdim, self.shape = dim, keepdim and x.ndim > 0, x.shape
        row = np.atleast_1d(x)
        indices = self.places(row, dim, **options)
        values = np.take_along_axis(row, indices, dim)
        if not self.keepdim:
            indices, values = indices.squeeze(dim), values.squeeze(dim)
        self.save_for_backward(indices)
        return values, indices

    def backward(self, grad: Value, _: None) -> Value:
        (indices,) = self.saved_tensors
        if not self.shape:
            return grad
        axes = (self.dim,)
        indices, grad = spread(indices, axes, self.keepdim), spread(grad, axes, self.keepdim)
        return scatter_add(zeros_for(grad, self.shape), self.dim, indices, grad)


class MaxBackward0(Selecting):
    """y, i = the largest along one dimension and where it stood first.

    PyTorch: derivatives.yaml, max.dim.
    """

    __slots__ = ()

    @staticmethod
    def places(x: Any, dim: int) -> Any:
        return np.argmax(x, axis=dim, keepdims=True)


class MinBackward0(Selecting):
    """y, i = the smallest along one dimension and where it stood first. PyTorch: min.dim."""

    __slots__ = ()

    @staticmethod
    def places(x: Any, dim: int) -> Any:
        return np.argmin(x, axis=dim, keepdims=True)


def need_elements(x: Any, name: str, dim: int) -> None:
    """IndexError where the dimension to reduce is empty: there is nothing to choose from."""
    shape = array_of(x).shape
    if shape and shape[dim] == 0:
        raise IndexError(f"{name}(): Expected reduction dim {dim} to have non-zero size.")


def _need_dim(x: Any, name: str, error: type[Exception] = RuntimeError, hint: str = "") -> None:
    if 0 in array_of(x).shape:
        raise error(
            f"{name}(): Expected reduction dim to be specified for input.numel() == 0.{hint}"
        )


_WITH_DIM = " Specify the reduction dim with the 'dim' argument."


class _Extreme(NamedTuple):
    """What `max` or `min` is made of: of two tensors, of everything, along one dimension."""

    name: str
    of_two: Callable[[Value, Value], Value]
    of_all: type[Node]
    along: type[Node]
    result: type[Any]


_MAX = _Extreme("max", maximum, MaxBackward1, MaxBackward0, max_result)
_MIN = _Extreme("min", minimum, MinBackward1, MinBackward0, min_result)


@numpy_names
def max(input: Value, dim: Any = None, keepdim: bool = False, *, other: Value = None) -> Any:
    """max(x): the largest element. max(x, dim): (values, indices) along one dimension.
    max(x, other): as `maximum`."""
    return _choose(_MAX, input, dim, keepdim, other)


@numpy_names
def min(input: Value, dim: Any = None, keepdim: bool = False, *, other: Value = None) -> Any:
    """min(x): the smallest element. min(x, dim): (values, indices) along one dimension.
    min(x, other): as `minimum`."""
    return _choose(_MIN, input, dim, keepdim, other)


def _choose(extreme: _Extreme, x: Value, dim: Any, keepdim: bool, other: Value) -> Any:
    _need_tensor(x, extreme.name)
    if isinstance(dim, TensorBase):
        other = dim
    if other is not None:
        return extreme.of_two(x, other)
    if dim is None:
        _need_dim(x, extreme.name, hint=_WITH_DIM)
        return extreme.of_all.apply(x)
    d = wrap_dim(dim, x.ndim)
    need_elements(x, extreme.name, d)
    return extreme.result(extreme.along.apply(x, dim=d, keepdim=keepdim))


def _need_tensor(x: Any, name: str) -> None:
    if not isinstance(x, TensorBase):
        kind = type(x).__name__
        raise TypeError(f"{name}(): argument 'input' (position 1) must be Tensor, not {kind}")


@numpy_names
def amax(input: Value, dim: int | Sequence[int] = (), keepdim: bool = False) -> Value:
    """The largest over `dim`; ties share the gradient."""
    return AmaxBackward0.apply(input, axes=_axes(input, "amax", dim), keepdim=keepdim)


@numpy_names
def amin(input: Value, dim: int | Sequence[int] = (), keepdim: bool = False) -> Value:
    """The smallest over `dim`; ties share the gradient."""
    return AminBackward0.apply(input, axes=_axes(input, "amin", dim), keepdim=keepdim)


def _axes(x: Any, name: str, dim: Dims) -> tuple[int, ...]:
    axes = to_axes(dim, x.ndim)
    if not is_one(dim) and not dim:
        _need_dim(x, name, hint=_WITH_DIM)
    for axis in axes:
        need_elements(x, name, axis)
    return axes


@numpy_names
def aminmax(input: Value, *, dim: int | None = None, keepdim: bool = False) -> Any:
    """(min, max) of everything or along `dim`; ties share the gradient."""
    if dim is None and 0 in array_of(input).shape:
        raise RuntimeError(
            "aminmax(): cannot compute aminmax over an empty dimension as the operation has no "
            "identity."
        )
    axes = to_axes(dim, input.ndim)
    if dim is not None and axes and array_of(input).shape[axes[0]] == 0:
        raise IndexError(f"aminmax: Expected reduction dim {axes[0]} to have non-zero size.")
    return aminmax_result(AminmaxBackward0.apply(input, axes=axes, keepdim=keepdim))


@numpy_names
def argmax(input: Value, dim: int | None = None, keepdim: bool = False) -> Value:
    """Where the largest stands (the first of equals), int64; in the flattened tensor for None."""
    return _arg_extreme(np.argmax, "argmax", input, dim, keepdim)


@numpy_names
def argmin(input: Value, dim: int | None = None, keepdim: bool = False) -> Value:
    """Where the smallest stands (the first of equals), int64; in the flattened tensor for None."""
    return _arg_extreme(np.argmin, "argmin", input, dim, keepdim)


def _arg_extreme(find: Any, name: str, x: Value, dim: int | None, keepdim: bool) -> Value:
    if array_of(x).dtype == bool:
        raise NotImplementedError(f"{name}(): does not support bool input")
    if dim is None:
        _need_dim(x, name, IndexError)
    d = None if dim is None else wrap_dim(dim, x.ndim)
    if d is not None:
        need_elements(x, name, d)
    axis = d if x.ndim else None
    return constant(lambda a: np.asarray(find(a, axis=axis, keepdims=keepdim), int64.numpy), x)
