"""New tensors: from data, filled, counted, or drawn at random.

Those with a shape take it as `zeros(2, 3)`, `zeros((2, 3))` or `zeros(size=(2, 3))`. All take
`dtype`, and as further options `device` (the CPU), `requires_grad`, `layout` and `pin_memory`.
Tensors made like another (zeros_like, x.new_zeros) are in ops/alike.py.

PyTorch: aten/src/ATen/native/TensorFactories.cpp, RangeFactories.cpp; torch/csrc/utils/
tensor_new.cpp.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from operator import index
from typing import Any

import numpy as np

from . import dtypes
from .dtypes import Array, wanted
from .layout import arranged, contiguous_format
from .ops import draws
from .ops.alike import (  # the functions made like another belong to this family
    checked_shape,
    empty_like,
    finished,
    full_like,
    ones_like,
    rand_like,
    randint_like,
    randn_like,
    shape_given,
    strided_memory,
    zeros_like,
)
from .ops.as_array import check_numpy, number, to_array
from .ops.operands import invalid_combination
from .random import Generator, default_generator
from .tensor import Tensor

__all__ = [
    "arange",
    "as_tensor",
    "asarray",
    "empty",
    "empty_like",
    "empty_strided",
    "eye",
    "from_numpy",
    "full",
    "full_like",
    "linspace",
    "logspace",
    "normal",
    "ones",
    "ones_like",
    "rand",
    "rand_like",
    "randint",
    "randint_like",
    "randn",
    "randn_like",
    "randperm",
    "scalar_tensor",
    "tensor",
    "tril_indices",
    "triu_indices",
    "zeros",
    "zeros_like",
]

Options = dict[str, Any]


def _made(array: Array, function: str, options: Options) -> Tensor:
    return finished(Tensor.new(array), function, options)


def _kind(dtype: Any, function: str, otherwise: dtypes.dtype | None = None) -> np.dtype[Any]:
    """The NumPy type that was asked for; else `otherwise`, else the default."""
    return (wanted(dtype, function) or otherwise or dtypes.get_default_dtype()).numpy


def _need_int(x: Any, function: str, argument: str, position: int) -> int:
    if not hasattr(x, "__index__"):
        kind = type(x).__name__
        raise TypeError(
            f"{function}(): argument '{argument}' (position {position}) must be int, not {kind}"
        )
    return index(x)


# --- from data -------------------------------------------------------------------------------


def tensor(data: Any, *, dtype: Any = None, **options: Any) -> Tensor:
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
    return _made(to_array(data, wanted(dtype, "tensor")), "tensor", options)


def as_tensor(data: Any, *, dtype: Any = None, device: Any = None) -> Tensor:
    """A tensor of the data, sharing memory where it is a tensor or an array of this dtype."""
    kind = wanted(dtype, "as_tensor")
    if isinstance(data, Tensor):
        return data.to(device=device, dtype=kind)
    if isinstance(data, np.ndarray) and (kind is None or data.dtype == kind.numpy):
        return finished(from_numpy(data), "as_tensor", {"device": device})
    return _made(to_array(data, kind), "as_tensor", {"device": device})


def asarray(
    obj: Any,
    *,
    dtype: Any = None,
    device: Any = None,
    copy: bool | None = None,
    requires_grad: bool | None = None,
) -> Tensor:
    """As `as_tensor`. `copy` True: never shares memory; False: ValueError if it cannot be shared.

    requires_grad: of the result; by default a tensor's own.
    """
    kind = wanted(dtype, "asarray")
    if copy is False:
        _check_shared(obj, kind)
    result = as_tensor(obj, dtype=kind, device=device)
    if copy and result.array is getattr(obj, "array", None):
        result = result.clone()
    elif copy and isinstance(obj, np.ndarray):
        result = Tensor.new(result.array.copy())
    if requires_grad is None or requires_grad == result.requires_grad:
        return result
    return result.detach().requires_grad_(requires_grad)


def _check_shared(obj: Any, kind: dtypes.dtype | None) -> None:
    """ValueError unless a tensor of this dtype can show the object's own memory."""
    if not isinstance(obj, (Tensor, np.ndarray)):
        raise ValueError("can't alias arbitrary sequence into a tensor.")
    own = dtypes.of(obj.array if isinstance(obj, Tensor) else obj)
    if kind not in (None, own):
        raise ValueError(
            f"can't alias tensor with dtype '{dtypes.title(own.numpy)}' into dtype "
            f"'{dtypes.title(kind.numpy)}'."
        )


def from_numpy(ndarray: Array) -> Tensor:
    """A tensor on the array's own memory. TypeError for what is no array, or of another dtype."""
    if not isinstance(ndarray, np.ndarray):
        raise TypeError(f"expected np.ndarray (got {type(ndarray).__name__})")
    check_numpy(ndarray)
    dtypes.of(ndarray)
    return Tensor.new(ndarray.view())


def scalar_tensor(s: Any, *, dtype: Any = None, **options: Any) -> Tensor:
    """A 0-d tensor of a number, in the default dtype unless another is given."""
    return _made(np.array(_number(s, "scalar_tensor", "s", dtype)), "scalar_tensor", options)


def _number(value: Any, function: str, argument: str, dtype: Any, position: int = 1) -> Any:
    """`value`, a number or a tensor of one element, in the dtype asked for or the default."""
    if not isinstance(value, (int, float, np.generic)) and not _is_0d(value):
        kind = type(value).__name__
        raise TypeError(
            f"{function}(): argument '{argument}' (position {position}) must be Number, not {kind}"
        )
    return number(value, _kind(dtype, function))


def _is_0d(x: Any) -> bool:
    return isinstance(x, Tensor) and x.ndim == 0


# --- filled ----------------------------------------------------------------------------------


def zeros(*size: Any, dtype: Any = None, **options: Any) -> Tensor:
    """All 0."""
    shape = shape_given("zeros", size, options)
    return _made(np.zeros(shape, _kind(dtype, "zeros")), "zeros", options)


def ones(*size: Any, dtype: Any = None, **options: Any) -> Tensor:
    """All 1."""
    shape = shape_given("ones", size, options)
    return _made(np.ones(shape, _kind(dtype, "ones")), "ones", options)


def empty(
    *size: Any, dtype: Any = None, memory_format: Any = contiguous_format, **options: Any
) -> Tensor:
    """Memory as it was found."""
    array = np.empty(shape_given("empty", size, options), _kind(dtype, "empty"))
    if memory_format not in (None, contiguous_format):
        array = arranged(array, memory_format)
    return _made(array, "empty", options)


def empty_strided(size: Any, stride: Any, *, dtype: Any = None, **options: Any) -> Tensor:
    """Memory as it was found; neighbours along each dimension are `stride` elements apart."""
    kind = _kind(dtype, "empty_strided")
    return _made(strided_memory("empty_strided", size, stride, kind), "empty_strided", options)


def full(size: Sequence[int], fill_value: Any, *, dtype: Any = None, **options: Any) -> Tensor:
    """All `fill_value`, whose Python type decides the dtype if none is given."""
    shape = checked_shape("full", size)
    if dtype is None:
        python = _is_0d(fill_value) or isinstance(fill_value, np.generic)
        value = fill_value.item() if python else fill_value
        dtype = {bool: dtypes.bool_, int: dtypes.int64}.get(type(value))
    value = _number(fill_value, "full", "fill_value", dtype, 2)
    return _made(np.full(shape, value, value.dtype), "full", options)


def eye(n: int, m: int | None = None, *, dtype: Any = None, **options: Any) -> Tensor:
    """(n, m), 1 on the diagonal, else 0."""
    rows = _need_int(n, "eye", "n", 1)
    columns = rows if m is None else _need_int(m, "eye", "m", 2)
    for name, count in (("n", rows), ("m", columns)):
        if count < 0:
            raise RuntimeError(f"{name} must be greater or equal to 0, got {count}")
    return _made(np.eye(rows, columns, dtype=_kind(dtype, "eye")), "eye", options)


# --- counted ---------------------------------------------------------------------------------


def arange(
    start: Any = None, end: Any = None, step: Any = 1, *, dtype: Any = None, **options: Any
) -> Tensor:
    """start, start + step, … before end. int64 if all three are ints, else the default dtype.

    RuntimeError for a step of 0 or of the wrong sign.
    """
    if end is None:
        start, end = None, start
    if end is None:
        raise invalid_combination("arange")
    start, end, step = (_as_number(x, "arange") for x in (start, end, step))
    whole = all(isinstance(x, int) for x in (start, end, step))
    kind = _kind(dtype, "arange", dtypes.int64 if whole else None)
    if kind.kind == "b":
        raise NotImplementedError("\"arange_cpu\" not implemented for 'Bool'")
    if step == 0:
        raise RuntimeError("step must be nonzero")
    if not (math.isfinite(start) and math.isfinite(end)):
        raise RuntimeError(f"unsupported range: {start:g} -> {end:g}")
    if (end - start) * step < 0:
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")
    count = -(-(end - start) // step) if whole else math.ceil((end - start) / step)
    if kind.kind in "iu":  # cut to integers first: arange(0, 2.5, 0.5) in int64 is five zeros
        numbers = int(start) + int(step) * np.arange(count, dtype=np.int64)
    else:
        numbers = _counted(start, step, count, kind)
    return _made(numbers.astype(kind), "arange", options)


_LANES = {np.dtype("float32"): 8, np.dtype("float64"): 4}  # numbers to a register of 256 bits


def _counted(start: float, step: float, count: int, kind: np.dtype[Any]) -> Array:
    """start + step·i, rounded where PyTorch rounds: it fills one register after another, each from
    a first number that is rounded to `kind` already, and what is left over one by one.

    PyTorch: aten/src/ATen/native/cpu/RangeFactoriesKernel.cpp (arange_kernel).
    """
    exact = np.longdouble  # multiplying and adding there is one instruction, which rounds once
    numbers = (start + step * np.arange(count, dtype=exact)).astype(np.float64).astype(kind)
    lanes = _LANES.get(kind, 1)
    filled = numbers[: count // (2 * lanes) * (2 * lanes)].reshape(-1, lanes)
    filled[...] = (filled[:, :1] + step * np.arange(lanes, dtype=exact)).astype(np.float64)
    return numbers


def _as_number(x: Any, function: str) -> Any:
    """A tensor's one number, or NumPy's, as Python's; 0 for None."""
    if x is None:
        return 0
    if isinstance(x, (Tensor, np.generic)):
        return x.item()
    if not isinstance(x, (int, float)):
        kind = type(x).__name__
        raise TypeError(f"{function}(): argument 'end' (position 1) must be Number, not {kind}")
    return int(x) if isinstance(x, bool) else x


def linspace(start: Any, end: Any, steps: int, *, dtype: Any = None, **options: Any) -> Tensor:
    """`steps` numbers from start to end, both included. RuntimeError for negative steps."""
    kind = _kind(dtype, "linspace")
    return _made(_evenly("linspace", start, end, steps, kind).astype(kind), "linspace", options)


def logspace(
    start: Any, end: Any, steps: int, base: float = 10.0, *, dtype: Any = None, **options: Any
) -> Tensor:
    """The powers of `base` whose exponents are linspace(start, end, steps)."""
    kind = _kind(dtype, "logspace")
    exponents = _evenly("logspace", start, end, steps, kind)
    return _made(np.power(exponents.dtype.type(base), exponents).astype(kind), "logspace", options)


_WIDER: dict[np.dtype[Any], np.dtype[Any]] = {
    np.dtype("float32"): np.dtype("float64"),
    np.dtype("float64"): np.dtype("longdouble"),
}


def _evenly(function: str, start: Any, end: Any, steps: int, kind: np.dtype[Any]) -> Array:
    """Counted from the nearer end, so that the last number is exactly `end`.

    The ends are of this type; the numbers between two integers are float64.
    """
    ends = [(name, x) for name, x in (("start", start), ("end", end)) if isinstance(x, Tensor)]
    if any(x.ndim for _, x in ends):
        got = " and ".join(f"{name} with {x.ndim} dimension(s)" for name, x in ends)
        raise RuntimeError(
            f"{function} only supports 0-dimensional start and end tensors, but got {got}."
        )
    if _need_int(steps, function, "steps", 3) < 0:
        raise RuntimeError("number of steps must be non-negative")
    if kind.kind == "b":
        raise NotImplementedError(f"\"{function}_cpu\" not implemented for 'Bool'")
    working = np.dtype(np.float64) if kind.kind in "iu" else kind
    first, last = (number(number(x, kind), working) for x in (start, end))
    if steps < 2:
        return np.full(steps, first)
    step = (last - first) / working.type(steps - 1)
    # PyTorch is compiled to multiply and add in one instruction, which rounds once: so here.
    wide = _WIDER.get(working, working)
    places = np.arange(steps, dtype=wide)
    upwards, downwards = wide.type(first) + step * places, wide.type(last) - step * places[::-1]
    return np.where(places < steps // 2, upwards, downwards).astype(working)


def tril_indices(row: int, col: int, offset: int = 0, **options: Any) -> Tensor:
    """(2, count): where the elements on and below a diagonal stand in a (row, col) matrix."""
    return _triangle("tril_indices", np.tril, row, col, offset, **options)


def triu_indices(row: int, col: int, offset: int = 0, **options: Any) -> Tensor:
    """(2, count): where the elements on and above a diagonal stand in a (row, col) matrix."""
    return _triangle("triu_indices", np.triu, row, col, offset, **options)


def _triangle(
    function: str,
    part: Callable[..., Array],
    row: int,
    col: int,
    offset: int,
    *,
    dtype: Any = None,
    **options: Any,
) -> Tensor:
    kind = _kind(dtype, function, dtypes.int64)
    for position, (name, size) in enumerate((("row", row), ("col", col)), 1):
        if _need_int(size, function, name, position) < 0:
            raise RuntimeError(f"{name} must be non-negative, got{size}")
    if kind.kind not in "iu":
        raise NotImplementedError(f"\"{function}\" not implemented for '{dtypes.title(kind)}'")
    places = np.argwhere(part(np.ones((row, col), bool), offset))
    return _made(np.ascontiguousarray(places.T).astype(kind), function, options)


# --- drawn at random -------------------------------------------------------------------------


def rand(
    *size: Any, generator: Generator | None = None, dtype: Any = None, **options: Any
) -> Tensor:
    """Uniform in [0, 1). Bit for bit PyTorch's numbers for the same seed."""
    shape, kind = shape_given("rand", size, options), _kind(dtype, "rand")
    return _made((generator or default_generator).uniform(shape, kind), "rand", options)


def randn(
    *size: Any, generator: Generator | None = None, dtype: Any = None, **options: Any
) -> Tensor:
    """Normal, mean 0 and standard deviation 1. PyTorch's numbers to 1e-6 for the same seed."""
    shape, kind = shape_given("randn", size, options), _kind(dtype, "randn")
    return _made((generator or default_generator).normal(shape, kind), "randn", options)


def randint(
    low: Any = 0,
    high: Any = None,
    size: Any = None,
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    **options: Any,
) -> Tensor:
    """Integers of [low, high), int64: randint(high, size) or randint(low, high, size)."""
    position = 3
    if size is None:  # randint(high, size)
        low, high, size, position = 0, low, high, 2
    elif high is None:  # randint(high, size=size)
        low, high = 0, low
    if size is None or (position == 3 and isinstance(size, int)):
        raise invalid_combination("randint", low, high, size)
    bounds = (_need_int(low, "randint", "low", 1), _need_int(high, "randint", "high", 1))
    kind = _kind(dtype, "randint", dtypes.int64)
    shape = checked_shape("randint", size, position)
    g = generator or default_generator
    return _made(g.integers(*bounds, shape, kind), "randint", options)


def randperm(
    n: int, *, generator: Generator | None = None, dtype: Any = None, **options: Any
) -> Tensor:
    """0 … n - 1 in random order, int64."""
    kind = _kind(dtype, "randperm", dtypes.int64)
    if kind.kind == "b":
        raise NotImplementedError("\"randperm\" not implemented for 'Bool'")
    count = _need_int(n, "randperm", "n", 1)
    number(max(count - 1, 0), kind)  # raises if the type is too small
    order = (generator or default_generator).permutation(count)
    return _made(order.astype(kind, copy=False), "randperm", options)


def normal(
    mean: Any,
    std: Any = 1.0,
    size: Any = None,
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    **options: Any,
) -> Tensor:
    """Normal numbers with this mean and standard deviation: numbers, and a size, or tensors."""
    if isinstance(mean, Tensor) or isinstance(std, Tensor):
        return draws.normal_by(mean, std, generator)
    if not isinstance(size, (tuple, list)):
        raise invalid_combination("normal", mean, std, *([] if size is None else [size]))
    shape, kind = checked_shape("normal", size), _kind(dtype, "normal")
    g = generator or default_generator
    return _made(g.normal(shape, kind, mean, std), "normal", options)
