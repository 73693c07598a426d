"""The transforms: objects that are called on one image.

Those that treat every image alike can also do a whole batch at once, by their method `batch`;
`takes_batches` tells whether a transform can, and the data sets use it: 64 images at once cost
little more than one. `batch` is given images that nobody else holds, and may write to them.

torchvision: torchvision/transforms/transforms.py.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from ...creation import empty, rand, randint, tensor
from ...dtypes import Array, dtype
from ...ops.exponentials import exp, log
from ...tensor import Tensor
from . import functional as F
from .functional import InterpolationMode

__all__ = [
    "CenterCrop",
    "Compose",
    "ConvertImageDtype",
    "Grayscale",
    "Lambda",
    "Normalize",
    "PILToTensor",
    "Pad",
    "RandomApply",
    "RandomCrop",
    "RandomHorizontalFlip",
    "RandomResizedCrop",
    "RandomRotation",
    "RandomVerticalFlip",
    "Resize",
    "ToPILImage",
    "ToTensor",
    "takes_batches",
]


class Compose:
    """Several transforms, one after the other."""

    def __init__(self, transforms: Sequence[Callable[[Any], Any]]) -> None:
        self.transforms = transforms

    def __call__(self, image: Any) -> Any:
        for transform in self.transforms:
            image = transform(image)
        return image

    def batch(self, images: Any) -> Any:
        """All images at once, provided that `takes_batches(self)`."""
        for transform in self.transforms:
            images = transform.batch(images)  # type: ignore[attr-defined]
        return images

    def __repr__(self) -> str:
        lines = "".join(f"\n    {transform}" for transform in self.transforms)
        return f"{type(self).__name__}({lines}\n)"


class ToTensor:
    """An image as a tensor with its channels in front, (C, H, W), from 0 to 1.

    See `functional.to_tensor`.
    """

    def __call__(self, image: Any) -> Tensor:
        return F.to_tensor(image)

    def batch(self, images: Array) -> Tensor:
        """Arrays (N, H, W) or (N, H, W, C) to a tensor (N, C, H, W)."""
        return F.channels_first(images) if images.ndim == 4 else F.scaled(images[:, None])

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class Normalize:
    """(image - mean) / std, channel by channel: images (..., C, H, W) of any float dtype.

    Args:
        mean: one number a channel, or one for all.
        std: likewise.
        inplace: change the given tensor instead of a copy.

    Raises:
        TypeError: not a tensor, or one that holds no floats.
        ValueError: fewer than three dimensions; a std of zero.
        RuntimeError: the number of channels is not that of mean and std.
    """

    def __init__(self, mean: Any, std: Any, inplace: bool = False) -> None:
        self.mean = mean
        self.std = std
        self.inplace = inplace

    def __call__(self, image: Tensor) -> Tensor:
        return F.normalize(image, self.mean, self.std, self.inplace)

    def batch(self, images: Tensor) -> Tensor:
        """Images (N, C, H, W) at once and in place, in NumPy: no gradient is asked of the pixels of
        a data set. This is what every step of training waits for.

        ValueError if the number of channels is not that of mean and std.
        """
        mean, std = F.statistics(images, self.mean, self.std)
        array = images.array
        array -= mean
        array /= std
        return images

    def __repr__(self) -> str:
        return f"{type(self).__name__}(mean={self.mean}, std={self.std})"


class Lambda:
    """Any function of one image as a transform. TypeError if it cannot be called."""

    def __init__(self, lambd: Callable[[Any], Any]) -> None:
        if not callable(lambd):
            raise TypeError(f"Argument lambd should be callable, got {type(lambd).__name__!r}")
        self.lambd = lambd

    def __call__(self, image: Any) -> Any:
        return self.lambd(image)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


# ---- of another kind


class ToPILImage:
    """A tensor (C, H, W) or an array (H, W, C) as a PIL image; floats 0..1 become bytes."""

    def __init__(self, mode: str | None = None) -> None:
        self.mode = mode

    def __call__(self, image: Any) -> Any:
        return F.to_pil_image(image, self.mode)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({'' if self.mode is None else f'mode={self.mode}'})"


class PILToTensor:
    """A PIL image as a tensor (C, H, W) of its bytes."""

    def __call__(self, image: Any) -> Tensor:
        return F.pil_to_tensor(image)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class ConvertImageDtype:
    """A tensor in another dtype, floats from 0 to 1, integers over their whole range."""

    def __init__(self, dtype: dtype) -> None:
        self.dtype = dtype

    def __call__(self, image: Tensor) -> Tensor:
        return F.convert_image_dtype(image, self.dtype)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class Grayscale:
    """The image in grey, with one channel or with three equal ones."""

    def __init__(self, num_output_channels: int = 1) -> None:
        self.num_output_channels = num_output_channels

    def __call__(self, image: Any) -> Any:
        return F.rgb_to_grayscale(image, self.num_output_channels)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(num_output_channels={self.num_output_channels})"


# ---- of another size


def _two(size: Any) -> Sequence[int]:
    """(height, width), from one number or a sequence of one or two."""
    if isinstance(size, (int, float)):
        return int(size), int(size)
    if len(size) not in (1, 2):
        raise ValueError("Please provide only two dimensions (h, w) for size.")
    return (size[0], size[0]) if len(size) == 1 else size


class Resize:
    """A PIL image of another size: (height, width), or a number for its shorter edge."""

    def __init__(
        self,
        size: int | Sequence[int],
        interpolation: InterpolationMode = InterpolationMode.BILINEAR,
        max_size: int | None = None,
        antialias: bool | None = True,
    ) -> None:
        if not isinstance(size, (int, Sequence)):
            raise TypeError(f"Size should be int or sequence. Got {type(size)}")
        if isinstance(size, Sequence) and len(size) not in (1, 2):
            raise ValueError("If size is a sequence, it should have 1 or 2 values")
        self.size = size
        self.interpolation = interpolation
        self.max_size = max_size
        self.antialias = antialias

    def __call__(self, image: Any) -> Any:
        return F.resize(image, self.size, self.interpolation, self.max_size, self.antialias)

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(size={self.size}, interpolation={self.interpolation.value}, "
            f"max_size={self.max_size}, antialias={self.antialias})"
        )


class CenterCrop:
    """The middle of an image; what lies beyond it is 0."""

    def __init__(self, size: int | Sequence[int]) -> None:
        self.size = _two(size)

    def __call__(self, image: Any) -> Any:
        return F.center_crop(image, self.size)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(size={self.size})"


class Pad:
    """An image with a border. See `functional.pad`."""

    def __init__(self, padding: Any, fill: Any = 0, padding_mode: str = "constant") -> None:
        self.padding = padding
        self.fill = fill
        self.padding_mode = padding_mode

    def __call__(self, image: Any) -> Any:
        return F.pad(image, self.padding, self.fill, self.padding_mode)

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(padding={self.padding}, fill={self.fill}, "
            f"padding_mode={self.padding_mode})"
        )


# ---- at random


class RandomCrop:
    """A part of the image, somewhere in it, after `padding` was added around.

    pad_if_needed: pad a smaller image up to the size. ValueError for one that is still smaller.
    """

    def __init__(
        self,
        size: int | Sequence[int],
        padding: Any = None,
        pad_if_needed: bool = False,
        fill: Any = 0,
        padding_mode: str = "constant",
    ) -> None:
        self.size = tuple(_two(size))
        self.padding = padding
        self.pad_if_needed = pad_if_needed
        self.fill = fill
        self.padding_mode = padding_mode

    def __call__(self, image: Any) -> Any:
        height, width = self.size
        if self.padding is not None:
            image = F.pad(image, self.padding, self.fill, self.padding_mode)
        _, h, w = F.get_dimensions(image)
        if self.pad_if_needed and w < width:
            image = F.pad(image, [width - w, 0], self.fill, self.padding_mode)
        if self.pad_if_needed and h < height:
            image = F.pad(image, [0, height - h], self.fill, self.padding_mode)
        _, h, w = F.get_dimensions(image)
        if h < height or w < width:
            raise ValueError(
                f"Required crop size {self.size} is larger than input image size {(h, w)}"
            )
        if (h, w) == self.size:
            return image
        top, left = _below(h - height + 1), _below(w - width + 1)
        return F.crop(image, top, left, height, width)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(size={self.size}, padding={self.padding})"


class RandomResizedCrop:
    """A part of a PIL image, of random area and shape, resized to `size`.

    scale: how much of the image's area, from and to. ratio: width to height, from and to.
    """

    def __init__(
        self,
        size: int | Sequence[int],
        scale: tuple[float, float] = (0.08, 1.0),
        ratio: tuple[float, float] = (3.0 / 4.0, 4.0 / 3.0),
        interpolation: InterpolationMode = InterpolationMode.BILINEAR,
        antialias: bool | None = True,
    ) -> None:
        self.size = _two(size)
        self.scale = scale
        self.ratio = ratio
        self.interpolation = interpolation
        self.antialias = antialias

    def __call__(self, image: Any) -> Any:
        _, h, w = F.get_dimensions(image)
        part = self._draw(h, w) or self._middle(h, w)
        return F.resized_crop(image, *part, self.size, self.interpolation, self.antialias)

    def _draw(self, h: int, w: int) -> tuple[int, int, int, int] | None:
        """Top, left, height and width of a part that fits into h × w; None after ten misses."""
        low, high = log(tensor(self.ratio)).tolist()
        for _ in range(10):
            area = h * w * _between(*self.scale)
            ratio = exp(empty(1).uniform_(low, high)).item()
            width, height = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
            if 0 < width <= w and 0 < height <= h:
                return _below(h - height + 1), _below(w - width + 1), height, width
        return None

    def _middle(self, h: int, w: int) -> tuple[int, int, int, int]:
        height, width = h, w
        if w / h < min(self.ratio):
            height = round(w / min(self.ratio))
        elif w / h > max(self.ratio):
            width = round(h * max(self.ratio))
        return (h - height) // 2, (w - width) // 2, height, width

    def __repr__(self) -> str:
        scale, ratio = (tuple(round(x, 4) for x in pair) for pair in (self.scale, self.ratio))
        return (
            f"{type(self).__name__}(size={self.size}, scale={scale}, ratio={ratio}, "
            f"interpolation={self.interpolation.value}, antialias={self.antialias})"
        )


class RandomHorizontalFlip:
    """Left and right exchanged, with probability p."""

    def __init__(self, p: float = 0.5) -> None:
        self.p = p

    def __call__(self, image: Any) -> Any:
        return F.hflip(image) if _chance() < self.p else image

    def __repr__(self) -> str:
        return f"{type(self).__name__}(p={self.p})"


class RandomVerticalFlip(RandomHorizontalFlip):
    """Top and bottom exchanged, with probability p."""

    def __call__(self, image: Any) -> Any:
        return F.vflip(image) if _chance() < self.p else image


class RandomRotation:
    """A PIL image turned by an angle between two; a number is for that much either way.

    See `functional.rotate`. ValueError for a negative number.
    """

    def __init__(
        self,
        degrees: float | Sequence[float],
        interpolation: InterpolationMode = InterpolationMode.NEAREST,
        expand: bool = False,
        center: Sequence[int] | None = None,
        fill: Any = 0,
    ) -> None:
        if isinstance(degrees, (int, float)):
            if degrees < 0:
                raise ValueError("If degrees is a single number, it must be positive.")
            degrees = [-degrees, degrees]
        if len(degrees) != 2:
            raise ValueError("degrees should be a sequence of length 2.")
        self.degrees = [float(angle) for angle in degrees]
        self.interpolation = interpolation
        self.expand = expand
        self.center = center
        self.fill = 0 if fill is None else fill

    def __call__(self, image: Any) -> Any:
        angle = _between(*self.degrees)
        return F.rotate(image, angle, self.interpolation, self.expand, self.center, self.fill)

    def __repr__(self) -> str:
        center = "" if self.center is None else f", center={self.center}"
        return (
            f"{type(self).__name__}(degrees={self.degrees}, "
            f"interpolation={self.interpolation.value}, expand={self.expand}{center}, "
            f"fill={self.fill})"
        )


class RandomApply:
    """Several transforms, one after the other, with probability p; else none."""

    def __init__(self, transforms: Sequence[Callable[[Any], Any]], p: float = 0.5) -> None:
        self.transforms = transforms
        self.p = p

    def __call__(self, image: Any) -> Any:
        if self.p < _chance():
            return image
        for transform in self.transforms:
            image = transform(image)
        return image

    def __repr__(self) -> str:
        lines = "".join(f"\n    {line}" for line in (f"p={self.p}", *self.transforms))
        return f"{type(self).__name__}({lines}\n)"


def _chance() -> float:
    return rand(1).item()


def _below(n: int) -> int:
    return randint(0, n, (1,)).item()


def _between(low: float, high: float) -> float:
    return empty(1).uniform_(low, high).item()


def takes_batches(transform: Any) -> bool:
    """Whether `transform.batch(images)` is what `transform` gives for each image, stacked.

    A class states it by defining `batch`. To inherit it is not enough: the subclass may treat a
    single image in another way.
    """
    if type(transform) is Compose:
        return all(map(takes_batches, transform.transforms))
    return "batch" in vars(type(transform))
