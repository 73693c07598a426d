"""Max and average pooling: every option, ties, padding, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .parity import case, cases, distinct, integers, strided, ties, transposed

inf, nan = np.inf, np.nan


def max_pool2d(*arguments: Any, **options: Any) -> Callable[..., Any]:
    return lambda torch, x: torch.nn.functional.max_pool2d(x, *arguments, **options)


def avg_pool2d(*arguments: Any, **options: Any) -> Callable[..., Any]:
    return lambda torch, x: torch.nn.functional.avg_pool2d(x, *arguments, **options)


X = (2, 3, 7, 6)

test_max_pool2d = cases(
    case("max_pool2d", max_pool2d(2), distinct(X), second=True),
    case("max_pool2d: a rectangle", max_pool2d((3, 2)), distinct(X), second=True),
    case("max_pool2d: overlapping", max_pool2d(3, 1), distinct(X), second=True),
    case("max_pool2d: strides", max_pool2d(2, (1, 3)), distinct(X), second=True),
    case("max_pool2d: a stride beyond the window", max_pool2d(2, stride=3), distinct(X)),
    case("max_pool2d: padding", max_pool2d(3, 2, 1), distinct(X), second=True),
    case("max_pool2d: paddings", max_pool2d((2, 3), padding=(0, 1)), distinct(X), second=True),
    case("max_pool2d: dilation", max_pool2d(2, 1, dilation=2), distinct(X), second=True),
    case("max_pool2d: ceil_mode", max_pool2d(2, ceil_mode=True), distinct(X), second=True),
    case("max_pool2d: ceil_mode, padded", max_pool2d(3, 2, 1, ceil_mode=True), distinct(X)),
    case(
        "max_pool2d: ceil_mode drops a window",
        max_pool2d(2, 3, 1, ceil_mode=True),
        distinct((1, 1, 4, 4)),
    ),
    case("max_pool2d: indices", max_pool2d(2, return_indices=True), distinct(X), second=True),
    case("max_pool2d: indices, padded", max_pool2d(3, 2, 1, return_indices=True), distinct(X)),
    case("max_pool2d: unbatched", max_pool2d(2), distinct((3, 5, 4)), second=True),
    case("max_pool2d: no images", max_pool2d(2), (0, 3, 4, 4)),
    case("max_pool2d: the whole image", max_pool2d((7, 6)), distinct(X)),
    case("max_pool2d: 1x1", max_pool2d(1), distinct(X)),
    case("max_pool2d: transposed memory", max_pool2d(2), transposed(distinct(X)), second=True),
    case("max_pool2d: strided memory", max_pool2d(2), strided(distinct(X))),
    case("max_pool2d: ties go to the first", max_pool2d(2), ties(X)),
    case("max_pool2d: ties, overlapping", max_pool2d(3, 1, return_indices=True), ties(X)),
    case(
        "max_pool2d: all -inf, padded",
        max_pool2d(2, 2, 1, return_indices=True),
        np.full((1, 1, 4, 4), -inf),
    ),
    case(
        "max_pool2d: nan wins",
        max_pool2d(2),
        np.array([[[1.0, nan, 3.0, inf], [2.0, 0.0, -inf, nan]]]),
    ),
    case("max_pool2d: of integers", max_pool2d(2), integers(9, (1, 1, 4, 4))),
    case("max_pool2d: named", lambda torch, x: torch.max_pool2d(x, 2), distinct(X)),
    case(
        "max_pool2d: twice",
        lambda torch, x: max_pool2d(2)(torch, max_pool2d(2)(torch, x)),
        distinct((1, 2, 8, 8)),
        second=True,
    ),
    case("max_pool2d: a stride of None", max_pool2d(2, None), distinct(X)),
)

test_avg_pool2d = cases(
    case("avg_pool2d", avg_pool2d(2), X, second=True),
    case("avg_pool2d: a rectangle", avg_pool2d((3, 2)), X, second=True),
    case("avg_pool2d: overlapping", avg_pool2d(3, 1), X, second=True),
    case("avg_pool2d: strides", avg_pool2d(2, (1, 3)), X),
    case("avg_pool2d: padding counts", avg_pool2d(3, 2, 1), X, second=True),
    case(
        "avg_pool2d: padding does not", avg_pool2d(3, 2, 1, count_include_pad=False), X, second=True
    ),
    case("avg_pool2d: divisor", avg_pool2d(2, divisor_override=3), X, second=True),
    case("avg_pool2d: ceil_mode", avg_pool2d(2, ceil_mode=True), X, second=True),
    case("avg_pool2d: ceil_mode, padded", avg_pool2d(3, 2, 1, ceil_mode=True), (1, 2, 6, 6)),
    case(
        "avg_pool2d: ceil_mode, not counted",
        avg_pool2d(3, 2, 1, ceil_mode=True, count_include_pad=False),
        (1, 2, 6, 6),
    ),
    case("avg_pool2d: unbatched", avg_pool2d(2), (3, 5, 4), second=True),
    case("avg_pool2d: no images", avg_pool2d(2), (0, 3, 4, 4)),
    case("avg_pool2d: transposed memory", avg_pool2d(2), transposed(X), second=True),
    case(
        "avg_pool2d: nan and inf",
        avg_pool2d(2),
        np.array([[[1.0, nan, 3.0, inf], [2.0, 0.0, 1.0, 0.0]]]),
    ),
    case("avg_pool2d: named", lambda torch, x: torch.nn.functional.avg_pool2d(x, kernel_size=2), X),
)

test_errors = cases(
    case("max_pool2d: too large", max_pool2d(6), (1, 2, 5, 5), raises=True),
    case("max_pool2d: padding beyond half", max_pool2d(2, padding=2), X, raises=True),
    case("max_pool2d: 2-D", max_pool2d(2), (5, 5), raises=True),
    case("max_pool2d: 5-D", max_pool2d(2), (1, 1, 1, 5, 5), raises=True),
    case("max_pool2d: stride 0", max_pool2d(2, 0), X, raises=True),
    case("max_pool2d: three sizes", max_pool2d((2, 2, 2)), X, raises=True),
    case("max_pool2d: no channels", max_pool2d(2), (1, 0, 5, 5), raises=True),
    case("avg_pool2d: too large", avg_pool2d(6), (1, 2, 5, 5), raises=True),
    case("avg_pool2d: padding beyond half", avg_pool2d(2, padding=2), X, raises=True),
    case("avg_pool2d: divisor 0", avg_pool2d(2, divisor_override=0), X, raises=True),
    case("avg_pool2d: 2-D", avg_pool2d(2), (5, 5), raises=True),
)
