"""In which order a data set's samples are visited, and how they are grouped into batches.

A sampler yields indices, a batch sampler lists of them. Neither touches the data: what stands at
an index is the data set's affair, and fetching it the DataLoader's.

PyTorch: torch/utils/data/sampler.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Sized
from itertools import chain, islice
from typing import Any, Generic, TypeVar

from ...creation import as_tensor
from ...dtypes import float64
from ...ops.draws import multinomial
from ...random import Generator, default_generator

__all__ = [
    "BatchSampler",
    "RandomSampler",
    "Sampler",
    "SequentialSampler",
    "SubsetRandomSampler",
    "WeightedRandomSampler",
]

T_co = TypeVar("T_co", covariant=True)


class Sampler(Generic[T_co]):
    """What the samplers have in common: they can be iterated over, afresh for every epoch.

    One's own sampler defines `__iter__`, and `__len__` where `len(loader)` shall work. There is no
    `__len__` here, since a sampler may well be endless.
    """

    def __iter__(self) -> Iterator[T_co]:
        raise NotImplementedError


class SequentialSampler(Sampler[int]):
    """0, 1, 2, ... len(data_source) - 1."""

    def __init__(self, data_source: Sized) -> None:
        self.data_source = data_source

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self.data_source)))

    def __len__(self) -> int:
        return len(self.data_source)


class RandomSampler(Sampler[int]):
    """`num_samples` indices of `data_source` in random order, in another one at every pass.

    Args:
        data_source: only its length matters.
        replacement: draw every index anew, so that one may come twice. Otherwise every index comes
            once before any comes again.
        num_samples: how many indices a pass gives; by default as many as there are samples.
        generator: what draws. By default a pass takes one number from the default generator and
            seeds a generator of its own with it, so that what else draws during the pass does not
            change its order.

    Raises:
        TypeError: `replacement` is no bool.
        ValueError: `num_samples` is no positive integer, which includes an empty data source.
    """

    def __init__(
        self,
        data_source: Sized,
        replacement: bool = False,
        num_samples: int | None = None,
        generator: Generator | None = None,
    ) -> None:
        self.data_source = data_source
        self.replacement = replacement
        self._num_samples = num_samples
        self.generator = generator
        if not isinstance(replacement, bool):
            raise TypeError(
                f"replacement should be a boolean value, but got replacement={replacement}"
            )
        if not isinstance(self.num_samples, int) or self.num_samples <= 0:
            raise ValueError(
                "num_samples should be a positive integer value, "
                f"but got num_samples={self.num_samples}"
            )

    @property
    def num_samples(self) -> int:
        # Asked for at every pass, since a data set may grow between two of them.
        return len(self.data_source) if self._num_samples is None else self._num_samples

    def __iter__(self) -> Iterator[int]:
        # A chain runs through the lists without a line of Python for each index.
        return chain.from_iterable(self._lists())

    def _lists(self) -> Iterator[list[int]]:
        # A generator function: nothing is drawn before the first index is asked for. The
        # DataLoader's own draw comes before that, and the order of draws decides the numbers.
        generator = self.generator
        if generator is None:
            generator = Generator().manual_seed(default_generator.int64())
        draw = self._with_replacement if self.replacement else self._without_replacement
        yield from draw(generator)

    def _with_replacement(self, generator: Generator) -> Iterator[list[int]]:
        # In blocks of 32, so that stopping early leaves the generator where PyTorch leaves it.
        n, blocks, rest = len(self.data_source), *divmod(self.num_samples, 32)
        for size in [32] * blocks + [rest]:
            yield generator.integers(0, n, (size,)).tolist()

    def _without_replacement(self, generator: Generator) -> Iterator[list[int]]:
        # The last permutation is drawn even when nothing of it is used, as PyTorch does.
        n, whole, rest = len(self.data_source), *divmod(self.num_samples, len(self.data_source))
        for size in [n] * whole + [rest]:
            yield generator.permutation(n)[:size].tolist()

    def __len__(self) -> int:
        return self.num_samples


class SubsetRandomSampler(Sampler[int]):
    """The given indices in random order: two of these split one data set for two loaders."""

    def __init__(self, indices: Sequence[int], generator: Generator | None = None) -> None:
        self.indices = indices
        self.generator = generator

    def __iter__(self) -> Iterator[int]:
        generator = default_generator if self.generator is None else self.generator
        for i in generator.permutation(len(self.indices)).tolist():
            yield self.indices[i]

    def __len__(self) -> int:
        return len(self.indices)


class WeightedRandomSampler(Sampler[int]):
    """`num_samples` indices, each drawn as often as its weight says. Weights need not sum to 1.

    Without `replacement` no index comes twice. ValueError for weights that are no row of numbers,
    or options of another type.
    """

    def __init__(
        self,
        weights: Sequence[float],
        num_samples: int,
        replacement: bool = True,
        generator: Generator | None = None,
    ) -> None:
        if not isinstance(num_samples, int) or isinstance(num_samples, bool) or num_samples <= 0:
            raise ValueError(
                f"num_samples should be a positive integer value, but got num_samples={num_samples}"
            )
        if not isinstance(replacement, bool):
            raise ValueError(
                f"replacement should be a boolean value, but got replacement={replacement}"
            )
        self.weights = as_tensor(weights, dtype=float64)
        if self.weights.ndim != 1:
            raise ValueError(
                "weights should be a 1d sequence but given "
                f"weights have shape {tuple(self.weights.shape)}"
            )
        self.num_samples = num_samples
        self.replacement = replacement
        self.generator = generator

    def __iter__(self) -> Iterator[int]:
        drawn = multinomial(
            self.weights, self.num_samples, self.replacement, generator=self.generator
        )
        yield from drawn.tolist()

    def __len__(self) -> int:
        return self.num_samples


class BatchSampler(Sampler[list[Any]]):
    """Lists of `batch_size` indices, as another sampler gives them.

    Args:
        sampler: any iterable of indices.
        batch_size: how many indices a list has; the last list has what is left.
        drop_last: leave out a last list that would be shorter.

    Raises:
        ValueError: `batch_size` is no positive integer, or `drop_last` no bool.
    """

    def __init__(self, sampler: Iterable[Any], batch_size: int, drop_last: bool) -> None:
        if not isinstance(batch_size, int) or isinstance(batch_size, bool) or batch_size <= 0:
            raise ValueError(
                f"batch_size should be a positive integer value, but got batch_size={batch_size}"
            )
        if not isinstance(drop_last, bool):
            raise ValueError(f"drop_last should be a boolean value, but got drop_last={drop_last}")
        self.sampler = sampler
        self.batch_size = batch_size
        self.drop_last = drop_last

    def __iter__(self) -> Iterator[list[Any]]:
        indices = iter(self.sampler)
        while batch := list(islice(indices, self.batch_size)):
            if self.drop_last and len(batch) < self.batch_size:
                return
            yield batch

    def __len__(self) -> int:
        n = len(self.sampler)  # type: ignore[arg-type]  # TypeError if the sampler has no length
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)
