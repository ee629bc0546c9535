"""Backing a database up into one file, and bringing it back.

`bot.storage.archive` makes one backup of it and the files citizens sent.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import create_async_engine

from bot.storage import schema
from bot.storage.tables import metadata
from bot.storage.units import Storage, async_url

_DEBIAN_BINARIES = Path("/usr/lib/postgresql")


class BackupError(Exception):
    """It could not be done; the message is one sentence in Chinese, and nothing was changed."""


async def backup(url: str, file: Path) -> None:
    """Write the whole database into one file, while the service goes on.

    SQLite: its online backup. PostgreSQL: `pg_dump`, custom format. The file holds citizens'
    data: only its owner can read it.

    Raises:
        BackupError: the database or the folder cannot be used, or `pg_dump` is absent.
    """
    where = async_url(url)
    unfinished = file.with_name(f".{file.name}.unfinished")
    try:
        unfinished.touch(mode=0o600)
        if where.get_backend_name() == "sqlite":
            await asyncio.to_thread(_copy_sqlite, _sqlite_path(where), unfinished)
        else:
            await _run_postgres(
                where, "pg_dump", "--format=custom", "--no-owner", "--no-privileges",
                f"--file={unfinished}",
            )  # fmt: skip
        unfinished.replace(file)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"备份没有完成：{type(error).__name__}。") from error
    finally:
        unfinished.unlink(missing_ok=True)


async def restore(url: str, file: Path, *, overwrite: bool = False) -> None:
    """Bring a database back from a file made by `backup`, then upgrade it.

    Args:
        url: the database to write.
        file: the backup, of the same kind of database.
        overwrite: allow a database that holds something; all of it is replaced.

    Raises:
        BackupError: not a backup of ours, the database holds something, or is in use.
    """
    where = async_url(url)
    _check_there(file)
    if not overwrite and not await is_empty(url):
        raise BackupError("数据库里已有内容，没有恢复。确定要全部替换，请加 --yes。")
    if where.get_backend_name() == "sqlite":
        await asyncio.to_thread(_check_sqlite, file)
        target = _sqlite_path(where)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            await asyncio.to_thread(_copy_sqlite, file, target)
        except sqlite3.Error as error:
            raise BackupError("数据库正在使用，请先停止服务再恢复。") from error
    else:
        await _run_postgres(
            where, "pg_restore", "--clean", "--if-exists", "--no-owner", "--no-privileges",
            "--single-transaction", "--exit-on-error", f"--dbname={where.database}", str(file),
        )  # fmt: skip
    storage = Storage(url)
    try:
        await storage.upgrade()
    except schema.NewerSchema as error:
        raise BackupError("备份来自更新的版本，请先升级程序。") from error
    finally:
        await storage.close()


async def is_empty(url: str) -> bool:
    """True where none of our tables has a row, or there are none."""
    where = async_url(url)
    if where.get_backend_name() == "sqlite" and not _sqlite_path(where).exists():
        return True
    engine = create_async_engine(where)
    try:
        async with engine.connect() as connection:
            names = await connection.run_sync(lambda c: set(sa.inspect(c).get_table_names()))
            for table in metadata.sorted_tables:
                present = sa.select(sa.exists(sa.select(sa.literal(1)).select_from(table)))
                if table.name in names and await connection.scalar(present):
                    return False
    finally:
        await engine.dispose()
    return True


def _check_there(file: Path) -> None:
    if not file.is_file():
        raise BackupError(f"没有这个文件：{file}。")


def _sqlite_path(where: URL) -> Path:
    if not where.database or where.database == ":memory:":
        raise BackupError("内存中的数据库不能备份。")
    return Path(where.database)


def _copy_sqlite(source: Path, target: Path) -> None:
    if not source.is_file():
        raise BackupError(f"没有这个数据库：{source}。")
    with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(target)) as written:
        read.backup(written)


def _check_sqlite(file: Path) -> None:
    """A sound SQLite file with our tables."""
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as opened:
            sound = opened.execute("PRAGMA integrity_check").fetchone()
            ours = opened.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        raise BackupError("这个文件不是本系统的备份。") from error
    if sound != ("ok",) or ours is None:
        raise BackupError("备份文件已损坏，没有恢复。")


async def _run_postgres(where: URL, program: str, *arguments: str) -> None:
    process = await asyncio.create_subprocess_exec(
        str(_binary(program)),
        *arguments,
        env={**os.environ, **_libpq(where)},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    if process.returncode:
        lines = said.decode(errors="replace").strip().splitlines()
        raise BackupError(f"{program} 没有完成：{lines[0] if lines else process.returncode}")


def _libpq(where: URL) -> Mapping[str, str]:
    """The connection as libpq's programs read it from their environment; no password in `ps`."""
    query = {name: str(value) for name, value in where.query.items()}
    given = {
        "PGHOST": where.host or query.get("host"),
        "PGPORT": str(where.port or query.get("port") or ""),
        "PGUSER": where.username or query.get("user"),
        "PGPASSWORD": where.password,
        "PGDATABASE": where.database,
        "PGSSLMODE": query.get("ssl") or query.get("sslmode"),
    }
    return {name: value for name, value in given.items() if value}


def _binary(program: str) -> Path:
    """The newest one: a dump needs a program no older than its server."""
    folders = sorted(
        _DEBIAN_BINARIES.glob(f"*/bin/{program}"), key=lambda path: float(path.parts[-3])
    )
    on_path = shutil.which(program)
    if folders:
        return folders[-1]
    if on_path:
        return Path(on_path)
    raise BackupError(f"没有找到 {program}，请安装 postgresql-client。")
