"""Pictures, videos and places citizens send: kept, and given to the case they belong to.

A row in the database, and a file under the attachments' folder. What a file is, its first bytes
say; its name is a hash and its owner alone may read it.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from bot import attachment_files as files
from bot.cases.model import Case
from bot.errors import NotFound
from bot.ports import Clock, Ids
from bot.records import StoredMessage
from bot.stripping import Malformed, stripped
from connectors.base import InboundKind, MediaChannel
from connectors.errors import Gone, Refused, TooLarge

log = logging.getLogger(__name__)

WAITS_FOR_A_CASE = timedelta(hours=24)
"""What was sent without a case goes to the one opened next in its conversation, for so long."""
_FORGOTTEN_AFTER = timedelta(days=7)


class AttachmentKind(StrEnum):
    """What was sent."""

    IMAGE = "image"
    VIDEO = "video"
    PLACE = "place"


class AttachmentState(StrEnum):
    """What became of it."""

    KEPT = "kept"
    GONE = "gone"
    """The platform did not keep it long enough."""
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"
    """Not what it was sent as, or nothing we know."""
    REFUSED = "refused"
    """The platform does not give it to us."""


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """One thing a citizen sent.

    Args:
        case_number: empty until a case is opened in its conversation.
        content_type: by its bytes; empty where no file is kept.
        bytes: the file's size.
        sha256: of the file, hex.
        details: of a place: `label`, `latitude`, `longitude` (GCJ-02, degrees).
    """

    id: str
    message_id: str
    conversation_id: str
    case_number: str = ""
    kind: AttachmentKind
    state: AttachmentState
    content_type: str = ""
    bytes: int = 0
    sha256: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    at: datetime

    @property
    def has_file(self) -> bool:
        """True where there is something to open."""
        return self.state is AttachmentState.KEPT and self.kind is not AttachmentKind.PLACE


class AttachmentRows(Protocol):
    """The table; see `bot.storage.attachments`."""

    async def add(self, new: Attachment) -> Attachment:
        """Keep one; where its message has one already, that one is given."""

    async def of_message(self, message_id: str) -> Attachment | None:
        """The one of a message."""

    async def of_case(self, number: str) -> tuple[Attachment, ...]:
        """Those of a case, oldest first."""

    async def attach(self, conversation_id: str, case_number: str, *, since: datetime) -> int:
        """Give a case what its conversation sent since then and no case has."""

    async def forget(self, *, before: datetime) -> tuple[Attachment, ...]:
        """Drop some that belong to no case."""


class AttachmentUnit(Protocol):
    """One transaction."""

    @property
    def attachments(self) -> AttachmentRows:
        """The table."""


class AttachmentStorage(Protocol):
    """The database."""

    def begin(self) -> AbstractAsyncContextManager[AttachmentUnit]:
        """A transaction that writes."""

    def read(self) -> AbstractAsyncContextManager[AttachmentUnit]:
        """A transaction that only reads."""


class Attachments:
    """What citizens sent beside text.

    Args:
        folder: of the files; replicas on several machines share it.
        max_bytes: a larger file is noted, not kept.
    """

    def __init__(
        self,
        storage: AttachmentStorage,
        clock: Clock,
        ids: Ids,
        folder: Path,
        *,
        max_bytes: int,
    ) -> None:
        self._storage, self._clock, self._ids = storage, clock, ids
        self._folder, self._max_bytes = folder, max_bytes

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
        found, body = await self._opened(await self.seen_with(case), attachment_id)
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
        return await self._opened(await self.of_case(number), attachment_id)

    async def _opened(
        self, among: tuple[Attachment, ...], attachment_id: str
    ) -> tuple[Attachment, bytes]:
        found = next((one for one in among if one.id == attachment_id), None)
        if found is None or not found.has_file:
            raise NotFound("没有这个附件。")
        path = files.path(self._folder, found.message_id, found.sha256)
        try:
            body = await asyncio.to_thread(path.read_bytes)
        except OSError as error:
            log.error("attachment not readable", extra={"attachment_id": found.id})  # noqa: TRY400 - the path says nothing more
            raise NotFound("这个附件的文件不在了。") from error
        if hashlib.sha256(body).hexdigest() != found.sha256:
            log.error("attachment was changed", extra={"attachment_id": found.id})
            raise NotFound("这个附件的文件被改动过，不能打开。")
        return found, body

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
            details=details or {},
            at=message.received_at,
        )
        async with self._storage.begin() as unit:
            return await unit.attachments.add(new)
