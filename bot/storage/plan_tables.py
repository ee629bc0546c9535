"""The tables of what units entered for the duties of the plan: appended, never changed."""

from __future__ import annotations

import sqlalchemy as sa

from bot.storage.tables import CleanString, CleanText, UtcDateTime, metadata


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, CleanString(length), nullable=False, default="", server_default="")


plan_evidence = sa.Table(
    "plan_evidence",
    metadata,
    sa.Column("id", CleanString(40), primary_key=True),
    _text("duty", 60),
    _text("unit", 80),
    sa.Column("on_day", sa.Date, nullable=False),
    _text("item", 80),
    _text("title", 200),
    _text("link", 500),
    sa.Column("note", CleanText(), nullable=False, default="", server_default=""),
    sa.Column("at", UtcDateTime(), nullable=False),
    sa.Column("entered_on", sa.Date, nullable=False),
    _text("by", 80),
    sa.Index("ix_plan_evidence_on_day", "on_day"),
    sa.Index("ix_plan_evidence_duty_unit", "duty", "unit", "on_day"),
)

plan_withdrawals = sa.Table(  # at most one an entry
    "plan_withdrawals",
    metadata,
    sa.Column("evidence_id", CleanString(40), sa.ForeignKey("plan_evidence.id"), primary_key=True),
    sa.Column("at", UtcDateTime(), nullable=False),
    sa.Column("on_day", sa.Date, nullable=False),
    _text("by", 80),
    _text("why", 500),
)
