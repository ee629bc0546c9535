"""Hot issues, their cases, their alerts, and public-opinion items opened from them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hot_issues",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("name", sa.String(200), server_default="", nullable=False),
        sa.Column("place", sa.String(200), server_default="", nullable=False),
        sa.Column("matter", sa.String(200), server_default="", nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("heat", sa.Float(), nullable=False),
        sa.Column("growth", sa.Float(), nullable=False),
        sa.Column("days", sa.JSON(), nullable=False),
        sa.Column("channels", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_hot_issues"),
    )
    op.create_index("ix_hot_issues_heat", "hot_issues", ["heat"], unique=False)
    op.create_table(
        "hot_issue_cases",
        sa.Column("case_number", sa.String(40), nullable=False),
        sa.Column("issue_id", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["hot_issues.id"], name="fk_hot_issue_cases_issue_id_hot_issues"
        ),
        sa.PrimaryKeyConstraint("case_number", name="pk_hot_issue_cases"),
    )
    op.create_index("ix_hot_issue_cases_issue_id", "hot_issue_cases", ["issue_id"], unique=False)
    op.create_table(
        "hot_alerts",
        sa.Column("issue_id", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("heat", sa.Float(), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["hot_issues.id"], name="fk_hot_alerts_issue_id_hot_issues"
        ),
        sa.PrimaryKeyConstraint("issue_id", name="pk_hot_alerts"),
    )
    op.create_table(
        "opinion_items",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("issue_id", sa.String(40), nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("major", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.String(80), server_default="", nullable=False),
        sa.Column("due_at", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["hot_issues.id"], name="fk_opinion_items_issue_id_hot_issues"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_opinion_items"),
        sa.UniqueConstraint("issue_id", name="uq_opinion_items_issue_id"),
    )


def downgrade() -> None:
    for name in ("opinion_items", "hot_alerts", "hot_issue_cases", "hot_issues"):
        op.drop_table(name)
