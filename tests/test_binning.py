"""Which values there are, how often, and between which bounds: unique, bincount, searchsorted."""

from __future__ import annotations

import numpy as np

from .parity import booleans, case, cases, constant, exactly, integers, ties
from .versions import NOT_IMPLEMENTED

inf, nan = np.inf, np.nan
ROWS = np.array([[1.0, 2, 1], [0, 5, 5], [1, 2, 1], [0, 5, 4]])
EVERYTHING = {"return_inverse": True, "return_counts": True}
SORTED = np.array([1.0, 2, 2, 3])

test_unique = cases(
    *(
        case(
            f"{name}: {kind}, {dim}",
            lambda torch, x, name=name, dim=dim: getattr(torch, name)(x, **EVERYTHING, dim=dim),
            constant(x),
        )
        for name in ("unique", "unique_consecutive")
        for kind, x in {
            "rows": ROWS,
            "ties": ties((3, 4)),
            "integers": integers(3, (4, 3), dtype="uint8"),
            "booleans": booleans((3, 4)),
            "empty": (0, 3),
        }.items()
        for dim in (None, 0)
    ),
    case("unique: the columns", lambda torch, x: x.unique(dim=1), constant(ROWS)),
    *(
        case(f"unique: {kind}", lambda torch, x: x.unique(**EVERYTHING), constant(x))
        for kind, x in {
            "nan": np.array([nan, 1, nan]),
            "zeros": np.array([0.0, 1, -0.0]),
            "0-d": (),
        }.items()
    ),
    case("unique: 0-d, dim", lambda torch, x: x.unique(dim=0), constant(()), raises=True),
    case("unique: dim out of range", lambda torch, x: x.unique(dim=2), constant(ROWS), raises=True),
    case("unique: an empty row", lambda torch, x: x.unique(dim=1), constant((0, 3)), raises=True),
    *(
        case(f"unique: {kind} have no gradient", f, ROWS, raises=True)
        for kind, f in (
            ("the elements", lambda torch, x: x.unique().sum().backward()),
            ("the rows", lambda torch, x: x.unique(dim=0).sum().backward()),
            ("neighbours", lambda torch, x: x.unique_consecutive().sum().backward()),
        )
    ),
)

test_bincount = cases(
    case("bincount", lambda torch, x: torch.bincount(x), integers(6, (20,))),
    case("bincount: minlength", lambda torch, x: x.bincount(minlength=9), exactly([1, 3, 1])),
    case("bincount: of nothing", lambda torch, x: x.bincount(), exactly([], "int64")),
    *(
        case(
            f"bincount: {dtype} weights",
            lambda torch, x, w: torch.bincount(x, w),
            exactly([1, 3, 1]),
            constant(exactly([2, 3, 4], dtype)),
        )
        for dtype in ("float32", "float64", "int64")
    ),
    case("bincount: negative", lambda torch, x: x.bincount(), exactly([1, -1]), raises=True),
    case("bincount: two dims", lambda torch, x: x.bincount(), exactly([[1]]), raises=True),
    case(
        "bincount: minlength < 0", lambda torch, x: x.bincount(None, -1), exactly([1]), raises=True
    ),
    case(
        "bincount: no gradient of weights",
        lambda torch, x, w: torch.bincount(x, w).sum().backward(),
        exactly([1, 3, 1]),
        (3,),
        raises=True,
    ),
    case(
        "bincount: of floats",
        lambda torch, x: x.bincount(),
        constant((3,)),
        raises=True,
        differs=NOT_IMPLEMENTED,
    ),
)

test_histc = cases(
    case("histc", lambda torch, x: torch.histc(x, 5, -2, 2), constant((30,))),
    case("histc: of all", lambda torch, x: x.histc(4), constant((30,))),
    case("histc: the bounds", lambda torch, x: x.histc(3, 0, 3), constant(np.arange(-1.0, 5))),
    case("histc: all alike", lambda torch, x: x.histc(3), constant(np.ones(4))),
    case("histc: nan", lambda torch, x: x.histc(2, 0, 2), constant(np.array([nan, 0.5, inf]))),
    case("histc: inf", lambda torch, x: x.histc(2), constant(np.array([0.5, inf])), raises=True),
    case("histc: no bins", lambda torch, x: x.histc(0), constant((3,)), raises=True),
    case("histc: max < min", lambda torch, x: x.histc(3, 2, 1), constant((3,)), raises=True),
)

test_searchsorted = cases(
    *(
        case(
            f"searchsorted: {options}",
            lambda torch, a, v, options=options: torch.searchsorted(a, v, **options),
            constant(SORTED),
            constant(np.array([[0.0, 1, 2], [2.5, 3, nan]])),
        )
        for options in (
            {},
            {"right": True},
            {"side": "left"},
            {"side": "right"},
            {"out_int32": True},
        )
    ),
    case(
        "searchsorted: row by row",
        lambda torch, a, v: torch.searchsorted(a, v, right=True),
        constant(np.sort(np.arange(24.0).reshape(2, 3, 4) % 7)),
        constant(np.arange(12.0).reshape(2, 3, 2) % 7),
    ),
    case("searchsorted: a number", lambda torch, a: torch.searchsorted(a, 2), constant(SORTED)),
    case(
        "searchsorted: sorter",
        lambda torch, a, v: torch.searchsorted(a, v, sorter=a.argsort()),
        constant(np.array([3.0, 1, 2])),
        constant((4,)),
    ),
    case(
        "searchsorted: other rows",
        lambda torch, a, v: torch.searchsorted(a, v),
        constant((2, 3)),
        constant((3, 3)),
        raises=True,
    ),
    case(
        "searchsorted: side against right",
        lambda torch, a: torch.searchsorted(a, a, right=True, side="left"),
        constant(SORTED),
        raises=True,
    ),
    case(
        "bucketize", lambda torch, v, a: torch.bucketize(v, a), constant((3, 4)), constant(SORTED)
    ),
    case(
        "bucketize: a number", lambda torch, a: torch.bucketize(2, a, right=True), constant(SORTED)
    ),
    case(
        "bucketize: bounds in rows",
        lambda torch, a: torch.bucketize(a, a),
        constant((3, 4)),
        raises=True,
    ),
)
