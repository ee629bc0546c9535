"""The channel `mailbox`: answers to letters, by mail, or by text message to who left a number."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

from connectors.base import Channel, Outbound, Receipt
from connectors.departments.once import Memory, Once
from connectors.errors import Refused
from connectors.mail.smtp import hand_over

from .composing import composed
from .letter import CHANNEL
from .settings import MailboxSettings
from .tags import Tags

_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[A-Za-z0-9.-]{1,190}")
_MOBILE = re.compile(r"1\d{10}")
_DAY_S = 24 * 3600.0
_DAY_BEGINS = "%Y%m%d"


class Counter(Protocol):
    """Counts all replicas share."""

    async def hit(self, name: str, limit: int, window_s: float) -> object:
        """Count one; the answer's `allowed` is false past the limit."""


class MailboxChannel:
    """Sends what citizens who wrote letters are told.

    Args:
        settings: the server and as whom.
        memory: what all replicas remember.
        tags: signs what names mails and cases.
        texts: sends to mobile numbers; None: those who left only a number are told nothing.
        counter: counts mails to one address; None: nobody does.
        now: for tests.
    """

    name = CHANNEL

    def __init__(
        self,
        settings: MailboxSettings,
        memory: Memory,
        tags: Tags,
        *,
        texts: Channel | None = None,
        counter: Counter | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._settings, self._tags, self._texts, self._now = settings, tags, texts, now
        self._counter, self._once = counter, Once(CHANNEL, memory)

    def __repr__(self) -> str:
        return f"MailboxChannel({self._settings.host!r})"

    async def send(self, outbound: Outbound) -> Receipt:
        """Send once per idempotency key; the Message-ID is the receipt.

        Raises:
            connectors.errors.Retryable: later may help.
            connectors.errors.Refused: the server's own reasons; `mailbox_no_address`: nobody can be
                written to; `mailbox_loop`: too many mails to this address today.
            connectors.errors.Kept: as the channel of text messages does.
        """
        recipient = outbound.recipient
        if _MOBILE.fullmatch(recipient) and self._texts is not None:
            return await self._texts.send(replace(outbound, channel=self._texts.name))
        if not _ADDRESS.fullmatch(recipient) or not self._settings.host:
            raise Refused("mailbox_no_address")
        known = await self._once.receipt(outbound.idempotency_key)
        if known is not None:
            return Receipt(external_id=known)
        await self._admit(recipient)
        made = composed(
            outbound,
            sender=self._settings.sender,
            sender_name=self._settings.sender_name,
            delimiter=self._settings.delimiter,
            tags=self._tags,
            now=self._now(),
        )
        await asyncio.to_thread(hand_over, self._settings, made, recipient)
        receipt = str(made["Message-ID"])
        await self._once.done(outbound.idempotency_key, receipt)
        return Receipt(external_id=receipt)

    async def close(self) -> None:
        """Close the channel of text messages, which is this one's own."""
        if self._texts is not None:
            await self._texts.close()

    async def _admit(self, recipient: str) -> None:
        if self._counter is None:
            return
        name = f"mailbox-to:{recipient.lower()}:{self._now():{_DAY_BEGINS}}"
        counted = await self._counter.hit(name, self._settings.most_a_day, _DAY_S)
        if not getattr(counted, "allowed", True):
            raise Refused("mailbox_loop")
