"""Convolution: every option, every gradient, second derivatives, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .parity import case, cases, constant, exactly, integers, parity, strided, transposed


def conv2d(**options: Any) -> Callable[..., Any]:
    return lambda torch, x, w, b=None: torch.nn.functional.conv2d(x, w, b, **options)


X, W, B = (2, 3, 7, 6), (4, 3, 3, 2), (4,)
SQUARE = (4, 3, 3, 3)

test_conv2d = cases(
    case("conv2d", conv2d(), X, W, B, second=True),
    case("conv2d: no bias", conv2d(), X, W, second=True),
    case("conv2d: 1x1", conv2d(), X, (4, 3, 1, 1), B, second=True),
    case("conv2d: the whole image", conv2d(), X, (4, 3, 7, 6), B, second=True),
    case("conv2d: one channel", conv2d(), (2, 1, 5, 5), (1, 1, 3, 3), (1,), second=True),
    case("conv2d: stride", conv2d(stride=2), X, W, B, second=True),
    case("conv2d: strides", conv2d(stride=(3, 1)), X, W, B, second=True),
    case("conv2d: a stride beyond the kernel", conv2d(stride=4), X, W, B, second=True),
    case("conv2d: padding", conv2d(padding=1), X, W, B, second=True),
    case("conv2d: paddings", conv2d(padding=(2, 0)), X, W, B, second=True),
    case("conv2d: padding beyond the kernel", conv2d(padding=4), X, W, B),
    case("conv2d: dilation", conv2d(dilation=2), X, W, B, second=True),
    case("conv2d: dilations", conv2d(dilation=(1, 3)), X, W, B, second=True),
    case("conv2d: all three", conv2d(stride=2, padding=2, dilation=2), X, W, B, second=True),
    case("conv2d: a list", conv2d(stride=[2, 1], padding=[1, 0]), X, W, B),
    case("conv2d: groups", conv2d(groups=2), (2, 4, 5, 5), (6, 2, 3, 3), (6,), second=True),
    case("conv2d: depthwise", conv2d(groups=3), X, (3, 1, 3, 3), (3,), second=True),
    case(
        "conv2d: depthwise, two each",
        conv2d(groups=3, padding=1),
        X,
        (6, 1, 3, 3),
        (6,),
        second=True,
    ),
    case("conv2d: same", conv2d(padding="same"), X, SQUARE, B, second=True),
    case("conv2d: same, an even kernel", conv2d(padding="same"), X, (4, 3, 2, 4), B, second=True),
    case(
        "conv2d: same, dilated", conv2d(padding="same", dilation=2), X, (4, 3, 2, 3), B, second=True
    ),
    case("conv2d: valid", conv2d(padding="valid"), X, SQUARE, B),
    case("conv2d: valid, strided", conv2d(padding="valid", stride=2), X, SQUARE, B),
    case("conv2d: unbatched", conv2d(padding=1), (3, 5, 5), SQUARE, B, second=True),
    case("conv2d: unbatched, same", conv2d(padding="same"), (3, 5, 5), (4, 3, 2, 2), B),
    case("conv2d: no images", conv2d(), (0, 3, 5, 5), SQUARE, B),
    case("conv2d: data needs no gradient", conv2d(), constant(X), W, B),
    case("conv2d: frozen weights", conv2d(), X, constant(W), constant(B)),
    case("conv2d: only the bias", conv2d(), constant(X), constant(W), B),
    case("conv2d: transposed memory", conv2d(), transposed(X), transposed(W), B, second=True),
    case("conv2d: strided memory", conv2d(stride=2), strided(X), strided(W), strided(B)),
    case(
        "conv2d: twice",
        lambda torch, x, v, w: conv2d()(torch, conv2d()(torch, x, v), w),
        (1, 2, 6, 6),
        (3, 2, 3, 3),
        (2, 3, 3, 3),
        second=True,
    ),
    case(
        "conv2d: of its own kernel",
        lambda torch, x: conv2d()(torch, x, x),
        (2, 3, 3, 3),
        second=True,
    ),
    case(
        "conv2d: a permuted image",
        lambda torch, x, w: conv2d()(torch, x.permute(0, 3, 1, 2), w),
        (2, 5, 5, 3),
        SQUARE,
        second=True,
    ),
    case(
        "conv2d: an expanded kernel",
        lambda torch, x, w: conv2d()(torch, x, w.expand(4, 3, 3, 3)),
        X,
        (1, 3, 3, 3),
    ),
)


def conv(name: str, **options: Any) -> Callable[..., Any]:
    return lambda torch, x, w, b=None: getattr(torch.nn.functional, name)(x, w, b, **options)


ROWS, VOLUMES = (2, 3, 9), (1, 2, 4, 3, 5)

test_rows_and_volumes = cases(
    case(
        "conv1d", conv("conv1d", stride=2, padding=1, dilation=2), ROWS, (4, 3, 3), B, second=True
    ),
    case("conv1d: same, unbatched", conv("conv1d", padding="same"), (3, 9), (4, 3, 2), second=True),
    case("conv1d: transposed memory", conv("conv1d"), transposed(ROWS), (4, 3, 3), B),
    case("conv3d", conv("conv3d", padding=(1, 0, 2)), VOLUMES, (3, 2, 2, 1, 3), (3,), second=True),
)


def transpose2d(**options: Any) -> Callable[..., Any]:
    return conv("conv_transpose2d", **options)


SMALL, SPREAD = (2, 3, 4, 3), (3, 2, 3, 2)

test_conv_transpose2d = cases(
    case("conv_transpose2d", transpose2d(), SMALL, SPREAD, (2,), second=True),
    case("conv_transpose2d: stride", transpose2d(stride=2), SMALL, SPREAD, second=True),
    case("conv_transpose2d: padding", transpose2d(stride=2, padding=1), SMALL, SPREAD, second=True),
    case(
        "conv_transpose2d: output_padding",
        transpose2d(stride=(3, 2), output_padding=(2, 1)),
        SMALL,
        SPREAD,
        second=True,
    ),
    case(
        "conv_transpose2d: output_padding as wide as the stride",
        transpose2d(dilation=3, output_padding=2),
        SMALL,
        SPREAD,
        second=True,
    ),
    case("conv_transpose2d: groups", transpose2d(groups=3), SMALL, SPREAD, (6,), second=True),
    case("conv_transpose2d: unbatched", transpose2d(), SMALL[1:], SPREAD, (2,), second=True),
    case("conv_transpose2d: no images", transpose2d(), (0, 3, 4, 3), SPREAD),
    case("conv_transpose2d: strided memory", transpose2d(), strided(SMALL), transposed(SPREAD)),
    case("conv_transpose2d: frozen", transpose2d(), SMALL, constant(SPREAD), (2,)),
    case("conv_transpose1d", conv("conv_transpose1d", stride=2), ROWS, (3, 4, 3), B, second=True),
    case("conv_transpose3d", conv("conv_transpose3d"), VOLUMES, (2, 3, 2, 1, 2), (3,)),
    case(
        "conv_transpose2d: is conv2d's adjoint",
        lambda torch, x, w: conv2d(stride=2)(torch, transpose2d(stride=2)(torch, x, w), w),
        SMALL,
        (3, 2, 2, 2),
        second=True,
    ),
)


def pad(*arguments: Any, **options: Any) -> Callable[..., Any]:
    return lambda torch, x: torch.nn.functional.pad(x, *arguments, **options)


test_pad = cases(
    case("pad", pad((1, 2)), (3, 4), second=True),
    case("pad: two dims", pad((1, 2, 0, 3)), (3, 4), second=True),
    case("pad: a value", pad((1, 1), value=2.5), (3, 4), second=True),
    case("pad: -inf", pad((1, 1), "constant", float("-inf")), (3, 4)),
    case("pad: negative crops", pad((-1, 1)), (3, 4), second=True),
    case("pad: nothing", pad((0, 0)), (3, 4)),
    case("pad: of integers", pad((1, 1)), integers(9, (3,))),
    case("pad: transposed memory", pad((1, 1, 1, 1)), transposed((3, 4)), second=True),
    *(
        case(f"pad: {mode}", pad((2, 1, 0, 2), mode=mode), (2, 3, 4, 5), second=True)
        for mode in ("reflect", "replicate", "circular")
    ),
    *(
        case(f"pad: {mode}, unbatched", pad((1, 1, 1, 1), mode=mode), (3, 4, 5), second=True)
        for mode in ("reflect", "replicate", "circular")
    ),
    *(
        case(f"pad: {mode}, 1-D", pad((2, 1), mode=mode), (2, 3, 4), second=True)
        for mode in ("reflect", "replicate", "circular")
    ),
    *(
        case(f"pad: {mode}, 3-D", pad((1, 1, 0, 1, 2, 0), mode=mode), (2, 3, 4, 3), second=True)
        for mode in ("reflect", "replicate", "circular")
    ),
    case("pad: cropped to nothing", pad((-2, -2)), (3, 4)),
    case("pad: replicate crops", pad((-1, 2), mode="replicate"), (2, 3, 4), second=True),
)

test_errors = cases(
    case("pad: odd", pad((1, 2, 3)), (3, 4), raises=True),
    case("pad: too long", pad((1, 1) * 3), (3, 4), raises=True),
    case("pad: reflects too far", pad((4, 0), mode="reflect"), (2, 3, 4), raises=True),
    case(
        "pad: reflects too far in 2-D", pad((0, 0, 4, 0), mode="reflect"), (2, 3, 4, 5), raises=True
    ),
    case("pad: circles too far", pad((5, 0), mode="circular"), (2, 3, 4), raises=True),
    case("pad: crops too much", pad((-3, -3)), (3, 4), raises=True),
    case("pad: mode", pad((1, 1), mode="mirror"), (2, 3, 4), raises=True),
    case("pad: reflect of 1-D", pad((1, 1), mode="reflect"), (4,), raises=True),
    case("pad: reflect of nothing", pad((1, 1), mode="reflect"), (2, 3, 0), raises=True),
    case("pad: reflect to nothing", pad((-2, -2), mode="reflect"), (2, 3, 4), raises=True),
    case("pad: reflect with a value", pad((1, 1), "reflect", 2.0), (2, 3, 4), raises=True),
    case("conv2d: channels", conv2d(), (1, 2, 5, 5), SQUARE, raises=True),
    case("conv2d: groups and channels", conv2d(groups=2), (1, 2, 5, 5), (4, 2, 3, 3), raises=True),
    case("conv2d: groups and outputs", conv2d(groups=2), (1, 2, 5, 5), (3, 1, 3, 3), raises=True),
    case("conv2d: no groups", conv2d(groups=0), X, W, raises=True),
    case("conv2d: the kernel is too large", conv2d(), (1, 3, 2, 2), SQUARE, raises=True),
    case(
        "conv2d: too large with padding", conv2d(padding=1), (1, 3, 2, 2), (1, 3, 5, 5), raises=True
    ),
    case("conv2d: bias", conv2d(), X, W, (5,), raises=True),
    case("conv2d: same with a stride", conv2d(padding="same", stride=2), X, W, raises=True),
    case("conv2d: a word", conv2d(padding="sam"), X, W, raises=True),
    case("conv2d: negative padding", conv2d(padding=-1), X, W, raises=True),
    case("conv2d: stride 0", conv2d(stride=0), X, W, raises=True),
    case("conv2d: 2-D", conv2d(), (3, 5), SQUARE, raises=True),
    case("conv2d: 5-D", conv2d(), (1, 1, 3, 5, 5), SQUARE, raises=True),
    case("conv2d: a kernel of no outputs", conv2d(), X, (0, 3, 3, 3), raises=True),
    case("conv1d: a kernel for images", conv("conv1d"), ROWS, SQUARE, raises=True),
    case("conv1d: two strides", conv("conv1d", stride=(1, 2)), ROWS, (4, 3, 3), raises=True),
    case("conv1d: a kernel of two dimensions", conv("conv1d"), ROWS, (4, 3), raises=True),
    case("conv_transpose2d: channels", transpose2d(), (1, 2, 4, 3), SPREAD, raises=True),
    case("conv_transpose2d: bias", transpose2d(), SMALL, SPREAD, (3,), raises=True),
    case("conv_transpose2d: groups", transpose2d(groups=2), SMALL, SPREAD, raises=True),
    case(
        "conv_transpose2d: output_padding",
        transpose2d(output_padding=1),
        SMALL,
        SPREAD,
        raises=True,
    ),
    case("conv_transpose2d: 2-D", transpose2d(), (4, 3), SPREAD, raises=True),
    # What these say depends on which backends PyTorch was built with.
    case(
        "conv_transpose2d: padding",
        transpose2d(padding=3),
        SMALL,
        SPREAD,
        raises=True,
        message=False,
    ),
    case("conv2d: dilation 0", conv2d(dilation=0), X, W, raises=True, message=False),
    case(
        "conv2d: types",
        lambda torch, x, w: conv2d()(torch, x.half(), w),
        X,
        W,
        raises=True,
        message=False,
    ),
    case("conv2d: integers", conv2d(), integers(9, X), W, raises=True, message=False),
)


def test_a_convolution_in_float64_with_exact_values_is_exact() -> None:
    parity(
        conv2d(padding=1),
        exactly([[[[1.0, 2.0], [3.0, 4.0]]]]),
        exactly([[[[0.0, 1.0], [2.0, 3.0]]]]),
    )
