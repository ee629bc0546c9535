"""Uploads of content on disk: their files, what was read of them, and how far they are."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from pydantic import TypeAdapter

from bot.errors import NotFound
from bot.previewing import Looked

_SILENT = timedelta(minutes=1)
_ID = re.compile(r"[A-Za-z0-9-]{8,40}")
_LOOKED = TypeAdapter(tuple[Looked, ...])


class Stage(StrEnum):
    """Where an import stands."""

    READING = "reading"
    WAITING = "waiting"
    """Read; somebody is to say what of it is stored."""
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    """It stopped; it can be started again, and stores nothing twice."""


@dataclass(frozen=True, kw_only=True)
class ContentImport:
    """An import.

    Args:
        by: who uploaded the files; nobody else sees it.
        at: when it last went on, ISO 8601.
        files: their names.
        kind: of all documents; empty: as each suggests.
        read: documents read so far; `good` of them can be imported.
        only: ids of the documents that are being stored; None: all.
        taken: ids stored so far, where not all were wanted at once.
        stored: documents done of those wanted.
        told: pairs of file name and what is to be said of it.
        linked: pairs of an interpretation's id and its policy's.
    """

    id: str
    by: str
    at: str
    files: tuple[str, ...]
    kind: str = ""
    stage: Stage = Stage.READING
    read: int = 0
    good: int = 0
    pages: int = 0
    only: tuple[str, ...] | None = None
    taken: tuple[str, ...] = ()
    stored: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    failed: int = 0
    told: tuple[tuple[str, str], ...] = ()
    linked: tuple[tuple[str, str], ...] = ()

    @property
    def busy(self) -> bool:
        """True while it reads or stores."""
        return self.stage in (Stage.READING, Stage.RUNNING)

    @property
    def wanted(self) -> int:
        """How many documents are being stored."""
        return self.good if self.only is None else len(self.only)

    def stopped(self, now: datetime) -> bool:
        """True where its process died or it failed: somebody may start it again."""
        silent = now - datetime.fromisoformat(self.at) > _SILENT
        return self.stage is Stage.FAILED or (self.busy and silent)


_IMPORT = TypeAdapter(ContentImport)


class ImportFolder:
    """One folder an import: `import.json`, `page-1.json` …, and `files` until it is done."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, import_id: str) -> ContentImport:
        """How far an import is. Raises `NotFound`."""
        try:
            return _IMPORT.validate_json((self._place(import_id) / "import.json").read_bytes())
        except (OSError, ValueError):
            raise not_there() from None

    def note(self, found: ContentImport) -> None:
        """Write down how far it is."""
        _write(self._place(found.id) / "import.json", json.dumps(asdict(found)).encode())

    def keep(self, found: ContentImport, files: Sequence[tuple[str, bytes]]) -> None:
        """Each file in a folder of its own, so that equal names do not meet."""
        for path, (_, content) in zip(self.files(found), files, strict=True):
            path.parent.mkdir(parents=True, mode=0o700)
            _write(path, content)
        self.note(found)

    def files(self, found: ContentImport) -> Sequence[Path]:
        """Where its files lie, in their order."""
        place = self._place(found.id) / "files"
        return [place / str(at) / name for at, name in enumerate(found.files)]

    def page(self, import_id: str, page: int) -> tuple[Looked, ...]:
        """A page of what was read. Raises `NotFound`."""
        try:
            return _LOOKED.validate_json(self._page(import_id, page).read_bytes())
        except OSError:
            raise not_there() from None

    def put_page(self, import_id: str, page: int, row: Sequence[Looked]) -> None:
        """Keep a page of what was read."""
        _write(self._page(import_id, page), _LOOKED.dump_json(tuple(row)))

    def drop(self, import_id: str) -> None:
        """Remove all of it."""
        shutil.rmtree(self._place(import_id), ignore_errors=True)

    def drop_files(self, import_id: str) -> None:
        """Remove its files; what came of it stays."""
        shutil.rmtree(self._place(import_id) / "files", ignore_errors=True)

    def forget(self, before: datetime) -> None:
        """Remove the imports that went on last before a time."""
        for place in self._folder.glob("*/import.json"):
            with contextlib.suppress(OSError, ValueError):
                if datetime.fromisoformat(json.loads(place.read_bytes())["at"]) < before:
                    shutil.rmtree(place.parent, ignore_errors=True)

    def _place(self, import_id: str) -> Path:
        if not _ID.fullmatch(import_id):
            raise not_there()
        return self._folder / import_id

    def _page(self, import_id: str, page: int) -> Path:
        return self._place(import_id) / f"page-{page}.json"


def _write(path: Path, content: bytes) -> None:
    """A file only we can read; it takes its name when all is written."""
    unfinished = path.with_name(f".{path.stem[:20]}.unfinished")
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target:
        target.write(content)
    unfinished.replace(path)


def not_there() -> NotFound:
    """There is no such import, or it is somebody else's."""
    return NotFound("没有找到这次导入，可能已经过期，请重新上传。")
