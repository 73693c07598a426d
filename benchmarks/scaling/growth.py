"""What the points of an axis say: how time and memory grow, and whose memory grows faster."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import Any

__all__ = ["FITTED", "MEMORY_LIMIT", "exponent", "growths", "memory_ratio", "upper"]

# An exponent is fitted to the sizes from the middle of the logarithmic axis up, and to this many
# at least: the small sizes show what a call costs whatever it works on.
FITTED = 3
# "Memory of training grows no faster than PyTorch's by more than a quarter."
MEMORY_LIMIT = 1.25
# The kernel counts pages, the allocators hold on to some: what grows by less cannot be compared.
TELLING_BYTES = 4 << 20


def upper(sizes: Sequence[int]) -> list[int]:
    """Return the upper sizes, to which an exponent is fitted."""
    middle = math.sqrt(sizes[0] * sizes[-1]) if sizes else 0
    above = [size for size in sizes if size >= middle]
    return above if len(above) >= FITTED else list(sizes[-FITTED:])


def exponent(values: dict[int, float]) -> float | None:
    """Return e of the line `value = c * size**e`, by least squares on logarithms of upper sizes.

    None where fewer than two sizes have a value above 0.
    """
    sizes = upper(sorted(values))
    pairs = [(math.log(size), math.log(values[size])) for size in sizes if values[size] > 0]
    if len(pairs) < 2:
        return None
    return statistics.linear_regression(*zip(*pairs, strict=True)).slope


def growths(held: dict[int, int]) -> dict[int, float]:
    """Return by how many bytes each size takes more than the smallest one.

    What is the same at every size (threads, kernels' own buffers, imports that came late) is in
    both and so drops out.
    """
    sizes = sorted(held)
    return {size: float(held[size] - held[sizes[0]]) for size in sizes[1:]}


def memory_ratio(ours: dict[int, int], theirs: dict[int, int]) -> dict[str, Any] | None:
    """Return how the memory of two libraries grows from the smallest to the largest common size.

    `ratio` is ours over theirs: of bytes, and so of bytes a unit of the size. It is None where
    theirs grows by too little to be compared; all of it is None without two common sizes.
    """
    common = sorted(set(ours) & set(theirs))
    if len(common) < 2:
        return None
    first, last = common[0], common[-1]
    growth, base = ours[last] - ours[first], theirs[last] - theirs[first]
    telling = max(growth, base) >= TELLING_BYTES and base > 0
    return {
        "from": first,
        "to": last,
        "numpy_bytes": growth,
        "torch_bytes": base,
        "ratio": growth / base if telling else None,
        "holds": growth <= MEMORY_LIMIT * base if telling else None,
    }
