"""A node of the graph: an operation that remembers what its derivative will need.

Every operation of the package is a subclass of `Node` with two methods, `forward` on arrays and
`backward` on gradients, one below the other. `Node.apply` runs the forward and, if any input
requires a gradient, leaves behind the node itself: its `next_functions` are edges to the nodes that
made the inputs, so the results' `grad_fn` is the root of everything that led to them.

    >>> y = (x * 2).sum()
    >>> y.grad_fn, y.grad_fn.next_functions
    (<SumBackward0 object at …>, ((<MulBackward0 object at …>, 0),))

PyTorch: torch/csrc/autograd/function.h (Node), saved_variable.cpp.
"""

from __future__ import annotations

import re
import weakref
from collections.abc import Callable, Sequence
from functools import partial
from itertools import count
from typing import Any, ClassVar

import numpy as np

from ..base import Storage, TensorBase, Value
from ..dtypes import of
from .grad_mode import mode

Edge = tuple[Any, int]  # (the node that made an input, which of its results the input is)
NO_EDGE: Edge = (None, 0)
NOTHING_SAVED: tuple[Any, ...] = ()
FREED: tuple[Any, ...] = ("freed",)  # what a node holds instead of what it had saved
_ARRAYS = (np.ndarray, np.generic)
_numbers = count()
next_number = _numbers.__next__  # a node's sequence number

SECOND_TIME = (
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
        if tensor is not None and tensor._inference:
            raise RuntimeError(
                "Inference tensors cannot be saved for backward. Please do not use Tensors "
                "created in inference mode in computation tracked by autograd. To work "
                "around this, you can make a clone to get a normal tensor and use it in "
                "autograd, or use `torch.no_grad()` instead of `torch.inference_mode()`."
            )
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
            f"{self.storage.version}; expected version {self.version} instead. Hint: enable "
            "anomaly detection to find the operation that failed to compute its gradient, with "
            "torch.autograd.set_detect_anomaly(True, check_nan=False)."
        )


def operation_name(node: Any) -> str:
    """`ExpBackward0` as PyTorch's messages call it: `Exp`."""
    return re.sub(r"Backward\d*$", "", node.name())


def _shown(i: int, node: Node) -> Any:
    """What a node saved, the i-th of it, for a user to look at."""
    value = node.saved_tensors[i]
    return node.make(value) if isinstance(value, np.ndarray) else value


class Node:
    """An operation in the graph.

    sequence_nr: counts nodes as they are created; the backward pass runs the latest first.
    next_functions: one edge per differentiable input, (None, 0) where no gradient is wanted.
    result_shape, result_dtype: of the first result, the dtype NumPy's; more_results: of the others,
        a pair each. Gradients arrive in that form, which the engine sees to.
    make: builds a tensor from an array (`Tensor.new`), for whoever must show a gradient.
    """

    __slots__ = (
        "__weakref__",
        "_saved",
        "hooks",
        "make",
        "more_results",
        "needs_input_grad",
        "next_functions",
        "result_dtype",
        "result_shape",
        "sequence_nr",
    )
    always_runs: ClassVar[bool] = False  # also when no gradient arrived: a user's Function
    saves: ClassVar[tuple[str, ...]] = ()  # PyTorch's names for what save_for_backward is given
    next_functions: tuple[Edge, ...]
    sequence_nr: int
    result_shape: tuple[int, ...]
    result_dtype: Any
    more_results: tuple[tuple[tuple[int, ...], Any], ...]
    make: Callable[..., Any]
    needs_input_grad: Sequence[bool]
    hooks: Hooks | None
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
        # Plain loops, here and in the engine, and what others would put into functions of their
        # own: these lines run for every operation of a program.
        first: Any = None
        records, wanted, numpy_number = mode.records, False, False
        arrays, edges, needed = [], [], []
        for x in inputs:
            edge = NO_EDGE
            if isinstance(x, TensorBase):
                if first is None:
                    first = x
                arrays.append(x.array)
                if records:
                    maker = x._grad_fn
                    if maker is not None and x._base is None:
                        edge = maker, x.output_nr
                    elif x._requires_grad or x._base is not None:
                        edge = gradient_edge(x)
            else:
                arrays.append(x)
                numpy_number = numpy_number or isinstance(x, np.generic)
            edges.append(edge)
            if edge is NO_EDGE:
                needed.append(False)
            else:
                needed.append(True)
                wanted = True
        if numpy_number and first is not None:
            # A number like Python's, whose type does not count: int64[n] * float64 is float32.
            arrays = [x.item() if isinstance(x, np.generic) else x for x in arrays]
        constants = options
        for name, option in options.items():
            if isinstance(option, TensorBase):
                if constants is options:
                    constants = dict(options)
                constants[name] = option.array

        node = cls()
        node.needs_input_grad = needed
        if not wanted:
            result = node.forward(*arrays, **constants)
            if first is None:
                return result
            if type(result) is tuple:
                return tuple([node.wrap(first, r, None, i) for i, r in enumerate(result)])
            return node.wrap(first, result, None, 0)

        node.next_functions = tuple(edges)
        node.sequence_nr = next_number()
        node.make = first.new
        node.hooks = None
        node._saved = NOTHING_SAVED
        result = node.forward(*arrays, **constants)
        if type(result) is tuple:
            node.describe_results(result)
            output = tuple([node.wrap(first, r, node, i) for i, r in enumerate(result)])
            results, tensors = result, output
        else:
            node.result_shape, node.result_dtype = result.shape, result.dtype
            node.more_results = ()
            output = node.wrap(first, result, node, 0)
            results, tensors = (result,), (output,)
        if node._saved:
            node._pack((*inputs, *options.values()) if options else inputs, results, tensors)
        return output

    def enter_graph(self, edges: tuple[Edge, ...], result: Any) -> None:
        """What `apply` does to a node, for the few that are made by hand: `result` is the tensor
        that this node explains."""
        self.next_functions = edges
        self.needs_input_grad = tuple([edge[0] is not None for edge in edges])
        self.sequence_nr = next_number()
        self.describe_results((result.array,))
        self.make, self.hooks = result.new, None
        self._saved = NOTHING_SAVED

    def describe_results(self, arrays: Sequence[Any]) -> None:
        """Notes the shapes and dtypes of the results."""
        self.result_shape, self.result_dtype = arrays[0].shape, arrays[0].dtype
        self.more_results = tuple([(r.shape, r.dtype) for r in arrays[1:]])

    @property
    def metadata(self) -> tuple[tuple[tuple[int, ...], Any], ...]:
        """(shape, NumPy dtype) of each result."""
        return (self.result_shape, self.result_dtype), *self.more_results

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
        self._saved = values

    def _pack(
        self, givens: tuple[Any, ...], results: tuple[Any, ...], tensors: tuple[Any, ...]
    ) -> None:
        """Finds the tensors whose arrays `forward` saved, and notes their versions."""
        packed = []
        for value in self._saved:
            if isinstance(value, _ARRAYS):
                for x in givens:
                    if x is value:
                        break
                    if isinstance(x, TensorBase) and x.array is value:
                        value = SavedVariable(value, x.storage, x)
                        break
                else:
                    value = self._pack_result(value, results, tensors)
            packed.append(value)
        self._saved = tuple(packed)

    def _pack_result(self, value: Any, results: tuple[Any, ...], tensors: tuple[Any, ...]) -> Any:
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
        if self._saved is FREED:
            raise RuntimeError(SECOND_TIME)
        return tuple([v.unpack(self) if type(v) is SavedVariable else v for v in self._saved])

    def saved(self, i: int) -> Any:
        """The i-th of `saved_tensors`."""
        if self._saved is FREED:
            raise RuntimeError(SECOND_TIME)
        v = self._saved[i]
        return v.unpack(self) if type(v) is SavedVariable else v

    def check_saved(self) -> None:
        """Raises what reading the saved tensors would, for nodes that need no more than their own
        notes: PyTorch saves the tensors there, too, and refuses when they are gone."""
        self.saved_tensors  # noqa: B018

    def release(self) -> None:
        """Frees what was saved. A node that saved nothing can be passed again."""
        for value in self._saved:
            if value is not None:
                self._saved = FREED
                return

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Gives the class `node._saved_self`, `node._saved_result`: what was saved, under PyTorch's
        names. (With __getattr__ instead, Python would look up every attribute the slow way.)"""
        super().__init_subclass__(**kwargs)
        for i, name in enumerate(cls.__dict__.get("saves", ())):
            setattr(cls, f"_saved_{name}", property(partial(_shown, i)))

    # --- for people --------------------------------------------------------------------------

    def name(self) -> str:
        return type(self).__name__

    def __repr__(self) -> str:
        return f"<{type(self).__name__} object at {id(self):#x}>"

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
        self.enter_graph((), variable)
        self.sequence_nr = 2**64 - 1

    def name(self) -> str:
        return "torch::autograd::AccumulateGrad"

    def backward(self, grad: Value) -> None:
        """Stores the first gradient, adds the next in place (a new tensor under create_graph).

        The engine has already made sure that no one else holds this gradient's memory.
        """
        leaf = self.variable
        if leaf._grad is None and not isinstance(grad, TensorBase):
            same = grad.strides == leaf.array.strides
            leaf._grad = self.make(grad) if same else leaf.new_in_any_order(grad)
        elif leaf._grad is None:
            leaf._grad = grad
        elif mode.grad:
            leaf._grad = leaf._grad + grad
        else:
            leaf._grad.array += grad.array if isinstance(grad, TensorBase) else grad
            leaf._grad.storage.version += 1


def gradient_edge(x: Any) -> Edge:
    """Where a gradient of `x` should go: its node, or the AccumulateGrad of a leaf."""
    if not isinstance(x, TensorBase):
        return NO_EDGE
    node = x._grad_fn if x._base is None else x.grad_fn
    if node is not None:
        return node, x.output_nr
    if not x._requires_grad:
        return NO_EDGE
    accumulator = x._accumulator() if x._accumulator is not None else None
    if accumulator is None:
        accumulator = AccumulateGrad(x)
        x._accumulator = weakref.ref(accumulator)
    return accumulator, 0
