"""The migrations bring a database to the shape of `tables.py`, from several processes at once."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.ext.asyncio import create_async_engine

from bot.records import Reason
from bot.storage import schema
from bot.storage.tables import metadata
from bot.storage.units import DatabaseAway, Storage, async_url

_UPGRADE = """
import asyncio, sys
from bot.storage.units import Storage

async def main():
    storage = Storage(sys.argv[1])
    sys.stdout.write("ready\\n")
    sys.stdout.flush()
    sys.stdin.readline()
    await storage.upgrade()
    await storage.close()

asyncio.run(main())
"""


async def test_no_drift_between_tables_and_migrations(database_url: str) -> None:
    engine = create_async_engine(async_url(database_url))

    def differences(connection: sa.Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))

    async with engine.connect() as connection:
        found = await connection.run_sync(differences)
    await engine.dispose()
    assert found == []


async def test_upgrading_again_changes_nothing(storage: Storage) -> None:
    await storage.upgrade()
    await storage.ping()


async def test_a_database_of_the_first_shape_keeps_what_it_holds(database_url: str) -> None:
    engine = create_async_engine(async_url(database_url))

    def back_to_the_first(connection: sa.Connection) -> None:
        made = schema.config()
        made.attributes["connection"] = connection
        command.downgrade(made, "0001")

    async with engine.begin() as connection:
        await connection.run_sync(back_to_the_first)
        await connection.execute(
            sa.text(
                "INSERT INTO unanswered (id, question_key, question, times, first_at, last_at)"
                " VALUES ('u', 'k', 'q', 3, '2026-03-02 02:00:00', '2026-03-02 02:00:00')"
            )
        )
    await engine.dispose()
    storage = Storage(database_url)
    await storage.upgrade()
    async with storage.read() as unit:
        [kept] = await unit.unanswered.most_asked()
    await storage.close()
    assert (kept.times, kept.reason, kept.document_id) == (3, Reason.NO_ANSWER, "")


def _upgrade_from_processes(url: str, count: int) -> list[int]:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", _UPGRADE, url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[3],
            text=True,
        )
        for _ in range(count)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        process.communicate()
    return [process.returncode for process in processes]


def test_several_processes_upgrade_one_new_sqlite_file(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new' / 'policyline.db'}"
    assert _upgrade_from_processes(url, 3) == [0, 0, 0]


@pytest.mark.postgres
async def test_several_processes_upgrade_one_new_postgres_database(
    postgres_database_url: str,
) -> None:
    engine = create_async_engine(async_url(postgres_database_url))
    async with engine.begin() as connection:
        await connection.execute(sa.text("DROP SCHEMA public CASCADE"))
        await connection.execute(sa.text("CREATE SCHEMA public"))
    await engine.dispose()
    codes = await asyncio.to_thread(_upgrade_from_processes, postgres_database_url, 3)
    assert codes == [0, 0, 0]


async def test_a_later_version_of_the_database_is_refused(database_url: str) -> None:
    engine = create_async_engine(async_url(database_url))
    async with engine.begin() as connection:
        await connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    await engine.dispose()
    storage = Storage(database_url)
    with pytest.raises(schema.NewerSchema):
        await storage.upgrade()
    await storage.close()


def test_other_databases_are_refused() -> None:
    with pytest.raises(ValueError, match="neither sqlite nor postgresql"):
        Storage("mysql://root@localhost/x")


async def test_a_database_that_is_away_is_said_without_its_password() -> None:
    storage = Storage("postgresql://someone:hidden-word@127.0.0.1:1/x")
    with pytest.raises(DatabaseAway) as away:
        await storage.ping()
    await storage.close()
    assert "hidden-word" not in str(away.value)


def test_no_password_in_the_repr() -> None:
    storage = Storage("postgresql://someone:hidden-word@localhost/x")
    assert "hidden-word" not in repr(storage)


async def test_a_transaction_inside_a_transaction_is_refused(sqlite_storage: Storage) -> None:
    async with sqlite_storage.begin():
        with pytest.raises(RuntimeError, match="inside a transaction"):
            async with sqlite_storage.begin():
                pass
