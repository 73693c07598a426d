"""A node of the graph: an operation that remembers what its derivative will need.

Every operation of the package is a subclass of `Node` with two methods, `forward` on arrays and
`backward` on gradients, one below the other. `Node.apply` runs the forward and, if any input
requires a gradient, leaves behind the node itself: its `next_functions` are edges to the nodes that
made the inputs, so the results' `grad_fn` is the root of everything that led to them.

    >>> y = (x * 2).sum()
    >>> y.grad_fn, y.grad_fn.next_functions
    (<SumBackward0 object at …>, ((<MulBackward0 object at …>, 0),))

`Function` is the same thing for users: PyTorch's public class, with static methods on tensors.

PyTorch: torch/csrc/autograd/function.h (Node), saved_variable.cpp, torch/autograd/function.py.
"""

from __future__ import annotations

import re
import weakref
from collections.abc import Callable
from itertools import count
from typing import Any, ClassVar

import numpy as np

from ..base import Storage, TensorBase, Value
from ..dtypes import of
from .grad_mode import mode, no_grad

Edge = tuple[Any, int]  # (the node that made an input, which of its results the input is)
NO_EDGE: Edge = (None, 0)
_NONE_SAVED: tuple[Any, ...] = ()
_FREED: tuple[Any, ...] = ("freed",)
_sequence = count()

_SECOND_TIME = (
    "Trying to backward through the graph a second time (or directly access saved tensors after "
    "they have already been freed). Saved intermediate values of the graph are freed when you call "
    ".backward() or autograd.grad(). Specify retain_graph=True if you need to backward through the "
    "graph a second time or if you need to access saved tensors after calling backward."
)


class SavedVariable:
    """A tensor kept for the backward pass, with the version it had.

    A saved *result* is kept as its array alone and wrapped again when read: holding the tensor,
    which holds this node, would close a reference cycle.
    """

    __slots__ = ("array", "output_nr", "storage", "tensor", "version")

    def __init__(self, array: Any, storage: Storage, tensor: Any, output_nr: int = 0) -> None:
        self.array = array
        self.storage = storage
        self.version = storage.version
        self.tensor = tensor  # None: the node's own result number `output_nr`
        self.output_nr = output_nr

    def unpack(self, node: Node) -> Any:
        if self.storage.version != self.version:
            raise RuntimeError(self._modified(node))
        if not mode.grad:
            return self.array
        if self.tensor is not None:
            return self.tensor
        saved = node.make(self.array, node, self.output_nr)
        saved.storage = self.storage
        return saved

    def _modified(self, node: Node) -> str:
        kind = f"torch.{of(self.array).name}"
        maker, nr = node, self.output_nr
        if self.tensor is not None:
            kind = self.tensor.type()
            maker, nr = self.tensor._grad_fn, self.tensor.output_nr
        else:
            kind = node.make(self.array).type()
        origin = f", which is output {nr} of {operation_name(maker)}," if maker is not None else ""
        return (
            "one of the variables needed for gradient computation has been modified by an inplace "
            f"operation: [{kind} {list(self.array.shape)}]{origin} is at version "
            f"{self.storage.version}; expected version {self.version} instead. Hint: enable anomaly "
            "detection to find the operation that failed to compute its gradient, with "
            "torch.autograd.set_detect_anomaly(True)."
        )


def operation_name(node: Any) -> str:
    """`ExpBackward0` as PyTorch's messages call it: `Exp`."""
    return re.sub(r"Backward\d*$", "", node.name())


class Node:
    """An operation in the graph.

    sequence_nr: counts nodes as they are created; the backward pass runs the latest first.
    next_functions: one edge per differentiable input, (None, 0) where no gradient is wanted.
    metadata: (shape, NumPy dtype) of each result; gradients arrive and are checked in that form.
    make: builds a tensor from an array (`Tensor.new`), for whoever must show a gradient.
    """

    __slots__ = (
        "__weakref__",
        "_inputs",
        "_saved",
        "hooks",
        "make",
        "metadata",
        "needs_input_grad",
        "next_functions",
        "sequence_nr",
    )
    saves: ClassVar[tuple[str, ...]] = ()  # PyTorch's names for what save_for_backward is given
    next_functions: tuple[Edge, ...]
    sequence_nr: int
    metadata: tuple[tuple[tuple[int, ...], Any], ...]
    make: Callable[..., Any]
    needs_input_grad: tuple[bool, ...]
    hooks: Hooks | None
    _inputs: tuple[Any, ...] | None
    _saved: tuple[Any, ...]

    def forward(self, *inputs: Any, **options: Any) -> Any:
        """Arrays in, array (or a tuple of arrays) out."""
        raise NotImplementedError

    def backward(self, *gradients: Any) -> Any:
        """One gradient per result in, one per positional input out (None where not needed)."""
        raise NotImplementedError

    # --- recording ---------------------------------------------------------------------------

    @classmethod
    def apply(cls, *inputs: Any, **options: Any) -> Any:
        """Runs the operation; records it if grad mode is on and an input requires a gradient.

        Positional inputs are what can be differentiated: tensors, numbers or None, one edge each.
        Keyword options are constants; a tensor among them (an index, a mask) is unwrapped too.
        On bare arrays, as in a derivative's formula, it only computes.
        """
        first = None
        wanted = False
        arrays = []
        for x in inputs:
            if isinstance(x, TensorBase):
                if first is None:
                    first = x
                wanted = wanted or x.requires_grad
                arrays.append(x.array)
            else:
                arrays.append(x)
        constants = options
        for name, option in options.items():
            if isinstance(option, TensorBase):
                if constants is options:
                    constants = dict(options)
                constants[name] = option.array

        node = cls()
        if first is None or not (wanted and mode.grad) or mode.inference:
            node._inputs = None
            node.needs_input_grad = (False,) * len(inputs)
            result = node.forward(*arrays, **constants)
            if first is None:
                return result
            if type(result) is tuple:
                return tuple([node.wrap(first, r, None, i) for i, r in enumerate(result)])
            return node.wrap(first, result, None, 0)

        node.next_functions = edges = tuple([gradient_edge(x) for x in inputs])
        node.needs_input_grad = tuple([edge[0] is not None for edge in edges])
        node.sequence_nr = next(_sequence)
        node.make = first.new
        node.hooks = None
        node._inputs = (*inputs, *options.values()) if options else inputs
        node._saved = _NONE_SAVED
        result = node.forward(*arrays, **constants)
        results = result if type(result) is tuple else (result,)
        node.metadata = tuple([(r.shape, r.dtype) for r in results])
        tensors = tuple([node.wrap(first, r, node, i) for i, r in enumerate(results)])
        if node._saved:
            node._saved = tuple([node._pack(value, results, tensors) for value in node._saved])
        node._inputs = None
        return tensors if type(result) is tuple else tensors[0]

    def wrap(self, first: Any, array: Any, node: Node | None, output_nr: int) -> Any:
        """The result's tensor; integers and booleans have no gradient. Views override this."""
        if array.dtype.kind != "f":
            node = None
        return first.new(array, node, output_nr)

    # --- what the derivative needs -----------------------------------------------------------

    def save_for_backward(self, *values: Any) -> None:
        """Keeps inputs, the result, numbers, or integer and boolean arrays for `backward`.

        Pass None for what an unneeded gradient would have used. A floating-point array that is
        neither input nor result is refused: no gradient could flow through it, and second
        derivatives would be silently wrong.
        """
        if self._inputs is not None:
            self._saved = values

    def _pack(self, value: Any, results: tuple[Any, ...], tensors: tuple[Any, ...]) -> Any:
        if not isinstance(value, np.ndarray | np.generic):
            return value
        for x in self._inputs or ():
            if isinstance(x, TensorBase) and x.array is value:
                if x._inference:
                    raise RuntimeError(
                        "Inference tensors cannot be saved for backward. Please do not use Tensors "
                        "created in inference mode in computation tracked by autograd. To work "
                        "around this, you can make a clone to get a normal tensor and use it in "
                        "autograd, or use `torch.no_grad()` instead of `torch.inference_mode()`."
                    )
                return SavedVariable(value, x.storage, x)
            if x is value:
                return value
        for nr, result in enumerate(results):
            if result is value:
                return SavedVariable(tensors[nr].array, tensors[nr].storage, None, nr)
        if value.dtype.kind == "f":
            raise TypeError(f"{self.name()} saved an array that is neither an input nor its result")
        return value

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        """What save_for_backward kept: arrays, or tensors where grad mode is on (create_graph).

        RuntimeError if the graph was freed, or if a saved tensor was written to since.
        """
        if self._saved is _FREED:
            raise RuntimeError(_SECOND_TIME)
        return tuple([v.unpack(self) if type(v) is SavedVariable else v for v in self._saved])

    def release(self) -> None:
        """Frees what was saved. A node that saved nothing can be passed again."""
        if self._saved:
            self._saved = _FREED

    def __getattr__(self, name: str) -> Any:
        """`node._saved_self`, `node._saved_result`: what was saved, under PyTorch's names."""
        if name.startswith("_saved_") and name[7:] in self.saves:
            value = self.saved_tensors[self.saves.index(name[7:])]
            return self.make(value) if isinstance(value, np.ndarray) else value
        raise AttributeError(f"'{self.name()}' object has no attribute '{name}'")

    # --- for people --------------------------------------------------------------------------

    def name(self) -> str:
        return type(self).__name__

    def __repr__(self) -> str:
        return f"<{self.name()} object at {id(self):#x}>"

    def _sequence_nr(self) -> int:
        return self.sequence_nr

    def register_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """`hook(grad_inputs, grad_outputs)` runs after this node; a tuple it returns replaces
        grad_inputs. Both are tuples of tensors or None."""
        return RemovableHandle(self._hook_tables().after, hook)

    def register_prehook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """`hook(grad_outputs)` runs before this node; a tuple it returns replaces them."""
        return RemovableHandle(self._hook_tables().before, hook)

    def _hook_tables(self) -> Hooks:
        if self.hooks is None:
            self.hooks = Hooks()
        return self.hooks


class Hooks:
    """What users attached to a node. `tensor` holds the hooks of its results (number, hook) and
    `retained` the results whose `grad` is to be filled."""

    def __init__(self) -> None:
        self.tensor: dict[int, tuple[int, Callable[[Any], Any]]] = {}
        self.retained: dict[int, weakref.ref[Any]] = {}
        self.before: dict[int, Callable[..., Any]] = {}
        self.after: dict[int, Callable[..., Any]] = {}


class RemovableHandle:
    """Takes a hook out again: `handle.remove()`, or as a context manager.

    PyTorch: torch/utils/hooks.py.
    """

    _ids: ClassVar = count()

    def __init__(self, table: dict[int, Any], entry: Any, *, prepend: bool = False) -> None:
        self.table = table
        self.id = next(self._ids)
        table[self.id] = entry
        if prepend:
            for key in [k for k in table if k != self.id]:
                table[key] = table.pop(key)

    def remove(self) -> None:
        self.table.pop(self.id, None)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *exception: object) -> None:
        self.remove()


class AccumulateGrad(Node):
    """The end of a path: adds what arrives to its leaf's `grad`.

    PyTorch: torch/csrc/autograd/functions/accumulate_grad.cpp.
    """

    __slots__ = ("variable",)

    def __init__(self, variable: Any) -> None:
        self.variable = variable
        self.next_functions = ()
        self.sequence_nr = 2**64 - 1
        self.metadata = ((variable.array.shape, variable.array.dtype),)
        self.make = variable.new
        self.hooks = None
        self._saved = _NONE_SAVED

    def name(self) -> str:
        return "torch::autograd::AccumulateGrad"

    def __repr__(self) -> str:
        return f"<AccumulateGrad object at {id(self):#x}>"

    def backward(self, grad: Value) -> None:
        """Stores the first gradient, adds the next in place (a new tensor under create_graph).

        The engine has already made sure that no one else holds this gradient's memory.
        """
        leaf = self.variable
        if leaf._grad is None:
            leaf._grad = grad if isinstance(grad, TensorBase) else self.make(grad)
        elif mode.grad:
            leaf._grad = leaf._grad + grad
        else:
            leaf._grad.array += grad.array if isinstance(grad, TensorBase) else grad
            leaf._grad.storage.version += 1


def gradient_edge(x: Any) -> Edge:
    """Where a gradient of `x` should go: its node, or the AccumulateGrad of a leaf."""
    if not isinstance(x, TensorBase):
        return NO_EDGE
    node = x.grad_fn
    if node is not None:
        return node, x.output_nr
    if not x._requires_grad:
        return NO_EDGE
    accumulator = x._accumulator() if x._accumulator is not None else None
    if accumulator is None:
        accumulator = AccumulateGrad(x)
        x._accumulator = weakref.ref(accumulator)
    return accumulator, 0


class FunctionCtx(Node):
    """The `ctx` of a user's Function. It is the node itself, as in PyTorch; it takes attributes."""

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
        if self._saved is _FREED:
            raise RuntimeError(_SECOND_TIME)
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
        raise RuntimeError(
            f"{type(self)} should not be instantiated. Methods on autograd functions are all "
            "static, so you should invoke them on the class itself. Instantiating an autograd "
            "function will raise an error in a future version of PyTorch."
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
        ctx._saved, ctx._inputs, ctx.hooks = _NONE_SAVED, None, None
        ctx.next_functions = tuple([gradient_edge(t) for t in tensors])
        ctx.sequence_nr = next(_sequence)
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
    ctx.metadata = tuple([(o.array.shape, o.array.dtype) for o in outputs])
    constant = {id(t) for t in ctx._non_differentiable}
    given = {id(t) for t in inputs}
    results = []
    for nr, o in enumerate(outputs):
        if id(o) in constant or o.array.dtype.kind != "f":
            results.append(o)
        elif id(o) in given and id(o) not in dirty:
            # An input handed through: the same memory under a tensor of its own.
            results.append(o.new(o.array, ctx, nr))
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
        node.next_functions = tuple([gradient_edge(g) for g in gradients])
        node.sequence_nr = next(_sequence)
        node.metadata = ((result.array.shape, result.array.dtype),)
        node.make, node.hooks, node._saved, node._inputs = result.new, None, _NONE_SAVED, None
        return node

    def backward(self, *gradients: Any) -> Any:
        raise RuntimeError(
            "trying to differentiate twice a function that was marked with @once_differentiable"
        )
