"""Who writes too fast is answered more slowly: every message is kept, and takes its turn later."""

from __future__ import annotations

from bot import registering, remarks
from bot.inbox import Work
from bot.services import Services
from connectors.base import InboundKind, Reply

_TOLD_EVERY_S = 3600.0


async def held_back(work: Work, services: Services) -> bool:
    """True where the message was put off; the citizen is told so once an hour.

    Only platforms that call us are paced: pages and the API limit their readers themselves. An
    emergency never waits.

    Raises:
        bot.records.LeaseLost: someone else took the message over.
    """
    message, settings = work.message, services.settings
    channel = services.channels.get(message.channel)
    if channel is None or not hasattr(channel, "reply_within_s"):
        return False
    text = remarks.words(message, services.city)
    if message.kind is InboundKind.EVENT and not text:
        return False
    who = message.conversation_id
    pace = await services.cache.hit(f"pace:{who}", settings.pace_messages, settings.pace_s)
    if pace.allowed or (text and registering.danger(text, services)):
        return False
    told = await services.cache.hit(f"pace-told:{who}", 1, _TOLD_EVERY_S)
    if told.allowed:
        await services.inbox.tell_now(
            work, Reply(text=services.city.wording.say("too_fast")), "pace"
        )
    await services.inbox.put_off(work, after_s=max(1.0, pace.retry_after_s), error="too_fast")
    services.metrics.held_back(message.channel)
    return True
