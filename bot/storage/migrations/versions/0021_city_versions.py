"""What a city's administrator changed of its files, and which version each process runs with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), server_default="", nullable=False)


def _whole(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default="0", nullable=False)


def upgrade() -> None:
    op.create_table(
        "city_versions",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _text("by", 80),
        _text("reason", 500),
        _text("file", 80),
        _text("hash", 64),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        _whole("previous"),
        sa.PrimaryKeyConstraint("id", name="pk_city_versions"),
    )
    op.create_index("ix_city_versions_file_id", "city_versions", ["file", "id"])
    op.create_table(
        "city_processes",
        sa.Column("process", sa.String(80), nullable=False),
        _text("role", 20),
        _whole("version"),
        _text("catalogue", 40),
        _text("fault", 500),
        sa.Column("restart", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("process", name="pk_city_processes"),
    )


def downgrade() -> None:
    op.drop_table("city_processes")
    op.drop_table("city_versions")
