"""Pooling, with shapes and options drawn by Hypothesis."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .parity import distinct, parity, strided, ties, transposed

KERNELS = st.tuples(st.integers(1, 3), st.integers(1, 3))
ARRANGEMENTS = st.sampled_from([0, 1, 2])


@st.composite
def windows(draw: st.DrawFn) -> tuple[tuple[int, ...], dict[str, Any]]:
    """An image's shape and options that fit it."""
    kernel = draw(KERNELS)
    options: dict[str, Any] = {"kernel_size": kernel, "ceil_mode": draw(st.booleans())}
    options["stride"] = draw(st.none() | KERNELS)
    options["padding"] = tuple(draw(st.integers(0, k // 2)) for k in kernel)
    image = [k + draw(st.integers(0, 4)) for k in kernel]
    batch = draw(st.sampled_from([(), (0,), (1,), (2,)]))
    return (*batch, draw(st.integers(1, 2)), *image), options


def arranged(spec: Any, arrangement: int) -> Any:
    return (lambda s: s, transposed, strided)[arrangement](spec)


@pytest.mark.op("max_pool2d")
@given(windows(), st.integers(1, 2), ARRANGEMENTS, st.integers(0, 2**31))
def test_max_pool2d_agrees(drawn: Any, dilation: int, arrangement: int, seed: int) -> None:
    shape, options = drawn
    shape = (*shape[:-2], *(n * dilation for n in shape[-2:]))
    parity(
        lambda torch, x: torch.nn.functional.max_pool2d(x, dilation=dilation, **options),
        arranged(distinct(shape), arrangement),
        second=True,
        seed=seed,
    )


@pytest.mark.op("max_pool2d")
@given(windows(), st.integers(0, 2**31))
def test_max_pool2d_finds_the_same_places_among_ties(drawn: Any, seed: int) -> None:
    shape, options = drawn
    parity(
        lambda torch, x: torch.nn.functional.max_pool2d(x, return_indices=True, **options),
        ties(shape),
        seed=seed,
    )


@pytest.mark.op("avg_pool2d")
@given(windows(), st.booleans(), st.none() | st.integers(1, 5), ARRANGEMENTS, st.integers(0, 2**31))
def test_avg_pool2d_agrees(
    drawn: Any, counts_padding: bool, divisor: int | None, arrangement: int, seed: int
) -> None:
    shape, options = drawn
    options |= {"count_include_pad": counts_padding, "divisor_override": divisor}
    parity(
        lambda torch, x: torch.nn.functional.avg_pool2d(x, **options),
        arranged(shape, arrangement),
        second=True,
        seed=seed,
    )


@pytest.mark.op("max_pool2d", "avg_pool2d")
@given(
    st.sampled_from(["max_pool2d", "avg_pool2d"]),
    st.lists(st.integers(1, 4), min_size=3, max_size=5),
    st.integers(1, 3),
    st.integers(1, 3),
    st.integers(0, 2),
)
def test_options_that_may_not_fit(
    name: str, shape: list[int], kernel: int, stride: int, padding: int
) -> None:
    parity(
        lambda torch, x: getattr(torch.nn.functional, name)(x, kernel, stride, padding),
        tuple(shape),
        raises=None,
        message=False,
    )
