"""Rounds, launches, and the statistics drawn from them.

A *launch* starts one worker for every library. In each launch every workload is compared, then
timed in *rounds*; in a round each library runs one *block* of calls, in an order drawn anew, while
the others sleep. Ratios are taken within a round, where both sides saw the same machine, and only
then summarised: a machine that slows down for a minute slows both sides of a ratio.
"""

from __future__ import annotations

import math
import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Protocol

from benchmarks.worker import WorkerError
from benchmarks.workloads import WORKLOADS

__all__ = ["BASELINE", "FULL", "QUICK", "Asked", "Plan", "Row", "difference", "measure", "summary"]

# The library that the others are divided by, and must agree with.
BASELINE = "torch"
# Five digits: more would fail honest float32, fewer would pass a wrong one.
TOLERANCE = 1e-5
# However long a call takes, a block is the mean of a few.
MIN_CALLS = 3


@dataclass(frozen=True)
class Plan:
    """How much is measured: `launches` x `rounds` blocks of about `block_seconds` each."""

    launches: int
    rounds: int
    block_seconds: float


FULL = Plan(launches=3, rounds=5, block_seconds=0.2)
QUICK = Plan(launches=1, rounds=2, block_seconds=0.02)


class Asked(Protocol):
    """What measuring needs of a worker."""

    @property
    def alive(self) -> bool: ...

    def ask(self, request: dict[str, Any], timeout: float | None = None) -> dict[str, Any]: ...

    def close(self) -> None: ...


@dataclass
class Row:
    """One workload's measurement: every block, what was compared, and every refusal."""

    name: str
    blocks: list[dict[str, Any]] = field(default_factory=list)
    # By library: for every compared call, the mean size of every tensor.
    compared: dict[str, list[list[float]]] = field(default_factory=dict)
    # By library: why it has no times.
    refused: dict[str, str] = field(default_factory=dict)

    def seconds(self, library: str) -> list[float]:
        """Return the seconds that a call took in each of a library's blocks."""
        return [b["seconds"] / b["calls"] for b in self.blocks if b["library"] == library]

    def ratios(self, library: str) -> list[tuple[int, float]]:
        """Return (launch, seconds over the baseline's seconds) for every round that has both."""
        rounds: dict[tuple[int, int], dict[str, float]] = {}
        for b in self.blocks:
            key = b["launch"], b["round"]
            rounds.setdefault(key, {})[b["library"]] = b["seconds"] / b["calls"]
        return [
            (launch, took[library] / took[BASELINE])
            for (launch, _), took in rounds.items()
            if library in took and BASELINE in took
        ]

    def refuse(self, library: str, reason: str) -> None:
        """Take a library's times out of the row, and say why."""
        self.refused[library] = reason
        self.blocks = [b for b in self.blocks if b["library"] != library]


def summary(values: Sequence[float]) -> dict[str, float]:
    """Return the count, median, quartiles and extremes of one or more values."""
    # Of a single value, quantiles() would have nothing to say.
    several = values if len(values) > 1 else [*values, *values]
    q1, median, q3 = statistics.quantiles(several, n=4, method="inclusive")
    return {
        "count": len(values),
        "median": median,
        "q1": q1,
        "q3": q3,
        "low": min(values),
        "high": max(values),
    }


def launch_medians(ratios: Sequence[tuple[int, float]]) -> list[float]:
    """Return the median ratio of every launch, in order: how far they lie apart is what a
    process's luck with its memory and threads does, which more rounds would not show.
    """
    by_launch: dict[int, list[float]] = {}
    for launch, ratio in ratios:
        by_launch.setdefault(launch, []).append(ratio)
    return [statistics.median(by_launch[launch]) for launch in sorted(by_launch)]


def difference(ours: list[list[float]], theirs: list[list[float]]) -> str | None:
    """Return where two libraries' results differ by more than five digits, or None.

    Each is a list of calls, and a call a list of numbers. A nan or infinity never agrees.
    """
    if [len(call) for call in ours] != [len(call) for call in theirs]:
        return "they return different numbers of tensors"
    for call, (a_call, b_call) in enumerate(zip(ours, theirs, strict=True), start=1):
        for tensor, (a, b) in enumerate(zip(a_call, b_call, strict=True), start=1):
            close = abs(a - b) <= TOLERANCE * max(abs(a), abs(b))
            if not (close and math.isfinite(a) and math.isfinite(b)):
                return f"at call {call}, tensor {tensor}: {a:.7g} against {b:.7g}"
    return None


class OutOfTime(Exception):
    """The deadline passed."""


class Launch:
    """One worker for every library, each replaced when it dies."""

    def __init__(
        self, libraries: Sequence[str], start: Callable[[str], Asked], deadline: float
    ) -> None:
        self._start = start
        self._deadline = deadline
        self._workers: dict[str, Asked] = {}
        self.libraries = libraries

    def __enter__(self) -> Launch:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for worker in self._workers.values():
            worker.close()

    def ask(self, library: str, request: dict[str, Any]) -> dict[str, Any]:
        """Ask a library's worker.

        Raises:
            WorkerError: the request failed.
            OutOfTime: the deadline passed before it or while it ran.
        """
        self._check_time()
        if library not in self._workers or not self._workers[library].alive:
            self._workers[library] = self._start(library)
        left = self._deadline - time.monotonic()
        try:
            return self._workers[library].ask(request, None if math.isinf(left) else max(left, 0))
        except WorkerError:
            self._check_time()
            raise

    def describe(self, library: str) -> dict[str, Any]:
        """Return what a library says of itself, or {"error": TEXT}."""
        try:
            return self.ask(library, {"do": "describe"})
        except WorkerError as error:
            return {"error": str(error)}

    def _check_time(self) -> None:
        if time.monotonic() >= self._deadline:
            raise OutOfTime


def measure(
    names: Sequence[str],
    libraries: Sequence[str],
    plan: Plan,
    start: Callable[[str], Asked],
    *,
    described: dict[str, dict[str, Any]],
    deadline: float = math.inf,
    tick: Callable[[int], object] = lambda blocks: None,
) -> list[Row]:
    """Time the workloads `names` and return their rows.

    `start` makes a library's worker. Libraries missing in `described` are asked to describe
    themselves, and entered there. After `deadline`, on time.monotonic()'s clock, nothing more is
    asked, and the rows are returned with what they have; since a launch goes through all the
    workloads, that is fewer launches of every row rather than fewer rows. `tick` is told how many
    blocks are done.
    """
    rows = [Row(name) for name in names]
    # Seeded, so that a run can be repeated in the same order.
    order = random.Random(0)
    try:
        for launch in range(plan.launches):
            with Launch(libraries, start, deadline) as launched:
                for library in libraries:
                    if library not in described:
                        described[library] = launched.describe(library)
                for row in rows:
                    measure_row(row, plan, launch, launched, order, tick)
    except OutOfTime:
        pass
    return rows


def measure_row(
    row: Row,
    plan: Plan,
    launch: int,
    launched: Launch,
    order: random.Random,
    tick: Callable[[int], object],
) -> None:
    """Add one launch's rounds to a row."""
    calls = compare_row(row, plan, launched)
    for a_round in range(planned_rounds(row.name, plan)):
        turns = list(launched.libraries)
        order.shuffle(turns)
        for library in turns:
            if library not in row.refused:
                request = {"do": "block", "workload": row.name, "calls": calls[library]}
                place = {"library": library, "launch": launch, "round": a_round}
                try:
                    row.blocks.append(place | launched.ask(library, request))
                except WorkerError as error:
                    row.refuse(library, str(error))
            tick(1)


def planned_rounds(name: str, plan: Plan) -> int:
    """Return the rounds of a workload in one launch: one, where its step is a whole epoch."""
    return 1 if WORKLOADS[name].epoch else plan.rounds


def compare_row(row: Row, plan: Plan, launched: Launch) -> dict[str, int]:
    """Compare the libraries' first results, and return how many calls fill a block of each."""
    calls = {}
    # The baseline first: the others are judged by it.
    for library in sorted(launched.libraries, key=lambda name: name != BASELINE):
        if library in row.refused:
            continue
        try:
            answer = launched.ask(library, {"do": "compare", "workload": row.name})
        except WorkerError as error:
            row.refuse(library, str(error))
            continue
        row.compared[library] = answer["values"]
        if wrong := difference(answer["values"], row.compared.get(BASELINE, answer["values"])):
            row.refuse(library, f"its results are not PyTorch's: {wrong}")
            continue
        fill = round(plan.block_seconds / answer["seconds_per_call"])
        calls[library] = 1 if WORKLOADS[row.name].epoch else max(MIN_CALLS, fill)
    return calls
