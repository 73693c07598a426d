"""The command line: `python -m benchmarks` and `python -m benchmarks gpu`."""

from __future__ import annotations

import argparse
import importlib.util
import os
import signal
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from tqdm import tqdm

from benchmarks import environment, report
from benchmarks.gpu import BUDGET, gpu_report, print_parts
from benchmarks.measure import FULL, QUICK, Plan, measure, planned_rounds
from benchmarks.worker import REPOSITORY, Worker, WorkerError
from benchmarks.workloads import WORKLOADS


class CannotMeasure(Exception):
    """What was asked for cannot be measured on this machine."""


class Parser(argparse.ArgumentParser):
    """A parser that reports a bad argument in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: error: {message}\n")


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the options: command (None or "gpu"), json, quick, only and data."""
    parser = Parser("python -m benchmarks", description="Time NumPy against PyTorch.")
    add_options(parser)
    # Unless it is given again after `gpu`, an option keeps the value that it had before it.
    gpu = parser.add_subparsers(dest="command", parser_class=Parser).add_parser(
        "gpu",
        argument_default=argparse.SUPPRESS,
        help="tests, training and timings on an NVIDIA GPU, within eight minutes",
    )
    add_options(gpu)
    return parser.parse_args(arguments)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that both commands take."""
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything as JSON")
    parser.add_argument("--quick", action="store_true", help="short blocks, to try it")
    parser.add_argument("--data", type=seen_from_here, metavar="DIR", help="where MNIST is")
    parser.add_argument(
        "--only", nargs="+", metavar="NAME", choices=WORKLOADS, help=", ".join(WORKLOADS)
    )


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
        if importlib.util.find_spec("torch") is None:
            raise CannotMeasure("PyTorch is not installed: python -m pip install torch torchvision")
        if options.json is not None:
            report.check_writable(options.json)
        if options.command == "gpu":
            result = benchmark_gpu(options)
        else:
            result = benchmark(options)
    except (OSError, CannotMeasure) as error:
        print(f"python -m benchmarks: error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return int(any(row["refused"] for row in result["rows"]))


def benchmark(options: argparse.Namespace) -> dict[str, Any]:
    """Measure, write the JSON, print the table and return all of it."""
    described = first_answers(options)
    libraries = ["numpy", "torch", *(["cuda"] if described["torch"]["cuda"] else [])]
    names, plan = chosen(options)
    machine = environment.describe_machine()
    with progress(names, libraries, plan) as bar:
        start = starter(options)
        rows = measure(names, libraries, plan, start, described=described, tick=bar.update)
    result = report.as_json(rows, libraries, plan, machine, described)
    if options.json is not None:
        report.write_json(options.json, result)
    report.print_environment(result)
    print()
    report.print_table(result)
    return result


def benchmark_gpu(options: argparse.Namespace) -> dict[str, Any]:
    """Run all that a GPU is wanted for, write the JSON, print it and return all of it."""
    began = time.monotonic()
    described = first_answers(options)
    if not described["torch"]["cuda"]:
        raise CannotMeasure(f"PyTorch {described['torch']['version']} finds no CUDA device here")
    names, plan = chosen(options)

    def save(result: dict[str, Any]) -> None:
        if options.json is not None:
            report.write_json(options.json, result)

    with progress(names, ["numpy", "torch", "cuda"], plan) as bar:
        result = gpu_report(
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
    report.print_environment(result)
    print_parts(result)
    print()
    report.print_table(result)
    return result


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
    return list(options.only or WORKLOADS), QUICK if options.quick else FULL


def starter(options: argparse.Namespace) -> partial[Worker]:
    """Return the function that starts a library's worker."""
    return partial(Worker, data=options.data)


def progress(names: Sequence[str], libraries: Sequence[str], plan: Plan) -> tqdm:
    """Return a bar, shown on a terminal only, that counts the blocks."""
    blocks = plan.launches * sum(planned_rounds(name, plan) for name in names) * len(libraries)
    return tqdm(total=blocks, unit="block", disable=None)


if __name__ == "__main__":
    # A plain `kill` would end Python without the clean-up that ends the workers.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main())
