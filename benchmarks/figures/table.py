"""The table as a picture: for every workload, NumPy's time where PyTorch's is 1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from benchmarks.figures.look import FONT, INK, look_of, new_figure, plain, where
from benchmarks.goals import GOALS
from benchmarks.workloads import LIBRARIES, WORKLOADS

__all__ = ["Line", "lines_of", "table_figure"]

HEADINGS = {
    "pipeline": "Training",
    "train": "Training",
    "ops": "Layers and operations",
}
TICKS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 7, 10, 20, 50, 100)
# Inches that a line takes, and what is above and below all lines.
LINE_HEIGHT, MARGINS = 0.27, 1.15


@dataclass(frozen=True)
class Line:
    """A line of the picture: the ratios of a workload, or of a part of it, and their goals."""

    heading: str
    title: str
    ratios: dict[str, dict[str, Any]]
    goals: dict[str, float]

    @property
    def best(self) -> float:
        """The lowest ratio of any contender."""
        return min(float(ratio["median"]) for ratio in self.ratios.values())


def table_figure(result: dict[str, Any]) -> Figure | None:
    """Return the picture of a table, or None where nobody was timed beside PyTorch."""
    lines = lines_of(result)
    if not lines:
        return None
    headings = list(dict.fromkeys(line.heading for line in lines))
    contenders = [name for name in LIBRARIES if any(name in line.ratios for line in lines)]
    figure = new_figure(
        MARGINS + LINE_HEIGHT * (len(lines) + len(headings)),
        "minitorch_nn beside PyTorch: how long the same work takes",
        "minitorch_nn's time where PyTorch's is 1, medians and quartiles, on a logarithmic axis.",
        f"{where(result)}.",
    )
    axes = figure.subplots()
    places: dict[float, Line] = {}
    place = 1.0
    for heading in headings:
        style: dict[str, Any] = {"fontsize": FONT, "fontweight": "bold", "color": INK}
        beside = axes.get_yaxis_transform()
        axes.text(-0.01, place, heading, transform=beside, ha="right", va="center", **style)
        for line in lines:
            if line.heading == heading:
                place += 1
                places[place] = line
                draw_line(axes, line, place)
        place += 1.2
    axes.set_yticks(list(places), [line.title for line in places.values()])
    axes.set_ylim(place - 0.5, -0.6)
    finish(axes, lines, top=0.0)
    write_figures(axes, contenders, places, top=0.0)
    marks = legend(contenders, any(line.goals for line in lines))
    figure.legend(handles=marks, loc="outside lower center", ncols=4, fontsize=FONT, frameon=False)
    return figure


def lines_of(result: dict[str, Any]) -> list[Line]:
    """Return the lines, training first and the fastest first below each heading.

    Where a workload's goals are those of its parts, the parts have lines of their own.
    """
    goals = {goal.workload: goal for goal in GOALS}
    lines = []
    for row in result["rows"]:
        heading = HEADINGS[WORKLOADS[row["name"]].command]
        goal = goals.get(row["name"])
        for place, part in enumerate(goal.parts if goal else (None,)):
            times = row if part is None else row["parts"].get(part, {"ratios": {}})
            title = row["title"] if part is None else f"{row['title']}: {part}"
            aims = (
                {"numpy_avx2": goal.avx2[place], "numpy_avx512": goal.avx512[place]} if goal else {}
            )
            if times["ratios"]:
                lines.append(Line(heading, title, times["ratios"], aims))
    order = list(dict.fromkeys(HEADINGS.values()))
    return sorted(lines, key=lambda line: (order.index(line.heading), line.best))


def draw_line(axes: Axes, line: Line, place: float) -> None:
    """Draw a line's marks: each contender's median over its quartiles, and its goal."""
    for name, ratio in line.ratios.items():
        colour, mark, off = look_of(name)
        quartiles = [ratio["q1"], ratio["q3"]]
        axes.plot(quartiles, [place + off] * 2, color=colour, linewidth=2.2, zorder=3)
        axes.plot(ratio["median"], place + off, **dot(colour, mark), zorder=4)
        if name in line.goals:
            goal, ends = line.goals[name], [place + off - 0.19, place + off + 0.19]
            # In the contender's colour: a goal of 1 lies on PyTorch's line.
            axes.plot([goal, goal], ends, color=colour, linewidth=2, zorder=5)


def dot(colour: str, mark: str) -> dict[str, Any]:
    """Return how a median is drawn."""
    edge = {"markeredgecolor": "white", "markeredgewidth": 0.7}
    return {"marker": mark, "color": colour, "markersize": 6.5} | edge


def write_figures(axes: Axes, contenders: list[str], lines: dict[float, Line], top: float) -> None:
    """Write the medians in figures on the right, a column for each contender under its mark."""
    right = axes.get_yaxis_transform()
    for column, name in enumerate(contenders):
        x = 1.05 + 0.07 * column
        colour, mark, _ = look_of(name)
        axes.plot(x, top, **dot(colour, mark), transform=right, clip_on=False)
        for place, line in lines.items():
            if name in line.ratios:
                text = f"{line.ratios[name]['median']:.2f}"
                style: dict[str, Any] = {"fontsize": FONT, "color": INK, "va": "center"}
                axes.text(x, place, text, transform=right, ha="center", **style)


def finish(axes: Axes, lines: Sequence[Line], top: float) -> None:
    """Draw the line at PyTorch's time, and the logarithmic axis."""
    ratios = [ratio for line in lines for ratio in line.ratios.values()]
    values = [1.0, *(goal for line in lines for goal in line.goals.values())]
    values += [ratio[quartile] for ratio in ratios for quartile in ("q1", "q3")]
    left, right = min(values) / 1.25, max(values) * 1.25
    axes.set_xscale("log")
    axes.set_xlim(left, right)
    axes.axvspan(left, 1, color="#eef5fa", zorder=0, linewidth=0)
    axes.axvline(1, color=INK, linewidth=1.6, zorder=1)
    axes.xaxis.set_major_locator(FixedLocator(TICKS))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda ratio, _: f"{ratio:g}"))
    plain(axes, grid="x")
    style: dict[str, Any] = {"fontsize": FONT, "color": INK, "style": "italic", "va": "center"}
    axes.text(1 / 1.04, top, "← minitorch_nn is faster", ha="right", **style)
    axes.text(1.04, top, "PyTorch is faster →", ha="left", **style)


def legend(contenders: list[str], goals: bool) -> list[Line2D]:
    """Return what every mark means."""
    marks = []
    for name in contenders:
        colour, mark, _ = look_of(name)
        marks.append(Line2D([], [], linewidth=2.2, label=label(name), **dot(colour, mark)))
    if goals:
        tick: dict[str, Any] = {"marker": "|", "markersize": 9, "markeredgewidth": 1.3}
        marks.append(Line2D([], [], color=INK, linewidth=0, label="the goal", **tick))
    return marks


def label(library: str) -> str:
    """Return what a contender is called in the legend."""
    title = LIBRARIES[library].title
    if not library.startswith("numpy"):
        return title
    kernels = title.removeprefix("NumPy").strip()
    return f"minitorch_nn with NumPy's {kernels} kernels" if kernels else "minitorch_nn"
