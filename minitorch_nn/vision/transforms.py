"""What is done to an image before a network sees it, as `torchvision.transforms`.

    transform = Compose([ToTensor(), Normalize((0.5,), (0.5,))])

The numbers are torchvision's to the last bit: ((byte / 255) - mean) / std, each step rounded to
float32.

A transform is called on one image. Those that treat every image alike can also do a whole batch at
once, by their method `batch`; `takes_batches` tells whether a transform can, and the data sets use
it: 64 images at once cost little more than one.

torchvision: torchvision/transforms/transforms.py, functional.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..creation import as_tensor, from_numpy
from ..dtypes import Array, get_default_dtype
from ..tensor import Tensor

__all__ = ["Compose", "Lambda", "Normalize", "ToTensor", "takes_batches"]


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
    """An image as a tensor with its channels in front: array (H, W) or (H, W, C) to (C, H, W).

    Bytes 0..255 become floats 0..1 of the default dtype. Arrays of other types keep their type and
    values, and their memory if it is laid out right already.

    Raises:
        TypeError: not an array. (torchvision also takes PIL images; this package knows no PIL, and
            `numpy.asarray(image)` makes an array of one.)
        ValueError: an array of other than 2 or 3 dimensions.
    """

    def __call__(self, image: Array) -> Tensor:
        if not isinstance(image, np.ndarray):
            raise TypeError(f"pic should be PIL Image or ndarray. Got {type(image)}")
        if image.ndim not in (2, 3):
            raise ValueError(f"pic should be 2/3 dimensional. Got {image.ndim} dimensions.")
        return _channels_first(image[:, :, None] if image.ndim == 2 else image)

    def batch(self, images: Array) -> Tensor:
        """Arrays (N, H, W) or (N, H, W, C) to a tensor (N, C, H, W)."""
        return _channels_first(images[:, :, :, None] if images.ndim == 3 else images)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


def _channels_first(images: Array) -> Tensor:
    """Array (..., H, W, C) to tensor (..., C, H, W)."""
    images = np.moveaxis(images, -1, -3)
    if images.dtype != np.uint8:
        return from_numpy(np.ascontiguousarray(images))
    scaled = images.astype(get_default_dtype().numpy, order="C")
    # Divided, not multiplied by 1/255: that would differ in the last bit for half of the bytes.
    scaled /= 255
    return from_numpy(scaled)


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
        mean, std = self._statistics(image)
        result = image if self.inplace else image.clone()
        return result.sub_(from_numpy(mean)).div_(from_numpy(std))

    def batch(self, images: Tensor) -> Tensor:
        """Images (N, C, H, W) at once, in NumPy: no gradient is asked of the pixels of a data set.

        This is what every step of training waits for, and so it does without the tensors' checks.
        """
        mean, std = self._statistics(images)
        result = images.array.copy()
        try:
            result -= mean
            result /= std
        except ValueError:
            self(images[0])  # the number of channels is wrong: PyTorch's words for one such image
            raise
        return from_numpy(result)

    def _statistics(self, image: Tensor) -> tuple[Array, Array]:
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
        mean = as_tensor(self.mean, dtype=image.dtype).array
        std = as_tensor(self.std, dtype=image.dtype).array
        if (std == 0).any():
            raise ValueError(
                f"std evaluated to zero after conversion to {image.dtype}, "
                "leading to division by zero."
            )
        return _per_channel(mean), _per_channel(std)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(mean={self.mean}, std={self.std})"


def _per_channel(values: Array) -> Array:
    return values.reshape(-1, 1, 1) if values.ndim == 1 else values


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


def takes_batches(transform: Any) -> bool:
    """Whether `transform.batch(images)` is what `transform` gives for each image, stacked.

    A class states it by defining `batch`. To inherit it is not enough: the subclass may treat a
    single image in another way.
    """
    if type(transform) is Compose:
        return all(map(takes_batches, transform.transforms))
    return "batch" in vars(type(transform))
