"""backward() and autograd.grad: what they compute, what they keep, and what they refuse."""

from __future__ import annotations

import itertools

import pytest

from .programs import both, said, warned
from .versions import (
    COPY_OF_A_TENSOR,
    GRAD_DTYPE,
    UNUSED_AT_INDEX_1,
    ZEROS_FOR_UNUSED_INPUTS,
    is_older,
)

# Gradients by hand


@both
def test_the_gradient_of_x_cubed(torch):
    x = torch.tensor(2.0, requires_grad=True)
    y = x * x * x
    y.backward()
    return x.grad, y, y.requires_grad, x.is_leaf, y.is_leaf


@both
def test_a_tensor_used_twice_gets_the_sum_of_both_gradients(torch):
    a = torch.tensor(1.0, requires_grad=True)
    b = a + a
    c = b + b
    c.backward()
    return a.grad


@both
def test_leaves_with_equal_values_keep_separate_gradients(torch):
    a = torch.tensor(3.0, requires_grad=True)
    b = torch.tensor(3.0, requires_grad=True)
    (a * a + b).backward()
    return a.grad, b.grad


@both
def test_a_diamond_waits_for_all_its_gradients(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    a = x.exp()
    (a * a.sin() + a.cos() * x + a.sum()).sum().backward()
    return x.grad


@both
def test_a_leaf_can_be_its_own_loss(torch):
    x = torch.tensor(2.0, requires_grad=True)
    x.backward()
    return x.grad


@both
def test_a_leaf_vector_accepts_its_own_gradient(torch):
    x = torch.tensor([2.0, 3.0], requires_grad=True)
    x.backward(torch.tensor([5.0, 7.0]))
    x.backward(gradient=torch.tensor([1.0, 1.0]))
    return x.grad


@both
def test_a_constant_gets_no_gradient(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    c = torch.tensor([3.0, 4.0])
    y = x * c + 1
    y.sum().backward()
    return x.grad, c.grad, c.requires_grad, y


@both
def test_gradients_of_both_sides_of_every_arithmetic_operator(torch):
    seen = []
    for operator in ("__add__", "__sub__", "__mul__", "__truediv__", "__pow__"):
        a = torch.tensor([1.5, 2.5], dtype=torch.float64, requires_grad=True)
        b = torch.tensor([0.5, 3.0], dtype=torch.float64, requires_grad=True)
        getattr(a, operator)(b).sum().backward()
        seen.append((operator, a.grad, b.grad))
    return seen


@both
def test_gradients_of_operators_with_a_number_on_either_side(torch):
    seen = []
    for f in (
        lambda x: x + 2,
        lambda x: 2 + x,
        lambda x: x - 2,
        lambda x: 2 - x,
        lambda x: x * 2,
        lambda x: 2 * x,
        lambda x: x / 2,
        lambda x: 2 / x,
        lambda x: x**2,
        lambda x: 2**x,
        lambda x: -x,
    ):
        x = torch.tensor([1.5, 2.5], requires_grad=True)
        y = f(x)
        y.sum().backward()
        seen.append((y, x.grad))
    return seen


# Accumulation and freeing


@both
def test_gradients_accumulate_over_backward_calls(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    seen = []
    for _ in range(3):
        (x * x).sum().backward()
        seen.append(x.grad.clone())
    return seen


@both
def test_accumulating_writes_into_the_same_grad_tensor(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    (x * x).sum().backward()
    before = x.grad
    (x * x).sum().backward()
    return before is x.grad, before


@both
def test_accumulating_under_create_graph_makes_a_new_grad_tensor(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    (x * x).sum().backward(create_graph=True)
    before = x.grad
    (x * x).sum().backward(create_graph=True)
    return before is x.grad, before, x.grad


@both
def test_setting_grad_to_none_starts_again(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    (x * x).sum().backward()
    x.grad = None
    (3 * x).sum().backward()
    return x.grad


@both
def test_zeroing_grad_in_place_starts_again(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    (x * x).sum().backward()
    x.grad.zero_()
    (3 * x).sum().backward()
    return x.grad


@both
def test_grad_accepts_only_a_tensor_of_the_same_shape_and_dtype(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)

    def assign(value):
        x.grad = value

    assign(torch.tensor([5.0, 6.0]))
    return (
        x.grad,
        said(RuntimeError, lambda: assign(torch.tensor([1.0]))),
        said(RuntimeError, lambda: assign(torch.ones(2, dtype=torch.float64)), GRAD_DTYPE),
        said(TypeError, lambda: assign(3.0)),
        said(RuntimeError, lambda: assign(x)),
        x.grad,
    )


@both
def test_a_second_backward_through_freed_tensors_raises(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x.exp().sum()
    y.backward()
    return said(RuntimeError, y.backward), x.grad


@both
def test_a_second_backward_succeeds_where_nothing_was_saved(torch):
    x = torch.tensor(1.0, requires_grad=True)
    y = x + x
    y.backward()
    y.backward()
    return x.grad


@both
def test_retain_graph_keeps_saved_tensors_for_another_pass(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = (x * x).exp().sum()
    y.backward(retain_graph=True)
    y.backward(retain_graph=True)
    y.backward()
    return x.grad, said(RuntimeError, y.backward)


@both
def test_two_losses_share_the_beginning_of_their_graph(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    shared = x.exp()
    a, b = shared.sum(), (shared * 2).sum()
    a.backward()
    return x.grad, said(RuntimeError, b.backward)


@both
def test_a_backward_that_fails_midway_leaves_the_gradients_it_had_delivered(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    w = torch.tensor([3.0, 4.0], requires_grad=True)
    shared = x.exp()
    shared.sum().backward()
    message = said(RuntimeError, (shared + w).sum().backward)
    return message, x.grad, w.grad


@both
def test_reading_a_saved_tensor_of_a_freed_node_raises(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x.exp()
    before = y.grad_fn._saved_result
    y.sum().backward()
    return before, said(RuntimeError, lambda: y.grad_fn._saved_result)


# What backward refuses


@both
def test_backward_of_a_vector_needs_a_gradient(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    message = said(RuntimeError, y.backward)
    y.backward(torch.tensor([1.0, 10.0]))
    return message, x.grad


@both
def test_a_tensor_with_one_element_is_a_scalar_whatever_its_rank(torch):
    x = torch.tensor([[3.0]], requires_grad=True)
    (x * x).backward()
    return x.grad


@both
def test_backward_without_a_graph_raises(torch):
    return (
        said(RuntimeError, torch.tensor(1.0).backward),
        said(RuntimeError, torch.tensor([1.0, 2.0]).backward),
        said(RuntimeError, torch.tensor(1.0, requires_grad=True).detach().backward),
    )


@both
def test_the_gradient_of_the_output_must_have_its_shape_and_dtype(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    return (
        said(RuntimeError, lambda: y.backward(torch.tensor([1.0]))),
        said(RuntimeError, lambda: y.backward(torch.ones(2, 1))),
        said(TypeError, lambda: y.backward(2.0)),
        x.grad,
    )


@both
def test_integer_tensors_cannot_require_grad(torch):
    whole = torch.tensor([1, 2])
    return (
        said(RuntimeError, lambda: torch.tensor([1, 2], requires_grad=True)),
        said(RuntimeError, lambda: whole.requires_grad_()),
        said(RuntimeError, lambda: setattr(whole, "requires_grad", True)),
        said(RuntimeError, lambda: torch.zeros(2, dtype=torch.bool, requires_grad=True)),
    )


@both
def test_requires_grad_cannot_be_switched_off_inside_a_graph(torch):
    x = torch.tensor([1.0], requires_grad=True)
    y = x * 2
    return (
        said(RuntimeError, lambda: y.requires_grad_(False)),
        said(RuntimeError, lambda: setattr(y, "requires_grad", False)),
        y.requires_grad_() is y,
        x.requires_grad_(False).requires_grad,
    )


@both
def test_comparisons_and_argmax_leave_the_graph(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    return x > 1, x == x, x.argmax(), (x > 1).grad_fn, x.long(), x.round().requires_grad


# Non-leaf gradients


@both
def test_the_grad_of_a_non_leaf_is_none_with_a_warning(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    y.sum().backward()
    return warned(lambda: y.grad), x.grad


@both
def test_retain_grad_fills_the_grad_of_a_non_leaf(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    before = y.retains_grad
    y.retain_grad()
    y.retain_grad()
    (y * y).sum().backward()
    return before, y.retains_grad, y.grad, x.grad, x.retains_grad


@both
def test_retain_grad_on_a_leaf_does_nothing_and_on_a_constant_raises(torch):
    x = torch.tensor([1.0], requires_grad=True)
    x.retain_grad()
    (x * 2).backward()
    return x.grad, x.retains_grad, said(RuntimeError, torch.tensor([1.0]).retain_grad)


# autograd.grad


@both
def test_autograd_grad_returns_gradients_and_leaves_grad_alone(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    w = torch.tensor([3.0, 4.0], requires_grad=True)
    found = torch.autograd.grad((x * w).sum(), [x, w])
    return found, type(found).__name__, x.grad, w.grad


@both
def test_autograd_grad_of_a_single_input_still_gives_a_tuple(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    found = torch.autograd.grad((x * x).sum(), x)
    return type(found).__name__, found


@both
def test_autograd_grad_of_an_unused_input_raises_unless_allowed(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    unused = torch.tensor([1.0], requires_grad=True)
    zeros = torch.autograd.grad((x * x).sum(), [x, unused], materialize_grads=True)
    if is_older(ZEROS_FOR_UNUSED_INPUTS):
        zeros = [zero.detach() for zero in zeros]
    return (
        said(
            RuntimeError,
            lambda: torch.autograd.grad((x * x).sum(), [x, unused]),
            UNUSED_AT_INDEX_1,
        ),
        torch.autograd.grad((x * x).sum(), [x, unused], allow_unused=True),
        zeros,
        said(
            ValueError,
            lambda: torch.autograd.grad(
                (x * x).sum(), [x, unused], allow_unused=False, materialize_grads=True
            ),
        ),
    )


@both
def test_autograd_grad_of_an_input_without_gradient_raises(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    return said(RuntimeError, lambda: torch.autograd.grad((x * x).sum(), torch.tensor([1.0])))


@both
def test_autograd_grad_stops_at_an_inner_tensor(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x.exp()
    z = (y * y).sum()
    return torch.autograd.grad(z, y, retain_graph=True), torch.autograd.grad(z, [y, x]), x.grad


@both
def test_autograd_grad_of_a_tensor_with_respect_to_itself(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = (x * x).sum()
    return torch.autograd.grad(y, y), torch.autograd.grad(y, [y, x])


@both
def test_grad_outputs_weigh_the_outputs(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    a, b = x * x, x.exp()
    return (
        torch.autograd.grad(a, x, torch.tensor([1.0, 10.0]), retain_graph=True),
        torch.autograd.grad([a, b], x, [torch.ones(2), torch.tensor([0.0, 1.0])]),
        torch.autograd.grad([(x * 2).sum(), (x * 3).sum()], x),
        torch.autograd.grad([(x * 2).sum(), x * 3], x, [None, torch.ones(2)]),
    )


@both
def test_grad_outputs_must_match_the_outputs(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    return (
        said(RuntimeError, lambda: torch.autograd.grad(x * x, x)),
        said(RuntimeError, lambda: torch.autograd.grad(x * x, x, torch.ones(3))),
    )


@both
def test_autograd_backward_takes_several_tensors(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    a, b = (x * x).sum(), x * 3
    torch.autograd.backward([a, b], [None, torch.tensor([1.0, 100.0])])
    torch.autograd.backward((x * 5).sum())
    return x.grad


@both
def test_backward_inputs_fills_only_those_grads(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    w = torch.tensor([3.0, 4.0], requires_grad=True)
    h = x * w
    h.retain_grad()
    (h * h).sum().backward(inputs=[w])
    seen = [x.grad, w.grad, h.grad]
    (x * w).sum().backward(inputs=x)
    return seen, x.grad, w.grad


@both
def test_backward_inputs_accepts_a_non_leaf_and_refuses_an_empty_list(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    h = x * 2
    h.retain_grad()
    (h * h).sum().backward(inputs=[h])
    return h.grad, x.grad, said(RuntimeError, lambda: (x * 2).sum().backward(inputs=[]))


@both
def test_a_gradient_that_reaches_nobody_is_no_error(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    values, indices = torch.max(x, 0)
    unbound = (x * 2).unbind(0)
    unbound[1].backward()
    return x.grad, values, indices


@both
def test_the_elements_of_a_vector_lead_back_to_it(torch):
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    a, b, c = x
    (a * b).backward()
    for i, element in enumerate(x):
        (element * i).backward()
    (x.unbind(0)[1] ** 2).backward()
    return a, c, x.grad


# Second derivatives


@both
def test_gradients_of_gradients(torch):
    x = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
    seen = [x**4]
    for _ in range(5):
        (derivative,) = torch.autograd.grad(seen[-1], x, create_graph=True)
        seen.append(derivative)
    return seen


@both
def test_backward_with_create_graph_gives_a_grad_with_a_graph(torch):
    x = torch.tensor([2.0, 3.0], requires_grad=True)
    (x**3).sum().backward(create_graph=True)
    g = x.grad
    x.grad = None
    g.sum().backward()
    return g, x.grad, g.grad_fn is not None


@both
def test_a_grad_with_a_graph_is_a_copy(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    (x**3).sum().backward(create_graph=True)
    return str(x.grad)


@both
def test_only_inputs_is_taken_and_warned_of(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x.sum()
    return (
        torch.autograd.grad(y, x, None, None, False, True, True),
        warned(lambda: torch.autograd.grad(x.sum(), x, only_inputs=False)),
    )


@both
def test_create_graph_implies_retain_graph(torch):
    x = torch.tensor([2.0, 3.0], requires_grad=True)
    y = x.exp().sum()
    (first,) = torch.autograd.grad(y, x, create_graph=True)
    (again,) = torch.autograd.grad(y, x)
    return first, again, said(RuntimeError, lambda: torch.autograd.grad(y, x))


@both
def test_a_gradient_penalty(torch):
    torch.manual_seed(1)
    layer = torch.nn.Linear(3, 2)
    x = torch.rand(4, 3, requires_grad=True)
    (g,) = torch.autograd.grad(torch.tanh(layer(x)).sum(), x, create_graph=True)
    ((g.norm(dim=1) - 1) ** 2).mean().backward()
    return g, layer.weight.grad, layer.bias.grad, x.grad


@both
def test_the_hessian_of_a_small_function(torch):
    x = torch.tensor([0.5, 1.5, 2.5], dtype=torch.float64, requires_grad=True)
    y = (x.prod() + (x[0] * x[1]).sin() + x.log().sum()) / x.sum()
    (g,) = torch.autograd.grad(y, x, create_graph=True)
    rows = [torch.autograd.grad(g[i], x, retain_graph=True)[0] for i in range(3)]
    return torch.stack(rows)


@both
def test_second_derivative_through_the_gradient_of_the_output(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    v = torch.tensor([3.0, 4.0], requires_grad=True)
    (g,) = torch.autograd.grad(x.exp(), x, v, create_graph=True)
    return g, torch.autograd.grad(g.sum(), [x, v])


# Aliasing


def _write_over(tensor):
    tensor.fill_(123.0)


@both
def test_the_gradients_of_a_sum_are_not_aliases_of_each_other(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = torch.tensor([3.0, 4.0], requires_grad=True)
    (x + y).sum().backward()
    _write_over(x.grad)
    return x.grad.data_ptr() == y.grad.data_ptr(), x.grad, y.grad


@both
def test_writing_to_a_grad_does_not_touch_the_users_cotangent(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = torch.tensor([1.0, 2.0], requires_grad=True)
    cotangent = torch.ones(2)
    (x + y).backward(cotangent)
    _write_over(x.grad)
    _write_over(y.grad)
    z = torch.tensor([1.0, 2.0], requires_grad=True)
    z.backward(cotangent)
    _write_over(z.grad)
    (z * 1).view(2).backward(cotangent)
    _write_over(z.grad)
    return cotangent


@both
def test_accumulating_does_not_touch_the_users_cotangent(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    cotangent = torch.ones(2)
    x.backward(cotangent)
    x.backward(cotangent)
    (x + 0).backward(cotangent)
    return cotangent, x.grad


@both
def test_writing_to_a_grad_does_not_touch_saved_tensors(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    w = torch.tensor([3.0, 4.0], requires_grad=True)
    y = (x * w).sum()
    y.backward(retain_graph=True)
    _write_over(x.grad)
    _write_over(w.grad)
    found = x.detach().clone(), w.detach().clone()
    return found, torch.autograd.grad(y, [x, w])


@both
def test_gradients_of_views_and_expansions_own_their_memory(torch):
    x = torch.tensor([1.0, 2.0, 3.0, 4.0], requires_grad=True)
    y = torch.tensor([1.0], requires_grad=True)
    cotangent = torch.ones(2, 2)
    (x.view(2, 2) + y.expand(2, 2)).backward(cotangent)
    _write_over(x.grad)
    x.sum().backward()
    # Not the cotangent: in PyTorch x.grad is a view of it here, and writing to x.grad shows.
    return x.grad, y.grad, x.grad.is_contiguous()


@both
def test_a_hook_that_keeps_a_gradient_does_not_see_it_change(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    kept = []
    y = x * 3
    y.register_hook(kept.append)
    y.sum().backward()
    _write_over(x.grad)
    y = x * 5
    y.sum().backward()
    return kept, x.grad


@both
def test_a_grad_returned_twice_is_not_accumulated_into(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    (first,) = torch.autograd.grad((x * 2).sum(), x)
    x.backward(first)
    x.backward(first)
    return first, x.grad


# Shapes and dtypes of gradients

_SHAPES = [(), (1,), (3,), (1, 3), (2, 1), (2, 3), (4, 1, 3), (4, 2, 3)]


@pytest.mark.parametrize("a, b", list(itertools.combinations_with_replacement(_SHAPES, 2)))
@both
def test_broadcast_gradients_return_to_each_operands_shape(torch, a, b):
    x = torch.rand(a, requires_grad=True)
    y = torch.rand(b, requires_grad=True)
    (x * y + y / (x + 1) - x).sum().backward()
    return x.grad, y.grad


@both
def test_gradients_have_the_dtype_of_their_operand(torch):
    seen = []
    for first, second in itertools.product([torch.float64, torch.float32, torch.float16], repeat=2):
        x = torch.tensor([1.0, 2.0], dtype=first, requires_grad=True)
        y = torch.tensor([3.0, 4.0], dtype=second, requires_grad=True)
        z = (x * y).sum() + (x - y).sum()
        z.backward()
        seen.append((z, x.grad, y.grad))
    return seen


@both
def test_a_cast_casts_its_gradient_back(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x.double() * 2
    y.sum().backward()
    half = x.half()
    return y, x.grad, half, x.to(torch.float32) is x, x.double().grad_fn


@both
def test_gradients_of_a_mixed_integer_and_float_product(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    whole = torch.tensor([3, 4])
    (x * whole + whole).sum().backward()
    return x.grad


@both
def test_repeated_indices_accumulate(torch):
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    x[torch.tensor([0, 0, 2, 0])].sum().backward()
    y = torch.rand(3, 2, requires_grad=True)
    y[[0, 2, 0], [1, 1, 1]].sum().backward()
    z = torch.rand(3, 2, requires_grad=True)
    z.index_select(0, torch.tensor([1, 1])).sum().backward()
    return x.grad, y.grad, z.grad


@both
def test_gradients_through_empty_tensors(torch):
    x = torch.zeros(0, 3, requires_grad=True)
    (x * 2).sum().backward()
    y = torch.zeros(2, 0, requires_grad=True)
    (y @ torch.zeros(0, 3)).sum().backward()
    return x.grad, y.grad


@both
def test_a_parameter_made_under_no_grad_still_requires_grad(torch):
    with torch.no_grad():
        p = torch.nn.Parameter(torch.zeros(2))
        t = torch.zeros(2, requires_grad=True)
        y = p * 2
    return p.requires_grad, t.requires_grad, p.is_leaf, y.requires_grad


@both
def test_detach_cuts_the_graph(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    (x * y.detach()).sum().backward()
    return x.grad, y.detach(), y.detach().is_leaf, y.detach().grad_fn


@both
def test_numpy_of_a_tensor_that_requires_grad_raises(torch):
    x = torch.tensor([1.0], requires_grad=True)
    return (
        said(RuntimeError, x.numpy),
        said(RuntimeError, lambda: (x * 2).numpy()),
        x.detach().numpy().tolist(),
        x.item(),
        x.tolist(),
        float(x),
    )


@both
def test_converting_a_vector_that_requires_grad_to_a_number_raises(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    return (
        said(RuntimeError, x.item),
        said(ValueError, lambda: float(x)),
        said(RuntimeError, lambda: bool(x)),
    )


@both
def test_making_a_tensor_from_a_tensor_with_a_graph_warns_and_detaches(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    return warned(lambda: torch.tensor(x), COPY_OF_A_TENSOR), torch.as_tensor(x) is x


@both
def test_deepcopy_copies_leaves_and_refuses_non_leaves(torch):
    import copy

    x = torch.tensor([1.0, 2.0], requires_grad=True)
    (x * x).sum().backward()
    twin = copy.deepcopy(x)
    twin.grad.zero_()
    return twin, twin.grad, x.grad, said(RuntimeError, lambda: copy.deepcopy(x * 2))


@both
def test_a_constant_twin_on_the_same_memory_stays_constant_in_second_derivatives(torch):
    """A node saves both x and its twin; which is which must not be lost with the shared memory."""

    class Same(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x

        @staticmethod
        def backward(ctx, grad):
            return grad * 10

    twins = [
        lambda x: x.detach(),
        lambda x: x.data,
        lambda x: torch.from_numpy(x.detach().numpy()),
        lambda x: torch.as_tensor(x.detach().numpy()),
        Same.apply,
    ]
    seen = []
    for twin in twins:
        x = torch.tensor([2.0, 3.0], requires_grad=True)
        (first,) = torch.autograd.grad((x * twin(x) * x).sum(), x, create_graph=True)
        (second,) = torch.autograd.grad(first.sum(), x)
        seen.append((first, second))
    return seen
