"""The backward pass.

Three steps, none of them recursive. First walk the graph once and count, for every node, how many
gradients it waits for. Then run the nodes that wait for nothing, the latest created first, and hand
each gradient to the node it leads to, summing what meets there. A leaf's AccumulateGrad stores what
arrives in `grad`.

Gradients in flight live in the pass: in `buffers`, keyed by edge (a node and which of its results
the gradient belongs to). They are bare arrays, unless create_graph=True asks for a gradient that
can be differentiated again: then they are tensors, and the same formulas record a new graph.

PyTorch: torch/csrc/autograd/engine.cpp (Engine::execute, compute_dependencies, evaluate_function).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from heapq import heappop, heappush
from math import prod
from typing import Any

import numpy as np

from ..base import TensorBase, Value
from ..heap import keep_freed_memory
from ..layout import is_dense
from .anomaly import anomaly, refuse_nan
from .grad_mode import set_grad_enabled
from .input_metadata import fit, fit_all
from .node import AccumulateGrad, Edge, Node, gradient_edge


class BackwardPass:
    """One run over the graph below some roots.

    targets: the edges whose gradients are wanted, or None for "every leaf".
    accumulate: whether targets that are leaves store their gradient (backward(inputs=…)) instead
        of being collected in `captured` (autograd.grad).
    """

    def __init__(
        self,
        roots: Sequence[Edge],
        targets: Iterable[Edge] | None,
        retain_graph: bool,
        accumulate: bool,
        create_graph: bool,
    ) -> None:
        keep_freed_memory()  # somebody trains: there will be a next step
        self.retain_graph = retain_graph
        self.bare = not create_graph  # whether gradients in flight are bare arrays
        self.accumulate = accumulate
        self.targets = None if targets is None else set(targets)
        self.captured: dict[Edge, Value] = {}
        self.buffers: dict[Any, Value] = {}  # a node's first result goes by the node alone
        self.refuses_nan = anomaly.enabled and anomaly.check_nan
        self.ready: list[int] = []  # a heap of negated sequence numbers: the latest comes first
        self.by_number: dict[int, Node] = {}
        self.claimed: set[int] = set()  # memory that some `grad`, or a user, already holds
        nodes = list(dict.fromkeys([node for node, _ in roots]))
        self.on_the_way = None if self.targets is None else _leading_to(nodes, self.targets)
        self.waiting = self._count(nodes)
        self.starts = [node for node in nodes if not self.waiting[node]]

    def _count(self, nodes: list[Node]) -> dict[Node, int]:
        """How many gradients each node will receive."""
        waiting = dict.fromkeys(nodes, 0)
        stack, wanted = list(nodes), self.on_the_way
        while stack:
            for node, _ in stack.pop().next_functions:
                if node in waiting:
                    waiting[node] += 1
                elif node is not None and (wanted is None or node in wanted):
                    waiting[node] = 1
                    stack.append(node)
        return waiting

    def _is_wanted(self, node: Node) -> bool:
        return self.on_the_way is None or node in self.on_the_way

    def run(self, roots: Sequence[Edge], gradients: Sequence[Value]) -> None:
        """Formulas record themselves under create_graph, and nowhere else."""
        with set_grad_enabled(not self.bare):
            for edge, grad in zip(roots, gradients, strict=True):
                self.claim(grad)  # it may be the user's own array
                self.receive(edge, grad)
            for start in self.starts:
                self.schedule(start)
            while self.ready:
                self.follow(self.by_number.pop(-heappop(self.ready)))

    def receive(self, edge: Edge, grad: Value) -> None:
        key = edge if edge[1] else edge[0]
        held = self.buffers.get(key)
        self.buffers[key] = grad if held is None else held + grad

    def schedule(self, node: Node) -> None:
        if type(node) is AccumulateGrad:
            self.finish_leaf(node)
            return
        self.by_number[node.sequence_nr] = node
        heappush(self.ready, -node.sequence_nr)

    def follow(self, node: Node) -> None:
        """Runs a node, passes its gradients on, and goes on so along a chain: while the only node
        that is ready is the one that has just become so, no heap need say which comes next, and
        its gradient need not be put down to be picked up again.

        These lines run for every operation of a program: few questions, and no calls.
        """
        waiting, buffers, ready, bare = self.waiting, self.buffers, self.ready, self.bare
        unwatched = self.targets is None
        arrived = None  # the gradient that goes straight to `node`
        while True:
            if unwatched and node.hooks is None and not node.more_results:
                grad = buffers.pop(node, None) if arrived is None else arrived
                if grad is not None or node.always_runs:
                    results = node.backward(grad)
                else:  # nothing arrived, so nothing leaves; but those below must not wait for it
                    results = (None,) * len(node.next_functions)
            else:
                if arrived is not None:
                    buffers[node] = arrived
                results = self._evaluate_watched(node)
                if results is None:
                    return
            if type(results) is not tuple:
                results = (results,)
            if self.refuses_nan:
                refuse_nan(node, results)
            if node._saved and not self.retain_graph:
                node.release()

            following = arrived = None
            for edge, grad in zip(node.next_functions, results):  # noqa: B905 (strict costs time)
                below, nr = edge
                left = waiting.get(below)
                if left is None:  # no gradient is wanted there
                    continue
                if grad is not None:
                    if nr == 0:
                        shape, kind = below.result_shape, below.result_dtype
                    else:
                        shape, kind = below.more_results[nr - 1]
                    if (grad if bare else grad.array).dtype is not kind or grad.shape != shape:
                        grad = fit(grad, shape, kind, node, node.next_functions.index(edge))
                if left == 1 and following is None and type(below) is not AccumulateGrad:
                    following = below
                    if nr == 0 and below not in buffers:
                        arrived = grad
                        continue
                if grad is not None:
                    self.receive(edge, grad)
                if left > 1:
                    waiting[below] = left - 1
                elif below is not following:
                    self.schedule(below)
            if following is None:
                return
            if ready:
                if arrived is not None:
                    buffers[following] = arrived
                self.schedule(following)
                return
            node = following

    def _evaluate_watched(self, node: Node) -> Any:
        """The gradients that a node gives where somebody looks on (hooks, targets), or where it has
        several results; None if the pass ends here."""
        keys = [node, *[(node, nr) for nr in range(1, len(node.metadata))]]
        grads = [self.buffers.pop(key, None) for key in keys]
        if self.targets is not None and not self._take_targets(node, grads):
            return None
        if node.hooks is not None:
            grads = self._run_hooks_before(node, grads)
        if node.always_runs or any(g is not None for g in grads):
            results = node.backward(*grads)
            if type(results) is not tuple:
                results = (results,)
        else:
            results = (None,) * len(node.next_functions)
        if node.hooks is not None and node.hooks.after:
            results = self._run_hooks_after(node, fit_all(results, node), grads)
        return results

    def _take_targets(self, node: Node, grads: list[Value]) -> bool:
        """Keeps the gradients that were asked for; whether the pass goes on below this node.

        As in PyTorch, a result's hooks have changed what is taken if the pass ends here, and have
        not yet run if it goes on.
        """
        assert self.targets is not None
        goes_on = any(n is not None and self._is_wanted(n) for n, _ in node.next_functions)
        if not goes_on and node.hooks is not None:
            grads = self._run_result_hooks(node, grads)
        for nr, grad in enumerate(grads):
            if (node, nr) in self.targets:
                self.captured[node, nr] = grad
        return goes_on

    def finish_leaf(self, node: AccumulateGrad) -> None:
        grad = self.buffers.pop(node, None)
        if grad is None:
            return
        leaf = node.variable
        if leaf._hooks:
            for hook in list(leaf._hooks.values()):
                grad = self._call(hook, grad, node)
        if self.targets is not None and not self.accumulate:
            self.captured[node, 0] = grad
            return
        hooks = node.hooks
        if hooks is not None:
            grad = self._run_hooks_before(node, [grad])[0]
        if leaf._post_accumulate_hooks:
            self.claim(grad)  # the hook may write to `grad` while others still read this array
        node.backward(self.own(grad, leaf.array))
        if hooks is not None and hooks.after:
            self._run_hooks_after(node, (), [grad])
        if leaf._post_accumulate_hooks:
            self._run_post_accumulate_hooks(leaf)

    def _run_post_accumulate_hooks(self, leaf: Any) -> None:
        for hook in list(leaf._post_accumulate_hooks.values()):
            returned = hook(leaf)
            if returned is None or returned is leaf:  # as `lambda p: p.add_(…)` returns it
                continue
            if not isinstance(returned, TensorBase):
                kind = type(returned).__name__
                raise TypeError(f"expected Variable, but hook returned '{kind}'")
            raise RuntimeError("Tensor post accumulate grad hooks should return None.")

    # --- whose memory it is ------------------------------------------------------------------

    def own(self, grad: Value, like: Any) -> Value:
        """The gradient in memory of its own, for a `grad` that users may write to.

        x + y hands one array to both; a sum's gradient is one number seen everywhere. The first
        that asks for an array gets it, all others get a copy.
        """
        if isinstance(grad, TensorBase):
            return _copy(grad, like)
        grad = np.asarray(grad)
        # A broadcast array, one cell for many elements, has other strides than the leaf; so has a
        # convolution's, whose elements stand in an order of their own, which nobody need see.
        fits = grad.strides == like.strides or (like.flags.c_contiguous and is_dense(grad))
        if fits and grad.flags.writeable and self.claim(grad):
            return grad
        copy = np.empty_like(like)
        copy[...] = grad
        return copy

    def claim(self, grad: Value) -> bool:
        """Marks the gradient's memory as taken; False if it already was, or there is none."""
        if grad is None:
            return False
        array = grad.array if isinstance(grad, TensorBase) else grad
        owner = id(array if array.base is None else array.base)
        if owner in self.claimed:
            return False
        self.claimed.add(owner)
        return True

    # --- hooks -------------------------------------------------------------------------------

    def _from_hook(self, changed: Any) -> Value:
        """What a hook returned, in this pass's form. Its memory is the user's: no leaf takes it."""
        if changed is None:
            return None
        self.claim(changed)
        return changed.array if self.bare else changed

    def _call(self, hook: Any, grad: Value, node: Node) -> Value:
        """A tensor's hook: the gradient that it gives back, or the one it was given."""
        self.claim(grad)  # the hook may keep it
        changed = hook(_as_tensor(grad, node))
        if changed is None:
            return grad
        if not isinstance(changed, TensorBase):
            raise TypeError(f"expected Variable, but hook returned '{type(changed).__name__}'")
        if changed.array.shape != grad.shape:
            name = getattr(hook, "__name__", type(hook).__name__)
            raise RuntimeError(f"hook '{name}' has changed the size of value")
        return self._from_hook(changed)

    def _run_result_hooks(self, node: Node, grads: list[Value]) -> list[Value]:
        """Hooks of the node's results, then retain_grad."""
        hooks = node._hook_tables()
        for nr, hook in list(hooks.tensor.values()):
            if grads[nr] is not None:
                grads[nr] = self._call(hook, grads[nr], node)
        for nr, reference in hooks.retained.items():
            tensor = reference()
            if tensor is not None and grads[nr] is not None:
                shown = _as_tensor(grads[nr], node).clone()
                tensor._grad = shown if tensor._grad is None else tensor._grad + shown
        return grads

    def _run_hooks_before(self, node: Node, grads: list[Value]) -> list[Value]:
        """Hooks of the node's results, then the node's own prehooks."""
        grads = self._run_result_hooks(node, grads)
        for hook in list(node._hook_tables().before.values()):
            for grad in grads:
                self.claim(grad)
            changed = hook(tuple([_as_tensor(g, node) for g in grads]))
            if changed is not None:
                changed = changed if isinstance(changed, tuple) else (changed,)
                grads = [self._from_hook(c) for c in changed]
        return grads

    def _run_hooks_after(self, node: Node, results: Any, grads: list[Value]) -> Any:
        for grad in (*results, *grads):
            self.claim(grad)
        outputs = tuple([_as_tensor(g, node) for g in grads])
        for hook in list(node._hook_tables().after.values()):
            changed = hook(tuple([_as_tensor(g, node) for g in results]), outputs)
            if changed is not None:
                changed = changed if isinstance(changed, tuple) else (changed,)
                results = tuple([self._from_hook(c) for c in changed])
        return results


def _clone(tensor: Any) -> Any:
    return tensor.clone()


def _copy(tensor: Any, like: Any) -> Any:
    """A clone that lies in memory as its leaf does; CopyBackwards in the graph, as in PyTorch."""
    return tensor.new(np.empty_like(like)).copy_(tensor)


def _as_tensor(grad: Value, node: Node) -> Any:
    return grad if grad is None or isinstance(grad, TensorBase) else node.make(grad)


def _leading_to(roots: list[Node], targets: set[Edge]) -> set[Node]:
    """The nodes from which a target can be reached, the targets' own nodes among them."""
    wanted = {node for node, _ in targets}
    leading: set[Node] = set()
    seen: set[Node] = set()
    stack = [(node, False) for node in roots]
    while stack:
        node, children_done = stack.pop()
        if children_done:
            if node in wanted or any(n in leading for n, _ in node.next_functions):
                leading.add(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend([(n, False) for n, _ in node.next_functions if n is not None])
    return leading


def _root_gradient(output: Any, edge: Edge, grad: Any, create_graph: bool) -> Value:
    """The cotangent a pass starts with: ones for a single number, else what the caller gives."""
    shape, kind = edge[0].metadata[edge[1]]  # of `output`, without a look at its memory
    if grad is None:
        if prod(shape) != 1:
            raise RuntimeError("grad can be implicitly created only for scalar outputs")
        ones = np.ones(shape, kind)
        return output.new(ones) if create_graph else ones
    if not isinstance(grad, TensorBase):
        raise TypeError(f"gradients can be either Tensors or None, but got {type(grad).__name__}")
    if grad.array.shape != shape:
        raise RuntimeError(
            f"Mismatch in shape: grad_output[0] has a shape of {grad.shape} and output[0] has a "  # type: ignore[attr-defined]
            f"shape of {output.shape}."
        )
    return grad if create_graph else grad.array.astype(kind, copy=False)


def _start(
    outputs: Sequence[Any], grad_outputs: Sequence[Any], create_graph: bool
) -> tuple[list[Edge], list[Value]]:
    edges, grads = [], []
    for i, (output, grad) in enumerate(zip(outputs, grad_outputs, strict=True)):
        edge = gradient_edge(output)
        if edge[0] is None:
            raise RuntimeError(
                f"element {i} of tensors does not require grad and does not have a grad_fn"
            )
        edges.append(edge)
        grads.append(_root_gradient(output, edge, grad, create_graph))
    return edges, grads


def _sequence(x: Any) -> list[Any]:
    return [x] if isinstance(x, TensorBase) else list(x)


def _grad_outputs(given: Any, outputs: Sequence[Any]) -> list[Any]:
    if given is None:
        return [None] * len(outputs)
    grads = _sequence(given)
    if len(grads) != len(outputs):
        raise RuntimeError(f"got {len(outputs)} tensors and {len(grads)} gradients")
    return grads


def backward(
    tensors: Any,
    grad_tensors: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Any = None,
) -> None:
    """Adds the gradient of the (weighted) sum of `tensors` to the `grad` of every leaf below.

    grad_tensors: the weights, of the tensors' shapes; may be None for tensors of one element.
    retain_graph: keep what nodes saved, so that the graph can be passed again (default:
        create_graph). inputs: only these tensors' `grad` is filled.
    RuntimeError if a tensor has no graph, needs an explicit gradient, or its graph was freed.

    PyTorch: torch/autograd/__init__.py (backward).
    """
    outputs = _sequence(tensors)
    edges, grads = _start(outputs, _grad_outputs(grad_tensors, outputs), create_graph)
    keep = create_graph if retain_graph is None else retain_graph
    wanted = None
    if inputs is not None:
        leaves = _sequence(inputs)
        if not leaves:
            raise RuntimeError("`inputs` argument to `backward()` cannot be empty.")
        wanted = {gradient_edge(x): x for x in leaves}
    run = BackwardPass(edges, wanted, keep, accumulate=True, create_graph=create_graph)
    run.run(edges, grads)
    for edge, grad in run.captured.items():  # inputs that are no leaves
        if wanted is None or grad is None or wanted[edge].retains_grad:
            continue
        x = wanted[edge]
        shown = _clone(grad) if isinstance(grad, TensorBase) else x.new(np.array(grad))
        x._grad = shown if x._grad is None else x._grad + shown


def grad(
    outputs: Any,
    inputs: Any,
    grad_outputs: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> tuple[Any, ...]:
    """The gradients of the (weighted) sum of `outputs` with respect to `inputs`, as a tuple.

    Nothing is added to any `grad`. create_graph: the gradients can be differentiated again.
    RuntimeError for an input that the outputs do not depend on, unless allow_unused (its gradient
    is None) or materialize_grads (zeros).

    PyTorch: torch/autograd/__init__.py (grad).
    """
    if not only_inputs:
        warnings.warn(
            "only_inputs argument is deprecated and is ignored now (defaults to True). To "
            "accumulate gradient for other parts of the graph, please use torch.autograd.backward.",
            FutureWarning,
            stacklevel=2,
        )
    if is_grads_batched:
        raise NotImplementedError(
            "is_grads_batched is not part of minitorch_nn: call grad once per row of grad_outputs"
        )
    if materialize_grads and allow_unused is False:
        raise ValueError(
            "Expected allow_unused to be True or not passed when materialize_grads=True, "
            "but got: allow_unused=False."
        )
    outputs, inputs = _sequence(outputs), _sequence(inputs)
    edges, cotangents = _start(outputs, _grad_outputs(grad_outputs, outputs), create_graph)
    keep = create_graph if retain_graph is None else retain_graph
    targets = [gradient_edge(x) for x in inputs]
    if not all(x.requires_grad for x in inputs):
        raise RuntimeError("One of the differentiated Tensors does not require grad")
    run = BackwardPass(edges, targets, keep, accumulate=False, create_graph=create_graph)
    run.run(edges, cotangents)
    found = []
    for i, (x, edge) in enumerate(zip(inputs, targets, strict=True)):
        g = run.captured.get(edge)
        if g is None and materialize_grads:
            g = np.zeros_like(x.array)
        if g is None and not allow_unused:
            raise RuntimeError(
                f"The differentiated Tensor at index {i} appears to not have been used in the "
                "graph. Set allow_unused=True if this is the desired behavior."
            )
        if g is not None and not isinstance(g, TensorBase):
            g = x.new(run.own(g, x.array))
        found.append(g)
    return tuple(found)
