"""What connectors to departments and other case systems take and give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from connectors.base import RawRequest, RawResponse, Receipt


class NoticeKind(StrEnum):
    """Why a department, or another system, is told of a case."""

    DISPATCHED = "dispatched"
    ACCEPTED = "accepted"
    """A department has taken it on; told to the system that opened it."""
    URGED = "urged"
    SUPERVISED = "supervised"
    NOTE = "note"
    """The citizen or the office added words."""
    RETURN_DECIDED = "return_decided"
    EXTENSION_DECIDED = "extension_decided"
    WITHDRAWN = "withdrawn"
    """It is theirs no more: reassigned, merged, refused."""
    REPLIED = "replied"
    RATED = "rated"
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True)
class DepartmentNotice:
    """A case, or what happened to it, on its way out of our own pages.

    Args:
        idempotency_key: the delivery row's id; a sender sends once per key.
        kind: why.
        case_number: ours.
        external_number: the other system's number of the case, or empty.
        department: its official name.
        address: where this sender finds the recipient: a mail address, a number, a robot's name;
            empty where the sender has one recipient.
        title, text, demand_type, category, place, territory, severity, occurred_at: the case.
        contact_name, contact_phone: of the citizen; empty where the recipient must not see them.
        confidential: the recipient must not pass the citizen's name on.
        words: what this notice adds: a note's text, a decision, a reply.
        grade: 1 to 5 for `RATED`; else 0.
        granted: for `RETURN_DECIDED` and `EXTENSION_DECIDED`, whether; else None.
        opened_at, due_at: aware, UTC, or None.
        link: to the case on our pages, for who may sign in there.
        latitude, longitude: WGS84, or None.
    """

    idempotency_key: str
    kind: NoticeKind = NoticeKind.DISPATCHED
    case_number: str
    external_number: str = ""
    department: str
    address: str = ""
    title: str
    text: str
    demand_type: str = ""
    category: tuple[str, ...] = ()
    place: str = ""
    territory: str = ""
    severity: str = ""
    occurred_at: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    confidential: bool = False
    words: str = ""
    grade: int = 0
    granted: bool | None = None
    opened_at: datetime | None = None
    due_at: datetime | None = None
    link: str = ""
    latitude: float | None = None
    longitude: float | None = None


class DepartmentSender(Protocol):
    """A way departments and other systems are told of cases."""

    name: str

    async def send(self, notice: DepartmentNotice) -> Receipt:
        """Send once per idempotency key; the receipt's `external_id` is their number for it.

        Raises:
            connectors.errors.Retryable: later may help.
            connectors.errors.Refused: never will; a person must see it.
        """

    async def close(self) -> None:
        """Free connections."""


@runtime_checkable
class SeesCitizens(Protocol):
    """A sender whose recipient is owed the citizen's own words and contact: who handles the case.

    Every other sender, and one that says False, is handed notices without contact and with private
    data masked in what was written, whatever it would do with them.
    """

    sees_citizens: bool


class UpdateKind(StrEnum):
    """What a department's own system, or a 12345 platform, tells of a case."""

    OPENED = "opened"
    """A new order for us."""
    ACCEPTED = "accepted"
    NOTE = "note"
    RETURNED = "returned"
    EXTENSION_ASKED = "extension_asked"
    REPLIED = "replied"
    RATED = "rated"
    CLOSED = "closed"
    URGED = "urged"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True)
class DepartmentUpdate:
    """Something another system tells of a case.

    Args:
        source: the connector's name; with `external_id` unique for ever.
        external_id: the same when it is told again.
        kind: what.
        external_number: their number of the case.
        case_number: ours, where they know it; else empty.
        department: who acts there, or empty.
        words: reply, reason, note.
        days: working days asked for, for an extension.
        grade: 1 to 5, for a rating; else 0.
        order: for `OPENED`, the order's fields by our names: `title`, `text`, `demand_type`,
            `category`, `place`, `occurred_at`, `contact_name`, `contact_phone`, `department`,
            `anonymous` and `confidential` (`yes`), `opened_at` and `due_at` (ISO 8601 with
            zone).
        at: when it happened there, aware, UTC.
    """

    source: str
    external_id: str
    kind: UpdateKind
    external_number: str = ""
    case_number: str = ""
    department: str = ""
    words: str = ""
    days: int = 0
    grade: int = 0
    order: Mapping[str, str] = field(default_factory=dict)
    at: datetime


class CalledBySystem(Protocol):
    """A connector whose other side calls us over HTTP."""

    name: str

    def parse(self, request: RawRequest) -> tuple[DepartmentUpdate, ...]:
        """Verify, then parse. Raises `Unverified` or `Malformed`, never anything else."""

    def acknowledge(
        self, request: RawRequest, updates: tuple[DepartmentUpdate, ...]
    ) -> RawResponse:
        """The answer once the updates are stored."""


@runtime_checkable
class RefusesReplays(Protocol):
    """A connector that takes each call of its other side once, whichever replica it reaches."""

    async def admit(self, request: RawRequest) -> None:
        """Take a call that was parsed. Raises `Unverified` for one that was taken before."""


class Polled(Protocol):
    """A connector whose other side is asked for news."""

    name: str
    poll_every_s: float

    async def poll(self, cursor: str) -> tuple[tuple[DepartmentUpdate, ...], str]:
        """News since the cursor (empty: from the beginning), and the next cursor.

        Raises:
            connectors.errors.Retryable: later may help.
            connectors.errors.Refused: it does not let us in; a person must see it.
        """
