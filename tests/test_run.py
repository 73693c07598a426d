"""`python -m minitorch_nn run SCRIPT`: programs written for PyTorch, as they stand."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from minitorch_nn.missing import is_pytorchs, pytorchs_name

from .pytorch_names import OWNERS, public_names
from .test_printing_programs import agree
from .versions import OLDER_NAMES, WITHOUT_TORCHVISION

ROOT = Path(__file__).parents[1]
RUN = [sys.executable, "-m", "minitorch_nn", "run"]


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """A file to write a program to, in a folder of its own."""
    folder = tmp_path / "programs"
    folder.mkdir()
    return folder / "program.py"


def finish(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def run(script: Path, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    script.write_text(dedent(program))
    return finish([*RUN, script.name, *arguments], script.parent)


# ---- the same program under PyTorch and here

PROGRAM = """
import argparse
import os
import sys

import helper
import torch
import torch.backends.cudnn as cudnn
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor, optim
from torch.autograd import Variable
from torch.nn.modules.linear import Linear
from torch.nn.parameter import Parameter
from torch.optim import lr_scheduler
from torch.utils.data import DataLoader, Dataset, TensorDataset
from torch.utils.data.dataset import random_split
from package import layers


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(Linear(4, 8), nn.ReLU(), layers.Scale(), nn.Linear(8, 3))

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--lr", type=float, default=0.1)
    args, rest = parser.parse_known_args()
    print(args, rest, sys.argv[0], __name__, os.path.basename(__file__))
    print(os.path.samefile(sys.path[0], os.path.dirname(__file__)))
    cudnn.benchmark = True
    device = torch.device("cuda" if torch.cuda.is_available() and not args.epochs else "cpu")
    torch.manual_seed(0)
    data = TensorDataset(torch.randn(40, 4), torch.randint(0, 3, (40,)))
    train, test = random_split(data, [0.75, 0.25])
    loader = DataLoader(train, batch_size=8, shuffle=True, num_workers=2)
    model = Net().to(device)
    print(model, device, helper.count(model), isinstance(model.body[0].weight, Parameter))
    optimizer = optim.SGD(model.parameters(), lr=args.lr, momentum=0.9)
    scheduler = lr_scheduler.StepLR(optimizer, 1, 0.5)
    for epoch in range(args.epochs):
        for x, y in loader:
            x, y = Variable(x.to(device)), y.to(device, non_blocking=True)
            loss = F.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        scheduler.step()
        print(f"epoch {epoch} loss {loss.item():.4f} lr {scheduler.get_last_lr()[0]:.3f}")
    torch.save(model.state_dict(), "model.pth")
    print(model.load_state_dict(torch.load("model.pth", map_location=device)))
    print(optimizer)


if __name__ == "__main__":
    main()
    print(torch.fft.__name__ if hasattr(torch, "cat_pictures") else "no cat pictures")
"""


def test_a_program_prints_what_it_prints_under_pytorch(script: Path) -> None:
    (script.parent / "helper.py").write_text(
        "import torch\n\ndef count(model):\n    return sum(map(torch.numel, model.parameters()))\n"
    )
    package = script.parent / "package"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "factor.py").write_text("import torch\n\nFACTOR = torch.tensor(2.0)\n")
    (package / "layers.py").write_text(
        "from torch.nn import Module\nfrom .factor import FACTOR\n\n"
        "class Scale(Module):\n    def forward(self, x):\n        return x * FACTOR\n"
    )
    arguments = ("--epochs", "2", "-x", "--help-me", "left over")
    ours = run(script, PROGRAM, *arguments)
    theirs = finish([sys.executable, script.name, *arguments], script.parent)
    assert (ours.returncode, ours.stderr) == (0, "")
    assert theirs.returncode == 0, theirs.stderr
    assert agree(ours.stdout, theirs.stdout), f"{ours.stdout}\nPyTorch:\n{theirs.stdout}"


def test_nothing_of_an_installed_pytorch_is_imported(script: Path) -> None:
    program = """
        import sys, torch, torchvision, torch.utils.data, torchvision.transforms
        import importlib.util
        print(torch.__version__, importlib.util.find_spec("torch") is torch.__spec__)
        for name, module in sys.modules.items():
            file = getattr(module, "__file__", None) or ""
            if name.partition(".")[0] in ("torch", "torchvision") and "minitorch_nn" not in file:
                print(name, file)
        """
    done = run(script, program)
    assert done.stderr == ""
    version, *strangers = done.stdout.splitlines()
    assert version.startswith("2.") and version.endswith("True") and "minitorch_nn" in version
    assert strangers == []


# ---- what the package lacks


def test_what_is_missing_is_named_and_can_be_fallen_back_from(script: Path) -> None:
    program = """
        import torch
        import torch.nn.functional as F
        import torchvision
        from torch import nn

        def said(line):
            try:
                exec(line, {**globals()})
            except (ImportError, AttributeError) as error:
                print(type(error).__name__, "|", error)
            else:
                print("nothing |", line)

        said("import torch.fft")
        said("import torch.utils.tensorboard.writer")
        said("from torch import fft")
        said("from torch.utils import tensorboard")
        said("from torch.nn.functional import grouped_mm")
        said("from torch.optim.lr_scheduler import StepLR, no_such_schedule")
        said("from torchvision.models import resnet18")
        said("from torchvision import models")
        said("torch.fft.fft(torch.ones(2))")
        said("nn.SyncBatchNorm(1)")
        said("F.grouped_mm")
        said("torch.utils.data.DataChunk")
        said("torchvision.models")
        said("torch.ones(2).geqrf()")
        said("torch.ones(2).to_mkldnn")
        said("import torch.nn.functional as F, torch.nn.modules.conv, torch.nn.utils")
        print(hasattr(torch, "fft"), getattr(nn, "SyncBatchNorm", None))
        """
    done = run(script, program)
    assert done.returncode == 0, done.stderr
    *said, asked = done.stdout.splitlines()
    lacking = [
        ("ModuleNotFoundError", "torch.fft"),
        ("ModuleNotFoundError", "torch.utils.tensorboard"),
        ("ModuleNotFoundError", "torch.fft"),
        ("ModuleNotFoundError", "torch.utils.tensorboard"),
        ("ModuleNotFoundError", "torch.nn.functional.grouped_mm"),
        None,
        ("ModuleNotFoundError", "torchvision.models"),
        ("ModuleNotFoundError", "torchvision.models"),
        ("AttributeError", "torch.fft"),
        ("AttributeError", "torch.nn.SyncBatchNorm"),
        ("AttributeError", "torch.nn.functional.grouped_mm"),
        ("AttributeError", "torch.utils.data.DataChunk"),
        ("AttributeError", "torchvision.models"),
        ("AttributeError", "torch.Tensor.geqrf"),
        ("AttributeError", "torch.Tensor.to_mkldnn"),
        None,
    ]
    for line, expected in zip(said, lacking, strict=True):
        if expected is not None:
            assert line == f"{expected[0]} | {expected[1]} is not part of minitorch_nn"
    assert "cannot import name 'no_such_schedule'" in said[5]
    assert said[-1].startswith("nothing |")
    assert asked == "False None"


def test_a_misspelt_name_is_told_in_pytorchs_words() -> None:
    program = """
        import torch
        for line in ("torch.array([1])", "torch.nn.Lineer(1, 1)", "torch.nn.functional.relux",
                     "torch.ones(2).astype(int)", "torch.utils.data.Dataloader"):
            try:
                eval(line)
            except AttributeError as error:
                print(error)
        """
    theirs = finish([sys.executable, "-c", dedent(program)], ROOT)
    ours = finish([sys.executable, "-c", dedent(program).replace("import torch", BY_HAND)], ROOT)
    assert (ours.stdout, ours.stderr) == (theirs.stdout, theirs.stderr)
    assert len(ours.stdout.splitlines()) == 5


BY_HAND = "import minitorch_nn as torch"


@OLDER_NAMES.mark
@WITHOUT_TORCHVISION.mark
@pytest.mark.parametrize("owner", OWNERS)
def test_pytorchs_names_are_listed(owner: str) -> None:
    """`python -m tests.pytorch_names > minitorch_nn/pytorch_names.txt` lists them again."""
    assert [name for name in public_names(owner) if not is_pytorchs(owner, name)] == []
    assert not is_pytorchs(owner, "no_such_name")


def test_modules_have_pytorchs_names() -> None:
    names = [
        "minitorch_nn",
        "minitorch_nn.nn.init",
        "minitorch_nn.vision.datasets",
        "minitorch_nnx",
    ]
    expected = ["torch", "torch.nn.init", "torchvision.datasets", "minitorch_nnx"]
    assert list(map(pytorchs_name, names)) == expected


# ---- how a program ends

ENDINGS = {
    "well": "print('done')",
    "with a status": "import sys; print('so far'); sys.exit(7)",
    "with a message": "raise SystemExit('that was it')",
    "by an error": "def divide(x):\n    return 1 / x\n\nprint('so far')\ndivide(0)",
    "by an error with a cause": (
        "try:\n    {}['key']\nexcept KeyError as error:\n    raise ValueError('no key') from error"
    ),
    "by an error in a module": "import broken",
    "by a mistake of syntax": "x = (",
    "by Ctrl-C": "raise KeyboardInterrupt",
    "by a hook of its own": (
        "import sys\nsys.excepthook = lambda kind, error, tb: print(kind, tb.tb_lineno)\n\n1 / 0"
    ),
    "by an error that is its own cause": "e = ValueError('circle')\nraise e from e",
    "with things left to do": "import atexit\natexit.register(print, 'bye', __name__)",
}


@pytest.mark.parametrize("program", ENDINGS.values(), ids=ENDINGS.keys())
def test_a_program_ends_as_under_python_itself(script: Path, program: str) -> None:
    (script.parent / "broken.py").write_text("value = undefined\n")
    ours = run(script, program)
    python = finish([sys.executable, script.name], script.parent)
    assert (ours.stdout, ours.stderr) == (python.stdout, python.stderr)
    assert ours.returncode == python.returncode


def test_classes_print_as_pytorchs_and_can_be_pickled(script: Path) -> None:
    program = """
        import pickle
        import torch
        from torch import nn, optim

        x = torch.ones(2, requires_grad=True)
        model = nn.Sequential(nn.Linear(2, 3), nn.ReLU())
        sgd = optim.SGD(model.parameters(), lr=0.1)
        schedule = optim.lr_scheduler.StepLR(sgd, 1)
        loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x.detach()))
        for thing in (
            x, x.shape, x.dtype, x.device, x.grad_fn, (x * 2).grad_fn, x.max(0), torch.finfo(),
            model, *model, model[0].weight, nn.CrossEntropyLoss(), nn.LSTM(1, 1), sgd, schedule,
            loader, loader.dataset, torch.Generator(),
        ):
            print(type(thing))
        print(nn.Linear, isinstance(model[0], nn.Linear), nn.Linear.__module__)
        print(pickle.loads(pickle.dumps(model)), pickle.loads(pickle.dumps(x.shape)))
    """
    done = run(script, program)
    assert done.returncode == 0, done.stderr
    assert done.stdout == finish([sys.executable, script.name], script.parent).stdout


@pytest.mark.parametrize(
    "line",
    [
        "torch.fft.fft(x)",
        "import torch.fft",
        "from torch import fft",
        "x.geqrf()",
        "torch.nn.SyncBatchNorm",
    ],
)
def test_an_uncaught_miss_shows_the_programs_own_line_and_ends_with_1(
    script: Path, line: str
) -> None:
    missing = {
        "x.geqrf()": "torch.Tensor.geqrf",
        "torch.nn.SyncBatchNorm": "torch.nn.SyncBatchNorm",
    }
    done = run(script, f"import torch\nx = torch.ones(2)\ndef f():\n    {line}\n    {line}\nf()\n")
    assert (done.returncode, done.stdout) == (1, "")
    lines = [text for text in done.stderr.splitlines() if set(text) - set(" ^~")]
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[-1].endswith(f"{missing.get(line, 'torch.fft')} is not part of minitorch_nn")
    assert [text for text in lines if "File" in text] == [
        f'  File "{script}", line 6, in <module>',
        f'  File "{script}", line 4, in f',
    ]


def test_a_mistake_in_a_layer_shows_the_lines_that_led_there(script: Path) -> None:
    program = """
        import torch
        from torch import nn

        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.fc = nn.Linear(3, 2)

            def forward(self, x):
                return self.fc(x)

        Net()(torch.ones(2, 4))
        """
    done = run(script, program)
    assert done.returncode == 1
    assert "self.fc(x)" in done.stderr and "Net()(torch.ones(2, 4))" in done.stderr
    files = [line.split('"')[1] for line in done.stderr.splitlines() if line.startswith("  File")]
    places = {Path(file).parent.name for file in files}
    assert places == {"programs", "nn"}, "PyTorch has the rest in C++, and shows none of it"
    assert done.stderr.splitlines()[-1].startswith("RuntimeError: ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.py"], "missing.py: No such file or directory"),
        (["."], ".: Is a directory"),
        ([], "the following arguments are required: SCRIPT"),
    ],
)
def test_a_script_that_is_not_there_is_refused_in_one_line(
    tmp_path: Path, arguments: list[str], message: str
) -> None:
    done = finish([*RUN, *arguments], tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"error: {message}\n")
