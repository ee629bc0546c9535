"""The table of what the public may search: letters let out with their replies."""

from __future__ import annotations

import sqlalchemy as sa

from bot.storage.tables import CleanString, CleanText, UtcDateTime, metadata


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, CleanString(length), nullable=False, default="", server_default="")


def _long(name: str) -> sa.Column[str]:
    return sa.Column(name, CleanText(), nullable=False, default="", server_default="")


published_letters = sa.Table(
    "published_letters",
    metadata,
    sa.Column("id", CleanString(40), primary_key=True),
    sa.Column("case_id", CleanString(40), nullable=False, unique=True),
    _text("gone", 20),
    sa.Column("published_at", UtcDateTime(), nullable=False),
    _text("demand_type", 10),
    _text("field", 80),
    _text("department", 80),
    _text("channel", 40),
    _text("addressee", 80),
    sa.Column("year", sa.Integer, nullable=False),
    sa.Column("received_on", sa.Date, nullable=False),
    sa.Column("replied_on", sa.Date, nullable=False),
    sa.Column("working_days", sa.Integer, nullable=False),
    sa.Column("rating", sa.Integer, nullable=True),
    _text("title", 200),
    _long("text"),
    _long("reply"),
    _long("search"),
    sa.Index("ix_published_letters_gone_published_at", "gone", "published_at", "id"),
    *(
        sa.Index(f"ix_published_letters_{name}", "gone", name, "published_at", "id")
        for name in ("department", "field", "demand_type", "year")
    ),
)
