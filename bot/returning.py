"""A citizen who comes back to a form they left: it goes on, or ends without losing a word.

Rasa forgets a form after an hour's silence, and its store may be emptied. Then what was said since
the form began is said to it once more; after a day the matter is registered as it was told.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot import asked_again, remarks
from bot.actions.case_form import announces
from bot.cases.model import DemandType, NewCase
from bot.dialogue import DialogueLost, DialogueTurn
from bot.inbox import Outcome, Work
from bot.presenting import case_reply
from bot.records import StoredMessage
from bot.registering import DEMANDS, danger
from bot.services import Services
from connectors.base import InboundKind, Reply
from nlu.model import CASE_INTENTS, Intent, Understanding

GOES_ON_FOR = timedelta(hours=24)
"""After that who comes back hardly has the form's question in mind."""
_SAID_AGAIN_AT_MOST = 12
"""A form takes some five messages; of a longer story a person reads the whole."""


async def say_again(work: Work, services: Services) -> DialogueTurn:
    """Tell the dialogue once more what was said since its form began; gives its last word.

    Raises:
        DialogueLost: it does not come to the same form, or it was too much to say again.
        bot.dialogue.DialogueAway: Rasa is not there.
    """
    before = await _before(work, services)
    if not 0 < len(before) <= _SAID_AGAIN_AT_MOST:
        raise DialogueLost
    told: DialogueTurn | None = None
    for message in before:
        text = remarks.words(message, services.city)
        located = message.kind is InboundKind.LOCATION
        told = await services.dialogue.talk(
            message.conversation_id,
            text,
            message.id,
            anew=told is None,
            place=text if located else "",
            goes_on=told is not None,
            again=True,
        )
    if told is None or not told.open:
        raise DialogueLost
    return told


async def left_behind(work: Work, services: Services) -> Outcome | None:
    """Ends a form left a day ago: its matter is registered for a person; None where none was.

    Told once: the turn after finds no form open.
    """
    context, message = work.context, work.message
    if not context.dialogue_open or not context.heard_at or _is_silent(message):
        return None
    if message.received_at - datetime.fromisoformat(context.heard_at) < GOES_ON_FOR:
        return None
    before = await _before(work, services)
    closed = replace(context, dialogue_open=False, dialogue_since="")
    texts = [remarks.words(one, services.city) for one in before]
    told = [text for text in texts if text and not announces(text)]
    if not told:
        return Outcome(replies=(), context=closed)
    understood = await services.nlu.understand(
        "\n".join(told)[: services.settings.max_question_chars], before[0].id
    )
    if understood.intent not in CASE_INTENTS | {Intent.ASK_HUMAN}:
        return Outcome(replies=(), context=closed)
    reply = await _registered(before, texts, understood, services)
    number = reply.case.number if reply.case else ""
    return Outcome(replies=(reply,), context=replace(closed, case_number=number))


def welcome(work: Work, services: Services) -> Reply | None:
    """What is said to who follows again with a form open; None else."""
    details = work.message.details
    again = (
        work.message.kind is InboundKind.EVENT and details.get("Event", "").lower() == "subscribe"
    )
    if not again or not work.context.dialogue_open:
        return None
    say = services.city.wording.say
    return asked_again.with_question(Reply(text=say("form_back")), work.context, say)


async def _registered(
    before: tuple[StoredMessage, ...],
    texts: list[str],
    understood: Understanding,
    services: Services,
) -> Reply:
    first, say = before[0], services.city.wording.say
    located = next((one.text for one in before if one.kind is InboundKind.LOCATION), "")
    phone = understood.first("phone")
    opened = await services.cases.open_case(
        NewCase(
            # As the form would have opened it: never two of one matter.
            origin_key=f"{first.conversation_id}:{first.id}",
            channel=first.channel,
            conversation_id=first.conversation_id,
            sender_id=first.sender_id,
            title="",
            text="\n".join(text for text in texts if text),
            demand_type=_demand(understood),
            place=located or _value(understood, "place"),
            occurred_at=_value(understood, "time"),
            contact_phone=phone.value if phone else "",
            for_triage=True,
        )
    )
    await services.attachments.give_since(first, opened.case.number)
    return case_reply(opened.case, query_code=opened.query_code, say=say, key="form_left")


def _demand(understood: Understanding) -> DemandType | None:
    return DEMANDS.get(understood.intent)


def _value(understood: Understanding, kind: str) -> str:
    found = understood.first(kind)
    return found.value if found else ""


async def _before(work: Work, services: Services) -> tuple[StoredMessage, ...]:
    """The messages with words since the form began, without this one and without cries for help,
    which became cases of their own."""
    history = await services.inbox.history(work.message.conversation_id)
    ids = [one.id for one in history]
    since = work.context.dialogue_since
    if since not in ids or work.message.id not in ids:
        return ()
    between = history[ids.index(since) : ids.index(work.message.id)]
    return tuple(
        one
        for one in between
        if (text := remarks.words(one, services.city)) and danger(text, services) is None
    )


def _is_silent(message: StoredMessage) -> bool:
    """An event nobody waits to be answered on."""
    event = message.details.get("Event", "").lower()
    return message.kind is InboundKind.EVENT and event not in {"subscribe", "click"}
