"""Draw what `compare` found: how far weights and gradients lie apart, step by step.

One panel for each dtype. A line is one parameter's distance, the grey area behind is where the same
lines of PyTorch's twins run, and the dotted line is one rounding.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator

from reference.files import refuse_device, whole_file

if TYPE_CHECKING:
    from reference.compare.runs import Comparison, Course

__all__ = ["check_can_write", "draw", "make_figure"]

# Okabe and Ito's colours, which the colour-blind tell apart too.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000", "#F0E442")
STYLES: dict[str, dict[str, Any]] = {
    "weights": {"linestyle": "-", "linewidth": 1.7},
    "gradients": {"linestyle": (0, (3, 1.5)), "linewidth": 0.9},
}
GREY, INK = "#d4d4d4", "#444444"


def check_can_write(path: Path) -> None:
    """Raise OSError or ValueError where no picture can be written to `path`."""
    folder = path.parent
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder; --plot takes the name of a file")
    refuse_device(path)
    if not folder.is_dir():
        raise FileNotFoundError(f"there is no folder {folder} for the plot; make it first")
    if not os.access(folder, os.W_OK):
        raise PermissionError(f"the plot's folder {folder} cannot be written to")
    known = FigureCanvasAgg.filetypes
    if path.suffix.removeprefix(".").lower() not in known:
        raise ValueError(f"{path}: a plot's name ends in .png, .svg or .pdf")


def draw(comparison: Comparison, path: Path) -> None:
    """Write the picture to `path`: the whole file or nothing."""
    with whole_file(path) as place:
        make_figure(comparison).savefig(place, dpi=200)


def make_figure(comparison: Comparison) -> Figure:
    """Return the picture: a panel for each dtype above one legend."""
    figure = Figure(figsize=(9, 4.7), layout="constrained")
    plan, courses = comparison.plan, comparison.courses
    figure.suptitle(
        f"minitorch_nn beside PyTorch: how far apart in {plan.steps:,} training steps?",
        fontsize=11.5,
        fontweight="bold",
    )
    panels = figure.subplots(1, len(courses))
    # Equal heights in the panels are equal numbers of roundings.
    top = max(max(values) / course.roundoff for course in courses for values in spans(course))
    for panel, course in zip(panels, courses, strict=True):
        draw_course(panel, course)
        panel.set_xlim(0.9, plan.steps * 1.25)
        panel.set_ylim(course.roundoff / 30, course.roundoff * max(top, 1) * 5)
    panels[0].set_ylabel("relative distance, max|a − b| / max|b|", fontsize=9.5)
    figure.legend(
        handles=list(legend(comparison)),
        loc="outside lower center",
        ncols=5,
        fontsize=9,
        frameon=False,
    )
    return figure


def draw_course(panel: Any, course: Course) -> None:
    """Draw one dtype: the twins' area, the lines in front of it, the size of one rounding."""
    readings = course.ours.readings
    steps = [reading.step for reading in readings]
    marker = "o" if len(steps) < 3 else ""
    lowest, highest = zip(*spans(course), strict=True)
    panel.fill_between(steps, lowest, highest, color=GREY, linewidth=0)
    for kind, style in STYLES.items():
        for name, colour in zip(readings[0].weights, COLOURS, strict=False):
            # A logarithmic axis has no place for 0: the line pauses there.
            distances = [getattr(reading, kind)[name] or math.nan for reading in readings]
            panel.plot(steps, distances, color=colour, marker=marker, markersize=4, **style)
    panel.axhline(course.roundoff, color=INK, linestyle=":", linewidth=1.2)
    mark_kink(panel, course)

    panel.set_title(finding(course), fontsize=10.5, loc="left")
    panel.set_xscale("log")
    panel.set_yscale("log")
    panel.set_xlabel("training step", fontsize=9.5)
    panel.xaxis.set_major_formatter(FuncFormatter(lambda step, _: f"{step:,.0f}"))
    panel.xaxis.set_minor_formatter(NullFormatter())
    panel.yaxis.set_major_locator(LogLocator(numticks=20))
    panel.yaxis.set_minor_locator(NullLocator())
    panel.tick_params(labelsize=9)
    panel.grid(color="#eeeeee", linewidth=0.7)
    panel.set_axisbelow(True)
    panel.spines[["top", "right"]].set_visible(False)


def spans(course: Course) -> list[tuple[float, float]]:
    """Return, for each reading, the smallest and the largest distance in any of the twins.

    What is bit for bit the same, at no distance, is left out, if anything else is there.
    """
    found = []
    for readings in zip(*(twin.readings for twin in course.twins), strict=True):
        distances = [
            value
            for reading in readings
            for value in (*reading.weights.values(), *reading.gradients.values())
            if value
        ]
        found.append((min(distances, default=math.nan), max(distances, default=math.nan)))
    return found


def finding(course: Course) -> str:
    """Say in two lines what a panel shows."""
    farthest = max(course.ours.farthest(kind, course.calm) for kind in STYLES)
    apart = f"{course.dtype}: at most {farthest:.1e} apart up to step {course.calm:,},"
    if course.times_farther <= 1:
        return f"{apart}\nno farther than PyTorch from itself"
    return f"{apart}\n{course.times_farther:.2g} times as far as PyTorch from itself"


def mark_kink(panel: Any, course: Course) -> None:
    """Say beside the lines where they jump, and why."""
    kink = course.ours.kink
    if kink is None:
        return
    reached = next(reading for reading in course.ours.readings if reading.step == kink.step)
    jumped = sum(twin.kink is not None for twin in course.twins)
    panel.annotate(
        f"step {kink.step:,}: rounding turns a ReLU\non in one run and off in the other;\n"
        f"{jumped} of PyTorch's {len(course.twins)} twins jump too",
        xy=(kink.step, max(reached.worst(kind) for kind in STYLES)),
        xytext=(0.04, 0.97),
        textcoords="axes fraction",
        va="top",
        fontsize=9,
        color=INK,
        arrowprops={"arrowstyle": "->", "color": INK, "linewidth": 0.8},
    )


def legend(comparison: Comparison) -> Iterator[Any]:
    for name, colour in zip(comparison.sizes, COLOURS, strict=False):
        yield Line2D([], [], color=colour, linewidth=3, label=name)
    for kind, style in STYLES.items():
        yield Line2D([], [], color=INK, label=kind, **style)
    twins = len(comparison.courses[0].twins)
    yield Patch(color=GREY, label=f"PyTorch from itself ({twins} twins)")
    yield Line2D([], [], color=INK, linestyle=":", linewidth=1.2, label="one rounding")
