"""torch.finfo and torch.iinfo: how large, and how fine, the numbers of a dtype are.

PyTorch: torch/csrc/TypeInfo.cpp.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import dtypes
from .dtypes import dtype, wanted


class finfo:
    """Of a floating-point dtype, by default the default one: `finfo(torch.float32).eps`.

    TypeError for other dtypes.
    """

    def __init__(self, type: Any = None) -> None:
        own = wanted(type, "finfo", "'type' (position 1)") or dtypes.get_default_dtype()
        if not own.is_floating_point:
            raise TypeError(
                "torch.finfo() requires a floating point input type. Use torch.iinfo to handle "
                "'torch.finfo'"
            )
        of = np.finfo(own.numpy)
        self.dtype = own.name
        self.bits = of.bits
        self.min, self.max = float(of.min), float(of.max)
        self.eps = float(of.eps)
        self.tiny = self.smallest_normal = float(of.smallest_normal)
        self.resolution = 10.0**-of.precision

    def __eq__(self, other: object) -> bool:
        return isinstance(other, finfo) and self.dtype == other.dtype

    def __hash__(self) -> int:
        return hash(self.dtype)

    def __repr__(self) -> str:
        return (
            f"finfo(resolution={self.resolution:g}, min={self.min:g}, max={self.max:g}, "
            f"eps={self.eps:g}, smallest_normal={self.smallest_normal:g}, tiny={self.tiny:g}, "
            f"dtype={self.dtype})"
        )


class iinfo:
    """Of an integer dtype: `iinfo(torch.int8).max`. TypeError for other dtypes."""

    def __init__(self, type: Any) -> None:
        own = wanted(type, "iinfo", "'type' (position 1)")
        if not isinstance(own, dtype) or own.numpy.kind == "f":
            raise TypeError(
                "torch.iinfo() requires an integer input type. Use torch.finfo to handle "
                "'torch.iinfo'"
            )
        if own.numpy.kind == "b":
            raise TypeError("torch.bool is not supported by torch.iinfo")
        of = np.iinfo(own.numpy)
        self.dtype = own.name
        self.bits = of.bits
        self.min, self.max = int(of.min), int(of.max)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, iinfo) and self.dtype == other.dtype

    def __hash__(self) -> int:
        return hash(self.dtype)

    def __repr__(self) -> str:
        return f"iinfo(min={self.min:g}, max={self.max:g}, dtype={self.dtype})"
