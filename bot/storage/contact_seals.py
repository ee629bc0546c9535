"""Sealing what is not sealed under the first key: rows of earlier versions, and after a new key."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.connection import insert, lock
from bot.storage.contact_keys import (
    SEALED_MEMBERS,
    ContactKeys,
    Sealed,
    SealedJson,
    SealedMembers,
    members,
)
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


def sealed_columns() -> tuple[sa.Column[str], ...]:
    """Every column that holds nothing but contact data."""
    return _columns(Sealed, SealedJson)


def columns_with_sealed_members() -> tuple[sa.Column[str], ...]:
    """Every JSON column some of whose members are contact data."""
    return _columns(SealedMembers)


def _columns(*types: type) -> tuple[sa.Column[str], ...]:
    return tuple(
        column
        for table in metadata.sorted_tables
        for column in table.c
        if isinstance(column.type, types)
    )


def _word() -> str:
    """What is sealed as the proof: another one where a version seals more than the one before."""
    what = ",".join(
        sorted(
            (
                *map(str, sealed_columns()),
                *(
                    f"{column}.{name}"
                    for column in columns_with_sealed_members()
                    for name in SEALED_MEMBERS
                ),
            )
        )
    )
    return f"policyline {hashlib.sha256(what.encode()).hexdigest()[:16]}"


async def seal_all(begin: _Begin, keys: ContactKeys) -> int:
    """Seal column by column, a portion in each transaction.

    Raises:
        KeyMissing: some were sealed under a key that is not set, or is another one now.
    """
    async with begin() as connection:
        proof = await connection.scalar(sa.select(contact_seal.c.proof))
    if proof is not None and keys.open(proof) == _word() and proof.startswith(keys.mark):
        return 0
    sealed = 0
    for column in sealed_columns():
        while rows := await _portion(begin, column, keys):
            sealed += rows
    for column in columns_with_sealed_members():
        sealed += await _seal_members(begin, column, keys)
    now = {"key_name": keys.first, "proof": keys.seal(_word())}
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


async def _seal_members(begin: _Begin, column: sa.Column[str], keys: ContactKeys) -> int:
    """Seal members of a JSON column, from row to row; gives how many rows changed."""
    row_id = column.table.c.id
    raw: sa.ColumnElement[object] = sa.type_coerce(column, sa.JSON)  # past the type that opens them
    changed, after = 0, ""
    while True:
        async with begin() as connection:
            await lock(connection, f"seal {column.table.name}")
            rows = (
                await connection.execute(
                    sa.select(row_id, raw)
                    .where(row_id > after, _names_one(column))
                    .order_by(row_id)
                    .limit(_PORTION)
                )
            ).all()
            for found, value in rows:
                sealed = members(value, lambda kept: keys.seal(keys.open(kept)))
                if sealed != value:
                    await connection.execute(
                        sa.update(column.table)
                        .where(row_id == found)
                        .values({column.name: sa.type_coerce(sealed, sa.JSON)})
                    )
                    changed += 1
        if len(rows) < _PORTION:
            return changed
        after = rows[-1][0]


def _names_one(column: sa.Column[str]) -> sa.ColumnElement[bool]:
    text = sa.cast(column, sa.Text)
    return sa.or_(*(text.contains(f'"{name}"', autoescape=True) for name in sorted(SEALED_MEMBERS)))
