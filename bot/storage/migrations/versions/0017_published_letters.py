"""What the public may search of cases, apart from them: published letters with their replies."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_TABLE = "published_letters"


def _text(name: str, length: int | None = None) -> sa.Column[str]:
    kind = sa.String(length) if length else sa.Text()
    return sa.Column(name, kind, server_default="", nullable=False)


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("case_id", sa.String(40), nullable=False),
        _text("gone", 20),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        _text("demand_type", 10),
        _text("field", 80),
        _text("department", 80),
        _text("channel", 40),
        _text("addressee", 80),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("replied_on", sa.Date(), nullable=False),
        sa.Column("working_days", sa.Integer(), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=True),
        _text("title", 200),
        _text("text"),
        _text("reply"),
        _text("search"),
        sa.PrimaryKeyConstraint("id", name="pk_published_letters"),
        sa.UniqueConstraint("case_id", name="uq_published_letters_case_id"),
    )
    # Rows of cases published before are written at the next start: they need the city's fields.
    op.create_index(f"ix_{_TABLE}_gone_published_at", _TABLE, ["gone", "published_at", "id"])
    for name in ("department", "field", "demand_type", "year"):
        op.create_index(f"ix_{_TABLE}_{name}", _TABLE, ["gone", name, "published_at", "id"])


def downgrade() -> None:
    op.drop_table(_TABLE)
