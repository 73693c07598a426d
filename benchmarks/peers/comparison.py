"""Measure the same training step in all libraries that are here, and say who is missing."""

from __future__ import annotations

import argparse
import importlib.util
import os
import time
from collections.abc import Sequence
from typing import Any

from tqdm import tqdm

from benchmarks import environment, report
from benchmarks.kernels import choose
from benchmarks.measure import BASELINE, FULL, QUICK, measure, planned_rounds
from benchmarks.peers.contenders import CONTENDERS, NETWORKS, PEERS, start
from benchmarks.workloads import LIBRARIES

__all__ = ["NAMES", "missing_peers", "print_result", "run", "title"]

# What --only may name.
NAMES = tuple(NETWORKS)

# What a peer has no step of, and why.
WITHOUT = {("autograd", "cnn_step"): "it has no convolution made for training"}


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Measure the steps that `options.only` names, all of them by default, and return the result.

    It is the table's JSON (`report.as_json`) with `missing`, by peer, and in each row `without`:
    who has no such step and why.
    """
    names = [name for name in NAMES if name in (options.only or NAMES)]
    plan = QUICK if options.quick else FULL
    machine = environment.describe_machine()
    choice = choose(set(machine["cpu"]["flags"]), environment.numpy_blas(), os.environ)
    missing = missing_peers()
    taking_part = {
        name: [BASELINE, *choice.contenders, *contenders(name, missing, choice.contenders)]
        for name in names
    }
    described: dict[str, dict[str, Any]] = {}
    rows = []
    blocks = sum(planned_rounds(name, plan) * len(taking_part[name]) for name in names)
    with tqdm(total=plan.launches * blocks, unit="block", disable=None) as bar:
        for name in names:
            rows += measure(
                [name],
                taking_part[name],
                plan,
                start,
                described=described,
                deadline=time.monotonic() + plan.limit_seconds,
                tick=bar.update,
            )
    result = report.as_json(rows, list(described), plan, machine, described, choice.reason)
    for row in result["rows"]:
        # Who has no such step is not short of blocks of it.
        row["short"] = {name: n for name, n in row["short"].items() if name in row["compared"]}
        row["without"] = {peer: why for (peer, name), why in WITHOUT.items() if name == row["name"]}
    return result | {"kind": "peers", "missing": missing}


def missing_peers() -> dict[str, str]:
    """Return the peers that are not installed, each with the remedy."""
    return {
        name: f'{peer.title} is not installed: python -m pip install -e ".[peers]"'
        for name, peer in PEERS.items()
        if peer.package is not None and importlib.util.find_spec(peer.package) is None
    }


def contenders(name: str, missing: dict[str, str], numpys: Sequence[str]) -> list[str]:
    """Return the contenders of a step: every peer that has it, on each of NumPy's kernels."""
    able = [peer for peer in PEERS if peer not in missing and (peer, name) not in WITHOUT]
    suffixes = [numpy.removeprefix("numpy") for numpy in numpys]
    return [
        peer + suffix for peer in able for suffix in (suffixes if PEERS[peer].on_numpy else [""])
    ]


def title(library: str) -> str:
    """Return what a contender is called in print: in the other tables "NumPy" is minitorch_nn."""
    if library in CONTENDERS:
        return CONTENDERS[library].title
    return LIBRARIES[library].title.replace("NumPy", "minitorch_nn").replace(" AVX", ", AVX")


def print_result(result: dict[str, Any]) -> None:
    """Print a table for each step, the fastest first, and everything that was left out."""
    print_environment(result)
    print()
    for row in result["rows"]:
        print(f"{row['title']}, batch 64")
        for library in sorted(row["seconds"], key=lambda name: row["seconds"][name]["median"]):
            print(f"  {title(library):<32} {line(row, library)}")
        for library, reason in row["refused"].items():
            print(f"  {title(library):<32} refused: {reason}")
        for peer, reason in row["without"].items():
            print(f"  {PEERS[peer].title:<32} none: {reason}")
        print_wrong_types(row)
        print()
    for reason in result["missing"].values():
        print(f"Missing: {reason}")
    print("The first three losses of all that are timed agree with PyTorch's to five digits.")
    report.print_notes(result)


def print_environment(result: dict[str, Any]) -> None:
    """Print where it was measured, as for the table, and the versions of the peers in one line."""
    libraries = result["environment"]["libraries"]
    known = {name: facts for name, facts in libraries.items() if name in LIBRARIES}
    report.print_environment(
        result
        | {
            "environment": result["environment"] | {"libraries": known},
            "plan": result["plan"] | {"libraries": list(known)},
        }
    )
    versions = {
        f"{facts['module']} {facts['version']}": None
        for name, facts in libraries.items()
        if name not in known and facts.get("version")
    }
    print(f"{'Peers':<13} {', '.join(versions) or 'none is installed'}")


def line(row: dict[str, Any], library: str) -> str:
    """Return a contender's median time and its ratio to PyTorch, with quartiles."""
    text = f"{report.format_seconds(row['seconds'][library]['median']):>8}"
    if ratio := row["ratios"].get(library):
        text += f"  {ratio['median']:5.2f}  ({ratio['q1']:.2f} to {ratio['q3']:.2f})"
    return text


def print_wrong_types(row: dict[str, Any]) -> None:
    """Say which gradients were not float32, and so more or less work than the others'."""
    for library, gradients in row["gradients"].items():
        others = {dtype for dtype in gradients.values() if dtype not in (None, "float32")}
        if others:
            print(f"  {title(library)} computes gradients in {', '.join(sorted(others))}")
