"""The channel `hotline`: what callers are told goes as text messages, and they may write back."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import httpx

from connectors.base import Inbound, Outbound, RawRequest, RawResponse, Receipt, Reply, ReplyKind
from connectors.errors import Kept, Malformed, Refused

from . import inbound, signing
from .gateway import Count, Gateway
from .limits import Limits, Memory
from .numbers import mobile
from .pacing import DAY_S
from .settings import SmsSettings
from .templates import Filled, Templates

log = logging.getLogger(__name__)

_REMEMBER_S = 7 * DAY_S
_ACKNOWLEDGED = RawResponse(content_type="application/json; charset=utf-8", body=b'{"code":"OK"}')

Stopped = Callable[[str], Awaitable[bool]]
"""A mobile number → whether its owner wants no more messages (TD)."""

CountParts = Callable[[str, int], None]
"""Told of each message sent: what it told, and its parts."""


async def nobody_stopped(number: str) -> bool:
    """Where nothing is kept of who wants no messages."""
    del number
    return False


def no_parts(kind: str, parts: int) -> None:
    """Where nobody counts."""
    del kind, parts


class SmsChannel:
    """Text messages to callers.

    Args:
        settings: with a URL.
        templates: the city's.
        memory: what went out lately, for all replicas.
        stopped: who wants no messages.
        count: told of each call to the gateway.
        count_parts: told of each message it took.
    """

    reply_within_s = 0.0
    """Nothing is answered in place: the gateway waits for a receipt only."""

    def __init__(
        self,
        settings: SmsSettings,
        templates: Templates,
        memory: Memory,
        *,
        name: str = "hotline",
        stopped: Stopped = nobody_stopped,
        count: Count = lambda channel, interface, outcome: None,
        count_parts: CountParts = no_parts,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.name = name
        self._settings, self._templates, self._memory = settings, templates, memory
        self._stopped, self._count_parts, self._now = stopped, count_parts, now
        self._key = settings.key.get_secret_value()
        self._limits = Limits(settings, memory, now)
        self._gateway = Gateway(settings, count=count, channel=name, now=now, transport=transport)

    def __repr__(self) -> str:
        kinds = sorted(self._templates.by_kind)
        return f"SmsChannel(name={self.name!r}, app={self._settings.app!r}, templates={kinds})"

    async def send(self, outbound: Outbound) -> Receipt:
        """Send a reply as one message; the same key again sends nothing more.

        Raises:
            Waiting: quiet hours, or the number's limit is reached.
            Kept: the citizen wants no messages; they get it when they want some again.
            Refused: no mobile number (`sms_no_mobile`), no approved template
                (`sms_no_template`), or the gateway's own reason.
            Retryable: the gateway is out of reach or busy.
        """
        known = await self._memory.get_token(_sent(outbound))
        if known is not None:
            return Receipt(external_id=known)
        reply, number = outbound.reply, mobile(outbound.recipient)
        if not number:
            raise Refused("sms_no_mobile")
        # TD stops notices; who writes to us again is answered.
        notice = reply.kind is ReplyKind.NOTICE and not reply.emergency
        if notice and await self._stopped(number):
            raise Kept("sms_stopped")
        template = self._templates.of(reply)
        if template is None:
            raise Refused("sms_no_template")
        if notice:
            self._limits.keep_quiet()
        await self._limits.admit(number, template.code)
        filled = self._templates.filled(template, reply, most_parts=self._settings.most_parts)
        return await self._sent(outbound, number, filled)

    async def balance(self) -> int:
        """Parts that can still be sent; raises as `Gateway.balance`."""
        return await self._gateway.balance()

    async def close(self) -> None:
        """Close the connections to the gateway."""
        await self._gateway.close()

    def greet(self, request: RawRequest) -> RawResponse:
        """A signed query is answered. Raises `Unverified`."""
        query = httpx.QueryParams(dict(request.query))
        self._verified(str(query).encode(), "greet")
        return _ACKNOWLEDGED

    def parse(self, request: RawRequest) -> tuple[Inbound, ...]:
        """Delivery reports and citizens' messages.

        Raises:
            Unverified: not signed by the gateway, or stale.
            Malformed: signed, but not what the gateway tells.
        """
        given = self._verified(request.body, "callback")
        if "items" not in given:
            raise Malformed("items")
        return inbound.read(given["items"], channel=self.name, now=self._now())

    def carries(self, replies: tuple[Reply, ...]) -> int:
        """None: nobody reads the answer to a callback."""
        del replies
        return 0

    def answer_in_place(self, request: RawRequest, replies: tuple[Outbound, ...]) -> RawResponse:
        """The receipt the gateway waits for; without it, it tells the same again."""
        del request, replies
        return _ACKNOWLEDGED

    async def _sent(self, outbound: Outbound, number: str, filled: Filled) -> Receipt:
        message_id = await self._gateway.send(
            number=number,
            sign=self._templates.sign,
            template=filled.template.code,
            variables=filled.variables,
            reference=outbound.idempotency_key,
        )
        self._count_parts(filled.template.kind, filled.parts)
        await self._limits.sent(number, filled.template.code)
        await self._memory.set_token(_sent(outbound), message_id, ttl_s=_REMEMBER_S)
        return Receipt(external_id=message_id)

    def _verified(self, body: bytes, action: str) -> dict[str, str]:
        return signing.verified(
            body,
            key=self._key,
            app=self._settings.app,
            action=action,
            now=self._now(),
            stale_after_s=self._settings.stale_after_s,
        )


def _sent(outbound: Outbound) -> str:
    return f"sms-sent:{outbound.idempotency_key}"
