"""A library in a process of its own, which runs a block when it is asked and sleeps otherwise.

NumPy and PyTorch each keep a pool of threads, and a pool spins for a while after its last job:
some 10 ms for PyTorch's OpenMP, 100 ms for NumPy's OpenBLAS, for ever where OMP_WAIT_POLICY is
`active`. Two libraries in one process, or one timed while the other still spins, would share the
cores with those threads. The variables that shorten the spinning (GOMP_SPINCOUNT, KMP_BLOCKTIME,
OPENBLAS_THREAD_TIMEOUT) would change the very speed that is to be measured. So each library has
its own process and keeps its own settings, and a worker answers only once its threads have gone to
sleep. That they then stayed asleep is measured as well: an answer tells how much processor time
the process used while it waited to be asked.

Requests and answers are JSON, one line each, over the worker's standard input and output:

    {"do": "describe"}                              versions, threads, BLAS
    {"do": "gemm"}                                  how fast it multiplies matrices
    {"do": "digits"}                                which images an epoch goes through
    {"do": "compare", "workload": NAME}             what the first calls computed
    {"do": "block", "workload": NAME, "calls": N}   the seconds that N calls took

An answer is an object; {"error": TEXT} where the request failed. The worker ends with its input.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from benchmarks import environment, quiet
from benchmarks.workloads import LIBRARIES, WORKLOADS, Library, Passes, Step, is_epoch

__all__ = ["REPOSITORY", "Bench", "Worker", "WorkerError", "serve"]

REPOSITORY = Path(__file__).resolve().parent.parent

# A pool is asleep when, for this long, its process uses less than this share of one core.
ASLEEP_SECONDS = 0.02
ASLEEP_SHARE = 0.1
# A pool that spins for ever is not waited for longer than this; the answer says so.
SETTLE_SECONDS = 2.0
# Untimed calls at the start of a block wake the threads and fill the caches.
WARM_UP_CALLS = 3
WARM_UP_SECONDS = 0.05
# A wrong update shows in the loss of the second call, a wrong momentum in that of the third.
COMPARED_CALLS = 3
# A product of two squares with this side is too large for the caches, and long beside its start.
GEMM_SIDE = 2048
GEMM_CALLS = 6
# Between the calls, so that they are not all taken while another program works.
GEMM_PAUSE_SECONDS = 0.05


class WorkerError(RuntimeError):
    """A request failed inside a worker, or the worker ended, or it did not answer in time."""


class Worker:
    """The asking side: starts the process for one of its `libraries` and hands it requests."""

    # What runs in the process, and for whom. A subclass that names a program of its own, which
    # calls `serve` with a Bench of its own, times other libraries or asks for other work.
    program = "benchmarks.worker"
    libraries: Mapping[str, Library] = LIBRARIES

    def __init__(self, library: str, data: Path | None = None) -> None:
        self.library = library
        folder = [] if data is None else [str(data)]
        self._process = subprocess.Popen(
            [sys.executable, "-m", self.program, library, *folder],
            cwd=REPOSITORY,
            env=os.environ | self.libraries[library].variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            bufsize=1,
        )
        # Read by a thread: a pipe cannot be read with a time limit on every system, a queue can.
        self._answers: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._answers.put(line)
        self._answers.put("")

    @property
    def alive(self) -> bool:
        """Whether the process can still be asked."""
        return self._process.poll() is None

    def ask(self, request: dict[str, Any], timeout: float | None = None) -> dict[str, Any]:
        """Send a request and return its answer.

        Raises:
            WorkerError: the request failed; or the process ended, or `timeout` seconds went by,
                and after these two the worker is closed.
        """
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            line = self._answers.get(timeout=timeout)
        except OSError:
            line = ""
        except queue.Empty:
            self.close()
            raise WorkerError(f"the {self.library} worker did not answer in time") from None
        if not line:
            self.close()
            status = self._process.returncode
            raise WorkerError(f"the {self.library} worker ended with status {status}")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise WorkerError(answer["error"])
        return answer

    def close(self) -> None:
        """End the process, whatever it is doing."""
        self._process.kill()
        self._process.wait()
        self._reader.join()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            try:
                pipe.close()
            except OSError:  # a request that was never read is flushed into a broken pipe
                pass


class Bench:
    """The answering side: one library, imported, and what it can be asked to do."""

    def __init__(self, library: Library, data: Path | None) -> None:
        self.library = library
        self.data = data
        self.torch = importlib.import_module(library.module)
        if library.device == "cuda":
            # cuDNN would round to 10 bits (TF32) by default, and the losses would not compare.
            self.torch.backends.cudnn.allow_tf32 = False

    def describe(self) -> dict[str, Any]:
        """Return the versions, threads and BLAS of this process."""
        return environment.describe_library(self.torch, self.library)

    def gemm(self) -> dict[str, Any]:
        """Return the GFLOP/s of a large square float32 product with all threads, best of a few."""
        side = GEMM_SIDE
        a = self.torch.rand(side, side).to(self.library.device)
        times = []
        for _ in range(GEMM_CALLS):
            began = time.perf_counter()
            self.torch.matmul(a, a)
            self._synchronize()
            times.append(time.perf_counter() - began)
            time.sleep(GEMM_PAUSE_SECONDS)
        return {"gemm_gflops": 2 * side**3 / min(times) / 1e9}

    def digits(self) -> dict[str, Any]:
        """Return one line that says which images an epoch goes through."""
        return {"digits": self._digits[1]}

    def compare(self, workload: str) -> dict[str, Any]:
        """Run the first calls and return the mean size of every tensor that they gave.

        With them come the dtypes of the gradients that were taken; None where none was.
        """
        step = self._build(workload)
        values = []
        for _ in range(1 if is_epoch(workload) else COMPARED_CALLS):
            began = time.perf_counter()
            tensors = step()
            self._synchronize()
            seconds = time.perf_counter() - began
            values.append([mean_size(tensor) for tensor in tensors])
        if not is_epoch(workload):
            calls, seconds = self._warm_up(step)
            seconds /= calls
        gradients = {name: dtype_name(leaf.grad) for name, leaf in step.leaves.items()}
        return {"values": values, "gradients": gradients, "seconds_per_call": seconds}

    def block(self, workload: str, calls: int) -> dict[str, Any]:
        """Build the workload anew and return the wall and processor time of `calls` calls.

        Anew, so that every block starts from the same weights in fresh memory: one unlucky
        placement then touches one block and not a whole launch.
        """
        step = self._build(workload)
        if not is_epoch(workload):
            self._warm_up(step)
        gc.collect()
        faults = environment.page_faults()
        busy = quiet.busy_seconds()
        cpu = time.process_time()
        began = time.perf_counter()
        # A GPU works on while Python returns, and to wait for it after each half would cost time.
        if isinstance(step, Passes) and self.library.device != "cuda":
            parts = time_parts(step, calls)
        else:
            parts = time_whole(step, calls)
        self._synchronize()
        seconds = time.perf_counter() - began
        cpu = time.process_time() - cpu
        busy_after = quiet.busy_seconds()
        faults_after = environment.page_faults()
        return {
            "calls": calls,
            "seconds": seconds,
            "parts": parts,
            "cpu_seconds": cpu,
            "other_cpu_seconds": (
                None if busy is None or busy_after is None else busy_after - busy - cpu
            ),
            "page_faults": (
                None if faults is None or faults_after is None else faults_after - faults
            ),
        }

    def _build(self, workload: str) -> Step | Passes:
        chosen = WORKLOADS[workload]
        if not chosen.epoch:
            return chosen.build(self.torch, self.library.device)
        return chosen.build(self.torch, self.library.device, self._digits[0])

    @cached_property
    def _digits(self) -> tuple[Any, str]:
        """The chapter's training set, transformed item by item as users do, and what it is."""
        # By name, since the one imports PyTorch, which must stay out of NumPy's process.
        if self.library.module == "torch":
            data = importlib.import_module("reference.data")
            train_set, _, text = data.find_mnist(self.data, False, data.chapter_transform())
            return train_set, text
        vision = importlib.import_module(f"{self.library.module}.vision")
        transforms = vision.transforms
        transform = transforms.Compose(
            [transforms.ToTensor(), transforms.Normalize((0.5,), (0.5,))]
        )
        folder = None if self.data is None else str(self.data)
        train_set, _, text = vision.datasets.find_mnist(folder, False, transform)
        return train_set, text

    def _warm_up(self, step: Step | Passes) -> tuple[int, float]:
        """Call `step` for a moment; return the number of calls and the seconds they took."""
        calls = 0
        began = time.perf_counter()
        while calls < WARM_UP_CALLS or time.perf_counter() - began < WARM_UP_SECONDS:
            step()
            calls += 1
        self._synchronize()
        return calls, time.perf_counter() - began

    def _synchronize(self) -> None:
        """Wait for the GPU, which works on while Python has already returned."""
        if self.library.device == "cuda":
            self.torch.cuda.synchronize()


def time_whole(step: Step | Passes, calls: int) -> dict[str, float]:
    """Call `step` so often; it has no parts."""
    for _ in range(calls):
        step()
    return {}


def time_parts(step: Passes, calls: int) -> dict[str, float]:
    """Call `step` so often and return the seconds of its halves, each summed over the calls.

    To drop the old gradients and the result is neither half's work; the whole block has it.
    """
    clock = time.perf_counter
    forward = backward = 0.0
    for _ in range(calls):
        step.clear()
        began = clock()
        result = step.forward()
        middle = clock()
        step.backward(result)
        ended = clock()
        forward += middle - began
        backward += ended - middle
        del result
    return {"forward": forward, "backward": backward}


def dtype_name(tensor: Any) -> str | None:
    """Return a tensor's dtype as both libraries call it, or None where there is no tensor."""
    return None if tensor is None else str(tensor.dtype).removeprefix("torch.")


def mean_size(tensor: Any) -> float:
    """Return the mean of |x| over a tensor or array, summed in float64 whatever its type."""
    array = tensor if isinstance(tensor, np.ndarray) else tensor.detach().to("cpu").numpy()
    return float(np.abs(array, dtype=np.float64).mean())


def settle() -> bool:
    """Wait until this process's threads are asleep; return False if they would not sleep."""
    give_up = time.perf_counter() + SETTLE_SECONDS
    while time.perf_counter() < give_up:
        before = time.process_time()
        time.sleep(ASLEEP_SECONDS)
        if time.process_time() - before < ASLEEP_SHARE * ASLEEP_SECONDS:
            return True
    return False


def serve(library: Library, data: Path | None, kind: type[Bench] = Bench) -> None:
    """Answer the requests on standard input, by a Bench of this `kind`, until it ends."""
    # Ctrl-C reaches every process of the terminal; only the parent acts on it, and ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Answers get the pipe for themselves: what a library prints goes to standard error.
    answers = os.dup(1)
    os.dup2(2, 1)
    bench = None
    slept, used = time.perf_counter(), time.process_time()
    for line in iter(sys.stdin.readline, ""):
        idle = {
            "idle_seconds": time.perf_counter() - slept,
            "idle_cpu_seconds": time.process_time() - used,
        }
        try:
            bench = bench or kind(library, data)
            answer = reply(bench, json.loads(line)) | idle
        except Exception as error:  # whatever it is, the parent refuses the row and goes on
            answer = {"error": f"{library.title}: {type(error).__name__}: {first_line(error)}"}
        gc.collect()
        answer["asleep"] = settle()
        slept, used = time.perf_counter(), time.process_time()
        try:
            os.write(answers, f"{json.dumps(answer)}\n".encode())
        except BrokenPipeError:  # the parent was killed
            return


def reply(bench: Bench, request: dict[str, Any]) -> dict[str, Any]:
    """Return what `bench` answers to one request."""
    deeds: dict[str, Callable[..., dict[str, Any]]] = {
        "describe": bench.describe,
        "digits": bench.digits,
        "gemm": bench.gemm,
        "compare": bench.compare,
        "block": bench.block,
    }
    return deeds[request.pop("do")](**request)


def first_line(error: Exception) -> str:
    """Return the first line of an error's text."""
    return next(iter(str(error).splitlines()), "")


if __name__ == "__main__":
    serve(LIBRARIES[sys.argv[1]], Path(sys.argv[2]) if len(sys.argv) > 2 else None)
