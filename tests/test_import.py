"""What `import minitorch_nn` loads and what it leaves for later: under twice NumPy's own time.

No test asserts a time; these name what would make it long.
"""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[1]

# Of Python's own library and of NumPy, what takes long to load and only some programs need.
HEAVY = {
    *("bz2", "dataclasses", "hashlib", "http", "lzma", "multiprocessing", "numpy.random"),
    *("pathlib", "queue", "random", "secrets", "shutil", "socket", "string", "tarfile"),
    *("traceback", "tqdm", "urllib", "zipfile"),
}
LATER = ("distributions", "optim", "testing", "utils")


def run(program: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=HOUSE, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_no_heavy_module_is_loaded_beyond_those_that_numpy_loads():
    added = run("""
import sys
import numpy
before = set(sys.modules)
import minitorch_nn
print(*set(sys.modules) - before)
""")
    assert "minitorch_nn.tensor" in added
    assert not HEAVY.intersection(added)


@pytest.mark.parametrize("part", LATER)
def test_a_part_is_loaded_when_a_program_asks_for_it(part: str):
    name = f"minitorch_nn.{part}"
    seen = run(f"""
import sys
import minitorch_nn as torch
print({name!r} in sys.modules, torch.{part}.__name__, {name!r} in sys.modules)
""")
    assert seen == ["False", name, "True"]


def test_the_garbage_collector_is_left_as_it_was():
    assert run("import gc, minitorch_nn; print(gc.isenabled())") == ["True"]
    assert run("import gc; gc.disable(); import minitorch_nn; print(gc.isenabled())") == ["False"]


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="it is glibc's malloc that learns")
def test_memory_that_a_step_freed_is_warm_in_the_next():
    """20 MB come and go in every step, 5,000 pages; the system is asked for none of them."""
    (faults,) = run("""
import resource
import minitorch_nn as torch

x = torch.ones(1280, 1024, requires_grad=True)

def step():
    x.grad = None
    (x * 2 + 1).sum().backward()

for _ in range(5):
    step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    step()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
""")
    assert int(faults) < 500
