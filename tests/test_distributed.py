"""Several processes that train one model: here two on the CPU, which talk through Gloo."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch.nn import functional as F
from torch.utils.data import DistributedSampler

from reference import distributed
from reference.__main__ import main, make_parser
from reference.checkpoint import load_checkpoint
from reference.model import MODELS

from .mnist_folder import small_mnist, write_mnist
from .versions import WITHOUT_TORCHVISION

if WITHOUT_TORCHVISION.applies:
    pytest.skip("torchvision is not installed", allow_module_level=True)

from reference import commands
from reference.data import chapter_transform, find_mnist

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.skipif(
    not torch.distributed.is_available() or not torch.distributed.is_gloo_available(),
    reason="this PyTorch was built without Gloo",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_mnist(tmp_path / "data", small_mnist(train=320, test=101))


def torchrun(
    program: list[str], flags: list[str], processes: int = 2
) -> subprocess.CompletedProcess[str]:
    """Run `program` with the flags of training in several processes."""
    return subprocess.run(
        [
            *(sys.executable, "-m", "torch.distributed.run", "--standalone"),
            *(f"--nproc-per-node={processes}", *program),
            *("train", "--device", "cpu", *flags),
        ],
        capture_output=True,
        text=True,
        timeout=240,
        env=os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
    )


REFERENCE = ["-m", "reference"]


def printed_by(processes: int, *flags: str) -> list[str]:
    ran = torchrun(REFERENCE, [*flags], processes)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.splitlines()


@pytest.mark.slow
def test_two_processes_print_once_what_one_prints(folder: Path, tmp_path: Path) -> None:
    flags = ["--data", str(folder), "--epochs", "3", "--lr", "0.05"]
    path = tmp_path / "model.pth"
    alone = printed_by(1, *flags)
    together = printed_by(2, *flags, "--save", str(path))
    assert alone[1] == "Processes: 1, with 64 of 64 images each"
    assert together[1] == "Processes: 2, with 32 of 64 images each"
    assert len(together) == len(alone) == 7
    for one, two in zip(alone[2:], together[2:], strict=True):
        assert re.sub(r"[\d.]+", "", one) == re.sub(r"[\d.]+", "", two)
        for a, b in zip(*(re.findall(r"\d+\.\d+", line) for line in (one, two)), strict=True):
            assert float(a) == pytest.approx(float(b), abs=2e-4)
    assert type(load_checkpoint(path)) is MODELS["mlp"]


@pytest.mark.slow
def test_the_device_pipeline_shares_batches_too(folder: Path) -> None:
    flags = ["--data", str(folder), "--epochs", "2"]
    assert printed_by(2, *flags, "--pipeline", "device") == printed_by(2, *flags)


@pytest.mark.slow
def test_a_loss_that_is_nan_is_said_once(folder: Path) -> None:
    ran = torchrun(REFERENCE, ["--data", str(folder), "--lr", "1e30"])
    assert ran.returncode != 0
    said = [line for line in ran.stderr.splitlines() if line.startswith("error: ")]
    assert len(said) == 1
    assert said[0].startswith("error: the loss is nan at epoch 1, batch ")


# A program that trains as `python -m reference` does, and keeps the first step's gradients.
KEEPING = """
import os, sys
from torch.optim.optimizer import register_optimizer_step_pre_hook
import torch
from reference.__main__ import main

steps = []

def keep(optimizer, *_):
    steps.append(None)
    if len(steps) == 1:
        gradients = [p.grad for group in optimizer.param_groups for p in group["params"]]
        torch.save(gradients, os.path.join(os.path.dirname(__file__), os.environ["RANK"] + ".pt"))

register_optimizer_step_pre_hook(keep)
sys.exit(main())
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_two_processes_have_the_gradients_of_the_joined_batch(
    folder: Path, tmp_path: Path, name: str
) -> None:
    program = tmp_path / "keeping.py"
    program.write_text(KEEPING)
    flags = ["--data", str(folder), "--epochs", "1", "--seed", "4", "--model", name]
    ran = torchrun([str(program)], flags)
    assert ran.returncode == 0, ran.stderr
    gradients = [torch.load(tmp_path / f"{rank}.pt") for rank in range(2)]

    train_set, _, _ = find_mnist(str(folder), False, chapter_transform())
    torch.manual_seed(4)
    model = MODELS[name]()
    order = DistributedSampler(train_set, num_replicas=1, rank=0, seed=4)
    order.set_epoch(1)
    images, labels = zip(*(train_set[index] for index in list(order)[:64]), strict=True)
    F.cross_entropy(model(torch.stack(images)), torch.tensor(labels)).backward()
    for (label, parameter), first, second in zip(model.named_parameters(), *gradients, strict=True):
        assert torch.equal(first, second), label
        assert parameter.grad is not None
        error = (first - parameter.grad).abs().max() / parameter.grad.abs().max()
        assert error <= 1e-5, label


# The second process dies in the second epoch's third step, as if it had been killed.
DYING = """
import os, signal, sys
from torch.optim.optimizer import register_optimizer_step_pre_hook
from reference.__main__ import main

steps = []

def die(*_):
    steps.append(None)
    if os.environ["RANK"] == "1" and len(steps) == 5 + 3:
        os.kill(os.getpid(), signal.SIGKILL)

register_optimizer_step_pre_hook(die)
sys.exit(main())
"""


@pytest.mark.slow
def test_a_process_that_dies_ends_the_job_and_leaves_the_last_checkpoint(
    folder: Path, tmp_path: Path
) -> None:
    program = tmp_path / "dying.py"
    program.write_text(DYING)
    saved = tmp_path / "saved"
    saved.mkdir()
    flags = ["--data", str(folder), "--save", str(saved / "model.pth")]
    ran = torchrun([str(program)], [*flags, "--epochs", "9"])
    assert ran.returncode != 0
    assert re.findall(r"^Epoch \[\d", ran.stdout, re.MULTILINE) == ["Epoch [1"]
    said = re.search(r"^error: process 0 has lost another one, .*$", ran.stderr, re.MULTILINE)
    assert said is not None, ran.stderr
    assert f"{saved / 'model.pth'} was last saved after epoch 1 (" in said[0]
    assert re.search(r"rank +: 1 .*\n +exitcode +: -9", ran.stderr)  # torchrun's own report

    assert [path.name for path in saved.iterdir()] == ["model.pth"]
    kept = load_checkpoint(saved / "model.pth").state_dict()
    assert printed_by(2, *flags, "--epochs", "1")
    for name, tensor in load_checkpoint(saved / "model.pth").state_dict().items():
        assert torch.equal(kept[name], tensor)


# The second process fails before it begins, as one does whose GPU is full.
FAILING = """
import os, sys
from reference import commands
from reference.__main__ import main

make_loaders = commands.make_loaders

def fail(*arguments):
    if os.environ["RANK"] == "1":
        raise ValueError("this GPU is full")
    return make_loaders(*arguments)

commands.make_loaders = fail
sys.exit(main())
"""


@pytest.mark.slow
def test_a_process_that_cannot_begin_says_why_and_the_other_that_it_is_alone(
    folder: Path, tmp_path: Path
) -> None:
    program = tmp_path / "failing.py"
    program.write_text(FAILING)
    ran = torchrun([str(program)], ["--data", str(folder)])
    assert ran.returncode != 0
    assert "error: this GPU is full" in ran.stderr.splitlines()
    # torchrun ends the first process when it sees the second gone, so that it may come to no words.
    for line in ran.stderr.splitlines():
        assert not line.startswith("[rank0]"), ran.stderr
        if "process 0" in line:
            assert line.startswith("error: process 0 has lost another one, which must have ended")


# ---- what is refused; torchrun's variables are enough for that

Said = pytest.CaptureFixture[str]


def pretend(monkeypatch: pytest.MonkeyPatch, rank: int = 0, processes: int = 2) -> None:
    """Set the variables that torchrun sets."""
    for name in ("RANK", "LOCAL_RANK"):
        monkeypatch.setenv(name, str(rank))
    for name in ("WORLD_SIZE", "LOCAL_WORLD_SIZE"):
        monkeypatch.setenv(name, str(processes))


def refusal(capsys: Said, *arguments: str) -> str:
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    printed = capsys.readouterr()
    assert printed.out == ""
    return printed.err


def test_a_batch_that_cannot_be_shared_is_refused_once(
    monkeypatch: pytest.MonkeyPatch, capsys: Said
) -> None:
    pretend(monkeypatch, processes=3)
    assert refusal(capsys, "train", "--device", "cpu") == (
        "error: a batch of 64 images cannot be shared equally by 3 processes; make --batch-size a "
        "multiple of 3\n"
    )
    pretend(monkeypatch, rank=1, processes=3)
    assert refusal(capsys, "train", "--device", "cpu") == ""


def test_more_processes_than_gpus_are_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: Said
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    pretend(monkeypatch, processes=4)
    assert refusal(capsys, "train", "--device", "cuda") == (
        "error: 4 processes on a machine with 2 GPU(s); start it with --nproc-per-node=2\n"
    )
    pretend(monkeypatch, rank=1)
    assert distributed.own_device(torch.device("cuda")) == torch.device("cuda:1")
    with pytest.raises(ValueError, match="torchrun deals out the GPUs itself"):
        distributed.own_device(torch.device("cuda:0"))


def test_mps_cannot_be_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch)
    with pytest.raises(ValueError, match="torchrun needs --device cuda or --device cpu, not mps"):
        distributed.own_device(torch.device("mps"))


@pytest.mark.parametrize("arguments", [["evaluate", "model.pth"], ["compare"]])
def test_scoring_and_comparing_are_the_work_of_one_process(
    monkeypatch: pytest.MonkeyPatch, capsys: Said, arguments: list[str]
) -> None:
    pretend(monkeypatch)
    assert refusal(capsys, *arguments) == (
        f"error: {arguments[0]} is the work of one process: start it without torchrun\n"
    )


def test_there_is_an_order_for_the_largest_seed(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    pretend(monkeypatch)
    monkeypatch.setattr(torch.distributed, "get_world_size", lambda: 2)
    monkeypatch.setattr(torch.distributed, "get_rank", lambda: 0)
    train_set, test_set, _ = find_mnist(str(folder), False, chapter_transform())
    flags = ["train", "--seed", str(2**64 - 1), "--pipeline", "device"]
    arguments = make_parser().parse_args(flags)
    loaders = commands.make_loaders(arguments, train_set, test_set, torch.device("cpu"))
    loaders[0].sampler.set_epoch(1)
    assert sum(len(images) for images, _ in loaders[0]) == 160


@pytest.mark.gpu
@pytest.mark.parametrize("pipeline", ["loader", "device"])
def test_a_gpu_trains_through_nccl(folder: Path, pipeline: str) -> None:
    flags = ["--device", "cuda", "--data", str(folder), "--epochs", "3", "--lr", "0.05"]
    on_gpu = printed_by(1, *flags, "--pipeline", pipeline)
    on_cpu = printed_by(1, *flags[2:])
    assert on_gpu[0].startswith("Device: cuda:0 (")
    for ours, theirs in zip(on_gpu[3:6], on_cpu[3:6], strict=True):
        losses = [float(re.findall(r"\d+\.\d+", line)[0]) for line in (ours, theirs)]
        assert losses[0] == pytest.approx(losses[1], abs=1e-3)
