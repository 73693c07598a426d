"""What elementwise operations share: promotion, plain results, refusals, and the nodes' frames.

`OfInput`, `OfResult`, `Flat` and `OfTwo` lack only their function (one of NumPy's, as a rule) and
its derivative:

    class SinBackward0(OfInput):
        function = np.sin

        def backward(self, grad): ...

PyTorch: aten/src/ATen/native/BinaryOps.cpp; TensorIterator.cpp.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
from numpy import ndarray

from ..autograd.node import Node, operation_name
from ..base import TensorBase, Value
from ..dtypes import cast, floating, promote, promote_float, result_numpy, title
from .any_order import elements_of
from .broadcasting import explain_broadcast
from .shape import zeros_for


def array_of(x: Any) -> Any:
    """The array inside a tensor; arrays and numbers as they are."""
    return x.array if isinstance(x, TensorBase) else x


def is_number(x: Any) -> bool:
    return isinstance(x, (int, float))  # a bool is an int


def binary(ufunc: Callable[..., Any], a: Any, b: Any) -> Any:
    """`ufunc` on operands brought to one type; a clash of shapes said as PyTorch says it."""
    try:
        if type(a) is ndarray and type(b) is ndarray and a.dtype is b.dtype:
            return ufunc(a, b)  # as `promote` would have it, without a call
        return ufunc(*promote(a, b))
    except ValueError as error:
        raise explain_broadcast(error, a, b) from None


def shape_of(x: Any) -> tuple[int, ...]:
    return getattr(x, "shape", ())


def zero_where(x: Any, mask: Any) -> Any:
    """0 where the mask holds, else x, for floats.

    To multiply by 0 would make nan of an infinity, and np.where takes ten times as long where the
    mask is irregular. So: keep all the bits of a number, or none.
    """
    integer = f"i{x.dtype.itemsize}"
    bits = np.subtract(mask.view(np.int8), 1).astype(integer)  # -1 is all ones
    bits &= x.view(integer)
    return bits.view(x.dtype)


def select(condition: Any, a: Any, b: Any) -> Any:
    """np.where(condition, a, b), nine times as fast for many floats where the mask is irregular.

    As in `zero_where` all the bits of a number are kept, or none.
    """
    kind = result_numpy(a, b)
    few = np.size(condition) < 1000
    if few or kind.kind != "f" or condition.dtype != bool:
        return np.where(condition, a, b).astype(kind, copy=False)
    integer = f"i{kind.itemsize}"
    first, second = np.asarray(a, kind).view(integer), np.asarray(b, kind).view(integer)
    bits = np.negative(condition.view(np.int8)).astype(integer)
    return (second ^ ((first ^ second) & bits)).view(kind)


def constant(compute: Callable[..., Any], *operands: Any) -> Value:
    """Runs on the arrays and leaves no node; a tensor if any operand is one."""
    first = next((x for x in operands if isinstance(x, TensorBase)), None)
    result = compute(*[array_of(x) for x in operands])
    return result if first is None else first.new(result)


def constant_of_two(ufunc: Callable[..., Any], a: Value, b: Value) -> Value:
    """As `constant`, of two operands that are brought to one type."""
    return constant(lambda a, b: binary(ufunc, a, b), a, b)


def is_boolean(x: Any) -> bool:
    """Whether a tensor, an array or a number is of booleans. Cheap: subtraction asks it, too."""
    dtype = getattr(elements_of(x), "dtype", None)
    return isinstance(x, bool) if dtype is None else dtype.kind == "b"


def need_tensors(function: str, **operands: Any) -> None:
    """TypeError, in PyTorch's words, if an operand is neither a tensor nor an array."""
    for position, (name, x) in enumerate(operands.items(), 1):
        if not isinstance(x, (TensorBase, np.ndarray, np.generic)):
            raise TypeError(
                f"{function}(): argument '{name}' (position {position}) must be Tensor, not "
                f"{type(x).__name__}"
            )


def invalid_combination(function: str, *operands: Any) -> TypeError:
    """What PyTorch says where numbers stand in place of tensors."""
    got = ", ".join("Tensor" if isinstance(x, TensorBase) else type(x).__name__ for x in operands)
    return TypeError(
        f"{function}() received an invalid combination of arguments - got ({got}), but expected "
        "one of:"
    )


def need_input(function: str, x: Any) -> None:
    """TypeError, in PyTorch's words, unless the input of a layer is a tensor.

    Elsewhere an array is welcome, since derivatives' formulas call operations with arrays; but no
    formula calls these, so an array here is one that a user forgot to make a tensor of.
    """
    if isinstance(x, TensorBase):
        return
    kind = type(x)
    name = kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
    raise TypeError(f"{function}(): argument 'input' (position 1) must be Tensor, not {name}")


def need_a_tensor(function: str, *operands: Any) -> None:
    """TypeError, in PyTorch's words, if all operands are numbers."""
    if all(map(is_number, operands)):
        raise invalid_combination(function, *operands)


def refuse(kinds: str, kernel: str, *operands: Any) -> None:
    """NotImplementedError if the operands' common type is of one of these kinds (NumPy's letters).

    `kernel` is the name that PyTorch's message gives the operation.
    """
    own = getattr(array_of(operands[0]), "dtype", None)
    if own is not None and own.kind == "f" and "f" not in kinds:
        return  # one float makes floats of all; settled without promoting, for most calls
    kind = result_numpy(*map(array_of, operands))
    if kind.kind in kinds:
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{title(kind)}'")


def refuse_bool(x: Value, kernel: str) -> None:
    refuse("b", kernel, x)


def checked(node: Node, x: Any) -> Any:
    """`x`, an array. TypeError for a number or a list: nobody has unwrapped a tensor."""
    if not isinstance(x, (np.ndarray, np.generic)):
        words = re.sub("(?<=[a-z])(?=[A-Z])", "_", operation_name(node))  # NanToNum: nan_to_num
        need_tensors(words.lower(), input=x)
    return x


class OfInput(Node):
    """y = f(x), where the derivative is written with x. Integers become floats."""

    __slots__ = ()
    saves = ("self",)
    function: ClassVar[Callable[..., Any]]

    def forward(self, x: Any) -> Any:
        self.save_for_backward(x)
        return self.function(floating(checked(self, x)))


class OfResult(Node):
    """y = f(x), where the derivative is written with y. Integers become floats."""

    __slots__ = ()
    saves = ("result",)
    function: ClassVar[Callable[..., Any]]

    def forward(self, x: Any) -> Any:
        result = self.function(floating(checked(self, x)))
        self.save_for_backward(result)
        return result


class Flat(Node):
    """y = f(x), level but for its steps;  dL/dx = 0. Integers stay integers."""

    __slots__ = ()
    function: ClassVar[Callable[..., Any]]

    def forward(self, x: Any) -> Any:
        return self.function(checked(self, x))

    def backward(self, grad: Value) -> Value:
        return zeros_for(grad, tuple(grad.shape))


def _promote_all(*operands: Any) -> list[Any]:
    common = result_numpy(*operands)
    return [cast(x, common) for x in operands]


class Broadcast(Node):
    """y = f(a, b) or f(a, b, c), broadcast and promoted.

    `to_a`, `to_b` and `to_c` say what of dL/dy each operand gets, in the shape that all broadcast
    to (the engine sums it to the operand's). They are given what forward saved.
    """

    __slots__ = ()
    promotes: ClassVar[Callable[..., Any]] = staticmethod(_promote_all)

    def compute(self, function: Callable[..., Any], *operands: Any) -> Any:
        try:
            return function(*self.promotes(*operands))
        except ValueError as error:
            raise explain_broadcast(error, *operands) from None

    def to_a(self, grad: Value, *saved: Any) -> Value:
        raise NotImplementedError

    to_b = to_c = to_a

    def backward(self, grad: Value) -> tuple[Value | None, ...]:
        saved = self.saved_tensors
        formulas = (self.to_a, self.to_b, self.to_c)
        return tuple(
            [
                formula(grad, *saved) if needed else None
                for formula, needed in zip(formulas, self.needs_input_grad, strict=False)
            ]
        )


class OfTwo(Broadcast):
    """y = f(a, b), where the derivatives are written with a and b."""

    __slots__ = ()
    saves: ClassVar[tuple[str, ...]] = ("self", "other")
    function: ClassVar[Callable[..., Any]]
    promotes = staticmethod(promote)

    def forward(self, a: Any, b: Any) -> Any:
        self.save_for_backward(a, b)
        return self.compute(self.function, a, b)


class OfTwoFloats(OfTwo):
    """As `OfTwo`; integers become floats."""

    __slots__ = ()
    promotes = staticmethod(promote_float)


class NotImplemented(Node):
    """An operation whose derivative PyTorch does not have: it is in the graph, but no way back.

    PyTorch: torch/csrc/autograd/functions/basic_ops.cpp (NotImplemented).
    """

    __slots__ = ("operation",)

    def name(self) -> str:
        return "torch::autograd::NotImplemented"

    def forward(self, *operands: Any, result: Any, operation: str) -> Any:
        self.operation = operation
        return result

    def backward(self, grad: Value) -> Value:
        raise RuntimeError(f"derivative for aten::{self.operation} is not implemented")


def without_derivative(operation: str, function: Callable[..., Any], a: Value, b: Value) -> Value:
    """function(a, b), broadcast and promoted, for an operation that has no derivative."""
    result = array_of(constant_of_two(function, a, b))
    tensors = [x for x in (a, b) if not is_number(x)]
    return NotImplemented.apply(*tensors, result=result, operation=operation)
