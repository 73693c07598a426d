"""How training grows: the networks, the memory, the exponents. No test asserts a time."""

from __future__ import annotations

import math
import platform
from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest
import torch

import minitorch_nn
from benchmarks import environment, scaling
from benchmarks.measure import Row, difference
from benchmarks.scaling import growth, sweep
from benchmarks.scaling.axes import AXES, point_name, split_name
from benchmarks.scaling.sweep import ScalingWorker, too_much
from benchmarks.scaling.worker import forget_peak, hand_back, resident
from benchmarks.worker import mean_size
from benchmarks.workloads import Step

from .benchmark_workers import ONE_ROUND, QUIET, described, machine

LINUX = pytest.mark.skipif(resident("VmHWM") is None, reason="the system does not tell memory")


# The axes


def first_losses(step: Step) -> list[list[float]]:
    return [[mean_size(tensor) for tensor in step()] for _ in range(3)]


@pytest.mark.parametrize("axis", AXES)
def test_an_axis_trains_the_same_in_both_libraries(axis: str) -> None:
    size = AXES[axis].sizes[1]
    ours, theirs = (AXES[axis].step(library, size) for library in (minitorch_nn, torch))
    assert difference(first_losses(ours), first_losses(theirs)) is None


def test_neither_numbers_nor_gradients_vanish_in_a_deep_network() -> None:
    step = AXES["depth"].step(torch, 200)
    [loss] = step()
    gradients = [leaf.grad for leaf in step.leaves.values() if leaf.grad is not None]
    assert torch.isfinite(loss)
    assert len(gradients) == 2 * 201
    assert all(gradient.abs().max() > 1e-6 for gradient in gradients)


@pytest.mark.parametrize("axis", AXES)
def test_sizes_grow_over_the_range_that_was_promised(axis: str) -> None:
    sizes = AXES[axis].sizes
    assert list(sizes) == sorted(set(sizes))
    promised = {"width": (32, 4096), "depth": (1, 1000), "image": (8, 224)}
    assert (sizes[0], sizes[-1]) == promised.get(axis, (1, 4096))
    assert set(AXES[axis].quick) <= set(sizes)


def test_a_point_is_called_by_its_axis_and_size() -> None:
    assert split_name(point_name("cnn_batch", 64)) == ("cnn_batch", 64)


# Memory


@LINUX
def test_the_peak_is_that_of_what_came_after_it_was_forgotten() -> None:
    first = bytearray(b"x") * (64 << 20)
    del first
    hand_back()  # or the second might find its memory already here
    forget_peak()
    start = resident("VmHWM")
    second = bytearray(b"x") * (32 << 20)
    del second
    peak = resident("VmHWM")
    assert start is not None and peak is not None
    assert 24 << 20 < peak - start < 48 << 20


def test_where_the_system_does_not_tell_memory_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(self: Path, *args: Any, **options: Any) -> str:
        raise FileNotFoundError

    monkeypatch.setattr(Path, "read_text", none)
    assert resident("VmRSS") is None
    assert sweep.free_memory() is None


@LINUX
def test_a_process_of_its_own_tells_the_memory_of_its_first_steps() -> None:
    with ScalingWorker("numpy") as worker:
        small = worker.ask({"do": "compare", "workload": "width 32"})
        block = worker.ask({"do": "block", "workload": "width 32", "calls": 3})
    assert len(small["values"]) == 3
    # Weights, gradients and momentum of the network, in float32, are the least that it takes.
    least = 3 * 4 * (784 * 32 + 32 * 32 + 32 * 10)
    assert block["peak_bytes"] - block["start_bytes"] > least


# Exponents and ratios


@pytest.mark.parametrize("power", [0.5, 1.0, 2.0])
def test_the_exponent_of_a_power_is_found_whatever_the_small_sizes_cost(power: float) -> None:
    sizes = [1, 4, 16, 64, 256, 1024, 4096]
    values = {size: 3e-6 * size**power if size >= 64 else 1.0 for size in sizes}
    found = growth.exponent(values)
    assert found is not None
    assert math.isclose(found, power)


def test_an_exponent_needs_two_values() -> None:
    assert growth.exponent({}) is None
    assert growth.exponent({8: 1.0}) is None
    assert growth.exponent({8: 1.0, 16: 0.0}) is None
    assert growth.exponent({8: 1.0, 16: 2.0}) == pytest.approx(1.0)


def test_what_is_the_same_at_every_size_is_no_growth() -> None:
    held = {size: 170_000_000 + 1000 * size for size in (1, 10, 100, 1000)}
    assert growth.growths(held) == {10: 9000.0, 100: 99000.0, 1000: 999000.0}


def test_memory_that_grows_by_a_quarter_more_is_just_within_the_limit() -> None:
    def held(start: int, unit: int) -> dict[int, int]:
        return {size: start + unit * size for size in (1, 101)}

    theirs = held(170 << 20, 1 << 20)
    found = growth.memory_ratio(held(0, 5 << 18), theirs)
    assert found is not None
    assert (found["from"], found["to"]) == (1, 101)
    assert (found["ratio"], found["holds"]) == (1.25, True)
    worse = growth.memory_ratio(held(0, (5 << 18) + 1000), theirs)
    assert worse is not None and worse["holds"] is False


def test_memory_that_hardly_grows_is_not_compared() -> None:
    found = growth.memory_ratio({1: 0, 8: 2 << 20}, {1: 0, 8: 1 << 20})
    assert found is not None
    assert (found["ratio"], found["holds"]) == (None, None)
    assert growth.memory_ratio({1: 0, 8: 5}, {1: 0}) is None


# Sweeping, with workers whose time and memory grow as they are told


class Growing:
    """A worker whose steps take `unit` seconds and a megabyte for every unit of the size."""

    alive = True

    def __init__(self, library: str, unit: float, value: float = 1.0) -> None:
        self.library, self.unit, self.value = library, unit, value

    def ask(self, request: dict[str, Any], timeout: float | None = None) -> dict[str, Any]:
        if request["do"] == "describe":
            return described(self.library)
        _, size = split_name(request["workload"])
        seconds = self.unit * size
        if request["do"] == "compare":
            return {"values": [[self.value]], "gradients": {}, "seconds_per_call": seconds}
        calls = request["calls"]
        return {
            "calls": calls,
            "seconds": calls * seconds,
            "parts": {},
            "page_faults": None,
            **QUIET,
            "start_bytes": 10**8,
            "peak_bytes": 10**8 + 10**6 * size,
        }

    def close(self) -> None:
        pass


def swept(unit: float, free: int | None, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(sweep, "free_memory", lambda: free)
    sizes = AXES["batch"].sizes
    return sweep.sweep("batch", sizes, ONE_ROUND, lambda name: Growing(name, unit), {})


def test_every_size_is_measured_in_both_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    points, left_out = swept(1e-5, None, monkeypatch)
    assert list(points) == list(AXES["batch"].sizes)
    assert left_out == {}
    shown = sweep.axis_as_json("batch", points, left_out)
    for library in ("numpy", "torch"):
        assert shown["exponents"]["seconds"][library] == pytest.approx(1.0)
        assert shown["exponents"]["bytes"][library] == pytest.approx(1.0, abs=0.02)
    assert shown["memory"]["ratio"] == 1.0
    assert shown["points"][1]["bytes"] == {"torch": 4 * 10**6, "numpy": 4 * 10**6}


def test_sizes_that_would_take_too_long_are_left_out_and_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    points, left_out = swept(1e-2, None, monkeypatch)
    assert list(points) == [1, 4, 16, 64]
    assert left_out == {
        256: "a step could take 2.56 s",
        1024: "a step could take 10.2 s",
        4096: "a step could take 41.0 s",
    }


def test_sizes_that_would_take_too_much_memory_are_left_out_and_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    points, left_out = swept(1e-6, 10**9, monkeypatch)
    assert list(points) == [1, 4, 16, 64]
    assert left_out[256] == "it could take 0.5 GB, and 1.0 GB are free"


def test_a_square_grows_with_the_square() -> None:
    def row(size: int, seconds: float) -> Row:
        made = Row(point_name("image", size))
        memory = {"start_bytes": 0, "peak_bytes": 1}
        made.blocks = [{"library": "torch", "seconds": seconds, "calls": 1} | memory]
        return made

    points = {8: row(8, 0.1), 16: row(16, 0.4)}
    assert too_much(32, points, power=1, free=None) is None
    assert too_much(32, points, power=2, free=None) == "a step could take 1.60 s"
    assert too_much(8, {}, power=2, free=0) is None  # the first size is always tried


def test_one_disturbed_size_leaves_no_other_out() -> None:
    times = {1: 0.001, 4: 0.005, 16: 5.0}
    assert sweep.at_most(64, times, power=1) == pytest.approx(0.001 + 0.004 / 3 * 63)


def test_what_every_size_takes_does_not_grow() -> None:
    assert sweep.at_most(4096, {1: 170e6}, power=1) == 170e6
    assert sweep.at_most(4096, {1: 170e6, 2: 171e6}, power=1) == 170e6 + 4095e6
    assert sweep.at_most(4096, {1: 170e6, 2: 169e6}, power=2) == 170e6
    assert sweep.at_most(64, {}, power=1) == 0.0


def test_a_whole_run_prints_its_axes_and_what_went_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def start(library: str) -> Growing:
        return Growing(library, 1e-3, value=1.0 if library == "torch" else 1.1)

    monkeypatch.setattr(sweep, "ScalingWorker", start)
    monkeypatch.setattr(environment, "describe_machine", machine)
    options = Namespace(json=None, plot=None, quick=True, data=None, only=["batch", "image"])
    result = scaling.run(options)
    assert result["kind"] == "scaling"
    assert [axis["name"] for axis in result["axes"]] == ["batch", "image"]
    [point, *_] = result["axes"][0]["points"]
    assert set(point["seconds"]) == {"torch"}  # NumPy's losses differ: no time

    scaling.print_result(result)
    printed = capsys.readouterr().out
    assert "refused: numpy: its results are not PyTorch's" in printed
    assert "How memory grows is not known here." in printed


def test_the_verdict_on_memory_is_in_words() -> None:
    found = {"from": 1, "to": 64, "numpy_bytes": 13e6, "torch_bytes": 10e6}
    assert sweep.memory_line(found | {"ratio": 1.3, "holds": False}) == (
        "From 1 to 64, memory grows by 13.0 MB, PyTorch's by 10.0 MB: 1.30 times, NOT WITHIN the "
        "limit of 1.25."
    )
    assert "too little to compare" in sweep.memory_line(found | {"ratio": None, "holds": None})


@LINUX
def test_freed_memory_that_malloc_keeps_is_handed_back() -> None:
    # Blocks this small stay in malloc's heap when they are freed, below one that is still used.
    blocks = [bytes(60_000) for _ in range(500)]
    last = bytes(60_000)
    del blocks
    kept = resident("VmRSS")
    hand_back()
    left = resident("VmRSS")
    assert kept is not None and left is not None and last
    if platform.libc_ver()[0] == "glibc":
        assert kept - left > 20 << 20
