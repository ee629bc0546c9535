"""What an import would bring in, looked at before anything is stored."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from bot.content_ports import Database
from bot.import_warnings import warnings
from bot.importing import are_one, belonging, next_items, today_of
from knowledge.belonging import same_number
from knowledge.ingest import Unreadable, read_each
from knowledge.ingest.structure import passages
from knowledge.model import Document, Kind
from knowledge.replacing import replaces
from knowledge.review import Change, DocumentStore, content_hash, plan_import

if TYPE_CHECKING:
    from bot.ports import Clock

FIRST_CHARS = 160
_HEADINGS = 8


@dataclass(frozen=True, kw_only=True)
class Related:
    """A stored document a new one has to do with."""

    id: str
    title: str
    number: str = ""


@dataclass(frozen=True, kw_only=True)
class Looked:
    """One document as read, or why it was not.

    Args:
        file: its file's name.
        problem: why it cannot be imported; then only `file` is said besides.
        parts: pieces that can be found by themselves.
        headings: the first of its outline.
        first: its first sentences.
        change: what importing it means.
        faults: what is to be looked at.
        twin: a stored document that is the same text.
        policy: the document it belongs to.
        replaces: published documents it may take the place of.
    """

    file: str
    problem: str = ""
    id: str = ""
    title: str = ""
    number: str = ""
    department: str = ""
    kind: Kind = Kind.POLICY
    issued_on: date | None = None
    published_on: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    chars: int = 0
    parts: int = 0
    headings: tuple[str, ...] = ()
    first: str = ""
    change: Change = Change.ADDED
    faults: tuple[str, ...] = ()
    twin: Related | None = None
    policy: Related | None = None
    replaces: tuple[Related, ...] = ()


class Previewer:
    """Reads files as an import would, and stores nothing."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def look(self, paths: Sequence[Path], kind: Kind | None) -> AsyncIterator[Looked]:
        """What the files hold, in their order.

        Args:
            paths: files.
            kind: of all of them; None: as each suggests.
        """
        seen: dict[str, str] = {}
        for path in paths:
            items = read_each(path)
            while batch := await asyncio.to_thread(next_items, items, path):
                for item in batch:
                    if isinstance(item, Unreadable):
                        name = f"{path.name} {item.place}".strip()
                        yield Looked(file=name, problem=item.reason_zh)
                    else:
                        yield await self._document(path.name, item, kind, seen)

    async def _document(
        self, name: str, document: Document, kind: Kind | None, seen: dict[str, str]
    ) -> Looked:
        digest = content_hash(document)
        if seen.get(document.id, digest) != digest:
            said = f"编号 {document.id} 在这次导入里已用于另一份内容"
            return Looked(file=name, problem=said)
        seen[document.id] = digest
        if kind is not None:
            document = replace(document, kind=kind)
        async with self._database.read() as unit:
            return await self._looked(unit.documents, name, document)

    async def _looked(self, store: DocumentStore, name: str, document: Document) -> Looked:
        current, newest = await store.get(document.id), await store.newest(document.id)
        document, _ = await belonging(store, document, current)
        others = await same_number(store, document)
        twin = next((each for each in others if are_one(each, document)), None)
        step = plan_import(
            document,
            current=current,
            newest=newest.document if newest else None,
            publish=False,
        )
        unchanged = step.change is Change.UNCHANGED
        faults = warnings(
            step, document, others=others, twin=twin, publish=False, today=today_of(self._clock)
        )
        policy = await store.get(document.policy_id) if document.policy_id else None
        newer = () if unchanged else await replaces(store, document)
        pieces = await asyncio.to_thread(passages, document)
        headings = dict.fromkeys(each.heading_path[0] for each in pieces if each.heading_path)
        return Looked(
            file=name,
            id=document.id,
            title=document.title,
            number=document.number,
            department=document.department,
            kind=document.kind,
            issued_on=document.issued_on,
            published_on=document.published_on,
            valid_from=document.valid_from,
            valid_to=document.valid_to,
            chars=len(document.text),
            parts=len(pieces),
            headings=tuple(headings)[:_HEADINGS],
            first=" ".join(document.text[: FIRST_CHARS * 2].split())[:FIRST_CHARS],
            change=step.change,
            faults=() if unchanged else tuple(faults),
            twin=_related(twin),
            policy=_related(policy),
            replaces=tuple(_sure(each) for each in newer if twin is None or each.id != twin.id),
        )


def _sure(document: Document) -> Related:
    return Related(id=document.id, title=document.title, number=document.number)


def _related(document: Document | None) -> Related | None:
    return None if document is None else _sure(document)
