"""The service. Read `turn.py` first."""

__version__ = "0.1.0"
