"""Measure every axis size by size, upwards, until the next size would be too much."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tqdm import tqdm

from benchmarks import environment, report
from benchmarks.measure import BASELINE, Asked, Plan, Row, measure, summary
from benchmarks.quiet import quietness
from benchmarks.scaling.axes import AXES, Axis, point_name
from benchmarks.scaling.growth import MEMORY_LIMIT, exponent, growths, memory_ratio
from benchmarks.worker import Worker

__all__ = ["print_result", "run"]

LIBRARIES = (BASELINE, "numpy")
CONTENDERS = "NumPy as it is, since its kernels change the times but hardly how they grow"

FULL = Plan(launches=1, rounds=3, block_seconds=0.1, again=1)
QUICK = Plan(launches=1, rounds=2, block_seconds=0.02, again=0)

# A size is left out where a step of it could take longer, or both processes more of the memory
# that is free, as far as the smaller sizes tell.
STEP_SECONDS = 1.5
MEMORY_SHARE = 0.5


class ScalingWorker(Worker):
    """Starts the process of a library that is asked about sizes."""

    program = "benchmarks.scaling.worker"


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Measure the axes that `options.only` names, all of them by default, and return the result."""
    chosen = [name for name in AXES if name in (options.only or AXES)]
    plan = QUICK if options.quick else FULL
    machine = environment.describe_machine()
    described: dict[str, dict[str, Any]] = {}
    axes: list[dict[str, Any]] = []
    rows: list[Row] = []
    planned = sum(len(sizes_of(AXES[name], options.quick)) for name in chosen)
    with tqdm(total=planned, unit="size", disable=None) as bar:
        for name in chosen:
            sizes = sizes_of(AXES[name], options.quick)
            points, left_out = sweep(name, sizes, plan, ScalingWorker, described, bar.update)
            rows += points.values()
            axes.append(axis_as_json(name, points, left_out))
    return {
        "format": report.FORMAT,
        "kind": "scaling",
        "environment": {"machine": machine, "libraries": described},
        "plan": asdict(plan)
        | {"libraries": list(LIBRARIES), "baseline": BASELINE, "contenders": CONTENDERS},
        "axes": axes,
        "quiet": quietness([b for row in rows for b in row.blocks], machine["cpu"]["cores_usable"]),
    }


def sizes_of(axis: Axis, quick: bool) -> tuple[int, ...]:
    """Return the sizes of an axis that a run goes through."""
    return axis.quick if quick else axis.sizes


def sweep(
    axis: str,
    sizes: Sequence[int],
    plan: Plan,
    start: Callable[[str], Asked],
    described: dict[str, dict[str, Any]],
    tick: Callable[[int], object] = lambda sizes: None,
) -> tuple[dict[int, Row], dict[int, str]]:
    """Return a row for every size that was measured, and why the other sizes were left out."""
    points: dict[int, Row] = {}
    left_out: dict[int, str] = {}
    for size in sizes:
        reason = too_much(size, points, AXES[axis].power, free_memory())
        if reason is None:
            name = point_name(axis, size)
            # For every size, processes that never did anything else.
            [points[size]] = measure([name], LIBRARIES, plan, start, described=described)
        else:
            left_out[size] = reason
        tick(1)
    return points, left_out


def too_much(size: int, points: dict[int, Row], power: int, free: int | None) -> str | None:
    """Return why a size would be too much, told from the sizes that were measured, or None."""
    seconds, held = 0.0, 0.0
    for name in LIBRARIES:
        timed = {n: min(row.seconds(name)) for n, row in points.items() if row.seconds(name)}
        took = {n: memory(row, name) or 0 for n, row in points.items()}
        seconds = max(seconds, at_most(size, timed, power))
        held += at_most(size, took, power)
    if seconds > STEP_SECONDS:
        return f"a step could take {report.format_seconds(seconds)}"
    if free is not None and held > MEMORY_SHARE * free:
        return f"it could take {held / 1e9:.1f} GB, and {free / 1e9:.1f} GB are free"
    return None


def at_most(size: int, known: Mapping[int, float], power: int) -> float:
    """Return the most that a size can take, of what grows no faster than its `power`.

    What the smallest size takes is there at every size. By how much another one takes more sets a
    limit, and the lowest limit counts, since a size may have been disturbed.
    """
    first, *others = known or {size: 0.0}
    least = known.get(first, 0.0)
    limits = (
        (known[n] - least) * (size**power - first**power) / (n**power - first**power)
        for n in others
        if known[n] > least
    )
    return least + min(limits, default=0.0)


def free_memory() -> int | None:
    """Return the bytes that new programs can have, or None where the system does not tell."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    facts = dict(line.split(":") for line in lines)
    return int(facts["MemAvailable"].split()[0]) * 1024 if "MemAvailable" in facts else None


def memory(row: Row, library: str) -> int | None:
    """Return the bytes that training at a size took at most, beyond the process at its start."""
    for block in [*row.blocks, *row.dropped]:
        if block["library"] == library and block.get("peak_bytes") is not None:
            return int(block["peak_bytes"] - block["start_bytes"])
    return None


def axis_as_json(name: str, points: dict[int, Row], left_out: dict[int, str]) -> dict[str, Any]:
    """Return an axis: its points, the exponents fitted to them, how memory grows, what is not."""
    seconds: dict[str, dict[int, float]] = {library: {} for library in LIBRARIES}
    held: dict[str, dict[int, int]] = {library: {} for library in LIBRARIES}
    for size, row in points.items():
        for library in LIBRARIES:
            if times := row.seconds(library):
                seconds[library][size] = summary(times)["median"]
            if (most := memory(row, library)) is not None:
                held[library][size] = most
    return {
        "name": name,
        "title": AXES[name].title,
        "points": [point_as_json(size, row) for size, row in points.items()],
        "left_out": [{"size": size, "reason": reason} for size, reason in left_out.items()],
        "exponents": {
            "seconds": {library: exponent(values) for library, values in seconds.items()},
            "bytes": {library: exponent(growths(values)) for library, values in held.items()},
        },
        "memory": memory_ratio(held["numpy"], held[BASELINE]),
    }


def point_as_json(size: int, row: Row) -> dict[str, Any]:
    """Return one size: the seconds and the bytes of both libraries, and what went wrong."""
    ratios = [ratio for _, ratio in row.ratios("numpy")]
    return {
        "size": size,
        "seconds": {name: summary(row.seconds(name)) for name in LIBRARIES if row.seconds(name)},
        "ratio": summary(ratios) if ratios else None,
        "bytes": {name: memory(row, name) for name in LIBRARIES},
        "refused": row.refused,
        "dropped": len(row.dropped),
        "compared": row.compared,
        "blocks": row.blocks,
    }


def print_result(result: dict[str, Any]) -> None:
    """Print a table for each axis, the exponents, and whose memory grows faster."""
    report.print_environment(result)
    print()
    for axis in result["axes"]:
        print(f"{axis['title']:<20} {'time of a step':>25}  {'memory above the start':>25}")
        print(f"{'':<20} {'NumPy':>8} {'PyTorch':>9} {'ratio':>6}  {'NumPy':>12} {'PyTorch':>12}")
        for point in axis["points"]:
            print(point_line(point))
            for library, reason in point["refused"].items():
                print(f"  refused: {library}: {reason}")
        for left in axis["left_out"]:
            print(f"{left['size']:>20} left out: {left['reason']}")
        print(f"{'exponent':>20} {exponent_cells(axis['exponents'])}")
        print(memory_line(axis["memory"]))
        print()
    plan = result["plan"]
    print(
        f"Each size in fresh processes: {plan['rounds']} blocks of {plan['block_seconds']:g} s of "
        "each library in turns, median time. Memory: the most that the process held while it "
        "trained, above what it held before the network was built. Exponents by least squares on "
        "logarithms over the upper half of the sizes, of memory for its growth above the smallest."
    )


def point_line(point: dict[str, Any]) -> str:
    """Return one size's times, their ratio, and megabytes."""
    times = [
        report.format_seconds(point["seconds"][name]["median"]) if name in point["seconds"] else "-"
        for name in ("numpy", BASELINE)
    ]
    ratio = f"{point['ratio']['median']:.2f}" if point["ratio"] else "-"
    held = [megabytes(point["bytes"][name]) for name in ("numpy", BASELINE)]
    return (
        f"{point['size']:>20} {times[0]:>8} {times[1]:>9} {ratio:>6}  {held[0]:>12} {held[1]:>12}"
    )


def exponent_cells(exponents: dict[str, dict[str, float | None]]) -> str:
    """Return the four exponents of an axis, under the columns they belong to."""

    def cell(kind: str, library: str) -> str:
        found = exponents[kind][library]
        return "-" if found is None else f"{found:.2f}"

    return (
        f"{cell('seconds', 'numpy'):>8} {cell('seconds', BASELINE):>9} {'':>6}  "
        f"{cell('bytes', 'numpy'):>12} {cell('bytes', BASELINE):>12}"
    )


def memory_line(found: dict[str, Any] | None) -> str:
    """Return in words how memory grows, and whether that is within a quarter of PyTorch's."""
    if found is None:
        return "How memory grows is not known here."
    text = (
        f"From {found['from']} to {found['to']}, memory grows by "
        f"{megabytes(found['numpy_bytes'])}, PyTorch's by {megabytes(found['torch_bytes'])}"
    )
    if found["ratio"] is None:
        return f"{text}: too little to compare."
    verdict = "within" if found["holds"] else "NOT WITHIN"
    return f"{text}: {found['ratio']:.2f} times, {verdict} the limit of {MEMORY_LIMIT}."


def megabytes(count: int | None) -> str:
    """Return bytes in MB."""
    return "-" if count is None else f"{count / 1e6:,.1f} MB"
