"""Sums of products along chosen dimensions: tensordot, inner, einsum.

    einsum("ij,jk->ik", a, b)      mm: j is in no result, so it is summed
    einsum("ij->ji", x)            t
    einsum("ii", x)                trace
    einsum("i,j", u, v)            outer

All come down to products of matrices: the dimensions are permuted so that those to be summed stand
together, made one by a reshape, multiplied by mm or bmm, and put back in place.

PyTorch: aten/src/ATen/native/Linear.cpp (tensordot, einsum, sumproduct_pair); torch/functional.py.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from math import prod
from typing import Any

from ..base import TensorBase, Value
from ..dtypes import of as dtype_of
from .arithmetic import mul
from .diagonals import diagonal
from .dims import wrap_dims
from .matmul import bmm, dot, mm
from .operands import array_of
from .reduction import sum
from .shape import flatten, movedim, permute, reshape, squeeze, unsqueeze, view

# --- tensordot -------------------------------------------------------------------------------


def tensordot(a: Value, b: Value, dims: Any = 2) -> Value:
    """The sums of products over `dims`: a's last n with b's first n, or two lists of dimensions.

    Sizes of 1 broadcast. RuntimeError for other sizes that differ, or mixed types.
    """
    given_a, given_b = _dims_of(a, b, dims)
    if len(given_a) != len(given_b):
        raise RuntimeError("both dimension lists should have same length")
    if array_of(a).dtype != array_of(b).dtype:
        raise RuntimeError("both inputs should have same dtype")
    sizes = [(a.shape[i], b.shape[j]) for i, j in zip(given_a, given_b, strict=True)]
    for (m, n), i, j in zip(sizes, given_a, given_b, strict=True):
        if n == 1:
            a = sum(a, i, keepdim=True, dtype=dtype_of(array_of(a)))
        elif m == 1:
            b = sum(b, j, keepdim=True, dtype=dtype_of(array_of(b)))
        elif m != n:
            raise RuntimeError(
                f"contracted dimensions need to match, but first has size {m} in dim {i} and "
                f"second has size {n} in dim {j}"
            )
    dims_a, dims_b = wrap_dims(given_a, a.ndim), wrap_dims(given_b, b.ndim)
    free_a = [d for d in range(a.ndim) if d not in dims_a]
    free_b = [d for d in range(b.ndim) if d not in dims_b]
    rows, columns = [a.shape[d] for d in free_a], [b.shape[d] for d in free_b]
    a, b = permute(a, (*free_a, *dims_a)), permute(b, (*dims_b, *free_b))
    if prod(rows) == prod(columns) == 1:
        y = _dot_all(a, b)
    else:
        summed = prod(a.shape[len(rows) :])
        y = mm(reshape(a, (prod(rows), summed)), reshape(b, (summed, prod(columns))))
    return reshape(y, (*rows, *columns))


def _dims_of(a: Value, b: Value, dims: Any) -> tuple[Sequence[int], Sequence[int]]:
    """The dimensions of `a` and those of `b` that are summed, from tensordot's argument."""
    if isinstance(dims, TensorBase):
        dims = dims.array.item() if dims.array.size == 1 else dims.array.tolist()
    if isinstance(dims, (tuple, list)):
        dims_a, dims_b = dims
        return dims_a, dims_b
    if not isinstance(dims, int):
        raise RuntimeError(
            "tensordot expects dims to be int or tuple[list[int], list[int]] or list[list[int]] "
            f"containing two lists, but got dims={dims}"
        )
    if dims < 0:
        raise RuntimeError(f"tensordot expects dims >= 0, but got dims={dims}")
    if dims > min(a.ndim, b.ndim):
        raise RuntimeError(f"tensordot expects dims < ndim_a or ndim_b, but got dims={dims}")
    return range(-dims, 0), range(dims)


def _dot_all(a: Value, b: Value) -> Value:
    """The sum of all products: without copying, where dot would need a copy."""
    if array_of(a).flags.c_contiguous and array_of(b).flags.c_contiguous:
        return dot(flatten(a), flatten(b))
    return sum(mul(squeeze(a), squeeze(b)), dtype=dtype_of(array_of(a)))


def inner(input: Value, other: Value) -> Value:
    """The sums of products along the last dimension of each; of 0-d tensors, the product."""
    if input.ndim == 0 or other.ndim == 0:
        return mul(input, other)
    if input.shape[-1] != other.shape[-1]:
        raise RuntimeError(
            "inner() the last dimension must match on both input tensors but got shapes "
            f"{list(input.shape)} and {list(other.shape)}"
        )
    return tensordot(input, other, ((-1,), (-1,)))


# --- einsum ----------------------------------------------------------------------------------

ELLIPSIS = "..."
Label = str | int  # a letter, or the number of a dimension that "..." stands for


def einsum(*args: Any) -> Value:
    """`einsum("ij,jk->ik", a, b)`: products of the operands' elements, summed over the letters
    that the result does not have.

    A letter names a dimension; twice in one operand, it takes the diagonal. `...` stands for any
    number of dimensions, which broadcast. Without `->` the result has the letters that occur once,
    in alphabetical order. Operands may also alternate with lists of numbers instead of letters:
    einsum(a, [0, 1], b, [1, 2], [0, 2]). RuntimeError, in PyTorch's words, for what does not fit.
    """
    if len(args) < 2:
        raise ValueError(
            "einsum(): must specify the equation string and at least one operand, or at least one "
            "operand and its subscripts list"
        )
    if isinstance(args[0], TensorBase):
        equation, operands = _from_numbers(args)
    else:
        equation, operands = args[0], args[1:]
    if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        operands = tuple(operands[0])
    labels, result, summed = _labels(equation, operands)
    order = [*result, *summed]
    sizes: dict[Label, int] = {}
    aligned = [_align(i, x, labels[i], order, sizes) for i, x in enumerate(operands)]
    return _contract(aligned, len(result))


def _from_numbers(args: tuple[Any, ...]) -> tuple[str, tuple[Value, ...]]:
    """The equation and the operands of einsum(a, [0, 1], b, [1, 2], [0, 2])."""

    def letter(n: Any) -> str:
        if n is Ellipsis:
            return ELLIPSIS
        if not 0 <= n < 52:
            raise ValueError(
                "einsum(): subscript in subscript list is not within the valid range [0, 52)"
            )
        return chr(ord("A") + n) if n < 26 else chr(ord("a") + n - 26)

    words = ["".join(map(letter, numbers)) for numbers in args[1::2]]
    if len(args) % 2 == 0:
        return ",".join(words), args[::2]
    return ",".join(words) + "->" + "".join(map(letter, args[-1])), args[:-1:2]


def _labels(
    equation: str, operands: Sequence[Value]
) -> tuple[list[list[Label]], list[Label], list[Label]]:
    """One label for each dimension of each operand; those of the result; those to be summed."""
    left, arrow, right = equation.partition("->")
    words = left.split(",")
    start = 0
    read = []
    for i, word in enumerate(words):
        if i == len(operands):
            _refuse("fewer operands were provided than specified in the equation")
        read.append(_read(word, start, f"operand {i}"))
        start += len(word) + 1
    if len(words) < len(operands):
        _refuse("more operands were provided than specified in the equation")

    covered = 0  # by the longest "..."; shorter ones are its last dimensions
    for i, (letters, x) in enumerate(zip(read, operands, strict=True)):
        covered = max(covered, _covered(i, letters, x.ndim))
    labels: list[list[Label]] = []
    for letters, x in zip(read, operands, strict=True):
        own = range(covered - (x.ndim - len(letters) + 1), covered)
        labels.append([n for label in letters for n in (own if label == ELLIPSIS else [label])])

    seen = Counter(label for letters in read for label in letters if label != ELLIPSIS)
    if arrow:
        result = _read_result(right, len(left) + 2, seen, covered)
    else:
        result = [*range(covered), *sorted(label for label, n in seen.items() if n == 1)]
    rest = [*range(covered), *sorted(seen)]
    return labels, result, [label for label in rest if label not in result]


def _refuse(why: str) -> None:
    raise RuntimeError(f"einsum(): {why}")


def _read(text: str, start: int, owner: str) -> list[str]:
    """The letters of one operand or of the result, "..." among them."""
    labels: list[str] = []
    for found in re.finditer(r"\.\.\.|[^ ]", text):
        label = found.group()
        if label[0] == ".":
            if ELLIPSIS in labels:
                joint = "but an ellipsis (...)" if owner == "output" else "for which an ellipsis"
                _refuse(f"found '.' for {owner} {joint} was already found")
            if label != ELLIPSIS:
                name = " (...)" if owner == "output" else ""
                _refuse(f"found '.' for {owner} that is not part of any ellipsis{name}")
        elif not (label.isascii() and label.isalpha()):
            _refuse(
                f"invalid subscript given at index {start + found.start()} in the equation string, "
                "subscripts must be in [a-zA-Z]"
            )
        labels.append(label)
    return labels


def _covered(i: int, word: list[str], ndim: int) -> int:
    """How many dimensions "..." stands for in operand number i."""
    if ELLIPSIS not in word:
        if len(word) != ndim:
            _refuse(
                f"the number of subscripts in the equation ({len(word)}) does not match the number "
                f"of dimensions ({ndim}) for operand {i} and no ellipsis was given"
            )
        return 0
    letters = len(word) - 1
    if letters > ndim:
        _refuse(
            f"the number of subscripts in the equation ({letters}) is more than the number of "
            f"dimensions ({ndim}) for operand {i}"
        )
    return ndim - letters


def _read_result(text: str, start: int, seen: Counter[str], covered: int) -> list[Label]:
    result: list[Label] = []
    for label in _read(text, start, "output"):
        if label == ELLIPSIS:
            result += range(covered)
            continue
        if label in result:
            _refuse(f"output subscript {label} appears more than once in the output")
        if label not in seen:
            _refuse(
                f"output subscript {label} does not appear in the equation for any input operand"
            )
        result.append(label)
    return result


def _align(
    i: int, x: Value, labels: list[Label], order: list[Label], sizes: dict[Label, int]
) -> Value:
    """Operand number i with its dimensions in the common order, size 1 for those it has not.

    `sizes` keeps what the operands before had, by label: all must agree, but for sizes of 1.
    """
    at: dict[Label, int] = {}
    for label in labels:
        dim = len(at)
        size = x.shape[dim]
        if label in at:
            if size != x.shape[at[label]]:
                _refuse(
                    f"subscript {label} is repeated for operand {i} but the sizes don't match, "
                    f"{size} != {x.shape[at[label]]}"
                )
            x = movedim(diagonal(x, 0, at[label], dim), -1, at[label])
            continue
        if size != 1 and sizes.setdefault(label, size) != size:
            _refuse(_clash(i, label, dim, size, sizes[label]))
        at[label] = dim
    for label in order:
        if label not in at:
            x = unsqueeze(x, len(at))
            at[label] = len(at)
    return permute(x, [at[label] for label in order])


def _clash(i: int, label: Label, dim: int, size: int, before: int) -> str:
    if isinstance(label, int):
        return (
            f"dimension {dim} covered by ellipsis in operand {i}has size {size} which does not "
            f"broadcast with previously seen ellipsis with size {before} for the respective "
            "dimension"
        )
    return (
        f"subscript {label} has size {size} for operand {i} which does not broadcast with "
        f"previously seen size {before}"
    )


def _contract(operands: list[Value], kept: int) -> Value:
    """The product of aligned operands, two at a time, without the dimensions from `kept` on.

    A dimension is summed as soon as no operand that is still to come has it.
    """
    y, *others = operands
    rank = y.ndim
    while others:
        x, *others = others
        done = [d for d in range(kept, rank) if all(o.shape[d] == 1 for o in others)]
        in_y = [d for d in done if y.shape[d] != 1]
        in_x = [d for d in done if x.shape[d] != 1]
        both = [d for d in in_y if d in in_x]
        only_y, only_x = ([d for d in own if d not in both] for own in (in_y, in_x))
        y = sum(y, only_y, keepdim=True) if only_y else y
        x = sum(x, only_x, keepdim=True) if only_x else x
        y = _multiply(y, x, both)
    if rank == kept:
        return y
    if len(operands) > 1:
        return view(y, tuple(y.shape[:kept]))
    return sum(y, tuple(range(kept, rank)))


def _multiply(a: Value, b: Value, summed: list[int]) -> Value:
    """The product of aligned a and b as one bmm: over the dimensions of both, those of a alone,
    and those of b alone; the summed ones stay as size 1."""
    if not summed:
        return mul(a, b)
    rest = [d for d in range(a.ndim) if d not in summed]
    batch = [d for d in rest if a.shape[d] != 1 and b.shape[d] != 1]
    rows = [d for d in rest if a.shape[d] != 1 and b.shape[d] == 1]
    columns = [d for d in rest if a.shape[d] == 1]
    if rows and columns and columns[-1] < rows[0]:  # then bmm's result already has its order
        a, b, rows, columns = b, a, columns, rows
    count, n, k, m = (
        prod(x.shape[d] for d in dims)
        for x, dims in ((a, batch), (a, rows), (a, summed), (b, columns))
    )
    left = reshape(permute(a, (*batch, *rows, *summed, *columns)), (count, n, k))
    right = reshape(permute(b, (*batch, *summed, *columns, *rows)), (count, k, m))
    order = [*batch, *rows, *summed, *columns]
    shape = [b.shape[d] if d in columns else 1 if d in summed else a.shape[d] for d in order]
    back = sorted(range(len(order)), key=order.__getitem__)
    return permute(view(bmm(left, right), shape), back)
