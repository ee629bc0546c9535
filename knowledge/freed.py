"""Memory that building an index freed, handed back to the system."""

from __future__ import annotations

import contextlib
import ctypes


def give_back() -> None:
    """Hand freed memory back (glibc keeps what lies between living objects); elsewhere nothing.

    A third of what a process held after building over 100,000 passages.
    """
    with contextlib.suppress(AttributeError, OSError):  # another C library
        ctypes.CDLL(None).malloc_trim(0)
