"""What a list of requests is asked for, and a page of it. Pure values."""

from __future__ import annotations

from dataclasses import dataclass

from bot.disclosure.application import Channel
from bot.disclosure.model import Request, State
from bot.disclosure.results import Result

PER_PAGE = 50
MOST_OPEN = 2000
"""Requests that are not decided are shown by their clocks, all of them; more than any city has."""


@dataclass(frozen=True, kw_only=True)
class RequestFilter:
    """Which requests.

    Args:
        unit: the unit that handles it; None: any; empty: none yet.
        applicant: their name, whole; empty: any.
        text: in number, applicant's name or content.
        before: a number; those registered earlier, for the next page.
    """

    states: frozenset[State] = frozenset()
    unit: str | None = None
    channel: Channel | None = None
    result: Result | None = None
    applicant: str = ""
    text: str = ""
    before: str = ""
    limit: int = PER_PAGE


@dataclass(frozen=True, kw_only=True)
class RequestPage:
    """Requests, the newest first, and where the next page begins; empty: nowhere."""

    requests: tuple[Request, ...]
    before: str = ""
