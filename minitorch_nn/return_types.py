"""What `torch.max(x, dim)` and its kin return: tuples whose items also have names.

>>> values, indices = torch.max(x, 1)
>>> torch.max(x, 1).indices

PyTorch: torch/return_types.py and torch/csrc/utils/structseq.cpp (how they print).
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import itemgetter
from typing import Any


class _Results(tuple[Any, ...]):
    """A tuple that can only be made with as many items as it has names for."""

    __slots__ = ()
    __match_args__: tuple[str, ...] = ()  # the names, in order; also what `match` reads

    def __new__(cls, items: Iterable[Any]) -> _Results:
        results = super().__new__(cls, items)
        if len(results) != len(cls.__match_args__):
            raise TypeError(
                f"torch.return_types.{cls.__name__}() takes a "
                f"{len(cls.__match_args__)}-sequence ({len(results)}-sequence given)"
            )
        return results

    def __repr__(self) -> str:
        lines = [f"{name}={item!r}" for name, item in zip(self.__match_args__, self, strict=True)]
        return f"torch.return_types.{type(self).__name__}(\n" + ",\n".join(lines) + ")"


def _results(name: str, *fields: str) -> type[Any]:
    """A class of results with these names: `_results("max", "values", "indices")`."""
    members: dict[str, Any] = {f: property(itemgetter(i)) for i, f in enumerate(fields)}
    return type(name, (_Results,), {"__slots__": (), "__match_args__": fields, **members})


max = _results("max", "values", "indices")
min = _results("min", "values", "indices")
sort = _results("sort", "values", "indices")
topk = _results("topk", "values", "indices")
median = _results("median", "values", "indices")
nanmedian = _results("nanmedian", "values", "indices")
mode = _results("mode", "values", "indices")
kthvalue = _results("kthvalue", "values", "indices")
cummax = _results("cummax", "values", "indices")
cummin = _results("cummin", "values", "indices")
aminmax = _results("aminmax", "min", "max")
linalg_slogdet = _results("linalg_slogdet", "sign", "logabsdet")
slogdet = _results("slogdet", "sign", "logabsdet")
