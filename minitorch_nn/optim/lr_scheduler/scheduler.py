"""LRScheduler: sets the learning rates of an optimizer's groups, anew at every `step()`.

A schedule counts its steps in `last_epoch`, from 0, and says in `get_lr()` which rates hold then,
one a group. Most of them change the rates that they find, so that several schedules may work on one
optimizer, and so may the user; a rate that is a tensor stays that tensor, with new contents.
"""

from __future__ import annotations

import warnings
from types import FunctionType
from typing import Any

from ...tensor import Tensor
from ..optimizer import Optimizer

EPOCH_DEPRECATION_WARNING = (
    "The epoch parameter in `scheduler.step()` was not necessary and is being deprecated where "
    "possible. Please use `scheduler.step()` to step the scheduler. During the deprecation, if "
    "epoch is different from None, the closed form is used instead of the new chainable form, "
    "where available. Please open an issue if you are unable to replicate your use case: "
    "https://github.com/pytorch/pytorch/issues/new/choose."
)
_STEP_OVERRIDDEN = (
    "Seems like `optimizer.step()` has been overridden after learning rate scheduler "
    "initialization. Please, make sure to call `optimizer.step()` before `lr_scheduler.step()`. "
    "See more details at https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate"
)
_WRONG_ORDER = (
    "Detected call of `lr_scheduler.step()` before `optimizer.step()`. In PyTorch 1.1.0 and later, "
    "you should call them in the opposite order: `optimizer.step()` before `lr_scheduler.step()`.  "
    "Failure to do this will result in PyTorch skipping the first value of the learning rate "
    "schedule. See more details at "
    "https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate"
)
_NO_INITIAL_LR = (
    "param 'initial_lr' is not specified in param_groups[{}] when resuming scheduler with "
    "last_epoch >= 0.\nThis typically happens when:\n"
    "1. You're trying to resume training from a checkpoint but haven't properly loaded the "
    "optimizer state\n"
    "2. You're using last_epoch >= 0 for a fresh training run (not recommended)"
)


class LRScheduler:
    """Base class of all schedules; a subclass defines `get_lr`.

    Making one takes its first step, to `last_epoch` 0. With another `last_epoch` it goes on from
    there: KeyError unless the groups remember their "initial_lr". TypeError if `optimizer` is none.
    """

    _get_lr_called_within_step = False
    _is_initial = False

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        check_optimizer(optimizer)
        self.optimizer = optimizer
        for i, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", copied(group["lr"]))
            elif "initial_lr" not in group:
                raise KeyError(_NO_INITIAL_LR.format(i))
        self.base_lrs = in_groups(optimizer, "initial_lr")
        self.last_epoch = last_epoch
        _watch_steps(optimizer)
        self._initial_step()

    def _initial_step(self) -> None:
        self._step_count = 0
        self._is_initial = True
        try:
            self.step()
        finally:
            self._is_initial = False

    def get_lr(self) -> list[Any]:
        """The rates at `last_epoch`, for `step` to set. Elsewhere use `get_last_lr`."""
        raise NotImplementedError

    def get_last_lr(self) -> list[Any]:
        """The rates that the last step set, one a group."""
        return self._last_lr

    def step(self, epoch: int | None = None) -> None:
        """Go on by one, after the optimizer's own step; or, as was once usual, to `epoch`."""
        if self._step_count == 1:
            _warn_of_order(self.optimizer)
        self._step_count += 1
        if epoch is not None:
            warnings.warn(EPOCH_DEPRECATION_WARNING, UserWarning, stacklevel=2)
        self._update_lr(epoch)

    def _update_lr(self, epoch: int | None = None) -> None:
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        closed_form = None if epoch is None else getattr(self, "_get_closed_form_lr", None)
        self._set_lrs(closed_form)

    def _set_lrs(self, compute: Any = None) -> None:
        self._get_lr_called_within_step = True
        try:
            rates = (compute or self.get_lr)()
        finally:
            self._get_lr_called_within_step = False
        for group, rate in zip(self.optimizer.param_groups, rates, strict=True):
            set_in_group(group, "lr", rate)
        self._last_lr = self._current_lrs()

    def _current_lrs(self) -> list[Any]:
        return in_groups(self.optimizer, "lr")

    def _scaled_lrs(self, factor: float) -> list[Any]:
        return [group["lr"] * factor for group in self.optimizer.param_groups]

    def state_dict(self) -> dict[str, Any]:
        """All that the schedule remembers: its attributes, but for the optimizer."""
        return {key: value for key, value in self.__dict__.items() if key != "optimizer"}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on where another schedule of the same kind stood."""
        self.__dict__.update(state_dict)


class _LRScheduler(LRScheduler):
    """The base class's old name, which older programs derive from."""


def warn_unless_stepping(scheduler: LRScheduler) -> None:
    """get_lr would compute the next rates from the present ones: a user wants get_last_lr."""
    if not scheduler._get_lr_called_within_step:
        warnings.warn(
            "To get the last learning rate computed by the scheduler, please use `get_last_lr()`.",
            UserWarning,
            stacklevel=3,
        )


# Settings of groups, which may be tensors.


def check_optimizer(optimizer: Any) -> None:
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"{type(optimizer).__name__} is not an Optimizer")


def copied(value: Any) -> Any:
    return value.clone() if isinstance(value, Tensor) else value


def in_groups(optimizer: Optimizer, name: str) -> list[Any]:
    """A setting's value in every group; tensors as copies."""
    return [copied(group[name]) for group in optimizer.param_groups]


def set_in_group(group: dict[str, Any], name: str, value: Any) -> None:
    """Sets a setting that the group has; a tensor stays the same object."""
    if isinstance(group[name], Tensor):
        group[name].fill_(value.squeeze() if isinstance(value, Tensor) else value)
    else:
        group[name] = value


def for_each_group(name: str, optimizer: Optimizer, value: Any) -> list[Any]:
    """A value for each group, given as a list, or as one for all of them."""
    groups = len(optimizer.param_groups)
    if not isinstance(value, (list, tuple)):
        return [copied(value) for _ in range(groups)]
    if len(value) != groups:
        raise ValueError(
            f"{name} must have the same length as optimizer.param_groups. "
            f"{name} has {len(value)} values, param_groups has {groups}."
        )
    return [copied(item) for item in value]


# A function in a state_dict: a plain one cannot be saved, an object's attributes can.


def saved_function(function: Any) -> dict[str, Any] | None:
    if function is None or isinstance(function, FunctionType):
        return None
    return function.__dict__.copy()


def load_function(function: Any, saved: dict[str, Any] | None) -> None:
    if saved is not None:
        function.__dict__.update(saved)


# Whether the optimizer has stepped before its schedule goes on.


def _watch_steps(optimizer: Any) -> None:
    if not hasattr(optimizer, "_opt_called"):
        optimizer._opt_called = False
        optimizer._own_step = vars(optimizer).get("step")
        optimizer.register_step_pre_hook(_note_step)


def _note_step(optimizer: Any, args: Any, kwargs: Any) -> None:
    optimizer._opt_called = True


def _warn_of_order(optimizer: Any) -> None:
    known = vars(optimizer)  # a copy of an optimizer is not watched
    if "_opt_called" not in known or known.get("step") is not known["_own_step"]:
        warnings.warn(_STEP_OVERRIDDEN, UserWarning, stacklevel=3)
    elif not known["_opt_called"]:
        warnings.warn(_WRONG_ORDER, UserWarning, stacklevel=3)
