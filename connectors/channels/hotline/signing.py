"""Signatures of a call centre's requests: HMAC-SHA256 over `timestamp + "." + content`. Pure.

X-Hotline-Centre:    the centre's name in our settings
X-Hotline-Timestamp: seconds since 1970
X-Hotline-Signature: sha256=<hex of HMAC-SHA256(key, timestamp + "." + content)>

The content of a POST is its body; of a WebSocket it is the path and what stands in the query beside
the signature, as `path?name=value&name=value`, sorted, as the values are before they are encoded.
Clients that cannot set headers put the three into the query as `centre`, `timestamp` and
`signature`, where the door allows it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

from connectors.base import RawRequest
from connectors.errors import Unverified

CENTRE, TIMESTAMP, SIGNATURE = "x-hotline-centre", "x-hotline-timestamp", "x-hotline-signature"
DEFAULT_CENTRE = "default"
_UNSIGNED = {"timestamp", "signature"}


def signature(key: bytes, timestamp: str, content: bytes) -> str:
    """`sha256=` and 64 hexadecimal digits: the value of `X-Hotline-Signature`."""
    signed = _bytes(timestamp) + b"." + content
    return f"sha256={hmac.new(key, signed, hashlib.sha256).hexdigest()}"


def connection_content(path: str, query: Mapping[str, str]) -> bytes:
    """What is signed of a WebSocket's address."""
    pairs = sorted(f"{name}={value}" for name, value in query.items() if name not in _UNSIGNED)
    return f"{path}?{'&'.join(pairs)}".encode("utf-8", "replace")


def verified(
    request: RawRequest,
    keys: Mapping[str, bytes],
    *,
    now: datetime,
    stale_after_s: float,
    in_query: bool = False,
) -> str:
    """The name of the centre that signed this request.

    Args:
        request: its headers' names in lower case; a POST's body is signed, else its address.
        keys: of the centres that may tell us something, by name.
        now: aware.
        stale_after_s: seconds a request's time may be away from ours.
        in_query: the three may stand in the query, the centre be left out: then it is `default`.

    Raises:
        Unverified: unsigned, at another time, or signed by nobody we know.
    """
    headers = request.headers
    query = request.query if in_query else {}
    timestamp = headers.get(TIMESTAMP, "") or query.get("timestamp", "")
    given = headers.get(SIGNATURE, "") or query.get("signature", "")
    centre = headers.get(CENTRE, "") or query.get("centre", "")
    centre = centre or (DEFAULT_CENTRE if in_query else "")
    if not timestamp or not given:
        raise Unverified("unsigned")
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12):
        raise Unverified("timestamp")
    if abs(now.timestamp() - int(timestamp)) > stale_after_s:
        raise Unverified("stale")
    is_post = request.method == "POST"
    content = request.body if is_post else connection_content(request.path, request.query)
    # With an unknown name the work is the same, so that its time tells nothing of the names.
    key = keys.get(centre, b"")
    right = signature(key, timestamp, content)
    if not hmac.compare_digest(_bytes(right), _bytes(given.strip().lower())) or not key:
        raise Unverified("signature")
    return centre


def _bytes(header: str) -> bytes:
    return header.encode("utf-8", "surrogateescape")
