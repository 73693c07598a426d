"""What programs ask of PyTorch without meaning to: devices, CUDA, backends, threads, versions."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
import torch

import minitorch_nn
from minitorch_nn.version import TorchVersion

from .programs import both, said, warned
from .versions import Otherwise

# A PyTorch that was built for CUDA says other things where there is no device, and where there is.
BUILT_FOR_CUDA = Otherwise("this PyTorch was built for CUDA", torch.version.cuda is not None)


# ---- devices


@both
def test_devices_are_named_compared_and_printed(torch):
    names = ["cpu", "cpu:0", "cuda", "cuda:1", "mps", "meta", "xla:3", "hpu", "privateuseone"]
    devices = [torch.device(name) for name in names]
    devices += [torch.device("cuda", 1), torch.device("cpu", 0), torch.device(type="cuda", index=1)]
    devices += [torch.device(torch.device("cuda:1"))]
    return (
        [(repr(d), str(d), d.type, d.index) for d in devices],
        [[a == b for a in devices] for b in devices],
        [hash(a) == hash(b) for a in devices for b in devices if a == b],
        torch.device("cpu") == "cpu",
        len(set(devices)),
    )


@both
@pytest.mark.parametrize(
    "arguments",
    [
        ("gpu",),
        ("",),
        ("CPU",),
        ("cuda:",),
        ("cuda:x",),
        ("cuda:-1",),
        ("cuda:01",),
        ("float64",),
        ("cuda:1", 0),
        ("cpu", -1),
    ],
)
def test_what_names_no_device_is_refused(torch, arguments):
    return said(RuntimeError, lambda: torch.device(*arguments))


@both
def test_what_is_no_name_is_refused(torch):
    wrong = (None, 1.5, True)
    return [said(TypeError, lambda w=w: torch.device(w)).split(", but")[0] for w in wrong]


@both
def test_tensors_and_modules_move_to_the_cpu(torch):
    x, layer = torch.ones(2, 3), torch.nn.Linear(3, 2)
    cpu = torch.device("cpu")
    where = [cpu, "cpu", None]
    return (
        [x.to(w) is x for w in where],
        [layer.to(w) is layer for w in where],
        [x.to(cpu, torch.float64), x.to("cpu", dtype=torch.int32), x.to(torch.half, True)],
        [x.to(float), x.to(int), x.to(bool), x.to(dtype=float)],
        [x.to(x, copy=True) is x, x.to("cpu", torch.float32, False, True) is x],
        [x.to(torch.float32, non_blocking=True) is x, x.to(torch.ones(1).double())],
        [x.cpu() is x, layer.cpu() is layer, str(x.device), str(next(layer.parameters()).device)],
        [x.is_cpu, x.is_cuda, x.is_mps, x.is_meta, x.get_device()],
        torch.zeros(2, device=cpu),
        torch.tensor([1.0], device="cpu"),
        str(torch.Generator(device="cpu").device),
    )


@both
def test_the_default_device_is_the_cpu(torch):
    torch.set_default_device("cpu")
    with torch.device("cpu") as device:
        made = torch.zeros(2)
    torch.set_default_device(None)
    return str(torch.get_default_device()), str(device), made


@pytest.mark.parametrize("other", ["cuda", "cuda:0", "xpu", "mps"])
def test_there_is_no_other_device(other: str) -> None:
    def words(torch: Any) -> str:
        return said((AssertionError, RuntimeError), lambda: torch.ones(2).to(other))  # type: ignore[arg-type]

    expected = {
        "xpu": "AssertionError: Torch not compiled with XPU enabled",
        "mps": "RuntimeError: PyTorch is not linked with support for mps devices",
    }
    assert words(minitorch_nn) == expected.get(
        other, "AssertionError: Torch not compiled with CUDA enabled"
    )
    if not (BUILT_FOR_CUDA.applies and other.startswith("cuda")):
        assert words(torch) == words(minitorch_nn)


@pytest.mark.parametrize(
    "action",
    [
        lambda torch: torch.ones(2).cuda(),
        lambda torch: torch.nn.Linear(1, 1).cuda(),
        lambda torch: torch.nn.Linear(1, 1).to("cuda"),
        lambda torch: torch.zeros(2, device="cuda"),
        lambda torch: torch.zeros(2, device=torch.device("cuda", 0)),
        lambda torch: torch.cuda.current_device(),
        lambda torch: torch.cuda.get_device_name(0),
        lambda torch: torch.cuda.synchronize(),
    ],
)
def test_cuda_is_refused_as_by_a_pytorch_without_it(action: Any) -> None:
    mine = said(AssertionError, lambda: action(minitorch_nn))
    assert mine == "AssertionError: Torch not compiled with CUDA enabled"
    BUILT_FOR_CUDA.skip_if(True)
    assert said(AssertionError, lambda: action(torch)) == mine


def test_a_default_device_that_is_not_there_shows_when_it_is_used() -> None:
    with minitorch_nn.device("cuda"), pytest.raises(AssertionError, match="not compiled with CUDA"):
        minitorch_nn.ones(2)
    assert minitorch_nn.ones(2).tolist() == [1, 1]


@both
def test_cuda_answers_that_it_is_not_there(torch):
    BUILT_FOR_CUDA.skip_if(True)
    cuda, accelerator = torch.cuda, torch.accelerator
    return (
        [cuda.is_available(), cuda.device_count(), cuda.is_initialized(), cuda.get_arch_list()],
        [cuda.memory_allocated(), cuda.max_memory_allocated(), cuda.memory_reserved()],
        [cuda.manual_seed(1), cuda.manual_seed_all(1), cuda.seed_all(), cuda.empty_cache()],
        [accelerator.is_available(), accelerator.device_count(), accelerator.current_accelerator()],
        said(RuntimeError, accelerator.synchronize),
        said(RuntimeError, lambda: accelerator.set_device_index(0)),
        said(RuntimeError, lambda: torch.device(0)),
        [torch.backends.cuda.is_built(), torch.backends.cudnn.is_available()],
        torch.backends.cudnn.version(),
    )


def test_there_is_nothing_beside_the_cpu() -> None:
    assert not minitorch_nn.cuda.is_available() and minitorch_nn.cuda.device_count() == 0
    assert not minitorch_nn.accelerator.is_available()
    assert not minitorch_nn.distributed.is_available()
    assert not minitorch_nn.distributed.is_initialized()
    assert minitorch_nn.accelerator.current_accelerator() is None


# ---- switches


@both
def test_the_switches_of_backends_start_as_pytorchs_and_can_be_set(torch):
    cudnn = torch.backends.cudnn
    before = [cudnn.enabled, cudnn.benchmark, cudnn.deterministic, cudnn.allow_tf32]
    before += [torch.backends.cuda.matmul.allow_tf32]
    cudnn.benchmark = torch.backends.cuda.matmul.allow_tf32 = True
    after = cudnn.benchmark, torch.backends.cuda.matmul.allow_tf32
    cudnn.benchmark = torch.backends.cuda.matmul.allow_tf32 = False
    return before, after, torch.backends.mps.is_available(), torch.backends.mps.is_built()


@both
def test_threads_and_precision_are_taken_note_of(torch):
    threads = torch.get_num_threads()
    torch.set_num_threads(3)
    seen = [torch.get_num_threads(), torch.get_float32_matmul_precision()]
    torch.set_num_threads(threads)
    torch.set_float32_matmul_precision("high")
    seen += [torch.get_float32_matmul_precision()]
    torch.set_float32_matmul_precision("highest")
    torch.use_deterministic_algorithms(True, warn_only=True)
    seen += [torch.are_deterministic_algorithms_enabled()]
    seen += [torch.is_deterministic_algorithms_warn_only_enabled()]
    torch.use_deterministic_algorithms(False)
    return (
        seen,
        torch.are_deterministic_algorithms_enabled(),
        said(RuntimeError, lambda: torch.set_num_threads(0)),
        warned(lambda: torch.set_float32_matmul_precision("huge"))[0].rstrip("."),
        isinstance(torch.get_num_interop_threads(), int),
    )


def test_compile_gives_back_what_it_is_given() -> None:
    model = minitorch_nn.nn.Linear(2, 2)
    assert minitorch_nn.compile(model, mode="max-autotune") is model

    @minitorch_nn.compile
    def plain(x: Any) -> Any:
        return x + 1

    @minitorch_nn.compile(dynamic=True)
    def dynamic(x: Any) -> Any:
        return x + 1

    x = minitorch_nn.ones(2)
    assert plain(x).tolist() == dynamic(x).tolist() == [2, 2]


# ---- mixed precision, switched off


def steps(torch: Any, scaler: Any, context: Any) -> Any:
    torch.manual_seed(0)
    layer = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
    for _ in range(2):
        optimizer.zero_grad()
        with context():
            loss = layer(torch.ones(3, 2)).sum()
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        scaler.step(optimizer)
        scaler.update()
    return loss, layer.weight, scaler.get_scale(), scaler.is_enabled(), scaler.state_dict()


@both
def test_mixed_precision_that_is_switched_off_changes_nothing(torch):
    @torch.autocast("cpu", enabled=False)
    def decorated(x):
        return x @ x

    return (
        steps(
            torch,
            torch.amp.GradScaler(enabled=False),
            lambda: torch.autocast("cuda", enabled=False),
        ),
        steps(
            torch,
            torch.amp.GradScaler("cpu", enabled=False),
            lambda: torch.amp.autocast(device_type="cpu", dtype=torch.float16, enabled=False),
        ),
        decorated(torch.ones(2, 2)),
        said(RuntimeError, lambda: torch.autocast("gpu")),
        said(ValueError, lambda: torch.autocast(3)),
        warned(lambda: torch.cuda.amp.autocast(enabled=False)),
        warned(lambda: torch.cuda.amp.GradScaler(enabled=False)),
    )


@both
def test_mixed_precision_for_a_gpu_that_is_not_there_switches_itself_off(torch):
    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    seen = warned(lambda: torch.amp.GradScaler()), warned(lambda: torch.autocast("cuda"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        done = steps(torch, torch.amp.GradScaler(), lambda: torch.autocast("cuda"))
        old = steps(torch, torch.cuda.amp.GradScaler(), torch.cuda.amp.autocast)
    return seen, done, old


def test_mixed_precision_on_the_cpu_is_refused() -> None:
    with pytest.raises(RuntimeError, match="autocast on 'cpu' is not part of minitorch_nn"):
        minitorch_nn.autocast("cpu")
    with pytest.raises(RuntimeError, match="GradScaler on 'cpu' is not part of minitorch_nn"):
        minitorch_nn.amp.GradScaler("cpu")


# ---- versions


def test_versions_are_ordered_by_their_numbers() -> None:
    version = TorchVersion("2.15.0+minitorch_nn.0.1.0")
    assert version >= "2.9" and version > "2.9.1" and version > (2, 9) and version > "1.13"
    assert version < "2.16" and version < (3,) and version < "10.0" and version <= "2.15.1"
    assert TorchVersion("2.15.0") >= "2.15" and TorchVersion("2.15.0") <= (2, 15)
    assert version == str(version) and version != "2.15.0"


def test_the_version_says_which_pytorch_this_is() -> None:
    version = minitorch_nn.__version__
    assert version.split("+") == ["2.15.0", f"minitorch_nn.{minitorch_nn.version.package}"]
    assert [int(part) for part in version.split(".")[:2]] >= [2, 15]
    assert (minitorch_nn.version.cuda, minitorch_nn.version.hip) == (None, None)


@both
def test_versions_compare_as_pytorchs_own(torch):
    # Of PyTorch its own class is asked, which has its place elsewhere than ours.
    cls = torch.torch_version.TorchVersion if hasattr(torch, "torch_version") else TorchVersion
    version = cls("2.15.0+cpu")
    others = ["2.9", "2.15", "2.15.1", "2.16", "1.13.1", "10", (2, 15), (2, 9), (3,)]
    return [[version < o, version <= o, version > o, version >= o] for o in others]


# ---- names of older programs


@both
def test_variables_are_tensors(torch):
    from_autograd = torch.autograd.Variable
    x = torch.ones(2, requires_grad=True)
    y = from_autograd(x * 2, requires_grad=True)
    z = from_autograd(x)
    (y * 3).sum().backward()
    return (
        [y, y.is_leaf, y.grad, x.grad, z, z is x],
        [isinstance(v, from_autograd) for v in (x, y, torch.nn.Parameter(x), 3, None)],
        said(TypeError, lambda: from_autograd([1.0])),
    )


@both
def test_anomaly_detection_finds_the_first_nan(torch):
    def root_of_zero():
        x = torch.tensor([0.0, 1.0], requires_grad=True)
        (x.sqrt() * torch.tensor([0.0, 1.0])).sum().backward()
        return x.grad

    class Broken(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a, b):
            return a + b

        @staticmethod
        def backward(ctx, grad):
            return grad, grad * float("nan")

    def broken():
        x = torch.ones(2, requires_grad=True)
        Broken.apply(x, x).sum().backward()

    seen = []
    with torch.autograd.set_detect_anomaly(True):
        seen += [said(RuntimeError, root_of_zero), said(RuntimeError, broken)]
    with torch.autograd.set_detect_anomaly(True, check_nan=False):
        seen.append(root_of_zero())
    torch.autograd.set_detect_anomaly(True)
    seen.append(said(RuntimeError, root_of_zero))
    torch.autograd.set_detect_anomaly(False)
    seen.append(root_of_zero())

    def switch_on():
        with torch.autograd.detect_anomaly():
            seen.append(said(RuntimeError, root_of_zero))

    return seen, warned(switch_on)[0], root_of_zero()
