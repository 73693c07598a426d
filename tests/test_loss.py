"""Loss functions: every reduction and option, both kinds of target, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .parity import (
    Case,
    Input,
    between,
    case,
    cases,
    constant,
    exactly,
    integers,
    positive,
    strided,
    transposed,
)
from .versions import (
    LABELS_OF_FLOATS,
    LABELS_OF_INT32,
    LABELS_OF_ONE_ROW,
    MIXED_MSE,
    NOT_IMPLEMENTED,
    ONE_LABEL_IN_A_LIST,
)

nan = np.nan
REDUCTIONS = ("mean", "sum", "none")


def loss(name: str, **options: Any) -> Callable[..., Any]:
    return lambda torch, x, y, w=None: getattr(torch.nn.functional, name)(
        x, y, **({} if w is None else {"weight": w}), **options
    )


def with_reductions(name: str, kind: str, *inputs: Input, **options: Any) -> list[Case]:
    return [
        case(f"{name}: {kind}, {r}", loss(name, reduction=r, **options), *inputs, second=True)
        for r in REDUCTIONS
    ]


LOGITS = (5, 4)
CLASSES = np.array([0, 3, 1, 1, 2])
SOME_IGNORED = np.array([0, -100, 1, -100, 2])
IMAGES, PIXELS = (2, 4, 3, 2), integers(4, (2, 3, 2))
CLASS_WEIGHTS = constant(positive((4,)))
SHARES = between(0.0, 1.0, LOGITS)  # PyTorch does not ask that a row sum to 1

test_cross_entropy = cases(
    *with_reductions("cross_entropy", "classes", LOGITS, CLASSES),
    *with_reductions("cross_entropy", "weights", LOGITS, CLASSES, CLASS_WEIGHTS),
    *with_reductions("cross_entropy", "some ignored", LOGITS, SOME_IGNORED),
    *with_reductions("cross_entropy", "some ignored, weights", LOGITS, SOME_IGNORED, CLASS_WEIGHTS),
    *with_reductions("cross_entropy", "ignore_index", LOGITS, CLASSES, ignore_index=1),
    *with_reductions("cross_entropy", "smoothing", LOGITS, CLASSES, label_smoothing=0.1),
    *with_reductions(
        "cross_entropy", "smoothing, weights", LOGITS, CLASSES, CLASS_WEIGHTS, label_smoothing=0.3
    ),
    *with_reductions(
        "cross_entropy", "smoothing, some ignored", LOGITS, SOME_IGNORED, label_smoothing=0.2
    ),
    *with_reductions(
        "cross_entropy",
        "smoothing, ignored, weights",
        LOGITS,
        SOME_IGNORED,
        CLASS_WEIGHTS,
        label_smoothing=0.2,
    ),
    *with_reductions("cross_entropy", "smoothing 1", LOGITS, CLASSES, label_smoothing=1.0),
    *with_reductions("cross_entropy", "probabilities", LOGITS, SHARES),
    *with_reductions("cross_entropy", "probabilities, constant", LOGITS, constant(SHARES)),
    *with_reductions("cross_entropy", "probabilities, weights", LOGITS, SHARES, CLASS_WEIGHTS),
    *with_reductions(
        "cross_entropy", "probabilities, smoothing", LOGITS, SHARES, label_smoothing=0.1
    ),
    *with_reductions("cross_entropy", "images", IMAGES, PIXELS),
    *with_reductions("cross_entropy", "images, weights", IMAGES, PIXELS, CLASS_WEIGHTS),
    *with_reductions("cross_entropy", "images, smoothing", IMAGES, PIXELS, label_smoothing=0.1),
    *with_reductions("cross_entropy", "images, probabilities", IMAGES, between(0.0, 1.0, IMAGES)),
    *with_reductions(
        "cross_entropy",
        "images, probabilities, weights",
        IMAGES,
        between(0.0, 1.0, IMAGES),
        CLASS_WEIGHTS,
    ),
    *with_reductions("cross_entropy", "sequences", (2, 4, 3), integers(4, (2, 3))),
    *with_reductions("cross_entropy", "5-D", (2, 4, 2, 1, 3), integers(4, (2, 2, 1, 3))),
    *with_reductions("cross_entropy", "one row", (4,), np.array(2)),
    *with_reductions("cross_entropy", "one row, probabilities", (4,), between(0.0, 1.0, (4,))),
    *with_reductions("cross_entropy", "one row, smoothing", (4,), np.array(2), label_smoothing=0.1),
    # Its gradient is refused: PyTorch's backward pass does not take what its forward pass took.
    case(
        "cross_entropy: one row, one label",
        loss("cross_entropy"),
        constant((4,)),
        np.array([2]),
        differs=ONE_LABEL_IN_A_LIST,
    ),
    case(
        "cross_entropy: one row, one label, backward",
        loss("cross_entropy"),
        (4,),
        np.array([2]),
        raises=True,
    ),
    *with_reductions("cross_entropy", "uint8", LOGITS, CLASSES.astype(np.uint8)),
    *with_reductions("cross_entropy", "transposed", transposed(LOGITS), CLASSES),
    *with_reductions("cross_entropy", "strided", strided(LOGITS), CLASSES),
    *with_reductions("cross_entropy", "one class", (3, 1), np.zeros(3, np.int64)),
    *with_reductions("cross_entropy", "all ignored", (2, 4), np.array([-100, -100])),
    *with_reductions(
        "cross_entropy",
        "all ignored, smoothing",
        (2, 4),
        np.array([-100, -100]),
        label_smoothing=0.1,
    ),
    *with_reductions("cross_entropy", "no rows", (0, 4), np.zeros(0, np.int64)),
    *with_reductions(
        "cross_entropy",
        "far out",
        np.array([[1000.0, -1000.0], [-1000.0, 1000.0]]),
        np.array([1, 1]),
    ),
    case(
        "cross_entropy: weights that want a gradient",
        loss("cross_entropy"),
        LOGITS,
        SHARES,
        positive((4,)),
        raises=None,
    ),
    case(
        "cross_entropy: inf",
        loss("cross_entropy"),
        np.array([[np.inf, 0.0], [0.0, 1.0]]),
        np.array([0, 1]),
    ),
    case(
        "cross_entropy: nan",
        loss("cross_entropy"),
        np.array([[nan, 0.0], [0.0, 1.0]]),
        np.array([0, 1]),
    ),
    case(
        "cross_entropy: a mask of -inf",
        loss("cross_entropy", reduction="none"),
        np.array([[-np.inf, 0.0], [0.0, 1.0]]),
        np.array([0, 1]),
    ),
)

LOG_SHARES = between(-4.0, -0.1, LOGITS)  # of one sign: the sum does not cancel
test_nll_loss = cases(
    *with_reductions("nll_loss", "classes", LOG_SHARES, CLASSES),
    *with_reductions("nll_loss", "weights", LOG_SHARES, CLASSES, CLASS_WEIGHTS),
    *with_reductions("nll_loss", "some ignored", LOG_SHARES, SOME_IGNORED),
    *with_reductions("nll_loss", "ignored and weights", LOG_SHARES, SOME_IGNORED, CLASS_WEIGHTS),
    *with_reductions("nll_loss", "ignore_index", LOG_SHARES, CLASSES, ignore_index=3),
    *with_reductions("nll_loss", "images", IMAGES, PIXELS),
    *with_reductions("nll_loss", "images, weights", IMAGES, PIXELS, CLASS_WEIGHTS),
    *with_reductions("nll_loss", "images, ignored", IMAGES, PIXELS, ignore_index=0),
    *with_reductions("nll_loss", "sequences", (2, 4, 3), integers(4, (2, 3))),
    *with_reductions("nll_loss", "one row", (4,), np.array(2)),
    *with_reductions("nll_loss", "all ignored", (2, 4), np.array([-100, -100])),
    *with_reductions("nll_loss", "no rows", (0, 4), np.zeros(0, np.int64)),
)

test_squares_and_differences = cases(
    *with_reductions("mse_loss", "two matrices", (3, 4), (3, 4)),
    *with_reductions("mse_loss", "a constant target", (3, 4), constant((3, 4))),
    *with_reductions("mse_loss", "broadcast", (3, 4), (4,)),
    *with_reductions("mse_loss", "0-d", (), ()),
    *with_reductions("mse_loss", "empty", (0,), (0,)),
    *with_reductions("mse_loss", "transposed", transposed((3, 4)), strided((3, 4))),
    *with_reductions("l1_loss", "two matrices", (3, 4), (3, 4)),
    *with_reductions("l1_loss", "equal", np.array([1.0, 2.0]), np.array([1.0, 3.0])),
    *with_reductions("l1_loss", "broadcast", (3, 4), (4,)),
    case(
        "mse_loss: mixed types",
        loss("mse_loss"),
        (3,),
        exactly([1.0, 2.0, 3.0], "float64"),
        differs=MIXED_MSE,
    ),
    case("mse_loss: integers", loss("mse_loss"), (3,), integers(4, (3,)), differs=MIXED_MSE),
)

UNIT = between(0.05, 0.95, (3, 4))
test_binary_cross_entropy = cases(
    *with_reductions("binary_cross_entropy", "two matrices", UNIT, constant(UNIT)),
    *with_reductions(
        "binary_cross_entropy", "labels", UNIT, constant(np.array([[0.0, 1, 1, 0]] * 3))
    ),
    *with_reductions(
        "binary_cross_entropy", "weights", UNIT, constant(UNIT), constant(positive((4,)))
    ),
    *with_reductions(
        "binary_cross_entropy", "0-d", between(0.1, 0.9, ()), constant(between(0.0, 1.0, ()))
    ),
    *with_reductions("binary_cross_entropy_with_logits", "two matrices", (3, 4), constant(UNIT)),
    *with_reductions("binary_cross_entropy_with_logits", "a target's gradient", (3, 4), UNIT),
    *with_reductions(
        "binary_cross_entropy_with_logits",
        "weights",
        (3, 4),
        constant(UNIT),
        constant(positive((4,))),
    ),
    *with_reductions(
        "binary_cross_entropy_with_logits", "transposed", transposed((3, 4)), constant(UNIT)
    ),
    *(
        case(
            f"binary_cross_entropy_with_logits: pos_weight, {r}",
            lambda torch, x, y, p, r=r: torch.nn.functional.binary_cross_entropy_with_logits(
                x, y, pos_weight=p, reduction=r
            ),
            (3, 4),
            constant(UNIT),
            constant(positive((4,))),
            second=True,
        )
        for r in REDUCTIONS
    ),
    case("binary_cross_entropy: a target's gradient", loss("binary_cross_entropy"), UNIT, UNIT),
    case(
        "binary_cross_entropy: at 0 and 1",
        loss("binary_cross_entropy"),
        np.array([0.0, 1.0, 0.0, 1.0]),
        constant(np.array([0.0, 1.0, 1.0, 0.0])),
    ),
    case(
        "binary_cross_entropy_with_logits: far out",
        loss("binary_cross_entropy_with_logits"),
        np.array([1000.0, -1000.0, 0.0]),
        constant(np.array([0.0, 0.0, 1.0])),
    ),
)

test_errors = cases(
    case(
        "cross_entropy: one row, many labels",
        loss("cross_entropy"),
        (4,),
        np.zeros(3, np.int64),
        raises=True,
        differs=LABELS_OF_ONE_ROW,
    ),
    case(
        "cross_entropy: batch sizes",
        loss("cross_entropy"),
        (2, 3),
        np.zeros(3, np.int64),
        raises=True,
    ),
    case(
        "cross_entropy: a class too many",
        loss("cross_entropy"),
        (2, 3),
        np.array([0, 3]),
        raises=True,
    ),
    case(
        "cross_entropy: a negative class",
        loss("cross_entropy"),
        (2, 3),
        np.array([0, -1]),
        raises=True,
    ),
    case(
        "cross_entropy: float labels",
        loss("cross_entropy"),
        (2, 3),
        exactly([0.0, 1.0], "float32"),
        raises=True,
        differs=LABELS_OF_FLOATS,
    ),
    case(
        "cross_entropy: int32 labels",
        loss("cross_entropy"),
        (2, 3),
        np.array([0, 1], np.int32),
        raises=True,
        differs=LABELS_OF_INT32,
    ),
    case(
        "cross_entropy: images' sizes",
        loss("cross_entropy"),
        IMAGES,
        integers(4, (2, 3, 3)),
        raises=True,
    ),
    case(
        "cross_entropy: a label too many",
        loss("cross_entropy"),
        IMAGES,
        integers(4, (2,)),
        raises=True,
    ),
    case(
        "cross_entropy: a class too many in images",
        loss("cross_entropy"),
        IMAGES,
        np.full((2, 3, 2), 4),
        raises=True,
    ),
    case(
        "cross_entropy: probabilities' shape",
        loss("cross_entropy"),
        (2, 3),
        (2, 4),
        raises=True,
        message=False,
    ),
    case(
        "cross_entropy: weights' size",
        loss("cross_entropy"),
        (2, 3),
        np.array([0, 1]),
        constant((4,)),
        raises=True,
    ),
    case(
        "cross_entropy: smoothing",
        loss("cross_entropy", label_smoothing=1.5),
        (2, 3),
        np.array([0, 1]),
        raises=True,
    ),
    case(
        "cross_entropy: reduction",
        loss("cross_entropy", reduction="avg"),
        (2, 3),
        np.array([0, 1]),
        raises=True,
    ),
    case("cross_entropy: 0-d", loss("cross_entropy"), (), np.array(0), raises=True, message=False),
    case(
        "cross_entropy: integers",
        loss("cross_entropy"),
        integers(4, (2, 3)),
        np.array([0, 1]),
        raises=True,
        message=False,
        differs=NOT_IMPLEMENTED,
    ),
    case(
        "cross_entropy: ignore_index with probabilities",
        loss("cross_entropy", ignore_index=1),
        (2, 3),
        (2, 3),
        raises=True,
    ),
    case("nll_loss: batch sizes", loss("nll_loss"), (2, 3), np.zeros(3, np.int64), raises=True),
    case("nll_loss: a class too many", loss("nll_loss"), (2, 3), np.array([0, 3]), raises=True),
    case(
        "nll_loss: a class too many in images",
        loss("nll_loss"),
        IMAGES,
        np.full((2, 3, 2), 4),
        raises=True,
    ),
    case(
        "nll_loss: weights' size",
        loss("nll_loss"),
        (2, 3),
        np.array([0, 1]),
        constant((4,)),
        raises=True,
    ),
    case(
        "nll_loss: float labels",
        loss("nll_loss"),
        (2, 3),
        exactly([0.0, 1.0], "float32"),
        raises=True,
        differs=LABELS_OF_FLOATS,
    ),
    case("mse_loss: shapes", loss("mse_loss"), (2,), (3,), raises=True),
    case("l1_loss: shapes", loss("l1_loss"), (2,), (3,), raises=True),
    case("mse_loss: reduction", loss("mse_loss", reduction="avg"), (2,), (2,), raises=True),
    case("binary_cross_entropy: shapes", loss("binary_cross_entropy"), UNIT, (2,), raises=True),
    case(
        "binary_cross_entropy: out of range",
        loss("binary_cross_entropy"),
        np.array([0.5, 2.0]),
        constant(np.ones(2)),
        raises=True,
    ),
    case(
        "binary_cross_entropy_with_logits: shapes",
        loss("binary_cross_entropy_with_logits"),
        (2,),
        (3,),
        raises=True,
    ),
)
