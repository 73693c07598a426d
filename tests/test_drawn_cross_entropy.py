"""CrossEntropyLoss, with shapes, targets and options drawn by Hypothesis."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .parity import between, constant, integers, parity, positive, transposed

OPTIONS = st.fixed_dictionaries(
    {
        "reduction": st.sampled_from(["mean", "sum", "none"]),
        "label_smoothing": st.sampled_from([0.0, 0.1, 0.5]),
    }
)
# The shape of what a loss is taken of: rows (perhaps none), classes, and perhaps positions.
ROWS = st.sampled_from([(), (1,), (2,), (4,)])
# Of two classes the gradient is ±(p - q), which may cancel almost wholly.
CLASSES = st.integers(3, 5)
POSITIONS = st.sampled_from([(), (), (3,), (2, 2), (1, 2, 2)])


def cross_entropy(**options: Any) -> Any:
    def run(torch: Any, x: Any, target: Any, weight: Any = None) -> Any:
        return torch.nn.CrossEntropyLoss(weight, **options)(x, target)

    return run


@pytest.mark.op("cross_entropy")
@given(
    ROWS,
    CLASSES,
    POSITIONS,
    OPTIONS,
    st.sampled_from([-100, 0, 1]),
    st.booleans(),
    st.booleans(),
    st.integers(0, 2**31),
)
def test_class_indices_agree(
    rows: tuple[int, ...],
    classes: int,
    positions: tuple[int, ...],
    options: dict[str, Any],
    ignored: int,
    weighted: bool,
    in_order: bool,
    seed: int,
) -> None:
    positions = positions if rows else ()
    logits = (*rows, classes, *positions)
    parity(
        cross_entropy(ignore_index=ignored, **options),
        logits if in_order else transposed(logits),
        integers(classes, (*rows, *positions)),
        *([constant(positive((classes,)))] if weighted else []),
        seed=seed,
    )


@pytest.mark.op("cross_entropy")
@given(ROWS, CLASSES, POSITIONS, OPTIONS, st.booleans(), st.booleans(), st.integers(0, 2**31))
def test_class_probabilities_agree(
    rows: tuple[int, ...],
    classes: int,
    positions: tuple[int, ...],
    options: dict[str, Any],
    weighted: bool,
    learned: bool,
    seed: int,
) -> None:
    logits = (*rows, classes, *(positions if rows else ()))
    shares = between(0.0, 1.0, logits)
    parity(
        cross_entropy(**options),
        logits,
        shares if learned else constant(shares),
        *([constant(positive((classes,)))] if weighted else []),
        seed=seed,
    )


@pytest.mark.op("cross_entropy")
@given(ROWS, CLASSES, POSITIONS, OPTIONS, st.booleans(), st.integers(0, 2**31))
def test_second_derivatives_agree(
    rows: tuple[int, ...],
    classes: int,
    positions: tuple[int, ...],
    options: dict[str, Any],
    weighted: bool,
    seed: int,
) -> None:
    positions = positions if rows else ()
    parity(
        cross_entropy(**options),
        (*rows, classes, *positions),
        integers(classes, (*rows, *positions)),
        *([constant(positive((classes,)))] if weighted else []),
        second=True,
        seed=seed,
    )


@pytest.mark.op("cross_entropy")
@given(
    st.lists(st.integers(1, 3), min_size=2, max_size=4),
    st.lists(st.integers(1, 3), max_size=3),
    st.sampled_from(["int64", "uint8", "float"]),
    st.sampled_from([0.0, 0.1]),
)
def test_shapes_that_may_not_fit(
    logits: list[int], target: list[int], kind: str, smoothing: float
) -> None:
    shape = tuple(target)
    parity(
        cross_entropy(label_smoothing=smoothing),
        tuple(logits),
        between(0.0, 1.0, shape) if kind == "float" else integers(2, shape, dtype=kind),
        raises=None,
        message=False,
    )
