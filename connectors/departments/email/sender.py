"""Tells a unit by mail, over SMTP."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from connectors.base import Receipt
from connectors.departments.base import DepartmentNotice
from connectors.departments.once import Memory, Once
from connectors.mail.smtp import hand_over

from .mail import mail
from .settings import EmailSettings


class EmailSender:
    """The sender `email`; smtplib in a thread, one connection a mail.

    Args:
        settings: the server.
        memory: what all replicas remember.
        now: for tests.
    """

    name = "email"

    def __init__(
        self,
        settings: EmailSettings,
        memory: Memory,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._settings, self._now = settings, now
        self._once = Once(self.name, memory)
        self.sees_citizens = settings.with_contact

    def __repr__(self) -> str:
        return f"EmailSender({self._settings.host!r})"

    async def send(self, notice: DepartmentNotice) -> Receipt:
        """Send once per idempotency key; the Message-ID is the receipt.

        One that may have gone out all the same, because the answer was lost, goes out again under
        the same Message-ID. Raises as `DepartmentSender.send`.
        """
        known = await self._once.receipt(notice.idempotency_key)
        if known is not None:
            return Receipt(external_id=known)
        settings = self._settings
        made = mail(
            notice, sender=settings.sender, sender_name=settings.sender_name, now=self._now()
        )
        await asyncio.to_thread(hand_over, settings, made, notice.address)
        receipt = str(made["Message-ID"])
        await self._once.done(notice.idempotency_key, receipt)
        return Receipt(external_id=receipt)

    async def close(self) -> None:
        """Nothing is kept open."""
