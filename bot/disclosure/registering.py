"""Requests registered: once under their origin key, with number, query code, files and notice."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from bot.attachment_model import Attachment
from bot.cases.calendar import local_day
from bot.cases.model import Actor
from bot.cases.query_code import QueryCodes
from bot.disclosure.application import NewRequest
from bot.disclosure.chain import link
from bot.disclosure.files import RequestFiles
from bot.disclosure.model import Move, Request, RequestEvent
from bot.disclosure.opening import cleaned, number_in, registered
from bot.disclosure.ports import DisclosureStorage, DisclosureUnit, ServiceCity
from bot.ports import Clock, Ids
from connectors.base import InboundFile

_ORIGIN_CHARS = 250


@dataclass(frozen=True, kw_only=True)
class Registered:
    """A request that stands under an origin key; `created` is false the second time."""

    request: Request
    query_code: str
    created: bool


class Tell(Protocol):
    """Writes the applicant's notice of a move into the outbox."""

    async def __call__(
        self,
        unit: DisclosureUnit,
        request: Request,
        move: Move,
        now: datetime,
        *,
        letter: str = "",
        query_code: str = "",
    ) -> None:
        """Write it."""


class _AlreadyThere(Exception):
    """Somebody registered a request under the same key meanwhile; undoes the number taken."""


class Registering:
    """Registers requests.

    Args:
        codes: gives each its query code.
        files: writes what came with them.
        tell: tells the applicant.
    """

    def __init__(
        self,
        storage: DisclosureStorage,
        clock: Clock,
        ids: Ids,
        city: ServiceCity,
        codes: QueryCodes,
        *,
        files: RequestFiles,
        tell: Tell,
    ) -> None:
        self._storage, self._clock, self._ids, self._city = storage, clock, ids, city
        self._codes, self._files, self._tell = codes, files, tell

    async def register(
        self, new: NewRequest, *, actor: Actor, given: Sequence[InboundFile]
    ) -> Registered:
        """Register a request; see `Disclosures.register`."""
        key = _origin(new.origin_key)
        known = await self.under(key)
        if known is not None:
            return known
        now = self._clock.now()
        request, event = registered(cleaned(new), self._city, actor, id=self._ids.new_id(), now=now)
        written = await self._files.keep(key, given)
        if written:
            event = replace(event, details={**event.details, "files": str(len(written))})
        try:
            return await self._add(request, event, key, written)
        except _AlreadyThere:
            known = await self.under(key)
            if known is None:
                raise
            await self._files.drop(written, known.request)
            return known

    async def under(self, origin_key: str) -> Registered | None:
        """The request under an origin key, or None."""
        key = _origin(origin_key)
        async with self._storage.read() as unit:
            found = await unit.disclosures.by_origin(key)
        if found is None:
            return None
        return Registered(request=found, query_code=self._code(key), created=False)

    async def _add(
        self, request: Request, event: RequestEvent, key: str, written: Sequence[Attachment]
    ) -> Registered:
        now = request.opened_at
        code, year = self._code(key), local_day(now).year
        async with self._storage.begin() as unit:
            count = await unit.disclosures.next_number(year)
            request = replace(request, number=number_in(year, count))
            kept = self._codes.stored(request.number, code)
            if not await unit.disclosures.add(request, origin_key=key, query_code_hash=kept):
                raise _AlreadyThere
            await unit.disclosures.append(link(event, None), id=self._ids.new_id())
            for one in written:
                await unit.disclosure_files.add(
                    one, request_id=request.id, request_number=request.number
                )
            await self._tell(unit, request, Move.REGISTER, now, query_code=code)
        return Registered(request=request, query_code=code, created=True)

    def _code(self, key: str) -> str:
        # Apart from cases: the same key in both must not give the same code.
        return self._codes.code(f"disclosure\x00{key}")


def _origin(key: str) -> str:
    if not key:
        raise ValueError("a request without an origin key")
    return key if len(key) <= _ORIGIN_CHARS else hashlib.sha256(key.encode()).hexdigest()
