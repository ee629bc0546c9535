"""Signatures and encryption of the official-account protocol.

Source: 微信公众平台 "消息加解密" (AES-256-CBC, IV the first 16 bytes of the key, PKCS#7 to blocks
of 32 bytes; plain text = 16 random bytes, 4-byte big-endian length, message, app id).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from connectors.errors import Unverified

BLOCK = 32


def signature(*parts: str) -> str:
    """Hex SHA-1 over the sorted, joined parts."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def verify(expected: str, *parts: str) -> None:
    """Compare in constant time.

    Raises:
        Unverified: the signature is missing or another.
    """
    if not hmac.compare_digest(signature(*parts).encode(), expected.encode()):
        raise Unverified("signature")


def encrypt(message: bytes, *, key: bytes, app_id: str, nonce: bytes) -> str:
    """Encrypt a message for the platform.

    Args:
        message: the message's XML, UTF-8.
        key: 32 bytes.
        app_id: the account the message belongs to.
        nonce: 16 random bytes.

    Returns:
        Base64.
    """
    plain = nonce + struct.pack(">I", len(message)) + message + app_id.encode()
    pad = BLOCK - len(plain) % BLOCK
    plain += bytes([pad]) * pad
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()


def decrypt(encrypted: str, *, key: bytes, app_id: str) -> bytes:
    """Decrypt what the platform sent.

    Raises:
        Unverified: not Base64, not whole blocks, wrong padding, wrong length, or for another
            account; nothing is cut off in silence.
    """
    try:
        cipher_text = base64.b64decode(encrypted, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Unverified("base64") from error
    if not cipher_text or len(cipher_text) % BLOCK:
        raise Unverified("block_length")
    decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    plain = _unpad(decryptor.update(cipher_text) + decryptor.finalize())
    if len(plain) < 20:
        raise Unverified("length")
    (length,) = struct.unpack(">I", plain[16:20])
    if length > len(plain) - 20:
        raise Unverified("length")
    if not hmac.compare_digest(plain[20 + length :], app_id.encode()):
        raise Unverified("app_id")
    return plain[20 : 20 + length]


def _unpad(padded: bytes) -> bytes:
    pad = padded[-1]
    if not 1 <= pad <= BLOCK or padded[-pad:] != bytes([pad]) * pad:
        raise Unverified("padding")
    return padded[:-pad]
