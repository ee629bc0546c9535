"""A click on a choice comes back as its label: here it becomes the words the choice stands for.

WeChat's `msgmenu` sends the label as the citizen's text and an id that is often "0" or absent, so
the id is believed where it is ours and the label is looked for among the last replies else. A
text without any id may have been typed: then only menus that were pushed count (in place and on
the page a choice sends its words themselves), and a case that has its grade keeps it.
"""

from __future__ import annotations

from bot.errors import NotFound
from bot.inbox import Work
from bot.presenting import Say
from bot.records import OutboxRow
from bot.services import Services
from connectors.base import Reply, ReplyKind, ReplyOption

MENU_ID = "bizmsgmenuid"
_LONGEST_LABEL = 120
_REPLIES_BACK = 30


async def meant(work: Work, text: str, services: Services) -> tuple[str, ...]:
    """What a text stands for: itself, or a choice's words; several where that is not clear."""
    if len(text) > _LONGEST_LABEL:
        return (text,)
    message = work.message
    menu_id = message.details.get(MENU_ID, "")
    clicked = await _by_id(menu_id, message.conversation_id, services)
    if clicked:
        return (clicked,)
    rows = await services.outbox.history(message.conversation_id, limit=_REPLIES_BACK)
    found: dict[str, OutboxRow] = {}
    for row in rows:
        words = _words(row, text) if menu_id or row.sent_via == "push" else ""
        if words:  # the last time it was offered counts
            found.pop(words, None)
            found[words] = row
    if not found:
        return (text,)
    newest = tuple(found)[-1]
    if found[newest].reply.kind is not ReplyKind.NOTICE:
        return (newest,)
    return await _ungraded(found, services) or ((newest,) if menu_id else (text,))


def which(candidates: tuple[str, ...], say: Say) -> Reply:
    """Asks which of several closed cases a grade is for."""
    return Reply(
        kind=ReplyKind.CHOICES,
        text=say("rate_which_of"),
        options=tuple(ReplyOption(label=each, text=each) for each in candidates),
    )


async def _by_id(menu_id: str, conversation_id: str, services: Services) -> str:
    outbox_id, _, number = menu_id.rpartition(":")
    if not outbox_id or not (number.isascii() and number.isdigit() and len(number) < 4):
        return ""
    row = await services.outbox.get(outbox_id)
    if row is None or row.conversation_id != conversation_id:
        return ""
    options = row.reply.options
    return options[int(number)].text if int(number) < len(options) else ""


def _words(row: OutboxRow, label: str) -> str:
    """What the choice of this label sends; empty where there is none."""
    return next((option.text for option in row.reply.options if option.label == label), "")


async def _ungraded(found: dict[str, OutboxRow], services: Services) -> tuple[str, ...]:
    """Those about cases that have no grade yet, newest first."""
    left = []
    for words, row in reversed(found.items()):
        if row.reply.kind is not ReplyKind.NOTICE or not row.case_number:
            continue
        try:
            case = await services.cases.get(row.case_number)
        except NotFound:
            continue
        if case.rating is None:
            left.append(words)
    return tuple(left)
