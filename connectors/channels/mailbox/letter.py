"""A mail as the mailbox reads it, and the names its facts go by in a message's `details`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from connectors.base import InboundFile

CHANNEL = "mailbox"

MAIL_AUTOMATIC = "MAIL_AUTOMATIC"
"""`details["Event"]` of a mail a machine sent (RFC 3834): stored, never answered."""
MAIL_BOUNCE = "MAIL_BOUNCE"
"""`details["Event"]` of a report that a mail of ours reached nobody (RFC 3464)."""


class Automatic(StrEnum):
    """Why a mail is not taken for a citizen's letter."""

    NONE = ""
    OWN = "own"
    """We sent it ourselves."""
    BOUNCE = "bounce"
    OUT_OF_OFFICE = "out_of_office"
    LIST = "list"
    LOOP = "loop"
    """It has been through here before, or too many come from there."""
    MACHINE = "machine"
    """Another program's notice."""


@dataclass(frozen=True, kw_only=True)
class MailLetter:
    """One mail, read whatever state it came in. Strings are clean: decoded, without NUL.

    Args:
        digest: hex SHA-256 of what the mail says (message id, sender, date, subject, body), not
            of how it came here: the same for a copy in a second box or after a UIDVALIDITY change.
        message_id: with angle brackets, as the sender wrote it; or empty.
        in_reply_to, references: message ids with angle brackets, as they stand; at most 50.
        sender: the address in From, lower-cased domain; empty where none can be read.
        reply_to: the address answers are asked to go to, where it is another; or empty.
        sender_name: the name in From, decoded; or empty.
        recipients: every address of ours it may have come to: To, Cc, Delivered-To, X-Original-To.
        subject: decoded, on one line; or empty.
        text: what the writer wrote, as plain text: from text/plain, else from text/html, else from
            winmail.dat; nested forwards are part of it, marked as such.
        quoted: what the mail quotes of earlier mails, cut from the end of `text`.
        files: attachments and inline pictures, in the mail's order; never the mail itself.
        automatic: why it is nobody's letter; `NONE` where it is one.
        bounced_id: for a bounce, the Message-ID of the mail of ours, or empty.
        bounced_recipient: for a bounce, who was not reached; or empty.
        bounce_status: for a bounce, the enhanced status code (RFC 3463) such as 5.1.1; or empty.
        sent_at: aware, UTC; when it came, where its Date cannot be.
        faults: what was wrong with it, stable words such as `charset`, `base64`, `no_date`,
            `malformed`, `too_deep`, `too_many_parts`, `no_text`; for the record and for tests.
    """

    digest: str
    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    sender: str = ""
    reply_to: str = ""
    sender_name: str = ""
    recipients: tuple[str, ...] = ()
    subject: str = ""
    text: str = field(default="", repr=False)
    quoted: str = field(default="", repr=False)
    files: tuple[InboundFile, ...] = ()
    automatic: Automatic = Automatic.NONE
    bounced_id: str = ""
    bounced_recipient: str = ""
    bounce_status: str = ""
    sent_at: datetime
    faults: tuple[str, ...] = ()


class Fact(StrEnum):
    """Names in the `details` of a letter's message; those of a mail, then those of a form.

    Values are strings; a fact that is not there is left out.
    """

    VIA = "via"
    """`mail` or `web`."""
    SUBJECT = "subject"
    TO = "to"
    """To whom, in the city's words: 市长信箱."""
    BOX = "box"
    """Which of our boxes a mail came to, by its name in the settings."""
    SENDER_NAME = "sender_name"
    MESSAGE_ID = "message_id"
    IN_REPLY_TO = "in_reply_to"
    """Message ids, parted by spaces."""
    REFERENCES = "references"
    """Message ids, parted by spaces, oldest first."""
    TAG = "tag"
    """What stands behind the delimiter in the address of ours it was sent to."""
    AUTOMATIC = "automatic"
    FAULTS = "faults"
    """Parted by commas."""
    BOUNCED_ID = "bounced_id"
    BOUNCED_RECIPIENT = "bounced_recipient"
    BOUNCE_STATUS = "bounce_status"
    CONTACT_NAME = "contact_name"
    CONTACT_PHONE = "contact_phone"
    CONTACT_MAIL = "contact_mail"
    PLACE = "place"
    OCCURRED_AT = "occurred_at"
    PUBLIC = "public"
    """`yes`: the writer wants an open letter; `no`: private, for the offices that handle it."""
    MAY_PUBLISH = "may_publish"
    """`yes`: letter and reply may be published, masked."""
    ANONYMOUS = "anonymous"
    CONFIDENTIAL = "confidential"
    PHONE_CHECKED = "phone_checked"
    """`yes`: the writer gave the code that was sent to the number."""
    CASE = "case"
    """The number of the case it adds to; told by our own page alone, which checked its code."""
