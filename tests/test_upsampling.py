"""interpolate: every mode, with sizes and scales that round, infinities, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np

from .parity import case, cases, integers, strided, transposed
from .programs import both, said, warned

inf, nan = np.inf, np.nan


def interpolate(mode: str = "nearest", **options: Any) -> Any:
    return lambda torch, x: torch.nn.functional.interpolate(x, mode=mode, **options)


SHAPES: dict[str, list[tuple[int, ...]]] = {
    "nearest": [(2, 3, 5), (1, 2, 4, 5), (1, 2, 3, 4, 3)],
    "nearest-exact": [(2, 3, 5), (1, 2, 4, 5), (1, 2, 3, 4, 3)],
    "area": [(2, 3, 5), (1, 2, 4, 5), (1, 2, 3, 4, 3)],
    "linear": [(2, 3, 5)],
    "bilinear": [(1, 2, 4, 5)],
    "trilinear": [(1, 2, 3, 4, 3)],
    "bicubic": [(1, 2, 4, 5)],
}
WISHES: list[dict[str, Any]] = [{"size": 7}, {"size": 2}, {"scale_factor": 1.7}]

test_modes = cases(
    *(
        case(f"interpolate: {mode} {shape} {wish}", interpolate(mode, **wish), shape, second=True)
        for mode, shapes in SHAPES.items()
        for shape in shapes
        for wish in WISHES
    ),
    *(
        case(
            f"interpolate: {mode}, corners on corners, {size}",
            interpolate(mode, size=size, align_corners=True),
            SHAPES[mode][0],
            second=True,
        )
        for mode in ("linear", "bilinear", "trilinear", "bicubic")
        for size in (1, 4, 9)
    ),
    *(
        case(
            f"interpolate: {mode}, antialiased, {size}",
            interpolate(mode, size=size, antialias=True),
            (1, 2, 7, 6),
            second=True,
        )
        for mode in ("bilinear", "bicubic")
        for size in ((3, 2), (9, 6))
    ),
    case(
        "interpolate: the scale computed anew",
        interpolate("bilinear", scale_factor=1.7, recompute_scale_factor=True),
        (1, 2, 4, 5),
    ),
    case("interpolate: transposed memory", interpolate(size=3), transposed((1, 2, 4, 5))),
    case("interpolate: strided memory", interpolate("bicubic", size=3), strided((1, 2, 4, 6))),
    case("interpolate: bytes", interpolate(size=3), integers(9, (1, 2, 4, 5), dtype="uint8")),
    *(
        case(
            f"interpolate: {mode}, bytes, {options}",
            interpolate(mode, **options),
            integers(256, (2, 3, 7, 6), dtype="uint8"),
        )
        for mode in ("bilinear", "bicubic")
        for options in (
            {"size": (3, 2)},
            {"size": (7, 11), "align_corners": True},
            {"scale_factor": 1.7},
            {"size": (3, 9), "antialias": True},
        )
    ),
    case(
        "interpolate: bilinear, bytes, many channels",
        interpolate("bilinear", size=4),
        integers(256, (1, 5, 7, 6), dtype="uint8"),
    ),
    case("interpolate: no images", interpolate("bilinear", size=3), (0, 2, 4, 5)),
    case(
        "interpolate: an infinity stays where it is",
        interpolate("bilinear", scale_factor=2),
        np.array([[[[1.0, 2.0, 3.0, 4.0], [5.0, inf, 7.0, 8.0], [1.0, 1.0, nan, 1.0]]]]),
    ),
    case(
        "upsample_nearest", lambda torch, x: torch.nn.functional.upsample_nearest(x, 6), (1, 1, 4)
    ),
    case(
        "upsample",
        lambda torch, x: torch.nn.functional.upsample(x, scale_factor=2, mode="linear"),
        (1, 1, 4),
        second=True,
    ),
)

X = (1, 2, 4, 5)

test_errors = cases(
    case("interpolate: neither", interpolate(), X, raises=True),
    case("interpolate: both", interpolate(size=2, scale_factor=2), X, raises=True),
    case("interpolate: too many sizes", interpolate(size=(2, 2, 2)), X, raises=True),
    case("interpolate: too many scales", interpolate(scale_factor=(2, 2, 2)), X, raises=True),
    case("interpolate: size 0", interpolate(size=0), X, raises=True),
    case("interpolate: to nothing", interpolate(scale_factor=0.1), X, raises=True),
    case("interpolate: of nothing", interpolate(size=2), (1, 2, 0, 5), raises=True),
    case("interpolate: no channels", interpolate(size=2), (1, 0, 4, 5), raises=True),
    case("interpolate: linear images", interpolate("linear", size=2), X, raises=True),
    case("interpolate: bilinear rows", interpolate("bilinear", size=2), (1, 2, 4), raises=True),
    case("interpolate: a word", interpolate("near", size=2), X, raises=True),
    case("interpolate: 2-D", interpolate(size=2), (4, 5), raises=True),
    case("interpolate: corners", interpolate(size=2, align_corners=True), X, raises=True),
    case("interpolate: antialias", interpolate(size=2, antialias=True), X, raises=True),
    case("interpolate: integers", interpolate(size=2), integers(9, X), raises=True),
    *(
        case(
            f"interpolate: {mode}, bytes",
            interpolate(mode, size=2),
            integers(9, SHAPES[mode][0], dtype="uint8"),
            raises=True,
        )
        for mode in ("linear", "trilinear")
    ),
)


@both
def test_the_old_names_warn(torch: Any) -> Any:
    F, x = torch.nn.functional, torch.ones(1, 1, 2, 2)
    return [
        warned(lambda: F.upsample(x, scale_factor=2)),
        warned(lambda: F.upsample_nearest(x, 3)),
        warned(lambda: F.upsample_bilinear(x, 3)),
    ]


@both
def test_the_layers(torch: Any) -> Any:
    nn, x = torch.nn, torch.arange(12.0).reshape(1, 1, 3, 4)
    layers = [
        nn.Upsample(scale_factor=2),
        nn.Upsample((2, 3), mode="bilinear", align_corners=True),
        nn.Upsample(scale_factor=(2, 1.5), mode="bicubic"),
        nn.UpsamplingNearest2d(scale_factor=3),
        nn.UpsamplingBilinear2d((5, 2)),
    ]
    wrong = said(ValueError, lambda: nn.Upsample()(x))
    return [(repr(m), m.scale_factor, m(x)) for m in layers], wrong
