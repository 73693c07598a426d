"""The graph: walking `next_functions` shows the same nodes, names and leaves in both libraries."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from minitorch_nn.autograd.graph_tree import graph_tree

from .programs import both, graph, said
from .versions import FULL_SLICES_BEFORE_ANOTHER_INDEX, LINEAR_3D


def leaf(torch: Any, *shape: int) -> Any:
    return torch.rand(*shape, requires_grad=True)


# Modules: each entry is a model and its input, written as a reader would write them

MODELS = {
    "Linear 1-D": lambda torch: torch.nn.Linear(3, 2)(torch.rand(3)),
    "Linear 1-D without bias": lambda torch: torch.nn.Linear(3, 2, bias=False)(torch.rand(3)),
    "Linear 2-D": lambda torch: torch.nn.Linear(3, 2)(torch.rand(4, 3)),
    "Linear 2-D of a leaf": lambda torch: torch.nn.Linear(3, 2)(leaf(torch, 4, 3)),
    "Linear 2-D without bias": lambda torch: torch.nn.Linear(3, 2, bias=False)(torch.rand(4, 3)),
    "Linear 2-D transposed": lambda torch: torch.nn.Linear(3, 2)(leaf(torch, 3, 4).t()),
    "Linear 3-D": lambda torch: torch.nn.Linear(3, 2)(leaf(torch, 5, 4, 3)),
    "Linear 3-D without bias": lambda torch: torch.nn.Linear(3, 2, bias=False)(
        leaf(torch, 5, 4, 3)
    ),
    "Linear 3-D not contiguous": lambda torch: torch.nn.Linear(3, 2)(
        leaf(torch, 4, 5, 3).transpose(0, 1)
    ),
    "Linear 3-D not contiguous without bias": lambda torch: torch.nn.Linear(3, 2, bias=False)(
        leaf(torch, 4, 5, 3).transpose(0, 1)
    ),
    "Linear 4-D": lambda torch: torch.nn.Linear(3, 2)(leaf(torch, 2, 5, 4, 3)),
    "Linear 4-D not contiguous": lambda torch: torch.nn.Linear(3, 2)(
        leaf(torch, 5, 2, 4, 3).transpose(0, 1)
    ),
    "Linear 1-D of a leaf": lambda torch: torch.nn.Linear(3, 2)(leaf(torch, 3)),
    "ReLU": lambda torch: torch.nn.ReLU()(leaf(torch, 3)),
    "ReLU in place": lambda torch: torch.nn.ReLU(inplace=True)(leaf(torch, 3) * 2),
    "Sigmoid": lambda torch: torch.nn.Sigmoid()(leaf(torch, 3)),
    "Tanh": lambda torch: torch.nn.Tanh()(leaf(torch, 3)),
    "Softmax": lambda torch: torch.nn.Softmax(dim=1)(leaf(torch, 2, 3)),
    "LogSoftmax": lambda torch: torch.nn.LogSoftmax(dim=1)(leaf(torch, 2, 3)),
    "Conv2d batched": lambda torch: torch.nn.Conv2d(1, 2, 3)(torch.rand(2, 1, 5, 5)),
    "Conv2d of a leaf": lambda torch: torch.nn.Conv2d(1, 2, 3)(leaf(torch, 2, 1, 5, 5)),
    "Conv2d unbatched": lambda torch: torch.nn.Conv2d(1, 2, 3)(torch.rand(1, 5, 5)),
    "Conv2d unbatched of a leaf": lambda torch: torch.nn.Conv2d(1, 2, 3)(leaf(torch, 1, 5, 5)),
    "Conv2d without bias": lambda torch: torch.nn.Conv2d(1, 2, 3, bias=False)(
        leaf(torch, 2, 1, 5, 5)
    ),
    "Conv2d strided, dilated, grouped": lambda torch: torch.nn.Conv2d(
        2, 4, 3, stride=2, padding=2, dilation=2, groups=2
    )(leaf(torch, 2, 2, 9, 9)),
    "Conv2d same": lambda torch: torch.nn.Conv2d(1, 2, 3, padding="same")(leaf(torch, 2, 1, 5, 5)),
    "Conv2d same, even kernel": lambda torch: torch.nn.Conv2d(1, 2, 2, padding="same")(
        leaf(torch, 2, 1, 5, 5)
    ),
    "Conv2d same, unbatched": lambda torch: torch.nn.Conv2d(1, 2, 3, padding="same")(
        leaf(torch, 1, 5, 5)
    ),
    "Conv2d same, even kernel, unbatched": lambda torch: torch.nn.Conv2d(1, 2, 2, padding="same")(
        leaf(torch, 1, 5, 5)
    ),
    "Conv2d valid": lambda torch: torch.nn.Conv2d(1, 2, 3, padding="valid")(
        leaf(torch, 2, 1, 5, 5)
    ),
    "Conv2d reflect": lambda torch: torch.nn.Conv2d(1, 2, 3, padding=1, padding_mode="reflect")(
        leaf(torch, 2, 1, 5, 5)
    ),
    "Conv2d replicate": lambda torch: torch.nn.Conv2d(1, 2, 3, padding=1, padding_mode="replicate")(
        leaf(torch, 2, 1, 5, 5)
    ),
    "Conv2d circular": lambda torch: torch.nn.Conv2d(1, 2, 3, padding=1, padding_mode="circular")(
        leaf(torch, 2, 1, 5, 5)
    ),
    "Conv2d reflect, unbatched": lambda torch: torch.nn.Conv2d(
        1, 2, 3, padding=1, padding_mode="reflect"
    )(leaf(torch, 1, 5, 5)),
    "max_pool2d": lambda torch: torch.nn.functional.max_pool2d(leaf(torch, 2, 1, 4, 4), 2),
    "max_pool2d unbatched": lambda torch: torch.nn.functional.max_pool2d(leaf(torch, 1, 4, 4), 2),
    "MaxPool2d": lambda torch: torch.nn.MaxPool2d(3, stride=1, padding=1)(leaf(torch, 2, 1, 4, 4)),
    "avg_pool2d": lambda torch: torch.nn.functional.avg_pool2d(leaf(torch, 2, 1, 4, 4), 2),
    "avg_pool2d unbatched": lambda torch: torch.nn.functional.avg_pool2d(leaf(torch, 1, 4, 4), 2),
    "flatten": lambda torch: torch.nn.Flatten()(leaf(torch, 2, 3, 4)),
    "flatten of all": lambda torch: leaf(torch, 2, 3, 4).flatten(),
    "flatten of a middle": lambda torch: torch.flatten(leaf(torch, 2, 3, 4), 0, 1),
    "flatten permuted": lambda torch: leaf(torch, 2, 3, 4).permute(0, 2, 1).flatten(1),
    "flatten of a vector": lambda torch: (leaf(torch, 3) * 2).flatten(),
    "flatten of a scalar": lambda torch: (leaf(torch, 3).sum()).flatten(),
    "Dropout in training": lambda torch: torch.nn.Dropout(0.5)(leaf(torch, 3) * 2),
    "Dropout in evaluation": lambda torch: torch.nn.Dropout(0.5).eval()(leaf(torch, 3) * 2),
    "Dropout of nothing": lambda torch: torch.nn.Dropout(0.0)(leaf(torch, 3) * 2),
    "Dropout of everything": lambda torch: torch.nn.Dropout(1.0)(leaf(torch, 3) * 2),
    "Sequential": lambda torch: torch.nn.Sequential(
        torch.nn.Linear(4, 3), torch.nn.ReLU(), torch.nn.Linear(3, 2)
    )(torch.rand(5, 4)),
}


# Linear on a contiguous input that is not two-dimensional
FLATTENED = ("Linear 1-D", "Linear 1-D of a leaf", "Linear 3-D", "Linear 4-D")


@pytest.mark.parametrize("model", MODELS)
@both
def test_the_graph_of(torch, model):
    return graph(MODELS[model](torch), LINEAR_3D if model in FLATTENED else None)


# Losses


def _targets(torch: Any) -> Any:
    return torch.tensor([0, 2, 1, 2])


def _cross_entropy(torch: Any, **options: Any) -> Any:
    return torch.nn.functional.cross_entropy(leaf(torch, 4, 3), _targets(torch), **options)


def _probabilities(torch: Any, *shape: int, **options: Any) -> Any:
    target = torch.softmax(torch.rand(*shape), 1)
    return torch.nn.functional.cross_entropy(leaf(torch, *shape), target, **options)


def _image(torch: Any) -> tuple[Any, Any]:
    return leaf(torch, 2, 3, 4, 5), torch.randint(0, 3, (2, 4, 5))


LOSSES = {
    "cross_entropy": _cross_entropy,
    "cross_entropy none": lambda torch: _cross_entropy(torch, reduction="none"),
    "cross_entropy sum": lambda torch: _cross_entropy(torch, reduction="sum"),
    "cross_entropy weighted": lambda torch: _cross_entropy(torch, weight=torch.rand(3)),
    "cross_entropy ignoring": lambda torch: _cross_entropy(torch, ignore_index=2),
    "cross_entropy smoothed": lambda torch: _cross_entropy(torch, label_smoothing=0.1),
    "cross_entropy smoothed sum": lambda torch: _cross_entropy(
        torch, label_smoothing=0.1, reduction="sum"
    ),
    "cross_entropy smoothed none": lambda torch: _cross_entropy(
        torch, label_smoothing=0.1, reduction="none"
    ),
    "cross_entropy smoothed, weighted": lambda torch: _cross_entropy(
        torch, label_smoothing=0.1, weight=torch.rand(3)
    ),
    "cross_entropy smoothed, weighted none": lambda torch: _cross_entropy(
        torch, label_smoothing=0.1, weight=torch.rand(3), reduction="none"
    ),
    "cross_entropy smoothed, ignoring": lambda torch: _cross_entropy(
        torch, label_smoothing=0.1, ignore_index=2
    ),
    "cross_entropy of one row": lambda torch: torch.nn.functional.cross_entropy(
        leaf(torch, 3), torch.tensor(1)
    ),
    "cross_entropy of images": lambda torch: torch.nn.functional.cross_entropy(*_image(torch)),
    "cross_entropy of images none": lambda torch: torch.nn.functional.cross_entropy(
        *_image(torch), reduction="none"
    ),
    "cross_entropy of images smoothed": lambda torch: torch.nn.functional.cross_entropy(
        *_image(torch), label_smoothing=0.1
    ),
    "cross_entropy of sequences": lambda torch: torch.nn.functional.cross_entropy(
        leaf(torch, 2, 3, 4), torch.randint(0, 3, (2, 4))
    ),
    "cross_entropy of probabilities": lambda torch: _probabilities(torch, 4, 3),
    "cross_entropy of probabilities none": lambda torch: _probabilities(
        torch, 4, 3, reduction="none"
    ),
    "cross_entropy of probabilities sum": lambda torch: _probabilities(
        torch, 4, 3, reduction="sum"
    ),
    "cross_entropy of probabilities weighted": lambda torch: _probabilities(
        torch, 4, 3, weight=torch.rand(3)
    ),
    "cross_entropy of probabilities smoothed": lambda torch: _probabilities(
        torch, 4, 3, label_smoothing=0.1
    ),
    "cross_entropy of images of probabilities": lambda torch: _probabilities(torch, 2, 3, 4, 5),
    "CrossEntropyLoss": lambda torch: torch.nn.CrossEntropyLoss()(
        leaf(torch, 4, 3), _targets(torch)
    ),
    "nll_loss": lambda torch: torch.nn.functional.nll_loss(leaf(torch, 4, 3), _targets(torch)),
    "nll_loss none": lambda torch: torch.nn.functional.nll_loss(
        leaf(torch, 4, 3), _targets(torch), reduction="none"
    ),
    "nll_loss of images": lambda torch: torch.nn.functional.nll_loss(*_image(torch)),
    "nll_loss of sequences": lambda torch: torch.nn.functional.nll_loss(
        leaf(torch, 2, 3, 4), torch.randint(0, 3, (2, 4))
    ),
    "mse_loss": lambda torch: torch.nn.functional.mse_loss(leaf(torch, 3), torch.rand(3)),
    "mse_loss of two leaves": lambda torch: torch.nn.functional.mse_loss(
        leaf(torch, 3), leaf(torch, 3)
    ),
    "mse_loss none": lambda torch: torch.nn.functional.mse_loss(
        leaf(torch, 3), torch.rand(3), reduction="none"
    ),
    "mse_loss broadcast": lambda torch: torch.nn.functional.mse_loss(
        leaf(torch, 2, 1), torch.rand(2, 3)
    ),
    "binary_cross_entropy": lambda torch: torch.nn.functional.binary_cross_entropy(
        torch.sigmoid(leaf(torch, 3)), torch.rand(3)
    ),
    "binary_cross_entropy weighted": lambda torch: torch.nn.functional.binary_cross_entropy(
        torch.sigmoid(leaf(torch, 3)), torch.rand(3), weight=torch.rand(3)
    ),
    "binary_cross_entropy_with_logits": lambda torch: (
        torch.nn.functional.binary_cross_entropy_with_logits(leaf(torch, 3), torch.rand(3))
    ),
    "binary_cross_entropy_with_logits pos_weight": lambda torch: (
        torch.nn.functional.binary_cross_entropy_with_logits(
            leaf(torch, 3), torch.rand(3), pos_weight=torch.rand(3)
        )
    ),
}


@pytest.mark.parametrize("loss", LOSSES)
@both
def test_the_graph_of_the_loss(torch, loss):
    return graph(LOSSES[loss](torch))


# Operations on one leaf `a` [3], one `m` [2, 3] and one `t` [2, 3, 4], and others where needed

OPERATIONS = {
    "sum": lambda torch, a, m, t: m.sum(),
    "sum over a dim": lambda torch, a, m, t: m.sum(1),
    "sum over dims kept": lambda torch, a, m, t: t.sum((0, 2), keepdim=True),
    "mean": lambda torch, a, m, t: m.mean(),
    "mean over a dim": lambda torch, a, m, t: m.mean(0),
    "var": lambda torch, a, m, t: m.var(),
    "std over a dim": lambda torch, a, m, t: m.std(1),
    "prod": lambda torch, a, m, t: m.prod(),
    "norm": lambda torch, a, m, t: m.norm(),
    "max": lambda torch, a, m, t: m.max(),
    "max over a dim": lambda torch, a, m, t: m.max(1)[0],
    "min over a dim": lambda torch, a, m, t: torch.min(m, 0).values,
    "amax": lambda torch, a, m, t: m.amax(1),
    "maximum": lambda torch, a, m, t: torch.maximum(a, m),
    "logsumexp": lambda torch, a, m, t: m.logsumexp(1),
    "cumsum": lambda torch, a, m, t: m.cumsum(1),
    "softmax": lambda torch, a, m, t: torch.softmax(m, 1),
    "log_softmax": lambda torch, a, m, t: torch.nn.functional.log_softmax(m, 1),
    "1-D @ 1-D": lambda torch, a, m, t: a @ a,
    "dot": lambda torch, a, m, t: torch.dot(a, a),
    "2-D @ 1-D": lambda torch, a, m, t: m @ a,
    "mv": lambda torch, a, m, t: torch.mv(m, a),
    "1-D @ 2-D": lambda torch, a, m, t: a @ m.t(),
    "2-D @ 2-D": lambda torch, a, m, t: m @ m.t(),
    "mm": lambda torch, a, m, t: m.mm(torch.ones(3, 2)),
    "addmm": lambda torch, a, m, t: torch.addmm(torch.ones(2, 2), m, m.t()),
    "1-D @ 3-D": lambda torch, a, m, t: a @ t,
    "3-D @ 1-D": lambda torch, a, m, t: t.transpose(1, 2) @ a,
    "2-D @ 3-D": lambda torch, a, m, t: m @ t,
    "3-D @ 2-D": lambda torch, a, m, t: t @ torch.ones(4, 2),
    "3-D leaf @ 2-D leaf": lambda torch, a, m, t: t.transpose(1, 2) @ m.t(),
    "3-D @ 3-D": lambda torch, a, m, t: t @ t.transpose(1, 2),
    "bmm": lambda torch, a, m, t: torch.bmm(t, torch.ones(2, 4, 5)),
    "4-D @ 3-D": lambda torch, a, m, t: torch.ones(5, 1, 2, 3) @ t,
    "4-D @ 1-D": lambda torch, a, m, t: t[None].transpose(2, 3) @ a,
    "4-D @ 2-D": lambda torch, a, m, t: t[None].transpose(2, 3) @ m.t(),
    "1-D @ 4-D": lambda torch, a, m, t: a @ t[None],
    "3-D broadcast": lambda torch, a, m, t: torch.ones(1, 5, 3) @ t,
    "tensor + tensor": lambda torch, a, m, t: a + m,
    "tensor - tensor": lambda torch, a, m, t: a - m,
    "tensor * tensor": lambda torch, a, m, t: a * m,
    "tensor / tensor": lambda torch, a, m, t: a / m,
    "tensor ** tensor": lambda torch, a, m, t: a**m,
    "tensor + number": lambda torch, a, m, t: a + 1,
    "number + tensor": lambda torch, a, m, t: 1 + a,
    "tensor - number": lambda torch, a, m, t: a - 1,
    "number - tensor": lambda torch, a, m, t: 1 - a,
    "tensor * number": lambda torch, a, m, t: a * 2,
    "number * tensor": lambda torch, a, m, t: 2 * a,
    "tensor / number": lambda torch, a, m, t: a / 2,
    "number / tensor": lambda torch, a, m, t: 2 / a,
    "tensor ** number": lambda torch, a, m, t: a**2,
    "number ** tensor": lambda torch, a, m, t: 2**a,
    "tensor + constant": lambda torch, a, m, t: a + torch.ones(3),
    "constant - tensor": lambda torch, a, m, t: torch.ones(3) - a,
    "constant * tensor": lambda torch, a, m, t: torch.ones(3) * a,
    "minus": lambda torch, a, m, t: -a,
    "abs": lambda torch, a, m, t: a.abs(),
    "exp, log, sqrt": lambda torch, a, m, t: a.exp().log().sqrt(),
    "sin, cos, tanh": lambda torch, a, m, t: a.sin().cos().tanh(),
    "sigmoid, relu": lambda torch, a, m, t: torch.relu(torch.sigmoid(a)),
    "clamp": lambda torch, a, m, t: a.clamp(0.2, 0.8),
    "clamp min": lambda torch, a, m, t: a.clamp(min=0.2),
    "where": lambda torch, a, m, t: torch.where(m > 0.5, m, a),
    "masked_fill": lambda torch, a, m, t: m.masked_fill(m > 0.5, 0.0),
    "a type change": lambda torch, a, m, t: a.double() + a,
    "float64 constant": lambda torch, a, m, t: a * torch.ones(3, dtype=torch.float64),
    "m[0]": lambda torch, a, m, t: m[0],
    "m[:, 1]": lambda torch, a, m, t: m[:, 1],
    "m[0, 1]": lambda torch, a, m, t: m[0, 1],
    "m[1:]": lambda torch, a, m, t: m[1:],
    "m[:, ::2]": lambda torch, a, m, t: m[:, ::2],
    "m[None]": lambda torch, a, m, t: m[None],
    "m[...]": lambda torch, a, m, t: m[...],
    "m[:]": lambda torch, a, m, t: m[:],
    "t[..., 0]": lambda torch, a, m, t: t[..., 0],
    "t[0, :, 1:3]": lambda torch, a, m, t: t[0, :, 1:3],
    "m[[0, 1, 0]]": lambda torch, a, m, t: m[[0, 1, 0]],
    "m[tensor]": lambda torch, a, m, t: m[torch.tensor([1, 1])],
    "m[mask]": lambda torch, a, m, t: m[m > 0.5],
    "t[:, [0, 2]]": lambda torch, a, m, t: t[:, [0, 2]],
    "t[0, [0, 2]]": lambda torch, a, m, t: t[0, [0, 2]],
    "index_select": lambda torch, a, m, t: m.index_select(1, torch.tensor([0, 2])),
    "gather": lambda torch, a, m, t: m.gather(1, torch.tensor([[0], [2]])),
    "iteration": lambda torch, a, m, t: sum(row.sum() for row in m),
    "cat": lambda torch, a, m, t: torch.cat([m, m * 2, torch.ones(1, 3)]),
    "stack": lambda torch, a, m, t: torch.stack([a, a * 2, torch.ones(3)]),
    "split": lambda torch, a, m, t: m.split(2, 1)[1],
    "split by sizes": lambda torch, a, m, t: m.split([1, 2], 1)[1],
    "chunk": lambda torch, a, m, t: m.chunk(2, 1)[1],
    "unbind": lambda torch, a, m, t: m.unbind(0)[1],
    "view": lambda torch, a, m, t: m.view(3, 2),
    "reshape": lambda torch, a, m, t: m.reshape(-1),
    "reshape transposed": lambda torch, a, m, t: m.t().reshape(-1),
    "reshape to itself": lambda torch, a, m, t: (m * 2).reshape(2, 3),
    "transpose": lambda torch, a, m, t: t.transpose(0, 2),
    "permute": lambda torch, a, m, t: t.permute(2, 0, 1),
    "m.T": lambda torch, a, m, t: m.T,
    "t.mT": lambda torch, a, m, t: t.mT,
    "squeeze": lambda torch, a, m, t: m[None].squeeze(),
    "squeeze a dim": lambda torch, a, m, t: m[None].squeeze(0),
    "unsqueeze": lambda torch, a, m, t: m.unsqueeze(1),
    "expand": lambda torch, a, m, t: a.expand(2, 3),
    "repeat": lambda torch, a, m, t: a.repeat(2, 2),
    "flip": lambda torch, a, m, t: m.flip(0),
    "clone": lambda torch, a, m, t: m.clone(),
    "contiguous": lambda torch, a, m, t: m.t().contiguous(),
    "pad": lambda torch, a, m, t: torch.nn.functional.pad(m, (1, 1)),
    "narrow": lambda torch, a, m, t: m.narrow(1, 0, 2),
    "two uses of one node": lambda torch, a, m, t: (lambda y: y * y.sum())(a.exp()),
}


FULL_SLICES_FIRST = ("m[:, 1]", "m[:, ::2]", "t[0, :, 1:3]", "t[:, [0, 2]]")


@pytest.mark.parametrize("operation", OPERATIONS)
@both
def test_the_graph_of_the_operation(torch, operation):
    a, m, t = leaf(torch, 3), leaf(torch, 2, 3), leaf(torch, 2, 3, 4)
    result = OPERATIONS[operation](torch, a, m, t)
    older = FULL_SLICES_BEFORE_ANOTHER_INDEX if operation in FULL_SLICES_FIRST else None
    return graph(result, older), result


def passes(torch: Any, result: Any) -> Any:
    """How often the graph below `result` can be passed: what was saved is freed by the first."""
    gradient = torch.ones_like(result)
    result.backward(gradient)
    try:
        result.backward(gradient)
    except RuntimeError as e:
        return str(e)
    return "twice"


@pytest.mark.parametrize("operation", OPERATIONS)
@both
def test_whether_a_second_pass_is_possible_through_the_operation(torch, operation):
    a, m, t = leaf(torch, 3), leaf(torch, 2, 3), leaf(torch, 2, 3, 4)
    return passes(torch, OPERATIONS[operation](torch, a, m, t)), a.grad, m.grad, t.grad


@pytest.mark.parametrize("name", [*MODELS, *LOSSES])
@both
def test_whether_a_second_pass_is_possible_through(torch, name):
    return passes(torch, {**MODELS, **LOSSES}[name](torch))


# The chapter's networks


def mlp(torch: Any) -> Any:
    class SimpleNN(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.fc1 = torch.nn.Linear(784, 128)
            self.relu = torch.nn.ReLU()
            self.fc2 = torch.nn.Linear(128, 10)

        def forward(self, x):
            x = x.view(-1, 28 * 28)
            return self.fc2(self.relu(self.fc1(x)))

    return SimpleNN()


def cnn(torch: Any) -> Any:
    class SimpleCNN(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1 = torch.nn.Conv2d(1, 4, 3)
            self.conv2 = torch.nn.Conv2d(4, 8, 3)
            self.fc1 = torch.nn.Linear(8 * 12 * 12, 16)
            self.fc2 = torch.nn.Linear(16, 10)

        def forward(self, x):
            x = torch.relu(self.conv1(x))
            x = torch.relu(self.conv2(x))
            x = torch.nn.functional.max_pool2d(x, 2)
            x = torch.flatten(x, 1)
            return self.fc2(torch.relu(self.fc1(x)))

    return SimpleCNN()


@pytest.mark.parametrize("make", [mlp, cnn])
@both
def test_the_graph_of_the_chapters_network(torch, make):
    model = make(torch)
    images, labels = torch.rand(2, 1, 28, 28), torch.tensor([3, 7])
    loss = torch.nn.CrossEntropyLoss()(model(images), labels)
    return graph(loss), graph_tree(loss, model.named_parameters())


# Nodes as objects


@both
def test_a_node_is_one_object_with_a_name(torch):
    x = leaf(torch, 2)
    y = x * 2
    return (
        y.grad_fn is y.grad_fn,
        y.grad_fn == y.grad_fn,
        hash(y.grad_fn) == hash(y.grad_fn),
        y.grad_fn.name(),
        y.sum().grad_fn.next_functions[0][0] is y.grad_fn,
        y.grad_fn.next_functions[0][0].name(),
        x.grad_fn,
        str(y.grad_fn).split(" object")[0],
    )


@both
def test_nodes_say_their_names_as_pytorch_registered_them(torch):
    x = leaf(torch, 2, 3)
    by_index, copied, filled = x * 1, x * 1, x * 1
    by_index[0] = x[1]
    copied.copy_(x)
    filled.fill_(x[0, 0])
    return [
        (t.grad_fn.name(), type(t.grad_fn).__name__, str(t).split("grad_fn=")[1])
        for t in (by_index, by_index[0], copied, filled, x.exp())
    ]


@both
def test_accumulate_grad_is_one_node_a_leaf_and_knows_its_variable(torch):
    x = leaf(torch, 2)
    first, second = x * 2, x + 1
    node = first.grad_fn.next_functions[0][0]
    return (
        node is second.grad_fn.next_functions[0][0],
        node.variable is x,
        type(node).__name__,
        node.next_functions,
    )


@both
def test_next_functions_tells_which_output_of_a_node_was_used(torch):
    a, b = leaf(torch, 2, 3).unbind(0)
    return [(fn, number) for fn, number in (a * b).grad_fn.next_functions]


@both
def test_a_detached_tensor_shows_no_node(torch):
    x = leaf(torch, 2)
    with torch.no_grad():
        y = x * 2
    return y.grad_fn, x.detach().grad_fn, (x * 2).detach().grad_fn, (y + x).grad_fn


@both
def test_nodes_run_latest_created_first(torch):
    x = leaf(torch, 2)
    order = []
    a = x * 2
    b = x.exp()
    c = a.sin()
    d = b + c
    for name, t in [("a", a), ("b", b), ("c", c), ("d", d)]:
        t.register_hook(lambda grad, name=name: order.append(name))
    d.sum().backward()
    return order


# The printed tree


def test_the_tree_shows_names_leaves_and_shared_graph():
    x = torch.ones(2, requires_grad=True)
    y = x * x
    assert graph_tree((y + y.exp()).sum(), {"x": x}) == (
        "SumBackward0\n"
        "└─ AddBackward0\n"
        "   ├─ MulBackward0 #1\n"
        "   │  ├─ AccumulateGrad  x [2] #2\n"
        "   │  └─ AccumulateGrad  x [2] #2, above\n"
        "   └─ ExpBackward0\n"
        "      └─ MulBackward0 #1, above"
    )


@both
def test_the_tree_of_a_deep_graph_is_cut_and_goes_on_at_the_margin(torch):
    x = leaf(torch, 2)
    for _ in range(60):
        x = x * 2 + x
    return graph_tree(x)


def test_the_tree_of_a_deep_graph_shows_every_node_once():
    x = torch.ones(2, requires_grad=True)
    for _ in range(30_000):
        x = x.relu()
    lines = graph_tree(x).splitlines()
    assert sum(not line.endswith((", above", ", below")) for line in lines) == 30_001
    assert max(map(len, lines)) < 120


@both
def test_the_tree_of_a_tensor_without_graph_raises(torch):
    return said(RuntimeError, lambda: graph_tree(torch.ones(2)))
