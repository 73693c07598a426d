"""Whether a block had the machine to itself, told from the processor time of everybody.

Linux counts the time that every core was busy, stolen time of a virtual machine included. What
is left of it during a block, without the time of the process that was timed, was other people's
work. A block with too much of that is dropped: a thread pool that waits for a thread which has
lost its core waits for thousands of small operations, so that a little of other programs' work
is a lot of time.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from typing import Any

from benchmarks.processor import core_numbers

__all__ = ["BUSY_SHARE", "busy_seconds", "quietness", "wait_for_quiet", "was_disturbed"]

# More of the cores' time than this, used by other processes, and a block is dropped.
BUSY_SHARE = 0.05
# Linux counts a core's time in ticks; two of them may be another's time, or only the counting.
TICKS = 2
# How long a quiet moment is waited for before a block is measured again, and how long it must be.
WAIT_SECONDS = 10.0
MOMENT_SECONDS = 0.2


def busy_seconds() -> float | None:
    """Return the processor time that these cores have given to anybody since the system started.

    In seconds, summed over the cores, stolen time of a virtual machine included. None on other
    systems than Linux.
    """
    mine = {f"cpu{number}" for number in core_numbers()}
    try:
        with open("/proc/stat", encoding="ascii") as stat:
            lines = [line.split() for line in stat if line.startswith("cpu")]
    except OSError:
        return None
    ticks = 0
    for name, *counts in lines:
        if name in mine:
            user, nice, system, _idle, _waiting, irq, softirq, steal, *_ = map(int, counts)
            ticks += user + nice + system + irq + softirq + steal
    return ticks / os.sysconf("SC_CLK_TCK")


def was_disturbed(block: dict[str, Any], cores: int) -> bool:
    """Return whether other processes used more than `BUSY_SHARE` of the cores during a block."""
    others, seconds = block["other_cpu_seconds"], block["seconds"]
    return others is not None and is_much(others, seconds, cores)


def is_much(others: float, seconds: float, cores: int) -> bool:
    """Return whether so much processor time is more than others may use in so many seconds."""
    return others > BUSY_SHARE * cores * seconds + TICKS / os.sysconf("SC_CLK_TCK")


def wait_for_quiet(cores: int) -> None:
    """Wait until the machine has nothing to do for a moment, but not for ever."""
    give_up = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < give_up:
        before = busy_seconds()
        time.sleep(MOMENT_SECONDS)
        after = busy_seconds()
        if before is None or after is None or not is_much(after - before, MOMENT_SECONDS, cores):
            return


def quietness(blocks: Sequence[dict[str, Any]], cores: int) -> dict[str, Any]:
    """Return how far the blocks had the machine to themselves; None where that is unknown.

    `others_share`: the part of all cores' time that other processes used during the blocks.
    `waiting_share`: the processor time that workers used while they waited for their turns, as a
    part of the time that was measured. `restless`: the blocks after which threads would not sleep.
    """
    timed = sum(block["seconds"] for block in blocks)
    waiting = sum(block["idle_cpu_seconds"] for block in blocks)
    others = [block["other_cpu_seconds"] for block in blocks]
    known = timed > 0 and None not in others
    return {
        # Linux counts in hundredths of a second, so that a short block's part may fall below 0.
        "others_share": max(0.0, sum(others) / (timed * cores)) if known else None,
        "waiting_share": waiting / timed if timed else None,
        "restless": sum(not block["asleep"] for block in blocks),
    }
