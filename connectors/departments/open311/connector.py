"""A department's Open311 server: told of cases, asked what became of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx

from connectors.base import Receipt
from connectors.departments.base import DepartmentNotice, DepartmentUpdate, NoticeKind
from connectors.errors import Refused

from . import forms
from .answers import TheirRequest
from .calls import LONGEST, Calls
from .marks import Mark, Marks
from .news import TOKEN, Memory, Watched, discovered, memory, news
from .settings import ServerSettings, configured

Sent = Callable[[str], Awaitable[Mapping[str, str]]]
"""Connector's name → numbers there whose cases are open here, each with our case number."""

_OVERLAP = timedelta(days=1)
"""A list is read again so far back: servers' clocks differ, and some list late."""
_LOOK_BACK = timedelta(days=2)
"""So far before a case was opened nobody can have sent it."""
_AHEAD = timedelta(minutes=10)
"""What was taken a moment ago may bear a later time: their clock, or ours cut to the second."""
_AT_ONCE = 50
_MOST = 500
"""Asked by number in one round; the others have their turn in the next."""
_NEEDS_NO_DOING = frozenset({NoticeKind.REPLIED, NoticeKind.RATED, NoticeKind.CLOSED})


class Open311Connector:
    """Tells one server and asks it.

    Args:
        name: in the registry, `open311-NAME`.
        settings: the server's.
        sent: whose numbers we wait for; None: only requests that show our mark are followed.
        now: the time.
        transport: another way to the server, for tests.
    """

    def __init__(
        self,
        name: str,
        settings: ServerSettings,
        *,
        sent: Sent | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.name, self.poll_every_s = name, settings.poll_every_s
        self.sees_citizens = settings.contact
        self._settings, self._sent, self._now = settings, sent, now
        self._calls = Calls(settings, transport)
        self._marks = Marks(settings.api_key.get_secret_value() or settings.endpoint)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"

    async def send(self, notice: DepartmentNotice) -> Receipt:
        """Send a case, once per idempotency key as far as the server's list shows what it took.

        The receipt's `external_id` is its number there, `token:…`, or empty where none is given.

        Raises:
            Retryable: not taken, or nobody knows; the next try looks for it first.
            Refused: never will be, or the server has no way to be told this.
        """
        if notice.kind is not NoticeKind.DISPATCHED:
            return await self._tell_more(notice)
        mark = self._marks.of(notice.case_number, notice.idempotency_key)
        known = await self._sent_before(mark, notice.opened_at)
        if known is not None:
            return Receipt(external_id=known)
        written = self._marks.written(mark)
        form = forms.request(notice, self._settings, number=mark.id, mark=written)
        taken = await self._calls.post_request(form)
        if taken.id or not taken.token:
            return Receipt(external_id=taken.id)
        return Receipt(external_id=f"{TOKEN}{taken.token}")

    async def poll(self, cursor: str) -> tuple[tuple[DepartmentUpdate, ...], str]:
        """What changed since the cursor, and the next one; raises as `Calls.listed`."""
        now, before = self._now(), memory(cursor)
        start = before.listed_to - _OVERLAP if before.listed_to else now - LONGEST
        listed = {one.id: one for one in await self._listed(max(start, now - LONGEST), now)}
        watched = await self._watched(before, listed.values())
        waiting = sorted(name for name, one in watched.items() if one.id and one.id not in listed)
        turn = before.turn if before.turn < len(waiting) else 0
        asked = tuple(watched[name].id for name in waiting[turn : turn + _MOST])
        for first in range(0, len(asked), _AT_ONCE):
            some = await self._calls.named(asked[first : first + _AT_ONCE])
            listed |= {one.id: one for one in some}
        updates = []
        for name, one in watched.items():
            if one.id in listed:
                watched[name], update = news(self.name, one, listed[one.id], now)
                updates += [update] if update is not None else []
        after = Memory(listed_to=now, watched=watched, turn=turn + len(asked))
        return tuple(updates), after.kept()

    async def close(self) -> None:
        """Close the connections."""
        await self._calls.close()

    async def _tell_more(self, notice: DepartmentNotice) -> Receipt:
        """What comes after the case itself; GeoReport v2 knows nothing of the kind."""
        number = notice.external_number
        if self._settings.updates and number and not number.startswith(TOKEN):
            form = forms.update(notice, self._settings, self._now().isoformat(timespec="seconds"))
            return Receipt(external_id=await self._calls.post_update(form))
        if notice.kind in _NEEDS_NO_DOING:
            return Receipt()
        raise Refused(f"open311_cannot_say_{notice.kind.value}")

    async def _sent_before(self, mark: Mark, opened_at: datetime | None) -> str | None:
        """The number of the request with this mark, where the server's list shows one."""
        now = self._now()
        end = now + _AHEAD
        start = max(opened_at - _LOOK_BACK if opened_at else now - _LOOK_BACK, end - LONGEST)
        ours = discovered(await self._listed(start, end), self._marks, {})
        claim = (mark.case_number, mark.delivery)
        found = (one.id for one in ours.values() if (one.case_number, one.delivery) == claim)
        return next(found, None)

    async def _listed(self, start: datetime, end: datetime) -> tuple[TheirRequest, ...]:
        return await self._calls.listed(start, end) if self._settings.lists else ()

    async def _watched(self, before: Memory, listed: Iterable[TheirRequest]) -> dict[str, Watched]:
        """Whom to ask for: what our side waits for, and what shows our mark."""
        sent = await self._sent(self.name) if self._sent is not None else {}
        watched: dict[str, Watched] = {}
        for number, case_number in sent.items():
            known = before.watched.get(number) or Watched(number=number, case_number=case_number)
            watched[number] = await self._with_id(known)
        ids, oldest = {one.id for one in watched.values()}, self._now() - LONGEST
        watched |= {
            name: one
            for name, one in before.watched.items()
            if one.delivery and one.id not in ids and (one.requested_at or oldest) >= oldest
        }
        if not self._settings.api_key.get_secret_value():
            return watched  # a mark keyed with a public address proves nothing
        return watched | discovered(listed, self._marks, watched)

    async def _with_id(self, one: Watched) -> Watched:
        if one.id:
            return one
        if not one.number.startswith(TOKEN):
            return replace(one, id=one.number)
        found = await self._calls.of_token(one.number.removeprefix(TOKEN))
        return replace(one, id=found) if found else one


def connectors(sent: Sent | None = None) -> dict[str, Open311Connector]:
    """Every configured server's connector by its name. Raises `Misconfigured`."""
    return {
        name: Open311Connector(name, settings, sent=sent) for name, settings in configured().items()
    }
