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
    ALL_AT_THE_BOUND,
    LABELS_OF_FLOATS,
    LABELS_OF_INT32,
    LABELS_OF_ONE_ROW,
    MIXED_MSE,
    NOT_IMPLEMENTED,
    ONE_LABEL_IN_A_LIST,
)

nan = np.nan
REDUCTIONS = ("mean", "sum", "none")
COUNTS = integers(4, (3,))


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

# Differences at, around and far from where smooth_l1 and huber go from a parabola to a line.
BENDS = np.array([-3.0, -1.0, -0.5, -0.2, 0.0, 0.2, 0.5, 1.0, 3.0])

test_bent_losses = cases(
    *with_reductions("smooth_l1_loss", "where it bends", BENDS, np.zeros(9)),
    *with_reductions("smooth_l1_loss", "beta", BENDS, np.zeros(9), beta=0.5),
    *with_reductions("smooth_l1_loss", "beta 0", BENDS, np.zeros(9), beta=0.0),
    *with_reductions("smooth_l1_loss", "broadcast", (3, 4), (4,)),
    *with_reductions("huber_loss", "where it bends", BENDS, np.zeros(9)),
    *with_reductions("huber_loss", "delta", BENDS, np.zeros(9), delta=0.5),
    *with_reductions("huber_loss", "weights", (3, 4), (3, 4), constant(positive((3, 4)))),
    *with_reductions("mse_loss", "weights", (3, 4), (3, 4), positive((3, 4))),
    *with_reductions("l1_loss", "weights", (3, 4), (3, 4), constant(positive((3, 4)))),
    case("smooth_l1_loss: beta below 0", loss("smooth_l1_loss", beta=-1), (2,), (2,), raises=True),
    case("huber_loss: delta 0", loss("huber_loss", delta=0), (2,), (2,), raises=True),
    case("smooth_l1_loss: integers", loss("smooth_l1_loss"), COUNTS, COUNTS, raises=True),
    case("huber_loss: integers", loss("huber_loss"), COUNTS, COUNTS, raises=True),
    case("mse_loss: weights' size", loss("mse_loss"), (3,), (3,), (2,), raises=True),
    case("huber_loss: weights' size", loss("huber_loss"), (3,), (3,), (2,), raises=True),
)

UNIT = between(0.05, 0.95, (3, 4))
SOME_ZERO = np.array([[0.0, 0.5, 0.5], [1.0, 0.0, 0.0]])
gaussian = lambda torch, x, y, v: torch.nn.functional.gaussian_nll_loss(x, y, v)  # noqa: E731

test_likelihoods = cases(
    *with_reductions("kl_div", "some probabilities 0", (2, 3), SOME_ZERO),
    *with_reductions("kl_div", "logarithms", (3, 4), (3, 4), log_target=True),
    *with_reductions("kl_div", "broadcast", (3, 4), UNIT),
    case("kl_div: batchmean", loss("kl_div", reduction="batchmean"), (3, 4), UNIT),
    case("kl_div: batchmean of 0-d", loss("kl_div", reduction="batchmean"), (), positive(())),
    case("kl_div: integers", loss("kl_div"), COUNTS, COUNTS, raises=True),
    *with_reductions("poisson_nll_loss", "counts", (3, 4), constant(positive((3, 4)))),
    *with_reductions("poisson_nll_loss", "full", (6,), np.array([0.0, 0.5, 1, 2, 5, 1]), full=True),
    *with_reductions("poisson_nll_loss", "numbers", UNIT, (3, 4), log_input=False, eps=0.1),
    case(
        "gaussian_nll_loss: one for each", gaussian, (3, 4), (3, 4), positive((3, 4)), second=True
    ),
    case("gaussian_nll_loss: a column", gaussian, (3, 4), (3, 4), positive((3, 1)), second=True),
    case("gaussian_nll_loss: one a row", gaussian, (3, 4), (3, 4), positive((3,)), second=True),
    case(
        "gaussian_nll_loss: a number",
        lambda torch, x, y: torch.nn.functional.gaussian_nll_loss(x, y, 0.3, full=True),
        (3, 4),
        (4,),
    ),
    case("gaussian_nll_loss: below eps", gaussian, (2,), (2,), np.array([0.0, 1e-9])),
    case("gaussian_nll_loss: negative", gaussian, (2,), (2,), np.array([1.0, -1.0]), raises=True),
    case(
        "gaussian_nll_loss: a negative number",
        lambda torch, x: torch.nn.functional.gaussian_nll_loss(x, x, -0.5),
        (3,),
        raises=True,
    ),
    case("gaussian_nll_loss: sizes", gaussian, (2, 3), (2, 3), positive((3,)), raises=True),
    case(
        "gaussian_nll_loss: reduction",
        lambda torch, x: torch.nn.functional.gaussian_nll_loss(x, x, x * x, reduction="avg"),
        (3,),
        raises=True,
    ),
)

SIGNS = constant(np.array([1.0, -1.0, 1.0, -1.0]))
WITH_OTHER_SIGNS = constant(np.array([1.0, -1.0, 0.0, 2.0]))
LISTS = np.array([[0, 2, -1, 1], [3, 3, 0, -1], [-1, 0, 1, 2]])


def margins(name: str, **options: Any) -> Callable[..., Any]:
    return lambda torch, *tensors: getattr(torch.nn.functional, name)(*tensors, **options)


test_margins = cases(
    case(
        "margin_ranking_loss: a tie",
        margins("margin_ranking_loss"),
        np.zeros(4),
        np.zeros(4),
        SIGNS,
        differs=ALL_AT_THE_BOUND,
    ),
    case("margin_ranking_loss: targets' gradient", margins("margin_ranking_loss"), *[(3,)] * 3),
    case(
        "margin_ranking_loss: dimensions",
        margins("margin_ranking_loss"),
        (3,),
        (3,),
        constant((2, 3)),
        raises=True,
    ),
    *with_reductions("hinge_embedding_loss", "other targets", (4,), WITH_OTHER_SIGNS, margin=0.3),
    *(
        case(
            f"cosine_embedding_loss: {kind}",
            margins("cosine_embedding_loss", margin=0.1),
            *inputs,
            raises=raises,
        )
        for kind, inputs, raises in (
            ("a row of 0", (np.eye(4, 3), (4, 3), SIGNS), False),
            ("one pair", ((3,), (3,), constant(np.array(-1.0))), False),
            ("vectors and many targets", ((4,), (4,), SIGNS), True),
            ("rows and one target", ((4, 3), (4, 3), constant(np.array(1.0))), True),
            ("a matrix of targets", ((4, 3), (4, 3), constant((4, 3))), True),
        )
    ),
    *with_reductions("soft_margin_loss", "far out", np.array([-50.0, 50, 1, 2]), SIGNS),
    case("soft_margin_loss: targets' gradient", loss("soft_margin_loss"), (3,), (3,), raises=True),
    case("soft_margin_loss: shapes", loss("soft_margin_loss"), (3, 4), SIGNS),
    *(
        case(f"multi_margin_loss: {kind}", margins("multi_margin_loss", **options), *inputs)
        for kind, inputs, options in (
            ("squared", ((3, 4), np.array([0, 3, 1])), {"p": 2}),
            ("none", ((3, 4), np.array([0, 3, 1])), {"p": 2, "reduction": "none", "margin": 0.3}),
            ("one row", ((4,), np.array(2)), {}),
            ("one row, none", ((4,), np.array([2])), {"reduction": "none"}),
            ("one class", ((), np.array(0)), {}),
        )
    ),
    *(
        case(f"multi_margin_loss: {kind}", margins("multi_margin_loss", **o), *inputs, raises=True)
        for kind, inputs, o in (
            ("cubed", ((3, 4), np.array([0, 3, 1])), {"p": 3}),
            ("a class too many", ((3, 4), np.array([0, 4, 1])), {}),
            ("a label too many", ((3, 4), np.array([0, 3])), {}),
            ("float labels", ((3, 4), np.zeros(3)), {}),
            ("integers", (integers(9, (3, 4)), np.array([0, 3, 1])), {}),
            ("three dimensions", ((1, 3, 4), np.array([0, 3, 1])), {}),
        )
    ),
    *(
        case(f"multilabel_margin_loss: {kind}", loss("multilabel_margin_loss", **o), *inputs)
        for kind, inputs, o in (
            ("lists", ((3, 4), LISTS), {}),
            ("lists, none", ((3, 4), LISTS), {"reduction": "none"}),
            ("one list", ((4,), LISTS[1]), {}),
            ("one list, none", ((4,), LISTS[1]), {"reduction": "none"}),
            ("one class", ((), np.array(0)), {}),
        )
    ),
    *(
        case(f"multilabel_margin_loss: {kind}", loss("multilabel_margin_loss"), *i, raises=True)
        for kind, i in (
            ("a class too many", ((3, 4), LISTS + 1)),
            ("a class below -1", ((3, 4), LISTS - 1)),
            ("float labels", ((3, 4), constant((3, 4)))),
            ("sizes", ((3, 4), LISTS[:2])),
        )
    ),
    case(
        "multilabel_soft_margin_loss: reduction",
        loss("multilabel_soft_margin_loss", reduction="avg"),
        (2, 3),
        (2, 3),
        raises=True,
    ),
    *(
        case(f"triplet_margin_loss: {k}", margins("triplet_margin_loss", **o), *i, raises=raises)
        for k, i, o, raises in (
            ("swap", ((3, 4), (3, 4), (3, 4)), {"swap": True, "p": 1}, False),
            ("vectors", ((4,), (4,), (4,)), {}, False),
            ("margin 0", ((3, 4), (3, 4), (3, 4)), {"margin": 0}, True),
            ("dimensions", ((3, 4), (3, 4), (4,)), {}, True),
        )
    ),
    case(
        "triplet_margin_with_distance_loss: any distance",
        lambda torch, a, b, c: torch.nn.functional.triplet_margin_with_distance_loss(
            a, b, c, distance_function=lambda x, y: (x - y).abs().sum(-1), swap=True
        ),
        (3, 4),
        (3, 4),
        (3, 4),
    ),
)

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
    *(
        case(
            f"{name}: weights' gradient",
            margins(name),
            UNIT,
            constant(UNIT),
            positive((4,)),
            raises=True,
        )
        for name in ("binary_cross_entropy", "binary_cross_entropy_with_logits")
    ),
    case(
        "nll_loss: weights' gradient",
        loss("nll_loss"),
        (2, 3),
        np.array([0, 1]),
        positive((3,)),
        raises=True,
    ),
    case(
        "binary_cross_entropy: integers",
        loss("binary_cross_entropy"),
        integers(2, (3,)),
        integers(2, (3,)),
        raises=True,
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


one_hot = lambda torch, t, *classes: torch.nn.functional.one_hot(t, *classes)  # noqa: E731

test_one_hot = cases(
    case("one_hot: matrix", one_hot, integers(5, (2, 3))),
    case("one_hot: more classes", lambda torch, t: one_hot(torch, t, 7), integers(5, (2, 3))),
    case("one_hot: 0-d", one_hot, np.array(3)),
    case("one_hot: empty", lambda torch, t: one_hot(torch, t, 3), np.zeros(0, np.int64)),
    case("one_hot: empty, unknown", one_hot, np.zeros(0, np.int64), raises=True),
    case("one_hot: negative", one_hot, np.array([-1]), raises=True),
    case("one_hot: too few", lambda torch, t: one_hot(torch, t, 2), np.array([2]), raises=True),
    case("one_hot: floats", one_hot, (3,), raises=True),
    case("one_hot: int32", one_hot, np.array([1], np.int32), raises=True),
)
