"""Daily and per-minute quotas of each interface."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

from .errors import PlatformError

BEIJING = timezone(timedelta(hours=8))
DAILY = {
    "/cgi-bin/stable_token": 500_000,
    "/cgi-bin/token": 2_000,
    "/cgi-bin/message/custom/send": 500_000,
    "/cgi-bin/message/template/send": 100_000,
    "/cgi-bin/media/get": 200_000,
    "/cgi-bin/media/upload": 100_000,
    "/cgi-bin/menu/create": 1_000,
    "/cgi-bin/menu/get": 10_000,
    "/cgi-bin/menu/delete": 1_000,
    "/cgi-bin/draft/add": 1_000,
}
PER_MINUTE = {"/cgi-bin/stable_token": 10_000}
CLEARS_A_MONTH = 10


class Quotas:
    """Counts one account's calls; the day is Beijing's.

    Attributes:
        daily, per_minute: calls allowed by path, to be changed at will; a path that is not there
            has no limit.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.daily, self.per_minute = dict(DAILY), dict(PER_MINUTE)
        self._now = now
        self._days: Counter[tuple[str, str]] = Counter()
        self._minutes: Counter[tuple[str, str]] = Counter()
        self._clears: Counter[str] = Counter()

    def count(self, path: str) -> None:
        """Count a call.

        Raises:
            PlatformError: 45009, 45011.
        """
        day, minute = self._at("%Y-%m-%d", path), self._at("%Y-%m-%d %H:%M", path)
        if self._days[day] >= self.daily.get(path, self._days[day] + 1):
            raise PlatformError(45009)
        if self._minutes[minute] >= self.per_minute.get(path, self._minutes[minute] + 1):
            raise PlatformError(45011)
        self._days[day] += 1
        self._minutes[minute] += 1

    def used(self, path: str) -> int:
        """Calls counted today."""
        return self._days[self._at("%Y-%m-%d", path)]

    def state(self, path: str) -> dict[str, Any]:
        """The answer of `openapi/quota/get`.

        Raises:
            PlatformError: 76021.
        """
        if path not in self.daily:
            raise PlatformError(76021)
        limit, used = self.daily[path], self.used(path)
        quota = {"daily_limit": limit, "used": used, "remain": max(0, limit - used)}
        return {"errcode": 0, "errmsg": "ok", "quota": quota}

    def clear(self) -> None:
        """Start the day's counts anew; ten times a month.

        Raises:
            PlatformError: 48006.
        """
        month = self._now().astimezone(BEIJING).strftime("%Y-%m")
        if self._clears[month] >= CLEARS_A_MONTH:
            raise PlatformError(48006)
        self._clears[month] += 1
        self._days.clear()

    def _at(self, form: str, path: str) -> tuple[str, str]:
        return self._now().astimezone(BEIJING).strftime(form), path
