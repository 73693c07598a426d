"""What the runners over PyTorch's databases leave out, and why: everything else must agree.

An input that the package cannot hold at all (complex, sparse, of a type it does not have) is left
out by `databases.as_ours`, which says so; here is the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

from .versions import (
    ATTENTION_OF_ONE_HEAD,
    COMBINATIONS_BY_MASKS,
    CUT_RANGES,
    LINEAR_3D,
    LSTM_STEP_BY_STEP,
    QUANTILES_SORT,
    is_older,
)


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


def _of_one_number(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    x = args[0]
    return x.dim() == 0 or x.shape[kwargs.get("dim", 1)] == 1


_DIRECTION = "the direction of one number is constant: its derivative is what rounding leaves of 0"


def _two_observations(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    return args[0].shape[-1] == 2


def _two_weighted_observations(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    only_aweights = kwargs.get("aweights") is not None and kwargs.get("fweights") is None
    return _two_observations(args, kwargs) and only_aweights and kwargs.get("correction", 1) == 1


_ONE_LINE = "two observations lie on a line: the derivative is what rounding leaves of 0"


def _few_to_a_row(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    return prod(args[1]) <= 2


def _few_to_a_group(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    return args[0][:1].numel() // args[1] <= 2


_FEW = "one or two numbers, normalised, are constant: the derivative is what rounding leaves of 0"


def _in_int64_by_floats(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    bounds = (*args, *kwargs.values())
    return str(kwargs.get("dtype")) == "torch.int64" and any(type(x) is float for x in bounds)


# Inputs to the functions of op_db.
SAMPLES: list[Exclusion] = [
    Exclusion("nn.functional.cosine_similarity", _DIRECTION, _of_one_number),
    Exclusion("nn.functional.normalize", _DIRECTION, _of_one_number),
    Exclusion("nn.functional.layer_norm", _FEW, _few_to_a_row),
    Exclusion("nn.functional.group_norm", _FEW, _few_to_a_group),
    Exclusion(
        "as_strided.partial_views",
        "counts from the start of a larger memory; NumPy hands over the part alone",
        _given("storage_offset"),
    ),
    *([Exclusion("arange", CUT_RANGES.what, _in_int64_by_floats)] if CUT_RANGES.applies else []),
    Exclusion("corrcoef", _ONE_LINE, _two_observations),
    Exclusion("cov", _ONE_LINE, _two_weighted_observations),
]

# The values that come out are whatever the memory held: only shape and type are compared.
UNDEFINED = {"empty", "empty_like", "new_empty", "empty_strided", "new_empty_strided"}

_TRANSFORMERS = (
    "Transformer",
    "TransformerDecoderLayer",
    "TransformerEncoder",
    "TransformerEncoderLayer",
)

# Which of equal elements an index names, PyTorch leaves open unless it is told stable=True. Of
# these functions, with the position of their `dim`, indices of integers and booleans agree where
# they name equal elements; the values must agree as they stand.
ANY_OF_EQUALS = {"sort": 1, "argsort": 1, "topk": 2, "kthvalue": 2, "mode": 1}

# Agreeing in values and derivatives, but recorded in other nodes than PyTorch's.
OTHER_GRAPH: dict[str, str] = {
    **({"LSTM": LSTM_STEP_BY_STEP.what} if LSTM_STEP_BY_STEP.applies else {}),
    **(
        {"nn.functional.scaled_dot_product_attention": ATTENTION_OF_ONE_HEAD.what}
        if ATTENTION_OF_ONE_HEAD.applies
        else {}
    ),
    **({"combinations": COMBINATIONS_BY_MASKS.what} if COMBINATIONS_BY_MASKS.applies else {}),
    **(
        dict.fromkeys(("quantile", "nanquantile"), QUANTILES_SORT.what)
        if QUANTILES_SORT.applies
        else {}
    ),
    **(
        dict.fromkeys(
            (
                "nn.functional.linear",
                "nn.functional.multi_head_attention_forward",
                "MultiheadAttention",
                *_TRANSFORMERS,
            ),
            LINEAR_3D.what,
        )
        if is_older(LINEAR_3D)
        else {}
    ),
}

# Functions of op_db and modules of module_db whose second derivatives are not compared.
SECOND: dict[str, str] = {
    "MultiLabelMarginLoss": "PyTorch has none, which its database does not say",
    "MultiMarginLoss": "PyTorch has none, which its database does not say",
    **dict.fromkeys(
        ("nn.functional.scaled_dot_product_attention", *_TRANSFORMERS),
        "PyTorch's fused node of attention has none",
    ),
    "copysign": "it is 0, of which PyTorch's rounding leaves 1e-17 here and there",
}

# Error inputs of op_db: by name, what part of the message, PyTorch's, tells them.
REFLECTED = "a number as `self`: Python never calls a reflected operator so, and C alone checks it"
ERRORS: dict[str, dict[str, str]] = {
    **{f"__r{name}__": {"descriptor": REFLECTED} for name in ("add", "mul", "and", "or", "xor")},
    **{f"__r{name}__": {"None": REFLECTED} for name in ("mod", "pow", "sub")},
    "__rdiv__": {"no attribute 'reciprocal'": REFLECTED},
    "narrow_copy": {
        "Could this error message be improved": "an internal check of PyTorch's speaks, not narrow"
    },
    "nn.functional.max_pool1d": {
        "effective kernel size overflows": "64 bits overflow in C++; Python's integers do not"
    },
    "nn.functional.max_pool3d": {
        "have positive length": "an older PyTorch's words for no channels"
    },
}

# Variants (method, in place) of op_db's functions that the package does not have.
VARIANTS: dict[str, str] = {
    "addbmm.inplace": "PyTorch's addbmm_ lets the tensor grow where it would have to broadcast",
}

# Settings of modules in module_db; `when` is given what the module is made with.
MODULES: list[Exclusion] = []

# Optimizers of optim_db that the package does not have.
OPTIMIZERS = {
    "Adafactor": "keeps row and column averages of matrices only; for models too large for Adam",
    "LBFGS": "no rule for one parameter after another: it calls the closure many times a step",
    "Muon": "computes in bfloat16, a type that this package does not have",
    "SparseAdam": "for sparse gradients only",
}

# Settings of optimizers in optim_db; `when` is given what the optimizer is made with.
OPTIMIZER_SETTINGS = [
    Exclusion(
        "ASGD",
        "PyTorch's foreach form rounds a loaded eta otherwise than its plain form, which is ours",
        _given("foreach"),
    ),
]
