"""Broadcasting and its adjoint: what `expand` repeats, `sum_to` adds up again.

An operation on shapes (3, 1) and (4,) works on both as (3, 4). Its gradient comes back as (3, 4)
and must return to (3, 1) and (4,): the sum over all places that one element was copied to.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from ..autograd.grad_mode import mode
from ..autograd.input_metadata import summed
from ..autograd.node import Node
from ..base import TensorBase, Value
from ..size import Size
from .dims import ints

# Not ndarray.sum and prod: these run in a file of NumPy's own, where the filter in
# minitorch_nn/__init__.py would not hush a warning of overflow.
add_up: Any = np.add.reduce
multiply_up: Any = np.multiply.reduce


class View(Node):
    """An operation whose result shows its input's memory.

    The result shares the storage, so that an in-place write to either is seen, and counted, by
    both. It remembers the tensor that owns the memory; ops/inplace.py says what follows from that.
    """

    __slots__ = ()
    kind = ""

    def wrap(self, first: Any, array: Any, node: Node | None, output_nr: int) -> Any:
        view = first.new(array, node, output_nr)
        view._storage = storage = first.storage
        view._base = first if first._base is None else first._base
        view._view_version = storage.version
        view._inference = first._inference
        how = self.kind if mode.grad else "inference" if mode.inference else "no_grad"
        view._view_kind = how or first._view_kind
        return view


class ExpandBackward0(View):
    """y = x seen in a larger shape, without a copy;  dL/dx = sum_to(dL/dy, x.shape).

    PyTorch: derivatives.yaml, expand.
    """

    __slots__ = ("shape",)

    def forward(self, x: Any, *, shape: tuple[int, ...]) -> Any:
        self.shape = x.shape
        lead = len(shape) - x.ndim
        strides = [0] * len(shape)
        for d, (size, stride) in enumerate(zip(x.shape, x.strides, strict=True)):
            strides[lead + d] = stride if size == shape[lead + d] else 0
        return as_strided(x, shape, strides)

    def backward(self, grad: Value) -> Value:
        return sum_to(grad, self.shape)


def expand(input: Value, size: Sequence[int]) -> Value:
    """`input` in a larger shape; -1 keeps a dimension; a view. RuntimeError where a size is not 1
    and differs.

    PyTorch: aten/src/ATen/native/TensorShape.cpp (expand).
    """
    shape = ints(size, "expand", "size")
    lead = len(shape) - input.ndim
    if (input.ndim == 0 and any(n < 0 for n in shape)) or any(n < -1 for n in shape):
        raise RuntimeError("numel: integer multiplication overflow")
    if lead < 0:
        raise RuntimeError(
            f"expand({_type_of(input)}{{{list(input.shape)}}}, size={list(shape)}): the number of "
            f"sizes provided ({len(shape)}) must be greater or equal to the number of dimensions "
            f"in the tensor ({input.ndim})"
        )
    full = []
    for d, n in reversed(list(enumerate(shape))):
        own = input.shape[d - lead] if d >= lead else None
        if n == -1:
            if own is None:
                raise RuntimeError(
                    f"The expanded size of the tensor ({n}) isn't allowed in a leading, "
                    f"non-existing dimension {d}"
                )
            n = own
        elif own is not None and own not in (1, n):
            raise RuntimeError(
                f"The expanded size of the tensor ({n}) must match the existing size ({own}) at "
                f"non-singleton dimension {d}.  Target sizes: {list(shape)}.  Tensor sizes: "
                f"{list(input.shape)}"
            )
        full.append(n)
    return ExpandBackward0.apply(input, shape=tuple(reversed(full)))


def _type_of(x: Value) -> str:
    return x.type() if isinstance(x, TensorBase) else "array"  # type: ignore[attr-defined]


class SumToSizeBackward0(Node):
    """y = x summed over the dimensions that broadcasting added or repeated;  dL/dx = expand(dL/dy).

    PyTorch: aten/src/ATen/ExpandUtils.h (sum_to).
    """

    __slots__ = ("shape",)

    def forward(self, x: Any, *, shape: tuple[int, ...]) -> Any:
        self.shape = x.shape
        return summed(x, shape)

    def backward(self, grad: Value) -> Value:
        return ExpandBackward0.apply(grad, shape=self.shape)


def sum_to(x: Value, shape: tuple[int, ...]) -> Value:
    """The adjoint of expanding to `x`'s shape from `shape`. The same object if nothing repeats."""
    if x.shape == shape:
        return x
    return SumToSizeBackward0.apply(x, shape=shape)


def joint_shape(*shapes: tuple[int, ...]) -> tuple[int, ...]:
    """The shape that all broadcast to. RuntimeError, in PyTorch's words, where two sizes clash."""
    result: list[int] = [1] * max(map(len, shapes), default=0)
    for shape in shapes:
        for d in range(1, len(shape) + 1):
            if result[-d] == 1:
                result[-d] = shape[-d]
            elif shape[-d] not in (1, result[-d]):
                raise RuntimeError(
                    f"The size of tensor a ({result[-d]}) must match the size of tensor b "
                    f"({shape[-d]}) at non-singleton dimension {len(result) - d}"
                )
    return tuple(result)


def broadcast_shapes(*shapes: Any) -> Size:
    """The shape that all broadcast to. RuntimeError where two sizes clash.

    PyTorch: torch/functional.py (broadcast_shapes).
    """
    given = [(s,) if isinstance(s, int) else tuple(s) for s in shapes]
    result = [1] * max(map(len, given), default=0)
    for i, shape in enumerate(given):
        for d in range(-1, -1 - len(shape), -1):
            if result[d] == 1:
                result[d] = shape[d]
            elif shape[d] not in (1, result[d]):
                raise RuntimeError(
                    f"Attempting to broadcast a dimension of length {shape[d]} at {d}! Mismatching "
                    f"argument at index {i} had {shape}; but expected shape should be "
                    f"broadcastable to {result}"
                )
    return Size(result)


def broadcast_tensors(*tensors: Value) -> tuple[Value, ...]:
    """The tensors, each expanded to the shape that all broadcast to; views."""
    shape = joint_shape(*[tuple(x.shape) for x in tensors])
    return tuple(x if tuple(x.shape) == shape else expand(x, shape) for x in tensors)


def explain_broadcast(error: ValueError, *operands: Any) -> Exception:
    """NumPy's complaint about shapes in PyTorch's words; other complaints are handed back."""
    try:
        joint_shape(*[getattr(x, "shape", ()) for x in operands])
    except RuntimeError as clash:
        return clash
    return error
