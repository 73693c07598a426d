"""Batch norm: each channel brought to mean 0 and variance 1 over the batch. And instance norm,
which does it over each image by itself.

In training a batch norm uses the batch's own mean and variance, and keeps running ones, which it
uses in evaluation: `model.eval()` before you measure.

PyTorch: torch/nn/modules/batchnorm.py, instancenorm.py. Ioffe and Szegedy, "Batch Normalization",
2015; Ulyanov et al., "Instance Normalization", 2016.
"""

from __future__ import annotations

import warnings
from typing import Any, ClassVar

from .. import dtypes
from ..creation import ones, tensor, zeros
from ..tensor import Tensor
from . import functional as F
from .module import Module
from .normalization import add_scale_and_shift, reset_scale_and_shift


class _NormBase(Module):
    """Weight, bias and running statistics of `num_features` channels."""

    _version = 2
    _ranks: ClassVar[tuple[int, ...]]  # how many dimensions an input may have
    running_mean: Tensor | None
    running_var: Tensor | None
    num_batches_tracked: Tensor | None

    def __init__(
        self,
        num_features: int,
        eps: float,
        momentum: float | None,
        affine: bool,
        track_running_stats: bool,
        bias: bool,
        device: Any,
        dtype: Any,
    ) -> None:
        super().__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats
        add_scale_and_shift(self, (num_features,), affine, bias, device, dtype)
        kept: tuple[Tensor | None, ...] = (None, None, None)
        if track_running_stats:
            kept = (
                zeros(num_features, device=device, dtype=dtype),
                ones(num_features, device=device, dtype=dtype),
                tensor(0, dtype=dtypes.int64, device=device),
            )
        names = ("running_mean", "running_var", "num_batches_tracked")
        for name, buffer in zip(names, kept, strict=True):
            self.register_buffer(name, buffer)
        self.reset_parameters()

    def reset_running_stats(self) -> None:
        """Mean 0, variance 1, no batches seen."""
        if self.running_mean is not None and self.running_var is not None:
            self.running_mean.zero_()
            self.running_var.fill_(1)
        if self.num_batches_tracked is not None:
            self.num_batches_tracked.zero_()

    def reset_parameters(self) -> None:
        self.reset_running_stats()
        reset_scale_and_shift(self.weight, self.bias)

    def _check_input_dim(self, input: Tensor) -> None:
        if input.dim() not in self._ranks:
            expected = " or ".join(f"{rank}D" for rank in self._ranks)
            raise ValueError(f"expected {expected} input (got {input.dim()}D input)")

    def extra_repr(self) -> str:
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        )

    def _load_from_state_dict(  # type: ignore[override]
        self,
        state_dict: dict[str, Any],
        prefix: str,
        local_metadata: dict[str, Any],
        *others: Any,
    ) -> None:
        version = local_metadata.get("version")
        key = f"{prefix}num_batches_tracked"
        if (version is None or version < 2) and self.num_batches_tracked is not None:
            # An older file does not count batches: the count stays as it is.
            state_dict.setdefault(key, self.num_batches_tracked)
        super()._load_from_state_dict(state_dict, prefix, local_metadata, *others)


class _BatchNorm(_NormBase):
    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(
            num_features, eps, momentum, affine, track_running_stats, bias, device, dtype
        )

    def forward(self, input: Tensor) -> Tensor:
        self._check_input_dim(input)
        momentum = 0.0 if self.momentum is None else self.momentum
        if self.training and self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
            if self.momentum is None:  # the mean of all batches so far
                momentum = 1.0 / float(self.num_batches_tracked)
        own = self.training or (self.running_mean is None and self.running_var is None)
        use_running = not self.training or self.track_running_stats
        return F.batch_norm(
            input,
            self.running_mean if use_running else None,
            self.running_var if use_running else None,
            self.weight,
            self.bias,
            own,
            momentum,
            self.eps,
        )


class BatchNorm1d(_BatchNorm):
    """Each feature of [N, C] or [N, C, L] normalised over the batch; as BatchNorm2d."""

    _ranks = (2, 3)


class BatchNorm2d(_BatchNorm):
    """Each channel of [N, C, H, W] normalised over the batch and all its places.

    y = weight·(x - mean) / √(var + eps) + bias, with one weight and bias per channel. In training
    mean and variance (divided by n) are the batch's own, and the buffers `running_mean` and
    `running_var` move towards them by `momentum`, the variance there divided by n - 1; with
    `momentum=None` they are the plain mean of all batches. In evaluation the buffers are used, or
    the batch's own without `track_running_stats`.

    ValueError for inputs of another rank, and in training for one value per channel.
    """

    _ranks = (4,)


class BatchNorm3d(_BatchNorm):
    """Each channel of [N, C, D, H, W] normalised over the batch and all its places."""

    _ranks = (5,)


class _InstanceNorm(_NormBase):
    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(
            num_features, eps, momentum, affine, track_running_stats, bias, device, dtype
        )

    def forward(self, input: Tensor) -> Tensor:
        self._check_input_dim(input)
        unbatched = self._ranks[0]
        dim = input.dim() - unbatched
        if input.size(dim) != self.num_features:
            if self.affine:
                raise ValueError(
                    f"expected input's size at dim={dim} to match num_features "
                    f"({self.num_features}), but got: {input.size(dim)}."
                )
            warnings.warn(
                f"input's size at dim={dim} does not match num_features. You can silence this "
                "warning by not passing in num_features, which is not used because affine=False",
                stacklevel=2,
            )
        if input.dim() == unbatched:
            return self._normalise(input.unsqueeze(0)).squeeze(0)
        return self._normalise(input)

    def _normalise(self, input: Tensor) -> Tensor:
        return F.instance_norm(
            input,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training or not self.track_running_stats,
            0.0 if self.momentum is None else self.momentum,
            self.eps,
        )


class InstanceNorm1d(_InstanceNorm):
    """Each channel of each sequence of [N, C, L] or [C, L] normalised; as InstanceNorm2d."""

    _ranks = (2, 3)


class InstanceNorm2d(_InstanceNorm):
    """Each channel of each image of [N, C, H, W] or [C, H, W] normalised over its places.

    As BatchNorm2d, but for each image by itself, in evaluation too. Weight and bias only with
    `affine=True`, running statistics only with `track_running_stats=True`.
    """

    _ranks = (3, 4)


class InstanceNorm3d(_InstanceNorm):
    """Each channel of each volume of [N, C, D, H, W] or [C, D, H, W] normalised."""

    _ranks = (4, 5)
