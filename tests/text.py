"""Compare what two programs print: words to the letter, numbers to the last digit shown.

`0.1234` and `0.1235` agree, since the last digit of a float32 result is luck; `0.12` and `0.1234`
do not, nor do `1` and `2`, which are counts. Spaces count, but for those that pad a number.
"""

from __future__ import annotations

import re

_NUMBER = re.compile(r"(?<![\w.])[-+]?\d+\.\d*(?:e[-+]?\d+)?|(?<![\w.])[-+]?\d+e[-+]?\d+")


def difference(theirs: str, mine: str) -> str | None:
    """The first line in which the texts differ, as both have it; None if they agree."""
    their_lines, my_lines = theirs.splitlines(), mine.splitlines()
    for number, (a, b) in enumerate(zip(their_lines, my_lines, strict=False), 1):
        if a != b and not _agree(a, b):
            return f"line {number}:\n  PyTorch      {a}\n  minitorch_nn {b}"
    if len(their_lines) != len(my_lines):
        more = "PyTorch" if len(their_lines) > len(my_lines) else "minitorch_nn"
        rest = max(their_lines, my_lines, key=len)[min(len(their_lines), len(my_lines))]
        return f"{more} goes on, at the other's end, with:\n  {rest}"
    return None


def _agree(a: str, b: str) -> bool:
    if _words(a) != _words(b):
        return False
    pairs = zip(_NUMBER.findall(a), _NUMBER.findall(b), strict=True)
    return all(x == y or _within_a_unit(x, y) for x, y in pairs)


def _words(line: str) -> list[str]:
    """The text around the numbers; spaces before a number may differ by its sign or length."""
    return [part.rstrip(" ") for part in _NUMBER.split(line)]


def _within_a_unit(x: str, y: str) -> bool:
    if _shape(x) != _shape(y):
        return False
    unit = 10.0 ** (_exponent(x) - _decimals(x))
    return abs(float(x) - float(y)) <= 1.001 * unit


def _shape(number: str) -> tuple[int, bool]:
    return _decimals(number), "e" in number


def _decimals(number: str) -> int:
    return len(number.partition("e")[0].partition(".")[2])


def _exponent(number: str) -> int:
    return int(number.partition("e")[2] or 0)
