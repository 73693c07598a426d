"""How weights start: fill a tensor in place, from a distribution that suits its shape.

Every function here changes its tensor without recording it in the graph and returns it. Each
draw comes from `generator`, or from the global one that `manual_seed` seeds: the same seed
gives PyTorch's own numbers.

PyTorch: torch/nn/init.py.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import random
from ..autograd.grad_mode import no_grad
from ..creation import eye as identity_matrix
from ..creation import from_numpy, randperm
from ..dtypes import Array
from ..tensor import Tensor

Generator = random.Generator

_GAIN_1 = (
    "linear",
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
    "sigmoid",
)


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """By how much to scale weights so that signals keep their size through this nonlinearity.

    `param` is leaky_relu's slope, 0.01 unless given. ValueError for an unknown nonlinearity.
    """
    if nonlinearity in _GAIN_1:
        return 1
    if nonlinearity == "tanh":
        return 5.0 / 3
    if nonlinearity == "relu":
        return math.sqrt(2.0)
    if nonlinearity == "leaky_relu":
        slope = 0.01 if param is None else param
        if isinstance(slope, bool) or not isinstance(slope, (int, float)):
            raise ValueError(f"negative_slope {param} not a valid number")
        return math.sqrt(2.0 / (1 + slope**2))
    if nonlinearity == "selu":
        return 3.0 / 4
    raise ValueError(f"Unsupported nonlinearity {nonlinearity}")


def uniform_(
    tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Generator | None = None
) -> Tensor:
    """Uniform in [a, b)."""
    with no_grad():
        return tensor.uniform_(a, b, generator=generator)


def normal_(
    tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Generator | None = None
) -> Tensor:
    """Normal, with this mean and standard deviation."""
    with no_grad():
        return tensor.normal_(mean, std, generator=generator)


def constant_(tensor: Tensor, val: float) -> Tensor:
    """The same number everywhere."""
    with no_grad():
        return tensor.fill_(val)


def ones_(tensor: Tensor) -> Tensor:
    return constant_(tensor, 1.0)


def zeros_(tensor: Tensor) -> Tensor:
    return constant_(tensor, 0.0)


def eye_(tensor: Tensor) -> Tensor:
    """Ones on the diagonal of a matrix, zeros elsewhere. ValueError unless it has 2 dimensions."""
    if tensor.dim() != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    with no_grad():
        return tensor.copy_(identity_matrix(*tensor.shape, dtype=tensor.dtype))


def _calculate_fan_in_and_fan_out(tensor: Tensor) -> tuple[int, int]:
    """How many inputs each output of a layer with this weight sums, and the other way round.

    For [out, in] they are (in, out); the kernel's area KH·KW multiplies both for [out, in, KH, KW].
    """
    if tensor.dim() < 2:
        raise ValueError(
            "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions"
        )
    area = math.prod(tensor.shape[2:])
    return tensor.shape[1] * area, tensor.shape[0] * area


def xavier_uniform_(
    tensor: Tensor, gain: float = 1.0, generator: Generator | None = None
) -> Tensor:
    """Uniform in ±gain · √(6 / (fan_in + fan_out)). Glorot and Bengio, 2010."""
    fan_in, fan_out = _calculate_fan_in_and_fan_out(tensor)
    std = gain * math.sqrt(2.0 / float(fan_in + fan_out))
    bound = math.sqrt(3.0) * std
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Normal with standard deviation gain · √(2 / (fan_in + fan_out))."""
    fan_in, fan_out = _calculate_fan_in_and_fan_out(tensor)
    std = gain * math.sqrt(2.0 / float(fan_in + fan_out))
    return normal_(tensor, 0.0, std, generator)


def kaiming_uniform_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """Uniform in ±gain · √(3 / fan). He et al., "Delving deep into rectifiers", 2015.

    `a` is leaky_relu's slope. mode "fan_in" keeps the variance of the signals going forward,
    "fan_out" that of the gradients going back.
    """
    std = _kaiming_std(tensor, a, mode, nonlinearity)
    if std is None:
        return tensor
    bound = math.sqrt(3.0) * std
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """Normal with standard deviation gain / √fan."""
    std = _kaiming_std(tensor, a, mode, nonlinearity)
    return tensor if std is None else normal_(tensor, 0, std, generator)


def _kaiming_std(tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float | None:
    """gain / √fan, or None for a tensor that has nothing to fill."""
    if 0 in tensor.shape:
        warnings.warn("Initializing zero-element tensors is a no-op", stacklevel=3)
        return None
    mode = mode.lower()
    valid_modes = ["fan_in", "fan_out"]
    if mode not in valid_modes:
        raise ValueError(f"Mode {mode} not supported, please use one of {valid_modes}")
    fan = _calculate_fan_in_and_fan_out(tensor)[valid_modes.index(mode)]
    return calculate_gain(nonlinearity, a) / math.sqrt(fan)


def trunc_normal_(
    tensor: Tensor,
    mean: float = 0.0,
    std: float = 1.0,
    a: float = -2.0,
    b: float = 2.0,
    generator: Generator | None = None,
) -> Tensor:
    """Normal, but never outside [a, b]: what falls outside is drawn again."""
    if mean < a - 2 * std or mean > b + 2 * std:
        warnings.warn(
            "mean is more than 2 std from [a, b] in nn.init.trunc_normal_. "
            "The distribution of values may be incorrect.",
            stacklevel=2,
        )
    generator = random.default_generator if generator is None else generator
    inside = _normal_cdf((b - mean) / std) - _normal_cdf((a - mean) / std)
    draw = _redrawn_normals if inside > 0.3 else _accepted_uniforms
    with no_grad():
        return tensor.copy_(from_numpy(draw(tensor.array, mean, std, a, b, generator)))


def _normal_cdf(x: float) -> float:
    return (1.0 + math.erf(x / math.sqrt(2.0))) / 2.0


def _redrawn_normals(
    like: Array, mean: float, std: float, a: float, b: float, generator: Generator
) -> Array:
    """Draw all, and those outside anew until none is: quick while [a, b] holds most of the bell."""
    values = generator.normal(like.shape, like.dtype, mean, std)
    while (outside := (values < like.dtype.type(a)) | (values > like.dtype.type(b))).any():
        values = np.where(outside, generator.normal(like.shape, like.dtype, mean, std), values)
    return values


def _accepted_uniforms(
    like: Array, mean: float, std: float, a: float, b: float, generator: Generator
) -> Array:
    """Draw uniforms in [a, b] and keep each with a probability that is the bell's height there.

    `peak` is the bell's largest logarithm on [a, b], so that the best place is always kept.
    """
    peak = -0.5 * ((max(a, min(mean, b)) - mean) / std) ** 2
    values = generator.uniform(like.shape, like.dtype, a, b)
    fresh, pending = values, np.ones(like.shape, bool)
    while True:
        height = ((fresh - mean) / std) ** 2 * -0.5 - peak
        with np.errstate(divide="ignore"):  # log 0 is -inf, which is always kept
            rejected = np.log(generator.uniform(like.shape, like.dtype)) > height
        pending = pending & rejected
        if not pending.any():
            return values
        fresh = generator.uniform(like.shape, like.dtype, a, b)
        values = np.where(pending, fresh, values)


def dirac_(tensor: Tensor, groups: int = 1) -> Tensor:
    """A convolution's weight that passes channel i on as channel i: 1 in the kernels' middle.

    With `groups` each group does so. ValueError for other than 3 to 5 dimensions, or groups that do
    not divide the first.
    """
    if tensor.dim() not in (3, 4, 5):
        raise ValueError("Only tensors with 3, 4, or 5 dimensions are supported")
    rows, columns, *kernel = tensor.shape
    if rows % groups != 0:
        raise ValueError("dim 0 must be divisible by groups")
    identity = np.zeros(tensor.shape, tensor.array.dtype)
    each = rows // groups
    channels = np.arange(min(each, columns))
    for first in range(0, rows, each):
        middle: Any = (first + channels, channels, *[k // 2 for k in kernel])
        identity[middle] = 1
    with no_grad():
        return tensor.copy_(from_numpy(identity))


def orthogonal_(tensor: Tensor, gain: float = 1, generator: Generator | None = None) -> Tensor:
    """A (semi-)orthogonal matrix, of the first dimension by all others, times `gain`.

    It is Q of the QR decomposition of a normal matrix, with R's diagonal made positive. Saxe et
    al., "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks",
    2013. ValueError for fewer than 2 dimensions.
    """
    if tensor.dim() < 2:
        raise ValueError("Only tensors with 2 or more dimensions are supported")
    if tensor.numel() == 0:
        return tensor
    rows, columns = tensor.shape[0], tensor.numel() // tensor.shape[0]
    flat = normal_(tensor.new_empty((rows, columns)), generator=generator).array
    q, r = np.linalg.qr(flat.T if rows < columns else flat)
    q *= np.sign(np.diag(r))
    with no_grad():
        tensor.copy_(from_numpy((q.T if rows < columns else q).reshape(tensor.shape)))
        return tensor.mul_(gain)


def sparse_(
    tensor: Tensor, sparsity: float, std: float = 0.01, generator: Generator | None = None
) -> Tensor:
    """Normal, but in each column a share of `sparsity` is 0. ValueError unless it is a matrix."""
    if tensor.dim() != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    rows, columns = tensor.shape
    zeros = math.ceil(sparsity * rows)
    normal_(tensor, 0, std, generator)
    with no_grad():
        for column in range(columns):
            tensor[randperm(rows)[:zeros], column] = 0
    return tensor


# The names without an underscore, of the time before PyTorch marked what writes in place.


def _old_name(fill: Callable[..., Tensor]) -> Callable[..., Tensor]:
    new = fill.__name__
    old = new[:-1]

    def renamed(*args: Any, **kwargs: Any) -> Tensor:
        warnings.warn(
            f"`nn.init.{old}` is now deprecated in favor of `nn.init.{new}`.",
            FutureWarning,
            stacklevel=2,
        )
        return fill(*args, **kwargs)

    renamed.__name__, renamed.__doc__ = old, f"`{new}`, under its old name."
    return renamed


uniform = _old_name(uniform_)
normal = _old_name(normal_)
constant = _old_name(constant_)
eye = _old_name(eye_)
dirac = _old_name(dirac_)
xavier_uniform = _old_name(xavier_uniform_)
xavier_normal = _old_name(xavier_normal_)
kaiming_uniform = _old_name(kaiming_uniform_)
kaiming_normal = _old_name(kaiming_normal_)
orthogonal = _old_name(orthogonal_)
sparse = _old_name(sparse_)
