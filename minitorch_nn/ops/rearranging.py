"""Elements in another order, or more than once: flip, roll, rot90, repeat, tile, meshgrid.

All but meshgrid copy. The derivative moves everything back, and adds up what was repeated.

PyTorch: aten/src/ATen/native/TensorTransformations.cpp, TensorShape.cpp, Repeat.cpp;
tools/autograd/derivatives.yaml.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import Value
from ..dtypes import title
from ..layout import is_dense
from .broadcasting import expand, sum_to
from .dims import as_tuple, ints, wrap_dim, wrap_dims
from .gathering import index_select
from .indexing import IndexBackward0
from .joining import expect_tensors, stack
from .operands import array_of
from .shape import clone, flatten, reshape, unsqueeze, view, zeros_for


class FlipBackward0(Node):
    """y = x with some dimensions reversed (a copy);  dL/dx = dL/dy reversed. PyTorch: flip."""

    __slots__ = ("dims",)

    def forward(self, x: Any, *, dims: tuple[int, ...]) -> Any:
        self.dims = dims
        out = np.empty_like(x, order="K" if is_dense(x) else "C")
        out[...] = np.flip(x, dims)
        return out

    def backward(self, grad: Value) -> Value:
        return FlipBackward0.apply(grad, dims=self.dims)


class RollBackward0(Node):
    """y[i] = x[i - shift], around the end;  dL/dx = dL/dy rolled back. PyTorch: roll."""

    __slots__ = ("dims", "shifts")

    def forward(self, x: Any, *, shifts: tuple[int, ...], dims: tuple[int, ...] | None) -> Any:
        self.shifts, self.dims = shifts, dims
        return np.ascontiguousarray(np.roll(x, shifts, dims)).reshape(x.shape)

    def backward(self, grad: Value) -> Value:
        return RollBackward0.apply(grad, shifts=tuple(-s for s in self.shifts), dims=self.dims)


class Rot90Backward0(Node):
    """y = x turned k times by a quarter in the plane of two dimensions;  dL/dx = dL/dy turned back.

    PyTorch: derivatives.yaml, rot90.
    """

    __slots__ = ("dims", "k")

    def forward(self, x: Any, *, k: int, dims: tuple[int, int]) -> Any:
        self.k, self.dims = k, dims
        first, second = dims
        if k % 4 == 2:
            return np.array(np.flip(x, dims), order="C")
        if k % 2:  # PyTorch turns a copy's strides: flip, then transpose
            return np.array(np.flip(x, second if k % 4 == 1 else first), order="C").swapaxes(*dims)
        return np.array(x, order="C")

    def backward(self, grad: Value) -> Value:
        return Rot90Backward0.apply(grad, k=-self.k, dims=self.dims)


def flip(input: Value, dims: Sequence[int]) -> Value:
    """A copy with the order along `dims` reversed."""
    wrapped = wrap_dims(ints(dims, "flip", "dims"), input.ndim)
    return FlipBackward0.apply(input, dims=wrapped if input.ndim else ())


def fliplr(input: Value) -> Value:
    """A copy with the columns (dimension 1) in reverse order."""
    if input.ndim < 2:
        raise RuntimeError("Input must be >= 2-d.")
    return flip(input, (1,))


def flipud(input: Value) -> Value:
    """A copy with the rows (dimension 0) in reverse order."""
    if input.ndim < 1:
        raise RuntimeError("Input must be >= 1-d.")
    return flip(input, (0,))


def roll(
    input: Value, shifts: int | Sequence[int], dims: int | Sequence[int] | None = None
) -> Value:
    """A copy whose elements are moved by `shifts` along `dims`, those pushed out coming in again.

    Without dims the tensor is rolled as if it were flat. RuntimeError if shifts and dims do not
    align.
    """
    steps = as_tuple(shifts)
    along = () if dims is None else as_tuple(dims)
    if not steps:
        raise RuntimeError("`shifts` required")
    if len(along) != len(steps) and not (len(steps) == 1 and not along):
        raise RuntimeError(
            f"shifts and dimensions must align. shifts: {len(steps)}, dims:{len(along)}"
        )
    if along and input.ndim == 0:
        raise IndexError(f"Dimension specified as {along[0]} but tensor has no dimensions")
    wrapped = tuple(wrap_dim(d, input.ndim) for d in along)
    return RollBackward0.apply(input, shifts=steps, dims=wrapped or None)


def rot90(input: Value, k: int = 1, dims: Sequence[int] = (0, 1)) -> Value:
    """A copy turned by k quarters in the plane of two dimensions, from the first to the second.

    RuntimeError for a tensor or a list of dims that has fewer than two.
    """
    if len(dims) != 2:
        raise RuntimeError(f"expected total rotation dims == 2, but got dims = {len(dims)}")
    if input.ndim < 2:
        raise RuntimeError(f"expected total dims >= 2, but got total dims = {input.ndim}")
    first, second = (wrap_dim(d, input.ndim) for d in dims)
    if first == second:
        raise RuntimeError(
            f"expected rotation dims to be different, but got dim0 = {dims[0]} and dim1 = {dims[1]}"
        )
    return Rot90Backward0.apply(input, k=k, dims=(first, second))


# --- more than once --------------------------------------------------------------------------


class RepeatBackward0(Node):
    """y = x tiled;  dL/dx = the sum over all tiles. PyTorch: derivatives.yaml, repeat."""

    __slots__ = ("repeats", "shape")

    def forward(self, x: Any, *, repeats: tuple[int, ...]) -> Any:
        self.repeats, self.shape = repeats, x.shape
        return np.tile(x, repeats)

    def backward(self, grad: Value) -> Value:
        padded = (1,) * (len(self.repeats) - len(self.shape)) + self.shape
        if 0 in self.repeats:
            return zeros_for(grad, self.shape)
        tiles = [n for pair in zip(self.repeats, padded, strict=True) for n in pair]
        kept = [n for size in padded for n in (1, size)]
        return reshape(sum_to(reshape(grad, tiles), tuple(kept)), self.shape)


def repeat(input: Value, repeats: Sequence[int]) -> Value:
    """A copy tiled `repeats` times along each dimension; there may be new leading ones."""
    times = ints(repeats, "repeat", "repeats")
    if len(times) < input.ndim:
        raise RuntimeError(
            "Number of dimensions of repeat dims can not be smaller than number of dimensions of "
            "tensor"
        )
    padded = (1,) * (len(times) - input.ndim) + tuple(input.shape)
    full = [n * size for n, size in zip(times, padded, strict=True)]
    for size in full:
        if size < 0:
            raise RuntimeError(f"Trying to create tensor with negative dimension {size}: {full}")
    return RepeatBackward0.apply(input, repeats=times)


def tile(input: Value, dims: Sequence[int]) -> Value:
    """As `repeat`, where too few numbers count for the last dimensions."""
    times = ints(dims, "tile", "dims")
    return repeat(input, (1,) * (input.ndim - len(times)) + times)


def repeat_interleave(
    input: Value,
    repeats: int | Value | None = None,
    dim: int | None = None,
    *,
    output_size: int | None = None,
) -> Value:
    """Every slice along `dim` repeated on the spot: `repeats` times, or each its own number.

    Without dim the tensor is flattened first. `repeat_interleave(counts)` alone gives every index
    as often as its count says. RuntimeError for negative counts, or for a count of counts that is
    not the dimension's size.
    """
    if repeats is None:
        places = _interleaved(array_of(input), output_size)
        return input.new(places.astype(array_of(input).dtype))
    if dim is None:
        input, dim = flatten(input), 0
    if isinstance(repeats, int):
        return _repeat_evenly(input, repeats, wrap_dim(dim, input.ndim), output_size)
    counts = array_of(repeats)
    size = input.shape[wrap_dim(dim, input.ndim)]
    if counts.ndim == 0 or counts.shape == (1,):
        counts = np.broadcast_to(counts, (size,))
    elif counts.ndim > 1:
        raise RuntimeError("repeats must be 0-dim or 1-dim tensor")
    elif counts.size != size:
        raise RuntimeError(
            "repeats must have the same size as input along dim, but got repeats.size(0) = "
            f"{counts.size} and input.size({dim}) = {size}"
        )
    return index_select(input, dim, _interleaved(counts, output_size))


def _interleaved(counts: Any, output_size: int | None) -> Any:
    """0 as often as the first count says, then 1 as often as the second, and so on."""
    if counts.ndim != 1:
        raise RuntimeError("repeat_interleave only accept 1D vector as repeat")
    if counts.dtype not in (np.int64, np.int32):
        raise NotImplementedError(
            f"\"repeat_interleave_cpu\" not implemented for '{title(counts.dtype)}'"
        )
    if (counts < 0).any():
        raise RuntimeError("repeats can not be negative")
    if output_size is not None and output_size != counts.sum():
        raise RuntimeError("allocated size does not match required size")
    return np.repeat(np.arange(counts.size), counts)


def _repeat_evenly(x: Value, times: int, dim: int, output_size: int | None) -> Value:
    if times < 0:
        raise RuntimeError("Repeats must be non-negative")
    size = x.shape[dim]
    if output_size is not None and output_size != size * times:
        raise RuntimeError(
            f"repeat_interleave: Invalid output_size, expected {size * times} but got {output_size}"
        )
    before, after = tuple(x.shape[: dim + 1]), tuple(x.shape[dim + 1 :])
    spread = clone(expand(unsqueeze(x, dim + 1), (*before, times, *after)))
    return flatten(spread, dim, dim + 1)


# --- all combinations ------------------------------------------------------------------------


def meshgrid(*tensors: Any, indexing: str | None = None) -> tuple[Value, ...]:
    """Vectors as the axes of a grid: each expanded to the shape of them all; views.

    indexing: "ij" for one dimension a vector, in order; "xy" exchanges the first two. RuntimeError
    for tensors of two or more dimensions or of several dtypes. PyTorch: TensorShape.cpp (meshgrid).
    """
    many = len(tensors) == 1 and isinstance(tensors[0], (list, tuple))
    xs = expect_tensors(tensors[0] if many else tensors, "meshgrid")
    if indexing is None:
        warnings.warn(
            "torch.meshgrid: in an upcoming release, it will be required to pass the indexing "
            "argument.",
            UserWarning,
            stacklevel=2,
        )
    for x in xs:
        if x.ndim > 1:
            raise RuntimeError(
                f"torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: {x}"
            )
        if array_of(x).dtype != array_of(xs[0]).dtype:
            raise RuntimeError("meshgrid expects all tensors to have the same dtype")
    if indexing not in (None, "ij", "xy"):
        raise RuntimeError(
            f'torch.meshgrid: indexing must be one of "xy" or "ij", but received: {indexing}'
        )
    axes = list(range(len(xs)))
    if indexing == "xy" and len(xs) > 1:
        axes[:2] = 1, 0
    full = [1] * len(xs)
    for axis, x in zip(axes, xs, strict=True):
        full[axis] = array_of(x).size
    grids = []
    for axis, x in zip(axes, xs, strict=True):
        own = [1] * len(xs)
        own[axis] = full[axis]
        grids.append(expand(view(x, own), full))
    return tuple(grids)


def cartesian_prod(*tensors: Value) -> Value:
    """All ways to take one element of each vector, a row each; the vector itself if it is alone."""
    for x in tensors:
        _need_vector(x)
    if len(tensors) == 1:
        return tensors[0]
    return stack([flatten(grid) for grid in meshgrid(*tensors, indexing="ij")], 1)


def combinations(input: Value, r: int = 2, with_replacement: bool = False) -> Value:
    """All ways to take r elements of a vector in their order, a row each; perhaps repeatedly.

    PyTorch: aten/src/ATen/native/Itertools.cpp.
    """
    _need_vector(input)
    if r < 0:
        raise RuntimeError(f"Expect a non-negative number, but got {r}")
    if r == 0:
        return zeros_for(input, (0,))
    choose = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    rows = np.array(list(choose(range(input.shape[0]), r)), np.int64).reshape(-1, r)
    return IndexBackward0.apply(input, key=(rows,))


def _need_vector(x: Value) -> None:
    if x.ndim != 1:
        raise RuntimeError(f"Expect a 1D vector, but got shape {list(x.shape)}")
