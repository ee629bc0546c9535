"""What operators made of answers, found by when; and what they said instead, by its question."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_call_actions_kind_at", "call_actions", ["kind", "at"])
    op.create_index("ix_call_actions_suggestion_id", "call_actions", ["suggestion_id"])


def downgrade() -> None:
    op.drop_index("ix_call_actions_suggestion_id", "call_actions")
    op.drop_index("ix_call_actions_kind_at", "call_actions")
