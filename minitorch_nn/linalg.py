"""torch.linalg, what of it this package has: norms (ops/norms.py), products (ops/products.py),
and square matrices (ops/inverse.py, ops/solving.py).

PyTorch: torch/linalg/__init__.py.
"""

from __future__ import annotations

from .ops.inverse import _LinAlgError as LinAlgError
from .ops.inverse import inv, matrix_power
from .ops.norms import linalg_norm as norm
from .ops.norms import matrix_norm, svdvals, vector_norm
from .ops.products import linalg_cross as cross
from .ops.products import multi_dot, vecdot
from .ops.solving import cholesky, det, pinv, solve
from .ops.solving import linalg_slogdet as slogdet

__all__ = [
    "LinAlgError",
    "cholesky",
    "cross",
    "det",
    "inv",
    "matrix_norm",
    "matrix_power",
    "multi_dot",
    "norm",
    "pinv",
    "slogdet",
    "solve",
    "svdvals",
    "vecdot",
    "vector_norm",
]
