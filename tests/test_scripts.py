"""Programs written for PyTorch print the same under minitorch_nn.

The programs are in `scripts/` and know nothing of this package. Each runs under PyTorch here, in
this process, and under `python -m minitorch_nn run` in another, in folders of their own.
"""

from __future__ import annotations

import contextlib
import io
import os
import runpy
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
import torch as pytorch

from .text import difference

HERE = Path(__file__).parent
SCRIPTS = sorted((HERE / "scripts").glob("*.py"))


def printed_by_pytorch(script: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "argv", [str(script)])
    text = io.StringIO()
    options = pytorch._tensor_str.PRINT_OPTS
    before = vars(options).copy()
    with contextlib.redirect_stdout(text), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        runpy.run_path(str(script), run_name="__main__")
    vars(options).update(before)
    return text.getvalue()


def printed_by_minitorch(script: Path, folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "minitorch_nn", "run", str(script)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(HERE.parent), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_there_are_at_least_ten_programs() -> None:
    assert len(SCRIPTS) >= 10


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_prints_what_it_prints_under_pytorch(
    script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("theirs", "mine"):
        (tmp_path / name).mkdir()
    theirs = printed_by_pytorch(script, tmp_path / "theirs", monkeypatch)
    mine = printed_by_minitorch(script, tmp_path / "mine")
    assert theirs.count("\n") > 5
    wrong = difference(theirs, mine)
    assert wrong is None, wrong


@pytest.mark.parametrize(
    ("theirs", "mine"),
    [
        ("loss 0.1234", "loss 0.1236"),
        ("loss 0.1234", "loss 0.123"),
        ("tensor([1, 2])", "tensor([1, 3])"),
        ("1.2e-05", "1.2e-06"),
        ("a b", "a  b"),
        ("one\ntwo", "one"),
        ("inf", "nan"),
        ("x = 1.0", "y = 1.0"),
    ],
)
def test_the_comparison_sees_a_difference(theirs: str, mine: str) -> None:
    assert difference(theirs, mine) is not None


def test_the_comparison_forgives_the_last_digit() -> None:
    assert difference("loss 0.1234, x -1.00e-03", "loss 0.1235, x -1.01e-03") is None
