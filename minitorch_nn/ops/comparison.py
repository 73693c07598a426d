"""Choosing and comparing: where, clamp, maximum, masked_fill; ==, <, isnan, and logic.

A choice sends its gradient to what was chosen. Comparisons, tests and logic give booleans: they
have no gradient and leave no node.

PyTorch: aten/src/ATen/native/TensorCompare.cpp, BinaryOps.cpp; tools/autograd/derivatives.yaml.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import TensorBase, Value
from ..dtypes import cpp_name, promote, result_numpy, title
from .broadcasting import explain_broadcast, sum_to
from .operands import array_of, binary, constant, is_number, shape_of


class WhereBackward0(Node):
    """y = a where the condition holds, else b; each gets dL/dy in its own places, 0 elsewhere.

    PyTorch: derivatives.yaml, where.self.
    """

    __slots__ = ("shapes",)
    saves = ("condition",)

    def forward(self, a: Any, b: Any, *, condition: Any) -> Any:
        self.save_for_backward(condition)
        self.shapes = shape_of(a), shape_of(b)
        a, b = promote(a, b) if not (is_number(a) and is_number(b)) else (a, b)
        try:
            result = np.where(condition, a, b)
        except ValueError as error:
            raise explain_broadcast(error, condition, a, b) from None
        return result.astype(result_numpy(a, b), copy=False)

    def backward(self, grad: Value) -> tuple[Value | None, Value | None]:
        need_a, need_b = self.needs_input_grad
        (condition,) = self.saved_tensors
        return (
            sum_to(where(condition, grad, 0.0), self.shapes[0]) if need_a else None,
            sum_to(where(condition, 0.0, grad), self.shapes[1]) if need_b else None,
        )


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
        return np.clip(x.astype(kind, copy=False), low, high)

    def backward(self, grad: Value) -> Value:
        (x,) = self.saved_tensors
        inside = ~isnan(x)
        if self.low is not None:
            inside = inside & (x > self.low)
        if self.high is not None:
            inside = inside & (x < self.high)
        return where(inside, grad, 0.0)


class ClampBackward0(Node):
    """y = x limited to [low, high], which are tensors: min(max(x, low), high), gradients too.

    PyTorch: derivatives.yaml, clamp.Tensor.
    """

    __slots__ = ("shapes",)
    saves = ("self", "low", "high")

    def forward(self, x: Any, low: Any, high: Any) -> Any:
        self.save_for_backward(x, low, high)
        self.shapes = shape_of(x), shape_of(low), shape_of(high)
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
            grad_high = sum_to(where(raised < high, 0.0, shared), self.shapes[2])
        grad_x = grad_raised
        if low is not None:
            shared = where(x == low, grad_raised / 2, grad_raised)
            grad_x = where(x < low, 0.0, shared)
            grad_low = sum_to(where(x > low, 0.0, shared), self.shapes[1])
        return (
            sum_to(grad_x, self.shapes[0]) if need_x else None,
            grad_low if need_low else None,
            grad_high if need_high else None,
        )


class MaximumBackward0(Node):
    """y = the larger of a and b, nan if either is;  dL/dy goes to it, half to each in a tie.

    PyTorch: derivatives.yaml, maximum.
    """

    __slots__ = ("shapes",)
    saves = ("self", "other")
    choose = staticmethod(np.maximum)

    def forward(self, a: Any, b: Any) -> Any:
        self.save_for_backward(a, b)
        self.shapes = shape_of(a), shape_of(b)
        return binary(self.choose, a, b)

    def loses(self, x: Value, other: Value) -> Value:
        return x < other

    def backward(self, grad: Value) -> tuple[Value | None, Value | None]:
        need_a, need_b = self.needs_input_grad
        a, b = self.saved_tensors
        shared = where(a == b, grad / 2, grad)
        return (
            sum_to(where(self.loses(a, b), 0.0, shared), self.shapes[0]) if need_a else None,
            sum_to(where(self.loses(b, a), 0.0, shared), self.shapes[1]) if need_b else None,
        )


class MinimumBackward0(MaximumBackward0):
    """y = the smaller of a and b, nan if either is;  dL/dy as for maximum. PyTorch: minimum."""

    __slots__ = ()
    choose = staticmethod(np.minimum)

    def loses(self, x: Value, other: Value) -> Value:
        return x > other


class FmaxBackward0(Node):
    """y = the larger of a and b, the other one where one is nan;  ties share. PyTorch: fmax."""

    __slots__ = ("shapes",)
    saves = ("self", "other")
    choose = staticmethod(np.fmax)

    def forward(self, a: Any, b: Any) -> Any:
        self.save_for_backward(a, b)
        self.shapes = shape_of(a), shape_of(b)
        return binary(self.choose, a, b)

    def first_wins(self, a: Value, b: Value) -> Value:
        return (a > b) | isnan(b)

    def backward(self, grad: Value) -> tuple[Value | None, Value | None]:
        need_a, need_b = self.needs_input_grad
        a, b = self.saved_tensors
        shared = where(a == b, grad / 2, grad)
        to_a = where(self.first_wins(a, b) | (a == b), shared, 0.0)
        to_b = where(self.first_wins(a, b), 0.0, shared)
        return (
            sum_to(to_a, self.shapes[0]) if need_a else None,
            sum_to(to_b, self.shapes[1]) if need_b else None,
        )


class FminBackward0(FmaxBackward0):
    """y = the smaller of a and b, the other one where one is nan;  ties share. PyTorch: fmin."""

    __slots__ = ()
    choose = staticmethod(np.fmin)

    def first_wins(self, a: Value, b: Value) -> Value:
        return (a < b) | isnan(b)


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
        np.copyto(result, np.asarray(value, x.dtype), where=mask)
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
    if not isinstance(input, TensorBase) and not isinstance(other, TensorBase):
        chosen = WhereBackward0.apply(input, other, condition=array_of(condition))
        return condition.new(chosen) if isinstance(condition, TensorBase) else chosen
    kind = array_of(condition).dtype
    if kind not in (np.bool_, np.uint8):
        raise RuntimeError(
            f"where expected condition to be a boolean tensor, but got a tensor with dtype "
            f"{title(kind)}"
        )
    return WhereBackward0.apply(input, other, condition=condition)


def clamp(input: Value, min: Any = None, max: Any = None) -> Value:
    """Every element limited to [min, max]; either may be None, a number or a tensor."""
    if min is None and max is None:
        raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
    if isinstance(min, TensorBase) or isinstance(max, TensorBase):
        return ClampBackward0.apply(input, min, max)
    return ClampBackward1.apply(input, low=min, high=max)


clip = clamp


def maximum(input: Value, other: Value) -> Value:
    """The larger of two, element by element; nan if either is nan."""
    return MaximumBackward0.apply(input, other)


def minimum(input: Value, other: Value) -> Value:
    """The smaller of two, element by element; nan if either is nan."""
    return MinimumBackward0.apply(input, other)


def fmax(input: Value, other: Value) -> Value:
    """As `maximum`, but a nan loses to a number."""
    return FmaxBackward0.apply(input, other)


def fmin(input: Value, other: Value) -> Value:
    """As `minimum`, but a nan loses to a number."""
    return FminBackward0.apply(input, other)


def masked_fill(input: Value, mask: Value, value: Any) -> Value:
    """A copy of `input` with `value` (a number or 0-d tensor) where the bool mask holds."""
    if isinstance(value, TensorBase):
        return MaskedFillBackward1.apply(input, value, mask=mask)
    return MaskedFillBackward0.apply(input, mask=mask, value=value)


def eq(input: Value, other: Value) -> Value:
    """input = other, bool."""
    return constant(lambda a, b: binary(np.equal, a, b), input, other)


def ne(input: Value, other: Value) -> Value:
    """input ≠ other, bool."""
    return constant(lambda a, b: binary(np.not_equal, a, b), input, other)


def lt(input: Value, other: Value) -> Value:
    """input < other, bool."""
    return constant(lambda a, b: binary(np.less, a, b), input, other)


def le(input: Value, other: Value) -> Value:
    """input ≤ other, bool."""
    return constant(lambda a, b: binary(np.less_equal, a, b), input, other)


def gt(input: Value, other: Value) -> Value:
    """input > other, bool."""
    return constant(lambda a, b: binary(np.greater, a, b), input, other)


def ge(input: Value, other: Value) -> Value:
    """input ≥ other, bool."""
    return constant(lambda a, b: binary(np.greater_equal, a, b), input, other)


def isnan(input: Value) -> Value:
    """Where the elements are nan, bool."""
    return constant(np.isnan, input)


def isinf(input: Value) -> Value:
    """Where the elements are infinite, bool."""
    return constant(np.isinf, input)


def isfinite(input: Value) -> Value:
    """Where the elements are neither infinite nor nan, bool."""
    return constant(np.isfinite, input)


def logical_not(input: Value) -> Value:
    """Whether the elements are 0, bool."""
    return constant(np.logical_not, input)


def logical_and(input: Value, other: Value) -> Value:
    """Both non-zero, bool."""
    return constant(np.logical_and, input, other)


def logical_or(input: Value, other: Value) -> Value:
    """Either non-zero, bool."""
    return constant(np.logical_or, input, other)


def logical_xor(input: Value, other: Value) -> Value:
    """Exactly one non-zero, bool."""
    return constant(np.logical_xor, input, other)


def _bitwise(name: str, ufunc: Callable[..., Any], *operands: Value) -> Value:
    for x in operands:
        if getattr(array_of(x), "dtype", np.dtype(type(x))).kind == "f":
            kind = (
                "Half"
                if array_of(x).dtype.itemsize == 2
                else ("Float" if array_of(x).dtype.itemsize == 4 else "Double")
            )
            raise NotImplementedError(f"\"{name}\" not implemented for '{kind}'")
    if len(operands) == 1:
        return constant(ufunc, *operands)
    return constant(lambda a, b: binary(ufunc, a, b), *operands)


def bitwise_not(input: Value) -> Value:
    """Every bit inverted; a boolean negated."""
    return _bitwise("bitwise_not_cpu", np.invert, input)


def bitwise_and(input: Value, other: Value) -> Value:
    """Bits set in both; for booleans, and."""
    return _bitwise("bitwise_and_cpu", np.bitwise_and, input, other)


def bitwise_or(input: Value, other: Value) -> Value:
    """Bits set in either; for booleans, or."""
    return _bitwise("bitwise_or_cpu", np.bitwise_or, input, other)


def bitwise_xor(input: Value, other: Value) -> Value:
    """Bits set in exactly one; for booleans, exclusive or."""
    return _bitwise("bitwise_xor_cpu", np.bitwise_xor, input, other)


def isclose(
    input: Value, other: Value, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> Value:
    """|input - other| ≤ atol + rtol·|other|, bool. RuntimeError for different dtypes."""
    if input.dtype != other.dtype:
        raise RuntimeError(
            f"{str(input.array.dtype).capitalize()} did not match {other.array.dtype}"
        )
    return constant(
        lambda a, b: np.isclose(a, b, rtol=rtol, atol=atol, equal_nan=equal_nan), input, other
    )


def allclose(
    input: Value, other: Value, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> bool:
    """Whether `isclose` holds everywhere."""
    return bool(isclose(input, other, rtol, atol, equal_nan).array.all())


def equal(input: Value, other: Value) -> bool:
    """Whether shapes and all elements are the same."""
    a, b = array_of(input), array_of(other)
    return a.shape == b.shape and bool((a == b).all())
