"""Check a derivative against its definition: move an input a little, see how the outputs move.

`gradcheck(f, inputs)` compares two Jacobians of f, one row an input element, one column an output
element. The numerical one comes from central differences, a row at a time:

    ∂f/∂xₖ ≈ (f(x + ε·eₖ) - f(x - ε·eₖ)) / 2ε

and the analytical one from backward passes, a column at a time: with eⱼ as the gradient of the
output, the gradient of the input is column j. In float64 with ε = 1e-6 the differences are good
to about nine digits, so a wrong formula has no chance. `gradgradcheck` does the same to the
gradient itself, as a function of the inputs and of the gradients of the outputs.

Everything here works on a tensor's array and through its methods, so this file stands below the
operations that it checks.

PyTorch: torch/autograd/gradcheck.py (gradcheck and gradgradcheck, what it calls the slow mode).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from ..base import TensorBase
from ..dtypes import Array
from .engine import grad


class GradcheckError(RuntimeError):
    """The two Jacobians differ, or the backward pass broke one of its rules."""


def gradcheck(
    func: Callable[..., Any],
    inputs: Any,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_grad_dtypes: bool = False,
) -> bool:
    """True if every derivative of `func` at `inputs` is what small differences say it is.

    Args:
        func: takes the inputs, returns a tensor or a tuple of tensors of any shapes.
        inputs: a tensor, or a tuple of tensors and other arguments. The floating-point tensors that
            require grad are checked, and are as they were afterwards. They should be float64: in
            float32 the differences drown in rounding.
        eps: the step ε.
        atol, rtol: a difference up to atol + rtol·|numerical| passes.
        raise_exception: False returns False where a GradcheckError would be raised.
        nondet_tol: how far two backward passes through the same graph may differ.
        check_grad_dtypes: also require each gradient to have its input's dtype.

    Raises:
        GradcheckError: a Jacobian is wrong; the message shows both.
        ValueError: no input requires grad.
        RuntimeError: an input has a dimension with stride 0 (`expand`), where moving one element
            would move others.
    """
    arguments = _as_tuple(inputs)
    _check_inputs(arguments)
    try:
        _compare(func, arguments, eps, atol, rtol, nondet_tol, check_grad_dtypes)
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def gradgradcheck(
    func: Callable[..., Any],
    inputs: Any,
    grad_outputs: Any = None,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_grad_dtypes: bool = False,
) -> bool:
    """`gradcheck` of the gradient of `func`: True if its second derivatives are right.

    `grad_outputs` are the gradients of func's outputs, of their shapes; by default random values
    from [-1, 1), drawn from the global generator. The rest is as in `gradcheck`.
    """
    arguments = _as_tuple(inputs)
    if grad_outputs is None:
        outputs = _differentiable(func(*arguments))
        cotangents = tuple(o.detach().clone().uniform_(-1, 1).requires_grad_() for o in outputs)
    else:
        cotangents = _as_tuple(grad_outputs)
    count = len(arguments)
    wanted = [i for i, x in enumerate(arguments) if _requires_grad(x)]

    def gradient(*both: Any) -> tuple[Any, ...]:
        outputs = _differentiable(func(*both[:count]))
        gradients = grad(
            outputs,
            [both[i] for i in wanted],
            both[count:],
            create_graph=True,
            allow_unused=True,
        )
        return tuple(g for g in gradients if g is not None)

    return gradcheck(
        gradient,
        arguments + cotangents,
        eps=eps,
        atol=atol,
        rtol=rtol,
        raise_exception=raise_exception,
        nondet_tol=nondet_tol,
        check_grad_dtypes=check_grad_dtypes,
    )


def _compare(
    func: Callable[..., Any],
    arguments: tuple[Any, ...],
    eps: float,
    atol: float,
    rtol: float,
    nondet_tol: float,
    check_grad_dtypes: bool,
) -> None:
    results = _as_tuple(func(*arguments))
    inputs = [x for x in arguments if _requires_grad(x)]
    numerical = [_numerical_jacobians(func, arguments, x, results, eps) for x in inputs]
    if not any(r.requires_grad for r in results):
        if any(np.any(jacobian != 0) for row in numerical for jacobian in row):
            raise GradcheckError("Numerical gradient for function expected to be zero")
        return
    # PyTorch numbers the outputs among those that require grad, and so does this.
    kept = [i for i, r in enumerate(results) if r.requires_grad]
    for position, i in enumerate(kept):
        analytical = _analytical_jacobians(results[i], inputs, nondet_tol, check_grad_dtypes)
        for k, jacobian in enumerate(analytical):
            if not _all_close(jacobian, numerical[k][i], atol, rtol):
                raise GradcheckError(
                    f"Jacobian mismatch for output {position} with respect to input {k},\n"
                    f"numerical:{results[i].new(numerical[k][i], None)}\n"
                    f"analytical:{results[i].new(jacobian, None)}\n"
                )
    _check_that_a_zero_gradient_gives_zeros([results[i] for i in kept], inputs)


def _numerical_jacobians(
    func: Callable[..., Any],
    arguments: tuple[Any, ...],
    x: Any,
    results: tuple[Any, ...],
    eps: float,
) -> list[Array]:
    """One array [elements of x, elements of the result] for each result, by central differences."""
    jacobians = [np.zeros((x.array.size, r.array.size), r.array.dtype) for r in results]
    for row, index in enumerate(np.ndindex(x.array.shape)):
        # Written straight into the array: for autograd nothing has happened, so that `func` may
        # save x for its backward pass, and x keeps its version.
        original = x.array[index].copy()
        x.array[index] = original - eps
        low = _copies(func(*arguments))
        x.array[index] = original + eps
        high = _copies(func(*arguments))
        x.array[index] = original
        for jacobian, a, b in zip(jacobians, low, high, strict=True):
            jacobian[row] = ((b - a) / (2 * eps)).reshape(-1)
    return jacobians


def _analytical_jacobians(
    output: Any, inputs: list[Any], nondet_tol: float, check_grad_dtypes: bool
) -> list[Array]:
    """One array [elements of x, elements of output] for each input, by backward passes."""
    first, same_dtypes = _columns(output, inputs)
    second, _ = _columns(output, inputs)
    if check_grad_dtypes and not same_dtypes:
        raise GradcheckError("Gradient has dtype mismatch")
    for a, b in zip(first, second, strict=True):
        if a.size and np.abs(a - b).max() > nondet_tol:
            raise GradcheckError(
                "Backward is not reentrant, i.e., running backward with same input and "
                "grad_output multiple times gives different values, although analytical gradient "
                f"matches numerical gradient.The tolerance for nondeterminism was {nondet_tol}."
            )
    return first


def _columns(output: Any, inputs: list[Any]) -> tuple[list[Array], bool]:
    jacobians = [np.zeros((x.array.size, output.array.size), x.array.dtype) for x in inputs]
    same_dtypes = True
    for column, index in enumerate(np.ndindex(output.array.shape)):
        unit = np.zeros(output.array.shape, output.array.dtype)
        unit[index] = 1
        gradients = grad(
            output, inputs, output.new(unit, None), retain_graph=True, allow_unused=True
        )
        for x, jacobian, g in zip(inputs, jacobians, gradients, strict=True):
            if g is not None:
                same_dtypes = same_dtypes and g.dtype is x.dtype
                jacobian[:, column] = g.array.reshape(-1)
    return jacobians, same_dtypes


def _check_that_a_zero_gradient_gives_zeros(outputs: list[Any], inputs: list[Any]) -> None:
    # With a scalar output the columns above are one gradient of 1: a backward that forgot to
    # multiply by its gradient would still be right there.
    zeros = [o.new(np.zeros(o.array.shape, o.array.dtype), None) for o in outputs]
    for g in grad(outputs, inputs, zeros, allow_unused=True):
        if g is not None and np.any(g.array != 0):
            raise GradcheckError("backward not multiplied by grad_output")


def _check_inputs(arguments: tuple[Any, ...]) -> None:
    for i, x in enumerate(arguments):
        if not _requires_grad(x):
            continue
        if x.array.dtype != np.float64:
            warnings.warn(
                f"Input #{i} requires gradient and is not a double precision floating point or "
                "complex. This check will likely fail if all the inputs are not of double "
                "precision floating point or complex. ",
                stacklevel=3,
            )
        if any(step <= 0 and size > 1 for step, size in zip(x.stride(), x.shape, strict=True)):
            raise RuntimeError(
                f"The {i}th input has a dimension with stride 0. gradcheck only supports inputs "
                "that are non-overlapping to be able to compute the numerical gradients "
                "correctly. You should call .contiguous on the input before passing it to "
                "gradcheck."
            )
    if not any(_requires_grad(x) for x in arguments):
        raise ValueError(
            "gradcheck expects at least one input tensor to require gradient, but none of them "
            "have requires_grad=True."
        )


def _all_close(a: Array, b: Array, atol: float, rtol: float) -> bool:
    return bool(np.all(np.abs(a - b) <= atol + rtol * np.abs(b)))


def _requires_grad(x: Any) -> bool:
    return isinstance(x, TensorBase) and x.requires_grad


def _as_tuple(x: Any) -> tuple[Any, ...]:
    return tuple(x) if isinstance(x, (tuple, list)) else (x,)


def _differentiable(results: Any) -> tuple[Any, ...]:
    return tuple(r for r in _as_tuple(results) if r.requires_grad)


def _copies(results: Any) -> list[Array]:
    # `func` may return its own input, whose array is about to change again.
    return [r.array.copy() for r in _as_tuple(results)]
