"""The memory that views share, tensors of another size on it, and `out=`."""

from __future__ import annotations

import pytest

from tests.programs import both, said, warned


@both
def test_views_share_their_storage(torch):
    x = torch.arange(6.0).view(2, 3)
    row, turned, copied = x[1], x.t(), x.clone()
    pointers = [t.untyped_storage().data_ptr() for t in (x, row, turned, copied)]
    return (
        [pointer == pointers[0] for pointer in pointers],
        row.data_ptr() == pointers[0],
        row.storage_offset(),
    )


@both
def test_a_storage_counts_bytes_and_shows_them(torch):
    storage = torch.tensor([[1, 2], [3, 4]], dtype=torch.int16)[1].untyped_storage()
    return (
        len(storage),
        storage.nbytes(),
        storage.size(),
        storage.element_size(),
        str(storage.device),
        storage.tolist(),
        storage[2],
        list(storage),
        repr(storage),
    )


@both
def test_resize_keeps_the_numbers_as_they_lie(torch):
    x = torch.arange(6.0).view(2, 3)
    return [
        x.clone().resize_(3, 2),
        x.clone().resize_([2, 2]),
        x[1].resize_(2),
        x.t().resize_(2, 3),
        x.clone().resize_(8)[:6],
        x.clone().resize_as_(torch.empty(6)),
        torch.empty(0).resize_(1, 2).shape,
    ]


@both
def test_what_requires_a_gradient_is_not_resized(torch):
    w = torch.ones(3, requires_grad=True)
    return (
        said(RuntimeError, lambda: w.resize_(2)),
        said(RuntimeError, lambda: (w * 2).resize_(2)),
        said(RuntimeError, lambda: w.apply_(abs)),
    )


@both
def test_apply_runs_a_python_function_on_every_number(torch):
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    return x.t().apply_(lambda v: v * v - 1), x, torch.tensor([3, 5]).apply_(lambda v: v / 2)


WITH_OUT = {
    "rand": lambda torch, a, b, c: torch.rand(2, 3, out=c),
    "zeros": lambda torch, a, b, c: torch.zeros((2, 3), out=c),
    "arange": lambda torch, a, b, c: torch.arange(0.0, 1.0, 0.3, out=c),
    "logical_and": lambda torch, a, b, c: torch.logical_and(a > 0, b > 0.5, out=c),
    "add": lambda torch, a, b, c: torch.add(a, b, out=c),
    "sub": lambda torch, a, b, c: torch.sub(a, b, alpha=2, out=c),
    "mul": lambda torch, a, b, c: torch.mul(a, 3, out=c),
    "div": lambda torch, a, b, c: torch.div(a, b, out=c),
    "floor_divide": lambda torch, a, b, c: torch.floor_divide(a, b, out=c),
    "mul of numbers": lambda torch, a, b, c: torch.mul(2, 3, out=c),
    "matmul": lambda torch, a, b, c: torch.matmul(a, b, out=c),
    "mm": lambda torch, a, b, c: torch.mm(a, b, out=c),
    "exp": lambda torch, a, b, c: torch.exp(a, out=c),
    "sum": lambda torch, a, b, c: torch.sum(a, 0, out=c),
    "cat": lambda torch, a, b, c: torch.cat([a, b], out=c),
    "stack": lambda torch, a, b, c: torch.stack([a, b], out=c),
    "clamp": lambda torch, a, b, c: torch.clamp(a, 0, out=c),
}


@pytest.mark.parametrize("call", WITH_OUT.values(), ids=WITH_OUT)
@both
def test_a_function_writes_to_out_and_returns_it(torch, call):
    a, b, c = torch.rand(2, 2) - 0.5, torch.rand(2, 2), torch.empty(0)
    return call(torch, a, b, c) is c, c


@both
def test_out_may_be_a_view_or_of_another_type(torch):
    base = torch.zeros(2, 2)
    torch.add(torch.ones(2), 1, out=base[0])
    wide = torch.add(torch.ones(2), 1, out=torch.empty(2, dtype=torch.float64))
    return base, wide, torch.add(torch.ones(2), 1, out=None)


@both
def test_out_of_another_shape_keeps_its_memory_if_that_is_large_enough(torch):
    c, x = torch.zeros(5), torch.ones(2, 2)
    first, place = c[:3], c.data_ptr()
    warned(lambda: torch.mul(x, 2, out=c))
    leaf = torch.empty(0, requires_grad=True)
    with torch.no_grad():
        torch.mul(x, 2, out=leaf)
    return c, first, c.data_ptr() == place, leaf


@both
def test_out_takes_no_gradient_and_no_type_that_loses(torch):
    x, w = torch.ones(2), torch.ones(2, requires_grad=True)
    with torch.no_grad():
        allowed = torch.mul(w, 2, out=torch.empty(2))
    return (
        allowed,
        said(RuntimeError, lambda: torch.mul(x, w, out=torch.empty(2))),
        said(RuntimeError, lambda: torch.mul(x, x, out=w)),
        said(RuntimeError, lambda: torch.mul(x, x, out=torch.ones(2, dtype=torch.int64))),
        warned(lambda: torch.mul(x, x, out=torch.empty(3)))[0].split(", which")[0],
    )
