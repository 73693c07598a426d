"""The chapter's training loop, on whichever device there is.

The loop asks the device for no number while an epoch runs: with `loss.item()` in each step Python
would wait for the GPU, and then the GPU for Python. Losses stay on the device until the epoch ends.

`train` takes the chapter's DataLoader, or a `DeviceLoader`, whose steps a GPU replays from a
recording (`RecordedSteps`).
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple, Protocol

import torch
from torch import nn
from torch.utils.data import DistributedSampler
from tqdm import tqdm

from reference import distributed
from reference.data import DeviceLoader

__all__ = ["Epoch", "RecordedSteps", "evaluate", "train"]

Tensors = tuple[torch.Tensor, torch.Tensor]
Step = Callable[[torch.Tensor, torch.Tensor], Tensors]


class Loader(Protocol):
    """What images [N, 1, 28, 28] and labels [N] come from: a DataLoader, or a list of batches."""

    def __iter__(self) -> Iterator[Tensors]: ...

    def __len__(self) -> int: ...


class Epoch(NamedTuple):
    """What one pass over the training images gave."""

    loss: float  # the mean of the batches' losses
    accuracy: float  # in percent, each image judged just before its batch was learned from
    seconds: float  # with what was prepared for all epochs, in the first one's


def train(
    model: nn.Module,
    train_loader: Loader,
    criterion: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    optimizer: torch.optim.Optimizer,
    num_epochs: int = 5,
    device: torch.device | str = "cpu",
    *,
    bf16: bool = False,
    after_epoch: Callable[[], bool] = lambda: False,
) -> list[Epoch]:
    """Train for `num_epochs` passes over the loader, and print and return each one's figures.

    Args:
        bf16: multiply in bfloat16 where torch.autocast holds it safe; weights stay float32.
        after_epoch: called after each epoch; where it returns True the training ends.

    Raises:
        FloatingPointError: a batch's loss was nan or infinite, as is found at the epoch's end.
    """
    began = time.perf_counter()
    model.train()
    step = partial(train_step, model, criterion, optimizer, bf16)
    run_epoch: Callable[[tqdm], Tensors]
    if isinstance(train_loader, DeviceLoader):
        run_epoch = RecordedSteps(step, train_loader, model, optimizer)
    else:
        run_epoch = partial(run_steps, step, train_loader, device)
    sampler = getattr(train_loader, "sampler", None)

    history = []
    for epoch in range(1, num_epochs + 1):
        if isinstance(sampler, DistributedSampler):
            sampler.set_epoch(epoch)  # without it every epoch would have the first one's order
        with progress_bar(f"Epoch {epoch}/{num_epochs}", len(train_loader)) as bar:
            losses, counts = run_epoch(bar)

        losses = distributed.add_up(losses).cpu() / distributed.world_size()
        correct, total = distributed.add_up(counts).tolist()
        check_finite(losses, epoch)
        figures = Epoch(
            loss=losses.double().mean().item(),
            accuracy=100 * correct / total,
            seconds=time.perf_counter() - began,
        )
        history.append(figures)
        say(
            f"Epoch [{epoch}/{num_epochs}], "
            f"Loss: {figures.loss:.4f}, Accuracy: {figures.accuracy:.2f}%"
        )
        if after_epoch():
            break
        model.train()  # it may have been scored
        began = time.perf_counter()
    return history


def train_step(
    model: nn.Module,
    criterion: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    optimizer: torch.optim.Optimizer,
    bf16: bool,
    inputs: torch.Tensor,
    labels: torch.Tensor,
) -> Tensors:
    """Learn from one batch; return its loss, a tensor of no dimensions, and the logits [N, 10]."""
    optimizer.zero_grad()
    with torch.autocast(inputs.device.type, torch.bfloat16, enabled=bf16):
        outputs = model(inputs)
        loss = criterion(outputs, labels)
    loss.backward()
    optimizer.step()
    return loss.detach(), outputs.detach()


def run_steps(step: Step, loader: Loader, device: torch.device | str, bar: tqdm) -> Tensors:
    """Take an epoch's steps; return the batches' losses, and [images named rightly, images]."""
    losses = []
    counts = torch.zeros(2, dtype=torch.int64, device=device)
    for inputs, labels in loader:
        # From pinned memory the copy runs beside the computation of the batch before.
        inputs = inputs.to(device, non_blocking=True)
        labels = labels.to(device, non_blocking=True)
        loss, outputs = step(inputs, labels)
        losses.append(loss)
        counts += count(outputs, labels)
        bar.update()
    return torch.stack(losses), counts


def count(outputs: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Return [images named rightly, images], int64, on the device."""
    _, predicted = torch.max(outputs, 1)
    return torch.stack([(predicted == labels).sum(), torch.full_like(labels[0], len(labels))])


class RecordedSteps:
    """An epoch's steps, recorded once as CUDA graphs and then replayed.

    A GPU computes a step of the chapter's network in less time than Python takes to ask for it,
    one small operation after another. A CUDA graph is the whole list of operations in one request.
    It repeats the same work on the same memory, so what changes from time to time comes and goes
    through tensors that stay: indices of images in, losses and counts out.

    A graph holds up to STEPS steps: enough that the pause between two graphs hardly matters, and
    few enough to be recorded in a moment. Groups of as many steps share one recording.

    Where there are no CUDA graphs (a CPU, MPS), or several processes must talk in each step, the
    same steps are run as they are.

    PyTorch: docs/source/notes/cuda.rst, "CUDA Graphs", whole-network capture.

    Args:
        step: learns from one batch, as `train_step` does. It must ask the GPU for no number.
        loader: what the images come from.
        model, optimizer: what `step` trains; the optimizer has taken no step before.
    """

    STEPS = 64
    WARM_UP_STEPS = 3

    def __init__(
        self, step: Step, loader: DeviceLoader, model: nn.Module, optimizer: torch.optim.Optimizer
    ) -> None:
        self.step = step
        self.loader = loader
        sizes = loader.batch_sizes()
        # An epoch in groups of steps, each the sizes of its batches.
        self.groups = [tuple(sizes[i : i + self.STEPS]) for i in range(0, len(sizes), self.STEPS)]
        recordable = can_record(loader.images.device)
        if recordable:
            self.warm_up(set(sizes), model, optimizer)
        self.runs: dict[tuple[int, ...], Callable[[torch.Tensor], Tensors]] = {
            group: self.record(group) if recordable else partial(self.take_steps, group)
            for group in dict.fromkeys(self.groups)
        }

    def __call__(self, bar: tqdm) -> Tensors:
        """Take an epoch's steps; return the batches' losses, and [images named rightly, images]."""
        losses, counts = [], []
        order = self.loader.order()
        for group, indices in zip(self.groups, order.split([*map(sum, self.groups)]), strict=True):
            some_losses, some_counts = self.runs[group](indices)
            losses.append(some_losses)
            counts.append(some_counts)
            bar.update(len(group))
        return torch.cat(losses), torch.stack(counts).sum(dim=0)

    def take_steps(self, sizes: Sequence[int], indices: torch.Tensor) -> Tensors:
        """Learn from the images at `indices`, in batches of these sizes."""
        images, labels = self.loader.batch(indices)  # at once, since small operations cost the most
        steps = [*map(self.step, images.split(sizes), labels.split(sizes))]
        losses, outputs = zip(*steps, strict=True)
        return torch.stack(losses), count(torch.cat(outputs), labels)

    def record(self, sizes: Sequence[int]) -> Callable[[torch.Tensor], Tensors]:
        """Record `take_steps` without taking them, and return what replays it."""
        inputs = torch.zeros(sum(sizes), dtype=torch.int64, device=self.loader.images.device)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            losses, counts = self.take_steps(sizes, inputs)

        def replay(indices: torch.Tensor) -> Tensors:
            inputs.copy_(indices)
            graph.replay()
            return losses.clone(), counts.clone()  # the next replay writes over them

        return replay

    def warm_up(self, sizes: set[int], model: nn.Module, optimizer: torch.optim.Optimizer) -> None:
        """Take steps for all that is done only the first time, and undo what they taught.

        cuBLAS takes its memory, cuDNN looks for its fastest kernels, torch.compile compiles and SGD
        makes its momentum, of which nothing may happen while a graph is recorded. From momentum 0
        SGD's next step is the same as its very first.
        """
        before = copy.deepcopy(model.state_dict())
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for size in sizes:
                indices = torch.arange(size, device=self.loader.images.device)
                for _ in range(self.WARM_UP_STEPS):
                    self.take_steps([size], indices)
        torch.cuda.current_stream().wait_stream(aside)
        model.load_state_dict(before)
        for state in optimizer.state.values():
            if state.get("momentum_buffer") is not None:
                state["momentum_buffer"].zero_()
        optimizer.zero_grad()


def can_record(device: torch.device) -> bool:
    """Whether steps on a device can be recorded as a CUDA graph."""
    return device.type == "cuda" and not distributed.joined()


def evaluate(model: nn.Module, test_loader: Loader, device: torch.device | str = "cpu") -> float:
    """Print and return the percentage of the loader's images that the model names rightly."""
    model.eval()
    counts = torch.zeros(2, dtype=torch.int64, device=device)
    with torch.no_grad(), progress_bar("Test", len(test_loader)) as bar:
        for inputs, labels in test_loader:
            inputs = inputs.to(device, non_blocking=True)
            labels = labels.to(device, non_blocking=True)
            counts += count(model(inputs), labels)
            bar.update()

    correct, total = distributed.add_up(counts).tolist()
    accuracy = 100 * correct / total
    say(f"Test Accuracy: {accuracy:.2f}%")
    return accuracy


def check_finite(losses: torch.Tensor, epoch: int) -> None:
    """Raise FloatingPointError where one of an epoch's losses is nan or infinite."""
    wrong = (~losses.isfinite()).nonzero()
    if len(wrong):
        batch = int(wrong[0])
        raise FloatingPointError(
            f"the loss is {losses[batch].item()} at epoch {epoch}, batch {batch + 1}; "
            "a smaller learning rate may help"
        )


def progress_bar(title: str, batches: int) -> tqdm:
    """Return a bar that counts batches: on a terminal only, and of several processes one's only."""
    hidden = None if distributed.is_first() else True
    return tqdm(desc=title, total=batches, leave=False, disable=hidden)


def say(line: str) -> None:
    """Print a line; of several processes only the first does."""
    if distributed.is_first():
        print(line, flush=True)
