"""Count what the parity tests compared and how far apart the two libraries were.

One row a family (the test file's name), printed when pytest ends: how many tensors were compared,
and the worst relative error of outputs and of gradients in each precision.
"""

from __future__ import annotations

from collections import defaultdict

_COLUMNS = [
    ("outputs", "float64"),
    ("outputs", "float32"),
    ("gradients", "float64"),
    ("gradients", "float32"),
]


class Ledger:
    """What was compared so far, by family."""

    def __init__(self) -> None:
        self.family = "other"
        self.comparisons: defaultdict[str, int] = defaultdict(int)
        self.worst: dict[tuple[str, str, str], float] = {}

    def record(self, kind: str, dtype: str, error: float) -> None:
        """One compared tensor. `kind` is 'outputs' or 'gradients'; integers have no error."""
        self.comparisons[self.family] += 1
        key = (self.family, kind, dtype)
        self.worst[key] = max(self.worst.get(key, 0.0), error)

    def table(self) -> list[str]:
        heads = "".join(f"{kind[:-1]:>10} {dtype[-2:]}" for kind, dtype in _COLUMNS)
        width = max([len(family) for family in self.comparisons] + [6])
        rows = [f"{'family':<{width}} {'compared':>9} {heads}"]
        for family, count in sorted(self.comparisons.items()):
            cells = [self.worst.get((family, kind, dtype)) for kind, dtype in _COLUMNS]
            text = "".join(f"{'-' if e is None else f'{e:.1e}':>13}" for e in cells)
            rows.append(f"{family:<{width}} {count:>9} {text}")
        return rows


LEDGER = Ledger()
