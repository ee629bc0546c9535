"""One citizen's conversation as pages and the API see it: say something, read what came back."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

from bot.errors import Invalid, TooLarge
from bot.feedback import may_be_rated
from bot.web.models import CONVERSATION_PATTERN, MESSAGE_ID_PATTERN
from connectors.base import Inbound, Reply

if TYPE_CHECKING:
    from bot.records import Feedback, OutboxRow, StoredMessage
    from bot.services import Services

CHANNEL = "webchat"
PREFIX = f"{CHANNEL}:"
HISTORY = 100
"""Messages and replies a reloaded page shows, of each."""

_UNRATED: Mapping[str, Feedback] = MappingProxyType({})
_CONVERSATION = re.compile(CONVERSATION_PATTERN)
_MESSAGE_ID = re.compile(MESSAGE_ID_PATTERN)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of a conversation.

    Args:
        id: of the message as the client named it (`m-…`), or of the reply (`r-…`).
        reply: None for what the citizen said, which is `text`.
        rateable: it is an answer, and its reader may say whether it helped.
        feedback: what they said of it, or None.
        live: its quick replies can be pressed.
    """

    id: str
    at: datetime
    text: str = ""
    reply: Reply | None = None
    rateable: bool = False
    feedback: Feedback | None = None
    live: bool = True


@dataclass(frozen=True, kw_only=True)
class Said:
    """What came of one message.

    Args:
        message_id: the client's.
        entries: the replies that were ready in time, in order.
        pending: the turn goes on; its replies come by polling.
    """

    message_id: str
    entries: tuple[Entry, ...]
    pending: bool


def new_conversation_id() -> str:
    """A new id nobody can guess: whoever knows it can read the conversation."""
    return PREFIX + secrets.token_urlsafe(32)


def is_conversation_id(text: str) -> bool:
    """True for an id this service could have given."""
    return _CONVERSATION.fullmatch(text) is not None


def new_message_id() -> str:
    """A new id of one message; sent again with the same one, it is handled once."""
    return secrets.token_hex(16)


async def say(services: Services, *, conversation_id: str, text: str, message_id: str = "") -> Said:
    """Hand in what the citizen says and wait a while for the replies.

    Raises:
        Invalid: nothing was said, or the message's id is no id.
        TooLarge: more than is taken in one message.
    """
    longest = services.settings.max_message_chars
    if not text:
        raise Invalid("请先输入您想咨询或反映的内容。", code="empty", fields={"text": "不能为空"})
    if len(text) > longest:
        raise TooLarge(
            f"内容太长了，请控制在 {longest} 个字以内，或分几次发送。",
            fields={"text": f"最多 {longest} 个字"},
        )
    if message_id and _MESSAGE_ID.fullmatch(message_id) is None:
        raise Invalid("消息编号格式不对。", fields={"message_id": "格式不对"})
    message_id = message_id or new_message_id()
    token = conversation_id.removeprefix(PREFIX)
    stored = await services.intake.store(
        Inbound(
            channel=CHANNEL,
            external_id=f"{token}:{message_id}",
            sender_id=token,
            conversation_id=conversation_id,
            text=text,
            sent_at=services.clock.now(),
        )
    )
    outbox = services.outbox
    done = await outbox.wait_for(stored.message.id, services.settings.chat_wait_s)
    await outbox.claim_for_reply(stored.message.id, HISTORY, via="page")
    rows = await outbox.replies_to(stored.message.id)
    return Said(message_id=message_id, entries=replies(rows), pending=not done)


async def replies_since(
    services: Services, *, conversation_id: str, after: str, wait_s: float
) -> tuple[Entry, ...]:
    """Replies after the one with that id; waits for the first of them where there is none yet."""
    return replies(await services.outbox.wait_for_more(conversation_id, after, wait_s))


async def whole(services: Services, conversation_id: str) -> tuple[Entry, ...]:
    """The end of a conversation, both sides, oldest first."""
    said = await services.inbox.history(conversation_id, limit=HISTORY)
    answered = await services.outbox.history(conversation_id)
    rated = await services.feedback.of(answered)
    entries = (*map(_said, said), *replies(answered, rated))
    return tuple(sorted(entries, key=lambda entry: entry.at))


def replies(
    rows: Iterable[OutboxRow], rated: Mapping[str, Feedback] = _UNRATED
) -> tuple[Entry, ...]:
    """Outbox rows as entries, with what was said of them where that is known."""
    return tuple(
        Entry(
            id=f"r-{row.id}",
            at=row.created_at,
            reply=row.reply,
            rateable=may_be_rated(row),
            feedback=rated.get(row.id),
        )
        for row in rows
    )


def _said(message: StoredMessage) -> Entry:
    client_id = message.external_id.rpartition(":")[2]
    return Entry(id=f"m-{client_id}", at=message.received_at, text=message.text)
