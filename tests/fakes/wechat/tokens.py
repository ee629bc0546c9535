"""Access tokens: those of `stable_token`, and of the old `token` beside them.

Source: 微信公众平台 "获取稳定版接口调用凭据"; the two kinds do not touch one another.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from .errors import PlatformError
from .quotas import BEIJING

LIFETIME = timedelta(seconds=7200)
RENEWED_IN_THE_LAST = timedelta(minutes=5)
FORCED_A_DAY = 20
FORCED_APART = timedelta(seconds=30)


class Tokens:
    """Issues one account's tokens and says what is wrong with those it is shown.

    Attributes:
        issued: how many were issued, of both kinds.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.issued = 0
        self._now = now
        self._until: dict[str, datetime] = {}
        self._refused: dict[str, int] = {}
        self._stable = self._old = ""
        self._forced: Counter[str] = Counter()
        self._last_forced: datetime | None = None

    def knows(self, token: str) -> bool:
        """True where the token was ever issued to this account."""
        return token in self._until

    def check(self, token: str) -> None:
        """Let a token pass.

        Raises:
            PlatformError: 40001 superseded, 40014 never issued, 42001 expired.
        """
        if token not in self._until:
            raise PlatformError(40014)
        if token in self._refused:
            raise PlatformError(self._refused[token])
        if self._until[token] <= self._now():
            raise PlatformError(42001)

    def stable(self, *, force: bool) -> tuple[str, int]:
        """The token of `stable_token`, and the seconds left to it.

        In its last five minutes it is renewed and stays valid itself; forced, it is renewed at
        once and the one before is refused.

        Raises:
            PlatformError: 45009 forced too often today, 45011 twice within 30 s.
        """
        if force:
            self._count_forced()
            self._refuse(self._stable, 40001)
        if force or not self._fresh(self._stable):
            self._stable = self._issue()
        return self._stable, self._left_s(self._stable)

    def old(self) -> tuple[str, int]:
        """The token of the old interface: always a new one, and the one before is refused."""
        self._refuse(self._old, 40001)
        self._old = self._issue()
        return self._old, self._left_s(self._old)

    def expire(self, code: int = 40001) -> None:
        """Refuse with this code all tokens given out so far."""
        for token in self._until:
            self._refuse(token, code)

    def _count_forced(self) -> None:
        now = self._now()
        day = now.astimezone(BEIJING).strftime("%Y-%m-%d")
        if self._forced[day] >= FORCED_A_DAY:
            raise PlatformError(45009, "force_refresh")
        if self._last_forced is not None and now - self._last_forced < FORCED_APART:
            raise PlatformError(45011, "force_refresh")
        self._forced[day] += 1
        self._last_forced = now

    def _fresh(self, token: str) -> bool:
        if not token or token in self._refused:
            return False
        return self._until[token] - self._now() > RENEWED_IN_THE_LAST

    def _refuse(self, token: str, code: int) -> None:
        if token:
            self._refused[token] = code

    def _issue(self) -> str:
        token = secrets.token_urlsafe(384)  # 512 characters, the most there may be
        self._until[token] = self._now() + LIFETIME
        self.issued += 1
        return token

    def _left_s(self, token: str) -> int:
        return int((self._until[token] - self._now()).total_seconds())
