"""The public names of the installed PyTorch, as `minitorch_nn/pytorch_names.txt` lists them.

    python -m tests.pytorch_names > minitorch_nn/pytorch_names.txt

writes that file again, for a newer PyTorch.
"""

from __future__ import annotations

import importlib
import pkgutil
import textwrap
from types import ModuleType
from typing import Any

import torch

OWNERS = (
    "torch",
    "torch.Tensor",
    "torch.nn",
    "torch.nn.functional",
    "torch.nn.init",
    "torch.nn.utils",
    "torch.optim",
    "torch.optim.lr_scheduler",
    "torch.utils",
    "torch.utils.data",
    "torch.autograd",
    "torch.distributions",
    "torch.testing",
    "torchvision",
    "torchvision.datasets",
    "torchvision.transforms",
)


# What torch._C left in `torch` without meaning it for users is capitalised, all but these.
FOR_USERS = ("Event", "Generator", "Size", "Stream")


def public_names(owner: str) -> list[str]:
    """What a program may ask of `owner`; not what it imported from Python's own library."""
    thing: Any = torch.Tensor if owner == "torch.Tensor" else importlib.import_module(owner)
    names = [name for name in dir(thing) if not name.startswith("_")]
    if thing is torch.Tensor:
        return names
    submodules = {m.name for m in pkgutil.iter_modules(getattr(thing, "__path__", []))}
    compilers = {n for n in vars(torch._C) if n[0].isupper() and n not in FOR_USERS}
    names = [n for n in names if n not in compilers and _is_pytorchs(getattr(thing, n))]
    return sorted({*names, *(name for name in submodules if not name.startswith("_"))})


def _is_pytorchs(value: Any) -> bool:
    if isinstance(value, ModuleType):
        return value.__name__.startswith(("torch.", "torchvision."))
    home = getattr(value, "__module__", None) or "builtins"
    return home.partition(".")[0] in ("torch", "torchvision", "builtins")


def listing() -> str:
    """The file: a header and, for every owner, `[owner]` and its names."""
    header = (
        f"# PyTorch {torch.__version__.partition('+')[0]}'s public names, which tell what this "
        "package lacks from a misspelt name (missing.py).\n"
        "# Written by `python -m tests.pytorch_names`.\n"
    )
    parts = [
        f"[{owner}]\n" + textwrap.fill(" ".join(public_names(owner)), 100, break_on_hyphens=False)
        for owner in OWNERS
    ]
    return "\n\n".join([header.rstrip("\n"), *parts]) + "\n"


if __name__ == "__main__":
    print(listing(), end="")
