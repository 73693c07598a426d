"""How time and memory grow: a column for every axis, time above memory, both logarithmic."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullLocator

from benchmarks.figures.look import FONT, INK, look_of, new_figure, plain, where
from benchmarks.scaling.growth import growths

__all__ = ["scaling_figure"]

NAMES = {"numpy": "minitorch_nn", "torch": "PyTorch"}
ROWS = {"seconds": "time of a training step", "bytes": "memory beyond the smallest size's"}
UNITS = {
    "seconds": ((1, "s"), (1e-3, "ms"), (1e-6, "µs")),
    "bytes": ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")),
}


def scaling_figure(result: dict[str, Any]) -> Figure | None:
    """Return the picture, or None where no size was measured."""
    axes = [axis for axis in result["axes"] if axis["points"]]
    if not axes:
        return None
    figure = new_figure(
        5.0,
        "How training grows: minitorch_nn beside PyTorch",
        "A training step's time, and the memory it takes beyond the smallest size's.",
        "In brackets: e, where it grows as sizeᵉ, fitted to the upper half of the sizes.",
        f"{where(result)}.",
    )
    panels = figure.subplots(2, len(axes), sharey="row", squeeze=False)
    for row, kind in enumerate(ROWS):
        for column, axis in enumerate(axes):
            draw_panel(panels[row][column], axis, kind)
        panels[row][0].set_ylabel(ROWS[kind], fontsize=FONT, color=INK)
        drawn = [v for axis in axes for name in NAMES for v in values_of(axis, name, kind).values()]
        if drawn:
            # Room for the legends above the lines.
            panels[row][0].set_ylim(top=20 * max(drawn))
    for column, axis in enumerate(axes):
        panels[0][column].set_title(axis["title"], fontsize=FONT + 0.5, color=INK, loc="left")
        panels[0][column].tick_params(labelbottom=False)
        panels[1][column].set_xlabel(below(axis), fontsize=FONT - 1, color=INK, linespacing=1.3)
    return figure


def below(axis: dict[str, Any]) -> str:
    """Return what is said below a column: whose memory grows faster, and what was left out."""
    lines = []
    if axis["memory"] and axis["memory"]["ratio"] is not None:
        lines.append(f"grows {axis['memory']['ratio']:.2f} × PyTorch's")
    if axis["left_out"]:
        sizes = ", ".join(str(left["size"]) for left in axis["left_out"])
        lines.append(f"left out: {sizes}")
    return "\n".join(lines)


def draw_panel(panel: Axes, axis: dict[str, Any], kind: str) -> None:
    """Draw one kind of values of an axis, a line for each library, with what was fitted."""
    sizes = [point["size"] for point in axis["points"]]
    for library, name in NAMES.items():
        colour, mark, _ = look_of(library)
        values = values_of(axis, library, kind)
        fitted = axis["exponents"][kind][library]
        label = name if fitted is None else f"{name} ({fitted:.2f})"
        panel.plot(list(values), list(values.values()), color=colour, marker=mark, markersize=4.5,
                   linewidth=1.6, label=label)  # fmt: skip
    panel.set_xscale("log")
    panel.set_yscale("log")
    panel.set_xlim(sizes[0] / 1.4, sizes[-1] * 1.4)
    middle = sizes[len(sizes) // 2]
    panel.xaxis.set_major_locator(FixedLocator(sorted({sizes[0], middle, sizes[-1]})))
    panel.xaxis.set_minor_locator(NullLocator())
    panel.xaxis.set_major_formatter(FuncFormatter(lambda size, _: f"{size:g}"))
    panel.yaxis.set_major_locator(LogLocator(numticks=12))
    panel.yaxis.set_minor_locator(NullLocator())
    panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _: with_unit(value, kind)))
    plain(panel)
    panel.legend(fontsize=FONT - 1.5, frameon=False, loc="upper left", handlelength=1.2,
                 borderaxespad=0.2, labelspacing=0.25)  # fmt: skip


def values_of(axis: dict[str, Any], library: str, kind: str) -> dict[int, float]:
    """Return by size the seconds of a step, or the bytes beyond those of the smallest size."""
    if kind == "bytes":
        points = axis["points"]
        held = {p["size"]: p["bytes"][library] for p in points if p["bytes"][library] is not None}
        # A logarithmic axis has no place for what did not grow.
        return {size: growth for size, growth in growths(held).items() if growth > 0}
    return {
        point["size"]: point["seconds"][library]["median"]
        for point in axis["points"]
        if library in point["seconds"]
    }


def with_unit(value: float, kind: str) -> str:
    """Return a power of ten of seconds or bytes with the unit that suits it."""
    for scale, unit in UNITS[kind]:
        if value >= scale * 0.999:
            return f"{value / scale:.0f} {unit}"
    scale, unit = UNITS[kind][-1]
    return f"{value / scale:g} {unit}"
