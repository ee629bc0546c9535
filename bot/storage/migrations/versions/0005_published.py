"""What the public reads of a case; events are found by move and time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("published", sa.JSON, nullable=True))
    op.add_column("cases", sa.Column("published_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_cases_published_at", "cases", ["published_at"], unique=False)
    op.create_index("ix_case_events_move_at", "case_events", ["move", "at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_case_events_move_at", table_name="case_events")
    op.drop_index("ix_cases_published_at", table_name="cases")
    op.drop_column("cases", "published_at")
    op.drop_column("cases", "published")
