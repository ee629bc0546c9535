"""The account's access token: one for all replicas, refreshed by one of them at a time."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Protocol

import httpx

from connectors.errors import Misconfigured, Retryable

from .settings import WeChatSettings

_RENEW_BEFORE_S = 300
"""In the last five minutes the platform renews, and the old token stays valid for those five."""


class TokenCache(Protocol):
    """Where replicas share the token (Redis); everything in it may vanish."""

    async def get_token(self, name: str) -> str | None:
        """The token kept under a name, or None."""

    async def set_token(self, name: str, value: str, ttl_s: float) -> None:
        """Keep a token for so many seconds."""

    async def drop_token(self, name: str) -> None:
        """Forget a token."""

    def lock(self, name: str, ttl_s: float) -> AbstractAsyncContextManager[bool]:
        """Held while inside; waits for its turn. Yields False where no lock was to be had."""


class AccessToken:
    """Gets the token, from the cache where it is there."""

    def __init__(
        self, settings: WeChatSettings, client: httpx.AsyncClient, cache: TokenCache
    ) -> None:
        self._settings, self._client, self._cache = settings, client, cache
        self._name = f"wechat-token:{settings.app_id}"

    def __repr__(self) -> str:
        return f"AccessToken(app_id={self._settings.app_id!r})"

    async def get(self, *, refused: str = "") -> str:
        """The token in force.

        Args:
            refused: a token the platform has just refused; another one is fetched.

        Raises:
            Retryable: the platform did not give one this time.
            Misconfigured: the account's id or secret is wrong.
        """
        token = await self._cache.get_token(self._name)
        if token and token != refused:
            return token
        async with self._cache.lock(self._name, ttl_s=15.0):
            token = await self._cache.get_token(self._name)
            if token and token != refused:
                return token
            return await self._fetch()

    async def _fetch(self) -> str:
        try:
            answer = await self._client.post(
                "/cgi-bin/stable_token",
                json={
                    "grant_type": "client_credential",
                    "appid": self._settings.app_id,
                    "secret": self._settings.app_secret.get_secret_value(),
                    "force_refresh": False,
                },
            )
            answer.raise_for_status()
            content = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise Retryable("token_unreachable") from error
        token = content.get("access_token")
        if not isinstance(token, str) or not token:
            code = content.get("errcode")
            if code in {40001, 40013, 40125, 40243, 61024}:
                raise Misconfigured(f"token_refused_{code}")
            raise Retryable(f"token_refused_{code}")
        lifetime_s = float(content.get("expires_in", 7200))
        await self._cache.set_token(self._name, token, max(60.0, lifetime_s - _RENEW_BEFORE_S))
        return token
