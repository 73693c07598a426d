"""Hold minitorch_nn against the installed PyTorch: one line a test.

    parity(lambda torch, x, w: torch.matmul(x, w), (3, 4), (4, 5))

runs the lambda in both libraries on the same inputs (`inputs.py` says how to describe them), in
float64 and in float32, and compares

- what came out: shape, dtype, requires_grad, values, whether it shares memory with an input;
- the gradient of every input, for a random incoming gradient, so that a permutation shows;
- the recorded graph: the nodes' names and how `next_functions` joins them;
- what became of the inputs: an operation that writes into them is found out;
- with `second=True`, the gradients of the gradients;
- with `raises=True`, the exception's type and the first line of its message.

Two tensors agree when max|a-b| <= tolerance * max|b| over the whole tensor, and nan and inf stand
in the same places. Element by element would be wrong: where a long sum cancels, an honest float32
result is far off relative to its own size. Integers and booleans agree exactly.

A whole list of tests, one line each, whose names begin with the operation that `--op` selects:

    test_products = cases(
        case("mm", lambda torch, x, y: x.mm(y), (2, 3), (3, 4)),
        case("mm: transposed", lambda torch, x, y: x.mm(y.t()), (2, 3), (4, 3)),
    )
"""

from __future__ import annotations

import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
import torch as pytorch

import minitorch_nn
from minitorch_nn.version import __version__

from .inputs import (  # noqa: F401 (offered to the tests from here)
    Array,
    Input,
    Spec,
    as_leaf,
    as_spec,
    between,
    booleans,
    constant,
    depends_on_precision,
    distinct,
    draw,
    exactly,
    integers,
    leaves,
    positive,
    strided,
    ties,
    transposed,
)
from .ledger import LEDGER
from .snippet import snippet
from .versions import Difference, is_older

TOLERANCE = {"float64": 1e-10, "float32": 1e-5, "float16": 1e-3}
PRECISIONS = ("float64", "float32")


class Mismatch(AssertionError):
    """The two libraries disagree; the message says where, and how to see it again."""


class TooFar(Mismatch):
    """Values that lie further apart than the tolerance; all else agreed so far."""


@dataclass
class Seen:
    """A tensor as a user sees it, whichever library made it."""

    array: Array
    dtype: str
    requires_grad: bool
    shares: tuple[bool, ...]  # for each input: whether the two share memory
    layout: tuple[Any, ...]  # stride and contiguity


@dataclass
class Run:
    """All that one library did with the inputs."""

    output: Any = None  # Seen tensors in the lists and tuples that the function returned
    gradients: list[Seen | None] = field(default_factory=list)
    seconds: list[Seen | None] = field(default_factory=list)
    graphs: list[list[Any]] = field(default_factory=list)
    inputs_after: list[Array] = field(default_factory=list)
    error: Exception | None = None
    runtime_warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Case:
    """A call of `parity` waiting to be made."""

    name: str
    function: Callable[..., Any]
    inputs: tuple[Input, ...]
    options: dict[str, Any]

    @property
    def op(self) -> str:
        return self.name.partition(":")[0]

    def check(self) -> None:
        __tracebackhide__ = True
        parity(self.function, *self.inputs, **self.options)


def case(name: str, function: Callable[..., Any], *inputs: Input, **options: Any) -> Case:
    """One line of a list of `cases`. `name` is the operation, then perhaps a colon and more."""
    return Case(name, function, inputs, options)


def cases(*given: Case) -> Callable[[Case], None]:
    """A test function that runs once for each case."""

    @pytest.mark.parametrize("case", given, ids=[c.name for c in given])
    def test(case: Case) -> None:
        case.check()

    test.cases = given  # type: ignore[attr-defined]
    return test


def parity(
    function: Callable[..., Any],
    *inputs: Input,
    second: bool = False,
    raises: bool | None = False,
    message: bool = True,
    graph: bool = True,
    layout: bool = False,
    seed: int = 0,
    differs: Difference | None = None,
) -> None:
    """Run `function(library, *tensors)` in both libraries. Mismatch unless they agree.

    second: compare the gradients of the gradients too.
    raises: PyTorch must raise, and minitorch_nn the same. Without it PyTorch must not raise, so
        that a slip in the test itself does not pass as agreement. None leaves it to PyTorch: for
        grids over dtypes.
    message: with `raises`, whether the message's first line must be the same.
    graph: whether the recorded graphs must be the same.
    layout: whether strides and contiguity must be the same.
    seed: of the inputs and of the incoming gradients.
    differs: what an older PyTorch does otherwise (`versions.py`); of no effect on the newest.
    """
    __tracebackhide__ = True
    specs = [as_spec(given) for given in inputs]
    precisions = PRECISIONS if any(map(depends_on_precision, specs)) else PRECISIONS[-1:]
    for precision in precisions:
        theirs = run(pytorch, function, specs, precision, seed=seed, second=second)
        mine = run(minitorch_nn, function, specs, precision, seed=seed, second=second)
        if differs is not None and is_older(differs):
            if differs.translate is None and theirs.error is not None:
                continue
            if differs.translate is not None:
                differs.translate(theirs)
        try:
            if raises or (raises is None and theirs.error is not None):
                compare_errors(theirs.error, mine.error, message=message)
            else:
                compare_runs(theirs, mine, precision, graph=graph, layout=layout)
        except Mismatch as mismatch:
            versions = f"PyTorch {pytorch.__version__}, minitorch_nn {__version__}"
            code = snippet(function, specs, precision, seed, gradients=not raises)
            cause = mine.error or theirs.error
            raise Mismatch(f"{mismatch}\n\n{versions}. To see it again:\n\n{code}") from cause


# Running


def run(
    library: Any,
    function: Callable[..., Any],
    specs: list[Spec],
    precision: str,
    *,
    seed: int = 0,
    second: bool = False,
) -> Run:
    """Run the function forward and backward; an exception ends the run and is kept in it."""
    arrays = draw(precision, *specs, seed=seed)
    seen = Run(inputs_after=arrays)
    with watched(seen):
        tensors = [as_leaf(library, a, s) for a, s in zip(arrays, specs, strict=True)]
        output = function(library, *tensors)
        seen.output = see(library, output, arrays)
        roots = [t for t in tensors_in(library, output) if t.requires_grad]
        seen.graphs = [graph_of(t.grad_fn) for t in roots]
        backward(library, output, seed=seed)
        seen.gradients = [see_gradient(library, t.grad) for t in tensors]
        if second:
            tensors = leaves(library, precision, *specs, seed=seed)
            seen.seconds = second_derivatives(library, function, tensors, seed)
    return seen


@contextmanager
def watched(seen: Run) -> Iterator[None]:
    """Keeps in `seen` the exception that ends the block, and NumPy's warnings in it."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        # The package hushes NumPy's warnings when it is imported; pytest forgets that filter, and
        # the line above would override it. A warning from anywhere else is still found out.
        warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"minitorch_nn\.")
        try:
            yield
        except Exception as error:
            seen.error = error
    seen.runtime_warnings = [str(w.message) for w in caught if w.category is RuntimeWarning]


def backward(library: Any, output: Any, *, seed: int = 0) -> None:
    """Send a random gradient (the same in both libraries) into each tensor of `output`."""
    roots = [t for t in tensors_in(library, output) if t.requires_grad]
    incoming = _random_like(library, roots, seed + 1)
    if len(roots) == 1:
        roots[0].backward(incoming[0])
    elif roots:
        library.autograd.backward(roots, incoming)


def graph_of(root: Any) -> list[Any]:
    """The nodes in the order in which they are met: each one's name and the indices it leads to."""
    order = {id(root): 0}
    nodes = [root]  # holds the nodes, so that no id is given twice
    rows = []
    for node in nodes:
        edges = []
        for child, position in () if node is None else node.next_functions:
            if id(child) not in order:
                order[id(child)] = len(nodes)
                nodes.append(child)
            edges.append((order[id(child)], position))
        rows.append((None if node is None else type(node).__name__, edges))
    return rows


def second_derivatives(
    library: Any, function: Callable[..., Any], tensors: list[Any], seed: int
) -> list[Seen | None]:
    """The gradients of the gradients, by the inputs and by what was sent into the outputs."""
    grad = library.autograd.grad
    roots = [t for t in tensors_in(library, function(library, *tensors)) if t.requires_grad]
    incoming = [g.requires_grad_() for g in _random_like(library, roots, seed + 2)]
    wanted = [t for t in tensors if t.requires_grad]
    first = grad(roots, wanted, incoming, create_graph=True, allow_unused=True)
    first = [g for g in first if g is not None and g.requires_grad]
    again = _random_like(library, first, seed + 3)
    variables = wanted + incoming
    second = grad(first, variables, again, allow_unused=True) if first else [None] * len(variables)
    # No gradient and a gradient of zeros are the same here: how far the second graph reaches
    # depends on how the first derivative was written. The clone is for PyTorch, which may hold
    # such zeros without memory.
    full = [
        library.zeros_like(v) if g is None else g.clone()
        for v, g in zip(variables, second, strict=True)
    ]
    return [see_gradient(library, g) for g in full]


def _random_like(library: Any, tensors: list[Any], seed: int) -> list[Any]:
    rng = np.random.default_rng(seed)
    dtypes = [t.detach().numpy().dtype for t in tensors]
    return [
        library.from_numpy(np.asarray(rng.standard_normal(tuple(t.shape)), dtype))
        for t, dtype in zip(tensors, dtypes, strict=True)
    ]


def tensors_in(library: Any, output: Any) -> Iterator[Any]:
    if isinstance(output, library.Tensor):
        yield output
    elif isinstance(output, (list, tuple)):
        for item in output:
            yield from tensors_in(library, item)


def see(library: Any, output: Any, inputs: list[Array]) -> Any:
    if isinstance(output, library.Tensor):
        # A copy: the backward pass must not be able to change what was seen before it.
        array = output.detach().numpy()
        shares = tuple(np.may_share_memory(array, given) for given in inputs)
        strides = zip(output.shape, output.stride(), strict=True)
        layout = (tuple(s for n, s in strides if n > 1), output.is_contiguous())
        return Seen(array.copy(), str(output.dtype), output.requires_grad, shares, layout)
    if isinstance(output, (list, tuple)):
        return (type(output).__name__, [see(library, item, inputs) for item in output])
    return output


def see_gradient(library: Any, gradient: Any) -> Any:
    # The clone is for PyTorch, which may hold a gradient of zeros without memory.
    return None if gradient is None else see(library, gradient.clone(), [])


# Comparing


def compare_runs(theirs: Run, mine: Run, precision: str, *, graph: bool, layout: bool) -> None:
    if theirs.error is not None:
        raise Mismatch(
            f"PyTorch itself raises {_first_line(theirs.error)}\n"
            "(if that is what the test means: raises=True)"
        )
    if mine.error is not None:
        trace = "".join(traceback.format_tb(mine.error.__traceback__)[-3:])
        raise Mismatch(f"minitorch_nn raises {_first_line(mine.error)}\n{trace}")
    for i, (x, y) in enumerate(zip(theirs.inputs_after, mine.inputs_after, strict=True)):
        if not np.array_equal(x, y, equal_nan=x.dtype.kind == "f"):
            raise Mismatch(f"input {i} was changed:\n{_both(x, y)}")
    _compare("the output", theirs.output, mine.output, "outputs", precision)
    if layout:
        _compare_layout(theirs.output, mine.output)
    for i, (a, b) in enumerate(zip(theirs.gradients, mine.gradients, strict=True)):
        _compare(f"the gradient of input {i}", a, b, "gradients", precision)
    for i, (a, b) in enumerate(zip(theirs.seconds, mine.seconds, strict=True)):
        assert a is not None and b is not None
        _compare_types(f"second derivative {i}", a, b)
        # They sum terms of either sign, often down to one number: float32 proves their types only.
        if precision == "float64":
            _compare(f"second derivative {i}", a, b, "gradients", precision)
    if graph and theirs.graphs != mine.graphs:
        raise Mismatch(f"the graph differs:\n{_both(theirs.graphs, mine.graphs)}")
    if mine.runtime_warnings and not theirs.runtime_warnings:
        raise Mismatch(f"minitorch_nn lets NumPy warn: {mine.runtime_warnings[0]}")


def compare_errors(theirs: Exception | None, mine: Exception | None, *, message: bool) -> None:
    if theirs is None:
        raise Mismatch("PyTorch does not raise; the test says that it does")
    if mine is None:
        raise Mismatch(f"minitorch_nn does not raise:\n  PyTorch  {_first_line(theirs)}")
    LEDGER.comparisons[LEDGER.family] += 1
    if type(theirs).__name__ != type(mine).__name__:
        raise Mismatch(f"the exceptions differ:\n{_both(_first_line(theirs), _first_line(mine))}")
    if message and _first_line(theirs) != _first_line(mine):
        raise Mismatch(f"the messages differ:\n{_both(_first_line(theirs), _first_line(mine))}")


def _compare(what: str, theirs: Any, mine: Any, kind: str, precision: str) -> None:
    """Compare what came out, through lists and tuples down to tensors, numbers and text."""
    if isinstance(theirs, Seen) and isinstance(mine, Seen):
        _compare_tensors(what, theirs, mine, kind)
    elif isinstance(theirs, tuple) and isinstance(mine, tuple):
        if theirs[0] != mine[0] or len(theirs[1]) != len(mine[1]):
            raise Mismatch(f"{what} differs in kind or length:\n{_both(theirs, mine)}")
        for i, (a, b) in enumerate(zip(theirs[1], mine[1], strict=True)):
            _compare(f"{what}[{i}]", a, b, kind, precision)
    elif type(theirs) is float and type(mine) is float:
        _compare_values(what, np.asarray(theirs), np.asarray(mine), kind, TOLERANCE[precision])
    elif repr(theirs) != repr(mine):
        raise Mismatch(f"{what} differs:\n{_both(theirs, mine)}")


def _compare_tensors(what: str, theirs: Seen, mine: Seen, kind: str) -> None:
    _compare_types(what, theirs, mine)
    dtype = theirs.array.dtype
    _compare_values(what, theirs.array, mine.array, kind, TOLERANCE.get(dtype.name, 0.0))


def _compare_types(what: str, theirs: Seen, mine: Seen) -> None:
    for name, a, b in (
        ("shape", theirs.array.shape, mine.array.shape),
        ("dtype", theirs.dtype, mine.dtype),
        ("requires_grad", theirs.requires_grad, mine.requires_grad),
        ("sharing of memory with each input", theirs.shares, mine.shares),
    ):
        if a != b:
            raise Mismatch(f"{what} differs in {name}:\n{_both(a, b)}")


def _compare_values(what: str, theirs: Array, mine: Array, kind: str, tolerance: float) -> None:
    finite = np.isfinite(theirs)
    same = np.array_equal(theirs[~finite], mine[~finite], equal_nan=theirs.dtype.kind == "f")
    if not same or not np.isfinite(mine[finite]).all():
        raise Mismatch(f"{what} has nan or inf in other places:\n{_both(theirs, mine)}")
    error = relative_error(theirs[finite], mine[finite])
    LEDGER.record(kind, theirs.dtype.name, error)
    if error > tolerance:
        raise TooFar(f"{what} is off by {error:.1e}, {tolerance} allowed:\n{_both(theirs, mine)}")


def relative_error(theirs: Array, mine: Array) -> float:
    """max|a-b| / max|b|; inf where PyTorch has zeros throughout and minitorch_nn has not."""
    if theirs.dtype.kind != "f":
        return 0.0 if np.array_equal(theirs, mine) else np.inf
    with np.errstate(invalid="ignore"):  # inf - inf is nan, which is near to nothing
        distance = float(np.max(np.abs(theirs - mine), initial=0.0))
    size = float(np.max(np.abs(theirs), initial=0.0))
    return distance / size if size else (np.inf if distance else 0.0)


def _compare_layout(theirs: Any, mine: Any) -> None:
    if isinstance(theirs, Seen):
        if theirs.layout != mine.layout:
            raise Mismatch(
                f"stride or contiguity of the output differs:\n{_both(theirs.layout, mine.layout)}"
            )
    elif isinstance(theirs, tuple):
        for a, b in zip(theirs[1], mine[1], strict=True):
            _compare_layout(a, b)


def _both(theirs: Any, mine: Any) -> str:
    return f"  PyTorch      {_brief(theirs)}\n  minitorch_nn {_brief(mine)}"


def _brief(x: Any) -> str:
    text = np.array2string(x, threshold=40) if isinstance(x, np.ndarray) else repr(x)
    text = text if len(text) < 1500 else text[:1500] + " ..."
    return text.replace("\n", "\n" + " " * 15)


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
