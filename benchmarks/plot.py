"""Draw a result of the benchmark: `draw(result, path)`, whichever command it came from.

matplotlib is needed for it, and for nothing else here; it takes a second to import. So it is asked
for only when a picture is wanted, and then before anything is measured (`check`).
"""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

from reference.files import whole_file

__all__ = ["CannotDraw", "check", "draw"]

# At README width a picture is shown at about two thirds of this.
DOTS_PER_INCH = 150


class CannotDraw(Exception):
    """No picture can be drawn here; the text says why, and the remedy."""


def check(path: Path) -> None:
    """Find out now, not after a long run, whether a picture can be drawn to `path`.

    Raises:
        CannotDraw: matplotlib is missing, or `path` is nothing that a picture can be written to.
    """
    figures()
    # Beside matplotlib, that too is only there where it is.
    from reference.compare.plot import check_can_write

    try:
        check_can_write(path)
    except (OSError, ValueError) as error:
        raise CannotDraw(str(error)) from None


def draw(result: dict[str, Any], path: Path) -> None:
    """Draw a result by its kind ("table", "scaling", "peers") to `path`: all of it or nothing.

    Raises:
        CannotDraw: as `check`; or there is nothing to draw in the result.
    """
    check(path)
    figure = figures().make_figure(result)
    if figure is None:
        raise CannotDraw("nothing was measured that a picture could show")
    with whole_file(path) as place:
        figure.savefig(place, dpi=DOTS_PER_INCH)


def figures() -> ModuleType:
    """Return the module that draws.

    Raises:
        CannotDraw: matplotlib is missing.
    """
    try:
        from benchmarks import figures as module
    except ModuleNotFoundError as error:
        raise CannotDraw(
            f"{error}: the plot is drawn with matplotlib; python -m pip install -e '.[plot]' "
            "brings it"
        ) from error
    return module
