"""The command line: `python -m minitorch_nn train`, `evaluate FILE` and `run SCRIPT`."""

from __future__ import annotations

import argparse
import math
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import minitorch_nn as torch
from minitorch_nn import nn, optim
from minitorch_nn.checkpoint import check_can_save, load_checkpoint, save_checkpoint
from minitorch_nn.run import run_script
from minitorch_nn.training import MODELS, chapter_transform, evaluate, train
from minitorch_nn.utils.data import DataLoader
from minitorch_nn.vision.datasets import Found, LabelledImages, find_mnist


class Parser(argparse.ArgumentParser):
    """A parser that complains in one line; the usage is for --help."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"error: {message}\n")


def number(kind: type, wanted: str, fits: Callable[[Any], bool]) -> Callable[[str], Any]:
    """Return a reader of numbers for argparse that refuses those which do not fit."""

    def read(text: str) -> Any:
        value = kind(text)
        if not fits(value):
            raise argparse.ArgumentTypeError(f"must be {wanted}, not {text}")
        return value

    read.__name__ = kind.__name__  # argparse says "invalid int value" with it
    return read


def make_parser() -> Parser:
    positive = number(int, "1 or more", lambda value: value >= 1)
    natural = number(int, "0 or more", lambda value: value >= 0)
    finite = number(float, "finite and 0 or more", lambda value: 0 <= value < math.inf)
    seed = number(int, "from -2**63 to 2**64 - 1", lambda value: -(2**63) <= value < 2**64)
    percentage = number(float, "from 0 to 100", lambda value: 0 <= value <= 100)

    parser = Parser(
        prog="python -m minitorch_nn",
        description="Train on MNIST in NumPy, score a model, run programs written for PyTorch.",
    )
    commands = parser.add_subparsers(dest="command", required=True)

    training = commands.add_parser("train", help="train a network and score it on the test images")
    training.add_argument("--model", choices=tuple(MODELS), default="mlp", help="(default: mlp)")
    training.add_argument("--epochs", type=natural, default=5, help="(default: 5)")
    training.add_argument("--batch-size", type=positive, default=64, help="(default: 64)")
    training.add_argument("--lr", type=finite, default=0.01, help="learning rate (default: 0.01)")
    training.add_argument("--momentum", type=finite, default=0.9, help="(default: 0.9)")
    training.add_argument("--seed", type=seed, default=0, help="(default: 0)")
    training.add_argument("--download", action="store_true", help="fetch MNIST where it is missing")
    training.add_argument(
        "--save", type=Path, metavar="FILE", help="keep the model in FILE, after each epoch anew"
    )
    training.add_argument(
        "--until",
        type=percentage,
        metavar="PERCENT",
        help="score after each epoch, and stop at this test accuracy",
    )
    training.add_argument("--time", action="store_true", help="print the seconds that it took")
    training.set_defaults(run=run_train)

    scoring = commands.add_parser("evaluate", help="score a saved model on the test images")
    scoring.add_argument("file", type=Path, metavar="FILE", help="what --save wrote")
    scoring.set_defaults(run=run_evaluate, download=False)

    for command in (training, scoring):
        command.add_argument(
            "--data",
            metavar="DIR",
            help="folder with MNIST (default: ./data, else the sample in the package)",
        )

    running = commands.add_parser("run", help="run a program written for PyTorch")
    running.add_argument("script", metavar="SCRIPT", help="where it says `import torch`")
    rest = running.add_argument(
        "arguments", nargs=argparse.REMAINDER, metavar="ARGS", help="its own"
    )
    rest.required = False  # else argparse before Python 3.12 would ask for it beside SCRIPT
    running.set_defaults(run=run_program)
    return parser


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turn what a bad file or folder raises into one line and exit status 2."""
    try:
        yield
    except (OSError, RuntimeError, ValueError) as error:
        message = str(error)
        if isinstance(error, OSError) and error.filename is not None:
            message = f"{error.filename}: {error.strerror}"
        print("error:", " ".join(message.split()), file=sys.stderr)
        raise SystemExit(2) from None


def run_train(arguments: argparse.Namespace) -> None:
    with one_line_errors():
        if arguments.save is not None:
            check_can_save(arguments.save)
        train_set, test_set = find_digits(arguments)

    torch.manual_seed(arguments.seed)
    model = MODELS[arguments.model]()
    train_loader = DataLoader(train_set, batch_size=arguments.batch_size, shuffle=True)
    test_loader = DataLoader(test_set, batch_size=arguments.batch_size, shuffle=False)
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.SGD(model.parameters(), lr=arguments.lr, momentum=arguments.momentum)

    def after_epoch() -> bool:
        """Save what was learned so far, and say whether it is enough."""
        save(arguments, model)
        return arguments.until is not None and evaluate(model, test_loader) >= arguments.until

    began = time.perf_counter()
    history = train(model, train_loader, criterion, optimizer, arguments.epochs, after_epoch)
    seconds = time.perf_counter() - began
    if arguments.until is None or not history:
        evaluate(model, test_loader)
    if not history:
        save(arguments, model)
    if arguments.time:
        each = ", ".join(f"{epoch.seconds:.3f}" for epoch in history)
        print(f"Time: {seconds:.3f} s, of which in each epoch: {each}")


def save(arguments: argparse.Namespace, model: nn.Module) -> None:
    """Write the model to where --save says."""
    if arguments.save is not None:
        with one_line_errors():
            save_checkpoint(arguments.save, arguments.model, model)


def run_evaluate(arguments: argparse.Namespace) -> None:
    with one_line_errors():
        model = load_checkpoint(arguments.file)
        _, test_set = find_digits(arguments)

    evaluate(model, DataLoader(test_set, batch_size=64, shuffle=False))


def run_program(arguments: argparse.Namespace) -> None:
    with one_line_errors():
        source = Path(arguments.script).read_bytes()
    run_script(arguments.script, source, arguments.arguments)


def find_digits(arguments: argparse.Namespace) -> tuple[LabelledImages, LabelledImages]:
    """Return the training and the test set, and print which they are."""
    try:
        found = find_mnist(arguments.data, arguments.download, chapter_transform())
    except RuntimeError as error:
        if arguments.data is not None or not arguments.download:
            raise
        print(f"{error}; the sample is used instead", file=sys.stderr)
        found = find_mnist(None, False, chapter_transform())
    check_digits(found)
    print(f"Data: {found.description}", flush=True)
    return found.train, found.test


def check_digits(found: Found) -> None:
    """Raise ValueError where IDX files hold something else than MNIST's kind of images."""
    for part in (found.train, found.test):
        shape = list(part.data.shape)
        if len(part) == 0:
            raise ValueError(f"{found.description}: there are no images in it")
        if shape[1:] != [28, 28]:
            raise ValueError(f"{found.description}: its images are {shape}, not [N, 28, 28]")
        if part.targets.max() > 9:
            raise ValueError(
                f"{found.description}: a label is {part.targets.max().item()}, not 0 to 9"
            )


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; 2 for bad input is raised as SystemExit."""
    arguments = make_parser().parse_args(argv)
    if arguments.command == "run":
        run_program(arguments)  # what it raises, and its exit status, are the program's own
        return 0
    try:
        arguments.run(arguments)
    except FloatingPointError as error:
        print("error:", error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever read our lines has gone, as `| head -1` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
