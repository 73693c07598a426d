"""Embeddings, one by one and in bags, where op_db's samples say too little."""

from __future__ import annotations

from typing import Any

import pytest

from .parity import booleans, case, cases, constant, exactly, integers
from .programs import both, said
from .versions import BAGS_BY_FREQUENCY

TABLE = (5, 3)
NUMBERS = exactly([[0, 1], [1, 4]])


def embedding(**options: Any) -> Any:
    return lambda torch, i, w: torch.nn.functional.embedding(i, w, **options)


def bag(*offsets: int, **options: Any) -> Any:
    def call(torch: Any, i: Any, w: Any, weights: Any = None) -> Any:
        starts = torch.tensor(offsets) if offsets else None
        return torch.nn.functional.embedding_bag(
            i, w, starts, per_sample_weights=weights, **options
        )

    return call


test_embedding = cases(
    case("embedding", embedding(), NUMBERS, TABLE, second=True),
    case("embedding: one number", embedding(), exactly(2), TABLE, second=True),
    case("embedding: no numbers", embedding(), integers(5, (0, 2)), TABLE),
    case("embedding: int32", embedding(), integers(5, (4,), dtype="int32"), TABLE),
    case("embedding: of integers", embedding(), NUMBERS, integers(9, TABLE)),
    case("embedding: padding_idx", embedding(padding_idx=1), NUMBERS, TABLE, second=True),
    case("embedding: padding_idx from the end", embedding(padding_idx=-1), NUMBERS, TABLE),
    case("embedding: by frequency", embedding(scale_grad_by_freq=True), NUMBERS, TABLE),
    case(
        "embedding: by frequency, twice",
        embedding(scale_grad_by_freq=True, padding_idx=0),
        NUMBERS,
        TABLE,
        second=True,
    ),
    case(
        "embedding_renorm_",
        lambda torch, i, w: torch.embedding_renorm_(w.detach().clone(), i, 1.0, 2.0),
        NUMBERS,
        TABLE,
    ),
    case("embedding: torch's order", lambda torch, i, w: torch.embedding(w, i), NUMBERS, TABLE),
)

SEVEN = integers(5, (7,))

test_bags = cases(
    *(
        case(f"embedding_bag: {mode}", bag(0, 2, 2, 6, mode=mode), SEVEN, TABLE)
        for mode in ("sum", "mean", "max")
    ),
    *(
        case(f"embedding_bag: {mode} of rows", bag(mode=mode), integers(5, (3, 2)), TABLE)
        for mode in ("sum", "mean", "max")
    ),
    *(
        case(f"embedding_bag: {mode}, padded", bag(0, 2, mode=mode, padding_idx=1), SEVEN, TABLE)
        for mode in ("sum", "mean", "max")
    ),
    *(
        case(f"embedding_bag: {mode} of nothing", bag(0, 0, mode=mode), integers(5, (0,)), TABLE)
        for mode in ("sum", "mean", "max")
    ),
    case(
        "embedding_bag: the end given",
        bag(0, 2, 5, mode="sum", include_last_offset=True),
        integers(5, (5,)),
        TABLE,
    ),
    case("embedding_bag: weighted", bag(0, 3, mode="sum"), SEVEN, TABLE, (7,)),
)

test_errors = cases(
    case("embedding: out of range", embedding(), exactly([5]), TABLE, raises=True),
    case("embedding: negative", embedding(), exactly([-1]), TABLE, raises=True),
    case("embedding: floats", embedding(), constant((2,)), TABLE, raises=True),
    case("embedding: booleans", embedding(), booleans((2,)), TABLE, raises=True),
    case("embedding: 1-D", embedding(), NUMBERS, (5,), raises=True),
    case("embedding: padding_idx", embedding(padding_idx=5), NUMBERS, TABLE, raises=True),
    # Which of two kernels notices depends on the type.
    case("embedding_bag: out of range", bag(0), exactly([7]), TABLE, raises=True, message=False),
    case("embedding_bag: a late start", bag(1, 2), SEVEN, TABLE, raises=True),
    case("embedding_bag: beyond the end", bag(0, 9), SEVEN, TABLE, raises=True),
    case("embedding_bag: no offsets", bag(), SEVEN, TABLE, raises=True),
    case("embedding_bag: mode", bag(0, mode="last"), SEVEN, TABLE, raises=True),
    case("embedding_bag: weighted mean", bag(0), SEVEN, TABLE, (7,), raises=True),
)


@pytest.mark.parametrize("norm_type", [1.0, 2.0, float("inf")])
@both
def test_long_rows_are_shrunk_in_place_before_they_are_read(torch: Any, norm_type: float) -> Any:
    w = torch.arange(15.0).reshape(5, 3).requires_grad_()
    i = torch.tensor([[0, 1], [1, 4]])
    y = torch.nn.functional.embedding(i, w, max_norm=2.0, norm_type=norm_type)
    y.sum().backward()
    return y, w, w.grad, w._version


@BAGS_BY_FREQUENCY.mark
@pytest.mark.parametrize("mode", ["sum", "mean"])
@both
def test_in_bags_too_frequent_rows_can_be_held_back(torch: Any, mode: str) -> Any:
    w = torch.ones(5, 3, requires_grad=True)
    i, starts = torch.tensor([0, 1, 1, 4, 1, 0]), torch.tensor([0, 2, 5])
    y = torch.nn.functional.embedding_bag(i, w, starts, scale_grad_by_freq=True, mode=mode)
    y.sum().backward()
    return w.grad


@both
def test_the_layers_start_alike_and_print_alike(torch: Any) -> Any:
    nn = torch.nn
    torch.manual_seed(1)
    layers = [
        nn.Embedding(6, 4, padding_idx=-2, max_norm=1.5, norm_type=1.0, scale_grad_by_freq=True),
        nn.EmbeddingBag(6, 4, mode="sum", padding_idx=1),
        nn.Embedding.from_pretrained(torch.eye(3)),
        nn.EmbeddingBag.from_pretrained(torch.eye(3), freeze=False),
    ]
    return [(repr(m), m.weight.detach(), m.weight.requires_grad) for m in layers]


@both
def test_a_wrong_padding_or_weight(torch: Any) -> Any:
    nn = torch.nn
    return (
        said(AssertionError, lambda: nn.Embedding(3, 2, padding_idx=3)),
        said(AssertionError, lambda: nn.EmbeddingBag(3, 2, padding_idx=-4)),
        said(AssertionError, lambda: nn.Embedding(3, 2, _weight=torch.zeros(2, 2))),
        said(AssertionError, lambda: nn.Embedding.from_pretrained(torch.zeros(3))),
    )
