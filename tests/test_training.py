"""The chapter's training, whole runs of it: the NumPy side stays with PyTorch step by step."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch

import minitorch_nn
import reference.data
import reference.model
import reference.train
from minitorch_nn import training
from minitorch_nn.utils.data import DataLoader, Subset
from minitorch_nn.vision.datasets import MNISTSample, find_mnist

from .ledger import LEDGER

FULL_MNIST = os.environ.get("MINITORCH_MNIST")
needs_mnist = pytest.mark.skipif(
    not FULL_MNIST, reason="MINITORCH_MNIST names no folder with the full MNIST"
)

Array = np.ndarray[Any, Any]

try:
    from threadpoolctl import threadpool_limits
except ImportError:  # only slower

    def threadpool_limits(limits: int) -> Any:
        return nullcontext()


@pytest.fixture(scope="module")
def one_thread() -> Iterator[None]:
    """One thread for each library: two pools of threads in one process slow each other tenfold."""
    with threadpool_limits(1):
        yield


# ---- on its own


def batches(n: int, batch_size: int = 64) -> DataLoader:
    digits = MNISTSample(transform=training.chapter_transform())
    return DataLoader(Subset(digits, range(n)), batch_size)


def sgd(model: minitorch_nn.nn.Module) -> minitorch_nn.optim.SGD:
    return minitorch_nn.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)


def test_what_is_returned_is_what_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    model = training.SimpleNN()
    loader = batches(100)
    history = training.train(model, loader, minitorch_nn.nn.CrossEntropyLoss(), sgd(model), 2)
    accuracy = training.evaluate(model, loader)
    lines = [
        f"Epoch [{i}/2], Loss: {epoch.loss:.4f}, Accuracy: {epoch.accuracy:.2f}%"
        for i, epoch in enumerate(history, start=1)
    ]
    assert capsys.readouterr().out.splitlines() == [*lines, f"Test Accuracy: {accuracy:.2f}%"]


def test_the_loss_is_the_mean_over_batches_and_the_accuracy_over_images() -> None:
    class Says3(minitorch_nn.nn.Module):
        def forward(self, x: Any) -> Any:
            return minitorch_nn.eye(10)[3].expand(len(x), 10)

    losses = iter([1.0, 5.0])

    def criterion(outputs: Any, labels: Any) -> Any:
        return minitorch_nn.tensor(next(losses), requires_grad=True)

    model = Says3()
    parameter = minitorch_nn.nn.Parameter(minitorch_nn.zeros(1))
    # The classes take turns: of the first 14 digits two are a 3, one in each batch of 10 and 4.
    history = training.train(
        model, batches(14, 10), criterion, minitorch_nn.optim.SGD([parameter], lr=1.0), 1
    )
    assert [(epoch.loss, epoch.accuracy) for epoch in history] == [(3.0, 100 * 2 / 14)]
    assert training.evaluate(model, batches(14, 10)) == 100 * 2 / 14


def test_nothing_is_learned_from_a_batch_whose_loss_is_nan() -> None:
    model = training.SimpleNN()
    weights: list[Array] = []

    class Spoilt:
        """Three batches; before the second one is used, a pixel turns into nan."""

        def __len__(self) -> int:
            return 3

        def __iter__(self) -> Any:
            for step, (images, labels) in enumerate(batches(192)):
                if step == 1:
                    images[0, 0, 14, 14] = float("nan")
                    weights.append(model.fc1.weight.detach().numpy().copy())
                yield images, labels

    with pytest.raises(FloatingPointError, match="the loss is nan at epoch 1, batch 2"):
        training.train(model, Spoilt(), minitorch_nn.nn.CrossEntropyLoss(), sgd(model))
    assert np.array_equal(model.fc1.weight.detach().numpy(), weights[0])


def test_training_and_scoring_set_the_models_mode() -> None:
    model = training.SimpleNN()
    training.evaluate(model, batches(10))
    assert not model.training and model.fc1.weight.grad is None
    training.train(model, batches(10), minitorch_nn.nn.CrossEntropyLoss(), sgd(model), 1)
    assert model.training and model.fc1.weight.grad is not None


# ---- beside PyTorch


class Side(NamedTuple):
    """One library with its half of the project: the same names on both sides."""

    torch: Any
    loader: Callable[..., Any]
    models: dict[str, Any]
    train: Callable[..., list[Any]]
    evaluate: Callable[..., float]


OURS = Side(minitorch_nn, DataLoader, training.MODELS, training.train, training.evaluate)
THEIRS = Side(
    torch,
    torch.utils.data.DataLoader,
    reference.model.MODELS,
    reference.train.train,
    reference.train.evaluate,
)


def test_the_networks_begin_alike_and_print_alike() -> None:
    for name in training.MODELS:
        models = []
        for side in (OURS, THEIRS):
            side.torch.manual_seed(5)
            models.append(side.models[name]())
        ours, theirs = models
        assert repr(ours) == repr(theirs)
        state = ours.state_dict()
        for key, tensor in theirs.state_dict().items():
            assert np.array_equal(state[key].numpy(), tensor.numpy())


def losses_of_every_step(side: Side, images: Array, labels: Array, epochs: int) -> Array:
    """The chapter's training in float64 at a learning rate of 0.1, one loss for every batch."""
    side.torch.manual_seed(0)
    model = side.models["mlp"]().double()
    digits = side.torch.utils.data.TensorDataset(
        side.torch.from_numpy(images), side.torch.from_numpy(labels)
    )
    loader = side.loader(digits, batch_size=64, shuffle=True)
    losses = []
    cross_entropy = side.torch.nn.CrossEntropyLoss()

    def criterion(outputs: Any, targets: Any) -> Any:
        loss = cross_entropy(outputs, targets)
        losses.append(loss.item())
        return loss

    optimizer = side.torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    side.train(model, loader, criterion, optimizer, epochs)
    return np.array(losses)


def test_in_float64_the_losses_of_200_steps_agree_to_1e_9(one_thread: None) -> None:
    digits = MNISTSample()
    images = (digits.data.numpy()[:3200, None] / 255 - 0.5) / 0.5
    labels = digits.targets.numpy()[:3200]
    ours, theirs = (losses_of_every_step(s, images, labels, epochs=4) for s in (OURS, THEIRS))
    assert images.dtype == np.float64 and len(ours) == len(theirs) == 200
    worst = np.abs(ours - theirs).max() / np.abs(theirs).max()
    LEDGER.record("outputs", "float64", float(worst))
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-9)
    assert theirs.min() < 0.8 < 2 < theirs[0]  # it was a training, not 200 times the same step


class Run(NamedTuple):
    history: list[Any]
    accuracy: float


def chapters_script(side: Side, train_set: Any, test_set: Any) -> Run:
    """The chapter's script at seed 0: five epochs, then the test images."""
    side.torch.manual_seed(0)
    model = side.models["mlp"]()
    train_loader = side.loader(train_set, batch_size=64, shuffle=True)
    test_loader = side.loader(test_set, batch_size=64, shuffle=False)
    optimizer = side.torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    history = side.train(model, train_loader, side.torch.nn.CrossEntropyLoss(), optimizer, 5)
    return Run(history, side.evaluate(model, test_loader))


def transformed_once(digits: Any) -> torch.utils.data.TensorDataset:
    """torchvision's images after the chapter's transform, kept, which spares minutes of it.

    `digits.transform` takes one image; all of them one below the other are one image too.
    """
    tall = digits.data.numpy().reshape(-1, 28)
    return torch.utils.data.TensorDataset(
        digits.transform(tall).view(-1, 1, 28, 28), digits.targets
    )


@pytest.fixture(scope="module")
def full_runs(one_thread: None) -> tuple[Run, Run]:
    """The script on the full MNIST, here and in PyTorch."""
    ours = find_mnist(FULL_MNIST, transform=training.chapter_transform())
    transform = reference.data.chapter_transform()
    train_set, test_set, _ = reference.data.find_mnist(FULL_MNIST, False, transform)
    return (
        chapters_script(OURS, ours.train, ours.test),
        chapters_script(THEIRS, transformed_once(train_set), transformed_once(test_set)),
    )


@needs_mnist
@pytest.mark.slow
def test_the_first_epoch_on_the_full_mnist_is_pytorchs(full_runs: tuple[Run, Run]) -> None:
    ours, theirs = (run.history[0] for run in full_runs)
    assert abs(ours.loss - theirs.loss) <= 1e-4
    assert abs(ours.accuracy - theirs.accuracy) <= 0.05


@needs_mnist
@pytest.mark.slow
def test_five_epochs_on_the_full_mnist_are_pytorchs(full_runs: tuple[Run, Run]) -> None:
    losses = [[epoch.loss for epoch in run.history] for run in full_runs]
    assert len(losses[0]) == 5
    np.testing.assert_allclose(losses[0], losses[1], rtol=0, atol=1e-3)
    assert full_runs[0].accuracy >= 96
    assert full_runs[1].accuracy >= 96
