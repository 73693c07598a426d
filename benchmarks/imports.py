"""How long `import minitorch_nn` takes beside `import numpy`, which it contains."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.measure import summary

__all__ = ["import_times"]

MODULES = ("numpy", "minitorch_nn")

PROGRAM = """
import sys, time
began = time.perf_counter()
__import__(sys.argv[1])
print(time.perf_counter() - began)
"""


def import_times(launches: int) -> dict[str, Any]:
    """Return the seconds of both imports, each in `launches` processes by turns, and their ratio.

    The compiled files are kept in a folder of their own, so that nothing is compiled in a timed
    launch whatever the user's settings are.
    """
    seconds: dict[str, list[float]] = {module: [] for module in MODULES}
    with tempfile.TemporaryDirectory() as compiled:
        for module in MODULES:
            import_once(module, compiled)
        for _ in range(launches):
            for module in MODULES:
                seconds[module].append(import_once(module, compiled))
    numpy, package = seconds.values()
    return {
        "seconds": {module: summary(values) for module, values in seconds.items()},
        "ratio": statistics.median(b / a for a, b in zip(numpy, package, strict=True)),
    }


def import_once(module: str, compiled: str) -> float:
    """Return the seconds that an import takes in a fresh process."""
    variables = os.environ | {"PYTHONPYCACHEPREFIX": compiled}
    variables.pop("PYTHONDONTWRITEBYTECODE", None)
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, module],
        cwd=Path(__file__).resolve().parent.parent,
        env=variables,
        capture_output=True,
        text=True,
        check=True,
    )
    return float(ran.stdout)
