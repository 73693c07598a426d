"""What the graph needs to know of a tensor, and nothing more.

`TensorBase` is an array with a place in the graph. It has no arithmetic: the engine and the
operations below `tensor.py` work with this class, and `Tensor`, which adds the methods that users
call, is built on top of them. So imports run one way.

`Storage` stands for a buffer. All tensors that show the same memory share one, and it counts the
in-place writes: a node that saved a tensor compares the count when it reads it back.

PyTorch: c10/core/TensorImpl.h (TensorImpl, VariableVersion), torch/csrc/autograd/variable.h.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .dtypes import Array

if TYPE_CHECKING:
    from .autograd.node import Node

# A gradient in flight, or an operand of a derivative's formula: a bare array while nobody will
# differentiate it again, a tensor under create_graph=True. Formulas read the same on both.
Value = Any


class Storage:
    """One per buffer, shared by its views. `version` counts in-place writes to it."""

    __slots__ = ("version",)

    def __init__(self) -> None:
        self.version = 0


class TensorBase:
    """An array, its storage, and its place in the graph.

    `grad_fn` is the node that made this tensor (None for a leaf), `output_nr` which of the node's
    results it is. Attributes that few tensors need have their default on the class, so that
    making a tensor stays cheap.
    """

    array: Array
    _storage: Storage | None = None
    _grad_fn: Node | None = None
    _requires_grad: bool = False
    output_nr: int = 0
    _grad: Any = None

    # A view also remembers the tensor whose memory it shows, the version that its _grad_fn belongs
    # to, and why it must not be written to, if it must not (see ops/inplace.py).
    _base: Any = None
    _view_version: int = 0
    _view_kind: str = ""

    # A leaf's AccumulateGrad, held weakly: the node holds the leaf, and a strong reference back
    # would make every parameter wait for the garbage collector.
    _accumulator: Any = None
    _hooks: dict[int, Any] | None = None
    _post_accumulate_hooks: dict[int, Any] | None = None
    _inference: bool = False

    @property
    def storage(self) -> Storage:
        """Made when it is first asked for: most results are never saved, viewed or written to."""
        storage = self._storage
        if storage is None:
            storage = self._storage = Storage()
        return storage

    @storage.setter
    def storage(self, storage: Storage) -> None:
        self._storage = storage

    @property
    def grad_fn(self) -> Node | None:
        return self._grad_fn

    @property
    def requires_grad(self) -> bool:
        return self._requires_grad

    @staticmethod
    def new(array: Any, grad_fn: Node | None = None, output_nr: int = 0) -> Any:
        """A tensor around `array`. Defined by Tensor; the layers below call it on a tensor they
        were given, and so need not know the class."""
        raise NotImplementedError

    @staticmethod
    def new_in_any_order(array: Any) -> Any:
        """A leaf around `array` that lies contiguous for all who look, whatever the order of its
        elements in memory. Defined by Tensor, too."""
        raise NotImplementedError
