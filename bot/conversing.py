"""Telling the dialogue a message, whatever kind it was, and once more what it has forgotten."""

from __future__ import annotations

from bot import receiving, returning
from bot.dialogue import DialogueLost, DialogueTurn
from bot.inbox import Work
from bot.services import Services
from connectors.base import InboundKind
from nlu.model import Entity, Intent, Understanding


async def talk(
    work: Work, text: str, services: Services, understanding: Understanding | None = None
) -> DialogueTurn:
    """What the dialogue answers; a form it has lost is told again what was said before.

    Raises:
        bot.dialogue.DialogueAway: Rasa is not there, or the form cannot be brought back.
    """
    try:
        return await _talk(work, text, services, understanding)
    except DialogueLost:
        await returning.say_again(work, services)
        return await _talk(work, text, services, understanding)


async def _talk(
    work: Work, text: str, services: Services, understanding: Understanding | None
) -> DialogueTurn:
    message, context = work.message, work.context
    located = message.kind is InboundKind.LOCATION
    return await services.dialogue.talk(
        message.conversation_id,
        text,
        message.id,
        about=context.questions[-1] if context.questions else "",
        understanding=_of_place(text) if located else understanding,
        anew=not context.dialogue_open,
        place=text if located else receiving.known_place(context, message.received_at),
        goes_on=context.dialogue_open,
    )


def _of_place(text: str) -> Understanding:
    """What a location message says: where, and nothing more; Rasa has no words to read in it."""
    whole = Entity(kind="place", value=text, start=0, end=len(text))
    return Understanding(text=text, intent=Intent.INFORM, confidence=1.0, entities=(whole,))
