"""Cases a turn opens by itself: emergencies, long letters, and all else while Rasa is away."""

from __future__ import annotations

from dataclasses import replace

from bot.cases.model import DemandType, NewCase
from bot.inbox import Outcome, Work
from bot.presenting import case_reply
from bot.receiving import known_place
from bot.records import Context, StoredMessage
from bot.remarks import matter
from bot.services import Services
from connectors.base import InboundKind, Reply, ReplyKind
from nlu.model import Intent, Understanding

DEMANDS = {
    Intent.COMPLAINT: DemandType.COMPLAINT,
    Intent.HELP: DemandType.HELP,
    Intent.REPORT: DemandType.REPORT,
    Intent.SUGGESTION: DemandType.SUGGESTION,
    Intent.PRAISE: DemandType.PRAISE,
}


def danger(text: str, services: Services) -> Reply | None:
    """The number to call at once (110, 119, 120, 122), where the words tell of present danger."""
    number = services.router.emergency_number(text)
    if not number:
        return None
    wording = services.city.wording
    key = f"emergency_{number}"
    text = wording.say(key) if key in wording.texts else wording.say("emergency", number=number)
    return Reply(kind=ReplyKind.NOTICE, text=text, emergency=True)


async def register(
    work: Work, text: str, understanding: Understanding, services: Services
) -> Outcome:
    """Open a case with every word of it; the message again gives the same case.

    An open conversation is closed by it: all the citizen said since its beginning is the case.
    """
    return await _register(work, text, understanding, services)


async def register_danger(work: Work, text: str, services: Services) -> Outcome:
    """Open a case of its own for an emergency; what was being talked about stays as it was."""
    apart = replace(work, context=replace(work.context, dialogue_since=""))
    beginning = text[: services.settings.max_question_chars]
    understanding = await services.nlu.understand(beginning, work.message.id)
    outcome = await _register(apart, text, understanding, services)
    return replace(outcome, context=work.context)


async def register_for_person(
    work: Work, text: str, understanding: Understanding, services: Services
) -> Outcome:
    """As `register`, but a person judges it first, because nobody could ask for what is missing."""
    return await _register(
        work, text, understanding, services, wording="rasa_away", for_triage=True
    )


async def _register(
    work: Work,
    text: str,
    understanding: Understanding,
    services: Services,
    *,
    wording: str = "",
    for_triage: bool = False,
) -> Outcome:
    message, context, say = work.message, work.context, services.city.wording.say
    whole = matter(text, context, say)
    if context.dialogue_since:
        whole = "\n".join(await services.inbox.said_since(message, context.dialogue_since))
    opened = await services.cases.open_case(
        NewCase(
            # The conversation's form opens its case under the same key: never two of one matter.
            origin_key=f"{message.conversation_id}:{context.dialogue_since or message.id}",
            channel=message.channel,
            conversation_id=message.conversation_id,
            sender_id=message.sender_id,
            title="",
            text=whole or text,
            demand_type=DEMANDS.get(understanding.intent),
            place=_where(message, context, understanding),
            occurred_at=_first(understanding, "time"),
            contact_phone=_first(understanding, "phone"),
            for_triage=for_triage,
        )
    )
    reply = case_reply(opened.case, query_code=opened.query_code, say=say, key=wording)
    way = opened.case.routing.statutory_way if opened.case.routing else ""
    replies = (reply, Reply(text=say("statutory", way=way))) if way else (reply,)
    return Outcome(
        replies=replies,
        context=replace(
            context,
            dialogue_open=False,
            dialogue_since="",
            case_number=opened.case.number,
            place="",
            placed_at="",
        ),
    )


def _where(message: StoredMessage, context: Context, understanding: Understanding) -> str:
    if message.kind is InboundKind.LOCATION:
        return message.text
    return _first(understanding, "place") or known_place(context, message.received_at)


def _first(understanding: Understanding, kind: str) -> str:
    entity = understanding.first(kind)
    return entity.value if entity else ""
