"""Files → stored documents, one transaction each; what cannot be imported is said and left out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.content_course import Act, Step
from bot.content_ports import Database, Unit
from bot.import_warnings import warnings
from knowledge.belonging import NEAR_EQUAL, likeness, policy_of, same_number
from knowledge.ingest import Unreadable, files, read_each
from knowledge.model import Document, ImportReport, Kind, Life
from knowledge.review import Change, DocumentStore, ImportStep, content_hash, plan_import

if TYPE_CHECKING:
    from bot.ports import Clock

log = logging.getLogger(__name__)
_SHANGHAI = ZoneInfo("Asia/Shanghai")
_BATCH = 50
"""Documents read in one step of the reading thread."""


@dataclass(kw_only=True)
class _Tally:
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    warnings: list[tuple[str, str]] = field(default_factory=list)
    linked: list[tuple[str, str]] = field(default_factory=list)
    policies: int = 0
    """New or changed documents that interpretations stored before may belong to."""

    def report(self) -> ImportReport:
        return ImportReport(
            added=tuple(self.added),
            changed=tuple(self.changed),
            unchanged=tuple(self.unchanged),
            failed=tuple(self.failed),
            warnings=tuple(self.warnings),
            linked=tuple(self.linked),
        )


@dataclass(frozen=True, kw_only=True)
class _Stored:
    """What became of one document.

    Args:
        others: stored documents with the same number, or the same title where it has none.
        twin: the one of them that is the same text from another source.
        linked: the policy an interpretation was given in this import, or empty.
    """

    step: ImportStep
    others: tuple[Document, ...]
    twin: Document | None
    linked: str


class Importer:
    """One import.

    Args:
        kind: of all documents, or None.
        publish: put them into force.
        by: who imports.
        only: ids of the documents wanted; None: all.
        each: told after each document that is wanted.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        kind: Kind | None,
        publish: bool,
        by: str,
        only: Collection[str] | None = None,
        each: Callable[[], None] | None = None,
    ) -> None:
        self._each = each
        self._database, self._clock, self._only = database, clock, only
        self._kind, self._publish, self._by = kind, publish, by

    async def run(
        self, paths: Sequence[Path], progress: Callable[[int, int], None] | None = None
    ) -> ImportReport:
        """Import files and what folders hold."""
        tally = _Tally()
        found = await asyncio.to_thread(files, paths)
        for folder in (path for path in paths if path.is_dir()):
            if not any(folder in path.parents for path in found):
                tally.failed.append((str(folder), "文件夹里没有可以导入的文件"))
        seen: dict[str, str] = {}
        for done, path in enumerate(found, start=1):
            await self._file(path, tally, seen)
            if progress is not None:
                progress(done, len(found))
        if tally.policies:
            await self._link_stored(tally)
        return tally.report()

    async def _file(self, path: Path, tally: _Tally, seen: dict[str, str]) -> None:
        items = read_each(path)
        while batch := await asyncio.to_thread(next_items, items, path):
            for item in batch:
                if isinstance(item, Unreadable):
                    name = f"{path.name} {item.place}".strip()
                    tally.failed.append((name, item.reason_zh))
                else:
                    await self._document(path.name, item, tally, seen)

    async def _document(
        self, name: str, document: Document, tally: _Tally, seen: dict[str, str]
    ) -> None:
        if self._only is not None and document.id not in self._only:
            return
        digest = content_hash(document)
        if seen.get(document.id, digest) != digest:
            tally.failed.append((name, f"编号 {document.id} 在这次导入里已用于另一份内容"))
            return
        seen[document.id] = digest
        if self._kind is not None:
            document = replace(document, kind=self._kind)
        stored = await self._store(document)
        if self._each is not None:
            self._each()
        step = stored.step
        {
            Change.ADDED: tally.added,
            Change.CHANGED: tally.changed,
            Change.UNCHANGED: tally.unchanged,
        }[step.change].append(document.id)
        if step.change is Change.UNCHANGED:
            return
        tally.policies += document.kind is not Kind.INTERPRETATION
        if stored.linked:
            tally.linked.append((document.id, stored.linked))
        said = warnings(
            step,
            document,
            others=stored.others,
            twin=stored.twin,
            publish=self._publish,
            today=today_of(self._clock),
        )
        tally.warnings += [(name, text) for text in said]

    async def _store(self, document: Document) -> _Stored:
        async with self._database.begin() as unit:
            store = unit.documents
            await store.lock()
            current = await store.get(document.id)
            newest = await store.newest(document.id)
            document, linked = await belonging(store, document, current)
            others = await same_number(store, document)
            twin = next((each for each in others if are_one(each, document)), None)
            held = twin is not None and twin.life is Life.PUBLISHED
            step = plan_import(
                document,
                current=current,
                newest=newest.document if newest else None,
                publish=self._publish and not held,
            )
            await self._put(unit, step)
        return _Stored(step=step, others=others, twin=twin, linked=linked)

    async def _put(self, unit: Unit, step: ImportStep) -> None:
        now, stored = self._clock.now(), step.version or step.current
        if step.current is not None:
            await unit.documents.put(step.current, at=now, by=self._by)
        if step.version is not None:
            await unit.documents.add_version(step.version, at=now, by=self._by)
        if stored is not None:
            await unit.course.add(self._did(stored, Act.IMPORTED))
            if stored.life is Life.PUBLISHED:
                await unit.course.add(self._did(stored, Act.PUBLISHED))

    def _did(self, document: Document, act: Act, note: str = "") -> Step:
        return Step(
            document_id=document.id,
            version=document.version,
            act=act,
            at=self._clock.now(),
            by=self._by,
            note=note,
        )

    async def _link_stored(self, tally: _Tally) -> None:
        """Give interpretations stored before their policy, where it came in now."""
        after = ""
        while True:
            async with self._database.begin() as unit:
                store = unit.documents
                await store.lock()
                found = await store.find(kind=Kind.INTERPRETATION, after=after, limit=_BATCH)
                for document in found:
                    policy = None if document.policy_id else await policy_of(store, document)
                    if policy is not None:
                        await self._link(store, document, policy.id)
                        await unit.course.add(self._did(document, Act.LINKED, policy.id))
                        tally.linked.append((document.id, policy.id))
            if len(found) < _BATCH:
                return
            after = found[-1].id

    async def _link(self, store: DocumentStore, document: Document, policy_id: str) -> None:
        newest = await store.newest(document.id)
        now = self._clock.now()
        linked = _with_policy(document, policy_id)
        await store.put(linked, at=now, by=self._by)
        await store.add_version(linked, at=now, by=self._by)
        if newest is not None and newest.document.version != document.version:
            waiting = _with_policy(newest.document, policy_id)
            await store.add_version(waiting, at=now, by=self._by)


def today_of(clock: Clock) -> date:
    """The day in Asia/Shanghai."""
    return clock.now().astimezone(_SHANGHAI).date()


async def belonging(
    store: DocumentStore, document: Document, current: Document | None
) -> tuple[Document, str]:
    """An interpretation with its policy, and that policy's id where it is new."""
    if document.policy_id or document.kind is not Kind.INTERPRETATION:
        return document, ""
    if current is not None and current.policy_id:
        return replace(document, policy_id=current.policy_id), ""
    policy = await policy_of(store, document)
    if policy is None:
        return document, ""
    return replace(document, policy_id=policy.id), policy.id


def _with_policy(document: Document, policy_id: str) -> Document:
    linked = replace(document, policy_id=policy_id)
    return replace(linked, content_hash=content_hash(linked))


def are_one(stored: Document, document: Document) -> bool:
    """True where a stored document in force, or to be, is the same text."""
    retired = stored.life in (Life.REPEALED, Life.REPLACED)
    return not retired and likeness(stored.text, document.text) >= NEAR_EQUAL


def next_items(items: Iterator[Document | Unreadable], path: Path) -> list[Document | Unreadable]:
    """The next documents of a file; a reader's own fault fails the file, not the import."""
    batch: list[Document | Unreadable] = []
    try:
        for item in items:
            batch.append(item)
            if len(batch) >= _BATCH:
                break
    except Exception as error:  # noqa: BLE001 - a library's fault on a damaged file
        log.warning("file not read", extra={"file": path.name, "error": type(error).__name__})
        batch.append(Unreadable("读取时出错，文件可能已损坏"))
    return batch
