"""From every earlier revision forward with rows in every table: they are there afterwards, and the
software of today reads them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from bot.cases.chains import Chains
from bot.cases.filters import CaseFilter
from bot.cases.model import Actor, CaseEvent, Move, Role, State
from bot.chain import link
from bot.clock import SystemClock
from bot.records import Context
from bot.replies import reply_to_json
from bot.storage import schema
from bot.storage.event_rows import told_values
from bot.storage.tables import metadata
from bot.storage.units import Storage, async_url
from connectors.base import Reply
from tests.conftest import CONTACT_KEYS

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
REVISIONS = [
    each.revision for each in ScriptDirectory.from_config(schema.config()).walk_revisions()
]
OPENED = link(
    CaseEvent(
        case_id="id",
        seq=1,
        at=AT,
        actor=Actor(id="system", role=Role.SYSTEM),
        move=Move.OPEN,
        from_state=None,
        to_state=State.TRIAGE,
    ),
    None,
    "id",
)
TYPICAL: Mapping[str, Mapping[str, Any]] = {
    "cases": {
        "state": "triage",
        "demand_type": "投诉",
        "severity": "normal",
        "routing": None,
        "contact_name": "张三丰",
        "contact_phone": "13900000001",
        "merged_into": "",
    },
    "case_events": told_values(OPENED),
    "messages": {"kind": "text", "state": "handled", "text": "路灯坏了"},
    "outbox": {"state": "sent", "reply": reply_to_json(Reply(text="已经登记。"))},
    "conversations": {"context": json.loads(json.dumps(asdict(Context())))},
    "staff": {"role": "triage"},
    "documents": {"life": "published", "kind": "faq", "form": "text"},
    "unanswered": {"state": "open", "reason": "no_answer"},
    "disclosures": {"applicant": {"name": "张三丰"}, "applicant_name": "张三丰"},
}
"""Where a value must be one of few, or is looked at; every other column gets one of its kind."""
LISTS = frozenset({"category", "supporting", "attachments"})


async def emptied(url: str, tmp_path: Path) -> str:
    """A database without any table, of the same kind."""
    if async_url(url).get_backend_name() == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'old.db'}"
    await run(url, lambda connection: connection.execute(sa.text("DROP SCHEMA public CASCADE")))
    await run(url, lambda connection: connection.execute(sa.text("CREATE SCHEMA public")))
    return url


async def run(url: str, do: Callable[[sa.Connection], Any]) -> Any:
    """Do it in one transaction."""
    engine = create_async_engine(async_url(url))
    async with engine.begin() as connection:
        done = await connection.run_sync(do)
    await engine.dispose()
    return done


def at_revision(revision: str) -> Callable[[sa.Connection], None]:
    """Build a database up to a revision."""

    def build(connection: sa.Connection) -> None:
        made = schema.config()
        made.attributes["connection"] = connection
        command.upgrade(made, revision)

    return build


def fill(connection: sa.Connection) -> dict[str, dict[str, Any]]:
    """One row in every table as it is now; table → the row."""
    old = sa.MetaData()
    old.reflect(connection)
    rows = {}
    for table in old.sorted_tables:
        if table.name not in {"alembic_version", "contact_seal", "conversation_key"}:
            row = {column.name: value_of(column) for column in table.c}
            connection.execute(table.insert().values(written(table, row)))
            rows[table.name] = row
    return rows


def written(table: sa.Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """The row as it is stored: JSON that is sealed as a text lies in a column of text."""
    return {
        name: json.dumps(value)
        if isinstance(value, dict | list) and not isinstance(table.c[name].type, sa.JSON)
        else value
        for name, value in row.items()
    }


def value_of(column: sa.Column[Any]) -> Any:
    """What may stand in a column."""
    typical = TYPICAL.get(column.table.name, {})
    if column.name in typical:
        return typical[column.name]
    if column.foreign_keys or column.name == "id":
        return 1 if isinstance(column.type, sa.Integer) else "id"
    for kind, value in (
        (sa.Boolean, False),
        (sa.Integer, 1),
        (sa.Float, 1.5),
        (sa.DateTime, AT),
        (sa.Date, date(2026, 3, 2)),
        (sa.LargeBinary, b"content"),
        (sa.JSON, [] if column.name in LISTS else {}),
    ):
        if isinstance(column.type, kind):
            return value
    return column.name[: getattr(column.type, "length", None) or 20]


@asynccontextmanager
async def upgraded(url: str) -> AsyncIterator[Storage]:
    """As the service starts on it."""
    storage = Storage(url, keys=CONTACT_KEYS)
    try:
        await storage.upgrade()
        await storage.seal()
        yield storage
    finally:
        await storage.close()


async def read(connection: AsyncConnection, name: str) -> sa.RowMapping:
    """The only row of a table, as today's software sees it."""
    return (await connection.execute(sa.select(metadata.tables[name]))).mappings().one()


@pytest.mark.parametrize("revision", REVISIONS)
async def test_rows_of_every_revision_come_through(
    database_url: str, tmp_path: Path, revision: str
) -> None:
    url = await emptied(database_url, tmp_path)
    await run(url, at_revision(revision))
    rows = await run(url, fill)
    async with upgraded(url) as storage:
        async with storage.begin_raw() as connection:
            for name, row in rows.items():
                now = await read(connection, name)
                assert {column: now[column] for column in row} == row, name
        await reads_with_repositories(storage)
    assert {"messages", "outbox", "cases", "case_events", "staff"} <= rows.keys()


async def reads_with_repositories(storage: Storage) -> None:
    """The rows are values of today, and the case's chain of events holds."""
    async with storage.read() as unit:
        [message] = await unit.messages.history("conversation_id")
        [row] = await unit.outbox.history("conversation_id")
        page = await unit.cases.page(CaseFilter(limit=10), now=AT)
        [member] = await unit.staff.all()
        [question] = await unit.unanswered.most_asked()
    report = await Chains(storage, SystemClock()).verify(newest=None, go_on=lambda: True)
    assert (message.text, row.reply.text) == ("路灯坏了", "已经登记。")
    assert [case.contact_phone for case in page.cases] == ["13900000001"]
    assert (member.role, question.times) == (Role.TRIAGE, 1)
    assert (report.cases, report.events, report.broken, report.whole) == (1, 1, (), True)
