"""Hooks on tensors and on nodes: when they run, what they see, and what they may change."""

from __future__ import annotations

import pytest

from .programs import both, said


@both
def test_a_hook_of_a_leaf_fires_once_with_the_summed_gradient(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    seen = []
    x.register_hook(seen.append)
    (x * x + x * 3).sum().backward()
    return seen, x.grad


@both
def test_a_hook_of_a_non_leaf_sees_its_summed_gradient(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    seen = []
    y.register_hook(seen.append)
    (y * y + y).sum().backward()
    return seen, x.grad


@both
def test_what_a_hook_returns_replaces_the_gradient(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    y.register_hook(lambda grad: grad * 10)
    x.register_hook(lambda grad: grad + 1)
    (y * y).sum().backward()
    return x.grad


@both
def test_a_hook_that_returns_none_changes_nothing(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    x.register_hook(lambda grad: None)
    (x * 3).sum().backward()
    return x.grad


@both
def test_hooks_run_in_the_order_of_their_registration_each_seeing_the_last_ones_result(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    seen = []

    def hook(factor):
        def run(grad):
            seen.append((factor, grad.clone()))
            return grad * factor

        return run

    for leaf_or_not in (x, x * 1):
        for factor in (2, 3, 5):
            leaf_or_not.register_hook(hook(factor))
        leaf_or_not.sum().backward()
    return seen, x.grad


@both
def test_a_removed_hook_does_not_run(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    seen = []
    first = x.register_hook(lambda grad: seen.append("first"))
    x.register_hook(lambda grad: seen.append("second"))
    first.remove()
    first.remove()
    x.sum().backward()
    with x.register_hook(lambda grad: seen.append("third")):
        x.sum().backward()
    x.sum().backward()
    return seen


@both
def test_a_hook_may_remove_itself(torch):
    x = torch.tensor([1.0], requires_grad=True)
    seen = []

    def once(grad):
        seen.append("once")
        handle.remove()

    handle = x.register_hook(once)
    x.register_hook(lambda grad: seen.append("always"))
    x.backward()
    x.backward()
    return seen


@both
def test_a_hook_on_a_tensor_without_gradient_raises(torch):
    return said(RuntimeError, lambda: torch.tensor([1.0]).register_hook(print))


@both
def test_a_hook_must_return_a_tensor_of_the_gradients_shape(torch):
    def run(result):
        x = torch.tensor([1.0, 2.0], requires_grad=True)
        x.register_hook(lambda grad: result)
        x.sum().backward()
        return x.grad

    return (
        said(TypeError, lambda: run(3.0)),
        said(RuntimeError, lambda: run(torch.ones(3))),
        run(torch.tensor([7.0, 8.0])),
    )


@both
def test_an_error_in_a_hook_reaches_the_caller(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)

    def fail(grad):
        raise ValueError("from the hook")

    y = x * 2
    y.register_hook(fail)
    return said(ValueError, y.sum().backward), x.grad


@both
def test_hooks_run_in_autograd_grad_too(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    x.register_hook(lambda grad: grad * 3)
    y.register_hook(lambda grad: grad * 5)
    z = (y * y).sum()
    return torch.autograd.grad(z, [x, y]), x.grad


@both
def test_a_hook_of_an_inner_tensor_whose_gradient_is_asked_for(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    y.register_hook(lambda grad: grad * 5)
    y.grad_fn.register_prehook(lambda outputs: tuple(g * 7 for g in outputs))
    z = (y * y).sum()
    # Where the pass ends at y its hook has run; where it goes on, y is read before.
    return torch.autograd.grad(z, y, retain_graph=True), torch.autograd.grad(z, [x, y])


@both
def test_a_hook_of_a_leaf_that_no_gradient_reaches_does_not_run(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    w = torch.tensor([1.0, 2.0], requires_grad=True)
    seen = []
    w.register_hook(seen.append)
    x.sum().backward()
    (x * w).sum().backward(inputs=[x])
    return seen, x.grad, w.grad


@both
def test_a_hook_sees_a_gradient_that_can_be_differentiated_under_create_graph(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 1
    kept = []
    y.register_hook(lambda grad: kept.append(grad.requires_grad) or grad * x)
    (g,) = torch.autograd.grad((y * y).sum(), x, create_graph=True)
    (second,) = torch.autograd.grad(g.sum(), x, retain_graph=True)
    (y * y).sum().backward()
    return kept, g, second


@both
def test_whether_gradients_are_recorded_inside_a_hook(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    modes = []
    x.register_hook(lambda grad: modes.append((torch.is_grad_enabled(), grad.requires_grad)))
    (x * x).sum().backward()
    (x * x).sum().backward(create_graph=True)
    return modes


@both
def test_a_hook_may_start_a_backward_pass_of_its_own(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    w = torch.tensor([3.0, 4.0], requires_grad=True)

    def inner(grad):
        with torch.enable_grad():
            (w * w * 2).sum().backward()

    x.register_hook(inner)
    (x * 2).sum().backward()
    return x.grad, w.grad


@both
def test_a_hook_registered_before_an_in_place_operation_belongs_to_the_old_value(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    seen = []
    y.register_hook(lambda grad: seen.append(("before", grad.clone())))
    y.mul_(10)
    y.register_hook(lambda grad: seen.append(("after", grad.clone())))
    (y * 3).sum().backward()
    return seen, x.grad


@both
def test_retain_grad_before_an_in_place_operation_gives_the_gradient_of_the_new_value(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    y.retain_grad()
    y.mul_(10)
    (y * 3).sum().backward()
    return y.grad, y.retains_grad, x.grad


@both
def test_retain_grad_survives_writes_through_an_index_a_view_and_under_no_grad(torch):
    seen = []

    def by_index(base, view):
        base[0] = base.sum()

    def by_view(base, view):
        view.mul_(2)

    def quietly(base, view):
        with torch.no_grad():
            base.mul_(2)

    for write in (by_index, by_view, quietly):
        base = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True) * 1
        view = base[0]
        base.retain_grad()
        view.retain_grad()
        write(base, view)
        (base * 3).sum().backward(retain_graph=True)
        (view * 5).sum().backward()
        seen.append((base.retains_grad, view.retains_grad, base.grad, view.grad))
    return seen


@both
def test_retain_grad_after_an_in_place_operation(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    y.mul_(10)
    y.retain_grad()
    (y * 3).sum().backward()
    return y.grad, x.grad


@both
def test_retain_grad_sees_what_hooks_returned_whichever_was_registered_first(torch):
    seen = []
    for retain_first in (True, False):
        x = torch.tensor([1.0, 2.0], requires_grad=True)
        y = x * 2
        if retain_first:
            y.retain_grad()
        y.register_hook(lambda grad: grad * 100)
        if not retain_first:
            y.retain_grad()
        y.sum().backward()
        seen.append((y.grad, x.grad))
    return seen


@both
def test_retain_grad_accumulates_over_passes(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    y.retain_grad()
    z = (y * y).sum()
    z.backward(retain_graph=True)
    first = y.grad.clone()
    z.backward()
    return first, y.grad


@both
def test_retain_grad_of_one_of_several_results(torch):
    x = torch.rand(3, 2, requires_grad=True)
    rows = (x * 1).unbind(0)
    rows[1].retain_grad()
    (rows[0].sum() + (rows[1] * 5).sum()).backward()
    return rows[1].grad, x.grad


@both
def test_a_post_accumulate_hook_runs_when_grad_is_complete(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    seen = []

    def look(tensor):
        seen.append((tensor is x, tensor.grad.clone()))
        tensor.grad = None

    handle = x.register_post_accumulate_grad_hook(look)
    x.register_hook(lambda grad: grad * 2)
    (x * x).sum().backward()
    left = x.grad
    handle.remove()
    (x * x).sum().backward()
    return seen, left, x.grad


@both
def test_a_post_accumulate_hook_can_be_an_optimizer(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)

    def step(p):
        with torch.no_grad():
            p.sub_(p.grad, alpha=0.1)
        p.grad = None

    x.register_post_accumulate_grad_hook(step)
    for _ in range(3):
        (x * x).sum().backward()
    return x, x.grad


@both
def test_post_accumulate_hooks_are_for_leaves_and_for_backward_only(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    seen = []
    x.register_post_accumulate_grad_hook(lambda tensor: seen.append("ran"))
    torch.autograd.grad((x * x).sum(), x)
    return (
        seen,
        said(RuntimeError, lambda: (x * 2).register_post_accumulate_grad_hook(print)),
        said(RuntimeError, lambda: torch.ones(2).register_post_accumulate_grad_hook(print)),
    )


@both
def test_a_post_accumulate_hook_may_return_its_leaf_but_nothing_else(torch):
    def train(hook):
        x = torch.tensor([1.0, 2.0], requires_grad=True)
        x.register_post_accumulate_grad_hook(hook)
        (x * x).sum().backward()
        return x.grad

    return (
        train(lambda tensor: tensor),
        said(RuntimeError, lambda: train(lambda tensor: tensor.grad * 5)),
        said(TypeError, lambda: train(lambda tensor: 5)),
    )


# Hooks of nodes


@both
def test_a_nodes_hook_sees_the_gradients_of_inputs_and_outputs(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = torch.tensor([3.0, 4.0], requires_grad=True)
    z = x * y
    seen = []
    z.grad_fn.register_hook(lambda inputs, outputs: seen.append((inputs, outputs)))
    (z * 2).sum().backward()
    return seen, x.grad, y.grad


@both
def test_a_nodes_hook_may_replace_the_gradients_of_its_inputs(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = torch.tensor([3.0, 4.0], requires_grad=True)
    z = x * y
    handle = z.grad_fn.register_hook(lambda inputs, outputs: (inputs[0] * 10, inputs[1] + 1))
    z.sum().backward(retain_graph=True)
    handle.remove()
    z.sum().backward()
    return x.grad, y.grad


@both
def test_a_nodes_hook_shows_none_for_an_input_without_gradient(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * torch.tensor([3.0, 4.0])
    seen = []
    y.grad_fn.register_hook(lambda inputs, outputs: seen.append(inputs))
    y.sum().backward()
    return seen


@both
def test_a_nodes_prehook_may_replace_the_gradient_before_the_node_runs(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    seen = []

    def double(outputs):
        seen.append(outputs)
        return tuple(g * 2 for g in outputs)

    handle = y.grad_fn.register_prehook(double)
    y.sum().backward(retain_graph=True)
    handle.remove()
    y.sum().backward()
    return seen, x.grad


@both
def test_a_hook_of_accumulate_grad(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    node = y.grad_fn.next_functions[0][0]
    seen = []
    node.register_prehook(lambda outputs: seen.append(("before", outputs, x.grad)))
    node.register_hook(lambda inputs, outputs: seen.append(("after", inputs, outputs)))
    y.sum().backward()
    return seen, x.grad


@both
def test_the_order_of_tensor_hooks_prehooks_and_hooks(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    order = []
    y.grad_fn.register_hook(lambda inputs, outputs: order.append("node hook"))
    y.grad_fn.register_prehook(lambda outputs: order.append("node prehook"))
    y.register_hook(lambda grad: order.append("tensor hook of y"))
    x.register_hook(lambda grad: order.append("tensor hook of x"))
    y.sum().backward()
    return order


@pytest.mark.parametrize("nested", [1, 3])
@both
def test_hooks_on_views_of_one_tensor(torch, nested):
    x = torch.rand(4, requires_grad=True)
    y = x * 1
    seen = []
    for _ in range(nested):
        y = y.view(2, 2).view(4)
        y.register_hook(lambda grad: seen.append(grad.clone()))
    y[1:3].sum().backward()
    return seen, x.grad


@both
def test_a_hook_on_a_module_parameter_scales_its_gradient(torch):
    layer = torch.nn.Linear(2, 1)
    layer.weight.register_hook(lambda grad: grad * 0)
    layer(torch.ones(3, 2)).sum().backward()
    return layer.weight.grad, layer.bias.grad
