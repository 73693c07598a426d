"""The benchmark's report for a GPU, made on the CPU."""

from __future__ import annotations

import json
import os
import time
from typing import Any

import pytest
import torch

from benchmarks import gpu, report

from .benchmark_workers import ONE_ROUND, Answering


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
