"""The reference: real PyTorch, its data, its devices and its checkpoints."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib import metadata
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn, optim
from torch.utils.data import DataLoader, RandomSampler

from reference import checkpoint as checkpoints
from reference.__main__ import main
from reference._torchvision import import_torchvision
from reference.checkpoint import load_checkpoint, save_checkpoint
from reference.device import check_bf16, pick_device, set_up
from reference.model import MODELS, ConvNet, SimpleNN

from .mnist_folder import small_mnist, write_mnist
from .versions import WITHOUT_TORCHVISION

if not WITHOUT_TORCHVISION.applies:
    from reference.data import DeviceLoader, Digits, chapter_transform, find_mnist
    from reference.train import evaluate, train

    torchvision = import_torchvision()

ROOT = Path(__file__).parents[1]


def python(code: str, *path: Path) -> str:
    """What a program prints in a process of its own, with these folders before the installed."""
    folders = [str(folder) for folder in (*path, ROOT)]
    code = f"import sys; sys.path[:0] = {folders}\n{code}"
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    ).stdout


# Trains, with its complaints among its results, and at the end the exit status.
TRAIN = """
from reference.__main__ import main
sys.stderr = sys.stdout
print(main(["train"]))
"""


# ---- torchvision


def fake_torchvision(folder: Path, meta: str) -> Path:
    """A package that imports as torchvision does, with `meta` for its _meta_registrations."""
    package = folder / "torchvision"
    package.mkdir()
    (package / "__init__.py").write_text(
        "from . import extension\nfrom torchvision import _meta_registrations, datasets\n"
    )
    (package / "_meta_registrations.py").write_text(meta)
    (package / "extension.py").write_text("")
    (package / "datasets.py").write_text("from . import extension\n")
    return folder


IMPORT = """
import sys
from reference._torchvision import import_torchvision
try:
    torchvision = import_torchvision()
    assert import_torchvision() is torchvision
    assert torchvision.datasets.extension is torchvision.extension
    print(hasattr(sys.modules["torchvision._meta_registrations"], "registered"))
except ImportError as error:
    print(error)
"""


def test_torchvision_is_left_as_it_is_where_it_imports(tmp_path: Path) -> None:
    assert python(IMPORT, fake_torchvision(tmp_path, "registered = True")) == "True\n"


def test_torchvision_imports_without_its_compiled_operators(tmp_path: Path) -> None:
    broken = "raise RuntimeError('operator torchvision::nms does not exist')"
    assert python(IMPORT, fake_torchvision(tmp_path, broken)) == "False\n"


@pytest.mark.parametrize("kind", ["RuntimeError", "ImportError", "OSError"])
def test_a_torchvision_that_does_not_fit_is_named_with_its_version(
    tmp_path: Path, kind: str
) -> None:
    folder = fake_torchvision(tmp_path, f"raise {kind}('undefined symbol')")
    info = folder / "torchvision-0.1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: torchvision\nVersion: 0.1.2\n")
    line, status = python(TRAIN, folder).splitlines()
    version = metadata.version("torch")
    assert status == "2"
    assert line == (
        f"error: torchvision 0.1.2 and PyTorch {version} do not fit together: undefined symbol "
        "(install the two that belong together: python -m pip install --upgrade torch torchvision)"
    )


def test_a_missing_torchvision_is_said_with_its_remedy(tmp_path: Path) -> None:
    missing = "raise ModuleNotFoundError(\"No module named 'torchvision'\")"
    (tmp_path / "torchvision.py").write_text(missing)
    expected = "error: No module named 'torchvision'; install it with python -m pip install -e "
    assert python(TRAIN, tmp_path) == f"{expected}'.[reference]'\n2\n"


# ---- what is imported, and when


@WITHOUT_TORCHVISION.mark
def test_the_reference_trains_without_the_numpy_engine() -> None:
    code = """
from reference.__main__ import main
assert main(["train", "--epochs", "0"]) == 0
print("engine:", [name for name in sys.modules if name.startswith("minitorch_nn")])
"""
    assert python(code).endswith("engine: []\n")


@pytest.mark.parametrize("flags", [["--help"], ["train", "--lr", "nan"], ["fly"]])
def test_flags_are_judged_before_pytorch_is_imported(flags: list[str]) -> None:
    code = f"""
from reference.__main__ import main
try:
    main({flags})
except SystemExit:
    print("torch" in sys.modules)
"""
    assert python(code).endswith("False\n")


def test_a_missing_pytorch_is_said_with_its_remedy(tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text("raise ModuleNotFoundError(\"No module named 'torch'\")")
    expected = "error: No module named 'torch'; install it with python -m pip install -e "
    assert python(TRAIN, tmp_path) == f"{expected}'.[reference]'\n2\n"


# ---- data


@WITHOUT_TORCHVISION.mark
@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("layout", [".", "MNIST/raw"])
def test_mnist_may_lie_flat_or_as_torchvision_keeps_it(
    tmp_path: Path, layout: str, zipped: bool
) -> None:
    files = small_mnist(train=30, test=20)
    write_mnist(tmp_path / layout, files, zipped)
    train_set, test_set, description = find_mnist(str(tmp_path), False, chapter_transform())
    counts = "30 images to train with, 20 to test with"
    assert description == f"MNIST in {tmp_path} ({counts})"
    assert type(train_set) is torchvision.datasets.MNIST
    np.testing.assert_array_equal(train_set.data, files["train-images-idx3-ubyte"])
    np.testing.assert_array_equal(test_set.targets, files["t10k-labels-idx1-ubyte"])


@WITHOUT_TORCHVISION.mark
def test_the_sample_gives_what_torchvisions_mnist_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_mnist(tmp_path / "files", small_mnist(train=4000, test=1000))
    monkeypatch.chdir(tmp_path)  # there is no ./data here
    samples = find_mnist(None, False, chapter_transform())
    files = find_mnist("files", False, chapter_transform())
    assert samples[2].startswith("the sample of MNIST in the package (4,000 ")
    for sample_set, file_set in zip(samples[:2], files[:2], strict=True):
        assert len(sample_set) == len(file_set)
        for index in (0, 17, len(file_set) - 1):
            (image, label), (expected, digit) = sample_set[index], file_set[index]
            assert image.dtype == expected.dtype and torch.equal(image, expected)
            assert type(label) is type(digit) and label == digit


@WITHOUT_TORCHVISION.mark
def test_data_beside_the_program_comes_before_the_sample(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_mnist(Path("data"), small_mnist(train=30, test=20))
    assert find_mnist(None, False, chapter_transform())[2].startswith("MNIST in data (30 ")


@WITHOUT_TORCHVISION.mark
def test_a_download_goes_to_where_torchvision_keeps_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write_mnist(tmp_path / "mirror", small_mnist(train=30, test=20), zipped=True)
    mnist = torchvision.datasets.MNIST
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(mnist, "resources", [(path.name, None) for path in source.iterdir()])
    handler = partial(SimpleHTTPRequestHandler, directory=str(source))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setattr(mnist, "mirrors", [f"http://127.0.0.1:{server.server_port}/"])
        folder = tmp_path / "new"
        train_set, _, description = find_mnist(str(folder), True, chapter_transform())
        server.shutdown()
    assert len(train_set) == 30 and description.startswith(f"MNIST in {folder} ")
    assert (folder / "MNIST" / "raw" / "train-images-idx3-ubyte").is_file()
    assert capsys.readouterr().out == ""


# ---- devices


@pytest.mark.parametrize(
    ("cuda", "mps", "device"),
    [(True, True, "cuda"), (True, False, "cuda"), (False, True, "mps"), (False, False, "cpu")],
)
def test_auto_takes_cuda_then_mps_then_the_cpu(
    monkeypatch: pytest.MonkeyPatch, cuda: bool, mps: bool, device: str
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert pick_device("auto") == torch.device(device)


@WITHOUT_TORCHVISION.mark
@pytest.mark.parametrize("device", ["cuda", "mps"])
def test_a_device_that_is_not_there_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], device: str
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(SystemExit, match="2"):
        main(["train", "--device", device])
    printed = capsys.readouterr()
    assert printed.err == f"error: this PyTorch ({torch.__version__}) finds no {device} device\n"
    assert printed.out == ""


def test_a_gpu_of_a_number_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert pick_device("cuda:1") == torch.device("cuda:1")
    with pytest.raises(ValueError, match="there is no cuda:2: PyTorch finds 2 GPU"):
        pick_device("cuda:2")


def test_bfloat16_is_refused_where_it_is_only_emulated(monkeypatch: pytest.MonkeyPatch) -> None:
    check_bf16(torch.device("cpu"))
    monkeypatch.setattr(
        torch.cuda, "is_bf16_supported", lambda including_emulation=True: including_emulation
    )
    with pytest.raises(ValueError, match="cuda has no bfloat16; leave --bf16 out"):
        check_bf16(torch.device("cuda"))


def test_tf32_is_for_gpus_that_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: (7, 5))
    for name in ("cpu", "cuda"):
        with pytest.raises(ValueError, match=f"{name} has no TF32, .* leave --tf32 out"):
            set_up(torch.device(name), tf32=True, deterministic=False)


@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize("deterministic", [False, True])
@pytest.mark.parametrize("tf32", [False, True])
def test_the_flags_are_pytorchs_settings(
    monkeypatch: pytest.MonkeyPatch, tf32: bool, deterministic: bool
) -> None:
    current = []
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: (9, 0))
    monkeypatch.setattr(torch.cuda, "set_device", current.append)
    monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG", raising=False)
    for name in ("cuda", "cuda:1"):
        set_up(torch.device(name), tf32=tf32, deterministic=deterministic)
    assert current == [torch.device("cuda:1")]
    assert torch.backends.cuda.matmul.allow_tf32 == torch.backends.cudnn.allow_tf32 == tf32
    assert torch.backends.cudnn.benchmark == (not deterministic)
    assert torch.are_deterministic_algorithms_enabled() == deterministic
    assert ("CUBLAS_WORKSPACE_CONFIG" in os.environ) == deterministic


@pytest.mark.usefixtures("settings")
def test_on_a_cpu_a_gpus_settings_stay() -> None:
    before = torch.backends.cudnn.allow_tf32, torch.backends.cudnn.benchmark
    set_up(torch.device("cpu"), tf32=False, deterministic=True)
    assert (torch.backends.cudnn.allow_tf32, torch.backends.cudnn.benchmark) == before
    assert torch.are_deterministic_algorithms_enabled()


@WITHOUT_TORCHVISION.mark
def test_the_device_is_printed_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_mnist(tmp_path, small_mnist())
    assert main(["train", "--epochs", "0", "--data", str(folder), "--device", "cpu"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "Device: cpu"


# ---- training


def loaders(batch_size: int = 32) -> tuple[DataLoader, DataLoader]:
    transform = chapter_transform()
    files = small_mnist()
    images = [torch.stack([transform(image) for image in files[name]]) for name in list(files)[::2]]
    labels = [torch.from_numpy(files[name]).long() for name in list(files)[1::2]]
    train_set, test_set = map(torch.utils.data.TensorDataset, images, labels)
    return DataLoader(train_set, batch_size, shuffle=True), DataLoader(test_set, batch_size)


def trainer(model: nn.Module, lr: float = 0.01) -> tuple[nn.Module, optim.Optimizer]:
    return nn.CrossEntropyLoss(), optim.SGD(model.parameters(), lr=lr, momentum=0.9)


@WITHOUT_TORCHVISION.mark
def test_training_learns_and_returns_what_it_prints(capsys: pytest.CaptureFixture[str]) -> None:
    torch.manual_seed(0)
    model = SimpleNN()
    train_loader, test_loader = loaders()
    history = train(model, train_loader, *trainer(model), num_epochs=4)
    accuracy = evaluate(model, test_loader)
    lines = [
        f"Epoch [{i}/4], Loss: {epoch.loss:.4f}, Accuracy: {epoch.accuracy:.2f}%"
        for i, epoch in enumerate(history, start=1)
    ]
    assert capsys.readouterr().out.splitlines() == [*lines, f"Test Accuracy: {accuracy:.2f}%"]
    assert history[0].loss > 1.5 > 0.9 > history[-1].loss
    assert history[-1].accuracy > 70 and accuracy > 60


@WITHOUT_TORCHVISION.mark
def test_a_loss_that_is_nan_ends_the_training_with_its_epoch(
    capsys: pytest.CaptureFixture[str],
) -> None:
    torch.manual_seed(0)
    model = SimpleNN()
    batches = list(loaders(batch_size=160)[0])
    batches[1][0][0, 0, 0, 0] = torch.nan
    with pytest.raises(FloatingPointError, match="the loss is nan at epoch 1, batch 2; a smaller"):
        train(model, batches, *trainer(model))
    assert capsys.readouterr().out == ""


@WITHOUT_TORCHVISION.mark
def test_no_number_leaves_the_device_while_an_epoch_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    for name in ("item", "tolist", "cpu", "numpy", "__bool__", "__float__", "__int__"):
        method = getattr(torch.Tensor, name)

        def ask(self: Any, *args: Any, name: str = name, method: Any = method) -> Any:
            asked.append(name)
            return method(self, *args)

        monkeypatch.setattr(torch.Tensor, name, ask)
    model = SimpleNN()
    batches = list(loaders()[0])
    asked.clear()
    train(model, batches, *trainer(model), num_epochs=1)
    whole_epoch = len(asked)
    asked.clear()
    train(model, batches[:1], *trainer(model), num_epochs=1)
    assert len(batches) > 5 and len(asked) == whole_epoch > 0


@WITHOUT_TORCHVISION.mark
def test_scoring_leaves_the_model_as_it_was_and_in_evaluation_mode() -> None:
    model = SimpleNN()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    evaluate(model, loaders()[1])
    assert not model.training
    assert all(parameter.grad is None for parameter in model.parameters())
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())


# ---- the flags of training


def printed_by(capsys: pytest.CaptureFixture[str], *flags: str) -> list[str]:
    assert main(["train", "--device", "cpu", *flags]) == 0
    return capsys.readouterr().out.splitlines()


@WITHOUT_TORCHVISION.mark
@pytest.mark.parametrize("model", MODELS)
def test_both_pipelines_print_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], model: str
) -> None:
    folder = write_mnist(tmp_path, small_mnist())
    flags = ["--model", model, "--epochs", "2", "--data", str(folder)]
    lines = printed_by(capsys, *flags)
    assert len(lines) == 5
    assert printed_by(capsys, *flags, "--pipeline", "device") == lines
    assert printed_by(capsys, *flags, "--workers", "2") == lines


@WITHOUT_TORCHVISION.mark
def test_bfloat16_comes_near_float32(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flags = ["--epochs", "1", "--data", str(write_mnist(tmp_path, small_mnist()))]
    exact, rounded = (printed_by(capsys, *flags, *more)[2] for more in ([], ["--bf16"]))
    assert exact != rounded
    losses = [float(line.split()[3].rstrip(",")) for line in (exact, rounded)]
    assert losses[0] == pytest.approx(losses[1], rel=0.01)


@WITHOUT_TORCHVISION.mark
def test_a_compiled_model_learns_the_same_and_saves_the_same_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The compiler itself is PyTorch's; here its place is taken by one that changes nothing.
    compiled = []

    def compile(model: nn.Module) -> None:
        compiled.append(model)
        model._compiled_call_impl = model._call_impl

    monkeypatch.setattr(nn.Module, "compile", compile)
    folder = write_mnist(tmp_path, small_mnist())
    flags = ["--epochs", "1", "--data", str(folder)]
    lines = printed_by(capsys, *flags)
    path = tmp_path / "model.pth"
    assert printed_by(capsys, *flags, "--compile", "--save", str(path)) == lines
    assert len(compiled) == 1
    assert type(load_checkpoint(path)) is SimpleNN


@WITHOUT_TORCHVISION.mark
def test_a_compiler_that_is_not_there_is_said_in_one_line(tmp_path: Path) -> None:
    folder = write_mnist(tmp_path / "data", small_mnist())
    code = f"""
import os
os.environ.update(PATH="", CXX="no-compiler", TORCHINDUCTOR_CACHE_DIR={str(tmp_path)!r})
from reference.__main__ import main
sys.stderr = sys.stdout
try:
    main(["train", "--compile", "--device", "cpu", "--epochs", "1", "--data", {str(folder)!r}])
except SystemExit as error:
    print(error.code)
"""
    *_, line, status = python(code).splitlines()
    assert line.startswith("error: torch.compile does not work here; leave --compile out (")
    assert status == "2"


# ---- all images on the device


@WITHOUT_TORCHVISION.mark
def test_a_device_loader_gives_the_batches_of_a_data_loader() -> None:
    files = small_mnist()
    digits = Digits(*list(files.values())[:2], chapter_transform())
    torch.manual_seed(3)
    expected = [*(loader := DataLoader(digits, 32, shuffle=True)), *loader]
    torch.manual_seed(3)
    cpu = torch.device("cpu")
    device_loader = DeviceLoader(digits, 32, RandomSampler(digits), cpu)
    found = [*device_loader, *device_loader]
    assert len(device_loader) == len(loader) and len(found) == len(expected)
    assert [len(images) for images, _ in DeviceLoader(digits, 10**30, range(7), cpu)] == [7]
    for (images, labels), (expected_images, expected_labels) in zip(found, expected, strict=True):
        assert images.dtype == torch.float32 and torch.equal(images, expected_images)
        assert labels.dtype == torch.int64 and torch.equal(labels, expected_labels)


@WITHOUT_TORCHVISION.mark
def test_too_little_memory_for_all_images_is_said_before_training(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_mnist(tmp_path, small_mnist(train=30, test=20))
    monkeypatch.setattr("reference.data.free_memory", lambda device: 1000)
    with pytest.raises(SystemExit, match="2"):
        main(["train", "--device", "cpu", "--pipeline", "device", "--data", str(folder)])
    printed = capsys.readouterr()
    assert "Epoch" not in printed.out
    assert printed.err == (
        "error: 30 images need 0.0 MiB on cpu, where 0.0 MiB are free; --pipeline loader holds one "
        "batch at a time\n"
    )


@WITHOUT_TORCHVISION.mark
def test_memory_that_runs_out_in_training_is_said_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def exhausted(*_: Any) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory.\nTried to allocate 20 MiB")

    monkeypatch.setattr(ConvNet, "forward", exhausted)
    folder = write_mnist(tmp_path, small_mnist())
    with pytest.raises(SystemExit, match="2"):
        main(["train", "--device", "cpu", "--model", "cnn", "--data", str(folder)])
    assert capsys.readouterr().err == (
        "error: CUDA out of memory. Tried to allocate 20 MiB; a smaller --batch-size takes less "
        "memory\n"
    )


# ---- checkpoints


@pytest.mark.parametrize("name", MODELS)
def test_a_model_comes_back_from_its_file(tmp_path: Path, name: str) -> None:
    model = MODELS[name]()
    save_checkpoint(tmp_path / "model.pth", name, model)
    loaded = load_checkpoint(tmp_path / "model.pth")
    assert type(loaded) is MODELS[name]
    state = loaded.state_dict()
    assert all(torch.equal(state[key], tensor) for key, tensor in model.state_dict().items())
    content = torch.load(tmp_path / "model.pth", weights_only=True)
    assert list(content) == ["model", "state_dict"] and content["model"] == name


@pytest.mark.parametrize("name", MODELS)
def test_a_bare_state_dict_is_known_by_its_names_and_shapes(tmp_path: Path, name: str) -> None:
    torch.save(MODELS[name]().state_dict(), tmp_path / "simple_nn.pth")
    assert type(load_checkpoint(tmp_path / "simple_nn.pth")) is MODELS[name]


def test_a_save_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "model.pth"
    save_checkpoint(path, "mlp", SimpleNN())
    before = path.read_bytes()

    def save_half(content: Any, file: Path) -> None:
        file.write_bytes(b"half")
        raise OSError("the disk is full")

    monkeypatch.setattr(checkpoints.torch, "save", save_half)
    with pytest.raises(OSError, match="the disk is full"):
        save_checkpoint(path, "cnn", ConvNet())
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_save_follows_a_link_to_the_file_behind_it(tmp_path: Path) -> None:
    (tmp_path / "link.pth").symlink_to("model.pth")
    save_checkpoint(tmp_path / "link.pth", "mlp", SimpleNN())
    assert (tmp_path / "link.pth").is_symlink()
    assert isinstance(load_checkpoint(tmp_path / "model.pth"), SimpleNN)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_save_puts_no_file_in_the_place_of_a_device(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(OSError, match="it is not a file"):
        save_checkpoint(pipe, "mlp", SimpleNN())
    with pytest.raises(SystemExit) as ended:
        main(["train", "--save", str(pipe)])
    assert ended.value.code == 2
    assert capsys.readouterr().err.splitlines()[-1].endswith("it is not a file")
    assert pipe.is_fifo()


# ---- on a GPU


@WITHOUT_TORCHVISION.mark
@pytest.mark.usefixtures("settings")
@pytest.mark.gpu
def test_auto_picks_the_gpu_and_names_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "--epochs", "0"]) == 0
    first = capsys.readouterr().out.splitlines()[0]
    assert first == f"Device: cuda ({torch.cuda.get_device_name()})"


@WITHOUT_TORCHVISION.mark
@pytest.mark.usefixtures("settings")
@pytest.mark.gpu
@pytest.mark.parametrize(("name", "least"), [("mlp", 85), ("cnn", 90)])
def test_a_gpu_trains_as_the_cpu_does_and_its_checkpoint_serves_both(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    least: float,
) -> None:
    monkeypatch.chdir(tmp_path)  # there is no ./data here: the sample is used
    flags = ["--model", name, "--epochs", "3", "--save", "model.pth"]
    assert main(["train", "--device", "cuda", *flags]) == 0
    trained = capsys.readouterr().out.splitlines()
    torch.backends.cudnn.allow_tf32 = True  # as PyTorch begins
    assert main(["evaluate", "model.pth", "--device", "cuda"]) == 0
    assert not torch.backends.cudnn.allow_tf32
    on_gpu = capsys.readouterr().out.splitlines()
    assert main(["evaluate", "model.pth", "--device", "cpu"]) == 0
    on_cpu = capsys.readouterr().out.splitlines()

    def percentage(line: str) -> float:
        return float(line.removeprefix("Test Accuracy: ").removesuffix("%"))

    assert percentage(trained[-1]) > least
    # They round differently: of 1,000 digits, one or two lie that close to a boundary.
    for other in (trained, on_cpu):
        assert abs(percentage(other[-1]) - percentage(on_gpu[-1])) <= 0.2


@pytest.mark.usefixtures("settings")
@pytest.mark.gpu
def test_the_first_steps_on_a_gpu_are_those_of_the_cpu() -> None:
    histories = []
    for device in ("cpu", "cuda"):
        torch.manual_seed(0)
        model = SimpleNN().to(device)
        train_loader, _ = loaders()
        criterion, optimizer = trainer(model)
        histories.append(train(model, train_loader, criterion, optimizer, 1, device))
    assert histories[1][0].loss == pytest.approx(histories[0][0].loss, rel=1e-3)
