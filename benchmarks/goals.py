"""How fast it should be: times of NumPy where PyTorch, eager on the CPU, takes 1."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["GOALS", "Goal", "met"]


@dataclass(frozen=True)
class Goal:
    """The highest ratios of a workload with either kind of kernels.

    They are those of the whole call; or, where forward and backward have their own, two.
    """

    title: str
    workload: str
    avx2: tuple[float, ...]
    avx512: tuple[float, ...]

    @property
    def parts(self) -> tuple[str | None, ...]:
        """What the numbers are about: the parts of a call, or (None) the whole."""
        return ("forward", "backward") if len(self.avx2) == 2 else (None,)


GOALS = [
    Goal("the chapter's MLP step, batch 64", "mlp_step", (0.65,), (0.50,)),
    Goal("CNN step (32-64 3x3 convs, pool, 9216-128-10), batch 64", "cnn_step", (1.15,), (0.80,)),
    Goal("conv2d 3x3, 16-32: forward / backward", "conv_16_32", (2.0, 2.0), (1.4, 1.5)),
    Goal("conv2d 3x3, 32-64: forward / backward", "conv_32_64", (2.0, 2.0), (1.4, 1.5)),
    Goal("first layer, conv2d 3x3, 1-32: forward / backward", "conv_1_32", (1.5, 1.0), (1.3, 0.9)),
    Goal("first layer, conv2d 3x3, 3-16: forward / backward", "conv_3_16", (1.5, 1.0), (1.3, 0.9)),
    Goal("a chain of 1,000 small operations and back", "chain_1000", (0.75,), (0.75,)),
    Goal("the chapter's epoch as users run it", "mlp_epoch", (0.10,), (0.08,)),
]


def met(ratio: float, goal: float) -> bool:
    """Return whether a ratio, as it is shown with two digits, is no higher than its goal."""
    return round(ratio, 2) <= goal
