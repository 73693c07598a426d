"""MNIST, handwritten digits: from its files, from the web, or the sample that comes along. And
others of its kind: FashionMNIST, and FakeData for trying things out.

    train = MNIST("data", download=True, transform=ToTensor())
    image, label = train[0]

torchvision: torchvision/datasets/mnist.py, fakedata.py, vision.py.
"""

from __future__ import annotations

import operator
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import numpy as np

from ..creation import as_tensor, from_numpy, randint, randn
from ..dtypes import Array
from ..random import fork_rng, manual_seed
from ..utils.data import Dataset
from ..utils.data.collate import Columns
from . import idx, sample
from .download import FASHION_MD5, SHA256, fetch
from .transforms import takes_batches
from .transforms.functional import as_image, to_pil_image

__all__ = [
    "MNIST",
    "FakeData",
    "FashionMNIST",
    "Found",
    "LabelledImages",
    "MNISTSample",
    "VisionDataset",
    "find_mnist",
]

Transform = Callable[[Any], Any]


class VisionDataset(Dataset[tuple[Any, Any]]):
    """A data set with transforms, which it prints. A subclass has `__getitem__` and `__len__`."""

    def __init__(
        self,
        root: str | Path | None = None,
        transforms: Any = None,
        transform: Transform | None = None,
        target_transform: Transform | None = None,
    ) -> None:
        if transforms is not None and (transform is not None or target_transform is not None):
            raise ValueError(
                "Only transforms or transform/target_transform can be passed as argument"
            )
        self.root = os.path.expanduser(root) if isinstance(root, str) else root
        self.transforms = transforms
        self.transform = transform
        self.target_transform = target_transform

    def __repr__(self) -> str:
        lines = [f"Number of datapoints: {len(self)}"]  # type: ignore[arg-type]
        if self.root is not None:
            lines.append(f"Root location: {self.root}")
        lines += self.extra_repr().splitlines()
        if self.transforms is not None:
            lines.append(repr(self.transforms))
        if self.transform is not None or self.target_transform is not None:
            lines.append("StandardTransform")
        lines = [f"Dataset {type(self).__name__}", *(f"    {line}" for line in lines)]
        if self.transform is not None:
            lines.append(_hanging("Transform: ", self.transform))
        if self.target_transform is not None:
            lines.append(_hanging("Target transform: ", self.target_transform))
        return "\n".join(lines)

    def extra_repr(self) -> str:
        """More lines to print."""
        return ""


def _hanging(head: str, content: Any) -> str:
    return head + repr(content).replace("\n", "\n" + " " * len(head))


class LabelledImages(VisionDataset):
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

    def __init__(
        self,
        images: Array,
        labels: Array,
        train: bool,
        transform: Transform | None,
        target_transform: Transform | None,
        root: str | None = None,
    ) -> None:
        super().__init__(root, transform=transform, target_transform=target_transform)
        self.data = from_numpy(images)
        self.targets = from_numpy(labels.astype(np.int64))
        self.train = train

    @property
    def class_to_idx(self) -> dict[str, int]:
        return {name: label for label, name in enumerate(self.classes)}

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        """Image and label, after `transform` and `target_transform`.

        Before them the image is a PIL image, or where Pillow is not installed a NumPy array, uint8
        [28, 28]; and the label an int.
        """
        image: Any = as_image(self.data[index].numpy())
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
        try:
            images = transform.batch(self.data.numpy()[rows])
            labels = as_tensor(self.targets).numpy()[rows]
        except (IndexError, TypeError, ValueError):
            return [self[i] for i in rows.tolist()]  # which is refused in PyTorch's words
        if self.target_transform is None and labels.dtype == np.int64:
            return Columns(images, memoryview(labels))
        change = self.target_transform or int
        return Columns(images, tuple(map(change, map(int, labels.tolist()))))

    def __len__(self) -> int:
        return len(self.data)

    def extra_repr(self) -> str:
        return f"Split: {'Train' if self.train else 'Test'}"


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
    checksums: ClassVar[dict[str, str]] = SHA256

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
        files = _find_files(self.folders(), train)
        if files is None:
            raise RuntimeError("Dataset not found. You can use download=True to download it")
        images, labels = idx.read_images(files.images), idx.read_labels(files.labels)
        if len(images) != len(labels):
            raise ValueError(
                f"{files.images} has {len(images)} images, but {files.labels} has {len(labels)} "
                "labels; delete both and download them again"
            )
        super().__init__(images, labels, train, transform, target_transform, self.root)

    @property
    def raw_folder(self) -> str:
        return os.path.join(str(self.root), type(self).__name__, "raw")

    def folders(self) -> list[Path]:
        """Where the files may be."""
        return [Path(self.raw_folder), Path(str(self.root))]

    def download(self) -> None:
        """Fetch the files that are missing. RuntimeError if that fails."""
        if _has_all_files(self.folders()):
            return
        raw = Path(self.raw_folder)
        for name, checksum in self.checksums.items():
            if _file(raw, name) is None:
                fetch(name, raw, self.mirrors, checksum)


class FashionMNIST(MNIST):
    """Zalando's pictures of clothes, as many and as large as MNIST's digits, in the same files.

    They are looked for in root/FashionMNIST/raw. Otherwise as `MNIST`.
    """

    classes: ClassVar[list[str]] = [
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ]
    mirrors: ClassVar[list[str]] = ["http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"]
    checksums: ClassVar[dict[str, str]] = FASHION_MD5

    def folders(self) -> list[Path]:
        return [Path(self.raw_folder)]  # in `root` itself the same names may be MNIST's


class FakeData(VisionDataset):
    """Noise with labels, drawn anew but alike each time: for trying a program without any data.

    Args:
        size: how many images there are.
        image_size: (channels, height, width) of each; a PIL image, which needs Pillow.
        num_classes: labels are from 0 to num_classes - 1.
        random_offset: added to the index, which seeds an image.
    """

    def __init__(
        self,
        size: int = 1000,
        image_size: tuple[int, int, int] = (3, 224, 224),
        num_classes: int = 10,
        transform: Transform | None = None,
        target_transform: Transform | None = None,
        random_offset: int = 0,
    ) -> None:
        super().__init__(transform=transform, target_transform=target_transform)
        self.size = size
        self.image_size = image_size
        self.num_classes = num_classes
        self.random_offset = random_offset

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        """Image and label, after the transforms. IndexError beyond the end."""
        if index >= len(self):
            raise IndexError(f"{type(self).__name__} index out of range")
        with fork_rng():
            manual_seed(index + self.random_offset)
            image: Any = to_pil_image(randn(*self.image_size))
            label: Any = randint(0, self.num_classes, (1,))[0]
        if self.transform is not None:
            image = self.transform(image)
        if self.target_transform is not None:
            label = self.target_transform(label)
        return image, label.item()

    def __len__(self) -> int:
        return self.size


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
    folder = Path(root).expanduser()
    if not download and not _has_all_files([folder / "MNIST" / "raw", folder]):
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


def _find_files(folders: Sequence[Path], train: bool) -> _Files | None:
    """The two files of a split, side by side in the first of the folders that has both."""
    split = "train" if train else "t10k"
    for folder in folders:
        images = _file(folder, f"{split}-images-idx3-ubyte")
        labels = _file(folder, f"{split}-labels-idx1-ubyte")
        if images is not None and labels is not None:
            return _Files(images, labels)
    return None


def _has_all_files(folders: Sequence[Path]) -> bool:
    return all(_find_files(folders, train) is not None for train in (True, False))


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
