"""Contact data are sealed: their columns hold longer texts, sealed when the service starts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_COLUMNS = {
    "messages": {"sender_id": 200},
    "outbox": {"recipient": 200},
    "conversations": {"sender_id": 200},
    "cases": {"sender_id": 200, "contact_name": 80, "contact_phone": 40},
    "calls": {"caller": 40},
    "call_events": {"caller": 40},
    "sms_optouts": {"phone": 20},
    "disclosures": {"applicant_name": 80},
}


def upgrade() -> None:
    for table, columns in _COLUMNS.items():
        with op.batch_alter_table(table) as changed:
            for name, length in columns.items():
                changed.alter_column(name, existing_type=sa.String(length), type_=sa.Text())
            if table == "disclosures":
                changed.alter_column(
                    "applicant",
                    existing_type=sa.JSON(),
                    type_=sa.Text(),
                    existing_nullable=False,
                    postgresql_using="applicant::text",
                )
    op.create_table(
        "contact_seal",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key_name", sa.String(16), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_contact_seal"),
    )


def downgrade() -> None:
    op.drop_table("contact_seal")
    for table, columns in _COLUMNS.items():
        with op.batch_alter_table(table) as changed:
            for name, length in columns.items():
                changed.alter_column(name, existing_type=sa.Text(), type_=sa.String(length))
            if table == "disclosures":
                changed.alter_column(
                    "applicant",
                    existing_type=sa.Text(),
                    type_=sa.JSON(),
                    existing_nullable=False,
                    postgresql_using="applicant::json",
                )
