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
from numpy import ndarray

from . import dtypes, layout
from .autograd import engine
from .autograd.grad_mode import mode
from .autograd.node import Node, RemovableHandle
from .base import Storage, TensorBase
from .device import CPU, check_device
from .device import device as Device
from .dtypes import dtype as DType
from .formatting import tensor_str
from .layout import contiguous_format, lies_in, preserve_format, usual_order
from .missing import lacking
from .ops import (
    activation,
    alike,
    arithmetic,
    assignment,
    binning,
    broadcasting,
    calculus,
    choice,
    comparison,
    diagonals,
    division,
    draws,
    einsum,
    exponentials,
    extremes,
    factors,
    gamma,
    gathering,
    hard_activation,
    indexing,
    inplace,
    inverse,
    joining,
    logic,
    matmul,
    memory,
    moments,
    norms,
    parts,
    pointwise,
    powers,
    products,
    rearranging,
    rectifiers,
    reduction,
    scans,
    scatter_reduce,
    scattering,
    shape,
    solving,
    sorting,
    special,
    statistics,
    strided,
    trigonometry,
)
from .ops.any_order import Hidden, hide
from .ops.as_array import old_style
from .ops.dims import listed
from .ops.inplace import become_view, in_place
from .ops.operators import quick
from .ops.shape import reshape
from .size import Size
from .stream import Stream
from .type_names import TYPE_NAMES, of_type, read_to

_blank = object.__new__
_NON_LEAF_GRAD = (
    "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad "
    "attribute won't be populated during autograd.backward(). If you indeed want the .grad field "
    "to be populated for a non-leaf Tensor, use .retain_grad() on the non-leaf Tensor. If you "
    "access the non-leaf Tensor by mistake, make sure you access the leaf Tensor instead. See "
    "github.com/pytorch/pytorch/pull/30531 for more information."
)


_Lacking: Any = lacking("torch.Tensor")


class Tensor(TensorBase, _Lacking):
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

    def __new__(cls, *data: Any, device: Any = None) -> Any:
        check_device(device)
        t = object.__new__(cls)
        t.array = old_style(data, None)
        return t

    @staticmethod
    def new(array: Any, grad_fn: Node | None = None, output_nr: int = 0) -> Tensor:
        """A tensor around `array`, without a copy: a leaf, or result `output_nr` of `grad_fn`."""
        t: Tensor = _blank(Tensor)
        t.array = array if type(array) is ndarray else np.asarray(array)
        if grad_fn is not None:
            t._grad_fn, t._requires_grad = grad_fn, True
            if output_nr:
                t.output_nr = output_nr
        elif mode.inference:
            t._inference = True
        return t

    @staticmethod
    def new_in_any_order(array: Any) -> Tensor:
        t = Tensor.new(array)
        hide(t)
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
    def is_cpu(self) -> bool:
        return True

    @property
    def is_cuda(self) -> bool:
        return False

    is_mps = is_xpu = is_meta = is_sparse = is_quantized = is_cuda

    def get_device(self) -> int:
        return -1

    @property
    def _version(self) -> int:
        if self._inference:
            raise RuntimeError("Inference tensors do not track version counter.")
        return self.storage.version

    def size(self, dim: int | None = None) -> Any:
        return self.shape if dim is None else self.shape[shape.wrap_dim(dim, self.ndim)]

    def dim(self) -> int:
        return self.array.ndim

    ndimension = dim

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
        apart = strided.address(self.array) - strided.address(self._base.array)
        return apart // self.array.itemsize

    def data_ptr(self) -> int:
        return strided.address(self.array)

    def untyped_storage(self) -> memory.UntypedStorage:
        return memory.UntypedStorage(self)

    def is_shared(self) -> builtins.bool:
        return False  # between processes: no other process sees this memory

    def is_contiguous(self, memory_format: Any = contiguous_format) -> builtins.bool:
        return lies_in(self.array, memory_format)

    @property
    def layout(self) -> layout.layout:
        return layout.strided

    def is_floating_point(self) -> builtins.bool:
        return self.dtype.is_floating_point

    def is_complex(self) -> builtins.bool:
        return False

    def is_signed(self) -> builtins.bool:
        return self.dtype.is_signed

    def is_nonzero(self) -> builtins.bool:
        return builtins.bool(self)

    def is_same_size(self, other: Tensor) -> builtins.bool:
        return self.shape == other.shape

    def is_inference(self) -> builtins.bool:
        return self._inference

    def numpy(self, *, force: builtins.bool = False) -> Any:
        """The array itself, no copy. RuntimeError if it requires grad, unless grad mode is off or
        `force` is on."""
        if self.requires_grad and mode.grad and not force:
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

    def __array_wrap__(
        self, array: Any, context: Any = None, return_scalar: builtins.bool = False
    ) -> Tensor:
        """What NumPy's functions of tensors give: tensors again; of booleans, uint8."""
        return Tensor.new(array.astype(np.uint8) if array.dtype == builtins.bool else array)

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
            return f"torch.{TYPE_NAMES[self.dtype]}"
        return self.to(of_type(dtype))

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
        if not isinstance(value, Tensor):
            kind = builtins.type(value).__name__
            raise TypeError(f"Variable data has to be a tensor, but got {kind}")
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
        """`to(dtype)`, `to(device)`, `to(device, dtype)`, `to(other)`; itself if it is that."""
        kind, copied, order = read_to(*args, **kwargs)
        in_order = order in (preserve_format, usual_order(self.array))
        if kind in (None, self.dtype) and in_order and not copied:
            return self
        wanted = self.array.dtype if kind is None else kind.numpy
        return shape.ToCopyBackward0.apply(self, to=wanted, order=order)

    def cpu(self, memory_format: Any = None) -> Tensor:
        return self.to(memory_format=memory_format)

    def cuda(self, device: Any = None, non_blocking: builtins.bool = False) -> Tensor:
        return self.to("cuda" if device is None else device)

    def type_as(self, other: Tensor) -> Tensor:
        return self.to(other.dtype)

    def float(self, memory_format: Any = None) -> Tensor:
        return self.to(dtypes.float32, memory_format=memory_format)

    def double(self, memory_format: Any = None) -> Tensor:
        return self.to(dtypes.float64, memory_format=memory_format)

    def half(self, memory_format: Any = None) -> Tensor:
        return self.to(dtypes.float16, memory_format=memory_format)

    def byte(self, memory_format: Any = None) -> Tensor:
        return self.to(dtypes.uint8, memory_format=memory_format)

    def char(self, memory_format: Any = None) -> Tensor:
        return self.to(dtypes.int8, memory_format=memory_format)

    def short(self, memory_format: Any = None) -> Tensor:
        return self.to(dtypes.int16, memory_format=memory_format)

    def int(self, memory_format: Any = None) -> Tensor:
        return self.to(dtypes.int32, memory_format=memory_format)

    def long(self, memory_format: Any = None) -> Tensor:
        return self.to(dtypes.int64, memory_format=memory_format)

    def bool(self, memory_format: Any = None) -> Tensor:
        return self.to(dtypes.bool_, memory_format=memory_format)

    # --- new tensors of this one's type -----------------------------------------------------------

    def new_tensor(self, data: Any, **options: Any) -> Tensor:
        return alike.new_tensor(self, data, **options)

    def new_empty(self, *size: Any, dtype: Any = None, **options: Any) -> Tensor:
        return alike.new_empty(self, size, dtype, options)

    def new_zeros(self, *size: Any, dtype: Any = None, **options: Any) -> Tensor:
        return alike.new_zeros(self, size, dtype, options)

    def new_ones(self, *size: Any, dtype: Any = None, **options: Any) -> Tensor:
        return alike.new_ones(self, size, dtype, options)

    def new_full(self, size: Any, fill_value: Any, **options: Any) -> Tensor:
        return alike.new_full(self, size, fill_value, **options)

    def new_empty_strided(self, size: Any, stride: Any, **options: Any) -> Tensor:
        return alike.new_empty_strided(self, size, stride, **options)

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
        if not isinstance(element, (Tensor, int, float)):
            raise RuntimeError(
                "Tensor.__contains__ only supports Tensor or scalar, but you passed in a "
                f"{builtins.type(element)}."
            )
        return builtins.bool((self == element).array.any())

    __hash__ = object.__hash__

    # --- operators --------------------------------------------------------------------------------

    @quick(arithmetic.AddBackward0, np.add)
    def __add__(self, other: Any) -> Tensor:
        return arithmetic.add(self, other) if _fits(other) else NotImplemented

    __radd__ = __add__

    @quick(arithmetic.SubBackward0, np.subtract)
    def __sub__(self, other: Any) -> Tensor:
        return arithmetic.sub(self, other) if _fits(other) else NotImplemented

    def __rsub__(self, other: Any) -> Tensor:
        return arithmetic.rsub(self, other) if _fits(other) else NotImplemented

    @quick(arithmetic.MulBackward0, np.multiply)
    def __mul__(self, other: Any) -> Tensor:
        return arithmetic.mul(self, other) if _fits(other) else NotImplemented

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Tensor:
        return arithmetic.div(self, other) if _fits(other) else NotImplemented

    def __rtruediv__(self, other: Any) -> Tensor:
        return powers.reciprocal(self) * other if _fits(other) else NotImplemented

    __div__, __rdiv__ = __truediv__, __rtruediv__

    def __floordiv__(self, other: Any) -> Tensor:
        return division.floor_divide(self, other) if _fits(other) else NotImplemented

    def __rfloordiv__(self, other: Any) -> Tensor:
        return division.floor_divide(other, self) if _fits(other) else NotImplemented

    def __mod__(self, other: Any) -> Tensor:
        return division.remainder(self, other) if _fits(other) else NotImplemented

    def __rmod__(self, other: Any) -> Tensor:
        return division.remainder(other, self) if _fits(other) else NotImplemented

    def __pow__(self, other: Any) -> Tensor:
        return powers.pow(self, other) if _fits(other) else NotImplemented

    def __rpow__(self, other: Any) -> Tensor:
        return powers.pow(other, self) if _fits(other) else NotImplemented

    def __matmul__(self, other: Any) -> Tensor:
        return matmul.matmul(self, other) if isinstance(other, Tensor) else NotImplemented

    def __rmatmul__(self, other: Any) -> Tensor:
        return matmul.matmul(other, self) if isinstance(other, Tensor) else NotImplemented

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
        return logic.bitwise_not(self)

    def __and__(self, other: Any) -> Tensor:
        return logic.bitwise_and(self, other) if _fits(other) else NotImplemented

    __rand__ = __and__

    def __or__(self, other: Any) -> Tensor:
        return logic.bitwise_or(self, other) if _fits(other) else NotImplemented

    __ror__ = __or__

    def __xor__(self, other: Any) -> Tensor:
        return logic.bitwise_xor(self, other) if _fits(other) else NotImplemented

    __rxor__ = __xor__

    def __lshift__(self, other: Any) -> Tensor:
        return logic.bitwise_left_shift(self, other) if _fits(other) else NotImplemented

    def __rlshift__(self, other: Any) -> Tensor:
        return logic.bitwise_left_shift(other, self) if _fits(other) else NotImplemented

    def __rshift__(self, other: Any) -> Tensor:
        return logic.bitwise_right_shift(self, other) if _fits(other) else NotImplemented

    def __rrshift__(self, other: Any) -> Tensor:
        return logic.bitwise_right_shift(other, self) if _fits(other) else NotImplemented

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
        return self.add_(other) if _fits(other) else NotImplemented

    def __isub__(self, other: Any) -> Tensor:
        return self.sub_(other) if _fits(other) else NotImplemented

    def __imul__(self, other: Any) -> Tensor:
        return self.mul_(other) if _fits(other) else NotImplemented

    def __itruediv__(self, other: Any) -> Tensor:
        return self.div_(other) if _fits(other) else NotImplemented

    __idiv__ = __itruediv__

    def __ifloordiv__(self, other: Any) -> Tensor:
        return self.floor_divide_(other) if _fits(other) else NotImplemented

    def __imod__(self, other: Any) -> Tensor:
        return self.remainder_(other) if _fits(other) else NotImplemented

    def __ipow__(self, other: Any) -> Tensor:
        return self.pow_(other) if _fits(other) else NotImplemented

    def __iand__(self, other: Any) -> Tensor:
        return self.bitwise_and_(other) if _fits(other) else NotImplemented

    def __ior__(self, other: Any) -> Tensor:
        return self.bitwise_or_(other) if _fits(other) else NotImplemented

    def __ixor__(self, other: Any) -> Tensor:
        return self.bitwise_xor_(other) if _fits(other) else NotImplemented

    def __ilshift__(self, other: Any) -> Tensor:
        return self.bitwise_left_shift_(other) if _fits(other) else NotImplemented

    def __irshift__(self, other: Any) -> Tensor:
        return self.bitwise_right_shift_(other) if _fits(other) else NotImplemented

    def __getitem__(self, index: Any) -> Tensor:
        return indexing.getitem(self, index)

    def __setitem__(self, index: Any, value: Any) -> None:
        assignment.setitem(self, index, value)

    # --- pointwise --------------------------------------------------------------------------------

    def add(self, other: Any, *, alpha: builtins.float = 1) -> Tensor:
        return arithmetic.add(self, other, alpha=alpha)

    def sub(self, other: Any, *, alpha: builtins.float = 1) -> Tensor:
        return arithmetic.sub(self, other, alpha=alpha)

    subtract = sub

    def mul(self, other: Any) -> Tensor:
        return arithmetic.mul(self, other)

    multiply = mul

    def div(self, other: Any, *, rounding_mode: str | None = None) -> Tensor:
        return arithmetic.div(self, other, rounding_mode=rounding_mode)

    divide = true_divide = div

    def floor_divide(self, other: Any) -> Tensor:
        return division.floor_divide(self, other)

    def remainder(self, other: Any) -> Tensor:
        return division.remainder(self, other)

    def fmod(self, other: Any) -> Tensor:
        return division.fmod(self, other)

    def gcd(self, other: Tensor) -> Tensor:
        return division.gcd(self, other)

    def lcm(self, other: Tensor) -> Tensor:
        return division.lcm(self, other)

    def addcmul(self, tensor1: Tensor, tensor2: Tensor, *, value: builtins.float = 1) -> Tensor:
        return arithmetic.addcmul(self, tensor1, tensor2, value=value)

    def addcdiv(self, tensor1: Tensor, tensor2: Tensor, *, value: builtins.float = 1) -> Tensor:
        return arithmetic.addcdiv(self, tensor1, tensor2, value=value)

    def lerp(self, end: Tensor, weight: Any) -> Tensor:
        return arithmetic.lerp(self, end, weight)

    def pow(self, exponent: Any) -> Tensor:
        return powers.pow(self, exponent)

    def float_power(self, exponent: Any) -> Tensor:
        return powers.float_power(self, exponent)

    def ldexp(self, other: Tensor) -> Tensor:
        return powers.ldexp(self, other)

    def positive(self) -> Tensor:
        return arithmetic.positive(self)

    def neg(self) -> Tensor:
        return arithmetic.neg(self)

    negative = neg

    def abs(self) -> Tensor:
        return pointwise.abs(self)

    absolute = abs

    def sign(self) -> Tensor:
        return pointwise.sign(self)

    def sgn(self) -> Tensor:
        return pointwise.sgn(self)

    def signbit(self) -> Tensor:
        return comparison.signbit(self)

    def copysign(self, other: Any) -> Tensor:
        return pointwise.copysign(self, other)

    def heaviside(self, values: Tensor) -> Tensor:
        return pointwise.heaviside(self, values)

    def nan_to_num(
        self,
        nan: builtins.float | None = None,
        posinf: builtins.float | None = None,
        neginf: builtins.float | None = None,
    ) -> Tensor:
        return pointwise.nan_to_num(self, nan, posinf, neginf)

    def exp(self) -> Tensor:
        return exponentials.exp(self)

    def exp2(self) -> Tensor:
        return exponentials.exp2(self)

    def expm1(self) -> Tensor:
        return exponentials.expm1(self)

    def log(self) -> Tensor:
        return exponentials.log(self)

    def log2(self) -> Tensor:
        return exponentials.log2(self)

    def log10(self) -> Tensor:
        return exponentials.log10(self)

    def log1p(self) -> Tensor:
        return exponentials.log1p(self)

    def logaddexp(self, other: Tensor) -> Tensor:
        return exponentials.logaddexp(self, other)

    def logaddexp2(self, other: Tensor) -> Tensor:
        return exponentials.logaddexp2(self, other)

    def xlogy(self, other: Any) -> Tensor:
        return exponentials.xlogy(self, other)

    def sqrt(self) -> Tensor:
        return powers.sqrt(self)

    def rsqrt(self) -> Tensor:
        return powers.rsqrt(self)

    def reciprocal(self) -> Tensor:
        return powers.reciprocal(self)

    def square(self) -> Tensor:
        return powers.square(self)

    def sin(self) -> Tensor:
        return trigonometry.sin(self)

    def cos(self) -> Tensor:
        return trigonometry.cos(self)

    def tan(self) -> Tensor:
        return trigonometry.tan(self)

    def asin(self) -> Tensor:
        return trigonometry.asin(self)

    def acos(self) -> Tensor:
        return trigonometry.acos(self)

    def atan(self) -> Tensor:
        return trigonometry.atan(self)

    def atan2(self, other: Tensor) -> Tensor:
        return trigonometry.atan2(self, other)

    arcsin, arccos, arctan, arctan2 = asin, acos, atan, atan2

    def hypot(self, other: Tensor) -> Tensor:
        return trigonometry.hypot(self, other)

    def sinh(self) -> Tensor:
        return trigonometry.sinh(self)

    def cosh(self) -> Tensor:
        return trigonometry.cosh(self)

    def asinh(self) -> Tensor:
        return trigonometry.asinh(self)

    def acosh(self) -> Tensor:
        return trigonometry.acosh(self)

    def atanh(self) -> Tensor:
        return trigonometry.atanh(self)

    arcsinh, arccosh, arctanh = asinh, acosh, atanh

    def sinc(self) -> Tensor:
        return trigonometry.sinc(self)

    def deg2rad(self) -> Tensor:
        return trigonometry.deg2rad(self)

    def rad2deg(self) -> Tensor:
        return trigonometry.rad2deg(self)

    def erf(self) -> Tensor:
        return special.erf(self)

    def erfc(self) -> Tensor:
        return special.erfc(self)

    def erfinv(self) -> Tensor:
        return special.erfinv(self)

    def logit(self, eps: builtins.float | None = None) -> Tensor:
        return special.logit(self, eps)

    def lgamma(self) -> Tensor:
        return gamma.lgamma(self)

    def digamma(self) -> Tensor:
        return gamma.digamma(self)

    def polygamma(self, n: builtins.int) -> Tensor:
        return gamma.polygamma(n, self)

    def floor(self) -> Tensor:
        return pointwise.floor(self)

    def ceil(self) -> Tensor:
        return pointwise.ceil(self)

    def round(self, *, decimals: builtins.int | None = None) -> Tensor:
        return pointwise.round(self, decimals=decimals)

    def trunc(self) -> Tensor:
        return pointwise.trunc(self)

    fix = trunc

    def frac(self) -> Tensor:
        return pointwise.frac(self)

    def clamp(self, min: Any = None, max: Any = None) -> Tensor:
        return choice.clamp(self, min, max)

    clip = clamp

    def clamp_min(self, min: Any) -> Tensor:
        return choice.clamp_min(self, min)

    def clamp_max(self, max: Any) -> Tensor:
        return choice.clamp_max(self, max)

    def fmax(self, other: Tensor) -> Tensor:
        return choice.fmax(self, other)

    def fmin(self, other: Tensor) -> Tensor:
        return choice.fmin(self, other)

    def maximum(self, other: Tensor) -> Tensor:
        return choice.maximum(self, other)

    def minimum(self, other: Tensor) -> Tensor:
        return choice.minimum(self, other)

    def where(self, condition: Tensor, other: Any) -> Tensor:
        return choice.where(condition, self, other)

    def masked_fill(self, mask: Tensor, value: Any) -> Tensor:
        return choice.masked_fill(self, mask, value)

    def relu(self) -> Tensor:
        return rectifiers.relu(self)

    def prelu(self, weight: Tensor) -> Tensor:
        return rectifiers.prelu(self, weight)

    def hardshrink(self, lambd: builtins.float = 0.5) -> Tensor:
        return hard_activation.hardshrink(self, lambd)

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

    not_equal, less, less_equal, greater, greater_equal = ne, lt, le, gt, ge

    def isnan(self) -> Tensor:
        return comparison.isnan(self)

    def isinf(self) -> Tensor:
        return comparison.isinf(self)

    def isposinf(self) -> Tensor:
        return comparison.isposinf(self)

    def isneginf(self) -> Tensor:
        return comparison.isneginf(self)

    def isfinite(self) -> Tensor:
        return comparison.isfinite(self)

    def isreal(self) -> Tensor:
        return comparison.isreal(self)

    def logical_not(self) -> Tensor:
        return logic.logical_not(self)

    def logical_and(self, other: Tensor) -> Tensor:
        return logic.logical_and(self, other)

    def logical_or(self, other: Tensor) -> Tensor:
        return logic.logical_or(self, other)

    def logical_xor(self, other: Tensor) -> Tensor:
        return logic.logical_xor(self, other)

    def bitwise_not(self) -> Tensor:
        return logic.bitwise_not(self)

    def bitwise_and(self, other: Any) -> Tensor:
        return logic.bitwise_and(self, other)

    def bitwise_or(self, other: Any) -> Tensor:
        return logic.bitwise_or(self, other)

    def bitwise_xor(self, other: Any) -> Tensor:
        return logic.bitwise_xor(self, other)

    def bitwise_left_shift(self, other: Any) -> Tensor:
        return logic.bitwise_left_shift(self, other)

    def bitwise_right_shift(self, other: Any) -> Tensor:
        return logic.bitwise_right_shift(self, other)

    def equal(self, other: Tensor) -> builtins.bool:
        return comparison.equal(self, other)

    def isclose(self, other: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        return comparison.isclose(self, other, *args, **kwargs)

    def allclose(self, other: Tensor, *args: Any, **kwargs: Any) -> builtins.bool:
        return comparison.allclose(self, other, *args, **kwargs)

    # --- reductions -------------------------------------------------------------------------------

    def sum(self, *args: Any, **kwargs: Any) -> Tensor:
        return reduction.sum(self, *args, **kwargs)

    def nansum(self, *args: Any, **kwargs: Any) -> Tensor:
        return reduction.nansum(self, *args, **kwargs)

    def mean(self, *args: Any, **kwargs: Any) -> Tensor:
        return reduction.mean(self, *args, **kwargs)

    def nanmean(self, *args: Any, **kwargs: Any) -> Tensor:
        return reduction.nanmean(self, *args, **kwargs)

    def prod(self, *args: Any, **kwargs: Any) -> Tensor:
        return factors.prod(self, *args, **kwargs)

    def var(self, *args: Any, **kwargs: Any) -> Tensor:
        return moments.var(self, *args, **kwargs)

    def std(self, *args: Any, **kwargs: Any) -> Tensor:
        return moments.std(self, *args, **kwargs)

    def norm(self, *args: Any, **kwargs: Any) -> Tensor:
        return norms.norm(self, *args, **kwargs)

    def dist(self, other: Tensor, p: builtins.float = 2) -> Tensor:
        return norms.dist(self, other, p)

    def renorm(self, p: builtins.float, dim: builtins.int, maxnorm: builtins.float) -> Tensor:
        return norms.renorm(self, p, dim, maxnorm)

    def cumsum(self, *args: Any, **kwargs: Any) -> Tensor:
        return scans.cumsum(self, *args, **kwargs)

    def cumprod(self, *args: Any, **kwargs: Any) -> Tensor:
        return factors.cumprod(self, *args, **kwargs)

    def logcumsumexp(self, *args: Any, **kwargs: Any) -> Tensor:
        return scans.logcumsumexp(self, *args, **kwargs)

    def cummax(self, *args: Any, **kwargs: Any) -> Any:
        return scans.cummax(self, *args, **kwargs)

    def cummin(self, *args: Any, **kwargs: Any) -> Any:
        return scans.cummin(self, *args, **kwargs)

    def logsumexp(self, *args: Any, **kwargs: Any) -> Tensor:
        return reduction.logsumexp(self, *args, **kwargs)

    def max(self, *args: Any, **kwargs: Any) -> Any:
        return extremes.max(self, *args, **kwargs)

    def min(self, *args: Any, **kwargs: Any) -> Any:
        return extremes.min(self, *args, **kwargs)

    def amax(self, *args: Any, **kwargs: Any) -> Tensor:
        return extremes.amax(self, *args, **kwargs)

    def amin(self, *args: Any, **kwargs: Any) -> Tensor:
        return extremes.amin(self, *args, **kwargs)

    def aminmax(self, *args: Any, **kwargs: Any) -> Any:
        return extremes.aminmax(self, *args, **kwargs)

    def argmax(self, *args: Any, **kwargs: Any) -> Tensor:
        return extremes.argmax(self, *args, **kwargs)

    def argmin(self, *args: Any, **kwargs: Any) -> Tensor:
        return extremes.argmin(self, *args, **kwargs)

    def any(self, *args: Any, **kwargs: Any) -> Tensor:
        return reduction.any(self, *args, **kwargs)

    def all(self, *args: Any, **kwargs: Any) -> Tensor:
        return reduction.all(self, *args, **kwargs)

    def count_nonzero(self, *args: Any, **kwargs: Any) -> Tensor:
        return reduction.count_nonzero(self, *args, **kwargs)

    # --- order ------------------------------------------------------------------------------------

    def sort(self, *args: Any, **kwargs: Any) -> Any:
        return sorting.sort(self, *args, **kwargs)

    def argsort(self, *args: Any, **kwargs: Any) -> Tensor:
        return sorting.argsort(self, *args, **kwargs)

    def msort(self) -> Tensor:
        return sorting.msort(self)

    def topk(self, *args: Any, **kwargs: Any) -> Any:
        return sorting.topk(self, *args, **kwargs)

    def kthvalue(self, *args: Any, **kwargs: Any) -> Any:
        return sorting.kthvalue(self, *args, **kwargs)

    def median(self, *args: Any, **kwargs: Any) -> Any:
        return sorting.median(self, *args, **kwargs)

    def nanmedian(self, *args: Any, **kwargs: Any) -> Any:
        return sorting.nanmedian(self, *args, **kwargs)

    def mode(self, *args: Any, **kwargs: Any) -> Any:
        return sorting.mode(self, *args, **kwargs)

    def unique(self, *args: Any, **kwargs: Any) -> Any:
        return binning.unique(self, *args, **kwargs)

    def unique_consecutive(self, *args: Any, **kwargs: Any) -> Any:
        return binning.unique_consecutive(self, *args, **kwargs)

    def bincount(self, weights: Tensor | None = None, minlength: builtins.int = 0) -> Tensor:
        return binning.bincount(self, weights, minlength)

    def histc(self, *args: Any, **kwargs: Any) -> Tensor:
        return binning.histc(self, *args, **kwargs)

    def quantile(self, *args: Any, **kwargs: Any) -> Tensor:
        return statistics.quantile(self, *args, **kwargs)

    def nanquantile(self, *args: Any, **kwargs: Any) -> Tensor:
        return statistics.nanquantile(self, *args, **kwargs)

    def cov(self, **options: Any) -> Tensor:
        return statistics.cov(self, **options)

    def corrcoef(self) -> Tensor:
        return statistics.corrcoef(self)

    def diff(self, *args: Any, **kwargs: Any) -> Tensor:
        return calculus.diff(self, *args, **kwargs)

    # --- shapes -----------------------------------------------------------------------------------

    @property
    def T(self) -> Tensor:
        return shape.numpy_T(self)

    @property
    def H(self) -> Tensor:
        return shape.matrix_H(self)

    @property
    def mT(self) -> Tensor:
        return shape.mT(self)

    @property
    def mH(self) -> Tensor:
        return shape.mH(self)

    def adjoint(self) -> Tensor:
        return shape.adjoint(self)

    def view(self, *args: Any, size: Any = None) -> Tensor:
        return shape.view(self, listed(args, size))

    def view_as(self, other: Tensor) -> Tensor:
        return shape.view(self, other.shape)

    def reshape(self, *args: Any, shape: Any = None) -> Tensor:
        return reshape(self, listed(args, shape))

    def reshape_as(self, other: Tensor) -> Tensor:
        return reshape(self, other.shape)

    def flatten(self, start_dim: builtins.int = 0, end_dim: builtins.int = -1) -> Tensor:
        return shape.flatten(self, start_dim, end_dim)

    def ravel(self) -> Tensor:
        return shape.ravel(self)

    def unflatten(self, dim: builtins.int, sizes: Sequence[builtins.int]) -> Tensor:
        return shape.unflatten(self, dim, sizes)

    def squeeze(self, *dims: Any, dim: Any = None) -> Tensor:
        return shape.squeeze(self, dims[0] if len(dims) == 1 else dims or dim)

    def unsqueeze(self, dim: builtins.int) -> Tensor:
        return shape.unsqueeze(self, dim)

    def transpose(self, dim0: builtins.int, dim1: builtins.int) -> Tensor:
        return shape.transpose(self, dim0, dim1)

    swapdims = transpose

    def swapaxes(self, axis0: builtins.int, axis1: builtins.int) -> Tensor:
        return shape.swapaxes(self, axis0, axis1)

    def t(self) -> Tensor:
        return shape.t(self)

    def permute(self, *args: Any, dims: Any = None) -> Tensor:
        return shape.permute(self, listed(args, dims))

    def movedim(self, source: Any, destination: Any) -> Tensor:
        return shape.movedim(self, source, destination)

    moveaxis = movedim

    def expand(self, *args: Any, size: Any = None) -> Tensor:
        return broadcasting.expand(self, listed(args, size))

    def expand_as(self, other: Tensor) -> Tensor:
        return broadcasting.expand(self, other.shape)

    def broadcast_to(self, *args: Any, size: Any = None) -> Tensor:
        return shape.broadcast_to(self, listed(args, size))

    def sum_to_size(self, *sizes: Any) -> Tensor:
        return reduction.sum_to_size(self, *sizes)

    def as_strided(
        self, size: Any, stride: Any, storage_offset: builtins.int | None = None
    ) -> Tensor:
        return strided.as_strided(self, size, stride, storage_offset)

    def clone(self, **options: Any) -> Tensor:
        return shape.clone(self, **options)

    def contiguous(self, *args: Any, **options: Any) -> Tensor:
        return shape.contiguous(self, *args, **options)

    # --- joining, taking apart, rearranging -------------------------------------------------------

    def split(self, split_size: Any, dim: builtins.int = 0) -> Any:
        return joining.split(self, split_size, dim)

    def split_with_sizes(self, split_sizes: Any, dim: builtins.int = 0) -> Any:
        return joining.split_with_sizes(self, split_sizes, dim)

    def unsafe_split(self, split_size: builtins.int, dim: builtins.int = 0) -> Any:
        return joining.unsafe_split(self, split_size, dim)

    def unsafe_split_with_sizes(self, split_sizes: Any, dim: builtins.int = 0) -> Any:
        return joining.unsafe_split_with_sizes(self, split_sizes, dim)

    def chunk(self, chunks: builtins.int, dim: builtins.int = 0) -> Any:
        return joining.chunk(self, chunks, dim)

    def unsafe_chunk(self, chunks: builtins.int, dim: builtins.int = 0) -> Any:
        return joining.unsafe_chunk(self, chunks, dim)

    def tensor_split(self, indices_or_sections: Any, dim: builtins.int = 0) -> Any:
        return joining.tensor_split(self, indices_or_sections, dim)

    def hsplit(self, *args: Any) -> Any:
        return joining.hsplit(self, *args)

    def vsplit(self, *args: Any) -> Any:
        return joining.vsplit(self, *args)

    def dsplit(self, *args: Any) -> Any:
        return joining.dsplit(self, *args)

    def unbind(self, dim: builtins.int = 0) -> Any:
        return joining.unbind(self, dim)

    def flip(self, *args: Any, dims: Any = None) -> Tensor:
        return rearranging.flip(self, listed(args, dims))

    def fliplr(self) -> Tensor:
        return rearranging.fliplr(self)

    def flipud(self) -> Tensor:
        return rearranging.flipud(self)

    def roll(self, shifts: Any, dims: Any = None) -> Tensor:
        return rearranging.roll(self, shifts, dims)

    def rot90(self, k: builtins.int = 1, dims: Any = (0, 1)) -> Tensor:
        return rearranging.rot90(self, k, dims)

    def repeat(self, *args: Any, repeats: Any = None) -> Tensor:
        return rearranging.repeat(self, listed(args, repeats))

    def tile(self, *args: Any, dims: Any = None) -> Tensor:
        return rearranging.tile(self, listed(args, dims))

    def repeat_interleave(self, *args: Any, **kwargs: Any) -> Tensor:
        return rearranging.repeat_interleave(self, *args, **kwargs)

    # --- diagonals --------------------------------------------------------------------------------

    def diag(self, diagonal: builtins.int = 0) -> Tensor:
        return diagonals.diag(self, diagonal)

    def diagflat(self, offset: builtins.int = 0) -> Tensor:
        return diagonals.diagflat(self, offset)

    def diag_embed(self, *args: Any, **kwargs: Any) -> Tensor:
        return diagonals.diag_embed(self, *args, **kwargs)

    def diagonal(self, *args: Any, **kwargs: Any) -> Tensor:
        return diagonals.diagonal(self, *args, **kwargs)

    def diagonal_scatter(self, src: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        return diagonals.diagonal_scatter(self, src, *args, **kwargs)

    def trace(self) -> Tensor:
        return diagonals.trace(self)

    def tril(self, diagonal: builtins.int = 0) -> Tensor:
        return diagonals.tril(self, diagonal)

    def triu(self, diagonal: builtins.int = 0) -> Tensor:
        return diagonals.triu(self, diagonal)

    # --- parts ------------------------------------------------------------------------------------

    def select(self, dim: builtins.int, index: builtins.int) -> Tensor:
        return parts.select(self, dim, index)

    def narrow(self, dim: builtins.int, start: Any, length: builtins.int) -> Tensor:
        return parts.narrow(self, dim, start, length)

    def narrow_copy(self, dim: builtins.int, start: builtins.int, length: builtins.int) -> Tensor:
        return parts.narrow_copy(self, dim, start, length)

    def unfold(self, dimension: builtins.int, size: builtins.int, step: builtins.int) -> Tensor:
        return parts.unfold(self, dimension, size, step)

    def gather(
        self, dim: builtins.int, index: Tensor, *, sparse_grad: builtins.bool = False
    ) -> Tensor:
        return gathering.gather(self, dim, index, sparse_grad=sparse_grad)

    def take_along_dim(self, indices: Tensor, dim: builtins.int | None = None) -> Tensor:
        return gathering.take_along_dim(self, indices, dim)

    def index_select(self, dim: builtins.int, index: Tensor) -> Tensor:
        return gathering.index_select(self, dim, index)

    def masked_select(self, mask: Tensor) -> Tensor:
        return indexing.masked_select(self, mask)

    def take(self, index: Tensor) -> Tensor:
        return indexing.take(self, index)

    def nonzero(self, *, as_tuple: builtins.bool = False) -> Any:
        return indexing.nonzero(self, as_tuple=as_tuple)

    def argwhere(self) -> Tensor:
        return indexing.argwhere(self)

    # --- copies with something written into them --------------------------------------------------

    def scatter(self, dim: builtins.int, index: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        return scattering.scatter(self, dim, index, *args, **kwargs)

    def scatter_add(self, dim: builtins.int, index: Tensor, src: Tensor) -> Tensor:
        return gathering.scatter_add(self, dim, index, src)

    def scatter_reduce(self, *args: Any, **kwargs: Any) -> Tensor:
        return scatter_reduce.scatter_reduce(self, *args, **kwargs)

    def index_add(self, *args: Any, **kwargs: Any) -> Tensor:
        return gathering.index_add(self, *args, **kwargs)

    def index_copy(self, dim: builtins.int, index: Tensor, source: Tensor) -> Tensor:
        return scattering.index_copy(self, dim, index, source)

    def index_fill(self, dim: builtins.int, index: Tensor, value: Any) -> Tensor:
        return scattering.index_fill(self, dim, index, value)

    def index_put(self, *args: Any, **kwargs: Any) -> Tensor:
        return assignment.index_put(self, *args, **kwargs)

    def index_reduce(self, *args: Any, **kwargs: Any) -> Tensor:
        return scatter_reduce.index_reduce(self, *args, **kwargs)

    def put(self, *args: Any, **kwargs: Any) -> Tensor:
        return scattering.put(self, *args, **kwargs)

    def masked_scatter(self, mask: Tensor, source: Tensor) -> Tensor:
        return scattering.masked_scatter(self, mask, source)

    def select_scatter(self, src: Tensor, dim: builtins.int, index: builtins.int) -> Tensor:
        return scattering.select_scatter(self, src, dim, index)

    def slice_scatter(self, src: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        return scattering.slice_scatter(self, src, *args, **kwargs)

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

    def vdot(self, other: Tensor) -> Tensor:
        return products.vdot(self, other)

    def inner(self, other: Tensor) -> Tensor:
        return einsum.inner(self, other)

    def outer(self, vec2: Tensor) -> Tensor:
        return matmul.outer(self, vec2)

    def ger(self, vec2: Tensor) -> Tensor:
        return products.ger(self, vec2)

    def kron(self, other: Tensor) -> Tensor:
        return products.kron(self, other)

    def cross(self, other: Tensor, dim: builtins.int | None = None) -> Tensor:
        return products.cross(self, other, dim)

    def matrix_power(self, n: builtins.int) -> Tensor:
        return inverse.matrix_power(self, n)

    def det(self) -> Tensor:
        return solving.det(self)

    def slogdet(self) -> Any:
        return solving.slogdet(self)

    def logdet(self) -> Tensor:
        return solving.logdet(self)

    def pinverse(self, rcond: builtins.float = 1e-15) -> Tensor:
        return solving.pinverse(self, rcond)

    def inverse(self) -> Tensor:
        return inverse.inverse(self)

    def addmm(
        self, mat1: Tensor, mat2: Tensor, *, beta: builtins.float = 1, alpha: builtins.float = 1
    ) -> Tensor:
        return matmul.addmm(self, mat1, mat2, beta=beta, alpha=alpha)

    def addmv(
        self, mat: Tensor, vec: Tensor, *, beta: builtins.float = 1, alpha: builtins.float = 1
    ) -> Tensor:
        return products.addmv(self, mat, vec, beta=beta, alpha=alpha)

    def addr(
        self, vec1: Tensor, vec2: Tensor, *, beta: builtins.float = 1, alpha: builtins.float = 1
    ) -> Tensor:
        return products.addr(self, vec1, vec2, beta=beta, alpha=alpha)

    def baddbmm(
        self, batch1: Tensor, batch2: Tensor, *, beta: builtins.float = 1, alpha: builtins.float = 1
    ) -> Tensor:
        return products.baddbmm(self, batch1, batch2, beta=beta, alpha=alpha)

    def addbmm(
        self, batch1: Tensor, batch2: Tensor, *, beta: builtins.float = 1, alpha: builtins.float = 1
    ) -> Tensor:
        return products.addbmm(self, batch1, batch2, beta=beta, alpha=alpha)

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

    subtract_, multiply_, divide_, true_divide_ = sub_, mul_, div_, div_

    def floor_divide_(self, other: Any) -> Tensor:
        return in_place(self, division.floor_divide, other)

    def remainder_(self, other: Any) -> Tensor:
        return in_place(self, division.remainder, other)

    def fmod_(self, other: Any) -> Tensor:
        return in_place(self, division.fmod, other)

    def gcd_(self, other: Any) -> Tensor:
        return in_place(self, division.gcd, other)

    def lcm_(self, other: Any) -> Tensor:
        return in_place(self, division.lcm, other)

    def addcmul_(self, tensor1: Tensor, tensor2: Tensor, *, value: builtins.float = 1) -> Tensor:
        return in_place(self, arithmetic.addcmul, tensor1, tensor2, value=value)

    def addcdiv_(self, tensor1: Tensor, tensor2: Tensor, *, value: builtins.float = 1) -> Tensor:
        return in_place(self, arithmetic.addcdiv, tensor1, tensor2, value=value)

    def lerp_(self, end: Tensor, weight: Any) -> Tensor:
        return in_place(self, arithmetic.lerp, end, weight)

    def addmm_(
        self, mat1: Tensor, mat2: Tensor, *, beta: builtins.float = 1, alpha: builtins.float = 1
    ) -> Tensor:
        return in_place(self, matmul.addmm, mat1, mat2, beta=beta, alpha=alpha)

    def addmv_(
        self, mat: Tensor, vec: Tensor, *, beta: builtins.float = 1, alpha: builtins.float = 1
    ) -> Tensor:
        return in_place(self, products.addmv, mat, vec, beta=beta, alpha=alpha)

    def addr_(
        self, vec1: Tensor, vec2: Tensor, *, beta: builtins.float = 1, alpha: builtins.float = 1
    ) -> Tensor:
        return in_place(self, products.addr, vec1, vec2, beta=beta, alpha=alpha)

    def baddbmm_(
        self, batch1: Tensor, batch2: Tensor, *, beta: builtins.float = 1, alpha: builtins.float = 1
    ) -> Tensor:
        return in_place(self, products.baddbmm, batch1, batch2, beta=beta, alpha=alpha)

    def addbmm_(
        self, batch1: Tensor, batch2: Tensor, *, beta: builtins.float = 1, alpha: builtins.float = 1
    ) -> Tensor:
        return in_place(self, products.addbmm, batch1, batch2, beta=beta, alpha=alpha)

    def pow_(self, exponent: Any) -> Tensor:
        return in_place(self, powers.pow, exponent)

    def float_power_(self, exponent: Any) -> Tensor:
        powers.refuse_float_power_in_place(self)
        return in_place(self, powers.float_power, exponent)

    def ldexp_(self, other: Any) -> Tensor:
        return in_place(self, powers.ldexp, other)

    def neg_(self) -> Tensor:
        return in_place(self, arithmetic.neg)

    negative_ = neg_

    def abs_(self) -> Tensor:
        return in_place(self, pointwise.abs)

    absolute_ = abs_

    def sign_(self) -> Tensor:
        return in_place(self, pointwise.sign)

    def sgn_(self) -> Tensor:
        return in_place(self, pointwise.sgn)

    def copysign_(self, other: Any) -> Tensor:
        return in_place(self, pointwise.copysign, other)

    def heaviside_(self, values: Any) -> Tensor:
        return in_place(self, pointwise.heaviside, values)

    def nan_to_num_(
        self,
        nan: builtins.float | None = None,
        posinf: builtins.float | None = None,
        neginf: builtins.float | None = None,
    ) -> Tensor:
        return in_place(self, pointwise.nan_to_num, nan=nan, posinf=posinf, neginf=neginf)

    def exp_(self) -> Tensor:
        return in_place(self, exponentials.exp)

    def exp2_(self) -> Tensor:
        return in_place(self, exponentials.exp2)

    def expm1_(self) -> Tensor:
        return in_place(self, exponentials.expm1)

    def log_(self) -> Tensor:
        return in_place(self, exponentials.log)

    def log2_(self) -> Tensor:
        return in_place(self, exponentials.log2)

    def log10_(self) -> Tensor:
        return in_place(self, exponentials.log10)

    def log1p_(self) -> Tensor:
        return in_place(self, exponentials.log1p)

    def xlogy_(self, other: Any) -> Tensor:
        return in_place(self, exponentials.xlogy, other)

    def sqrt_(self) -> Tensor:
        return in_place(self, powers.sqrt)

    def rsqrt_(self) -> Tensor:
        return in_place(self, powers.rsqrt)

    def reciprocal_(self) -> Tensor:
        return in_place(self, powers.reciprocal)

    def square_(self) -> Tensor:
        return in_place(self, powers.square)

    def sin_(self) -> Tensor:
        return in_place(self, trigonometry.sin)

    def cos_(self) -> Tensor:
        return in_place(self, trigonometry.cos)

    def tan_(self) -> Tensor:
        return in_place(self, trigonometry.tan)

    def asin_(self) -> Tensor:
        return in_place(self, trigonometry.asin)

    def acos_(self) -> Tensor:
        return in_place(self, trigonometry.acos)

    def atan_(self) -> Tensor:
        return in_place(self, trigonometry.atan)

    def atan2_(self, other: Any) -> Tensor:
        return in_place(self, trigonometry.atan2, other)

    arcsin_, arccos_, arctan_, arctan2_ = asin_, acos_, atan_, atan2_

    def hypot_(self, other: Any) -> Tensor:
        return in_place(self, trigonometry.hypot, other)

    def sinh_(self) -> Tensor:
        return in_place(self, trigonometry.sinh)

    def cosh_(self) -> Tensor:
        return in_place(self, trigonometry.cosh)

    def asinh_(self) -> Tensor:
        return in_place(self, trigonometry.asinh)

    def acosh_(self) -> Tensor:
        return in_place(self, trigonometry.acosh)

    def atanh_(self) -> Tensor:
        return in_place(self, trigonometry.atanh)

    arcsinh_, arccosh_, arctanh_ = asinh_, acosh_, atanh_

    def sinc_(self) -> Tensor:
        return in_place(self, trigonometry.sinc)

    def deg2rad_(self) -> Tensor:
        return in_place(self, trigonometry.deg2rad)

    def rad2deg_(self) -> Tensor:
        return in_place(self, trigonometry.rad2deg)

    def erf_(self) -> Tensor:
        return in_place(self, special.erf)

    def erfc_(self) -> Tensor:
        return in_place(self, special.erfc)

    def erfinv_(self) -> Tensor:
        return in_place(self, special.erfinv)

    def logit_(self, eps: builtins.float | None = None) -> Tensor:
        return in_place(self, special.logit, eps=eps)

    def lgamma_(self) -> Tensor:
        return in_place(self, gamma.lgamma)

    def digamma_(self) -> Tensor:
        return in_place(self, gamma.digamma)

    def polygamma_(self, n: builtins.int) -> Tensor:
        return in_place(self, gamma.PolygammaBackward1.apply, n=n)

    def floor_(self) -> Tensor:
        return in_place(self, pointwise.floor)

    def ceil_(self) -> Tensor:
        return in_place(self, pointwise.ceil)

    def round_(self, *, decimals: builtins.int | None = None) -> Tensor:
        return in_place(self, pointwise.round, decimals=decimals)

    def trunc_(self) -> Tensor:
        return in_place(self, pointwise.trunc)

    fix_ = trunc_

    def frac_(self) -> Tensor:
        return in_place(self, pointwise.frac)

    def clamp_(self, min: Any = None, max: Any = None) -> Tensor:
        return in_place(self, choice.clamp, min=min, max=max)

    clip_ = clamp_

    def clamp_min_(self, min: Any) -> Tensor:
        return in_place(self, choice.clamp_min, min)

    def clamp_max_(self, max: Any) -> Tensor:
        return in_place(self, choice.clamp_max, max)

    def masked_fill_(self, mask: Tensor, value: Any) -> Tensor:
        return in_place(self, choice.masked_fill, mask=mask, value=value)

    def eq_(self, other: Any) -> Tensor:
        return inplace.copy_(self, comparison.eq(self, other))

    def ne_(self, other: Any) -> Tensor:
        return inplace.copy_(self, comparison.ne(self, other))

    def lt_(self, other: Any) -> Tensor:
        return inplace.copy_(self, comparison.lt(self, other))

    def le_(self, other: Any) -> Tensor:
        return inplace.copy_(self, comparison.le(self, other))

    def gt_(self, other: Any) -> Tensor:
        return inplace.copy_(self, comparison.gt(self, other))

    def ge_(self, other: Any) -> Tensor:
        return inplace.copy_(self, comparison.ge(self, other))

    not_equal_, less_, less_equal_, greater_, greater_equal_ = ne_, lt_, le_, gt_, ge_

    def logical_not_(self) -> Tensor:
        return inplace.copy_(self, logic.logical_not(self))

    def logical_and_(self, other: Any) -> Tensor:
        return inplace.copy_(self, logic.logical_and(self, other))

    def logical_or_(self, other: Any) -> Tensor:
        return inplace.copy_(self, logic.logical_or(self, other))

    def logical_xor_(self, other: Any) -> Tensor:
        return inplace.copy_(self, logic.logical_xor(self, other))

    def bitwise_not_(self) -> Tensor:
        return in_place(self, logic.bitwise_not)

    def bitwise_and_(self, other: Any) -> Tensor:
        return in_place(self, logic.bitwise_and, other)

    def bitwise_or_(self, other: Any) -> Tensor:
        return in_place(self, logic.bitwise_or, other)

    def bitwise_xor_(self, other: Any) -> Tensor:
        return in_place(self, logic.bitwise_xor, other)

    def bitwise_left_shift_(self, other: Any) -> Tensor:
        return in_place(self, logic.bitwise_left_shift, other)

    def bitwise_right_shift_(self, other: Any) -> Tensor:
        return in_place(self, logic.bitwise_right_shift, other)

    def relu_(self) -> Tensor:
        return rectifiers.relu_(self)

    def sigmoid_(self) -> Tensor:
        return in_place(self, activation.sigmoid)

    def tanh_(self) -> Tensor:
        return in_place(self, activation.tanh)

    def cumsum_(self, dim: builtins.int, *, dtype: DType | None = None) -> Tensor:
        return in_place(self, scans.cumsum, dim=dim, dtype=dtype)

    def cumprod_(self, dim: builtins.int, *, dtype: DType | None = None) -> Tensor:
        return in_place(self, factors.cumprod, dim=dim, dtype=dtype)

    def renorm_(self, p: builtins.float, dim: builtins.int, maxnorm: builtins.float) -> Tensor:
        return in_place(self, norms.renorm, p=p, dim=dim, maxnorm=maxnorm)

    def scatter_(self, dim: builtins.int, index: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        return in_place(self, scattering.scatter, dim, index, *args, **kwargs)

    def scatter_add_(self, dim: builtins.int, index: Tensor, src: Tensor) -> Tensor:
        return in_place(self, gathering.scatter_add, dim, index, src)

    def scatter_reduce_(self, *args: Any, **kwargs: Any) -> Tensor:
        return in_place(self, scatter_reduce.scatter_reduce, *args, **kwargs)

    def index_add_(self, *args: Any, **kwargs: Any) -> Tensor:
        return in_place(self, gathering.index_add, *args, **kwargs)

    def index_copy_(self, dim: builtins.int, index: Tensor, source: Tensor) -> Tensor:
        return in_place(self, scattering.index_copy, dim, index, source)

    def index_fill_(self, dim: builtins.int, index: Tensor, value: Any) -> Tensor:
        return in_place(self, scattering.index_fill, dim, index, value)

    def index_put_(self, *args: Any, **kwargs: Any) -> Tensor:
        return in_place(self, assignment.index_put, *args, **kwargs)

    def index_reduce_(self, *args: Any, **kwargs: Any) -> Tensor:
        return in_place(self, scatter_reduce.index_reduce, *args, **kwargs)

    def put_(self, *args: Any, **kwargs: Any) -> Tensor:
        return in_place(self, scattering.put, *args, **kwargs)

    def masked_scatter_(self, mask: Tensor, source: Tensor) -> Tensor:
        return in_place(self, scattering.masked_scatter, mask, source)

    def fill_diagonal_(self, fill_value: Any, wrap: builtins.bool = False) -> Tensor:
        return assignment.fill_diagonal_(self, fill_value, wrap)

    def tril_(self, diagonal: builtins.int = 0) -> Tensor:
        return in_place(self, diagonals.tril, diagonal)

    def triu_(self, diagonal: builtins.int = 0) -> Tensor:
        return in_place(self, diagonals.triu, diagonal)

    def resize_(self, *size: Any) -> Tensor:
        return memory.resize_(self, listed(size))

    def resize_as_(self, the_template: Tensor) -> Tensor:
        return memory.resize_as_(self, the_template)

    def apply_(self, callable: Callable[[Any], Any]) -> Tensor:
        return memory.apply_(self, callable)

    def t_(self) -> Tensor:
        return become_view(self, shape.t)

    def transpose_(self, dim0: builtins.int, dim1: builtins.int) -> Tensor:
        return become_view(self, shape.transpose, dim0, dim1)

    swapaxes_ = swapdims_ = transpose_

    def as_strided_(
        self, size: Any, stride: Any, storage_offset: builtins.int | None = None
    ) -> Tensor:
        return become_view(self, strided.as_strided, size, stride, storage_offset)

    def squeeze_(self, *dims: Any, dim: Any = None) -> Tensor:
        return become_view(self, shape.squeeze, dims[0] if len(dims) == 1 else dims or dim)

    def unsqueeze_(self, dim: builtins.int) -> Tensor:
        return become_view(self, shape.unsqueeze, dim)

    # --- random values, written in place ----------------------------------------------------------

    def uniform_(
        self,
        from_: builtins.float = 0.0,
        to: builtins.float = 1.0,
        *,
        generator: Stream | None = None,
    ) -> Tensor:
        return draws.uniform_(self, from_, to, generator)

    def normal_(
        self,
        mean: builtins.float = 0.0,
        std: builtins.float = 1.0,
        *,
        generator: Stream | None = None,
    ) -> Tensor:
        return draws.normal_(self, mean, std, generator)

    def bernoulli_(self, p: Any = 0.5, *, generator: Stream | None = None) -> Tensor:
        return draws.bernoulli_(self, p, generator)

    def random_(self, *bounds: builtins.int | None, generator: Stream | None = None) -> Tensor:
        return draws.random_(self, bounds, generator)

    def exponential_(
        self, lambd: builtins.float = 1.0, *, generator: Stream | None = None
    ) -> Tensor:
        return draws.exponential_(self, lambd, generator)

    def geometric_(self, p: builtins.float, *, generator: Stream | None = None) -> Tensor:
        return draws.geometric_(self, p, generator)

    def log_normal_(
        self,
        mean: builtins.float = 1.0,
        std: builtins.float = 2.0,
        *,
        generator: Stream | None = None,
    ) -> Tensor:
        return draws.log_normal_(self, mean, std, generator)

    def cauchy_(
        self,
        median: builtins.float = 0.0,
        sigma: builtins.float = 1.0,
        *,
        generator: Stream | None = None,
    ) -> Tensor:
        return draws.cauchy_(self, median, sigma, generator)

    def bernoulli(
        self, p: builtins.float | None = None, *, generator: Stream | None = None
    ) -> Tensor:
        return draws.bernoulli(self, p, generator=generator)

    def multinomial(
        self,
        num_samples: builtins.int,
        replacement: builtins.bool = False,
        *,
        generator: Stream | None = None,
    ) -> Tensor:
        return draws.multinomial(self, num_samples, replacement, generator=generator)


class _HiddenTensor(Hidden, Tensor):
    """A Tensor that nobody has looked at yet."""


_OPERANDS = (TensorBase, int, float, np.ndarray, np.generic)


def _fits(other: Any) -> bool:
    """Whether an operator knows what to do with `other`."""
    return isinstance(other, _OPERANDS)
