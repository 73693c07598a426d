"""The optimizers beside SGD, in programs; test_optim_db.py has every rule under its settings."""

from __future__ import annotations

import copy
import io
import math
import pickle
from importlib import import_module

import pytest
import torch as pytorch

import minitorch_nn
from tests.programs import both, said, warned
from tests.versions import ADDED_TO_ADAGRAD, ASGD_SETTINGS, PLAIN_ADAM, TENSOR_SETTINGS

INF, NAN = math.inf, math.nan
NAMES = sorted(
    name for name in minitorch_nn.optim.__all__ if name[0].isupper() and name != "Optimizer"
)
each = pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=PLAIN_ADAM.mark) if n in ("Adam", "AdamW") else n for n in NAMES],
)


def made(torch, name, params, **options):
    return getattr(torch.optim, name)(params, **options)


def parameter(torch, *values, dtype="float64"):
    return torch.nn.Parameter(torch.tensor(values, dtype=getattr(torch, dtype)))


def train(torch, m, optimizer, steps):
    x = torch.linspace(-1, 1, 24, dtype=torch.float64).view(8, 3)
    y = torch.tensor([0, 1, 1, 0, 1, 0, 0, 1])
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(m(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def network(torch):
    torch.manual_seed(0)
    nn = torch.nn
    return nn.Sequential(nn.Linear(3, 6), nn.Tanh(), nn.Linear(6, 2)).double()


@each
@both
def test_a_network_trains_alike(torch, name):
    m = network(torch)
    optimizer = made(torch, name, m.parameters())
    return train(torch, m, optimizer, 30), m.state_dict(), optimizer.state_dict()


@each
@both
def test_it_prints_its_settings(torch, name):
    groups = [{"params": [parameter(torch, 1.0)]}, {"params": parameter(torch, 2.0), "lr": 0.5}]
    optimizer = made(torch, name, groups, maximize=True)
    cls = getattr(torch.optim, name)
    return repr(optimizer), cls.__name__, [c.__name__ for c in cls.__mro__ if c.__name__ in NAMES]


@each
@both
def test_groups_have_settings_of_their_own_and_may_be_changed(torch, name):
    ADDED_TO_ADAGRAD.skip_if(name == "Adagrad")
    a, b, c = (parameter(torch, 1.0, -2.0) for _ in range(3))
    optimizer = made(torch, name, [{"params": [a]}, {"params": [b], "lr": 0.5}])
    optimizer.add_param_group({"params": c, "maximize": True})
    for step in range(6):
        for p in (a, b, c):
            p.grad = torch.tensor([0.5, -1.0 / (1 + step)], dtype=torch.float64)
        if step == 3:
            for g in optimizer.param_groups:
                g["lr"] *= 0.5
        optimizer.step()
    return a, b, c, optimizer.state_dict(), repr(optimizer)


@each
@both
def test_none_is_skipped_and_zero_is_not(torch, name):
    a, b, c = (parameter(torch, 1.0, -2.0) for _ in range(3))
    optimizer = made(torch, name, [a, b, c])
    for _ in range(3):
        b.grad = torch.zeros(2, dtype=torch.float64)
        c.grad = torch.tensor([0.1, 0.2], dtype=torch.float64)
        optimizer.step()
    c.grad = None
    optimizer.step()
    return a, b, c, len(optimizer.state.get(a, ())), optimizer.state[c]


@each
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@both
def test_gradients_that_are_not_finite_do_to_each_number_what_they_do_in_pytorch(
    torch, name, dtype
):
    p = parameter(torch, 1.0, 2.0, 3.0, 4.0, 5.0, dtype=dtype)
    optimizer = made(torch, name, [p])
    seen = []
    for grad in ([INF, -INF, NAN, 1e-40, 0.0], [1.0, 1.0, 1.0, -1e-40, 0.0]):
        p.grad = torch.tensor(grad, dtype=p.dtype)
        optimizer.step()
        seen.append((p.detach().clone(), copy.deepcopy(optimizer.state_dict()["state"])))
    return seen


@each
@both
def test_the_state_is_of_the_parameter_s_type_and_the_count_float32(torch, name):
    seen = []
    for dtype in (torch.float16, torch.float32, torch.float64):
        p = torch.nn.Parameter(torch.ones(3, 2, dtype=dtype))
        p.grad = torch.full((3, 2), 0.5, dtype=dtype)
        optimizer = made(torch, name, [p])
        optimizer.step()
        state = optimizer.state[p]
        kinds = [(k, v.dtype, list(v.shape), v.requires_grad, v.is_leaf) for k, v in state.items()]
        seen.append((p.dtype, kinds))
    return seen


@each
@both
def test_with_float64_as_the_default_type_the_count_is_float64(torch, name):
    torch.set_default_dtype(torch.float64)
    try:
        p = torch.nn.Parameter(torch.ones(2))
        p.grad = torch.ones(2)
        optimizer = made(torch, name, [p])
        optimizer.step()
        return p, optimizer.state_dict()
    finally:
        torch.set_default_dtype(torch.float32)


@each
@both
def test_a_step_is_in_place_and_leaves_the_gradient_alone(torch, name):
    p = torch.nn.Parameter(torch.arange(6.0).view(2, 3).t())
    view, grad = p.detach(), torch.ones(3, 2)
    p.grad = grad
    optimizer = made(torch, name, [p])
    optimizer.step()
    optimizer.step()
    return view, p.grad is grad, grad, p._version > 0, p.is_leaf, p.requires_grad, p.stride()


@each
@both
def test_a_closure_runs_with_gradients_even_under_no_grad(torch, name):
    p = parameter(torch, 2.0, -3.0)
    optimizer = made(torch, name, [p])

    def closure():
        optimizer.zero_grad()
        loss = (p * p).sum()
        loss.backward()
        return loss

    with torch.no_grad():
        loss = optimizer.step(closure)
    return loss, p, p.grad, optimizer.step()


@each
@both
def test_it_can_be_copied_pickled_and_saved(torch, name):
    m = network(torch)
    optimizer = made(torch, name, m.parameters())
    train(torch, m, optimizer, 3)
    file = io.BytesIO()
    torch.save({"model": m.state_dict(), "optimizer": optimizer.state_dict()}, file)
    twins = copy.deepcopy((m, optimizer)), pickle.loads(pickle.dumps((m, optimizer)))
    fresh = network(torch)
    restored = made(torch, name, fresh.parameters(), lr=9.0)
    file.seek(0)
    checkpoint = torch.load(file)
    fresh.load_state_dict(checkpoint["model"])
    restored.load_state_dict(checkpoint["optimizer"])
    runs = [train(torch, *pair, 3) for pair in [(m, optimizer), (fresh, restored), *twins]]
    return runs, repr(restored) == repr(optimizer)


@each
@both
def test_a_state_with_a_plain_number_as_the_count_goes_on(torch, name):
    p = parameter(torch, 1.0, -2.0)
    optimizer = made(torch, name, [p])
    for _ in range(2):
        p.grad = torch.tensor([0.3, 0.4], dtype=torch.float64)
        optimizer.step()
    state = optimizer.state_dict()
    for values in state["state"].values():
        if "step" in values:
            values["step"] = int(values["step"])
    optimizer.load_state_dict(state)
    optimizer.step()
    return p, optimizer.state_dict()


@each
@both
def test_what_needs_a_gpu_is_refused_when_it_steps(torch, name):
    if name in ("Adagrad", "SGD"):
        p = parameter(torch, 1.0)
        return said(TypeError, lambda: made(torch, name, [p], capturable=True)).split(".")[-1]
    p = parameter(torch, 1.0)
    p.grad = torch.ones(1, dtype=torch.float64)
    optimizer = made(torch, name, [p], capturable=True)
    return repr(optimizer), said(AssertionError, optimizer.step).split(",")[0]


@each
def test_differentiable_steps_are_refused_with_the_remedy(name):
    with pytest.raises(NotImplementedError, match="write it out"):
        made(minitorch_nn, name, [parameter(minitorch_nn, 1.0)], differentiable=True)


@both
def test_settings_that_make_no_sense_are_refused(torch):
    p = [parameter(torch, 1.0)]
    o = torch.optim
    wrong = {
        o.Adam: [{"lr": -1}, {"lr": NAN}, {"eps": -1}, {"betas": (-0.1, 0.9)}],
        o.AdamW: [{"betas": (0.9, 1.0)}, {"betas": (1.0, 0.9)}, {"weight_decay": -1}],
        o.RMSprop: [{"lr": -1}, {"eps": -1}, {"momentum": -1}, {"weight_decay": -1}, {"alpha": -1}],
        o.Adagrad: [
            {"lr": -1},
            {"lr_decay": -1},
            {"weight_decay": -1},
            {"initial_accumulator_value": -1},
            {"eps": -1},
        ],
        o.Adadelta: [{"lr": -1}, {"rho": -0.1}, {"rho": 1.1}, {"eps": -1}, {"weight_decay": -1}],
        o.Adamax: [{"lr": -1}, {"eps": -1}, {"betas": (0.9, 1.5)}, {"weight_decay": -1}],
        o.NAdam: [{"lr": -1}, {"betas": (1.0, 0.9)}, {"momentum_decay": -1}, {"weight_decay": -1}],
        o.RAdam: [{"lr": -1}, {"eps": -1}, {"betas": (0.9, 1.0)}, {"weight_decay": -1}],
        o.Rprop: [{"lr": -1}, {"etas": (0.5, 0.9)}, {"etas": (0.0, 1.2)}, {"etas": (1.0, 1.2)}],
        o.ASGD: [{"lr": -1}, {"weight_decay": -1}],
    }
    return [
        said(ValueError, lambda c=cls, k=kwargs: c(p, **k))
        for cls, settings in wrong.items()
        for kwargs in [*settings, {"lr": torch.ones(2)}]
    ]


@ASGD_SETTINGS.mark
@both
def test_asgd_s_settings_are_not_negative(torch):
    p = [parameter(torch, 1.0)]
    return (
        said(ValueError, lambda: torch.optim.ASGD(p, alpha=-1)),
        said(ValueError, lambda: torch.optim.ASGD(p, lambd=-1)),
    )


@TENSOR_SETTINGS.mark
@both
def test_adam_takes_betas_of_one_kind(torch):
    p, tensor = [parameter(torch, 1.0)], torch.tensor
    adam = torch.optim.Adam
    return (
        said(ValueError, lambda: adam(p, betas=(0, 0.9))),
        said(ValueError, lambda: adam(p, betas=(0.9, tensor(0.9)))),
        said(RuntimeError, lambda: adam(p, betas=(tensor([0.9, 0.8]), tensor(0.9)))),
        said(ValueError, lambda: adam(p, betas=(tensor(0.9), tensor(0.9)), foreach=True)),
        said(ValueError, lambda: adam(p, lr=tensor(0.1), foreach=True)),
        said(RuntimeError, lambda: adam(p, fused=True, foreach=True)),
        said(RuntimeError, lambda: adam(p, fused=True, differentiable=True)),
        repr(adam(p, betas=(tensor([[0.9]]), tensor([0.99])))),
    )


@TENSOR_SETTINGS.mark
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", [name for name in NAMES if name != "Rprop"])
@both
def test_a_rate_may_be_a_tensor(torch, name, dtype):
    p = parameter(torch, 0.0, 0.0, dtype=dtype)
    # ASGD takes a power of it, in which the libraries' float32 differs in the last digit.
    lr = torch.tensor([0.01], dtype=p.dtype if name == "ASGD" else torch.float32)
    optimizer = made(torch, name, [p], lr=lr)
    for step in range(5):
        p.grad = torch.tensor([0.5 + step, -0.25], dtype=p.dtype)
        optimizer.step()
        lr.mul_(0.5)
    return p, optimizer.state_dict(), optimizer.param_groups[0]["lr"] is lr


@TENSOR_SETTINGS.mark
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@both
def test_betas_may_be_tensors(torch, dtype):
    p = parameter(torch, 0.0, 0.0, dtype=dtype)
    # float32 ones would leave few digits of 1 - β: the libraries' powers differ in the last.
    betas = torch.tensor(0.9, dtype=torch.float64), torch.tensor([0.99], dtype=torch.float64)
    optimizer = torch.optim.Adam([p], betas=betas, amsgrad=True, weight_decay=0.1)
    for step in range(5):
        p.grad = torch.tensor([0.5 + step, -0.25], dtype=p.dtype)
        optimizer.step()
    return p, optimizer.state[p]


@PLAIN_ADAM.mark
@both
def test_adam_s_state_goes_on_as_adamw(torch):
    p = parameter(torch, 1.0, -2.0)
    p.grad = torch.tensor([0.3, 0.4], dtype=torch.float64)
    adam = torch.optim.Adam([p], weight_decay=0.5)
    adam.step()
    adamw = torch.optim.AdamW([p])
    adamw.load_state_dict(adam.state_dict())
    adamw.step()
    return p, repr(adamw), isinstance(adamw, torch.optim.Adam)


@both
def test_amsgrad_keeps_the_largest_average(torch):
    p = parameter(torch, 0.0)
    optimizer = torch.optim.Adam([p], lr=0.1, amsgrad=True, betas=(0.5, 0.5))
    seen = []
    for grad in (4.0, 0.1, 0.1, 0.1):
        p.grad = torch.tensor([grad], dtype=torch.float64)
        optimizer.step()
        seen.append([v.item() for v in optimizer.state[p].values()])
    return seen, p


@both
def test_amsgrad_or_momentum_cannot_be_turned_on_later(torch):
    p = parameter(torch, 1.0)
    p.grad = torch.ones(1, dtype=torch.float64)
    seen = []
    for name, setting in (("Adam", "amsgrad"), ("RMSprop", "momentum"), ("RMSprop", "centered")):
        optimizer = made(torch, name, [p])
        optimizer.step()
        optimizer.param_groups[0][setting] = True
        seen.append(said(KeyError, optimizer.step))
    return seen


@ADDED_TO_ADAGRAD.mark
@both
def test_adagrad_has_its_state_from_the_start(torch):
    a, b = parameter(torch, 1.0), parameter(torch, 2.0)
    optimizer = torch.optim.Adagrad([a], initial_accumulator_value=0.25)
    before = copy.deepcopy(optimizer.state_dict())
    optimizer.add_param_group({"params": [b]})
    without = b in optimizer.state
    a.grad = b.grad = torch.ones(1, dtype=torch.float64)
    optimizer.step()
    return before, without, optimizer.state_dict()


@both
def test_radam_begins_with_plain_momentum(torch):
    p = parameter(torch, 0.0)
    optimizer = torch.optim.RAdam([p], lr=0.1)
    path = []
    for step in range(9):
        p.grad = torch.tensor([1.0 + step], dtype=torch.float64)
        optimizer.step()
        path.append(p.item())
    return path


@both
def test_asgd_averages_from_t0_on(torch):
    p = parameter(torch, 1.0)
    optimizer = torch.optim.ASGD([p], lr=0.1, t0=3, lambd=0.01)
    path = []
    for _ in range(9):
        p.grad = p.detach().clone()
        optimizer.step()
        path.append((p.item(), *(v.item() for v in optimizer.state[p].values())))
    return path


@both
def test_rprop_goes_by_signs(torch):
    p = parameter(torch, 1.0, 1.0, 1.0)
    optimizer = torch.optim.Rprop([p], lr=0.1, step_sizes=(0.02, 0.3))
    path = []
    for step in range(8):
        p.grad = torch.tensor([1.0, (-1.0) ** step, 0.0], dtype=torch.float64)
        optimizer.step()
        path.append((p.tolist(), {k: v.tolist() for k, v in optimizer.state[p].items()}))
    return path


# ---- the base class


@both
def test_hooks_around_saving_and_loading(torch):
    p = parameter(torch, 1.0)
    optimizer = torch.optim.Adam([p])
    log = []
    optimizer.register_state_dict_pre_hook(lambda o: log.append(("saving", o is optimizer)))
    first = optimizer.register_state_dict_pre_hook(lambda o: log.append("first"), prepend=True)
    optimizer.register_state_dict_post_hook(lambda o, state: {**state, "more": 1})
    optimizer.register_state_dict_post_hook(lambda o, state: state.update(even_more=2))
    optimizer.register_load_state_dict_pre_hook(
        lambda o, state: log.append(("loading", sorted(state)))
    )
    optimizer.register_load_state_dict_pre_hook(
        lambda o, state: {**state, "state": {0: {"step": torch.tensor(7.0)}}}, prepend=True
    )
    optimizer.register_load_state_dict_post_hook(lambda o: log.append(("loaded", o is optimizer)))
    state = optimizer.state_dict()
    first.remove()
    again = optimizer.state_dict()
    optimizer.load_state_dict(state)
    return log, list(state), list(again), optimizer.state[p]


@both
def test_an_optimizer_of_one_s_own_completes_what_it_loads(torch):
    class Own(torch.optim.Optimizer):
        def __init__(self, params, lr=0.1, warm=3):
            super().__init__(params, {"lr": lr, "warm": warm})

        def __setstate__(self, state):
            super().__setstate__(state)
            for group in self.param_groups:
                group.setdefault("nesterov", False)

        @torch.no_grad()
        def step(self, closure=None):
            for group in self.param_groups:
                for p in group["params"]:
                    if p.grad is None:
                        continue
                    state = self.state[p]
                    if len(state) == 0:
                        state["step"] = 0
                        state["mean"] = torch.zeros_like(p)
                    state["step"] += 1
                    state["mean"].mul_(0.9).add_(p.grad, alpha=0.1)
                    p.addcdiv_(state["mean"], p.grad.abs().add_(1e-8), value=-group["lr"])

    p = parameter(torch, 1.0, -2.0)
    optimizer = Own([p])
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1, 0.5)
    for _ in range(3):
        p.grad = p.detach().clone()
        optimizer.step()
        scheduler.step()
    other = Own([parameter(torch, 0.0, 0.0)])
    other.load_state_dict(optimizer.state_dict())
    return p, optimizer.state_dict(), repr(other), other.state_dict()


@both
def test_a_subclass_of_adam_may_add_to_its_step(torch):
    class Clipped(torch.optim.Adam):
        def step(self, closure=None):
            for group in self.param_groups:
                torch.nn.utils.clip_grad_norm_(group["params"], 0.1)
            return super().step(closure)

    p = parameter(torch, 1.0, -2.0)
    optimizer = Clipped([p], lr=0.1)
    p.grad = torch.tensor([3.0, 4.0], dtype=torch.float64)
    optimizer.step()
    return p, p.grad, optimizer.state[p]


@both
def test_a_wrapper_that_shares_another_s_groups(torch):
    class Lookahead(torch.optim.Optimizer):
        """Steps the other optimizer, and every third time goes halfway back."""

        def __init__(self, base):  # as programs do, without super().__init__()
            self.base, self.count = base, 0
            self.param_groups, self.defaults, self.state = base.param_groups, base.defaults, {}
            self.slow = [p.detach().clone() for g in base.param_groups for p in g["params"]]

        @torch.no_grad()
        def step(self, closure=None):
            self.base.step()
            self.count += 1
            if self.count % 3 == 0:
                params = [p for g in self.param_groups for p in g["params"]]
                for slow, p in zip(self.slow, params, strict=True):
                    slow.lerp_(p, 0.5)
                    p.copy_(slow)

    p = parameter(torch, 1.0, -2.0)
    optimizer = Lookahead(torch.optim.Adam([p], lr=0.1))
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9)
    for _ in range(7):
        optimizer.zero_grad()
        (p**4).sum().backward()
        optimizer.step()
        scheduler.step()
    return p, scheduler.get_last_lr(), repr(optimizer).split("\n")[0]


def test_each_is_where_programs_import_it_from():
    for name in NAMES:
        home = import_module(f"minitorch_nn.optim.{name.lower()}")
        assert getattr(home, name) is getattr(minitorch_nn.optim, name)
        assert hasattr(import_module(f"torch.optim.{name.lower()}"), name)
    assert set(NAMES) < set(dir(pytorch.optim))


@both
def test_a_parameter_twice_in_one_group_is_warned_of(torch):
    p = parameter(torch, 1.0)
    return warned(lambda: torch.optim.Adam([p, p]))
