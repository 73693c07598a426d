"""Activations as nn.functional offers them, and the graphs of the small networks they serve."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .parity import (
    Input,
    between,
    booleans,
    case,
    cases,
    constant,
    distinct,
    exactly,
    integers,
    strided,
    transposed,
)
from .versions import EXPONENTIAL_BY_MKL, LINEAR_3D, NOT_IMPLEMENTED

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


def call(name: str, *settings: Any, **options: Any) -> Callable[..., Any]:
    """`nn.functional.name(x, *settings, **options)`."""
    return lambda torch, x: getattr(torch.nn.functional, name)(x, *settings, **options)


def on_a_copy(name: str, *settings: Any, **options: Any) -> Callable[..., Any]:
    """The same on x·1: for what writes into its input, which must not be a leaf."""
    return lambda torch, x: getattr(torch.nn.functional, name)(x * 1, *settings, **options)


# Where the pieces of an activation meet. Both sides of each, and far away.
KINKS: dict[str, list[float]] = {
    **{name: [0.0] for name in ("leaky_relu", "elu", "selu", "celu", "softsign", "logsigmoid")},
    **{name: [0.0] for name in ("silu", "mish", "gelu", "softplus", "tanhshrink")},
    "relu6": [0.0, 6.0],
    "hardtanh": [-1.0, 1.0],
    "hardsigmoid": [-3.0, 3.0],
    "hardswish": [-3.0, 3.0],
    "hardshrink": [-0.5, 0.5],
    "softshrink": [-0.5, 0.5],
}
IN_PLACE = ("relu6", "hardtanh", "hardsigmoid", "hardswish", "silu", "mish", "selu")
WITH_A_SWITCH = ("leaky_relu", "elu", "celu", "rrelu", *IN_PLACE)
FLOATS_ONLY = (
    *("leaky_relu", "elu", "selu", "celu", "silu", "mish", "gelu", "softplus", "logsigmoid"),
    *("hardsigmoid", "hardswish", "hardshrink", "softshrink", "glu", "rrelu"),
)
ONCE = ("hardsigmoid",)  # PyTorch has no second derivative of it
INTEGERS = integers(9, (2, 4), low=-5)

test_pieces = cases(
    *(
        case(
            f"{name}: kinks",
            call(name),
            np.array([v for k in kinks for v in (k - 0.1, k, k + 0.1)] + [-700.0, 700.0, -0.0]),
            second=name not in ONCE,
        )
        for name, kinks in KINKS.items()
    ),
    *(
        case(f"{name}: infinite", call(name), np.array([np.inf, -np.inf]))
        for name in KINKS
        if name != "gelu"  # some of PyTorch's vectorised kernels say nan for inf
    ),
    *(case(f"{name}: nan", call(name), constant(np.array([nan, 1.0]))) for name in KINKS),
    *(case(f"{name}: 0-d", call(name), distinct(())) for name in KINKS),
    *(case(f"{name}: empty", call(name), (0, 3)) for name in KINKS),
    *(
        case(f"{name}: many", call(name), between(-9.0, 9.0, (50, 60)), second=name not in ONCE)
        for name in KINKS
    ),
    *(case(f"{name}: strided", call(name), strided(distinct((3, 4)))) for name in KINKS),
    *(
        case(
            f"{name}: inplace",
            on_a_copy(name, inplace=True),
            distinct((3, 4)),
            second=name not in ONCE,
        )
        for name in WITH_A_SWITCH
    ),
    *(
        case(f"{name}_: in place", on_a_copy(f"{name}_"), distinct((3, 4)), second=True)
        for name in ("leaky_relu", "elu", "selu", "celu", "rrelu", "hardtanh")
    ),
    *(case(f"{name}: integers", call(name), INTEGERS, raises=True) for name in FLOATS_ONLY),
    *(case(f"{name}: integers", call(name), INTEGERS) for name in ("relu6", "hardtanh")),
    *(case(f"{name}: integers", call(name), INTEGERS) for name in ("softsign", "tanhshrink")),
    *(
        case(f"{name}: booleans", call(name), booleans((3,)), raises=True, differs=NOT_IMPLEMENTED)
        for name in ("relu6", "softsign", "tanhshrink", "leaky_relu")
    ),
    case("threshold: at it", call("threshold", 0.5, 9.0), np.array([0.4, 0.5, 0.6, nan])),
    case("threshold: integers", call("threshold", 1, 7), INTEGERS),
    case("threshold: booleans", call("threshold", 1, 7), booleans((3,)), raises=True),
    case("threshold_: above it", on_a_copy("threshold_", 0.5, 9.0), (6,), second=True),
    case("softplus: bent", call("softplus", beta=0.2, threshold=1.0), distinct((30,)), second=True),
    case("hardtanh: crossed", call("hardtanh", 1.0, -1.0), (3,), raises=True),
    case("softshrink: negative", call("softshrink", -1.0), (3,), raises=True),
    case("hardshrink: negative", call("hardshrink", -1.0), distinct((6,))),
    case("celu: alpha 0", call("celu", 0.0), (3,), raises=True),
    case("celu: alpha below 0", call("celu", -2.0), distinct((6,)), second=True),
    case("gelu: approximate", call("gelu", approximate="erf"), (3,), raises=True),
    case("glu: dim", call("glu", 0), (4, 3), second=True),
    case("glu: odd", call("glu"), (2, 3), raises=True),
    case("glu: 0-d", call("glu"), (), raises=True),
    case("rrelu: crossed", call("rrelu", 0.5, 0.1), (3,), raises=True),
    case("leaky_relu: inplace, negative", on_a_copy("leaky_relu_", -0.1), (3,), raises=True),
    case("elu: inplace, negative", on_a_copy("elu_", -0.1), (3,), raises=True),
)

SLOPES = between(0.1, 0.9, (3,))
prelu = lambda torch, x, w: torch.prelu(x, w)  # noqa: E731

test_prelu = cases(
    case("prelu: one slope", prelu, distinct((2, 3, 4)), (1,), second=True),
    case("prelu: a slope each", prelu, distinct((2, 3, 4)), SLOPES, second=True),
    case("prelu: a number", prelu, distinct((2, 3)), (), second=True),
    case("prelu: vector", prelu, distinct((5,)), (1,), second=True),
    case("prelu: 0-d", prelu, distinct(()), (1,), second=True),
    case("prelu: method", lambda torch, x, w: x.prelu(w), distinct((2, 3)), SLOPES),
    case("prelu: too many", prelu, (2, 4), (3,), raises=True),
    case("prelu: 0-d, too many", prelu, (), (3,), raises=True),
    case("prelu: a matrix", prelu, (2, 3), (1, 3), raises=True),
    case("prelu: types", prelu, (2, 3), exactly([0.5], "float16"), raises=True),
)


def seeded(name: str, **options: Any) -> Callable[..., Any]:
    def draw(torch: Any, x: Any) -> Any:
        torch.manual_seed(7)
        return getattr(torch.nn.functional, name)(x, **options), torch.rand(2)

    return draw


test_drawn = cases(
    case("rrelu: training", seeded("rrelu", training=True), distinct((3, 4))),
    case("rrelu: inplace, training", seeded("rrelu", training=True), transposed(distinct((3, 4)))),
)


test_gumbel_softmax = EXPONENTIAL_BY_MKL.mark(
    cases(
        *(
            case(
                f"gumbel_softmax: dim {dim}, hard {hard}",
                seeded("gumbel_softmax", tau=0.7, hard=hard, dim=dim),
                (5, 4),
                second=True,
            )
            for dim in (-1, 0)
            for hard in (False, True)
        ),
        case("gumbel_softmax: integers", seeded("gumbel_softmax"), integers(5, (3,)), raises=True),
    )
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
