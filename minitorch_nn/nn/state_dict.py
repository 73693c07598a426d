"""Saving and loading a module's state: what `Module` inherits as `HasState`.

A state_dict is an ordered dictionary from names (`"fc1.weight"`) to tensors: every parameter and
every persistent buffer of a module and its children. Its `_metadata` attribute holds a version
number for each module, so that a later version of a layer can recognise an older file.

PyTorch: torch/nn/modules/module.py (state_dict, _save_to_state_dict, load_state_dict,
_load_from_state_dict), where all this is part of Module itself.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ..autograd.grad_mode import no_grad
from ..autograd.node import RemovableHandle
from ..tensor import Tensor
from .parameter import Parameter


class _Keys(NamedTuple):
    missing_keys: list[str]
    unexpected_keys: list[str]


class _IncompatibleKeys(_Keys):
    """What `load_state_dict` returns: the names that one side had and the other had not."""

    __slots__ = ()

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return super().__repr__()

    __str__ = __repr__


class HasState:
    """The half of `Module` that turns it into a dictionary of tensors and back."""

    _version: int = 1
    _parameters: dict[str, Parameter | None]
    _buffers: dict[str, Tensor | None]
    _non_persistent_buffers_set: set[str]
    _modules: dict[str, Any]
    _state_dict_hooks: dict[int, Callable[..., Any]]
    _state_dict_pre_hooks: dict[int, Callable[..., Any]]
    _load_state_dict_pre_hooks: dict[int, Callable[..., Any]]
    _load_state_dict_post_hooks: dict[int, Callable[..., Any]]

    def _own_state(self) -> dict[str, Tensor]:
        """This module's parameters and persistent buffers, without its children's."""
        state: dict[str, Tensor | None] = {**self._parameters}
        for name, buffer in self._buffers.items():
            if name not in self._non_persistent_buffers_set:
                state[name] = buffer
        return {name: tensor for name, tensor in state.items() if tensor is not None}

    def _save_to_state_dict(
        self, destination: dict[str, Any], prefix: str, keep_vars: bool
    ) -> None:
        """Write this module's own tensors into `destination`. Layers with more state extend it."""
        for name, tensor in self._own_state().items():
            destination[prefix + name] = tensor if keep_vars else tensor.detach()

    def state_dict(
        self,
        *,
        destination: dict[str, Any] | None = None,
        prefix: str = "",
        keep_vars: bool = False,
    ) -> dict[str, Any]:
        """Names and tensors of this module and all its children, in the order of registration.

        The tensors are detached and share memory with the parameters: training goes on changing
        them, so copy what must stay (`copy.deepcopy`). `keep_vars=True` gives the parameters
        themselves. A module that appears under two names is listed under both.
        """
        if destination is None:
            destination = OrderedDict()
            destination._metadata = OrderedDict()  # type: ignore[attr-defined]
        local_metadata = {"version": self._version}
        if hasattr(destination, "_metadata"):
            destination._metadata[prefix[:-1]] = local_metadata
        for hook in self._state_dict_pre_hooks.values():
            hook(self, prefix, keep_vars)
        self._save_to_state_dict(destination, prefix, keep_vars)
        for name, module in self._modules.items():
            if module is not None:
                module.state_dict(
                    destination=destination, prefix=f"{prefix}{name}.", keep_vars=keep_vars
                )
        for hook in self._state_dict_hooks.values():
            if hook(self, destination, prefix, local_metadata) is not None:
                raise RuntimeError("state_dict post-hook must return None")
        return destination

    def register_state_dict_pre_hook(self, hook: Callable[..., None]) -> RemovableHandle:
        """Call `hook(module, prefix, keep_vars)` before this module's state is gathered."""
        return RemovableHandle(self._state_dict_pre_hooks, hook)

    def register_state_dict_post_hook(self, hook: Callable[..., None]) -> RemovableHandle:
        """Call `hook(module, state_dict, prefix, local_metadata)` after this module's state and its
        children's have been gathered: the hook may rename entries, or take some out."""
        return RemovableHandle(self._state_dict_hooks, hook)

    def register_load_state_dict_pre_hook(self, hook: Callable[..., None]) -> RemovableHandle:
        """Call `hook(module, state_dict, prefix, local_metadata, strict, missing_keys,
        unexpected_keys, error_msgs)` before this module loads: to bring an old file's names up to
        date, for instance. It is given a copy of the user's dictionary."""
        return RemovableHandle(self._load_state_dict_pre_hooks, hook)

    def register_load_state_dict_post_hook(self, hook: Callable[..., None]) -> RemovableHandle:
        """Call `hook(module, incompatible_keys)` after this module and its children have loaded.
        What the hook does to the two lists decides whether strict loading fails."""
        return RemovableHandle(self._load_state_dict_post_hooks, hook)

    def _load_from_state_dict(
        self,
        state_dict: Mapping[str, Any],
        prefix: str,
        local_metadata: dict[str, Any],
        strict: bool,
        missing_keys: list[str],
        unexpected_keys: list[str],
        error_msgs: list[str],
    ) -> None:
        """Copy the entries of `state_dict` that belong to this module itself, not to its children.

        `local_metadata` is what the module that was saved wrote beside its state: its version.
        Problems are added to the three lists, so that one error can name them all.
        """
        for hook in self._load_state_dict_pre_hooks.values():
            hook(
                self, state_dict, prefix, local_metadata, strict,
                missing_keys, unexpected_keys, error_msgs,
            )  # fmt: skip
        own_state = self._own_state()
        for name, tensor in own_state.items():
            key = prefix + name
            if key in state_dict:
                value = state_dict[key]
                if tensor.dim() == 0 and isinstance(value, Tensor) and value.shape == (1,):
                    value = value[0]  # PyTorch before 0.4 had no 0-d tensors
                problem = _mismatch(key, tensor, value)
                if problem:
                    error_msgs.append(problem)
                else:
                    assign = local_metadata.get("assign_to_params_buffers", False)
                    self._load_tensor(name, tensor, value, assign)
            elif strict:
                missing_keys.append(key)

        if not strict:
            return
        for key in state_dict:
            if key.startswith(prefix):
                name, dot, _ = key[len(prefix) :].partition(".")
                if name not in (self._modules if dot else own_state):
                    unexpected_keys.append(key)

    def _load_tensor(self, name: str, tensor: Tensor, value: Tensor, assign: bool) -> None:
        if not assign:
            with no_grad():
                tensor.copy_(value)
            return
        if isinstance(value, Parameter):
            value.requires_grad_(tensor.requires_grad)
        elif isinstance(tensor, Parameter):
            value = Parameter(value, requires_grad=tensor.requires_grad)
        setattr(self, name, value)

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False
    ) -> _IncompatibleKeys:
        """Copy the tensors of `state_dict` into this module's parameters and buffers, in place.

        With `strict` the names must be exactly this module's own. With `assign` the given tensors
        become the module's, instead of being copied into those it has; an optimizer made before
        would go on training the old ones.

        Returns the missing and the unexpected names. TypeError if `state_dict` is no mapping;
        RuntimeError naming every missing and unexpected key (when strict) and every tensor of
        another shape (always).
        """
        if not isinstance(state_dict, Mapping):
            raise TypeError(f"Expected state_dict to be dict-like, got {type(state_dict)}.")
        metadata: Mapping[str, Any] = getattr(state_dict, "_metadata", None) or {}
        state_dict = OrderedDict(state_dict)  # a module may complete what an older one has saved
        missing: list[str] = []
        unexpected: list[str] = []
        errors: list[str] = []

        def load(module: HasState, prefix: str) -> None:
            local_metadata = dict(metadata.get(prefix[:-1], {}))
            if assign:
                local_metadata["assign_to_params_buffers"] = True
            module._load_from_state_dict(
                state_dict, prefix, local_metadata, True, missing, unexpected, errors
            )
            for name, child in module._modules.items():
                if child is not None:
                    load(child, f"{prefix}{name}.")
            for hook in module._load_state_dict_post_hooks.values():
                hook(module, _IncompatibleKeys(missing, unexpected))

        load(self, "")
        if strict and unexpected:
            errors.insert(0, f"Unexpected key(s) in state_dict: {_quoted(unexpected)}. ")
        if strict and missing:
            errors.insert(0, f"Missing key(s) in state_dict: {_quoted(missing)}. ")
        if errors:
            lines = "\n\t".join(errors)
            raise RuntimeError(
                f"Error(s) in loading state_dict for {type(self).__name__}:\n\t{lines}"
            )
        return _IncompatibleKeys(missing, unexpected)


def _mismatch(key: str, tensor: Tensor, value: Any) -> str | None:
    """Why `value` cannot be loaded into `tensor`, or None if it can."""
    if not isinstance(value, Tensor):
        return (
            f'While copying the parameter named "{key}", expected torch.Tensor or Tensor-like '
            f"object from checkpoint but received {type(value)}"
        )
    if value.shape != tensor.shape:
        return (
            f"size mismatch for {key}: copying a param with shape {value.shape} from checkpoint, "
            f"the shape in current model is {tensor.shape}."
        )
    return None


def _quoted(keys: list[str]) -> str:
    return ", ".join(f'"{key}"' for key in keys)
