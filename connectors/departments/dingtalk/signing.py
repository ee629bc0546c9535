"""The signature a DingTalk robot asks for (加签). Pure."""

from __future__ import annotations

import base64
import hmac
from datetime import datetime


def signed(secret: str, now: datetime) -> dict[str, str]:
    """The parameters `timestamp` (milliseconds) and `sign`, not yet URL-encoded.

    The sign is base64 of HMAC-SHA256 under the secret over the timestamp, a line feed, and the
    secret; the platform takes it for an hour.
    """
    timestamp = str(int(now.timestamp() * 1000))
    digest = hmac.digest(secret.encode(), f"{timestamp}\n{secret}".encode(), "sha256")
    return {"timestamp": timestamp, "sign": base64.b64encode(digest).decode()}
