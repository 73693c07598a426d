"""Function: an operation of your own, with static methods on tensors, as PyTorch's public class.

Its `ctx` is the node itself (node.py), as in PyTorch.

PyTorch: torch/autograd/function.py; torch/csrc/autograd/python_function.cpp.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from ..base import TensorBase
from .grad_mode import mode, no_grad
from .node import FREED, NOTHING_SAVED, SECOND_TIME, Node, SavedVariable, gradient_edge, next_number


class FunctionCtx(Node):
    """The `ctx` of a user's Function. It is the node itself, as in PyTorch; it takes attributes."""

    always_runs = True
    function: type[Function]
    _dirty: tuple[Any, ...] = ()
    _non_differentiable: tuple[Any, ...] = ()
    _materialize = True
    _to_save: tuple[Any, ...] = ()
    _is_tensor: list[bool]  # for each argument of forward

    def save_for_backward(self, *tensors: Any) -> None:
        """Keeps inputs or outputs. They are checked for in-place changes when read back."""
        for i, t in enumerate(tensors):
            if t is not None and not isinstance(t, TensorBase):
                raise TypeError(
                    f"save_for_backward can only save variables, but argument {i} is of type "
                    f"{type(t).__name__}"
                )
        self._to_save = tensors

    def mark_dirty(self, *tensors: Any) -> None:
        """Says which inputs `forward` changed in place. They must be returned, too."""
        self._dirty = tensors

    def mark_non_differentiable(self, *tensors: Any) -> None:
        """Says which outputs have no gradient."""
        self._non_differentiable = tensors

    def set_materialize_grads(self, value: bool) -> None:
        """False: a gradient that does not exist arrives as None instead of zeros."""
        self._materialize = value

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        if self._saved is FREED:
            raise RuntimeError(SECOND_TIME)
        saved = []
        for v in self._saved or self._to_save:
            if type(v) is SavedVariable:
                array = v.unpack(self)
                # The very tensor that was saved; only an output is wrapped again.
                v = v.tensor if v.tensor is not None else array
                v = v if isinstance(v, TensorBase) else self.make(v)
            saved.append(v)
        return tuple(saved)

    def backward(self, *gradients: Any) -> tuple[Any, ...]:
        given = []
        for g, (shape, kind) in zip(gradients, self.metadata, strict=True):
            if g is None and self._materialize:
                g = np.zeros(shape, kind)
            given.append(g if g is None or isinstance(g, TensorBase) else self.make(g))
        out = self.function.backward(self, *given)
        out = out if isinstance(out, tuple) else (out,)
        wanted = len(self._is_tensor)
        if len(out) > wanted and all(g is None for g in out[wanted:]):
            out = out[:wanted]  # PyTorch forgives trailing Nones, too
        if len(out) != wanted:
            raise RuntimeError(
                f"function {self.name()} returned an incorrect number of gradients "
                f"(expected {wanted}, got {len(out)})"
            )
        for g in out:
            if g is not None and not isinstance(g, TensorBase):
                raise RuntimeError(f"expected Variable or None (got {type(g).__name__})")
        # A user's gradient may be anything, even a saved tensor: hand on a copy of bare arrays,
        # so that a leaf that takes over the memory does not take it from its owner.
        kept = [g for g, is_tensor in zip(out, self._is_tensor, strict=True) if is_tensor]
        if mode.grad:
            return tuple(kept)
        return tuple([None if g is None else g.array.copy() for g in kept])


class Function:
    """An operation of your own. Subclass it, then call `MyFunction.apply(...)`.

        class Exp(Function):
            @staticmethod
            def forward(ctx, x):
                y = x.exp()
                ctx.save_for_backward(y)
                return y

            @staticmethod
            def backward(ctx, grad):
                (y,) = ctx.saved_tensors
                return grad * y

    `forward` runs on tensors with grad mode off. `backward` gets one gradient per output and
    returns one per argument of forward (None for arguments that are no tensors). With a
    `setup_context(ctx, inputs, output)` method, `forward` takes no ctx.

    PyTorch: torch/autograd/function.py; torch/csrc/autograd/python_function.cpp.
    """

    _node: ClassVar[type[FunctionCtx]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._node = type(f"{cls.__name__}Backward", (FunctionCtx,), {"function": cls})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        warnings.warn(
            f"{type(self)} should not be instantiated. Methods on autograd functions are all "
            "static, so you should invoke them on the class itself. Instantiating an autograd "
            "function will raise an error in a future version of PyTorch.",
            DeprecationWarning,
            stacklevel=2,
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError(
            "Legacy autograd function with non-static forward method is deprecated. Please use "
            "new-style autograd function with static forward method. (Example: "
            "https://pytorch.org/docs/stable/autograd.html#torch.autograd.Function)"
        )

    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(
            "You must implement the forward function for custom autograd.Function."
        )

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        raise NotImplementedError("setup_context is not implemented.")

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        raise NotImplementedError(
            "You must implement either the backward or vjp method for your custom "
            "autograd.Function to use it with backward mode AD."
        )

    @classmethod
    def apply(cls, *args: Any) -> Any:
        """Runs `forward` on the arguments and records the node if a gradient is wanted."""
        ctx = cls._node()
        tensors = [a for a in args if isinstance(a, TensorBase)]
        recording = mode.grad and any(t.requires_grad for t in tensors)
        ctx._is_tensor = [isinstance(a, TensorBase) for a in args]
        ctx.needs_input_grad = tuple([isinstance(a, TensorBase) and a.requires_grad for a in args])
        ctx._saved, ctx.hooks = NOTHING_SAVED, None
        ctx.next_functions = tuple([gradient_edge(t) for t in tensors])
        ctx.sequence_nr = next_number()
        with no_grad():
            if cls.setup_context is Function.setup_context:
                output = cls.forward(ctx, *args)
            else:
                output = cls.forward(*args)
                cls.setup_context(ctx, args, output)
        return _finish(ctx, tensors, output, recording)


def _finish(ctx: FunctionCtx, inputs: list[Any], output: Any, recording: bool) -> Any:
    """Gives the outputs of a user's forward their place in the graph."""
    outputs = output if isinstance(output, tuple) else (output,)
    for o in outputs:
        if not isinstance(o, TensorBase):
            if recording:
                raise TypeError(
                    f"{ctx.function.__name__}.forward must return a Tensor or a tuple of Tensors, "
                    f"got {type(o).__name__}"
                )
            return output
    dirty = {id(t) for t in ctx._dirty}
    for t in ctx._dirty:
        t.storage.version += 1
        if recording and t.requires_grad and t.grad_fn is None:
            raise RuntimeError(
                "a leaf Variable that requires grad has been used in an in-place operation."
            )
    if not recording:
        return output
    ctx.make = inputs[0].new
    ctx.describe_results([o.array for o in outputs])
    constant = {id(t) for t in ctx._non_differentiable}
    given = {id(t) for t in inputs}
    results = []
    for nr, o in enumerate(outputs):
        if id(o) in constant or o.array.dtype.kind != "f":
            results.append(o)
        elif id(o) in given and id(o) not in dirty:
            # An input handed through: the same memory under a tensor of its own.
            results.append(o.new(o.array.view(), ctx, nr))
            results[-1].storage = o.storage
        else:
            o._grad_fn, o._requires_grad, o.output_nr = ctx, True, nr
            results.append(o)
    made = {id(r): nr for nr, r in enumerate(results) if r._grad_fn is ctx}
    ctx._saved = tuple(
        [
            t
            if t is None
            else SavedVariable(t.array, t.storage, None if id(t) in made else t, made.get(id(t), 0))
            for t in ctx._to_save
        ]
    )
    ctx._to_save = ()
    return tuple(results) if isinstance(output, tuple) else results[0]


def once_differentiable(function: Callable[..., Any]) -> Callable[..., Any]:
    """For a Function's backward that cannot itself be differentiated: runs it with grad mode off;
    a second derivative through its results raises.

    PyTorch: torch/autograd/function.py (once_differentiable).
    """

    def wrapper(ctx: Any, *gradients: Any) -> Any:
        with no_grad():
            out = function(ctx, *gradients)
        needs = any(isinstance(g, TensorBase) and g.requires_grad for g in gradients)
        if not mode.grad or not needs:
            return out
        outs = out if isinstance(out, tuple) else (out,)
        blocked = tuple(
            [o if o is None else o.new(o.array, _Blocked.above(gradients, o), 0) for o in outs]
        )
        return blocked if isinstance(out, tuple) else blocked[0]

    return wrapper


class _Blocked(Node):
    """Stands where a second derivative would be needed. PyTorch: DelayedError."""

    __slots__ = ()

    @classmethod
    def above(cls, gradients: tuple[Any, ...], result: Any) -> _Blocked:
        node = cls()
        node.enter_graph(tuple([gradient_edge(g) for g in gradients]), result)
        return node

    def backward(self, *gradients: Any) -> Any:
        raise RuntimeError(
            "trying to differentiate twice a function that was marked with @once_differentiable"
        )
