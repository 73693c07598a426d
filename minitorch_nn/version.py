"""Which PyTorch this answers as, and which minitorch_nn it is: 2.15.0+minitorch_nn.0.1.0.

Programs ask `torch.__version__` what they may use. So it starts with the PyTorch whose behaviour
this package has, and the package's own version stands where PyTorch names its build (2.15.0+cpu).

PyTorch: torch/version.py, torch/torch_version.py.
"""

from __future__ import annotations

import re
from typing import Any

package = "0.1.0"  # setup.cfg reads it from here, without importing NumPy
cuda = hip = None
debug = False


class TorchVersion(str):
    """A version that knows the order of versions: 2.15 comes after 2.9, and after (2, 9)."""

    def __lt__(self, other: Any) -> bool:
        return _order(self) < _order(other)

    def __le__(self, other: Any) -> bool:
        return _order(self) <= _order(other)

    def __gt__(self, other: Any) -> bool:
        return _order(self) > _order(other)

    def __ge__(self, other: Any) -> bool:
        return _order(self) >= _order(other)


def _order(version: Any) -> tuple[list[int], str]:
    """What to compare a version by: its numbers, then its build. 2.15.0 counts as 2.15."""
    if not isinstance(version, str):
        version = ".".join(map(str, version))
    release, _, build = version.partition("+")
    numbers = [int(number) for number in re.findall(r"\d+", release)]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return numbers, build


__version__ = TorchVersion(f"2.15.0+minitorch_nn.{package}")
