"""How a case's handling has gone, pauses, follow-up visits, merging; deadlines told once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    time = sa.DateTime(timezone=True)
    op.add_column("cases", sa.Column("paused_at", time, nullable=True))
    op.add_column("cases", sa.Column("follow_up_due_at", time, nullable=True))
    op.add_column(
        "cases", sa.Column("merged_into", sa.String(40), server_default="", nullable=False)
    )
    op.add_column("cases", sa.Column("course", sa.JSON, server_default="{}", nullable=False))
    op.create_index("ix_cases_merged_into", "cases", ["merged_into"], unique=False)
    op.create_index("ix_cases_follow_up_due_at", "cases", ["follow_up_due_at"], unique=False)
    op.create_table(
        "case_alerts",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("case_id", sa.String(40), sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("due_at", time, nullable=False),
        sa.Column("role", sa.String(30), nullable=False),
        sa.Column("department", sa.String(80), nullable=False),
        sa.Column("at", time, nullable=False),
        sa.Column("seen_at", time, nullable=True),
        sa.Column("seen_by", sa.String(80), nullable=False),
        sa.UniqueConstraint("case_id", "kind", "due_at"),
    )
    op.create_index("ix_case_alerts_case_id", "case_alerts", ["case_id"], unique=False)
    op.create_index(
        "ix_case_alerts_department_seen_at", "case_alerts", ["department", "seen_at"], unique=False
    )


def downgrade() -> None:
    op.drop_table("case_alerts")
    op.drop_index("ix_cases_follow_up_due_at", table_name="cases")
    op.drop_index("ix_cases_merged_into", table_name="cases")
    for name in ("course", "merged_into", "follow_up_due_at", "paused_at"):
        op.drop_column("cases", name)
