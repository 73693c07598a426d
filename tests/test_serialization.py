"""What `save` writes PyTorch reads, what PyTorch writes `load` reads, and nothing else is run."""

from __future__ import annotations

import io
import os
import pickle
import stat
import tarfile
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import minitorch_nn
from minitorch_nn import dtypes
from minitorch_nn.nn import Parameter
from minitorch_nn.serialization import load, save

NAMES = [d.name for d in dtypes.ALL]
SHAPES: list[tuple[int, ...]] = [(), (1,), (5,), (2, 3), (2, 3, 4), (0,), (0, 3), (2, 0, 3)]


def ours_to_theirs(obj: Any) -> Any:
    stream = io.BytesIO()
    save(obj, stream)
    return torch.load(io.BytesIO(stream.getvalue()), weights_only=True)


def theirs_to_ours(obj: Any, **options: Any) -> Any:
    stream = io.BytesIO()
    torch.save(obj, stream, **options)
    return load(io.BytesIO(stream.getvalue()))


def ours_to_ours(obj: Any) -> Any:
    stream = io.BytesIO()
    save(obj, stream)
    return load(io.BytesIO(stream.getvalue()))


def assert_same(ours: Any, theirs: torch.Tensor) -> None:
    assert isinstance(ours, minitorch_nn.Tensor)
    assert repr(ours.dtype) == repr(theirs.dtype)
    assert tuple(ours.shape) == tuple(theirs.shape)
    assert ours.requires_grad == theirs.requires_grad
    np.testing.assert_array_equal(ours.detach().numpy(), theirs.detach().numpy())


def numbers(shape: tuple[int, ...], name: str = "float32") -> Any:
    values = np.random.default_rng(0).integers(0, 100, shape) * 0.75
    return np.asarray(values).astype(name)


def pair(array: Any) -> tuple[Any, torch.Tensor]:
    """The same tensor in both libraries, each with memory of its own."""
    return minitorch_nn.from_numpy(np.array(array)), torch.from_numpy(np.array(array))


# ---- tensors, both ways


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_tensors_of_every_type_and_shape_go_both_ways(shape: tuple[int, ...], name: str) -> None:
    ours, theirs = pair(numbers(shape, name))
    assert_same(ours, ours_to_theirs(ours))
    assert_same(theirs_to_ours(theirs), theirs)
    assert_same(ours_to_ours(ours), theirs)


VIEWS: list[Callable[[Any], Any]] = [
    lambda x: x[1],
    lambda x: x[1:, 2],
    lambda x: x[:, ::2],
    lambda x: x.t(),
    lambda x: x[2, 3],
    lambda x: x[:1].expand(5, 6),
    lambda x: x.reshape(-1)[3:7],
    lambda x: x.unsqueeze(1),
    lambda x: x[1:1],
]


@pytest.mark.parametrize("view", VIEWS)
def test_views_go_both_ways(view: Callable[[Any], Any]) -> None:
    ours, theirs = pair(numbers((4, 6)))
    assert_same(view(ours), ours_to_theirs(view(ours)))
    assert_same(theirs_to_ours(view(theirs)), view(theirs))
    assert_same(ours_to_ours(view(ours)), view(theirs))


def test_a_view_saved_with_its_base_still_shares_memory() -> None:
    ours, theirs = pair(numbers((4, 6)))
    in_torch = ours_to_theirs({"x": ours, "row": ours[1], "t": ours.t()})
    in_torch["x"][1] = -1
    assert in_torch["row"].tolist() == [-1] * 6
    assert in_torch["t"][:, 1].tolist() == [-1] * 6
    for back in (
        theirs_to_ours({"x": theirs, "row": theirs[1], "t": theirs.t()}),
        ours_to_ours({"x": ours, "row": ours[1], "t": ours.t()}),
    ):
        back["x"][1] = -1
        assert back["row"].tolist() == [-1] * 6
        assert back["t"][:, 1].tolist() == [-1] * 6


def test_a_view_takes_its_whole_storage_along_as_in_torch() -> None:
    ours, theirs = pair(numbers((1000, 10)))
    assert ours_to_theirs(ours[:1]).untyped_storage().nbytes() == 40_000
    ours_alone, theirs_alone = io.BytesIO(), io.BytesIO()
    save(ours[:1].clone(), ours_alone)
    torch.save(theirs[:1].clone(), theirs_alone)
    assert len(ours_alone.getvalue()) <= len(theirs_alone.getvalue())


def test_memory_that_runs_backwards_is_saved_as_it_reads() -> None:
    ours = minitorch_nn.Tensor.new(np.arange(5.0)[::-1])
    assert_same(ours, ours_to_theirs(ours))


def test_memory_that_came_from_elsewhere_is_saved_as_it_reads() -> None:
    gaps = np.ndarray((3,), np.float64, bytearray(np.arange(6.0).tobytes()), 0, (16,))
    columns = np.asfortranarray(numbers((3, 4)))
    other_type = np.arange(3.0).view(np.uint8)[1:]
    for array in (gaps, columns, columns[1:, 2], other_type):
        ours = minitorch_nn.from_numpy(array)
        assert_same(ours, ours_to_theirs(ours))


def test_memory_is_shared_through_numpys_own_windows() -> None:
    array = np.arange(5.0)
    windows = np.lib.stride_tricks.as_strided(array, (3, 3), (8, 8))
    there = ours_to_theirs([minitorch_nn.from_numpy(array), minitorch_nn.from_numpy(windows)])
    there[0][2] = -1
    assert there[1].diagonal(0).tolist() == [0, -1, 4]
    assert there[1][0].tolist() == [0, 1, -1]


def test_writing_to_one_tied_tensor_is_noticed_by_the_other() -> None:
    theirs = torch.ones(3)
    back = theirs_to_ours([theirs, theirs.view(3, 1)])
    before = back[1]._version
    back[0].add_(1)
    assert back[1]._version == before + 1


def test_what_was_loaded_can_be_written_to() -> None:
    back = theirs_to_ours(torch.zeros(3))
    back += 1
    assert back.tolist() == [1, 1, 1]


@pytest.mark.parametrize("requires_grad", [False, True])
def test_leaves_results_and_parameters_keep_requires_grad(requires_grad: bool) -> None:
    ours, theirs = pair(numbers((2, 3)))
    ours.requires_grad_(requires_grad)
    theirs.requires_grad_(requires_grad)
    for make in (lambda x: x, lambda x: x * 2):
        assert_same(make(ours), ours_to_theirs(make(ours)))
        assert_same(theirs_to_ours(make(theirs)), make(theirs))
    ours_parameter = Parameter(ours.detach(), requires_grad)
    theirs_parameter = torch.nn.Parameter(theirs.detach(), requires_grad)
    in_torch, here = ours_to_theirs(ours_parameter), theirs_to_ours(theirs_parameter)
    assert isinstance(in_torch, torch.nn.Parameter)
    assert isinstance(here, Parameter)
    assert_same(ours_parameter, in_torch)
    assert_same(here, theirs_parameter)


# ---- what holds the tensors

PLAIN = [
    None,
    True,
    False,
    0,
    -1,
    255,
    2**31,
    -(2**63),
    2**70,
    1.5,
    -0.0,
    float("inf"),
    "",
    "text",
    "한글 ∂",
    [],
    {},
    (),
    [1, [2, (3, {"a": [None]})]],
    {"lr": 0.1, 3: (1,), "nested": {"betas": (0.9, 0.999), "flags": [True, None]}},
    OrderedDict(a=1, b=OrderedDict(c=[2])),
]


@pytest.mark.parametrize("value", PLAIN, ids=repr)
def test_plain_values_go_both_ways(value: Any) -> None:
    for there in (ours_to_theirs(value), theirs_to_ours(value), ours_to_ours(value)):
        assert there == value
        assert type(there) is type(value)
        assert repr(there) == repr(value)


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_every_pickle_protocol_is_read(protocol: int) -> None:
    back = theirs_to_ours(OrderedDict(w=torch.ones(2), n=[1, "a", 2**40]), pickle_protocol=protocol)
    assert back["w"].tolist() == [1, 1]
    assert back["n"] == [1, "a", 2**40]


def test_sizes_and_dtypes_go_both_ways() -> None:
    size = ours_to_theirs(minitorch_nn.Size([2, 3]))
    assert type(size) is torch.Size and size == (2, 3)
    size = theirs_to_ours(torch.Size([2, 3]))
    assert type(size) is minitorch_nn.Size and size == (2, 3)
    for d in dtypes.ALL:
        assert ours_to_theirs(d) is getattr(torch, d.name)
        assert theirs_to_ours(getattr(torch, d.name)) is d


def test_one_object_in_two_places_stays_one() -> None:
    shared = minitorch_nn.ones(2)
    again: list[Any] = [shared, [shared]]
    again.append(again)
    for there in (ours_to_theirs(again), ours_to_ours(again)):
        assert there[0] is there[1][0]
        assert there[2] is there


def build(nn: Any) -> Any:
    """A model with tied weights, in either library."""
    model = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 4), nn.Linear(4, 1))
    model[2].weight = model[0].weight
    return model


def test_state_dicts_go_both_ways() -> None:
    torch.manual_seed(0)
    minitorch_nn.manual_seed(1)
    theirs, ours = build(torch.nn), build(minitorch_nn.nn)
    in_torch = ours_to_theirs(ours.state_dict())
    assert list(in_torch) == list(theirs.state_dict())
    assert in_torch._metadata == theirs.state_dict()._metadata
    for name, tensor in ours.state_dict().items():
        assert_same(tensor, in_torch[name])
    here = theirs_to_ours(theirs.state_dict())
    assert here._metadata == theirs.state_dict()._metadata
    for name, tensor in theirs.state_dict().items():
        assert_same(here[name], tensor)
    theirs.load_state_dict(in_torch)
    ours.load_state_dict(here)


def test_tied_weights_stay_tied() -> None:
    ours, theirs = build(minitorch_nn.nn), build(torch.nn)
    in_torch = ours_to_theirs(ours.state_dict())
    assert in_torch["0.weight"].data_ptr() == in_torch["2.weight"].data_ptr()
    for here in (theirs_to_ours(theirs.state_dict()), ours_to_ours(ours.state_dict())):
        assert here["0.weight"].data_ptr() == here["2.weight"].data_ptr()
        assert here["0.weight"].data_ptr() != here["0.bias"].data_ptr()


def trained(library: Any) -> tuple[Any, Any]:
    model = build(library.nn)
    optimizer = library.optim.SGD(
        [
            {"params": model[0].parameters(), "lr": 0.1},
            {"params": [model[2].bias, *model[3].parameters()]},
        ],
        lr=0.01,
        momentum=0.9,
        weight_decay=1e-3,
    )
    for _ in range(2):
        optimizer.zero_grad()
        model(library.arange(12.0).reshape(3, 4)).square().sum().backward()
        optimizer.step()
    return model, optimizer


def test_a_whole_checkpoint_goes_both_ways() -> None:
    (ours, our_optimizer), (theirs, their_optimizer) = trained(minitorch_nn), trained(torch)

    def checkpoint(model: Any, optimizer: Any) -> dict[str, Any]:
        return {"epoch": 3, "model": model.state_dict(), "optimizer": optimizer.state_dict()}

    in_torch = ours_to_theirs(checkpoint(ours, our_optimizer))
    their_optimizer.load_state_dict(in_torch["optimizer"])
    here = theirs_to_ours(checkpoint(theirs, trained(torch)[1]))
    our_optimizer.load_state_dict(here["optimizer"])
    assert in_torch["epoch"] == here["epoch"] == 3
    assert in_torch["optimizer"]["param_groups"][0]["lr"] == 0.1
    assert len(here["optimizer"]["state"]) == 5


# ---- files


def test_the_pickle_is_torchs_byte_for_byte(tmp_path: Path) -> None:
    theirs = build(torch.nn).state_dict()
    torch.save(theirs, tmp_path / "theirs.pth")
    save(load(tmp_path / "theirs.pth"), tmp_path / "ours.pth")
    with zipfile.ZipFile(tmp_path / "theirs.pth") as a, zipfile.ZipFile(tmp_path / "ours.pth") as b:
        assert a.read("theirs/data.pkl") == b.read("archive/data.pkl")
        for record in ("byteorder", "version", *(f"data/{i}" for i in range(5))):
            assert a.read(f"theirs/{record}") == b.read(f"archive/{record}")


def test_the_same_object_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.pth", "b.pth"):
        save({"w": minitorch_nn.ones(3)}, tmp_path / name)
    assert (tmp_path / "a.pth").read_bytes() == (tmp_path / "b.pth").read_bytes()


def test_torch_can_map_our_file_into_memory(tmp_path: Path) -> None:
    path = tmp_path / "모델.pth"
    save({"w": minitorch_nn.arange(5.0), "b": minitorch_nn.ones(3)}, path)
    back = torch.load(path, weights_only=True, mmap=True)
    assert back["w"].tolist() == [0, 1, 2, 3, 4]
    assert back["b"].tolist() == [1, 1, 1]


def test_paths_strings_and_open_files_will_do(tmp_path: Path) -> None:
    path = tmp_path / "w.pth"
    save(1, path)
    assert load(path) == load(str(path)) == 1
    with open(path, "wb") as file:
        save(2, file)
    with open(path, "rb") as file:
        assert load(file) == torch.load(path, weights_only=True) == 2


def test_a_big_endian_file_is_read() -> None:
    stream = io.BytesIO()
    torch.save(torch.arange(3, dtype=torch.int32), stream)
    swapped = io.BytesIO()
    with zipfile.ZipFile(stream) as source, zipfile.ZipFile(swapped, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith("/byteorder"):
                content = b"big"
            if name.endswith("/data/0"):
                content = np.frombuffer(content, "<i4").astype(">i4").tobytes()
            target.writestr(name, content)
    assert load(swapped).tolist() == [0, 1, 2]


@pytest.mark.parametrize("where", ["cpu", {"cuda:0": "cpu"}, lambda storage, location: storage])
def test_map_location_may_name_the_cpu(tmp_path: Path, where: Any) -> None:
    save(minitorch_nn.ones(2), tmp_path / "w.pth")
    assert load(tmp_path / "w.pth", map_location=where).tolist() == [1, 1]


def test_map_location_may_name_nothing_else(tmp_path: Path) -> None:
    save(minitorch_nn.ones(2), tmp_path / "w.pth")
    with pytest.raises(RuntimeError, match=r"on a CUDA device but torch\.cuda\.is_available"):
        load(tmp_path / "w.pth", map_location="cuda")


# ---- whole or not at all


def test_a_save_that_fails_leaves_the_old_file_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "w.pth"
    save("old", path)

    def full_disk(*arguments: Any) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(pickle.PicklingError):
        save({"fine": 1, "bad": object()}, path)
    for module, function in ((os, "fsync"), (os, "replace"), (zipfile.ZipFile, "writestr")):
        with monkeypatch.context() as patch:
            patch.setattr(module, function, full_disk)
            with pytest.raises(OSError, match=r"No space left on device: .*w\.pth"):
                save("new", path)
        assert load(path) == "old"
        assert os.listdir(tmp_path) == ["w.pth"]


def test_an_interrupted_save_leaves_the_old_file_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "w.pth"
    save("old", path)

    def interrupt(*arguments: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        save("new", path)
    assert load(path) == "old"
    assert os.listdir(tmp_path) == ["w.pth"]


def test_the_new_file_keeps_the_old_ones_permissions_and_links(tmp_path: Path) -> None:
    path, link = tmp_path / "w.pth", tmp_path / "best.pth"
    save("old", path)
    path.chmod(0o600)
    link.symlink_to(path)
    save("new", link)
    assert link.is_symlink()
    assert load(path) == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_device_is_written_to_and_not_replaced() -> None:
    save({"w": minitorch_nn.ones(3)}, os.devnull)
    assert not os.path.isfile(os.devnull)


def test_places_that_cannot_be_written_to(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError) as theirs:
        torch.save({}, tmp_path / "nowhere" / "w.pth")
    with pytest.raises(RuntimeError) as ours:
        save({}, tmp_path / "nowhere" / "w.pth")
    assert str(ours.value) == str(theirs.value)
    with pytest.raises(IsADirectoryError):
        save({}, tmp_path)
    bad: Any = 5
    with pytest.raises(AttributeError) as theirs_five:
        torch.save({}, bad)
    with pytest.raises(AttributeError) as ours_five:
        save({}, bad)
    assert str(ours_five.value) == str(theirs_five.value)


# ---- nothing is run


class Hostile:
    ran = False

    @classmethod
    def run(cls) -> None:
        cls.ran = True

    def __reduce__(self) -> Any:
        return Hostile.run, ()


class Command:
    def __reduce__(self) -> Any:
        return os.system, ("exit 1",)


def hostile_file(pickled: bytes) -> io.BytesIO:
    """A .pth file around a pickle, with one storage of three float32."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("archive/data.pkl", pickled)
        archive.writestr("archive/version", "3\n")
        archive.writestr("archive/data/0", np.ones(3, np.float32).tobytes())
    stream.seek(0)
    return stream


def test_a_command_in_a_pickle_is_named_and_not_run() -> None:
    with pytest.raises(pickle.UnpicklingError, match=r"asks for '\w+\.system', .* was not run"):
        theirs_to_ours({"weights": torch.ones(2), "payload": Command()})


def test_a_class_in_a_pickle_is_named_and_not_run() -> None:
    with pytest.raises(pickle.UnpicklingError, match="state_dict"):
        theirs_to_ours([Hostile()])
    assert not Hostile.ran


def test_a_whole_module_is_refused_with_the_remedy() -> None:
    with pytest.raises(pickle.UnpicklingError, match=r"torch\.nn\.modules.*save .*state_dict\(\)"):
        theirs_to_ours(torch.nn.Linear(2, 2))


@pytest.mark.parametrize(
    ("instructions", "message"),
    [
        (b"\x80\x02cbuiltins\neval\n(X\x03\x00\x00\x001+1tR.", "asks for 'builtins.eval'"),
        (b"\x80\x04\x8c\x02os\x8c\x06system\x93(\x8c\x01atR.", "asks for 'os.system'"),
        (b"\x80\x02(X\x01\x00\x00\x00aios\nsystem\n.", "ways that no state_dict takes"),
        (b"\x80\x02ccollections\nOrderedDict\n)\x81.", "ways that no state_dict takes"),
        (b"\x80\x02\x82\x01.", "ways that no state_dict takes"),
        (b"\x80\x05\x96" + b"\xff" * 7 + b"\x00.", "ways that no state_dict takes"),
        (b"\x80\x02ctorch\nfloat32\nN}X\x04\x00\x00\x00nameK\x01s\x86b.", "attributes of a dtype"),
        (b"\x80\x02ccollections\nOrderedDict\n)R}X\x05\x00\x00\x00itemsK\x01sb.", "attributes of"),
    ],
)
def test_other_ways_to_run_something_are_refused(instructions: bytes, message: str) -> None:
    with pytest.raises(pickle.UnpicklingError, match=message):
        load(hostile_file(instructions))
    assert dtypes.float32.name == "float32"


def tensor_file(offset: int, size: tuple[int, ...], strides: tuple[int, ...]) -> io.BytesIO:
    """A file of one tensor over the three numbers of the storage, by whatever figures."""

    def shape(numbers: tuple[int, ...]) -> bytes:
        return b"(" + b"".join(b"I%d\n" % n for n in numbers) + b"t"

    return hostile_file(
        b"ctorch._utils\n_rebuild_tensor_v2\n("
        b"(Vstorage\nctorch\nFloatStorage\nV0\nVcpu\nI3\ntQ"
        + (b"I%d\n" % offset + shape(size) + shape(strides) + b"I00\nN")
        + b"tR."
    )


def test_a_tensor_may_show_its_storage_in_any_way_that_stays_within() -> None:
    assert load(tensor_file(0, (3,), (1,))).tolist() == [1, 1, 1]
    assert load(tensor_file(1, (2, 2), (1, 0))).tolist() == [[1, 1], [1, 1]]


@pytest.mark.parametrize(
    ("offset", "size", "strides"),
    [
        (0, (4,), (1,)),
        (3, (1,), (1,)),
        (-1, (1,), (1,)),
        (0, (2, 2), (2, 1)),
        (2, (2,), (-3,)),
        (2, (3,), (-1,)),
        (0, (2**62,), (2,)),
        (0, (-1,), (1,)),
        (0, (2, 2), (1,)),
    ],
)
def test_a_tensor_cannot_reach_beyond_its_storage(
    offset: int, size: tuple[int, ...], strides: tuple[int, ...]
) -> None:
    with pytest.raises(RuntimeError, match="damaged"):
        load(tensor_file(offset, size, strides))


def test_weights_only_false_is_refused_with_the_reason(tmp_path: Path) -> None:
    save(1, tmp_path / "w.pth")
    with pytest.raises(ValueError, match="would run any code"):
        load(tmp_path / "w.pth", weights_only=False)


@pytest.mark.parametrize("name", ["bfloat16", "complex64", "uint16", "float8_e5m2"])
def test_types_that_we_lack_are_named(name: str) -> None:
    dtype = getattr(torch, name)
    for obj in (torch.zeros(3).to(dtype), dtype):
        with pytest.raises(pickle.UnpicklingError, match=r"type that .* does not have .*float\(\)"):
            theirs_to_ours(obj)


@pytest.mark.parametrize(
    "value",
    [np.ones(3), np.float32(1), np.float64(1), b"bytes", {1, 2}, 1j, print, int, lambda: 0],
    ids=repr,
)
def test_what_a_pth_file_cannot_hold_is_named(value: Any) -> None:
    with pytest.raises(pickle.PicklingError, match=f"cannot hold a {type(value).__name__}:"):
        save({"a": [value]}, io.BytesIO())


def test_a_module_cannot_be_saved_whole() -> None:
    with pytest.raises(pickle.PicklingError, match=r"cannot hold a Linear: .*state_dict\(\)"):
        save(minitorch_nn.nn.Linear(2, 2), io.BytesIO())


# ---- files that are none


def broken_files(folder: Path) -> dict[str, str]:
    """Names of files, and what must be said of each."""
    torch.save({"w": torch.ones(100)}, folder / "good.pth")
    good = (folder / "good.pth").read_bytes()
    (folder / "empty.pth").write_bytes(b"")
    (folder / "text.pth").write_text("epoch,loss\n1,0.5\n")
    (folder / "short.pth").write_bytes(good[:-200])
    flipped = bytearray(good)
    flipped[good.index(np.ones(2, np.float32).tobytes())] ^= 1
    (folder / "flipped.pth").write_bytes(flipped)
    torch.save({"w": torch.ones(2)}, folder / "legacy.pth", _use_new_zipfile_serialization=False)
    with tarfile.open(folder / "tar.pth", "w") as tar:
        tar.add(folder / "text.pth", "sys_info")
    with zipfile.ZipFile(folder / "other.pth", "w") as archive:
        archive.writestr("notes.txt", "hello")
    with zipfile.ZipFile(folder / "half.pth", "w") as archive:
        for record in ("data.pkl", "version"):
            archive.writestr(
                f"w/{record}", zipfile.ZipFile(folder / "good.pth").read(f"good/{record}")
            )
    (folder / "pickle.pth").write_bytes(pickle.dumps({"a": 1}))
    return {
        "empty.pth": "empty",
        "text.pth": "no .pth file",
        "short.pth": "cut short",
        "flipped.pth": "damaged",
        "legacy.pth": "before PyTorch 1.6",
        "tar.pth": "before PyTorch 1.6",
        "other.pth": "no .pth file",
        "half.pth": "damaged",
        "pickle.pth": "no .pth file",
    }


def test_a_file_that_cannot_be_read_says_why_in_one_line(tmp_path: Path) -> None:
    for name, reason in broken_files(tmp_path).items():
        with pytest.raises(RuntimeError, match=reason) as caught:
            load(tmp_path / name)
        assert str(caught.value).startswith(str(tmp_path / name))
        assert "\n" not in str(caught.value)


def test_any_damage_is_an_error_of_load_and_not_of_its_parts(tmp_path: Path) -> None:
    save({"w": minitorch_nn.ones(3), "v": [1, "text"]}, tmp_path / "w.pth")
    good = (tmp_path / "w.pth").read_bytes()
    rng = np.random.default_rng(0)
    for _ in range(300):
        broken = bytearray(good)
        broken[rng.integers(len(good))] = rng.integers(256)
        try:
            load(io.BytesIO(broken))
        except (RuntimeError, pickle.UnpicklingError):
            pass


def test_a_torchscript_program_is_named(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "script.pth", "w") as archive:
        for record in ("data.pkl", "constants.pkl", "version"):
            archive.writestr(f"script/{record}", b"")
    with pytest.raises(RuntimeError, match="TorchScript"):
        load(tmp_path / "script.pth")


def test_a_missing_file_and_a_folder_are_the_systems_errors(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"nothing\.pth"):
        load(tmp_path / "nothing.pth")
    with pytest.raises(IsADirectoryError):
        load(tmp_path)


def test_what_is_no_file_at_all_raises_as_torchs() -> None:
    bad: Any = 5
    with pytest.raises(AttributeError) as theirs:
        torch.load(bad, weights_only=True)
    with pytest.raises(AttributeError) as ours:
        load(bad)
    assert str(ours.value) == str(theirs.value)
