"""Copies with something written into them: scatter, index_add, index_put, masked_scatter, tril ...

op_db holds them against PyTorch on its own inputs (test_op_db.py). Here is what these leave out:
repeated and negative places, other types, layouts, what is refused, and writing in place.
"""

from __future__ import annotations

import numpy as np
import pytest

from .parity import booleans, case, cases, constant, exactly, integers, strided, transposed
from .programs import both, graph, said, said_first

TWICE = np.array([2, 0, 2])
FOUR = np.array([[0, 1, 2, 0]])

test_an_index_for_every_element = cases(
    case(
        "scatter: src is larger than the index",
        lambda torch, x, s: x.scatter(1, torch.tensor([[0, 3]]), s),
        (3, 4),
        constant((2, 3)),
        second=True,
    ),
    case("scatter: a number", lambda torch, x, i: x.scatter(0, i, 2), (3, 4), FOUR, second=True),
    case(
        "scatter: a number named value",
        lambda torch, x, i: torch.scatter(x, 0, i, value=True),
        (3, 4),
        FOUR,
    ),
    case(
        "scatter: a float into integers",
        lambda torch, x, i: x.scatter(0, i, 2.7),
        integers(9, (3, 4)),
        FOUR,
    ),
    case(
        "scatter: transposed",
        lambda torch, x, i, s: x.scatter(0, i, s),
        transposed((3, 4)),
        FOUR,
        transposed((1, 4)),
    ),
    case("scatter: int32", lambda torch, x, i: x.scatter(0, i, 1), (3, 4), FOUR.astype(np.int32)),
    case(
        "scatter: reduce add",
        lambda torch, x, i: x.detach().scatter(0, i, 2, reduce="add"),
        (3, 4),
        FOUR,
    ),
    case(
        "scatter: reduce multiply",
        lambda torch, x, i, s: x.scatter(0, i, s, reduce="multiply"),
        constant((3, 4)),
        FOUR,
        constant((1, 4)),
    ),
    case(
        "scatter: reduce has no derivative",
        lambda torch, x, i: x.scatter(0, i, 2, reduce="add").sum().backward(),
        (3, 4),
        FOUR,
        raises=True,
    ),
    case(
        "scatter_add: repeated",
        lambda torch, x, s: x.scatter_add(0, torch.tensor([1, 1, 0]), s),
        (3,),
        (3,),
        second=True,
    ),
    case(
        "scatter_add: integers",
        lambda torch, x, s: x.scatter_add(0, torch.tensor([1, 1]), s),
        integers(9, (3,)),
        integers(9, (2,)),
    ),
    case(
        "scatter_reduce: mean of integers",
        lambda torch, x, s: x.scatter_reduce(0, torch.tensor([1, 1]), s, "mean"),
        integers(9, (3,)),
        integers(9, (2,)),
    ),
    case(
        "scatter_reduce: amax shares ties",
        lambda torch, x: torch.zeros(3, dtype=x.dtype).scatter_reduce(
            0, torch.tensor([1, 1, 1]), x, "amax"
        ),
        np.array([2.0, 2.0, 1.0]),
    ),
    case(
        "scatter_reduce: prod with one zero",
        lambda torch, x, s: x.scatter_reduce(0, torch.tensor([1, 1, 0]), s, "prod"),
        (3,),
        np.array([0.0, 2.0, 3.0]),
        second=True,
    ),
    case(
        "scatter_reduce: amin of booleans",
        lambda torch, x, s: x.scatter_reduce(0, torch.tensor([1, 1]), s, "amin"),
        booleans((3,)),
        booleans((2,)),
    ),
    case(
        "take_along_dim: broadcast, from the end",
        lambda torch, x: x.take_along_dim(torch.tensor([[-1], [1]]), 1),
        (2, 3),
        second=True,
    ),
    case(
        "take_along_dim: flat",
        lambda torch, x: torch.take_along_dim(x, torch.tensor([5, 0])),
        (2, 3),
    ),
    case("take_along_dim: argsort", lambda torch, x: x.take_along_dim(x.argsort(1), 1), (2, 3)),
)

test_an_index_for_every_slice = cases(
    case(
        "index_add: repeated",
        lambda torch, x, s, i: x.index_add(0, i, s, alpha=2),
        (3, 4),
        (3, 4),
        TWICE,
        second=True,
    ),
    case(
        "index_add: integers with a float alpha",
        lambda torch, x, s, i: x.index_add(0, i, s, alpha=2.5),
        integers(9, (3,)),
        integers(9, (3,)),
        TWICE,
    ),
    case(
        "index_add: transposed",
        lambda torch, x, s, i: x.index_add(1, i, s),
        transposed((2, 3)),
        strided((2, 3)),
        TWICE,
    ),
    case(
        "index_copy: columns",
        lambda torch, x, s: x.index_copy(1, torch.tensor([2, 0]), s),
        (2, 3),
        (2, 2),
        second=True,
    ),
    case(
        "index_copy: a scalar source",
        lambda torch, x, s: x.index_copy(0, torch.tensor([1]), s),
        (3,),
        (),
    ),
    case(
        "index_fill: a place twice",
        lambda torch, x, v: x.index_fill(1, torch.tensor([2, 2, 0]), v),
        (2, 3),
        (),
        second=True,
    ),
    case("index_fill: a 0-d index", lambda torch, x: x.index_fill(0, torch.tensor(1), 7), (2, 3)),
    case(
        "index_fill: integers take a float",
        lambda torch, x: x.index_fill(0, torch.tensor([1]), 7.9),
        integers(9, (3,)),
    ),
    case(
        "index_reduce: amax",
        lambda torch, x, s: x.index_reduce(0, torch.tensor([0, 0]), s, "amax"),
        (2, 3),
        (2, 3),
    ),
)

test_arrays_and_masks = cases(
    case(
        "index_put: broadcast",
        lambda torch, x, v: x.index_put((torch.tensor([0, 2]),), v),
        (3, 4),
        (4,),
        second=True,
    ),
    case(
        "index_put: accumulate",
        lambda torch, x, v: x.index_put(
            (torch.tensor([1, 1]), torch.tensor([2, 2])), v, accumulate=True
        ),
        (3, 4),
        (),
        second=True,
    ),
    case("index_put: a mask", lambda torch, x, v: torch.index_put(x, (x > 0,), v), (3, 4), ()),
    case(
        "take: from the end",
        lambda torch, x: x.take(torch.tensor([[0, -1], [-1, 2]])),
        (2, 3),
        second=True,
    ),
    case(
        "put: accumulate",
        lambda torch, x, v: x.put(torch.tensor([1, -1, 1]), v, accumulate=True),
        (2, 3),
        (3,),
        second=True,
    ),
    case(
        "masked_scatter: both broadcast",
        lambda torch, x, m, v: x.masked_scatter(m, v),
        (2, 1),
        booleans((3,)),
        (2, 3),
        second=True,
    ),
    case(
        "masked_scatter: more than is needed",
        lambda torch, x, v: x.masked_scatter(x > 0, v),
        (4,),
        (7,),
        second=True,
    ),
    case(
        "masked_select: both broadcast",
        lambda torch, x, m: x.masked_select(m),
        (2, 1),
        booleans((3,)),
        second=True,
    ),
)

test_in_the_place_of_a_view = cases(
    case(
        "select_scatter: from the end",
        lambda torch, x, s: x.select_scatter(s, 1, -1),
        (2, 3),
        (2,),
        second=True,
    ),
    case(
        "slice_scatter: a step",
        lambda torch, x, s: x.slice_scatter(s, 1, None, None, 2),
        (2, 3),
        (2, 2),
        second=True,
    ),
    case(
        "slice_scatter: another type",
        lambda torch, x, s: x.slice_scatter(s, 0, 1),
        (2, 3),
        integers(9, (1, 3)),
    ),
    case(
        "diagonal_scatter: transposed",
        lambda torch, x, s: x.diagonal_scatter(s, -1),
        transposed((3, 3)),
        (2,),
        second=True,
    ),
)

test_diagonals = cases(
    case(
        "diagonal: of a batch",
        lambda torch, x: x.diagonal(1, -2, -1),
        (2, 3, 4),
        second=True,
        layout=True,
    ),
    case("diagonal: outside", lambda torch, x: [x.diagonal(5), x.diagonal(-4)], (3, 4)),
    case("diagonal: transposed input", lambda torch, x: x.t().diagonal(-1), (3, 4), layout=True),
    case(
        "diag_embed: a new first dim", lambda torch, x: x.diag_embed(-1, 0, 2), (2, 3), second=True
    ),
    case("diag: integers", lambda torch, x: [x.diag(), x.diag().diag(1)], integers(9, (3,))),
    case("diagflat: transposed", lambda torch, x: x.contiguous().diagflat(1), transposed((2, 2))),
    case("trace: integers", lambda torch, x: x.trace(), integers(9, (2, 3), dtype="int32")),
    case("tril: of a transpose", lambda torch, x: x.t().tril(1), (3, 4), second=True, layout=True),
    case("tril: booleans", lambda torch, x: [x.tril(), torch.triu(x, 1)], booleans((3, 3))),
    case(
        "tril: nothing is left of nan", lambda torch, x: torch.triu(x, 1), np.full((2, 2), np.nan)
    ),
    case(
        "tril: a causal mask",
        lambda torch, x: x.masked_fill(torch.ones(3, 3).tril() == 0, float("-inf")).softmax(-1),
        (3, 3),
    ),
    case("diagonal: of a vector", lambda torch, x: x.diagonal(), (3,), raises=True),
    case("trace: of a batch", lambda torch, x: x.trace(), (2, 3, 4), raises=True),
    case("trace: of booleans", lambda torch, x: x.trace(), booleans((2, 2)), raises=True),
    case("diag_embed: one dim twice", lambda torch, x: x.diag_embed(0, 2, -1), (2, 3), raises=True),
)

test_refusals = cases(
    case(
        "scatter: types",
        lambda torch, x: x.scatter(0, torch.tensor([0]), torch.ones(1, dtype=torch.int32)),
        (3,),
        raises=True,
    ),
    case(
        "scatter: src is smaller",
        lambda torch, x, s: x.scatter(0, torch.tensor([0, 1]), s),
        (3,),
        (1,),
        raises=True,
    ),
    case(
        "scatter: index is larger",
        lambda torch, x: x.scatter(0, torch.zeros(1, 5, dtype=torch.int64), 1.0),
        (3, 4),
        raises=True,
    ),
    case(
        "scatter: range", lambda torch, x: x.scatter(0, torch.tensor([-1]), 1.0), (3,), raises=True
    ),
    case("scatter: floats", lambda torch, x: x.scatter(0, x, 1.0), (3,), raises=True),
    case(
        "scatter: ranks",
        lambda torch, x, s: x.scatter(0, torch.tensor([0]), s),
        (2, 3),
        (1, 1),
        raises=True,
    ),
    case(
        "scatter: reduce",
        lambda torch, x, i: x.scatter(0, i, 1.0, reduce="sum"),
        (3, 4),
        FOUR,
        raises=True,
    ),
    case(
        "scatter_reduce: reduce",
        lambda torch, x, i: x.scatter_reduce(0, i, x[:1], "add"),
        (3, 4),
        FOUR,
        raises=True,
    ),
    case(
        "index_add: shapes",
        lambda torch, x, s: x.index_add(0, torch.tensor([0]), s),
        (3, 4),
        (1, 3),
        raises=True,
    ),
    case(
        "index_add: count",
        lambda torch, x, s: x.index_add(0, torch.tensor([0]), s),
        (3, 4),
        (2, 4),
        raises=True,
    ),
    case(
        "index_add: range",
        lambda torch, x, s: x.index_add(0, torch.tensor([3]), s),
        (3, 4),
        (1, 4),
        raises=True,
    ),
    case(
        "index_add: types",
        lambda torch, x, s: x.index_add(0, torch.tensor([0]), s),
        (3,),
        exactly([1]),
        raises=True,
    ),
    case(
        "index_copy: count",
        lambda torch, x, s: x.index_copy(0, torch.tensor([0]), s),
        (3, 4),
        (2, 4),
        raises=True,
    ),
    case(
        "index_copy: shapes",
        lambda torch, x, s: x.index_copy(0, torch.tensor([0]), s),
        (3, 4),
        (1, 3),
        raises=True,
    ),
    case(
        "index_copy: range",
        lambda torch, x, s: x.index_copy(0, torch.tensor([3]), s),
        (3, 4),
        (1, 4),
        raises=True,
    ),
    case(
        "index_fill: range",
        lambda torch, x: x.index_fill(0, torch.tensor([3]), 1),
        (3,),
        raises=True,
    ),
    case(
        "index_fill: int32",
        lambda torch, x: x.index_fill(0, torch.tensor([1], dtype=torch.int32), 1),
        (3,),
        raises=True,
    ),
    case(
        "index_put: types",
        lambda torch, x: x.index_put((torch.tensor([0]),), torch.tensor(1)),
        (3,),
        raises=True,
    ),
    case(
        "index_put: shape",
        lambda torch, x, v: x.index_put((torch.tensor([0]),), v),
        (3, 4),
        (3,),
        raises=True,
    ),
    case(
        "index_put: too many",
        lambda torch, x, v: x.index_put((torch.tensor([0]),) * 2, v),
        (3,),
        (),
        raises=True,
    ),
    case("take: range", lambda torch, x: x.take(torch.tensor([6])), (2, 3), raises=True),
    case(
        "take: int32",
        lambda torch, x: x.take(torch.tensor([1], dtype=torch.int32)),
        (2, 3),
        raises=True,
    ),
    case("put: count", lambda torch, x, v: x.put(torch.tensor([0]), v), (2, 3), (2,), raises=True),
    case(
        "masked_scatter: too few",
        lambda torch, x, v: x.masked_scatter(x < 99, v),
        (4,),
        (3,),
        raises=True,
    ),
    case(
        "masked_scatter: types",
        lambda torch, x: x.masked_scatter(x > 0, torch.ones(4, dtype=torch.int64)),
        (4,),
        raises=True,
    ),
    case(
        "select_scatter: shape",
        lambda torch, x, s: x.select_scatter(s, 0, 0),
        (2, 3),
        (2,),
        raises=True,
    ),
    case(
        "slice_scatter: shape",
        lambda torch, x, s: x.slice_scatter(s, 0, 1),
        (2, 3),
        (2, 3),
        raises=True,
    ),
    case(
        "take_along_dim: ranks",
        lambda torch, x: x.take_along_dim(torch.tensor([0]), 1),
        (2, 3),
        raises=True,
    ),
)


# In place


WRITES = {
    "scatter_": lambda y, i, v: y.scatter_(0, i, v),
    "scatter_ number": lambda y, i, v: y.scatter_(0, i, 3),
    "scatter_add_": lambda y, i, v: y.scatter_add_(0, i, v),
    "scatter_reduce_": lambda y, i, v: y.scatter_reduce_(0, i, v, "prod"),
    "index_add_": lambda y, i, v: y.index_add_(0, i, v, alpha=2),
    "index_copy_": lambda y, i, v: y.index_copy_(0, i, v),
    "index_fill_": lambda y, i, v: y.index_fill_(0, i, 5.0),
    "index_fill_ tensor": lambda y, i, v: y.index_fill_(0, i, v[0]),
    "index_put_": lambda y, i, v: y.index_put_((i,), v, accumulate=True),
    "put_": lambda y, i, v: y.put_(i, v),
    "masked_scatter_": lambda y, i, v: y.masked_scatter_(y > 1.5, v),
}


@pytest.mark.parametrize("write", WRITES)
@both
def test_writing_in_place_to_a_tensor_and_to_a_view_of_it(torch, write):
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    v = torch.tensor([0.5, 1.5], requires_grad=True)
    i = torch.tensor([2, 0])
    y = x * 1
    WRITES[write](y, i, v)
    base = torch.stack([x, x])
    WRITES[write](base[1], i, v)
    (y * y).sum().backward()
    (base * base).sum().backward()
    return y, y._version, graph(y), base, graph(base), x.grad, v.grad


@both
def test_writing_in_place_where_nothing_is_recorded(torch):
    counts = torch.zeros(3, dtype=torch.int64)
    counts.scatter_add_(0, torch.tensor([0, 2, 2]), torch.ones(3, dtype=torch.int64))
    one_hot = torch.zeros(2, 3).scatter_(1, torch.tensor([[2], [0]]), 1.0)
    leaf = torch.ones(3, requires_grad=True)
    return (
        counts,
        one_hot,
        one_hot.tril_(-1),
        one_hot._version,
        said_first(RuntimeError, lambda: leaf.scatter_(0, torch.tensor([0]), 1.0)),
    )


@both
def test_filling_a_diagonal(torch):
    x = torch.ones(3, 4, requires_grad=True)
    y = x * 2
    y.fill_diagonal_(5.0)
    (y * y).sum().backward()
    tall, turned = torch.zeros(7, 2), torch.zeros(2, 3).t()
    return (
        y,
        graph(y),
        x.grad,
        tall.fill_diagonal_(1, wrap=True),
        torch.zeros(7, 2).fill_diagonal_(1),
        turned.fill_diagonal_(torch.tensor(2.0)),
        torch.zeros(2, 2, 2).fill_diagonal_(3),
        said(RuntimeError, lambda: torch.zeros(3).fill_diagonal_(1)),
        said(RuntimeError, lambda: torch.zeros(2, 2, 3).fill_diagonal_(1)),
    )


@both
def test_what_is_no_value_and_what_is_no_index(torch):
    x = torch.zeros(2, 3)
    return [
        said(TypeError, lambda: x.__setitem__(0, [1, 2, 3])),
        said(TypeError, lambda: x.__setitem__(0, np.ones(3))),
        said(TypeError, lambda: x.__setitem__([0], None)),
        said(IndexError, lambda: x[np.float32(1)]),
        said(IndexError, lambda: x[{}]),
        x[np.array([0.7, 1.0])].shape,
        x[np.array(1)].shape,
    ]


@both
def test_an_index_that_was_written_to_is_noticed(torch):
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    messages = []
    for use in (
        lambda i: x[i],
        lambda i: x.gather(0, i),
        lambda i: x.index_select(0, i),
        lambda i: x.take(i),
        lambda i: x.scatter(0, i, 1.0),
        lambda i: x.index_add(0, i, x[:2]),
        lambda i: x.index_put((i,), x[0]),
        lambda i: (x * 1).__setitem__(i, x[0]),
    ):
        i = torch.tensor([0, 1])
        y = use(i)
        i.add_(1)
        messages.append(said_first(RuntimeError, y.sum().backward) if y is not None else None)
    return messages


# Changing the shape in place


RESHAPES = {
    "t_": lambda y: y.t_(),
    "transpose_": lambda y: y.transpose_(0, -1),
    "swapaxes_": lambda y: y.swapaxes_(0, 1),
    "unsqueeze_": lambda y: y.unsqueeze_(1),
    "squeeze_": lambda y: y.unsqueeze(0).clone().squeeze_(),
    "squeeze_ dim": lambda y: y.unsqueeze(0).clone().squeeze_(0),
    "squeeze_ dims": lambda y: y.unsqueeze(0).clone().squeeze_((0, 1)),
    "as_strided_": lambda y: y.as_strided_((2, 2), (1, 3), 1),
}


@pytest.mark.parametrize("reshape", RESHAPES)
@both
def test_a_tensor_that_becomes_a_view_of_itself(torch, reshape):
    x = torch.arange(6.0).view(2, 3).requires_grad_()
    y = RESHAPES[reshape](x * 2)
    (y * y).sum().backward()
    plain = RESHAPES[reshape](torch.arange(6.0).view(2, 3).clone())
    return (
        y,
        graph(y),
        y.stride(),
        x.grad,
        plain,
        plain._version,
        said(RuntimeError, lambda: x.t_()),
    )


@both
def test_a_view_that_changes_its_shape_in_place(torch):
    x = torch.arange(6.0).view(2, 3).requires_grad_()
    y = x * 2
    row = y[1]
    row.unsqueeze_(0)
    before = graph(row)
    row.mul_(10)
    y.t_()
    (y.sum(1) * torch.tensor([1.0, 2.0, 3.0])).sum().backward()
    return row, before, graph(row), y, graph(y), x.grad
