"""Batches out of a data set, shuffled or not: `for images, labels in DataLoader(dataset, 64)`.

PyTorch: torch/utils/data/dataloader.py.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from itertools import repeat
from typing import Any, Generic, TypeVar

from ...random import Generator, default_generator
from .collate import default_collate, default_convert
from .dataset import Dataset, IterableDataset
from .fetch import IterableFetcher, MapFetcher
from .sampler import BatchSampler, RandomSampler, SequentialSampler
from .worker import CAN_FORK, Crew, WorkerPass

__all__ = ["DataLoader"]

T_co = TypeVar("T_co", covariant=True)

_FIXED = ("batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers")


class DataLoader(Generic[T_co]):
    """Goes through a data set in batches; every `iter(loader)` begins a new pass.

    Args:
        dataset: has `dataset[i]`, or `__getitems__(indices)`, which is preferred, and a length; or
            is an IterableDataset, whose samples come in its own order.
        batch_size: samples to a batch; None passes the samples on one by one, without a batch axis.
        shuffle: visit the samples in a new random order at every pass.
        sampler: an iterable of indices that replaces the order; excludes `shuffle`.
        batch_sampler: an iterable of lists of indices; excludes `batch_size`, `shuffle`,
            `sampler` and `drop_last`.
        num_workers: how many processes make batches ahead of time; 0 makes each in this process
            when it is asked for. The batches and their order are the same, but what a data set
            draws at random comes from each worker's own seed (see worker.py). On Windows and macOS
            batches are made in this process in any case.
        collate_fn: makes a batch out of a list of samples; `default_collate` by default.
        pin_memory: accepted; there is no other device whose transfers it could speed up.
        drop_last: leave out a last batch that would be shorter.
        timeout: how many seconds to wait for a worker's batch; 0 for as long as it takes.
        worker_init_fn: called in every worker with its number, before it fetches anything.
        prefetch_factor: how many batches per worker are made ahead, 2 by default.
        persistent_workers: keep the workers from one pass to the next.
        multiprocessing_context, pin_memory_device, in_order: accepted and kept. Workers are always
            forks, and batches always in order.
        generator: what draws the order; the default generator if None.

    What a pass draws, so that the same seed gives the same batches as in PyTorch: `iter` takes one
    int64 (PyTorch seeds its workers with it, and draws it in any case). With `shuffle`, asking for
    the first batch takes a second one, which seeds the generator of the permutation. With
    `generator` the first number comes from that one, and so does the permutation.

    Raises:
        ValueError: options that exclude each other or are out of range.

    What a worker raises is raised again where the batch is asked for, with its traceback.
    """

    _initialized = False

    def __init__(
        self,
        dataset: Dataset[T_co],
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler: Iterable[Any] | None = None,
        batch_sampler: Iterable[Any] | None = None,
        num_workers: int = 0,
        collate_fn: Callable[[Any], Any] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        timeout: float = 0,
        worker_init_fn: Callable[[int], None] | None = None,
        multiprocessing_context: Any = None,
        generator: Generator | None = None,
        *,
        prefetch_factor: int | None = None,
        persistent_workers: bool = False,
        pin_memory_device: str = "",
        in_order: bool = True,
    ) -> None:
        _check_worker_options(
            num_workers, timeout, multiprocessing_context, prefetch_factor, persistent_workers
        )
        if isinstance(dataset, IterableDataset):
            _check_has_no_order(shuffle, sampler, batch_sampler)
        if sampler is not None and shuffle:
            raise ValueError("sampler option is mutually exclusive with shuffle")
        if batch_sampler is not None:
            if batch_size != 1 or shuffle or sampler is not None or drop_last:
                raise ValueError(
                    "batch_sampler option is mutually exclusive with "
                    "batch_size, shuffle, sampler, and drop_last"
                )
            batch_size = None
        elif batch_size is None and drop_last:
            raise ValueError(
                "batch_size=None option disables auto-batching "
                "and is mutually exclusive with drop_last"
            )

        if sampler is None:
            data: Any = dataset
            if isinstance(dataset, IterableDataset):
                sampler = _Endless()
            elif shuffle:
                sampler = RandomSampler(data, generator=generator)
            else:
                sampler = SequentialSampler(data)
        if batch_size is not None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        if collate_fn is None:
            collate_fn = default_convert if batch_sampler is None else default_collate

        self.dataset = dataset
        self.batch_size = batch_size
        self.sampler = sampler
        self.batch_sampler = batch_sampler
        self.drop_last = drop_last
        self.collate_fn = collate_fn
        self.generator = generator
        self.num_workers = num_workers
        self.pin_memory = pin_memory
        self.pin_memory_device = pin_memory_device
        self.timeout = timeout
        self.worker_init_fn = worker_init_fn
        self.multiprocessing_context = multiprocessing_context
        self.prefetch_factor = 2 if num_workers and prefetch_factor is None else prefetch_factor
        self.persistent_workers = persistent_workers
        self.in_order = in_order
        self._crew: Crew | None = None  # of workers that persist
        self._initialized = True

    def __setattr__(self, name: str, value: Any) -> None:
        if self._initialized and name in _FIXED:
            # The samplers were made from these: a change would go unnoticed.
            raise ValueError(
                f"{name} attribute should not be set after {type(self).__name__} is initialized"
            )
        super().__setattr__(name, value)

    def __iter__(self) -> Iterator[Any]:
        if self.timeout != 0 and self.num_workers == 0:
            raise AssertionError("_SingleProcessDataLoaderIter requires timeout == 0")
        if self.pin_memory:
            warnings.warn(
                "'pin_memory' argument is set as true but no accelerator is found, "
                "then device pinned memory won't be used.",
                stacklevel=2,
            )
        indices = iter(self._index_sampler)
        if self._crew is not None:
            self._crew.begin_again()
            return self._pass(self._crew, indices)
        # PyTorch draws this number also where there are no workers to seed with it.
        base_seed = (default_generator if self.generator is None else self.generator).int64()
        if self.num_workers == 0 or not CAN_FORK:
            return map(self.make_fetcher(), indices)
        crew = Crew(self, base_seed)
        if self.persistent_workers:
            self._crew = crew
        return self._pass(crew, indices)

    def _pass(self, crew: Crew, indices: Iterator[Any]) -> Iterator[Any]:
        assert self.prefetch_factor is not None
        return WorkerPass(crew, indices, self.prefetch_factor * self.num_workers)

    def make_fetcher(self) -> Callable[[Any], Any]:
        """What makes a batch of its indices; a new one for every pass."""
        batched = self.batch_sampler is not None
        if isinstance(self.dataset, IterableDataset):
            return IterableFetcher(self.dataset, batched, self.collate_fn, self.drop_last)
        return MapFetcher(self.dataset, batched, self.collate_fn)

    def __len__(self) -> int:
        """Batches in a pass. TypeError if the sampler, or an IterableDataset, has no length."""
        if not isinstance(self.dataset, IterableDataset):
            sampler: Any = self._index_sampler
            return len(sampler)
        samples: Any = self.dataset
        if self.batch_size is None:
            return len(samples)
        whole, rest = divmod(len(samples), self.batch_size)
        return whole + (rest > 0 and not self.drop_last)

    @property
    def _index_sampler(self) -> Iterable[Any]:
        return self.sampler if self.batch_sampler is None else self.batch_sampler


class _Endless:
    """Indices for an IterableDataset, which needs none."""

    def __iter__(self) -> Iterator[None]:
        return repeat(None)


def _check_has_no_order(shuffle: Any, sampler: Any, batch_sampler: Any) -> None:
    refused = "DataLoader with IterableDataset: expected unspecified"
    if shuffle:
        raise ValueError(f"{refused} shuffle option, but got shuffle={shuffle}")
    if sampler is not None:
        raise ValueError(f"{refused} sampler option, but got sampler={sampler}")
    if batch_sampler is not None:
        raise ValueError(f"{refused} batch_sampler option, but got batch_sampler={batch_sampler}")


def _check_worker_options(
    num_workers: int,
    timeout: float,
    multiprocessing_context: Any,
    prefetch_factor: int | None,
    persistent_workers: bool,
) -> None:
    if num_workers < 0:
        raise ValueError(
            "num_workers option should be non-negative; "
            "use num_workers=0 to disable multiprocessing."
        )
    if timeout < 0:
        raise ValueError("timeout option should be non-negative")
    if num_workers == 0 and prefetch_factor is not None:
        raise ValueError(
            "prefetch_factor option could only be specified in multiprocessing."
            "let num_workers > 0 to enable multiprocessing, otherwise set prefetch_factor to None."
        )
    if prefetch_factor is not None and prefetch_factor < 0:
        raise ValueError("prefetch_factor option should be non-negative")
    if persistent_workers and num_workers == 0:
        raise ValueError("persistent_workers option needs num_workers > 0")
    if multiprocessing_context is not None and num_workers == 0:
        raise ValueError(
            "multiprocessing_context can only be used with multi-process loading "
            f"(num_workers > 0), but got num_workers={num_workers}"
        )
