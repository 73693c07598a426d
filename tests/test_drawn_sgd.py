"""SGD, with shapes, options and gradients drawn by Hypothesis."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .parity import parity

OPTIONS = st.fixed_dictionaries(
    {
        "lr": st.sampled_from([0.0, 0.01, 0.1, 1.0]),
        "momentum": st.sampled_from([0.0, 0.5, 0.9]),
        "dampening": st.sampled_from([0.0, 0.0, 0.5]),
        "weight_decay": st.sampled_from([0.0, 0.01, 0.5]),
        "nesterov": st.booleans(),
        "maximize": st.booleans(),
    }
)
SHAPES = st.lists(st.integers(0, 3), max_size=3).map(tuple)


@pytest.mark.op("SGD")
@given(OPTIONS, SHAPES, st.lists(st.booleans(), min_size=1, max_size=5), st.integers(0, 2**31))
def test_steps_agree(
    options: dict[str, Any], shape: tuple[int, ...], graded: list[bool], seed: int
) -> None:
    def train(torch: Any, start: Any, *gradients: Any) -> Any:
        p = torch.nn.Parameter(start.detach().clone())
        optimizer = torch.optim.SGD([p], **options)
        seen = []
        for has_gradient, g in zip(graded, gradients, strict=True):
            p.grad = g.detach().clone() if has_gradient else None
            optimizer.step()
            seen += [p.detach().clone(), p.grad, optimizer.state[p].get("momentum_buffer")]
        return seen

    # Nesterov wants momentum and no dampening, and is refused otherwise.
    parity(train, shape, *[shape] * len(graded), raises=None, seed=seed)


@pytest.mark.op("SGD")
@given(OPTIONS, OPTIONS, SHAPES, st.integers(1, 4), st.integers(0, 2**31))
def test_groups_with_their_own_options_agree_on_a_real_loss(
    first: dict[str, Any], second: dict[str, Any], shape: tuple[int, ...], steps: int, seed: int
) -> None:
    def train(torch: Any, a: Any, b: Any) -> Any:
        p, q = (torch.nn.Parameter(x.detach().clone()) for x in (a, b))
        groups = [{"params": [p], **first}, {"params": [q]}]
        optimizer = torch.optim.SGD(groups, **second)
        losses = []
        for _ in range(steps):
            optimizer.zero_grad()
            loss = ((p - q) ** 2).sum() + (p * q).sin().sum()
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
        return [p.detach(), q.detach(), *losses]

    parity(train, shape, shape, raises=None, seed=seed)
