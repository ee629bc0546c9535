"""The table of who wants no text messages."""

from __future__ import annotations

import sqlalchemy as sa

from bot.storage.contact_keys import Sealed
from bot.storage.tables import UtcDateTime, metadata

sms_optouts = sa.Table(
    "sms_optouts",
    metadata,
    sa.Column("phone", Sealed(), primary_key=True),  # eleven digits
    sa.Column("stopped_at", UtcDateTime(), nullable=False),
    sa.Column("resumed_at", UtcDateTime(), nullable=True),  # they want some again
)
