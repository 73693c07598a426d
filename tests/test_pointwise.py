"""Operations that treat each element by itself: arithmetic, comparisons, exp, clamp, where, ..."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .parity import (
    Case,
    Input,
    between,
    booleans,
    case,
    cases,
    constant,
    distinct,
    exactly,
    integers,
    parity,
    positive,
    strided,
    ties,
    transposed,
)
from .versions import (
    CLAMP_OUT_OF_RANGE,
    CLAMP_TIES,
    FMAX_TIES,
    NOT_IMPLEMENTED,
    clamp_at_its_bounds,
)

inf, nan = np.inf, np.nan
Shape = tuple[int, ...]


def normal(shape: Shape) -> Input:
    return shape


def small(shape: Shape) -> Input:
    return between(-0.9, 0.9, shape)


def between_0_and_1(shape: Shape) -> Input:
    return between(0.1, 0.9, shape)


def above_one(shape: Shape) -> Input:
    return between(1.1, 3.0, shape)


# One argument. For each, inputs from its domain.
UNARY: dict[str, Callable[[Shape], Input]] = {
    "abs": distinct,
    "acos": small,
    "acosh": above_one,
    "asin": small,
    "asinh": normal,
    "atan": normal,
    "atanh": small,
    "ceil": distinct,
    "cos": normal,
    "cosh": normal,
    "deg2rad": normal,
    "digamma": positive,
    "erf": normal,
    "erfc": normal,
    "erfinv": small,
    "exp": normal,
    "exp2": normal,
    "expm1": normal,
    "floor": distinct,
    "frac": distinct,
    "lgamma": positive,
    "log": positive,
    "log10": positive,
    "log1p": positive,
    "log2": positive,
    "logit": between_0_and_1,
    "nan_to_num": normal,
    "neg": normal,
    "positive": normal,
    "rad2deg": normal,
    "reciprocal": positive,
    "relu": distinct,
    "round": distinct,
    "rsqrt": positive,
    "sgn": distinct,
    "sigmoid": normal,
    "sign": distinct,
    "sin": normal,
    "sinc": normal,
    "sinh": normal,
    "sqrt": positive,
    "square": normal,
    "tan": small,
    "tanh": normal,
    "trunc": distinct,
}
TESTS_OF_VALUES = ("isfinite", "isinf", "isnan", "isneginf", "isposinf", "isreal")
TESTS_OF_VALUES += ("logical_not", "signbit")


def call(name: str) -> Callable[..., Any]:
    return lambda torch, x: getattr(torch, name)(x)


def call_method(name: str) -> Callable[..., Any]:
    return lambda torch, x: getattr(x, name)()


def unary_cases(kind: str, arrange: Callable[[Callable[[Shape], Input]], Input]) -> list[Case]:
    return [
        case(f"{name}: {kind}", call(name), arrange(domain), second=True)
        for name, domain in UNARY.items()
    ]


test_one_argument = cases(
    *unary_cases("a matrix", lambda domain: domain((3, 4))),
    *unary_cases("0-d", lambda domain: domain(())),
    *unary_cases("empty", lambda domain: domain((0, 3))),
    *unary_cases("transposed", lambda domain: transposed(domain((2, 3, 4)))),
    *unary_cases("strided", lambda domain: strided(domain((3, 4)))),
)

test_methods = cases(
    *(case(f"{name}: a method", call_method(name), domain((5,))) for name, domain in UNARY.items()),
    *(case(f"{name}: a method", call_method(name), ties((5,))) for name in ("isnan", "isinf")),
    case("neg: -x", lambda torch, x: -x, (3,)),
    case("positive: +x", lambda torch, x: +x, (3,)),
    case("abs: abs(x)", lambda torch, x: abs(x), (3,)),
    case("bitwise_not: ~x", lambda torch, x: ~x, booleans((4,))),
)

test_integers_and_booleans = cases(
    *(
        case(f"{name}: of {dtype}", call(name), integers(2, (4,), dtype=dtype), **options)
        for name in (*UNARY, *TESTS_OF_VALUES, "bitwise_not")
        for dtype in ("int64", "int32", "uint8", "bool")
        for options in [{"raises": None, "differs": NOT_IMPLEMENTED, "message": name == "neg"}]
    )
)

SPECIAL = np.array([nan, inf, -inf, 0.0, -0.0, 1.0, -1.0, 0.5, 1.5, 2.5, -2.5, -800.0, 800.0])
test_special_values = cases(
    *(
        case(f"{name}: nan, inf and zero", call(name), SPECIAL)
        for name in UNARY
        if name not in ("tan", "digamma")  # tan(800), and at poles, need the argument's last bits
    ),
    *(case(f"{name}: nan, inf and zero", call(name), SPECIAL) for name in TESTS_OF_VALUES),
    case("abs: gradient 0 at 0", lambda torch, x: x.abs(), np.array([0.0, -0.0, 1.0])),
    case("relu: gradient 0 at 0", lambda torch, x: x.relu(), np.array([0.0, -inf, nan, inf])),
    case("sqrt: gradient inf at 0", lambda torch, x: x.sqrt(), np.array([0.0, 4.0])),
    case("pow: gradient 0 of x**0", lambda torch, x: x**0, np.array([0.0, 2.0, -3.0])),
    case("pow: 0 to a tensor", lambda torch, x, y: x**y, np.zeros(3), np.array([0.0, 1.0, 2.0])),
    case("pow: a root of 0", lambda torch, x: x**0.5, np.array([0.0, 4.0])),
    case("pow: a root of -1", lambda torch, x: x**0.5, np.array([-1.0, 4.0])),
    case("div: by zero", lambda torch, x, y: x / y, np.array([1.0, 0.0, -1.0]), np.zeros(3)),
    case("remainder: of zero", lambda torch, x: x % 0.0, constant((3,))),
    case("floor_divide: by zero", lambda torch, x: x // 0.0, constant((3,))),
    case("sign: of nan", lambda torch, x: x.sign(), np.array([nan, -0.0, 0.0])),
)

# Two arguments, at every pair of special values.
FIRSTS, SECONDS = np.repeat(SPECIAL, SPECIAL.size), np.tile(SPECIAL, SPECIAL.size)
test_pairs_of_special_values = cases(
    *(
        case(
            f"{name}: nan, inf and zero",
            lambda torch, x, y, name=name: getattr(torch, name)(x, y),
            FIRSTS,
            SECONDS,
            differs=FMAX_TIES if name in ("fmax", "fmin") else None,
        )
        for name in (
            "add",
            "atan2",
            "copysign",
            "div",
            "fmax",
            "fmin",
            "fmod",
            "hypot",
            "logaddexp",
        )
        + ("logaddexp2", "maximum", "minimum", "mul", "xlogy")
    ),
    *(
        case(
            f"{name}: nan, inf and zero",
            lambda torch, x, y, name=name: getattr(torch, name)(x, y),
            constant(FIRSTS),
            constant(SECONDS),
        )
        for name in ("floor_divide", "heaviside", "isclose", "logical_and", "logical_xor")
    ),
)

test_two_arguments_one_a_number = cases(
    case("clamp_min", lambda torch, x: x.clamp_min(0.5), ties((9,)), second=True),
    case(
        "clamp_max",
        lambda torch, x: x.clamp_max(0),
        ties((9,)),
        differs=clamp_at_its_bounds(0, 0),
    ),
    case(
        "clamp_min: ties with a tensor",
        lambda torch, x, y: x.clamp_min(y),
        ties((9,)),
        ties((9,)),
        differs=CLAMP_TIES,
    ),
    case("copysign", lambda torch, x: x.copysign(-2), ties((9,))),
    case("copysign: -0.0", lambda torch, x: torch.copysign(x, -0.0), ties((9,))),
    case("float_power", lambda torch, x: x.float_power(3), (4,), second=True),
    case("float_power: of a number", lambda torch, x: torch.float_power(2, x), (4,), second=True),
    case("fmod", lambda torch, x: x.fmod(0.7), (9,), second=True),
    case("fmod: integers", lambda torch, x: x.fmod(-3), integers(9, (9,), low=-9)),
    case("lerp", lambda torch, x, y: x.lerp(y, 0.25), (9,), (9,), second=True),
    case("xlogy", lambda torch, x: x.xlogy(2), ties((9,)), second=True),
    case("xlogy: of a number", lambda torch, x: torch.xlogy(2, x), positive((9,)), second=True),
    case("xlogy: of -1", lambda torch, x: x.xlogy(-1.0), ties((9,))),
    case("floor_divide: recorded", lambda torch, x: (x // 2).grad_fn.name(), (3,)),
    case("remainder: of a number", lambda torch, x: (2 % x).grad_fn.name(), positive((3,))),
)

test_without_a_derivative = cases(
    case("floor_divide", lambda torch, x: (x // 2).sum().backward(), (3,), raises=True),
    case("heaviside", lambda torch, x: x.heaviside(x).sum().backward(), (3,), raises=True),
    case("remainder", lambda torch, x: (2 % x).sum().backward(), positive((3,)), raises=True),
)

ARITHMETIC: dict[str, Callable[..., Any]] = {
    "add": lambda torch, x, y: x + y,
    "sub": lambda torch, x, y: x - y,
    "mul": lambda torch, x, y: x * y,
    "div": lambda torch, x, y: x / y,
    "pow": lambda torch, x, y: x**y,
    "maximum": lambda torch, x, y: torch.maximum(x, y),
    "minimum": lambda torch, x, y: torch.minimum(x, y),
}


def arithmetic_cases(kind: str, x: Input, y: Input) -> list[Case]:
    return [case(f"{op}: {kind}", f, x, y, second=True) for op, f in ARITHMETIC.items()]


test_arithmetic = cases(
    *arithmetic_cases("two matrices", positive((3, 4)), positive((3, 4))),
    *arithmetic_cases("a row", positive((3, 4)), positive((4,))),
    *arithmetic_cases("a column and a row", positive((3, 1)), positive((1, 4))),
    *arithmetic_cases("one is 0-d", positive((3, 4)), positive(())),
    *arithmetic_cases("the other is 0-d", positive(()), positive((3, 4))),
    *arithmetic_cases("both 0-d", positive(()), positive(())),
    *arithmetic_cases("empty", positive((0, 4)), positive((1, 4))),
    *arithmetic_cases("more dimensions", positive((2, 1, 4)), positive((3, 1))),
    *arithmetic_cases("transposed", transposed(positive((3, 4))), positive((3, 4))),
    *arithmetic_cases("strided", strided(positive((3, 4))), transposed(positive((3, 4)))),
    *arithmetic_cases("a constant", positive((3,)), constant(positive((3,)))),
    *arithmetic_cases("from a constant", constant(positive((3,))), positive((3,))),
)

test_arithmetic_with_numbers = cases(
    case("add: a float", lambda torch, x: x + 2.5, (3,), second=True),
    case("add: to a float", lambda torch, x: 2.5 + x, (3,), second=True),
    case("add: alpha", lambda torch, x, y: torch.add(x, y, alpha=3), (3,), (3,), second=True),
    case("add: method with alpha", lambda torch, x, y: x.add(y, alpha=0.5), (3,), (3,)),
    case("sub: a float", lambda torch, x: x - 2.5, (3,), second=True),
    case("sub: from a float", lambda torch, x: 2.5 - x, (3,), second=True),
    case("sub: alpha", lambda torch, x, y: torch.sub(x, y, alpha=3), (3,), (3,), second=True),
    case("mul: a float", lambda torch, x: x * 2.5, (3,), second=True),
    case("mul: of a float", lambda torch, x: 2.5 * x, (3,), second=True),
    case("mul: x*x", lambda torch, x: x * x, (3,), second=True),
    case("div: a float", lambda torch, x: x / 2.5, (3,), second=True),
    case("div: of a float", lambda torch, x: 2.5 / x, positive((3,)), second=True),
    case("div: by what holds itself", lambda torch, x: x / (x + 1), positive((3,)), second=True),
    case("floor_divide", lambda torch, x: x // 0.7, constant((5,))),
    case("floor_divide: two", lambda torch, x, y: x // y, constant((5,)), constant((5,))),
    case("floor_divide: of integers", lambda torch, x: x // 3, integers(9, (9,), low=-9)),
    case("floor_divide: named", lambda torch, x: torch.floor_divide(x, 3), integers(9, (9,))),
    case(
        "div: floor",
        lambda torch, x, y: torch.div(x, y, rounding_mode="floor"),
        (5,),
        positive((5,)),
    ),
    case(
        "div: trunc",
        lambda torch, x, y: torch.div(x, y, rounding_mode="trunc"),
        (5,),
        positive((5,)),
    ),
    case(
        "div: trunc of integers",
        lambda torch, x: torch.div(x, 4, rounding_mode="trunc"),
        integers(9, (9,), low=-9),
    ),
    case("remainder", lambda torch, x: x % 0.7, (5,), second=True),
    case("remainder: two", lambda torch, x, y: x % y, (5,), positive((5,)), second=True),
    case("remainder: of integers", lambda torch, x: x % 3, integers(9, (9,), low=-9)),
    case("remainder: by negatives", lambda torch, x: x % -3, integers(9, (9,), low=-9)),
    case("remainder: named", lambda torch, x, y: torch.remainder(x, y), (4,), positive((4,))),
    case("pow: 2", lambda torch, x: x**2, (4,), second=True),
    case("pow: 3", lambda torch, x: x**3, (4,), second=True),
    case("pow: 1", lambda torch, x: x**1, (4,), second=True),
    case("pow: 0", lambda torch, x: x**0, (4,), second=True),
    case("pow: -2", lambda torch, x: x**-2, positive((4,)), second=True),
    case("pow: 0.5", lambda torch, x: x**0.5, positive((4,)), second=True),
    case("pow: of a number", lambda torch, x: 2**x, (4,), second=True),
    case("pow: of a float", lambda torch, x: 2.5**x, (4,), second=True),
    case("pow: named", lambda torch, x: torch.pow(x, 3), (4,)),
    case("pow: a number's", lambda torch, x: torch.pow(3.0, x), (4,)),
    case("pow: of integers", lambda torch, x: x**2, integers(9, (4,), low=-9)),
    case("pow: 2 to integers", lambda torch, x: 2**x, integers(9, (4,))),
    case("pow: integers to a float", lambda torch, x: x**0.5, integers(9, (4,))),
    case("pow: negative base", lambda torch, x, y: x**y, (4,), np.array([1.0, 2.0, 3.0, 0.0])),
    case(
        "pow: integers to negative integers",
        lambda torch, x, y: x**y,
        exactly([1, -1, -1, 2, 0, 3]),
        exactly([-3, -3, -2, -1, -1, 2]),
    ),
    case("pow: booleans to a number", lambda torch, x: [x**True, x**False], booleans((4,))),
    case(
        "add: a negative number to bytes", lambda torch, x: x + -1, integers(3, (4,), dtype="uint8")
    ),
    case("rsub: alpha", lambda torch, x: torch.rsub(x, 2, alpha=3), (3,), second=True),
    case("add: booleans, alpha", lambda torch, x: x.add(x, alpha=2), booleans((3,))),
    case("gcd", lambda torch, x, y: x.gcd(y), integers(9, (9,), low=-9), integers(9, (9,))),
    case("lcm", lambda torch, x, y: x.lcm(y), integers(9, (9,), low=-9), integers(9, (9,))),
    case(
        "addcmul",
        lambda torch, x, y, z: torch.addcmul(x, y, z, value=0.5),
        (3, 1),
        (4,),
        (3, 4),
        second=True,
    ),
    case(
        "addcdiv",
        lambda torch, x, y, z: x.addcdiv(y, z, value=2),
        (3, 4),
        (4,),
        positive((3, 1)),
        second=True,
    ),
    case(
        "lerp: a tensor",
        lambda torch, x, y, w: torch.lerp(x, y, w),
        (3, 1),
        (4,),
        small((3, 4)),
        second=True,
    ),
    case("round: decimals", lambda torch, x: x.round(decimals=2), (9,)),
    case("round: tens", lambda torch, x: (100 * x).round(decimals=-1), (9,)),
    case("logit: eps", lambda torch, x: x.logit(0.2), between(-0.5, 1.5, (9,)), second=True),
    case("nan_to_num: numbers", lambda torch, x: x.nan_to_num(1, 2, -3), SPECIAL),
    case("polygamma", lambda torch, x: x.polygamma(2), positive((9,)), second=True),
    case(
        "polygamma: far below 0, at poles, and at infinities",
        lambda torch, x: torch.polygamma(3, x),
        constant(np.array([-13437.75, -1.5, -2.0, 0.0, -1e30, inf, -inf, nan])),
    ),
    case("add: named", lambda torch, x, y: torch.add(x, y), (3,), (3,)),
    case("sub: named", lambda torch, x, y: torch.sub(x, y), (3,), (3,)),
    case("mul: named", lambda torch, x, y: torch.mul(x, y), (3,), (3,)),
    case("div: named", lambda torch, x, y: torch.div(x, y), (3,), positive((3,))),
    case("sub: method", lambda torch, x, y: x.sub(y).mul(y).div(2).add(1), (3,), (3,)),
    case("add: one that needs no gradient", lambda torch, x, y: x + y, constant((3,)), (1,)),
)

COMPARISONS: dict[str, Callable[..., Any]] = {
    "eq": lambda torch, x, y: x == y,
    "ne": lambda torch, x, y: x != y,
    "lt": lambda torch, x, y: x < y,
    "le": lambda torch, x, y: x <= y,
    "gt": lambda torch, x, y: x > y,
    "ge": lambda torch, x, y: x >= y,
}
test_comparisons = cases(
    *(case(f"{op}: matrices", f, ties((3, 4)), ties((3, 4))) for op, f in COMPARISONS.items()),
    *(case(f"{op}: a row", f, ties((3, 4)), ties((4,))) for op, f in COMPARISONS.items()),
    *(case(f"{op}: 0-d", f, ties(()), ties((2, 3))) for op, f in COMPARISONS.items()),
    *(case(f"{op}: empty", f, ties((0,)), ties((1,))) for op, f in COMPARISONS.items()),
    *(case(f"{op}: nan", f, SPECIAL, SPECIAL) for op, f in COMPARISONS.items()),
    *(case(f"{op}: integers", f, integers(3, (9,)), ties((9,))) for op, f in COMPARISONS.items()),
    *(case(f"{op}: booleans", f, booleans((9,)), booleans((9,))) for op, f in COMPARISONS.items()),
    case("eq: a number", lambda torch, x: x == 1, ties((5,))),
    case("gt: a number", lambda torch, x: x > 0.5, ties((5,))),
    case("lt: of a number", lambda torch, x: 0 < x, ties((5,))),  # noqa: SIM300
    case("ge: integers and a float", lambda torch, x: x >= 0.5, integers(3, (5,))),
    case("eq: named", lambda torch, x, y: torch.eq(x, y), ties((5,)), ties((5,))),
    case("eq: None is never equal", lambda torch, x: x == None, ties((5,))),  # noqa: E711
    case("equal", lambda torch, x: torch.equal(x, x.clone()), (3,)),
    case("equal: not", lambda torch, x, y: torch.equal(x, y), (3,), (3,)),
    case("allclose", lambda torch, x: torch.allclose(x, x + 1e-9), (3,)),
    case("allclose: not", lambda torch, x, y: torch.allclose(x, y), (3,), (3,)),
    case("isclose", lambda torch, x: torch.isclose(x, x * 1.00001, rtol=1e-5), (9,)),
    case("isclose: nan", lambda torch, x: torch.isclose(x, x, equal_nan=True), SPECIAL),
)

test_logic = cases(
    case("logical_and", lambda torch, x, y: torch.logical_and(x, y), ties((9,)), booleans((9,))),
    case("logical_or", lambda torch, x, y: torch.logical_or(x, y), ties((9,)), booleans((9,))),
    case("logical_xor", lambda torch, x, y: torch.logical_xor(x, y), ties((9,)), booleans((9,))),
    case("bitwise_and", lambda torch, x, y: x & y, booleans((9,)), booleans((9,))),
    case("bitwise_or", lambda torch, x, y: x | y, booleans((9,)), booleans((9,))),
    case("bitwise_xor", lambda torch, x, y: x ^ y, booleans((9,)), booleans((9,))),
    case("bitwise_and: integers", lambda torch, x, y: x & y, integers(9, (9,)), integers(9, (9,))),
    case("bitwise_or: integers", lambda torch, x, y: x | y, integers(9, (9,)), integers(9, (9,))),
    case("bitwise_not: integers", lambda torch, x: ~x, integers(9, (9,), low=-9)),
    case("bitwise_and: a number", lambda torch, x: x & 3, integers(9, (9,))),
    case("bitwise_left_shift", lambda torch, x: [x << 2, 2 << x], integers(9, (9,))),
    case("bitwise_right_shift", lambda torch, x: [x >> 2, 100 >> x], integers(9, (9,))),
    case("bitwise_left_shift: too far", lambda torch, x: x << 64, integers(9, (9,), low=-9)),
    case("bitwise_right_shift: too far", lambda torch, x: x >> 64, integers(9, (9,), low=-9)),
    case("isin", lambda torch, x: torch.isin(x, 3, invert=True), integers(5, (9,))),
    case(
        "bitwise_and: of floats",
        lambda torch, x: x & x,
        constant((3,)),
        raises=True,
        differs=NOT_IMPLEMENTED,
    ),
    case("bitwise_not: of floats", lambda torch, x: ~x, constant((3,)), raises=True),
)

test_clamp = cases(
    case("clamp", lambda torch, x: x.clamp(-1, 1), distinct((3, 4)), second=True),
    case("clamp: min", lambda torch, x: x.clamp(min=0.5), distinct((3, 4)), second=True),
    case("clamp: max", lambda torch, x: x.clamp(max=0.5), distinct((3, 4)), second=True),
    case("clamp: named", lambda torch, x: torch.clamp(x, -1.0, 1.0), distinct((4,))),
    case("clamp: bounds the wrong way round", lambda torch, x: x.clamp(1, -1), distinct((4,))),
    case("clamp: tensors", lambda torch, x, a, b: x.clamp(a, b), (9,), small((9,)), positive((9,))),
    case("clamp: a row", lambda torch, x, a: x.clamp(min=a), (3, 4), (4,), second=True),
    case("clamp: max a column", lambda torch, x, a: x.clamp(max=a), (3, 4), (3, 1), second=True),
    case("clamp: 0-d", lambda torch, x: x.clamp(0, 1), ()),
    case("clamp: empty", lambda torch, x: x.clamp(0, 1), (0,)),
    case("clamp: transposed", lambda torch, x: x.clamp(0, 1), transposed((3, 4))),
    case("clamp: integers", lambda torch, x: x.clamp(2, 5), integers(9, (9,))),
    case("clamp: integers by floats", lambda torch, x: x.clamp(2.5, 5.5), integers(9, (9,))),
    case("clamp: neither", lambda torch, x: x.clamp(), (3,), raises=True),
    case("clamp: nan and inf", lambda torch, x: x.clamp(-1.25, 1.25), SPECIAL),
    case("clip", lambda torch, x: torch.clip(x, -1, 1), distinct((4,))),
    case(
        "clamp: gradient 0 at both bounds",
        lambda torch, x: x.clamp(-1, 1),
        np.array([-1.0, 0.0, 1.0, 2.0]),
        differs=clamp_at_its_bounds(-1, 1),
    ),
    case(
        "clamp: gradient 0 at min",
        lambda torch, x: x.clamp(min=0),
        ties((9,)),
        differs=clamp_at_its_bounds(0, 0),
    ),
    case(
        "clamp: gradient 0 at max",
        lambda torch, x: x.clamp(max=0),
        ties((9,)),
        differs=clamp_at_its_bounds(0, 0),
    ),
    case(
        "clamp: ties with a tensor",
        lambda torch, x, low: x.clamp(min=low),
        ties((9,)),
        ties((9,)),
        differs=CLAMP_TIES,
    ),
)

test_maximum = cases(
    case("maximum: ties share", lambda torch, x, y: torch.maximum(x, y), ties((9,)), ties((9,))),
    case("minimum: ties share", lambda torch, x, y: torch.minimum(x, y), ties((9,)), ties((9,))),
    case("maximum: nan", lambda torch, x, y: torch.maximum(x, y), SPECIAL, SPECIAL[::-1].copy()),
    case("minimum: nan", lambda torch, x, y: torch.minimum(x, y), SPECIAL, SPECIAL[::-1].copy()),
    case(
        "fmax: ties",
        lambda torch, x, y: torch.fmax(x, y),
        ties((9,)),
        ties((9,)),
        differs=FMAX_TIES,
    ),
    case(
        "fmin: ties",
        lambda torch, x, y: torch.fmin(x, y),
        ties((9,)),
        ties((9,)),
        differs=FMAX_TIES,
    ),
    case(
        "fmax: nan",
        lambda torch, x, y: torch.fmax(x, y),
        constant(SPECIAL),
        constant(SPECIAL[::-1].copy()),
    ),
    case("maximum: method", lambda torch, x, y: x.maximum(y), (5,), (5,)),
    case("max: of two", lambda torch, x, y: torch.max(x, y), (3, 4), (4,)),
    case("min: of two", lambda torch, x, y: torch.min(x, y), (3, 4), (4,)),
    case(
        "maximum: integers", lambda torch, x, y: x.maximum(y), integers(9, (5,)), integers(9, (5,))
    ),
    case("maximum: mixed", lambda torch, x, y: x.maximum(y), integers(9, (5,)), (5,)),
)

test_where = cases(
    case("where", lambda torch, c, x, y: torch.where(c, x, y), booleans((3, 4)), (3, 4), (3, 4)),
    case(
        "where: broadcast",
        lambda torch, c, x, y: torch.where(c, x, y),
        booleans((3, 1)),
        (4,),
        (2, 1, 1),
        second=True,
    ),
    case(
        "where: many",
        lambda torch, c, x, y: torch.where(c, x, y),
        booleans((40, 50)),
        np.resize([1.5, -0.0, inf, nan, -inf], (40, 50)),
        (50,),
        second=True,
    ),
    case(
        "where: many, one float16",
        lambda torch, c, x: torch.where(c, x, 0.1),
        booleans((40, 50)),
        exactly(np.linspace(-3, 3, 50), "float16"),
    ),
    case("where: a number", lambda torch, c, x: torch.where(c, x, 0.0), booleans((3,)), (3,)),
    case("where: of a number", lambda torch, c, x: torch.where(c, 0, x), booleans((3,)), (3,)),
    case("where: two numbers", lambda torch, c: torch.where(c, 1.0, 0.0), booleans((3,))),
    case("where: two integers", lambda torch, c: torch.where(c, 1, 0), booleans((3,))),
    case("where: method", lambda torch, x, y: x.where(x > 0, y), (3,), (3,)),
    case("where: indices", lambda torch, c: torch.where(c), booleans((3, 4))),
    case("where: 0-d", lambda torch, c, x, y: torch.where(c, x, y), booleans(()), (), ()),
    case("where: empty", lambda torch, c, x: torch.where(c, x, x), booleans((0,)), (0,)),
    case("where: no booleans", lambda torch, x: torch.where(x, x, x), (3,), raises=True),
    case(
        "where: shapes", lambda torch, c, x: torch.where(c, x, x), booleans((4,)), (3,), raises=True
    ),
    case(
        "masked_fill",
        lambda torch, x, m: x.masked_fill(m, 7.0),
        (3, 4),
        booleans((3, 4)),
        second=True,
    ),
    case("masked_fill: a row", lambda torch, x, m: x.masked_fill(m, -inf), (3, 4), booleans((4,))),
    case("masked_fill: grows", lambda torch, x, m: x.masked_fill(m, 1), (4,), booleans((3, 4))),
    case(
        "masked_fill: a tensor",
        lambda torch, x, m, v: x.masked_fill(m, v),
        (4,),
        booleans((4,)),
        (),
    ),
    case("masked_fill: integers", lambda torch, x: x.masked_fill(x > 3, 0), integers(9, (4,))),
    case("masked_fill: named", lambda torch, x: torch.masked_fill(x, x > 0, 0), (4,)),
    case("masked_fill: floats", lambda torch, x: x.masked_fill(x, 0), (4,), raises=True),
)

test_errors = cases(
    case("add: shapes", lambda torch, x, y: x + y, (2, 3), (2, 4), raises=True),
    case("mul: shapes", lambda torch, x, y: x * y, (2, 3), (3, 3), raises=True),
    case("sub: shapes", lambda torch, x, y: x - y, (2, 3), (4,), raises=True),
    case("div: shapes", lambda torch, x, y: x / y, (4, 2, 3), (3, 1, 3), raises=True),
    case("pow: shapes", lambda torch, x, y: x**y, (2,), (3,), raises=True),
    case("lt: shapes", lambda torch, x, y: x < y, (2,), (3,), raises=True),
    case("maximum: shapes", lambda torch, x, y: torch.maximum(x, y), (2,), (3,), raises=True),
    case("clamp: shapes", lambda torch, x, y: x.clamp(min=y), (2,), (3,), raises=True),
    case("neg: a bool", lambda torch, x: -x, booleans((2,)), raises=True, differs=NOT_IMPLEMENTED),
    case(
        "sub: a bool",
        lambda torch, x, y: x - y,
        (2,),
        booleans((2,)),
        raises=True,
        differs=NOT_IMPLEMENTED,
    ),
    case(
        "sub: bools", lambda torch, x: x - x, booleans((2,)), raises=True, differs=NOT_IMPLEMENTED
    ),
    case("floor_divide: integers by 0", lambda torch, x: x // 0, integers(3, (2,)), raises=True),
    case("remainder: integers by 0", lambda torch, x: x % 0, integers(3, (2,)), raises=True),
    case("pow: integers to -1", lambda torch, x: x**-1, integers(3, (2,), low=1), raises=True),
    case(
        "add: a float alpha", lambda torch, x: x.add(x, alpha=0.5), integers(3, (2,)), raises=True
    ),
    case("clamp: a number, a tensor", lambda torch, x: torch.clamp(x, 0, x), (2,), raises=True),
    case(
        "clamp: out of range",
        lambda torch, x: x.clamp(min=300),
        integers(3, (2,), dtype="uint8"),
        raises=True,
        differs=CLAMP_OUT_OF_RANGE,
    ),
    case("copysign: of a number", lambda torch, x: torch.copysign(2, x), (2,), raises=True),
    case("exp: a number", lambda torch: torch.exp(1), raises=True),
    case("sqrt: a list", lambda torch: torch.sqrt([1.0, 4.0]), raises=True),
    case("abs: a number", lambda torch: torch.abs(-2.5), raises=True),
    case("isnan: a number", lambda torch: torch.isnan(2.5), raises=True),
    case("maximum: a number", lambda torch, x: torch.maximum(x, 0), (2,), raises=True),
    case("pow: numbers", lambda torch: torch.pow(2, 3), raises=True),
    case("logical_and: a number", lambda torch, x: torch.logical_and(x, True), (2,), raises=True),
    case(
        "lerp: two types",
        lambda torch, x, y: x.lerp(y, 0.5),
        exactly([1.0], "float32"),
        exactly([1.0], "float64"),
        raises=True,
    ),
    case(
        "float_power_: float32",
        lambda torch, x: x.float_power_(2),
        exactly([1, 2], "int32"),
        raises=True,
    ),
    case(
        "masked_fill: too large",
        lambda torch, x: x.masked_fill(x > 0, 300),
        integers(9, (9,), dtype="uint8"),
        raises=True,
    ),
    case(
        "addcdiv: integers", lambda torch, x: x.addcdiv(x, x), integers(3, (2,), low=1), raises=True
    ),
    case("isclose: rtol", lambda torch, x: x.isclose(x, rtol=-1), (2,), raises=True),
    case(
        "isclose: types",
        lambda torch, x, y: x.isclose(y),
        integers(3, (2,)),
        constant((2,)),
        raises=True,
    ),
    case(
        "round: of integers", lambda torch, x: x.round(decimals=1), integers(3, (2,)), raises=True
    ),
    case("polygamma: negative", lambda torch, x: torch.polygamma(-1, x), (2,), raises=True),
    case("div: a mode", lambda torch, x: x.div(x, rounding_mode="up"), (2,), raises=True),
    case("add: text", lambda torch, x: x + "1", (2,), raises=True, message=False),
    case("add: None", lambda torch, x: x + None, (2,), raises=True, message=False),
    case("add: a list", lambda torch, x: x + [1.0, 2.0], (2,), raises=True, message=False),
)


def write_a_row(y: Any, name: str) -> Any:
    getattr(y[1], name)()
    return y


def add_and_scale(torch: Any, x: Any, y: Any) -> Any:
    z = x * 1
    z += y
    z *= 2
    z -= 1
    z /= y
    return z


def with_bits(torch: Any, x: Any, y: Any) -> Any:
    x &= 63
    x |= y
    x ^= 21
    x <<= 3
    x >>= 1
    return x


def whole_steps(torch: Any, x: Any, y: Any) -> Any:
    x //= 0.3
    x %= y
    x **= 2
    return x


# In place, on a copy, so that the input's own gradient can be asked for.
# PyTorch cannot differentiate acosh_, asinh_ and atanh_.
IN_PLACE = set(UNARY) - {"acosh", "asinh", "atanh", "positive"}
test_in_place = cases(
    *(
        case(
            f"{name}_",
            lambda torch, x, name=name: getattr(x * 1, f"{name}_")(),
            UNARY[name]((3, 4)),
            second=True,
        )
        for name in sorted(IN_PLACE)
    ),
    *(
        case(
            f"{name}_: through a view",
            lambda torch, x, name=name: write_a_row(x * 1, f"{name}_"),
            UNARY[name]((3, 4)),
            second=True,
        )
        for name in sorted(IN_PLACE)
    ),
    *(
        case(
            f"{name}_",
            lambda torch, x, y, name=name: getattr(x * 1, f"{name}_")(y),
            positive((3, 4)),
            positive((4,)),
            second=True,
        )
        for name in ("add", "sub", "mul", "div", "pow")
    ),
    *(
        case(
            f"{name}_: a number",
            lambda torch, x, name=name: getattr(x * 1, f"{name}_")(2.5),
            positive((3, 4)),
            second=True,
        )
        for name in ("add", "sub", "mul", "div", "pow")
    ),
    case("add_: alpha", lambda torch, x, y: (x * 1).add_(y, alpha=3), (3,), (3,), second=True),
    case("clamp_", lambda torch, x: (x * 1).clamp_(-1, 1), distinct((3, 4)), second=True),
    case(
        "masked_fill_",
        lambda torch, x, m: (x * 1).masked_fill_(m, 7.0),
        (4,),
        booleans((4,)),
        second=True,
    ),
    case("addcmul_", lambda torch, x, y: (x * 1).addcmul_(y, y), (3, 4), (4,), second=True),
    case("addcdiv_", lambda torch, x, y: (x * 1).addcdiv_(y, y), (4,), positive((4,)), second=True),
    case("lerp_", lambda torch, x, y: (x * 1).lerp_(y, 0.3), (4,), (4,), second=True),
    case("eq_", lambda torch, x: x.eq_(0), constant(ties((9,)))),
    case("lt_: less_", lambda torch, x: x.less_(0), integers(3, (9,), low=-2)),
    case("logical_not_", lambda torch, x: x.logical_not_(), constant(ties((9,)))),
    case("logical_or_", lambda torch, x, y: x.logical_or_(y), constant(ties((9,))), booleans((9,))),
    case("bitwise_and_: operators", with_bits, integers(99, (9,)), integers(9, (9,))),
    case("remainder_: operators", whole_steps, constant((9,)), constant(positive((9,)))),
    case("fill_", lambda torch, x: (x * 1).fill_(2.5), (4,), second=True),
    case("fill_: a tensor", lambda torch, x, v: (x * 1).fill_(v), (4,), (), second=True),
    case("zero_", lambda torch, x: (x * 1).zero_(), (4,), second=True),
    case("copy_", lambda torch, x, y: (x * 1).copy_(y), (3, 4), (4,), second=True),
    case("add_: +=", add_and_scale, (3, 4), (4,), second=True),
    case("add_: grows", lambda torch, x, y: (x * 1).add_(y), (4,), (3, 4), raises=True),
    case("sqrt_: of integers", lambda torch, x: x.sqrt_(), integers(9, (3,)), raises=True),
    case("add_: of integers a float", lambda torch, x: x.add_(1.5), integers(9, (3,)), raises=True),
)

test_other_names = cases(
    case("mul: multiply", lambda torch, x, y: x.multiply(y), (3,), (3,)),
    case("div: divide", lambda torch, x, y: x.divide(y), (3,), positive((3,))),
    case("div: true_divide", lambda torch, x, y: x.true_divide(y), (3,), positive((3,))),
)


def test_numpy_scalars_behave_as_python_numbers() -> None:
    parity(lambda torch, x: x * float(np.float64(2)) + int(np.int64(3)), (3,))
    parity(lambda torch, x: x > np.float32(0.5), exactly([0.25, 0.75], "float32"))
