"""A library in a process of its own that trains at one size and sees how much memory it takes.

    python -m benchmarks.scaling.worker LIBRARY

Everything is as in `benchmarks.worker`; only the workloads are the sizes of `axes`, and a block
also tells the memory that the first steps of the process took. Memory is what the process holds
of the machine's (resident), at its most since training began; the start is what it held
before the network was built. Linux alone tells it, elsewhere it is None.
"""

from __future__ import annotations

import ctypes
import gc
import re
import sys
from pathlib import Path
from typing import Any

from benchmarks.scaling.axes import AXES, split_name
from benchmarks.worker import Bench, serve
from benchmarks.workloads import LIBRARIES, Library, Step

__all__ = ["ScalingBench", "forget_peak", "hand_back", "resident"]


class ScalingBench(Bench):
    """The answering side: the steps of `axes`, and the memory of the first of them."""

    def __init__(self, library: Library, data: Path | None) -> None:
        super().__init__(library, data)
        self.memory: dict[str, int | None] = {}

    def compare(self, workload: str) -> dict[str, Any]:
        """Run the first calls, and keep how much memory they took."""
        gc.collect()
        start = resident("VmRSS")
        answer = super().compare(workload)
        self.memory = {"start_bytes": start, "peak_bytes": resident("VmHWM")}
        return answer

    def block(self, workload: str, calls: int) -> dict[str, Any]:
        """Time so many calls, and tell the memory of the first ones beside."""
        return super().block(workload, calls) | self.memory

    def _build(self, workload: str) -> Step:
        axis, size = split_name(workload)
        step = AXES[axis].step(self.torch, size)
        # What drawing the batch took for a moment is not training's.
        hand_back()
        forget_peak()
        return step


def resident(key: str) -> int | None:
    """Return the bytes that this process holds (VmRSS) or held at most (VmHWM); None if unknown."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    found = re.search(rf"^{key}:\s+(\d+) kB", status, re.MULTILINE)
    return None if found is None else int(found[1]) * 1024


def hand_back() -> None:
    """Give the system the freed memory that malloc keeps for its next blocks, where it is glibc's.

    How much it keeps depends on what was freed before: it would be counted for one library and not
    for the other.
    """
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)


def forget_peak() -> None:
    """Let the most that this process held begin anew at what it holds now, where Linux allows."""
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    except OSError:
        pass


if __name__ == "__main__":
    serve(LIBRARIES[sys.argv[1]], None, ScalingBench)
