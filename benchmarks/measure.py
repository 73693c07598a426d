"""Rounds, launches, and the statistics drawn from them.

A *launch* starts one worker for every library. In each launch every workload is compared, then
timed in *rounds*; in a round each library runs one *block* of calls, in an order drawn anew, while
the others sleep. Ratios are taken within a round, where both sides saw the same machine, and only
then summarised: a machine that slows down for a minute slows both sides of a ratio. A block in
which other programs kept the machine busy is dropped and measured again (`quiet` says when).
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

from benchmarks.processor import usable_cores
from benchmarks.quiet import wait_for_quiet, was_disturbed
from benchmarks.worker import WorkerError
from benchmarks.workloads import is_epoch

__all__ = [
    "BASELINE",
    "FULL",
    "QUICK",
    "Asked",
    "Plan",
    "Row",
    "difference",
    "measure",
    "summary",
]

# The library that the others are divided by, and must agree with.
BASELINE = "torch"
# Five digits: more would fail honest float32, fewer would pass a wrong one.
TOLERANCE = 1e-5
# However long a call takes, a block is the mean of a few.
MIN_CALLS = 3
# An epoch of PyTorch takes seconds.
EPOCH_ROUNDS = 2


@dataclass(frozen=True)
class Plan:
    """How much is measured: `launches` x `rounds` blocks of about `block_seconds` each.

    A block that other programs disturbed is dropped and measured again, at most `again` times;
    with 0, for blocks too short to be judged, all are kept. On a busy machine this ends
    nevertheless, after `limit_seconds`, with what there is. `imports`: how often these are timed;
    `gemm`: whether matrix products are, too.
    """

    launches: int
    rounds: int
    block_seconds: float
    again: int = 2
    limit_seconds: float = 1200.0
    imports: int = 9
    gemm: bool = False


FULL = Plan(launches=3, rounds=5, block_seconds=0.2, gemm=True)
QUICK = Plan(launches=1, rounds=2, block_seconds=0.02, again=0, imports=3, gemm=True)


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
    # Blocks that other programs disturbed.
    dropped: list[dict[str, Any]] = field(default_factory=list)
    # By library: for every compared call, the mean size of every tensor.
    compared: dict[str, list[list[float]]] = field(default_factory=dict)
    # By library: the dtype of every gradient, None where none was taken.
    gradients: dict[str, dict[str, str | None]] = field(default_factory=dict)
    # By library: why it has no times.
    refused: dict[str, str] = field(default_factory=dict)

    @property
    def parts(self) -> list[str]:
        """The parts of a call that the baseline was timed in: forward and backward, or none."""
        timed = [block["parts"] for block in self.blocks if block["library"] == BASELINE]
        return list(timed[0]) if timed else []

    def seconds(self, library: str, part: str | None = None) -> list[float]:
        """Return the seconds that a call, or a part of it, took in each of a library's blocks."""
        return [per_call(b, part) for b in self._with(part) if b["library"] == library]

    def ratios(self, library: str, part: str | None = None) -> list[tuple[int, float]]:
        """Return (launch, seconds over the baseline's seconds) for every round that has both."""
        rounds: dict[tuple[int, int], dict[str, float]] = {}
        for b in self._with(part):
            key = b["launch"], b["round"]
            rounds.setdefault(key, {})[b["library"]] = per_call(b, part)
        return [
            (launch, took[library] / took[BASELINE])
            for (launch, _), took in rounds.items()
            if library in took and BASELINE in took
        ]

    def _with(self, part: str | None) -> list[dict[str, Any]]:
        """Return the blocks that have a part; a GPU's have none."""
        return [b for b in self.blocks if part is None or part in b["parts"]]

    def page_faults(self, library: str) -> float | None:
        """Return the median number of page faults a call, or None where they are not known."""
        blocks = [b for b in self.blocks if b["library"] == library]
        if not blocks or any(b["page_faults"] is None for b in blocks):
            return None
        return statistics.median(b["page_faults"] / b["calls"] for b in blocks)

    def missing(self, plan: Plan, libraries: Sequence[str]) -> dict[str, int]:
        """Return how many planned blocks there are not, by library, where any is missing.

        No quiet moment was found for them, or the time was over.
        """
        planned = plan.launches * planned_rounds(self.name, plan)
        found = {name: sum(b["library"] == name for b in self.blocks) for name in libraries}
        return {
            name: planned - count
            for name, count in found.items()
            if count < planned and name not in self.refused
        }

    def refuse(self, library: str, reason: str) -> None:
        """Take a library's times out of the row, and say why."""
        self.refused[library] = reason
        self.blocks = [b for b in self.blocks if b["library"] != library]


def per_call(block: dict[str, Any], part: str | None = None) -> float:
    """Return the seconds that a call, or a part of it, took in a block."""
    seconds: float = block["seconds"] if part is None else block["parts"][part]
    return seconds / block["calls"]


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
    cores = usable_cores()
    try:
        for launch in range(plan.launches):
            with Launch(libraries, start, deadline) as launched:
                for library in libraries:
                    if library not in described:
                        described[library] = launched.describe(library)
                    if plan.gemm:
                        add_gemm_rate(described[library], launched, library)
                for row in rows:
                    measure_row(row, plan, launch, launched, order, cores, tick)
    except OutOfTime:
        pass
    return rows


def add_gemm_rate(facts: dict[str, Any], launched: Launch, library: str) -> None:
    """Enter how fast a library multiplies matrices, the best of all launches, if it can tell."""
    try:
        rate = launched.ask(library, {"do": "gemm"})["gemm_gflops"]
    except WorkerError:
        return
    facts["gemm_gflops"] = max(rate, facts.get("gemm_gflops", 0.0))


def measure_row(
    row: Row,
    plan: Plan,
    launch: int,
    launched: Launch,
    order: random.Random,
    cores: int,
    tick: Callable[[int], object],
) -> None:
    """Add one launch's rounds to a row."""
    calls = compare_row(row, plan, launched)
    for a_round in range(planned_rounds(row.name, plan)):
        turns = list(launched.libraries)
        order.shuffle(turns)
        for library in turns:
            if library not in row.refused:
                place = {"library": library, "launch": launch, "round": a_round}
                try:
                    add_block(row, place, plan, cores, calls, launched)
                except WorkerError as error:
                    row.refuse(library, str(error))
            tick(1)


def add_block(
    row: Row,
    place: dict[str, Any],
    plan: Plan,
    cores: int,
    calls: dict[str, int],
    launched: Launch,
) -> None:
    """Add an undisturbed block of a library; after a few disturbed ones the row lacks it.

    Its number of calls may have been guessed while other programs worked, and be too low: then
    the block is far too short, which also is a disturbance, and the number is put right.
    """
    library = place["library"]
    for attempt in range(1 + plan.again):
        if attempt > 0:
            wait_for_quiet(cores)
        request = {"do": "block", "workload": row.name, "calls": calls[library]}
        block = place | launched.ask(library, request)
        too_short = block["seconds"] < plan.block_seconds / 2
        if plan.again == 0 or not (too_short or was_disturbed(block, cores)):
            row.blocks.append(block)
            return
        row.dropped.append(block)
        calls[library] = max(calls[library], round(plan.block_seconds / per_call(block)))


def planned_rounds(name: str, plan: Plan) -> int:
    """Return the rounds of a workload in one launch: fewer, where its step is a whole epoch."""
    return min(EPOCH_ROUNDS, plan.rounds) if is_epoch(name) else plan.rounds


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
        row.gradients[library] = answer["gradients"]
        if wrong := difference(answer["values"], row.compared.get(BASELINE, answer["values"])):
            row.refuse(library, f"its results are not PyTorch's: {wrong}")
            continue
        fill = round(plan.block_seconds / answer["seconds_per_call"])
        calls[library] = max(1 if is_epoch(row.name) else MIN_CALLS, fill)
    return calls
