"""Several files with one message: letters' attachments, and the mails themselves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("attachments") as table:
        table.add_column(sa.Column("ordinal", sa.Integer(), server_default="0", nullable=False))
        table.add_column(sa.Column("name", sa.String(200), server_default="", nullable=False))
        table.add_column(sa.Column("scan", sa.String(20), server_default="", nullable=False))
        table.drop_constraint("uq_attachments_message_id", type_="unique")
        table.create_unique_constraint("uq_attachments_message_id", ["message_id", "ordinal"])
    op.create_index("ix_attachments_scan", "attachments", ["scan"])


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM attachments WHERE ordinal > 0"))
    op.drop_index("ix_attachments_scan", "attachments")
    with op.batch_alter_table("attachments") as table:
        table.drop_constraint("uq_attachments_message_id", type_="unique")
        table.create_unique_constraint("uq_attachments_message_id", ["message_id"])
        for name in ("scan", "name", "ordinal"):
            table.drop_column(name)
