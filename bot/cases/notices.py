"""What a citizen is told when something happened to their case. Pure."""

from __future__ import annotations

from dataclasses import replace

from bot.cases.calendar import ZONE, chinese_date
from bot.cases.model import Case, Move, Severity, State
from bot.cases.ports import CaseWording
from bot.cases.rules import GRADES
from bot.letters.facts import thread_of
from bot.records import NewOutbound
from connectors.base import Reply, ReplyCase, ReplyKind, ReplyOption
from connectors.channels.mailbox.letter import CHANNEL as MAILBOX

_KEYS = {
    Move.DISPATCH: "case_dispatched",
    Move.REASSIGN: "case_reassigned",
    Move.REPLY: "case_replied",
    Move.APPROVE_REPLY: "case_replied",
    Move.JOIN_REPLY: "case_joined_reply",
    Move.PAUSE: "case_paused",
    Move.RESUME: "case_resumed",
    Move.UNMERGE: "case_unmerged",
    Move.REFUSE: "case_refused",
    Move.CLOSE: "case_closed",
    Move.EXTEND: "case_extended",
    Move.MERGE: "case_merged",
    Move.SPLIT: "case_split",
    Move.PUBLISH: "case_published",
}
"""Moves the citizen hears of, and the wording for each."""

_LETTER_KEYS = {"case_replied": "letter_replied", "case_closed": "letter_closed"}
"""What reads otherwise as a letter."""

_TOLD = {
    Move.DISPATCH: "dispatched",
    Move.REASSIGN: "dispatched",
    Move.REPLY: "replied",
    Move.APPROVE_REPLY: "replied",
    Move.JOIN_REPLY: "replied",
    Move.PAUSE: "paused",
    Move.RESUME: "resumed",
    Move.UNMERGE: "unmerged",
    Move.REFUSE: "refused",
    Move.CLOSE: "closed",
    Move.EXTEND: "extended",
    Move.MERGE: "merged",
    Move.SPLIT: "split",
    Move.PUBLISH: "published",
}
"""The same in one word, for channels that send fixed texts."""
_WORDS = {"replied", "split"}


def notice(
    case: Case,
    move: Move,
    wording: CaseWording,
    *,
    reason: str = "",
    lead_number: str = "",
    reply: str = "",
) -> NewOutbound | None:
    """The notice of a move, or None where there is none or nobody to send it to.

    Args:
        case: as it stands after the move.
        move: what was done.
        wording: the city's texts.
        reason: for a refusal, the statutory way.
        lead_number: for a merge, the number of the case it went into.
        reply: what is told instead of the department's reply; for a split, the new cases.
    """
    key = _KEYS.get(move)
    if key is None or not case.conversation_id or _waits_for_second_reader(case, move):
        return None
    letter = case.channel == MAILBOX
    text = wording.say(
        _LETTER_KEYS.get(key, key) if letter else key,
        number=case.number,
        department=case.lead_department,
        due_on=due_on(case) or wording.say("due_pending"),
        reply=reply or case.reply_text,
        reason=reason,
        lead_number=lead_number,
    )
    return NewOutbound(
        key=f"case:{case.id}:{case.version}",
        channel=case.channel,
        conversation_id=case.conversation_id,
        recipient=case.sender_id,
        case_number=case.number,
        reply=Reply(
            kind=ReplyKind.NOTICE,
            text=text,
            case=replace(
                reply_case(case),
                told=_TOLD[move],
                words=_words(move, reply or case.reply_text, reason, lead_number),
            ),
            options=_options(case, move),
            emergency=case.severity is Severity.EMERGENCY,
            thread=thread_of(case.course.details, case.title) if letter else None,
        ),
    )


def opening(case: Case, query_code: str, wording: CaseWording) -> NewOutbound | None:
    """What the citizen is told of a case somebody else opened for them; None for nobody to tell."""
    if not case.conversation_id:
        return None
    text = wording.say(
        "case_opened" if case.lead_department else "case_opened_triage",
        number=case.number,
        query_code=query_code,
        department=case.lead_department,
        due_on=due_on(case) or wording.say("due_pending"),
    )
    return NewOutbound(
        key=f"case:{case.id}:opened",
        channel=case.channel,
        conversation_id=case.conversation_id,
        recipient=case.sender_id,
        case_number=case.number,
        reply=Reply(kind=ReplyKind.CASE, text=text, case=reply_case(case, query_code)),
    )


def _words(move: Move, reply: str, reason: str, lead_number: str) -> str:
    """The words that are told beside what happened; empty where there are none."""
    if _TOLD[move] in _WORDS:
        return reply
    return lead_number if move in {Move.MERGE, Move.UNMERGE} else reason


def _options(case: Case, move: Move) -> tuple[ReplyOption, ...]:
    """The five grades, where the case is closed; what they send names the case."""
    if move is not Move.CLOSE:
        return ()
    return tuple(
        ReplyOption(label=grade, text=f"评价 {case.number} {grade}") for grade in GRADES.values()
    )


def _waits_for_second_reader(case: Case, move: Move) -> bool:
    return move is Move.REPLY and case.state is not State.REPLIED


def reply_case(case: Case, query_code: str = "") -> ReplyCase:
    """A case as told to the citizen it belongs to; the code only at its opening."""
    due = case.due_at.astimezone(ZONE).isoformat() if case.due_at else ""
    return ReplyCase(
        number=case.number,
        state=case.state.value,
        query_code=query_code,
        department=case.lead_department,
        due_at=due,
    )


def due_on(case: Case) -> str:
    """The last day for a reply in words; empty where there is none."""
    return chinese_date(case.due_at)
