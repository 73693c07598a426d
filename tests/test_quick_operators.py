"""The operators + - and · take a short way between two tensors (ops/operators.py): Node.apply,
unrolled. Here both run on the same operands and must leave the same behind: the result, the node
with its edges and what it saved, the gradients, or the same exception."""

from __future__ import annotations

import operator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minitorch_nn as torch
from minitorch_nn.autograd.node import AccumulateGrad, Node, SavedVariable

SHAPES = [(), (1,), (3,), (2, 3), (2, 1), (1, 3), (4, 2, 3), (0, 3), (5,)]
KINDS = ["constant", "leaf", "result", "view", "leaf view", "inference", "integers", "double"]


def operand(kind, shape, seed):
    array = np.random.default_rng(seed).standard_normal(shape).astype(np.float32)
    x = torch.tensor(array)
    if kind == "leaf":
        return x.requires_grad_()
    if kind == "result":
        return x.requires_grad_() * 2.0
    if kind == "view":
        return x.expand(2, *shape)[1]
    if kind == "leaf view":
        return x.requires_grad_().expand(2, *shape)[1]
    if kind == "inference":
        with torch.inference_mode():
            return x + 1
    if kind == "integers":
        return torch.tensor(array.astype(np.int64))
    if kind == "double":
        return x.double().requires_grad_()
    return x


def left_behind(apply, first, second, same):
    """Everything that an operation on operands of these kinds leaves behind, in plain values."""
    a = operand(*first, 1)
    b = a if same else operand(*second, 2)
    try:
        y = apply(a, b)
    except (RuntimeError, TypeError, ValueError) as error:
        return type(error), str(error)
    found = [y.array, y.dtype, y.requires_grad, y.is_inference(), y._version, y.output_nr]
    node = y.grad_fn
    if node is None:
        return found
    found += [type(node), node.result_shape, node.result_dtype, node.more_results, node.hooks]
    found += [tuple(node.needs_input_grad), node.make is y.new, getattr(node, "alpha", 1)]
    for below, nr in node.next_functions:
        found += [type(below), nr]
        if isinstance(below, AccumulateGrad):
            found.append((below.variable is a, below.variable is b))
    for saved in node._saved:
        if type(saved) is SavedVariable:
            found += [saved.array, saved.version, saved.tensor is a, saved.tensor is b]
        else:
            found.append(saved)
    y.backward(torch.ones_like(y))
    return found + [None if x.grad is None else x.grad.array for x in (a, b) if x.is_leaf]


@settings(max_examples=300, deadline=None)
@given(
    name=st.sampled_from(["add", "sub", "mul"]),
    first=st.tuples(st.sampled_from(KINDS), st.sampled_from(SHAPES)),
    second=st.tuples(st.sampled_from(KINDS), st.sampled_from(SHAPES)),
    same=st.booleans(),
    recording=st.booleans(),
)
def test_the_short_way_of_two_tensors_leaves_behind_what_the_long_way_does(
    name, first, second, same, recording
):
    results = []
    for apply in (getattr(operator, name), getattr(torch, name)):
        with torch.set_grad_enabled(recording):
            results.append(left_behind(apply, first, second, same))
    np.testing.assert_equal(*results)


def test_the_short_way_is_taken(monkeypatch):
    def long_way(cls, *inputs, **options):
        raise AssertionError("Node.apply was called")

    monkeypatch.setattr(Node, "apply", classmethod(long_way))
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    assert (x * torch.tensor([3.0, 4.0])).grad_fn is not None
    with pytest.raises(AssertionError, match="was called"):
        x * torch.tensor([3.0, 4.0], dtype=torch.float64)
