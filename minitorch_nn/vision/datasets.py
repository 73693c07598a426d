"""MNIST, handwritten digits: from its files, from the web, or the sample that comes along.

    train = MNIST("data", download=True, transform=ToTensor())
    image, label = train[0]

torchvision: torchvision/datasets/mnist.py, vision.py.
"""

from __future__ import annotations

import operator
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import numpy as np

from ..creation import as_tensor, from_numpy
from ..dtypes import Array
from ..utils.data import Dataset
from ..utils.data.collate import Columns
from . import idx, sample
from .download import SHA256, fetch
from .transforms import takes_batches

__all__ = ["MNIST", "Found", "LabelledImages", "MNISTSample", "find_mnist"]

Transform = Callable[[Any], Any]


class LabelledImages(Dataset[tuple[Any, Any]]):
    """Grey images with a digit each: what MNIST and its sample have in common.

    Attributes:
        data: all images, a uint8 tensor [N, 28, 28]; 0 is the background.
        targets: all labels, an int64 tensor [N].
        classes: the ten classes' names.
        class_to_idx: the label of each name.
    """

    classes: ClassVar[list[str]] = [
        "0 - zero",
        "1 - one",
        "2 - two",
        "3 - three",
        "4 - four",
        "5 - five",
        "6 - six",
        "7 - seven",
        "8 - eight",
        "9 - nine",
    ]
    root: str | None = None

    def __init__(
        self,
        images: Array,
        labels: Array,
        train: bool,
        transform: Transform | None,
        target_transform: Transform | None,
    ) -> None:
        self.data = from_numpy(images)
        self.targets = from_numpy(labels.astype(np.int64))
        self.train = train
        self.transform = transform
        self.target_transform = target_transform

    @property
    def class_to_idx(self) -> dict[str, int]:
        return {name: label for label, name in enumerate(self.classes)}

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        """Image and label, after `transform` and `target_transform`.

        Before them the image is a NumPy array, uint8 [28, 28] (torchvision has a PIL image here,
        but this package knows no PIL), and the label an int.
        """
        image: Any = self.data[index].numpy().copy()  # a transform may change it in place
        label: Any = int(self.targets[index])
        if self.transform is not None:
            image = self.transform(image)
        if self.target_transform is not None:
            label = self.target_transform(label)
        return image, label

    def __getitems__(self, indices: Iterable[int]) -> Sequence[tuple[Any, Any]]:
        """The samples at `indices`, all at once if the transform allows it."""
        rows = np.fromiter(map(operator.index, indices), np.int64)
        overridden = type(self).__getitem__ is not LabelledImages.__getitem__
        if overridden or not takes_batches(self.transform):
            return [self[i] for i in rows.tolist()]
        transform: Any = self.transform
        images = transform.batch(self.data[rows].numpy())
        labels = as_tensor(self.targets)[rows].tolist()
        if self.target_transform is not None:
            labels = map(self.target_transform, labels)
        return Columns(images, tuple(labels))

    def __len__(self) -> int:
        return len(self.data)

    def __repr__(self) -> str:
        lines = [f"Dataset {type(self).__name__}", f"    Number of datapoints: {len(self)}"]
        if self.root is not None:
            lines.append(f"    Root location: {self.root}")
        lines.append(f"    Split: {'Train' if self.train else 'Test'}")
        if self.transform is not None or self.target_transform is not None:
            lines.append("    StandardTransform")
        if self.transform is not None:
            lines.append(_hanging("Transform: ", self.transform))
        if self.target_transform is not None:
            lines.append(_hanging("Target transform: ", self.target_transform))
        return "\n".join(lines)


def _hanging(head: str, content: Any) -> str:
    return head + repr(content).replace("\n", "\n" + " " * len(head))


class MNIST(LabelledImages):
    """MNIST from its four IDX files: 60,000 images for training, 10,000 for testing.

    Args:
        root: a folder with the files, raw or .gz, in it or in its subfolder MNIST/raw, which is
            where torchvision keeps them.
        train: the training images, or those for testing.
        transform: what is done to an image when it is fetched; see `LabelledImages.__getitem__`.
        target_transform: likewise to a label.
        download: if files are missing, fetch them into root/MNIST/raw.

    Raises:
        RuntimeError: the files are not there, cannot be read or cannot be fetched.
        ValueError: a file is damaged, or there are more images than labels or fewer.

    MNIST is the work of Yann LeCun and Corinna Cortes, CC BY-SA 3.0.
    """

    mirrors: ClassVar[list[str]] = [
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "http://yann.lecun.com/exdb/mnist/",
    ]

    def __init__(
        self,
        root: str | Path,
        train: bool = True,
        transform: Transform | None = None,
        target_transform: Transform | None = None,
        download: bool = False,
    ) -> None:
        self.root = os.path.expanduser(root)
        if download:
            self.download()
        files = _find_files(Path(self.root), train)
        if files is None:
            raise RuntimeError("Dataset not found. You can use download=True to download it")
        images, labels = idx.read_images(files.images), idx.read_labels(files.labels)
        if len(images) != len(labels):
            raise ValueError(
                f"{files.images} has {len(images)} images, but {files.labels} has {len(labels)} "
                "labels; delete both and download them again"
            )
        super().__init__(images, labels, train, transform, target_transform)

    @property
    def raw_folder(self) -> str:
        return os.path.join(str(self.root), "MNIST", "raw")

    def download(self) -> None:
        """Fetch the files that are missing. RuntimeError if that fails."""
        root, raw = Path(str(self.root)), Path(self.raw_folder)
        if _has_all_files(root):
            return
        for name in SHA256:
            if _file(raw, name) is None:
                fetch(name, raw, self.mirrors)


class MNISTSample(LabelledImages):
    """The 5,000 digits that come with the package: 4,000 for training, 1,000 for testing.

    All are from MNIST's training images, the classes in equal parts and taking turns. Otherwise as
    `MNIST`. See sample.py for where they come from.

    MNIST is the work of Yann LeCun and Corinna Cortes, CC BY-SA 3.0.
    """

    def __init__(
        self,
        train: bool = True,
        transform: Transform | None = None,
        target_transform: Transform | None = None,
    ) -> None:
        images, labels = sample.load(train)
        super().__init__(images, labels, train, transform, target_transform)


class Found(NamedTuple):
    """What `find_mnist` found. `description` says in a few words which digits these are."""

    train: LabelledImages
    test: LabelledImages
    description: str


def find_mnist(
    data: str | None = None, download: bool = False, transform: Transform | None = None
) -> Found:
    """The digits to work with: those in the folder `data`, else in ./data, else the sample.

    With `download`, files that are missing are fetched into that folder.

    Raises:
        RuntimeError: a folder was named and MNIST is not there, or it cannot be read or fetched.
        ValueError: a file is damaged.
    """
    root = "data" if data is None else data
    if not download and not _has_all_files(Path(root).expanduser()):
        if data is None:
            return _the_sample(transform)
        raise RuntimeError(
            f"no MNIST in {data}: it needs {', '.join(_NAMES)} (each may end in .gz), directly or "
            "in MNIST/raw; name another folder, or have the files downloaded"
        )
    train = MNIST(root, True, transform, download=download)
    test = MNIST(root, False, transform)
    return Found(train, test, f"MNIST in {root} ({_counts(train, test)})")


def _the_sample(transform: Transform | None) -> Found:
    train, test = MNISTSample(True, transform), MNISTSample(False, transform)
    return Found(train, test, f"the sample of MNIST in the package ({_counts(train, test)})")


def _counts(train: LabelledImages, test: LabelledImages) -> str:
    return f"{len(train):,} images to train with, {len(test):,} to test with"


# ---- where the files are

_NAMES = tuple(SHA256)


class _Files(NamedTuple):
    images: Path
    labels: Path


def _find_files(root: Path, train: bool) -> _Files | None:
    """The two files of a split, side by side, where torchvision keeps them or in `root` itself."""
    split = "train" if train else "t10k"
    for folder in (root / "MNIST" / "raw", root):
        images = _file(folder, f"{split}-images-idx3-ubyte")
        labels = _file(folder, f"{split}-labels-idx1-ubyte")
        if images is not None and labels is not None:
            return _Files(images, labels)
    return None


def _has_all_files(root: Path) -> bool:
    return _find_files(root, True) is not None and _find_files(root, False) is not None


def _file(folder: Path, name: str) -> Path | None:
    """`name` or `name`.gz in `folder`, or None. RuntimeError if the folder cannot be read."""
    try:
        there = os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise RuntimeError(
            f"cannot read the folder {folder}: {error.strerror}; check its permissions"
        ) from error
    return next((folder / n for n in (name, name + ".gz") if n in there), None)
