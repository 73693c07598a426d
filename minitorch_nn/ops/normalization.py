"""Normalization: numbers of mean 0 and variance 1, then scaled and shifted by what is learnt.

Batch, instance, layer and group norm are one operation and differ in what they take the mean and
variance over: one channel of all images, one channel of one image, one row, some channels of one
image. A `Plan` says so, and the rest is the same.

The functions here have the signatures of `torch.batch_norm` and its like; those of `nn.functional`
call them, and differ in the order of their arguments.

PyTorch: aten/src/ATen/native/Normalization.cpp, layer_norm.cpp, group_norm.cpp.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any, NamedTuple

import numpy as np

from ..autograd.grad_mode import mode
from ..autograd.node import Node
from ..base import Value
from ..dtypes import title
from .any_order import AnyOrder, elements_of
from .arithmetic import plus_number
from .broadcasting import sum_to
from .dims import ints
from .operands import array_of
from .padding import pad
from .parts import select
from .pool import avg_pool2d, avg_pool3d
from .powers import pow, rsqrt
from .rearranging import repeat
from .reduction import MeanBackward1, mean
from .shape import clone, contiguous, reshape, squeeze, to_dtype, unsqueeze, view

Shape = tuple[int, ...]


class Plan(NamedTuple):
    """How an input is looked at."""

    seen: Shape  # the shape in which the mean and the variance are taken,
    axes: Shape  # over these dimensions,
    affine: Shape  # and the shape of weight and bias that broadcasts to the input's


def moments(x: Value, axes: Shape) -> tuple[Value, Value, Value]:
    """The mean, what is left of x without it, and the variance, divided by n."""
    average = MeanBackward1.apply(x, axes=axes, keepdim=True)
    centre = x - average
    return average, centre, MeanBackward1.apply(centre * centre, axes=axes, keepdim=True)


class _Normalize(Node):
    """y = w·x̂ + b with x̂ = (x - mean)·s and s = 1 / √(var + ε).

    Through the mean and the variance every x moves the others: with g = dL/dx̂ = w·dL/dy,
    dL/dx = s·(g - mean(g) - x̂·mean(g·x̂)). Where mean and variance are given, dL/dx = s·g.
    """

    __slots__ = ("bias_shape", "eps", "given", "mean", "plan", "scale")
    saves = ("input", "weight")

    def forward(
        self, x: Any, w: Any, b: Any, *, plan: Plan, eps: float, given: Any = None
    ) -> tuple[Any, Any, Any]:
        """y, and the mean and the variance: `given` ones, else x's own."""
        self.save_for_backward(x, w)
        self.plan, self.eps, self.given = plan, eps, given is not None
        self.bias_shape: Any = None if b is None else b.shape
        seen = x.reshape(plan.seen)
        if given is None:
            self.mean, y, variance = moments(seen, plan.axes)
        else:
            self.mean, variance = given
            y = seen - self.mean
        self.scale = rsqrt(variance + eps)
        y *= self.scale
        y = y.reshape(x.shape)
        if w is not None:
            y *= w.reshape(plan.affine)
        if b is not None:
            y += b.reshape(plan.affine)
        return y.astype(x.dtype, copy=False), self.mean, variance

    def backward(self, grad: Value, *_: None) -> tuple[Value | None, ...]:
        x, w = self.saved_tensors
        need_x, need_w, need_b = self.needs_input_grad
        plan = self.plan
        seen = reshape(x, plan.seen)
        if mode.grad and not self.given:  # then mean and variance are functions of x
            _, centre, variance = moments(seen, plan.axes)
            scale = rsqrt(variance + self.eps)
        else:
            centre, scale = seen - self.mean, self.scale
        normal = centre * scale
        grad_x = grad_w = grad_b = None
        if need_x:
            g = reshape(grad if w is None else grad * reshape(w, plan.affine), plan.seen)
            if not self.given:
                average = MeanBackward1.apply(g, axes=plan.axes, keepdim=True)
                along = MeanBackward1.apply(g * normal, axes=plan.axes, keepdim=True)
                g = g - average - normal * along
            grad_x = reshape(g * scale, tuple(x.shape))
        if need_w:
            grad_w = grad * reshape(normal, tuple(x.shape))
            grad_w = reshape(sum_to(grad_w, plan.affine), tuple(w.shape))
        if need_b:
            grad_b = reshape(sum_to(grad, plan.affine), self.bias_shape)
        return grad_x, grad_w, grad_b


class NativeBatchNormBackward0(AnyOrder, _Normalize):
    """Over the batch and all places of a channel. PyTorch: derivatives.yaml, native_batch_norm."""

    __slots__ = ()


class NativeLayerNormBackward0(_Normalize):
    """Over the last dimensions; y is contiguous. PyTorch: derivatives.yaml, native_layer_norm."""

    __slots__ = ()

    def forward(self, x: Any, w: Any, b: Any, **options: Any) -> tuple[Any, Any, Any]:
        y, average, variance = super().forward(x, w, b, **options)
        return np.ascontiguousarray(y), average, variance


class NativeGroupNormBackward0(_Normalize):
    """Over some channels of one image. PyTorch: derivatives.yaml, native_group_norm."""

    __slots__ = ()


# --- the checked functions -------------------------------------------------------------------


def _check_types(name: str, x: Value, *parameters: Value | None) -> None:
    """One type for all; only half precision takes float32 parameters."""
    own = elements_of(x).dtype
    others = [array_of(p).dtype for p in parameters if p is not None]
    if any(other != own for other in others):
        if any(other != np.float32 for other in others):
            raise RuntimeError("mixed dtype (CPU): expect parameter to have scalar type of Float")
        if own != np.float16:
            raise RuntimeError("mixed dtype (CPU): all inputs must share same datatype.")
    if own.kind != "f":
        raise NotImplementedError(f"\"{name}\" not implemented for '{title(own)}'")


def batch_norm(
    input: Value,
    weight: Value | None,
    bias: Value | None,
    running_mean: Value | None,
    running_var: Value | None,
    training: bool,
    momentum: float,
    eps: float,
    cudnn_enabled: bool = False,
) -> Value:
    """Each channel of (N, C, *) normalised over the batch and all its places.

    In training by its own mean and variance (divided by n), which also enter the running ones:
    running = (1 - momentum)·running + momentum·own, the variance there divided by n - 1. Else by
    the running ones. RuntimeError for another count of channels, or in evaluation without them.
    """
    channels = input.shape[1] if input.ndim > 1 else 0
    _check_parameters(channels, weight, bias, running_mean, running_var, training)
    if not elements_of(input).size:
        return _nothing_normalised(input, weight, bias)
    if input.ndim < 2:
        raise RuntimeError(f"batch_norm: expected (N, C, *) input, but got {input.ndim}D input")
    _check_types("batch_norm", input, weight, bias, running_mean, running_var)
    alone = (1, channels, *(1,) * (input.ndim - 2))
    plan = Plan(tuple(input.shape), (0, *range(2, input.ndim)), alone)
    apply = NativeBatchNormBackward0.apply
    if not training:
        given = tuple(array_of(x).reshape(alone).copy() for x in (running_mean, running_var))
        return apply(input, weight, bias, plan=plan, eps=eps, given=given)[0]
    y, average, variance = apply(input, weight, bias, plan=plan, eps=eps)
    if running_mean is not None:
        count = elements_of(input).size // channels
        _move_towards(running_mean, array_of(average), momentum)
        _move_towards(running_var, array_of(variance) * (count / max(count - 1, 1)), momentum)
    return y


def _move_towards(running: Any, own: Any, momentum: float) -> None:
    old = running.array
    old[...] = (1 - momentum) * old + momentum * own.reshape(old.shape)
    running.storage.version += 1


def _check_parameters(
    channels: int,
    weight: Value | None,
    bias: Value | None,
    running_mean: Value | None,
    running_var: Value | None,
    training: bool,
) -> None:
    named = {
        "running_mean": running_mean,
        "running_var": running_var,
        "weight": weight,
        "bias": bias,
    }
    for name, x in named.items():
        if x is not None and array_of(x).size != channels:
            raise RuntimeError(f"{name} should contain {channels} elements not {array_of(x).size}")
        if name.startswith("running") and x is None and not training:
            raise RuntimeError(f"{name} must be defined in evaluation mode")
        if name.startswith("running") and x is not None and x.requires_grad:
            raise RuntimeError(
                f"The function 'native_batch_norm' is not differentiable with respect to argument "
                f"'{name}'. This input cannot have requires_grad True."
            )
    if (running_mean is None) != (running_var is None):
        raise ValueError("running_mean and running_var must either both be None or neither be None")


def _nothing_normalised(x: Value, weight: Value | None, bias: Value | None) -> Value:
    """An input without elements, still joined to its parameters in the graph."""
    y = clone(x)
    if weight is not None:
        y = y * select(weight, 0, 0)
    return y if bias is None else y + select(bias, 0, 0)


def instance_norm(
    input: Value,
    weight: Value | None,
    bias: Value | None,
    running_mean: Value | None,
    running_var: Value | None,
    use_input_stats: bool,
    momentum: float,
    eps: float,
    cudnn_enabled: bool = False,
) -> Value:
    """Each channel of each image of (N, C, *) normalised over its places.

    It is the batch norm of one image with N·C channels. Running statistics are the images' mean.
    PyTorch: aten/src/ATen/native/Normalization.cpp (instance_norm).
    """
    if not use_input_stats and (running_mean is None or running_var is None):
        raise RuntimeError(
            "Expected running_mean and running_var to be defined when use_input_stats is false"
        )
    n, c, *places = input.shape
    w, b, average, variance = (
        None if x is None else repeat(x, (n,)) for x in (weight, bias, running_mean, running_var)
    )
    images = view(contiguous(input), (1, n * c, *places))
    y = batch_norm(images, w, b, average, variance, use_input_stats, momentum, eps)
    for running, repeated in ((running_mean, average), (running_var, variance)):
        if running is not None and repeated is not None:
            running.array[...] = repeated.array.reshape(n, c).mean(0)
            running.storage.version += 1
    return view(y, tuple(input.shape))


def _last_dims(
    input: Value, normalized_shape: Sequence[int], parameters: dict[str, Value | None], name: str
) -> tuple[Shape, Shape]:
    """The normalized shape, and which dimensions of the input it is. RuntimeError if it is not."""
    shape = ints(normalized_shape, name, "normalized_shape")
    if not shape:
        raise RuntimeError(
            "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one "
            "element, but got normalized_shape = []"
        )
    for what, x in parameters.items():
        if x is not None and tuple(x.shape) != shape:
            raise RuntimeError(
                f"Expected {what} to be of same shape as normalized_shape, but got {what} of shape "
                f"{list(x.shape)} and normalized_shape = {list(shape)}"
            )
    if tuple(input.shape[-len(shape) :]) != shape:
        star = "*" if name == "rms_norm" else "*, "
        raise RuntimeError(
            f"Given normalized_shape={list(shape)}, expected input with shape "
            f"[{star}{', '.join(map(str, shape))}], but got input of size{list(input.shape)}"
        )
    return shape, tuple(range(input.ndim - len(shape), input.ndim))


def layer_norm(
    input: Value,
    normalized_shape: Sequence[int],
    weight: Value | None = None,
    bias: Value | None = None,
    eps: float = 1e-5,
    cudnn_enable: bool = True,
) -> Value:
    """The last dimensions of (*, normalized_shape) normalised, each row by itself.

    weight and bias have the shape `normalized_shape`. RuntimeError for other shapes.
    """
    parameters = {"weight": weight, "bias": bias}
    shape, axes = _last_dims(input, normalized_shape, parameters, "layer_norm")
    _check_types("LayerNormKernelImpl", input, weight, bias)
    plan = Plan(tuple(input.shape), axes, shape)
    return NativeLayerNormBackward0.apply(input, weight, bias, plan=plan, eps=eps)[0]


def group_norm(
    input: Value,
    num_groups: int,
    weight: Value | None = None,
    bias: Value | None = None,
    eps: float = 1e-5,
    cudnn_enabled: bool = True,
) -> Value:
    """The channels of (N, C, *) in `num_groups` groups, each group of each image normalised.

    weight and bias have one number per channel. RuntimeError unless the groups divide C.
    """
    _check_groups(input, num_groups, {"weight": weight, "bias": bias})
    _check_types("GroupNormKernelImpl", input, weight, bias)
    n, c, *places = input.shape
    seen = (n, num_groups, c // num_groups * prod(places))
    plan = Plan(seen, (2,), (1, c, *(1,) * len(places)))
    return NativeGroupNormBackward0.apply(input, weight, bias, plan=plan, eps=eps)[0]


def _check_groups(input: Value, num_groups: int, parameters: dict[str, Value | None]) -> None:
    n, c, *places = input.shape
    if num_groups <= 0:
        raise RuntimeError(f"Expected num groups to be greater than 0, got {num_groups}")
    if c % num_groups:
        raise RuntimeError(
            "Expected number of channels in input to be divisible by num_groups, but got input of "
            f"shape {list(input.shape)} and num_groups={num_groups}"
        )
    for what, x in parameters.items():
        if x is not None and tuple(x.shape) != (c,):
            raise RuntimeError(
                f"Expected {what} to be a vector of size equal to the number of channels in input, "
                f"but got {what} of shape {list(x.shape)} and input of shape {list(input.shape)}"
            )
    if n and not c:
        raise RuntimeError("Expected number of channels to be greater than 0, got 0")
    if n and not prod(places):
        raise RuntimeError("Expected HxW to be greater than 0, got 0")


def rms_norm(
    input: Value,
    normalized_shape: Sequence[int],
    weight: Value | None = None,
    eps: float | None = None,
) -> Value:
    """x / √(mean(x²) + ε) over the last dimensions, times `weight`; ε is by default the type's own.

    PyTorch: aten/src/ATen/native/layer_norm.cpp (rms_norm), also composite.
    """
    _, axes = _last_dims(input, normalized_shape, {"weight": weight}, "rms_norm")
    own = array_of(input).dtype
    _check_types("rms_norm", input)
    x = to_dtype(input, np.float32) if own == np.float16 else input
    epsilon = float(np.finfo(own).eps) if eps is None else eps
    y = x * rsqrt(plus_number(mean(pow(x, 2), axes, keepdim=True), epsilon))
    if weight is not None:
        y = y * weight
    return to_dtype(y, own)


def local_response_norm(
    input: Value, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> Value:
    """x / (k + α·the mean of x² over `size` neighbouring channels)ᵝ for (N, C, *).

    Made of a mean pool across the channels, as in PyTorch: torch/nn/functional.py
    (local_response_norm). ValueError without a spatial dimension.
    """
    if input.ndim < 3:
        gap = " " * 25
        raise ValueError(
            f"Expected 3D or higher dimensionality {gap}input (got {input.ndim} dimensions)"
        )
    if not array_of(input).size:
        return input
    squares, margin = input * input, (size // 2, (size - 1) // 2)
    if input.ndim == 3:
        rows = pad(unsqueeze(squares, 1), (0, 0, *margin))
        average = squeeze(avg_pool2d(rows, (size, 1), stride=1), 1)
    else:
        n, c, h = input.shape[:3]
        volumes = view(squares, (n, 1, c, h, prod(input.shape[3:])))
        padded = pad(volumes, (0, 0, 0, 0, *margin))
        average = squeeze(avg_pool3d(padded, (size, 1, 1), stride=1), 1)
        average = view(average, tuple(input.shape))
    return input / pow(average * alpha + k, beta)
