"""The README's table of what is held against PyTorch: its counts are those of the tests.

That all of it agrees is what the tests themselves show: they fail where something does not.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch

from . import test_lr_scheduler, test_mistakes, test_module_db, test_op_db, test_optim_db
from .test_scripts import SCRIPTS
from .versions import INSTALLED

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")

# What must be compared at least, whatever the version of PyTorch.
AT_LEAST = {"op_db": 200, "module_db": 40, "optim_db": 6, "schedules": 9, "scripts": 10}


def counted() -> dict[str, int]:
    """What the tests compare, by a word of the table's row."""
    schedules = {name.partition(",")[0] for name in test_lr_scheduler.SCHEDULES}
    return {
        "op_db": len(test_op_db.names_covered()),
        "module_db": len(test_module_db.names_covered()),
        "optim_db": len(test_optim_db.names_covered()),
        "schedules": len(schedules),
        "scripts": len(SCRIPTS),
        "test_mistakes": len(test_mistakes.MISTAKES),
    }


def promised() -> dict[str, int]:
    """The README's rows, by the same words."""
    rows = re.findall(r"^\| (.*?) \| ([\d,]+) \| 100 % \|$", README, re.MULTILINE)
    assert len(rows) == len(counted())
    return {
        next(word for word in counted() if word in row): int(number.replace(",", ""))
        for row, number in rows
    }


def test_the_counts_are_those_of_the_tests() -> None:
    version = re.search(r"held against PyTorch (\d+)\.(\d+)", README)
    assert version is not None
    of = (int(version[1]), int(version[2]))
    if of != INSTALLED:
        pytest.skip(f"the README counts with PyTorch {of[0]}.{of[1]}, not {torch.__version__}")
    assert promised() == counted()


def test_no_less_is_compared_with_any_version() -> None:
    for word, least in AT_LEAST.items():
        assert counted()[word] >= least
