"""Calling a module: `forward`, and the hooks that run before and after it, forward and backward.

A hook looks at what passes through a layer, or changes it, and the layer knows nothing of it:

    def show(module, args, output):
        print(type(module).__name__, output.shape)

    handle = model.fc1.register_forward_hook(show)
    model(x)          # prints
    handle.remove()

PyTorch: torch/nn/modules/module.py (_call_impl), torch/utils/hooks.py (BackwardHook),
torch/nn/modules/_functions.py (BackwardHookFunction).
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from ..autograd.function import Function
from ..autograd.grad_mode import is_grad_enabled
from ..autograd.node import Node, RemovableHandle
from ..tensor import Tensor

Hook = Callable[..., Any]

# Hooks on every module there is, by their numbers: what kind each is, and the hook.
_on_every_module: dict[int, tuple[str, Hook]] = {}


class HasHooks:
    """The part of `Module` that makes `module(x)` more than `module.forward(x)`."""

    forward: Callable[..., Any]
    _forward_hooks: dict[int, Hook]
    _forward_hooks_with_kwargs: dict[int, bool]
    _forward_hooks_always_called: dict[int, bool]
    _forward_pre_hooks: dict[int, Hook]
    _forward_pre_hooks_with_kwargs: dict[int, bool]
    _backward_hooks: dict[int, Hook]
    _backward_pre_hooks: dict[int, Hook]
    _is_full_backward_hook: bool | None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if (
            self._backward_hooks
            or self._backward_pre_hooks
            or self._forward_hooks
            or self._forward_pre_hooks
            or _on_every_module
        ):
            return self._call_with_hooks(args, kwargs)
        return self.forward(*args, **kwargs)

    def _call_with_hooks(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        result = None
        ran: set[int] = set()
        backward = self._backward_hook()
        try:
            args, kwargs = self._run_forward_pre_hooks(args, kwargs)
            if backward:
                args = backward.mark_inputs(args)
            result = self.forward(*args, **kwargs)
            # A tuple, because a hook may remove itself while it runs.
            for key, hook in (*_everywhere("forward"), *self._forward_hooks.items()):
                ran.add(key)
                replaced = self._run_forward_hook(key, hook, args, kwargs, result)
                if replaced is not None:
                    result = replaced
        except Exception:
            for key in self._forward_hooks_always_called:
                if key in self._forward_hooks and key not in ran:
                    self._run_forward_hook(key, self._forward_hooks[key], args, kwargs, result)
            raise
        if backward:
            result = backward.mark_outputs(result)
        if self._is_full_backward_hook is False and self._backward_hooks:
            _hook_the_last_node(self, [*self._backward_hooks.values()], args, result)
        return result

    def _backward_hook(self) -> _BackwardHook | None:
        hooks = [hook for _, hook in _everywhere("backward")]
        pre_hooks = [hook for _, hook in _everywhere("backward_pre")]
        if self._is_full_backward_hook is not False:
            hooks += self._backward_hooks.values()
        pre_hooks += self._backward_pre_hooks.values()
        return _BackwardHook(self, hooks, pre_hooks) if hooks or pre_hooks else None

    def _run_forward_hook(
        self, key: int, hook: Hook, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any
    ) -> Any:
        if key in self._forward_hooks_with_kwargs:
            return hook(self, args, kwargs, result)
        return hook(self, args, result)

    def _run_forward_pre_hooks(
        self, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        for key, hook in (*_everywhere("forward_pre"), *self._forward_pre_hooks.items()):
            if key not in self._forward_pre_hooks_with_kwargs:
                replaced = hook(self, args)
                if replaced is not None:
                    args = replaced if isinstance(replaced, tuple) else (replaced,)
                continue
            replaced = hook(self, args, kwargs)
            if replaced is None:
                continue
            if not (isinstance(replaced, tuple) and len(replaced) == 2):
                raise RuntimeError(
                    "forward pre-hook must return None or a tuple of (new_args, new_kwargs), "
                    f"but got {replaced}."
                )
            args, kwargs = replaced
        return args, kwargs

    def register_forward_pre_hook(
        self, hook: Hook, *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Call `hook(module, args)` before each forward; what it returns replaces the arguments.

        With `with_kwargs` it is `hook(module, args, kwargs)`, and returns both or None.
        Returns a handle whose `remove()` takes the hook away.
        """
        handle = RemovableHandle(self._forward_pre_hooks, hook, prepend=prepend)
        if with_kwargs:
            self._forward_pre_hooks_with_kwargs[handle.id] = True
        return handle

    def register_forward_hook(
        self,
        hook: Hook,
        *,
        prepend: bool = False,
        with_kwargs: bool = False,
        always_call: bool = False,
    ) -> RemovableHandle:
        """Call `hook(module, args, output)` after each forward; what it returns is the output.

        With `with_kwargs` it is `hook(module, args, kwargs, output)`. With `always_call` it is
        called even if the forward, or a hook before this one, raised an exception.
        """
        handle = RemovableHandle(self._forward_hooks, hook, prepend=prepend)
        if with_kwargs:
            self._forward_hooks_with_kwargs[handle.id] = True
        if always_call:
            self._forward_hooks_always_called[handle.id] = True
        return handle

    def register_full_backward_pre_hook(self, hook: Hook, prepend: bool = False) -> RemovableHandle:
        """Call `hook(module, grad_output)` when the gradients of the outputs are known.

        `grad_output` is a tuple; what the hook returns replaces it.
        """
        return RemovableHandle(self._backward_pre_hooks, hook, prepend=prepend)

    def register_full_backward_hook(self, hook: Hook, prepend: bool = False) -> RemovableHandle:
        """Call `hook(module, grad_input, grad_output)` when the gradients of the inputs are known.

        Both are tuples, with None for arguments that are no tensors. What the hook returns replaces
        `grad_input`. The module's inputs and outputs must not be changed in place.
        """
        self._settle_on(full=True)
        return RemovableHandle(self._backward_hooks, hook, prepend=prepend)

    def register_backward_hook(self, hook: Hook) -> RemovableHandle:
        """Deprecated, by PyTorch too: call `hook(module, grad_input, grad_output)` of the *last
        operation* of the forward, whose inputs need not be the module's."""
        self._settle_on(full=False)
        return RemovableHandle(self._backward_hooks, hook)

    def _settle_on(self, *, full: bool) -> None:
        if self._is_full_backward_hook not in (None, full):
            raise RuntimeError(
                "Cannot use both regular backward hooks and full backward hooks on a single "
                "Module. Please use only one of them."
            )
        self._is_full_backward_hook = full


def _everywhere(kind: str) -> list[tuple[int, Hook]]:
    return [(key, hook) for key, (its, hook) in _on_every_module.items() if its == kind]


def register_module_forward_pre_hook(hook: Hook) -> RemovableHandle:
    """As `Module.register_forward_pre_hook`, on every module there is."""
    return RemovableHandle(_on_every_module, ("forward_pre", hook))


def register_module_forward_hook(hook: Hook) -> RemovableHandle:
    """As `Module.register_forward_hook`, on every module there is."""
    return RemovableHandle(_on_every_module, ("forward", hook))


def register_module_full_backward_pre_hook(hook: Hook) -> RemovableHandle:
    """As `Module.register_full_backward_pre_hook`, on every module there is."""
    return RemovableHandle(_on_every_module, ("backward_pre", hook))


def register_module_full_backward_hook(hook: Hook) -> RemovableHandle:
    """As `Module.register_full_backward_hook`, on every module there is."""
    return RemovableHandle(_on_every_module, ("backward", hook))


def _hook_the_last_node(module: Any, hooks: list[Hook], args: Any, result: Any) -> None:
    """Run non-full backward hooks after the node that made the module's result."""
    while not isinstance(result, Tensor):
        result = next(iter(result.values())) if isinstance(result, dict) else result[0]
    node = result.grad_fn
    if node is None:
        return
    below = {n for n, _ in node.next_functions}
    if {x.grad_fn for x in args if isinstance(x, Tensor) and x.grad_fn is not None} != below:
        warnings.warn(
            "Using a non-full backward hook when the forward contains multiple autograd Nodes is "
            "deprecated and will be removed in future versions. This hook will be missing some "
            "grad_input. Please use register_full_backward_hook to get the documented behavior.",
            FutureWarning,
            stacklevel=5,
        )
    for hook in hooks:
        node.register_hook(functools.partial(hook, module))


class BackwardHookFunction(Function):
    """The identity: a node that stands where gradients enter a module, and where they leave it."""

    @staticmethod
    def forward(ctx: Any, *tensors: Any) -> Any:
        ctx.mark_non_differentiable(*[t for t in tensors if not t.requires_grad])
        return tensors

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        return gradients


class _BackwardHook:
    """One call of a module with backward hooks: two marks in the graph, and what passes them.

    The backward pass reaches the outputs' mark first. It runs the pre-hooks there and remembers the
    gradients, which the hooks get to see when the inputs' mark is reached.
    """

    def __init__(self, module: Any, hooks: list[Hook], pre_hooks: list[Hook]) -> None:
        self.module = module
        self.hooks = hooks
        self.pre_hooks = pre_hooks
        self.grad_outputs: Any = None
        self.input_count = 0
        self.input_places: list[int] = []
        self.output_count = 0
        self.output_places: list[int] = []

    def mark_inputs(self, args: tuple[Any, ...]) -> Any:
        self.input_count = len(args)
        args, self.input_places, node = _mark(args)
        if node is not None:
            node.register_hook(self._at_inputs)
        return args

    def mark_outputs(self, result: Any) -> Any:
        if not isinstance(result, (Tensor, tuple)):
            warnings.warn(
                "For backward hooks to be called, module output should be a Tensor or a tuple of "
                f"Tensors but received {type(result)}",
                stacklevel=4,
            )
        outputs = result if isinstance(result, tuple) else (result,)
        self.output_count = len(outputs)
        outputs, self.output_places, node = _mark(outputs)
        if node is not None:
            node.register_hook(self._at_outputs)
        return outputs if isinstance(result, tuple) else outputs[0]

    def _at_outputs(self, _: Any, gradients: Sequence[Any]) -> Any:
        seen: Any = _spread(gradients, self.output_places, self.output_count)
        for hook in self.pre_hooks:
            changed = hook(self.module, seen)
            if changed is not None:
                seen = _same_length(changed, seen, "Backward pre hook", "grad_output")
        if self.input_places:
            self.grad_outputs = seen
        elif self.hooks:
            self._run_without_inputs(seen)
        return tuple(seen[place] for place in self.output_places)

    def _at_inputs(self, gradients: Sequence[Any], _: Any) -> Any:
        if self.grad_outputs is None:
            return None  # the pass reached the inputs without passing the outputs
        seen: Any = _spread(gradients, self.input_places, self.input_count)
        for hook in self.hooks:
            changed = hook(self.module, seen, self.grad_outputs)
            if changed is not None:
                seen = _same_length(changed, seen, "Backward hook", "grad_input")
        self.grad_outputs = None
        return tuple(seen[place] for place in self.input_places)

    def _run_without_inputs(self, grad_outputs: Any) -> None:
        warnings.warn(
            "Full backward hook is firing when gradients are computed with respect to module "
            "outputs since no inputs require gradients. See https://docs.pytorch.org/docs/main/"
            "generated/torch.nn.Module.html#torch.nn.Module.register_full_backward_hook for more "
            "details.",
            stacklevel=2,
        )
        for hook in self.hooks:
            changed = hook(self.module, (None,) * self.input_count, grad_outputs)
            if changed is not None and not (
                isinstance(changed, tuple) and all(grad is None for grad in changed)
            ):
                raise RuntimeError(
                    "Backward hook for Modules where no input requires gradient should always "
                    "return None or None for all gradients."
                )


def _mark(values: Any) -> tuple[Any, list[int], Node | None]:
    """Pass the tensors among `values` through a node of their own.

    Returns the values, the tensors' places among them, and the node; no places and no node when
    no gradient will come this way.
    """
    places = [i for i, value in enumerate(values) if isinstance(value, Tensor)]
    if not (is_grad_enabled() and any(values[i].requires_grad for i in places)):
        return values, [], None
    marked = list(values)
    for place, tensor in zip(
        places, BackwardHookFunction.apply(*[values[i] for i in places]), strict=True
    ):
        marked[place] = tensor
    node = next(marked[i].grad_fn for i in places if marked[i].grad_fn is not None)
    # A named tuple takes its fields one by one.
    result = tuple(marked) if type(values) is tuple else type(values)(*marked)
    return result, places, node


def _spread(gradients: Sequence[Any], places: list[int], count: int) -> tuple[Any, ...]:
    """The tensors' gradients back at their places, None between them."""
    spread: list[Any] = [None] * count
    for place, gradient in zip(places, gradients, strict=True):
        spread[place] = gradient
    return tuple(spread)


def _same_length(changed: Any, seen: Any, hook: str, what: str) -> Any:
    if len(changed) != len(seen):
        raise RuntimeError(
            f"{hook} returned an invalid number of {what}, "
            f"got {len(changed)}, but expected {len(seen)}"
        )
    return changed
