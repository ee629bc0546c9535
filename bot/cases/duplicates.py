"""Which open cases may be one with a case, from an index kept in step with the database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.cases.candidates import Duplicates, Suggestion
from bot.cases.filters import MAX_PAGE, OPEN_STATES, CaseFilter, CaseSort
from bot.cases.merging import CaseReader, Told
from bot.cases.model import SYSTEM, Actor, Case, Move, MoveRefused
from bot.cases.ports import CaseStorage
from bot.errors import Conflict, Invalid, NotFound
from bot.ports import Clock

_AFRESH = timedelta(minutes=10)
"""How often cases that are open no more leave the index. What is suggested is looked up in the
database in any case."""
_JUDGED_WITHIN = timedelta(days=1)
_OVERLAP = timedelta(minutes=1)
"""Cases that were opened so shortly before the last look may not have been visible then."""


class Mover(Protocol):
    """The case service, as far as merging needs it."""

    async def move(
        self, number: str, move: Move, actor: Actor, *, reason: str = "", lead_number: str = ""
    ) -> Case:
        """Make a move."""


@dataclass(frozen=True, kw_only=True)
class Similar:
    """An open case that may be one with another, and why; see `bot.cases.merging.Likeness`."""

    case: Case
    probability: float
    reasons: tuple[str, ...]
    same_place: bool


class DuplicateService:
    """Suggests what to merge, and merges what is sure where the city has said from when on.

    Args:
        storage: the database.
        clock: the time.
        reader: reads cases for comparing.
        days: cases opened within so many days are looked at.
        least: probability from which a case is suggested.
        auto: probability from which cases are merged without a person; 0: never.
    """

    def __init__(
        self,
        storage: CaseStorage,
        clock: Clock,
        reader: CaseReader,
        *,
        days: int,
        least: float,
        auto: float = 0.0,
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._reader = reader
        self._days = timedelta(days=days)
        self._least = least
        self._auto = auto
        self._index = Duplicates()
        self._built_at: datetime | None = None
        self._seen_until: datetime | None = None
        self._unjudged: list[str] = []
        self._syncing = asyncio.Lock()

    async def suggest(self, number: str, *, limit: int = 5) -> tuple[Similar, ...]:
        """Open cases that may be one with this one, likeliest first. Raises `NotFound`."""
        async with self._storage.read() as unit:
            case = await unit.cases.get(number)
        if case is None:
            raise NotFound("没有这个编号的诉求。")
        return await self.like(told(case), limit=limit)

    async def like(self, told: Told, *, limit: int = 5) -> tuple[Similar, ...]:
        """Open cases that may be one with what is told and is no case yet, likeliest first."""
        async with self._syncing:
            await self._sync()
            near = await asyncio.to_thread(self._near, told, limit)
        return await self._still_open(near)

    def _near(self, told: Told, limit: int) -> tuple[Suggestion, ...]:
        return self._index.near(self._reader.read(told), least=self._least, limit=2 * limit)[:limit]

    async def merge_sure(self, mover: Mover) -> int:
        """Merge cases of the last day that surely repeat an earlier one at the same place into it.

        Each is looked at once; those whose citizen asked for confidence are left to people.

        Returns:
            How many were; 0 where the city has not set from when on.
        """
        if not self._auto:
            return 0
        async with self._syncing:
            await self._sync()
            unjudged, self._unjudged = self._unjudged, []
        merged = 0
        for number in sorted(unjudged):
            earlier = [
                similar
                for similar in await self.suggest(number)
                if similar.probability >= self._auto
                and similar.same_place
                and similar.case.number < number
            ]
            if earlier and await self._merge(mover, number, earlier[0]):
                merged += 1
        return merged

    async def _merge(self, mover: Mover, number: str, into: Similar) -> bool:
        reason = f"系统判断为同一事项（{into.probability:.0%}）：{'；'.join(into.reasons)}"
        try:
            await mover.move(
                number, Move.MERGE, SYSTEM, reason=reason, lead_number=into.case.number
            )
        except (MoveRefused, Conflict, Invalid, NotFound):
            return False  # somebody was first, or it is no longer open: then a person has seen it
        return True

    async def _still_open(self, near: Iterable[Suggestion]) -> tuple[Similar, ...]:
        found = []
        async with self._storage.read() as unit:
            for each in near:
                case = await unit.cases.get(each.number)
                if case is not None and case.state in OPEN_STATES:
                    likeness = each.likeness
                    found.append(
                        Similar(
                            case=case,
                            probability=likeness.probability,
                            reasons=likeness.reasons,
                            same_place=likeness.same_place,
                        )
                    )
        return tuple(found)

    async def _sync(self) -> None:
        """Take in cases opened since the last look; now and then leave out those open no more."""
        now = self._clock.now()
        whole = self._built_at is None or now - self._built_at >= _AFRESH
        since = now - self._days if whole or self._seen_until is None else self._seen_until
        still_open = set()
        async for case in self._open_since(since - _OVERLAP, now):
            still_open.add(case.number)
            if case.number not in self._index:
                self._index.add(await asyncio.to_thread(self._reader.read, told(case)))
                if self._auto and not case.confidential and now - case.opened_at < _JUDGED_WITHIN:
                    self._unjudged.append(case.number)
        if whole:
            for number in self._index.numbers - still_open:
                self._index.remove(number)
            self._built_at = now
        self._seen_until = now

    async def _open_since(self, since: datetime, now: datetime) -> AsyncIterator[Case]:
        cursor = ""
        while True:
            wanted = CaseFilter(
                states=frozenset(OPEN_STATES),
                opened_from=since,
                sort=CaseSort.OPENED,
                limit=MAX_PAGE,
                cursor=cursor,
            )
            async with self._storage.read() as unit:
                page = await unit.cases.page(wanted, now=now)
            for case in page.cases:
                yield case
            cursor = page.next_cursor
            if not cursor:
                return


def told(case: Case) -> Told:
    """A case as merging looks at it."""
    return Told(
        number=case.number,
        text=case.text,
        at=case.opened_at,
        title=case.title,
        place=case.place,
        territory=case.territory,
        channel=case.channel,
        department=case.lead_department,
    )
