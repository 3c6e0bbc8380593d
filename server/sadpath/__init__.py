"""Review hints for the unhappy paths of Python code."""

__version__ = "0.1.0"
