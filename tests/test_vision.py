"""vision against torchvision: the same pixels, labels and words; and what happens to bad files."""

from __future__ import annotations

import gzip
import hashlib
import http.server
import os
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.utils.data import DataLoader as TorchLoader

import minitorch_nn
from minitorch_nn.utils.data import DataLoader, Subset
from minitorch_nn.vision import datasets, download, idx, make_sample, sample, transforms
from reference._torchvision import import_torchvision

from .versions import WITHOUT_TORCHVISION


class Theirs:
    """PyTorch and torchvision; where that is not installed, a test that uses it is skipped."""

    torch = torch

    def __getattr__(self, name: str) -> Any:
        WITHOUT_TORCHVISION.skip_if(name in ("datasets", "transforms"))
        return getattr(import_torchvision(), name)


OURS = SimpleNamespace(torch=minitorch_nn, datasets=datasets, transforms=transforms)
THEIRS = Theirs()
FULL_MNIST = os.environ.get("MINITORCH_MNIST")
needs_mnist = pytest.mark.skipif(
    not FULL_MNIST, reason="MINITORCH_MNIST names no folder with the full MNIST"
)

Library = SimpleNamespace | Theirs


def assert_same_tensor(mine: Any, its: Any) -> None:
    assert isinstance(mine, minitorch_nn.Tensor)
    assert str(mine.dtype) == str(its.dtype)
    assert tuple(mine.shape) == tuple(its.shape)
    assert mine.detach().numpy().tobytes() == its.detach().contiguous().numpy().tobytes()


def error_of(program: Callable[[Any], Any], library: Any) -> tuple[type[BaseException], str]:
    with pytest.raises(Exception) as caught:
        program(library)
    return caught.type, str(caught.value)


def chapters_transform(library: Library) -> Any:
    t = library.transforms
    return t.Compose([t.ToTensor(), t.Normalize((0.5,), (0.5,))])


def packed(magic: int, array: np.ndarray[Any, Any]) -> bytes:
    return struct.pack(f">I{array.ndim}I", magic, *array.shape) + array.tobytes()


def digits(n: int, seed: int) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (n, 28, 28), np.uint8)
    return images, rng.integers(0, 10, n, np.uint8)


def idx_files() -> dict[str, bytes]:
    """A small MNIST: 130 images to train with, 70 to test."""
    files = {}
    for split, n in (("train", 130), ("t10k", 70)):
        images, labels = digits(n, seed=n)
        files[f"{split}-images-idx3-ubyte"] = packed(0x803, images)
        files[f"{split}-labels-idx1-ubyte"] = packed(0x801, labels)
    return files


def write(folder: Path, files: dict[str, bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with a small MNIST, laid out as torchvision does."""
    write(tmp_path / "MNIST" / "raw", idx_files())
    return tmp_path


@pytest.fixture
def without_pillow(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As if Pillow were not installed."""
    monkeypatch.setitem(sys.modules, "PIL.Image", None)
    transforms.functional._pillow.cache_clear()
    yield
    transforms.functional._pillow.cache_clear()


# ---- the data set


@pytest.mark.parametrize("train", [True, False])
def test_images_labels_and_names_are_torchvisions(root: Path, train: bool) -> None:
    mine, its = (lib.datasets.MNIST(root, train=train) for lib in (OURS, THEIRS))
    assert len(mine) == len(its)
    assert_same_tensor(mine.data, its.data)
    assert_same_tensor(mine.targets, its.targets)
    assert mine.classes == its.classes
    assert mine.class_to_idx == its.class_to_idx
    image, label = mine[-3]
    assert type(image) is type(its[-3][0])
    assert (image.mode, image.tobytes()) == (its[-3][0].mode, its[-3][0].tobytes())
    assert (label, type(label)) == (its[-3][1], int)


def test_without_pillow_an_image_is_an_array(root: Path, without_pillow: None) -> None:
    mnist = datasets.MNIST(root)
    before = mnist.data.numpy().copy()
    image, _ = mnist[0]
    assert type(image) is np.ndarray
    np.testing.assert_array_equal(image, before[0])
    image[:] = 0
    np.testing.assert_array_equal(mnist.data.numpy(), before)
    assert list(transforms.ToTensor()(mnist[1][0]).shape) == [1, 28, 28]
    with pytest.raises(RuntimeError, match="to_pil_image needs Pillow"):
        transforms.ToPILImage()(mnist[1][0])


def test_a_data_set_prints_as_torchvisions(root: Path) -> None:
    def name(label: int) -> str:
        return str(label)

    for options in (
        {},
        {"train": False},
        {"target_transform": name},
        {"transform": chapters_transform},
        {"transform": chapters_transform, "target_transform": name},
    ):
        for place in (root, str(root)):
            printed = []
            for lib in (OURS, THEIRS):
                given_ = dict(options)
                if "transform" in given_:
                    given_["transform"] = chapters_transform(lib)
                printed.append(repr(lib.datasets.MNIST(place, **given_)))
            assert printed[0] == printed[1]


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("folder", [".", "MNIST/raw"])
def test_files_may_lie_flat_or_in_raw_and_be_zipped(
    tmp_path: Path, folder: str, zipped: bool
) -> None:
    files = idx_files()
    if zipped:
        files = {f"{name}.gz": gzip.compress(content) for name, content in files.items()}
    write(tmp_path / folder, files)
    images, labels = digits(130, seed=130)
    mnist = datasets.MNIST(tmp_path)
    np.testing.assert_array_equal(mnist.data.numpy(), images)
    np.testing.assert_array_equal(mnist.targets.numpy(), labels)


def test_the_home_folder_may_be_abbreviated(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(root))
    assert len(datasets.MNIST("~")) == len(THEIRS.datasets.MNIST("~"))


def test_changing_an_image_leaves_the_data_set_as_it_was(root: Path) -> None:
    mnist = datasets.MNIST(root)
    before = mnist.data.numpy().copy()
    mnist[0][0].paste(9, (0, 0, 28, 28))
    np.testing.assert_array_equal(mnist.data.numpy(), before)


TRANSFORMS: dict[str, Callable[[Library], Any]] = {
    "the chapter's": chapters_transform,
    "ToTensor": lambda lib: lib.transforms.ToTensor(),
    "nested": lambda lib: lib.transforms.Compose(
        [chapters_transform(lib), lib.transforms.Normalize([0.1307], [0.3081])]
    ),
    "one at a time": lambda lib: lib.transforms.Compose(
        [chapters_transform(lib), lib.transforms.Lambda(lambda x: x.flatten() * 2)]
    ),
    "drawn at random": lambda lib: lib.transforms.Compose(
        [lib.transforms.ToTensor(), lambda x: x * lib.torch.rand(1)]
    ),
}


@pytest.mark.parametrize("target", [None, lambda label: label / 2, lambda label: str(label)])
@pytest.mark.parametrize("make", TRANSFORMS.values(), ids=TRANSFORMS.keys())
def test_a_shuffled_loader_gives_torchvisions_batches(
    root: Path, make: Callable[[Library], Any], target: Callable[[int], Any] | None
) -> None:
    batches: list[list[Any]] = []
    for lib, loader in ((OURS, DataLoader), (THEIRS, TorchLoader)):
        lib.torch.manual_seed(0)
        mnist = lib.datasets.MNIST(root, transform=make(lib), target_transform=target)
        batches.append(list(loader(mnist, 32, shuffle=True)))
    assert len(batches[0]) == len(batches[1]) == 5
    for (x, y), (its_x, its_y) in zip(*batches, strict=True):
        assert_same_tensor(x, its_x)
        if isinstance(its_y, torch.Tensor):
            assert_same_tensor(y, its_y)
        else:
            assert y == its_y


def test_a_loader_of_the_sample_gives_torchvisions_values() -> None:
    mine = datasets.MNISTSample(train=False, transform=chapters_transform(OURS))
    its_transform = chapters_transform(THEIRS)
    images, labels = sample.load(train=False)
    for i, (x, y) in enumerate(DataLoader(mine, 250)):
        rows = slice(250 * i, 250 * (i + 1))
        assert_same_tensor(x, torch.stack([its_transform(image) for image in images[rows]]))
        assert_same_tensor(y, torch.tensor(labels[rows].tolist()))


def test_a_subset_of_digits_is_fetched_at_once_too(root: Path) -> None:
    mnist = datasets.MNIST(root, transform=chapters_transform(OURS))
    (x, y), *rest = DataLoader(Subset(mnist, [5, 3, 9]), 3)
    assert not rest
    assert y.tolist() == [mnist[i][1] for i in (5, 3, 9)]
    np.testing.assert_array_equal(x.numpy(), np.stack([mnist[i][0].numpy() for i in (5, 3, 9)]))


def test_a_subclass_that_changes_what_a_sample_is_decides_over_batches_too(root: Path) -> None:
    batches = []
    for lib, loader in ((OURS, DataLoader), (THEIRS, TorchLoader)):

        class Numbered(lib.datasets.MNIST):  # type: ignore[name-defined]
            def __getitem__(self, index: int) -> Any:
                return (*super().__getitem__(index), index)

            @property
            def raw_folder(self) -> str:
                return str(root / "MNIST" / "raw")  # torchvision's goes by the class's name

        numbered = Numbered(root, transform=chapters_transform(lib))
        batches.append(next(iter(loader(numbered, 4))))
    for mine, its in zip(*batches, strict=True):
        assert_same_tensor(mine, its)


def test_labels_may_be_replaced(root: Path) -> None:
    batches = []
    for lib, loader in ((OURS, DataLoader), (THEIRS, TorchLoader)):
        mnist = lib.datasets.MNIST(root, transform=chapters_transform(lib))
        mnist.data, mnist.targets = mnist.data[10:20], list(range(10))
        batches.append(next(iter(loader(mnist, 4))))
    for mine, its in zip(*batches, strict=True):
        assert_same_tensor(mine, its)


def test_an_image_that_is_not_there_is_an_index_error(root: Path) -> None:
    def program(library: Library) -> Any:
        return library.datasets.MNIST(root)[130]

    assert error_of(program, OURS) == error_of(program, THEIRS)
    mnist = datasets.MNIST(root, transform=chapters_transform(OURS))
    with pytest.raises(IndexError, match="130"):
        list(DataLoader(mnist, sampler=[130]))


@pytest.mark.parametrize(
    "make",
    [
        lambda lib: lib.transforms.Normalize(0.5, 0.5),
        lambda lib: lib.transforms.Compose(
            [lib.transforms.ToTensor(), lib.transforms.Normalize([0.5] * 3, [0.5] * 3)]
        ),
        lambda lib: lib.transforms.Compose(
            [lib.transforms.ToTensor(), lib.transforms.Normalize(0.5, [0.5] * 3)]
        ),
        lambda lib: lib.transforms.Compose(
            [lib.transforms.ToTensor(), lib.transforms.Normalize(0.5, 0)]
        ),
    ],
    ids=["no tensor", "three means", "three stds", "a std of zero"],
)
def test_a_transform_fails_in_a_loader_in_the_same_words(
    root: Path, make: Callable[[Library], Any]
) -> None:
    errors = []
    for lib, loader in ((OURS, DataLoader), (THEIRS, TorchLoader)):
        mnist = lib.datasets.MNIST(root, transform=make(lib))
        with pytest.raises(Exception) as caught:
            list(loader(mnist, 4))
        errors.append((caught.type, str(caught.value)))
    assert errors[0] == errors[1]


@needs_mnist
@pytest.mark.parametrize("train", [True, False])
def test_the_full_mnist_is_read_whole(train: bool) -> None:
    mnist = datasets.MNIST(str(FULL_MNIST), train=train)
    split = "train" if train else "t10k"
    for kind, array in (("images-idx3", mnist.data), ("labels-idx1", mnist.targets)):
        content = packed(0x800 | array.ndim, array.numpy().astype(np.uint8))
        assert hashlib.sha256(content).hexdigest() == download.SHA256[f"{split}-{kind}-ubyte"]


# ---- transforms

ALL_BYTES = np.arange(256, dtype=np.uint8).reshape(16, 16)
IMAGES = {
    "H W": ALL_BYTES,
    "H W 1": ALL_BYTES[:, :, None],
    "H W 3": np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8),
    "not contiguous": ALL_BYTES[::2, 1::3],
    "no pixels": np.zeros((0, 4), np.uint8),
    "floats": ALL_BYTES / 7,
    "float32": np.float32(ALL_BYTES) / 7,
    "ints": ALL_BYTES.astype(np.int64),
    "booleans": ALL_BYTES > 9,
}


@pytest.mark.parametrize("default", ["float32", "float64"])
@pytest.mark.parametrize("image", IMAGES.values(), ids=IMAGES.keys())
def test_to_tensor_is_torchvisions_to_the_bit(image: np.ndarray[Any, Any], default: str) -> None:
    results = []
    for lib in (OURS, THEIRS):
        before = lib.torch.get_default_dtype()
        lib.torch.set_default_dtype(getattr(lib.torch, default))
        try:
            results.append(lib.transforms.ToTensor()(image))
        finally:
            lib.torch.set_default_dtype(before)
    assert_same_tensor(*results)


def test_to_tensor_shares_floats_that_are_laid_out_right() -> None:
    for lib in (OURS, THEIRS):
        image = np.zeros((2, 3), np.float32)
        tensor = lib.transforms.ToTensor()(image)
        image[:] = 1
        assert tensor.tolist() == [[[1.0] * 3] * 2]


@given(
    mean=st.floats(-3, 3),
    std=st.floats(0.001, 10),
    dtype=st.sampled_from(["float32", "float64"]),
    inplace=st.booleans(),
)
def test_normalize_is_torchvisions_to_the_bit(
    mean: float, std: float, dtype: str, inplace: bool
) -> None:
    results = []
    for lib in (OURS, THEIRS):
        image = lib.transforms.ToTensor()(ALL_BYTES).to(getattr(lib.torch, dtype))
        result = lib.transforms.Normalize((mean,), [std], inplace)(image)
        assert (result.data_ptr() == image.data_ptr()) == inplace
        results.append((image, result))
    for mine, its in zip(*results, strict=True):
        assert_same_tensor(mine, its)


@pytest.mark.parametrize("shape", [(3, 4, 5), (2, 3, 4, 5), (6, 2, 3, 4, 5)])
@pytest.mark.parametrize("scale", [0.5, (0.2, 0.4, 0.6)])
def test_normalize_takes_channels_and_batches(shape: tuple[int, ...], scale: Any) -> None:
    array = np.random.default_rng(0).random(shape, np.float32)
    mine, its = (
        lib.transforms.Normalize(scale, scale)(lib.torch.from_numpy(array))
        for lib in (OURS, THEIRS)
    )
    assert_same_tensor(mine, its)


def test_normalize_has_torchvisions_graph_and_gradient() -> None:
    results = []
    for lib in (OURS, THEIRS):
        image = lib.torch.ones(1, 2, 2, requires_grad=True)
        result = lib.transforms.Normalize((0.5,), (0.25,))(image)
        result.sum().backward()
        names, node = [], result.grad_fn
        while node is not None:
            names.append(type(node).__name__)
            node = node.next_functions[0][0] if node.next_functions else None
        results.append((names, image.grad.tolist()))
    assert results[0] == results[1]


@pytest.mark.parametrize("make", TRANSFORMS.values(), ids=TRANSFORMS.keys())
def test_transforms_print_as_torchvisions(make: Callable[[Library], Any]) -> None:
    mine, its = (repr(make(lib)).split(" at 0x")[0] for lib in (OURS, THEIRS))
    assert mine.replace("test_vision", "") == its.replace("test_vision", "")


def test_a_batch_is_transformed_as_its_images_are() -> None:
    rng = np.random.default_rng(0)
    transform = chapters_transform(OURS)
    for shape in ((5, 28, 28), (5, 8, 9, 1)):
        images = rng.integers(0, 256, shape, np.uint8)
        one_by_one = np.stack([transform(image).numpy() for image in images])
        np.testing.assert_array_equal(transform.batch(images).numpy(), one_by_one)
    colours = transforms.Compose(
        [transforms.ToTensor(), transforms.Normalize((0.1, 0.2, 0.3), (0.4, 0.5, 0.6))]
    )
    images = rng.integers(0, 256, (5, 8, 9, 3), np.uint8)
    one_by_one = np.stack([colours(image).numpy() for image in images])
    np.testing.assert_array_equal(colours.batch(images).numpy(), one_by_one)


def test_a_batch_fetched_at_once_holds_the_samples_that_the_data_set_gives() -> None:
    digits = datasets.MNISTSample(train=False, transform=chapters_transform(OURS))
    before = digits.data.numpy().copy()
    order = [7, 3, 999, -1, 3]
    fetched = digits.__getitems__(order)
    assert not isinstance(fetched, list)
    for (image, label), i in zip(fetched, order, strict=True):
        assert type(label) is int and label == digits[i][1]
        np.testing.assert_array_equal(image.numpy(), digits[i][0].numpy())
    images, labels = OURS.torch.utils.data.default_collate(fetched)
    assert labels.dtype is OURS.torch.int64 and labels.tolist() == [digits[i][1] for i in order]
    assert images.shape == (5, 1, 28, 28)
    np.testing.assert_array_equal(digits.data.numpy(), before)


def test_only_what_treats_every_image_alike_takes_batches() -> None:
    class Twice(transforms.ToTensor):
        def __call__(self, image: Any) -> Any:
            return super().__call__(image) * 2

    class Own:
        def batch(self, images: Any) -> Any:
            return images

    takes = transforms.takes_batches
    assert takes(chapters_transform(OURS))
    assert takes(transforms.Compose([]))
    assert takes(Own())
    assert not takes(None)
    assert not takes(Twice())
    assert not takes(transforms.Lambda(abs))
    assert not takes(transforms.Compose([chapters_transform(OURS), abs]))


FAILURES: dict[str, Callable[[Library], Any]] = {
    "normalizing an array": lambda lib: lib.transforms.Normalize(0, 1)(np.zeros((1, 2, 2))),
    "normalizing bytes": lambda lib: lib.transforms.Normalize(0, 1)(
        lib.torch.zeros(1, 2, 2, dtype=lib.torch.uint8)
    ),
    "normalizing a row": lambda lib: lib.transforms.Normalize(0, 1)(lib.torch.zeros(2)),
    "normalizing a matrix": lambda lib: lib.transforms.Normalize(0, 1)(lib.torch.zeros(2, 2)),
    "a std of zero": lambda lib: lib.transforms.Normalize((0.5,), (0,))(lib.torch.zeros(1, 2, 2)),
    "three means for one channel": lambda lib: lib.transforms.Normalize([0.5] * 3, [0.5] * 3)(
        lib.torch.zeros(1, 2, 2)
    ),
    "three means for two channels": lambda lib: lib.transforms.Normalize([0.5] * 3, [0.5] * 3)(
        lib.torch.zeros(2, 2, 2)
    ),
    "ToTensor of a list": lambda lib: lib.transforms.ToTensor()([1, 2]),
    "ToTensor of a row": lambda lib: lib.transforms.ToTensor()(np.zeros(3)),
    "ToTensor of four dimensions": lambda lib: lib.transforms.ToTensor()(np.zeros((1, 1, 1, 1))),
    "a Lambda that cannot be called": lambda lib: lib.transforms.Lambda(3),
    "no such folder": lambda lib: lib.datasets.MNIST("no such folder"),
}


@pytest.mark.parametrize("program", FAILURES.values(), ids=FAILURES.keys())
def test_what_fails_fails_in_the_same_words(program: Callable[[Library], Any]) -> None:
    assert error_of(program, OURS) == error_of(program, THEIRS)


def test_to_tensor_refuses_a_tensor_as_torchvision_does() -> None:
    for lib in (OURS, THEIRS):
        with pytest.raises(TypeError, match=r"pic should be PIL Image or ndarray\. Got <class"):
            lib.transforms.ToTensor()(lib.torch.zeros(1, 2, 2))


# ---- bad files

IMAGE_FILE = packed(0x803, np.zeros((3, 2, 2), np.uint8))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (packed(0x801, np.zeros(3, np.uint8)) + bytes(9), "is a label file: its magic number"),
        (packed(0xD03, np.zeros((3, 2, 2), np.uint8)), "is no IDX file of bytes"),
        (b"\x89PNG\r\n\x1a\n" + bytes(60), "is no IDX file of bytes"),
        (IMAGE_FILE[:-1], r"is truncated: its header promises 3 × 2 × 2 = 12 bytes and 11 follow"),
        (IMAGE_FILE + b"x", r"has trailing bytes: its header promises .* = 12 bytes and 13 follow"),
        (IMAGE_FILE[:15], "ends within its header, after 15 bytes"),
        (b"", "ends within its header, after 0 bytes"),
        (struct.pack(">4I", 0x803, 2**32 - 1, 2**32 - 1, 2**32 - 1), "is truncated"),
    ],
    ids=["labels", "floats", "a picture", "short", "long", "half a header", "empty", "huge"],
)
@pytest.mark.parametrize("zipped", [False, True])
def test_a_file_that_is_no_whole_image_file_is_named_with_its_fault(
    tmp_path: Path, content: bytes, message: str, zipped: bool
) -> None:
    path = tmp_path / ("images.gz" if zipped else "images")
    path.write_bytes(gzip.compress(content) if zipped else content)
    with pytest.raises(ValueError, match=message) as caught:
        idx.read_images(path)
    text = str(caught.value)
    assert text.startswith(str(path)) and text.endswith("delete it and download it again")
    assert "\n" not in text


@pytest.mark.parametrize(
    "harm",
    [lambda b: b[:-9], lambda b: b"no zip", lambda b: b[:20] + b"?" * 9],
    ids=["cut off", "no gzip", "garbled"],
)
def test_a_damaged_gzip_is_named(tmp_path: Path, harm: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "images.gz"
    path.write_bytes(harm(gzip.compress(IMAGE_FILE)))
    with pytest.raises(ValueError, match=r"images\.gz is no readable gzip file"):
        idx.read_images(path)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"cannot read .*labels: No such file"):
        idx.read_labels(tmp_path / "labels")
    with pytest.raises(RuntimeError, match=r"cannot read .*: Is a directory"):
        idx.read_labels(tmp_path)


def test_arrays_from_files_can_be_written_to(tmp_path: Path) -> None:
    path = tmp_path / "images"
    path.write_bytes(IMAGE_FILE)
    images = idx.read_images(path)
    images += 1
    assert images.shape == (3, 2, 2) and images.min() == 1


def test_more_images_than_labels_are_refused(root: Path) -> None:
    labels = root / "MNIST" / "raw" / "train-labels-idx1-ubyte"
    labels.write_bytes(packed(0x801, np.zeros(129, np.uint8)))
    with pytest.raises(ValueError, match=r"has 130 images, but .* has 129 labels"):
        datasets.MNIST(root)


def test_a_folder_that_cannot_be_looked_into_is_named(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(folder: Path) -> list[str]:
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr(os, "listdir", refuse)
    with pytest.raises(RuntimeError, match=r"cannot read the folder .*: Permission denied; check"):
        datasets.MNIST(root)


# ---- download


class Mirror:
    """A web server on this machine that offers `files` and remembers what it was asked for."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files, self.asked = files, list[str]()
        mirror = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                name = self.path.rsplit("/", 1)[1]
                mirror.asked.append(name)
                content = mirror.files.get(name)
                if content is None:
                    self.send_error(404)
                    return
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/mnist/"
        threading.Thread(target=self.server.serve_forever, args=[0.01], daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    """The small MNIST behind a mirror, and its checksums in place of the true ones."""
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    files = idx_files()
    for name, content in files.items():
        monkeypatch.setitem(download.SHA256, name, hashlib.sha256(content).hexdigest())
    offered = Mirror({f"{name}.gz": gzip.compress(content) for name, content in files.items()})
    monkeypatch.setattr(datasets.MNIST, "mirrors", [offered.url])
    yield offered
    offered.close()


def test_missing_files_are_downloaded_once_to_where_torchvision_keeps_them(
    tmp_path: Path, mirror: Mirror, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "new" / "folder"
    mine = datasets.MNIST(root, download=True)
    assert sorted(mirror.asked) == sorted(mirror.files)
    raw = root / "MNIST" / "raw"
    assert sorted(os.listdir(raw)) == sorted(download.SHA256)
    its = THEIRS.datasets.MNIST(root)
    assert_same_tensor(mine.data, its.data)
    assert_same_tensor(mine.targets, its.targets)

    datasets.MNIST(root, train=False, download=True)
    assert len(mirror.asked) == 4, "what is there is not downloaded again"
    (raw / "t10k-labels-idx1-ubyte").unlink()
    datasets.MNIST(root, download=True)
    assert mirror.asked[4:] == ["t10k-labels-idx1-ubyte.gz"]
    assert capsys.readouterr() == ("", ""), "no progress bar where there is no terminal"


def test_files_that_lie_flat_are_not_downloaded_again(tmp_path: Path, mirror: Mirror) -> None:
    write(tmp_path, idx_files())
    datasets.MNIST(tmp_path, download=True)
    assert mirror.asked == []


def test_clothes_have_a_folder_names_and_checksums_of_their_own(
    tmp_path: Path, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, idx_files())  # digits, which are not to be taken for clothes
    monkeypatch.setattr(datasets.FashionMNIST, "mirrors", [mirror.url])
    with pytest.raises(RuntimeError, match="sent something else"):
        datasets.FashionMNIST(tmp_path, download=True)
    checksums = {
        name.removesuffix(".gz"): hashlib.md5(content).hexdigest()
        for name, content in mirror.files.items()
    }
    monkeypatch.setattr(datasets.FashionMNIST, "checksums", checksums)
    mine = datasets.FashionMNIST(tmp_path, train=False, download=True)
    its = THEIRS.datasets.FashionMNIST(tmp_path, train=False)
    assert_same_tensor(mine.data, its.data)
    assert_same_tensor(mine.targets, its.targets)
    assert (mine.class_to_idx, mine.raw_folder) == (its.class_to_idx, its.raw_folder)
    assert repr(mine) == repr(its)


def test_the_checksums_of_clothes_are_torchvisions() -> None:
    theirs = {name.removesuffix(".gz"): md5 for name, md5 in THEIRS.datasets.FashionMNIST.resources}
    assert theirs == download.FASHION_MD5
    assert THEIRS.datasets.FashionMNIST.mirrors == datasets.FashionMNIST.mirrors


def test_a_mirror_that_fails_is_passed_over(
    tmp_path: Path, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets.MNIST, "mirrors", [unused_url(), mirror.url])
    assert len(datasets.MNIST(tmp_path, download=True)) == 130


def unused_url() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "failed .*404"),
        (b"<html>log in first</html>", "sent a damaged file"),
        (gzip.compress(bytes(99))[:-9], "sent a damaged file"),
        (gzip.compress(bytes(99)), "sent something else"),
    ],
    ids=["not there", "a web page", "cut off", "another file"],
)
def test_a_download_that_is_not_mnist_is_refused_and_leaves_nothing(
    tmp_path: Path, mirror: Mirror, content: bytes | None, message: str
) -> None:
    name = "train-labels-idx1-ubyte"
    if content is None:
        del mirror.files[f"{name}.gz"]
    else:
        mirror.files[f"{name}.gz"] = content
    with pytest.raises(RuntimeError, match=f"cannot download {name}: .*{message}") as caught:
        datasets.MNIST(tmp_path, download=True)
    assert "\n" not in str(caught.value)
    assert mirror.url in str(caught.value)
    assert os.listdir(tmp_path / "MNIST" / "raw") == ["train-images-idx3-ubyte"]


def test_without_a_network_one_sentence_says_so(
    tmp_path: Path, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirrors = [unused_url(), "http://[::bad/", "nonsense/"]
    monkeypatch.setattr(datasets.MNIST, "mirrors", mirrors)
    with pytest.raises(
        RuntimeError, match=r"cannot download .*refused.*check the network"
    ) as caught:
        datasets.MNIST(tmp_path, download=True)
    assert "\n" not in str(caught.value)
    assert os.listdir(tmp_path) == []


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path, mirror: Mirror) -> None:
    (tmp_path / "MNIST").write_bytes(b"a file in the way")
    with pytest.raises(RuntimeError, match=r"cannot write .*MNIST/raw/train-images-idx3-ubyte: "):
        datasets.MNIST(tmp_path, download=True)


def test_an_interrupted_write_leaves_no_part_of_a_file(
    tmp_path: Path, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(source: str, target: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        datasets.MNIST(tmp_path, download=True)
    assert os.listdir(tmp_path / "MNIST" / "raw") == []


@pytest.mark.parametrize("name", sorted(download.SHA256))
@needs_mnist
def test_the_checksums_are_those_of_mnist(name: str) -> None:
    packed_file = Path(str(FULL_MNIST)) / f"{name}.gz"
    plain = Path(str(FULL_MNIST)) / name
    content = plain.read_bytes() if plain.exists() else gzip.decompress(packed_file.read_bytes())
    assert hashlib.sha256(content).hexdigest() == download.SHA256[name]


# ---- the sample


def test_the_sample_has_every_class_in_equal_parts_and_taking_turns() -> None:
    for train, n in ((True, 4000), (False, 1000)):
        digits_ = datasets.MNISTSample(train)
        assert tuple(digits_.data.shape) == (n, 28, 28)
        assert (str(digits_.data.dtype), str(digits_.targets.dtype)) == (
            "torch.uint8",
            "torch.int64",
        )
        assert digits_.targets.tolist() == list(range(10)) * (n // 10)


def test_no_image_of_the_sample_comes_twice() -> None:
    images = [image.tobytes() for train in (True, False) for image in sample.load(train)[0]]
    assert len(set(images)) == 5000


def test_the_sample_has_mnists_interface_and_says_whose_it_is() -> None:
    digits_ = datasets.MNISTSample(train=False, transform=chapters_transform(OURS))
    expected = ["Dataset MNISTSample", "    Number of datapoints: 1000", "    Split: Test"]
    assert repr(digits_).splitlines()[:3] == expected
    with np.load(sample.PATH) as file:
        notice = str(file["notice"])
    for text in (notice, str(datasets.MNISTSample.__doc__), str(make_sample.__doc__)):
        assert "LeCun" in text and "Cortes" in text
    assert "Creative Commons Attribution-Share Alike 3.0" in notice


@needs_mnist
def test_all_of_the_sample_are_mnists_training_images_with_their_labels() -> None:
    mnist = datasets.MNIST(str(FULL_MNIST))
    labels = mnist.targets.tolist()
    known = {image.tobytes(): labels[i] for i, image in enumerate(mnist.data.numpy())}
    for train in (True, False):
        for image, label in zip(*sample.load(train), strict=True):
            assert known[image.tobytes()] == label


def test_the_sample_is_remade_from_its_source_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parts = [sample.load(train) for train in (True, False)]
    rows = []
    for label in range(10):  # the table is sorted by class, each in the order that was split
        for images, labels in parts:
            for image in images[labels == label]:
                rows.append(",".join(map(str, [*image.ravel().tolist(), label])))
    table, out = tmp_path / "table.csv.gz", tmp_path / "out.npz"
    table.write_bytes(gzip.compress("".join(f"{row}\n" for row in rows).encode(), 1))

    assert make_sample.main([str(table), "--out", str(out)]) == 0
    with np.load(out) as made, np.load(sample.PATH) as shipped:
        assert sorted(made) == sorted(shipped)
        for name in made:
            np.testing.assert_array_equal(made[name], shipped[name])
    first = out.read_bytes()
    assert make_sample.main([str(table), "--out", str(out)]) == 0
    assert out.read_bytes() == first
    assert str(out) in capsys.readouterr().out


def test_another_table_is_refused_and_the_sample_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, out = tmp_path / "table.csv.gz", tmp_path / "out.npz"
    out.write_bytes(b"as it was")
    for content in (gzip.compress(b"0,1\n"), b"no gzip", None):
        table.unlink(missing_ok=True)
        if content is not None:
            table.write_bytes(content)
        assert make_sample.main([str(table), "--out", str(out)]) == 2
        error = capsys.readouterr().err
        assert "table.csv.gz" in error and error.count("\n") == 1
    assert out.read_bytes() == b"as it was"
    assert sorted(os.listdir(tmp_path)) == ["out.npz"]


# ---- which data there is


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_without_data_the_sample_is_found(here: Path) -> None:
    train, test, description = datasets.find_mnist(transform=chapters_transform(OURS))
    assert (len(train), len(test)) == (4000, 1000)
    assert train.train and not test.train and train.transform is test.transform
    assert "sample" in description and "4,000" in description and "\n" not in description
    write(here / "data", {"notes.txt": b"nothing of MNIST"})
    assert "sample" in datasets.find_mnist().description
    assert sorted(os.listdir(here)) == ["data"]


def test_the_folder_data_comes_before_the_sample_and_the_one_that_is_named_before_both(
    here: Path, root: Path
) -> None:
    write(here / "data", idx_files())
    write(here / "other", idx_files())
    for given_, name in ((None, "data"), ("other", "other"), (str(root), str(root))):
        train, test, description = datasets.find_mnist(given_)
        assert (len(train), len(test)) == (130, 70)
        assert f"MNIST in {name} (130 images" in description


@pytest.mark.parametrize("content", ["nothing", "a file", "half"])
def test_a_named_folder_without_mnist_is_an_error(here: Path, content: str) -> None:
    if content == "a file":
        (here / "named").write_bytes(b"")
    if content == "half":
        write(here / "named", {n: c for n, c in idx_files().items() if "train" in n})
    with pytest.raises(RuntimeError, match=r"no MNIST in named: it needs train-images") as caught:
        datasets.find_mnist("named")
    assert "\n" not in str(caught.value)


def test_a_damaged_file_in_data_is_an_error_and_not_passed_over(here: Path) -> None:
    write(here / "data", {**idx_files(), "t10k-images-idx3-ubyte": IMAGE_FILE[:-1]})
    with pytest.raises(ValueError, match="data/t10k-images-idx3-ubyte is truncated"):
        datasets.find_mnist()


@pytest.mark.parametrize("named", [None, "named"])
def test_what_is_missing_is_downloaded_when_asked_for(
    here: Path, mirror: Mirror, named: str | None
) -> None:
    train, test, description = datasets.find_mnist(named, download=True)
    assert (len(train), len(test)) == (130, 70)
    assert f"MNIST in {named or 'data'} " in description
    datasets.find_mnist(named, download=True)
    assert len(mirror.asked) == 4
