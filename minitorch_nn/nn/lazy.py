"""Layers that learn from their first input how many features come in: LazyLinear, LazyConv2d, …

    net = nn.Sequential(nn.LazyLinear(16), nn.ReLU(), nn.LazyLinear(4))
    net(torch.rand(8, 5))  # now they are Linear(5, 16) and Linear(16, 4)

What the layer takes first, the number of inputs, is left out. Until it is known the parameters are
there, so that they can be found, but they have no numbers.

PyTorch: torch/nn/modules/lazy.py; torch/nn/parameter.py (UninitializedParameter).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from ..creation import empty
from ..tensor import Tensor
from .batchnorm import (
    BatchNorm1d,
    BatchNorm2d,
    BatchNorm3d,
    InstanceNorm1d,
    InstanceNorm2d,
    InstanceNorm3d,
)
from .conv import Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from .linear import Linear
from .module import Module
from .parameter import Parameter


class UninitializedParameter(Parameter):
    """A parameter whose shape is not known yet; `materialize` makes an ordinary one of it.

    RuntimeError if its shape is asked for, ValueError for any other use of its numbers.
    """

    def __new__(cls, requires_grad: bool = True, device: Any = None, dtype: Any = None) -> Any:
        parameter = object.__new__(cls)
        parameter.storage = empty(0).storage
        parameter._requires_grad = requires_grad
        return parameter

    def materialize(self, values: Tensor) -> None:
        """Take over the numbers of `values`. The object stays the same: whoever has it keeps it."""
        self.__class__ = Parameter
        self.array = values.array  # type: ignore[misc]

    @property
    def array(self) -> Any:  # type: ignore[override]
        raise ValueError(
            "Attempted to use an uninitialized parameter. This error happens when you are using a "
            "`LazyModule` or explicitly manipulating `torch.nn.parameter.UninitializedParameter` "
            "objects. When using LazyModules Call `forward` with a dummy batch to initialize the "
            "parameters before calling torch functions"
        )

    @property  # type: ignore[misc]
    def data(self) -> Tensor:
        """Nothing: `layer.weight.data.normal_()` before the first call does nothing."""
        return empty(0)

    @property
    def shape(self) -> Any:
        raise RuntimeError(
            "Can't access the shape of an uninitialized parameter or buffer. This error usually "
            "happens in `load_state_dict` when trying to load an uninitialized parameter into an "
            "initialized one. Call `forward` to initialize the parameters before accessing their "
            "attributes."
        )

    def __repr__(self, **kwargs: Any) -> str:
        return f"<{type(self).__name__}>"

    def __deepcopy__(self, memo: dict[int, Any]) -> UninitializedParameter:
        return type(self)(self.requires_grad)


class LazyModule(Module):
    """Made with all of a layer's arguments but the first; the first input then tells that one.

    `cls_to_become` is the layer. With 0 for the number that is missing, it already shows all else.
    """

    cls_to_become: ClassVar[Callable[..., Any]]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(0, *args, **kwargs)
        self._arguments, self._keywords = args, kwargs
        for name, parameter in self._parameters.items():
            if parameter is not None:
                self._parameters[name] = UninitializedParameter(parameter.requires_grad)
        self._initialize_hook = self.register_forward_pre_hook(_initialize)

    def reset_parameters(self) -> None:
        """Draws nothing: there is nothing to draw yet."""

    def _apply(self, fn: Callable[[Tensor], Tensor]) -> Any:
        """Notes the type, for later, that `double()` or `to(dtype)` would give the parameters."""
        self._keywords["dtype"] = fn(empty(0, dtype=self._keywords.get("dtype"))).dtype
        return self

    def _inputs(self, input: Tensor) -> int:
        """How many features, or channels, this first input has."""
        return input.shape[1]


def _initialize(module: Any, args: tuple[Any, ...]) -> None:
    """A lazy module's forward pre-hook: the layer itself is made, and the module becomes it."""
    count = module._inputs(args[0])
    layer = module.cls_to_become(count, *module._arguments, **module._keywords)
    module._initialize_hook.remove()
    for name, parameter in layer._parameters.items():
        if parameter is not None:
            module._parameters[name].materialize(parameter)
    for name in ("_arguments", "_keywords", "_initialize_hook"):
        delattr(module, name)
    module._buffers = layer._buffers
    for name, value in vars(layer).items():
        if not name.startswith("_") and name != "training":
            setattr(module, name, value)
    module.__class__ = module.cls_to_become


class LazyLinear(LazyModule, Linear):
    """Linear(out_features, bias=True)."""

    cls_to_become = Linear

    def _inputs(self, input: Tensor) -> int:
        return input.shape[-1]


class _LazyConvNd(LazyModule):
    _directions: ClassVar[int]

    def _inputs(self, input: Tensor) -> int:
        unbatched = self._directions + 1
        if input.dim() not in (unbatched, unbatched + 1):
            raise RuntimeError(
                f"Expected {unbatched}D (unbatched) or {unbatched + 1}D (batched) input to "
                f"{type(self).__name__}, but got input of size: {input.shape}"
            )
        return input.shape[-unbatched]


class LazyConv1d(_LazyConvNd, Conv1d):
    """Conv1d(out_channels, kernel_size, …)."""

    cls_to_become = Conv1d


class LazyConv2d(_LazyConvNd, Conv2d):
    """Conv2d(out_channels, kernel_size, …)."""

    cls_to_become = Conv2d


class LazyConv3d(_LazyConvNd, Conv3d):
    """Conv3d(out_channels, kernel_size, …)."""

    cls_to_become = Conv3d


class LazyConvTranspose1d(_LazyConvNd, ConvTranspose1d):
    """ConvTranspose1d(out_channels, kernel_size, …)."""

    cls_to_become = ConvTranspose1d


class LazyConvTranspose2d(_LazyConvNd, ConvTranspose2d):
    """ConvTranspose2d(out_channels, kernel_size, …)."""

    cls_to_become = ConvTranspose2d


class LazyConvTranspose3d(_LazyConvNd, ConvTranspose3d):
    """ConvTranspose3d(out_channels, kernel_size, …)."""

    cls_to_become = ConvTranspose3d


class LazyBatchNorm1d(LazyModule, BatchNorm1d):
    """BatchNorm1d(eps=1e-5, …)."""

    cls_to_become = BatchNorm1d


class LazyBatchNorm2d(LazyModule, BatchNorm2d):
    """BatchNorm2d(eps=1e-5, …)."""

    cls_to_become = BatchNorm2d


class LazyBatchNorm3d(LazyModule, BatchNorm3d):
    """BatchNorm3d(eps=1e-5, …)."""

    cls_to_become = BatchNorm3d


class _LazyInstanceNorm(LazyModule):
    """Unlike InstanceNorm's, its scale, shift and running statistics are there by default."""

    def __init__(
        self,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(
            eps, momentum, affine, track_running_stats, device=device, dtype=dtype, bias=bias
        )


class LazyInstanceNorm1d(_LazyInstanceNorm, InstanceNorm1d):
    """InstanceNorm1d(eps=1e-5, …)."""

    cls_to_become = InstanceNorm1d


class LazyInstanceNorm2d(_LazyInstanceNorm, InstanceNorm2d):
    """InstanceNorm2d(eps=1e-5, …)."""

    cls_to_become = InstanceNorm2d


class LazyInstanceNorm3d(_LazyInstanceNorm, InstanceNorm3d):
    """InstanceNorm3d(eps=1e-5, …)."""

    cls_to_become = InstanceNorm3d
