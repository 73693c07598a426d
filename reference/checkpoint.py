"""Save a trained model, and get it back: {"model": "mlp", "state_dict": {...}} in a .pth file.

`minitorch_nn` writes and reads the same files.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from reference.files import refuse_device, whole_file
from reference.model import MODELS

__all__ = ["check_can_save", "load_checkpoint", "save_checkpoint"]


def check_can_save(path: Path) -> None:
    """Raise OSError where `path` cannot be written. Asked before training, it saves an hour."""
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder; --save takes the name of a file")
    refuse_device(path)
    if not path.parent.is_dir():
        raise FileNotFoundError(f"the folder of {path} does not exist")
    for target in (path, path.parent):
        if target.exists() and not os.access(target, os.W_OK):
            raise PermissionError(f"{target} cannot be written to")


def save_checkpoint(path: Path, name: str, model: nn.Module) -> None:
    """Write the weights of a model, one of MODELS, to `path`: the whole file or nothing."""
    # Weights saved from a GPU would ask for that GPU again when they are loaded, and those of
    # convolutions may lie channels last, which is nobody else's business.
    state_dict = {key: tensor.cpu().contiguous() for key, tensor in model.state_dict().items()}
    with whole_file(path) as place:
        torch.save({"model": name, "state_dict": state_dict}, place)


def load_checkpoint(path: Path) -> nn.Module:
    """Return the model that a file holds, on the CPU.

    A file with a bare state_dict, such as the chapter saves, will do: its names and shapes tell
    which model it is of.

    Raises:
        OSError: there is no such file, or it cannot be opened.
        ValueError: it is no checkpoint, or one of another architecture.
    """
    try:
        checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    except OSError:
        raise
    except Exception as error:  # a damaged file can fail anywhere inside zipfile or pickle
        raise ValueError(f"{path} is no .pth file of weights that torch.load reads") from error

    names, state_dict = list(MODELS), checkpoint
    if isinstance(checkpoint, Mapping) and "state_dict" in checkpoint:
        names, state_dict = [str(checkpoint.get("model"))], checkpoint["state_dict"]
        if names[0] not in MODELS:
            raise ValueError(f"{path} is of a model {names[0]!r}; known are {', '.join(MODELS)}")
    if not isinstance(state_dict, Mapping) or not all(map(torch.is_tensor, state_dict.values())):
        raise ValueError(f"{path} holds no state_dict")

    misfits = []
    for name in names:
        model = MODELS[name]()
        misfit = first_difference(state_dict, model.state_dict())
        if misfit is None:
            model.load_state_dict(state_dict)
            return model
        misfits.append(f"as {name}, {misfit}")
    raise ValueError(f"{path} is of another architecture: {'; '.join(misfits)}")


def first_difference(found: Mapping[str, Any], expected: Mapping[str, Any]) -> str | None:
    """Say where two state_dicts first differ in names or shapes, None where they do not."""
    for name, tensor in expected.items():
        if name not in found:
            return f"{name} is missing"
        if found[name].shape != tensor.shape:
            return f"{name} is {list(found[name].shape)} instead of {list(tensor.shape)}"
    extra = next((name for name in found if name not in expected), None)
    return None if extra is None else f"{extra} is unexpected"
