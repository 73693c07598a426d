"""Write a file whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["refuse_device", "whole_file"]


def refuse_device(path: Path) -> None:
    """Raise OSError for what is there and no file: a new file would take the place of /dev/null."""
    if path.exists() and not path.is_file():
        raise OSError(f"cannot write {path}: it is not a file")


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a place beside `path` to write to; what was written there becomes `path` at the end.

    If the writing fails, `path` is what it was, and nothing is left beside it. A link stays: the
    file that it leads to is replaced.
    """
    refuse_device(path)
    target = path.resolve()
    with tempfile.TemporaryDirectory(prefix=".writing-", dir=target.parent) as folder:
        place = Path(folder, path.name)
        yield place
        os.replace(place, target)
