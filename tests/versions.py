"""The known differences between versions of PyTorch, all in one place.

minitorch_nn does what the newest stable PyTorch does. A test that meets one of these differences
names it (`parity(..., differs=FMAX_TIES)`); on an older PyTorch its result is then
translated into the newest one's before the comparison. Everything else must agree as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from .parity import Run

Graph = list[Any]  # rows of (a node's name, its edges as (row, position)), as parity.graph_of gives

INSTALLED = tuple(int(part) for part in torch.__version__.split("+")[0].split(".")[:2])


@dataclass(frozen=True)
class Difference:
    """What PyTorch did before version `since`, as a change to make to its result.

    Without a `translate` the older PyTorch refused what the newer one does: where it raises, there
    is nothing to compare.
    """

    what: str
    since: tuple[int, int]
    translate: Callable[[Run], None] | None


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


def _rebuilt(graph: Graph, skipped: Callable[[str | None], bool]) -> Graph:
    """The graph without the nodes that `skipped` names: what led to one leads on to its child."""

    def target(row: int) -> int:
        while skipped(graph[row][0]):
            row = graph[row][1][0][0]
        return row

    order = [target(0)]
    rows = []
    for row in order:
        name, edges = graph[row]
        kept = [(target(child), position) for child, position in edges]
        order += [child for child in dict(kept) if child not in order]
        rows.append((name, [(order.index(child), position) for child, position in kept]))
    return rows


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


def _skip_slices(run: Run) -> None:
    run.graphs = [_rebuilt(graph, lambda name: name == "SliceBackward0") for graph in run.graphs]


FULL_SLICES = Difference(
    "`:` inside a larger index was recorded as a slice; name it where the index has no other slice",
    (2, 9),
    _skip_slices,
)


def _index_put(run: Run) -> None:
    run.graphs = [[("IndexPutBackward0", graph[0][1]), *graph[1:]] for graph in run.graphs]


SETITEM_COLUMNS = Difference(
    "writing to x[:, array] went through a slice, so it ended in CopySlices", (2, 9), _index_put
)


def setitem_of_a_number(root: str) -> Difference:
    """A number to be written was a tensor first, and had an edge. `root` is the newest node."""

    def translate(run: Run) -> None:
        for i, graph in enumerate(run.graphs):
            edges = [(child, p) for child, p in graph[0][1] if graph[child][0] is not None]
            run.graphs[i] = _rebuilt([(root, edges), *graph[1:]], lambda name: False)

    return Difference("a number that is written has no edge", (2, 15), translate)


# Errors


def named(operation: str) -> Difference:
    """The message about shapes gained the operation's name: `mm: mat1 and mat2 shapes ...`."""

    def translate(run: Run) -> None:
        assert run.error is not None
        run.error = type(run.error)(f"{operation}: {run.error}")

    return Difference("the message names the product", (2, 15), translate)


_NOT_IMPLEMENTED_SINCE = {
    r"\" not implemented for '": (2, 8),
    r"Negation|Subtraction|The `\+` operator|Boolean inputs": (2, 14),
    r"mean\(\)|std and var|linalg\.vector_norm": (2, 15),
}


def _not_implemented(run: Run) -> None:
    for pattern, since in _NOT_IMPLEMENTED_SINCE.items():
        if since > INSTALLED and run.error is not None and re.search(pattern, str(run.error)):
            run.error = NotImplementedError(*run.error.args)


NOT_IMPLEMENTED = Difference(
    "an operation that a type does not have raised RuntimeError", (2, 15), _not_implemented
)


def worded(
    text: str, *, since: tuple[int, int], kind: type[Exception] = RuntimeError
) -> Difference:
    """The newest PyTorch words one error so; the older one raised too, in other words."""

    def translate(run: Run) -> None:
        assert run.error is not None
        run.error = kind(text)

    return Difference("the error was worded otherwise", since, translate)


LABELS_OF_FLOATS = worded("expected target dtype to be Long or Byte, but got Float", since=(2, 12))
LABELS_OF_INT32 = worded("expected target dtype to be Long or Byte, but got Int", since=(2, 12))


ONE_LABEL_IN_A_LIST = Difference("one row of logits refused a list of one label", (2, 9), None)
LABELS_OF_ONE_ROW = worded(
    "For 1D input, 1D target must have size 1, but got target size: 3",
    since=(2, 9),
    kind=ValueError,
)
MIXED_MSE = Difference("the gradient of mse_loss of two types was refused", (2, 12), None)
