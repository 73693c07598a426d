"""Write the few lines that show a failed parity test again, outside the tests."""

from __future__ import annotations

import ast
import inspect
import linecache
import textwrap
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from .inputs import Spec

_PLAIN = (bool, int, float, str, tuple, list, dict, type(None))


def snippet(
    function: Callable[..., Any], specs: list[Spec], precision: str, seed: int, *, gradients: bool
) -> str:
    """A program for `python`, to be run from the checkout, that prints what both libraries do."""
    names = list(inspect.signature(function).parameters)[1:]
    if len(names) < len(specs):
        names = [f"x{i}" for i in range(len(specs))]
    names = names[: len(specs)]
    arguments = ", ".join(names)
    lines = [
        "import numpy as np, torch, minitorch_nn",
        "from numpy import inf, nan",
        "from tests.parity import *",
        *_variables(function),
        *_definition(function),
        "for library in (torch, minitorch_nn):",
    ]
    if specs:
        seeded = f", seed={seed}" if seed else ""
        drawn = ", ".join(map(repr, specs))
        lines.append(f"    {arguments}, = leaves(library, {precision!r}, {drawn}{seeded})")
    lines.append(f"    y = function({', '.join(['library', *names])})")
    lines.append("    print(y)")
    if gradients:
        lines.append("    backward(library, y" + (f", seed={seed})" if seed else ")"))
        lines.append(f"    print({', '.join(name + '.grad' for name in names)})")
    return textwrap.indent("\n".join(lines), "    ")


def _variables(function: Callable[..., Any]) -> list[str]:
    """What the function takes from around it, such as the stride that Hypothesis drew."""
    around = inspect.getclosurevars(function)
    values = {**around.globals, **around.nonlocals}
    return [f"{name} = {value!r}" for name, value in values.items() if isinstance(value, _PLAIN)]


def _definition(function: Callable[..., Any]) -> list[str]:
    if function.__name__ != "<lambda>":
        source = textwrap.dedent(inspect.getsource(function)).splitlines()
        return [*source, f"function = {function.__name__}"]
    code = function.__code__
    text, lambdas = _lambdas(code.co_filename)
    names = list(code.co_varnames[: code.co_argcount])
    for node in lambdas:
        if node.lineno == code.co_firstlineno and [a.arg for a in node.args.args] == names:
            source_of_lambda = ast.get_source_segment(text, node) or "..."
            # In brackets, since a lambda inside a call may run over several lines.
            return f"function = ({source_of_lambda})".splitlines()
    return ["function = ...  # its source was not found"]


@lru_cache(maxsize=8)
def _lambdas(filename: str) -> tuple[str, list[ast.Lambda]]:
    text = "".join(linecache.getlines(filename))
    return text, [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Lambda)]
