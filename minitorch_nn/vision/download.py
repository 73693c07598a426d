"""Fetching MNIST's files, and FashionMNIST's, from the web.

A file is taken from the first mirror that has it, unpacked, and kept only if its content is right
to the bit. It appears under its name whole or not at all.
"""

from __future__ import annotations

import gzip
import hashlib
import http.client
import os
import urllib.request
import zlib
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

__all__ = ["FASHION_MD5", "SHA256", "fetch", "write_whole"]

# Of the unpacked files: mirrors have packed the same content in different ways.
SHA256 = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
# Of the packed files, as torchvision has them.
FASHION_MD5 = {
    "train-images-idx3-ubyte": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
    "train-labels-idx1-ubyte": "25c81989df183df01b3e8a0aad5dffbe",
    "t10k-images-idx3-ubyte": "bef4ecab320f06d8554ea6380940ec79",
    "t10k-labels-idx1-ubyte": "bb300cfdad3c16e7a12a480ee83cd310",
}
_TIMEOUT = 30  # seconds without an answer
_CHUNK = 1 << 16


def fetch(name: str, folder: Path, mirrors: Sequence[str], checksum: str) -> None:
    """Put the file `name`, unpacked, into `folder`, which is made if need be.

    Args:
        name: of the file when it is unpacked.
        mirrors: URLs that end in a slash, under each of which there may be `name`.gz.
        checksum: SHA-256 of the unpacked file, or MD5 of the packed one, in hexadecimal.

    Raises:
        RuntimeError: no mirror gave the right file, or it could not be written.
    """
    failures = []
    for mirror in mirrors:
        try:
            packed = _download(f"{mirror}{name}.gz")
            content = gzip.decompress(packed)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            failures.append(f"{mirror} sent a damaged file")
            continue
        except (OSError, http.client.HTTPException, ValueError) as error:
            failures.append(f"{mirror} failed ({str(error).strip('<>')})")
            continue
        if checksum in (hashlib.sha256(content).hexdigest(), hashlib.md5(packed).hexdigest()):
            return write_whole(content, folder / name)
        failures.append(f"{mirror} sent something else")
    raise RuntimeError(
        f"cannot download {name}: {', '.join(failures)}; check the network connection, "
        f"or put the file into {folder} by hand"
    )


def _download(url: str) -> bytes:
    request = urllib.request.Request(url, headers={"User-Agent": "minitorch_nn"})
    with urllib.request.urlopen(request, timeout=_TIMEOUT) as response:
        total = int(response.headers.get("Content-Length") or 0) or None
        label = url.rsplit("/", 1)[1]
        content = bytearray()
        # disable=None shows the bar on a terminal only.
        with tqdm(desc=label, total=total, unit="B", unit_scale=True, disable=None) as bar:
            while chunk := response.read(_CHUNK):
                content += chunk
                bar.update(len(chunk))
    return bytes(content)


def write_whole(content: bytes, path: Path) -> None:
    """Make a file with its folder: under another name first, so that it is never seen half written.

    RuntimeError if that fails; what was there before is then still there.
    """
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            part.write_bytes(content)
            os.replace(part, path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise RuntimeError(f"cannot write {path}: {error.strerror}") from error
