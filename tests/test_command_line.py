"""Both command lines: the same flags, the same lines, and one line for every kind of bad input."""

from __future__ import annotations

import os
import re
import signal
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import minitorch_nn.__main__ as numpy_cli
import reference.__main__ as torch_cli
from minitorch_nn.training import MODELS

from .mnist_folder import idx, small_mnist, write_mnist
from .versions import WITHOUT_TORCHVISION

ROOT = Path(__file__).parents[1]

Main = Callable[[list[str]], int]
MAINS: dict[str, Main] = {"minitorch_nn": numpy_cli.main, "reference": torch_cli.main}
# The reference reads its data through torchvision.
WITH_DATA = ["minitorch_nn", pytest.param("reference", marks=WITHOUT_TORCHVISION.mark)]

EPOCH = r"Epoch \[{}/{}\], Loss: \d+\.\d{{4}}, Accuracy: \d+\.\d\d%"
TEST = r"Test Accuracy: \d+\.\d\d%"


@pytest.fixture(params=WITH_DATA)
def main(request: pytest.FixtureRequest) -> Main:
    """The one package's command line, then the other's."""
    return MAINS[request.param]


@pytest.fixture
def mnist(tmp_path: Path) -> str:
    """A folder with a small MNIST."""
    return str(write_mnist(tmp_path / "mnist", small_mnist()))


def results(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The lines on stdout, but for the reference's about its device. Nothing is on stderr."""
    printed = capsys.readouterr()
    assert printed.err == ""
    return [line for line in printed.out.splitlines() if not line.startswith("Device: ")]


def in_a_process(package: str, *flags: str, **options: Any) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-m", package, *flags], text=True, env=environment, **options
    )


# ---- what is printed


def test_training_prints_the_chapters_lines(
    main: Main, mnist: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "--epochs", "2", "--data", mnist]) == 0
    data, *figures = results(capsys)
    assert data == f"Data: MNIST in {mnist} (320 images to train with, 100 to test with)"
    patterns = [EPOCH.format(1, 2), EPOCH.format(2, 2), TEST]
    for line, pattern in zip(figures, patterns, strict=True):
        assert re.fullmatch(pattern, line)


@WITHOUT_TORCHVISION.mark
@pytest.mark.parametrize(
    "flags",
    [
        "--epochs 2",
        "--model cnn --epochs 1",
        "--epochs 3 --batch-size 50 --lr 0.05 --momentum 0 --seed 7",
        "--epochs 0 --seed -1",
    ],
)
def test_both_packages_print_the_same(
    mnist: str, capsys: pytest.CaptureFixture[str], flags: str
) -> None:
    write_mnist(Path(mnist), small_mnist(train=160, test=40))
    printed = []
    for main in MAINS.values():
        assert main(["train", "--data", mnist, *flags.split()]) == 0
        printed.append(results(capsys))
    ours, theirs = printed
    # The last digits of a loss may differ: the two libraries add up in different orders.
    split = re.compile(r"(?<=Loss: )\d\.\d{4}")
    assert [split.sub("", line) for line in ours] == [split.sub("", line) for line in theirs]
    losses = [[float(loss) for loss in split.findall("\n".join(lines))] for lines in printed]
    np.testing.assert_allclose(losses[0], losses[1], rtol=0, atol=2e-4)


def test_without_any_data_the_sample_is_used_and_named(
    main: Main, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["train", "--epochs", "0"]) == 0
    counts = "4,000 images to train with, 1,000 to test with"
    assert results(capsys)[0] == f"Data: the sample of MNIST in the package ({counts})"


def test_where_nothing_can_be_downloaded_the_sample_is_used(
    main: Main, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("data").write_text("a file where the folder would be")
    assert main(["train", "--epochs", "0", "--download"]) == 0
    printed = capsys.readouterr()
    assert "Data: the sample of MNIST in the package" in printed.out
    assert len(printed.err.splitlines()) == 1
    assert printed.err.endswith("; the sample is used instead\n")


# What PyTorch alone can do.
REFERENCES_OWN = {
    "device": "auto",
    "pipeline": "loader",
    "workers": 0,
    "tf32": False,
    "bf16": False,
    "compile": False,
    "deterministic": False,
}


def test_the_packages_take_the_same_flags_with_the_same_defaults() -> None:
    for command in (["train"], ["evaluate", "model.pth"]):
        ours = vars(numpy_cli.make_parser().parse_args(command))
        theirs = vars(torch_cli.make_parser().parse_args(command))
        own = {name: theirs.pop(name) for name in REFERENCES_OWN if name in theirs}
        assert own == (REFERENCES_OWN if command == ["train"] else {"device": "auto"})
        ours.pop("run", None)
        assert ours == theirs


def test_until_scores_after_each_epoch_and_stops_when_it_is_reached(
    main: Main, mnist: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "--data", mnist, "--epochs", "9", "--until", "60"]) == 0
    lines = results(capsys)[1:]
    scores = [float(line.split()[2].rstrip("%")) for line in lines if line.startswith("Test")]
    assert [line.split()[0] for line in lines] == ["Epoch", "Test"] * len(scores)
    assert 1 < len(scores) < 9
    assert scores[-1] >= 60 > max(scores[:-1])


def test_the_time_is_printed_on_request(
    main: Main, mnist: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "--data", mnist, "--epochs", "2", "--time"]) == 0
    last = results(capsys)[-1]
    seconds = re.fullmatch(r"Time: ([\d.]+) s, of which in each epoch: ([\d.]+), ([\d.]+)", last)
    assert seconds is not None
    assert 0 < float(seconds[2]) + float(seconds[3]) <= float(seconds[1]) + 0.002


def test_the_model_is_saved_after_every_epoch(
    main: Main, mnist: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, saved = tmp_path / "model.pth", []

    def keep(file: Path, name: str, model: Any) -> None:
        saved.append((file, name, model.fc1.weight.detach().numpy().copy()))

    of_torch = main is torch_cli.main
    place = "reference.commands" if of_torch else "minitorch_nn.__main__"
    monkeypatch.setattr(f"{place}.save_checkpoint", keep)
    flags = ["train", "--data", mnist, "--save", str(path)]
    assert main([*flags, "--epochs", "2"]) == 0
    assert [(file, name) for file, name, _ in saved] == [(path, "mlp")] * 2
    assert not np.array_equal(saved[0][2], saved[1][2])
    saved.clear()
    assert main([*flags, "--epochs", "0"]) == 0
    assert len(saved) == 1


@pytest.mark.parametrize("package", WITH_DATA)
def test_the_bar_is_drawn_on_a_terminal_only(
    package: str, mnist: str, capsys: pytest.CaptureFixture[str]
) -> None:
    flags = ["train", "--epochs", "1", "--data", mnist]
    assert MAINS[package](flags) == 0
    plain = results(capsys)  # which makes sure that there is nothing on stderr

    pty = pytest.importorskip("pty", reason="there are no pseudo-terminals here")
    termios, fcntl = pytest.importorskip("termios"), pytest.importorskip("fcntl")
    terminal, process_side = pty.openpty()
    rows_and_columns = struct.pack("4H", 24, 80, 0, 0)
    fcntl.ioctl(process_side, termios.TIOCSWINSZ, rows_and_columns)
    process = in_a_process(package, *flags, stdout=subprocess.PIPE, stderr=process_side)
    with_bar, _ = process.communicate(timeout=120)
    bar = os.read(terminal, 1 << 16).decode()
    os.close(process_side)  # not before: what is unread can be lost when a terminal's end closes
    os.close(terminal)
    assert "Epoch 1/1: " in bar and "/5 [" in bar and "Test: " in bar
    assert with_bar.splitlines()[-len(plain) :] == plain


# ---- checkpoints


@WITHOUT_TORCHVISION.mark
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("trainer", MAINS)
def test_a_checkpoint_of_either_package_scores_alike_in_both(
    trainer: str, model: str, mnist: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "model.pth"
    write_mnist(Path(mnist), small_mnist(train=64, test=40))
    flags = ["--model", model, "--epochs", "1", "--data", mnist]
    assert MAINS[trainer](["train", *flags, "--save", str(path)]) == 0
    trained = results(capsys)
    assert sorted(tmp_path.iterdir()) == [tmp_path / "mnist", path]
    for main in MAINS.values():
        assert main(["evaluate", str(path), "--data", mnist]) == 0
        data, accuracy = results(capsys)
        assert (data, accuracy) == (trained[0], trained[-1])


def test_the_chapters_bare_state_dict_is_evaluated(
    main: Main, mnist: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "simple_nn.pth"
    state = {
        "fc1.weight": torch.zeros(128, 784),
        "fc1.bias": torch.zeros(128),
        "fc2.weight": torch.zeros(10, 128),
        "fc2.bias": torch.arange(10.0),
    }
    torch.save(state, path)
    assert main(["evaluate", str(path), "--data", mnist]) == 0
    assert results(capsys)[-1] == "Test Accuracy: 10.00%"  # it always says 9


def test_saving_replaces_an_older_file(main: Main, mnist: str, tmp_path: Path) -> None:
    path = tmp_path / "model.pth"
    path.write_text("something older")
    assert main(["train", "--epochs", "0", "--data", mnist, "--save", str(path)]) == 0
    assert torch.load(path, weights_only=True)["model"] == "mlp"


# ---- bad input


def refusal(main: Main, capsys: pytest.CaptureFixture[str], flags: list[str]) -> str:
    """The one line that a command ends with, with exit status 2."""
    with pytest.raises(SystemExit) as ended:
        main(flags)
    assert ended.value.code == 2
    line, end, rest = capsys.readouterr().err.partition("\n")
    assert line.startswith("error: ") and (end, rest) == ("\n", "")
    return line.removeprefix("error: ")


@pytest.mark.parametrize("main", MAINS.values(), ids=MAINS)  # before any data is read
@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ([], "the following arguments are required: command"),
        (["fly"], "invalid choice: 'fly'"),
        (["train", "--batch-size", "0"], "argument --batch-size: must be 1 or more, not 0"),
        (["train", "--batch-size", "many"], "argument --batch-size: invalid int value: 'many'"),
        (["train", "--epochs", "-1"], "argument --epochs: must be 0 or more, not -1"),
        (["train", "--epochs", "1.5"], "argument --epochs: invalid int value: '1.5'"),
        (["train", "--lr", "-0.1"], "argument --lr: must be finite and 0 or more, not -0.1"),
        (["train", "--lr", "nan"], "argument --lr: must be finite and 0 or more, not nan"),
        (["train", "--lr", "inf"], "argument --lr: must be finite and 0 or more, not inf"),
        (["train", "--momentum", "-1"], "argument --momentum: must be finite and 0 or more"),
        (["train", "--seed", f"{2**64}"], "argument --seed: must be from -2**63 to 2**64 - 1"),
        (["train", "--model", "rnn"], "argument --model: invalid choice: 'rnn'"),
        (["train", "--speed", "9"], "unrecognized arguments: --speed 9"),
        (["evaluate"], "the following arguments are required: FILE"),
    ],
    ids=" ".join,
)
def test_a_bad_flag_is_refused_in_one_line(
    main: Main, capsys: pytest.CaptureFixture[str], flags: list[str], message: str
) -> None:
    assert message in refusal(main, capsys, flags)


def test_a_folder_without_mnist_is_refused(
    main: Main, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        message = refusal(main, capsys, ["train", "--data", str(folder)])
        assert message.startswith(f"no MNIST in {folder}: it needs train-images-idx3-ubyte, ")


IMAGES, LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"


def harm(name: str, change: Callable[[bytes], bytes]) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_bytes(change((folder / name).read_bytes()))


def replace(name: str, array: np.ndarray[Any, Any]) -> Callable[[Path], object]:
    return harm(name, lambda _: idx(array))


def no_images(folder: Path) -> None:
    write_mnist(folder, small_mnist(train=0))


def zip_badly(folder: Path) -> None:
    (folder / IMAGES).rename(folder / f"{IMAGES}.gz")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        pytest.param(harm(IMAGES, lambda b: b"\x00\x00\x09" + b[3:]), IMAGES, id="wrong magic"),
        pytest.param(harm(IMAGES, lambda b: b[:-1]), IMAGES, id="truncated"),
        pytest.param(harm(LABELS, lambda b: b[:5]), LABELS, id="cut in the header"),
        pytest.param(harm(LABELS, lambda b: b""), LABELS, id="empty"),
        pytest.param(harm(LABELS, lambda b: b + b"\x00"), LABELS, id="trailing bytes"),
        pytest.param(zip_badly, f"{IMAGES}.gz", id="no gzip"),
        pytest.param(replace(LABELS, np.ones(319, np.uint8)), "319 labels", id="counts differ"),
        pytest.param(replace(LABELS, np.full(320, 10, np.uint8)), "label", id="no digit"),
        pytest.param(replace(IMAGES, np.ones((320, 2, 2), np.uint8)), "[320, 2, 2]", id="shape"),
        pytest.param(no_images, "images", id="no images"),
    ],
)
def test_unreadable_data_is_refused(
    main: Main,
    mnist: str,
    capsys: pytest.CaptureFixture[str],
    damage: Callable[[Path], object],
    message: str,
) -> None:
    damage(Path(mnist))
    assert message in refusal(main, capsys, ["train", "--data", mnist])


@pytest.mark.parametrize(
    ("name", "message"),
    [("missing/model.pth", "the folder of {} does not exist"), ("mnist", "{} is a folder")],
)
def test_a_file_that_cannot_be_saved_is_refused_before_training(
    main: Main, mnist: str, capsys: pytest.CaptureFixture[str], name: str, message: str
) -> None:
    path = Path(mnist).parent / name
    flags = ["train", "--data", mnist, "--save", str(path)]
    assert message.format(path) in refusal(main, capsys, flags)


def checkpoint(content: Any) -> Callable[[Path], object]:
    return lambda path: torch.save(content, path)


def state(**shapes: tuple[int, ...]) -> dict[str, torch.Tensor]:
    """A state_dict of the mlp, but for these entries; an empty shape takes one away."""
    names = {"fc1.weight": (128, 784), "fc1.bias": (128,), "fc2.weight": (10, 128)}
    wanted = {**names, "fc2.bias": (10,)} | {n.replace("_", "."): s for n, s in shapes.items()}
    return {name: torch.zeros(shape) for name, shape in wanted.items() if shape}


@pytest.mark.parametrize(
    ("write", "message"),
    [
        pytest.param(lambda path: None, "No such file or directory", id="missing"),
        pytest.param(lambda path: path.mkdir(), "Is a directory", id="folder"),
        pytest.param(lambda path: path.write_bytes(b""), "", id="empty"),
        pytest.param(lambda path: path.write_text("hello"), "no .pth file", id="text"),
        pytest.param(checkpoint([1, 2]), "holds no state_dict", id="a list"),
        pytest.param(checkpoint({"fc1.weight": 3}), "holds no state_dict", id="no tensors"),
        pytest.param(
            checkpoint({"model": "rnn", "state_dict": state()}),
            "is of a model 'rnn'; known are mlp, cnn",
            id="unknown model",
        ),
        pytest.param(
            checkpoint({"model": "cnn", "state_dict": state()}),
            "is of another architecture: as cnn, conv1.weight is missing",
            id="of the other model",
        ),
        pytest.param(
            checkpoint({"model": "mlp", "state_dict": state(fc1_weight=(64, 784))}),
            "as mlp, fc1.weight is [64, 784] instead of [128, 784]",
            id="another width",
        ),
        pytest.param(
            checkpoint({"model": "mlp", "state_dict": state(fc3_bias=(3,))}),
            "as mlp, fc3.bias is unexpected",
            id="a layer more",
        ),
        pytest.param(
            checkpoint(state(fc2_bias=())),
            "as mlp, fc2.bias is missing; as cnn, conv1.weight is missing",
            id="bare, a layer less",
        ),
    ],
)
def test_an_unfit_checkpoint_is_refused(
    main: Main,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    write: Callable[[Path], object],
    message: str,
) -> None:
    path = tmp_path / "model.pth"
    write(path)
    refused = refusal(main, capsys, ["evaluate", str(path)])
    assert refused.startswith(str(path)) and message in refused


@pytest.mark.parametrize("package", WITH_DATA)
def test_a_nan_loss_ends_training_with_status_1_and_saves_nothing(
    package: str, mnist: str, tmp_path: Path
) -> None:
    path = tmp_path / "model.pth"
    path.write_text("something older")
    flags = ["train", "--lr", "1e30", "--batch-size", "100", "--data", mnist, "--save", str(path)]
    # A process of its own: pytest would keep NumPy's warnings of the overflow, if there were any.
    process = in_a_process(package, *flags, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 1
    message = "error: the loss is nan at epoch 1, batch 2; a smaller learning rate may help\n"
    assert errors == message
    assert path.read_text() == "something older"


@pytest.mark.parametrize("package", WITH_DATA)
def test_ctrl_c_ends_training_quietly_with_status_130(package: str, mnist: str) -> None:
    flags = ["train", "--epochs", "100000", "--data", mnist]
    process = in_a_process(package, *flags, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    while not process.stdout.readline().startswith("Epoch [1/"):
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors == ""
