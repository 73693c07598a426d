"""The inverse of a matrix, and its powers, which for a negative exponent are the inverse's.

PyTorch: aten/src/ATen/native/BatchLinearAlgebra.cpp (linalg_inv_ex), LinearAlgebra.cpp
(matrix_power); tools/autograd/derivatives.yaml.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import Value
from ..dtypes import title
from .inplace import copy_
from .matmul import matmul
from .operands import array_of
from .shape import clone, transpose


class _LinAlgError(RuntimeError):
    """What a matrix of these numbers does not have: an inverse, where it is singular."""


class LinalgInvExBackward0(Node):
    """y = x⁻¹ for (*, n, n);  dL/dx = -yᵀ @ dL/dy @ yᵀ.

    PyTorch: derivatives.yaml, linalg_inv_ex.
    """

    __slots__ = ()
    saves = ("inverse",)

    def forward(self, x: Any) -> Any:
        try:
            y = np.linalg.inv(x)
        except np.linalg.LinAlgError:
            raise _LinAlgError(_explain_singular(x)) from None
        # LAPACK's order in memory, columns first: reshapes of the result show it in the graph.
        y = np.ascontiguousarray(y.swapaxes(-1, -2)).swapaxes(-1, -2)
        self.save_for_backward(y)
        return y

    def backward(self, grad: Value) -> Value:
        (y,) = self.saved_tensors
        back = transpose(y, -2, -1)
        return -matmul(back, matmul(grad, back))


def _explain_singular(x: Any) -> str:
    batch, pivot = first_failure(x, zero_pivot)
    return (
        f"linalg.inv: {batch}The diagonal element {pivot} is zero, the inversion could not be "
        "completed because the input matrix is singular."
    )


def first_failure(x: Any, place: Callable[[Any], int]) -> tuple[str, int]:
    """Which matrix of a batch fails first, in a message's words, and at which place, from 1 on.

    place: the function that finds it in one matrix; 0 where nothing fails.
    """
    flat = x.reshape(-1, *x.shape[-2:])
    batch, found = next((b, p) for b, m in enumerate(flat) if (p := place(m)))
    return ("" if x.ndim == 2 else f"(Batch element {batch}): "), found


def zero_pivot(matrix: Any) -> int:
    """Where Gauss's elimination meets its first zero pivot, counted from 1; 0 if nowhere."""
    rows = matrix.copy()
    for i in range(len(rows)):
        best = i + np.argmax(np.abs(rows[i:, i]))
        if rows[best, i] == 0:
            return i + 1
        rows[[i, best]] = rows[[best, i]]
        rows[i + 1 :] -= np.outer(rows[i + 1 :, i] / rows[i, i], rows[i])
    return 0


def check_square(x: Value, name: str) -> None:
    if x.ndim < 2:
        raise RuntimeError(f"{name}: The input tensor A must have at least 2 dimensions.")
    rows, columns = x.shape[-2:]
    if rows != columns:
        raise RuntimeError(
            f"{name}: A must be batches of square matrices, but they are {rows} by {columns} "
            "matrices"
        )


def need_floats(a: Value, name: str) -> None:
    kind = array_of(a).dtype
    if kind.kind != "f":
        raise NotImplementedError(
            f"{name}: Expected a floating point or complex tensor as input. Got {title(kind)}"
        )


def inv(A: Value) -> Value:
    """The inverse of a square matrix, or of each of a batch. LinAlgError if one is singular."""
    check_square(A, "linalg.inv")
    need_floats(A, "linalg.inv")
    return LinalgInvExBackward0.apply(A)


def inverse(input: Value) -> Value:
    """`torch.linalg.inv` by its older name."""
    return inv(input)


def matrix_power(input: Value, n: int) -> Value:
    """The n-th power of a square matrix, or of each of a batch, by squaring."""
    check_square(input, "linalg.matrix_power")
    if n == 0:
        return copy_(clone(input), input.new(np.eye(input.shape[-1])))
    if n == 1:
        return clone(input)
    if n < 0:
        inverted = inv(input)
        return inverted if n == -1 else matrix_power(inverted, -n)
    if n == 3:  # not x·(x·x), as the general way has it
        return matmul(matmul(input, input), input)
    square, y = input, None
    while True:
        if n % 2:
            y = square if y is None else matmul(y, square)
        n //= 2
        if not n:
            return y
        square = matmul(square, square)
