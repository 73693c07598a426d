"""Another library in a process of its own, asked and timed as `benchmarks.worker` does it.

python -m benchmarks.peers.worker CONTENDER
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import environment
from benchmarks.peers.contenders import CONTENDERS, NETWORKS, PEERS
from benchmarks.peers.given import give
from benchmarks.worker import Bench, serve
from benchmarks.workloads import Library, Step

__all__ = ["PeerBench"]


class PeerBench(Bench):
    """The answering side for a peer: its module, and the steps that this has."""

    def __init__(self, library: Library, data: Path | None = None) -> None:
        self.library = library
        self.steps = importlib.import_module(library.module).STEPS

    def describe(self) -> dict[str, Any]:
        """Return the versions and the BLAS of this process."""
        package = next(p.package for p in PEERS.values() if p.module == self.library.module)
        return {
            "module": package or self.library.module,
            "version": package and environment.installed_version(package),
            "numpy": np.__version__,
            "numpy_blas": environment.numpy_blas(),
            "pools": environment.thread_pools(),
        }

    def _build(self, workload: str) -> Step:
        step: Step = self.steps[workload](give(NETWORKS[workload]))
        return step


if __name__ == "__main__":
    serve(CONTENDERS[sys.argv[1]], None, PeerBench)
