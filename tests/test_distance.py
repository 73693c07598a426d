"""Distances and similarities: the norms' special cases, vectors of length 0, what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .parity import case, cases, constant, exactly, integers
from .versions import NOT_IMPLEMENTED


def call(name: str, *settings: Any, **options: Any) -> Callable[..., Any]:
    return lambda torch, *x: getattr(torch.nn.functional, name)(*x, *settings, **options)


WITH_A_ZERO_ROW = np.array([[0.0, 0.0, 0.0], [1.0, -2.0, 2.0]])

test_distances = cases(
    *(
        case(f"pairwise_distance: p = {p}", call("pairwise_distance", p), (3, 4), (3, 4), second=s)
        for p, s in ((2.0, True), (1.0, True), (3.0, True), (0.0, False), (np.inf, True))
    ),
    case("pairwise_distance: equal", call("pairwise_distance", eps=0.0), *[np.ones((2, 3))] * 2),
    case("pairwise_distance: broadcast", call("pairwise_distance", keepdim=True), (3, 4), (4,)),
    case("pairwise_distance: vectors", call("pairwise_distance"), (4,), (4,)),
    case("pairwise_distance: 0-d", call("pairwise_distance"), (), ()),
    case("pairwise_distance: shapes", call("pairwise_distance"), (3, 4), (3,), raises=True),
    case("cosine_similarity: dim 0", call("cosine_similarity", 0), (3, 4), (3, 4), second=True),
    case("cosine_similarity: broadcast", call("cosine_similarity", -1), (2, 1, 4), (3, 4)),
    case("cosine_similarity: a row of 0", call("cosine_similarity"), WITH_A_ZERO_ROW, (2, 3)),
    case("cosine_similarity: short rows", call("cosine_similarity", eps=5.0), (2, 3), (2, 3)),
    case(
        "cosine_similarity: with integers", call("cosine_similarity"), (2, 3), integers(5, (2, 3))
    ),
    case(
        "cosine_similarity: types",
        call("cosine_similarity"),
        (1, 3),
        constant(exactly([[1.0, 2.0, 3.0]], "float64")),
    ),
    case(
        "cosine_similarity: integers",
        call("cosine_similarity"),
        integers(5, (2, 3)),
        integers(5, (2, 3)),
        raises=True,
    ),
    case(
        "cosine_similarity: no such dim", call("cosine_similarity", 2), (2, 3), (2, 3), raises=True
    ),
    case("cosine_similarity: shapes", call("cosine_similarity"), (2, 3), (2, 4), raises=True),
    *(
        case(f"normalize: p = {p}", call("normalize", p), (3, 4), second=True)
        for p in (1.0, 2.0, 3.0, np.inf)
    ),
    case("normalize: two dimensions", call("normalize", dim=(0, 1)), (3, 4), second=True),
    case("normalize: a row of 0", call("normalize"), WITH_A_ZERO_ROW),
    case(
        "normalize: integers",
        call("normalize"),
        integers(5, (2, 3)),
        raises=True,
        differs=NOT_IMPLEMENTED,
    ),
)
