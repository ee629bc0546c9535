"""Uploads of content on their way in: read and shown first, stored when somebody confirms.

They are kept on disk until they are done, so that any replica that shares the folder shows them,
and one whose process died is gone on with. What nobody confirms is removed after a day.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bot.content_import_folder import ContentImport, ImportFolder, Stage, not_there
from bot.errors import Conflict
from bot.library import Library
from bot.ports import Clock, Ids
from bot.previewing import Looked, Previewer
from knowledge.model import ImportReport, Kind

log = logging.getLogger(__name__)

PER_PAGE = 20
"""Documents on a page of the preview."""
WAITED = timedelta(days=1)
"""So long an upload nobody confirms is kept, and the report of one that is done."""
_EVERY_S = 1.0
_TIDY_S = 3600.0
_TOLD = 200
"""Faults told after an import; of more, the number."""
_LINKED = 20

_Work = Callable[[ContentImport], Awaitable[None]]


class ContentImports:
    """The imports.

    Args:
        folder: where they are kept; replicas on several machines share it.
        library: stores what is confirmed.
        previewer: reads.
    """

    def __init__(
        self, folder: Path, library: Library, previewer: Previewer, clock: Clock, ids: Ids
    ) -> None:
        self._folder = ImportFolder(folder)
        self._library, self._previewer = library, previewer
        self._clock, self._ids = clock, ids
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._tidying: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Remove what nobody confirmed, now and every hour, until `close`."""
        self._tidying = asyncio.create_task(self._tidy(), name="content imports")

    async def close(self) -> None:
        """Stop what runs; whoever starts it again goes on."""
        tasks = [*self._tasks.values(), *([self._tidying] if self._tidying else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def take(
        self, files: Iterable[tuple[str, bytes]], *, kind: Kind | None, by: str
    ) -> ContentImport:
        """Keep files and begin to read them.

        Args:
            files: names free of folders, and contents.
            kind: of all documents; None: as each suggests.
            by: whose they are.
        """
        files = tuple(files)
        made = ContentImport(
            id=self._ids.new_id(),
            by=by,
            at=self._clock.now().isoformat(),
            files=tuple(name for name, _ in files),
            kind=kind.value if kind else "",
        )
        await asyncio.to_thread(self.forget_old)
        await asyncio.to_thread(self._folder.keep, made, files)
        self._run(made, self._read)
        return made

    async def get(self, import_id: str, by: str) -> ContentImport:
        """An import of one's own. Raises `NotFound`."""
        found = await asyncio.to_thread(self._folder.read, import_id)
        if found.by != by:
            raise not_there()
        return found

    async def looked(self, found: ContentImport, page: int) -> tuple[Looked, ...]:
        """A page of what was read, from 1. Raises `NotFound`."""
        return await asyncio.to_thread(self._folder.page, found.id, page)

    async def confirm(self, found: ContentImport, only: Collection[str] | None) -> None:
        """Store documents in the background; `only` these, or all.

        Raises:
            Conflict: it is not read yet, is being stored, or is done.
        """
        if found.stage is not Stage.WAITING or found.id in self._tasks:
            raise Conflict("这次导入正在处理，或者已经完成。")
        running = replace(
            found,
            stage=Stage.RUNNING,
            at=self._clock.now().isoformat(),
            only=None if only is None else tuple(dict.fromkeys(only)),
            stored=0,
        )
        self._folder.note(running)
        self._run(running, self._store)

    async def go_on(self, found: ContentImport) -> None:
        """Start one again that stopped; others stay as they are."""
        if found.id in self._tasks or not found.stopped(self._clock.now()):
            return
        reads = found.pages == 0
        stage = Stage.READING if reads else Stage.RUNNING
        again = replace(found, stage=stage, at=self._clock.now().isoformat(), stored=0)
        self._folder.note(again)
        self._run(again, self._read if reads else self._store)

    async def drop(self, found: ContentImport) -> None:
        """Store nothing more of it, and remove its files."""
        task = self._tasks.get(found.id)
        if task is not None:
            task.cancel()
            await asyncio.wait({task})
        await asyncio.to_thread(self._folder.drop, found.id)

    async def settled(self, import_id: str, timeout_s: float | None = None) -> None:
        """Returns when nothing of it runs here any more, or after so many seconds."""
        task = self._tasks.get(import_id)
        if task is not None:
            await asyncio.wait({task}, timeout=timeout_s)

    def forget_old(self) -> None:
        """Remove what lies here for longer than a day."""
        self._folder.forget(self._clock.now() - WAITED)

    async def _tidy(self) -> None:
        while True:
            await asyncio.to_thread(self.forget_old)
            await asyncio.sleep(_TIDY_S)

    def _run(self, found: ContentImport, work: _Work) -> None:
        task = asyncio.create_task(self._guarded(found, work), name=f"content import {found.id}")
        self._tasks[found.id] = task
        task.add_done_callback(lambda _: self._tasks.pop(found.id, None))

    async def _guarded(self, found: ContentImport, work: _Work) -> None:
        try:
            await work(found)
        except Exception as error:  # noqa: BLE001 - recorded; it can be started again
            log.error(  # noqa: TRY400 - the text may hold a document's words
                "content import stopped", extra={"id": found.id, "error": type(error).__name__}
            )
            self._folder.note(replace(found, stage=Stage.FAILED, at=self._clock.now().isoformat()))

    async def _read(self, found: ContentImport) -> None:
        kind = Kind(found.kind) if found.kind else None
        row: list[Looked] = []
        read = good = pages = 0
        beat = _Beat()
        async for each in self._previewer.look(self._folder.files(found), kind):
            row.append(each)
            read, good = read + 1, good + (not each.problem)
            if len(row) == PER_PAGE:
                pages += 1
                await asyncio.to_thread(self._folder.put_page, found.id, pages, row)
                row = []
            if beat.due():
                self._folder.note(
                    replace(found, at=self._clock.now().isoformat(), read=read, good=good)
                )
        if row:
            pages += 1
            await asyncio.to_thread(self._folder.put_page, found.id, pages, row)
        self._folder.note(
            replace(
                found,
                stage=Stage.WAITING,
                at=self._clock.now().isoformat(),
                read=read,
                good=good,
                pages=pages,
            )
        )

    async def _store(self, found: ContentImport) -> None:
        stored, beat = 0, _Beat()

        def each() -> None:
            nonlocal stored
            stored += 1
            if beat.due():
                now = self._clock.now().isoformat()
                self._folder.note(replace(found, at=now, stored=min(stored, found.wanted)))

        report = await self._library.import_paths(
            self._folder.files(found),
            kind=Kind(found.kind) if found.kind else None,
            by=found.by,
            only=found.only,
            each=each,
        )
        await self._finish(found, report)

    async def _finish(self, found: ContentImport, report: ImportReport) -> None:
        done = (*report.added, *report.changed, *report.unchanged)
        taken = tuple(dict.fromkeys((*found.taken, *done)))
        whole = found.only is None or len(taken) >= found.good
        told = (*(found.told if found.only is not None else ()), *report.failed, *report.warnings)
        after = replace(
            found,
            stage=Stage.DONE if whole else Stage.WAITING,
            at=self._clock.now().isoformat(),
            taken=taken if not whole else (),
            stored=0,
            only=None,
            added=found.added + len(report.added),
            changed=found.changed + len(report.changed),
            unchanged=found.unchanged + len(report.unchanged),
            failed=len(report.failed),
            told=tuple(dict.fromkeys(told))[:_TOLD],
            linked=(*found.linked, *report.linked)[:_LINKED],
        )
        self._folder.note(after)
        if whole:
            await asyncio.to_thread(self._folder.drop_files, found.id)


class _Beat:
    """Says once a second that progress is to be written down."""

    def __init__(self) -> None:
        self._last = asyncio.get_running_loop().time()

    def due(self) -> bool:
        now = asyncio.get_running_loop().time()
        if now - self._last < _EVERY_S:
            return False
        self._last = now
        return True
