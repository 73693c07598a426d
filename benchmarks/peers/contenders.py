"""Who is compared: the peers, what they need, and the contenders that are timed of each."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.kernels import AVX2, AVX512
from benchmarks.worker import Worker
from benchmarks.workloads import Library, cnn, mlp

__all__ = ["CONTENDERS", "NETWORKS", "PEERS", "Peer", "PeerWorker", "start"]

# The networks that are trained, by the name of the workload.
NETWORKS = {"mlp_step": mlp, "cnn_step": cnn}


@dataclass(frozen=True)
class Peer:
    """A library beside the two: the `module` here that has its steps, the `package` to install."""

    title: str
    module: str
    package: str | None
    on_numpy: bool = True


PEERS = {
    "by_hand": Peer("NumPy by hand", "benchmarks.peers.by_hand", None),
    "tape": Peer("plain tape, DeZero-like", "benchmarks.peers.with_tape", None),
    "mygrad": Peer("MyGrad", "benchmarks.peers.with_mygrad", "mygrad"),
    "autograd": Peer("autograd", "benchmarks.peers.with_autograd", "autograd"),
    "jax": Peer("JAX, jit", "benchmarks.peers.with_jax", "jax", on_numpy=False),
}

# What computes on NumPy takes NumPy's matrix kernels, and is timed with each kind that NumPy is.
KERNELS = {"": ("", {}), "_avx2": (", AVX2", AVX2), "_avx512": (", AVX-512", AVX512)}
CONTENDERS = {
    name + suffix: Library(peer.title + kernel, peer.module, "cpu", variables)
    for name, peer in PEERS.items()
    for suffix, (kernel, variables) in KERNELS.items()
    if peer.on_numpy or not suffix
}


class PeerWorker(Worker):
    """Starts the process of a peer."""

    program = "benchmarks.peers.worker"
    libraries = CONTENDERS


def start(library: str) -> Worker:
    """Start the worker of a peer, of minitorch_nn or of PyTorch."""
    return (PeerWorker if library in CONTENDERS else Worker)(library)
