"""Memory that one step of training frees is there, warm, for the next step.

A block of memory that the system hands out comes without its pages: the first write to each 4 KB
of it stops the program while the system finds one. glibc's `malloc` asks the system for every block
above a threshold, gives it back as soon as it is freed, and so pays for all its pages again in the
next step, which wants the same sizes. For a convolutional network that is a quarter of the time.

But malloc learns. When a large block is freed, that block's size becomes the threshold, and twice
as much may lie unused before any is given back. So one block of the largest size that it can learn
from, taken and freed at once, teaches it all; none of its pages is ever touched. What is larger
still comes from the system. A user's MALLOC_MMAP_THRESHOLD_ or MALLOC_TRIM_THRESHOLD_ keeps malloc
from learning, and other systems' allocators work in another way: there this changes nothing.

Source: glibc, malloc/malloc.c ("M_MMAP_THRESHOLD", dynamic threshold).
"""

from __future__ import annotations

from functools import cache

import numpy as np

__all__ = ["keep_freed_memory"]

_LARGEST = 31 << 20  # malloc learns up to 32 MB, its own bytes around a block counted


@cache
def keep_freed_memory() -> None:
    """Let blocks of up to 31 MB stay in the process when they are freed, 64 MB of them in all.

    The first backward pass asks for it, once in a process: an import must change nothing.
    """
    np.empty(_LARGEST, np.uint8)
