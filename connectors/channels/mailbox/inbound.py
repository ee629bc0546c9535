"""`MailLetter` → the message the service stores. Pure."""

from __future__ import annotations

from datetime import datetime

from connectors.base import Inbound, InboundFile, InboundKind

from .letter import CHANNEL, MAIL_AUTOMATIC, MAIL_BOUNCE, Automatic, Fact, MailLetter

UNKNOWN_SENDER = "mail:unknown"
_SENDER_CHARS = 180
_IDS_CHARS = 4000


def inbound_of(
    letter: MailLetter,
    raw: bytes,
    *,
    box: str,
    to: str,
    delimiter: str = "",
    now: datetime,
) -> Inbound:
    """The message.

    Args:
        letter: as read.
        raw: the mail itself, kept as evidence.
        box: name of the box it came to.
        to: whom the box is for, in the city's words.
        delimiter: between an address and its tag; empty: there are no tags.
        now: aware; no letter was sent later.
    """
    sender = letter.sender[:_SENDER_CHARS]
    automatic = letter.automatic is not Automatic.NONE
    details = {
        Fact.VIA: "mail",
        Fact.SUBJECT: letter.subject,
        Fact.TO: to,
        Fact.BOX: box,
        Fact.SENDER_NAME: letter.sender_name,
        Fact.MESSAGE_ID: letter.message_id,
        Fact.IN_REPLY_TO: " ".join(letter.in_reply_to)[:_IDS_CHARS],
        Fact.REFERENCES: " ".join(letter.references)[:_IDS_CHARS],
        Fact.TAG: tag_of(letter.recipients, delimiter),
        Fact.AUTOMATIC: letter.automatic.value,
        Fact.FAULTS: ",".join(letter.faults),
        Fact.BOUNCED_ID: letter.bounced_id,
        Fact.BOUNCED_RECIPIENT: letter.bounced_recipient,
        Fact.BOUNCE_STATUS: letter.bounce_status,
    }
    kept = {name.value: said for name, said in details.items() if said}
    if automatic:
        bounce = letter.automatic is Automatic.BOUNCE
        kept["Event"] = MAIL_BOUNCE if bounce else MAIL_AUTOMATIC
    source = InboundFile(name="来信原文.eml", told_type="message/rfc822", body=raw, source=True)
    return Inbound(
        channel=CHANNEL,
        external_id=f"mail:{letter.digest}",
        sender_id=sender or UNKNOWN_SENDER,
        # What machines send is no contact that a citizen's own letters wait behind.
        strand="machines" if automatic else "",
        kind=InboundKind.EVENT if automatic else InboundKind.LETTER,
        text=letter.text,
        details=kept,
        sent_at=min(letter.sent_at, now),
        answerable=bool(sender) and not automatic,
        files=(*letter.files, source),
    )


def tag_of(recipients: tuple[str, ...], delimiter: str) -> str:
    """What stands behind the delimiter in the first address that has it; empty for none."""
    if not delimiter:
        return ""
    tags = (each.rpartition("@")[0].partition(delimiter)[2] for each in recipients)
    return next((tag[:100] for tag in tags if tag), "")
