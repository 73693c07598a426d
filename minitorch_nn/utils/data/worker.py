"""Processes that make a loader's batches ahead of time, while this one computes.

Each worker is a fork of this process: it has the data set from the start, and its own random
numbers. Batch k is made by worker k mod n, and batches are handed out in their order, so they are
the same ones at every run, what a data set draws at random included.

    pass_ = WorkerPass(Crew(loader, base_seed), indices, ahead=4)

A crew lives as long as somebody holds it: a pass that is broken off leaves no process behind.

PyTorch: torch/utils/data/_utils/worker.py; torch/utils/data/dataloader.py
(_MultiProcessingDataLoaderIter).
"""

from __future__ import annotations

import enum
import io
import os
import pickle
import sys
from collections import deque
from collections.abc import Iterator
from itertools import cycle
from typing import Any, NamedTuple, NoReturn

import numpy as np

from ...creation import from_numpy
from ...random import manual_seed
from ...tensor import Tensor

__all__ = ["CAN_FORK", "Crew", "WorkerInfo", "WorkerPass", "get_worker_info"]

# A fork may crash in macOS's own libraries, and Windows has none: there is no worker there.
CAN_FORK = hasattr(os, "fork") and sys.platform != "darwin"

# What only workers need (multiprocessing, queue, signal, random, traceback) is imported where it is
# used: it takes a tenth as long to load as NumPy, and few programs have workers.


class WorkerInfo(NamedTuple):
    """Who a worker is: its number, of how many, what it was seeded with, and its data set."""

    id: int
    num_workers: int
    seed: int
    dataset: Any


_info: WorkerInfo | None = None


def get_worker_info() -> WorkerInfo | None:
    """In a worker who it is, elsewhere None. By it an IterableDataset knows its share."""
    return _info


class _Signal(enum.Enum):
    ENDED = enum.auto()  # from a worker: its IterableDataset has no more
    AGAIN = enum.auto()  # to a worker and back: begin a new pass


# ---- in the worker


def _work(loader: Any, number: int, base_seed: int, tasks: Any, results: Any) -> None:
    """A worker's life: for every task, a batch's indices, send the batch."""
    import queue
    import signal

    global _info
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that we work for
    employer = os.getppid()
    _seed(base_seed, number)
    _info = WorkerInfo(number, loader.num_workers, base_seed + number, loader.dataset)
    prepare, fetch = loader.worker_init_fn, None
    while os.getppid() == employer:
        try:
            task = tasks.get(timeout=5)
        except queue.Empty:
            continue
        if task is _Signal.AGAIN:
            fetch = None
            results.send_bytes(_pickled(task))
            continue
        try:
            if prepare is not None:
                prepare(number)
                prepare = None
            fetch = fetch or loader.make_fetcher()
            answer = _pickled(fetch(task))
        except StopIteration:
            answer = _pickled(_Signal.ENDED)
        except Exception as error:
            answer = _pickled_failure(error, number)
        results.send_bytes(answer)


def _seed(base_seed: int, number: int) -> None:
    """PyTorch's numbers, Python's and NumPy's, as PyTorch seeds them in a worker."""
    import random

    random.seed(base_seed + number)
    manual_seed(base_seed + number)
    entropy = [number, base_seed & 0xFFFFFFFF, base_seed >> 32, 0]
    np.random.seed(np.random.SeedSequence(entropy).generate_state(4))


class _Pickler(pickle.Pickler):
    """Sends of a tensor what it shows, not the whole memory that it is a view of."""

    def reducer_override(self, value: Any) -> Any:
        if type(value) is not Tensor:
            return NotImplemented
        if value.grad_fn is not None:
            raise RuntimeError(
                "Cowardly refusing to serialize non-leaf tensor which requires_grad, since "
                "autograd does not support crossing process boundaries.  If you just want to "
                "transfer the data, call detach() on the tensor before serializing (e.g., putting "
                "it on the queue)."
            )
        return _rebuild, (np.ascontiguousarray(value.array), value.requires_grad)


def _rebuild(array: np.ndarray[Any, Any], requires_grad: bool) -> Tensor:
    return from_numpy(array).requires_grad_(requires_grad)


def _pickled(value: Any) -> bytes:
    content = io.BytesIO()
    _Pickler(content, pickle.HIGHEST_PROTOCOL).dump(value)
    return content.getvalue()


# ---- errors


class _Unquoted(str):
    """A KeyError shows its key as repr does; a whole traceback shall not be in quotes."""

    __repr__ = str.__str__


class _Failure(NamedTuple):
    """What went wrong in a worker, to be raised where the batch was asked for."""

    kind: type[Exception]
    message: str

    def reraise(self) -> NoReturn:
        try:
            error = self.kind(_Unquoted(self.message) if self.kind is KeyError else self.message)
        except Exception:  # an error whose class takes other arguments
            error = RuntimeError(self.message)
        raise error


def _pickled_failure(error: Exception, number: int) -> bytes:
    import traceback

    original = "".join(traceback.format_exception(error))
    where = f"Caught {type(error).__name__} in DataLoader worker process {number}."
    failure = _Failure(type(error), f"{where}\nOriginal {original}")
    try:
        return _pickled(failure)
    except Exception:  # a class from within a function cannot be sent
        return _pickled(failure._replace(kind=RuntimeError))


# ---- in the process that the workers work for


class Worker:
    """One process, what it is told and what it sends."""

    def __init__(self, loader: Any, number: int, base_seed: int) -> None:
        import multiprocessing

        context: Any = multiprocessing.get_context("fork")
        self.active = True
        self.tasks = context.Queue()
        self.tasks.cancel_join_thread()
        self.results, sender = context.Pipe(duplex=False)
        arguments = (loader, number, base_seed, self.tasks, sender)
        self.process = context.Process(target=_work, args=arguments, daemon=True)
        self.process.start()
        sender.close()  # the worker's copy is the last one, so that the pipe ends when it does

    def receive(self, timeout: float) -> Any:
        """The next thing it sends. RuntimeError if it takes too long, or is no more."""
        if not self.results.poll(timeout or None):
            raise RuntimeError(f"DataLoader timed out after {timeout} seconds")
        try:
            return pickle.loads(self.results.recv_bytes())
        except EOFError:
            pid = self.process.pid
            raise RuntimeError(f"DataLoader worker (pid(s) {pid}) exited unexpectedly") from None


class Crew:
    """A loader's workers. They end when nobody holds the crew any longer."""

    def __init__(self, loader: Any, base_seed: int) -> None:
        self.owner = os.getpid()
        self.timeout = loader.timeout
        self.workers: list[Worker] = []
        for number in range(loader.num_workers):
            self.workers.append(Worker(loader, number, base_seed))

    def begin_again(self) -> None:
        """Have every worker drop what is left of the last pass."""
        for worker in self.workers:
            worker.tasks.put(_Signal.AGAIN)
        for worker in self.workers:
            worker.active = True
            while worker.receive(self.timeout) is not _Signal.AGAIN:
                pass

    def __del__(self) -> None:
        if os.getpid() != self.owner:
            return  # a fork's copy of it
        for worker in self.workers:
            worker.process.terminate()
        for worker in self.workers:
            worker.process.join()
            worker.tasks.close()
            worker.results.close()


class WorkerPass(Iterator[Any]):
    """The batches of one pass. `ahead` of them are being made at any time."""

    def __init__(self, crew: Crew, indices: Iterator[Any], ahead: int) -> None:
        self._crew: Crew | None = crew
        self._indices = indices
        self._turns = cycle(crew.workers)
        self._due: deque[Worker] = deque()  # who makes the next batch, the one after it, …
        for _ in range(ahead):
            self._order()

    def _order(self) -> None:
        """Give the next batch's indices to the worker whose turn it is."""
        assert self._crew is not None
        for index in self._indices:
            if any(worker.active for worker in self._crew.workers):
                worker = next(worker for worker in self._turns if worker.active)
                worker.tasks.put(index)
                self._due.append(worker)
            return

    def __next__(self) -> Any:
        while self._due and self._crew is not None:
            worker = self._due.popleft()
            if not worker.active:
                continue
            batch = worker.receive(self._crew.timeout)
            worker.active = batch is not _Signal.ENDED
            self._order()
            if isinstance(batch, _Failure):
                batch.reraise()
            if worker.active:
                return batch
        self._crew = None  # which ends the workers, unless the loader keeps them
        raise StopIteration
