"""Contact data as they lie in the database: AES-GCM, found again by equality alone.

The nonce is a keyed hash of what is sealed (RFC 8452's idea with GCM and HMAC): the same number
gives the same characters under the same key, so an index finds it, and nobody without the key can
tell whose it is. That two rows name the same person can be seen; nothing else.

A value is `s1.KEY.BASE64(nonce, ciphertext, tag)`. One without that beginning was written before
there were keys, and is read as it is.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy.engine import Dialect

from bot.clean import clean_text

_MARK = "s1."
_NONCE_BYTES = 12
_KEY_BYTES = 32
_NAME = re.compile(r"[A-Za-z0-9_-]{1,16}")
_FOR = b"policyline contact data"
SEALED_MEMBERS = frozenset(
    {
        "contact_name", "contact_phone", "contact_mail", "sender_name", "bounced_recipient",
    }
)  # fmt: skip
"""Names under which JSON values hold who somebody is, or how to reach them."""


class KeyMissing(Exception):
    """What is kept was sealed under a key that is not set, or was changed."""


class BadKeys(ValueError):
    """The keys as set cannot be used; says why, never a key."""


@dataclass(frozen=True)
class _Key:
    name: str
    cipher: AESGCM
    nonce_key: bytes


class ContactKeys:
    """The keys contact data are sealed with.

    Args:
        keys: name → 32 bytes; the first seals, the others only open.
    """

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        if not keys:
            raise BadKeys("没有密钥")
        self._keys = {name: _key(name, secret) for name, secret in keys.items()}
        self._first = next(iter(self._keys.values()))

    def __repr__(self) -> str:
        return f"ContactKeys({', '.join(self._keys)})"

    @property
    def mark(self) -> str:
        """What every value sealed under the first key begins with."""
        return f"{_MARK}{self._first.name}."

    @property
    def first(self) -> str:
        """The name of the key that seals."""
        return self._first.name

    def seal(self, text: str) -> str:
        """As it is kept; nothing stays nothing."""
        if not text:
            return text
        key, plain = self._first, text.encode()
        nonce = hmac.new(key.nonce_key, plain, hashlib.sha256).digest()[:_NONCE_BYTES]
        sealed = nonce + key.cipher.encrypt(nonce, plain, _FOR)
        return f"{self.mark}{base64.urlsafe_b64encode(sealed).decode().rstrip('=')}"

    def open(self, kept: str) -> str:
        """What was sealed.

        Raises:
            KeyMissing: its key is not set, or is another one of the same name.
        """
        if not is_sealed(kept):
            return kept
        _, name, body = kept.split(".", 2)
        key = self._keys.get(name)
        if key is None:
            raise KeyMissing(f"contact data sealed under the key {name!r}, which is not set")
        try:
            sealed = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
            return key.cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _FOR).decode()
        except (InvalidTag, binascii.Error, ValueError) as error:
            raise KeyMissing(f"contact data do not open under the key {name!r}") from error


def is_sealed(kept: str) -> bool:
    """True for what `seal` made; nobody is called or reached so."""
    return kept.startswith(_MARK) and kept.count(".") == 2


def keys_from(told: str, secret: bytes) -> ContactKeys:
    """The keys of the setting `CONTACT_KEYS`; without it, one derived from the secret key.

    Args:
        told: `name:64 hex digits`, parted by commas, the newest first; or empty.
        secret: the secret key.

    Raises:
        BadKeys: it is written otherwise.
    """
    if not told.strip():
        derived = HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=_FOR).derive(secret)
        return ContactKeys({"0": derived})
    keys: dict[str, bytes] = {}
    for at, one in enumerate(told.split(","), start=1):
        name, _, digits = one.strip().partition(":")
        if not _NAME.fullmatch(name) or name in keys:
            raise BadKeys(f"第 {at} 个密钥：名称应为不重复的字母、数字")
        try:
            keys[name] = bytes.fromhex(digits)
        except ValueError:
            keys[name] = b""
        if len(keys[name]) != _KEY_BYTES:
            raise BadKeys(f"第 {at} 个密钥：应为 64 位十六进制数")
    # Values from before there was a setting stay readable.
    derived = HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=_FOR).derive(secret)
    return ContactKeys(keys | ({} if "0" in keys else {"0": derived}))


def _key(name: str, secret: bytes) -> _Key:
    both = HKDF(algorithm=SHA256(), length=2 * _KEY_BYTES, salt=None, info=b"seal").derive(secret)
    return _Key(name, AESGCM(both[:_KEY_BYTES]), both[_KEY_BYTES:])


class Sealed(sa.TypeDecorator[str]):
    """A text sealed under the keys of its engine (`use_keys`); as it is where there are none.

    `==` and `in_` find it; nothing else does.
    """

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Clean and seal."""
        if value is None:
            return None
        keys = _keys_of(dialect)
        return clean_text(value) if keys is None else keys.seal(clean_text(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Open. Raises `KeyMissing`."""
        return value if value is None else _opened(value, dialect)


class SealedJson(sa.TypeDecorator[Any]):
    """A JSON value, sealed whole."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Write, clean and seal."""
        if value is None:
            return None
        text = clean_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
        keys = _keys_of(dialect)
        return text if keys is None else keys.seal(text)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Open and read. Raises `KeyMissing`."""
        return None if value is None else json.loads(_opened(value, dialect))


class SealedMembers(sa.TypeDecorator[Any]):
    """A JSON value in which members of these names, however deep, are sealed; others are not, and
    can be looked for."""

    impl = sa.JSON
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Seal."""
        keys = _keys_of(dialect)
        return value if keys is None else members(value, lambda text: keys.seal(clean_text(text)))

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Open. Raises `KeyMissing`."""
        return members(value, lambda kept: _opened(kept, dialect))


def members(value: Any, change: Callable[[str], str]) -> Any:
    """A JSON value with the texts of `SEALED_MEMBERS` changed."""
    if isinstance(value, list):
        return [members(one, change) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: change(one)
        if name in SEALED_MEMBERS and isinstance(one, str)
        else members(one, change)
        for name, one in value.items()
    }


def use_keys(dialect: Dialect, keys: ContactKeys | None) -> None:
    """From now on, whatever goes through this engine's dialect is sealed under these keys."""
    dialect.policyline_contact_keys = keys  # type: ignore[attr-defined]  # our own mark on it


def _keys_of(dialect: Dialect) -> ContactKeys | None:
    return getattr(dialect, "policyline_contact_keys", None)


def _opened(kept: str, dialect: Dialect) -> str:
    keys = _keys_of(dialect)
    if keys is not None:
        return keys.open(kept)
    if is_sealed(kept):
        raise KeyMissing("sealed contact data, and no keys are set")
    return kept
