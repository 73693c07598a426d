"""The benchmark's own arithmetic, its refusals and its report. No test asserts a time."""

from __future__ import annotations

import importlib.util
import itertools
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

import minitorch_nn
from benchmarks import __main__ as command_line
from benchmarks import environment, kernels, quiet, report, worker, workloads
from benchmarks.measure import QUICK, Plan, Row, difference, launch_medians, measure, summary
from benchmarks.processor import cpu_flags
from benchmarks.workloads import COMMANDS, WORKLOADS

from .benchmark_workers import ONE_ROUND, Answering, block, table

REPOSITORY = Path(__file__).parent.parent

# Statistics


def test_a_summary_holds_the_median_the_quartiles_and_the_extremes() -> None:
    assert summary([5.0, 1.0, 3.0, 2.0, 4.0]) == {
        "count": 5,
        "median": 3.0,
        "q1": 2.0,
        "q3": 4.0,
        "low": 1.0,
        "high": 5.0,
    }


def test_a_single_value_is_its_own_quartiles() -> None:
    assert set(summary([7.0]).values()) == {7.0, 1}


def test_a_ratio_is_taken_between_the_calls_of_one_round() -> None:
    row = Row("mlp_step")
    row.blocks = [
        block("numpy", 0, 0, seconds=6.0, calls=2),  # 3 s a call
        block("torch", 0, 0, seconds=2.0, calls=1),
        block("torch", 0, 1, seconds=1.0, calls=4),
        block("numpy", 0, 1, seconds=1.0, calls=2),
        block("torch", 1, 0, seconds=1.0, calls=1),  # its partner is missing
    ]
    assert row.ratios("numpy") == [(0, 1.5), (0, 2.0)]


def test_launches_are_summarised_one_by_one() -> None:
    assert launch_medians([(0, 1.0), (0, 3.0), (0, 2.0), (1, 8.0), (1, 4.0)]) == [2.0, 6.0]


def test_the_part_of_other_processes_is_of_all_cores() -> None:
    waited = {"idle_cpu_seconds": 0.1, "asleep": True}
    blocks = [
        {"seconds": 1.0, "other_cpu_seconds": 0.5} | waited,
        {"seconds": 3.0, "other_cpu_seconds": 1.5} | waited,
    ]
    assert quiet.quietness(blocks, cores=2) == {
        "others_share": 0.25,
        "waiting_share": 0.05,
        "restless": 0,
    }
    assert quiet.quietness([], cores=2)["others_share"] is None


def test_results_agree_to_five_digits() -> None:
    assert difference([[1.0, 0.0]], [[1.000009, 0.0]]) is None
    assert difference([[1.0], [2.0]], [[1.0], [2.00003]]) == (
        "at call 2, tensor 1: 2 against 2.00003"
    )


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_nan_or_an_infinity_agrees_with_nothing(bad: float) -> None:
    assert difference([[bad]], [[bad]]) is not None


def test_a_missing_gradient_is_a_difference() -> None:
    assert difference([[1.0, 2.0]], [[1.0]]) == "they return different numbers of tensors"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(12.34, "12.3 s"), (0.9996, "1.00 s"), (0.0412, "41.2 ms"), (0.000412, "412 µs")],
)
def test_times_have_three_digits_and_a_fitting_unit(seconds: float, text: str) -> None:
    assert report.format_seconds(seconds) == text


# Measuring, with workers that answer at once


def measured(names: list[str], plan: Plan, numpy: Any, torch: Any, **options: Any) -> list[Row]:
    workers = {"numpy": numpy, "torch": torch}
    return measure(
        names, ["numpy", "torch"], plan, lambda name: workers[name](), described={}, **options
    )


def test_every_launch_and_round_times_every_library_once() -> None:
    plan = Plan(launches=2, rounds=3, block_seconds=1.0)
    [row] = measured(
        ["mlp_step"],
        plan,
        numpy=lambda: Answering("numpy", 0.25),
        torch=lambda: Answering("torch", 0.125),
    )
    places = {(b["library"], b["launch"], b["round"]) for b in row.blocks}
    assert len(places) == len(row.blocks) == 2 * 2 * 3
    # Calls fill the block, so that a fast library is not timed for a shorter while.
    assert {(b["library"], b["calls"]) for b in row.blocks} == {("numpy", 4), ("torch", 8)}
    assert row.ratios("numpy") == [(launch, 2.0) for launch in (0, 0, 0, 1, 1, 1)]


def test_an_epoch_is_timed_in_fewer_rounds_and_once_where_it_is_long() -> None:
    [row] = measured(
        ["mlp_epoch"],
        Plan(launches=2, rounds=3, block_seconds=1.0),
        numpy=lambda: Answering("numpy", 0.25),
        torch=lambda: Answering("torch", 3.0),
    )
    assert {(b["library"], b["calls"]) for b in row.blocks} == {("numpy", 4), ("torch", 1)}
    assert len(row.blocks) == 2 * 2 * 2


def test_a_library_whose_results_differ_is_refused_and_not_timed() -> None:
    [wrong] = measured(
        ["mlp_step"],
        ONE_ROUND,
        numpy=lambda: Answering("numpy", 1.0, value=1.001),
        torch=lambda: Answering("torch", 1.0),
    )
    assert wrong.refused == {
        "numpy": "its results are not PyTorch's: at call 1, tensor 1: 1.001 against 1"
    }
    assert {b["library"] for b in wrong.blocks} == {"torch"}
    shown = report.row_as_json(wrong, cores=1)
    assert shown["ratios"] == {}
    assert report.time_cell(shown, shown, "numpy") == "refused"


def test_a_worker_that_dies_costs_its_library_one_row() -> None:
    # It describes itself, compares, and dies at its first block; its successor lives on.
    numpys = [Answering("numpy", 1.0, lives=3), Answering("numpy", 1.0)]
    first, second = measured(
        ["mlp_step", "relu_maps"],
        ONE_ROUND,
        numpy=lambda: numpys.pop(0),
        torch=lambda: Answering("torch", 1.0),
    )
    assert first.refused == {"numpy": "the numpy worker ended"}
    assert second.refused == {}
    assert second.ratios("numpy") == [(0, 1.0)]


def test_after_the_deadline_rows_are_recorded_as_out_of_time() -> None:
    [row] = measured(
        ["mlp_step"],
        ONE_ROUND,
        numpy=lambda: Answering("numpy", 1.0),
        torch=lambda: Answering("torch", 1.0),
        deadline=time.monotonic(),
    )
    assert report.row_as_json(row, cores=1)["skipped"] == "out of time"


# Blocks that other programs disturbed


TWO_ROUNDS = Plan(launches=1, rounds=2, block_seconds=1.0)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quiet, "WAIT_SECONDS", 0.0)


def with_others(others: Iterable[float], again: int = 2) -> Row:
    """A row in which NumPy's first blocks, of 1 s each, met so much of others' work."""
    [row] = measured(
        ["mlp_step"],
        replace(TWO_ROUNDS, again=again),
        numpy=lambda: Answering("numpy", 0.25, others=others),
        torch=lambda: Answering("torch", 0.125),
    )
    return row


def test_a_disturbed_block_is_dropped_counted_and_measured_again() -> None:
    # So much is more than the share of any number of cores, and none is less.
    row = with_others([1000.0, 0.0])
    assert len(row.ratios("numpy")) == 2
    assert [b["other_cpu_seconds"] for b in row.dropped] == [1000.0]
    shown = report.row_as_json(row, cores=1)
    assert shown["dropped"] == 1
    assert row.missing(TWO_ROUNDS, ["numpy", "torch"]) == {}


def test_a_row_on_a_busy_machine_is_short_of_blocks_and_says_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    row = with_others([1000.0, 1000.0, 1000.0, 0.0])
    assert len(row.ratios("numpy")) == 1
    assert len(row.dropped) == 3
    assert row.missing(TWO_ROUNDS, ["numpy", "torch"]) == {"numpy": 1}
    report.print_table(table([row], ["numpy", "torch"]))  # of three launches, of one round each
    said = capsys.readouterr().out
    assert "Short: MLP training step, numpy: 2 blocks are missing" in said
    assert "Short: MLP training step, torch: 1 blocks are missing" in said


def test_a_row_that_met_no_quiet_moment_is_skipped_and_has_no_times() -> None:
    row = with_others([1000.0] * 6)
    assert row.ratios("numpy") == []
    shown = report.row_as_json(row, cores=1)
    assert report.time_cell(shown, shown, "numpy") == "busy"


def test_a_number_of_calls_that_was_guessed_too_low_is_put_right() -> None:
    class Hampered(Answering):
        """A worker whose first calls, from which the number is guessed, were slow."""

        def ask(self, request: dict[str, Any], timeout: float | None = None) -> dict[str, Any]:
            answer = super().ask(request, timeout)
            slow = {"seconds_per_call": 10.0} if request["do"] == "compare" else {}
            return answer | slow

    [row] = measured(
        ["mlp_step"],
        TWO_ROUNDS,
        numpy=lambda: Hampered("numpy", 0.01),
        torch=lambda: Answering("torch", 0.125),
    )
    assert [b["calls"] for b in row.dropped] == [3]
    assert [b["calls"] for b in row.blocks if b["library"] == "numpy"] == [100, 100]


def test_a_quick_run_keeps_its_blocks_whatever_others_do() -> None:
    row = with_others([1000.0] * 6, again=0)
    assert len(row.ratios("numpy")) == 2
    assert row.dropped == []


def test_a_block_is_judged_by_the_part_of_its_cores_that_others_used() -> None:
    def disturbed(others: float | None, seconds: float = 1.0, cores: int = 2) -> bool:
        told = {"other_cpu_seconds": others, "seconds": seconds}
        return quiet.was_disturbed(told, cores)

    assert disturbed(0.2)
    assert not disturbed(0.2, cores=8)
    assert not disturbed(0.05)
    assert not disturbed(-0.02)  # hundredths of a second, counted a moment apart
    assert not disturbed(None)  # not Linux
    assert not disturbed(0.02, seconds=0.05)  # two ticks, which may be only the counting


def test_a_quiet_moment_is_waited_for_but_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quiet, "MOMENT_SECONDS", 0.001)
    monkeypatch.setattr(quiet, "WAIT_SECONDS", 60.0)
    told = iter([0.0, 100.0, 100.0, 200.0, 200.0, 200.0])  # busy, busy, quiet
    monkeypatch.setattr(quiet, "busy_seconds", lambda: next(told))
    quiet.wait_for_quiet(cores=2)
    assert next(told, None) is None
    monkeypatch.setattr(quiet, "WAIT_SECONDS", 0.01)
    ticking = itertools.count(0.0, 100.0)
    monkeypatch.setattr(quiet, "busy_seconds", lambda: next(ticking))
    quiet.wait_for_quiet(cores=2)


@pytest.mark.skipif(quiet.busy_seconds() is None, reason="the system does not tell")
def test_busy_seconds_grow_with_everybodys_work() -> None:
    before, mine = quiet.busy_seconds(), time.process_time()
    while time.process_time() - mine < 0.2:
        pass
    after = quiet.busy_seconds()
    assert before is not None and after is not None
    assert after - before >= 0.15  # this process's own, less what a tick may hide


# Workloads and workers


def tiny_digits(library: Any) -> Any:
    library.manual_seed(1)
    images = library.rand(100, 1, 28, 28)
    return library.utils.data.TensorDataset(images, library.randint(0, 10, (100,)))


def first_results(library: Any, name: str) -> list[list[float]]:
    workload = WORKLOADS[name]
    digits = [tiny_digits(library)] if workload.epoch else []
    step = workload.build(library, "cpu", *digits)
    return [[worker.mean_size(tensor) for tensor in step()] for _ in range(2)]


@pytest.mark.parametrize("name", WORKLOADS)
def test_a_workload_computes_the_same_in_both_libraries(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workloads, "BATCH", 8)  # the same program on less
    assert difference(first_results(minitorch_nn, name), first_results(torch, name)) is None


def test_every_workload_belongs_to_one_command() -> None:
    assert sorted(name for names in COMMANDS.values() for name in names) == sorted(WORKLOADS)


def test_the_halves_of_a_pass_are_timed_apart_and_are_no_more_than_the_block() -> None:
    step = WORKLOADS["linear_128_10"].build(minitorch_nn, "cpu")
    assert isinstance(step, workloads.Passes)
    began = time.perf_counter()
    parts = worker.time_parts(step, 5)
    assert list(parts) == ["forward", "backward"]
    assert 0 < sum(parts.values()) <= time.perf_counter() - began
    assert minitorch_nn.allclose(step.leaves["input"].grad, gradient_of_one_call(step))


def gradient_of_one_call(step: workloads.Passes) -> Any:
    """The input's gradient where nothing was added to it."""
    step()
    return step.leaves["input"].grad


def test_a_worker_tells_which_gradients_it_took_and_how_often_memory_was_new() -> None:
    bench = worker.Bench(workloads.LIBRARIES["numpy"], None)
    first = bench.compare("linear_784_128")["gradients"]
    assert first == {"input": None, "weight": "float32", "bias": "float32"}
    assert bench.compare("linear_128_10")["gradients"]["input"] == "float32"
    faults = bench.block("linear_128_10", 3)["page_faults"]
    assert faults is None or faults >= 0


def test_a_process_settles_once_its_threads_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "SETTLE_SECONDS", 0.3)
    spinning = True

    def spin() -> None:
        while spinning:
            pass

    thread = threading.Thread(target=spin)
    thread.start()
    try:
        assert not worker.settle()
    finally:
        spinning = False
        thread.join()
    monkeypatch.setattr(worker, "SETTLE_SECONDS", 10.0)  # the threads of other tests may yet spin
    assert worker.settle()


# The command line

# NumPy with either kind of kernels, or as it is where the processor or the user leaves no choice.
CONTENDERS = [*kernels.choose(cpu_flags(), environment.numpy_blas(), os.environ).contenders]


def test_a_quick_run_prints_a_table_and_writes_its_json(tmp_path: Path) -> None:
    file = tmp_path / "result.json"
    command = [sys.executable, "-m", "benchmarks", "--quick", "--only", "linear_128_10"]
    ran = subprocess.run(
        [*command, "--json", str(file)], cwd=REPOSITORY, capture_output=True, text=True, timeout=100
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == ""  # no bar where there is no terminal
    assert "Linear 128-10" in ran.stdout

    result = json.loads(file.read_text(encoding="utf-8"))
    assert result["format"] == report.FORMAT
    machine = result["environment"]["machine"]
    assert machine["cpu"]["cores_usable"] >= 1
    assert isinstance(machine["openblas_by_itself"], str)
    assert isinstance(machine["variables"], dict)
    libraries = result["environment"]["libraries"]
    assert [*result["plan"]["libraries"]][: len(CONTENDERS)] == CONTENDERS
    for name in CONTENDERS:
        assert libraries[name]["version"] == minitorch_nn.__version__
    assert libraries["torch"]["version"] == torch.__version__
    assert libraries["torch"]["threads"] >= 1
    assert all(its["gemm_gflops"] > 0 for its in libraries.values())

    [row] = result["rows"]
    assert (row["name"], row["refused"], row["skipped"]) == ("linear_128_10", {}, None)
    blocks = len(result["plan"]["libraries"]) * QUICK.launches * QUICK.rounds
    assert len(row["blocks"]) == blocks
    for seconds in row["seconds"].values():
        assert 0 < seconds["low"] <= seconds["q1"] <= seconds["median"] <= seconds["high"]
    assert [*row["parts"]] == ["forward", "backward"]
    for name in CONTENDERS:
        for times in (row, *row["parts"].values()):
            assert len(times["ratios"][name]["launches"]) == QUICK.launches
            assert times["ratios"][name]["count"] == QUICK.launches * QUICK.rounds
        assert difference(row["compared"][name], row["compared"]["torch"]) is None
        assert row["gradients"][name] == row["gradients"]["torch"]
    assert set(result["quiet"]) == {"others_share", "waiting_share", "restless"}


def one_line_error(capsys: pytest.CaptureFixture[str]) -> str:
    out, error = capsys.readouterr()
    assert out == ""
    [line] = error.splitlines()
    return line


def test_without_pytorch_there_is_one_line_and_status_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert command_line.main([]) == 2
    assert "PyTorch is not installed" in one_line_error(capsys)


def test_an_unknown_workload_is_one_line_and_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command_line.main(["--only", "mlp"])
    assert ended.value.code == 2
    assert "invalid choice: 'mlp'" in one_line_error(capsys)


def test_a_json_file_that_cannot_be_written_is_refused_before_measuring(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command_line.main(["--json", str(tmp_path / "missing" / "result.json")]) == 2
    assert "cannot write" in one_line_error(capsys)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_what_is_no_ordinary_file_is_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(OSError, match="it is not a file"):
        report.check_writable(pipe)


def test_only_names_what_the_command_measures(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--only", "mlp_step", "ops"], ["ops", "--only", "mlp_step"]):
        with pytest.raises(SystemExit) as ended:
            command_line.main(arguments)
        assert ended.value.code == 2
        assert "mlp_step" in one_line_error(capsys)


def test_every_command_has_what_measures_and_prints_it() -> None:
    kinds = {name: command_line.kind(command_line.parse([name])) for name in command_line.HELP}
    assert {kinds[name] for name in COMMANDS} == {command_line.kind(command_line.parse([]))}
    assert [kinds[name] for name in ("scaling", "peers", "gpu")] == ["scaling", "peers", "gpu"]
    assert set(kinds.values()) == {*command_line.MEASURES} == {*command_line.PRINTS}


def test_options_may_stand_before_or_after_the_command(tmp_path: Path) -> None:
    file = str(tmp_path / "file")
    for name in ("json", "plot", "against"):
        for arguments in ([f"--{name}", file, "ops"], ["ops", f"--{name}", file]):
            options = command_line.parse(arguments)
            assert (options.command, getattr(options, name)) == ("ops", Path(file))


def test_a_picture_that_cannot_be_drawn_is_refused_before_measuring(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command_line.main(["--plot", str(tmp_path / "missing" / "plot.png")]) == 2
    one_line_error(capsys)


def test_a_result_is_the_same_json_on_few_lines(tmp_path: Path) -> None:
    result = table([Row("mlp_step", blocks=[block("torch", 0, n, 1.0) for n in range(50)])])
    report.write_json(tmp_path / "result.json", result)
    text = (tmp_path / "result.json").read_text(encoding="utf-8")
    assert json.loads(text) == result
    assert len(text.splitlines()) < 200  # a block is one


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "result.json"
    file.write_text("old", encoding="utf-8")
    with pytest.raises(TypeError):
        report.write_json(file, {"unwritable": object()})
    assert file.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_gpu_without_one_is_one_line_and_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line.main(["gpu", "--only", "chain_1000"]) == 2
    assert "finds no CUDA device" in one_line_error(capsys)
