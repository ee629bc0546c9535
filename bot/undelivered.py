"""A notice a platform took and could not deliver: kept for the citizen's next contact."""

from __future__ import annotations

import logging

from bot.inbox import Work
from bot.services import Services
from connectors.errors import Retryable

log = logging.getLogger(__name__)

_FINISHED = "TEMPLATESENDJOBFINISH"
_BEGUN_AT_MOST = 3
"""The event may overtake our own note of the message it is about; it is looked for so often."""


async def came_back(work: Work, services: Services) -> None:
    """Keep what the platform's report says it could not deliver; other events pass.

    Raises:
        connectors.errors.Retryable: the message it is about is just being sent; later.
    """
    message = work.message
    details = message.details
    receipt = details.get("MsgID", "")
    if details.get("Event", "").upper() != _FINISHED or not receipt:
        return
    if details.get("Status") == "success":
        return
    kept = await services.outbox.came_back(
        message.conversation_id,
        receipt,
        error="template_not_delivered",
        new_id=services.ids.new_id(),
    )
    if kept is None and message.attempts <= _BEGUN_AT_MOST:
        raise Retryable("report_before_receipt")
    log.warning(
        "template message not delivered",
        extra={"message_id": message.id, "outcome": "kept" if kept else "unknown"},
    )
