"""Mails no person wrote: a bounce of ours stands where somebody sees it; the rest is counted."""

from __future__ import annotations

import logging

from bot.cases.model import SYSTEM
from bot.inbox import Work
from bot.letters.facts import fact
from bot.letters.noting import note_once
from bot.services import Services
from connectors.channels.mailbox.letter import MAIL_BOUNCE, Fact

log = logging.getLogger(__name__)

_WHY = {
    "5.1.1": "邮箱不存在",
    "5.1.10": "邮箱不存在",
    "5.1.2": "邮箱域名不存在",
    "5.2.1": "邮箱已停用",
    "5.2.2": "邮箱已满",
    "5.3.4": "邮件太大",
    "5.7.1": "对方拒收",
}


async def reported(work: Work, services: Services) -> None:
    """Where a report says for good that a mail of ours reached nobody, a person gets to see it.

    It stands on the case, and as a dead row that can be sent again; a delay passes.
    """
    message = work.message
    if message.details.get("Event") != MAIL_BOUNCE:
        return
    status = fact(message, Fact.BOUNCE_STATUS)
    key = services.tags.key_of(fact(message, Fact.BOUNCED_ID))
    if key is None or status.startswith(("2", "4")):
        return
    error = f"mail_{(status or 'bounced').replace('.', '_')}"
    row = await services.outbox.not_reached(key, error=error, new_id=services.ids.new_id())
    outcome = "seen" if row else "unknown"
    log.warning(
        "mail not delivered", extra={"message_id": message.id, "error": error, "outcome": outcome}
    )
    if row is not None and row.case_number:
        say = services.city.wording.say
        text = say("letter_not_delivered", reason=_WHY.get(status, "对方的邮件服务器没有接收"))
        await note_once(row.case_number, text, SYSTEM, message, services)
