"""Requests for information: files that came with them, and deadlines told of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_FILES, _ALERTS = "disclosure_files", "disclosure_alerts"


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), server_default="", nullable=False)


def upgrade() -> None:
    op.create_table(
        _FILES,
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("request_id", sa.String(40), nullable=False),
        _text("request_number", 20),
        _text("owner", 64),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        _text("name", 200),
        _text("content_type", 80),
        sa.Column("bytes", sa.Integer(), nullable=False),
        _text("sha256", 64),
        _text("scan", 20),
        sa.Column("scans", sa.Integer(), server_default="0", nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["disclosures.id"], name=f"fk_{_FILES}_request_id_disclosures"
        ),
        sa.PrimaryKeyConstraint("id", name=f"pk_{_FILES}"),
        sa.UniqueConstraint("request_id", "ordinal", name=f"uq_{_FILES}_request_id"),
    )
    op.create_index(f"ix_{_FILES}_scan", _FILES, ["scan"])
    op.create_table(
        _ALERTS,
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("request_id", sa.String(40), nullable=False),
        _text("number", 20),
        _text("kind", 20),
        sa.Column("due_on", sa.Date(), nullable=False),
        _text("role", 30),
        _text("unit", 80),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        _text("seen_by", 80),
        sa.ForeignKeyConstraint(
            ["request_id"], ["disclosures.id"], name=f"fk_{_ALERTS}_request_id_disclosures"
        ),
        sa.PrimaryKeyConstraint("id", name=f"pk_{_ALERTS}"),
        sa.UniqueConstraint(
            "request_id", "kind", "due_on", "unit", name=f"uq_{_ALERTS}_request_id"
        ),
    )
    op.create_index(f"ix_{_ALERTS}_unit_seen_at", _ALERTS, ["unit", "seen_at"])
    op.create_index("ix_disclosures_applicant_name", "disclosures", ["applicant_name"])


def downgrade() -> None:
    op.drop_index("ix_disclosures_applicant_name", "disclosures")
    op.drop_table(_ALERTS)
    op.drop_table(_FILES)
