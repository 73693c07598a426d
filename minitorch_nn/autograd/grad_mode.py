"""Whether operations record themselves: no_grad, enable_grad, set_grad_enabled, inference_mode.

PyTorch: torch/autograd/grad_mode.py, c10/core/GradMode.h, c10/core/InferenceMode.h.
"""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Callable, Generator
from types import TracebackType
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


class _Mode(threading.local):
    """Each thread has its own, as in PyTorch: a loader's thread may run without gradients.

    `records` is what the two together mean for an operation, which asks for it every time.
    """

    grad = True
    inference = False
    records = True

    def switch(self, grad: bool, inference: bool) -> None:
        self.grad, self.inference, self.records = grad, inference, grad and not inference


mode = _Mode()


def is_grad_enabled() -> bool:
    return mode.grad


def is_inference_mode_enabled() -> bool:
    return mode.inference


class _GradMode:
    """A context manager that can also decorate a function or a generator function."""

    grad: bool = True

    def __init__(self) -> None:
        self._previous: list[tuple[bool, bool]] = []

    def __enter__(self) -> None:
        self._previous.append((mode.grad, mode.inference))
        mode.switch(self.grad, mode.inference)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        mode.switch(*self._previous.pop())

    def clone(self) -> _GradMode:
        return type(self)()

    def __call__(self, function: F) -> F:
        if inspect.isgeneratorfunction(function):
            return self._decorate_generator(function)

        @functools.wraps(function)
        def decorated(*args: Any, **kwargs: Any) -> Any:
            with self.clone():
                return function(*args, **kwargs)

        return decorated  # type: ignore[return-value]

    def _decorate_generator(self, function: F) -> F:
        @functools.wraps(function)
        def decorated(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
            # The mode holds while the generator's own lines run, not while its consumer's do.
            generator = function(*args, **kwargs)
            step, sent = generator.send, None
            try:
                while True:
                    with self.clone():
                        value = step(sent)
                    try:
                        step, sent = generator.send, (yield value)
                    except GeneratorExit:
                        generator.close()
                        raise
                    except BaseException as error:
                        step, sent = generator.throw, error
            except StopIteration as stop:
                return stop.value

        return decorated  # type: ignore[return-value]


class _PlainDecorator(_GradMode):
    """Allows `@no_grad` beside `@no_grad()`."""

    def __new__(cls, function: Any = None) -> Any:
        if function is None:
            return super().__new__(cls)
        return cls()(function)

    def __init__(self, function: Any = None) -> None:
        super().__init__()


class no_grad(_PlainDecorator):
    """Operations record nothing: results do not require gradients."""

    grad = False


class enable_grad(_PlainDecorator):
    """Operations record again, inside a no_grad block."""

    grad = True


class set_grad_enabled(_GradMode):
    """Sets the mode at once, by a bool; as a context manager it puts the old one back."""

    def __init__(self, mode: bool) -> None:
        super().__init__()
        self.grad = mode
        super().__enter__()

    def __enter__(self) -> None:
        if not self._previous:
            super().__enter__()

    def clone(self) -> _GradMode:
        return set_grad_enabled(self.grad)

    def __call__(self, function: F) -> F:
        # Used as a decorator it must not have switched the mode where it stands.
        mode.switch(*self._previous.pop())
        return super().__call__(function)


class inference_mode(_GradMode):
    """Like no_grad, and tensors made inside can never take part in a graph."""

    def __new__(cls, mode: Any = True) -> Any:
        if callable(mode):
            return cls()(mode)
        return super().__new__(cls)

    def __init__(self, mode: bool = True) -> None:
        super().__init__()
        self.inference = mode

    def __enter__(self) -> None:
        super().__enter__()
        mode.switch(not self.inference, self.inference)

    def clone(self) -> _GradMode:
        return inference_mode(self.inference)
