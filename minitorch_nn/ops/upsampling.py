"""interpolate: images made larger or smaller, their pixels read between the old ones.

Each dimension is resampled by itself. A mode says which old elements a new one is made of, its
taps, and with what weights: one for nearest, two for linear, four for cubic, more where a smaller
image is smoothed (antialias). All modes then share two operations: read the taps, and, backwards,
add to them.

PyTorch: aten/src/ATen/native/UpSample.h, cpu/UpSampleKernel.cpp; torch/nn/functional.py.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import Value
from ..dtypes import title
from .adaptive_pooling import adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d
from .operands import array_of
from .taking import add_along

Taps = tuple[Any, Any]  # which elements each new one reads (taps, m), and their weights (taps, m)


# --- where the taps are ----------------------------------------------------------------------


def _step(n: int, m: int, align_corners: bool, scale: float | None, kind: Any) -> Any:
    """How far apart m new elements stand, counted in n old ones. Rounded as PyTorch rounds it."""
    if align_corners:
        return kind(n - 1) / kind(m - 1) if m > 1 else kind(0)
    return kind(1 / scale) if scale else kind(n) / kind(m)


def _nearest(n: int, m: int, scale: float | None, exact: bool) -> Taps:
    i = np.arange(m)
    step = _step(n, m, False, scale, np.float32)
    place: Any
    if exact:
        place = ((i + 0.5) * float(step)).astype(np.float32)
    elif m in (n, 2 * n):
        place = i // (m // n)
    else:
        place = i.astype(np.float32) * step
    return np.minimum(np.floor(place).astype(np.int64), n - 1)[None], None


def _linear(n: int, m: int, align_corners: bool, scale: float | None, kind: Any) -> Taps:
    i = np.arange(m)
    if n == m:
        return np.stack([i, i]), np.stack([np.ones(m, kind), np.zeros(m, kind)])
    place = _places(n, m, align_corners, scale, kind)
    if not align_corners:
        place = np.maximum(place, 0)
    low = np.minimum(np.floor(place).astype(np.int64), n - 1)
    share = np.clip(place - low.astype(kind), 0, 1)
    return np.stack([low, np.minimum(low + 1, n - 1)]), np.stack([1 - share, share])


def _places(n: int, m: int, align_corners: bool, scale: float | None, kind: Any) -> Any:
    """Where the new elements lie among the old: corners on corners, or edges on edges."""
    i, step = np.arange(m, dtype=kind), _step(n, m, align_corners, scale, kind)
    return i * step if align_corners else (i + kind(0.5)) * step - kind(0.5)


def _cubic(n: int, m: int, align_corners: bool, scale: float | None, kind: Any) -> Taps:
    place = _places(n, m, align_corners, scale, kind)
    low = np.minimum(np.floor(place).astype(np.int64), n - 1)
    share = np.clip(place - low.astype(kind), 0, 1)
    weights = [_cubic_filter(share - offset, -0.75) for offset in (-1, 0, 1, 2)]
    index = [np.clip(low + offset, 0, n - 1) for offset in (-1, 0, 1, 2)]
    return np.stack(index), np.stack(weights).astype(kind)


def _linear_filter(x: Any) -> Any:
    return np.maximum(1 - np.abs(x), 0)


def _cubic_filter(x: Any, a: float = -0.5) -> Any:
    x = np.abs(x)
    near = ((a + 2) * x - (a + 3)) * x * x + 1
    far = ((x - 5) * x + 8) * x * a - 4 * a
    return np.where(x < 1, near, np.where(x < 2, far, 0))


def _lanczos_filter(x: Any) -> Any:
    return np.where(np.abs(x) < 3, np.sinc(x) * np.sinc(x / 3), 0)


def _smoothed(
    n: int,
    m: int,
    align_corners: bool,
    scale: float | None,
    kind: Any,
    shape: Callable[[Any], Any],
    reach: int,
) -> Taps:
    """Taps of a filter that grows with the step, so that no old element is passed over."""
    step = _step(n, m, align_corners, scale, kind)
    wide = max(step, kind(1))
    centre = (np.arange(m, dtype=kind) + kind(0.5)) * step
    start = np.maximum((centre - reach * wide + 0.5).astype(np.int64), 0)
    stop = np.minimum((centre + reach * wide + 0.5).astype(np.int64), n)
    index = start + np.arange(np.max(stop - start))[:, None]
    weights = np.where(index < stop, shape((index - centre + kind(0.5)) / wide), 0)
    return np.minimum(index, n - 1), (weights / weights.sum(0)).astype(kind)


# --- reading them, and adding to them --------------------------------------------------------


def _along(weights: Any, axis: int, ndim: int) -> Any:
    return weights.reshape(-1, *(1,) * (ndim - axis - 1))


def read_taps(x: Any, axis: int, taps: Taps) -> Any:
    """y[i] = Σ weight[t, i]·x[index[t, i]] along an axis."""
    index, weights = taps
    if weights is None:
        return x.take(index[0], axis)
    parts = (x.take(i, axis) * _along(w, axis, x.ndim) for i, w in zip(index, weights, strict=True))
    return _total(parts)


def add_to_taps(y: Any, axis: int, taps: Taps, n: int) -> Any:
    """The adjoint: zeros, n along the axis, with weight[t, i]·y[i] added at index[t, i]."""
    index, weights = taps
    if weights is None:
        return add_along(y, axis, index[0], n)
    parts = (
        add_along(y * _along(w, axis, y.ndim), axis, i, n)
        for i, w in zip(index, weights, strict=True)
    )
    return _total(parts)


def _total(parts: Iterator[Any]) -> Any:
    total = next(parts)
    for part in parts:
        total += part
    return total


# --- images of bytes -------------------------------------------------------------------------


def _in_whole_numbers(taps: Taps) -> tuple[Taps, int]:
    """The weights as whole numbers of 2⁻ᵇ, and b: as many bits as an int16 has for the largest.

    Taps that meet at an edge become one, so that they are rounded together.
    """
    index, weights = taps
    weights = weights.copy()
    for t in range(1, len(index)):
        weights[t] += np.where(index[t] == index[t - 1], weights[t - 1], 0)
    largest = weights.max()
    weights[:-1][index[:-1] == index[1:]] = 0
    bits = 0
    while bits < 22 and int(largest * 2 ** (bits + 1) + 0.5) < 2**15:
        bits += 1
    whole = np.trunc(weights * 2**bits + np.copysign(0.5, weights))
    return (index, whole.astype(np.int32)), bits


def _resample_bytes(x: Any, taps: tuple[Taps, ...]) -> Any:
    """As PyTorch and Pillow do it: the rows first, then the columns, each rounded to bytes."""
    for axis, one in reversed(list(enumerate(taps, 2))):
        if one[0].shape[1] != x.shape[axis]:
            whole, bits = _in_whole_numbers(one)
            total = read_taps(x, axis, whole) + (1 << (bits - 1))
            x = np.clip(total >> bits, 0, 255).astype(np.uint8)
    return x.copy()


# --- the nodes -------------------------------------------------------------------------------


class _Upsample(Node):
    """y = x resampled along one spatial dimension after the other;  dL/dx = what Downsample adds
    up of dL/dy."""

    __slots__ = ("size", "taps")

    def forward(self, x: Any, *, taps: tuple[Taps, ...]) -> Any:
        self.taps, self.size = taps, x.shape[2:]
        if x.dtype == np.uint8 and taps[0][1] is not None:
            return _resample_bytes(x, taps)
        y = x
        for axis, one in enumerate(taps, 2):
            y = read_taps(y, axis, one)
        return y.astype(x.dtype, copy=False)

    def backward(self, grad: Value) -> Value:
        return Downsample.apply(grad, taps=self.taps, size=self.size)


class Downsample(Node):
    """The adjoint of resampling. PyTorch: derivatives.yaml, upsample_bilinear2d_backward."""

    __slots__ = ("taps",)

    def forward(self, y: Any, *, taps: tuple[Taps, ...], size: tuple[int, ...]) -> Any:
        self.taps = taps
        out = y
        for axis, (one, n) in enumerate(zip(taps, size, strict=True), 2):
            out = add_to_taps(out, axis, one, n)
        return out.astype(y.dtype, copy=False)

    def backward(self, grad: Value) -> Value:
        return _Upsample.apply(grad, taps=self.taps)


class UpsampleNearest1DBackward0(_Upsample):
    """PyTorch: derivatives.yaml, upsample_nearest1d."""

    __slots__ = ()


class UpsampleNearest2DBackward0(_Upsample):
    """PyTorch: derivatives.yaml, upsample_nearest2d."""

    __slots__ = ()


class UpsampleNearest3DBackward0(_Upsample):
    """PyTorch: derivatives.yaml, upsample_nearest3d."""

    __slots__ = ()


class UpsampleNearestExact1DBackward0(_Upsample):
    """PyTorch: derivatives.yaml, _upsample_nearest_exact1d."""

    __slots__ = ()


class UpsampleNearestExact2DBackward0(_Upsample):
    """PyTorch: derivatives.yaml, _upsample_nearest_exact2d."""

    __slots__ = ()


class UpsampleNearestExact3DBackward0(_Upsample):
    """PyTorch: derivatives.yaml, _upsample_nearest_exact3d."""

    __slots__ = ()


class UpsampleLinear1DBackward0(_Upsample):
    """PyTorch: derivatives.yaml, upsample_linear1d."""

    __slots__ = ()


class UpsampleBilinear2DBackward0(_Upsample):
    """PyTorch: derivatives.yaml, upsample_bilinear2d."""

    __slots__ = ()


class UpsampleTrilinear3DBackward0(_Upsample):
    """PyTorch: derivatives.yaml, upsample_trilinear3d."""

    __slots__ = ()


class UpsampleBicubic2DBackward0(_Upsample):
    """PyTorch: derivatives.yaml, upsample_bicubic2d."""

    __slots__ = ()


class UpsampleBilinear2DAaBackward0(_Upsample):
    """Antialiased. PyTorch: derivatives.yaml, _upsample_bilinear2d_aa."""

    __slots__ = ()


class UpsampleBicubic2DAaBackward0(_Upsample):
    """Antialiased. PyTorch: derivatives.yaml, _upsample_bicubic2d_aa."""

    __slots__ = ()


class UpsampleLanczos2DAaBackward0(_Upsample):
    """Antialiased. PyTorch: derivatives.yaml, _upsample_lanczos2d_aa."""

    __slots__ = ()


_NODES: dict[tuple[str, int], type[_Upsample]] = {
    ("nearest", 1): UpsampleNearest1DBackward0,
    ("nearest", 2): UpsampleNearest2DBackward0,
    ("nearest", 3): UpsampleNearest3DBackward0,
    ("nearest-exact", 1): UpsampleNearestExact1DBackward0,
    ("nearest-exact", 2): UpsampleNearestExact2DBackward0,
    ("nearest-exact", 3): UpsampleNearestExact3DBackward0,
    ("linear", 1): UpsampleLinear1DBackward0,
    ("bilinear", 2): UpsampleBilinear2DBackward0,
    ("trilinear", 3): UpsampleTrilinear3DBackward0,
    ("bicubic", 2): UpsampleBicubic2DBackward0,
}
_SMOOTH: dict[str, tuple[type[_Upsample], Callable[[Any], Any], int]] = {
    "bilinear": (UpsampleBilinear2DAaBackward0, _linear_filter, 1),
    "bicubic": (UpsampleBicubic2DAaBackward0, _cubic_filter, 2),
    "lanczos": (UpsampleLanczos2DAaBackward0, _lanczos_filter, 3),
}


# --- the checked functions -------------------------------------------------------------------


def interpolate(
    input: Value,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Value:
    """(N, C, *) resampled to `size`, or by `scale_factor`: one number for all dimensions, or each.

    mode: 'nearest', 'nearest-exact', 'area' (means of windows) for one to three dimensions,
    'linear', 'bilinear', 'trilinear' for that many, 'bicubic' for two. align_corners puts the
    corners' centres on each other, not their outer edges. antialias ('bilinear', 'bicubic',
    'lanczos') smooths before it shrinks. ValueError, or NotImplementedError, for other wishes.
    """
    if mode in ("nearest", "area", "nearest-exact") and align_corners is not None:
        raise ValueError(
            "align_corners option can only be set with the interpolating modes: linear | bilinear "
            "| bicubic | trilinear"
        )
    sizes, scales = _sizes_and_scales(input, size, scale_factor)
    if recompute_scale_factor:
        if size is not None:
            raise ValueError("recompute_scale_factor is not meaningful with an explicit size.")
        scales = (None,) * len(scales)
    if antialias and not (mode in _SMOOTH and input.ndim == 4):
        raise ValueError(
            "Anti-alias option is restricted to bilinear, bicubic, and lanczos modes and requires "
            "a 4-D tensor as input"
        )
    d = input.ndim - 2
    if mode == "area" and d in (1, 2, 3):
        pool = (adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d)[d - 1]
        return pool(input, sizes)
    _check_mode(mode, d, bool(align_corners), antialias)
    _check_sizes(input, sizes, mode)
    node = _SMOOTH[mode][0] if antialias else _NODES[mode, d]
    own = input.shape[2:]
    kind = np.float64 if array_of(input).dtype in (np.float64, np.uint8) else np.float32
    taps = tuple(
        _taps(mode, antialias, n, m, bool(align_corners), scale, kind)
        for n, m, scale in zip(own, sizes, scales, strict=True)
    )
    return node.apply(input, taps=taps)


def _taps(
    mode: str,
    antialias: bool,
    n: int,
    m: int,
    align_corners: bool,
    scale: float | None,
    kind: Any,
) -> Taps:
    if mode.startswith("nearest"):
        return _nearest(n, m, scale, exact=mode == "nearest-exact")
    if antialias:
        _, shape, reach = _SMOOTH[mode]
        return _smoothed(n, m, align_corners, scale, kind, shape, reach)
    return (_cubic if mode == "bicubic" else _linear)(n, m, align_corners, scale, kind)


def _sizes_and_scales(
    x: Value, size: Any, scale_factor: Any
) -> tuple[tuple[int, ...], tuple[float | None, ...]]:
    own = x.shape[2:]
    if size is not None and scale_factor is not None:
        raise ValueError("only one of size or scale_factor should be defined")
    if size is None and scale_factor is None:
        raise ValueError("either size or scale_factor should be defined")
    given, what, letter = (
        (scale_factor, "scale_factor", "s") if size is None else (size, "size", "o")
    )
    if isinstance(given, (list, tuple)) and len(given) != len(own):
        first, shown = ("output size", "of") if size is not None else (what, "of shape")
        raise ValueError(
            f"Input and {'output' if size is not None else what} must have the same number of "
            f"spatial dimensions, but got input with spatial dimensions of {list(own)} and {first} "
            f"{shown} {given}. Please provide input tensor in (N, C, d1, d2, ...,dK) format and "
            f"{first} in ({letter}1, {letter}2, ...,{letter}K) format."
        )
    values = tuple(given) if isinstance(given, (list, tuple)) else (given,) * len(own)
    if size is None:
        return tuple(int(n * s) for n, s in zip(own, values, strict=True)), values
    if not all(isinstance(value, (int, np.integer)) for value in values):
        raise TypeError(
            "expected size to be one of int or Tuple[int] or Tuple[int, int] or "
            f"Tuple[int, int, int], but got size with types {[type(v) for v in values]}"
        )
    return values, (None,) * len(own)


_DIMENSIONS = {"linear": 3, "bilinear": 4, "trilinear": 5}


def _check_mode(mode: str, d: int, align_corners: bool, antialias: bool) -> None:
    if mode == "lanczos" and d == 2:
        if align_corners:
            raise ValueError("Lanczos mode does not support align_corners=True")
        if not antialias:
            raise ValueError("Lanczos mode requires antialias=True")
    elif mode in _DIMENSIONS and d in (1, 2, 3) and _DIMENSIONS[mode] != d + 2:
        raise NotImplementedError(
            f"Got {d + 2}D input, but {mode} mode needs {_DIMENSIONS[mode]}D input"
        )
    elif (mode, d) not in _NODES:
        raise NotImplementedError(
            f"Input Error: Only 3D, 4D and 5D input Tensors supported (got {d + 2}D) for the "
            "modes: nearest | linear | bilinear | bicubic | trilinear | lanczos | area | "
            f"nearest-exact (got {mode})"
        )


def _check_sizes(x: Value, sizes: tuple[int, ...], mode: str) -> None:
    own, axes = x.shape[2:], "DHW"[-len(sizes) :]
    if min(own) < 1 or min(sizes) < 1:
        before, after = (
            ", ".join(f"{axis}: {n}" for axis, n in zip(axes, some, strict=True))
            for some in (own, sizes)
        )
        raise RuntimeError(
            f"Input and output sizes should be greater than 0, but got input ({before})"
            f"{' and' if len(sizes) == 1 else ''} output ({after})"
        )
    if x.shape[1] == 0:
        raise RuntimeError(
            f"Non-empty {x.ndim}D data tensor expected but got a tensor with sizes {list(x.shape)}"
        )
    kind = array_of(x).dtype
    of_bytes = mode.startswith("nearest") or mode in _SMOOTH
    if kind.kind != "f" and not (of_bytes and kind == np.uint8):
        name = f"compute_indices_weights_{'nearest' if mode.startswith('nearest') else 'linear'}"
        if len(sizes) == 2:
            name = f"upsample_{mode.replace('-', '_')}2d_channels_last"
        raise NotImplementedError(f"\"{name}\" not implemented for '{title(kind)}'")


def upsample(
    input: Value,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
) -> Value:
    """`interpolate`, under its old name."""
    _warn_of_old_name("upsample")
    return interpolate(input, size, scale_factor, mode, align_corners)


def upsample_nearest(input: Value, size: Any = None, scale_factor: Any = None) -> Value:
    """`interpolate` with mode 'nearest', under its old name."""
    _warn_of_old_name("upsample_nearest")
    return interpolate(input, size, scale_factor, mode="nearest")


def upsample_bilinear(input: Value, size: Any = None, scale_factor: Any = None) -> Value:
    """`interpolate` with mode 'bilinear' and align_corners, under its old name."""
    _warn_of_old_name("upsample_bilinear")
    return interpolate(input, size, scale_factor, mode="bilinear", align_corners=True)


def _warn_of_old_name(name: str) -> None:
    warnings.warn(
        f"`nn.functional.{name}` is deprecated. Use `nn.functional.interpolate` instead.",
        stacklevel=3,
    )
