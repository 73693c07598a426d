"""Run a program written for PyTorch: `python -m minitorch_nn run SCRIPT [ARGS…]`.

`import torch` looks the name up in `sys.modules` first. So it is enough to enter this package's
modules there under PyTorch's names, `minitorch_nn.nn` as `torch.nn` and `minitorch_nn.vision` as
`torchvision`: whatever the script, and the modules beside it, import then is this package, whether
PyTorch is installed or not. What is not entered is asked of the finders in `sys.meta_path`; one of
our own stands first there, and says what this package lacks before anyone finds the real one.

The script itself runs as `python SCRIPT [ARGS…]` would have run it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from itertools import pairwise
from pathlib import Path
from types import ModuleType, TracebackType

# What a program imports must be there to be entered; some of it nobody else has asked for yet.
from minitorch_nn import distributions, nn, optim, testing, utils, vision  # noqa: F401
from minitorch_nn.missing import is_pytorchs, pytorchs_home, pytorchs_name

__all__ = ["answer_for_torch", "run_script"]


class Refusal(MetaPathFinder):
    """Finds this package's own modules; for what it lacks it raises ModuleNotFoundError."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        name = pytorchs_name(fullname)
        owner, _, last = name.rpartition(".")
        if name != fullname:  # `from torch import fft` asks for minitorch_nn.fft
            found = PathFinder.find_spec(fullname, path)
            if found is not None or not is_pytorchs(owner, last):
                return found
        elif name.partition(".")[0] not in ("torch", "torchvision"):
            return None
        # Without the argument `name`, by which `from torch import fft` would know and drop it.
        raise ModuleNotFoundError(f"{name} is not part of minitorch_nn")


def answer_for_torch() -> None:
    """From here on `import torch` and `import torchvision` give this package."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] != "minitorch_nn":
            continue
        sys.modules[pytorchs_name(name)] = module
        if not hasattr(module, "__path__"):
            # What `from … import` misses, Python asks the finders for if the module is a package.
            # With this it asks ours about torch/nn/functional.py too.
            module.__path__ = []
        _name_classes(module)
    _answer_for_modules()
    sys.meta_path.insert(0, Refusal())


def _name_classes(module: ModuleType) -> None:
    """Have a module's classes print as PyTorch's do: <class 'torch.nn.modules.linear.Linear'>."""
    for thing in vars(module).values():
        if isinstance(thing, type) and thing.__module__ == module.__name__:
            thing.__module__ = pytorchs_home(module.__name__)


def _answer_for_modules() -> None:
    """PyTorch's layers lie a folder deeper than ours: torch/nn/modules/linear.py."""
    nn.modules = nn  # type: ignore[attr-defined]
    for name in [name for name in sys.modules if f"{name}.".startswith("torch.nn.")]:
        sys.modules[name.replace("torch.nn", "torch.nn.modules", 1)] = sys.modules[name]


def run_script(script: str, source: bytes, arguments: Sequence[str]) -> None:
    """Run a program, the content of the file `script`. What it raises passes through.

    Python then prints the traceback and decides on the exit status, as for any program; only that
    the traceback begins with the program's own first line.
    """
    path = os.path.abspath(script)
    sys.argv[:] = [script, *arguments]
    sys.path[0] = os.path.dirname(os.path.realpath(path))
    main = ModuleType("__main__")
    main.__dict__.update(__file__=path, __cached__=None)
    sys.modules["__main__"] = main
    answer_for_torch()
    try:
        exec(compile(source, path, "exec", dont_inherit=True), main.__dict__)
    except BaseException as error:
        _show_only_the_programs_lines(error)
        raise


def _show_only_the_programs_lines(error: BaseException) -> None:
    """Have the traceback printed without this package's frames, but for those of _IN_PYTHON."""
    link: BaseException | None = error
    chain: list[BaseException] = []
    while link is not None and link not in chain:
        link.__traceback__ = _without_machinery(link.__traceback__)
        chain.append(link)
        link = link.__cause__ or link.__context__
    # On its way out the error will gather the frames above us; the hook gets what it has now.
    traceback, show = error.__traceback__, sys.excepthook
    sys.excepthook = lambda kind, value, _: show(kind, value.with_traceback(traceback), traceback)


# What PyTorch too has in Python, and shows in a traceback. The rest it has in C++.
_PACKAGE = Path(__file__).parent
_IN_PYTHON = ("nn", "optim", "utils", "vision")


def _is_shown(file: Path) -> bool:
    return _PACKAGE not in file.parents or file.relative_to(_PACKAGE).parts[0] in _IN_PYTHON


def _without_machinery(traceback: TracebackType | None) -> TracebackType | None:
    kept = []
    while traceback is not None:
        if _is_shown(Path(traceback.tb_frame.f_code.co_filename)):
            kept.append(traceback)
        traceback = traceback.tb_next
    for frame, below in pairwise([*kept, None]):
        frame.tb_next = below  # type: ignore[union-attr]
    return kept[0] if kept else None
