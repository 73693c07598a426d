"""The processor: its name, what it can do, and how many of its cores are ours."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any

__all__ = ["core_numbers", "cpu_facts", "cpu_flags", "describe_cpu", "usable_cores"]

# The extensions that decide which kernels BLAS and PyTorch choose.
TELLING_FLAGS = ("sse4_2", "avx", "avx2", "fma", "f16c", "avx_vnni", "amx_tile", "neon", "sve")


def describe_cpu() -> dict[str, Any]:
    """Return the processor's model, family, telling flags and number of cores."""
    facts = cpu_facts()
    return {
        "model": facts.get("model name") or platform.processor() or platform.machine(),
        "vendor": facts.get("vendor_id"),
        "family": facts.get("cpu family"),
        "model_number": facts.get("model"),
        "flags": sorted(f for f in cpu_flags() if f in TELLING_FLAGS or f.startswith("avx512")),
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


def cpu_flags() -> frozenset[str]:
    """Return the extensions that the processor has and the system lets programs use."""
    facts = cpu_facts()
    return frozenset(facts.get("flags", facts.get("Features", "")).split())


def usable_cores() -> int:
    """Return the number of cores this process may run on."""
    return len(core_numbers())


def core_numbers() -> set[int]:
    """Return the cores that this process, and the workers it starts, may run on."""
    if hasattr(os, "sched_getaffinity"):
        return os.sched_getaffinity(0)
    return set(range(os.cpu_count() or 1))
