"""The tables of hot issues and of the public-opinion items opened from them."""

from __future__ import annotations

import sqlalchemy as sa

from bot.storage.tables import CleanString, CleanText, UtcDateTime, metadata

hot_issues = sa.Table(
    "hot_issues",
    metadata,
    sa.Column("id", CleanString(40), primary_key=True),
    sa.Column("name", CleanString(200), nullable=False, default="", server_default=""),
    sa.Column("place", CleanString(200), nullable=False, default="", server_default=""),
    sa.Column("matter", CleanString(200), nullable=False, default="", server_default=""),
    sa.Column("first_at", UtcDateTime(), nullable=False),
    sa.Column("last_at", UtcDateTime(), nullable=False),
    sa.Column("cases", sa.Integer, nullable=False),
    sa.Column("heat", sa.Float, nullable=False),
    sa.Column("growth", sa.Float, nullable=False),
    sa.Column("days", sa.JSON, nullable=False, default=dict),  # 2026-03-02 → cases of that day
    sa.Column("channels", sa.JSON, nullable=False, default=dict),  # channel → cases
    sa.Column("changed_at", UtcDateTime(), nullable=False),
    sa.Index("ix_hot_issues_heat", "heat"),
)

hot_issue_cases = sa.Table(  # a case is in one issue at most
    "hot_issue_cases",
    metadata,
    sa.Column("case_number", CleanString(40), primary_key=True),
    sa.Column("issue_id", CleanString(40), sa.ForeignKey("hot_issues.id"), nullable=False),
    sa.Index("ix_hot_issue_cases_issue_id", "issue_id"),
)

hot_alerts = sa.Table(  # an issue alerts once, whichever replica sees it first
    "hot_alerts",
    metadata,
    sa.Column("issue_id", CleanString(40), sa.ForeignKey("hot_issues.id"), primary_key=True),
    sa.Column("at", UtcDateTime(), nullable=False),
    sa.Column("heat", sa.Float, nullable=False),
    sa.Column("cases", sa.Integer, nullable=False),
)

opinion_items = sa.Table(  # 政务舆情, one an issue
    "opinion_items",
    metadata,
    sa.Column("id", CleanString(40), primary_key=True),
    sa.Column(
        "issue_id", CleanString(40), sa.ForeignKey("hot_issues.id"), nullable=False, unique=True
    ),
    sa.Column("title", CleanText(), nullable=False, default="", server_default=""),
    sa.Column("major", sa.Boolean, nullable=False),
    sa.Column("opened_at", UtcDateTime(), nullable=False),
    sa.Column("opened_by", CleanString(80), nullable=False, default="", server_default=""),
    sa.Column("due_at", sa.JSON, nullable=False, default=dict),  # what is owed → when, ISO 8601
    sa.Column("closed_at", UtcDateTime(), nullable=True),  # follows from its steps
)

opinion_steps = sa.Table(  # what was done about an item: appended, never edited
    "opinion_steps",
    metadata,
    sa.Column("id", CleanString(40), primary_key=True),
    sa.Column("item_id", CleanString(40), sa.ForeignKey("opinion_items.id"), nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),  # 1, 2, … of its item
    sa.Column("act", CleanString(20), nullable=False),
    sa.Column("name", CleanString(40), nullable=False, default="", server_default=""),
    sa.Column("at", UtcDateTime(), nullable=False),
    sa.Column("by", CleanString(80), nullable=False, default="", server_default=""),
    sa.Column("done_at", UtcDateTime(), nullable=True),
    sa.Column("note", CleanText(), nullable=False, default="", server_default=""),
    sa.Column("link", CleanText(), nullable=False, default="", server_default=""),
    sa.Column("due_at", sa.JSON, nullable=False, default=dict),  # as of the item
    sa.UniqueConstraint("item_id", "sequence"),  # of two people at once one is first
)

opinion_alerts = sa.Table(  # something owed is due soon or overdue, told once over all replicas
    "opinion_alerts",
    metadata,
    sa.Column("id", CleanString(40), primary_key=True),
    sa.Column("item_id", CleanString(40), sa.ForeignKey("opinion_items.id"), nullable=False),
    sa.Column("step", CleanString(40), nullable=False),
    sa.Column("kind", CleanString(20), nullable=False),
    sa.Column("due_at", UtcDateTime(), nullable=False),
    sa.Column("at", UtcDateTime(), nullable=False),
    sa.Column("seen_at", UtcDateTime(), nullable=True),
    sa.Column("seen_by", CleanString(80), nullable=False, default="", server_default=""),
    sa.UniqueConstraint("item_id", "step", "kind", "due_at"),
    sa.Index("ix_opinion_alerts_seen_at", "seen_at"),
)
