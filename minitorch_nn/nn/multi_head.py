"""Multi-head attention: several attentions side by side, each in a few dimensions of its own.

    head_i = Attention(Q Wᵢq, K Wᵢk, V Wᵢv)        MultiHead(Q, K, V) = concat(head_1, …, head_h) Wo

The heads are no loop: one product projects for all of them, and then the E dimensions are seen as
h times E/h, and the heads as so many more sequences of the batch. L is the number of queries, S
that of keys and values, N the batch, E the model's dimensions.

Vaswani et al., "Attention Is All You Need", 2017, section 3.2.2. PyTorch: torch/nn/functional.py
(multi_head_attention_forward). The layer with its weights is in attention.py.
"""

from __future__ import annotations

import math
import warnings
from typing import Any

from ..creation import zeros
from ..dtypes import dtype as DType
from ..ops.attention import scaled_dot_product_attention
from ..ops.dropout import dropout
from ..ops.joining import cat
from ..ops.matmul import bmm, linear
from ..ops.padding import pad
from ..ops.products import baddbmm
from ..tensor import Tensor

Masks = tuple[Tensor | None, Tensor | None]  # attn_mask, key_padding_mask, in this order below


def multi_head_attention_forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    embed_dim_to_check: int,
    num_heads: int,
    in_proj_weight: Tensor | None,
    in_proj_bias: Tensor | None,
    bias_k: Tensor | None,
    bias_v: Tensor | None,
    add_zero_attn: bool,
    dropout_p: float,
    out_proj_weight: Tensor,
    out_proj_bias: Tensor | None,
    training: bool = True,
    key_padding_mask: Tensor | None = None,
    need_weights: bool = True,
    attn_mask: Tensor | None = None,
    use_separate_proj_weight: bool = False,
    q_proj_weight: Tensor | None = None,
    k_proj_weight: Tensor | None = None,
    v_proj_weight: Tensor | None = None,
    static_k: Tensor | None = None,
    static_v: Tensor | None = None,
    average_attn_weights: bool = True,
    is_causal: bool = False,
) -> tuple[Tensor, Tensor | None]:
    """What every query finds, [L, N, E], and with need_weights how much of each key, [N, L, S].

    query [L, N, E], key [S, N, Ek], value [S, N, Ev], or all without N. in_proj_weight [3E, E] and
    in_proj_bias [3E] project all three (use_separate_proj_weight: the weights come one by one);
    out_proj_weight [E, E] mixes what the heads found. bias_k and bias_v [1, 1, E] are one more key
    and value that is learned, add_zero_attn adds one of zeros: something for a query that finds
    nothing. static_k and static_v [N·heads, S, E/heads] stand in for the projections.

    attn_mask [L, S] or [N·heads, L, S], key_padding_mask [N, S]: True for what is NOT to be looked
    at, or numbers to add to the scores. is_causal says that attn_mask is the causal one, which then
    need not be read. The weights are the heads' mean, unless average_attn_weights=False: then
    [N, heads, L, S]. AssertionError or RuntimeError for what does not fit.
    """
    batched = _check_dimensions(query, key, value, key_padding_mask, attn_mask, num_heads)
    if not batched:
        query, key, value = query.unsqueeze(1), key.unsqueeze(1), value.unsqueeze(1)
        if key_padding_mask is not None:
            key_padding_mask = key_padding_mask.unsqueeze(0)
    L, N, E = query.shape
    attn_mask, key_padding_mask = masks_to_add(attn_mask, key_padding_mask, query.dtype)
    if is_causal and attn_mask is None:
        raise RuntimeError(
            "Need attn_mask if specifying the is_causal hint. You may use the Transformer module "
            "method `generate_square_subsequent_mask` to create this mask."
        )
    if key_padding_mask is not None or need_weights:
        is_causal = False  # there is a mask to be read
    elif is_causal:
        attn_mask = None
    _check_sizes(query, key, value, embed_dim_to_check, num_heads, use_separate_proj_weight)

    if use_separate_proj_weight:
        weights = q_proj_weight, k_proj_weight, v_proj_weight
        q, k, v = _project_apart(query, key, value, weights, in_proj_bias)
    elif in_proj_weight is None:
        raise AssertionError("use_separate_proj_weight is False but in_proj_weight is None")
    else:
        q, k, v = _project(query, key, value, in_proj_weight, in_proj_bias)
    if attn_mask is not None:
        attn_mask = _with_batch(attn_mask, N * num_heads, L, len(key))
    masks = attn_mask, key_padding_mask
    if bias_k is not None and bias_v is not None:
        _refuse_static(static_k, static_v)
        k, v, masks = _with_one_more(k, v, bias_k.repeat(1, N, 1), bias_v.repeat(1, N, 1), masks, 0)
    elif bias_k is not None:
        raise AssertionError("bias_k is set but bias_v is None")
    elif bias_v is not None:
        raise AssertionError("bias_v is set but bias_k is None")

    heads = (N * num_heads, E // num_heads)
    q = q.view(L, *heads).transpose(0, 1)
    k = _in_heads(k, heads) if static_k is None else _checked_static("static_k", static_k, heads)
    v = _in_heads(v, heads) if static_v is None else _checked_static("static_v", static_v, heads)
    if add_zero_attn:
        nothing = zeros((heads[0], 1, heads[1]), dtype=k.dtype)
        k, v, masks = _with_one_more(k, v, nothing, nothing, masks, 1)
    mask = _merged(*masks, N, num_heads, k.shape[1])

    dropout_p = dropout_p if training else 0.0
    attention = None
    if need_weights:
        found, attention = _attend_and_tell(q, k, v, mask, dropout_p, num_heads)
    else:
        found = _attend(q, k, v, mask, dropout_p, is_causal, num_heads)
    output = linear(found, out_proj_weight, out_proj_bias)
    output = output.view(L, N, output.shape[1])
    if attention is not None and average_attn_weights:
        attention = attention.mean(dim=1)
    if not batched:
        output = output.squeeze(1)
        attention = None if attention is None else attention.squeeze(0)
    return output, attention


def _attend(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    mask: Tensor | None,
    dropout_p: float,
    is_causal: bool,
    heads: int,
) -> Tensor:
    """What is found, [L·N, E], by q [N·heads, L, D], k and v [N·heads, S, D]."""
    (_, L, D), S, N = q.shape, k.shape[1], len(q) // heads
    if mask is not None:
        several = len(mask) != 1
        mask = mask.view(N, heads, mask.shape[1], S) if several else mask.unsqueeze(0)
    q, k, v = q.view(N, heads, L, D), k.view(N, heads, S, D), v.view(N, heads, S, D)
    found = scaled_dot_product_attention(q, k, v, mask, dropout_p, is_causal)
    return found.permute(2, 0, 1, 3).reshape(L * N, heads * D)


def _attend_and_tell(
    q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, dropout_p: float, heads: int
) -> tuple[Tensor, Tensor]:
    """The same, step by step, for the sake of the weights, [N, heads, L, S]."""
    (_, L, D), S, N = q.shape, k.shape[1], len(q) // heads
    scaled, keys = q * math.sqrt(1.0 / D), k.transpose(-2, -1)
    scores = bmm(scaled, keys) if mask is None else baddbmm(mask, scaled, keys)
    weights = scores.softmax(-1)
    if dropout_p > 0.0:
        weights = dropout(weights, dropout_p, True)
    found = bmm(weights, v).transpose(0, 1).reshape(L * N, heads * D)
    return found, weights.view(N, heads, L, S)


# --- projections -----------------------------------------------------------------------------


def _project(
    query: Tensor, key: Tensor, value: Tensor, weight: Tensor, bias: Tensor | None
) -> tuple[Tensor, ...]:
    """The three, by one weight [3E, E]; what is the same tensor is projected in one product."""
    E = query.shape[-1]
    if query is key and key is value:
        return _several(linear(query, weight, bias), 3)
    if key is value:
        w_q, w_kv = weight.split([E, 2 * E])
        b_q, b_kv = (None, None) if bias is None else bias.split([E, 2 * E])
        return linear(query, w_q, b_q), *_several(linear(key, w_kv, b_kv), 2)
    biases = (None,) * 3 if bias is None else bias.chunk(3)
    return tuple(map(linear, (query, key, value), weight.chunk(3), biases))


def _several(projected: Tensor, count: int) -> tuple[Tensor, ...]:
    """[L, N, count·E] as so many of [L, N, E], each in one piece of memory."""
    parts = projected.unflatten(-1, (count, projected.shape[-1] // count))
    parts = parts.unsqueeze(0).transpose(0, -2).squeeze(-2).contiguous()
    return tuple(parts[i] for i in range(count))


def _project_apart(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    weights: tuple[Any, ...],
    bias: Tensor | None,
) -> tuple[Tensor, ...]:
    """The three, each by a weight of its own: keys may have other dimensions than queries."""
    E = query.shape[-1]
    names = ("query", "key", "value")
    for name, weight in zip(names, weights, strict=True):
        if weight is None:
            raise AssertionError(
                f"use_separate_proj_weight is True but {name[0]}_proj_weight is None"
            )
    biases = (None,) * 3 if bias is None else bias.chunk(3)
    given = list(zip(names, (query, key, value), weights, biases, strict=True))
    for name, x, weight, _ in given:
        expected = (E, x.shape[-1])
        if weight.shape != expected:
            raise AssertionError(
                f"expecting {name} weights shape of {expected}, but got {weight.shape}"
            )
    for name, _, _, part in given:
        if part is not None and part.shape != (E,):
            raise AssertionError(f"expecting {name} bias shape of {(E,)}, but got {part.shape}")
    return tuple(linear(x, weight, part) for _, x, weight, part in given)


def _in_heads(x: Tensor, heads: tuple[int, int]) -> Tensor:
    """[S, N, E] as [N·heads, S, E/heads]."""
    return x.view(len(x), *heads).transpose(0, 1)


def _checked_static(name: str, given: Tensor, heads: tuple[int, int]) -> Tensor:
    for dim, size in ((0, heads[0]), (2, heads[1])):
        if given.shape[dim] != size:
            raise AssertionError(
                f"expecting {name}.size({dim}) of {size}, but got {given.shape[dim]}"
            )
    return given


def _refuse_static(static_k: Tensor | None, static_v: Tensor | None) -> None:
    for name, given in (("key", static_k), ("value", static_v)):
        if given is not None:
            raise AssertionError(f"bias cannot be added to static {name}.")


def _with_one_more(
    k: Tensor, v: Tensor, another_k: Tensor, another_v: Tensor, masks: Masks, dim: int
) -> tuple[Tensor, Tensor, Masks]:
    """Another key and value for every query, which no mask hides."""
    attn_mask, padding = (None if mask is None else pad(mask, (0, 1)) for mask in masks)
    return cat([k, another_k], dim), cat([v, another_v], dim), (attn_mask, padding)


# --- masks -----------------------------------------------------------------------------------


def masks_to_add(
    attn_mask: Tensor | None,
    key_padding_mask: Tensor | None,
    dtype: DType,
    names: tuple[str, str] = ("attn_mask", "key_padding_mask"),
) -> Masks:
    """Both masks as numbers to be added: -∞ for True. AssertionError for a mask of integers."""
    padding = _to_add(key_padding_mask, names[1], dtype)
    if len({mask.dtype for mask in (attn_mask, key_padding_mask) if mask is not None}) > 1:
        warnings.warn(
            f"Support for mismatched {names[1]} and {names[0]} is deprecated. Use same type for "
            "both instead.",
            stacklevel=3,
        )
    return _to_add(attn_mask, names[0], dtype), padding


def _to_add(mask: Tensor | None, name: str, dtype: DType) -> Tensor | None:
    if mask is None or mask.is_floating_point():
        return mask
    if mask.array.dtype != bool:
        raise AssertionError(f"only bool and floating types of {name} are supported")
    return zeros(mask.shape, dtype=dtype).masked_fill_(mask, -math.inf)


def _with_batch(mask: Tensor, batch: int, L: int, S: int) -> Tensor:
    """attn_mask [L, S] as [1, L, S], or [batch, L, S] as it is."""
    expected = (L, S) if mask.dim() == 2 else (batch, L, S)
    if mask.shape != expected:
        raise RuntimeError(
            f"The shape of the {mask.dim()}D attn_mask is {mask.shape}, but should be {expected}."
        )
    return mask.unsqueeze(0) if mask.dim() == 2 else mask


def _merged(
    attn_mask: Tensor | None, padding: Tensor | None, N: int, heads: int, S: int
) -> Tensor | None:
    """The sum of the masks, the padding [N, S] being the same for all heads and queries."""
    if padding is None:
        return attn_mask
    for dim, size in enumerate((N, S)):
        if padding.shape[dim] != size:
            raise AssertionError(
                f"Expected key_padded_mask.shape[{dim}] to be {size}, but got {padding.shape[dim]}"
            )
    padding = padding.view(N, 1, 1, S).expand(-1, heads, -1, -1).reshape(N * heads, 1, S)
    return padding if attn_mask is None else attn_mask + padding


# --- checks ----------------------------------------------------------------------------------


def _check_dimensions(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    key_padding_mask: Tensor | None,
    attn_mask: Tensor | None,
    num_heads: int,
) -> bool:
    """Whether there is a batch. AssertionError if the tensors do not agree on that."""
    d = query.dim()
    if d not in (2, 3):
        raise AssertionError(
            f"query should be unbatched 2D or batched 3D tensor but received {d}-D query tensor"
        )
    whose = f"For {'batched' if d == 3 else 'unbatched'} ({d}-D) `query`, expected"
    if key.dim() != d or value.dim() != d:
        raise AssertionError(
            f"{whose} `key` and `value` to be {d}-D but found {key.dim()}-D and {value.dim()}-D "
            "tensors respectively"
        )
    if key_padding_mask is not None and key_padding_mask.dim() != d - 1:
        raise AssertionError(
            f"{whose} `key_padding_mask` to be `None` or {d - 1}-D but found "
            f"{key_padding_mask.dim()}-D tensor instead"
        )
    if attn_mask is None:
        return d == 3
    if attn_mask.dim() not in (2, 3):
        raise AssertionError(
            f"{whose} `attn_mask` to be `None`, 2-D or 3-D but found {attn_mask.dim()}-D tensor "
            "instead"
        )
    expected = (num_heads, len(query), len(key))
    if d == 2 and attn_mask.dim() == 3 and attn_mask.shape != expected:
        raise AssertionError(
            f"Expected `attn_mask` shape to be {expected} but got {attn_mask.shape}"
        )
    return d == 3


def _check_sizes(
    query: Tensor, key: Tensor, value: Tensor, embed_dim: int, num_heads: int, apart: bool
) -> None:
    E = query.shape[-1]
    if embed_dim != E:
        raise AssertionError(f"was expecting embedding dimension of {embed_dim}, but got {E}")
    if E % num_heads:
        raise AssertionError(f"embed_dim {E} not divisible by num_heads {num_heads}")
    if apart and key.shape[:2] != value.shape[:2]:
        raise AssertionError(
            f"key's sequence and batch dims {key.shape[:2]} do not match value's {value.shape[:2]}"
        )
    if not apart and key.shape != value.shape:
        raise AssertionError(f"key shape {key.shape} does not match value shape {value.shape}")
