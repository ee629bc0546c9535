"""Query codes: derived, never stored; only a keyed hash is. Pure."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata

_DIGITS = 6


class QueryCodes:
    """Makes and checks query codes.

    Args:
        secret: at least 16 bytes; another secret makes every code given so far worthless.
    """

    def __init__(self, secret: bytes) -> None:
        if len(secret) < 16:
            raise ValueError("a secret under 16 bytes")
        self._secret = secret

    def __repr__(self) -> str:
        return "QueryCodes()"

    def code(self, origin_key: str) -> str:
        """The code of the case opened under this key; the same for the same key."""
        digest = self._digest("query-code", origin_key)
        return f"{int.from_bytes(digest, 'big') % 10**_DIGITS:0{_DIGITS}d}"

    def stored(self, number: str, code: str) -> str:
        """What is kept of a code: it tells nobody without the secret what the code is."""
        return self._digest("query-code-hash", f"{number}:{code}").hex()

    def fits(self, number: str, code: str, stored: str | None) -> bool:
        """True where the code is the case's; as slow for a case that is not there."""
        given = self.stored(number, code)
        return hmac.compare_digest(given, stored or "-" * len(given)) and stored is not None

    def _digest(self, purpose: str, text: str) -> bytes:
        message = f"{purpose}\x00{text}".encode("utf-8", "replace")
        return hmac.new(self._secret, message, hashlib.sha256).digest()


def digits(text: str) -> str:
    """The digits of what somebody typed: full-width as plain, spaces and hyphens left out."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(character for character in plain if character in "0123456789")
