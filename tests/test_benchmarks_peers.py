"""The other libraries beside ours: the same training, or no time. No test asserts a time."""

from __future__ import annotations

import importlib.util
import math
from argparse import Namespace
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

import minitorch_nn
from benchmarks import environment, peers, report, workloads
from benchmarks.measure import difference, measure
from benchmarks.peers import by_hand, comparison, tape, with_tape
from benchmarks.peers.contenders import CONTENDERS, NETWORKS, PEERS, PeerWorker, start
from benchmarks.peers.given import Given, give, one_hot, update
from benchmarks.peers.worker import PeerBench
from benchmarks.worker import Bench, WorkerError, mean_size, reply
from benchmarks.workloads import LIBRARIES, WORKLOADS, Step

from .benchmark_workers import ONE_ROUND, described, machine

HERE = [name for name in PEERS if name not in comparison.missing_peers()]


@pytest.fixture(autouse=True)
def small_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workloads, "BATCH", 8)  # the same program on less


def losses(step: Step) -> list[list[float]]:
    return [[mean_size(tensor) for tensor in step()] for _ in range(3)]


def steps() -> list[tuple[str, str]]:
    return [
        (peer, name) for peer in HERE for name in NETWORKS if (peer, name) not in comparison.WITHOUT
    ]


# The start, and the steps


def test_everybody_is_given_what_pytorch_draws_from_the_same_seed() -> None:
    given = give(workloads.mlp)
    model = workloads.mlp(torch)
    images = torch.rand(8, 1, 28, 28)
    for ours, theirs in zip(given.weights, model.parameters(), strict=True):
        np.testing.assert_array_equal(ours, theirs.detach().numpy())
    np.testing.assert_array_equal(given.images, images.numpy())
    np.testing.assert_array_equal(given.labels, torch.randint(0, 10, (8,)).numpy())


@pytest.mark.parametrize(("peer", "name"), steps())
def test_a_peer_trains_as_pytorch_does_and_in_float32(peer: str, name: str) -> None:
    answer = PeerBench(CONTENDERS[peer]).compare(name)
    theirs = losses(WORKLOADS[name].build(torch, "cpu"))
    assert difference(answer["values"], theirs) is None
    assert set(answer["gradients"].values()) == {"float32"}
    assert len(answer["gradients"]) == len(give(NETWORKS[name]).weights)


@pytest.mark.parametrize("peer", HERE)
def test_a_peer_has_the_steps_that_it_is_said_to_have(peer: str) -> None:
    said = {name for name in NETWORKS if (peer, name) not in comparison.WITHOUT}
    assert set(PeerBench(CONTENDERS[peer]).steps) == said


def test_the_update_is_pytorchs_sgd_with_momentum() -> None:
    weight = torch.rand(5, requires_grad=True)
    optimizer = torch.optim.SGD([weight], lr=0.01, momentum=0.9)
    ours, velocity = weight.detach().numpy().copy(), np.zeros(5, np.float32)
    for _ in range(3):
        weight.grad = torch.rand(5)
        optimizer.step()
        update(ours, velocity, weight.grad.numpy())
    np.testing.assert_allclose(ours, weight.detach().numpy(), rtol=1e-6)


def test_one_hot_is_pytorchs() -> None:
    labels = torch.tensor([3, 0, 9])
    theirs = torch.nn.functional.one_hot(labels, 10).float()
    np.testing.assert_array_equal(one_hot(labels.numpy()), theirs.numpy())
    assert one_hot(labels.numpy()).dtype == np.float32


# The tape


def test_the_tape_adds_the_gradients_of_a_variable_that_is_used_twice() -> None:
    numbers = np.array([[-1.0, 2.0], [3.0, 4.0]], np.float32)
    x = tape.Variable(numbers)
    y = tape.relu(x)
    tape.linear(y, y, tape.Variable(np.zeros(2, np.float32))).backward()

    theirs = torch.tensor(numbers, requires_grad=True)
    middle = torch.relu(theirs)
    (middle @ middle.T).sum().backward()
    assert x.grad is not None and theirs.grad is not None
    np.testing.assert_array_equal(x.grad, theirs.grad.numpy())


@pytest.mark.parametrize("stride", [1, 2])
def test_col2im_is_the_adjoint_of_im2col(stride: int) -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((2, 3, 7, 6))
    columns = tape.im2col(x, 2, stride)
    y = rng.standard_normal(columns.shape)
    assert math.isclose((columns * y).sum(), (x * tape.col2im(y, x.shape, stride)).sum())


# Measuring


class Here:
    """A worker in this process, which answers as one in a process of its own would."""

    alive = True

    def __init__(self, bench: Bench) -> None:
        self.bench = bench

    def ask(self, request: dict[str, Any], timeout: float | None = None) -> dict[str, Any]:
        quiet = {"idle_seconds": 1.0, "idle_cpu_seconds": 0.0, "asleep": True}
        try:
            # Whoever else is busy while the tests run, no block is dropped for it.
            return reply(self.bench, request) | quiet | {"other_cpu_seconds": None}
        except Exception as error:
            raise WorkerError(str(error)) from None

    def close(self) -> None:
        pass


def with_steps(build: Callable[[Given], Step]) -> PeerBench:
    bench = PeerBench(CONTENDERS["tape"])
    bench.steps = {"mlp_step": build}
    return bench


def measured(build: Callable[[Given], Step]) -> dict[str, Any]:
    benches = {"torch": Bench(LIBRARIES["torch"], None), "tape": with_steps(build)}
    known: dict[str, dict[str, Any]] = {"torch": {}, "tape": {}}
    [row] = measure(
        ["mlp_step"],
        list(benches),
        ONE_ROUND,
        lambda name: Here(benches[name]),
        described=known,
    )
    return report.row_as_json(row, cores=1)


def two_steps_at_once(given: Given) -> Step:
    step = with_tape.mlp_step(given)

    def work() -> list[Any]:
        loss = step()
        step()
        return loss

    return Step(work, step.leaves)


def without_momentum(given: Given) -> Step:
    # Every call begins with velocities of zero, on the weights that the last one left.
    return Step(lambda: with_tape.mlp_step(given)())


@pytest.mark.parametrize(("wrong", "call"), [(two_steps_at_once, 2), (without_momentum, 3)])
def test_a_peer_that_trains_otherwise_is_refused_and_not_timed(
    wrong: Callable[[Given], Step], call: int
) -> None:
    row = measured(wrong)
    assert f"its results are not PyTorch's: at call {call}, tensor 1" in row["refused"]["tape"]
    assert set(row["seconds"]) == {"torch"}
    assert row["ratios"] == {}


def test_a_peer_that_trains_alike_is_timed() -> None:
    row = measured(with_tape.mlp_step)
    assert row["refused"] == {}
    assert set(row["seconds"]) == {"torch", "tape"}
    assert row["ratios"]["tape"]["count"] == 1


def test_gradients_in_another_type_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    def in_float64(given: Given) -> Step:
        return with_tape.mlp_step(
            Given([w.astype(np.float64) for w in given.weights], given.images, given.labels)
        )

    row = measured(in_float64)
    comparison.print_wrong_types(row)
    assert "plain tape, DeZero-like computes gradients in float64" in capsys.readouterr().out


def test_a_peer_answers_from_a_process_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    with start("by_hand") as worker:
        assert isinstance(worker, PeerWorker)
        assert worker.ask({"do": "describe"})["numpy"] == np.__version__
        answer = worker.ask({"do": "compare", "workload": "mlp_step"})
    monkeypatch.setattr(workloads, "BATCH", 64)  # as in that process
    assert difference(answer["values"], losses(by_hand.mlp_step(give(workloads.mlp)))) is None


def test_kernels_are_chosen_for_every_peer_on_numpy() -> None:
    chosen = comparison.contenders("mlp_step", {}, ["numpy_avx2", "numpy_avx512"])
    mygrads = [name for name in chosen if name.startswith("mygrad")]
    assert mygrads == ["mygrad_avx2", "mygrad_avx512"]
    assert "jax" in chosen
    assert CONTENDERS["mygrad_avx2"].variables == LIBRARIES["numpy_avx2"].variables
    assert "autograd_avx2" not in comparison.contenders("cnn_step", {}, ["numpy_avx2"])


# Who is missing, and the command


def plain_machine() -> dict[str, Any]:
    made = machine()
    return made | {"cpu": made["cpu"] | {"flags": ["avx2"]}}


def run_with_stand_ins(
    monkeypatch: pytest.MonkeyPatch, installed: list[str], only: list[str] | None
) -> dict[str, Any]:
    def find_spec(package: str) -> Any:
        return package if package in installed else None

    monkeypatch.setattr(importlib.util, "find_spec", find_spec)
    monkeypatch.setattr(comparison, "QUICK", ONE_ROUND)
    monkeypatch.setattr(environment, "describe_machine", plain_machine)
    torch_bench = Bench(LIBRARIES["torch"], None)
    monkeypatch.setattr(torch_bench, "describe", lambda: described("torch"))
    stand_in = PeerBench(CONTENDERS["by_hand"])
    stand_in.steps = {"mlp_step": by_hand.mlp_step}
    monkeypatch.setattr(stand_in, "describe", lambda: described("numpy"))
    monkeypatch.setattr(
        comparison, "start", lambda name: Here(torch_bench if name == "torch" else stand_in)
    )
    return peers.run(Namespace(json=None, plot=None, quick=True, data=None, only=only))


def test_missing_peers_are_named_with_the_remedy_and_the_others_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    result = run_with_stand_ins(monkeypatch, installed=["jax"], only=["mlp_step"])
    assert result["kind"] == "peers"
    assert set(result["missing"]) == {"mygrad", "autograd"}
    [row] = result["rows"]
    assert row["refused"] == {}
    assert set(row["seconds"]) == {"torch", "numpy", "by_hand", "tape", "jax"}

    peers.print_result(result)
    printed = capsys.readouterr().out
    assert 'MyGrad is not installed: python -m pip install -e ".[peers]"' in printed
    assert "minitorch_nn" in printed and "JAX, jit" in printed


def test_a_peer_that_breaks_is_refused_with_its_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # The stand-in has no such step.
    result = run_with_stand_ins(monkeypatch, installed=["mygrad"], only=["cnn_step"])
    [row] = result["rows"]
    assert row["refused"]["mygrad"] == "'cnn_step'"
    assert set(row["without"]) == {"autograd"}
    peers.print_result(result)
    assert "refused: 'cnn_step'" in capsys.readouterr().out


def test_the_package_itself_is_called_by_its_name() -> None:
    assert comparison.title("numpy_avx2").startswith(minitorch_nn.__name__)
