"""`torch.Size`: a tensor's shape. A tuple that knows how many numbers it stands for.

PyTorch: torch/csrc/Size.cpp.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable
from typing import Any, SupportsIndex


class Size(tuple[int, ...]):
    """A tuple of integers. Its slices, sums and multiples are Sizes again.

    >>> Size([2, 3])[1:] + (4,)
    torch.Size([3, 4])

    TypeError if an item is no integer.
    """

    __slots__ = ()

    def __new__(cls, sizes: Iterable[SupportsIndex] = ()) -> Size:
        items = tuple(sizes)
        try:
            return super().__new__(cls, map(operator.index, items))
        except TypeError:
            raise TypeError(_explain_items(items)) from None

    def numel(self) -> int:
        """How many numbers a tensor of this shape holds; 1 for the `Size([])` of a 0-d tensor."""
        return math.prod(self)

    def __repr__(self) -> str:
        return f"torch.Size({list(self)})"

    def __getitem__(self, index: Any) -> Any:
        found = super().__getitem__(index)
        return Size(found) if isinstance(index, slice) else found

    def __add__(self, other: Any) -> Size:
        if not isinstance(other, tuple):
            kind = type(other).__name__
            raise TypeError(f"can only concatenate tuple (not {kind}) to torch.Size")
        return Size(super().__add__(other))

    def __radd__(self, other: Any) -> Size:
        # Without this, (1,) + Size([2]) would be a plain tuple.
        return Size(other + tuple(self)) if isinstance(other, tuple) else NotImplemented

    def __mul__(self, times: SupportsIndex) -> Size:
        return Size(tuple(self) * times)

    __rmul__ = __mul__

    def __reduce__(self) -> tuple[Any, ...]:
        return Size, (tuple(self),)


def _explain_items(items: tuple[Any, ...]) -> str:
    for i, item in enumerate(items):
        if not hasattr(item, "__index__"):
            kind = type(item).__name__
            return f"torch.Size() takes an iterable of 'int' (item {i} is '{kind}')"
    raise AssertionError("every item has an index")
