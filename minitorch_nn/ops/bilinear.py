"""bilinear: y = aᵀ W b + c, a form in two inputs.

PyTorch: aten/src/ATen/native/Linear.cpp (bilinear, _trilinear).
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import Value
from ..dtypes import cpp_name
from .matmul import mm
from .operands import array_of
from .shape import permute, reshape, t, unsqueeze


class TrilinearBackward0(Node):
    """y[n, o] = Σᵢⱼ a[n, i]·w[o, i, j]·b[n, j]: linear in a, in w and in b.

    The gradients of a and b are such sums again, with w's dimensions in another order:
    dL/da = trilinear(dL/dy, w[i, o, j], b),  dL/db = trilinear(dL/dy, w[j, o, i], a).
    PyTorch: derivatives.yaml, _trilinear.
    """

    __slots__ = ()
    saves = ("i1", "i2", "i3")

    def forward(self, a: Any, w: Any, b: Any) -> Any:
        self.save_for_backward(a, w, b)
        half = np.tensordot(a, w, (1, 1))  # Σᵢ a·w: (n, o, j)
        return (half @ b[:, :, None])[:, :, 0]

    def backward(self, grad: Value) -> tuple[Value | None, ...]:
        a, w, b = self.saved_tensors
        need_a, need_w, need_b = self.needs_input_grad
        grad_a = grad_w = grad_b = None
        if need_a:
            grad_a = TrilinearBackward0.apply(grad, permute(w, (1, 0, 2)), b)
        if need_w:
            outer = unsqueeze(grad, 2) * unsqueeze(a, 1)  # (n, o, i)
            n, o, i = outer.shape
            grad_w = reshape(mm(t(reshape(outer, (n, o * i))), b), tuple(w.shape))
        if need_b:
            grad_b = TrilinearBackward0.apply(grad, permute(w, (2, 0, 1)), a)
        return grad_a, grad_w, grad_b


def bilinear(input1: Value, input2: Value, weight: Value, bias: Value | None = None) -> Value:
    """y[*, o] = Σᵢⱼ input1[*, i]·weight[o, i, j]·input2[*, j] + bias[o].

    RuntimeError if the sizes or dtypes do not match.
    """
    if input1.ndim != input2.ndim:
        raise RuntimeError(
            f"bilinear(): input dimensions do not match: got {input1.ndim} and {input2.ndim}"
        )
    lead = tuple(input1.shape[:-1])
    for dim, (own, other) in enumerate(zip(lead, input2.shape, strict=False)):
        if own != other:
            raise RuntimeError(
                f"bilinear(): input batch dimensions do not match at dim {dim}: got {own} and "
                f"{other}"
            )
    if input1.ndim == 0:
        raise IndexError("Dimension specified as -1 but tensor has no dimensions")
    for i, x in ((1, input1), (2, input2)):
        if x.shape[-1] != weight.shape[i]:
            raise RuntimeError(
                f"bilinear(): input{i} size does not match weight size: got {x.shape[-1]} but "
                f"expected {weight.shape[i]}"
            )
    if bias is not None and bias.shape[0] != weight.shape[0]:
        raise RuntimeError(
            f"bilinear(): bias size does not match weight size: got {bias.shape[0]} but expected "
            f"{weight.shape[0]}"
        )
    kinds = [array_of(x).dtype for x in (input1, input2, weight)]
    if len(set(kinds)) > 1:
        first, second, third = map(cpp_name, kinds)
        raise RuntimeError(
            f"All tensors must have the same dtype, got input1: {first}, input2: {second}, "
            f"weight: {third}"
        )
    flat = [reshape(x, (prod(lead), x.shape[-1])) for x in (input1, input2)]
    y = reshape(TrilinearBackward0.apply(flat[0], weight, flat[1]), (*lead, weight.shape[0]))
    return y if bias is None else y + bias
