"""Recurrent layers: RNN, LSTM and GRU over whole sequences, and their cells, a step at a time.

PyTorch: torch/nn/modules/rnn.py. What a step computes is in ops/recurrent.py.
"""

from __future__ import annotations

import math
import warnings
from typing import Any, ClassVar

from ..creation import empty, zeros
from ..dtypes import float32
from ..ops import recurrent
from ..ops.joining import cat, stack, unbind
from ..ops.parts import select
from ..ops.recurrent import Cell, Weights
from ..ops.shape import transpose
from ..tensor import Tensor
from . import functional as F
from . import init
from .module import Module
from .parameter import Parameter
from .utils.rnn import PackedSequence

__all__ = ["GRU", "LSTM", "RNN", "GRUCell", "LSTMCell", "RNNBase", "RNNCell", "RNNCellBase"]

_CELLS: dict[str, tuple[Cell, int]] = {  # the step, and its number of gates
    "RNN_TANH": (recurrent.tanh_step, 1),
    "RNN_RELU": (recurrent.relu_step, 1),
    "LSTM": (recurrent.lstm_step, 4),
    "GRU": (recurrent.gru_step, 3),
}


class RNNBase(Module):
    """Layers of one kind of cell, each run along what the one before it gave.

    input [T, N, input_size] ([N, T, …] with batch_first), or [T, input_size] of a single sequence,
    or a PackedSequence; hx, the first state, [layers·directions, N, hidden_size], zero if it is not
    given. Returns the hidden states of the last layer, [T, N, directions·hidden_size], and the last
    state of every layer. The weights of layer k are `weight_ih_lk`, `weight_hh_lk`, `bias_ih_lk`,
    `bias_hh_lk`, with `_reverse` added for the way back; all start uniform in ±1/√hidden_size.

    dropout: the probability of zeroing, in training, each number that one layer hands the next.
    """

    def __init__(
        self,
        mode: str,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.mode = mode
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bias = bias
        self.batch_first = batch_first
        self.bidirectional = bidirectional
        self.proj_size = proj_size
        self._check_settings(dropout)
        self.dropout = float(dropout)
        self._all_weights: list[list[str]] = []
        gates = _CELLS[mode][1] * hidden_size
        out = proj_size or hidden_size
        for layer in range(num_layers):
            width = input_size if layer == 0 else out * self._directions
            for suffix in ("", "_reverse")[: self._directions]:
                shapes: dict[str, tuple[int, ...]] = {
                    "weight_ih": (gates, width),
                    "weight_hh": (gates, out),
                }
                if bias:
                    shapes |= {"bias_ih": (gates,), "bias_hh": (gates,)}
                if proj_size:
                    shapes["weight_hr"] = (proj_size, hidden_size)
                names = [f"{name}_l{layer}{suffix}" for name in shapes]
                for name, shape in zip(names, shapes.values(), strict=True):
                    setattr(self, name, Parameter(empty(shape, device=device, dtype=dtype)))
                self._all_weights.append(names)
        self.reset_parameters()

    def _check_settings(self, dropout: Any) -> None:
        if (
            isinstance(dropout, bool)
            or not isinstance(dropout, (int, float))
            or not 0 <= dropout <= 1
        ):
            raise ValueError(
                "dropout should be a number in range [0, 1] representing the probability of an "
                "element being zeroed"
            )
        if dropout > 0 and self.num_layers == 1:
            warnings.warn(
                "dropout option adds dropout after all but last recurrent layer, so non-zero "
                f"dropout expects num_layers greater than 1, but got dropout={dropout} and "
                f"num_layers={self.num_layers}",
                stacklevel=4,
            )
        kinds = {"bias": bool, "batch_first": bool, "input_size": int, "hidden_size": int}
        for name, kind in kinds.items():
            value = getattr(self, name)
            if not isinstance(value, kind):
                raise TypeError(
                    f"{name} should be of type {kind.__name__}, got: {type(value).__name__}"
                )
        for name in ("input_size", "hidden_size", "num_layers"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be greater than zero")
        if self.proj_size < 0:
            raise ValueError(
                "proj_size should be a positive integer or zero to disable projections"
            )
        if self.proj_size >= self.hidden_size:
            raise ValueError("proj_size has to be smaller than hidden_size")

    @property
    def _directions(self) -> int:
        return 2 if self.bidirectional else 1

    def reset_parameters(self) -> None:
        bound = 1.0 / math.sqrt(self.hidden_size)
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    @property
    def all_weights(self) -> list[list[Parameter]]:
        """The parameters, a list for each layer and direction."""
        return [[getattr(self, name) for name in names] for names in self._all_weights]

    @property
    def _flat_weights_names(self) -> list[str]:
        """Their names in one list: textbooks read it, private though it is."""
        return [name for names in self._all_weights for name in names]

    @property
    def _flat_weights(self) -> list[Parameter]:
        return [getattr(self, name) for name in self._flat_weights_names]

    def flatten_parameters(self) -> None:
        """Does nothing: PyTorch lays the weights out for cuDNN here."""

    def extra_repr(self) -> str:
        text = f"{self.input_size}, {self.hidden_size}"
        defaults = {
            "proj_size": 0,
            "num_layers": 1,
            "bias": True,
            "batch_first": False,
            "dropout": 0,
            "bidirectional": False,
        }
        for name, default in defaults.items():
            if getattr(self, name) != default:
                text += f", {name}={getattr(self, name)}"
        return text

    # --- running ------------------------------------------------------------------------------

    def forward(self, input: Any, hx: Any = None) -> tuple[Any, Any]:
        if isinstance(input, PackedSequence):
            return self._forward_packed(input, hx)
        if input.dim() not in (2, 3):
            word = " tensor" if self.mode.startswith("RNN") else ""
            raise ValueError(
                f"{self.mode.partition('_')[0]}: Expected input to be 2D or 3D, got "
                f"{input.dim()}D{word} instead"
            )
        batched = input.dim() == 3
        batch_dim = 0 if self.batch_first else 1
        if not batched:
            input = input.unsqueeze(batch_dim)
        state = self._first_state(input, input.shape[batch_dim], hx, batched)
        self._check_input(input, 3)
        self._check_state(state, input.shape[batch_dim])
        if self.batch_first:
            input = transpose(input, 0, 1)
        output, state = self._through_layers(input, state, None)
        if self.batch_first:
            lstm = self.mode == "LSTM"  # the node's name tells the two ways apart
            output = transpose(output, 0, 1) if lstm else output.transpose_(0, 1)
        if not batched:
            output = output.squeeze(batch_dim)
            state = tuple(part.squeeze(1) for part in state)
        return output, self._shown(state)

    def _forward_packed(self, input: PackedSequence, hx: Any) -> tuple[Any, Any]:
        data, sizes, order, back = input
        if hx is not None and order is not None:
            parts = hx if isinstance(hx, tuple) else (hx,)
            hx = self._shown(tuple(part.index_select(1, order) for part in parts))
        state = self._first_state(data, int(sizes[0]), hx, True)
        self._check_input(data, 2)
        self._check_state(state, int(sizes[0]))
        output, state = self._through_layers(data, state, sizes.tolist())
        if back is not None:
            state = tuple(part.index_select(1, back) for part in state)
        return PackedSequence(output, sizes, order, back), self._shown(state)

    def _through_layers(
        self, input: Tensor, state: tuple[Tensor, ...], sizes: list[int] | None
    ) -> tuple[Tensor, tuple[Tensor, ...]]:
        """The last layer's output, and every layer's last state stacked."""
        # PyTorch hands a whole LSTM layer to oneDNN where that can: one node, not one a gate.
        whole = self.mode == "LSTM" and not self.proj_size and sizes is None
        whole = whole and input.dtype is float32 and input.numel() > 0
        firsts = [] if whole else list(zip(*[unbind(part, 0) for part in state], strict=True))
        lasts = []
        for layer in range(self.num_layers):
            if layer > 0 and self.dropout > 0:
                input = F.dropout(input, self.dropout, self.training)
            outputs = []
            for direction in range(self._directions):
                place, reverse = layer * self._directions + direction, direction == 1
                weights = self._weights(place)
                if whole:
                    hidden, memory = (select(part, 0, place) for part in state)
                    output, last = recurrent.lstm_layer(
                        input, (hidden, memory), weights, reverse=reverse
                    )
                else:
                    first = firsts[place] if len(state) > 1 else firsts[place][0]
                    output, last = self._along(input, sizes, first, weights, reverse)
                outputs.append(output)
                lasts.append(last if len(state) > 1 else (last,))
            input = cat(outputs, -1) if self.bidirectional else outputs[0]
        return input, tuple(stack(parts, 0) for parts in zip(*lasts, strict=True))

    def _along(
        self, input: Tensor, sizes: list[int] | None, first: Any, weights: Weights, reverse: bool
    ) -> tuple[Tensor, Any]:
        """The cell run along one layer in one direction, step by step, from its first state."""
        cell = _CELLS[self.mode][0]
        if sizes is None:
            return recurrent.along(cell, input, first, weights, reverse=reverse)
        return recurrent.along_packed(cell, input, sizes, first, weights, reverse=reverse)

    def _weights(self, place: int) -> Weights:
        names = self._all_weights[place]
        return Weights(**{name.partition("_l")[0]: getattr(self, name) for name in names})

    # --- the state: a tuple of one part here, of two in an LSTM -------------------------------

    def _sizes(self) -> tuple[int, ...]:
        return (self.hidden_size,)

    def _shown(self, state: tuple[Tensor, ...]) -> Any:
        """The state as users see it."""
        return state[0]

    def _first_state(self, input: Tensor, batch: int, hx: Any, batched: bool) -> tuple[Tensor, ...]:
        if hx is None:
            places = self.num_layers * self._directions
            return tuple(zeros(places, batch, size, dtype=input.dtype) for size in self._sizes())
        self._check_dims(hx, batched)
        parts = hx if isinstance(hx, tuple) else (hx,)
        return parts if batched else tuple(part.unsqueeze(1) for part in parts)

    def _check_dims(self, hx: Any, batched: bool) -> None:
        wanted = 3 if batched else 2
        if hx.dim() != wanted:
            raise RuntimeError(
                f"For {'batched' if batched else 'unbatched'} {wanted}-D input, hx should also be "
                f"{wanted}-D but got {hx.dim()}-D tensor"
            )

    def _check_input(self, input: Tensor, wanted: int) -> None:
        own = self.weight_ih_l0.dtype
        if input.dtype != own:
            raise ValueError(
                f"RNN input dtype ({input.dtype}) does not match weight dtype ({own}). Convert "
                f"input: input.to({own}), or convert model: model.to({input.dtype})"
            )
        if input.dim() != wanted:
            raise RuntimeError(f"input must have {wanted} dimensions, got {input.dim()}")
        if input.shape[-1] != self.input_size:
            raise RuntimeError(
                "input.size(-1) must be equal to input_size. "
                f"Expected {self.input_size}, got {input.shape[-1]}"
            )

    def _check_state(self, state: tuple[Tensor, ...], batch: int) -> None:
        for i, (part, size) in enumerate(zip(state, self._sizes(), strict=True)):
            expected = (self.num_layers * self._directions, batch, size)
            if tuple(part.shape) != expected:
                which = f"[{i}]" if len(state) > 1 else ""
                raise RuntimeError(
                    f"Expected hidden{which} size {expected}, got {list(part.shape)}"
                )


class RNN(RNNBase):
    """h' = tanh(W x + b + U h + c), or max(…, 0) with nonlinearity="relu"; as RNNBase says."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if "proj_size" in kwargs:
            raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")
        if len(args) > 3:
            nonlinearity, args = args[3], args[:3] + args[4:]
        else:
            nonlinearity = kwargs.pop("nonlinearity", "tanh")
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(
                f"Unknown nonlinearity '{nonlinearity}'. Select from 'tanh' or 'relu'."
            )
        super().__init__(f"RNN_{nonlinearity.upper()}", *args, **kwargs)
        self.nonlinearity = nonlinearity


class LSTM(RNNBase):
    """Long short-term memory (ops/recurrent.py, lstm_step). Its state is a pair (h, c).

    proj_size: where not 0, hidden states are projected to this many numbers.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__("LSTM", *args, **kwargs)

    def _sizes(self) -> tuple[int, ...]:
        return (self.proj_size or self.hidden_size, self.hidden_size)

    def _shown(self, state: tuple[Tensor, ...]) -> Any:
        return state

    def _check_dims(self, hx: Any, batched: bool) -> None:
        wanted = 3 if batched else 2
        dims = [part.dim() for part in hx]
        if dims != [wanted, wanted]:
            raise RuntimeError(
                f"For {'batched' if batched else 'unbatched'} {wanted}-D input, hx and cx should "
                f"also be {wanted}-D but got ({dims[0]}-D, {dims[1]}-D) tensors"
            )


class GRU(RNNBase):
    """Gated recurrent units (ops/recurrent.py, gru_step)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if "proj_size" in kwargs:
            raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")
        super().__init__("GRU", *args, **kwargs)


class RNNCellBase(Module):
    """One step of a recurrent layer, for loops of one's own.

    input [N, input_size] or [input_size], the state [N, hidden_size] or [hidden_size], zero if it
    is not given; returns the next state.
    """

    _gates: ClassVar[int]
    _states: ClassVar[int] = 1  # parts of the state: one hidden, or as well a cell state
    nonlinearity = "tanh"

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.bias = bias
        rows = self._gates * hidden_size
        self.weight_ih = Parameter(empty((rows, input_size), device=device, dtype=dtype))
        self.weight_hh = Parameter(empty((rows, hidden_size), device=device, dtype=dtype))
        for name in ("bias_ih", "bias_hh"):
            made = Parameter(empty(rows, device=device, dtype=dtype)) if bias else None
            self.register_parameter(name, made)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        bound = 1.0 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    def extra_repr(self) -> str:
        text = f"{self.input_size}, {self.hidden_size}"
        if self.bias is not True:
            text += f", bias={self.bias}"
        if self.nonlinearity != "tanh":
            text += f", nonlinearity={self.nonlinearity}"
        return text

    def _step(self, step: Any, input: Tensor, hx: Any) -> Any:
        """`step` on rows: a single input and its state are made rows, and the result undone."""
        name = type(self).__name__
        if input.dim() not in (1, 2):
            raise ValueError(f"{name}: Expected input to be 1D or 2D, got {input.dim()}D instead")
        if hx is None:
            hx = (zeros(*input.shape[:-1], self.hidden_size, dtype=input.dtype),) * self._states
        parts = hx if isinstance(hx, tuple) else (hx,)
        for i, part in enumerate(parts):
            if part.dim() not in (1, 2):
                what = f"hx[{i}]" if isinstance(hx, tuple) else "hidden"
                raise ValueError(
                    f"{name}: Expected {what} to be 1D or 2D, got {part.dim()}D instead"
                )
        single = input.dim() == 1
        if single:
            input = input.unsqueeze(0)
            parts = tuple(part.unsqueeze(0) for part in parts)
        weights = self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh
        state = step(input, parts if len(parts) > 1 else parts[0], *weights)
        if not single:
            return state
        if isinstance(state, tuple):
            return tuple(part.squeeze(0) for part in state)
        return state.squeeze(0)


class RNNCell(RNNCellBase):
    """One step of RNN: h' = tanh(W x + b + U h + c), or max(…, 0) with nonlinearity="relu"."""

    _gates = 1

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, device, dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        if self.nonlinearity not in ("tanh", "relu"):
            raise RuntimeError(f"Unknown nonlinearity: {self.nonlinearity}")
        relu = self.nonlinearity == "relu"
        step = recurrent.rnn_relu_cell if relu else recurrent.rnn_tanh_cell
        return self._step(step, input, hx)


class LSTMCell(RNNCellBase):
    """One step of LSTM; state and result are pairs (h, c)."""

    _gates = 4
    _states = 2

    def forward(
        self, input: Tensor, hx: tuple[Tensor, Tensor] | None = None
    ) -> tuple[Tensor, Tensor]:
        return self._step(recurrent.lstm_cell, input, hx)


class GRUCell(RNNCellBase):
    """One step of GRU."""

    _gates = 3

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        return self._step(recurrent.gru_cell, input, hx)
