"""optim.SGD and the Optimizer below it; test_drawn_sgd.py has the rule under all settings."""

from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import torch as pytorch

import minitorch_nn
from tests.programs import both, said, warned
from tests.versions import SETS_OF_PARAMETERS


def train(torch: Any, precision: str, shapes: Any, steps: int, seed: int, **options: Any) -> Any:
    """Steps over parameters whose gradients are random, and sometimes None."""
    rng = np.random.default_rng(seed)
    dtype = getattr(torch, precision)
    params = [
        torch.nn.Parameter(torch.from_numpy(np.asarray(rng.standard_normal(s), precision)))
        for s in shapes
    ]
    optimizer = torch.optim.SGD(params, **options)
    for _ in range(steps):
        for p in params:
            grad = torch.tensor(rng.standard_normal(tuple(p.shape)), dtype=dtype)
            p.grad = grad if rng.random() < 0.8 else None
        optimizer.step()
    return params, optimizer


def results(params: Any, optimizer: Any) -> dict[str, Any]:
    arrays = {f"parameter {i}": p.detach().numpy() for i, p in enumerate(params)}
    for i, p in enumerate(params):
        if p in optimizer.state:
            buffer = optimizer.state[p]["momentum_buffer"]
            arrays[f"momentum of {i}"] = buffer.numpy()
    return arrays


BITWISE = """
import sys
sys.path.insert(0, sys.argv[1])
import torch
import minitorch_nn
from tests.test_sgd import results, train
from tests.versions import PLAIN_KERNELS

assert torch.backends.cpu.get_cpu_capability() == PLAIN_KERNELS
for precision in ("float32", "float64"):
    for options in (
        dict(lr=0.01),
        dict(lr=0.01, momentum=0.9),
        dict(lr=0.1, momentum=0.9, nesterov=True, weight_decay=5e-4),
        dict(lr=0.3, momentum=0.5, dampening=0.3, maximize=True, weight_decay=0.1),
    ):
        arguments = (precision, [(37, 19), (100,), ()], 7, 0)
        theirs = results(*train(torch, *arguments, **options))
        mine = results(*train(minitorch_nn, *arguments, **options))
        for name in theirs:
            assert theirs[name].tobytes() == mine[name].tobytes(), (precision, options, name)
print("equal")
"""


@pytest.mark.op("SGD")
def test_sgd_is_bit_equal_to_a_pytorch_without_fused_multiply_add():
    """PyTorch picks its kernels at import: the ones without FMA round as NumPy does."""
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    done = subprocess.run(
        [sys.executable, "-c", BITWISE, root],
        env={**os.environ, "ATEN_CPU_CAPABILITY": "default"},
        capture_output=True,
        text=True,
    )
    assert done.stdout == "equal\n", done.stderr


# ---- the rule, on numbers that can be followed by hand


def one_number(torch, steps=3, **options):
    p = torch.nn.Parameter(torch.tensor(1.0, dtype=torch.float64))
    optimizer = torch.optim.SGD([p], lr=0.1, **options)
    seen = []
    for _ in range(steps):
        p.grad = torch.tensor(1.0, dtype=torch.float64)
        optimizer.step()
        seen.append(p.item())
    return seen, p.grad, {k: v for state in optimizer.state.values() for k, v in state.items()}


@both
def test_the_first_momentum_is_the_gradient_itself_undampened(torch):
    return (
        one_number(torch),
        one_number(torch, momentum=0.9),
        one_number(torch, momentum=0.9, dampening=0.5),
        one_number(torch, momentum=0.9, nesterov=True),
        one_number(torch, momentum=0.9, weight_decay=0.1),
        one_number(torch, maximize=True, momentum=0.9),
    )


@both
def test_the_momentum_buffer_does_not_hold_lr(torch):
    p = torch.nn.Parameter(torch.tensor(1.0))
    optimizer = torch.optim.SGD([p], lr=0.1, momentum=0.9)
    for lr in (0.1, 0.01, 1.0):
        optimizer.param_groups[0]["lr"] = lr
        p.grad = torch.tensor(1.0)
        optimizer.step()
    return p, optimizer.state[p]["momentum_buffer"]


@both
def test_no_gradient_means_no_step_but_a_zero_gradient_still_decays(torch):
    a, b, c = (torch.nn.Parameter(torch.ones(2)) for _ in range(3))
    optimizer = torch.optim.SGD([a, b, c], lr=0.1, momentum=0.9, weight_decay=0.5)
    for _ in range(2):
        b.grad = torch.zeros(2)
        c.grad = torch.ones(2)
        optimizer.step()
    return a, b, c, a in optimizer.state, c.grad


@both
def test_a_step_is_in_place_and_counts_as_a_write(torch):
    p = torch.nn.Parameter(torch.ones(2))
    view = p.detach()
    p.grad = torch.ones(2)
    optimizer = torch.optim.SGD([p], lr=0.5, momentum=0.9)
    optimizer.step()
    optimizer.step()
    return view, p._version, p.is_leaf, p.grad._version, optimizer.state[p]["momentum_buffer"]


@pytest.mark.parametrize("precision", ["float16", "float32", "float64"])
def test_a_large_weight_is_changed_in_slices_as_it_would_be_in_one(precision):
    """The last slice is not full; the transposed weight is no row of numbers, and goes in one."""
    rng = np.random.default_rng(0)
    for shape, transposed in (((1025, 1027), False), ((1025, 1027), True), ((2**20,), False)):
        old = rng.standard_normal(shape).astype(precision)
        grad = rng.standard_normal(shape).astype(precision)
        if transposed:
            old, grad = old.T, grad.T
        expected = old - 0.1 * grad
        weight = minitorch_nn.nn.Parameter(minitorch_nn.from_numpy(old))
        weight.grad = minitorch_nn.from_numpy(grad)
        minitorch_nn.optim.SGD([weight], lr=0.1).step()
        np.testing.assert_array_equal(weight.detach().numpy(), expected)


@both
def test_a_graph_that_needs_the_old_values_notices_the_step(torch):
    w = torch.nn.Parameter(torch.ones(1, 2))
    loss = (w * w).sum()
    optimizer = torch.optim.SGD([w], lr=0.1)
    loss.backward(retain_graph=True)
    optimizer.step()
    return said(RuntimeError, loss.backward).split(":")[0]


@both
def test_the_closure_s_loss_is_returned_and_has_gradients(torch):
    p = torch.nn.Parameter(torch.tensor([2.0]))
    optimizer = torch.optim.SGD([p], lr=0.1)

    def closure():
        optimizer.zero_grad()
        loss = (p * p).sum()
        loss.backward()
        return loss

    with torch.no_grad():
        loss = optimizer.step(closure)
    return loss, p, p.grad, optimizer.step()


@both
def test_settings_may_be_tensors_and_numpy_numbers(torch):
    p = torch.nn.Parameter(torch.ones(3))
    q = torch.nn.Parameter(torch.ones(3))
    p.grad, q.grad = torch.full((3,), 0.3), torch.full((3,), 0.3)
    torch.optim.SGD([p], lr=torch.tensor(0.1)).step()
    torch.optim.SGD([q], lr=float(np.float64(0.1)), weight_decay=0.1).step()
    return p, q


def test_a_numpy_number_as_lr_does_not_change_the_type():
    p = minitorch_nn.nn.Parameter(minitorch_nn.ones(3))
    p.grad = minitorch_nn.full((3,), 0.3)
    minitorch_nn.optim.SGD([p], lr=np.float64(0.1), momentum=np.float64(0.9)).step()
    assert p.dtype is minitorch_nn.float32
    assert p.tolist() == (np.ones(3, np.float32) - np.float32(0.1) * np.float32(0.3)).tolist()


@both
def test_a_network_trains_alike(torch):
    torch.manual_seed(0)
    m = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 3)).double()
    optimizer = torch.optim.SGD(m.parameters(), lr=0.1, momentum=0.9)
    x = torch.rand(16, 4, dtype=torch.float64)
    y = torch.randint(0, 3, (16,))
    losses = []
    for _ in range(30):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(m(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses, m.state_dict()


# ---- groups


@both
def test_groups_have_settings_of_their_own(torch):
    a, b, c = (torch.nn.Parameter(torch.ones(1)) for _ in range(3))
    optimizer = torch.optim.SGD(
        [{"params": [a]}, {"params": b, "lr": 0.5, "momentum": 0.9}], lr=0.1
    )
    optimizer.add_param_group({"params": (p for p in [c]), "maximize": True})
    for _ in range(2):
        for p in (a, b, c):
            p.grad = torch.ones(1)
        optimizer.step()
    return a, b, c, repr(optimizer), [len(g["params"]) for g in optimizer.param_groups]


@both
def test_named_parameters_keep_their_names(torch):
    m = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(m.named_parameters(), lr=0.1)
    state = optimizer.state_dict()
    optimizer.load_state_dict(state)
    plain = torch.optim.SGD(m.parameters(), lr=0.1)
    optimizer.load_state_dict(plain.state_dict())
    return repr(optimizer), state, optimizer.param_groups[0]["param_names"]


@both
def test_it_prints_its_groups(torch):
    m = torch.nn.Linear(2, 1)
    return repr(torch.optim.SGD(m.parameters(), lr=0.01, momentum=0.9, nesterov=True, fused=False))


@both
def test_zero_grad_sets_none_or_fills_zeros(torch):
    p = torch.nn.Parameter(torch.ones(2))
    q = torch.nn.Parameter(torch.ones(2))
    p.grad = torch.ones(2)
    grad = p.grad
    optimizer = torch.optim.SGD([{"params": [p]}, {"params": [q]}])
    optimizer.zero_grad(set_to_none=False)
    zeros = p.grad is grad, p.grad.clone(), q.grad
    optimizer.zero_grad()
    return zeros, p.grad


# ---- refusals


@both
def test_what_cannot_be_optimized_is_refused(torch):
    SGD = torch.optim.SGD
    p = torch.nn.Parameter(torch.ones(2))
    q = torch.nn.Parameter(torch.ones(2))
    kept = p * 2
    kept.retain_grad()
    return (
        said(TypeError, lambda: SGD(p)),
        said(ValueError, lambda: SGD([])),
        said(ValueError, lambda: SGD(x for x in ())),
        said(TypeError, lambda: SGD([1])),
        said(TypeError, lambda: SGD(["text"])),
        said(ValueError, lambda: SGD([p * 2])),
        len(SGD([kept]).param_groups),
        said(TypeError, lambda: SGD([{"params": {p}}])),
        said(ValueError, lambda: SGD([{"params": [p]}, {"params": [q, p]}])),
        said(TypeError, lambda: SGD([{"params": [p]}, 3])),
        said(KeyError, lambda: SGD([{"lr": 0.1}])),
        said(ValueError, lambda: SGD([("p", p), q])),
        said(ValueError, lambda: SGD([{"params": [("p", p)]}, {"params": [q]}])),
        said(ValueError, lambda: SGD([{"params": [p]}, {"params": [("q", q)]}])),
    )


@both
def test_a_parameter_twice_in_one_group_is_warned_of(torch):
    p = torch.nn.Parameter(torch.ones(2))
    return warned(lambda: torch.optim.SGD([p, p]))


@SETS_OF_PARAMETERS.mark
@both
def test_a_set_of_parameters_is_warned_of(torch):
    p = torch.nn.Parameter(torch.ones(2))
    return warned(lambda: torch.optim.SGD({p}))


@both
def test_settings_that_make_no_sense_are_refused(torch):
    p = [torch.nn.Parameter(torch.ones(2))]
    SGD = torch.optim.SGD
    return (
        said(ValueError, lambda: SGD(p, lr=-0.1)),
        said(ValueError, lambda: SGD(p, momentum=-0.1)),
        said(ValueError, lambda: SGD(p, weight_decay=-0.1)),
        said(ValueError, lambda: SGD(p, nesterov=True)),
        said(ValueError, lambda: SGD(p, momentum=0.9, dampening=0.1, nesterov=True)),
        said(ValueError, lambda: SGD(p, lr=torch.ones(2))),
        said(RuntimeError, lambda: SGD(p, fused=True, foreach=True)),
        said(RuntimeError, lambda: SGD(p, fused=True, differentiable=True)),
        said(TypeError, lambda: SGD(p, 0.1, 0, 0, 0, False, True)),
    )


def test_differentiable_steps_are_refused_with_the_remedy():
    p = minitorch_nn.nn.Parameter(minitorch_nn.ones(2))
    with pytest.raises(NotImplementedError, match="write it out"):
        minitorch_nn.optim.SGD([p], differentiable=True)


# ---- state


@both
def test_state_dict_numbers_the_parameters(torch):
    a, b, c = (torch.nn.Parameter(torch.ones(2)) for _ in range(3))
    optimizer = torch.optim.SGD([{"params": [a, b]}, {"params": [c], "lr": 0.5}], momentum=0.9)
    empty = optimizer.state_dict()
    a.grad, c.grad = torch.ones(2), torch.ones(2)
    optimizer.step()
    state = optimizer.state_dict()
    shared = state["state"][0]["momentum_buffer"] is optimizer.state[a]["momentum_buffer"]
    return empty, state, shared


@both
def test_a_loaded_optimizer_goes_on_where_the_other_stood(torch):
    def make():
        torch.manual_seed(0)
        m = torch.nn.Linear(3, 2)
        return m, torch.optim.SGD(m.parameters(), lr=0.1, momentum=0.9)

    def run(m, optimizer, steps):
        for _ in range(steps):
            optimizer.zero_grad()
            m(torch.ones(4, 3)).pow(2).sum().backward()
            optimizer.step()

    m, optimizer = make()
    run(m, optimizer, 2)
    twin, other = make()
    other.param_groups[0]["lr"] = 5.0
    twin.load_state_dict(m.state_dict())
    other.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    run(m, optimizer, 2)
    run(twin, other, 2)
    same = [bool((p == q).all()) for p, q in zip(m.parameters(), twin.parameters(), strict=True)]
    return same, other.param_groups[0]["lr"], twin.weight


@both
def test_loaded_momentum_takes_the_parameter_s_type(torch):
    p = torch.nn.Parameter(torch.ones(2))
    p.grad = torch.ones(2)
    optimizer = torch.optim.SGD([p], momentum=0.9)
    optimizer.step()
    q = torch.nn.Parameter(torch.ones(2, dtype=torch.float64))
    other = torch.optim.SGD([q], momentum=0.9)
    other.load_state_dict(optimizer.state_dict())
    return other.state[q], other.param_groups[0]["params"][0] is q


@both
def test_a_state_from_before_a_setting_existed_is_completed(torch):
    p = torch.nn.Parameter(torch.ones(1))
    optimizer = torch.optim.SGD([p], lr=0.1, momentum=0.9)
    state = optimizer.state_dict()
    for name in ("maximize", "foreach", "differentiable", "nesterov"):
        del state["param_groups"][0][name]
    optimizer.load_state_dict(state)
    p.grad = torch.ones(1)
    optimizer.step()
    return p, repr(optimizer)


@both
def test_a_state_of_other_groups_is_refused(torch):
    a, b = (torch.nn.Parameter(torch.ones(2)) for _ in range(2))
    one = torch.optim.SGD([a])
    two = torch.optim.SGD([a, b])
    groups = torch.optim.SGD([{"params": [a]}, {"params": [b]}])
    return (
        said(ValueError, lambda: one.load_state_dict(two.state_dict())),
        said(ValueError, lambda: one.load_state_dict(groups.state_dict())),
    )


@pytest.mark.parametrize("direction", ["to PyTorch", "from PyTorch"])
def test_states_go_both_ways_between_the_libraries(direction):
    arguments = ("float64", [(3, 2), (2,)], 3, 1)
    options = {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.01}
    libraries = [minitorch_nn, pytorch]
    source, target = libraries if direction == "to PyTorch" else reversed(libraries)
    _, optimizer = train(source, *arguments, **options)
    params, other = train(target, *arguments, **{**options, "lr": 9.0})
    saved = optimizer.state_dict()
    for state in saved["state"].values():
        state["momentum_buffer"] = target.from_numpy(state["momentum_buffer"].numpy())
    other.load_state_dict(saved)
    assert other.param_groups[0]["lr"] == 0.1
    assert repr(other) == repr(optimizer)
    assert len(saved["state"]) == 2
    for number, p in enumerate(params):
        expected = saved["state"][number]["momentum_buffer"].numpy()
        assert np.array_equal(other.state[p]["momentum_buffer"].numpy(), expected)


@both
def test_optimizers_can_be_copied_and_pickled(torch):
    p = torch.nn.Parameter(torch.ones(2))
    p.grad = torch.ones(2)
    optimizer = torch.optim.SGD([p], lr=0.1, momentum=0.9)
    optimizer.register_step_pre_hook(lambda *_: None)
    optimizer.step()
    seen = []
    for twin in (copy.deepcopy(optimizer), pickle.loads(pickle.dumps(optimizer))):
        (q,) = twin.param_groups[0]["params"]
        q.grad = torch.ones(2)
        twin.step()
        seen.append((q is p, q, twin.state[q], repr(twin) == repr(optimizer)))
    return seen, p


# ---- hooks, and optimizers of one's own


@both
def test_step_hooks_run_before_and_after(torch):
    p = torch.nn.Parameter(torch.ones(2))
    optimizer = torch.optim.SGD([p])
    log = []
    pre = optimizer.register_step_pre_hook(
        lambda o, args, kwargs: log.append(("pre", o is optimizer, len(args), list(kwargs)))
    )
    optimizer.register_step_post_hook(
        lambda o, args, kwargs: log.append(("post", o is optimizer, len(args), list(kwargs)))
    )
    optimizer.step()
    optimizer.step(closure=lambda: log.append("closure"))
    pre.remove()
    optimizer.step(None)
    optimizer.register_step_pre_hook(
        lambda o, args, kwargs: ((o, lambda: log.append("replaced")), {})
    )
    optimizer.step()
    optimizer.register_step_pre_hook(lambda o, args, kwargs: 3)
    return log, said(RuntimeError, optimizer.step).split("> ")[-1]


@both
def test_an_optimizer_of_one_s_own(torch):
    from_library = torch.optim.Optimizer

    class SignDescent(from_library):
        def __init__(self, params, lr=0.1):
            super().__init__(params, {"lr": lr})

        @torch.no_grad()
        def step(self, closure=None):
            for group in self.param_groups:
                for p in group["params"]:
                    p.sub_(group["lr"] * p.grad.sign())
                    self.state[p]["step"] = self.state[p].get("step", 0) + 1

    p = torch.nn.Parameter(torch.tensor([1.0, -1.0]))
    optimizer = SignDescent([p])
    log = []
    optimizer.register_step_post_hook(lambda *_: log.append("after"))
    (p * p).sum().backward()
    optimizer.step()
    optimizer.step()
    state = optimizer.state_dict()
    optimizer.load_state_dict(state)
    return p, repr(optimizer), state, log, optimizer.state[p]


@both
def test_a_required_setting_must_be_given_and_step_must_be_defined(torch):
    from importlib import import_module

    required = import_module(f"{torch.__name__}.optim.optimizer").required
    p = torch.nn.Parameter(torch.ones(1))
    optimizer = torch.optim.Optimizer([{"params": [p], "lr": 1}], {"lr": required})
    return (
        said(ValueError, lambda: torch.optim.Optimizer([p], {"lr": required})),
        repr(required),
        repr(optimizer),
        said(NotImplementedError, optimizer.step),
    )
