"""How a batch is made: the samples that it asks for, fetched and collated.

One class for data sets with indices, one for those that can only be gone through. A fetcher is
called with a batch's list of indices, or, without batches, with one index.

PyTorch: torch/utils/data/_utils/fetch.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .collate import Columns, default_collate

__all__ = ["IterableFetcher", "MapFetcher"]


class MapFetcher:
    """Fetches from `dataset[i]`, or all at once from `dataset.__getitems__(indices)`."""

    def __init__(self, dataset: Any, batched: bool, collate_fn: Callable[[Any], Any]) -> None:
        self.dataset = dataset
        self.batched = batched
        self.collate_fn = collate_fn

    def __call__(self, index: Any) -> Any:
        if not self.batched:
            return self.collate_fn(self.dataset[index])
        fetch = getattr(self.dataset, "__getitems__", None)
        samples = fetch(index) if fetch else [self.dataset[i] for i in index]
        if isinstance(samples, Columns) and self.collate_fn is not default_collate:
            samples = list(samples)  # what a collate_fn is promised, to sort or change as it likes
        return self.collate_fn(samples)


class IterableFetcher:
    """Takes the next samples, as many as there are indices. StopIteration when there are none."""

    def __init__(
        self, dataset: Any, batched: bool, collate_fn: Callable[[Any], Any], drop_last: bool
    ) -> None:
        self.samples = iter(dataset)
        self.batched = batched
        self.collate_fn = collate_fn
        self.drop_last = drop_last

    def __call__(self, index: Any) -> Any:
        if not self.batched:
            return self.collate_fn(next(self.samples))
        batch = [sample for _, sample in zip(index, self.samples, strict=False)]
        if not batch or (self.drop_last and len(batch) < len(index)):
            raise StopIteration
        return self.collate_fn(batch)
