"""Print what was compared, how far the libraries came to lie apart, and how to read that."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

import numpy as np
import torch
from threadpoolctl import threadpool_info

import minitorch_nn as mini
from reference.compare.runs import KINDS, Comparison, Course, Reading, Trail, table_steps

__all__ = ["print_page"]


def print_page(comparison: Comparison, digits: str) -> None:
    """Print what was compared, a table for each dtype, and how to read them."""
    plan, courses = comparison.plan, comparison.courses
    print(f"minitorch_nn beside PyTorch: the same training twice, {plan.steps:,} steps on the CPU")
    print()
    versions = f"minitorch_nn {mini.version.package}, PyTorch {torch.__version__}"
    print(f"  libraries  {versions}, NumPy {np.__version__}{its_blas()}")
    print(f"  data       {digits}")
    print(
        f"  training   {plan.model}, batches of {plan.batch_size}, SGD with lr {plan.lr:g} ", end=""
    )
    print(f"and momentum {plan.momentum:g}, seed {plan.seed}")
    numbers, tensors = sum(comparison.sizes.values()), len(comparison.sizes)
    print(f"  checked    the {numbers:,} first weights in {tensors} tensors: the same, bit for bit")
    print(f"  checked    the {plan.steps:,} batches, {comparison.images:,} images: ", end="")
    print("the same, bit for bit")
    print()
    print("How far apart: max|a - b| / max|b|, with a from minitorch_nn and b from PyTorch.")
    for course in courses:
        print()
        print_table(course, table_steps(plan.steps))
    print()
    print("How to read it")
    for paragraph in (explain_rounding(courses), explain_twins(courses)):
        print_paragraph(paragraph)
    for course in courses:
        text = f"{course.dtype}: {verdict(course)} {explain_kinks(course)}"
        if course.ours.kink is not None and course is not courses[-1]:
            text += f" {second_opinion(course, courses[-1])}"
        print_paragraph(text)
    if plan.model == "cnn":
        print_paragraph(
            "Max pooling has kinks of its own, where the two largest numbers of a window are a "
            "rounding apart. They set runs apart too, and are not looked for here."
        )


def its_blas() -> str:
    """Name the kernels that multiply NumPy's matrices, since others round otherwise."""
    for pool in threadpool_info():
        if pool["internal_api"] == "openblas":
            return f" ({pool['architecture']} kernels)"
    return ""


def print_paragraph(text: str) -> None:
    print(textwrap.fill(text, 88, initial_indent="- ", subsequent_indent="  "))


def print_table(course: Course, steps: list[int]) -> None:
    """Print a row for each parameter's weights and gradients, a column for each step."""

    def shown(trail: Trail) -> list[Reading]:
        return [reading for reading in trail.readings if reading.step in steps]

    def row(name: str, cells: Iterable[str]) -> None:
        print(f"{name:<27}", *(f"{cell:>11}" for cell in cells))

    ours = shown(course.ours)
    twins = list(zip(*(shown(twin) for twin in course.twins), strict=True))
    row(f"{course.dtype}", (f"step {step:,}" for step in steps))
    row("  loss in PyTorch", (f"{reading.loss_in_pytorch:.6f}" for reading in ours))
    row("  loss in minitorch_nn", (f"{reading.loss:.6f}" for reading in ours))
    for kind in KINDS:
        print(f"  {kind} apart")
        for name in ours[0].weights:
            row(f"    {name}", (short(getattr(reading, kind)[name]) for reading in ours))
        for word, choose in (("nearest", min), ("farthest", max)):
            worst = ([reading.worst(kind) for reading in readings] for readings in twins)
            row(f"    PyTorch's {word} twin", (short(choose(values)) for values in worst))


def short(value: float) -> str:
    return f"{value:.1e}" if value else "0"


def explain_rounding(courses: list[Course]) -> str:
    roundoffs = " and ".join(f"{course.roundoff:.1e} in {course.dtype}" for course in courses)
    return (
        "A distance of 1e-07 means: the same to about seven digits; 0 means bit for bit. A "
        f"computer rounds every result, by up to {roundoffs} of it (the unit roundoff). The two "
        "libraries add in different orders, so they round differently, at every step."
    )


def explain_twins(courses: list[Course]) -> str:
    return (
        f"PyTorch's {len(courses[0].twins)} twins show how far PyTorch drifts from itself. A twin "
        "is PyTorch again on the same batches, with every first weight moved to the very next "
        "number up or down, as a coin decides. Its row shows the layer that is worst."
    )


def verdict(course: Course) -> str:
    """Say whether minitorch_nn is farther from PyTorch than PyTorch is from itself."""
    farther = course.times_farther
    if farther <= 1:
        claim = "minitorch_nn is no farther from PyTorch than PyTorch is from itself."
    else:
        claim = (
            f"minitorch_nn is up to {farther:.2g} times as far from PyTorch as PyTorch's farthest "
            "twin, which still rounds in PyTorch's own way."
        )
    figures = " and ".join(
        f"{kind} {short(course.ours.farthest(kind, course.calm))} apart "
        f"(twins: {short(course.farthest_twin(kind))})"
        for kind in KINDS
    )
    until = f"up to step {course.calm:,}"
    if course.calm < course.ours.readings[-1].step:
        until += " (the last one measured before a ReLU set any two runs apart)"
    return f"{claim} At worst, {until}: {figures}."


def explain_kinks(course: Course) -> str:
    """Say where a rounding put a sum on the other side of a ReLU's zero."""
    kink, count = course.ours.kink, len(course.twins)
    jumped = [twin.kink.step for twin in course.twins if twin.kink is not None]
    if kink is not None:
        others = f"Of the {count} twins {len(jumped)} met such a kink as well"
        when = f", the first at step {min(jumped):,}" if jumped else ""
        return (
            f"At step {kink.step:,} a sum in {kink.layer} was {kink.here:+.1e} in minitorch_nn and "
            f"{kink.in_pytorch:+.1e} in PyTorch: a rounding apart, but ReLU is 0 on one side of "
            f"zero and not on the other, and so the two trainings part. {others}{when}."
        )
    if jumped:
        return (
            f"In {len(jumped)} of the {count} twins, first at step {min(jumped):,}, a rounding put "
            "a sum on the other side of a ReLU's zero, and a visible difference grew from that; "
            "in minitorch_nn none did."
        )
    return "No rounding put a sum on the other side of a ReLU's zero, here or in a twin."


def second_opinion(course: Course, finer: Course) -> str:
    """Say whose last loss is nearer to that of a finer dtype, after a kink has set two apart."""
    last, judge = course.ours.readings[-1], finer.ours.readings[-1].loss_in_pytorch
    nearer = abs(last.loss - judge) <= abs(last.loss_in_pytorch - judge)
    return (
        f"At the last step {finer.dtype} is nearer to "
        f"{'minitorch_nn' if nearer else 'PyTorch'}: its loss is {judge:.6f}."
    )
