"""The running application, and whoever attacks it."""

from __future__ import annotations

from tests.bot.conftest import world
from tests.bot.web.conftest import house, library, storage, visitor

__all__ = ["house", "library", "storage", "visitor", "world"]
