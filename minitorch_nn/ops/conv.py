"""conv1d, conv2d, conv3d and their transposes: what they take, and what they refuse.

The mathematics is in convolution.py. Here an unbatched input becomes a batch of one, padding by
name becomes numbers, and bad shapes are refused in PyTorch's words.

PyTorch: aten/src/ATen/native/Convolution.cpp.
"""

from __future__ import annotations

from typing import Any

from ..base import Value
from ..dtypes import cpp_name, title
from .any_order import elements_of
from .convolution import ConvolutionBackward0
from .operands import need_input
from .padding import pad
from .patches import Geometry, output_size, transposed_size
from .shape import squeeze, unsqueeze


def conv1d(
    input: Value,
    weight: Value,
    bias: Value | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Value:
    """Slides weight (O, C/groups, K) over input (N, C, L) or (C, L); see `conv2d`."""
    return _conv(1, input, weight, bias, stride, padding, dilation, groups)


def conv2d(
    input: Value,
    weight: Value,
    bias: Value | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Value:
    """Slides weight (O, C/groups, KH, KW) over input (N, C, H, W) or (C, H, W).

    The result is (N, O, OH, OW) with OH = ⌊(H + 2·padding - dilation·(KH - 1) - 1) / stride⌋ + 1.
    padding 'valid' is 0; 'same' keeps H and W, and refuses a stride. RuntimeError otherwise as
    PyTorch's. PyTorch: aten/src/ATen/native/Convolution.cpp (conv2d).
    """
    return _conv(2, input, weight, bias, stride, padding, dilation, groups)


def conv3d(
    input: Value,
    weight: Value,
    bias: Value | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Value:
    """Slides weight (O, C/groups, KD, KH, KW) over input (N, C, D, H, W) or (C, D, H, W)."""
    return _conv(3, input, weight, bias, stride, padding, dilation, groups)


def _conv(
    d: int,
    input: Value,
    weight: Value,
    bias: Value | None,
    stride: Any,
    padding: Any,
    dilation: Any,
    groups: int,
) -> Value:
    need_input(f"conv{d}d", input)
    x = _as_batch(input, d, f"conv{d}d")
    if isinstance(padding, str):
        x, padding = _named_padding(x, weight, padding, stride, dilation)
    g = _geometry(weight, stride, padding, dilation, groups)
    _check(x, weight, bias, g, transposed=False)
    size = output_size(x.shape[2:], weight.shape[2:], g)
    y = ConvolutionBackward0.apply(x, weight, bias, geometry=g, size=size)
    return y if input.ndim == d + 2 else squeeze(y, 0)


def _as_batch(x: Value, d: int, name: str) -> Value:
    """(C, *S) as a batch of one; a batch (N, C, *S) as it is."""
    if x.ndim not in (d + 1, d + 2):
        raise RuntimeError(
            f"Expected {d + 1}D (unbatched) or {d + 2}D (batched) input to {name}, but got input "
            f"of size: {list(x.shape)}"
        )
    return x if x.ndim == d + 2 else unsqueeze(x, 0)


def _named_padding(
    input: Value, weight: Value, name: str, stride: Any, dilation: Any
) -> tuple[Value, tuple[int, ...]]:
    """'same' and 'valid'. Where the total is odd, 'same' pads one more on the right and bottom."""
    kernel = tuple(weight.shape[2:])
    if name == "valid":
        return input, (0,) * len(kernel)
    if name != "same":
        raise RuntimeError(f"Invalid padding string: '{name}'")
    if input.ndim != weight.ndim:
        raise _not_of_one_rank(input, weight, "")
    steps, spread = _broadcast(stride, kernel, "stride"), _broadcast(dilation, kernel, "dilation")
    if any(s != 1 for s in steps):
        raise RuntimeError("padding='same' is not supported for strided convolutions")
    totals = [d * (k - 1) for d, k in zip(spread, kernel, strict=True)]
    if any(t % 2 for t in totals):
        input = pad(input, [extra for t in reversed(totals) for extra in (0, t % 2)])
    return input, tuple(t // 2 for t in totals)


def _broadcast(value: Any, kernel: tuple[int, ...], name: str) -> tuple[int, ...]:
    values = (value,) if isinstance(value, int) else tuple(value)
    if len(values) not in (1, len(kernel)):
        raise RuntimeError(f"{name} cannot broadcast to {len(kernel)} dimensions")
    return values * len(kernel) if len(values) == 1 else values


def conv_transpose1d(
    input: Value,
    weight: Value,
    bias: Value | None = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Value:
    """The adjoint of `conv1d`: weight (C, O/groups, K); see `conv_transpose2d`."""
    return _conv_transpose(
        1, input, weight, bias, stride, padding, output_padding, groups, dilation
    )


def conv_transpose2d(
    input: Value,
    weight: Value,
    bias: Value | None = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Value:
    """The adjoint of `conv2d`, which enlarges: input (N, C, H, W), weight (C, O/groups, KH, KW).

    Every element of the input adds the kernel, times itself, to the result (N, O, OH, OW), with
    OH = (H - 1)·stride - 2·padding + dilation·(KH - 1) + output_padding + 1.
    RuntimeError as PyTorch's. PyTorch: aten/src/ATen/native/Convolution.cpp (conv_transpose2d).
    """
    return _conv_transpose(
        2, input, weight, bias, stride, padding, output_padding, groups, dilation
    )


def conv_transpose3d(
    input: Value,
    weight: Value,
    bias: Value | None = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Value:
    """The adjoint of `conv3d`: weight (C, O/groups, KD, KH, KW); see `conv_transpose2d`."""
    return _conv_transpose(
        3, input, weight, bias, stride, padding, output_padding, groups, dilation
    )


def _conv_transpose(
    d: int,
    input: Value,
    weight: Value,
    bias: Value | None,
    stride: Any,
    padding: Any,
    output_padding: Any,
    groups: int,
    dilation: Any,
) -> Value:
    x = _as_batch(input, d, f"conv_transpose{d}d")
    g = _geometry(weight, stride, padding, dilation, groups)
    extra = per_dimension(output_padding, weight.ndim - 2, "output_padding")
    _check(x, weight, bias, g, transposed=True)
    _check_output_padding(extra, g)
    size = transposed_size(x.shape[2:], weight.shape[2:], g, extra)
    if min(size) < 1:
        raise RuntimeError(
            f"Given input size per channel: ({_times(x.shape[2:])}). Calculated output size per "
            f"channel: ({_times(size)}). Output size is too small"
        )
    y = ConvolutionBackward0.apply(x, weight, bias, geometry=g, size=size, transposed=True)
    return y if input.ndim == d + 2 else squeeze(y, 0)


# --- what is refused -------------------------------------------------------------------------


def per_dimension(value: Any, d: int, name: str) -> tuple[int, ...]:
    """An int for all spatial dimensions, or one each."""
    if isinstance(value, int):
        return (value,) * d
    values = tuple(int(v) for v in value)
    if len(values) == 1:
        return values * d
    if len(values) != d:
        raise RuntimeError(
            f"expected {name} to be a single integer value or a list of {d} values to match the "
            f"convolution dimensions, but got {name}={list(values)}"
        )
    return values


def _geometry(weight: Value, stride: Any, padding: Any, dilation: Any, groups: int) -> Geometry:
    d = weight.ndim - 2
    if d < 1:
        raise RuntimeError("weight should have at least three dimensions")
    return Geometry(
        per_dimension(stride, d, "stride"),
        per_dimension(padding, d, "padding"),
        per_dimension(dilation, d, "dilation"),
        groups,
    )


def _not_of_one_rank(x: Value, w: Value, gap: str) -> RuntimeError:
    return RuntimeError(
        f"Expected {w.ndim}-dimensional input for {w.ndim}-dimensional weight{gap}"
        f"{list(w.shape)}, but got {x.ndim}-dimensional input of size {list(x.shape)} instead"
    )


def _check(x: Value, w: Value, bias: Value | None, g: Geometry, *, transposed: bool) -> None:
    if any(p < 0 for p in g.padding):
        raise RuntimeError("negative padding is not supported")
    if any(s <= 0 for s in g.stride):
        raise RuntimeError("non-positive stride is not supported")
    if any(s < 0 for s in g.dilation):
        raise RuntimeError("dilation should be greater than zero")
    if 0 in g.dilation:
        raise RuntimeError(f"dilation should be greater than zero, but got {list(g.dilation)}")
    if g.groups <= 0:
        raise RuntimeError("non-positive groups is not supported")
    if x.ndim != w.ndim:
        raise _not_of_one_rank(x, w, " ")
    rows, columns = w.shape[:2]
    if rows < g.groups:
        raise RuntimeError(
            f"Given groups={g.groups}, expected weight to be at least {g.groups} at dimension 0, "
            f"but got weight of size {list(w.shape)} instead"
        )
    if rows % g.groups:
        raise RuntimeError(
            f"Given groups={g.groups}, expected weight to be divisible by {g.groups} at dimension "
            f"0, but got weight of size {[list(w.shape)]} instead"
        )
    # The weight's rows are what a convolution gives, and what a transposed one is given.
    given, channels, outputs = f"groups={g.groups}", columns * g.groups, rows
    if transposed:
        given, channels, outputs = "transposed=1", outputs, channels
    if x.shape[1] != channels:
        raise RuntimeError(
            f"Given {given}, weight of size {list(w.shape)}, expected input{list(x.shape)} to have "
            f"{channels} channels, but got {x.shape[1]} channels instead"
        )
    if bias is not None and tuple(bias.shape) != (outputs,):
        given = "transposed=1, " if transposed else ""
        raise RuntimeError(
            f"Given {given}weight of size {list(w.shape)}, expected bias to be 1-dimensional with "
            f"{outputs} elements, but got bias of size {list(bias.shape)} instead"
        )
    _check_types(elements_of(x).dtype, elements_of(w).dtype, bias)
    if not transposed:
        _check_room(x, w, g)


def _check_types(x: Any, w: Any, bias: Value | None) -> None:
    b = x if bias is None else elements_of(bias).dtype
    if b != x:
        raise RuntimeError(
            f"Input type ({cpp_name(x)}) and bias type ({cpp_name(b)}) should be the same"
        )
    if x != w:
        raise RuntimeError(f"expected scalar type {title(x)} but found {title(w)}")


def _check_room(x: Value, w: Value, g: Geometry) -> None:
    padded = [s + 2 * p for s, p in zip(x.shape[2:], g.padding, strict=True)]
    reach = [d * (k - 1) + 1 for d, k in zip(g.dilation, w.shape[2:], strict=True)]
    if any(p < r for p, r in zip(padded, reach, strict=True)):
        raise RuntimeError(
            f"Calculated padded input size per channel: ({_times(padded)}). Kernel size: "
            f"({_times(reach)}). Kernel size can't be greater than actual input size"
        )


def _check_output_padding(extra: tuple[int, ...], g: Geometry) -> None:
    if any(e < 0 for e in extra):
        raise RuntimeError("negative output_padding is not supported")
    if all(e < max(s, d) for e, s, d in zip(extra, g.stride, g.dilation, strict=True)):
        return
    axes = ("depth", "height", "width")[-max(len(extra), 2) :]
    extras, strides, dilations = (
        (missing,) * (len(axes) - len(extra)) + given
        for missing, given in ((0, extra), (1, g.stride), (1, g.dilation))
    )
    numbers = [
        f"{name}_{axis}: {value}"
        for name, values in (
            ("output_padding", extras),
            ("stride", strides),
            ("dilation", dilations),
        )
        for axis, value in zip(axes, values, strict=True)
    ]
    raise RuntimeError(
        "output padding must be smaller than either stride or dilation, but got "
        + " ".join(numbers)
    )


def _times(sizes: Any) -> str:
    return " x ".join(map(str, sizes))
