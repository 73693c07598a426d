"""Hooks on modules beyond the plain ones (test_module.py): on every module, always called, before
and after a state_dict is gathered or loaded, and the old backward hooks."""

from __future__ import annotations

import importlib

import pytest

from tests.programs import both, said, warned


def pair(torch):
    return torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU())


@both
def test_hooks_on_every_module_come_before_the_module_s_own(torch):
    place = importlib.import_module(
        "torch.nn.modules.module" if torch.__name__ == "torch" else "minitorch_nn.nn.module"
    )
    net, seen = pair(torch), []
    net[0].register_forward_hook(lambda *_: seen.append("own"))
    handles = [
        place.register_module_forward_pre_hook(
            lambda module, args: seen.append(f"before {type(module).__name__}")
        ),
        place.register_module_forward_hook(
            lambda module, args, output: seen.append(f"after {type(module).__name__}")
        ),
        place.register_module_full_backward_pre_hook(
            lambda module, grad: seen.append(f"back into {type(module).__name__}")
        ),
        place.register_module_full_backward_hook(
            lambda module, inputs, outputs: seen.append(f"back out of {type(module).__name__}")
        ),
    ]
    net(torch.ones(1, 2, requires_grad=True)).sum().backward()
    for handle in handles:
        handle.remove()
    net(torch.ones(1, 2))
    return seen


@both
def test_a_hook_with_always_call_runs_when_the_forward_raises(torch):
    net, seen = pair(torch), []
    net.register_forward_hook(lambda *_: seen.append("only after success"))
    net.register_forward_hook(
        lambda module, args, output: seen.append(output is None), always_call=True
    )
    message = said(RuntimeError, lambda: net(torch.ones(1, 5)))
    net(torch.ones(1, 2))
    return seen, message[:10]


@both
def test_an_always_called_hook_that_has_run_is_not_run_again(torch):
    net, seen = torch.nn.ReLU(), []
    net.register_forward_hook(lambda *_: seen.append("first"), always_call=True)
    net.register_forward_hook(lambda *_: 1 / 0)
    return said(ZeroDivisionError, lambda: net(torch.ones(1))), seen


@both
def test_old_backward_hooks_see_the_last_operation(torch):
    layer, seen = torch.nn.Linear(2, 3), []
    layer.register_backward_hook(lambda module, inputs, outputs: seen.append((inputs, outputs)))
    x = torch.ones(1, 2, requires_grad=True)
    warning = warned(lambda: layer(x).sum().backward())
    return seen, x.grad, warning


@both
def test_an_old_and_a_full_backward_hook_cannot_meet(torch):
    old, full = torch.nn.ReLU(), torch.nn.ReLU()
    old.register_backward_hook(lambda *_: None)
    full.register_full_backward_hook(lambda *_: None)
    return (
        said(RuntimeError, lambda: old.register_full_backward_hook(lambda *_: None)),
        said(RuntimeError, lambda: full.register_backward_hook(lambda *_: None)),
    )


@both
def test_state_dict_hooks_run_before_and_after_it_is_gathered(torch):
    net, seen = pair(torch), []

    def rename(module, state, prefix, metadata):
        state[f"{prefix}scale"] = state.pop(f"{prefix}bias")
        seen.append((prefix, dict(metadata)))

    net[0].register_state_dict_pre_hook(
        lambda module, prefix, keep_vars: seen.append((prefix, keep_vars))
    )
    handle = net[0].register_state_dict_post_hook(rename)
    names = list(net.state_dict())
    handle.remove()
    return names, list(net.state_dict()), seen


@both
def test_a_state_dict_hook_returns_nothing(torch):
    net = pair(torch)
    net.register_state_dict_post_hook(lambda module, state, prefix, metadata: state)
    return said(RuntimeError, net.state_dict)


@both
def test_a_load_hook_brings_old_names_up_to_date_in_a_copy(torch):
    net = pair(torch)
    old = {"0.weight": torch.ones(3, 2), "0.shift": torch.zeros(3)}

    def update(module, state, prefix, metadata, strict, missing, unexpected, errors):
        state[f"{prefix}bias"] = state.pop(f"{prefix}shift")

    net[0].register_load_state_dict_pre_hook(update)
    return str(net.load_state_dict(old)), sorted(old), net[0].bias.detach()


@both
def test_a_hook_after_loading_decides_what_is_missing(torch):
    net, seen = pair(torch), []

    def forgive(module, keys):
        seen.append(list(keys.missing_keys))
        keys.missing_keys.clear()

    net[0].register_load_state_dict_post_hook(forgive)
    result = net.load_state_dict({"0.weight": torch.ones(3, 2)})
    return str(result), seen


@pytest.mark.parametrize("depth", [0, 1])
@both
def test_children_load_before_their_parent_s_hook(torch, depth):
    net, seen = torch.nn.Sequential(pair(torch)), []
    inner = net if depth == 0 else net[0]
    inner.register_load_state_dict_post_hook(
        lambda module, keys: seen.append(float(module.get_parameter(first).detach().sum()))
    )
    first = "0.0.weight" if depth == 0 else "0.weight"
    net.load_state_dict({name: torch.ones_like(t) for name, t in net.state_dict().items()})
    return seen
