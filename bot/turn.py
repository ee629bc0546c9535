"""One turn, start to end: what a citizen said becomes replies. Read this first.

A message is handled the same way whatever channel it came from. Everything a turn does may be done
again after a crash: replies have keys of their message, cases have origin keys, and Rasa is told
a message once.
"""

from __future__ import annotations

from dataclasses import replace

from bot import (
    asked_again,
    choosing,
    conversing,
    grading,
    rating,
    receiving,
    registering,
    remarks,
    returning,
    texting,
)
from bot.dialogue import DialogueAway
from bot.inbox import Outcome, Work
from bot.letters import hearing as letter
from bot.presenting import answer_reply, told_by_chart
from bot.services import Services
from bot.spans import span
from connectors.base import Reply
from connectors.channels.mailbox.letter import CHANNEL as MAILBOX
from nlu.model import DIALOGUE_INTENTS, Intent, Understanding

_QUESTIONS_KEPT = 6
"""A chain of follow-ups ("那需要什么材料") rarely reaches further back."""


async def handle(work: Work, services: Services) -> Work | None:
    """Handle one message; gives the conversation's next work, already claimed, or None.

    Raises:
        bot.records.LeaseLost: someone else took the message over; nothing was kept.
    """
    return await services.inbox.finish(work, await decide(work, services))


async def decide(work: Work, services: Services) -> Outcome:
    """What the turn comes to. An emergency's number is told, and a case may be open, before."""
    if work.message.channel == MAILBOX:
        return await letter.heard(work, services)
    left = await returning.left_behind(work, services)
    if left is None:
        return await _decided(work, services)
    outcome = await _decided(replace(work, context=left.context), services)
    return replace(outcome, replies=(*left.replies, *outcome.replies))


async def _decided(work: Work, services: Services) -> Outcome:
    taken = await receiving.received(work, services)
    if isinstance(taken, Outcome):
        return taken
    work, text = taken, remarks.words(taken.message, services.city)
    if not text:
        await texting.reported(work, services)
        return _wordless(work, services)
    if (texted := await texting.heard(work, text, services)) is not None:
        return texted
    meant = await choosing.meant(work, text, services)
    if len(meant) > 1:
        return _said(work, choosing.which(meant, services.city.wording.say))
    text = meant[0]
    if danger := registering.danger(text, services):
        await services.inbox.tell_now(work, danger, "danger")
        return await registering.register_danger(work, text, services)
    if (rated := await rating.heard(work, text, services)) is not None:
        return rated
    if (graded := await grading.heard(work, text, services)) is not None:
        return graded
    if len(text) > services.settings.max_question_chars:
        return await _overlong(work, text, services)
    if work.context.dialogue_open or remarks.starts_dialogue(text, services.city.wording.say):
        return await _converse(work, text, services)
    if invited := remarks.invites(text, services.city.wording.say):
        return _said(work, invited)
    understanding = await _understand(text, work, services)
    if understanding.intent in DIALOGUE_INTENTS:
        return await _converse(work, text, services, understanding)
    if understanding.is_question:
        return await _answered(work, text, services)
    if understanding.intent is Intent.INFORM:  # the bare name of a thing is asked about it
        outcome = await _answered(work, text, services)
        if outcome.says_something:
            return outcome
    return _said(work, remarks.on_intent(understanding.intent, services.city.wording.say))


async def _understand(text: str, work: Work, services: Services) -> Understanding:
    beginning = text[: services.settings.max_question_chars]
    with span("understand"):
        understanding = await services.nlu.understand(beginning, work.message.id)
    services.metrics.understood(understanding.intent.value, understanding.source)
    return understanding


async def _converse(
    work: Work, text: str, services: Services, understanding: Understanding | None = None
) -> Outcome:
    message, context = work.message, work.context
    try:
        with span("dialogue"):
            told = await conversing.talk(work, text, services, understanding)
    except DialogueAway as away:
        services.metrics.dialogue_away(away.code)
        return await _without_dialogue(work, text, services)
    case = next((reply.case for reply in told.replies if reply.case), None)
    return Outcome(
        replies=told.replies,
        context=replace(
            asked_again.remembered(context, told, message.received_at),
            dialogue_open=told.open,
            dialogue_since=(context.dialogue_since or message.id) if told.open else "",
            case_number=case.number if case else context.case_number,
            place="",
            placed_at="",
        ),
    )


def _wordless(work: Work, services: Services) -> Outcome:
    say = services.city.wording.say
    back = returning.welcome(work, services)
    said = back or remarks.on_wordless(work.message, say)
    if said is not None and back is None:
        said = asked_again.with_question(said, work.context, say)
    return _said(work, said)


async def _without_dialogue(work: Work, text: str, services: Services) -> Outcome:
    """Questions are answered all the same; everything else becomes a case a person looks at."""
    understanding = await _understand(text, work, services)
    if understanding.is_question:
        return await _answered(work, text, services)
    remark = remarks.without_dialogue(text, understanding.intent, work.context, services.city)
    if remark is not None:
        ended = replace(work.context, dialogue_open=False, dialogue_since="")
        return Outcome(replies=(remark,), context=ended)
    return await registering.register_for_person(work, text, understanding, services)


async def _overlong(work: Work, text: str, services: Services) -> Outcome:
    """Too long for a conversation: answered where it asks, else registered with every word."""
    understanding = await _understand(text, work, services)
    if understanding.is_question and not work.context.dialogue_open:
        outcome = await _answered(work, text[: services.settings.max_question_chars], services)
        if outcome.says_something:
            return outcome
    return await registering.register(work, text, understanding, services)


async def _answered(work: Work, question: str, services: Services) -> Outcome:
    answer = await services.library.answered(question, work.context.questions)
    services.metrics.answered(answer.kind.value)
    asked = (*work.context.questions, question)[-_QUESTIONS_KEPT:]
    reply = answer_reply(
        answer,
        await services.rephraser.rephrase(answer),
        say=services.city.wording.say,
        base_url=services.settings.base_url,
    )
    return Outcome(
        replies=(told_by_chart(reply, services.library.document),),
        context=replace(work.context, questions=asked),
        unanswered=remarks.to_write(question, answer),
    )


def _said(work: Work, *replies: Reply | None) -> Outcome:
    return Outcome(
        replies=tuple(reply for reply in replies if reply is not None), context=work.context
    )
