"""What PyTorch has and this package lacks is named plainly.

    torch.fft       AttributeError: torch.fft is not part of minitorch_nn

A name that PyTorch does not have either is a slip of the pen, and told in PyTorch's words:

    torch.sigmiod   AttributeError: module 'torch' has no attribute 'sigmiod'

`pytorch_names.txt` tells the two apart. These are AttributeErrors, so that `hasattr`, `getattr`
with a default and try … except do what they should.

A name may also be that of a part that few programs use: it is imported when it is asked for.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Sequence
from functools import cache, partial
from types import ModuleType
from typing import Any

__all__ = ["is_pytorchs", "lacking", "lacks", "name_plainly", "pytorchs_home", "pytorchs_name"]


@cache
def _names() -> dict[str, set[str]]:
    """PyTorch's public names by what they belong to: `torch`, `torch.nn`, `torch.Tensor`, …"""
    path = os.path.join(os.path.dirname(__file__), "pytorch_names.txt")
    with open(path, encoding="utf-8") as file:
        parts = [part.partition("]") for part in file.read().split("\n[")[1:]]
    return {owner: set(names.split()) for owner, _, names in parts}


def is_pytorchs(owner: str, name: str) -> bool:
    """Whether PyTorch has `owner.name`; of an owner that is not listed, any name counts as one."""
    return not name.startswith("_") and (owner not in _names() or name in _names()[owner])


def lacks(owner: str, name: str, spoken: str) -> AttributeError:
    """The error for `owner.name`, which is not there. PyTorch speaks of the owner as `spoken`."""
    if is_pytorchs(owner, name):
        # Python would go on: "Did you mean: 'std'?" to svd. It does not if told only the name.
        return AttributeError(f"{owner}.{name} is not part of minitorch_nn", name=name)
    return AttributeError(f"{spoken} has no attribute '{name}'")


class _Lacking:
    """Stands in a class for a method that PyTorch has there, and says that it is not here."""

    def __init__(self, owner: str, name: str) -> None:
        self.owner, self.name = owner, name

    def __get__(self, instance: Any, owner: type) -> Any:
        raise lacks(self.owner, self.name, f"'{owner.__name__}' object")


def lacking(owner: str) -> Any:
    """A base class with all of PyTorch's names for `owner`: what a class that is built on it does
    not define itself is named plainly. (With __getattr__ instead, Python would look up every
    attribute of every tensor the slow way: 15 % of a small operation.)"""
    return type("Lacking", (), {name: _Lacking(owner, name) for name in _names()[owner]})


def pytorchs_name(module: str) -> str:
    """PyTorch's name for a module of this package: `torch.nn` for `minitorch_nn.nn`."""
    for ours, theirs in (("minitorch_nn.vision", "torchvision"), ("minitorch_nn", "torch")):
        if f"{module}.".startswith(f"{ours}."):
            return theirs + module.removeprefix(ours)
    return module


# Modules of ours whose classes PyTorch has in `torch` itself, mostly in C++.
_IN_TORCH = {f"torch.{name}" for name in ("tensor", "size", "device", "dtypes", "layout", "limits")}


def pytorchs_home(module: str) -> str:
    """Where PyTorch has the classes of a module of ours: `torch.nn.modules.linear` for
    `minitorch_nn.nn.linear`, `torch` for `minitorch_nn.tensor`."""
    name = pytorchs_name(module)
    folder, _, file = name.rpartition(".")
    if folder == "torch.nn" and file not in ("functional", "init", "parameter"):
        return f"torch.nn.modules.{file}"
    if folder == "torch.optim.lr_scheduler":
        return folder
    if name == "torch.random":
        return "torch._C"
    if folder == "torch.ops":  # the nodes, which no module of PyTorch has
        return "builtins"
    return "torch" if name in _IN_TORCH else name


def name_plainly(*modules: ModuleType, later: Sequence[str] = ()) -> None:
    """Have each of these modules say so when it is asked for a name that it lacks.

    later: parts of theirs that are there, but are imported only when somebody asks for them.
    """
    for module in modules:
        module.__getattr__ = partial(_find, module.__name__, later)  # type: ignore[method-assign]


def _find(module: str, later: Sequence[str], name: str) -> Any:
    if name in later:
        return importlib.import_module(f"{module}.{name}")
    owner = pytorchs_name(module)
    raise lacks(owner, name, f"module '{owner}'")
