"""Files → stored documents, one transaction each; what cannot be imported is said and left out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.content_ports import Database
from knowledge.ingest import Unreadable, files, read_each
from knowledge.model import Document, ImportReport, Kind, Life
from knowledge.review import Change, ImportStep, content_hash, plan_import

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

    def report(self) -> ImportReport:
        return ImportReport(
            added=tuple(self.added),
            changed=tuple(self.changed),
            unchanged=tuple(self.unchanged),
            failed=tuple(self.failed),
            warnings=tuple(self.warnings),
        )


class Importer:
    """One import.

    Args:
        kind: of all documents, or None.
        publish: put them into force.
        by: who imports.
    """

    def __init__(
        self, database: Database, clock: Clock, *, kind: Kind | None, publish: bool, by: str
    ) -> None:
        self._database, self._clock = database, clock
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
        return tally.report()

    async def _file(self, path: Path, tally: _Tally, seen: dict[str, str]) -> None:
        items = read_each(path)
        while batch := await asyncio.to_thread(_next, items, path):
            for item in batch:
                if isinstance(item, Unreadable):
                    name = f"{path.name} {item.place}".strip()
                    tally.failed.append((name, item.reason_zh))
                else:
                    await self._document(path.name, item, tally, seen)

    async def _document(
        self, name: str, document: Document, tally: _Tally, seen: dict[str, str]
    ) -> None:
        digest = content_hash(document)
        if seen.get(document.id, digest) != digest:
            tally.failed.append((name, f"编号 {document.id} 在这次导入里已用于另一份内容"))
            return
        seen[document.id] = digest
        if self._kind is not None:
            document = replace(document, kind=self._kind)
        step, others = await self._store(document)
        {
            Change.ADDED: tally.added,
            Change.CHANGED: tally.changed,
            Change.UNCHANGED: tally.unchanged,
        }[step.change].append(document.id)
        if step.change is not Change.UNCHANGED:
            tally.warnings += [(name, text) for text in self._warnings(step, document, others)]

    async def _store(self, document: Document) -> tuple[ImportStep, tuple[str, ...]]:
        async with self._database.begin() as unit:
            store = unit.documents
            await store.lock()
            newest = await store.newest(document.id)
            step = plan_import(
                document,
                current=await store.get(document.id),
                newest=newest.document if newest else None,
                publish=self._publish,
            )
            now = self._clock.now()
            if step.current is not None:
                await store.put(step.current, at=now, by=self._by)
            if step.version is not None:
                await store.add_version(step.version, at=now, by=self._by)
            numbered = await store.numbered(document.number) if document.number else ()
        return step, tuple(other for other in numbered if other != document.id)

    def _warnings(
        self, step: ImportStep, document: Document, numbered: tuple[str, ...]
    ) -> Iterator[str]:
        today: date = self._clock.now().astimezone(_SHANGHAI).date()
        if step.change is Change.CHANGED and step.current is None:
            yield "内容有变，新版本是草稿；发布之前仍以原来的版本为准"
        if document.life in (Life.REPEALED, Life.REPLACED):
            yield "文件注明已废止或失效，不会被引用"
        elif document.valid_to is not None and document.valid_to < today:
            yield f"有效期已于 {document.valid_to.isoformat()} 届满，不会被引用"
        if numbered:
            yield f"文号 {document.number} 与已有文件相同：{'、'.join(numbered[:3])}"
        if not document.department:
            yield "没有找到发文机关或来源"
        if document.published_on is None and document.issued_on is None:
            yield "没有找到日期"


def _next(items: Iterator[Document | Unreadable], path: Path) -> list[Document | Unreadable]:
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
