"""How a training step's time and memory grow with the batch, the width, the depth and the image.

    python -m benchmarks scaling [--quick] [--only AXIS ...] [--json FILE] [--plot FILE]

To read it: `axes` (what grows), `worker` (a size in a fresh process, which sees its own memory),
`growth` (exponents and ratios of what was found), `sweep` (measures and prints it all).
"""

from benchmarks.scaling.axes import AXES
from benchmarks.scaling.sweep import print_result, run

__all__ = ["AXES", "print_result", "run"]
