"""The first shape of the database."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _audit()
    _case_counters()
    _cases()
    _conversations()
    _documents()
    _feedback()
    _messages()
    _outbox()
    _revisions()
    _staff()
    _tries()
    _unanswered()
    _case_events()
    _corrections()
    _document_versions()


def downgrade() -> None:
    op.drop_table("document_versions")
    op.drop_table("corrections")
    op.drop_table("case_events")
    op.drop_table("unanswered")
    op.drop_table("tries")
    op.drop_table("staff")
    op.drop_table("revisions")
    op.drop_table("outbox")
    op.drop_table("messages")
    op.drop_table("feedback")
    op.drop_table("documents")
    op.drop_table("conversations")
    op.drop_table("cases")
    op.drop_table("case_counters")
    op.drop_table("audit")


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(80), server_default="", nullable=False),
        sa.Column("action", sa.String(60), server_default="", nullable=False),
        sa.Column("subject", sa.String(200), server_default="", nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_at", "audit", ["at"], unique=False)
    op.create_index("ix_audit_subject", "audit", ["subject"], unique=False)


def _case_counters() -> None:
    op.create_table(
        "case_counters",
        sa.Column("day", sa.String(8), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_case_counters")),
    )


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("query_code_hash", sa.String(64), server_default="", nullable=False),
        sa.Column("origin_key", sa.String(250), nullable=False),
        sa.Column("external_number", sa.String(80), server_default="", nullable=False),
        sa.Column("channel", sa.String(40), server_default="", nullable=False),
        sa.Column("conversation_id", sa.String(200), server_default="", nullable=False),
        sa.Column("sender_id", sa.String(200), server_default="", nullable=False),
        sa.Column("title", sa.String(200), server_default="", nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("demand_type", sa.String(10), server_default="", nullable=False),
        sa.Column("severity", sa.String(20), server_default="normal", nullable=False),
        sa.Column("category", sa.JSON(), nullable=False),
        sa.Column("place", sa.String(200), server_default="", nullable=False),
        sa.Column("territory", sa.String(40), server_default="", nullable=False),
        sa.Column("occurred_at", sa.String(100), server_default="", nullable=False),
        sa.Column("contact_name", sa.String(80), server_default="", nullable=False),
        sa.Column("contact_phone", sa.String(40), server_default="", nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(20), server_default="", nullable=False),
        sa.Column("lead_department", sa.String(80), server_default="", nullable=False),
        sa.Column("supporting", sa.JSON(), nullable=False),
        sa.Column("routing", sa.JSON(), nullable=True),
        sa.Column("reply_text", sa.Text(), server_default="", nullable=False),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("number", name=op.f("uq_cases_number")),
        sa.UniqueConstraint("origin_key", name=op.f("uq_cases_origin_key")),
    )
    op.create_index(
        "ix_cases_lead_department_state_due_at",
        "cases",
        ["lead_department", "state", "due_at"],
        unique=False,
    )
    op.create_index("ix_cases_opened_at", "cases", ["opened_at"], unique=False)
    op.create_index("ix_cases_sender_id", "cases", ["sender_id"], unique=False)
    op.create_index("ix_cases_state_due_at", "cases", ["state", "due_at"], unique=False)


def _conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(200), nullable=False),
        sa.Column("channel", sa.String(40), server_default="", nullable=False),
        sa.Column("sender_id", sa.String(200), server_default="", nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_inbound_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("context", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
    )


def _documents() -> None:
    op.create_table(
        "documents",
        sa.Column("id", sa.String(120), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("life", sa.String(20), server_default="draft", nullable=False),
        sa.Column("title", sa.String(500), server_default="", nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("kind", sa.String(20), server_default="", nullable=False),
        sa.Column("form", sa.String(20), server_default="text", nullable=False),
        sa.Column("url", sa.String(1000), server_default="", nullable=False),
        sa.Column("department", sa.String(200), server_default="", nullable=False),
        sa.Column("number", sa.String(120), server_default="", nullable=False),
        sa.Column("index_number", sa.String(120), server_default="", nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("policy_id", sa.String(120), server_default="", nullable=False),
        sa.Column("replaced_by", sa.String(120), server_default="", nullable=False),
        sa.Column("content_hash", sa.String(64), server_default="", nullable=False),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.Column("attachments", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(80), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
    )
    op.create_index("ix_documents_life", "documents", ["life"], unique=False)
    op.create_index("ix_documents_number", "documents", ["number"], unique=False)
    op.create_index(op.f("ix_documents_revision"), "documents", ["revision"], unique=False)


def _feedback() -> None:
    op.create_table(
        "feedback",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("outbox_id", sa.String(40), nullable=False),
        sa.Column("helpful", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
        sa.UniqueConstraint("outbox_id", name=op.f("uq_feedback_outbox_id")),
    )


def _messages() -> None:
    op.create_table(
        "messages",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("channel", sa.String(40), server_default="", nullable=False),
        sa.Column("external_id", sa.String(200), server_default="", nullable=False),
        sa.Column("conversation_id", sa.String(200), server_default="", nullable=False),
        sa.Column("sender_id", sa.String(200), server_default="", nullable=False),
        sa.Column("kind", sa.String(20), server_default="", nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(20), server_default="stored", nullable=False),
        sa.Column("lease_owner", sa.String(80), server_default="", nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(120), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("channel", "external_id", name=op.f("uq_messages_channel")),
    )
    op.create_index(
        "ix_messages_conversation_id_received_at",
        "messages",
        ["conversation_id", "received_at"],
        unique=False,
    )
    op.create_index(
        "ix_messages_state_received_at", "messages", ["state", "received_at"], unique=False
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("channel", sa.String(40), server_default="", nullable=False),
        sa.Column("conversation_id", sa.String(200), server_default="", nullable=False),
        sa.Column("recipient", sa.String(200), server_default="", nullable=False),
        sa.Column("message_id", sa.String(40), nullable=True),
        sa.Column("case_number", sa.String(40), server_default="", nullable=False),
        sa.Column("reply", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(20), server_default="pending", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_owner", sa.String(80), server_default="", nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_via", sa.String(20), server_default="", nullable=False),
        sa.Column("receipt", sa.String(200), server_default="", nullable=False),
        sa.Column("last_error", sa.String(120), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
    )
    op.create_index(
        "ix_outbox_conversation_id_created_at",
        "outbox",
        ["conversation_id", "created_at"],
        unique=False,
    )
    op.create_index("ix_outbox_message_id", "outbox", ["message_id"], unique=False)
    op.create_index(
        "ix_outbox_state_next_attempt_at", "outbox", ["state", "next_attempt_at"], unique=False
    )


def _revisions() -> None:
    op.create_table(
        "revisions",
        sa.Column("topic", sa.String(40), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("topic", name=op.f("pk_revisions")),
    )


def _staff() -> None:
    op.create_table(
        "staff",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("display_name", sa.String(80), server_default="", nullable=False),
        sa.Column("role", sa.String(30), server_default="", nullable=False),
        sa.Column("department", sa.String(80), server_default="", nullable=False),
        sa.Column("password_hash", sa.String(200), server_default="", nullable=False),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("password_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_staff")),
    )


def _tries() -> None:
    op.create_table(
        "tries",
        sa.Column("key", sa.String(120), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blocked_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_tries")),
    )
    op.create_index("ix_tries_last_at", "tries", ["last_at"], unique=False)


def _unanswered() -> None:
    op.create_table(
        "unanswered",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("question_key", sa.String(64), nullable=False),
        sa.Column("question", sa.Text(), server_default="", nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(20), server_default="open", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unanswered")),
        sa.UniqueConstraint("question_key", name=op.f("uq_unanswered_question_key")),
    )


def _case_events() -> None:
    op.create_table(
        "case_events",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("case_id", sa.String(40), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(80), server_default="", nullable=False),
        sa.Column("actor_role", sa.String(30), server_default="", nullable=False),
        sa.Column("actor_department", sa.String(80), server_default="", nullable=False),
        sa.Column("move", sa.String(20), server_default="", nullable=False),
        sa.Column("from_state", sa.String(20), nullable=True),
        sa.Column("to_state", sa.String(20), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("previous_hash", sa.String(64), server_default="", nullable=False),
        sa.Column("hash", sa.String(64), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_case_events_case_id_cases")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_events")),
        sa.UniqueConstraint("case_id", "seq", name=op.f("uq_case_events_case_id")),
    )


def _corrections() -> None:
    op.create_table(
        "corrections",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("case_id", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(80), server_default="", nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("suggested", sa.String(80), server_default="", nullable=False),
        sa.Column("chosen", sa.String(80), server_default="", nullable=False),
        sa.Column("demand_type", sa.String(10), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_corrections_case_id_cases")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
    )
    op.create_index(op.f("ix_corrections_case_id"), "corrections", ["case_id"], unique=False)


def _document_versions() -> None:
    op.create_table(
        "document_versions",
        sa.Column("document_id", sa.String(120), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(80), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["documents.id"],
            name=op.f("fk_document_versions_document_id_documents"),
        ),
        sa.PrimaryKeyConstraint("document_id", "version", name=op.f("pk_document_versions")),
    )
