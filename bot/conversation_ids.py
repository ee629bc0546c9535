"""What a conversation is called: the same for one person on one channel, and not telling who. Pure.

Ids stand in many tables, in Rasa's store and in Redis, where they are looked for and sorted by; a
number, an open id or a mail address has no place there.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

KEY_BYTES = 32
_MARK = "c1."
_HASH_BYTES = 16
_NAMING_NOBODY = ("webchat:", "mailbox:form:", "mailbox:more:", "disclosure:")
"""Beginnings of ids made of chance or of a number of ours."""


def conversation_id(key: bytes, channel: str, sender_id: str, strand: str = "") -> str:
    """`channel:…` or `channel-strand:…`, followed by a keyed hash of who it is with.

    Args:
        key: `KEY_BYTES` long, for ever the same.
        channel: the connector's name in the registry.
        sender_id: in the channel's terms; a mail address is the same however it is capitalised.
        strand: a conversation beside the sender's own.
    """
    return _named(key, f"{channel}-{strand}" if strand else channel, sender_id)


def renamed(key: bytes, old: str) -> str:
    """The id instead of one of earlier versions, which told who it is with; else the same."""
    where, colon, who = old.partition(":")
    if not colon or not who or who.startswith(_MARK) or old.startswith(_NAMING_NOBODY):
        return old
    return _named(key, where, who)


def _named(key: bytes, where: str, who: str) -> str:
    person = who.lower() if "@" in who else who
    digest = hmac.new(key, f"{where}:{person}".encode(), hashlib.sha256).digest()[:_HASH_BYTES]
    return f"{where}:{_MARK}{base64.b32encode(digest).decode().rstrip('=').lower()}"
