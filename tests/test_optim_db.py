"""Every exported optimizer under the settings that PyTorch's own tests give it (optim_db).

For each of optim_db's classes that this package exports: every setting, in float64 and float32, and
each of PyTorch's implementations (foreach, fused). Both libraries step the same parameters by the
same gradients; compared are the repr, after every step the parameters, and the whole state: names,
types and values. Halfway the states change places, as .pth files: PyTorch goes on from ours, this
package from PyTorch's. Then what is raised on wrong settings and parameters.

The optimizers that are left out stand in exclusions.py with their reasons.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch as pytorch

import minitorch_nn

from . import exclusions
from .databases import PASSED, Unfit, as_ours, entries, left_out, need, raised
from .parity import Mismatch, compare_errors
from .programs import compare, seen
from .versions import PLAIN_ADAM

FLOATS = ("float64", "float32")
SHAPES = ((4, 3), (5,), (), (2, 1, 3), (0,))
STEPS = 24


def title(info: Any) -> str:
    return info.optim_cls.__name__


def ours_of(info: Any) -> Any:
    return getattr(minitorch_nn.optim, title(info), None)


def covered() -> list[Any]:
    """optim_db's entries whose class this package exports."""
    return [info for info in entries("optim_db") if ours_of(info) is not None]


def names_covered() -> set[str]:
    """The names of the optimizers that the runner holds against PyTorch."""
    return {title(info) for info in covered()}


COVERED = covered()
each = pytest.mark.parametrize("info", COVERED, ids=title)


def settings(info: Any) -> list[dict[str, Any]]:
    """What the database makes this optimizer with, and the choice between implementations."""
    given = [setting.kwargs for setting in info.optim_inputs_func(device="cpu")]
    return given + [{name: True} for name in ("foreach", "fused") if name in info.supported_impls]


class Training:
    """An optimizer in one library, of parameters in two groups, and the gradients of every step."""

    def __init__(self, library: Any, cls: Any, kwargs: dict[str, Any], precision: str) -> None:
        self.library = library
        self.rng = np.random.default_rng(0)
        # The first begin at zero, so that what a step adds to them is seen to its last digit.
        starts = [np.zeros(SHAPES[0]), *map(self.rng.standard_normal, SHAPES[1:])]
        self.params = [
            library.nn.Parameter(library.from_numpy(np.asarray(start, precision)))
            for start in starts
        ]
        groups = [{"params": self.params[:3]}, {"params": self.params[3:], "lr": 0.05}]
        self.optimizer = cls(groups, **kwargs)

    def steps(self, count: int) -> Iterator[Any]:
        """What the parameters have become after each step."""
        for _ in range(count):
            for p in self.params:
                grad = np.asarray(
                    self.rng.standard_normal(tuple(p.shape)), p.detach().numpy().dtype
                )
                p.grad = self.library.from_numpy(grad) if self.rng.random() < 0.8 else None
            self.optimizer.step()
            yield [p.detach().clone() for p in self.params]

    def go_on_from(self, other: Training) -> None:
        """Take over what the other library's training knows: values, state, gradients to come."""
        for own, theirs in zip(self.params, other.params, strict=True):
            own.detach().numpy()[...] = theirs.detach().numpy()
        file = io.BytesIO()
        other.library.save(other.optimizer.state_dict(), file)
        file.seek(0)
        self.optimizer.load_state_dict(self.library.load(file))
        self.rng.bit_generator.state = other.rng.bit_generator.state


def check(info: Any, kwargs: dict[str, Any], precision: str) -> None:
    """One setting: in step, in the same words, and over to the other library halfway."""

    def both() -> tuple[Training, Training]:
        theirs = Training(pytorch, info.optim_cls, kwargs, precision)
        return theirs, Training(minitorch_nn, ours_of(info), as_ours(kwargs), precision)

    theirs, mine = both()
    compare(repr(mine.optimizer), repr(theirs.optimizer), "repr")
    in_step(theirs, mine, STEPS // 2)
    from_mine, from_theirs = both()
    from_mine.go_on_from(mine)
    from_theirs.go_on_from(theirs)
    in_step(theirs, mine, STEPS - STEPS // 2)
    in_step(from_mine, from_theirs, STEPS - STEPS // 2)


def in_step(theirs: Training, mine: Training, count: int) -> None:
    for i, (a, b) in enumerate(zip(theirs.steps(count), mine.steps(count), strict=True)):
        compare(seen(b), seen(a), f"parameters after step {i + 1}")
    states = seen(mine.optimizer.state_dict()), seen(theirs.optimizer.state_dict())
    compare(*states, "state_dict")


def test_the_database_loads() -> None:
    need("optim_db")
    assert len(COVERED) >= 6


def test_every_optimizer_is_held_against_pytorch_or_left_out_with_a_reason() -> None:
    need("optim_db")
    assert {title(info) for info in entries("optim_db")} - names_covered() <= set(
        exclusions.OPTIMIZERS
    )
    assert not names_covered() & set(exclusions.OPTIMIZERS)


@each
def test_optimizer(info: Any) -> None:
    PLAIN_ADAM.skip_if(title(info) in ("Adam", "AdamW"))
    tally = PASSED["optim_db"]
    for kwargs in settings(info):
        reason = left_out(exclusions.OPTIMIZER_SETTINGS, title(info), (), kwargs)
        if reason is not None:
            tally.left_out[reason] += 1
            continue
        for precision in FLOATS:
            try:
                check(info, kwargs, precision)
            except Mismatch as mismatch:
                raise Mismatch(f"{mismatch}\n\nin {title(info)}(**{kwargs}), {precision}") from None
            tally.compared += 1
    tally.names.add(title(info))


@each
def test_errors(info: Any) -> None:
    """Warnings count as errors here: the database names those that a mistake must give."""
    tally = PASSED["optim_db"]
    for wrong in info.optim_error_inputs_func(device="cpu", dtype=pytorch.float64):
        given = wrong.optimizer_error_input
        try:
            params, kwargs = rebuilt(given.params), as_ours(given.kwargs)
        except Unfit as unfit:
            tally.left_out[str(unfit)] += 1
            continue
        theirs = raised(first_step, pytorch, info.optim_cls, given.params, given.kwargs)
        mine = raised(first_step, minitorch_nn, ours_of(info), params, kwargs)
        try:
            if theirs is None:
                raise Mismatch("PyTorch raises nothing")
            compare_errors(theirs, mine, message=True)
        except Mismatch as mismatch:
            raise Mismatch(f"{mismatch}\n\nin {title(info)}: {given.desc}") from mine


def rebuilt(params: Any) -> Any:
    """`as_ours` for parameters, which one of the mistakes is to give as a set."""
    return set(as_ours(list(params))) if isinstance(params, set) else as_ours(params)


def first_step(library: Any, cls: Any, params: Any, kwargs: dict[str, Any]) -> None:
    """Makes the optimizer and steps once; a warning is raised."""
    if params is None:
        params = [library.nn.Parameter(library.ones(2, 3))]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        cls(params, **kwargs).step()
