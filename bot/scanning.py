"""Attachments looked at for viruses: what is found is noted on the case, and its file deleted.

Each step may be done again after a crash: found → noted → deleted → said to be deleted.
"""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Protocol

from bot import attachment_files as files
from bot.attachment_model import Attachment, AttachmentStorage, AttachmentUnit, Scan, ScannedFiles
from bot.cases.model import SYSTEM, Move
from bot.cases.ports import CaseWording
from bot.cases.service import CaseService
from connectors.errors import Retryable, TooLarge

log = logging.getLogger(__name__)

AWAY = "scanner_away"
"""The scanner's error where it is not the file that is at fault."""
_TRIES = 5
"""A scanner that fails over a file so often cannot take it."""
_AT_ONCE = 20


class Scanner(Protocol):
    """Looks for viruses (`connectors.clamd`)."""

    async def scan(self, body: bytes) -> str:
        """The virus's name; empty for none. Raises `Retryable` or `TooLarge`."""


class Note(Protocol):
    """Notes something on a request for information, once (`Disclosures.note`)."""

    async def __call__(self, number: str, text: str, *, told_as: str) -> None:
        """Note it; again under the same name, nothing more."""


class Scanning:
    """Has attachments looked at that wait for it.

    Args:
        folder: of the attachments' files.
        scanner: None: nobody looks.
        note: notes on a request for information what was found in a file of it; None: nobody does.
    """

    def __init__(
        self,
        storage: AttachmentStorage,
        folder: Path,
        scanner: Scanner | None,
        cases: CaseService,
        wording: CaseWording,
        note: Note | None = None,
    ) -> None:
        self._storage, self._folder, self.scanner = storage, folder, scanner
        self._cases, self._wording, self._note = cases, wording, note

    async def sweep(self) -> int:
        """Look at some; gives how many.

        Raises:
            connectors.errors.Retryable: the scanner is away; they wait on.
        """
        if self.scanner is None:
            return 0
        async with self._storage.read() as unit:
            waiting = (
                *await unit.attachments.unscanned(limit=_AT_ONCE),
                *await unit.disclosure_files.unscanned(limit=_AT_ONCE),
            )
        seen: set[tuple[str, str]] = set()
        for one in waiting:
            copies = one.message_id, one.sha256  # share a file, and what is found in it
            if copies in seen:
                continue
            seen.add(copies)
            if one.scan is Scan.INFECTED:
                await self._delete(one, one.details.get("virus", ""))
            else:
                await self._look(one, self.scanner)
        return len(waiting)

    async def _look(self, one: Attachment, scanner: Scanner) -> None:
        try:
            body = await asyncio.to_thread(self._path(one).read_bytes)
        except OSError:
            log.error("attachment not readable", extra={"attachment_id": one.id})  # noqa: TRY400 - the path says nothing more
            await self._mark(one, Scan.UNSCANNABLE)
            return
        try:
            virus = await scanner.scan(body)
        except TooLarge:
            await self._mark(one, Scan.UNSCANNABLE)
        except Retryable as error:
            if error.code == AWAY:
                raise
            await self._failed(one)
        else:
            await self._mark(one, Scan.INFECTED if virus else Scan.CLEAN, found=virus)
            if virus:
                log.warning("virus in an attachment", extra={"attachment_id": one.id})
                await self._delete(one, virus)

    async def _failed(self, one: Attachment) -> None:
        tries = one.scans + 1
        if tries >= _TRIES:
            await self._mark(one, Scan.UNSCANNABLE)
            return
        async with self._storage.begin() as unit:
            await _rows(unit, one).scan_failed(one, tries)

    async def _delete(self, one: Attachment, virus: str) -> None:
        """Note it on its case or request, then delete the file, then say so."""
        text = self._wording.say("attachment_virus", name=one.name or "附件")
        if one.request_number and self._note is not None:
            await self._note(one.request_number, text, told_as=f"virus:{one.id}")
        if one.case_number:
            await self._cases.move(
                one.case_number, Move.NOTE, SYSTEM, text=text, told_as=f"virus:{one.id}"
            )
        await asyncio.to_thread(self._path(one).unlink, missing_ok=True)
        await self._mark(one, Scan.DELETED, found=virus)

    async def _mark(self, one: Attachment, scan: Scan, *, found: str = "") -> None:
        async with self._storage.begin() as unit:
            await _rows(unit, one).scanned(one, scan, found=found[:100])

    def _path(self, one: Attachment) -> Path:
        return files.path(self._folder, one.message_id, one.sha256)


def _rows(unit: AttachmentUnit, one: Attachment) -> ScannedFiles:
    return unit.disclosure_files if one.request_number else unit.attachments
