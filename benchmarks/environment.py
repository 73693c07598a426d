"""Where a measurement was made: all that a reader needs to judge it, or to repeat it."""

from __future__ import annotations

import contextlib
import datetime
import io
import os
import platform
import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.kernels import taken_by_itself
from benchmarks.peak import fma_peak
from benchmarks.processor import describe_cpu
from benchmarks.workloads import Library

try:
    import resource
except ImportError:  # Windows has none
    resource = None  # type: ignore[assignment]

__all__ = ["describe_library", "describe_machine", "numpy_blas", "page_faults"]

# What users set to change threads, kernels or memory.
TELLING_VARIABLES = ("OPENBLAS_", "OMP_", "GOMP_", "KMP_", "MKL_", "MALLOC_", "GLIBC_TUNABLES")


def describe_machine() -> dict[str, Any]:
    """Return the processor, system and settings, as this process sees them."""
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "cpu": describe_cpu() | {"fma_peak_gflops": fma_peak()},
        "os": platform.platform(),
        "libc": " ".join(platform.libc_ver()).strip(),
        "python": sys.version.split()[0],
        "variables": telling_variables(),
        "openblas_by_itself": taken_by_itself(),
        "load_average": load_average(),
    }


def telling_variables() -> dict[str, str]:
    """Return what is set of this process's variables that change threads, kernels or memory."""
    return {
        name: value
        for name, value in sorted(os.environ.items())
        if name.startswith(TELLING_VARIABLES)
    }


def load_average() -> list[float] | None:
    """Return the system's load over 1, 5 and 15 minutes, or None where it keeps none."""
    return list(os.getloadavg()) if hasattr(os, "getloadavg") else None


def page_faults() -> int | None:
    """Return how often this process touched memory that it had yet to be given; None on Windows."""
    return None if resource is None else resource.getrusage(resource.RUSAGE_SELF).ru_minflt


def describe_library(torch: Any, library: Library) -> dict[str, Any]:
    """Return the versions, threads and BLAS of the process that calls this.

    `torch` is either library's module.
    """
    facts: dict[str, Any] = {
        "module": library.module,
        "version": torch.__version__,
        "numpy": np.__version__,
        "pools": thread_pools(),
        "numpy_blas": numpy_blas(),
        "variables": telling_variables(),
    }
    if library.module == "torch":
        facts |= {
            "torchvision": installed_version("torchvision"),
            "threads": torch.get_num_threads(),
            "cpu_capability": torch.backends.cpu.get_cpu_capability(),
            "mkl": matrix_library(torch, "mkl", r"Math Kernel Library Version (\S+)"),
            "onednn": matrix_library(torch, "mkldnn", r"MKL-DNN v(\S+)"),
            # The compiler's flags are left out: they are long, and name folders of the builder's.
            "build": [x for x in torch.__config__.show().splitlines() if "Build settings" not in x],
            "cuda": describe_cuda(torch),
        }
    return facts


def matrix_library(torch: Any, backend: str, pattern: str) -> str | None:
    """Return the version of a library that PyTorch was built with, or None if it has none."""
    if not getattr(torch.backends, backend).is_available():
        return None
    found = re.search(pattern, torch.__config__.show())
    return found[1].removesuffix("-Product") if found else "unknown"


def thread_pools() -> list[dict[str, Any]] | str:
    """Return every BLAS and OpenMP pool of this process, or why they are not known."""
    try:
        from threadpoolctl import threadpool_info
    except ImportError:
        return "unknown: threadpoolctl is not installed"
    pools: list[dict[str, Any]] = threadpool_info()
    # The name of the file tells the build; the folder only whose machine this is.
    return [pool | {"filepath": Path(pool["filepath"]).name} for pool in pools]


def numpy_blas() -> dict[str, Any]:
    """Return the BLAS that NumPy was built against."""
    with contextlib.redirect_stdout(io.StringIO()):
        config: Any = np.show_config(mode="dicts")
    blas = config.get("Build Dependencies", {}).get("blas", {})
    return {key: blas[key] for key in ("name", "version", "openblas configuration") if key in blas}


def installed_version(package: str) -> str | None:
    """Return a package's version without importing it, or None."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def describe_cuda(torch: Any) -> dict[str, Any] | None:
    """Return the GPU and its software, or None where PyTorch finds none."""
    if not torch.cuda.is_available():
        return None
    card = torch.cuda.get_device_properties(0)
    return {
        "name": card.name,
        "memory_bytes": card.total_memory,
        "multiprocessors": card.multi_processor_count,
        "capability": f"{card.major}.{card.minor}",
        "cuda": torch.version.cuda,
        "cudnn": torch.backends.cudnn.version(),
        "driver": driver_version(),
        "tf32": {
            "matmul": torch.backends.cuda.matmul.allow_tf32,
            "cudnn": torch.backends.cudnn.allow_tf32,
        },
    }


def driver_version() -> str:
    """Return the NVIDIA driver's version, which PyTorch itself does not tell."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return "unknown: nvidia-smi is not installed"
    query = [tool, "--query-gpu=driver_version", "--format=csv,noheader"]
    try:
        answer = subprocess.run(query, capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        return f"unknown: {error}"
    return answer.stdout.split("\n")[0].strip()
