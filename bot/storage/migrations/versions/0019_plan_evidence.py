"""What units entered for the duties of the openness plan, and what they withdrew."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def _text(name: str, length: int | None = None) -> sa.Column[str]:
    kind = sa.String(length) if length else sa.Text()
    return sa.Column(name, kind, server_default="", nullable=False)


def upgrade() -> None:
    op.create_table(
        "plan_evidence",
        sa.Column("id", sa.String(40), nullable=False),
        _text("duty", 60),
        _text("unit", 80),
        sa.Column("on_day", sa.Date(), nullable=False),
        _text("item", 80),
        _text("title", 200),
        _text("link", 500),
        _text("note"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_on", sa.Date(), nullable=False),
        _text("by", 80),
        sa.PrimaryKeyConstraint("id", name="pk_plan_evidence"),
    )
    op.create_index("ix_plan_evidence_on_day", "plan_evidence", ["on_day"])
    op.create_index("ix_plan_evidence_duty_unit", "plan_evidence", ["duty", "unit", "on_day"])
    op.create_table(
        "plan_withdrawals",
        sa.Column("evidence_id", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        _text("by", 80),
        _text("why", 500),
        sa.ForeignKeyConstraint(
            ["evidence_id"],
            ["plan_evidence.id"],
            name="fk_plan_withdrawals_evidence_id_plan_evidence",
        ),
        sa.PrimaryKeyConstraint("evidence_id", name="pk_plan_withdrawals"),
    )


def downgrade() -> None:
    op.drop_table("plan_withdrawals")
    op.drop_table("plan_evidence")
