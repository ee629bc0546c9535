"""Pictures, videos and places citizens send, and the case they belong to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attachments",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("message_id", sa.String(40), nullable=False),
        sa.Column("conversation_id", sa.String(200), server_default="", nullable=False),
        sa.Column("case_number", sa.String(40), server_default="", nullable=False),
        sa.Column("kind", sa.String(20), server_default="", nullable=False),
        sa.Column("state", sa.String(20), server_default="", nullable=False),
        sa.Column("content_type", sa.String(80), server_default="", nullable=False),
        sa.Column("bytes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sha256", sa.String(64), server_default="", nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name="fk_attachments_message_id_messages"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_attachments"),
        sa.UniqueConstraint("message_id", name="uq_attachments_message_id"),
    )
    op.create_index("ix_attachments_case_number_at", "attachments", ["case_number", "at"])
    op.create_index(
        "ix_attachments_conversation_id_case_number",
        "attachments",
        ["conversation_id", "case_number"],
    )


def downgrade() -> None:
    op.drop_table("attachments")
