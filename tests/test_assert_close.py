"""torch.testing.assert_close: what passes, and what is said of what does not."""

from __future__ import annotations

import numpy as np
import pytest

from tests.programs import both, said

NAN, INF = float("nan"), float("inf")
PAIRS = {
    "equal": ([1.0, 2.0], [1.0, 2.0]),
    "one of two": ([1.0, 2.0], [1.0, 3.0]),
    "one of four": ([[1.0, 2.0], [3.0, 4.0]], [[1.0, 2.0], [3.0, 5.0]]),
    "one number": (1.0, 1.1),
    "one integer": (1, 2),
    "integers": ([1, 2], [1, 4]),
    "booleans": ([True, False], [True, True]),
    "another length": ([1.0], [1.0, 2.0]),
    "another type": ([1], [1.0]),
    "nan": ([NAN], [NAN]),
    "infinity": ([INF], [1.0]),
    "zeros": ([0.0, 0.0], [0.0, 1e-4]),
    "within tolerance": ([0.0, 1e8], [1e-6, 1e8 + 100]),
    "nothing": ([], []),
}


def outcome(torch, actual, expected, **options):
    check = torch.testing.assert_close
    try:
        check(actual, expected, **options)
    except AssertionError as error:
        return str(error)
    return "close"


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
@both
def test_tensors(torch, pair):
    a, b = map(torch.tensor, pair)
    return outcome(torch, a, b), outcome(torch, a, b, equal_nan=True)


@both
def test_tolerances_depend_on_the_type(torch):
    near = 1 + 5e-7
    return [
        outcome(torch, torch.tensor([1.0], dtype=dtype), torch.tensor([near], dtype=dtype))
        for dtype in (torch.float16, torch.float32, torch.float64)
    ]


@both
def test_what_can_be_asked_for(torch):
    a, b, wide = torch.tensor([1.0]), torch.tensor([1.05]), torch.tensor([1.0]).double()
    square = torch.ones(2, 2)
    return (
        *(outcome(torch, a, b, rtol=0, atol=0.1), outcome(torch, a, b, rtol=0, atol=0.01)),
        *(outcome(torch, a, wide), outcome(torch, a, wide, check_dtype=False)),
        *(
            outcome(torch, square.t(), square),
            outcome(torch, square.t(), square, check_stride=True),
        ),
        *(outcome(torch, a, b, msg="own words"), outcome(torch, a, b, msg=lambda said: said[:11])),
        outcome(torch, torch.ones(1, requires_grad=True), torch.ones(1)),
        said(ValueError, lambda: outcome(torch, a, b, rtol=0.1)),
    )


@both
def test_numbers_sequences_mappings_and_arrays(torch):
    one, two = torch.tensor([1.0]), torch.tensor([2.0])
    pairs = [
        *((1.0, 1.5), (1.0, 1.0), (1, 2), (True, False), (0.0, 1e-9), (None, None)),
        *(([one], [two]), ([one], [one, two]), ((1, 2.0), (1, 3.0)), ([[one]], [[two]])),
        *(({"a": one}, {"a": two}), ({"a": 1}, {"b": 1}), ({"a": [1]}, {"a": [2]})),
        *((np.ones(2), np.ones(2)), (np.ones(2), np.zeros(2))),
    ]
    return [outcome(torch, a, b) for a, b in pairs]


@both
def test_what_cannot_be_compared(torch):
    one = torch.ones(1)
    pairs = ((one, 1.0), ("a", "a"), (one, np.ones(1)))
    starts = [said(TypeError, lambda a=a, b=b: outcome(torch, a, b))[:60] for a, b in pairs]
    return starts, outcome(torch, 1, 1.0)
