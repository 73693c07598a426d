"""Activations as nn.functional offers them, and the graphs of the small networks they serve."""

from __future__ import annotations

from typing import Any

import numpy as np

from .parity import Input, case, cases, constant, distinct, strided, transposed
from .versions import LINEAR_3D

inf, nan = np.inf, np.nan
SPECIAL = np.array([nan, inf, -inf, 0.0, -0.0, 800.0, -800.0, 1e-30, 0.5])
INPUTS: dict[str, Input] = {
    "a matrix": distinct((3, 4)),
    "0-d": distinct(()),
    "empty": (0, 3),
    "transposed": transposed(distinct((3, 4))),
    "strided": strided(distinct((3, 4))),
    "4-D": distinct((2, 3, 2, 2)),
}

test_functional = cases(
    *(
        case(
            f"{name}: nn.functional, {kind}",
            lambda torch, x, name=name: getattr(torch.nn.functional, name)(x),
            x,
            second=True,
        )
        for name in ("relu", "sigmoid", "tanh")
        for kind, x in INPUTS.items()
    ),
    *(
        case(
            f"{name}: nn.functional, {kind}",
            lambda torch, x, name=name: getattr(torch.nn.functional, name)(x, dim=-1),
            x,
            second=True,
        )
        for name in ("softmax", "log_softmax")
        for kind, x in INPUTS.items()
    ),
    *(
        case(
            f"{name}: nan, inf and far out",
            lambda torch, x, name=name: getattr(torch, name)(x),
            SPECIAL,
        )
        for name in ("relu", "sigmoid", "tanh")
    ),
    case("softmax: dim 0", lambda torch, x: torch.nn.functional.softmax(x, 0), (3, 4), second=True),
    case(
        "softmax: dim 1 of 4",
        lambda torch, x: torch.nn.functional.softmax(x, 1),
        (2, 3, 2, 2),
        second=True,
    ),
    case(
        "log_softmax: dim 1 of 4",
        lambda torch, x: torch.nn.functional.log_softmax(x, 1),
        (2, 3, 2, 2),
        second=True,
    ),
    case(
        "softmax: to float64",
        lambda torch, x: torch.nn.functional.softmax(x, 0, dtype=torch.float64),
        (3,),
    ),
    case(
        "log_softmax: to float64",
        lambda torch, x: torch.nn.functional.log_softmax(x, 0, dtype=torch.float64),
        (3,),
    ),
    case(
        "relu: in place",
        lambda torch, x: torch.nn.functional.relu(x * 1, inplace=True),
        distinct((3, 4)),
    ),
    case("relu_: in place", lambda torch, x: (x * 1).relu_(), distinct((3, 4)), second=True),
    case("sigmoid_: in place", lambda torch, x: (x * 1).sigmoid_(), distinct((3, 4)), second=True),
    case("tanh_: in place", lambda torch, x: (x * 1).tanh_(), distinct((3, 4)), second=True),
    case("relu_: on a constant", lambda torch, x: x.relu_(), constant((3, 4))),
    case(
        "dropout: not training",
        lambda torch, x: torch.nn.functional.dropout(x, 0.5, training=False),
        (3, 4),
    ),
    case("dropout: p of 0", lambda torch, x: torch.nn.functional.dropout(x, 0.0), (3, 4)),
    case("dropout: p of 1", lambda torch, x: torch.nn.functional.dropout(x, 1.0), (3, 4)),
    case(
        "dropout: p out of range",
        lambda torch, x: torch.nn.functional.dropout(x, 1.5),
        (3,),
        raises=True,
    ),
)


def mlp(torch: Any, x: Any, w1: Any, b1: Any, w2: Any, b2: Any) -> Any:
    linear, relu = torch.nn.functional.linear, torch.relu
    return linear(relu(linear(x, w1, b1)), w2, b2)


def cnn(torch: Any, x: Any, w1: Any, b1: Any, w2: Any, b2: Any) -> Any:
    F = torch.nn.functional
    h = F.max_pool2d(torch.relu(F.conv2d(x, w1, b1)), 2)
    return F.linear(torch.flatten(h, 1), w2, b2)


def loss_of(network: Any) -> Any:
    def loss(torch: Any, target: Any, *arguments: Any) -> Any:
        return torch.nn.functional.cross_entropy(network(torch, *arguments), target)

    return loss


TARGET = np.array([1, 0, 3])
MLP: list[Input] = [constant((3, 5)), (6, 5), (6,), (4, 6), (4,)]
CNN: list[Input] = [constant((3, 1, 6, 6)), (2, 1, 3, 3), (2,), (4, 8), (4,)]

test_networks = cases(
    case("mlp", mlp, *MLP, second=True),
    case("mlp: in three dimensions", mlp, (2, 3, 5), *MLP[1:], second=True, differs=LINEAR_3D),
    case("mlp: its loss", loss_of(mlp), TARGET, *MLP, second=True),
    case("cnn", cnn, *CNN, second=True),
    case("cnn: its loss", loss_of(cnn), TARGET, *CNN, second=True),
)
