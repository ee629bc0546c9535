"""Notices to departments and what their systems tell, as kept. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from connectors.departments.base import DepartmentNotice, DepartmentUpdate


class DeliveryState(StrEnum):
    """Where a notice to a department stands."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    DEAD = "dead"
    """It will not go out by itself; a person must look."""
    TOLD = "told"
    """A person told them otherwise."""


@dataclass(frozen=True, kw_only=True)
class NewDelivery:
    """A notice to put on its way.

    Args:
        key: unique for ever; the same key again adds nothing.
        sequence: its place among the notices of its case, growing with each move.
        sender: the connector's name in the registry.
        notice: its `idempotency_key` is filled in when it is sent.
    """

    key: str
    sequence: int
    sender: str
    notice: DepartmentNotice


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A notice on its way to a department or another system.

    Args:
        target: the unit's official name, or the platform's.
        receipt: the other side's number of it, or empty.
        last_error: a stable code or an error's type, never citizens' words.
        settled_by: who told them otherwise.
    """

    id: str
    key: str
    sequence: int
    sender: str
    address: str
    target: str
    case_number: str
    notice: DepartmentNotice
    state: DeliveryState = DeliveryState.PENDING
    attempts: int = 0
    created_at: datetime
    next_attempt_at: datetime
    lease_owner: str = ""
    lease_until: datetime | None = None
    sent_at: datetime | None = None
    receipt: str = ""
    last_error: str = ""
    settled_by: str = ""


class UpdateState(StrEnum):
    """Where something another system told stands."""

    STORED = "stored"
    APPLYING = "applying"
    APPLIED = "applied"
    HELD = "held"
    """It could not be applied; a person must look."""
    SETTLED = "settled"
    """A person has dealt with it."""


@dataclass(frozen=True, kw_only=True)
class StoredUpdate:
    """Something another system told of a case, as kept.

    Args:
        case_number: ours, once it is known.
        reason: why a person must look, in Chinese; empty otherwise.
    """

    id: str
    update: DepartmentUpdate
    state: UpdateState = UpdateState.STORED
    case_number: str = ""
    received_at: datetime
    next_attempt_at: datetime
    attempts: int = 0
    lease_owner: str = ""
    lease_until: datetime | None = None
    applied_at: datetime | None = None
    reason: str = ""
    settled_by: str = ""


@dataclass(frozen=True, kw_only=True)
class Poll:
    """How asking a system for news stands.

    Args:
        cursor: where to go on; empty: from the beginning.
        failures: in a row.
        last_error: a stable code or an error's type.
    """

    source: str
    cursor: str = ""
    next_at: datetime
    lease_owner: str = ""
    lease_until: datetime | None = None
    failures: int = 0
    last_error: str = ""
    succeeded_at: datetime | None = None
