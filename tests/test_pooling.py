"""Max and average pooling: every option, ties, padding, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .parity import case, cases, constant, distinct, integers, positive, strided, ties, transposed
from .versions import LP_POOL_OF_0

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


def pool(name: str, *arguments: Any, **options: Any) -> Callable[..., Any]:
    return lambda torch, x: getattr(torch.nn.functional, name)(x, *arguments, **options)


def unpooled(name: str, *arguments: Any, **options: Any) -> Callable[..., Any]:
    """Pool by 2, then put what was found back."""

    def call(torch: Any, x: Any) -> Any:
        F = torch.nn.functional
        y, places = getattr(F, name.replace("un", ""))(x, 2, return_indices=True)
        return getattr(F, name)(y * y, places, *arguments, **options)

    return call


ROW = np.array([[[1.0, nan, 2.0, -inf, -inf, -inf, 3.0]]])

test_rows_and_volumes = cases(
    case("max_pool1d: nan and -inf", pool("max_pool1d", 2, return_indices=True), ROW),
    case("max_pool1d: padded", pool("max_pool1d", 3, 2, 1, 2), distinct((2, 3, 9)), second=True),
    case(
        "max_pool1d_with_indices",
        lambda torch, x: torch.max_pool1d_with_indices(x, 2),
        distinct((2, 7)),
        second=True,
    ),
    case("max_pool3d: ties", pool("max_pool3d", 2, 1, return_indices=True), ties((1, 2, 3, 4, 3))),
    case("avg_pool1d: unbatched", pool("avg_pool1d", 3, 2, 1), (3, 7), second=True),
    case("avg_pool2d: integers", pool("avg_pool2d", 2, 1), integers(9, (1, 1, 4, 4), low=-9)),
    case("lp_pool1d", pool("lp_pool1d", 3, 2), positive((2, 3, 7)), second=True),
    case("lp_pool2d", pool("lp_pool2d", 2.5, (2, 3), 1), positive(X), second=True),
    case("lp_pool2d: of zeros", pool("lp_pool2d", 2, 2), np.zeros((1, 1, 2, 2))),
    case("lp_pool2d: infinite", pool("lp_pool2d", inf, 2), distinct(X), second=True),
    case("lp_pool3d", pool("lp_pool3d", 2, 2), positive((1, 2, 3, 4, 3)), second=True),
)

test_adaptive = cases(
    *(
        case(f"adaptive_{kind}_pool2d: {size}", pool(f"adaptive_{kind}_pool2d", size), given)
        for kind, given in (("avg", (2, 3, 7, 6)), ("max", distinct(X)))
        for size in (1, 3, (7, 6), (None, 2), (9, 13))
    ),
    case("adaptive_avg_pool2d: to nothing", pool("adaptive_avg_pool2d", 0), constant(X)),
    case("adaptive_max_pool2d: to nothing", pool("adaptive_max_pool2d", (0, 2)), constant(X)),
    case("adaptive_avg_pool1d: unbatched", pool("adaptive_avg_pool1d", 3), (2, 7), second=True),
    case("adaptive_avg_pool2d: infinite", pool("adaptive_avg_pool1d", 3), ROW),
    case("adaptive_max_pool1d: nan and -inf", pool("adaptive_max_pool1d", 3, True), ROW),
    case("adaptive_max_pool2d: ties", pool("adaptive_max_pool2d", 3, True), ties(X)),
    case("adaptive_avg_pool2d: strided", pool("adaptive_avg_pool2d", 4), strided(X), second=True),
    case("adaptive_max_pool2d: no images", pool("adaptive_max_pool2d", 2), (0, 3, 4, 4)),
)

test_unpool = cases(
    case("max_unpool1d", unpooled("max_unpool1d", 2), distinct((2, 3, 6)), second=True),
    case("max_unpool2d", unpooled("max_unpool2d", 2), distinct((2, 3, 6, 4)), second=True),
    case(
        "max_unpool2d: which size",
        unpooled("max_unpool2d", 2, output_size=(7, 5)),
        distinct((2, 3, 7, 5)),
    ),
    case("max_unpool3d: unbatched", unpooled("max_unpool3d", 2), distinct((2, 4, 4, 2))),
    case("max_unpool2d: too small", unpooled("max_unpool2d", 1), distinct(X), raises=True),
    case(
        "max_unpool2d: sizes",
        unpooled("max_unpool2d", 2, output_size=(9, 9)),
        distinct(X),
        raises=True,
    ),
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
    case("max_pool1d: too large", pool("max_pool1d", 9), (2, 3, 5), raises=True),
    case("max_pool1d: padding beyond half", pool("max_pool1d", 2, padding=2), (2, 5), raises=True),
    case("max_pool1d: two sizes", pool("max_pool1d", (2, 2)), (2, 5), raises=True),
    case("max_pool1d: 4-D", pool("max_pool1d", 2), X, raises=True),
    case("avg_pool1d: two sizes", pool("avg_pool1d", (2, 2)), (2, 5), raises=True),
    case("avg_pool1d: 1-D", pool("avg_pool1d", 2), (5,), raises=True),
    case("adaptive_avg_pool2d: negative", pool("adaptive_avg_pool2d", -1), X, raises=True),
    case("adaptive_avg_pool2d: 5-D", pool("adaptive_avg_pool2d", 2), (1,) * 5, raises=True),
    case("adaptive_avg_pool2d: sizes", pool("adaptive_avg_pool2d", (2, 2, 2)), X, raises=True),
    case("adaptive_max_pool2d: empty", pool("adaptive_max_pool2d", 2), (1, 2, 0, 4), raises=True),
    case("lp_pool2d: norm 0", pool("lp_pool2d", 0, 2), X, raises=True, differs=LP_POOL_OF_0),
)
