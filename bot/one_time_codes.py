"""Codes of an authenticator (TOTP, RFC 6238) and recovery codes; pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
import unicodedata
from collections.abc import Callable, Iterator
from datetime import datetime

import pyotp

STEP_S = 30
CODE_DIGITS = 6
RECOVERY_CODES = 10

_WINDOW = 1
"""Steps before and after: a clock half a minute off, or a slow hand (RFC 6238, 5.2)."""
_KEY_BYTES = 20
_RECOVERY_BYTES = 10
_GROUP = 4


def new_key(random: Callable[[int], bytes]) -> str:
    """A key of 160 bits, as HMAC-SHA-1 wants it (RFC 4226, 4), in base32."""
    return base64.b32encode(random(_KEY_BYTES)).decode()


def address(key: str, name: str, issuer: str) -> str:
    """The `otpauth:` address an authenticator reads as a QR code."""
    return pyotp.TOTP(key).provisioning_uri(name=name, issuer_name=issuer)


def fitting_step(key: str, code: str, now: datetime) -> int | None:
    """The time step the code belongs to, at most one away from now; None where it fits none."""
    totp, here = pyotp.TOTP(key), int(now.timestamp()) // STEP_S
    found = None
    for step in range(here - _WINDOW, here + _WINDOW + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode()):
            found = step
    return found


def plain(typed: str) -> str:
    """A code as typed, without blanks and hyphens, in capitals, full-width characters narrowed."""
    narrow = unicodedata.normalize("NFKC", typed[:100])
    return "".join(char for char in narrow if char.isalnum()).upper()


def is_authenticators(code: str) -> bool:
    """True for a code of an authenticator, False for a recovery code."""
    return len(code) == CODE_DIGITS and code.isascii() and code.isdigit()


def recovery_codes(random: Callable[[int], bytes]) -> Iterator[str]:
    """Ten codes of 80 bits each: too many to guess, so that a plain hash keeps them."""
    for _ in range(RECOVERY_CODES):
        yield base64.b32encode(random(_RECOVERY_BYTES)).decode()


def recovery_hash(name: str, code: str) -> str:
    """What is kept of a recovery code."""
    return hashlib.sha256(f"{name}:{code}".encode("utf-8", "replace")).hexdigest()


def grouped(code: str) -> str:
    """In groups of four, to be read and typed."""
    return "-".join(code[at : at + _GROUP] for at in range(0, len(code), _GROUP))
