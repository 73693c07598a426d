"""Which kernels NumPy is timed with, and what is measured of the processor."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import kernels, peak
from benchmarks.imports import import_times
from benchmarks.kernels import NEEDED_FLAGS, VARIABLE, choose
from benchmarks.processor import cpu_flags
from benchmarks.worker import Worker
from benchmarks.workloads import LIBRARIES

REPOSITORY = Path(__file__).parent.parent
OPENBLAS = {"name": "scipy-openblas"}
AVX512 = NEEDED_FLAGS | {"avx2"}


@pytest.fixture
def x86(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")


@pytest.mark.usefixtures("x86")
def test_both_kinds_of_kernels_are_timed_where_the_processor_has_both() -> None:
    assert choose(AVX512, OPENBLAS, {}).contenders == ("numpy_avx2", "numpy_avx512")


@pytest.mark.usefixtures("x86")
def test_the_users_own_choice_of_kernels_is_never_overridden() -> None:
    choice = choose(AVX512, OPENBLAS, {VARIABLE: "Zen"})
    assert choice.contenders == ("numpy",)
    assert choice.reason == "OPENBLAS_CORETYPE=Zen is set, and is left as it is"
    assert VARIABLE not in LIBRARIES["numpy"].variables


@pytest.mark.usefixtures("x86")
@pytest.mark.parametrize("flags", [{"avx2"}, AVX512 - {"avx512vl"}])
def test_without_avx512_there_is_one_contender(flags: set[str]) -> None:
    assert choose(flags, OPENBLAS, {}).contenders == ("numpy",)


@pytest.mark.usefixtures("x86")
def test_another_blas_is_timed_as_it_is() -> None:
    choice = choose(AVX512, {"name": "mkl"}, {})
    assert choice.contenders == ("numpy",)
    assert choice.reason == "NumPy's BLAS is mkl, not OpenBLAS"


def test_another_processor_is_timed_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    assert choose(AVX512, OPENBLAS, {}).contenders == ("numpy",)


def architectures(facts: dict) -> list[str]:
    return [pool["architecture"] for pool in facts["pools"] if pool["internal_api"] == "openblas"]


# The kernels that OpenBLAS was asked for, and those that it may have in their place: SkylakeX's
# are left out of builds for few processors.
@pytest.mark.parametrize("library", ["numpy_avx2", "numpy_avx512"])
def test_a_contender_computes_with_the_kernels_that_it_is_named_after(library: str) -> None:
    if choose(cpu_flags(), OPENBLAS, {}).contenders == ("numpy",):
        pytest.skip("no AVX-512 here")
    with Worker(library) as worker:
        facts = worker.ask({"do": "describe"})
    if not isinstance(facts["pools"], list) or not architectures(facts):
        pytest.skip("NumPy's BLAS is not OpenBLAS, or threadpoolctl is not installed")
    assert architectures(facts) == [LIBRARIES[library].variables[VARIABLE]]


def test_what_openblas_takes_by_itself_does_not_depend_on_the_users_variable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    alone = kernels.taken_by_itself()
    monkeypatch.setenv(VARIABLE, "Nehalem")
    assert kernels.taken_by_itself() == alone != "Nehalem"


# The FMA peak


def test_the_loop_is_an_fma_on_every_accumulator_in_the_processors_own_bytes() -> None:
    # As an assembler writes vxorps ymm, vfmadd231ps acc, r12, r13 and the loop around them.
    narrow, wide = peak.fma_code(8), peak.fma_code(16)
    for code in (narrow, wide):
        assert code.startswith(bytes.fromhex("c4e17c57c0 c4e17457c9"))
        assert code.endswith(bytes.fromhex("c5f877 c3"))
        assert bytes.fromhex("48ffcf 0f85") in code
    assert bytes.fromhex("c4c21db8c5 c4c21db8cd") in narrow
    assert bytes.fromhex("c4421db8d5 c4421db8dd 48ffcf 0f85bbffffff") in narrow
    assert bytes.fromhex("62d21d48b8c5 62d21d48b8cd") in wide
    assert bytes.fromhex("62521d48b8d5 62521d48b8dd 48ffcf 0f85afffffff") in wide


def test_the_peak_is_measured_for_what_the_processor_has() -> None:
    found = peak.fma_peak()
    if platform.machine() != "x86_64" or not sys.platform.startswith("linux"):
        assert found is None
    elif found is None:
        pytest.skip("the system forbids code that is written at run time")
    else:
        assert set(found) == {
            name for name, flag in (("AVX2", "fma"), ("AVX-512", "avx512f")) if flag in cpu_flags()
        }
        assert all(rate > 0 for rate in found.values())


def test_where_the_loop_cannot_run_there_is_no_peak(monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(*arguments: object, **options: object) -> None:
        raise subprocess.CalledProcessError(-4, "an illegal instruction")

    monkeypatch.setattr(subprocess, "run", ended)
    assert peak.fma_peak() is None


# The imports


def test_imports_are_timed_by_turns_in_processes_of_their_own() -> None:
    times = import_times(launches=2)
    assert {name: its["count"] for name, its in times["seconds"].items()} == {
        "numpy": 2,
        "minitorch_nn": 2,
    }
    assert times["ratio"] > 0
