"""`torch.device`, of which this package has one: the CPU.

Programs ask for other devices all the same (`"cuda" if torch.cuda.is_available() else "cpu"`), so
these can be named, compared and printed. To put a tensor on one is refused as by a PyTorch that was
built for the CPU only.

PyTorch: torch/csrc/Device.cpp, c10/core/Device.cpp; torch/utils/_device.py (the default device).
"""

from __future__ import annotations

import re
from typing import Any

_TYPES = (
    "cpu, cuda, ipu, xpu, mkldnn, opengl, opencl, ideep, hip, ve, fpga, maia, xla, lazy, vulkan, "
    "mps, meta, hpu, mtia, privateuseone"
)
_NO_ACCELERATOR = "Cannot access accelerator device when none is available."


class device:
    """Where a tensor's memory is: `device("cpu")`, `device("cuda:1")`, `device("cuda", 1)`.

    `with device("cpu"):` makes it the default device of the tensors made inside.

    RuntimeError for a text that names no device, TypeError for what is neither text nor device.
    """

    type: str
    index: int | None

    def __init__(self, type: Any, index: int | None = None) -> None:
        if isinstance(type, device):
            type = str(type)
        if isinstance(type, int) and not isinstance(type, bool):
            raise RuntimeError(_NO_ACCELERATOR)  # a number means one of the accelerators
        if not isinstance(type, str):
            raise TypeError(
                "device() received an invalid combination of arguments - got "
                f"({type.__class__.__name__}), but expected (torch.device device) or "
                "(str type, int index)"
            )
        self.type, self.index = _parsed(type)
        if index is not None:
            if self.index is not None:
                raise RuntimeError(
                    "type (string) must not include an index because index was passed explicitly: "
                    f"{type}"
                )
            if index < 0:
                raise RuntimeError("Device index must not be negative")
            self.index = index

    def __enter__(self) -> device:
        _defaults.append(self)
        return self

    def __exit__(self, *error: object) -> None:
        _defaults.pop()

    def __repr__(self) -> str:
        index = "" if self.index is None else f", index={self.index}"
        return f"device(type='{self.type}'{index})"

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, device) and (self.type, self.index) == (other.type, other.index)

    def __hash__(self) -> int:
        return hash((self.type, self.index))


def _parsed(text: str) -> tuple[str, int | None]:
    """The type and the index in a device's name."""
    if not text:
        raise RuntimeError("Device string must not be empty")
    match = re.fullmatch(r"([A-Za-z_]+)(?::(0|[1-9]\d*))?", text)
    if match is None:
        raise RuntimeError(f"Invalid device string: '{text}'")
    if match[1] not in _TYPES.split(", "):
        raise RuntimeError(
            f"Expected one of {_TYPES} device type at start of device string: {text}"
        )
    return match[1], None if match[2] is None else int(match[2])


CPU = device("cpu")
_defaults = [CPU]  # the last one holds; `with device(...)` puts another behind it


def get_default_device() -> device:
    """The device of tensors that are made without one being named."""
    return _defaults[-1]


def set_default_device(device: Any) -> None:
    """Name the default device; None for the CPU. Only the CPU can then be used."""
    _defaults[-1] = CPU if device is None else type(CPU)(device)  # the class, not the argument


def check_device(wanted: Any) -> None:
    """Raise unless `wanted`, or the default device if it is None, is the CPU.

    In the words of a PyTorch without that device: AssertionError for CUDA, else RuntimeError.
    """
    wanted = _defaults[-1] if wanted is None else device(wanted)
    if wanted.type == "cpu":
        return
    if wanted.type in ("cuda", "xpu"):
        raise AssertionError(f"Torch not compiled with {wanted.type.upper()} enabled")
    if wanted.type == "mps":
        raise RuntimeError("PyTorch is not linked with support for mps devices")
    raise RuntimeError(
        f"device '{wanted}' is not part of minitorch_nn, which computes with NumPy on the CPU: "
        "use device 'cpu'"
    )
