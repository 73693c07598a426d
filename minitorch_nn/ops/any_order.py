"""The order of the elements in memory, where it is nobody's business but our own.

A convolution is fastest when the channels of a place stand next to each other: N, H, W, C.
PyTorch's tensors lie N, C, H, W, and a user may look: at strides, at the array that `numpy()`
gives, at what a view of the memory shows. So a convolution's result is a `Hidden` tensor. It knows
its shape, and keeps its array to itself, in the order that suits the next convolution. Whoever
reads `.array` gets it contiguous: it is rearranged there and then, and the tensor is hidden no
more. So nothing else in the package needs to know of this.

An operation that works in any order, and gives its result in the same one, says so by being an
`AnyOrder` node. It is handed the hidden array itself, and its result is hidden, too. So the order
lasts from the first convolution to the last pooling, as long as nobody looks.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from ..autograd.node import Node
from ..base import TensorBase
from ..dtypes import Array, of
from ..dtypes import dtype as DType
from ..layout import is_dense
from ..size import Size


class Hidden(TensorBase):
    """A tensor whose array nobody has seen: what can be told of it without showing it.

    A tensor becomes one, and stops being one, by changing its class; `shown` is its class then.
    """

    shown: ClassVar[type]
    _classes: ClassVar[dict[type, type]] = {}
    _hidden: Array

    def __init_subclass__(cls) -> None:
        cls.shown = cls.__bases__[1]
        cls._classes[cls.shown] = cls
        cls.__name__ = cls.shown.__name__
        cls.__qualname__ = cls.shown.__qualname__

    @cached_property
    def array(self) -> Array:  # type: ignore[override]
        """The elements, contiguous. The tensor keeps this array from now on, and lets all see."""
        array = np.ascontiguousarray(self._hidden)
        self.__class__ = self.shown
        del self._hidden
        return array

    @property
    def shape(self) -> Size:
        return Size(self._hidden.shape)

    @property
    def dtype(self) -> DType:
        return of(self._hidden)

    @property
    def ndim(self) -> int:
        return self._hidden.ndim

    def dim(self) -> int:
        return self._hidden.ndim

    def numel(self) -> int:
        return self._hidden.size

    # Copied and pickled as what it shows, and of the class that it has then.

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        self.array  # noqa: B018
        return copy.deepcopy(self, memo)

    def __reduce_ex__(self, protocol: Any) -> Any:
        self.array  # noqa: B018
        return type(self).__reduce_ex__(self, protocol)


class AnyOrder(Node):
    """An operation that works on arrays in any order of memory, and keeps that order."""

    __slots__ = ()

    @classmethod
    def apply(cls, *inputs: Any, **options: Any) -> Any:
        for x in inputs:
            if isinstance(x, Hidden):
                break
        else:
            return super().apply(*inputs, **options)
        return cls._apply_to_hidden(*inputs, **options)

    @classmethod
    def _apply_to_hidden(cls, *inputs: Any, **options: Any) -> Any:
        hidden = {id(x): x for x in (*inputs, *options.values()) if isinstance(x, Hidden)}.values()
        for x in hidden:
            x.array = x._hidden  # lent: for Node.apply, and nobody else
        try:
            result = super().apply(*inputs, **options)
        finally:
            for x in hidden:
                del x.array
        for tensor in result if isinstance(result, tuple) else (result,):
            hide(tensor)
        return result


def hide(tensor: Any) -> None:
    """From now on `tensor` lies contiguous for all who look, whatever the order of its array.

    So does the gradient that arrives at it, should a hook be shown it.
    """
    array = tensor.array
    if array.flags.c_contiguous:  # by its order; dimensions of size 1 may still have odd strides
        tensor.array = array.reshape(-1).reshape(array.shape)
        return
    tensor._hidden = array
    del tensor.array
    tensor.__class__ = Hidden._classes[type(tensor)]
    node = tensor._grad_fn
    if node is not None:
        node.make = _hiding(node.make)


def _hiding(new: Callable[..., Any]) -> Callable[..., Any]:
    """`new`, for a node whose results are hidden."""

    def make(array: Any, grad_fn: Node | None = None, output_nr: int = 0) -> Any:
        tensor = new(array, grad_fn, output_nr)
        if is_dense(array):  # one number seen everywhere stays that, as it does in PyTorch
            hide(tensor)
        return tensor

    return make


def elements_of(x: Any) -> Any:
    """The array of a tensor, hidden or not, for its type and shape; other things as they are."""
    if isinstance(x, Hidden):
        return x._hidden
    return x.array if isinstance(x, TensorBase) else x


def in_order_of(like: Any, x: Any) -> Any:
    """x (an array), lying in memory as `like` does: for who reads it more than once beside that."""
    if x.flags.c_contiguous == like.flags.c_contiguous:
        return x
    out = np.empty_like(like, x.dtype)
    out[...] = x
    return out
