"""The turn of a citizen who answers a text message: a grade, stop, or more about their case.

Everything else goes on as on any channel; so does a question, beside being noted.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from bot import grading, registering, sms_words
from bot.cases.filters import OPEN_STATES, CaseFilter, CaseSort
from bot.cases.model import CITIZEN, SYSTEM, Actor, Case, Move, State
from bot.cases.notices import reply_case
from bot.errors import Conflict
from bot.inbox import Outcome, Work
from bot.records import OutboxRow, StoredMessage
from bot.services import Services
from connectors.base import InboundKind, Reply
from connectors.channels.hotline.sms.inbound import REPORT
from connectors.channels.hotline.sms.numbers import mobile, spellings
from connectors.errors import Retryable
from nlu.model import Intent

log = logging.getLogger(__name__)

CHANNEL = "hotline"
_GOES_ON = frozenset({Intent.CASE_PROGRESS, Intent.ASK_HUMAN, Intent.RATE})
"""Asked for something the turn gives, though there is an open case to note it on."""
_SMALL_TALK = frozenset({Intent.GREET, Intent.THANKS, Intent.GOODBYE})
_WHY = {
    "UNKNOWN_NUMBER": "号码不存在",
    "BLACKLIST": "对方已退订或被运营商屏蔽",
    "ABSENT": "对方关机或停机",
    "EXPIRED": "对方长时间没有信号",
}
_WHY_NOT = {
    "sms_no_mobile": "来电号码不是手机号",
    "sms_no_template": "没有报备的短信模板",
    "sms_template": "短信模板没有报备",
    "sms_blacklist": "对方已退订或被平台屏蔽",
    "sms_phone": "号码不存在",
}
_LATEST = 50


async def reported(work: Work, services: Services) -> None:
    """Where a delivery report says that a message reached nobody, a person gets to see it.

    It stands on the case, and as a dead row that can be sent again; other events pass.
    """
    message, details = work.message, work.message.details
    if message.channel != CHANNEL or details.get("Event") != REPORT:
        return
    code = details.get("code", "") or "UNKNOWN"
    services.metrics.sms_reported(details.get("status", ""))
    if details.get("status") == "delivered":
        return
    reference, error = details.get("reference", ""), f"sms_{code.lower()}"
    row = await services.outbox.not_reached(reference, error=error, new_id=services.ids.new_id())
    if row is None and await services.deliveries.not_reached(reference, error=error) is not None:
        log.warning("department not reached", extra={"delivery_id": reference, "error": code})
        return
    log.warning(
        "text message not delivered",
        extra={"message_id": message.id, "error": code, "outcome": "seen" if row else "unknown"},
    )
    if row is not None and row.case_number:
        say = services.city.wording.say
        text = say("sms_not_delivered", reason=_WHY.get(code, "运营商没有送达"))
        await _note(row.case_number, text, SYSTEM, message, services)


async def not_sent(row: OutboxRow, error: str, services: Services) -> None:
    """A message to a caller that will never go out is noted on its case, once a reason."""
    if row.channel != CHANNEL or not row.case_number:
        return
    say = services.city.wording.say
    text = say("sms_not_sent", reason=_WHY_NOT.get(error, "短信平台没有接受"))
    events = await services.cases.events(row.case_number)
    if not any(each.move is Move.NOTE and each.details.get("text") == text for each in events):
        await services.cases.move(row.case_number, Move.NOTE, SYSTEM, text=text)


async def heard(work: Work, text: str, services: Services) -> Outcome | None:
    """What a text message comes to; None where the turn goes on with it.

    Done again after a crash it comes to the same.
    """
    message = work.message
    if message.channel != CHANNEL or message.kind is not InboundKind.TEXT:
        return None
    number = mobile(message.sender_id)
    if number and sms_words.stops(text):
        await services.optouts.stop(number)
        return Outcome(replies=(), context=work.context)
    if number and sms_words.resumes(text):
        await services.optouts.resume(number)
        return _said(work, Reply(text=services.city.wording.say("sms_resumed")))
    if registering.danger(text, services):
        return None
    if (rated := await _graded(work, text, services)) is not None:
        return rated
    if work.context.dialogue_open:
        return None
    return await _added(work, text, services)


async def _graded(work: Work, text: str, services: Services) -> Outcome | None:
    """The grade of the case of this number that was closed last, not too long ago."""
    said = sms_words.graded(text)
    if said is None:
        return None
    if work.context.dialogue_open and not await services.feedback.last_closed(
        work.message.conversation_id
    ):
        return None  # it answers what was asked
    since = services.clock.now() - timedelta(days=services.settings.sms_rate_days)
    closed = await _cases(work.message.sender_id, frozenset({State.CLOSED}), services)
    recent = [case for case in closed if case.closed_at is not None and case.closed_at >= since]
    if not recent:
        return None
    case = max(recent, key=_closed_at)
    key = await grading.grade(case.number, said.grade, services, comment=said.comment)
    told = services.city.wording.say(key, number=case.number)
    return _said(work, Reply(text=told, case=replace(reply_case(case), told="rated")))


async def _added(work: Work, text: str, services: Services) -> Outcome | None:
    """Noted on the open case of this number; a question is answered besides."""
    cases = await _cases(work.message.sender_id, OPEN_STATES, services)
    if not cases:
        return None
    beginning = text[: services.settings.max_question_chars]
    understanding = await services.nlu.understand(beginning, work.message.id)
    if understanding.intent in _SMALL_TALK:
        return None
    say, case = services.city.wording.say, cases[0]
    await _note(case.number, say("sms_note", text=text), CITIZEN, work.message, services)
    if understanding.is_question or understanding.intent in _GOES_ON:
        return None
    told = say("sms_noted", number=case.number)
    return _said(work, Reply(text=told, case=replace(reply_case(case), told="noted")))


async def _cases(sender_id: str, states: frozenset[State], services: Services) -> list[Case]:
    """The cases of a number, however the call centre told it; the last opened first."""
    number = mobile(sender_id)
    found: list[Case] = []
    for spelling in spellings(number) if number else (sender_id,):
        wanted = CaseFilter(
            states=states, channel=CHANNEL, sender_id=spelling, sort=CaseSort.OPENED, limit=_LATEST
        )
        found += (await services.cases.cases(wanted)).cases
    return sorted(found, key=lambda case: case.opened_at, reverse=True)


async def _note(
    number: str, text: str, actor: Actor, message: StoredMessage, services: Services
) -> None:
    """Note it once, however often the turn is begun."""
    try:
        events = await services.cases.events(number)
        if any(
            event.move is Move.NOTE
            and event.details.get("text") == text
            and event.at >= message.received_at
            for event in events
        ):
            return
        await services.cases.move(number, Move.NOTE, actor, text=text)
    except Conflict as error:  # somebody moved it at the same moment
        raise Retryable("case_busy") from error


def _closed_at(case: Case) -> datetime:
    return case.closed_at or case.opened_at


def _said(work: Work, reply: Reply) -> Outcome:
    return Outcome(replies=(reply,), context=work.context)
