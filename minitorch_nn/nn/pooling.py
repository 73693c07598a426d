"""Pooling layers: the largest value, or the mean, of each small window of an input.

PyTorch: torch/nn/modules/pooling.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from ..tensor import Tensor
from . import functional as F
from .module import Module

IntOrTuple = int | tuple[int, ...]
Function = Callable[..., Any]


class _MaxPoolNd(Module):
    _pool: ClassVar[Function]

    def __init__(
        self,
        kernel_size: IntOrTuple,
        stride: IntOrTuple | None = None,
        padding: IntOrTuple = 0,
        dilation: IntOrTuple = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = stride if stride is not None else kernel_size
        self.padding = padding
        self.dilation = dilation
        self.return_indices = return_indices
        self.ceil_mode = ceil_mode

    def forward(self, input: Tensor) -> Any:
        return type(self)._pool(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.dilation,
            ceil_mode=self.ceil_mode,
            return_indices=self.return_indices,
        )

    def extra_repr(self) -> str:
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, "
            f"dilation={self.dilation}, ceil_mode={self.ceil_mode}"
        )


class MaxPool1d(_MaxPoolNd):
    """The maximum of each window: [N, C, L] to [N, C, OL]; as MaxPool2d."""

    _pool = F.max_pool1d


class MaxPool2d(_MaxPoolNd):
    """The maximum of each window: [N, C, H, W] to [N, C, OH, OW]; the N may be left out.

    OH = ⌊(H + 2·padding - dilation·(kernel_size - 1) - 1) / stride⌋ + 1, rounded up instead with
    `ceil_mode`. The stride is the kernel's size unless given. The margin holds -∞. With
    `return_indices` the result is a pair: the maxima, and where in each H·W plane they were.
    """

    _pool = F.max_pool2d


class MaxPool3d(_MaxPoolNd):
    """The maximum of each window: [N, C, D, H, W] to [N, C, OD, OH, OW]; as MaxPool2d."""

    _pool = F.max_pool3d


class AvgPool1d(Module):
    """The mean of each window: [N, C, L] to [N, C, OL]; as AvgPool2d, without a divisor."""

    def __init__(
        self,
        kernel_size: IntOrTuple,
        stride: IntOrTuple | None = None,
        padding: IntOrTuple = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        super().__init__()
        self.kernel_size = _single(kernel_size)
        self.stride = _single(stride if stride is not None else kernel_size)
        self.padding = _single(padding)
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad

    def forward(self, input: Tensor) -> Tensor:
        return F.avg_pool1d(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
        )

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


def _single(value: Any) -> tuple[int, ...]:
    return (value,) if isinstance(value, int) else tuple(value)


class _AvgPoolNd(Module):
    _pool: ClassVar[Function]

    def __init__(
        self,
        kernel_size: IntOrTuple,
        stride: IntOrTuple | None = None,
        padding: IntOrTuple = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = stride if stride is not None else kernel_size
        self.padding = padding
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad
        self.divisor_override = divisor_override

    def forward(self, input: Tensor) -> Tensor:
        return type(self)._pool(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
            self.divisor_override,
        )

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool2d(_AvgPoolNd):
    """The mean of each window: [N, C, H, W] to [N, C, OH, OW]; the N may be left out.

    The margin's zeros count as values unless `count_include_pad` is False; `divisor_override`
    divides by that number instead of by the window's size.
    """

    _pool = F.avg_pool2d


class AvgPool3d(_AvgPoolNd):
    """The mean of each window: [N, C, D, H, W] to [N, C, OD, OH, OW]; as AvgPool2d."""

    _pool = F.avg_pool3d


class _LPPoolNd(Module):
    _pool: ClassVar[Function]

    def __init__(
        self,
        norm_type: float,
        kernel_size: IntOrTuple,
        stride: IntOrTuple | None = None,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        self.norm_type = norm_type
        self.kernel_size = kernel_size
        self.stride = stride
        self.ceil_mode = ceil_mode

    def forward(self, input: Tensor) -> Tensor:
        return type(self)._pool(
            input, float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode
        )

    def extra_repr(self) -> str:
        return (
            f"norm_type={self.norm_type}, kernel_size={self.kernel_size}, stride={self.stride}, "
            f"ceil_mode={self.ceil_mode}"
        )


class LPPool1d(_LPPoolNd):
    """The norm (Σ xᵖ)^(1/p) of each window, with p = `norm_type`: [N, C, L] to [N, C, OL]."""

    _pool = F.lp_pool1d


class LPPool2d(_LPPoolNd):
    """The norm (Σ xᵖ)^(1/p) of each window: [N, C, H, W] to [N, C, OH, OW]."""

    _pool = F.lp_pool2d


class LPPool3d(_LPPoolNd):
    """The norm (Σ xᵖ)^(1/p) of each window: [N, C, D, H, W] to [N, C, OD, OH, OW]."""

    _pool = F.lp_pool3d


class _MaxUnpoolNd(Module):
    _directions: ClassVar[int]
    _unpool: ClassVar[Function]

    def __init__(
        self,
        kernel_size: IntOrTuple,
        stride: IntOrTuple | None = None,
        padding: IntOrTuple = 0,
    ) -> None:
        super().__init__()
        self.kernel_size = self._each(kernel_size)
        self.stride = self._each(stride if stride is not None else kernel_size)
        self.padding = self._each(padding)

    def _each(self, value: Any) -> tuple[int, ...]:
        return (value,) * self._directions if isinstance(value, int) else tuple(value)

    def forward(
        self, input: Tensor, indices: Tensor, output_size: Sequence[int] | None = None
    ) -> Tensor:
        return type(self)._unpool(
            input, indices, self.kernel_size, self.stride, self.padding, output_size
        )

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class MaxUnpool1d(_MaxUnpoolNd):
    """What MaxPool1d with `return_indices` gave, at its old places among zeros."""

    _directions = 1
    _unpool = F.max_unpool1d


class MaxUnpool2d(_MaxUnpoolNd):
    """What MaxPool2d with `return_indices` gave, at its old places among zeros.

    Several sizes are pooled to one: the argument `output_size` of the call says which is wanted.
    """

    _directions = 2
    _unpool = F.max_unpool2d


class MaxUnpool3d(_MaxUnpoolNd):
    """What MaxPool3d with `return_indices` gave, at its old places among zeros."""

    _directions = 3
    _unpool = F.max_unpool3d


class _AdaptiveAvgPoolNd(Module):
    _pool: ClassVar[Function]

    def __init__(self, output_size: Any) -> None:
        super().__init__()
        self.output_size = output_size

    def forward(self, input: Tensor) -> Tensor:
        return type(self)._pool(input, self.output_size)

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"


class AdaptiveAvgPool1d(_AdaptiveAvgPoolNd):
    """The means of `output_size` windows of equal size: [N, C, L] to [N, C, output_size]."""

    _pool = F.adaptive_avg_pool1d


class AdaptiveAvgPool2d(_AdaptiveAvgPoolNd):
    """The means of windows of equal size: [N, C, H, W] to [N, C, *output_size].

    `output_size` is a number for both directions, or a pair; None in it keeps the input's size.
    """

    _pool = F.adaptive_avg_pool2d


class AdaptiveAvgPool3d(_AdaptiveAvgPoolNd):
    """The means of windows of equal size: [N, C, D, H, W] to [N, C, *output_size]."""

    _pool = F.adaptive_avg_pool3d


class _AdaptiveMaxPoolNd(Module):
    _pool: ClassVar[Function]

    def __init__(self, output_size: Any, return_indices: bool = False) -> None:
        super().__init__()
        self.output_size = output_size
        self.return_indices = return_indices

    def forward(self, input: Tensor) -> Any:
        return type(self)._pool(input, self.output_size, self.return_indices)

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"


class AdaptiveMaxPool1d(_AdaptiveMaxPoolNd):
    """The maxima of `output_size` windows of equal size: [N, C, L] to [N, C, output_size]."""

    _pool = F.adaptive_max_pool1d


class AdaptiveMaxPool2d(_AdaptiveMaxPoolNd):
    """The maxima of windows of equal size: [N, C, H, W] to [N, C, *output_size].

    With `return_indices` the result is a pair: the maxima, and where in each plane they were.
    """

    _pool = F.adaptive_max_pool2d


class AdaptiveMaxPool3d(_AdaptiveMaxPoolNd):
    """The maxima of windows of equal size: [N, C, D, H, W] to [N, C, *output_size]."""

    _pool = F.adaptive_max_pool3d
