"""Why a question is on the editors' list, what was written for it, and what feedback put there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "unanswered",
        sa.Column("reason", sa.String(20), server_default="no_answer", nullable=False),
    )
    op.add_column(
        "unanswered", sa.Column("document_id", sa.String(120), server_default="", nullable=False)
    )
    op.add_column(
        "feedback", sa.Column("question_id", sa.String(40), server_default="", nullable=False)
    )
    op.create_index("ix_unanswered_state_times", "unanswered", ["state", "times"], unique=False)
    op.create_index("ix_unanswered_document_id", "unanswered", ["document_id"], unique=False)
    op.create_index("ix_feedback_question_id", "feedback", ["question_id"], unique=False)
    op.create_index("ix_documents_policy_id", "documents", ["policy_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_documents_policy_id", table_name="documents")
    op.drop_index("ix_feedback_question_id", table_name="feedback")
    op.drop_index("ix_unanswered_document_id", table_name="unanswered")
    op.drop_index("ix_unanswered_state_times", table_name="unanswered")
    op.drop_column("feedback", "question_id")
    op.drop_column("unanswered", "document_id")
    op.drop_column("unanswered", "reason")
