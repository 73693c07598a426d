"""The transforms of images against torchvision's: the same pixels, draws, words and errors."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

import minitorch_nn
from minitorch_nn.vision import datasets, transforms, utils
from reference._torchvision import import_torchvision

from .versions import WITHOUT_TORCHVISION

pytestmark = WITHOUT_TORCHVISION.mark

Image = pytest.importorskip("PIL.Image")
OURS = SimpleNamespace(torch=minitorch_nn, transforms=transforms, datasets=datasets)


@pytest.fixture(scope="module")
def theirs() -> Any:
    torchvision = import_torchvision()
    return SimpleNamespace(
        torch=torch,
        transforms=torchvision.transforms,
        datasets=torchvision.datasets,
        make_grid=torchvision.utils.make_grid,
    )


BYTES = np.random.default_rng(0).integers(0, 256, (9, 12, 3), np.uint8)
PICTURES: dict[str, Callable[[Any], Any]] = {
    "PIL grey": lambda torch: Image.fromarray(BYTES[:, :, 0]),
    "PIL RGB": lambda torch: Image.fromarray(BYTES),
    "bytes": lambda torch: torch.from_numpy(BYTES).permute(2, 0, 1).contiguous(),
    "floats": lambda torch: torch.from_numpy(BYTES / np.float32(255)).permute(2, 0, 1),
    "batch": lambda torch: torch.from_numpy(BYTES[None] / 255.0).permute(0, 3, 1, 2)[:, :1],
}

Make = Callable[[Any], Any]
ANYWHERE: dict[str, Make] = {
    "flip": lambda T: T.RandomHorizontalFlip(),
    "always flip": lambda T: T.RandomHorizontalFlip(p=1),
    "flip upside down": lambda T: T.RandomVerticalFlip(0.5),
    "crop": lambda T: T.RandomCrop(5),
    "crop a row": lambda T: T.RandomCrop((1, 12)),
    "crop padded": lambda T: T.RandomCrop((9, 12), padding=2),
    "crop what is small": lambda T: T.RandomCrop((20, 15), pad_if_needed=True, fill=1),
    "crop reflected": lambda T: T.RandomCrop(8, padding=3, padding_mode="reflect"),
    "middle": lambda T: T.CenterCrop(4),
    "odd middle": lambda T: T.CenterCrop((5, 7)),
    "beyond": lambda T: T.CenterCrop((12, 7)),
    "far beyond": lambda T: T.CenterCrop([20, 21]),
    "pad": lambda T: T.Pad(2),
    "pad two": lambda T: T.Pad((1, 2), fill=3),
    "pad four": lambda T: T.Pad([1, 2, 3, 4]),
    "pad edge": lambda T: T.Pad((1, 2, 0, 1), padding_mode="edge"),
    "pad reflect": lambda T: T.Pad(3, padding_mode="reflect"),
    "grey": lambda T: T.Grayscale(),
    "grey, three channels": lambda T: T.Grayscale(3),
    "perhaps": lambda T: T.RandomApply([T.RandomCrop(4), T.RandomVerticalFlip()], p=0.4),
    "several": lambda T: T.Compose([T.Pad(1), T.RandomCrop(6), T.RandomHorizontalFlip()]),
}
PIL_ONLY: dict[str, Make] = {
    "resize": lambda T: T.Resize(5),
    "resize up": lambda T: T.Resize([21], interpolation=T.InterpolationMode.BICUBIC),
    "resize to": lambda T: T.Resize((4, 17), T.InterpolationMode.NEAREST),
    "resize, but not too large": lambda T: T.Resize(8, max_size=10),
    "not resized": lambda T: T.Resize((9, 12)),
    "resize a part": lambda T: T.RandomResizedCrop(6),
    "resize a long part": lambda T: T.RandomResizedCrop((6, 3), (0.5, 0.6), (5.0, 6.0)),
    "rotate": lambda T: T.RandomRotation(30),
    "rotate between": lambda T: T.RandomRotation((10, 80), T.InterpolationMode.BILINEAR, fill=7),
    "rotate and grow": lambda T: T.RandomRotation(30, expand=True),
    "rotate about": lambda T: T.RandomRotation([-5, 5], center=(0, 0)),
    "pad symmetric": lambda T: T.Pad(3, padding_mode="symmetric"),
    "as bytes": lambda T: T.PILToTensor(),
    "to tensor": lambda T: T.Compose([T.RandomRotation(9), T.ToTensor(), T.Normalize(0.5, 0.5)]),
}


def pixels(image: Any) -> tuple[str, list[int], bytes]:
    if isinstance(image, Image.Image):
        return image.mode, list(image.size), image.tobytes()
    array = np.ascontiguousarray(image.numpy())
    return str(image.dtype), list(array.shape), array.tobytes()


def five_times(lib: Any, make: Make, picture: Callable[[Any], Any]) -> list[Any]:
    lib.torch.manual_seed(1)
    transform = make(lib.transforms)
    return [pixels(transform(picture(lib.torch))) for _ in range(5)] + [lib.torch.rand(1).item()]


@pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES)
@pytest.mark.parametrize("make", ANYWHERE.values(), ids=ANYWHERE)
def test_pixels_and_draws_are_torchvisions(
    theirs: Any, make: Make, picture: Callable[[Any], Any]
) -> None:
    assert five_times(OURS, make, picture) == five_times(theirs, make, picture)


@pytest.mark.parametrize("name", ["PIL grey", "PIL RGB"])
@pytest.mark.parametrize("make", PIL_ONLY.values(), ids=PIL_ONLY)
def test_of_pil_images_too(theirs: Any, make: Make, name: str) -> None:
    assert five_times(OURS, make, PICTURES[name]) == five_times(theirs, make, PICTURES[name])


@pytest.mark.parametrize("make", (ANYWHERE | PIL_ONLY).values(), ids=ANYWHERE | PIL_ONLY)
def test_transforms_print_as_torchvisions(theirs: Any, make: Make) -> None:
    assert repr(make(transforms)) == repr(make(theirs.transforms))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "RGB", "RGBA", "I", "I;16", "F", "CMYK"])
def test_images_of_every_kind_become_tensors(theirs: Any, mode: str) -> None:
    first = Image.fromarray(BYTES[:, :, 0])
    image = first.convert("I").convert(mode) if mode == "I;16" else first.convert(mode)
    made: list[Make] = [lambda T: T.ToTensor(), lambda T: T.PILToTensor()]
    for make in made[: 1 if mode == "I;16" else 2]:  # which has uint16, a type that we have not
        assert pixels(make(transforms)(image)) == pixels(make(theirs.transforms)(image))


@pytest.mark.parametrize(
    "picture",
    [
        lambda torch: torch.from_numpy(BYTES).permute(2, 0, 1),
        lambda torch: torch.from_numpy(BYTES / np.float32(255)).permute(2, 0, 1)[:2],
        lambda torch: torch.from_numpy(BYTES[:, :, :1]).permute(2, 0, 1).short(),
        lambda torch: torch.from_numpy(BYTES[:, :, 0]).int(),
        lambda torch: np.concatenate([BYTES, BYTES[:, :, :1]], 2),
        lambda torch: BYTES[:, :, 0] / 255,
    ],
)
def test_tensors_and_arrays_become_images(theirs: Any, picture: Callable[[Any], Any]) -> None:
    mine, its = (pixels(lib.transforms.ToPILImage()(picture(lib.torch))) for lib in (OURS, theirs))
    assert mine == its


@pytest.mark.parametrize(
    "kinds", [("uint8", "float32"), ("float32", "uint8"), ("int16", "float64")]
)
def test_dtypes_are_converted_over_their_range(theirs: Any, kinds: tuple[str, str]) -> None:
    results = []
    for lib in (OURS, theirs):
        start, end = (getattr(lib.torch, kind) for kind in kinds)
        image = lib.torch.from_numpy(BYTES)
        image = (image / 255).to(start) if kinds[0] == "float32" else image.to(start)
        results.append(pixels(lib.transforms.ConvertImageDtype(end)(image)))
    assert results[0] == results[1]


FAILURES: dict[str, Callable[[Any], Any]] = {
    "cropping what is small": lambda lib: lib.transforms.RandomCrop(20)(
        PICTURES["bytes"](lib.torch)
    ),
    "a size of three": lambda lib: lib.transforms.CenterCrop((1, 2, 3)),
    "a size of text": lambda lib: lib.transforms.Resize("large"),
    "a resize of three": lambda lib: lib.transforms.Resize((1, 2, 3)),
    "a maximum below": lambda lib: lib.transforms.Resize(5, max_size=5)(PICTURES["PIL RGB"](0)),
    "a negative angle": lambda lib: lib.transforms.RandomRotation(-3),
    "three angles": lambda lib: lib.transforms.RandomRotation((1, 2, 3)),
    "padding by three": lambda lib: lib.transforms.functional.pad(
        PICTURES["PIL RGB"](0), (1, 2, 3)
    ),
    "padding by text": lambda lib: lib.transforms.functional.pad(PICTURES["PIL RGB"](0), "wide"),
    "a fill of two": lambda lib: lib.transforms.Pad(1, fill=(1, 2))(PICTURES["PIL RGB"](0)),
    "two channels of grey": lambda lib: lib.transforms.Grayscale(2)(PICTURES["bytes"](lib.torch)),
    "no image": lambda lib: lib.transforms.ToPILImage()([1]),
    "five channels": lambda lib: lib.transforms.ToPILImage()(np.zeros((2, 2, 5))),
    "four dimensions": lambda lib: lib.transforms.ToPILImage()(np.zeros((1, 2, 2, 3))),
    "wide numbers": lambda lib: lib.transforms.ToPILImage()(np.zeros((2, 2), np.int64)),
    "a tensor to a tensor": lambda lib: lib.transforms.PILToTensor()(lib.torch.zeros(1, 2, 2)),
    "dtypes of an array": lambda lib: lib.transforms.ConvertImageDtype(lib.torch.uint8)(BYTES),
    "dimensions of text": lambda lib: lib.transforms.functional.get_dimensions("wide"),
}


@pytest.mark.parametrize("program", FAILURES.values(), ids=FAILURES)
def test_mistakes_are_told_in_torchvisions_words(
    theirs: Any, program: Callable[[Any], Any]
) -> None:
    said = []
    for lib in (OURS, theirs):
        with pytest.raises(Exception) as caught:
            program(lib)
        words = str(caught.value).replace("minitorch_nn.tensor.Tensor", "torch.Tensor")
        said.append((caught.type, words))
    assert said[0] == said[1]


@pytest.mark.parametrize("make", [lambda T: T.Resize(3), lambda T: T.RandomRotation(3)])
def test_tensors_are_not_resized_or_rotated(make: Make) -> None:
    with pytest.raises(TypeError, match="is not part of minitorch_nn: transform the PIL image"):
        make(transforms)(PICTURES["floats"](minitorch_nn))


GRIDS: dict[str, Callable[[Any, Any], Any]] = {
    "ten": lambda grid, images: grid(images),
    "rows of three": lambda grid, images: grid(images, nrow=3, padding=1, pad_value=0.5),
    "grey": lambda grid, images: grid(images[:, :1], nrow=4),
    "one": lambda grid, images: grid(images[:1]),
    "one without channels": lambda grid, images: grid(images[0, 0]),
    "one without batch": lambda grid, images: grid(images[0]),
    "one grey": lambda grid, images: grid(images[0, :1]),
    "a list": lambda grid, images: grid([images[0], images[1]]),
    "normalized": lambda grid, images: grid(images, normalize=True),
    "each normalized": lambda grid, images: grid(images, normalize=True, scale_each=True),
    "from a range": lambda grid, images: grid(images, normalize=True, value_range=(-1, 1)),
}


@pytest.mark.parametrize("make", GRIDS.values(), ids=GRIDS)
def test_grids_of_images_are_torchvisions(theirs: Any, make: Callable[[Any, Any], Any]) -> None:
    results = []
    for lib, grid in ((OURS, utils.make_grid), (theirs, theirs.make_grid)):
        lib.torch.manual_seed(0)
        images = lib.torch.rand(10, 3, 4, 5) * 3 - 1
        results.append((pixels(make(grid, images)), pixels(images)))
    assert results[0] == results[1]


def test_fake_data_is_torchvisions(theirs: Any) -> None:
    results = []
    for lib in (OURS, theirs):
        lib.torch.manual_seed(5)
        transform = lib.transforms.ToTensor()
        fake = lib.datasets.FakeData(4, (1, 8, 9), 3, transform, lambda label: label + 1, 7)
        plain = lib.datasets.FakeData(size=2, image_size=(3, 5, 4))
        with pytest.raises(IndexError, match="FakeData index out of range"):
            fake[4]
        samples = [(pixels(image), label) for image, label in (fake[0], fake[3], plain[1])]
        results.append((len(fake), repr(plain), samples, lib.torch.rand(1).item()))
    assert results[0] == results[1]
