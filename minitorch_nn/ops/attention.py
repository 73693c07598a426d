"""Attention: every query looks for the keys that are like it, and gets their values, mixed.

PyTorch: aten/src/ATen/native/transformers/attention.cpp.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..base import Value
from ..dtypes import cpp_name
from .activation import SoftmaxBackward0
from .arithmetic import times_number
from .dropout import dropout
from .matmul import matmul
from .operands import array_of
from .rearranging import repeat_interleave
from .shape import transpose


class SafeSoftmaxBackward0(SoftmaxBackward0):
    """Softmax, and zeros instead of nan where all is masked, -∞. PyTorch: _safe_softmax."""

    __slots__ = ()

    def forward(self, x: Any, *, dim: int) -> Any:
        y = super().forward(x, dim=dim)
        y[np.broadcast_to(np.all(x == -np.inf, axis=dim, keepdims=True), y.shape)] = 0
        return y


def scaled_dot_product_attention(
    query: Value,
    key: Value,
    value: Value,
    attn_mask: Value | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Value:
    """softmax(query @ keyᵀ·scale + mask) @ value: (*, L, E), (*, S, E) and (*, S, V) to (*, L, V).

    scale is 1/√E unless given. attn_mask (*, L, S): booleans that say what takes part, or numbers
    that are added; is_causal lets query i see the keys up to i only. dropout_p always drops.
    enable_gqa: several heads of the query share one of key and value. RuntimeError for other shapes
    and dtypes. PyTorch has one fused node for the common case, this is what it computes:
    attention.cpp (_scaled_dot_product_attention_math).
    """
    _check(query, key, value, attn_mask, is_causal)
    if enable_gqa:
        key = repeat_interleave(key, query.shape[-3] // key.shape[-3], -3)
        value = repeat_interleave(value, query.shape[-3] // value.shape[-3], -3)
    factor = math.sqrt(1 / math.sqrt(query.shape[-1]) if scale is None else scale)
    # Each gets a root of the scale, so that neither overflows before the product.
    scores = matmul(times_number(query, factor), times_number(transpose(key, -2, -1), factor))
    if is_causal:
        attn_mask = query.new(np.tri(query.shape[-2], key.shape[-2], dtype=bool))
    if attn_mask is not None:
        scores = scores + _as_numbers(attn_mask, array_of(query).dtype)
    weights = SafeSoftmaxBackward0.apply(scores, dim=scores.ndim - 1)
    if dropout_p > 0:
        weights = dropout(weights, dropout_p, True)
    return matmul(weights, value)


def _as_numbers(mask: Value, kind: Any) -> Value:
    """What is to be added to the scores: -∞ for what takes no part."""
    array = array_of(mask)
    if array.dtype.kind != "b":
        return mask
    return mask.new(np.where(array, 0, -np.inf).astype(kind))


def _check(
    query: Value, key: Value, value: Value, attn_mask: Value | None, is_causal: bool
) -> None:
    dtypes = [array_of(x).dtype for x in (query, key, value)]
    if len(set(dtypes)) > 1:
        q, k, v = map(cpp_name, dtypes)
        raise RuntimeError(
            f"Expected query, key, and value to have the same dtype, but got query.dtype: {q} "
            f"key.dtype: {k} and value.dtype: {v} instead."
        )
    if min(query.ndim, key.ndim, value.ndim) < 2:
        raise RuntimeError(
            "Expected query, key, and value to all be  at least 2 dimensional, but got query.dim: "
            f"{query.ndim} key.dim: {key.ndim} and value.dim: {value.ndim} instead."
        )
    if attn_mask is None:
        return
    kind = array_of(attn_mask).dtype
    if kind.kind != "b" and kind not in (dtypes[0], np.float32):
        raise RuntimeError(
            "Expected attn_mask dtype to be bool or float or to match query dtype, but got "
            f"attn_mask.dtype: {cpp_name(kind)} and  query.dtype: {cpp_name(dtypes[0])} instead."
        )
    if is_causal:
        raise RuntimeError(
            "_scaled_dot_product_attention: Explicit attn_mask should not be set when "
            "is_causal=True"
        )
