"""The same training step in other libraries: a bar for each, the fastest above."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from benchmarks.figures.look import FONT, GREY, INK, look_of, new_figure, plain, where
from benchmarks.peers.comparison import title
from benchmarks.report import format_seconds

__all__ = ["peers_figure"]

BAR_HEIGHT, MARGINS = 0.27, 0.3
OURS, OTHERS = look_of("numpy")[0], "#b9c4cc"


def peers_figure(result: dict[str, Any]) -> Figure | None:
    """Return the picture, a panel for each network, or None where nothing was timed."""
    rows = [row for row in result["rows"] if row["seconds"]]
    if not rows:
        return None
    bars = [len(row["seconds"]) for row in rows]
    figure = new_figure(
        MARGINS + BAR_HEIGHT * (sum(bars) + 2 * len(bars)),
        "The same training step in other libraries",
        "Same weights, batch of 64, float32, SGD with momentum; the first losses agree to five "
        "digits.",
        f"Median time, with quartiles; in brackets, PyTorch = 1. {where(result)}.",
    )
    panels = figure.subplots(len(rows), squeeze=False, height_ratios=bars)
    for [panel], row in zip(panels, rows, strict=True):
        draw_row(panel, row)
    return figure


def draw_row(panel: Axes, row: dict[str, Any]) -> None:
    """Draw the bars of one network."""
    seconds = row["seconds"]
    order = sorted(seconds, key=lambda name: seconds[name]["median"])
    for place, name in enumerate(order):
        its = seconds[name]
        panel.barh(place, its["median"] * 1e3, height=0.72, color=colour_of(name))
        panel.plot([its["q1"] * 1e3, its["q3"] * 1e3], [place, place], color=INK, linewidth=1.2)
        text = format_seconds(its["median"])
        if name in row["ratios"]:
            text += f"  ({row['ratios'][name]['median']:.2f})"
        panel.text(max(its["median"], its["q3"]) * 1e3, place, f"  {text}", va="center",
                   fontsize=FONT, color=INK)  # fmt: skip
    panel.set_yticks(range(len(order)), [title(name) for name in order])
    for label, name in zip(panel.get_yticklabels(), order, strict=True):
        label.set_fontweight("bold" if colour_of(name) == OURS else "normal")
    panel.set_ylim(len(order) - 0.4, -0.6)
    panel.set_xlim(0, 1.25e3 * max(its["q3"] for its in seconds.values()))
    panel.xaxis.set_major_locator(MaxNLocator(6))
    panel.set_title(f"{row['title']} (ms)", fontsize=FONT + 0.5, loc="left", color=INK,
                    fontweight="bold")  # fmt: skip
    plain(panel, grid="x")


def colour_of(library: str) -> str:
    """Return a bar's colour: ours, PyTorch's, or the others'."""
    if library.startswith("numpy"):
        return OURS
    return GREY if library == "torch" else OTHERS
