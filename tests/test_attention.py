"""Attention: masks, shapes and settings, and what is said of those that do not fit.

op_db compares scaled_dot_product_attention, module_db MultiheadAttention on single sequences and
the layers of the Transformer without dropout (test_op_db.py, test_module_db.py).
"""

from __future__ import annotations

import warnings
from typing import Any

import pytest

import minitorch_nn

from .parity import case, cases, constant
from .programs import both, graph, said, warned
from .versions import ATTENTION_OF_ONE_HEAD, BERNOULLI_BY_MKL, LINEAR_3D, is_older

# scaled_dot_product_attention


def attention(torch: Any, *tensors: Any, **options: Any) -> Any:
    return torch.nn.functional.scaled_dot_product_attention(*tensors, **options)


QUERY, KEYS = (2, 4, 3, 5), (2, 4, 6, 5)

test_scaled_dot_product_attention = cases(
    case("attention", attention, QUERY, KEYS, KEYS),
    case("attention: one query, one head", attention, (3, 5), (6, 5), (6, 5), second=True),
    case("attention: values of another size", attention, QUERY, KEYS, (2, 4, 6, 7), second=True),
    case("attention: keys of one batch for all", attention, QUERY, (1, 4, 6, 5), (1, 4, 6, 5)),
    case(
        "attention: two heads of the query to one of the keys",
        lambda torch, *qkv: attention(torch, *qkv, enable_gqa=True),
        *(QUERY, (2, 2, 6, 5), (2, 2, 6, 5)),
    ),
    case(
        "attention: causal, with more queries than keys",
        lambda torch, *qkv: attention(torch, *qkv, is_causal=True),
        *(KEYS, QUERY, QUERY),
    ),
    case(
        "attention: a row of the mask lets nothing through",
        lambda torch, *qkv: attention(
            torch, *qkv, attn_mask=torch.tensor([[True, False], [False, False]])
        ),
        *((1, 1, 2, 5),) * 3,
    ),
    case("attention: a mask of numbers", attention, QUERY, KEYS, KEYS, constant((2, 1, 3, 6))),
    case("attention: a mask to learn", attention, QUERY, KEYS, KEYS, (3, 6), second=True),
    case(
        "attention: a scale below zero",
        lambda torch, *qkv: attention(torch, *qkv, scale=-0.5),
        *(QUERY, KEYS, KEYS),
    ),
    case(
        "attention: a scale below zero, step by step",
        lambda torch, *qkv: attention(torch, *qkv, scale=-0.5),
        *(QUERY, KEYS, (2, 4, 6, 7)),
    ),
    case("attention: no keys", attention, QUERY, (2, 4, 0, 5), (2, 4, 0, 5)),
    case("attention: no dimensions", attention, (3, 0), (6, 0), (6, 4)),
    case(
        "attention: the result lies in memory as the query does",
        lambda torch, q, k, v: (
            attention(torch, q.transpose(1, 2), k, v).transpose(1, 2).view(2, -1)
        ),
        *((2, 3, 4, 5), KEYS, KEYS),
    ),
    case("attention: vectors", attention, (5,), (6, 5), (6, 5), raises=True),
    case("attention: other dimensions", attention, QUERY, (2, 4, 6, 7), KEYS, raises=True),
    case("attention: other heads", attention, QUERY, (2, 2, 6, 5), (2, 2, 6, 5), raises=True),
    case(
        "attention: a mask too large", attention, QUERY, KEYS, KEYS, constant((4, 6)), raises=True
    ),
)

test_attention_of_one_head = ATTENTION_OF_ONE_HEAD.mark(
    cases(
        case("attention: no heads", attention, (2, 3, 5), (2, 6, 5), (2, 6, 5)),
        case("attention: no heads, a mask", attention, *((2, 3, 5),) * 3, constant((3, 3))),
        case("attention: one head for all", attention, QUERY, (2, 1, 6, 5), (2, 1, 6, 5)),
        case(
            "attention: heads that cannot be shared",
            lambda torch, *qkv: attention(torch, *qkv, enable_gqa=True),
            *(QUERY, (2, 3, 6, 5), (2, 3, 6, 5)),
            raises=True,
        ),
    )
)


@BERNOULLI_BY_MKL.mark
@both
def test_dropped_weights_are_drawn_alike(torch: Any) -> Any:
    q, k, v = (torch.randn(2, 4, 5, 6) for _ in range(3))
    return attention(torch, q, k, v, dropout_p=0.3)


def test_the_fused_node_has_second_derivatives() -> None:
    """PyTorch's has none; the formula is made of operations that have."""
    t = minitorch_nn
    q, k, v = (t.randn(1, 2, 3, 2, dtype=t.float64, requires_grad=True) for _ in range(3))
    mask = t.ones(3, 3).tril().bool()
    f = t.nn.functional.scaled_dot_product_attention
    assert "Flash" in type(f(q, k, v, mask).grad_fn).__name__
    assert t.autograd.gradgradcheck(lambda *qkv: f(*qkv, attn_mask=mask), (q, k, v))


# MultiheadAttention


def sequences(torch: Any, *shapes: tuple[int, ...], dtype: Any = None) -> list[Any]:
    g = torch.Generator().manual_seed(1)
    return [torch.randn(shape, generator=g, dtype=dtype).requires_grad_() for shape in shapes]


def gradients(module: Any, inputs: list[Any]) -> list[Any]:
    return [x.grad for x in (*inputs, *module.parameters())]


def attended(torch: Any, module: Any, xs: list[Any], *call: Any, **options: Any) -> Any:
    """All that `module` gives for the queries, keys and values `xs`, and its gradients."""
    output, weights = module(*call or xs, **options)
    loss = output.square().sum()
    if weights is not None:
        loss = loss + weights.square().sum()
    loss.backward()
    same = not is_older(LINEAR_3D)
    return output, weights, gradients(module, xs), graph(output) if same else None


KINDS = {
    "plain": {},
    "batch first": {"batch_first": True},
    "other keys and values": {"kdim": 4, "vdim": 5},
    "other values, no bias": {"vdim": 5, "bias": False},
    "a key to learn": {"add_bias_kv": True},
    "a key of zeros": {"add_zero_attn": True, "batch_first": True},
    "both, dropped": {"add_bias_kv": True, "add_zero_attn": True, "dropout": 0.4},
}
CALLS = {
    "mean weights": {},
    "a head's weights": {"average_attn_weights": False},
    "no weights": {"need_weights": False},
}


@pytest.mark.parametrize("call", CALLS.values(), ids=list(CALLS))
@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
@both
def test_multihead_attention(torch: Any, kind: dict[str, Any], call: dict[str, Any]) -> Any:
    BERNOULLI_BY_MKL.skip_if("dropout" in kind)
    module = torch.nn.MultiheadAttention(6, 2, **kind)
    sizes = (6, kind.get("kdim", 6), kind.get("vdim", 6))
    first = kind.get("batch_first", False)
    shapes = [
        (2, n, size) if first else (n, 2, size) for n, size in zip((3, 4, 4), sizes, strict=True)
    ]
    padding = torch.tensor([[False, False, False, True], [True, False, False, False]])
    xs = sequences(torch, *shapes)
    seen = attended(torch, module, xs, **call)
    mask = torch.tensor([[False, True, False, False]] * 3)
    masked = attended(torch, module, xs, attn_mask=mask, key_padding_mask=padding, **call)
    return seen, masked, list(module.state_dict()), repr(module)


@pytest.mark.parametrize("need_weights", [True, False])
@both
def test_one_sequence_as_query_key_and_value(torch: Any, need_weights: bool) -> Any:
    module = torch.nn.MultiheadAttention(6, 3, batch_first=True)
    x, y = sequences(torch, (2, 4, 6), (2, 5, 6))
    to_itself = attended(torch, module, [x], x, x, x, need_weights=need_weights)
    to_another = attended(torch, module, [x, y], x, y, y, need_weights=need_weights)
    return to_itself, to_another


@pytest.mark.parametrize("need_weights", [True, False])
@both
def test_masks_of_numbers_and_of_every_head(torch: Any, need_weights: bool) -> Any:
    module = torch.nn.MultiheadAttention(6, 2)
    (x,) = sequences(torch, (4, 3, 6))
    slopes, padding = sequences(torch, (6, 4, 4), (3, 4))
    seen = attended(
        torch,
        module,
        [x, slopes, padding],
        *(x, x, x),
        attn_mask=slopes,
        key_padding_mask=padding,
        need_weights=need_weights,
    )
    causal = torch.nn.Transformer.generate_square_subsequent_mask(4)
    hinted = attended(
        torch, module, [x], x, x, x, attn_mask=causal, is_causal=True, need_weights=need_weights
    )
    return seen, hinted


@both
def test_a_query_that_may_look_at_nothing(torch: Any) -> Any:
    module = torch.nn.MultiheadAttention(4, 2).eval()
    (x,) = sequences(torch, (3, 1, 4))
    nothing = torch.ones(3, 3).bool()
    found, weights = module(x, x, x, attn_mask=nothing)
    return found, weights, module(x, x, x, attn_mask=nothing, need_weights=False)[0]


@pytest.mark.parametrize("need_weights", [True, False])
@both
def test_no_sequences(torch: Any, need_weights: bool) -> Any:
    module = torch.nn.MultiheadAttention(6, 2)
    (x,) = sequences(torch, (4, 0, 6))
    return attended(torch, module, [x], x, x, x, need_weights=need_weights)


@both
def test_projections_given_from_outside(torch: Any) -> Any:
    q, w, b, out = sequences(torch, (3, 2, 4), (12, 4), (12,), (4, 4))
    k, v = sequences(torch, (4, 5, 2), (4, 5, 2))
    found, weights = torch.nn.functional.multi_head_attention_forward(
        *(q, q, q, 4, 2, w, b, None, None, False, 0.0, out, None), static_k=k, static_v=v
    )
    found.sum().backward()
    return found, weights, [x.grad for x in (q, w, b, out, k, v)]


@both
def test_what_is_said_of_attention_that_does_not_fit(torch: Any) -> Any:
    make = torch.nn.MultiheadAttention
    module = make(4, 2)
    x, y, flat = torch.zeros(3, 2, 4), torch.zeros(3, 2, 6), torch.zeros(3, 4)
    forward = torch.nn.functional.multi_head_attention_forward
    w, out = torch.zeros(12, 4), torch.zeros(4, 4)

    def called(*start: Any, **options: Any) -> Any:
        return lambda: forward(*start, None, None, None, False, 0.0, out, None, **options)

    def masked(q: Any = x, **masks: Any) -> Any:
        return lambda: module(q, q, q, **masks)

    bias = torch.zeros(1, 1, 4)
    apart = {"use_separate_proj_weight": True}
    mistakes = {
        ValueError: [lambda: make(0, 1), lambda: make(4, 0)],
        RuntimeError: [
            masked(is_causal=True),
            masked(attn_mask=torch.zeros(2, 3)),
            masked(attn_mask=torch.zeros(2, 3, 3)),
        ],
        AssertionError: [
            lambda: make(5, 2),
            lambda: module(x, flat, x),
            lambda: module(flat, x, x),
            lambda: module(x[None], x, x),
            lambda: module(y, y, y),
            lambda: module(x, x, x[:2]),
            masked(key_padding_mask=torch.zeros(3)),
            masked(key_padding_mask=torch.zeros(2, 4)),
            masked(key_padding_mask=torch.zeros(3, 3)),
            masked(key_padding_mask=torch.zeros(2, 3).long()),
            masked(attn_mask=torch.zeros(3, 3).long()),
            masked(attn_mask=torch.zeros(3)),
            masked(flat, key_padding_mask=torch.zeros(1, 3)),
            masked(flat, attn_mask=torch.zeros(3)),
            masked(flat, attn_mask=torch.zeros(1, 3, 3)),
            called(x, x, x, 4, 3, w, None),
            called(x, x, x, 4, 2, None, None),
            called(x, x, x, 4, 2, w, None, **apart),
            called(x, x, x, 4, 2, w, None, **apart, q_proj_weight=out),
            called(x, y, y, 4, 2, w, None, **apart, **dict.fromkeys(PROJECTIONS, out)),
            called(x, x, x[:2], 4, 2, w, None, **apart, **dict.fromkeys(PROJECTIONS, out)),
            called(x, x, x, 4, 2, w, w[:9, 0], **apart, **dict.fromkeys(PROJECTIONS, out)),
            called(x, x, x, 4, 2, w, None, static_k=torch.zeros(3, 3, 2)),
            called(x, x, x, 4, 2, w, None, static_v=torch.zeros(4, 3, 3)),
            lambda: forward(x, x, x, 4, 2, w, None, bias, None, False, 0.0, out, None),
            lambda: forward(x, x, x, 4, 2, w, None, None, bias, False, 0.0, out, None),
            lambda: forward(x, x, x, 4, 2, w, None, bias, bias, False, 0.0, out, None, static_k=x),
            lambda: forward(x, x, x, 4, 2, w, None, bias, bias, False, 0.0, out, None, static_v=x),
        ],
    }
    return [said(error, action) for error, actions in mistakes.items() for action in actions]


PROJECTIONS = ("q_proj_weight", "k_proj_weight", "v_proj_weight")


@both
def test_masks_of_two_kinds_are_warned_of(torch: Any) -> Any:
    x = torch.zeros(3, 2, 4)
    masks = {"attn_mask": torch.zeros(3, 3), "key_padding_mask": torch.zeros(2, 3).bool()}
    return warned(lambda: torch.nn.MultiheadAttention(4, 2)(x, x, x, **masks))


# Transformer

LAYERS = {
    "plain": {},
    "norm first": {"norm_first": True},
    "batch first": {"batch_first": True},
    "gelu": {"activation": "gelu", "layer_norm_eps": 1e-3},
    "no bias, a function": {"bias": False, "activation": abs},
}


@BERNOULLI_BY_MKL.mark
@pytest.mark.parametrize("kind", LAYERS.values(), ids=list(LAYERS))
@both
def test_a_transformer_in_training_and_evaluation(torch: Any, kind: dict[str, Any]) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = torch.nn.Transformer(4, 2, 2, 2, 8, dropout=0.2, **kind)
    model.double()
    src, tgt, loss = sequences(torch, *((3, 3, 4),) * 3, dtype=torch.float64)
    causal = model.generate_square_subsequent_mask(3)
    padding = torch.tensor([[False, False, True], [False, True, True], [False] * 3])
    masks = {"tgt_mask": causal.double(), "src_key_padding_mask": padding != 0}
    masks["memory_key_padding_mask"] = padding
    trained = model(src, tgt, **masks)
    (trained * loss.detach()).sum().backward()
    evaluated = model.eval()(src, tgt, **masks)
    with torch.no_grad():
        quickly = model(src, tgt, **masks)
    return trained, gradients(model, [src, tgt]), evaluated, quickly, repr(model)


@BERNOULLI_BY_MKL.mark
@pytest.mark.parametrize("norm", [True, False])
@both
def test_an_evaluation_leaves_the_padding_out(torch: Any, norm: bool) -> Any:
    layer = torch.nn.TransformerEncoderLayer(4, 2, 8, batch_first=True)
    final = torch.nn.LayerNorm(4) if norm else None
    model = torch.nn.TransformerEncoder(layer, 2, final).eval()
    (x,) = sequences(torch, (2, 4, 4))
    behind = torch.tensor([[False, False, False, True], [False, True, True, True]])
    between = torch.tensor([[False, True, False, True], [False, False, False, False]])
    seen = [model(x, src_key_padding_mask=behind)]
    with torch.no_grad():
        seen += [model(x, src_key_padding_mask=padding) for padding in (behind, between)]
        seen += [model(x, mask=torch.zeros(4, 4).bool(), src_key_padding_mask=behind)]
        seen += [model.train()(x, src_key_padding_mask=behind)]
    return seen


@both
def test_the_causal_mask_is_recognised(torch: Any) -> Any:
    seen = []
    layer = torch.nn.TransformerDecoderLayer(4, 2, 8)
    layer.register_forward_pre_hook(
        lambda module, args, kwargs: seen.append(kwargs["tgt_is_causal"]), with_kwargs=True
    )
    model = torch.nn.TransformerDecoder(layer, 1)
    x = torch.zeros(3, 2, 4)
    causal = torch.nn.Transformer.generate_square_subsequent_mask(3)
    for mask in (None, causal, causal < 0, torch.zeros(3, 3), causal.repeat(4, 1, 1)):
        model(x, x, tgt_mask=mask)
    model(x, x, tgt_mask=causal, tgt_is_causal=False)
    double = torch.nn.Transformer.generate_square_subsequent_mask(2, dtype=torch.float64)
    return seen, causal, double


@both
def test_the_weights_of_a_layer_are_had_by_wrapping_its_attention(torch: Any) -> Any:
    layer, seen = torch.nn.TransformerDecoderLayer(4, 2, 8, 0.0), []
    for attention in (layer.self_attn, layer.multihead_attn):

        def wrapped(*inputs: Any, forward: Any = attention.forward, **options: Any) -> Any:
            found = forward(*inputs, **options | {"need_weights": True})
            seen.append([len(inputs), sorted(options), found[1]])
            return found

        attention.forward = wrapped
    x, memory = sequences(torch, (3, 2, 4), (5, 2, 4))
    layer(x, memory)
    return seen


@both
def test_parts_of_ones_own(torch: Any) -> Any:
    class Encoder(torch.nn.Module):
        def forward(self, src: Any, **options: Any) -> Any:
            return src * 2

    class Layer(torch.nn.TransformerEncoderLayer):
        def _ff_block(self, x: Any) -> Any:
            return -super()._ff_block(x)

    model = torch.nn.Transformer(4, 2, 1, 1, 8, custom_encoder=Encoder(), norm_first=True)
    x, y = sequences(torch, (3, 2, 4), (3, 2, 4))
    return model(x, y), Layer(4, 2, 8, activation=torch.nn.SiLU())(x), list(model.state_dict())


@both
def test_what_is_said_of_a_transformer_that_does_not_fit(torch: Any) -> Any:
    nn = torch.nn
    model, x = nn.Transformer(4, 2, 1, 1, 8), torch.zeros(3, 2, 4)
    return [
        said(RuntimeError, lambda: nn.TransformerEncoderLayer(4, 2, activation="tanh")),
        said(RuntimeError, lambda: model(x, x[:, :1])),
        said(RuntimeError, lambda: model(x, x[..., :2])),
        said(AssertionError, lambda: nn.Transformer(5, 2)),
    ]


@both
def test_an_encoder_that_cannot_leave_padding_out_warns(torch: Any) -> Any:
    def encoder(heads: int = 2, **options: Any) -> Any:
        layer = torch.nn.TransformerEncoderLayer(4, heads, 8, **options)
        return lambda: torch.nn.TransformerEncoder(layer, 1)

    first = {"batch_first": True}
    other = torch.nn.TransformerEncoderLayer(4, 2, 8, batch_first=True)
    other.norm1.eps = 0.1
    decoder = torch.nn.TransformerDecoderLayer(4, 2, 8)
    return [
        warned(encoder()),
        warned(encoder(norm_first=True)),
        warned(encoder(bias=False, **first)),
        warned(encoder(activation=torch.tanh, **first)),
        warned(encoder(1, **first)),
        warned(lambda: torch.nn.TransformerEncoder(other, 1)),
        warned(lambda: torch.nn.TransformerEncoder(decoder, 1)),
    ]
