"""The account's access token: one for all replicas, refreshed by one of them at a time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from typing import Protocol

import httpx

from connectors.errors import Misconfigured, Retryable, Waiting

from .settings import WeChatSettings

STABLE_TOKEN = "/cgi-bin/stable_token"  # noqa: S105 - an address
_PAUSE_S = {45009: 3600.0, 45011: 60.0}
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
    """Gets the token, from the cache where it is there.

    Args:
        admit: lets a call to an interface pass, or raises `Waiting`.
    """

    def __init__(
        self,
        settings: WeChatSettings,
        client: httpx.AsyncClient,
        cache: TokenCache,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        admit: Callable[[str], Awaitable[None]] | None = None,
    ) -> None:
        self._settings, self._client, self._cache, self._now = settings, client, cache, now
        self._admit = admit
        self._name = f"wechat-token:{settings.app_id}"
        self._last: tuple[str, datetime] = ("", datetime.min.replace(tzinfo=UTC))

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
        token = await self._known(refused)
        if token:
            return token
        async with self._cache.lock(self._name, ttl_s=15.0):
            token = await self._known(refused)
            if token:
                return token
            token = await self._fetch(force=False)
            if token == refused and await self._may_force():
                token = await self._fetch(force=True)
            return token

    async def _known(self, refused: str) -> str:
        """The replicas' token, or without Redis this process's own while it lasts."""
        token = await self._cache.get_token(self._name)
        if not token and self._last[1] > self._now():
            token = self._last[0]
        return token if token and token != refused else ""

    async def _may_force(self) -> bool:
        """Forced refreshes are 30 s apart and 20 a day, counted for all replicas together."""
        now = self._now()
        known = await self._cache.get_token(f"{self._name}:forced") or ""
        within = [at for at in known.split() if now - _time(at) < timedelta(days=1)]
        apart = timedelta(seconds=self._settings.forced_apart_s)
        if len(within) >= self._settings.forced_a_day:
            return False
        if within and now - _time(within[-1]) < apart:
            return False
        forced = " ".join((*within, now.isoformat()))
        await self._cache.set_token(f"{self._name}:forced", forced, ttl_s=86_400.0)
        return True

    async def _fetch(self, *, force: bool) -> str:
        if self._admit is not None:
            await self._admit(STABLE_TOKEN)
        try:
            answer = await self._client.post(
                STABLE_TOKEN,
                json={
                    "grant_type": "client_credential",
                    "appid": self._settings.app_id,
                    "secret": self._settings.app_secret.get_secret_value(),
                    "force_refresh": force,
                },
            )
            answer.raise_for_status()
            content = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise Retryable("token_unreachable") from error
        token = content.get("access_token") if isinstance(content, dict) else None
        if not isinstance(token, str) or not token:
            code = content.get("errcode") if isinstance(content, dict) else None
            if code in {40001, 40013, 40125, 40243, 61024}:
                raise Misconfigured(f"token_refused_{code}")
            if code in _PAUSE_S:
                raise Waiting(f"token_refused_{code}", retry_after_s=_PAUSE_S[code])
            raise Retryable(f"token_refused_{code}")
        lifetime_s = max(60.0, float(content.get("expires_in", 7200)) - _RENEW_BEFORE_S)
        self._last = (token, self._now() + timedelta(seconds=lifetime_s))
        await self._cache.set_token(self._name, token, lifetime_s)
        return token


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
