"""A city's existing 12345 platform, or a department's: told, and telling."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from time import monotonic
from urllib.parse import urlsplit

import httpx

from connectors.base import RawRequest, RawResponse, Receipt
from connectors.departments.base import DepartmentNotice, DepartmentUpdate, UpdateKind
from connectors.departments.robots import Rates
from connectors.errors import Malformed, Refused, Retryable, Unverified, Waiting

from .mapping import PlatformMapping
from .nonces import Nonces
from .paths import Json, at, put, text
from .settings import PlatformSettings
from .signing import NONCE, SIGNATURE, answer_signature, headers, same, verified
from .telling import kind_of, message
from .told import Unreadable, events_at, parsed, unread, update_of, updates

PREFIX = "work_order-"
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,40}")
_PAUSE_S = 60.0
_LONGEST_PAUSE_S = 3600.0
_MOST_AT_ONCE = 1000
_MOST_ANSWER = 8 * 1024 * 1024
_AGAIN_WITHIN_S = 2.0
"""Another page is asked for while so little time has passed: a slow one (15 s) still fits into the
share of a lease (18 s) that asking may take."""


def now_utc() -> datetime:
    """The time."""
    return datetime.now(UTC)


class WorkOrderPlatform:
    """One platform; what both modes have in common.

    Args:
        name: as in the settings; the connector's is `work_order-<name>`.
        settings, mapping: its own.
        rates: counters all replicas share; None: this process counts alone.
        now: the time.
    """

    def __init__(
        self,
        name: str,
        settings: PlatformSettings,
        mapping: PlatformMapping,
        rates: Rates | None = None,
        now: Callable[[], datetime] = now_utc,
    ) -> None:
        self.name = f"{PREFIX}{name}"
        self.sees_citizens = settings.sees_citizens
        self.poll_every_s = settings.poll_every_s
        self._settings, self._mapping, self._now = settings, mapping, now
        self._nonces = Nonces(self.name, rates, now)
        trusted: ssl.SSLContext | bool = True
        if settings.ca_file is not None:
            trusted = ssl.create_default_context(cafile=str(settings.ca_file))
        self._client = httpx.AsyncClient(timeout=settings.timeout_s, verify=trusted)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name})"

    async def send(self, notice: DepartmentNotice) -> Receipt:
        """Tell it; the same key again is answered as told before. Raises as `DepartmentSender`."""
        kind = kind_of(notice)
        if not self._mapping.tell[kind]:
            return Receipt()
        body = message(notice, self._mapping, now=self._now())
        answer, _ = await self._post(self._mapping.path(kind), body)
        number = text(at(answer, self._mapping.answers.number)) if answer else ""
        return Receipt(external_id=number[:80] if self._mapping.answers.number else "")

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    @property
    def _key(self) -> str:
        return self._settings.key.get_secret_value()

    async def _post(self, path: str, body: bytes) -> tuple[Json, bytes]:
        """Call it; gives the answer, and whether it is signed stays to be seen.

        Raises:
            Retryable, Waiting: later may help.
            Refused: with the platform's code alone; its words may be a citizen's.
        """
        url = f"{self._settings.base_url}{path}"
        nonce = secrets.token_urlsafe(18)
        signed = headers(
            self._key, client=self._settings.client, path=urlsplit(url).path, nonce=nonce,
            body=body, now=self._now(),
        )  # fmt: skip
        kind = {"Content-Type": "application/json; charset=utf-8"}
        try:
            response = await self._client.post(url, content=body, headers=signed | kind)
        except httpx.TimeoutException:
            raise Retryable("timeout") from None
        except httpx.HTTPError:
            raise Retryable("unreachable") from None
        answer = self._understood(response)
        expected = answer_signature(self._key, nonce=nonce, body=response.content)
        genuine = same(expected, response.headers.get(SIGNATURE, ""))
        return answer, response.content if genuine else b""

    def _understood(self, response: httpx.Response) -> Json:
        """The answer where the platform took what it was told; raises as `_post`."""
        status = response.status_code
        if status == 429:
            raise Waiting("platform_rate", retry_after_s=_pause(response))
        if status >= 500 or status in (408, 425):
            raise Retryable("server_error")
        if status in (401, 403):
            raise Retryable("sign_in_refused")
        try:
            answer = parsed(response.content[:_MOST_ANSWER])
        except Malformed:
            answer = None
        if not isinstance(answer, dict):
            if status >= 300:
                raise Refused(f"platform_http_{status}")
            if self._mapping.answers.code:
                raise Retryable("bad_answer")
            return {}  # HTTP's status alone counts there: 204, or a bare OK
        self._judge(status, answer)
        return answer

    def _judge(self, status: int, answer: Json) -> None:
        """What its code says; many a platform answers 200 to everything."""
        answers = self._mapping.answers
        code = text(at(answer, answers.code)) if answers.code else ""
        if code in answers.duplicate and code:
            return
        if code in answers.retry and code:
            raise Retryable(f"platform_{code}" if _CODE.fullmatch(code) else "server_error")
        if status < 300 and (not answers.code or code in answers.ok):
            return
        if not code:
            if status < 300:
                raise Retryable("bad_answer")
            raise Refused(f"platform_http_{status}")
        raise Refused(f"platform_{code}" if _CODE.fullmatch(code) else "refused")


class PushingPlatform(WorkOrderPlatform):
    """One that calls us: `POST /channels/departments/work_order-<name>`."""

    def parse(self, request: RawRequest) -> tuple[DepartmentUpdate, ...]:
        """Verify, then parse. Raises `Unverified` or `Malformed`."""
        now = self._now()
        verified(request, self._key, now=now, stale_after_s=self._settings.stale_after_s)
        events = events_at(parsed(request.body), self._mapping.events)
        return updates(events, self._mapping, source=self.name, now=now)

    async def admit(self, request: RawRequest) -> None:
        """Take a verified request once. Raises `Unverified` for a replay."""
        nonce = request.headers.get(NONCE.lower(), "")
        # A request may be as far ahead of our clock as it may be behind it.
        window_s = 2 * self._settings.stale_after_s + 1
        if not await self._nonces.first(nonce, window_s):
            raise Unverified("replayed")

    def acknowledge(
        self, request: RawRequest, updates: tuple[DepartmentUpdate, ...]
    ) -> RawResponse:
        """The answer once the updates are stored: the platform's own code for taken."""
        del request, updates
        answers, said = self._mapping.answers, Json()
        if answers.code:
            put(said, answers.code, answers.ok[0])
        return RawResponse(content_type="application/json", body=json.dumps(said).encode())


class PulledPlatform(WorkOrderPlatform):
    """One that is asked for news."""

    async def poll(self, cursor: str) -> tuple[tuple[DepartmentUpdate, ...], str]:
        """News since the cursor, as far as time allows; raises as `Polled.poll`."""
        began, found = monotonic(), list[DepartmentUpdate]()
        while True:
            events, following = await self._page(cursor)
            found += [update for event in events for update in self._read(event)]
            last = following == cursor or len(events) < self._mapping.news.page
            cursor = following
            if last or monotonic() - began > _AGAIN_WITHIN_S or len(found) >= _MOST_AT_ONCE:
                return tuple(found), cursor

    async def _page(self, cursor: str) -> tuple[tuple[object, ...], str]:
        news = self._mapping.news
        asked = Json()
        for place, constant in self._mapping.constants.items():
            put(asked, place, constant)
        put(asked, news.cursor, cursor)
        put(asked, news.limit, news.page)
        path = self._mapping.path("news")
        answer, genuine = await self._post(path, json.dumps(asked, ensure_ascii=False).encode())
        if news.signed and not genuine:
            raise Refused("answer_not_signed")
        try:
            events = events_at(answer, news.events)
        except Malformed:
            raise Retryable("bad_answer") from None
        following = text(at(answer, news.next))
        if events and not following:
            raise Retryable("bad_answer")
        return events, following or cursor

    def _read(self, event: object) -> tuple[DepartmentUpdate, ...]:
        """What an event tells. One nobody understands holds back none: a person sees it."""
        now = self._now()
        try:
            update = update_of(event, self._mapping, source=self.name, now=now)
        except Unreadable as error:
            number, words = unread(event, error, self._mapping)
            raw = json.dumps(event, sort_keys=True).encode()
            update = DepartmentUpdate(
                source=self.name,
                external_id=f"unreadable:{hashlib.sha256(raw).hexdigest()}",
                kind=UpdateKind.NOTE,
                external_number=number,
                words=words,
                at=now,
            )
        return () if update is None else (update,)


def _pause(response: httpx.Response) -> float:
    """How long it wants nothing of us, in seconds."""
    asked = response.headers.get("Retry-After", "")
    return min(float(asked), _LONGEST_PAUSE_S) if asked.isdigit() else _PAUSE_S
