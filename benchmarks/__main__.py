"""The command line: `python -m benchmarks` and its commands; `--help` lists them."""

from __future__ import annotations

import argparse
import importlib.util
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from tqdm import tqdm

from benchmarks import environment, peers, plot, readme, report, scaling
from benchmarks.against import NotComparable, print_changes, read_earlier, rows_of
from benchmarks.gpu import BUDGET, gpu_report, print_parts
from benchmarks.imports import import_times
from benchmarks.kernels import choose
from benchmarks.measure import FULL, QUICK, Plan, measure, planned_rounds
from benchmarks.processor import cpu_flags
from benchmarks.worker import REPOSITORY, Worker, WorkerError
from benchmarks.workloads import COMMANDS, WORKLOADS


class CannotMeasure(Exception):
    """What was asked for cannot be measured on this machine."""


class Parser(argparse.ArgumentParser):
    """A parser that reports a bad argument in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: error: {message}\n")


HELP = {
    "ops": "single layers and operations, forward and backward apart",
    "train": "training steps",
    "pipeline": "the chapter's epoch as users run it, and the import",
    "scaling": "time and memory as the batch, width, depth and image grow",
    "peers": "the same training steps in other libraries",
    "gpu": "tests, training and timings on an NVIDIA GPU, within eight minutes",
}

# What --only may name; None stands for ops, train and pipeline together.
NAMES: dict[str | None, tuple[str, ...]] = {
    None: tuple(WORKLOADS),
    "gpu": tuple(WORKLOADS),
    **{command: tuple(names) for command, names in COMMANDS.items()},
    "scaling": tuple(scaling.AXES),
    "peers": tuple(peers.NAMES),
}


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the options: command (None for ops, train and pipeline together) and its settings."""
    parser = Parser("python -m benchmarks", description="Time NumPy against PyTorch.")
    add_options(parser, NAMES[None])
    commands = parser.add_subparsers(dest="command", parser_class=Parser)
    for name, text in HELP.items():
        # Unless it is given again after the command, an option keeps the value it had before.
        command = commands.add_parser(name, argument_default=argparse.SUPPRESS, help=text)
        add_options(command, NAMES[name])
    commands.add_parser("readme", help="write the README's figures from benchmarks/results")
    options = parser.parse_args(arguments)
    for name in options.only or []:
        if options.command in NAMES and name not in NAMES[options.command]:
            parser.error(f"{options.command} has no {name}")
    return options


def add_options(parser: argparse.ArgumentParser, names: Sequence[str]) -> None:
    """Add the options that all commands take."""
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything as JSON")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw the result (.png, .svg)")
    parser.add_argument("--against", type=Path, metavar="FILE", help="say what changed since then")
    parser.add_argument("--quick", action="store_true", help="short blocks, to try it")
    parser.add_argument("--data", type=seen_from_here, metavar="DIR", help="where MNIST is")
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=names, help=", ".join(names))


def seen_from_here(folder: str) -> Path:
    """Return a folder's path from the repository, where the workers run.

    Relative, since it is reported: a result should not tell where its author keeps the checkout.
    """
    return Path(os.path.relpath(folder, REPOSITORY))


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what the arguments ask for and return the exit status.

    0; 1 where a row was refused; 2 where nothing can be measured; 130 after Ctrl-C.
    """
    options = parse(arguments)
    try:
        if options.command == "readme":
            readme.write()
            return 0
        return benchmark(options)
    except (OSError, CannotMeasure, NotComparable, plot.CannotDraw) as error:
        print(f"python -m benchmarks: error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def benchmark(options: argparse.Namespace) -> int:
    """Measure, write the JSON, print the result and what changed, and return the exit status."""
    if importlib.util.find_spec("torch") is None:
        raise CannotMeasure("PyTorch is not installed: python -m pip install torch torchvision")
    if options.json is not None:
        report.check_writable(options.json)
    if options.plot is not None:
        plot.check(options.plot)
    earlier = None if options.against is None else read_earlier(options.against, kind(options))

    result = MEASURES[kind(options)](options)
    if options.json is not None:
        report.write_json(options.json, result)
    PRINTS[kind(options)](result)
    if options.plot is not None:
        plot.draw(result, options.plot)
    if earlier is not None:
        print()
        print_changes(earlier, result)
    return int(any(row["refused"] for row in rows_of(result)))


def kind(options: argparse.Namespace) -> str:
    """Return the kind of result that a command gives."""
    return options.command if options.command in MEASURES else "table"


def print_table(result: dict[str, Any]) -> None:
    """Print where it was measured, what else was run, and the table."""
    report.print_environment(result)
    if result["kind"] == "gpu":
        print_parts(result)
    print()
    report.print_table(result)


def measure_table(options: argparse.Namespace) -> dict[str, Any]:
    """Time the workloads of a command in every contender, and return everything."""
    described = first_answers(options)
    choice = choose(cpu_flags(), environment.numpy_blas(), os.environ)
    libraries = [*choice.contenders, "torch", *(["cuda"] if described["torch"]["cuda"] else [])]
    names, plan = chosen(options)
    machine = environment.describe_machine()
    imports = import_times(plan.imports) if "mlp_epoch" in names else None
    with progress(names, libraries, plan) as bar:
        start = starter(options)
        rows = measure(
            names,
            libraries,
            plan,
            start,
            described=described,
            deadline=time.monotonic() + plan.limit_seconds,
            tick=bar.update,
        )
    result = report.as_json(rows, libraries, plan, machine, described, choice.reason)
    return result | {"imports": imports}


def measure_gpu(options: argparse.Namespace) -> dict[str, Any]:
    """Run all that a GPU is wanted for, and return it; it is also written after every part."""
    began = time.monotonic()
    described = first_answers(options)
    if not described["torch"]["cuda"]:
        raise CannotMeasure(f"PyTorch {described['torch']['version']} finds no CUDA device here")
    names, plan = chosen(options)

    def save(result: dict[str, Any]) -> None:
        if options.json is not None:
            report.write_json(options.json, result)

    with progress(names, ["numpy", "torch", "cuda"], plan) as bar:
        return gpu_report(
            "cuda",
            names,
            plan,
            starter(options),
            described=described,
            data=options.data,
            # Only to import PyTorch can take half a minute on a machine that never did.
            budget=BUDGET - (time.monotonic() - began),
            save=save,
            tick=bar.update,
        )


def first_answers(options: argparse.Namespace) -> dict[str, dict[str, Any]]:
    """Return what PyTorch says of itself, and which digits it found if they are needed.

    Raises:
        CannotMeasure: PyTorch cannot be imported, or there are no digits where the user said.
    """
    names, _ = chosen(options)
    with Worker("torch", options.data) as worker:
        try:
            answer = worker.ask({"do": "describe"})
            if any(WORKLOADS[name].epoch for name in names) or options.data is not None:
                answer |= worker.ask({"do": "digits"})
        except WorkerError as error:
            raise CannotMeasure(str(error)) from None
    return {"torch": answer}


def chosen(options: argparse.Namespace) -> tuple[list[str], Plan]:
    """Return the workloads and the plan that the options name."""
    return list(options.only or NAMES[options.command]), QUICK if options.quick else FULL


def starter(options: argparse.Namespace) -> partial[Worker]:
    """Return the function that starts a library's worker."""
    return partial(Worker, data=options.data)


def progress(names: Sequence[str], libraries: Sequence[str], plan: Plan) -> tqdm:
    """Return a bar, shown on a terminal only, that counts the blocks."""
    blocks = plan.launches * sum(planned_rounds(name, plan) for name in names) * len(libraries)
    return tqdm(total=blocks, unit="block", disable=None)


# Every kind of result: what measures it, and what prints it.
MEASURES: dict[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
    "table": measure_table,
    "gpu": measure_gpu,
    "scaling": scaling.run,
    "peers": peers.run,
}
PRINTS: dict[str, Callable[[dict[str, Any]], None]] = {
    "table": print_table,
    "gpu": print_table,
    "scaling": scaling.print_result,
    "peers": peers.print_result,
}


if __name__ == "__main__":
    # A plain `kill` would end Python without the clean-up that ends the workers.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main())
