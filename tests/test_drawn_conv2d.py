"""Conv2d, with shapes and options drawn by Hypothesis."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .parity import parity, strided, transposed


def pairs(low: int, high: int) -> st.SearchStrategy[Any]:
    """One number for both dimensions, or one for each."""
    one = st.integers(low, high)
    return one | st.tuples(one, one)


def as_pair(value: Any) -> tuple[int, int]:
    return value if isinstance(value, tuple) else (value, value)


@st.composite
def convolutions(draw: st.DrawFn) -> tuple[list[tuple[int, ...]], dict[str, Any]]:
    """Shapes of image, kernel and perhaps bias, and options that fit them."""
    groups = draw(st.integers(1, 3))
    inputs, outputs = groups * draw(st.integers(1, 2)), groups * draw(st.integers(1, 2))
    kernel = draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    options = {"groups": groups, "dilation": draw(pairs(1, 2))}
    options["padding"] = draw(pairs(0, 2) | st.sampled_from(["same", "valid"]))
    options["stride"] = 1 if options["padding"] == "same" else draw(pairs(1, 3))
    # Without padding, the smallest image is as large as the spread kernel.
    reach = [d * (k - 1) + 1 for k, d in zip(kernel, as_pair(options["dilation"]), strict=True)]
    image = [r + draw(st.integers(0, 3)) for r in reach]
    batch = draw(st.sampled_from([(), (0,), (1,), (2,)]))
    shapes = [(*batch, inputs, *image), (outputs, inputs // groups, *kernel)]
    return shapes + ([(outputs,)] if draw(st.booleans()) else []), options


@pytest.mark.op("conv2d")
@given(convolutions(), st.sampled_from([0, 1, 2]), st.integers(0, 2**31))
def test_the_function_agrees(drawn: Any, arrangement: int, seed: int) -> None:
    (x, w, *b), options = drawn
    arrange = (lambda s: s, transposed, strided)[arrangement]
    parity(
        lambda torch, x, w, b=None: torch.nn.functional.conv2d(x, w, b, **options),
        arrange(x),
        arrange(w),
        *b,
        second=True,
        seed=seed,
    )


@pytest.mark.op("conv2d")
@given(
    convolutions(),
    st.sampled_from(["zeros", "reflect", "replicate", "circular"]),
    st.integers(0, 2**64 - 1),
)
def test_the_module_draws_the_same_weights_and_agrees(drawn: Any, mode: str, seed: int) -> None:
    (x, w, *b), options = drawn
    outputs, inputs, kernel = w[0], w[1] * options["groups"], w[2:]

    def run(torch: Any, x: Any) -> Any:
        torch.manual_seed(seed)
        layer = torch.nn.Conv2d(inputs, outputs, kernel, bias=bool(b), padding_mode=mode, **options)
        layer = layer.to(x.dtype)
        y = layer(x)
        parameters = list(layer.parameters())
        gradients = torch.autograd.grad((y * y).sum(), parameters, retain_graph=True)
        return [y, *(p.detach() for p in parameters), *gradients]

    # Reflecting more than the image holds is refused.
    parity(run, x, raises=None)


@pytest.mark.op("conv2d")
@given(
    st.lists(st.integers(1, 4), min_size=2, max_size=5),
    st.lists(st.integers(1, 3), min_size=4, max_size=4),
    st.integers(0, 2),
    st.integers(-1, 2),
    st.integers(0, 2),
    st.integers(0, 2),
)
def test_options_that_may_not_fit(
    x: list[int], w: list[int], stride: int, padding: int, dilation: int, groups: int
) -> None:
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    parity(
        lambda torch, x, w: torch.nn.functional.conv2d(x, w, **options),
        tuple(x),
        tuple(w),
        raises=None,
        message=False,
    )
