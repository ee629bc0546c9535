"""The secret key: as set, else made once and kept in a file only its owner can read."""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

from bot.settings import PREFIX, Settings, SettingsError
from bot.storage.contact_keys import BadKeys, ContactKeys, keys_from

_MIN_BYTES = 16


def kept_secret(path: Path) -> str:
    """The secret kept in the file; made on first use, the same for processes that start together.

    Raises:
        OSError: the folder cannot be written, or the file not be read.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, whole = tempfile.mkstemp(dir=path.parent, prefix=".secret-")  # mode 0600
        try:
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_urlsafe(32))
            with suppress(FileExistsError):  # another process was first: its secret counts
                os.link(whole, path)
        finally:
            Path(whole).unlink()
    return path.read_text().strip()


def secret_of(settings: Settings) -> bytes:
    """The secret key: as set, else the one kept under `home`, made on first use.

    Raises:
        bot.settings.SettingsError: shorter than 16 bytes.
    """
    given = settings.secret_key.get_secret_value().encode()
    key = given or kept_secret(settings.home / "secret_key").encode()
    if len(key) < _MIN_BYTES:
        raise SettingsError([f"{PREFIX}SECRET_KEY: shorter than {_MIN_BYTES} bytes"])
    return key


def contact_keys_of(settings: Settings) -> ContactKeys:
    """The keys contact data are sealed under in the database.

    Raises:
        bot.settings.SettingsError: they are written wrongly, or the secret key is too short.
    """
    try:
        return keys_from(settings.contact_keys.get_secret_value(), secret_of(settings))
    except BadKeys as error:
        raise SettingsError([f"{PREFIX}CONTACT_KEYS: {error}"]) from error
