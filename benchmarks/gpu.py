"""All that a GPU is wanted for, in one call of at most eight minutes.

Whoever has a GPU for a short while runs `python -m benchmarks gpu --json FILE` and has: the tests
that need one, the chapter's trainings (`TRAININGS`), and the timings of NumPy, PyTorch on the CPU
and PyTorch on the GPU, taken in one run on one machine. The parts share a budget of seconds.
Each must be over by its share of it, so that a slow one cannot starve the next; what it leaves
unused the next may have, and what does not fit is recorded as out of time.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import queue
import re
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import environment
from benchmarks.measure import Asked, Plan, measure
from benchmarks.report import as_json
from benchmarks.worker import REPOSITORY

__all__ = ["BUDGET", "gpu_report", "print_parts"]

# Seconds: eight minutes, less what starting and stopping the processes takes.
BUDGET = 460.0
# Where the tests marked gpu are: to collect all the others would take its time.
TESTS = [f"tests/test_{name}.py" for name in ("reference", "recorded_steps", "distributed")]

# The part of the budget that has gone when the tests must be over.
TESTS_END = 0.33


@dataclass(frozen=True)
class Training:
    """A whole training as a user starts it, in a process of its own."""

    title: str
    program: tuple[str, ...]  # what Python is told to run; the device and the data are added
    flags: tuple[str, ...]
    end: float  # the part of the budget that has gone when it must be over


REFERENCE = ("-m", "reference")
ONE_PROCESS = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node=1")
NUMPY = ("-m", "minitorch_nn")
ON_DEVICE = ("--pipeline", "device")
TO_97 = ("--until", "97", "--epochs", "20")
# The chapter's learning rate stays below 99 % for long; these were the best of a few on a CPU.
TO_99 = ("--tf32", "--batch-size", "128", "--lr", "0.05", "--until", "99", "--epochs", "20")
CNN = ("--model", "cnn")
TRAININGS = {
    "mlp_loader": Training("MLP, 5 epochs, DataLoader", REFERENCE, (), 0.43),
    "mlp_device": Training("MLP, 5 epochs, CUDA graphs", REFERENCE, ON_DEVICE, 0.48),
    "mlp_to_97": Training("MLP to 97 %, CUDA graphs", REFERENCE, (*ON_DEVICE, *TO_97), 0.52),
    "cnn_device": Training("CNN, 5 epochs, CUDA graphs", REFERENCE, (*ON_DEVICE, *CNN), 0.57),
    "cnn_to_99": Training(
        "CNN to 99 %, CUDA graphs, TF32", REFERENCE, (*ON_DEVICE, *CNN, *TO_99), 0.62
    ),
    "mlp_ddp": Training("MLP, 5 epochs, DDP of one process", (*ONE_PROCESS, *REFERENCE), (), 0.73),
    "mlp_numpy": Training("MLP, 5 epochs, NumPy", NUMPY, (), 0.77),
    "mlp_numpy_to_97": Training("MLP to 97 %, NumPy", NUMPY, TO_97, 0.80),
}

# Seconds that a part has to end when it is asked to.
GRACE = 5.0

# The end of a part's output that is printed; the JSON has all of it.
LAST_LINES = 12

OUT_OF_TIME = "skipped: out of time"


def gpu_report(
    device: str,
    names: Sequence[str],
    plan: Plan,
    start: Callable[[str], Asked],
    *,
    described: dict[str, dict[str, Any]],
    data: Path | None = None,
    budget: float = BUDGET,
    save: Callable[[dict[str, Any]], object] = lambda result: None,
    tick: Callable[[int], object] = lambda blocks: None,
) -> dict[str, Any]:
    """Run every part on `device` ("cuda", or "cpu" to try the report itself) and return it all.

    `described` holds what the libraries already said of themselves. The result has the structure
    of `report.as_json` with two more keys, "device" and "parts". `save` is given the result after
    every part, so that a call cut short leaves what it had.
    """
    began = time.monotonic()
    machine = environment.describe_machine()
    libraries = ["numpy", "torch", *(["cuda"] if device == "cuda" else [])]
    parts: dict[str, Any] = {}
    result = as_json([], libraries, plan, machine, described)
    result |= {"kind": "gpu", "device": device, "budget": budget, "parts": parts}

    parts["tests"] = run_tests(began + TESTS_END * budget)
    save(result)
    for name, training in TRAININGS.items():
        parts[name] = run_training(training, device, data, began + training.end * budget)
        save(result)
    rows = measure(
        names,
        libraries,
        plan,
        start,
        described=described,
        deadline=began + budget,
        tick=tick,
    )
    result |= as_json(rows, libraries, plan, machine, described) | {"kind": "gpu"}
    result["seconds"] = time.monotonic() - began
    save(result)
    return result


def run_tests(end: float) -> dict[str, Any]:
    """Run the tests marked gpu and return pytest's status, lines and verdict."""
    if importlib.util.find_spec("pytest") is None:
        return {"skipped": "pytest is not installed"}
    ran = run(["-m", "pytest", "-m", "gpu", "-q", "-rs", "-p", "no:cacheprovider", *TESTS], end)
    return ran | {"verdict": last_line(ran)}


def run_training(training: Training, device: str, data: Path | None, end: float) -> dict[str, Any]:
    """Train as told; return the lines, the seconds in all and of every epoch, and the accuracy.

    The seconds are those that the training tells itself: they begin when Python, the library and
    the images are there. The median epoch leaves out the first one, with the preparations in it.
    """
    command = [*training.program, "train", *training.flags, "--time"]
    if training.program is not NUMPY:
        command += ["--device", device]
    if data is not None:
        command += ["--data", str(data)]
    ran = run(command, end)
    in_all, each = told_seconds(ran)
    return ran | {
        "title": training.title,
        "training_seconds": in_all,
        "epoch_seconds": each,
        "seconds_per_epoch": statistics.median(each[1:]) if each[1:] else None,
        "test_accuracy": test_accuracy(ran),
    }


def told_seconds(ran: dict[str, Any]) -> tuple[float | None, list[float]]:
    """Return what the line that `--time` prints tells: the seconds in all, and of every epoch."""
    for _, text in ran.get("lines", []):
        if found := re.fullmatch(r"Time: ([\d.]+) s, of which in each epoch: ([\d., ]*)", text):
            return float(found[1]), [float(seconds) for seconds in found[2].split(", ") if seconds]
    return None, []


def run(arguments: Sequence[str], end: float) -> dict[str, Any]:
    """Run this Python with `arguments` until it ends, or kill it at `end`.

    Returns its command, status, seconds, and every line it printed with the second it came at;
    "stopped" where it was killed, "skipped" where there was no time to begin.
    """
    command = " ".join(["python", *arguments])
    began = time.monotonic()
    if began >= end:
        return {"command": command, "skipped": OUT_OF_TIME}
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=REPOSITORY,
        # Lines must come when they are printed: their times are what is measured.
        env=os.environ | {"PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        # A group of its own, so that what it starts can be ended with it.
        start_new_session=True,
    )
    printed: queue.Queue[tuple[float, str]] = queue.Queue()

    def read() -> None:
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                printed.put((time.monotonic() - began, line.rstrip("\n")))

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    stopped = False
    try:
        process.wait(end - began)
    except subprocess.TimeoutExpired:
        stopped = True
    finally:
        end_group(process)
    reader.join(timeout=5)
    return {
        "command": command,
        "status": process.returncode,
        "seconds": time.monotonic() - began,
        "lines": [printed.get() for _ in range(printed.qsize())],
        **({"stopped": "out of time"} if stopped else {}),
    }


def end_group(process: subprocess.Popen[str]) -> None:
    """End a process and all that it started, if they still run.

    Asked first: torchrun's processes are in groups of their own, which only torchrun can end.
    """
    for number, seconds in ((signal.SIGTERM, GRACE), (signal.SIGKILL, None)):
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, number)
        else:
            process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)


def last_line(ran: dict[str, Any]) -> str | None:
    """Return the last line that is not empty."""
    return next((text for _, text in reversed(ran.get("lines", [])) if text.strip()), None)


def test_accuracy(ran: dict[str, Any]) -> float | None:
    """Return the percentage in the last line of the kind `Test Accuracy: 97.33%`, or None."""
    for _, text in reversed(ran.get("lines", [])):
        if found := re.fullmatch(r"Test Accuracy: ([\d.]+)%", text.strip()):
            return float(found[1])
    return None


def print_parts(result: dict[str, Any]) -> None:
    """Print what the tests and the trainings gave."""
    for name, part in result["parts"].items():
        print(f"\n{part.get('title', name)}: {part.get('command', '')}")
        if "skipped" in part:
            print(f"  {part['skipped']}")
            continue
        for _, text in part["lines"][-LAST_LINES:]:
            print(f"  {text}")
        if "stopped" in part:
            print(f"  stopped after {part['seconds']:.0f} s: {part['stopped']}")
        if part.get("seconds_per_epoch") is not None:
            print(f"  {part['seconds_per_epoch']:.3f} s an epoch")
