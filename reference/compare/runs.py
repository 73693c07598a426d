"""Train minitorch_nn and PyTorch side by side, and measure how far apart they come to lie.

Each library does everything by itself: it seeds its generator, draws its first weights, shuffles
and transforms its digits, computes its loss and gradients and takes its steps. That both begin with
the same numbers and see the same batches is checked, bit by bit. What then sets them apart is the
order in which they add: every operation rounds, and in another order it rounds otherwise.

How much is that? The yardstick is PyTorch beside itself. A *twin* is PyTorch again, on the same
batches, whose every first weight was moved to the next number up or down, as a coin decides. One
twin would not do: now and then a rounding puts a sum on the other side of a ReLU's zero, and from
there two runs differ visibly. So there are several, and how many of them jump is counted.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain, islice, repeat
from typing import Any, NamedTuple

import numpy as np
import torch
from tqdm import tqdm

__all__ = ["Comparison", "Course", "Kink", "Plan", "Reading", "Side", "Trail"]
__all__ += ["KINDS", "compare", "distance", "table_steps"]

Array = np.ndarray[Any, Any]

DTYPES = (np.dtype("float32"), np.dtype("float64"))
KINDS = ("weights", "gradients")
IN_THE_TABLE = (1, 10, 100, 1000)
IN_THE_PLOT = 40  # steps, about, at equal distances on a logarithmic axis
TWINS = {"mlp": 8, "cnn": 2}  # a step of the CNN takes PyTorch a hundred times longer


# ---- what is compared, and what comes of it


class Side(NamedTuple):
    """One library with its half of the project, under the same names on both sides."""

    name: str
    library: Any
    models: Mapping[str, Any]
    loader: Any
    digits: Any  # the training set


class Plan(NamedTuple):
    """What is trained, and for how long."""

    model: str = "mlp"
    steps: int = 1000
    batch_size: int = 64
    lr: float = 0.01
    momentum: float = 0.9
    seed: int = 0


class Reading(NamedTuple):
    """How far a run lies from PyTorch's after a step: a distance for each parameter's name.

    The gradients are those of the step, the weights those that it left behind.
    """

    step: int
    loss: float
    loss_in_pytorch: float
    weights: dict[str, float]
    gradients: dict[str, float]

    def worst(self, kind: str) -> float:
        """The largest distance of "weights" or "gradients"."""
        distances: dict[str, float] = getattr(self, kind)
        return max(distances.values())


class Kink(NamedTuple):
    """The first time that a sum lay on the other side of a ReLU's zero than PyTorch's."""

    step: int
    layer: str
    here: float
    in_pytorch: float


@dataclass
class Trail:
    """What one run, minitorch_nn's or a twin's, left behind."""

    readings: list[Reading] = field(default_factory=list)
    kink: Kink | None = None

    def farthest(self, kind: str, until: int) -> float:
        """The largest distance of "weights" or "gradients" up to a step."""
        return max(reading.worst(kind) for reading in self.readings if reading.step <= until)


@dataclass
class Course:
    """All runs of one dtype. Each has a reading for each of the same steps."""

    dtype: np.dtype[Any]
    ours: Trail
    twins: list[Trail]

    @property
    def roundoff(self) -> float:
        """The largest relative error of one rounding: half the gap from 1 to the next number."""
        return float(np.finfo(self.dtype).eps) / 2

    @property
    def calm(self) -> int:
        """The last step measured before any run met a kink, else the last of all."""
        steps = [reading.step for reading in self.ours.readings]
        kinks = [trail.kink.step for trail in (self.ours, *self.twins) if trail.kink is not None]
        return max([step for step in steps if step < min(kinks, default=math.inf)] or steps)

    def farthest_twin(self, kind: str) -> float:
        return max(twin.farthest(kind, self.calm) for twin in self.twins)

    @property
    def times_farther(self) -> float:
        """How far minitorch_nn came to lie from PyTorch, in units of the farthest twin's distance.

        Up to the last calm step, and of the weights or the gradients, whichever is more. After a
        kink the distance says which runs met it, no more how each of them rounds.
        """
        return max(
            self.ours.farthest(kind, self.calm) / max(self.farthest_twin(kind), self.roundoff)
            for kind in KINDS
        )


@dataclass
class Comparison:
    """What `compare` found."""

    plan: Plan
    sizes: dict[str, int]  # of the parameters
    images: int  # how many were compared, in all batches together
    courses: list[Course]


# ---- comparing


def distance(a: Array, b: Array) -> float:
    """Return max|a - b| / max|b|: 0 for equal arrays, infinity where only b is all zero."""
    apart, scale = float(np.abs(a - b).max()), float(np.abs(b).max())
    if apart == 0:
        return 0.0
    return apart / scale if scale else math.inf


class Start(NamedTuple):
    """A side and its freshly drawn model, which stays as it is: each run trains a copy."""

    side: Side
    model: Any


class Run:
    """A model that is being trained, written once for both libraries."""

    def __init__(self, library: Any, model: Any, plan: Plan) -> None:
        self.model = model
        self.criterion = library.nn.CrossEntropyLoss()
        self.optimizer = library.optim.SGD(model.parameters(), lr=plan.lr, momentum=plan.momentum)
        self.loss = math.nan
        self.sums: dict[str, Array] = {}  # what the ReLUs were given
        layers = [(name, m) for name, m in model.named_children() if list(m.parameters())]
        for name, layer in layers[:-1]:  # after the last layer there is no ReLU
            layer.register_forward_hook(self.remember_as(name))

    def remember_as(self, name: str) -> Any:
        def hook(layer: Any, inputs: Any, output: Any) -> None:
            self.sums[name] = output.detach().numpy()

        return hook

    def learn(self, images: Any, labels: Any) -> None:
        self.optimizer.zero_grad()
        loss = self.criterion(self.model(images), labels)
        loss.backward()
        self.optimizer.step()
        self.loss = loss.item()

    def weights(self) -> dict[str, Array]:
        return weights_of(self.model)

    def gradients(self) -> dict[str, Array]:
        return {name: p.grad.numpy() for name, p in self.model.named_parameters()}


def weights_of(model: Any) -> dict[str, Array]:
    return {name: p.detach().numpy() for name, p in model.named_parameters()}


class Race:
    """The runs of one dtype: PyTorch's, minitorch_nn's beside it, and the twins."""

    def __init__(self, dtype: np.dtype[Any], ours: Start, theirs: Start, plan: Plan) -> None:
        self.double = dtype == np.float64
        self.pytorch = self.enter(theirs, plan)
        twins = [self.enter(theirs, plan) for _ in range(TWINS[plan.model])]
        for seed, twin in enumerate(twins):
            nudge(twin.model, torch.Generator().manual_seed(seed))
        self.runs = [self.enter(ours, plan), *twins]
        self.trails = [Trail() for _ in self.runs]
        self.course = Course(dtype, self.trails[0], self.trails[1:])

    def enter(self, start: Start, plan: Plan) -> Run:
        model = copy.deepcopy(start.model)
        return Run(start.side.library, model.double() if self.double else model, plan)

    def step(self, number: int, our_batch: Any, their_batch: Any, wanted: bool) -> None:
        """Let all runs learn from a batch. If `wanted`, or at our first kink, read distances."""
        batches = chain([their_batch, our_batch], repeat(their_batch))
        for run, (images, labels) in zip([self.pytorch, *self.runs], batches, strict=False):
            run.learn(images.double() if self.double else images, labels)
            if not math.isfinite(run.loss):
                raise FloatingPointError(
                    f"the loss is {run.loss} at step {number}; a smaller learning rate may help"
                )
        for run, trail in zip(self.runs, self.trails, strict=True):
            trail.kink = trail.kink or first_kink(number, run, self.pytorch)
        kink = self.course.ours.kink
        if wanted or (kink is not None and kink.step == number):
            for run, trail in zip(self.runs, self.trails, strict=True):
                trail.readings.append(read(number, run, self.pytorch))


def nudge(model: torch.nn.Module, generator: torch.Generator) -> None:
    """Move every weight to the next number of its dtype, up or down as a coin decides."""
    with torch.no_grad():
        for parameter in model.parameters():
            up = torch.rand(parameter.shape, generator=generator) < 0.5
            toward = torch.where(up, math.inf, -math.inf).to(parameter.dtype)
            parameter.copy_(torch.nextafter(parameter, toward))


def read(step: int, run: Run, pytorch: Run) -> Reading:
    here, there = (run.weights(), run.gradients()), (pytorch.weights(), pytorch.gradients())
    weights, gradients = (
        {name: distance(a[name], b[name]) for name in b} for a, b in zip(here, there, strict=True)
    )
    return Reading(step, run.loss, pytorch.loss, weights, gradients)


def first_kink(step: int, run: Run, pytorch: Run) -> Kink | None:
    """Return a ReLU that lets a number through in only one of the two runs, None without one."""
    for layer, there in pytorch.sums.items():
        here = run.sums[layer]
        places = np.argwhere((here > 0) != (there > 0))
        if len(places):
            place = tuple(places[0])
            return Kink(step, layer, float(here[place]), float(there[place]))
    return None


def compare(plan: Plan, ours: Side, theirs: Side) -> Comparison:
    """Train both sides as planned, in float32 and in float64, and measure how far they lie apart.

    Raises:
        ValueError: the first weights or a batch differ in the two libraries.
        FloatingPointError: a loss is nan or infinite.
    """
    starts, batches = [], []
    for side in (ours, theirs):
        side.library.manual_seed(plan.seed)
        starts.append(Start(side, side.models[plan.model]()))
        loader = side.loader(side.digits, batch_size=plan.batch_size, shuffle=True)
        batches.append(chain.from_iterable(repeat(loader)))  # one epoch after the other
    first = [weights_of(start.model) for start in starts]
    names = f"{ours.name} and {theirs.name}"
    check_alike(names, "the first weights", first[0], first[1])

    races = [Race(dtype, starts[0], starts[1], plan) for dtype in DTYPES]
    wanted = {*table_steps(plan.steps), *np.geomspace(1, plan.steps, IN_THE_PLOT).round()}
    images = 0
    pairs = tqdm(
        islice(zip(*batches, strict=True), plan.steps),
        "Compare",
        total=plan.steps,
        unit="step",
        leave=False,
        disable=None,  # shown on a terminal only
    )
    for number, pair in enumerate(pairs, start=1):
        arrays = [{"images": x.numpy(), "labels": y.numpy()} for x, y in pair]
        check_alike(names, f"batch {number}", arrays[0], arrays[1])
        images += len(arrays[1]["labels"])
        for race in races:
            race.step(number, pair[0], pair[1], wanted=number in wanted)
    sizes = {name: array.size for name, array in first[1].items()}
    return Comparison(plan, sizes, images, [race.course for race in races])


def check_alike(libraries: str, what: str, a: Mapping[str, Array], b: Mapping[str, Array]) -> None:
    """Raise ValueError unless two mappings hold arrays that are identical, bit by bit."""
    for name in {**a, **b}:
        here, there = a.get(name), b.get(name)
        if here is not None and there is not None and same_bits(here, there):
            continue
        raise ValueError(
            f"{libraries} differ in {what}, {name}; only from the same beginning and on the same "
            "batches does it mean something how far apart they come to lie"
        )


def same_bits(a: Array, b: Array) -> bool:
    return a.shape == b.shape and a.tobytes() == b.tobytes()


def table_steps(steps: int) -> list[int]:
    """Return the steps to show: 1, 10, 100 and 1000 as far as the run goes, and its last."""
    return sorted({*(step for step in IN_THE_TABLE if step <= steps), steps})
