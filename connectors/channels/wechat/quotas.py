"""The platform's quotas: counted for all replicas, slowed before they run out, waited for after.

Source: 微信公众平台 "接口调用频次说明": 45009 a day's calls used up, 45011 a minute's; the day is
Beijing's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Protocol

from connectors.base import QuotaUse
from connectors.errors import Waiting

from .settings import WeChatSettings
from .tokens import TokenCache

BEIJING = timezone(timedelta(hours=8))
_SPARE_S = 1.0
"""The platform's clock is not quite ours."""


class RateResult(Protocol):
    """One hit against a limit."""

    @property
    def allowed(self) -> bool:
        """False where the limit was used up before this hit."""

    @property
    def retry_after_s(self) -> float:
        """Seconds until the window ends."""


class Rates(Protocol):
    """Counters all replicas share (Redis)."""

    async def hit(self, key: str, limit: int, window_s: float) -> RateResult:
        """Count one hit."""

    async def used(self, key: str) -> int:
        """Hits counted so far, 0 where there are none."""


@dataclass(frozen=True, kw_only=True)
class _Window:
    name: str
    key: str
    left_s: float
    length_s: float
    limit: int


class Quotas:
    """One account's calls."""

    def __init__(
        self,
        settings: WeChatSettings,
        cache: TokenCache,
        rates: Rates | None,
        now: Callable[[], datetime],
    ) -> None:
        self._settings, self._cache, self._rates, self._now = settings, cache, rates, now
        self._seen: set[str] = set()

    async def admit(self, path: str) -> None:
        """Count a call that is about to be made.

        Raises:
            Waiting: the quota's turn has not come; the call is not counted.
        """
        await self._rest(path)
        self._seen.add(path)
        if self._rates is None:
            return
        windows = self._windows(path)
        for window in windows:
            used = await self._rates.used(window.key)
            if window.limit and used >= self._settings.quota_slow_at * window.limit:
                await self._slow(window, used)
        for window in windows:
            await self._rates.hit(window.key, window.limit or 1, window.length_s)

    async def used_up(self, path: str, code: int) -> Waiting:
        """The platform says 45009 or 45011: nobody asks again before the quota's turn."""
        day, minute = self._windows(path)
        wait_s = (day if code == 45009 else minute).left_s + _SPARE_S
        until = self._now() + timedelta(seconds=wait_s)
        await self._cache.set_token(self._resting(path), until.isoformat(), ttl_s=wait_s)
        return Waiting(f"wechat_{code}", retry_after_s=wait_s)

    async def use(self) -> tuple[QuotaUse, ...]:
        """What is used now of each interface called by this process, or limited."""
        if self._rates is None:
            return ()
        found = []
        for path in sorted({*self._seen, *self._settings.daily_quotas}):
            for window in self._windows(path):
                used = await self._rates.used(window.key)
                found.append(
                    QuotaUse(interface=path, window=window.name, used=used, limit=window.limit)
                )
        return tuple(found)

    async def _rest(self, path: str) -> None:
        until = await self._cache.get_token(self._resting(path))
        if until is None:
            return
        left_s = (datetime.fromisoformat(until) - self._now()).total_seconds()
        if left_s > 0:
            raise Waiting("wechat_quota_used_up", retry_after_s=left_s)

    async def _slow(self, window: _Window, used: int) -> None:
        if self._rates is None or used >= window.limit:
            raise Waiting(f"wechat_quota_{window.name}", retry_after_s=window.left_s + _SPARE_S)
        gap_s = window.left_s / (window.limit - used)
        turn = await self._rates.hit(f"{window.key}:turn", 1, gap_s)
        if not turn.allowed:
            raise Waiting(f"wechat_slowed_{window.name}", retry_after_s=turn.retry_after_s)

    def _resting(self, path: str) -> str:
        return f"wechat-rest:{self._settings.app_id}:{path}"

    def _windows(self, path: str) -> tuple[_Window, _Window]:
        now = self._now().astimezone(BEIJING)
        second = now.second + now.microsecond / 1e6
        into_day = now.hour * 3600.0 + now.minute * 60.0 + second
        known = f"wechat:{self._settings.app_id}:{path}"
        return (
            _Window(
                name="day",
                key=f"{known}:{now:%Y-%m-%d}",
                left_s=86_400.0 - into_day,
                length_s=86_400.0,
                limit=self._settings.daily_quotas.get(path, 0),
            ),
            _Window(
                name="minute",
                key=f"{known}:{now:%Y-%m-%dT%H:%M}",
                left_s=60.0 - second,
                length_s=60.0,
                limit=self._settings.minute_quotas.get(path, 0),
            ),
        )
