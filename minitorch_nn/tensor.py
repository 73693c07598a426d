"""Tensor: an array, its grad, its grad_fn.

Each method is one visible line that calls an operation; what it computes, and its documentation, is
there. What a tensor *is* (memory, leaf or result, view or base, hooks) comes first.

PyTorch: torch/_tensor.py; torch/csrc/autograd/python_variable.cpp.
"""

from __future__ import annotations

import builtins
import copy
import warnings
import weakref
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from . import dtypes
from .autograd import engine
from .autograd.grad_mode import mode
from .autograd.node import Node, RemovableHandle
from .base import Storage, TensorBase
from .device import CPU, check_device
from .device import device as Device
from .dtypes import dtype as DType
from .formatting import tensor_str
from .ops import (
    activation,
    arithmetic,
    broadcasting,
    comparison,
    extremes,
    indexing,
    inplace,
    joining,
    matmul,
    pointwise,
    powers,
    reduction,
    shape,
)
from .ops.inplace import in_place
from .random import Generator, default_generator
from .size import Size

_NON_LEAF_GRAD = (
    "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad "
    "attribute won't be populated during autograd.backward(). If you indeed want the .grad field "
    "to be populated for a non-leaf Tensor, use .retain_grad() on the non-leaf Tensor. If you "
    "access the non-leaf Tensor by mistake, make sure you access the leaf Tensor instead. See "
    "github.com/pytorch/pytorch/pull/30531 for more informations."
)
_TYPE_NAMES = {
    dtypes.float16: "HalfTensor",
    dtypes.float32: "FloatTensor",
    dtypes.float64: "DoubleTensor",
    dtypes.uint8: "ByteTensor",
    dtypes.int8: "CharTensor",
    dtypes.int16: "ShortTensor",
    dtypes.int32: "IntTensor",
    dtypes.int64: "LongTensor",
    dtypes.bool_: "BoolTensor",
}


class Tensor(TensorBase):
    """A multi-dimensional array that can remember how it was computed.

    `Tensor(2, 3)` is uninitialised memory and `Tensor([1, 2])` floats, as PyTorch's old
    constructor has it; use `tensor`, `zeros` and the like (creation.py) instead.
    """

    _printed_name = "tensor"
    __array_priority__ = 1000  # array + tensor asks the tensor first

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.__name__ != "Parameter":
            cls._printed_name = cls.__name__

    def __new__(cls, *data: Any) -> Any:
        t = object.__new__(cls)
        kind = dtypes.get_default_dtype().numpy
        if len(data) == 1 and not isinstance(data[0], int):
            source = data[0].array if isinstance(data[0], TensorBase) else data[0]
            t.array = np.array(source, kind)
        else:
            t.array = np.empty(data if data else (0,), kind)
        t.storage = Storage()
        return t

    @staticmethod
    def new(array: Any, grad_fn: Node | None = None, output_nr: int = 0) -> Tensor:
        """A tensor around `array`, without a copy: a leaf, or result `output_nr` of `grad_fn`."""
        t: Tensor = object.__new__(Tensor)
        t.array = array if type(array) is np.ndarray else np.asarray(array)
        t.storage = Storage()
        if grad_fn is not None:
            t._grad_fn, t._requires_grad, t.output_nr = grad_fn, True, output_nr
        elif mode.inference:
            t._inference = True
        return t

    # --- its memory -------------------------------------------------------------------------------

    @property
    def shape(self) -> Size:
        return tuple.__new__(Size, self.array.shape)

    @property
    def dtype(self) -> DType:
        return dtypes.of(self.array)

    @property
    def device(self) -> Device:
        return CPU

    @property
    def ndim(self) -> int:
        return self.array.ndim

    @property
    def itemsize(self) -> int:
        return self.array.itemsize

    @property
    def nbytes(self) -> int:
        return self.array.nbytes

    @property
    def is_cuda(self) -> bool:
        return False

    @property
    def _version(self) -> int:
        if self._inference:
            raise RuntimeError("Inference tensors do not track version counter.")
        return self.storage.version

    def size(self, dim: int | None = None) -> Any:
        return self.shape if dim is None else self.shape[shape.wrap_dim(dim, self.ndim)]

    def dim(self) -> int:
        return self.array.ndim

    def numel(self) -> int:
        return self.array.size

    nelement = numel

    def element_size(self) -> int:
        return self.array.itemsize

    def stride(self, dim: int | None = None) -> Any:
        strides = tuple(s // self.array.itemsize for s in self.array.strides)
        return strides if dim is None else strides[shape.wrap_dim(dim, self.ndim)]

    def storage_offset(self) -> int:
        if self._base is None:
            return 0
        apart = inplace.address(self.array) - inplace.address(self._base.array)
        return apart // self.array.itemsize

    def data_ptr(self) -> int:
        return inplace.address(self.array)

    def is_contiguous(self) -> builtins.bool:
        return self.array.flags.c_contiguous

    def is_floating_point(self) -> builtins.bool:
        return self.dtype.is_floating_point

    def is_inference(self) -> builtins.bool:
        return self._inference

    def numpy(self, *, force: builtins.bool = False) -> Any:
        """The array itself, no copy. RuntimeError if it requires grad, unless `force`."""
        if self.requires_grad and not force:
            raise RuntimeError(
                "Can't call numpy() on Tensor that requires grad. "
                "Use tensor.detach().numpy() instead."
            )
        return self.array

    def __array__(self, dtype: Any = None, copy: builtins.bool | None = None) -> Any:
        array = self.numpy()
        if copy:
            return np.array(array, dtype)
        return array if dtype is None else array.astype(dtype, copy=False)

    def item(self) -> Any:
        """The number in a tensor of one element. RuntimeError for any other count."""
        if self.array.size != 1:
            raise RuntimeError(
                f"a Tensor with {self.array.size} elements cannot be converted to Scalar"
            )
        return self.array.item()

    def tolist(self) -> Any:
        return self.array.tolist()

    def type(self, dtype: Any = None) -> Any:
        """The type's old name, `torch.FloatTensor`; with an argument, a tensor of that type."""
        if dtype is None:
            return f"torch.{_TYPE_NAMES[self.dtype]}"
        if isinstance(dtype, str):
            dtype = next(d for d, n in _TYPE_NAMES.items() if dtype == f"torch.{n}")
        return self.to(dtype)

    def __repr__(self) -> str:
        try:
            node = self.grad_fn
            name = None if node is None else type(node).__name__
        except RuntimeError:  # one of several views whose base was written to
            name = "Invalid"
        return tensor_str(
            self.array,
            prefix=f"{self._printed_name}(",
            grad_fn_name=name,
            requires_grad=self.requires_grad,
        )

    def __format__(self, spec: str) -> str:
        if self.array.ndim == 0 and type(self) is Tensor:
            return self.item().__format__(spec)
        return object.__format__(self, spec)

    # --- its place in the graph -------------------------------------------------------------------

    @property
    def grad_fn(self) -> Node | None:
        return self._grad_fn if self._base is None else inplace.current_grad_fn(self)

    @property
    def requires_grad(self) -> builtins.bool:
        if self._base is not None:
            # A view made under no_grad says so too, though no gradient will reach its base.
            return self._requires_grad or self._base.requires_grad
        return self._requires_grad

    @requires_grad.setter
    def requires_grad(self, value: builtins.bool) -> None:
        if value and not self.dtype.is_floating_point:
            raise RuntimeError(
                "only Tensors of floating point and complex dtype can require gradients"
            )
        self.requires_grad_(value)

    def requires_grad_(self, requires_grad: builtins.bool = True) -> Tensor:
        """Asks for a gradient, or no longer. RuntimeError for integers, and for turning it off on
        a result."""
        if not requires_grad and self.grad_fn is not None:
            raise RuntimeError(
                "you can only change requires_grad flags of leaf variables. If you want to use a "
                "computed variable in a subgraph that doesn't require differentiation use "
                "var_no_grad = var.detach()."
            )
        if requires_grad and not self.dtype.is_floating_point:
            raise RuntimeError("only Tensors of floating point dtype can require gradients")
        if requires_grad and self._inference and not mode.inference:
            raise RuntimeError(
                "Setting requires_grad=True on inference tensor outside InferenceMode is not "
                "allowed."
            )
        if self.grad_fn is None:
            self._requires_grad = requires_grad
        return self

    @property
    def is_leaf(self) -> builtins.bool:
        return self.grad_fn is None

    @property
    def grad(self) -> Any:
        """What backward() has added up; None before. Results have one only after retain_grad()."""
        if self._grad is None and self._grad_fn is not None and not self.retains_grad:
            warnings.warn(_NON_LEAF_GRAD, UserWarning, stacklevel=2)
        return self._grad

    @grad.setter
    def grad(self, value: Any) -> None:
        if value is not None:
            if not isinstance(value, Tensor):
                raise TypeError(
                    "assigned grad expected to be a Tensor or None but got grad of type "
                    f"{type(value).__name__}"
                )
            if value is self:
                raise RuntimeError("can't assign Variable as its own grad")
            if value.array.dtype != self.array.dtype:
                given, own = dtypes.cpp_name(value.array.dtype), dtypes.title(self.array.dtype)
                raise RuntimeError(
                    f"attempting to assign a gradient with dtype '{given}' to a tensor with "
                    f"grad_dtype '{own}'. The gradient must match the tensor's grad_dtype "
                    "(defaults to the tensor's dtype). You can set the tensor's grad_dtype "
                    "attribute with a specific dtype, or None to allow any dtype. Set grad_dtype "
                    "with caution. Diverging the dtypes of a tensor and its gradient may break "
                    "downstream systems that assume they match."
                )
            if value.array.shape != self.array.shape:
                raise RuntimeError(
                    f"attempting to assign a gradient of size '{list(value.array.shape)}' to a "
                    f"tensor of size '{list(self.array.shape)}'. Please ensure that the gradient "
                    "and the tensor are the same size"
                )
        self._grad = value

    def backward(
        self,
        gradient: Tensor | None = None,
        retain_graph: builtins.bool | None = None,
        create_graph: builtins.bool = False,
        inputs: Any = None,
    ) -> None:
        engine.backward(self, gradient, retain_graph, create_graph, inputs)

    @property
    def data(self) -> Tensor:
        """The same memory, unknown to the graph: writes to it are not counted."""
        return Tensor.new(self.array.view())

    @data.setter
    def data(self, value: Tensor) -> None:
        self.array = value.array.view()

    def detach(self) -> Tensor:
        """The same memory as a leaf that requires no gradient; writes to either are counted."""
        # An array object of its own: by it a node tells which of its inputs a saved array was.
        t = Tensor.new(self.array.view())
        t.storage = self.storage
        return t

    def detach_(self) -> Tensor:
        """Makes this tensor a leaf. RuntimeError for a view."""
        if self._base is not None:
            raise RuntimeError(
                "Can't detach views in-place. Use detach() instead. If you are using "
                "DistributedDataParallel (DDP) for training, and gradient_as_bucket_view is set as "
                "True, gradients are views of DDP buckets, and hence detach_() cannot be called on "
                "these gradients. To fix this error, please refer to the Optimizer.zero_grad() "
                "function in torch/optim/optimizer.py as the solution."
            )
        self._grad_fn, self._requires_grad, self.output_nr = None, False, 0
        return self

    def _is_view(self) -> builtins.bool:
        return self._base is not None

    def retain_grad(self) -> None:
        """Has backward() fill `grad` of this result, too. RuntimeError if it requires none."""
        if not self.requires_grad:
            raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
        node = self.grad_fn
        if node is not None:
            node._hook_tables().retained[self.output_nr] = weakref.ref(self)

    @property
    def retains_grad(self) -> builtins.bool:
        node = self._grad_fn
        if node is None or node.hooks is None:
            return False
        reference = node.hooks.retained.get(self.output_nr)
        return reference is not None and reference() is self

    def register_hook(self, hook: Callable[[Tensor], Any]) -> RemovableHandle:
        """`hook(grad)` runs when this tensor's gradient is complete; what it returns replaces it.

        RuntimeError if the tensor requires no gradient.
        """
        if not self.requires_grad:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        node = self.grad_fn
        if node is not None:
            return RemovableHandle(node._hook_tables().tensor, (self.output_nr, hook))
        if self._hooks is None:
            self._hooks = {}
        return RemovableHandle(self._hooks, hook)

    def register_post_accumulate_grad_hook(self, hook: Callable[[Tensor], Any]) -> RemovableHandle:
        """`hook(tensor)` runs after a leaf's `grad` was added to. RuntimeError for results."""
        if not self.requires_grad:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        if self.grad_fn is not None:
            raise RuntimeError(
                "post accumulate grad hooks cannot be registered on non-leaf tensors"
            )
        if self._post_accumulate_hooks is None:
            self._post_accumulate_hooks = {}
        return RemovableHandle(self._post_accumulate_hooks, hook)

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        if self.grad_fn is not None:
            raise RuntimeError(
                "Only Tensors created explicitly by the user (graph leaves) support the deepcopy "
                "protocol at the moment.  If you were attempting to deepcopy a module, this may be "
                "because of a torch.nn.utils.weight_norm usage, see "
                "https://github.com/pytorch/pytorch/pull/103001"
            )
        if id(self) in memo:
            return memo[id(self)]
        twin: Tensor = object.__new__(type(self))
        memo[id(self)] = twin
        twin.array, twin.storage = self.array.copy(), Storage()
        twin._requires_grad = self._requires_grad
        if self._grad is not None:
            twin._grad = copy.deepcopy(self._grad, memo)
        return twin

    # --- other types ------------------------------------------------------------------------------

    def to(self, *args: Any, **kwargs: Any) -> Tensor:
        """`to(dtype)`, `to(device)`, `to(other)`: this tensor itself if nothing changes."""
        kind = kwargs.get("dtype")
        check_device(kwargs.get("device"))
        for a in args:
            if isinstance(a, DType):
                kind = a
            elif isinstance(a, Tensor):
                kind = a.dtype
            elif isinstance(a, (str, Device)):
                check_device(a)
            elif not isinstance(a, bool):
                raise TypeError(
                    "to() received an invalid combination of arguments - got "
                    f"({type(a).__name__}), but expected a dtype, a device or a tensor"
                )
        same = kind is None or kind is self.dtype
        if same and not kwargs.get("copy"):
            return self
        wanted = self.array.dtype if kind is None else kind.numpy
        return shape.ToCopyBackward0.apply(self, to=wanted)

    def cpu(self) -> Tensor:
        return self

    def type_as(self, other: Tensor) -> Tensor:
        return self.to(other.dtype)

    def float(self) -> Tensor:
        return self.to(dtypes.float32)

    def double(self) -> Tensor:
        return self.to(dtypes.float64)

    def half(self) -> Tensor:
        return self.to(dtypes.float16)

    def byte(self) -> Tensor:
        return self.to(dtypes.uint8)

    def short(self) -> Tensor:
        return self.to(dtypes.int16)

    def int(self) -> Tensor:
        return self.to(dtypes.int32)

    def long(self) -> Tensor:
        return self.to(dtypes.int64)

    def bool(self) -> Tensor:
        return self.to(dtypes.bool_)

    # --- new tensors of this one's type -----------------------------------------------------------

    def new_tensor(self, data: Any, dtype: DType | None = None) -> Tensor:
        source = data.array if isinstance(data, TensorBase) else data
        return Tensor.new(np.array(source, (dtype or self.dtype).numpy))

    def new_empty(self, *size: Any, dtype: DType | None = None) -> Tensor:
        return Tensor.new(np.empty(shape.sizes_of(size), (dtype or self.dtype).numpy))

    def new_zeros(self, *size: Any, dtype: DType | None = None) -> Tensor:
        return Tensor.new(np.zeros(shape.sizes_of(size), (dtype or self.dtype).numpy))

    def new_ones(self, *size: Any, dtype: DType | None = None) -> Tensor:
        return Tensor.new(np.ones(shape.sizes_of(size), (dtype or self.dtype).numpy))

    def new_full(self, size: Any, fill_value: Any, dtype: DType | None = None) -> Tensor:
        return Tensor.new(np.full(tuple(size), fill_value, (dtype or self.dtype).numpy))

    # --- as Python values -------------------------------------------------------------------------

    def __len__(self) -> builtins.int:
        if self.array.ndim == 0:
            raise TypeError("len() of a 0-d tensor")
        return self.array.shape[0]

    def __iter__(self) -> Iterator[Tensor]:
        if self.array.ndim == 0:
            raise TypeError("iteration over a 0-d tensor")
        return iter(self.unbind(0))

    def __bool__(self) -> builtins.bool:
        if self.array.size != 1:
            raise RuntimeError(
                f"Boolean value of Tensor with {'no' if self.array.size == 0 else 'more than one'} "
                f"value{'s' if self.array.size == 0 else ''} is ambiguous"
            )
        return builtins.bool(self.array.item())

    def __float__(self) -> builtins.float:
        return builtins.float(self._one_element())

    def __int__(self) -> builtins.int:
        return builtins.int(self._one_element())

    def _one_element(self) -> Any:
        if self.array.size != 1:
            raise ValueError("only one element tensors can be converted to Python scalars")
        return self.array.item()

    def __index__(self) -> builtins.int:
        if self.array.dtype.kind == "f" or self.array.size != 1:
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return builtins.int(self.array.item())

    def __contains__(self, element: Any) -> builtins.bool:
        return builtins.bool((self == element).array.any())

    __hash__ = object.__hash__

    # --- operators --------------------------------------------------------------------------------

    def __add__(self, other: Any) -> Tensor:
        return arithmetic.add(self, other) if _fits(other) else NotImplemented

    __radd__ = __add__

    def __sub__(self, other: Any) -> Tensor:
        return arithmetic.sub(self, other) if _fits(other) else NotImplemented

    def __rsub__(self, other: Any) -> Tensor:
        return arithmetic.rsub(self, other) if _fits(other) else NotImplemented

    def __mul__(self, other: Any) -> Tensor:
        return arithmetic.mul(self, other) if _fits(other) else NotImplemented

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Tensor:
        return arithmetic.div(self, other) if _fits(other) else NotImplemented

    def __rtruediv__(self, other: Any) -> Tensor:
        return powers.reciprocal(self) * other if _fits(other) else NotImplemented

    def __floordiv__(self, other: Any) -> Tensor:
        return arithmetic.floor_divide(self, other) if _fits(other) else NotImplemented

    def __rfloordiv__(self, other: Any) -> Tensor:
        return arithmetic.floor_divide(other, self) if _fits(other) else NotImplemented

    def __mod__(self, other: Any) -> Tensor:
        return arithmetic.remainder(self, other) if _fits(other) else NotImplemented

    def __rmod__(self, other: Any) -> Tensor:
        return arithmetic.remainder(other, self) if _fits(other) else NotImplemented

    def __pow__(self, other: Any) -> Tensor:
        return powers.pow(self, other) if _fits(other) else NotImplemented

    def __rpow__(self, other: Any) -> Tensor:
        return powers.pow(other, self) if _fits(other) else NotImplemented

    def __matmul__(self, other: Any) -> Tensor:
        return matmul.matmul(self, other) if isinstance(other, Tensor) else NotImplemented

    def __neg__(self) -> Tensor:
        return arithmetic.neg(self)

    def __pos__(self) -> Tensor:
        return arithmetic.positive(self)

    def __abs__(self) -> Tensor:
        return pointwise.abs(self)

    def __invert__(self) -> Tensor:
        if self.dtype.is_floating_point:
            raise TypeError(
                "~ (operator.invert) is only implemented on integer and Boolean-type tensors"
            )
        return comparison.bitwise_not(self)

    def __and__(self, other: Any) -> Tensor:
        return comparison.bitwise_and(self, other) if _fits(other) else NotImplemented

    __rand__ = __and__

    def __or__(self, other: Any) -> Tensor:
        return comparison.bitwise_or(self, other) if _fits(other) else NotImplemented

    __ror__ = __or__

    def __xor__(self, other: Any) -> Tensor:
        return comparison.bitwise_xor(self, other) if _fits(other) else NotImplemented

    __rxor__ = __xor__

    def __eq__(self, other: Any) -> Any:
        return comparison.eq(self, other) if _fits(other) else NotImplemented

    def __ne__(self, other: Any) -> Any:
        return comparison.ne(self, other) if _fits(other) else NotImplemented

    def __lt__(self, other: Any) -> Tensor:
        return comparison.lt(self, other) if _fits(other) else NotImplemented

    def __le__(self, other: Any) -> Tensor:
        return comparison.le(self, other) if _fits(other) else NotImplemented

    def __gt__(self, other: Any) -> Tensor:
        return comparison.gt(self, other) if _fits(other) else NotImplemented

    def __ge__(self, other: Any) -> Tensor:
        return comparison.ge(self, other) if _fits(other) else NotImplemented

    def __iadd__(self, other: Any) -> Tensor:
        return self.add_(other)

    def __isub__(self, other: Any) -> Tensor:
        return self.sub_(other)

    def __imul__(self, other: Any) -> Tensor:
        return self.mul_(other)

    def __itruediv__(self, other: Any) -> Tensor:
        return self.div_(other)

    def __ipow__(self, other: Any) -> Tensor:
        return self.pow_(other)

    def __getitem__(self, index: Any) -> Tensor:
        return indexing.getitem(self, index)

    def __setitem__(self, index: Any, value: Any) -> None:
        inplace.setitem(self, index, value)

    # --- pointwise --------------------------------------------------------------------------------

    def add(self, other: Any, *, alpha: builtins.float = 1) -> Tensor:
        return arithmetic.add(self, other, alpha=alpha)

    def sub(self, other: Any, *, alpha: builtins.float = 1) -> Tensor:
        return arithmetic.sub(self, other, alpha=alpha)

    def mul(self, other: Any) -> Tensor:
        return arithmetic.mul(self, other)

    multiply = mul

    def div(self, other: Any, *, rounding_mode: str | None = None) -> Tensor:
        return arithmetic.div(self, other, rounding_mode=rounding_mode)

    divide = true_divide = div

    def floor_divide(self, other: Any) -> Tensor:
        return arithmetic.floor_divide(self, other)

    def remainder(self, other: Any) -> Tensor:
        return arithmetic.remainder(self, other)

    def pow(self, exponent: Any) -> Tensor:
        return powers.pow(self, exponent)

    def positive(self) -> Tensor:
        return arithmetic.positive(self)

    def neg(self) -> Tensor:
        return arithmetic.neg(self)

    def abs(self) -> Tensor:
        return pointwise.abs(self)

    def sign(self) -> Tensor:
        return pointwise.sign(self)

    def exp(self) -> Tensor:
        return powers.exp(self)

    def expm1(self) -> Tensor:
        return powers.expm1(self)

    def log(self) -> Tensor:
        return powers.log(self)

    def log2(self) -> Tensor:
        return powers.log2(self)

    def log10(self) -> Tensor:
        return powers.log10(self)

    def log1p(self) -> Tensor:
        return powers.log1p(self)

    def sqrt(self) -> Tensor:
        return powers.sqrt(self)

    def rsqrt(self) -> Tensor:
        return powers.rsqrt(self)

    def reciprocal(self) -> Tensor:
        return powers.reciprocal(self)

    def square(self) -> Tensor:
        return powers.square(self)

    def sin(self) -> Tensor:
        return pointwise.sin(self)

    def cos(self) -> Tensor:
        return pointwise.cos(self)

    def tan(self) -> Tensor:
        return pointwise.tan(self)

    def floor(self) -> Tensor:
        return pointwise.floor(self)

    def ceil(self) -> Tensor:
        return pointwise.ceil(self)

    def round(self, *, decimals: builtins.int = 0) -> Tensor:
        return pointwise.round(self, decimals=decimals)

    def trunc(self) -> Tensor:
        return pointwise.trunc(self)

    def clamp(self, min: Any = None, max: Any = None) -> Tensor:
        return comparison.clamp(self, min, max)

    clip = clamp

    def fmax(self, other: Tensor) -> Tensor:
        return comparison.fmax(self, other)

    def fmin(self, other: Tensor) -> Tensor:
        return comparison.fmin(self, other)

    def maximum(self, other: Tensor) -> Tensor:
        return comparison.maximum(self, other)

    def minimum(self, other: Tensor) -> Tensor:
        return comparison.minimum(self, other)

    def where(self, condition: Tensor, other: Any) -> Tensor:
        return comparison.where(condition, self, other)

    def masked_fill(self, mask: Tensor, value: Any) -> Tensor:
        return comparison.masked_fill(self, mask, value)

    def relu(self) -> Tensor:
        return activation.relu(self)

    def sigmoid(self) -> Tensor:
        return activation.sigmoid(self)

    def tanh(self) -> Tensor:
        return activation.tanh(self)

    def softmax(self, dim: builtins.int, dtype: DType | None = None) -> Tensor:
        return activation.softmax(self, dim, dtype)

    def log_softmax(self, dim: builtins.int, dtype: DType | None = None) -> Tensor:
        return activation.log_softmax(self, dim, dtype)

    def eq(self, other: Any) -> Tensor:
        return comparison.eq(self, other)

    def ne(self, other: Any) -> Tensor:
        return comparison.ne(self, other)

    def lt(self, other: Any) -> Tensor:
        return comparison.lt(self, other)

    def le(self, other: Any) -> Tensor:
        return comparison.le(self, other)

    def gt(self, other: Any) -> Tensor:
        return comparison.gt(self, other)

    def ge(self, other: Any) -> Tensor:
        return comparison.ge(self, other)

    def isnan(self) -> Tensor:
        return comparison.isnan(self)

    def isinf(self) -> Tensor:
        return comparison.isinf(self)

    def isfinite(self) -> Tensor:
        return comparison.isfinite(self)

    def logical_not(self) -> Tensor:
        return comparison.logical_not(self)

    def logical_and(self, other: Tensor) -> Tensor:
        return comparison.logical_and(self, other)

    def logical_or(self, other: Tensor) -> Tensor:
        return comparison.logical_or(self, other)

    def logical_xor(self, other: Tensor) -> Tensor:
        return comparison.logical_xor(self, other)

    def equal(self, other: Tensor) -> builtins.bool:
        return comparison.equal(self, other)

    def isclose(self, other: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        return comparison.isclose(self, other, *args, **kwargs)

    def allclose(self, other: Tensor, *args: Any, **kwargs: Any) -> builtins.bool:
        return comparison.allclose(self, other, *args, **kwargs)

    # --- reductions -------------------------------------------------------------------------------

    def sum(
        self, dim: Any = None, keepdim: builtins.bool = False, *, dtype: DType | None = None
    ) -> Tensor:
        return reduction.sum(self, dim, keepdim, dtype=dtype)

    def mean(
        self, dim: Any = None, keepdim: builtins.bool = False, *, dtype: DType | None = None
    ) -> Tensor:
        return reduction.mean(self, dim, keepdim, dtype=dtype)

    def prod(
        self, dim: Any = None, keepdim: builtins.bool = False, *, dtype: DType | None = None
    ) -> Tensor:
        return reduction.prod(self, dim, keepdim, dtype=dtype)

    def var(self, *args: Any, **kwargs: Any) -> Tensor:
        return reduction.var(self, *args, **kwargs)

    def std(self, *args: Any, **kwargs: Any) -> Tensor:
        return reduction.std(self, *args, **kwargs)

    def norm(self, *args: Any, **kwargs: Any) -> Tensor:
        return extremes.norm(self, *args, **kwargs)

    def cumsum(self, dim: builtins.int, *, dtype: DType | None = None) -> Tensor:
        return reduction.cumsum(self, dim, dtype=dtype)

    def logsumexp(self, dim: Any, keepdim: builtins.bool = False) -> Tensor:
        return reduction.logsumexp(self, dim, keepdim)

    def max(self, dim: Any = None, keepdim: builtins.bool = False) -> Any:
        return extremes.max(self, dim, keepdim)

    def min(self, dim: Any = None, keepdim: builtins.bool = False) -> Any:
        return extremes.min(self, dim, keepdim)

    def amax(self, dim: Any = (), keepdim: builtins.bool = False) -> Tensor:
        return extremes.amax(self, dim, keepdim)

    def amin(self, dim: Any = (), keepdim: builtins.bool = False) -> Tensor:
        return extremes.amin(self, dim, keepdim)

    def argmax(self, dim: builtins.int | None = None, keepdim: builtins.bool = False) -> Tensor:
        return extremes.argmax(self, dim, keepdim)

    def argmin(self, dim: builtins.int | None = None, keepdim: builtins.bool = False) -> Tensor:
        return extremes.argmin(self, dim, keepdim)

    def any(self, dim: Any = None, keepdim: builtins.bool = False) -> Tensor:
        return reduction.any(self, dim, keepdim)

    def all(self, dim: Any = None, keepdim: builtins.bool = False) -> Tensor:
        return reduction.all(self, dim, keepdim)

    # --- shapes -----------------------------------------------------------------------------------

    @property
    def T(self) -> Tensor:
        if self.ndim == 2:
            return shape.permute(self, (1, 0))
        return shape.permute(self, tuple(reversed(range(self.ndim))))

    @property
    def mT(self) -> Tensor:
        return shape.transpose(self, -2, -1)

    def view(self, *sizes: Any) -> Tensor:
        return shape.view(self, *sizes)

    def view_as(self, other: Tensor) -> Tensor:
        return shape.view(self, other.shape)

    def reshape(self, *sizes: Any) -> Tensor:
        return shape.reshape(self, *sizes)

    def reshape_as(self, other: Tensor) -> Tensor:
        return shape.reshape(self, other.shape)

    def flatten(self, start_dim: builtins.int = 0, end_dim: builtins.int = -1) -> Tensor:
        return shape.flatten(self, start_dim, end_dim)

    def ravel(self) -> Tensor:
        return shape.ravel(self)

    def unflatten(self, dim: builtins.int, sizes: Sequence[builtins.int]) -> Tensor:
        return shape.unflatten(self, dim, sizes)

    def squeeze(self, dim: Any = None) -> Tensor:
        return shape.squeeze(self, dim)

    def unsqueeze(self, dim: builtins.int) -> Tensor:
        return shape.unsqueeze(self, dim)

    def transpose(self, dim0: builtins.int, dim1: builtins.int) -> Tensor:
        return shape.transpose(self, dim0, dim1)

    swapaxes = transpose

    def t(self) -> Tensor:
        return shape.t(self)

    def permute(self, *dims: Any) -> Tensor:
        return shape.permute(self, *dims)

    def movedim(self, source: Any, destination: Any) -> Tensor:
        return shape.movedim(self, source, destination)

    def expand(self, *sizes: Any) -> Tensor:
        return broadcasting.expand(self, *sizes)

    def expand_as(self, other: Tensor) -> Tensor:
        return broadcasting.expand(self, other.shape)

    def broadcast_to(self, size: Sequence[builtins.int]) -> Tensor:
        return shape.broadcast_to(self, size)

    def sum_to_size(self, *sizes: Any) -> Tensor:
        return reduction.sum_to_size(self, *sizes)

    def repeat(self, *sizes: Any) -> Tensor:
        return joining.repeat(self, *sizes)

    def split(self, split_size: Any, dim: builtins.int = 0) -> Any:
        return joining.split(self, split_size, dim)

    def chunk(self, chunks: builtins.int, dim: builtins.int = 0) -> Any:
        return joining.chunk(self, chunks, dim)

    def unbind(self, dim: builtins.int = 0) -> Any:
        return joining.unbind(self, dim)

    def flip(self, *dims: Any) -> Tensor:
        return joining.flip(self, *dims)

    def clone(self) -> Tensor:
        return shape.clone(self)

    def contiguous(self) -> Tensor:
        return shape.contiguous(self)

    # --- parts ------------------------------------------------------------------------------------

    def select(self, dim: builtins.int, index: builtins.int) -> Tensor:
        return indexing.select(self, dim, index)

    def narrow(self, dim: builtins.int, start: builtins.int, length: builtins.int) -> Tensor:
        return indexing.narrow(self, dim, start, length)

    def gather(self, dim: builtins.int, index: Tensor) -> Tensor:
        return indexing.gather(self, dim, index)

    def scatter_add(self, dim: builtins.int, index: Tensor, src: Tensor) -> Tensor:
        return indexing.scatter_add(self, dim, index, src)

    def index_select(self, dim: builtins.int, index: Tensor) -> Tensor:
        return indexing.index_select(self, dim, index)

    def masked_select(self, mask: Tensor) -> Tensor:
        return indexing.masked_select(self, mask)

    def nonzero(self, *, as_tuple: builtins.bool = False) -> Any:
        return indexing.nonzero(self, as_tuple=as_tuple)

    # --- products ---------------------------------------------------------------------------------

    def matmul(self, other: Tensor) -> Tensor:
        return matmul.matmul(self, other)

    def mm(self, mat2: Tensor) -> Tensor:
        return matmul.mm(self, mat2)

    def bmm(self, mat2: Tensor) -> Tensor:
        return matmul.bmm(self, mat2)

    def mv(self, vec: Tensor) -> Tensor:
        return matmul.mv(self, vec)

    def dot(self, tensor: Tensor) -> Tensor:
        return matmul.dot(self, tensor)

    def outer(self, vec2: Tensor) -> Tensor:
        return matmul.outer(self, vec2)

    def addmm(
        self, mat1: Tensor, mat2: Tensor, *, beta: builtins.float = 1, alpha: builtins.float = 1
    ) -> Tensor:
        return matmul.addmm(self, mat1, mat2, beta=beta, alpha=alpha)

    # --- in place ---------------------------------------------------------------------------------

    def copy_(self, src: Any, non_blocking: builtins.bool = False) -> Tensor:
        return inplace.copy_(self, src)

    def fill_(self, value: Any) -> Tensor:
        return inplace.fill_(self, value)

    def zero_(self) -> Tensor:
        return inplace.zero_(self)

    def add_(self, other: Any, *, alpha: builtins.float = 1) -> Tensor:
        return in_place(self, arithmetic.add, other, alpha=alpha)

    def sub_(self, other: Any, *, alpha: builtins.float = 1) -> Tensor:
        return in_place(self, arithmetic.sub, other, alpha=alpha)

    def mul_(self, other: Any) -> Tensor:
        return in_place(self, arithmetic.mul, other)

    def div_(self, other: Any, *, rounding_mode: str | None = None) -> Tensor:
        return in_place(self, arithmetic.div, other, rounding_mode=rounding_mode)

    def pow_(self, exponent: Any) -> Tensor:
        return in_place(self, powers.pow, exponent)

    def neg_(self) -> Tensor:
        return in_place(self, arithmetic.neg)

    def abs_(self) -> Tensor:
        return in_place(self, pointwise.abs)

    def exp_(self) -> Tensor:
        return in_place(self, powers.exp)

    def log_(self) -> Tensor:
        return in_place(self, powers.log)

    def sqrt_(self) -> Tensor:
        return in_place(self, powers.sqrt)

    def rsqrt_(self) -> Tensor:
        return in_place(self, powers.rsqrt)

    def reciprocal_(self) -> Tensor:
        return in_place(self, powers.reciprocal)

    def sin_(self) -> Tensor:
        return in_place(self, pointwise.sin)

    def cos_(self) -> Tensor:
        return in_place(self, pointwise.cos)

    def floor_(self) -> Tensor:
        return in_place(self, pointwise.floor)

    def ceil_(self) -> Tensor:
        return in_place(self, pointwise.ceil)

    def round_(self) -> Tensor:
        return in_place(self, pointwise.round)

    def clamp_(self, min: Any = None, max: Any = None) -> Tensor:
        return in_place(self, comparison.clamp, min=min, max=max)

    def masked_fill_(self, mask: Tensor, value: Any) -> Tensor:
        return in_place(self, comparison.masked_fill, mask=mask, value=value)

    def relu_(self) -> Tensor:
        return in_place(self, activation.relu)

    def sigmoid_(self) -> Tensor:
        return in_place(self, activation.sigmoid)

    def tanh_(self) -> Tensor:
        return in_place(self, activation.tanh)

    # --- random values, written in place ----------------------------------------------------------

    def uniform_(
        self,
        from_: builtins.float = 0.0,
        to: builtins.float = 1.0,
        *,
        generator: Generator | None = None,
    ) -> Tensor:
        """Uniform numbers in [from_, to)."""
        g = generator or default_generator
        return inplace.copy_(self, Tensor.new(g.uniform(self.shape, self.array.dtype, from_, to)))

    def normal_(
        self,
        mean: builtins.float = 0.0,
        std: builtins.float = 1.0,
        *,
        generator: Generator | None = None,
    ) -> Tensor:
        """Normal numbers with this mean and standard deviation."""
        g = generator or default_generator
        return inplace.copy_(self, Tensor.new(g.normal(self.shape, self.array.dtype, mean, std)))

    def bernoulli_(self, p: builtins.float = 0.5, *, generator: Generator | None = None) -> Tensor:
        """1 with probability p, else 0."""
        g = generator or default_generator
        return inplace.copy_(self, Tensor.new(g.bernoulli(p, self.shape)))


_OPERANDS = (TensorBase, int, float, np.ndarray, np.generic)


def _fits(other: Any) -> bool:
    """Whether an operator knows what to do with `other`."""
    return isinstance(other, _OPERANDS)
