"""Run by Alembic: migrates the connection it is given (see `bot.storage.schema`).

To write a new migration, or to compare, give Alembic a connection the same way.
"""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

import bot.storage.call_tables
import bot.storage.city_tables
import bot.storage.contact_seals
import bot.storage.disclosure_tables
import bot.storage.document_tables
import bot.storage.hot_tables
import bot.storage.letter_tables
import bot.storage.mail_tables
import bot.storage.plan_tables
import bot.storage.sms_tables  # noqa: F401 - their tables join the metadata
from bot.storage.contact_keys import Sealed, SealedJson
from bot.storage.tables import CleanString, UtcDateTime, metadata


def render_type(kind: str, value: Any, autogen: Any) -> str | Literal[False]:
    """Migrations hold plain types: they must not change when our own types do."""
    del autogen
    if kind == "type" and isinstance(value, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(value, CleanString):
        length = getattr(value.impl, "length", None)
        return f"sa.String({length})" if length else "sa.Text()"
    if kind == "type" and isinstance(value, Sealed | SealedJson):
        return "sa.Text()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_item=render_type,
    compare_type=True,
    compare_server_default=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
