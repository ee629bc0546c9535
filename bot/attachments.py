"""What citizens send beside text, letters' files among it: kept, and given to their case.

A row in the database, and a file under the attachments' folder. What a file is, its first bytes
say; its name is a hash and its owner alone may read it.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from bot import attachment_files as files
from bot.attachment_model import (
    STRIPPED,
    Attachment,
    AttachmentKind,
    AttachmentState,
    AttachmentStorage,
    LetterLimits,
    Scan,
)
from bot.cases.model import Case
from bot.errors import NotFound
from bot.file_types import type_of
from bot.ports import Clock, Ids
from bot.records import StoredMessage
from bot.stripping import Malformed, stripped
from connectors.base import Inbound, InboundFile, InboundKind, MediaChannel
from connectors.errors import Gone, Refused, TooLarge

log = logging.getLogger(__name__)

_FORGOTTEN_AFTER = timedelta(days=7)


class Attachments:
    """What citizens sent beside text.

    Args:
        folder: of the files; replicas on several machines share it.
        max_bytes: a larger picture or video is noted, not kept.
        letter_limits: of letters' files.
        scanned: a scanner of viruses is set up: nothing is opened before it has looked.
    """

    def __init__(
        self,
        storage: AttachmentStorage,
        clock: Clock,
        ids: Ids,
        folder: Path,
        *,
        max_bytes: int,
        letter_limits: LetterLimits | None = None,
        scanned: bool = False,
    ) -> None:
        self._storage, self._clock, self._ids = storage, clock, ids
        self._folder, self._max_bytes = folder, max_bytes
        self._limits = letter_limits or LetterLimits()
        self._scan = Scan.WAITING if scanned else Scan.NONE

    async def keep(self, inbound: Inbound, message_id: str) -> tuple[Attachment, ...]:
        """Write a letter's files; gives the rows to be stored with its message.

        Written again under the same message id, each file lies where it lay.
        """
        kept, files_so_far = [], 0
        for ordinal, one in enumerate(inbound.files):
            files_so_far += not one.source
            fits = one.source or files_so_far <= self._limits.files
            kept.append(await self._kept(inbound, message_id, ordinal, one, fits=fits))
        return tuple(kept)

    async def drop(self, written: tuple[Attachment, ...]) -> None:
        """Remove files written for a message that was stored meanwhile with others."""
        if not written:
            return
        async with self._storage.read() as unit:
            stored = await unit.attachments.all_of_message(written[0].message_id)
        kept = {one.sha256 for one in stored}
        for one in written:
            if one.has_file and one.sha256 not in kept:
                path = files.path(self._folder, one.message_id, one.sha256)
                await asyncio.to_thread(path.unlink, missing_ok=True)

    async def _kept(
        self, inbound: Inbound, message_id: str, ordinal: int, one: InboundFile, *, fits: bool
    ) -> Attachment:
        most = self._limits.source_bytes if one.source else self._limits.bytes
        state = AttachmentState.KEPT if fits else AttachmentState.TOO_MANY
        if fits and len(one.body) > most:
            state = AttachmentState.TOO_LARGE
        media_type, digest = await asyncio.to_thread(_looked_at, one)
        if state is AttachmentState.KEPT:
            path = files.path(self._folder, message_id, digest)
            await asyncio.to_thread(files.write, path, one.body)
        return Attachment(
            id=self._ids.new_id(),
            message_id=message_id,
            conversation_id=inbound.conversation_id,
            kind=_kind(one, media_type),
            state=state,
            content_type=media_type,
            bytes=len(one.body),
            sha256=digest,
            ordinal=ordinal,
            name=one.name[:200],
            scan=self._scan if state is AttachmentState.KEPT else Scan.NONE,
            at=self._clock.now(),
        )

    async def take(self, message: StoredMessage, channel: MediaChannel) -> Attachment:
        """Fetch and keep a picture or a video; again, it gives what was kept.

        Raises:
            connectors.errors.Retryable: the platform is away; nothing was noted.
        """
        known = await self._known(message)
        if known is not None:
            return known
        try:
            body = await channel.fetch(message.kind, message.details, max_bytes=self._max_bytes)
        except Gone:
            return await self._noted(message, AttachmentState.GONE)
        except TooLarge:
            return await self._noted(message, AttachmentState.TOO_LARGE)
        except Refused as error:
            log.warning("not fetched", extra={"message_id": message.id, "error": error.code})
            return await self._noted(message, AttachmentState.REFUSED)
        content_type = files.content_type(body)
        if content_type.partition("/")[0] != message.kind.value:
            return await self._noted(message, AttachmentState.UNREADABLE)
        digest = hashlib.sha256(body).hexdigest()
        path = files.path(self._folder, message.id, digest)
        await asyncio.to_thread(files.write, path, body)
        return await self._noted(
            message,
            AttachmentState.KEPT,
            content_type=content_type,
            size=len(body),
            sha256=digest,
        )

    async def take_place(self, message: StoredMessage) -> Attachment:
        """Keep where a location message points."""
        names = {"label": "Label", "latitude": "Location_X", "longitude": "Location_Y"}
        details = {ours: message.details.get(theirs, "") for ours, theirs in names.items()}
        return await self._noted(message, AttachmentState.KEPT, details=details)

    async def give(self, kept: Attachment, number: str) -> bool:
        """Give one to a case; False where it was given before."""
        async with self._storage.begin() as unit:
            given = await unit.attachments.attach(kept.conversation_id, number, since=kept.at)
        return given > 0

    async def give_since(self, first: StoredMessage, number: str) -> int:
        """Give a case what its conversation sent since a message; how many."""
        async with self._storage.begin() as unit:
            return await unit.attachments.attach(
                first.conversation_id, number, since=first.received_at
            )

    async def give_of(self, message_id: str, number: str) -> int:
        """Give a case what came with a message; how many were nobody's till then."""
        async with self._storage.begin() as unit:
            return await unit.attachments.attach_of(message_id, number)

    async def came_with(self, message_id: str) -> tuple[Attachment, ...]:
        """What came with a message beside the mail itself."""
        async with self._storage.read() as unit:
            found = await unit.attachments.all_of_message(message_id)
        return tuple(one for one in found if one.kind is not AttachmentKind.SOURCE)

    async def of_case(self, number: str) -> tuple[Attachment, ...]:
        """Those of a case, oldest first."""
        async with self._storage.read() as unit:
            return await unit.attachments.of_case(number)

    async def seen_with(self, case: Case) -> tuple[Attachment, ...]:
        """What a reader of a case sees with it, oldest first.

        What was sent before a text was split was sent for each of its demands; what came later
        belongs to the case it was given to alone.
        """
        async with self._storage.read() as unit:
            own = await unit.attachments.of_case(case.number)
            if not case.course.split_from:
                return own
            whole = await unit.attachments.of_case(case.course.split_from)
        shared = tuple(one for one in whole if one.at <= case.opened_at)
        return tuple(sorted((*own, *shared), key=lambda one: (one.at, one.id)))

    async def shown(self, case: Case, attachment_id: str) -> tuple[Attachment, bytes]:
        """One of `seen_with`, without what the citizen's device wrote into it.

        Raises:
            NotFound: the case has no such file, it is not what was kept, or what stands in it
                beside the picture cannot be told.
        """
        found, body = await files.opened(self._folder, await self.seen_with(case), attachment_id)
        if found.content_type not in STRIPPED:
            return found, body
        try:
            return found, await asyncio.to_thread(stripped, body, found.content_type)
        except Malformed as error:
            log.warning("attachment malformed", extra={"attachment_id": found.id})
            raise NotFound("这个附件的文件不完整，不能打开。") from error

    async def file(self, number: str, attachment_id: str) -> tuple[Attachment, bytes]:
        """A case's attachment and its file as it was sent: evidence, not for a page.

        Raises:
            NotFound: the case has no such file, or it is not what was kept.
        """
        return await files.opened(self._folder, await self.of_case(number), attachment_id)

    async def waiting(self) -> tuple[int, datetime | None]:
        """How many wait for a scan, and since when the oldest does."""
        async with self._storage.read() as unit:
            counted = await unit.attachments.waiting(), await unit.disclosure_files.waiting()
        oldest = min((since for _, since in counted if since is not None), default=None)
        return sum(count for count, _ in counted), oldest

    async def sweep(self) -> int:
        """Forget what never came to belong to a case; gives how many."""
        before = self._clock.now() - _FORGOTTEN_AFTER
        async with self._storage.begin() as unit:
            forgotten = await unit.attachments.forget(before=before)
        for one in forgotten:
            if one.has_file:
                path = files.path(self._folder, one.message_id, one.sha256)
                await asyncio.to_thread(path.unlink, missing_ok=True)
        return len(forgotten)

    async def _known(self, message: StoredMessage) -> Attachment | None:
        async with self._storage.read() as unit:
            return await unit.attachments.of_message(message.id)

    async def _noted(
        self,
        message: StoredMessage,
        state: AttachmentState,
        *,
        content_type: str = "",
        size: int = 0,
        sha256: str = "",
        details: Mapping[str, str] | None = None,
    ) -> Attachment:
        kinds = {
            InboundKind.IMAGE: AttachmentKind.IMAGE,
            InboundKind.VIDEO: AttachmentKind.VIDEO,
            InboundKind.LOCATION: AttachmentKind.PLACE,
        }
        new = Attachment(
            id=self._ids.new_id(),
            message_id=message.id,
            conversation_id=message.conversation_id,
            kind=kinds[message.kind],
            state=state,
            content_type=content_type,
            bytes=size,
            sha256=sha256,
            scan=self._scan if sha256 else Scan.NONE,
            details=details or {},
            at=message.received_at,
        )
        async with self._storage.begin() as unit:
            return await unit.attachments.add(new)


def _looked_at(one: InboundFile) -> tuple[str, str]:
    """Media type and SHA-256 of a file; a large one takes a while."""
    media_type = "message/rfc822" if one.source else type_of(one.body).media_type
    return media_type, hashlib.sha256(one.body).hexdigest()


def _kind(one: InboundFile, media_type: str) -> AttachmentKind:
    if one.source:
        return AttachmentKind.SOURCE
    if media_type in STRIPPED:
        video = media_type.startswith("video/")
        return AttachmentKind.VIDEO if video else AttachmentKind.IMAGE
    return AttachmentKind.FILE
