"""The tables. Everything that must last is here; `migrations/` brings a database to this shape."""

from __future__ import annotations

from datetime import UTC, date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from bot.cases.filters import NEVER
from bot.clean import clean_text
from bot.storage.contact_keys import Sealed, SealedMembers


class UtcDateTime(sa.TypeDecorator[datetime]):
    """An aware UTC time on every database (SQLite keeps no zone)."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive time; store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class CleanString(sa.TypeDecorator[str]):
    """A string every database takes: what people send may hold NUL or half a character."""

    impl = sa.String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Drop NUL, replace lone surrogates."""
        return None if value is None else clean_text(value)


class CleanText(CleanString):
    """The same without a limit to its length."""

    impl = sa.Text
    cache_ok = True


UNDATED = date(1, 1, 1)
"""Stands where a document names no date, so that lists by date hold it too."""

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> sa.Column[str]:
    return sa.Column("id", CleanString(40), primary_key=True)


def _time(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, UtcDateTime(), nullable=nullable)


def _text(name: str, length: int | None = None, default: str = "") -> sa.Column[str]:
    kind = CleanString(length) if length else CleanText()
    return sa.Column(name, kind, nullable=False, default=default, server_default=default)


def _sealed(name: str) -> sa.Column[str]:
    """Who somebody is, or how to reach them: sealed, found by equality alone."""
    return sa.Column(name, Sealed(), nullable=False, default="", server_default="")


messages = sa.Table(
    "messages",
    metadata,
    _id(),
    _text("channel", 40),
    _text("external_id", 200),
    _text("conversation_id", 200),
    _sealed("sender_id"),
    _text("kind", 20),
    _text("text"),
    sa.Column("details", SealedMembers(), nullable=False, default=dict),
    _time("sent_at"),
    _time("received_at"),
    _text("state", 20, "stored"),  # stored → handling → handled, or failed (a person must look)
    _text("lease_owner", 80),
    _time("lease_until", nullable=True),
    sa.Column("attempts", sa.Integer, nullable=False, default=0, server_default="0"),
    _time("handled_at", nullable=True),
    _text("last_error", 120),
    _time("acknowledged_at", nullable=True),  # the platform was told "safe", with no reply
    sa.UniqueConstraint("channel", "external_id"),
    sa.Index("ix_messages_state_received_at", "state", "received_at"),
    sa.Index("ix_messages_conversation_id_received_at", "conversation_id", "received_at"),
)

outbox = sa.Table(
    "outbox",
    metadata,
    _id(),
    sa.Column("key", CleanString(200), nullable=False, unique=True),
    _text("channel", 40),
    _text("conversation_id", 200),
    _sealed("recipient"),
    sa.Column("message_id", CleanString(40), nullable=True),
    _text("case_number", 40),
    sa.Column("reply", sa.JSON, nullable=False),
    _text("state", 20, "pending"),  # pending → sending → sent; kept, dead
    sa.Column("attempts", sa.Integer, nullable=False, default=0, server_default="0"),
    _time("created_at"),
    _time("next_attempt_at"),
    _text("lease_owner", 80),
    _time("lease_until", nullable=True),
    _time("sent_at", nullable=True),
    _text("sent_via", 20),  # reply (in place), push, page, person
    _text("receipt", 200),
    _text("last_error", 120),
    sa.Index("ix_outbox_state_next_attempt_at", "state", "next_attempt_at"),
    sa.Index("ix_outbox_conversation_id_created_at", "conversation_id", "created_at"),
    sa.Index("ix_outbox_message_id", "message_id"),
)

attachments = sa.Table(  # what came beside text; the files lie beside the database
    "attachments",
    metadata,
    _id(),
    sa.Column("message_id", CleanString(40), sa.ForeignKey("messages.id"), nullable=False),
    sa.Column("ordinal", sa.Integer, nullable=False, default=0, server_default="0"),
    _text("conversation_id", 200),
    _text("case_number", 40),  # empty until a case is opened in the conversation
    _text("kind", 20),
    _text("state", 20),
    _text("content_type", 80),
    sa.Column("bytes", sa.Integer, nullable=False, default=0, server_default="0"),
    _text("sha256", 64),
    _text("name", 200),
    # empty: nobody looks; waiting → clean, unscannable, infected → deleted
    _text("scan", 20),
    sa.Column("scans", sa.Integer, nullable=False, default=0, server_default="0"),
    sa.Column("details", sa.JSON, nullable=False, default=dict),
    _time("at"),
    sa.UniqueConstraint("message_id", "ordinal"),
    sa.Index("ix_attachments_scan", "scan"),
    sa.Index("ix_attachments_case_number_at", "case_number", "at"),
    sa.Index("ix_attachments_conversation_id_case_number", "conversation_id", "case_number"),
)

conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("id", CleanString(200), primary_key=True),
    _text("channel", 40),
    _sealed("sender_id"),
    _time("started_at"),
    _time("last_inbound_at"),
    sa.Column("context", sa.JSON, nullable=False, default=dict),
)

cases = sa.Table(
    "cases",
    metadata,
    _id(),
    sa.Column("number", CleanString(40), nullable=False, unique=True),
    _text("query_code_hash", 64),
    sa.Column("origin_key", CleanString(250), nullable=False, unique=True),
    _text("external_number", 80),
    _text("channel", 40),
    _text("conversation_id", 200),
    _sealed("sender_id"),
    _text("title", 200),
    _text("text"),
    _text("demand_type", 10),
    _text("severity", 20, "normal"),
    sa.Column("category", sa.JSON, nullable=False, default=list),
    _text("place", 200),
    _text("territory", 40),
    _text("occurred_at", 100),
    _sealed("contact_name"),
    _sealed("contact_phone"),
    sa.Column("anonymous", sa.Boolean, nullable=False, default=False),
    sa.Column("confidential", sa.Boolean, nullable=False, default=False),
    _text("state", 20),
    _text("lead_department", 80),
    sa.Column("supporting", sa.JSON, nullable=False, default=list),
    sa.Column("routing", sa.JSON, nullable=True),
    _text("reply_text"),
    sa.Column("rating", sa.Integer, nullable=True),
    _time("opened_at"),
    _time("due_at", nullable=True),
    _time("closed_at", nullable=True),
    _time("paused_at", nullable=True),
    _time("follow_up_due_at", nullable=True),
    _text("merged_into", 40),
    sa.Column("published", sa.JSON, nullable=True),
    _time("published_at", nullable=True),
    sa.Column("course", SealedMembers(), nullable=False, default=dict),
    sa.Column("version", sa.Integer, nullable=False, default=0),
    # For `bot.storage.case_lists`: severity as a place, the deadline or a day that never comes, and
    # whether any department supports. Kept by `bot.storage.case_rows`.
    sa.Column("gravity", sa.Integer, nullable=False, default=2, server_default="2"),
    sa.Column("sort_due_at", UtcDateTime(), nullable=False, default=NEVER),
    sa.Column("supported", sa.Boolean, nullable=False, default=False, server_default=sa.false()),
    sa.Index("ix_cases_merged_into", "merged_into"),
    sa.Index("ix_cases_published_at", "published_at"),
    sa.Index("ix_cases_follow_up_due_at", "follow_up_due_at"),
    sa.Index("ix_cases_state_gravity", "state", "gravity", "sort_due_at", "id"),
    sa.Index("ix_cases_state_opened_at", "state", "opened_at", "id"),
    # Counts and clocks are read from it alone.
    sa.Index("ix_cases_state_due", "state", "sort_due_at", "id", "paused_at", "lead_department"),
    sa.Index("ix_cases_lead_gravity", "lead_department", "state", "gravity", "sort_due_at", "id"),
    sa.Index("ix_cases_lead_opened_at", "lead_department", "state", "opened_at", "id"),
    sa.Index(
        "ix_cases_supported",
        "state",
        "gravity",
        "sort_due_at",
        "id",
        postgresql_where=sa.text("supported"),
        sqlite_where=sa.text("supported = 1"),
    ),
    sa.Index("ix_cases_sender_id", "sender_id"),
    sa.Index("ix_cases_contact_phone", "contact_phone"),
    sa.Index("ix_cases_opened_at", "opened_at", "id"),
)

case_events = sa.Table(
    "case_events",
    metadata,
    _id(),
    sa.Column("case_id", CleanString(40), sa.ForeignKey("cases.id"), nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    _time("at"),
    _text("actor", 80),
    _text("actor_role", 30),
    _text("actor_department", 80),
    _text("move", 20),
    sa.Column("from_state", CleanString(20), nullable=True),
    _text("to_state", 20),
    _text("reason"),
    sa.Column("details", SealedMembers(), nullable=False, default=dict),
    _text("previous_hash", 64),
    _text("hash", 64),
    sa.UniqueConstraint("case_id", "seq"),
    sa.Index("ix_case_events_move_at", "move", "at"),
)

case_alerts = sa.Table(  # a deadline near or past, told once to each reader
    "case_alerts",
    metadata,
    _id(),
    sa.Column("case_id", CleanString(40), sa.ForeignKey("cases.id"), nullable=False, index=True),
    _text("number", 40),
    _text("kind", 20),
    _time("due_at"),
    _text("role", 30),
    _text("department", 80),
    _time("at"),
    _time("seen_at", nullable=True),
    _text("seen_by", 80),
    sa.UniqueConstraint("case_id", "kind", "due_at"),
    sa.Index("ix_case_alerts_department_seen_at", "department", "seen_at"),
)

case_counters = sa.Table(
    "case_counters",
    metadata,
    sa.Column("day", CleanString(8), primary_key=True),
    sa.Column("last", sa.Integer, nullable=False),
)

tries = sa.Table(  # wrong tries at a secret: query codes, passwords; Redis may not forget them
    "tries",
    metadata,
    sa.Column("key", CleanString(120), primary_key=True),
    sa.Column("wrong", sa.Integer, nullable=False),
    _time("first_at"),
    _time("last_at"),
    _time("blocked_until", nullable=True),
    sa.Index("ix_tries_last_at", "last_at"),
)

corrections = sa.Table(  # what people decided otherwise: the router's next training data
    "corrections",
    metadata,
    _id(),
    sa.Column("case_id", CleanString(40), sa.ForeignKey("cases.id"), nullable=False, index=True),
    _time("at"),
    _text("actor", 80),
    _text("text"),
    _text("suggested", 80),
    _text("chosen", 80),
    _text("demand_type", 10),
)

documents = sa.Table(
    "documents",
    metadata,
    sa.Column("id", CleanString(120), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    _text("life", 20, "draft"),
    _text("title", 500),
    _text("text"),
    _text("kind", 20),
    _text("form", 20, "text"),
    _text("url", 1000),
    _text("department", 200),
    _text("number", 120),
    _text("index_number", 120),
    sa.Column("issued_on", sa.Date, nullable=True),
    sa.Column("published_on", sa.Date, nullable=True),
    sa.Column("valid_from", sa.Date, nullable=True),
    sa.Column("valid_to", sa.Date, nullable=True),
    _text("policy_id", 120),
    _text("replaced_by", 120),
    _text("content_hash", 64),
    sa.Column("sample", sa.Boolean, nullable=False, default=False),
    sa.Column("attachments", sa.JSON, nullable=False, default=list),
    sa.Column("revision", sa.Integer, nullable=False, index=True),  # of the last change of any kind
    _time("created_at"),
    _time("changed_at"),
    _text("changed_by", 80),
    # For the editors' lists; `bot.storage.document_standing` keeps them.
    _text("waiting", 20),  # life of the newest version where it waits for a person: draft, checked
    _time("waiting_since", nullable=True),
    sa.Column("waiting_version", sa.Integer, nullable=True),
    sa.Column("review_on", sa.Date, nullable=True),
    sa.Column("dated_on", sa.Date, nullable=False, default=UNDATED, server_default="0001-01-01"),
    sa.Column("interpreted", sa.Boolean, nullable=False, default=False, server_default=sa.false()),
    sa.Index("ix_documents_life", "life", "id"),
    sa.Index("ix_documents_number", "number"),
    sa.Index("ix_documents_policy_id", "policy_id", "kind", "life"),
    sa.Index("ix_documents_replaced_by", "replaced_by"),
    sa.Index("ix_documents_life_title", "life", "title", "id"),  # names are looked for in it alone
    sa.Index("ix_documents_waiting", "waiting", "waiting_since", "id"),
    sa.Index("ix_documents_life_valid_to", "life", "valid_to", "id"),
    sa.Index("ix_documents_life_review_on", "life", "review_on", "id"),
    sa.Index("ix_documents_kind_life", "kind", "life", "interpreted", "dated_on", "id"),
)

document_versions = sa.Table(  # every version ever, as JSON of knowledge.model.Document
    "document_versions",
    metadata,
    sa.Column("document_id", CleanString(120), sa.ForeignKey("documents.id"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("content", sa.JSON, nullable=False),
    _time("at"),
    _text("by", 80),
)

revisions = sa.Table(  # one row a topic; replicas compare it to refresh what they hold
    "revisions",
    metadata,
    sa.Column("topic", CleanString(40), primary_key=True),
    sa.Column("value", sa.Integer, nullable=False),
)

unanswered = sa.Table(
    "unanswered",
    metadata,
    _id(),
    sa.Column("question_key", CleanString(64), nullable=False, unique=True),
    _text("question"),
    sa.Column("times", sa.Integer, nullable=False),
    _time("first_at"),
    _time("last_at"),
    _text("state", 20, "open"),
    _text("reason", 20, "no_answer"),
    _text("document_id", 120),  # whose pair was written for it
    sa.Index("ix_unanswered_state_times", "state", "times"),
    sa.Index("ix_unanswered_document_id", "document_id"),
)

feedback = sa.Table(
    "feedback",
    metadata,
    _id(),
    sa.Column("outbox_id", CleanString(40), nullable=False, unique=True),
    sa.Column("helpful", sa.Boolean, nullable=False),
    _text("comment"),
    _time("at"),
    _text("question_id", 40),  # what it put on the list of unanswered questions
    sa.Index("ix_feedback_question_id", "question_id"),
)

staff = sa.Table(
    "staff",
    metadata,
    sa.Column("name", CleanString(80), primary_key=True),
    _text("display_name", 80),
    _text("role", 30),
    _text("department", 80),
    _text("password_hash", 200),
    sa.Column("must_change", sa.Boolean, nullable=False, default=True),
    sa.Column("active", sa.Boolean, nullable=False, default=True),
    _time("created_at"),
    _time("password_changed_at"),
)

audit = sa.Table(
    "audit",
    metadata,
    _id(),
    _time("at"),
    _text("actor", 80),
    _text("action", 60),
    _text("subject", 200),
    sa.Column("details", sa.JSON, nullable=False, default=dict),
    sa.Index("ix_audit_at", "at"),
    sa.Index("ix_audit_subject", "subject"),
    sa.Index("ix_audit_actor", "actor", "at"),
    sa.Index("ix_audit_action", "action", "at"),
)

second_factors = sa.Table(
    "second_factors",
    metadata,
    sa.Column("name", CleanString(80), primary_key=True),
    _text("sealed_key", 300),
    _time("begun_at"),
    _time("confirmed_at", nullable=True),
    sa.Column("last_step", sa.BigInteger, nullable=False, default=0, server_default="0"),
)

recovery_codes = sa.Table(
    "recovery_codes",
    metadata,
    sa.Column("name", CleanString(80), primary_key=True),
    sa.Column("code_hash", sa.String(64), primary_key=True),
    _time("used_at", nullable=True),
)
