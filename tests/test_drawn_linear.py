"""Linear, with shapes and options drawn by Hypothesis."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .parity import parity, transposed
from .versions import LINEAR_3D

SIZES = st.integers(0, 5)
BATCHES = st.lists(st.integers(0, 3), max_size=3)


@pytest.mark.op("linear")
@given(BATCHES, SIZES, SIZES, st.booleans(), st.booleans(), st.integers(0, 2**31))
def test_the_function_agrees(
    batch: list[int], inner: int, outer: int, bias: bool, in_order: bool, seed: int
) -> None:
    x = (*batch, inner)
    parity(
        lambda torch, x, w, b=None: torch.nn.functional.linear(x, w, b),
        x if in_order else transposed(x),
        (outer, inner),
        *([(outer,)] if bias else []),
        second=True,
        seed=seed,
        differs=LINEAR_3D,
    )


@pytest.mark.op("linear")
@given(BATCHES, SIZES, SIZES, st.booleans(), st.integers(0, 2**64 - 1))
def test_the_module_draws_the_same_weights_and_agrees(
    batch: list[int], inner: int, outer: int, bias: bool, seed: int
) -> None:
    def run(torch: Any, x: Any) -> Any:
        torch.manual_seed(seed)
        layer = torch.nn.Linear(inner, outer, bias=bias).to(x.dtype)
        y = layer(x)
        parameters = list(layer.parameters())
        gradients = torch.autograd.grad((y * y).sum(), parameters, retain_graph=True)
        return [y, *(p.detach() for p in parameters), *gradients]

    parity(run, (*batch, inner), differs=LINEAR_3D)


@pytest.mark.op("linear")
@given(st.lists(st.integers(1, 3), max_size=3), *[st.integers(1, 3)] * 3)
def test_shapes_that_may_not_fit(x: list[int], inner: int, outer: int, bias: int) -> None:
    parity(
        lambda torch, x, w, b: torch.nn.functional.linear(x, w, b),
        tuple(x),
        (outer, inner),
        (bias,),
        raises=None,
        message=False,
        differs=LINEAR_3D,
    )
