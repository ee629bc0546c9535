"""Duty phones from which somebody wrote TD, for the office to see."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.city.contacts import Contact


@dataclass(frozen=True, kw_only=True)
class DutyPhone:
    """A number a unit put on duty."""

    unit: str
    number: str


async def stopped(
    contacts: Sequence[Contact], has_stopped: Callable[[str], Awaitable[bool]]
) -> tuple[DutyPhone, ...]:
    """Those that wrote TD and not HF since. Notices go on to them; the unit should be asked.

    Args:
        contacts: of the city.
        has_stopped: whether a mobile number wants no messages.
    """
    phones = [
        DutyPhone(unit=contact.unit, number=number)
        for contact in contacts
        for number in contact.sms
    ]
    return tuple([phone for phone in phones if await has_stopped(phone.number)])
