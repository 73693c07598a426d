"""PyTorch's autograd, written in NumPy, for reading.

    import minitorch_nn as torch

and a program written for PyTorch goes on: the graph, the names, the numbers and the printed text
are PyTorch's own. Start reading at `autograd/node.py` and `autograd/engine.py`; the README has
the whole order.
"""

from __future__ import annotations

import builtins
import warnings
from typing import Any

# PyTorch says nothing of log(0) or an overflow: they give inf and nan, in both packages. This
# hushes NumPy's warnings where they arise in this package, and only there.
warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"minitorch_nn\.")

from . import autograd, dtypes, nn, optim, random, return_types, utils
from .autograd.grad_mode import (
    enable_grad,
    inference_mode,
    is_grad_enabled,
    is_inference_mode_enabled,
    no_grad,
    set_grad_enabled,
)
from .autograd.graph_tree import graph_tree, print_graph
from .creation import (
    arange,
    as_tensor,
    bernoulli,
    empty,
    empty_like,
    eye,
    from_numpy,
    full,
    full_like,
    get_rng_state,
    linspace,
    normal,
    ones,
    ones_like,
    rand,
    rand_like,
    randint,
    randn,
    randn_like,
    randperm,
    set_rng_state,
    tensor,
    zeros,
    zeros_like,
)
from .device import device
from .dtypes import bool_ as bool
from .dtypes import (
    dtype,
    float16,
    float32,
    float64,
    get_default_dtype,
    int8,
    int16,
    int32,
    int64,
    promote_types,
    set_default_dtype,
    uint8,
)
from .dtypes import float_ as float
from .dtypes import int_ as int
from .formatting import set_printoptions
from .nn.functional import conv2d, max_pool2d
from .ops.activation import log_softmax, relu, sigmoid, softmax, tanh
from .ops.arithmetic import add, div, floor_divide, mul, neg, positive, remainder, rsub, sub
from .ops.broadcasting import broadcast_shapes, broadcast_tensors
from .ops.comparison import (
    allclose,
    bitwise_and,
    bitwise_not,
    bitwise_or,
    bitwise_xor,
    clamp,
    clip,
    eq,
    equal,
    fmax,
    fmin,
    ge,
    gt,
    isclose,
    isfinite,
    isinf,
    isnan,
    le,
    logical_and,
    logical_not,
    logical_or,
    logical_xor,
    lt,
    masked_fill,
    maximum,
    minimum,
    ne,
    where,
)
from .ops.extremes import amax, amin, argmax, argmin, max, min, norm
from .ops.indexing import gather, index_select, masked_select, narrow, nonzero, scatter_add, select
from .ops.joining import cat, chunk, flip, split, stack, unbind
from .ops.matmul import addmm, bmm, dot, matmul, mm, mv, outer
from .ops.pointwise import abs, ceil, cos, floor, round, sign, sin, tan, trunc
from .ops.powers import exp, expm1, log, log1p, log2, log10, pow, reciprocal, rsqrt, sqrt, square
from .ops.reduction import all, any, cumsum, logsumexp, mean, prod, std, sum, var
from .ops.shape import (
    broadcast_to,
    clone,
    flatten,
    movedim,
    permute,
    ravel,
    reshape,
    squeeze,
    swapaxes,
    t,
    transpose,
    unflatten,
    unsqueeze,
)
from .random import Generator, default_generator, initial_seed, manual_seed, seed
from .serialization import load, save
from .size import Size
from .tensor import Tensor
from .version import __version__

half, double, short, long = float16, float64, int16, int64


def result_type(tensor1: Any, tensor2: Any) -> dtype:
    """The dtype that arithmetic on the two (tensors or numbers) would give."""
    operands = [x.array if isinstance(x, Tensor) else x for x in (tensor1, tensor2)]
    return dtypes.from_numpy(dtypes.result_numpy(*operands))


def is_tensor(obj: object) -> builtins.bool:
    """Whether `obj` is a Tensor."""
    return isinstance(obj, Tensor)


def numel(input: Tensor) -> builtins.int:
    """How many elements `input` holds."""
    return input.numel()
