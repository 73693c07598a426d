"""The short way of the operators + - and ·, of which programs do more than of anything else.

Between two tensors of one dtype, which most of them are, there is little to ask, and what
`Node.apply` does for any number of inputs of any kind can be written down without its loops and
calls: that is half the time of a small operation. A test holds both ways equal.

What is short here is so for a reason that is Python's. A call costs as much as the work of a line,
and every object that a node keeps is one more for the garbage collector to walk over. So what each
node would make alike is made once, and all that depends on the class is settled before the first
call.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from ..autograd.grad_mode import mode
from ..autograd.node import (
    NO_EDGE,
    NOTHING_SAVED,
    Edge,
    Node,
    SavedVariable,
    gradient_edge,
    next_number,
)
from ..base import TensorBase
from .broadcasting import explain_broadcast

Operator = Callable[[Any, Any], Any]
BOTH, FIRST, SECOND = (True, True), (True, False), (False, True)  # of a node's needs_input_grad


def quick(node_class: type[Node], ufunc: np.ufunc) -> Callable[[Operator], Operator]:
    """Decorates a tensor's operator: `node_class`, whose forward is `ufunc`, is recorded here, and
    the operator itself is asked only where that is not all there is to do."""
    multiplies = bool(node_class.saves)  # then each gradient is made with the other operand

    def decorate(operator: Operator) -> Operator:
        @wraps(operator)
        def quickly(a: Any, b: Any) -> Any:
            if not isinstance(b, TensorBase):
                return operator(a, b)
            x, y = a.array, b.array
            kind = x.dtype  # the result's, too
            if kind is not y.dtype or not mode.records:
                return operator(a, b)
            if a._grad_fn is not None and a._base is None:
                edge_a: Edge = (a._grad_fn, a.output_nr)
            else:
                edge_a = NO_EDGE if a._base is None and not a._requires_grad else gradient_edge(a)
            if b._grad_fn is not None and b._base is None:
                edge_b: Edge = (b._grad_fn, b.output_nr)
            else:
                edge_b = NO_EDGE if b._base is None and not b._requires_grad else gradient_edge(b)
            if edge_a is edge_b:  # both are NO_EDGE: no gradient is wanted
                return operator(a, b)

            try:
                result = ufunc(x, y)
            except ValueError as error:
                raise explain_broadcast(error, x, y) from None
            node: Any = node_class()
            node.next_functions = (edge_a, edge_b)
            node.sequence_nr = next_number()
            node.result_shape, node.result_dtype, node.more_results = result.shape, kind, ()
            node.make = new = a.new
            node.hooks = None
            node.needs_input_grad = (
                FIRST if edge_b is NO_EDGE else SECOND if edge_a is NO_EDGE else BOTH
            )
            if multiplies:
                node._saved = (
                    None if edge_b is NO_EDGE else SavedVariable(x, a.storage, a),
                    None if edge_a is NO_EDGE else SavedVariable(y, b.storage, b),
                )
            else:
                node.alpha = 1
                node._saved = NOTHING_SAVED
            return new(result, node)

        return quickly

    return decorate
