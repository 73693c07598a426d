"""Conv2d: small learnable filters that slide over images.

PyTorch: torch/nn/modules/conv.py (_ConvNd, Conv2d).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..creation import empty
from ..tensor import Tensor
from . import functional as F
from .linear import init_weight_and_bias
from .module import Module
from .parameter import Parameter

IntOrPair = int | tuple[int, int]


class Conv2d(Module):
    """Images [N, in_channels, H, W] to [N, out_channels, OH, OW]; the N may be left out.

    OH = ⌊(H + 2·padding - dilation·(kernel_size - 1) - 1) / stride⌋ + 1, and OW likewise. Each of
    these is one number for both directions, or a pair (vertical, horizontal). `padding` may also be
    "valid", none, or "same", as much as keeps the size. `padding_mode` says what stands in the
    margin: "zeros", "reflect", "replicate" or "circular". With `groups`, every group of output
    channels sees its own group of input channels only.

    `weight` is [out_channels, in_channels / groups, KH, KW] and `bias` [out_channels] or None.
    Both start uniform in ±1/√(in_channels / groups · KH · KW), the weight drawn first.

    ValueError if `groups` does not divide both channel counts, for an unknown `padding` or
    `padding_mode`, and for "same" with a stride.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: IntOrPair,
        stride: IntOrPair = 1,
        padding: str | IntOrPair = 0,
        dilation: IntOrPair = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = _pair(kernel_size)
        self.stride = _pair(stride)
        self.padding = padding if isinstance(padding, str) else _pair(padding)
        self.dilation = _pair(dilation)
        self.groups = groups
        self.padding_mode = padding_mode
        self._check()
        shape = (out_channels, in_channels // groups, *self.kernel_size)
        self.weight = Parameter(empty(shape, device=device, dtype=dtype))
        if bias:
            self.bias = Parameter(empty(out_channels, device=device, dtype=dtype))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def _check(self) -> None:
        if self.groups <= 0:
            raise ValueError("groups must be a positive integer")
        if self.in_channels % self.groups != 0:
            raise ValueError("in_channels must be divisible by groups")
        if self.out_channels % self.groups != 0:
            raise ValueError("out_channels must be divisible by groups")
        if isinstance(self.padding, str):
            known = {"same", "valid"}
            if self.padding not in known:
                raise ValueError(
                    f"Invalid padding string {self.padding!r}, should be one of {known}"
                )
            if self.padding == "same" and any(s != 1 for s in self.stride):
                raise ValueError("padding='same' is not supported for strided convolutions")
        modes = {"zeros", "reflect", "replicate", "circular"}
        if self.padding_mode not in modes:
            raise ValueError(
                f"padding_mode must be one of {modes}, but got padding_mode='{self.padding_mode}'"
            )

    def reset_parameters(self) -> None:
        init_weight_and_bias(self.weight, self.bias)

    def _margins(self) -> list[int]:
        """The padding as F.pad takes it, last dimension first: [left, right, top, bottom]."""
        margins: list[int] = []
        for direction in (1, 0):
            if isinstance(self.padding, str):
                spread = self.dilation[direction] * (self.kernel_size[direction] - 1)
                total = spread if self.padding == "same" else 0
                margins += [total // 2, total - total // 2]
            else:
                margins += [self.padding[direction]] * 2
        return margins

    def forward(self, input: Tensor) -> Tensor:
        padding = self.padding
        if self.padding_mode != "zeros":
            input = F.pad(input, self._margins(), mode=self.padding_mode)
            padding = (0, 0)
        return F.conv2d(
            input, self.weight, self.bias, self.stride, padding, self.dilation, self.groups
        )

    def extra_repr(self) -> str:
        text = (
            f"{self.in_channels}, {self.out_channels}, "
            f"kernel_size={self.kernel_size}, stride={self.stride}"
        )
        if self.padding != (0, 0):
            text += f", padding={self.padding}"
        if self.dilation != (1, 1):
            text += f", dilation={self.dilation}"
        if self.groups != 1:
            text += f", groups={self.groups}"
        if self.bias is None:
            text += ", bias=False"
        if self.padding_mode != "zeros":
            text += f", padding_mode={self.padding_mode}"
        return text


def _pair(x: Any) -> tuple[int, ...]:
    return tuple(x) if isinstance(x, Iterable) else (x, x)
