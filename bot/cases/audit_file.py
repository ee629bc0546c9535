"""Cases with their events for an auditor, one JSON line a case; `docs/audit-export.md`. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from bot.cases.files import row_of
from bot.cases.model import Case, CaseEvent
from bot.privacy import mask_text

FORMAT = "policyline-audit-1"


def audit_line(
    case: Case, events: Sequence[CaseEvent], *, masked: bool, attachments: int = 0
) -> str:
    """One case as a line of JSON, without its end.

    Masked, no words of the case itself are given, and of an event every text that holds something
    private is withheld whole. To mask only the digits would hide nothing: the hash covers the clear
    text, and four digits are soon guessed against it.
    """
    names = (case.contact_name,) if case.contact_name else ()
    said: dict[str, Any] = {
        "format": FORMAT,
        "number": case.number,
        "id": case.id,
        "state": case.state.value,
        "version": case.version,
        "demand_type": case.demand_type.value,
        "department": case.lead_department,
        "rating": case.rating,
        "opened_at": _time(case.opened_at),
        "due_at": _time(case.due_at),
        "closed_at": _time(case.closed_at),
        "attachments": attachments,
    }
    if not masked:
        said["record"] = row_of(case)
    said["events"] = [_event(event, names, masked=masked) for event in events]
    return json.dumps(said, ensure_ascii=False)


def _event(event: CaseEvent, names: Sequence[str], *, masked: bool) -> dict[str, Any]:
    def shown(text: str) -> str | None:
        return None if masked and mask_text(text, names) != text else text

    reason = shown(event.reason)
    details = {name: shown(value) for name, value in event.details.items()}
    return {
        "seq": event.seq,
        "at": _time(event.at),
        "actor": event.actor.id,
        "actor_role": event.actor.role.value,
        "actor_department": event.actor.department,
        "move": event.move.value,
        "from_state": None if event.from_state is None else event.from_state.value,
        "to_state": event.to_state.value,
        "reason": reason,
        "details": details,
        "masked": reason is None or None in details.values(),
        "previous_hash": event.previous_hash,
        "hash": event.hash,
    }


def _time(moment: datetime | None) -> str | None:
    """As the hash covers it."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds") if moment else None
