"""The accounts at the end: what was acknowledged, what is stored, what was seen."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from bot.records import MessageState, OutboxState
from bot.storage import tables
from tests.whole.day import balance
from tests.whole.day import living as day
from tests.whole.day.script import Kind, Step

from .load import Way, Written
from .town import Town

SENT_AGAIN = "sent twice: its note was lost"
"""Who dies, or loses the database, between the platform's taking a message up and noting it sends
it again: the platform cannot be asked, and a reply twice is better than none."""
NOT_ACKNOWLEDGED = "not acknowledged: its answer in place reached nobody"
"""The platform left before it read the answer, and its next tries were refused or met nobody: it
told the citizen that the account is out of service."""
_TRACE = re.compile(r"Traceback|File \"|sqlalchemy|asyncpg|Errno|\bException\b")
_CHINESE = re.compile("[一-鿿]{4}")
_CHANNELS = {Way.WECHAT: "wechat", Way.PAGE: "webchat", Way.LETTER: "mailbox"}


@dataclass(frozen=True, kw_only=True)
class Violation:
    """Something promised that did not hold.

    Args:
        what: a short name, the same for all of a sort.
        about: more of it; ids and counts, no long words.
        began, ended: on the driver's monotonic clock, for finding the fault it belongs to.
    """

    what: str
    about: str
    began: float
    ended: float


@dataclass(frozen=True, kw_only=True)
class Stored:
    """The tables at the end.

    Args:
        messages: (channel, external id) → row.
        replies: message id → how many.
        cases: the words of every case.
    """

    messages: dict[tuple[str, str], sa.RowMapping]
    replies: Counter[str]
    cases: list[str]


async def stored(town: Town) -> Stored:
    """Read them."""
    async with town.storage.read() as unit:
        ask = unit.messages._connection.execute
        rows = (await ask(sa.select(tables.messages))).mappings().all()
        answers = (await ask(sa.select(tables.outbox.c.message_id))).scalars().all()
        cases = (await ask(sa.select(tables.cases.c.text))).scalars().all()
    return Stored(
        messages={(row["channel"], row["external_id"]): row for row in rows},
        replies=Counter(one for one in answers if one),
        cases=list(cases),
    )


async def violations(town: Town, written: Sequence[Written]) -> list[Violation]:
    """Everything that does not hold."""
    there = await stored(town)
    found = []
    for note in written:
        found += _kept(note, there)
        if note.way is Way.LETTER or not town.real_rasa:
            found += _cases(note, there)
        found += _polite(note)
    return found + await _seen(town, written)


def _kept(note: Written, there: Stored) -> Iterator[Violation]:
    row = there.messages.get((_CHANNELS[note.way], note.external_id))
    if row is None:
        if note.taken:
            yield _of(note, "lost", "acknowledged, not stored")
        return
    if row["state"] == MessageState.FAILED:
        if not any(note.case_words and note.case_words in text for text in there.cases):
            yield _of(note, "given up without a case", row["last_error"])
    elif row["state"] != MessageState.HANDLED:
        yield _of(note, "not handled", f"{row['state']} {row['last_error']} {row['attempts']}")
    elif not there.replies[row["id"]] and note.way is not Way.LETTER:
        yield _of(note, "no reply", row["id"])


def _cases(note: Written, there: Stored) -> Iterator[Violation]:
    if not note.case_words:
        return
    count = sum(note.case_words in text for text in there.cases)
    if count > 1:
        yield _of(note, "several cases of one message", str(count))
    elif count == 0 and note.taken:
        yield _of(note, "no case", note.external_id)


def _polite(note: Written) -> Iterator[Violation]:
    for status, body in note.faces:
        if _TRACE.search(body):
            yield _of(note, "a trace was shown", str(status))
        elif not _CHINESE.search(body):
            yield _of(note, "no word of Chinese", str(status))
        elif status < 500 and status != 429:
            yield _of(note, "a status that is not true", str(status))
    if not note.taken and note.way is not Way.WECHAT and note.tries > 1:
        yield _of(note, "never taken", f"{note.tries} tries")


async def _seen(town: Town, written: Sequence[Written]) -> list[Violation]:
    by_citizen = defaultdict(list)
    for note in written:
        if note.way is Way.WECHAT and note.delivery is not None:
            by_citizen[note.citizen].append(note)
    found = []
    for citizen, notes in by_citizen.items():
        conversation = await town.storage.conversation_id("wechat", citizen)
        async with town.storage.read() as unit:
            messages = await unit.messages.history(conversation, limit=500)
            rows = await unit.outbox.history(conversation, limit=500)
        report = balance.Report()
        balance.delivered(
            balance.Books(
                open_id=citizen,
                written=[_of_the_day(note) for note in notes],
                messages=messages,
                rows=rows,
                seen=town.platform.seen_by(citizen),
                cases={},
            ),
            report,
        )
        refused = any(not note.taken for note in notes)
        tried_again = any(row.attempts > 1 for row in rows if row.state is OutboxState.SENT)
        began, ended = notes[0].began, notes[-1].at
        went = [
            f"{note.tries} sends {note.delivery.fault or 'ok'}" for note in notes if note.delivery
        ]
        for fault in report.faults:
            what = _sort(fault, tried_again=tried_again, refused=refused)
            about = f"{fault[:120]} ({'; '.join(went)})"
            found.append(Violation(what=what, about=about, began=began, ended=ended))
    return found


def _sort(fault: str, *, tried_again: bool, refused: bool) -> str:
    if "said twice" in fault:
        return SENT_AGAIN if tried_again else "sent twice"
    if "never seen" in fault and "(reply at" in fault and refused:
        return NOT_ACKNOWLEDGED
    for sort in ("never seen", "out of order", "half a reply", "kept, but seen"):
        if sort in fault:
            return sort
    return "not sent"


def _of_the_day(note: Written) -> day.Written:
    kind = Kind.REPORT if note.case_words else Kind.TEXT
    assert note.delivery is not None
    return day.Written(
        open_id=note.citizen,
        external_id=note.external_id,
        step=Step(kind=kind, words=note.case_words),
        delivery=note.delivery,
    )


def _of(note: Written, what: str, about: str) -> Violation:
    return Violation(
        what=what, about=f"{note.way} {about}", began=note.began, ended=note.at or note.began
    )
