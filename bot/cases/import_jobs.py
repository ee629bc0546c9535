"""Files of open orders on their way in: kept on disk until they are done, so that any replica that
shares the folder shows them, and one whose process died is gone on with."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import shutil
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from bot.cases.column_map import read_map
from bot.cases.columns import ColumnMap
from bot.cases.model import Actor
from bot.cases.open_import import OpenOrders, Report, refused_csv
from bot.errors import Invalid, NotFound
from bot.ports import Clock, Ids

log = logging.getLogger(__name__)

KINDS = (".csv", ".xlsx", ".jsonl")
PREVIEWED = 500
"""Rows looked at before somebody confirms."""
_SHOWN = 10
_KEPT = timedelta(days=7)
_SILENT = timedelta(minutes=1)
_EVERY = 20
_ID = re.compile(r"[A-Za-z0-9-]{8,40}")


class JobState(StrEnum):
    """Where an import stands."""

    WAITING = "waiting"
    """Nobody has confirmed it."""
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    """It stopped; it can be started again, and opens nothing twice."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """An import.

    Args:
        by: who brought the file.
        name: of the file, as its owner called it.
        at: when it last went on, ISO 8601.
        part: of the file that is done, 0 to 1.
        problem: why it stopped, or from where on the file could not be read; else empty.
    """

    id: str
    by: str
    name: str
    at: str
    state: JobState = JobState.WAITING
    part: float = 0.0
    added: int = 0
    known: int = 0
    refused: int = 0
    problem: str = ""

    def stopped(self, now: datetime) -> bool:
        """True where its process died or it failed: somebody may start it again."""
        silent = now - datetime.fromisoformat(self.at) > _SILENT
        return self.state is JobState.FAILED or (self.state is JobState.RUNNING and silent)


class ImportJobs:
    """The imports.

    Args:
        folder: where they are kept; replicas on several machines share it.
        orders: opens orders.
    """

    def __init__(self, folder: Path, orders: OpenOrders, clock: Clock, ids: Ids) -> None:
        self._folder, self._orders, self._clock, self._ids = folder, orders, clock, ids
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def take(self, name: str, content: bytes, mapping: str, by: Actor) -> Job:
        """Keep a file until somebody confirms it.

        Args:
            name: of the file; its end says what it is.
            content: the file.
            mapping: TOML, or empty.
            by: whose it is; nobody else sees it.

        Raises:
            Invalid: it cannot be used, or the mapping has faults; nothing is kept.
        """
        suffix = Path(name).suffix.lower()
        if suffix not in KINDS:
            raise Invalid("只能导入 .csv、.xlsx 或 .jsonl 文件。")
        if mapping.strip():
            read_map(mapping)
        job = Job(
            id=self._ids.new_id(), by=by.id, name=name[-120:], at=self._clock.now().isoformat()
        )
        await asyncio.to_thread(self._keep, job, suffix, content, mapping)
        try:
            await self.preview(job, by)
        except Invalid:
            await asyncio.to_thread(shutil.rmtree, self._place(job.id), ignore_errors=True)
            raise
        return job

    async def get(self, job_id: str, by: Actor) -> Job:
        """An import of one's own. Raises `NotFound`."""
        place = self._place(job_id) / "job.json"
        try:
            kept = json.loads(await asyncio.to_thread(place.read_text, "utf-8"))
        except (OSError, ValueError):
            raise _none() from None
        job = Job(**{**kept, "state": JobState(kept["state"])})
        if job.by != by.id:
            raise _none()
        return job

    async def preview(self, job: Job, by: Actor) -> Report:
        """What would become of its first rows. Raises `Invalid` where it cannot be used."""
        path, said = await asyncio.to_thread(self._file, job)
        return await self._orders.bring_in(path, said, by, trial=True, show=_SHOWN, most=PREVIEWED)

    async def start(self, job: Job, by: Actor) -> None:
        """Open its orders, in the background; one that runs or is done stays as it is."""
        idle = job.state is JobState.WAITING or job.stopped(self._clock.now())
        if job.id in self._tasks or not idle:
            return
        running = replace(job, state=JobState.RUNNING, at=self._clock.now().isoformat(), problem="")
        self._note(running)
        task = asyncio.create_task(self._run(running, by), name=f"import {job.id}")
        self._tasks[job.id] = task
        task.add_done_callback(lambda _: self._tasks.pop(job.id, None))

    async def finished(self, job_id: str) -> None:
        """Returns when nothing of it runs here any more."""
        task = self._tasks.get(job_id)
        if task is not None:
            await asyncio.wait({task})

    async def refused(self, job: Job) -> bytes:
        """Its refused rows as CSV. Raises `NotFound` where there are none."""
        try:
            return await asyncio.to_thread((self._place(job.id) / "refused.csv").read_bytes)
        except OSError:
            raise _none() from None

    async def close(self) -> None:
        """Stop what runs; whoever starts it again goes on."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, job: Job, by: Actor) -> None:
        rows = 0

        def progress(part: float, report: Report) -> None:
            nonlocal rows
            rows += 1
            if rows % _EVERY == 0:
                self._note(self._counted(job, report, part))

        try:
            path, said = await asyncio.to_thread(self._file, job)
            report = await self._orders.bring_in(path, said, by, progress=progress)
            if report.refused:
                content = refused_csv(report)
                place = self._place(job.id) / "refused.csv"
                await asyncio.to_thread(_write, place, content)
            done = replace(self._counted(job, report, 1.0), state=JobState.DONE)
            self._note(replace(done, problem=report.broken))
            await asyncio.to_thread(path.unlink, missing_ok=True)
        except Invalid as error:
            self._note(replace(job, state=JobState.FAILED, problem=error.message))
        except Exception as error:  # noqa: BLE001 - recorded; it can be started again
            log.error("import stopped", extra={"job": job.id, "error": type(error).__name__})  # noqa: TRY400 - the text may hold a row's words
            self._note(replace(job, state=JobState.FAILED, problem="导入中断，可以继续。"))

    def _counted(self, job: Job, report: Report, part: float) -> Job:
        return replace(
            job,
            at=self._clock.now().isoformat(),
            part=round(part, 3),
            added=report.added,
            known=report.known,
            refused=len(report.refused),
        )

    def _place(self, job_id: str) -> Path:
        if not _ID.fullmatch(job_id):
            raise _none()
        return self._folder / job_id

    def _file(self, job: Job) -> tuple[Path, ColumnMap]:
        place = self._place(job.id)
        path = place / f"orders{Path(job.name).suffix.lower()}"
        mapping = (place / "map.toml").read_text("utf-8")
        return path, read_map(mapping) if mapping.strip() else ColumnMap()

    def _keep(self, job: Job, suffix: str, content: bytes, mapping: str) -> None:
        self._forget_old()
        place = self._place(job.id)
        place.mkdir(parents=True, mode=0o700)
        _write(place / f"orders{suffix}", content)
        _write(place / "map.toml", mapping.encode("utf-8", "replace"))
        self._note(job)

    def _note(self, job: Job) -> None:
        _write(self._place(job.id) / "job.json", json.dumps(asdict(job)).encode())

    def _forget_old(self) -> None:
        """What lies here for longer than a week holds citizens' data nobody needs any more."""
        before = (self._clock.now() - _KEPT).timestamp()
        for place in self._folder.glob("*/job.json"):
            kept = json.loads(place.read_text("utf-8"))
            if datetime.fromisoformat(kept["at"]).timestamp() < before:
                shutil.rmtree(place.parent, ignore_errors=True)


def _write(path: Path, content: bytes) -> None:
    """A file only we can read; it takes its name when all is written."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target:
        target.write(content)
    unfinished.replace(path)


def _none() -> NotFound:
    return NotFound("没有找到这次导入，可能已经过期，请重新上传。")
