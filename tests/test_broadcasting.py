"""Shapes that stretch to fit, and gradients that shrink back to them."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .parity import Input, booleans, case, cases, constant, parity, positive, strided, transposed
from .versions import worded

SHAPES: list[tuple[int, ...]] = [
    (),
    (1,),
    (3,),
    (1, 3),
    (2, 1),
    (2, 3),
    (4, 1, 1),
    (4, 2, 3),
    (0,),
    (2, 0),
]

test_every_pair_of_shapes = cases(
    *(
        case(f"mul: {a} and {b}", lambda torch, x, y: x * y, a, b, raises=None, second=True)
        for a, b in itertools.product(SHAPES, SHAPES)
    )
)

SHAPES_THAT_DO_NOT_FIT = worded(
    "Attempting to broadcast a dimension of length 4 at -1! Mismatching argument at index 1 had "
    "(4,); but expected shape should be broadcastable to [3]",
    since=(2, 9),
)
test_three_at_once = cases(
    case(
        "where: three shapes",
        lambda torch, c, x, y: torch.where(c, x, y),
        booleans((4, 1, 1)),
        (2, 1),
        (3,),
        second=True,
    ),
    case(
        "addmm: a column",
        lambda torch, b, x, y: torch.addmm(b, x, y),
        (2, 1),
        (2, 3),
        (3, 4),
        second=True,
    ),
    case(
        "clamp: three shapes",
        lambda torch, x, a, b: x.clamp(a, b),
        (4, 3),
        constant((3,)),
        constant(positive((4, 1))),
    ),
    case(
        "add: the same tensor, stretched",
        lambda torch, x: x + x.t() + x.narrow(1, 0, 1),
        (3, 3),
        second=True,
    ),
    case("broadcast_tensors", lambda torch, x, y: torch.broadcast_tensors(x, y), (3, 1), (1, 4)),
    case("broadcast_shapes", lambda torch: torch.broadcast_shapes((3, 1), (1, 4), ())),
    case(
        "broadcast_shapes: that do not fit",
        lambda torch: torch.broadcast_shapes((3,), (4,)),
        raises=True,
        differs=SHAPES_THAT_DO_NOT_FIT,
    ),
    case(
        "expand: then summed in another order",
        lambda torch, x: x.expand(2, 3, 4).sum((0, 2)),
        (3, 1),
        second=True,
    ),
)


@st.composite
def shapes_that_fit(draw: st.DrawFn, count: int = 2) -> list[tuple[int, ...]]:
    """Shapes of up to four dims that stretch to a common one."""
    full = draw(st.lists(st.integers(0, 4), max_size=4))
    shapes = []
    for _ in range(count):
        kept = full[draw(st.integers(0, len(full))) :]
        shapes.append(tuple(1 if draw(st.booleans()) else n for n in kept))
    return shapes


ARRANGEMENTS = [lambda s: s, transposed, lambda s: strided(s) if s else s, constant]


@pytest.mark.op("add", "mul", "div", "maximum")
@given(
    shapes_that_fit(),
    st.sampled_from(["add", "sub", "mul", "div", "maximum"]),
    st.sampled_from(range(len(ARRANGEMENTS))),
    st.integers(0, 2**31),
)
def test_drawn_shapes_that_fit(shapes: list[Any], name: str, arrangement: int, seed: int) -> None:
    first: Input = ARRANGEMENTS[arrangement](shapes[0])
    second = positive(shapes[1])
    parity(lambda torch, x, y: getattr(torch, name)(x, y), first, second, second=True, seed=seed)


@pytest.mark.op("where")
@given(shapes_that_fit(count=3), st.integers(0, 2**31))
def test_drawn_shapes_for_where(shapes: list[Any], seed: int) -> None:
    condition, x, y = shapes
    parity(lambda torch, c, x, y: torch.where(c, x, y), booleans(condition), x, y, seed=seed)


@pytest.mark.op("add")
@given(*[st.lists(st.integers(0, 3), max_size=3)] * 2)
def test_drawn_shapes_that_may_not_fit(a: list[int], b: list[int]) -> None:
    parity(lambda torch, x, y: x + y, tuple(a), tuple(b), raises=None)


@pytest.mark.op("expand")
@given(st.lists(st.integers(0, 3), max_size=3), st.lists(st.integers(0, 3), max_size=4))
def test_drawn_sizes_for_expand(shape: list[int], sizes: list[int]) -> None:
    parity(lambda torch, x: x.expand(*sizes), tuple(shape), raises=None, layout=True)
