"""Batches out of a data set, shuffled or not: `for images, labels in DataLoader(dataset, 64)`.

PyTorch: torch/utils/data/dataloader.py, and _utils/fetch.py for how a batch is fetched.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, TypeVar

from ...random import Generator, default_generator
from .collate import Columns, default_collate, default_convert
from .dataset import Dataset
from .sampler import BatchSampler, RandomSampler, SequentialSampler

__all__ = ["DataLoader"]

T_co = TypeVar("T_co", covariant=True)

_FIXED = ("batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers")


class DataLoader(Generic[T_co]):
    """Goes through a data set in batches; every `iter(loader)` begins a new pass.

    Args:
        dataset: has `dataset[i]`, or `__getitems__(indices)`, which is preferred, and a length.
        batch_size: samples to a batch; None passes the samples on one by one, without a batch axis.
        shuffle: visit the samples in a new random order at every pass.
        sampler: an iterable of indices that replaces the order; excludes `shuffle`.
        batch_sampler: an iterable of lists of indices; excludes `batch_size`, `shuffle`,
            `sampler` and `drop_last`.
        num_workers: how many processes PyTorch would load with. Here batches are always made in
            this process, one when it is asked for; they are the same and come in the same order.
            Only what a data set itself draws at random differs: PyTorch seeds each worker anew.
        collate_fn: makes a batch out of a list of samples; `default_collate` by default.
        pin_memory: accepted; there is no other device whose transfers it could speed up.
        drop_last: leave out a last batch that would be shorter.
        timeout, worker_init_fn, multiprocessing_context, prefetch_factor, persistent_workers,
            pin_memory_device, in_order: settings of the worker processes, checked and kept.
        generator: what draws the order; the default generator if None.

    What a pass draws, so that the same seed gives the same batches as in PyTorch: `iter` takes one
    int64 (PyTorch seeds its workers with it, and draws it in any case). With `shuffle`, asking for
    the first batch takes a second one, which seeds the generator of the permutation. With
    `generator` the first number comes from that one, and so does the permutation.

    Raises:
        ValueError: options that exclude each other or are out of range.
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
            sampler = (
                RandomSampler(data, generator=generator) if shuffle else SequentialSampler(data)
            )
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
        self._workers_are_seeded = False
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
        self._draw_base_seed()
        return map(self._fetch, indices)

    def __len__(self) -> int:
        """Batches in a pass. TypeError if the sampler has no length."""
        sampler: Any = self._index_sampler
        return len(sampler)

    @property
    def _index_sampler(self) -> Iterable[Any]:
        return self.sampler if self.batch_sampler is None else self.batch_sampler

    def _draw_base_seed(self) -> None:
        """The draw that seeds PyTorch's workers; workers that persist are seeded only once."""
        if self.persistent_workers and self._workers_are_seeded:
            return
        (default_generator if self.generator is None else self.generator).int64()
        self._workers_are_seeded = True

    def _fetch(self, index: Any) -> Any:
        """The batch of a list of indices, or, without batches, the sample of one index."""
        if self.batch_sampler is None:
            sample: Any = self.dataset[index]
            return self.collate_fn(sample)
        fetch = getattr(self.dataset, "__getitems__", None)
        samples = fetch(index) if fetch else [self.dataset[i] for i in index]
        if isinstance(samples, Columns) and self.collate_fn is not default_collate:
            samples = list(samples)  # what a collate_fn is promised, to sort or change as it likes
        return self.collate_fn(samples)


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
