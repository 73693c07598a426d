"""Look at the graph behind a loss: which operations made it, and which leaves they began from.

`print_graph(loss, named_parameters=model.named_parameters())` prints, for a Linear and a sum,

    SumBackward0
    └─ AddmmBackward0
       ├─ AccumulateGrad  bias [2]
       ├─ None
       └─ TBackward0
          └─ AccumulateGrad  weight [2, 3]

Reading down is the order of the backward pass: a gradient enters at the top, and each node hands
one to each line under it, in the order of its inputs. `None` is an input that needs no gradient.
Only `grad_fn`, `next_functions` and `variable` are read, so PyTorch's own tensors can be shown
as well, and the two trees compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

# A chain of ten thousand operations would be indented by ten thousand columns and its tree be a
# hundred million characters long. Below this depth a branch is cut and goes on at the margin.
_DEEPEST = 24

Names = Mapping[str, Any] | Iterable[tuple[str, Any]]


def print_graph(loss: Any, named_parameters: Names = ()) -> None:
    """Print `graph_tree(loss, named_parameters)` to standard output."""
    print(graph_tree(loss, named_parameters))


def graph_tree(loss: Any, named_parameters: Names = ()) -> str:
    """The nodes that `loss.backward()` would run, as a tree of their names, one a line.

    Args:
        loss: a tensor with a graph, of this package or of PyTorch. Any shape.
        named_parameters: names for the leaves, as `model.named_parameters()` gives them, or a
            mapping from a name to its tensor.

    A node that several others lead to is drawn in full once, with a number (`MulBackward0 #1`);
    afterwards the number alone stands for it (`MulBackward0 #1, above`). A branch deeper than 24
    levels is cut (`AddBackward0 #2, below`) and goes on at the margin under its number.

    Raises:
        RuntimeError: `loss` has no graph.
    """
    root = loss.grad_fn
    if root is None:
        raise RuntimeError("the tensor does not require grad and does not have a grad_fn")
    names = {id(tensor): name for name, tensor in dict(named_parameters).items()}
    shared = _nodes_reached_twice(root)
    numbers: dict[Any, int] = {}

    def label(node: Any) -> str:
        if node is None:
            return "None"
        text = type(node).__name__
        variable = getattr(node, "variable", None)
        if variable is not None:
            name = names.get(id(variable))
            text += "  " + (f"{name} " if name else "") + str(list(variable.shape))
        return text + (f" #{numbers[node]}" if node in numbers else "")

    lines: list[str] = []
    drawn: set[Any] = set()
    cut = [root]
    while cut:
        start = cut.pop(0)
        if start in drawn:  # a shorter way led to it after the cut
            continue
        # (node, what precedes its own line, what precedes the lines under it, its depth). The
        # stack is ours, not Python's: a graph may be deeper than recursion reaches.
        stack = [(start, "", "", 0)]
        while stack:
            node, before, under, depth = stack.pop()
            if node in drawn:
                lines.append(f"{before}{label(node)}, above")
                continue
            children = [] if node is None else [fn for fn, _ in node.next_functions]
            is_cut = depth == _DEEPEST and bool(children)
            if node is not None and (is_cut or node in shared):
                numbers.setdefault(node, len(numbers) + 1)
            if is_cut:
                lines.append(f"{before}{label(node)}, below")
                if node not in cut:
                    cut.append(node)
                continue
            lines.append(before + label(node))
            if node is not None:
                drawn.add(node)
            for i, child in reversed(list(enumerate(children))):
                last = i == len(children) - 1
                branch, space = ("└─ ", "   ") if last else ("├─ ", "│  ")
                stack.append((child, under + branch, under + space, depth + 1))
    return "\n".join(lines)


def _nodes_reached_twice(root: Any) -> set[Any]:
    seen, twice, waiting = {root}, set(), [root]
    while waiting:
        for node, _ in waiting.pop().next_functions:
            if node in seen:
                twice.add(node)
            elif node is not None:
                seen.add(node)
                waiting.append(node)
    return twice
