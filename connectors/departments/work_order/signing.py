"""Signatures between us and a work-order platform: HMAC-SHA256, both ways. Pure.

X-Order-Client:    who calls, as the other side knows it; not signed, for it chooses the key alone
X-Order-Timestamp: seconds since 1970
X-Order-Nonce:     16 to 64 of A-Z a-z 0-9 _ -, never used again
X-Order-Signature: sha256=<hex of HMAC-SHA256 with the key over method, path, timestamp, nonce and
                   body, a line feed between each two>

Method and path are signed so that nobody can turn a message round, or bring it to another door. An
answer that carries news is signed as well: over the word ANSWER, the request's nonce and its body.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import datetime

from connectors.base import RawRequest
from connectors.errors import Unverified

CLIENT, TIMESTAMP = "X-Order-Client", "X-Order-Timestamp"
NONCE, SIGNATURE = "X-Order-Nonce", "X-Order-Signature"

_NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")


def signature(key: str, *, method: str, path: str, timestamp: str, nonce: str, body: bytes) -> str:
    """The value of `X-Order-Signature` of a request."""
    return _signed(key, (method.upper(), path, timestamp, nonce), body)


def answer_signature(key: str, *, nonce: str, body: bytes) -> str:
    """The value of `X-Order-Signature` of the answer to the request with this nonce."""
    return _signed(key, ("ANSWER", nonce), body)


def headers(
    key: str, *, client: str, path: str, nonce: str, body: bytes, now: datetime
) -> dict[str, str]:
    """The headers of a POST of ours."""
    timestamp = str(int(now.timestamp()))
    return {
        CLIENT: client,
        TIMESTAMP: timestamp,
        NONCE: nonce,
        SIGNATURE: signature(
            key, method="POST", path=path, timestamp=timestamp, nonce=nonce, body=body
        ),
    }


def verified(request: RawRequest, key: str, *, now: datetime, stale_after_s: float) -> str:
    """The nonce of a request that was signed with the key, lately.

    Args:
        request: its headers' names in lower case.
        key: shared with the platform.
        now: aware.
        stale_after_s: seconds a request's time may be away from ours.

    Raises:
        Unverified: wrongly signed, or stale.
    """
    timestamp = request.headers.get(TIMESTAMP.lower(), "")
    nonce = request.headers.get(NONCE.lower(), "")
    expected = signature(
        key,
        method=request.method,
        path=request.path,
        timestamp=timestamp,
        nonce=nonce,
        body=request.body,
    )
    if not same(expected, request.headers.get(SIGNATURE.lower(), "")):
        raise Unverified("signature")
    if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
        raise Unverified("timestamp")
    if abs(now.timestamp() - int(timestamp)) > stale_after_s:
        raise Unverified("stale")
    if not _NONCE.fullmatch(nonce):
        raise Unverified("nonce")
    return nonce


def same(expected: str, given: str) -> bool:
    """Whether two signatures are one, told in constant time."""
    return hmac.compare_digest(_bytes(expected), _bytes(given.lower()))


def _signed(key: str, parts: tuple[str, ...], body: bytes) -> str:
    text = b"\n".join((*map(_bytes, parts), body))
    return "sha256=" + hmac.new(key.encode(), text, hashlib.sha256).hexdigest()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
