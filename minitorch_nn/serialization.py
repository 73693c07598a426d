"""`save` and `load`: PyTorch's .pth files, written and read without PyTorch.

A .pth file is a zip archive. `data.pkl` describes the object, and for every tensor it names a
storage, and the offset, shape and strides by which the tensor shows it. `data/0`, `data/1`, … are
the storages, plain bytes. Tensors that share memory (tied weights, views) name the same storage,
and so share memory again when they are loaded.

`data.pkl` is a pickle, and a pickle is a program: it may call any function it names, with your
rights. Here it is run by an unpickler that knows only the handful of names a state_dict needs, and
refuses the file at the first other one.

PyTorch: torch/serialization.py (_save, _load), torch/_weights_only_unpickler.py, torch/_utils.py
(_rebuild_tensor_v2).
"""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import stat
import sys
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from typing import IO, TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np

from . import base, dtypes
from .creation import from_numpy
from .device import check_device, device
from .dtypes import Array
from .nn.parameter import Parameter
from .size import Size
from .tensor import Tensor

if TYPE_CHECKING:
    import zipfile

Path = str | os.PathLike[str]

# ---- the names that a pickle may contain


class _StorageKind(NamedTuple):
    """What the name `torch.FloatStorage` stands for: the type of the numbers in a storage."""

    dtype: dtypes.dtype


class _Storage:
    """The record `data/<key>`: all numbers of one memory, flat."""

    def __init__(self, key: str, numbers: Array) -> None:
        self.key = key
        self.numbers = numbers
        self.versions = base.Storage()  # shared by all tensors on it


def _rebuild_tensor(
    storage: _Storage,
    offset: int,
    size: tuple[int, ...],
    strides: tuple[int, ...],
    requires_grad: bool,
    backward_hooks: Any = None,
    metadata: Any = None,
) -> Tensor:
    """torch._utils._rebuild_tensor_v2: a tensor that shows a storage. Strides count numbers."""
    numbers, width = storage.numbers, storage.numbers.itemsize
    # NumPy checks that no index reaches beyond the storage; else it raises ValueError.
    array: Array = np.ndarray(
        tuple(size), numbers.dtype, numbers, offset * width, [stride * width for stride in strides]
    )
    tensor = from_numpy(array)
    tensor.storage = storage.versions
    return tensor.requires_grad_(requires_grad)


def _rebuild_parameter(data: Tensor, requires_grad: bool, backward_hooks: Any = None) -> Parameter:
    """torch._utils._rebuild_parameter."""
    return Parameter(data, requires_grad)


_KINDS = {d: _StorageKind(d) for d in dtypes.ALL}

# PyTorch's name for a thing, and the thing. The reader looks names up, the writer things.
_GLOBALS: dict[str, Any] = {
    "collections.Counter": Counter,  # a schedule's milestones
    "collections.OrderedDict": OrderedDict,
    "torch.Size": Size,
    "torch._utils._rebuild_tensor_v2": _rebuild_tensor,
    "torch._utils._rebuild_parameter": _rebuild_parameter,
    **{f"torch.{d.name}": d for d in dtypes.ALL},
    **{f"torch.{dtypes.title(d.numpy)}Storage": kind for d, kind in _KINDS.items()},
}
_NAMES = {id(thing): name for name, thing in _GLOBALS.items()}


# ---- writing


def save(obj: Any, f: Path | IO[bytes]) -> None:
    """Write `obj` to a file that `load` and `torch.load` read.

    `obj` is a tensor, a number, a string, a bool, None, a dtype, a Size, or a dict, OrderedDict,
    list or tuple of these: a state_dict, or a dict that holds some. A tensor takes all the memory
    along that it is a view of, as in PyTorch: save `x[:10].clone()` to keep ten rows only.

    `f` is a path or an open binary file. A file that was there before is replaced in one step, when
    the new one is complete and on the disk; if anything fails it stays as it was.

    Raises pickle.PicklingError for an object of another kind, RuntimeError if the folder does not
    exist, OSError if it cannot be written to, AttributeError if `f` is neither path nor file.
    """
    pickled = io.BytesIO()
    writer = _Writer(pickled)
    writer.dump(obj)
    records = {
        "data.pkl": pickled.getbuffer(),
        "byteorder": sys.byteorder.encode(),
        **{f"data/{s.key}": s.numbers.view(np.uint8).data for s in writer.storages.values()},
        "version": b"3\n",
    }
    if isinstance(f, (str, os.PathLike)):
        with _replacing(f) as file:
            _write_archive(file, records)
    elif hasattr(f, "write"):
        _write_archive(f, records)
    else:
        raise AttributeError(
            "expected 'f' to be string, path, or a file-like object with a 'write' attribute"
        )


def _write_archive(file: IO[bytes], records: dict[str, Any]) -> None:
    import zipfile  # with its packers it takes as long to load as a third of this package

    with zipfile.ZipFile(file, "w") as archive:
        for name, content in records.items():
            # A ZipInfo has a fixed date: the same object gives the same bytes, today and tomorrow.
            archive.writestr(zipfile.ZipInfo(f"archive/{name}"), content)


@contextlib.contextmanager
def _replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file to write to that takes the place of `path` once it is complete."""
    target = os.path.realpath(path)  # so that a link stays, and the file it leads to is replaced
    folder = os.path.dirname(target)
    if not os.path.isdir(folder):
        raise RuntimeError(f"Parent directory {os.path.dirname(path)} does not exist.")
    if os.path.exists(target) and not os.path.isfile(target):
        with open(target, "wb") as file:  # a device such as /dev/null is written to, not replaced
            yield file
        return
    # Beside the target: only within one file system is renaming a single step.
    temporary = os.path.join(folder, f".{os.urandom(8).hex()}.tmp")
    try:
        with open(temporary, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if os.path.exists(target):
            os.chmod(temporary, stat.S_IMODE(os.stat(target).st_mode))
        os.replace(temporary, target)
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.remove(temporary)
        if isinstance(error, OSError):
            error.filename = os.fspath(path)  # the name that the user knows
        raise


_PLAIN = (type(None), bool, int, float, str, tuple, list, dict, OrderedDict, Counter, Size)


class _Writer(pickle._Pickler):
    """Pickles as torch.save does, under PyTorch's names, and gathers the storages."""

    write: Callable[[bytes], Any]
    memoize: Callable[[Any], None]

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file, protocol=2)
        self.storages: dict[int, _Storage] = {}  # by the id of the array that owns the memory

    def reducer_override(self, value: Any) -> Any:
        """How to rebuild `value`: its name in _GLOBALS, or a function and its arguments."""
        if type(value) in _PLAIN:
            return NotImplemented  # pickle knows
        if id(value) in _NAMES:
            return _NAMES[id(value)]
        if isinstance(value, Parameter):
            return _rebuild_parameter, (value.detach(), value.requires_grad, OrderedDict())
        if isinstance(value, Tensor):
            return self._reduce_tensor(value)
        raise pickle.PicklingError(
            f"a .pth file cannot hold a {type(value).__name__}: it holds tensors, Python's numbers "
            "and strings, None, and dicts, lists and tuples of these. Save a module's state_dict(),"
            " a NumPy array's from_numpy(array), a NumPy number's item()"
        )

    def _reduce_tensor(self, tensor: Tensor) -> tuple[Callable[..., Tensor], tuple[Any, ...]]:
        owner, array = _owner(tensor.array)
        if id(owner) not in self.storages:
            key = str(len(self.storages))
            self.storages[id(owner)] = _Storage(key, owner.ravel("K"))
        storage = self.storages[id(owner)]
        offset = (_address(array) - _address(owner)) // array.itemsize
        strides = tuple(stride // array.itemsize for stride in array.strides)
        hooks: OrderedDict[str, Any] = OrderedDict()
        return _rebuild_tensor, (storage, offset, array.shape, strides, tensor.requires_grad, hooks)

    def persistent_id(self, value: Any) -> Any:
        """A storage is not part of the pickle: what stands there instead points to its record."""
        if not isinstance(value, _Storage):
            return None
        kind = _KINDS[dtypes.of(value.numbers)]
        return "storage", kind, value.key, "cpu", value.numbers.size

    def save_global(self, obj: Any, name: str | None = None) -> None:
        module, _, attribute = str(name).rpartition(".")
        self.write(pickle.GLOBAL + f"{module}\n{attribute}\n".encode())
        self.memoize(obj)


def _owner(array: Array) -> tuple[Array, Array]:
    """The array whose memory `array` shows, and `array`; a copy of it, twice, if that is no use.

    A storage is a row of numbers of one type, which a tensor shows by whole steps forward.
    """
    owner, link = array, array.base
    while link is not None:
        if isinstance(link, np.ndarray):
            owner = link
        link = getattr(link, "base", None)
    usable = (
        owner.dtype == array.dtype
        and owner.flags.forc
        and all(stride >= 0 and stride % array.itemsize == 0 for stride in array.strides)
    )
    if usable:
        return owner, array
    copy = np.array(array, order="C")
    return copy, copy


def _address(array: Array) -> int:
    return int(array.__array_interface__["data"][0])


# ---- reading


def load(f: Path | IO[bytes], map_location: Any = None, *, weights_only: bool | None = True) -> Any:
    """Read back what `save` or `torch.save` wrote to a path or an open binary file.

    Tensors land in the CPU's memory, wherever they were saved; `map_location` may say so.

    Raises:
        OSError: the file is missing or cannot be read.
        RuntimeError: it is no .pth file, is damaged, or is of an older format than PyTorch 1.6's.
        pickle.UnpicklingError: it needs more than the names of a state_dict; the name is given.
        ValueError: weights_only is False.
    """
    if weights_only is False:
        raise ValueError(
            "weights_only=False would run any code that the file contains, and minitorch_nn never "
            "does. Load a state_dict with weights_only=True"
        )
    _check_location(map_location)
    if isinstance(f, (str, os.PathLike)):
        with open(f, "rb") as file:
            return _load(file, os.fspath(f))
    if not hasattr(f, "seek"):
        raise AttributeError(
            f"'{type(f).__name__}' object has no attribute 'seek'. You can only torch.load from a "
            "file that is seekable. Please pre-load the data into a buffer like io.BytesIO and try "
            "to load from it instead."
        )
    return _load(f, str(getattr(f, "name", "the file")))


def _check_location(map_location: Any) -> None:
    # A function or a dict says where each storage goes, and here there is one place only.
    if map_location is None or callable(map_location) or isinstance(map_location, dict):
        return
    if device(map_location).type == "cuda":
        raise RuntimeError(
            "Attempting to deserialize object on a CUDA device but torch.cuda.is_available() is "
            "False. If you are running on a CPU-only machine, please use torch.load with "
            "map_location=torch.device('cpu') to map your storages to the CPU."
        )
    check_device(map_location)


def _load(file: IO[bytes], name: str) -> Any:
    import zipfile  # see _write_archive

    if not zipfile.is_zipfile(file):
        raise RuntimeError(f"{name}: {_explain_no_zip(file)}")
    try:
        with zipfile.ZipFile(file) as archive:
            return _Reader(archive, _find_root(archive)).load()
    except (OSError, MemoryError):
        raise
    except (RuntimeError, pickle.UnpicklingError) as error:
        raise type(error)(f"{name}: {error}") from None
    except Exception as error:  # damaged bytes can fail anywhere inside zipfile and pickle
        raise RuntimeError(f"{name}: the file is damaged ({error!r}); copy it anew") from error


_LEGACY_START = pickle.dumps(0x1950A86A20F9469CFC6C, 2)[:-1]  # torch.serialization.MAGIC_NUMBER


def _explain_no_zip(file: IO[bytes]) -> str:
    import tarfile  # slow to load, too

    file.seek(0)
    start = file.read(len(_LEGACY_START))
    file.seek(0)
    if not start:
        return "the file is empty"
    if start.startswith(b"PK\x03\x04"):
        return "the file is cut short: the table of contents at its end is missing; copy it anew"
    if start == _LEGACY_START or tarfile.is_tarfile(file):
        return (
            "the format is from before PyTorch 1.6; load the file in PyTorch and save it again "
            "with torch.save"
        )
    return "this is no .pth file, which is a zip archive"


def _find_root(archive: zipfile.ZipFile) -> str:
    """The folder that all records are in; PyTorch names it after the file."""
    names = archive.namelist()
    root = next((n.removesuffix("/data.pkl") for n in names if n.endswith("/data.pkl")), None)
    if root is None:
        raise RuntimeError("this zip archive is no .pth file: it holds no data.pkl")
    if f"{root}/constants.pkl" in names:
        raise RuntimeError(
            "this is a TorchScript program, not a state_dict; in PyTorch, load it with "
            "torch.jit.load and save its state_dict()"
        )
    return root


class _Reader(pickle._Unpickler):
    """Runs data.pkl, with the names of _GLOBALS and no others."""

    stack: list[Any]

    def __init__(self, archive: zipfile.ZipFile, root: str) -> None:
        super().__init__(io.BytesIO(archive.read(f"{root}/data.pkl")))
        self._archive, self._root = archive, root
        order = f"{root}/byteorder"  # older versions of PyTorch did not write it
        self._big_endian = order in archive.namelist() and archive.read(order) == b"big"
        self._storages: dict[str, _Storage] = {}

    def find_class(self, module: str, name: str) -> Any:
        full_name = f"{module}.{name}"
        if full_name not in _GLOBALS:
            raise pickle.UnpicklingError(_explain_global(full_name))
        return _GLOBALS[full_name]

    def persistent_load(self, pid: Any) -> _Storage:
        _, kind, key, _, size = pid
        if key not in self._storages:
            self._storages[key] = _Storage(key, self._read_numbers(key, kind.dtype.numpy))
        if self._storages[key].numbers.size != size:
            raise RuntimeError(f"storage {key!r} does not hold the {size!r} numbers it should")
        return self._storages[key]

    def _read_numbers(self, key: str, dtype: np.dtype[Any]) -> Array:
        raw = self._archive.read(f"{self._root}/data/{key}")
        stored = dtype.newbyteorder(">" if self._big_endian else "<")
        return np.frombuffer(raw, stored).astype(dtype)  # a copy: `raw` cannot be written to

    def _build(self) -> None:
        """Set attributes. Only a state_dict's `_metadata` (the modules' versions) is one."""
        state, target = self.stack.pop(), self.stack[-1]
        if type(target) is not OrderedDict or state.keys() != {"_metadata"}:
            raise pickle.UnpicklingError(f"it sets attributes of a {type(target).__name__}")
        target.__dict__.update(state)

    def _refuse(self) -> None:
        raise pickle.UnpicklingError("it makes objects by ways that no state_dict takes")

    # The instructions that call a class or a registered extension, or allocate what they announce.
    _REFUSED = (
        pickle.INST + pickle.OBJ + pickle.NEWOBJ + pickle.NEWOBJ_EX
        + pickle.EXT1 + pickle.EXT2 + pickle.EXT4 + pickle.BYTEARRAY8
    )  # fmt: skip
    dispatch: ClassVar[dict[int, Any]] = {
        **pickle._Unpickler.dispatch,
        **dict.fromkeys(_REFUSED, _refuse),
        pickle.BUILD[0]: _build,
    }


_TYPES_WE_LACK = ("torch.bfloat16", "torch.complex", "torch.float8", "torch.uint", "torch.qu")


def _explain_global(name: str) -> str:
    # _rebuild_tensor_v3 stands before tensors of the types that came without a storage's name.
    if name.startswith(_TYPES_WE_LACK) or name.endswith(("Storage", "_rebuild_tensor_v3")):
        return (
            f"it holds numbers of a type that minitorch_nn does not have ({name!r}); in PyTorch, "
            "convert the tensors, with .float() for instance, and save them again"
        )
    return (
        f"it asks for {name!r}, which no state_dict needs; it was not run. If you trust the file, "
        "load it in PyTorch with weights_only=False and save the model's state_dict() from there"
    )
