"""torch.special, what of it this package has: functions of mathematics, under their names there.

They are at home in ops/: exponentials.py, special.py, gamma.py, activation.py and others.
PyTorch: torch/special/__init__.py.
"""

from __future__ import annotations

from .ops.activation import log_softmax, softmax
from .ops.activation import sigmoid as expit
from .ops.exponentials import exp2, expm1, log1p, xlogy
from .ops.gamma import digamma, polygamma
from .ops.gamma import digamma as psi
from .ops.gamma import lgamma as gammaln
from .ops.pointwise import round
from .ops.reduction import logsumexp
from .ops.special import erf, erfc, erfinv, logit
from .ops.trigonometry import sinc

__all__ = [
    "digamma",
    "erf",
    "erfc",
    "erfinv",
    "exp2",
    "expit",
    "expm1",
    "gammaln",
    "log1p",
    "log_softmax",
    "logit",
    "logsumexp",
    "polygamma",
    "psi",
    "round",
    "sinc",
    "softmax",
    "xlogy",
]
