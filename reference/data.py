"""Find the digits: MNIST in a folder, through torchvision, or else the sample in minitorch_nn.

And hand them out in batches from the memory of a GPU, where PyTorch's DataLoader would be too slow.
"""

from __future__ import annotations

import gzip
import math
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from PIL import Image
from torch.utils.data import Dataset

from reference._torchvision import import_torchvision
from reference.device import free_memory

torchvision = import_torchvision()

__all__ = ["DeviceLoader", "Digits", "chapter_transform", "find_mnist"]

FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)

Transform = Callable[[Any], torch.Tensor]


class Indices(Protocol):
    """A sampler, or a range."""

    def __iter__(self) -> Iterator[int]: ...

    def __len__(self) -> int: ...


def chapter_transform() -> Transform:
    """Return the chapter's transform: a grey image to float32 [1, 28, 28] between -1 and 1."""
    transforms = torchvision.transforms
    return transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5,), (0.5,))])


class Digits(Dataset):
    """Images in memory with their labels, under the names that torchvision's MNIST has for them.

    A transform is given a PIL image, as torchvision's MNIST gives it.

    Attributes:
        data: uint8 [N, 28, 28]; 0 is the background.
        targets: int64 [N].
    """

    def __init__(self, images: np.ndarray, labels: np.ndarray, transform: Transform) -> None:
        self.data = torch.from_numpy(images)
        self.targets = torch.from_numpy(labels.astype(np.int64))
        self.transform = transform

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        image = Image.fromarray(self.data[index].numpy())
        return self.transform(image), int(self.targets[index])


class DeviceLoader:
    """Batches of a data set that lies on the device as a whole, one byte a pixel.

    It gives what a DataLoader with the chapter's transform gives, in the same order and to the
    same bit, without a Python call for every image and without a copy for every batch: MNIST's
    60,000 images take 45 MiB, and turning them into numbers between -1 and 1 is quick there.

    Args:
        digits: torchvision's MNIST, or `Digits`.
        batch_size: images in a batch; the last one may have fewer.
        sampler: gives the indices of one epoch each time it is iterated.
        device: where the images are to lie.

    Raises:
        ValueError: the device has not enough memory for them.
    """

    def __init__(
        self, digits: Any, batch_size: int, sampler: Indices, device: torch.device
    ) -> None:
        needed, free = digits.data.nbytes + digits.targets.nbytes, free_memory(device)
        if free is not None and needed > free:
            raise ValueError(
                f"{len(digits):,} images need {needed / 2**20:.1f} MiB on {device}, where "
                f"{free / 2**20:.1f} MiB are free; --pipeline loader holds one batch at a time"
            )
        self.images = digits.data.to(device)
        self.labels = digits.targets.to(device)
        # A tensor: instead of dividing by a number a GPU multiplies by its rounded inverse.
        self.white = torch.tensor(255.0, device=device)
        self.batch_size = min(batch_size, max(len(sampler), 1))
        self.sampler = sampler

    def __len__(self) -> int:
        return math.ceil(len(self.sampler) / self.batch_size)

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        for indices in self.order().split(self.batch_size):
            yield self.batch(indices)

    def batch_sizes(self) -> list[int]:
        """Return how many images each batch of an epoch has."""
        return [len(batch) for batch in torch.arange(len(self.sampler)).split(self.batch_size)]

    def order(self) -> torch.Tensor:
        """Return the indices of the next epoch, int64 [N], on the device.

        A DataLoader draws a number for its workers' seeds before the sampler draws its own. So
        does this, or the same seed would give another order.
        """
        torch.empty((), dtype=torch.int64).random_()
        return torch.tensor(list(self.sampler), dtype=torch.int64).to(self.images.device)

    def batch(self, indices: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the images at `indices`, float32 [n, 1, 28, 28], and their labels, int64 [n].

        The arithmetic is that of ToTensor and Normalize, step by step.
        """
        images = self.images[indices].unsqueeze(1).float()
        return images.div_(self.white).sub_(0.5).div_(0.5), self.labels[indices]


def find_mnist(
    data: str | None, download: bool, transform: Transform
) -> tuple[Dataset, Dataset, str]:
    """Return the training set, the test set and one line that says which they are.

    MNIST is looked for in the folder `data`, where None means ./data, as four IDX files there or in
    MNIST/raw, each plain or compressed to .gz. Where it is missing, `download` fetches it. If there
    is none in ./data, the sample of MNIST that minitorch_nn carries is used.

    Raises:
        FileNotFoundError: the folder that was asked for holds no MNIST.
        RuntimeError: MNIST cannot be downloaded.
        OSError, ValueError: the files are there but cannot be read.
    """
    folder = Path("data" if data is None else data).expanduser()
    files = locate(folder)
    if files is None and download:
        download_mnist(folder)
        files = locate(folder)
    if files is not None:
        train_set, test_set = read_mnist(files, transform)
        name = f"MNIST in {folder}"
    elif data is None:
        train_set, test_set = read_sample(transform)
        name = "the sample of MNIST in the package"
    else:
        raise FileNotFoundError(
            f"no MNIST in {folder}: it needs {', '.join(FILES)} (each may end in .gz), directly or "
            "in MNIST/raw; name another folder, or have the files downloaded"
        )
    counts = f"{len(train_set):,} images to train with, {len(test_set):,} to test with"
    return train_set, test_set, f"{name} ({counts})"


def locate(folder: Path) -> list[Path] | None:
    """Return the paths of the four FILES, None where one is missing."""
    for place in (folder / "MNIST" / "raw", folder):
        choices = [(place / name, place / f"{name}.gz") for name in FILES]
        found = [next((path for path in pair if path.is_file()), None) for pair in choices]
        if all(found):
            return [path for path in found if path is not None]
    return None


def download_mnist(folder: Path) -> None:
    """Let torchvision fetch MNIST into folder/MNIST/raw, as in the chapter."""
    try:
        # torchvision prints its progress and its errors: they belong on stderr, beside the results.
        with redirect_stdout(sys.stderr):
            torchvision.datasets.MNIST(str(folder), download=True)
    except Exception as error:
        reason = " ".join(str(error).split())
        raise RuntimeError(f"cannot download MNIST into {folder}: {reason}") from error


def read_mnist(files: list[Path], transform: Transform) -> tuple[Dataset, Dataset]:
    """Read the four files with torchvision's MNIST.

    It looks for unpacked files in a folder MNIST/raw and nowhere else, but reads them whole, so
    that such a folder is needed only for a moment.
    """
    with tempfile.TemporaryDirectory() as root:
        raw = Path(root, "MNIST", "raw")
        raw.mkdir(parents=True)
        for path, name in zip(files, FILES, strict=True):
            unpack(path, raw / name)
        mnist = torchvision.datasets.MNIST
        train_set = mnist(root, train=True, transform=transform)
        test_set = mnist(root, train=False, transform=transform)
    check(train_set, files[0])
    check(test_set, files[2])
    return train_set, test_set


def unpack(path: Path, target: Path) -> None:
    """Copy one IDX file, plain or .gz, to `target`, and make sure that torchvision can read it."""
    readers = torchvision.datasets.mnist
    read = readers.read_image_file if "images" in target.name else readers.read_label_file
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as source:
            target.write_bytes(source.read())
        read(str(target))
    except Exception as error:  # OSError, EOFError, zlib.error, AssertionError, ValueError, ...
        reason = str(error) or "its header is wrong"
        raise ValueError(f"{path} cannot be read as an IDX file: {reason}") from error


def check(mnist: Any, path: Path) -> None:
    """Raise ValueError where a part of MNIST, read from `path` and its fellow, is not sound."""
    images, labels = mnist.data, mnist.targets
    if len(images) != len(labels):
        raise ValueError(f"{path} has {len(images)} images, but beside it are {len(labels)} labels")
    if images.shape[1:] != (28, 28):
        raise ValueError(f"{path}: its images are {list(images.shape)}, not [N, 28, 28]")
    if labels.max() > 9:
        raise ValueError(f"{path}: a label beside it is {labels.max()}, not 0 to 9")


def read_sample(transform: Transform) -> tuple[Dataset, Dataset]:
    """Read the 5,000 digits that minitorch_nn carries."""
    # Finding a package's folder does not run the package: no line of the NumPy engine is used.
    spec = find_spec("minitorch_nn")
    if spec is None or spec.submodule_search_locations is None:
        raise FileNotFoundError("no MNIST in ./data, and no minitorch_nn here to take a sample of")
    sample = np.load(Path(spec.submodule_search_locations[0], "vision", "mnist_sample.npz"))
    return (
        Digits(sample["train_images"], sample["train_labels"], transform),
        Digits(sample["test_images"], sample["test_labels"], transform),
    )
