"""The command line: `python -m reference train` and `python -m reference evaluate FILE`."""

from __future__ import annotations

import argparse
import math
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn


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

    parser = Parser(
        prog="python -m reference", description="Train on MNIST in PyTorch, and score a model."
    )
    commands = parser.add_subparsers(dest="command", required=True)

    training = commands.add_parser("train", help="train a network and score it on the test images")
    training.add_argument("--model", choices=("mlp", "cnn"), default="mlp", help="(default: mlp)")
    training.add_argument("--epochs", type=natural, default=5, help="(default: 5)")
    training.add_argument("--batch-size", type=positive, default=64, help="(default: 64)")
    training.add_argument("--lr", type=finite, default=0.01, help="learning rate (default: 0.01)")
    training.add_argument("--momentum", type=finite, default=0.9, help="(default: 0.9)")
    training.add_argument("--seed", type=seed, default=0, help="(default: 0)")
    training.add_argument("--download", action="store_true", help="fetch MNIST where it is missing")
    training.add_argument(
        "--save", type=Path, metavar="FILE", help="keep the trained model in FILE"
    )

    scoring = commands.add_parser("evaluate", help="score a saved model on the test images")
    scoring.add_argument("file", type=Path, metavar="FILE", help="what --save wrote")
    scoring.set_defaults(download=False)

    for command in (training, scoring):
        command.add_argument(
            "--data",
            metavar="DIR",
            help="folder with MNIST (default: ./data, else the sample in the package)",
        )
        command.add_argument(
            "--device",
            choices=("auto", "cpu", "cuda", "mps"),
            default="auto",
            help="where to compute (default: auto, a GPU where there is one)",
        )
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; 2 for bad input is raised as SystemExit."""
    arguments = make_parser().parse_args(argv)
    try:
        # PyTorch takes seconds to import. --help and a mistyped flag have been answered by now.
        from reference.commands import run_evaluate, run_train

        run = run_train if arguments.command == "train" else run_evaluate
        run(arguments)
    except FloatingPointError as error:
        print("error:", error, file=sys.stderr)
        return 1
    except ModuleNotFoundError as error:
        print(
            f"error: {error}; install it with python -m pip install -e '.[reference]'",
            file=sys.stderr,
        )
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever read our lines has gone, as `| head -1` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
