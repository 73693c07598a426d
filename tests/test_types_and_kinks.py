"""Which dtype comes out, and what a derivative is where there is none."""

from __future__ import annotations

import itertools
import math

import pytest

from .programs import both, said
from .versions import ADDMV_OF_TWO_TYPES

DTYPES = ["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64"]

# Types


@both
def test_the_types_of_python_values(torch):
    return [
        torch.tensor(value).dtype
        for value in (1, 1.0, True, [1, 2], [1.0, 2], [True, 2], [True, False], [], [[1], [2.5]])
    ]


@both
def test_the_types_of_numpy_values(torch):
    import numpy as np

    return [
        torch.tensor(value).dtype
        for value in (
            np.array([1.0]),
            np.array([1.0], np.float32),
            np.array([1]),
            np.array([1], np.int32),
            np.array([True]),
            np.float64(1.0),
            np.float32(1.0),
            np.int64(1),
        )
    ]


@pytest.mark.parametrize("operator", ["+", "*", "/", "//", "%", "<", "=="])
@both
def test_the_type_of_an_operation_on_every_pair_of_types(torch, operator):
    def run(a, b):
        try:
            return eval(f"a {operator} b", {"a": a, "b": b}).dtype
        except RuntimeError as e:
            return str(e).splitlines()[0]

    seen = {}
    for first, second in itertools.product(DTYPES, DTYPES):
        for a_shape, b_shape in (((2,), (2,)), ((2,), ()), ((), (2,)), ((), ())):
            a = torch.ones(a_shape, dtype=getattr(torch, first))
            b = torch.ones(b_shape, dtype=getattr(torch, second))
            seen[first, a_shape, second, b_shape] = run(a, b)
    return seen


@pytest.mark.parametrize("dtype", DTYPES)
@both
def test_the_type_of_an_operation_with_a_python_number(torch, dtype):
    t = torch.ones(2, dtype=getattr(torch, dtype))
    s = torch.ones((), dtype=getattr(torch, dtype))
    seen = []
    for number in (2, 2.0, True):
        for x in (t, s):
            seen.append([(x + number).dtype, (number * x).dtype, (x / number).dtype])
            seen.append([(x > number).dtype, torch.where(x > 0, x, number).dtype])
    return seen, (t**2).dtype, (t**2.0).dtype


@both
def test_float32_with_float64_of_each_rank(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    zero_d = torch.tensor(0.1, dtype=torch.float64, requires_grad=True)
    one_d = torch.tensor([0.1], dtype=torch.float64, requires_grad=True)
    a, b, c = x * zero_d, x * one_d, x * 0.1
    (a.sum() + b.sum() + c.sum()).backward()
    return a, b, c, x.grad, zero_d.grad, one_d.grad


@both
def test_division_of_integers(torch):
    a, b = torch.tensor([7, -7, 7, -7]), torch.tensor([2, 2, -2, -2])
    return a / b, a // b, a % b, 7 / b, 7 // b, a / 2, a // 2, a // 2.0


@both
def test_reductions_choose_their_types(torch):
    seen = []
    for dtype in DTYPES:
        t = torch.ones(3, dtype=getattr(torch, dtype))
        seen.append([t.sum().dtype, t.prod().dtype, t.max().dtype, t.cumsum(0).dtype])
        seen.append([(t > 0).sum().dtype, t.sum(dtype=torch.float64).dtype, t.any().dtype])
    return seen


@both
def test_the_mean_of_integers_raises(torch):
    def message(action):
        try:
            action()
        except (RuntimeError, NotImplementedError) as e:  # which one depends on the version
            return str(e).splitlines()[0]
        return "no error"

    return (
        message(torch.tensor([1, 2]).mean),
        message(torch.tensor([True]).mean),
        torch.tensor([1, 2]).mean(dtype=torch.float32),
        torch.tensor([1, 2]).float().mean(),
    )


@both
def test_std_and_var_divide_by_n_minus_1(torch):
    x = torch.tensor([[1.0, 2.0, 4.0], [0.0, 3.0, 9.0]], requires_grad=True)
    results = [x.std(), x.var(), x.std(1), x.var(0, unbiased=False), x.var(1, correction=0)]
    sum(r.sum() for r in results).backward()
    return results, x.grad


@both
def test_matmul_and_linear_of_mixed_dtypes_raise(torch):
    a, b = torch.ones(2, 2), torch.ones(2, 2, dtype=torch.float64)
    layer = torch.nn.Linear(2, 2)
    return (
        said(RuntimeError, lambda: a @ b).split(": ")[-1],
        said(RuntimeError, lambda: a @ b[0], ADDMV_OF_TWO_TYPES).split(": ")[-1],
        said(RuntimeError, lambda: a @ torch.ones(2, 2, dtype=torch.int64)).split(": ")[-1],
        said(RuntimeError, lambda: layer(b)).split(": ")[-1],
        said(RuntimeError, lambda: layer(torch.ones(3, 2, 2, dtype=torch.float64))).split(": ")[-1],
    )


@both
def test_functions_of_integers_give_floats(torch):
    whole = torch.tensor([1, 4])
    return [f(whole).dtype for f in (torch.sqrt, torch.exp, torch.sin, torch.sigmoid, torch.tanh)]


@both
def test_comparisons_give_bool_and_bools_count(torch):
    a, b = torch.tensor([1, 2, 3]), torch.tensor([1.0, 5.0, 3.0])
    return a == b, a != b, a < b, (a == b).sum(), ~(a == b), (a > 1) & (b > 2), (a > 1).float()


@both
def test_minus_a_bool_raises(torch):
    flags = torch.tensor([True, False])
    return (
        said(RuntimeError, lambda: flags - flags).split(": ", 1)[1],
        said(RuntimeError, lambda: 1 - flags).split(": ", 1)[1],
        flags + flags,
        flags * flags,
        flags + 1,
    )


@both
def test_promotion_functions(torch):
    pairs = itertools.product(DTYPES, DTYPES)
    return (
        [torch.promote_types(getattr(torch, a), getattr(torch, b)) for a, b in pairs],
        torch.result_type(torch.tensor([1]), 1.0),
        torch.result_type(torch.tensor([1.0]), torch.tensor(1.0, dtype=torch.float64)),
        torch.get_default_dtype(),
    )


@both
def test_casts(torch):
    x = torch.tensor([1.7, -1.7])
    return [x.int(), x.long(), x.bool(), x.half(), x.double(), x.to(torch.int8)]


@both
def test_limits(torch):
    floats = [torch.float16, torch.float32, torch.float64, None, float]
    ints = [torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, int]
    names = ("bits", "dtype", "eps", "max", "min", "resolution", "smallest_normal", "tiny")
    of_floats = [torch.finfo() if d is None else torch.finfo(d) for d in floats]
    of_ints = [torch.iinfo(d) for d in ints]
    return (
        [repr(limits) for limits in of_floats + of_ints],
        [[getattr(limits, name) for name in names] for limits in of_floats],
        [[getattr(limits, name) for name in names[:2] + names[3:5]] for limits in of_ints],
        torch.finfo(torch.float32) == torch.finfo(),
        said(TypeError, lambda: torch.finfo(torch.int32)),
        said(TypeError, lambda: torch.iinfo(torch.float32)),
        said(TypeError, lambda: torch.iinfo(torch.bool)),
        said(TypeError, lambda: torch.finfo("float32")),
    )


@both
def test_which_types_may_be_stored_in_which(torch):
    types = [getattr(torch, name) for name in DTYPES]
    return (
        [[torch.can_cast(a, b) for b in types] for a in types],
        said(TypeError, lambda: torch.can_cast(1, 2)),
        said(TypeError, lambda: torch.promote_types(1, torch.int8)),
        torch.promote_types(type1=torch.int8, type2=torch.int16),
    )


@both
def test_every_way_to_ask_for_another_type(torch):
    x = torch.tensor([[1.7, -1.7], [0.0, 300.0]], requires_grad=True)
    other = torch.zeros(1, dtype=torch.float64)
    ways = [
        *(x.to(torch.float64), x.to("cpu", torch.float64), x.to(torch.device("cpu"), torch.int64)),
        *(x.to(dtype=torch.int32), x.to(device="cpu", dtype=torch.bool), x.to(other)),
        *(x.to(float), x.to(int), x.to(torch.float64, True), x.to(torch.float64, copy=True)),
        *(x.type(torch.float64), x.type("torch.LongTensor"), x.type(torch.DoubleTensor)),
        *(x.type_as(other), x.double(), x.half(), x.char(), x.short(), x.int(), x.long()),
        *(x.bool(), x.double(memory_format=torch.contiguous_format)),
    ]
    itself = [
        *(x.to() is x, x.to("cpu") is x, x.to(torch.float32) is x, x.to(None) is x),
        *(x.float() is x, x.type(torch.float32) is x, x.to("cpu", torch.float32) is x),
        *(x.to(torch.float32, copy=True) is x, x.to(memory_format=torch.contiguous_format) is x),
        *(x.cpu() is x, x.contiguous() is x, x.to("cpu", non_blocking=True) is x),
    ]
    sum(w.sum() for w in ways if w.requires_grad).backward()
    return (
        *(ways, itself, x.grad, x.type(), x.dtype, str(x.layout), x.element_size(), x.nbytes),
        said(ValueError, lambda: x.type("double")),
        said(TypeError, lambda: x.type(3)),
    )


@both
def test_types_by_their_old_names(torch):
    seen = []
    for name in ("Half", "Float", "Double", "Byte", "Char", "Short", "Int", "Long", "Bool"):
        old = getattr(torch, f"{name}Tensor")
        made = old([1, 0])
        seen.append([made, made.type(), old.dtype, isinstance(made, old), repr(old)])
        seen.append([isinstance(made, torch.FloatTensor), isinstance(1, old), old(3).shape])
    return seen, isinstance(torch.nn.Parameter(torch.ones(1)), torch.FloatTensor)


@both
def test_questions_about_types(torch):
    tensors = [torch.ones(1, dtype=getattr(torch, name)) for name in DTYPES]
    return (
        [[torch.is_floating_point(x), torch.is_complex(x), x.is_signed()] for x in tensors],
        [[d.dtype.itemsize, d.dtype.is_floating_point, d.dtype.is_signed] for d in tensors],
        [torch.is_tensor(x) for x in (tensors[0], 1, [1], torch.nn.Parameter(torch.ones(1)))],
        [torch.is_nonzero(x) for x in (tensors[0], torch.tensor(0.0))],
        [torch.half, torch.float, torch.double, torch.short, torch.int, torch.long, torch.bool],
        said(TypeError, lambda: torch.is_floating_point(2.0)),
        said(RuntimeError, lambda: torch.is_nonzero(torch.ones(2))),
    )


@both
def test_types_are_pickled_as_themselves(torch):
    import copy
    import pickle

    types = [getattr(torch, name) for name in DTYPES]
    return [[pickle.loads(pickle.dumps(d)) is d, copy.deepcopy(d) is d, str(d)] for d in types]


@both
def test_orders_of_memory(torch):
    x = torch.arange(120.0).reshape(2, 3, 4, 5)
    last = x.contiguous(memory_format=torch.channels_last)
    flat = x[0, 0].t()
    return (
        [str(order) for order in (torch.contiguous_format, torch.channels_last)],
        [str(order) for order in (torch.preserve_format, torch.channels_last_3d, torch.strided)],
        [last, last.stride(), last.contiguous().stride(), last.clone().stride()],
        [last.is_contiguous(), last.is_contiguous(memory_format=torch.channels_last)],
        [x.is_contiguous(memory_format=torch.channels_last), last.double().stride()],
        [last.to(memory_format=torch.channels_last) is last, last.to(x.dtype).stride()],
        [x.to(memory_format=torch.channels_last).stride(), torch.zeros_like(last).stride()],
        [flat.clone().stride(), flat.clone(memory_format=torch.contiguous_format).stride()],
        [flat.contiguous().stride(), flat.double().stride()],
        said(RuntimeError, lambda: flat.contiguous(memory_format=torch.channels_last)),
    )


# Kinks: where there is no derivative, or several

KINKS = {
    "relu": lambda torch, x: torch.relu(x),
    "abs": lambda torch, x: x.abs(),
    "sign": lambda torch, x: x.sign(),
    "sqrt": lambda torch, x: x.sqrt(),
    "log": lambda torch, x: x.log(),
    "log1p": lambda torch, x: x.log1p(),
    "exp": lambda torch, x: x.exp(),
    "reciprocal": lambda torch, x: 1 / x,
    "sigmoid": lambda torch, x: x.sigmoid(),
    "tanh": lambda torch, x: x.tanh(),
    "x ** 0": lambda torch, x: x**0,
    "x ** 1": lambda torch, x: x**1,
    "x ** 2": lambda torch, x: x**2,
    "x ** 0.5": lambda torch, x: x**0.5,
    "x ** -1": lambda torch, x: x**-1,
    "0 ** x": lambda torch, x: 0**x,
    "2 ** x": lambda torch, x: 2**x,
    "x / x": lambda torch, x: x / x,
    "where": lambda torch, x: torch.where(x > 0, x, torch.zeros_like(x)),
    "maximum with 0": lambda torch, x: torch.maximum(x, torch.zeros_like(x)),
    "minimum with 0": lambda torch, x: torch.minimum(x, torch.zeros_like(x)),
    "max with itself": lambda torch, x: torch.maximum(x, x),
    "round": lambda torch, x: x.round(),
    "floor": lambda torch, x: x.floor(),
}
POINTS = [0.0, -0.0, 1.0, -1.0, 2.5, -2.5, math.inf, -math.inf, math.nan, 1e-30, 100.0, -100.0]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("function", KINKS)
@both
def test_values_and_derivatives_at_awkward_points(torch, function, dtype):
    seen = []
    for point in POINTS:
        x = torch.tensor([point], dtype=getattr(torch, dtype), requires_grad=True)
        y = KINKS[function](torch, x)
        y.sum().backward()
        seen.append((y, x.grad))
    return seen


@both
def test_a_power_of_two_tensors_at_awkward_points(torch):
    seen = []
    for base, exponent in itertools.product([0.0, 1.0, -2.0, 3.0], [0.0, 1.0, 2.0, -1.0]):
        x = torch.tensor([base], requires_grad=True)
        y = torch.tensor([exponent], requires_grad=True)
        z = x**y
        z.backward()
        seen.append((z, x.grad, y.grad))
    return seen


@both
def test_the_norm_of_zeros(torch):
    seen = []
    for p in (1, 2, 3, float("inf")):
        x = torch.zeros(3, requires_grad=True)
        x.norm(p).backward()
        seen.append(x.grad)
    rows = torch.tensor([[0.0, 0.0], [3.0, 4.0]], requires_grad=True)
    rows.norm(dim=1).sum().backward()
    return seen, rows.grad


TIES = {
    "max()": lambda torch, x: x.max(),
    "min()": lambda torch, x: x.min(),
    "amax": lambda torch, x: x.amax(1),
    "amin": lambda torch, x: x.amin(0),
    "max(dim)": lambda torch, x: x.max(1).values,
    "min(dim)": lambda torch, x: x.min(0)[0],
    "maximum": lambda torch, x: torch.maximum(x, x.flip(1)),
    "minimum": lambda torch, x: torch.minimum(x, torch.ones(3)),
    "prod with a zero": lambda torch, x: (x - 1).prod(),
    "prod over a dim with a zero": lambda torch, x: (x - 1).prod(1),
    "max_pool2d": lambda torch, x: torch.nn.functional.max_pool2d(x[None], 2, 1),
}


@pytest.mark.parametrize("function", TIES)
@both
def test_who_gets_the_gradient_of_a_tie(torch, function):
    x = torch.tensor([[1.0, 2.0, 2.0], [2.0, 1.0, 1.0]], requires_grad=True)
    y = TIES[function](torch, x)
    (y * torch.arange(1.0, y.numel() + 1).view(y.shape)).sum().backward()
    return y, x.grad


@both
def test_a_nan_is_the_maximum(torch):
    x = torch.tensor([[1.0, math.nan, 3.0], [math.nan, math.nan, 0.0]], requires_grad=True)
    (x.max(1).values.sum()).backward()
    return x.max(1), x.argmax(1), x.grad, x.amax(1), x.max()


# Pooling at the border


@both
def test_max_pool_pads_with_minus_infinity_and_at_most_half_the_kernel(torch):
    x = -torch.rand(1, 1, 4, 4) - 1
    pool = torch.nn.functional.max_pool2d
    return pool(x, 3, 2, 1), said(RuntimeError, lambda: pool(x, 3, 2, 2))


@both
def test_avg_pool_counts_padding_unless_told_otherwise(torch):
    x = torch.ones(1, 1, 4, 4, requires_grad=True)
    pool = torch.nn.functional.avg_pool2d
    counted, plain = pool(x, 3, 2, 1), pool(x, 3, 2, 1, count_include_pad=False)
    (counted.sum() + 10 * plain.sum()).backward()
    return counted, plain, x.grad
