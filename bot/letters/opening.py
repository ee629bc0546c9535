"""A letter that begins a matter: a case with every word of it, and a receipt for its writer."""

from __future__ import annotations

from dataclasses import replace

from bot import registering
from bot.cases.model import SYSTEM, Case, NewCase
from bot.cases.service import OpenedCase
from bot.inbox import Outcome, Work
from bot.letters.facts import bare_subject, fact, kept_with_case, reachable, thread_of, yes
from bot.letters.noting import note_once
from bot.presenting import answer_reply, case_reply
from bot.services import Services
from connectors.base import Reply, ReplyKind
from connectors.channels.mailbox.letter import Fact
from knowledge.model import AnswerKind
from nlu.model import Intent, Understanding

_TITLE_CHARS = 100
_QUOTED = frozenset({AnswerKind.DIRECT, AnswerKind.REFUTATION})


def origin_of(message_id: str) -> str:
    """The origin key of the case a letter opens."""
    return f"letter:{message_id}"


async def opened(work: Work, services: Services, *, foreign: Case | None = None) -> Outcome:
    """Open a case, told to who wrote it where they can be written to.

    Args:
        work: the letter.
        services: everything.
        foreign: a case it names that somebody else brought: noted for the office, and its writer
            learns nothing of it.
    """
    message, say = work.message, services.city.wording.say
    subject = bare_subject(fact(message, Fact.SUBJECT))
    text = message.text.strip() or subject
    files = await services.attachments.came_with(message.id)
    if not text and not files:
        return _said(work, Reply(text=say("letter_empty")))
    text = text or say("letter_only_files")
    if (danger := registering.danger(text, services)) and reachable(message):
        told = replace(danger, thread=thread_of(message.details))
        await services.inbox.tell_now(work, told, "danger")
    beginning = text[: services.settings.max_question_chars]
    understanding = await services.nlu.understand(beginning, message.id)
    case = await services.cases.open_case(_new_case(work, text, subject, understanding))
    number = case.case.number
    await services.attachments.give_of(message.id, number)
    if foreign is not None:
        noted = say("letter_from_another", number=foreign.number)
        await note_once(number, noted, SYSTEM, message, services)
    replies = await _receipt(case, beginning, understanding, services)
    return replace(_said(work, *replies), context=replace(work.context, case_number=number))


async def for_person(work: Work, services: Services) -> Outcome:
    """A letter whose turn failed for good: a person judges it, once, whatever it opened before."""
    message, say = work.message, services.city.wording.say
    subject = bare_subject(fact(message, Fact.SUBJECT))
    text = message.text.strip() or subject or say("letter_only_files")
    unread = Understanding(text=text, intent=Intent.INFORM, confidence=0.0)
    new = replace(_new_case(work, text, subject, unread), for_triage=True)
    case = await services.cases.open_case(new)
    await services.attachments.give_of(message.id, case.case.number)
    replies = await _receipt(case, "", unread, services)
    return _said(work, *replies)


def _new_case(work: Work, text: str, subject: str, understanding: Understanding) -> NewCase:
    message = work.message
    name = fact(message, Fact.CONTACT_NAME) or fact(message, Fact.SENDER_NAME)
    return NewCase(
        origin_key=origin_of(message.id),
        channel=message.channel,
        # Nobody to write to: no notices; the writer looks it up.
        conversation_id=message.conversation_id if reachable(message) else "",
        sender_id=message.sender_id,
        title=subject[:_TITLE_CHARS],
        text=text,
        demand_type=registering.DEMANDS.get(understanding.intent),
        place=fact(message, Fact.PLACE) or _first(understanding, "place"),
        occurred_at=fact(message, Fact.OCCURRED_AT) or _first(understanding, "time"),
        contact_name=name,
        contact_phone=fact(message, Fact.CONTACT_PHONE) or _first(understanding, "phone"),
        anonymous=yes(message, Fact.ANONYMOUS),
        confidential=yes(message, Fact.CONFIDENTIAL),
        may_publish=yes(message, Fact.MAY_PUBLISH),
        details=kept_with_case(message),
    )


async def _receipt(
    opened: OpenedCase, beginning: str, understanding: Understanding, services: Services
) -> tuple[Reply, ...]:
    case, say = opened.case, services.city.wording.say
    key = "letter_opened" if case.lead_department else "letter_opened_triage"
    reply = case_reply(case, query_code=opened.query_code, say=say, key=key)
    link = f"{services.settings.base_url}/progress?number={case.number}"
    parts = [reply.text, say("letter_follow", link=link)]
    if way := case.routing.statutory_way if case.routing else "":
        parts.append(say("statutory", way=way))
    receipt = replace(reply, text="\n\n".join(parts))
    if not understanding.is_question:
        return (receipt,)
    answer = await services.library.answered(beginning, ())
    services.metrics.answered(answer.kind.value)
    if answer.kind not in _QUOTED:
        return (receipt,)
    quoted = answer_reply(answer, say=say, base_url=services.settings.base_url)
    text = f"{receipt.text}\n\n{say('letter_may_answer')}\n{quoted.text}"
    return (replace(receipt, kind=ReplyKind.CASE, text=text, citations=quoted.citations),)


def _said(work: Work, *replies: Reply) -> Outcome:
    message = work.message
    if not reachable(message):
        return Outcome(replies=(), context=work.context)
    thread = thread_of(message.details)
    threaded = tuple(replace(reply, thread=thread) for reply in replies)
    return Outcome(replies=threaded, context=work.context)


def _first(understanding: Understanding, kind: str) -> str:
    entity = understanding.first(kind)
    return entity.value if entity else ""
