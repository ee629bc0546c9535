"""Calls to one Open311 server, its errors in our words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import httpx

from connectors.errors import Malformed, Refused, Retryable

from . import answers
from .answers import Taken, TheirRequest
from .settings import ServerSettings

LONGEST = timedelta(days=90)
"""What one list may span."""

_AGAIN = frozenset({408, 425, 429})
_PAGES = 20
_PER_PAGE = 200
_SMALLEST_PAGE = 10
"""Servers have a longest page of their own; none has one as short as this."""
_LONGEST_WAIT_S = 3600.0


class Calls:
    """The server's interface.

    Args:
        settings: the server's.
        transport: another way to it, for tests.
    """

    def __init__(
        self, settings: ServerSettings, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._settings, self._form = settings, settings.format
        self._client = httpx.AsyncClient(
            timeout=settings.timeout_s, transport=transport, follow_redirects=False
        )

    def __repr__(self) -> str:
        return f"Calls({self._settings.endpoint!r})"

    async def post_request(self, form: Mapping[str, str]) -> Taken:
        """Send a request.

        Raises:
            Retryable: it was not taken, or nobody knows; look for it before it is sent again.
            Refused: it never will be.
        """
        return self._read(answers.taken, await self._call("POST", "requests", form))

    async def post_update(self, form: Mapping[str, str]) -> str:
        """Send an update (FixMyStreet's extension); its id there. Raises as `post_request`."""
        body = await self._call("POST", "servicerequestupdates", form)
        return self._read(answers.update_taken, body)

    async def listed(self, start: datetime, end: datetime) -> tuple[TheirRequest, ...]:
        """All requests of a span, page by page where the server has pages.

        Args:
            start: aware.
            end: aware, at most 90 days later.

        Raises:
            Retryable, Refused: as `post_request`.
        """
        span = {"start_date": _w3c(start), "end_date": _w3c(end), "page_size": str(_PER_PAGE)}
        found: dict[str, TheirRequest] = {}
        for page in range(1, _PAGES + 1):
            some = await self._get("requests", span | {"page": str(page)})
            new = {one.id: one for one in some if one.id not in found}
            found |= new
            if len(some) < _SMALLEST_PAGE or not new:  # the end, or a server without pages
                break
        return tuple(found.values())

    async def named(self, ids: tuple[str, ...]) -> tuple[TheirRequest, ...]:
        """The requests with these numbers, as far as there are any; raises as `listed`."""
        return await self._get("requests", {"service_request_id": ",".join(ids)})

    async def of_token(self, token: str) -> str:
        """The number behind a token; empty where there is none yet. Raises as `listed`."""
        try:
            body = await self._call("GET", f"tokens/{quote(token, safe='')}", self._asking({}))
        except Refused as error:
            # The server does not know this one: that must not hold back the others.
            if error.code in {"open311_400", "open311_404", "open311_410"}:
                return ""
            raise
        return self._read(answers.taken, body).id

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _get(self, path: str, query: Mapping[str, str]) -> tuple[TheirRequest, ...]:
        return self._read(answers.requests, await self._call("GET", path, self._asking(query)))

    def _asking(self, query: Mapping[str, str]) -> dict[str, str]:
        known = {
            "jurisdiction_id": self._settings.jurisdiction,
            "api_key": self._settings.api_key.get_secret_value(),
        }
        return {**{name: value for name, value in known.items() if value}, **query}

    def _read(self, read: answers.Reading[answers.Read], body: bytes) -> answers.Read:
        try:
            return read(body, self._form)
        except Malformed as error:
            raise Retryable(error.code) from error

    async def _call(self, method: str, path: str, values: Mapping[str, str]) -> bytes:
        url = f"{self._settings.endpoint}/{path}.{self._form}"
        sent = {"params": values} if method == "GET" else {"data": values}
        try:
            answer = await self._client.request(method, url, **sent)  # type: ignore[arg-type]  # one of two
        except (httpx.ConnectError, httpx.ConnectTimeout):
            # Not chained: the address in the message may carry the key.
            raise Retryable("open311_unreachable") from None
        except httpx.HTTPError:
            raise Retryable("open311_unclear") from None
        if answer.is_success:
            return answer.content
        code = f"open311_{answer.status_code}"
        if answer.status_code >= 500 or answer.status_code in _AGAIN:
            raise Retryable(code, retry_after_s=_wait_s(answer.headers.get("Retry-After", "")))
        raise Refused(code)


def _wait_s(said: str) -> float | None:
    """The seconds of a Retry-After; a date there is not read."""
    return min(float(said), _LONGEST_WAIT_S) if said.isascii() and said.isdigit() else None


def _w3c(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
