"""What became of documents, and which of them answers quoted."""

from __future__ import annotations

import sqlalchemy as sa

from bot.storage.tables import CleanString, UtcDateTime, metadata

document_steps = sa.Table(  # who did what with a document when; appended, never edited
    "document_steps",
    metadata,
    sa.Column("document_id", CleanString(120), sa.ForeignKey("documents.id"), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("act", CleanString(20), nullable=False),
    sa.Column("at", UtcDateTime(), nullable=False),
    sa.Column("by", CleanString(80), nullable=False),
    sa.Column("note", CleanString(500), nullable=False, default="", server_default=""),
    sa.Column("alone", sa.Boolean, nullable=False, default=False, server_default=sa.false()),
)

answer_citations = sa.Table(  # one row a document an answer quoted; no word of question or answer
    "answer_citations",
    metadata,
    sa.Column("outbox_id", CleanString(40), primary_key=True),
    sa.Column("document_id", CleanString(120), primary_key=True),
    sa.Column("at", UtcDateTime(), nullable=False),
    sa.Index("ix_answer_citations_document_id_at", "document_id", "at"),
)
