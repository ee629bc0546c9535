"""What was committed survives a process that is killed the moment after."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from bot.storage.units import Storage

_STORE_AND_DIE = """
import asyncio, os, signal, sys
from datetime import UTC, datetime
from bot.storage.units import Storage
from connectors.base import Inbound

async def main():
    storage = Storage(sys.argv[1])
    now = datetime.now(UTC)
    inbound = Inbound(channel="c", external_id="1", sender_id="a", conversation_id="c:a",
                      text="路灯不亮", sent_at=now)
    async with storage.begin() as unit:
        await unit.messages.store_once(inbound, id="m1", now=now)
    async with storage.begin() as unit:
        await unit.messages.claim("m1", owner="dead", lease_s=30, now=now)
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


async def test_a_committed_message_survives_kill_9(storage: Storage, database_url: str) -> None:
    done = subprocess.run(  # noqa: ASYNC221 - nothing else runs meanwhile
        [sys.executable, "-c", _STORE_AND_DIE, database_url],
        cwd=Path(__file__).parents[3],
        check=False,
    )
    async with storage.read() as unit:
        message = await unit.messages.get("m1")
    assert done.returncode == -signal.SIGKILL
    assert message is not None
    assert message.text == "路灯不亮"
    assert message.lease_owner == ""
