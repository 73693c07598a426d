"""torch.random: the generator that every draw uses unless it is given another, and its state.

How words become numbers is told in stream.py; here a stream's state is a tensor, so that it can be
kept, saved with a checkpoint, and put back.

PyTorch: torch/random.py; torch/csrc/Generator.cpp.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .stream import Stream, default_stream
from .tensor import Tensor

__all__ = [
    "Generator",
    "default_generator",
    "fork_rng",
    "get_rng_state",
    "initial_seed",
    "manual_seed",
    "seed",
    "set_rng_state",
]


class Generator(Stream):
    """`torch.Generator`: a stream of random numbers of its own.

    >>> g = Generator().manual_seed(0)
    >>> rand(2, generator=g)
    tensor([0.4963, 0.7682])
    """

    def get_state(self) -> Tensor:
        """Where the stream stands: a uint8 tensor in PyTorch's layout."""
        return Tensor.new(self.state_bytes())

    def set_state(self, new_state: Tensor) -> Generator:
        """Go on from a state that `get_state` gave. TypeError or RuntimeError if it is none."""
        if not isinstance(new_state, Tensor):
            kind = type(new_state).__name__
            raise TypeError(f"expected a torch.ByteTensor, but got {kind}")
        self.load_state_bytes(new_state.array)
        return self

    def clone_state(self) -> Generator:
        """Another generator that stands at the same place."""
        twin = Generator()
        twin.load_state_bytes(self.state_bytes())
        return twin


default_generator = Generator()
default_generator._at = default_stream._at  # one place: what is drawn from either moves both on


def manual_seed(seed: Any) -> Generator:
    """Seeds the default generator: the same seed gives the same numbers from here on."""
    return default_generator.manual_seed(int(seed))


def seed() -> int:
    """Seeds the default generator from the operating system, and returns that seed."""
    return default_generator.seed()


def initial_seed() -> int:
    """The default generator's seed."""
    return default_generator.initial_seed()


def get_rng_state() -> Tensor:
    """The state of the default generator."""
    return default_generator.get_state()


def set_rng_state(new_state: Tensor) -> None:
    """Puts the default generator into a state that get_rng_state gave."""
    default_generator.set_state(new_state)


@contextmanager
def fork_rng(devices: Any = None, enabled: bool = True, **options: Any) -> Iterator[None]:
    """`with fork_rng():` afterwards the default generator goes on as if nothing had been drawn.

    `devices` and the options speak of accelerators, of which there are none.
    """
    state = default_generator.state_bytes()
    try:
        yield
    finally:
        if enabled:
            default_generator.load_state_bytes(state)
