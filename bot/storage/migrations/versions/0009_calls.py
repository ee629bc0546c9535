"""Calls: what the call centre told, what was said, what operators did about it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_TABLES = (
    "call_actions", "call_drafts", "call_events", "call_leases", "call_seats",
    "call_sentences", "call_suggestions", "calls",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "call_leases",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("owner", sa.String(80), server_default="", nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("trouble", sa.String(120), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_call_leases"),
    )
    op.create_table(
        "call_seats",
        sa.Column("extension", sa.String(80), nullable=False),
        sa.Column("staff", sa.String(80), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("extension", name="pk_call_seats"),
        sa.UniqueConstraint("staff", name="uq_call_seats_staff"),
    )
    op.create_table(
        "calls",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("feed", sa.String(40), server_default="", nullable=False),
        sa.Column("external_id", sa.String(200), server_default="", nullable=False),
        sa.Column("nth", sa.Integer(), server_default="0", nullable=False),
        sa.Column("state", sa.String(20), server_default="", nullable=False),
        sa.Column("caller", sa.String(40), server_default="", nullable=False),
        sa.Column("queue", sa.String(80), server_default="", nullable=False),
        sa.Column("operator", sa.String(80), server_default="", nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_s", sa.Float(), server_default="0", nullable=False),
        sa.Column("transferred_to", sa.String(80), server_default="", nullable=False),
        sa.Column("case_number", sa.String(40), server_default="", nullable=False),
        sa.Column("summary", sa.Text(), server_default="", nullable=False),
        sa.Column("wrap_up", sa.String(40), server_default="", nullable=False),
        sa.Column("call_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("day", sa.String(8), server_default="", nullable=False),
        sa.Column("wait_s", sa.Float(), nullable=True),
        sa.Column("sentences", sa.Integer(), server_default="0", nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wrapped_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heard_seq", sa.Integer(), server_default="0", nullable=False),
        sa.Column("suggested_seq", sa.Integer(), server_default="0", nullable=False),
        sa.Column("answered_seq", sa.Integer(), server_default="0", nullable=False),
        sa.Column("suggested", sa.Integer(), server_default="0", nullable=False),
        sa.Column("adopted", sa.Integer(), server_default="0", nullable=False),
        sa.Column("edited", sa.Integer(), server_default="0", nullable=False),
        sa.Column("ignored", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_owner", sa.String(80), server_default="", nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("called_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("called_back_by", sa.String(80), server_default="", nullable=False),
        sa.Column("called_back", sa.String(20), server_default="", nullable=False),
        sa.Column("call_back_tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_calls"),
        sa.UniqueConstraint("feed", "external_id", "nth", name="uq_calls_feed"),
    )
    op.create_index(
        "ix_calls_called_back_at_call_back_at",
        "calls",
        ["called_back_at", "call_back_at"],
        unique=False,
    )
    op.create_index("ix_calls_caller_offered_at", "calls", ["caller", "offered_at"], unique=False)
    op.create_index("ix_calls_day_wait_s", "calls", ["day", "wait_s"], unique=False)
    op.create_index("ix_calls_external_id", "calls", ["external_id"], unique=False)
    op.create_index(
        "ix_calls_forgotten_at_last_at", "calls", ["forgotten_at", "last_at"], unique=False
    )
    op.create_index("ix_calls_lease_until", "calls", ["lease_until"], unique=False)
    op.create_index(
        "ix_calls_operator_offered_at", "calls", ["operator", "offered_at"], unique=False
    )
    op.create_index(
        "ix_calls_state_called_back_at_offered_at",
        "calls",
        ["state", "called_back_at", "offered_at"],
        unique=False,
    )
    op.create_index("ix_calls_state_offered_at", "calls", ["state", "offered_at"], unique=False)
    op.create_table(
        "call_actions",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("call_id", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(20), server_default="", nullable=False),
        sa.Column("suggestion_id", sa.String(120), server_default="", nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("by", sa.String(80), server_default="", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_call_actions_call_id_calls"),
        sa.PrimaryKeyConstraint("id", name="pk_call_actions"),
    )
    op.create_index("ix_call_actions_call_id_at", "call_actions", ["call_id", "at"], unique=False)
    op.create_table(
        "call_drafts",
        sa.Column("call_id", sa.String(40), nullable=False),
        sa.Column("field", sa.String(40), nullable=False),
        sa.Column("value", sa.Text(), server_default="", nullable=False),
        sa.Column("source", sa.String(10), server_default="", nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("by", sa.String(80), server_default="", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_call_drafts_call_id_calls"),
        sa.PrimaryKeyConstraint("call_id", "field", name="pk_call_drafts"),
    )
    op.create_table(
        "call_events",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("call_id", sa.String(40), nullable=False),
        sa.Column("feed", sa.String(40), server_default="", nullable=False),
        sa.Column("external_id", sa.String(200), server_default="", nullable=False),
        sa.Column("kind", sa.String(20), server_default="", nullable=False),
        sa.Column("caller", sa.String(40), server_default="", nullable=False),
        sa.Column("queue", sa.String(80), server_default="", nullable=False),
        sa.Column("operator", sa.String(80), server_default="", nullable=False),
        sa.Column("to", sa.String(80), server_default="", nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_call_events_call_id_calls"),
        sa.PrimaryKeyConstraint("id", name="pk_call_events"),
        sa.UniqueConstraint("feed", "external_id", name="uq_call_events_feed"),
    )
    op.create_index("ix_call_events_call_id_at", "call_events", ["call_id", "at"], unique=False)
    op.create_table(
        "call_sentences",
        sa.Column("call_id", sa.String(40), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("leg", sa.String(10), nullable=False),
        sa.Column("external_id", sa.String(200), nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("start_ms", sa.Integer(), server_default="0", nullable=False),
        sa.Column("end_ms", sa.Integer(), server_default="0", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_call_sentences_call_id_calls"),
        sa.PrimaryKeyConstraint("call_id", "seq", name="pk_call_sentences"),
        sa.UniqueConstraint("call_id", "leg", "external_id", name="uq_call_sentences_call_id"),
    )
    op.create_table(
        "call_suggestions",
        sa.Column("call_id", sa.String(40), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("answers", sa.Integer(), server_default="0", nullable=False),
        sa.Column("took_ms", sa.Float(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"], ["calls.id"], name="fk_call_suggestions_call_id_calls"
        ),
        sa.PrimaryKeyConstraint("call_id", "seq", name="pk_call_suggestions"),
    )
    op.create_index("ix_cases_contact_phone", "cases", ["contact_phone"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_cases_contact_phone", table_name="cases")
    for table in _TABLES:
        op.drop_table(table)
