"""What pytest is told on top of its own: `--op NAME`, and the table of errors at the end."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import torch

from .databases import PASSED
from .ledger import LEDGER
from .parity import Case

# The tensors here are small: more threads would only wait for one another.
torch.set_num_threads(1)

# The same cases on every machine, and no time limit a case: the machines that test this are slow.
hypothesis.settings.register_profile(
    "parity",
    max_examples=200,
    deadline=None,
    derandomize=True,
    database=None,
    report_multiple_bugs=False,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("parity")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--op", metavar="NAME", help="run only the tests of one operation, as matmul")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "op(*names): the operations that a test is about")


def operations(item: pytest.Item) -> set[str]:
    """What `--op` may call this test by: its cases' operation, its `op` mark."""
    names = {name for mark in item.iter_markers("op") for name in mark.args}
    parameters = getattr(item, "callspec", None)
    values = parameters.params.values() if parameters else ()
    return names | {value.op for value in values if isinstance(value, Case)}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    wanted = config.getoption("--op")
    if wanted is None:
        return
    chosen = [item for item in items if wanted in operations(item)]
    if not chosen:
        known = sorted(set().union(*map(operations, items)))
        near = difflib.get_close_matches(wanted, known, n=5) or known
        raise pytest.UsageError(f"no test is about {wanted!r}; there are: {', '.join(near)}")
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = chosen


@pytest.fixture
def settings() -> Iterator[None]:
    """PyTorch's settings for the whole process, which are as they were when the test is over."""
    products, cudnn = torch.backends.cuda.matmul, torch.backends.cudnn
    before = products.allow_tf32, cudnn.allow_tf32, cudnn.benchmark
    deterministic = torch.are_deterministic_algorithms_enabled()
    workspace = os.environ.get("CUBLAS_WORKSPACE_CONFIG")
    yield
    products.allow_tf32, cudnn.allow_tf32, cudnn.benchmark = before
    torch.use_deterministic_algorithms(deterministic)
    if workspace is None:
        os.environ.pop("CUBLAS_WORKSPACE_CONFIG", None)


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("gpu") is not None and not torch.cuda.is_available():
        pytest.skip("PyTorch finds no NVIDIA GPU here")
    LEDGER.family = Path(item.path).stem.removeprefix("test_")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if not LEDGER.comparisons:
        return
    terminalreporter.section(f"parity with PyTorch {torch.__version__}: worst relative errors")
    for row in LEDGER.table():
        terminalreporter.write_line(row)
    for name, tally in PASSED.items():
        for line in tally.lines(name):
            terminalreporter.write_line(line)
