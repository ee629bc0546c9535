"""Documents, their versions, and the counter by which replicas know that something changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clean import clean_text
from bot.storage.connection import insert, lock
from bot.storage.document_standing import COLUMNS, WAITING, stands, waits
from bot.storage.tables import document_versions, documents, revisions
from knowledge.model import Attachment, Document, Form, Kind, Life
from knowledge.review import Version, from_json, to_json

TOPIC = "knowledge"
PARTS = tuple(
    column
    for column in documents.columns
    if column.name not in {"revision", "created_at", "changed_at", "changed_by"} | COLUMNS
)
"""The columns that are a document's own."""


class DocumentRepository:
    """The tables `documents`, `document_versions` and the revision of `knowledge`.

    `documents` holds what readers see; a newer draft waits in `document_versions` alone.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def revision(self) -> int:
        """The number of the last committed change of any document; 0 before the first."""
        value = await self._connection.scalar(
            sa.select(revisions.c.value).where(revisions.c.topic == TOPIC)
        )
        return int(value or 0)

    async def lock(self) -> None:
        """Wait until no other transaction changes documents; held until this one ends."""
        await lock(self._connection, TOPIC)

    async def get(self, document_id: str) -> Document | None:
        """What readers see under that id, whatever its life; None where there is none."""
        rows = await self._select(documents.c.id == document_id)
        return rows[0] if rows else None

    async def newest(self, document_id: str) -> Version | None:
        """The newest version; its life is that of what readers see where they see it."""
        rows = await self._connection.execute(
            sa.select(document_versions)
            .where(document_versions.c.document_id == document_id)
            .order_by(document_versions.c.version.desc())
            .limit(1)
        )
        row = rows.mappings().first()
        if row is None:
            return None
        found, current = _version(row), await self.get(document_id)
        if current is None or current.version != found.document.version:
            return found
        return replace(found, document=current)

    async def versions(self, document_id: str) -> tuple[Version, ...]:
        """Every version as it was brought in, oldest first."""
        rows = await self._connection.execute(
            sa.select(document_versions)
            .where(document_versions.c.document_id == document_id)
            .order_by(document_versions.c.version)
        )
        return tuple(_version(row) for row in rows.mappings())

    async def add_version(self, document: Document, *, at: datetime, by: str) -> None:
        """Keep a version, or what became of it; the document must be stored before."""
        values = {"content": _clean(to_json(document)), "at": at, "by": by}
        statement = insert(self._connection, document_versions).values(
            document_id=document.id, version=document.version, **values
        )
        await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["document_id", "version"], set_={"content": values["content"]}
            )
        )
        if document.life in WAITING:
            await waits(self._connection, document, at=at)

    async def put(self, document: Document, *, at: datetime, by: str) -> None:
        """Make this what readers see. `lock` first: the revision must grow in commit order."""
        before = await self._connection.scalar(
            sa.select(documents.c.policy_id).where(documents.c.id == document.id)
        )
        values = _clean(_row(document))
        values |= {"revision": await self._next_revision(), "changed_at": at, "changed_by": by}
        statement = insert(self._connection, documents).values(**values, created_at=at)
        del values["id"]
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=["id"], set_=values)
        )
        await stands(self._connection, document, before=str(before or ""), at=at)

    async def changed_since(self, revision: int) -> tuple[Document, ...]:
        """The documents changed after that revision, in the order of their change."""
        return await self._select(documents.c.revision > revision, order=documents.c.revision)

    async def with_content(self, digest: str) -> tuple[str, ...]:
        """The ids of the documents with that content hash, sorted."""
        return await self._ids(documents.c.content_hash == digest)

    async def numbered(self, number: str) -> tuple[str, ...]:
        """The ids of the documents with that document number, sorted."""
        return await self._ids(documents.c.number == number)

    async def titled(self, words: str, *, most: int) -> tuple[str, ...]:
        """The ids of published documents whose titles hold these words, some `most`, sorted.

        Reads the index alone: over 100,000 documents the table itself takes ten times as long.
        """
        rows = await self._connection.scalars(
            sa.select(documents.c.id)
            .where(
                documents.c.life == Life.PUBLISHED.value,
                documents.c.title.contains(words, autoescape=True),
            )
            .limit(most)
        )
        return tuple(sorted(str(found) for found in rows))

    async def belonging_to(self, document_id: str) -> tuple[Document, ...]:
        """The documents that name it as their policy, whatever their life, by id."""
        return await self._select(documents.c.policy_id == document_id)

    async def replaced_by(self, document_id: str) -> tuple[Document, ...]:
        """The documents it took the place of, by id."""
        return await self._select(documents.c.replaced_by == document_id)

    async def review_on(self, document_id: str) -> date | None:
        """When it is to be looked at again; None: never, or there is no such document."""
        return await self._connection.scalar(
            sa.select(documents.c.review_on).where(documents.c.id == document_id)
        )

    async def set_review(self, document_id: str, day: date | None) -> None:
        """When it is to be looked at again; readers see no change."""
        await self._connection.execute(
            sa.update(documents).where(documents.c.id == document_id).values(review_on=day)
        )

    async def find(
        self,
        *,
        life: Life | None = None,
        kind: Kind | None = None,
        words: str = "",
        after: str = "",
        limit: int = 100,
    ) -> tuple[Document, ...]:
        """Documents in the order of their ids, those after `after`.

        Args:
            life: only those in it.
            kind: only those of it.
            words: must occur in the title, the number or the id.
            after: the last id of the page before.
            limit: at most so many.
        """
        where = [documents.c.id > after]
        if life is not None:
            where.append(documents.c.life == life.value)
        if kind is not None:
            where.append(documents.c.kind == kind.value)
        if words:
            columns = (documents.c.title, documents.c.number, documents.c.id)
            where.append(sa.or_(*(column.contains(words, autoescape=True) for column in columns)))
        return await self._select(*where, limit=limit)

    async def counts(self) -> dict[str, int]:
        """How many documents stand in each life."""
        rows = await self._connection.execute(
            sa.select(documents.c.life, sa.func.count()).group_by(documents.c.life)
        )
        return {str(life): int(count) for life, count in rows}

    async def _select(
        self,
        *where: sa.ColumnElement[bool],
        order: sa.ColumnElement[Any] = documents.c.id,
        limit: int | None = None,
    ) -> tuple[Document, ...]:
        rows = await self._connection.execute(
            sa.select(*PARTS).where(*where).order_by(order).limit(limit)
        )
        return tuple(document_of(row) for row in rows.mappings())

    async def _ids(self, *where: sa.ColumnElement[bool]) -> tuple[str, ...]:
        rows = await self._connection.scalars(
            sa.select(documents.c.id).where(*where).order_by(documents.c.id)
        )
        return tuple(str(found) for found in rows)

    async def _next_revision(self) -> int:
        statement = insert(self._connection, revisions).values(topic=TOPIC, value=1)
        value = await self._connection.scalar(
            statement.on_conflict_do_update(
                index_elements=["topic"], set_={"value": revisions.c.value + 1}
            ).returning(revisions.c.value)
        )
        return int(value or 0)


def _row(document: Document) -> dict[str, Any]:
    values = {column.name: getattr(document, column.name) for column in PARTS}
    values |= {name: values[name].value for name in ("kind", "form", "life")}
    values["attachments"] = [{"name": a.name, "url": a.url} for a in document.attachments]
    return values


def document_of(row: sa.RowMapping | Mapping[str, Any]) -> Document:
    """The document a row's `PARTS` are."""
    values: dict[str, Any] = dict(row)
    values["kind"], values["form"] = Kind(row["kind"]), Form(row["form"])
    values["life"] = Life(row["life"])
    values["attachments"] = tuple(Attachment(**item) for item in row["attachments"])
    return Document(**values)


def _version(row: sa.RowMapping) -> Version:
    return Version(document=from_json(row["content"]), at=row["at"], by=row["by"])


def _clean(values: dict[str, Any]) -> dict[str, Any]:
    """Text as PostgreSQL takes it (no NUL, no lone surrogates)."""
    return {
        key: clean_text(value) if isinstance(value, str) else value for key, value in values.items()
    }
