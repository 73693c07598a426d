"""Optimizer: which parameters to change, in which groups, and what to remember about each.

A group is a dictionary: the parameters under "params", and beside them the settings that hold for
them, as "lr". What is remembered about one parameter, as its momentum, is in `state[parameter]`.
A subclass adds the rule: `step()`, which reads `p.grad` and changes `p` (see rule.py).

PyTorch: torch/optim/optimizer.py.
"""

from __future__ import annotations

import functools
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Any

from ..autograd.node import RemovableHandle
from ..nn.parameter import clear_grad, typename
from ..tensor import Tensor

Group = dict[str, Any]

_UNORDERED = (
    "optimizer parameters need to be organized in ordered collections, but the ordering of tensors "
    "in sets will change between runs. Please use a list instead."
)


class _RequiredParameter:
    """A default that means "no default": every group must name this setting itself."""

    def __repr__(self) -> str:
        return "<required parameter>"


required = _RequiredParameter()


class Optimizer:
    """Base class of all optimizers.

    `params` is an iterable of tensors, of (name, tensor) pairs, or of dictionaries that each
    describe a group; `defaults` are the settings of groups that do not say otherwise.

    TypeError if `params` is a single tensor, ValueError if it is empty; for what else may be wrong
    see `add_param_group`.
    """

    def __init__(self, params: Iterable[Any], defaults: dict[str, Any]) -> None:
        if isinstance(params, Tensor):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or dicts, "
                f"but got {typename(params)}"
            )
        if isinstance(params, set):
            warnings.warn(
                f"{_UNORDERED} This will be an error in a future release.",
                FutureWarning,
                stacklevel=3,
            )
        self.defaults = defaults
        self.state: defaultdict[Any, dict[str, Any]] = defaultdict(dict)
        self.param_groups: list[Group] = []
        groups = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)

    @functools.cached_property
    def _hooks(self) -> defaultdict[str, dict[int, Callable[..., Any]]]:
        """By when they run. Made when first asked for: wrappers may do without our __init__."""
        return defaultdict(dict)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        # So that the hooks run around every subclass's own step, a user's too.
        super().__init_subclass__(**kwargs)
        if "step" in vars(cls):
            cls.step = _with_hooks(cls.step)  # type: ignore[method-assign]

    # Hooks may be closures over anything; only what a copy needs to go on is copied or pickled.
    def __getstate__(self) -> dict[str, Any]:
        return {
            "defaults": self.defaults,
            "state": self.state,
            "param_groups": self.param_groups,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        # After unpickling, and at the end of load_state_dict: subclasses complete old states here.
        self.__dict__.update(state)

    def __repr__(self) -> str:
        text = f"{type(self).__name__} ("
        for i, group in enumerate(self.param_groups):
            text += f"\nParameter Group {i}\n"
            for key in sorted(group):
                if key != "params":
                    text += f"    {key}: {group[key]}\n"
        return text + ")"

    def add_param_group(self, param_group: Group) -> None:
        """Add parameters with settings of their own, for instance layers unfrozen later.

        TypeError unless it is a dictionary whose "params" are tensors in an ordered collection.
        ValueError for a tensor that an operation made, one that another group has, some names
        missing, or a required setting missing. A parameter that is listed twice is warned of.
        """
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        _split_names(param_group)
        for param in param_group["params"]:
            self._check_param(param)
        for name, default in self.defaults.items():
            if default is required and name not in param_group:
                raise ValueError(
                    "parameter group didn't specify a value of required optimization parameter "
                    f"{name}"
                )
            param_group.setdefault(name, default)
        self._check_distinct(param_group)
        self.param_groups.append(param_group)

    def _check_param(self, param: Any) -> None:
        if not isinstance(param, Tensor):
            raise TypeError(
                f"optimizer can only optimize Tensors, but one of the params is {typename(param)}"
            )
        if not (param.is_leaf or param.retains_grad):
            raise ValueError("can't optimize a non-leaf Tensor")

    def _check_distinct(self, new: Group) -> None:
        ids = {id(param) for param in new["params"]}
        if len(ids) != len(new["params"]):
            warnings.warn(
                "optimizer contains a parameter group with duplicate parameters; in future, this "
                "will cause an error; see github.com/pytorch/pytorch/issues/40967 for more "
                "information",
                stacklevel=5,
            )
        for group in self.param_groups:
            if ("param_names" in new) != ("param_names" in group):
                named = "with names" if "param_names" in new else "without names"
                raise ValueError(
                    "all optimizer param groups should be with/without names. "
                    f"cannot add param group {named} to the optimizer"
                )
        if any(id(param) in ids for group in self.param_groups for param in group["params"]):
            raise ValueError("some parameters appear in more than one parameter group")

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget all gradients; `set_to_none=False` fills them with zeros instead.

        None and zero differ in `step`: a parameter whose gradient is None is left alone, while one
        whose gradient is zero still feels its momentum and weight decay.
        """
        for group in self.param_groups:
            for param in group["params"]:
                clear_grad(param, set_to_none)

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Change every parameter that has a gradient. Each subclass has its own rule."""
        raise NotImplementedError

    def register_step_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call `hook(optimizer, args, kwargs)` before each step; it may return new ones of both."""
        return RemovableHandle(self._hooks["step_pre"], hook)

    def register_step_post_hook(self, hook: Callable[..., None]) -> RemovableHandle:
        """Call `hook(optimizer, args, kwargs)` after each step."""
        return RemovableHandle(self._hooks["step_post"], hook)

    # ---- saving and loading

    def register_state_dict_pre_hook(
        self, hook: Callable[..., None], prepend: bool = False
    ) -> RemovableHandle:
        """Call `hook(optimizer)` before each state_dict()."""
        return RemovableHandle(self._hooks["state_dict_pre"], hook, prepend=prepend)

    def register_state_dict_post_hook(
        self, hook: Callable[..., Any], prepend: bool = False
    ) -> RemovableHandle:
        """Call `hook(optimizer, state_dict)` after state_dict(); what it returns replaces that."""
        return RemovableHandle(self._hooks["state_dict_post"], hook, prepend=prepend)

    def register_load_state_dict_pre_hook(
        self, hook: Callable[..., Any], prepend: bool = False
    ) -> RemovableHandle:
        """Call `hook(optimizer, state_dict)` before loading; what it returns is loaded instead."""
        return RemovableHandle(self._hooks["load_state_dict_pre"], hook, prepend=prepend)

    def register_load_state_dict_post_hook(
        self, hook: Callable[..., None], prepend: bool = False
    ) -> RemovableHandle:
        """Call `hook(optimizer)` after loading."""
        return RemovableHandle(self._hooks["load_state_dict_post"], hook, prepend=prepend)

    def state_dict(self) -> dict[str, Any]:
        """`{"state": {0: {...}, ...}, "param_groups": [{..., "params": [0, ...]}, ...]}`.

        Parameters are numbered in the order of the groups; their values are not part of it. The
        tensors in it are the optimizer's own, not copies.
        """
        for hook in self._hooks["state_dict_pre"].values():
            hook(self)
        number: dict[int, int] = {}
        groups = []
        start = 0
        for group in self.param_groups:
            params = group["params"]
            for i, param in enumerate(params, start):
                number.setdefault(id(param), i)
            start += len(params)
            settings = {key: value for key, value in group.items() if key != "params"}
            groups.append({**settings, "params": [number[id(param)] for param in params]})
        state = {number[id(k)] if isinstance(k, Tensor) else k: v for k, v in self.state.items()}
        packed = {"state": state, "param_groups": groups}
        for hook in self._hooks["state_dict_post"].values():
            packed = _replaced(packed, hook(self, packed))
        return packed

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on where another optimizer, of parameters in the same order, stood.

        Its settings replace this one's. ValueError if the groups differ in number or in size.
        """
        state_dict = state_dict.copy()
        for hook in self._hooks["load_state_dict_pre"].values():
            state_dict = _replaced(state_dict, hook(self, state_dict))
        saved_groups = deepcopy(state_dict["param_groups"])
        if len(saved_groups) != len(self.param_groups):
            raise ValueError("loaded state dict has a different number of parameter groups")
        pairs = list(zip(self.param_groups, saved_groups, strict=True))
        if any(len(own["params"]) != len(saved["params"]) for own, saved in pairs):
            raise ValueError(
                "loaded state dict contains a parameter group "
                "that doesn't match the size of optimizer's group"
            )
        params: dict[int, Tensor] = {}
        for own, saved in pairs:
            params.update(zip(saved["params"], own["params"], strict=True))
            saved["params"] = own["params"]
            if "param_names" in own:
                saved.setdefault("param_names", own["param_names"])
            for name, default in self.defaults.items():  # an older file may not know them all
                saved.setdefault(name, default)

        state: defaultdict[Any, dict[str, Any]] = defaultdict(dict)
        for key, values in state_dict["state"].items():
            if key in params:
                state[params[key]] = _like(params[key], values)
            else:
                state[key] = values
        self.__setstate__({"state": state, "param_groups": saved_groups})
        for hook in self._hooks["load_state_dict_post"].values():
            hook(self)


def _with_hooks(step: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(step)
    def hooked(*args: Any, **kwargs: Any) -> Any:
        optimizer = args[0]  # hooks see it among the arguments, too, as in PyTorch
        for hook in tuple(optimizer._hooks["step_pre"].values()):
            replaced = hook(optimizer, args, kwargs)
            if replaced is None:
                continue
            if not (isinstance(replaced, tuple) and len(replaced) == 2):
                raise RuntimeError(
                    f"{step} must return None or a tuple of (new_args, new_kwargs), "
                    f"but got {replaced}."
                )
            args, kwargs = replaced
        result = step(*args, **kwargs)
        for hook in tuple(optimizer._hooks["step_post"].values()):
            hook(optimizer, args, kwargs)
        return result

    return hooked


def _replaced(state_dict: dict[str, Any], by_hook: dict[str, Any] | None) -> dict[str, Any]:
    return state_dict if by_hook is None else by_hook


def _split_names(group: Group) -> None:
    """Make `group["params"]` a list of tensors, and keep the names if they were (name, tensor)."""
    params = group["params"]
    if isinstance(params, set):
        raise TypeError(_UNORDERED)
    params = [params] if isinstance(params, Tensor) else list(params)
    names = [param[0] for param in params if isinstance(param, tuple)]
    group["params"] = [param[1] if isinstance(param, tuple) else param for param in params]
    if not names:
        return
    if len(names) != len(params):
        raise ValueError(
            "all optimizer params should be with/without names. Some param names are missing"
        )
    group["param_names"] = names


def _like(param: Tensor, values: Any) -> Any:
    """State as it was saved, its tensors in the parameter's type; "step" counts keep their own."""
    if isinstance(values, Tensor):
        return values.to(param.dtype) if param.is_floating_point() else values
    if isinstance(values, dict):
        return {k: v if k == "step" else _like(param, v) for k, v in values.items()}
    if isinstance(values, Iterable) and not isinstance(values, str):
        return type(values)(_like(param, value) for value in values)  # type: ignore[call-arg]
    return values
