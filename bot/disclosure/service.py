"""The only writer of requests for information: registers them, moves them, looks them up."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.cases.calendar import local_day
from bot.cases.chain import ChainFault
from bot.cases.lookup import after_wrong, wait_s
from bot.cases.model import CITIZEN, SYSTEM, Actor
from bot.cases.query_code import QueryCodes, digits
from bot.disclosure import clock
from bot.disclosure.application import NewRequest
from bot.disclosure.asked import AskedMove, tidy
from bot.disclosure.chain import link, verify
from bot.disclosure.clock import Reading
from bot.disclosure.files import RequestFiles
from bot.disclosure.filters import MOST_OPEN, RequestFilter, RequestPage
from bot.disclosure.model import Move, Request, RequestEvent
from bot.disclosure.moving import changed
from bot.disclosure.notices import notice
from bot.disclosure.opening import NUMBER_PREFIX
from bot.disclosure.ports import DisclosureStorage, DisclosureUnit, ServiceCity
from bot.disclosure.registering import Registered, Registering
from bot.disclosure.repeated import Earlier, earlier_ones
from bot.disclosure.rules import OPEN, concerns
from bot.disclosure.yearly import Yearly, tables
from bot.errors import Conflict, Invalid, NotFound, TooMany
from bot.ports import Clock, Ids, Wakeups
from connectors.base import InboundFile

_SAME_NAME = 200
"""Of so many requests under one name the earlier ones of an applicant are found."""
_YEARS = range(2008, 2200)
"""The regulation is in force since 2008."""


class Disclosures:
    """Requests for information.

    Args:
        storage: the database.
        clock: the time.
        ids: new ids.
        city: limits, letters, wording, units.
        secret: keys query codes; at least 16 bytes.
        files: where files that come with an application are written.
        mail_channel: the channel that carries mail; empty: nobody is told by mail.
        wakeups: told of `outbox` after a change; None: nobody is.
    """

    def __init__(
        self,
        storage: DisclosureStorage,
        clock: Clock,
        ids: Ids,
        city: ServiceCity,
        secret: bytes,
        *,
        files: RequestFiles,
        mail_channel: str = "",
        wakeups: Wakeups | None = None,
    ) -> None:
        self._storage, self._clock, self._ids, self._city = storage, clock, ids, city
        self._codes = QueryCodes(secret)
        self._registering = Registering(
            storage, clock, ids, city, self._codes, files=files, tell=self._tell
        )
        self._mail_channel, self._wakeups = mail_channel, wakeups

    async def register(
        self, new: NewRequest, *, actor: Actor = CITIZEN, files: Sequence[InboundFile] = ()
    ) -> Registered:
        """Register a request with its files; the same origin key again gives the one already there.

        Raises:
            Invalid: something is missing or wrong; the fields say what.
        """
        made = await self._registering.register(new, actor=actor, given=files)
        if made.created:
            await self._wake()
        return made

    async def under(self, origin_key: str) -> Request | None:
        """The request registered under an origin key, or None."""
        known = await self._registering.under(origin_key)
        return None if known is None else known.request

    async def move(
        self, number: str, asked: AskedMove, *, seen_version: int | None = None
    ) -> Request:
        """Make a move; the applicant's notice goes into the outbox in the same transaction.

        Raises:
            NotFound: no such request.
            Conflict: somebody moved it since `seen_version`, or at the same moment.
            Invalid: something the move needs is missing or wrong, or the letter is not fit.
            bot.disclosure.refused.MoveRefused: the state, the role or the time does not allow it.
        """
        asked, now = tidy(asked), self._clock.now()
        async with self._storage.begin() as unit:
            before = await _request_of(unit, number)
            if seen_version is not None and seen_version != before.version:
                raise _somebody_was_first()
            after, details = changed(before, asked, self._city, now)
            after = replace(after, version=before.version + 1)
            if not await unit.disclosures.update(after, seen_version=before.version):
                raise _somebody_was_first()
            events = await unit.disclosures.events(after.id)
            event = RequestEvent(
                request_id=after.id,
                at=now,
                actor=asked.actor,
                move=asked.move,
                from_state=before.state,
                to_state=after.state,
                reason=asked.reason,
                details=details,
            )
            await unit.disclosures.append(link(event, events[-1]), id=self._ids.new_id())
            await self._tell(unit, after, asked.move, now, letter=details.get("text", ""))
        await self._wake()
        return after

    async def note(self, number: str, text: str, *, told_as: str) -> None:
        """Note something of our own on a request, once under a name. Raises `NotFound`."""
        while True:
            one, events = await self.get(number), await self.events(number)
            if any(event.details.get("told_as") == told_as for event in events):
                return
            asked = AskedMove(move=Move.NOTE, actor=SYSTEM, text=text, told_as=told_as)
            try:
                await self.move(number, asked, seen_version=one.version)
            except Conflict:
                continue  # somebody moved it meanwhile: it is read anew
            return

    async def get(self, number: str) -> Request:
        """A request, for staff. Raises `NotFound`."""
        async with self._storage.read() as unit:
            return await _request_of(unit, number)

    async def events(self, number: str) -> tuple[RequestEvent, ...]:
        """What happened to a request, first to last. Raises `NotFound`."""
        async with self._storage.read() as unit:
            request = await _request_of(unit, number)
            return await unit.disclosures.events(request.id)

    async def check_chain(self, number: str) -> ChainFault | None:
        """The first fault in a request's events, or None. Raises `NotFound`."""
        async with self._storage.read() as unit:
            request = await _request_of(unit, number)
            return verify(request, await unit.disclosures.events(request.id))

    async def look_up(self, number: str, query_code: str, *, who: str) -> Request:
        """A request, for whoever has its number and query code; guessing gets nobody far.

        Raises:
            NotFound: wrong code or unknown number, one error for both (`wrong_code`).
            TooMany: five wrong tries by `who` or on this number; with the wait.
        """
        number, code, now = number_of(number), digits(query_code)[:20], self._clock.now()
        asker = hashlib.sha256(who.encode("utf-8", "replace")).hexdigest()[:40]
        keys = (f"asker:{asker}", f"disclosure:{number}") if number else (f"asker:{asker}",)
        async with self._storage.begin() as unit:
            await unit.tries.hold(*keys)
            known = {key: await unit.tries.get(key) for key in keys}
            wait = max(wait_s(count, now) for count in known.values())
            if not wait:
                kept = await unit.disclosures.code_hash(number)
                found = await unit.disclosures.get(number)
                if self._codes.fits(number, code, kept) and found is not None:
                    return found
                for key, count in known.items():
                    await unit.tries.put(key, after_wrong(count, now), now=now)
        if wait:
            said = self._city.wording.say("progress_too_many", minutes=math.ceil(wait / 60))
            raise TooMany(said, retry_after_s=wait)
        raise NotFound(self._city.wording.say("disclosure_wrong_code"), code="wrong_code")

    def reading(self, request: Request) -> Reading:
        """What its clock says now."""
        today = local_day(self._clock.now())
        return clock.read(request, today, self._city.disclosure, self._city.limits)

    async def earlier(self, request: Request, reader: Actor) -> tuple[Earlier, ...]:
        """Requests the same applicant made before, as far as they are the reader's business."""
        wanted = RequestFilter(
            applicant=request.applicant.name, before=request.number, limit=_SAME_NAME
        )
        async with self._storage.read() as unit:
            found = await unit.disclosures.find(wanted)
        return earlier_ones(request, (one for one in found if concerns(one, reader)))

    async def open_by_clock(self, wanted: RequestFilter) -> list[tuple[Request, Reading]]:
        """Requests that are not decided, the least time first."""
        states = wanted.states & OPEN if wanted.states else OPEN
        wanted = replace(wanted, states=states, limit=MOST_OPEN, before="")
        async with self._storage.read() as unit:
            found = await unit.disclosures.find(wanted)
        return clock.late_first((one, self.reading(one)) for one in found)

    async def page(self, wanted: RequestFilter) -> RequestPage:
        """One page of requests, the newest first."""
        async with self._storage.read() as unit:
            found = await unit.disclosures.find(replace(wanted, limit=wanted.limit + 1))
        shown = found[: wanted.limit]
        return RequestPage(
            requests=shown, before=shown[-1].number if len(found) > wanted.limit else ""
        )

    async def yearly(self, year: int, unit: str = "") -> Yearly:
        """The yearly tables of one unit, or of the whole city.

        Raises:
            Invalid: a year that cannot be, or an unknown unit.
        """
        if year not in _YEARS:
            raise Invalid("年份不对。", fields={"year": "年份不对"})
        official = self._city.unit(unit) if unit.strip() else None
        if unit.strip() and official is None:
            raise Invalid("没有这个单位，请重新选择。", fields={"unit": "没有这个单位"})
        async with self._storage.read() as read:
            facts = await read.disclosures.facts(official)
        return tables(facts, year, unit=official or "")

    async def _tell(
        self,
        unit: DisclosureUnit,
        request: Request,
        move: Move,
        now: datetime,
        *,
        letter: str = "",
        query_code: str = "",
    ) -> None:
        told = notice(
            request,
            move,
            self._city.wording,
            channel=self._mail_channel,
            letter=letter,
            query_code=query_code,
        )
        if told is not None:
            await unit.outbox.add(told, id=self._ids.new_id(), now=now)

    async def _wake(self) -> None:
        if self._wakeups is not None and self._mail_channel:
            await self._wakeups.wake("outbox")


def number_of(typed: str) -> str:
    """A request's number, however it is written: with or without its letters, in any width."""
    found = digits(typed)[:20]
    return f"{NUMBER_PREFIX}{found}" if found else ""


async def _request_of(unit: DisclosureUnit, number: str) -> Request:
    found = await unit.disclosures.get(number_of(number))
    if found is None:
        raise NotFound("没有这个编号的申请。")
    return found


def _somebody_was_first() -> Conflict:
    return Conflict("这件申请刚刚有人处理过，请刷新后再办。", code="changed_meanwhile")
