"""Import torchvision, also beside a PyTorch that was built for the CPU only.

torchvision's wheels from PyPI are built for CUDA. Beside a CPU-only PyTorch their compiled
operators cannot load, and `import torchvision` ends in

    RuntimeError: operator torchvision::nms does not exist

(pytorch/vision issues 9077 and 9085): its `_meta_registrations` module describes the shapes of
operators that are not there. The data sets and transforms used here are plain Python and need none
of them, so an empty module in that one's place is all that the import lacks.
"""

from __future__ import annotations

import importlib
import sys
from importlib.metadata import version
from types import ModuleType

__all__ = ["import_torchvision"]


def import_torchvision() -> ModuleType:
    """Return the module `torchvision`, with `datasets` and `transforms` ready to use.

    A torchvision that imports by itself is left as it is. Where it lacks its compiled operators,
    those (`torchvision.ops`) stay unusable, and calling one says so.

    Raises:
        ModuleNotFoundError: torchvision, or a package that it needs, is not installed.
        ImportError: it is, but does not fit the PyTorch beside it.
    """
    try:
        return importlib.import_module("torchvision")
    except ModuleNotFoundError:
        raise
    except (ImportError, OSError, RuntimeError) as error:
        if "torchvision::nms does not exist" not in str(error):
            versions = f"torchvision {version('torchvision')} and PyTorch {version('torch')}"
            raise ImportError(f"{versions} do not fit together: {error}") from error
    # The failed import leaves submodules behind. Kept, they would be mixed with the new ones.
    for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
        del sys.modules[name]
    missing = "torchvision._meta_registrations"
    sys.modules[missing] = ModuleType(missing, "Left empty: there are no compiled operators.")
    return importlib.import_module("torchvision")
