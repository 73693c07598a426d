"""Choosing: where, clamp, maximum, masked_fill. The gradient goes to what was chosen.

PyTorch: aten/src/ATen/native/TensorCompare.cpp; tools/autograd/derivatives.yaml.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from ..autograd.node import Node
from ..base import TensorBase, Value
from ..dtypes import cast, cpp_name, number, promote, result_numpy, title
from .broadcasting import explain_broadcast, sum_to
from .operands import (
    OfTwo,
    array_of,
    binary,
    invalid_combination,
    is_boolean,
    is_number,
    need_tensors,
    refuse,
    select,
)

_MANY = (TensorBase, np.ndarray, np.generic)  # what is no number and no slip of the pen


class WhereBackward0(Node):
    """y = a where the condition holds, else b; each gets dL/dy in its own places, 0 elsewhere.

    PyTorch: derivatives.yaml, where.self.
    """

    __slots__ = ()
    saves = ("condition",)

    def forward(self, a: Any, b: Any, *, condition: Any) -> Any:
        self.save_for_backward(condition)
        a, b = promote(a, b) if not (is_number(a) and is_number(b)) else (a, b)
        try:
            return select(condition, a, b)
        except ValueError as error:
            raise explain_broadcast(error, condition, a, b) from None

    def backward(self, grad: Value) -> tuple[Value | None, Value | None]:
        need_a, need_b = self.needs_input_grad
        (condition,) = self.saved_tensors
        return (
            where(condition, grad, 0.0) if need_a else None,
            where(condition, 0.0, grad) if need_b else None,
        )


def _bound(which: str, bound: float | None, kind: Any) -> float | None:
    """A bound of integers, moved to where their type ends. RuntimeError if that leaves nothing."""
    if bound is None or kind.kind not in "iu":
        return None if bound is None else float(bound)
    limits = np.iinfo(kind)
    if bound > limits.max if which == "min" else bound < limits.min:
        raise RuntimeError(
            f"Clamp {which} value {bound} is outside the representable range of {title(kind)}"
        )
    return min(max(bound, limits.min), limits.max)


class ClampBackward1(Node):
    """y = x limited to [low, high];  dL/dx = dL/dy strictly between the limits, else 0.

    PyTorch: derivatives.yaml, clamp; FunctionsManual.cpp (clamp_backward). At the limits
    themselves versions differ: the newest gives 0.
    """

    __slots__ = ("high", "low")
    saves = ("self",)

    def forward(self, x: Any, *, low: float | None, high: float | None) -> Any:
        self.save_for_backward(x)
        self.low, self.high = low, high
        kind = result_numpy(x, *[bound for bound in (low, high) if bound is not None])
        bounds = _bound("min", low, kind), _bound("max", high, kind)
        return np.clip(x.astype(kind, copy=False), *bounds)

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        inside: Any = True
        if self.low is not None:
            inside = inside & (x > self.low)
        if self.high is not None:
            inside = inside & (x < self.high)
        return where(inside, grad, 0.0)


class ClampBackward0(Node):
    """y = x limited to [low, high], which are tensors: min(max(x, low), high), gradients too.

    PyTorch: derivatives.yaml, clamp.Tensor.
    """

    __slots__ = ()
    saves = ("self", "low", "high")

    def forward(self, x: Any, low: Any, high: Any) -> Any:
        self.save_for_backward(x, low, high)
        raised = x if low is None else binary(np.maximum, x, low)
        return raised if high is None else binary(np.minimum, raised, high)

    def backward(self, grad: Value) -> tuple[Value | None, ...]:
        x, low, high = self.saved_tensors
        need_x, need_low, need_high = self.needs_input_grad
        grad_raised, grad_x, grad_low, grad_high = grad, grad, None, None
        if high is not None:
            raised = x if low is None else where(x < low, low, x)
            shared = where(raised == high, grad / 2, grad)
            grad_raised = where(raised > high, 0.0, shared)
            grad_high = where(raised < high, 0.0, shared)
        grad_x = grad_raised
        if low is not None:
            shared = where(x == low, grad_raised / 2, grad_raised)
            grad_x = where(x < low, 0.0, shared)
            grad_low = where(x > low, 0.0, shared)
        return (
            grad_x if need_x else None,
            grad_low if need_low else None,
            grad_high if need_high else None,
        )


class ClampMinBackward0(Node):
    """y = the larger of x and a number;  dL/dx = dL/dy where x is above it.

    PyTorch: derivatives.yaml, clamp_min.
    """

    __slots__ = ("limit",)
    saves = ("self",)

    def forward(self, x: Any, *, limit: float) -> Any:
        self.save_for_backward(x)
        self.limit = limit
        x, limit = promote(x, _bound("min", limit, result_numpy(x, limit)))
        return np.where(x < limit, limit, x)

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        return where(x > self.limit, grad, 0.0)


class ClampMaxBackward0(Node):
    """y = the smaller of x and a number;  dL/dx = dL/dy where x is below it.

    PyTorch: derivatives.yaml, clamp_max.
    """

    __slots__ = ("limit",)
    saves = ("self",)

    def forward(self, x: Any, *, limit: float) -> Any:
        self.save_for_backward(x)
        self.limit = limit
        x, limit = promote(x, _bound("max", limit, result_numpy(x, limit)))
        return np.where(x > limit, limit, x)

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        return where(x < self.limit, grad, 0.0)


class MaximumBackward0(OfTwo):
    """y = the larger of a and b, nan if either is;  dL/dy goes to it, half to each in a tie.

    PyTorch: derivatives.yaml, maximum.
    """

    __slots__ = ()
    function: ClassVar[Callable[..., Any]] = np.maximum

    def to_a(self, grad: Value, a: Value, b: Value) -> Value:
        return where(a < b, 0.0, where(a == b, grad / 2, grad))

    def to_b(self, grad: Value, a: Value, b: Value) -> Value:
        return self.to_a(grad, b, a)


class MinimumBackward0(MaximumBackward0):
    """y = the smaller of a and b, nan if either is;  dL/dy as for maximum. PyTorch: minimum."""

    __slots__ = ()
    function = np.minimum

    def to_a(self, grad: Value, a: Value, b: Value) -> Value:
        return where(a > b, 0.0, where(a == b, grad / 2, grad))


class ClampMinBackward1(MaximumBackward0):
    """y = the larger of x and a tensor. PyTorch: derivatives.yaml, clamp_min.Tensor."""

    __slots__ = ()
    saves = ("self", "min")


class ClampMaxBackward1(MinimumBackward0):
    """y = the smaller of x and a tensor. PyTorch: derivatives.yaml, clamp_max.Tensor."""

    __slots__ = ()
    saves = ("self", "max")


class FmaxBackward0(OfTwo):
    """y = the larger of a and b, the other one where one is nan;  ties share. PyTorch: fmax."""

    __slots__ = ()
    function: ClassVar[Callable[..., Any]] = np.fmax

    def first_wins(self, a: Value, b: Value) -> Value:
        return (a > b) | (b != b)  # where b is nan, too

    def to_a(self, grad: Value, a: Value, b: Value) -> Value:
        wins = self.first_wins(a, b) | (a == b)
        return where(wins, where(a == b, grad / 2, grad), 0.0)

    def to_b(self, grad: Value, a: Value, b: Value) -> Value:
        return where(self.first_wins(a, b), 0.0, where(a == b, grad / 2, grad))


class FminBackward0(FmaxBackward0):
    """y = the smaller of a and b, the other one where one is nan;  ties share. PyTorch: fmin."""

    __slots__ = ()
    function = np.fmin

    def first_wins(self, a: Value, b: Value) -> Value:
        return (a < b) | (b != b)


class MaskedFillBackward0(Node):
    """y = x with a number where the mask holds;  dL/dx = dL/dy elsewhere.

    PyTorch: derivatives.yaml, masked_fill.Scalar.
    """

    __slots__ = ("shape",)
    saves = ("mask",)

    def forward(self, x: Any, *, mask: Any, value: Any) -> Any:
        self.save_for_backward(mask)
        self.shape = x.shape
        if mask.dtype != bool:
            raise RuntimeError(
                "masked_fill_ only supports boolean masks, but got mask with dtype "
                f"{cpp_name(mask.dtype)}"
            )
        try:
            shape = np.broadcast_shapes(x.shape, mask.shape)
        except ValueError as error:
            raise explain_broadcast(error, x, mask) from None
        result = np.array(np.broadcast_to(x, shape))
        filler = number(value, x.dtype) if is_number(value) else cast(value, x.dtype)
        np.copyto(result, filler, where=mask)
        return result

    def backward(self, grad: Value) -> Value:
        (mask,) = self.saved_tensors
        return sum_to(where(mask, 0.0, grad), self.shape)


class MaskedFillBackward1(Node):
    """y = x with a 0-d tensor's number where the mask holds;  dL/dvalue = Σ dL/dy there.

    PyTorch: derivatives.yaml, masked_fill.Tensor.
    """

    __slots__ = ("shape",)
    saves = ("mask",)

    def forward(self, x: Any, value: Any, *, mask: Any) -> Any:
        self.save_for_backward(mask)
        self.shape = x.shape
        if value.ndim:
            raise RuntimeError(
                "masked_fill_ only supports a 0-dimensional value tensor, but got tensor with "
                f"{value.ndim} dimension(s)."
            )
        return MaskedFillBackward0.apply(x, mask=mask, value=value)

    def backward(self, grad: Value) -> tuple[Value | None, Value | None]:
        need_x, need_value = self.needs_input_grad
        (mask,) = self.saved_tensors
        return (
            sum_to(where(mask, 0.0, grad), self.shape) if need_x else None,
            sum_to(where(mask, grad, 0.0), ()) if need_value else None,
        )


def where(condition: Value, input: Value = None, other: Value = None) -> Value:
    """`input` where the condition (bool) holds, else `other`; all three broadcast.

    With the condition alone: the indices where it holds, one int64 tensor per dimension.
    """
    if input is None and other is None:
        return tuple([condition.new(i) for i in np.nonzero(condition.array)])
    choices = (input, other)
    fit = all(is_number(x) or isinstance(x, _MANY) for x in choices)
    if not (fit and isinstance(condition, _MANY)):
        raise invalid_combination("where", condition, *[x for x in choices if x is not None])
    kind = array_of(condition).dtype
    if kind not in (np.bool_, np.uint8):
        raise RuntimeError(
            f"where expected condition to be a boolean tensor, but got a tensor with dtype "
            f"{title(kind)}"
        )
    if isinstance(condition, TensorBase) and all(map(is_number, choices)):
        return condition.new(WhereBackward0.apply(*choices, condition=condition.array))
    return WhereBackward0.apply(*choices, condition=condition)


def clamp(input: Value, min: Any = None, max: Any = None) -> Value:
    """Every element limited to [min, max], two numbers or two tensors; either may be None."""
    bounds = [bound for bound in (min, max) if bound is not None]
    if not bounds:
        raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
    if all(map(is_number, bounds)):
        if is_boolean(input):
            which = "" if len(bounds) == 2 else "_max" if min is None else "_min"
            refuse("b", f"clamp{which}_scalar_cpu", input, *bounds)
        return ClampBackward1.apply(input, low=min, high=max)
    if any(map(is_number, bounds)):
        raise invalid_combination("clamp", input, min, max)
    if len(bounds) == 2:
        refuse("b", "clamp_cpu", input, *bounds)
    return ClampBackward0.apply(input, min, max)


clip = clamp


def clamp_min(input: Value, min: Any) -> Value:
    """Every element at least `min`, a number or a tensor."""
    if is_number(input):
        raise invalid_combination("clamp_min", input, min)
    if not is_number(min):
        return ClampMinBackward1.apply(input, min)
    refuse("b", "clamp_min_scalar_cpu", input, min)
    return ClampMinBackward0.apply(input, limit=min)


def clamp_max(input: Value, max: Any) -> Value:
    """Every element at most `max`, a number or a tensor."""
    if is_number(input):
        raise invalid_combination("clamp_max", input, max)
    if not is_number(max):
        return ClampMaxBackward1.apply(input, max)
    refuse("b", "clamp_max_scalar_cpu", input, max)
    return ClampMaxBackward0.apply(input, limit=max)


def maximum(input: Value, other: Value) -> Value:
    """The larger of two, element by element; nan if either is nan."""
    need_tensors("maximum", input=input, other=other)
    return MaximumBackward0.apply(input, other)


def minimum(input: Value, other: Value) -> Value:
    """The smaller of two, element by element; nan if either is nan."""
    need_tensors("minimum", input=input, other=other)
    return MinimumBackward0.apply(input, other)


def fmax(input: Value, other: Value) -> Value:
    """As `maximum`, but a nan loses to a number."""
    need_tensors("fmax", input=input, other=other)
    return FmaxBackward0.apply(input, other)


def fmin(input: Value, other: Value) -> Value:
    """As `minimum`, but a nan loses to a number."""
    need_tensors("fmin", input=input, other=other)
    return FminBackward0.apply(input, other)


def masked_fill(input: Value, mask: Value, value: Any) -> Value:
    """A copy of `input` with `value` (a number or 0-d tensor) where the bool mask holds."""
    if isinstance(value, TensorBase):
        return MaskedFillBackward1.apply(input, value, mask=mask)
    return MaskedFillBackward0.apply(input, mask=mask, value=value)
