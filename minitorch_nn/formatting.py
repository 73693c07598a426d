"""How a tensor prints: `print(tensor)` gives PyTorch's text, letter for letter.

One format is chosen for all the numbers of a tensor, so that its columns line up. `[1., 2.]` needs
no decimals, `[0.5, 2.]` shows four, and `[1e-6, 2.]` goes to scientific notation. Of more than
1000 numbers only the corners are shown.

PyTorch: torch/_tensor_str.py, whose functions stand here in the same order.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from . import dtypes
from .dtypes import Array


class _PrintOptions(NamedTuple):
    precision: int = 4
    threshold: float = 1000
    edgeitems: int = 3
    linewidth: int = 80
    sci_mode: bool | None = None


_PROFILES = {
    "default": _PrintOptions(),
    "short": _PrintOptions(precision=2, edgeitems=2),
    "full": _PrintOptions(threshold=math.inf),
}
_options = _PrintOptions()


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """How tensors print from here on. What is not given stays as it is, except `sci_mode`.

    precision: digits after the point (4). threshold: a tensor with more numbers than this shows
    only `edgeitems` (3) of them at either end of each dimension. linewidth: characters in a line
    (80). sci_mode: scientific notation always (True), never (False) or where needed (None).
    profile: "default", "short" or "full" sets all but sci_mode, before the others are applied;
    ValueError if it is another.
    """
    global _options
    if profile is not None and profile not in _PROFILES:
        raise ValueError(f"profile must be 'default', 'short' or 'full', got {profile!r}")
    start = _options if profile is None else _PROFILES[profile]
    _options = _PrintOptions(
        start.precision if precision is None else precision,
        start.threshold if threshold is None else threshold,
        start.edgeitems if edgeitems is None else edgeitems,
        start.linewidth if linewidth is None else linewidth,
        sci_mode,
    )


class _NumberFormat:
    """The format that all numbers of one tensor share: `format(value)` is padded to `width`."""

    def __init__(self, values: Array) -> None:
        self.spec = ""  # integers and bools print as Python's
        self.point = False
        measured = values.reshape(-1)
        if values.dtype.kind == "f":
            measured = measured[np.isfinite(measured) & (measured != 0)]
            self._choose(measured)
        self.width = max((len(self._text(value)) for value in measured.tolist()), default=1)

    def _choose(self, values: Array) -> None:
        """For floats, from those that are finite and not 0."""
        whole = bool((values == np.ceil(values)).all())
        if values.size and self._is_scientific(np.abs(values.astype(np.float64))):
            self.spec = f".{_options.precision}e"
        elif whole:
            self.spec, self.point = ".0f", True
        else:
            self.spec = f".{_options.precision}f"

    @staticmethod
    def _is_scientific(sizes: Array) -> bool:
        if _options.sci_mode is not None:
            return _options.sci_mode
        least, most = float(sizes.min()), float(sizes.max())
        return most / least > 1000 or most > 1e8 or least < 1e-4

    def _text(self, value: float) -> str:
        point = "." if self.point and math.isfinite(value) else ""
        return format(value, self.spec) + point

    def format(self, value: float) -> str:
        return self._text(value).rjust(self.width)


def _ellipsised(
    array: Array, show: Callable[[Any], str], ellipsis: str, summarise: bool
) -> list[str]:
    """The text of each item along the first dimension, or of those at its ends."""
    edge = _options.edgeitems
    if not summarise or len(array) <= 2 * edge:
        return [show(item) for item in array]
    head, tail = array[:edge], array[len(array) - edge :]
    return [show(item) for item in head] + [ellipsis] + [show(item) for item in tail]


def _vector_str(array: Array, indent: int, summarise: bool, number: _NumberFormat) -> str:
    per_line = max(1, (_options.linewidth - indent) // (number.width + len(", ")))
    # PyTorch's own spelling: two spaces before the dots in a row of numbers.
    ellipsis = " ..." if _options.edgeitems else "..."
    items = _ellipsised(array, lambda x: number.format(x.item()), ellipsis, summarise)
    lines = [", ".join(items[i : i + per_line]) for i in range(0, len(items), per_line)]
    return "[" + (",\n" + " " * (indent + 1)).join(lines) + "]"


def _nested_str(array: Array, indent: int, summarise: bool, number: _NumberFormat) -> str:
    """The brackets. One blank line separates matrices, two separate 3-d blocks, and so on."""
    if array.ndim == 0:
        return number.format(array.item())
    if array.ndim == 1:
        return _vector_str(array, indent, summarise, number)
    blocks = _ellipsised(
        array, lambda x: _nested_str(x, indent + 1, summarise, number), "...", summarise
    )
    return "[" + ("," + "\n" * (array.ndim - 1) + " " * (indent + 1)).join(blocks) + "]"


def _contents_str(array: Array, indent: int) -> str:
    if array.size == 0:
        return "[]"
    summarise = array.size > _options.threshold
    number = _NumberFormat(_corners(array) if summarise else array)
    return _nested_str(array, indent, summarise, number)


def _add_suffixes(text: str, suffixes: list[str], indent: int) -> str:
    """`, dtype=torch.int32` and the like, each on a line of its own where it would not fit."""
    length = len(text) - text.rfind("\n") + 1
    for suffix in suffixes:
        if length + len(suffix) + 2 > _options.linewidth:
            text += ",\n" + " " * indent + suffix
            length = indent + len(suffix)
        else:
            text += ", " + suffix
            length += len(suffix) + 2
    return text + ")"


def _corners(array: Array) -> Array:
    """Only the items that a summary shows."""
    edge = _options.edgeitems
    for axis, size in enumerate(array.shape):
        if size > 2 * edge:
            shown = [*range(edge), *range(size - edge, size)]
            array = np.take(array, shown, axis)
    return array


def tensor_str(
    array: Array,
    *,
    prefix: str = "tensor(",
    grad_fn_name: str | None = None,
    requires_grad: bool = False,
) -> str:
    """The text of a tensor: `tensor([1., 2.], requires_grad=True)`.

    Further lines are indented by the length of `prefix`. A tensor that an operation made shows
    that operation (`grad_fn=<AddmmBackward0>`), a leaf only that it requires a gradient.
    """
    own = dtypes.of(array)
    is_default = own is dtypes.get_default_dtype()
    suffixes = []
    if array.size == 0:
        if array.ndim != 1:
            suffixes.append(f"size={array.shape}")
        if not is_default:
            suffixes.append(f"dtype={own}")
    else:
        if not _options.edgeitems:
            suffixes.append(f"size={array.shape}")
        if not (is_default or own is dtypes.int64 or own is dtypes.bool_):
            suffixes.append(f"dtype={own}")
    if grad_fn_name is not None:
        suffixes.append(f"grad_fn=<{grad_fn_name}>")
    elif requires_grad:
        suffixes.append("requires_grad=True")
    return _add_suffixes(prefix + _contents_str(array, len(prefix)), suffixes, len(prefix))
