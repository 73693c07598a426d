"""What all pictures share: colours, sizes, and the plain axes."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

__all__ = [
    "FONT",
    "GREY",
    "INK",
    "LOOKS",
    "PALE",
    "WIDTH",
    "look_of",
    "new_figure",
    "plain",
    "where",
]

# Inches; the heights are the pictures' own.
WIDTH = 9.35
FONT = 9.5

INK, GREY, PALE = "#333333", "#8a8a8a", "#e9e9e9"

# Okabe and Ito's colours, which the colour-blind tell apart too, and a mark of its own for each:
# the pictures can be read in black and white. Colour, mark, how far from the middle of its line.
LOOKS = {
    "torch": ("#333333", "s", 0.0),
    "numpy": ("#0072B2", "o", 0.0),
    "numpy_avx2": ("#E69F00", "o", -0.16),
    "numpy_avx512": ("#0072B2", "D", 0.16),
    "cuda": ("#CC79A7", "^", 0.32),
}


def look_of(library: str) -> tuple[str, str, float]:
    """Return a contender's colour, mark and place in its line."""
    return LOOKS[library]


def new_figure(height: float, title: str, *subtitle: str) -> Figure:
    """Return an empty picture of so many inches, below its title and the lines of a subtitle."""
    header = 0.42 + 0.19 * len(subtitle)
    size = (WIDTH, height + header)
    # What is drawn later is laid out below the header.
    layout = ConstrainedLayoutEngine(rect=(0, 0, 0.99, height / size[1]))
    figure = Figure(figsize=size, layout=layout, facecolor="white")
    top = 1 - 0.12 / size[1]
    figure.text(0.012, top, title, fontsize=13, fontweight="bold", color=INK, va="top")
    below = 1 - 0.4 / size[1]
    text = "\n".join(subtitle)
    figure.text(0.012, below, text, fontsize=FONT, color=INK, va="top", linespacing=1.3)
    return figure


def plain(axes: Axes, grid: str = "both") -> None:
    """Leave of an axis what is read: no box, a pale grid behind the marks."""
    axes.grid(axis=grid, color=PALE, linewidth=0.8)  # type: ignore[arg-type]
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=FONT, length=0, colors=INK)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(GREY)


def where(result: dict[str, Any]) -> str:
    """Return in one line on which processor, with which versions, and when it was measured."""
    machine, libraries = result["environment"]["machine"], result["environment"]["libraries"]
    cpu = machine["cpu"]
    versions = [f"NumPy {its['numpy']}" for its in list(libraries.values())[:1] if "numpy" in its]
    if "version" in libraries.get("torch", {}):
        versions.append(f"PyTorch {libraries['torch']['version'].partition('+')[0]}, eager")
    return ", ".join(
        [f"{cpu['model']}, {cpu['cores_usable']} cores", *versions, machine["date"][:10]]
    )
