"""Recurrent cells: one step of an RNN, an LSTM, a GRU; and a cell run along a sequence.

A step has an affine part of the input and one of the hidden state. The input's is computed for all
steps at once, before the loop; so a cell is given its result, and adds what the state contributes.

Shapes: N sequences of T steps, I inputs, H hidden numbers; G is the cell's number of gates (1, 4
or 3). weight_ih is [G·H, I], weight_hh [G·H, H], either bias [G·H].

All is composed of other operations, as in PyTorch: no derivative is written here. An LSTM's layer
in float32 is one node all the same, as PyTorch leaves it to oneDNN; it takes its derivative from
the composed form.

PyTorch: aten/src/ATen/native/RNN.cpp (SimpleCell, LSTMCell, GRUCell, FullLayer).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ..autograd.engine import grad
from ..autograd.grad_mode import enable_grad, mode
from ..autograd.node import Node
from ..base import TensorBase, Value
from .activation import sigmoid, tanh
from .joining import cat, split, stack, unbind, unsafe_chunk
from .matmul import linear, matmul
from .parts import narrow
from .rectifiers import relu
from .shape import t


class Weights(NamedTuple):
    """What one layer learns in one direction; the biases may be None. weight_hr, of an LSTM only,
    [P, H], projects the hidden state to P numbers."""

    weight_ih: Value
    weight_hh: Value
    bias_ih: Value | None = None
    bias_hh: Value | None = None
    weight_hr: Value | None = None

    def of_input(self, input: Value) -> Value:
        return _affine(input, self.weight_ih, self.bias_ih)

    def of_state(self, hidden: Value) -> Value:
        return _affine(hidden, self.weight_hh, self.bias_hh)


def _affine(x: Value, weight: Value, bias: Value | None) -> Value:
    if isinstance(x, TensorBase):
        return linear(x, weight, bias)
    return x @ weight.T if bias is None else x @ weight.T + bias  # arrays, within a node


# A cell takes (the input's part [N, G·H], the state, the weights) and gives the next state. An
# LSTM's state is the pair of hidden state and cell state, the others' the hidden state.
Cell = Callable[[Value, Any, Weights], Any]


def tanh_step(gates: Value, hidden: Value, weights: Weights) -> Value:
    """h' = tanh(W x + U h), of Elman, "Finding structure in time", 1990."""
    return tanh(weights.of_state(hidden) + gates)


def relu_step(gates: Value, hidden: Value, weights: Weights) -> Value:
    """h' = max(W x + U h, 0)."""
    return relu(weights.of_state(hidden) + gates)


def lstm_step(gates: Value, state: tuple[Value, Value], weights: Weights) -> tuple[Value, Value]:
    """c' = f·c + i·g,  h' = o·tanh c': gates i, f, o = σ(…) and the new content g = tanh(…).

    Hochreiter and Schmidhuber, "Long short-term memory", 1997, with the forget gate of Gers, 2000.
    """
    hidden, cell = state
    i, f, g, o = unsafe_chunk(weights.of_state(hidden) + gates, 4, 1)
    i, f, g, o = sigmoid(i), sigmoid(f), tanh(g), sigmoid(o)
    cell = f * cell + i * g
    hidden = o * tanh(cell)
    if weights.weight_hr is not None:
        hidden = matmul(hidden, t(weights.weight_hr))
    return hidden, cell


def gru_step(gates: Value, hidden: Value, weights: Weights) -> Value:
    """h' = (h - n)·z + n: reset and update gates r, z = σ(…), new content n = tanh(Wx + r·Uh).

    Cho et al., "Learning phrase representations using RNN encoder-decoder", 2014.
    """
    of_input = unsafe_chunk(gates, 3, 1)
    of_state = unsafe_chunk(weights.of_state(hidden), 3, 1)
    reset = sigmoid(of_state[0] + of_input[0])
    update = sigmoid(of_state[1] + of_input[1])
    new = tanh(of_input[2] + of_state[2] * reset)
    return (hidden - new) * update + new


def along(
    cell: Cell, input: Value, state: Any, weights: Weights, *, reverse: bool
) -> tuple[Value, Any]:
    """The hidden states [T, N, H] of a cell run along input [T, N, I], and its last state.

    In reverse it starts at the sequence's end; the hidden states stay in the order of the input.
    """
    steps = unbind(weights.of_input(input), 0)
    outputs = []
    for gates in reversed(steps) if reverse else steps:
        state = cell(gates, state, weights)
        outputs.append(hidden_of(state))
    return stack(outputs[::-1] if reverse else outputs, 0), state


class MkldnnRnnLayerBackward0(Node):
    """An LSTM along a sequence, all its steps in one node; its results are the hidden states
    [T, N, H], and the last hidden state and cell state, [N, H] each.

    Backward goes along the steps once more, this time recording them, and passes back through
    that graph: nothing of the way there is kept.

    PyTorch: derivatives.yaml, mkldnn_rnn_layer; aten/src/ATen/native/mkldnn/RNN.cpp.
    """

    __slots__ = ("reverse",)
    saves = ("input", "weight0", "weight1", "weight2", "weight3", "hx_", "cx_")

    def forward(self, *inputs: Any, reverse: bool) -> tuple[Any, Any, Any]:
        self.reverse = reverse
        self.save_for_backward(*inputs)
        return self._run(*inputs)

    def _run(self, x: Value, *weights_and_state: Any) -> tuple[Value, Value, Value]:
        *weights, hidden, cell = weights_and_state
        output, (hidden, cell) = along(
            lstm_step, x, (hidden, cell), Weights(*weights), reverse=self.reverse
        )
        return output, hidden, cell

    def backward(self, *grads: Value | None) -> tuple[Value | None, ...]:
        again = mode.grad  # under create_graph the saved ones are tensors, and have a graph
        inputs: tuple[Any, ...] = self.saved_tensors
        if not again:
            inputs = tuple(None if x is None else self.make(x) for x in inputs)
            for x, needed in zip(inputs, self.needs_input_grad, strict=True):
                if needed:
                    x.requires_grad_()
        with enable_grad():
            results = self._run(*inputs)
        arrived = [(y, g) for y, g in zip(results, grads, strict=True) if g is not None]
        wanted = [i for i, needed in enumerate(self.needs_input_grad) if needed]
        found = grad(
            [y for y, _ in arrived],
            [inputs[i] for i in wanted],
            [g if again else self.make(g) for _, g in arrived],
            create_graph=again,
            allow_unused=True,
        )
        gradients: list[Any] = [None] * len(inputs)
        for i, g in zip(wanted, found, strict=True):
            gradients[i] = g if again or g is None else g.array
        return tuple(gradients)


def lstm_layer(
    input: Value, state: tuple[Value, Value], weights: Weights, *, reverse: bool
) -> tuple[Value, tuple[Value, Value]]:
    """`along` with lstm_step, as one node."""
    output, hidden, cell = MkldnnRnnLayerBackward0.apply(
        input, *weights[:4], *state, reverse=reverse
    )
    return output, (hidden, cell)


def along_packed(
    cell: Cell, input: Value, sizes: list[int], state: Any, weights: Weights, *, reverse: bool
) -> tuple[Value, Any]:
    """As `along`, for sequences of differing length, the longest first.

    input [ΣN, I] holds the steps one after another; sizes[t] sequences still go on at step t. A
    sequence's state leaves the batch at its end, and in reverse joins it there.
    """
    steps = list(zip(split(weights.of_input(input), sizes, 0), sizes, strict=True))
    whole, ended, outputs = state, [], []
    if reverse:
        steps.reverse()
        state = _rows(whole, 0, steps[0][1])
    for gates, size in steps:
        running = hidden_of(state).shape[0]
        if size > running:
            state = _joined([state, _rows(whole, running, size)])
        elif size < running:
            ended.append(_rows(state, size, running))
            state = _rows(state, 0, size)
        state = cell(gates, state, weights)
        outputs.append(hidden_of(state))
    last = _joined([state, *reversed(ended)])
    return cat(outputs[::-1] if reverse else outputs, 0), last


def hidden_of(state: Any) -> Value:
    return state[0] if isinstance(state, tuple) else state


def _rows(state: Any, start: int, end: int) -> Any:
    if isinstance(state, tuple):
        return tuple(narrow(part, 0, start, end - start) for part in state)
    return narrow(state, 0, start, end - start)


def _joined(states: list[Any]) -> Any:
    if len(states) == 1:
        return states[0]
    if isinstance(states[0], tuple):
        return tuple(cat(parts, 0) for parts in zip(*states, strict=True))
    return cat(states, 0)


# One step as a function of its own: torch.lstm_cell and the like.


def _check(input: Value, states: tuple[Value, ...], weights: Weights) -> None:
    """PyTorch: RNN.cpp (check_rnn_cell_forward_input, check_rnn_cell_forward_hidden)."""
    width, size = weights.weight_ih.shape[1], weights.weight_hh.shape[1]
    if input.shape[1] != width:
        raise RuntimeError(
            f"input has inconsistent input_size: got {input.shape[1]} expected {width}"
        )
    for i, state in enumerate(states):
        if state.shape[0] != input.shape[0]:
            raise RuntimeError(
                f"Input batch size {input.shape[0]} doesn't match hidden{i} batch size "
                f"{state.shape[0]}"
            )
        if state.shape[1] != size:
            raise RuntimeError(
                f"hidden{i} has inconsistent hidden_size: got {state.shape[1]}, expected {size}"
            )


def rnn_tanh_cell(
    input: Value,
    hx: Value,
    w_ih: Value,
    w_hh: Value,
    b_ih: Value | None = None,
    b_hh: Value | None = None,
) -> Value:
    """One `tanh_step` of input [N, I] and state [N, H]."""
    weights = Weights(w_ih, w_hh, b_ih, b_hh)
    _check(input, (hx,), weights)
    return tanh_step(weights.of_input(input), hx, weights)


def rnn_relu_cell(
    input: Value,
    hx: Value,
    w_ih: Value,
    w_hh: Value,
    b_ih: Value | None = None,
    b_hh: Value | None = None,
) -> Value:
    """One `relu_step` of input [N, I] and state [N, H]."""
    weights = Weights(w_ih, w_hh, b_ih, b_hh)
    _check(input, (hx,), weights)
    return relu_step(weights.of_input(input), hx, weights)


def lstm_cell(
    input: Value,
    hx: tuple[Value, Value],
    w_ih: Value,
    w_hh: Value,
    b_ih: Value | None = None,
    b_hh: Value | None = None,
) -> tuple[Value, Value]:
    """One `lstm_step` of input [N, I] and states (h, c), [N, H] each."""
    weights = Weights(w_ih, w_hh, b_ih, b_hh)
    _check(input, hx, weights)
    return lstm_step(weights.of_input(input), hx, weights)


def gru_cell(
    input: Value,
    hx: Value,
    w_ih: Value,
    w_hh: Value,
    b_ih: Value | None = None,
    b_hh: Value | None = None,
) -> Value:
    """One `gru_step` of input [N, I] and state [N, H]."""
    weights = Weights(w_ih, w_hh, b_ih, b_hh)
    _check(input, (hx,), weights)
    return gru_step(weights.of_input(input), hx, weights)
