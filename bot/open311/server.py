"""Open311 requests in and out: opens cases, finds what a client may read of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from bot.cases.model import Case, NewCase
from bot.cases.notices import due_on
from bot.city.model import City
from bot.errors import NotFound
from bot.open311 import asked as asking
from bot.open311.asked import RETRY_WINDOW
from bot.open311.errors import unknown_jurisdiction, wrong_key
from bot.open311.keys import ApiKey, holder
from bot.open311.listing import Reader, Wanted, read
from bot.open311.requests import CaseRow, ServiceRequest, shown
from bot.open311.services import Service, Services
from bot.ports import Clock


class RequestRows(Protocol):
    """The cases clients ask for; see `bot.storage.open311`."""

    async def requests(
        self, wanted: Wanted, reader: Reader, categories: Sequence[tuple[str, ...]]
    ) -> tuple[CaseRow, ...]:
        """One page of what the reader may see."""


class OriginRows(Protocol):
    """Cases by the key they were opened under."""

    async def by_origin(self, origin_key: str) -> Case | None:
        """The case, or None."""


class RequestUnit(Protocol):
    """One transaction."""

    @property
    def cases(self) -> OriginRows:
        """Cases."""

    @property
    def open311(self) -> RequestRows:
        """Cases as requests."""


class RequestStorage(Protocol):
    """The database."""

    def read(self) -> AbstractAsyncContextManager[RequestUnit]:
        """A transaction that only reads."""


class Opened(Protocol):
    """A case that stands open."""

    @property
    def case(self) -> Case:
        """It."""

    @property
    def query_code(self) -> str:
        """Its citizen's."""


class OpensCases(Protocol):
    """Who opens cases; see `bot.cases.service`."""

    async def open_case(self, new: NewCase) -> Opened:
        """Open one, or give the one already open under its key."""


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """A request that was taken.

    Args:
        number: the case's; empty where the key is answered with tokens.
        token: to be changed into the number; empty where the number is told at once.
        notice: what the citizen is told: query code, date, and a number to call in danger.
    """

    number: str
    token: str
    notice: str


class Open311Server:
    """What Open311 clients are served by.

    Args:
        storage: the database.
        clock: the time.
        cases: opens cases.
        city: services and wording.
        keys: API keys by their holders' names.
        secret: keys tokens.
        jurisdiction: the city's `jurisdiction_id`; a client need not give it.
    """

    def __init__(
        self,
        storage: RequestStorage,
        clock: Clock,
        cases: OpensCases,
        city: City,
        keys: Mapping[str, ApiKey],
        secret: bytes,
        *,
        jurisdiction: str = "",
    ) -> None:
        self._storage, self._clock, self._cases, self._city = storage, clock, cases, city
        self._keys, self._secret = keys, secret
        self.jurisdiction = jurisdiction or city.code
        self._services = Services(city)
        self._categories = tuple(one.category for one in self._services.all if one.category)
        self._public = frozenset(name for name, key in keys.items() if key.public)

    def check_jurisdiction(self, given: str) -> None:
        """Raise `NotFound` for another city's id; none at all is ours."""
        if given and given != self.jurisdiction:
            raise unknown_jurisdiction()

    def key(self, given: str) -> tuple[str, ApiKey]:
        """The holder's name and the key. Raises `Forbidden` without a right one."""
        name = holder(self._keys, given) if given else None
        if name is None:
            raise wrong_key()
        return name, self._keys[name]

    def reader(self, key: str = "") -> Reader:
        """Who asks: the holder of the key of this name, or anybody."""
        gcj02 = bool(key) and self._keys[key].coordinates == "gcj02"
        return Reader(key=key, public_keys=self._public, gcj02=gcj02)

    def services(self) -> tuple[Service, ...]:
        """What may be requested."""
        return self._services.all

    def service(self, code: str) -> Service:
        """One service. Raises `NotFound`."""
        found = self._services.find(code)
        if found is None:
            raise NotFound("没有这个服务（service_code）。", code="unknown_service")
        return found

    async def open(
        self, pairs: Iterable[tuple[str, str]], key: str, *, client_id: str = ""
    ) -> Receipt:
        """Open a case for a request; the same one again gives the case already open.

        Args:
            pairs: the form's fields.
            key: name of the API key it came with.
            client_id: the client's own number of it, where a header said it.

        Raises:
            Invalid, NotFound: as `bot.open311.asked.read`.
        """
        asked = asking.read(pairs, self._services, client_id=client_id)
        token = await self._token(asked, key)
        asked = asking.located(asked, gcj02=self._keys[key].coordinates == "gcj02")
        sender = asking.sender(asked, key, self._secret)
        new = asking.new_case(asked, key, token=token, sender=sender)
        opened = await self._cases.open_case(new)
        wants_token = self._keys[key].tokens
        return Receipt(
            number="" if wants_token else opened.case.number,
            token=token if wants_token else "",
            notice=self._notice(opened),
        )

    async def number_of(self, token: str) -> str:
        """The number behind a token. Raises `NotFound`."""
        async with self._storage.read() as unit:
            case = await unit.cases.by_origin(asking.origin_key(token[:64]))
        if case is None:
            raise NotFound("没有这个凭据（token）。", code="unknown_token")
        return case.number

    async def requests(
        self, query: Mapping[str, str], reader: Reader
    ) -> tuple[ServiceRequest, ...]:
        """The requests an address's query asks for, as far as the reader may see them.

        Raises:
            Invalid, NotFound: as `bot.open311.listing.read`.
        """
        return await self._shown(read(query, self._services, self._clock.now()), reader)

    async def request(self, number: str, reader: Reader) -> ServiceRequest:
        """One request. Raises `NotFound`, also where it is not for this reader."""
        found = await self.requests({"service_request_id": number.replace(",", " ")}, reader)
        if not found:
            raise NotFound("没有这件诉求，或没有公开。", code="unknown_request")
        return found[0]

    async def _shown(self, wanted: Wanted, reader: Reader) -> tuple[ServiceRequest, ...]:
        async with self._storage.read() as unit:
            rows = await unit.open311.requests(wanted, reader, self._categories)
        # Masking a thousand texts takes half a second, in which nobody else should wait.
        return await asyncio.to_thread(self._views, rows, reader)

    def _views(self, rows: Iterable[CaseRow], reader: Reader) -> tuple[ServiceRequest, ...]:
        views = (shown(row, reader, self._services, self._city.wording) for row in rows)
        return tuple(view for view in views if view is not None)

    async def _token(self, asked: asking.Asked, key: str) -> str:
        """The request's token; a retry over the end of a span keeps that of the span before."""
        now = self._clock.now()
        token = asking.token(asked, key, self._secret, now)
        before = asking.token(asked, key, self._secret, now - RETRY_WINDOW)
        if before != token:
            async with self._storage.read() as unit:
                known = await unit.cases.by_origin(asking.origin_key(before))
            if known is not None and now - known.opened_at < RETRY_WINDOW:
                return before
        return token

    def _notice(self, opened: Opened) -> str:
        case, say = opened.case, self._city.wording.say
        routing = case.routing
        said = []
        if routing and routing.emergency_number:
            key = f"emergency_{routing.emergency_number}"
            known = key in self._city.wording.texts
            said.append(say(key) if known else say("emergency", number=routing.emergency_number))
        said.append(
            say(
                "case_opened" if case.lead_department else "case_opened_triage",
                number=case.number,
                query_code=opened.query_code,
                department=case.lead_department or say("department_pending"),
                due_on=due_on(case) or say("due_pending"),
            )
        )
        if routing and routing.statutory_way:
            said.append(say("statutory", way=routing.statutory_way))
        return "\n".join(said)
