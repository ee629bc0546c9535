"""Bare HTTP calls of the platform."""

from __future__ import annotations

import json
from typing import Any

import httpx

from tests.fakes.wechat_platform import WeChatPlatform

STABLE, OLD = "/cgi-bin/stable_token", "/cgi-bin/token"


class Caller:
    """Calls the platform."""

    def __init__(self, fake: WeChatPlatform, client: httpx.AsyncClient) -> None:
        self._account, self._client = fake.account, client
        self.token = ""

    async def stable(self, **changes: Any) -> dict[str, Any]:
        asked = {
            "grant_type": "client_credential",
            "appid": self._account.app_id,
            "secret": self._account.secret,
            **changes,
        }
        answer: dict[str, Any] = (await self._client.post(STABLE, json=asked)).json()
        self.token = answer.get("access_token", self.token)
        return answer

    async def old(self) -> str:
        asked = {
            "grant_type": "client_credential",
            "appid": self._account.app_id,
            "secret": self._account.secret,
        }
        return str((await self._client.get(OLD, params=asked)).json()["access_token"])

    async def post(self, path: str, body: object, token: str | None = None) -> int:
        """Post JSON, or bytes as they are; gives the errcode, 0 where there is none."""
        sent = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        params = {"access_token": self.token if token is None else token}
        answer = await self._client.post(path, content=sent, params=params)
        return int(answer.json().get("errcode", 0))

    async def get(self, path: str, **params: str) -> httpx.Response:
        return await self._client.get(path, params={"access_token": self.token, **params})


def text(content: str, to: str = "citizen") -> dict[str, Any]:
    return {"touser": to, "msgtype": "text", "text": {"content": content}}
