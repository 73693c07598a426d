"""The benchmark's pictures, drawn of made-up results."""

from __future__ import annotations

import struct
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks import plot
from benchmarks.goals import GOALS
from benchmarks.scaling import AXES
from benchmarks.scaling.growth import exponent, growths, memory_ratio
from benchmarks.workloads import WORKLOADS

pytest.importorskip("matplotlib")

from benchmarks.figures import make_figure
from benchmarks.figures.scaling import values_of, with_unit
from benchmarks.figures.table import lines_of

ENVIRONMENT = {
    "machine": {"date": "2000-01-02T03:04:05", "cpu": {"model": "A processor", "cores_usable": 4}},
    "libraries": {"torch": {"numpy": "2.0", "version": "2.6.0+cpu"}},
}


def spread(median: float) -> dict[str, float]:
    return {"median": median, "q1": 0.9 * median, "q3": 1.2 * median}


def table(*contenders: str) -> dict[str, Any]:
    """A result of all workloads: the further down, the slower, and each contender slower yet."""
    rows = []
    for place, (name, workload) in enumerate(WORKLOADS.items(), start=1):
        times = {
            "ratios": {
                contender: spread(0.2 * place * (1 + column))
                for column, contender in enumerate(contenders)
            }
        }
        parts = {"forward": times, "backward": times}
        rows.append({"name": name, "title": workload.title, "parts": parts} | times)
    return {"kind": "table", "environment": ENVIRONMENT, "rows": rows}


def scaling() -> dict[str, Any]:
    axes = []
    for name, axis in AXES.items():
        seconds = {
            library: {size: speed * size**axis.power for size in axis.sizes}
            for library, speed in (("numpy", 1e-6), ("torch", 2e-6))
        }
        held = {
            library: {size: 10**7 + unit * size for size in axis.sizes}
            for library, unit in (("numpy", 2000), ("torch", 1000))
        }
        points = [
            {
                "size": size,
                "seconds": {library: spread(seconds[library][size]) for library in seconds},
                "bytes": {library: held[library][size] for library in held},
            }
            for size in axis.sizes
        ]
        exponents = {
            "seconds": {library: exponent(values) for library, values in seconds.items()},
            "bytes": {library: exponent(growths(values)) for library, values in held.items()},
        }
        axes.append(
            {
                "name": name,
                "title": axis.title,
                "points": points,
                "left_out": [{"size": 8192, "reason": "made up"}],
                "exponents": exponents,
                "memory": memory_ratio(held["numpy"], held["torch"]),
            }
        )
    return {"kind": "scaling", "environment": ENVIRONMENT, "axes": axes}


def peers() -> dict[str, Any]:
    libraries = ("torch", "numpy_avx2", "mygrad_avx512", "jax")
    rows = [
        {
            "name": name,
            "title": WORKLOADS[name].title,
            "seconds": {other: spread(0.001 * (1 + i)) for i, other in enumerate(libraries)},
            "ratios": {other: spread(1.0 + i) for i, other in enumerate(libraries) if i},
        }
        for name in ("mlp_step", "cnn_step")
    ]
    return {"kind": "peers", "environment": ENVIRONMENT, "rows": rows}


RESULTS = {
    "both kernels": table("numpy_avx2", "numpy_avx512"),
    "one kernel and a GPU": table("numpy", "cuda") | {"kind": "gpu"},
    "scaling": scaling(),
    "peers": peers(),
}


@pytest.mark.parametrize("kind", RESULTS)
def test_every_kind_of_result_is_drawn_at_readme_width(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "picture.png"
    plot.draw(RESULTS[kind], file)
    assert list(tmp_path.iterdir()) == [file]
    head = file.read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", head[16:])
    assert 1380 <= width <= 1420
    assert 600 <= height <= 1600


@pytest.mark.parametrize("kind", RESULTS)
def test_nothing_that_is_written_lies_outside_the_picture(kind: str) -> None:
    figure = make_figure(RESULTS[kind])
    assert figure is not None
    figure.draw_without_rendering()
    box = figure.bbox
    for text in [*figure.texts, *(text for axes in figure.axes for text in axes.texts)]:
        place = text.get_window_extent()
        assert place.x0 >= box.x0 and place.x1 <= box.x1, text.get_text()
        assert place.y0 >= box.y0 and place.y1 <= box.y1, text.get_text()


def test_a_workload_whose_parts_have_goals_has_a_line_for_each_part() -> None:
    lines = lines_of(table("numpy_avx2", "numpy_avx512"))
    goals = {goal.workload: goal for goal in GOALS}
    parts = sum(len(goals[name].parts) if name in goals else 1 for name in WORKLOADS)
    assert len(lines) == parts
    [backward] = [line for line in lines if line.title == "Conv2d 3x3 32-64: backward"]
    conv = goals["conv_32_64"]
    assert backward.goals == {"numpy_avx2": conv.avx2[1], "numpy_avx512": conv.avx512[1]}


def test_lines_stand_below_their_heading_the_fastest_first() -> None:
    lines = lines_of(table("numpy_avx2", "numpy_avx512"))
    headings = [line.heading for line in lines]
    assert headings == sorted(headings, key=list(dict.fromkeys(headings)).index)
    for heading in set(headings):
        best = [line.best for line in lines if line.heading == heading]
        assert best == sorted(best)


def test_memory_is_drawn_as_what_it_grows_by() -> None:
    axis = scaling()["axes"][0]
    assert values_of(axis, "torch", "bytes")[4] == 3000.0
    assert min(values_of(axis, "torch", "bytes")) == AXES["batch"].sizes[1]


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [(1e-5, "seconds", "10 µs"), (0.1, "seconds", "100 ms"), (1e10, "bytes", "10 GB")],
)
def test_an_axis_has_units_that_people_read(value: float, kind: str, text: str) -> None:
    assert with_unit(value, kind) == text


# What cannot be drawn


@pytest.mark.parametrize(
    "nothing",
    [
        {"kind": "table", "rows": []},
        {"kind": "scaling", "axes": [{"points": []}]},
        {"kind": "peers", "rows": [{"seconds": {}}]},
    ],
)
def test_without_a_measurement_there_is_no_picture(nothing: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(plot.CannotDraw, match="nothing was measured"):
        plot.draw(nothing, tmp_path / "picture.png")
    assert list(tmp_path.iterdir()) == []


def test_a_picture_that_fails_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "picture.png"
    file.write_bytes(b"old")

    class Broken:
        def savefig(self, place: Path, dpi: int) -> None:
            place.write_bytes(b"half")
            raise OSError("the disk is full")

    monkeypatch.setattr("benchmarks.figures.make_figure", lambda result: Broken())
    with pytest.raises(OSError, match="the disk is full"):
        plot.draw(peers(), file)
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_path_that_cannot_be_written_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(plot.CannotDraw, match="there is no folder"):
        plot.check(tmp_path / "missing" / "picture.png")
    with pytest.raises(plot.CannotDraw, match=r"ends in \.png"):
        plot.check(tmp_path / "picture.xyz")


def test_without_matplotlib_the_remedy_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.startswith("benchmarks.figures")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr("benchmarks.figures")
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    for name in [name for name in sys.modules if name.startswith("matplotlib.")]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(plot.CannotDraw, match=r"python -m pip install -e '\.\[plot\]' brings it"):
        plot.check(tmp_path / "picture.png")
