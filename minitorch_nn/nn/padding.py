"""Padding layers: a margin around the last dimensions of an input.

`padding` is one width for all sides, or one for each: (left, right, top, bottom, front, back), as
far as there are such sides. A negative width cuts off.

PyTorch: torch/nn/modules/padding.py.
"""

from __future__ import annotations

from typing import Any, ClassVar

from ..tensor import Tensor
from . import functional as F
from .module import Module

Widths = int | tuple[int, ...]


class _PadNd(Module):
    _directions: ClassVar[int]
    _mode: ClassVar[str]

    def __init__(self, padding: Widths) -> None:
        super().__init__()
        each = (padding,) * (2 * self._directions) if isinstance(padding, int) else tuple(padding)
        self.padding = each

    def forward(self, input: Tensor) -> Tensor:
        return F.pad(input, self.padding, self._mode)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class _ConstantPadNd(_PadNd):
    _mode = "constant"

    def __init__(self, padding: Widths, value: float) -> None:
        super().__init__(padding)
        self.value = value

    def forward(self, input: Tensor) -> Tensor:
        return F.pad(input, self.padding, self._mode, self.value)

    def extra_repr(self) -> str:
        return f"padding={self.padding}, value={self.value}"


class ConstantPad1d(_ConstantPadNd):
    """A margin of `value` at both ends of the last dimension."""

    _directions = 1


class ConstantPad2d(_ConstantPadNd):
    """A margin of `value` around the last two dimensions."""

    _directions = 2


class ConstantPad3d(_ConstantPadNd):
    """A margin of `value` around the last three dimensions."""

    _directions = 3


class _ZeroPadNd(_ConstantPadNd):
    def __init__(self, padding: Widths) -> None:
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class ZeroPad1d(_ZeroPadNd):
    """Zeros at both ends of the last dimension."""

    _directions = 1


class ZeroPad2d(_ZeroPadNd):
    """Zeros around the last two dimensions."""

    _directions = 2


class ZeroPad3d(_ZeroPadNd):
    """Zeros around the last three dimensions."""

    _directions = 3


class _ReflectionPadNd(_PadNd):
    _mode = "reflect"


class ReflectionPad1d(_ReflectionPadNd):
    """[N, C, L] or [C, L] mirrored at both ends; the margin must be narrower than the input."""

    _directions = 1


class ReflectionPad2d(_ReflectionPadNd):
    """[N, C, H, W] or [C, H, W] mirrored at its edges."""

    _directions = 2


class ReflectionPad3d(_ReflectionPadNd):
    """[N, C, D, H, W] or [C, D, H, W] mirrored at its faces."""

    _directions = 3


class _ReplicationPadNd(_PadNd):
    _mode = "replicate"


class ReplicationPad1d(_ReplicationPadNd):
    """[N, C, L] or [C, L] with its first and last element repeated."""

    _directions = 1


class ReplicationPad2d(_ReplicationPadNd):
    """[N, C, H, W] or [C, H, W] with its edges repeated."""

    _directions = 2


class ReplicationPad3d(_ReplicationPadNd):
    """[N, C, D, H, W] or [C, D, H, W] with its faces repeated."""

    _directions = 3


class _CircularPadNd(_PadNd):
    _mode = "circular"

    def forward(self, input: Tensor) -> Tensor:
        d: Any = self._directions
        if input.dim() not in (d + 1, d + 2):
            raise ValueError(f"expected {d + 1}D or {d + 2}D input (got {input.dim()}D input)")
        return super().forward(input)


class CircularPad1d(_CircularPadNd):
    """[N, C, L] or [C, L] going round: what stands at one end is repeated at the other."""

    _directions = 1


class CircularPad2d(_CircularPadNd):
    """[N, C, H, W] or [C, H, W] going round in both directions."""

    _directions = 2


class CircularPad3d(_CircularPadNd):
    """[N, C, D, H, W] or [C, D, H, W] going round in all three directions."""

    _directions = 3
