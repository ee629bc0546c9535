"""A voice message becomes the citizen's words, which are kept with it."""

from __future__ import annotations

import logging
from dataclasses import replace

from bot.inbox import Work
from bot.services import Services
from connectors.base import Channel, InboundKind, MediaChannel, Reply
from connectors.errors import Gone, Refused, Retryable, TooLarge

log = logging.getLogger(__name__)

_MAX_BYTES = 2 * 1024 * 1024
"""The platform's own limit for voice."""
BEGUN_BEFORE_ASKING = 2
"""A recogniser or a platform that is away is asked again so often; then text is asked for."""


def with_media(channel: Channel | None) -> MediaChannel | None:
    """The channel, where its platform gives out what citizens sent."""
    return channel if channel is not None and hasattr(channel, "fetch") else None  # type: ignore[return-value]  # has just been checked


async def written_down(work: Work, services: Services) -> Work | Reply:
    """The same work with what was said as its text, or what is told instead.

    Raises:
        connectors.errors.Retryable: the turn is to be begun again.
    """
    if work.message.text.strip():  # an earlier try came so far
        return work
    try:
        text = await _words(work, services)
    except Retryable:
        if work.message.attempts <= BEGUN_BEFORE_ASKING:
            raise
        return Reply(text=services.city.wording.say("voice_later"))
    except Refused as error:
        log.warning("voice", extra={"message_id": work.message.id, "error": error.code})
        return Reply(text=services.city.wording.say(_why(error)))
    if text is None:
        return Reply(text=services.city.wording.say("wechat_voice"))
    if not text.strip():
        return Reply(text=services.city.wording.say("voice_unclear"))
    await services.inbox.write_down(work, text.strip())
    return replace(work, message=replace(work.message, text=text.strip()))


def _why(error: Refused) -> str:
    if isinstance(error, Gone):
        return "voice_gone"
    return "voice_too_long" if isinstance(error, TooLarge) else "voice_unclear"


async def _words(work: Work, services: Services) -> str | None:
    """What was said; None where nobody can hear it. The platform's own transcript is being
    withdrawn: it is taken only where there is no recogniser."""
    message, recogniser = work.message, services.recogniser
    if recogniser is None:
        return message.details.get("Recognition", "").strip() or None
    channel = with_media(services.channels.get(message.channel))
    if channel is None:
        return None
    audio = await channel.fetch(InboundKind.VOICE, message.details, max_bytes=_MAX_BYTES)
    return await recogniser.recognise(audio, name=message.id)
