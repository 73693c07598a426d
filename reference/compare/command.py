"""What `python -m reference compare` does, once its flags are read."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from threadpoolctl import threadpool_limits
from torch.utils.data import DataLoader

import minitorch_nn as mini
import minitorch_nn.training
import minitorch_nn.utils.data
import minitorch_nn.vision.datasets
from reference.compare.page import print_page
from reference.compare.runs import Plan, Side, compare
from reference.data import chapter_transform, find_mnist
from reference.distributed import need_one_process
from reference.model import MODELS

__all__ = ["run_compare"]


def run_compare(arguments: argparse.Namespace) -> None:
    """Compare as the flags say, print the page and, if a plot is asked for, draw it."""
    need_one_process("compare")
    draw = None
    if arguments.plot is not None:
        draw = ready_to_draw(arguments.plot)
    ours, theirs, digits = find_sides(arguments.data)
    plan = Plan(**{name: getattr(arguments, name) for name in Plan._fields})
    with one_thread():
        comparison = compare(plan, ours, theirs)
    print_page(comparison, digits)
    if draw is not None:
        draw(comparison, arguments.plot)


def ready_to_draw(path: Path) -> Any:
    """Return the function that draws. Before the long work: can it be written, and be drawn?"""
    try:
        # matplotlib is needed here only, and takes a second to import.
        from reference.compare.plot import check_can_write, draw
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"{error}: the plot is drawn with matplotlib; python -m pip install -e '.[plot]' "
            "brings it",
            name=error.name,
        ) from error
    check_can_write(path)
    return draw


def find_sides(data: str | None) -> tuple[Side, Side, str]:
    """Return both libraries with their own reading of the digits, and which digits these are."""
    digits, _, description = find_mnist(data, False, chapter_transform())
    training = minitorch_nn.training
    found = minitorch_nn.vision.datasets.find_mnist(data, transform=training.chapter_transform())
    loader = minitorch_nn.utils.data.DataLoader
    ours = Side("minitorch_nn", mini, training.MODELS, loader, found.train)
    return ours, Side("PyTorch", torch, MODELS, DataLoader, digits), description


@contextmanager
def one_thread() -> Iterator[None]:
    """One thread for each library: two pools of threads in one process slow each other tenfold."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(1):
            yield
    finally:
        torch.set_num_threads(before)
