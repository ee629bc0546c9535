"""Each kind of fault: how it is made, and how what it broke is put right again.

What was killed is started again after the fault's length, as systemd or `policyline up` does.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress

from tests.fakes.wechat_platform import CUSTOM_SEND
from tests.whole.day.processes import READY_WITHIN_S, Process

from .plan import Fault, Kind
from .servers import Server, empty_redis, fill, free
from .town import Town
from .wire import Wire

STOP_WITHIN_S = 10.0

Undo = Callable[[], Awaitable[str]]
"""Puts it right; gives what was wrong already, or nothing."""


async def make(fault: Fault, town: Town) -> Undo:
    """Let it happen; gives what puts it right."""
    return await _KINDS[fault.kind](fault, town)


async def _kill(process: Process) -> Undo:
    await asyncio.to_thread(process.kill)
    return _started(process)


def _started(process: Process, wrong: str = "") -> Undo:
    async def start() -> str:
        """Again and again, as a supervisor does: without its database it ends at once."""
        with suppress(TimeoutError):
            async with asyncio.timeout(READY_WITHIN_S):
                while True:
                    await asyncio.to_thread(process.start)
                    with suppress(RuntimeError):
                        await asyncio.to_thread(process.wait_ready)
                        return wrong
                    await asyncio.sleep(0.5)
        return f"{process.role} did not get ready"

    return start


async def _stop(process: Process, town: Town) -> Undo:
    within_s = STOP_WITHIN_S * town.patience
    code = await asyncio.to_thread(process.terminate, within_s)
    said = (
        f"did not stop within {within_s:.0f} s"
        if code is None
        else f"stopped with exit code {code}"
    )
    return _started(process, "" if code == 0 else f"{process.role} {said}")


def _replica(fault: Fault, town: Town) -> Process:
    return town.replicas[int(fault.which * 2)]


async def _kill_server(server: Server) -> Undo:
    await asyncio.to_thread(server.kill)

    async def start() -> str:
        await asyncio.to_thread(server.start)
        return ""

    return start


async def _kill_postgres(fault: Fault, town: Town) -> Undo:
    await asyncio.to_thread(town.postgres.kill)
    return _postgres_back(town)


def _postgres_back(town: Town, *statements: str) -> Undo:
    async def back() -> str:
        await asyncio.to_thread(town.postgres.start)
        await town.postgres.takes()
        await town.postgres.does(*statements)
        return ""

    return back


async def _kill_backend(fault: Fault, town: Town) -> Undo:
    backends = await town.postgres.backends()
    if backends:
        with suppress(ProcessLookupError):
            os.kill(backends[int(fault.which * len(backends))], signal.SIGKILL)
    return _postgres_back(town)


async def _hang(server: Server) -> Undo:
    server.send(signal.SIGSTOP)

    async def go_on() -> str:
        server.send(signal.SIGCONT)
        return ""

    return go_on


async def _rasa_fails(fault: Fault, town: Town) -> Undo:
    mark = town.folder / "rasa" / "fails"
    mark.touch()

    async def works() -> str:
        mark.unlink(missing_ok=True)
        return ""

    return works


async def _emptied(fault: Fault, town: Town) -> Undo:
    with suppress(OSError):
        await asyncio.to_thread(empty_redis, town.redis)
    return _nothing


async def _nothing() -> str:
    return ""


async def _read_only(fault: Fault, town: Town) -> Undo:
    reload = "SELECT pg_reload_conf()"
    await town.postgres.does("ALTER SYSTEM SET default_transaction_read_only = on", reload)
    return _postgres_back(town, "ALTER SYSTEM RESET default_transaction_read_only", reload)


async def _database_full(fault: Fault, town: Town) -> Undo:
    folder = town.folder / "postgres"
    await asyncio.to_thread(fill, folder)

    async def emptied() -> str:
        await asyncio.to_thread(free, folder)
        return await _postgres_back(town)()

    return emptied


async def _files_full(fault: Fault, town: Town) -> Undo:
    folder = town.folder / "files"
    await asyncio.to_thread(fill, folder)

    async def emptied() -> str:
        await asyncio.to_thread(free, folder)
        return ""

    return emptied


async def _clock(town: Town, seconds: float) -> Undo:
    town.clock.write_text(f"{seconds:.0f}")

    async def right() -> str:
        town.clock.write_text("0")
        return ""

    return right


async def _cut(wire: Wire, fault: Fault) -> Undo:
    wire.cut()

    async def mend() -> str:
        wire.mend(reset=fault.which < 0.5)
        return ""

    return mend


async def _loses_answers(fault: Fault, town: Town) -> Undo:
    town.platform.faults.lose_answer(CUSTOM_SEND, 2)

    async def found() -> str:
        town.platform.faults.forget("lose_answer", CUSTOM_SEND)
        return ""

    return found


_KINDS: dict[Kind, Callable[[Fault, Town], Awaitable[Undo]]] = {
    Kind.KILL_SERVE: lambda fault, town: _kill(_replica(fault, town)),
    Kind.KILL_WORKER: lambda fault, town: _kill(town.worker),
    Kind.KILL_RASA: lambda fault, town: _kill_server(town.rasa),
    Kind.KILL_REDIS: lambda fault, town: _kill_server(town.redis),
    Kind.KILL_POSTGRES: _kill_postgres,
    Kind.KILL_BACKEND: _kill_backend,
    Kind.STOP_SERVE: lambda fault, town: _stop(_replica(fault, town), town),
    Kind.STOP_WORKER: lambda fault, town: _stop(town.worker, town),
    Kind.RASA_HANGS: lambda fault, town: _hang(town.rasa),
    Kind.RASA_FAILS: _rasa_fails,
    Kind.REDIS_EMPTIED: _emptied,
    Kind.REDIS_HANGS: lambda fault, town: _hang(town.redis),
    Kind.READ_ONLY: _read_only,
    Kind.DATABASE_DISK_FULL: _database_full,
    Kind.FILES_DISK_FULL: _files_full,
    Kind.CLOCK_FORWARD: lambda fault, town: _clock(town, 60 + fault.which * 86_400),
    Kind.CLOCK_BACK: lambda fault, town: _clock(town, -60 - fault.which * 3_600),
    Kind.CUT_POSTGRES: lambda fault, town: _cut(town.to_postgres, fault),
    Kind.CUT_REDIS: lambda fault, town: _cut(town.to_redis, fault),
    Kind.CUT_RASA: lambda fault, town: _cut(town.to_rasa, fault),
    Kind.CUT_PLATFORM: lambda fault, town: _cut(town.to_platform, fault),
    Kind.PLATFORM_LOSES: _loses_answers,
}
