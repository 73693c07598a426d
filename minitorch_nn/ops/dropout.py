"""Dropout: random elements, or whole channels, are switched off in training.

Plain dropout makes them 0 and enlarges the rest, so that the mean stays. Alpha dropout, made for
selu, gives them selu's least value and then scales and shifts all, so that mean 0 and variance 1
stay. In the graph both are a product with noise, which is a constant.

PyTorch: aten/src/ATen/native/Dropout.cpp (_dropout_impl).
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np

from ..base import Value
from ..dtypes import get_default_dtype
from ..stream import default_stream
from .arithmetic import add, mul
from .draws import drawn_for
from .inplace import in_place
from .operands import array_of
from .shape import explain_cast

ALPHA = 1.7580993408473766  # selu's scale · alpha: its least value is -ALPHA


def _noisy(
    x: Value, p: float, train: bool, *, channels: bool = False, alpha: bool = False, inplace: bool
) -> Any:
    """x·noise, or x·noise + shift for alpha dropout; x itself where nothing is to be done."""
    if not 0 <= p <= 1:
        raise RuntimeError(f"dropout probability has to be between 0 and 1, but got {p:g}")
    if p == 0 or not train or not array_of(x).size:
        return x
    kind = array_of(x).dtype
    if p == 1:
        return _times(x, np.zeros((), kind), inplace)
    refused = explain_cast(get_default_dtype().numpy, kind)
    if refused is not None:
        raise refused
    draw = partial(default_stream.bernoulli, 1 - p)
    kept = (draw(_channels(x)) if channels else drawn_for(array_of(x), draw)).astype(kind)
    if not alpha:
        return _times(x, kept / kind.type(1 - p), inplace)
    scale = 1 / math.sqrt((ALPHA**2 * p + 1) * (1 - p))
    shift = (kept - 1) * kind.type(ALPHA * scale) + kind.type(ALPHA * scale * p)
    y = _times(x, kept * kind.type(scale), inplace)
    return in_place(y, add, y.new(shift)) if inplace else y + y.new(shift)


def _times(x: Any, noise: Any, inplace: bool) -> Any:
    return in_place(x, mul, x.new(noise)) if inplace else x * x.new(noise)


def _channels(x: Value) -> tuple[int, ...]:
    """The shape of one number per channel."""
    if x.ndim < 2:
        raise RuntimeError("Feature dropout requires at least 2 dimensions in the input")
    return (*x.shape[:2], *(1,) * (x.ndim - 2))


def dropout(input: Value, p: float, train: bool) -> Value:
    """In training, each element 0 with probability p and else times 1/(1 - p)."""
    return _noisy(input, p, train, inplace=False)


def dropout_(input: Value, p: float, train: bool) -> Value:
    """dropout, written into `input`."""
    return _noisy(input, p, train, inplace=True)


def feature_dropout(input: Value, p: float, train: bool) -> Value:
    """dropout of whole channels of (N, C, *)."""
    return _noisy(input, p, train, channels=True, inplace=False)


def feature_dropout_(input: Value, p: float, train: bool) -> Value:
    """feature_dropout, written into `input`."""
    return _noisy(input, p, train, channels=True, inplace=True)


def alpha_dropout(input: Value, p: float, train: bool) -> Value:
    """dropout to selu's least value, with mean 0 and variance 1 kept."""
    return _noisy(input, p, train, alpha=True, inplace=False)


def alpha_dropout_(input: Value, p: float, train: bool) -> Value:
    """alpha_dropout, written into `input`."""
    return _noisy(input, p, train, alpha=True, inplace=True)


def feature_alpha_dropout(input: Value, p: float, train: bool) -> Value:
    """alpha_dropout of whole channels of (N, C, *)."""
    return _noisy(input, p, train, channels=True, alpha=True, inplace=False)


def feature_alpha_dropout_(input: Value, p: float, train: bool) -> Value:
    """feature_alpha_dropout, written into `input`."""
    return _noisy(input, p, train, channels=True, alpha=True, inplace=True)
