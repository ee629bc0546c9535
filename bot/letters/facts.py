"""What a letter's message tells beside its words. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.records import StoredMessage
from connectors.base import ReplyThread
from connectors.channels.mailbox.inbound import UNKNOWN_SENDER
from connectors.channels.mailbox.letter import Fact

WEB_SENDER = "web:"
"""What the sender of a form begins with who left no mail address and no number."""
_PREFIX = re.compile(r"^\s*(?:re|fw|fwd|回复|回覆|答复|转发|轉發|轉寄)\s*[:：]\s*", re.IGNORECASE)
_KEPT = (
    Fact.VIA, Fact.TO, Fact.BOX, Fact.SUBJECT, Fact.MESSAGE_ID, Fact.REFERENCES, Fact.PUBLIC,
    Fact.PHONE_CHECKED, Fact.CONTACT_MAIL,
)  # fmt: skip
"""Facts of the letter that go with the case."""


def fact(message: StoredMessage, name: Fact) -> str:
    """One fact; empty where the letter does not tell it."""
    return message.details.get(name.value, "")


def yes(message: StoredMessage, name: Fact) -> bool:
    """True where the writer said yes."""
    return fact(message, name) == "yes"


def kept_with_case(message: StoredMessage) -> dict[str, str]:
    """The facts that go with the case."""
    return {name.value: said for name in _KEPT if (said := fact(message, name))}


def reachable(message: StoredMessage) -> bool:
    """True where the writer can be written to."""
    sender = message.sender_id
    return bool(sender) and sender != UNKNOWN_SENDER and not sender.startswith(WEB_SENDER)


def bare_subject(subject: str) -> str:
    """The subject without what mail programs put before it."""
    while (shorter := _PREFIX.sub("", subject)) != subject:
        subject = shorter
    return subject.strip()


def thread_of(details: Mapping[str, str], title: str = "") -> ReplyThread | None:
    """The mail that answers to a letter belong below; None where its channel is none of mail.

    Args:
        details: of the letter's message, or what its case keeps of them.
        title: the subject where the letter had none.
    """
    if Fact.VIA.value not in details:
        return None
    return ReplyThread(
        subject=details.get(Fact.SUBJECT.value, "") or title,
        message_id=details.get(Fact.MESSAGE_ID.value, ""),
        references=details.get(Fact.REFERENCES.value, ""),
    )


def same_address(one: str, other: str) -> bool:
    """True for one mail address, however its letters are written."""
    return bool(one) and "@" in one and one.strip().lower() == other.strip().lower()
