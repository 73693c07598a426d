"""Helpers beside the network itself, as `torch.utils`: the loading of data."""

from __future__ import annotations

from . import data

__all__ = ["data"]
