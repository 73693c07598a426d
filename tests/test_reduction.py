"""Operations that make one value of many: sum, mean, var, max, norm, cumsum, ..."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .parity import (
    Case,
    Input,
    booleans,
    case,
    cases,
    distinct,
    integers,
    positive,
    strided,
    ties,
    transposed,
)
from .versions import NOT_IMPLEMENTED

inf, nan = np.inf, np.nan

# How a reduction may be asked for. `softmax` and its kin take exactly one dim.
DIMS: dict[str, dict[str, Any]] = {
    "all": {},
    "dim 0": {"dim": 0},
    "dim -1": {"dim": -1},
    "keepdim": {"dim": 1, "keepdim": True},
}
TWO_DIMS: dict[str, dict[str, Any]] = {
    "two dims": {"dim": (0, 2)},
    "a list": {"dim": [1, -1], "keepdim": True},
}
NUMPYS: dict[str, dict[str, Any]] = {
    "NumPy's int64": {"dim": np.int64(-1)},
    "NumPy's int32": {"dim": np.int32(0), "keepdim": True},
}
ONE_OR_MORE = ("sum", "mean", "amax", "amin", "logsumexp", "var", "std", "norm")
ONE = ("prod", "max", "min", "argmax", "argmin", "any", "all")


def reduce(name: str, options: dict[str, Any]) -> Callable[..., Any]:
    return lambda torch, x: getattr(torch, name)(x, **options)


def reductions(kind: str, x: Input, names: tuple[str, ...], how: dict[str, Any]) -> list[Case]:
    return [
        case(f"{name}: {kind}, {dims}", reduce(name, options), x, second=True)
        for name in names
        for dims, options in how.items()
        if not (name == "logsumexp" and dims == "all")  # PyTorch wants its dim
    ]


# Each dim holds three values or more: of two, the second derivative of std is zero, and what is
# computed for it is rounding alone.
test_over_every_choice_of_dims = cases(
    *reductions("3-D", distinct((3, 4, 5)), ONE_OR_MORE + ONE, DIMS),
    *reductions("3-D", distinct((3, 4, 5)), ONE_OR_MORE, TWO_DIMS),
    # All but norm, which is written in Python, and wants a length of what is no int.
    *reductions("3-D", distinct((3, 4, 5)), (*ONE_OR_MORE[:-1], *ONE), NUMPYS),
    *reductions("transposed", transposed(distinct((3, 4, 5))), ONE_OR_MORE + ONE, DIMS),
    *reductions("strided", strided(distinct((3, 4))), ONE_OR_MORE + ONE, DIMS),
)

test_of_one_element = cases(
    *(
        case(f"{name}: one element, {dims}", reduce(name, options), (1, 1))
        for name in ("sum", "mean", "amax", "norm", *ONE)
        for dims, options in DIMS.items()
    ),
    *(
        case(f"{name}: 0-d", reduce(name, {}), ())
        for name in ("sum", "mean", "prod", "max", "min", "amax", "norm", "argmax", "any", "all")
    ),
    *(
        case(f"{name}: 0-d, dim 0", reduce(name, {"dim": 0}), ())
        for name in ("sum", "mean", "prod", "max", "amax", "argmax")
        + ("logsumexp", "cumsum", "softmax")
    ),
)

test_of_nothing = cases(
    *(case(f"{name}: empty", reduce(name, {}), (0, 3)) for name in ("sum", "mean", "prod", "norm")),
    *(case(f"{name}: empty", reduce(name, {}), (0,)) for name in ("any", "all", "var", "std")),
    *(
        case(f"{name}: empty dim", reduce(name, {"dim": 0}), (0, 3))
        for name in ("sum", "mean", "prod", "any", "all", "logsumexp", "norm", "var", "cumsum")
    ),
    *(
        case(f"{name}: the other dim", reduce(name, {"dim": 1}), (0, 3))
        for name in ("sum", "max", "amax", "argmax", "logsumexp", "softmax", "log_softmax")
    ),
    *(
        case(f"{name}: of nothing", reduce(name, options), (0, 3), raises=True)
        for name in ("max", "min", "argmax", "argmin", "amax", "amin")
        for options in ({}, {"dim": 0})
    ),
)

test_integers_and_booleans = cases(
    *(
        case(
            f"{name}: of {dtype}, {dims}",
            reduce(name, options),
            integers(4, (3, 4), dtype=dtype),
            raises=None,
            message=name in ("mean", "var", "std"),
            differs=NOT_IMPLEMENTED,
        )
        for name in (
            *("sum", "mean", "prod", "max", "min", "amax", "amin", "var", "std", "norm"),
            *("any", "all", "cumsum"),
        )
        for dtype in ("int64", "int32", "uint8")
        for dims, options in [("all", {}), ("dim 1", {"dim": 1})]
        if (name, dims) != ("cumsum", "all")
    ),
    case("sum: of booleans", lambda torch, x: x.sum(), booleans((3, 4))),
    case("sum: of booleans, dim", lambda torch, x: x.sum(0), booleans((3, 4))),
    case("mean: of booleans", lambda torch, x: x.float().mean(), booleans((3, 4))),
    case("any: of booleans", lambda torch, x: x.any(), booleans((3, 4))),
    case("all: of booleans", lambda torch, x: x.all(1), booleans((3, 4))),
    case("max: of booleans", lambda torch, x: x.max(), booleans((3, 4))),
    case("argmax: of integers", lambda torch, x: x.argmax(1), integers(3, (3, 4))),
    case("sum: dtype", lambda torch, x: x.sum(dtype=torch.float64), integers(4, (3, 4))),
    case("sum: dim and dtype", lambda torch, x: x.sum(0, dtype=torch.float32), (3, 4)),
    case("mean: dtype", lambda torch, x: x.mean(dtype=torch.float64), integers(4, (3, 4))),
    case("prod: dtype", lambda torch, x: x.prod(dtype=torch.float64), integers(4, (3, 4))),
    case("softmax: dtype", lambda torch, x: x.softmax(0, dtype=torch.float64), integers(4, (3,))),
)

test_methods = cases(
    case("sum: method", lambda torch, x: x.sum(), (3, 4)),
    case("sum: method, dims", lambda torch, x: x.sum(0, 1), (3, 4), raises=True, message=False),
    case("sum: method, a tuple", lambda torch, x: x.sum((0, 1)), (3, 4)),
    case("sum: no dims is all", lambda torch, x: x.sum(()), (3, 4)),
    case("mean: method", lambda torch, x: x.mean(1, True), (3, 4)),
    case("max: method", lambda torch, x: x.max(1), distinct((3, 4))),
    case("max: unpacked", lambda torch, x: list(x.max(dim=0)), distinct((3, 4))),
    case("max: values", lambda torch, x: torch.max(x, 1).values, distinct((3, 4))),
    case("max: indices", lambda torch, x: torch.max(x, 1).indices, distinct((3, 4))),
    case("max: [1]", lambda torch, x: torch.max(x, 1)[1], distinct((3, 4))),
    case("argmax: keepdim", lambda torch, x: x.argmax(1, keepdim=True), distinct((3, 4))),
    case("all: a comparison", lambda torch, x: (x > 0).all(), (3, 4)),
    case("prod: method", lambda torch, x: x.prod(1), (3, 4)),
    case("norm: method", lambda torch, x: x.norm(), (3, 4)),
    case("var: method", lambda torch, x: x.var(0), (3, 4)),
    case("logsumexp: method", lambda torch, x: x.logsumexp(-1), (3, 4)),
)

test_spread = cases(
    case("var: biased", lambda torch, x: x.var(unbiased=False), (3, 4), second=True),
    case("std: biased", lambda torch, x: x.std(1, unbiased=False), (3, 4), second=True),
    case("var: correction", lambda torch, x: torch.var(x, dim=1, correction=2), (3, 4)),
    case("std: correction", lambda torch, x: torch.std(x, dim=(0, 1), correction=0), (3, 4)),
    case("var: of one value is nan", lambda torch, x: x.var(), (1,)),
    case("std: of one value is nan", lambda torch, x: x.std(0), (1, 3)),
    case("std: of equal values", lambda torch, x: x.std(), np.ones(3)),
    case("var: of equal values", lambda torch, x: x.var(), np.ones(3), second=True),
)

test_norms = cases(
    case("norm: 1", lambda torch, x: x.norm(1), distinct((3, 4)), second=True),
    case("norm: 2, dim", lambda torch, x: x.norm(2, dim=1), (3, 4), second=True),
    case("norm: 3", lambda torch, x: x.norm(3, dim=0), distinct((3, 4)), second=True),
    case("norm: inf", lambda torch, x: x.norm(inf), distinct((3, 4))),
    case("norm: inf, dim", lambda torch, x: x.norm(inf, dim=1), distinct((3, 4))),
    case("norm: 0 counts", lambda torch, x: x.norm(0), ties((3, 4))),
    case("norm: fro", lambda torch, x: x.norm("fro"), (3, 4)),
    case("norm: keepdim", lambda torch, x: torch.norm(x, dim=1, keepdim=True), (3, 4)),
    case("norm: gradient 0 at 0", lambda torch, x: x.norm(), np.zeros((2, 2))),
    case(
        "norm: gradient 0 at 0, dim", lambda torch, x: x.norm(dim=1), np.array([[0.0, 0], [3, 4]])
    ),
    case("norm: 1 at 0", lambda torch, x: x.norm(1), np.array([0.0, -2.0])),
)

test_ties = cases(
    case("max: ties share", lambda torch, x: x.max(), ties((3, 4))),
    case("min: ties share", lambda torch, x: x.min(), ties((3, 4))),
    case("amax: ties share", lambda torch, x: x.amax(1), ties((3, 4))),
    case("amin: ties share", lambda torch, x: x.amin((0, 1)), ties((3, 4))),
    case("max: dim takes the first", lambda torch, x: x.max(1), ties((4, 9))),
    case("min: dim takes the first", lambda torch, x: x.min(0), ties((9, 4))),
    case("argmax: the first", lambda torch, x: x.argmax(1), ties((4, 9))),
    case("argmin: the first", lambda torch, x: x.argmin(1), ties((4, 9))),
)

NANS = np.array([[1.0, nan, 3.0], [inf, 2.0, -inf], [0.0, 0.0, 5.0]])
test_nan_and_zero = cases(
    *(
        case(f"{name}: nan and inf, {dims}", reduce(name, options), NANS)
        for name in ("sum", "mean", "max", "min", "amax", "argmax", "argmin", "prod", "any", "all")
        for dims, options in DIMS.items()
    ),
    case("logsumexp: inf", lambda torch, x: x.logsumexp(1), NANS),
    case("logsumexp: far out", lambda torch, x: x.logsumexp(0), np.array([1000.0, -1000.0, 999.0])),
    case("logsumexp: all -inf", lambda torch, x: x.logsumexp(0), np.array([-inf, -inf])),
    case("prod: one zero", lambda torch, x: x.prod(), np.array([2.0, 0.0, 3.0])),
    case("prod: two zeros", lambda torch, x: x.prod(), np.array([2.0, 0.0, 0.0])),
    case(
        "prod: zeros, dim",
        lambda torch, x: x.prod(1),
        np.array([[2.0, 0, 3], [0, 0, 1], [1, 2, 3]]),
    ),
)

test_without_nan = cases(
    *(
        case(f"{name}: {dims}", reduce(name, options), NANS, second=True)
        for name in ("nansum", "nanmean")
        for dims, options in DIMS.items()
    ),
    case("nansum: of integers", lambda torch, x: x.nansum(0), integers(4, (3, 4))),
    case("nansum: of booleans", lambda torch, x: x.nansum(), booleans((3, 4))),
    case("nanmean: all nan", lambda torch, x: x.nanmean(), np.array([nan, nan])),
    case(
        "nanmean: of integers",
        lambda torch, x: x.nanmean(),
        integers(4, (3,)),
        raises=True,
        differs=NOT_IMPLEMENTED,
    ),
)

test_counts = cases(
    case("count_nonzero", lambda torch, x: torch.count_nonzero(x), ties((3, 4))),
    case("count_nonzero: dims", lambda torch, x: x.count_nonzero((0, 2)), ties((3, 4, 2))),
    case("count_nonzero: nan counts", lambda torch, x: x.count_nonzero(1), NANS),
    case("any: no dims at all", lambda torch, x: x.any(dim=()), ties((3, 4))),
    case("all: no dims at all", lambda torch, x: torch.all(x, dim=()), ties((3, 4))),
    case("all: several dims", lambda torch, x: x.all((0, 1)), booleans((2, 2, 3))),
)

test_numpys_names_of_arguments = cases(
    *(
        case(
            f"{name}: axis, keepdims",
            lambda torch, x, name=name: getattr(x, name)(axis=1, keepdims=True),
            distinct((3, 4)),
        )
        for name in (
            *("sum", "mean", "nansum", "nanmean", "prod", "var", "std", "logsumexp"),
            *("max", "min", "amax", "amin", "aminmax", "argmax", "argmin", "any", "all"),
            *("median", "mode"),
        )
    ),
    case("var_mean: axis", lambda torch, x: torch.var_mean(x, axis=0), (3, 4)),
    case("cumsum: axis", lambda torch, x: x.cumsum(axis=0), (3, 4)),
    case("sort: axis", lambda torch, x: torch.sort(x, axis=0), distinct((3, 4))),
)

test_in_a_dtype_that_is_asked_for = cases(
    *(
        case(
            f"{name}: {dtype}",
            lambda torch, x, name=name, dtype=dtype: getattr(torch, name)(
                x, 0, dtype=getattr(torch, dtype)
            ),
            integers(4, (3, 4)),
        )
        for name in ("sum", "prod", "cumsum", "cumprod", "nansum")
        for dtype in ("int32", "float64")
    ),
    case("norm: float64", lambda torch, x: torch.norm(x, dtype=torch.float64), (3, 4)),
    case(
        "mean: of an integer dtype",
        lambda torch, x: x.mean(dtype=torch.int64),
        (3, 4),
        raises=True,
        differs=NOT_IMPLEMENTED,
    ),
)

test_spread_and_mean_together = cases(
    *(
        case(f"{name}: {how}", reduce(name, options), (3, 4), second=True)
        for name in ("var_mean", "std_mean")
        for how, options in {
            "all": {},
            "dim": {"dim": 1},
            "two dims": {"dim": (0, 1), "keepdim": True},
            "biased": {"unbiased": False},
            "correction": {"dim": 0, "correction": 2},
        }.items()
    ),
    case("var_mean: only the mean", lambda torch, x: torch.var_mean(x)[1], (3, 4), second=True),
    case("std_mean: only the first", lambda torch, x: torch.std_mean(x, 0)[0], (3, 4)),
    case("std_mean: of equal values", lambda torch, x: torch.std_mean(x), np.ones(3)),
    case(
        "var_mean: of integers",
        lambda torch, x: torch.var_mean(x),
        integers(4, (3,)),
        raises=True,
        differs=NOT_IMPLEMENTED,
    ),
)

test_the_smallest_and_the_largest_together = cases(
    case("aminmax", lambda torch, x: torch.aminmax(x), distinct((3, 4)), second=True),
    case("aminmax: ties share", lambda torch, x: x.aminmax(dim=1), ties((4, 9))),
    case("aminmax: keepdim", lambda torch, x: x.aminmax(keepdim=True), distinct((3, 4))),
    case("aminmax: nan", lambda torch, x: x.aminmax(dim=0), NANS),
    case("aminmax: min alone", lambda torch, x: x.aminmax().min, distinct((3, 4))),
    case("aminmax: of nothing", lambda torch, x: x.aminmax(), (0, 3), raises=True),
    case("aminmax: of an empty dim", lambda torch, x: x.aminmax(dim=0), (0, 3), raises=True),
)

test_running = cases(
    *(
        case(f"{name}: {kind}", lambda torch, x, name=name: getattr(x, name)(0), x, second=True)
        for name in ("cumsum", "cumprod", "logcumsumexp", "cummax", "cummin")
        for kind, x in {
            "matrix": distinct((4, 3)),
            "transposed": transposed(distinct((4, 3))),
            "0-d": (),
            "empty": (0, 3),
        }.items()
    ),
    *(
        case(f"{name}: nan and inf", lambda torch, x, name=name: getattr(x, name)(1), NANS)
        for name in ("cummax", "cummin", "logcumsumexp", "cumsum")
    ),
    *(
        case(f"{name}: the last of ties", lambda torch, x, name=name: getattr(x, name)(1), x)
        for name in ("cummax", "cummin")
        for x in (ties((4, 9)), integers(3, (4, 9)), booleans((4, 9)))
    ),
    *(
        case(f"cumprod: {kind}", lambda torch, x: x.cumprod(0), np.array(x), second=True)
        for kind, x in {"one zero": [2.0, 0, 3, 4], "two zeros": [2.0, 0, 3, 0, 5]}.items()
    ),
    case("cumprod: of integers", lambda torch, x: x.cumprod(0), integers(4, (3, 2), dtype="int32")),
    case("logcumsumexp: far out", lambda torch, x: x.logcumsumexp(0), np.array([999.0, -999, 1e3])),
    case(
        "logcumsumexp: all -inf", lambda torch, x: x.logcumsumexp(0), np.array([-inf, -inf, -inf])
    ),
    case(
        "logcumsumexp: of integers",
        lambda torch, x: x.logcumsumexp(0),
        integers(4, (3,)),
        raises=True,
        differs=NOT_IMPLEMENTED,
    ),
    case("cumsum_", lambda torch, x: (x * 1).cumsum_(0), (3, 4)),
    case("cumprod_", lambda torch, x: (x * 1).cumprod_(1), (3, 4)),
)

test_prod_with_zeros_again = cases(
    case("prod: two zeros", lambda torch, x: x.prod(), np.array([2.0, 0.0, 0.0]), second=True),
    case("prod: three zeros", lambda torch, x: x.prod(), np.array([0.0, 0.0, 0.0]), second=True),
    case("prod: a tuple", lambda torch, x: x.prod((0, 1)), (3, 4), raises=True, message=False),
)

test_cumsum = cases(
    case("cumsum", lambda torch, x: x.cumsum(0), (3, 4), second=True),
    case("cumsum: last", lambda torch, x: torch.cumsum(x, -1), (3, 4), second=True),
    case("cumsum: transposed", lambda torch, x: x.cumsum(1), transposed((2, 3, 4))),
    case("cumsum: empty", lambda torch, x: x.cumsum(0), (0, 4)),
    case("cumsum: booleans", lambda torch, x: x.cumsum(0), booleans((5,))),
    case("cumsum: dim", lambda torch, x: x.cumsum(2), (3, 4), raises=True),
)

test_softmax = cases(
    case("softmax", lambda torch, x: x.softmax(1), (3, 4), second=True),
    case("softmax: named", lambda torch, x: torch.softmax(x, dim=0), (3, 4), second=True),
    case("softmax: far out", lambda torch, x: x.softmax(0), np.array([1000.0, 999.0, -1000.0])),
    case("softmax: -inf", lambda torch, x: x.softmax(0), np.array([1.0, -inf, 0.0, 1.5])),
    case("softmax: 4-D", lambda torch, x: x.softmax(1), (2, 3, 2, 2), second=True),
    case("log_softmax", lambda torch, x: x.log_softmax(1), (3, 4), second=True),
    case("log_softmax: named", lambda torch, x: torch.log_softmax(x, dim=0), (3, 4), second=True),
    case(
        "log_softmax: far out",
        lambda torch, x: x.log_softmax(0),
        np.array([1000.0, 999.0, -1000.0]),
    ),
    case("log_softmax: transposed", lambda torch, x: x.log_softmax(-1), transposed((3, 4))),
    case("softmax: empty", lambda torch, x: x.softmax(0), (0,)),
    case("softmax: dim", lambda torch, x: x.softmax(2), (3, 4), raises=True),
    case(
        "log_softmax: of integers",
        lambda torch, x: x.log_softmax(0),
        integers(4, (3,)),
        raises=True,
        differs=NOT_IMPLEMENTED,
    ),
)

test_errors = cases(
    *(
        case(f"{name}: dim out of range", reduce(name, {"dim": 2}), (3, 4), raises=True)
        for name in (*ONE_OR_MORE, *ONE)
    ),
    *(
        case(f"{name}: a dim twice", reduce(name, {"dim": (0, 0)}), (3, 4), raises=True)
        for name in ("sum", "mean", "amax", "var")
    ),
    case(
        "mean: of integers",
        lambda torch, x: x.mean(),
        integers(4, (3,)),
        raises=True,
        differs=NOT_IMPLEMENTED,
    ),
    case(
        "mean: of booleans",
        lambda torch, x: x.mean(),
        booleans((3,)),
        raises=True,
        differs=NOT_IMPLEMENTED,
    ),
    case(
        "std: of integers",
        lambda torch, x: x.std(),
        integers(4, (3,)),
        raises=True,
        differs=NOT_IMPLEMENTED,
    ),
)

test_a_gradient_through_a_view_of_a_reduction = cases(
    case("sum: then expand", lambda torch, x: x.sum(0).expand(5, 4), (3, 4), second=True),
    case(
        "max: then indexed", lambda torch, x: x.max(1).values[1:] * 2, distinct((3, 4)), second=True
    ),
    case("mean: minus itself", lambda torch, x: (x - x.mean(0)) / x.std(0), (5, 3), second=True),
    case(
        "logsumexp: minus", lambda torch, x: x - x.logsumexp(1, keepdim=True), (3, 4), second=True
    ),
    case(
        "norm: normalises",
        lambda torch, x: x / x.norm(dim=1, keepdim=True),
        positive((3, 4)),
        second=True,
    ),
)
