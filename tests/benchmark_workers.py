"""Stand-ins for the benchmark's workers, which answer at once, and results made of their blocks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from benchmarks import report
from benchmarks.measure import Plan, Row
from benchmarks.worker import WorkerError

QUIET = {
    "cpu_seconds": 0.0,
    "other_cpu_seconds": 0.0,
    "idle_seconds": 1.0,
    "idle_cpu_seconds": 0.0,
    "asleep": True,
}
ONE_ROUND = Plan(launches=1, rounds=1, block_seconds=0.01)


class Answering:
    """A worker that takes `seconds` a call and computes `value`; asked past `lives`, it dies.

    `others`: the processor seconds that other programs use in its first blocks.
    """

    def __init__(
        self,
        library: str,
        seconds: float,
        value: float = 1.0,
        lives: float = float("inf"),
        others: Iterable[float] = (),
    ) -> None:
        self.library, self.seconds, self.value, self.lives = library, seconds, value, lives
        self.others = list(others)

    @property
    def alive(self) -> bool:
        return self.lives > 0

    def ask(self, request: dict[str, Any], timeout: float | None = None) -> dict[str, Any]:
        self.lives -= 1
        if not self.alive:
            raise WorkerError(f"the {self.library} worker ended")
        answers = {"describe": {"module": self.library}, "gemm": {"gemm_gflops": 100.0}}
        if request["do"] in answers:
            return answers[request["do"]]
        if request["do"] == "compare":
            gradients = {"input": None, "weight": "float32"}
            return {
                "values": [[self.value]],
                "gradients": gradients,
                "seconds_per_call": self.seconds,
            }
        seconds = request["calls"] * self.seconds
        others = self.others.pop(0) if self.others else 0.0
        return {
            "calls": request["calls"],
            "seconds": seconds,
            "parts": {"forward": seconds / 2, "backward": seconds / 2},
            "page_faults": 0,
            **QUIET,
            "other_cpu_seconds": others,
        }

    def close(self) -> None:
        pass


def block(
    library: str, launch: int, a_round: int, seconds: float, calls: int = 1, **more: Any
) -> dict[str, Any]:
    """A block as `measure` keeps it; two thirds of it went forward."""
    return {
        "library": library,
        "launch": launch,
        "round": a_round,
        "seconds": seconds,
        "calls": calls,
        "parts": {"forward": seconds * 2 / 3, "backward": seconds / 3},
        "page_faults": 10 * calls,
        **QUIET,
        **more,
    }


def row(name: str, ratios: dict[str, Iterable[float]]) -> Row:
    """A workload in which PyTorch took a second, and a contender its ratios, launch by launch."""
    made = Row(name)
    for library, values in {"torch": [1.0, 1.0, 1.0], **ratios}.items():
        made.compared[library] = [[1.0]]
        made.gradients[library] = {"input": None, "weight": "float32"}
        made.blocks += [block(library, launch, 0, ratio) for launch, ratio in enumerate(values)]
    return made


POOL = {"user_api": "blas", "internal_api": "openblas", "version": "0.3.31", "num_threads": 2}


def described(library: str) -> dict[str, Any]:
    """What a contender says of itself."""
    facts = {"version": "1.0", "numpy": "2.4.6", "gemm_gflops": 100.0, "pools": []}
    if library == "torch":
        torch = {"torchvision": "1.1", "mkl": "2024.2", "onednn": "3.13.3", "threads": 2}
        return facts | torch | {"module": "torch", "cpu_capability": "AVX512", "cuda": None}
    architecture = {"numpy_avx2": "Haswell"}.get(library, "SkylakeX")
    blas = {"name": "scipy-openblas", "version": "0.3.31"}
    return facts | {
        "module": "minitorch_nn",
        "pools": [POOL | {"architecture": architecture}],
        "numpy_blas": blas,
    }


def machine(**changes: Any) -> dict[str, Any]:
    """The machine of a made-up result."""
    cpu = {
        "model": "Chip",
        "family": "1",
        "model_number": "2",
        "flags": ["avx2", "avx512f"],
        "cores": 2,
        "cores_usable": 2,
        "fma_peak_gflops": {"AVX2": 250.0, "AVX-512": 500.0},
    }
    return {
        "date": "2026-01-02T03:04:05+00:00",
        "cpu": cpu,
        "os": "Linux",
        "python": "3.11.7",
        "variables": {},
        "openblas_by_itself": "SkylakeX",
        "load_average": None,
        **changes,
    }


def table(
    rows: list[Row], libraries: Iterable[str] = ("numpy_avx2", "numpy_avx512", "torch")
) -> dict[str, Any]:
    """A result of the kind "table" with these rows."""
    libraries = list(libraries)
    facts = {name: described(name) for name in libraries}
    plan = Plan(launches=3, rounds=1, block_seconds=0.2)
    result = report.as_json(rows, libraries, plan, machine(), facts, "as they are")
    seconds = {"numpy": {"median": 0.1}, "minitorch_nn": {"median": 0.15}}
    return result | {"imports": {"seconds": seconds, "ratio": 1.5}}
