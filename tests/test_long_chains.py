"""Long and wide graphs: no recursion, each node once, time that grows with the nodes, and no
memory that waits for the garbage collector."""

from __future__ import annotations

import gc
import sys
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import minitorch_nn

from .programs import both

N = 100_000


@both
def test_a_chain_of_100000_nodes_runs_forward_and_backward_and_is_deleted(torch):
    x = torch.tensor(1.0, requires_grad=True)
    y = x
    for _ in range(N):
        y = y + 1
    y.backward()
    grad = x.grad
    del y
    return grad


@both
def test_a_long_chain_of_saved_tensors_is_freed_without_recursion(torch):
    x = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    y = x
    for _ in range(N // 2):
        y = (y * 1.00001).sin()
    y.backward()
    return y, x.grad


@both
def test_a_long_chain_that_is_never_passed_is_deleted_without_recursion(torch):
    y = torch.tensor(1.0, requires_grad=True)
    for _ in range(N):
        y = y * 1
    del y
    return "still here"


@both
def test_a_long_chain_of_in_place_operations(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 1
    for _ in range(5_000):
        y.add_(1)
    y.sum().backward()
    return y, y._version, x.grad


@both
def test_a_long_chain_of_views_and_of_writes_through_views(torch):
    x = torch.rand(6, requires_grad=True)
    y = x * 1
    for _ in range(2_000):
        y = y.view(2, 3).view(6)
    z = x * 1
    for i in range(1_000):
        z[i % 6] = z[(i + 1) % 6] * 0.5
    (y.sum() + z.sum()).backward()
    return x.grad


@both
def test_autograd_grad_to_the_beginning_of_a_long_chain(torch):
    x = torch.tensor(2.0, requires_grad=True)
    y = x
    for _ in range(N // 4):
        y = y * 1.0
    return torch.autograd.grad(y, x)


@both
def test_a_second_derivative_through_a_long_chain(torch):
    x = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
    y = x
    for _ in range(2_000):
        y = y + y * y * 1e-4
    (g,) = torch.autograd.grad(y, x, create_graph=True)
    return g, torch.autograd.grad(g, x)


@both
def test_a_node_reached_along_many_paths_runs_once(torch):
    x = torch.tensor(1.0, requires_grad=True)
    runs = []
    y = x
    for _ in range(200):  # 2**200 paths
        y = (y + y) * 0.5
        y.register_hook(lambda grad: runs.append(1))
    y.backward()
    return len(runs), x.grad


@both
def test_a_leaf_used_many_times_accumulates_once(torch):
    x = torch.tensor(1.0, requires_grad=True)
    sums = []
    x.register_hook(lambda grad: sums.append(grad.clone()))
    total = torch.tensor(0.0)
    for _ in range(3_000):
        total = total + x
    total.backward()
    return sums, x.grad


@both
def test_one_wide_node(torch):
    leaves = [torch.tensor([float(i)], requires_grad=True) for i in range(2_000)]
    (torch.cat(leaves) ** 2).sum().backward()
    return torch.cat([x.grad for x in leaves])


def _chain(n: int) -> Any:
    y = minitorch_nn.tensor(1.0, requires_grad=True)
    for _ in range(n):
        y = y * 1
    return y


def _wide(n: int) -> Any:
    x = minitorch_nn.tensor(1.0, requires_grad=True)
    total = minitorch_nn.tensor(0.0)
    for _ in range(n):
        total = total + x * 1
    return total


def _diamonds(n: int) -> Any:
    y = minitorch_nn.tensor(1.0, requires_grad=True)
    for _ in range(n):
        y = (y + y) * 0.5
    return y


@pytest.mark.parametrize("build", [_chain, _wide, _diamonds])
def test_the_work_grows_linearly_with_the_graph(build):
    # Counted in calls, not in seconds, so that a busy machine cannot fail it.
    small, large = build(400), build(1600)
    _calls(build(10).backward)  # whatever happens only on the first pass
    assert _calls(large.backward) < 4.2 * _calls(small.backward)
    assert _calls(lambda: build(1600)) < 4.2 * _calls(lambda: build(400))
    inner = build(400)
    root = minitorch_nn.autograd.grad
    leaf = _leaf_of(inner)
    larger = build(1600)
    larger_leaf = _leaf_of(larger)
    assert _calls(lambda: root(larger, larger_leaf)) < 4.2 * _calls(lambda: root(inner, leaf))


def _leaf_of(tensor: Any) -> Any:
    seen, stack = set(), [tensor.grad_fn]
    while stack:
        node = stack.pop()
        if hasattr(node, "variable"):
            return node.variable
        for child, _ in node.next_functions:
            if child is not None and child not in seen:
                seen.add(child)
                stack.append(child)
    raise AssertionError("no leaf")


def _calls(action: Callable[[], Any]) -> int:
    """How many functions, Python's and C's, `action` calls."""
    count = 0

    def tick(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(tick)
    try:
        action()
    finally:
        sys.setprofile(None)
    return count


# Memory


class Token:
    """Something whose death can be observed; a hook holds it, and a node holds the hook."""


@contextmanager
def no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _watch(tensor: Any) -> weakref.ref[Token]:
    token = Token()
    tensor.register_hook(lambda grad, token=token: None)
    return weakref.ref(token)


def _network(torch: Any) -> tuple[Any, Any]:
    x = torch.rand(4, 3, requires_grad=True)
    w = torch.rand(2, 3, requires_grad=True)
    h = torch.nn.functional.linear(x, w).exp().sigmoid().tanh() * 1
    h.mul_(2)
    h[0].relu_()
    loss = torch.nn.functional.cross_entropy(h, torch.tensor([0, 1, 0, 1]))
    return (x, w), (h, loss)


@both
def test_a_graph_dies_with_its_loss_without_the_garbage_collector(torch):
    with no_collector():
        leaves, results = _network(torch)
        token = _watch(results[0])
        alive = token() is not None
        del results
        return alive, token() is None, len(leaves)


@both
def test_a_graph_dies_after_its_backward_pass_too(torch):
    with no_collector():
        leaves, results = _network(torch)
        token = _watch(results[0])
        results[1].backward()
        del results
        return token() is None, leaves[0].grad, leaves[1].grad


@both
def test_a_leaf_dies_with_its_last_reference(torch):
    with no_collector():
        x = torch.rand(3, requires_grad=True)
        x.sum().backward()
        died = weakref.ref(x)
        del x
        return died() is None


@both
def test_a_users_function_and_its_result_die_together(torch):
    class Double(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            result = x.exp()
            ctx.save_for_backward(x, result)
            return result

        @staticmethod
        def backward(ctx, grad):
            return grad * ctx.saved_tensors[1]

    with no_collector():
        x = torch.rand(3, requires_grad=True)
        y = Double.apply(x)
        token = _watch(y)
        y.sum().backward()
        del y
        return token() is None, x.grad


@both
def test_an_earlier_part_of_the_graph_outlives_the_later_part(torch):
    with no_collector():
        x = torch.rand(3, requires_grad=True)
        h = x * 2
        early = _watch(h)
        y = h.exp()
        late = _watch(y)
        del y
        seen = early() is not None, late() is None
        h.sum().backward()
        return seen, x.grad
