"""The mark by which we know a request of our own again on somebody else's server. Pure.

GeoReport v2 has no idempotency key and no field for a client's number, so it stands at the end of
the description: our case's number, which delivery it was, and a keyed digest. Anybody may read a
server's requests, and anybody with a key of theirs may write one: without the digest they could
speak for a case that is not theirs.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass

_MARK = re.compile(r"〔工单 (\d{8,20})-([0-9a-f]{8})-([0-9a-f]{16})〕")


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A case and which delivery of it."""

    case_number: str
    delivery: str

    @property
    def id(self) -> str:
        """Our number of this delivery."""
        return f"{self.case_number}-{self.delivery}"


class Marks:
    """Writes and reads marks.

    Args:
        secret: keys the digest: the API key, which who forges a mark does not have.
    """

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def __repr__(self) -> str:
        return "Marks()"

    def of(self, case_number: str, idempotency_key: str) -> Mark:
        """The mark of a delivery."""
        digest = hashlib.sha256(idempotency_key.encode()).hexdigest()
        return Mark(case_number=case_number, delivery=digest[:8])

    def written(self, mark: Mark) -> str:
        """As it stands in a description."""
        return f"〔工单 {mark.id}-{self._digest(mark)}〕"

    def read(self, description: str) -> Mark | None:
        """The mark in a description, where it is ours; the last of several."""
        for number, delivery, digest in reversed(_MARK.findall(description)):
            mark = Mark(case_number=number, delivery=delivery)
            if hmac.compare_digest(digest, self._digest(mark)):
                return mark
        return None

    def _digest(self, mark: Mark) -> str:
        message = f"open311-mark\x00{mark.case_number}\x00{mark.delivery}".encode()
        return hmac.new(self._secret, message, hashlib.sha256).hexdigest()[:16]
