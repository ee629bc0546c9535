"""Cases as they stand: for staff, and for whoever has number and query code."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.cases.chain import ChainFault, verify
from bot.cases.filters import CaseFilter, CasePage, OpenCounts
from bot.cases.lookup import look_up
from bot.cases.model import Case, CaseEvent
from bot.cases.ports import CaseCity, CaseStorage, CaseUnit
from bot.cases.query_code import QueryCodes, digits
from bot.errors import NotFound
from bot.ports import Clock


class CaseReading:
    """Reads cases; `bot.cases.service` writes them.

    Args:
        storage: the database.
        clock: the time.
        city: wording.
        codes: makes and knows query codes.
    """

    def __init__(
        self, storage: CaseStorage, clock: Clock, city: CaseCity, codes: QueryCodes
    ) -> None:
        self._storage, self._clock, self._city, self._codes = storage, clock, city, codes

    async def published(
        self, *, before: datetime | None = None, limit: int = 20
    ) -> tuple[Case, ...]:
        """Published cases, the last published first; only `published` of each is for the public.

        Args:
            before: only those published earlier than this, for the next page.
            limit: how many.
        """
        async with self._storage.read() as unit:
            return await unit.cases.published(before=before, limit=limit)

    async def get(self, number: str) -> Case:
        """A case, for staff. Raises `NotFound`."""
        async with self._storage.read() as unit:
            return await case_of(unit, number)

    async def look_up(self, number: str, query_code: str, *, who: str) -> Case:
        """A case, for whoever has its number and query code.

        Raises:
            NotFound: wrong code or unknown number, one error for both (`wrong_code`).
            TooMany: five wrong tries by `who` or on this number; with the wait.
        """
        return await look_up(
            self._storage,
            self._codes,
            self._city.wording,
            number=number,
            code=query_code,
            who=who,
            now=self._clock.now(),
        )

    async def cases(self, wanted: CaseFilter) -> CasePage:
        """One page of cases. Raises `Invalid` for a cursor that is none."""
        async with self._storage.read() as unit:
            return await unit.cases.page(wanted, now=self._clock.now())

    async def open_counts(self, department: str = "") -> OpenCounts:
        """Open cases by state and department; of one department where named."""
        async with self._storage.read() as unit:
            return await unit.cases.open_counts(now=self._clock.now(), department=department)

    async def clocks(self) -> tuple[OpenCounts, dict[str, int]]:
        """Open cases counted, and the unanswered ones by how near their deadline is: `overdue`,
        `day` and `three_days`; what is due in a day is due in three."""
        now = self._clock.now()
        near = {"day": now + timedelta(days=1), "three_days": now + timedelta(days=3)}
        async with self._storage.read() as unit:
            counts = await unit.cases.open_counts(now=now)
            past = {when: await unit.cases.due_between(now, until) for when, until in near.items()}
        return counts, {"overdue": counts.overdue, **past}

    async def events(self, number: str) -> tuple[CaseEvent, ...]:
        """What happened to a case, first to last. Raises `NotFound`."""
        async with self._storage.read() as unit:
            case = await case_of(unit, number)
            return await unit.cases.events(case.id)

    async def check_chain(self, number: str) -> ChainFault | None:
        """The first fault in a case's events, or None. Raises `NotFound`."""
        async with self._storage.read() as unit:
            case = await case_of(unit, number)
            return verify(case, await unit.cases.events(case.id))


async def case_of(unit: CaseUnit, number: str) -> Case:
    """A case by its number, however it is written. Raises `NotFound`."""
    case = await unit.cases.get(digits(number))
    if case is None:
        raise NotFound("没有这个编号的诉求。")
    return case
