"""MultiheadAttention: the layer that holds the weights of multi-head attention (multi_head.py).

PyTorch: torch/nn/modules/activation.py (MultiheadAttention).
"""

from __future__ import annotations

from typing import Any

from ..creation import empty
from ..tensor import Tensor
from . import functional as F
from . import init
from .linear import NonDynamicallyQuantizableLinear
from .module import Module
from .multi_head import masks_to_add
from .parameter import Parameter


class MultiheadAttention(Module):
    """Attention by several heads, each in embed_dim / num_heads dimensions of its own.

    query [L, N, embed_dim], key [S, N, kdim], value [S, N, vdim], where kdim and vdim are embed_dim
    unless given; [N, L, …] with batch_first; or all without N. Returns what the queries found, of
    the query's shape, and the attention weights, [N, L, S] (need_weights=False: None instead, and
    less work). The masks are those of F.multi_head_attention_forward: True is NOT looked at.

    `in_proj_weight` [3·embed_dim, embed_dim] projects query, key and value (with other dimensions
    for one of them: `q_proj_weight`, `k_proj_weight`, `v_proj_weight`), `out_proj` what was found.
    They start Xavier-uniform, the biases as zeros. add_bias_kv: one more key and value to learn;
    add_zero_attn: one more of zeros. dropout: of the attention weights, in training.

    ValueError or AssertionError for dimensions that are not positive, or that the heads do not
    divide.
    """

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        add_bias_kv: bool = False,
        add_zero_attn: bool = False,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        if embed_dim <= 0 or num_heads <= 0:
            raise ValueError(
                "embed_dim and num_heads must be greater than 0, got "
                f"embed_dim={embed_dim} and num_heads={num_heads} instead"
            )
        super().__init__()
        self.embed_dim = embed_dim
        self.kdim = embed_dim if kdim is None else kdim
        self.vdim = embed_dim if vdim is None else vdim
        self._qkv_same_embed_dim = self.kdim == self.vdim == embed_dim
        self.num_heads = num_heads
        self.dropout = dropout
        self.batch_first = batch_first
        self.head_dim = embed_dim // num_heads
        if self.head_dim * num_heads != embed_dim:
            raise AssertionError("embed_dim must be divisible by num_heads")

        same = self._qkv_same_embed_dim
        shapes: dict[str, tuple[int, ...] | None] = {
            "q_proj_weight": None if same else (embed_dim, embed_dim),
            "k_proj_weight": None if same else (embed_dim, self.kdim),
            "v_proj_weight": None if same else (embed_dim, self.vdim),
            "in_proj_weight": (3 * embed_dim, embed_dim) if same else None,
            "in_proj_bias": (3 * embed_dim,) if bias else None,
        }
        for name, shape in shapes.items():
            made = None if shape is None else Parameter(empty(shape, device=device, dtype=dtype))
            self.register_parameter(name, made)
        self.out_proj = NonDynamicallyQuantizableLinear(embed_dim, embed_dim, bias, device, dtype)
        self.bias_k = self.bias_v = None
        if add_bias_kv:
            self.bias_k = Parameter(empty((1, 1, embed_dim), device=device, dtype=dtype))
            self.bias_v = Parameter(empty((1, 1, embed_dim), device=device, dtype=dtype))
        self.add_zero_attn = add_zero_attn
        self._reset_parameters()

    def _reset_parameters(self) -> None:
        for name in ("in_proj_weight", "q_proj_weight", "k_proj_weight", "v_proj_weight"):
            if getattr(self, name) is not None:
                init.xavier_uniform_(getattr(self, name))
        if self.in_proj_bias is not None:
            init.zeros_(self.in_proj_bias)
            init.zeros_(self.out_proj.bias)
        for bias in (self.bias_k, self.bias_v):
            if bias is not None:
                init.xavier_normal_(bias)

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Tensor | None = None,
        need_weights: bool = True,
        attn_mask: Tensor | None = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        attn_mask, key_padding_mask = masks_to_add(attn_mask, key_padding_mask, query.dtype)
        swapped = self.batch_first and query.dim() == 3
        if swapped:
            query, key, value = _with_the_batch_second(query, key, value)
        output, weights = F.multi_head_attention_forward(
            query,
            key,
            value,
            self.embed_dim,
            self.num_heads,
            self.in_proj_weight,
            self.in_proj_bias,
            self.bias_k,
            self.bias_v,
            self.add_zero_attn,
            self.dropout,
            self.out_proj.weight,
            self.out_proj.bias,
            training=self.training,
            key_padding_mask=key_padding_mask,
            need_weights=need_weights,
            attn_mask=attn_mask,
            use_separate_proj_weight=not self._qkv_same_embed_dim,
            q_proj_weight=self.q_proj_weight,
            k_proj_weight=self.k_proj_weight,
            v_proj_weight=self.v_proj_weight,
            average_attn_weights=average_attn_weights,
            is_causal=is_causal,
        )
        return output.transpose(1, 0) if swapped else output, weights


def _with_the_batch_second(query: Tensor, key: Tensor, value: Tensor) -> tuple[Tensor, ...]:
    """[N, L, E] as [L, N, E]; what is one tensor stays one, to be projected in one product."""
    q = query.transpose(1, 0)
    if key is not value:
        return q, key.transpose(1, 0), value.transpose(1, 0)
    k = q if query is key else key.transpose(1, 0)
    return q, k, k
