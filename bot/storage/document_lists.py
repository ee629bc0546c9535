"""The editors' lists over `documents`: each by an index, paged by key, counted to a limit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.content_lists import Asked, Bounds, Listed, ListName, Place, waits_for
from bot.storage.citations import times_quoted
from bot.storage.document_tables import answer_citations
from bot.storage.documents import PARTS, document_of
from bot.storage.tables import UtcDateTime, documents
from knowledge.model import Kind, Life

_COUNT_QUOTED = frozenset({ListName.EXPIRED, ListName.REFUTATIONS, ListName.EXPIRING})
_NEWEST_FIRST = frozenset({ListName.EXPIRED, ListName.UNINTERPRETED, ListName.REFUTATIONS})
_SHOWN = tuple(sa.literal("").label("text") if c is documents.c.text else c for c in PARTS)
_KEYS: Mapping[ListName, sa.Column[Any]] = {
    ListName.WAITING: documents.c.waiting_since,
    ListName.CHECKED: documents.c.waiting_since,
    ListName.EXPIRING: documents.c.valid_to,
    ListName.REVIEW: documents.c.review_on,
    ListName.EXPIRED: documents.c.valid_to,
    ListName.UNINTERPRETED: documents.c.dated_on,
    ListName.REFUTATIONS: documents.c.dated_on,
}


@dataclass(frozen=True, kw_only=True)
class _Key:
    column: sa.Column[Any]
    down: bool

    def order(self) -> tuple[sa.ColumnElement[Any], ...]:
        both = (self.column, documents.c.id)
        return tuple(each.desc() for each in both) if self.down else both

    def after(self, place: Place) -> sa.ColumnElement[bool]:
        time = isinstance(self.column.type, UtcDateTime)
        read = datetime.fromisoformat if time else date.fromisoformat
        here = sa.tuple_(sa.literal(read(place.key), self.column.type), sa.literal(place.id))
        both = sa.tuple_(self.column, documents.c.id)
        return both < here if self.down else both > here


class DocumentListRepository:
    """Reads `documents` and `answer_citations`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def listed(self, asked: Asked, bounds: Bounds, limit: int) -> tuple[Listed, ...]:
        """The documents of a list after a place, at most `limit`, without their texts."""
        key = _Key(column=_KEYS[asked.name], down=asked.name in _NEWEST_FIRST)
        where = [*_where(asked, bounds), *([key.after(asked.after)] if asked.after else [])]
        extra = (
            documents.c.waiting_since,
            documents.c.waiting_version,
            documents.c.review_on,
            key.column.label("place"),
        )
        found = await self._connection.execute(
            sa.select(*_SHOWN, *extra).where(*where).order_by(*key.order()).limit(limit)
        )
        rows = found.mappings().all()
        quoted: Mapping[str, int] = {}
        if asked.name in _COUNT_QUOTED:
            since = None if asked.name is ListName.REFUTATIONS else bounds.quoted_from
            ids = [row["id"] for row in rows]
            quoted = await times_quoted(self._connection, ids, since=since)
        return tuple(_listed(row, quoted) for row in rows)

    async def counted(self, asked: Asked, bounds: Bounds, most: int) -> int:
        """How many a list holds; counting stops at `most`."""
        some = sa.select(sa.literal(1)).select_from(documents).where(*_where(asked, bounds))
        counted = sa.select(sa.func.count()).select_from(some.limit(most).subquery())
        return int(await self._connection.scalar(counted) or 0)


def _where(asked: Asked, bounds: Bounds) -> list[sa.ColumnElement[bool]]:
    where = list(_of(asked.name, bounds))
    if asked.kind is not None:
        where.append(documents.c.kind == asked.kind.value)
    if asked.department:
        where.append(documents.c.department == asked.department)
    return where


def _of(name: ListName, bounds: Bounds) -> tuple[sa.ColumnElement[bool], ...]:
    table, published = documents.c, documents.c.life == Life.PUBLISHED.value
    match name:
        case ListName.WAITING | ListName.CHECKED:
            return (table.waiting == waits_for(name).value,)
        case ListName.EXPIRING:
            return (published, table.valid_to >= bounds.today, table.valid_to <= bounds.last)
        case ListName.REVIEW:
            return (published, table.review_on <= bounds.last)
        case ListName.EXPIRED:
            quoted = sa.select(sa.literal(1)).where(
                answer_citations.c.document_id == table.id,
                answer_citations.c.at >= bounds.quoted_from,
            )
            ran_out = (table.valid_to >= bounds.expired_from, table.valid_to < bounds.today)
            return (published, *ran_out, quoted.exists())
        case ListName.UNINTERPRETED:
            return (table.kind == Kind.POLICY.value, published, table.interpreted.is_(sa.false()))
        case ListName.REFUTATIONS:
            return (
                table.kind == Kind.REFUTATION.value,
                published,
                table.interpreted.is_(sa.false()),
            )


def _listed(row: sa.RowMapping, quoted: Mapping[str, int]) -> Listed:
    document = document_of({column.name: row[column.name] for column in PARTS})
    return Listed(
        document=document,
        place=Place(key=row["place"].isoformat(), id=document.id),
        since=row["waiting_since"],
        version=row["waiting_version"],
        review_on=row["review_on"],
        quoted=quoted.get(document.id, 0),
    )
