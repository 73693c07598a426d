"""In-place operations: x.add_(y), x[0] = 1, and what they mean for views and for the graph.

An in-place operation computes as its out-of-place twin does, writes the result into the old memory,
raises the version of the storage, and gives the tensor the new node. So one class serves both.

Views make it interesting. Where `v` is a view of `x`, v.add_(y) changes x as well, and so x's place
in the graph: x gets a CopySlices node, which lets the gradient of the rest of x through and sends
that of the written part through the operation. Every view of x, v among them, then makes its
grad_fn anew, as AsStridedBackward0 on x, the next time it is asked for (`current_grad_fn`).

PyTorch: torch/csrc/autograd/functions/tensor.cpp (CopySlices), variable.cpp (grad_fn of views),
VariableTypeUtils.h (check_inplace).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..autograd.grad_mode import mode
from ..autograd.node import Node, SavedVariable, gradient_edge, operation_name
from ..base import Storage, TensorBase, Value
from ..dtypes import number
from .broadcasting import joint_shape, sum_to
from .operands import array_of
from .shape import IN_PLACE, explain_cast, zeros_for
from .strided import (
    AsStridedBackward0,
    AsStridedBackward1,
    AsStridedScatterBackward0,
    PickBackward0,
    shown_elements,
)

# Why a view must not be written to while operations record, by the way it was made.
_AMBIGUOUS = (
    "Given that this use case is ambiguous and error-prone, it is forbidden. You can clarify your "
    "code by moving both the view and the inplace either both inside the {0} block (if you don't "
    "want the inplace to be tracked) or both outside (if you want the inplace to be tracked)."
)
_REASONS = {
    "multiple": (
        "This view is the output of a function that returns multiple views. Such functions do not "
        "allow the output views to be modified inplace. You should replace the inplace operation "
        "by an out-of-place one."
    ),
    "no_grad": _AMBIGUOUS.format("no_grad"),
    "inference": _AMBIGUOUS.format("inference_mode"),
}


def _why_no_write(x: Any, verb: str) -> str:
    """PyTorch: torch/csrc/autograd/variable.cpp (handle_view_on_rebase)."""
    made, now = "no_grad mode", "with grad mode enabled"
    if x._view_kind == "inference":
        made, now = "inference mode", "in normal mode"
    if x._grad_fn is None:
        what = f"A view was created in {made} and {verb} modified inplace {now}."
    else:
        what = f"Output {x.output_nr} of {operation_name(x._grad_fn)} is a view "
        if x._view_kind == "multiple":
            what += f"and {verb} modified inplace."
        else:
            what += f"of a view which was created in {made} and {verb} modified inplace {now}."
    return f"{what} {_REASONS[x._view_kind]}"


# --- a view's write in the base's history ----------------------------------------------------


class CopySlices(Node):
    """The base's node after an in-place operation on a view of it.

    The gradient of the written part goes through `operation`; what that returns for the old values
    takes the part's place in the gradient of the base before the write.
    PyTorch: torch/csrc/autograd/functions/tensor.cpp (CopySlices::apply).
    """

    __slots__ = ("positions",)

    def __init__(self, base: Any, operation: Node, positions: Any) -> None:
        self.positions = positions
        self.enter_graph((gradient_edge(base), *operation.next_functions[1:]), base)
        self.save_for_backward(operation)

    def name(self) -> str:
        return "torch::autograd::CopySlices"

    def backward(self, grad: Value) -> tuple[Value | None, ...]:
        (operation,) = self.saved_tensors
        part = PickBackward0.apply(grad, positions=self.positions)
        grads = operation.backward(part)
        own, *others = grads if isinstance(grads, tuple) else (grads,)
        if not self.needs_input_grad[0]:
            return None, *others
        if own is None:
            own = zeros_for(grad, self.positions.shape)
        return AsStridedScatterBackward0.apply(grad, own, positions=self.positions), *others


def current_grad_fn(x: Any) -> Node | None:
    """The node of a view; made anew if the memory was written to since the node was made.

    RuntimeError for a view that cannot have a new one: one of many, or made under no_grad.
    """
    base = x._base
    if x._view_version == x.storage.version or not (x._grad_fn or base.requires_grad):
        return x._grad_fn
    if x._view_kind:
        raise RuntimeError(_why_no_write(x, "its base or another view of its base has been"))
    node = AsStridedBackward0()
    node.positions = shown_elements(x.array, base.array)
    node.shape = base.array.shape
    node.enter_graph((gradient_edge(base),), x)
    _move_retained(x._grad_fn, x.output_nr, node)
    x._grad_fn, x.output_nr, x._requires_grad = node, 0, True
    x._view_version = x.storage.version
    return node


def _move_retained(old: Node | None, output_nr: int, node: Node) -> None:
    """retain_grad asks for the gradient of a tensor's present values: it follows to a new node."""
    if old is not None and old.hooks is not None and output_nr in old.hooks.retained:
        node._hook_tables().retained[0] = old.hooks.retained.pop(output_nr)


# --- the one helper --------------------------------------------------------------------------


def _check_writable(x: Any, inputs: tuple[Any, ...]) -> bool:
    """RuntimeError, in PyTorch's words, for tensors that must not be written to now.

    Else whether the write is to be recorded: grad mode is on, and x or an input has a gradient.
    """
    recording = mode.grad and (
        x.requires_grad or any(isinstance(i, TensorBase) and i.requires_grad for i in inputs)
    )
    if x._inference and not mode.inference:
        raise RuntimeError(
            "Inplace update to inference tensor outside InferenceMode is not allowed.You can make "
            "a clone to get a normal tensor before doing inplace update.See "
            "https://github.com/pytorch/rfcs/pull/17 for more details."
        )
    if recording:
        if x._base is not None:
            if x._view_kind:
                raise RuntimeError(_why_no_write(x, "is being"))
            if x.requires_grad and x._base.grad_fn is None:
                raise RuntimeError(
                    "a view of a leaf Variable that requires grad is being used in an in-place "
                    "operation."
                )
        if x.requires_grad and x.grad_fn is None:
            raise RuntimeError(
                "a leaf Variable that requires grad is being used in an in-place operation."
            )
    return recording


def _check_overlap(x: Any) -> None:
    """RuntimeError for an expanded tensor: one place in memory cannot take several results."""
    if not x.array.size or 0 not in x.array.strides:
        return
    if any(n > 1 and s == 0 for n, s in zip(x.array.shape, x.array.strides, strict=True)):
        raise RuntimeError(
            "unsupported operation: more than one element of the written-to tensor refers to a "
            "single memory location. Please clone() the tensor before performing the operation."
        )


def _check_result(x: Any, result: Any) -> None:
    if result.dtype != x.array.dtype:
        refused = explain_cast(result.dtype, x.array.dtype)
        if refused is not None:
            raise refused
    if result.shape != x.array.shape:
        raise RuntimeError(
            f"output with shape {list(x.array.shape)} doesn't match the broadcast shape "
            f"{list(result.shape)}"
        )


def in_place(x: Any, operation: Callable[..., Any], *inputs: Any, **options: Any) -> Any:
    """x.operation_(*inputs): as `operation(x, *inputs)`, but written into x. Returns x.

    `operation` must be one node whose first input is x. RuntimeError for a leaf that requires a
    gradient, for a result of another shape, or of a type that x cannot hold.
    """
    recording = _check_writable(x, inputs)
    _check_overlap(x)
    return _write(x, recording, operation, inputs, options)


def in_place_if(inplace: bool, operation: Callable[..., Any], x: Any, **options: Any) -> Any:
    """`operation(x, **options)`, written into x if `inplace`: for functions with such a switch."""
    return in_place(x, operation, **options) if inplace else operation(x, **options)


def _fill(x: Any, operation: Callable[..., Any], *inputs: Any, **options: Any) -> Any:
    """As `in_place`, for one value everywhere: that may be written to an expanded tensor, too."""
    return _write(x, _check_writable(x, inputs), operation, inputs, options)


def _write(
    x: Any,
    recording: bool,
    operation: Callable[..., Any],
    inputs: tuple[Any, ...],
    options: dict[str, Any],
) -> Any:
    if not recording:
        constants = {name: array_of(option) for name, option in options.items()}
        result = operation(x.array, *[array_of(i) for i in inputs], **constants)
        _check_result(x, np.asarray(result))
        x.array[...] = result
        x.storage.version += 1
        return x

    old = _stand_in(x)
    result = operation(old, *inputs, **options)
    _check_result(x, result.array)
    node = result._grad_fn
    node.describe_results((x.array,))  # float64 may have been written to float32
    for saved in node._saved:
        if type(saved) is SavedVariable and saved.tensor is old:
            # The derivative needs the values that are about to be overwritten.
            old.array, old.storage = x.array.copy(), Storage()
            saved.array, saved.storage, saved.version = old.array, old.storage, 0
    x.array[...] = result.array
    x.storage.version += 1
    for saved in node._saved:
        if type(saved) is SavedVariable and saved.tensor is None:
            # The saved result is x from now on: writing to x again must be noticed.
            saved.array, saved.storage = x.array, x.storage
            saved.version = x.storage.version
    rebase_history(x, node)
    return x


def _stand_in(x: Any) -> Any:
    """Another tensor with x's memory and place in the graph: x itself is about to get another."""
    old = x.new(x.array, x.grad_fn, x.output_nr)
    old.storage = x.storage
    old._requires_grad = x.requires_grad
    return old


def rebase_history(x: Any, node: Node) -> None:
    """Makes `node` the origin of x's values; of x's part of the base's, if x is a view."""
    owner = x if x._base is None else x._base
    if owner is not x:
        node = CopySlices(owner, node, shown_elements(x.array, owner.array))
    _move_retained(owner._grad_fn, owner.output_nr, node)
    owner._grad_fn, owner.output_nr, owner._requires_grad = node, 0, True
    if owner is not x:
        x._requires_grad = True
        current_grad_fn(x)


_VIEWS_IN_PLACE = {**IN_PLACE, AsStridedBackward0: AsStridedBackward1}


def become_view(x: Any, view_of: Callable[..., Any], *inputs: Any) -> Any:
    """x.t_(), x.squeeze_(): nothing is written, but x shows its memory as view_of(x) would."""
    recording = _check_writable(x, ())
    old = _stand_in(x)
    old._base, old._view_version = x._base, x.storage.version
    seen = view_of(old, *inputs)
    x.array = seen.array
    x.storage.version += 1
    if recording:
        node = seen._grad_fn
        node.__class__ = _VIEWS_IN_PLACE[type(node)]
        _move_retained(x._grad_fn, x.output_nr, node)
        x._grad_fn, x.output_nr, x._requires_grad = node, 0, True
    x._view_version = x.storage.version
    return x


# --- writing values --------------------------------------------------------------------------


class CopyBackwards(Node):
    """x takes the values of src, broadcast and cast;  dL/dx = 0,  dL/dsrc = dL/dy.

    PyTorch: torch/csrc/autograd/functions/tensor.cpp (CopyBackwards).
    """

    __slots__ = ("shape",)

    def name(self) -> str:
        return "torch::autograd::CopyBackwards"

    def forward(self, x: Any, src: Any) -> Any:
        self.shape = getattr(src, "shape", ())
        src = np.asarray(src)
        try:
            return np.array(np.broadcast_to(src, x.shape), x.dtype)
        except ValueError:
            joint_shape(x.shape, src.shape)  # raises where sizes clash
            raise RuntimeError(
                f"output with shape {list(x.shape)} doesn't match the broadcast shape "
                f"{list(joint_shape(x.shape, src.shape))}"
            ) from None

    def backward(self, grad: Value) -> tuple[Value | None, Value | None]:
        need_x, need_src = self.needs_input_grad
        return (
            zeros_for(grad, tuple(grad.shape)) if need_x else None,
            sum_to(grad, self.shape) if need_src else None,
        )


class FillBackward0(Node):
    """Every element is one number;  dL/dx = 0. PyTorch: derivatives.yaml, fill.Scalar."""

    __slots__ = ()

    def forward(self, x: Any, *, value: Any) -> Any:
        return np.full(x.shape, number(value, x.dtype))

    def backward(self, grad: Value) -> Value:
        return zeros_for(grad, tuple(grad.shape))


class FillBackward1(CopyBackwards):
    """Every element is the 0-d tensor's;  dL/dx = 0,  dL/dvalue = Σ dL/dy.

    PyTorch: derivatives.yaml, fill.Tensor.
    """

    __slots__ = ()
    name = Node.name


class FillBackward2(FillBackward0):
    """In place. PyTorch: derivatives.yaml, fill_.Scalar."""

    __slots__ = ()


class FillBackward3(FillBackward1):
    """In place. PyTorch: derivatives.yaml, fill_.Tensor."""

    __slots__ = ()


class ZeroBackward0(FillBackward0):
    """Every element becomes 0. PyTorch: derivatives.yaml, zero."""

    __slots__ = ()


def copy_(x: Any, src: Any) -> Any:
    """x takes the values of src, which broadcasts to x's shape and is cast to x's dtype."""
    return in_place(x, CopyBackwards.apply, src)


def fill(input: Value, value: Any) -> Value:
    """A tensor like `input` whose elements all are `value`, a number or a 0-d tensor."""
    if isinstance(value, TensorBase):
        _need_0d(value)
        return FillBackward1.apply(input, value)
    return FillBackward0.apply(input, value=value)


def fill_(input: Any, value: Any) -> Any:
    """Every element becomes `value`, a number or a 0-d tensor."""
    if isinstance(value, TensorBase):
        _need_0d(value)
        return _fill(input, FillBackward3.apply, value)
    return _fill(input, FillBackward2.apply, value=value)


def _need_0d(value: Any) -> None:
    if value.array.ndim:
        raise RuntimeError(
            "fill_ only supports 0-dimension value tensor but got tensor with "
            f"{value.array.ndim} dimensions."
        )


def zero_(input: Any) -> Any:
    """Every element becomes 0."""
    return _fill(input, ZeroBackward0.apply, value=0)
