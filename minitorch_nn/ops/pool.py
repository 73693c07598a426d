"""max_pool1d … avg_pool3d: what they take, and what they refuse.

The mathematics is in pooling.py. Here one number becomes one for each spatial dimension, places are
counted, and bad windows are refused in PyTorch's words.

PyTorch: aten/src/ATen/native/Pool.h, MaxPooling.cpp, Pooling.cpp.
"""

from __future__ import annotations

from math import inf, prod
from typing import Any

import numpy as np

from ..base import Value
from ..dtypes import title
from .any_order import elements_of
from .pointwise import abs, sign
from .pooling import (
    AvgPool2DBackward0,
    AvgPool3DBackward0,
    MaxPool2DWithIndicesBackward0,
    MaxPool3DWithIndicesBackward0,
    Window,
)
from .powers import pow
from .rectifiers import relu
from .shape import squeeze, unsqueeze, wrap_dim

_WORDS = {1: "one", 2: "two", 3: "three"}
_MAY_BE = {
    "kernel_size": "either be",
    "stride": "either be omitted,",
    "padding": "either be",
    "dilation": "be either",
}


def per_axis(value: Any, d: int, name: str, where: str) -> tuple[int, ...]:
    """One int for all spatial dimensions, or one each."""
    values = (value,) if isinstance(value, int) else tuple(int(v) for v in value)
    if len(values) not in (1, d):
        raise RuntimeError(
            f"{where}: {name} must {_MAY_BE[name]} a single int, or a tuple of {_WORDS[d]} ints"
        )
    return values * d if len(values) == 1 else values


def _is_omitted(stride: Any) -> bool:
    return stride is None or (not isinstance(stride, int) and len(stride) == 0)


def _window(
    x: Value,
    d: int,
    where: str,
    kernel: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    ceil_mode: bool,
) -> Window:
    """How a checked window walks. RuntimeError in PyTorch's words."""
    k = per_axis(kernel, d, "kernel_size", where)
    s = k if _is_omitted(stride) else per_axis(stride, d, "stride", where)
    p, dil = per_axis(padding, d, "padding", where), per_axis(dilation, d, "dilation", where)
    if where == "avg_pool2d":
        wrap_dim(-3, x.ndim)  # raises for less
    elif x.ndim not in (d + 1, d + 2):
        raise RuntimeError(f"non-empty {d + 1}D or {d + 2}D (batch mode) tensor expected for input")
    size = tuple(x.shape[-d:])
    places = tuple(_places(*one, ceil_mode) for one in zip(size, k, s, p, dil, strict=True))
    _check_positive(k, "kernel size", "k")
    _check_positive(s, "stride", "d")
    _check_positive(dil, "dilation", "dilation")
    if d == 3:
        long_name = "max_pool3d_with_indices_out_cpu_template"
        check_not_empty(x, d, long_name if where == "max_pool3d" else where)
    if x.ndim not in (d + 1, d + 2) or 0 in x.shape[-d - 1 :]:
        raise RuntimeError(
            f"Expected {d + 1}D or {d + 2}D (batch mode) tensor with optional 0 dim batch size for "
            f"input, but got:{list(x.shape)}"
        )
    if min(places) < 1:
        c = x.shape[-d - 1]
        given, calculated = ("x".join(map(str, (c, *sizes))) for sizes in (size, places))
        raise RuntimeError(
            f"Given input size: ({given}). Calculated output size: ({calculated}). Output size is "
            "too small"
        )
    return Window(k, s, p, dil, places)


def _places(
    size: int, kernel: int, stride: int, padding: int, dilation: int, ceil_mode: bool
) -> int:
    if stride == 0:
        raise RuntimeError("stride should not be zero")
    if padding < 0:
        raise RuntimeError(f"pad must be non-negative, but got pad: {padding}")
    if padding > int(((kernel - 1) * dilation + 1) / 2):
        raise RuntimeError(
            "pad should be at most half of effective kernel size, but got "
            f"pad={padding}, kernel_size={kernel} and dilation={dilation}"
        )
    room = size + 2 * padding - dilation * (kernel - 1) - 1
    count = (-(-room // stride) if ceil_mode else room // stride) + 1
    # With ceil_mode a window must still start inside the input or the left padding.
    if ceil_mode and (count - 1) * stride >= size + padding:
        count -= 1
    return count


def _check_positive(values: tuple[int, ...], name: str, letter: str) -> None:
    if min(values) <= 0:
        axes = "THW"[-len(values) :]
        got = " ".join(f"{letter}{axis}: {v}" for axis, v in zip(axes, values, strict=True))
        raise RuntimeError(f"{name} should be greater than zero, but got {got}")


def _need_type(x: Value, kinds: str, name: str) -> None:
    dtype = elements_of(x).dtype
    if dtype.kind not in kinds:
        raise NotImplementedError(f"\"{name}\" not implemented for '{title(dtype)}'")


def check_not_empty(x: Value, d: int, where: str, channels: bool = True) -> None:
    """RuntimeError unless there are elements in all `d` spatial dimensions, and channels."""
    for dim in range(max(x.ndim - d - channels, 0), x.ndim):
        if x.shape[dim] == 0:
            raise RuntimeError(
                f"{where}(): Expected input to have non-zero size for non-batch dimensions, but "
                f"input has sizes {list(x.shape)} with dimension {dim} being empty"
            )


def max_pool1d(
    input: Value,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The largest of each window of (N, C, L) or (C, L).

    PyTorch: aten/src/ATen/native/MaxPooling.cpp (max_pool1d), which refuses in words of its own.
    """
    if not return_indices:
        _check_max_pool1d(input, kernel_size, stride, padding, dilation, ceil_mode)
    y, places = max_pool1d_with_indices(input, kernel_size, stride, padding, dilation, ceil_mode)
    return (y, places) if return_indices else y


def _check_max_pool1d(
    x: Value, kernel: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool
) -> None:
    if x.ndim not in (2, 3) or 0 in x.shape[-2:]:
        raise RuntimeError(
            "max_pool1d: Expected 2D or 3D (batch mode) tensor with optional 0 dim batch size for "
            f"input, but got:{list(x.shape)}"
        )
    _need_type(x, "f", "max_pool1d_impl")
    k = _one(kernel, "kernel_size must be an int, list of ints or tuple of ints")
    must_be = "stride must be None, an int, list of ints, or tuple of ints"
    s = k if _is_omitted(stride) else _one(stride, must_be)
    p = _one(padding, "padding must be an int, list of ints, or tuple of ints")
    d = _one(dilation, "dilation must be an int, list of ints or tuple of ints")
    for name, value in (("kernel_size", k), ("stride", s), ("dilation", d)):
        if value <= 0:
            raise RuntimeError(f"max_pool1d() {name} must be greater than zero, but got {value}")
    if p < 0:
        raise RuntimeError(f"max_pool1d() padding must be non-negative, but got {p}")
    if p > k // 2:
        raise RuntimeError(
            "max_pool1d() padding should be at most half of kernel size, but got "
            f"padding={p} and kernel_size={k}"
        )
    places = _places(x.shape[-1], k, s, p, d, ceil_mode)
    if places <= 0:
        raise RuntimeError(f"max_pool1d() Invalid computed output size: {places}")


def _one(value: Any, must_be: str) -> int:
    values = (value,) if isinstance(value, int) else value
    if len(values) != 1:
        raise RuntimeError(f"max_pool1d() {must_be} of size 1 but got size {len(values)}")
    return values[0]


def max_pool1d_with_indices(
    input: Value,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
) -> tuple[Value, Value]:
    """The largest of each window of (N, C, L) or (C, L), and where it stands: `max_pool2d` of
    images of height 1."""
    where = "max_pool1d"
    check_1d(input, where)
    y, places = max_pool2d(
        unsqueeze(input, -2),
        _of_row(kernel_size, "kernel_size", where),
        _of_row(kernel_size if _is_omitted(stride) else stride, "stride", where),
        _of_row(padding, "padding", where, above=0),
        _of_row(dilation, "dilation", where),
        ceil_mode,
        return_indices=True,
    )
    return squeeze(y, -2), squeeze(places, -2)


def _of_row(value: Any, name: str, where: str, above: int = 1) -> tuple[int, int]:
    """What holds along a row, as a pair for images of height 1."""
    return above, one_int(value, name, where)


def max_pool2d(
    input: Value,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The largest of each window of (N, C, H, W) or (C, H, W); stride is kernel_size by default.

    With return_indices also where each stands in its plane, h·W + w, int64.
    """
    _need_type(input, "fiu", "max_pool2d")
    window = _window(input, 2, "max_pool2d", kernel_size, stride, padding, dilation, ceil_mode)
    return MaxPool2DWithIndicesBackward0.apply(input, window=window, with_places=return_indices)


def max_pool3d(
    input: Value,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The largest of each window of (N, C, D, H, W) or (C, D, H, W)."""
    _need_type(input, "fiu", "max_pool3d")
    window = _window(input, 3, "max_pool3d", kernel_size, stride, padding, dilation, ceil_mode)
    return MaxPool3DWithIndicesBackward0.apply(input, window=window, with_places=return_indices)


def avg_pool1d(
    input: Value,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Value:
    """The mean of each window of (N, C, L) or (C, L): `avg_pool2d` of images of height 1."""
    where = "avg_pool1d"
    check_1d(input, where)
    y = avg_pool2d(
        unsqueeze(input, -2),
        _of_row(kernel_size, "kernel_size", where),
        _of_row(kernel_size if _is_omitted(stride) else stride, "stride", where),
        _of_row(padding, "padding", where, above=0),
        ceil_mode,
        count_include_pad,
    )
    return squeeze(y, -2)


def check_1d(x: Value, where: str) -> None:
    if x.ndim not in (2, 3):
        raise RuntimeError(
            f"Expected 2 to 3 dimensions, but got {x.ndim}-dimensional tensor for argument #1 "
            f"'self' (while checking arguments for {where})"
        )


def one_int(value: Any, name: str, where: str) -> int:
    """A number, or a list of one."""
    if isinstance(value, int):
        return value
    if len(value) != 1:
        raise RuntimeError(f"{where}() argument '{name}' should contain one int (got {len(value)})")
    return value[0]


def avg_pool2d(
    input: Value,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Value:
    """The mean of each window of (N, C, H, W) or (C, H, W).

    The divisor is the window's size within the padded input, or without the padding if not
    count_include_pad, or divisor_override.
    """
    window = _avg_window(input, 2, kernel_size, stride, padding, ceil_mode, divisor_override)
    divisor = _divisors(tuple(input.shape[-2:]), window, count_include_pad, divisor_override)
    return AvgPool2DBackward0.apply(input, window=window, divisor=divisor)


def avg_pool3d(
    input: Value,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Value:
    """The mean of each window of (N, C, D, H, W) or (C, D, H, W); as `avg_pool2d`."""
    window = _avg_window(input, 3, kernel_size, stride, padding, ceil_mode, divisor_override)
    size = tuple(input.shape[-3:])
    if any(n < k for n, k in zip(size, window.kernel, strict=True)):
        image, kernel = (
            " ".join(f"{letter}{axis}: {n}" for axis, n in zip("THW", sizes, strict=True))
            for letter, sizes in (("", size), ("k", window.kernel))
        )
        raise RuntimeError(f"input image ({image}) smaller than kernel size ({kernel})")
    divisor = _divisors(size, window, count_include_pad, divisor_override)
    return AvgPool3DBackward0.apply(input, window=window, divisor=divisor)


def _avg_window(
    x: Value, d: int, kernel: Any, stride: Any, padding: Any, ceil_mode: bool, divisor: int | None
) -> Window:
    if elements_of(x).dtype != np.int64:
        _need_type(x, "f", f"avg_pool{d}d")
    if divisor == 0:
        raise RuntimeError("divisor must be not zero")
    return _window(x, d, f"avg_pool{d}d", kernel, stride, padding, 1, ceil_mode)


def _divisors(
    size: tuple[int, ...], w: Window, count_include_pad: bool, override: int | None
) -> Any:
    """What each window's sum is divided by: one number per place, or one for all."""
    if override is not None:
        return np.asarray(override)
    counts = []
    for n, k, s, p, places in zip(size, w.kernel, w.stride, w.padding, w.places, strict=True):
        start = np.arange(places) * s - p
        end = np.minimum(start + k, n + p)
        if not count_include_pad:
            start, end = np.maximum(start, 0), np.minimum(end, n)
        counts.append(end - start)
    return prod(np.ix_(*counts))


def lp_pool1d(
    input: Value, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False
) -> Value:
    """The norm (Σ xᵖ)^(1/p) of each window, p being `norm_type`; the largest |x| for infinity."""
    return _lp_pool(1, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool2d(
    input: Value, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False
) -> Value:
    """The norm (Σ xᵖ)^(1/p) of each window of images.

    Made of a mean pool, as in PyTorch: torch/nn/functional.py (lp_pool2d).
    """
    return _lp_pool(2, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool3d(
    input: Value, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False
) -> Value:
    """The norm (Σ xᵖ)^(1/p) of each window of volumes."""
    return _lp_pool(3, input, norm_type, kernel_size, stride, ceil_mode)


def _lp_pool(d: int, x: Value, p: float, kernel: Any, stride: Any, ceil_mode: bool) -> Value:
    max_pool = (max_pool1d, max_pool2d, max_pool3d)[d - 1]
    avg_pool = (avg_pool1d, avg_pool2d, avg_pool3d)[d - 1]
    if p == 0:
        raise ValueError(f"norm_type must be a non-zero value, but got {p}")
    if p == inf:
        return max_pool(abs(x), kernel, stride, 0, 1, ceil_mode)
    if p == -inf:
        return -max_pool(-abs(x), kernel, stride, 0, 1, ceil_mode)
    mean = avg_pool(pow(x, p), kernel, stride, 0, ceil_mode)
    count = kernel**d if isinstance(kernel, int) else prod(kernel)
    return pow(sign(mean) * relu(abs(mean)) * count, 1.0 / p)
