"""New tensors made like another: zeros_like(x) has x's shape, x.new_zeros(2, 3) its dtype.

All functions that make tensors, here and in creation.py, take the options that `finished` reads:
device, requires_grad, layout, pin_memory.

PyTorch: aten/src/ATen/native/TensorFactories.cpp; torch/csrc/utils/tensor_new.cpp.
"""

from __future__ import annotations

from operator import index
from typing import Any

import numpy as np

from ..base import Value
from ..device import check_device
from ..dtypes import Array, wanted
from ..layout import arranged, preserve_format, strided
from ..stream import Stream
from .as_array import number, to_array
from .dims import listed
from .draws import normal_, random_, uniform_
from .operands import array_of, need_input

Shape = tuple[int, ...]


def finished(x: Value, function: str, options: dict[str, Any]) -> Value:
    """The new tensor `x`, as the options of `function` want it.

    device: the CPU. requires_grad: RuntimeError for integers. layout and pin_memory are accepted:
    every tensor is strided, and there is no accelerator to pin memory for. TypeError for others.
    """
    check_device(options.pop("device", None))
    requires_grad = options.pop("requires_grad", False)
    layout = options.pop("layout", None)
    options.pop("pin_memory", None)
    for name in options:
        raise TypeError(f"{function}() got an unexpected keyword argument '{name}'")
    if layout not in (None, strided):
        raise RuntimeError(f"{layout} tensors are not part of minitorch_nn: leave `layout` out")
    x.storage.version = 0  # filling it was no write yet that anyone could have missed
    if requires_grad:
        if x.array.dtype.kind != "f":
            raise RuntimeError(
                "Only Tensors of floating point and complex dtype can require gradients"
            )
        x._requires_grad = True
    return x


def shape_given(function: str, given: tuple[Any, ...], options: dict[str, Any]) -> Shape:
    """The shape of f(2, 3), f((2, 3)) or f(size=(2, 3)). TypeError or RuntimeError for others."""
    if not given and "size" not in options:
        raise TypeError(f'{function}() missing 1 required positional arguments: "size"')
    return checked_shape(function, listed(given, options.pop("size", None)))


def checked_shape(function: str, size: Any, position: int = 1) -> Shape:
    """A tuple or list of sizes; each may be a tensor of one integer."""
    if not isinstance(size, (tuple, list)):
        raise TypeError(
            f"{function}(): argument 'size' (position {position}) must be tuple of ints, not "
            f"{type(size).__name__}"
        )
    for place, n in enumerate(size):
        if not hasattr(n, "__index__"):
            raise TypeError(_no_size(function, place, type(n).__name__))
    shape = tuple([index(n) for n in size])
    for n in shape:
        if n < 0:
            if function == "zeros":
                raise RuntimeError("zeros: Dimension size must be non-negative.")
            raise RuntimeError(
                f"Trying to create tensor with negative dimension {n}: {list(shape)}"
            )
    return shape


def _no_size(function: str, place: int, kind: str) -> str:
    if place == 0:
        return (
            f"{function}(): argument 'size' (position 1) must be tuple of ints, but found element "
            f"of type {kind} at pos 0"
        )
    return (
        f"{function}(): argument 'size' failed to unpack the object at pos {place + 1} with "
        f'error "type must be tuple of ints,but got {kind}"'
    )


# --- of the same dtype -----------------------------------------------------------------------


def new_tensor(x: Value, data: Any, dtype: Any = None, **options: Any) -> Value:
    """A copy of the data, in the tensor's dtype unless another is given."""
    kind = wanted(dtype, "new_tensor") or x.dtype
    return finished(x.new(to_array(data, kind)), "new_tensor", options)


def _of(x: Value, dtype: Any, function: str) -> np.dtype[Any]:
    own = wanted(dtype, function)
    return array_of(x).dtype if own is None else own.numpy


def new_empty(x: Value, size: tuple[Any, ...], dtype: Any, options: dict[str, Any]) -> Value:
    """Memory as it was found."""
    array = np.empty(shape_given("new_empty", size, options), _of(x, dtype, "new_empty"))
    return finished(x.new(array), "new_empty", options)


def new_zeros(x: Value, size: tuple[Any, ...], dtype: Any, options: dict[str, Any]) -> Value:
    """All 0."""
    array = np.zeros(shape_given("new_zeros", size, options), _of(x, dtype, "new_zeros"))
    return finished(x.new(array), "new_zeros", options)


def new_ones(x: Value, size: tuple[Any, ...], dtype: Any, options: dict[str, Any]) -> Value:
    """All 1."""
    array = np.ones(shape_given("new_ones", size, options), _of(x, dtype, "new_ones"))
    return finished(x.new(array), "new_ones", options)


def new_full(x: Value, size: Any, fill_value: Any, dtype: Any = None, **options: Any) -> Value:
    """All `fill_value`."""
    kind = _of(x, dtype, "new_full")
    array = np.full(checked_shape("new_full", size), number(fill_value, kind), kind)
    return finished(x.new(array), "new_full", options)


def new_empty_strided(x: Value, size: Any, stride: Any, dtype: Any = None, **options: Any) -> Value:
    """Memory as it was found, laid out by these strides."""
    kind = _of(x, dtype, "new_empty_strided")
    array = strided_memory("new_empty_strided", size, stride, kind)
    return finished(x.new(array), "new_empty_strided", options)


def strided_memory(function: str, size: Any, stride: Any, kind: np.dtype[Any]) -> Array:
    """An array of this shape whose neighbours along each dimension are `stride` elements apart."""
    shape = checked_shape(function, size)
    if len(shape) != len(stride):
        raise RuntimeError(
            f"dimensionality of sizes ({len(shape)}) must match dimensionality of strides "
            f"({len(stride)})"
        )
    last = sum((n - 1) * s for n, s in zip(shape, stride, strict=True)) if 0 not in shape else -1
    if any(s < 0 for s in stride):
        raise RuntimeError(
            f"Storage size calculation overflowed with sizes={list(shape)} and "
            f"strides={list(stride)}"
        )
    memory = np.empty(last + 1, kind)
    return np.ndarray(shape, kind, memory, strides=[s * kind.itemsize for s in stride])


# --- of the same shape -----------------------------------------------------------------------


def _memory_like(input: Value, dtype: Any, function: str, options: dict[str, Any]) -> Array:
    """New memory of the input's shape, in its order unless memory_format asks for another."""
    need_input(function, input)
    array = input.array
    own = _of(input, dtype, function)
    order = options.pop("memory_format", None) or preserve_format
    if order is not preserve_format:
        return arranged(np.empty(array.shape, own), order)
    repeats = any(s == 0 and n > 1 for n, s in zip(array.shape, array.strides, strict=True))
    return np.empty_like(array, own, "C" if repeats else "K")


def empty_like(input: Value, *, dtype: Any = None, **options: Any) -> Value:
    """Memory as it was found, in the input's shape and dtype."""
    array = _memory_like(input, dtype, "empty_like", options)
    return finished(input.new(array), "empty_like", options)


def zeros_like(input: Value, *, dtype: Any = None, **options: Any) -> Value:
    """All 0, in the input's shape and dtype."""
    array = _memory_like(input, dtype, "zeros_like", options)
    array.fill(0)
    return finished(input.new(array), "zeros_like", options)


def ones_like(input: Value, *, dtype: Any = None, **options: Any) -> Value:
    """All 1, in the input's shape and dtype."""
    array = _memory_like(input, dtype, "ones_like", options)
    array.fill(1)
    return finished(input.new(array), "ones_like", options)


def full_like(input: Value, fill_value: Any, *, dtype: Any = None, **options: Any) -> Value:
    """All `fill_value`, in the input's shape and dtype."""
    array = _memory_like(input, dtype, "full_like", options)
    array.fill(number(fill_value, array.dtype))
    return finished(input.new(array), "full_like", options)


def rand_like(
    input: Value, *, generator: Stream | None = None, dtype: Any = None, **options: Any
) -> Value:
    """Uniform in [0, 1), in the input's shape and dtype."""
    x = input.new(_memory_like(input, dtype, "rand_like", options))
    return finished(uniform_(x, 0.0, 1.0, generator), "rand_like", options)


def randn_like(
    input: Value, *, generator: Stream | None = None, dtype: Any = None, **options: Any
) -> Value:
    """Normal, in the input's shape and dtype."""
    x = input.new(_memory_like(input, dtype, "randn_like", options))
    return finished(normal_(x, 0.0, 1.0, generator), "randn_like", options)


def randint_like(
    input: Value,
    low: Any = 0,
    high: Any = None,
    *,
    generator: Stream | None = None,
    dtype: Any = None,
    **options: Any,
) -> Value:
    """Integers of [low, high), or [0, low) if no high is given, in the input's shape and dtype."""
    bounds = (0, index(low)) if high is None else (index(low), index(high))
    x = input.new(_memory_like(input, dtype, "randint_like", options))
    return finished(random_(x, bounds, generator), "randint_like", options)
