"""How connections to the database are opened, kept, and given up where nobody answers."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import asyncpg
import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.clean import clean_text

WRITES = "policyline_writes"
"""Execution option of a transaction that writes."""
_BUSY_TIMEOUT_MS = 20_000
_CONNECT_S = 5.0
_ANSWER_S = 15.0
"""Longest wait for one statement. A network that forgot a connection answers nothing for ever; what
waits on it longer than that is better begun anew. Our statements take milliseconds."""
_SIGN_OF_LIFE_S = 3.0
"""The same for the question every connection is asked before it is used again."""
_GONE = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)
"""What the driver raises over a connection that is gone."""
_GIVEN_UP_AFTER = {
    # A client that is gone must not hold a conversation's lock, nor its connection, for hours.
    "idle_in_transaction_session_timeout": "20s",
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
}


def working_engine(url: URL, pool_size: int) -> AsyncEngine:
    """For the service's short transactions.

    Args:
        url: with the drivers we use.
        pool_size: connections kept open; as many again may be opened under load.
    """
    if _is_sqlite(url):
        engine = create_async_engine(
            url, pool_size=pool_size, max_overflow=pool_size, **_common(url)
        )
        _prepare(engine, foreign_keys=True)
        _close_in_turn(engine)
        return engine
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=_ANSWER_S,
        connect_args={
            "timeout": _CONNECT_S,
            "command_timeout": _ANSWER_S,
            "server_settings": _GIVEN_UP_AFTER,
        },
        **_common(url),
    )
    sa.event.listen(engine.sync_engine, "checkout", _check_alive)
    sa.event.listen(engine.sync_engine, "handle_error", _take_silence_for_death)
    return engine


def maintenance_engine(url: URL) -> AsyncEngine:
    """For migrations and the like, which may take long: one connection at a time, closed after use.

    On SQLite foreign keys are not looked at meanwhile: a table is changed there by copying it, and
    while the old one is dropped rows that point to it would forbid it. `bot.storage.schema.upgrade`
    looks at them when it has changed something.
    """
    engine = create_async_engine(url, poolclass=sa.NullPool, **_common(url))
    if _is_sqlite(url):
        _prepare(engine, foreign_keys=False)
        _close_in_turn(engine)
    return engine


def _is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _common(url: URL) -> dict[str, Any]:
    return {
        "json_serializer": _json,
        "hide_parameters": True,  # they are citizens' words, and errors end in logs
    }


def _json(value: Any) -> str:
    return clean_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def _check_alive(dbapi_connection: Any, record: Any, fairy: Any) -> None:
    """Ask for a sign of life; what gives none is replaced, and all opened before it.

    The pool's own question waits as long as a statement may.
    """
    del record, fairy
    try:
        dbapi_connection.run_async(lambda asked: asked.execute("SELECT 1", timeout=_SIGN_OF_LIFE_S))
    except _GONE as error:
        raise sa.exc.InvalidatePoolError from error


def _take_silence_for_death(context: sa.engine.ExceptionContext) -> None:
    if isinstance(context.original_exception, asyncio.TimeoutError):
        context.is_disconnect = True


def _prepare(engine: AsyncEngine, *, foreign_keys: bool) -> None:
    """WAL so that readers and the writer do not stop each other; FULL so that an acknowledged
    message survives a power cut, not only a killed process."""

    def prepare(connection: Any, record: Any) -> None:
        del record
        connection.isolation_level = None  # transactions begin in `_begin_sqlite` alone
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")
        cursor.close()

    sa.event.listen(engine.sync_engine, "connect", prepare)
    sa.event.listen(engine.sync_engine, "begin", _begin_sqlite)


def _close_in_turn(engine: AsyncEngine) -> None:
    """A connection whose task is cancelled is closed by that task, in the order of its thread.

    SQLAlchemy would close it in a task of its own and, cancelled again meanwhile, end the
    connection's thread under it: that closing then waits for ever, and with it the end of the
    process.
    """
    dialect = engine.dialect
    dialect.has_terminate = False
    dialect.do_terminate = dialect.do_close  # type: ignore[method-assign]  # for this engine alone


def _begin_sqlite(connection: sa.Connection) -> None:
    """Take the write lock at the start: a reader that turns writer midway may fail at once."""
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
