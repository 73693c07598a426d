"""Slices picked by number along one dimension, and, the other way, added up at those numbers.

NumPy's `take` is the one; its adjoint is here: it serves rows of an embedding, mirrored margins and
enlarged images alike.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def add_along(y: Any, axis: int, index: Any, n: int) -> Any:
    """The adjoint of x.take(index, axis): zeros, n along the axis, with each slice of y added at
    the place that `index` names.

    Slices of one place are brought next to each other, and then all added in one go.
    """
    out = np.zeros((*y.shape[:axis], n, *y.shape[axis + 1 :]), y.dtype)
    if not index.size:
        return out
    if np.any(np.diff(index) < 0):
        order = np.argsort(index, kind="stable")
        index, y = index[order], y.take(order, axis)
    firsts = np.flatnonzero(np.diff(index, prepend=index[0] - 1))
    places: Any = (*(slice(None),) * axis, index[firsts])
    out[places] = np.add.reduceat(y, firsts, axis)
    return out
