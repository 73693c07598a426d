"""New tensors: values, types, strides, options, and what is said of data that is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from .parity import Case, case, cases, integers, transposed
from .programs import both, said, warned


def makes(call: str) -> Case:
    """A case of one expression, with `torch` and `np` at hand."""
    return case(_name_of(call), _function(call))


def refuses(call: str) -> Case:
    """A case of one expression that raises."""
    return case(_name_of(call), _function(call), raises=True)


def _name_of(call: str) -> str:
    return call.replace("torch.", "").replace("(", ": ", 1)


def _function(call: str) -> Callable[[Any], Any]:
    return lambda torch: eval(call, {"torch": torch, "np": np})


test_from_data = cases(
    makes("torch.tensor([[1, 2], [3, 4.5]])"),
    makes("torch.tensor([True, 2])"),
    makes("torch.tensor(range(3))"),
    makes("torch.tensor([(1, 2), (3, 4)])"),
    makes("torch.tensor([[], []])"),
    makes("torch.tensor([[], [1]])"),
    makes("torch.tensor([np.float64(1), 2])"),
    makes("torch.tensor([np.int32(1), 2.5])"),
    makes("torch.tensor([np.float32(1)] * 2)"),
    makes("torch.tensor([torch.tensor(1), 2])"),
    makes("torch.tensor([torch.tensor(1.0, dtype=torch.float64), 2])"),
    makes("torch.tensor([[torch.ones(2).sum()], [0.5]])"),
    makes("torch.tensor([1.7, -1.7], dtype=torch.int64)"),
    makes("torch.tensor([-1, 255], dtype=torch.uint8)"),
    makes("torch.tensor([0.5, 0.0], dtype=torch.bool)"),
    makes("torch.tensor([1e300])"),
    makes("torch.tensor([70000.0], dtype=torch.float16)"),
    makes("torch.tensor([1, 2], dtype=float)"),
    makes("torch.tensor([1.5, 2], dtype=int)"),
    makes("torch.tensor(np.array([1, 2], np.int16))"),
    makes("torch.tensor([1.0, 2.0], requires_grad=True) * 2"),
    makes("torch.as_tensor([1, 2.5])"),
    makes("torch.as_tensor(np.float64(2))"),
    makes("torch.as_tensor(np.ones(3), dtype=torch.float32)"),
    makes("torch.asarray([1, 2.5], requires_grad=True) * 2"),
    makes("torch.scalar_tensor(3)"),
    makes("torch.scalar_tensor(True, dtype=torch.float64)"),
    makes("torch.from_numpy(np.arange(6).reshape(2, 3).T)"),
    makes("torch.FloatTensor([1, 2])"),
    makes("torch.LongTensor([1.5, 2])"),
    makes("torch.FloatTensor(2, 3).shape"),
    makes("torch.LongTensor(torch.Size([2, 3])).shape"),
    makes("torch.ByteTensor(torch.tensor([1, 2], dtype=torch.uint8))"),
    makes("torch.Tensor([1, 2])"),
    makes("torch.Tensor(2, 3).shape"),
    makes("torch.Tensor()"),
    makes("torch.Tensor(torch.tensor([1, 2]))"),
)

test_filled = cases(
    *(
        makes(f"torch.{name}({size})")
        for name in ("zeros", "ones")
        for size in ("2, 3", "(2, 3)", "[2, 3]", "size=(2, 3)", "()", "0", "torch.tensor(2), 3")
    ),
    makes("torch.empty(2, 3).shape"),
    makes("torch.empty((2, 3, 4, 5), memory_format=torch.channels_last).stride()"),
    makes("torch.empty_strided((2, 3), (1, 2)).stride()"),
    *(
        makes(f"torch.ones(2, dtype={dtype})")
        for dtype in ("torch.float64", "torch.bool", "float", "int", "bool", "None")
    ),
    makes("torch.zeros(2, device='cpu', layout=torch.strided, pin_memory=False)"),
    makes("torch.ones(2, requires_grad=True) * 3"),
    makes("torch.full((2,), 3)"),
    makes("torch.full((2, 3), 0.5)"),
    makes("torch.full([], True)"),
    makes("torch.full((2,), torch.tensor(2.5))"),
    makes("torch.full((2,), 2.7, dtype=torch.int64)"),
    makes("torch.full((2,), -1, dtype=torch.uint8)"),
    makes("torch.full(size=(2,), fill_value=float('inf'), dtype=torch.float16)"),
    makes("torch.eye(3)"),
    makes("torch.eye(2, 3, dtype=torch.int64)"),
    makes("torch.eye(0)"),
)

test_counted = cases(
    *(
        makes(f"torch.arange({given})")
        for given in (
            *(
                "5",
                "5.5",
                "2, 9, 3",
                "5, 0, -2",
                "0, 1, 0.1",
                "end=4",
                "1, end=4",
                "0",
                "3, 3",
                "0.0, 3",
            ),
            *("torch.tensor(3)", "3, dtype=torch.float16", "300, dtype=torch.uint8", "True"),
            *("0, 2.5, 0.5, dtype=torch.int32", "2**62, 2**62 + 3"),
        )
    ),
    *(
        makes(f"torch.{name}({given})")
        for name in ("linspace", "logspace")
        for given in (
            *("0, 1, 5", "1, -1, 4", "-3, 2.5, 7", "0, 3, 1", "0, 3, 0", "start=0, end=2, steps=3"),
            *(
                "0, 3, 4, dtype=torch.int64",
                "0, 2, 6, dtype=torch.float64",
                "0, torch.tensor(2), 3",
            ),
        )
    ),
    makes("torch.linspace(-10, 10, 4, dtype=torch.int64)"),
    makes("torch.logspace(0, 4, 5, base=2)"),
    *(
        makes(f"torch.{name}({given})")
        for name in ("tril_indices", "triu_indices")
        for given in ("3, 3", "3, 4, 1", "3, 4, -1", "2, 3, 5", "0, 3", "3, 3, dtype=torch.int32")
    ),
)

SEEDED = "generator=torch.Generator().manual_seed(3)"

test_drawn = cases(
    *(
        makes(f"torch.{call}, {SEEDED})")
        for call in (
            *("rand(2, 3", "rand(size=(2, 3), dtype=torch.float64", "randn(20", "randn(()"),
            *("randint(9, (5,)", "randint(-3, 9, (5,)", "randint(9, size=(5,)"),
            *("randint(low=2, high=9, size=(5,), dtype=torch.float32", "randperm(9"),
            *("randperm(9, dtype=torch.float32", "normal(1.0, 2.0, (3,)"),
            *("normal(0.0, 1.0, (20,), dtype=torch.float64", "normal(torch.arange(3.0), 0.5"),
            *("normal(torch.arange(3.0)", "normal(1.0, torch.arange(20.0)"),
            *("normal(torch.zeros(3), torch.ones(2, 1)", "bernoulli(torch.full((9,), 0.5)"),
            *("bernoulli(torch.full((9,), 0.5, dtype=torch.float64)",),
            *("multinomial(torch.tensor([1.0, 2.0, 0.0, 4.0]), 3",),
            *("multinomial(torch.tensor([1.0, 2.0, 0.0, 4.0]), 9, replacement=True",),
            *("multinomial(torch.tensor([[1.0, 2.0], [0.0, 4.0]]), 1, True",),
            *("rand_like(torch.zeros(2, 3)", "randn_like(torch.zeros(20)"),
            *("randint_like(torch.zeros(5), 9", "randint_like(torch.zeros(5), 2, 9"),
        )
    ),
)

test_alike = cases(
    *(
        case(f"{name}: {kind}", lambda torch, x, name=name: getattr(torch, name)(x), given)
        for name in ("zeros_like", "ones_like")
        for kind, given in (
            ("floats", (2, 3)),
            ("integers", integers(9, (2, 3))),
            ("transposed", transposed((2, 3))),
            ("0-d", ()),
        )
    ),
    case("zeros_like: expanded", lambda torch, x: torch.zeros_like(x.expand(4, 2, 3)), (2, 3)),
    case("zeros_like: dtype", lambda torch, x: torch.zeros_like(x, dtype=torch.int64), (2, 3)),
    case(
        "ones_like: memory_format",
        lambda torch, x: torch.ones_like(x, memory_format=torch.contiguous_format),
        transposed((2, 3)),
    ),
    case(
        "ones_like: channels_last",
        lambda torch, x: torch.ones_like(x, memory_format=torch.channels_last),
        (2, 3, 4, 5),
    ),
    case("full_like", lambda torch, x: torch.full_like(x, 2.5), (2, 3)),
    case("full_like: cut", lambda torch, x: torch.full_like(x, 2.5), integers(9, (2, 3))),
    case("empty_like", lambda torch, x: torch.empty_like(x).shape, (2, 3)),
    case("new_zeros", lambda torch, x: x.new_zeros(2, 3), (1,)),
    case("new_zeros: a size", lambda torch, x: x.new_zeros(size=(2, 3)), integers(9, (1,))),
    case("new_ones", lambda torch, x: x.new_ones((2,), dtype=torch.int64), (1,)),
    case("new_full", lambda torch, x: x.new_full((2,), 3), (1,)),
    case("new_empty", lambda torch, x: x.new_empty(2, 3).shape, (1,)),
    case("new_tensor", lambda torch, x: x.new_tensor([1.5, 2]), integers(9, (1,))),
    case("new_tensor: a leaf", lambda torch, x: x.new_tensor([1, 2], requires_grad=True) * x, (1,)),
)

test_errors = cases(
    *(
        refuses(call)
        for call in (
            "torch.tensor('a')",
            "torch.tensor(['a'])",
            "torch.tensor([1, 'a'])",
            "torch.tensor(None)",
            "torch.tensor([1, None])",
            "torch.tensor({1: 2})",
            "torch.tensor(x for x in [1])",
            "torch.tensor([[1, 2], [3]])",
            "torch.tensor([[[1], [2]], [[3], [4, 5]]])",
            "torch.tensor([[1, 2], 3])",
            "torch.tensor([1, [2, 3]])",
            "torch.tensor([1.0, [2.0]])",
            "torch.tensor([torch.ones(2), torch.ones(2)])",
            "torch.tensor([300], dtype=torch.uint8)",
            "torch.tensor([200], dtype=torch.int8)",
            "torch.tensor([float('nan')], dtype=torch.int64)",
            "torch.tensor([1], dtype='float32')",
            "torch.tensor([1, 2], requires_grad=True)",
            "torch.tensor(np.ones(3)[::-1])",
            "torch.tensor(np.ones(3).astype('>f8'))",
            "torch.asarray([1], copy=False)",
            "torch.asarray(np.ones(2), dtype=torch.float32, copy=False)",
            "torch.from_numpy([1])",
            "torch.FloatTensor(2.5)",
            "torch.FloatTensor('a')",
            "torch.LongTensor(torch.ones(2))",
            "torch.zeros()",
            "torch.zeros(2.5)",
            "torch.zeros('a')",
            "torch.zeros((2.5,))",
            "torch.zeros(2, 'x')",
            "torch.zeros(None)",
            "torch.ones(2, -1)",
            "torch.ones(2, dtype='float32')",
            "torch.ones(2, dtype=np.float32)",
            "torch.ones(2, colour='red')",
            "torch.ones(2, dtype=torch.int64, requires_grad=True)",
            "torch.full(3, 1.0)",
            "torch.full((3,), 'a')",
            "torch.full((2,), 300, dtype=torch.uint8)",
            "torch.full((2,), float('nan'), dtype=torch.int64)",
            "torch.full((2,), 1e300)",
            "torch.eye(-1)",
            "torch.eye(2, -1)",
            "torch.eye(2.5)",
            "torch.arange(5, 0)",
            "torch.arange(-3)",
            "torch.arange(0, 5, 0)",
            "torch.arange(float('inf'))",
            "torch.arange('a')",
            "torch.arange(3, dtype=torch.bool)",
            "torch.linspace(0, 1, -1)",
            "torch.linspace(torch.ones(2), 1, 3)",
            "torch.empty_strided((2, 3), (1,))",
            "torch.tril_indices(-1, 3)",
            "torch.triu_indices(3, 3, dtype=torch.float32)",
            "torch.rand(-1)",
            "torch.rand(2.5)",
            "torch.rand(2, dtype=torch.int64)",
            "torch.randn(2, dtype=torch.int64)",
            "torch.randint(5, 3)",
            "torch.randint(0, 5, 3)",
            "torch.randint(5.0, (2,))",
            "torch.randint(5, 2, (2,))",
            "torch.randint(0, 300, (2,), dtype=torch.uint8)",
            "torch.randperm(-1)",
            "torch.randperm(300, dtype=torch.uint8)",
            "torch.normal(torch.zeros(3), -1.0)",
            "torch.normal(torch.zeros(3), -torch.ones(3))",
            "torch.normal(torch.zeros(3), torch.ones(2))",
            "torch.normal(0.0, 1.0, 3)",
            "torch.bernoulli(torch.tensor([0.5, 1.5]))",
            "torch.bernoulli(torch.tensor([1, 0]))",
            "torch.multinomial(torch.ones(3), 4)",
            "torch.multinomial(torch.ones(3), 0)",
            "torch.multinomial(torch.tensor([1.0, -1.0]), 1)",
            "torch.multinomial(torch.tensor([1.0, -1.0]), 2, True)",
            "torch.multinomial(torch.zeros(2), 2, True)",
            "torch.multinomial(torch.tensor([1, 2]), 1)",
            "torch.multinomial(torch.ones(2, 2, 2), 1)",
            "torch.zeros_like([1, 2])",
            "torch.zeros_like(np.ones(2))",
            "torch.ones(2).new_zeros('a')",
            "torch.ones(2).new_full(2, 3)",
        )
    ),
)


@both
def test_who_shares_memory_with_the_data(torch):
    seen = []
    for make in (
        lambda data: torch.tensor(data),
        lambda data: torch.as_tensor(data),
        lambda data: torch.as_tensor(data, dtype=torch.float32),
        lambda data: torch.asarray(data),
        lambda data: torch.asarray(data, copy=True),
        lambda data: torch.from_numpy(data),
    ):
        data = np.zeros(2)
        made = make(data)
        data[0] = 1
        seen.append(made)
    return seen


@both
def test_a_tensor_as_it_is_or_anew(torch):
    x = torch.ones(2, requires_grad=True)
    return [
        torch.as_tensor(x) is x,
        torch.as_tensor(x, dtype=torch.float64).requires_grad,
        torch.asarray(x) is x,
        torch.asarray(x, copy=True) is x,
        torch.asarray(x, requires_grad=False),
        torch.asarray(x.detach(), requires_grad=True),
        warned(lambda: torch.tensor(x)),
    ]


@both
def test_the_default_dtype_decides(torch):
    try:
        torch.set_default_dtype(torch.float64)
        made = [
            *(torch.tensor([1.5]), torch.zeros(1), torch.full((1,), 1.5), torch.arange(1.5)),
            *(torch.linspace(0, 1, 2), torch.Tensor([1]), torch.scalar_tensor(1)),
            *(torch.tensor([1]), torch.tensor([True, 1.5]), torch.get_default_dtype()),
        ]
        torch.set_default_tensor_type(torch.FloatTensor)
        made.append(torch.tensor([1.5]))
    finally:
        torch.set_default_dtype(torch.float32)
    return made, said(TypeError, lambda: torch.set_default_dtype(torch.int64))


@both
def test_numpys_functions_of_tensors_give_tensors(torch):
    x = torch.tensor([1.0, 4.0])
    return (
        *(np.sqrt(x), np.isnan(x), np.maximum(x, 2.0), np.add.reduce(x)),
        *(np.asarray(x).sum(), np.array(x, dtype=np.int64).sum(), np.concatenate([x, x]).shape),
    )


@both
def test_a_number_of_numpys_counts_as_pythons(torch):
    whole, flat = torch.arange(3), torch.tensor(2.0)
    return (
        *(whole * np.float64(2.5), np.float64(2.5) * whole, whole + np.int32(2)),
        *(flat * np.float64(2), whole / np.int64(2), whole > np.float64(1.5)),
        *(whole.float().add_(np.float64(1)), torch.full((2,), np.float64(2.5))),
    )


# The first two print zero as zero, or as 1e-08 and all else with it, by the last bit.
RANGES = [
    "linspace(-3.14159265, 3.14159265, 25)",
    "arange(-1, 1, 0.1)",
    *(f"linspace({a}, {b}, {n})" for a, b, n in ((0, 1, 50), (-1, 2.5, 33), (7.3, -0.1, 100))),
    *(f"arange({a}, {b}, {s})" for a, b, s in ((0, 10, 0.3), (5.2, -4, -0.07), (0.0, 100.0, 0.77))),
]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("given", RANGES)
@both
def test_evenly_spaced_numbers_are_the_same_to_the_last_bit(torch, given, dtype):
    numbers = eval(f"torch.{given[:-1]}, dtype=torch.{dtype})")
    return numbers.numpy().tobytes().hex()
