"""How far each mail box was read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mail_boxes",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("validity", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("uid", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_mail_boxes"),
    )


def downgrade() -> None:
    op.drop_table("mail_boxes")
