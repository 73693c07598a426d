"""What the runners over PyTorch's databases leave out, and why: everything else must agree.

An input that the package cannot hold at all (complex, sparse, of a type it does not have) is left
out by `databases.as_ours`, which says so; here is the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

ALL = "every input"


@dataclass(frozen=True)
class Exclusion:
    """Inputs of one entry (op_db's name, or name.variant) that are not compared.

    when: which of its inputs, given (args, kwargs) with the input as the first of args.
    """

    name: str
    reason: str
    when: Callable[[tuple[Any, ...], dict[str, Any]], bool] = lambda args, kwargs: True


def _given(*names: str) -> Callable[[tuple[Any, ...], dict[str, Any]], bool]:
    return lambda args, kwargs: any(name in kwargs for name in names)


# Inputs to the functions of op_db.
SAMPLES: list[Exclusion] = []

# The values that come out are whatever the memory held: only shape and type are compared.
UNDEFINED = {"empty", "empty_like", "new_empty", "empty_strided", "new_empty_strided"}

# Agreeing in values and derivatives, but recorded in other nodes than PyTorch's.
OTHER_GRAPH: dict[str, str] = {}

# Error inputs of op_db: by name, what part of the message, PyTorch's, tells them.
ERRORS: dict[str, dict[str, str]] = {}

# Variants (method, in place) of op_db's functions that the package does not have.
VARIANTS: dict[str, str] = {}

# Settings of modules in module_db; `when` is given what the module is made with.
MODULES: list[Exclusion] = []
