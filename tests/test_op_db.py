"""Every exported operation on the inputs that PyTorch's own tests feed to it (op_db).

For each of op_db's entries whose name this package exports: all its real inputs for the CPU, in
float64, float32, int64, bool, uint8 and int32, as far as it takes them. Compared are values,
shapes, dtypes, requires_grad, shared memory and, of floats, every gradient, the graph's nodes, in
float64 the second derivatives too; then the method and in-place forms, and what is raised on wrong
input.

What is left out stands in exclusions.py with its reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch as pytorch

import minitorch_nn

from . import exclusions
from .databases import (
    PASSED,
    Tally,
    Unfit,
    agree,
    as_ours,
    as_theirs,
    entries,
    found,
    left_out,
    need,
    raised,
    rebind,
    run,
)
from .parity import Mismatch, Run, Seen, compare_errors
from .versions import newest_error

FLOATS = (pytorch.float64, pytorch.float32)
OTHERS = (pytorch.int64, pytorch.bool, pytorch.uint8, pytorch.int32)


# Entries whose function writes into its input.
_DRAWING = ("uniform", "exponential", "cauchy", "geometric", "log_normal")
WRITING = {"normal.in_place", "zero_", *_DRAWING}


def title(op: Any) -> str:
    return f"{op.name}.{op.variant_test_name}" if op.variant_test_name else op.name


def dtypes_of(op: Any) -> list[Any]:
    """The types that it is tried with; its method with the first alone."""
    return [d for d in (*FLOATS, *OTHERS) if op.supports_dtype(d, "cpu")]


def covered() -> list[Any]:
    """op_db's entries that take real numbers and whose operation this package exports."""
    return [op for op in entries("op_db") if is_exported(op.name) and dtypes_of(op)]


def is_exported(name: str) -> bool:
    """Whether it is a function, or a method or property of tensors; `bfloat16` is but a type."""
    return callable(found(minitorch_nn, name)) or hasattr(minitorch_nn.Tensor, name)


def names_covered() -> set[str]:
    """The names of the operations that the runner holds against PyTorch."""
    return {op.name for op in covered()}


COVERED = covered()
each = pytest.mark.parametrize("op", COVERED, ids=title)


def ours_of(op: Any, theirs: Callable[..., Any]) -> Callable[..., Any]:
    """This package's function (method, in-place method) for one of PyTorch's."""
    for name in (op.name, *[alias.name for alias in op.aliases]):
        if found(pytorch, name) is theirs:
            return found(minitorch_nn, name)
    method = getattr(theirs, "__name__", "")
    if getattr(pytorch.Tensor, method, None) is theirs:
        return getattr(minitorch_nn.Tensor, method)
    return rebind(theirs, minitorch_nn)


def samples(
    op: Any, dtype: Any, tally: Tally | None = None
) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    """(args, kwargs) of each input that is not left out; how many, is added to `tally`."""
    pytorch.manual_seed(0)
    tally = tally or Tally()
    wanted = op.supports_autograd and dtype.is_floating_point
    for sample in op.sample_inputs("cpu", dtype, requires_grad=wanted):
        args, kwargs = (sample.input, *sample.args), sample.kwargs
        reason = left_out(exclusions.SAMPLES, title(op), args, kwargs)
        if reason is None:
            yield args, kwargs
            tally.compared += 1
        else:
            tally.left_out[reason] += 1


def compare(op: Any, theirs: Any, dtype: Any, args: Any, kwargs: Any, **options: Any) -> None:
    """The same call in both libraries. Mismatch, with the call, unless they agree."""
    my_args, my_kwargs = as_ours((args, kwargs))
    call = brief(op, args, kwargs)
    a = run(pytorch, theirs, *as_theirs((args, kwargs)), **options)
    b = run(minitorch_nn, ours_of(op, theirs), my_args, my_kwargs, **options)
    if op.name in exclusions.UNDEFINED:
        forget_values(a)
        forget_values(b)
    if op.name in exclusions.ANY_OF_EQUALS and not dtype.is_floating_point:
        level_equals(op, args, kwargs, a, b)
    graph = op.name not in exclusions.OTHER_GRAPH and title(op) not in exclusions.OTHER_GRAPH

    def truth() -> Run:
        # By now the inputs may have been written to: running means, which the result is not from.
        wide_args, wide_kwargs = as_theirs((args, kwargs), wide=True)
        return run(pytorch, theirs, wide_args, wide_kwargs, **options)

    try:
        if a.error is not None:
            compare_errors(a.error, b.error, message=False)
        else:
            agree(a, b, truth, str(dtype).removeprefix("torch."), graph=graph)
    except Mismatch as mismatch:
        raise Mismatch(f"{mismatch}\n\nin {call}") from b.error


def forget_values(seen: Any) -> None:
    if seen.error is None:
        seen.output.array[...] = 0


def level_equals(op: Any, args: Any, kwargs: Any, theirs: Run, mine: Run) -> None:
    """Takes PyTorch's indices for ours where both name equal elements, and ours none twice."""
    if kwargs.get("stable") or theirs.error or mine.error or args[0].dim() == 0:
        return
    a, b = (r.output if isinstance(r.output, Seen) else r.output[1][-1] for r in (theirs, mine))
    if a.array.shape != b.array.shape:
        return
    position = exclusions.ANY_OF_EQUALS[op.name]
    dim = kwargs.get("dim", args[position] if len(args) > position else -1)
    x = args[0].numpy()
    i, j = (s.array if s.array.ndim == x.ndim else np.expand_dims(s.array, dim) for s in (a, b))
    none_twice = (np.diff(np.sort(j, dim), axis=dim, prepend=-1) > 0).all()
    equal = np.take_along_axis(x, i, dim) == np.take_along_axis(x, j, dim)
    if none_twice and equal.all():
        b.array = a.array


def brief(op: Any, args: Any, kwargs: Any) -> str:
    def text(x: Any) -> str:
        if isinstance(x, pytorch.Tensor):
            return f"<{list(x.shape)} {str(x.dtype).removeprefix('torch.')}>"
        if isinstance(x, (list, tuple)):
            return f"[{', '.join(map(text, x))}]"
        return repr(x)

    parts = [*map(text, args), *[f"{k}={text(v)}" for k, v in kwargs.items()]]
    return f"{op.name}({', '.join(parts)})"


def test_the_database_loads() -> None:
    need("op_db")
    assert len(COVERED) > 200


@each
def test_function(op: Any) -> None:
    for dtype in dtypes_of(op):
        second = dtype == pytorch.float64 and op.supports_gradgrad
        second = second and op.name not in exclusions.SECOND
        for args, kwargs in samples(op, dtype, PASSED["op_db"]):
            on_clone = False if title(op) in WRITING else None
            compare(op, op.op, dtype, args, kwargs, second=second, on_clone=on_clone)
    PASSED["op_db"].names.add(op.name)


def has(op: Any, form: str) -> bool:
    """Whether the runner is to try this form: "method" or "inplace"."""
    theirs = getattr(op, f"{form}_variant")
    return theirs not in (None, op.op) and f"{op.name}.{form}" not in exclusions.VARIANTS


@pytest.mark.parametrize("op", [op for op in COVERED if has(op, "method")], ids=title)
def test_method(op: Any) -> None:
    dtype = dtypes_of(op)[0]
    for args, kwargs in samples(op, dtype):
        if isinstance(args[0], pytorch.Tensor):
            compare(op, op.method_variant, dtype, args, kwargs)


@pytest.mark.parametrize("op", [op for op in COVERED if has(op, "inplace")], ids=title)
def test_in_place(op: Any) -> None:
    for dtype in dtypes_of(op):
        if dtype == pytorch.float32:  # as float64, but for the rounding
            continue
        for args, kwargs in samples(op, dtype):
            on_clone = op.supports_inplace_autograd
            compare(op, op.inplace_variant, dtype, args, kwargs, on_clone=on_clone)


@each
def test_errors(op: Any) -> None:
    if op.error_inputs_func is None:
        pytest.skip("op_db has no wrong input for it")
    pytorch.manual_seed(0)
    known = exclusions.ERRORS.get(op.name, {})
    for wrong in op.error_inputs("cpu"):
        sample = wrong.sample_input
        args, kwargs = (sample.input, *sample.args), sample.kwargs
        if "out" in kwargs:  # few functions take it here, and test_memory.py tests it
            continue
        try:
            my_args, my_kwargs = as_ours((args, kwargs))
        except Unfit:
            continue
        theirs = newest_error(raised(op.op, *args, **kwargs))
        mine = raised(ours_of(op, op.op), *my_args, **my_kwargs)
        if any(part in str(theirs) for part in known):
            continue
        try:
            if theirs is not None:
                compare_errors(theirs, mine, message=not is_signature(theirs))
            elif mine is not None:
                raise Mismatch(f"PyTorch raises nothing here; minitorch_nn {mine!r}")
        except Mismatch as mismatch:
            raise Mismatch(f"{mismatch}\n\nin {brief(op, args, kwargs)}") from mine


def is_signature(error: Exception) -> bool:
    """Whether PyTorch's parser of arguments speaks, whose messages list its C++ signatures."""
    text = str(error)
    return isinstance(error, TypeError) and ("): " in text or "() " in text)
