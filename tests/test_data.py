"""utils.data against torch.utils.data: the same batches from the same seed, the same errors."""

from __future__ import annotations

import inspect
import multiprocessing
import os
import random
import time
from collections import OrderedDict, defaultdict, namedtuple
from collections.abc import Callable, Mapping
from types import MappingProxyType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.utils import data as theirs

import minitorch_nn
from minitorch_nn.utils import data as ours

from .versions import NUMPY_BOOLS, SINGLE_SAMPLES

# Each library with the name of its data module and its tensors, so that a lambda runs in either.
OURS = SimpleNamespace(torch=minitorch_nn, data=ours)
THEIRS = SimpleNamespace(torch=torch, data=theirs)
BOTH: list[Any] = [OURS, THEIRS]

Point = namedtuple("Point", ["x", "y"])


def assert_same(mine: Any, its: Any) -> None:
    """Equal containers; tensors of equal dtype, shape and bits."""
    if isinstance(its, torch.Tensor):
        assert isinstance(mine, minitorch_nn.Tensor)
        assert str(mine.dtype) == str(its.dtype)
        assert tuple(mine.shape) == tuple(its.shape)
        assert mine.detach().numpy().tobytes() == its.detach().contiguous().numpy().tobytes()
        return
    assert type(mine) is type(its)
    if isinstance(its, Mapping):
        assert list(mine) == list(its)
        mine, its = list(mine.values()), list(its.values())
    if isinstance(its, (list, tuple)):
        assert len(mine) == len(its)
        for a, b in zip(mine, its, strict=True):
            assert_same(a, b)
    elif isinstance(its, np.ndarray):
        np.testing.assert_array_equal(mine, its)
    else:
        assert mine == its


def in_both(program: Callable[[Any], Any], seed: int = 0) -> None:
    """The program gives the same in both libraries and leaves the default generator alike."""
    results = []
    for library in BOTH:
        library.torch.manual_seed(seed)
        results.append((program(library), library.torch.rand(3)))
    assert_same(*results)


def error_of(program: Callable[[Any], Any], library: Any) -> tuple[type[BaseException], str]:
    with pytest.raises(Exception) as caught:
        program(library)
    return caught.type, str(caught.value)


# ---- order


@given(
    n=st.integers(1, 70),
    batch_size=st.integers(1, 20),
    drop_last=st.booleans(),
    shuffle=st.booleans(),
    own_generator=st.booleans(),
    seed=st.integers(0, 2**63),
)
def test_three_epochs_give_the_same_batches_and_leave_the_generators_alike(
    n: int, batch_size: int, drop_last: bool, shuffle: bool, own_generator: bool, seed: int
) -> None:
    def program(library: Any) -> Any:
        generator = library.torch.Generator().manual_seed(seed ^ 1) if own_generator else None
        loader = library.data.DataLoader(
            range(n), batch_size, shuffle, drop_last=drop_last, generator=generator
        )
        epochs = [list(loader) for _ in range(3)]
        return len(loader), epochs, library.torch.rand(2, generator=generator)

    in_both(program, seed)


def test_a_whole_mnist_is_shuffled_alike() -> None:
    in_both(lambda lib: list(lib.data.DataLoader(range(60_000), 64, shuffle=True)))


def test_iter_draws_one_number_and_the_first_batch_another() -> None:
    def program(library: Any) -> Any:
        drawn = [library.torch.rand(1)]
        batches = iter(library.data.DataLoader(range(9), 2, shuffle=True))
        drawn.append(library.torch.rand(1))
        first = next(batches)
        drawn.append(library.torch.rand(1))
        return drawn, first, list(batches)

    in_both(program)


def test_two_passes_at_once_and_one_broken_off_do_not_disturb_each_other() -> None:
    def program(library: Any) -> Any:
        loader = library.data.DataLoader(range(20), 3, shuffle=True)
        both = list(zip(loader, loader, strict=True))
        first = next(iter(loader))
        return both, first, list(loader)

    in_both(program)


@pytest.mark.parametrize("persistent", [False, True])
def test_workers_change_neither_the_batches_nor_the_draws(persistent: bool) -> None:
    def program(library: Any) -> Any:
        loader = library.data.DataLoader(
            range(10), 3, shuffle=True, num_workers=1, persistent_workers=persistent
        )
        return loader.prefetch_factor, [list(loader) for _ in range(3)]

    in_both(program)


class Drawn:
    """A data set that draws: PyTorch's numbers, Python's and NumPy's. Seven is no sample of it."""

    def __init__(self, library: Any, refuses: type[Exception] | None = None) -> None:
        self.library, self.refuses = library, refuses

    def __len__(self) -> int:
        return 10

    def __getitem__(self, index: int) -> Any:
        if index == 7 and self.refuses:
            raise self.refuses("seven is no sample")
        worker = self.library.data.get_worker_info()
        who = (worker.id, worker.num_workers, worker.seed) if worker else None
        return index, self.library.torch.rand(2), random.random(), float(np.random.rand()), who


def test_what_is_drawn_in_workers_is_pytorchs() -> None:
    def program(library: Any) -> Any:
        loader = library.data.DataLoader(Drawn(library), 3, True, num_workers=2)
        return list(loader), list(loader)

    in_both(program)


def test_workers_are_prepared_and_go_ahead_by_so_many_batches() -> None:
    def program(library: Any) -> Any:
        asked = []

        def indices() -> Any:
            for i in range(9):
                asked.append(i)
                yield i

        loader = library.data.DataLoader(
            Drawn(library),
            sampler=indices(),
            num_workers=2,
            prefetch_factor=3,
            worker_init_fn=library.torch.manual_seed,
        )
        batches = iter(loader)
        counts = [len(asked)]
        first = next(batches)
        return counts, len(asked), first, list(batches)

    in_both(program)


def streams_of(library: Any) -> Any:
    class Shares(library.data.IterableDataset):  # type: ignore[name-defined]
        def __iter__(self) -> Any:
            worker = library.data.get_worker_info()
            first, step = (worker.id, worker.num_workers) if worker else (0, 1)
            return iter(range(first, 11, step))

        def __len__(self) -> int:
            return 11

    return Shares()


@pytest.mark.parametrize(
    "options",
    [
        {"batch_size": 3},
        {"batch_size": 3, "drop_last": True},
        {"batch_size": None},
        {"batch_size": 2, "num_workers": 2},
        {"batch_size": 2, "num_workers": 2, "persistent_workers": True, "drop_last": True},
    ],
    ids=str,
)
def test_streams_are_batched_in_their_own_order(options: dict[str, Any]) -> None:
    def program(library: Any) -> Any:
        loader = library.data.DataLoader(streams_of(library), **options)
        return len(loader), list(loader), list(loader)

    in_both(program)


def test_streams_are_chained() -> None:
    def program(library: Any) -> Any:
        chain = streams_of(library) + streams_of(library)
        return len(chain), list(library.data.DataLoader(chain, 7)), type(chain).__name__

    in_both(program)


class Refused(Exception):
    """An error that cannot be made of a message alone."""

    def __init__(self, *words: str) -> None:
        if len(words) != 1 or "Original" in words[0]:
            raise TypeError("one short word")
        super().__init__(*words)


@pytest.mark.parametrize("kind", [ValueError, KeyError, Refused])
def test_a_workers_error_is_raised_with_its_traceback(kind: type[Exception]) -> None:
    said = []
    for library in BOTH:
        loader = iter(library.data.DataLoader(Drawn(library, kind), 2, num_workers=1))
        assert [next(loader)[0].tolist() for _ in range(3)] == [[0, 1], [2, 3], [4, 5]]
        with pytest.raises(Exception) as caught:
            next(loader)
        lines = str(caught.value).strip("'").splitlines()
        assert any("raise self.refuses" in line for line in lines)
        assert next(loader)[0].tolist() == [8, 9]
        said.append((caught.type, lines[0], lines[1], lines[-1]))
    assert said[0] == said[1]
    assert said[0][1] == f"Caught {kind.__name__} in DataLoader worker process 0."


def test_an_error_that_cannot_be_sent_is_a_runtime_error() -> None:
    class Local(Exception):
        pass

    loader = ours.DataLoader(Drawn(OURS, Local), num_workers=1)
    with pytest.raises(RuntimeError, match="Caught Local in DataLoader worker process 0"):
        list(loader)


def test_what_a_worker_cannot_do_in_time_or_at_all_is_an_error() -> None:
    class Slow:
        def __len__(self) -> int:
            return 2

        def __getitem__(self, index: int) -> int:
            time.sleep(30) if index == 1 else os._exit(3)
            return index

    with pytest.raises(RuntimeError, match=r"DataLoader worker \(pid\(s\) \d+\) exited unexpect"):
        next(iter(ours.DataLoader(Slow(), num_workers=1)))
    slow = ours.DataLoader(Slow(), sampler=[1], num_workers=1, timeout=0.05)
    with pytest.raises(RuntimeError, match=r"DataLoader timed out after 0\.05 seconds"):
        next(iter(slow))


def test_a_worker_sends_leaves_but_no_graph() -> None:
    leaf = minitorch_nn.ones(2, requires_grad=True)
    (sent,) = ours.DataLoader([leaf], None, num_workers=1)
    assert (sent.requires_grad, sent.is_leaf, sent.tolist()) == (True, True, [1, 1])
    with pytest.raises(RuntimeError, match="Cowardly refusing to serialize non-leaf tensor"):
        list(ours.DataLoader([leaf * 2], None, num_workers=1))


def test_workers_send_the_rows_and_not_the_whole_of_what_they_are_rows_of() -> None:
    rows = minitorch_nn.arange(200_000).view(100, 2000)
    for batch in ours.DataLoader(rows, 2, num_workers=1, collate_fn=list):
        assert all(row.array.base is None or row.array.base.size <= 2000 for row in batch)
    whole = ours.DataLoader(rows, sampler=range(100), batch_size=100, num_workers=2)
    assert next(iter(whole)).sum().item() == rows.sum().item()


def test_workers_end_with_their_pass() -> None:
    before = set(multiprocessing.active_children())

    def running() -> set[Any]:
        return set(multiprocessing.active_children()) - before

    loader = ours.DataLoader(range(100), num_workers=2)
    assert len(list(loader)) == 100
    assert running() == set()
    batches = iter(loader)
    next(batches)
    assert len(running()) == 2
    del batches
    assert running() == set()
    kept = ours.DataLoader(range(5), num_workers=1, persistent_workers=True)
    next(iter(kept))
    workers = running()
    assert [len(list(kept)), len(list(kept))] == [5, 5]
    assert running() == workers
    del kept
    assert running() == set()


def test_where_processes_cannot_fork_batches_are_made_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ours.dataloader, "CAN_FORK", False)
    here: list[int] = []

    class Noted(Drawn):
        def __getitem__(self, index: int) -> int:
            here.append(os.getpid())
            return index

    loader = ours.DataLoader(Noted(OURS), 4, num_workers=3)
    assert [batch.tolist() for batch in loader] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert set(here) == {os.getpid()}


@pytest.mark.parametrize("replacement", [False, True])
def test_indices_are_sampled_by_weight(replacement: bool) -> None:
    def program(library: Any) -> Any:
        weights, own = [0.1, 0.9, 0.4, 0.7, 3.0, 0.6], library.torch.Generator().manual_seed(2)
        sampler = library.data.WeightedRandomSampler(weights, 5, replacement)
        other = library.data.WeightedRandomSampler(weights, 6, replacement, generator=own)
        return len(sampler), list(sampler), list(sampler), list(other), sampler.weights

    in_both(program)


def test_data_sets_stand_side_by_side() -> None:
    def program(library: Any) -> Any:
        rows, names = rows_of(library, requires_grad=False), "abcdefgh"
        pairs = library.data.StackDataset(rows, names)
        named = library.data.StackDataset(row=rows, name=names)
        return len(pairs), pairs[2], named[3], list(library.data.DataLoader(named, 3))

    in_both(program)


@pytest.mark.parametrize("own_generator", [False, True])
@pytest.mark.parametrize("num_samples", [None, 3, 32, 70])
@pytest.mark.parametrize("replacement", [False, True])
def test_random_samplers_agree(
    replacement: bool, num_samples: int | None, own_generator: bool
) -> None:
    def program(library: Any) -> Any:
        generator = library.torch.Generator().manual_seed(3) if own_generator else None
        sampler = library.data.RandomSampler(range(32), replacement, num_samples, generator)
        return len(sampler), list(sampler), list(sampler)

    in_both(program)


def test_a_sampler_with_replacement_that_is_broken_off_leaves_the_generator_alike() -> None:
    def program(library: Any) -> Any:
        generator = library.torch.Generator().manual_seed(3)
        indices = iter(library.data.RandomSampler(range(9), True, 100, generator))
        return [next(indices) for _ in range(33)], library.torch.rand(2, generator=generator)

    in_both(program)


def test_a_subset_is_sampled_in_the_same_order() -> None:
    in_both(lambda lib: list(lib.data.SubsetRandomSampler([3, 1, 4, 15, 9, 2, 6])))
    in_both(
        lambda lib: list(
            lib.data.SubsetRandomSampler(range(50), lib.torch.Generator().manual_seed(5))
        )
    )


@pytest.mark.parametrize("lengths", [[3, 7], [10, 0], [0.5, 0.5], [0.33, 0.33, 0.34], [1.0]])
def test_random_split_agrees(lengths: list[float]) -> None:
    def program(library: Any) -> Any:
        data = list(range(10))
        own = library.torch.Generator().manual_seed(42)
        parts = library.data.random_split(data, lengths)
        parts += library.data.random_split(data, lengths, generator=own)
        return [(list(part.indices), list(part)) for part in parts]

    in_both(program)


def test_an_empty_split_is_warned_of() -> None:
    for library in BOTH:
        with pytest.warns(UserWarning, match="Length of split at index 1 is 0"):
            library.data.random_split(range(1), [0.9, 0.1])


# ---- batches


@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize("n", [1, 4, 5, 8])
def test_a_short_last_batch_is_kept_unless_drop_last(n: int, drop_last: bool) -> None:
    def program(library: Any) -> Any:
        loader = library.data.DataLoader(range(n), batch_size=4, drop_last=drop_last)
        return len(loader), list(loader)

    in_both(program)


def test_a_sampler_and_a_batch_sampler_decide_the_order() -> None:
    in_both(lambda lib: list(lib.data.DataLoader(range(9), 2, sampler=[8, 0, 8, 3, 5])))
    in_both(lambda lib: list(lib.data.DataLoader(range(9), batch_sampler=[[8, 0], [8], [3, 5]])))
    in_both(
        lambda lib: list(
            lib.data.DataLoader(
                range(9), batch_sampler=lib.data.BatchSampler(iter([1, 2, 3]), 2, drop_last=True)
            )
        )
    )


def test_without_batches_samples_come_one_by_one_and_arrays_become_tensors() -> None:
    samples = [
        (1, 2.5, "text", b"bytes", None),
        np.arange(3),
        np.float32(1.5),
        np.array(["a"]),
        {"a": np.zeros(2), "b": [np.int16(3), "x"]},
        Point(np.ones(1), 7),
        range(3),
    ]
    in_both(lambda lib: list(lib.data.DataLoader(samples, batch_size=None, shuffle=True)))


def test_one_collate_fn_gets_a_list_of_samples_to_do_with_as_it_likes() -> None:
    def collate(batch: list[Any]) -> Any:
        assert type(batch) is list
        batch.sort(key=lambda sample: -sample[1].item())
        return [label for _, label in batch]

    def program(library: Any) -> Any:
        rows = library.data.TensorDataset(library.torch.zeros(7, 2), library.torch.arange(7))
        return list(library.data.DataLoader(rows, 3, collate_fn=collate))

    in_both(program)


def test_a_data_set_may_fetch_a_whole_batch_itself() -> None:
    class Squares:
        asked: list[Any]

        def __len__(self) -> int:
            return 5

        def __getitems__(self, indices: list[int]) -> list[int]:
            self.asked = [*getattr(self, "asked", []), indices]
            return [i * i for i in indices]

    def program(library: Any) -> Any:
        squares = Squares()
        subset = library.data.Subset(squares, [4, 3, 2, 1])
        batches = list(library.data.DataLoader(squares, 2)) + list(
            library.data.DataLoader(subset, 3)
        )
        return batches, squares.asked

    in_both(program)


@pytest.mark.parametrize(
    "batch",
    [
        [1, 2, 3],
        [1, 2.5],
        [1.0, 2, 3.5],
        [True, False],
        ["a", "b"],
        [b"a", b"b"],
        [np.float64(1), np.float64(2)],
        [np.float32(1), np.float32(2)],
        [np.int16(1), np.int16(2)],
        pytest.param([np.bool_(True), np.bool_(False)], marks=NUMPY_BOOLS.mark),
        [np.zeros((2, 3), np.float32), np.ones((2, 3), np.float32)],
        [np.array(1), np.array(2)],
        [np.arange(6).reshape(2, 3).T, np.zeros((3, 2), np.int64)],
        [(1, 2.0, "a"), (3, 4.0, "b")],
        [[1, 2], [3, 4]],
        [Point(1, 2.0), Point(3, 4.0)],
        [{"a": 1, "b": [1.0, (2, "x")]}, {"b": [3.0, (4, "y")], "a": 5}],
        [OrderedDict(b=1, a=2), OrderedDict(b=3, a=4)],
        [defaultdict(int, a=1), defaultdict(int, a=2)],
        [range(2), range(3, 5)],
        [()],
    ],
    ids=repr,
)
def test_samples_are_collated_alike(batch: list[Any]) -> None:
    assert_same(ours.default_collate(batch), theirs.default_collate(batch))


def test_tensors_are_stacked() -> None:
    def program(library: Any) -> Any:
        a = library.torch.arange(6).view(2, 3)
        return library.data.default_collate([(a, {"t": a.t()}), (a + 1, {"t": a.t() + 2})])

    in_both(program)


def test_a_mapping_that_cannot_change_is_collated_alike() -> None:
    batch = [MappingProxyType({"a": 1}), MappingProxyType({"a": 2})]
    assert_same(ours.default_collate(batch), theirs.default_collate(batch))


def test_a_collated_container_is_not_the_samples_own() -> None:
    samples = [{"a": 1}, {"a": 2}], [[1], [2]]
    for batch in samples:
        ours.default_collate(batch)
    assert samples == ([{"a": 1}, {"a": 2}], [[1], [2]])


# ---- data sets


def rows_of(library: Any, **options: Any) -> Any:
    x = library.torch.arange(24, dtype=library.torch.float32).view(8, 3)
    return library.data.TensorDataset(x.requires_grad_(**options), library.torch.arange(8))


def test_the_rows_of_tensors_are_samples() -> None:
    def program(library: Any) -> Any:
        rows = rows_of(library, requires_grad=False)
        return len(rows), rows[2], rows[-1], list(library.data.DataLoader(rows, 3, shuffle=True))

    in_both(program)


def test_a_batch_fetched_at_once_is_a_sequence_of_its_samples() -> None:
    rows = rows_of(OURS, requires_grad=False)
    batch, samples = rows.__getitems__([5, 0, 2]), [rows[5], rows[0], rows[2]]
    assert len(batch) == 3
    assert_columns_equal(list(batch), samples)
    assert_columns_equal([batch[0], batch[-1]], [samples[0], samples[2]])
    assert_columns_equal(batch[1:], samples[1:])


def assert_columns_equal(mine: list[Any], expected: list[Any]) -> None:
    assert len(mine) == len(expected)
    for a, b in zip(mine, expected, strict=True):
        assert type(a) is tuple
        for left, right in zip(a, b, strict=True):
            np.testing.assert_array_equal(left.numpy(), right.numpy())


def test_batches_of_rows_that_require_grad_have_the_same_graph() -> None:
    def program(library: Any) -> Any:
        rows = rows_of(library, requires_grad=True)
        batch, _ = next(iter(library.data.DataLoader(rows, 2)))
        (batch * batch).sum().backward()
        return type(batch.grad_fn).__name__, rows.tensors[0].grad

    in_both(program)


def test_a_subclass_that_changes_what_a_sample_is_decides_over_batches_too() -> None:
    def program(library: Any) -> Any:
        class Doubled(library.data.TensorDataset):
            def __getitem__(self, index: int) -> Any:
                return 2 * super().__getitem__(index)[0]

        return list(library.data.DataLoader(Doubled(library.torch.arange(5)), 2))

    in_both(program)


def test_data_sets_are_joined_and_cut() -> None:
    def program(library: Any) -> Any:
        a, b = rows_of(library, requires_grad=False), rows_of(library, requires_grad=False)
        joined = a + library.data.Subset(b, [7, 0, 3])
        cut = library.data.Subset(joined, range(6, 11))
        return (
            len(joined),
            joined.cumulative_sizes,
            [joined[8], joined[-1], joined[-11]],
            list(library.data.DataLoader(joined, 4)),
            list(library.data.DataLoader(cut, 4)),
            library.data.Subset(range(9), [1, 3])[1],
        )

    in_both(program)


@pytest.mark.parametrize("library", BOTH, ids=["ours", "theirs"])
def test_a_subset_that_changes_only_single_samples_is_refused(library: Any) -> None:
    SINGLE_SAMPLES.skip_if(library is THEIRS)

    class Half(library.data.Subset):
        def __getitem__(self, index: int) -> Any:
            return super().__getitem__(index) / 2

    with pytest.raises(
        NotImplementedError, match="Half overrides __getitem__ but not __getitems__"
    ):
        Half(range(4), [0, 1])


# ---- errors and attributes


class Nothing:
    def __len__(self) -> int:
        return 0

    def __getitem__(self, index: int) -> int:
        raise IndexError(index)


FAILURES: dict[str, Callable[[Any], Any]] = {
    "batch_size 0": lambda lib: lib.data.DataLoader(range(3), batch_size=0),
    "batch_size negative": lambda lib: lib.data.DataLoader(range(3), batch_size=-1),
    "batch_size a float": lambda lib: lib.data.DataLoader(range(3), batch_size=1.5),
    "batch_size True": lambda lib: lib.data.DataLoader(range(3), batch_size=True),
    "drop_last an int": lambda lib: lib.data.DataLoader(range(3), drop_last=1),
    "sampler and shuffle": lambda lib: lib.data.DataLoader([1], sampler=[0], shuffle=True),
    "batch_sampler and size": lambda lib: lib.data.DataLoader([1], 2, batch_sampler=[[0]]),
    "batch_sampler and drop": lambda lib: lib.data.DataLoader(
        [1], batch_sampler=[[0]], drop_last=True
    ),
    "no batches but drop_last": lambda lib: lib.data.DataLoader([1], None, drop_last=True),
    "negative workers": lambda lib: lib.data.DataLoader([1], num_workers=-1),
    "negative timeout": lambda lib: lib.data.DataLoader([1], timeout=-1),
    "prefetch without workers": lambda lib: lib.data.DataLoader([1], prefetch_factor=2),
    "a stream in order": lambda lib: lib.data.DataLoader(streams_of(lib), shuffle=True),
    "a stream by samples": lambda lib: lib.data.DataLoader(streams_of(lib), sampler=[1]),
    "a stream by batches": lambda lib: lib.data.DataLoader(streams_of(lib), batch_sampler=[[1]]),
    "a chain of no streams": lambda lib: list(lib.data.ChainDataset([[1]])),
    "nothing side by side": lambda lib: lib.data.StackDataset(),
    "side by side in two ways": lambda lib: lib.data.StackDataset([1], a=[1]),
    "side by side, not as long": lambda lib: lib.data.StackDataset([1], [1, 2]),
    "no weighted samples": lambda lib: lib.data.WeightedRandomSampler([1.0], 0),
    "weights in two ways": lambda lib: lib.data.WeightedRandomSampler([1.0], 1, "yes"),
    "a table of weights": lambda lib: lib.data.WeightedRandomSampler([[1.0]], 1),
    "negative prefetch": lambda lib: lib.data.DataLoader([1], num_workers=1, prefetch_factor=-1),
    "persistent without workers": lambda lib: lib.data.DataLoader([1], persistent_workers=True),
    "context without workers": lambda lib: lib.data.DataLoader(
        [1], multiprocessing_context="spawn"
    ),
    "shuffling nothing": lambda lib: lib.data.DataLoader(Nothing(), shuffle=True),
    "shuffling without a length": lambda lib: lib.data.DataLoader(iter([1]), shuffle=True),
    "length of an endless sampler": lambda lib: len(lib.data.DataLoader([1], sampler=iter([0]))),
    "no samples to draw": lambda lib: lib.data.RandomSampler([1], num_samples=0),
    "replacement an int": lambda lib: lib.data.RandomSampler([1], replacement=1),
    "setting batch_size": lambda lib: setattr(lib.data.DataLoader([1]), "batch_size", 2),
    "setting dataset": lambda lib: setattr(lib.data.DataLoader([1]), "dataset", []),
    "an unknown sample": lambda lib: lib.data.default_collate([object()]),
    "None": lambda lib: next(iter(lib.data.DataLoader([None, None]))),
    "arrays of strings": lambda lib: lib.data.default_collate([np.array("abc")]),
    "arrays of objects": lambda lib: lib.data.default_collate([np.array([None])]),
    "tuples of unequal length": lambda lib: lib.data.default_collate([(1, 2), (3,)]),
    "a missing key": lambda lib: lib.data.default_collate([{"a": 1}, {"b": 1}]),
    "an empty batch": lambda lib: lib.data.default_collate([]),
    "tensors of unequal shape": lambda lib: lib.data.default_collate(
        [lib.torch.zeros(3), lib.torch.zeros(4)]
    ),
    "arrays of unequal shape": lambda lib: lib.data.default_collate(
        [np.zeros(3), np.zeros((1, 3))]
    ),
    "tensors of unequal length": lambda lib: lib.data.TensorDataset(
        lib.torch.zeros(3), lib.torch.zeros(4)
    ),
    "a row that is not there": lambda lib: next(
        iter(lib.data.DataLoader(lib.data.TensorDataset(lib.torch.zeros(3)), sampler=[3]))
    ),
    "joining nothing": lambda lib: lib.data.ConcatDataset([]),
    "joined, too far back": lambda lib: lib.data.ConcatDataset([[1], [2]])[-3],
    "a bare Dataset": lambda lib: lib.data.Dataset()[0],
    "a bare Sampler": lambda lib: iter(lib.data.Sampler()),
    "a split of other lengths": lambda lib: lib.data.random_split(range(5), [2, 2]),
    "a split of wild fractions": lambda lib: lib.data.random_split(range(5), [1.5, -0.5]),
}


@pytest.mark.parametrize("program", FAILURES.values(), ids=FAILURES.keys())
def test_what_fails_fails_in_the_same_words(program: Callable[[Any], Any]) -> None:
    assert error_of(program, OURS) == error_of(program, THEIRS)


@pytest.mark.parametrize("library", BOTH, ids=["ours", "theirs"])
def test_a_timeout_needs_workers(library: Any) -> None:
    with pytest.raises(AssertionError):  # an older PyTorch says nothing more
        iter(library.data.DataLoader([1], timeout=1))


def test_signatures_are_pytorchs() -> None:
    for name in ours.__all__:
        mine, its = getattr(ours, name), getattr(theirs, name)
        if name in ("Dataset", "Sampler"):
            continue  # PyTorch's bare classes take what `object` takes; there is nothing to compare
        assert _parameters(mine) == _parameters(its), name


def _parameters(function: Any) -> list[tuple[str, Any]]:
    return [(p.name, p.kind) for p in inspect.signature(function).parameters.values()]


def test_a_loader_keeps_what_it_was_given() -> None:
    loader, its = (lib.data.DataLoader([1, 2, 3], 2, True) for lib in BOTH)
    names = [name for name in inspect.signature(theirs.DataLoader).parameters if name != "shuffle"]
    for name in names:
        mine, expected = getattr(loader, name), getattr(its, name)
        if isinstance(expected, (int, float, str, list, type(None))):
            assert mine == expected, name
        else:
            assert getattr(mine, "__name__", type(mine).__name__) == getattr(
                expected, "__name__", type(expected).__name__
            )


def test_pinning_memory_without_a_device_is_warned_of() -> None:
    loader = OURS.data.DataLoader([1, 2], pin_memory=True)
    with pytest.warns(UserWarning, match="no accelerator is found"):
        assert len(list(loader)) == 2
