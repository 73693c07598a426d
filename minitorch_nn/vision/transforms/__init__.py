"""What is done to an image before a network sees it, as `torchvision.transforms`.

    transform = Compose([RandomCrop(28, padding=2), ToTensor(), Normalize((0.5,), (0.5,))])

The numbers are torchvision's to the last bit: ((byte / 255) - mean) / std, each step rounded to
float32; and so are the draws of the random ones.

An image is a tensor (..., C, H, W), a NumPy array (H, W) or (H, W, C), which `ToTensor` takes, or
a PIL image. Pillow is used where it is installed, for PIL images only.

To read: transforms.py (the classes), functional.py (what they do to one image).
"""

from __future__ import annotations

from . import functional
from .functional import InterpolationMode
from .transforms import (
    CenterCrop,
    Compose,
    ConvertImageDtype,
    Grayscale,
    Lambda,
    Normalize,
    Pad,
    PILToTensor,
    RandomApply,
    RandomCrop,
    RandomHorizontalFlip,
    RandomResizedCrop,
    RandomRotation,
    RandomVerticalFlip,
    Resize,
    ToPILImage,
    ToTensor,
    takes_batches,
)

__all__ = [
    "CenterCrop",
    "Compose",
    "ConvertImageDtype",
    "Grayscale",
    "InterpolationMode",
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
    "functional",
    "takes_batches",
]
