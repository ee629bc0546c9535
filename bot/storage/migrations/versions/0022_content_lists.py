"""The editors' lists: what waits, runs out, lacks an interpretation; steps; what answers quoted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_INDICES = {
    "replaced_by": ("replaced_by",),
    "life_title": ("life", "title", "id"),
    "waiting": ("waiting", "waiting_since", "id"),
    "life_valid_to": ("life", "valid_to", "id"),
    "life_review_on": ("life", "review_on", "id"),
    "kind_life": ("kind", "life", "interpreted", "dated_on", "id"),
}
_WIDER = {"life": ("life", "id"), "policy_id": ("policy_id", "kind", "life")}
"""With one column lists by life were sorted, and SQLite looked for interpretations by `kind_life`,
reading a fifth of all documents each time."""
_COLUMNS = (
    "waiting", "waiting_since", "waiting_version", "review_on", "dated_on", "interpreted",
)  # fmt: skip

_documents = sa.table(
    "documents",
    *(sa.column(name) for name in ("id", "version", "life", "kind", "policy_id", "changed_at")),
    *(sa.column(name) for name in ("issued_on", "published_on", "dated_on")),
    sa.column("interpreted", sa.Boolean),
    *(sa.column(name) for name in ("waiting", "waiting_since", "waiting_version")),
)
_versions = sa.table(
    "document_versions",
    sa.column("document_id"),
    sa.column("version"),
    sa.column("content", sa.Text),
    sa.column("at"),
)


def upgrade() -> None:
    for column in _columns():
        op.add_column("documents", column)
    _fill()
    for name, columns in _WIDER.items():
        op.drop_index(f"ix_documents_{name}", "documents")
        op.create_index(f"ix_documents_{name}", "documents", list(columns))
    for name, columns in _INDICES.items():
        op.create_index(f"ix_documents_{name}", "documents", list(columns))
    op.create_table(
        "document_steps",
        sa.Column("document_id", sa.String(120), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("note", sa.String(500), server_default="", nullable=False),
        sa.Column("alone", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name="fk_document_steps_document_id_documents"
        ),
        sa.PrimaryKeyConstraint("document_id", "seq", name="pk_document_steps"),
    )
    op.create_table(
        "answer_citations",
        sa.Column("outbox_id", sa.String(40), nullable=False),
        sa.Column("document_id", sa.String(120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("outbox_id", "document_id", name="pk_answer_citations"),
    )
    op.create_index("ix_answer_citations_document_id_at", "answer_citations", ["document_id", "at"])


def downgrade() -> None:
    op.drop_table("answer_citations")
    op.drop_table("document_steps")
    for name in _INDICES:
        op.drop_index(f"ix_documents_{name}", "documents")
    for name, columns in _WIDER.items():
        op.drop_index(f"ix_documents_{name}", "documents")
        op.create_index(f"ix_documents_{name}", "documents", [columns[0]])
    for name in _COLUMNS:
        op.drop_column("documents", name)


def _columns() -> Iterator[sa.Column[Any]]:
    yield sa.Column("waiting", sa.String(20), server_default="", nullable=False)
    yield sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True)
    yield sa.Column("waiting_version", sa.Integer(), nullable=True)
    yield sa.Column("review_on", sa.Date(), nullable=True)
    yield sa.Column("dated_on", sa.Date(), server_default="0001-01-01", nullable=False)
    yield sa.Column("interpreted", sa.Boolean(), server_default=sa.false(), nullable=False)


def _fill() -> None:
    """What stands in the lists now is found from lives and versions."""
    base, own = _documents, _documents.alias("own")
    naming = sa.select(sa.literal(1)).where(
        own.c.policy_id == base.c.id, own.c.kind == "interpretation", own.c.life == "published"
    )
    op.execute(
        sa.update(base)
        .where(sa.or_(base.c.published_on.is_not(None), base.c.issued_on.is_not(None)))
        .values(dated_on=sa.func.coalesce(base.c.published_on, base.c.issued_on))
    )
    op.execute(
        sa.update(base).where(base.c.kind == "policy", naming.exists()).values(interpreted=True)
    )
    op.execute(
        sa.update(base)
        .where(base.c.life.in_(["draft", "checked"]))
        .values(
            waiting=base.c.life, waiting_since=base.c.changed_at, waiting_version=base.c.version
        )
    )
    for document_id, version, life, at in _beside():
        op.execute(
            sa.update(base)
            .where(base.c.id == document_id)
            .values(waiting=life, waiting_since=at, waiting_version=version)
        )


def _beside() -> list[tuple[str, int, str, Any]]:
    """Drafts that wait beside what is published: document, version, life, since when."""
    rows = op.get_bind().execute(
        sa.select(_versions)
        .join_from(_versions, _documents, _versions.c.document_id == _documents.c.id)
        .where(_versions.c.version > _documents.c.version)
        .order_by(_versions.c.document_id, _versions.c.version)
    )
    newest = {row.document_id: row for row in rows}
    found = []
    for row in newest.values():
        content = row.content if isinstance(row.content, dict) else json.loads(row.content)
        if content["life"] in ("draft", "checked"):
            found.append((row.document_id, row.version, content["life"], row.at))
    return found
