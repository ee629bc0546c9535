"""The tables of notices to departments, of what their systems tell, and of their numbers."""

from __future__ import annotations

import sqlalchemy as sa

from bot.storage.contact_keys import SealedMembers
from bot.storage.tables import CleanString, CleanText, UtcDateTime, metadata


def _text(name: str, length: int, default: str = "") -> sa.Column[str]:
    return sa.Column(
        name, CleanString(length), nullable=False, default=default, server_default=default
    )


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, default=0, server_default="0")


department_deliveries = sa.Table(
    "department_deliveries",
    metadata,
    sa.Column("id", CleanString(40), primary_key=True),
    sa.Column("key", CleanString(200), nullable=False, unique=True),
    _count("sequence"),
    _text("sender", 80),
    _text("address", 254),  # the longest mail address (RFC 5321)
    _text("target", 80),
    _text("case_number", 40),
    sa.Column("notice", sa.JSON, nullable=False),
    _text("state", 20, "pending"),  # pending → sending → sent; dead, told
    _count("attempts"),
    sa.Column("created_at", UtcDateTime(), nullable=False),
    sa.Column("next_attempt_at", UtcDateTime(), nullable=False),
    _text("lease_owner", 80),
    sa.Column("lease_until", UtcDateTime(), nullable=True),
    sa.Column("sent_at", UtcDateTime(), nullable=True),
    _text("receipt", 200),
    _text("last_error", 120),
    _text("settled_by", 80),
    sa.Index("ix_department_deliveries_state_next_attempt_at", "state", "next_attempt_at"),
    sa.Index("ix_department_deliveries_case_number_sequence", "case_number", "sequence"),
)

department_updates = sa.Table(
    "department_updates",
    metadata,
    sa.Column("id", CleanString(40), primary_key=True),
    _text("source", 80),
    _text("external_id", 200),
    _text("kind", 20),
    _text("external_number", 80),
    _text("case_number", 40),
    sa.Column("told", SealedMembers(), nullable=False),
    _text("state", 20, "stored"),  # stored → applying → applied; held, settled
    sa.Column("received_at", UtcDateTime(), nullable=False),
    sa.Column("next_attempt_at", UtcDateTime(), nullable=False),
    _count("attempts"),
    _text("lease_owner", 80),
    sa.Column("lease_until", UtcDateTime(), nullable=True),
    sa.Column("applied_at", UtcDateTime(), nullable=True),
    sa.Column("reason", CleanText(), nullable=False, default="", server_default=""),
    _text("settled_by", 80),
    sa.UniqueConstraint("source", "external_id"),
    sa.Index("ix_department_updates_state_next_attempt_at", "state", "next_attempt_at"),
)

external_numbers = sa.Table(  # what another system calls a case of ours
    "external_numbers",
    metadata,
    sa.Column("source", CleanString(80), primary_key=True),
    sa.Column("number", CleanString(80), primary_key=True),
    sa.Column("case_number", CleanString(40), nullable=False),
    sa.Column("at", UtcDateTime(), nullable=False),
    sa.Index("ix_external_numbers_case_number_source", "case_number", "source"),
)

department_polls = sa.Table(  # how far each system's news were read
    "department_polls",
    metadata,
    sa.Column("source", CleanString(80), primary_key=True),
    sa.Column("cursor", CleanText(), nullable=False, default="", server_default=""),
    sa.Column("next_at", UtcDateTime(), nullable=False),
    _text("lease_owner", 80),
    sa.Column("lease_until", UtcDateTime(), nullable=True),
    _count("failures"),
    _text("last_error", 120),
    sa.Column("succeeded_at", UtcDateTime(), nullable=True),
)
