"""Operations that move elements and change none: view, transpose, cat, split, expand, ...

Where PyTorch answers with a view, so must we, with the same stride: writing through it shows.
"""

from __future__ import annotations

import numpy as np

from .parity import (
    booleans,
    case,
    cases,
    constant,
    exactly,
    integers,
    strided,
    transposed,
)
from .versions import COMBINATIONS_BY_MASKS, worded

test_view_and_reshape = cases(
    case("view", lambda torch, x: x.view(4, 3), (3, 4), second=True, layout=True),
    case("view: one dim is inferred", lambda torch, x: x.view(2, -1), (3, 4), layout=True),
    case("view: a tuple", lambda torch, x: x.view((2, 6)), (3, 4), layout=True),
    case("view: a size", lambda torch, x: x.view(x.size()), (3, 4), layout=True),
    case("view: flat", lambda torch, x: x.view(-1), (3, 4), layout=True),
    case("view: to 0-d", lambda torch, x: x.view(()), (1, 1), layout=True),
    case("view: from 0-d", lambda torch, x: x.view(1, 1), (), layout=True),
    case("view: empty", lambda torch, x: x.view(3, 0), (0, 4), layout=True),
    case(
        "view: splits a strided dim", lambda torch, x: x.view(3, 2, 2), strided((3, 4)), layout=True
    ),
    case("view: of a transpose", lambda torch, x: x.t().view(4, 3, 1), (3, 4), layout=True),
    case("view_as", lambda torch, x, y: x.view_as(y), (3, 4), (2, 6)),
    case("reshape", lambda torch, x: x.reshape(4, 3), (3, 4), second=True, layout=True),
    case("reshape: copies", lambda torch, x: x.t().reshape(12), (3, 4), second=True, layout=True),
    case(
        "reshape: transposed input", lambda torch, x: x.reshape(-1), transposed((3, 4)), layout=True
    ),
    case("reshape: strided input", lambda torch, x: x.reshape(-1), strided((3, 4)), layout=True),
    case("reshape: named", lambda torch, x: torch.reshape(x, (2, -1)), (3, 4), layout=True),
    case("reshape: -1 of one element", lambda torch, x: x.reshape(-1), (), layout=True),
    case("reshape: empty", lambda torch, x: x.reshape(0, 7), (3, 0), layout=True),
    case("reshape_as", lambda torch, x, y: x.reshape_as(y), (3, 4), (2, 6)),
    case("flatten", lambda torch, x: x.flatten(), (2, 3, 4), second=True, layout=True),
    case("flatten: from 1", lambda torch, x: x.flatten(1), (2, 3, 4), second=True, layout=True),
    case("flatten: a part", lambda torch, x: torch.flatten(x, 1, 2), (2, 3, 4, 5), layout=True),
    case("flatten: 0-d", lambda torch, x: x.flatten(), (), layout=True),
    case("flatten: 1-D is itself", lambda torch, x: x.flatten(), (3,), layout=True),
    case("flatten: of a permuted", lambda torch, x: x.permute(0, 2, 1).flatten(1), (2, 3, 4)),
    case(
        "flatten: transposed input",
        lambda torch, x: x.flatten(1),
        transposed((2, 3, 4)),
        layout=True,
    ),
    case("unflatten", lambda torch, x: x.unflatten(1, (2, -1)), (3, 8), second=True, layout=True),
    case("ravel", lambda torch, x: x.ravel(), (3, 4), layout=True),
    case(
        "ravel: transposed input", lambda torch, x: torch.ravel(x), transposed((3, 4)), layout=True
    ),
    case("contiguous", lambda torch, x: x.contiguous(), (3, 4), layout=True),
    case(
        "contiguous: copies", lambda torch, x: x.t().contiguous(), (3, 4), second=True, layout=True
    ),
    case("clone", lambda torch, x: x.clone(), (3, 4), second=True, layout=True),
    case("clone: transposed input", lambda torch, x: x.clone(), transposed((3, 4)), layout=True),
    case("clone: strided input", lambda torch, x: x.clone(), strided((3, 4)), layout=True),
    case("detach", lambda torch, x: x.detach(), (3, 4), layout=True),
)

test_sizes_in_every_form = cases(
    case("view: named", lambda torch, x: x.view(size=(4, 3)), (3, 4)),
    case("reshape: named", lambda torch, x: torch.reshape(x, shape=(4, 3)), (3, 4)),
    case(
        "reshape: sizes that are tensors", lambda torch, x, n: x.reshape(n, -1), (3, 4), exactly(4)
    ),
    case("permute: named", lambda torch, x: x.permute(dims=(1, 0)), (3, 4)),
    case("expand: named", lambda torch, x: x.expand(size=(2, -1)), (3,)),
    case("repeat: named", lambda torch, x: x.repeat(repeats=(2, 1)), (3,)),
    case("tile: named", lambda torch, x: [x.tile(dims=(2,)), x.tile(1, 2)], (3,)),
    case("broadcast_to: numbers", lambda torch, x: x.broadcast_to(2, 3), (3,)),
    case(
        "atleast_3d: numbers of all ranks",
        lambda torch, x: torch.atleast_3d(x, x[0], x[0, 0]),
        (2, 3),
    ),
    case("atleast_1d: a list", lambda torch, x: torch.atleast_1d([x[0], x]), (2,)),
)

test_squeeze_and_unsqueeze = cases(
    case("squeeze", lambda torch, x: x.squeeze(), (1, 3, 1), second=True, layout=True),
    case("squeeze: dim", lambda torch, x: x.squeeze(0), (1, 3, 1), second=True, layout=True),
    case("squeeze: two dims", lambda torch, x: x.squeeze((0, 2)), (1, 3, 1), layout=True),
    case("squeeze: one by one", lambda torch, x: x.squeeze(0, 2), (1, 3, 1), layout=True),
    case("squeeze: dim -1", lambda torch, x: x.squeeze(-1), (1, 3, 1), layout=True),
    case("squeeze: NumPy's dim", lambda torch, x: x.squeeze(np.int64(-1)), (1, 3, 1), layout=True),
    case("squeeze: a dim of 3", lambda torch, x: x.squeeze(1), (1, 3, 1), layout=True),
    case("squeeze: dims", lambda torch, x: x.squeeze((0, 2)), (1, 3, 1), second=True, layout=True),
    case("squeeze: 0-d", lambda torch, x: x.squeeze(), ()),
    case("squeeze: named", lambda torch, x: torch.squeeze(x, 0), (1, 3)),
    case("unsqueeze", lambda torch, x: x.unsqueeze(0), (3, 4), second=True, layout=True),
    case("unsqueeze: -1", lambda torch, x: x.unsqueeze(-1), (3, 4), second=True, layout=True),
    case("unsqueeze: 0-d", lambda torch, x: x.unsqueeze(0), ()),
    case("unsqueeze: named", lambda torch, x: torch.unsqueeze(x, 1), (3, 4)),
    case(
        "unsqueeze: transposed input",
        lambda torch, x: x.unsqueeze(1),
        transposed((3, 4)),
        layout=True,
    ),
)

test_order_of_dims = cases(
    case("transpose", lambda torch, x: x.transpose(0, 2), (2, 3, 4), second=True, layout=True),
    case("transpose: negative", lambda torch, x: x.transpose(-1, -2), (2, 3, 4), layout=True),
    case("transpose: with itself", lambda torch, x: x.transpose(1, 1), (2, 3), layout=True),
    case("transpose: named", lambda torch, x: torch.transpose(x, 0, 1), (2, 3)),
    case("swapaxes", lambda torch, x: x.swapaxes(0, 1), (2, 3)),
    case("t", lambda torch, x: x.t(), (2, 3), second=True, layout=True),
    case("t: 1-D", lambda torch, x: x.t(), (3,), layout=True),
    case("t: 0-d", lambda torch, x: x.t(), (), layout=True),
    case("t: named", lambda torch, x: torch.t(x), (2, 3)),
    case("T", lambda torch, x: x.T, (2, 3), layout=True),
    case("mT", lambda torch, x: x.mT, (2, 3, 4), layout=True),
    case("permute", lambda torch, x: x.permute(2, 0, 1), (2, 3, 4), second=True, layout=True),
    case("permute: a tuple", lambda torch, x: x.permute((1, 0, 2)), (2, 3, 4), layout=True),
    case("permute: negative", lambda torch, x: x.permute(-1, 0, 1), (2, 3, 4), layout=True),
    case("permute: named", lambda torch, x: torch.permute(x, (1, 0)), (2, 3)),
    case("permute: 0-d", lambda torch, x: x.permute(()), ()),
    case("movedim", lambda torch, x: x.movedim(0, 2), (2, 3, 4), second=True, layout=True),
    case("movedim: two", lambda torch, x: x.movedim((0, 1), (2, 0)), (2, 3, 4), layout=True),
    case("movedim: NumPy's", lambda torch, x: x.movedim(np.int64(0), np.int32(2)), (2, 3, 4)),
    case("movedim: named", lambda torch, x: torch.movedim(x, 0, 1), (2, 3)),
    case("flip", lambda torch, x: x.flip(0), (3, 4), second=True, layout=True),
    case("flip: two", lambda torch, x: x.flip(0, 1), (3, 4), second=True, layout=True),
    case("flip: a tuple", lambda torch, x: x.flip((1,)), (3, 4)),
    case("flip: named", lambda torch, x: torch.flip(x, [0, -1]), (3, 4)),
    case("flip: empty", lambda torch, x: x.flip(0), (0, 4)),
    case("flip: integers", lambda torch, x: x.flip(0), integers(9, (4,))),
)

test_rearranging = cases(
    case("roll: flat", lambda torch, x: x.roll(2), (2, 3), second=True),
    case(
        "roll: several", lambda torch, x: x.roll((1, -2), (0, 1)), (3, 4), second=True, layout=True
    ),
    case("roll: further than the size", lambda torch, x: torch.roll(x, 7, -1), (2, 3)),
    case("roll: NumPy's numbers", lambda torch, x: x.roll(np.int64(2), np.int64(1)), (2, 3)),
    case("roll: transposed input", lambda torch, x: x.roll(1, 0), transposed((3, 4)), layout=True),
    case(
        "rot90: forward and back",
        lambda torch, x: [x.rot90(), x.rot90(-1), x.rot90(2)],
        (2, 3),
        layout=True,
    ),
    case("rot90: a plane", lambda torch, x: torch.rot90(x, 3, (2, 0)), (2, 3, 4), second=True),
    case("flip: transposed input", lambda torch, x: x.flip(0), transposed((3, 4)), layout=True),
    case("fliplr: integers", lambda torch, x: [x.fliplr(), torch.flipud(x)], integers(9, (2, 3))),
    case("tile: fewer numbers than dims", lambda torch, x: x.tile(2), (2, 3), second=True),
    case("tile: more", lambda torch, x: torch.tile(x, (2, 1, 2)), (2, 3)),
    case(
        "repeat_interleave: a number",
        lambda torch, x: x.repeat_interleave(2, 1),
        (2, 3),
        second=True,
    ),
    case(
        "repeat_interleave: flat",
        lambda torch, x: torch.repeat_interleave(x, 2),
        transposed((2, 3)),
    ),
    case(
        "repeat_interleave: counts",
        lambda torch, x, n: x.repeat_interleave(n, 0),
        (3, 2),
        integers(4, (3,)),
        second=True,
    ),
    case(
        "repeat_interleave: one count",
        lambda torch, x, n: x.repeat_interleave(n),
        (3, 2),
        exactly([2]),
    ),
    case(
        "repeat_interleave: of counts",
        lambda torch, n: torch.repeat_interleave(n),
        exactly([2, 0, 3], "int32"),
    ),
    case(
        "meshgrid: xy",
        lambda torch, x, y: torch.meshgrid(x, y, indexing="xy"),
        (2,),
        (3,),
        second=True,
        layout=True,
    ),
    case(
        "meshgrid: a list",
        lambda torch, x, y: torch.meshgrid([x, y], indexing="ij"),
        integers(9, (2,)),
        integers(9, ()),
    ),
    case(
        "cartesian_prod: three",
        lambda torch, x, y: torch.cartesian_prod(x, y, x),
        (2,),
        (3,),
        second=True,
    ),
    case(
        "combinations: of three",
        lambda torch, x: torch.combinations(x, 3),
        (4,),
        second=True,
        graph=not COMBINATIONS_BY_MASKS.applies,
    ),
    case("combinations: none", lambda torch, x: torch.combinations(x.detach(), 0), (4,)),
    case(
        "unfold: overlapping windows",
        lambda torch, x: x.unfold(-1, 3, 2),
        (2, 7),
        second=True,
        layout=True,
    ),
    case(
        "unfold: of an unfolded",
        lambda torch, x: x.unfold(0, 2, 1).unfold(1, 2, 2),
        (3, 4),
        second=True,
        layout=True,
    ),
    case(
        "unfold: transposed input",
        lambda torch, x: x.unfold(0, 2, 2),
        transposed((4, 3)),
        layout=True,
    ),
    case(
        "as_strided: overlapping",
        lambda torch, x: x.as_strided((3, 3), (1, 1)),
        (6,),
        second=True,
        layout=True,
    ),
    case(
        "as_strided: of a view",
        lambda torch, x: x[1:].as_strided((2, 2), (3, 1)),
        (3, 3),
        layout=True,
    ),
    case(
        "as_strided: before a view",
        lambda torch, x: (x * 1)[1].as_strided((2, 2), (2, 1), 1),
        (3, 3),
        layout=True,
    ),
    case(
        "as_strided: transposed input",
        lambda torch, x: x.as_strided((3,), (4,), 1),
        transposed((3, 4)),
        second=True,
    ),
)

test_expand_and_repeat = cases(
    case("expand", lambda torch, x: x.expand(3, 4), (4,), second=True, layout=True),
    case("expand: -1", lambda torch, x: x.expand(-1, 5), (3, 1), second=True, layout=True),
    case("expand: a new dim", lambda torch, x: x.expand(2, 3, 4), (3, 1), layout=True),
    case("expand: a tuple", lambda torch, x: x.expand((2, 3)), (3,), layout=True),
    case("expand: 0-d", lambda torch, x: x.expand(2, 3), (), layout=True),
    case("expand: to nothing", lambda torch, x: x.expand(0, 3), (1, 3)),
    case("expand: then clone", lambda torch, x: x.expand(2, 3).clone(), (3,), layout=True),
    case(
        "expand: then contiguous", lambda torch, x: x.expand(2, 3).contiguous(), (3,), layout=True
    ),
    case("expand: then reshape", lambda torch, x: x.expand(2, 3).reshape(6), (3,), layout=True),
    case("expand_as", lambda torch, x, y: x.expand_as(y), (4,), (3, 4)),
    case("broadcast_to", lambda torch, x: torch.broadcast_to(x, (3, 4)), (4,), layout=True),
    case("repeat", lambda torch, x: x.repeat(2, 3), (3, 4), second=True),
    case("repeat: a new dim", lambda torch, x: x.repeat(2, 1, 2), (3, 4), second=True),
    case("repeat: a tuple", lambda torch, x: x.repeat((2, 1)), (3, 4)),
    case("repeat: zero times", lambda torch, x: x.repeat(0, 2), (3, 4)),
    case("repeat: once", lambda torch, x: x.repeat(1, 1), (3, 4)),
    case("repeat: 0-d", lambda torch, x: x.repeat(3), ()),
    case("repeat: transposed input", lambda torch, x: x.repeat(2, 2), transposed((3, 4))),
)

test_joining = cases(
    case("cat", lambda torch, x, y: torch.cat([x, y]), (2, 3), (4, 3), second=True),
    case("cat: dim 1", lambda torch, x, y: torch.cat((x, y), dim=1), (2, 3), (2, 1), second=True),
    case("cat: dim -1", lambda torch, x, y: torch.cat((x, y), -1), (2, 3), (2, 1)),
    case("cat: one", lambda torch, x: torch.cat([x]), (2, 3)),
    case("cat: itself", lambda torch, x: torch.cat([x, x, x]), (2, 3), second=True),
    case("cat: an empty one", lambda torch, x, y: torch.cat([x, y]), (2, 3), (0, 3)),
    case("cat: a 1-D empty one is skipped", lambda torch, x, y: torch.cat([x, y]), (2, 3), (0,)),
    case("cat: a constant", lambda torch, x, y: torch.cat([x, y]), (2, 3), constant((1, 3))),
    case("cat: mixed types", lambda torch, x, y: torch.cat([x, y]), (2,), integers(5, (3,))),
    case(
        "cat: transposed",
        lambda torch, x, y: torch.cat([x, y]),
        transposed((2, 3)),
        strided((4, 3)),
    ),
    case("stack", lambda torch, x, y: torch.stack([x, y]), (2, 3), (2, 3), second=True),
    case("stack: dim 1", lambda torch, x, y: torch.stack([x, y], 1), (2, 3), (2, 3), second=True),
    case("stack: dim -1", lambda torch, x, y: torch.stack((x, y), dim=-1), (2, 3), (2, 3)),
    case("stack: 0-d", lambda torch, x, y: torch.stack([x, y]), (), (), second=True),
    case("stack: a constant", lambda torch, x, y: torch.stack([x, y]), (3,), constant((3,))),
)

test_stacking_by_direction = cases(
    case("hstack: vectors", lambda torch, x, y: torch.hstack([x, y]), (2,), (3,), second=True),
    case(
        "vstack: a vector below a matrix",
        lambda torch, x, y: torch.vstack((x, y)),
        (2, 3),
        (3,),
        second=True,
    ),
    case("dstack: matrices", lambda torch, x, y: torch.dstack([x, y]), (2, 3), (2, 3)),
    case(
        "column_stack: numbers, vectors",
        lambda torch, x, y: torch.column_stack([x, y]),
        (3,),
        (3, 2),
        second=True,
    ),
    case(
        "block_diag: all ranks",
        lambda torch, x, y, z: torch.block_diag(x, y, z),
        (2, 3),
        (),
        (4,),
        second=True,
    ),
    case(
        "block_diag: mixed types",
        lambda torch, x, y: torch.block_diag(x, y),
        (2, 1),
        integers(9, (2, 2)),
    ),
    case("concat: axis", lambda torch, x, y: torch.concatenate([x, y], axis=1), (2, 1), (2, 3)),
)

test_parting = cases(
    case("split", lambda torch, x: x.split(2), (5, 3), second=True, layout=True),
    case("split: dim 1", lambda torch, x: x.split(2, dim=1), (3, 4), second=True, layout=True),
    case("split: sizes", lambda torch, x: x.split([1, 3, 0]), (4, 3), second=True, layout=True),
    case("split: named", lambda torch, x: torch.split(x, 2, 1), (3, 5)),
    case("split: one part is used", lambda torch, x: x.split(2)[1] * 2, (5, 3), second=True),
    case("chunk", lambda torch, x: x.chunk(3), (7, 2), second=True, layout=True),
    case("chunk: fewer than asked", lambda torch, x: x.chunk(5), (6, 2)),
    case("chunk: dim 1", lambda torch, x: torch.chunk(x, 2, dim=1), (3, 5), layout=True),
    case("unbind", lambda torch, x: x.unbind(), (3, 4), second=True, layout=True),
    case("unbind: dim 1", lambda torch, x: torch.unbind(x, 1), (3, 4), second=True, layout=True),
    case("unbind: iteration", lambda torch, x: list(x), (3, 4), layout=True),
    case("unbind: unpacking", lambda torch, x: (lambda a, b: a * b)(*x), (2, 4), second=True),
    case(
        "tensor_split: uneven", lambda torch, x: x.tensor_split(3), (7, 2), second=True, layout=True
    ),
    case(
        "tensor_split: before indices",
        lambda torch, x: torch.tensor_split(x, (1, 1, -1), 1),
        (2, 5),
    ),
    case("tensor_split: a tensor", lambda torch, x: x.tensor_split(torch.tensor([2, 9])), (4, 2)),
    case("hsplit: a vector", lambda torch, x: x.hsplit(2), (4,), layout=True),
    case("hsplit: indices", lambda torch, x: torch.hsplit(x, [1]), (2, 3), layout=True),
    case("vsplit: in two", lambda torch, x: x.vsplit(2), (4, 2), layout=True),
    case("unsafe_chunk: no view", lambda torch, x: x.unsafe_chunk(2, 1), (2, 4), second=True),
    case(
        "unsafe_split_with_sizes: no views",
        lambda torch, x: torch.unsafe_split_with_sizes(x, [1, 3], 1),
        (2, 4),
        second=True,
    ),
    case("narrow: from the end", lambda torch, x: x.narrow(0, -2, 1), (3, 4), layout=True),
    case(
        "narrow_copy: shares nothing", lambda torch, x: x.narrow_copy(1, 1, 2), (3, 4), second=True
    ),
    case("narrow", lambda torch, x: x.narrow(1, 1, 2), (3, 4), second=True, layout=True),
    case("narrow: named", lambda torch, x: torch.narrow(x, 0, 1, 2), (3, 4), layout=True),
    case("select", lambda torch, x: x.select(1, 2), (3, 4), second=True, layout=True),
    case("select: -1", lambda torch, x: torch.select(x, 0, -1), (3, 4), layout=True),
)

test_types_of_elements = cases(
    case("double", lambda torch, x: x.double(), (3,), second=True),
    case("float", lambda torch, x: x.float(), (3,), second=True),
    case("half", lambda torch, x: x.half(), exactly([1.5, -2.25], "float32")),
    case("to", lambda torch, x: x.to(torch.float64), (3,)),
    case("to: the same type is itself", lambda torch, x: x.to(x.dtype), (3,)),
    case("to: copy", lambda torch, x: x.to(x.dtype, copy=True), (3,)),
    case("to: as another", lambda torch, x, y: x.to(y), (3,), exactly([1.0], "float64")),
    case("to: cpu", lambda torch, x: x.to("cpu"), (3,)),
    case("type", lambda torch, x: x.type(torch.int64), constant((3,))),
    case("long", lambda torch, x: x.long(), np.array([1.7, -1.7, 0.0])),
    case("int", lambda torch, x: x.int(), np.array([1.7, -1.7, 0.0])),
    case("byte", lambda torch, x: x.byte(), integers(9, (3,))),
    case("type_as", lambda torch, x, y: x.type_as(y), (3,), exactly([1.0], "float64")),
    case("bool", lambda torch, x: x.bool(), np.array([1.7, 0.0, np.nan])),
    case("float: of integers", lambda torch, x: x.float(), integers(9, (3,))),
    case("float: of booleans", lambda torch, x: x.float(), booleans((3,))),
)

test_what_a_tensor_says_of_itself = cases(
    case("size", lambda torch, x: [x.size(), x.size(0), x.size(-1)], (3, 4)),
    case("shape", lambda torch, x: [x.shape, x.ndim, x.dim(), x.numel(), len(x)], (3, 4)),
    case("stride", lambda torch, x: [x.stride(), x.stride(0), x.t().stride()], (3, 4)),
    case("is_contiguous", lambda torch, x: [x.is_contiguous(), x.t().is_contiguous()], (3, 4)),
    case("storage_offset", lambda torch, x: [x[1, 2:].storage_offset()], (3, 4)),
    case("item", lambda torch, x: x.item(), (1, 1)),
    case("item: of an integer", lambda torch, x: x.item(), integers(9, (1,))),
    case("item: of a bool", lambda torch, x: x.item(), booleans(())),
    case("tolist", lambda torch, x: x.tolist(), integers(9, (2, 3))),
    case("tolist: 0-d", lambda torch, x: x.tolist(), integers(9, ())),
    case("int: of a tensor", lambda torch, x: [int(x), float(x), bool(x)], integers(9, ())),
    case("element_size", lambda torch, x: [x.element_size(), x.dtype, x.is_floating_point()], (3,)),
    case("nelement", lambda torch, x: [x.nelement(), x.output_nr, x.is_cuda, x.is_leaf], (3,)),
    case("output_nr", lambda torch, x: [part.output_nr for part in x.split(1)], (3,)),
    case("new_tensor", lambda torch, x: x.new_tensor([1, 2]), (3,)),
    case("new_empty", lambda torch, x: x.new_empty((2, 0)), (3,)),
    case("empty_like", lambda torch, x: torch.empty_like(x).shape, (3,)),
    case("sum_to_size", lambda torch, x: x.sum_to_size(3, 1), (2, 3, 4), second=True),
    case("sum_to_size: that does not fit", lambda torch, x: x.sum_to_size(2), (3,), raises=True),
    case("zeros_like", lambda torch, x: [torch.zeros_like(x), torch.ones_like(x)], (2, 3)),
    case("full_like", lambda torch, x: torch.full_like(x, 2.5), (2, 3)),
    case(
        "new_zeros", lambda torch, x: [x.new_zeros(2, 3), x.new_ones(2), x.new_full((2,), 3)], (3,)
    ),
)

BELOW_MINUS_1 = worded("invalid shape dimension -2 at index 0 of shape [-2, 3]", since=(2, 8))
NOTHING_TO_CAT = worded(
    "torch.cat(): expected a non-empty list of Tensors", since=(2, 9), kind=ValueError
)
test_errors = cases(
    case("view: size", lambda torch, x: x.view(5), (2, 3), raises=True),
    case("view: two inferred", lambda torch, x: x.view(-1, -1), (2, 3), raises=True),
    case(
        "view: below -1", lambda torch, x: x.view(-2, 3), (2, 3), raises=True, differs=BELOW_MINUS_1
    ),
    case("view: not divisible", lambda torch, x: x.view(4, -1), (2, 3), raises=True),
    case("view: would copy", lambda torch, x: x.t().view(6), (2, 3), raises=True),
    case("view: -1 of nothing", lambda torch, x: x.view(0, -1), (0, 3), raises=True),
    case("reshape: size", lambda torch, x: x.reshape(4, 2), (2, 3), raises=True),
    case("flatten: order", lambda torch, x: x.flatten(1, 0), (2, 3), raises=True),
    case("flatten: dim", lambda torch, x: x.flatten(3), (2, 3), raises=True),
    case("squeeze: dim", lambda torch, x: x.squeeze(3), (2, 3), raises=True),
    case("unsqueeze: dim", lambda torch, x: x.unsqueeze(4), (2, 3), raises=True),
    case("transpose: dim", lambda torch, x: x.transpose(0, 2), (2, 3), raises=True),
    case("t: 3-D", lambda torch, x: x.t(), (2, 3, 4), raises=True),
    case("permute: twice", lambda torch, x: x.permute(0, 0), (2, 3), raises=True),
    case("permute: number", lambda torch, x: x.permute(0), (2, 3), raises=True),
    case("permute: dim", lambda torch, x: x.permute(0, 2), (2, 3), raises=True),
    case("movedim: number", lambda torch, x: x.movedim((0, 1), (0,)), (2, 3), raises=True),
    case("expand: size", lambda torch, x: x.expand(3, 3), (2, 3), raises=True),
    case("expand: fewer dims", lambda torch, x: x.expand(3), (2, 3), raises=True),
    case("expand: -1 of a new dim", lambda torch, x: x.expand(-1, 2, 3), (2, 3), raises=True),
    case("repeat: fewer dims", lambda torch, x: x.repeat(2), (2, 3), raises=True),
    case("cat: sizes", lambda torch, x, y: torch.cat([x, y]), (2, 3), (3, 2), raises=True),
    case("cat: ranks", lambda torch, x, y: torch.cat([x, y]), (2, 3), (2,), raises=True),
    case("cat: dim", lambda torch, x: torch.cat([x, x], 2), (2, 3), raises=True),
    case("cat: nothing", lambda torch: torch.cat([]), raises=True, differs=NOTHING_TO_CAT),
    case("cat: 0-d", lambda torch, x: torch.cat([x, x]), (), raises=True),
    case("stack: sizes", lambda torch, x, y: torch.stack([x, y]), (2,), (3,), raises=True),
    case("stack: nothing", lambda torch: torch.stack([]), raises=True),
    case("split: sizes", lambda torch, x: x.split([1, 2]), (2, 3), raises=True),
    case("split: dim", lambda torch, x: x.split(2, 5), (2, 3), raises=True),
    case("split: zero", lambda torch, x: x.split(0), (2, 3), raises=True),
    case("chunk: zero", lambda torch, x: x.chunk(0), (2, 3), raises=True),
    case("unbind: 0-d", lambda torch, x: x.unbind(), (), raises=True),
    case("unbind: iteration over 0-d", lambda torch, x: list(x), (), raises=True),
    case("flip: dim", lambda torch, x: x.flip(2), (2, 3), raises=True),
    case("narrow: too long", lambda torch, x: x.narrow(0, 1, 2), (2, 3), raises=True),
    case("select: index", lambda torch, x: x.select(0, 2), (2, 3), raises=True),
    case("H: not a matrix", lambda torch, x: x.H, (2, 3, 4), raises=True),
    case("mT: a vector", lambda torch, x: x.mT, (3,), raises=True),
    case("adjoint: a vector", lambda torch, x: x.adjoint(), (3,), raises=True),
    case("movedim: twice", lambda torch, x: x.movedim((0, 0), (0, 1)), (2, 3), raises=True),
    case("unflatten: sizes", lambda torch, x: x.unflatten(1, (2, 2)), (2, 3), raises=True),
    case("roll: alignment", lambda torch, x: x.roll((1, 2), (0,)), (2, 3), raises=True),
    case("rot90: one dim", lambda torch, x: x.rot90(1, (0, 0)), (2, 3), raises=True),
    case("repeat: negative", lambda torch, x: x.repeat(2, -1), (2, 3), raises=True),
    case(
        "repeat_interleave: counts",
        lambda torch, x, n: x.repeat_interleave(n, 0),
        (2, 3),
        exactly([1, 2, 3]),
        raises=True,
    ),
    case(
        "repeat_interleave: negative", lambda torch, x: x.repeat_interleave(-1), (2, 3), raises=True
    ),
    case(
        "repeat_interleave: output_size",
        lambda torch, x: x.repeat_interleave(2, 0, output_size=3),
        (2, 3),
        raises=True,
    ),
    case(
        "meshgrid: types",
        lambda torch, x: torch.meshgrid(x, x.long(), indexing="ij"),
        constant((3,)),
        raises=True,
    ),
    case(
        "meshgrid: indexing",
        lambda torch, x: torch.meshgrid(x, x, indexing="ji"),
        (3,),
        raises=True,
    ),
    case("cartesian_prod: a matrix", lambda torch, x: torch.cartesian_prod(x), (2, 3), raises=True),
    case("unfold: too long", lambda torch, x: x.unfold(0, 3, 1), (2, 3), raises=True),
    case("unfold: no step", lambda torch, x: x.unfold(0, 2, 0), (2, 3), raises=True),
    case("as_strided: outside", lambda torch, x: x.as_strided((4, 2), (2, 1)), (2, 3), raises=True),
    case("hstack: ranks", lambda torch, x, y: torch.hstack([x, y]), (2, 3), (3,), raises=True),
    case("hstack: one tensor", lambda torch, x: torch.hstack(x), (2, 3), raises=True),
    case("tensor_split: none", lambda torch, x: x.tensor_split(0), (2, 3), raises=True),
    case("vsplit: uneven", lambda torch, x: x.vsplit(2), (3, 3), raises=True),
    case("narrow: negative length", lambda torch, x: x.narrow(0, 0, -1), (2, 3), raises=True),
    case("item: of six", lambda torch, x: x.item(), (2, 3), raises=True),
    case("bool: of two", lambda torch, x: bool(x), (2,), raises=True),
    case("len: of 0-d", lambda torch, x: len(x), (), raises=True),
    case("size: dim", lambda torch, x: x.size(2), (2, 3), raises=True),
    case("float: of many", lambda torch, x: float(x), (2,), raises=True),
)
