"""The same seed gives the same numbers as the installed PyTorch, draw for draw."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

import minitorch_nn
from minitorch_nn import random
from minitorch_nn.dtypes import Array
from minitorch_nn.random import Generator
from minitorch_nn.stream import default_stream

from .ledger import LEDGER
from .parity import graph_of
from .versions import (
    BERNOULLI_BY_MKL,
    EXPONENTIAL_BY_MKL,
    HALF_DRAWS,
    LONG_RANGES,
    SEED_OVERFLOW,
    STATE_SIZES,
)

SEEDS = [0, 1, 42, 2**31, 2**32 - 1, 2**32, 2**32 + 42, 2**63, 2**64 - 1, -1, -(2**63)]
SIZES = [0, 1, 15, 16, 17, 100, 1000]
FLOATS = ["float16", "float32", "float64"]
INTEGERS = ["uint8", "int8", "int16", "int32", "int64"]


def both(seed: int) -> tuple[Generator, torch.Generator]:
    return Generator().manual_seed(seed), torch.Generator().manual_seed(seed)


def torch_dtype(name: str) -> torch.dtype:
    dtype: torch.dtype = getattr(torch, name)
    return dtype


def assert_same_bits(ours: Array, theirs: torch.Tensor) -> None:
    expected = theirs.numpy()
    assert ours.dtype == expected.dtype
    assert ours.shape == expected.shape
    np.testing.assert_array_equal(ours, expected)
    LEDGER.record("outputs", ours.dtype.name, 0.0)


def assert_close_normals(ours: Array, theirs: torch.Tensor) -> None:
    expected = theirs.numpy()
    assert ours.dtype == expected.dtype
    assert ours.shape == expected.shape
    tolerance = {"float16": 1e-3, "float32": 1e-6, "float64": 1e-14}[ours.dtype.name]
    np.testing.assert_allclose(ours, expected, rtol=tolerance, atol=tolerance)
    scale = np.abs(expected).max(initial=0)
    if scale:
        LEDGER.record("outputs", ours.dtype.name, float(np.abs(ours - expected).max() / scale))


def raised(call: Callable[[], Any]) -> tuple[type[Exception], str]:
    with pytest.raises(Exception) as caught:
        call()
    return caught.type, str(caught.value)


# ---- one kind of draw


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", FLOATS)
def test_rand_is_bit_exact(seed: int, size: int, name: str) -> None:
    HALF_DRAWS.skip_if(name == "float16" and size > 0)
    ours, theirs = both(seed)
    drawn = ours.uniform((size,), np.dtype(name))
    assert_same_bits(drawn, torch.rand(size, dtype=torch_dtype(name), generator=theirs))


@pytest.mark.parametrize("bounds", [(-0.3, 0.7), (-1 / 28, 1 / 28), (3, 1000.1), (-6e4, 5e3)])
@pytest.mark.parametrize("name", FLOATS)
def test_uniform_between_bounds_is_bit_exact(bounds: tuple[float, float], name: str) -> None:
    HALF_DRAWS.skip_if(name == "float16")
    ours, theirs = both(3)
    drawn = ours.uniform((20_000,), np.dtype(name), *bounds)
    expected = torch.empty(20_000, dtype=torch_dtype(name)).uniform_(*bounds, generator=theirs)
    assert_same_bits(drawn, expected)


def test_uniform_reaches_the_largest_bounds() -> None:
    ours, theirs = both(3)
    drawn = ours.uniform((1000,), np.dtype("float64"), -8e307, 8e307)
    expected = torch.empty(1000, dtype=torch.float64).uniform_(-8e307, 8e307, generator=theirs)
    assert_same_bits(drawn, expected)


def test_uniform_between_equal_bounds_is_that_bound() -> None:
    assert_same_bits(
        Generator().uniform((3,), np.dtype("float32"), 1.5, 1.5), torch.empty(3).uniform_(1.5, 1.5)
    )


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", FLOATS)
def test_randn_is_torchs(seed: int, size: int, name: str) -> None:
    HALF_DRAWS.skip_if(name == "float16" and size >= 16)
    ours, theirs = both(seed)
    drawn = ours.normal((size,), np.dtype(name))
    assert_close_normals(drawn, torch.randn(size, dtype=torch_dtype(name), generator=theirs))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", FLOATS)
def test_normal_scales_and_shifts(size: int, name: str) -> None:
    HALF_DRAWS.skip_if(name == "float16" and size >= 16)
    ours, theirs = both(5)
    drawn = ours.normal((size,), np.dtype(name), mean=-1.5, std=0.3)
    expected = torch.empty(size, dtype=torch_dtype(name)).normal_(-1.5, 0.3, generator=theirs)
    assert_close_normals(drawn, expected)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("size", SIZES)
def test_randperm_is_bit_exact(seed: int, size: int) -> None:
    ours, theirs = both(seed)
    assert_same_bits(ours.permutation(size), torch.randperm(size, generator=theirs))


def test_the_shuffle_of_all_of_mnist_is_bit_exact() -> None:
    ours, theirs = both(0)
    assert_same_bits(ours.permutation(60_000), torch.randperm(60_000, generator=theirs))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", INTEGERS + FLOATS)
def test_randint_is_bit_exact(size: int, name: str) -> None:
    ours, theirs = both(7)
    low = 0 if name == "uint8" else -20
    drawn = ours.integers(low, 100, (size,), np.dtype(name))
    expected = torch.randint(low, 100, (size,), dtype=torch_dtype(name), generator=theirs)
    assert_same_bits(drawn, expected)


@pytest.mark.parametrize(
    ("low", "high"),
    [
        (0, 2),
        (-5, 2**28 - 6),
        pytest.param(0, 2**28, marks=LONG_RANGES.mark),
        (-(2**40), 2**41),
        (-(2**63), 2**63 - 1),
        (2**62, 2**63 - 1),
    ],
)
def test_randint_of_any_range_is_bit_exact(low: int, high: int) -> None:
    ours, theirs = both(7)
    assert_same_bits(
        ours.integers(low, high, (500,)), torch.randint(low, high, (500,), generator=theirs)
    )


@pytest.mark.parametrize("p", [0.0, 1e-3, 0.3, 0.5, 1.0])
def test_bernoulli_is_bit_exact(p: float) -> None:
    BERNOULLI_BY_MKL.skip_if(0 < p < 1)
    ours, theirs = both(7)
    expected = torch.empty(1000, dtype=torch.bool).bernoulli_(p, generator=theirs)
    assert_same_bits(ours.bernoulli(p, (1000,)), expected)


@pytest.mark.parametrize("name", ["float32", "float64"])
def test_bernoulli_of_given_probabilities_is_bit_exact(name: str) -> None:
    ours, theirs = both(7)
    p = np.random.default_rng(0).random((20, 50)).astype(name)
    expected = torch.bernoulli(torch.from_numpy(p), generator=theirs)
    assert_same_bits(ours.bernoulli_each(p).astype(name), expected)


@pytest.mark.parametrize("name", FLOATS)
@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("exponential", (0.5,)),
        ("cauchy", (-1.0, 2.0)),
        ("log_normal", (0.5, 1.5)),
        ("geometric", (0.3,)),
    ],
)
def test_other_distributions_are_torchs(
    method: str, arguments: tuple[float, ...], name: str
) -> None:
    EXPONENTIAL_BY_MKL.skip_if(method == "exponential")
    ours, theirs = both(7)
    drawn = getattr(ours, method)((500,), np.dtype(name), *arguments)
    fresh = torch.empty(500, dtype=torch_dtype(name))
    assert_close_normals(drawn, getattr(fresh, f"{method}_")(*arguments, generator=theirs))


@pytest.mark.parametrize("name", ["bool", *INTEGERS, *FLOATS])
def test_whole_numbers_of_all_a_type_holds_are_bit_exact(name: str) -> None:
    ours, theirs = both(7)
    expected = torch.empty(500, dtype=torch_dtype(name)).random_(generator=theirs)
    assert_same_bits(ours.whole((500,), np.dtype(name)), expected)


@pytest.mark.parametrize("seed", SEEDS)
def test_one_int64_is_torchs(seed: int) -> None:
    ours, theirs = both(seed)
    assert ours.int64() == torch.empty((), dtype=torch.int64).random_(generator=theirs).item()


def test_draws_take_any_shape() -> None:
    ours, theirs = both(9)
    f32 = np.dtype("float32")
    assert_same_bits(ours.uniform((2, 0, 3), f32), torch.rand(2, 0, 3, generator=theirs))
    assert_same_bits(ours.uniform((2, 3, 4), f32), torch.rand(2, 3, 4, generator=theirs))
    assert_same_bits(ours.uniform((), f32), torch.rand((), generator=theirs))
    assert_close_normals(ours.normal((3, 7), f32), torch.randn(3, 7, generator=theirs))
    assert_same_bits(ours.integers(0, 9, (2, 2)), torch.randint(0, 9, (2, 2), generator=theirs))


# ---- draws after one another: each must take exactly the words that PyTorch's takes

Draw = tuple[bool, Callable[[Generator], Array], Callable[[torch.Generator], torch.Tensor]]


def rand(size: int, name: str) -> Draw:
    return (
        True,
        lambda g: g.uniform((size,), np.dtype(name)),
        lambda g: torch.rand(size, dtype=torch_dtype(name), generator=g),
    )


def randn(size: int, name: str) -> Draw:
    return (
        False,
        lambda g: g.normal((size,), np.dtype(name)),
        lambda g: torch.randn(size, dtype=torch_dtype(name), generator=g),
    )


def randint(high: int) -> Draw:
    return (
        True,
        lambda g: g.integers(0, high, (7,)),
        lambda g: torch.randint(0, high, (7,), generator=g),
    )


PERMUTATION: Draw = (True, lambda g: g.permutation(9), lambda g: torch.randperm(9, generator=g))
INT64: Draw = (
    True,
    lambda g: np.array(g.int64()),
    lambda g: torch.empty((), dtype=torch.int64).random_(generator=g),
)
BERNOULLI: Draw = (
    True,
    lambda g: g.bernoulli(0.4, (5,)),
    lambda g: torch.empty(5, dtype=torch.bool).bernoulli_(0.4, generator=g),
)
DRAWS = [
    kind(size, name)
    for kind, least in ((rand, 1), (randn, 16))
    for size in SIZES[:-1]
    for name in FLOATS
    if not (HALF_DRAWS.applies and name == "float16" and size >= least)
]
DRAWS += [randint(10), randint(2**40), PERMUTATION, INT64]
DRAWS += [] if BERNOULLI_BY_MKL.applies else [BERNOULLI]


@pytest.mark.parametrize("seed", range(10))
def test_draws_of_all_kinds_stay_in_step(seed: int) -> None:
    ours, theirs = both(seed)
    for choice in np.random.default_rng(seed).integers(len(DRAWS), size=100):
        exact, draw, torch_draw = DRAWS[choice]
        compare = assert_same_bits if exact else assert_close_normals
        compare(draw(ours), torch_draw(theirs))


def test_an_odd_normal_is_kept_through_other_draws_and_forgotten_on_seeding() -> None:
    ours, theirs = both(1)
    f32, f64 = np.dtype("float32"), np.dtype("float64")
    assert_close_normals(ours.normal((1,), f32), torch.randn(1, generator=theirs))
    assert_same_bits(ours.uniform((3,), f32), torch.rand(3, generator=theirs))
    assert_close_normals(ours.normal((16,), f32), torch.randn(16, generator=theirs))
    kept = ours.normal((1,), f64)
    assert_close_normals(kept, torch.randn(1, dtype=torch.float64, generator=theirs))
    ours.normal((1,), f32)
    fresh = ours.manual_seed(1).normal((1,), f32)
    assert_close_normals(fresh, torch.randn(1, generator=theirs.manual_seed(1)))


# ---- seeds


@pytest.mark.parametrize("seed", SEEDS)
def test_initial_seed_is_torchs(seed: int) -> None:
    ours, theirs = both(seed)
    assert ours.initial_seed() == theirs.initial_seed()


def test_a_generator_never_seeded_has_torchs_default_seed() -> None:
    ours, theirs = Generator(), torch.Generator()
    assert ours.initial_seed() == theirs.initial_seed()
    assert_same_bits(ours.uniform((5,), np.dtype("float32")), torch.rand(5, generator=theirs))


def test_seed_starts_a_stream_that_can_be_repeated() -> None:
    ours = Generator()
    seed = ours.seed()
    assert seed == ours.initial_seed() != Generator().seed()
    theirs = torch.Generator().manual_seed(seed)
    assert_same_bits(ours.uniform((5,), np.dtype("float32")), torch.rand(5, generator=theirs))


def test_the_module_functions_drive_the_default_generator() -> None:
    assert random.manual_seed(11) is random.default_generator
    assert random.initial_seed() == 11
    torch.manual_seed(11)
    assert_same_bits(random.default_generator.uniform((5,), np.dtype("float32")), torch.rand(5))
    assert random.seed() == random.initial_seed()


@pytest.mark.parametrize("seed", [2**64, -(2**63) - 1, 5.7, "a", True, None])
def test_a_bad_seed_raises_as_torchs(seed: Any) -> None:
    SEED_OVERFLOW.skip_if(seed in (2**64, -(2**63) - 1))
    assert raised(lambda: Generator().manual_seed(seed)) == raised(
        lambda: torch.Generator().manual_seed(seed)
    )


def test_the_module_function_takes_what_int_takes() -> None:
    assert random.manual_seed(5.7).initial_seed() == torch.manual_seed(5.7).initial_seed()
    for bad in ("a", None):
        assert raised(lambda bad=bad: random.manual_seed(bad)) == raised(  # type: ignore[misc]
            lambda bad=bad: torch.manual_seed(bad)  # type: ignore[misc]
        )


# ---- written into tensors

WRITES: list[Callable[[Any, Any], Any]] = [
    lambda x, g: x.uniform_(-1, 3, generator=g),
    lambda x, g: x.normal_(1, 2, generator=g),
    lambda x, g: x.random_(generator=g),
    lambda x, g: x.random_(9, generator=g),
    lambda x, g: x.random_(3, 9, generator=g),
    lambda x, g: x.random_(3, None, generator=g),
    lambda x, g: x.log_normal_(generator=g),
    lambda x, g: x.cauchy_(generator=g),
    lambda x, g: x.geometric_(0.3, generator=g),
]
WRITES += [] if BERNOULLI_BY_MKL.applies else [lambda x, g: x.bernoulli_(generator=g)]
WRITES += [] if EXPONENTIAL_BY_MKL.applies else [lambda x, g: x.exponential_(generator=g)]


@pytest.mark.parametrize("write", range(len(WRITES)))
@pytest.mark.parametrize("shape", [(), (20,), (3, 7)], ids=str)
def test_a_draw_fills_a_tensor_in_the_order_of_its_memory(
    write: int, shape: tuple[int, ...]
) -> None:
    for turn in (lambda x: x, lambda x: x.transpose(0, -1)):
        drawn = []
        for library in (minitorch_nn, torch):
            library.manual_seed(2)
            x: Any = turn(library.zeros(shape)) if shape else library.zeros(())
            drawn.append(WRITES[write](x, library.Generator().manual_seed(5)))
        assert_close_normals(drawn[0].numpy(), drawn[1])


@pytest.mark.parametrize("write", range(len(WRITES)))
def test_what_a_draw_overwrites_gets_no_gradient(write: int) -> None:
    seen = []
    for library in (minitorch_nn, torch):
        x: Any = library.ones(3, requires_grad=True)
        y = WRITES[write](x * 1, library.Generator().manual_seed(5))
        y.sum().backward()
        seen.append((type(y.grad_fn).__name__, x.grad.tolist()))
    assert seen[0] == seen[1]


@pytest.mark.parametrize(
    "draw",
    [
        lambda torch, p: torch.bernoulli(p),
        lambda torch, p: (p * 1).bernoulli_(p),
        lambda torch, p: torch.normal(p, 1.0),
        lambda torch, p: torch.normal(1.0, p),
        lambda torch, p: torch.normal(p, p),
    ],
)
def test_what_a_draw_is_told_by_gets_no_gradient(draw: Callable[[Any, Any], Any]) -> None:
    seen = []
    for library in (minitorch_nn, torch):
        library.manual_seed(5)
        p: Any = library.full((3,), 0.5, requires_grad=True)
        y = draw(library, p)
        y.sum().backward()
        seen.append((graph_of(y.grad_fn), p.grad.tolist(), [round(v, 5) for v in y.tolist()]))
    assert seen[0] == seen[1]


@pytest.mark.parametrize(
    "call",
    [
        lambda torch: torch.zeros(3, dtype=torch.int64).uniform_(),
        lambda torch: torch.zeros(3, dtype=torch.int64).normal_(),
        lambda torch: torch.zeros(3, dtype=torch.int64).exponential_(),
        lambda torch: torch.zeros(3, dtype=torch.int64).log_normal_(),
        lambda torch: torch.zeros(3, dtype=torch.int64).cauchy_(),
        lambda torch: torch.zeros(3, dtype=torch.bool).geometric_(0.5),
        lambda torch: torch.zeros(3).uniform_(2, 1),
        lambda torch: torch.zeros(3).exponential_(0),
        lambda torch: torch.zeros(3).geometric_(1),
        lambda torch: torch.zeros(3).log_normal_(0, 0),
        lambda torch: torch.zeros(3).cauchy_(0, -1),
        lambda torch: torch.zeros(3).random_(5, 2),
        lambda torch: torch.zeros(3).random_(2**30, None),
        lambda torch: torch.zeros(3).bernoulli_(2),
        lambda torch: torch.zeros(3).bernoulli_(torch.tensor([0.5, 0.5])),
        lambda torch: torch.zeros(3).bernoulli_(torch.tensor([1, 0, 1])),
        lambda torch: torch.zeros(3, requires_grad=True).uniform_(),
    ],
)
def test_a_bad_draw_raises_as_torchs(call: Callable[[Any], Any]) -> None:
    assert raised(lambda: call(minitorch_nn)) == raised(lambda: call(torch))


# ---- bad ranges


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("float32", 3, 1),
        ("float64", 0.5, -0.25),
        ("float32", 0, 1e39),
        ("float64", 0, float("inf")),
        ("float32", float("nan"), 1),
        ("float32", -3e38, 3e38),
        ("float16", 0, 7e4),
        ("float16", -6e4, 6e4),
        ("float64", -1.5e308, 1.5e308),
    ],
)
def test_a_bad_uniform_range_raises_as_torchs(name: str, low: float, high: float) -> None:
    assert raised(lambda: Generator().uniform((3,), np.dtype(name), low, high)) == raised(
        lambda: torch.empty(3, dtype=torch_dtype(name)).uniform_(low, high)
    )


@pytest.mark.parametrize("std", [-1.0, -0.25, float("nan")])
def test_a_bad_standard_deviation_raises_as_torchs(std: float) -> None:
    assert raised(lambda: Generator().normal((3,), np.dtype("float32"), 0.0, std)) == raised(
        lambda: torch.empty(3).normal_(0.0, std)
    )


@pytest.mark.parametrize(("low", "high"), [(3, 3), (5, -2)])
def test_an_empty_integer_range_raises_as_torchs(low: int, high: int) -> None:
    assert raised(lambda: Generator().integers(low, high, (2,))) == raised(
        lambda: torch.randint(low, high, (2,))
    )


@pytest.mark.parametrize("name", ["uint8", "int8", "int16", "int32", "bool", "float16"])
@pytest.mark.parametrize(("low", "high"), [(0, 2**40), (-(2**40), 1)])
def test_integers_out_of_the_types_range_raise_as_torchs(name: str, low: int, high: int) -> None:
    assert raised(lambda: Generator().integers(low, high, (2,), np.dtype(name))) == raised(
        lambda: torch.randint(low, high, (2,), dtype=torch_dtype(name))
    )


@pytest.mark.parametrize("p", [-0.25, 1.5, float("nan")])
def test_a_bad_probability_raises_as_torchs(p: float) -> None:
    assert raised(lambda: Generator().bernoulli(p, (3,))) == raised(
        lambda: torch.empty(3).bernoulli_(p)
    )


def test_a_negative_permutation_raises_as_torchs() -> None:
    assert raised(lambda: Generator().permutation(-1)) == raised(lambda: torch.randperm(-1))


def test_a_generator_elsewhere_than_on_the_cpu_is_refused() -> None:
    with pytest.raises(AssertionError, match="Torch not compiled with CUDA enabled"):
        Generator("cuda")


# ---- state


@pytest.mark.parametrize("words", [0, 1, 5, 623, 624, 625, 2000])
@pytest.mark.parametrize("normals", [0, 1, 2])
def test_states_go_both_ways(words: int, normals: int) -> None:
    ours, theirs = both(-77)
    f32 = np.dtype("float32")
    ours.uniform((words,), f32)
    torch.rand(words, generator=theirs)
    ours.normal((normals,), f32)
    torch.randn(normals, generator=theirs)

    from_theirs, from_ours = Generator(), torch.Generator()
    from_theirs.load_state_bytes(theirs.get_state().numpy())
    from_ours.set_state(torch.from_numpy(ours.state_bytes()))
    assert from_theirs.initial_seed() == from_ours.initial_seed() == ours.initial_seed()
    expected = torch.randn(3, generator=theirs), torch.rand(700, generator=theirs)
    assert_close_normals(from_theirs.normal((3,), f32), expected[0])
    assert_same_bits(from_theirs.uniform((700,), f32), expected[1])
    assert torch.equal(torch.randn(3, generator=from_ours), expected[0])
    assert torch.equal(torch.rand(700, generator=from_ours), expected[1])


@pytest.mark.parametrize("words", [0, 1, 500, 1000])
def test_a_state_is_torchs_byte_for_byte(words: int) -> None:
    ours, theirs = both(2**40 + 1)
    ours.uniform((words,), np.dtype("float32"))
    torch.rand(words, generator=theirs)
    assert_same_bits(ours.state_bytes(), theirs.get_state())


def draws_around_states(torch: Any) -> list[Any]:
    """A program that keeps states and puts them back."""
    g = torch.Generator(device="cpu").manual_seed(3)
    state = g.get_state()
    first = torch.rand(2, generator=g)
    twin = g.clone_state()
    again = torch.rand(2, generator=g.set_state(state))
    torch.manual_seed(5)
    outer = torch.get_rng_state()
    with torch.random.fork_rng():
        inner = torch.rand(2)
    unforked = torch.rand(2)
    torch.set_rng_state(outer)
    seen = [first, again, torch.rand(2, generator=twin), inner, unforked, torch.rand(2)]
    return [
        *[x.tolist() for x in seen],
        *(str(state.dtype), str(g.device), torch.initial_seed(), torch.random.initial_seed()),
        torch.default_generator is torch.random.default_generator,
        torch.manual_seed(1) is torch.default_generator,
    ]


def test_states_are_kept_and_put_back_as_torchs() -> None:
    assert draws_around_states(minitorch_nn) == draws_around_states(torch)


def test_the_default_generator_is_the_one_below() -> None:
    """Layers draw from stream.py's default_stream, programs seed random.py's generator."""
    random.manual_seed(3)
    first = default_stream.uniform((3,), np.dtype("float32"))
    random.set_rng_state(random.get_rng_state())
    random.manual_seed(3)
    np.testing.assert_array_equal(
        first, random.default_generator.uniform((3,), np.dtype("float32"))
    )


@pytest.mark.parametrize("state", [3, [1], None])
def test_what_is_no_tensor_is_no_state(state: Any) -> None:
    assert raised(lambda: Generator().set_state(state)) == raised(
        lambda: torch.Generator().set_state(state)
    )


def test_what_is_no_state_raises_as_torchs_and_changes_nothing() -> None:
    ours, theirs = both(4)
    bads = [np.zeros(5056, np.uint8), np.zeros(5056, np.float32)]
    if not STATE_SIZES.applies:
        bads.append(np.zeros(3, np.uint8))
    for bad in bads:
        assert raised(lambda bad=bad: ours.load_state_bytes(bad)) == raised(  # type: ignore[misc]
            lambda bad=bad: theirs.set_state(torch.from_numpy(bad))  # type: ignore[misc]
        )
    assert_same_bits(ours.uniform((5,), np.dtype("float32")), torch.rand(5, generator=theirs))
