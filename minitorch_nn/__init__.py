"""PyTorch's autograd, written in NumPy, for reading.

    import minitorch_nn as torch

and a program written for PyTorch goes on: the graph, the names, the numbers and the printed text
are PyTorch's own. Start reading at `autograd/node.py` and `autograd/engine.py`; the README has
the whole order.
"""

from __future__ import annotations

import gc
import sys
import warnings
from math import e, inf, nan, pi
from typing import TYPE_CHECKING

# PyTorch says nothing of log(0) or an overflow: they give inf and nan, in both packages. This
# hushes NumPy's warnings where they arise in this package, and only there.
warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"minitorch_nn\.")

# Until all files are loaded there is no garbage. Looking for it all the same, through all that
# NumPy and this package have made, would be an eighth of the time that loading takes.
_collects_garbage = gc.isenabled()
gc.disable()

# Here, and not first deep inside the files below: Python grows its stack in pieces, and a loop of
# calls that crosses the end of a piece makes and drops one each time. NumPy, loaded forty calls
# deep, took a third longer.
import numpy as _numpy

from . import (
    accelerator,
    amp,
    autograd,
    backends,
    cuda,
    distributed,
    dtypes,
    linalg,
    nn,
    random,
    return_types,
    special,
)
from .amp import GradScaler, autocast
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
    as_tensor,
    asarray,
    empty,
    empty_like,
    empty_strided,
    from_numpy,
    full_like,
    logspace,
    normal,
    ones_like,
    rand_like,
    randint,
    randint_like,
    randn_like,
    randperm,
    scalar_tensor,
    tensor,
    tril_indices,
    triu_indices,
    zeros_like,
)
from .device import device, get_default_device, set_default_device
from .dtypes import (
    bfloat16,
    can_cast,
    complex64,
    complex128,
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
    uint16,
    uint32,
    uint64,
)
from .dtypes import bool_ as bool
from .dtypes import float_ as float
from .dtypes import int_ as int
from .formatting import set_printoptions
from .functions import (
    abs,
    add,
    addmm,
    arange,
    bmm,
    cat,
    clamp,
    cos,
    div,
    divide,
    dot,
    exp,
    eye,
    floor_divide,
    full,
    is_complex,
    is_floating_point,
    is_nonzero,
    is_tensor,
    linspace,
    log,
    logical_and,
    logical_not,
    logical_or,
    logical_xor,
    matmul,
    mean,
    mm,
    mul,
    multiply,
    mv,
    numel,
    ones,
    pow,
    rand,
    randn,
    result_type,
    sin,
    sqrt,
    stack,
    sub,
    subtract,
    sum,
    true_divide,
    zeros,
)
from .layout import (
    channels_last,
    channels_last_3d,
    contiguous_format,
    layout,
    memory_format,
    preserve_format,
    strided,
)
from .limits import finfo, iinfo
from .missing import name_plainly
from .nn.parameter import typename
from .old_types import (
    BoolTensor,
    ByteTensor,
    CharTensor,
    DoubleTensor,
    FloatTensor,
    HalfTensor,
    IntTensor,
    LongTensor,
    ShortTensor,
    set_default_tensor_type,
)
from .ops.activation import log_softmax, sigmoid, softmax, tanh
from .ops.adaptive_pooling import adaptive_avg_pool1d, adaptive_max_pool1d
from .ops.arithmetic import addcdiv, addcmul, lerp, neg, negative, positive, rsub
from .ops.assignment import index_put
from .ops.bilinear import bilinear
from .ops.binning import (
    bincount,
    bucketize,
    histc,
    searchsorted,
    unique,
    unique_consecutive,
)
from .ops.broadcasting import broadcast_shapes, broadcast_tensors
from .ops.calculus import cumulative_trapezoid, diff, trapezoid, trapz
from .ops.cdist import cdist
from .ops.choice import clamp_max, clamp_min, clip, fmax, fmin, masked_fill, maximum, minimum, where
from .ops.comparison import (
    allclose,
    eq,
    equal,
    ge,
    greater,
    greater_equal,
    gt,
    isclose,
    isfinite,
    isin,
    isinf,
    isnan,
    isneginf,
    isposinf,
    isreal,
    le,
    less,
    less_equal,
    lt,
    ne,
    not_equal,
    signbit,
)
from .ops.diagonals import (
    diag,
    diag_embed,
    diagflat,
    diagonal,
    diagonal_copy,
    diagonal_scatter,
    trace,
    tril,
    triu,
)
from .ops.distance import cosine_similarity, pairwise_distance
from .ops.division import fmod, gcd, lcm, remainder
from .ops.draws import bernoulli, multinomial
from .ops.dropout import (
    alpha_dropout,
    alpha_dropout_,
    dropout,
    dropout_,
    feature_alpha_dropout,
    feature_alpha_dropout_,
    feature_dropout,
    feature_dropout_,
)
from .ops.einsum import einsum, inner, tensordot
from .ops.embedding import embedding, embedding_renorm_
from .ops.exponentials import exp2, expm1, log1p, log2, log10, logaddexp, logaddexp2, xlogy
from .ops.extremes import amax, amin, aminmax, argmax, argmin, max, min
from .ops.factors import cumprod, prod
from .ops.folding import channel_shuffle, pixel_shuffle, pixel_unshuffle
from .ops.gamma import digamma, lgamma, polygamma
from .ops.gathering import gather, index_add, index_select, scatter_add, take_along_dim
from .ops.hard_activation import hardshrink
from .ops.indexing import argwhere, masked_select, nonzero, take, unravel_index
from .ops.inplace import fill, fill_, zero_
from .ops.inverse import inverse, matrix_power
from .ops.joining import (
    atleast_1d,
    atleast_2d,
    atleast_3d,
    block_diag,
    chunk,
    column_stack,
    concat,
    concatenate,
    dsplit,
    dstack,
    hsplit,
    hstack,
    row_stack,
    split,
    split_with_sizes,
    tensor_split,
    unbind,
    unsafe_chunk,
    unsafe_split,
    unsafe_split_with_sizes,
    vsplit,
    vstack,
)
from .ops.logic import (
    bitwise_and,
    bitwise_left_shift,
    bitwise_not,
    bitwise_or,
    bitwise_right_shift,
    bitwise_xor,
)
from .ops.matmul import outer
from .ops.memory import resize_as_
from .ops.moments import std, std_mean, var, var_mean
from .ops.normalization import batch_norm, group_norm, instance_norm, layer_norm, rms_norm
from .ops.norms import dist, norm, renorm
from .ops.padding import constant_pad_nd
from .ops.parts import narrow, narrow_copy, select
from .ops.pointwise import (
    absolute,
    ceil,
    copysign,
    fix,
    floor,
    frac,
    heaviside,
    nan_to_num,
    round,
    sgn,
    sign,
    trunc,
)
from .ops.pool import avg_pool1d, max_pool1d, max_pool1d_with_indices, max_pool2d, max_pool3d
from .ops.powers import float_power, ldexp, reciprocal, rsqrt, square
from .ops.products import (
    addbmm,
    addmv,
    addr,
    baddbmm,
    chain_matmul,
    cross,
    ger,
    kron,
    vdot,
)
from .ops.rearranging import (
    cartesian_prod,
    combinations,
    flip,
    fliplr,
    flipud,
    meshgrid,
    repeat_interleave,
    roll,
    rot90,
    tile,
)
from .ops.rectifiers import (
    celu,
    celu_,
    prelu,
    relu,
    relu_,
    rrelu,
    rrelu_,
    selu,
    selu_,
    threshold,
    threshold_,
)
from .ops.recurrent import gru_cell, lstm_cell, rnn_relu_cell, rnn_tanh_cell
from .ops.reduction import all, any, count_nonzero, logsumexp, nanmean, nansum
from .ops.scans import cummax, cummin, cumsum, logcumsumexp
from .ops.scatter_reduce import index_reduce, scatter_reduce
from .ops.scattering import (
    index_copy,
    index_fill,
    masked_scatter,
    put,
    scatter,
    select_scatter,
    slice_scatter,
)
from .ops.shape import (
    adjoint,
    broadcast_to,
    clone,
    flatten,
    moveaxis,
    movedim,
    permute,
    ravel,
    reshape,
    squeeze,
    swapaxes,
    swapdims,
    t,
    transpose,
    unflatten,
    unsqueeze,
)
from .ops.solving import det, logdet, pinverse, slogdet
from .ops.sorting import (
    argsort,
    kthvalue,
    median,
    mode,
    msort,
    nanmedian,
    sort,
    topk,
)
from .ops.special import erf, erfc, erfinv, logit
from .ops.statistics import corrcoef, cov, nanquantile, quantile
from .ops.strided import as_strided
from .ops.trigonometry import (
    acos,
    acosh,
    arccos,
    arccosh,
    arcsin,
    arcsinh,
    arctan,
    arctan2,
    arctanh,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    cosh,
    deg2rad,
    hypot,
    rad2deg,
    sinc,
    sinh,
    tan,
)
from .random import (
    Generator,
    default_generator,
    get_rng_state,
    initial_seed,
    manual_seed,
    seed,
    set_rng_state,
)
from .serialization import load, save
from .size import Size
from .tensor import Tensor
from .tuning import (
    are_deterministic_algorithms_enabled,
    compile,
    get_float32_matmul_precision,
    get_num_interop_threads,
    get_num_threads,
    is_deterministic_algorithms_warn_only_enabled,
    set_float32_matmul_precision,
    set_flush_denormal,
    set_num_interop_threads,
    set_num_threads,
    use_deterministic_algorithms,
)
from .version import __version__

half, double, short, long = float16, float64, int16, int64
cfloat, cdouble = complex64, complex128
newaxis = None

# What was loaded is here to stay. Thawed, it counts as old: to enable the collector alone would
# have it walk over all of this at once, a tenth of the time that loading takes.
if _collects_garbage:
    if not gc.get_freeze_count():
        gc.freeze()
        gc.unfreeze()
    gc.enable()

if TYPE_CHECKING:
    from . import distributions, optim, testing, utils

# An import of this package shall take less than twice NumPy's time. What tensors, gradients and
# layers do without is imported when a program says `torch.optim`.
name_plainly(sys.modules[__name__], later=("distributions", "optim", "testing", "utils"))
name_plainly(
    accelerator,
    amp,
    autograd,
    backends,
    backends.cuda,
    backends.cudnn,
    backends.mps,
    cuda,
    cuda.amp,
    distributed,
    linalg,
    nn,
    nn.functional,
    nn.init,
    nn.utils,
    random,
    special,
)
