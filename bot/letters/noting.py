"""Words noted on a case once, however often a turn is begun."""

from __future__ import annotations

from bot.cases.model import Actor, Move
from bot.errors import Conflict
from bot.records import StoredMessage
from bot.services import Services
from connectors.errors import Retryable

NOTE_CHARS = 1900
"""Under the limit of what is noted; the whole of a longer letter is among the case's files."""


async def note_once(
    number: str, text: str, actor: Actor, message: StoredMessage, services: Services
) -> bool:
    """Note it; False where that was done before.

    Raises:
        connectors.errors.Retryable: somebody moved the case at the same moment.
    """
    told_as = f"letter:{message.id}"
    if await told_before(number, Move.NOTE, message, services):
        return False
    try:
        await services.cases.move(number, Move.NOTE, actor, text=text, told_as=told_as)
    except Conflict as error:
        raise Retryable("case_busy") from error
    return True


async def told_before(number: str, move: Move, message: StoredMessage, services: Services) -> bool:
    """True where the letter has moved the case so already."""
    told_as = f"letter:{message.id}"
    events = await services.cases.events(number)
    return any(one.details.get("told_as") == told_as and one.move is move for one in events)
