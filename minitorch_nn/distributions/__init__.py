"""Probability distributions: to draw from, and to ask for the logarithm of a probability. As
`torch.distributions`, of which the four that learners meet first are here.

    policy = Categorical(logits=network(state))
    action = policy.sample()
    loss = -policy.log_prob(action) * reward

PyTorch: torch/distributions.
"""

from __future__ import annotations

import sys

from ..missing import name_plainly
from . import constraints
from .bernoulli import Bernoulli
from .categorical import Categorical
from .distribution import Distribution
from .independent import Independent
from .kl import kl_divergence
from .normal import Normal
from .uniform import Uniform

__all__ = [
    "Bernoulli",
    "Categorical",
    "Distribution",
    "Independent",
    "Normal",
    "Uniform",
    "constraints",
    "kl_divergence",
]

name_plainly(sys.modules[__name__])
