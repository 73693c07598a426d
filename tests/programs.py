"""Run the same lines in PyTorch and in minitorch_nn, and compare what they saw.

    @both
    def test_the_derivative_of_x_cubed_at_2_is_12(torch):
        x = torch.tensor(2.0, requires_grad=True)
        (x * x * x).backward()
        return x.grad

`parity` holds an operation against PyTorch's; this is for behaviours that take several lines. The
decorator runs the program once with each library as `torch`, seeded alike, and compares what it
returns: tensors by dtype, shape, requires_grad and values (to the same tolerance as `parity`),
nodes by name, the rest exactly. Errors and warnings are part of what a program sees only through
`said` and `warned`, so a misspelt line cannot pass by failing in both libraries.
"""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

import minitorch_nn
from minitorch_nn.autograd.graph_tree import graph_tree

from .ledger import LEDGER
from .parity import TOLERANCE, Mismatch, Run, graph_of, relative_error
from .versions import Difference, Wording, is_older, newest


def both(program: Callable[..., Any]) -> Callable[..., None]:
    """A pytest test that runs `program(torch, ...)` in both libraries and compares the results."""

    @functools.wraps(program)
    def test(**arguments: Any) -> None:
        __tracebackhide__ = True
        theirs = _run(program, torch, arguments)
        assert theirs is not None, "the program returns nothing, so nothing would be compared"
        compare(_run(program, minitorch_nn, arguments), theirs, "result")

    # pytest reads the signature for fixtures and parameters; `torch` is neither.
    signature = inspect.signature(program)
    test.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=list(signature.parameters.values())[1:]
    )
    return test


def said(error: type[BaseException], action: Callable[[], Any], *differs: Wording) -> str:
    """The type and the first line of the error that `action` raises; it must raise one.

    differs: how an older PyTorch worded it otherwise (`versions.py`).
    """
    try:
        action()
    except error as e:
        lines = str(e).strip().splitlines()
        return newest(f"{type(e).__name__}: {lines[0] if lines else ''}", *differs)
    raise AssertionError(f"expected {error.__name__}, but nothing was raised")


def said_first(error: type[BaseException], action: Callable[[], Any]) -> str:
    """As `said`, up to the first full stop or comma: where PyTorch goes on about its insides."""
    return said(error, action).replace(", ", ". ").split(". ")[0]


def warned(action: Callable[[], Any], *differs: Wording) -> list[str]:
    """Categories and first sentences of the warnings that `action` gives; it must give one.

    differs: how an older PyTorch worded them otherwise (`versions.py`).
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        action()
    assert caught, "expected a warning, but none was given"
    first = [f"{w.category.__name__}: {str(w.message).split('. ')[0]}" for w in caught]
    return [newest(text, *differs) for text in first]


def graph(tensor: Any, differs: Difference | None = None) -> list[Any]:
    """The graph behind `tensor`: names and edges, and a tree that tells leaves apart.

    differs: how an older PyTorch's names were others (`versions.py`); there without the tree.
    """
    rows = graph_of(tensor.grad_fn)
    if differs is None or not is_older(differs):
        return [rows, graph_tree(tensor).splitlines()]
    run = Run(graphs=[rows])
    if isinstance(tensor, torch.Tensor):
        assert differs.translate is not None
        differs.translate(run)
    return run.graphs[0]


def _run(program: Callable[..., Any], library: Any, arguments: dict[str, Any]) -> Any:
    library.manual_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return seen(program(library, **arguments))


def seen(x: Any) -> Any:
    """`x` in a form that does not depend on the library."""
    if isinstance(x, (torch.Tensor, minitorch_nn.Tensor)):
        values = np.array(x.detach().numpy())
        return {"dtype": str(x.dtype), "requires_grad": x.requires_grad, "values": values}
    if isinstance(x, (torch.dtype, minitorch_nn.dtype)):
        return str(x)
    if hasattr(x, "next_functions"):
        return type(x).__name__
    if isinstance(x, dict):
        return {str(key): seen(value) for key, value in x.items()}
    if isinstance(x, (list, tuple)):
        return [seen(item) for item in x]
    return x


def compare(ours: Any, theirs: Any, where: str) -> None:
    shown = f"{where}: {ours}\n{' ' * len(where)}  {theirs} in PyTorch"
    if type(ours) is not type(theirs):
        raise Mismatch(shown)
    if isinstance(theirs, dict):
        if list(ours) != list(theirs):
            raise Mismatch(shown)
        for key in theirs:
            compare(ours[key], theirs[key], f"{where}.{key}")
    elif isinstance(theirs, list):
        if len(ours) != len(theirs):
            raise Mismatch(shown)
        for i, (a, b) in enumerate(zip(ours, theirs, strict=True)):
            compare(a, b, f"{where}[{i}]")
    elif isinstance(theirs, np.ndarray):
        if not _close(ours, theirs, TOLERANCE.get(theirs.dtype.name, 0.0)):
            raise Mismatch(shown)
    elif isinstance(theirs, float):  # as item() reads it, perhaps from a float32
        if not _close(np.asarray(ours), np.asarray(theirs), TOLERANCE["float32"]):
            raise Mismatch(shown)
    elif ours != theirs:
        raise Mismatch(shown)


def _close(ours: np.ndarray, theirs: np.ndarray, tolerance: float) -> bool:
    if ours.shape != theirs.shape or ours.dtype != theirs.dtype:
        return False
    finite = np.isfinite(theirs)
    if not np.array_equal(ours[~finite], theirs[~finite], equal_nan=theirs.dtype.kind == "f"):
        return False
    error = relative_error(theirs[finite], ours[finite])
    LEDGER.record("outputs", theirs.dtype.name, error)
    return error <= tolerance
