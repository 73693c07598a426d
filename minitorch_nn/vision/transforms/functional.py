"""What the transforms do to one image: functions of a tensor (..., C, H, W) or of a PIL image.

With PIL images Pillow does the work, so the results are torchvision's. Resizing and rotating are
for PIL images only: torchvision samples tensors in another way.

torchvision: torchvision/transforms/functional.py, _functional_pil.py, _functional_tensor.py.
"""

from __future__ import annotations

import enum
import importlib
import sys
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from ...creation import as_tensor, from_numpy
from ...dtypes import Array, dtype, float32, get_default_dtype
from ...nn.functional import pad as pad_tensor
from ...ops.rearranging import flip
from ...tensor import Tensor

__all__ = [
    "InterpolationMode",
    "as_image",
    "center_crop",
    "channels_first",
    "convert_image_dtype",
    "crop",
    "get_dimensions",
    "get_image_size",
    "hflip",
    "normalize",
    "pad",
    "pil_to_tensor",
    "resize",
    "resized_crop",
    "rgb_to_grayscale",
    "rotate",
    "scaled",
    "statistics",
    "to_pil_image",
    "to_tensor",
    "vflip",
]


class InterpolationMode(enum.Enum):
    """How Pillow finds the pixels between the pixels."""

    NEAREST = "nearest"
    NEAREST_EXACT = "nearest-exact"
    BILINEAR = "bilinear"
    BICUBIC = "bicubic"
    BOX = "box"
    HAMMING = "hamming"
    LANCZOS = "lanczos"


# ---- Pillow, where it is installed


@cache
def _pillow(module: str = "Image") -> Any:
    """A module of Pillow, or None. It is imported when an image is made, not with this package."""
    try:
        return importlib.import_module(f"PIL.{module}")
    except ImportError:
        return None


def _is_pil(image: Any) -> bool:
    pillow: Any = sys.modules.get("PIL.Image")  # whoever has a PIL image has imported it
    return pillow is not None and isinstance(image, pillow.Image)


def as_image(pixels: Array) -> Any:
    """A grey image (H, W) as a data set gives it: a PIL image, or without Pillow a copy."""
    pillow = _pillow()
    return pixels.copy() if pillow is None else pillow.fromarray(pixels)


def _check_pil(image: Any) -> None:
    if isinstance(image, Tensor):
        raise TypeError(
            "resizing and rotating tensors is not part of minitorch_nn: transform the PIL image, "
            "before ToTensor"
        )
    if not _is_pil(image):
        raise TypeError(f"img should be PIL Image. Got {type(image)}")


# ---- to tensors, and back


def to_tensor(pic: Any) -> Tensor:
    """An array (H, W) or (H, W, C) or a PIL image as a tensor (C, H, W); bytes become 0..1.

    Arrays of other types keep their type and values, and their memory if it is laid out right
    already. TypeError for anything else, ValueError for an array of other than 2 or 3 dimensions.
    """
    if _is_pil(pic):
        return channels_first(_pixels(pic))
    if not isinstance(pic, np.ndarray):
        raise TypeError(f"pic should be PIL Image or ndarray. Got {type(pic)}")
    if pic.ndim not in (2, 3):
        raise ValueError(f"pic should be 2/3 dimensional. Got {pic.ndim} dimensions.")
    return channels_first(pic[:, :, None] if pic.ndim == 2 else pic)


def channels_first(images: Array) -> Tensor:
    """Arrays (..., H, W, C) to a tensor (..., C, H, W), bytes to floats 0..1."""
    return scaled(np.moveaxis(images, -1, -3))


def scaled(images: Array) -> Tensor:
    """An array as a contiguous tensor, bytes as floats 0..1."""
    if images.dtype != np.uint8:
        return from_numpy(np.ascontiguousarray(images))
    result = images.astype(get_default_dtype().numpy, order="C")
    # Divided, not multiplied by 1/255: that would differ in the last bit for half of the bytes.
    result /= 255
    return from_numpy(result)


def _pixels(image: Any) -> Array:
    """A PIL image as an array (H, W, C)."""
    kinds = {"I": np.int32, "I;16": np.int16, "F": np.float32}
    pixels = np.array(image, kinds.get(image.mode, np.uint8))
    if image.mode == "1":
        pixels *= 255
    return pixels.reshape(image.height, image.width, -1)


def pil_to_tensor(pic: Any) -> Tensor:
    """A PIL image as a tensor (C, H, W) of its own values: bytes stay bytes. Else TypeError."""
    if not _is_pil(pic):
        raise TypeError(f"pic should be PIL Image. Got {type(pic)}")
    pixels = np.array(pic).reshape(pic.height, pic.width, -1)
    return from_numpy(np.moveaxis(pixels, -1, 0))


_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
_GREY_MODES = {np.dtype(np.int16): "I;16", np.dtype(np.int32): "I", np.dtype(np.float32): "F"}


def to_pil_image(pic: Any, mode: str | None = None) -> Any:
    """A tensor (C, H, W) or an array (H, W, C), either also without C, as a PIL image.

    Floats 0..1 become bytes. `mode` is Pillow's name of the kind of image, by default L, LA, RGB or
    RGBA, after the number of channels. RuntimeError where Pillow is not installed, TypeError and
    ValueError for what is no image.
    """
    if isinstance(pic, Tensor):
        pixels = pic.numpy(force=True)
        pixels = np.moveaxis(pixels, 0, -1) if pixels.ndim == 3 else pixels
    elif isinstance(pic, np.ndarray):
        pixels = pic
    else:
        raise TypeError(f"pic should be Tensor or ndarray. Got {type(pic)}.")
    if pixels.ndim == 2:
        pixels = pixels[:, :, None]
    if pixels.ndim != 3:
        raise ValueError(f"pic should be 2/3 dimensional. Got {pixels.ndim} dimensions.")
    channels = pixels.shape[-1]
    if channels > 4:
        raise ValueError(f"pic should not have > 4 channels. Got {channels} channels.")
    if pixels.dtype.kind == "f" and mode != "F":
        pixels = (pixels * 255).astype(np.uint8)
    if channels == 1:
        pixels = pixels[:, :, 0]
        mode = mode or _GREY_MODES.get(pixels.dtype)
    if mode is None:
        if pixels.dtype != np.uint8:
            raise TypeError(f"Input type {pixels.dtype} is not supported")
        mode = _MODES[channels]
    pillow = _pillow()
    if pillow is None:
        raise RuntimeError("to_pil_image needs Pillow, which is not installed: pip install pillow")
    return pillow.frombytes(mode, (pixels.shape[1], pixels.shape[0]), pixels.tobytes())


def convert_image_dtype(image: Tensor, dtype: dtype = float32) -> Tensor:
    """Floats 0..1 to integers over their whole range, or back. TypeError for what is no tensor."""
    if not isinstance(image, Tensor):
        raise TypeError("Input img should be Tensor Image")
    if image.dtype == dtype or image.is_floating_point() == dtype.is_floating_point:
        return image.to(dtype)
    if dtype.is_floating_point:
        return image.to(dtype) / _largest(image.dtype)
    return (image * (_largest(dtype) + 1.0 - 1e-3)).to(dtype)


def _largest(kind: dtype) -> int:
    return int(np.iinfo(kind.numpy).max)


def normalize(tensor: Tensor, mean: Any, std: Any, inplace: bool = False) -> Tensor:
    """(tensor - mean) / std, channel by channel. See `Normalize`."""
    means, stds = statistics(tensor, mean, std)
    result = tensor if inplace else tensor.clone()
    return result.sub_(from_numpy(means)).div_(from_numpy(stds))


def statistics(image: Tensor, mean: Any, std: Any) -> tuple[Array, Array]:
    """Mean and std, in the dtype of `image` and shaped to fit its channels."""
    if not isinstance(image, Tensor):
        raise TypeError(f"img should be Tensor Image. Got {type(image)}")
    if image.ndim < 2:
        raise TypeError("Tensor is not a torch image.")
    if not image.is_floating_point():
        raise TypeError(f"Input tensor should be a float tensor. Got {image.dtype}.")
    if image.ndim < 3:
        raise ValueError(
            "Expected tensor to be a tensor image of size (..., C, H, W). "
            f"Got tensor.size() = {image.size()}"
        )
    means, stds = _numbers(mean, image.dtype), _numbers(std, image.dtype)
    if not stds.all():
        raise ValueError(
            f"std evaluated to zero after conversion to {image.dtype}, leading to division by zero."
        )
    return means, stds


def _numbers(values: Any, kind: dtype) -> Array:
    """One number for all channels, or one for each, which broadcasts over (C, H, W)."""
    # Floats in a tuple, as most programs have them, need none of the care that `as_tensor` takes.
    floats = isinstance(values, (tuple, list)) and all(type(value) is float for value in values)
    array = np.array(values, kind.numpy) if floats else as_tensor(values, dtype=kind).array
    return array.reshape(-1, 1, 1) if array.ndim == 1 else array


# ---- where the pixels are


def get_dimensions(img: Any) -> list[int]:
    """[channels, height, width]. TypeError for what is no image."""
    if isinstance(img, Tensor):
        if img.ndim < 2:
            raise TypeError("Tensor is not a torch image.")
        return [1 if img.ndim == 2 else img.shape[-3], *img.shape[-2:]]
    if _is_pil(img):
        return [len(img.getbands()), img.height, img.width]
    raise TypeError(f"Unexpected type {type(img)}")


def get_image_size(img: Any) -> list[int]:
    """[width, height]."""
    return get_dimensions(img)[:0:-1]


def hflip(img: Any) -> Any:
    """Left and right exchanged."""
    if isinstance(img, Tensor):
        return flip(img, [-1])
    _check_pil(img)
    return img.transpose(_pillow().Transpose.FLIP_LEFT_RIGHT)


def vflip(img: Any) -> Any:
    """Top and bottom exchanged."""
    if isinstance(img, Tensor):
        return flip(img, [-2])
    _check_pil(img)
    return img.transpose(_pillow().Transpose.FLIP_TOP_BOTTOM)


def crop(img: Any, top: int, left: int, height: int, width: int) -> Any:
    """That part of the image; where it reaches beyond, 0."""
    if not isinstance(img, Tensor):
        _check_pil(img)
        return img.crop((left, top, left + width, top + height))
    _, h, w = get_dimensions(img)
    bottom, right = top + height, left + width
    inside = img[..., max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
    beyond = [max(-left, 0), max(right - w, 0), max(-top, 0), max(bottom - h, 0)]
    return pad_tensor(inside, beyond) if any(beyond) else inside


def center_crop(img: Any, output_size: Any) -> Any:
    """The middle of the image, of (height, width), or of a number for both; beyond it, 0."""
    _, h, w = get_dimensions(img)
    height, width = _pair(output_size)
    if height > h or width > w:
        beyond_w, beyond_h = max(width - w, 0), max(height - h, 0)
        border = [beyond_w // 2, beyond_h // 2, (beyond_w + 1) // 2, (beyond_h + 1) // 2]
        img = pad(img, border)
        _, h, w = get_dimensions(img)
    return crop(img, round((h - height) / 2.0), round((w - width) / 2.0), height, width)


def _pair(size: Any) -> tuple[int, int]:
    if isinstance(size, (int, float)):
        return int(size), int(size)
    height, width = size if len(size) == 2 else (size[0], size[0])
    return height, width


_PADDING_MODES = {"constant": "constant", "edge": "replicate", "reflect": "reflect"}


def pad(img: Any, padding: Any, fill: Any = 0, padding_mode: str = "constant") -> Any:
    """The image with a border: one number, (left and right, top and bottom), or all four.

    padding_mode: 'constant' (`fill`), 'edge', 'reflect'; of PIL images also 'symmetric'.
    """
    if isinstance(padding, (int, float)):
        padding = [padding]
    if not isinstance(padding, (tuple, list)):
        raise TypeError("Got inappropriate padding arg")
    if len(padding) not in (1, 2, 4):
        raise ValueError(
            f"Padding must be an int or a 1, 2, or 4 element tuple, not a {len(padding)} element "
            "tuple"
        )
    left, top, right, bottom = (list(padding) * 4)[:4]
    if isinstance(img, Tensor):
        if padding_mode not in _PADDING_MODES:
            raise ValueError(f"padding_mode '{padding_mode}' is not part of minitorch_nn: use edge")
        value = None if padding_mode != "constant" else float(fill or 0)
        return pad_tensor(img, [left, right, top, bottom], _PADDING_MODES[padding_mode], value)
    _check_pil(img)
    if padding_mode == "constant":
        border = (left, top, right, bottom)
        return _pillow("ImageOps").expand(img, border=border, fill=_fill(fill, img))
    width = [(top, bottom), (left, right), (0, 0)]
    pixels = np.asarray(img)
    return _pillow().fromarray(np.pad(pixels, width[: pixels.ndim], padding_mode))  # type: ignore[call-overload]


def _fill(fill: Any, img: Any) -> Any:
    """A colour in Pillow's form: a number for grey images, else one for every channel."""
    channels = len(img.getbands())
    fill = 0 if fill is None else fill
    if isinstance(fill, (int, float)):
        fill = [fill]
    if len(fill) not in (1, channels):
        raise ValueError(
            "The number of elements in 'fill' does not match the number of channels of the image "
            f"({len(fill)} != {channels})"
        )
    colour = tuple(value if img.mode == "F" else int(value) for value in fill)
    colour *= channels // len(colour)
    return colour[0] if channels == 1 else colour


def resize(
    img: Any,
    size: Any,
    interpolation: InterpolationMode = InterpolationMode.BILINEAR,
    max_size: int | None = None,
    antialias: bool | None = True,
) -> Any:
    """A PIL image of another size: (height, width), or a number for its shorter edge."""
    _check_pil(img)
    height, width = _resized(img.height, img.width, size, max_size)
    if (height, width) == (img.height, img.width):
        return img
    return img.resize((width, height), _resampling(interpolation))


def _resized(h: int, w: int, size: Any, max_size: int | None) -> tuple[int, int]:
    if not isinstance(size, int) and len(size) == 2:
        return size[0], size[1]
    short = size if isinstance(size, int) else size[0]
    long = int(short * max(h, w) / min(h, w))
    if max_size is not None:
        if max_size <= short:
            raise ValueError(
                f"max_size = {max_size} must be strictly greater than the requested size for the "
                f"smaller edge size = {[short]}"
            )
        if long > max_size:
            short, long = int(max_size * short / long), max_size
    return (long, short) if w <= h else (short, long)


def _resampling(interpolation: Any) -> Any:
    if isinstance(interpolation, int):
        return interpolation
    if not isinstance(interpolation, InterpolationMode):
        raise TypeError(
            "Argument interpolation should be a InterpolationMode or a corresponding Pillow integer"
            " constant"
        )
    return _pillow().Resampling[interpolation.name.removesuffix("_EXACT")]


def resized_crop(
    img: Any,
    top: int,
    left: int,
    height: int,
    width: int,
    size: Any,
    interpolation: InterpolationMode = InterpolationMode.BILINEAR,
    antialias: bool | None = True,
) -> Any:
    """That part of a PIL image, resized."""
    return resize(crop(img, top, left, height, width), size, interpolation)


def rotate(
    img: Any,
    angle: float,
    interpolation: InterpolationMode = InterpolationMode.NEAREST,
    expand: bool = False,
    center: Sequence[int] | None = None,
    fill: Any = None,
) -> Any:
    """A PIL image turned counter-clockwise by `angle` degrees; what was not there is `fill`."""
    _check_pil(img)
    colour = _fill(fill, img)
    return img.rotate(angle, _resampling(interpolation), expand, center, fillcolor=colour)


def rgb_to_grayscale(img: Any, num_output_channels: int = 1) -> Any:
    """The image in grey, with one channel or with three equal ones."""
    if num_output_channels not in (1, 3):
        raise ValueError("num_output_channels should be either 1 or 3")
    if isinstance(img, Tensor):
        return _grey(img, num_output_channels)
    _check_pil(img)
    grey = img.convert("L")
    return grey if num_output_channels == 1 else _pillow().merge("RGB", [grey] * 3)


def _grey(img: Tensor, channels: int) -> Tensor:
    if img.ndim < 3:
        raise TypeError(
            f"Input image tensor should have at least 3 dimensions, but found {img.ndim}"
        )
    if img.shape[-3] not in (1, 3):
        raise TypeError(
            f"Input image tensor permitted channel values are [1, 3], but found {img.shape[-3]}"
        )
    if img.shape[-3] == 1:
        grey = img.clone()
    else:
        r, g, b = img.unbind(-3)
        grey = (0.2989 * r + 0.587 * g + 0.114 * b).to(img.dtype).unsqueeze(-3)
    return grey if channels == 1 else grey.expand(img.shape)
