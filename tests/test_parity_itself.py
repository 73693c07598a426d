"""The parity helper is itself tested: every kind of disagreement is caught.

The wrong operations here ask which library they were given, and err only in ours.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch as pytorch

import minitorch_nn

from .inputs import draw, exactly, integers, strided, transposed
from .ledger import LEDGER, Ledger
from .parity import Mismatch, parity, relative_error, run
from .versions import Difference

CHECKOUT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def apart(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The mistakes made here stay out of the table that pytest prints at its end."""
    monkeypatch.setattr(LEDGER, "comparisons", Ledger().comparisons)
    monkeypatch.setattr(LEDGER, "worst", {})
    yield


def ours(library: Any) -> bool:
    return library is minitorch_nn


def caught(function: Callable[..., Any], *inputs: Any, **options: Any) -> str:
    """What the helper says about a wrong operation."""
    with pytest.raises(Mismatch) as info:
        parity(function, *inputs, **options)
    return str(info.value)


def test_a_right_operation_passes() -> None:
    parity(lambda torch, x, y: x * y, (3, 4), (4,), second=True)


def test_a_wrong_value_is_caught() -> None:
    said = caught(lambda torch, x: x * (1.0001 if ours(torch) else 1.0), (3,))
    assert "the output is off by 1.0e-04, 1e-10 allowed" in said


def test_an_error_that_only_float32_shows_is_caught() -> None:
    def wrong_in_float32(torch: Any, x: Any) -> Any:
        return x * (1.0001 if ours(torch) and x.dtype is torch.float32 else 1.0)

    assert "1e-05 allowed" in caught(wrong_in_float32, (3,))


def test_a_wrong_gradient_is_caught() -> None:
    assert "the gradient of input 1 is off" in caught(
        lambda torch, x, y: x + y + (y - y.detach() if ours(torch) else 0.0),
        (2,),
        (2,),
        graph=False,
    )


def test_a_missing_gradient_is_caught() -> None:
    assert "the gradient of input 0 differs" in caught(
        lambda torch, x, y: (x.detach() if ours(torch) else x) * y, (2,), (2,)
    )


def test_a_gradient_of_the_wrong_order_is_caught_although_its_sum_is_right() -> None:
    def wrong(torch: Any, x: Any) -> Any:
        return x.detach() + (x - x.detach()).flip(0) if ours(torch) else x + 0

    assert "the gradient of input 0 is off" in caught(wrong, (3,))


def test_a_wrong_second_derivative_is_caught() -> None:
    def wrong(torch: Any, x: Any) -> Any:
        return x * (x.detach() if ours(torch) else x) + (x * x.detach() if ours(torch) else x * x)

    assert "is off by" in caught(wrong, (3,), second=True, graph=False)


def test_a_wrong_dtype_is_caught() -> None:
    assert "dtype" in caught(lambda torch, x: x.double() if ours(torch) else x, (3,))


def test_a_wrong_shape_is_caught() -> None:
    assert "shape" in caught(lambda torch, x: x.sum(0, keepdim=ours(torch)), (3, 2))


def test_a_wrong_requires_grad_is_caught() -> None:
    assert "requires_grad" in caught(lambda torch, x: x.detach() if ours(torch) else x * 1, (3,))


def test_a_copy_where_a_view_is_due_is_caught() -> None:
    assert "sharing of memory" in caught(
        lambda torch, x: x.clone().t() if ours(torch) else x.t(), (3, 2)
    )


def test_a_wrong_stride_is_caught() -> None:
    def transposed_in_memory(torch: Any, x: Any) -> Any:
        return (x * 1).t().clone() if ours(torch) else (x * 1).t().contiguous()

    assert "stride" in caught(transposed_in_memory, (3, 2), layout=True, graph=False)


def test_another_graph_is_caught() -> None:
    assert "the graph differs" in caught(lambda torch, x: x * 2 / 2 if ours(torch) else x * 1, (3,))


def test_a_missing_exception_is_caught() -> None:
    assert "minitorch_nn does not raise" in caught(
        lambda torch, x: x if ours(torch) else x.view(5), (3,), raises=True
    )


def test_an_exception_of_another_type_is_caught() -> None:
    def wrong(torch: Any, x: Any) -> Any:
        return x[5] if ours(torch) else x.view(5)

    assert "the exceptions differ" in caught(wrong, (3,), raises=True)


def test_another_message_is_caught() -> None:
    assert "the messages differ" in caught(
        lambda torch, x: x.view(5 + ours(torch)), (3,), raises=True
    )


def test_a_grid_may_leave_to_pytorch_whether_there_is_an_exception() -> None:
    parity(lambda torch, x: x.view(5), (3,), raises=None)
    parity(lambda torch, x: x.view(3), (3,), raises=None)
    assert "does not raise" in caught(
        lambda torch, x: x.view(3 if ours(torch) else 5), (3,), raises=None
    )


def test_an_exception_in_ours_alone_is_caught() -> None:
    assert "minitorch_nn raises" in caught(lambda torch, x: x.view(5 if ours(torch) else 3), (3,))


def test_a_slip_in_the_test_itself_does_not_pass_as_agreement() -> None:
    assert "PyTorch itself raises AttributeError" in caught(lambda torch, x: x.no_such(), (3,))
    assert "PyTorch does not raise" in caught(lambda torch, x: x, (3,), raises=True)


def test_an_input_that_was_written_into_is_caught() -> None:
    def scribble(torch: Any, x: Any) -> Any:
        if ours(torch):
            x.detach().mul_(2)
        return x * 1

    assert "input 0 was changed" in caught(scribble, (3,))


def test_nan_in_another_place_is_caught() -> None:
    values = np.array([np.nan, 1.0, np.inf])
    parity(lambda torch, x: x * 1, values)
    assert "nan or inf" in caught(lambda torch, x: (x if ours(torch) else x * np.inf) * 1, values)


def test_a_numpy_warning_is_caught() -> None:
    def warn(torch: Any, x: Any) -> Any:
        if ours(torch):
            np.log(np.zeros(1))
        return x * 1

    assert "lets NumPy warn" in caught(warn, (3,))


def test_an_older_version_is_translated_only_when_it_is_older() -> None:
    def double(run: Any) -> None:
        run.output.array[...] *= 2

    def twice(torch: Any, x: Any) -> Any:
        return x.detach() * (2 if ours(torch) else 1)

    parity(twice, (3,), differs=Difference("ours is twice as large", (99, 0), double))
    caught(twice, (3,), differs=Difference("ours is twice as large", (0, 0), double))


def test_a_long_sum_that_cancels_is_judged_by_the_size_of_the_tensor() -> None:
    theirs = np.array([1000.0, 1e-6])
    assert relative_error(theirs, theirs + 1e-6) == pytest.approx(1e-9)
    assert relative_error(np.zeros(2), np.full(2, 1e-300)) == np.inf


def test_a_failure_prints_a_program_that_shows_it_again(tmp_path: Path) -> None:
    factor = 3.5
    said = caught(
        lambda torch, x, w: (x @ w) * (factor if torch.__name__ == "torch" else 1.0),
        (3, 4),
        strided((4, 2)),
    )
    code = said.partition("To see it again:\n\n")[2]
    program = tmp_path / "again.py"
    program.write_text("\n".join(line[4:] for line in code.splitlines()))
    done = subprocess.run(
        [sys.executable, program],
        cwd=CHECKOUT,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("tensor(") >= 6
    assert f"PyTorch {pytorch.__version__}" in said


def test_inputs_are_laid_out_as_asked() -> None:
    a, b, c, d = draw(
        "float32", transposed((3, 4)), strided((3, 4)), integers(5, (2,)), exactly([1.0])
    )
    assert a.flags.f_contiguous and b.strides == (32, 8)
    assert (a.dtype, b.dtype, c.dtype, d.dtype) == ("f4", "f4", "i8", "f8")


def test_both_libraries_get_equal_inputs_that_are_not_shared() -> None:
    seen = [
        run(library, lambda torch, x: x.detach().mul_(2), [transposed((3, 4))], "float64")
        for library in (pytorch, minitorch_nn)
    ]
    assert np.array_equal(seen[0].inputs_after[0], seen[1].inputs_after[0])
    assert not np.shares_memory(seen[0].inputs_after[0], seen[1].inputs_after[0])


def test_the_table_has_the_worst_error_of_each_family_and_precision() -> None:
    ledger = Ledger()
    ledger.family = "matmul"
    for error in (1e-8, 3e-7, 2e-9):
        ledger.record("outputs", "float32", error)
    ledger.record("gradients", "float64", 2e-16)
    ledger.family = "pooling"
    ledger.record("outputs", "int64", 0.0)
    _, matmul, pooling = ledger.table()
    assert matmul.split() == ["matmul", "4", "-", "3.0e-07", "2.0e-16", "-"]
    assert pooling.split() == ["pooling", "1", "-", "-", "-", "-"]


def pytest_in(folder: Path, *arguments: str) -> str:
    """What `python -m pytest` prints from a fresh process on two small test files."""
    (folder / "test_small.py").write_text(
        "from tests.parity import case, cases\n"
        "test_it = cases(\n"
        "    case('exp', lambda torch, x: x.exp(), (3,)),\n"
        "    case('sin: of a scalar', lambda torch, x: x.sin(), ()),\n"
        ")\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-p", "no:cacheprovider"]
        + [*arguments, str(folder)],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
    )
    return done.stdout + done.stderr


def test_op_runs_the_tests_of_one_operation(tmp_path: Path) -> None:
    said = pytest_in(tmp_path, "--op", "sin")
    assert "1 passed, 1 deselected" in said
    assert "small" in said.partition("worst relative errors")[2]


def test_op_names_what_there_is_when_nothing_fits(tmp_path: Path) -> None:
    assert "no test is about 'sinn'; there are: sin" in pytest_in(tmp_path, "--op", "sinn")
