"""Products: mm, bmm, matmul of every pair of ranks, mv, dot, outer, addmm, linear."""

from __future__ import annotations

from typing import Any

from .parity import (
    Case,
    Input,
    case,
    cases,
    constant,
    exactly,
    integers,
    parity,
    strided,
    transposed,
)
from .versions import LINEAR_3D, named, worded


def linear(torch: Any, x: Any, w: Any, b: Any = None) -> Any:
    return torch.nn.functional.linear(x, w, b)


SHAPES = {
    "1-D by 1-D": ((3,), (3,)),
    "1-D by 2-D": ((3,), (3, 4)),
    "2-D by 1-D": ((2, 3), (3,)),
    "2-D by 2-D": ((2, 3), (3, 4)),
    "3-D by 1-D": ((5, 2, 3), (3,)),
    "1-D by 3-D": ((3,), (5, 3, 4)),
    "3-D by 2-D": ((5, 2, 3), (3, 4)),
    "2-D by 3-D": ((2, 3), (5, 3, 4)),
    "3-D by 3-D": ((5, 2, 3), (5, 3, 4)),
    "3-D by a batch of one": ((5, 2, 3), (1, 3, 4)),
    "a batch of one by 3-D": ((1, 2, 3), (5, 3, 4)),
    "4-D by 1-D": ((2, 5, 2, 3), (3,)),
    "1-D by 4-D": ((3,), (2, 5, 3, 4)),
    "4-D by 2-D": ((2, 5, 2, 3), (3, 4)),
    "2-D by 4-D": ((2, 3), (2, 5, 3, 4)),
    "4-D by 3-D": ((2, 5, 2, 3), (5, 3, 4)),
    "4-D by 4-D, crosswise": ((2, 1, 2, 3), (1, 5, 3, 4)),
    "no rows": ((0, 3), (3, 4)),
    "no inner": ((2, 0), (0, 4)),
    "no columns": ((2, 3), (3, 0)),
    "no batch": ((0, 2, 3), (0, 3, 4)),
    "one by one": ((1, 1), (1, 1)),
}


def products(kind: str, x: Input, y: Input) -> list[Case]:
    return [case(f"matmul: {kind}", lambda torch, x, y: x @ y, x, y, second=True)]


test_matmul = cases(
    *(c for kind, (x, y) in SHAPES.items() for c in products(kind, x, y)),
    *(
        c
        for kind, (x, y) in SHAPES.items()
        if 0 not in (*x, *y)
        for c in products(f"{kind}, transposed", transposed(x), transposed(y))
    ),
    *products("strided", strided((2, 3)), strided((3, 4))),
    *products("a constant", (2, 3), constant((3, 4))),
    *products("from a constant", constant((2, 3)), (3, 4)),
    case("matmul: x @ x", lambda torch, x: x @ x, (3, 3), second=True),
    case("matmul: x @ x.T", lambda torch, x: x @ x.T, (2, 3), second=True),
    case("matmul: an expanded one", lambda torch, x, y: x.expand(5, 2, 3) @ y, (2, 3), (5, 3, 4)),
    case("matmul: named", lambda torch, x, y: torch.matmul(x, y), (2, 3), (3, 4)),
    case("matmul: method", lambda torch, x, y: x.matmul(y), (2, 3), (3, 4)),
    case("matmul: integers", lambda torch, x, y: x @ y, integers(9, (2, 3)), integers(9, (3, 4))),
    case("matmul: int32", lambda torch, x: x @ x, integers(9, (3, 3), dtype="int32")),
)

test_products = cases(
    case("mm", lambda torch, x, y: x.mm(y), (2, 3), (3, 4), second=True),
    case("mm: named", lambda torch, x, y: torch.mm(x, y), (2, 3), (3, 4)),
    case("mm: transposed", lambda torch, x, y: x.mm(y), transposed((2, 3)), transposed((3, 4))),
    case("bmm", lambda torch, x, y: x.bmm(y), (5, 2, 3), (5, 3, 4), second=True),
    case("bmm: named", lambda torch, x, y: torch.bmm(x, y), (5, 2, 3), (5, 3, 4)),
    case(
        "bmm: transposed", lambda torch, x, y: x.bmm(y), transposed((5, 2, 3)), strided((5, 3, 4))
    ),
    case("mv", lambda torch, x, y: x.mv(y), (2, 3), (3,), second=True),
    case("mv: named", lambda torch, x, y: torch.mv(x, y), (2, 3), (3,)),
    case("dot", lambda torch, x, y: x.dot(y), (3,), (3,), second=True),
    case("dot: named", lambda torch, x, y: torch.dot(x, y), (3,), (3,)),
    case("dot: nothing", lambda torch, x, y: x.dot(y), (0,), (0,)),
    case("outer", lambda torch, x, y: x.outer(y), (3,), (4,), second=True),
    case("outer: named", lambda torch, x, y: torch.outer(x, y), (3,), (4,)),
    case("addmm", lambda torch, b, x, y: torch.addmm(b, x, y), (2, 4), (2, 3), (3, 4), second=True),
    case(
        "addmm: a row",
        lambda torch, b, x, y: torch.addmm(b, x, y),
        (4,),
        (2, 3),
        (3, 4),
        second=True,
    ),
    case("addmm: 0-d", lambda torch, b, x, y: torch.addmm(b, x, y), (), (2, 3), (3, 4)),
    case(
        "addmm: beta and alpha",
        lambda torch, b, x, y: torch.addmm(b, x, y, beta=0.5, alpha=2.0),
        (4,),
        (2, 3),
        (3, 4),
        second=True,
    ),
    case("addmm: method", lambda torch, b, x, y: b.addmm(x, y), (2, 4), (2, 3), (3, 4)),
)

test_linear = cases(
    case("linear: 1-D", linear, (3,), (4, 3), (4,), second=True, differs=LINEAR_3D),
    case("linear: 2-D", linear, (2, 3), (4, 3), (4,), second=True),
    case("linear: 3-D", linear, (5, 2, 3), (4, 3), (4,), second=True, differs=LINEAR_3D),
    case("linear: 4-D", linear, (2, 5, 2, 3), (4, 3), (4,), differs=LINEAR_3D),
    case("linear: 3-D, transposed", linear, transposed((5, 2, 3)), (4, 3), (4,)),
    case("linear: 1-D, no bias", linear, (3,), (4, 3), second=True),
    case("linear: 2-D, no bias", linear, (2, 3), (4, 3), second=True),
    case("linear: 3-D, no bias", linear, (5, 2, 3), (4, 3), second=True),
    case("linear: 3-D, transposed, no bias", linear, transposed((5, 2, 3)), (4, 3)),
    case("linear: transposed", linear, transposed((2, 3)), transposed((4, 3)), (4,)),
    case("linear: data needs no gradient", linear, constant((2, 3)), (4, 3), (4,)),
    case("linear: no rows", linear, (0, 3), (4, 3), (4,)),
    case("linear: no columns", linear, (2, 0), (4, 0), (4,)),
)

test_errors = cases(
    case(
        "matmul: 2-D", lambda torch, x, y: x @ y, (2, 3), (4, 5), raises=True, differs=named("mm")
    ),
    case("mm: 2-D", lambda torch, x, y: x.mm(y), (2, 3), (4, 5), raises=True, differs=named("mm")),
    case(
        "matmul: 1-D by 2-D",
        lambda torch, x, y: x @ y,
        (3,),
        (4, 5),
        raises=True,
        differs=named("mm"),
    ),
    case(
        "matmul: 3-D by 2-D",
        lambda torch, x, y: x @ y,
        (2, 2, 3),
        (4, 5),
        raises=True,
        differs=named("mm"),
    ),
    case("matmul: 2-D by 1-D", lambda torch, x, y: x @ y, (2, 3), (4,), raises=True),
    case("matmul: 1-D by 1-D", lambda torch, x, y: x @ y, (3,), (4,), raises=True),
    case("matmul: 3-D by 1-D", lambda torch, x, y: x @ y, (2, 2, 3), (4,), raises=True),
    case("matmul: 3-D by 3-D", lambda torch, x, y: x @ y, (2, 2, 3), (2, 4, 5), raises=True),
    case("matmul: batches", lambda torch, x, y: x @ y, (5, 2, 3), (4, 3, 2), raises=True),
    case("matmul: 0-d", lambda torch, x, y: x @ y, (), (3,), raises=True),
    case("matmul: 0-d second", lambda torch, x, y: x @ y, (3,), (), raises=True),
    case("dot: sizes", lambda torch, x, y: x.dot(y), (3,), (4,), raises=True),
    case("dot: 2-D", lambda torch, x, y: x.dot(y), (2, 3), (3,), raises=True),
    case("mv: sizes", lambda torch, x, y: x.mv(y), (2, 3), (4,), raises=True),
    case("mv: 2-D", lambda torch, x, y: x.mv(y), (2, 3), (3, 1), raises=True),
    case("bmm: sizes", lambda torch, x, y: x.bmm(y), (2, 2, 3), (2, 4, 5), raises=True),
    case("bmm: 2-D", lambda torch, x, y: x.bmm(y), (2, 3), (3, 4), raises=True),
    case("outer: 2-D", lambda torch, x, y: torch.outer(x, y), (2, 2), (2,), raises=True),
    case(
        "mm: 1-D",
        lambda torch, x, y: x.mm(y),
        (2, 3),
        (3,),
        raises=True,
        differs=worded(
            "mm: mat2 must be a matrix, got 1-D tensor", since=(2, 15), kind=RuntimeError
        ),
    ),
    case(
        "addmm: sizes",
        lambda torch, b, x, y: torch.addmm(b, x, y),
        (2,),
        (2, 3),
        (4, 5),
        raises=True,
        differs=named("addmm"),
    ),
    case("linear: sizes", linear, (2, 3), (4, 5), (4,), raises=True, differs=named("addmm")),
    case("linear: sizes, 1-D", linear, (3,), (4, 5), (4,), raises=True, differs=named("addmm")),
    case(
        "linear: sizes, 3-D", linear, (2, 2, 3), (4, 5), (4,), raises=True, differs=named("addmm")
    ),
    case("linear: sizes, no bias", linear, (2, 3), (4, 5), raises=True, differs=named("mm")),
    case("linear: bias", linear, (2, 3), (4, 3), (5,), raises=True),
    case("matmul: types", lambda torch, x, y: x @ y.to(torch.float16), (2, 3), (3, 4), raises=True),
    case(
        "bmm: types",
        lambda torch, x, y: x.bmm(y.to(torch.float16)),
        (2, 2, 3),
        (2, 3, 4),
        raises=True,
    ),
    case("dot: types", lambda torch, x, y: x.dot(y.to(torch.float16)), (3,), (3,), raises=True),
    case(
        "mv: types",
        lambda torch, x, y: x.mv(y.to(torch.float16)),
        (2, 3),
        (3,),
        raises=True,
        message=False,
    ),
    case(
        "matmul: integers and floats",
        lambda torch, x, y: x @ y,
        integers(9, (2, 3)),
        (3, 4),
        raises=True,
    ),
    case(
        "linear: types",
        lambda torch, x, w, b: torch.nn.functional.linear(x.to(torch.float16), w, b),
        (2, 3),
        (4, 3),
        (4,),
        raises=True,
    ),
    case(
        "linear: types, no bias",
        lambda torch, x, w: torch.nn.functional.linear(x.to(torch.float16), w),
        (2, 3),
        (4, 3),
        raises=True,
    ),
)


def test_a_product_of_large_matrices_keeps_to_the_tolerance() -> None:
    parity(lambda torch, x, y: x @ y, (64, 500), (500, 32))
    parity(lambda torch, x: x @ x, exactly([[1e30, 1.0], [1.0, 1e-30]], "float64"))
