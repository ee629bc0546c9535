"""Secrets at rest: encrypted with keys derived from the secret key, one for each purpose."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE_BYTES = 12


class Unreadable(Exception):
    """Sealed under another secret key, for something else, or changed since."""


class Seal:
    """AES-256-GCM under a key derived by HKDF-SHA256 (RFC 5869).

    Args:
        secret: the service's secret key.
        purpose: what is sealed; keys of different purposes open nothing of each other's.
        random: so many random bytes.
    """

    def __init__(
        self, secret: bytes, purpose: str, random: Callable[[int], bytes] = os.urandom
    ) -> None:
        info = f"policyline {purpose}".encode()
        key = HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret)
        self._cipher, self._random = AESGCM(key), random

    def close(self, words: str, about: str) -> str:
        """The words, encrypted; they open only as those about the same."""
        nonce = self._random(_NONCE_BYTES)
        sealed = nonce + self._cipher.encrypt(nonce, words.encode(), about.encode())
        return base64.b64encode(sealed).decode()

    def open(self, sealed: str, about: str) -> str:
        """The words again. Raises `Unreadable`."""
        try:
            whole = base64.b64decode(sealed, validate=True)
            nonce, words = whole[:_NONCE_BYTES], whole[_NONCE_BYTES:]
            return self._cipher.decrypt(nonce, words, about.encode()).decode()
        except (InvalidTag, ValueError, binascii.Error) as error:
            raise Unreadable from error
