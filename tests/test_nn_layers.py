"""The layers: seeded weights bit for bit, forward and backward, printed text, and refusals."""

from __future__ import annotations

import re
import warnings
from collections import OrderedDict

import numpy as np
import pytest

from tests.inputs import draw, integers, positive
from tests.programs import both, graph, said, warned
from tests.versions import BERNOULLI_BY_MKL, LINEAR_3D, SOFTMAX_DIM


def bits(tensor):
    """A tensor's values, to be compared to the last bit."""
    array = tensor.detach().numpy()
    return str(array.dtype), array.shape, array.tobytes()


def kind(error, action):
    """The type of the error alone: the words are the operation's, and tested there."""
    return said(error, action).partition(":")[0]


def in_any_order(message):
    """The words of a message that shows a set, whose order changes from run to run."""
    return sorted(re.findall(r"[\w=]+", message))


# ---- Linear and Conv2d start with the same weights as PyTorch's

WEIGHTED = {
    "Linear": lambda nn: nn.Linear(7, 5),
    "Linear, as in the chapter": lambda nn: nn.Linear(784, 128),
    "Linear without bias": lambda nn: nn.Linear(3, 2, bias=False),
    "Linear of one feature": lambda nn: nn.Linear(1, 1),
    "Conv2d": lambda nn: nn.Conv2d(3, 16, 3),
    "Conv2d with groups": lambda nn: nn.Conv2d(4, 6, (3, 2), groups=2),
    "Conv2d without bias": lambda nn: nn.Conv2d(1, 2, 1, bias=False),
    "Conv1d": lambda nn: nn.Conv1d(3, 5, 4),
    "Conv3d with groups": lambda nn: nn.Conv3d(4, 2, (1, 2, 3), groups=2),
    "ConvTranspose1d": lambda nn: nn.ConvTranspose1d(3, 5, 4),
    "ConvTranspose2d with groups": lambda nn: nn.ConvTranspose2d(4, 6, (3, 2), groups=2),
    "Bilinear": lambda nn: nn.Bilinear(3, 4, 2),
    "several": lambda nn: nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10)),
}


@pytest.mark.parametrize("make", WEIGHTED.values(), ids=WEIGHTED)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_same_seed_gives_the_same_weights_bit_for_bit(make, dtype):
    @both
    def program(torch):
        torch.set_default_dtype(getattr(torch, dtype))
        try:
            torch.manual_seed(3)
            m = make(torch.nn)
        finally:
            torch.set_default_dtype(torch.float32)
        return [(name, bits(p)) for name, p in m.named_parameters()], bits(torch.rand(3))

    program()


@both
def test_reset_parameters_draws_anew(torch):
    m, conv = torch.nn.Linear(3, 2), torch.nn.Conv2d(1, 1, 2)
    before = bits(m.weight)
    m.reset_parameters()
    conv.reset_parameters()
    return before == bits(m.weight), bits(m.weight), bits(m.bias), bits(conv.weight)


@both
def test_a_linear_layer_of_no_features_warns_and_runs(torch):
    warnings = warned(lambda: torch.nn.Linear(0, 2))
    m = torch.nn.Linear(0, 2)
    return warnings, m(torch.ones(3, 0)), m.bias


@both
def test_device_and_dtype_are_accepted(torch):
    nn = torch.nn
    m = nn.Linear(2, 3, device="cpu", dtype=torch.float64)
    conv = nn.Conv2d(1, 2, 3, dtype=torch.float64, device="cpu")
    return m.weight.dtype, m.bias.dtype, conv.weight.dtype, bits(conv.bias), bits(m.weight)


# ---- forward and backward, with the gradients of the parameters

# A layer, its input's shape, and what an older PyTorch does otherwise.
LAYERS = {
    "Linear": (lambda nn: nn.Linear(3, 4), (5, 3)),
    "Linear of one row": (lambda nn: nn.Linear(3, 4), (3,), LINEAR_3D),
    "Linear of three dimensions": (lambda nn: nn.Linear(3, 4, bias=False), (2, 5, 3)),
    "Identity": (lambda nn: nn.Identity(4, anything=True), (2, 3)),
    "Conv2d": (lambda nn: nn.Conv2d(2, 3, 3), (2, 2, 5, 6)),
    "Conv2d of one image": (lambda nn: nn.Conv2d(2, 3, 3), (2, 5, 6)),
    "Conv2d, stride and padding": (
        lambda nn: nn.Conv2d(2, 4, (3, 2), stride=(2, 1), padding=(1, 2), dilation=(1, 2)),
        (2, 2, 6, 7),
    ),
    "Conv2d, groups": (lambda nn: nn.Conv2d(4, 6, 3, groups=2, bias=False), (2, 4, 5, 5)),
    "Conv2d, same": (lambda nn: nn.Conv2d(1, 2, (2, 3), padding="same"), (1, 1, 5, 4)),
    "Conv2d, same, dilated": (
        lambda nn: nn.Conv2d(1, 2, (2, 4), padding="same", dilation=(3, 1)),
        (1, 1, 6, 5),
    ),
    "Conv2d, valid": (lambda nn: nn.Conv2d(1, 2, 2, padding="valid"), (1, 1, 5, 4)),
    **{
        f"Conv2d, {mode}, padding {padding}": (
            lambda nn, mode=mode, padding=padding: nn.Conv2d(
                2, 3, (2, 3), padding=padding, padding_mode=mode
            ),
            (2, 2, 4, 5),
        )
        for mode in ("reflect", "replicate", "circular")
        for padding in (1, (2, 1), "same", "valid")
    },
    "ReLU": (lambda nn: nn.ReLU(), (3, 4)),
    "Sigmoid": (lambda nn: nn.Sigmoid(), (3, 4)),
    "Tanh": (lambda nn: nn.Tanh(), (3, 4)),
    "RReLU": (lambda nn: nn.RReLU(), (3, 4)),
    "RReLU in evaluation": (lambda nn: nn.RReLU(0.1, 0.9).eval(), (3, 4)),
    "Hardsigmoid": (lambda nn: nn.Hardsigmoid(), (3, 4)),
    "Softmax": (lambda nn: nn.Softmax(dim=1), (3, 4)),
    "Softmax, last of three": (lambda nn: nn.Softmax(-1), (2, 3, 4)),
    "LogSoftmax": (lambda nn: nn.LogSoftmax(dim=0), (3, 4)),
    "Flatten": (lambda nn: nn.Flatten(), (2, 3, 4)),
    "Flatten, some": (lambda nn: nn.Flatten(0, 1), (2, 3, 4)),
    "Unflatten": (lambda nn: nn.Unflatten(1, (2, 3)), (2, 6)),
    "Unflatten, one size open": (lambda nn: nn.Unflatten(-1, [2, -1]), (2, 6)),
    "MaxPool2d": (lambda nn: nn.MaxPool2d(2), (2, 3, 5, 4)),
    "MaxPool2d, all options": (
        lambda nn: nn.MaxPool2d((3, 2), stride=2, padding=1, dilation=(1, 2), ceil_mode=True),
        (2, 3, 7, 6),
    ),
    "AvgPool2d": (lambda nn: nn.AvgPool2d(2), (2, 3, 5, 4)),
    "AvgPool2d, all options": (
        lambda nn: nn.AvgPool2d((3, 2), 2, 1, ceil_mode=True, count_include_pad=False),
        (2, 3, 7, 6),
    ),
    "AvgPool2d, divisor": (lambda nn: nn.AvgPool2d(2, divisor_override=3), (1, 1, 4, 4)),
    "Dropout": (lambda nn: nn.Dropout(0.3), (5, 7)),
    "Dropout of everything": (lambda nn: nn.Dropout(1.0), (2, 3)),
    "Dropout of nothing": (lambda nn: nn.Dropout(0.0), (2, 3)),
    "Dropout in evaluation": (lambda nn: nn.Dropout(0.3).eval(), (5, 7)),
    "Sequential": (
        lambda nn: nn.Sequential(
            nn.Conv2d(1, 2, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(8, 3)
        ),
        (2, 1, 6, 6),
    ),
    "Sequential, in place": (
        lambda nn: nn.Sequential(nn.Linear(3, 4), nn.ReLU(inplace=True), nn.Linear(4, 2)),
        (2, 3),
    ),
}


@pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)
@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_layers_agree_forward_and_backward(layer, precision):
    make, shape, *differs = layer
    BERNOULLI_BY_MKL.skip_if(layer is LAYERS["Dropout"])
    (x_array,) = draw(precision, shape)

    @both
    def program(torch):
        m = make(torch.nn).to(getattr(torch, precision))
        x = torch.from_numpy(x_array.copy()).requires_grad_()
        out = m(x)
        weights = np.random.default_rng(1).standard_normal(tuple(out.shape)).astype(precision)
        weighted = out * torch.from_numpy(weights)
        weighted.sum().backward()
        nodes = graph(weighted, *differs)
        return out, x.grad, {n: p.grad for n, p in m.named_parameters()}, nodes

    program()


@both
def test_max_pooling_returns_indices_when_asked(torch):
    x = torch.arange(16.0).reshape(1, 1, 4, 4)
    return torch.nn.MaxPool2d(2, return_indices=True)(x)


@both
def test_activations_in_place_write_over_their_input(torch):
    x = torch.tensor([-1.0, 2.0])
    out = torch.nn.ReLU(inplace=True)(x)
    return out is x, x


@BERNOULLI_BY_MKL.mark
@both
def test_dropout_in_place_writes_over_its_input(torch):
    x = torch.ones(8)
    out = torch.nn.Dropout(0.5, inplace=True)(x)
    return out is x, x


# ---- losses

rows = integers(4, (5,))

LOSSES = {
    "CrossEntropyLoss": (lambda nn, t: nn.CrossEntropyLoss(), (5, 4), rows),
    "CrossEntropyLoss, sum": (lambda nn, t: nn.CrossEntropyLoss(reduction="sum"), (5, 4), rows),
    "CrossEntropyLoss, none": (lambda nn, t: nn.CrossEntropyLoss(reduction="none"), (5, 4), rows),
    "CrossEntropyLoss, all options": (
        lambda nn, t: nn.CrossEntropyLoss(t([1.0, 2, 3, 4]), ignore_index=2, label_smoothing=0.1),
        (5, 4),
        rows,
    ),
    "CrossEntropyLoss, probabilities": (
        lambda nn, t: nn.CrossEntropyLoss(t([1.0, 2, 3, 4])),
        (5, 4),
        positive((5, 4)),
    ),
    "NLLLoss": (lambda nn, t: nn.NLLLoss(t([1.0, 2, 3, 4]), ignore_index=1), (5, 4), rows),
    "MSELoss": (lambda nn, t: nn.MSELoss(), (5, 4), (5, 4)),
    "L1Loss": (lambda nn, t: nn.L1Loss(reduction="sum"), (5, 4), (5, 4)),
    "BCEWithLogitsLoss": (
        lambda nn, t: nn.BCEWithLogitsLoss(t([1.0, 2, 3, 4]), pos_weight=t([4.0, 3, 2, 1])),
        (5, 4),
        integers(2, (5, 4), dtype="float64"),
    ),
}


@pytest.mark.parametrize("make, x_spec, target_spec", LOSSES.values(), ids=LOSSES)
@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_losses_agree_forward_and_backward(make, x_spec, target_spec, precision):
    x_array, target_array = draw(precision, x_spec, target_spec)

    @both
    def program(torch):
        dtype = getattr(torch, precision)
        loss = make(torch.nn, lambda values: torch.tensor(values, dtype=dtype))
        x = torch.from_numpy(x_array.copy()).requires_grad_()
        target = torch.from_numpy(target_array.copy())
        if target.is_floating_point():
            target = target.to(dtype)
        out = loss(x, target)
        out.sum().backward()
        return out, x.grad, graph(out), list(loss.state_dict()), repr(loss)

    program()


@both
def test_bce_takes_probabilities(torch):
    p = torch.tensor([0.2, 0.9, 0.0, 1.0], requires_grad=True)
    y = torch.tensor([0.0, 1.0, 1.0, 0.5])
    out = torch.nn.BCELoss(torch.tensor([1.0, 2.0, 3.0, 4.0]))(p, y)
    out.backward()
    return out, p.grad, said(RuntimeError, lambda: torch.nn.BCELoss()(p + 1, y))


@both
def test_the_older_names_of_reduction_are_understood_with_a_warning(torch):
    nn = torch.nn
    kinds = [(True, None), (False, None), (None, False), (None, True), (False, False)]
    reductions = [
        nn.MSELoss(size_average=average, reduce=reduce).reduction for average, reduce in kinds
    ]
    return reductions, warned(lambda: nn.NLLLoss(size_average=False))


@both
def test_functions_understand_the_older_names_of_reduction(torch):
    F = torch.nn.functional
    x, y, labels = torch.tensor([[1.0, 2.0]]), torch.tensor([[0.5, 4.0]]), torch.tensor([1])
    calls = [
        lambda **how: F.mse_loss(x, y, **how),
        lambda **how: F.kl_div(x, y, **how),
        lambda **how: F.cross_entropy(x, labels, **how),
        lambda **how: F.hinge_embedding_loss(x, y, **how),
        lambda **how: F.multilabel_soft_margin_loss(x, y, **how),
        lambda **how: F.binary_cross_entropy_with_logits(x, y, **how),
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = [(c(size_average=False), c(reduce=False), c(reduce=True)) for c in calls]
    return results, [warned(lambda c=c: c(size_average=False)) for c in calls]


@both
def test_distances_and_triplets_run_as_modules(torch):
    nn = torch.nn
    rng = np.random.default_rng(0)
    a, b, c = [torch.from_numpy(rng.standard_normal((3, 4))).requires_grad_() for _ in range(3)]
    results = [
        nn.PairwiseDistance(1.0, keepdim=True)(a, b),
        nn.CosineSimilarity(dim=0)(a, b),
        nn.TripletMarginLoss(2.0, swap=True)(a, b, c),
        nn.TripletMarginWithDistanceLoss(reduction="sum")(a, b, c),
        nn.TripletMarginWithDistanceLoss(distance_function=nn.CosineSimilarity())(a, b, c),
    ]
    sum(r.sum() for r in results).backward()
    return results, a.grad, b.grad, c.grad, [graph(r) for r in results]


@both
def test_the_slopes_of_prelu_are_parameters_that_can_be_reset(torch):
    m = torch.nn.PReLU(2, init=0.5, dtype=torch.float64)
    m(torch.ones(3, 2, dtype=torch.float64) * -1).sum().backward()
    gradient = m.weight.grad
    with torch.no_grad():
        m.weight.fill_(3.0)
    m.reset_parameters()
    return m.weight, gradient, list(m.state_dict())


@both
def test_losses_keep_their_settings_where_pytorch_keeps_them(torch):
    nn = torch.nn
    weight = torch.ones(3)
    ce = nn.CrossEntropyLoss(weight, None, 5, None, "sum", 0.25)
    nll = nn.NLLLoss(weight, None, 5, None, "none")
    bce = nn.BCEWithLogitsLoss(weight, None, None, "mean", weight)
    return (
        (ce.weight, ce.ignore_index, ce.reduction, ce.label_smoothing),
        (nll.weight, nll.ignore_index, nll.reduction),
        (bce.weight, bce.pos_weight, bce.reduction),
        [n for n, _ in bce.named_buffers()],
        said(ValueError, lambda: nn.MSELoss(reduction="median")(weight, weight)),
    )


# ---- what layers print

PRINTED = [
    lambda nn: nn.Linear(3, 4),
    lambda nn: nn.Linear(3, 4, bias=False),
    lambda nn: nn.Identity(),
    lambda nn: nn.Conv2d(1, 2, 3),
    lambda nn: nn.Conv2d(2, 4, (3, 5), stride=(2, 1), padding=(4, 2), dilation=(3, 1), groups=2),
    lambda nn: nn.Conv2d(1, 2, 3, padding="same", bias=False, padding_mode="reflect"),
    lambda nn: nn.Conv2d(1, 2, 3, padding="valid", dilation=2),
    lambda nn: nn.Conv2d(1, 2, [3, 2], padding=[0, 0]),
    lambda nn: nn.ReLU(),
    lambda nn: nn.ReLU(inplace=True),
    lambda nn: nn.Sigmoid(),
    lambda nn: nn.Tanh(),
    lambda nn: nn.RReLU(0.1, 0.3, inplace=True),
    lambda nn: nn.Threshold(0.1, 20, inplace=True),
    lambda nn: nn.ELU(inplace=True),
    lambda nn: nn.ReLU6(inplace=True),
    lambda nn: nn.Hardsigmoid(inplace=True),
    lambda nn: nn.PReLU(3, 0.5),
    lambda nn: nn.GELU("tanh"),
    lambda nn: nn.Softmax(),
    lambda nn: nn.Softmax(dim=1),
    lambda nn: nn.LogSoftmax(-1),
    lambda nn: nn.Flatten(),
    lambda nn: nn.Flatten(0, 2),
    lambda nn: nn.Unflatten(1, (2, 3)),
    lambda nn: nn.MaxPool2d(2),
    lambda nn: nn.MaxPool2d((3, 2), stride=(2, 1), padding=1, dilation=2, ceil_mode=True),
    lambda nn: nn.AvgPool2d(2),
    lambda nn: nn.AvgPool2d((3, 2), stride=1, padding=(1, 0)),
    lambda nn: nn.Dropout(),
    lambda nn: nn.Dropout(0.25, inplace=True),
    lambda nn: nn.CrossEntropyLoss(),
    lambda nn: nn.MSELoss(),
    lambda nn: nn.BCELoss(),
    lambda nn: nn.L1Loss(),
    lambda nn: nn.PairwiseDistance(),
    lambda nn: nn.TripletMarginLoss(),
    lambda nn: nn.TripletMarginWithDistanceLoss(),
    lambda nn: nn.Sequential(),
    lambda nn: nn.Sequential(nn.Linear(1, 2), nn.Sequential(nn.ReLU(), nn.Linear(2, 1))),
    lambda nn: nn.Sequential(OrderedDict(first=nn.Linear(1, 2), second=nn.ReLU())),
    lambda nn: nn.ModuleList(),
    lambda nn: nn.ModuleList([nn.Linear(2, 2), nn.Linear(2, 2), nn.ReLU(), nn.ReLU(), nn.Tanh()]),
    lambda nn: nn.ModuleList([nn.Sequential(nn.Linear(2, 2), nn.ReLU()) for _ in range(3)]),
    lambda nn: nn.ModuleDict(),
    lambda nn: nn.ModuleDict({"a": nn.ReLU(), "b": nn.ModuleList([nn.Tanh()] * 12)}),
]


def test_layers_print_as_in_pytorch():
    @both
    def program(torch):
        return [repr(make(torch.nn)) for make in PRINTED]

    program()


@both
def test_a_result_prints_its_last_node(torch):
    m = torch.nn.Linear(3, 2)
    with torch.no_grad():
        m.weight.fill_(0.5)
        m.bias.copy_(torch.tensor([1.0, -2.0]))
    return repr(m(torch.ones(4, 3))), repr(m.weight), repr(m.bias)


# ---- what layers keep, and what they refuse


@both
def test_layers_keep_their_settings_as_attributes(torch):
    nn = torch.nn
    conv = nn.Conv2d(2, 4, 3, 2, 1, 1, 2, False, "circular")
    pool, avg = nn.MaxPool2d(2), nn.AvgPool2d(3, 2)
    names = "in_channels out_channels kernel_size stride padding dilation groups padding_mode bias"
    pool_names = "kernel_size stride padding dilation return_indices ceil_mode"
    avg_names = "kernel_size stride padding ceil_mode count_include_pad divisor_override"
    linear = nn.Linear(3, 2)
    return (
        [getattr(conv, name) for name in names.split()],
        [getattr(pool, name) for name in pool_names.split()],
        [getattr(avg, name) for name in avg_names.split()],
        (linear.in_features, linear.out_features),
        (nn.Dropout(0.1).p, nn.ReLU().inplace, nn.Softmax(1).dim, nn.Flatten().start_dim),
    )


@both
def test_conv2d_refuses_what_cannot_be(torch):
    Conv2d = torch.nn.Conv2d
    return (
        said(ValueError, lambda: Conv2d(3, 4, 1, groups=0)),
        said(ValueError, lambda: Conv2d(3, 4, 1, groups=2)),
        said(ValueError, lambda: Conv2d(4, 3, 1, groups=2)),
        said(ValueError, lambda: Conv2d(1, 1, 1, padding="some")),
        said(ValueError, lambda: Conv2d(1, 1, 2, padding="same", stride=2)),
        said(ValueError, lambda: Conv2d(1, 1, 2, padding="same", stride=(1, 2))),
        in_any_order(said(ValueError, lambda: Conv2d(1, 1, 1, padding_mode="mirror"))),
        said(RuntimeError, lambda: Conv2d(1, -1, 1)),
        said(RuntimeError, lambda: Conv2d(1, 1, 3)(torch.ones(1, 1, 2, 2))),
        said(RuntimeError, lambda: Conv2d(2, 1, 1)(torch.ones(1, 1, 2, 2))),
        said(
            RuntimeError,
            lambda: Conv2d(1, 1, 3, padding=2, padding_mode="reflect")(torch.ones(1, 1, 2, 2)),
        ),
    )


@both
def test_other_layers_refuse_what_cannot_be(torch):
    nn = torch.nn
    return (
        said(ValueError, lambda: nn.Dropout(1.5)),
        said(ValueError, lambda: nn.Dropout(-0.1)),
        said(RuntimeError, lambda: nn.Linear(2, -1)),
        kind(RuntimeError, lambda: nn.Linear(2, 1)(torch.ones(2, 3))),
        kind(RuntimeError, lambda: nn.Linear(2, 1)(torch.ones(2, 2, dtype=torch.float64))),
        said(TypeError, lambda: nn.Unflatten(1, 3)),
        said(TypeError, lambda: nn.Unflatten(1, (2, 1.5))),
        said(RuntimeError, lambda: nn.MaxPool2d(2, padding=2)(torch.ones(1, 1, 4, 4))),
    )


@both
def test_activations_and_losses_refuse_what_cannot_be(torch):
    nn = torch.nn
    x = torch.ones(2)
    return (
        said(AssertionError, lambda: nn.Hardtanh(1.0, -1.0)),
        said(ValueError, lambda: nn.Softmax2d()(x)),
        said(ValueError, lambda: nn.MultiMarginLoss(p=3)),
        said(ValueError, lambda: nn.MultiMarginLoss(weight=torch.ones(2, 2))),
        said(ValueError, lambda: nn.TripletMarginLoss(margin=0)),
        said(ValueError, lambda: nn.TripletMarginWithDistanceLoss(margin=-1)),
        said(TypeError, lambda: nn.HuberLoss(delta="1")),
        said(ValueError, lambda: nn.HuberLoss(reduction="avg")(x, x)),
        said(RuntimeError, lambda: nn.PReLU(3)(torch.ones(2, 2))),
    )


@SOFTMAX_DIM.mark
@both
def test_softmax_takes_an_integer_dim(torch):
    nn = torch.nn
    return (
        said(TypeError, lambda: nn.Softmax("1")),
        said(TypeError, lambda: nn.LogSoftmax(True)),
    )


# ---- containers


@both
def test_sequential_is_indexed_sliced_and_changed_like_a_list(torch):
    nn = torch.nn
    m = nn.Sequential(nn.Linear(1, 1), nn.ReLU(), nn.Tanh(), nn.Sigmoid())
    first = m[0]
    seen = [repr(m[-1]), repr(m[1:3]), repr(m[::2]), len(m), first in list(m), m[0:1][0] is first]
    m[1] = nn.Identity()
    del m[2]
    seen.append(repr(m))
    del m[:2]
    seen.append(repr(m))
    seen.append(repr(m.append(nn.ReLU())))
    seen.append(repr(m.insert(0, nn.Tanh())))
    seen.append(repr(m.insert(-1, nn.Dropout())))
    seen.append(repr(m.insert(4, nn.Flatten())))
    seen.append(repr(m.extend([nn.ReLU(), nn.ReLU()])))
    seen.append(repr(m.pop(1)))
    seen.append(repr(m + nn.Sequential(nn.Sigmoid())))
    m += nn.Sequential(nn.Sigmoid())
    seen.append(repr(m))
    return seen, list(m._modules)


@both
def test_a_named_sequential_keeps_its_names(torch):
    nn = torch.nn
    m = nn.Sequential(OrderedDict(first=nn.Linear(1, 2), second=nn.ReLU(), third=nn.Tanh()))
    seen = [repr(m[:2]), repr(m.first), repr(m[1])]
    m[1] = nn.Sigmoid()
    return seen, repr(m), m(torch.ones(1, 1))


@both
def test_sequential_refuses_what_cannot_be(torch):
    nn = torch.nn
    m = nn.Sequential(nn.ReLU())
    return (
        said(TypeError, lambda: nn.Sequential(3)),
        said(TypeError, lambda: nn.Sequential(OrderedDict(a=3))),
        said(IndexError, lambda: m[1]),
        said(IndexError, lambda: m[-2]),
        said(TypeError, lambda: m["a"]),
        said(TypeError, lambda: m.append(3)),
        said(IndexError, lambda: m.insert(5, nn.ReLU())),
        said(ValueError, lambda: m + [nn.ReLU()]),
        said(TypeError, lambda: nn.Sequential(nn.Flatten())(1, 2)),
    )


@both
def test_module_list_is_a_list_that_registers(torch):
    nn = torch.nn
    m = nn.ModuleList([nn.Linear(1, 1), nn.ReLU()])
    m.append(nn.Tanh()).extend([nn.Sigmoid()])
    m += [nn.Identity()]
    m.insert(1, nn.Dropout())
    seen = [repr(m), len(m), repr(m[-1]), repr(m[1:3]), [type(c).__name__ for c in m]]
    m[0] = nn.Flatten()
    del m[1]
    seen += [repr(m), repr(m.pop(0)), repr(m), repr(m + [nn.ReLU()])]
    del m[1:]
    return (
        seen,
        repr(m),
        said(IndexError, lambda: m[5]),
        said(TypeError, lambda: m.extend(3)),
        said(TypeError, lambda: nn.ModuleList([3])),
        said(NotImplementedError, lambda: m(torch.ones(1))),
    )


@both
def test_module_dict_is_a_dictionary_that_registers(torch):
    nn = torch.nn
    m = nn.ModuleDict({"a": nn.Linear(1, 1), "b": nn.ReLU()})
    m["c"] = nn.Tanh()
    m.update([("d", nn.Sigmoid())])
    m.update(nn.ModuleDict({"e": nn.Identity()}))
    seen = [list(m), list(m.keys()), len(m), "a" in m, "z" in m, repr(m["b"]), repr(m)]
    seen += [[type(v).__name__ for v in m.values()], [k for k, _ in m.items()], repr(m.pop("a"))]
    del m["b"]
    seen.append(list(m.state_dict()))
    errors = (
        said(KeyError, lambda: m["a"]),
        said(TypeError, lambda: m.update(3)),
        said(TypeError, lambda: nn.ModuleDict({"x": 3})),
        said(KeyError, lambda: nn.ModuleDict({"keys": nn.ReLU()})),
    )
    m.clear()
    return seen, errors, len(m)


@both
def test_a_transposed_convolution_gives_the_size_that_is_asked_for(torch):
    torch.manual_seed(0)
    m, x = torch.nn.ConvTranspose2d(2, 3, 3, stride=(3, 2), padding=1), torch.ones(1, 2, 4, 5)
    back = torch.nn.Conv2d(3, 2, 3, stride=(3, 2), padding=1)
    return (
        m(x),
        m(x, output_size=(12, 10)).shape,
        m(x, output_size=[1, 3, 11, 9]).shape,
        back(m(x, output_size=(12, 10))).shape,
        m(x[0], output_size=(10, 9)).shape,
        said(ValueError, lambda: m(x, output_size=(13, 9))),
        said(ValueError, lambda: m(x, output_size=(1, 12, 10))),
        said(ValueError, lambda: torch.nn.ConvTranspose1d(2, 3, 3, padding_mode="reflect")),
        repr(m),
        repr(torch.nn.ConvTranspose1d(4, 6, 2, 2, 1, 1, 2, False, 3)),
        repr(torch.nn.Conv3d(1, 2, (1, 2, 3), padding="same", padding_mode="circular")),
    )
