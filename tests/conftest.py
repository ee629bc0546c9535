"""Databases, Redis, time and ids for every test."""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
import redis
from pydantic import SecretStr

from bot.settings import Settings
from bot.storage.contact_keys import ContactKeys
from bot.storage.units import Storage, async_url
from tests.fakes.edges import CountingIds, FakeClock, RecordedWakeups
from tests.rasa_server import PYTHON as RASA_PYTHON
from tests.rasa_server import RasaServer, running_rasa, trained_model
from tests.servers import find_postgres, running_postgres, running_redis

_serial = itertools.count(1)
_TEMPLATE = "template_policyline"
_CONTACT_KEY = b"a key for contact data in tests!"
CONTACT_KEYS = ContactKeys({"t": _CONTACT_KEY})
CONTACT_KEYS_SET = f"t:{_CONTACT_KEY.hex()}"
"""The same, as the setting gives them."""


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Whatever fails tells so at once: of a run that is broken off the end is never printed."""
    if report.failed and "PYTEST_XDIST_WORKER" not in os.environ:
        crash = getattr(report.longrepr, "reprcrash", None)
        why = str(crash.message if crash else report.longrepr).strip().splitlines()
        sys.stderr.write(f"\n{report.when} of {report.nodeid}: {why[0][:300] if why else ''}\n")


def settings_at(database_url: str) -> Settings:
    """A command's settings for a database of these tests."""
    return Settings(database_url=database_url, contact_keys=SecretStr(CONTACT_KEYS_SET))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file at the newest migration; copied for each test."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    _upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server of this session; skips where there is no binary."""
    binaries = find_postgres()
    if binaries is None:
        pytest.skip("no PostgreSQL server binary (Debian package: postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="policyline-pg-"))
    try:
        with running_postgres(binaries, folder) as url:
            asyncio.run(_execute(url, f"CREATE DATABASE {_TEMPLATE}"))
            _upgrade(_named(url, _TEMPLATE))
            yield url
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh SQLite database at the newest migration."""
    path = tmp_path / "policyline.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite+aiosqlite:///{path}"


@asynccontextmanager
async def fresh_database(postgres_url: str) -> AsyncIterator[str]:
    """A fresh PostgreSQL database at the newest migration."""
    name = f"test_{next(_serial)}"
    await _execute(postgres_url, f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE}")
    yield _named(postgres_url, name)
    await _execute(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def postgres_database_url(postgres_url: str) -> AsyncIterator[str]:
    """As `fresh_database`, for one test."""
    async with fresh_database(postgres_url) as url:
        yield url


@pytest.fixture(
    params=["sqlite_url", pytest.param("postgres_database_url", marks=pytest.mark.postgres)],
    ids=["sqlite", "postgresql"],
)
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh database at the newest migration: the test runs on SQLite and on PostgreSQL."""
    return str(request.getfixturevalue(request.param))


@pytest.fixture
async def storage(database_url: str) -> AsyncIterator[Storage]:
    """Storage on a fresh database, once on SQLite and once on PostgreSQL."""
    opened = Storage(database_url, keys=CONTACT_KEYS)
    yield opened
    await opened.close()


@pytest.fixture
async def sqlite_storage(sqlite_url: str) -> AsyncIterator[Storage]:
    """Storage on a fresh SQLite database, for tests to which the database does not matter."""
    opened = Storage(sqlite_url, keys=CONTACT_KEYS)
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """A Redis server of this session."""
    with (
        tempfile.TemporaryDirectory(prefix="policyline-redis-") as folder,
        running_redis(Path(folder)) as url,
    ):
        yield url


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """An empty Redis."""
    with redis.Redis.from_url(redis_server) as client:
        client.flushall()
    return redis_server


@pytest.fixture(scope="session")
def rasa_model() -> Path:
    """Rasa's model, trained where its inputs changed; skips where Rasa is not installed."""
    if not RASA_PYTHON.exists():
        pytest.skip("no Rasa environment (make setup)")
    return trained_model()


@pytest.fixture(scope="session")
def rasa(
    rasa_model: Path, redis_server: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RasaServer]:
    """A running Rasa of this session, its conversations in database 1 of this session's Redis."""
    redis_url = f"{redis_server.rpartition('/')[0]}/1"
    with running_rasa(tmp_path_factory.mktemp("rasa"), redis_url, rasa_model) as server:
        yield server


@pytest.fixture
def clock() -> FakeClock:
    """A clock that stands still until told."""
    return FakeClock()


@pytest.fixture
def ids() -> CountingIds:
    """Ids that count."""
    return CountingIds()


@pytest.fixture
def wakeups() -> RecordedWakeups:
    """Wake-ups, remembered."""
    return RecordedWakeups()


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of measurement data; skips where it is absent. Mark such tests `data`."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("POLICYLINE_DATA_DIR", beside))
    if not folder.is_dir():
        pytest.skip("no measurement data (POLICYLINE_DATA_DIR)")
    return folder


def _upgrade(url: str) -> None:
    async def run() -> None:
        storage = Storage(url)
        await storage.upgrade()
        await storage.close()

    asyncio.run(run())


async def _execute(url: str, statement: str) -> None:
    where = async_url(url)
    connection = await asyncpg.connect(
        host=str(where.query["host"]),
        port=int(str(where.query["port"])),
        user=where.username,
        database=where.database,
    )
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _named(url: str, database: str) -> str:
    return async_url(url).set(database=database).render_as_string(hide_password=False)
