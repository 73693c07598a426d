"""optim.lr_scheduler: the very rates that PyTorch gives, floating-point number by number."""

from __future__ import annotations

import copy
import io
import math
import pickle
import warnings
from collections.abc import Callable
from typing import Any

import pytest
import torch as pytorch

import minitorch_nn
from tests.programs import both, said, warned
from tests.versions import OTHER_SCHEDULES

STEPS = 200
Make = Callable[[Any, Any], Any]  # (lr_scheduler module, optimizer) -> schedule


class Halving:
    """A factor that remembers something, and so is part of the state."""

    def __init__(self, every: int) -> None:
        self.every = every

    def __call__(self, epoch: float) -> float:
        return 0.5 ** (epoch // self.every)


SCHEDULES: dict[str, Make] = {
    "LambdaLR": lambda s, o: s.LambdaLR(o, lambda epoch: 0.95**epoch),
    "LambdaLR, one each": lambda s, o: s.LambdaLR(o, [lambda e: e // 30, lambda e: 0.95**e]),
    "LambdaLR, an object": lambda s, o: s.LambdaLR(o, Halving(7)),
    "MultiplicativeLR": lambda s, o: s.MultiplicativeLR(o, lambda epoch: 0.97),
    "MultiplicativeLR, one each": lambda s, o: s.MultiplicativeLR(
        o, (lambda e: 1 / (1 + e), Halving(50))
    ),
    "StepLR": lambda s, o: s.StepLR(o, 30),
    "StepLR, gamma": lambda s, o: s.StepLR(o, step_size=7, gamma=0.9),
    "MultiStepLR": lambda s, o: s.MultiStepLR(o, [30, 80]),
    "MultiStepLR, twice at once": lambda s, o: s.MultiStepLR(o, [5, 9, 9, 100], gamma=0.3),
    "MultiStepLR, out of order": lambda s, o: s.MultiStepLR(o, (90, 5, 0), gamma=0.3),
    "ConstantLR": lambda s, o: s.ConstantLR(o),
    "ConstantLR, long": lambda s, o: s.ConstantLR(o, factor=0.3, total_iters=77),
    "LinearLR": lambda s, o: s.LinearLR(o),
    "LinearLR, down": lambda s, o: s.LinearLR(o, 1.0, 0.05, total_iters=150),
    "LinearLR, warm up": lambda s, o: s.LinearLR(o, start_factor=1e-3, total_iters=20),
    "ExponentialLR": lambda s, o: s.ExponentialLR(o, 0.95),
    "ExponentialLR, growing": lambda s, o: s.ExponentialLR(o, gamma=1.01),
    "PolynomialLR": lambda s, o: s.PolynomialLR(o),
    "PolynomialLR, power": lambda s, o: s.PolynomialLR(o, total_iters=150, power=0.9),
    "CosineAnnealingLR": lambda s, o: s.CosineAnnealingLR(o, T_max=200),
    "CosineAnnealingLR, up again": lambda s, o: s.CosineAnnealingLR(o, 23, eta_min=1e-3),
    "CosineAnnealingWarmRestarts": lambda s, o: s.CosineAnnealingWarmRestarts(o, 20),
    "CosineAnnealingWarmRestarts, longer": lambda s, o: s.CosineAnnealingWarmRestarts(
        o, T_0=5, T_mult=2, eta_min=1e-4
    ),
    "CyclicLR": lambda s, o: s.CyclicLR(o, 0.01, 0.1, step_size_up=15),
    "CyclicLR, triangular2": lambda s, o: s.CyclicLR(
        o, [0.01, 0.02], [0.1, 0.3], 10, 25, mode="triangular2", base_momentum=0.7
    ),
    "CyclicLR, exp_range": lambda s, o: s.CyclicLR(
        o, 0.01, 0.1, 20, mode="exp_range", gamma=0.99, cycle_momentum=False
    ),
    "CyclicLR, a function of the cycle": lambda s, o: s.CyclicLR(
        o, 0.01, 0.1, 20, scale_fn=lambda x: 1 / (5**x)
    ),
    "CyclicLR, an object, of the step": lambda s, o: s.CyclicLR(
        o, 0.01, 0.1, 20, scale_fn=Halving(9), scale_mode="iterations"
    ),
    "OneCycleLR": lambda s, o: s.OneCycleLR(o, 0.1, total_steps=STEPS),
    "OneCycleLR, three phases": lambda s, o: s.OneCycleLR(
        o, [0.1, 0.5], epochs=20, steps_per_epoch=10, three_phase=True
    ),
    "OneCycleLR, lines": lambda s, o: s.OneCycleLR(
        o, 0.1, STEPS, pct_start=0.15, anneal_strategy="linear", div_factor=10, final_div_factor=50
    ),
    "OneCycleLR, the momentum stays": lambda s, o: s.OneCycleLR(
        o, 0.1, STEPS, cycle_momentum=False
    ),
    "SequentialLR": lambda s, o: s.SequentialLR(
        o, [s.LinearLR(o, 0.1, total_iters=10), s.CosineAnnealingLR(o, 190)], milestones=[10]
    ),
    "SequentialLR, three": lambda s, o: s.SequentialLR(
        o,
        [s.ConstantLR(o, 0.1, total_iters=20), s.ExponentialLR(o, 0.9), s.StepLR(o, 9, 0.5)],
        [20, 60],
    ),
    "SequentialLR, of restarts": lambda s, o: s.SequentialLR(
        o, [s.PolynomialLR(o, 30), s.CosineAnnealingWarmRestarts(o, 15)], [30]
    ),
    "SequentialLR, of sequences": lambda s, o: s.SequentialLR(
        o,
        [
            s.SequentialLR(o, [s.ConstantLR(o), s.ExponentialLR(o, 0.9)], [5]),
            s.MultiStepLR(o, [3, 30]),
        ],
        [50],
    ),
    "ChainedScheduler": lambda s, o: s.ChainedScheduler(
        [s.ConstantLR(o, 0.1, total_iters=20), s.ExponentialLR(o, 0.97)], optimizer=o
    ),
    "ChainedScheduler, of three": lambda s, o: s.ChainedScheduler(
        [s.LinearLR(o), s.MultiplicativeLR(o, lambda e: 0.99), s.StepLR(o, 50)]
    ),
}
PLATEAUS: dict[str, Make] = {
    "ReduceLROnPlateau": lambda s, o: s.ReduceLROnPlateau(o),
    "ReduceLROnPlateau, max": lambda s, o: s.ReduceLROnPlateau(o, "max", patience=2, cooldown=4),
    "ReduceLROnPlateau, abs": lambda s, o: s.ReduceLROnPlateau(
        o, factor=0.5, patience=3, threshold=0.05, threshold_mode="abs", min_lr=[1e-3, 1e-2]
    ),
    "ReduceLROnPlateau, max, abs": lambda s, o: s.ReduceLROnPlateau(
        o, "max", 0.7, 0, threshold=0.2, threshold_mode="abs", min_lr=1e-3, eps=1e-3
    ),
}
SCHEDULES |= PLATEAUS
OPTIMIZERS = {
    "SGD": lambda torch, groups: torch.optim.SGD(groups, lr=0.1, momentum=0.9),
    "Adam": lambda torch, groups: torch.optim.Adam(groups, lr=0.1),
    "tensor": lambda torch, groups: torch.optim.SGD(groups, lr=torch.tensor(0.1), momentum=0.9),
}


class Schedule:
    """One of SCHEDULES in one library, on an optimizer of two groups."""

    def __init__(self, torch: Any, name: str, optimizer: str = "SGD") -> None:
        a, b = torch.nn.Parameter(torch.ones(2)), torch.nn.Parameter(torch.ones(2))
        lr = torch.tensor(0.5) if optimizer == "tensor" else 0.5
        groups = [{"params": [a]}, {"params": [b], "lr": lr}]
        self.name = name
        self.optimizer = OPTIMIZERS[optimizer](torch, groups)
        with warnings.catch_warnings():  # sequences in sequences warn, before any step
            warnings.simplefilter("ignore")
            self.schedule = SCHEDULES[name](torch.optim.lr_scheduler, self.optimizer)

    def step(self) -> None:
        self.optimizer.step()
        if self.name in PLATEAUS:  # a loss that falls more and more slowly, with bumps
            t = self.schedule.last_epoch
            self.schedule.step(1 / (1 + t) + 0.1 * math.sin(t))
        else:
            self.schedule.step()

    def rates(self, steps: int) -> list[Any]:
        """Every setting that changes, in every group, now and after each step."""
        seen = [self.settings()]
        for _ in range(steps):
            self.step()
            seen.append(self.settings())
        return seen

    def settings(self) -> list[Any]:
        last = [float(rate) for rate in self.schedule.get_last_lr()]
        groups = [
            (float(g["lr"]), g.get("momentum"), g.get("betas")) for g in self.optimizer.param_groups
        ]
        return [last, groups]


def pair(name: str, optimizer: str = "SGD") -> tuple[Schedule, Schedule]:
    return Schedule(minitorch_nn, name, optimizer), Schedule(pytorch, name, optimizer)


each = pytest.mark.parametrize("name", SCHEDULES)
ALONE = [n for n in SCHEDULES if not n.startswith(("ReduceLR", "SequentialLR", "ChainedSchedul"))]


@each
@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
def test_the_rates_are_pytorch_s_to_the_last_bit(name: str, optimizer: str) -> None:
    mine, theirs = pair(name, optimizer)
    rates = theirs.rates(STEPS - 1)
    assert mine.rates(STEPS - 1) == rates
    assert len({str(rate) for rate in rates}) > 1


@OTHER_SCHEDULES.mark
@each
def test_rates_that_are_tensors_stay_the_same_objects(name: str) -> None:
    mine, theirs = pair(name, "tensor")
    tensors = [group["lr"] for group in mine.optimizer.param_groups]
    # Their float32 arithmetic rounds at every operation: PyTorch's fused kernels now and then less.
    for ours, other in zip(mine.rates(50), theirs.rates(50), strict=True):
        assert ours[0] == pytest.approx(other[0], rel=1e-6, abs=1e-9)
    for group, tensor in zip(mine.optimizer.param_groups, tensors, strict=True):
        assert group["lr"] is tensor
    for rate, tensor in zip(mine.schedule.get_last_lr(), tensors, strict=True):
        assert rate is not tensor


@OTHER_SCHEDULES.mark
@each
def test_a_state_goes_over_to_the_other_library_and_goes_on_there(name: str) -> None:
    mine, theirs = pair(name)
    assert mine.rates(37) == theirs.rates(37)
    states = mine.schedule.state_dict(), theirs.schedule.state_dict()
    assert list(states[0]) == list(states[1])
    assert states[0] == states[1]
    into_theirs, into_mine = Schedule(pytorch, name), Schedule(minitorch_nn, name)
    move(mine, into_theirs)
    move(theirs, into_mine)
    rest = theirs.rates(100)
    assert mine.rates(100) == into_theirs.rates(100) == into_mine.rates(100) == rest


def move(source: Schedule, target: Schedule) -> None:
    """As a program does that saves a checkpoint in one library and loads it in the other."""
    libraries = {True: minitorch_nn, False: pytorch}
    ours = isinstance(source.optimizer, minitorch_nn.optim.Optimizer)
    file = io.BytesIO()
    libraries[ours].save((source.optimizer.state_dict(), source.schedule.state_dict()), file)
    file.seek(0)
    optimizer, schedule = libraries[not ours].load(file)
    target.optimizer.load_state_dict(optimizer)
    target.schedule.load_state_dict(schedule)


@pytest.mark.parametrize("name", ALONE)
def test_step_to_an_epoch_uses_the_closed_form(name: str) -> None:
    seen = []
    for run in pair(name):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            rates = []
            for epoch in (1, 30, 31, 5, 100):
                run.schedule.step(epoch)
                rates.append((run.schedule.last_epoch, run.settings()))
        seen.append((rates, [str(w.message) for w in caught]))
    assert seen[0] == seen[1]


RESUMED: dict[str, Make] = {
    "LambdaLR": lambda s, o: s.LambdaLR(o, lambda e: 0.9**e, last_epoch=10),
    "MultiplicativeLR": lambda s, o: s.MultiplicativeLR(o, lambda e: 0.9, last_epoch=10),
    "StepLR": lambda s, o: s.StepLR(o, 5, last_epoch=10),
    "MultiStepLR": lambda s, o: s.MultiStepLR(o, [3, 15], last_epoch=10),
    "ConstantLR": lambda s, o: s.ConstantLR(o, total_iters=20, last_epoch=10),
    "LinearLR": lambda s, o: s.LinearLR(o, total_iters=20, last_epoch=10),
    "ExponentialLR": lambda s, o: s.ExponentialLR(o, 0.9, last_epoch=10),
    "PolynomialLR": lambda s, o: s.PolynomialLR(o, 30, last_epoch=10),
    "CosineAnnealingLR": lambda s, o: s.CosineAnnealingLR(o, 30, last_epoch=10),
    "WarmRestarts": lambda s, o: s.CosineAnnealingWarmRestarts(o, 30, last_epoch=10),
    "CyclicLR": lambda s, o: s.CyclicLR(o, 0.01, 0.1, 15, last_epoch=10),
    "OneCycleLR": lambda s, o: s.OneCycleLR(o, 0.1, STEPS, last_epoch=10),
}


@OTHER_SCHEDULES.mark
@pytest.mark.parametrize("name", RESUMED)
def test_a_schedule_can_begin_in_the_middle(name: str) -> None:
    def resumed(torch: Any) -> Any:
        run = Schedule(torch, "OneCycleLR")  # leaves "initial_lr" and its like in the groups
        run.rates(11)
        run.schedule = RESUMED[name](torch.optim.lr_scheduler, run.optimizer)
        return run.rates(60)

    assert resumed(minitorch_nn) == resumed(pytorch)


# ---- programs


def make(torch: Any, lr: Any = 0.1, **options: Any) -> Any:
    return torch.optim.SGD([torch.nn.Parameter(torch.ones(2))], lr=lr, **options)


@OTHER_SCHEDULES.mark
@both
def test_the_schedule_takes_the_rate_as_it_finds_it(torch):
    optimizer = make(torch)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.5)
    rates = []
    for epoch in range(8):
        optimizer.step()
        scheduler.step()
        if epoch == 3:
            for g in optimizer.param_groups:
                g["lr"] *= 10
        rates.append((optimizer.param_groups[0]["lr"], scheduler.get_last_lr()))
    return rates, repr(optimizer), scheduler.state_dict(), scheduler.last_epoch


@both
def test_the_first_step_must_come_after_the_optimizer_s(torch):
    optimizer = make(torch)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9)
    first = warned(scheduler.step)
    scheduler.step()
    other = make(torch)
    other.step()
    late = torch.optim.lr_scheduler.ExponentialLR(other, 0.9)
    return first, warned(late.step)


@both
def test_two_schedules_on_one_optimizer_both_see_its_step(torch):
    optimizer = make(torch)
    schedulers = [torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9) for _ in range(2)]
    optimizer.step()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for scheduler in schedulers:
            scheduler.step()
    return optimizer.param_groups[0]["lr"]


@both
def test_a_step_that_was_replaced_is_warned_of(torch):
    optimizer = make(torch)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9)
    optimizer.step = lambda: None
    seen = warned(scheduler.step)
    other = make(torch)
    other.step = other.step  # before there is a schedule it may be anything
    scheduler = torch.optim.lr_scheduler.ExponentialLR(other, 0.9)
    other.step()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scheduler.step()
    return seen


@both
def test_schedules_can_be_copied_and_pickled(torch):
    optimizer = make(torch, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 10)
    seen = []
    for pair in (
        copy.deepcopy((optimizer, scheduler)),
        pickle.loads(pickle.dumps((optimizer, scheduler))),
    ):
        pair[0].step()
        seen.append((warned(pair[1].step), pair[1].get_last_lr(), pair[1].optimizer is pair[0]))
        pair[1].step()
    return seen, scheduler.get_last_lr()


@both
def test_get_lr_is_not_for_users(torch):
    scheduler = torch.optim.lr_scheduler.ExponentialLR(make(torch), 0.9)
    return warned(scheduler.get_lr), scheduler.get_last_lr()


@OTHER_SCHEDULES.mark
@both
def test_schedules_of_one_s_own(torch):
    class Sawtooth(torch.optim.lr_scheduler.LRScheduler):
        def __init__(self, optimizer, period, last_epoch=-1):
            self.period = period
            super().__init__(optimizer, last_epoch)

        def get_lr(self):
            left = 1 - self.last_epoch % self.period / self.period
            return [base * left for base in self.base_lrs]

    class Old(torch.optim.lr_scheduler._LRScheduler):
        def get_lr(self):
            return [group["lr"] / 2 for group in self.optimizer.param_groups]

    rates = []
    for cls, arguments in ((Sawtooth, (4,)), (Old, ())):
        optimizer = make(torch)
        scheduler = cls(optimizer, *arguments)
        for _ in range(9):
            optimizer.step()
            scheduler.step()
            rates.append(scheduler.get_last_lr())
    return rates, scheduler.state_dict()


@both
def test_warm_restarts_may_be_stepped_by_fractions(torch):
    optimizer = make(torch)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(optimizer, 3, 2, 0.01)
    rates = []
    for epoch in range(12):
        for i in range(4):
            optimizer.step()
            scheduler.step(epoch + i / 4)
            rates.append((optimizer.param_groups[0]["lr"], scheduler.last_epoch, scheduler.T_i))
    return rates, said(ValueError, lambda: scheduler.step(-1))


@both
def test_one_cycle_ends(torch):
    optimizer = make(torch, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=5)
    for _ in range(5):
        optimizer.step()
        scheduler.step()
    return said(ValueError, scheduler.step), optimizer.param_groups[0]["momentum"]


@both
def test_a_plateau_takes_tensors_and_new_groups(torch):
    optimizer = make(torch)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=0, min_lr=[0.01])
    scheduler.step(torch.tensor(1.0))
    optimizer.add_param_group({"params": [torch.nn.Parameter(torch.ones(1))]})
    refused = said(RuntimeError, lambda: scheduler.step(torch.tensor(2.0)))
    scheduler.min_lrs = [0.01, 0.0]
    scheduler.step(2.0)
    return refused, scheduler.get_last_lr(), scheduler.best, scheduler.in_cooldown


@OTHER_SCHEDULES.mark
@both
def test_loading_leaves_the_given_state_as_it_was(torch):
    optimizer = make(torch, momentum=0.9)
    s = torch.optim.lr_scheduler
    seen = []
    for scheduler in (
        s.LambdaLR(optimizer, Halving(2)),
        s.SequentialLR(optimizer, [s.StepLR(optimizer, 2), s.ConstantLR(optimizer)], [1]),
        s.MultiplicativeLR(optimizer, lambda e: 0.5),
    ):
        state = scheduler.state_dict()
        before = copy.deepcopy(state)
        scheduler.load_state_dict(state)
        seen.append((state == before, sorted(state)))
    return seen


@both
def test_an_object_s_attributes_are_saved_and_a_function_is_not(torch):
    optimizer = make(torch)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, Halving(2))
    state = scheduler.state_dict()
    state["lr_lambdas"] = [{"every": 5}]
    scheduler.load_state_dict(state)
    plain = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: 1.0)
    return scheduler.lr_lambdas[0].every, plain.state_dict()["lr_lambdas"]


@OTHER_SCHEDULES.mark
@both
def test_what_cannot_be_scheduled_is_refused(torch):
    s, optimizer, other = torch.optim.lr_scheduler, make(torch), make(torch)
    step = s.StepLR(optimizer, 3)
    plateau = s.ReduceLROnPlateau(optimizer)
    no_momentum = torch.optim.Adagrad([torch.nn.Parameter(torch.ones(2))])
    one_cycle = lambda **options: lambda: s.OneCycleLR(optimizer, 0.1, **options)  # noqa: E731
    restarts = lambda *options: lambda: s.CosineAnnealingWarmRestarts(optimizer, *options)  # noqa: E731
    return [
        said(TypeError, lambda: s.StepLR(torch.nn.Linear(1, 1), 3)),
        said(TypeError, lambda: s.ReduceLROnPlateau(3)),
        said(TypeError, lambda: s.OneCycleLR(None, 0.1, 5)),
        said(TypeError, lambda: s.CyclicLR("sgd", 0.1, 0.2)),
        said(KeyError, lambda: s.StepLR(make(torch), 3, last_epoch=5)),
        said(ValueError, lambda: s.LambdaLR(optimizer, [abs, abs])),
        said(ValueError, lambda: s.MultiplicativeLR(optimizer, (abs, abs))),
        said(TypeError, lambda: s.MultiplicativeLR(optimizer, 0.5)),
        said(TypeError, lambda: s.StepLR(optimizer)),
        said(ValueError, lambda: s.ConstantLR(optimizer, factor=1.5)),
        said(ValueError, lambda: s.ConstantLR(optimizer, factor=-1)),
        said(ValueError, lambda: s.LinearLR(optimizer, start_factor=0)),
        said(ValueError, lambda: s.LinearLR(optimizer, start_factor=1.5)),
        said(ValueError, lambda: s.LinearLR(optimizer, end_factor=1.5)),
        said(ValueError, lambda: s.CyclicLR(optimizer, 0.1, [0.2, 0.3])),
        said(ValueError, lambda: s.CyclicLR(optimizer, [0.1, 0.1], 0.2)),
        said(ValueError, lambda: s.CyclicLR(optimizer, 0.1, 0.2, mode="square")),
        said(ValueError, lambda: s.CyclicLR(no_momentum, 0.1, 0.2)),
        said(ValueError, lambda: s.CyclicLR(optimizer, 0.1, 0.2, base_momentum=[0.1, 0.2])),
        said(ValueError, one_cycle()),
        said(ValueError, one_cycle(epochs=3)),
        said(ValueError, one_cycle(total_steps=0)),
        said(ValueError, one_cycle(total_steps=2.5)),
        said(ValueError, one_cycle(epochs=0, steps_per_epoch=2)),
        said(ValueError, one_cycle(epochs=2, steps_per_epoch=-2)),
        said(ValueError, one_cycle(total_steps=5, pct_start=2.0)),
        said(ValueError, one_cycle(total_steps=5, pct_start=1)),
        said(ValueError, one_cycle(total_steps=5, anneal_strategy="exp")),
        said(ValueError, lambda: s.OneCycleLR(no_momentum, 0.1, 5)),
        said(ValueError, lambda: s.OneCycleLR(optimizer, [0.1, 0.2], 5)),
        said(ValueError, restarts(0)),
        said(ValueError, restarts(2.5)),
        said(ValueError, restarts(2, 0)),
        said(ValueError, restarts(2, 1, "low")),
        said(ValueError, lambda: s.ReduceLROnPlateau(optimizer, factor=1.0)),
        said(ValueError, lambda: s.ReduceLROnPlateau(optimizer, mode="low")),
        said(ValueError, lambda: s.ReduceLROnPlateau(optimizer, threshold_mode="low")),
        said(ValueError, lambda: s.ReduceLROnPlateau(optimizer, min_lr=[1, 2])),
        said(TypeError, plateau.step),
        said(ValueError, lambda: s.SequentialLR(optimizer, [], [])),
        said(ValueError, lambda: s.SequentialLR(optimizer, [step], [3])),
        said(ValueError, lambda: s.SequentialLR(optimizer, [step, plateau], [3])),
        said(TypeError, lambda: s.SequentialLR(optimizer, [3], [])),
        said(ValueError, lambda: s.SequentialLR(other, [step], [])),
        said(ValueError, lambda: s.ChainedScheduler([])),
        said(ValueError, lambda: s.ChainedScheduler([step, plateau])),
        said(ValueError, lambda: s.ChainedScheduler([step], other)),
        said(NotImplementedError, lambda: s.LRScheduler(optimizer)),
    ]


@both
def test_all_of_pytorch_s_schedules_are_there(torch):
    return sorted(name for name in torch.optim.lr_scheduler.__all__ if not name.startswith("_"))
