"""Departments' side of the wire: a sender that forgets nothing, and systems that tell us."""

from __future__ import annotations

import asyncio
import hmac
import json
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from connectors.base import RawRequest, RawResponse, Receipt
from connectors.departments.base import DepartmentNotice, DepartmentUpdate, UpdateKind
from connectors.errors import ConnectorError, Malformed, Unverified
from tests.fakes.edges import FakeClock

_UPDATES = TypeAdapter(tuple[DepartmentUpdate, ...])


@dataclass
class StrictSender:
    """Takes each idempotency key once; fails as told, then takes.

    Args:
        outcomes: raised one after the other before anything is taken.
        numbers: gives a number of its own to what is dispatched.
    """

    name: str = "strict"
    outcomes: list[Exception] = field(default_factory=list)
    numbers: bool = False
    sees_citizens: bool = False
    tries: int = 0
    taken: list[DepartmentNotice] = field(default_factory=list)
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, notice: DepartmentNotice) -> Receipt:
        assert notice.idempotency_key
        self.tries += 1
        if self.outcomes:
            raise self.outcomes.pop(0)
        if notice.idempotency_key not in {one.idempotency_key for one in self.taken}:
            self.taken.append(notice)
            self._more.set()
        return Receipt(external_id=f"P-{notice.case_number}" if self.numbers else "")

    async def took(self, count: int) -> None:
        """Returns once so many were taken."""
        while len(self.taken) < count:
            self._more.clear()
            await self._more.wait()

    async def close(self) -> None:
        self.outcomes.clear()

    @property
    def kinds(self) -> list[str]:
        return [notice.kind.value for notice in self.taken]


@dataclass
class FakeSystem(StrictSender):
    """A platform: told by us, and telling us, each call signed with a shared secret."""

    secret: bytes = b"shared with the platform"

    def parse(self, request: RawRequest) -> tuple[DepartmentUpdate, ...]:
        if not hmac.compare_digest(request.headers.get("x-signature", ""), self.sign(request.body)):
            raise Unverified("bad_signature")
        try:
            return _UPDATES.validate_json(request.body)
        except ValidationError as error:
            raise Malformed("not_updates") from error

    def acknowledge(
        self, request: RawRequest, updates: tuple[DepartmentUpdate, ...]
    ) -> RawResponse:
        body = json.dumps({"taken": [one.external_id for one in updates]}).encode()
        return RawResponse(content_type="application/json", body=body)

    def sign(self, body: bytes) -> str:
        return hmac.new(self.secret, body, "sha256").hexdigest()

    def call(self, *updates: DepartmentUpdate) -> tuple[bytes, dict[str, str]]:
        """The body of a call and its headers."""
        body = _UPDATES.dump_json(updates)
        return body, {"X-Signature": self.sign(body)}


@dataclass
class NewsSystem(FakeSystem):
    """A platform that is asked: gives what is new since the cursor, in pages of two."""

    poll_every_s: float = 30.0
    news: list[DepartmentUpdate] = field(default_factory=list)
    trouble: list[ConnectorError] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    async def poll(self, cursor: str) -> tuple[tuple[DepartmentUpdate, ...], str]:
        self.asked.append(cursor)
        if self.trouble:
            raise self.trouble.pop(0)
        start = int(cursor or 0)
        page = tuple(self.news[start : start + 2])
        return page, str(start + len(page))


class Telling:
    """Makes a system's updates, each with an id of its own."""

    def __init__(self, source: str, clock: FakeClock) -> None:
        self._source, self._clock, self._count = source, clock, 0

    def __call__(self, kind: UpdateKind, **values: object) -> DepartmentUpdate:
        self._count += 1
        given = {"external_id": f"e{self._count}", **values}
        at: datetime = self._clock.now()
        return DepartmentUpdate(source=self._source, kind=kind, at=at, **given)  # type: ignore[arg-type] # values of several types
