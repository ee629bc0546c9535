"""The fake of FreeSWITCH against clients that are not ours: greenswitch, and by hand."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from connectors.channels.hotline.esl import EVENTS
from tests.fakes.esl_server import PASSWORD, EslServer

PROGRAM = Path(__file__).with_name("greenswitch_client.py")
CALL = "0f2d9e8c-6d6f-4f64-9a0d-6c5a3a1b0001"


class Greenswitch:
    """The program, and what it says."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def says(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        async with asyncio.timeout(60):
            return dict(json.loads(await self._process.stdout.readline()))

    async def until(self, key: str) -> list[dict[str, Any]]:
        """Everything it says, up to and with the first that has this key."""
        said = [await self.says()]
        while key not in said[-1]:
            said.append(await self.says())
        return said

    def end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(b"done\n")


@asynccontextmanager
async def greenswitch(
    server: EslServer, *commands: str, password: str = PASSWORD
) -> AsyncIterator[Greenswitch]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, PROGRAM, str(server.port), password, *commands,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield Greenswitch(process)
        await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_greenswitch_signs_in_and_hears_a_call() -> None:
    async with EslServer() as server:
        async with greenswitch(server, f"event plain {EVENTS}", "api uptime") as client:
            assert await client.says() == {"connected": True}
            assert (await client.says())["reply"] == "+OK event listener enabled plain"
            assert (await client.says())["reply"] == "4242\n"
            server.play("answered", id=CALL)
            heard = [(await client.says())["event"] for _ in range(10)]
            client.end()
            assert {"stopped": True} in await client.until("stopped")
        assert server.violations == []
    assert [event.get("CC-Action") or event["Event-Name"] for event in heard] == [
        "member-queue-start", "members-count", "agent-offering", "bridge-agent-start",
        "CHANNEL_HOLD", "CHANNEL_UNHOLD", "bridge-agent-end", "member-queue-end",
        "CHANNEL_HANGUP_COMPLETE", "CHANNEL_HANGUP_COMPLETE",
    ]  # fmt: skip
    assert heard[0]["CC-Member-Session-UUID"] == CALL
    assert heard[0]["Event-Date-Local"] == "2026-03-02 10:00:01"


async def test_greenswitch_transfers_and_holds_a_call() -> None:
    commands = (
        f"event plain {EVENTS}", "api uuid_transfer nobody 119", f"api uuid_transfer {CALL}",
        f"api uuid_hold off {CALL}", f"api uuid_hold {CALL}", f"api uuid_hold off {CALL}",
        f"api uuid_transfer {CALL} 119 XML default", "api uuid_kill nobody",
    )  # fmt: skip
    async with EslServer() as server:
        server.play("answered", id=CALL, upto=4)
        async with greenswitch(server, *commands) as client:
            said = [await client.says() for _ in range(1 + len(commands) + 5)]
            client.end()
        assert server.transferred == [(CALL, "119")]
        assert server.violations == []
    assert [one["reply"] for one in said if "reply" in one][1:] == [
        "-ERR No such channel!\n", "-USAGE: <uuid> [-bleg|-both] <dest-exten> [<dialplan>] "
        "[<context>]\n", "-ERR Operation failed\n", "+OK Success\n", "+OK Success\n", "+OK\n",
        "-ERR No such channel!\n",
    ]  # fmt: skip
    heard = [one["event"] for one in said if "event" in one]
    assert [each.get("CC-Action") or each["Event-Name"] for each in heard] == [
        "CHANNEL_HOLD", "CHANNEL_UNHOLD", "bridge-agent-end", "member-queue-end",
        "CHANNEL_HANGUP_COMPLETE",
    ]  # fmt: skip
    assert heard[2]["Hangup-Cause"] == "BLIND_TRANSFER"
    assert heard[3]["Caller-Transfer-Source"].endswith(":bl_xfer:119/default/XML")


async def test_greenswitch_is_told_when_the_server_leaves() -> None:
    async with EslServer() as server, greenswitch(server) as client:
        await client.says()
        server.say_goodbye()
        assert (await client.until("left"))[-1] == {"left": "text/disconnect-notice"}
        client.end()


@pytest.mark.parametrize(
    ("rejects", "password", "refused"),
    [(False, "wrong", "ValueError"), (True, PASSWORD, "NotConnectedError")],
    ids=["password", "access list"],
)
async def test_greenswitch_is_refused(rejects: bool, password: str, refused: str) -> None:
    async with (
        EslServer(rejects=rejects) as server,
        greenswitch(server, password=password) as client,
    ):
        assert await client.says() == {"refused": refused}


async def test_the_dialogue_byte_by_byte() -> None:
    async with EslServer() as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)

        async def ask(command: str) -> str:
            writer.write(f"{command}\n\n".encode())
            async with asyncio.timeout(20):
                return (await reader.readuntil(b"\n\n")).decode()

        assert await reader.readuntil(b"\n\n") == b"Content-Type: auth/request\n\n"
        replied = "Content-Type: command/reply\nReply-Text: {}\n\n"
        assert await ask("event plain ALL") == replied.format("-ERR command not found")
        assert await ask(f"auth {PASSWORD}") == replied.format("+OK accepted")
        assert await ask("event plain NOISE") == replied.format("-ERR no keywords supplied")
        assert await ask("dance") == replied.format("-ERR command not found")
        listening = replied.format("+OK event listener enabled plain")
        assert await ask("event plain CUSTOM callcenter::info") == listening
        server.play("abandoned", id=CALL, upto=1)
        head = (await reader.readuntil(b"\n\n")).decode()
        length = int(head.split("\n")[0].removeprefix("Content-Length: "))
        body = (await reader.readexactly(length)).decode()
        assert head.split("\n")[1] == "Content-Type: text/event-plain"
        assert body.startswith(
            "Event-Subclass: callcenter%3A%3Ainfo\nEvent-Name: CUSTOM\nCore-UUID: "
        )
        assert "Event-Date-Local: 2026-03-02%2010%3A00%3A01\n" in body
        assert body.endswith("CC-Member-CID-Number: 13900000001\n\n")
        said = await ask("api nonsense")
        assert said.endswith("Content-Type: api/response\n\n")
        assert await reader.readline() == b"-ERR nonsense Command not found!\n"
        assert await ask("exit") == replied.format("+OK bye")
        assert b"Disconnected, goodbye." in await reader.read()
        writer.close()
        await writer.wait_closed()
        assert len(server.violations) == 3
