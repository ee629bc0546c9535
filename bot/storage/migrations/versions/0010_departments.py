"""Notices to departments, what their systems tell, their numbers of cases, and their news."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def _text(name: str, length: int, default: str = "") -> sa.Column[str]:
    return sa.Column(name, sa.String(length), server_default=default, nullable=False)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default="0", nullable=False)


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "department_deliveries",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        _count("sequence"),
        _text("sender", 80),
        _text("address", 254),
        _text("target", 80),
        _text("case_number", 40),
        sa.Column("notice", sa.JSON(), nullable=False),
        _text("state", 20, "pending"),
        _count("attempts"),
        _time("created_at"),
        _time("next_attempt_at"),
        _text("lease_owner", 80),
        _time("lease_until", nullable=True),
        _time("sent_at", nullable=True),
        _text("receipt", 200),
        _text("last_error", 120),
        _text("settled_by", 80),
        sa.PrimaryKeyConstraint("id", name="pk_department_deliveries"),
        sa.UniqueConstraint("key", name="uq_department_deliveries_key"),
    )
    op.create_index(
        "ix_department_deliveries_state_next_attempt_at",
        "department_deliveries",
        ["state", "next_attempt_at"],
    )
    op.create_index(
        "ix_department_deliveries_case_number_sequence",
        "department_deliveries",
        ["case_number", "sequence"],
    )
    _updates()
    op.create_table(
        "external_numbers",
        sa.Column("source", sa.String(80), nullable=False),
        sa.Column("number", sa.String(80), nullable=False),
        sa.Column("case_number", sa.String(40), nullable=False),
        _time("at"),
        sa.PrimaryKeyConstraint("source", "number", name="pk_external_numbers"),
    )
    op.create_index(
        "ix_external_numbers_case_number_source", "external_numbers", ["case_number", "source"]
    )
    op.create_table(
        "department_polls",
        sa.Column("source", sa.String(80), nullable=False),
        sa.Column("cursor", sa.Text(), server_default="", nullable=False),
        _time("next_at"),
        _text("lease_owner", 80),
        _time("lease_until", nullable=True),
        _count("failures"),
        _text("last_error", 120),
        _time("succeeded_at", nullable=True),
        sa.PrimaryKeyConstraint("source", name="pk_department_polls"),
    )


def _updates() -> None:
    op.create_table(
        "department_updates",
        sa.Column("id", sa.String(40), nullable=False),
        _text("source", 80),
        _text("external_id", 200),
        _text("kind", 20),
        _text("external_number", 80),
        _text("case_number", 40),
        sa.Column("told", sa.JSON(), nullable=False),
        _text("state", 20, "stored"),
        _time("received_at"),
        _time("next_attempt_at"),
        _count("attempts"),
        _text("lease_owner", 80),
        _time("lease_until", nullable=True),
        _time("applied_at", nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        _text("settled_by", 80),
        sa.PrimaryKeyConstraint("id", name="pk_department_updates"),
        sa.UniqueConstraint("source", "external_id", name="uq_department_updates_source"),
    )
    op.create_index(
        "ix_department_updates_state_next_attempt_at",
        "department_updates",
        ["state", "next_attempt_at"],
    )


def downgrade() -> None:
    for name in (
        "department_polls", "external_numbers", "department_updates", "department_deliveries",
    ):  # fmt: skip
        op.drop_table(name)
