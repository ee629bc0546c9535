"""The database as the settings name it, with the keys that open contact data."""

from __future__ import annotations

from bot.secret import contact_keys_of
from bot.settings import Settings
from bot.storage.units import Storage


def storage_of(settings: Settings) -> Storage:
    """The database, opened by the first who asks it something.

    Raises:
        bot.settings.SettingsError: the keys are written wrongly.
    """
    return Storage(settings.database, keys=contact_keys_of(settings))
