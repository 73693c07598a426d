"""Reading and writing parts of a tensor: x[...], gather, index_select, masks."""

from __future__ import annotations

from typing import Any

import numpy as np

from .parity import booleans, case, cases, constant, integers, strided, transposed
from .versions import FULL_SLICES, SETITEM_COLUMNS, setitem_of_a_number, worded

ROWS = np.array([2, 0, 2, -1])  # one row twice: its gradients add up
COLUMNS = np.array([1, 3, 1, 0])

test_basic = cases(
    case("getitem: an int", lambda torch, x: x[1], (3, 4), second=True, layout=True),
    case("getitem: -1", lambda torch, x: x[-1], (3, 4), layout=True),
    case("getitem: two ints", lambda torch, x: x[1, 2], (3, 4), second=True),
    case("getitem: chained", lambda torch, x: x[1][2], (3, 4)),
    case("getitem: a slice", lambda torch, x: x[1:3], (5, 4), second=True, layout=True),
    case("getitem: all", lambda torch, x: x[:], (5, 4), layout=True),
    case("getitem: two slices", lambda torch, x: x[1:, :2], (3, 4), second=True, layout=True),
    case("getitem: a step", lambda torch, x: x[::2], (5, 4), second=True, layout=True),
    case("getitem: steps", lambda torch, x: x[1::2, ::3], (5, 4), second=True, layout=True),
    case("getitem: negative bounds", lambda torch, x: x[-3:-1], (5, 4), layout=True),
    case("getitem: bounds out of range", lambda torch, x: x[-9:9], (5, 4), layout=True),
    case("getitem: an empty slice", lambda torch, x: x[3:1], (5, 4), layout=True),
    case(
        "getitem: a slice and an int",
        lambda torch, x: x[:, 1],
        (3, 4),
        layout=True,
        differs=FULL_SLICES,
    ),
    case("getitem: an int and a slice", lambda torch, x: x[1, 1:3], (3, 4), layout=True),
    case("getitem: None", lambda torch, x: x[None], (3, 4), second=True, layout=True),
    case(
        "getitem: None inside",
        lambda torch, x: x[:, None],
        (3, 4),
        layout=True,
        differs=FULL_SLICES,
    ),
    case(
        "getitem: None twice",
        lambda torch, x: x[None, :, None, 1],
        (3, 4),
        layout=True,
        differs=FULL_SLICES,
    ),
    case("getitem: Ellipsis", lambda torch, x: x[..., 1], (2, 3, 4), second=True, layout=True),
    case("getitem: Ellipsis first", lambda torch, x: x[1, ...], (2, 3, 4), layout=True),
    case("getitem: Ellipsis alone", lambda torch, x: x[...], (2, 3), layout=True),
    case("getitem: Ellipsis inside", lambda torch, x: x[0, ..., 1:], (2, 3, 4), layout=True),
    case("getitem: Ellipsis and None", lambda torch, x: x[..., None], (2, 3), layout=True),
    case("getitem: 0-d by Ellipsis", lambda torch, x: x[...], ()),
    case("getitem: 0-d by None", lambda torch, x: x[None], (), layout=True),
    case("getitem: 0-d by ()", lambda torch, x: x[()], ()),
    case("getitem: of a transpose", lambda torch, x: x.t()[1:], (3, 4), layout=True),
    case("getitem: of strided", lambda torch, x: x[1], strided((3, 4)), layout=True),
    case(
        "getitem: an integer tensor of no dims", lambda torch, x, i: x[i], (3, 4), integers(3, ())
    ),
    case("getitem: a NumPy int", lambda torch, x: x[np.int64(1)], (3, 4), layout=True),
    case("getitem: Ellipsis twice", lambda torch, x: x[..., 0, ...], (2, 3), layout=True),
    case(
        "getitem: bounds that are tensors",
        lambda torch, x, i: x[i : i + 2],
        (5, 2),
        integers(3, ()),
    ),
    case("getitem: a range", lambda torch, x: x[range(2)], (3, 4)),
    case("getitem: of integers", lambda torch, x: x[1:], integers(9, (4,))),
    case("getitem: empty", lambda torch, x: x[:0], (3, 4)),
)

test_by_arrays = cases(
    case("getitem: rows", lambda torch, x, i: x[i], (3, 4), ROWS, second=True),
    case("getitem: a list", lambda torch, x: x[[2, 0, 2]], (3, 4), second=True),
    case("getitem: a list in a tuple", lambda torch, x: x[[2, 0], :], (3, 4), differs=FULL_SLICES),
    case(
        "getitem: columns",
        lambda torch, x, i: x[:, i],
        (3, 4),
        COLUMNS,
        second=True,
        differs=FULL_SLICES,
    ),
    case("getitem: pairs", lambda torch, x, i, j: x[i, j], (3, 4), ROWS, COLUMNS, second=True),
    case("getitem: broadcast pairs", lambda torch, x, i: x[i[:, None], i], (3, 4), ROWS % 3),
    case("getitem: 2-D rows", lambda torch, x, i: x[i], (3, 4), integers(3, (2, 2)), second=True),
    case("getitem: an array and an int", lambda torch, x, i: x[i, 1], (3, 4), ROWS),
    case("getitem: an int and an array", lambda torch, x, i: x[1, i], (3, 4), COLUMNS),
    case("getitem: an array and a slice", lambda torch, x, i: x[i, 1:3], (3, 4), ROWS, second=True),
    case("getitem: a slice and an array", lambda torch, x, i: x[1:, i], (3, 4), COLUMNS),
    case("getitem: an array and None", lambda torch, x, i: x[i, None], (3, 4), ROWS),
    case(
        "getitem: arrays apart",
        lambda torch, x, i: x[i, :, i],
        (3, 4, 3),
        ROWS % 3,
        second=True,
        differs=FULL_SLICES,
    ),
    case(
        "getitem: arrays side by side",
        lambda torch, x, i: x[:, i, i],
        (2, 3, 3),
        ROWS % 3,
        differs=FULL_SLICES,
    ),
    case("getitem: Ellipsis and an array", lambda torch, x, i: x[..., i], (2, 3, 4), COLUMNS),
    case(
        "getitem: an int, a slice, an array",
        lambda torch, x, i: x[0, :, i],
        (2, 3, 4),
        COLUMNS,
        differs=FULL_SLICES,
    ),
    case("getitem: int32 rows", lambda torch, x, i: x[i], (3, 4), ROWS.astype(np.int32)),
    case("getitem: no rows", lambda torch, x, i: x[i], (3, 4), np.zeros(0, np.int64)),
    case("getitem: rows of a transpose", lambda torch, x, i: x.t()[i], (4, 3), ROWS),
    case(
        "getitem: arange", lambda torch, x, i: x[torch.arange(4), i], (4, 4), COLUMNS, second=True
    ),
    case(
        "getitem: a tuple in a tuple",
        lambda torch, x: x[(0, 2), (1, 3)],
        (3, 4),
        second=True,
    ),
    case("getitem: a list of lists is a tuple", lambda torch, x: x[[[0, 2], [1, 3]]], (3, 4)),
    case("getitem: a list with a slice is a tuple", lambda torch, x: x[[0, slice(1, 3)]], (3, 4)),
    case("getitem: a list of tensors is a tuple", lambda torch, x, i: x[[i, i]], (3, 4), ROWS % 3),
    case("getitem: a list of floats", lambda torch, x: x[[0.9, 2.0]], (3, 4)),
    case("getitem: no places in two dims", lambda torch, x: x[[], []], (3, 4)),
    case("getitem: embedding", lambda torch, x, i: x[i].sum(1), (5, 3), integers(5, (2, 4))),
)

test_by_masks = cases(
    case("getitem: a mask", lambda torch, x, m: x[m], (3, 4), booleans((3, 4)), second=True),
    case("getitem: x > 0", lambda torch, x: x[x > 0], (3, 4), second=True),
    case("getitem: a mask of rows", lambda torch, x, m: x[m], (5, 4), booleans((5,)), second=True),
    case(
        "getitem: a mask of columns",
        lambda torch, x, m: x[:, m],
        (3, 5),
        booleans((5,)),
        differs=FULL_SLICES,
    ),
    case("getitem: a mask and an int", lambda torch, x, m: x[m, 1], (5, 4), booleans((5,))),
    case("getitem: a mask and a slice", lambda torch, x, m: x[m, 1:3], (5, 4), booleans((5,))),
    case("getitem: a list of bools", lambda torch, x: x[[True, False, True]], (3, 4)),
    case("getitem: nothing is chosen", lambda torch, x: x[x > 99], (3, 4)),
    case("getitem: True", lambda torch, x: x[True], (3, 4)),
    case("getitem: False", lambda torch, x: x[False], (3, 4)),
    case("getitem: True and an int", lambda torch, x: x[True, 0], (3, 4)),
    case("getitem: a 0-d mask", lambda torch, x: x[(x > 99).any()], (3, 4)),
    case("getitem: bytes are a mask", lambda torch, x, m: x[m.byte()], (5, 4), booleans((5,))),
    case(
        "getitem: a mask, an array and None",
        lambda torch, x, m: x[m, None, [0, 1, 0]][:3],
        (5, 4),
        np.array([True, False, True, False, True]),
    ),
    case("getitem: a mask of two dims", lambda torch, x, m: x[m], (2, 3, 4), booleans((2, 3))),
    case(
        "masked_select",
        lambda torch, x, m: x.masked_select(m),
        (3, 4),
        booleans((3, 4)),
        second=True,
    ),
    case(
        "masked_select: broadcast",
        lambda torch, x, m: torch.masked_select(x, m),
        (3, 4),
        booleans((4,)),
    ),
    case("nonzero", lambda torch, x: x.nonzero(), booleans((3, 4))),
    case("nonzero: as a tuple", lambda torch, x: x.nonzero(as_tuple=True), booleans((3, 4))),
    case("nonzero: of floats", lambda torch, x: torch.nonzero(x > 0), (5,)),
)

test_gather_and_index_select = cases(
    case("gather", lambda torch, x, i: x.gather(1, i), (3, 4), integers(4, (3, 2)), second=True),
    case(
        "gather: dim 0",
        lambda torch, x, i: torch.gather(x, 0, i),
        (3, 4),
        integers(3, (5, 4)),
        second=True,
    ),
    case("gather: -1", lambda torch, x, i: x.gather(-1, i), (2, 3, 4), integers(4, (2, 3, 1))),
    case(
        "gather: a smaller index", lambda torch, x, i: x.gather(1, i), (3, 4), integers(4, (2, 2))
    ),
    case(
        "gather: a class for each row",
        lambda torch, x, i: x.gather(1, i.view(-1, 1)).squeeze(1),
        (3, 4),
        integers(4, (3,)),
    ),
    case("gather: empty", lambda torch, x, i: x.gather(1, i), (3, 4), integers(4, (3, 0))),
    case("gather: 0-d", lambda torch, x, i: x.gather(0, i), (), integers(1, ())),
    case("index_select", lambda torch, x, i: x.index_select(0, i), (3, 4), ROWS % 3, second=True),
    case(
        "index_select: dim 1",
        lambda torch, x, i: torch.index_select(x, 1, i),
        (3, 4),
        COLUMNS,
        second=True,
    ),
    case(
        "index_select: int32",
        lambda torch, x, i: x.index_select(0, i),
        (3,),
        np.array([1, 1], np.int32),
    ),
    case(
        "index_select: none",
        lambda torch, x, i: x.index_select(0, i),
        (3, 4),
        np.zeros(0, np.int64),
    ),
    case(
        "scatter_add",
        lambda torch, x, i, s: x.scatter_add(1, i, s),
        (3, 4),
        integers(4, (3, 2)),
        (3, 2),
        second=True,
    ),
    case(
        "scatter_add: dim 0",
        lambda torch, x, i, s: torch.scatter_add(x, 0, i, s),
        (3, 4),
        integers(3, (5, 4)),
        (5, 4),
    ),
)


# Writing. Each function writes into a copy, so that the input's own gradient can be asked for.


def set_item(key: Any, x: Any, value: Any) -> Any:
    y = x.clone()
    y[key] = value
    return y


test_writing = cases(
    case(
        "setitem: a number to a row",
        lambda torch, x: set_item(1, x, 7.0),
        (3, 4),
        differs=setitem_of_a_number("CopySlices"),
    ),
    case(
        "setitem: a number to all",
        lambda torch, x: set_item(slice(None), x, 7.0),
        (3, 4),
        differs=setitem_of_a_number("FillBackward2"),
    ),
    case(
        "setitem: one element",
        lambda torch, x: set_item((1, 2), x, 7.0),
        (3, 4),
        differs=setitem_of_a_number("CopySlices"),
    ),
    case("setitem: a row", lambda torch, x, v: set_item(1, x, v), (3, 4), (4,), second=True),
    case(
        "setitem: rows",
        lambda torch, x, v: set_item(slice(0, 2), x, v),
        (3, 4),
        (2, 4),
        second=True,
    ),
    case("setitem: broadcast", lambda torch, x, v: set_item(slice(0, 2), x, v), (3, 4), (4,)),
    case("setitem: a leading 1", lambda torch, x, v: set_item(1, x, v), (3, 4), (1, 4)),
    case("setitem: 0-d", lambda torch, x, v: set_item((slice(None), 1), x, v), (3, 4), ()),
    case(
        "setitem: a step", lambda torch, x, v: set_item(slice(None, None, 2), x, v), (5, 4), (3, 4)
    ),
    case("setitem: Ellipsis", lambda torch, x, v: set_item((..., 0), x, v), (2, 3, 4), (2, 3)),
    case("setitem: None", lambda torch, x, v: set_item((None, 1), x, v), (3, 4), (1, 4)),
    case(
        "setitem: a mask, a number",
        lambda torch, x, m: set_item(m, x, 0.0),
        (3, 4),
        booleans((3, 4)),
        differs=setitem_of_a_number("MaskedFillBackward0"),
    ),
    case(
        "setitem: x < 0",
        lambda torch, x: set_item(x < 0, x, 0.0),
        (3, 4),
        differs=setitem_of_a_number("MaskedFillBackward0"),
    ),
    case(
        "setitem: a mask, values",
        lambda torch, x, v: set_item(x > 0, x, v[: int((x > 0).sum())]),
        (3, 4),
        (12,),
    ),
    case(
        "setitem: a mask of rows",
        lambda torch, x, v: set_item([True, False, True], x, v),
        (3, 4),
        (2, 4),
    ),
    case(
        "setitem: an array",
        lambda torch, x, v, i: set_item(i, x, v),
        (3, 4),
        (2, 4),
        np.array([2, 0]),
    ),
    case("setitem: a list", lambda torch, x, v: set_item([2, 0], x, v), (3, 4), (2, 4)),
    case(
        "setitem: an array, a number",
        lambda torch, x, i: set_item(i, x, 5),
        (3, 4),
        ROWS % 3,
        differs=setitem_of_a_number("IndexFillBackward0"),
    ),
    case(
        "setitem: pairs",
        lambda torch, x, v, i, j: set_item((i, j), x, v),
        (3, 4),
        (2,),
        np.array([2, 0]),
        np.array([1, 3]),
    ),
    case(
        "setitem: columns",
        lambda torch, x, v, i: set_item((slice(None), i), x, v),
        (3, 4),
        (3, 2),
        np.array([3, 1]),
        differs=SETITEM_COLUMNS,
    ),
    case(
        "setitem: an array in between",
        lambda torch, x, v, i: set_item((0, slice(None), i), x, v),
        (2, 3, 4),
        (2, 3),
        np.array([3, 1]),
        raises=None,
    ),
    case("setitem: integers take a float", lambda torch, x: set_item(0, x, 2.7), integers(9, (3,))),
    case("setitem: another type", lambda torch, x, v: set_item(0, x, v), (3, 4), integers(9, (4,))),
    case("setitem: x[True]", lambda torch, x, v: set_item(True, x, v), (3, 4), (4,)),
    case("setitem: x[False]", lambda torch, x, v: set_item(False, x, v), (3, 4), constant((4,))),
    case("setitem: 0-d into 0-d", lambda torch, x, v: set_item((), x, v), (), ()),
    case(
        "setitem: arrays, extra leading ones",
        lambda torch, x, v: set_item([2, 0], x, v),
        (3, 4),
        (1, 1, 4),
        second=True,
    ),
    case(
        "setitem: a 2-D array, a number",
        lambda torch, x, i: set_item(i, x, 5),
        (3, 4),
        integers(3, (2, 2)),
        differs=setitem_of_a_number("IndexFillBackward0"),
    ),
    case(
        "setitem: int32 places",
        lambda torch, x, v, i: set_item(i, x, v),
        (3, 4),
        (2, 4),
        np.array([2, 0], np.int32),
    ),
    case(
        "setitem: arrays apart, a broadcast value",
        lambda torch, x, v: set_item(([0, 1], slice(None), [2, 0]), x, v),
        (2, 3, 3),
        (3,),
        second=True,
    ),
    case(
        "setitem: a mask and a slice",
        lambda torch, x, v, m: set_item((m, slice(1, 3)), x, v),
        (5, 4),
        (2,),
        booleans((5,)),
        second=True,
    ),
    case("setitem: itself", lambda torch, x: set_item(0, x, x[1]), (3, 4), second=True),
    case("setitem: through a view", lambda torch, x, v: set_item(0, x.t(), v), (3, 4), (3,)),
    case(
        "setitem: nothing is chosen",
        lambda torch, x, i: set_item(i, x, 5.0),
        (3, 4),
        np.zeros(0, np.int64),
        differs=setitem_of_a_number("IndexFillBackward0"),
    ),
    case(
        "masked_fill_: in place",
        lambda torch, x, m: (x * 1).masked_fill_(m, 0),
        (3, 4),
        booleans((3, 4)),
    ),
)


def fill_row(torch: Any, x: Any) -> Any:
    x[1] = 0
    return x


def scale_view(torch: Any, x: Any, v: Any) -> Any:
    y = x * 1
    y[:, 1].mul_(v)
    y.t()[0] += 1
    return y


test_writing_through_views = cases(
    case("setitem: into an input", fill_row, constant((3, 4))),
    case("setitem: into a leaf", fill_row, (3, 4), raises=True),
    case("setitem: a view of a view", scale_view, (3, 4), (3,), second=True),
    case("setitem: into transposed memory", fill_row, constant(transposed((3, 4)))),
)

INDEX_TYPE = worded("gather(): Expected dtype int32/int64 for index", since=(2, 8))
test_errors = cases(
    case("getitem: out of range", lambda torch, x: x[2], (2, 3), raises=True),
    case("getitem: below range", lambda torch, x: x[-3], (2, 3), raises=True),
    case("getitem: out of range in dim 1", lambda torch, x: x[:, 3], (2, 3), raises=True),
    case("getitem: too many", lambda torch, x: x[0, 0, 0], (2, 3), raises=True),
    case("getitem: too many slices", lambda torch, x: x[:, :, 0], (2, 3), raises=True),
    case("getitem: 0-d by an int", lambda torch, x: x[0], (), raises=True),
    case("getitem: a mask's shape", lambda torch, x, m: x[m], (2, 3), booleans((3,)), raises=True),
    case(
        "getitem: a mask's second dim",
        lambda torch, x, m: x[m],
        (2, 3),
        booleans((2, 4)),
        raises=True,
    ),
    case("getitem: an array out of range", lambda torch, x: x[[5]], (2, 3), raises=True),
    case(
        "getitem: an array out of range in dim 1",
        lambda torch, x: x[:, [0, 3]],
        (2, 3),
        raises=True,
    ),
    case("getitem: arrays' shapes", lambda torch, x: x[[0, 1], [0, 1, 2]], (2, 3), raises=True),
    case("getitem: a float", lambda torch, x: x[1.5], (2, 3), raises=True),
    case("getitem: floats", lambda torch, x: x[x], (2, 3), raises=True),
    case("getitem: a negative step", lambda torch, x: x[::-1], (2, 3), raises=True),
    case("getitem: a step of 0", lambda torch, x: x[::0], (2, 3), raises=True),
    case("getitem: a bound that is a float", lambda torch, x: x[0.0:1], (2, 3), raises=True),
    case("getitem: int16", lambda torch, x: x[torch.tensor([0]).short()], (2, 3), raises=True),
    case("getitem: out of range after None", lambda torch, x: x[None, 5], (2, 3), raises=True),
    case("getitem: 0-d by a slice", lambda torch, x: x[:], (), raises=True),
    case("getitem: 0-d by a list", lambda torch, x: x[[0]], (), raises=True),
    case(
        "getitem: a mask that does not broadcast with an array",
        lambda torch, x: x[[True, True, True], [0, 1]],
        (3, 3),
        raises=True,
    ),
    case(
        "setitem: types",
        lambda torch, x: set_item([0], x, torch.tensor(1)),
        (3,),
        raises=True,
    ),
    case(
        "setitem: arrays' shape",
        lambda torch, x, v: set_item([0, 5], x, v),
        (2, 3),
        (2,),
        raises=True,
    ),
    case("getitem: text", lambda torch, x: x["a"], (2, 3), raises=True),
    case("setitem: shape", lambda torch, x, v: set_item(0, x, v), (2, 3), (2,), raises=True),
    case("setitem: out of range", lambda torch, x: set_item(2, x, 0.0), (2, 3), raises=True),
    case(
        "setitem: a mask's values",
        lambda torch, x, v: set_item([True, True, False], x, v),
        (3,),
        (3,),
        raises=True,
    ),
    case(
        "setitem: an array's values",
        lambda torch, x, v: set_item([0, 1], x, v),
        (3, 4),
        (3, 4),
        raises=True,
    ),
    case(
        "gather: dims", lambda torch, x, i: x.gather(0, i), (2, 3), integers(2, (2,)), raises=True
    ),
    case("gather: range", lambda torch, x: x.gather(0, torch.tensor([[5]])), (2, 3), raises=True),
    case("gather: type", lambda torch, x: x.gather(0, x), (2, 3), raises=True, differs=INDEX_TYPE),
    case(
        "gather: size", lambda torch, x, i: x.gather(1, i), (2, 3), integers(3, (4, 2)), raises=True
    ),
    case(
        "index_select: floats", lambda torch, x, v: x.index_select(0, v), (3, 4), (2,), raises=True
    ),
    case(
        "index_select: range",
        lambda torch, x: x.index_select(0, torch.tensor([3])),
        (3,),
        raises=True,
    ),
    case(
        "index_select: 2-D",
        lambda torch, x, i: x.index_select(0, i),
        (3,),
        integers(3, (2, 2)),
        raises=True,
    ),
    case(
        "masked_select: shape",
        lambda torch, x, m: x.masked_select(m),
        (3,),
        booleans((4,)),
        raises=True,
    ),
    case("masked_select: type", lambda torch, x: x.masked_select(x), (3,), raises=True),
)
