"""Recurrent layers on sequences of different lengths, and what is wrong with their inputs.

module_db (test_module_db.py) compares RNN, LSTM, GRU and their cells on whole sequences.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .parity import case, cases
from .programs import both, said


def cell(name: str) -> Callable[..., Any]:
    return lambda torch, *tensors: getattr(torch, name)(*tensors)


_WEIGHTS = ((4, 3), (4, 4), (4,), (4,))

test_cells_as_functions = cases(
    case("rnn_tanh_cell", cell("rnn_tanh_cell"), (2, 3), (2, 4), *_WEIGHTS, second=True),
    case("rnn_relu_cell", cell("rnn_relu_cell"), (2, 3), (2, 4), *_WEIGHTS, second=True),
    case("rnn_tanh_cell: no bias", cell("rnn_tanh_cell"), (2, 3), (2, 4), (4, 3), (4, 4)),
    case(
        "gru_cell",
        cell("gru_cell"),
        *((2, 3), (2, 4), (12, 3), (12, 4), (12,), (12,)),
        second=True,
    ),
    case(
        "lstm_cell",
        lambda torch, x, h, c, *weights: torch.lstm_cell(x, (h, c), *weights),
        *((2, 3), (2, 4), (2, 4), (16, 3), (16, 4), (16,), (16,)),
        second=True,
    ),
    case(
        "gru_cell: a state of another size",
        cell("gru_cell"),
        *((2, 3), (2, 5), (12, 3), (12, 4)),
        raises=True,
    ),
    case(
        "lstm_cell: a state of another batch",
        lambda torch, x, h, c, *weights: torch.lstm_cell(x, (h, c), *weights),
        *((2, 3), (2, 4), (1, 4), (16, 3), (16, 4)),
        raises=True,
    ),
)


def sequences(torch: Any, *lengths: int) -> list[Any]:
    g = torch.Generator().manual_seed(0)
    return [torch.randn(n, 3, generator=g).requires_grad_() for n in lengths]


@both
def test_padding_fills_the_shorter_ones(torch: Any) -> Any:
    rnn = torch.nn.utils.rnn
    xs = sequences(torch, 2, 4, 1)
    padded = rnn.pad_sequence(xs, padding_value=-1.0)
    padded.sum().backward()
    left = rnn.pad_sequence(xs, batch_first=True, padding_side="left")
    back = rnn.unpad_sequence(rnn.pad_sequence(xs, batch_first=True), torch.tensor([2, 4, 1]), True)
    return padded, [x.grad for x in xs], left, back


@pytest.mark.parametrize("batch_first", [False, True])
@both
def test_packing_and_padding_again_gives_what_was_there(torch: Any, batch_first: bool) -> Any:
    rnn = torch.nn.utils.rnn
    padded = rnn.pad_sequence(sequences(torch, 3, 4, 1), batch_first=batch_first)
    packed = rnn.pack_padded_sequence(
        padded, torch.tensor([3, 4, 1]), batch_first=batch_first, enforce_sorted=False
    )
    again = rnn.pad_packed_sequence(packed, batch_first=batch_first, total_length=5)
    return list(packed), list(again), rnn.unpack_sequence(packed)


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("name", ["RNN", "LSTM", "GRU"])
@both
def test_layers_take_packed_sequences(torch: Any, name: str, bidirectional: bool) -> Any:
    layer = getattr(torch.nn, name)(3, 4, num_layers=2, bidirectional=bidirectional).double()
    xs = [x.detach().double().requires_grad_() for x in sequences(torch, 2, 4, 1)]
    packed = torch.nn.utils.rnn.pack_sequence(xs, enforce_sorted=False)
    output, state = layer(packed)
    padded, lengths = torch.nn.utils.rnn.pad_packed_sequence(output)
    (padded**2).sum().backward()
    state = list(state) if name == "LSTM" else state
    return padded, lengths, state, [x.grad for x in xs], [p.grad for p in layer.parameters()]


@both
def test_wrong_sequences_are_refused(torch: Any) -> Any:
    rnn = torch.nn.utils.rnn
    padded = rnn.pad_sequence(sequences(torch, 2, 3))
    packed = rnn.pack_padded_sequence(padded, torch.tensor([3, 2]))
    return [
        said(RuntimeError, lambda: rnn.pack_padded_sequence(padded, torch.tensor([2, 3]))),
        said(RuntimeError, lambda: rnn.pack_padded_sequence(padded, torch.tensor([2, 0]))),
        said(RuntimeError, lambda: rnn.pack_padded_sequence(padded, torch.tensor([2]))),
        said(ValueError, lambda: rnn.pad_packed_sequence(packed, total_length=2)),
        said(RuntimeError, lambda: rnn.pad_sequence([])),
    ]


@both
def test_wrong_inputs_to_layers_are_refused(torch: Any) -> Any:
    lstm, rnn = torch.nn.LSTM(3, 4), torch.nn.RNN(3, 4)
    x, h = torch.ones(5, 2, 3), torch.zeros(1, 2, 4)
    return [
        said(RuntimeError, lambda: lstm(torch.ones(5, 2, 7))),
        said(ValueError, lambda: lstm(torch.ones(5))),
        said(ValueError, lambda: rnn(torch.ones(5))),
        said(RuntimeError, lambda: rnn(x, torch.zeros(1, 3, 4))),
        said(RuntimeError, lambda: rnn(x, torch.zeros(3, 4))),
        said(RuntimeError, lambda: lstm(x, (h, torch.zeros(1, 2, 5)))),
        said(RuntimeError, lambda: lstm(x, (h[0], h[0]))),
        said(ValueError, lambda: rnn(x.double())),
        said(ValueError, lambda: torch.nn.RNN(3, 4, nonlinearity="sine")),
        said(ValueError, lambda: torch.nn.GRU(3, 4, dropout=2.0)),
        said(ValueError, lambda: torch.nn.GRU(3, 4, proj_size=2)),
        said(ValueError, lambda: torch.nn.LSTM(0, 4)),
        said(TypeError, lambda: torch.nn.LSTM(3, 4, bias=3)),
    ]
