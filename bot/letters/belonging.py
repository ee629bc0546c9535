"""Which case a letter belongs to, if any.

It must name the case by a mark we gave (a signed tag in the address it was sent to, or the id of a
mail of ours it answers) and come from the address that mail went to. A case's number in subject or
text is no mark: anybody may have seen it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.cases.model import Case
from bot.errors import NotFound
from bot.letters.facts import fact, same_address
from bot.records import StoredMessage
from bot.services import Services
from connectors.channels.mailbox.letter import Fact


@dataclass(frozen=True, kw_only=True)
class Named:
    """The case a letter names; `own` where it comes from who brought the case."""

    case: Case
    own: bool


async def named(message: StoredMessage, services: Services) -> Named | None:
    """The case a letter names by a mark of ours; None where it names none."""
    if proven := fact(message, Fact.CASE):
        return Named(case=await services.cases.get(proven), own=True)
    number = services.tags.case_of(fact(message, Fact.TAG)) or ""
    recipient = ""
    if not number:
        number, recipient = await _answered(message, services)
    if not number:
        return None
    try:
        case = await services.cases.get(number)
    except NotFound:
        return None
    told = not recipient or same_address(message.sender_id, recipient)
    addresses = (case.sender_id, case.course.details.get(Fact.CONTACT_MAIL.value, ""))
    own = any(same_address(message.sender_id, each) for each in addresses)
    return Named(case=case, own=own and told)


async def _answered(message: StoredMessage, services: Services) -> tuple[str, str]:
    """The case of the mail of ours it answers, and whom that went to; empty for none."""
    for message_id in _ids(message):
        key = services.tags.key_of(message_id)
        row = await services.outbox.get(key) if key else None
        if row is not None and row.case_number:
            return row.case_number, row.recipient
    return "", ""


def _ids(message: StoredMessage) -> Iterator[str]:
    """What it answers first, then what stands before that, the latest first."""
    yield from fact(message, Fact.IN_REPLY_TO).split()
    yield from reversed(fact(message, Fact.REFERENCES).split())
