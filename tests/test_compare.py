"""`python -m reference compare`: what it measures, what it refuses, its page and its picture."""

from __future__ import annotations

import argparse
import importlib.util
import math
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

import minitorch_nn
from minitorch_nn import training
from reference.__main__ import main

from .mnist_folder import small_mnist, write_mnist
from .versions import WITHOUT_TORCHVISION

if not WITHOUT_TORCHVISION.applies:
    from reference.compare import command, page
    from reference.compare import runs as measuring
    from reference.compare.runs import Course, Kink, Plan, Reading, Side, Trail

pytestmark = WITHOUT_TORCHVISION.mark

needs_matplotlib = pytest.mark.skipif(
    importlib.util.find_spec("matplotlib") is None, reason="matplotlib is not installed"
)

# 320 images in batches of 64: the fifth batch ends an epoch.
FLAGS = {
    "model": "mlp",
    "steps": 3,
    "batch_size": 64,
    "lr": 0.01,
    "momentum": 0.9,
    "seed": 0,
    "plot": None,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_mnist(tmp_path_factory.mktemp("mnist"), small_mnist())


@pytest.fixture(scope="module")
def sides(folder: Path) -> tuple[Side, Side]:
    ours, theirs, _ = command.find_sides(str(folder))
    return ours, theirs


@pytest.fixture(scope="module")
def twenty_steps(sides: tuple[Side, Side]) -> Any:
    with command.one_thread():
        return measuring.compare(Plan(steps=20), *sides)


def run(folder: Path, **flags: Any) -> None:
    command.run_compare(argparse.Namespace(**{**FLAGS, "data": str(folder), **flags}))


# ---- what is measured


def test_the_distance_is_relative_to_the_largest_of_the_second_array() -> None:
    a, b = np.array([[1.0, 2.0], [3.0, -7.0]]), np.array([[1.0, 2.5], [3.0, -10.0]])
    assert measuring.distance(a, b) == 0.3
    assert measuring.distance(b, a) == 3 / 7
    assert measuring.distance(b, b) == 0
    assert measuring.distance(0 * b, 0 * b) == 0
    assert measuring.distance(b, 0 * b) == math.inf


@pytest.mark.parametrize(
    ("steps", "shown"),
    [
        (1, [1]),
        (7, [1, 7]),
        (10, [1, 10]),
        (1000, [1, 10, 100, 1000]),
        (2500, [1, 10, 100, 1000, 2500]),
    ],
)
def test_the_table_shows_powers_of_ten_and_the_last_step(steps: int, shown: list[int]) -> None:
    assert measuring.table_steps(steps) == shown


def test_both_libraries_stay_together_for_twenty_steps(twenty_steps: Any) -> None:
    assert [str(course.dtype) for course in twenty_steps.courses] == ["float32", "float64"]
    # Each step rounds some hundred times in a row, and what it gets wrong stays in the weights.
    for course, bound in zip(twenty_steps.courses, (1e-4, 1e-10), strict=True):
        steps = [reading.step for reading in course.ours.readings]
        assert steps == sorted(set(steps)) and {1, 2, 3, 10, 20} <= set(steps)
        for kind in ("weights", "gradients"):
            assert course.ours.farthest(kind, course.calm) <= bound
    assert twenty_steps.courses[1].ours.kink is None
    assert twenty_steps.images == 20 * 64
    losses = [reading.loss for reading in twenty_steps.courses[1].ours.readings]
    assert losses[-1] < 0.8 * losses[0]  # it was a training


def test_the_tables_steps_are_measured_and_as_many_for_the_plot(
    sides: tuple[Side, Side], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(measuring.TWINS, "mlp", 1)
    for points, measured in [(2, [1, 10, 12]), (3, [1, 3, 10, 12])]:
        monkeypatch.setattr(measuring, "IN_THE_PLOT", points)
        for course in measuring.compare(Plan(steps=12), *sides).courses:
            for trail in (course.ours, *course.twins):
                assert [reading.step for reading in trail.readings] == measured


def test_each_library_shuffles_by_itself(sides: tuple[Side, Side]) -> None:
    seen: list[Any] = []

    def recording(side: Side) -> Side:
        def loader(digits: Any, **flags: Any) -> Any:
            seen.append((digits is side.digits, flags))
            return side.loader(digits, **flags)

        return side._replace(loader=loader)

    measuring.compare(Plan(steps=1), *map(recording, sides))
    assert seen == [(True, {"batch_size": 64, "shuffle": True})] * 2


def test_the_yardstick_starts_one_rounding_away(twenty_steps: Any) -> None:
    for course in twenty_steps.courses:
        assert len(course.twins) == measuring.TWINS["mlp"]
        for twin in course.twins:
            assert 0 < twin.readings[0].worst("weights") <= 8 * course.roundoff
    starts = {twin.readings[0].worst("gradients") for twin in twenty_steps.courses[0].twins}
    assert len(starts) > 1  # each twin has coins of its own


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_twins_weights_are_the_next_numbers_up_or_down(dtype: torch.dtype) -> None:
    model = torch.nn.Linear(5, 4).to(dtype)
    before = [p.detach().numpy().copy() for p in model.parameters()]
    measuring.nudge(model, torch.Generator().manual_seed(0))
    moves = set()
    for old, parameter in zip(before, model.parameters(), strict=True):
        new = parameter.detach().numpy()
        up, down = np.nextafter(old, np.inf, dtype=old.dtype), np.nextafter(old, -np.inf)
        assert np.all((new == up) | (new == down))
        moves |= set((new > old).ravel().tolist())
    assert moves == {True, False}


def with_optimizer(side: Side, sgd: Callable[..., Any]) -> Side:
    library = SimpleNamespace(
        manual_seed=minitorch_nn.manual_seed,
        nn=minitorch_nn.nn,
        optim=SimpleNamespace(SGD=sgd),
    )
    return side._replace(library=library)


def test_another_rule_shows_in_the_weights_of_the_step_and_in_the_gradients_of_the_next(
    sides: tuple[Side, Side],
) -> None:
    def too_fast(parameters: Any, lr: float, momentum: float) -> Any:
        return minitorch_nn.optim.SGD(parameters, lr=1.001 * lr, momentum=momentum)

    ours = with_optimizer(sides[0], too_fast)
    _, course = measuring.compare(Plan(steps=2), ours, sides[1]).courses
    first, second = course.ours.readings
    assert first.worst("gradients") < 1e-13 < 1e-7 < first.worst("weights")
    assert second.worst("gradients") > 1e-7
    assert course.times_farther > 1e6
    assert page.verdict(course).startswith("minitorch_nn is up to ")


def test_the_first_kink_is_kept_and_its_step_measured(
    sides: tuple[Side, Side], monkeypatch: pytest.MonkeyPatch
) -> None:
    def five_times(parameters: Any, lr: float, momentum: float) -> Any:
        return minitorch_nn.optim.SGD(parameters, lr=5 * lr, momentum=momentum)

    monkeypatch.setattr(measuring, "IN_THE_PLOT", 2)
    ours = with_optimizer(sides[0], five_times)
    for course in measuring.compare(Plan(steps=5), ours, sides[1]).courses:
        assert course.ours.kink is not None and course.ours.kink.step == 2
        assert [reading.step for reading in course.ours.readings] == [1, 2, 5]
        assert [reading.step for reading in course.twins[0].readings] == [1, 2, 5]


def test_the_learning_rate_momentum_and_seed_are_those_asked_for(sides: tuple[Side, Side]) -> None:
    def losses(**changes: Any) -> list[float]:
        course = measuring.compare(Plan(steps=3, **changes), *sides).courses[1]
        return [reading.loss for reading in course.ours.readings]

    base = losses()
    assert losses(seed=1)[0] != base[0]
    assert losses(batch_size=32)[0] != base[0]
    faster, steadier = losses(lr=0.02), losses(momentum=0.0)
    assert faster[0] == base[0] == steadier[0]
    assert faster[1] != base[1] == steadier[1]  # momentum needs a step before it
    assert steadier[2] != base[2]


def test_a_kink_is_a_sum_on_the_other_side_of_zero() -> None:
    def sums(*values: float) -> Any:
        return SimpleNamespace(sums={"fc1": np.array([[1.0, -2.0]]), "fc2": np.array([values])})

    there = sums(3.0, -1e-9)
    assert measuring.first_kink(4, sums(2.0, -5.0), there) is None
    assert measuring.first_kink(4, sums(2.0, 2e-9), there) == Kink(4, "fc2", 2e-9, -1e-9)
    assert measuring.first_kink(4, sums(2.0, 0.0), there) is None  # a ReLU makes 0 of both


def test_the_sums_that_are_watched_are_those_a_relu_is_given(sides: tuple[Side, Side]) -> None:
    expected = {"mlp": ["fc1"], "cnn": ["conv1", "conv2", "fc1"]}
    for side in sides:
        for name, layers in expected.items():
            watched = measuring.Run(side.library, side.models[name](), Plan())
            watched.learn(side.library.zeros(2, 1, 28, 28), side.library.tensor([3, 4]))
            assert list(watched.sums) == layers


def test_a_training_that_diverges_ends_with_a_sentence(sides: tuple[Side, Side]) -> None:
    with pytest.raises(
        FloatingPointError, match=r"the loss is .* at step .* smaller learning rate"
    ):
        measuring.compare(Plan(steps=20, lr=1e30), *sides)


def test_the_threads_are_given_back() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with command.one_thread():
            assert torch.get_num_threads() == 1
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


# ---- what is refused


def test_a_library_that_begins_differently_is_refused(sides: tuple[Side, Side]) -> None:
    def late() -> Any:
        minitorch_nn.rand(1)
        return training.SimpleNN()

    ours = sides[0]._replace(models={"mlp": late})
    words = "minitorch_nn and PyTorch differ in the first weights, fc1.weight; only from"
    with pytest.raises(ValueError, match=words):
        measuring.compare(Plan(steps=1), ours, sides[1])


class Spoilt:
    """A loader whose seventh batch, the second of its second epoch, is not as it should be."""

    def __init__(self, loader: Any, spoil: Callable[[Any, Any], tuple[Any, Any]]) -> None:
        self.loader, self.spoil, self.count = loader, spoil, 0

    def __iter__(self) -> Iterator[Any]:
        for images, labels in self.loader:
            self.count += 1
            yield self.spoil(images, labels) if self.count == 7 else (images, labels)


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (lambda images, labels: (images + 2**-24, labels), "images"),
        (lambda images, labels: (images.double(), labels), "images"),
        (lambda images, labels: (images[:-1], labels[:-1]), "images"),
        (lambda images, labels: (images.view(-1, 1, 784), labels), "images"),
        (lambda images, labels: (images, labels.flip(0)), "labels"),
    ],
)
def test_a_batch_that_differs_is_refused(
    sides: tuple[Side, Side], spoil: Callable[[Any, Any], tuple[Any, Any]], named: str
) -> None:
    loader = sides[0].loader
    ours = sides[0]._replace(loader=lambda *args, **flags: Spoilt(loader(*args, **flags), spoil))
    measuring.compare(Plan(steps=6), ours, sides[1])
    with pytest.raises(ValueError, match=f"differ in batch 7, {named}; only from the same"):
        measuring.compare(Plan(steps=7), ours, sides[1])


def test_data_that_is_not_there_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["compare", "--data", str(tmp_path / "nothing")])
    printed = capsys.readouterr()
    assert printed.out == "" and len(printed.err.splitlines()) == 1
    assert printed.err.startswith(f"error: no MNIST in {tmp_path / 'nothing'}: it needs ")


# ---- the page


def test_the_page_shows_the_steps_asked_for(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", "--steps", "12", "--data", str(folder)]) == 0
    printed = capsys.readouterr()
    lines = printed.out.splitlines()
    assert printed.err == ""
    assert max(len(line) for line in lines if str(folder) not in line) <= 100
    assert lines[0].endswith("12 steps on the CPU")
    for dtype in ("float32", "float64"):
        head = next(line for line in lines if line.startswith(f"{dtype} "))
        assert head.split() == [dtype, "step", "1", "step", "10", "step", "12"]
    rows = [line.split() for line in lines if line.startswith("    fc1.weight ")]
    assert [len(row) for row in rows] == [4] * 4  # weights and gradients, of two dtypes
    assert all(0 <= float(cell) < 1e-3 for row in rows for cell in row[1:])
    assert "  checked    the 101,770 first weights in 4 tensors: the same, bit for bit" in lines
    assert "  checked    the 12 batches, 768 images: the same, bit for bit" in lines
    for name in (torch.__version__, np.__version__, minitorch_nn.version.package):
        assert name in lines[2]


def test_the_page_says_what_the_comparison_found(
    twenty_steps: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    page.print_page(twenty_steps, "some digits")
    words = " ".join(capsys.readouterr().out.split())
    for course in twenty_steps.courses:
        assert f"- {course.dtype}: {page.verdict(course)}" in words
        assert page.explain_kinks(course) in words
        for kind in ("weights", "gradients"):
            row = [
                page.short(getattr(reading, kind)["fc2.bias"])
                for reading in course.ours.readings
                if reading.step in (1, 10, 20)
            ]
            assert f"fc2.bias {' '.join(row)} PyTorch's nearest twin" in words


def trail(*distances: float, kink: Kink | None = None) -> Trail:
    """A run whose weights and gradients lay so far from PyTorch's after steps 1, 2, 3, ..."""
    readings = [
        Reading(step, 1.0 + d, 1.0, {"w": d / 2, "b": 0.0}, {"w": d / 4, "b": d})
        for step, d in enumerate(distances, start=1)
    ]
    return Trail(readings, kink)


def course(ours: Trail, *twins: Trail, dtype: str = "float32") -> Course:
    return Course(np.dtype(dtype), ours, list(twins))


def test_the_verdict_compares_with_the_farthest_twin() -> None:
    near = course(trail(1e-6, 3e-6), trail(1e-6, 1e-6), trail(4e-6, 1e-6))
    assert near.times_farther == 0.75
    assert page.verdict(near) == (
        "minitorch_nn is no farther from PyTorch than PyTorch is from itself. At worst, up to step "
        "2: weights 1.5e-06 apart (twins: 2.0e-06) and gradients 3.0e-06 apart (twins: 4.0e-06)."
    )
    far = course(trail(1e-6, 9e-6), trail(1e-6, 1e-6), trail(4e-6, 1e-6))
    assert page.verdict(far).startswith("minitorch_nn is up to 2.2 times as far from PyTorch")


def test_after_a_kink_the_verdict_compares_no_more() -> None:
    jump = Kink(3, "fc1", -2e-8, 3e-8)
    for ours, twin in [(jump, None), (None, jump), (jump, jump)]:
        runs = course(trail(1e-6, 2e-6, 0.1, kink=ours), trail(1e-6, 4e-6, 0.2, kink=twin))
        assert runs.calm == 2 and runs.times_farther == 0.5
        assert "up to step 2 (the last one measured before a ReLU set any" in page.verdict(runs)
    at_once = Kink(1, "fc1", -2e-8, 3e-8)
    assert course(trail(0.1, 0.2, kink=at_once), trail(0.1, 0.1)).times_farther == 2


def test_kinks_are_told_with_their_numbers() -> None:
    jump = Kink(1234, "fc1", -2e-8, 3e-8)
    calm = trail(1e-6)
    told = page.explain_kinks(course(trail(1e-6, kink=jump), calm, trail(1e-6, kink=jump)))
    assert "At step 1,234 a sum in fc1 was -2.0e-08 in minitorch_nn and +3.0e-08 in PyTorch" in told
    assert told.endswith("Of the 2 twins 1 met such a kink as well, the first at step 1,234.")
    told = page.explain_kinks(course(trail(1e-6, kink=jump), calm))
    assert told.endswith("Of the 1 twins 0 met such a kink as well.")
    told = page.explain_kinks(course(calm, calm, trail(1e-6, kink=jump)))
    assert told.startswith("In 1 of the 2 twins, first at step 1,234, a rounding put")
    assert page.explain_kinks(course(calm, calm)).startswith("No rounding put")


def test_float64_says_who_of_the_two_was_on_its_side_of_a_kink() -> None:
    finer = course(trail(0.0), trail(0.0), dtype="float64")
    runs = course(trail(0.25), trail(0.25))  # losses 1.25 here, 1 in PyTorch
    assert "float64 is nearer to PyTorch: its loss is 1.000000" in page.second_opinion(runs, finer)
    finer.ours.readings[-1] = finer.ours.readings[-1]._replace(loss_in_pytorch=1.2)
    assert "nearer to minitorch_nn: its loss is 1.2" in page.second_opinion(runs, finer)


# ---- the picture


@needs_matplotlib
@pytest.mark.parametrize("steps", [1, 12])
def test_a_picture_is_written_whole_over_an_older_one(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], steps: int
) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(b"old")
    run(folder, steps=steps, plot=path)
    content = path.read_bytes()
    assert content.startswith(b"\x89PNG") and b"IEND" in content[-12:]
    assert list(tmp_path.iterdir()) == [path]
    assert "How to read it" in capsys.readouterr().out


@needs_matplotlib
def test_a_drawing_that_fails_leaves_the_old_picture(
    twenty_steps: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from matplotlib.figure import Figure

    from reference.compare.plot import draw

    def save_half(figure: Any, file: Path, **flags: Any) -> None:
        file.write_bytes(b"half")
        raise OSError("the disk is full")

    path = tmp_path / "picture.png"
    path.write_bytes(b"old")
    monkeypatch.setattr(Figure, "savefig", save_half)
    with pytest.raises(OSError, match="the disk is full"):
        draw(twenty_steps, path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@needs_matplotlib
def test_the_picture_shows_every_parameter_and_names_a_kink(twenty_steps: Any) -> None:
    from reference.compare.plot import make_figure

    first, second = make_figure(twenty_steps).axes
    for panel, runs in ((first, twenty_steps.courses[0]), (second, twenty_steps.courses[1])):
        steps = [reading.step for reading in runs.ours.readings]
        drawn = [line.get_ydata() for line in panel.lines if list(line.get_xdata()) == steps]
        for kind in ("weights", "gradients"):
            for name in ("fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"):
                values = [getattr(r, kind)[name] or math.nan for r in runs.ours.readings]
                assert any(np.array_equal(values, line, equal_nan=True) for line in drawn)
        assert panel.get_title(loc="left").startswith(f"{runs.dtype}: at most ")

    jump = Kink(2, "fc1", -2e-8, 3e-8)
    runs = course(trail(1e-6, 0.1, kink=jump), trail(1e-6, 1e-6), trail(1e-6, 0.1, kink=jump))
    plan = Plan(steps=2)
    panel = make_figure(measuring.Comparison(plan, {"w": 1, "b": 1}, 128, [runs, runs])).axes[0]
    words = " ".join(" ".join(text.get_text().split()) for text in panel.texts)
    assert words.startswith("step 2: ") and words.endswith("1 of PyTorch's 2 twins jump too")
    assert panel.get_title(loc="left") == (
        "float32: at most 1.0e-06 apart up to step 1,\nno farther than PyTorch from itself"
    )
    far = course(trail(1e-6, 9e-6), trail(1e-6, 3e-6))
    panel = make_figure(measuring.Comparison(plan, {"w": 1, "b": 1}, 128, [far, far])).axes[0]
    assert panel.get_title(loc="left") == (
        "float32: at most 9.0e-06 apart up to step 2,\n3 times as far as PyTorch from itself"
    )


def forbidden(*arguments: Any) -> Any:
    raise AssertionError("the training began")


@needs_matplotlib
@pytest.mark.parametrize(
    ("name", "error", "sentence"),
    [
        ("missing/a.png", FileNotFoundError, "there is no folder .*missing for the plot"),
        (".", IsADirectoryError, "is a folder; --plot takes the name of a file"),
        ("a.xyz", ValueError, "a.xyz: a plot's name ends in .png, .svg or .pdf"),
        ("plot", ValueError, "plot: a plot's name ends in .png, .svg or .pdf"),
    ],
)
def test_a_plot_that_cannot_be_is_refused_before_any_training(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    error: type[Exception],
    sentence: str,
) -> None:
    monkeypatch.setattr(command, "compare", forbidden)
    with pytest.raises(error, match=sentence):
        run(folder, plot=tmp_path / name)


@needs_matplotlib
def test_an_unwritable_folder_is_refused_before_any_training(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from reference.compare import plot

    monkeypatch.setattr(command, "compare", forbidden)
    monkeypatch.setattr(plot.os, "access", lambda path, mode: path != tmp_path)
    with pytest.raises(PermissionError, match=r"the plot's folder .* cannot be written to"):
        run(folder, plot=tmp_path / "a.png")


def test_without_matplotlib_a_plot_is_refused_with_its_remedy(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.delitem(sys.modules, "reference.compare.plot", raising=False)
    monkeypatch.delattr("reference.compare.plot", raising=False)
    monkeypatch.setattr(command, "compare", forbidden)
    with pytest.raises(SystemExit, match="2"):
        main(["compare", "--data", str(folder), "--plot", str(tmp_path / "a.png")])
    error = capsys.readouterr().err
    assert error.startswith("error: ") and len(error.splitlines()) == 1
    assert "python -m pip install -e '.[plot]'" in error
