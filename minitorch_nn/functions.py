"""Functions of `torch` that are more than an operation, or none: with `out=`, of numbers, on types.

    >>> torch.add(2, 3)
    tensor(5)
    >>> torch.mul(a, b, out=c)

PyTorch has a kernel of its own for `out=`. Here the operation runs as ever, and its result is
copied: `out=` saves no memory, but a program that uses it runs. Only functions of `torch` take it,
methods do not, and not all: those that are named here, which tutorials give a tensor to write to.

PyTorch: aten/src/ATen/native/Resize.cpp (resize_output); tools/autograd/gen_variable_type.py;
torch/csrc/utils/python_arg_parser.cpp (should_allow_numbers_as_tensors).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import wraps
from typing import Any

from . import dtypes
from .autograd.grad_mode import is_grad_enabled
from .creation import arange, eye, full, linspace, ones, rand, randn, tensor, zeros
from .ops.arithmetic import add, div, mul, sub
from .ops.choice import clamp
from .ops.division import floor_divide
from .ops.exponentials import exp, log
from .ops.joining import cat, stack
from .ops.logic import logical_and, logical_not, logical_or, logical_xor
from .ops.matmul import addmm, bmm, dot, matmul, mm, mv
from .ops.memory import refit
from .ops.operands import is_number, need_tensors
from .ops.pointwise import abs
from .ops.powers import pow, sqrt
from .ops.reduction import mean, sum
from .ops.trigonometry import cos, sin
from .tensor import Tensor

# --- of numbers, and with a tensor to write to ------------------------------------------------


def takes_out(function: Any) -> Callable[..., Tensor]:
    """`function` with the keyword `out`, a tensor that takes the result's values and shape.

    RuntimeError if a gradient would have to pass, or if `out` cannot hold the result's type.
    """

    @wraps(function)
    def call(*args: Any, out: Tensor | None = None, **kwargs: Any) -> Tensor:
        result = function(*args, **kwargs)
        return result if out is None else _written(result, out, function.__name__)

    return call


def of_numbers(function: Any) -> Callable[..., Tensor]:
    """As `takes_out`; and of two numbers, too, as `torch.add(2, 3)`: they count as 0-d tensors."""

    @wraps(function)
    def call(input: Any, other: Any, *, out: Tensor | None = None, **options: Any) -> Tensor:
        if is_number(input) and is_number(other):
            input = tensor(input)
        result = function(input, other, **options)
        return result if out is None else _written(result, out, function.__name__)

    return call


def _written(result: Tensor, out: Tensor, function: str) -> Tensor:
    if is_grad_enabled() and (result.requires_grad or out.requires_grad):
        raise RuntimeError(
            f"{function}(): functions with out=... arguments don't support automatic "
            "differentiation, but one of the arguments requires grad."
        )
    if not dtypes.can_cast(result.dtype, out.dtype):
        have, wanted = dtypes.title(result.dtype.numpy), dtypes.title(out.dtype.numpy)
        raise RuntimeError(f"result type {have} can't be cast to the desired output type {wanted}")
    if out.shape != result.shape:
        if out.numel():
            warnings.warn(
                "An output with one or more elements was resized since it had shape "
                f"{list(out.shape)}, which does not match the required output shape "
                f"{list(result.shape)}. This behavior is deprecated, and in a future PyTorch "
                "release outputs will not be resized unless they have zero elements. You can "
                "explicitly reuse an out tensor t by resizing it, inplace, to zero elements with "
                "t.resize_(0).",
                stacklevel=3,
            )
        refit(out, result.shape)
    return out.copy_(result)


add, sub, mul, div, floor_divide = map(of_numbers, (add, sub, mul, div, floor_divide))
subtract, multiply, divide, true_divide = sub, mul, div, div

zeros, ones, full, eye = map(takes_out, (zeros, ones, full, eye))
arange, linspace, rand, randn = map(takes_out, (arange, linspace, rand, randn))
abs, exp, log, sqrt, sin, cos, pow = map(takes_out, (abs, exp, log, sqrt, sin, cos, pow))
matmul, mm, bmm, mv, dot, addmm = map(takes_out, (matmul, mm, bmm, mv, dot, addmm))
sum, mean, clamp, cat, stack = map(takes_out, (sum, mean, clamp, cat, stack))
logical_and, logical_or, logical_xor = map(takes_out, (logical_and, logical_or, logical_xor))
logical_not = takes_out(logical_not)


# --- questions --------------------------------------------------------------------------------


def result_type(tensor1: Any, tensor2: Any) -> dtypes.dtype:
    """The dtype that arithmetic on the two (tensors or numbers) would give."""
    operands = [x.array if isinstance(x, Tensor) else x for x in (tensor1, tensor2)]
    return dtypes.from_numpy(dtypes.result_numpy(*operands))


def is_tensor(obj: object) -> bool:
    """Whether `obj` is a Tensor."""
    return isinstance(obj, Tensor)


def is_floating_point(input: Tensor) -> bool:
    """Whether `input` holds floats."""
    need_tensors("is_floating_point", input=input)
    return input.is_floating_point()


def is_complex(input: Tensor) -> bool:
    """False: complex numbers are not part of the package."""
    need_tensors("is_complex", input=input)
    return False


def is_nonzero(input: Tensor) -> bool:
    """Whether the one element of `input` is not 0. RuntimeError for more or fewer elements."""
    return bool(input)


def numel(input: Tensor) -> int:
    """How many elements `input` holds."""
    return input.numel()
