"""The Transformer: layers of attention and of small networks that look at one position at a time.

An encoder layer adds to every position what it found at the others, then what a network makes of
it; a decoder layer also looks at the encoder's output, the memory:

    x = norm1(x + self_attn(x, x, x))            x = norm1(x + self_attn(x, x, x))
                                                 x = norm2(x + multihead_attn(x, memory, memory))
    x = norm2(x + linear2(relu(linear1(x))))     x = norm3(x + linear2(relu(linear1(x))))

With norm_first the normalization is inside the sums instead: x + self_attn(norm1(x), …).

Sequences are [L, N, d_model], or [N, L, d_model] with batch_first, or [L, d_model] of a single one.
A mask [L, S], and a padding mask [N, S], is True (or -∞) for what is not to be looked at.

Vaswani et al., "Attention Is All You Need", 2017. PyTorch: torch/nn/modules/transformer.py.
"""

from __future__ import annotations

import copy
import math
import warnings
from collections.abc import Callable
from typing import Any, ClassVar

from ..autograd.grad_mode import is_grad_enabled
from ..creation import full
from ..tensor import Tensor
from . import functional as F
from . import init
from .activation import GELU, ReLU
from .attention import MultiheadAttention
from .container import ModuleList
from .dropout import Dropout
from .linear import Linear
from .module import Module
from .multi_head import masks_to_add
from .normalization import LayerNorm


class _Layer(Module):
    """What an encoder's and a decoder's layer share: their parts."""

    _attentions: ClassVar[tuple[str, ...]]

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: str | Callable[[Tensor], Tensor] = F.relu,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        options: dict[str, Any] = {"bias": bias, "device": device, "dtype": dtype}
        for name in self._attentions:
            attention = MultiheadAttention(
                d_model, nhead, dropout, batch_first=batch_first, **options
            )
            setattr(self, name, attention)
        self.linear1 = Linear(d_model, dim_feedforward, **options)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, **options)
        self.norm_first = norm_first
        steps = range(1, len(self._attentions) + 2)
        for i in steps:
            setattr(self, f"norm{i}", LayerNorm(d_model, layer_norm_eps, **options))
        for i in steps:
            setattr(self, f"dropout{i}", Dropout(dropout))
        if isinstance(activation, str):
            activation = _activation_named(activation)
        self.activation = activation

    def _sa_block(
        self,
        x: Tensor,
        attn_mask: Tensor | None,
        key_padding_mask: Tensor | None,
        is_causal: bool = False,
    ) -> Tensor:
        """What each position finds among the others."""
        found = _found(self.self_attn, x, x, attn_mask, key_padding_mask, is_causal)
        return self.dropout1(found)

    def _ff_block(self, x: Tensor) -> Tensor:
        """The network that looks at one position at a time."""
        x = self.linear2(self.dropout(self.activation(self.linear1(x))))
        return getattr(self, f"dropout{len(self._attentions) + 1}")(x)


def _found(
    attention: Module,
    x: Tensor,
    memory: Tensor,
    attn_mask: Tensor | None,
    key_padding_mask: Tensor | None,
    is_causal: bool,
) -> Tensor:
    """What the queries x find in the memory; how much of what, is not asked."""
    found, _ = attention(
        x,
        memory,
        memory,
        attn_mask=attn_mask,
        key_padding_mask=key_padding_mask,
        need_weights=False,
        is_causal=is_causal,
    )
    return found


def _activation_named(name: str) -> Callable[[Tensor], Tensor]:
    if name == "relu":
        return F.relu
    if name == "gelu":
        return F.gelu
    raise RuntimeError(f"activation should be relu/gelu, not {name}")


class TransformerEncoderLayer(_Layer):
    """One step of an encoder: attention to itself, then a network of dim_feedforward hidden units.

    activation: "relu", "gelu" or a function. dropout: of the attention weights, of the hidden
    units, and of what either step adds. bias: whether Linear and LayerNorm have one.
    RuntimeError for an activation of another name.
    """

    _attentions = ("self_attn",)

    def forward(
        self,
        src: Tensor,
        src_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool = False,
    ) -> Tensor:
        """is_causal: a hint that src_mask is the causal one."""
        mask, padding = masks_to_add(
            src_mask, src_key_padding_mask, src.dtype, ("src_mask", "src_key_padding_mask")
        )
        x = src
        if self.norm_first:
            x = x + self._sa_block(self.norm1(x), mask, padding, is_causal)
            return x + self._ff_block(self.norm2(x))
        x = self.norm1(x + self._sa_block(x, mask, padding, is_causal))
        return self.norm2(x + self._ff_block(x))


class TransformerDecoderLayer(_Layer):
    """One step of a decoder: attention to itself, attention to the memory, then a network.

    The settings are TransformerEncoderLayer's.
    """

    _attentions = ("self_attn", "multihead_attn")

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool = False,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """is_causal: a hint that the mask is the causal one."""
        own = (tgt_mask, tgt_key_padding_mask, tgt_is_causal)
        other = (memory_mask, memory_key_padding_mask, memory_is_causal)
        x = tgt
        if self.norm_first:
            x = x + self._sa_block(self.norm1(x), *own)
            x = x + self._mha_block(self.norm2(x), memory, *other)
            return x + self._ff_block(self.norm3(x))
        x = self.norm1(x + self._sa_block(x, *own))
        x = self.norm2(x + self._mha_block(x, memory, *other))
        return self.norm3(x + self._ff_block(x))

    def _mha_block(
        self,
        x: Tensor,
        mem: Tensor,
        attn_mask: Tensor | None,
        key_padding_mask: Tensor | None,
        is_causal: bool = False,
    ) -> Tensor:
        """What each position finds in the memory."""
        found = _found(self.multihead_attn, x, mem, attn_mask, key_padding_mask, is_causal)
        return self.dropout2(found)


class TransformerEncoder(Module):
    """`num_layers` copies of a layer, one behind the other, and at the end `norm`, if given.

    All copies start with the same weights. enable_nested_tensor: whether evaluation without
    gradients may leave the padding out of the computation, which is then 0 in the result; warns if
    the layer does not allow that. mask_check: it is checked that the padding comes last in any
    case, whatever this says.
    """

    def __init__(
        self,
        encoder_layer: Any,
        num_layers: int,
        norm: Module | None = None,
        enable_nested_tensor: bool = True,
        mask_check: bool = True,
    ) -> None:
        super().__init__()
        self.layers = _copies(encoder_layer, num_layers)
        self.num_layers = num_layers
        self.norm = norm
        self.enable_nested_tensor = enable_nested_tensor
        self.mask_check = mask_check
        reason = _why_padding_stays(encoder_layer)
        self.use_nested_tensor = enable_nested_tensor and not reason
        if enable_nested_tensor and reason:
            warnings.warn(
                "enable_nested_tensor is True, but self.use_nested_tensor is False because "
                f"{reason}",
                stacklevel=2,
            )

    def forward(
        self,
        src: Tensor,
        mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool | None = None,
    ) -> Tensor:
        """is_causal: whether `mask` is the causal one; by default it is looked at."""
        mask, padding = masks_to_add(
            mask, src_key_padding_mask, src.dtype, ("mask", "src_key_padding_mask")
        )
        is_causal = _is_causal(mask, is_causal, src, self.layers[0].self_attn.batch_first)
        output = src
        for layer in self.layers:
            output = layer(output, src_mask=mask, is_causal=is_causal, src_key_padding_mask=padding)
        if mask is None and padding is not None and self._leaves_out(padding, src):
            output = output.masked_fill((padding != 0).unsqueeze(-1), 0.0)
        return output if self.norm is None else self.norm(output)

    def _leaves_out(self, padding: Tensor, src: Tensor) -> bool:
        """Whether PyTorch takes its way for evaluation that skips the padding."""
        first = self.layers[0]
        if not self.use_nested_tensor or first.training or src.dim() != 3:
            return False
        if is_grad_enabled() and any(x.requires_grad for x in (src, *first.parameters())):
            return False
        kept = padding == 0
        return not (kept[:, 1:] & ~kept[:, :-1]).any()


def _why_padding_stays(layer: Any) -> str:
    """What of the layer hinders PyTorch from leaving the padding out; empty if nothing does."""
    if not isinstance(layer, TransformerEncoderLayer):
        return "encoder_layer was not TransformerEncoderLayer"
    attention = layer.self_attn
    hindrances = {
        "norm_first was True": layer.norm_first,
        "self_attn.batch_first was not True(use batch_first for better inference performance)": (
            not attention.batch_first
        ),
        "self_attn._qkv_same_embed_dim was not True": not attention._qkv_same_embed_dim,
        "self_attn was passed bias=False": attention.in_proj_bias is None,
        "activation_relu_or_gelu was not True": not (
            layer.activation in (F.relu, F.gelu) or isinstance(layer.activation, (ReLU, GELU))
        ),
        "norm1.eps was not equal to encoder_layer.norm2.eps": layer.norm1.eps != layer.norm2.eps,
        "self_attn.num_heads is odd": attention.num_heads % 2 == 1,
    }
    for reason, holds in hindrances.items():
        if holds:
            return f"encoder_layer.{reason}"
    return ""


class TransformerDecoder(Module):
    """`num_layers` copies of a layer, one behind the other, and at the end `norm`, if given.

    All copies start with the same weights.
    """

    def __init__(self, decoder_layer: Any, num_layers: int, norm: Module | None = None) -> None:
        super().__init__()
        self.layers = _copies(decoder_layer, num_layers)
        self.num_layers = num_layers
        self.norm = norm

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """tgt_is_causal: whether tgt_mask is the causal one; by default it is looked at."""
        batch_first = self.layers[0].self_attn.batch_first
        tgt_is_causal = _is_causal(tgt_mask, tgt_is_causal, tgt, batch_first)
        output = tgt
        for layer in self.layers:
            output = layer(
                output,
                memory,
                tgt_mask=tgt_mask,
                memory_mask=memory_mask,
                tgt_key_padding_mask=tgt_key_padding_mask,
                memory_key_padding_mask=memory_key_padding_mask,
                tgt_is_causal=tgt_is_causal,
                memory_is_causal=memory_is_causal,
            )
        return output if self.norm is None else self.norm(output)


def _copies(layer: Module, count: int) -> ModuleList:
    return ModuleList(copy.deepcopy(layer) for _ in range(count))


def _is_causal(
    mask: Tensor | None, is_causal: bool | None, sequence: Tensor, batch_first: bool
) -> bool:
    """Whether the mask is the causal one: as `is_causal` says, else by comparing them."""
    if is_causal is not None or mask is None:
        return is_causal is True
    length = sequence.shape[1 if batch_first and sequence.dim() == 3 else 0]
    causal = _causal_mask(length, None, mask.dtype)
    return mask.shape == causal.shape and bool((mask == causal).all())


def _causal_mask(sz: int, device: Any, dtype: Any) -> Tensor:
    return full((sz, sz), -math.inf, dtype=dtype, device=device).triu(diagonal=1)


class Transformer(Module):
    """An encoder that reads src, and a decoder that writes tgt while it looks at what was read.

    src [S, N, d_model] and tgt [T, N, d_model] to [T, N, d_model]; with batch_first N comes first;
    or both without N. There is no embedding, no position and no final projection in it: those are
    the user's. custom_encoder and custom_decoder take the place of the layers that the other
    settings describe. Weights of more than one dimension start Xavier-uniform.
    """

    def __init__(
        self,
        d_model: int = 512,
        nhead: int = 8,
        num_encoder_layers: int = 6,
        num_decoder_layers: int = 6,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: str | Callable[[Tensor], Tensor] = F.relu,
        custom_encoder: Any = None,
        custom_decoder: Any = None,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        options: dict[str, Any] = {"bias": bias, "device": device, "dtype": dtype}

        def stack(stacked: Any, layer: Any, count: int) -> Any:
            one = layer(
                d_model,
                nhead,
                dim_feedforward,
                dropout,
                activation,
                layer_norm_eps,
                batch_first,
                norm_first,
                **options,
            )
            return stacked(one, count, LayerNorm(d_model, layer_norm_eps, **options))

        self.encoder = custom_encoder
        if custom_encoder is None:
            self.encoder = stack(TransformerEncoder, TransformerEncoderLayer, num_encoder_layers)
        self.decoder = custom_decoder
        if custom_decoder is None:
            self.decoder = stack(TransformerDecoder, TransformerDecoderLayer, num_decoder_layers)
        self._reset_parameters()
        self.d_model = d_model
        self.nhead = nhead
        self.batch_first = batch_first

    def _reset_parameters(self) -> None:
        for weight in self.parameters():
            if weight.dim() > 1:
                init.xavier_uniform_(weight)

    @staticmethod
    def generate_square_subsequent_mask(sz: int, device: Any = None, dtype: Any = None) -> Tensor:
        """The causal mask [sz, sz]: -∞ for the positions after one's own, 0 for the others."""
        return _causal_mask(sz, device, dtype)

    def forward(
        self,
        src: Tensor,
        tgt: Tensor,
        src_mask: Tensor | None = None,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        src_is_causal: bool | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """RuntimeError if src and tgt differ in batch, or are not of d_model dimensions."""
        batch = 0 if self.batch_first else 1
        if src.dim() == 3 and src.size(batch) != tgt.size(batch):
            raise RuntimeError("the batch number of src and tgt must be equal")
        if src.size(-1) != self.d_model or tgt.size(-1) != self.d_model:
            raise RuntimeError("the feature number of src and tgt must be equal to d_model")
        memory = self.encoder(
            src,
            mask=src_mask,
            src_key_padding_mask=src_key_padding_mask,
            is_causal=src_is_causal,
        )
        return self.decoder(
            tgt,
            memory,
            tgt_mask=tgt_mask,
            memory_mask=memory_mask,
            tgt_key_padding_mask=tgt_key_padding_mask,
            memory_key_padding_mask=memory_key_padding_mask,
            tgt_is_causal=tgt_is_causal,
            memory_is_causal=memory_is_causal,
        )
