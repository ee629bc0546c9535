"""How many messages a number gets of one template, for all replicas."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Protocol

from connectors.errors import Waiting

from .pacing import DAY_S, quiet_left_s, wait_s
from .settings import SmsSettings


class Memory(Protocol):
    """What all replicas share for a while; all of it may vanish."""

    async def get_token(self, name: str) -> str | None:
        """What is kept under a name."""

    async def set_token(self, name: str, value: str, ttl_s: float) -> None:
        """Keep it so long."""


class Limits:
    """The limits of a gateway's account; the same to callers and to departments.

    Args:
        settings: with the limits, and the key numbers are hashed with.
        memory: when which number got what.
        now: aware, UTC.
    """

    def __init__(self, settings: SmsSettings, memory: Memory, now: Callable[[], datetime]) -> None:
        self._settings, self._memory, self._now = settings, memory, now

    def keep_quiet(self) -> None:
        """Raises `Waiting` in the quiet hours."""
        left_s = quiet_left_s(self._now(), self._settings.quiet_hours)
        if left_s > 0:
            raise Waiting("sms_quiet_hours", retry_after_s=left_s)

    async def admit(self, number: str, template: str) -> None:
        """Raises `Waiting` where the number may get no more of this template now."""
        settings = self._settings
        left_s = wait_s(
            await self._times(number, template),
            self._now().timestamp(),
            a_minute=settings.a_minute,
            an_hour=settings.an_hour,
            a_day=settings.a_day,
        )
        if left_s > 0:
            raise Waiting("sms_number_limit", retry_after_s=left_s)

    async def sent(self, number: str, template: str) -> None:
        """The gateway took one."""
        now = self._now().timestamp()
        times = [each for each in await self._times(number, template) if each > now - DAY_S]
        await self._memory.set_token(
            self._name(number, template), json.dumps([*times, now]), ttl_s=DAY_S
        )

    async def _times(self, number: str, template: str) -> list[float]:
        """When this number got this template."""
        with suppress(ValueError, TypeError):
            kept = await self._memory.get_token(self._name(number, template))
            return [float(each) for each in json.loads(kept or "[]")]
        return []

    def _name(self, number: str, template: str) -> str:
        """Where it is kept; the number itself does not stand there."""
        key = self._settings.key.get_secret_value().encode()
        digest = hmac.new(key, number.encode(), hashlib.sha256).hexdigest()[:32]
        return f"sms-lately:{template}:{digest}"
