"""Signatures of a call centre's requests: HMAC-SHA256 over their time and body. Pure.

X-Hotline-Centre:    the centre's name in our settings
X-Hotline-Timestamp: seconds since 1970
X-Hotline-Signature: sha256=<hex of HMAC-SHA256(key, timestamp + "." + body)>
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

from connectors.base import RawRequest
from connectors.errors import Unverified

from .settings import Centre

CENTRE, TIMESTAMP, SIGNATURE = "x-hotline-centre", "x-hotline-timestamp", "x-hotline-signature"


def signature(key: str, timestamp: str, body: bytes) -> str:
    """The value of `X-Hotline-Signature`."""
    signed = _bytes(timestamp) + b"." + body
    return "sha256=" + hmac.new(key.encode(), signed, hashlib.sha256).hexdigest()


def verified(
    request: RawRequest, centres: Mapping[str, Centre], *, now: datetime, stale_after_s: float
) -> str:
    """The name of the centre that signed this request.

    Args:
        request: its headers' names in lower case.
        centres: those that may tell us something, by name.
        now: aware.
        stale_after_s: seconds a request's time may be away from ours.

    Raises:
        Unverified: no such centre, wrongly signed, or stale.
    """
    headers = request.headers
    name, timestamp = headers.get(CENTRE, ""), headers.get(TIMESTAMP, "")
    # With an unknown name the work is the same, so that its time tells nothing of the names.
    key = centres[name].key.get_secret_value() if name in centres else ""
    expected = signature(key, timestamp, request.body)
    given = headers.get(SIGNATURE, "").lower()
    if not hmac.compare_digest(_bytes(expected), _bytes(given)) or not key:
        raise Unverified("signature")
    if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
        raise Unverified("timestamp")
    if abs(now.timestamp() - int(timestamp)) > stale_after_s:
        raise Unverified("stale")
    return name


def _bytes(header: str) -> bytes:
    return header.encode("utf-8", "surrogateescape")
