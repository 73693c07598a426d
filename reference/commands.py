"""What the two commands do, once their flags are read: train a network, score a saved one."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn, optim
from torch.utils.data import DataLoader, Dataset

from reference.checkpoint import check_can_save, load_checkpoint, save_checkpoint
from reference.data import chapter_transform, find_mnist
from reference.model import MODELS
from reference.train import evaluate, pick_device, train

__all__ = ["run_evaluate", "run_train"]


def run_train(arguments: argparse.Namespace) -> None:
    with one_line_errors():
        if arguments.save is not None:
            check_can_save(arguments.save)
        device = find_device(arguments)
        train_set, test_set = find_digits(arguments)

    torch.manual_seed(arguments.seed)
    model = MODELS[arguments.model]().to(device)
    train_loader = DataLoader(train_set, batch_size=arguments.batch_size, shuffle=True)
    test_loader = DataLoader(test_set, batch_size=arguments.batch_size, shuffle=False)
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.SGD(model.parameters(), lr=arguments.lr, momentum=arguments.momentum)

    train(model, train_loader, criterion, optimizer, arguments.epochs, device)
    evaluate(model, test_loader, device)
    if arguments.save is not None:
        with one_line_errors():
            save_checkpoint(arguments.save, arguments.model, model)


def run_evaluate(arguments: argparse.Namespace) -> None:
    with one_line_errors():
        model = load_checkpoint(arguments.file)
        device = find_device(arguments)
        _, test_set = find_digits(arguments)

    evaluate(model.to(device), DataLoader(test_set, batch_size=64, shuffle=False), device)


def find_device(arguments: argparse.Namespace) -> torch.device:
    """Return the device that was asked for, and print which it is."""
    device = pick_device(arguments.device)
    model = f" ({torch.cuda.get_device_name(device)})" if device.type == "cuda" else ""
    print(f"Device: {device}{model}", flush=True)
    return device


def find_digits(arguments: argparse.Namespace) -> tuple[Dataset, Dataset]:
    """Return the training and the test set, and print which they are."""
    try:
        found = find_mnist(arguments.data, arguments.download, chapter_transform())
    except RuntimeError as error:
        if arguments.data is not None or not arguments.download:
            raise
        print(f"{error}; the sample is used instead", file=sys.stderr)
        found = find_mnist(None, False, chapter_transform())
    train_set, test_set, description = found
    print(f"Data: {description}", flush=True)
    return train_set, test_set


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turn what a bad file, folder or device raises into one line and exit status 2."""
    try:
        yield
    except (OSError, RuntimeError, ValueError) as error:
        message = str(error)
        if isinstance(error, OSError) and error.filename is not None:
            message = f"{error.filename}: {error.strerror}"
        print("error:", " ".join(message.split()), file=sys.stderr)
        raise SystemExit(2) from None
