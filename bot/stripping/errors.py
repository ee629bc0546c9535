"""What goes wrong in stripping."""

from __future__ import annotations


class Malformed(ValueError):
    """The file does not keep to its format; names the format."""
