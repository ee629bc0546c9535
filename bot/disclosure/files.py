"""Files that come with an application: kept as letters' are, opened for those who handle it.

A file is written before the row that names it; its path follows from the request's origin key, so a
try after a crash writes the same file again.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

from bot import attachment_files as files
from bot.attachment_model import Attachment, AttachmentKind, AttachmentState, Scan
from bot.disclosure.model import Request
from bot.file_types import type_of
from bot.ports import Clock, Ids
from connectors.base import InboundFile

log = logging.getLogger(__name__)


class FileRows(Protocol):
    """The table; see `bot.storage.disclosure_files`."""

    async def of_request(self, request_id: str) -> tuple[Attachment, ...]:
        """Those of a request, in order."""


class FileUnit(Protocol):
    """One transaction."""

    @property
    def disclosure_files(self) -> FileRows:
        """The table."""


class FileStorage(Protocol):
    """The database."""

    def read(self) -> AbstractAsyncContextManager[FileUnit]:
        """A transaction that only reads."""


class RequestFiles:
    """What came with applications.

    Args:
        folder: of the attachments' files; replicas on several machines share it.
        scanned: a scanner of viruses is set up: nothing is opened before it has looked.
    """

    def __init__(
        self,
        storage: FileStorage,
        clock: Clock,
        ids: Ids,
        folder: Path,
        *,
        scanned: bool = False,
    ) -> None:
        self._storage, self._clock, self._ids, self._folder = storage, clock, ids, folder
        self._scan = Scan.WAITING if scanned else Scan.NONE

    async def keep(self, origin_key: str, given: Sequence[InboundFile]) -> tuple[Attachment, ...]:
        """Write files; gives the rows to be stored with the request."""
        owner = hashlib.sha256(f"disclosure\x00{origin_key}".encode()).hexdigest()
        kept = []
        for ordinal, one in enumerate(given):
            media_type, digest = await asyncio.to_thread(_looked_at, one.body)
            path = files.path(self._folder, owner, digest)
            await asyncio.to_thread(files.write, path, one.body)
            kept.append(
                Attachment(
                    id=self._ids.new_id(),
                    message_id=owner,
                    conversation_id="",
                    kind=AttachmentKind.FILE,
                    state=AttachmentState.KEPT,
                    content_type=media_type,
                    bytes=len(one.body),
                    sha256=digest,
                    ordinal=ordinal,
                    name=one.name[:200],
                    scan=self._scan,
                    at=self._clock.now(),
                )
            )
        return tuple(kept)

    async def drop(self, written: Sequence[Attachment], request: Request) -> None:
        """Remove files written for a request that was registered meanwhile with others."""
        kept = {one.sha256 for one in await self.of(request)}
        for one in written:
            if one.sha256 not in kept:
                path = files.path(self._folder, one.message_id, one.sha256)
                await asyncio.to_thread(path.unlink, missing_ok=True)

    async def of(self, request: Request) -> tuple[Attachment, ...]:
        """Those of a request, in order."""
        async with self._storage.read() as unit:
            return await unit.disclosure_files.of_request(request.id)

    async def opened(self, request: Request, file_id: str) -> tuple[Attachment, bytes]:
        """A file as it was sent.

        Raises:
            NotFound: the request has none such, it waits for the scanner or held a virus, or it is
                not what was kept.
        """
        return await files.opened(self._folder, await self.of(request), file_id)


def _looked_at(body: bytes) -> tuple[str, str]:
    return type_of(body).media_type, hashlib.sha256(body).hexdigest()
