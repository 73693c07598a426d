"""Random programs of views, in-place writes, hooks and gradients: both libraries see the same.

A program is a list of steps (an operation and two tensors of those made so far). After every step
all tensors are looked at, in both libraries: values, versions, nodes, what is refused and how it is
said. Hypothesis looks for a program on which they differ, and shrinks what it finds.
"""

from __future__ import annotations

from typing import Any

import torch
from hypothesis import example, given
from hypothesis import strategies as st

import minitorch_nn

from .programs import compare, seen
from .versions import NODES_NAMED_IN_MESSAGES, newest


def _without_grad(torch: Any, action: Any) -> Any:
    with torch.no_grad():
        return action()


def _fitting(a: Any, b: Any) -> Any:
    """`b` where it has a's shape, else a number made of it. A copy: how PyTorch writes to memory
    that it reads at the same time is undefined."""
    return b.clone() if b.shape == a.shape else b.sum()


def _grad(torch: Any, loss: Any, x: Any, **options: Any) -> Any:
    (g,) = torch.autograd.grad(loss, x, allow_unused=True, **options)
    return None if g is None else g.clone()  # PyTorch's may be an expanded number


STEPS = {
    # Out of place
    "a * 1.5": lambda torch, a, b: a * 1.5,
    "a * a": lambda torch, a, b: a * a,
    "a + b": lambda torch, a, b: a + _fitting(a, b),
    "tanh": lambda torch, a, b: a.tanh(),
    "sigmoid": lambda torch, a, b: torch.sigmoid(a),
    "sum": lambda torch, a, b: a.sum(-1),
    "clone": lambda torch, a, b: a.clone(),
    "stack": lambda torch, a, b: torch.stack([a, a]),
    "cat": lambda torch, a, b: torch.cat([a, b if b.shape == a.shape else a]),
    "a[[0, 0]]": lambda torch, a, b: a[[0, 0]],
    # Views
    "a[0]": lambda torch, a, b: a[0],
    "a[..., 1:]": lambda torch, a, b: a[..., 1:],
    "a[..., ::2]": lambda torch, a, b: a[..., ::2],
    "transpose": lambda torch, a, b: a.transpose(0, -1),
    "view": lambda torch, a, b: a.view(-1),
    "reshape": lambda torch, a, b: a.reshape(-1),
    "unsqueeze": lambda torch, a, b: a.unsqueeze(0),
    "unbind": lambda torch, a, b: a.unbind(0)[0],
    "split": lambda torch, a, b: a.split(1, -1)[0],
    "detach": lambda torch, a, b: a.detach(),
    # In place
    "mul_ 0.5": lambda torch, a, b: a.mul_(0.5),
    "mul_": lambda torch, a, b: a.mul_(_fitting(a, b)),
    "add_": lambda torch, a, b: a.add_(_fitting(a, b)),
    "tanh_": lambda torch, a, b: a.tanh_(),
    "relu_": lambda torch, a, b: a.relu_(),
    "zero_": lambda torch, a, b: a.zero_(),
    "copy_": lambda torch, a, b: a.copy_(_fitting(a, b)),
    "masked_fill_": lambda torch, a, b: a.masked_fill_(a > 0.3141, 0.1),
    "a[0] = b": lambda torch, a, b: a.__setitem__(0, b.sum()),
    "a[..., -1] = b": lambda torch, a, b: a.__setitem__((..., -1), b.sum()),
    "a[[0]] = b": lambda torch, a, b: a.__setitem__([0], b.mean()),
    "mul_ under no_grad": lambda torch, a, b: _without_grad(torch, lambda: a.mul_(0.9)),
    # Autograd
    "requires_grad_": lambda torch, a, b: a._is_view() or a.requires_grad_(),
    "retain_grad": lambda torch, a, b: a.retain_grad(),
    "register_hook": lambda torch, a, b: a.register_hook(lambda grad: grad * 2) and None,
    "backward": lambda torch, a, b: a.sum().backward(retain_graph=True),
    "grad": lambda torch, a, b: _grad(torch, a.sum(), b, retain_graph=True),
    "grad of a grad": lambda torch, a, b: _grad(torch, (a * a).sum(), b, create_graph=True),
}

steps = st.tuples(st.sampled_from(list(STEPS)), st.integers(0, 11), st.integers(0, 11))


@given(st.lists(steps, min_size=1, max_size=8))
@example([("a * 1.5", 0, 0), ("a[0]", 2, 0), ("retain_grad", 2, 0), ("a[0] = b", 2, 0)])
@example([("unbind", 0, 0), ("unbind", 2, 0), ("backward", 3, 0)])
@example([("a * a", 0, 0), ("split", 2, 0), ("mul_ 0.5", 2, 0), ("tanh", 3, 0)])
def test_random_programs_see_the_same(program):
    theirs = run(torch, program)
    ours = run(minitorch_nn, program)
    for (step, a), (_, b) in zip(theirs, ours, strict=True):
        compare(b, a, step)


def run(torch: Any, program: list[tuple[str, int, int]]) -> list[tuple[str, Any]]:
    """What is seen after each step, and at the end when every tensor has been a loss."""
    x = torch.tensor([[0.5, -1.0, 0.3], [1.2, 0.7, -0.4]], dtype=torch.float64)
    tensors = [x.clone().requires_grad_(), x * 0.3]
    history = []
    for name, i, j in program:
        a, b = tensors[i % len(tensors)], tensors[j % len(tensors)]
        result = _attempt(lambda name=name, a=a, b=b: STEPS[name](torch, a, b))
        if isinstance(result, torch.Tensor) and not any(result is t for t in tensors):
            tensors.append(result)
        said = result if isinstance(result, str) else None
        history.append((name, seen([said, [_look(t) for t in tensors]])))
    for t in tensors:
        if t.requires_grad:
            said = _attempt(lambda t=t: (t * t).sum().backward(retain_graph=True))
            grads = [_attempt(lambda u=u: _kept_grad(u)) for u in tensors]
            history.append(("backward at the end", seen([said, grads])))
    return history


def _attempt(action: Any) -> Any:
    try:
        return action()
    except (RuntimeError, IndexError) as e:
        # Which node saved the tensor that was written to is for test_inplace_and_views.py.
        said = str(e).splitlines()[0].partition(", which is output")[0].partition(" Hint:")[0]
        return newest(f"{type(e).__name__}: {said}", NODES_NAMED_IN_MESSAGES)


def _look(t: Any) -> Any:
    # A view whose place in the graph was lost says so when asked for it.
    place = _attempt(lambda: [t.grad_fn, t.is_leaf])
    return [place, t.requires_grad, t.retains_grad, t._version, t.detach().tolist()]


def _kept_grad(t: Any) -> Any:
    return t.grad if t.is_leaf or t.retains_grad else None
