"""Images of digits and what is done to them first, as `torchvision`.

    from minitorch_nn.vision import datasets, transforms

To read: datasets.py, transforms/; below them idx.py (MNIST's file format), download.py and
sample.py (the digits that come with the package).
"""

from __future__ import annotations

import sys

from ..missing import name_plainly
from ..version import TorchVersion, package
from . import datasets, transforms, utils

__all__ = ["datasets", "transforms", "utils"]

__version__ = TorchVersion(f"0.29.2+minitorch_nn.{package}")  # the torchvision that it answers as

name_plainly(sys.modules[__name__], datasets, transforms, transforms.functional, utils)
