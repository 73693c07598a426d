"""nn.init: the same seed fills a tensor with the same numbers."""

from __future__ import annotations

import math

import pytest

from tests.programs import both, said, warned
from tests.versions import TRUNCATED_NORMALS


def bits(tensor):
    array = tensor.detach().numpy()
    return str(array.dtype), array.shape, array.tobytes()


EXACT = {
    "uniform_": lambda init, t: init.uniform_(t),
    "uniform_, bounds": lambda init, t: init.uniform_(t, -0.3, 1.7),
    "constant_": lambda init, t: init.constant_(t, 0.1),
    "ones_": lambda init, t: init.ones_(t),
    "zeros_": lambda init, t: init.zeros_(t),
    "xavier_uniform_": lambda init, t: init.xavier_uniform_(t),
    "xavier_uniform_, gain": lambda init, t: init.xavier_uniform_(t, gain=5 / 3),
    "kaiming_uniform_": lambda init, t: init.kaiming_uniform_(t),
    "kaiming_uniform_, slope": lambda init, t: init.kaiming_uniform_(t, a=math.sqrt(5)),
    "kaiming_uniform_, fan_out": lambda init, t: init.kaiming_uniform_(
        t, mode="fan_out", nonlinearity="relu"
    ),
    "kaiming_uniform_, tanh": lambda init, t: init.kaiming_uniform_(t, nonlinearity="tanh"),
}


@pytest.mark.parametrize("fill", EXACT.values(), ids=EXACT)
@pytest.mark.parametrize("shape", [(2, 3), (64, 33), (4, 3, 5, 2)], ids=str)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_uniform_starts_are_bit_exact(fill, shape, dtype):
    @both
    def program(torch):
        t = torch.empty(shape, dtype=getattr(torch, dtype))
        same = fill(torch.nn.init, t) is t
        return same, bits(t), bits(torch.rand(1))

    program()


NORMAL = {
    "normal_": lambda init, t: init.normal_(t),
    "normal_, mean and std": lambda init, t: init.normal_(t, 3.0, 0.5),
    "xavier_normal_": lambda init, t: init.xavier_normal_(t, gain=2.0),
    "kaiming_normal_": lambda init, t: init.kaiming_normal_(t, nonlinearity="relu"),
    "kaiming_normal_, fan_out": lambda init, t: init.kaiming_normal_(t, a=0.1, mode="fan_out"),
}


@pytest.mark.parametrize("fill", NORMAL.values(), ids=NORMAL)
@pytest.mark.parametrize("shape", [(2, 3), (64, 33), (4, 3, 5, 2)], ids=str)
def test_normal_starts_agree(fill, shape):
    @both
    def program(torch):
        t = torch.empty(shape)
        same = fill(torch.nn.init, t) is t
        return same, t, bits(torch.rand(1))

    program()


TRUNCATED = {
    "the whole bell": {},
    "half": {"a": 0.0, "b": 2.0},
    "shifted and scaled": {"mean": 1.0, "std": 0.5, "a": 0.5, "b": 1.25},
    "far in the tail": {"a": 1.5, "b": 3.0},
    "narrow": {"std": 10.0, "a": -1.0, "b": 1.0},
}


@TRUNCATED_NORMALS.mark
@pytest.mark.parametrize("options", TRUNCATED.values(), ids=TRUNCATED)
def test_truncated_normals_agree_and_stay_inside(options):
    @both
    def program(torch):
        t = torch.empty(40, 30)
        same = torch.nn.init.trunc_normal_(t, **options) is t
        low, high = options.get("a", -2.0), options.get("b", 2.0)
        return same, t, bool(t.min() >= low), bool(t.max() <= high), bits(torch.rand(1))

    program()


@both
def test_truncated_normals_warn_when_the_mean_is_far_outside(torch):
    return warned(lambda: torch.nn.init.trunc_normal_(torch.empty(3), mean=10.0))


@both
def test_draws_come_from_the_generator_that_is_given(torch):
    init = torch.nn.init
    g = torch.Generator().manual_seed(7)
    drawn = [
        bits(init.uniform_(torch.empty(3), generator=g)),
        bits(init.xavier_uniform_(torch.empty(3, 2), generator=g)),
        bits(init.kaiming_uniform_(torch.empty(3, 2), generator=g)),
    ]
    normals = [
        init.normal_(torch.empty(3), generator=g),
        init.xavier_normal_(torch.empty(3, 2), generator=g),
        init.kaiming_normal_(torch.empty(3, 2), generator=g),
    ]
    return drawn, normals, bits(torch.rand(2))


@both
def test_eye_fills_a_matrix_of_any_shape(torch):
    init = torch.nn.init
    t = torch.empty(2, 3, dtype=torch.float64)
    return (
        init.eye_(t) is t,
        t,
        init.eye_(torch.empty(3, 2)),
        said(ValueError, lambda: init.eye_(torch.empty(2, 2, 2))),
    )


@both
def test_filling_a_parameter_is_not_recorded(torch):
    init = torch.nn.init
    w = torch.nn.Parameter(torch.empty(3, 3))
    fills = (init.uniform_, init.normal_, init.zeros_, init.ones_, init.eye_, init.xavier_normal_)
    same = [fill(w) is w for fill in fills]
    init.constant_(w, 2.0)
    return same, w, w.is_leaf, w.requires_grad


@both
def test_gains(torch):
    gain = torch.nn.init.calculate_gain
    names = ("linear", "conv1d", "conv2d", "conv3d", "sigmoid", "tanh", "relu", "selu")
    return (
        [gain(name) for name in (*names, "conv_transpose2d", "leaky_relu")],
        [gain("leaky_relu", slope) for slope in (0, 0.2, 1)],
        said(ValueError, lambda: gain("leaky_relu", "a")),
        said(ValueError, lambda: gain("leaky_relu", True)),
        said(ValueError, lambda: gain("swish")),
    )


@both
def test_fans_and_what_has_none(torch):
    init = torch.nn.init
    fans = init._calculate_fan_in_and_fan_out
    return (
        fans(torch.empty(2, 3)),
        fans(torch.empty(2, 3, 4, 5)),
        said(ValueError, lambda: fans(torch.empty(3))),
        said(ValueError, lambda: init.xavier_uniform_(torch.empty(3))),
        said(ValueError, lambda: init.kaiming_uniform_(torch.empty(3))),
        said(ValueError, lambda: init.kaiming_uniform_(torch.empty(3, 3), mode="fan")),
    )


@both
def test_kaiming_leaves_an_empty_tensor_alone_with_a_warning(torch):
    init = torch.nn.init
    return (
        warned(lambda: init.kaiming_uniform_(torch.empty(0, 3))),
        warned(lambda: init.kaiming_normal_(torch.empty(3, 0))),
    )


@pytest.mark.parametrize("shape", [(4, 3, 3), (4, 2, 3, 2), (2, 6, 3, 3, 1)], ids=str)
@pytest.mark.parametrize("groups", [1, 2])
@both
def test_dirac_passes_channels_on(torch, shape, groups):
    t = torch.empty(shape, dtype=torch.float64)
    return torch.nn.init.dirac_(t, groups) is t, t


@pytest.mark.parametrize("shape", [(3, 3), (5, 2), (2, 5), (4, 3, 2), (20, 20)], ids=str)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@both
def test_orthogonal_starts_agree(torch, shape, dtype):
    t = torch.empty(shape, dtype=getattr(torch, dtype))
    same = torch.nn.init.orthogonal_(t, gain=1.5) is t
    return same, t, bits(torch.rand(1))


@both
def test_sparse_starts_agree(torch):
    init = torch.nn.init
    return init.sparse_(torch.empty(20, 5), 0.3), init.sparse_(torch.empty(4, 3), 0.5, std=2.0)


@both
def test_what_cannot_be_filled_so(torch):
    init, empty = torch.nn.init, torch.empty
    return (
        said(ValueError, lambda: init.dirac_(empty(2, 2))),
        said(ValueError, lambda: init.dirac_(empty(3, 2, 1), groups=2)),
        said(ValueError, lambda: init.orthogonal_(empty(3))),
        said(ValueError, lambda: init.sparse_(empty(2, 2, 2), 0.1)),
        init.orthogonal_(empty(0, 3)).shape,
    )


@both
def test_the_old_names_warn(torch):
    init, empty = torch.nn.init, torch.empty
    return [
        warned(lambda: init.uniform(empty(3))),
        warned(lambda: init.constant(empty(3), 2.0)),
        warned(lambda: init.xavier_normal(empty(3, 2))),
        warned(lambda: init.kaiming_uniform(empty(3, 2))),
        warned(lambda: init.orthogonal(empty(3, 2))),
        init.eye.__name__,
    ]
