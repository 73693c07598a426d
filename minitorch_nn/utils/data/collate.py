"""One batch out of a list of samples: numbers and arrays become tensors with a batch axis in front.

`default_collate` is what a DataLoader does with the samples it fetched, unless it is told
otherwise. `Columns` is a shortcut between the two: a batch that was fetched as a whole need not be
taken apart into samples and put together again.

PyTorch: torch/utils/data/_utils/collate.py.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, MutableMapping, MutableSequence, Sequence
from typing import Any

import numpy as np

from ...creation import as_tensor, from_numpy, tensor
from ...dtypes import float64
from ...ops.joining import stack
from ...tensor import Tensor

__all__ = ["Columns", "default_collate", "default_convert"]


class Columns(Sequence[Any]):
    """A batch of samples, each a tuple, kept by columns: all images, then all labels.

    It is the sequence of samples that it looks like: `batch[i]` is (image i, label i). A column is
    a tensor, whose rows are the samples' values; a tuple of values; or a memoryview of an array of
    numbers, which gives Python's numbers one by one. `default_collate` takes a tensor or an array
    as it is, where it would copy the samples' values one by one into a new tensor.
    """

    def __init__(self, *columns: Tensor | tuple[Any, ...] | memoryview) -> None:
        self.columns = columns

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return list(self)[index]
        return tuple(column[index] for column in self.columns)

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return zip(*self.columns, strict=True)

    def __len__(self) -> int:
        return len(self.columns[0])


def default_collate(batch: Sequence[Any]) -> Any:
    """The samples as one batch. The first sample decides what is done with all of them:

        tensors, NumPy arrays         stacked: n of shape (…) become one tensor (n, …)
        Python floats, ints, bools    a tensor [n] of float64, int64, bool
        NumPy numbers                 a tensor [n] of their own dtype
        str, bytes                    the batch itself
        dict and other mappings       one of that type, each value collated under its key
        namedtuple                    one of that type, each field collated
        tuple                         a list, each position collated
        list and other sequences      one of that type, each position collated

    Raises:
        RuntimeError: tensors of unequal shapes; sequences of unequal lengths.
        TypeError: any other type, and arrays of strings or objects.
    """
    if isinstance(batch, Columns):
        return [_collated(column) for column in batch.columns]
    first = batch[0]
    if isinstance(first, Tensor):
        return stack(batch, 0)
    if isinstance(first, np.ndarray):
        if _holds_no_numbers(first):
            raise TypeError(_cannot_collate(first.dtype))
        return stack([as_tensor(array) for array in batch], 0)
    if isinstance(first, (np.number, np.bool_)):
        # Before float and int: np.float64 is a Python float too, but keeps its own dtype.
        return as_tensor(np.asarray(batch))
    if isinstance(first, float):
        return tensor(batch, dtype=float64)
    if isinstance(first, int):
        return tensor(batch)
    if isinstance(first, (str, bytes)):
        return batch
    if isinstance(first, Mapping):
        return _like(first, {key: default_collate([s[key] for s in batch]) for key in first})
    if isinstance(first, Sequence):
        if any(len(sample) != len(first) for sample in batch):
            raise RuntimeError("each element in list of batch should be of equal size")
        return _like(first, [default_collate(values) for values in zip(*batch, strict=True)])
    raise TypeError(_cannot_collate(type(first)))


def _collated(column: Tensor | tuple[Any, ...] | memoryview) -> Any:
    if isinstance(column, Tensor):
        return column
    if isinstance(column, memoryview):
        return from_numpy(np.asarray(column))
    return default_collate(column)


def default_convert(data: Any) -> Any:
    """A single sample, its NumPy arrays and numbers made tensors, everything else left as it is.

    What a DataLoader with `batch_size=None` does, where each sample counts as a batch already.
    """
    if isinstance(data, np.ndarray):
        return data if _holds_no_numbers(data) else as_tensor(data)
    if isinstance(data, (np.number, np.bool_)):
        return as_tensor(data)
    if isinstance(data, (Tensor, str, bytes)):
        return data
    if isinstance(data, Mapping):
        return _like(data, {key: default_convert(value) for key, value in data.items()})
    if isinstance(data, Sequence):
        return _like(data, [default_convert(value) for value in data])
    return data


def _holds_no_numbers(array: np.ndarray[Any, Any]) -> bool:
    return array.dtype.kind in "SUO"


def _cannot_collate(found: Any) -> str:
    return (
        "default_collate: batch must contain tensors, numpy arrays, numbers, "
        f"dicts or lists; found {found}"
    )


def _like(model: Any, content: Any) -> Any:
    """`content`, a dict or a list, in a container of the kind of `model`.

    A container that can be changed is copied and filled, so that whatever else it carries (a
    defaultdict's factory) is kept. One that cannot be built so is given up for a plain one.
    """
    if isinstance(model, tuple):
        # PyTorch turns a plain tuple into a list, and programs rely on it.
        return type(model)(*content) if hasattr(model, "_fields") else content
    try:
        if isinstance(model, MutableMapping):
            filled: Any = copy.copy(model)
            filled.update(content)
            return filled
        if isinstance(model, MutableSequence):
            filled = copy.copy(model)
            for i, value in enumerate(content):
                filled[i] = value
            return filled
        build: Callable[[Any], Any] = type(model)
        return build(content)
    except TypeError:
        return content
