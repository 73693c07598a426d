"""What `--against` finds in two results."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import __main__ as command_line
from benchmarks.against import (
    NotComparable,
    apart,
    changes,
    differences,
    print_changes,
    read_earlier,
)
from benchmarks.report import FORMAT

from .benchmark_workers import described, machine, row, table

RESULTS = Path(__file__).parent.parent / "benchmarks" / "results"


def result(avx2: float, spread: float = 0.0) -> dict[str, Any]:
    """A table in which NumPy with AVX2 took `avx2` times PyTorch's time, less or more a bit."""
    values = [avx2 - spread, avx2, avx2 + spread]
    return table([row("mlp_step", {"numpy_avx2": values, "numpy_avx512": [0.5, 0.5, 0.5]})])


def test_a_change_is_found_in_each_row_part_and_contender() -> None:
    found = changes(result(0.8), result(0.4))
    assert [(c.title, c.contender) for c in found] == [
        (title, contender)
        for title in (
            "MLP training step",
            "MLP training step, forward",
            "MLP training step, backward",
        )
        for contender in ("numpy_avx2", "numpy_avx512")
    ]
    assert (found[0].old_ratio, found[0].new_ratio) == (0.8, 0.4)
    assert (found[0].old_seconds, found[0].new_seconds) == (0.8, 0.4)
    assert found[0].beyond_spread
    assert not found[1].beyond_spread


def test_a_change_within_the_spread_is_none() -> None:
    assert not changes(result(0.8, spread=0.1), result(0.7, spread=0.05))[0].beyond_spread


def test_spreads_go_from_the_lowest_to_the_highest_quartile_or_launch() -> None:
    old = {"q1": 1.0, "q3": 1.1, "launches": [1.05, 1.3]}
    assert not apart(old, {"q1": 1.29, "q3": 1.4, "launches": [1.35]})
    assert apart(old, {"q1": 1.31, "q3": 1.4, "launches": [1.35]})
    assert apart(old, {"q1": 0.8, "q3": 0.9, "launches": [0.99]})


def test_a_row_that_was_not_there_has_not_changed() -> None:
    old = result(0.8)
    old["rows"][0]["name"] = "gone"
    assert changes(old, result(0.4)) == []


def test_one_that_ran_as_the_user_had_set_it_is_compared_with_the_same_kernels() -> None:
    old = table([row("mlp_step", {"numpy": [1.0, 1.0, 1.0]})], ["numpy", "torch"])
    assert old["environment"]["libraries"]["numpy"]["pools"][0]["architecture"] == "SkylakeX"
    assert {change.contender for change in changes(old, result(0.4))} == {"numpy_avx512"}


def test_runs_that_differ_in_more_than_the_package_say_so() -> None:
    old, new = result(0.8), result(0.8)
    assert differences(old, new) == []
    new["environment"]["machine"] = machine(variables={"OMP_NUM_THREADS": "1"})
    new["environment"]["libraries"]["torch"] = described("torch") | {"version": "2.0"}
    assert differences(old, new) == [
        "variables: none then, OMP_NUM_THREADS=1 now",
        "torch's version: 1.0 then, 2.0 now",
    ]


def test_changes_are_printed_with_a_mark_where_they_are_beyond_the_spread(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_changes(result(0.8), result(0.4))
    lines = capsys.readouterr().out.splitlines()
    assert "2026-01-02" in lines[0]
    assert lines[2].split() == (
        ["MLP", "training", "step", "numpy_avx2", "800", "ms", "400", "ms", "0.80", "0.40", "-50%*"]
    )
    assert lines[3].endswith("+0%")


def test_sizes_of_a_scaling_are_rows_too() -> None:
    def scaling(ratio: float) -> dict[str, Any]:
        seconds = {"numpy": {"median": ratio}, "torch": {"median": 1.0}}
        spread = {"median": ratio, "q1": ratio, "q3": ratio}
        point = {"size": 64, "seconds": seconds, "ratio": spread, "refused": {}}
        axes = [{"name": "batch", "title": "batch", "points": [point]}]
        libraries = {name: described(name) for name in ("numpy", "torch")}
        return {
            "axes": axes,
            "plan": {"libraries": [*libraries]},
            "environment": {"machine": machine(), "libraries": libraries},
        }

    [change] = changes(scaling(1.0), scaling(2.0))
    assert (change.title, change.new_ratio, change.beyond_spread) == ("batch, 64", 2.0, True)


# Files


def written(path: Path, content: object) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("{", "is not JSON"),
        ([1], "is not a result of python -m benchmarks"),
        ({"format": FORMAT + 1}, f"has format {FORMAT + 1}; {FORMAT} is the last known"),
        ({"format": FORMAT, "kind": "peers"}, "is a result of the kind peers, not table"),
        ({"format": FORMAT, "kind": "table", "plan": {}}, "is only a part of a result"),
    ],
)
def test_a_file_that_holds_something_else_is_refused_in_one_line(
    content: object, complaint: str, tmp_path: Path
) -> None:
    with pytest.raises(NotComparable, match=complaint):
        read_earlier(written(tmp_path / "file.json", content), "table")


def test_it_is_refused_before_anything_is_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path / "file.json", "{")
    assert command_line.main(["--against", str(file)]) == 2
    assert command_line.main(["--against", str(tmp_path / "missing.json")]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_a_result_of_the_first_format_can_be_compared() -> None:
    first = result(0.8)
    first["format"] = 1
    del first["kind"]
    for old_row in first["rows"]:  # it had no parts, and knew neither page faults nor gradients
        for key in ("parts", "page_faults", "gradients", "dropped", "short", "dropped_blocks"):
            del old_row[key]
    found = changes(first, result(0.4))
    assert [change.title for change in found] == ["MLP training step"] * 2
