"""Bringing a database to this version's shape with Alembic."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.connection import lock

MIGRATIONS = Path(__file__).with_name("migrations")


class NewerSchema(Exception):
    """The database was changed by a later version of the software: one sentence for people."""


async def upgrade(connection: AsyncConnection) -> None:
    """Run the missing migrations inside the caller's transaction.

    PostgreSQL: under an advisory lock. SQLite: the caller's transaction must be a writing one,
    which is alone. Either way a second process waits and then finds nothing to do.

    Raises:
        NewerSchema: the database is ahead of us.
    """
    await lock(connection, "schema")
    try:
        await connection.run_sync(_upgrade)
    except CommandError as error:
        raise NewerSchema("数据库来自更新的版本，请先升级程序。") from error


async def version(connection: AsyncConnection) -> str:
    """The migration a database stands at; empty where it has none of our tables."""
    return await connection.run_sync(_version)


def head() -> str:
    """The newest migration this version knows."""
    return ScriptDirectory.from_config(config()).get_current_head() or ""


def behind(found: str) -> bool:
    """True where a database at this migration lacks some of ours."""
    known = {each.revision for each in ScriptDirectory.from_config(config()).walk_revisions()}
    return found != head() and (not found or found in known)


def config() -> Config:
    """Alembic's configuration; there is no ini file."""
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    made.set_main_option("path_separator", "os")
    return made


def _upgrade(connection: sa.Connection) -> None:
    made = config()
    made.attributes["connection"] = connection
    before = _version(connection)
    command.upgrade(made, "head")
    if connection.dialect.name == "sqlite" and _version(connection) != before:
        _check_foreign_keys(connection)


def _check_foreign_keys(connection: sa.Connection) -> None:
    """Raises where a row points to none: nothing of the upgrade is kept then."""
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchone()
    if broken is not None:
        raise sa.exc.IntegrityError("foreign_key_check", None, ValueError(broken[0]))


def _version(connection: sa.Connection) -> str:
    if not sa.inspect(connection).has_table("alembic_version"):
        return ""
    found = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return str(found or "")
