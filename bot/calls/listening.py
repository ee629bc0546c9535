"""Suggestions worked out while the citizen speaks, by one process a call at a time.

Whoever takes a citizen's sentence claims the call in the same transaction, by a lease of seconds
that is renewed while it computes; sentences taken meanwhile, by whichever replica, are seen by the
same process when it has done with the one before. Where a process dies its lease runs out, and
the next reader or the worker goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Mapping
from datetime import timedelta

from bot.calls.model import Sentence
from bot.calls.ports import CallStorage, HeardField, Passing, Suggesting
from bot.calls.records import Claim, Draft, Heard, Source, SuggestionSet
from bot.ports import Clock
from connectors.calls import Leg

log = logging.getLogger(__name__)

LEASE_S = 2.0
"""Who has not renewed by then is taken for dead."""
_RENEW_S = LEASE_S / 3
SENTENCES_READ = 400
"""The last ones of a call: some half an hour of two people talking."""
_TAKEN_OVER_AT_ONCE = 20


class Listening:
    """Computes suggestions in the background.

    Args:
        storage: the database.
        clock: the time.
        passing: woken when there is something new.
        suggesting: finds them; None: nothing is suggested.
        owner: this process's name in leases.
    """

    def __init__(
        self,
        storage: CallStorage,
        clock: Clock,
        passing: Passing,
        suggesting: Suggesting | None,
        *,
        owner: str,
    ) -> None:
        self._storage, self._clock, self._passing = storage, clock, passing
        self.suggesting, self._owner = suggesting, owner
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()

    @property
    def claim(self) -> Claim | None:
        """To be made in the transaction that keeps a sentence; None: nobody can suggest.

        Where it was granted, `begin` must follow once the transaction is committed.
        """
        if self.suggesting is None:
            return None
        now = self._clock.now()
        return Claim(owner=self._owner, until=now + timedelta(seconds=LEASE_S), now=now)

    def begin(self, call_id: str) -> None:
        """Compute for a claimed call, in the background."""
        if call_id in self._tasks:
            self._again.add(call_id)
            return
        task = asyncio.create_task(self._work(call_id), name="suggestions")
        self._tasks[call_id] = task
        task.add_done_callback(lambda ended: self._gone(call_id, ended))

    def _gone(self, call_id: str, ended: asyncio.Task[None]) -> None:
        if self._tasks.get(call_id) is ended:  # it was cancelled before it began
            del self._tasks[call_id]

    async def warm(self) -> None:
        """Load what the first call would wait for: words by their sound, the segmenter."""
        if self.suggesting is not None:
            asked = "喂，你好，我想问一下医保报销要带什么材料？我住在老街。"
            first = Sentence(seq=0, leg=Leg.CITIZEN, text=asked, at=self._clock.now())
            await self.suggesting.suggest((first,))

    async def take_over(self, call_id: str) -> bool:
        """Go on with a call whose process is gone; False where there is nothing to be done."""
        claim = self.claim
        if claim is None:
            return False
        async with self._storage.begin() as unit:
            claimed = await unit.call_work.claim(call_id, claim)
        if claimed:
            self.begin(call_id)
        return claimed

    async def sweep(self) -> int:
        """Go on with calls whose process is gone; how many."""
        if self.suggesting is None:
            return 0
        async with self._storage.read() as unit:
            left = await unit.call_work.left_behind(self._clock.now(), limit=_TAKEN_OVER_AT_ONCE)
        return sum([await self.take_over(call_id) for call_id in left])

    async def settled(self) -> None:
        """Wait until nothing is computed here."""
        while self._tasks:
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def close(self) -> None:
        """Stop; another process goes on when the leases run out."""
        for task in self._tasks.values():
            task.cancel()
        await self.settled()

    async def _work(self, call_id: str) -> None:
        try:
            more = True
            while more or call_id in self._again:
                self._again.discard(call_id)
                more = await self._renewed(call_id)
        finally:
            del self._tasks[call_id]  # nothing is awaited between the last look and here
            self._again.discard(call_id)

    async def _renewed(self, call_id: str) -> bool:
        """One computation, the lease kept meanwhile; True where there is more."""
        renewing = asyncio.create_task(self._renew(call_id), name="suggestions' lease")
        try:
            return await self._once(call_id)
        except Exception as error:  # noqa: BLE001 - one call's trouble is not the others'
            log.error(  # noqa: TRY400 - the error's text may hold a citizen's words
                "no suggestions", extra={"call_id": call_id, "error": type(error).__name__}
            )
            await self._give_up(call_id)
            return False
        finally:
            renewing.cancel()
            await asyncio.gather(renewing, return_exceptions=True)

    async def _once(self, call_id: str) -> bool:
        suggesting = self.suggesting
        async with self._storage.read() as unit:
            begun = await unit.call_work.begun(call_id)
            sentences = await unit.calls.sentences(call_id, last=SENTENCES_READ)
            draft = await unit.call_work.draft(call_id)
        if suggesting is None or begun is None or not sentences:
            return False
        began = time.perf_counter()
        content, heard = await asyncio.gather(
            suggesting.suggest(sentences, answered=begun.answered),
            suggesting.fill(begun.call, draft, sentences),
        )
        now = self._clock.now()
        answers = content.get("answers", ())
        new = SuggestionSet(
            seq=sentences[-1].seq,
            content=content,
            answers=len(answers) if isinstance(answers, list | tuple) else 0,
            took_ms=(time.perf_counter() - began) * 1000,
            at=now,
        )
        until = now + timedelta(seconds=LEASE_S)
        async with self._storage.begin() as unit:
            kept = await unit.call_work.suggested(call_id, owner=self._owner, new=new, until=until)
            if kept.newest:
                changes = _changes(draft, heard, since=sentences[0].seq)
                await unit.call_work.fill(call_id, *changes, now=now)
        await self._passing.wake(f"call:{call_id}")
        return kept.more

    async def _renew(self, call_id: str) -> None:
        mine = True
        while mine:
            await asyncio.sleep(_RENEW_S)
            until = self._clock.now() + timedelta(seconds=LEASE_S)
            async with self._storage.begin() as unit:
                mine = await unit.call_work.renew(call_id, owner=self._owner, until=until)

    async def _give_up(self, call_id: str) -> None:
        with contextlib.suppress(Exception):  # the database is away: the lease runs out by itself
            async with self._storage.begin() as unit:
                await unit.call_work.give_up(call_id, owner=self._owner)


def _changes(
    draft: Draft, found: Mapping[str, HeardField], *, since: int
) -> tuple[dict[str, Heard], tuple[str, ...]]:
    """What differs from the form as it was read: fields to put, and fields to empty.

    What was heard before the first sentence that was read now (`since`) stays: in a long call it
    was not heard again, and not taken back either.
    """
    typed = {name for name, field in draft.items() if field.source is Source.TYPED}
    before = {name: _heard(field) for name, field in draft.items() if name not in typed}
    now = {name: _heard(one) for name, one in found.items() if name not in typed}
    put = {name: one for name, one in now.items() if before.get(name) != one}
    gone = (
        name
        for name, one in before.items()
        if name not in now and (one.seq is None or one.seq >= since)
    )
    return put, tuple(gone)


def _heard(field: HeardField) -> Heard:
    return Heard(value=field.value, source=Source(field.source), seq=field.seq)
