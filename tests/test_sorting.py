"""Sorting, and what order finds: topk, kthvalue, median, mode; and how their results print."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .parity import booleans, case, cases, distinct, exactly, integers, strided, ties, transposed
from .versions import NOT_IMPLEMENTED

inf, nan = np.inf, np.nan
WITH_NAN = np.array([[1.0, nan, -3.0, 2.5], [inf, -inf, nan, nan], [0.5, -0.5, 4.0, 3.0]])


def of(name: str, *args: Any, **options: Any) -> Callable[..., Any]:
    return lambda torch, x: getattr(torch, name)(x, *args, **options)


def text_of(name: str, args: tuple[Any, ...]) -> Callable[..., str]:
    return lambda torch, x: repr(of(name, *args)(torch, x))


test_sort = cases(
    *(
        case(f"sort: {kind}, {dim}, {down}", of("sort", dim, down), x, second=True)
        for kind, x in {
            "distinct": distinct((3, 4, 2)),
            "transposed": transposed(distinct((3, 4))),
            "strided": strided(distinct((3, 4))),
            "nan": WITH_NAN,
        }.items()
        for dim in (0, -1)
        for down in (False, True)
    ),
    # Up to 16 elements PyTorch keeps equals in their order, asked to or not.
    case("sort: ties", lambda torch, x: x.sort(), ties((4, 9))),
    case("sort: ties, descending", lambda torch, x: x.sort(descending=True), ties((4, 9))),
    case("sort: stable", lambda torch, x: x.sort(stable=True, dim=0), ties((40, 3))),
    case(
        "sort: stable, descending",
        lambda torch, x: torch.sort(x, stable=True, descending=True),
        ties((3, 40)),
    ),
    case("sort: of integers", lambda torch, x: x.sort(), integers(4, (3, 9), dtype="int16")),
    case("sort: of booleans", lambda torch, x: x.sort(descending=True), booleans((3, 9))),
    case("sort: 0-d", lambda torch, x: x.sort(), ()),
    case("sort: empty", lambda torch, x: x.sort(0), (0, 3)),
    case("sort: the values alone", lambda torch, x: x.sort().values, distinct((3, 4))),
    case("sort: dim out of range", of("sort", 2), (3, 4), raises=True),
    case("sort: True is no dim", of("sort", True), (3, 4), raises=True, message=False),
    case("argsort", of("argsort", 0, True), distinct((3, 4))),
    case("argsort: stable", lambda torch, x: x.argsort(stable=True), ties((3, 40))),
    case("argsort: nan", of("argsort"), WITH_NAN),
    case("msort", lambda torch, x: x.msort(), distinct((3, 4)), second=True),
)

test_topk = cases(
    *(
        case(f"topk: {kind}, {options}", of("topk", 2, **options), x, second=True)
        for kind, x in {"distinct": distinct((3, 4)), "nan": WITH_NAN[:, :3]}.items()
        for options in ({}, {"dim": 0}, {"largest": False})
    ),
    case("topk: all of them", lambda torch, x: x.topk(4), distinct((3, 4))),
    case("topk: none", lambda torch, x: x.topk(0), distinct((3, 4))),
    case("topk: 0-d", lambda torch, x: x.topk(1), ()),
    case("topk: too many", of("topk", 5), (3, 4), raises=True),
    case("topk: fewer than none", of("topk", -1), (3, 4), raises=True),
    case("topk: of booleans", of("topk", 1), booleans((3,)), raises=True, differs=NOT_IMPLEMENTED),
)

test_one_of_them = cases(
    *(
        case(f"{name}: {kind}, {args}", of(name, *args), x, second=True)
        for kind, x in {"distinct": distinct((5, 4)), "nan": WITH_NAN, "0-d": np.array(2.5)}.items()
        for name, args in (
            ("median", ()),
            ("median", (0,)),
            ("median", (-1, True)),
            ("nanmedian", ()),
            ("nanmedian", (0,)),
            ("kthvalue", (1,)),
            ("kthvalue", (1, 0, True)),
        )
    ),
    case("kthvalue: the last", of("kthvalue", 4), distinct((3, 4))),
    case("median: all share at ties", of("median"), np.array([1.0, 2, 2, 2, 3])),
    case("nanmedian: all nan", of("nanmedian"), np.array([nan, nan])),
    case("median: of integers", of("median", 0), exactly([[4, 1], [2, 9], [7, 3]])),
    case("median: of nothing", of("median"), (0,)),
    case("median: of an empty dim", of("median", 0), (0, 3), raises=True),
    case("kthvalue: k", of("kthvalue", 5), (3, 4), raises=True),
    case("kthvalue: k counts from 1", of("kthvalue", 0), (3, 4), raises=True),
    case(
        "median: of booleans",
        of("median"),
        booleans((3,)),
        raises=True,
        differs=NOT_IMPLEMENTED,
    ),
    case("mode", of("mode"), ties((5, 9)), second=True),
    case("mode: dim", of("mode", 0, True), ties((9, 5))),
    case("mode: the smallest of several", of("mode"), np.array([3.0, 1, 3, 1, 2])),
    case("mode: of integers", of("mode"), integers(3, (4, 9))),
    case("mode: of booleans", of("mode"), booleans((4, 9))),
    case("mode: 0-d", of("mode"), ()),
    case("mode: of an empty dim", of("mode", 0), (0, 3), raises=True),
)

test_results_print_as_pytorchs = cases(
    *(
        case(f"{name}: printed", text_of(name, args), x)
        for x in (exactly([[3.0, 1.0, 2.0], [1.0, 2.0, 2.0]], "float32"), distinct((2, 3)))
        for name, args in (
            ("max", (1,)),
            ("min", (0,)),
            ("sort", ()),
            ("topk", (2,)),
            ("median", (1,)),
            ("nanmedian", (1,)),
            ("mode", ()),
            ("kthvalue", (2,)),
            ("cummax", (1,)),
            ("cummin", (1,)),
            ("aminmax", ()),
            ("unique", (True, True, True)),
            ("var_mean", ()),
        )
    ),
)
