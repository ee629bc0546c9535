"""Tells whoever is on duty in a unit by text message, through the gateway callers are told by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import httpx

from connectors.base import Receipt
from connectors.channels.hotline.sms.gateway import Count, Gateway
from connectors.channels.hotline.sms.limits import Limits
from connectors.channels.hotline.sms.numbers import mobile
from connectors.channels.hotline.sms.settings import SmsSettings
from connectors.channels.hotline.sms.templates import Templates
from connectors.departments.base import DepartmentNotice
from connectors.departments.once import Memory, Once
from connectors.departments.wording import day_of, kind_of, severity_of
from connectors.errors import Refused

CountParts = Callable[[str, int], None]
"""Told of each message the gateway took: its template's kind, and its parts."""


class SmsToDepartments:
    """The sender `sms`.

    A number whose owner wrote TD is told all the same: these are official notices to a phone its
    unit put on duty. The office sees that it was written.

    Args:
        settings: with a URL and a department link.
        templates: the city's.
        memory: what all replicas remember.
        count: told of each call to the gateway.
        count_parts: told of each message it took.
        transport, now: for tests.
    """

    name = "sms"

    def __init__(
        self,
        settings: SmsSettings,
        templates: Templates,
        memory: Memory,
        *,
        count: Count = lambda channel, interface, outcome: None,
        count_parts: CountParts = lambda kind, parts: None,
        transport: httpx.AsyncBaseTransport | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._templates, self._most_parts = templates, settings.most_parts
        self._count_parts = count_parts
        self._once, self._limits = Once(self.name, memory), Limits(settings, memory, now)
        self._gateway = Gateway(
            settings, count=count, channel=self.name, now=now, transport=transport
        )

    def __repr__(self) -> str:
        return f"SmsToDepartments({self._gateway!r})"

    async def send(self, notice: DepartmentNotice) -> Receipt:
        """Send one message to the notice's number, once per idempotency key.

        Raises:
            Waiting: quiet hours, or the number's limit is reached.
            Refused: no mobile number (`sms_no_mobile`), no approved template (`sms_no_template`),
                or the gateway's own reason.
            Retryable: the gateway is out of reach or busy.
        """
        known = await self._once.receipt(notice.idempotency_key)
        if known is not None:
            return Receipt(external_id=known)
        number = mobile(notice.address)
        if not number:
            raise Refused("sms_no_mobile")
        template = self._templates.of_notice(notice.kind)
        if template is None:
            raise Refused("sms_no_template")
        if not severity_of(notice):
            self._limits.keep_quiet()
        await self._limits.admit(number, template.code)
        filled = self._templates.with_values(
            template, variables(notice), most_parts=self._most_parts
        )
        message_id = await self._gateway.send(
            number=number,
            sign=self._templates.sign,
            template=template.code,
            variables=filled.variables,
            reference=notice.idempotency_key,
        )
        self._count_parts(template.kind, filled.parts)
        await self._limits.sent(number, template.code)
        await self._once.done(notice.idempotency_key, message_id)
        return Receipt(external_id=message_id)

    async def close(self) -> None:
        """Close the connections to the gateway."""
        await self._gateway.close()


def variables(notice: DepartmentNotice) -> Mapping[str, str]:
    """What a template may say of a case: nothing a citizen wrote."""
    urgent = severity_of(notice)
    return {
        "number": notice.case_number,
        "kind": kind_of(notice) + (f"（{urgent}）" if urgent else ""),
        "due_on": day_of(notice.due_at) if notice.due_at else "",
    }
