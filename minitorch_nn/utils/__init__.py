"""Helpers beside the network itself, as `torch.utils`: the loading of data."""

from __future__ import annotations

import sys

from ..missing import name_plainly
from . import data

__all__ = ["data"]

name_plainly(sys.modules[__name__], data)
