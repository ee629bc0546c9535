"""The tables of calls: what the call centre told, what was said, what operators did about it."""

from __future__ import annotations

import sqlalchemy as sa

from bot.storage.contact_keys import Sealed
from bot.storage.tables import CleanString, CleanText, UtcDateTime, metadata


def _text(name: str, length: int | None = None) -> sa.Column[str]:
    kind = CleanString(length) if length else CleanText()
    return sa.Column(name, kind, nullable=False, default="", server_default="")


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, default=0, server_default="0")


def _call() -> sa.Column[str]:
    return sa.Column("call_id", CleanString(40), sa.ForeignKey("calls.id"), nullable=False)


calls = sa.Table(
    "calls",
    metadata,
    sa.Column("id", CleanString(40), primary_key=True),
    _text("feed", 40),  # empty: known from its words alone
    _text("external_id", 200),
    _count("nth"),  # 0, 1, …: the call centre used its id again after the call before was over
    _text("state", 20),
    sa.Column("caller", Sealed(), nullable=False, default="", server_default=""),
    _text("queue", 80),
    _text("operator", 80),
    sa.Column("offered_at", UtcDateTime(), nullable=False),
    sa.Column("answered_at", UtcDateTime(), nullable=True),
    sa.Column("ended_at", UtcDateTime(), nullable=True),
    sa.Column("held_s", sa.Float, nullable=False, default=0.0, server_default="0"),
    _text("transferred_to", 80),
    _text("case_number", 40),
    _text("summary"),
    _text("wrap_up", 40),
    sa.Column("call_back_at", UtcDateTime(), nullable=True),
    _count("version"),
    # beside what `Call` holds:
    _text("day", 8),  # of the offer, Asia/Shanghai: 20260302
    sa.Column("wait_s", sa.Float, nullable=True),  # from offer to answer; null: not known
    _count("sentences"),  # how many there are, so the next one's seq
    sa.Column("heard_at", UtcDateTime(), nullable=True),  # the first sentence
    sa.Column("last_at", UtcDateTime(), nullable=False),  # the last event or sentence
    sa.Column("wrapped_up_at", UtcDateTime(), nullable=True),
    _count("heard_seq"),  # one past the last citizen sentence
    _count("suggested_seq"),  # one past the last sentence the latest suggestions know
    _count("answered_seq"),  # one past the sentence of the last question that was answered
    _count("suggested"),  # the most answers suggested at once
    _count("adopted"),
    _count("edited"),
    _count("ignored"),
    _text("lease_owner", 80),  # who computes suggestions
    sa.Column("lease_until", UtcDateTime(), nullable=True),
    sa.Column("called_back_at", UtcDateTime(), nullable=True),
    _text("called_back_by", 80),
    _text("called_back", 20),  # what came of it
    _count("call_back_tries"),
    sa.Column("forgotten_at", UtcDateTime(), nullable=True),  # words and number were removed
    sa.UniqueConstraint("feed", "external_id", "nth"),
    sa.Index("ix_calls_external_id", "external_id"),
    sa.Index("ix_calls_state_offered_at", "state", "offered_at"),
    sa.Index("ix_calls_operator_offered_at", "operator", "offered_at"),
    sa.Index("ix_calls_caller_offered_at", "caller", "offered_at"),
    sa.Index("ix_calls_day_wait_s", "day", "wait_s"),
    sa.Index("ix_calls_state_called_back_at_offered_at", "state", "called_back_at", "offered_at"),
    sa.Index("ix_calls_called_back_at_call_back_at", "called_back_at", "call_back_at"),
    sa.Index("ix_calls_lease_until", "lease_until"),
    sa.Index("ix_calls_forgotten_at_last_at", "forgotten_at", "last_at"),
)

call_events = sa.Table(  # appended only
    "call_events",
    metadata,
    sa.Column("id", CleanString(40), primary_key=True),
    _call(),
    _text("feed", 40),
    _text("external_id", 200),
    _text("kind", 20),
    sa.Column("caller", Sealed(), nullable=False, default="", server_default=""),
    _text("queue", 80),
    _text("operator", 80),
    _text("to", 80),
    sa.Column("details", sa.JSON, nullable=False, default=dict),
    sa.Column("at", UtcDateTime(), nullable=False),
    sa.Column("received_at", UtcDateTime(), nullable=False),
    sa.UniqueConstraint("feed", "external_id"),
    sa.Index("ix_call_events_call_id_at", "call_id", "at"),
)

call_sentences = sa.Table(
    "call_sentences",
    metadata,
    _call(),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("leg", CleanString(10), nullable=False),
    sa.Column("external_id", CleanString(200), nullable=False),
    _text("text"),
    _count("start_ms"),
    _count("end_ms"),
    sa.Column("at", UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint("call_id", "seq"),
    sa.UniqueConstraint("call_id", "leg", "external_id"),
)

call_suggestions = sa.Table(
    "call_suggestions",
    metadata,
    _call(),
    sa.Column("seq", sa.Integer, nullable=False),  # the last sentence it knows
    sa.Column("content", sa.JSON, nullable=False),
    _count("answers"),
    sa.Column("took_ms", sa.Float, nullable=False),  # to compute it
    sa.Column("at", UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint("call_id", "seq"),
)

call_actions = sa.Table(  # what operators did; appended only, but for words past their time
    "call_actions",
    metadata,
    sa.Column("id", CleanString(40), primary_key=True),
    _call(),
    _text("kind", 20),
    _text("suggestion_id", 120),
    _text("text"),
    _text("by", 80),
    sa.Column("at", UtcDateTime(), nullable=False),
    sa.Index("ix_call_actions_call_id_at", "call_id", "at"),
    sa.Index("ix_call_actions_kind_at", "kind", "at"),
    sa.Index("ix_call_actions_suggestion_id", "suggestion_id"),
)

call_drafts = sa.Table(  # the order form, a row a field: what was typed is not written over
    "call_drafts",
    metadata,
    _call(),
    sa.Column("field", CleanString(40), nullable=False),
    sa.Column("value", Sealed(), nullable=False, default="", server_default=""),
    _text("source", 10),  # heard, typed, told
    sa.Column("seq", sa.Integer, nullable=True),  # the sentence it was heard in
    _text("by", 80),
    sa.Column("at", UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint("call_id", "field"),
)

call_seats = sa.Table(  # which member of staff sits at which extension
    "call_seats",
    metadata,
    sa.Column("extension", CleanString(80), primary_key=True),
    sa.Column("staff", CleanString(80), nullable=False, unique=True),
    sa.Column("since", UtcDateTime(), nullable=False),
)

call_leases = sa.Table(  # which process listens to a call centre
    "call_leases",
    metadata,
    sa.Column("name", CleanString(80), primary_key=True),
    _text("owner", 80),
    sa.Column("until", UtcDateTime(), nullable=False),
    _text("trouble", 120),  # the error's code, never its words
)
