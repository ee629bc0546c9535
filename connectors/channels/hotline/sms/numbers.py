"""Mobile numbers as call centres and gateways write them. Pure."""

from __future__ import annotations

import re

_SEPARATORS = re.compile(r"[\s().-]+")
_MOBILE = re.compile(r"(?:\+?86|0086|0)?(1[3-9]\d{9})", re.ASCII)
_PREFIXES = ("", "0", "86", "+86", "0086")


def mobile(told: str) -> str:
    """The eleven digits of a Chinese mobile number; empty for landlines and all else."""
    found = _MOBILE.fullmatch(_SEPARATORS.sub("", told))
    return found[1] if found else ""


def spellings(number: str) -> tuple[str, ...]:
    """The ways a call centre may have told this mobile number, the plain one first."""
    return tuple(f"{prefix}{number}" for prefix in _PREFIXES)
