"""Tensors print as the installed PyTorch prints them, letter for letter."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch

import minitorch_nn
from minitorch_nn import dtypes, formatting, return_types
from minitorch_nn.dtypes import Array
from minitorch_nn.formatting import tensor_str
from minitorch_nn.size import Size

from .versions import SCI_MODE_WIDTHS, SIZE_SUMS

NAMES = [d.name for d in dtypes.ALL]
SHAPES: list[tuple[int, ...]] = [
    (),
    (1,),
    (7,),
    (40,),
    (1000,),
    (1001,),
    (2, 3),
    (1, 1),
    (3, 30),
    (7, 200),
    (334, 3),
    (6, 167),
    (2, 3, 4),
    (2, 1, 3, 2),
    (9, 8, 7, 6),
    (1, 2, 1, 1, 2),
    (2, 600),
    (0,),
    (0, 3),
    (2, 0, 3),
]


@pytest.fixture(autouse=True)
def default_options() -> Iterator[None]:
    yield
    torch.set_printoptions(profile="default")
    formatting.set_printoptions(profile="default")


def set_both(**options: Any) -> None:
    torch.set_printoptions(**options)
    formatting.set_printoptions(**options)


def assert_prints_alike(array: Array) -> None:
    assert tensor_str(array) == repr(torch.from_numpy(np.array(array)))


def outcome(call: Callable[[], Any]) -> tuple[str, str]:
    """The type and text of what a call returns or raises."""
    try:
        result = call()
    except Exception as error:
        return type(error).__name__, str(error)
    return type(result).__name__, repr(result)


def random_array(rng: np.random.Generator, shape: tuple[int, ...], name: str) -> Array:
    """Numbers of a random magnitude: whole or not, all alike or far apart, now and then special."""
    dtype = np.dtype(name)
    if dtype.kind == "b":
        return np.asarray(rng.random(shape) < 0.5)
    if dtype.kind in "iu":
        limit = np.iinfo(dtype).max >> int(rng.integers(dtype.itemsize * 8 - 2))
        return rng.integers(0 if dtype.kind == "u" else -limit, limit, shape).astype(dtype)
    widest = 4 if name == "float16" else 12
    values = rng.standard_normal(shape) * 10.0 ** rng.integers(-widest, widest)
    if rng.random() < 0.3:
        values = values * 10.0 ** rng.integers(-3, 4, shape)
    if rng.random() < 0.3:
        values = np.round(values)
    if rng.random() < 0.4:
        special = rng.choice([np.nan, np.inf, -np.inf, 0.0, -0.0], shape)
        values = np.where(rng.random(shape) < rng.random(), special, values)
    with np.errstate(over="ignore"):
        return np.asarray(values).astype(dtype)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_random_tensors_print_alike(shape: tuple[int, ...], name: str) -> None:
    rng = np.random.default_rng([len(shape), sum(shape), NAMES.index(name)])
    for _ in range(4 if np.prod(shape) > 100 else 30):
        assert_prints_alike(random_array(rng, shape, name))


@pytest.mark.parametrize(
    "values",
    [
        [0.0],
        [0.0, -0.0],
        [1.0, 2.0],
        [1.0, 0.5],
        [1e-4, 1.0],
        [9.9e-5],
        [1.0, 1000.0],
        [1.0, 1000.5],
        [1.0, 1001.0],
        [1e8],
        [1.00001e8, 1e8],
        [-3.0, 4.0, 0.0],
        [0.99999, 0.5],
        [9.99996, -1.0],
        [0.5, 1.5, 2.5],
        [float("nan")],
        [float("nan"), float("inf"), -float("inf")],
        [1.0, float("nan"), 0.0],
        [0.5, float("inf")],
        [1e-10, float("inf"), float("nan")],
        [1e300, 1e-320],
        [1e20, 3.0],
    ],
    ids=str,
)
def test_the_edges_of_each_notation(values: list[float]) -> None:
    for name in ("float32", "float64"):
        with np.errstate(over="ignore"):
            array = np.array(values).astype(name)
        assert_prints_alike(array)
        assert_prints_alike(array[0])
        assert_prints_alike(np.tile(array, (3, 2)))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shape", [(), (3,), (30,), (2, 3), (0,), (0, 3)], ids=str)
def test_suffixes_follow_and_wrap(shape: tuple[int, ...], name: str) -> None:
    array = random_array(np.random.default_rng(1), shape, name)
    if not name.startswith("float"):
        return assert_prints_alike(array)
    leaf = torch.from_numpy(array).requires_grad_()
    assert tensor_str(array, requires_grad=True) == repr(leaf)
    for result in (
        leaf * 1,
        leaf.clone().log_softmax(-1).detach().requires_grad_().log_softmax(-1),
    ):
        text = tensor_str(
            result.detach().numpy(), grad_fn_name=type(result.grad_fn).__name__, requires_grad=True
        )
        assert text == repr(result)


@pytest.mark.parametrize("length", range(1, 14))
def test_a_suffix_wraps_at_the_same_column(length: int) -> None:
    array = np.arange(length, dtype=np.float64) + 0.5
    leaf = torch.from_numpy(array).requires_grad_()
    assert tensor_str(array, requires_grad=True) == repr(leaf)


@pytest.mark.parametrize("linewidth", range(10, 90, 3))
def test_each_suffix_wraps_by_itself(linewidth: int) -> None:
    set_both(linewidth=linewidth)
    for shape in ((2,), (0, 3)):
        leaf = torch.ones(shape, dtype=torch.float64, requires_grad=True)
        assert tensor_str(leaf.detach().numpy(), requires_grad=True) == repr(leaf)


def test_a_subclass_prints_its_own_name_and_indents_by_it() -> None:
    class Picture(torch.Tensor):
        pass

    array = np.random.default_rng(0).random((2, 3, 4), dtype=np.float32)
    theirs = torch.from_numpy(array).as_subclass(Picture)
    assert tensor_str(array, prefix="Picture(") == repr(theirs)


def test_the_default_dtype_needs_no_suffix() -> None:
    dtypes.set_default_dtype(dtypes.float64)
    torch.set_default_dtype(torch.float64)
    try:
        for name in ("float32", "float64", "int64", "int32"):
            assert_prints_alike(np.array([1, 2], name))
            assert_prints_alike(np.array([], name))
    finally:
        dtypes.set_default_dtype(dtypes.float32)
        torch.set_default_dtype(torch.float32)


def test_views_print_what_they_show() -> None:
    array = np.random.default_rng(0).random((40, 30), dtype=np.float32)
    for view in (array.T, array[::7, ::5], array[:, 3], array[None, 5]):
        assert_prints_alike(view)


@pytest.mark.parametrize(
    "options",
    [
        {"precision": 0},
        {"precision": 10},
        pytest.param({"precision": 2, "sci_mode": True}, marks=SCI_MODE_WIDTHS.mark),
        pytest.param({"sci_mode": True}, marks=SCI_MODE_WIDTHS.mark),
        pytest.param({"sci_mode": False}, marks=SCI_MODE_WIDTHS.mark),
        {"threshold": 5},
        {"threshold": 5, "edgeitems": 1},
        {"threshold": 5, "edgeitems": 0},
        {"edgeitems": 0},
        {"linewidth": 20},
        {"linewidth": 200},
        {"linewidth": 0},
        {"profile": "short"},
        {"profile": "full"},
        {"profile": "full", "precision": 1},
    ],
    ids=str,
)
def test_print_options(options: dict[str, Any]) -> None:
    set_both(**options)
    rng = np.random.default_rng(0)
    for shape in SHAPES:
        for name in ("float32", "float64", "int16", "bool"):
            assert_prints_alike(random_array(rng, shape, name))


def test_print_options_build_on_one_another() -> None:
    array = np.random.default_rng(0).random((12, 12))
    for options in (
        {"precision": 2},
        {"threshold": 10},
        {"sci_mode": True},
        {"linewidth": 40},  # which also ends sci_mode
        {"profile": "short"},
        {"edgeitems": 4},
        {"profile": "default"},
    ):
        set_both(**options)
        assert_prints_alike(array)


def test_an_unknown_profile_is_named() -> None:
    with pytest.raises(ValueError, match="'default', 'short' or 'full', got 'long'"):
        formatting.set_printoptions(profile="long")


# ---- tensors of every kind, as programs have them

FUZZED: list[dict[str, Any]] = [
    *({}, {"precision": 2}, {"precision": 8}, {"threshold": 20}, {"linewidth": 40}),
    *({"threshold": 10, "edgeitems": 1}, {"profile": "short"}, {"profile": "full"}),
]
if not SCI_MODE_WIDTHS.applies:
    FUZZED += [{"sci_mode": True}, {"sci_mode": False}, {"precision": 1, "sci_mode": True}]


def dressed(library: Any, array: Array, way: int) -> Any:
    """The array as a constant, a leaf, a result, a Parameter, or one of several views."""
    x = library.from_numpy(array.copy())
    if array.dtype.kind != "f" or way == 0:
        return x
    if way == 1:
        return x.requires_grad_()
    if way == 2:
        return x.requires_grad_() * 1
    if way == 3:
        return library.nn.Parameter(x)
    return x.requires_grad_().unbind(0)[-1] if array.ndim and len(array) else x.clone()


@pytest.mark.parametrize("seed", range(40))
def test_fuzzed_tensors_print_alike(seed: int) -> None:
    """40,000 of these agreed, all; here are the first few."""
    rng = np.random.default_rng(seed)
    for _ in range(20):
        set_both(**{"profile": "default", "sci_mode": None, **FUZZED[rng.integers(len(FUZZED))]})
        longest = (40, 40, 40, 9, 6)[ndim := int(rng.integers(5))]
        shape = tuple(rng.integers(0 if rng.random() < 0.05 else 1, longest, ndim).tolist())
        array = random_array(rng, shape, str(rng.choice(NAMES)))
        if rng.random() < 0.1:
            array = np.ascontiguousarray(array.T).T
        way, wrap = rng.integers(5).item(), rng.integers(3)
        texts = []
        for library in (torch, minitorch_nn):
            x = dressed(library, array, way)
            texts.append(repr([x, [x, x], {"x": x}][wrap]))
        assert texts[0] == texts[1]


FORMATS = [
    "",
    ".3f",
    ".0f",
    "e",
    ".2e",
    "g",
    ">10",
    "^12",
    "+.2f",
    "010.3f",
    "d",
    "05d",
    ".1%",
    ",",
]


@pytest.mark.parametrize("spec", FORMATS)
def test_formatted_tensors_print_alike(spec: str) -> None:
    rng = np.random.default_rng(FORMATS.index(spec))
    for name in NAMES:
        for shape in ((), (), (), (1,), (1, 1)):
            array = random_array(rng, shape, name)
            for way in range(4):
                ours, theirs = (dressed(t, array, way) for t in (minitorch_nn, torch))
                assert outcome(lambda x=ours: f"{x:{spec}}") == outcome(  # type: ignore[misc]
                    lambda x=theirs: f"{x:{spec}}"  # type: ignore[misc]
                )


# ---- as a program meets it


@pytest.mark.parametrize(
    "show",
    [
        lambda torch: repr(torch.arange(6.0).reshape(2, 3) / 7),
        lambda torch: str(torch.tensor(3)),
        lambda torch: f"{torch.tensor(2.5):.3f} {torch.tensor(7):>5} {torch.tensor(0.1)}",
        lambda torch: f"{torch.tensor(2.5, requires_grad=True):.1f}",
        lambda torch: f"{torch.ones(2)}",
        lambda torch: f"{torch.ones(2):.3f}",
        lambda torch: f"{torch.nn.Parameter(torch.ones(2, 2))}",
        lambda torch: f"{torch.nn.Parameter(torch.tensor(1.0)):.3f}",
        lambda torch: repr([torch.nn.Parameter(torch.ones(1)), torch.zeros(0)]),
        lambda torch: repr(torch.ones(2, requires_grad=True) * 2),
        lambda torch: repr(
            torch.nn.functional.linear(
                torch.ones(1, 2), torch.ones(3, 2).requires_grad_(), torch.ones(3)
            )
        ),
        lambda torch: repr(torch.max(torch.tensor([[1.0, 3.0], [4.0, 2.0]]), 1)),
        lambda torch: repr(torch.ones(2, 0, 3).shape),
        lambda torch: repr(torch.ones(2, 3).size()),
        lambda torch: repr(torch.float32),
    ],
)
def test_tensors_print_alike_in_a_program(show: Callable[[Any], Any]) -> None:
    assert outcome(lambda: show(minitorch_nn)) == outcome(lambda: show(torch))


# ---- Size


@pytest.mark.parametrize(
    "use",
    [
        lambda size: size([2, 3, 4]),
        lambda size: size(),
        lambda size: size(x for x in (1, 2)),
        lambda size: size([np.int64(3), True]),
        lambda size: size([2, 3, 4])[1:],
        lambda size: size([2, 3, 4])[0],
        lambda size: size([2, 3, 4])[-1],
        lambda size: size([2, 3, 4])[9],
        lambda size: size([2]) + (1,),
        pytest.param(lambda size: (1,) + size([2]), marks=SIZE_SUMS.mark),
        lambda size: size([2]) + size([3]),
        pytest.param(lambda size: size([2]) + [1], marks=SIZE_SUMS.mark),
        lambda size: size([2]) + (1.5,),
        lambda size: size([2, 3]) * 2,
        lambda size: 2 * size([2, 3]),
        lambda size: size([2]) * 1.5,
        lambda size: size([2, 3, 4]).numel(),
        lambda size: size([]).numel(),
        lambda size: size([2, 0]).numel(),
        lambda size: size([2, 3]) == (2, 3),
        lambda size: size([2, 3]) == [2, 3],
        lambda size: hash(size([2, 3])) == hash((2, 3)),
        lambda size: f"{size([2, 3])}",
        lambda size: str(size([5])),
        lambda size: size("ab"),
        lambda size: size([1, None]),
        lambda size: size([2.5]),
        lambda size: size(3),
        lambda size: pickle.loads(pickle.dumps(size([2, 3]))),
        lambda size: copy.deepcopy(size([2, 3])),
        lambda size: isinstance(size([2]), tuple),
    ],
)
def test_size_is_torchs(use: Callable[[Any], Any]) -> None:
    assert outcome(lambda: use(Size)) == outcome(lambda: use(torch.Size))


# ---- named results


RESULTS = ["max", "min", "sort", "topk", "median", "nanmedian", "mode", "kthvalue"]
RESULTS += ["cummax", "cummin", "aminmax"]


@pytest.mark.parametrize("name", RESULTS)
def test_named_results_are_torchs(name: str) -> None:
    ours, theirs = getattr(return_types, name), getattr(torch.return_types, name)
    assert ours.__match_args__ == theirs.__match_args__
    for use in (
        lambda results: results((torch.ones(2, 3), torch.arange(3))),
        lambda results: results([1, 2])[1],
        lambda results: results([1, 2])[:1],
        lambda results: len(results([1, 2])),
        lambda results: results([1, 2]) == (1, 2),
        lambda results: results([1, 2, 3]),
        lambda results: pickle.loads(pickle.dumps(results([1, 2]))),
        *(lambda results, f=field: getattr(results([1, 2]), f) for field in theirs.__match_args__),
    ):
        assert outcome(lambda use=use: use(ours)) == outcome(lambda use=use: use(theirs))  # type: ignore[misc]
    first, second = ours([1, 2])
    assert (first, second) == (1, 2)
    with pytest.raises(AttributeError):
        setattr(ours([1, 2]), ours.__match_args__[0], 3)
