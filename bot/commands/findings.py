"""What a check of `policyline check` comes to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How one check went."""

    FINE = "fine"
    LESS = "less"
    """The service runs, with less."""
    FAULT = "fault"
    """The service does not run."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one check found; `said` is one sentence in Chinese, free of secrets."""

    subject: str
    verdict: Verdict
    said: str
