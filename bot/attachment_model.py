"""What citizens send beside text: what an attachment is, and what is asked of its table."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from bot.file_types import MAY_HOLD_PROGRAMS, ending_of, served_name

WAITS_FOR_A_CASE = timedelta(hours=24)
"""What was sent without a case goes to the one opened next in its conversation, for so long."""
STRIPPED = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4"})
"""What is served without what the device wrote into it; of these alone it is known where."""
_MB = 1024 * 1024


class AttachmentKind(StrEnum):
    """What was sent."""

    IMAGE = "image"
    VIDEO = "video"
    PLACE = "place"
    FILE = "file"
    """Came with a letter; what kind of file it is, its content type says."""
    SOURCE = "source"
    """The mail itself as it came: evidence, for the office alone."""


class Scan(StrEnum):
    """What a scanner of viruses said."""

    NONE = ""
    """None is set up."""
    WAITING = "waiting"
    CLEAN = "clean"
    INFECTED = "infected"
    """A virus was found; the file is about to be deleted."""
    DELETED = "deleted"
    """It is deleted; its name, its hash and the virus's name stay."""
    UNSCANNABLE = "unscannable"
    """The scanner cannot take it, mostly for its size."""


WHY_NOT = {
    Scan.WAITING: "附件正在查毒，请稍后再打开。",
    Scan.INFECTED: "附件含有病毒，不能打开。",
    Scan.DELETED: "附件含有病毒，已经删除。",
}
"""What is said where a file is not opened."""


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
    TOO_MANY = "too_many"
    """A letter held more; it is in the mail itself."""


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """One thing a citizen sent.

    Args:
        case_number: empty until a case is opened in its conversation.
        content_type: by its bytes; empty where no file is kept.
        bytes: the file's size.
        sha256: of the file, hex.
        ordinal: its place among those of its message, from 0.
        name: as its sender called it, on one line; or empty.
        scans: how often the scanner failed over it.
        request_number: of the request for information it came with; `message_id` is then what its
            path is made of.
        details: of a place: `label`, `latitude`, `longitude` (GCJ-02, degrees); of an infected
            file, `virus`.
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
    ordinal: int = 0
    name: str = ""
    scan: Scan = Scan.NONE
    scans: int = 0
    details: Mapping[str, str] = field(default_factory=dict)
    request_number: str = ""
    at: datetime

    @property
    def has_file(self) -> bool:
        """True where its file lies in the folder."""
        held = self.state is AttachmentState.KEPT and self.kind is not AttachmentKind.PLACE
        return held and self.scan is not Scan.DELETED

    @property
    def may_be_opened(self) -> bool:
        """True where there is something to open: a file no scanner has anything against."""
        return self.has_file and self.scan not in {Scan.WAITING, Scan.INFECTED}

    @property
    def may_hold_programs(self) -> bool:
        """True where who opens it is warned first."""
        return ending_of(self.content_type) in MAY_HOLD_PROGRAMS

    @property
    def served_as(self) -> str:
        """The name it is served under; its ending says what it is, whatever its sender said."""
        return served_name(self.name, ending_of(self.content_type))


@dataclass(frozen=True, kw_only=True)
class LetterLimits:
    """What is kept of a letter.

    Args:
        files: so many; those behind are left in the mail's source alone.
        bytes: of each file.
        source_bytes: of the mail itself.
    """

    files: int = 20
    bytes: int = 25 * _MB
    source_bytes: int = 40 * _MB


class ScannedFiles(Protocol):
    """Files a scanner looks at; see `bot.storage.scanned_rows`."""

    async def unscanned(self, *, limit: int) -> tuple[Attachment, ...]:
        """Those that wait for the scanner or, infected, for their end; least often tried first."""

    async def scanned(self, one: Attachment, scan: Scan, *, found: str = "") -> None:
        """Keep what a scan came to, for every copy of the file in its message."""

    async def scan_failed(self, one: Attachment, tries: int) -> None:
        """Count a scan that came to nothing."""

    async def waiting(self) -> tuple[int, datetime | None]:
        """How many wait for a scan, and since when the oldest does."""


class AttachmentRows(ScannedFiles, Protocol):
    """The table; see `bot.storage.attachments`."""

    async def add(self, new: Attachment) -> Attachment:
        """Keep one; where its message has one already, that one is given."""

    async def of_message(self, message_id: str) -> Attachment | None:
        """The one of a message."""

    async def all_of_message(self, message_id: str) -> tuple[Attachment, ...]:
        """Those of a message, in order."""

    async def of_case(self, number: str) -> tuple[Attachment, ...]:
        """Those of a case, oldest first."""

    async def attach(self, conversation_id: str, case_number: str, *, since: datetime) -> int:
        """Give a case what its conversation sent since then and no case has."""

    async def attach_of(self, message_id: str, case_number: str) -> int:
        """Give a case what came with a message and no case has."""

    async def forget(self, *, before: datetime) -> tuple[Attachment, ...]:
        """Drop some that belong to no case."""


class AttachmentUnit(Protocol):
    """One transaction."""

    @property
    def attachments(self) -> AttachmentRows:
        """The table."""

    @property
    def disclosure_files(self) -> ScannedFiles:
        """What came with requests for information."""


class AttachmentStorage(Protocol):
    """The database."""

    def begin(self) -> AbstractAsyncContextManager[AttachmentUnit]:
        """A transaction that writes."""

    def read(self) -> AbstractAsyncContextManager[AttachmentUnit]:
        """A transaction that only reads."""
