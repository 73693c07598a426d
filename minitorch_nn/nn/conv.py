"""Convolutions: small learnable filters that slide over sequences, images or volumes.

PyTorch: torch/nn/modules/conv.py (_ConvNd, Conv2d, ConvTranspose2d).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar

from ..creation import empty
from ..tensor import Tensor
from . import functional as F
from .linear import init_weight_and_bias
from .module import Module
from .parameter import Parameter

IntOrTuple = int | tuple[int, ...]


class _ConvNd(Module):
    """What all convolutions share: one number per direction each, a weight and a bias."""

    _directions: ClassVar[int]
    _convolve: ClassVar[Callable[..., Tensor]]
    padding: Any

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: IntOrTuple,
        stride: IntOrTuple,
        padding: str | IntOrTuple,
        dilation: IntOrTuple,
        transposed: bool,
        output_padding: IntOrTuple,
        groups: int,
        bias: bool,
        padding_mode: str,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = self._each(kernel_size)
        self.stride = self._each(stride)
        self.padding = padding if isinstance(padding, str) else self._each(padding)
        self.dilation = self._each(dilation)
        self.transposed = transposed
        self.output_padding = self._each(output_padding)
        self.groups = groups
        self.padding_mode = padding_mode
        self._check()
        rows, columns = (in_channels, out_channels) if transposed else (out_channels, in_channels)
        shape = (rows, columns // groups, *self.kernel_size)
        self.weight = Parameter(empty(shape, device=device, dtype=dtype))
        if bias:
            self.bias = Parameter(empty(out_channels, device=device, dtype=dtype))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def _each(self, value: Any) -> tuple[int, ...]:
        return tuple(value) if isinstance(value, Iterable) else (value,) * self._directions

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

    def extra_repr(self) -> str:
        text = (
            f"{self.in_channels}, {self.out_channels}, "
            f"kernel_size={self.kernel_size}, stride={self.stride}"
        )
        if self.padding != (0,) * len(self.padding):
            text += f", padding={self.padding}"
        if self.dilation != (1,) * len(self.dilation):
            text += f", dilation={self.dilation}"
        if self.output_padding != (0,) * len(self.output_padding):
            text += f", output_padding={self.output_padding}"
        if self.groups != 1:
            text += f", groups={self.groups}"
        if self.bias is None:
            text += ", bias=False"
        if self.padding_mode != "zeros":
            text += f", padding_mode={self.padding_mode}"
        return text


class _Conv(_ConvNd):
    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: IntOrTuple,
        stride: IntOrTuple = 1,
        padding: str | IntOrTuple = 0,
        dilation: IntOrTuple = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            dilation,
            False,
            0,
            groups,
            bias,
            padding_mode,
            device,
            dtype,
        )

    def _margins(self) -> list[int]:
        """The padding as F.pad takes it, last dimension first: [left, right, top, bottom]."""
        margins: list[int] = []
        for direction in reversed(range(self._directions)):
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
            padding = (0,) * self._directions
        return type(self)._convolve(
            input, self.weight, self.bias, self.stride, padding, self.dilation, self.groups
        )


class Conv1d(_Conv):
    """Sequences [N, in_channels, L] to [N, out_channels, OL]; the N may be left out.

    All is as for Conv2d, in one direction.
    """

    _directions = 1
    _convolve = F.conv1d


class Conv2d(_Conv):
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

    _directions = 2
    _convolve = F.conv2d


class Conv3d(_Conv):
    """Volumes [N, in_channels, D, H, W] to [N, out_channels, OD, OH, OW]; as Conv2d."""

    _directions = 3
    _convolve = F.conv3d


class _ConvTranspose(_ConvNd):
    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: IntOrTuple,
        stride: IntOrTuple = 1,
        padding: IntOrTuple = 0,
        output_padding: IntOrTuple = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: IntOrTuple = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        if padding_mode != "zeros":
            raise ValueError(f'Only "zeros" padding mode is supported for {type(self).__name__}')
        super().__init__(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            dilation,
            True,
            output_padding,
            groups,
            bias,
            padding_mode,
            device,
            dtype,
        )

    def forward(self, input: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        more = self.output_padding
        if output_size is not None:
            more = self._padding_for(input, output_size)
        return type(self)._convolve(
            input,
            self.weight,
            self.bias,
            self.stride,
            self.padding,
            more,
            self.groups,
            self.dilation,
        )

    def _padding_for(self, input: Tensor, output_size: Sequence[int]) -> tuple[int, ...]:
        """The output_padding that gives the wanted size: several sizes have the same strides."""
        d, lead = self._directions, 2 if input.dim() == self._directions + 2 else 1
        wanted = tuple(output_size[lead:] if len(output_size) == lead + d else output_size)
        if len(wanted) != d:
            raise ValueError(
                f"ConvTranspose{d}D: for {input.dim()}D input, output_size must have {d} or "
                f"{lead + d} elements (got {len(wanted)})"
            )
        least = [
            (n - 1) * s - 2 * p + dil * (k - 1) + 1
            for n, s, p, dil, k in zip(
                input.shape[-d:],
                self.stride,
                self.padding,
                self.dilation,
                self.kernel_size,
                strict=True,
            )
        ]
        most = [n + s - 1 for n, s in zip(least, self.stride, strict=True)]
        if any(not a <= n <= b for n, a, b in zip(wanted, least, most, strict=True)):
            raise ValueError(
                f"requested an output size of {output_size}, but valid sizes range from {least} to "
                f"{most} (for an input of {input.size()[2:]})"
            )
        return tuple(n - a for n, a in zip(wanted, least, strict=True))


class ConvTranspose1d(_ConvTranspose):
    """Sequences [N, in_channels, L] to longer ones, [N, out_channels, OL]; as ConvTranspose2d."""

    _directions = 1
    _convolve = F.conv_transpose1d


class ConvTranspose2d(_ConvTranspose):
    """Images [N, in_channels, H, W] to larger ones, [N, out_channels, OH, OW]; the N may be left
    out. It goes the way back that a gradient goes through Conv2d.

    OH = (H - 1)·stride - 2·padding + dilation·(kernel_size - 1) + output_padding + 1. With a
    stride, Conv2d maps several sizes to one: `output_padding`, or the argument `output_size` of the
    call, says which of them is wanted.

    `weight` is [in_channels, out_channels / groups, KH, KW]; it starts as Conv2d's does, the bound
    being 1/√(out_channels / groups · KH · KW). ValueError as for Conv2d, and for a `padding_mode`.
    """

    _directions = 2
    _convolve = F.conv_transpose2d


class ConvTranspose3d(_ConvTranspose):
    """Volumes [N, in_channels, D, H, W] to larger ones; as ConvTranspose2d."""

    _directions = 3
    _convolve = F.conv_transpose3d
