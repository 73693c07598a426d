"""The digits that come with the package: 5,000 of MNIST's training images, 500 of each class.

With them the examples run offline. They are split into 4,000 for training and 1,000 for testing,
every class alike, and stored in `mnist_sample.npz`, which `make_sample.py` made:

    train_images  uint8 [4000, 28, 28]     train_labels  uint8 [4000]
    test_images   uint8 [1000, 28, 28]     test_labels   uint8 [1000]
    notice        the credit and the licence, a string

The classes take turns, 0, 1, ... 9, 0, 1, ..., so that batches taken in order are balanced too.

MNIST is the work of Yann LeCun and Corinna Cortes, derived from data of NIST, and available under
the Creative Commons Attribution-Share Alike 3.0 licence; so is this sample of it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..dtypes import Array

__all__ = ["PATH", "load"]

PATH = Path(__file__).with_name("mnist_sample.npz")


def load(train: bool) -> tuple[Array, Array]:
    """Images, uint8 [N, 28, 28], and labels, uint8 [N]; N is 4000 for training, 1000 for testing.

    MNIST, by Yann LeCun and Corinna Cortes, CC BY-SA 3.0.
    """
    split = "train" if train else "test"
    with np.load(PATH, allow_pickle=False) as file:
        return file[f"{split}_images"], file[f"{split}_labels"]
