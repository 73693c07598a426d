"""A measurement as a table for people and as JSON for programs."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.measure import BASELINE, Plan, Row, launch_medians, summary
from benchmarks.workloads import LIBRARIES, WORKLOADS

__all__ = ["as_json", "check_writable", "print_environment", "print_table", "write_json"]

# Raised when the structure changes, so that whoever reads an old file can tell.
FORMAT = 1

# From here on other programs' work shows in the times: a thread pool that waits for a thread which
# has lost its core waits for thousands of small operations.
BUSY_SHARE = 0.05


def as_json(
    rows: Sequence[Row],
    libraries: Sequence[str],
    plan: Plan,
    machine: dict[str, Any],
    described: dict[str, dict[str, Any]],
) -> dict[str, Any]:
    """Return everything that was measured: seconds throughout, raw blocks included."""
    cores = machine["cpu"]["cores_usable"]
    return {
        "format": FORMAT,
        "environment": {"machine": machine, "libraries": described},
        "plan": asdict(plan) | {"libraries": list(libraries), "baseline": BASELINE},
        "rows": [row_as_json(row, cores) for row in rows],
        "quiet": quietness([block for row in rows for block in row.blocks], cores),
    }


def row_as_json(row: Row, cores: int) -> dict[str, Any]:
    """Return one row: summaries by library, ratios to the baseline, refusals and raw blocks."""
    timed = [name for name in LIBRARIES if row.seconds(name)]
    ratios = {name: row.ratios(name) for name in timed if name != BASELINE}
    return {
        "name": row.name,
        "title": WORKLOADS[row.name].title,
        "seconds": {name: summary(row.seconds(name)) for name in timed},
        "ratios": {
            name: summary([ratio for _, ratio in pairs]) | {"launches": launch_medians(pairs)}
            for name, pairs in ratios.items()
            if pairs
        },
        "refused": row.refused,
        "skipped": None if timed or row.refused else "out of time",
        "quiet": quietness(row.blocks, cores),
        "compared": row.compared,
        "blocks": row.blocks,
    }


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


def check_writable(path: Path) -> None:
    """Raise OSError, now and not after a long run, if `path` cannot be written."""
    if path.is_dir():
        raise IsADirectoryError(f"cannot write {path}: it is a folder")
    try:
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise OSError(f"cannot write {path}: {error.strerror}") from None


def write_json(path: Path, result: dict[str, Any]) -> None:
    """Write `result` so that `path` holds either all of it or what it held before."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(result, file, indent=1)
            file.write("\n")
        # mkstemp keeps others out; an ordinary file has the rights that the umask leaves.
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(name, 0o666 & ~umask)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def print_environment(result: dict[str, Any]) -> None:
    """Print where the measurement was made."""
    machine, libraries = result["environment"]["machine"], result["environment"]["libraries"]
    cpu = machine["cpu"]
    load = ", ".join(f"{load:.1f}" for load in machine["load_average"] or []) or "unknown"
    variables = " ".join(f"{key}={value}" for key, value in machine["variables"].items())
    facts = {
        "Processor": f"{cpu['model']} (family {cpu['family']}, model {cpu['model_number']}), "
        f"{cpu['cores_usable']} of {cpu['cores']} cores; {' '.join(cpu['flags'])}",
        "System": f"{machine['os']}, Python {machine['python']}, load {load}",
        **{LIBRARIES[name].title: library_line(its) for name, its in libraries.items()},
        "Variables": variables or "none of OPENBLAS_, OMP_, MKL_, MALLOC_ and their like is set",
    }
    if digits := libraries.get(BASELINE, {}).get("digits"):
        facts["Epoch"] = digits
    for title, text in facts.items():
        print(f"{title:<13} {text}")


def library_line(facts: dict[str, Any]) -> str:
    """Return a library's versions, threads and kernels in one line."""
    if "error" in facts:
        return str(facts["error"])
    parts = [f"{facts['module']} {facts['version']}, NumPy {facts['numpy']}"]
    if facts["module"] == "torch":
        parts.append(f"torchvision {facts['torchvision']}")
        parts.append(f"{facts['threads']} threads, {facts['cpu_capability']}")
    elif isinstance(facts["pools"], str):
        blas = facts["numpy_blas"]
        parts.append(f"{blas.get('name')} {blas.get('version')}, threads {facts['pools']}")
    else:
        parts += [
            f"{pool['internal_api']} {pool['version']}, {pool.get('architecture')} kernels, "
            f"{pool['num_threads']} threads"
            for pool in facts["pools"]
            if pool["user_api"] == "blas"
        ]
    if facts.get("cuda"):
        card = facts["cuda"]
        parts.append(f"{card['name']}, CUDA {card['cuda']}, driver {card['driver']}")
    return "; ".join(parts)


def print_table(result: dict[str, Any]) -> None:
    """Print a row a workload: median times, and ratios with their quartiles and launches."""
    libraries = result["plan"]["libraries"]
    compared = [name for name in libraries if name != BASELINE]
    header = ["", *(LIBRARIES[name].title for name in libraries)]
    for name in compared:
        header += [
            f"{LIBRARIES[name].title} / {LIBRARIES[BASELINE].title}",
            "quartiles",
            "launches",
        ]
    lines = [[*header, "others"]]
    for row in result["rows"]:
        line = [row["title"], *(time_cell(row, name) for name in libraries)]
        for name in compared:
            line += ratio_cells(row, name)
        others = row["quiet"]["others_share"]
        lines.append([*line, "-" if others is None else f"{others:.0%}"])
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    for line in lines:
        first, *rest = [cell.rjust(width) for cell, width in zip(line, widths, strict=True)]
        print("  ".join([first.strip().ljust(widths[0]), *rest]).rstrip())
    print_notes(result)


def print_notes(result: dict[str, Any]) -> None:
    """Print what the reader of the table must know: how it was made, and what went wrong."""
    plan, quiet = result["plan"], result["quiet"]
    print(
        f"Median time of a call over {plan['launches']} launches of {plan['rounds']} blocks of "
        f"{plan['block_seconds']:g} s each (an epoch: one block a launch); ratios are taken within "
        "a round. Launches: the lowest and the highest launch's median. Others: the part of all "
        "cores' time that other processes used during the blocks."
    )
    if quiet["waiting_share"] is not None:
        print(f"Waiting workers used {quiet['waiting_share']:.1%} of a core during the blocks.")
    if quiet["others_share"] is not None:
        print(f"Other processes used {quiet['others_share']:.1%} of all cores during the blocks.")
        if quiet["others_share"] > BUSY_SHARE:
            print("THE MACHINE WAS BUSY: these times are not those of the libraries alone.")
    if quiet["restless"]:
        print(f"After {quiet['restless']} blocks a worker's threads went on spinning.")
    for row in result["rows"]:
        for library, reason in row["refused"].items():
            print(f"Refused: {row['title']}, {library}: {reason}")


def time_cell(row: dict[str, Any], library: str) -> str:
    """Return the median time of a call, or why there is none."""
    if library in row["refused"]:
        return "refused"
    if library not in row["seconds"]:
        return "out of time"
    return format_seconds(row["seconds"][library]["median"])


def ratio_cells(row: dict[str, Any], library: str) -> list[str]:
    """Return the median ratio, its quartiles and the range of the launches' medians."""
    ratio = row["ratios"].get(library)
    if ratio is None:
        return ["-", "-", "-"]
    launches = ratio["launches"]
    return [
        f"{ratio['median']:.2f}",
        f"{ratio['q1']:.2f} to {ratio['q3']:.2f}",
        f"{min(launches):.2f} to {max(launches):.2f}",
    ]


def format_seconds(seconds: float) -> str:
    """Return seconds with three digits and the unit that suits them.

    >>> format_seconds(0.000412)
    '412 µs'
    """
    seconds = float(f"{seconds:.3g}")  # first, since 999.6 µs is 1.00 ms
    if seconds >= 1:
        scaled, unit = seconds, "s"
    elif seconds >= 1e-3:
        scaled, unit = seconds * 1e3, "ms"
    else:
        scaled, unit = seconds * 1e6, "µs"
    return f"{scaled:#.3g}".rstrip(".") + f" {unit}"
