"""`assert_close(actual, expected)`: that two tensors agree, and if not, where they differ most.

PyTorch: torch/testing/_comparison.py.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .creation import as_tensor
from .dtypes import dtype, float16, float32, float64
from .missing import name_plainly
from .ops.comparison import isclose
from .tensor import Tensor

__all__ = ["assert_close"]

_TOLERANCES = {float16: (1e-3, 1e-5), float32: (1.3e-6, 1e-5), float64: (1e-7, 1e-7)}


def assert_close(
    actual: Any,
    expected: Any,
    *,
    allow_subclasses: bool = True,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = False,
    check_device: bool = True,
    check_dtype: bool = True,
    check_layout: bool = True,
    check_stride: bool = False,
    msg: str | Callable[[str], str] | None = None,
) -> None:
    """AssertionError unless |actual - expected| <= atol + rtol·|expected| everywhere.

    Tensors, NumPy arrays, numbers, and sequences and mappings of these. The tolerances depend on
    the type, those of integers are 0. `msg` is said instead, or makes one of what would be said.

    ValueError if one tolerance is given without the other; TypeError for what cannot be compared.
    """
    __tracebackhide__ = True
    if (rtol is None) != (atol is None):
        missing = "rtol" if rtol is None else "atol"
        raise ValueError(
            f"Both 'rtol' and 'atol' must be either specified or omitted, but got no {missing}."
        )
    given = None if rtol is None or atol is None else (rtol, atol)
    comparison = _Comparison(given, equal_nan, check_dtype, check_stride)
    try:
        comparison.compare(actual, expected, "")
    except AssertionError as error:
        said = str(error)
        raise AssertionError(said if msg is None else msg(said) if callable(msg) else msg) from None


@dataclass(frozen=True)
class _Comparison:
    tolerances: tuple[float, float] | None
    equal_nan: bool
    check_dtype: bool
    check_stride: bool

    def compare(self, actual: Any, expected: Any, place: str) -> None:
        """`place`: where in sequences and mappings the two were found, `[0]['a']`."""
        both = (actual, expected)
        if all(isinstance(x, Mapping) for x in both):
            self._mappings(actual, expected, place)
        elif all(isinstance(x, Sequence) and not isinstance(x, str) for x in both):
            self._sequences(actual, expected, place)
        elif actual is None or expected is None:
            _need(actual is expected, f"None mismatch: {actual} is not {expected}", place)
        elif all(isinstance(x, bool) for x in both):
            _need(actual is expected, f"Booleans mismatch: {actual} is not {expected}", place)
        elif all(isinstance(x, (int, float)) for x in both):
            self._numbers(actual, expected, place)
        elif all(isinstance(x, Tensor) for x in both):
            self._tensors(actual.detach(), expected.detach(), place)
        elif all(isinstance(x, np.ndarray) for x in both):
            self._tensors(as_tensor(actual), as_tensor(expected), place)
        else:
            raise TypeError(
                "No comparison pair was able to handle inputs of type "
                f"{type(actual)} and {type(expected)}."
            )

    def _mappings(self, actual: Any, expected: Any, place: str) -> None:
        missing = [key for key in expected if key not in actual]
        additional = [key for key in actual if key not in expected]
        _need(
            not missing and not additional,
            "The keys of the mappings do not match:\n"
            f"Missing keys in the actual mapping: {sorted(missing)}\n"
            f"Additional keys in the actual mapping: {sorted(additional)}",
            place,
        )
        for key in actual:
            self.compare(actual[key], expected[key], f"{place}[{key!r}]")

    def _sequences(self, actual: Any, expected: Any, place: str) -> None:
        a, b = len(actual), len(expected)
        _need(a == b, f"The length of the sequences mismatch: {a} != {b}", place)
        for index, (x, y) in enumerate(zip(actual, expected, strict=True)):
            self.compare(x, y, f"{place}[{index}]")

    def _numbers(self, actual: float, expected: float, place: str) -> None:
        a, b = type(actual), type(expected)
        _need(not self.check_dtype or a is b, f"The (d)types do not match: {a} != {b}.", place)
        kind = float64 if float in (a, b) else None
        rtol, atol = self._tolerances(kind)
        difference = abs(actual - expected)
        both_nan = self.equal_nan and actual != actual and expected != expected
        close = actual == expected or difference <= atol + rtol * abs(expected) or both_nan
        _need(close, _scalars(actual, expected, rtol, atol), place)

    def _tensors(self, actual: Tensor, expected: Tensor, place: str) -> None:
        compared = {"shape": (actual.shape, expected.shape)}
        if self.check_dtype:
            compared["dtype"] = (actual.dtype, expected.dtype)  # type: ignore[assignment]
        if self.check_stride:
            compared["stride()"] = (actual.stride(), expected.stride())
        for name, (a, b) in compared.items():
            _need(a == b, f"The values for attribute '{name}' do not match: {a} != {b}.", place)
        rtol, atol = self._tolerances(actual.dtype, expected.dtype)
        if actual.dtype is not expected.dtype:
            actual, expected = actual.double(), expected.double()
        close = isclose(actual, expected, rtol=rtol, atol=atol, equal_nan=self.equal_nan)
        if close.all():
            return
        if actual.dim() == 0:
            said = _scalars(actual.item(), expected.item(), rtol, atol)
        else:
            said = _tensor_likes(actual, expected, close, rtol, atol)
        _need(False, said, place)

    def _tolerances(self, *kinds: dtype | None) -> tuple[float, float]:
        if self.tolerances is not None:
            return self.tolerances
        known = [_TOLERANCES.get(kind, (0.0, 0.0)) for kind in kinds if kind is not None]
        known = known or [(0.0, 0.0)]
        return max(rtol for rtol, _ in known), max(atol for _, atol in known)


def _need(holds: bool, said: str, place: str) -> None:
    if not holds:
        raise AssertionError(f"{said}\n\nThe failure occurred for item {place}" if place else said)


def _scalars(actual: float, expected: float, rtol: float, atol: float) -> str:
    difference = abs(actual - expected)
    relative = difference / abs(expected) if expected else float("inf")
    return (
        f"Scalars are not {_wanted(rtol, atol)}!\n\nExpected {expected} but got {actual}.\n"
        f"Absolute difference: {difference}{_allowed(atol, rtol, atol)}\n"
        f"Relative difference: {relative}{_allowed(rtol, rtol, atol)}"
    )


def _tensor_likes(actual: Tensor, expected: Tensor, close: Tensor, rtol: float, atol: float) -> str:
    wrong, count = (~close).sum().item(), actual.numel()
    if not actual.is_floating_point():
        actual, expected = actual.long(), expected.long()  # so that no difference wraps
    apart = (actual - expected).abs().masked_fill(close, 0)
    relative = (apart / expected.abs()).masked_fill(close, 0)
    lines = [
        f"Greatest {name} difference: {difference.max().item()} at index {_place(difference)}"
        f"{_allowed(tolerance, rtol, atol)}"
        for name, difference, tolerance in (
            ("absolute", apart, atol),
            ("relative", relative, rtol),
        )
    ]
    return "\n".join(
        [
            f"Tensor-likes are not {_wanted(rtol, atol)}!\n",
            f"Mismatched elements: {wrong} / {count} ({wrong / count:.1%})",
            *lines,
        ]
    )


def _place(difference: Tensor) -> tuple[int, ...]:
    flat = difference.argmax().item()
    return tuple(int(i) for i in np.unravel_index(flat, difference.shape))


def _wanted(rtol: float, atol: float) -> str:
    return "close" if rtol or atol else "equal"


def _allowed(tolerance: float, rtol: float, atol: float) -> str:
    return f" (up to {tolerance} allowed)" if rtol or atol else ""


name_plainly(sys.modules[__name__])
