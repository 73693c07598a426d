"""Sequences of different lengths in one tensor: padded, or packed without gaps.

Padded, the shorter ones are filled up: [T, N, …] with T the longest length. Packed, the steps stand
one after another, at each step only those sequences that still go on, the longest first: recurrent
layers (nn/rnn.py) then compute nothing in vain.

PyTorch: torch/nn/utils/rnn.py; aten/src/ATen/native/PackedSequence.cpp.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from ...creation import as_tensor, full
from ...ops.sorting import argsort, sort
from ...tensor import Tensor

__all__ = [
    "PackedSequence",
    "invert_permutation",
    "pack_padded_sequence",
    "pack_sequence",
    "pad_packed_sequence",
    "pad_sequence",
    "unpack_sequence",
    "unpad_sequence",
]


class PackedSequence(NamedTuple):
    """Sequences packed by `pack_padded_sequence` or `pack_sequence`; do not make it by hand.

    data [ΣT, …]: the steps. batch_sizes [T]: how many sequences go on at each, int64.
    sorted_indices, unsorted_indices: the order by length and the way back; None if it was sorted.
    """

    data: Tensor
    batch_sizes: Tensor
    sorted_indices: Tensor | None = None
    unsorted_indices: Tensor | None = None

    def to(self, *args: Any, **kwargs: Any) -> PackedSequence:
        """The same with its data in another type."""
        return self._replace(data=self.data.to(*args, **kwargs))

    @property
    def is_cuda(self) -> bool:
        return False


def invert_permutation(permutation: Tensor | None) -> Tensor | None:
    """The permutation that undoes this one."""
    return None if permutation is None else argsort(permutation)


def pad_sequence(
    sequences: Iterable[Tensor],
    batch_first: bool = False,
    padding_value: float = 0.0,
    padding_side: str = "right",
) -> Tensor:
    """Sequences [Tᵢ, …] as one tensor [T, N, …], or [N, T, …] with batch_first, T the longest.

    The shorter ones are filled up with padding_value, on the right or the left.
    """
    if not isinstance(sequences, Iterable):
        raise RuntimeError(
            "pad_sequence: Expected iterable for input sequences, but got arg of type: "
            f"{type(sequences)}"
        )
    if padding_side not in ("left", "right"):
        raise RuntimeError(
            f"Expected padding_side to be one of left or right, but got {padding_side}."
        )
    given = list(sequences)
    if not given:
        raise RuntimeError("received an empty list of sequences")
    longest, first = max(len(x) for x in given), given[0]
    shape = (len(given), longest) if batch_first else (longest, len(given))
    out = full((*shape, *first.shape[1:]), padding_value, dtype=first.dtype)
    for i, x in enumerate(given):
        start = longest - len(x) if padding_side == "left" else 0
        place = out.select(0 if batch_first else 1, i)
        place.narrow(0, start, len(x)).copy_(x)
    return out


def unpad_sequence(
    padded_sequences: Tensor, lengths: Tensor, batch_first: bool = False
) -> list[Tensor]:
    """The sequences [Tᵢ, …] of a padded tensor, given their lengths [N]."""
    rows = padded_sequences if batch_first else padded_sequences.transpose(0, 1)
    return [row[: int(n)] for row, n in zip(rows, lengths, strict=True)]


def pack_padded_sequence(
    input: Tensor, lengths: Any, batch_first: bool = False, enforce_sorted: bool = True
) -> PackedSequence:
    """Packs a padded tensor [T, N, …]; lengths is a tensor or list of N integers.

    RuntimeError for a length below 1, and for lengths that do not fall, unless enforce_sorted is
    False: then the sequences are sorted here, and what comes out of a layer is sorted back.
    """
    counts = as_tensor(lengths)
    order = None
    if not enforce_sorted:
        counts, order = sort(counts, descending=True)
        input = input.index_select(0 if batch_first else 1, order)
    if batch_first:
        input = input.transpose(0, 1)
    numbers = counts.numpy()
    if len(numbers) != input.shape[1]:
        raise RuntimeError(
            f"Expected `len(lengths)` to be equal to batch_size, but got {len(numbers)} "
            f"(batch_size={input.shape[1]})"
        )
    if numbers.min() < 1:
        raise RuntimeError(
            "Length of all samples has to be greater than 0, but found an element in 'lengths' "
            "that is <= 0"
        )
    if (np.diff(numbers) > 0).any():
        raise RuntimeError(
            "`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You "
            "can pass `enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to "
            "sidestep this requirement if you do not need ONNX exportability."
        )
    going_on = _going_on(numbers, int(numbers[0]))
    # The longest stand first, so row after row of the mask is step after step of the packed form.
    data = input[: len(going_on)][Tensor.new(going_on)]
    sizes = Tensor.new(going_on.sum(1))
    return PackedSequence(data, sizes, order, invert_permutation(order))


def _going_on(lengths: Any, steps: int) -> Any:
    """[T, N]: whether sequence n has a step t."""
    return np.arange(steps)[:, None] < lengths


def pad_packed_sequence(
    sequence: PackedSequence,
    batch_first: bool = False,
    padding_value: float = 0.0,
    total_length: int | None = None,
) -> tuple[Tensor, Tensor]:
    """(the padded tensor [T, N, …], the lengths [N]). total_length: T, if longer than the longest.

    ValueError if total_length is shorter than the longest sequence.
    """
    sizes = sequence.batch_sizes.numpy()
    steps = len(sizes)
    if total_length is not None:
        if total_length < steps:
            raise ValueError(
                "Expected total_length to be at least the length of the longest sequence in input, "
                f"but got total_length={total_length} and max sequence length being {steps}"
            )
        steps = total_length
    lengths = (sizes[:, None] > np.arange(sizes[0])).sum(0)
    shape = (steps, int(sizes[0]), *sequence.data.shape[1:])
    padded = full(shape, padding_value, dtype=sequence.data.dtype)
    padded[Tensor.new(_going_on(lengths, steps))] = sequence.data
    counts = Tensor.new(lengths)
    if sequence.unsorted_indices is not None:
        padded = padded.index_select(1, sequence.unsorted_indices)
        counts = counts[sequence.unsorted_indices]
    return (padded.transpose(0, 1) if batch_first else padded), counts


def pack_sequence(sequences: list[Tensor], enforce_sorted: bool = True) -> PackedSequence:
    """Packs a list of sequences [Tᵢ, …], the longest first unless enforce_sorted is False."""
    lengths = as_tensor([len(x) for x in sequences])
    return pack_padded_sequence(pad_sequence(sequences), lengths, enforce_sorted=enforce_sorted)


def unpack_sequence(packed_sequences: PackedSequence) -> list[Tensor]:
    """The list of sequences that were packed."""
    padded, lengths = pad_packed_sequence(packed_sequences, batch_first=True)
    return unpad_sequence(padded, lengths, batch_first=True)
