"""The README's figures, written from the committed results: `python -m benchmarks readme`.

What stands between the two marks in README.md, and the pictures that it shows, come from the JSON
files in `benchmarks/results` and from nowhere else, so that nobody can mend a number by hand; a
test holds the two together. `table.json` must be there, `peers.json` and `scaling.json` may be.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import plot
from benchmarks.goals import GOALS, Goal, met
from benchmarks.measure import BASELINE
from benchmarks.peers.comparison import title
from benchmarks.report import FORMAT, format_seconds
from benchmarks.workloads import LIBRARIES

__all__ = ["BEGIN", "END", "README", "RESULTS", "with_section", "write", "written"]

RESULTS = Path(__file__).resolve().parent / "results"
README = RESULTS.parent.parent / "README.md"

BEGIN = "<!-- Written by `python -m benchmarks readme`. -->"
END = "<!-- Until here. -->"

MARKS = {True: "✓", False: "✗"}
NOT_MEASURED = "not measured"

PICTURES = {
    "table": "How long the same work takes in minitorch_nn and in PyTorch",
    "peers": "The same training step in other libraries",
    "scaling": "How time and memory grow with the batch, the width, the depth and the image",
}


def write() -> None:
    """Draw the pictures of the results and write the README's part anew."""
    text = written()
    for kind in PICTURES:
        if (RESULTS / f"{kind}.json").is_file():
            plot.draw(read(kind), RESULTS / f"{kind}.png")
    page = README.read_text(encoding="utf-8")
    README.write_text(with_section(page, text), encoding="utf-8")


def written() -> str:
    """Return the README's part: where it was measured, goals beside ratios, times, pictures."""
    table = read("table")
    parts = [where(table), goal_table(table), picture("table"), time_table(table)]
    if (RESULTS / "peers.json").is_file():
        parts += [picture("peers"), peers_table(read("peers"))]
    if (RESULTS / "scaling.json").is_file():
        parts += [picture("scaling"), scaling_table(read("scaling"))]
    return "\n\n".join(parts)


def read(kind: str) -> dict[str, Any]:
    """Return the committed result of a kind.

    Raises:
        OSError: it cannot be read, or is too old to be shown.
    """
    path = RESULTS / f"{kind}.json"
    try:
        result: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        raise OSError(f"{path.name} is not JSON") from None
    if result["format"] != FORMAT:
        raise OSError(f"{path.name} has format {result['format']}, not {FORMAT}: measure anew")
    return result


def picture(kind: str) -> str:
    """Return the link to a result's picture."""
    return f"![{PICTURES[kind]}](benchmarks/results/{kind}.png)"


def with_section(page: str, text: str) -> str:
    """Return the page with `text` between the two marks.

    Raises:
        OSError: it has not both marks.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise OSError(f"README.md has not both marks: {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{text.strip()}\n\n{END}{after}"


def where(result: dict[str, Any]) -> str:
    """Return in a few sentences what was measured, and on what."""
    machine, libraries = result["environment"]["machine"], result["environment"]["libraries"]
    cpu, plan = machine["cpu"], result["plan"]
    torch = libraries[BASELINE]
    numpy = next(its for name, its in libraries.items() if name.startswith("numpy"))
    version = torch["version"].partition("+")[0]
    blas = numpy["numpy_blas"]
    lines = [
        f"Measured on {machine['date'][:10]} with {cpu['cores_usable']} cores of {cpu['model']} "
        f"(family {cpu['family']}, model {cpu['model_number']}): NumPy {numpy['numpy']} with "
        f"OpenBLAS {blas['version']}, and PyTorch {version}, eager, on the CPU (MKL "
        f"{torch['mkl']}, oneDNN {torch['onednn']}, {torch['threads']} threads).",
        f"Medians of {plan['launches']} launches of {plan['rounds']} blocks; ratios are taken "
        f"within a round, quartiles in brackets. The epoch: {torch.get('digits', NOT_MEASURED)}.",
        f"With nothing set, this OpenBLAS takes its {machine['openblas_by_itself']} kernels here; "
        f"in these runs {plan['contenders']}.",
        f"A large float32 product runs at {speeds(libraries)} GFLOP/s{peak(cpu)}.",
    ]
    return "\n".join(lines)


def speeds(libraries: dict[str, Any]) -> str:
    """Return the GEMM rates in words."""
    return ", ".join(
        f"{its['gemm_gflops']:.0f} ({LIBRARIES[name].title})"
        for name, its in libraries.items()
        if "gemm_gflops" in its
    )


def peak(cpu: dict[str, Any]) -> str:
    """Return the measured peak in words, if it is known."""
    if cpu["fma_peak_gflops"] is None:
        return ""
    widths = [f"{rate:.0f} ({name})" for name, rate in cpu["fma_peak_gflops"].items()]
    return f"; the processor's multipliers peak at {', '.join(widths)}"


def goal_table(result: dict[str, Any]) -> str:
    """Return the goals beside the measured ratios, marked as met or missed."""
    lines = [
        "| PyTorch = 1 | goal, AVX2 kernels | measured | goal, AVX-512 kernels | measured |",
        "|---|---|---|---|---|",
    ]
    rows = {row["name"]: row for row in result["rows"]}
    for goal in GOALS:
        row = rows.get(goal.workload)
        avx2 = measured(row, goal, "numpy_avx2", goal.avx2)
        avx512 = measured(row, goal, "numpy_avx512", goal.avx512)
        cells = [goal.title, numbers(goal.avx2), avx2, numbers(goal.avx512), avx512]
        lines.append(f"| {' | '.join(cells)} |")
    if imports := result["imports"]:
        ratio = imports["ratio"]
        cell = f"{ratio:.2f} {MARKS[met(ratio, 2.0)]}"
        lines.append(f"| `import minitorch_nn`, where `import numpy` = 1 | 2.00 | {cell} | | |")
    return "\n".join(lines)


def numbers(goals: tuple[float, ...]) -> str:
    """Return a goal's numbers."""
    return " / ".join(f"{goal:.2f}" for goal in goals)


def measured(
    row: dict[str, Any] | None, goal: Goal, contender: str, goals: tuple[float, ...]
) -> str:
    """Return a contender's ratios, each marked as met or missed."""
    cells = []
    for part, highest in zip(goal.parts, goals, strict=True):
        times = row if row is None or part is None else row["parts"].get(part)
        if times is None or contender not in times["ratios"]:
            cells.append(NOT_MEASURED)
        else:
            ratio = times["ratios"][contender]["median"]
            cells.append(f"{ratio:.2f} {MARKS[met(ratio, highest)]}")
    return " / ".join(cells) if set(cells) != {NOT_MEASURED} else NOT_MEASURED


def time_table(result: dict[str, Any]) -> str:
    """Return every row's median time by library, and the ratios."""
    libraries = result["plan"]["libraries"]
    titles = [LIBRARIES[name].title for name in libraries]
    numpys = [name for name in libraries if name != BASELINE]
    header = [
        "time of a call, batch 64",
        *titles,
        *(f"{LIBRARIES[name].title} / PyTorch" for name in numpys),
    ]
    lines = [f"| {' | '.join(header)} |", f"|{'---|' * len(header)}"]
    for row in result["rows"]:
        times = [time(row, name) for name in libraries]
        ratios = [ratio(row, name) for name in numpys]
        lines.append(f"| {' | '.join([row['title'], *times, *ratios])} |")
    return "\n".join(lines)


def time(row: dict[str, Any], library: str) -> str:
    """Return a library's median time in a row."""
    if library not in row["seconds"]:
        return NOT_MEASURED
    return format_seconds(row["seconds"][library]["median"])


def ratio(row: dict[str, Any], library: str) -> str:
    """Return a ratio with its quartiles."""
    found = row["ratios"].get(library)
    if found is None:
        return NOT_MEASURED
    return f"{found['median']:.2f} ({found['q1']:.2f} to {found['q3']:.2f})"


def peers_table(result: dict[str, Any]) -> str:
    """Return every contender's ratio in every training step, the fastest first."""
    rows = result["rows"]
    found = {name: None for row in rows for name in sorted(row["ratios"], key=median_in(row))}
    lines = [
        f"| PyTorch = 1 | {' | '.join(row['title'] for row in rows)} |",
        f"|{'---|' * (1 + len(rows))}",
    ]
    for name in found:
        cells = [ratio(row, name) if name in row["ratios"] else "-" for row in rows]
        lines.append(f"| {title(name)} | {' | '.join(cells)} |")
    return "\n".join(lines)


def median_in(row: dict[str, Any]) -> Callable[[str], float]:
    """Return what sorts a row's contenders: the median ratio."""
    return lambda name: float(row["ratios"][name]["median"])


def scaling_table(result: dict[str, Any]) -> str:
    """Return every axis with the fitted exponents, and memory's growth beside PyTorch's."""
    lines = [
        "| what grows | time grows with its power | PyTorch's | memory grows, PyTorch = 1 |",
        "|---|---|---|---|",
    ]
    for axis in result["axes"]:
        sizes = [point["size"] for point in axis["points"]]
        if not sizes:
            continue
        exponents = axis["exponents"]["seconds"]
        memory = axis["memory"]
        growth = None if memory is None else memory["ratio"]
        cells = [
            f"{axis['title']}, {sizes[0]:,} to {sizes[-1]:,}",
            two_digits(exponents["numpy"]),
            two_digits(exponents[BASELINE]),
            two_digits(growth) + (f" {MARKS[memory['holds']]}" if growth is not None else ""),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def two_digits(number: float | None) -> str:
    """Return a number that may not be known."""
    return NOT_MEASURED if number is None else f"{number:.2f}"
