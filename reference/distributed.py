"""Several processes that train one model, one for each GPU, as torchrun starts them.

    torchrun --nproc-per-node=2 -m reference train --batch-size 64

Every process has the whole model and takes its part of each batch: of 64 images 32 here.
DistributedDataParallel averages the gradients over the processes while they are computed, which
gives each the gradient of the whole batch's mean loss, so that all take the same step and stay
alike. `--batch-size` is the whole batch, whatever the number of processes, and so the learning rate
needs no change. (The other custom fixes what each process takes, and scales the learning rate with
their number: Goyal et al., Accurate, Large Minibatch SGD, 2017.)

Without torchrun there is one process, and every function here does the least it can.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch
import torch.distributed as dist

__all__ = [
    "add_up",
    "connection_was_lost",
    "is_first",
    "is_first_on_its_machine",
    "join",
    "joined",
    "launched",
    "leave",
    "machine_by_machine",
    "need_one_process",
    "own_device",
    "rank",
    "share",
    "world_size",
]


def launched() -> bool:
    """Whether torchrun, or a launcher that sets the same variables, started this process."""
    return "RANK" in os.environ and "WORLD_SIZE" in os.environ


def rank() -> int:
    """Return this process's number, from 0, among all of the job's."""
    return int(os.environ["RANK"]) if launched() else 0


def world_size() -> int:
    """Return the number of the job's processes."""
    return int(os.environ["WORLD_SIZE"]) if launched() else 1


def local_rank() -> int:
    """Return this process's number, from 0, among those on its machine."""
    return int(os.environ.get("LOCAL_RANK", "0")) if launched() else 0


def is_first() -> bool:
    """Whether this is the one process that prints and saves."""
    return rank() == 0


def is_first_on_its_machine() -> bool:
    """Whether this is the one process that speaks for its machine: of its files, its GPUs."""
    return local_rank() == 0


def share(batch_size: int) -> int:
    """Return how many images of a batch each process takes.

    Raises:
        ValueError: they cannot all have the same number. Unequal parts would weigh unequally in
            the average of the gradients, which would no longer be the batch's.
    """
    if batch_size % world_size():
        raise ValueError(
            f"a batch of {batch_size} images cannot be shared equally by {world_size()} processes; "
            f"make --batch-size a multiple of {world_size()}"
        )
    return batch_size // world_size()


def need_one_process(command: str) -> None:
    """Raise ValueError if torchrun started this: several processes would do the same work."""
    if launched():
        raise ValueError(f"{command} is the work of one process: start it without torchrun")


def own_device(device: torch.device) -> torch.device:
    """Return this process's own device: the GPUs are dealt out, a CPU is shared.

    Raises:
        ValueError: there are more processes than GPUs, or the device is one that cannot be shared.
    """
    if not launched() or device.type == "cpu":
        return device
    if device.type != "cuda":
        raise ValueError(f"torchrun needs --device cuda or --device cpu, not {device}")
    if device.index is not None:
        raise ValueError(f"torchrun deals out the GPUs itself: --device cuda instead of {device}")
    processes, gpus = int(os.environ.get("LOCAL_WORLD_SIZE", "1")), torch.cuda.device_count()
    if processes > gpus:
        raise ValueError(
            f"{processes} processes on a machine with {gpus} GPU(s); "
            f"start it with --nproc-per-node={gpus}"
        )
    return torch.device("cuda", local_rank())


def join(device: torch.device) -> None:
    """Meet the other processes; from here on they can add up tensors.

    NCCL moves them between GPUs, Gloo between CPUs.
    """
    if not launched():
        return
    if device.type == "cuda":
        dist.init_process_group("nccl", device_id=device)
    else:
        dist.init_process_group("gloo")


def joined() -> bool:
    """Whether this process can talk to others. A PyTorch may have been built without that."""
    return dist.is_available() and dist.is_initialized()


def leave() -> None:
    """Part from the others, who are done as well; nothing may refer to their group any more.

    Gloo's threads end with the last reference to the group. One that was still giving back a
    tensor while Python ends would abort the process.
    """
    if joined():
        gc.collect()  # DistributedDataParallel refers to itself, and to the group
        dist.destroy_process_group()


def add_up(tensor: torch.Tensor) -> torch.Tensor:
    """Return `tensor`, into which the other processes' have been added."""
    if joined():
        dist.all_reduce(tensor)
    return tensor


@contextmanager
def machine_by_machine() -> Iterator[None]:
    """Let the first process of each machine go ahead; the others follow, and find what it made."""
    if joined() and not is_first_on_its_machine():
        dist.barrier()
    yield
    if joined() and is_first_on_its_machine():
        dist.barrier()


def connection_was_lost(error: RuntimeError) -> bool:
    """Whether an error came of the talk between processes, so that one of them must have ended.

    So it is with Gloo. On GPUs a process may wait for another one that has ended until torchrun,
    whose report names that one, ends it as well.
    """
    return joined() and (
        isinstance(error, dist.DistError)  # NCCL's, and the meeting point's
        or any(word in str(error) for word in ("gloo", "NCCL"))  # Gloo has no type of its own
    )
