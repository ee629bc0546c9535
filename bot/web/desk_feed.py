"""What desks in this process look at: calls, an operator's calls, the lobby, the sessions."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from bot.calls.model import LIVE, Call, CallState
from bot.cases.model import Actor
from bot.privacy import may_see_caller
from bot.web.desk_parts import Part, fields_of, parts_of
from bot.web.desk_state import Desk, Key, as_seen_by, read, topics
from bot.web.watching import Watch, Watches

if TYPE_CHECKING:
    from bot.services import Services
    from bot.web.rendering import Pages

_PAUSE_S = 0.2
"""Between two reads of lists: many calls ring at once on a busy morning."""
_LISTED = 20
_SHOWN = frozenset({*LIVE, CallState.ENDED})


@dataclass(frozen=True, kw_only=True)
class Lobby:
    """What concerns every desk: calls that wait, and how many are to be called back."""

    waiting: tuple[Call, ...] = ()
    call_backs: int = 0


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """A call's parts and form as one kind of reader may see them."""

    parts: dict[str, Part] = field(repr=False)
    fields: dict[str, dict[str, object]] = field(repr=False)


class DeskFeed:
    """Reads for desks, once a process for all who look at the same.

    Args:
        services: whose calls.
        pages: renders the parts.
    """

    def __init__(self, services: Services, pages: Pages) -> None:
        self._services, self._pages = services, pages
        self.watches = Watches(services.cache)
        self._rendered: WeakKeyDictionary[Key, dict[tuple[bool, str], Rendered]] = (
            WeakKeyDictionary()
        )

    def call(
        self, call_id: str, listener: asyncio.Event
    ) -> AbstractAsyncContextManager[Watch[Desk]]:
        """Inside, the call is kept up to date."""

        async def again(woken: frozenset[str], before: Desk | None) -> Desk:
            return await read(self._services.calls, call_id, woken, before)

        return self.watches.looking(f"call:{call_id}", topics(call_id), again, listener)

    def mine(
        self, name: str, listener: asyncio.Event
    ) -> AbstractAsyncContextManager[Watch[tuple[Call, ...]]]:
        """An operator's calls on the line, and those to be wrapped up."""

        async def again(_: frozenset[str], __: tuple[Call, ...] | None) -> tuple[Call, ...]:
            return await self.calls_of(name)

        return self.watches.looking(f"mine:{name}", ("desk",), again, listener, pause_s=_PAUSE_S)

    def lobby(self, listener: asyncio.Event) -> AbstractAsyncContextManager[Watch[Lobby]]:
        """Calls that wait, and how many are to be called back."""

        async def again(_: frozenset[str], __: Lobby | None) -> Lobby:
            return await self.read_lobby()

        return self.watches.looking("lobby", ("desk",), again, listener, pause_s=_PAUSE_S)

    async def calls_of(self, name: str) -> tuple[Call, ...]:
        """An operator's calls on the line, and those to be wrapped up, the newest first."""
        found = await self._services.calls.of_operator(name, limit=_LISTED)
        return tuple(one for one in found if one.state in _SHOWN)

    async def read_lobby(self) -> Lobby:
        """The lobby now."""
        calls = self._services.calls
        return Lobby(waiting=await calls.waiting(), call_backs=len(await calls.call_backs()))

    def rendered(self, desk: Desk, reader: Actor) -> Rendered:
        """The call's parts for this reader, rendered once for all who may see as much."""
        known = self._rendered.setdefault(desk.key, {})
        key = (may_see_caller(reader), desk.alarm)
        if key not in known:
            seen, services = as_seen_by(desk, reader), self._services
            known[key] = Rendered(
                parts=parts_of(
                    self._pages,
                    seen,
                    reach=services.switchboard.reach(desk.call),
                    secret=services.secret,
                    now=services.clock.now(),
                ),
                fields=fields_of(seen),
            )
        return known[key]
