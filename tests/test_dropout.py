"""Dropout of elements and of channels: the same seed drops the same, in and out of place."""

from __future__ import annotations

from typing import Any

from .parity import case, cases, integers
from .programs import both, said, warned
from .versions import BERNOULLI_BY_MKL

pytestmark = BERNOULLI_BY_MKL.mark


def F(name: str, *arguments: Any, **options: Any) -> Any:
    def call(torch: Any, x: Any) -> Any:
        torch.manual_seed(3)
        return getattr(torch.nn.functional, name)(x, *arguments, **options) * x

    return call


def in_torch(name: str, *arguments: Any) -> Any:
    def call(torch: Any, x: Any) -> Any:
        torch.manual_seed(3)
        y = x * 2 if name.endswith("_") else x
        return getattr(torch, name)(y, *arguments) * x

    return call


SHAPES: dict[str, list[tuple[int, ...]]] = {
    "dropout": [(20,), (4, 5)],
    "dropout1d": [(2, 8, 3), (8, 3)],
    "dropout2d": [(2, 8, 3, 2)],
    "dropout3d": [(2, 8, 3, 2, 2), (8, 3, 2, 2)],
    "alpha_dropout": [(20,), (4, 5)],
    "feature_alpha_dropout": [(2, 8, 3, 2)],
}

test_functions = cases(
    *(
        case(f"{name}: {shape} {p}", F(name, p, True), shape, second=True)
        for name, shapes in SHAPES.items()
        for shape in shapes
        for p in (0.3, 1.0)
    ),
    *(
        case(f"{name}: in evaluation", F(name, 0.5, False), shapes[0])
        for name, shapes in SHAPES.items()
    ),
    *(
        case(f"{name}: torch's", in_torch(name, 0.4, True), (2, 8, 3), second=True)
        for kind in ("dropout", "feature_dropout", "alpha_dropout", "feature_alpha_dropout")
        for name in (kind, f"{kind}_")
    ),
)

test_draws_as_the_elements_lie_in_memory = cases(
    *(
        case(
            f"{name}: transposed",
            lambda torch, x, name=name: F(name, 0.4, True)(torch, x.transpose(0, 1)),
            (4, 5, 3),
        )
        for name in ("dropout", "alpha_dropout", "dropout1d")
    ),
    case(
        "dropout: expanded",
        lambda torch, x: F("dropout", 0.4, True)(torch, x.expand(4, 5)),
        (5,),
    ),
)

test_errors = cases(
    case("dropout: p", F("dropout", 1.5), (3,), raises=True),
    case("dropout: integers", F("dropout"), integers(9, (3,)), raises=True),
    case("dropout: torch's p", in_torch("dropout", 1.5, True), (3,), raises=True),
    case("dropout: a leaf", F("dropout", 0.5, True, True), (3,), raises=True),
    case("dropout1d: 4-D", F("dropout1d"), (1, 2, 3, 4), raises=True),
    case("dropout2d: 1-D", F("dropout2d"), (3,), raises=True),
)


@both
def test_in_place_the_input_itself_changes(torch: Any) -> Any:
    torch.manual_seed(0)
    seen = []
    for name, shapes in SHAPES.items():
        for shape in shapes:
            x = torch.ones(*shape)
            y = getattr(torch.nn.functional, name)(x, 0.5, True, True)
            seen.append((y is x, x))
    return seen


@both
def test_the_layers_drop_in_training_only(torch: Any) -> Any:
    nn, x = torch.nn, torch.ones(2, 6, 3, 2)
    torch.manual_seed(1)
    layers = [
        nn.Dropout(0.3),
        nn.Dropout2d(),
        nn.Dropout3d(inplace=False),
        nn.AlphaDropout(0.2),
        nn.FeatureAlphaDropout(),
    ]
    wrong = said(ValueError, lambda: nn.Dropout1d(-0.1))
    return [(repr(m), m(x), m.eval()(x)) for m in layers], wrong


@both
def test_channels_are_warned_of_where_the_input_has_none(torch: Any) -> Any:
    F = torch.nn.functional
    return (
        warned(lambda: F.dropout2d(torch.ones(2, 3))),
        warned(lambda: F.dropout2d(torch.ones(2, 3, 4))),
        warned(lambda: F.dropout3d(torch.ones(2, 3, 4))),
    )
