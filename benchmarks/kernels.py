"""Which matrix kernels NumPy is timed with: the one place where the benchmark chooses.

OpenBLAS, which NumPy carries, has kernels for many processors and takes one when it is loaded. Its
choice is not always the processor's best: some of its versions take a Zen 5 for a Haswell and
leave AVX-512 alone (OpenBLAS issue 6029), which halves the speed of every matrix product. So where
a processor has AVX-512, both kinds of kernels are timed, each in processes of its own that find
OPENBLAS_CORETYPE set before NumPy is imported. A user's own OPENBLAS_CORETYPE is never overridden:
then NumPy is timed once, as the user set it.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["AVX2", "AVX512", "Choice", "choose", "taken_by_itself"]

VARIABLE = "OPENBLAS_CORETYPE"
AVX2 = {VARIABLE: "Haswell"}
AVX512 = {VARIABLE: "SkylakeX"}

# What OpenBLAS's SkylakeX kernels are compiled for.
NEEDED_FLAGS = frozenset({"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"})

ASK_OPENBLAS = """
import numpy, threadpoolctl
print(*(pool.get("architecture") for pool in threadpoolctl.threadpool_info()
        if pool["internal_api"] == "openblas"))
"""


@dataclass(frozen=True)
class Choice:
    """The NumPy contenders, and in one sentence why it is these."""

    contenders: tuple[str, ...]
    reason: str


def choose(
    flags: frozenset[str] | set[str], blas: Mapping[str, Any], variables: Mapping[str, str]
) -> Choice:
    """Return NumPy's contenders on a processor with `flags`.

    `blas` is what NumPy says it was built against, `variables` the user's environment.
    """
    if VARIABLE in variables:
        return Choice(("numpy",), f"{VARIABLE}={variables[VARIABLE]} is set, and is left as it is")
    if platform.machine() not in ("x86_64", "AMD64") or not flags >= NEEDED_FLAGS:
        return Choice(("numpy",), "the processor has no AVX-512")
    if "openblas" not in str(blas.get("name")):
        return Choice(("numpy",), f"NumPy's BLAS is {blas.get('name')}, not OpenBLAS")
    return Choice(
        ("numpy_avx2", "numpy_avx512"),
        f"{VARIABLE} is Haswell for the one, SkylakeX for the other",
    )


def taken_by_itself() -> str:
    """Return the kernels that OpenBLAS takes where no OPENBLAS_CORETYPE is set, or "unknown"."""
    alone = {name: value for name, value in os.environ.items() if name != VARIABLE}
    try:
        asked = subprocess.run(
            [sys.executable, "-c", ASK_OPENBLAS],
            env=alone,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return asked.stdout.strip() or "unknown"
