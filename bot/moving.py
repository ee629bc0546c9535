"""One step of a document's life, in one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.content_ports import Database
from bot.errors import Conflict, NotFound
from knowledge.model import Document, Life
from knowledge.review import DocumentStore, ReviewError, move


async def move_document(
    database: Database, document_id: str, to: Life, *, by: str, replaced_by: str, now: datetime
) -> Document:
    """Move a document, or its newest version where a draft waits beside what is published.

    Args:
        database: where it is stored.
        document_id: which.
        to: the life it is to have; publishing a draft holds the operator's word for the check.
        by: who does it.
        replaced_by: for REPLACED, the id of what took its place.
        now: the time.

    Raises:
        NotFound: there is no such document, or none that could replace it.
        Conflict: its life does not allow the step.
    """
    async with database.begin() as unit:
        await unit.documents.lock()
        if replaced_by:
            found(await unit.documents.get(replaced_by))
        current = found(await unit.documents.get(document_id))
        moved = await _moved(unit.documents, current, to, by, replaced_by)
        if moved.life in (Life.DRAFT, Life.CHECKED) and moved.version != current.version:
            await unit.documents.add_version(moved, at=now, by=by)  # waits beside the published
        else:
            await unit.documents.put(moved, at=now, by=by)
    return moved


async def _moved(
    store: DocumentStore, current: Document, to: Life, by: str, replaced_by: str
) -> Document:
    newest = await store.newest(current.id)
    document = current if newest is None else newest.document
    try:
        if to in (Life.REPLACED, Life.REPEALED):
            return move(current, to, by=by, replaced_by=replaced_by)
        if to is Life.PUBLISHED and document.life is Life.DRAFT:
            document = replace(document, life=Life.CHECKED)
        return move(document, to, by=by, drafted_by=newest.by if newest else "")
    except ReviewError as error:
        raise Conflict(error.reason_zh) from error


def found(document: Document | None) -> Document:
    """The document, or NotFound in its place."""
    if document is None:
        raise NotFound("没有找到这份文件。")
    return document
