"""Reading IDX files, the format in which MNIST is distributed.

A file is a header and then the values, one byte each. The header is a run of big-endian 32-bit
integers: a magic number, then the size of every dimension. The magic number's last byte is how
many dimensions there are, the one before it the type (8 for unsigned bytes):

    images    0x00000803, N, rows, columns, N·rows·columns pixels
    labels    0x00000801, N, N labels

torchvision: torchvision/datasets/mnist.py (read_sn3_pascalvincent_tensor).
"""

from __future__ import annotations

import gzip
import math
import zlib
from pathlib import Path

import numpy as np

from ..dtypes import Array

__all__ = ["read_images", "read_labels"]

_KINDS = {0x803: "an image file", 0x801: "a label file"}
_REMEDY = "delete it and download it again"


def read_images(path: Path) -> Array:
    """The images of an IDX file, raw or .gz: uint8 [N, rows, columns], 0 is the background.

    Raises:
        RuntimeError: the file cannot be read.
        ValueError: it is no whole IDX file of images.
    """
    return _read(path, 0x803)


def read_labels(path: Path) -> Array:
    """The labels of an IDX file, raw or .gz: uint8 [N]. Raises as `read_images` does."""
    return _read(path, 0x801)


def _read(path: Path, magic: int) -> Array:
    content = _content(path)
    dimensions = magic & 0xFF
    header = 4 * (1 + dimensions)
    if len(content) < header:
        raise ValueError(f"{path} ends within its header, after {len(content)} bytes; {_REMEDY}")
    found, *sizes = np.frombuffer(content, ">u4", 1 + dimensions).tolist()
    if found != magic:
        kind = _KINDS.get(found, "no IDX file of bytes")
        raise ValueError(
            f"{path} is {kind}: its magic number is {found:#010x}, that of {_KINDS[magic]} "
            f"is {magic:#010x}; {_REMEDY}"
        )
    there, promised = len(content) - header, math.prod(sizes)
    if there != promised:
        fault = "is truncated" if there < promised else "has trailing bytes"
        shape = " × ".join(map(str, sizes))
        raise ValueError(
            f"{path} {fault}: its header promises {shape} = {promised} bytes and {there} follow; "
            f"{_REMEDY}"
        )
    return np.frombuffer(content, np.uint8, offset=header).reshape(sizes)


def _content(path: Path) -> bytearray:
    """The file's bytes, unpacked; a bytearray, since an array over plain bytes is read-only."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RuntimeError(
            f"cannot read {path}: {error.strerror}; check that the file is there and may be read"
        ) from error
    if path.suffix != ".gz":
        return bytearray(data)
    try:
        return bytearray(gzip.decompress(data))
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"{path} is no readable gzip file ({error}); {_REMEDY}") from error
