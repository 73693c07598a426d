"""What type comes out: every pair of types, of tensors with dimensions, without, and numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import minitorch_nn

from .parity import case, cases, constant, exactly, parity
from .programs import both
from .versions import NOT_IMPLEMENTED

DTYPES = ("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64")
VALUES = [1, 2, 3]
NUMBERS = (True, 2, 2.5)

OPERATIONS: dict[str, Callable[..., Any]] = {
    "add": lambda torch, x, y: x + y,
    "sub": lambda torch, x, y: x - y,
    "mul": lambda torch, x, y: x * y,
    "div": lambda torch, x, y: x / y,
    "floor_divide": lambda torch, x, y: x // y,
    "remainder": lambda torch, x, y: x % y,
    "pow": lambda torch, x, y: x**y,
    "eq": lambda torch, x, y: x == y,
    "lt": lambda torch, x, y: x < y,
    "maximum": lambda torch, x, y: torch.maximum(x, y),
    "where": lambda torch, x, y: torch.where(x > 1, x, y),
    "cat": lambda torch, x, y: torch.cat([x.reshape(-1), y.reshape(-1)]),
    "stack": lambda torch, x, y: torch.stack([x.reshape(-1)[:1], y.reshape(-1)[:1]]),
}


def cases_of_ranks(kind: str, x: Any, y: Any) -> Any:
    return cases(
        *(
            case(
                f"{op}: {a} and {b}, {kind}",
                f,
                constant(exactly(x, a)),
                constant(exactly(y, b)),
                raises=None,
                message=False,
                differs=NOT_IMPLEMENTED,
            )
            for op, f in OPERATIONS.items()
            for a in DTYPES
            for b in DTYPES
        )
    )


test_two_with_dimensions = cases_of_ranks("1-D and 1-D", VALUES, [2, 1, 3])
test_one_without = cases_of_ranks("1-D and 0-d", VALUES, 2)
test_the_other_without = cases_of_ranks("0-d and 1-D", 2, VALUES)
test_both_without = cases_of_ranks("0-d and 0-d", 3, 2)

TWO_ARGUMENTS = (
    *("atan2", "bitwise_and", "bitwise_left_shift", "clamp_min", "copysign", "float_power", "fmod"),
    *("gcd", "heaviside", "hypot", "isclose", "lcm", "ldexp", "logaddexp", "logical_and", "xlogy"),
)


@pytest.mark.parametrize("op", TWO_ARGUMENTS)
def test_two_arguments_of_every_pair_of_types(op: str) -> None:
    for a in DTYPES:
        for b in DTYPES:
            for y in ([2, 1, 3], 2):
                parity(
                    lambda torch, x, y: getattr(torch, op)(x, y),
                    constant(exactly(VALUES, a)),
                    constant(exactly(y, b)),
                    raises=None,
                    differs=NOT_IMPLEMENTED,
                )


@pytest.mark.parametrize("op", ["addcdiv", "addcmul", "lerp", "where", "clamp"])
def test_three_arguments_of_every_pair_of_types(op: str) -> None:
    def call(torch: Any, x: Any, y: Any) -> Any:
        return getattr(torch, op)(x > 1 if op == "where" else x, y, x)

    for a in DTYPES:
        for b in DTYPES:
            parity(
                call,
                constant(exactly(VALUES, a)),
                constant(exactly([2, 1, 3], b)),
                raises=None,
                differs=NOT_IMPLEMENTED,
            )


test_numbers = cases(
    *(
        case(
            f"{op}: {dtype} and {number!r}",
            lambda torch, x, f=f, number=number: [f(torch, x, number), f(torch, number, x)],
            constant(exactly(shape_of_values, dtype)),
            raises=None,
            message=False,
            differs=NOT_IMPLEMENTED,
        )
        for op, f in OPERATIONS.items()
        if op not in ("maximum", "where", "cat", "stack")
        for dtype in DTYPES
        for number in NUMBERS
        for shape_of_values in (VALUES, 2)
    )
)

test_in_place = cases(
    *(
        case(
            f"{op}: in place, {a} and {b}",
            lambda torch, x, y, op=op: getattr(x.detach(), op)(y.detach()),
            exactly(VALUES, a),
            exactly(VALUES, b),
            raises=None,
            differs=NOT_IMPLEMENTED,
        )
        for op in ("add_", "mul_", "div_")
        for a in ("bool", "int32", "int64", "float32", "float64")
        for b in ("bool", "int32", "int64", "float32", "float64")
    )
)

MIXED = np.array([1.5, -2.0, 0.25])
test_gradients_keep_each_operand_s_type = cases(
    *(
        case(f"{op}: float32 and float64", f, exactly(MIXED, "float32"), exactly(MIXED, "float64"))
        for op, f in OPERATIONS.items()
        if op not in ("floor_divide", "pow")
    ),
    case(
        "mul: float32 and a 0-d float64",
        lambda torch, x, y: x * y,
        exactly(MIXED, "float32"),
        exactly(2.5, "float64"),
    ),
    case(
        "mul: a 0-d float32 and float64",
        lambda torch, x, y: x * y,
        exactly(2.5, "float32"),
        exactly(MIXED, "float64"),
    ),
    case(
        "mul: float32 and integers",
        lambda torch, x, y: x * y,
        exactly(MIXED, "float32"),
        exactly(VALUES, "int64"),
    ),
    case(
        "add: float32 and booleans",
        lambda torch, x, y: x + y,
        exactly(MIXED, "float32"),
        exactly([True, False, True]),
    ),
    case(
        "div: integers and a 0-d float64",
        lambda torch, x, y: x / y,
        exactly(VALUES, "int64"),
        exactly(2.5, "float64"),
    ),
)

test_two_numbers_make_a_tensor = cases(
    *(
        case(f"{op}: {a} and {b}", lambda torch, op=op, a=a, b=b: getattr(torch, op)(a, b))
        for op in ("add", "sub", "mul", "div", "floor_divide", "true_divide", "multiply")
        for a, b in ((7, 2), (7.5, 2), (7, True))
        if not (op == "sub" and b is True)
    ),
    case("div: 7 and 2, floor", lambda torch: torch.div(7, 2, rounding_mode="floor")),
    case("add: 7 and twice 2", lambda torch: torch.add(7, 2, alpha=2)),
)

BYTES = exactly([3, 200, 1, 7], "uint8")
WITH_A_NUMBER: dict[str, Callable[..., Any]] = {
    "add": lambda torch, x, n: torch.add(x, x, alpha=n),
    "rsub": lambda torch, x, n: torch.rsub(x, 1, alpha=n),
    "addcmul": lambda torch, x, n: torch.addcmul(x, x, x, value=n),
    "addmm": lambda torch, x, n: torch.addmm(x, x.view(4, 1), x.view(1, 4), beta=n),
    "index_add": lambda torch, x, n: x.index_add(0, torch.tensor([1]), x[:1], alpha=n),
    "index_fill": lambda torch, x, n: x.index_fill(0, torch.tensor([1]), n),
    "scatter": lambda torch, x, n: x.scatter(0, torch.tensor([1]), n),
    "scatter, added": lambda torch, x, n: x.scatter(0, torch.tensor([1]), n, reduce="add"),
    "masked_fill": lambda torch, x, n: x.masked_fill(x > 2, n),
    "fill_": lambda torch, x, n: x.clone().fill_(n),
    "full_like": lambda torch, x, n: torch.full_like(x, n),
    "constant_pad_nd": lambda torch, x, n: torch.constant_pad_nd(x, (1, 1), n),
    "threshold": lambda torch, x, n: torch.threshold(x, 2, n),
}
test_a_negative_number_wraps_in_bytes = cases(
    *(
        case(f"{op}: -3", lambda torch, x, f=f: f(torch, x, -3), BYTES)
        for op, f in WITH_A_NUMBER.items()
    )
)
test_what_bytes_cannot_hold_is_refused = cases(
    *(
        case(f"{op}: {n}", lambda torch, x, f=f, n=n: f(torch, x, n), BYTES, raises=True)
        for op, f in WITH_A_NUMBER.items()
        for n in (300, -300)
    ),
    case(
        "pad: -3", lambda torch, x: torch.nn.functional.pad(x, (1, 1), value=-3), BYTES, raises=True
    ),
)


def test_what_python_numbers_become() -> None:
    values = [1.5, 2, True, [1, 2.5], [1, True], [[1, 2], [3, 4]], [], [[]], [True, False]]
    for value in values:
        parity(lambda torch: torch.tensor(value), message=False)  # noqa: B023


def test_what_arrays_become() -> None:
    for dtype in DTYPES:
        parity(lambda torch: torch.tensor(np.ones(3, dtype)))  # noqa: B023
        parity(lambda torch: torch.as_tensor(np.float64(2.0)))


def test_promote_types_and_result_type() -> None:
    names = list(DTYPES)
    for a in names:
        for b in names:
            parity(lambda torch: torch.promote_types(getattr(torch, a), getattr(torch, b)))  # noqa: B023
    parity(lambda torch, x: torch.result_type(x, 2.5), exactly([1], "int64"))


@both
def test_types_that_no_tensor_here_has_can_be_named(torch):
    table = {"float32": torch.float32, "bfloat16": torch.bfloat16, "complex64": torch.complex64}
    return (
        [str(dtype) for dtype in table.values()],
        torch.ones(2).dtype == table["bfloat16"],
        table["bfloat16"].is_floating_point,
        [torch.uint16.itemsize, torch.uint32.is_signed, torch.cdouble.is_complex],
    )


def test_types_that_no_tensor_here_has_are_refused_by_name() -> None:
    for use in (
        lambda dtype: minitorch_nn.ones(2, dtype=dtype),
        lambda dtype: minitorch_nn.ones(2).to(dtype),
        lambda dtype: minitorch_nn.nn.Linear(2, 1).to(dtype),
        minitorch_nn.finfo,
        minitorch_nn.set_default_dtype,
    ):
        with pytest.raises(TypeError, match=r"torch\.bfloat16 is not part of minitorch_nn"):
            use(minitorch_nn.bfloat16)
