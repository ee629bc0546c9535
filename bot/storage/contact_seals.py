"""Sealing what is not sealed under the first key: rows of earlier versions, and after a new key."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.connection import insert, lock
from bot.storage.contact_keys import ContactKeys, Sealed, SealedJson
from bot.storage.tables import metadata

_PORTION = 500
_Begin = Callable[[], AbstractAsyncContextManager[AsyncConnection]]

contact_seal = sa.Table(  # one row: under which key all contact data are sealed
    "contact_seal",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("key_name", sa.String(16), nullable=False),
    sa.Column("proof", sa.Text, nullable=False),  # a word known to us, sealed under it
)
_WORD = "policyline"


def sealed_columns() -> tuple[sa.Column[str], ...]:
    """Every column that holds contact data."""
    return tuple(
        column
        for table in metadata.sorted_tables
        for column in table.c
        if isinstance(column.type, Sealed | SealedJson)
    )


async def seal_all(begin: _Begin, keys: ContactKeys) -> int:
    """Seal column by column, a portion in each transaction.

    Raises:
        KeyMissing: some were sealed under a key that is not set, or is another one now.
    """
    async with begin() as connection:
        proof = await connection.scalar(sa.select(contact_seal.c.proof))
    if proof is not None:
        keys.open(proof)
        if proof.startswith(keys.mark):
            return 0
    sealed = 0
    for column in sealed_columns():
        while rows := await _portion(begin, column, keys):
            sealed += rows
    now = {"key_name": keys.first, "proof": keys.seal(_WORD)}
    async with begin() as connection:
        await connection.execute(
            insert(connection, contact_seal)
            .values(id=1, **now)
            .on_conflict_do_update(index_elements=["id"], set_=now)
        )
    return sealed


async def _portion(begin: _Begin, column: sa.Column[str], keys: ContactKeys) -> int:
    """Seal some values of a column; gives how many rows."""
    # As text, past the type that would open and seal them.
    raw: sa.ColumnElement[str] = sa.type_coerce(column, sa.Text)
    async with begin() as connection:
        await lock(connection, f"seal {column.table.name}")
        rows = await connection.execute(
            sa.select(raw)
            .where(raw != "", ~raw.startswith(keys.mark, autoescape=True))
            .distinct()
            .limit(_PORTION)
        )
        found = [str(value) for (value,) in rows]
        for value in found:
            await connection.execute(
                sa.update(column.table)
                .where(raw == value)
                .values({column.name: sa.bindparam("sealed", type_=sa.Text)}),
                {"sealed": keys.seal(keys.open(value))},
            )
    return len(found)
