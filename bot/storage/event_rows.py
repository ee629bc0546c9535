"""What events of every chain share as rows."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from bot.cases.model import Actor, Role
from bot.chain import Chained


def told_values(event: Chained) -> dict[str, Any]:
    """The columns of an event but its owner's id."""
    return {
        "seq": event.seq,
        "at": event.at,
        "actor": event.actor.id,
        "actor_role": event.actor.role.value,
        "actor_department": event.actor.department,
        "move": event.move.value,
        "from_state": None if event.from_state is None else event.from_state.value,
        "to_state": event.to_state.value,
        "reason": event.reason,
        "details": dict(event.details),
        "previous_hash": event.previous_hash,
        "hash": event.hash,
    }


def told_of(row: sa.RowMapping) -> dict[str, Any]:
    """The fields of an event but its owner, its move and its states."""
    return {
        "seq": row["seq"],
        "at": row["at"],
        "actor": Actor(
            id=row["actor"], role=Role(row["actor_role"]), department=row["actor_department"]
        ),
        "reason": row["reason"],
        "details": dict(row["details"]),
        "previous_hash": row["previous_hash"],
        "hash": row["hash"],
    }
