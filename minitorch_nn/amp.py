"""`torch.amp`, mixed precision, of which this package has what is left of it without a GPU: none.

Programs wrap their steps in `autocast` and `GradScaler` and switch both off where there is no GPU.
Switched off they change nothing. For "cuda" PyTorch does that by itself, with a warning, where
there is none; on the CPU it would compute in bfloat16, which NumPy does not have.

PyTorch: torch/amp/autocast_mode.py, grad_scaler.py.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any, TypeVar

from .device import device

__all__ = ["GradScaler", "autocast"]

F = TypeVar("F", bound=Callable[..., Any])


def _check_disabled(device_type: str, enabled: bool, what: str, warning: str) -> None:
    if not isinstance(device_type, str):
        raise ValueError(f"Expected `device_type` of type `str`, got: `{type(device_type)}`")
    kind = device(device_type).type  # RuntimeError for a text that names no device
    if enabled and kind == "cuda":
        warnings.warn(warning, stacklevel=3)
    elif enabled:
        raise RuntimeError(
            f"{what} on '{kind}' is not part of minitorch_nn, which has no bfloat16: "
            "pass enabled=False"
        )


class autocast:
    """A context manager and decorator that leaves all types as they are.

    RuntimeError if it is enabled for another device than "cuda".
    """

    def __init__(
        self,
        device_type: str,
        dtype: Any = None,
        enabled: bool = True,
        cache_enabled: bool | None = None,
    ) -> None:
        warning = "CUDA is not available or torch_xla is imported. Disabling autocast."
        _check_disabled(device_type, enabled, "autocast", warning)

    def __enter__(self) -> autocast:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def __call__(self, function: F) -> F:
        @functools.wraps(function)
        def decorated(*args: Any, **kwargs: Any) -> Any:
            with self:
                return function(*args, **kwargs)

        return decorated  # type: ignore[return-value]


class GradScaler:
    """A scaler that does not scale: `scale(loss)` is the loss, `step(optimizer)` a step.

    RuntimeError if it is enabled for another device than "cuda".
    """

    def __init__(
        self,
        device: str = "cuda",
        init_scale: float = 65536.0,
        growth_factor: float = 2.0,
        backoff_factor: float = 0.5,
        growth_interval: int = 2000,
        enabled: bool = True,
    ) -> None:
        warning = "torch.cuda.amp.GradScaler is enabled, but CUDA is not available.  Disabling."
        _check_disabled(device, enabled, "GradScaler", warning)

    def scale(self, outputs: Any) -> Any:
        return outputs

    def unscale_(self, optimizer: Any) -> None:
        pass

    def step(self, optimizer: Any, *args: Any, **kwargs: Any) -> Any:
        return optimizer.step(*args, **kwargs)

    def update(self, new_scale: Any = None) -> None:
        pass

    def get_scale(self) -> float:
        return 1.0

    def is_enabled(self) -> bool:
        return False

    def state_dict(self) -> dict[str, Any]:
        return {}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        pass
