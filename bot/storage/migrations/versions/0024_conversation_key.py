"""Conversations' ids tell nobody's number: the key they are made under. Old ids change at start."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "conversation_key",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("all_renamed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_conversation_key"),
    )


def downgrade() -> None:
    op.drop_table("conversation_key")
