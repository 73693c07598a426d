"""torch.autograd.functional: Jacobians, Hessians, and their products with vectors."""

from __future__ import annotations

from typing import Any

import pytest

from .programs import both, said


def point(torch: Any, *shape: int, seed: int = 0) -> Any:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def two_of_two(x: Any, y: Any) -> Any:
    return x.exp() * y.sum(), (x * y).sum()


@both
def test_the_jacobian_of_one_input_and_one_output(torch: Any) -> Any:
    x = point(torch, 2, 3)
    return torch.autograd.functional.jacobian(lambda x: x.exp().sum(dim=1), x)


@both
def test_jacobians_of_tuples_are_tuples_of_tuples(torch: Any) -> Any:
    x, y = point(torch, 3), point(torch, 3, seed=1)
    return torch.autograd.functional.jacobian(two_of_two, (x, y))


@both
def test_a_jacobian_under_create_graph_can_be_differentiated(torch: Any) -> Any:
    x = point(torch, 3).requires_grad_()
    whole = torch.autograd.functional.jacobian(lambda x: x**3, x, create_graph=True)
    return whole, torch.autograd.grad(whole.sum(), x)


@both
def test_an_unused_input_has_a_jacobian_of_zeros(torch: Any) -> Any:
    x, y = point(torch, 2), point(torch, 3)
    return torch.autograd.functional.jacobian(lambda x, y: x * 2, (x, y))


@both
def test_the_hessian_of_one_input(torch: Any) -> Any:
    return torch.autograd.functional.hessian(lambda x: (x**3).sum(), point(torch, 2, 2))


@both
def test_the_hessian_of_two_inputs(torch: Any) -> Any:
    pair = point(torch, 2), point(torch, 3)
    return torch.autograd.functional.hessian(lambda x, y: x.pow(2).sum() * y.exp().sum(), pair)


@both
def test_the_hessian_of_a_linear_function_is_zero(torch: Any) -> Any:
    return torch.autograd.functional.hessian(lambda x: x.sum() * 3, point(torch, 3))


@pytest.mark.parametrize("name", ["vjp", "jvp"])
@both
def test_products_with_the_jacobian(torch: Any, name: str) -> Any:
    product = getattr(torch.autograd.functional, name)
    x, w = point(torch, 3), point(torch, 2, 3)
    v = point(torch, 2, seed=2) if name == "vjp" else point(torch, 3, seed=2)
    return product(lambda x: (w @ x).tanh(), x, v)


@pytest.mark.parametrize("name", ["vhp", "hvp"])
@both
def test_products_with_the_hessian(torch: Any, name: str) -> Any:
    product = getattr(torch.autograd.functional, name)
    x, y = point(torch, 3), point(torch, 3, seed=1)
    v = (point(torch, 3, seed=2), point(torch, 3, seed=3))
    return product(lambda x, y: (x.sin() * y**2).sum(), (x, y), v)


@pytest.mark.parametrize("name", ["vjp", "jvp", "vhp", "hvp"])
@both
def test_the_vector_may_be_left_out_of_a_single_number(torch: Any, name: str) -> Any:
    product = getattr(torch.autograd.functional, name)
    return product(lambda x: x**3, torch.tensor(2.0))


@both
def test_what_is_wrong_is_said(torch: Any) -> Any:
    f = torch.autograd.functional
    x = torch.ones(2)
    return [
        said(TypeError, lambda: f.jacobian(lambda x: 3.0, x)).split(" has type")[0],
        said(TypeError, lambda: f.jacobian(lambda x: x, [x])).split(" has type")[0],
        said(RuntimeError, lambda: f.hessian(lambda x: x, x)),
        said(RuntimeError, lambda: f.hessian(lambda x: (x.sum(), x.sum()), x)),
        said(RuntimeError, lambda: f.vjp(lambda x: x, x)),
        said(RuntimeError, lambda: f.jvp(lambda x: x, x)),
        said(RuntimeError, lambda: f.vjp(lambda x: x, x, torch.ones(3))),
        said(RuntimeError, lambda: f.vjp(lambda x: x, x, (x, x))),
        said(RuntimeError, lambda: f.jacobian(lambda x: torch.ones(2), x, strict=True)).split(".")[
            0
        ],
    ]
