"""The key of conversations' ids, kept sealed beside them, and ids of earlier versions made anew.

The key is made once by chance and never changes, so ids outlive every new key of contact data: it
is only sealed anew.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversation_ids import KEY_BYTES, renamed
from bot.storage.connection import insert, lock
from bot.storage.contact_keys import Sealed
from bot.storage.tables import attachments, cases, conversations, messages, metadata, outbox

_PORTION = 500
_Begin = Callable[[], AbstractAsyncContextManager[AsyncConnection]]

conversation_key = sa.Table(  # one row
    "conversation_key",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("key", Sealed(), nullable=False),
    sa.Column("all_renamed", sa.Boolean, nullable=False, default=False),
)


async def find_key(connection: AsyncConnection) -> bytes | None:
    """The key; None where there is none yet. Raises `KeyMissing`."""
    told = await connection.scalar(sa.select(conversation_key.c.key))
    return None if told is None else base64.b64decode(told)


async def make_key(connection: AsyncConnection) -> bytes:
    """The key, made where there is none, once whoever is first. Raises `KeyMissing`."""
    told = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
    await connection.execute(
        insert(connection, conversation_key)
        .values(id=1, key=told)
        .on_conflict_do_nothing(index_elements=["id"])
    )
    found = await find_key(connection)
    if found is None:
        raise RuntimeError("a key that was just kept is not there")
    return found


async def rename_all(begin: _Begin, *, again: bool) -> int:
    """Give conversations of earlier versions ids that tell nobody's number or address.

    Safe while the service goes on, and when several processes do it at once.

    Args:
        begin: opens a transaction that writes; each portion has its own.
        again: look through all, although that was done to the end before.

    Returns:
        How many rows changed.
    """
    async with begin() as connection:
        key = await make_key(connection)
        if await connection.scalar(sa.select(conversation_key.c.all_renamed)) and not again:
            return 0
    count = 0
    for rename in (
        _conversations,
        # A platform's report of an event is known by its sender, the second and its name.
        partial(_rows, table=messages, also="external_id", part=_who),
        partial(_rows, table=outbox),
        partial(_rows, table=attachments),
        partial(_rows, table=cases, also="origin_key"),
    ):
        after: str | None = ""
        while after is not None:
            async with begin() as connection:
                await lock(connection, "rename conversations")
                changed, after = await rename(connection, key, after)
                count += changed
    async with begin() as connection:
        await connection.execute(sa.update(conversation_key).values(all_renamed=True))
    return count


async def _conversations(
    connection: AsyncConnection, key: bytes, after: str
) -> tuple[int, str | None]:
    rows = await _portion(connection, conversations.c.id, after)
    changed = 0
    for (old,) in rows:
        new = renamed(key, old)
        if new == old:
            continue
        changed += 1
        this = conversations.c.id == old
        # Heard of already under its new name: what was last left for the next turn stands there.
        if await connection.scalar(sa.select(conversations.c.id).where(conversations.c.id == new)):
            await connection.execute(sa.delete(conversations).where(this))
        else:
            await connection.execute(sa.update(conversations).where(this).values(id=new))
    return changed, _next(rows)


async def _rows(
    connection: AsyncConnection,
    key: bytes,
    after: str,
    *,
    table: sa.Table,
    also: str = "",
    part: Callable[[str], str] = str,
) -> tuple[int, str | None]:
    """A portion of a table's rows.

    Args:
        connection: of the portion's transaction.
        key: of the ids.
        after: the last row's id of the portion before.
        table: one with `id` and `conversation_id`.
        also: a column whose values may begin with a part of the old id, and are kept apart by it.
        part: which part of an id that is.

    Returns:
        How many changed, and where the next portion begins; None at the end.
    """
    columns = [table.c.conversation_id, *([table.c[also]] if also else [])]
    rows = await _portion(connection, table.c.id, after, *columns)
    values = []
    for row_id, old, *more in rows:
        new = renamed(key, old)
        if new != old:
            changed = {"row": row_id, "conversation_id": new}
            for told in more:
                begins = told.startswith(f"{part(old)}:")
                changed[also] = part(new) + told.removeprefix(part(old)) if begins else told
            values.append(changed)
    return await _write(connection, table, values), _next(rows)


def _who(conversation_id: str) -> str:
    return conversation_id.partition(":")[2]


async def _portion(
    connection: AsyncConnection, row_id: sa.Column[str], after: str, *more: sa.Column[str]
) -> list[tuple[str, ...]]:
    rows = await connection.execute(
        sa.select(row_id, *more).where(row_id > after).order_by(row_id).limit(_PORTION)
    )
    return [tuple(row) for row in rows]


async def _write(connection: AsyncConnection, table: sa.Table, values: list[dict[str, str]]) -> int:
    if values:
        names = values[0].keys() - {"row"}
        await connection.execute(
            sa.update(table)
            .where(table.c.id == sa.bindparam("row"))
            .values({name: sa.bindparam(name) for name in names}),
            values,
        )
    return len(values)


def _next(rows: list[tuple[str, ...]]) -> str | None:
    return rows[-1][0] if len(rows) == _PORTION else None
