"""Calls as they stand: for the operator's desk and the supervisor's view."""

from __future__ import annotations

from datetime import date, timedelta

from bot.calls.listening import Listening
from bot.calls.model import RUNNING, Call, CallState, Sentence
from bot.calls.ports import CallStorage, CallUnit, Passing
from bot.calls.records import (
    CallAction,
    CallBack,
    Draft,
    Earlier,
    FeedState,
    Figures,
    KeptCall,
    Now,
    Suggested,
)
from bot.calls.view import CallView
from bot.cases.calendar import local_day
from bot.cases.model import Actor
from bot.errors import NotFound
from bot.ports import Clock, Ids
from bot.privacy import call_as_seen_by, may_see_caller
from bot.records import AuditEntry
from connectors.calls import CallEventKind, Leg

_LISTED = 200
_CALL_BACK_DAYS = timedelta(days=7)
"""A missed call is called back within days or not at all."""


class CallReading:
    """Reads calls; `bot.calls.service` writes them.

    Args:
        storage: the database.
        clock: the time.
        ids: new ids.
        passing: words of the moment, and wake-ups.
        listening: computes suggestions.
    """

    def __init__(
        self, storage: CallStorage, clock: Clock, ids: Ids, passing: Passing, listening: Listening
    ) -> None:
        self._storage, self._clock, self._ids = storage, clock, ids
        self._passing, self._listening = passing, listening

    async def close(self) -> None:
        """Stop computing suggestions; another process goes on."""
        await self._listening.close()

    async def get(self, call_id: str) -> Call:
        """A call. Raises `NotFound`."""
        async with self._storage.read() as unit:
            call = await unit.calls.get(call_id)
        if call is None:
            raise _no_such_call()
        return call

    async def sentences(self, call_id: str, after: int = -1) -> tuple[Sentence, ...]:
        """Sentences of a call in order, those after a number; empty for an unknown call."""
        async with self._storage.read() as unit:
            return await unit.calls.sentences(call_id, after=after)

    async def partials(self, call_id: str) -> dict[Leg, str]:
        """What is being said on each leg and may still change; legs in silence are left out."""
        found = await self._passing.words(*(words_key(call_id, leg) for leg in Leg))
        return {leg: words for leg, words in zip(Leg, found, strict=True) if words}

    async def suggestions(self, call_id: str, *, history: bool = False) -> Suggested:
        """The latest suggestions of a call, and all before them where asked for.

        Where whoever computed the next ones is gone, they are computed here from now on.
        """
        now = self._clock.now()
        async with self._storage.read() as unit:
            latest = await unit.call_work.latest(call_id)
            earlier = await unit.call_work.suggestions(call_id) if history else ()
        if latest.behind and latest.lease_until is not None and latest.lease_until <= now:
            await self._listening.take_over(call_id)
        return Suggested(latest=latest.known, history=earlier, behind=latest.behind)

    async def view(self, call_id: str, after: int = -1) -> CallView:
        """All a desk shows of a call, in one read; sentences after a number. Raises `NotFound`."""
        now = self._clock.now()
        async with self._storage.read() as unit:
            call = await unit.calls.get(call_id)
            if call is None:
                raise _no_such_call()
            latest = await unit.call_work.latest(call_id)
            view = CallView(
                call=call,
                sentences=await unit.calls.sentences(call_id, after=after),
                suggested=latest.known,
                draft=await unit.call_work.draft(call_id),
                actions=await unit.call_work.actions(call_id),
                behind=latest.behind,
            )
        if latest.behind and latest.lease_until is not None and latest.lease_until <= now:
            await self._listening.take_over(call_id)
        return view

    def danger(self, words: str, before: str = "") -> str:
        """110, 119, 120 or 122 for words that are being said, or empty; a fraction of a ms."""
        suggesting = self._listening.suggesting
        return "" if suggesting is None else suggesting.emergency(words, before)

    async def draft(self, call_id: str) -> Draft:
        """The order form as it stands."""
        async with self._storage.read() as unit:
            return await unit.call_work.draft(call_id)

    async def actions(self, call_id: str) -> tuple[CallAction, ...]:
        """What operators did in a call, in order."""
        async with self._storage.read() as unit:
            return await unit.call_work.actions(call_id)

    async def of_operator(self, name: str, *, limit: int = 20) -> tuple[Call, ...]:
        """An operator's calls, the newest first."""
        async with self._storage.read() as unit:
            return await unit.calls.of_operator(name, limit=limit)

    async def waiting(self) -> tuple[Call, ...]:
        """Calls that wait or ring, the longest waiting first."""
        states = frozenset({CallState.WAITING, CallState.RINGING})
        async with self._storage.read() as unit:
            return await unit.calls.in_states(states, limit=_LISTED)

    async def running(self) -> tuple[Call, ...]:
        """Calls an operator has, the longest first."""
        async with self._storage.read() as unit:
            return await unit.calls.in_states(RUNNING, limit=_LISTED)

    async def visits(self, call: Call) -> int:
        """How often its feed told that it waits in its queue."""
        async with self._storage.read() as unit:
            told = await unit.calls.events(call.id)
        return sum(
            one.kind is CallEventKind.OFFERED
            and (one.feed, one.queue) == (call.feed, call.queue)
            and "|again." not in one.external_id
            for one in told
        )

    async def came_back(self, call_id: str) -> bool:
        """Somebody answered it after it was last sent on."""
        async with self._storage.read() as unit:
            told = sorted(await unit.calls.events(call_id), key=lambda one: one.at)
        turns = {CallEventKind.TRANSFERRED, CallEventKind.ANSWERED}
        return [one.kind for one in told if one.kind in turns][-1:] == [CallEventKind.ANSWERED]

    async def live_of_feed(self, feed: str) -> tuple[Call, ...]:
        """Calls of a feed that are stored as on the line: what it must end that is over."""
        async with self._storage.read() as unit:
            return await unit.calls.live_of_feed(feed)

    async def earlier_of(self, caller: str, *, limit: int = 10, but: str = "") -> Earlier:
        """Calls and cases of a number, the newest first; nothing of a withheld one.

        Args:
            caller: the number.
            limit: at most so many of each.
            but: a call that is left out: the one that is going on.
        """
        if not caller:
            return Earlier(calls=(), cases=())
        async with self._storage.read() as unit:
            calls = await unit.calls.of_caller(caller, limit=limit + 1)
            cases = await unit.calls.cases_of(caller, limit=limit)
        return Earlier(calls=tuple(c for c in calls if c.id != but)[:limit], cases=cases)

    async def call_backs(self, open_only: bool = True) -> tuple[CallBack, ...]:
        """Who is to be called: first those promised a call, then those who called in vain.

        Missed calls of the last 7 days, the longest waiting first, one entry a number. Who
        reached somebody later on the same day is no longer on it.
        """
        since = self._clock.now() - _CALL_BACK_DAYS
        async with self._storage.read() as unit:
            wanted = {"open_only": open_only, "since": since, "limit": _LISTED}
            promised = await unit.call_counts.promised(**wanted)  # type: ignore[arg-type] # as named
            missed = await unit.call_counts.call_backs(**wanted)  # type: ignore[arg-type] # as named
        return promised + missed

    async def now(self) -> Now:
        """How many calls wait and run at this moment."""
        async with self._storage.read() as unit:
            return await unit.call_counts.now()

    async def figures(self, day: date | None = None, *, operator: str = "") -> Figures:
        """A day's figures, today's where none is named; of one operator where named."""
        async with self._storage.read() as unit:
            return await unit.call_counts.figures(self._day(day), operator=operator)

    async def by_operator(self, day: date | None = None) -> dict[str, Figures]:
        """A day's figures of each operator who had a call."""
        key = self._day(day)
        async with self._storage.read() as unit:
            names = await unit.call_counts.operators(key)
            return {name: await unit.call_counts.figures(key, operator=name) for name in names}

    async def feeds(self) -> tuple[FeedState, ...]:
        """Call centres that are listened to, and what trouble there is."""
        async with self._storage.read() as unit:
            return await unit.call_keeping.feeds()

    async def shown(self, call: Call, reader: Actor) -> Call:
        """The call as this reader may see it; that the number was seen is written down."""
        if call.caller and may_see_caller(reader):
            async with self._storage.begin() as unit:
                await unit.audit.add(self._seen(call.id, reader))
        return call_as_seen_by(call, reader)

    def _seen(self, call_id: str, reader: Actor) -> AuditEntry:
        return AuditEntry(
            id=self._ids.new_id(),
            at=self._clock.now(),
            actor=reader.id,
            action="call.see_caller",
            subject=call_id,
            details={},
        )

    def _day(self, day: date | None) -> str:
        return f"{day or local_day(self._clock.now()):%Y%m%d}"


async def held(unit: CallUnit, call_id: str) -> KeptCall:
    """A call, kept from others until the transaction ends. Raises `NotFound`."""
    kept = await unit.calls.held(call_id)
    if kept is None:
        raise _no_such_call()
    return kept


def words_key(call_id: str, leg: Leg) -> str:
    """Where the words of the moment of one leg are kept."""
    return f"{call_id}:{leg.value}"


def _no_such_call() -> NotFound:
    return NotFound("没有这通电话。")
