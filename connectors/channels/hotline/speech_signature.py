"""Who may send speech: HMAC-SHA256 over `timestamp + "." + content`, as the webhook of events.

The content of a POST is its body; of a WebSocket it is the path and what stands in the query beside
the signature, as `path?name=value&name=value`, sorted, as the values are before they are encoded.
Centre, timestamp and signature travel in the headers `X-Hotline-Centre`, `X-Hotline-Timestamp` and
`X-Hotline-Signature` (`sha256=` and 64 hexadecimal digits) or, for clients that cannot set headers,
in the query as `centre`, `timestamp` and `signature`.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from connectors.base import RawRequest
from connectors.errors import Unverified

CENTRE, TIMESTAMP, SIGNATURE = "x-hotline-centre", "x-hotline-timestamp", "x-hotline-signature"
DEFAULT_CENTRE = "default"
_UNSIGNED = {"timestamp", "signature"}


def signature(key: bytes, timestamp: str, content: bytes) -> str:
    """`sha256=` and 64 hexadecimal digits."""
    signed = timestamp.encode() + b"." + content
    return f"sha256={hmac.new(key, signed, hashlib.sha256).hexdigest()}"


def connection_content(path: str, query: Mapping[str, str]) -> bytes:
    """What is signed of a WebSocket's address."""
    pairs = sorted(f"{name}={value}" for name, value in query.items() if name not in _UNSIGNED)
    return f"{path}?{'&'.join(pairs)}".encode("utf-8", "replace")


def verify(
    request: RawRequest, keys: Mapping[str, bytes], *, now_s: float, stale_after_s: int
) -> str:
    """The centre that sent it.

    Args:
        request: with header names in lower case; a POST's body is signed, else its address.
        keys: centre → key.
        now_s: seconds since 1970.
        stale_after_s: a timestamp further from now is refused.

    Raises:
        Unverified: unsigned, signed by nobody we know, or at another time.
    """
    query, headers = request.query, request.headers
    timestamp = headers.get(TIMESTAMP, "") or query.get("timestamp", "")
    given = headers.get(SIGNATURE, "") or query.get("signature", "")
    centre = headers.get(CENTRE, "") or query.get("centre", "") or DEFAULT_CENTRE
    if not timestamp or not given:
        raise Unverified("unsigned")
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12):
        raise Unverified("timestamp")
    if abs(now_s - int(timestamp)) > stale_after_s:
        raise Unverified("stale")
    is_post = request.method == "POST"
    content = request.body if is_post else connection_content(request.path, query)
    right = signature(keys.get(centre, b""), timestamp, content)
    if not hmac.compare_digest(right.encode(), given.strip().lower().encode("utf-8", "replace")):
        raise Unverified("signature")
    if not keys.get(centre):
        raise Unverified("centre")
    return centre
