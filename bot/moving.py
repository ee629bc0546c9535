"""One step of a document's life, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bot.content_course import Act, Step
from bot.content_ports import Database
from bot.errors import Conflict, NotFound
from knowledge.model import Document, Life
from knowledge.review import DocumentStore, ReviewError, move, writers

_ACTS = {
    Life.DRAFT: Act.SENT_BACK,
    Life.CHECKED: Act.CHECKED,
    Life.PUBLISHED: Act.PUBLISHED,
    Life.REPLACED: Act.REPLACED,
    Life.REPEALED: Act.REPEALED,
}
_ONE_AND_THE_SAME = "写稿、导入的人不能审核、发布自己的内容，请由另一位同事完成。"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A step of a document's life.

    Args:
        to: the life it is to have; publishing a draft holds the operator's word for the check.
        by: who does it.
        replaced_by: for REPLACED, the id of what took its place.
        second: only somebody may do it who did not bring the version in.
        alone: why its writer does it all the same; then `second` holds nobody up.
        note: what is to be said of the step.
    """

    to: Life
    by: str
    replaced_by: str = ""
    second: bool = False
    alone: str = ""
    note: str = ""


async def move_document(
    database: Database, document_id: str, wanted: Wanted, *, now: datetime
) -> Document:
    """Move a document, or its newest version where a draft waits beside what is published.

    Raises:
        NotFound: there is no such document, or none that could replace it.
        Conflict: its life does not allow the step, or a second person must do it.
    """
    async with database.begin() as unit:
        store = unit.documents
        await store.lock()
        if wanted.replaced_by:
            found(await store.get(wanted.replaced_by))
        current = found(await store.get(document_id))
        own = wanted.by in writers(await store.versions(document_id), current)
        if wanted.second and own and not wanted.alone:
            raise Conflict(_ONE_AND_THE_SAME)
        moved = await _moved(store, current, wanted)
        if moved.life in (Life.DRAFT, Life.CHECKED) and moved.version != current.version:
            await store.add_version(moved, at=now, by=wanted.by)  # waits beside the published
        else:
            await store.put(moved, at=now, by=wanted.by)
        await unit.course.add(_step(moved, wanted, alone=wanted.second and own, now=now))
    return moved


def _step(moved: Document, wanted: Wanted, *, alone: bool, now: datetime) -> Step:
    return Step(
        document_id=moved.id,
        version=moved.version,
        act=_ACTS[wanted.to],
        at=now,
        by=wanted.by,
        note=wanted.alone if alone else wanted.note or wanted.replaced_by,
        alone=alone,
    )


async def _moved(store: DocumentStore, current: Document, wanted: Wanted) -> Document:
    newest = await store.newest(current.id)
    document = current if newest is None else newest.document
    try:
        if wanted.to in (Life.REPLACED, Life.REPEALED):
            return move(current, wanted.to, by=wanted.by, replaced_by=wanted.replaced_by)
        if wanted.to is Life.PUBLISHED and document.life is Life.DRAFT:
            document = replace(document, life=Life.CHECKED)
        return move(document, wanted.to, by=wanted.by)
    except ReviewError as error:
        raise Conflict(error.reason_zh) from error


def found(document: Document | None) -> Document:
    """The document, or NotFound in its place."""
    if document is None:
        raise NotFound("没有找到这份文件。")
    return document
