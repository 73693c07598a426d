"""Equations in matrices: what op_db does not ask of solve, det, cholesky and pinv."""

from __future__ import annotations

from typing import Any

import numpy as np

from .parity import case, cases, constant, exactly
from .versions import NOT_IMPLEMENTED

SINGULAR = np.array([[1.0, 2.0], [2.0, 4.0]])
LOPSIDED = np.array([[1.0, 0.0], [0.0, -1.0]])
POSITIVE = np.array([[4.0, 1.0], [1.0, 3.0]])


def regression(torch: Any, x: Any, y: Any) -> Any:
    """The normal equations, solved in four ways."""
    a, b = x.T @ x, x.T @ y
    return (
        torch.linalg.solve(a, b),
        torch.linalg.inv(a) @ b,
        torch.linalg.pinv(x) @ y,
        torch.linalg.solve(a, b.unsqueeze(1)).squeeze(1),
    )


test_solving = cases(
    case("solve: a regression", regression, (6, 2), (6,), second=True),
    case("cholesky", lambda torch, x: torch.linalg.cholesky(x), POSITIVE, second=True),
    case("det: of a singular matrix", lambda torch, x: torch.det(x), SINGULAR),
    case("slogdet", lambda torch, x: torch.slogdet(x), (3, 3), second=True),
    case("slogdet: printed", lambda torch, x: repr(torch.slogdet(x)), constant(POSITIVE)),
    case("pinverse", lambda torch, x: torch.pinverse(x), (4, 2), second=True),
    case("logdet: of a negative determinant", lambda torch, x: torch.logdet(x), LOPSIDED),
    case(
        "solve: a singular matrix",
        lambda torch, x: torch.linalg.solve(x, torch.ones(2, dtype=x.dtype)),
        SINGULAR,
        raises=True,
    ),
    case(
        "solve: a singular matrix of a batch",
        lambda torch, x, y: torch.linalg.solve(torch.stack([x, y]), x),
        POSITIVE,
        SINGULAR,
        raises=True,
    ),
    case("solve: no square", lambda torch, x: torch.linalg.solve(x, x), (2, 3), raises=True),
    case(
        "solve: two types",
        lambda torch, x, y: torch.linalg.solve(x, y),
        exactly(POSITIVE, "float64"),
        exactly(POSITIVE, "float32"),
        raises=True,
    ),
    case(
        "cholesky: not positive", lambda torch, x: torch.linalg.cholesky(x), LOPSIDED, raises=True
    ),
    case("inverse: singular", lambda torch, x: torch.inverse(x), SINGULAR, raises=True),
    case(
        "det: integers",
        lambda torch, x: torch.det(x),
        exactly([[1, 2], [3, 4]]),
        raises=True,
        differs=NOT_IMPLEMENTED,
    ),
)
