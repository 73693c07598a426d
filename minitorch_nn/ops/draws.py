"""Random numbers written in place (x.uniform_()), and drawn by a tensor: bernoulli, multinomial.

How words of the generator become numbers is told in stream.py. Here they meet the graph: whatever
was in a tensor before the draw is gone, so its gradient is 0.

PyTorch: aten/src/ATen/native/Distributions.cpp, DistributionTemplates.h.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import TensorBase, Value
from ..dtypes import cpp_name, title
from ..stream import Stream, default_stream, largest_whole
from .broadcasting import expand, joint_shape
from .inplace import in_place
from .operands import array_of, refuse, shape_of
from .shape import zeros_for


def drawn_for(x: Any, draw: Callable[..., Any]) -> Any:
    """`draw(shape)` for x: its elements take the numbers in the order in which they lie in memory;
    row after row where several are one and the same."""
    order = list(range(x.ndim))
    if not any(stride == 0 and n > 1 for stride, n in zip(x.strides, x.shape, strict=True)):
        order.sort(key=lambda d: -x.strides[d])
    numbers = draw(tuple(x.shape[d] for d in order))
    return numbers.transpose(sorted(range(x.ndim), key=order.__getitem__))


class Draw(Node):
    """y = what `draw` gives for x's shape and dtype, whatever x was;  dL/dx = 0.

    Its subclasses only give PyTorch's names.
    """

    __slots__ = ("shape",)

    def forward(self, x: Any, *, draw: Callable[..., Any]) -> Any:
        self.shape = x.shape
        return drawn_for(x, lambda shape: draw(shape, x.dtype))

    def backward(self, grad: Value) -> Value:
        return zeros_for(grad, self.shape)


class DrawBy(Node):
    """y = what `draw` makes of tensors that say how likely which number is;  all gradients are 0.

    Its subclasses only give PyTorch's names.
    """

    __slots__ = ("shapes",)

    def forward(self, *inputs: Any, draw: Callable[..., Any]) -> Any:
        self.shapes = [x.shape for x in inputs]
        return draw(*inputs)

    def backward(self, grad: Value) -> tuple[Value, ...]:
        return tuple(zeros_for(grad, shape) for shape in self.shapes)


class UniformBackward0(Draw):
    """x.uniform_(). PyTorch: derivatives.yaml, uniform."""

    __slots__ = ()


class NormalBackward0(Draw):
    """x.normal_(). PyTorch: derivatives.yaml, normal_."""

    __slots__ = ()


class NormalBackward1(DrawBy):
    """normal(mean, number). PyTorch: derivatives.yaml, normal.Tensor_float."""

    __slots__ = ()


class NormalBackward2(DrawBy):
    """normal(number, std). PyTorch: derivatives.yaml, normal.float_Tensor."""

    __slots__ = ()


class NormalBackward3(DrawBy):
    """normal(mean, std). PyTorch: derivatives.yaml, normal.Tensor_Tensor."""

    __slots__ = ()


class BernoulliBackward0(DrawBy):
    """bernoulli(p). PyTorch: derivatives.yaml, bernoulli."""

    __slots__ = ()


class BernoulliBackward1(DrawBy):
    """x.bernoulli_(p) for a tensor p. PyTorch: derivatives.yaml, bernoulli_.Tensor."""

    __slots__ = ()


class BernoulliBackward2(Draw):
    """x.bernoulli_(p) for a number p. PyTorch: derivatives.yaml, bernoulli_.float."""

    __slots__ = ()


class RandomBackward0(Draw):
    """x.random_(low, high). PyTorch: derivatives.yaml, random.from."""

    __slots__ = ()


class RandomBackward1(Draw):
    """x.random_(high). PyTorch: derivatives.yaml, random.to."""

    __slots__ = ()


class RandomBackward2(Draw):
    """x.random_(). PyTorch: derivatives.yaml, random."""

    __slots__ = ()


class ExponentialBackward0(Draw):
    """x.exponential_(). PyTorch: derivatives.yaml, exponential."""

    __slots__ = ()


class GeometricBackward0(Draw):
    """x.geometric_(p). PyTorch: derivatives.yaml, geometric."""

    __slots__ = ()


class LogNormalBackward0(Draw):
    """x.log_normal_(). PyTorch: derivatives.yaml, log_normal."""

    __slots__ = ()


class CauchyBackward0(Draw):
    """x.cauchy_(). PyTorch: derivatives.yaml, cauchy."""

    __slots__ = ()


# --- written in place ------------------------------------------------------------------------


def _floats_only(x: Value, name: str, spoken: Callable[[Any], str]) -> None:
    kind = array_of(x).dtype
    if kind.kind != "f":
        raise RuntimeError(
            f"{name} distribution is a continuous probability distribution. dtype must be a "
            f"floating point but you specified {spoken(kind)}"
        )


def uniform_(x: Value, low: float, high: float, generator: Stream | None) -> Value:
    """Uniform numbers in [low, high)."""
    g = generator or default_stream
    return in_place(x, UniformBackward0.apply, draw=partial(g.uniform, low=low, high=high))


def normal_(x: Value, mean: float, std: float, generator: Stream | None) -> Value:
    """Normal numbers with this mean and standard deviation."""
    g = generator or default_stream
    numbers = g.normal if array_of(x).flags.c_contiguous else g.normal_singly
    return in_place(x, NormalBackward0.apply, draw=partial(numbers, mean=mean, std=std))


def bernoulli_(x: Value, p: float | Value, generator: Stream | None) -> Value:
    """1 with probability p, a number or a tensor that broadcasts to `x`; else 0."""
    g = generator or default_stream
    if not isinstance(p, TensorBase):
        draw = lambda shape, dtype: g.bernoulli(p, shape).astype(dtype)  # noqa: E731
        return in_place(x, BernoulliBackward2.apply, draw=draw)
    refuse("biu", "bernoulli_tensor_cpu_p_", p)
    expand(p, x.shape)  # raises, in PyTorch's words, if it does not broadcast
    each = lambda a, p: g.bernoulli_each(np.broadcast_to(p, a.shape)).astype(a.dtype)  # noqa: E731
    return in_place(x, BernoulliBackward1.apply, p, draw=each)


def random_(x: Value, bounds: tuple[int | None, ...], generator: Stream | None) -> Value:
    """Whole numbers: of [low, high) for two bounds, of [0, high) for one; without, or with None
    for `high`, up to the largest that the dtype holds exactly."""
    g = generator or default_stream
    if not bounds:
        return in_place(x, RandomBackward2.apply, draw=g.whole)
    node = RandomBackward0 if len(bounds) == 2 else RandomBackward1
    low, high = (0, *bounds)[-2:]
    assert low is not None
    if high is None:
        high = largest_whole(array_of(x).dtype) + 1
        if low >= high:
            raise RuntimeError(
                "random_ expects 'from' casted to dtype to be less than or equal to 'to_inc' "
                f"casted to dtype, but got from={low} > to_inc={high - 1}"
            )
    return in_place(x, node.apply, draw=partial(g.integers, low, high))


def exponential_(x: Value, lambd: float, generator: Stream | None) -> Value:
    """Waiting times at the rate `lambd`."""
    _floats_only(x, "Exponential", title)
    g = generator or default_stream
    return in_place(x, ExponentialBackward0.apply, draw=partial(g.exponential, lambd=lambd))


def geometric_(x: Value, p: float, generator: Stream | None) -> Value:
    """How many trials it takes until the first success of probability p."""
    refuse("b", "geometric_cpu", x)
    g = generator or default_stream
    return in_place(x, GeometricBackward0.apply, draw=partial(g.geometric, p=p))


def log_normal_(x: Value, mean: float, std: float, generator: Stream | None) -> Value:
    """Numbers whose logarithms are normal with this mean and standard deviation."""
    refuse("biu", "log_normal_cpu", x)
    g = generator or default_stream
    return in_place(x, LogNormalBackward0.apply, draw=partial(g.log_normal, mean=mean, std=std))


def cauchy_(x: Value, median: float, sigma: float, generator: Stream | None) -> Value:
    """Numbers of the Cauchy distribution, which has no mean."""
    _floats_only(x, "Cauchy", cpp_name)
    g = generator or default_stream
    return in_place(x, CauchyBackward0.apply, draw=partial(g.cauchy, median=median, sigma=sigma))


# --- drawn by a tensor -----------------------------------------------------------------------


def bernoulli(input: Value, p: float | None = None, *, generator: Stream | None = None) -> Value:
    """1 with the probability that each element gives, or with probability p; else 0.

    In the input's shape and dtype. RuntimeError for what is no probability.
    """
    g = generator or default_stream
    if p is not None:
        kind = array_of(input).dtype
        return input.new(g.bernoulli(p, tuple(input.shape)).astype(kind))
    refuse("biu", "bernoulli_tensor_cpu_p_", input)
    return BernoulliBackward0.apply(input, draw=lambda a: g.bernoulli_each(a).astype(a.dtype))


def normal_by(mean: Value, std: Value, generator: Stream | None) -> Value:
    """Normal numbers whose mean, standard deviation, or both, are tensors that broadcast."""
    g = generator or default_stream
    first = mean if isinstance(mean, TensorBase) else std
    shape, kind = joint_shape(shape_of(mean), shape_of(std)), array_of(first).dtype
    if not isinstance(std, TensorBase):
        draw = lambda m: g.normal(shape, kind, 0.0, std) + m  # noqa: E731
        return NormalBackward1.apply(mean, draw=draw)
    if not np.all(array_of(std) >= 0):
        raise RuntimeError("normal expects all elements of std >= 0.0")
    scaled = lambda m, s: (g.normal(shape, kind) * s + m).astype(kind)  # noqa: E731
    if not isinstance(mean, TensorBase):
        return NormalBackward2.apply(std, draw=lambda s: scaled(mean, s))
    return NormalBackward3.apply(mean, std, draw=scaled)


def multinomial(
    input: Value, num_samples: int, replacement: bool = False, *, generator: Stream | None = None
) -> Value:
    """`num_samples` places in each row of weights, each drawn as often as its weight says; int64.

    RuntimeError for what are no weights, or too few of them without replacement.
    """
    p = array_of(input)
    if p.ndim not in (1, 2):
        raise RuntimeError("prob_dist must be 1 or 2 dim")
    if p.dtype.kind != "f":
        raise RuntimeError(
            f"multinomial only supports floating-point dtypes for input, got: {title(p.dtype)}"
        )
    if not hasattr(num_samples, "__index__"):
        kind = type(num_samples).__name__
        raise TypeError(
            f"multinomial(): argument 'num_samples' (position 2) must be int, not {kind}"
        )
    if num_samples <= 0:
        raise RuntimeError("cannot sample n_sample <= 0 samples")
    if not replacement and num_samples > p.shape[-1]:
        raise RuntimeError(
            "cannot sample n_sample > prob_dist.size(-1) samples without replacement"
        )
    if p.shape[-1] > 2**24:
        raise RuntimeError("number of categories cannot exceed 2^24")
    g = generator or default_stream
    if replacement and num_samples > 1:
        return input.new(_with_replacement(p, num_samples, g))
    return input.new(_without_replacement(p, num_samples, g))


def _without_replacement(p: Any, count: int, g: Stream) -> Any:
    """The places whose weight, over a waiting time of its own, is largest."""
    if not np.all((p >= 0) & (p < np.inf)):
        raise RuntimeError("probability tensor contains either `inf`, `nan` or element < 0")
    if np.any(p.sum(-1) == 0):
        raise RuntimeError("invalid multinomial distribution (sum of probabilities <= 0)")
    race = p / g.exponential(p.shape, p.dtype)
    return np.ascontiguousarray(np.argsort(-race, axis=-1, kind="stable")[..., :count])


def _with_replacement(p: Any, count: int, g: Stream) -> Any:
    """For each sample, the place where the running sum of weights reaches a uniform number."""
    if not np.all(p >= 0):
        raise RuntimeError("invalid multinomial distribution (encountering probability entry < 0)")
    if not np.isfinite(p).all():
        raise RuntimeError(
            "invalid multinomial distribution (encountering probability entry = infinity or NaN)"
        )
    total = np.cumsum(p, axis=-1)
    if not np.all(total[..., -1:] > 0):
        raise RuntimeError("invalid multinomial distribution (sum of probabilities <= 0)")
    total = total / total[..., -1:]
    u = g.uniform((*p.shape[:-1], count), np.dtype(np.float64))
    rows = zip(total.reshape(-1, p.shape[-1]), u.reshape(-1, count), strict=True)
    places = [np.searchsorted(row, numbers) for row, numbers in rows]
    return np.array(places, np.int64).reshape(u.shape)
