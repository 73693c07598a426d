"""The README's figures are those of the committed result."""

from __future__ import annotations

import re

import pytest

from benchmarks import __main__ as command_line
from benchmarks import readme
from benchmarks.goals import GOALS, met
from benchmarks.workloads import WORKLOADS

from .benchmark_workers import row, table


def test_the_readme_says_what_was_measured() -> None:
    page = readme.README.read_text(encoding="utf-8")
    assert readme.with_section(page, readme.written()) == page, (
        "run `python -m benchmarks readme` after the results or the goals have changed"
    )


def test_the_pictures_that_the_readme_shows_are_there() -> None:
    shown = re.findall(r"!\[[^]]*\]\((benchmarks/[^)]*)\)", readme.written())
    assert shown
    for picture in shown:
        assert (readme.README.parent / picture).is_file()


def test_only_the_part_between_the_marks_is_written() -> None:
    page = f"before\n{readme.BEGIN}\nold\n{readme.END}\nafter"
    new = readme.with_section(page, "new\n")
    assert new == f"before\n{readme.BEGIN}\n\nnew\n\n{readme.END}\nafter"
    assert readme.with_section(new, "new") == new


def test_a_page_without_the_marks_is_left_as_it_is() -> None:
    with pytest.raises(OSError, match="has not both marks"):
        readme.with_section("a page", "text")


def test_goals_are_of_workloads_and_parts_that_are_measured() -> None:
    for goal in GOALS:
        assert goal.workload in WORKLOADS
        assert len(goal.avx2) == len(goal.avx512) == len(goal.parts)


def test_a_goal_is_met_by_what_is_shown() -> None:
    assert met(0.654, 0.65)
    assert not met(0.656, 0.65)


def cells(text: str, title: str) -> list[str]:
    [line] = [line for line in text.splitlines() if line.startswith(f"| {title}")]
    return [cell.strip() for cell in line.strip("|").split("|")][1:]


def test_met_and_missed_goals_are_marked() -> None:
    rows = [
        row("mlp_step", {"numpy_avx2": [0.6, 0.6, 0.7], "numpy_avx512": [0.6, 0.6, 0.6]}),
        # A ratio of the whole is that of both halves in these rows.
        row("conv_16_32", {"numpy_avx2": [2.0, 2.0, 2.0], "numpy_avx512": [1.45, 1.45, 1.45]}),
    ]
    text = readme.goal_table(table(rows))
    assert cells(text, "the chapter's MLP step") == ["0.65", "0.60 ✓", "0.50", "0.60 ✗"]
    assert cells(text, "conv2d 3x3, 16-32") == [
        "2.00 / 2.00",
        "2.00 ✓ / 2.00 ✓",
        "1.40 / 1.50",
        "1.45 ✗ / 1.45 ✓",
    ]
    assert cells(text, "the chapter's epoch") == ["0.10", "not measured", "0.08", "not measured"]
    assert cells(text, "`import minitorch_nn`")[:2] == ["2.00", "1.50 ✓"]


def test_the_table_of_times_has_every_library_and_what_is_missing() -> None:
    made = row("mlp_step", {"numpy_avx2": [0.5, 0.5, 0.5]})
    made.refuse("numpy_avx512", "its results are not PyTorch's")
    text = readme.time_table(table([made]))
    assert cells(text, "MLP training step") == [
        "500 ms",
        "not measured",
        "1.00 s",
        "0.50 (0.50 to 0.50)",
        "not measured",
    ]


def test_an_old_result_is_not_shown(
    tmp_path: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setattr(readme, "RESULTS", tmp_path)
    (tmp_path / "table.json").write_text('{"format": 1}', encoding="utf-8")
    assert command_line.main(["readme"]) == 2
    assert "table.json has format 1" in capsys.readouterr().err
