"""nn.utils: gradients kept within bounds, and parameters as one vector."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.programs import both, graph, said, warned
from tests.versions import NOTHING_TO_CLIP

INF = math.inf


def with_grads(torch, *grads, dtype="float64"):
    params = []
    for values in grads:
        values = None if values is None else np.asarray(values, dtype)
        p = torch.nn.Parameter(torch.zeros(() if values is None else values.shape))
        if values is not None:
            p = torch.nn.Parameter(torch.from_numpy(np.zeros_like(values)))
            p.grad = torch.from_numpy(values.copy())
        params.append(p)
    return params


def drawn(seed=0, scale=1.0):
    rng = np.random.default_rng(seed)
    return [scale * rng.standard_normal(shape) for shape in ((3, 4), (5,), (), (2, 1, 3))]


@pytest.mark.parametrize("norm_type", [2.0, 2, 1, 3.5, 0.5, 0, INF, -INF, "inf", -1.0])
@pytest.mark.parametrize("max_norm", [0.7, 1000.0])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@both
def test_gradients_are_shortened_as_one_vector(torch, norm_type, max_norm, dtype):
    params = with_grads(torch, *drawn(), None, dtype=dtype)
    norm = torch.nn.utils.clip_grad_norm_(params, max_norm, norm_type=norm_type)
    return norm, [p.grad for p in params], [p.grad._version for p in params if p.grad is not None]


@both
def test_a_single_tensor_a_module_s_generator_and_foreach(torch):
    clip = torch.nn.utils.clip_grad_norm_
    m = torch.nn.Linear(3, 2)
    m(torch.ones(4, 3)).pow(2).sum().backward()
    (p,) = with_grads(torch, [3.0, 4.0])
    first = clip(p, 1.0)
    return (
        (first, p.grad, clip(p, 0.5, foreach=False)),
        (clip(m.parameters(), 0.1, foreach=True), m.weight.grad, m.bias.grad),
        clip([], 1.0),
        clip([torch.nn.Parameter(torch.ones(2))], 1.0),
    )


@NOTHING_TO_CLIP.mark
@both
def test_an_empty_generator_is_warned_of(torch):
    return warned(lambda: torch.nn.utils.clip_grad_norm_((p for p in ()), 1.0))


@both
def test_a_norm_that_is_not_finite_can_be_an_error(torch):
    clip = torch.nn.utils.clip_grad_norm_
    seen = []
    for bad in (INF, -INF, math.nan):
        params = with_grads(torch, [1.0, bad], [2.0, -3.0])
        seen.append(said(RuntimeError, lambda p=params: clip(p, 1.0, error_if_nonfinite=True)))
        seen.append([p.grad.clone() for p in params])
        seen.append((clip(params, 1.0), [p.grad for p in params]))
    return seen


@both
def test_mixed_types_and_empty_gradients(torch):
    a, b = with_grads(torch, [3.0, 4.0], np.zeros(0))
    (c,) = with_grads(torch, [12.0], dtype="float32")
    norm = torch.nn.utils.clip_grad_norm_([a, b, c], 6.5)
    return norm, a.grad, b.grad, c.grad


@both
def test_the_two_halves_of_clipping(torch):
    params = with_grads(torch, *drawn(1), None)
    total = torch.nn.utils.get_total_norm([p.grad for p in params[:4]], norm_type=1)
    before = torch.nn.utils.get_total_norm(torch.full((4,), 2.0)), torch.nn.utils.get_total_norm([])
    torch.nn.utils.clip_grads_with_norm_(params, 3.0, total)
    torch.nn.utils.clip_grads_with_norm_(params[0], 0.1, total)
    return total, before, [p.grad for p in params]


@both
def test_every_number_is_brought_between_the_bounds(torch):
    params = with_grads(torch, *drawn(2, 3.0), [math.nan, INF, -INF, 0.5], None)
    result = torch.nn.utils.clip_grad_value_(params, 0.5)
    torch.nn.utils.clip_grad_value_(params[0], clip_value=0.25, foreach=True)
    return [result is None], [p.grad for p in params]


@both
def test_clipping_is_not_recorded(torch):
    p = torch.nn.Parameter(torch.tensor([2.0, 3.0]))
    (p * p * p).sum().backward(create_graph=True)
    before = p.grad.requires_grad
    norm = torch.nn.utils.get_total_norm([p.grad])
    return before, norm.requires_grad, said(RuntimeError, lambda: p.grad.numpy())


@both
def test_the_old_name_says_that_it_is_old(torch):
    (p,) = with_grads(torch, [3.0, 4.0])
    return warned(lambda: torch.nn.utils.clip_grad_norm(p, 1.0)), p.grad


@both
def test_parameters_become_one_vector_that_gradients_pass(torch):
    m = torch.nn.Linear(3, 2)
    vector = torch.nn.utils.parameters_to_vector(m.parameters())
    (vector * torch.arange(8.0)).sum().backward()
    return vector, graph(vector), m.weight.grad, m.bias.grad


@both
def test_a_vector_becomes_the_parameters_and_shares_their_memory(torch):
    m = torch.nn.Linear(3, 2)
    vector = torch.arange(8.0)
    torch.nn.utils.vector_to_parameters(vector, m.parameters())
    before = m.weight.detach().clone(), m.bias.detach().clone()
    with torch.no_grad():
        m.bias += 1
    vector[0] = 50
    x = m(torch.ones(1, 3)).sum()
    x.backward()
    return before, vector, m.weight, m.weight.grad, m.weight.is_leaf, type(m.weight).__name__


@both
def test_what_is_no_vector_is_refused(torch):
    m = torch.nn.Linear(3, 2)
    convert = torch.nn.utils.vector_to_parameters
    return (
        said(TypeError, lambda: convert([1.0, 2.0], m.parameters())),
        said(RuntimeError, lambda: convert(torch.ones(4), m.parameters())),
    )
