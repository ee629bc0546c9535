"""The database and its transactions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg
import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversation_ids import conversation_id
from bot.storage.alerts import AlertRepository
from bot.storage.attachments import AttachmentRepository
from bot.storage.audit import AuditRepository
from bot.storage.call_figures import CallCountRepository
from bot.storage.call_keeping import CallKeepingRepository
from bot.storage.call_work import CallWorkRepository
from bot.storage.calls import CallRepository
from bot.storage.cases import CaseRepository
from bot.storage.choices import ChoiceRepository
from bot.storage.city import CityRepository
from bot.storage.contact_keys import ContactKeys, use_keys
from bot.storage.contact_seals import seal_all
from bot.storage.conversation_names import find_key, make_key, rename_all
from bot.storage.conversations import ConversationRepository
from bot.storage.corrections import CorrectionRepository
from bot.storage.deliveries import DeliveryRepository
from bot.storage.disclosure import DisclosureRepository
from bot.storage.disclosure_alerts import DisclosureAlertRepository
from bot.storage.disclosure_files import DisclosureFileRepository
from bot.storage.document_course import DocumentCourseRepository
from bot.storage.document_lists import DocumentListRepository
from bot.storage.documents import DocumentRepository
from bot.storage.engines import WRITES, maintenance_engine, working_engine
from bot.storage.hot import HotRepository
from bot.storage.letters import PublishedLetterRepository
from bot.storage.mail_boxes import MailBoxRepository
from bot.storage.messages import MessageRepository
from bot.storage.open311 import Open311Repository
from bot.storage.opinions import OpinionRepository
from bot.storage.outbox import OutboxRepository
from bot.storage.overview import OverviewRepository
from bot.storage.plan import PlanRepository
from bot.storage.recent import RecentRepository
from bot.storage.replied import RepliedRepository
from bot.storage.report import ReportRepository
from bot.storage.satisfaction import SatisfactionRepository
from bot.storage.schema import behind, head, upgrade, version
from bot.storage.second_factors import SecondFactorRepository
from bot.storage.sms import SmsRepository
from bot.storage.staff import StaffRepository
from bot.storage.tries import TryRepository
from bot.storage.unanswered import FeedbackRepository, UnansweredRepository
from bot.storage.updates import UpdateRepository

_CLOSE_WITHIN_S = 2.0


class DatabaseAway(Exception):
    """The database does not answer, or does not let us in: one sentence, without the password."""


class Unit:
    """One transaction: its repositories share a connection and stand or fall together."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.messages = MessageRepository(connection)
        self.mail_boxes = MailBoxRepository(connection)
        self.outbox = OutboxRepository(connection)
        self.conversations = ConversationRepository(connection)
        self.attachments = AttachmentRepository(connection)
        self.cases = CaseRepository(connection)
        self.letters = PublishedLetterRepository(connection)
        self.corrections = CorrectionRepository(connection)
        self.documents = DocumentRepository(connection)
        self.course = DocumentCourseRepository(connection)
        self.content_lists = DocumentListRepository(connection)
        self.unanswered = UnansweredRepository(connection)
        self.feedback = FeedbackRepository(connection)
        self.staff = StaffRepository(connection)
        self.second_factors = SecondFactorRepository(connection)
        self.audit = AuditRepository(connection)
        self.tries = TryRepository(connection)
        self.sms = SmsRepository(connection)
        self.alerts = AlertRepository(connection)
        self.hot = HotRepository(connection)
        self.overview = OverviewRepository(connection)
        self.opinions = OpinionRepository(connection)
        self.plan = PlanRepository(connection)
        self.report = ReportRepository(connection)
        self.deliveries = DeliveryRepository(connection)
        self.updates = UpdateRepository(connection)
        self.satisfaction = SatisfactionRepository(connection)
        self.replied = RepliedRepository(connection)
        self.calls = CallRepository(connection)
        self.call_work = CallWorkRepository(connection)
        self.choices = ChoiceRepository(connection)
        self.call_counts = CallCountRepository(connection)
        self.call_keeping = CallKeepingRepository(connection)
        self.open311 = Open311Repository(connection)
        self.disclosures = DisclosureRepository(connection)
        self.disclosure_alerts = DisclosureAlertRepository(connection)
        self.disclosure_files = DisclosureFileRepository(connection)
        self.city = CityRepository(connection)
        self.recent = RecentRepository(connection)


class Storage:
    """A SQLite or PostgreSQL database.

    Args:
        url: SQLAlchemy URL, `sqlite+aiosqlite:///path` or `postgresql+asyncpg://…`; the plain
            `sqlite:///` and `postgresql://` mean the same.
        pool_size: connections kept open; as many again may be opened under load.
        keys: contact data are sealed under; None: they are kept as they are, and sealed ones cannot
            be read.
    """

    def __init__(self, url: str, *, pool_size: int = 10, keys: ContactKeys | None = None) -> None:
        self._url, self._keys = async_url(url), keys
        self._engine = working_engine(self._url, pool_size)
        use_keys(self._engine.dialect, keys)
        self._is_sqlite = self._url.get_backend_name() == "sqlite"
        self._writing = asyncio.Lock()
        self._writer: asyncio.Task[Any] | None = None
        self._conversation_key: bytes | None = None

    def __repr__(self) -> str:
        return f"Storage({self._url.render_as_string(hide_password=True)!r})"

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Unit]:
        """One transaction that writes; committed at the end, rolled back on an error.

        SQLite has one writer at a time: those of this process queue here in order of arrival
        instead of polling the file's lock, so a unit must be short and never hold another.

        Raises:
            RuntimeError: the same task is inside a unit already.
        """
        if not self._is_sqlite:
            async with self._engine.begin() as connection:
                yield Unit(connection)
            return
        if self._writer is not None and self._writer is asyncio.current_task():
            raise RuntimeError("a transaction inside a transaction")
        async with self._writing:
            self._writer = asyncio.current_task()
            try:
                async with self._engine.connect() as connection:
                    connection = await connection.execution_options(**{WRITES: True})
                    async with connection.begin():
                        yield Unit(connection)
            finally:
                self._writer = None

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Unit]:
        """One transaction that only reads; writers do not hold it up, nor it them."""
        async with self._engine.connect() as connection:
            if not self._is_sqlite:
                connection = await connection.execution_options(postgresql_readonly=True)
            async with connection.begin():
                yield Unit(connection)

    async def upgrade(self) -> None:
        """Bring the database to this version's shape; safe when several processes do it at once.

        Raises:
            bot.storage.schema.NewerSchema: a later version of the software has changed it.
            DatabaseAway: it cannot be reached.
        """
        self._make_folder()
        await self.ping()
        async with self.begin_raw() as connection:
            await upgrade(connection)

    async def seal(self, *, again: bool = False) -> int:
        """Seal under the first key whatever is not, and rename conversations whose ids tell who
        they are with; gives how many rows that were.

        Safe while the service goes on, and when several processes do it at once; a caller is not
        recognised by a number that was not sealed anew yet.

        Args:
            again: look through all conversations, although that was done before.

        Raises:
            bot.storage.contact_keys.KeyMissing: some were sealed under a key that is not set.
        """
        sealed = 0 if self._keys is None else await seal_all(self.begin_raw, self._keys)
        return sealed + await rename_all(self.begin_raw, again=again)

    async def conversation_id(self, channel: str, sender_id: str, strand: str = "") -> str:
        """What the conversation with a sender is called; see `bot.conversation_ids`.

        Raises:
            bot.storage.contact_keys.KeyMissing: the key it is made under does not open.
        """
        if self._conversation_key is None:
            async with self._engine.connect() as connection:
                key = await find_key(connection)
            if key is None:
                async with self.begin_raw() as connection:
                    key = await make_key(connection)
            self._conversation_key = key
        return conversation_id(self._conversation_key, channel, sender_id, strand)

    @asynccontextmanager
    async def begin_raw(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that writes, for maintenance: it may take as long as it takes."""
        engine = maintenance_engine(self._url)
        use_keys(engine.dialect, self._keys)
        try:
            async with engine.connect() as connection:
                connection = await connection.execution_options(**{WRITES: True})
                async with connection.begin():
                    yield connection
        finally:
            await engine.dispose()

    async def ping(self) -> None:
        """Ask the database for a sign of life. Raises `DatabaseAway`."""
        try:
            async with self._engine.connect() as connection:
                await connection.execute(sa.select(sa.literal(1)))
        except (sa.exc.DBAPIError, asyncpg.PostgresError, OSError) as error:
            where = self._url.render_as_string(hide_password=True)
            raise DatabaseAway(f"数据库连不上：{where}（{type(error).__name__}）") from error

    async def is_current(self) -> bool:
        """True where the database has this version's shape."""
        async with self._engine.connect() as connection:
            return await version(connection) == head()

    async def serves_us(self) -> bool:
        """True where the database has this version's shape, or one of a later version, as while
        replicas are replaced one by one; False where migrations are missing."""
        async with self._engine.connect() as connection:
            return not behind(await version(connection))

    async def close(self) -> None:
        """Close every connection; those that do not even answer to that end with the process."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_WITHIN_S):
                await self._engine.dispose()

    def _make_folder(self) -> None:
        if self._is_sqlite and self._url.database and self._url.database != ":memory:":
            Path(self._url.database).parent.mkdir(parents=True, exist_ok=True)


def async_url(url: str) -> URL:
    """The URL with the drivers we use. Raises ValueError for any other database."""
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError as error:
        raise ValueError("DATABASE_URL is not a database URL") from error
    drivers = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
    backend = parsed.get_backend_name()
    if backend not in drivers:
        raise ValueError(f"DATABASE_URL: {backend} is neither sqlite nor postgresql")
    return parsed.set(drivername=drivers[backend])
