"""Calls to the platform, with its error codes in our words."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx

from connectors.errors import Kept, Refused, Retryable

from . import media
from .quotas import Quotas, Rates
from .settings import WeChatSettings
from .tokens import AccessToken, TokenCache

CUSTOM_SEND = "/cgi-bin/message/custom/send"
TYPING = "/cgi-bin/message/custom/typing"
TEMPLATE_SEND = "/cgi-bin/message/template/send"
TOKEN_REFUSED = frozenset({40001, 40014, 42001})
BUSY = -1
QUOTA = frozenset({45009, 45011})
"""A daily or per-minute quota is used up."""
KEPT = frozenset({45015, 45047, 43004, 48002})
"""Outside the 48 hours or unsubscribed; count used up; not a follower; blocked by the citizen."""

Count = Callable[[str, str, str], None]
"""Counts a call: the channel's name, the interface's path, `ok` or the platform's code."""


def no_count(channel: str, interface: str, outcome: str) -> None:
    """Where nobody counts."""
    del channel, interface, outcome


class WeChatApi:
    """The account's side of the platform's HTTP interface.

    Args:
        channel: the account's name in the registry.
        rates: counters all replicas share; None: quotas are not watched.
        count: told of each call.
    """

    def __init__(
        self,
        settings: WeChatSettings,
        cache: TokenCache,
        transport: httpx.AsyncBaseTransport | None = None,
        *,
        channel: str = "wechat",
        rates: Rates | None = None,
        count: Count = no_count,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._client = httpx.AsyncClient(
            base_url=settings.api_url, timeout=settings.api_timeout_s, transport=transport
        )
        self._channel, self._count = channel, count
        self.quotas = Quotas(settings, cache, rates, now)
        self._token = AccessToken(settings, self._client, cache, now=now, admit=self._admit)

    async def send(self, open_id: str, message: dict[str, Any]) -> str:
        """Send one customer-service message.

        Args:
            open_id: the citizen's id at this account.
            message: `msgtype` and its part, such as `{"msgtype": "text", "text": {…}}`.

        Returns:
            The platform's id of the message, or an empty string where it names none.

        Raises:
            Retryable, Kept, Refused: as the platform's code says.
        """
        content = await self.call(CUSTOM_SEND, {"touser": open_id, **message})
        return str(content.get("msgid", ""))

    async def fetch_media(self, media_id: str, *, max_bytes: int) -> bytes:
        """A file the platform keeps; raises as `media.fetch`."""
        return await media.fetch(self._client, self._token, media_id, max_bytes=max_bytes)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def call(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Call an interface: POST with a body, GET without one.

        Raises:
            Waiting: its quota is used up, or nearly so.
            Retryable: busy, out of reach, or the token refused twice.
            Kept: not to this citizen now.
            Refused: never; the code is `wechat_` and the platform's.
        """
        await self._admit(path)
        token = await self._token.get()
        content = await self._ask(path, token, body)
        if content.get("errcode") in TOKEN_REFUSED:
            token = await self._token.get(refused=token)
            content = await self._ask(path, token, body)
        code = content.get("errcode", 0)
        if code == 0:
            return content
        if code in QUOTA:
            raise await self.quotas.used_up(path, code)
        if code == BUSY or code in TOKEN_REFUSED:
            raise Retryable(f"wechat_{code}")
        if code in KEPT:
            raise Kept(f"wechat_{code}")
        raise Refused(f"wechat_{code}")

    async def _admit(self, path: str) -> None:
        try:
            await self.quotas.admit(path)
        except Retryable:
            self._count(self._channel, path, "waits")
            raise

    async def _ask(self, path: str, token: str, body: dict[str, Any] | None) -> dict[str, Any]:
        try:
            # Not httpx's json=: the platform shows \uXXXX escapes to the citizen as they are.
            answer = await self._client.request(
                "GET" if body is None else "POST",
                path,
                params={"access_token": token},
                content=None if body is None else _json(body),
                headers={} if body is None else _JSON_TYPE,
            )
            answer.raise_for_status()
            content = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            self._count(self._channel, path, "unreachable")
            raise Retryable("wechat_unreachable") from error
        if not isinstance(content, dict):
            self._count(self._channel, path, "no_answer")
            raise Retryable("wechat_answer")
        self._count(self._channel, path, str(content.get("errcode") or "ok"))
        return content


_JSON_TYPE = {"Content-Type": "application/json; charset=utf-8"}


def _json(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
