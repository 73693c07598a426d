"""Products: matmul of every pair of ranks, linear, sums with products, einsum, inverse, cdist.

Most inputs come from op_db (test_op_db.py); here are the kinks, the likely mistakes, and matmul and
linear in full, since every network is made of them.
"""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np

from .parity import (
    Case,
    Input,
    booleans,
    case,
    cases,
    constant,
    exactly,
    integers,
    parity,
    strided,
    ties,
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

test_sums_with_products = cases(
    case("addmv", lambda torch, c, a, v: torch.addmv(c, a, v), (), (2, 3), (3,), second=True),
    case(
        "addmv: integers",
        lambda torch, c, a, v: torch.addmv(c, a, v, beta=0.5, alpha=2.7),
        integers(9, (2,)),
        integers(9, (2, 3)),
        integers(9, (3,)),
    ),
    case(
        "addr",
        lambda torch, c, a, b: torch.addr(c, a, b, beta=2, alpha=3),
        (3,),
        (2,),
        (3,),
        second=True,
    ),
    case(
        "addr: types promote",
        lambda torch, c, a, b: torch.addr(c, a, b),
        integers(9, (2, 3)),
        constant((2,)),
        constant(exactly([1.5, 2, 3], "float64")),
    ),
    case(
        "addr: booleans",
        lambda torch, c, a, b: torch.addr(c, a, b, alpha=2),
        booleans((2, 3)),
        booleans((2,)),
        booleans((3,)),
    ),
    case(
        "baddbmm",
        lambda torch, c, a, b: torch.baddbmm(c, a, b, beta=2, alpha=3),
        (4,),
        (5, 2, 3),
        (5, 3, 4),
        second=True,
    ),
    case(
        "addbmm",
        lambda torch, c, a, b: torch.addbmm(c, a, b, beta=2, alpha=3),
        (4,),
        (5, 2, 3),
        (5, 3, 4),
        second=True,
    ),
    case(
        "addbmm: in place",
        lambda torch, c, a, b: c.clone().addbmm_(a, b, alpha=3),
        (2, 4),
        (5, 2, 3),
        (5, 3, 4),
        second=True,
    ),
    *(
        case(
            f"{name}: beta of 0 does not read the sum",
            lambda torch, *given, name=name: getattr(torch, name)(*given, beta=0),
            np.full(shape, np.nan),
            *factors,
        )
        for name, shape, factors in (
            ("addmm", (2, 4), ((2, 3), (3, 4))),
            ("addmv", (2,), ((2, 3), (3,))),
            ("addr", (2, 3), ((2,), (3,))),
            ("baddbmm", (5, 2, 4), ((5, 2, 3), (5, 3, 4))),
            ("addbmm", (2, 4), ((5, 2, 3), (5, 3, 4))),
        )
    ),
)


def einsum(equation: str, *shapes: Input) -> Case:
    return case(
        f"einsum: {equation}",
        lambda torch, *given: torch.einsum(equation, *given),
        *shapes,
        second=True,
    )


test_einsum = cases(
    einsum("ij,jk", (2, 3), (3, 4)),
    einsum("ij,jk->ki", (2, 3), (3, 4)),
    einsum("ij,kj->ki", (2, 3), (4, 3)),
    einsum("ij->ji", (2, 3)),
    einsum("ba", (2, 3)),
    einsum("ii", (3, 3)),
    einsum("ii->i", (3, 3)),
    einsum("aab,bc->ca", (3, 3, 2), (2, 4)),
    einsum("i,j", (2,), (3,)),
    einsum("i,i->", (3,), (3,)),
    einsum("ij,ij->j", (2, 3), (2, 3)),
    einsum(" i j , j -> i ", (2, 3), (3,)),
    einsum("bhqd,bhkd->bhqk", (2, 3, 4, 5), (2, 3, 6, 5)),
    einsum("...ij,...jk", (5, 2, 3), (3, 4)),
    einsum("...ij,jk...->i...k", (5, 2, 3), (3, 4, 5)),
    einsum("a...,...a->...", (2, 1, 3), (4, 3, 2)),
    einsum("i...->i", (2, 3, 4)),
    einsum("ij,ij", (2, 1), (2, 3)),
    einsum("bn,anm,bm->ba", (2, 5), (3, 5, 4), (2, 4)),
    einsum("Aa,aB,Bb->Ab", (2, 3), (3, 4), (4, 2)),
    einsum(",i->i", (), (3,)),
    einsum("ij,jk", (0, 3), (3, 0)),
    case(
        "einsum: numbers for letters",
        lambda torch, x, y: torch.einsum(x, [..., 0, 1], y, [1, 27], [27, ..., 0]),
        (5, 2, 3),
        (3, 4),
        second=True,
    ),
    case(
        "einsum: operands in a list", lambda torch, x, y: torch.einsum("ij,j", [x, y]), (2, 3), (3,)
    ),
)

test_tensordot = cases(
    case("tensordot", lambda torch, x, y: torch.tensordot(x, y), (5, 2, 3), (2, 3, 4)),
    case("tensordot: one dimension", lambda torch, x, y: torch.tensordot(x, y, 1), (2, 3), (3,)),
    case("tensordot: none", lambda torch, x, y: torch.tensordot(x, y, 0), (2, 3), (4,)),
    case(
        "tensordot: lists",
        lambda torch, x, y: torch.tensordot(x, y, ([1, -1], [2, 0])),
        (2, 3, 4),
        (4, 5, 3),
        second=True,
    ),
    case("tensordot: all", lambda torch, x, y: torch.tensordot(x, y, 2), (2, 3), (2, 3)),
    case(
        "tensordot: all, crosswise",
        lambda torch, x, y: torch.tensordot(x, y, ([0, 1], [1, 0])),
        (2, 3),
        (3, 2),
    ),
    case(
        "tensordot: a size of 1",
        lambda torch, x, y: torch.tensordot(x, y, ([1, 2], [2, 0])),
        (2, 1, 4),
        (4, 5, 3),
    ),
    case("inner: 0-d", lambda torch, x, y: torch.inner(x, y), (), (2, 3)),
    case("inner: 3-D by 2-D", lambda torch, x, y: torch.inner(x, y), (5, 2, 3), (4, 3)),
)

test_other_products = cases(
    case(
        "chain_matmul",
        lambda torch, *x: torch.chain_matmul(*x),
        (3, 2),
        (2, 4),
        (4, 5),
        (5, 2),
        second=True,
    ),
    case("chain_matmul: one", lambda torch, x: torch.chain_matmul(x), (3, 2)),
    case(
        "linalg.multi_dot: a tie of three",
        lambda torch, *x: torch.linalg.multi_dot(x),
        (2, 2),
        (2, 2),
        (2, 2),
    ),
    case(
        "linalg.multi_dot: a tie of four",
        lambda torch, *x: torch.linalg.multi_dot(x),
        (2, 2),
        (2, 2),
        (2, 2),
        (2, 2),
    ),
    *(
        case(
            f"matrix_power: {n}",
            lambda torch, x, n=n: torch.matrix_power(x, n),
            (3, 3),
            second=True,
        )
        for n in (0, 1, 2, 3, 4, 7, -1, -3)
    ),
    case("inverse", lambda torch, x: x.inverse(), (2, 3, 3), second=True),
    case("kron: ranks differ", lambda torch, x, y: torch.kron(x, y), (2,), (3, 1, 2), second=True),
    case("cross", lambda torch, x, y: torch.cross(x, y, dim=0), (3, 1), (3, 4), second=True),
    case("cross: the first of size 3", lambda torch, x, y: torch.cross(x, y), (2, 3), (2, 3)),
    case("rmatmul", lambda torch, x, y: x.__rmatmul__(y), (3, 4), (2, 3)),
    *(
        case(
            f"cdist: equal rows, p = {p}",
            lambda torch, x, y, p=p: torch.cdist(x, y, p),
            ties((4, 2)),
            ties((3, 2)),
        )
        for p in (0, 0.5, 1, 1.5, 2, 3, inf)
    ),
    case("cdist: by a product", lambda torch, x: torch.cdist(x, x[:3]), (30, 2)),
    case("cdist: nothing", lambda torch, x, y: torch.cdist(x, y), (0, 2), (3, 2)),
)

test_errors_of_einsum = cases(
    *(
        case(
            f"einsum: {equation}",
            lambda torch, *x, e=equation: torch.einsum(e, *x),
            *shapes,
            raises=True,
        )
        for equation, *shapes in (
            ("ij,jk", (2, 3), (4, 5)),
            ("ij,jk", (2, 3)),
            ("ij", (2, 3), (3, 4)),
            ("ijk", (2, 3)),
            ("i", (2, 3)),
            ("...ijk", (2, 3)),
            ("ii", (2, 3)),
            ("ij->ik", (2, 3)),
            ("ij->ii", (2, 3)),
            ("i1", (2, 3)),
            ("ij->i1", (2, 3)),
            ("i.j", (2, 3)),
            ("...i...", (2, 3)),
            ("ij->i.", (2, 3)),
            ("i...->......", (2, 3)),
            ("a...,b...", (2, 3), (2, 4)),
        )
    ),
    case(
        "einsum: a number too large", lambda torch, x: torch.einsum(x, [0, 52]), (2, 3), raises=True
    ),
    case("einsum: nothing", lambda torch: torch.einsum("ij"), raises=True),
)

test_errors_of_products = cases(
    case(
        "tensordot: sizes", lambda torch, x, y: torch.tensordot(x, y), (2, 3), (2, 4), raises=True
    ),
    case(
        "tensordot: dims", lambda torch, x, y: torch.tensordot(x, y, 3), (2, 3), (2, 3), raises=True
    ),
    case(
        "tensordot: no dims",
        lambda torch, x, y: torch.tensordot(x, y, 0.5),
        (2, 3),
        (2, 3),
        raises=True,
    ),
    case(
        "tensordot: lists",
        lambda torch, x, y: torch.tensordot(x, y, ([0], [0, 1])),
        (2, 3),
        (2, 3),
        raises=True,
    ),
    case("inner: sizes", lambda torch, x, y: torch.inner(x, y), (2, 3), (4, 5), raises=True),
    case(
        "addmv: sizes", lambda torch, c, a, v: torch.addmv(c, a, v), (3,), (2, 3), (3,), raises=True
    ),
    case(
        "addr: 2-D", lambda torch, c, a, b: torch.addr(c, a, b), (2, 3), (2, 1), (3,), raises=True
    ),
    case(
        "addr: a float for integers",
        lambda torch, c: torch.addr(c, c[0], c[0], beta=0.5),
        integers(9, (2, 2)),
        raises=True,
    ),
    case(
        "baddbmm: 2-D",
        lambda torch, c, a, b: torch.baddbmm(c, a, b),
        (4,),
        (2, 3),
        (5, 3, 4),
        raises=True,
    ),
    case(
        "addbmm: batches",
        lambda torch, c, a, b: torch.addbmm(c, a, b),
        (4,),
        (5, 2, 3),
        (2, 3, 4),
        raises=True,
    ),
    case(
        "linalg.multi_dot: sizes",
        lambda torch, *x: torch.linalg.multi_dot(x),
        (2, 3),
        (4, 5),
        raises=True,
    ),
    case("chain_matmul: nothing", lambda torch: torch.chain_matmul(), raises=True),
    case("chain_matmul: 1-D", lambda torch, *x: torch.chain_matmul(*x), (2, 3), (3,), raises=True),
    case("matrix_power: not square", lambda torch, x: x.matrix_power(2), (2, 3), raises=True),
    case(
        "inverse: singular",
        lambda torch, x: torch.inverse(x),
        np.array([[1.0, 2, 3], [2, 4, 6], [1, 0, 1]]),
        raises=True,
    ),
    case(
        "inverse: one of two singular",
        lambda torch, x: torch.linalg.inv(x),
        np.array([[[1.0, 2], [3, 4]], [[1, 2], [2, 4]]]),
        raises=True,
    ),
    case("cross: sizes", lambda torch, x, y: torch.cross(x, y, dim=0), (3, 2), (4, 2), raises=True),
    case("cross: no 3", lambda torch, x, y: torch.cross(x, y), (2, 4), (2, 4), raises=True),
    case("cdist: columns", lambda torch, x, y: torch.cdist(x, y), (3, 2), (3, 3), raises=True),
    case("cdist: p", lambda torch, x: torch.cdist(x, x, -1), (3, 2), raises=True),
    case("cdist: mode", lambda torch, x: torch.cdist(x, x, 2, "fast"), (3, 2), raises=True),
    case("mm: booleans", lambda torch, x: x @ x, booleans((2, 2)), raises=True),
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
