"""A reply as a mail. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from connectors.base import Outbound, Reply, ReplyCitation, ReplyKind

from . import headers
from .automatic import OURS
from .tags import Tags

_BEIJING = timezone(timedelta(hours=8))
_SUBJECT_CHARS = 120
_MOST_REFERENCES = 20
_HERE = "您的来信"


def composed(
    outbound: Outbound,
    *,
    sender: str,
    sender_name: str,
    delimiter: str,
    tags: Tags,
    now: datetime,
) -> EmailMessage:
    """The mail; the same outbound has the same Message-ID whenever it is made.

    Every field a DKIM signer covers stands once, and the body is base64, which no server on the way
    wraps or changes.
    """
    user, _, domain = sender.rpartition("@")
    reply = outbound.reply
    made = EmailMessage(policy=SMTP)
    made["From"] = Address(display_name=sender_name, username=user, domain=domain)
    made["To"] = outbound.recipient
    if delimiter and reply.case is not None:
        tagged = f"{user}{delimiter}{tags.tag(reply.case.number)}"
        made["Reply-To"] = Address(display_name=sender_name, username=tagged, domain=domain)
    made["Subject"] = _subject(reply)
    made["Date"] = format_datetime(now.astimezone(_BEIJING))
    made["Message-ID"] = tags.message_id(outbound.idempotency_key, domain)
    if reply.thread is not None and (answered := headers.ids([reply.thread.message_id])):
        before = headers.ids([reply.thread.references])[1 - _MOST_REFERENCES :]
        made["In-Reply-To"] = answered[0]
        made["References"] = " ".join(dict.fromkeys((*before, answered[0])))
    notice = reply.kind is ReplyKind.NOTICE
    made["Auto-Submitted"] = "auto-generated" if notice else "auto-replied"
    made["X-Auto-Response-Suppress"] = "All"
    made[OURS] = "1"
    made.set_content("\n".join(_body(reply, sender_name)) + "\n", charset="utf-8", cte="base64")
    return made


def _subject(reply: Reply) -> str:
    said = headers.unencoded(headers.one_line(reply.thread.subject)) if reply.thread else ""
    number = f"（编号 {reply.case.number}）" if reply.case else ""
    said = said[:_SUBJECT_CHARS] or f"{_HERE}{number}"
    return said if said.lower().startswith(("re:", "回复:", "回复：")) else f"Re: {said}"


def _body(reply: Reply, sender_name: str) -> Iterator[str]:
    yield reply.text
    for place, citation in enumerate(reply.citations, 1):
        if place == 1:
            yield ""
            yield "出处："
        yield f"{place}. {_cited(citation)}"
    if reply.options:
        yield ""
        yield "回复其中一项即可：" + "、".join(_word(option.text) for option in reply.options)
    yield ""
    yield f"—— {sender_name}"
    yield "如有补充，请直接回复本邮件。"


def _word(text: str) -> str:
    """What is asked for: of 评价 and the case's number, which the thread tells, the grade alone."""
    return text.rpartition(" ")[2] if text.startswith("评价 ") else text


def _cited(citation: ReplyCitation) -> str:
    facts = (citation.number, citation.department, citation.published_on, citation.place)
    said = "，".join(each for each in facts if each)
    title = f"《{citation.title.strip('《》')}》" + (f"（{said}）" if said else "")
    return f"{title} {citation.url}".strip()
