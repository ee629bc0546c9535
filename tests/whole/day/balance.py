"""The accounts at the end of the day: what was written, what is stored, what was seen."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.records import MessageState, OutboxRow, OutboxState, StoredMessage
from connectors.channels.wechat import messages
from connectors.channels.wechat.text import render
from tests.fakes.wechat.custom import shown
from tests.fakes.wechat.media import Media
from tests.fakes.wechat_platform import Account, Seen

from .living import Written
from .script import SILENT, Kind

TEXT_BYTES = 1800
_ACCOUNT, _MEDIA = Account(), Media(lambda: datetime.now(UTC))


@dataclass(frozen=True, kw_only=True)
class Books:
    """One citizen's side of everything.

    Args:
        seen: by the citizen, in order.
        cases: number → the words it was opened with.
    """

    open_id: str
    written: Sequence[Written]
    messages: Sequence[StoredMessage]
    rows: Sequence[OutboxRow]
    seen: Sequence[Seen]
    cases: dict[str, str]


@dataclass
class Report:
    """Faults, each with its citizen, and figures."""

    faults: list[str] = field(default_factory=list)
    figures: Counter[str] = field(default_factory=Counter)

    def fault(self, books: Books, text: str) -> None:
        self.faults.append(f"{books.open_id}: {text}")

    def __str__(self) -> str:
        figures = ", ".join(f"{name} {count}" for name, count in sorted(self.figures.items()))
        return "\n".join([figures, f"{len(self.faults)} faults", *self.faults[:60]])


def check(books: Books, report: Report) -> None:
    """Everything that must hold of one citizen's day."""
    _stored_once(books, report)
    _answered(books, report)
    _cases(books, report)
    delivered(books, report)
    report.figures["notices"] += sum(seen.way == "notice" for seen in books.seen)


def _stored_once(books: Books, report: Report) -> None:
    wrote = Counter(note.external_id for note in books.written)
    stored = Counter(message.external_id for message in books.messages)
    report.figures["messages"] += len(wrote)
    report.figures["sends"] += sum(note.delivery.sends for note in books.written)
    for lost in wrote - stored:
        report.fault(books, f"lost {lost}")
    for more in stored - wrote:
        report.fault(books, f"stored, but not once: {more}")
    for message in books.messages:
        if message.state is not MessageState.HANDLED:
            report.fault(books, f"{message.external_id} is {message.state} {message.last_error}")


def _answered(books: Books, report: Report) -> None:
    """One outcome a message; replies to nothing that was not said."""
    ids = {message.id: message.external_id for message in books.messages}
    replies = Counter(ids.get(row.message_id or "", "?") for row in books.rows)
    for note in books.written:
        expected_none = note.step.kind in SILENT
        if expected_none != (replies[note.external_id] == 0):
            report.fault(books, f"{replies[note.external_id]} replies to {note.step.kind}")
        if replies[note.external_id] > 2:
            report.fault(books, f"{replies[note.external_id]} replies to {note.step.words}")
    if replies["?"]:
        report.fault(books, f"{replies['?']} replies to nothing")


def _cases(books: Books, report: Report) -> None:
    """A report is one case, told in the reply to it; nothing else is one."""
    ids = {note.external_id: note for note in books.written}
    by_words = defaultdict(list)
    for number, words in books.cases.items():
        by_words[words].append(number)
    told = {}
    for row in books.rows:
        message = next((m for m in books.messages if m.id == row.message_id), None)
        if row.case_number and message is not None:
            told[row.case_number] = ids[message.external_id].step.words
    for note in books.written:
        if note.step.kind is not Kind.REPORT:
            continue
        report.figures["reports"] += 1
        numbers = by_words.pop(note.step.words, [])
        if len(numbers) != 1:
            report.fault(books, f"{len(numbers)} cases of {note.step.words}")
        elif told.get(numbers[0]) != note.step.words:
            report.fault(books, f"case {numbers[0]} was told to {told.get(numbers[0])}")
    for words in by_words:
        report.fault(books, f"a case nobody reported: {words}")


def delivered(books: Books, report: Report) -> None:
    """Every reply seen once, or kept with a reason; in order; each in place at its own message."""
    rows = list(books.rows)
    given: list[OutboxRow] = []
    message_of = {id(note.delivery.seen): note.external_id for note in books.written}
    own_id = {message.external_id: message.id for message in books.messages}
    parts: list[str] = []
    followed: set[str] = set()
    for seen in books.seen:
        if seen.way == "notice":  # the platform's own, where the machine was too slow: a figure
            continue
        elif seen.way == "reply":
            own = own_id.get(message_of[id(seen)], "")
            _in_place(books, report, seen.text, own, [r for r in rows if r not in given], given)
        elif not parts and (row := _article_over(seen.text, rows, followed)) is not None:
            followed.add(row.id)  # before its article, where the platform lost that and asked again
        else:
            parts.append(seen.text)
            row = next((r for r in rows if r not in given and _parts(r) == parts), None)
            if row is not None:
                given.append(row)
                report.figures["sent later"] += 1
                parts = []
            elif not any(r not in given and _parts(r)[: len(parts)] == parts for r in rows):
                report.fault(books, f"said twice, or never written: {parts[0][:60]!r}")
                parts = []
    if parts:
        report.fault(books, f"half a reply: {parts[0][:60]!r}")
    _all_of_them(books, report, given)
    _in_order(books, report, given)


def _in_place(
    books: Books,
    report: Report,
    text: str,
    own: str,
    left: list[OutboxRow],
    given: list[OutboxRow],
) -> None:
    """Take apart one answer in place: first what answers this message, then what was kept."""
    report.figures["in place"] += 1
    first = True
    while text:
        row = next((r for r in left if text in (render(r.reply), _card(r))), None) or next(
            (r for r in left if text.startswith(render(r.reply) + "\n\n")), None
        )
        mine = [
            r
            for r in left
            if r.message_id == own and (text.startswith(render(r.reply)) or text == _card(r))
        ]
        row = mine[0] if mine else row
        if row is None:
            report.fault(books, f"in place, said twice or never written: {text[:60]!r}")
            return
        if row.message_id != own:
            if first:
                report.fault(books, f"an earlier answer in place: {text[:60]!r}")
            report.figures["kept, then in place"] += 1
        left.remove(row)
        given.append(row)
        text = "" if text == _card(row) else text[len(render(row.reply)) :].removeprefix("\n\n")
        first = False


def _article_over(choices: str, rows: Sequence[OutboxRow], followed: set[str]) -> OutboxRow | None:
    """The article carried in place that these choices belong to, each but once."""
    return next(
        (
            row
            for row in rows
            if row.sent_via == "reply"
            and row.id not in followed
            and _card(row)
            and _parts(row)[1:] == [choices]
        ),
        None,
    )


def _all_of_them(books: Books, report: Report, given: list[OutboxRow]) -> None:
    seen = {row.id for row in given}
    for row in books.rows:
        report.figures["replies"] += 1
        if row.state is OutboxState.KEPT and row.last_error:
            report.figures["kept"] += 1
            if row.id in seen:
                report.fault(books, f"kept, but seen: {row.reply.text[:40]!r}")
        elif row.state is not OutboxState.SENT:
            report.fault(books, f"{row.state} {row.last_error}: {row.reply.text[:40]!r}")
        elif row.id not in seen:
            how = f"{row.sent_via} at {row.sent_at}"
            report.fault(books, f"sent ({how}), but never seen: {row.reply.text[:40]!r}")


def _in_order(books: Books, report: Report, given: list[OutboxRow]) -> None:
    """As the messages came; what had to wait for the next contact may come after its answer.

    So may an answer in place that the platform lost and asked for again: when it asks is the
    platform's own affair, and a later message may be answered meanwhile.
    """
    used_up = {note.external_id for note in books.written if note.step.used_up}
    asked_again = {
        note.external_id
        for note in books.written
        if note.delivery.sends > 1 and note.delivery.seen and note.delivery.seen.way == "reply"
    }
    may_be_late = {m.id for m in books.messages if m.external_id in used_up | asked_again}
    place = {row.id: number for number, row in enumerate(books.rows)}
    order = [place[row.id] for row in given]
    for at, row in enumerate(given):
        before = [given[i] for i in range(at) if order[i] > order[at]]
        if before and row.message_id not in may_be_late:
            report.fault(books, f"out of order: {order}")


def _card(row: OutboxRow) -> str:
    """What is read of a reply that goes as an article; empty of all others."""
    card = messages.article(row.reply)
    return "\n".join(filter(None, (card["title"], card["description"]))) if card else ""


def _parts(row: OutboxRow) -> list[str]:
    """What is read of a reply that goes as customer-service messages."""
    planned = messages.plan(row.reply, key=row.id, limit=TEXT_BYTES).messages
    return [shown(message, _ACCOUNT, _MEDIA) for message in planned]
