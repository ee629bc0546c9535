"""Lists of cases are read from indexes that hold them in their order, however many cases there are.

While processes of an earlier version still run, a case they change keeps its old place in lists
until its next move.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_NEW = {
    "state_gravity": ("state", "gravity", "sort_due_at", "id"),
    "state_opened_at": ("state", "opened_at", "id"),
    "state_due": ("state", "sort_due_at", "id", "paused_at", "lead_department"),
    "lead_gravity": ("lead_department", "state", "gravity", "sort_due_at", "id"),
    "lead_opened_at": ("lead_department", "state", "opened_at", "id"),
}
_OLD = {
    "state_due_at": ("state", "due_at"),
    "lead_department_state_due_at": ("lead_department", "state", "due_at"),
}


def upgrade() -> None:
    zone = "+00" if op.get_bind().dialect.name == "postgresql" else ".000000"
    never = f"9999-12-31 00:00:00{zone}"
    time = sa.DateTime(timezone=True)
    for column in (
        sa.Column("gravity", sa.Integer(), server_default="2", nullable=False),
        sa.Column("sort_due_at", time, server_default=never, nullable=False),
        sa.Column("supported", sa.Boolean(), server_default=sa.false(), nullable=False),
    ):
        op.add_column("cases", column)
    cases = sa.table(
        "cases",
        *(sa.column(name) for name in ("severity", "due_at", "gravity", "sort_due_at")),
        sa.column("supporting", sa.JSON),
        sa.column("supported", sa.Boolean),
    )
    gravity = sa.case({"emergency": 0, "urgent": 1}, value=cases.c.severity, else_=2)
    op.execute(
        sa.update(cases).values(
            gravity=gravity,
            sort_due_at=sa.func.coalesce(cases.c.due_at, cases.c.sort_due_at),
            supported=sa.cast(cases.c.supporting, sa.Text) != "[]",
        )
    )
    for name in (*_OLD, "opened_at"):
        op.drop_index(f"ix_cases_{name}", "cases")
    op.create_index("ix_cases_opened_at", "cases", ["opened_at", "id"])
    for name, columns in _NEW.items():
        op.create_index(f"ix_cases_{name}", "cases", list(columns))
    op.create_index(
        "ix_cases_supported",
        "cases",
        ["state", "gravity", "sort_due_at", "id"],
        postgresql_where=sa.text("supported"),
        sqlite_where=sa.text("supported = 1"),
    )


def downgrade() -> None:
    for name in (*_NEW, "supported", "opened_at"):
        op.drop_index(f"ix_cases_{name}", "cases")
    op.create_index("ix_cases_opened_at", "cases", ["opened_at"])
    for name, columns in _OLD.items():
        op.create_index(f"ix_cases_{name}", "cases", list(columns))
    with op.batch_alter_table("cases") as changed:
        for column in ("supported", "sort_due_at", "gravity"):
            changed.drop_column(column)
