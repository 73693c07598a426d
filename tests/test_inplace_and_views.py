"""In-place operations and views: who shares memory, who notices a write, and what is refused."""

from __future__ import annotations

import pytest

from .programs import both, graph, said, said_first, warned
from .versions import NODES_NAMED_IN_MESSAGES, NUMBERS_WRITTEN, WHOLE_LEAF_WRITTEN_TO

# Leaves


@both
def test_a_leaf_that_requires_grad_cannot_be_written_to(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    view = "a view of a leaf Variable that requires grad is being used in an in-place operation."

    def set_item(tensor, index, value):
        tensor[index] = value

    messages = [
        said(RuntimeError, lambda: x.add_(1)),
        said(RuntimeError, lambda: x.mul_(2)),
        said(RuntimeError, lambda: x.zero_()),
        said(RuntimeError, lambda: x.copy_(torch.ones(2))),
        said(RuntimeError, lambda: x.fill_(1.0)),
        said(RuntimeError, lambda: x.relu_()),
        said(RuntimeError, lambda: x[0].add_(1)),
        said(RuntimeError, lambda: x.view(2, 1).zero_()),
        said(RuntimeError, lambda: set_item(x, 0, 5.0)),
        said(RuntimeError, lambda: set_item(x, slice(None), 5.0), WHOLE_LEAF_WRITTEN_TO),
    ]
    assert view in messages[-2]
    return messages, x, x._version


@both
def test_augmented_assignment_to_a_leaf_raises(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)

    def add():
        y = x
        y += 1

    def divide():
        y = x
        y /= 2

    return said(RuntimeError, add), said(RuntimeError, divide), x


@both
def test_a_leaf_can_be_written_to_under_no_grad(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    with torch.no_grad():
        x.add_(1)
        x[0] = 7.0
        x -= 0.5
        x.view(2, 1)[1] = 9.0
    (x * x).sum().backward()
    return x, x.grad, x.is_leaf, x.requires_grad, x._version


@both
def test_a_leaf_that_needs_no_gradient_becomes_part_of_the_graph_when_written_to(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    buffer = torch.zeros(2)
    before = buffer.is_leaf, buffer.requires_grad
    buffer.add_(x)
    after = buffer.is_leaf, buffer.requires_grad, buffer.grad_fn
    buffer.sum().backward()
    return before, after, x.grad


@both
def test_a_write_into_one_row_of_a_constant_joins_the_graph(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    buffer = torch.ones(2, 2)
    buffer[1] = x * 3
    (buffer * buffer).sum().backward()
    return buffer, graph(buffer), x.grad


@both
def test_a_leaf_used_by_the_graph_and_then_written_to_under_no_grad_is_noticed(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = (x * x).sum()
    with torch.no_grad():
        x.add_(1)
    return said_first(RuntimeError, y.backward)


# Versions


@both
def test_every_write_counts(torch):
    x = torch.ones(2, 2)
    versions = [x._version]
    for write in (
        lambda: x.add_(1),
        lambda: x.sub_(1),
        lambda: x.mul_(2),
        lambda: x.div_(2),
        lambda: x.pow_(2),
        lambda: x.neg_(),
        lambda: x.abs_(),
        lambda: x.exp_(),
        lambda: x.sqrt_(),
        lambda: x.relu_(),
        lambda: x.sigmoid_(),
        lambda: x.tanh_(),
        lambda: x.clamp_(0, 1),
        lambda: x.copy_(torch.ones(2)),
        lambda: x.zero_(),
        lambda: x.fill_(3.0),
        lambda: x.__setitem__(0, 1.0),
        lambda: x.__setitem__((0, 0), 1.0),
        lambda: x.__setitem__(x > 0, 1.0),
        lambda: x.masked_fill_(x > 0, 2.0),
        lambda: x[0].add_(1),
        lambda: x.t().mul_(1),
        lambda: x.detach().add_(1),
        lambda: x.data.add_(1),
        lambda: x.uniform_(0, 1),
    ):
        write()
        versions.append(x._version)
    return versions, x.dtype


@both
def test_reading_does_not_count(torch):
    x = torch.ones(2, 2)
    x.add(1), x.t(), x[0], x.sum(), x.numpy(), x.detach(), x.clone(), x.view(4)
    return x._version


@both
def test_views_and_detached_tensors_share_the_version_and_data_does_not(torch):
    x = torch.ones(4)
    view, detached, data, clone = x.view(2, 2), x.detach(), x.data, x.clone()
    x.add_(1)
    detached.mul_(2)
    return [t._version for t in (x, view, detached, data, clone)], x, view, detached, data, clone


@both
def test_a_saved_result_that_was_written_to_is_noticed(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    messages = []
    for f in (torch.exp, torch.sigmoid, torch.tanh, torch.sqrt):
        y = f(x)
        y.add_(1)
        messages.append(said_first(RuntimeError, y.sum().backward))
    assert "modified by an inplace operation" in messages[0]
    return messages


@both
def test_the_message_names_the_tensor_the_node_and_both_versions(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x.exp()
    y.add_(1)
    y.mul_(2)
    message = said(RuntimeError, y.sum().backward, NODES_NAMED_IN_MESSAGES)
    return message.split(" Hint:")[0]


@both
def test_a_saved_input_that_was_written_to_is_noticed(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    w = torch.tensor([3.0, 4.0])
    y = x * 2
    z = (y * y).sum()
    y.zero_()
    a = (x * w).sum()
    w.add_(1)
    return (
        said_first(RuntimeError, z.backward),
        said(RuntimeError, a.backward).split(" Hint:")[0],
        x.grad,
    )


@both
def test_a_write_to_what_was_not_saved_is_harmless(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x + 1
    y.add_(1)
    y.mul_(3)
    y.sum().backward()
    z = x * 2
    z[0] = 5.0
    z.sum().backward()
    w = torch.tensor([3.0, 4.0], requires_grad=True)
    c = w * 1.0
    p = x + c
    c.zero_()
    p.sum().backward()
    return y, z, x.grad, w.grad


@both
def test_a_write_through_a_view_is_noticed_by_the_base_and_the_other_way_round(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 1
    z = y.exp()
    z[0].zero_()
    a = x * 1
    b = (a * a).sum()
    a.view(2, 1).add_(1)
    return said_first(RuntimeError, z.sum().backward), said_first(RuntimeError, b.backward)


@both
def test_a_write_to_data_is_not_noticed(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = (x * x).sum()
    x.data.mul_(10)
    y.backward()
    return x, x.grad, x._version


@both
def test_an_in_place_result_saved_by_the_same_operation_is_fine(torch):
    x = torch.tensor([0.5, -2.0], requires_grad=True)
    y = x * 1
    y.exp_()
    y.sum().backward()
    z = (x * 1).sigmoid_()
    z.sum().backward()
    r = (x * 1).relu_()
    r.sum().backward()
    return y, z, r, x.grad


# In-place arithmetic in the graph


@both
def test_in_place_operations_return_the_tensor_itself_with_a_new_node(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    same = [y.add_(1) is y, y.mul_(3) is y, y.zero_() is y]
    return same, graph(y), y


IN_PLACE = {
    "add_": lambda y, c: y.add_(c),
    "add_ number": lambda y, c: y.add_(2),
    "add_ alpha": lambda y, c: y.add_(c, alpha=3),
    "sub_": lambda y, c: y.sub_(c),
    "mul_": lambda y, c: y.mul_(c),
    "mul_ number": lambda y, c: y.mul_(2),
    "div_": lambda y, c: y.div_(c),
    "pow_": lambda y, c: y.pow_(2),
    "neg_": lambda y, c: y.neg_(),
    "exp_": lambda y, c: y.exp_(),
    "log_": lambda y, c: y.log_(),
    "sqrt_": lambda y, c: y.sqrt_(),
    "abs_": lambda y, c: y.abs_(),
    "relu_": lambda y, c: y.relu_(),
    "sigmoid_": lambda y, c: y.sigmoid_(),
    "tanh_": lambda y, c: y.tanh_(),
    "clamp_": lambda y, c: y.clamp_(1.5, 2.5),
    "zero_": lambda y, c: y.zero_(),
    "fill_": lambda y, c: y.fill_(4.0),
    "fill_ tensor": lambda y, c: y.fill_(c[0]),
    "copy_": lambda y, c: y.copy_(c),
    "copy_ broadcast": lambda y, c: y.copy_(c[0]),
    "masked_fill_": lambda y, c: y.masked_fill_(y > 1.5, 0.5),
    "setitem number": lambda y, c: y.__setitem__(0, 9.0),
    "setitem tensor": lambda y, c: y.__setitem__(slice(1, 3), c[:2]),
    "setitem mask": lambda y, c: y.__setitem__(y > 1.5, 0.0),
    "setitem indices": lambda y, c: y.__setitem__([0, 2], c[:2]),
    "+=": lambda y, c: y.__iadd__(c),
    "*=": lambda y, c: y.__imul__(c),
    "a chain": lambda y, c: y.add_(c).mul_(c).sub_(1).div_(2).exp_(),
}


def in_place_graph(operation, tensor):
    writes_a_number = operation in ("setitem number", "setitem mask")
    return graph(tensor, NUMBERS_WRITTEN if writes_a_number else None)


@pytest.mark.parametrize("operation", IN_PLACE)
@both
def test_values_gradients_and_nodes_of_in_place(torch, operation):
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    c = torch.tensor([0.5, 1.5, 2.5], requires_grad=True)
    y = x * 1
    IN_PLACE[operation](y, c)
    (y * y).sum().backward()
    return y, y._version, in_place_graph(operation, y), x.grad, c.grad


@pytest.mark.parametrize("operation", IN_PLACE)
@both
def test_values_gradients_and_nodes_of_in_place_on_a_view(torch, operation):
    x = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], requires_grad=True)
    c = torch.tensor([0.5, 1.5, 2.5], requires_grad=True)
    y = x * 1
    row = y[0]
    IN_PLACE[operation](row, c)
    (y * y).sum().backward(retain_graph=True)
    seen = x.grad.clone(), c.grad
    (row * 3).sum().backward()
    graphs = [in_place_graph(operation, t) for t in (y, row)]
    return y, y._version, graphs, seen, x.grad


@both
def test_an_operation_in_place_keeps_the_dtype_and_the_shape(torch):
    x = torch.ones(2)
    x.add_(torch.ones(2, dtype=torch.float64))
    whole = torch.tensor([1, 2])
    return (
        x,
        said(RuntimeError, lambda: whole.add_(0.5)),
        said(RuntimeError, lambda: whole.div_(2)),
        said(RuntimeError, lambda: x.add_(torch.ones(3, 2))),
        said(RuntimeError, lambda: x.add_(torch.ones(3))),
        said(RuntimeError, lambda: x.copy_(torch.ones(3))),
    )


@both
def test_overwriting_stops_the_gradient(torch):
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = x * 2
    y[1] = 0.0
    y.sum().backward()
    z = (x * 2).zero_()
    z.sum().backward()
    return x.grad, z.requires_grad


@both
def test_overwriting_stops_even_an_infinite_gradient(torch):
    def fill_by_index(y):
        y[0] = 0.0

    seen = []
    for write in (
        lambda y: y.copy_(torch.zeros(2)),
        lambda y: y.fill_(0.0),
        lambda y: y.zero_(),
        lambda y: y.fill_(torch.tensor(0.0)),
        lambda y: y.masked_fill_(y > 0, 0.0),
        fill_by_index,
    ):
        x = torch.tensor([1.0, 2.0], requires_grad=True)
        y = x * 1
        write(y)
        (1 / y).sum().backward()
        seen.append(x.grad)
    return seen


# Views and their bases


@both
def test_writing_to_a_view_reaches_the_gradient_of_the_base(torch):
    x = torch.tensor([1.0, 2.0, 3.0, 4.0], requires_grad=True)
    y = x * 1
    y.view(2, 2)[0].mul_(10)
    (y * y).sum().backward()
    return y, graph(y), x.grad


@both
def test_writing_to_a_view_of_a_view(torch):
    x = torch.rand(2, 3, 4, requires_grad=True)
    y = x * 1
    first = y.transpose(0, 2)
    second = first[1]
    third = second[:, 1]
    third.mul_(5)
    y.sum().backward(retain_graph=True)
    seen = x.grad.clone()
    for t in (first, second, third):
        t.sum().backward(retain_graph=True)
    return y, graph(y), graph(third), graph(first), seen, x.grad, third._base is y


@both
def test_other_views_see_the_write_and_its_gradient(torch):
    x = torch.tensor([1.0, 2.0, 3.0, 4.0], requires_grad=True)
    y = x * 1
    a, b = y[:2], y[1:3]
    a.mul_(10)
    before = a.grad_fn.name(), b.grad_fn.name()
    (b * 2).sum().backward()
    return before, graph(b), b, x.grad


@both
def test_a_view_made_before_a_write_to_its_base_gets_a_new_node(torch):
    x = torch.tensor([1.0, 2.0, 3.0, 4.0], requires_grad=True)
    y = x * 1
    view = y.view(2, 2)
    before = graph(view)
    y.mul_(3)
    after = graph(view)
    view.sum().backward()
    return before, after, view, x.grad


@both
def test_a_view_of_a_buffer_that_joins_the_graph(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    buffer = torch.zeros(2, 2)
    row = buffer[0]
    before = row.requires_grad, row.is_leaf
    buffer[0] = x
    after = row.requires_grad, row.is_leaf, row.grad_fn
    (row * row).sum().backward()
    return before, after, row, x.grad


@both
def test_a_buffer_joins_the_graph_through_its_view(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    buffer = torch.zeros(2, 2)
    row = buffer[0]
    row.add_(x)
    (buffer * 3).sum().backward()
    return buffer, buffer.requires_grad, graph(buffer), graph(row), x.grad


@both
def test_filling_a_buffer_row_by_row(torch):
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    buffer = torch.zeros(3, 3)
    for i in range(3):
        buffer[i] = x[i] * x
    buffer.sum().backward()
    return buffer, graph(buffer), x.grad


@both
def test_in_place_on_a_view_has_second_derivatives(torch):
    x = torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64, requires_grad=True)
    y = x * x
    y[:2].mul_(x[1:])
    (g,) = torch.autograd.grad((y * y).sum(), x, create_graph=True)
    g.sum().backward()
    return g, x.grad


@both
def test_a_view_of_a_leaf_made_under_no_grad(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    with torch.no_grad():
        view = x[0]
    message = said_first(RuntimeError, lambda: view.mul_(2))
    with torch.no_grad():
        view.mul_(5)
    return view.requires_grad, view._base is x, message, x


@both
def test_a_view_made_under_no_grad_of_a_tensor_in_the_graph_cannot_be_written_to(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    with torch.no_grad():
        view = y[0]
    return said_first(RuntimeError, lambda: view.mul_(2))


@both
def test_views_made_together_cannot_be_written_to(torch):
    x = torch.rand(4, 2, requires_grad=True)
    y = x * 1
    return [
        said(RuntimeError, lambda: y.unbind(0)[0].mul_(2), NODES_NAMED_IN_MESSAGES),
        said(RuntimeError, lambda: y.split(2)[0].mul_(2), NODES_NAMED_IN_MESSAGES),
        said(RuntimeError, lambda: y.chunk(2)[1].add_(1), NODES_NAMED_IN_MESSAGES),
        said(RuntimeError, lambda: next(iter(y)).zero_(), NODES_NAMED_IN_MESSAGES),
        y,
    ]


@both
def test_views_made_together_can_be_written_to_where_no_graph_is_recorded(torch):
    x = torch.zeros(4, 2)
    x.unbind(0)[0].add_(2)
    x.split(2)[1].add_(1)
    for row in x:
        row.mul_(2)
    return x


@both
def test_a_view_made_together_with_others_is_lost_once_its_base_was_written_to(torch):
    x = torch.rand(4, 2, requires_grad=True)
    y = x * 1
    unbound, split = y.unbind(0)[2], y.split(2)[1]
    y.mul_(3)
    return (
        said(RuntimeError, lambda: unbound.grad_fn, NODES_NAMED_IN_MESSAGES),
        said(RuntimeError, lambda: split + 1, NODES_NAMED_IN_MESSAGES),
        y,
    )


@both
def test_an_expanded_tensor_cannot_be_written_to(torch):
    x = torch.ones(1, 2)
    return said_first(RuntimeError, lambda: x.expand(3, 2).add_(1)), x


@both
def test_parts_of_an_expanded_tensor_can_be_written_to_and_all_of_it_filled(torch):
    base = torch.ones(2, 1)
    x = base.expand(2, 3)
    seen = []
    x[:, 0].mul_(7)
    seen.append(x.tolist())
    x.fill_(3.0)
    seen.append(x.tolist())
    x[0].zero_()
    seen.append(x.tolist())
    return seen, base


@both
def test_what_detach_gives_shares_memory_and_can_be_written_to(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    d = x.detach()
    d.add_(10)
    d[0] = 0.0
    return x, d, d.requires_grad, d.is_leaf, x._version, d._is_view(), d._base, d is x


@both
def test_detach_in_place(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    y.detach_()
    view = (x * 2)[0]
    return (
        y.requires_grad,
        y.is_leaf,
        y.grad_fn,
        said(RuntimeError, view.detach_),
    )


@both
def test_data_can_be_assigned(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    (x * x).sum().backward()
    x.data = torch.tensor([5.0, 6.0])
    (x * x).sum().backward()
    return x, x.grad, x.is_leaf, x.data.requires_grad


# What is a view, and what it says of itself

VIEWS = {
    "itself": lambda t: t,
    "t[0]": lambda t: t[0],
    "t[:, 1:]": lambda t: t[:, 1:],
    "t[..., ::2]": lambda t: t[..., ::2],
    "t[0, 1, 2]": lambda t: t[0, 1, 2],
    "t[None]": lambda t: t[None],
    "t[1:1]": lambda t: t[1:1],
    "t[[0]]": lambda t: t[[0]],
    "t[t > 0]": lambda t: t[t > 0],
    "view": lambda t: t.view(4, 6),
    "view -1": lambda t: t.view(-1),
    "view of a scalar": lambda t: t[0, 0, 0].view(1, 1),
    "reshape": lambda t: t.reshape(6, 4),
    "reshape of transposed": lambda t: t.transpose(0, 1).reshape(-1),
    "flatten": lambda t: t.flatten(),
    "transpose": lambda t: t.transpose(0, 2),
    "permute": lambda t: t.permute(2, 0, 1),
    "mT": lambda t: t.mT,
    "squeeze": lambda t: t[:1].squeeze(0),
    "unsqueeze": lambda t: t.unsqueeze(1),
    "expand": lambda t: t[:, :1].expand(2, 3, 4),
    "expand new dims": lambda t: t.expand(5, 2, 3, 4),
    "expand_as": lambda t: t[0].expand_as(t),
    "unbind": lambda t: t.unbind(1)[2],
    "split": lambda t: t.split(2, 1)[1],
    "chunk": lambda t: t.chunk(2, 2)[1],
    "narrow": lambda t: t.narrow(1, 1, 2),
    "select": lambda t: t.select(1, 2),
    "detach": lambda t: t.detach(),
    "data": lambda t: t.data,
    "view_as": lambda t: t.view_as(t),
    "contiguous": lambda t: t.contiguous(),
    "contiguous of transposed": lambda t: t.transpose(0, 1).contiguous(),
    "clone": lambda t: t.clone(),
    "clone of transposed": lambda t: t.transpose(0, 1).clone(),
    "add of transposed": lambda t: t.transpose(0, 1) + 1,
    "repeat": lambda t: t.repeat(1, 1, 2),
    "flip": lambda t: t.flip(0),
    "relu of transposed": lambda t: t.transpose(0, 1).relu(),
    "expand of a size of 1": lambda t: t[:, :1, :1].expand(2, 3, 1),
    "to": lambda t: t.to(t.dtype),
    "double": lambda t: t.double(),
    "a view of a view": lambda t: t[0].t()[1:].view(3, 3),
}


@pytest.mark.parametrize("graph", [False, True])
@pytest.mark.parametrize("view", VIEWS)
@both
def test_what_a_view_says_of_itself(torch, view, graph):
    t = torch.arange(24, dtype=torch.float32).view(2, 3, 4).clone()
    if graph:
        t = t.requires_grad_() * 1
    v = VIEWS[view](t)
    place = v.is_leaf, v.grad_fn
    t.detach().add_(100)
    return (
        place,
        v.tolist(),
        v.stride(),
        v.storage_offset(),
        v.is_contiguous(),
        v._is_view(),
        None if v._base is None else v._base is t,
        v.numel(),
        v.dim(),
    )


@both
def test_a_view_of_what_is_not_contiguous_raises(torch):
    t = torch.rand(2, 3)
    return (
        said(RuntimeError, lambda: t.t().view(6)),
        said(RuntimeError, lambda: t.view(4)),
        said(RuntimeError, lambda: t.view(-1, -1)),
        said(RuntimeError, lambda: t.view(-1, 4)),
        said(RuntimeError, lambda: t.reshape(7)),
        said(RuntimeError, lambda: t.expand(4, 3)),
        said(RuntimeError, lambda: t.expand(3)),
    )


@both
def test_from_numpy_and_numpy_share_memory(torch):
    import numpy as np

    array = np.arange(4.0)
    t = torch.from_numpy(array)
    array[0] = 9.0
    t[1] = 8.0
    t.numpy()[2] = 7.0
    t.detach().numpy()[3] = 6.0
    return t, array.tolist(), t.dtype, torch.tensor(array).data_ptr() == t.data_ptr()


@both
def test_a_convolutions_result_behaves_as_contiguous(torch):
    x = torch.rand(2, 3, 5, 6, requires_grad=True)
    y = torch.nn.functional.conv2d(x, torch.ones(4, 3, 2, 2))
    shown = y.stride(), y.is_contiguous(), y.storage_offset()
    y.view(2, -1)[0, 3:5].zero_()
    y.sum().backward()
    pooled = torch.nn.functional.max_pool2d(x, 2)
    return shown, y, x.grad, x.grad.stride(), pooled.stride(), pooled.is_contiguous()


@both
def test_requires_grad_of_a_view_of_a_constant_can_be_set(torch):
    base = torch.ones(2, 2)
    view = base[0]
    view.requires_grad_()
    (view * 3).sum().backward()
    return view.grad, base.requires_grad, view.is_leaf, said(RuntimeError, lambda: view.add_(1))


@both
def test_setitem_that_does_not_fit_raises(torch):
    t = torch.zeros(2, 3)

    def assign(index, value):
        t[index] = value

    return (
        said(RuntimeError, lambda: assign(0, torch.ones(4))),
        said(IndexError, lambda: assign(5, 1.0)),
        said(IndexError, lambda: assign((0, 0, 0), 1.0)),
        said(IndexError, lambda: t[2]),
        said(IndexError, lambda: t[0, -4]),
        said(IndexError, lambda: t[torch.tensor([2])]),
        t,
    )


@both
def test_joined_tensors_are_contiguous_whatever_they_were(torch):
    x = torch.rand(2, 3)
    joined = [torch.stack([x.t(), x.t()]), torch.cat([x.t(), x.t()]), torch.stack([x, x], 1)]
    joined += [torch.cat([x, x], 1), torch.stack([x.t(), x.t()], 2), x.t().repeat(2, 1)]
    return [(j.stride(), j.is_contiguous()) for j in joined]


@both
def test_out_of_place_results_never_share_memory_with_their_inputs(torch):
    x = torch.tensor([1.0, 2.0])
    results = [x + 0, x * 1, x.abs(), x.relu(), x.clamp(0, 9), x.clone(), torch.cat([x]), x**1]
    for r in results:
        r.fill_(100.0)
    return x


@both
def test_dropout_in_place_and_leaf_checks_of_modules(torch):
    x = torch.ones(4, requires_grad=True)
    return (
        said(RuntimeError, lambda: torch.nn.ReLU(inplace=True)(x)),
        said(RuntimeError, lambda: torch.nn.functional.dropout(x, 0.5, inplace=True)),
        x,
    )


@both
def test_the_grad_of_a_view_of_a_leaf_is_none_with_a_warning(torch):
    x = torch.ones(4, requires_grad=True)
    view = x[:2]
    view.sum().backward()
    return warned(lambda: view.grad), x.grad
