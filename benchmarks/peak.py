"""The most that the processor can multiply and add: its FMA peak, measured without any library.

    python -m benchmarks.peak           prints it as JSON

A BLAS that reaches 90 % of the peak can hardly be better, and one at 45 % runs with half the
vector width; so a GEMM rate says little without it. Python cannot keep the multipliers busy, and no
compiler need be there, so the loop is written here in the processor's own bytes: twelve
accumulators, each `acc = acc + a * b` on a whole register, which is more than any x86 processor
needs to have its next FMA ready while the last ones are under way. Nothing is read from memory,
and all registers hold zeros, which take no longer than other numbers.

It runs in a process of its own: where a system forbids such code, only that process ends. On other
processors than x86-64 there is no such loop, and the peak is None.
"""

from __future__ import annotations

import ctypes
import json
import math
import mmap
import os
import platform
import subprocess
import sys
import threading
import time
from pathlib import Path

from benchmarks.processor import core_numbers, cpu_flags

__all__ = ["fma_code", "fma_peak"]

ACCUMULATORS = 12
FACTORS = (12, 13)  # the registers that are multiplied
LOOPS = 2_000_000
REPEATS = 20
# Between the repeats, so that they are not all taken while another program works.
PAUSE_SECONDS = 0.02


def fma_peak() -> dict[str, float] | None:
    """Return the peak in float32 GFLOP/s of all usable cores, by vector width, or None.

    {"AVX2": ..., "AVX-512": ...}, the second where the processor has it.
    """
    try:
        asked = subprocess.run(
            [sys.executable, "-m", "benchmarks.peak"],
            cwd=Path(__file__).resolve().parent.parent,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    peak: dict[str, float] | None = json.loads(asked.stdout)
    return peak


def fma_code(lanes: int) -> bytes:
    """Return the machine code of `void loop(long n)`: n times an FMA on every accumulator.

    `lanes` is how many float32 numbers a register holds: 8 or, with AVX-512, 16. The calling
    convention is that of Unix: n is in rdi, and vector registers need not be kept.
    """
    first, second = FACTORS
    clear = b"".join(vxorps(register) for register in range(14))
    fma = vfmadd_512 if lanes == 16 else vfmadd_256
    body = b"".join(fma(accumulator, first, second) for accumulator in range(ACCUMULATORS))
    body += bytes.fromhex("48 ff cf")  # dec rdi
    jump = len(body) + 6  # back over the body and the jump itself
    body += bytes.fromhex("0f 85") + (-jump).to_bytes(4, "little", signed=True)  # jnz
    return clear + body + bytes.fromhex("c5 f8 77 c3")  # vzeroupper, ret


# The three instructions, as Intel's manual encodes them. A register's number is split: three bits
# stand in the last byte, the fourth, inverted, in the prefix.


def vxorps(register: int) -> bytes:
    """Set a whole register to 0: its exclusive or with itself, which also clears the upper half."""
    high = register < 8
    prefix = 0x41 | high << 7 | high << 5
    return bytes([0xC4, prefix, 0x04 | (~register & 15) << 3, 0x57, registers(register, register)])


def vfmadd_256(target: int, a: int, b: int) -> bytes:
    """Return vfmadd231ps of 8 numbers: target += a * b (a VEX prefix)."""
    prefix = 0x42 | (target < 8) << 7 | (b < 8) << 5
    return bytes([0xC4, prefix, 0x05 | (~a & 15) << 3, 0xB8, registers(target, b)])


def vfmadd_512(target: int, a: int, b: int) -> bytes:
    """Return vfmadd231ps of 16 numbers: target += a * b (an EVEX prefix)."""
    prefix = 0x52 | (target < 8) << 7 | (b < 8) << 5
    return bytes([0x62, prefix, 0x05 | (~a & 15) << 3, 0x48, 0xB8, registers(target, b)])


def registers(target: int, b: int) -> int:
    """Return the last byte: two registers, and that the second is not an address."""
    return 0xC0 | (target & 7) << 3 | b & 7


def measure_peak() -> dict[str, float] | None:
    """Return the peak by vector width, measured in this process."""
    if platform.machine() != "x86_64" or not sys.platform.startswith("linux"):
        return None
    found = {}
    if "fma" in cpu_flags():
        found["AVX2"] = rate(lanes=8)
    if "avx512f" in cpu_flags():
        found["AVX-512"] = rate(lanes=16)
    return found or None


def rate(lanes: int) -> float:
    """Return the GFLOP/s of the loop on all usable cores at once, each core's best of a few."""
    code = fma_code(lanes)
    memory = mmap.mmap(-1, len(code), prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    memory.write(code)
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    loop = ctypes.CFUNCTYPE(None, ctypes.c_long)(address)  # without Python's lock
    best = dict.fromkeys(core_numbers(), math.inf)
    together = threading.Barrier(len(best))

    def run(core: int) -> None:
        # Two threads that the system leaves on one core for a few milliseconds halve the rate.
        os.sched_setaffinity(0, {core})
        for _ in range(REPEATS):
            together.wait()
            began = time.perf_counter()
            loop(LOOPS)
            best[core] = min(best[core], time.perf_counter() - began)
            time.sleep(PAUSE_SECONDS)

    threads = [threading.Thread(target=run, args=(core,)) for core in best]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # A multiplication and an addition for every number.
    return sum(2 * lanes * ACCUMULATORS * LOOPS / seconds for seconds in best.values()) / 1e9


if __name__ == "__main__":
    print(json.dumps(measure_peak()))
