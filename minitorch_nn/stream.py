"""PyTorch's random numbers: the same seed gives the same weights, shuffles and dropped units.

PyTorch draws on the CPU from the Mersenne Twister MT19937, and so does NumPy's `RandomState`, with
the same seeding: the stream of 32-bit words is the same. This file turns words into numbers as
PyTorch does. How many words a draw takes is part of the contract: one word too few or too many,
and every later draw would differ.

Draws are plain NumPy arrays; `minitorch_nn.rand` and its kin wrap them into tensors, and
random.py's `Generator` is a stream whose state is a tensor.

PyTorch: aten/src/ATen/CPUGeneratorImpl.cpp, core/MT19937RNGEngine.h, core/DistributionsHelper.h,
core/TransformationHelper.h and native/cpu/DistributionTemplates.h.
"""

from __future__ import annotations

import math
import os
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from . import dtypes
from .device import CPU, check_device
from .dtypes import Array

if TYPE_CHECKING:
    from typing_extensions import Self

Shape = tuple[int, ...]

_DEFAULT_SEED = 67280421310721  # c10::detail's default_rng_seed_val, of a Generator never seeded

# What a 5056-byte state holds, field by field: CPUGeneratorImplStateLegacy in CPUGeneratorImpl.cpp,
# followed by a cached float32 normal that no CPU operation uses.
_STATE = np.dtype(
    [
        ("seed", "<u8"),
        ("left", "<i4"),  # words left in the block, plus one
        ("seeded", "<i4"),
        ("next", "<u8"),  # the next word's place in the block
        ("words", "<u8", 624),
        ("normal_x", "<f8"),
        ("normal_y", "<f8"),  # the cached normal
        ("normal_rho", "<f8"),
        ("normal_is_valid", "<i4"),
        ("float_normal", "<f4"),
        ("float_normal_is_valid", "?"),
    ],
    align=True,
)

# The type names of C++, as PyTorch's range errors give them.
_CPP_NAMES = {
    "bool": "bool",
    "uint8": "unsigned char",
    "int8": "signed char",
    "int16": "short int",
    "int32": "int",
    "int64": "int64_t",
    "float16": "c10::Half",
    "float32": "float",
    "float64": "double",
}


class _Position:
    """Where a stream stands: its seed, the engine of words, and a normal number kept for later."""

    seed: int
    normal: float | None

    def restart(self, seed: int) -> None:
        self.seed, self.normal = seed, None
        self.__dict__.pop("engine", None)

    @cached_property
    def engine(self) -> np.random.RandomState:
        """Made at the first draw: NumPy loads its random numbers when they are first asked for, and
        who imports this package need not wait for that."""
        return np.random.RandomState(self.seed % 2**32)


class Stream:
    """A stream of random numbers of its own.

    >>> Stream().manual_seed(0).uniform((2,), np.dtype("float32"))
    array([0.49625659, 0.7682218 ], dtype=float32)
    """

    device = CPU

    def __init__(self, device: Any = "cpu") -> None:
        check_device(device)
        self._at = _Position()
        self.manual_seed(_DEFAULT_SEED)

    def manual_seed(self, seed: int) -> Self:
        """Start the stream of `seed`, from -2⁶³ to 2⁶⁴-1; a negative seed counts from 2⁶⁴ down.

        Only the low 32 bits decide the stream. RuntimeError if it is no integer, ValueError if it
        is out of range.
        """
        if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)):
            raise RuntimeError(f"manual_seed expected a long, but got {type(seed).__name__}")
        if not -(2**63) <= seed < 2**64:
            raise ValueError("Overflow when unpacking long long")
        self._at.restart(int(seed) % 2**64)
        return self

    def seed(self) -> int:
        """Seed with 64 bits from the operating system, and return them."""
        self.manual_seed(int.from_bytes(os.urandom(8), "little"))
        return self._at.seed

    def initial_seed(self) -> int:
        """The seed that the stream began with, from 0 to 2⁶⁴-1."""
        return self._at.seed

    # ---- words

    def _words32(self, n: int) -> Array:
        """The next `n` words of the stream, as uint32."""
        return self._at.engine.randint(0, 2**32, n, np.uint32)

    def _words64(self, n: int) -> Array:
        """`n` pairs of words as uint64, the first word of a pair high."""
        pairs = self._words32(2 * n).astype(np.uint64)
        return (pairs[0::2] << np.uint64(32)) | pairs[1::2]

    def _unit(self, n: int, kind: type[np.floating[Any]]) -> Array:
        """`n` numbers of [0, 1): as many low bits of a word as float32's or float64's mantissa."""
        bits = np.finfo(kind).nmant + 1
        words = self._words64(n) if kind is np.float64 else self._words32(n)
        low = words & words.dtype.type((1 << bits) - 1)
        return low.astype(kind) * kind(2.0**-bits)

    # ---- numbers

    def uniform(
        self, shape: Shape, dtype: np.dtype[Any], low: float = 0.0, high: float = 1.0
    ) -> Array:
        """Numbers of [low, high). PyTorch: uniform_ (transformation::uniform_real)."""
        _need_floating(dtype, "check_uniform_bounds")
        _check_uniform(dtype, low, high)
        working = _working_type(dtype)
        u = self._unit(math.prod(shape), working)
        if (low, high) != (0.0, 1.0):
            # The bounds are rounded first, the rest is float64 and rounded once, at the end.
            start = working(low)
            width = float(working(high) - start)
            if working is np.float64:
                u = _multiply_add(u, width, float(start))
            else:  # the product of two float32 is exact in float64
                u = (u.astype(np.float64) * width + float(start)).astype(working)
        if dtype == np.float16:
            u = u.astype(dtype)
            u[u == dtype.type(high)] = low  # rounding may reach the end of the half-open range
        return u.reshape(shape)

    def normal(
        self, shape: Shape, dtype: np.dtype[Any], mean: float = 0.0, std: float = 1.0
    ) -> Array:
        """Normal numbers. From 16 on, PyTorch has a faster way that draws other numbers.

        Within 5e-7 of PyTorch's: logarithm and cosine differ in their last bit.
        RuntimeError if std is negative or nan.
        """
        _check_std(std)
        _need_floating(dtype, "normal_kernel_cpu")
        n = math.prod(shape)
        if n < 16:
            return self.normal_singly(shape, dtype, mean, std)
        z = self._normal_blocks(n, dtype)
        own = z.dtype.type
        # In float64, because PyTorch multiplies and adds in one instruction, which rounds once.
        scaled = z.astype(np.float64) * own(std) + own(mean)
        return scaled.astype(dtype).reshape(shape)

    def _normal_blocks(self, n: int, dtype: np.dtype[Any]) -> Array:
        """Box-Muller over blocks of 16. PyTorch: normal_fill in native/cpu/DistributionTemplates.h.

        A last block that is not full is drawn anew, over the last 16 values.
        """
        working = _working_type(dtype)
        rest = n % 16
        z = np.empty(n, working)
        z[: n - rest] = _box_muller(self._unit(n - rest, working))
        if rest:
            if dtype != np.float16:
                self._unit(rest, working)  # PyTorch draws them before it starts over: step with it
            z[-16:] = _box_muller(self._unit(16, working))
        return z

    def normal_singly(
        self, shape: Shape, dtype: np.dtype[Any], mean: float = 0.0, std: float = 1.0
    ) -> Array:
        """Normal numbers, always in float64 first, two at a time: an odd one is kept for later.

        PyTorch: normal_distribution<double> in core/DistributionsHelper.h. RuntimeError if std is
        negative or nan.
        """
        _check_std(std)
        n = math.prod(shape)
        kept = [] if self._at.normal is None or n == 0 else [self._at.normal]
        pairs = (n - len(kept) + 1) // 2
        u = self._unit(2 * pairs, np.float64).reshape(pairs, 2)
        radius, angle = np.sqrt(-2.0 * np.log1p(-u[:, 1])), 2.0 * math.pi * u[:, 0]
        fresh = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1).reshape(-1)
        z = np.concatenate([kept, fresh])
        if n:
            self._at.normal = float(z[n]) if len(z) > n else None
        return (z[:n] * std + mean).astype(dtype).reshape(shape)

    def integers(
        self, low: int, high: int, shape: Shape, dtype: np.dtype[Any] | None = None
    ) -> Array:
        """Integers of [low, high), as int64 unless `dtype` is given. PyTorch: random_from_to."""
        dtype = np.dtype(np.int64) if dtype is None else dtype
        _check_integers(dtype, low, high)
        n, width = math.prod(shape), int(high) - int(low)
        # From 2²⁸ values on, the remainder of one 32-bit word would favour the small ones too much.
        words = self._words64(n) if width >= 2**28 else self._words32(n).astype(np.uint64)
        if width < 2**64:
            # Unsigned addition wraps round, so a negative `low` comes out right as int64.
            words = words % np.uint64(width) + np.uint64(int(low) % 2**64)
        return words.view(np.int64).astype(dtype).reshape(shape)

    def whole(self, shape: Shape, dtype: np.dtype[Any]) -> Array:
        """Integers from 0 to the largest that the type holds exactly. PyTorch: random_."""
        draw = self._words64 if dtype in (np.int64, np.float64) else self._words32
        words = draw(math.prod(shape))
        return (words % (largest_whole(dtype) + 1)).astype(dtype).reshape(shape)

    def permutation(self, n: int) -> Array:
        """0 .. n-1 in random order, int64 [n]. PyTorch: randperm_cpu in TensorFactories.cpp."""
        if n < 0:
            raise RuntimeError(f"Trying to create tensor with negative dimension {n}: [{n}]")
        steps = np.arange(max(n - 1, 0))
        partners = steps + self._words32(len(steps)) % (n - steps)
        # Each swap needs the one before it, so this is a loop; over a list, which swaps fastest.
        order = list(range(n))
        for i, j in enumerate(partners.tolist()):
            order[i], order[j] = order[j], order[i]
        return np.array(order, np.int64)

    def bernoulli(self, p: float, shape: Shape) -> Array:
        """True with probability `p`. PyTorch: bernoulli_ (bernoulli_scalar_kernel).

        PyTorch built with MKL draws otherwise on Intel processors; elsewhere these are its draws.
        """
        if not 0 <= p <= 1:
            raise RuntimeError(f"bernoulli_ expects p to be in [0, 1], but got p={p:g}")
        return (self._unit(math.prod(shape), np.float64) < p).reshape(shape)

    def bernoulli_each(self, p: Array) -> Array:
        """True with the probability that stands in its place. PyTorch: bernoulli_tensor_kernel.

        RuntimeError for what is no probability.
        """
        if not np.all((p >= 0) & (p <= 1)):
            raise RuntimeError(
                "Expected p_in >= 0 && p_in <= 1 to be true, but got false.  (Could this error "
                "message be improved?  If so, please report an enhancement request to PyTorch.)"
            )
        return self._unit(p.size, _working_type(p.dtype)).reshape(p.shape) < p

    def exponential(self, shape: Shape, dtype: np.dtype[Any], lambd: float = 1.0) -> Array:
        """Waiting times at the rate `lambd`. PyTorch: exponential_.

        PyTorch built with MKL draws otherwise on Intel processors; elsewhere these are its draws.
        """
        if not lambd > 0:
            raise RuntimeError(f"exponential_ expects lambda > 0.0, but found lambda={lambd:g}")
        u = self._unit(math.prod(shape), np.float64)
        return (-1.0 / lambd * np.log1p(-u)).astype(dtype).reshape(shape)

    def geometric(self, shape: Shape, dtype: np.dtype[Any], p: float) -> Array:
        """How many trials until the first success of probability `p`. PyTorch: geometric_."""
        if not 0 < p < 1:
            raise RuntimeError(f"geometric_ expects p to be in (0, 1), but got p={p:g}")
        u = self._unit(math.prod(shape), np.float64)
        return np.ceil(np.log(u) / math.log1p(-p)).astype(dtype).reshape(shape)

    def log_normal(self, shape: Shape, dtype: np.dtype[Any], mean: float, std: float) -> Array:
        """Numbers whose logarithms are normal. PyTorch: log_normal_."""
        if not std > 0:
            raise RuntimeError(f"log_normal_ expects std > 0.0, but found std={std:g}")
        return np.exp(self.normal_singly(shape, np.dtype(np.float64), mean, std)).astype(dtype)

    def cauchy(self, shape: Shape, dtype: np.dtype[Any], median: float, sigma: float) -> Array:
        """Ratios of two normal numbers, shifted and scaled. PyTorch: cauchy_."""
        if not sigma > 0:
            raise RuntimeError(f"cauchy_ expects sigma > 0.0, but found sigma={sigma:g}")
        u = self._unit(math.prod(shape), np.float64)
        return (median + sigma * np.tan(math.pi * (u - 0.5))).astype(dtype).reshape(shape)

    def int64(self) -> int:
        """One integer of [0, 2⁶³): `torch.empty((), dtype=torch.int64).random_()`."""
        return int(self._words64(1)[0]) % 2**63

    # ---- state

    def state_bytes(self) -> Array:
        """Where the stream stands, uint8 [5056], in the layout of `torch.Generator.get_state`."""
        engine: Any = self._at.engine.get_state(legacy=False)["state"]
        state = np.zeros((), _STATE)
        state["seed"], state["seeded"] = self._at.seed, 1
        state["words"] = engine["key"]
        # NumPy counts 624 where a block is used up (or none was made yet); PyTorch has one left.
        state["next"], state["left"] = engine["pos"] % 624, (624 - engine["pos"]) % 624 + 1
        if self._at.normal is not None:
            state["normal_y"], state["normal_is_valid"] = self._at.normal, 1
        return np.frombuffer(state.tobytes(), np.uint8).copy()

    def load_state_bytes(self, state: Array) -> None:
        """Go on from a state that `state_bytes` or `torch.Generator.get_state` gave.

        TypeError if it is not uint8, RuntimeError if it is no state.
        """
        if state.dtype != np.uint8:
            raise TypeError("RNG state must be a torch.ByteTensor")
        if state.size != _STATE.itemsize:
            raise RuntimeError(
                f"Expected a CPUGeneratorImplState of size {_STATE.itemsize} "
                f"but found the input RNG state size to be {state.size}"
            )
        fields = np.frombuffer(state.tobytes(), _STATE)[0]
        left, place = int(fields["left"]), int(fields["next"])
        if not (fields["seeded"] == 1 and 0 < left <= 624 and place <= 624):
            raise RuntimeError("Invalid mt19937 state")
        position = 624 if left == 1 else place
        self._at.seed = int(fields["seed"])
        self._at.engine.set_state(("MT19937", fields["words"].astype(np.uint32), position, 0, 0.0))
        self._at.normal = float(fields["normal_y"]) if fields["normal_is_valid"] else None


def largest_whole(dtype: np.dtype[Any]) -> int:
    """The largest integer up to which the type holds every one."""
    if dtype.kind == "f":
        return 2 ** (np.finfo(dtype).nmant + 1)
    return int(_limits(dtype)[1])


def _working_type(dtype: np.dtype[Any]) -> type[np.floating[Any]]:
    """float16 numbers are drawn as float32 and then rounded."""
    return np.float64 if dtype == np.float64 else np.float32


def _box_muller(u: Array) -> Array:
    """Uniforms [16·k] to normals [16·k]: a block's first eight give radii, the others angles."""
    pairs = u.reshape(-1, 2, 8)
    radius = np.sqrt(-2 * np.log(1 - pairs[:, 0]))  # 1 - u, since u may be 0, never 1
    angle = u.dtype.type(2 * math.pi) * pairs[:, 1]
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1).reshape(-1)


def _multiply_add(x: Array, factor: float, addend: float) -> Array:
    """x·factor + addend, float64, rounded once, as PyTorch's kernel is compiled (to one FMA).

    NumPy rounds twice, which can move the last bit of every other weight. So the two rounding
    errors are found (Dekker's product, Knuth's sum: both exact) and added back at the end.
    """
    factor, exponent = math.frexp(factor)  # near 1, so that no product below can overflow
    addend = math.ldexp(addend, -exponent)
    product = x * factor
    x_high, factor_high = _upper_half(x), _upper_half(factor)
    x_low, factor_low = x - x_high, factor - factor_high
    product_error = x_low * factor_low - (
        product - x_high * factor_high - x_low * factor_high - x_high * factor_low
    )
    total = product + addend
    added = total - product
    total_error = (product - (total - added)) + (addend - added)
    return np.ldexp(total + (total_error + product_error), exponent)


def _upper_half(x: Any) -> Any:
    """`x` to 26 bits, so that the product of two halves is exact (Veltkamp)."""
    scaled = x * (2.0**27 + 1)
    return scaled - (scaled - x)


def _limits(dtype: np.dtype[Any]) -> tuple[float, float]:
    if dtype.kind == "b":
        return 0, 1
    if dtype.kind == "f":
        return float(np.finfo(dtype).min), float(np.finfo(dtype).max)
    return int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)


def _check_bounds(dtype: np.dtype[Any], **bounds: float) -> None:
    least, most = _limits(dtype)
    for name, bound in bounds.items():
        if not least <= bound <= most:
            raise RuntimeError(f"{name} is out of bounds for {_CPP_NAMES[dtype.name]}")


def _need_floating(dtype: np.dtype[Any], kernel: str) -> None:
    if dtype.kind != "f":
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{dtypes.title(dtype)}'")


def _check_std(std: float) -> None:
    if not std >= 0:
        raise RuntimeError(f"normal expects std >= 0.0, but found std {std:g}")


def _check_uniform(dtype: np.dtype[Any], low: float, high: float) -> None:
    _check_bounds(dtype, **{"from": low, "to": high})
    if low > high:
        raise RuntimeError(
            f"uniform_ expects to return a [from, to) range, but found from={low:g} > to={high:g}"
        )
    if high - low > _limits(dtype)[1]:
        raise RuntimeError(
            f"uniform_ expects to-from <= std::numeric_limits<{dtypes.title(dtype)}>::max(), "
            f"but found to={high:g} and from={low:g} which result in to-from to exceed the limit"
        )


def _check_integers(dtype: np.dtype[Any], low: int, high: int) -> None:
    if low >= high:
        raise RuntimeError(
            f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}"
        )
    _check_bounds(dtype, **{"from": low, "to - 1": high - 1})


default_stream = Stream()
default_stream.seed()  # a program that sets no seed differs from run to run, as with PyTorch
