"""Mails no citizen wrote: our own, machines' answers, bounces, lists, loops. Pure.

Sources: RFC 3834 (automatic answers), RFC 3462 and 3464 (reports), RFC 2919 (lists), RFC 5321 6.3
(loops), and how providers' programs mark theirs. Strict on purpose: nothing that a citizen's
provider may add by itself decides alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message

from . import headers
from .letter import Automatic

OURS = "X-Policyline"
"""A header of every mail we send; one that comes back with it was sent by us, or goes round."""

_MOST_HOPS = 50
_AWAY = re.compile(
    r"^\s*(?:re:\s*)?(?:自动回复|自動回覆|自动答复|假期自动回复|外出自动回复|休假自动回复"
    r"|系统自动回复|automatic reply|auto(?:matic)?[- ]?(?:reply|response)|autoreply|ooo\s*:"
    r"|out of (?:the )?office"
    r"|abwesenheit)",
    re.IGNORECASE,
)
_BOUNCE_SUBJECT = re.compile(
    r"^\s*(?:退信|系统退信|系統退信|邮件退回|投递失败|邮件投递失败|无法投递|undeliver"
    r"|returned mail|mail delivery|delivery (?:status|failure|has failed)|failure notice"
    r"|mail system error|message not delivered)",
    re.IGNORECASE,
)
_POSTMASTER = re.compile(
    r"^(?:mailer-daemon|postmaster|mail-daemon|mdaemon|mailerdaemon)@?", re.IGNORECASE
)
_NO_REPLY = re.compile(
    r"^(?:no[-_.]?reply|do[-_.]?not[-_.]?reply|notifications?|alerts?|bounces?)(?:[-_.+]|@)",
    re.IGNORECASE,
)
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_MOST_REPORT = 20_000


@dataclass(frozen=True, kw_only=True)
class Judged:
    """Why a mail is nobody's letter, and of a bounce, what it tells."""

    why: Automatic = Automatic.NONE
    bounced_id: str = ""
    recipient: str = ""
    status: str = ""


def judged(
    message: Message,
    *,
    sender: str,
    subject: str,
    text: str,
    own_addresses: frozenset[str],
    is_ours: Callable[[str], bool],
) -> Judged:
    """What kind of mail it is.

    Args:
        message: parsed.
        sender: its From address.
        subject: decoded.
        text: its words.
        own_addresses: of our boxes, in lower case.
        is_ours: whether a message id is of a mail we sent.
    """
    message_id = next(iter(headers.ids(headers.values(message, "Message-ID"))), "")
    if is_ours(message_id) or (sender.lower() in own_addresses and _marked(message)):
        return Judged(why=Automatic.OWN)
    bounce = _bounce(message, sender, subject, text, is_ours)
    if bounce is not None:
        return bounce
    if len(headers.values(message, "Received")) > _MOST_HOPS or (
        headers.value(message, OURS) and _auto_submitted(message)
    ):
        return Judged(why=Automatic.LOOP)
    if sender.lower() in own_addresses:
        return Judged(why=Automatic.OWN)
    if _is_away(message, subject):
        return Judged(why=Automatic.OUT_OF_OFFICE)
    if _is_list(message):
        return Judged(why=Automatic.LIST)
    if _is_machine(message, sender):
        return Judged(why=Automatic.MACHINE)
    return Judged()


def _marked(message: Message) -> bool:
    return bool(headers.value(message, OURS)) or _auto_submitted(message)


def _auto_submitted(message: Message) -> bool:
    said = headers.value(message, "Auto-Submitted").split("(")[0].split(";")[0].strip().lower()
    return bool(said) and said != "no"


def _precedence(message: Message) -> str:
    return headers.value(message, "Precedence").strip().lower()


def _is_away(message: Message, subject: str) -> bool:
    """An answer a program gave: marked by the standard, or by two signs of other programs."""
    if _auto_submitted(message) and not headers.value(message, "List-Id"):
        said = headers.value(message, "Auto-Submitted").strip().lower()
        return said.startswith(("auto-replied", "auto-responded")) or bool(_AWAY.match(subject))
    signs = [
        bool(headers.value(message, "X-Autoreply") or headers.value(message, "X-Autorespond")),
        bool(headers.value(message, "X-Autoresponder") or headers.value(message, "X-Auto-Reply")),
        _precedence(message) in {"auto_reply", "auto-reply", "bulk", "junk"},
        bool(headers.value(message, "X-Auto-Response-Suppress")),
        headers.value(message, "Return-Path").strip() == "<>",
        bool(headers.value(message, "In-Reply-To")),
    ]
    named = bool(_AWAY.match(subject))
    return sum(signs[:5]) >= 2 or (named and any(signs))


def _is_list(message: Message) -> bool:
    if headers.value(message, "List-Id") or headers.value(message, "List-Post"):
        return True
    return bool(headers.value(message, "List-Unsubscribe")) and _precedence(message) in {
        "bulk", "list", "junk",
    }  # fmt: skip


def _is_machine(message: Message, sender: str) -> bool:
    kind = message.get_content_type()
    if kind == "multipart/report":  # a read receipt, or a report of another kind
        return True
    return _auto_submitted(message) or (
        bool(_NO_REPLY.match(sender))
        and (_precedence(message) in {"bulk", "list", "junk"} or _suppressed(message))
    )


def _suppressed(message: Message) -> bool:
    return bool(headers.value(message, "X-Auto-Response-Suppress"))


def _bounce(
    message: Message, sender: str, subject: str, text: str, is_ours: Callable[[str], bool]
) -> Judged | None:
    report = headers.parameters(headers.value(message, "Content-Type")).get("report-type", "")
    delivery = message.get_content_type() == "multipart/report" and "delivery" in report.lower()
    told = _delivery_status(message)
    from_daemon = _POSTMASTER.match(sender) or headers.value(message, "Return-Path").strip() == "<>"
    if not delivery and not (told and from_daemon):
        known = from_daemon and _BOUNCE_SUBJECT.match(subject)
        if not known:
            return None
    quoted = _quoted_ids(message, text)
    ours = next((each for each in quoted if is_ours(each)), "")
    fields = "\n".join(told) if told else text[:_MOST_REPORT]
    status = _STATUS.search(fields)
    final = re.search(r"^(?:Final|Original)-Recipient\s*:\s*[^;\n]*;\s*(\S+)", fields, re.M | re.I)
    recipient = headers.address(final[1]) if final else ""
    action = re.search(r"^Action\s*:\s*(\w+)", fields, re.M | re.I)
    if action and action[1].lower() in {"delivered", "relayed", "expanded"}:
        return Judged(why=Automatic.MACHINE)
    code = status[1] if status else ""
    if action and action[1].lower() == "delayed" and not code.startswith("4"):
        code = "4.0.0"
    return Judged(why=Automatic.BOUNCE, bounced_id=ours, recipient=recipient, status=code)


def _delivery_status(message: Message) -> list[str]:
    """The fields of its delivery reports, as text."""
    told = []
    for part in _parts(message):
        if part.get_content_type() == "message/delivery-status":
            payload = part.get_payload()
            blocks = payload if isinstance(payload, list) else [payload]
            told += [
                "\n".join(f"{name}: {value}" for name, value in block.raw_items())
                if isinstance(block, Message)
                else str(block)
                for block in blocks
            ]
    return [each[:_MOST_REPORT] for each in told]


def _quoted_ids(message: Message, text: str) -> tuple[str, ...]:
    """Message ids of the mail a report is about, wherever it quotes them."""
    found: list[str] = []
    for part in _parts(message):
        if part is not message:
            found += headers.values(part, "Message-ID")
        if part.get_content_type() in {"text/rfc822-headers", "text/plain"}:
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                found.append(payload[:_MOST_REPORT].decode("utf-8", "replace"))
    found += [text[:_MOST_REPORT], *headers.values(message, "References")]
    found += headers.values(message, "In-Reply-To")
    return headers.ids(found)


def _parts(message: Message) -> list[Message]:
    parts = []
    for part in message.walk():
        parts.append(part)
        if len(parts) >= 60:
            break
    return parts
