"""What the commands do, once their flags are read: train a network, score a saved one."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, NoReturn

import torch
from torch import nn, optim
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, DistributedSampler, RandomSampler, Subset

from reference import distributed
from reference.checkpoint import check_can_save, load_checkpoint, save_checkpoint
from reference.data import DeviceLoader, chapter_transform, find_mnist
from reference.device import check_bf16, pick_device, set_up
from reference.model import MODELS
from reference.train import Loader, evaluate, say, train

__all__ = ["one_line_errors", "run_evaluate", "run_train"]

# Images that are scored at a time where all of them lie on the device.
SCORED_AT_ONCE = 1000


def run_train(arguments: argparse.Namespace) -> None:
    with one_line_errors():
        if arguments.save is not None and distributed.is_first():
            check_can_save(arguments.save)
        distributed.share(arguments.batch_size)
        device = distributed.own_device(pick_device(arguments.device))
        set_up(device, tf32=arguments.tf32, deterministic=arguments.deterministic)
        if arguments.bf16:
            check_bf16(device)
        distributed.join(device)
        announce(device)
        if distributed.launched():
            part = distributed.share(arguments.batch_size)
            images = f"{part} of {arguments.batch_size} images"
            say(f"Processes: {distributed.world_size()}, with {images} each")
        # Nobody need wait for files that are not fetched.
        with distributed.machine_by_machine() if arguments.download else nullcontext():
            train_set, test_set = find_digits(arguments)

    torch.manual_seed(arguments.seed)
    with one_line_errors(of="each process"):
        model = place(MODELS[arguments.model](), device)
        loaders = make_loaders(arguments, train_set, test_set, device)
    if arguments.compile:
        model.compile()  # in place, so that its state_dict keeps its names
    train_and_score(arguments, model, *loaders, device)
    distributed.leave()


def train_and_score(
    arguments: argparse.Namespace,
    model: nn.Module,
    train_loader: Loader,
    test_loader: Loader,
    device: torch.device,
) -> None:
    """Do what `train` is for, once all that the flags ask for is there."""
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.SGD(model.parameters(), lr=arguments.lr, momentum=arguments.momentum)
    epochs_saved = 0

    def after_epoch() -> bool:
        """Save what was learned so far, and say whether it is enough."""
        nonlocal epochs_saved
        save(arguments, model)
        epochs_saved += 1
        return (
            arguments.until is not None and evaluate(model, test_loader, device) >= arguments.until
        )

    began = time.perf_counter()
    try:
        history = train(
            DistributedDataParallel(model) if distributed.launched() else model,
            train_loader,
            criterion,
            optimizer,
            arguments.epochs,
            device,
            bf16=arguments.bf16,
            after_epoch=after_epoch,
        )
        seconds = time.perf_counter() - began
        if arguments.until is None or not history:
            evaluate(model, test_loader, device)
    except FloatingPointError:
        if distributed.is_first():
            raise
        raise SystemExit(1) from None  # every process has found it, and one says so
    except RuntimeError as error:
        explain(error, arguments, epochs_saved)
        raise
    if not history:
        save(arguments, model)
    if arguments.time:
        each = ", ".join(f"{epoch.seconds:.3f}" for epoch in history)
        say(f"Time: {seconds:.3f} s, of which in each epoch: {each}")


def run_evaluate(arguments: argparse.Namespace) -> None:
    with one_line_errors():
        distributed.need_one_process("evaluate")
        model = load_checkpoint(arguments.file)
        device = pick_device(arguments.device)
        set_up(device, tf32=False, deterministic=False)
        announce(device)
        _, test_set = find_digits(arguments)

    evaluate(place(model, device), DataLoader(test_set, batch_size=64, shuffle=False), device)


def place(model: nn.Module, device: torch.device) -> nn.Module:
    """Return the model on a device, in the order that the device likes best."""
    if device.type == "cuda":
        # Tensor cores want a pixel's channels side by side. Weights of linear layers stay.
        return model.to(device, memory_format=torch.channels_last)
    return model.to(device)


def announce(device: torch.device) -> None:
    """Print which device computes."""
    name = f" ({torch.cuda.get_device_name(device)})" if device.type == "cuda" else ""
    say(f"Device: {device}{name}")


def find_digits(arguments: argparse.Namespace) -> tuple[Any, Any]:
    """Return the training and the test set, and print which they are."""
    # Of several processes on a machine the first fetches the files, and the others find them there.
    download = arguments.download and distributed.is_first_on_its_machine()
    try:
        found = find_mnist(arguments.data, download, chapter_transform())
    except RuntimeError as error:
        # Several machines must all train on the same digits, or on none.
        if arguments.data is not None or not download or distributed.launched():
            raise
        print(f"{error}; the sample is used instead", file=sys.stderr)
        found = find_mnist(None, False, chapter_transform())
    train_set, test_set, description = found
    say(f"Data: {description}")
    return train_set, test_set


def make_loaders(
    arguments: argparse.Namespace, train_set: Any, test_set: Any, device: torch.device
) -> tuple[Loader, Loader]:
    """Return what gives batches to train from, in a new order each epoch, and to score.

    Each of several processes is given its own part of the images.
    """
    batch_size = distributed.share(arguments.batch_size)
    sampler: RandomSampler | DistributedSampler = RandomSampler(train_set)
    if distributed.launched():
        # It adds the epoch's number to the seed, for which there must be room.
        sampler = DistributedSampler(train_set, seed=arguments.seed % 2**63)
    own_tests = range(distributed.rank(), len(test_set), distributed.world_size())

    if arguments.pipeline == "device":
        return (
            DeviceLoader(train_set, batch_size, sampler, device),
            DeviceLoader(test_set, SCORED_AT_ONCE, own_tests, device),
        )
    settings: dict[str, Any] = {
        "batch_size": batch_size,
        "num_workers": arguments.workers,
        "pin_memory": device.type == "cuda",
    }
    return (
        DataLoader(train_set, sampler=sampler, **settings),
        DataLoader(Subset(test_set, own_tests), shuffle=False, **settings),
    )


def save(arguments: argparse.Namespace, model: nn.Module) -> None:
    """Write the model to where --save says; one of several processes does."""
    if arguments.save is not None and distributed.is_first():
        with one_line_errors():
            save_checkpoint(arguments.save, arguments.model, model)


@contextmanager
def one_line_errors(of: str = "a machine") -> Iterator[None]:
    """Turn what a bad file, folder or device raises into one line and exit status 2.

    What is wrong with a machine its first process says for all; `of="each process"` is for what
    may be wrong with one only.
    """
    try:
        yield
    except BrokenPipeError:  # nothing is wrong but that nobody reads on
        raise
    except (ImportError, OSError, RuntimeError, ValueError) as error:
        message = str(error)
        if isinstance(error, OSError) and error.filename is not None:
            message = f"{error.filename}: {error.strerror}"
        if of == "each process" or distributed.is_first_on_its_machine():
            fail(message)
        raise SystemExit(2) from None


def explain(error: RuntimeError, arguments: argparse.Namespace, epochs_saved: int) -> None:
    """End with one line if an error in training is of a kind that users can do something about."""
    if distributed.connection_was_lost(error):
        kept = "nothing was saved"
        if arguments.save is not None and epochs_saved:
            kept = f"{arguments.save} was last saved after epoch {epochs_saved}"
        fail(
            f"process {distributed.rank()} has lost another one, which must have ended, and the "
            f"job ends with it; {kept} ({error})",
            status=1,
        )
    if isinstance(error, torch.OutOfMemoryError):
        fail(f"{error}; a smaller --batch-size takes less memory")
    if "deterministic implementation" in str(error):
        fail(f"{error}; leave --deterministic out")
    if type(error).__module__.startswith(("torch._dynamo", "torch._inductor")):
        fail(f"torch.compile does not work here; leave --compile out ({error})")


def fail(message: str, status: int = 2) -> NoReturn:
    print("error:", " ".join(message.split()), file=sys.stderr)
    raise SystemExit(status) from None
