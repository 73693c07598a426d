"""The version of this package, in a file that setup.cfg can read without importing NumPy."""

__version__ = "0.1.0"
