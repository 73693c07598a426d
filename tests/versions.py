"""The known differences between versions of PyTorch, all in one place.

minitorch_nn does what the newest stable PyTorch does. A test that meets one of these differences
names it (`parity(..., differs=CLAMP_AT_ITS_BOUNDS)`); on an older PyTorch its result is then
translated into the newest one's before the comparison. Everything else must agree as it stands.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from .parity import Run

INSTALLED = tuple(int(part) for part in torch.__version__.split("+")[0].split(".")[:2])


@dataclass(frozen=True)
class Difference:
    """What PyTorch did before version `since`, as a change to make to its result."""

    what: str
    since: tuple[int, int]
    translate: Callable[[Run], None]


def is_older(difference: Difference) -> bool:
    """Whether the installed PyTorch still has the older behaviour."""
    return difference.since > INSTALLED


# Gradients


def clamp_at_its_bounds(low: float, high: float) -> Difference:
    """At a bound that is a number, clamp's gradient was 1 and is 0."""

    def translate(run: Run) -> None:
        x, gradient = run.inputs_after[0], run.gradients[0]
        assert gradient is not None
        gradient.array[(x == low) | (x == high)] = 0.0

    return Difference("clamp's gradient at its bounds", (2, 14), translate)


def _share_at_ties(run: Run) -> None:
    x, *others = run.inputs_after
    first, *rest = run.gradients
    for other, gradient in zip(others, rest, strict=True):
        assert first is not None and gradient is not None
        tie = x == other
        half = (first.array + gradient.array)[tie] / 2
        first.array[tie] = gradient.array[tie] = half


CLAMP_TIES = Difference(
    "clamp between tensors gave x the whole gradient where x meets a bound, and shares it now",
    (2, 14),
    _share_at_ties,
)
FMAX_TIES = Difference(
    "fmax and fmin gave a tie's gradient to the first and share it now", (2, 14), _share_at_ties
)


# Graphs


def _unsafe_view(run: Run) -> None:
    for graph in run.graphs:
        for i, (name, edges) in enumerate(graph):
            if name == "ViewBackward0" and graph[edges[0][0]][0] == "AddmmBackward0":
                graph[i] = ("UnsafeViewBackward0", edges)


LINEAR_3D = Difference(
    "a biased Linear on a contiguous input that is not a matrix ended in ViewBackward0",
    (2, 15),
    _unsafe_view,
)


# Errors


def named(operation: str) -> Difference:
    """The message about shapes gained the operation's name: `mm: mat1 and mat2 shapes ...`."""

    def translate(run: Run) -> None:
        assert run.error is not None
        run.error = type(run.error)(f"{operation}: {run.error}")

    return Difference("the message names the product", (2, 15), translate)


def _not_implemented(run: Run) -> None:
    if type(run.error) is RuntimeError:
        run.error = NotImplementedError(*run.error.args)


NOT_IMPLEMENTED = Difference(
    "an operation that a dtype does not have raised RuntimeError", (2, 15), _not_implemented
)


def worded(text: str, *, since: tuple[int, int], kind: type[Exception]) -> Difference:
    """The newest PyTorch words one error so; the older one raised an error too, in other words."""

    def translate(run: Run) -> None:
        assert run.error is not None
        run.error = kind(text)

    return Difference("the message was another", since, translate)
