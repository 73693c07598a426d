"""Layers as functions: what a module calls with its parameters. As `torch.nn.functional`.

PyTorch: torch/nn/functional.py.
"""

from __future__ import annotations

import warnings

from ..dtypes import dtype as DType
from ..ops import activation, convolution, loss, matmul, pooling
from ..ops.broadcasting import broadcast_tensors
from ..ops.convolution import Geometry, per_dimension
from ..ops.inplace import in_place
from ..ops.padding import pad
from ..random import default_generator
from ..tensor import Tensor

__all__ = [
    "avg_pool2d",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "conv2d",
    "cross_entropy",
    "dropout",
    "l1_loss",
    "linear",
    "log_softmax",
    "max_pool2d",
    "mse_loss",
    "nll_loss",
    "pad",
    "relu",
    "relu_",
    "sigmoid",
    "softmax",
    "tanh",
]


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """y = x @ Wᵀ + b: input (*, in), weight (out, in), bias (out,), result (*, out).

    RuntimeError if the sizes or dtypes do not match.
    """
    return matmul.linear(input, weight, bias)


def conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int | tuple[int, ...] = 1,
    padding: int | tuple[int, ...] | str = 0,
    dilation: int | tuple[int, ...] = 1,
    groups: int = 1,
) -> Tensor:
    """Slides weight (O, C/groups, KH, KW) over input (N, C, H, W) or (C, H, W).

    The result is (N, O, OH, OW) with OH = ⌊(H + 2·padding - dilation·(KH - 1) - 1) / stride⌋ + 1.
    padding 'valid' is 0; 'same' keeps H and W, and refuses a stride. RuntimeError otherwise as
    PyTorch's. PyTorch: aten/src/ATen/native/Convolution.cpp (conv2d).
    """
    if input.ndim == 3:  # unbatched: a batch of one
        batch = conv2d(input.unsqueeze(0), weight, bias, stride, padding, dilation, groups)
        return batch.squeeze(0)
    steps, spread = per_dimension(stride, 2, "stride"), per_dimension(dilation, 2, "dilation")
    if isinstance(padding, str):
        input, pads = _named_padding(input, weight, padding, steps, spread)
    else:
        pads = per_dimension(padding, 2, "padding")
    return convolution.convolution(input, weight, bias, Geometry(steps, pads, spread, groups))


def _named_padding(
    input: Tensor, weight: Tensor, name: str, stride: tuple[int, ...], dilation: tuple[int, ...]
) -> tuple[Tensor, tuple[int, ...]]:
    """'same' and 'valid'. Where the total is odd, 'same' pads one more on the right and bottom."""
    if name == "valid":
        return input, (0, 0)
    if name != "same":
        raise RuntimeError(f"Invalid padding string: '{name}'")
    if any(s != 1 for s in stride):
        raise RuntimeError("padding='same' is not supported for strided convolutions")
    totals = [d * (k - 1) for d, k in zip(dilation, weight.shape[2:], strict=True)]
    left = [t // 2 for t in totals]
    if any(t % 2 for t in totals):
        extra = [0, totals[1] % 2, 0, totals[0] % 2]
        input = pad(input, extra)
    return input, tuple(left)


max_pool2d = pooling.max_pool2d
avg_pool2d = pooling.avg_pool2d


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """max(x, 0), written into `input` if inplace."""
    return in_place(input, activation.relu) if inplace else activation.relu(input)


def relu_(input: Tensor) -> Tensor:
    """max(x, 0), written into `input`."""
    return in_place(input, activation.relu)


sigmoid = activation.sigmoid
tanh = activation.tanh


def _implicit_dim(name: str, ndim: int, stacklevel: int) -> int:
    warnings.warn(
        f"Implicit dimension choice for {name} has been deprecated. "
        "Change the call to include dim=X as an argument.",
        stacklevel=stacklevel + 1,
    )
    return 0 if ndim in (0, 1, 3) else 1


def softmax(
    input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: DType | None = None
) -> Tensor:
    """Positive numbers that sum to 1 along `dim`."""
    if dim is None:
        dim = _implicit_dim("softmax", input.ndim, _stacklevel)
    return activation.softmax(input, dim, dtype)


def log_softmax(
    input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: DType | None = None
) -> Tensor:
    """The logarithm of softmax along `dim`, without overflow."""
    if dim is None:
        dim = _implicit_dim("log_softmax", input.ndim, _stacklevel)
    return activation.log_softmax(input, dim, dtype)


def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Sets each element to 0 with probability p and scales the rest by 1/(1 - p), in training.

    ValueError for p outside [0, 1]. PyTorch: aten/src/ATen/native/Dropout.cpp (_dropout_impl).
    """
    if p < 0.0 or p > 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
    if p == 0 or not training or input.numel() == 0:
        return input
    if p == 1:
        noise = input.new_zeros(())
    else:
        kept = default_generator.bernoulli(1 - p, input.shape).astype(input.array.dtype)
        noise = input.new(kept / input.array.dtype.type(1 - p))
    return input.mul_(noise) if inplace else input * noise


cross_entropy = loss.cross_entropy
nll_loss = loss.nll_loss
binary_cross_entropy = loss.binary_cross_entropy
binary_cross_entropy_with_logits = loss.binary_cross_entropy_with_logits


def _broadcast_with_warning(input: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    if target.shape == input.shape:
        return input, target
    warnings.warn(
        f"Using a target size ({target.shape}) that is different to the input size "
        f"({input.shape}). This will likely lead to incorrect results due to broadcasting. "
        "Please ensure they have the same size.",
        stacklevel=3,
    )
    return broadcast_tensors(input, target)


def mse_loss(input: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    """The mean (or sum, or each) of (input - target)². Warns where the shapes differ."""
    return loss.mse_loss(*_broadcast_with_warning(input, target), reduction)


def l1_loss(input: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    """The mean (or sum, or each) of |input - target|. Warns where the shapes differ."""
    return loss.l1_loss(*_broadcast_with_warning(input, target), reduction)
