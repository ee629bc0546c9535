"""Calls to the platform: customer-service messages, with its error codes in our words."""

from __future__ import annotations

import json
from typing import Any

import httpx

from connectors.errors import Kept, Refused, Retryable

from . import media
from .settings import WeChatSettings
from .tokens import AccessToken, TokenCache

TOKEN_REFUSED = frozenset({40001, 40014, 42001})
RETRYABLE = frozenset({-1, 45009, 45011})
"""The platform is busy, or a daily or per-minute quota is used up."""
KEPT = frozenset({45015, 45047, 43004, 48002})
"""Outside the 48 hours or unsubscribed; count used up; not a follower; blocked by the citizen."""
_QUOTA_PAUSE_S = {45009: 3600.0, 45011: 60.0}


class WeChatApi:
    """The account's side of the platform's HTTP interface."""

    def __init__(
        self,
        settings: WeChatSettings,
        cache: TokenCache,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._client = httpx.AsyncClient(
            base_url=settings.api_url, timeout=settings.api_timeout_s, transport=transport
        )
        self._token = AccessToken(settings, self._client, cache)

    async def send_text(self, open_id: str, text: str) -> str:
        """Send one customer-service text.

        Args:
            open_id: the citizen's id at this account.
            text: at most 2,047 bytes of UTF-8.

        Returns:
            The platform's id of the message, or an empty string where it names none.

        Raises:
            Retryable, Kept, Refused: as the platform's code says.
        """
        content = await self._call(
            "/cgi-bin/message/custom/send",
            {"touser": open_id, "msgtype": "text", "text": {"content": text}},
        )
        return str(content.get("msgid", ""))

    async def fetch_media(self, media_id: str, *, max_bytes: int) -> bytes:
        """A file the platform keeps; raises as `media.fetch`."""
        return await media.fetch(self._client, self._token, media_id, max_bytes=max_bytes)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _call(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        token = await self._token.get()
        content = await self._post(path, token, body)
        if content.get("errcode") in TOKEN_REFUSED:
            token = await self._token.get(refused=token)
            content = await self._post(path, token, body)
        code = content.get("errcode", 0)
        if code == 0:
            return content
        if code in RETRYABLE or code in TOKEN_REFUSED:
            raise Retryable(f"wechat_{code}", retry_after_s=_QUOTA_PAUSE_S.get(code))
        if code in KEPT:
            raise Kept(f"wechat_{code}")
        raise Refused(f"wechat_{code}")

    async def _post(self, path: str, token: str, body: dict[str, Any]) -> dict[str, Any]:
        try:
            # Not httpx's json=: the platform shows \uXXXX escapes to the citizen as they are.
            answer = await self._client.post(
                path,
                params={"access_token": token},
                content=_json(body),
                headers={"Content-Type": "application/json; charset=utf-8"},
            )
            answer.raise_for_status()
            content = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise Retryable("wechat_unreachable") from error
        if not isinstance(content, dict):
            raise Retryable("wechat_answer")
        return content


def _json(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
