"""Everything that runs: two replicas, a worker, their servers, the wires between them."""

from __future__ import annotations

import asyncio
import secrets
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.clock import SystemClock
from bot.library import Library, encoder_maker
from bot.settings import ROOT, Settings
from bot.storage.units import Storage
from bot.stored import storage_of
from tests.fakes.wechat_platform import Account, WeChatPlatform, running
from tests.servers import free_port
from tests.whole.day.processes import Process

from .servers import (
    Postgres,
    Server,
    rasa_itself,
    rasa_stand_in,
    redis_server,
    small_disk,
)
from .wire import Wire

LEASE_S = 10.0
DATABASE_MB, FILES_MB = 192, 8


@dataclass(frozen=True, kw_only=True)
class Town:
    """All that runs.

    Args:
        storage: the test's own hold on the database, straight to it.
        disks: a database's and a files' file system that can be filled.
        real_rasa: Rasa itself runs, so that a report begins a conversation and is no case at once.
        patience: of what is promised in seconds, so many times as long is waited.
    """

    platform: WeChatPlatform
    replicas: tuple[Process, Process]
    worker: Process
    postgres: Postgres
    redis: Server
    rasa: Server
    to_postgres: Wire
    to_redis: Wire
    to_rasa: Wire
    to_platform: Wire
    storage: Storage
    folder: Path
    disks: bool
    real_rasa: bool
    patience: float

    @property
    def clock(self) -> Path:
        """How far the services' clock is ahead, in seconds."""
        return self.folder / "clock"


@asynccontextmanager
async def town(
    folder: Path, patience: float = 1.0, *, real_rasa: bool = False
) -> AsyncIterator[Town]:
    """Started, with the sample content; stopped at the end.

    Raises:
        tests.faults.servers.Missing: a server's program is not here.
    """
    async with AsyncExitStack() as now:
        for name in ("redis", "rasa"):
            (folder / name).mkdir(parents=True)
        disks = now.enter_context(small_disk(folder / "postgres", DATABASE_MB))
        disks &= now.enter_context(small_disk(folder / "files", FILES_MB))
        await asyncio.to_thread(folder.chmod, 0o755)  # for PostgreSQL's own user
        postgres = await asyncio.to_thread(Postgres, folder / "postgres")
        redis, rasa_port = redis_server(folder / "redis"), free_port()
        for server in (postgres, redis):
            await asyncio.to_thread(server.start)
            now.callback(server.kill)
        await postgres.takes()
        platform = WeChatPlatform(Account(), lambda: datetime.now(UTC))
        api_port = int(now.enter_context(running(platform)).rpartition(":")[2])
        wires = [
            await now.enter_async_context(Wire(port).running())
            for port in (postgres.port, redis.port, rasa_port, api_port)
        ]
        settings = _settings(platform.account, postgres, wires, folder)
        own = Settings(database_url=postgres.url, secret_key=settings["secret_key"], home=folder)
        storage = storage_of(own)
        now.push_async_callback(storage.close)
        await storage.upgrade()
        await _content(storage, own)
        (folder / "clock").write_text("0")
        processes = [
            Process(
                role, folder / name, settings, module="tests.faults.process",
                environment={"FAULTS_CLOCK": str(folder / "clock"), "OMP_NUM_THREADS": "1"},
            )
            for role, name in (("serve", "first"), ("serve", "second"), ("worker", "worker"))
        ]  # fmt: skip
        rasa = rasa_stand_in(folder / "rasa", rasa_port)
        if real_rasa:
            rasa = rasa_itself(
                folder / "rasa",
                rasa_port,
                actions_port=processes[0].port,
                redis_port=wires[1].port,
                token=settings["rasa_token"],
            )
        await asyncio.to_thread(rasa.start)
        now.callback(rasa.kill)
        for process, name in zip(processes, ("first", "second", "worker"), strict=True):
            shutil.copytree(folder / "encoder", folder / name / "encoder")
            process.start()
            now.callback(process.stop)
        for process in processes:
            await asyncio.to_thread(process.wait_ready)
        yield Town(
            platform=platform,
            replicas=(processes[0], processes[1]),
            worker=processes[2],
            postgres=postgres,
            redis=redis,
            rasa=rasa,
            to_postgres=wires[0],
            to_redis=wires[1],
            to_rasa=wires[2],
            to_platform=wires[3],
            storage=storage,
            folder=folder,
            real_rasa=real_rasa,
            patience=patience,
            disks=disks,
        )


async def _content(storage: Storage, settings: Settings) -> None:
    """The sample content, and the encoder trained from it, once for all processes."""
    library = Library(storage, clock=SystemClock(), encoder=encoder_maker(settings))
    await library.import_paths([ROOT / "knowledge" / "samples"], publish=True, by="test")
    await library.start()
    await library.close()


def _settings(
    account: Account, postgres: Postgres, wires: list[Wire], folder: Path
) -> dict[str, str]:
    to_postgres, to_redis, to_rasa, to_platform = (wire.port for wire in wires)
    return {
        "database_url": postgres.url_at(to_postgres),
        "redis_url": f"redis://127.0.0.1:{to_redis}/0",
        "rasa_url": f"http://127.0.0.1:{to_rasa}",
        "rasa_token": secrets.token_urlsafe(16),
        "secret_key": secrets.token_hex(16),
        "public_url": "http://12345.example",
        "attachments": str(folder / "files"),
        "lease_s": str(LEASE_S),
        "wechat_app_id": account.app_id,
        "wechat_token": account.token,
        "wechat_encoding_aes_key": account.aes_key,
        "wechat_app_secret": account.secret,
        "wechat_api_url": f"http://127.0.0.1:{to_platform}",
        "proxy_hops": "1",
    }
