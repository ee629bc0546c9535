"""What a letter comes to: a new case, words for an old one, or nothing, when a machine wrote it.

Whichever way it came, by mail or by the form, nobody talks with its writer now: there is no
dialogue. Done again after a crash it comes to the same.
"""

from __future__ import annotations

from bot.inbox import Outcome, Work
from bot.letters import belonging, machines, opening
from bot.letters.answering import answered
from bot.services import Services
from connectors.base import InboundKind


async def heard(work: Work, services: Services) -> Outcome:
    """The turn of a letter.

    Raises:
        connectors.errors.Retryable: the turn is to be begun again.
    """
    if work.message.kind is not InboundKind.LETTER:
        await machines.reported(work, services)
        return Outcome(replies=(), context=work.context)
    named = await belonging.named(work.message, services)
    if named is not None and named.own:
        return await answered(work, named.case, services)
    return await opening.opened(work, services, foreign=named.case if named else None)
