"""The editors' lists over the whole content: what waits, runs out, is missing, is often needed.

Each list is read by an index in pages of one size and counted up to a limit, so that it costs the
same among a hundred documents and a hundred thousand.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.ports import Clock
from knowledge.model import Document, Kind, Life

PER_PAGE = 50
COUNTED = 1000
"""A list is counted so far; more is said as "999+"."""
LATELY_DAYS = 30
"""So many days back answers count as lately."""
EXPIRED_DAYS = 365
"""Documents that ran out longer ago are looked for no more."""
WITHIN = (30, 90)
_SHANGHAI = ZoneInfo("Asia/Shanghai")


class ListName(StrEnum):
    """One list."""

    WAITING = "waiting"
    """Drafts no second person has checked, the oldest first."""
    CHECKED = "checked"
    """Checked, not yet published."""
    EXPIRING = "expiring"
    """Published, valid for few more days, the soonest first."""
    REVIEW = "review"
    """Published, to be looked at again soon or since."""
    EXPIRED = "expired"
    """Run out, and quoted in answers lately, the newest first."""
    UNINTERPRETED = "uninterpreted"
    """Published policies no published interpretation names, the newest first."""
    REFUTATIONS = "refutations"
    """Published refutations, the newest first."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a page of a list begins: after this document.

    Args:
        key: what the list is ordered by there, an ISO 8601 day or time.
    """

    key: str
    id: str


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which part of a list.

    Args:
        within: days ahead, for what runs out or is to be looked at again.
        department: only of this unit; empty: all.
        after: None for the first page.
    """

    name: ListName
    kind: Kind | None = None
    department: str = ""
    within: int = WITHIN[0]
    after: Place | None = None


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A document in a list.

    Args:
        document: what readers see under its id.
        place: where the page after it begins.
        since: since when it waits.
        version: the version that waits.
        review_on: when it is to be looked at again.
        quoted: how often answers quoted it, lately where the list says so.
    """

    document: Document
    place: Place
    since: datetime | None = None
    version: int | None = None
    review_on: date | None = None
    quoted: int = 0


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page; `following` is None on the last."""

    rows: tuple[Listed, ...]
    following: Place | None
    today: date
    now: datetime


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """The days and times a list is cut by."""

    today: date
    last: date
    expired_from: date
    quoted_from: datetime


class ListStore(Protocol):
    """See `bot.storage.document_lists`."""

    async def listed(self, asked: Asked, bounds: Bounds, limit: int) -> tuple[Listed, ...]:
        """The documents of a list after a place."""

    async def counted(self, asked: Asked, bounds: Bounds, most: int) -> int:
        """How many a list holds, at most `most`."""


class ListUnit(Protocol):
    """One transaction."""

    @property
    def content_lists(self) -> ListStore:
        """The lists."""


class ListStorage(Protocol):
    """The database."""

    def read(self) -> AbstractAsyncContextManager[ListUnit]:
        """A transaction that only reads."""


class ContentLists:
    """The lists as editors and checkers read them."""

    def __init__(self, storage: ListStorage, clock: Clock) -> None:
        self._storage, self._clock = storage, clock

    async def page(self, asked: Asked) -> Page:
        """One page of a list."""
        now = self._clock.now()
        bounds = bounds_of(now, asked.within)
        async with self._storage.read() as unit:
            rows = await unit.content_lists.listed(asked, bounds, PER_PAGE + 1)
        shown = rows[:PER_PAGE]
        more = len(rows) > PER_PAGE
        return Page(
            rows=shown,
            following=shown[-1].place if more else None,
            today=bounds.today,
            now=now,
        )

    async def counts(self, *, within: int = WITHIN[0]) -> Mapping[ListName, int]:
        """How many stand in each list, `COUNTED` for so many and more."""
        bounds = bounds_of(self._clock.now(), within)
        async with self._storage.read() as unit:
            return {
                name: await unit.content_lists.counted(
                    Asked(name=name, within=within), bounds, COUNTED
                )
                for name in ListName
            }


def bounds_of(now: datetime, within: int) -> Bounds:
    """The days of lists read now."""
    today = now.astimezone(_SHANGHAI).date()
    return Bounds(
        today=today,
        last=today + timedelta(days=within),
        expired_from=today - timedelta(days=EXPIRED_DAYS),
        quoted_from=now - timedelta(days=LATELY_DAYS),
    )


def waits_for(name: ListName) -> Life:
    """The life a list of waiting versions is about."""
    return Life.CHECKED if name is ListName.CHECKED else Life.DRAFT
