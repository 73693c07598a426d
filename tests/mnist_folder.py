"""Make small folders of MNIST for the tests, out of the sample in the package."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

SAMPLE = Path(__file__).parents[1] / "minitorch_nn" / "vision" / "mnist_sample.npz"


def small_mnist(train: int = 320, test: int = 100) -> dict[str, Array]:
    """The first digits of the sample, under the names of MNIST's files."""
    with np.load(SAMPLE) as sample:
        return {
            "train-images-idx3-ubyte": sample["train_images"][:train],
            "train-labels-idx1-ubyte": sample["train_labels"][:train],
            "t10k-images-idx3-ubyte": sample["test_images"][:test],
            "t10k-labels-idx1-ubyte": sample["test_labels"][:test],
        }


def idx(array: Array) -> bytes:
    """A uint8 array as an IDX file."""
    return struct.pack(f">I{array.ndim}I", 0x800 + array.ndim, *array.shape) + array.tobytes()


def write_mnist(folder: Path, files: dict[str, Array], zipped: bool = False) -> Path:
    """Write the arrays as IDX files, and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in files.items():
        if zipped:
            (folder / f"{name}.gz").write_bytes(gzip.compress(idx(array), 1))
        else:
            (folder / name).write_bytes(idx(array))
    return folder
