"""gradcheck and gradgradcheck judge as PyTorch's: right formulas, and each way to be wrong."""

from __future__ import annotations

import pytest
import torch

import minitorch_nn

from .programs import both, said, warned
from .versions import GRADCHECK_OF_NOTHING


def double(torch, *shape):
    return torch.rand(*shape, dtype=torch.float64, requires_grad=True)


def function(torch, forward, backward):
    class Made(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return forward(x)

        @staticmethod
        def backward(ctx, grad):
            return backward(grad, ctx.saved_tensors[0])

    return Made.apply


RIGHT = {
    "exp": lambda torch, x, y: x.exp(),
    "a product and a quotient": lambda torch, x, y: (x * y, x / (y + 1)),
    "a matrix product": lambda torch, x, y: x @ y.t(),
    "a reduction": lambda torch, x, y: (x * y).sum(),
    "a broadcast": lambda torch, x, y: x * y[0] + y.mean(1, keepdim=True),
    "a softmax": lambda torch, x, y: torch.softmax(x * 3, 1) * y,
    "a cross entropy": lambda torch, x, y: torch.nn.functional.cross_entropy(
        x * 4 - y, torch.tensor([1, 0])
    ),
    "indexing": lambda torch, x, y: x[:, [0, 0, 2]] + y[1],
    "an input that is not used": lambda torch, x, y: x * 2,
    "the input itself": lambda torch, x, y: x,
    "a view of the input": lambda torch, x, y: x.t(),
    "integers beside floats": lambda torch, x, y: (x * y, (x > 0.5).long()),
    "a write in place": lambda torch, x, y: (x * 1).mul_(y),
    "no gradient at all": lambda torch, x, y: (x > 0.5).double(),
}


@pytest.mark.parametrize("name", RIGHT)
@both
def test_right_gradients_pass(torch, name):
    x, y = double(torch, 2, 3), double(torch, 2, 3)

    def f(a, b):
        return RIGHT[name](torch, a, b)

    return torch.autograd.gradcheck(f, (x, y)), x, y, x._version, x.grad


@pytest.mark.parametrize("name", [n for n in RIGHT if n not in ("no gradient at all",)])
@both
def test_right_second_derivatives_pass(torch, name):
    x, y = double(torch, 2, 3), double(torch, 2, 3)

    def f(a, b):
        return RIGHT[name](torch, a, b)

    return torch.autograd.gradgradcheck(f, (x, y)), x, y, x.grad


@both
def test_a_wrong_gradient_fails_with_both_jacobians(torch):
    f = function(torch, lambda x: x * x, lambda grad, x: grad * 3 * x)
    x = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)

    def whole_message():
        try:
            torch.autograd.gradcheck(f, (x,))
        except RuntimeError as e:
            return str(e)

    analytical = whole_message().split("analytical:")[1]
    return (
        said(RuntimeError, lambda: torch.autograd.gradcheck(f, (x,))),
        whole_message().splitlines()[0],
        analytical,
        torch.autograd.gradcheck(f, (x,), raise_exception=False),
        x,
    )


@both
def test_the_message_counts_outputs_and_inputs(torch):
    wrong = function(torch, lambda x: x * x, lambda grad, x: grad * x)
    a, b = double(torch, 2), double(torch, 2)
    c = torch.ones(2, dtype=torch.float64)

    def f(a, c, b):
        return a * b, a.detach(), c * 2, wrong(b) + a

    return said(RuntimeError, lambda: torch.autograd.gradcheck(f, (a, c, b)))


@both
def test_a_small_error_passes_only_with_a_large_tolerance(torch):
    f = function(torch, lambda x: x * x, lambda grad, x: grad * 2.01 * x)
    x = double(torch, 2)
    check = torch.autograd.gradcheck
    return (
        check(f, x, raise_exception=False),
        check(f, x, raise_exception=False, rtol=0.1),
        check(f, x, raise_exception=False, atol=0.1),
        check(lambda x: x.sin(), x, raise_exception=False, eps=0.5),
        check(lambda x: x.sin(), x, raise_exception=False, eps=1e-4),
    )


@both
def test_a_backward_that_forgets_its_incoming_gradient_fails(torch):
    f = function(torch, lambda x: x.sum(), lambda grad, x: torch.ones_like(x))
    return said(RuntimeError, lambda: torch.autograd.gradcheck(f, double(torch, 2)))


@both
def test_a_backward_that_differs_from_run_to_run_fails(torch):
    calls = []

    def backward(grad, x):
        calls.append(0)
        return grad * 2 * x + 1e-7 * len(calls) * grad

    f = function(torch, lambda x: x * x, backward)
    x = double(torch, 2)
    return (
        said(RuntimeError, lambda: torch.autograd.gradcheck(f, x)).split(".The")[0],
        torch.autograd.gradcheck(f, x, nondet_tol=1e-4),
    )


@both
def test_a_gradient_where_the_function_is_constant_to_autograd_fails(torch):
    return said(
        RuntimeError, lambda: torch.autograd.gradcheck(lambda x: x.detach() * 2, double(torch, 2))
    )


@both
def test_a_wrong_second_derivative_fails(torch):
    def backward(grad, x):
        return grad * 2 * x.detach()

    f = function(torch, lambda x: x * x, backward)
    x = double(torch, 2)
    return (
        torch.autograd.gradcheck(f, x),
        said(RuntimeError, lambda: torch.autograd.gradgradcheck(f, x)),
        torch.autograd.gradgradcheck(f, x, raise_exception=False),
    )


@both
def test_grad_outputs_can_be_given(torch):
    x = double(torch, 2)
    v = double(torch, 2)
    return (
        torch.autograd.gradgradcheck(lambda x: x**3, x, v),
        torch.autograd.gradgradcheck(lambda x: (x**3, x.exp()), (x,), (v, v.detach() * 2)),
    )


@both
def test_float32_inputs_are_warned_about(torch):
    x = torch.rand(2, requires_grad=True)
    check = torch.autograd.gradcheck
    return (
        warned(lambda: check(lambda x: x * 2, x, raise_exception=False)),
        warned(lambda: check(lambda x: x * 2, x, eps=1e-1, atol=1e-2)),
    )


@both
def test_inputs_without_gradient_or_with_overlapping_memory_are_refused(torch):
    expanded = torch.rand(1, 2, dtype=torch.float64).expand(3, 2).requires_grad_()
    return (
        said(
            ValueError,
            lambda: torch.autograd.gradcheck(lambda x: x * 2, torch.ones(2)),
            GRADCHECK_OF_NOTHING,
        ),
        said(RuntimeError, lambda: torch.autograd.gradcheck(lambda x: x * 2, expanded)),
    )


@both
def test_arguments_that_are_no_tensors_are_handed_through(torch):
    return torch.autograd.gradcheck(lambda x, n: x**n, (double(torch, 2), 3))


@both
def test_inputs_with_gaps_in_memory_and_0_d_inputs(torch):
    strided = torch.rand(3, 4, dtype=torch.float64)[:, ::2].t().requires_grad_()
    scalar = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
    return torch.autograd.gradcheck(lambda a, b: (a * b).exp(), (strided, scalar)), strided


@both
def test_a_mismatch_of_dtypes_is_found_on_request(torch):
    x = double(torch, 2)
    return torch.autograd.gradcheck(lambda x: x * 2, x, check_grad_dtypes=True)


@pytest.mark.parametrize("library", [torch, minitorch_nn])
def test_the_error_is_a_gradcheck_error(library):
    f = function(library, lambda x: x * x, lambda grad, x: grad)
    with pytest.raises(RuntimeError) as caught:
        library.autograd.gradcheck(f, double(library, 2))
    assert type(caught.value).__name__ == "GradcheckError"
