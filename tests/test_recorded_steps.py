"""The steps that a GPU replays as CUDA graphs.

A stand-in for the GPU runs here on the CPU. It keeps what makes a CUDA graph a graph: what is
recorded is not done; a replay does all of it again, on the tensors of the recording; and nothing
may be asked of the device meanwhile. The tests marked gpu, at the end, do it on a real one.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn, optim
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.data import RandomSampler

from .mnist_folder import small_mnist
from .versions import WITHOUT_TORCHVISION

if WITHOUT_TORCHVISION.applies:
    pytest.skip("torchvision is not installed", allow_module_level=True)

from reference import train as training
from reference.__main__ import main
from reference.data import DeviceLoader, Digits, chapter_transform
from reference.model import MODELS
from reference.train import Epoch, RecordedSteps, train

CPU = torch.device("cpu")
ASKING = ("_local_scalar_dense", "nonzero", "masked_select")  # a GPU would have to answer first


class Graph(TorchDispatchMode):
    """A CUDA graph on the CPU: every operation with its arguments and results, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.operations: list[tuple[Any, Any, Any, Any]] = []
        self.replays = 0

    def __torch_dispatch__(
        self, operation: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        if operation.overloadpacket.__name__ in ASKING:
            raise RuntimeError(f"{operation} is not permitted when stream is capturing")
        kwargs = kwargs or {}
        results = operation(*args, **kwargs)
        self.operations.append((operation, args, kwargs, results))
        return results

    def replay(self) -> None:
        self.replays += 1
        with torch.no_grad():
            for operation, args, kwargs, results in self.operations:
                again = operation(*args, **kwargs)
                for tensor, new in zip(tree_leaves(results), tree_leaves(again), strict=True):
                    # A view, or what was written in place, is there already.
                    if torch.is_tensor(tensor) and tensor.data_ptr() != new.data_ptr():
                        tensor.copy_(new)


class Trained:
    """A model and what trains it, on few images in batches of 32, the last of them smaller."""

    def __init__(self, name: str = "mlp", momentum: float = 0.9) -> None:
        files = list(small_mnist(train=330, test=10).values())
        torch.manual_seed(0)
        self.model = MODELS[name]()
        digits = Digits(files[0], files[1], chapter_transform())
        self.loader = DeviceLoader(digits, 32, RandomSampler(digits), CPU)
        self.optimizer = optim.SGD(self.model.parameters(), lr=0.05, momentum=momentum)

    def train(self, epochs: int = 3, criterion: Any = None) -> list[Epoch]:
        criterion = criterion or nn.CrossEntropyLoss()
        return train(self.model, self.loader, criterion, self.optimizer, epochs)

    def tensors(self) -> list[torch.Tensor]:
        """All that a step writes to."""
        states = self.optimizer.state.values()
        momenta = [s["momentum_buffer"] for s in states if s.get("momentum_buffer") is not None]
        return [*self.model.state_dict().values(), *momenta]


@pytest.fixture
def graphs(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Graph]]:
    """The graphs that were made, once the CPU has them."""
    made: list[Graph] = []
    stream = SimpleNamespace(wait_stream=lambda other: None)

    def make() -> Graph:
        made.append(Graph())
        return made[-1]

    monkeypatch.setattr(training, "can_record", lambda device: True)
    monkeypatch.setattr(torch.cuda, "CUDAGraph", make)
    monkeypatch.setattr(torch.cuda, "graph", nullcontext)
    monkeypatch.setattr(torch.cuda, "Stream", lambda: stream)
    monkeypatch.setattr(torch.cuda, "current_stream", lambda: stream)
    monkeypatch.setattr(torch.cuda, "stream", nullcontext)
    monkeypatch.setattr(RecordedSteps, "STEPS", 4)
    return made


def recording(trained: Trained, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `torch.cuda.graph` record what is done to `trained`, and undo it."""

    @contextmanager
    def record(graph: Graph) -> Iterator[None]:
        before = [tensor.clone() for tensor in trained.tensors()]
        with graph:
            yield
        for tensor, old in zip(trained.tensors(), before, strict=True):
            tensor.copy_(old)

    monkeypatch.setattr(torch.cuda, "graph", record)


def figures(history: list[Epoch]) -> list[tuple[float, float]]:
    return [(epoch.loss, epoch.accuracy) for epoch in history]


@pytest.mark.parametrize("momentum", [0.9, 0.0])
@pytest.mark.parametrize("name", MODELS)
def test_replayed_steps_are_the_steps(
    graphs: list[Graph], monkeypatch: pytest.MonkeyPatch, name: str, momentum: float
) -> None:
    replayed = Trained(name, momentum)
    recording(replayed, monkeypatch)
    history = replayed.train()
    # 330 images in batches of 32: 11 steps; two graphs of 4 that are one, and one of the last 3.
    assert [graph.replays for graph in graphs] == [3 * 2, 3]

    monkeypatch.setattr(training, "can_record", lambda device: False)
    run = Trained(name, momentum)
    assert figures(history) == figures(run.train())
    assert len(graphs) == 2
    for ours, theirs in zip(replayed.tensors(), run.tensors(), strict=True):
        assert torch.equal(ours, theirs)


def test_recording_teaches_nothing(graphs: list[Graph], monkeypatch: pytest.MonkeyPatch) -> None:
    trained = Trained()
    recording(trained, monkeypatch)
    before = [tensor.clone() for tensor in trained.tensors()]
    assert trained.train(epochs=0) == []
    weights, momenta = trained.tensors()[: len(before)], trained.tensors()[len(before) :]
    assert graphs and len(momenta) == len(weights)
    assert all(torch.equal(tensor, old) for tensor, old in zip(weights, before, strict=True))
    assert not any(momentum.any() for momentum in momenta)


def test_a_step_that_asks_for_a_number_cannot_be_recorded(
    graphs: list[Graph], monkeypatch: pytest.MonkeyPatch
) -> None:
    trained = Trained()
    recording(trained, monkeypatch)

    def asking(outputs: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        loss = nn.functional.cross_entropy(outputs, labels)
        loss.item()
        return loss

    with pytest.raises(RuntimeError, match="not permitted when stream is capturing"):
        trained.train(criterion=asking)


def test_without_a_gpu_nothing_is_recorded() -> None:
    assert not training.can_record(CPU)
    assert training.can_record(torch.device("cuda"))
    trained = Trained()
    steps = RecordedSteps(
        lambda x, y: (x.sum(), x), trained.loader, nn.Identity(), trained.optimizer
    )
    assert not trained.optimizer.state
    assert [len(group) for group in steps.groups] == [11]


# ---- on a GPU


def printed_by(capsys: pytest.CaptureFixture[str], *flags: str) -> list[str]:
    assert main(["train", "--device", "cuda", *flags]) == 0
    return capsys.readouterr().out.splitlines()


def numbers(line: str) -> list[float]:
    return [float(number) for number in re.findall(r"[\d.]+(?=[,%])", line)]


@pytest.mark.gpu
def test_on_a_gpu_the_images_have_the_bits_of_the_chapters_transform() -> None:
    levels = np.arange(256, dtype=np.uint8).repeat(784).reshape(256, 28, 28)
    digits = Digits(levels, np.zeros(256), chapter_transform())
    [(images, _)] = DeviceLoader(digits, 256, range(256), torch.device("cuda"))
    expected = torch.stack([digits[index][0] for index in range(256)])
    assert torch.equal(images.cpu(), expected)


@pytest.mark.usefixtures("settings")
@pytest.mark.gpu
@pytest.mark.parametrize("name", MODELS)
def test_on_a_gpu_both_pipelines_print_the_same_losses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    monkeypatch.chdir(tmp_path)  # there is no ./data here: the sample is used
    flags = ["--model", name, "--epochs", "3"]
    from_loader = printed_by(capsys, *flags)
    replayed = printed_by(capsys, *flags, "--pipeline", "device")
    assert from_loader[:2] == replayed[:2] and len(from_loader) == len(replayed) == 6
    for one, other in zip(from_loader[2:5], replayed[2:5], strict=True):
        assert numbers(one)[0] == pytest.approx(numbers(other)[0], abs=1e-3)
    assert numbers(from_loader[5])[0] == pytest.approx(numbers(replayed[5])[0], abs=0.5)


@pytest.mark.usefixtures("settings")
@pytest.mark.gpu
@pytest.mark.parametrize(
    ("name", "pipeline", "flag"),
    [
        *itertools.product(MODELS, ["loader", "device"], ["--tf32", "--bf16", "--deterministic"]),
        ("mlp", "device", "--compile"),  # compiling takes its time
    ],
)
def test_on_a_gpu_every_flag_trains(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    pipeline: str,
    flag: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    flags = ["--model", name, "--epochs", "3", "--pipeline", pipeline, flag]
    lines = printed_by(capsys, *flags)
    if flag == "--deterministic":
        assert printed_by(capsys, *flags) == lines
    assert numbers(lines[-1])[0] > 85
