"""Conv2d, with shapes and options drawn by Hypothesis."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minitorch_nn.ops import channels_last, patches
from minitorch_nn.ops.patches import Geometry, output_size

from .parity import TOLERANCE, parity, relative_error, strided, transposed


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


@st.composite
def geometries(draw: st.DrawFn) -> tuple[tuple[int, ...], tuple[int, ...], Geometry]:
    """Shapes of images and kernel in one to three dimensions, and how the kernel walks."""
    d = draw(st.integers(1, 3))

    def one_each(low: int, high: int) -> tuple[int, ...]:
        return tuple(draw(st.integers(low, high)) for _ in range(d))

    kernel = one_each(1, 3)
    g = Geometry(one_each(1, 3), one_each(0, 2), one_each(1, 2), 1)
    reach = [s * (k - 1) + 1 for k, s in zip(kernel, g.dilation, strict=True)]
    size = [r + draw(st.integers(0, 4)) for r in reach]
    inputs, outputs = draw(st.integers(1, 12)), draw(st.integers(1, 12))
    return (draw(st.integers(0, 5)), inputs, *size), (outputs, inputs, *kernel), g


@pytest.mark.op("conv2d")
@given(geometries(), st.booleans(), st.booleans(), st.sampled_from([1, 5000, 2**21]))
def test_the_fast_way_is_the_plain_way(drawn: Any, last: bool, biased: bool, cache: int) -> None:
    """The three products of channels_last.py are those of patches.py, however many images at once,
    whichever order they lie in."""
    shape, kernel, g = drawn
    places = output_size(shape[2:], kernel[2:], g)
    rng = np.random.default_rng(0)

    def draw(n: int, *shape: int) -> Any:
        if last and shape:
            return np.moveaxis(rng.standard_normal((n, *shape[1:], shape[0])), -1, 1)
        return rng.standard_normal((n, *shape))

    x, w, grad = draw(*shape), draw(*kernel), draw(shape[0], kernel[0], *places)
    b, c = (draw(kernel[0]), draw(kernel[1])) if biased else (None, None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(channels_last, "CACHE", cache)
        pairs = [
            (way.convolve(x, w, b, g, places), way.correlate(x, grad, g, kernel))
            for way in (patches, channels_last)
        ]
        if channels_last.spreads(grad, w, g, shape[2:]):
            pairs = [
                (*pair, way.spread_back(grad, w, c, g, shape[2:]))
                for pair, way in zip(pairs, (patches, channels_last), strict=True)
            ]
    for plain, fast in zip(*pairs, strict=True):
        assert plain.shape == fast.shape
        assert relative_error(plain, fast) < TOLERANCE["float64"]
