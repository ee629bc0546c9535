"""Where messages come in: stored once, then handed to this process's handler."""

from __future__ import annotations

import asyncio
import logging

from bot.inbox import Inbox, Work
from bot.metrics import Metrics
from bot.records import Stored
from bot.spans import span
from bot.trail import on_trail
from connectors.base import Inbound, InboundKind

log = logging.getLogger(__name__)

_EVENTS = frozenset(
    {
        "subscribe",
        "unsubscribe",
        "scan",
        "click",
        "view",
        "location",
        "templatesendjobfinish",
        "sms_report",
        "mail_automatic",
        "mail_bounce",
    }
)


def what_it_is(inbound: Inbound) -> str:
    """A message's kind, or `event_` and the event's name; `event_other` for one we do not know."""
    if inbound.kind is not InboundKind.EVENT:
        return inbound.kind.value
    name = inbound.details.get("Event", "").lower()
    return f"event_{name if name in _EVENTS else 'other'}"


class Intake:
    """Stores first, so that what is acknowledged cannot be lost.

    `claimed` holds work for `bot.handling`; where this process has no handler, or dies, the
    lease runs out and the worker takes the message over.
    """

    def __init__(self, inbox: Inbox, metrics: Metrics) -> None:
        self._inbox, self._metrics = inbox, metrics
        self.claimed: asyncio.Queue[Work] = asyncio.Queue()

    async def store(self, inbound: Inbound) -> Stored:
        """Keep a message; a resend gives the one already kept and starts nothing.

        After this returns, the channel may be told that the message is safe.
        """
        with span("store", channel=inbound.channel):
            stored, work = await self._inbox.store(inbound)
        self._metrics.received(inbound.channel, new=stored.new)
        with on_trail(trail=stored.message.id, message_id=stored.message.id):
            log.info("message stored", extra={"channel": inbound.channel, "new": stored.new})
        if stored.new:
            self._metrics.of_kind(inbound.channel, what_it_is(inbound))
        if work is not None:
            self.claimed.put_nowait(work)
        return stored
