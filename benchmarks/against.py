"""What changed since an earlier run: `python -m benchmarks --against FILE`.

A ratio moved only where the new one lies outside of what the old one was seen to do, and the other
way round: the spread of a ratio goes from its lowest to its highest quartile or launch, and two
ratios differ where their spreads do not touch.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.report import FORMAT, format_seconds, print_columns

__all__ = [
    "Change",
    "NotComparable",
    "changes",
    "differences",
    "print_changes",
    "read_earlier",
    "rows_of",
]


class NotComparable(Exception):
    """A file holds nothing that this run can be compared with."""


def read_earlier(path: Path, kind: str) -> dict[str, Any]:
    """Return the result of this `kind` that `path` holds; the first format had tables only.

    Raises:
        OSError: it cannot be read.
        NotComparable: it holds something else.
    """
    try:
        result = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        raise NotComparable(f"{path} is not JSON") from None
    if not isinstance(result, dict) or not isinstance(result.get("format"), int):
        raise NotComparable(f"{path} is not a result of python -m benchmarks")
    if result["format"] > FORMAT:
        raise NotComparable(f"{path} has format {result['format']}; {FORMAT} is the last known")
    if (its := result.get("kind", "table")) != kind:
        raise NotComparable(f"{path} is a result of the kind {its}, not {kind}")
    if not {"environment", "plan", "axes" if kind == "scaling" else "rows"} <= result.keys():
        raise NotComparable(f"{path} is only a part of a result")
    return result


@dataclass(frozen=True)
class Change:
    """One contender's ratio to PyTorch, and its seconds, in two runs of a workload or a part."""

    title: str
    contender: str
    old_seconds: float
    new_seconds: float
    old_ratio: float
    new_ratio: float
    beyond_spread: bool


def changes(old: dict[str, Any], new: dict[str, Any]) -> list[Change]:
    """Return the change of every row, part and contender that both results have."""
    found = []
    earlier = {row["name"]: row for row in rows_of(old)}
    for row in rows_of(new):
        before = earlier.get(row["name"], {})
        for title, was, now in sections(before, row):
            for name, ratio in now["ratios"].items():
                partner = same_contender(name, old, new)
                if partner in was.get("ratios", {}):
                    old_ratio = was["ratios"][partner]
                    found.append(
                        Change(
                            title,
                            name,
                            was["seconds"][partner]["median"],
                            now["seconds"][name]["median"],
                            old_ratio["median"],
                            ratio["median"],
                            apart(old_ratio, ratio),
                        )
                    )
    return found


def rows_of(result: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a result's rows; those of the kind "scaling" are its sizes, axis by axis."""
    if "axes" not in result:
        rows: list[dict[str, Any]] = result["rows"]
        return rows
    return [
        {
            "name": f"{axis['name']} {point['size']}",
            "title": f"{axis['title']}, {point['size']}",
            "seconds": point["seconds"],
            "ratios": {"numpy": point["ratio"] | {"launches": []}} if point["ratio"] else {},
            "parts": {},
            "refused": point["refused"],
        }
        for axis in result["axes"]
        for point in axis["points"]
    ]


def sections(
    old: dict[str, Any], new: dict[str, Any]
) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Return (title, old, new) of a row and of each of its parts."""
    parts = [
        (f"{new['title']}, {part}", old.get("parts", {}).get(part, {}), times)
        for part, times in new["parts"].items()
    ]
    return [(new["title"], old, new), *parts]


def same_contender(name: str, old: dict[str, Any], new: dict[str, Any]) -> str | None:
    """Return the old result's contender with the same name, else that with the same kernels.

    One run may have timed NumPy as the user had set it, the other with kernels of its choice.
    """
    if name in old["plan"]["libraries"]:
        return name
    wanted = kernels(new, name)
    same = [
        other
        for other in old["plan"]["libraries"]
        if wanted and other.startswith("numpy") and kernels(old, other) == wanted
    ]
    return same[0] if same else None


def kernels(result: dict[str, Any], name: str) -> list[str]:
    """Return the architectures of the BLAS pools that a NumPy contender had."""
    pools = result["environment"]["libraries"].get(name, {}).get("pools")
    if not name.startswith("numpy") or not isinstance(pools, list):
        return []
    return [pool.get("architecture") for pool in pools if pool["user_api"] == "blas"]


def apart(old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Return whether the spreads of two ratios do not touch."""
    (old_low, old_high), (new_low, new_high) = spread(old), spread(new)
    return old_high < new_low or new_high < old_low


def spread(ratio: dict[str, Any]) -> tuple[float, float]:
    """Return the lowest and the highest of a ratio's quartiles and launches."""
    launches = ratio["launches"]
    return min([ratio["q1"], *launches]), max([ratio["q3"], *launches])


def differences(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Return a line for every fact of the machine and the libraries in which the runs differ."""
    then, now = facts(old), facts(new)
    return [
        f"{name}: {then[name]} then, {now[name]} now"
        for name in then
        if name in now and then[name] != now[name]
    ]


def facts(result: dict[str, Any]) -> dict[str, str]:
    """Return what must be the same in two runs if only the package is to tell them apart."""
    machine, libraries = result["environment"]["machine"], result["environment"]["libraries"]
    cpu = machine["cpu"]
    found = {
        "processor": f"{cpu['model']} (family {cpu['family']}, model {cpu['model_number']})",
        "cores": str(cpu["cores_usable"]),
        "Python": machine["python"],
        "variables": " ".join(f"{k}={v}" for k, v in machine["variables"].items()) or "none",
    }
    for name, its in libraries.items():
        if "error" not in its:
            found[f"{name}'s version"] = its["version"]
            found[f"{name}'s NumPy"] = its["numpy"]
            found[f"{name}'s kernels"] = " ".join(kernels(result, name)) or "unknown"
    return found


def print_changes(old: dict[str, Any], new: dict[str, Any]) -> None:
    """Print a table of what changed, and in what the two runs differ besides."""
    machine = old["environment"]["machine"]
    print(f"Since {machine['date']}; changes of the ratio to PyTorch, * where beyond both spreads")
    rows = [["", "", "then", "now", "ratio then", "now", "change"]]
    for change in changes(old, new):
        moved = change.new_ratio / change.old_ratio - 1
        rows.append(
            [
                change.title,
                change.contender,
                format_seconds(change.old_seconds),
                format_seconds(change.new_seconds),
                f"{change.old_ratio:.2f}",
                f"{change.new_ratio:.2f}",
                f"{moved:+.0%}{'*' if change.beyond_spread else ' '}",
            ]
        )
    if len(rows) == 1:
        print("Nothing was timed in both.")
    else:
        print_columns(rows)
    for line in differences(old, new):
        print(f"Differs: {line}")
