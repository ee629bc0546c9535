"""Signed marks on our mails, by which an answer names the mail or the case it belongs to. Pure.

A mark alone attaches nothing: the answer must also come from the address the mail went to.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

_CHARS = 20
"""Of base32: 100 bits."""
_MARK = re.compile(r"([A-Za-z0-9_-]{1,64})\.([a-z2-7]{20})")


class Tags:
    """Makes and reads marks.

    Args:
        secret: at least 16 bytes; another secret makes every mark given so far worthless.
    """

    def __init__(self, secret: bytes) -> None:
        if len(secret) < 16:
            raise ValueError("a secret under 16 bytes")
        self._secret = secret

    def __repr__(self) -> str:
        return "Tags()"

    def message_id(self, key: str, domain: str) -> str:
        """The Message-ID of the mail sent under an idempotency key."""
        return f"<{self._marked('mail', key)}@{domain}>"

    def key_of(self, message_id: str) -> str | None:
        """The idempotency key of a mail of ours; None for a message id we did not give."""
        return self._read("mail", message_id.strip("<> ").rpartition("@")[0])

    def is_ours(self, message_id: str) -> bool:
        """True for the Message-ID of a mail of ours."""
        return self.key_of(message_id) is not None

    def tag(self, case_number: str) -> str:
        """What stands behind the delimiter in the address answers about a case are sent to."""
        return self._marked("case", case_number)

    def case_of(self, tag: str) -> str | None:
        """The number of the case a tag names; None for one we did not give."""
        return self._read("case", tag)

    def _marked(self, purpose: str, value: str) -> str:
        return f"{value}.{self._signature(purpose, value)}"

    def _read(self, purpose: str, mark: str) -> str | None:
        found = _MARK.fullmatch(mark)
        if found is None:
            return None
        right = self._signature(purpose, found[1])
        return found[1] if hmac.compare_digest(right, found[2]) else None

    def _signature(self, purpose: str, value: str) -> str:
        said = f"mailbox-{purpose}\x00{value}".encode()
        digest = hmac.new(self._secret, said, hashlib.sha256).digest()
        return base64.b32encode(digest).decode("ascii").lower()[:_CHARS]
