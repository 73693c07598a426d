"""A measurement as a table for people and as JSON for programs."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.measure import BASELINE, Plan, Row, launch_medians, summary
from benchmarks.quiet import BUSY_SHARE, quietness
from benchmarks.workloads import LIBRARIES, WORKLOADS
from reference.files import refuse_device, whole_file

__all__ = [
    "FORMAT",
    "as_json",
    "check_writable",
    "format_seconds",
    "print_columns",
    "print_environment",
    "print_table",
    "write_json",
]

# Raised when the structure changes, so that whoever reads an old file can tell.
FORMAT = 2

# Characters of JSON that may stand on a line.
LINE = 480


def as_json(
    rows: Sequence[Row],
    libraries: Sequence[str],
    plan: Plan,
    machine: dict[str, Any],
    described: dict[str, dict[str, Any]],
    contenders: str = "those of the call",
) -> dict[str, Any]:
    """Return everything that was measured: seconds throughout, raw blocks included.

    `contenders` says why these libraries were timed.
    """
    cores = machine["cpu"]["cores_usable"]
    return {
        "format": FORMAT,
        "kind": "table",
        "environment": {"machine": machine, "libraries": described},
        "plan": asdict(plan)
        | {"libraries": list(libraries), "baseline": BASELINE, "contenders": contenders},
        "rows": [row_as_json(row, cores) | {"short": row.missing(plan, libraries)} for row in rows],
        "quiet": quietness([block for row in rows for block in row.blocks], cores),
    }


def row_as_json(row: Row, cores: int) -> dict[str, Any]:
    """Return one row: summaries by library, ratios to the baseline, refusals and raw blocks."""
    timed = [name for name in row.compared if row.seconds(name)]
    return {
        "name": row.name,
        "title": WORKLOADS[row.name].title,
        **times_as_json(row, timed),
        "parts": {part: times_as_json(row, timed, part) for part in row.parts},
        "page_faults": {name: row.page_faults(name) for name in timed},
        "gradients": row.gradients,
        "refused": row.refused,
        "skipped": why_skipped(row, timed),
        "dropped": len(row.dropped),
        "quiet": quietness(row.blocks, cores),
        "compared": row.compared,
        "blocks": row.blocks,
        "dropped_blocks": row.dropped,
    }


def times_as_json(row: Row, timed: Sequence[str], part: str | None = None) -> dict[str, Any]:
    """Return the seconds of a call, or of a part of it, and the ratios, by library."""
    seconds = {name: row.seconds(name, part) for name in timed}
    ratios = {name: row.ratios(name, part) for name in timed if name != BASELINE}
    return {
        "seconds": {name: summary(values) for name, values in seconds.items() if values},
        "ratios": {
            name: summary([ratio for _, ratio in pairs]) | {"launches": launch_medians(pairs)}
            for name, pairs in ratios.items()
            if pairs
        },
    }


def why_skipped(row: Row, timed: Sequence[str]) -> str | None:
    """Return why nobody has times, or None where somebody has or was refused."""
    if timed or row.refused:
        return None
    return "the machine was busy" if row.dropped else "out of time"


def check_writable(path: Path) -> None:
    """Raise OSError, now and not after a long run, if `path` cannot be written."""
    if path.is_dir():
        raise IsADirectoryError(f"cannot write {path}: it is a folder")
    refuse_device(path)
    try:
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise OSError(f"cannot write {path}: {error.strerror}") from None


def write_json(path: Path, result: dict[str, Any]) -> None:
    """Write `result` so that `path` holds either all of it or what it held before."""
    with whole_file(path) as place:
        place.write_text(json_text(result) + "\n", encoding="utf-8")


def json_text(value: Any, indent: int = 0) -> str:
    """Return `value` as JSON in which what fits stands on one line: a block is one, not twenty."""
    line = json.dumps(value)
    if len(line) <= LINE or not isinstance(value, (dict, list)):
        return line
    pad = " " * (indent + 1)
    if isinstance(value, dict):
        inner = [f"{json.dumps(key)}: {json_text(v, indent + 1)}" for key, v in value.items()]
        opening, closing = "{", "}"
    else:
        inner = [json_text(item, indent + 1) for item in value]
        opening, closing = "[", "]"
    return f"{opening}\n{pad}" + f",\n{pad}".join(inner) + f"\n{pad[1:]}{closing}"


def print_environment(result: dict[str, Any]) -> None:
    """Print where the measurement was made."""
    machine, libraries = result["environment"]["machine"], result["environment"]["libraries"]
    cpu = machine["cpu"]
    load = ", ".join(f"{load:.1f}" for load in machine["load_average"] or []) or "unknown"
    variables = " ".join(f"{key}={value}" for key, value in machine["variables"].items())
    facts = {
        "Processor": f"{cpu['model']} (family {cpu['family']}, model {cpu['model_number']}), "
        f"{cpu['cores_usable']} of {cpu['cores']} cores; {' '.join(cpu['flags'])}",
        "FMA peak": peak_line(cpu["fma_peak_gflops"]),
        "System": f"{machine['os']}, Python {machine['python']}, load {load}",
        **{title_of(name): library_line(its) for name, its in libraries.items()},
        "OpenBLAS": f"takes {machine['openblas_by_itself']} kernels by itself; "
        + ", ".join(result["plan"]["libraries"])
        + f" are timed: {result['plan']['contenders']}",
        "Variables": variables or "none of OPENBLAS_, OMP_, MKL_, MALLOC_ and their like is set",
    }
    if digits := libraries.get(BASELINE, {}).get("digits"):
        facts["Epoch"] = digits
    if imports := result.get("imports"):
        facts["Import"] = import_line(imports)
    for title, text in facts.items():
        print(f"{title:<13} {text}")


def title_of(library: str) -> str:
    """Return what a contender is called; one of `peers` by its key, which is its name."""
    return LIBRARIES[library].title if library in LIBRARIES else library


def peak_line(peak: dict[str, float] | None) -> str:
    """Return the measured FMA peak in words."""
    if peak is None:
        return "not measured"
    widths = ", ".join(f"{rate:.0f} with {name}" for name, rate in peak.items())
    return f"{widths}, float32 GFLOP/s of all cores together"


def import_line(imports: dict[str, Any]) -> str:
    """Return how long the imports take in words."""
    numpy, package = (imports["seconds"][name]["median"] for name in ("numpy", "minitorch_nn"))
    return (
        f"minitorch_nn {format_seconds(package)}, NumPy in it {format_seconds(numpy)}: "
        f"{imports['ratio']:.2f} times"
    )


def library_line(facts: dict[str, Any]) -> str:
    """Return a library's versions, threads and kernels in one line."""
    if "error" in facts:
        return str(facts["error"])
    parts = [f"{facts['module']} {facts['version']}, NumPy {facts['numpy']}"]
    if facts["module"] == "torch":
        parts.append(f"torchvision {facts['torchvision']}, MKL {facts['mkl']}")
        parts.append(f"oneDNN {facts['onednn']}, {facts['threads']} threads")
        parts.append(facts["cpu_capability"])
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
    if rate := facts.get("gemm_gflops"):
        parts.append(f"GEMM {rate:.0f} GFLOP/s")
    return "; ".join(parts)


def print_table(result: dict[str, Any]) -> None:
    """Print a row a workload and a part: median times, and ratios with quartiles and launches."""
    libraries = result["plan"]["libraries"]
    compared = [name for name in libraries if name != BASELINE]
    header = ["", *(LIBRARIES[name].title for name in libraries)]
    for name in compared:
        header += [f"{LIBRARIES[name].title} / PyTorch", "quartiles", "launches"]
    lines = [[*header, "others", "dropped"]]
    for row in result["rows"]:
        others = row["quiet"]["others_share"]
        cells = times_cells(row, row, libraries)
        lines.append([row["title"], *cells, "-" if others is None else f"{others:.0%}"])
        lines[-1].append(str(row["dropped"]))
        for part, times in row["parts"].items():
            lines.append([f"  {part}", *times_cells(row, times, libraries), "", ""])
    print_columns(lines)
    print_notes(result)


def print_columns(lines: Sequence[Sequence[str]]) -> None:
    """Print cells in columns: the first to the left, the others to the right."""
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    for line in lines:
        cells = [cell.rjust(width) for cell, width in zip(line, widths, strict=True)]
        print("  ".join([line[0].ljust(widths[0]), *cells[1:]]).rstrip())


def times_cells(row: dict[str, Any], times: dict[str, Any], libraries: Sequence[str]) -> list[str]:
    """Return the cells of a row or of one of its parts: the times, then the ratios."""
    cells = [time_cell(row, times, name) for name in libraries]
    for name in libraries:
        if name != BASELINE:
            cells += ratio_cells(times, name)
    return cells


def print_notes(result: dict[str, Any]) -> None:
    """Print what the reader of the table must know: how it was made, and what went wrong."""
    plan, quiet = result["plan"], result["quiet"]
    print(
        f"Median time of a call over {plan['launches']} launches of {plan['rounds']} blocks of "
        f"{plan['block_seconds']:g} s each (an epoch: fewer and longer ones); ratios are taken "
        "within a round. Launches: the lowest and the highest launch's median. Others: the part "
        "of all cores' time that other processes used during the blocks. Dropped: blocks of which "
        f"they used more than {BUSY_SHARE:.0%}; up to {plan['again']} times each was measured anew."
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
        for library, missing in row["short"].items():
            print(f"Short: {row['title']}, {library}: {missing} blocks are missing")
        for library, reason in row["refused"].items():
            print(f"Refused: {row['title']}, {library}: {reason}")


def time_cell(row: dict[str, Any], times: dict[str, Any], library: str) -> str:
    """Return the median time of a call or of a part of it, or why there is none."""
    if library in row["refused"]:
        return "refused"
    if library in times["seconds"]:
        return format_seconds(times["seconds"][library]["median"])
    if times is not row:
        return "-"
    return "busy" if row["dropped"] else "out of time"


def ratio_cells(times: dict[str, Any], library: str) -> list[str]:
    """Return the median ratio, its quartiles and the range of the launches' medians."""
    ratio = times["ratios"].get(library)
    if ratio is None:
        return ["-", "-", "-"]
    launches = ratio["launches"]
    return [
        f"{ratio['median']:.2f}",
        f"{ratio['q1']:.2f}-{ratio['q3']:.2f}",
        f"{min(launches):.2f}-{max(launches):.2f}",
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
