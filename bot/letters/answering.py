"""A letter that answers a mail of ours: a grade, a wish to begin anew, or more about the case."""

from __future__ import annotations

from dataclasses import replace

from bot import grading, sms_words
from bot.cases.model import CITIZEN, Case, Move, MoveRefused
from bot.cases.notices import reply_case
from bot.cases.rules import ANSWERED
from bot.errors import Conflict
from bot.inbox import Outcome, Work
from bot.letters.facts import thread_of
from bot.letters.noting import NOTE_CHARS, note_once, told_before
from bot.services import Services
from connectors.base import Reply
from connectors.errors import Retryable
from nlu.model import Intent

_SMALL_TALK = frozenset({Intent.GREET, Intent.THANKS, Intent.GOODBYE})
_SHORT = 40
_GRADE_CHARS = 300
"""A grade stands at the beginning of a short answer; a longer one tells a matter."""


async def answered(work: Work, case: Case, services: Services) -> Outcome:
    """What an answer about a case comes to; its files go to the case whatever it says.

    Raises:
        connectors.errors.Retryable: somebody moved the case at the same moment.
    """
    message, say = work.message, services.city.wording.say
    text = message.text.strip()
    await services.attachments.give_of(message.id, case.number)
    files = await services.attachments.came_with(message.id)
    if not text:
        if not files:
            return Outcome(replies=(), context=work.context)
        text = say("letter_only_files")
    if case.state in ANSWERED and (told := await _graded(text, case, services)):
        return _said(work, case, told)
    anew = say("letter_again")
    if await told_before(case.number, Move.REOPEN, message, services):
        return _said(work, case, say("letter_reopened", number=case.number))
    if case.state in ANSWERED and text.lstrip("“\"'【[ ").startswith(anew):
        return _said(work, case, await _reopened(work, case, text, services))
    short = text if len(text) <= NOTE_CHARS else text[:NOTE_CHARS] + say("letter_cut")
    await note_once(case.number, say("letter_note", text=short), CITIZEN, message, services)
    if not files and len(text) <= _SHORT:
        understanding = await services.nlu.understand(text, message.id)
        if understanding.intent in _SMALL_TALK:
            return Outcome(replies=(), context=work.context)
    key = "letter_noted_answered" if case.state in ANSWERED else "letter_noted"
    return _said(work, case, say(key, number=case.number, anew=anew))


async def _graded(text: str, case: Case, services: Services) -> str:
    """What is said to a grade; empty where it is none."""
    said = sms_words.graded(text) if len(text) <= _GRADE_CHARS else None
    if said is None:
        return ""
    key = await grading.grade(case.number, said.grade, services, comment=said.comment)
    return services.city.wording.say(key, number=case.number)


async def _reopened(work: Work, case: Case, text: str, services: Services) -> str:
    say, told_as = services.city.wording.say, f"letter:{work.message.id}"
    try:
        await services.cases.move(
            case.number, Move.REOPEN, CITIZEN, reason=text[:NOTE_CHARS], told_as=told_as
        )
    except MoveRefused:
        noted = say("letter_note", text=text[:NOTE_CHARS])
        await note_once(case.number, noted, CITIZEN, work.message, services)
        return say("letter_not_again", number=case.number)
    except Conflict as error:
        raise Retryable("case_busy") from error
    return say("letter_reopened", number=case.number)


def _said(work: Work, case: Case, text: str) -> Outcome:
    reply = Reply(text=text, case=replace(reply_case(case), told="noted"))
    threaded = replace(reply, thread=thread_of(work.message.details))
    return Outcome(replies=(threaded,), context=work.context)
