"""The memory under tensors: what several views share, and how a tensor takes more or less of it.

    >>> x = torch.arange(6.0).view(2, 3)
    >>> x.t().untyped_storage().data_ptr() == x.untyped_storage().data_ptr()
    True

PyTorch: torch/storage.py (UntypedStorage); aten/src/ATen/native/Resize.cpp.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import prod
from typing import Any

import numpy as np
from numpy.lib import stride_tricks

from ..device import CPU, device
from .dims import ints
from .strided import address, span


class UntypedStorage:
    """All bytes of the memory that a tensor, and every view of it, shows."""

    def __init__(self, tensor: Any) -> None:
        numbers = _whole(tensor)
        self._bytes = numbers.view(np.uint8)
        self.device: device = CPU

    def data_ptr(self) -> int:
        return address(self._bytes)

    def nbytes(self) -> int:
        return self._bytes.size

    size = __len__ = nbytes

    def element_size(self) -> int:
        return 1

    def tolist(self) -> list[int]:
        return self._bytes.tolist()

    def __getitem__(self, index: int) -> int:
        return int(self._bytes[index])

    def __iter__(self) -> Iterator[int]:
        return iter(self.tolist())

    def __repr__(self) -> str:
        rows = "".join(f" {byte}\n" for byte in self)
        return f"{rows}[torch.storage.UntypedStorage(device=cpu) of size {len(self)}]"


def _whole(tensor: Any) -> Any:
    """All numbers of a tensor's memory, flat."""
    shown = (tensor if tensor._base is None else tensor._base).array
    return stride_tricks.as_strided(shown, (span(shown),), (shown.itemsize,))


def resize_(input: Any, size: Any) -> Any:
    """Another size, on the same memory if that is large enough, else on new memory.

    The numbers stay as they lie in memory; what comes to them is not initialised. RuntimeError for
    a tensor that requires a gradient.
    """
    if input.requires_grad:
        raise RuntimeError("cannot resize variables that require grad")
    return refit(input, ints(size, "resize_", "size"))


def refit(tensor: Any, shape: tuple[int, ...]) -> Any:
    """The tensor itself in another shape, as `resize_` says, whether or not it requires a gradient:
    what a function writes to by `out=` may."""
    memory, count = _whole(tensor), prod(shape)
    offset = (address(tensor.array) - address(memory)) // memory.itemsize
    if count > memory.size - offset:
        kept, offset = memory[offset:], 0
        memory = np.empty(count, memory.dtype)
        memory[: kept.size] = kept
    tensor.array = memory[offset : offset + count].reshape(shape)
    return tensor


def resize_as_(input: Any, the_template: Any) -> Any:
    """`resize_` to another tensor's size."""
    return resize_(input, the_template.shape)


def apply_(input: Any, callable: Callable[[Any], Any]) -> Any:
    """Every number replaced by what the Python function makes of it: slow, and not differentiable.

    RuntimeError for a tensor that requires a gradient.
    """
    if input.requires_grad:
        raise RuntimeError(
            "Can't call apply_() on Variable that requires grad. Use var.detach().apply_() instead."
        )
    numbers = [callable(number) for number in input.array.ravel().tolist()]
    input.array[...] = np.array(numbers).reshape(input.array.shape)
    input.storage.version += 1
    return input
