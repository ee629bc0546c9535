"""The earlier replies as this process holds them, kept in step with the database."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.drafting.index import RepliedIndex
from bot.drafting.model import CaseStand, Letter, Replied
from bot.drafting.ports import DraftStorage
from bot.drafting.ranking import nearest

log = logging.getLogger(__name__)

_PAGE = 2_000
_OVERLAP = 200
"""Events looked at again each time: one whose transaction began before theirs may end after."""


@dataclass(frozen=True, kw_only=True)
class _Held:
    row: int
    version: int


@dataclass(kw_only=True)
class _State:
    """What is held: the index, where each case stands in it, and the last events seen."""

    index: RepliedIndex = field(default_factory=RepliedIndex.empty)
    held: dict[str, _Held] = field(default_factory=dict)
    seen: deque[str] = field(default_factory=lambda: deque(maxlen=_OVERLAP))


class RepliedCases:
    """Earlier letters with replies; built from the database when first asked for.

    Confidential cases and reports (举报) are never held: the database does not give them.

    Args:
        storage: the database.
        within_s: how long an asker waits for the first building; it goes on meanwhile.
    """

    def __init__(self, storage: DraftStorage, *, within_s: float = 3.0) -> None:
        self._storage, self._within_s = storage, within_s
        self._state: _State | None = None
        self._building: asyncio.Task[_State] | None = None
        self._syncing = asyncio.Lock()

    async def close(self) -> None:
        """Stop building."""
        if self._building is not None:
            self._building.cancel()
            await asyncio.gather(self._building, return_exceptions=True)
            self._building = None

    async def like(self, letter: Letter, k: int) -> tuple[Replied, ...] | None:
        """The earlier letters that fit best, best first; None: they are still being read.

        Args:
            letter: to be answered; itself is not among them.
            k: how many at most.
        """
        state = await self._ready()
        if state is None:
            return None
        near = await asyncio.to_thread(nearest, state.index, letter, k)
        async with self._storage.read() as unit:
            found = {one.id: one for one in await unit.replied.get([each.id for each in near])}
        return tuple(found[each.id] for each in near if each.id in found)

    async def _ready(self) -> _State | None:
        if self._state is None:
            self._state = await self._built()
            if self._state is None:
                return None
        async with self._syncing:
            await self._sync(self._state)
        return self._state

    async def _built(self) -> _State | None:
        """What is being built, where that ends in time; one that failed is begun anew."""
        if self._building is None or (self._building.done() and _failed(self._building)):
            self._building = asyncio.create_task(self._build(), name="replied cases")
        with contextlib.suppress(TimeoutError):
            return await asyncio.wait_for(asyncio.shield(self._building), self._within_s)
        return None

    async def _build(self) -> _State:
        state, after = _State(), ""
        async with self._storage.read() as unit:
            state.seen.append(await unit.replied.newest_event())
        while True:
            async with self._storage.read() as unit:
                page = await unit.replied.page(after, _PAGE)
            await self._put(state, page)
            if len(page) < _PAGE:
                log.info("earlier replies read", extra={"replies": len(state.index)})
                return state
            after = page[-1].id

    async def _sync(self, state: _State) -> None:
        """Take over what moved since the last look."""
        after = state.seen[0]
        while True:
            async with self._storage.read() as unit:
                stands = await unit.replied.events_after(after, _PAGE)
                changed = _changed(stands, state.held)
                found = await unit.replied.get([one.case_id for one in changed if one.serves])
            await self._put(state, found, [one.case_id for one in changed])
            known = set(state.seen)
            state.seen.extend(one.event_id for one in stands if one.event_id not in known)
            if len(stands) < _PAGE:
                return
            after = stands[-1].event_id

    async def _put(self, state: _State, put: Sequence[Replied], gone: Sequence[str] = ()) -> None:
        rows = [state.held.pop(one).row for one in gone if one in state.held]
        if not put and not rows:
            return
        first = state.index.rows
        state.index = await asyncio.to_thread(state.index.changed, put, rows)
        for place, one in enumerate(put):
            state.held[one.id] = _Held(row=first + place, version=one.version)


def _failed(done: asyncio.Task[_State]) -> bool:
    return done.cancelled() or done.exception() is not None


def _changed(stands: Sequence[CaseStand], held: dict[str, _Held]) -> list[CaseStand]:
    """The cases held otherwise than they stand now, each once."""
    found = {}
    for one in stands:
        before = held.get(one.case_id)
        fresh = before is None or before.version != one.version
        if (one.serves and fresh) or (before is not None and not one.serves):
            found[one.case_id] = one
    return list(found.values())
