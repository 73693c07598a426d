"""PyTorch's own test databases, read for both libraries.

The torch wheel carries lists of operations, modules and optimizers, each with the inputs that
PyTorch's tests feed to it: `torch.testing._internal` op_db, module_db and optim_db. Here is what
the runners over them (test_op_db.py, test_module_db.py, test_optim_db.py) share:

- `database("op_db")` loads one, or skips the tests that want it, with the reason;
- `as_ours(x)` rebuilds an input of PyTorch's in minitorch_nn: tensors with their very strides,
  dtypes, sizes, and lists of them. `Unfit` says why one cannot be: complex, sparse;
- `run` calls a function in one library, forward and backward, and keeps what was seen;
- `raised` calls it for its exception alone;
- `left_out` says why an input is not compared at all;
- `PASSED` counts what was compared and what was left out, for the table that ends the tests.
"""

from __future__ import annotations

import functools
import importlib
import types
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import hypothesis
import numpy as np
import pytest
import torch as pytorch
from torch.utils._pytree import tree_map

import minitorch_nn
from minitorch_nn.dtypes import NamedOnly

from .exclusions import Exclusion
from .parity import (
    TOLERANCE,
    Run,
    Seen,
    TooFar,
    backward,
    compare_runs,
    graph_of,
    relative_error,
    second_derivatives,
    see,
    see_gradient,
    tensors_in,
    watched,
)

_HOMES = {
    "op_db": "common_methods_invocations",
    "module_db": "common_modules",
    "optim_db": "common_optimizers",
}


class Unfit(Exception):
    """An input of PyTorch's that this package cannot hold, and why."""


class Tally:
    """What one database's tests compared: entries, inputs, and inputs left out by reason."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.compared = 0
        self.left_out: Counter[str] = Counter()

    def lines(self, title: str) -> Iterator[str]:
        left_out = sum(self.left_out.values())
        yield f"{title}: {len(self.names)} names, {self.compared} inputs, {left_out} left out"
        for reason, count in self.left_out.most_common():
            yield f"    {count:>5}  {reason}"


PASSED: defaultdict[str, Tally] = defaultdict(Tally)


@functools.cache
def _load(name: str) -> tuple[Any, str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            home = importlib.import_module(f"torch.testing._internal.{_HOMES[name]}")
        # It is made for PyTorch's own tests: it forbids to set flags of backends, and brings a
        # profile for Hypothesis that draws fewer examples.
        flags = pytorch.backends.flags_frozen.__globals__
        flags["__allow_nonbracketed_mutation_flag"] = True
        hypothesis.settings.load_profile("parity")
        return getattr(home, name), ""
    except Exception as error:  # a private module: each version of torch may lose or move it
        return [], f"PyTorch {pytorch.__version__} does not load its {name}: {error!r}"


def entries(name: str) -> list[Any]:
    """The database's entries; none if it cannot be loaded (`need` then says so)."""
    return list(_load(name)[0])


def need(name: str) -> None:
    """Skips the test, with the reason, where the installed PyTorch does not load this database."""
    reason = _load(name)[1]
    if reason:
        pytest.skip(reason)


def left_out(
    exclusions: Iterable[Exclusion], name: str, args: Any, kwargs: Any, *others: Any
) -> str | None:
    """Why an input is not compared: an exclusion, or that this package cannot hold it or what is
    given besides (`others`). None if it is."""
    for exclusion in exclusions:
        if exclusion.name in (name, name.partition(".")[0]) and exclusion.when(args, kwargs):
            return exclusion.reason
    try:
        as_ours((args, kwargs, *others))
    except Unfit as unfit:
        return str(unfit)
    return None


# From PyTorch's objects to this package's.

_MISSING = "a type that this package does not have: "
_NAMED = (pytorch.dtype, pytorch.layout, pytorch.memory_format)


def as_ours(x: Any, tensors: dict[int, Any] | None = None) -> Any:
    """`x` rebuilt in minitorch_nn; a tensor that occurs twice stays one tensor.

    tensors: those rebuilt so far, by the id of the original.
    """
    known: dict[int, Any] = {} if tensors is None else tensors
    if isinstance(x, pytorch.Tensor):
        if id(x) not in known:
            known[id(x)] = _tensor_as_ours(x)
        return known[id(x)]
    if isinstance(x, _NAMED):
        return _named_as_ours(x)
    if isinstance(x, pytorch.device):
        return minitorch_nn.device(str(x))
    if isinstance(x, pytorch.Size):
        return minitorch_nn.Size(x)
    if isinstance(x, pytorch.Generator):
        return minitorch_nn.Generator().manual_seed(x.initial_seed())
    if isinstance(x, pytorch.nn.TransformerEncoderLayer):
        return _layer_as_ours(x)
    if isinstance(x, pytorch.nn.Module):  # made with its defaults, wherever else one is an argument
        return getattr(minitorch_nn.nn, type(x).__name__)()
    if isinstance(x, complex):
        raise Unfit("complex numbers")
    if isinstance(x, (list, tuple)):
        return type(x)(as_ours(item, known) for item in x)
    if isinstance(x, dict):
        return {key: as_ours(value, known) for key, value in x.items()}
    return rebind(x, minitorch_nn) if callable(x) else x


def _layer_as_ours(x: Any) -> Any:
    ours = minitorch_nn.nn.TransformerEncoderLayer(
        x.self_attn.embed_dim,
        x.self_attn.num_heads,
        x.linear1.out_features,
        x.dropout.p,
        rebind(x.activation, minitorch_nn),
        x.norm1.eps,
        x.self_attn.batch_first,
        x.norm_first,
        bias=x.linear1.bias is not None,
        dtype=as_ours(x.linear1.weight.dtype),
    )
    ours.load_state_dict(as_ours(x.state_dict()))
    return ours


def as_theirs(x: Any, *, wide: bool = False) -> Any:
    """`x` for PyTorch's own run: its tensors leaves, as `as_ours` makes them; float64 if `wide`."""

    def leaf(x: Any) -> Any:
        if wide and x is pytorch.float32:
            return pytorch.float64
        if not isinstance(x, pytorch.Tensor):
            return x
        if wide and x.dtype == pytorch.float32:
            return x.detach().double().requires_grad_(x.requires_grad)
        return x if x.is_leaf else x.detach().requires_grad_()

    known: dict[int, Any] = {}
    return tree_map(lambda x: known.setdefault(id(x), leaf(x)), x)


def _named_as_ours(x: Any) -> Any:
    """torch.int64, torch.strided and the like."""
    ours = getattr(minitorch_nn, str(x).removeprefix("torch."), None)
    if ours is None or isinstance(ours, NamedOnly):
        raise Unfit(f"{_MISSING}{x}")
    return ours


def _tensor_as_ours(x: pytorch.Tensor) -> Any:
    if x.layout != pytorch.strided:
        raise Unfit("tensors that are not strided, such as sparse ones")
    if x.is_complex():
        raise Unfit("complex numbers")
    _named_as_ours(x.dtype)
    if x.dim() > 64:
        raise Unfit("more than 64 dimensions, which NumPy does not have")
    # A copy of the whole memory, then the same window on it: strides and gaps stay as they are.
    memory = x.detach().untyped_storage().clone()
    window = x.detach().new_empty(0).set_(memory, x.storage_offset(), x.size(), x.stride())
    ours = minitorch_nn.from_numpy(window.numpy())
    if isinstance(x, pytorch.nn.Parameter):
        return minitorch_nn.nn.Parameter(ours, x.requires_grad)
    return ours.requires_grad_() if x.requires_grad else ours


def rebind(function: Any, library: Any) -> Any:
    """A function of PyTorch's with `torch` meaning `library` in it.

    A function that is found by its name gives the function of that name; a lambda, as many entries
    have, is the same code over other globals.
    """
    if isinstance(function, functools.partial):
        inner = rebind(function.func, library)
        return functools.partial(inner, *function.args, **function.keywords)
    name = getattr(function, "__name__", "")
    for home in ("", "nn.functional."):
        if name and function is found(pytorch, home + name):
            return found(library, home + name)
    if not isinstance(function, types.FunctionType):
        return function
    around = {**function.__globals__, "torch": library, "wrapper_set_seed": _seeded(library)}
    return types.FunctionType(
        function.__code__, around, name, function.__defaults__, function.__closure__
    )


def _seeded(library: Any) -> Callable[..., Any]:
    def seeded(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        library.manual_seed(42)
        return function(*args, **kwargs)

    return seeded


def found(library: Any, name: str) -> Any:
    """`nn.functional.relu` in a library; a Tensor's method if no function has the name."""
    place = library
    for part in name.split("."):
        place = getattr(place, part, None)
    return place if place is not None or "." in name else getattr(library.Tensor, name, None)


# Running.


def run(
    library: Any,
    function: Callable[..., Any],
    args: Any,
    kwargs: Any,
    *,
    second: bool = False,
    on_clone: bool | None = None,
) -> Run:
    """`function(*args, **kwargs)` forward and backward; an exception ends the run, kept in it.

    on_clone: of an in-place form, which must not write to a leaf or to the database's own input.
        It is given a clone of its first argument (True), or a constant clone (False).
    """
    leaves = list({id(t): t for t in tensors_in(library, [*args, *kwargs.values()])}.values())
    arrays = [t.detach().numpy() for t in leaves]
    call = function
    if on_clone is not None:
        keep = (lambda x: x.clone()) if on_clone else (lambda x: x.detach().clone())
        call = lambda first, *others, **named: function(keep(first), *others, **named)  # noqa: E731
    seen = Run()
    for t in leaves:  # a tensor that several inputs share still has the last one's gradient
        t.grad = None
    with watched(seen):
        library.manual_seed(0)
        output = call(*args, **kwargs)
        seen.output = see(library, output, arrays)
        roots = [t for t in tensors_in(library, output) if t.requires_grad]
        seen.graphs = [graph_of(t.grad_fn) for t in roots]
        backward(library, output)
        seen.gradients = [see_gradient(library, t.grad if t.is_leaf else None) for t in leaves]
        if second and roots:
            for t in leaves:
                t.grad = None
            again = lambda _, *tensors: call(*args, **kwargs)  # noqa: E731
            seen.seconds = second_derivatives(library, again, leaves, 0)
    seen.inputs_after = [np.array(array) for array in arrays]
    return seen


def raised(function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Exception | None:
    """What the call raises."""
    seen = Run()
    with watched(seen):
        function(*args, **kwargs)
    return seen.error


# Comparing.


def agree(theirs: Run, mine: Run, truth: Callable[[], Run], precision: str, *, graph: bool) -> None:
    """Mismatch unless the two runs agree.

    The databases' inputs are drawn without regard to cancellation, so that a float32 result may be
    mostly rounding, PyTorch's own too. Where the two lie too far apart, `truth` (PyTorch's run in
    float64) is asked: what is as near to it as PyTorch's float32 result, within a factor of two,
    agrees.
    """
    _level_rounding(theirs, mine)
    try:
        compare_runs(theirs, mine, precision, graph=graph, layout=False)
    except TooFar:
        if precision != "float32":
            raise
        for exact, a, b in zip(*map(_values, (truth(), theirs, mine)), strict=True):
            if relative_error(exact.array, b.array) <= 2 * relative_error(exact.array, a.array):
                b.array = a.array
        compare_runs(theirs, mine, precision, graph=graph, layout=False)


def _level_rounding(theirs: Run, mine: Run) -> None:
    """Where second derivatives cancel to nothing, what is left is the rounding of their terms, and
    those are of the first derivatives' size: so far, but no further, may the two lie apart. The
    same holds for an input that both write to, as batch_norm does to the running mean."""
    for i, (x, y) in enumerate(zip(theirs.inputs_after, mine.inputs_after, strict=True)):
        if relative_error(x, y) <= TOLERANCE.get(x.dtype.name, 0.0):
            mine.inputs_after[i] = x
    firsts = [np.abs(g.array).max(initial=0.0) for g in theirs.gradients if g is not None]
    for a, b in zip(theirs.seconds, mine.seconds, strict=False):
        if a is None or b is None or a.array.shape != b.array.shape:
            continue
        distance = np.abs(a.array - b.array).max(initial=0.0)
        if distance <= TOLERANCE.get(a.array.dtype.name, 0.0) * max(firsts, default=0.0):
            b.array = a.array


def _values(run: Run) -> list[Seen]:
    """All tensors of floats that a run gave, in order."""
    pile, values = [run.output, run.gradients], []
    while pile:
        x = pile.pop()
        if isinstance(x, (list, tuple)):
            pile.extend(x)
        elif isinstance(x, Seen) and x.array.dtype.kind == "f":
            values.append(x)
    return values
