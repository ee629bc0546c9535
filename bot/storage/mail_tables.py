"""The table of how far each mail box was read."""

from __future__ import annotations

import sqlalchemy as sa

from bot.storage.tables import CleanString, UtcDateTime, metadata

mail_boxes = sa.Table(
    "mail_boxes",
    metadata,
    sa.Column("name", CleanString(80), primary_key=True),
    sa.Column("validity", sa.BigInteger, nullable=False, default=0, server_default="0"),
    sa.Column("uid", sa.BigInteger, nullable=False, default=0, server_default="0"),
    sa.Column("looked_at", UtcDateTime(), nullable=False),
)
