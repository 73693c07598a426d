"""Describe the tensors that a parity test feeds to both libraries, in a few characters.

    (3, 4)                    normal values; the gradient is wanted
    positive((3, 4))          away from zero: for log, sqrt, powers
    distinct((3, 4))          no two alike: for max and sort
    ties((3, 4))              many alike: for the kinks
    integers(10, (3, 4))      0..9 in int64; no gradient
    booleans((3, 4))
    np.array([1.0, nan])      these values; floats take on the precision of the run
    exactly(array)            these values in this very type
    constant(...)             any of them, without a gradient
    transposed(...)           any of them, laid out in memory last axis first
    strided(...)              any of them, with gaps in memory between the values

All values come from one seeded generator, so a failure is reproduced by its seed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Shape = tuple[int, ...]


@dataclass(frozen=True)
class Spec:
    """One input: how to draw it, and the code that a reader would type for it."""

    code: str
    draw: Callable[[np.random.Generator], Array]
    arrange: Callable[[Array], Array] = np.ascontiguousarray
    keeps_type: bool = False
    requires_grad: bool = True

    def __repr__(self) -> str:
        return self.code


Input = Shape | Array | Spec


def normal(shape: Shape) -> Spec:
    return Spec(repr(shape), lambda rng: np.asarray(rng.standard_normal(shape)))


def positive(shape: Shape) -> Spec:
    """0.5 or more."""
    return Spec(f"positive({shape})", lambda rng: np.abs(rng.standard_normal(shape)) + 0.5)


def between(low: float, high: float, shape: Shape) -> Spec:
    return Spec(
        f"between({low}, {high}, {shape})", lambda rng: np.asarray(rng.uniform(low, high, shape))
    )


def distinct(shape: Shape) -> Spec:
    """Evenly spaced values around zero in random order: no ties, and none is a whole number."""

    def draw(rng: np.random.Generator) -> Array:
        n = int(np.prod(shape))
        return ((rng.permutation(n) - n // 2) * 0.5 + 0.2).reshape(shape)

    return Spec(f"distinct({shape})", draw)


def ties(shape: Shape) -> Spec:
    """Floats from -1, 0 and 1."""
    return Spec(f"ties({shape})", lambda rng: np.asarray(rng.integers(-1, 2, shape), float))


def integers(high: int, shape: Shape, *, low: int = 0, dtype: str = "int64") -> Spec:
    return Spec(
        f"integers({high}, {shape}, low={low}, dtype={dtype!r})",
        lambda rng: np.asarray(rng.integers(low, high, shape), dtype),
    )


def booleans(shape: Shape) -> Spec:
    return Spec(f"booleans({shape})", lambda rng: np.asarray(rng.integers(0, 2, shape), bool))


def exactly(array: Any, dtype: str | None = None) -> Spec:
    """These values in this type, whatever the precision of the run."""
    values = np.array(array, dtype)
    return Spec(f"exactly({_code(values)})", lambda rng: values.copy(), keeps_type=True)


def constant(given: Input) -> Spec:
    spec = as_spec(given)
    return replace(spec, code=f"constant({spec})", requires_grad=False)


def transposed(given: Input) -> Spec:
    spec = as_spec(given)
    return replace(spec, code=f"transposed({spec})", arrange=np.asfortranarray)


def strided(given: Input) -> Spec:
    """Every second element of a buffer that is twice as long along the last axis."""
    spec = as_spec(given)
    return replace(
        spec, code=f"strided({spec})", arrange=lambda array: np.repeat(array, 2, -1)[..., ::2]
    )


def as_spec(given: Input) -> Spec:
    if isinstance(given, Spec):
        return given
    if isinstance(given, tuple):
        return normal(given)
    if isinstance(given, np.ndarray):
        values = given
        return Spec(_code(values), lambda rng: values.copy())
    raise TypeError(f"an input is a shape, an array or a spec, not {given!r}")


def depends_on_precision(spec: Spec) -> bool:
    return not spec.keeps_type and spec.draw(np.random.default_rng(0)).dtype.kind == "f"


def draw(precision: str, *given: Input, seed: int = 0) -> list[Array]:
    """The inputs as arrays: floats in `precision`, the rest as their specs say."""
    rng = np.random.default_rng(seed)
    arrays = []
    for spec in map(as_spec, given):
        array = spec.draw(rng)
        if array.dtype.kind == "f" and not spec.keeps_type:
            array = array.astype(precision)
        arrays.append(spec.arrange(array).reshape(array.shape))  # NumPy makes 0-d arrays 1-d
    return arrays


def leaves(library: Any, precision: str, *given: Input, seed: int = 0) -> list[Any]:
    """The inputs as a library's tensors; floats require a gradient unless they are constant."""
    arrays = draw(precision, *given, seed=seed)
    return [as_leaf(library, a, s) for a, s in zip(arrays, map(as_spec, given), strict=True)]


def as_leaf(library: Any, array: Array, spec: Spec) -> Any:
    """A tensor that shares `array`'s memory, so that whoever writes into it is found out."""
    tensor = library.from_numpy(array)
    if spec.requires_grad and array.dtype.kind == "f":
        tensor.requires_grad_()
    return tensor


def _code(values: Array) -> str:
    text = np.array2string(values, separator=", ", threshold=10**6, floatmode="unique")
    return f"np.array({text}, {str(values.dtype)!r})"
