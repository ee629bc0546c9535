"""What changed at a server since it was last asked, and what we remember of it. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from connectors.departments.base import DepartmentUpdate, UpdateKind

from .answers import TheirRequest
from .marks import Marks

TOKEN = "token:"  # noqa: S105 - a prefix of what is no password
"""Before a token, where it stands for a number that is not known yet."""

_KINDS: Mapping[str, UpdateKind] = {
    "closed": UpdateKind.CLOSED,
    "fixed": UpdateKind.CLOSED,
    "no_further_action": UpdateKind.CLOSED,
    "duplicate": UpdateKind.CLOSED,
    "in_progress": UpdateKind.ACCEPTED,
    "investigating": UpdateKind.ACCEPTED,
    "planned": UpdateKind.ACCEPTED,
    "action_scheduled": UpdateKind.ACCEPTED,
    "not_councils_responsibility": UpdateKind.RETURNED,
}
"""The two statuses of GeoReport v2 and FixMyStreet's further ones; what is none of them is open."""


@dataclass(frozen=True, kw_only=True)
class Watched:
    """A request of ours there, as it was last seen.

    Args:
        number: theirs, or `token:` and their token: what our side knows it by.
        case_number: ours, as its mark said; empty where our side knows it by `number`.
        id: theirs, once it is known.
        delivery: which delivery of the case its mark said; empty without a mark.
        changes: how often something was told of it.
        seen: what it said then, hashed.
        requested_at: by the server, for which of two with one mark is ours.
    """

    number: str
    case_number: str = ""
    id: str = ""
    delivery: str = ""
    changes: int = 0
    seen: str = ""
    requested_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Memory:
    """What is remembered from one time to the next.

    Args:
        listed_to: up to when the server's list was read; None: never.
        watched: by `number`.
        turn: where the next round of asking by number begins.
    """

    listed_to: datetime | None = None
    watched: Mapping[str, Watched]
    turn: int = 0

    def kept(self) -> str:
        """As a cursor."""
        rows = [
            [w.number, w.case_number, w.id, w.delivery, w.changes, w.seen, _iso(w.requested_at)]
            for w in self.watched.values()
        ]
        value = {"listed_to": _iso(self.listed_to), "turn": self.turn, "watched": rows}
        return json.dumps(value, separators=(",", ":"))


def memory(cursor: str) -> Memory:
    """What a cursor remembers; one that cannot be read remembers nothing."""
    try:
        value = json.loads(cursor)
        watched = {
            str(row[0]): Watched(
                number=str(row[0]),
                case_number=str(row[1]),
                id=str(row[2]),
                delivery=str(row[3]),
                changes=int(row[4]),
                seen=str(row[5]),
                requested_at=_time(row[6]),
            )
            for row in value["watched"]
        }
        return Memory(listed_to=_time(value["listed_to"]), watched=watched, turn=int(value["turn"]))
    except (ValueError, TypeError, KeyError, IndexError):
        return Memory(watched={})


def discovered(
    listed: Iterable[TheirRequest], marks: Marks, known: Mapping[str, Watched]
) -> dict[str, Watched]:
    """Those of a server's requests that carry our mark and are not known yet.

    A mark can be copied by who reads it, so of two requests with one mark the earlier is ours.
    """
    claims = {(w.case_number, w.delivery): w for w in known.values() if w.delivery}
    ids = {w.id for w in known.values()}
    # Followed by its number already: a further mark of that case is somebody's copy.
    numbered = {w.case_number for w in known.values() if not w.delivery}
    new: dict[str, Watched] = {}
    for one in sorted(listed, key=lambda one: (one.requested_at or _LATEST, one.id)):
        mark = marks.read(one.description)
        if mark is None or one.id in ids or mark.case_number in numbered:
            continue
        claim = (mark.case_number, mark.delivery)
        if claim in claims:
            continue
        claims[claim] = new[one.id] = Watched(
            number=one.id,
            case_number=mark.case_number,
            id=one.id,
            delivery=mark.delivery,
            requested_at=one.requested_at,
        )
    return new


def news(
    source: str, watched: Watched, told: TheirRequest, now: datetime
) -> tuple[Watched, DepartmentUpdate | None]:
    """How a request stands now, and what of it is new; the same again is nothing.

    Args:
        source: the connector's name.
        watched: as it was last seen.
        told: as the server tells it.
        now: stands in where the server does not say when.
    """
    kind = _KINDS.get(told.status)
    said = hashlib.sha256(f"{kind}\x00{told.notes}".encode("utf-8", "replace")).hexdigest()[:16]
    if said == watched.seen:
        return watched, None
    if kind is None and not told.notes:
        # Open, and nothing said: only worth remembering.
        return replace(watched, seen=said), None
    after = replace(watched, seen=said, changes=watched.changes + 1)
    return after, DepartmentUpdate(
        source=source,
        external_id=f"{watched.number}:{after.changes}:{said}",
        kind=kind or UpdateKind.NOTE,
        external_number=watched.number,
        case_number=watched.case_number,
        words=told.notes,
        at=told.updated_at or now,
    )


_LATEST = datetime.max.replace(tzinfo=UTC)


def _iso(at: datetime | None) -> str:
    return at.isoformat() if at else ""


def _time(text: object) -> datetime | None:
    return datetime.fromisoformat(str(text)) if text else None
