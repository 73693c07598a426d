"""New tensors: from data, filled, counted, or drawn at random.

Each takes `dtype`, `device` (the CPU), `requires_grad`; those with a shape take it as `zeros(2, 3)`
or `zeros((2, 3))`.

PyTorch: aten/src/ATen/native/TensorFactories.cpp; torch/csrc/utils/tensor_new.cpp.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from . import dtypes, random
from .device import check_device
from .dtypes import Array
from .dtypes import dtype as DType
from .ops.dims import sizes_of
from .ops import draws
from .random import Generator
from .tensor import Tensor


def _made(array: Array, device: Any, requires_grad: bool) -> Tensor:
    check_device(device)
    t = Tensor.new(array)
    if requires_grad and not t.is_floating_point():
        raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
    return t.requires_grad_() if requires_grad else t


def _numpy(dtype: DType | None) -> np.dtype[Any]:
    return (dtype or dtypes.get_default_dtype()).numpy


def _size(sizes: tuple[Any, ...]) -> tuple[int, ...]:
    shape = sizes_of(sizes)
    for n in shape:
        if n < 0:
            raise RuntimeError(
                f"Trying to create tensor with negative dimension {n}: {list(shape)}"
            )
    return shape


# --- from data -------------------------------------------------------------------------------


def _to_array(data: Any, dtype: DType | None) -> Array:
    """A new array. Floats become the default dtype, Python ints int64; arrays keep their type."""
    if isinstance(data, Tensor):
        data = data.array
    if isinstance(data, (np.ndarray, np.generic)):
        dtypes.of(data)
        return np.array(data, None if dtype is None else dtype.numpy)
    data = _plain(data)
    try:
        array = np.array(data)
    except ValueError:
        raise ValueError(_explain_ragged(data)) from None
    if array.dtype.kind not in "biuf":
        if array.dtype.kind in "US":
            raise TypeError(f"new(): invalid data type '{type(_first(data)).__name__}'")
        if array.dtype.kind == "O" and not isinstance(_first(data), int):
            raise RuntimeError(f"Could not infer dtype of {type(_first(data)).__name__}")
        raise RuntimeError("Overflow when unpacking long long")
    if dtype is not None:
        return array.astype(dtype.numpy, copy=False)
    if array.dtype.kind == "f":
        return array.astype(dtypes.get_default_dtype().numpy, copy=False)
    return array.astype(np.int64, copy=False) if array.dtype.kind in "iu" else array


def _plain(data: Any) -> Any:
    """Nested lists with the tensors in them (of one element each) as numbers."""
    if isinstance(data, Tensor):
        return data.array
    if isinstance(data, (list, tuple)):
        return [_plain(d) for d in data]
    return data


def _first(data: Any) -> Any:
    while isinstance(data, (list, tuple)) and data:
        data = data[0]
    return data


def _explain_ragged(data: Any, dim: int = 0) -> str:
    lengths = [len(d) if isinstance(d, list) else 0 for d in data]
    for got in lengths:
        if got != lengths[0]:
            return f"expected sequence of length {lengths[0]} at dim {dim + 1} (got {got})"
    return _explain_ragged(next(d for d in data if len({_shape(e) for e in d}) > 1), dim + 1)


def _shape(data: Any) -> int:
    return len(data) if isinstance(data, list) else 0


def tensor(
    data: Any,
    *,
    dtype: DType | None = None,
    device: Any = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Tensor:
    """A new leaf with a copy of numbers, nested lists, an array or a tensor.

    Python floats give the default dtype, ints int64, bools bool; arrays keep their dtype.
    ValueError for lists of uneven length; RuntimeError or TypeError for what are no numbers.
    """
    if isinstance(data, Tensor):
        warnings.warn(
            "To copy construct from a tensor, it is recommended to use "
            "sourceTensor.detach().clone() or "
            "sourceTensor.detach().clone().requires_grad_(True), rather than "
            "torch.tensor(sourceTensor).",
            UserWarning,
            stacklevel=2,
        )
    return _made(_to_array(data, dtype), device, requires_grad)


def as_tensor(data: Any, dtype: DType | None = None, device: Any = None) -> Tensor:
    """A tensor of the data, sharing memory where it is a tensor or an array of this dtype."""
    check_device(device)
    if isinstance(data, Tensor):
        return data if dtype is None else data.to(dtype)
    if isinstance(data, np.ndarray) and (dtype is None or data.dtype == dtype.numpy):
        return from_numpy(data)
    return Tensor.new(_to_array(data, dtype))


def from_numpy(ndarray: Array) -> Tensor:
    """A tensor on the array's own memory. TypeError for what is no array, or of another dtype."""
    if not isinstance(ndarray, np.ndarray):
        raise TypeError(f"expected np.ndarray (got {type(ndarray).__name__})")
    dtypes.of(ndarray)
    if any(s < 0 for s in ndarray.strides):
        raise ValueError(
            "At least one stride in the given numpy array is negative, and tensors with negative "
            "strides are not currently supported. (You can probably work around this by making a "
            "copy of your array  with array.copy().) "
        )
    return Tensor.new(ndarray.view())


# --- filled ----------------------------------------------------------------------------------


def zeros(
    *size: Any, dtype: DType | None = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """All 0."""
    return _made(np.zeros(_size(size), _numpy(dtype)), device, requires_grad)


def ones(
    *size: Any, dtype: DType | None = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """All 1."""
    return _made(np.ones(_size(size), _numpy(dtype)), device, requires_grad)


def empty(
    *size: Any, dtype: DType | None = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Memory as it was found."""
    return _made(np.empty(_size(size), _numpy(dtype)), device, requires_grad)


def full(
    size: Sequence[int],
    fill_value: Any,
    *,
    dtype: DType | None = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """All `fill_value`, whose Python type decides the dtype if none is given."""
    value = fill_value.item() if isinstance(fill_value, Tensor) else fill_value
    kind = dtype.numpy if dtype is not None else _to_array(value, None).dtype
    return _made(np.full(_size((size,)), value, kind), device, requires_grad)


def eye(
    n: int,
    m: int | None = None,
    *,
    dtype: DType | None = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """(n, m), 1 on the diagonal, else 0."""
    return _made(np.eye(n, m, dtype=_numpy(dtype)), device, requires_grad)


def tril_indices(
    row: int, col: int, offset: int = 0, *, dtype: DType = dtypes.int64, device: Any = None
) -> Tensor:
    """Where the elements on and below a diagonal of a (row, col) matrix are: 2 rows of indices."""
    _check_triangle("tril_indices", row, col, dtype)
    return _made(np.array(np.tril_indices(row, offset, col), dtype.numpy), device, False)


def triu_indices(
    row: int, col: int, offset: int = 0, *, dtype: DType = dtypes.int64, device: Any = None
) -> Tensor:
    """Where the elements on and above a diagonal of a (row, col) matrix are: 2 rows of indices."""
    _check_triangle("triu_indices", row, col, dtype)
    return _made(np.array(np.triu_indices(row, offset, col), dtype.numpy), device, False)


def _check_triangle(name: str, row: int, col: int, dtype: DType) -> None:
    for side, size in (("row", row), ("col", col)):
        if size < 0:
            raise RuntimeError(f"{side} must be non-negative, got{size}")
    if dtype.numpy.kind != "i":
        raise NotImplementedError(f"\"{name}\" not implemented for '{dtypes.title(dtype.numpy)}'")


def arange(
    start: Any,
    end: Any = None,
    step: Any = 1,
    *,
    dtype: DType | None = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """start, start + step, … before end. int64 if all three are ints, else the default dtype.

    RuntimeError for a step of 0 or of the wrong sign.
    """
    if end is None:
        start, end = 0, start
    start, end, step = (x.item() if isinstance(x, Tensor) else x for x in (start, end, step))
    if step == 0:
        raise RuntimeError("step must be nonzero")
    if (end - start) * step < 0:
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")
    whole = all(isinstance(x, int) for x in (start, end, step))
    kind = dtypes.int64.numpy if dtype is None and whole else _numpy(dtype)
    count = -(-(end - start) // step) if whole else int(np.ceil((end - start) / step))
    wide = np.int64 if whole else np.float64
    values = (start + step * np.arange(count, dtype=wide)).astype(kind)
    return _made(values, device, requires_grad)


def linspace(
    start: Any,
    end: Any,
    steps: int,
    *,
    dtype: DType | None = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """`steps` numbers from start to end, both included. RuntimeError for negative steps."""
    if steps < 0:
        raise RuntimeError("number of steps must be non-negative")
    kind = _numpy(dtype)
    return _made(np.linspace(start, end, steps).astype(kind), device, requires_grad)


# --- drawn at random -------------------------------------------------------------------------


def _generator(generator: Generator | None) -> Generator:
    return generator or random.default_generator


def rand(
    *size: Any,
    generator: Generator | None = None,
    dtype: DType | None = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Uniform in [0, 1). Bit for bit PyTorch's numbers for the same seed."""
    draws = _generator(generator).uniform(_size(size), _numpy(dtype))
    return _made(draws, device, requires_grad)


def randn(
    *size: Any,
    generator: Generator | None = None,
    dtype: DType | None = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Normal, mean 0 and standard deviation 1. PyTorch's numbers to 1e-6 for the same seed."""
    draws = _generator(generator).normal(_size(size), _numpy(dtype))
    return _made(draws, device, requires_grad)


def randint(
    low: int,
    high: Any = None,
    size: Any = None,
    *,
    generator: Generator | None = None,
    dtype: DType | None = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Integers in [low, high), int64: randint(high, size) or randint(low, high, size)."""
    if size is None and not isinstance(high, int):
        low, high, size = 0, low, high
    kind = (dtype or dtypes.int64).numpy
    draws = _generator(generator).integers(low, high, _size((size,)), kind)
    return _made(draws, device, requires_grad)


def randperm(
    n: int,
    *,
    generator: Generator | None = None,
    dtype: DType | None = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """0 … n - 1 in random order, int64."""
    order = _generator(generator).permutation(n)
    return _made(order.astype((dtype or dtypes.int64).numpy, copy=False), device, requires_grad)


def normal(
    mean: Any, std: Any = 1.0, size: Any = None, *, generator: Generator | None = None
) -> Tensor:
    """Normal numbers with this mean and standard deviation, numbers or tensors."""
    if isinstance(mean, Tensor) or isinstance(std, Tensor):
        return draws.normal_by(mean, std, generator)
    kind = dtypes.get_default_dtype().numpy
    return Tensor.new(_generator(generator).normal(_size((size,)), kind, mean, std))


# --- like another tensor ---------------------------------------------------------------------


def _like(input: Tensor, dtype: DType | None) -> DType:
    return dtype or input.dtype


def zeros_like(
    input: Tensor, *, dtype: DType | None = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """All 0, in the input's shape and dtype."""
    array = np.zeros_like(input.array, _like(input, dtype).numpy)
    return _made(array, device, requires_grad)


def ones_like(
    input: Tensor, *, dtype: DType | None = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """All 1, in the input's shape and dtype."""
    array = np.ones_like(input.array, _like(input, dtype).numpy)
    return _made(array, device, requires_grad)


def full_like(
    input: Tensor,
    fill_value: Any,
    *,
    dtype: DType | None = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """All `fill_value`, in the input's shape and dtype."""
    array = np.full_like(input.array, fill_value, _like(input, dtype).numpy)
    return _made(array, device, requires_grad)


def empty_like(
    input: Tensor, *, dtype: DType | None = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Memory as it was found, in the input's shape and dtype."""
    array = np.empty_like(input.array, _like(input, dtype).numpy)
    return _made(array, device, requires_grad)


def rand_like(
    input: Tensor, *, dtype: DType | None = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Uniform in [0, 1), in the input's shape and dtype."""
    kind = _like(input, dtype)
    return rand(input.shape, dtype=kind, device=device, requires_grad=requires_grad)


def randn_like(
    input: Tensor, *, dtype: DType | None = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Normal, in the input's shape and dtype."""
    kind = _like(input, dtype)
    return randn(input.shape, dtype=kind, device=device, requires_grad=requires_grad)
