"""Helpers for networks, as `torch.nn.utils`."""
