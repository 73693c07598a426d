"""Every exported module on the settings and inputs that PyTorch's own tests give it (module_db).

For each of module_db's classes that this package exports: every setting, in float64 and float32,
in training and in evaluation. Compared are the first weights that the same seed gives, the repr,
the names in the state_dict, the output, the gradients of inputs and parameters, the buffers after
the call, in float64 the second derivatives; then what is raised on wrong settings and inputs.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterator
from typing import Any

import pytest
import torch as pytorch

import minitorch_nn

from . import exclusions
from .databases import (
    PASSED,
    Unfit,
    agree,
    as_ours,
    as_theirs,
    entries,
    left_out,
    need,
    raised,
    run,
)
from .parity import Mismatch, Run, compare_errors, compare_runs
from .versions import newest_error

FLOATS = (pytorch.float64, pytorch.float32)


def title(info: Any) -> str:
    return info.module_cls.__name__


def covered() -> list[Any]:
    """module_db's entries whose class this package exports."""
    return [info for info in entries("module_db") if ours_of(info) is not None]


def ours_of(info: Any) -> Any:
    return getattr(minitorch_nn.nn, title(info), None)


def names_covered() -> set[str]:
    """The names of the modules that the runner holds against PyTorch."""
    return {title(info) for info in covered()}


COVERED = covered()
each = pytest.mark.parametrize("info", COVERED, ids=title)


def settings(info: Any, dtype: Any, training: bool) -> Iterator[Any]:
    """The database's inputs; what this package cannot hold is counted and left out."""
    pytorch.manual_seed(0)
    tally = PASSED["module_db"]
    for given in info.module_inputs_func(
        info, device="cpu", dtype=dtype, requires_grad=True, training=training
    ):
        setting, sent = given.constructor_input, given.forward_input
        reason = left_out(
            exclusions.MODULES, title(info), setting.args, setting.kwargs, sent.args, sent.kwargs
        )
        if reason is None:
            yield given
            tally.compared += 1
        else:
            tally.left_out[reason] += 1


def made(library: Any, cls: Any, args: Any, kwargs: Any, dtype: Any, training: bool) -> Any:
    """A module of the same seed, setting and mode in either library."""
    library.manual_seed(0)
    return cls(*args, **kwargs).to(dtype).train(training)


def wake(library: Any, module: Any, args: Any, kwargs: Any) -> None:
    """The first call of a lazy module, from which it learns its shapes, and then draws."""
    library.manual_seed(0)
    with library.no_grad():
        module(*args, **kwargs)


def described(module: Any) -> dict[str, Any]:
    """What a user sees of a module that was just made."""
    state = module.state_dict()
    return {
        "repr": repr(module),
        "state": {k: (str(v.dtype), tuple(v.shape)) for k, v in state.items()},
        "parameters": [(k, p.requires_grad) for k, p in module.named_parameters()],
        "children": [(k, type(m).__name__) for k, m in module.named_modules()],
        "training": module.training,
    }


def see_module(library: Any, module: Any, args: Any, kwargs: Any, *, second: bool) -> Run:
    """The call, forward and backward by inputs and parameters; then the state it left."""
    parameters = list(module.parameters())

    def call(_: Any, *args: Any, **kwargs: Any) -> Any:
        return module(*args, **kwargs)

    seen = run(library, call, (parameters, *args), kwargs, second=second)
    if seen.error is None:
        state = [t.detach() for t in module.state_dict().values()]
        after = run(library, lambda *tensors: list(tensors), state, {})
        seen.output = ("tuple", [seen.output, after.output])
    seen.inputs_after = []
    return seen


def compare(info: Any, given: Any, dtype: Any, training: bool) -> None:
    setting, sent = given.constructor_input, given.forward_input
    args, kwargs = as_ours((setting.args, setting.kwargs))
    theirs = made(pytorch, info.module_cls, setting.args, setting.kwargs, dtype, training)
    mine = made(minitorch_nn, ours_of(info), args, kwargs, as_ours(dtype), training)
    inputs, named = as_ours((sent.args, sent.kwargs))
    if title(info).startswith("Lazy"):
        if repr(theirs) != repr(mine):
            raise Mismatch(f"before its first call the module differs:\n  {theirs}\n  {mine}")
        wake(pytorch, theirs, *as_theirs((sent.args, sent.kwargs)))
        wake(minitorch_nn, mine, inputs, named)
    if described(theirs) != described(mine):
        raise Mismatch(f"the module differs:\n  {described(theirs)}\n  {described(mine)}")
    precision = str(dtype).removeprefix("torch.")
    first = [
        run(library, lambda *tensors: list(tensors), [t.detach() for t in module.parameters()], {})
        for library, module in ((pytorch, theirs), (minitorch_nn, mine))
    ]
    compare_runs(*[Run(output=seen.output) for seen in first], precision, graph=False, layout=False)
    second = dtype == pytorch.float64 and info.supports_gradgrad
    second = second and title(info) not in exclusions.SECOND
    fresh = copy.deepcopy(theirs.state_dict())  # the call may change buffers

    def truth() -> Run:
        wide = copy.deepcopy(theirs).double()
        wide.load_state_dict(fresh)
        wide_inputs, wide_named = as_theirs((sent.args, sent.kwargs), wide=True)
        return see_module(pytorch, wide, wide_inputs, wide_named, second=False)

    their_inputs, their_named = as_theirs((sent.args, sent.kwargs))
    a = see_module(pytorch, theirs, their_inputs, their_named, second=second)
    b = see_module(minitorch_nn, mine, inputs, named, second=second)
    if a.error is not None:
        compare_errors(a.error, b.error, message=True)
    else:
        graph = title(info) not in exclusions.OTHER_GRAPH
        agree(a, b, truth, precision, graph=graph)


def test_the_database_loads() -> None:
    need("module_db")
    assert len(COVERED) >= 40


@each
@pytest.mark.filterwarnings("ignore:enable_nested_tensor")
def test_module(info: Any) -> None:
    for dtype, training in itertools.product(FLOATS, (True, False)):
        for given in settings(info, dtype, training):
            try:
                compare(info, given, dtype, training)
            except Mismatch as mismatch:
                setting, sent = given.constructor_input, given.forward_input
                raise Mismatch(
                    f"{mismatch}\n\nin {title(info)}({setting.args}, {setting.kwargs}), "
                    f"training={training}, called with {brief(sent.args)}, {brief(sent.kwargs)}"
                ) from mismatch.__cause__
    PASSED["module_db"].names.add(title(info))


def brief(x: Any) -> str:
    return repr(pytorch.utils._pytree.tree_map(lambda t: getattr(t, "shape", t), x))


@each
def test_errors(info: Any) -> None:
    if info.module_error_inputs_func is None:
        pytest.skip("module_db has no wrong input for it")
    pytorch.manual_seed(0)
    for wrong in info.module_error_inputs_func(
        info, device="cpu", dtype=pytorch.float64, requires_grad=True, training=True
    ):
        theirs = newest_error(raised(use, pytorch, info.module_cls, wrong.module_error_input))
        mine = raised(use, minitorch_nn, ours_of(info), wrong.module_error_input)
        if isinstance(mine, Unfit):
            continue
        if theirs is not None:
            compare_errors(theirs, mine, message=True)
        elif mine is not None:
            raise Mismatch(f"PyTorch raises nothing; minitorch_nn {mine!r}") from mine


def use(library: Any, cls: Any, given: Any) -> None:
    """Makes the module and calls it."""
    setting, sent = given.constructor_input, given.forward_input
    same = as_ours if library is minitorch_nn else lambda x: x
    args, kwargs = same((setting.args, setting.kwargs))
    module = made(library, cls, args, kwargs, same(pytorch.float64), True)
    if sent is not None:
        args, kwargs = same((sent.args, sent.kwargs))
        module(*args, **kwargs)
