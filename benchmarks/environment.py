"""Where a measurement was made: all that a reader needs to judge it, or to repeat it."""

from __future__ import annotations

import contextlib
import datetime
import io
import os
import platform
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.workloads import Library

__all__ = ["busy_seconds", "describe_library", "describe_machine"]

# The extensions that decide which kernels BLAS and PyTorch choose.
TELLING_FLAGS = ("sse4_2", "avx", "avx2", "fma", "f16c", "avx_vnni", "amx_tile", "neon", "sve")
# What users set to change threads, kernels or memory.
TELLING_VARIABLES = ("OPENBLAS_", "OMP_", "GOMP_", "KMP_", "MKL_", "MALLOC_", "GLIBC_TUNABLES")


def describe_machine() -> dict[str, Any]:
    """Return the processor, system and settings, as this process sees them."""
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "cpu": describe_cpu(),
        "os": platform.platform(),
        "libc": " ".join(platform.libc_ver()).strip(),
        "python": sys.version.split()[0],
        "variables": {
            name: value
            for name, value in sorted(os.environ.items())
            if name.startswith(TELLING_VARIABLES)
        },
        "load_average": load_average(),
    }


def describe_cpu() -> dict[str, Any]:
    """Return the processor's model, family, telling flags and number of cores."""
    facts = cpu_facts()
    flags = facts.get("flags", facts.get("Features", "")).split()
    return {
        "model": facts.get("model name") or platform.processor() or platform.machine(),
        "vendor": facts.get("vendor_id"),
        "family": facts.get("cpu family"),
        "model_number": facts.get("model"),
        "flags": sorted(f for f in flags if f in TELLING_FLAGS or f.startswith("avx512")),
        "cores": os.cpu_count(),
        "cores_usable": usable_cores(),
    }


def cpu_facts() -> dict[str, str]:
    """Return what Linux tells about its first core; nothing on another system."""
    try:
        first = Path("/proc/cpuinfo").read_text(encoding="utf-8").split("\n\n")[0]
    except OSError:
        return {}
    pairs = (line.partition(":") for line in first.splitlines())
    return {key.strip(): value.strip() for key, _, value in pairs}


def usable_cores() -> int:
    """Return the number of cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def load_average() -> list[float] | None:
    """Return the system's load over 1, 5 and 15 minutes, or None where it keeps none."""
    return list(os.getloadavg()) if hasattr(os, "getloadavg") else None


def busy_seconds() -> float | None:
    """Return the processor time that the whole machine has used since it started.

    In seconds over all cores, everybody's, stolen time of a virtual machine included; Linux
    counts it in hundredths. Returns None on other systems.
    """
    try:
        with open("/proc/stat", encoding="ascii") as stat:
            user, nice, system, _, _, irq, softirq, steal, *_ = map(
                int, stat.readline().split()[1:]
            )
    except OSError:
        return None
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


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
    }
    if library.module == "torch":
        facts |= {
            "torchvision": installed_version("torchvision"),
            "threads": torch.get_num_threads(),
            "cpu_capability": torch.backends.cpu.get_cpu_capability(),
            # The compiler's flags are left out: they are long, and name folders of the builder's.
            "build": [x for x in torch.__config__.show().splitlines() if "Build settings" not in x],
            "cuda": describe_cuda(torch),
        }
    return facts


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
