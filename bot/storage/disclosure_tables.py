"""The tables of requests for information and of what happened to them."""

from __future__ import annotations

import sqlalchemy as sa

from bot.storage.contact_keys import Sealed, SealedJson
from bot.storage.tables import CleanString, CleanText, UtcDateTime, metadata


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, CleanString(length), nullable=False, default="", server_default="")


disclosures = sa.Table(
    "disclosures",
    metadata,
    sa.Column("id", CleanString(40), primary_key=True),
    sa.Column("number", CleanString(20), nullable=False, unique=True),
    _text("query_code_hash", 64),
    sa.Column("origin_key", CleanString(250), nullable=False, unique=True),
    _text("channel", 20),
    sa.Column("applicant", SealedJson(), nullable=False),  # personal data
    _text("applicant_kind", 20),
    sa.Column("applicant_name", Sealed(), nullable=False, default="", server_default=""),
    sa.Column("content", CleanText(), nullable=False, default="", server_default=""),
    sa.Column("purpose", CleanText(), nullable=False, default="", server_default=""),
    _text("form", 20),
    _text("way", 20),
    _text("unit", 80),
    _text("state", 30),
    sa.Column("opened_at", UtcDateTime(), nullable=False),
    sa.Column("received_on", sa.Date, nullable=False),
    sa.Column("ended_on", sa.Date, nullable=True),
    _text("result", 30),
    sa.Column("course", sa.JSON, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Index("ix_disclosures_state_unit", "state", "unit"),
    sa.Index("ix_disclosures_received_on", "received_on"),
    sa.Index("ix_disclosures_applicant_name", "applicant_name"),
)

disclosure_events = sa.Table(  # appended, never changed
    "disclosure_events",
    metadata,
    sa.Column("id", CleanString(40), primary_key=True),
    sa.Column("request_id", CleanString(40), sa.ForeignKey("disclosures.id"), nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("at", UtcDateTime(), nullable=False),
    _text("actor", 80),
    _text("actor_role", 30),
    _text("actor_department", 80),
    _text("move", 30),
    sa.Column("from_state", CleanString(30), nullable=True),
    _text("to_state", 30),
    sa.Column("reason", CleanText(), nullable=False, default="", server_default=""),
    sa.Column("details", sa.JSON, nullable=False),
    _text("previous_hash", 64),
    _text("hash", 64),
    sa.UniqueConstraint("request_id", "seq"),
)

disclosure_counters = sa.Table(  # the last number of each year
    "disclosure_counters",
    metadata,
    sa.Column("year", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("last", sa.Integer, nullable=False),
)

disclosure_files = sa.Table(  # came with an application; the files lie beside the database
    "disclosure_files",
    metadata,
    sa.Column("id", CleanString(40), primary_key=True),
    sa.Column("request_id", CleanString(40), sa.ForeignKey("disclosures.id"), nullable=False),
    _text("request_number", 20),
    _text("owner", 64),  # what its path is made of; follows from the request's origin key
    sa.Column("ordinal", sa.Integer, nullable=False),
    _text("name", 200),
    _text("content_type", 80),
    sa.Column("bytes", sa.Integer, nullable=False),
    _text("sha256", 64),
    # as in `attachments`: empty, waiting → clean, unscannable, infected → deleted
    _text("scan", 20),
    sa.Column("scans", sa.Integer, nullable=False, default=0, server_default="0"),
    sa.Column("details", sa.JSON, nullable=False, default=dict),
    sa.Column("at", UtcDateTime(), nullable=False),
    sa.UniqueConstraint("request_id", "ordinal"),
    sa.Index("ix_disclosure_files_scan", "scan"),
)

disclosure_alerts = sa.Table(  # a deadline near or past, told once
    "disclosure_alerts",
    metadata,
    sa.Column("id", CleanString(40), primary_key=True),
    sa.Column("request_id", CleanString(40), sa.ForeignKey("disclosures.id"), nullable=False),
    _text("number", 20),
    _text("kind", 20),
    sa.Column("due_on", sa.Date, nullable=False),
    _text("role", 30),
    _text("unit", 80),
    sa.Column("at", UtcDateTime(), nullable=False),
    sa.Column("seen_at", UtcDateTime(), nullable=True),
    _text("seen_by", 80),
    sa.UniqueConstraint("request_id", "kind", "due_on", "unit"),
    sa.Index("ix_disclosure_alerts_unit_seen_at", "unit", "seen_at"),
)
