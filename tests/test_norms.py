"""Norms of vectors and matrices, distances, and what a sample tells: quantile, cov, trapezoid."""

from __future__ import annotations

import numpy as np

from .parity import booleans, case, cases, constant, distinct, exactly, integers, positive, ties
from .versions import NOT_IMPLEMENTED, QUANTILES_SORT

inf, nan = np.inf, np.nan
ORDERS = (0, 0.5, 1, 1.5, 2, 3, inf, -inf)
MATRIX_ORDERS = ("fro", "nuc", 1, -1, 2, -2, inf, -inf)

test_vector_norms = cases(
    *(
        case(
            f"vector_norm: {order}, {dim}",
            lambda torch, x, order=order, dim=dim: torch.linalg.vector_norm(x, order, dim),
            distinct((3, 4)),
            second=True,
        )
        for order in ORDERS
        for dim in (None, 1)
    ),
    *(
        case(
            f"vector_norm: at 0, {order}",
            lambda torch, x, order=order: torch.linalg.vector_norm(x, order),
            np.zeros(3),
        )
        for order in ORDERS
    ),
    case("vector_norm: ties share", lambda torch, x: torch.linalg.vector_norm(x, inf), ties((9,))),
    case("vector_norm: nan", lambda torch, x: torch.linalg.vector_norm(x), np.array([nan, 1])),
    *(
        case(f"vector_norm: {name}", f, x, raises=True, differs=NOT_IMPLEMENTED)
        for name, x, f in (
            ("of nothing", (0, 3), lambda torch, x: torch.linalg.vector_norm(x, inf)),
            ("of an empty dim", (0, 3), lambda torch, x: torch.linalg.vector_norm(x, -1, 0)),
            ("of integers", integers(4, (3,)), lambda torch, x: torch.linalg.vector_norm(x)),
            ("narrowed", exactly([1.0]), lambda torch, x: torch.norm(x, dtype=torch.float32)),
        )
    ),
)

test_matrix_norms = cases(
    *(
        case(
            f"matrix_norm: {order}",
            lambda torch, x, order=order: torch.linalg.matrix_norm(x, order),
            distinct((3, 4)),
            second=True,
        )
        for order in MATRIX_ORDERS
    ),
    *(
        case(
            f"matrix_norm: a batch, {order}",
            lambda torch, x, order=order: torch.linalg.matrix_norm(x, order, (2, 0), keepdim=True),
            distinct((3, 2, 4)),
        )
        for order in MATRIX_ORDERS
    ),
    case("linalg.norm: of all", lambda torch, x: torch.linalg.norm(x), (2, 3, 4)),
    case("linalg.norm: of a matrix", lambda torch, x: torch.linalg.norm(x, 2), (3, 4)),
    case("linalg.norm: of a vector", lambda torch, x: torch.linalg.norm(x, 3), (4,)),
    case("linalg.norm: of nothing", lambda torch, x: torch.linalg.norm(x, 2), (0, 3)),
    case("svdvals", lambda torch, x: torch.linalg.svdvals(x), (2, 4, 3), second=True),
    *(
        case(f"norm: {name}", f, x, raises=True)
        for name, x, f in (
            ("an order that is none", (2, 3), lambda torch, x: torch.norm(x, "x")),
            ("of order 3", (2, 3), lambda torch, x: torch.linalg.matrix_norm(x, 3)),
            ("of a vector", (3,), lambda torch, x: torch.linalg.matrix_norm(x)),
            ("one dim twice", (2, 3), lambda torch, x: torch.linalg.matrix_norm(x, 1, (0, -2))),
            ("three dims", (2, 3, 4), lambda torch, x: torch.linalg.norm(x, 2)),
            ("nuc along one dim", (2, 3), lambda torch, x: torch.norm(x, "nuc", 0)),
        )
    ),
)

test_distances = cases(
    *(
        case(
            f"dist: {p}", lambda torch, x, y, p=p: torch.dist(x, y, p), (3, 4), (4,), second=p >= 1
        )
        for p in (1, 1.5, 2, 3, inf)
    ),
    case(
        "dist: 0 counts",
        lambda torch, x, y: x.dist(y, 0),
        constant(ties((9,))),
        constant(ties((9,))),
    ),
    case("dist: of equals", lambda torch, x: x.dist(x.detach()), (3,)),
    case(
        "dist: of integers",
        lambda torch, x: x.dist(x),
        integers(4, (3,)),
        raises=True,
        differs=NOT_IMPLEMENTED,
    ),
    case("renorm", lambda torch, x: x.renorm(2, 0, 1.5), distinct((3, 4)), second=True),
    case("renorm: 1, columns", lambda torch, x: torch.renorm(x, 1, 1, 2), distinct((3, 4))),
    case("renorm_", lambda torch, x: (x * 1).renorm_(2, 0, 1.0), distinct((3, 4))),
    case("renorm: p", lambda torch, x: x.renorm(-1, 0, 1), (3, 4), raises=True),
    case("renorm: maxnorm", lambda torch, x: x.renorm(2, 0, -1), (3, 4), raises=True),
    case("renorm: of a vector", lambda torch, x: x.renorm(2, 0, 1), (3,), raises=True),
)

test_differences = cases(
    *(case(f"diff: {n}", lambda torch, x, n=n: x.diff(n), (3, 4), second=True) for n in range(6)),
    case("diff: of booleans", lambda torch, x: x.diff(), booleans((3, 4))),
    case("diff: of nothing", lambda torch, x: x.diff(dim=0), (0, 3)),
    case("diff: joined", lambda torch, x, y: torch.diff(x, dim=0, append=y), (3, 4), (2, 4)),
    case("diff: 0-d", lambda torch, x: x.diff(), (), raises=True),
    case("diff: n", lambda torch, x: x.diff(-1), (3,), raises=True),
    case("diff: other sizes", lambda torch, x: x.diff(prepend=x[:1]), (3, 4), raises=True),
    case("diff: other dims", lambda torch, x: x.diff(prepend=x[0]), (3, 4), raises=True),
)

test_integrals = cases(
    *(
        case(f"{name}: {kind}", lambda torch, y, x, n=name: getattr(torch, n)(y, x), (3, 4), x)
        for name in ("trapezoid", "cumulative_trapezoid")
        for kind, x in {
            "points": (4,),
            "for each row": (3, 4),
            "0-d": exactly([2, 3, 5, 7]),
        }.items()
    ),
    case("trapezoid: dx", lambda torch, y: torch.trapezoid(y, dx=2, dim=0), (3, 4)),
    case("trapz", lambda torch, y: torch.trapz(y), (3, 4), second=True),
    case("trapezoid: of integers", lambda torch, y: torch.trapezoid(y), integers(9, (3, 4))),
    case("trapezoid: of nothing", lambda torch, y: torch.trapezoid(y, dim=0), (0, 3)),
    *(
        case(f"trapezoid: {name}", f, x, raises=True, differs=NOT_IMPLEMENTED)
        for name, x, f in (
            ("of booleans", booleans((3,)), lambda torch, y: torch.trapezoid(y)),
            ("other points", (3, 4), lambda torch, y: torch.trapezoid(y, y[0, :2])),
            ("0-d", (), lambda torch, y: torch.trapezoid(y)),
            ("running, 0-d", (), lambda torch, y: torch.cumulative_trapezoid(y)),
        )
    ),
)

test_quantiles = cases(
    *(
        case(
            f"quantile: {how}, {dim}",
            lambda torch, x, q, how=how, dim=dim: torch.quantile(x, q, dim, interpolation=how),
            distinct((3, 5)),
            np.array([0.1, 0.5, 1.0]),
            graph=not QUANTILES_SORT.applies,
        )
        for how in ("linear", "lower", "higher", "midpoint", "nearest")
        for dim in (None, 0, 1)
    ),
    *(
        case(f"quantile: {name}", f, x, second=True, graph=not QUANTILES_SORT.applies)
        for name, x, f in (
            ("a number", distinct((40,)), lambda torch, x: x.quantile(0.3)),
            ("nan", np.array([[1, nan, 2], [3, 1, 2]]), lambda torch, x: x.quantile(0.5, 1)),
            ("not nan", np.array([[1, nan, 2], [nan] * 3]), lambda torch, x: x.nanquantile(0.5, 1)),
        )
    ),
    *(
        case(f"quantile: {name}", f, x, raises=True)
        for name, x, f in (
            ("of integers", integers(4, (3,)), lambda torch, x: x.quantile(0.5)),
            ("of nothing", (0,), lambda torch, x: x.quantile(0.5)),
            ("q out of range", (3,), lambda torch, x: x.quantile(1.5)),
            ("a q out of range", (3,), lambda torch, x: x.quantile(x.new_tensor([0.5, 2]))),
            ("a matrix of q", (3,), lambda torch, x: x.quantile(x.new_tensor([[0.5]]))),
            ("interpolation", (3,), lambda torch, x: x.quantile(0.5, interpolation="cubic")),
        )
    ),
)

test_covariances = cases(
    case("cov", lambda torch, x: x.cov(), (3, 5), second=True),
    case("cov: of one variable", lambda torch, x: x.cov(correction=0), (5,)),
    case(
        "cov: weighted",
        lambda torch, x, f, a: torch.cov(x, fweights=f, aweights=a),
        (3, 5),
        integers(4, (5,), low=1),
        positive((5,)),
        second=True,
    ),
    case("cov: of integers", lambda torch, x: x.cov(), integers(9, (2, 5))),
    case("corrcoef", lambda torch, x: x.corrcoef(), (3, 5), second=True),
    case("corrcoef: of one variable", lambda torch, x: torch.corrcoef(x), constant((5,))),
    *(
        case(f"cov: {name}", f, x, raises=True, differs=NOT_IMPLEMENTED)
        for name, x, f in (
            ("of three dims", (2, 3, 4), lambda torch, x: x.cov()),
            ("of booleans", booleans((2, 3)), lambda torch, x: x.cov()),
            ("fweights", (2, 3), lambda torch, x: x.cov(fweights=x[0])),
            ("as many aweights", (2, 3), lambda torch, x: x.cov(aweights=x[0, :2])),
            ("negative aweights", (2, 3), lambda torch, x: x.cov(aweights=-(x[0] ** 2))),
            ("aweights of nothing", (2, 3), lambda torch, x: x.cov(aweights=x[0] * 0)),
        )
    ),
)
