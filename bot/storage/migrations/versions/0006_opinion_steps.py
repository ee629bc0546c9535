"""What is done about items of public opinion, and what was told of their hours."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("opinion_items", sa.Column("closed_at", sa.DateTime(timezone=True)))
    op.create_table(
        "opinion_steps",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("item_id", sa.String(40), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(20), nullable=False),
        sa.Column("name", sa.String(40), server_default="", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(80), server_default="", nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("link", sa.Text(), server_default="", nullable=False),
        sa.Column("due_at", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["opinion_items.id"], name="fk_opinion_steps_item_id_opinion_items"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_opinion_steps"),
        sa.UniqueConstraint("item_id", "sequence", name="uq_opinion_steps_item_id"),
    )
    op.create_table(
        "opinion_alerts",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("item_id", sa.String(40), nullable=False),
        sa.Column("step", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_by", sa.String(80), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["opinion_items.id"], name="fk_opinion_alerts_item_id_opinion_items"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_opinion_alerts"),
        sa.UniqueConstraint("item_id", "step", "kind", "due_at", name="uq_opinion_alerts_item_id"),
    )
    op.create_index("ix_opinion_alerts_seen_at", "opinion_alerts", ["seen_at"], unique=False)


def downgrade() -> None:
    op.drop_table("opinion_alerts")
    op.drop_table("opinion_steps")
    op.drop_column("opinion_items", "closed_at")
