"""Whole derivatives of a function: its Jacobian, its Hessian, and their products with vectors.

The backward pass gives vᵀJ: one product of a vector with the Jacobian. All else here is built of
it. A row of the Jacobian is vᵀJ with a unit vector v. J·v, the other way round, is had by passing
backward twice: vᵀJ is linear in v, so its own derivative by v is J. The Hessian is the Jacobian of
the gradient.

In all of them, create_graph keeps the results differentiable, and strict raises a RuntimeError
where the output does not depend on an input, instead of giving zeros.

Like gradcheck.py, this works through a tensor's methods, and so stands below the operations.

PyTorch: torch/autograd/functional.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..base import TensorBase
from .engine import grad
from .grad_mode import enable_grad

__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]

Function = Callable[..., Any]
Tensors = tuple[Any, ...]


def vjp(
    func: Function, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """(func(inputs), vᵀJ): v in the outputs' shape, the product in the inputs'.

    v may be left out where the output is a single number.
    """
    with enable_grad():
        leaves = _leaves(inputs, "vjp", create_graph)
        returned, outputs = _call(func, leaves, "vjp", strict)
        vectors = _vectors(v, outputs, "vjp", "user-provided function returns")
        products = _products(outputs, leaves, vectors, create_graph, strict)
    return _like(returned, outputs, create_graph), _like(inputs, products, create_graph)


def jvp(
    func: Function, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """(func(inputs), J·v): v in the inputs' shape, the product in the outputs'.

    v may be left out where the input is a single number.
    """
    with enable_grad():
        leaves = _leaves(inputs, "jvp", create_graph)
        vectors = _vectors(v, leaves, "jvp", "input to the user-provided function is")
        returned, outputs = _call(func, leaves, "jvp", strict)
        products = _forward_products(outputs, leaves, vectors, create_graph, strict)
    return _like(returned, outputs, create_graph), _like(returned, products, create_graph)


def vhp(
    func: Function, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """(func(inputs), vᵀH): the Hessian H of a function that returns one number; v in the inputs'
    shape, and so the product."""
    with enable_grad():
        leaves = _leaves(inputs, "vhp", create_graph)
        vectors = _vectors(v, leaves, "vhp", "input to the user-provided function is")
        returned, outputs = _call(func, leaves, "vhp", strict)
        _need_one_number(returned, outputs, "vhp")
        gradient = _products(outputs, leaves, (None,), True, strict)
        products = _products(gradient, leaves, vectors, create_graph, strict)
    return _like(returned, outputs, create_graph), _like(inputs, products, create_graph)


def hvp(
    func: Function, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """(func(inputs), H·v): as vhp, H being symmetric; slower, for it passes backward thrice."""
    with enable_grad():
        leaves = _leaves(inputs, "hvp", create_graph)
        vectors = _vectors(v, leaves, "hvp", "input to the user-provided function is")
        returned, outputs = _call(func, leaves, "hvp", strict)
        _need_one_number(returned, outputs, "hvp")
        gradient = _products(outputs, leaves, (None,), True, strict)
        products = _forward_products(gradient, leaves, vectors, create_graph, strict)
    return _like(returned, outputs, create_graph), _like(inputs, products, create_graph)


def jacobian(
    func: Function,
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
) -> Any:
    """∂output/∂input, of shape (*output.shape, *input.shape), a backward pass for each output.

    A tuple of inputs gives a tuple of Jacobians, a tuple of outputs a tuple of these. `vectorize`
    and `strategy` choose how PyTorch goes about it, and choose nothing here.
    """
    with enable_grad():
        leaves = _leaves(inputs, "jacobian", create_graph)
        returned, outputs = _call(func, leaves, "jacobian", strict)
        rows = tuple(_like(inputs, _jacobian(y, leaves, create_graph, strict)) for y in outputs)
    return _like(returned, rows)


def hessian(
    func: Function,
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
) -> Any:
    """∂²output/∂inputᵢ∂inputⱼ of a function that returns one number, of shape
    (*inputᵢ.shape, *inputⱼ.shape); of a tuple of inputs a tuple (i) of tuples (j)."""
    leaves = _leaves(inputs, "hessian", create_graph)

    def gradient(*xs: Any) -> Any:
        returned, outputs = _call(func, xs, "hessian", strict)
        _need_one_number(returned, outputs, "hessian")
        return _products(outputs, xs, (None,), True, strict)

    rows = jacobian(gradient, leaves, create_graph=create_graph, strict=strict)
    return _like(inputs, tuple(_like(inputs, row) for row in rows))


# What they share.


def _jacobian(output: Any, leaves: Tensors, create_graph: bool, strict: bool) -> Tensors:
    """The Jacobian of one output by every leaf, a row for each element of the output."""
    rows = [x.new_zeros((output.numel(), *x.shape)) for x in leaves]
    if output.requires_grad:
        for i, element in enumerate(output.reshape(-1)):
            products = _products((element,), leaves, (None,), create_graph, strict)
            for whole, product in zip(rows, products, strict=True):
                whole[i] = product
    return tuple(
        whole.reshape(*output.shape, *x.shape) for whole, x in zip(rows, leaves, strict=True)
    )


def _products(
    outputs: Tensors, leaves: Tensors, vectors: Tensors, create_graph: bool, strict: bool
) -> Tensors:
    """vᵀJ, zeros for a leaf that no output depends on."""
    pairs = [(y, v) for y, v in zip(outputs, vectors, strict=True) if y.requires_grad]
    found: Tensors = (None,) * len(leaves)
    if pairs:
        roots, weights = zip(*pairs, strict=True)
        found = grad(
            roots, leaves, weights, retain_graph=True, create_graph=create_graph, allow_unused=True
        )
    for i, g in enumerate(found):
        if g is None and strict:
            raise _independent(i)
    return tuple(
        x.new_zeros(x.shape) if g is None else g for g, x in zip(found, leaves, strict=True)
    )


def _forward_products(
    outputs: Tensors, leaves: Tensors, vectors: Tensors, create_graph: bool, strict: bool
) -> Tensors:
    """J·v: the derivative of wᵀJ by w, in the direction v."""
    weights = tuple(y.new_zeros(y.shape).requires_grad_() for y in outputs)
    weighted = _products(outputs, leaves, weights, True, strict)
    return _products(weighted, weights, vectors, create_graph, strict=False)


def _leaves(given: Any, name: str, create_graph: bool) -> Tensors:
    """The inputs as a tuple of tensors to differentiate by; views of the user's under create_graph,
    so that the results can be differentiated by those."""
    return tuple(
        x.view(x.shape) if create_graph and x.requires_grad else x.detach().requires_grad_()
        for x in _as_tuple(given, "inputs", name)
    )


def _call(func: Function, leaves: Tensors, name: str, strict: bool) -> tuple[Any, Tensors]:
    """What the function returned, and the same as a tuple."""
    returned = func(*leaves)
    outputs = _as_tuple(returned, "outputs of the user-provided function", name)
    for i, y in enumerate(outputs):
        if strict and not y.requires_grad:
            raise RuntimeError(
                f"Output {i} of the user-provided function does not require gradients. The outputs "
                "must be computed in a differentiable manner from the input when running in strict "
                "mode."
            )
    return returned, outputs


def _as_tuple(given: Any, what: str, name: str) -> Tensors:
    """The tensor or tensors as a tuple. TypeError for what is neither."""
    tensors = given if isinstance(given, tuple) else (given,)
    for i, x in enumerate(tensors):
        if not isinstance(x, TensorBase):
            which = f"value at index {i}" if tensors is given else f"given {what}"
            raise TypeError(
                f"The {what} given to {name} must be either a Tensor or a tuple of Tensors but the "
                f"{which} has type {type(x)}."
            )
    return tensors


def _vectors(v: Any, like: Tensors, name: str, whose: str) -> Tensors:
    """The given vectors, checked against what they multiply; for a single number, 1."""
    if v is None:
        if len(like) != 1 or like[0].numel() != 1:
            raise RuntimeError(
                f"The vector v can only be None if the {whose} a single Tensor with a single "
                "element."
            )
        return (like[0].new_ones(like[0].shape),)
    vectors = v if isinstance(v, tuple) else (v,)
    if len(vectors) != len(like):
        if len(like) == 1:
            raise RuntimeError("The given v should contain a single Tensor.")
        raise RuntimeError(
            f"v is a tuple of invalid length: should be {len(like)} but got {len(vectors)}."
        )
    for i, (own, other) in enumerate(zip(vectors, like, strict=True)):
        if own.shape != other.shape:
            entry = f"Entry {i} in " if len(like) > 1 else ""
            raise RuntimeError(
                f"{entry}v has invalid size: should be {other.shape} but got {own.shape}."
            )
    return vectors


def _need_one_number(returned: Any, outputs: Tensors, name: str) -> None:
    if isinstance(returned, tuple):
        raise RuntimeError(f"The function given to {name} should return a single Tensor")
    if outputs[0].numel() != 1:
        raise RuntimeError(
            f"The Tensor returned by the function given to {name} should contain a single element"
        )


def _independent(i: int) -> RuntimeError:
    return RuntimeError(
        f"The output of the user-provided function is independent of input {i}. This is not "
        "allowed in strict mode."
    )


def _like(given: Any, results: Any, create_graph: bool = True) -> Any:
    """A tuple if a tuple was given, else the one result; constants unless create_graph."""
    if not create_graph:
        results = tuple(x.detach() for x in results)
    return results if isinstance(given, tuple) else results[0]
