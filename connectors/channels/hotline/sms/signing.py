"""Signatures both ways: HMAC-SHA256 over all parameters, time and nonce among them. Pure.

Every request is a form. Its parameters but `signature` are sorted by name, percent-encoded (RFC
3986: only letters, digits and `-._~` stand for themselves) and joined, `name=value&name=value`;
`signature` is the hex of HMAC-SHA256 over that with the key.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import parse_qsl, quote

from connectors.errors import Malformed, Unverified

SIGNATURE = "signature"
_MOST_FIELDS = 20


def signature(key: str, parameters: Mapping[str, str]) -> str:
    """The value of `signature` for these parameters."""
    signed = "&".join(
        f"{_encoded(name)}={_encoded(parameters[name])}"
        for name in sorted(parameters)
        if name != SIGNATURE
    )
    return hmac.new(key.encode(), signed.encode(), hashlib.sha256).hexdigest()


def signed(
    key: str, app: str, action: str, parameters: Mapping[str, str], *, now: datetime
) -> dict[str, str]:
    """A request's parameters with all that makes it ours."""
    whole = {
        **parameters,
        "action": action,
        "app": app,
        "timestamp": str(int(now.timestamp())),
        "nonce": secrets.token_hex(16),
    }
    return {**whole, SIGNATURE: signature(key, whole)}


def verified(
    body: bytes, *, key: str, app: str, action: str, now: datetime, stale_after_s: float
) -> dict[str, str]:
    """The parameters of a request somebody with the key has signed.

    Raises:
        Unverified: not signed with it, for another application or action, or stale.
        Malformed: a parameter stands twice.
    """
    pairs = _pairs(body)
    given = dict(pairs)
    expected = signature(key, given)
    told = given.get(SIGNATURE, "").lower().encode("utf-8", "replace")
    if not key or not hmac.compare_digest(expected.encode(), told):
        raise Unverified("signature")
    if len(given) != len(pairs):
        raise Malformed("twice")
    if given.get("app") != app or given.get("action") != action:
        raise Unverified("for_another")
    timestamp = given.get("timestamp", "")
    if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
        raise Unverified("timestamp")
    if abs(now.timestamp() - int(timestamp)) > stale_after_s:
        raise Unverified("stale")
    return given


def _pairs(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            body.decode(),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError:
        raise Unverified("form") from None


def _encoded(text: str) -> str:
    return quote(text, safe="-._~", errors="strict")
