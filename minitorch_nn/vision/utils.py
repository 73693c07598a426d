"""Many images as one, as `torchvision.utils`.

torchvision: torchvision/utils.py.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..creation import from_numpy
from ..tensor import Tensor

__all__ = ["make_grid"]


def make_grid(
    tensor: Tensor | list[Tensor],
    nrow: int = 8,
    padding: int = 2,
    normalize: bool = False,
    value_range: tuple[float, float] | None = None,
    scale_each: bool = False,
    pad_value: float = 0.0,
) -> Tensor:
    """Images (N, C, H, W), or a list of (C, H, W), in rows: one image (C, rows, columns) to show.

    Args:
        tensor: the images; grey ones get three equal channels.
        nrow: how many stand in a row.
        padding: how many pixels of `pad_value` stand between them and around.
        normalize: bring the values to 0..1, from the lowest to the highest, or from `value_range`.
        scale_each: find the lowest and highest of every image for itself.

    TypeError for what are no tensors.
    """
    images = _as_batch(tensor)
    if normalize:
        for part in images if scale_each else [images]:
            low, high = value_range or (float(part.min()), float(part.max()))
            np.clip(part, low, high, out=part)
            part -= part.dtype.type(low)
            part /= part.dtype.type(max(high - low, 1e-5))
    if len(images) == 1:
        return from_numpy(images[0])
    n, channels, height, width = images.shape
    columns = min(nrow, n)
    rows = -(-n // columns)
    high, wide = height + padding, width + padding
    shape = (channels, rows * high + padding, columns * wide + padding)
    grid = np.full(shape, pad_value, images.dtype)
    for i, image in enumerate(images):
        top, left = i // columns * high + padding, i % columns * wide + padding
        grid[:, top : top + height, left : left + width] = image
    return from_numpy(grid)


def _as_batch(tensor: Any) -> np.ndarray[Any, Any]:
    """A new array (N, C, H, W), C at least 3."""
    if isinstance(tensor, list):
        for image in tensor:
            if not isinstance(image, Tensor):
                found = f"a list containing {type(image)}"
                raise TypeError(f"tensor or list of tensors expected, got {found}")
        images = np.stack([image.array for image in tensor])
    elif isinstance(tensor, Tensor):
        images = tensor.array
    else:
        raise TypeError(f"tensor or list of tensors expected, got {type(tensor)}")
    images = images[(None,) * (4 - images.ndim)]  # one image, with channels or without
    return images.repeat(3, 1) if images.shape[1] == 1 else images.copy()
