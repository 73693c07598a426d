"""Patches as columns and back, pixels and channels shuffled, and the bilinear form."""

from __future__ import annotations

from typing import Any

from .parity import case, cases, integers, strided, transposed
from .programs import both, said


def F(name: str, *arguments: Any, **options: Any) -> Any:
    return lambda torch, *x: getattr(torch.nn.functional, name)(*x, *arguments, **options)


X = (2, 3, 5, 6)

test_folding = cases(
    case("unfold: transposed memory", F("unfold", 2), transposed(X), second=True),
    case("unfold: unbatched", F("unfold", (3, 2), stride=2), X[1:], second=True),
    case("unfold: 1x1 is a copy", F("unfold", 1), (1, 2, 3, 3)),
    case("fold", F("fold", (5, 6), 2), (2, 12, 20), second=True),
    case("fold: unbatched", F("fold", (5, 6), 2), (12, 20), second=True),
    case("fold: gaps", F("fold", (5, 6), (2, 3), stride=3), (1, 6, 4), second=True),
    case("fold: all", F("fold", (5, 6), (2, 3), 2, 1, 2), (2, 12, 6), second=True),
    case("fold: strided memory", F("fold", (5, 6), 2), strided((1, 4, 20))),
    case("fold: no images", F("fold", (5, 6), 2), (0, 12, 20)),
    case("pixel_shuffle: strided memory", F("pixel_shuffle", 2), strided((1, 8, 2, 3))),
    case("pixel_shuffle: 5-D", F("pixel_shuffle", 2), (2, 1, 4, 2, 3), second=True),
    case("channel_shuffle: one group", F("channel_shuffle", 1), (1, 4, 2), second=True),
    case("bilinear: of one vector", F("bilinear"), (3,), (4,), (5, 3, 4), (5,), second=True),
    case("bilinear: many dimensions", F("bilinear"), (2, 2, 3), (2, 2, 4), (5, 3, 4), second=True),
    case("bilinear: no rows", F("bilinear"), (0, 3), (0, 4), (5, 3, 4), (5,)),
)

test_errors = cases(
    case("unfold: too large", F("unfold", 7), X, raises=True),
    case("unfold: 5-D", F("unfold", 2), (1, 1, 1, 5, 6), raises=True),
    case("unfold: kernel 0", F("unfold", 0), X, raises=True),
    case("unfold: stride 0", F("unfold", 2, stride=0), X, raises=True),
    case("unfold: integers", F("unfold", 2), integers(9, X), raises=True),
    case("fold: columns", F("fold", (5, 7), 2), (2, 12, 20), raises=True),
    case("fold: rows", F("fold", (5, 6), (2, 5)), (2, 12, 20), raises=True),
    case("fold: 1-D", F("fold", (5, 6), 2), (20,), raises=True),
    case("pixel_shuffle: channels", F("pixel_shuffle", 3), (1, 8, 2, 2), raises=True),
    case("pixel_shuffle: factor", F("pixel_shuffle", 0), (1, 8, 2, 2), raises=True),
    case("pixel_unshuffle: height", F("pixel_unshuffle", 2), (1, 1, 3, 4), raises=True),
    case("channel_shuffle: groups", F("channel_shuffle", 3), (1, 4, 2), raises=True),
    case("bilinear: rows", F("bilinear"), (2, 3), (3, 4), (5, 3, 4), raises=True),
    case("bilinear: weight", F("bilinear"), (2, 3), (2, 4), (5, 2, 4), raises=True),
    case("bilinear: bias", F("bilinear"), (2, 3), (2, 4), (5, 3, 4), (4,), raises=True),
)


@both
def test_the_layers(torch: Any) -> Any:
    nn, x = torch.nn, torch.arange(72.0).reshape(1, 8, 3, 3)
    layers = [
        nn.Unfold(2, padding=1),
        nn.PixelShuffle(2),
        nn.ChannelShuffle(4),
        nn.Sequential(nn.Unfold(2), nn.Fold((3, 3), 2)),
        nn.Sequential(nn.PixelShuffle(2), nn.PixelUnshuffle(2)),
    ]
    return [(repr(m), m(x)) for m in layers], repr(nn.Fold(4, (2, 3), 2, 1, 2))


@both
def test_bilinear_starts_alike(torch: Any) -> Any:
    torch.manual_seed(2)
    m = torch.nn.Bilinear(3, 4, 2)
    wrong = said(ValueError, lambda: torch.nn.Bilinear(0, 4, 2))
    return repr(m), m.weight.detach(), m.bias.detach(), wrong, torch.rand(1)
