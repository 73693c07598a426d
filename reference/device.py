"""Which device computes, and how exactly: the settings that PyTorch keeps for a whole process."""

from __future__ import annotations

import os

import torch

__all__ = ["check_bf16", "free_memory", "pick_device", "set_up"]


def pick_device(name: str) -> torch.device:
    """Return the device called "cpu", "mps", "cuda" or "cuda:1", or for "auto" the fastest one.

    Raises:
        ValueError: PyTorch cannot use that device here.
    """
    there = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if name == "auto":
        name = next(device for device, usable in there.items() if usable)
    device = torch.device(name)
    if not there[device.type]:
        raise ValueError(f"this PyTorch ({torch.__version__}) finds no {device.type} device")
    if device.index is not None and device.index >= torch.cuda.device_count():
        raise ValueError(
            f"there is no {device}: PyTorch finds {torch.cuda.device_count()} GPU(s) here, "
            "counted from cuda:0"
        )
    return device


def check_bf16(device: torch.device) -> None:
    """Raise ValueError where the device has no bfloat16 of its own."""
    if device.type == "cuda":
        supported = torch.cuda.is_bf16_supported(including_emulation=False)
    elif device.type == "mps":
        supported = torch.backends.mps.is_macos_or_newer(14, 0)
    else:
        supported = True
    if not supported:
        raise ValueError(f"{device} has no bfloat16; leave --bf16 out")


def set_up(device: torch.device, *, tf32: bool, deterministic: bool) -> None:
    """Make a device this process's own; say how float32 is multiplied there, and how repeatably.

    TF32 keeps float32's range but rounds the factors of a product to 10 bits, which tensor cores
    then multiply several times faster. PyTorch leaves it on for convolutions; here it is off unless
    it is asked for, so that a GPU's losses are a CPU's.

    A deterministic run gives up cuDNN's search for the fastest kernel, and sums that depend on
    which thread comes first.

    Raises:
        ValueError: TF32 is asked for and the device does not have it.
    """
    if tf32 and not (device.type == "cuda" and torch.cuda.get_device_capability(device) >= (8, 0)):
        raise ValueError(
            f"{device} has no TF32, which takes an NVIDIA GPU of the Ampere generation or newer; "
            "leave --tf32 out"
        )
    if device.index is not None:
        torch.cuda.set_device(device)
    if device.type == "cuda":
        torch.backends.cuda.matmul.allow_tf32 = tf32
        torch.backends.cudnn.allow_tf32 = tf32
        torch.backends.cudnn.benchmark = not deterministic
    if deterministic:
        # cuBLAS reads this when it starts: without it some of its sums are not repeatable.
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.use_deterministic_algorithms(True)


def free_memory(device: torch.device) -> int | None:
    """Return the bytes that are free on a device, None for a CPU, where the images are already."""
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    if device.type == "mps":
        return torch.mps.recommended_max_memory() - torch.mps.driver_allocated_memory()
    return None
