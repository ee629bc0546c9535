"""Requests for information (依申请公开), their events, their numbers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def _text(name: str, length: int | None) -> sa.Column[str]:
    kind = sa.String(length) if length else sa.Text()
    return sa.Column(name, kind, server_default="", nullable=False)


def upgrade() -> None:
    op.create_table(
        "disclosure_counters",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_disclosure_counters")),
    )
    op.create_table(
        "disclosures",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("number", sa.String(20), nullable=False),
        _text("query_code_hash", 64),
        sa.Column("origin_key", sa.String(250), nullable=False),
        _text("channel", 20),
        sa.Column("applicant", sa.JSON(), nullable=False),
        _text("applicant_kind", 20),
        _text("applicant_name", 80),
        _text("content", None),
        _text("purpose", None),
        _text("form", 20),
        _text("way", 20),
        _text("unit", 80),
        _text("state", 30),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        _text("result", 30),
        sa.Column("course", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosures")),
        sa.UniqueConstraint("number", name=op.f("uq_disclosures_number")),
        sa.UniqueConstraint("origin_key", name=op.f("uq_disclosures_origin_key")),
    )
    op.create_index("ix_disclosures_state_unit", "disclosures", ["state", "unit"])
    op.create_index("ix_disclosures_received_on", "disclosures", ["received_on"])
    op.create_table(
        "disclosure_events",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("request_id", sa.String(40), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _text("actor", 80),
        _text("actor_role", 30),
        _text("actor_department", 80),
        _text("move", 30),
        sa.Column("from_state", sa.String(30), nullable=True),
        _text("to_state", 30),
        _text("reason", None),
        sa.Column("details", sa.JSON(), nullable=False),
        _text("previous_hash", 64),
        _text("hash", 64),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["disclosures.id"],
            name=op.f("fk_disclosure_events_request_id_disclosures"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosure_events")),
        sa.UniqueConstraint("request_id", "seq", name=op.f("uq_disclosure_events_request_id")),
    )


def downgrade() -> None:
    op.drop_table("disclosure_events")
    op.drop_table("disclosures")
    op.drop_table("disclosure_counters")
