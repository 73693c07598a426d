"""The command line: `python -m reference train`, `evaluate FILE` and `compare`."""

from __future__ import annotations

import argparse
import math
import os
import re
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


def device_name(text: str) -> str:
    """Read the name of a device for argparse."""
    if re.fullmatch(r"auto|cpu|mps|cuda(:\d+)?", text):
        return text
    raise argparse.ArgumentTypeError(f"must be auto, cpu, mps, cuda or cuda:N, not {text}")


def make_parser() -> Parser:
    positive = number(int, "1 or more", lambda value: value >= 1)
    natural = number(int, "0 or more", lambda value: value >= 0)
    finite = number(float, "finite and 0 or more", lambda value: 0 <= value < math.inf)
    seed = number(int, "from -2**63 to 2**64 - 1", lambda value: -(2**63) <= value < 2**64)
    percentage = number(float, "from 0 to 100", lambda value: 0 <= value <= 100)

    parser = Parser(
        prog="python -m reference",
        description="Train on MNIST in PyTorch, score a model, and compare with minitorch_nn.",
    )
    commands = parser.add_subparsers(dest="command", required=True)

    training = commands.add_parser(
        "train",
        help="train a network and score it on the test images",
        epilog="On several GPUs: torchrun --nproc-per-node=N -m reference train. The N processes "
        "share each batch, so that neither --batch-size nor --lr changes with N.",
    )
    scoring = commands.add_parser("evaluate", help="score a saved model on the test images")
    comparing = commands.add_parser(
        "compare", help="train minitorch_nn and PyTorch side by side: how far do they lie apart?"
    )
    for learning in (training, comparing):
        learning.add_argument(
            "--model", choices=("mlp", "cnn"), default="mlp", help="(default: mlp)"
        )
        learning.add_argument("--batch-size", type=positive, default=64, help="(default: 64)")
        learning.add_argument(
            "--lr", type=finite, default=0.01, help="learning rate (default: 0.01)"
        )
        learning.add_argument("--momentum", type=finite, default=0.9, help="(default: 0.9)")
        learning.add_argument("--seed", type=seed, default=0, help="(default: 0)")
    for reading in (training, scoring, comparing):
        reading.add_argument(
            "--data",
            metavar="DIR",
            help="folder with MNIST (default: ./data, else the sample in the package)",
        )
    for computing in (training, scoring):
        computing.add_argument(
            "--device",
            type=device_name,
            default="auto",
            help="cpu, mps, cuda or cuda:N (default: auto, a GPU where there is one)",
        )

    training.add_argument("--epochs", type=natural, default=5, help="(default: 5)")
    training.add_argument("--download", action="store_true", help="fetch MNIST where it is missing")
    training.add_argument(
        "--save", type=Path, metavar="FILE", help="keep the model in FILE, after each epoch anew"
    )
    training.add_argument(
        "--pipeline",
        choices=("loader", "device"),
        default="loader",
        help="the chapter's DataLoader, or all images on the device, where CUDA graphs replay the "
        "steps (default: loader)",
    )
    training.add_argument(
        "--workers", type=natural, default=0, help="the loader's processes (default: 0)"
    )
    training.add_argument("--tf32", action="store_true", help="multiply in TF32 (NVIDIA GPUs)")
    training.add_argument("--bf16", action="store_true", help="multiply in bfloat16")
    training.add_argument("--compile", action="store_true", help="torch.compile the model")
    training.add_argument(
        "--deterministic", action="store_true", help="the same bits in every run on a machine"
    )
    training.add_argument(
        "--until",
        type=percentage,
        metavar="PERCENT",
        help="score after each epoch, and stop at this test accuracy",
    )
    training.add_argument("--time", action="store_true", help="print the seconds that it took")

    scoring.add_argument("file", type=Path, metavar="FILE", help="what --save wrote")
    scoring.set_defaults(download=False)

    comparing.add_argument(
        "--steps", type=positive, default=1000, help="(default: 1000; 100 will do for the cnn)"
    )
    comparing.add_argument("--plot", type=Path, metavar="FILE", help="draw it (PNG, SVG or PDF)")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; 2 for bad input is raised as SystemExit."""
    arguments = make_parser().parse_args(argv)
    try:
        # PyTorch takes seconds to import. --help and a mistyped flag have been answered by now.
        run = command(arguments.command)
    except ModuleNotFoundError as error:
        print(
            f"error: {error}; install it with python -m pip install -e '.[reference]'",
            file=sys.stderr,
        )
        return 2
    except (ImportError, OSError, RuntimeError) as error:
        print(
            "error:",
            " ".join(str(error).split()),
            "(install the two that belong together: python -m pip install --upgrade torch "
            "torchvision)",
            file=sys.stderr,
        )
        return 2
    try:
        run(arguments)
    except FloatingPointError as error:
        print("error:", error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever read our lines has gone, as `| head -1` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 0


def command(name: str) -> Callable[[argparse.Namespace], None]:
    """Import what a command needs, and return the function that runs it."""
    from reference.commands import one_line_errors, run_evaluate, run_train

    if name == "compare":
        # The one command that needs minitorch_nn; the others must do without.
        from reference.compare.command import run_compare

        return one_line_errors()(run_compare)
    return run_train if name == "train" else run_evaluate


if __name__ == "__main__":
    sys.exit(main())
