"""Calls: the only writer of what a call centre tells and a recogniser hears."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

from bot.calls import matching
from bot.calls.desk_work import DeskWork
from bot.calls.listening import Listening
from bot.calls.model import Call, CallState, Sentence
from bot.calls.ports import CallCases, CallStorage, CallUnit, Passing
from bot.calls.reading import held, words_key
from bot.calls.records import KeptCall
from bot.calls.state import SILENT_FOR, told_of
from bot.calls.transferring import told_already
from bot.cases.model import Actor
from bot.errors import NotFound
from bot.ports import Clock, Ids
from connectors.calls import CallEvent, CallEventKind, SpeechFragment
from connectors.channels.hotline.names import extension_of

__all__ = ["Calls"]

BY_HAND = "desk"
"""The feed of what operators tell themselves, where the call centre's own is away."""
_PARTIAL_S = 30.0
"""Words that may still change are shown no longer than this after the last of them."""
_ID_KNOWN_S = 10.0
_IDS_KNOWN = 1000
_ENDED_AT_ONCE = 50
_FORGOTTEN_AT_ONCE = 200


class Calls(DeskWork):
    """Calls: takes what is told and heard, keeps what operators do, gives both to desks.

    What `take_event` and `take_fragment` have returned from is safe. Desks are woken by the
    topics `call:<id>` and `desk`; by `words:<id>` where only words of the moment changed.
    """

    def __init__(
        self,
        storage: CallStorage,
        clock: Clock,
        ids: Ids,
        passing: Passing,
        listening: Listening,
        cases: CallCases,
    ) -> None:
        super().__init__(storage, clock, ids, passing, listening, cases)
        self._ids_known: dict[tuple[str, str], tuple[str, float]] = {}

    async def take_event(self, event: CallEvent) -> Call:
        """Keep an event, in whatever order events come; told again it changes nothing.

        Raises:
            Invalid: it names no call, or has no id of its own.
        """
        event = matching.tidy_event(event)
        async with self._storage.begin() as unit:
            await unit.calls.hold_id(event.call_id)
            before = await unit.calls.event_call(event.feed, event.external_id)
            call = await _got(unit, before or await self._take(unit, event))
        if before is None:
            await self._passing.wake(f"call:{call.id}", "desk")
        return call

    async def take_fragment(self, fragment: SpeechFragment) -> Sentence | None:
        """Keep a committed sentence, or show a partial one; told again it changes nothing.

        Returns as soon as a sentence is safe; suggestions are computed afterwards, beside it.

        Returns:
            The sentence; None for a partial, for silence, and for a call whose time is over.

        Raises:
            Invalid: it names no call.
        """
        fragment = matching.tidy_fragment(fragment)
        if not fragment.committed:
            await self._show(fragment)
            return None
        if not fragment.text:
            return None
        async with self._storage.begin() as unit:
            kept = await self._heard(unit, fragment)
            if kept.forgotten_at is not None:
                return None
            call_id = kept.call.id
            added = await unit.calls.add_sentence(kept, fragment, claim=self._listening.claim)
        if added.claimed:
            self._listening.begin(call_id)
        if added.new:
            await self._put_words(call_id, replace(fragment, text=""))
            await self._passing.wake(f"call:{call_id}")
        return added.sentence

    async def begin(self, by: Actor, *, caller: str = "") -> Call:
        """A call that an operator has and nothing tells of: the feed is away.

        Args:
            by: the operator.
            caller: the number, where it is known.
        """
        made = self._ids.new_id()
        return await self.take_event(
            CallEvent(
                feed=BY_HAND,
                external_id=made,
                call_id=made,
                kind=CallEventKind.ANSWERED,
                caller=caller,
                operator=by.id,
                at=self._clock.now(),
            )
        )

    async def tell(self, call_id: str, kind: CallEventKind, by: Actor, *, to: str = "") -> Call:
        """An event the operator tells: took the call, put it on hold, transferred it, it ended.

        Raises:
            NotFound: no such call.
        """
        external_id = (await self.get(call_id)).external_id
        made, now = self._ids.new_id(), self._clock.now()
        event = CallEvent(
            feed=BY_HAND,
            external_id=made,
            call_id=external_id,
            kind=kind,
            operator=by.id,
            to=to,
            at=now,
        )
        return await self._by_hand(call_id, matching.tidy_event(event))

    async def sit(self, extension: str, by: Actor) -> None:
        """What happens at this extension is this operator's from now on; empty: nothing is."""
        async with self._storage.begin() as unit:
            await unit.calls.seat(extension.strip()[:80], by.id, now=self._clock.now())

    async def take_over(self) -> int:
        """Compute the suggestions that a process which is gone had begun; of how many calls."""
        return await self._listening.sweep()

    async def warm(self) -> None:
        """Load what the first call would wait for."""
        await self._listening.warm()

    async def sweep(self) -> int:
        """End calls of which nothing was heard for hours; how many. Their end was never told."""
        async with self._storage.read() as unit:
            silent = await unit.calls.silent_since(
                self._clock.now() - SILENT_FOR, limit=_ENDED_AT_ONCE
            )
        for kept in silent:
            event = CallEvent(
                feed=BY_HAND,
                external_id=f"silence:{kept.call.id}",
                call_id=kept.call.external_id,
                kind=CallEventKind.ENDED,
                details={"cause": "nothing heard"},
                at=kept.last_at,
            )
            await self._by_hand(kept.call.id, event)
        return len(silent)

    async def forget(self, days: int) -> int:
        """Remove words and numbers of calls over for so many days, some at once; how many."""
        now = self._clock.now()
        async with self._storage.begin() as unit:
            return await unit.call_keeping.forget(
                now - timedelta(days=days), now=now, limit=_FORGOTTEN_AT_ONCE
            )

    async def _take(self, unit: CallUnit, event: CallEvent) -> str:
        """Keep an event that is new; gives the id of its call, made where it is not known."""
        known = await unit.calls.with_id(event.call_id)
        nth = matching.next_nth(known, event.feed)
        kept = matching.call_of_event(known, event)
        if kept is None:
            kept = await self._new(unit, event.call_id, event.feed, nth, event.at)
        elif kept.call.feed != event.feed:
            kept = replace(kept, nth=nth)
        await self._tell(unit, kept, event, feed=event.feed)
        return kept.call.id

    async def _by_hand(self, call_id: str, event: CallEvent) -> Call:
        """Tell an event of a call that is known; the second time it changes nothing."""
        async with self._storage.begin() as unit:
            await unit.calls.hold_id(event.call_id)
            kept = await held(unit, call_id)
            if await unit.calls.event_call(event.feed, event.external_id) is None:
                await self._tell(unit, kept, event, feed=kept.call.feed)
            call = await _got(unit, call_id)
        await self._passing.wake(f"call:{call_id}", "desk")
        return call

    async def _tell(self, unit: CallUnit, kept: KeptCall, event: CallEvent, *, feed: str) -> None:
        """Append an event, and work the call out anew; the call's id is held."""
        if event.operator:
            staff = await unit.calls.staff_at(event.operator)
            staff = staff or await unit.calls.staff_at(extension_of(event.operator))
            event = replace(event, operator=staff or event.operator)
        call_id = kept.call.id
        kept = replace(await held(unit, call_id), nth=kept.nth)
        known = await unit.calls.events(call_id)
        if told_already(known, event):
            return
        await unit.calls.append(call_id, event, id=self._ids.new_id(), now=self._clock.now())
        told = told_of(
            (*known, event),
            heard_at=kept.heard_at,
            wrapped_up_at=kept.wrapped_up_at,
        )
        if kept.forgotten_at is not None:
            told = replace(told, caller="")
        await unit.calls.put_told(
            call_id, told, feed=feed, nth=kept.nth, last_at=max(kept.last_at, event.at)
        )

    async def _heard(self, unit: CallUnit, fragment: SpeechFragment) -> KeptCall:
        """The call of a sentence, its id held; made where it is not known."""
        await unit.calls.hold_id(fragment.call_id)
        known = await unit.calls.with_id(fragment.call_id)
        kept = matching.call_of_fragment(known, fragment)
        if kept is None:
            nth = matching.next_nth(known, fragment.feed)
            kept = await self._new(unit, fragment.call_id, fragment.feed, nth, fragment.at)
        return kept

    async def _new(
        self, unit: CallUnit, external_id: str, feed: str, nth: int, at: datetime
    ) -> KeptCall:
        call = Call(
            id=self._ids.new_id(),
            external_id=external_id,
            feed=feed,
            state=CallState.TALKING,
            offered_at=at,
        )
        await unit.calls.add(call, nth=nth, last_at=at)
        return await held(unit, call.id)

    async def _show(self, fragment: SpeechFragment) -> None:
        """Words that may still change: not kept, only shown."""
        call_id = await self._id_of(fragment)
        await self._put_words(call_id, fragment)
        await self._passing.wake(f"words:{call_id}")

    async def _id_of(self, fragment: SpeechFragment) -> str:
        """The call's id; remembered for seconds, for partials come many a second."""
        key, now = (fragment.feed, fragment.call_id), asyncio.get_running_loop().time()
        call_id, until = self._ids_known.get(key, ("", 0.0))
        if until > now:
            return call_id
        async with self._storage.read() as unit:
            known = await unit.calls.with_id(fragment.call_id)
        kept = matching.call_of_fragment(known, fragment)
        if kept is None:
            async with self._storage.begin() as unit:
                kept = await self._heard(unit, fragment)
            await self._passing.wake("desk")
        if len(self._ids_known) >= _IDS_KNOWN:
            self._ids_known = {k: v for k, v in self._ids_known.items() if v[1] > now}
        self._ids_known[key] = (kept.call.id, now + _ID_KNOWN_S)
        return kept.call.id

    async def _put_words(self, call_id: str, fragment: SpeechFragment) -> None:
        await self._passing.put_words(
            words_key(call_id, fragment.leg),
            fragment.text,
            at=fragment.at.timestamp(),
            ttl_s=_PARTIAL_S,
        )


async def _got(unit: CallUnit, call_id: str) -> Call:
    call = await unit.calls.get(call_id)
    if call is None:
        raise NotFound("没有这通电话。")
    return call
