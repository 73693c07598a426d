"""The benchmark's own arithmetic, its refusals and its report. No test asserts a time."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import torch

import minitorch_nn
from benchmarks import __main__ as command_line
from benchmarks import gpu, report, worker, workloads
from benchmarks.measure import QUICK, Plan, Row, difference, launch_medians, measure, summary
from benchmarks.worker import WorkerError
from benchmarks.workloads import WORKLOADS, Step

REPOSITORY = Path(__file__).parent.parent
ONE_ROUND = Plan(launches=1, rounds=1, block_seconds=0.01)


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


def block(library: str, launch: int, a_round: int, seconds: float, calls: int) -> dict[str, Any]:
    place = {"library": library, "launch": launch, "round": a_round}
    return place | {"seconds": seconds, "calls": calls}


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
    assert report.quietness(blocks, cores=2) == {
        "others_share": 0.25,
        "waiting_share": 0.05,
        "restless": 0,
    }
    assert report.quietness([], cores=2)["others_share"] is None


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


class Answering:
    """A worker that takes `seconds` a call and computes `value`; asked past `lives`, it dies."""

    def __init__(
        self, library: str, seconds: float, value: float = 1.0, lives: float = float("inf")
    ) -> None:
        self.library, self.seconds, self.value, self.lives = library, seconds, value, lives

    @property
    def alive(self) -> bool:
        return self.lives > 0

    def ask(self, request: dict[str, Any], timeout: float | None = None) -> dict[str, Any]:
        self.lives -= 1
        if not self.alive:
            raise WorkerError(f"the {self.library} worker ended")
        if request["do"] == "describe":
            return {"module": self.library}
        if request["do"] == "compare":
            return {"values": [[self.value]], "seconds_per_call": self.seconds}
        calls = request["calls"]
        quiet = {"idle_seconds": 1.0, "idle_cpu_seconds": 0.0, "asleep": True}
        times = {"cpu_seconds": 0.0, "other_cpu_seconds": 0.0, "seconds": calls * self.seconds}
        return {"calls": calls} | times | quiet

    def close(self) -> None:
        pass


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


def test_an_epoch_is_timed_once_a_launch() -> None:
    plan = Plan(launches=2, rounds=3, block_seconds=1.0)
    [row] = measured(
        ["mlp_epoch"],
        plan,
        numpy=lambda: Answering("numpy", 0.25),
        torch=lambda: Answering("torch", 0.125),
    )
    assert [b["calls"] for b in row.blocks] == [1, 1, 1, 1]


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
    assert report.time_cell(shown, "numpy") == "refused"


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


# Workloads and workers


def tiny_digits(library: Any) -> Any:
    library.manual_seed(1)
    images = library.rand(100, 1, 28, 28)
    return library.utils.data.TensorDataset(images, library.randint(0, 10, (100,)))


def first_results(library: Any, name: str) -> list[list[float]]:
    workload = WORKLOADS[name]
    digits = [tiny_digits(library)] if workload.epoch else []
    step: Step = workload.build(library, "cpu", *digits)
    return [[worker.mean_size(tensor) for tensor in step()] for _ in range(2)]


@pytest.mark.parametrize("name", WORKLOADS)
def test_a_workload_computes_the_same_in_both_libraries(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workloads, "BATCH", 8)  # the same program on less
    assert difference(first_results(minitorch_nn, name), first_results(torch, name)) is None


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
    assert isinstance(machine["variables"], dict)
    libraries = result["environment"]["libraries"]
    assert libraries["numpy"]["version"] == minitorch_nn.__version__
    assert libraries["torch"]["version"] == torch.__version__
    assert libraries["torch"]["threads"] >= 1

    [row] = result["rows"]
    assert (row["name"], row["refused"], row["skipped"]) == ("linear_128_10", {}, None)
    blocks = len(result["plan"]["libraries"]) * QUICK.launches * QUICK.rounds
    assert len(row["blocks"]) == blocks
    for seconds in row["seconds"].values():
        assert 0 < seconds["low"] <= seconds["q1"] <= seconds["median"] <= seconds["high"]
    assert len(row["ratios"]["numpy"]["launches"]) == QUICK.launches
    assert row["ratios"]["numpy"]["count"] == QUICK.launches * QUICK.rounds
    assert difference(row["compared"]["numpy"], row["compared"]["torch"]) is None
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


# The report for a GPU, made on the CPU


def gpu_report(budget: float, save: Any = lambda result: None) -> dict[str, Any]:
    def start(library: str) -> Answering:
        return Answering(library, 0.001)

    return gpu.gpu_report(
        "cpu", ["chain_1000"], ONE_ROUND, start, described={}, budget=budget, save=save
    )


def test_a_gpu_report_holds_the_tests_the_trainings_and_the_timings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    commands = []

    def run(arguments: list[str], end: float) -> dict[str, Any]:
        commands.append(" ".join(arguments))
        lines = [(3.3, "Test Accuracy: 91.10%"), (3.5, "Test Accuracy: 97.33%")]
        if "--time" in arguments:
            lines.append((3.6, "Time: 0.950 s, of which in each epoch: 0.500, 0.125, 0.250"))
        return {"status": 0, "lines": lines}

    monkeypatch.setattr(gpu, "run", run)
    saved = []
    result = gpu_report(budget=1000, save=lambda result: saved.append(json.dumps(result)))

    assert [*result["parts"]] == ["tests", *gpu.TRAININGS]
    assert commands[0].startswith("-m pytest -m gpu")
    assert commands[1] == "-m reference train --time --device cpu"
    assert commands[2] == "-m reference train --pipeline device --time --device cpu"
    assert commands[-2] == "-m minitorch_nn train --time"
    assert any("nproc-per-node=1 -m reference train --time" in text for text in commands)
    training = result["parts"]["cnn_to_99"]
    assert training["training_seconds"] == 0.95
    assert training["epoch_seconds"] == [0.5, 0.125, 0.25]
    assert training["seconds_per_epoch"] == 0.1875  # without the first, which prepares
    assert training["test_accuracy"] == 97.33  # the last one
    assert [row["name"] for row in result["rows"]] == ["chain_1000"]
    assert result["rows"][0]["ratios"]["numpy"]["median"] == 1.0
    # Every part is saved when it is done, for a call that is cut short.
    every = len(result["parts"])
    assert [len(json.loads(text)["parts"]) for text in saved] == [*range(1, every + 1), every]


@pytest.mark.slow
def test_every_training_that_a_gpu_is_wanted_for_can_be_started() -> None:
    for training in gpu.TRAININGS.values():
        flags = [flag for flag in training.flags if flag != "--tf32" or torch.cuda.is_available()]
        command = [*training.program, "train", *flags, "--epochs", "0", "--time"]
        ran = gpu.run(command, time.monotonic() + 120)
        assert ran["status"] == 0, ran["lines"]
        assert gpu.test_accuracy(ran) is not None
        assert gpu.told_seconds(ran)[0] is not None


def test_what_does_not_fit_the_gpu_budget_is_recorded_as_out_of_time() -> None:
    result = gpu_report(budget=0)
    assert {part["skipped"] for part in result["parts"].values()} == {"skipped: out of time"}
    assert [row["skipped"] for row in result["rows"]] == ["out of time"]
    gpu.print_parts(result)
    report.print_table(result)


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="there are no process groups here")
def test_a_part_may_end_what_only_it_can_end() -> None:
    program = """
import signal, subprocess, sys, time
sleeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"],
                           stdout=subprocess.DEVNULL, start_new_session=True)

def end(*_):
    sleeper.kill()
    sleeper.wait()
    sys.exit(1)

signal.signal(signal.SIGTERM, end)
print(sleeper.pid, flush=True)
time.sleep(60)
"""
    ran = gpu.run(["-c", program], time.monotonic() + 1.5)
    [(_, sleeper)] = ran["lines"]
    with pytest.raises(ProcessLookupError):
        os.kill(int(sleeper), 0)


def test_a_part_is_ended_when_its_time_is_over_and_keeps_its_lines() -> None:
    program = "import time; print('begun', flush=True); time.sleep(60)"
    ran = gpu.run(["-c", program], time.monotonic() + 1.0)
    assert [text for _, text in ran["lines"]] == ["begun"]
    assert ran["stopped"] == "out of time"
    assert ran["seconds"] < 60
