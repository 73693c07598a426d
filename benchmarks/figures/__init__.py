"""The benchmark's pictures, by the kind of the result. All of it needs matplotlib."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from matplotlib.figure import Figure

from benchmarks.figures.peers import peers_figure
from benchmarks.figures.scaling import scaling_figure
from benchmarks.figures.table import table_figure

__all__ = ["make_figure"]

FIGURES: dict[str, Callable[[dict[str, Any]], Figure | None]] = {
    "table": table_figure,
    "gpu": table_figure,
    "scaling": scaling_figure,
    "peers": peers_figure,
}


def make_figure(result: dict[str, Any]) -> Figure | None:
    """Return the picture of a result, or None where nothing in it was measured."""
    return FIGURES[result["kind"]](result)
