"""The chapter's programs, run with each library: they print the same text.

The cells of sections 5.1 to 5.3 as the chapter has them (comments left out). Texts agree word for
word; a printed number may differ by one unit in its last digit.
"""

from __future__ import annotations

import functools
import inspect
import io
import re
from collections.abc import Callable
from contextlib import redirect_stdout
from typing import Any

import torch

import minitorch_nn

_NUMBER = re.compile(r"-?\d+\.\d*(?:e[-+]\d+)?")


def prints_the_same(program: Callable[..., None]) -> Callable[..., None]:
    """A pytest test that compares what `program(torch, ...)` prints with each library."""

    @functools.wraps(program)
    def test(**arguments: Any) -> None:
        theirs = _printed(program, torch, arguments)
        ours = _printed(program, minitorch_nn, arguments)
        assert theirs.strip()
        assert agree(ours, theirs), f"minitorch_nn:\n{ours}\nPyTorch:\n{theirs}"

    parameters = list(inspect.signature(program).parameters.values())[1:]
    test.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return test


def _printed(program: Callable[..., None], library: Any, arguments: dict[str, Any]) -> str:
    library.manual_seed(0)
    output = io.StringIO()
    with redirect_stdout(output):
        program(library, **arguments)
    return output.getvalue()


def agree(ours: str, theirs: str) -> bool:
    """Whether two texts are the same, up to one unit in the last digit of a decimal number."""
    if _words(ours) != _words(theirs):
        return False
    pairs = zip(_NUMBER.findall(ours), _NUMBER.findall(theirs), strict=True)
    return all(_within_a_unit(a, b) for a, b in pairs)


def _words(text: str) -> list[str]:
    # A sign may appear with the last digit (-0.0000): the blank it takes is no difference.
    return [re.sub(r" +$", "", part, flags=re.M) for part in _NUMBER.split(text)]


def _within_a_unit(a: str, b: str) -> bool:
    decimals = len(b.partition("e")[0].partition(".")[2])
    exponent = int(b.partition("e")[2] or 0)
    if len(a.partition("e")[0].partition(".")[2]) != decimals:
        return False
    return abs(float(a) - float(b)) <= 1.001 * 10.0 ** (exponent - decimals)


def test_agreement_notices_what_it_should():
    assert agree("Loss: 0.3695 x", "Loss: 0.3696 x")
    assert not agree("Loss: 0.3695", "Loss: 0.3697")
    assert not agree("Loss: 0.36950", "Loss: 0.3695")
    assert not agree("Loss: 0.3695", "loss: 0.3695")
    assert not agree("tensor([1., 2.])", "tensor([1.0, 2.0])")
    assert not agree("1.0000e-05", "1.0000e-04")


# 5.1 Linear layers


@prints_the_same
def test_cell_1_a_linear_layer(torch):
    nn = torch.nn
    linear_layer = nn.Linear(in_features=3, out_features=2)
    x = torch.randn(4, 3)
    output = linear_layer(x)
    print(output)


@prints_the_same
def test_cell_18_two_linear_layers(torch):
    nn = torch.nn

    class SimpleNN(nn.Module):
        def __init__(self):
            super(SimpleNN, self).__init__()  # noqa: UP008 (as the chapter writes it)
            self.layer1 = nn.Linear(3, 2)
            self.layer2 = nn.Linear(2, 2)

        def forward(self, x):
            x = torch.relu(self.layer1(x))
            x = self.layer2(x)
            return x

    model = SimpleNN()
    x = torch.randn(4, 3)
    output = model(x)
    print(output)


@prints_the_same
def test_cell_3_a_convolution(torch):
    nn = torch.nn
    conv_layer = nn.Conv2d(in_channels=3, out_channels=16, kernel_size=3, stride=1, padding=1)
    input_tensor = torch.randn(1, 3, 32, 32)
    output_tensor = conv_layer(input_tensor)
    print(output_tensor.shape)
    print(conv_layer)
    print(output_tensor[0, :2, :2, :4])


# 5.2 How PyTorch is used


@prints_the_same
def test_cell_4_a_model_and_its_output(torch):
    nn = torch.nn

    class SimpleNN(nn.Module):
        def __init__(self, input_size, hidden_size, output_size):
            super(SimpleNN, self).__init__()  # noqa: UP008
            self.layer1 = nn.Linear(input_size, hidden_size)
            self.layer2 = nn.Linear(hidden_size, output_size)

        def forward(self, x):
            x = torch.relu(self.layer1(x))
            x = self.layer2(x)
            return x

    input_size = 10
    hidden_size = 5
    output_size = 1
    model = SimpleNN(input_size, hidden_size, output_size)
    print(model)
    x = torch.randn(3, input_size)
    output = model(x)
    print("모델 출력:", output)


# 5.3 nn.Module


def simple_nn(torch: Any) -> Any:
    nn = torch.nn

    class SimpleNN(nn.Module):
        def __init__(self):
            super(SimpleNN, self).__init__()  # noqa: UP008
            self.fc1 = nn.Linear(784, 128)
            self.relu = nn.ReLU()
            self.fc2 = nn.Linear(128, 10)

        def forward(self, x):
            x = x.view(-1, 28 * 28)
            x = self.fc1(x)
            x = self.relu(x)
            x = self.fc2(x)
            return x

    return SimpleNN()


@prints_the_same
def test_cell_7_a_forward_pass(torch):
    model = simple_nn(torch)
    input_data = torch.randn(64, 784)
    output_data = model(input_data)
    print(output_data.shape)


@prints_the_same
def test_cell_13_loading_a_saved_model(torch, tmp_path):
    path = tmp_path / "simple_nn.pth"
    trained = simple_nn(torch)
    torch.save(trained.state_dict(), path)
    model = simple_nn(torch)
    print(model.load_state_dict(torch.load(path, weights_only=True)))
    print(model.eval())
    x = torch.randn(2, 1, 28, 28)
    print(torch.equal(model(x), trained(x)))
    print(model.state_dict()["fc2.bias"])


def blobs(torch: Any, count: int) -> Any:
    """Images of ten classes, each a bright square at its own place, in noise."""
    images = torch.rand(count, 1, 28, 28)
    labels = torch.randint(0, 10, (count,))
    for i in range(count):
        row, column = divmod(int(labels[i]), 5)
        images[i, 0, row * 14 : row * 14 + 5, column * 5 : column * 5 + 5] += 1.0
    return torch.utils.data.TensorDataset((images - 0.5) / 0.5, labels)


@prints_the_same
def test_cells_11_to_16_training_and_evaluation(torch):
    nn, optim, DataLoader = torch.nn, torch.optim, torch.utils.data.DataLoader
    model = simple_nn(torch)
    train_loader = DataLoader(blobs(torch, 300), batch_size=64, shuffle=True)
    test_loader = DataLoader(blobs(torch, 100), batch_size=64, shuffle=False)
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.SGD(model.parameters(), lr=0.01, momentum=0.9)

    def train(model, train_loader, criterion, optimizer, num_epochs=5):
        model.train()
        for epoch in range(num_epochs):
            running_loss = 0.0
            correct = 0
            total = 0
            for inputs, labels in train_loader:
                optimizer.zero_grad()
                outputs = model(inputs)
                loss = criterion(outputs, labels)
                loss.backward()
                optimizer.step()

                running_loss += loss.item()
                _, predicted = torch.max(outputs, 1)
                total += labels.size(0)
                correct += (predicted == labels).sum().item()
            print(
                f"Epoch [{epoch + 1}/{num_epochs}], Loss: {running_loss / len(train_loader):.4f}, "
                f"Accuracy: {100 * correct / total:.2f}%"
            )

    def evaluate(model, test_loader):
        model.eval()
        correct = 0
        total = 0
        with torch.no_grad():
            for inputs, labels in test_loader:
                outputs = model(inputs)
                _, predicted = torch.max(outputs, 1)
                total += labels.size(0)
                correct += (predicted == labels).sum().item()
        print(f"Test Accuracy: {100 * correct / total:.2f}%")

    evaluate(model, test_loader)
    train(model, train_loader, criterion, optimizer, num_epochs=5)
    evaluate(model, test_loader)


# What readers try next


@prints_the_same
def test_what_a_loss_and_its_gradients_look_like(torch):
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    y = (x**2).sum()
    print(x)
    print(y)
    y.backward()
    print(x.grad)
    print(y.item(), x.tolist(), x.shape, x.dtype)
    print(type(y.grad_fn).__name__, y.grad_fn.next_functions[0][0].name())


@prints_the_same
def test_what_max_returns_prints(torch):
    outputs = torch.randn(3, 4)
    print(torch.max(outputs, 1))
    values, indices = torch.max(outputs, 1)
    print(values, indices)
    print(torch.max(outputs, dim=1, keepdim=True).indices)


@prints_the_same
def test_parameters_print(torch):
    layer = torch.nn.Linear(2, 3)
    print(layer.weight)
    for name, parameter in layer.named_parameters():
        print(name, parameter.shape, parameter.requires_grad, parameter)
    print(layer.state_dict())
    print(sum(p.numel() for p in layer.parameters()))


@prints_the_same
def test_the_node_names_that_tensors_print(torch):
    x = torch.tensor([1.0, -2.0], requires_grad=True)
    for y in (x + 1, x * 2, x.exp(), x.relu(), x.sum(), x[0], x.view(2, 1), x.detach(), x.double()):
        print(y)


@prints_the_same
def test_a_small_regression(torch):
    x = torch.linspace(-1, 1, 20).reshape(-1, 1)
    y = 3 * x + 1 + 0.1 * torch.randn(20, 1)
    model = torch.nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    for step in range(20):
        loss = torch.nn.functional.mse_loss(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 5 == 0:
            print(f"step {step:2d}  loss {loss.item():.6f}  weight {model.weight.item():.4f}")
    print(model.weight, model.bias)


@prints_the_same
def test_errors_as_a_reader_meets_them(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    for line in (
        "(x * 2).backward()",
        "torch.tensor(1.0).backward()",
        "x.add_(1)",
        "x.numpy()",
        "torch.tensor([1, 2], requires_grad=True)",
        "x[5]",
        "torch.rand(2, 3) + torch.rand(2, 4)",
        "torch.rand(2, 3).view(5)",
    ):
        try:
            eval(line, {"x": x, "torch": torch})
        except Exception as e:
            print(f"{line}\n  {type(e).__name__}: {str(e).splitlines()[0]}")
