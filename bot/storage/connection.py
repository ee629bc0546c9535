"""The few things that differ between SQLite and PostgreSQL, behind one set of words."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, cast
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

_held: WeakKeyDictionary[object, set[int]] = WeakKeyDictionary()
"""Names a transaction holds already: asking the database again would be a trip for nothing."""


def is_postgres(connection: AsyncConnection) -> bool:
    """True on PostgreSQL, false on SQLite; there is no third."""
    return connection.dialect.name == "postgresql"


def insert(connection: AsyncConnection, table: sa.Table) -> postgresql.Insert:
    """An INSERT that knows ON CONFLICT; both databases spell it the same."""
    if is_postgres(connection):
        return postgresql.insert(table)
    return cast(postgresql.Insert, sqlite.insert(table))


async def lock(connection: AsyncConnection, name: str) -> None:
    """Wait until no other transaction holds this name; held until the transaction ends.

    On SQLite a write transaction is alone already, so nothing is to be done.
    """
    if not is_postgres(connection):
        return
    held, key = _held_by(connection), _key(name)
    if key not in held:
        await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_bound(key))))
        held.add(key)


async def try_lock(connection: AsyncConnection, name: str) -> bool:
    """As `lock`, but give up at once: False where another transaction holds the name."""
    if not is_postgres(connection):
        return True
    held, key = _held_by(connection), _key(name)
    if key in held:
        return True
    taken = await connection.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(_bound(key))))
    if taken:
        held.add(key)
    return bool(taken)


def _held_by(connection: AsyncConnection) -> set[int]:
    transaction = connection.sync_connection and connection.sync_connection.get_transaction()
    if transaction is None:
        raise RuntimeError("a lock outside a transaction would be gone at once")
    return _held.setdefault(transaction, set())


def _key(name: str) -> int:
    digest = hashlib.sha256(name.encode("utf-8", "replace")).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def _bound(key: int) -> sa.BindParameter[int]:
    return sa.bindparam(None, key, type_=sa.BigInteger(), unique=True)


async def update_chosen(
    connection: AsyncConnection, table: sa.Table, chosen: sa.Select[Any], values: dict[str, Any]
) -> Sequence[sa.RowMapping]:
    """Change the rows whose ids a query chooses; gives them as they are then, in no order.

    A common table expression runs once; a bare subquery PostgreSQL may run again, and lock more
    rows than the limit says.
    """
    ids = chosen.cte("chosen")
    statement = sa.update(table).where(table.c.id.in_(sa.select(ids.c.id))).values(**values)
    result = await connection.execute(statement.returning(table))
    return tuple(result.mappings())


async def count_by(
    connection: AsyncConnection, column: sa.Column[Any], *where: sa.ColumnElement[bool]
) -> dict[str, int]:
    """How many rows hold each value of a column."""
    rows = await connection.execute(
        sa.select(column, sa.func.count()).where(*where).group_by(column).order_by(column)
    )
    return {str(value): int(count) for value, count in rows}
