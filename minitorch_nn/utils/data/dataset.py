"""Where samples come from: anything with `dataset[i]` and `len(dataset)`.

An IterableDataset can only be gone through, as a stream can.

A data set may also offer `__getitems__(indices)`, which fetches a whole batch at once; a
DataLoader uses it where it is there. It answers as `[dataset[i] for i in indices]` would.

PyTorch: torch/utils/data/dataset.py.
"""

from __future__ import annotations

import math
import operator
import warnings
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Any, Generic, TypeVar

import numpy as np

from ...random import Generator, default_generator
from ...tensor import Tensor
from .collate import Columns

__all__ = [
    "ChainDataset",
    "ConcatDataset",
    "Dataset",
    "IterableDataset",
    "StackDataset",
    "Subset",
    "TensorDataset",
    "random_split",
]

T_co = TypeVar("T_co", covariant=True)


class Dataset(Generic[T_co]):
    """What one's own data set subclasses: define `__getitem__(index)` and `__len__()`.

    `a + b` is the data set of both, one after the other.
    """

    def __getitem__(self, index: Any) -> T_co:
        raise NotImplementedError("Subclasses of Dataset should implement __getitem__.")

    def __add__(self, other: Dataset[Any]) -> ConcatDataset[Any]:
        return ConcatDataset([self, other])


class TensorDataset(Dataset[tuple[Tensor, ...]]):
    """The rows of one or more tensors: sample i is (tensors[0][i], tensors[1][i], ...).

    AssertionError unless all tensors have the same size in their first dimension.
    """

    def __init__(self, *tensors: Tensor) -> None:
        if any(tensors[0].size(0) != tensor.size(0) for tensor in tensors):
            raise AssertionError("Size mismatch between tensors")
        self.tensors = tensors

    def __getitem__(self, index: Any) -> tuple[Tensor, ...]:
        return tuple(tensor[index] for tensor in self.tensors)

    def __getitems__(self, indices: Iterable[int]) -> Sequence[tuple[Tensor, ...]]:
        # Row by row where that can be told apart from taking all rows at once: a subclass that
        # changed what a sample is, and a graph, which shall have PyTorch's nodes.
        overridden = type(self).__getitem__ is not TensorDataset.__getitem__
        if overridden or any(tensor.requires_grad for tensor in self.tensors):
            return [self[i] for i in indices]
        rows = np.fromiter(map(operator.index, indices), np.int64)
        return Columns(*(tensor[rows] for tensor in self.tensors))

    def __len__(self) -> int:
        return self.tensors[0].size(0)


class ConcatDataset(Dataset[T_co]):
    """Several data sets one after the other. AssertionError if there are none.

    `cumulative_sizes` holds where each of them ends.
    """

    def __init__(self, datasets: Iterable[Dataset[T_co]]) -> None:
        self.datasets = list(datasets)
        if not self.datasets:
            raise AssertionError("datasets should not be an empty iterable")
        self.cumulative_sizes = list(accumulate(map(_length, self.datasets)))

    def __len__(self) -> int:
        return self.cumulative_sizes[-1]

    def __getitem__(self, index: int) -> T_co:
        if index < 0:
            if -index > len(self):
                raise ValueError("absolute value of index should not exceed dataset length")
            index += len(self)
        which = bisect_right(self.cumulative_sizes, index)
        start = self.cumulative_sizes[which - 1] if which > 0 else 0
        return self.datasets[which][index - start]


class StackDataset(Dataset[Any]):
    """Several data sets side by side: sample i is the tuple, or the dict, of their samples i.

    `StackDataset(images, labels)` or `StackDataset(image=images, label=labels)`. ValueError unless
    all have the same length.
    """

    datasets: tuple[Any, ...] | dict[str, Any]

    def __init__(self, *args: Dataset[Any], **kwargs: Dataset[Any]) -> None:
        if args and kwargs:
            raise ValueError(
                "Supported either ``tuple``- (via ``args``) or"
                "``dict``- (via ``kwargs``) like input/output, but both types are given."
            )
        if not args and not kwargs:
            raise ValueError("At least one dataset should be passed")
        self.datasets = args or kwargs
        lengths = {_length(dataset) for dataset in (*args, *kwargs.values())}
        if len(lengths) > 1:
            raise ValueError("Size mismatch between datasets")
        self._length = lengths.pop()

    def __getitem__(self, index: Any) -> Any:
        if isinstance(self.datasets, dict):
            return {name: dataset[index] for name, dataset in self.datasets.items()}
        return tuple(dataset[index] for dataset in self.datasets)

    def __len__(self) -> int:
        return self._length


class IterableDataset(Dataset[T_co], Iterable[T_co]):
    """What one's own stream subclasses: define `__iter__()`. A DataLoader adds no order to it.

    With several workers each goes through a copy of its own: `get_worker_info()` says which share
    to take.
    """

    def __add__(self, other: Dataset[Any]) -> ChainDataset:  # type: ignore[override]
        return ChainDataset([self, other])


class ChainDataset(IterableDataset[Any]):
    """Several streams one after the other. AssertionError if one is no IterableDataset."""

    def __init__(self, datasets: Iterable[Dataset[Any]]) -> None:
        self.datasets = datasets

    def _streams(self) -> Iterator[Any]:
        for dataset in self.datasets:
            if not isinstance(dataset, IterableDataset):
                raise AssertionError("ChainDataset only supports IterableDataset")
            yield dataset

    def __iter__(self) -> Iterator[Any]:
        for stream in self._streams():
            yield from stream

    def __len__(self) -> int:
        return sum(map(len, self._streams()))


class Subset(Dataset[T_co]):
    """Those samples of a data set that `indices` lists, in that order.

    NotImplementedError from a subclass that defines `__getitem__` but not `__getitems__`: a
    DataLoader, which calls the latter, would never see the change.
    """

    def __init__(self, dataset: Dataset[T_co], indices: Sequence[int]) -> None:
        self.dataset = dataset
        self.indices = indices
        own = type(self)
        if own.__getitem__ is not Subset.__getitem__ and own.__getitems__ is Subset.__getitems__:
            raise NotImplementedError(
                f"{own.__name__} overrides __getitem__ but not __getitems__: define "
                "__getitems__(self, indices), for example as [self[i] for i in indices]"
            )

    def __getitem__(self, index: Any) -> T_co:
        if isinstance(index, list):
            return self.dataset[[self.indices[i] for i in index]]
        return self.dataset[self.indices[index]]

    def __getitems__(self, indices: Iterable[int]) -> Sequence[T_co]:
        chosen = [self.indices[i] for i in indices]
        fetch = getattr(self.dataset, "__getitems__", None)
        return fetch(chosen) if callable(fetch) else [self.dataset[i] for i in chosen]

    def __len__(self) -> int:
        return len(self.indices)


def random_split(
    dataset: Dataset[T_co],
    lengths: Sequence[int | float],
    generator: Generator | None = None,
) -> list[Subset[T_co]]:
    """Split a data set at random into subsets that share no sample.

    Args:
        dataset: what to split.
        lengths: how many samples each subset gets, or fractions that sum to 1. Fractions are
            rounded down, and what is left over is dealt out one by one from the first on.
        generator: what draws the one permutation; the default generator if None.

    Raises:
        ValueError: the lengths do not sum to the data set's; a fraction is not from 0 to 1.
    """
    total = _length(dataset)
    if math.isclose(sum(lengths), 1) and sum(lengths) <= 1:
        lengths = _lengths_of_fractions(total, lengths)
    if sum(lengths) != total:
        raise ValueError("Sum of input lengths does not equal the length of the input dataset!")
    order = (default_generator if generator is None else generator).permutation(total).tolist()
    counts = [operator.index(n) for n in lengths]  # type: ignore[arg-type]
    return [
        Subset(dataset, order[end - n : end])
        for end, n in zip(accumulate(counts), counts, strict=True)
    ]


def _lengths_of_fractions(total: int, fractions: Sequence[float]) -> list[int]:
    for i, fraction in enumerate(fractions):
        if not 0 <= fraction <= 1:
            raise ValueError(f"Fraction at index {i} is not between 0 and 1")
    lengths = [math.floor(total * fraction) for fraction in fractions]
    for i in range(total - sum(lengths)):
        lengths[i % len(lengths)] += 1
    for i, n in enumerate(lengths):
        if n == 0:
            warnings.warn(
                f"Length of split at index {i} is 0. This might result in an empty dataset.",
                stacklevel=3,
            )
    return lengths


def _length(dataset: Any) -> int:
    """Dataset itself has no `__len__`, so that one without a length can say so with a TypeError."""
    return len(dataset)
