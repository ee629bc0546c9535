"""The tables of what a city's administrator changed, and of the processes that run with it."""

from __future__ import annotations

import sqlalchemy as sa

from bot.storage.tables import CleanString, UtcDateTime, metadata


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, CleanString(length), nullable=False, default="", server_default="")


def _whole(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, default=0, server_default="0")


city_versions = sa.Table(  # appended, never changed
    "city_versions",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", UtcDateTime(), nullable=False),
    _text("by", 80),
    _text("reason", 500),
    _text("file", 80),
    _text("hash", 64),  # SHA-256 of the content; empty where there is none
    sa.Column("content", sa.LargeBinary, nullable=True),  # NULL: as the city's folder has it
    _whole("previous"),  # the version of this file before; 0: the folder's own
    sa.Index("ix_city_versions_file_id", "file", "id"),
)

city_processes = sa.Table(  # which version each process was started with
    "city_processes",
    metadata,
    sa.Column("process", CleanString(80), primary_key=True),
    _text("role", 20),
    _whole("version"),
    _text("catalogue", 40),  # the dispatch catalogue's version; empty: the folder's own
    _text("fault", 500),  # why it runs with the folder's own files instead
    sa.Column("restart", sa.Boolean, nullable=False, default=False, server_default=sa.false()),
    sa.Column("started_at", UtcDateTime(), nullable=False),
    sa.Column("seen_at", UtcDateTime(), nullable=False),
)
