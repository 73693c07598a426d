"""`torch.device`, of which this package has one: the CPU.

PyTorch: torch/csrc/Device.cpp.
"""

from __future__ import annotations

from typing import Any

_KNOWN = ("cpu", "cuda", "mps", "meta", "xpu")


class device:
    """Where a tensor's memory is: `device("cpu")`. RuntimeError for a text that names no device.

    Other devices can be named, as programs do when they ask whether one is there, but not used.
    """

    type: str
    index: int | None

    def __init__(self, type: Any, index: int | None = None) -> None:
        if isinstance(type, device):
            type, index = str(type.type), type.index
        name, _, number = str(type).partition(":")
        if name not in _KNOWN:
            raise RuntimeError(
                "Expected one of cpu, cuda, mps, meta, xpu device type at start of device string: "
                f"{type}"
            )
        self.type = name
        self.index = int(number) if number else index

    def __repr__(self) -> str:
        index = "" if self.index is None else f", index={self.index}"
        return f"device(type='{self.type}'{index})"

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, device) and (self.type, self.index) == (other.type, other.index)

    def __hash__(self) -> int:
        return hash((self.type, self.index))


CPU = device("cpu")


def check_device(wanted: Any) -> None:
    """RuntimeError unless `wanted` is None or the CPU."""
    if wanted is not None and device(wanted).type != "cpu":
        raise RuntimeError(
            f"device '{wanted}' is not part of minitorch_nn, which computes with NumPy on the CPU: "
            "use device 'cpu'"
        )
