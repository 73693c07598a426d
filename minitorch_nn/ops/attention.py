"""Attention: every query looks for the keys that are like it, and gets their values, mixed.

    weights = softmax(query @ keyᵀ / √E)        how much of each value a query takes, together 1
    result  = weights @ value

Vaswani et al., "Attention Is All You Need", 2017, section 3.2.1. What several heads make of it is
in multi_head.py. PyTorch: aten/src/ATen/native/transformers/attention.cpp.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import Value
from ..dtypes import cpp_name, title
from .activation import SoftmaxBackward0
from .arithmetic import times_number
from .broadcasting import joint_shape
from .dims import wrap_dim
from .dropout import dropout
from .matmul import matmul
from .operands import array_of
from .rearranging import repeat_interleave
from .reduction import sum
from .shape import reshape, squeeze, transpose, unsqueeze


class SafeSoftmaxBackward0(SoftmaxBackward0):
    """Softmax, and zeros instead of nan where all is masked, -∞. PyTorch: _safe_softmax."""

    __slots__ = ()

    def forward(self, x: Any, *, dim: int) -> Any:
        y = super().forward(x, dim=dim)
        y[np.broadcast_to(np.all(x == -np.inf, axis=dim, keepdims=True), y.shape)] = 0
        return y


def _softmax(scores: Value, mask: Value | None) -> Value:
    """The weights that follow from the scores and the mask added to them."""
    if mask is not None:
        shape, joint = tuple(scores.shape), joint_shape(tuple(scores.shape), tuple(mask.shape))
        if joint != shape:
            raise RuntimeError(
                f"output with shape {list(shape)} doesn't match the broadcast shape {list(joint)}"
            )
        scores = scores + mask
    return SafeSoftmaxBackward0.apply(scores, dim=scores.ndim - 1)


class ScaledDotProductFlashAttentionForCpuBackward0(Node):
    """y = P @ v, P = softmax(s·q @ kᵀ + mask), of q (N, H, L, E), k and v (N, G, S, E).

    dL/dv = Pᵀ @ dL/dy, and with dL/dP = dL/dy @ vᵀ and D = s·P·(dL/dP - Σ dL/dP·P) along each row:
    dL/dq = D @ k,  dL/dk = Dᵀ @ q.

    P (N, H, L, S), by far the largest, is not kept but computed again in backward: that is what
    "flash" attention saves memory by. H/G heads of q share one of k and v, where those have fewer.
    PyTorch: derivatives.yaml, _scaled_dot_product_flash_attention_for_cpu.
    """

    __slots__ = ("scale",)
    saves = ("query", "key", "value", "attn_mask")

    def forward(self, q: Any, k: Any, v: Any, *, mask: Any, scale: float) -> Any:
        self.scale = scale
        self.save_for_backward(q, k, v, mask)
        y = np.empty_like(q, order="C" if 0 in q.strides else "K")  # it lies as the query does
        return np.matmul(self.weights(q, k, mask), _for_every_head(v, q), out=y)

    def weights(self, q: Value, k: Value, mask: Value | None) -> Value:
        keys = transpose(_for_every_head(k, q), -2, -1)
        return _softmax(times_number(q, self.scale) @ keys, mask)

    def backward(self, grad: Value) -> tuple[Value | None, ...]:
        q, k, v, mask = self.saved_tensors
        need_q, need_k, need_v = self.needs_input_grad
        weights = self.weights(q, k, mask)
        grad_q = grad_k = grad_v = None
        if need_v:
            grad_v = _of_shared_heads(transpose(weights, -2, -1) @ grad, v)
        if need_q or need_k:
            weighted = weights * (grad @ transpose(_for_every_head(v, q), -2, -1))
            grad_scores = weighted - weights * sum(weighted, -1, keepdim=True)
            grad_scores = times_number(grad_scores, self.scale)
            grad_q = grad_scores @ _for_every_head(k, q)
            grad_k = _of_shared_heads(transpose(grad_scores, -2, -1) @ q, k)
        return grad_q, grad_k, grad_v


def _for_every_head(x: Value, query: Value) -> Value:
    """Keys or values (*, heads, S, E), repeated until each head of the query has its own."""
    heads, wanted = x.shape[wrap_dim(-3, x.ndim)], query.shape[-3]
    if wanted % heads:
        raise RuntimeError(
            "Number of heads in key and value must divide the number of heads in query"
        )
    return x if heads == wanted else repeat_interleave(x, wanted // heads, -3)


def _of_shared_heads(grad: Value, x: Value) -> Value:
    """The adjoint: the sum over the heads of the query that shared one of x."""
    n, heads, *matrix = x.shape
    if grad.shape[1] == heads:
        return grad
    return sum(reshape(grad, (n, heads, -1, *matrix)), 2)


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
    and dtypes.

    PyTorch records one node where its fused kernel serves (`_is_fused`), else the steps, as here.
    """
    _check(query, key, value, attn_mask, is_causal)
    if query.ndim == key.ndim == value.ndim == 3:
        while attn_mask is not None and attn_mask.ndim < 4:
            attn_mask = unsqueeze(attn_mask, 0)
        query, key, value = (unsqueeze(x, 0) for x in (query, key, value))
        mixed = scaled_dot_product_attention(
            query, key, value, attn_mask, dropout_p, is_causal, scale, enable_gqa
        )
        return squeeze(mixed, 0)
    if 0 in (*query.shape[:-1], *value.shape):
        return _of_nothing(query, key, value)
    if scale is None:
        scale = 1 / math.sqrt(query.shape[-1] or 1)
    if is_causal:
        attn_mask = query.new(np.tri(query.shape[-2], key.shape[-2], dtype=bool))
    mask = _as_numbers(attn_mask, array_of(query).dtype)
    if not dropout_p > 0 and _is_fused(query, key, value, mask, enable_gqa):
        return ScaledDotProductFlashAttentionForCpuBackward0.apply(
            query, key, value, mask=mask, scale=scale
        )
    if enable_gqa:
        key, value = (_for_every_head(x, query) for x in (key, value))
    # Each gets a root of the scale, so that neither overflows before the product.
    root = math.sqrt(abs(scale))
    keys = times_number(transpose(key, -2, -1), math.copysign(root, scale))
    weights = _softmax(matmul(times_number(query, root), keys), mask)
    if dropout_p > 0:
        weights = dropout(weights, dropout_p, True)
    return matmul(weights, value)


def _is_fused(q: Value, k: Value, v: Value, mask: Value | None, enable_gqa: bool) -> bool:
    """Whether PyTorch's kernel for the CPU serves: sdp_utils_cpp.cpp (use_flash_attention_cpp)."""
    if not q.ndim == k.ndim == 4 or tuple(k.shape) != tuple(v.shape):
        return False
    if mask is not None:
        if mask.requires_grad:
            return False
        wrap_dim(-2, mask.ndim)  # raises: a mask has two dimensions at least
        if mask.ndim not in (2, 4):
            return False
    heads, shared = q.shape[1], k.shape[1]
    return (
        (q.shape[0], q.shape[3]) == (k.shape[0], k.shape[3])
        and (heads == shared or shared == 1 or (enable_gqa and heads % shared == 0))
        and all(x.strides[-1] == x.itemsize for x in map(array_of, (q, k, v)))
    )


def _of_nothing(query: Value, key: Value, value: Value) -> Value:
    """Zeros, where there is no query or no value; joined to the graph by sums times 0."""
    zeros = np.zeros((*query.shape[:-1], value.shape[-1]), array_of(query).dtype)
    return query.new(zeros) + times_number(sum(query) + sum(key) + sum(value), 0)


def _as_numbers(mask: Value | None, kind: Any) -> Value | None:
    """What is to be added to the scores: -∞ for what takes no part."""
    if mask is None or array_of(mask).dtype.kind != "b":
        return mask
    return mask.new(np.where(array_of(mask), 0, -np.inf).astype(kind))


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
    if dtypes[0].kind != "f":
        raise RuntimeError(f"expected scalar type Float but found {title(dtypes[0])}")
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
