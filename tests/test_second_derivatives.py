"""Gradients of gradients: every exported operation has them, and programs that need them work.

Most cases stand beside the operations' other tests, as `second=True`; here are the rest, and the
proof that none was forgotten.
"""

from __future__ import annotations

from types import FunctionType
from typing import Any

import pytest
import torch as pytorch

import minitorch_nn

from . import (
    test_activation,
    test_broadcasting,
    test_convolution,
    test_dropout,
    test_embedding,
    test_folding,
    test_indexing,
    test_loss,
    test_matmul,
    test_normalization,
    test_op_db,
    test_pointwise,
    test_pooling,
    test_reduction,
    test_rnn,
    test_shape,
    test_solving,
    test_upsampling,
)
from .databases import need
from .parity import between, booleans, case, cases, constant, distinct, integers, positive

test_the_rest = cases(
    case("broadcast_to", lambda torch, x: torch.broadcast_to(x, (3, 4)), (4,), second=True),
    case(
        "chain_matmul",
        lambda torch, *xs: torch.chain_matmul(*xs),
        (2, 3),
        (3, 1),
        (1, 4),
        second=True,
    ),
    case("clip", lambda torch, x: torch.clip(x, -1, 1), distinct((4,)), second=True),
    case(
        "dropout",
        lambda torch, x: torch.nn.functional.dropout(x, 0.5, False) * x,
        (4,),
        second=True,
    ),
    case(
        "broadcast_tensors",
        lambda torch, x, y: torch.broadcast_tensors(x * x, y),
        (3, 1),
        (4,),
        second=True,
    ),
    case("fmax", lambda torch, x, y: torch.fmax(x, y), (5,), (5,), second=True),
    case("fmin", lambda torch, x, y: torch.fmin(x, y), (5,), (5,), second=True),
    case("ravel", lambda torch, x: torch.ravel(x * x), (3, 4), second=True),
    case("rsub", lambda torch, x, y: torch.rsub(x, y, alpha=2), (3,), (3,), second=True),
    case("swapaxes", lambda torch, x: torch.swapaxes(x, 0, 1) * x, (3, 3), second=True),
    case(
        "where",
        lambda torch, c, x, y: torch.where(c, x * x, y),
        booleans((4,)),
        (4,),
        (4,),
        second=True,
    ),
)

# What no gradient flows through, or what gives no tensor.
WITHOUT = {
    *("eq", "ne", "lt", "le", "gt", "ge", "equal", "allclose", "isclose"),
    *("isnan", "isinf", "isfinite", "any", "all", "argmax", "argmin", "nonzero", "argwhere"),
    *("greater", "greater_equal", "less", "less_equal", "not_equal", "isin", "signbit"),
    *("isposinf", "isneginf", "isreal", "gcd", "lcm", "heaviside"),
    *("logical_and", "logical_or", "logical_xor", "logical_not"),
    *("bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_not"),
    *("bitwise_left_shift", "bitwise_right_shift"),
    *("floor_divide", "broadcast_shapes", "unravel_index"),
    *("argsort", "bincount", "bucketize", "count_nonzero", "histc", "searchsorted"),
    *("unique", "unique_consecutive"),
    *("embedding_bag", "embedding_renorm_", "resize_as_"),
    *("empty_like", "full_like", "ones_like", "zeros_like", "rand_like", "randint_like"),
    *("randn_like", "multinomial"),
    *("zeros_like", "ones_like", "full_like", "empty_like", "multinomial"),
    *("rand_like", "randn_like", "randint_like"),
    *("one_hot", "multi_margin_loss", "multilabel_margin_loss", "hardsigmoid"),
}


def exported_operations() -> set[str]:
    """The operations of the namespace and of nn.functional, as far as PyTorch has them there."""
    spaces = [(minitorch_nn, pytorch), (minitorch_nn.nn.functional, pytorch.nn.functional)]
    return {
        name
        for ours, theirs in spaces
        for name, f in vars(ours).items()
        if isinstance(f, FunctionType)
        and f.__module__.startswith(("minitorch_nn.ops.", "minitorch_nn.nn.functional"))
        and hasattr(theirs, name)
    }


def operations_tested(**wanted: Any) -> set[str]:
    """The operations of all the lists of cases, of those with the wanted options."""
    modules = [
        *(test_activation, test_broadcasting, test_convolution, test_dropout, test_embedding),
        *(test_folding, test_indexing, test_loss, test_matmul, test_normalization),
        *(
            test_pointwise,
            test_pooling,
            test_reduction,
            test_rnn,
            test_shape,
            test_solving,
            test_upsampling,
        ),
    ]
    functions = [f for module in modules for f in vars(module).values() if callable(f)]
    lists = [getattr(f, "cases", ()) for f in [*functions, test_the_rest]]
    return {c.op for given in lists for c in given if wanted.items() <= c.options.items()}


def in_the_database(*, second: bool) -> set[str]:
    """The operations that test_op_db holds against PyTorch, under all their names."""
    ops = [op for op in test_op_db.COVERED if op.supports_gradgrad or not second]
    names = {op.name for op in ops} | {alias.name for op in ops for alias in op.aliases}
    return {name.removeprefix("nn.functional.") for name in names}


def test_no_operation_was_forgotten() -> None:
    need("op_db")
    assert exported_operations() - operations_tested() - in_the_database(second=False) == set()


def test_no_second_derivative_was_forgotten() -> None:
    need("op_db")
    tested = operations_tested(second=True) | in_the_database(second=True)
    assert exported_operations() - tested - WITHOUT == set()


# Programs whose own steps take gradients.


def thrice(torch: Any, x: Any) -> Any:
    (g,) = torch.autograd.grad((x.sin() * x**4).sum(), x, create_graph=True)
    (g,) = torch.autograd.grad(g.sum(), x, create_graph=True)
    (g,) = torch.autograd.grad((g * x).sum(), x, create_graph=True)
    return g


def hessian_vector_product(torch: Any, x: Any, v: Any) -> Any:
    (g,) = torch.autograd.grad((x.tanh() @ x.exp()).sum(), x, create_graph=True)
    return torch.autograd.grad((g * v).sum(), x, create_graph=True)


def gradient_penalty(torch: Any, x: Any, w: Any, b: Any, v: Any) -> Any:
    """The step of a Wasserstein GAN's critic: the loss holds the norm of a gradient."""
    F = torch.nn.functional
    score = F.linear(torch.tanh(F.conv2d(x, w, b, padding=1)).flatten(1), v).sum()
    (g,) = torch.autograd.grad(score, x, create_graph=True)
    return ((g.flatten(1).norm(dim=1) - 1) ** 2).mean()


def a_step_of_descent_inside(torch: Any, x: Any, target: Any, w: Any) -> Any:
    """Meta-learning: the loss after one step of gradient descent, by the weights before it."""
    loss = torch.nn.functional.cross_entropy(x @ w, target)
    (g,) = torch.autograd.grad(loss, w, create_graph=True)
    return torch.nn.functional.cross_entropy(x @ (w - 0.5 * g), target)


def through_backward(torch: Any, x: Any) -> Any:
    """`backward(create_graph=True)` leaves a .grad that has a graph of its own."""
    y = x * 1
    y.retain_grad()
    (y**3).sum().backward(create_graph=True)
    return y.grad * 2


# The names of second-order nodes may differ from PyTorch's, so these do not compare the graph.
test_programs = cases(
    case("grad: thrice", thrice, (4,), graph=False, second=True),
    case("grad: Hessian-vector product", hessian_vector_product, (3, 3), (3, 3), graph=False),
    case("grad: penalty", gradient_penalty, (2, 1, 4, 4), (2, 1, 3, 3), (2,), (1, 32), graph=False),
    case(
        "grad: meta-learning",
        a_step_of_descent_inside,
        (5, 4),
        integers(3, (5,)),
        (4, 3),
        graph=False,
    ),
    case("grad: through backward", through_backward, (4,), graph=False),
    case(
        "grad: of a constant's share",
        lambda torch, x, y: torch.autograd.grad((x * y).sum(), x, create_graph=True),
        (3,),
        constant(positive((3,))),
        graph=False,
    ),
    case(
        "grad: of a sum of squares",
        lambda torch, x: torch.autograd.grad((x**2).sum(), x, create_graph=True),
        between(0.1, 2.0, (3,)),
        graph=False,
    ),
)


@pytest.mark.op("gradgradcheck")
def test_numbers_confirm_what_both_libraries_say() -> None:
    torch = minitorch_nn
    torch.manual_seed(0)
    x = torch.randn(2, 3, 4, 4, dtype=torch.float64, requires_grad=True)
    w = torch.randn(2, 3, 2, 2, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(torch.nn.functional.conv2d, (x, w))
    assert torch.autograd.gradgradcheck(torch.nn.functional.conv2d, (x, w))
